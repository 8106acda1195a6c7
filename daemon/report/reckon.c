/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reckon.c - see reckon.h. A question is one job that is given to the readers again and
 * again: first for what was open, then for a month of appointments each time. */
#include "report/reckon.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/forecast.h"
#include "report/reckon_impl.h"
#include "report/sheet.h"

#define SLICE_DAYS 31
#define BOOK_FOLDER "/tmp" /* a service has one of its own */

struct question {
	struct store_job job;
	struct reckon *r;
	struct reckon_ask ask;
	struct figures *parts[2];
	struct rdvd_supply *fresh; /* owned: what no night has written down yet */
	size_t nfresh;
	char *words; /* owned, of fresh */
	int64_t written;
	int opened;   /* what was open is counted */
	int part;     /* being read */
	civil_day at; /* the slice's first day */
	civil_day supplied;
	/* found by the slice that is being read, taken over when it is whole */
	struct rdvd_figure *found; /* owned */
	size_t nfound, cap;
	reckon_cb *cb;
	void *arg;
};

struct reckon *reckon_new(struct store *s, struct outbox *o)
{
	struct reckon *r = xcalloc(1, sizeof *r);

	r->store = s;
	r->outbox = o;
	r->written = CIVIL_DAY_NONE;
	return r;
}

void reckon_free(struct reckon *r)
{
	free(r);
}

/* ---- what was open ---- */

static void see_supply(struct question *q, const struct rdvd_supply *s)
{
	const struct reckon_ask *a = &q->ask;

	if (q->supplied == CIVIL_DAY_NONE || s->day < q->supplied)
		q->supplied = s->day;
	if (s->day >= a->from && s->day < a->to)
		figures_supply(q->parts[0], s);
	if (s->day >= a->than && s->day < a->than_to)
		figures_supply(q->parts[1], s);
}

static int keep_supply(void *arg, const struct rdvd_supply *s)
{
	see_supply(arg, s);
	return 0;
}

static enum rdvd_rc read_open(const struct rdvd_store_ops *ops, void *st,
			      struct question *q)
{
	const struct rdvd_figure_filter all = {.from = CIVIL_DAY_NONE,
					       .to = INT32_MAX,
					       .organisation = q->ask.organisation};
	enum rdvd_rc rc;

	q->written = CIVIL_DAY_NONE;
	rc = ops->cursor_get(st, RECKON_CURSOR, &q->written);
	if (rc == RDVD_OK || rc == RDVD_NOT_FOUND)
		rc = ops->supply_each(st, &all, keep_supply, q);
	for (size_t i = 0; rc == RDVD_OK && i < q->nfresh; i++)
		if (q->fresh[i].day > q->written)
			see_supply(q, &q->fresh[i]);
	return rc;
}

/* ---- appointments ---- */

static int keep_figure(void *arg, const struct rdvd_figure *f)
{
	struct question *q = arg;

	VEC_GROW(q->found, q->nfound, q->cap);
	q->found[q->nfound++] = *f;
	return 0;
}

static civil_day part_end(const struct question *q)
{
	return q->part ? q->ask.than_to : q->ask.to;
}

static enum rdvd_rc read_slice(const struct rdvd_store_ops *ops, void *st,
			       struct question *q)
{
	struct rdvd_figure_filter f = {.from = q->at,
				       .to = q->at + SLICE_DAYS,
				       .organisation = q->ask.organisation};
	enum rdvd_rc rc;

	if (f.to > part_end(q))
		f.to = part_end(q);
	q->nfound = 0;
	rc = ops->figure_each(st, &f, keep_figure, q);
	for (size_t i = 0; rc == RDVD_OK && i < q->nfound; i++)
		figures_add(q->parts[q->part], &q->found[i]);
	return rc;
}

static enum rdvd_rc question_run(const struct rdvd_store_ops *ops, void *st,
				 struct store_job *job)
{
	struct question *q = (struct question *)job;

	if (!ops->figure_each || !ops->supply_each)
		return RDVD_FAILED;
	return q->opened ? read_slice(ops, st, q) : read_open(ops, st, q);
}

static void question_end(struct question *q, enum rdvd_rc rc)
{
	int ok = rc == RDVD_OK;

	q->cb(q->arg, rc, ok ? q->parts[0] : NULL, ok ? q->parts[1] : NULL, q->supplied);
	figures_free(q->parts[0]);
	figures_free(q->parts[1]);
	free(q->fresh);
	free(q->words);
	free(q->found);
	free(q);
}

/* The next slice that has a day in it; 0 at the end. */
static int go_on(struct question *q)
{
	if (!q->opened) {
		q->opened = 1;
		q->r->written = (civil_day)q->written;
		q->at = q->ask.from;
	} else {
		q->at += SLICE_DAYS;
	}
	if (q->at >= part_end(q) && !q->part) {
		q->part = 1;
		q->at = q->ask.than;
	}
	return q->at < part_end(q);
}

static void question_done(struct store_job *job)
{
	struct question *q = (struct question *)job;

	if (job->rc != RDVD_OK || !go_on(q)) {
		question_end(q, job->rc);
		return;
	}
	if (store_read(q->r->store, &q->job) != RDVD_OK)
		question_end(q, RDVD_BUSY);
}

static void look_back(struct question *q)
{
	civil_day from = q->ask.today - FORECAST_DAYS_BACK;

	if (q->r->written != CIVIL_DAY_NONE && q->r->written + 1 > from)
		from = q->r->written + 1;
	if (from < q->ask.today)
		q->nfresh = forecast_supply(q->ask.agenda, q->ask.organisation_index,
					    from, q->ask.today, &q->fresh, &q->words);
}

void reckon_figures(struct reckon *r, const struct reckon_ask *ask, reckon_cb *cb,
		    void *arg)
{
	struct question *q = xcalloc(1, sizeof *q);

	q->r = r;
	q->ask = *ask;
	q->parts[0] = figures_new(ask->today);
	q->parts[1] = figures_new(ask->today);
	q->supplied = CIVIL_DAY_NONE;
	q->cb = cb;
	q->arg = arg;
	look_back(q);
	q->ask.agenda = NULL; /* it may be another one tomorrow */
	q->job.run = question_run;
	q->job.done = question_done;
	if (store_read(r->store, &q->job) != RDVD_OK)
		question_end(q, RDVD_BUSY);
}

/* ---- what was left to offer ---- */

struct outlook_job {
	struct store_job job;
	struct rdvd_figure_filter filter;
	struct rdvd_outlook *rows; /* owned */
	size_t n, cap;
	reckon_outlook_cb *cb;
	void *arg;
};

static int keep_outlook(void *arg, const struct rdvd_outlook *o)
{
	struct outlook_job *j = arg;

	VEC_GROW(j->rows, j->n, j->cap);
	j->rows[j->n++] = *o;
	return 0;
}

static enum rdvd_rc outlook_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct outlook_job *j = (struct outlook_job *)job;

	j->n = 0;
	if (!ops->outlook_each)
		return RDVD_OK;
	return ops->outlook_each(st, &j->filter, keep_outlook, j);
}

static void outlook_done(struct store_job *job)
{
	struct outlook_job *j = (struct outlook_job *)job;

	j->cb(j->arg, job->rc, j->rows, j->n);
	free(j->rows);
	free(j);
}

void reckon_outlook(struct reckon *r, rdvd_id organisation, civil_day from, civil_day to,
		    reckon_outlook_cb *cb, void *arg)
{
	struct outlook_job *j = xcalloc(1, sizeof *j);

	j->filter = (struct rdvd_figure_filter){from, to, organisation};
	j->cb = cb;
	j->arg = arg;
	j->job.run = outlook_run;
	j->job.done = outlook_done;
	if (store_read(r->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	outlook_done(&j->job);
}

/* ---- a workbook ---- */

struct book_job {
	struct store_job job;
	struct sheet *sheet; /* owned */
	struct buf out;
	reckon_book_cb *cb;
	void *arg;
};

/* Nothing is asked of the store: its readers may block, and the loop may not. */
static enum rdvd_rc book_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct book_job *j = (struct book_job *)job;

	(void)ops;
	(void)st;
	buf_clear(&j->out);
	return sheet_xlsx(&j->out, j->sheet, BOOK_FOLDER) == 0 ? RDVD_OK : RDVD_FAILED;
}

static void book_done(struct store_job *job)
{
	struct book_job *j = (struct book_job *)job;

	j->cb(j->arg, job->rc, job->rc == RDVD_OK ? &j->out : NULL);
	sheet_free(j->sheet);
	buf_fini(&j->out);
	free(j);
}

void reckon_book(struct reckon *r, const struct sheet *s, reckon_book_cb *cb, void *arg)
{
	struct book_job *j = xcalloc(1, sizeof *j);

	j->sheet = sheet_dup(s);
	j->cb = cb;
	j->arg = arg;
	j->job.run = book_run;
	j->job.done = book_done;
	if (store_read(r->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	book_done(&j->job);
}
