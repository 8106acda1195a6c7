/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_read.c - what is shown of the waiting list: to one who waits, or waited, and to
 * the team. Read from the store, in a reader's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/waiting_impl.h"

#define FATES_S (14 * CIVIL_DAY_SECONDS)

/* ---- one ---- */

struct show_job {
	struct store_job job;
	struct waiting *w;
	enum waiting_verdict verdict;
	uint8_t hash[RDVD_HASH_SIZE];
	char token[SECRET_TOKEN_CHARS + 1];
	struct rdvd_wait *wait; /* owned */
	struct rdvd_offer open;
	struct rdvd_appointment *appointment; /* owned */
	waiting_cb *cb;
	void *arg;
};

static int show_wait(void *arg, const struct rdvd_wait *row)
{
	struct show_job *j = arg;

	j->wait = waiting_row_dup(row);
	return 1;
}

static int show_offer(void *arg, const struct rdvd_offer *o, const struct rdvd_wait *row)
{
	struct show_job *j = arg;

	(void)row;
	if (o->state == RDVD_OFFER_OPEN)
		j->open = *o;
	return 0;
}

static int show_appointment(void *arg, const struct rdvd_appointment *a)
{
	struct show_job *j = arg;

	free(j->appointment);
	j->appointment = appointment_dup(a);
	return 1;
}

static void show_clear(struct show_job *j)
{
	free(j->wait);
	free(j->appointment);
	j->wait = NULL;
	j->appointment = NULL;
	j->open.id = 0;
}

static enum rdvd_rc show_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct show_job *j = (struct show_job *)job;
	struct rdvd_which which;
	enum rdvd_rc rc;

	show_clear(j);
	if (!ops->wait_get)
		return RDVD_NOT_FOUND;
	rc = ops->wait_get(st, j->hash, show_wait, j);
	if (rc != RDVD_OK || !j->wait)
		return rc == RDVD_OK ? RDVD_NOT_FOUND : rc;
	rc = ops->offer_each(st, j->wait->id, 0, show_offer, j);
	which = (struct rdvd_which){.id = j->wait->participation};
	if (rc == RDVD_OK && which.id)
		rc = ops->appointment_get(st, &which, show_appointment, j);
	return rc;
}

static void show_done(struct store_job *job)
{
	struct show_job *j = (struct show_job *)job;
	struct waiting *w = j->w;
	char token[SECRET_TOKEN_CHARS + 1] = "";
	struct waiting_reply r = {.verdict = j->verdict, .token = j->token};

	w->jobs--;
	if (job->rc == RDVD_NOT_FOUND) {
		r.verdict = WAITING_NOT_FOUND;
		r.token = "";
	} else if (job->rc != RDVD_OK) {
		r.verdict = WAITING_BUSY;
	} else {
		r.wait = j->wait;
		if (j->open.id && j->open.expires > clock_now())
			r.offer = &j->open;
		r.appointment = j->appointment;
	}
	if (r.appointment) {
		booking_token(w->booking, j->appointment->ref, j->appointment->generation,
			      token);
		r.appointment_token = token;
	}
	/* took it before: that is what was wanted */
	if (r.verdict == WAITING_OVER && r.wait && r.wait->state == RDVD_WAIT_SERVED)
		r.verdict = WAITING_DONE;
	j->cb(j->arg, &r);
	show_clear(j);
	free(j);
}

void waiting_show(struct waiting *w, const char *token, enum waiting_verdict v,
		  waiting_cb *cb, void *arg)
{
	struct show_job *j = xcalloc(1, sizeof(*j));
	const struct waiting_reply busy = {.verdict = WAITING_BUSY, .token = ""};

	j->job.run = show_run;
	j->job.done = show_done;
	j->w = w;
	j->verdict = v;
	j->cb = cb;
	j->arg = arg;
	snprintf(j->token, sizeof(j->token), "%s", token);
	secret_token_hash(token, j->hash);
	if (waiting_read(w, &j->job) == RDVD_OK)
		return;
	free(j);
	cb(arg, &busy);
}

void waiting_get(struct waiting *w, const char *token, waiting_cb *cb, void *arg)
{
	const struct waiting_reply none = {.verdict = WAITING_NOT_FOUND, .token = ""};

	if (token && strlen(token) == SECRET_TOKEN_CHARS)
		waiting_show(w, token, WAITING_DONE, cb, arg);
	else
		cb(arg, &none);
}

/* ---- all ---- */

struct list_job {
	struct store_job job;
	struct waiting *w;
	rdvd_time since;
	struct waiting_row *rows; /* owned, with all that they point to */
	size_t n, cap;
	struct rdvd_offer *offers; /* owned, by made */
	size_t noffers, offers_cap;
	waiting_list_cb *cb;
	void *arg;
};

static void list_clear(struct list_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free((void *)j->rows[i].wait);
		free((void *)j->rows[i].appointment);
		free((void *)j->rows[i].offers);
	}
	free(j->rows);
	free(j->offers);
	j->rows = NULL;
	j->offers = NULL;
	j->n = j->cap = j->noffers = j->offers_cap = 0;
}

static int list_wait(void *arg, const struct rdvd_wait *row)
{
	struct list_job *j = arg;

	VEC_GROW(j->rows, j->n, j->cap);
	j->rows[j->n++] = (struct waiting_row){.wait = waiting_row_dup(row)};
	return 0;
}

/* Also of those who wait no longer. */
static int list_offer(void *arg, const struct rdvd_offer *o, const struct rdvd_wait *row)
{
	struct list_job *j = arg;
	size_t i = 0;

	VEC_GROW(j->offers, j->noffers, j->offers_cap);
	j->offers[j->noffers++] = *o;
	while (i < j->n && j->rows[i].wait->id != row->id)
		i++;
	if (i == j->n)
		list_wait(arg, row);
	return 0;
}

static int list_appointment(void *arg, const struct rdvd_appointment *a)
{
	struct waiting_row *row = arg;

	row->appointment = appointment_dup(a);
	return 1;
}

/* Its offers, the latest first. */
static void give_offers(struct list_job *j, struct waiting_row *row)
{
	struct rdvd_offer *mine;
	size_t n = 0;

	for (size_t i = 0; i < j->noffers; i++)
		n += j->offers[i].wait == row->wait->id;
	mine = xcalloc(n + 1, sizeof(*mine));
	row->offers = mine;
	row->noffers = n;
	for (size_t i = 0; i < j->noffers; i++)
		if (j->offers[i].wait == row->wait->id)
			mine[--n] = j->offers[i];
	for (size_t i = 0; i < row->noffers; i++)
		if (mine[i].state == RDVD_OFFER_OPEN)
			row->offer = &mine[i];
}

static enum rdvd_rc list_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct list_job *j = (struct list_job *)job;
	enum rdvd_rc rc;

	list_clear(j);
	if (!ops->wait_each)
		return RDVD_OK;
	rc = ops->wait_each(st, list_wait, j);
	if (rc == RDVD_OK)
		rc = ops->offer_each(st, 0, j->since, list_offer, j);
	for (size_t i = 0; i < j->n && rc == RDVD_OK; i++) {
		struct rdvd_which which = {.id = j->rows[i].wait->participation};

		give_offers(j, &j->rows[i]);
		if (which.id)
			rc = ops->appointment_get(st, &which, list_appointment,
						  &j->rows[i]);
		if (rc == RDVD_NOT_FOUND)
			rc = RDVD_OK;
	}
	return rc;
}

static void list_done(struct store_job *job)
{
	struct list_job *j = (struct list_job *)job;

	j->w->jobs--;
	if (job->rc == RDVD_OK)
		j->cb(j->arg, RDVD_OK, j->rows, j->n);
	else
		j->cb(j->arg, job->rc, NULL, 0);
	list_clear(j);
	free(j);
}

void waiting_list(struct waiting *w, waiting_list_cb *cb, void *arg)
{
	struct list_job *j = xcalloc(1, sizeof(*j));

	j->job.run = list_run;
	j->job.done = list_done;
	j->w = w;
	j->since = clock_now() - FATES_S;
	j->cb = cb;
	j->arg = arg;
	if (waiting_read(w, &j->job) == RDVD_OK)
		return;
	free(j);
	cb(arg, RDVD_BUSY, NULL, 0);
}
