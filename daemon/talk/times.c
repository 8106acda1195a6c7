/* SPDX-License-Identifier: GPL-3.0-or-later */
/* times.c - which free times to offer: the soonest near by, and not three of the same
 * morning when there is something else. */
#include <string.h>

#include "agenda/commune.h"
#include "base/mem.h"
#include "talk/impl.h"

#define LOOK 48	    /* slots among which the three are chosen */
#define SOON_S 1800 /* nobody can be there before */

int times_service(const struct talk *t)
{
	const struct territory *r = booking_territory(t->booking);
	int named = *t->o.service ? territory_service(r, t->o.service) : TERRITORY_NONE;

	if (named != TERRITORY_NONE && !r->services[named].retired &&
	    r->services[named].public)
		return named;
	for (int i = 0; i < r->live_services; i++)
		if (r->services[i].public && r->services[i].mode == MODE_SITE &&
		    r->services[i].capacity == 0)
			return i;
	return TERRITORY_NONE;
}

/* The point of a place as people write it: 0, or -1. */
static int point_of(const struct talk *t, const char *place, struct geo_point *out)
{
	const struct commune_table *table = booking_communes(t->booking);
	const struct territory *r = booking_territory(t->booking);
	struct commune_preference prefer = {.radius_km = 60};
	const struct commune *found;

	if (!*place || !table)
		return -1;
	if (r->live_sites > 0)
		prefer.centre = &r->sites[0].point;
	if (commune_search(table, place, &prefer, &found, 1) == 0 || !found->has_point)
		return -1;
	*out = found->point;
	return 0;
}

int times_know(const struct talk *t, const char *place)
{
	struct geo_point point;

	return point_of(t, place, &point) == 0;
}

static int64_t half_day(const struct territory *r, const struct slot *s)
{
	civil_time at = zone_to_civil(r->sites[s->site].zone, s->start);

	return (int64_t)civil_time_day(at) * 2 + (civil_time_minute(at) >= 12 * 60 + 30);
}

static int is_taken(const int *chosen, int n, int i)
{
	for (int k = 0; k < n; k++)
		if (chosen[k] == i)
			return 1;
	return 0;
}

/* Choose up to three of n slots, in order: first of different half-days. */
static int choose(const struct territory *r, const struct slot *slots, int n,
		  int chosen[QUESTION_SLOTS])
{
	int count = 0;

	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < n && count < QUESTION_SLOTS; i++) {
			int fresh = !is_taken(chosen, count, i);

			for (int k = 0; fresh && pass == 0 && k < count; k++)
				fresh = half_day(r, &slots[chosen[k]]) !=
					half_day(r, &slots[i]);
			for (int k = 0; fresh && k < count; k++)
				fresh = slots[chosen[k]].start != slots[i].start ||
					slots[chosen[k]].site != slots[i].site;
			if (fresh)
				chosen[count++] = i;
		}
	for (int i = 1; i < count; i++) /* by start */
		for (int k = i; k > 0 && chosen[k] < chosen[k - 1]; k--) {
			int other = chosen[k];

			chosen[k] = chosen[k - 1];
			chosen[k - 1] = other;
		}
	return count;
}

static int search(const struct talk *t, struct slot_query *q, struct question *ask)
{
	const struct territory *r = booking_territory(t->booking);
	struct slot slots[LOOK];
	int chosen[QUESTION_SLOTS], more;
	int n = (int)slot_search(booking_agenda(t->booking), q, slots, LOOK, &more);

	n = choose(r, slots, n, chosen);
	ask->nslots = n;
	for (int i = 0; i < n; i++) {
		const struct slot *s = &slots[chosen[i]];
		const struct site *site = &r->sites[s->site];

		snprintf(ask->slots[i].site, sizeof ask->slots[i].site, "%s", site->slug);
		ask->slots[i].start = s->start;
		ask->slots[i].civil_start = zone_to_civil(site->zone, s->start);
	}
	return n;
}

int times_find(const struct talk *t, int service, int site, const char *place,
	       rdvd_time after, rdvd_time now, struct question *ask)
{
	static const double radii_km[] = {15, 40};
	const struct territory *r = booking_territory(t->booking);
	struct geo_point point;
	struct slot_query q = {.service = service,
			       .site = TERRITORY_NONE,
			       .from = after ? after + 1 : now + SOON_S,
			       .now = now,
			       .seats = 1,
			       .after_site = TERRITORY_NONE};

	ask->nslots = 0;
	if (service == TERRITORY_NONE)
		return 0;
	snprintf(ask->service, sizeof ask->service, "%s", r->services[service].slug);
	if (point_of(t, place, &point) == 0)
		q.near = &point;
	else if (site != TERRITORY_NONE)
		q.near = &r->sites[site].point;
	for (size_t i = 0; q.near && i < ARRAY_SIZE(radii_km); i++) {
		q.radius_km = radii_km[i];
		if (search(t, &q, ask) > 0)
			return ask->nslots;
	}
	q.near = NULL;
	return search(t, &q, ask);
}
