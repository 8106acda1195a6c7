/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_invitation.c - becoming a member of staff, or having another password, by a link
 * in an e-mail or a code on paper. It stands for a week and counts once; only its keyed
 * hash is kept. Those that stand are few and in memory. Guessing is slowed by the guard
 * of passwords, by address. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/access_impl.h"

#define INVITATION_S (7 * 86400)
#define PAPER_CHARS 12 /* 60 bits */
#define GUARD_NAME "invitation:"

/* ---- the list ---- */

static void free_one(struct access_invitation *i)
{
	free((char *)i->row.name);
	free((char *)i->row.email);
	free((char *)i->row.role);
	free((char *)i->row.actor);
	free(i);
}

static struct access_invitation *copy(const struct rdvd_invitation *i)
{
	struct access_invitation *own = xcalloc(1, sizeof *own);

	own->row = *i;
	own->row.name = xstrdup(i->name);
	own->row.email = xstrdup(i->email);
	own->row.role = xstrdup(i->role);
	own->row.actor = xstrdup(i->actor);
	return own;
}

void access_invitation_add(struct access *a, const struct rdvd_invitation *i)
{
	VEC_GROW(a->invitations, a->ninvitations, a->invitations_cap);
	a->invitations[a->ninvitations++] = copy(i);
}

void access_invitations_free(struct access *a)
{
	for (size_t i = 0; i < a->ninvitations; i++)
		free_one(a->invitations[i]);
	free(a->invitations);
}

static void take_out(struct access *a, rdvd_id id)
{
	for (size_t i = 0; i < a->ninvitations; i++) {
		if (a->invitations[i]->row.id != id)
			continue;
		free_one(a->invitations[i]);
		memmove(&a->invitations[i], &a->invitations[i + 1],
			(--a->ninvitations - i) * sizeof(*a->invitations));
		return;
	}
}

const struct rdvd_invitation *access_invitation_at(const struct access *a, size_t i)
{
	return i < a->ninvitations ? &a->invitations[i]->row : NULL;
}

static const struct rdvd_invitation *by_id(const struct access *a, rdvd_id id)
{
	for (size_t i = 0; i < a->ninvitations; i++)
		if (a->invitations[i]->row.id == id)
			return &a->invitations[i]->row;
	return NULL;
}

static rdvd_id of_user(const struct access *a, rdvd_id user)
{
	for (size_t i = 0; user && i < a->ninvitations; i++)
		if (a->invitations[i]->row.user == user)
			return a->invitations[i]->row.id;
	return 0;
}

/* ---- the secret ---- */

void access_invitation_draw(int printed, char out[SECRET_TOKEN_CHARS + 1])
{
	if (printed)
		access_paper_draw(PAPER_CHARS, out);
	else
		secret_token_random(out);
}

static void hash_of(const struct access *a, const char *secret,
		    uint8_t out[RDVD_HASH_SIZE])
{
	char paper[PAPER_CHARS + 1];
	char *text;

	if (access_paper_read(secret, PAPER_CHARS, paper) == 0)
		secret = paper;
	text = xasprintf("invitation\n%s", secret);
	secret_hmac(a->key, text, strlen(text), out);
	explicit_bzero(text, strlen(text));
	free(text);
}

const struct rdvd_invitation *access_invitation_find(struct access *a, const char *secret,
						     const char *address, int *wait_s)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t wait_ms = access_guard_wait_ms(a->guard, GUARD_NAME, address, now_ms);
	const struct rdvd_invitation *found = NULL;
	uint8_t hash[RDVD_HASH_SIZE];

	*wait_s = wait_ms > 0 ? (int)((wait_ms + 999) / 1000) : 0;
	if (wait_ms > 0 || strlen(secret) > 64)
		return NULL;
	hash_of(a, secret, hash);
	for (size_t i = 0; i < a->ninvitations; i++) {
		const struct rdvd_invitation *row = &a->invitations[i]->row;
		const struct access_member *m =
			row->user ? access_member_by_id(a, row->user) : NULL;

		if (secret_equal(row->token_hash, hash, sizeof hash) &&
		    row->expires > clock_now() && !(m && m->user.disabled))
			found = row;
	}
	if (!found)
		access_guard_attempt(a->guard, GUARD_NAME, address, now_ms);
	return found;
}

/* ---- made and taken back ---- */

struct invite_job {
	struct store_job job;
	struct access *a;
	struct access_invitation *invitation; /* owned */
	rdvd_id older;			      /* that ends; 0 none */
	int has_letter;
	struct rdvd_letter letter; /* its strings owned */
	access_cb *cb;
	void *arg;
};

static enum rdvd_rc invite_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct invite_job *j = (struct invite_job *)job;
	enum rdvd_rc rc = RDVD_OK;
	rdvd_id letter;

	if (!ops->invitation_put || !ops->invitation_end)
		return RDVD_FAILED;
	if (j->older)
		rc = ops->invitation_end(st, j->older, clock_now());
	if (rc == RDVD_OK || rc == RDVD_STALE)
		rc = ops->invitation_put(st, &j->invitation->row, &j->invitation->row.id);
	if (rc == RDVD_OK && j->has_letter)
		rc = ops->letter_put(st, &j->letter, &letter);
	return rc;
}

static void invite_end(struct invite_job *j, enum rdvd_rc rc)
{
	j->cb(j->arg, rc);
	if (j->has_letter) {
		explicit_bzero((char *)j->letter.text, strlen(j->letter.text));
		free((char *)j->letter.to);
		free((char *)j->letter.subject);
		free((char *)j->letter.text);
		free((char *)j->letter.actor);
	}
	free_one(j->invitation);
	free(j);
}

static void invite_done(struct store_job *job)
{
	struct invite_job *j = (struct invite_job *)job;
	struct access *a = j->a;

	if (job->rc == RDVD_OK) {
		if (j->older)
			take_out(a, j->older);
		access_invitation_add(a, &j->invitation->row);
		if (j->has_letter && a->around.letter_kept)
			a->around.letter_kept(a->around.ctx);
	}
	invite_end(j, job->rc);
}

void access_invite(struct access *a, const struct rdvd_invitation *i, const char *secret,
		   const struct rdvd_letter *letter, access_cb *cb, void *arg)
{
	struct invite_job *j = xcalloc(1, sizeof *j);

	j->a = a;
	j->invitation = copy(i);
	hash_of(a, secret, j->invitation->row.token_hash);
	j->invitation->row.created = clock_now();
	j->invitation->row.expires = j->invitation->row.created + INVITATION_S;
	j->older = of_user(a, i->user);
	if (letter) {
		j->has_letter = 1;
		j->letter = *letter;
		j->letter.key = NULL;
		j->letter.to = xstrdup(letter->to);
		j->letter.subject = xstrdup(letter->subject);
		j->letter.text = xstrdup(letter->text);
		j->letter.actor = xstrdup(letter->actor);
		j->letter.now = j->letter.due = j->invitation->row.created;
		j->letter.deadline = j->invitation->row.expires;
	}
	j->cb = cb;
	j->arg = arg;
	j->job.run = invite_run;
	j->job.done = invite_done;
	if (store_write(a->store, &j->job) != RDVD_OK)
		invite_end(j, RDVD_BUSY);
}

struct end_job {
	struct store_job job;
	struct access *a;
	rdvd_id id;
	access_cb *cb;
	void *arg;
};

static enum rdvd_rc end_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	return ops->invitation_end
		       ? ops->invitation_end(st, ((struct end_job *)job)->id, clock_now())
		       : RDVD_FAILED;
}

static void end_done(struct store_job *job)
{
	struct end_job *j = (struct end_job *)job;

	if (job->rc == RDVD_OK || job->rc == RDVD_STALE)
		take_out(j->a, j->id);
	j->cb(j->arg, job->rc == RDVD_STALE ? RDVD_OK : job->rc);
	free(j);
}

void access_invitation_end(struct access *a, rdvd_id id, access_cb *cb, void *arg)
{
	struct end_job *j = xcalloc(1, sizeof *j);

	j->a = a;
	j->id = id;
	j->cb = cb;
	j->arg = arg;
	j->job.run = end_run;
	j->job.done = end_done;
	if (store_write(a->store, &j->job) != RDVD_OK) {
		free(j);
		cb(arg, RDVD_BUSY);
	}
}

/* ---- accepted ---- */

struct accept_job {
	struct job work;
	struct access *a;
	rdvd_id id;
	char *login, *name, *email, *role, *password, *device; /* owned */
	char password_hash[SECRET_PASSWORD_HASH_SIZE];
	int hashed;
	int has_replaced;
	uint8_t replaced[RDVD_HASH_SIZE];
	struct rdvd_user row;
	access_login_cb *cb;
	void *arg;
};

static void accept_end(struct accept_job *j, const struct access_login *r)
{
	j->cb(j->arg, r);
	explicit_bzero(j->password, strlen(j->password));
	free(j->login);
	free(j->name);
	free(j->email);
	free(j->role);
	free(j->password);
	free(j->device);
	free(j);
}

static enum rdvd_rc accept_keep(const struct rdvd_store_ops *ops, void *st, void *data,
				rdvd_id *user)
{
	struct accept_job *j = data;
	enum rdvd_rc rc = ops->invitation_end(st, j->id, clock_now());

	if (rc == RDVD_OK)
		rc = ops->user_put(st, &j->row, &j->row.id);
	*user = j->row.id;
	return rc;
}

static void accept_kept(struct access *a, void *data)
{
	struct accept_job *j = data;

	take_out(a, j->id);
	access_member_put(a, &j->row, 1);
}

static void accept_begun(void *arg, enum rdvd_rc rc, const struct access_login *r)
{
	(void)rc;
	accept_end(arg, r);
}

static void accept_hash(struct job *job, void *ctx)
{
	struct accept_job *j = (struct accept_job *)job;

	(void)ctx;
	j->hashed = secret_password_hash(j->password, j->password_hash) == 0;
}

/* The account as it will be, or why not. */
static enum access_verdict fill_row(struct accept_job *j)
{
	const struct rdvd_invitation *i = by_id(j->a, j->id);
	const struct access_member *m;

	if (!i || i->expires <= clock_now())
		return ACCESS_GONE;
	m = i->user ? access_member_by_id(j->a, i->user)
		    : access_member_find(j->a, j->login);
	if (i->user && (!m || m->user.disabled))
		return ACCESS_GONE;
	if (!i->user && m)
		return ACCESS_TAKEN;
	if (m) {
		access_member_row(m, &j->row);
	} else {
		j->email = xstrdup(i->email);
		j->role = xstrdup(i->role);
		j->row = (struct rdvd_user){.login = j->login,
					    .role = j->role,
					    .organisation = i->organisation,
					    .counsellor = i->counsellor,
					    .created = clock_now(),
					    .name = j->name,
					    .email = j->email};
	}
	j->row.password_hash = j->password_hash;
	return ACCESS_OK;
}

static void accept_hashed(struct job *job)
{
	struct accept_job *j = (struct accept_job *)job;
	struct access_login r = {.verdict = ACCESS_FAILED};

	if (j->hashed)
		r.verdict = fill_row(j);
	if (r.verdict == ACCESS_OK) {
		r.verdict = ACCESS_BUSY;
		if (access_begin(j->a,
				 &(struct access_start){
					 .device = j->device,
					 .replaces = j->has_replaced ? j->replaced : NULL,
					 .also = accept_keep,
					 .kept = accept_kept,
					 .data = j,
				 },
				 accept_begun, j) == RDVD_OK)
			return;
	}
	accept_end(j, &r);
}

void access_invitation_accept(struct access *a, rdvd_id id, const char *login,
			      const char *name, const char *password,
			      const struct access_attempt *at, access_login_cb *cb,
			      void *arg)
{
	struct accept_job *j = xcalloc(1, sizeof *j);

	j->a = a;
	j->id = id;
	j->login = xstrdup(login ? login : "");
	j->name = xstrdup(name ? name : "");
	j->password = xstrdup(password);
	j->device = xstrdup(at->device ? at->device : "");
	if (at->replaces) {
		j->has_replaced = 1;
		memcpy(j->replaced, at->replaces, sizeof j->replaced);
	}
	j->cb = cb;
	j->arg = arg;
	j->work.run = accept_hash;
	j->work.done = accept_hashed;
	if (worker_submit(a->passwords, &j->work) < 0)
		accept_end(j, &(struct access_login){.verdict = ACCESS_BUSY});
}
