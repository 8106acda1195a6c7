/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_map.c - the map: where points stand, what lies under a pixel, how long the scale's
 * bar is, names that do not cover each other and cannot break out of the picture. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "web/map.h"

static struct geo_point at(double lat, double lon)
{
	struct geo_point p;

	assert_int_equal(geo_point_init(&p, lat, lon), 0);
	return p;
}

static struct map_frame frame(double lat, double lon, double km)
{
	return (struct map_frame){
		.centre = at(lat, lon), .km = km, .width = 480, .height = 360};
}

/* From the equator to Lerwick's latitude, wherever there is a territory. */
static void there_and_back(void **state)
{
	static const double centres[][2] = {
		{50.42, 2.95}, {48.85, 2.35}, {-21.1, 55.5}, {4.9, -52.3}, {60, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(centres); i++)
		for (size_t z = 0; z < MAP_ZOOMS; z++) {
			struct map_frame f =
				frame(centres[i][0], centres[i][1], map_zooms[z]);
			double x, y;
			struct geo_point p;

			assert_int_equal(map_point(&f, 100, 50, &p), 0);
			map_place(&f, &p, &x, &y);
			assert_true(fabs(x - 100) < 1e-6 && fabs(y - 50) < 1e-6);
			map_place(&f, &f.centre, &x, &y);
			assert_true(fabs(x - 240) < 1e-9 && fabs(y - 180) < 1e-9);
		}
}

/* A pixel is as long as it says: within one in a hundred of the great circle. */
static void distances_are_true(void **state)
{
	struct map_frame f = frame(50.42, 2.95, 30);
	struct geo_point east, north;

	(void)state;
	assert_int_equal(map_point(&f, 480, 180, &east), 0);
	assert_int_equal(map_point(&f, 240, 0, &north), 0);
	assert_true(fabs(geo_distance_km(&f.centre, &east) - 15) < 0.05);
	assert_true(fabs(geo_distance_km(&f.centre, &north) - 30.0 / 480 * 180) < 0.05);
	assert_true(east.lon > f.centre.lon && north.lat > f.centre.lat);
}

static void a_step_is_as_long_as_it_says(void **state)
{
	struct geo_point from = at(50.42, 2.95), p = from;

	(void)state;
	assert_int_equal(map_move(&p, 100, 0), 0);
	assert_true(fabs(geo_distance_km(&from, &p) - 0.1) < 0.001);
	p = from;
	assert_int_equal(map_move(&p, 0, -1000), 0);
	assert_true(fabs(geo_distance_km(&from, &p) - 1) < 0.01);
	assert_true(p.lon < from.lon);
	p = at(90, 0);
	assert_int_equal(map_move(&p, 1000, 0), -1);
	assert_true(p.lat <= 90);
}

static void the_scale_is_round_and_fits(void **state)
{
	static const struct {
		double km, bar;
	} cases[] = {{1, 0.5}, {2.5, 1}, {6, 2}, {15, 5}, {30, 10}, {80, 20}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct map_frame f = frame(50, 3, cases[i].km);

		assert_true(fabs(map_scale_km(&f) - cases[i].bar) < 1e-9);
		assert_true(map_scale_km(&f) <= f.km / 2 && map_scale_km(&f) >= f.km / 6);
	}
}

static void well_inside(void **state)
{
	struct map_frame f = frame(50, 3, 12);
	struct geo_point p;

	(void)state;
	assert_true(map_is_inside(&f, &f.centre));
	assert_int_equal(map_point(&f, 10, 180, &p), 0);
	assert_false(map_is_inside(&f, &p));
	assert_int_equal(map_point(&f, 240, 355, &p), 0);
	assert_false(map_is_inside(&f, &p));
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void names_do_not_cover_each_other_nor_break_out(void **state)
{
	struct map_frame f = frame(50, 3, 15);
	struct map_mark marks[] = {
		{MAP_PIN, at(50, 3), NULL},
		{MAP_SITE, at(50.03, 3), "<script>alert(1)</script>"},
		{MAP_COMMUNE, at(50.01, 3), "Ici"},
		{MAP_COMMUNE, at(50.01, 3), "Là"},
		{MAP_COMMUNE, at(50.01, 3), "Ailleurs"},
		{MAP_COMMUNE, at(53, 3), "Loin"},
	};
	struct buf out = BUF_INIT;

	(void)state;
	map_svg(&out, &f, marks, ARRAY_SIZE(marks), "Carte \"d'ici\" & <là>", "N");
	assert_null(strstr(buf_str(&out), "<script"));
	assert_non_null(strstr(buf_str(&out), "&lt;script&gt;"));
	assert_non_null(strstr(buf_str(&out), ">Ici<"));
	assert_non_null(strstr(buf_str(&out), ">Là<")); /* on the left */
	assert_null(strstr(buf_str(&out), "Ailleurs"));
	assert_null(strstr(buf_str(&out), "Loin"));
	assert_non_null(strstr(buf_str(&out), ">5 km<"));
	assert_int_equal(count(buf_str(&out), "fill=\"#9f1d1d\""), 1);
	assert_null(strstr(buf_str(&out), "style"));
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(distances_are_true),
		cmocka_unit_test(a_step_is_as_long_as_it_says),
		cmocka_unit_test(the_scale_is_round_and_fits),
		cmocka_unit_test(well_inside),
		cmocka_unit_test(names_do_not_cover_each_other_nor_break_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
