/* SPDX-License-Identifier: GPL-3.0-or-later */
/* night.c - reckon's night: which places were dry when it last looked is read first; who
 * must be told is told; then today's outlook and the days that are over are written. A
 * crash in between tells again what nobody has seen yet, which only makes it younger. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "message/outbox.h"
#include "report/forecast.h"
#include "report/reckon_impl.h"

#define OUTLOOK_KEEP_DAYS 400
#define SUPPLY_KEEP_DAYS 1900 /* five years and some */
#define LOOK_BACK_DAYS 60     /* for the last night that was */

/* What is said of a place, in the order of its services. */
struct alert {
	rdvd_id organisation, site;
	char *key, *text; /* owned */
};

struct night {
	struct store_job read, write;
	struct reckon *r;
	civil_day today;
	struct rdvd_outlook *outlook; /* owned */
	size_t noutlook;
	struct rdvd_supply *supply; /* owned */
	size_t nsupply;
	char *words;	      /* owned, of supply */
	struct alert *alerts; /* owned */
	size_t nalerts;
	civil_day last;	  /* the last night; CIVIL_DAY_NONE none */
	rdvd_id *was_dry; /* owned: sites */
	size_t ndry, dry_cap;
	void (*done)(void *arg);
	void *arg;
};

/* ---- what is to be said ---- */

static void say_row(struct buf *out, const struct territory *t,
		    const struct forecast_row *r)
{
	buf_addf(out, " « %s »\u00a0: ", t->services[r->service].name.fr);
	if (r->wait_days < 0) {
		buf_addstr(out, "plus aucun horaire en ligne.");
		return;
	}
	if (r->free_near == 0)
		buf_addstr(out, "aucun horaire dans les 14 jours");
	else
		buf_addf(out, "%d horaire%s dans les 14 jours", r->free_near,
			 r->free_near > 1 ? "s" : "");
	buf_addf(out, ", le premier dans %d jour%s.", r->wait_days,
		 r->wait_days > 1 ? "s" : "");
}

/* One alert a dry site. */
static void prepare_alerts(struct night *n, const struct territory *t,
			   const struct forecast_row *rows, size_t nrows)
{
	n->alerts = xcalloc(nrows + 1, sizeof *n->alerts);
	for (size_t i = 0, j; i < nrows; i = j) {
		const struct site *s = &t->sites[rows[i].site];
		struct buf text = BUF_INIT;
		int dry = 0;

		buf_addf(&text, "%s, %s\u00a0: bientôt plus d’horaires.", s->commune,
			 s->name);
		for (j = i; j < nrows && rows[j].site == rows[i].site; j++) {
			if (!rows[j].dry)
				continue;
			dry = 1;
			say_row(&text, t, &rows[j]);
		}
		if (!dry) {
			buf_fini(&text);
			continue;
		}
		n->alerts[n->nalerts++] = (struct alert){
			.organisation = t->organisations[s->organisation].id,
			.site = s->id,
			.key = xasprintf("dry:%s", s->slug),
			.text = buf_steal(&text, NULL),
		};
	}
}

static void prepare_outlook(struct night *n, const struct territory *t,
			    const struct forecast_row *rows, size_t nrows)
{
	n->outlook = xcalloc(nrows + 1, sizeof *n->outlook);
	n->noutlook = nrows;
	for (size_t i = 0; i < nrows; i++) {
		const struct site *s = &t->sites[rows[i].site];

		n->outlook[i] = (struct rdvd_outlook){
			.day = n->today,
			.organisation = t->organisations[s->organisation].id,
			.site = s->id,
			.service = t->services[rows[i].service].id,
			.free14 = rows[i].free_near,
			.free28 = rows[i].free_far,
			.wait_days = rows[i].wait_days,
			.dry = rows[i].dry,
		};
	}
}

static void night_end(struct night *n)
{
	if (n->done)
		n->done(n->arg);
	for (size_t i = 0; i < n->nalerts; i++) {
		free(n->alerts[i].key);
		free(n->alerts[i].text);
	}
	free(n->alerts);
	free(n->outlook);
	free(n->supply);
	free(n->words);
	free(n->was_dry);
	free(n);
}

/* ---- writing ---- */

static struct night *of_write(struct store_job *job)
{
	return (struct night *)((char *)job - offsetof(struct night, write));
}

static enum rdvd_rc write_supply(const struct rdvd_store_ops *ops, void *st,
				 const struct night *n)
{
	int64_t written = CIVIL_DAY_NONE;
	enum rdvd_rc rc = ops->cursor_get(st, RECKON_CURSOR, &written);
	size_t i = 0, j;

	if (rc == RDVD_NOT_FOUND)
		rc = RDVD_OK;
	for (; rc == RDVD_OK && i < n->nsupply; i = j) {
		civil_day day = n->supply[i].day;

		for (j = i; j < n->nsupply && n->supply[j].day == day; j++)
			continue;
		if (day > written)
			rc = ops->supply_put(st, day, &n->supply[i], j - i,
					     SUPPLY_KEEP_DAYS);
	}
	if (rc == RDVD_OK && n->today - 1 > written)
		rc = ops->cursor_set(st, RECKON_CURSOR, n->today - 1);
	return rc;
}

static enum rdvd_rc write_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	const struct night *n = of_write(job);
	enum rdvd_rc rc = ops->outlook_put(st, n->today, n->outlook, n->noutlook,
					   OUTLOOK_KEEP_DAYS);

	return rc == RDVD_OK ? write_supply(ops, st, n) : rc;
}

static void write_done(struct store_job *job)
{
	struct night *n = of_write(job);

	if (job->rc == RDVD_OK)
		n->r->written = n->today - 1;
	else
		log_warn("what yesterday offered could not be written down; the next "
			 "night tries again");
	night_end(n);
}

/* ---- what was dry before ---- */

static int note_dry(void *arg, const struct rdvd_outlook *o)
{
	struct night *n = arg;

	if (o->day != n->last) {
		n->last = o->day;
		n->ndry = 0;
	}
	if (!o->dry)
		return 0;
	VEC_GROW(n->was_dry, n->ndry, n->dry_cap);
	n->was_dry[n->ndry++] = o->site;
	return 0;
}

static enum rdvd_rc read_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct night *n = (struct night *)job;
	const struct rdvd_figure_filter before = {
		.from = n->today - LOOK_BACK_DAYS, .to = n->today, .organisation = 0};

	n->ndry = 0;
	n->last = CIVIL_DAY_NONE;
	if (!ops->outlook_each || !ops->outlook_put || !ops->supply_put)
		return RDVD_INVALID;
	return ops->outlook_each(st, &before, note_dry, n);
}

static int was_dry(const struct night *n, rdvd_id site)
{
	for (size_t i = 0; i < n->ndry; i++)
		if (n->was_dry[i] == site)
			return 1;
	return 0;
}

static void read_done(struct store_job *job)
{
	struct night *n = (struct night *)job;

	if (job->rc == RDVD_INVALID) { /* such a store does not count */
		night_end(n);
		return;
	}
	for (size_t i = 0; job->rc == RDVD_OK && i < n->nalerts; i++) {
		const struct alert *a = &n->alerts[i];

		if (n->r->outbox && !was_dry(n, a->site))
			outbox_tell(n->r->outbox, a->key, "dry", a->organisation,
				    a->text);
	}
	n->write.run = write_run;
	n->write.done = write_done;
	if (job->rc == RDVD_OK && store_write(n->r->store, &n->write) == RDVD_OK)
		return;
	n->write.rc = RDVD_BUSY;
	write_done(&n->write);
}

void reckon_night(struct reckon *r, const struct agenda *a, rdvd_time now,
		  void (*done)(void *arg), void *arg)
{
	const struct territory *t = agenda_territory(a);
	struct night *n = xcalloc(1, sizeof *n);
	struct forecast_row *rows;
	size_t nrows = forecast_sites(a, TERRITORY_NONE, now, &rows);
	civil_day from;

	n->r = r;
	n->done = done;
	n->arg = arg;
	n->today = civil_time_day(zone_to_civil(t->zone, now));
	from = n->today - FORECAST_DAYS_BACK;
	if (r->written != CIVIL_DAY_NONE && r->written + 1 > from)
		from = r->written + 1;
	n->nsupply =
		forecast_supply(a, TERRITORY_NONE, from, n->today, &n->supply, &n->words);
	prepare_alerts(n, t, rows, nrows);
	prepare_outlook(n, t, rows, nrows);
	free(rows);
	n->read.run = read_run;
	n->read.done = read_done;
	if (store_read(r->store, &n->read) == RDVD_OK)
		return;
	n->read.rc = RDVD_BUSY;
	read_done(&n->read);
}
