/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_login.c - in and out: a password is weighed in a worker's thread, a session
 * begins with a row of the store and ends with its removal. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/access_impl.h"
#include "booking/password.h"

/* Weighed when the login is unknown, so that the answer takes as long. Of no password
 * anybody knows. */
static const char nobody_hash[] = "$argon2id$v=19$m=65536,t=2,p=1$FT8RlfTJrA2HAR1puhyjaw$"
				  "Oi1b71ROix8DM+eFc197nodzsVVlm4mVnKzGVPPjeC8";

/* ---- answers that do not wait for anything are given in the loop's next round ---- */

static void tell_later(void *arg)
{
	struct access *a = arg;
	struct access_later *list = a->later;

	a->later = NULL;
	while (list) {
		struct access_later *next = list->next;

		list->cb(list->arg, &list->answer);
		free(list);
		list = next;
	}
}

void access_answer_later(struct access *a, enum access_verdict verdict, int retry_after_s,
			 access_login_cb *cb, void *arg)
{
	struct access_later *l = xcalloc(1, sizeof *l);

	l->answer.verdict = verdict;
	l->answer.retry_after_s = retry_after_s;
	l->cb = cb;
	l->arg = arg;
	l->next = a->later;
	a->later = l;
	if (!a->later_timer)
		a->later_timer = loop_timer_new(a->loop, tell_later, a);
	loop_timer_now(a->later_timer);
}

/* ---- logging in ---- */

struct login_job {
	struct job weigh;
	struct access *a;
	const struct access_member *member; /* NULL: unknown or disabled */
	char *login, *password, *address;   /* owned */
	char *device;			    /* owned */
	int only_proof;			    /* no session is begun */
	int right;
	int has_replaced;
	uint8_t replaced[RDVD_HASH_SIZE];
	access_login_cb *cb;
	void *arg;
};

static void login_job_free(struct login_job *j)
{
	explicit_bzero(j->password, strlen(j->password));
	free(j->login);
	free(j->password);
	free(j->address);
	free(j->device);
	free(j);
}

static void login_answer(struct login_job *j, const struct access_login *r)
{
	if (r->verdict == ACCESS_OK)
		access_guard_pass(j->a->guard, j->login, j->address,
				  clock_monotonic_ms());
	j->cb(j->arg, r);
	login_job_free(j);
}

static void begun(void *arg, enum rdvd_rc rc, const struct access_login *r)
{
	(void)rc;
	login_answer(arg, r);
}

static void weigh_run(struct job *job, void *ctx)
{
	struct login_job *j = (struct login_job *)job;

	(void)ctx;
	j->right =
		secret_password_verify(j->member ? j->member->password_hash : nobody_hash,
				       j->password) &&
		j->member != NULL;
}

static void weigh_done(struct job *job)
{
	struct login_job *j = (struct login_job *)job;
	struct access_login r = {.verdict = ACCESS_WRONG};
	struct access *a = j->a;

	/* The user may have been changed while the password was weighed. */
	if (!j->right || access_member_find(a, j->login) != j->member) {
		login_answer(j, &r);
		return;
	}
	r.verdict = j->only_proof ? ACCESS_OK : ACCESS_BUSY;
	r.user = &j->member->user;
	if (j->only_proof ||
	    access_begin(a,
			 &(struct access_start){
				 .user = j->member->user.id,
				 .device = j->device,
				 .replaces = j->has_replaced ? j->replaced : NULL,
			 },
			 begun, j) != RDVD_OK)
		login_answer(j, &r);
}

static void attempt(struct access *a, const char *login, const char *password,
		    const struct access_attempt *at, int only_proof, access_login_cb *cb,
		    void *arg)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t wait_ms = access_guard_wait_ms(a->guard, login, at->address, now_ms);
	const struct access_member *m = access_member_find(a, login);
	struct login_job *j;

	if (wait_ms > 0) {
		access_answer_later(a, ACCESS_WAIT, (int)((wait_ms + 999) / 1000), cb,
				    arg);
		return;
	}
	if (strlen(password) > PASSWORD_BYTES_MAX || strlen(login) > 64) {
		access_guard_attempt(a->guard, "", at->address, now_ms);
		access_answer_later(a, ACCESS_WRONG, 0, cb, arg);
		return;
	}
	j = xcalloc(1, sizeof *j);
	j->a = a;
	j->only_proof = only_proof;
	j->member = m && !m->user.disabled ? m : NULL;
	j->login = xstrdup(login);
	j->password = xstrdup(password);
	j->address = xstrdup(at->address);
	j->device = xstrdup(at->device ? at->device : "");
	j->cb = cb;
	j->arg = arg;
	if (at->replaces) {
		j->has_replaced = 1;
		memcpy(j->replaced, at->replaces, sizeof j->replaced);
	}
	j->weigh.run = weigh_run;
	j->weigh.done = weigh_done;
	if (worker_submit(a->passwords, &j->weigh) < 0) {
		login_job_free(j);
		access_answer_later(a, ACCESS_BUSY, 0, cb, arg);
		return;
	}
	access_guard_attempt(a->guard, login, at->address, now_ms);
}

void access_login(struct access *a, const char *login, const char *password,
		  const struct access_attempt *at, access_login_cb *cb, void *arg)
{
	attempt(a, login, password, at, 0, cb, arg);
}

void access_prove(struct access *a, const char *login, const char *password,
		  const struct access_attempt *at, access_login_cb *cb, void *arg)
{
	attempt(a, login, password, at, 1, cb, arg);
}

/* ---- the rows of sessions ---- */

struct session_job {
	struct store_job job;
	struct rdvd_login row;
	int remove;
	access_cb *cb;
	void *arg;
};

static enum rdvd_rc session_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct session_job *j = (struct session_job *)job;

	return j->remove ? ops->login_remove(st, j->row.token_hash)
			 : ops->login_put(st, &j->row);
}

static void session_done(struct store_job *job)
{
	struct session_job *j = (struct session_job *)job;

	if (j->cb)
		j->cb(j->arg, job->rc == RDVD_NOT_FOUND ? RDVD_OK : job->rc);
	free(j);
}

void access_session_save(struct access *a, struct access_session *s)
{
	struct session_job *j = xcalloc(1, sizeof *j);

	memcpy(j->row.token_hash, s->hash, sizeof j->row.token_hash);
	j->row.user = s->member->user.id;
	j->row.created = s->created;
	j->row.last_seen = s->saved = s->last_seen;
	j->row.expires = s->expires;
	j->row.factor = s->factor;
	j->job.run = session_run;
	j->job.done = session_done;
	if (store_write(a->store, &j->job) != RDVD_OK)
		free(j);
}

void access_session_remove(struct access *a, const uint8_t hash[RDVD_HASH_SIZE],
			   access_cb *cb, void *arg)
{
	struct session_job *j = xcalloc(1, sizeof *j);

	memcpy(j->row.token_hash, hash, sizeof j->row.token_hash);
	free(access_table_take(&a->sessions, j->row.token_hash));
	j->remove = 1;
	j->cb = cb;
	j->arg = arg;
	j->job.run = session_run;
	j->job.done = session_done;
	if (store_write(a->store, &j->job) != RDVD_OK) {
		free(j);
		if (cb)
			cb(arg, RDVD_BUSY);
	}
}

void access_logout(struct access *a, const uint8_t hash[RDVD_HASH_SIZE], access_cb *cb,
		   void *arg)
{
	access_session_remove(a, hash, cb, arg);
}
