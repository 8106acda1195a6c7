/* SPDX-License-Identifier: GPL-3.0-or-later */
/* budget_keep.c - what the budgets have to do with the store: what was spent today is
 * read at start, and an alarm becomes a line in the log and a notice that the team sees.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "message/budget.h"
#include "message/notice.h"
#include "store/store.h"

/* ---- what was spent ---- */

struct spent {
	char to[256];
	rdvd_id organisation;
	int64_t segments;
};

struct load_job {
	struct store_job job;
	rdvd_time now;
	struct spent *items; /* owned */
	size_t n, cap;
	int finished;
};

static int take_spent(void *arg, const struct rdvd_spent *s)
{
	struct load_job *j = arg;
	struct spent *item;

	VEC_GROW(j->items, j->n, j->cap);
	item = &j->items[j->n++];
	snprintf(item->to, sizeof item->to, "%s", s->to);
	item->organisation = s->organisation;
	item->segments = s->segments;
	return 0;
}

static enum rdvd_rc load_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct load_job *j = (struct load_job *)job;

	j->n = 0;
	if (!ops->spent_each)
		return RDVD_OK;
	return ops->spent_each(st, budget_day_start(j->now), take_spent, j);
}

static void load_done(struct store_job *job)
{
	((struct load_job *)job)->finished = 1;
}

static int load(struct budget *b, struct loop *l, struct store *s)
{
	struct load_job *j = xcalloc(1, sizeof *j);
	int rc = -1;

	j->job.run = load_run;
	j->job.done = load_done;
	j->now = clock_now();
	if (store_read(s, &j->job) == RDVD_OK) {
		while (!j->finished)
			loop_run_once(l, 1000);
		rc = j->job.rc == RDVD_OK ? 0 : -1;
	}
	for (size_t i = 0; rc == 0 && i < j->n; i++)
		budget_count(b, j->items[i].to, j->items[i].organisation,
			     j->items[i].segments, j->now);
	free(j->items);
	free(j);
	return rc;
}

/* ---- alarms ---- */

static const char *const whose[BUDGET_SCOPES] = {
	[BUDGET_PERSON] = "person",
	[BUDGET_PREFIX] = "prefix",
	[BUDGET_ORGANISATION] = "organisation",
};

static void say(const struct budget_alarm *a, char *out, size_t size)
{
	long long spent = a->spent, limit = a->limit;

	switch (a->scope) {
	case BUDGET_PERSON:
		snprintf(out, size,
			 "Un même numéro a reçu %lld segments de SMS aujourd’hui, sur "
			 "%lld : est-ce voulu ?",
			 spent, limit);
		break;
	case BUDGET_PREFIX:
		snprintf(out, size,
			 "Des numéros qui se suivent ont reçu %lld segments de SMS "
			 "aujourd’hui, sur %lld : quelqu’un abuse peut-être du "
			 "formulaire.",
			 spent, limit);
		break;
	case BUDGET_ORGANISATION:
		snprintf(out, size,
			 "%lld segments de SMS ont été envoyés aujourd’hui, sur %lld.",
			 spent, limit);
		break;
	case BUDGET_SCOPES: break;
	}
}

static void raise_alarm(void *ctx, const struct budget_alarm *a)
{
	const struct budget_keep *k = ctx;
	const struct notice_mail mail = {
		.to = k->alerts_to, .address = k->address, .texts = k->texts(k->ctx)};
	char key[64], text[256];

	log_warn("budget: %lld of the day's %lld segments of SMS are spent (budget_%s)%s",
		 (long long)a->spent, (long long)a->limit, whose[a->scope],
		 a->percent < 100
			 ? ""
			 : ": codes and offers wait until tomorrow, messages about "
			   "appointments once the reserve is spent too");
	say(a, text, sizeof text);
	snprintf(key, sizeof key, "budget-%s-%lld-%d", whose[a->scope],
		 (long long)a->organisation, a->percent);
	notice_tell(k->store,
		    &(struct rdvd_notice){.key = key,
					  .kind = "budget",
					  .organisation = a->organisation,
					  .text = text,
					  .at = clock_now()},
		    &mail, NULL, NULL);
}

struct budget *budget_open(struct loop *l, const struct budget_keep *keep,
			   const struct budget_options *o)
{
	struct budget_options mine = *o;
	struct budget_keep *k = xmalloc(sizeof *k);
	struct budget *b;

	*k = *keep;
	mine.alarm = raise_alarm;
	mine.ctx = k;
	mine.let_go = free;
	b = budget_new(&mine);
	if (load(b, l, k->store) == 0)
		return b;
	log_err("budget: what was spent on messages today cannot be read from the store");
	budget_free(b);
	return NULL;
}
