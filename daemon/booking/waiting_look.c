/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_look.c - looking for what has come free: all who wait, in the order in which
 * they came, each search a walk along the agenda's shelves. A look is cut into slices of
 * two milliseconds, so that bookings go on between them, and the next one waits twenty
 * times as long as the last one took: with a thousand people waiting and bookings all the
 * time, the list costs a twentieth of the loop. Where nobody waits, nothing is done. */
#include <string.h>

#include "base/clock.h"
#include "booking/waiting_impl.h"

#define SLICE_US 2000
#define PAUSE_MS 5 /* between two slices */
#define SOON_MS 20 /* what comes together is looked at together */
#define SHARE 20   /* of the time, at most one part in so many */
#define SOON_MAX_MS 30000
#define BATCH 32
#define BATCHES 40	      /* more than WAITING_SEEN_MAX slots */
#define EVERYWHERE_KM 20100.0 /* half the Earth's girth */

/* ---- where somebody looks ---- */

int waiting_point(const struct waiting *w, const struct rdvd_wait *row,
		  struct geo_point *point)
{
	const struct commune_table *communes = w->booking->o.communes;

	return *row->near && communes &&
			       commune_near(communes, row->near, point, NULL) == RDVD_OK
		       ? 0
		       : -1;
}

int waiting_query(const struct waiting *w, const struct rdvd_wait *row,
		  struct geo_point *point, struct slot_query *q)
{
	const struct territory *t = w->booking->territory;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, row->service);

	if (service == TERRITORY_NONE || t->services[service].retired)
		return -1;
	*q = (struct slot_query){
		.service = service,
		.site = TERRITORY_NONE,
		.radius_km = EVERYWHERE_KM,
		.now = clock_now(),
		.seats = t->services[service].capacity > 0 ? row->party_size : 1,
		.after_site = TERRITORY_NONE,
	};
	if (row->start) {
		q->from = row->start;
		q->to = row->start + 1;
	}
	if (row->site) {
		q->site = territory_by_id(t, RDVD_DEF_SITE, row->site);
		return q->site == TERRITORY_NONE || t->sites[q->site].retired ? -1 : 0;
	}
	if (waiting_point(w, row, point) == 0) {
		q->near = point;
		q->radius_km = row->radius_km;
	}
	return 0;
}

int waiting_may_go_to(const struct waiting *w, const struct rdvd_wait *row, int site)
{
	const struct territory *t = w->booking->territory;
	int organisation = t->sites[site].organisation;

	return !row->participation || !row->organisation ||
	       organisation == TERRITORY_NONE ||
	       t->organisations[organisation].id == row->organisation;
}

/* ---- one person ---- */

static struct waiting_person person_of(const struct waiting *w,
				       const struct waiting_entry *e)
{
	const struct territory *t = w->booking->territory;
	int o = territory_by_id(t, RDVD_DEF_ORGANISATION, e->wait->organisation);

	return (struct waiting_person){
		.until = e->wait->until,
		.last_offer = e->wait->last_offer,
		.has_offer = e->offer.id != 0,
		.move_until_s = e->wait->participation && o != TERRITORY_NONE
					? t->organisations[o].move_until_minutes * 60
					: 0,
		.seen = &e->seen,
	};
}

/* The first of these slots that e is to be offered; 1 when it was. */
static int offer_one_of(struct waiting *w, struct waiting_entry *e,
			const struct slot *slots, size_t n, rdvd_time now)
{
	const struct territory *t = w->booking->territory;
	const struct waiting_person who = person_of(w, e);
	const int team = territory_by_id(t, RDVD_DEF_ORGANISATION, e->wait->organisation);
	const struct plan_hours hours = plan_hours_for(&w->o.hours, t, team, NULL);
	struct waiting_place places[BATCH];
	const struct slot *kept[BATCH];
	rdvd_time expires;
	size_t k = 0;
	int chosen;

	for (size_t i = 0; i < n; i++) {
		const struct site *site = &t->sites[slots[i].site];

		if (!waiting_may_go_to(w, e->wait, slots[i].site))
			continue;
		kept[k] = &slots[i];
		places[k++] = (struct waiting_place){
			.site = site->id,
			.start = slots[i].start,
			.zone = site->zone,
			.notice_s = t->services[slots[i].service].min_notice_minutes * 60,
		};
	}
	chosen = waiting_choose(&who, &hours, places, k, now, &expires);
	if (chosen < 0)
		return 0;
	waiting_offer(w, e, kept[chosen], expires);
	return 1;
}

static void look_for(struct waiting *w, struct waiting_entry *e, rdvd_time now)
{
	struct slot slots[BATCH];
	struct geo_point point;
	struct slot_query q;
	int more = 1;

	if (e->busy || e->offer.id || e->wait->until <= now ||
	    waiting_query(w, e->wait, &point, &q) < 0)
		return;
	q.to = e->wait->until;
	if (e->seen.before && e->seen.before < q.to)
		q.to = e->seen.before;
	for (int i = 0; i < BATCHES && more; i++) {
		size_t n = slot_search(w->booking->agenda, &q, slots, BATCH, &more);

		if (n == 0 || offer_one_of(w, e, slots, n, now))
			return;
		q.after_start = slots[n - 1].start;
		q.after_site = slots[n - 1].site;
	}
}

/* ---- all of them ---- */

/* 0 when it is night at every place that there is. */
static int is_day_somewhere(const struct waiting *w, rdvd_time now)
{
	const struct territory *t = w->booking->territory;
	const struct plan_hours wide = {
		.week_from = w->o.hours.week_from,
		.week_to = w->o.hours.week_to,
		.sunday_from = PLAN_HOURS_PRESET_SUNDAY.sunday_from,
		.sunday_to = PLAN_HOURS_PRESET_SUNDAY.sunday_to,
	};
	const struct zone *last = NULL;

	for (int i = 0; i < t->live_sites; i++) {
		if (t->sites[i].zone == last)
			continue;
		last = t->sites[i].zone;
		if (plan_is_allowed(&wide, last, PLAN_USUAL, now))
			return 1;
	}
	return 0;
}

/* Monotonic microseconds. */
static void slice(struct waiting *w)
{
	int64_t begun = clock_monotonic_us(), spent = 0;
	rdvd_time now = clock_now();

	while (w->next < w->n && spent < SLICE_US) {
		/* one at a time: an offer may change the list */
		look_for(w, w->entries[w->next++], now);
		spent = clock_monotonic_us() - begun;
	}
	w->look_us += spent;
	if (spent > w->counts.slice_us)
		w->counts.slice_us = spent;
	w->looking = w->next < w->n;
	if (!w->looking) {
		w->counts.looks++;
		w->counts.look_us = w->look_us;
	}
}

/* When the next thing is to be done: the rest of this look, or the next one. */
static void arm(struct waiting *w)
{
	int64_t pause_ms = w->look_us * SHARE / 1000;

	if (w->looking) {
		loop_timer_in(w->look_timer, PAUSE_MS);
		return;
	}
	if (!w->nudged)
		return;
	if (pause_ms < SOON_MS)
		pause_ms = SOON_MS;
	loop_timer_in(w->look_timer, pause_ms < SOON_MAX_MS ? pause_ms : SOON_MAX_MS);
}

void waiting_look(struct waiting *w)
{
	if (w->stopping)
		return;
	if (w->looking) { /* what has been passed already is looked at again, then */
		waiting_nudge(w);
		return;
	}
	w->nudged = 0;
	w->next = 0;
	w->look_us = 0;
	w->looking = w->n > 0 && is_day_somewhere(w, clock_now());
	if (w->looking)
		slice(w);
	else
		w->counts.looks++; /* there was nothing to look for */
	arm(w);
}

void waiting_look_tick(void *arg)
{
	struct waiting *w = arg;

	if (w->stopping)
		return;
	if (w->looking) {
		slice(w);
		arm(w);
	} else if (w->nudged) {
		waiting_tick(w); /* what is past its time is closed before */
	}
}

void waiting_nudge(struct waiting *w)
{
	if (w->nudged || w->stopping || !w->n)
		return;
	w->nudged = 1;
	if (!w->looking)
		arm(w);
}
