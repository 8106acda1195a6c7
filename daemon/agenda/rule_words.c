/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule_words.c - see rule_words.h. */
#include "agenda/rule_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "recur_rule.h"

#define SEARCH_DAYS (5 * 366)

static const char *const codes[7] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

/* ---- building ---- */

static unsigned weekdays_of(const struct rule_form *f)
{
	return f->weekdays & 0x7f ? f->weekdays & 0x7f : 1u << civil_weekday(f->start);
}

static void add_months(const struct rule_form *f, struct buf *b)
{
	const char *sep = ";BYMONTH=";

	if (!f->months_off)
		return;
	for (int m = 1; m <= 12; m++)
		if (!(f->months_off >> (m - 1) & 1)) {
			buf_addf(b, "%s%d", sep, m);
			sep = ",";
		}
}

/* The rule without COUNT. */
static void write_rule(const struct rule_form *f, struct buf *b)
{
	const char *sep = ";BYDAY=";

	buf_addstr(b, f->kind == RULE_WEEKLY ? "FREQ=WEEKLY" : "FREQ=MONTHLY");
	if (f->interval > 1)
		buf_addf(b, ";INTERVAL=%d", f->interval);
	if (f->kind == RULE_MONTHLY) {
		buf_addf(b, ";BYDAY=%d%s", f->nth, codes[f->weekday]);
	} else {
		for (int d = 0; d < 7; d++)
			if (weekdays_of(f) >> d & 1) {
				buf_addf(b, "%s%s", sep, codes[d]);
				sep = ",";
			}
	}
	add_months(f, b);
}

static bool month_is_on(const struct rule_form *f, civil_day day)
{
	int m;

	civil_day_split(day, NULL, &m, NULL);
	return !(f->months_off >> (m - 1) & 1);
}

static bool day_fits(const struct rule_form *f, civil_day day)
{
	int y, m, d;

	if (!month_is_on(f, day))
		return false;
	if (f->kind == RULE_WEEKLY)
		return weekdays_of(f) >> civil_weekday(day) & 1;
	if (civil_weekday(day) != f->weekday)
		return false;
	civil_day_split(day, &y, &m, &d);
	return f->nth > 0 ? (d - 1) / 7 + 1 == f->nth : d + 7 > civil_month_days(y, m);
}

static enum rule_problem check(const struct rule_form *f)
{
	if (f->start < CIVIL_DAY_MIN || f->start > CIVIL_DAY_MAX)
		return RULE_NO_START;
	if (f->from_minute < 0 || f->from_minute >= 24 * 60 || f->minutes < 5 ||
	    f->minutes > 24 * 60 || f->from_minute % 5 || f->minutes % 5)
		return RULE_NO_HOURS;
	if (f->until != CIVIL_DAY_NONE && f->until < f->start)
		return RULE_BAD_UNTIL;
	if (f->kind == RULE_ONCE || f->kind == RULE_OTHER)
		return RULE_FINE;
	if (f->interval < 1 || f->interval > RULE_INTERVAL_MAX)
		return RULE_BAD_INTERVAL;
	if (f->count < 0 || f->count > RULE_COUNT_MAX)
		return RULE_BAD_COUNT;
	if ((f->months_off & RULE_MONTHS_ALL) == RULE_MONTHS_ALL)
		return RULE_NO_MONTH;
	if (f->kind == RULE_MONTHLY && ((f->nth != -1 && (f->nth < 1 || f->nth > 5)) ||
					f->weekday < 0 || f->weekday > 6))
		return RULE_BAD_NTH;
	return RULE_FINE;
}

static enum rule_problem build_text(const struct rule_form *f, struct rule_made *out,
				    char error[RECUR_ERROR_SIZE])
{
	civil_day day = f->start;

	for (int i = 0; i < SEARCH_DAYS; i++, day++) {
		civil_time start = civil_time_from(day, f->from_minute);

		if (recur_check(f->text, start, error) == 0) {
			error[0] = '\0';
			snprintf(out->rrule, sizeof(out->rrule), "%s", f->text);
			out->start = start;
			return RULE_FINE;
		}
		if (i == 0) { /* is it the text, or only the day? */
			struct recur_rule r;
			char why[RECUR_ERROR_SIZE];

			if (recur_rule_parse(f->text, start, &r, why) != 0)
				return RULE_BAD_TEXT;
		}
	}
	return RULE_BAD_TEXT;
}

enum rule_problem rule_form_build(const struct rule_form *f, struct rule_made *out,
				  char error[RECUR_ERROR_SIZE])
{
	enum rule_problem p = check(f);
	struct rule_made made = {.until = f->until};
	struct buf b = BUF_INIT;
	civil_day day = f->start;

	error[0] = '\0';
	if (p != RULE_FINE)
		return p;
	if (f->kind == RULE_OTHER) {
		p = build_text(f, &made, error);
		if (p != RULE_FINE)
			return p;
	} else if (f->kind == RULE_ONCE) {
		made.until = CIVIL_DAY_NONE;
		made.start = civil_time_from(day, f->from_minute);
	} else {
		for (int i = 0; i < SEARCH_DAYS && !day_fits(f, day); i++)
			day++;
		if (!day_fits(f, day)) /* a fifth Monday of February: in a leap year */
			return RULE_BAD_NTH;
		write_rule(f, &b);
		if (f->count)
			buf_addf(&b, ";COUNT=%d", f->count);
		snprintf(made.rrule, sizeof(made.rrule), "%s", buf_str(&b));
		buf_fini(&b);
		made.start = civil_time_from(day, f->from_minute);
	}
	if (made.until != CIVIL_DAY_NONE && civil_time_day(made.start) > made.until)
		return RULE_BAD_UNTIL;
	made.end = made.start + (civil_time)f->minutes * 60;
	*out = made;
	return RULE_FINE;
}

/* ---- reading ---- */

static bool set_is_empty(const struct recur_set *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->forward); i++)
		if (s->forward[i] || s->backward[i])
			return false;
	return true;
}

/* The only number of a set, 1..5 or -1; else 0. */
static int only_number(const struct recur_set *s)
{
	struct recur_set rest = *s;
	int found = 0;

	for (int n = 1; n <= 5; n++)
		if (rest.forward[0] >> n & 1) {
			if (found)
				return 0;
			found = n;
			rest.forward[0] &= ~(UINT64_C(1) << n);
		}
	if (rest.backward[0] >> 1 & 1) {
		if (found)
			return 0;
		found = -1;
		rest.backward[0] &= ~(UINT64_C(1) << 1);
	}
	return found && set_is_empty(&rest) ? found : 0;
}

static unsigned months_off(const struct recur_rule *r)
{
	if (!recur_rule_has(r, RECUR_PART_BYMONTH))
		return 0;
	return ~(unsigned)(r->month.forward[0] >> 1) & RULE_MONTHS_ALL;
}

#define HAS(part) (1u << RECUR_PART_##part)
#define PLAIN                                                              \
	(HAS(FREQ) | HAS(INTERVAL) | HAS(COUNT) | HAS(UNTIL) | HAS(WKST) | \
	 HAS(BYMONTH) | HAS(BYDAY) | HAS(BYHOUR) | HAS(BYMINUTE) | HAS(BYSECOND))

static bool one_bit(unsigned bits)
{
	return bits && !(bits & (bits - 1));
}

static bool read_weekly(const struct recur_rule *r, struct rule_form *f)
{
	if (r->given & ~PLAIN)
		return false;
	if (r->freq == RECUR_DAILY) {
		if (r->interval != 1)
			return false;
		f->weekdays = r->weekdays ? r->weekdays : 0x7f;
	} else {
		f->weekdays = r->weekdays;
		if (r->interval > RULE_INTERVAL_MAX ||
		    (r->interval > 1 && r->week_start != 0 && !one_bit(r->weekdays)))
			return false;
	}
	for (int d = 0; d < 7; d++)
		if (!set_is_empty(&r->ordinal[d]))
			return false;
	f->kind = RULE_WEEKLY;
	f->interval = r->interval;
	return true;
}

static bool read_monthly(const struct recur_rule *r, struct rule_form *f)
{
	int weekday = -1;

	if (r->given & ~(PLAIN | HAS(BYSETPOS)) || !recur_rule_has(r, RECUR_PART_BYDAY) ||
	    r->interval > 12)
		return false;
	for (int d = 0; d < 7; d++) {
		bool here = !set_is_empty(&r->ordinal[d]) || r->weekdays >> d & 1;

		if (here && weekday >= 0)
			return false;
		if (here)
			weekday = d;
	}
	f->nth = only_number(&r->ordinal[weekday]);
	if (recur_rule_has(r, RECUR_PART_BYSETPOS)) {
		if (!one_bit(r->weekdays))
			return false;
		f->nth = only_number(&r->position);
	} else if (r->weekdays) {
		return false; /* every Monday of the month */
	}
	if (!f->nth)
		return false;
	f->kind = RULE_MONTHLY;
	f->weekday = weekday;
	f->interval = r->interval;
	return true;
}

/* The last day of UNTIL, or CIVIL_DAY_NONE; a time before the hour is the day before. */
static civil_day last_day(const struct recur_rule *r, int from_minute)
{
	civil_day day;

	if (r->until == INT64_MAX)
		return CIVIL_DAY_NONE;
	day = civil_time_day(r->until);
	return r->until < civil_time_from(day, from_minute) ? day - 1 : day;
}

void rule_form_read(const char *rrule, civil_time start, civil_time end, civil_day until,
		    struct rule_form *out)
{
	struct rule_form f = {.kind = RULE_OTHER,
			      .interval = 1,
			      .nth = 1,
			      .start = civil_time_day(start),
			      .until = until < 0 ? CIVIL_DAY_NONE : until,
			      .from_minute = civil_time_minute(start),
			      .minutes = (int)((end - start) / 60)};
	char error[RECUR_ERROR_SIZE];
	struct recur_rule r;
	bool fits;

	f.weekday = civil_weekday(f.start);
	if (!rrule || !*rrule) {
		f.kind = RULE_ONCE;
		f.until = CIVIL_DAY_NONE;
		*out = f;
		return;
	}
	snprintf(f.text, sizeof(f.text), "%s", rrule);
	if (recur_rule_parse(rrule, start, &r, error) == 0) {
		civil_day last = last_day(&r, f.from_minute);

		fits = r.freq == RECUR_MONTHLY	? read_monthly(&r, &f)
		       : r.freq == RECUR_YEARLY ? false
						: read_weekly(&r, &f);
		if (fits && r.count <= RULE_COUNT_MAX) {
			f.text[0] = '\0';
			f.months_off = months_off(&r);
			f.count = r.count;
			if (last != CIVIL_DAY_NONE &&
			    (f.until == CIVIL_DAY_NONE || last < f.until))
				f.until = last;
		} else {
			f.kind = RULE_OTHER;
		}
	}
	*out = f;
}

/* ---- next dates ---- */

size_t rule_next(const struct rule_made *r, const civil_day *except, size_t nexcept,
		 civil_day from, civil_time *out, size_t n)
{
	size_t found = 0;
	int window = 92;

	for (civil_day at = from; found < n && at < from + SEARCH_DAYS; at += window) {
		civil_time *starts = NULL;
		size_t k = 0;

		if (recur_expand(*r->rrule ? r->rrule : NULL, r->start, r->until, except,
				 nexcept, NULL, 0, at, at + window, &starts, &k) != 0)
			return found;
		for (size_t i = 0; i < k && found < n; i++)
			out[found++] = starts[i];
		free(starts);
	}
	return found;
}

bool rule_alternates(const struct rule_form *a, const struct rule_form *b)
{
	int apart;

	if (a->kind != RULE_WEEKLY || b->kind != RULE_WEEKLY || a->interval != 2 ||
	    b->interval != 2 || weekdays_of(a) != weekdays_of(b) ||
	    a->months_off != b->months_off)
		return false;
	if ((a->until != CIVIL_DAY_NONE && a->until < b->start) ||
	    (b->until != CIVIL_DAY_NONE && b->until < a->start))
		return false;
	/* the weeks of their starts, counted from a Monday */
	apart = (a->start - civil_weekday(a->start) - b->start +
		 civil_weekday(b->start)) /
		7;
	return apart % 2 != 0;
}
