/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access.c - who there is: loaded from the store at start, recognised by the hash of a
 * token, kept in step with what the store has committed.
 *
 * Handlers may hold a user for a moment longer than the user lives, so a member that is
 * replaced or a program that is gone is put aside and freed at the end. Changes to users
 * are rare: what is put aside stays small. */
#include "booking/access.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "booking/access_impl.h"

#define SESSION_SAVE_S 60  /* last_seen is written at most so often */
#define PROGRAM_SAVE_S 300 /* and a program's */

/* ---- members ---- */

static size_t member_place(const struct access *a, const char *login, int *found)
{
	size_t low = 0, high = a->nmembers;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(a->members[mid]->user.login, login);

		if (!order) {
			*found = 1;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*found = 0;
	return low;
}

struct access_member *access_member_find(const struct access *a, const char *login)
{
	int found;
	size_t i = member_place(a, login, &found);

	return found ? a->members[i] : NULL;
}

struct access_member *access_member_by_id(const struct access *a, rdvd_id id)
{
	for (size_t i = 0; i < a->nmembers; i++)
		if (a->members[i]->user.id == id)
			return a->members[i];
	return NULL;
}

const struct access_user *access_member_user(const struct access *a,
					     struct access_member *m)
{
	m->user.organisation = m->organisation;
	/* whoever administers the network may have an agenda beside */
	if (!m->organisation && m->user.counsellor && a->around.organisation_of &&
	    strcmp(m->user.role, "network") != 0)
		m->user.organisation =
			a->around.organisation_of(a->around.ctx, m->user.counsellor);
	return &m->user;
}

static struct access_member *member_new(const struct rdvd_user *u)
{
	struct access_member *m = xcalloc(1, sizeof *m);

	m->user = (struct access_user){.id = u->id,
				       .login = xstrdup(u->login),
				       .role = xstrdup(u->role),
				       .organisation = u->organisation,
				       .counsellor = u->counsellor,
				       .disabled = u->disabled,
				       .created = u->created,
				       .name = xstrdup(u->name ? u->name : ""),
				       .email = xstrdup(u->email ? u->email : ""),
				       .own_organisation = u->organisation != 0,
				       .has_totp = u->totp_size > 0,
				       .recovery_left = u->recovery_left,
				       .seen = u->seen};
	m->organisation = u->organisation;
	m->password_hash = xstrdup(u->password_hash);
	m->totp_step = u->totp_step;
	m->totp_size = u->totp_size;
	if (u->totp_size) {
		m->totp = xmalloc(u->totp_size);
		memcpy(m->totp, u->totp, u->totp_size);
	}
	return m;
}

static void member_free(struct access_member *m)
{
	free((char *)m->user.login);
	free((char *)m->user.role);
	free((char *)m->user.name);
	free((char *)m->user.email);
	free(m->password_hash);
	free(m->totp);
	free(m);
}

/* The sessions of old become fresh's, or end. */
static void sessions_follow(struct access *a, const struct access_member *old,
			    struct access_member *fresh, int drop)
{
	struct access_session *s, **ending = xcalloc(a->sessions.n + 1, sizeof *ending);
	size_t n = 0;

	for (size_t i = 0; (s = access_table_next(&a->sessions, &i));) {
		if (s->member != old)
			continue;
		s->member = fresh;
		if (drop)
			ending[n++] = s;
	}
	while (n--)
		access_session_remove(a, ending[n]->hash, NULL, NULL);
	free(ending);
}

void access_member_put(struct access *a, const struct rdvd_user *u, int drop_sessions)
{
	struct access_member *m = member_new(u);
	int found;
	size_t i = member_place(a, u->login, &found);

	if (found) {
		struct access_member *old = a->members[i];

		a->members[i] = m;
		VEC_GROW(a->past, a->npast, a->past_cap);
		a->past[a->npast++] = old;
		sessions_follow(a, old, m, drop_sessions || u->disabled);
		return;
	}
	VEC_GROW(a->members, a->nmembers, a->members_cap);
	memmove(&a->members[i + 1], &a->members[i],
		(a->nmembers - i) * sizeof *a->members);
	a->members[i] = m;
	a->nmembers++;
}

const struct access_user *access_user_find(const struct access *a, const char *login)
{
	struct access_member *m = access_member_find(a, login);

	return m ? access_member_user(a, m) : NULL;
}

const struct access_user *access_user_at(const struct access *a, size_t i)
{
	return i < a->nmembers ? access_member_user(a, a->members[i]) : NULL;
}

/* ---- sessions ---- */

void access_session_add(struct access *a, const struct rdvd_login *l)
{
	struct access_member *m = access_member_by_id(a, l->user);
	struct access_session *s;

	if (!m || access_table_find(&a->sessions, l->token_hash))
		return;
	s = xcalloc(1, sizeof *s);
	memcpy(s->hash, l->token_hash, sizeof s->hash);
	s->member = m;
	s->factor = l->factor;
	if (l->device)
		strncpy(s->device, l->device, sizeof s->device - 1);
	s->created = l->created;
	s->last_seen = s->saved = l->last_seen;
	s->expires = l->expires;
	access_table_add(&a->sessions, s);
}

static int session_is_over(const struct access *a, const struct access_session *s,
			   rdvd_time now)
{
	return now >= s->expires || now - s->last_seen >= a->o.idle_s;
}

const struct access_user *access_session_find(struct access *a,
					      const uint8_t hash[RDVD_HASH_SIZE])
{
	struct access_session *s = access_table_find(&a->sessions, hash);
	rdvd_time now = clock_now();

	if (!s || s->member->user.disabled)
		return NULL;
	if (session_is_over(a, s, now)) {
		access_session_remove(a, hash, NULL, NULL);
		return NULL;
	}
	if (now > s->last_seen)
		s->last_seen = now;
	if (s->last_seen - s->saved >= SESSION_SAVE_S)
		access_session_save(a, s);
	access_member_user(a, s->member);
	return access_stage_of(a, s) == ACCESS_FULL ? &s->member->user : NULL;
}

void access_session_sweep(struct access *a, rdvd_time now)
{
	struct access_session *s, **ending = xcalloc(a->sessions.n + 1, sizeof *ending);
	size_t n = 0;

	for (size_t i = 0; (s = access_table_next(&a->sessions, &i));)
		if (session_is_over(a, s, now))
			ending[n++] = s;
	while (n--)
		access_session_remove(a, ending[n]->hash, NULL, NULL);
	free(ending);
}

size_t access_sessions(const struct access *a)
{
	return a->sessions.n;
}

/* ---- programs and feeds ---- */

void access_program_add(struct access *a, const struct rdvd_api_token *t)
{
	struct access_program *p;

	if (access_table_find(&a->programs, t->token_hash))
		return;
	p = xcalloc(1, sizeof *p);
	memcpy(p->hash, t->token_hash, sizeof p->hash);
	p->user = (struct access_user){
		.login = *t->label ? xasprintf("token:%s", t->label) : xstrdup("token"),
		.role = xstrdup(t->role),
		.organisation = t->organisation,
		.own_organisation = t->organisation != 0,
		.created = t->created,
		.name = "",
		.email = "",
		.revoked = t->revoked != 0,
	};
	p->label = xstrdup(t->label);
	p->seen = p->saved = t->seen;
	access_table_add(&a->programs, p);
}

const struct access_user *access_token_find(struct access *a,
					    const uint8_t hash[RDVD_HASH_SIZE])
{
	struct access_program *p = access_table_find(&a->programs, hash);

	if (!p || p->user.revoked)
		return NULL;
	p->seen = clock_now();
	if (p->seen - p->saved >= PROGRAM_SAVE_S)
		access_program_save(a, p);
	return &p->user;
}

const struct rdvd_feed *access_feed_find(const struct access *a,
					 const uint8_t hash[RDVD_HASH_SIZE])
{
	const struct access_feed *f = access_table_find(&a->feeds, hash);

	return f ? &f->feed : NULL;
}

const struct rdvd_feed *access_feed_of(const struct access *a, rdvd_id counsellor)
{
	struct access_feed *f;

	for (size_t i = 0; (f = access_table_next(&a->feeds, &i));)
		if (f->feed.counsellor == counsellor)
			return &f->feed;
	return NULL;
}

void access_feed_add(struct access *a, const struct rdvd_feed *f)
{
	const struct rdvd_feed *old = access_feed_of(a, f->counsellor);
	struct access_feed *fresh;

	if (old)
		free(access_table_take(&a->feeds, old->token_hash));
	fresh = xcalloc(1, sizeof *fresh);
	memcpy(fresh->hash, f->token_hash, sizeof fresh->hash);
	fresh->feed = *f;
	access_table_add(&a->feeds, fresh);
}

/* ---- loading ---- */

struct load_job {
	struct store_job job;
	struct access *a;
	rdvd_time now;
};

static int load_user(void *arg, const struct rdvd_user *u)
{
	access_member_put(arg, u, 0);
	return 0;
}

static int load_login(void *arg, const struct rdvd_login *l)
{
	access_session_add(arg, l);
	return 0;
}

static int load_token(void *arg, const struct rdvd_api_token *t)
{
	access_program_add(arg, t);
	return 0;
}

static int load_feed(void *arg, const struct rdvd_feed *f)
{
	access_feed_add(arg, f);
	return 0;
}

static int load_invitation(void *arg, const struct rdvd_invitation *i)
{
	access_invitation_add(arg, i);
	return 0;
}

/* In the reader's thread, into an access that nobody else sees yet: the loop waits for
 * it. */
static enum rdvd_rc load_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct load_job *j = (struct load_job *)job;
	enum rdvd_rc rc = ops->user_each(st, load_user, j->a);

	if (rc == RDVD_OK)
		rc = ops->login_each(st, j->now, load_login, j->a);
	if (rc == RDVD_OK)
		rc = ops->api_token_each(st, load_token, j->a);
	if (rc == RDVD_OK)
		rc = ops->feed_each(st, load_feed, j->a);
	if (rc == RDVD_OK && ops->invitation_each)
		rc = ops->invitation_each(st, j->now, load_invitation, j->a);
	return rc;
}

static void load_done(struct store_job *job)
{
	((struct load_job *)job)->a->loading = 0;
}

void access_surround(struct access *a, const struct access_surroundings *s)
{
	a->around = *s;
	if (s->key)
		memcpy(a->key, s->key, sizeof a->key);
	a->around.key = a->key;
}

void access_tune(struct access *a, const struct access_options *o)
{
	a->o = *o;
	if (a->o.idle_s <= 0)
		a->o.idle_s = 4 * 3600;
	if (a->o.absolute_s <= 0)
		a->o.absolute_s = 12 * 3600;
}

struct access *access_new(struct loop *l, struct store *s, struct worker *passwords,
			  const struct access_options *o)
{
	struct access *a = xcalloc(1, sizeof *a);
	struct load_job j = {.job = {.run = load_run, .done = load_done}, .a = a};

	a->loop = l;
	a->store = s;
	a->passwords = passwords;
	access_tune(a, o);
	a->guard = access_guard_new();
	a->loading = 1;
	j.now = clock_now();
	if (store_read(s, &j.job) != RDVD_OK) {
		log_err("users and tokens cannot be read: the store takes no job");
		access_free(a);
		return NULL;
	}
	while (a->loading)
		loop_run_once(l, 1000);
	if (j.job.rc != RDVD_OK) {
		log_err("users and tokens cannot be read from the store");
		access_free(a);
		return NULL;
	}
	access_session_sweep(a, j.now);
	return a;
}

void access_free(struct access *a)
{
	struct access_program *p;

	if (!a)
		return;
	while (a->later) {
		struct access_later *next = a->later->next;

		free(a->later);
		a->later = next;
	}
	loop_timer_free(a->later_timer);
	for (size_t i = 0; i < a->nmembers; i++)
		member_free(a->members[i]);
	for (size_t i = 0; i < a->npast; i++)
		member_free(a->past[i]);
	for (size_t i = 0; (p = access_table_next(&a->programs, &i));) {
		free((char *)p->user.login);
		free((char *)p->user.role);
		free(p->label);
	}
	free(a->members);
	free(a->past);
	access_invitations_free(a);
	access_table_fini(&a->sessions);
	access_table_fini(&a->programs);
	access_table_fini(&a->feeds);
	access_guard_free(a->guard);
	explicit_bzero(a->key, sizeof a->key);
	free(a);
}
