/* SPDX-License-Identifier: GPL-3.0-or-later */
/* erase.c - the erasure of what is old: one job of the store after another, each small,
 * until one finds less than it might have. */
#include "message/erase.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store.h"

#define ROWS_AT_ONCE 500

struct erase {
	struct store_job job; /* first */
	struct store *store;
	rdvd_time before;
	size_t n;		     /* of this job */
	unsigned long long now, all; /* erased in this run, and since the start */
	int busy, stopped;
};

rdvd_time erase_limit(const struct zone *z, rdvd_time now, int months)
{
	int y, m, d, days;

	civil_day_split(civil_time_day(zone_to_civil(z, now)), &y, &m, &d);
	m -= months % 12;
	y -= months / 12;
	if (m < 1) {
		m += 12;
		y--;
	}
	days = civil_month_days(y, m);
	return zone_to_utc(z,
			   civil_time_from(civil_day_from(y, m, d < days ? d : days), 0));
}

struct erase *erase_new(struct store *s)
{
	struct erase *e = xcalloc(1, sizeof *e);

	e->store = s;
	return e;
}

void erase_free(struct erase *e)
{
	free(e);
}

static enum rdvd_rc run(const struct rdvd_store_ops *ops, void *st, struct store_job *job)
{
	struct erase *e = (struct erase *)job;

	e->n = 0;
	return ops->anonymise(st, e->before, ROWS_AT_ONCE, &e->n);
}

static void finish(struct erase *e)
{
	e->busy = 0;
	if (e->now)
		log_info("%llu old messages, texts and the like were erased", e->now);
}

static void step(struct erase *e);

static void done(struct store_job *job)
{
	struct erase *e = (struct erase *)job;

	if (job->rc != RDVD_OK) {
		log_info("the erasure of old messages goes on tomorrow: the store is "
			 "busy");
		finish(e);
		return;
	}
	e->now += e->n;
	e->all += e->n;
	if (e->n < ROWS_AT_ONCE || e->stopped)
		finish(e);
	else
		step(e);
}

static void step(struct erase *e)
{
	e->job = (struct store_job){.run = run, .done = done, .proves_nothing = 1};
	if (store_write(e->store, &e->job) == RDVD_OK)
		return;
	e->job.rc = RDVD_BUSY;
	done(&e->job);
}

void erase_begin(struct erase *e, rdvd_time before)
{
	if (e->busy || e->stopped)
		return;
	e->busy = 1;
	e->before = before;
	e->now = 0;
	step(e);
}

void erase_stop(struct erase *e)
{
	e->stopped = 1;
}

int erase_is_idle(const struct erase *e)
{
	return !e->busy;
}

unsigned long long erase_count(const struct erase *e)
{
	return e->all;
}
