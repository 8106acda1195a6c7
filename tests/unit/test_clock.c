/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_clock.c - instants as text against the C library's own calendar, and the frozen
 * clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

static void test_parse(void **state)
{
	static const struct {
		const char *s;
		int rc;
		rdvd_time t;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0, 0},
		{"2026-03-20T08:00:00+01:00", 0, 1773990000},
		{"2026-03-20T07:00:00Z", 0, 1773990000},
		{"2026-03-20t07:00:00z", 0, 1773990000},
		{"2026-03-20T07:00:00.999Z", 0, 1773990000},
		{"2026-03-20T02:30:00-04:30", 0, 1773990000},
		{"2024-02-29T00:00:00Z", 0, 1709164800},
		{"2099-12-31T23:59:59Z", 0, 4102444799},
		{"2100-01-01T00:59:59+01:00", 0, 4102444799},
		{"2016-12-31T23:59:60Z", 0, 1483228800},
		{"2017-01-01T00:59:60+01:00", 0, 1483228800},
		{"2017-01-01T12:59:60Z", -1, 0},
		{"1969-12-31T23:59:59Z", -1, 0},
		{"2100-01-01T00:00:00Z", -1, 0},
		{"2025-02-29T00:00:00Z", -1, 0},
		{"2026-04-31T00:00:00Z", -1, 0},
		{"2026-13-01T00:00:00Z", -1, 0},
		{"2026-00-01T00:00:00Z", -1, 0},
		{"2026-01-00T00:00:00Z", -1, 0},
		{"2026-01-01T24:00:00Z", -1, 0},
		{"2026-01-01T00:60:00Z", -1, 0},
		{"2026-01-01T00:00:61Z", -1, 0},
		{"2026-01-01T00:00Z", -1, 0},
		{"2026-01-01T00:00:00", -1, 0},
		{"2026-01-01 00:00:00Z", -1, 0},
		{"2026-01-01T00:00:00+0100", -1, 0},
		{"2026-01-01T00:00:00+24:00", -1, 0},
		{"2026-01-01T00:00:00.Z", -1, 0},
		{"2026-01-01T00:00:00Z ", -1, 0},
		{" 2026-01-01T00:00:00Z", -1, 0},
		{"26-01-01T00:00:00Z", -1, 0},
		{"2026-1-1T00:00:00Z", -1, 0},
		{"", -1, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		rdvd_time t = -5;
		int rc = rfc3339_parse(cases[i].s, &t);

		if (rc != cases[i].rc)
			fail_msg("%s", cases[i].s);
		assert_int_equal(t, rc ? -5 : cases[i].t);
	}
}

/* Every day of the range, at an hour that wanders through the day, against gmtime_r. */
static void test_every_day(void **state)
{
	for (rdvd_time t = 0; t < 4102444800; t += 86400 + 61) {
		time_t c = t;
		struct tm tm;
		char expected[40], got[40];
		rdvd_time back = -1;

		gmtime_r(&c, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_int_equal(rfc3339_format_utc(t, got), 20);
		assert_string_equal(got, expected);
		assert_int_equal(rfc3339_parse(got, &back), 0);
		assert_int_equal(back, t);
	}
}

static void test_format_offset(void **state)
{
	static const struct {
		rdvd_time t;
		int32_t offset_s;
		const char *text;
	} cases[] = {
		{1773990000, 3600, "2026-03-20T08:00:00+01:00"},
		{1773990000, 0, "2026-03-20T07:00:00+00:00"},
		{1773990000, -16200, "2026-03-20T02:30:00-04:30"},
		{1773990000, 14400, "2026-03-20T11:00:00+04:00"},
		{0, -3600, "1969-12-31T23:00:00-01:00"},
		{4102444799, 3600, "2100-01-01T00:59:59+01:00"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[26];

		assert_int_equal(rfc3339_format(cases[i].t, cases[i].offset_s, out), 25);
		assert_string_equal(out, cases[i].text);
	}
}

static void test_freeze(void **state)
{
	int64_t before = clock_monotonic_us();

	assert_false(clock_is_frozen());
	assert_in_range(clock_now(), time(NULL) - 2, time(NULL) + 2);
	clock_freeze(1773990000);
	assert_true(clock_is_frozen());
	assert_int_equal(clock_now(), 1773990000);
	assert_true(clock_monotonic_us() >= before);
	assert_true(clock_monotonic_ms() >= before / 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse), cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_format_offset),
		cmocka_unit_test(test_freeze), /* last: there is no thaw */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
