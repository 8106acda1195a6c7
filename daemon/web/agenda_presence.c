/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_presence.c - who is where: each permanence once for each of those who receive in
 * it, so that an appointment of two people stands with both; and what lies outside of all
 * permanences, put together where it is near. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/agenda_room.h"
#include "web/opening_room.h"

#define NEAR_S (30 * 60)

static struct presence *add(struct presences *p)
{
	struct presence *grown;

	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 64;
		grown = http_request_alloc(p->rq, p->cap * sizeof(*grown));
		if (p->n)
			memcpy(grown, p->items, p->n * sizeof(*grown));
		p->items = grown;
	}
	return &p->items[p->n++];
}

static bool is_asked(const struct presences *p, int counsellor)
{
	if (p->ask->counsellor != TERRITORY_NONE)
		return counsellor == p->ask->counsellor;
	return counsellor == TERRITORY_NONE ||
	       staff_may_see_counsellor(p->st, p->viewer, counsellor);
}

static void add_occurrence(struct presences *p, const struct occurrence *o, int who)
{
	struct presence *one = add(p);

	*one = (struct presence){
		.day = civil_time_day(o->civil_start),
		.counsellor = who,
		.site = o->site,
		.occurrence = o,
		.start = o->start,
		.end = o->end,
		.from = civil_time_minute(o->civil_start),
	};
	one->to = one->from + (int)((o->civil_end - o->civil_start) / 60);
}

static void find_permanences(struct presences *p)
{
	const struct agenda_look *ask = p->ask;
	for (int i = 0; i < ask->ndays; i++) {
		struct day_ask day = {ask->from + i, ask->site, ask->counsellor};
		struct occurrence *found;
		size_t n = staff_occurrences(p->rq, p->st, p->viewer, &day, &found);

		for (size_t k = 0; k < n; k++) {
			const struct occurrence *o = &found[k];

			if (o->closed) /* said once, whoever would be there */
				add_occurrence(p, o,
					       o->ncounsellors == 1 ? o->counsellors[0]
								    : ask->counsellor);
			for (int c = 0; c < o->ncounsellors && !o->closed; c++)
				if (is_asked(p, o->counsellors[c]))
					add_occurrence(p, o, o->counsellors[c]);
		}
	}
}

/* The agenda has none where one was cancelled: it is found in the rules, and said. */
static void add_cancelled(struct presences *p, int opening, civil_day day)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct opening *op = &t->openings[opening];
	const struct agenda_look *ask = p->ask;
	const struct zone *z = t->sites[op->site].zone;
	struct occurrence *o;
	bool hers = ask->counsellor == TERRITORY_NONE;
	civil_time start;

	for (size_t i = 0; i < op->ncounsellors && !hers; i++)
		hers = op->counsellors[i] == ask->counsellor;
	if (!hers || (ask->site != TERRITORY_NONE && ask->site != op->site) ||
	    !staff_may_see_site(p->st, p->viewer, op->site) ||
	    opening_occurs(op, day, &start) != 0)
		return;
	o = http_request_alloc(p->rq, sizeof(*o));
	*o = (struct occurrence){
		.opening = opening,
		.site = op->site,
		.civil_start = start,
		.civil_end = start + (op->end - op->start),
		.day = day,
		.counsellors = op->counsellors,
		.ncounsellors = (int)op->ncounsellors,
		.closed = "",
	};
	o->start = zone_to_utc(z, o->civil_start);
	o->end = zone_to_utc(z, o->civil_end);
	if (o->end <= o->start)
		return;
	add_occurrence(p, o,
		       op->ncounsellors == 1 ? op->counsellors[0] : ask->counsellor);
	p->items[p->n - 1].cancelled = true;
}

static void find_cancelled(struct presences *p)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct agenda_look *ask = p->ask;

	for (int i = 0; i < t->nopenings; i++) {
		const struct opening *op = &t->openings[i];

		for (size_t k = 0; k < op->noverrides; k++)
			if (op->overrides[k].cancelled &&
			    op->overrides[k].on >= ask->from &&
			    op->overrides[k].on < ask->from + ask->ndays)
				add_cancelled(p, i, op->overrides[k].on);
	}
}

/* The presence in which that counsellor's appointment stands, or -1. */
static int permanence_of(const struct presences *p, size_t n,
			 const struct rdvd_appointment *a, int who)
{
	const struct territory *t = booking_territory(p->st->web.booking);

	for (size_t i = 0; i < n; i++) {
		const struct presence *one = &p->items[i];

		if (one->occurrence && one->counsellor == who &&
		    a->when.start >= one->start && a->when.start < one->end &&
		    one->site != TERRITORY_NONE &&
		    t->sites[one->site].id == a->place.site)
			return (int)i;
	}
	return -1;
}

/* Outside of all: with what is near, if it is the same place and person. */
static int outside_of(struct presences *p, size_t n, const struct rdvd_appointment *a,
		      int who)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	civil_day day = civil_time_day(a->when.civil_start);
	int minutes = (int)((a->when.end - a->when.start) / 60);
	int from = civil_time_minute(a->when.civil_start);
	struct presence *one;

	for (size_t i = n; i < p->n; i++) {
		one = &p->items[i];
		if (one->counsellor != who || one->site != site || one->day != day ||
		    a->when.start - one->end > NEAR_S || !a->place.site)
			continue;
		if (a->when.end > one->end) {
			one->end = a->when.end;
			one->to = from + minutes;
		}
		return (int)i;
	}
	one = add(p);
	*one = (struct presence){
		.day = day,
		.counsellor = who,
		.site = site,
		.start = a->when.start,
		.end = a->when.end,
		.from = from,
		.to = from + minutes,
	};
	return (int)p->n - 1;
}

static void place_record(struct presences *p, size_t permanences, size_t i)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct rdvd_appointment *a = p->records->items[i].appointment;
	int16_t *owner = &p->owner[i * RDVD_COUNSELLORS_MAX];
	int n = a->ncounsellors ? a->ncounsellors : 1;

	for (int c = 0; c < n; c++) {
		int who = a->ncounsellors ? territory_by_id(t, RDVD_DEF_COUNSELLOR,
							    a->counsellors[c])
					  : TERRITORY_NONE;
		int found;

		if (!is_asked(p, who))
			continue;
		found = permanence_of(p, permanences, a, who);
		if (found < 0)
			found = outside_of(p, permanences, a, who);
		if (found <= INT16_MAX)
			owner[c] = (int16_t)found;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct presence *const *x = a, *const *y = b;

	if ((*x)->day != (*y)->day)
		return (*x)->day < (*y)->day ? -1 : 1;
	if ((*x)->start != (*y)->start)
		return (*x)->start < (*y)->start ? -1 : 1;
	return (*x)->counsellor - (*y)->counsellor;
}

/* In order of time; the owners follow. */
static void sort(struct presences *p)
{
	const struct presence **order =
		http_request_alloc(p->rq, (p->n + 1) * sizeof(*order));
	struct presence *sorted = http_request_alloc(p->rq, (p->n + 1) * sizeof(*sorted));
	int16_t *to = http_request_alloc(p->rq, (p->n + 1) * sizeof(*to));

	for (size_t i = 0; i < p->n; i++)
		order[i] = &p->items[i];
	if (p->n)
		qsort(order, p->n, sizeof(*order), by_time);
	for (size_t i = 0; i < p->n; i++) {
		sorted[i] = *order[i];
		to[order[i] - p->items] = (int16_t)i;
	}
	for (size_t i = 0; i < p->records->n * RDVD_COUNSELLORS_MAX; i++)
		if (p->owner[i] >= 0)
			p->owner[i] = to[p->owner[i]];
	p->items = sorted;
}

void presences_find(struct presences *p)
{
	size_t slots = p->records->n * RDVD_COUNSELLORS_MAX, permanences;

	p->owner = http_request_alloc(p->rq, (slots + 1) * sizeof(*p->owner));
	memset(p->owner, -1, slots * sizeof(*p->owner));
	find_permanences(p);
	find_cancelled(p);
	permanences = p->n;
	for (size_t i = 0; i < p->records->n; i++)
		if (staff_may_see(p->st, p->viewer, p->records->items[i].appointment))
			place_record(p, permanences, i);
	sort(p);
}

/* ---- absences ---- */

struct absence_look {
	const struct presences *p;
	rdvd_time from, to;
	struct buf words;
};

static void look_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			 rdvd_time end)
{
	struct absence_look *l = arg;
	const struct presences *p = l->p;
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct zone *z = staff_zone(p->st, p->ask->site);
	struct http_request *rq = p->rq;

	(void)id;
	if (start >= l->to || end <= l->from || !is_asked(p, counsellor))
		return;
	if (l->words.len)
		buf_addlit(&l->words, ", ");
	buf_addstr(&l->words, t->counsellors[counsellor].label);
	if (start > l->from)
		buf_addf(&l->words, tr(http_request_lang(rq), " (dès %s)"),
			 staff_hour_words(rq, z, start));
	else if (end < l->to)
		buf_addf(&l->words, tr(http_request_lang(rq), " (jusqu’à %s)"),
			 staff_hour_words(rq, z, end));
}

const char *presence_absences(const struct presences *p, civil_day day)
{
	const struct zone *z = staff_zone(p->st, p->ask->site);
	struct absence_look l = {
		.p = p,
		.from = zone_to_utc(z, civil_time_from(day, 0)),
		.to = zone_to_utc(z, civil_time_from(day + 1, 0)),
		.words = BUF_INIT,
	};
	const char *out = NULL;

	agenda_absences_each(booking_agenda(p->st->web.booking), look_absence, &l);
	if (l.words.len)
		out = http_request_strdup(p->rq, buf_str(&l.words));
	buf_fini(&l.words);
	return out;
}
