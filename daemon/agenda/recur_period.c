/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recur_period.c - which days of one period a recurrence rule picks. RFC 5545's table of
 * "expand" and "limit" comes to this, because the time of day is the start's: a period's
 * days are those that satisfy every BY part there is, and BYSETPOS then chooses among
 * them. BYDAY's numbers count within the month, or within the year for FREQ=YEARLY
 * without BYMONTH. */
#include "recur_rule.h"

/* What the parts ask of a day. */
struct day_facts {
	int year, month, month_day, month_days;
	int year_day, year_days; /* year_day 1..366 */
	int weekday;
};

static civil_day week_begin(const struct recur_rule *r, civil_day day)
{
	return day - (civil_weekday(day) - r->week_start + 7) % 7;
}

int recur_period_of(const struct recur_rule *r, civil_day start, civil_day day)
{
	int start_y, start_m, y, m;

	switch (r->freq) {
	case RECUR_DAILY: return day - start;
	case RECUR_WEEKLY: return (week_begin(r, day) - week_begin(r, start)) / 7;
	case RECUR_MONTHLY:
	case RECUR_YEARLY: break;
	}
	civil_day_split(start, &start_y, &start_m, NULL);
	civil_day_split(day, &y, &m, NULL);
	return r->freq == RECUR_YEARLY ? y - start_y : (y - start_y) * 12 + m - start_m;
}

/* The days of a period: *first, and how many. */
static int period_bounds(const struct recur_rule *r, civil_day start, int index,
			 civil_day *first)
{
	int y, m;

	switch (r->freq) {
	case RECUR_DAILY: *first = start + index; return 1;
	case RECUR_WEEKLY: *first = week_begin(r, start) + 7 * index; return 7;
	case RECUR_MONTHLY:
	case RECUR_YEARLY: break;
	}
	civil_day_split(start, &y, &m, NULL);
	if (r->freq == RECUR_YEARLY) {
		*first = civil_day_from(y + index, 1, 1);
		return civil_day_from(y + index + 1, 1, 1) - *first;
	}
	y += (m - 1 + index) / 12;
	m = (m - 1 + index) % 12 + 1;
	*first = civil_day_from(y, m, 1);
	return civil_month_days(y, m);
}

static void facts_of(civil_day day, struct day_facts *f)
{
	civil_day new_year;

	civil_day_split(day, &f->year, &f->month, &f->month_day);
	f->month_days = civil_month_days(f->year, f->month);
	new_year = civil_day_from(f->year, 1, 1);
	f->year_day = day - new_year + 1;
	f->year_days = civil_month_days(f->year, 2) == 29 ? 366 : 365;
	f->weekday = civil_weekday(day);
}

static void next_day(struct day_facts *f)
{
	f->weekday = f->weekday == 6 ? 0 : f->weekday + 1;
	f->year_day++;
	if (f->month_day++ < f->month_days)
		return;
	f->month_day = 1;
	if (f->month++ == 12) {
		f->month = 1;
		f->year++;
		f->year_day = 1;
		f->year_days = civil_month_days(f->year, 2) == 29 ? 366 : 365;
	}
	f->month_days = civil_month_days(f->year, f->month);
}

/* The first day of week 1 of a year: the first week with at least four of its days. */
static civil_day first_week(const struct recur_rule *r, int year)
{
	return week_begin(r, civil_day_from(year, 1, 4));
}

static int week_is_picked(const struct recur_rule *r, civil_day day, int year)
{
	civil_day begin = first_week(r, year), end = first_week(r, year + 1);

	if (day < begin) {
		end = begin;
		begin = first_week(r, year - 1);
	} else if (day >= end) {
		begin = end;
		end = first_week(r, year + 2);
	}
	return recur_set_has(&r->week, (day - begin) / 7 + 1, (end - begin) / 7);
}

static int weekday_is_picked(const struct recur_rule *r, const struct day_facts *f)
{
	int of_year = r->freq == RECUR_YEARLY && !recur_rule_has(r, RECUR_PART_BYMONTH);
	int nth = of_year ? f->year_day : f->month_day;
	int total = of_year ? f->year_days : f->month_days;
	int before, behind;

	if (r->weekdays >> f->weekday & 1)
		return 1;
	before = (nth - 1) / 7;
	behind = (total - nth) / 7;
	return recur_set_has(&r->ordinal[f->weekday], before + 1, before + behind + 1);
}

static int day_is_picked(const struct recur_rule *r, civil_day day,
			 const struct day_facts *f)
{
	if (recur_rule_has(r, RECUR_PART_BYMONTH) &&
	    !recur_set_has(&r->month, f->month, 12))
		return 0;
	if (recur_rule_has(r, RECUR_PART_BYMONTHDAY) &&
	    !recur_set_has(&r->month_day, f->month_day, f->month_days))
		return 0;
	if (recur_rule_has(r, RECUR_PART_BYYEARDAY) &&
	    !recur_set_has(&r->year_day, f->year_day, f->year_days))
		return 0;
	if (recur_rule_has(r, RECUR_PART_BYDAY) && !weekday_is_picked(r, f))
		return 0;
	return !recur_rule_has(r, RECUR_PART_BYWEEKNO) || week_is_picked(r, day, f->year);
}

int recur_period_days(const struct recur_rule *r, civil_day start, int index,
		      civil_day days[RECUR_PERIOD_DAYS])
{
	struct day_facts f;
	int n = 0, kept = 0, length;
	civil_day first;

	length = period_bounds(r, start, index, &first);
	facts_of(first, &f);
	for (int i = 0; i < length; i++) {
		if (day_is_picked(r, first + i, &f))
			days[n++] = first + i;
		next_day(&f);
	}
	if (!recur_rule_has(r, RECUR_PART_BYSETPOS))
		return n;
	for (int i = 0; i < n; i++)
		if (recur_set_has(&r->position, i + 1, n))
			days[kept++] = days[i];
	return kept;
}
