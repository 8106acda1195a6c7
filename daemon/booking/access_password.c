/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_password.c - one's own password changed: the present one is weighed and the new
 * one hashed in a worker's thread; then, in one transaction, the account has it and the
 * session goes on under a new token. The user's other sessions end. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/access_impl.h"

struct password_job {
	struct job work;
	struct access *a;
	const struct access_member *member;
	char *login, *present, *fresh, *address, *device; /* owned */
	char fresh_hash[SECRET_PASSWORD_HASH_SIZE];
	uint8_t session[RDVD_HASH_SIZE];
	int factor;
	int right, hashed;
	struct rdvd_user row; /* its strings are the member's, who stays until the end */
	access_login_cb *cb;
	void *arg;
};

static void job_end(struct password_job *j, const struct access_login *r)
{
	j->cb(j->arg, r);
	explicit_bzero(j->present, strlen(j->present));
	explicit_bzero(j->fresh, strlen(j->fresh));
	free(j->login);
	free(j->present);
	free(j->fresh);
	free(j->address);
	free(j->device);
	free(j);
}

static void begun(void *arg, enum rdvd_rc rc, const struct access_login *r)
{
	struct password_job *j = arg;

	if (rc == RDVD_OK)
		access_guard_pass(j->a->guard, j->login, j->address,
				  clock_monotonic_ms());
	job_end(j, r);
}

static enum rdvd_rc keep(const struct rdvd_store_ops *ops, void *st, void *data,
			 rdvd_id *user)
{
	struct password_job *j = data;

	return ops->user_put(st, &j->row, user);
}

static void kept(struct access *a, void *data)
{
	struct password_job *j = data;

	access_member_put(a, &j->row, 1);
}

static void work_run(struct job *job, void *ctx)
{
	struct password_job *j = (struct password_job *)job;

	(void)ctx;
	j->right = secret_password_verify(j->member->password_hash, j->present);
	j->hashed = j->right && secret_password_hash(j->fresh, j->fresh_hash) == 0;
}

static void work_done(struct job *job)
{
	struct password_job *j = (struct password_job *)job;
	struct access_login r = {.verdict = ACCESS_WRONG};

	if (j->right && access_member_find(j->a, j->login) == j->member) {
		r.verdict = j->hashed ? ACCESS_BUSY : ACCESS_FAILED;
		access_member_row(j->member, &j->row);
		j->row.password_hash = j->fresh_hash;
		if (j->hashed && access_begin(j->a,
					      &(struct access_start){
						      .user = j->member->user.id,
						      .factor = j->factor,
						      .device = j->device,
						      .replaces = j->session,
						      .also = keep,
						      .kept = kept,
						      .data = j,
					      },
					      begun, j) == RDVD_OK)
			return;
	}
	job_end(j, &r);
}

void access_password(struct access *a, const char *present, const char *fresh,
		     const struct access_attempt *at, access_login_cb *cb, void *arg)
{
	const struct access_session *s =
		at->replaces ? access_table_find(&a->sessions, at->replaces) : NULL;
	int64_t now_ms = clock_monotonic_ms(), wait_ms;
	struct password_job *j;
	const char *login;

	if (!s) {
		access_answer_later(a, ACCESS_GONE, 0, cb, arg);
		return;
	}
	login = s->member->user.login;
	wait_ms = access_guard_wait_ms(a->guard, login, at->address, now_ms);
	if (wait_ms > 0) {
		access_answer_later(a, ACCESS_WAIT, (int)((wait_ms + 999) / 1000), cb,
				    arg);
		return;
	}
	j = xcalloc(1, sizeof *j);
	j->a = a;
	j->member = s->member;
	j->factor = s->factor;
	memcpy(j->session, s->hash, sizeof j->session);
	j->login = xstrdup(login);
	j->present = xstrdup(present);
	j->fresh = xstrdup(fresh);
	j->address = xstrdup(at->address);
	j->device = xstrdup(s->device);
	j->cb = cb;
	j->arg = arg;
	j->work.run = work_run;
	j->work.done = work_done;
	if (worker_submit(a->passwords, &j->work) < 0) {
		struct access_login r = {.verdict = ACCESS_BUSY};

		access_answer_later(a, r.verdict, 0, cb, arg);
		j->cb = NULL;
		free(j->login);
		free(j->present);
		free(j->fresh);
		free(j->address);
		free(j->device);
		free(j);
		return;
	}
	access_guard_attempt(a->guard, login, at->address, now_ms);
}
