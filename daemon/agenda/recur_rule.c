/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recur_rule.c - reading a recurrence rule (RFC 5545 3.3.10) by a table of its parts,
 * with a sentence for everything that is refused. */
#include "recur_rule.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/parse.h"

#define VALUE_SIZE (RECUR_TEXT_MAX + 1)

/* A rule being read. */
struct reader {
	struct recur_rule *rule;
	civil_time start;
	int ordinals; /* BYDAY has one with a number, the greatest being: */
	int greatest_ordinal;
	char *error;
};

static int fail(struct reader *rd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int fail(struct reader *rd, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rd->error, RECUR_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return -1;
}

struct part {
	const char *name;
	int (*read)(struct reader *rd, const struct part *part, const char *value);
	int min, max; /* of the numbers */
	int negative; /* -max..-min too */
	size_t set;   /* where in struct recur_rule the numbers go */
};

static int read_freq(struct reader *rd, const struct part *part, const char *value)
{
	static const char *const names[] = {
		[RECUR_DAILY] = "DAILY",
		[RECUR_WEEKLY] = "WEEKLY",
		[RECUR_MONTHLY] = "MONTHLY",
		[RECUR_YEARLY] = "YEARLY",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			rd->rule->freq = (enum recur_freq)i;
			return 0;
		}
	}
	return fail(
		rd,
		"FREQ=%.20s is not possible here: use DAILY, WEEKLY, MONTHLY or YEARLY",
		value);
}

static int read_number(struct reader *rd, const struct part *part, const char *value,
		       int *number)
{
	int64_t v;

	if (parse_int(value, part->min, part->max, &v) != 0)
		return fail(rd, "%s=%.20s: a whole number from %d to %d is wanted",
			    part->name, value, part->min, part->max);
	*number = (int)v;
	return 0;
}

static int read_interval(struct reader *rd, const struct part *part, const char *value)
{
	return read_number(rd, part, value, &rd->rule->interval);
}

static int read_count(struct reader *rd, const struct part *part, const char *value)
{
	return read_number(rd, part, value, &rd->rule->count);
}

/* Two to four digits at s, or -1. */
static int digits(const char *s, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

/* "20260320" or "20260320T080000" */
static int read_until(struct reader *rd, const struct part *part, const char *value)
{
	size_t n = strlen(value);
	int y, m, d, hour = 23, minute = 59, second = 59;

	if (n == 16 && value[15] == 'Z')
		return fail(
			rd,
			"UNTIL=%s is in UTC: give a date, or a local time without the Z, "
			"as for the start",
			value);
	if ((n != 8 && n != 15) || (y = digits(value, 4)) < 0 ||
	    (m = digits(value + 4, 2)) < 0 || (d = digits(value + 6, 2)) < 0)
		goto bad;
	if (n == 15 &&
	    (value[8] != 'T' || (hour = digits(value + 9, 2)) < 0 || hour > 23 ||
	     (minute = digits(value + 11, 2)) < 0 || minute > 59 ||
	     (second = digits(value + 13, 2)) < 0 || second > 59))
		goto bad;
	if (!civil_date_is_valid(y, m, d))
		goto bad;
	rd->rule->until =
		civil_time_from(civil_day_from(y, m, d), hour * 60 + minute) + second;
	return 0;
bad:
	return fail(rd,
		    "UNTIL=%.20s: a date like 20261231 or a time like 20261231T235959 is "
		    "wanted",
		    value);
}

/* 0 = Monday, or -1. */
static int weekday_of(const char *s)
{
	static const char *const codes[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (strcmp(s, codes[i]) == 0)
			return (int)i;
	return -1;
}

static int read_wkst(struct reader *rd, const struct part *part, const char *value)
{
	int weekday = weekday_of(value);

	if (weekday < 0)
		return fail(rd, "WKST=%.20s: one of MO TU WE TH FR SA SU is wanted",
			    value);
	rd->rule->week_start = weekday;
	return 0;
}

/* Call each for the items of a comma-separated list; an empty one is handed over as "".
 */
static int for_each_item(struct reader *rd, const struct part *part, const char *value,
			 int (*each)(struct reader *, const struct part *, const char *))
{
	char list[VALUE_SIZE], *item = list, *comma;

	memcpy(list, value, strlen(value) + 1);
	do {
		comma = strchr(item, ',');
		if (comma)
			*comma = '\0';
		if (each(rd, part, item) != 0)
			return -1;
		item = comma + 1;
	} while (comma);
	return 0;
}

static int add_number(struct reader *rd, const struct part *part, const char *item)
{
	int64_t v;

	if (parse_int(item, -part->max, part->max, &v) == 0 &&
	    (v >= part->min || (part->negative && v <= -part->min))) {
		recur_set_add((struct recur_set *)((char *)rd->rule + part->set), (int)v);
		return 0;
	}
	return fail(rd, "%s: \"%.20s\" is not a number from %d to %d%s", part->name, item,
		    part->min, part->max,
		    part->negative ? ", or the same below zero" : "");
}

static int read_numbers(struct reader *rd, const struct part *part, const char *value)
{
	return for_each_item(rd, part, value, add_number);
}

static int add_day(struct reader *rd, const struct part *part, const char *item)
{
	size_t n = strlen(item);
	char number[8];
	int weekday;
	int64_t v;

	if (n < 2 || n > 5 || (weekday = weekday_of(item + n - 2)) < 0)
		goto bad;
	if (n == 2) {
		rd->rule->weekdays |= 1u << weekday;
		return 0;
	}
	memcpy(number, item, n - 2);
	number[n - 2] = '\0';
	if (parse_int(number, -part->max, part->max, &v) != 0 || v == 0)
		goto bad;
	recur_set_add(&rd->rule->ordinal[weekday], (int)v);
	rd->ordinals = 1;
	if (v < 0)
		v = -v;
	if (v > rd->greatest_ordinal)
		rd->greatest_ordinal = (int)v;
	return 0;
bad:
	return fail(rd, "BYDAY: \"%.20s\" is not a day like MO, 2TU or -1SU", item);
}

static int read_days(struct reader *rd, const struct part *part, const char *value)
{
	return for_each_item(rd, part, value, add_day);
}

/* BYHOUR, BYMINUTE, BYSECOND: many programs write them although they only repeat the
 * start. */
static int read_of_start(struct reader *rd, const struct part *part, const char *value)
{
	int minute = civil_time_minute(rd->start), wanted, v = -1;

	if (strcmp(part->name, "BYHOUR") == 0)
		wanted = minute / 60;
	else if (strcmp(part->name, "BYMINUTE") == 0)
		wanted = minute % 60;
	else
		wanted = (int)(rd->start % 60);
	if (strchr(value, ',') == NULL && read_number(rd, part, value, &v) == 0 &&
	    v == wanted)
		return 0;
	return fail(
		rd,
		"%s=%.20s: the time of day is the start's; for another time make another "
		"opening",
		part->name, value);
}

#define NUMBERS(label, highest, below_zero, field)                                \
	{                                                                         \
		.name = label, .read = read_numbers, .min = 1, .max = highest,    \
		.negative = below_zero, .set = offsetof(struct recur_rule, field) \
	}

static const struct part parts[RECUR_PARTS] = {
	[RECUR_PART_FREQ] = {.name = "FREQ", .read = read_freq},
	[RECUR_PART_INTERVAL] = {.name = "INTERVAL",
				 .read = read_interval,
				 .min = 1,
				 .max = 1000},
	[RECUR_PART_COUNT] = {.name = "COUNT",
			      .read = read_count,
			      .min = 1,
			      .max = 10000},
	[RECUR_PART_UNTIL] = {.name = "UNTIL", .read = read_until},
	[RECUR_PART_WKST] = {.name = "WKST", .read = read_wkst},
	[RECUR_PART_BYMONTH] = NUMBERS("BYMONTH", 12, 0, month),
	[RECUR_PART_BYWEEKNO] = NUMBERS("BYWEEKNO", 53, 1, week),
	[RECUR_PART_BYYEARDAY] = NUMBERS("BYYEARDAY", 366, 1, year_day),
	[RECUR_PART_BYMONTHDAY] = NUMBERS("BYMONTHDAY", 31, 1, month_day),
	[RECUR_PART_BYDAY] = {.name = "BYDAY", .read = read_days, .min = 1, .max = 53},
	[RECUR_PART_BYHOUR] = {.name = "BYHOUR", .read = read_of_start, .max = 23},
	[RECUR_PART_BYMINUTE] = {.name = "BYMINUTE", .read = read_of_start, .max = 59},
	[RECUR_PART_BYSECOND] = {.name = "BYSECOND", .read = read_of_start, .max = 59},
	[RECUR_PART_BYSETPOS] = NUMBERS("BYSETPOS", 366, 1, position),
};

static int read_part(struct reader *rd, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t n = equals ? (size_t)(equals - text) : 0;

	for (size_t i = 0; n > 0 && i < ARRAY_SIZE(parts); i++) {
		if (strlen(parts[i].name) != n || memcmp(parts[i].name, text, n) != 0)
			continue;
		if (rd->rule->given & 1u << i)
			return fail(rd, "%s is given twice", parts[i].name);
		rd->rule->given |= 1u << i;
		return parts[i].read(rd, &parts[i], equals + 1);
	}
	return fail(rd,
		    "\"%.30s\" is not a part of a recurrence rule: "
		    "write it like FREQ=WEEKLY;BYDAY=MO",
		    text);
}

/* What the parts must not be together: RFC 5545 3.3.10 and the limits that recur.h names.
 */
static int check_together(struct reader *rd)
{
	const struct recur_rule *r = rd->rule;
	const unsigned other_by = 1u << RECUR_PART_BYMONTH | 1u << RECUR_PART_BYWEEKNO |
				  1u << RECUR_PART_BYYEARDAY |
				  1u << RECUR_PART_BYMONTHDAY | 1u << RECUR_PART_BYDAY;
	int yearly = r->freq == RECUR_YEARLY, monthly = r->freq == RECUR_MONTHLY;

	if (!recur_rule_has(r, RECUR_PART_FREQ))
		return fail(rd, "FREQ is missing: write it like FREQ=WEEKLY;BYDAY=MO");
	if (recur_rule_has(r, RECUR_PART_COUNT) && recur_rule_has(r, RECUR_PART_UNTIL))
		return fail(rd, "COUNT and UNTIL exclude each other: keep one of them");
	if (recur_rule_has(r, RECUR_PART_BYSETPOS) && !yearly && !monthly)
		return fail(rd, "BYSETPOS is possible with FREQ=MONTHLY or YEARLY only");
	if (recur_rule_has(r, RECUR_PART_BYSETPOS) && !(r->given & other_by))
		return fail(rd, "BYSETPOS chooses among the days of another BY part, and "
				"there is "
				"none");
	if (recur_rule_has(r, RECUR_PART_BYMONTHDAY) && r->freq == RECUR_WEEKLY)
		return fail(rd, "BYMONTHDAY is not possible with FREQ=WEEKLY");
	if (recur_rule_has(r, RECUR_PART_BYYEARDAY) && !yearly)
		return fail(rd, "BYYEARDAY is possible with FREQ=YEARLY only");
	if (recur_rule_has(r, RECUR_PART_BYWEEKNO) && !yearly)
		return fail(rd, "BYWEEKNO is possible with FREQ=YEARLY only");
	if (rd->ordinals && !yearly && !monthly)
		return fail(rd, "BYDAY with a number (2TU, -1SU) is possible with "
				"FREQ=MONTHLY or "
				"YEARLY only");
	if (rd->ordinals && recur_rule_has(r, RECUR_PART_BYWEEKNO))
		return fail(rd, "BYDAY with a number (2TU, -1SU) is not possible beside "
				"BYWEEKNO");
	if (rd->greatest_ordinal > 5 &&
	    (monthly || recur_rule_has(r, RECUR_PART_BYMONTH)))
		return fail(rd, "BYDAY: a month has no day number %d of a kind",
			    rd->greatest_ordinal);
	return 0;
}

/* "Information not contained in the rule is derived from the start": which day, when no
 * part says. */
static void add_defaults(struct recur_rule *r, civil_day start)
{
	const unsigned day_parts = 1u << RECUR_PART_BYMONTHDAY | 1u << RECUR_PART_BYDAY |
				   1u << RECUR_PART_BYYEARDAY;
	int m, d;

	if (r->freq == RECUR_DAILY || (r->given & day_parts))
		return;
	civil_day_split(start, NULL, &m, &d);
	if (r->freq == RECUR_WEEKLY || recur_rule_has(r, RECUR_PART_BYWEEKNO)) {
		r->given |= 1u << RECUR_PART_BYDAY;
		r->weekdays = 1u << civil_weekday(start);
		return;
	}
	r->given |= 1u << RECUR_PART_BYMONTHDAY;
	recur_set_add(&r->month_day, d);
	if (r->freq == RECUR_YEARLY && !recur_rule_has(r, RECUR_PART_BYMONTH)) {
		r->given |= 1u << RECUR_PART_BYMONTH;
		recur_set_add(&r->month, m);
	}
}

int recur_rule_parse(const char *text, civil_time start, struct recur_rule *r,
		     char error[RECUR_ERROR_SIZE])
{
	struct reader rd = {.rule = r, .start = start, .error = error};
	char copy[VALUE_SIZE], *part = copy, *semicolon;
	size_t n = strlen(text);

	*r = (struct recur_rule){.interval = 1, .until = INT64_MAX};
	if (n > RECUR_TEXT_MAX)
		return fail(&rd, "a recurrence rule has at most %d characters",
			    RECUR_TEXT_MAX);
	if (n == 0)
		return fail(
			&rd,
			"the recurrence rule is empty: leave it out for a single time");
	for (size_t i = 0; i < n; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return fail(
				&rd,
				"a recurrence rule has neither spaces nor accents: write "
				"it like FREQ=WEEKLY;BYDAY=MO");
	for (size_t i = 0; i <= n; i++)
		copy[i] =
			text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 32) : text[i];
	do {
		semicolon = strchr(part, ';');
		if (semicolon)
			*semicolon = '\0';
		if (read_part(&rd, part) != 0)
			return -1;
		part = semicolon + 1;
	} while (semicolon);
	if (check_together(&rd) != 0)
		return -1;
	add_defaults(r, civil_time_day(start));
	return 0;
}

/* ---- a UTC UNTIL ---- */

/* "20260320T070000Z" as an instant. */
static int read_utc(const char *s, rdvd_time *t)
{
	int y = digits(s, 4), m = digits(s + 4, 2), d = digits(s + 6, 2);
	int hour = digits(s + 9, 2), minute = digits(s + 11, 2),
	    second = digits(s + 13, 2);

	if (!civil_date_is_valid(y, m, d) || hour < 0 || hour > 23 || minute < 0 ||
	    minute > 59 || second < 0 || second > 59)
		return -1;
	*t = civil_time_from(civil_day_from(y, m, d), hour * 60 + minute) + second;
	return 0;
}

void recur_localise(const char *rrule, const struct zone *z, struct buf *out)
{
	static const char until[] = "UNTIL=";
	const size_t utc_len = 16; /* 20260320T070000Z */
	const char *part = rrule;
	int y, m, d, minute;
	rdvd_time t;

	while (*part) {
		size_t n = strcspn(part, ";");
		const char *value = part + sizeof until - 1;

		if (n == sizeof until - 1 + utc_len &&
		    strncasecmp(part, until, sizeof until - 1) == 0 && value[8] == 'T' &&
		    value[15] == 'Z' && read_utc(value, &t) == 0) {
			civil_time wall = zone_to_civil(z, t);

			civil_day_split(civil_time_day(wall), &y, &m, &d);
			minute = civil_time_minute(wall);
			buf_addf(out, "UNTIL=%04d%02d%02dT%02d%02d%02d", y, m, d,
				 minute / 60, minute % 60,
				 (int)(((wall % 60) + 60) % 60));
		} else {
			buf_add(out, part, n);
		}
		part += n;
		if (*part == ';') {
			buf_addch(out, ';');
			part++;
		}
	}
}
