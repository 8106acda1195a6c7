/* SPDX-License-Identifier: GPL-3.0-or-later */
/* touched.c - see touched.h: jobs of the store around what a change leaves without an
 * opening. */
#include "booking/touched.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/access.h"
#include "booking/edit.h"
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

/* What an edit treated. */
struct actor_part {
	rdvd_id definition;
	enum rdvd_definition_kind kind;
	char *slug, *before, *after; /* owned, or NULL */
};

struct actor_job {
	struct store_job job;
	struct booking *b;
	const struct access_user *user; /* NULL: the operator */
	rdvd_id edit;
	char *actor; /* owned */
	int undone;
	struct actor_part *parts; /* owned */
	size_t n;
	touched_actor_cb *cb;
	void *arg;
};

static void forget_actor(struct actor_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->parts[i].slug);
		free(j->parts[i].before);
		free(j->parts[i].after);
	}
	free(j->parts);
	free(j->actor);
	j->parts = NULL;
	j->actor = NULL;
	j->n = 0;
}

static void keep_actor(void *arg, const struct rdvd_edit *e)
{
	struct actor_job *j = arg;

	j->actor = xstrdup(e->actor);
	j->undone = e->undone != 0;
}

static void keep_parts(void *arg, const struct rdvd_edit *e)
{
	struct actor_job *j = arg;

	j->parts = xcalloc(e->n + 1, sizeof *j->parts);
	for (j->n = 0; j->n < e->n; j->n++)
		j->parts[j->n] = (struct actor_part){
			.definition = e->parts[j->n].definition,
			.before = xstrdup_null(e->parts[j->n].before),
			.after = xstrdup_null(e->parts[j->n].after),
		};
}

static int name_part(void *arg, const struct rdvd_definition *d)
{
	struct actor_job *j = arg;

	for (size_t i = 0; i < j->n; i++)
		if (j->parts[i].definition == d->id && !j->parts[i].slug) {
			j->parts[i].kind = d->kind;
			j->parts[i].slug = xstrdup(d->slug);
		}
	return 0;
}

static enum rdvd_rc actor_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct actor_job *j = (struct actor_job *)job;
	enum rdvd_rc rc;

	forget_actor(j);
	if (!ops->edit_head || !ops->edit_get)
		return RDVD_NOT_FOUND;
	rc = ops->edit_head(st, j->edit, keep_actor, j);
	if (rc == RDVD_OK)
		rc = ops->edit_get(st, j->edit, keep_parts, j);
	return rc == RDVD_OK ? ops->definition_each(st, name_part, j) : rc;
}

/* The object with that body, put: hers to do? */
static int may_put(const struct actor_job *j, const struct actor_part *p,
		   const char *body)
{
	json_t *o = body ? json_loads(body, 0, NULL) : NULL;
	const struct booking_edit e = {.kind = p->kind, .slug = p->slug, .body = o};
	int may = booking_edit_may(j->b, j->user, &e);

	json_decref(o);
	return may;
}

/* What it changed, as it was, as it became and as it is now. */
static int may_treat(const struct actor_job *j)
{
	for (size_t i = 0; j->user && i < j->n; i++) {
		const struct actor_part *p = &j->parts[i];

		if (!p->slug || !may_put(j, p, p->before) || !may_put(j, p, p->after))
			return 0;
	}
	return 1;
}

static void actor_done(struct store_job *job)
{
	struct actor_job *j = (struct actor_job *)job;

	if (job->rc == RDVD_OK && may_treat(j))
		j->cb(j->arg, RDVD_OK, j->actor, j->undone);
	else
		j->cb(j->arg, job->rc == RDVD_OK ? RDVD_NOT_FOUND : job->rc, "", 0);
	forget_actor(j);
	free(j);
}

void touched_edit_actor(struct booking *b, rdvd_id edit, const struct access_user *u,
			touched_actor_cb *cb, void *arg)
{
	struct actor_job *j = xcalloc(1, sizeof *j);

	j->b = b;
	j->user = u;

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
