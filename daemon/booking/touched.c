/* SPDX-License-Identifier: GPL-3.0-or-later */
/* touched.c - see touched.h: jobs of the store around what a change leaves without an
 * opening. */
#include "booking/touched.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/impl.h"

/* ---- noting ---- */

struct note_job {
	struct store_job job;
	rdvd_id *ids; /* owned, as the texts */
	struct rdvd_touched *rows;
	size_t n;
	char *why, *actor; /* why NULL: forget them */
	void (*done)(void *arg, enum rdvd_rc rc);
	void *arg;
};

static enum rdvd_rc note_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct note_job *j = (struct note_job *)job;

	if (!ops->touched_put)
		return RDVD_OK;
	return j->why ? ops->touched_put(st, j->rows, j->n)
		      : ops->touched_drop(st, j->ids, j->n);
}

static void note_done(struct store_job *job)
{
	struct note_job *j = (struct note_job *)job;

	if (j->done)
		j->done(j->arg, job->rc);
	free(j->ids);
	free(j->rows);
	free(j->why);
	free(j->actor);
	free(j);
}

static void note(struct booking *b, const rdvd_id *ids, size_t n, const char *why,
		 int left, const char *actor, void (*done)(void *, enum rdvd_rc),
		 void *arg)
{
	struct note_job *j = xcalloc(1, sizeof *j);

	j->job.run = note_run;
	j->job.done = note_done;
	j->ids = xcalloc(n + 1, sizeof *j->ids);
	j->rows = xcalloc(n + 1, sizeof *j->rows);
	j->n = n;
	j->why = why ? xstrdup(why) : NULL;
	j->actor = xstrdup(actor);
	j->done = done;
	j->arg = arg;
	for (size_t i = 0; i < n; i++) {
		j->ids[i] = ids[i];
		j->rows[i] = (struct rdvd_touched){.participation = ids[i],
						   .why = j->why,
						   .left = left,
						   .at = clock_now(),
						   .actor = j->actor};
	}
	if (store_write(b->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	note_done(&j->job);
}

void touched_note(struct booking *b, const rdvd_id *ids, size_t n, const char *why,
		  int left, const char *actor, void (*done)(void *arg, enum rdvd_rc rc),
		  void *arg)
{
	note(b, ids, n, why, left, actor, done, arg);
}

void touched_forget(struct booking *b, const rdvd_id *ids, size_t n)
{
	note(b, ids, n, NULL, 0, "", NULL, NULL);
}

/* ---- listing ---- */

struct touched_list_job {
	struct store_job job;
	rdvd_id organisation;
	rdvd_time now;
	struct touched_row *rows; /* owned */
	size_t n, cap;
	touched_list_cb *cb;
	void *arg;
};

static void forget_rows(struct touched_list_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->rows[i].record.appointment);
		free(j->rows[i].why);
		free(j->rows[i].actor);
	}
	j->n = 0;
}

static int keep_row(void *arg, const struct rdvd_touched *t,
		    const struct rdvd_appointment *a)
{
	struct touched_list_job *j = arg;

	VEC_GROW(j->rows, j->n, j->cap);
	j->rows[j->n++] = (struct touched_row){
		.record = {.appointment = appointment_dup(a)},
		.why = xstrdup(t->why),
		.actor = xstrdup(t->actor),
		.left = t->left,
		.at = t->at,
	};
	return 0;
}

static int keep_contact(void *arg, const struct rdvd_contact *k)
{
	struct record *r = arg;

	r->stopped = k->stopped;
	r->bad_since = k->bad_since;
	return 1;
}

static enum rdvd_rc list_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct touched_list_job *j = (struct touched_list_job *)job;
	enum rdvd_rc rc;

	forget_rows(j);
	if (!ops->touched_each)
		return RDVD_OK;
	rc = ops->touched_each(st, j->organisation, j->now, keep_row, j);
	for (size_t i = 0; rc == RDVD_OK && i < j->n; i++) {
		struct record *r = &j->rows[i].record;

		if (!*r->appointment->person.phone)
			continue;
		rc = ops->contact_get(st, r->appointment->person.phone, keep_contact, r);
		if (rc == RDVD_NOT_FOUND)
			rc = RDVD_OK;
	}
	return rc;
}

static void list_done(struct store_job *job)
{
	struct touched_list_job *j = (struct touched_list_job *)job;

	j->cb(j->arg, job->rc, j->rows, j->n);
	forget_rows(j);
	free(j->rows);
	free(j);
}

void touched_list(struct booking *b, rdvd_id organisation, touched_list_cb *cb, void *arg)
{
	struct touched_list_job *j = xcalloc(1, sizeof *j);

	j->job.run = list_run;
	j->job.done = list_done;
	j->organisation = organisation;
	j->now = clock_now();
	j->cb = cb;
	j->arg = arg;
	if (store_read(b->store, &j->job) == RDVD_OK)
		return;
	cb(arg, RDVD_BUSY, NULL, 0);
	free(j);
}

/* ---- whose edit ---- */

struct actor_job {
	struct store_job job;
	rdvd_id edit;
	char *actor; /* owned */
	int undone;
	touched_actor_cb *cb;
	void *arg;
};

static void keep_actor(void *arg, const struct rdvd_edit *e)
{
	struct actor_job *j = arg;

	j->actor = xstrdup(e->actor);
	j->undone = e->undone != 0;
}

static enum rdvd_rc actor_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct actor_job *j = (struct actor_job *)job;

	free(j->actor);
	j->actor = NULL;
	if (!ops->edit_head)
		return RDVD_NOT_FOUND;
	return ops->edit_head(st, j->edit, keep_actor, j);
}

static void actor_done(struct store_job *job)
{
	struct actor_job *j = (struct actor_job *)job;

	j->cb(j->arg, job->rc, j->actor ? j->actor : "", j->undone);
	free(j->actor);
	free(j);
}

void touched_edit_actor(struct booking *b, rdvd_id edit, touched_actor_cb *cb, void *arg)
{
	struct actor_job *j = xcalloc(1, sizeof *j);

	j->job.run = actor_run;
	j->job.done = actor_done;
	j->edit = edit;
	j->cb = cb;
	j->arg = arg;
	if (store_read(b->store, &j->job) == RDVD_OK)
		return;
	cb(arg, RDVD_BUSY, "", 0);
	free(j);
}
