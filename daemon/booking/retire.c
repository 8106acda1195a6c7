/* SPDX-License-Identifier: GPL-3.0-or-later */
/* retire.c - the territory before the present one. Jobs that wait for the store, or are
 * in it, hold strings of the territory they were made with. The store does its writes in
 * order, so that a job which does nothing says when the last of them is done; what is
 * large is then freed in a reader's thread, not in the loop. */
#include <stdlib.h>

#include "booking/impl.h"

struct old_territory {
	struct store_job job; /* first */
	struct territory *t;
	struct agenda *agenda;
	struct old_territory *next;
};

static enum rdvd_rc fence_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	return RDVD_OK;
}

static enum rdvd_rc free_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct old_territory *o = (struct old_territory *)job;

	agenda_free(o->agenda);
	territory_free(o->t);
	o->agenda = NULL;
	o->t = NULL;
	return RDVD_OK;
}

static void free_done(struct store_job *job)
{
	free_run(NULL, NULL, job);
	free(job);
}

static void fence_done(struct store_job *job)
{
	job->run = free_run;
	job->done = free_done;
	if (store_read(job->store, job) != RDVD_OK)
		free_done(job);
}

static void fence(struct booking *b, struct old_territory *o)
{
	if (store_write(b->store, &o->job) == RDVD_OK)
		return;
	o->next = b->old;
	b->old = o;
}

void territory_retire(struct booking *b, struct territory *t, struct agenda *a)
{
	struct old_territory *o = xcalloc(1, sizeof *o);

	o->job.run = fence_run;
	o->job.done = fence_done;
	o->job.proves_nothing = 1;
	o->t = t;
	o->agenda = a;
	fence(b, o);
}

void territories_retire_again(struct booking *b)
{
	struct old_territory *list = b->old;

	b->old = NULL;
	while (list) {
		struct old_territory *o = list;

		list = o->next;
		fence(b, o);
	}
}

void territories_free(struct booking *b)
{
	while (b->old) {
		struct old_territory *o = b->old;

		b->old = o->next;
		free_done(&o->job);
	}
}
