/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_school.c - the school holidays that are installed, their file's mistakes, and the
 * zone of every département. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agenda/school.h"
#include "base/mem.h"

static civil_day day(const char *s)
{
	civil_day d = 0;

	assert_int_equal(civil_day_parse(s, &d), 0);
	return d;
}

static void the_installed_file_covers_two_years(void **state)
{
	static const struct {
		char zone;
		const char *name, *from, *to;
	} cases[] = {
		{'B', "Vacances d'hiver", "2026-02-14", "2026-03-01"},
		{'A', "Vacances de printemps", "2026-04-04", "2026-04-19"},
		{'C', "Vacances d'hiver", "2027-02-06", "2027-02-21"},
		{'B', "Vacances de printemps", "2027-04-17", "2027-05-02"},
		{'A', "Vacances de Noël", "2026-12-19", "2027-01-03"},
	};
	struct buf error = BUF_INIT;
	struct school_table *t =
		school_load(TEST_SRCDIR "/etc/school-holidays.csv", &error);
	const struct school_holiday *found[32];

	(void)state;
	assert_string_equal(buf_str(&error), "");
	assert_non_null(t);
	for (const char *z = SCHOOL_ZONES; *z; z++) {
		size_t n = school_holidays(t, *z, day("2025-09-01"), found, 32);

		/* six a year, each begins on a Saturday but the Ascension */
		assert_int_equal(n, 12);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(civil_weekday(found[i]->from),
					 strstr(found[i]->name, "Ascension")
						 ? CIVIL_THURSDAY
						 : CIVIL_SATURDAY);
			assert_true(!i || found[i]->from > found[i - 1]->to);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = school_holidays(t, cases[i].zone, day(cases[i].to), found, 32);

		assert_true(n > 0);
		assert_string_equal(found[0]->name, cases[i].name);
		assert_int_equal(found[0]->from, day(cases[i].from));
		assert_int_equal(found[0]->to, day(cases[i].to));
		n = school_holidays(t, cases[i].zone, day(cases[i].to) + 1, found, 32);
		assert_true(n == 0 || found[0]->from != day(cases[i].from));
	}
	school_table_free(t);
	buf_fini(&error);
}

static void mistakes_name_their_line(void **state)
{
	static const struct {
		const char *bytes, *error;
	} cases[] = {
		{"zone,from\n", "f:1: the first line must be zone,name,from,to"},
		{"zone,name,from,to\n\nD,Hiver,2026-02-07,2026-02-22\n",
		 "f:3: the zone must be A, B or C"},
		{"zone,name,from,to\nA,Hiver,2026-02-30,2026-03-22\n",
		 "f:2: from and to must be dates like 2026-10-17"},
		{"zone,name,from,to\nA,Hiver,2026-02-22,2026-02-07",
		 "f:2: the last day comes before the first"},
		{"zone,name,from,to\nA,,2026-02-07,2026-02-22",
		 "f:2: the name must have 1 to 100 bytes"},
		{"zone,name,from,to\nA,Hiver,2026-02-07",
		 "f:2: must be four fields: zone,name,from,to"},
		{"zone,name,from,to\nA,Hiver,2026-02-07,2026-02-22,x",
		 "f:2: must be four fields: zone,name,from,to"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf error = BUF_INIT;

		assert_null(school_parse("f", cases[i].bytes, &error));
		assert_string_equal(buf_str(&error), cases[i].error);
		buf_fini(&error);
	}
}

static void remarks_and_line_ends_of_windows_are_fine(void **state)
{
	struct buf error = BUF_INIT;
	const struct school_holiday *found[2];
	struct school_table *t = school_parse(
		"f",
		"zone,name,from,to\r\n# a remark\r\nA,Hiver,2026-02-07,2026-02-22\r\n",
		&error);

	(void)state;
	assert_non_null(t);
	assert_int_equal(school_holidays(t, 'A', 0, found, 2), 1);
	assert_int_equal(school_holidays(t, 'B', 0, found, 2), 0);
	assert_int_equal(school_holidays(NULL, 'A', 0, found, 2), 0);
	school_table_free(t);
	buf_fini(&error);
}

static void every_departement_has_its_zone(void **state)
{
	static const struct {
		const char *code;
		char zone;
	} cases[] = {
		{"62", 'B'}, {"59", 'B'}, {"62427", 'B'}, {"75", 'C'}, {"75056", 'C'},
		{"69", 'A'}, {"33", 'A'}, {"31", 'C'},	  {"34", 'C'}, {"44", 'B'},
		{"67", 'B'}, {"90", 'A'}, {"95", 'C'},	  {"01", 'A'}, {"2A", 0},
		{"2B", 0},   {"971", 0},  {"97411", 0},	  {"20", 0},   {"96", 0},
		{"", 0},     {"6", 0},	  {NULL, 0},
	};
	int n[3] = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(school_zone_of(cases[i].code), cases[i].zone);
	for (int d = 1; d <= 95; d++) {
		char code[8];
		char zone;

		snprintf(code, sizeof(code), "%02d", d);
		zone = school_zone_of(code);
		if (d == 20)
			continue;
		assert_non_null(strchr(SCHOOL_ZONES, zone));
		assert_true(zone != 0);
		n[zone - 'A']++;
	}
	/* 96 départements less the two of Corsica */
	assert_int_equal(n[0], 32);
	assert_int_equal(n[1], 41);
	assert_int_equal(n[2], 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_installed_file_covers_two_years),
		cmocka_unit_test(mistakes_name_their_line),
		cmocka_unit_test(remarks_and_line_ends_of_windows_are_fine),
		cmocka_unit_test(every_departement_has_its_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
