/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_session.c - sessions: begun with a row of the store, in one transaction with
 * whatever makes them right; how far each has come; the list of one's own. A session that
 * grows (the second factor given, the password changed) goes on under a new token, and
 * the old one ends with it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/access_impl.h"
#include "booking/rights.h"

/* ---- beginning ---- */

struct begin_job {
	struct store_job job;
	struct access *a;
	struct access_start s;
	struct rdvd_login row;
	char device[64];
	uint8_t replaced[RDVD_HASH_SIZE];
	char token[SECRET_TOKEN_CHARS + 1];
	access_begun_cb *cb;
	void *arg;
};

static enum rdvd_rc begin_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct begin_job *j = (struct begin_job *)job;
	enum rdvd_rc rc = RDVD_OK;

	j->row.user = j->s.user;
	if (j->s.also)
		rc = j->s.also(ops, st, j->s.data, &j->row.user);
	if (rc == RDVD_OK && j->s.replaces) {
		rc = ops->login_remove(st, j->replaced);
		if (rc == RDVD_NOT_FOUND)
			rc = RDVD_OK;
	}
	return rc == RDVD_OK ? ops->login_put(st, &j->row) : rc;
}

static void begin_done(struct store_job *job)
{
	struct begin_job *j = (struct begin_job *)job;
	struct access_login r = {.verdict = access_verdict_of(job->rc)};
	struct access *a = j->a;
	struct access_session *s;

	if (job->rc == RDVD_OK) {
		if (j->s.replaces)
			free(access_table_take(&a->sessions, j->replaced));
		if (j->s.kept)
			j->s.kept(a, j->s.data);
		access_session_sweep(a, j->row.created);
		access_session_add(a, &j->row);
		s = access_table_find(&a->sessions, j->row.token_hash);
		r.token = j->token;
		r.max_age_s = a->o.absolute_s;
		if (s) {
			s->member->user.seen = j->row.created;
			r.user = access_member_user(a, s->member);
			r.stage = access_stage_of(a, s);
		}
	}
	j->cb(j->arg, job->rc, &r);
	explicit_bzero(j->token, sizeof j->token);
	free(j);
}

enum rdvd_rc access_begin(struct access *a, const struct access_start *s,
			  access_begun_cb *cb, void *arg)
{
	struct begin_job *j = xcalloc(1, sizeof *j);

	j->a = a;
	j->s = *s;
	if (s->replaces)
		memcpy(j->replaced, s->replaces, sizeof j->replaced);
	if (s->device)
		strncpy(j->device, s->device, sizeof j->device - 1);
	secret_token_random(j->token);
	secret_token_hash(j->token, j->row.token_hash);
	j->row.created = j->row.last_seen = clock_now();
	j->row.expires = j->row.created + a->o.absolute_s;
	j->row.device = j->device;
	j->row.factor = s->factor;
	j->cb = cb;
	j->arg = arg;
	j->job.run = begin_run;
	j->job.done = begin_done;
	if (store_write(a->store, &j->job) == RDVD_OK)
		return RDVD_OK;
	free(j);
	return RDVD_BUSY;
}

enum access_verdict access_verdict_of(enum rdvd_rc rc)
{
	switch (rc) {
	case RDVD_OK: return ACCESS_OK;
	case RDVD_NOT_FOUND:
	case RDVD_INVALID: return ACCESS_WRONG;
	case RDVD_STALE: return ACCESS_GONE;
	case RDVD_CONFLICT: return ACCESS_TAKEN;
	case RDVD_BUSY: return ACCESS_BUSY;
	case RDVD_UNCERTAIN:
	case RDVD_FAILED: break;
	}
	return ACCESS_FAILED;
}

/* ---- how far ---- */

enum access_stage access_stage_of(const struct access *a, const struct access_session *s)
{
	const struct access_user *u = &s->member->user;

	if (u->disabled)
		return ACCESS_NOBODY;
	if (u->has_totp)
		return s->factor ? ACCESS_FULL : ACCESS_NEEDS_CODE;
	return rights_administers(u) && !a->around.factor_advised ? ACCESS_NEEDS_FACTOR
								  : ACCESS_FULL;
}

/* ---- one's own ---- */

static int later_seen(const void *x, const void *y)
{
	const struct access_session_row *p = x, *q = y;

	return (p->last_seen < q->last_seen) - (p->last_seen > q->last_seen);
}

size_t access_session_list(const struct access *a, rdvd_id user,
			   struct access_session_row *out, size_t max)
{
	const struct access_session *s;
	size_t n = 0;

	for (size_t i = 0; n < max && (s = access_table_next(&a->sessions, &i));) {
		if (s->member->user.id != user || access_stage_of(a, s) != ACCESS_FULL)
			continue;
		memcpy(out[n].hash, s->hash, sizeof out[n].hash);
		out[n].device = s->device;
		out[n].created = s->created;
		out[n++].last_seen = s->last_seen;
	}
	qsort(out, n, sizeof *out, later_seen);
	return n;
}

void access_session_end_others(struct access *a, rdvd_id user, const uint8_t *but)
{
	struct access_session *s, **ending = xcalloc(a->sessions.n + 1, sizeof *ending);
	size_t n = 0;

	for (size_t i = 0; (s = access_table_next(&a->sessions, &i));)
		if (s->member->user.id == user &&
		    (!but || memcmp(s->hash, but, sizeof s->hash) != 0))
			ending[n++] = s;
	while (n--)
		access_session_remove(a, ending[n]->hash, NULL, NULL);
	free(ending);
}
