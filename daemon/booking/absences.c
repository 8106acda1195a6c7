/* SPDX-License-Identifier: GPL-3.0-or-later */
/* absences.c - the absences to come, with what colleagues are told of them: read in the
 * reader's thread, given back whole. The agenda knows the times, not the words. */
#include <stdlib.h>
#include <string.h>

#include "booking/impl.h"

struct absences_job {
	struct store_job job;
	rdvd_time from;
	struct rdvd_absence *items; /* owned, labels too */
	size_t n, cap;
	booking_absences_cb *cb;
	void *arg;
};

static void forget(struct absences_job *j)
{
	for (size_t i = 0; i < j->n; i++)
		free((char *)j->items[i].label);
	j->n = 0;
}

static int keep(void *arg, const struct rdvd_absence *a)
{
	struct absences_job *j = arg;
	VEC_GROW(j->items, j->n, j->cap);
	j->items[j->n] = *a;
	j->items[j->n++].label = xstrdup(a->label);
	return 0;
}

static enum rdvd_rc absences_run(const struct rdvd_store_ops *ops, void *st,
				 struct store_job *job)
{
	struct absences_job *j = (struct absences_job *)job;
	forget(j);
	return ops->absence_each(st, j->from, keep, j);
}

static void absences_done(struct store_job *job)
{
	struct absences_job *j = (struct absences_job *)job;
	j->cb(j->arg, job->rc, j->items, j->n);
	forget(j);
	free(j->items);
	free(j);
}

void booking_absences(struct booking *b, rdvd_time from, booking_absences_cb *cb,
		      void *arg)
{
	struct absences_job *j = xcalloc(1, sizeof *j);
	*j = (struct absences_job){.from = from, .cb = cb, .arg = arg};
	j->job.run = absences_run;
	j->job.done = absences_done;
	if (store_read(b->store, &j->job) == RDVD_OK)
		return;
	cb(arg, RDVD_BUSY, NULL, 0);
	free(j);
}
