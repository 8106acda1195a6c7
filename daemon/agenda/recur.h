/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recur.h - on which civil times an opening recurs: RFC 5545 3.3.10 rules with removed
 * dates, extra dates and a last day. This is the agenda's whole use of libical, whose
 * pitfalls stop here:
 *
 * - expansion is floating (wall times); instants come from zone.h, one occurrence at a
 * time;
 * - the text is validated by us before libical sees it: at most 512 bytes; each part once
 * and in range; FREQ DAILY, WEEKLY, MONTHLY or YEARLY; INTERVAL 1..1000; COUNT 1..10000;
 * not COUNT with UNTIL; BYSETPOS only with MONTHLY or YEARLY (libical ignores it
 * elsewhere); the combinations that RFC 5545 forbids; no BYHOUR, BYMINUTE or BYSECOND (an
 * opening's start gives its time of day);
 * - UNTIL is a date (that whole day is included) or a civil time, as RFC 5545 asks beside
 * a local start; a UTC one ("...Z") is refused here: pass the text through recur_localise
 * first;
 * - every search is bounded by the asked range, so no rule can make it run away.
 *
 * libical is not safe on several threads: call these from one thread. */
#ifndef RDVD_AGENDA_RECUR_H
#define RDVD_AGENDA_RECUR_H

#include <stddef.h>

#include "agenda/civil.h"
#include "agenda/zone.h"

#define RECUR_TEXT_MAX 512
#define RECUR_ERROR_SIZE 256

/* 0 when rrule (without "RRULE:") is valid and start is its first occurrence; else -1
 * with a sentence for the user in error. rrule NULL is valid: a single occurrence. */
int recur_check(const char *rrule, civil_time start, char error[RECUR_ERROR_SIZE]);

/* The occurrences whose start falls on the days [from, to), ascending, none twice.
 *
 * rrule: NULL for the single occurrence at start. until: the last day on which anything
 * may start, extra dates included; CIVIL_DAY_NONE (or any negative day) for none. except:
 * days whose occurrences are removed, extra dates too; COUNT counts them all the same.
 * extra: days on which it happens as well, at start's time of day, before start too.
 * except and extra need no order and may repeat.
 *
 * *starts is allocated (caller frees; NULL when *n is 0). Returns 0, or -1 when rrule is
 * invalid, with *starts and *n untouched. An occurrence never lies before start (extra
 * dates apart); when start does not match the rule, it is not one. Rules that began
 * decades ago cost no more than recent ones, except with COUNT together with BY parts
 * (one step an occurrence). */
int recur_expand(const char *rrule, civil_time start, civil_day until,
		 const civil_day *except, size_t nexcept, const civil_day *extra,
		 size_t nextra, civil_day from, civil_day to, civil_time **starts,
		 size_t *n);

/* Append rrule to out with a UTC UNTIL turned into the wall time of the zone; any other
 * text is copied as it is. */
void recur_localise(const char *rrule, const struct zone *z, struct buf *out);

#endif
