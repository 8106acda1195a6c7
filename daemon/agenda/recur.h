/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recur.h - on which civil times an opening recurs: RFC 5545 3.3.10 rules with removed
 * dates, extra dates and a last day.
 *
 * - Expansion is floating (wall times); instants come from zone.h, one occurrence at a
 * time.
 * - It is our own: libical 3.0.16 was tried, and crashes (BYWEEKNO=-24), searches for
 * seconds (BYSETPOS that picks nothing) or errs (negative BYMONTHDAY, BYSETPOS with DAILY
 * and WEEKLY). Days are simpler than instants: a period's days that satisfy every part,
 * which is also exact.
 * - A rule has at most 512 bytes; each part once and in range; FREQ DAILY, WEEKLY,
 * MONTHLY or YEARLY; INTERVAL 1..1000; COUNT 1..10000; not COUNT with UNTIL; BYSETPOS
 * with MONTHLY or YEARLY only; not the combinations that RFC 5545 forbids. BYHOUR,
 * BYMINUTE and BYSECOND may only repeat the start, which gives the time of day.
 * - UNTIL is a date (that whole day is included) or a civil time, as RFC 5545 asks beside
 * a local start; a UTC one ("...Z") is refused here: pass the text through recur_localise
 * first.
 * - Every search is bounded by the asked range and by the years 1970..2099.
 *
 * Pure: any thread. */
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
 * dates apart); when start does not match the rule, it is not one. A rule that
 * began decades ago costs no more than a recent one, unless it has a COUNT. */
int recur_expand(const char *rrule, civil_time start, civil_day until,
		 const civil_day *except, size_t nexcept, const civil_day *extra,
		 size_t nextra, civil_day from, civil_day to, civil_time **starts,
		 size_t *n);

/* Append rrule to out with a UTC UNTIL turned into the wall time of the zone; any other
 * text is copied as it is. */
void recur_localise(const char *rrule, const struct zone *z, struct buf *out);

#endif
