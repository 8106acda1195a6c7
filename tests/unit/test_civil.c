/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_civil.c - wall days and times. The day numbers were counted by another calendar
 * library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agenda/civil.h"
#include "base/mem.h"

static const struct {
	int y, m, d;
	civil_day day;
	int weekday;
} days[] = {
	{1970, 1, 1, 0, CIVIL_THURSDAY},
	{1969, 12, 31, -1, CIVIL_WEDNESDAY},
	{1900, 3, 1, -25508, CIVIL_THURSDAY},
	{1972, 2, 29, 789, CIVIL_TUESDAY},
	{2000, 2, 29, 11016, CIVIL_TUESDAY},
	{2000, 3, 1, 11017, CIVIL_WEDNESDAY},
	{2026, 3, 20, 20532, CIVIL_FRIDAY},
	{2026, 11, 22, 20779, CIVIL_SUNDAY},
	{2038, 1, 19, 24855, CIVIL_TUESDAY},
	{2099, 12, 31, CIVIL_DAY_MAX, CIVIL_THURSDAY},
	{2100, 3, 1, 47541, CIVIL_MONDAY},
	{1, 1, 1, -719162, CIVIL_MONDAY},
};

static void days_count_from_1970(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
		int y, m, d;

		assert_int_equal(civil_day_from(days[i].y, days[i].m, days[i].d),
				 days[i].day);
		assert_int_equal(civil_weekday(days[i].day), days[i].weekday);
		civil_day_split(days[i].day, &y, &m, &d);
		assert_int_equal(y, days[i].y);
		assert_int_equal(m, days[i].m);
		assert_int_equal(d, days[i].d);
	}
}

/* Every day of the accepted years follows the one before it, and text goes there and
 * back. */
static void every_day_goes_there_and_back(void **state)
{
	int py = 1969, pm = 12, pd = 31, y, m, d;

	for (civil_day day = CIVIL_DAY_MIN; day <= CIVIL_DAY_MAX; day++) {
		char text[11];
		civil_day back = -1;

		civil_day_split(day, &y, &m, &d);
		if (d == 1)
			assert_true(pd == civil_month_days(py, pm) &&
				    (m == pm + 1 || m == 1));
		else
			assert_true(d == pd + 1 && m == pm && y == py);
		assert_int_equal(civil_day_from(y, m, d), day);
		civil_day_format(day, text);
		assert_int_equal(civil_day_parse(text, &back), 0);
		assert_int_equal(back, day);
		py = y;
		pm = m;
		pd = d;
	}
	assert_int_equal(py, 2099);
}

static void bad_days_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-3-20",
		"2026-03-2",
		"2026-03-20 ",
		" 2026-03-20",
		"2026-02-29",
		"2026-04-31",
		"2026-00-10",
		"2026-13-01",
		"2026-01-00",
		"1969-12-31",
		"2100-01-01",
		"2026/03/20",
		"20260320",
		"2026-03-20T08:00",
		"+026-03-20",
		"2026-03--1",
		"2026-03-2\xc3",
		"0000-00-00",
		"99999-01-01",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		civil_day day = 77;

		if (civil_day_parse(bad[i], &day) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(day, 77);
	}
	assert_int_equal(civil_day_parse(NULL, &(civil_day){0}), -1);
}

static void times_are_read_and_written(void **state)
{
	civil_time t = 0;
	char text[17];

	assert_int_equal(civil_time_parse("2026-03-20T08:05", &t), 0);
	assert_true(t == 20532 * INT64_C(86400) + 8 * 3600 + 300);
	assert_int_equal(civil_time_day(t), 20532);
	assert_int_equal(civil_time_minute(t), 485);
	assert_true(civil_time_from(20532, 485) == t);
	civil_time_format(t, text);
	assert_string_equal(text, "2026-03-20T08:05");
	assert_int_equal(civil_time_parse("2026-03-20T08:05:59", &t), 0);
	assert_int_equal(t % 60, 59);
	civil_time_format(t, text);
	assert_string_equal(text, "2026-03-20T08:05");
	assert_int_equal(civil_time_parse("2099-12-31T23:59:59", &t), 0);
	assert_int_equal(civil_time_day(t), CIVIL_DAY_MAX);
	assert_int_equal(civil_time_minute(t), 1439);
}

static void times_before_1970_fall_on_their_day(void **state)
{
	assert_int_equal(civil_time_day(-1), -1);
	assert_int_equal(civil_time_minute(-1), 1439);
	assert_int_equal(civil_time_day(-86400), -1);
	assert_int_equal(civil_time_minute(-86400), 0);
	assert_int_equal(civil_time_day(-86401), -2);
}

static void bad_times_are_refused(void **state)
{
	static const char *const bad[] = {
		"2026-03-20",	       "2026-03-20T",	       "2026-03-20T8:00",
		"2026-03-20T24:00",    "2026-03-20T08:60",     "2026-03-20 08:00",
		"2026-03-20T08:00:60", "2026-03-20T08:00:",    "2026-03-20T08:00:0",
		"2026-03-20T08:00Z",   "2026-03-20T08:00:00Z", "2026-03-20T08:00+01:00",
		"2026-03-20t08:00",    "2026-02-30T08:00",     "2026-03-20T-8:00",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		civil_time t = 77;

		if (civil_time_parse(bad[i], &t) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(t, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_count_from_1970),
		cmocka_unit_test(every_day_goes_there_and_back),
		cmocka_unit_test(bad_days_are_refused),
		cmocka_unit_test(times_are_read_and_written),
		cmocka_unit_test(times_before_1970_fall_on_their_day),
		cmocka_unit_test(bad_times_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
