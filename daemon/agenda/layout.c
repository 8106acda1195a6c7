/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.c - from rules to occurrences, from occurrences to candidates. Each opening is
 * expanded by recur.h on wall time, each occurrence converted for itself; what falls on a
 * holiday or in a closure is kept and marked, so that a page can say why nobody is there.
 */
#include "agenda/layout.h"

#include <stdlib.h>
#include <string.h>

#include "agenda/recur.h"
#include "base/mem.h"

int opening_offers(const struct opening *o, int service)
{
	for (size_t i = 0; i < o->nservices; i++)
		if (o->services[i] == service)
			return 1;
	return 0;
}

/* ---- occurrences ---- */

static const char *closure_of(const struct territory *t, const struct site *site,
			      int site_index, int counsellor, civil_day day)
{
	for (int i = 0; i < t->nclosures; i++) {
		const struct closure *c = &t->closures[i];
		if (day < c->from || day > c->to)
			continue;
		int hit =
			counsellor == TERRITORY_NONE
				? (c->site == site_index && c->site != TERRITORY_NONE) ||
					  (c->organisation == site->organisation &&
					   c->organisation != TERRITORY_NONE)
				: c->counsellor == counsellor;
		if (hit)
			return *c->reason ? c->reason : "Fermeture";
	}
	return NULL;
}

/* Who is there: the opening's counsellors less those who are closed that day. */
static void occurrence_staff(struct layout *l, struct occurrence *o, const int *staff,
			     int nstaff)
{
	const struct territory *t = l->t;
	const char *reason = NULL;
	int *here = arena_alloc(&l->arena, (size_t)(nstaff + 1) * sizeof *here);
	int n = 0;
	for (int i = 0; i < nstaff; i++) {
		const char *away = closure_of(t, NULL, TERRITORY_NONE, staff[i], o->day);
		if (away)
			reason = away;
		else
			here[n++] = staff[i];
	}
	o->counsellors = here;
	o->ncounsellors = n;
	if (n == 0 && !o->closed)
		o->closed = reason;
}

static void occurrence_add(struct layout *l, int opening, civil_time start)
{
	const struct territory *t = l->t;
	const struct opening *op = &t->openings[opening];
	struct occurrence o = {
		.opening = opening, .site = op->site, .day = civil_time_day(start)};
	const int *staff = op->counsellors;
	int nstaff = (int)op->ncounsellors;
	o.civil_start = start;
	o.civil_end = start + (op->end - op->start);
	for (size_t i = 0; i < op->noverrides; i++) {
		const struct opening_override *v = &op->overrides[i];
		if (v->on != o.day)
			continue;
		if (v->cancelled)
			return;
		o.civil_start = v->start;
		o.civil_end = v->end;
		o.day = civil_time_day(v->start);
		if (v->site != TERRITORY_NONE)
			o.site = v->site;
		if (v->counsellor != TERRITORY_NONE) {
			staff = &v->counsellor;
			nstaff = 1;
		}
		break;
	}
	const struct site *site = &t->sites[o.site];
	o.start = zone_to_utc(site->zone, o.civil_start);
	o.end = zone_to_utc(site->zone, o.civil_end);
	if (o.end <= o.start)
		return;
	o.closed = territory_holiday(t, o.site, o.day);
	if (!o.closed)
		o.closed = closure_of(t, site, o.site, TERRITORY_NONE, o.day);
	occurrence_staff(l, &o, staff, nstaff);
	VEC_GROW(l->occurrences, l->n, l->cap);
	l->occurrences[l->n++] = o;
}

static int occurrence_compare(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	return (x->opening > y->opening) - (x->opening < y->opening);
}

static void list_add(struct occurrence_list *list, int i)
{
	VEC_GROW(list->items, list->n, list->cap);
	list->items[list->n++] = i;
}

static void lay_out_occurrences(struct layout *l)
{
	const struct territory *t = l->t;
	for (int i = 0; i < t->nopenings; i++) {
		const struct opening *op = &t->openings[i];
		civil_time *starts = NULL;
		size_t n = 0;
		if (recur_expand(op->rrule, op->start, op->until, op->except, op->nexcept,
				 op->extra, op->nextra, l->today - LAYOUT_DAYS_BACK,
				 l->today + LAYOUT_DAYS_AHEAD, &starts, &n) != 0)
			continue; /* the territory's decoder refused such a rule: cannot
				     happen */
		for (size_t j = 0; j < n; j++)
			occurrence_add(l, i, starts[j]);
		free(starts);
	}
	if (l->n > 1)
		qsort(l->occurrences, (size_t)l->n, sizeof *l->occurrences,
		      occurrence_compare);
	for (int i = 0; i < l->n; i++) {
		const struct occurrence *o = &l->occurrences[i];
		list_add(&l->by_site[o->site], i);
		for (int j = 0; j < o->ncounsellors; j++)
			list_add(&l->by_counsellor[o->counsellors[j]], i);
	}
}

int layout_from(const struct layout *l, const struct occurrence_list *list, rdvd_time t)
{
	int lo = 0, hi = list->n;
	while (lo < hi) {
		int mid = lo + (hi - lo) / 2;
		if (l->occurrences[list->items[mid]].start < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* ---- candidates ---- */

int occurrence_candidates(const struct territory *t, const struct occurrence *o,
			  int service)
{
	const struct service *s = &t->services[service];
	if (s->capacity > 0)
		return 1;
	rdvd_time room = o->end - o->start - (rdvd_time)s->minutes * 60;
	return room < 0 ? 0 : (int)(room / (s->step_minutes * 60)) + 1;
}

int occurrence_has(const struct territory *t, const struct occurrence *o, int service,
		   rdvd_time start, int *index)
{
	const struct service *s = &t->services[service];
	rdvd_time into = start - o->start;
	int step_s = s->step_minutes * 60;
	if (into < 0 || (s->capacity > 0 && into != 0) || into % step_s != 0)
		return 0;
	*index = (int)(into / step_s);
	return *index < occurrence_candidates(t, o, service);
}

static struct shelf *shelf_make(struct layout *l, int service, int site)
{
	struct shelf *s = layout_shelf(l, service, site);
	if (s)
		return s;
	VEC_GROW(l->shelves, l->nshelves, l->shelves_cap);
	l->shelf_of[(size_t)service * (size_t)l->t->nsites + (size_t)site] = l->nshelves;
	s = &l->shelves[l->nshelves++];
	*s = (struct shelf){.service = service, .site = site};
	return s;
}

static void shelve(struct layout *l, const struct occurrence *o, int service)
{
	const struct service *s = &l->t->services[service];
	rdvd_time last =
		l->built_for + (rdvd_time)(s->max_notice_days + 2) * CIVIL_DAY_SECONDS;
	if (o->end <= l->built_for - CIVIL_DAY_SECONDS || o->start > last)
		return;
	struct shelf *shelf = shelf_make(l, service, o->site);
	int n = occurrence_candidates(l->t, o, service);
	for (int i = 0; i < n; i++) {
		VEC_GROW(shelf->candidates, shelf->n, shelf->cap);
		shelf->candidates[shelf->n++] = (struct candidate){
			.start = o->start + (rdvd_time)i * s->step_minutes * 60,
			.length_s = s->capacity > 0 ? (int32_t)(o->end - o->start)
						    : s->minutes * 60,
			.day = o->day,
		};
	}
}

static int candidate_compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return (x->start > y->start) - (x->start < y->start);
}

static void shelf_settle(struct shelf *s)
{
	if (s->n > 1)
		qsort(s->candidates, (size_t)s->n, sizeof *s->candidates,
		      candidate_compare);
	int kept = 0;
	for (int i = 0; i < s->n; i++)
		if (kept == 0 || s->candidates[kept - 1].start != s->candidates[i].start)
			s->candidates[kept++] = s->candidates[i];
	s->n = kept;
	if (kept > 0 && kept < s->cap) {
		s->candidates =
			xrealloc(s->candidates, (size_t)kept, sizeof *s->candidates);
		s->cap = kept;
	}
}

static void lay_out_shelves(struct layout *l)
{
	const struct territory *t = l->t;
	size_t cells = (size_t)t->nservices * (size_t)t->nsites;
	l->shelf_of = xmalloc((cells + 1) * sizeof *l->shelf_of);
	memset(l->shelf_of, 0xff, (cells + 1) * sizeof *l->shelf_of);
	l->by_service = xcalloc((size_t)t->nservices + 1, sizeof *l->by_service);
	for (int i = 0; i < l->n; i++) {
		const struct occurrence *o = &l->occurrences[i];
		const struct opening *op = &t->openings[o->opening];
		if (o->closed || !op->public)
			continue;
		for (size_t j = 0; j < op->nservices; j++)
			if (t->services[op->services[j]].public)
				shelve(l, o, op->services[j]);
	}
	for (int i = 0; i < l->nshelves; i++)
		shelf_settle(&l->shelves[i]);
	for (int service = 0; service < t->nservices; service++)
		for (int site = 0; site < t->nsites; site++) {
			struct shelf *s = layout_shelf(l, service, site);
			if (!s)
				continue;
			struct service_shelves *by = &l->by_service[service];
			if (by->n >= by->cap) {
				by->cap = by->cap ? by->cap * 2 : 8;
				by->shelves = xrealloc(by->shelves, (size_t)by->cap,
						       sizeof *by->shelves);
				by->points = xrealloc(by->points, (size_t)by->cap,
						      sizeof *by->points);
			}
			by->points[by->n] = t->sites[site].point;
			by->shelves[by->n++] = (int)(s - l->shelves);
		}
}

int shelf_from(const struct shelf *s, rdvd_time t)
{
	int lo = 0, hi = s->n;
	while (lo < hi) {
		int mid = lo + (hi - lo) / 2;
		if (s->candidates[mid].start < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void layout_init(struct layout *l, const struct territory *t, rdvd_time now)
{
	*l = (struct layout){.t = t, .built_for = now};
	l->today = civil_time_day(zone_to_civil(t->zone, now));
	l->by_site = xcalloc((size_t)t->nsites + 1, sizeof *l->by_site);
	l->by_counsellor = xcalloc((size_t)t->ncounsellors + 1, sizeof *l->by_counsellor);
	lay_out_occurrences(l);
	lay_out_shelves(l);
}

void layout_fini(struct layout *l)
{
	for (int i = 0; i < l->t->nsites; i++)
		free(l->by_site[i].items);
	for (int i = 0; i < l->t->ncounsellors; i++)
		free(l->by_counsellor[i].items);
	for (int i = 0; i < l->nshelves; i++)
		free(l->shelves[i].candidates);
	for (int i = 0; i < l->t->nservices; i++) {
		free(l->by_service[i].shelves);
		free(l->by_service[i].points);
	}
	free(l->by_site);
	free(l->by_counsellor);
	free(l->shelves);
	free(l->shelf_of);
	free(l->by_service);
	free(l->occurrences);
	arena_fini(&l->arena);
}
