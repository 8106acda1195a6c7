/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forecast.c - see forecast.h. */
#include "report/forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define YEAR_DAYS 365

/* ---- which openings still have times ---- */

/* The last civil day of each opening within a year; CIVIL_DAY_NONE none. */
struct lasts {
	const struct territory *t;
	civil_day *last; /* owned, by opening */
};

static int note_last(void *arg, const struct occurrence *o)
{
	struct lasts *l = arg;

	if (!o->closed &&
	    (l->last[o->opening] == CIVIL_DAY_NONE || l->last[o->opening] < o->day))
		l->last[o->opening] = o->day;
	return 0;
}

static void find_lasts(const struct agenda *a, civil_day today, struct lasts *l)
{
	l->t = agenda_territory(a);
	l->last = xcalloc((size_t)l->t->nopenings + 1, sizeof *l->last);
	for (int i = 0; i < l->t->nopenings; i++)
		l->last[i] = CIVIL_DAY_NONE;
	agenda_occurrences(a, today, today + YEAR_DAYS, TERRITORY_NONE, TERRITORY_NONE,
			   note_last, l);
}

static int is_of(const struct territory *t, int site, int organisation)
{
	return site < t->live_sites && (organisation == TERRITORY_NONE ||
					t->sites[site].organisation == organisation);
}

/* ---- where the public finds times ---- */

static void look_ahead(const struct agenda *a, struct forecast_row *r, rdvd_time now)
{
	const struct territory *t = agenda_territory(a);
	const struct site *site = &t->sites[r->site];
	const struct organisation *o = &t->organisations[site->organisation];
	const rdvd_time near = now + FORECAST_NEAR_DAYS * CIVIL_DAY_SECONDS;
	const rdvd_time far = now + FORECAST_FAR_DAYS * CIVIL_DAY_SECONDS;
	struct slot_query q = {.service = r->service,
			       .site = r->site,
			       .now = now,
			       .seats = 1,
			       .after_site = TERRITORY_NONE};
	struct slot slots[FORECAST_FREE_MAX];
	int more;
	size_t n = slot_search(a, &q, slots, FORECAST_FREE_MAX, &more);

	r->wait_days = -1;
	for (size_t i = 0; i < n; i++) {
		r->free_near += slots[i].start < near;
		r->free_far += slots[i].start < far;
	}
	if (n > 0) {
		r->first = slots[0].start;
		r->wait_days = civil_time_day(zone_to_civil(site->zone, r->first)) -
			       civil_time_day(zone_to_civil(site->zone, now));
	}
	r->dry = (o->dry_slots && r->free_near < o->dry_slots) ||
		 (o->dry_wait_days &&
		  (r->wait_days < 0 || r->wait_days > o->dry_wait_days));
}

static int by_site(const void *x, const void *y)
{
	const struct forecast_row *a = x, *b = y;

	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	return (a->service > b->service) - (a->service < b->service);
}

size_t forecast_sites(const struct agenda *a, int organisation, rdvd_time now,
		      struct forecast_row **rows)
{
	const struct territory *t = agenda_territory(a);
	struct lasts l;
	struct forecast_row *all = NULL;
	size_t n = 0, cap = 0, kept = 0;

	find_lasts(a, civil_time_day(zone_to_civil(t->zone, now)), &l);
	for (int i = 0; i < t->nopenings; i++) {
		const struct opening *o = &t->openings[i];

		if (!o->public || l.last[i] == CIVIL_DAY_NONE ||
		    !is_of(t, o->site, organisation))
			continue;
		for (size_t j = 0; j < o->nservices; j++) {
			int s = o->services[j];

			if (s >= t->live_services || !t->services[s].public)
				continue;
			VEC_GROW(all, n, cap);
			all[n++] = (struct forecast_row){.site = o->site, .service = s};
		}
	}
	free(l.last);
	if (n > 1)
		qsort(all, n, sizeof *all, by_site);
	for (size_t i = 0; i < n; i++) {
		if (kept && by_site(&all[kept - 1], &all[i]) == 0)
			continue;
		all[kept] = all[i];
		look_ahead(a, &all[kept++], now);
	}
	*rows = all;
	return kept;
}

/* ---- what ends ---- */

static int shares_service(const struct opening *a, const struct opening *b)
{
	for (size_t i = 0; i < a->nservices; i++)
		for (size_t j = 0; j < b->nservices; j++)
			if (a->services[i] == b->services[j])
				return 1;
	return 0;
}

static int is_carried_on(const struct lasts *l, int opening)
{
	const struct opening *o = &l->t->openings[opening];

	for (int i = 0; i < l->t->nopenings; i++) {
		const struct opening *other = &l->t->openings[i];

		if (i != opening && other->site == o->site &&
		    l->last[i] != CIVIL_DAY_NONE && l->last[i] > l->last[opening] &&
		    shares_service(o, other))
			return 1;
	}
	return 0;
}

static int by_last(const void *x, const void *y)
{
	const struct forecast_end *a = x, *b = y;

	return (a->last > b->last) - (a->last < b->last);
}

size_t forecast_ends(const struct agenda *a, int organisation, civil_day today, int days,
		     struct forecast_end **rows)
{
	const struct territory *t = agenda_territory(a);
	struct lasts l;
	struct forecast_end *all = NULL;
	size_t n = 0, cap = 0;

	find_lasts(a, today, &l);
	for (int i = 0; i < t->nopenings; i++) {
		const struct opening *o = &t->openings[i];

		if (!o->rrule || l.last[i] == CIVIL_DAY_NONE ||
		    l.last[i] > today + days || !is_of(t, o->site, organisation) ||
		    is_carried_on(&l, i))
			continue;
		VEC_GROW(all, n, cap);
		all[n++] = (struct forecast_end){.opening = i, .last = l.last[i]};
	}
	free(l.last);
	if (n > 1)
		qsort(all, n, sizeof *all, by_last);
	*rows = all;
	return n;
}

size_t forecast_unoffered(const struct agenda *a, int organisation, civil_day today,
			  int **services)
{
	const struct territory *t = agenda_territory(a);
	unsigned char *offered = xcalloc((size_t)t->nservices + 1, 1);
	int *all = xcalloc((size_t)t->nservices + 1, sizeof *all);
	struct lasts l;
	size_t n = 0;

	find_lasts(a, today, &l);
	for (int i = 0; i < t->nopenings; i++)
		for (size_t j = 0;
		     l.last[i] != CIVIL_DAY_NONE && j < t->openings[i].nservices; j++)
			offered[t->openings[i].services[j]] = 1;
	free(l.last);
	for (int i = 0; i < t->live_services; i++) {
		const struct service *s = &t->services[i];

		if (!offered[i] && s->public &&
		    (organisation == TERRITORY_NONE ||
		     s->organisation == TERRITORY_NONE ||
		     s->organisation == organisation))
			all[n++] = i;
	}
	free(offered);
	*services = all;
	return n;
}

/* ---- who was to be had ---- */

struct span {
	int site, counsellor;
	civil_day day;
	civil_time from, to;
	int opening;
};

struct gather {
	const struct agenda *a;
	const struct territory *t;
	int organisation;
	struct span *spans; /* owned */
	size_t n, cap;
};

static int is_closed_for(const struct territory *t, int counsellor, civil_day day)
{
	for (int i = 0; i < t->nclosures; i++) {
		const struct closure *c = &t->closures[i];

		if (c->counsellor == counsellor && day >= c->from && day <= c->to)
			return 1;
	}
	return 0;
}

static int gather_occurrence(void *arg, const struct occurrence *o)
{
	struct gather *g = arg;

	if (o->closed || o->civil_end <= o->civil_start ||
	    !is_of(g->t, o->site, g->organisation))
		return 0;
	for (int i = 0; i < o->ncounsellors; i++) {
		if (is_closed_for(g->t, o->counsellors[i], o->day))
			continue;
		VEC_GROW(g->spans, g->n, g->cap);
		g->spans[g->n++] = (struct span){.site = o->site,
						 .counsellor = o->counsellors[i],
						 .day = o->day,
						 .from = o->civil_start,
						 .to = o->civil_end,
						 .opening = o->opening};
	}
	return 0;
}

/* What is left of each span without the absence: nothing, one piece or two. */
static void gather_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			   rdvd_time end)
{
	struct gather *g = arg;
	size_t n = g->n;

	(void)id;
	for (size_t i = 0; i < n; i++) {
		struct span *s = &g->spans[i];
		const struct zone *z = g->t->sites[s->site].zone;
		civil_time from, to;

		if (s->counsellor != counsellor)
			continue;
		from = zone_to_civil(z, start);
		to = zone_to_civil(z, end);
		if (to <= s->from || from >= s->to)
			continue;
		if (from > s->from && to < s->to) {
			struct span rest = *s;

			rest.from = to;
			s->to = from;
			VEC_GROW(g->spans, g->n, g->cap);
			g->spans[g->n++] = rest;
		} else if (from > s->from) {
			s->to = from;
		} else {
			s->from = to < s->to ? to : s->to;
		}
	}
}

static int by_day(const void *x, const void *y)
{
	const struct span *a = x, *b = y;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	if (a->counsellor != b->counsellor)
		return a->counsellor < b->counsellor ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

static int joins(const struct span *a, const struct span *b)
{
	return a->day == b->day && a->site == b->site && a->counsellor == b->counsellor &&
	       b->from < a->to;
}

/* " 12 40 ": of the openings of the spans [i, j). */
static void write_services(const struct gather *g, size_t i, size_t j, struct buf *out)
{
	size_t begins = out->len;

	buf_addch(out, ' ');
	for (; i < j; i++) {
		const struct opening *o = &g->t->openings[g->spans[i].opening];

		for (size_t k = 0; k < o->nservices; k++) {
			char id[32];

			snprintf(id, sizeof id, " %lld ",
				 (long long)g->t->services[o->services[k]].id);
			if (!strstr(buf_str(out) + begins, id))
				buf_addstr(out, id + 1);
		}
	}
	buf_addch(out, '\0');
}

size_t forecast_supply(const struct agenda *a, int organisation, civil_day from,
		       civil_day to, struct rdvd_supply **rows, char **words)
{
	struct gather g = {
		.a = a, .t = agenda_territory(a), .organisation = organisation};
	struct buf text = BUF_INIT;
	struct rdvd_supply *all;
	size_t n = 0, *at;

	agenda_occurrences(a, from, to, TERRITORY_NONE, TERRITORY_NONE, gather_occurrence,
			   &g);
	agenda_absences_each(a, gather_absence, &g);
	if (g.n > 1)
		qsort(g.spans, g.n, sizeof *g.spans, by_day);
	all = xcalloc(g.n + 1, sizeof *all);
	at = xcalloc(g.n + 1, sizeof *at);
	for (size_t i = 0, j; i < g.n; i = j) {
		struct span s = g.spans[i];
		const civil_time midnight = civil_time_from(s.day, 0);

		for (j = i + 1; j < g.n && joins(&s, &g.spans[j]); j++)
			if (g.spans[j].to > s.to)
				s.to = g.spans[j].to;
		if (s.to <= s.from)
			continue;
		at[n] = text.len;
		write_services(&g, i, j, &text);
		all[n++] = (struct rdvd_supply){
			.day = s.day,
			.organisation =
				g.t->organisations[g.t->sites[s.site].organisation].id,
			.site = g.t->sites[s.site].id,
			.counsellor = g.t->counsellors[s.counsellor].id,
			.from = (int)((s.from - midnight) / 60),
			.to = (int)((s.to - midnight) / 60),
		};
	}
	*words = buf_steal(&text, NULL);
	for (size_t i = 0; i < n; i++)
		all[i].services = *words + at[i];
	free(at);
	free(g.spans);
	*rows = all;
	return n;
}
