/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_web.c - the pure parts of the pages: words, colours, places as people type them,
 * times laid out, on the real territory and the real communes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agenda/agenda.h"
#include "base/clock.h"
#include "web/theme.h"
#include "web/times.h"
#include "web/where.h"
#include "web/words.h"

#define NBSP "\u00a0"
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static struct commune_table *communes;
static struct territory *territory;

static char *read_file(const char *path, size_t *n)
{
	struct buf b = BUF_INIT;
	FILE *f = fopen(path, "rb");
	size_t got;

	assert_non_null(f);
	while ((got = fread(buf_reserve(&b, 65536), 1, 65536, f)) > 0)
		b.len += got;
	buf_reserve(&b, 1)[0] = '\0';
	fclose(f);
	return buf_steal(&b, n);
}

static int setup(void **state)
{
	struct buf errors = BUF_INIT;
	size_t n;
	char *json = read_file(TEST_SRCDIR "/etc/territories/henin-carvin.json", &n);

	territory = territory_parse("henin-carvin.json", json, n, &errors);
	if (!territory)
		fail_msg("%s", buf_str(&errors));
	communes = commune_load(TEST_SRCDIR "/etc/communes.csv", &errors);
	if (!communes)
		fail_msg("%s", buf_str(&errors));
	buf_fini(&errors);
	free(json);
	return 0;
}

static int teardown(void **state)
{
	territory_free(territory);
	commune_table_free(communes);
	return 0;
}

/* ---- words ---- */

static void test_days(void **state)
{
	static const struct {
		int y, m, d;
		const char *lang, *said;
	} cases[] = {
		{2026, 11, 30, "fr", "lundi 30" NBSP "novembre"},
		{2026, 3, 1, "fr", "dimanche 1er" NBSP "mars"},
		{2027, 1, 4, "fr", "lundi 4" NBSP "janvier" NBSP "2027"},
		{2026, 8, 12, "fr", "mercredi 12" NBSP "août"},
		{2026, 3, 3, "en", "Tuesday 3" NBSP "March"},
		{2026, 3, 1, "en-GB", "Sunday 1" NBSP "March"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[WORDS_SIZE];
		int len = words_day(out, cases[i].lang,
				    civil_day_from(cases[i].y, cases[i].m, cases[i].d),
				    civil_day_from(2026, 2, 1));

		assert_string_equal(out, cases[i].said);
		assert_int_equal(len, strlen(out));
	}
}

static void test_hours_and_durations(void **state)
{
	static const struct {
		int minutes;
		const char *lang, *hour, *duration;
	} cases[] = {
		{540, "fr", "9" NBSP "h", "9" NBSP "heures"},
		{810, "fr", "13" NBSP "h" NBSP "30", "13" NBSP "heures" NBSP "30"},
		{65, "fr", "1" NBSP "h" NBSP "05", "1" NBSP "heure" NBSP "05"},
		{0, "fr", "0" NBSP "h", "0" NBSP "minutes"},
		{45, "fr", "0" NBSP "h" NBSP "45", "45" NBSP "minutes"},
		{870, "en", "2:30" NBSP "pm", "14" NBSP "hours" NBSP "30"},
		{720, "en", "12:00" NBSP "pm", "12" NBSP "hours"},
		{5, "en", "12:05" NBSP "am", "5" NBSP "minutes"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[WORDS_SIZE];

		words_hour(out, cases[i].lang, cases[i].minutes);
		assert_string_equal(out, cases[i].hour);
		words_duration(out, cases[i].lang, cases[i].minutes);
		assert_string_equal(out, cases[i].duration);
	}
}

static void test_distances_and_numbers(void **state)
{
	char out[WORDS_SIZE];

	words_distance(out, "fr", 0);
	assert_string_equal(out, "à moins de 1" NBSP "km");
	words_distance(out, "fr", 3600);
	assert_string_equal(out, "à" NBSP "4" NBSP "km");
	words_distance(out, "en", 3600);
	assert_string_equal(out, "4" NBSP "km away");
	words_seats(out, "fr", 1);
	assert_string_equal(out, "1" NBSP "place");
	words_seats(out, "en", 12);
	assert_string_equal(out, "12" NBSP "places left");
}

/* ---- colours ---- */

/* The six digits after the nth "--accent:#" of a sheet. */
static unsigned accent_of(const char *css, int nth)
{
	while (nth-- >= 0) {
		css = strstr(css, "--accent:#");
		assert_non_null(css);
		css += strlen("--accent:#");
	}
	return (unsigned)strtoul(css, NULL, 16);
}

static void test_every_accent_is_readable(void **state)
{
	static const char *const accents[] = {"#0b5d4e", "#ffee00", "#000000", "#FFFFFF",
					      "#ff5500", "#7a7a7a", "#0000ff"};

	for (size_t i = 0; i < ARRAY_SIZE(accents); i++) {
		struct buf css = BUF_INIT;
		unsigned day, night;

		assert_int_equal(theme_css(accents[i], &css), 0);
		day = accent_of(buf_str(&css), 0);
		night = accent_of(buf_str(&css), 1);
		/* links on each ground; white on a button; by night the other way */
		assert_true(theme_contrast(day, 0xf8f5ef) >= 4.5);
		assert_true(theme_contrast(day, 0xffffff) >= 4.5);
		assert_true(theme_contrast(night, 0x1c2322) >= 4.5);
		assert_true(theme_contrast(night, 0x121716) >= 4.5);
		buf_fini(&css);
	}
}

static void test_a_good_accent_is_kept(void **state)
{
	struct buf css = BUF_INIT;

	assert_int_equal(theme_css("#0b5d4e", &css), 0);
	assert_int_equal(accent_of(buf_str(&css), 0), 0x0b5d4e);
	buf_fini(&css);
}

static void test_no_accent_leaves_the_preset(void **state)
{
	static const char *const wrong[] = {"",		"red",	   "#12345",
					    "#1234567", "#12345g", "#}*{x:y"};
	struct buf css = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(theme_css(wrong[i], &css), -1);
		assert_int_equal(css.len, 0);
	}
	assert_int_equal(theme_css(NULL, &css), -1);
}

/* ---- places ---- */

static void test_places_as_typed(void **state)
{
	static const struct {
		const char *typed;
		enum where_kind kind;
		const char *insee; /* of what was understood; NULL none */
		const char *other; /* one that must be offered too; NULL none */
	} cases[] = {
		{"", WHERE_EMPTY, NULL, NULL},
		{"   ", WHERE_EMPTY, NULL, NULL},
		{NULL, WHERE_EMPTY, NULL, NULL},
		{"carvin", WHERE_FOUND, "62215", NULL},
		{"  Carvin ", WHERE_FOUND, "62215", NULL},
		{"62220", WHERE_FOUND, "62215", NULL},
		{"62110", WHERE_FOUND, "62427", NULL},
		{"henin", WHERE_FOUND, "62427", "62426"},
		{"Hénin-Beaumont", WHERE_FOUND, "62427", NULL},
		{"Hénin-Beaumont (62110)", WHERE_FOUND, "62427", NULL},
		{"henin beaumont 62110", WHERE_FOUND, "62427", NULL},
		{"Evin malmaison", WHERE_FOUND, "62321", NULL},
		{"insee:62426", WHERE_FOUND, "62426", NULL},
		{"Trifouilly-les-Oies", WHERE_UNKNOWN, NULL, NULL},
		{"99999", WHERE_UNKNOWN, NULL, NULL},
		{"<!--", WHERE_UNKNOWN, NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct where w;
		int offered = cases[i].other == NULL;

		where_find(communes, territory, cases[i].typed, &w);
		if (w.kind != cases[i].kind)
			fail_msg("\"%s\": kind %d", cases[i].typed, w.kind);
		if (cases[i].insee) {
			assert_non_null(w.commune);
			assert_string_equal(w.commune->insee, cases[i].insee);
		}
		for (size_t k = 0; k < w.nothers; k++) {
			assert_ptr_not_equal(w.others[k], w.commune);
			if (cases[i].other &&
			    strcmp(w.others[k]->insee, cases[i].other) == 0)
				offered = 1;
		}
		if (!offered)
			fail_msg("\"%s\": %s is not offered", cases[i].typed,
				 cases[i].other);
		if (!cases[i].other && cases[i].kind == WHERE_FOUND && w.nothers > 0)
			fail_msg("\"%s\": %s is offered without a doubt", cases[i].typed,
				 w.others[0]->name);
	}
}

/* Where no site is near, nothing is guessed: people choose, or the one there is is it. */
static void test_far_namesakes_are_a_choice(void **state)
{
	struct where w;

	where_find(communes, territory, "saint-martin", &w);
	assert_true(w.kind == WHERE_CHOICE || w.nothers > 0);
	assert_true(w.nothers > 1);
	where_find(communes, territory, "Marseille", &w);
	assert_int_equal(w.kind, WHERE_FOUND);
	assert_string_equal(w.commune->insee, "13055");
}

static void test_completion_prefers_what_is_near(void **state)
{
	const struct commune *found[6];
	size_t n = where_complete(communes, territory, "mont", found, 6);
	char postcode[6];

	assert_int_equal(n, 6);
	where_postcode(found[0], postcode);
	assert_memory_equal(postcode, "62", 2);
	assert_int_equal(where_complete(communes, territory, "", found, 6), 0);
}

/* ---- times ---- */

static rdvd_time at(const char *text)
{
	rdvd_time t = 0;

	assert_int_equal(rfc3339_parse(text, &t), 0);
	return t;
}

static struct slot slot(const char *site, const char *start, int32_t metres)
{
	return (struct slot){
		.service = territory_service(territory, "premier-rdv"),
		.site = territory_site(territory, site),
		.start = at(start),
		.end = at(start) + 3600,
		.seats = 1,
		.distance_m = metres,
	};
}

static void test_times_by_day(void **state)
{
	struct slot slots[] = {
		slot("carvin-mission-locale", "2026-11-30T09:00:00+01:00", 0),
		slot("oignies-siege", "2026-11-30T09:00:00+01:00", 4100),
		slot("carvin-mission-locale", "2026-11-30T10:00:00+01:00", 0),
		slot("libercourt-ccas", "2026-12-02T13:30:00+01:00", 4200),
	};
	struct times_list v;
	const struct times_block *b;

	times_build(&v, territory, slots, ARRAY_SIZE(slots), TIMES_BY_DAY, "fr",
		    at("2026-11-22T08:00:00+01:00"));
	assert_int_equal(v.n, 4);
	assert_int_equal(v.nsections, 2);
	assert_string_equal(v.sections[0].title, "Lundi 30" NBSP "novembre");
	assert_int_equal(v.sections[0].nblocks, 2);
	b = v.sections[0].blocks;
	assert_string_equal(b[0].title, "Mission locale de Carvin");
	assert_string_equal(b[0].note, "à moins de 1" NBSP "km");
	assert_int_equal(b[0].nhours, 2);
	assert_string_equal(b[0].hours[0].label, "9" NBSP "h");
	assert_string_equal(b[0].hours[1].label, "10" NBSP "h");
	assert_string_equal(b[0].hours[1].before, v.sections[0].title);
	assert_string_equal(b[1].title, "Siège de l'association");
	assert_int_equal(b[1].nhours, 1);
	assert_string_equal(v.sections[1].title, "Mercredi 2" NBSP "décembre");
	assert_string_equal(v.sections[1].blocks[0].hours[0].label,
			    "13" NBSP "h" NBSP "30");
}

static void test_times_by_place_and_phone(void **state)
{
	struct slot slots[] = {
		slot("carvin-mission-locale", "2026-11-30T09:00:00+01:00", 0),
		slot("carvin-mission-locale", "2026-12-14T09:00:00+01:00", 0),
		slot("oignies-siege", "2026-11-30T13:30:00+01:00", 4100),
	};
	struct times_list v;

	times_build(&v, territory, slots, ARRAY_SIZE(slots), TIMES_BY_PLACE, "en",
		    at("2026-11-22T08:00:00+01:00"));
	assert_int_equal(v.nsections, 2);
	assert_string_equal(v.sections[0].title, "Mission locale de Carvin");
	assert_int_equal(v.sections[0].nblocks, 2);
	assert_string_equal(v.sections[0].blocks[1].title, "Monday 14" NBSP "December");
	assert_string_equal(v.sections[1].note, "4" NBSP "km away");

	times_build(&v, territory, slots, ARRAY_SIZE(slots), TIMES_BY_PHONE, "fr",
		    at("2026-11-22T08:00:00+01:00"));
	assert_int_equal(v.nsections, 2);
	assert_int_equal(v.sections[0].nblocks, 1);
	assert_int_equal(v.sections[0].blocks[0].nhours, 2);
	assert_null(v.sections[0].blocks[0].title);
	assert_null(v.sections[0].blocks[0].hours[0].place);

	times_build(&v, territory, slots, 0, TIMES_BY_DAY, "fr",
		    at("2026-11-22T08:00:00Z"));
	assert_int_equal(v.nsections, 0);
}

static void test_names_of_times(void **state)
{
	char name[96], site[64];
	rdvd_time start = 0;

	times_name(name, "oignies-siege", 1795424400);
	assert_string_equal(name, "oignies-siege.1795424400");
	assert_int_equal(times_parse(name, site, &start), 0);
	assert_string_equal(site, "oignies-siege");
	assert_int_equal(start, 1795424400);
	static const char *const wrong[] = {
		"",
		".",
		"a",
		"a.",
		".1",
		"a.-1",
		"a.1x",
		"A.1",
		"a b.1",
		"a.99999999999",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.1"};
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(times_parse(wrong[i], site, &start), -1);
	assert_int_equal(times_parse(NULL, site, &start), -1);
	assert_int_equal(start, 1795424400);
}

static void test_filters(void **state)
{
	civil_day wednesday = civil_day_from(2026, 12, 2), monday = wednesday - 2;
	struct times_filter f = {0};

	assert_true(times_fits(&f, monday, 540));
	f.morning = true;
	assert_true(times_fits(&f, monday, 719));
	assert_false(times_fits(&f, monday, 720));
	f.afternoon = true;
	assert_true(times_fits(&f, monday, 720));
	f.morning = false;
	assert_false(times_fits(&f, monday, 540));
	f.wednesday = true;
	assert_false(times_fits(&f, monday, 840));
	assert_true(times_fits(&f, wednesday, 840));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_hours_and_durations),
		cmocka_unit_test(test_distances_and_numbers),
		cmocka_unit_test(test_every_accent_is_readable),
		cmocka_unit_test(test_a_good_accent_is_kept),
		cmocka_unit_test(test_no_accent_leaves_the_preset),
		cmocka_unit_test(test_places_as_typed),
		cmocka_unit_test(test_far_namesakes_are_a_choice),
		cmocka_unit_test(test_completion_prefers_what_is_near),
		cmocka_unit_test(test_times_by_day),
		cmocka_unit_test(test_times_by_place_and_phone),
		cmocka_unit_test(test_names_of_times),
		cmocka_unit_test(test_filters),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
