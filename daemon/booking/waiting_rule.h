/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_rule.h - the waiting list's rules: which free time is offered to somebody who
 * waits, how long it is kept for them, and when they may be asked at all. Values in,
 * values out, now an argument. Pure: any thread. */
#ifndef RDVD_BOOKING_WAITING_RULE_H
#define RDVD_BOOKING_WAITING_RULE_H

#include <stddef.h>
#include <stdint.h>

#include "agenda/zone.h"
#include "base/buf.h"
#include "message/plan.h"

/* ---- what was seen ---- */

#define WAITING_SEEN_MAX 512

/* The times that were free when somebody joined, and those offered since. */
struct waiting_seen {
	uint64_t *keys; /* owned, in order */
	size_t n, cap;
	rdvd_time before; /* more were free than are kept: from here on all are taken as
			     seen; 0 none */
};

/* A place and a start as one number; the store's id of the site, starts at multiples of
 * 5 minutes. */
uint64_t waiting_seen_key(rdvd_id site, rdvd_time start);
void waiting_seen_add(struct waiting_seen *s, rdvd_id site, rdvd_time start);
/* Of the times that are free at joining, soonest first: 1 when it was kept, 0 when there
 * are WAITING_SEEN_MAX already: before is set, and the rest need not be told. */
int waiting_seen_note(struct waiting_seen *s, rdvd_id site, rdvd_time start);
int waiting_seen_has(const struct waiting_seen *s, rdvd_id site, rdvd_time start);
/* As JSON, and back: {"before": 1795424400, "starts": {"3": [1795420800, 3600]}}, each
 * site's starts in order, the first as an instant and the others as seconds after the one
 * before. What cannot be read is left out. */
void waiting_seen_write(const struct waiting_seen *s, struct buf *out);
void waiting_seen_read(struct waiting_seen *s, const char *json);
void waiting_seen_fini(struct waiting_seen *s);

/* ---- what is offered ---- */

/* Seconds that somebody gets to decide, the nearer the start the fewer: half an hour
 * when it is within six hours, twelve hours when it is four days off or more. */
int64_t waiting_hold_s(rdvd_time now, rdvd_time start);

/* One who waits. */
struct waiting_person {
	rdvd_time until;      /* earlier times are wanted */
	rdvd_time last_offer; /* 0 none */
	int has_offer;	      /* one is open */
	int64_t move_until_s; /* how long before `until` the present appointment can still
				 be moved; 0 none */
	const struct waiting_seen *seen;
};

/* A free time. */
struct waiting_place {
	rdvd_id site;
	rdvd_time start;
	const struct zone *zone;
	int64_t notice_s; /* of the service: it is booked no later than that before */
};

/* 1 when a person may be asked today (in zone): no offer is open, none was made since
 * midnight, the time is within the hours, and what is waited for can still come. */
int waiting_may_ask(const struct waiting_person *p, const struct plan_hours *h,
		    const struct zone *zone, rdvd_time now);
/* Until when that place would be kept for that person if it were offered now; 0 when it
 * starts too soon to decide, or now is outside the hours. An offer that would end in the
 * night lasts into the morning, an hour from when the hours begin (or as long as it would
 * have lasted, if that is less); when that is too late for the place, until the hours
 * end, if half an hour remains. */
rdvd_time waiting_expiry(const struct waiting_person *p, const struct plan_hours *h,
			 const struct waiting_place *place, rdvd_time now);
/* The first of n places, as they come, that this person is to be offered: the index, and
 * *expires; -1 none. */
int waiting_choose(const struct waiting_person *p, const struct plan_hours *h,
		   const struct waiting_place *places, size_t n, rdvd_time now,
		   rdvd_time *expires);

#endif
