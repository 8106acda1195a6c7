/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone_rule.h - shared by zone*.c only: what a zone is in memory, and the POSIX TZ rule
 * that stands in a TZif footer ("CET-1CEST,M3.5.0,M10.5.0/3"). */
#ifndef RDVD_AGENDA_ZONE_RULE_H
#define RDVD_AGENDA_ZONE_RULE_H

#include <stddef.h>

#include "agenda/civil.h"
#include "rdvd/types.h"

#define ZONE_NAME_MAX 64
#define ZONE_ABBREV_MAX 16

enum zone_date_form {
	ZONE_DATE_MONTH,   /* Mm.w.d: weekday d of week w of month m, week 5 the last */
	ZONE_DATE_JULIAN,  /* Jn: day 1..365, 29 February never counted */
	ZONE_DATE_ORDINAL, /* n: day 0..365, 29 February counted */
};

/* When one of the two yearly changes happens. */
struct zone_date {
	enum zone_date_form form;
	int month, week, weekday; /* 1..12, 1..5, 0 = Sunday */
	int day;
	int32_t time_s; /* wall seconds after that day's midnight, -167 h..167 h (RFC
			   8536 3.3.1) */
};

struct zone_half {
	int32_t offset_s;	      /* east of Greenwich */
	char abbrev[ZONE_ABBREV_MAX]; /* without angle brackets */
};

struct zone_rule {
	struct zone_half standard, daylight;
	int changes; /* 0: standard for ever; daylight, begin and end are not set */
	struct zone_date begin, end; /* of daylight */
};

/* Read a POSIX TZ string (with the RFC 8536 extension of its hours), the whole of s. 0 or
 * -1. */
int zone_rule_parse(const char *s, struct zone_rule *rule);
/* The day, and the wall seconds after its midnight, of a change in that year; the seconds
 * may be negative or beyond a day. */
civil_day zone_date_day(const struct zone_date *date, int year);

/* A change of offset. The array of a zone ascends; its first entry holds from the
 * beginning of time. */
struct zone_step {
	rdvd_time at;		/* from this instant on */
	civil_time wall_before; /* every wall time below this one belongs to the entries
				   before */
	int32_t offset_s;
	uint16_t abbrev; /* index into abbrevs */
};

/* Look-ups begin at a bucket of 2^22 seconds (48 days), so that one or two comparisons
 * are left. */
#define ZONE_BUCKET_SHIFT 22
#define ZONE_BUCKETS 980 /* to 2100 */

struct zone {
	char name[ZONE_NAME_MAX + 1];
	struct zone_rule rule;
	int has_rule;		 /* the footer was not empty */
	struct zone_step *steps; /* owned */
	size_t nsteps;
	char (*abbrevs)[ZONE_ABBREV_MAX]; /* owned */
	size_t nabbrevs;
	uint16_t by_instant[ZONE_BUCKETS]; /* the step in force when the bucket begins */
	uint16_t by_wall[ZONE_BUCKETS];
};

/* Fill steps and abbrevs (the rest is zone.c's) from a TZif file's bytes. 0, or -1 with
 * the reason, a constant, in *why. */
int zone_read_tzif(struct zone *z, const unsigned char *bytes, size_t n,
		   const char **why);

#endif
