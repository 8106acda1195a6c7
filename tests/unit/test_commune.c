/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_commune.c - the real table of communes, and small wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agenda/commune.h"
#include "base/mem.h"

#define CSV TEST_SRCDIR "/etc/communes.csv"
#define HEADER "insee,name,postcodes,departement,lat,lon,precision,population\n"

static struct commune_table *france;

static int load_france(void **state)
{
	struct buf error = BUF_INIT;

	france = commune_load(CSV, &error);
	if (france == NULL)
		fprintf(stderr, "%s\n", buf_str(&error));
	buf_fini(&error);
	return france == NULL ? -1 : 0;
}

static int free_france(void **state)
{
	commune_table_free(france);
	return 0;
}

static void codes_are_found(void **state)
{
	const struct commune *c = commune_by_insee(france, "62427");

	assert_int_equal(commune_count(france), 34969);
	assert_non_null(c);
	assert_string_equal(c->name, "Hénin-Beaumont");
	assert_string_equal(c->folded, "henin beaumont");
	assert_string_equal(c->postcodes, "62110");
	assert_string_equal(c->departement, "62");
	assert_int_equal(c->population, 25688);
	assert_true(c->has_point && c->point.lat == 50.4136 && c->point.lon == 2.9649);
	assert_string_equal(commune_by_insee(france, "2A004")->name, "Ajaccio");
	assert_string_equal(commune_by_insee(france, "75113")->name, "Paris");
	assert_string_equal(commune_by_insee(france, "69383")->name, "Lyon");
	assert_string_equal(commune_by_insee(france, "13208")->name, "Marseille");
	assert_null(commune_by_insee(france, "00000"));
	assert_null(commune_by_insee(france, "6242"));
	assert_null(commune_by_insee(france, "624277"));
	assert_null(commune_by_insee(france, ""));
}

static void a_postcode_has_its_communes(void **state)
{
	const struct commune *out[64];
	size_t n = commune_by_postcode(france, "62128", out, ARRAY_SIZE(out));

	assert_int_equal(n, 14);
	for (size_t i = 0; i < n; i++) {
		assert_non_null(strstr(out[i]->postcodes, "62128"));
		assert_true(i == 0 || out[i]->population <= out[i - 1]->population);
	}
	assert_int_equal(commune_by_postcode(france, "62128", out, 2), 14);
	assert_int_equal(commune_by_postcode(france, "62128", NULL, 0), 14);
	assert_int_equal(commune_by_postcode(france, "75013", out, 8), 1);
	assert_string_equal(out[0]->insee, "75056");
	assert_int_equal(commune_by_postcode(france, "00000", out, 8), 0);
	assert_int_equal(commune_by_postcode(france, "6211", out, 8), 0);
	assert_int_equal(commune_by_postcode(france, "6211x", out, 8), 0);
}

static const struct {
	const char *near;
	enum rdvd_rc rc;
	const char *insee; /* NULL: no commune */
	double lat, lon;
} nears[] = {
	{"62110", RDVD_OK, "62427", 50.4136, 2.9649},
	{"insee:62427", RDVD_OK, "62427", 50.4136, 2.9649},
	{"62427", RDVD_OK, "62427", 50.4136,
	 2.9649}, /* no such postcode: an INSEE code */
	{"62215", RDVD_OK, "62645", 50.9771,
	 2.0428}, /* Oye-Plage's postcode comes first */
	{"50.41,2.96", RDVD_OK, NULL, 50.41, 2.96},
	{"97630", RDVD_NOT_FOUND, "97612", 0, 0}, /* known, its place is not */
	{"00000", RDVD_NOT_FOUND, NULL, 0, 0},
	{"insee:99999", RDVD_NOT_FOUND, NULL, 0, 0},
	{"insee:", RDVD_INVALID, NULL, 0, 0},
	{"6211", RDVD_INVALID, NULL, 0, 0},
	{"carvin", RDVD_INVALID, NULL, 0, 0},
	{"", RDVD_INVALID, NULL, 0, 0},
	{"91,2", RDVD_INVALID, NULL, 0, 0},
};

static void near_is_a_point(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(nears); i++) {
		struct geo_point p = {.lat = 7};
		const struct commune *c = (const struct commune *)nears;

		if (commune_near(france, nears[i].near, &p, &c) != nears[i].rc)
			fail_msg("%s", nears[i].near);
		if (nears[i].insee) {
			assert_non_null(c);
			assert_string_equal(c->insee, nears[i].insee);
		} else {
			assert_null(c);
		}
		if (nears[i].rc == RDVD_OK) {
			if (p.lat != nears[i].lat || p.lon != nears[i].lon)
				fail_msg("%s: %.4f %.4f", nears[i].near, p.lat, p.lon);
		} else {
			assert_true(p.lat == 7);
		}
		commune_near(france, nears[i].near, &p, NULL);
	}
}

static const struct {
	const char *text, *departement; /* preferred, or NULL */
	const char *names;		/* the first ones found, separated by '|' */
} searches[] = {
	{"henin", "62", "Hénin-Beaumont|Hénin-sur-Cojeul|Héninel"},
	{"HÉNIN", "62", "Hénin-Beaumont"},
	{"carvin", NULL, "Carvin"},
	{"  Carvin ", NULL, "Carvin"},
	{"62110", NULL, "Hénin-Beaumont"},
	{"62 110", NULL, "Hénin-Beaumont"},
	{"621", NULL, "Calais|Hénin-Beaumont"},
	{"hénin-beaumont 62110", NULL, "Hénin-Beaumont"},
	{"Hénin-Beaumont (62110)", NULL, "Hénin-Beaumont"},
	{"hénin-beaumont 62111", NULL, "Hénin-Beaumont"},
	{"62427", NULL, "Hénin-Beaumont"},
	{"2a004", NULL, "Ajaccio"},
	{"st omer", "62", "Saint-Omer"},
	{"ste marie", "974", "Sainte-Marie"},
	{"isle adam", NULL, "L'Isle-Adam"},
	{"l’isle adam", NULL, "L'Isle-Adam"},
	{"rochelle", NULL, "La Rochelle"},
	{"montigny gohelle", NULL, "Montigny-en-Gohelle"},
	{"gohelle montigny", NULL, "Montigny-en-Gohelle"},
	{"oeuf", NULL, "Œuf-en-Ternois"},
	{"paris", "62", "Paris|Le Touquet-Paris-Plage"}, /* the very name goes first */
	{"paris", NULL, "Paris|Paris-l'Hôpital"},
	{"lens", "62", "Lens"},
	/* one error */
	{"hennin", "62", "Hénin-Beaumont"},	   /* a letter too many */
	{"caravin", NULL, "Carvin"},		   /* one put in */
	{"oignis", NULL, "Oignies"},		   /* one left out */
	{"cravin", NULL, "Carvin"},		   /* two swapped */
	{"xarvin", NULL, "Carvin"},		   /* the first wrong */
	{"heninbeaumont", NULL, "Hénin-Beaumont"}, /* no space */
	{"noyelle-godault", NULL, "Noyelles-Godault"},
	/* nothing */
	{"", NULL, ""},
	{" - ", NULL, ""},
	{"zzzzzz", NULL, ""},
	{"xxav", NULL, ""},
	{"000000", NULL, ""},
	{"00000", NULL, ""},
};

static void names_are_completed(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(searches); i++) {
		struct commune_preference prefer = {
			.departements = &searches[i].departement,
			.ndepartements = searches[i].departement != NULL,
		};
		const struct commune *out[8];
		size_t n = commune_search(france, searches[i].text, &prefer, out, 8);
		struct buf got = BUF_INIT;

		for (size_t k = 0; k < n; k++)
			buf_addf(&got, "%s%s", k ? "|" : "", out[k]->name);
		if (strncmp(buf_str(&got), searches[i].names,
			    strlen(searches[i].names)) != 0 ||
		    (searches[i].names[0] == '\0' && n != 0))
			fail_msg("%s: %s", searches[i].text, buf_str(&got));
		buf_fini(&got);
	}
}

static void the_near_ones_come_first(void **state)
{
	struct commune_preference prefer = {.radius_km = 30};
	const struct commune *out[64];
	struct geo_point carcassonne;
	size_t n;

	assert_int_equal(geo_point_init(&carcassonne, 43.2130, 2.3491), 0);
	prefer.centre = &carcassonne;
	assert_true(commune_search(france, "saint denis", NULL, out, 8) == 8);
	assert_string_equal(out[0]->departement, "974");
	assert_true(commune_search(france, "saint denis", &prefer, out, 8) == 8);
	assert_string_equal(out[0]->departement, "11");
	n = commune_search(france, "s", NULL, out, 1000);
	assert_int_equal(n, 64);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			assert_ptr_not_equal(out[i], out[k]);
	assert_int_equal(commune_search(france, "s", NULL, out, 0), 0);
	assert_int_equal(commune_search(france, "s", NULL, out, 1), 1);
	assert_string_equal(out[0]->name, "Strasbourg");
}

/* ---- small files ---- */

static struct commune_table *load_text(const char *text, size_t n, struct buf *error)
{
	char path[] = "/tmp/rdvd-communes-XXXXXX";
	int fd = mkstemp(path);
	struct commune_table *t;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	close(fd);
	t = commune_load(path, error);
	if (t == NULL)
		assert_non_null(strstr(buf_str(error), path));
	unlink(path);
	return t;
}

static void quoting_and_order_of_columns_are_free(void **state)
{
	static const char text[] = "\xef\xbb\xbfname,population,insee,lon,lat,"
				   "departement,postcodes,extra\r\n"
				   "\"Saint-\"\"Jean\"\", le "
				   "Grand\",12,01001,5.5,46.5,01,\"01400;01401\",x\r\n"
				   "\r\n"
				   "\"two\nlines\",,01002,,,01,,y";
	struct buf error = BUF_INIT;
	struct commune_table *t = load_text(text, sizeof text - 1, &error);
	const struct commune *c;

	assert_non_null(t);
	assert_int_equal(commune_count(t), 2);
	c = commune_by_insee(t, "01001");
	assert_string_equal(c->name, "Saint-\"Jean\", le Grand");
	assert_string_equal(c->postcodes, "01400 01401");
	assert_true(c->has_point && c->point.lon == 5.5);
	c = commune_by_insee(t, "01002");
	assert_string_equal(c->name, "two\nlines");
	assert_string_equal(c->postcodes, "");
	assert_false(c->has_point);
	assert_int_equal(c->population, 0);
	assert_int_equal(commune_by_postcode(t, "01401", NULL, 0), 1);
	commune_table_free(t);
	buf_fini(&error);
}

static const struct {
	const char *text, *says;
} wrong[] = {
	{"", "insee: the first line does not name this column"},
	{"insee,name\n", "postcodes: the first line"},
	{HEADER, "no commune"},
	{HEADER "01001,A,01400,01,46.1,5.0,place,8\n01001,B,,01,,,none,\n",
	 "01001: this INSEE code"},
	{HEADER "\n0100,A,01400,01,46.1,5.0,place,8\n", ":3: insee"},
	{HEADER "01001,,01400,01,46.1,5.0,place,8\n", ":2: name"},
	{HEADER "01001,A\xff,01400,01,46.1,5.0,place,8\n", ":2: name"},
	{HEADER "01001,A,1400,01,46.1,5.0,place,8\n",
	 ":2: postcodes: a postcode is five digits"},
	{HEADER "01001,A,01400,1,46.1,5.0,place,8\n", ":2: departement"},
	{HEADER "01001,A,01400,01,96.1,5.0,place,8\n", ":2: lat, lon"},
	{HEADER "01001,A,01400,01,46.1,,place,8\n", ":2: lat, lon"},
	{HEADER "01001,A,01400,01,46.1,5.0,place,-8\n", ":2: population"},
	{HEADER "01001,A,01400,01,46.1,5.0,place\n",
	 ":2: population: the record is too short"},
	{HEADER "01001,\"A,01400,01,46.1,5.0,place,8\n",
	 "a quotation mark is not closed"},
	{HEADER "01001,\"A\"x,01400,01,46.1,5.0,place,8\n", "text follows"},
	{HEADER ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n", "too many fields"},
};

static void a_wrong_file_is_named_with_its_line(void **state)
{
	struct buf error = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		buf_clear(&error);
		assert_null(load_text(wrong[i].text, strlen(wrong[i].text), &error));
		if (strstr(buf_str(&error), wrong[i].says) == NULL)
			fail_msg("%s", buf_str(&error));
	}
	buf_clear(&error);
	assert_null(load_text("insee\0name", 10, &error));
	assert_non_null(strstr(buf_str(&error), "not a text file"));
	buf_clear(&error);
	assert_null(commune_load("/nonexistent/communes.csv", &error));
	assert_string_equal(buf_str(&error),
			    "/nonexistent/communes.csv: No such file or directory");
	assert_null(commune_load("/nonexistent/communes.csv", NULL));
	buf_fini(&error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_found),
		cmocka_unit_test(a_postcode_has_its_communes),
		cmocka_unit_test(near_is_a_point),
		cmocka_unit_test(names_are_completed),
		cmocka_unit_test(the_near_ones_come_first),
		cmocka_unit_test(quoting_and_order_of_columns_are_free),
		cmocka_unit_test(a_wrong_file_is_named_with_its_line),
	};

	return cmocka_run_group_tests(tests, load_france, free_france);
}
