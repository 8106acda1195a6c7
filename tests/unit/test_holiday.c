/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_holiday.c - French holidays against the calendars that the State publishes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agenda/holiday.h"
#include "base/mem.h"

static civil_day day_of(const char *text)
{
	civil_day day = -1;

	assert_int_equal(civil_day_parse(text, &day), 0);
	return day;
}

static void easter_mondays(void **state)
{
	static const char *const mondays[] = {
		"1970-03-30", "1981-04-20", "1999-04-05", "2000-04-24", "2008-03-24",
		"2011-04-25", "2024-04-01", "2025-04-21", "2026-04-06", "2027-03-29",
		"2038-04-26", "2049-04-19", "2076-04-20", "2099-04-13",
	};

	for (size_t i = 0; i < ARRAY_SIZE(mondays); i++) {
		civil_day monday = day_of(mondays[i]);

		assert_int_equal(civil_weekday(monday), CIVIL_MONDAY);
		assert_string_equal(holiday_name("FR", monday), "Lundi de Pâques");
		assert_null(holiday_name(
			"FR", monday - 1)); /* Easter Sunday is not one by law */
	}
}

static const struct {
	const char *set, *day, *name; /* name NULL: a working day */
} cases[] = {
	{"FR", "2026-01-01", "Jour de l'an"},
	{"FR", "2026-05-01", "Fête du Travail"},
	{"FR", "2026-05-08", "Victoire 1945"},
	{"FR", "2026-05-14", "Ascension"},
	{"FR", "2026-05-25", "Lundi de Pentecôte"},
	{"FR", "2026-07-14", "Fête nationale"},
	{"FR", "2026-08-15", "Assomption"},
	{"FR", "2026-11-01", "Toussaint"},
	{"FR", "2026-11-11", "Armistice 1918"},
	{"FR", "2026-12-25", "Noël"},
	{"FR", "2025-05-29", "Ascension"},
	{"FR", "2025-06-09", "Lundi de Pentecôte"},
	{"FR", "2027-05-06", "Ascension"},
	{"FR", "2027-05-17", "Lundi de Pentecôte"},
	{"FR", "2026-04-03", NULL},
	{"FR", "2026-12-26", NULL},
	{"FR", "2026-12-24", NULL},
	{"FR", "2026-05-24", NULL},
	{"FR", "2026-05-22", NULL},
	{"FR", "2026-12-20", NULL},
	{"FR-ALSACE", "2026-04-03", "Vendredi saint"},
	{"FR-ALSACE", "2027-03-26", "Vendredi saint"},
	{"FR-ALSACE", "2008-03-21", "Vendredi saint"},
	{"FR-ALSACE", "2026-12-26", "Saint-Étienne"},
	{"FR-ALSACE", "2026-05-14", "Ascension"},
	{"FR-YT", "2026-04-27", "Abolition de l'esclavage"},
	{"FR-MQ", "2026-05-22", "Abolition de l'esclavage"},
	{"FR-GP", "2026-05-27", "Abolition de l'esclavage"},
	{"FR-GF", "2026-06-10", "Abolition de l'esclavage"},
	{"FR-RE", "2026-12-20", "Abolition de l'esclavage"},
	{"FR-RE", "2026-05-22", NULL},
	{"FR-GP", "2026-05-22", NULL},
	{"FR-MQ", "2026-05-27", NULL},
	{"FR-YT", "2026-12-26", NULL},
	{"FR-RE", "2026-04-06", "Lundi de Pâques"},
	{"none", "2026-12-25", NULL},
	{"XX", "2026-12-25", NULL},
};

static void names_by_set(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *name = holiday_name(cases[i].set, day_of(cases[i].day));

		if ((name == NULL) != (cases[i].name == NULL) ||
		    (name && strcmp(name, cases[i].name) != 0))
			fail_msg("%s %s: %s", cases[i].set, cases[i].day,
				 name ? name : "none");
	}
}

static int count(const char *set, int year)
{
	const struct holiday_set *s = holiday_set_find(set);
	int n = 0;

	for (civil_day d = civil_day_from(year, 1, 1); d < civil_day_from(year + 1, 1, 1);
	     d++)
		n += holiday_in(s, d) != NULL;
	return n;
}

static void a_year_has_eleven(void **state)
{
	assert_int_equal(count("FR", 2026), 11);
	assert_int_equal(count("FR", 2008), 10); /* Ascension fell on 1 May */
	assert_int_equal(count("FR-ALSACE", 2026), 13);
	assert_int_equal(count("FR-GP", 2026), 12);
	assert_int_equal(count("FR-MQ", 2026), 12);
	assert_int_equal(count("FR-GF", 2026), 12);
	assert_int_equal(count("FR-RE", 2026), 12);
	assert_int_equal(count("FR-YT", 2026), 12);
	assert_int_equal(count("none", 2026), 0);
}

static void sets_are_found_by_name(void **state)
{
	assert_true(holiday_set_known("FR-ALSACE"));
	assert_true(holiday_set_known("none"));
	assert_false(holiday_set_known("fr"));
	assert_false(holiday_set_known(""));
	assert_false(holiday_set_known(NULL));
	assert_string_equal(holiday_set_name(holiday_set_find("FR-RE")), "FR-RE");
	assert_non_null(strstr(holiday_set_names(), "FR-YT"));
	assert_null(holiday_in(NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(easter_mondays),
		cmocka_unit_test(names_by_set),
		cmocka_unit_test(a_year_has_eleven),
		cmocka_unit_test(sets_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
