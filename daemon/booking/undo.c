/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo.c - the team takes back what it has just moved or cancelled: for half a minute
 * nothing of it leaves, and the store puts everything as it was in one transaction. The
 * agenda follows. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/impl.h"
#include "booking/watch.h"

struct undo_job {
	struct store_job job;
	struct booking *b;
	struct rdvd_take_back in;
	char actor[64];
	char token[SECRET_TOKEN_CHARS + 1];
	struct rdvd_appointment *was, *is; /* owned */
	int changed;
	booking_cb *cb;
	void *arg;
};

static int keep(void *arg, const struct rdvd_appointment *a)
{
	struct rdvd_appointment **out = arg;

	free(*out);
	*out = appointment_dup(a);
	return 1;
}

static enum rdvd_rc undo_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct undo_job *j = (struct undo_job *)job;
	enum rdvd_rc rc = ops->appointment_get(st, &j->in.which, keep, &j->was);

	j->changed = 0;
	if (rc != RDVD_OK)
		return rc;
	if (!ops->take_back)
		return RDVD_STALE;
	rc = ops->take_back(st, &j->in, &j->changed);
	if (rc != RDVD_OK)
		return rc;
	return ops->appointment_get(st, &j->in.which, keep, &j->is);
}

static void undo_done(struct store_job *job)
{
	struct undo_job *j = (struct undo_job *)job;
	struct booking *b = j->b;
	struct booking_reply r = {.verdict = verdict_of_store(job->rc),
				  .token = j->token};

	if (r.verdict == BOOKING_DONE && j->changed) {
		if (j->was->status != RDVD_CANCELLED)
			session_left(b, j->was);
		session_joined(b, j->is, j->is->capacity > 0 ? j->is->party_size : 0);
		booking_notify_changed(b);
		booking_tell_of(b, j->was);
		booking_tell_of(b, j->is);
	}
	r.appointment = r.verdict == BOOKING_DONE ? j->is : j->was;
	if (r.verdict == BOOKING_NOT_FOUND || r.verdict >= BOOKING_BUSY)
		r.appointment = NULL;
	if (r.appointment)
		booking_token(b, r.appointment->ref, r.appointment->generation, j->token);
	j->cb(j->arg, &r);
	free(j->was);
	free(j->is);
	free(j);
}

void booking_undo(struct booking *b, rdvd_id id, const char *actor, booking_cb *cb,
		  void *arg)
{
	struct undo_job *j = xcalloc(1, sizeof(*j));

	*j = (struct undo_job){.b = b, .cb = cb, .arg = arg};
	snprintf(j->actor, sizeof(j->actor), "%s", actor ? actor : "");
	j->in = (struct rdvd_take_back){
		.which = {.id = id}, .now = clock_now(), .actor = j->actor};
	j->job.run = undo_run;
	j->job.done = undo_done;
	if (store_write(b->store, &j->job) == RDVD_OK)
		return;
	cb(arg, &(struct booking_reply){.verdict = BOOKING_BUSY, .token = ""});
	free(j);
}
