/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slot.c - searching the shelves. One cursor stands on each shelf of the service that
 * lies within the radius; a heap gives the cursor whose slot comes first, until the page
 * is full. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agenda/agenda.h"
#include "agenda/seats.h"
#include "base/mem.h"

struct cursor {
	const struct shelf *shelf;
	int at;
	int32_t distance_m;
};

struct search {
	const struct agenda *a;
	const struct slot_query *q;
	rdvd_time from, to;
	rdvd_time earliest; /* now and the notice */
	int picky; /* the shelves do not say enough: the service packs, or it is to be
		      longer */
	struct cursor *cursors; /* a heap once built */
	size_t n;
};

#define CURSORS_ON_STACK 128

static struct seats_question question(const struct search *s, const struct cursor *c)
{
	const struct candidate *k = &c->shelf->candidates[c->at];
	const struct service *service = &s->a->t->services[s->q->service];
	return (struct seats_question){.service = s->q->service,
				       .site = c->shelf->site,
				       .start = k->start,
				       .end = k->start + k->length_s,
				       .now = s->q->now,
				       .buffer_s = service->buffer_minutes * 60};
}

/* Seats that the public may have now: each opening has its hour at which what it keeps
 * for the team is anybody's. */
static int seats_now(const struct search *s, const struct cursor *c)
{
	const struct candidate *k = &c->shelf->candidates[c->at];
	struct seats_question q = question(s, c);
	struct seats_answer answer;
	if (k->seats == k->open_seats)
		return k->seats;
	seats_count(s->a, &q, &answer);
	return answer.open_seats;
}

/* Seats where a longer appointment fits, or that leave no gap. Rarely asked: kept out of
 * the loop that everybody walks. */
__attribute__((noinline)) static int seats_picked(const struct search *s,
						  const struct cursor *c)
{
	const struct agenda *a = s->a;
	const struct candidate *k = &c->shelf->candidates[c->at];
	const struct service *service = &a->t->services[s->q->service];
	struct seats_question q = question(s, c);
	struct seats_answer answer = {.open_seats = seats_now(s, c), .flush = k->flush};
	if (service->capacity > 0)
		return answer.open_seats;
	q.end += (rdvd_time)s->q->extra_minutes * 60;
	q.longer = s->q->extra_minutes > 0;
	if (q.longer || k->seats != k->open_seats) /* a reserve that has opened */
		seats_count(a, &q, &answer);
	if (!service->pack || seats_is_first_left(c->shelf, c->at, s->earliest))
		return answer.open_seats;
	return answer.flush;
}

/* Stand on the next slot that answers the query; 0 at the end. */
static int cursor_settle(const struct search *s, struct cursor *c)
{
	for (; c->at < c->shelf->n; c->at++) {
		if (c->shelf->candidates[c->at].start >= s->to)
			return 0;
		if (c->shelf->candidates[c->at].seats >= s->q->seats &&
		    seats_now(s, c) >= s->q->seats &&
		    (!s->picky || seats_picked(s, c) >= s->q->seats))
			return 1;
	}
	return 0;
}

static rdvd_time cursor_start(const struct cursor *c)
{
	return c->shelf->candidates[c->at].start;
}

static int comes_before(const struct search *s, const struct cursor *x,
			const struct cursor *y)
{
	rdvd_time a = cursor_start(x), b = cursor_start(y);
	if (s->q->sort == SLOT_NEAREST && x->distance_m != y->distance_m)
		return x->distance_m < y->distance_m;
	if (a != b)
		return a < b;
	if (x->distance_m != y->distance_m)
		return x->distance_m < y->distance_m;
	return x->shelf->site < y->shelf->site;
}

static void sift_down(struct search *s, size_t i)
{
	struct cursor moving = s->cursors[i];
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= s->n)
			break;
		if (child + 1 < s->n &&
		    comes_before(s, &s->cursors[child + 1], &s->cursors[child]))
			child++;
		if (!comes_before(s, &s->cursors[child], &moving))
			break;
		s->cursors[i] = s->cursors[child];
		i = child;
	}
	s->cursors[i] = moving;
}

/* The page before ended at (after_start, after_site): is this cursor's slot behind it? */
static int is_after(const struct search *s, const struct cursor *c,
		    int32_t after_distance_m)
{
	const struct slot_query *q = s->q;
	rdvd_time start = cursor_start(c);
	if (q->sort == SLOT_NEAREST && c->distance_m != after_distance_m)
		return c->distance_m > after_distance_m;
	if (start != q->after_start)
		return start > q->after_start;
	if (c->distance_m != after_distance_m)
		return c->distance_m > after_distance_m;
	return c->shelf->site > q->after_site;
}

static int32_t metres(const struct geo_point *from, const struct geo_point *to)
{
	return (int32_t)lround(geo_distance_km(from, to) * 1000);
}

static void cursor_add(struct search *s, const struct shelf *shelf, int32_t distance_m,
		       int32_t after_distance_m)
{
	const struct slot_query *q = s->q;
	struct cursor c = {.shelf = shelf, .distance_m = distance_m};
	rdvd_time from = s->from;
	int paged = q->after_site != TERRITORY_NONE;
	if (paged && q->sort == SLOT_SOONEST && q->after_start > from)
		from = q->after_start;
	c.at = shelf_from(shelf, from);
	if (c.at < shelf->first)
		c.at = shelf->first;
	while (cursor_settle(s, &c)) {
		if (!paged || is_after(s, &c, after_distance_m)) {
			s->cursors[s->n++] = c;
			return;
		}
		if (q->sort == SLOT_NEAREST && distance_m < after_distance_m)
			return; /* this site was shown whole */
		c.at++;
	}
}

static void cursors_fill(struct search *s)
{
	const struct slot_query *q = s->q;
	const struct layout *l = &s->a->layout;
	const struct service_shelves *by = &l->by_service[q->service];
	int32_t after_m = -1;
	if (q->near && q->after_site != TERRITORY_NONE)
		after_m = metres(q->near, &s->a->t->sites[q->after_site].point);
	if (q->site != TERRITORY_NONE) {
		const struct shelf *shelf = layout_shelf(l, q->service, q->site);
		int32_t m =
			q->near ? metres(q->near, &s->a->t->sites[q->site].point) : -1;
		if (shelf && (!q->near || m <= q->radius_km * 1000))
			cursor_add(s, shelf, m, after_m);
		return;
	}
	double reach = q->near ? geo_cos_radius(q->radius_km) : 0;
	for (int i = 0; i < by->n; i++) {
		int32_t m = -1;
		if (q->near) {
			if (!geo_may_be_within(q->near, &by->points[i], reach))
				continue;
			m = metres(q->near, &by->points[i]);
			if (m > q->radius_km * 1000)
				continue;
		}
		cursor_add(s, &l->shelves[by->shelves[i]], m, after_m);
	}
}

size_t slot_search(const struct agenda *a, const struct slot_query *query,
		   struct slot *out, size_t max, int *more)
{
	const struct service *service = &a->t->services[query->service];
	struct slot_query q = *query;
	if (q.seats < 1)
		q.seats = 1;
	if (service->capacity > 0)
		q.extra_minutes = 0; /* a workshop lasts as long for everybody */
	struct search s = {.a = a, .q = &q};
	struct cursor on_stack[CURSORS_ON_STACK];
	int shelves = a->layout.by_service[q.service].n;
	s.cursors = shelves <= CURSORS_ON_STACK
			    ? on_stack
			    : xmalloc((size_t)shelves * sizeof *s.cursors);
	s.from = s.earliest = q.now + (rdvd_time)service->min_notice_minutes * 60;
	s.picky = service->pack || q.extra_minutes > 0;
	if (q.from > s.from)
		s.from = q.from;
	s.to = q.now + (rdvd_time)service->max_notice_days * CIVIL_DAY_SECONDS + 1;
	if (q.to && q.to < s.to)
		s.to = q.to;
	cursors_fill(&s);
	for (size_t i = s.n / 2; i-- > 0;)
		sift_down(&s, i);
	size_t n = 0;
	while (n < max && s.n > 0) {
		struct cursor *first = &s.cursors[0];
		const struct candidate *k = &first->shelf->candidates[first->at];
		out[n++] = (struct slot){
			.service = q.service,
			.site = first->shelf->site,
			.start = k->start,
			.end = k->start + k->length_s + (rdvd_time)q.extra_minutes * 60,
			.seats = s.picky ? seats_picked(&s, first) : seats_now(&s, first),
			.distance_m = first->distance_m};
		first->at++;
		if (!cursor_settle(&s, first))
			*first = s.cursors[--s.n];
		if (s.n > 0)
			sift_down(&s, 0);
	}
	*more = s.n > 0;
	if (s.cursors != on_stack)
		free(s.cursors);
	return n;
}
