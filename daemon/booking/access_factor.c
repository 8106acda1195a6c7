/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_factor.c - the second factor: a code of an application on a phone, or one of ten
 * on paper when the phone is lost. The secret stands in the store sealed with the
 * server's key, the codes on paper as keyed hashes; a code counts once, which the store
 * decides. Guessing is slowed by the guard of passwords, under a name of its own. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/access_impl.h"
#include "booking/totp.h"

#define SEAL_PURPOSE "second factor"
#define RECOVERY_CHARS 10 /* 50 bits, tried at the guard's pace */
#define SEALED_SIZE (TOTP_SECRET_SIZE + SECRET_SEAL_SIZE)

struct factor_job {
	struct access *a;
	rdvd_id user;
	char *guard, *address; /* owned */
	int64_t step;	       /* -1: a code on paper, or none */
	int is_paper;
	int is_new; /* the factor itself is written */
	uint8_t sealed[SEALED_SIZE];
	uint8_t hashes[RDVD_RECOVERY_CODES][RDVD_HASH_SIZE];
	char codes[RDVD_RECOVERY_CODES][ACCESS_CODE_CHARS];
	access_login_cb *cb;
	void *arg;
};

static void job_free(struct factor_job *j)
{
	free(j->guard);
	free(j->address);
	explicit_bzero(j, sizeof *j);
	free(j);
}

static void hash_paper(const struct access *a, rdvd_id user, const char *code,
		       uint8_t out[RDVD_HASH_SIZE])
{
	char *text = xasprintf("recovery\n%lld\n%s", (long long)user, code);

	secret_hmac(a->key, text, strlen(text), out);
	explicit_bzero(text, strlen(text));
	free(text);
}

/* ---- the store's part ---- */

static enum rdvd_rc keep(const struct rdvd_store_ops *ops, void *st, void *data,
			 rdvd_id *user)
{
	const struct factor_job *j = data;
	enum rdvd_rc rc = RDVD_OK;

	if (!ops->user_factor || !ops->user_step || !ops->recovery_use)
		return RDVD_FAILED;
	if (j->is_new)
		rc = ops->user_factor(st, *user, j->sealed, sizeof j->sealed, j->hashes,
				      RDVD_RECOVERY_CODES);
	if (rc == RDVD_OK && j->step >= 0)
		rc = ops->user_step(st, *user, j->step);
	if (rc == RDVD_OK && j->is_paper)
		rc = ops->recovery_use(st, *user, j->hashes[0], clock_now());
	return rc == RDVD_STALE ? RDVD_NOT_FOUND : rc;
}

static void kept(struct access *a, void *data)
{
	const struct factor_job *j = data;
	struct access_member *m = access_member_by_id(a, j->user);

	if (!m)
		return;
	if (j->is_new) {
		free(m->totp);
		m->totp = xmalloc(sizeof j->sealed);
		memcpy(m->totp, j->sealed, sizeof j->sealed);
		m->totp_size = sizeof j->sealed;
		m->user.has_totp = 1;
		m->user.recovery_left = RDVD_RECOVERY_CODES;
	}
	if (j->step >= 0)
		m->totp_step = j->step;
	if (j->is_paper)
		m->user.recovery_left--;
}

static void begun(void *arg, enum rdvd_rc rc, const struct access_login *r)
{
	struct factor_job *j = arg;
	struct access_login answer = *r;

	if (rc == RDVD_OK && j->guard)
		access_guard_pass(j->a->guard, j->guard, j->address,
				  clock_monotonic_ms());
	if (rc == RDVD_OK && j->is_new) {
		answer.codes = (const char(*)[ACCESS_CODE_CHARS])j->codes;
		answer.ncodes = RDVD_RECOVERY_CODES;
	}
	j->cb(j->arg, &answer);
	job_free(j);
}

static void go(struct factor_job *j, const struct access_session *s)
{
	access_login_cb *cb = j->cb;
	void *arg = j->arg;
	struct access *a = j->a;

	j->user = s->member->user.id;
	if (access_begin(a,
			 &(struct access_start){
				 .user = j->user,
				 .factor = 1,
				 .device = s->device,
				 .replaces = s->hash,
				 .also = keep,
				 .kept = kept,
				 .data = j,
			 },
			 begun, j) == RDVD_OK)
		return;
	job_free(j);
	access_answer_later(a, ACCESS_BUSY, 0, cb, arg);
}

/* ---- proving it ---- */

enum access_stage access_session_stage(struct access *a,
				       const uint8_t hash[RDVD_HASH_SIZE],
				       const struct access_user **user)
{
	struct access_session *s = access_table_find(&a->sessions, hash);
	rdvd_time now = clock_now();
	enum access_stage stage;

	*user = NULL;
	if (!s || now >= s->expires || now - s->last_seen >= a->o.idle_s)
		return ACCESS_NOBODY;
	access_member_user(a, s->member);
	stage = access_stage_of(a, s);
	if (stage != ACCESS_NOBODY)
		*user = &s->member->user;
	return stage;
}

static int64_t step_of(const struct access *a, const struct access_member *m,
		       const char *code)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	int64_t step = -1;

	if (m->totp_size == SEALED_SIZE &&
	    secret_open(a->key, SEAL_PURPOSE, m->totp, m->totp_size, secret) == 0)
		step = totp_check(secret, code, clock_now(), m->totp_step);
	explicit_bzero(secret, sizeof secret);
	return step;
}

/* The session that at names, when the guard lets it try; else the answer is on its way.
 */
static struct access_session *try_session(struct access *a,
					  const struct access_attempt *at,
					  access_login_cb *cb, void *arg, char **guard)
{
	struct access_session *s =
		at->replaces ? access_table_find(&a->sessions, at->replaces) : NULL;
	int64_t now_ms = clock_monotonic_ms(), wait_ms;

	if (!s) {
		access_answer_later(a, ACCESS_GONE, 0, cb, arg);
		return NULL;
	}
	*guard = xasprintf("code:%s", s->member->user.login);
	wait_ms = access_guard_wait_ms(a->guard, *guard, at->address, now_ms);
	if (wait_ms <= 0) {
		access_guard_attempt(a->guard, *guard, at->address, now_ms);
		return s;
	}
	free(*guard);
	access_answer_later(a, ACCESS_WAIT, (int)((wait_ms + 999) / 1000), cb, arg);
	return NULL;
}

static struct factor_job *job_new(struct access *a, const struct access_attempt *at,
				  char *guard, access_login_cb *cb, void *arg)
{
	struct factor_job *j = xcalloc(1, sizeof *j);

	j->a = a;
	j->step = -1;
	j->guard = guard;
	j->address = xstrdup(at->address);
	j->cb = cb;
	j->arg = arg;
	return j;
}

void access_factor(struct access *a, const char *code, const struct access_attempt *at,
		   access_login_cb *cb, void *arg)
{
	char paper[RECOVERY_CHARS + 1], *guard;
	struct access_session *s = try_session(a, at, cb, arg, &guard);
	struct factor_job *j;

	if (!s)
		return;
	j = job_new(a, at, guard, cb, arg);
	j->step = step_of(a, s->member, code);
	if (j->step < 0 && access_paper_read(code, RECOVERY_CHARS, paper) == 0) {
		j->is_paper = 1;
		hash_paper(a, s->member->user.id, paper, j->hashes[0]);
	}
	if (j->step >= 0 || j->is_paper) {
		go(j, s);
		return;
	}
	job_free(j);
	access_answer_later(a, ACCESS_WRONG, 0, cb, arg);
}

/* ---- making it ---- */

int access_totp_draw(struct access *a, const uint8_t hash[RDVD_HASH_SIZE],
		     uint8_t secret[20])
{
	struct access_session *s = access_table_find(&a->sessions, hash);

	if (!s)
		return -1;
	if (!s->has_candidate)
		secret_random(s->candidate, sizeof s->candidate);
	s->has_candidate = 1;
	memcpy(secret, s->candidate, sizeof s->candidate);
	return 0;
}

static void draw_codes(struct factor_job *j, rdvd_id user)
{
	for (size_t i = 0; i < RDVD_RECOVERY_CODES; i++) {
		char plain[RECOVERY_CHARS + 1];

		access_paper_draw(RECOVERY_CHARS, j->codes[i]);
		access_paper_read(j->codes[i], RECOVERY_CHARS, plain);
		hash_paper(j->a, user, plain, j->hashes[i]);
	}
	j->is_new = 1;
}

void access_totp_set(struct access *a, const char *code, const struct access_attempt *at,
		     access_login_cb *cb, void *arg)
{
	char *guard;
	struct access_session *s = try_session(a, at, cb, arg, &guard);
	struct factor_job *j;

	if (!s)
		return;
	j = job_new(a, at, guard, cb, arg);
	if (s->has_candidate)
		j->step = totp_check(s->candidate, code, clock_now(), 0);
	/* A session that still owes its code makes no other secret. */
	if (j->step < 0 || access_stage_of(a, s) == ACCESS_NEEDS_CODE) {
		job_free(j);
		access_answer_later(a, ACCESS_WRONG, 0, cb, arg);
		return;
	}
	secret_seal(a->key, SEAL_PURPOSE, s->candidate, TOTP_SECRET_SIZE, j->sealed);
	draw_codes(j, s->member->user.id);
	go(j, s);
}

void access_recovery_renew(struct access *a, const struct access_attempt *at,
			   access_login_cb *cb, void *arg)
{
	struct access_session *s =
		at->replaces ? access_table_find(&a->sessions, at->replaces) : NULL;
	struct factor_job *j;

	if (!s || access_stage_of(a, s) != ACCESS_FULL ||
	    s->member->totp_size != SEALED_SIZE) {
		access_answer_later(a, ACCESS_GONE, 0, cb, arg);
		return;
	}
	j = job_new(a, at, NULL, cb, arg);
	memcpy(j->sealed, s->member->totp, SEALED_SIZE);
	j->step = s->member->totp_step; /* what was used stays used */
	draw_codes(j, s->member->user.id);
	go(j, s);
}

/* ---- taking it away ---- */

struct drop_job {
	struct store_job job;
	struct access *a;
	rdvd_id user;
	int end_sessions;
	access_cb *cb;
	void *arg;
};

static enum rdvd_rc drop_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct drop_job *j = (struct drop_job *)job;

	return ops->user_factor ? ops->user_factor(st, j->user, NULL, 0, NULL, 0)
				: RDVD_FAILED;
}

static void drop_done(struct store_job *job)
{
	struct drop_job *j = (struct drop_job *)job;
	struct access_member *m = access_member_by_id(j->a, j->user);

	if (job->rc == RDVD_OK && m) {
		free(m->totp);
		m->totp = NULL;
		m->totp_size = 0;
		m->totp_step = 0;
		m->user.has_totp = 0;
		m->user.recovery_left = 0;
		if (j->end_sessions)
			access_session_end_others(j->a, j->user, NULL);
	}
	j->cb(j->arg, job->rc);
	free(j);
}

void access_totp_drop(struct access *a, const char *login, int end_sessions,
		      access_cb *cb, void *arg)
{
	const struct access_member *m = access_member_find(a, login);
	struct drop_job *j;

	if (!m) {
		cb(arg, RDVD_NOT_FOUND);
		return;
	}
	j = xcalloc(1, sizeof *j);
	j->a = a;
	j->user = m->user.id;
	j->end_sessions = end_sessions;
	j->cb = cb;
	j->arg = arg;
	j->job.run = drop_run;
	j->job.done = drop_done;
	if (store_write(a->store, &j->job) != RDVD_OK) {
		free(j);
		cb(arg, RDVD_BUSY);
	}
}
