/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recur_rule.h - shared by recur*.c only: a recurrence rule, read and validated, as sets
 * of bits that a day is held against. */
#ifndef RDVD_AGENDA_RECUR_RULE_H
#define RDVD_AGENDA_RECUR_RULE_H

#include "agenda/civil.h"
#include "agenda/recur.h"

enum recur_freq { RECUR_DAILY, RECUR_WEEKLY, RECUR_MONTHLY, RECUR_YEARLY };

/* The parts a rule may have: bits of recur_rule.given, rows of the table in recur_rule.c.
 */
enum recur_part {
	RECUR_PART_FREQ,
	RECUR_PART_INTERVAL,
	RECUR_PART_COUNT,
	RECUR_PART_UNTIL,
	RECUR_PART_WKST,
	RECUR_PART_BYMONTH,
	RECUR_PART_BYWEEKNO,
	RECUR_PART_BYYEARDAY,
	RECUR_PART_BYMONTHDAY,
	RECUR_PART_BYDAY,
	RECUR_PART_BYHOUR,
	RECUR_PART_BYMINUTE,
	RECUR_PART_BYSECOND,
	RECUR_PART_BYSETPOS,
	RECUR_PARTS,
};

/* The numbers of a list, 1..383 from the beginning and as many from the end. */
struct recur_set {
	uint64_t forward[6], backward[6];
};

struct recur_rule {
	enum recur_freq freq;
	int interval;
	int count;	  /* 0: none */
	civil_time until; /* the last moment at which one may start; INT64_MAX: none */
	int week_start;	  /* 0 = Monday */
	unsigned given;	  /* bit 1 << enum recur_part */
	struct recur_set month, week, year_day, month_day, position;
	unsigned weekdays;	     /* BYDAY without a number, bit 0 = Monday */
	struct recur_set ordinal[7]; /* BYDAY with a number, of each weekday */
};

static inline int recur_rule_has(const struct recur_rule *r, enum recur_part part)
{
	return (r->given >> part) & 1;
}

static inline void recur_set_add(struct recur_set *s, int i)
{
	if (i > 0)
		s->forward[i >> 6] |= UINT64_C(1) << (i & 63);
	else
		s->backward[-i >> 6] |= UINT64_C(1) << (-i & 63);
}

/* Is the i-th (1..383) of total things in the set? */
static inline int recur_set_has(const struct recur_set *s, int i, int total)
{
	int back = total - i + 1;

	return (s->forward[i >> 6] >> (i & 63) & 1) |
	       (s->backward[back >> 6] >> (back & 63) & 1);
}

/* 0, or -1 with a sentence in error. start is what BYHOUR, BYMINUTE and BYSECOND must
 * repeat, and what the rule takes the day from when it names none. */
int recur_rule_parse(const char *text, civil_time start, struct recur_rule *r,
		     char error[RECUR_ERROR_SIZE]);

/* One period (day, week, month or year) of a rule. */
#define RECUR_PERIOD_DAYS 366

/* The number of the period in which day lies, counted from the one in which start lies;
 * not yet divided by the interval. */
int recur_period_of(const struct recur_rule *r, civil_day start, civil_day day);
/* Write the days of period number index that the rule picks, ascending, to days; returns
 * how many. */
int recur_period_days(const struct recur_rule *r, civil_day start, int index,
		      civil_day days[RECUR_PERIOD_DAYS]);

#endif
