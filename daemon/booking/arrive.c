/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arrive.c - what the front desk says of an appointment of the day: the person is there,
 * or will be late, or somebody comes along. Nothing is owed to anybody for it, and no
 * agenda changes: one store job writes it and reads the row again. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/impl.h"
#include "booking/watch.h"

struct arrive_job {
	struct store_job job;
	struct booking *b;
	struct rdvd_arrival in;
	char actor[64];
	char companion[COMPANION_BYTES];
	char token[SECRET_TOKEN_CHARS + 1];
	struct rdvd_appointment *after; /* owned */
	int changed;
	booking_cb *cb;
	void *arg;
};

static int keep(void *arg, const struct rdvd_appointment *a)
{
	struct arrive_job *j = arg;

	j->after = appointment_dup(a);
	return 1;
}

/* Also when the store refuses: the answer shows the row as it is. */
static enum rdvd_rc run(const struct rdvd_store_ops *ops, void *st, struct store_job *job)
{
	struct arrive_job *j = (struct arrive_job *)job;
	const struct rdvd_which w = {.id = j->in.participation};
	enum rdvd_rc rc, read;

	free(j->after);
	j->after = NULL;
	j->changed = 0;
	rc = ops->arrive(st, &j->in, &j->changed);
	read = ops->appointment_get(st, &w, keep, j);
	return rc != RDVD_OK ? rc : read;
}

static void answer(struct arrive_job *j, enum booking_verdict v,
		   const struct booking_errors *errors)
{
	struct booking_reply r = {.verdict = v == BOOKING_TOO_LATE ? BOOKING_IS_CANCELLED
								   : v,
				  .token = j->token,
				  .errors = errors};

	if (j->after) {
		r.appointment = j->after;
		booking_token(j->b, j->after->ref, j->after->generation, j->token);
	}
	j->cb(j->arg, &r);
	free(j->after);
	free(j);
}

static void done(struct store_job *job)
{
	struct arrive_job *j = (struct arrive_job *)job;

	if (job->rc == RDVD_OK && j->changed)
		booking_tell_of(j->b, j->after);
	answer(j, verdict_of_store(job->rc), NULL);
}

int companion_normalise(const char *typed, char out[COMPANION_BYTES],
			struct booking_errors *errors)
{
	if (person_trim(typed, out, COMPANION_BYTES, COMPANION_MAX) == 0)
		return 0;
	booking_error_add(errors, "companion", "too_long",
			  "C’est trop long : 120 caractères au plus.");
	return -1;
}

void booking_arrive(struct booking *b, rdvd_id id, const struct booking_arrival *a,
		    const char *actor, booking_cb *cb, void *arg)
{
	struct arrive_job *j = xcalloc(1, sizeof(*j));
	struct booking_errors errors = {.n = 0};
	rdvd_time now = clock_now();

	j->b = b;
	j->cb = cb;
	j->arg = arg;
	snprintf(j->actor, sizeof(j->actor), "%s", actor);
	j->in = (struct rdvd_arrival){
		.participation = id,
		.arrived = a->here == ARRIVAL_HERE	 ? now
			   : a->here == ARRIVAL_NOT_HERE ? 0
							 : -1,
		.expected = a->expected,
		.companion = a->companion ? j->companion : NULL,
		.now = now,
		.actor = j->actor,
	};
	if (a->companion &&
	    companion_normalise(a->companion, j->companion, &errors) < 0) {
		answer(j, BOOKING_FIELDS, &errors);
		return;
	}
	j->job.run = run;
	j->job.done = done;
	if (store_write(b->store, &j->job) != RDVD_OK)
		answer(j, BOOKING_BUSY, NULL);
}
