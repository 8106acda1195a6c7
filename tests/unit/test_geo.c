/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_geo.c - distances, held against the haversine formula computed elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "agenda/geo.h"
#include "base/mem.h"

static const struct {
	double lat1, lon1, lat2, lon2, km;
	int minutes;
} distances[] = {
	{50.4136, 2.9649, 50.4895, 2.9609, 8.444456906, 20},
	{48.8534, 2.3488, -20.8823, 55.4504, 9364.979615748, 18265},
	{0, 0, 0, 180, 20015.114442036, 39030},
	{90, 0, -90, 0, 20015.114442036, 39030},
	{50.0, 3.0, 50.00001, 3.0, 0.001111951, 10},
	{0, 179.9, 0, -179.9, 22.239016047, 45},
	{50.4136, 2.9649, 50.4136, 2.9649, 0.0, 10},
};

static void distances_are_great_circles(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(distances); i++) {
		struct geo_point a, b;

		assert_int_equal(geo_point_init(&a, distances[i].lat1, distances[i].lon1),
				 0);
		assert_int_equal(geo_point_init(&b, distances[i].lat2, distances[i].lon2),
				 0);
		assert_true(fabs(geo_distance_km(&a, &b) - distances[i].km) < 1e-6);
		assert_true(geo_distance_km(&a, &b) == geo_distance_km(&b, &a));
		assert_int_equal(geo_travel_minutes(&a, &b), distances[i].minutes);
	}
}

/* The quick test drops nothing that is inside and lets pass nothing that is much outside.
 */
static void the_filter_never_drops_what_is_inside(void **state)
{
	static const double radii[] = {0, 0.001, 1, 30, 500, 10000, 20015.2};
	struct geo_point a, b;
	int inside = 0, outside = 0;

	geo_point_init(&a, 50.4136, 2.9649);
	for (int lat = -88; lat <= 88; lat += 4) {
		for (int lon = -180; lon < 180; lon += 9) {
			/* Dense around a, then ever farther. */
			if (geo_point_init(&b, a.lat + lat * lat * lat * 5e-5,
					   a.lon + lon * lon * lon * 3e-5) != 0)
				continue;
			for (size_t i = 0; i < ARRAY_SIZE(radii); i++) {
				double cosine = geo_cos_radius(radii[i]);

				if (geo_distance_km(&a, &b) <= radii[i]) {
					inside++;
					assert_true(geo_may_be_within(&a, &b, cosine));
				} else if (geo_distance_km(&a, &b) > radii[i] + 0.02) {
					outside++;
					assert_false(geo_may_be_within(&a, &b, cosine));
				}
			}
		}
	}
	assert_true(inside > 1000 && outside > 1000);
	assert_true(geo_may_be_within(&a, &a, geo_cos_radius(0)));
}

static void points_are_checked(void **state)
{
	static const char *const bad[] = {"",	    "50",	   "50,",      ",3",
					  "91,0",   "0,181",	   "50.1;3.2", "50,3 ",
					  "50 ,3",  "nan,0",	   "inf,0",    "50,,3",
					  "50,3,4", "50.1, 2.9.3", "50,  3.0", "+-5,1"};
	struct geo_point p = {.lat = 7};

	assert_int_equal(geo_point_init(&p, 90.1, 0), -1);
	assert_int_equal(geo_point_init(&p, 0, -180.1), -1);
	assert_int_equal(geo_point_init(&p, NAN, 0), -1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (geo_point_parse(&p, bad[i]) == 0)
			fail_msg("accepted: %s", bad[i]);
	assert_true(p.lat == 7);
	assert_int_equal(geo_point_parse(&p, "50.4136,2.9649"), 0);
	assert_true(p.lat == 50.4136 && p.lon == 2.9649);
	assert_int_equal(geo_point_parse(&p, "-20.88, 55.45"), 0);
	assert_true(p.lat == -20.88 && p.lon == 55.45);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_great_circles),
		cmocka_unit_test(the_filter_never_drops_what_is_inside),
		cmocka_unit_test(points_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
