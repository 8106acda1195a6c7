/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone.c - wall time to instants and back. The instants were computed by Python's
 * zoneinfo, whose fold=0 is RFC 5545's reading of both edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agenda/zone.h"
#include "base/mem.h"

static struct zone *load(const char *name)
{
	struct buf error = BUF_INIT;
	struct zone *z = zone_load(name, &error);

	if (z == NULL)
		fail_msg("%s", buf_str(&error));
	assert_int_equal(error.len, 0);
	return z;
}

static const struct {
	const char *zone, *wall;
	int64_t utc;
} instants[] = {
	{"Europe/Paris", "1970-01-01T00:00", -3600},
	{"Europe/Paris", "1975-07-01T12:00", 173444400}, /* no summer time yet */
	{"Europe/Paris", "2026-03-20T08:00", 1773990000},
	/* autumn: 02:00-03:00 twice, the first is meant */
	{"Europe/Paris", "2025-10-26T01:55", 1761436500},
	{"Europe/Paris", "2025-10-26T02:00", 1761436800},
	{"Europe/Paris", "2025-10-26T02:30", 1761438600},
	{"Europe/Paris", "2025-10-26T03:00", 1761444000},
	{"Europe/Paris", "2026-10-25T02:30", 1792888200},
	/* spring: 02:00-03:00 does not exist */
	{"Europe/Paris", "2026-03-29T01:55", 1774745700},
	{"Europe/Paris", "2026-03-29T02:00", 1774746000},
	{"Europe/Paris", "2026-03-29T02:30", 1774747800},
	{"Europe/Paris", "2026-03-29T02:55", 1774749300},
	{"Europe/Paris", "2026-03-29T03:00", 1774746000},
	{"Europe/Paris", "2027-03-28T02:30", 1806197400},
	{"Europe/Paris", "2027-03-28T03:30", 1806197400},
	/* behind the last transition that the file may hold */
	{"Europe/Paris", "2060-07-01T12:00", 2855901600},
	{"Europe/Paris", "2099-06-15T09:00", 4085190000},
	{"Europe/Paris", "2099-12-31T23:55", 4102440900},
	{"Indian/Reunion", "2026-03-29T02:30", 1774737000},
	{"Indian/Reunion", "2026-10-25T02:30", 1792881000},
	{"Indian/Reunion", "2099-12-31T23:55", 4102430100},
	{"America/Martinique", "1980-07-01T12:00", 331311600}, /* its only summer time */
	{"America/Martinique", "2026-03-29T02:30", 1774765800},
	{"America/Martinique", "2026-11-01T01:30", 1793511000},
	{"America/Guadeloupe", "2026-07-01T12:00", 1782921600},
	{"America/Cayenne", "2026-07-01T12:00", 1782918000},
	{"Indian/Mayotte", "2026-07-01T12:00", 1782896400},
	{"America/Miquelon", "2026-03-08T02:30", 1772947800},
	{"America/Miquelon", "2026-11-01T01:30", 1793503800},
	/* half an hour, the southern way round */
	{"Australia/Lord_Howe", "2026-04-05T01:25", 1775312700},
	{"Australia/Lord_Howe", "2026-04-05T01:30", 1775313000},
	{"Australia/Lord_Howe", "2026-04-05T01:55", 1775314500},
	{"Australia/Lord_Howe", "2026-04-05T02:00", 1775316600},
	{"Australia/Lord_Howe", "2026-10-04T01:55", 1791041100},
	{"Australia/Lord_Howe", "2026-10-04T02:00", 1791041400},
	{"Australia/Lord_Howe", "2026-10-04T02:25", 1791042900},
	{"Australia/Lord_Howe", "2026-10-04T02:30", 1791041400},
	/* a whole day that never was */
	{"Pacific/Apia", "2011-12-29T23:55", 1325238900},
	{"Pacific/Apia", "2011-12-30T12:00", 1325282400},
	{"Pacific/Apia", "2011-12-31T00:00", 1325239200},
	{"UTC", "2026-01-01T00:00", 1767225600},
};

static void walls_become_instants(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(instants); i++) {
		struct zone *z = load(instants[i].zone);
		civil_time t = 0;
		rdvd_time got;

		assert_int_equal(civil_time_parse(instants[i].wall, &t), 0);
		got = zone_to_utc(z, t);
		if (got != instants[i].utc)
			fail_msg("%s %s: %" PRId64, instants[i].zone, instants[i].wall,
				 got);
		zone_free(z);
	}
}

static const struct {
	const char *zone;
	int64_t utc;
	int32_t offset_s;
	const char *abbrev;
} offsets[] = {
	{"Europe/Paris", 1774745999, 3600, "CET"},
	{"Europe/Paris", 1774746000, 7200, "CEST"},
	{"Europe/Paris", 1792889999, 7200, "CEST"},
	{"Europe/Paris", 1792890000, 3600, "CET"},
	{"Europe/Paris", 4085190000, 7200, "CEST"},
	{"Europe/Paris", 0, 3600, "CET"},
	{"Europe/Paris", -3600, 3600, "CET"},
	{"Indian/Reunion", 1774746000, 14400, "+04"},
	{"America/Martinique", 1774746000, -14400, "AST"},
	{"Australia/Lord_Howe", 1775314799, 39600, "+11"},
	{"Australia/Lord_Howe", 1775314800, 37800, "+1030"},
	{"UTC", 1774746000, 0, "UTC"},
};

static void instants_have_offsets(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct zone *z = load(offsets[i].zone);

		assert_int_equal(zone_offset(z, offsets[i].utc), offsets[i].offset_s);
		assert_string_equal(zone_abbrev(z, offsets[i].utc), offsets[i].abbrev);
		assert_true(zone_to_civil(z, offsets[i].utc) ==
			    offsets[i].utc + offsets[i].offset_s);
		zone_free(z);
	}
}

/* An instant's wall time leads back to it, or, in the hour that occurs twice, to one hour
 * before. */
static void instants_go_there_and_back(void **state)
{
	struct zone *z = load("Europe/Paris");
	int doubled = 0;

	assert_string_equal(zone_name(z), "Europe/Paris");
	for (rdvd_time t = 0; t < INT64_C(4102444800); t += 1800) {
		rdvd_time back = zone_to_utc(z, zone_to_civil(z, t));

		doubled += back != t;
		if (back != t)
			assert_true(back == t - 3600);
	}
	assert_int_equal(doubled, 2 * (2099 - 1976 + 1)); /* summer time since 1976 */
	zone_free(z);
}

static void names_are_checked_before_any_file(void **state)
{
	static const char *const bad[] = {
		"",
		"../etc/passwd",
		"Europe/../Europe/Paris",
		"/etc/localtime",
		"Europe/",
		"Europe//Paris",
		"Europe/Paris ",
		"Europe.Paris",
		"Europe\\Paris",
		"Romance Standard Time",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct buf error = BUF_INIT;

		assert_false(zone_name_is_valid(bad[i]));
		assert_null(zone_load(bad[i], &error));
		assert_non_null(strstr(buf_str(&error), "Europe/Paris"));
		buf_fini(&error);
	}
	assert_false(zone_name_is_valid(NULL));
	assert_true(zone_name_is_valid("Etc/GMT+12"));
	assert_true(zone_name_is_valid("America/Port-au-Prince"));
}

static void a_wrong_zone_is_named_in_the_error(void **state)
{
	static const struct {
		const char *zone, *reason;
	} wrong[] = {
		{"Europe/Pariss", "no such zone"},
		{"Europe", "folder of zones"},
		{"tzdata", "no such zone"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct buf error = BUF_INIT;

		assert_null(zone_load(wrong[i].zone, &error));
		assert_non_null(strstr(buf_str(&error), wrong[i].zone));
		assert_non_null(strstr(buf_str(&error), wrong[i].reason));
		buf_fini(&error);
	}
	assert_null(zone_load("Europe/Pariss", NULL));
}

static size_t slurp(const char *path, unsigned char *bytes, size_t max)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	n = fread(bytes, 1, max, f);
	fclose(f);
	return n;
}

/* Every beginning of a zone file, and every file with one byte changed, is refused or
 * read: no crash. */
static void damaged_files_are_survived(void **state)
{
	char dir[] = "/tmp/rdvd-zone-XXXXXX", *path;
	static unsigned char bytes[8192];
	size_t n = slurp("/usr/share/zoneinfo/Europe/Paris", bytes, sizeof bytes),
	       refused = 0;
	struct zone *z;

	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/Zone", dir);
	zone_set_dir(dir);
	for (size_t i = 0; i < 2 * n; i += i < n ? 7 : 3) {
		size_t length = i < n ? i : n, at = i < n ? 0 : i - n;
		FILE *f = fopen(path, "wb");

		assert_non_null(f);
		bytes[at] ^= i < n ? 0 : 0x81;
		assert_int_equal(fwrite(bytes, 1, length, f), length);
		fclose(f);
		bytes[at] ^= i < n ? 0 : 0x81;
		z = zone_load("Zone", NULL);
		refused += z == NULL;
		if (i < n)
			assert_null(z);
		if (z)
			zone_to_utc(z, 1774746000 + zone_offset(z, 1774746000));
		zone_free(z);
	}
	assert_true(refused > n / 7);
	zone_set_dir(NULL);
	unlink(path);
	rmdir(dir);
	free(path);
}

static const struct {
	const char *zone, *text;
} vtimezones[] = {
	{"Europe/Paris",
	 "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n"
	 "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\n"
	 "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
	 "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n"
	 "BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\n"
	 "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
	 "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n"
	 "END:VTIMEZONE\r\n"},
	{"Indian/Reunion", "BEGIN:VTIMEZONE\r\nTZID:Indian/Reunion\r\n"
			   "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
			   "TZOFFSETFROM:+0400\r\nTZOFFSETTO:+0400\r\nTZNAME:+04\r\n"
			   "END:STANDARD\r\nEND:VTIMEZONE\r\n"},
	{"America/Martinique", "BEGIN:VTIMEZONE\r\nTZID:America/Martinique\r\n"
			       "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
			       "TZOFFSETFROM:-0400\r\nTZOFFSETTO:-0400\r\nTZNAME:AST\r\n"
			       "END:STANDARD\r\nEND:VTIMEZONE\r\n"},
	{"Australia/Lord_Howe",
	 "BEGIN:VTIMEZONE\r\nTZID:Australia/Lord_Howe\r\n"
	 "BEGIN:STANDARD\r\nDTSTART:19700405T020000\r\n"
	 "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU\r\n"
	 "TZOFFSETFROM:+1100\r\nTZOFFSETTO:+1030\r\nTZNAME:+1030\r\n"
	 "END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19701004T020000\r\n"
	 "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU\r\n"
	 "TZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100\r\nTZNAME:+11\r\n"
	 "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"},
	/* the Saturday evening before the last Sunday */
	{"America/Nuuk",
	 "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=24,25,26,27,28,29,30;BYDAY=SA\r\n"},
	/* what Ireland's law calls standard is its summer */
	{"Europe/Dublin", "BEGIN:STANDARD\r\nDTSTART:19701025T020000\r\n"},
};

static void calendars_get_one_rule_a_half(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(vtimezones); i++) {
		struct zone *z = load(vtimezones[i].zone);
		struct buf out = BUF_INIT;

		zone_vtimezone(z, &out);
		if (strstr(buf_str(&out), vtimezones[i].text) == NULL)
			fail_msg("%s", buf_str(&out));
		if (vtimezones[i].text[6] == 'V')
			assert_string_equal(buf_str(&out), vtimezones[i].text);
		buf_fini(&out);
		zone_free(z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walls_become_instants),
		cmocka_unit_test(instants_have_offsets),
		cmocka_unit_test(instants_go_there_and_back),
		cmocka_unit_test(names_are_checked_before_any_file),
		cmocka_unit_test(a_wrong_zone_is_named_in_the_error),
		cmocka_unit_test(damaged_files_are_survived),
		cmocka_unit_test(calendars_get_one_rule_a_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
