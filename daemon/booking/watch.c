/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch.c - the list of those who watch an agenda, and how often each organisation's has
 * changed. */
#include "booking/watch.h"

#include <stdlib.h>

#include "base/secret.h"
#include "booking/impl.h"

struct watcher {
	watch_cb *cb;
	void *arg;
	struct watcher *next, **at; /* at: what points here */
};

struct seq {
	rdvd_id organisation;
	uint64_t n;
};

struct watch {
	struct watcher *first;
	struct seq *seqs; /* owned: of each organisation that was told of */
	size_t n, cap;
	uint64_t all; /* counted for everybody */
	uint64_t total;
	uint64_t epoch;
};

struct watch *watch_new(void)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	secret_random(&w->epoch, sizeof(w->epoch));
	return w;
}

void watch_free(struct watch *w)
{
	struct watcher *next;

	if (!w)
		return;
	for (struct watcher *i = w->first; i; i = next) {
		next = i->next;
		free(i);
	}
	free(w->seqs);
	free(w);
}

struct watcher *booking_watch(struct booking *b, watch_cb *cb, void *arg)
{
	struct watcher *w = xcalloc(1, sizeof(*w));

	*w = (struct watcher){cb, arg, b->watch->first, &b->watch->first};
	if (w->next)
		w->next->at = &w->next;
	b->watch->first = w;
	return w;
}

void booking_unwatch(struct booking *b, struct watcher *w)
{
	(void)b;
	if (!w)
		return;
	*w->at = w->next;
	if (w->next)
		w->next->at = w->at;
	free(w);
}

/* ---- counting ---- */

static struct seq *seq_of(const struct watch *w, rdvd_id organisation)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->seqs[i].organisation == organisation)
			return &w->seqs[i];
	return NULL;
}

static void count(struct watch *w, rdvd_id organisation)
{
	struct seq *s = seq_of(w, organisation);

	if (!organisation)
		return;
	if (!s) {
		VEC_GROW(w->seqs, w->n, w->cap);
		s = &w->seqs[w->n++];
		*s = (struct seq){organisation, 0};
	}
	s->n++;
}

uint64_t booking_watch_seq(const struct booking *b, rdvd_id organisation)
{
	const struct watch *w = b->watch;
	const struct seq *s = seq_of(w, organisation);

	if (!organisation)
		return w->total;
	return w->all + (s ? s->n : 0);
}

uint64_t booking_watch_epoch(const struct booking *b)
{
	return b->watch->epoch;
}

/* ---- telling ---- */

/* Its own organisation, and those whose people or place it takes. */
static void count_all(struct booking *b, const struct watch_event *e)
{
	const struct territory *t = b->territory;
	int site = e->site ? territory_by_id(t, RDVD_DEF_SITE, e->site) : TERRITORY_NONE;
	rdvd_id seen[RDVD_COUNSELLORS_MAX + 2];
	int n = 0;

	seen[n++] = e->organisation;
	if (site != TERRITORY_NONE && t->sites[site].organisation != TERRITORY_NONE)
		seen[n++] = t->organisations[t->sites[site].organisation].id;
	for (int i = 0; i < e->ncounsellors; i++) {
		int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, e->counsellors[i]);

		if (who != TERRITORY_NONE &&
		    t->counsellors[who].organisation != TERRITORY_NONE)
			seen[n++] = t->organisations[t->counsellors[who].organisation].id;
	}
	for (int i = 0; i < n; i++) {
		int again = 0;

		for (int k = 0; k < i; k++)
			again |= seen[k] == seen[i];
		if (!again)
			count(b->watch, seen[i]);
	}
}

void booking_tell(struct booking *b, const struct watch_event *e)
{
	struct watcher *next;

	b->watch->total++;
	if (e->organisation)
		count_all(b, e);
	else
		b->watch->all++;
	for (struct watcher *w = b->watch->first; w; w = next) {
		next = w->next;
		w->cb(w->arg, e);
	}
}

void booking_tell_of(struct booking *b, const struct rdvd_appointment *a)
{
	struct watch_event e = {
		.organisation = a->organisation,
		.site = a->place.site,
		.ncounsellors = a->ncounsellors,
		.from = a->when.start,
		.to = a->when.end,
	};

	for (int i = 0; i < a->ncounsellors; i++)
		e.counsellors[i] = a->counsellors[i];
	booking_tell(b, &e);
}

void booking_tell_claim(struct booking *b, const struct claim *c)
{
	const struct territory *t = b->territory;
	struct watch_event e = {.from = c->start, .to = c->end};
	int organisation = c->site == TERRITORY_NONE ? TERRITORY_NONE
						     : t->sites[c->site].organisation;

	if (c->site != TERRITORY_NONE)
		e.site = t->sites[c->site].id;
	for (int i = 0; i < c->ncounsellors; i++) {
		e.counsellors[e.ncounsellors++] = t->counsellors[c->counsellors[i]].id;
		if (organisation == TERRITORY_NONE)
			organisation = t->counsellors[c->counsellors[i]].organisation;
	}
	if (organisation != TERRITORY_NONE)
		e.organisation = t->organisations[organisation].id;
	booking_tell(b, &e);
}

void booking_tell_all(struct booking *b)
{
	booking_tell(b, &(struct watch_event){0});
}
