/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_recur.c - recurrence. The expected dates were computed by python3-dateutil; those
 * of 1996 to 1998 are also RFC 5545's own examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agenda/recur.h"
#include "base/mem.h"

static civil_day day_of(const char *text)
{
	civil_day day = 0;

	assert_int_equal(civil_day_parse(text, &day), 0);
	return day;
}

static civil_time time_of(const char *text)
{
	civil_time t = 0;

	assert_int_equal(civil_time_parse(text, &t), 0);
	return t;
}

/* The days of what is found, separated by spaces; each at the start's time of day,
 * ascending. */
static char *expand(const char *rrule, const char *start, const char *until,
		    const char *const *except, const char *const *extra, const char *from,
		    const char *to)
{
	civil_day removed[8], added[8];
	size_t nremoved = 0, nadded = 0, n = 99;
	civil_time *starts = NULL;
	struct buf text = BUF_INIT;

	for (; except && except[nremoved]; nremoved++)
		removed[nremoved] = day_of(except[nremoved]);
	for (; extra && extra[nadded]; nadded++)
		added[nadded] = day_of(extra[nadded]);
	assert_int_equal(recur_expand(rrule, time_of(start),
				      until ? day_of(until) : CIVIL_DAY_NONE, removed,
				      nremoved, added, nadded, day_of(from), day_of(to),
				      &starts, &n),
			 0);
	assert_true((n == 0) == (starts == NULL));
	for (size_t i = 0; i < n; i++) {
		char day[11];

		assert_int_equal(civil_time_minute(starts[i]),
				 civil_time_minute(time_of(start)));
		assert_true(i == 0 || starts[i] > starts[i - 1]);
		civil_day_format(civil_time_day(starts[i]), day);
		buf_addf(&text, "%s%s", i ? " " : "", day);
	}
	free(starts);
	return buf_steal(&text, NULL);
}

static const struct {
	const char *rrule, *start, *from, *to, *days;
} rules[] = {
	{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2025-07-07T09:00", "2026-03-20",
	 "2026-05-20", "2026-03-30 2026-04-13 2026-04-27 2026-05-11"},
	{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2025-07-14T09:00", "2026-03-20",
	 "2026-05-20", "2026-03-23 2026-04-06 2026-04-20 2026-05-04 2026-05-18"},
	{"FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2025-07-02T13:30", "2027-03-20",
	 "2027-05-20", "2027-03-24 2027-04-07 2027-04-21 2027-05-05 2027-05-19"},
	{"FREQ=DAILY", "1990-01-01T08:00", "2026-11-22", "2026-11-26",
	 "2026-11-22 2026-11-23 2026-11-24 2026-11-25"},
	{"FREQ=DAILY;INTERVAL=3", "1990-01-01T08:00", "2026-11-22", "2026-12-04",
	 "2026-11-24 2026-11-27 2026-11-30 2026-12-03"},
	{"FREQ=DAILY;BYMONTHDAY=-1", "2026-01-31T08:00", "2026-01-01", "2026-07-01",
	 "2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30"},
	{"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=7", "2026-07-01T08:00", "2027-06-28",
	 "2027-07-07", "2027-07-01 2027-07-02 2027-07-05 2027-07-06"},
	{"FREQ=MONTHLY;BYDAY=2TU", "2026-01-13T14:00", "2026-03-01", "2026-08-01",
	 "2026-03-10 2026-04-14 2026-05-12 2026-06-09 2026-07-14"},
	{"FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30T14:00", "2026-03-01", "2026-08-01",
	 "2026-03-27 2026-04-24 2026-05-29 2026-06-26 2026-07-31"},
	{"FREQ=MONTHLY;BYMONTHDAY=-1", "2024-01-31T14:00", "2024-01-01", "2024-06-01",
	 "2024-01-31 2024-02-29 2024-03-31 2024-04-30 2024-05-31"},
	{"FREQ=MONTHLY", "2026-01-31T10:00", "2026-01-01", "2026-12-31",
	 "2026-01-31 2026-03-31 2026-05-31 2026-07-31 2026-08-31 2026-10-31"},
	{"FREQ=MONTHLY;INTERVAL=5", "1991-02-15T10:00", "2026-01-01", "2027-06-30",
	 "2026-02-15 2026-07-15 2026-12-15 2027-05-15"},
	{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-30T10:00",
	 "2026-01-01", "2026-07-01",
	 "2026-01-30 2026-02-27 2026-03-31 2026-04-30 2026-05-29 2026-06-30"},
	{"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-02-13T10:00", "2026-01-01",
	 "2027-12-31", "2026-02-13 2026-03-13 2026-11-13 2027-08-13"},
	{"FREQ=YEARLY", "2024-02-29T10:00", "2024-01-01", "2036-12-31",
	 "2024-02-29 2028-02-29 2032-02-29 2036-02-29"},
	{"FREQ=YEARLY;BYDAY=20MO", "1997-05-19T09:00", "1997-01-01", "2000-01-01",
	 "1997-05-19 1998-05-18 1999-05-17"},
	{"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12T09:00", "1997-01-01",
	 "2000-01-01", "1997-05-12 1998-05-11 1999-05-17"},
	{"FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13T09:00", "1997-01-01", "1997-12-31",
	 "1997-03-13 1997-03-20 1997-03-27"},
	{"FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "1997-01-01T09:00",
	 "1997-01-01", "2010-01-01",
	 "1997-01-01 1997-04-10 1997-07-19 2000-01-01 2000-04-09 2000-07-18 2003-01-01 "
	 "2003-04-10 2003-07-19 2006-01-01"},
	{"FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
	 "1996-11-05T09:00", "1996-01-01", "2010-01-01",
	 "1996-11-05 2000-11-07 2004-11-02 2008-11-04"},
	{"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05T09:00",
	 "1997-01-01", "1998-01-01", "1997-08-05 1997-08-10 1997-08-19 1997-08-24"},
	{"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05T09:00",
	 "1997-01-01", "1998-01-01", "1997-08-05 1997-08-17 1997-08-19 1997-08-31"},
	{"FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04T09:00",
	 "1997-01-01", "1998-01-01", "1997-09-04 1997-10-07 1997-11-06"},
	{"FREQ=WEEKLY;UNTIL=20260413T090000", "2026-03-30T09:00", "2026-01-01",
	 "2027-01-01", "2026-03-30 2026-04-06 2026-04-13"},
	{"FREQ=WEEKLY;UNTIL=20260413T085959", "2026-03-30T09:00", "2026-01-01",
	 "2027-01-01", "2026-03-30 2026-04-06"},
	{"FREQ=DAILY;COUNT=5;INTERVAL=2", "2026-03-30T09:00", "2026-01-01", "2027-01-01",
	 "2026-03-30 2026-04-01 2026-04-03 2026-04-05 2026-04-07"},
	{"FREQ=WEEKLY;COUNT=100", "2024-12-30T09:00", "2026-11-01", "2027-01-01",
	 "2026-11-02 2026-11-09 2026-11-16 2026-11-23"},
	/* beyond dateutil: a date as UNTIL includes that day; numbered and plain days are
	   united */
	{"FREQ=WEEKLY;UNTIL=20260413", "2026-03-30T09:00", "2026-01-01", "2027-01-01",
	 "2026-03-30 2026-04-06 2026-04-13"},
	{"FREQ=MONTHLY;BYDAY=1MO,FR", "2026-03-02T09:00", "2026-03-01", "2026-04-04",
	 "2026-03-02 2026-03-06 2026-03-13 2026-03-20 2026-03-27 2026-04-03"},
	{"FREQ=YEARLY;BYWEEKNO=29", "2022-07-18T09:00", "2026-01-01", "2027-01-01",
	 "2026-07-13"},
	{"freq=weekly;byday=mo", "2026-03-02T09:00", "2026-03-01", "2026-03-10",
	 "2026-03-02 2026-03-09"},
	{"FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=30;BYSECOND=0", "2026-03-02T09:30",
	 "2026-03-01", "2026-03-10", "2026-03-02 2026-03-09"},
	{"FREQ=MONTHLY;BYMONTHDAY=31,-1", "2026-01-31T09:00", "2026-01-01", "2026-05-01",
	 "2026-01-31 2026-02-28 2026-03-31 2026-04-30"},
	/* a day named twice is counted once */
	{"FREQ=MONTHLY;BYMONTHDAY=31,-1;COUNT=2", "2026-01-31T09:00", "2026-01-01",
	 "2026-05-01", "2026-01-31 2026-02-28"},
	{"FREQ=WEEKLY;BYDAY=MO,MO;COUNT=2", "2026-03-02T09:00", "2026-01-01",
	 "2026-05-01", "2026-03-02 2026-03-09"},
};

static void rules_expand(void **state)
{
	char error[RECUR_ERROR_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		char *got = expand(rules[i].rrule, rules[i].start, NULL, NULL, NULL,
				   rules[i].from, rules[i].to);

		if (recur_check(rules[i].rrule, time_of(rules[i].start), error) != 0)
			fail_msg("%s: %s", rules[i].rrule, error);
		if (strcmp(got, rules[i].days) != 0)
			fail_msg("%s from %s: %s", rules[i].rrule, rules[i].start, got);
		free(got);
	}
}

#define DAYS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct {
	const char *what, *rrule, *start, *until;
	const char *const *except, *const *extra;
	const char *from, *to, *days;
} sets[] = {
	{"single", NULL, "2026-03-20T09:00", NULL, NULL, NULL, "2026-03-20", "2026-03-21",
	 "2026-03-20"},
	{"single before the window", NULL, "2026-03-20T09:00", NULL, NULL, NULL,
	 "2026-03-21", "2026-03-22", ""},
	{"single at the window's open end", NULL, "2026-03-20T09:00", NULL, NULL, NULL,
	 "2026-03-19", "2026-03-20", ""},
	{"single after until", NULL, "2026-03-20T09:00", "2026-03-19", NULL, NULL,
	 "2026-03-01", "2026-04-01", ""},
	{"until is inclusive", "FREQ=DAILY", "2026-03-20T09:00", "2026-03-22", NULL, NULL,
	 "2026-03-01", "2026-04-01", "2026-03-20 2026-03-21 2026-03-22"},
	{"COUNT counts removed dates", "FREQ=WEEKLY;COUNT=3", "2026-03-02T09:00", NULL,
	 DAYS("2026-03-09"), NULL, "2026-03-01", "2026-05-01", "2026-03-02 2026-03-16"},
	{"the first date removed", "FREQ=WEEKLY;COUNT=3", "2026-03-02T09:00", NULL,
	 DAYS("2026-03-02", "2026-03-02"), NULL, "2026-03-01", "2026-05-01",
	 "2026-03-09 2026-03-16"},
	{"a removed date that is none", "FREQ=WEEKLY;COUNT=2", "2026-03-02T09:00", NULL,
	 DAYS("2026-03-03"), NULL, "2026-03-01", "2026-05-01", "2026-03-02 2026-03-09"},
	{"extra dates in order", "FREQ=WEEKLY;COUNT=2", "2026-03-02T09:00", NULL, NULL,
	 DAYS("2026-03-12", "2026-03-04"), "2026-03-01", "2026-05-01",
	 "2026-03-02 2026-03-04 2026-03-09 2026-03-12"},
	{"an extra date that is one already", "FREQ=WEEKLY;COUNT=2", "2026-03-02T09:00",
	 NULL, NULL, DAYS("2026-03-09", "2026-03-09"), "2026-03-01", "2026-05-01",
	 "2026-03-02 2026-03-09"},
	{"an extra date after until", "FREQ=WEEKLY", "2026-03-02T09:00", "2026-03-10",
	 NULL, DAYS("2026-03-11", "2026-03-10"), "2026-03-01", "2026-05-01",
	 "2026-03-02 2026-03-09 2026-03-10"},
	{"an extra date before the start", "FREQ=WEEKLY;COUNT=1", "2026-03-02T09:00",
	 NULL, NULL, DAYS("2026-02-27"), "2026-02-01", "2026-05-01",
	 "2026-02-27 2026-03-02"},
	{"an extra date removed", "FREQ=WEEKLY;COUNT=1", "2026-03-02T09:00", NULL,
	 DAYS("2026-03-05"), DAYS("2026-03-05"), "2026-03-01", "2026-05-01",
	 "2026-03-02"},
	{"an extra date outside the window", "FREQ=WEEKLY;COUNT=1", "2026-03-02T09:00",
	 NULL, NULL, DAYS("2026-05-01", "2026-02-28"), "2026-03-01", "2026-05-01",
	 "2026-03-02"},
	{"extra dates of a single", NULL, "2026-03-02T09:00", NULL, NULL,
	 DAYS("2026-03-05"), "2026-03-01", "2026-05-01", "2026-03-02 2026-03-05"},
	{"an empty window", "FREQ=DAILY", "2026-03-02T09:00", NULL, NULL,
	 DAYS("2026-03-05"), "2026-03-05", "2026-03-05", ""},
	{"a start that does not match is none", "FREQ=WEEKLY;BYDAY=MO",
	 "2026-03-04T09:00", NULL, NULL, NULL, "2026-03-01", "2026-03-20",
	 "2026-03-09 2026-03-16"},
};

static void dates_are_removed_added_and_bounded(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		char *got =
			expand(sets[i].rrule, sets[i].start, sets[i].until,
			       sets[i].except, sets[i].extra, sets[i].from, sets[i].to);

		if (strcmp(got, sets[i].days) != 0)
			fail_msg("%s: %s", sets[i].what, got);
		free(got);
	}
}

/* What is found in a window is what a search from the start finds there. */
static void jumping_ahead_changes_nothing(void **state)
{
	static const char *const every[] = {
		"FREQ=DAILY;INTERVAL=9",
		"FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SU;WKST=SU",
		"FREQ=MONTHLY;INTERVAL=7",
		"FREQ=MONTHLY;INTERVAL=5;BYDAY=-1MO,2FR",
		"FREQ=YEARLY;INTERVAL=3",
		"FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU",
		"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2,-1",
		"FREQ=YEARLY;BYYEARDAY=-1,60",
	};

	for (size_t i = 0; i < ARRAY_SIZE(every); i++) {
		civil_time start = time_of("1991-01-31T09:00"), *all = NULL, *some = NULL;
		size_t nall = 0, nsome = 0, k = 0;

		assert_int_equal(recur_expand(every[i], start, CIVIL_DAY_NONE, NULL, 0,
					      NULL, 0, day_of("1991-01-01"),
					      day_of("2040-01-01"), &all, &nall),
				 0);
		assert_true(nall > 10);
		for (civil_day from = day_of("1991-01-01"); from < day_of("2040-01-01");
		     from += 97) {
			civil_day to = from + 97;

			if (to > day_of("2040-01-01"))
				to = day_of("2040-01-01");
			assert_int_equal(recur_expand(every[i], start, CIVIL_DAY_NONE,
						      NULL, 0, NULL, 0, from, to, &some,
						      &nsome),
					 0);
			assert_true(k + nsome <= nall);
			for (size_t j = 0; j < nsome; j++)
				assert_true(some[j] == all[k++]);
			free(some);
		}
		assert_int_equal(k, nall);
		free(all);
	}
}

static const struct {
	const char *rrule, *start, *says; /* says: NULL, it is right */
} checks[] = {
	{NULL, "2026-03-20T09:00", NULL},
	{"FREQ=WEEKLY;BYDAY=FR", "2026-03-20T09:00", NULL},
	{"FREQ=WEEKLY;BYDAY=MO", "2026-03-20T09:00",
	 "the first time that does is 2026-03-23T09:00, a Monday"},
	{"FREQ=MONTHLY;BYDAY=1FR", "2026-03-20T09:00", "2026-04-03T09:00"},
	{"FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", "2026-03-20T09:00",
	 "nothing does in the five years"},
	{"FREQ=WEEKLY;UNTIL=20260319", "2026-03-20T09:00", "UNTIL lies before the start"},
	{"FREQ=WEEKLY;UNTIL=20260320", "2026-03-20T09:00", NULL},
	{"FREQ=WEEKLY;UNTIL=20261231T225959Z", "2026-03-20T09:00", "UTC"},
	{"FREQ=WEEKLY;UNTIL=2026-12-31", "2026-03-20T09:00", "UNTIL"},
	{"FREQ=WEEKLY;UNTIL=20260230", "2026-03-20T09:00", "UNTIL"},
	{"FREQ=WEEKLY;UNTIL=21000101", "2026-03-20T09:00", "UNTIL"},
	{"FREQ=HOURLY", "2026-03-20T09:00", "FREQ=HOURLY is not possible here"},
	{"FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "2026-03-20T09:00", "FREQ=MINUTELY"},
	{"FREQ=SECONDLY", "2026-03-20T09:00", "FREQ=SECONDLY"},
	{"FREQ=FORTNIGHTLY", "2026-03-20T09:00", "FREQ=FORTNIGHTLY"},
	{"", "2026-03-20T09:00", "empty"},
	{"BYDAY=FR", "2026-03-20T09:00", "FREQ is missing"},
	{"FREQ=WEEKLY;FREQ=DAILY", "2026-03-20T09:00", "FREQ is given twice"},
	{"FREQ=WEEKLY;", "2026-03-20T09:00", "not a part"},
	{"RRULE:FREQ=WEEKLY", "2026-03-20T09:00", "not a part"},
	{"FREQ=WEEKLY; BYDAY=FR", "2026-03-20T09:00", "neither spaces nor accents"},
	{"FREQ=WEEKLY;BYDAY=F\xc3\xa9", "2026-03-20T09:00", "neither spaces nor accents"},
	{"FREQ=WEEKLY;BYEASTER=1", "2026-03-20T09:00", "BYEASTER=1"},
	{"FREQ=WEEKLY;RSCALE=GREGORIAN", "2026-03-20T09:00", "RSCALE"},
	{"FREQ=WEEKLY;INTERVAL=0", "2026-03-20T09:00", "INTERVAL=0"},
	{"FREQ=WEEKLY;INTERVAL=1000", "2026-03-20T09:00", NULL},
	{"FREQ=WEEKLY;INTERVAL=1001", "2026-03-20T09:00", "1 to 1000"},
	{"FREQ=WEEKLY;INTERVAL=-1", "2026-03-20T09:00", "INTERVAL"},
	{"FREQ=WEEKLY;COUNT=0", "2026-03-20T09:00", "COUNT=0"},
	{"FREQ=WEEKLY;COUNT=99999999999", "2026-03-20T09:00", "COUNT"},
	{"FREQ=WEEKLY;COUNT=3;UNTIL=20261231", "2026-03-20T09:00", "exclude each other"},
	{"FREQ=WEEKLY;BYDAY=255SU", "2026-03-20T09:00", "255SU"},
	{"FREQ=MONTHLY;BYDAY=0SU", "2026-03-20T09:00", "0SU"},
	{"FREQ=MONTHLY;BYDAY=6SU", "2026-03-20T09:00", "a month has no day number 6"},
	{"FREQ=WEEKLY;BYDAY=2FR", "2026-03-20T09:00", "MONTHLY or YEARLY only"},
	{"FREQ=WEEKLY;BYDAY=", "2026-03-20T09:00", "BYDAY"},
	{"FREQ=WEEKLY;BYDAY=FR,", "2026-03-20T09:00", "BYDAY"},
	{"FREQ=WEEKLY;BYDAY=LU", "2026-03-20T09:00", "\"LU\""},
	{"FREQ=WEEKLY;WKST=XX", "2026-03-20T09:00", "WKST"},
	{"FREQ=WEEKLY;BYMONTHDAY=20", "2026-03-20T09:00", "BYMONTHDAY is not possible"},
	{"FREQ=MONTHLY;BYMONTHDAY=32", "2026-03-20T09:00", "\"32\""},
	{"FREQ=MONTHLY;BYMONTHDAY=0", "2026-03-20T09:00", "\"0\""},
	{"FREQ=YEARLY;BYMONTH=-3", "2026-03-20T09:00", "BYMONTH"},
	{"FREQ=MONTHLY;BYYEARDAY=79", "2026-03-20T09:00", "BYYEARDAY"},
	{"FREQ=MONTHLY;BYWEEKNO=12", "2026-03-20T09:00", "BYWEEKNO"},
	{"FREQ=YEARLY;BYWEEKNO=12;BYDAY=1FR", "2026-03-20T09:00", "BYWEEKNO"},
	{"FREQ=YEARLY;BYWEEKNO=12", "2026-03-20T09:00", NULL},
	{"FREQ=DAILY;BYDAY=FR;BYSETPOS=1", "2026-03-20T09:00", "BYSETPOS is possible"},
	{"FREQ=WEEKLY;BYDAY=FR,SA;BYSETPOS=1", "2026-03-20T09:00",
	 "BYSETPOS is possible"},
	{"FREQ=MONTHLY;BYSETPOS=1", "2026-03-20T09:00", "another BY part"},
	{"FREQ=WEEKLY;BYHOUR=9", "2026-03-20T09:00", NULL},
	{"FREQ=WEEKLY;BYHOUR=9,14", "2026-03-20T09:00", "another opening"},
	{"FREQ=WEEKLY;BYMINUTE=30", "2026-03-20T09:00", "another opening"},
};

static void a_wrong_rule_gets_a_sentence(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		char error[RECUR_ERROR_SIZE] = "";
		int rc = recur_check(checks[i].rrule, time_of(checks[i].start), error);

		if ((rc == 0) != (checks[i].says == NULL) ||
		    (checks[i].says && strstr(error, checks[i].says) == NULL))
			fail_msg("%s: %d \"%s\"", checks[i].rrule, rc, error);
	}
}

static void a_long_rule_is_refused(void **state)
{
	char rule[RECUR_TEXT_MAX + 2], error[RECUR_ERROR_SIZE];
	civil_time *starts = (civil_time *)&rule;
	size_t n = 77;

	memset(rule, 'X', sizeof rule - 1);
	rule[sizeof rule - 1] = '\0';
	assert_int_equal(recur_check(rule, 0, error), -1);
	assert_non_null(strstr(error, "512"));
	rule[RECUR_TEXT_MAX] = '\0';
	assert_int_equal(recur_check(rule, 0, error), -1);
	assert_int_equal(recur_expand(rule, 0, CIVIL_DAY_NONE, NULL, 0, NULL, 0, 0, 9,
				      &starts, &n),
			 -1);
	assert_ptr_equal(starts, rule);
	assert_int_equal(n, 77);
}

/* Rules that find little or nothing in 130 years, and one that finds every day, many
 * times each: by work done, not by patience, so that a slow machine does not fail. */
static void bombs_are_bounded(void **state)
{
	static const char *const bombs[] = {
		"FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30,31",
		"FREQ=MONTHLY;BYDAY=TH,2TU,SA;BYMONTHDAY=-10;BYSETPOS=4;COUNT=10000",
		"FREQ=YEARLY;BYWEEKNO=14,41,-24",
		"FREQ=YEARLY;BYDAY=53MO;BYYEARDAY=1;COUNT=10000",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
		"FREQ=DAILY;INTERVAL=1000;COUNT=10000",
		"FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366",
		"FREQ=WEEKLY;BYMONTH=2;INTERVAL=1000",
	};
	char error[RECUR_ERROR_SIZE];
	clock_t before = clock();

	for (size_t i = 0; i < ARRAY_SIZE(bombs); i++) {
		for (int k = 0; k < 5; k++) {
			civil_time *starts = NULL;
			size_t n = 0;

			recur_check(bombs[i], time_of("1970-01-01T09:00"), error);
			assert_int_equal(
				recur_expand(bombs[i], time_of("1970-01-01T09:00"),
					     CIVIL_DAY_NONE, NULL, 0, NULL, 0,
					     CIVIL_DAY_MIN, INT32_MAX, &starts, &n),
				0);
			assert_true(n <= 3 * 130);
			free(starts);
		}
	}
	/* About 0.1 s of processor here; libical needed minutes, or crashed. */
	assert_true((clock() - before) / CLOCKS_PER_SEC < 20);
}

static void a_utc_until_becomes_local(void **state)
{
	static const struct {
		const char *rrule, *zone, *local;
	} cases[] = {
		{"FREQ=WEEKLY;UNTIL=20261228T080000Z;BYDAY=MO", "Europe/Paris",
		 "FREQ=WEEKLY;UNTIL=20261228T090000;BYDAY=MO"},
		{"until=20260629T070000Z", "Europe/Paris", "UNTIL=20260629T090000"},
		{"FREQ=DAILY;UNTIL=20270101T035959Z", "America/Martinique",
		 "FREQ=DAILY;UNTIL=20261231T235959"},
		{"FREQ=DAILY;UNTIL=20261231", "Europe/Paris",
		 "FREQ=DAILY;UNTIL=20261231"},
		{"FREQ=DAILY;UNTIL=20261331T000000Z", "Europe/Paris",
		 "FREQ=DAILY;UNTIL=20261331T000000Z"},
		{"FREQ=DAILY;", "Europe/Paris", "FREQ=DAILY;"},
		{"", "Europe/Paris", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct zone *z = zone_load(cases[i].zone, NULL);
		struct buf out = BUF_INIT;

		assert_non_null(z);
		recur_localise(cases[i].rrule, z, &out);
		assert_string_equal(buf_str(&out), cases[i].local);
		buf_fini(&out);
		zone_free(z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_expand),
		cmocka_unit_test(dates_are_removed_added_and_bounded),
		cmocka_unit_test(jumping_ahead_changes_nothing),
		cmocka_unit_test(a_wrong_rule_gets_a_sentence),
		cmocka_unit_test(a_long_rule_is_refused),
		cmocka_unit_test(bombs_are_bounded),
		cmocka_unit_test(a_utc_until_becomes_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
