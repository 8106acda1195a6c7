/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_rule.c - the waiting list's rules; see waiting_rule.h. */
#include "booking/waiting_rule.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

#define CELL_S 300
#define CELL_BITS 26 /* 2^26 cells of five minutes are six centuries */

#define SHORTEST_S (30 * MINUTE)
#define MORNING_S HOUR

/* ---- what was seen ---- */

uint64_t waiting_seen_key(rdvd_id site, rdvd_time start)
{
	return (uint64_t)site << CELL_BITS |
	       ((uint64_t)(start / CELL_S) & ((UINT64_C(1) << CELL_BITS) - 1));
}

static rdvd_id site_of(uint64_t key)
{
	return (rdvd_id)(key >> CELL_BITS);
}

static rdvd_time start_of(uint64_t key)
{
	return (rdvd_time)(key & ((UINT64_C(1) << CELL_BITS) - 1)) * CELL_S;
}

/* The first key that is not less. */
static size_t lower_bound(const struct waiting_seen *s, uint64_t key)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int waiting_seen_has(const struct waiting_seen *s, rdvd_id site, rdvd_time start)
{
	uint64_t key = waiting_seen_key(site, start);
	size_t i = lower_bound(s, key);

	return (s->before && start >= s->before) || (i < s->n && s->keys[i] == key);
}

void waiting_seen_add(struct waiting_seen *s, rdvd_id site, rdvd_time start)
{
	uint64_t key = waiting_seen_key(site, start);
	size_t i = lower_bound(s, key);

	if (i < s->n && s->keys[i] == key)
		return;
	VEC_GROW(s->keys, s->n, s->cap);
	memmove(s->keys + i + 1, s->keys + i, (s->n - i) * sizeof(*s->keys));
	s->keys[i] = key;
	s->n++;
}

int waiting_seen_note(struct waiting_seen *s, rdvd_id site, rdvd_time start)
{
	if (s->before)
		return 0;
	if (s->n >= WAITING_SEEN_MAX) {
		s->before = start;
		return 0;
	}
	waiting_seen_add(s, site, start);
	return 1;
}

void waiting_seen_fini(struct waiting_seen *s)
{
	free(s->keys);
	*s = (struct waiting_seen){.keys = NULL};
}

void waiting_seen_write(const struct waiting_seen *s, struct buf *out)
{
	rdvd_id site = 0;
	rdvd_time last = 0;

	buf_addf(out, "{\"before\":%lld,\"starts\":{", (long long)s->before);
	for (size_t i = 0; i < s->n; i++) {
		int first = i == 0 || site_of(s->keys[i]) != site;

		if (first) {
			site = site_of(s->keys[i]);
			last = 0;
			buf_addf(out, "%s\"%lld\":[", i ? "]," : "", (long long)site);
		} else {
			buf_addch(out, ',');
		}
		buf_addint(out, start_of(s->keys[i]) - last);
		last = start_of(s->keys[i]);
	}
	buf_addstr(out, s->n ? "]}}" : "}}");
}

void waiting_seen_read(struct waiting_seen *s, const char *json)
{
	json_t *root = json_loads(json && *json ? json : "{}", 0, NULL);
	const char *name;
	json_t *list, *step;
	size_t i;

	json_object_foreach(json_object_get(root, "starts"), name, list)
	{
		rdvd_time start = 0;
		int64_t site;

		if (parse_int(name, 1, INT64_MAX >> CELL_BITS, &site) < 0)
			continue;
		json_array_foreach(list, i, step)
		{
			start += json_integer_value(step);
			waiting_seen_add(s, site, start);
		}
	}
	s->before = json_integer_value(json_object_get(root, "before"));
	json_decref(root);
}

/* ---- how long, and when ---- */

int64_t waiting_hold_s(rdvd_time now, rdvd_time start)
{
	static const struct {
		int64_t within_s, hold_s;
	} steps[] = {
		{6 * HOUR, SHORTEST_S}, {DAY, HOUR},
		{2 * DAY, 3 * HOUR},	{4 * DAY, 6 * HOUR},
		{INT64_MAX, 12 * HOUR},
	};
	size_t i = 0;

	while (start - now >= steps[i].within_s)
		i++;
	return steps[i].hold_s;
}

static civil_day day_of(const struct zone *z, rdvd_time t)
{
	return civil_time_day(zone_to_civil(z, t));
}

int waiting_may_ask(const struct waiting_person *p, const struct plan_hours *h,
		    const struct zone *zone, rdvd_time now)
{
	return !p->has_offer && p->until - p->move_until_s > now &&
	       (!p->last_offer || day_of(zone, p->last_offer) < day_of(zone, now)) &&
	       plan_is_allowed(h, zone, PLAN_USUAL, now);
}

/* The last minute of today's hours; now is within them. */
static rdvd_time evening_of(const struct plan_hours *h, const struct zone *z,
			    rdvd_time now)
{
	civil_day day = day_of(z, now);
	int sunday = civil_weekday(day) == CIVIL_SUNDAY;

	return zone_to_utc(z, civil_time_from(day, sunday ? h->sunday_to : h->week_to));
}

rdvd_time waiting_expiry(const struct waiting_person *p, const struct plan_hours *h,
			 const struct waiting_place *place, rdvd_time now)
{
	int64_t hold_s = waiting_hold_s(now, place->start);
	rdvd_time last = place->start - place->notice_s, end = now + hold_s;
	rdvd_time evening;

	if (p->until - p->move_until_s < last)
		last = p->until - p->move_until_s;
	if (!plan_is_allowed(h, place->zone, PLAN_USUAL, now))
		return 0;
	if (!plan_is_allowed(h, place->zone, PLAN_USUAL, end)) {
		end = plan_next_allowed(h, place->zone, PLAN_USUAL, end) +
		      (hold_s < MORNING_S ? hold_s : MORNING_S);
		evening = evening_of(h, place->zone, now);
		if (end > last && evening - now >= SHORTEST_S)
			end = evening;
	}
	return end <= last ? end : 0;
}

int waiting_choose(const struct waiting_person *p, const struct plan_hours *h,
		   const struct waiting_place *places, size_t n, rdvd_time now,
		   rdvd_time *expires)
{
	for (size_t i = 0; i < n; i++) {
		rdvd_time end;

		if (places[i].start >= p->until ||
		    waiting_seen_has(p->seen, places[i].site, places[i].start) ||
		    !waiting_may_ask(p, h, places[i].zone, now))
			continue;
		end = waiting_expiry(p, h, &places[i], now);
		if (end) {
			*expires = end;
			return (int)i;
		}
	}
	return -1;
}
