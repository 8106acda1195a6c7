/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geo.c - distances on a sphere. The chord c between two unit vectors is 2 sin(angle /
 * 2): the haversine formula without its sines, and as accurate for places a metre apart
 * as for antipodes. */
#include "agenda/geo.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/parse.h"

#define EARTH_RADIUS_KM 6371.0088
#define TRAVEL_DETOUR 1.3
#define TRAVEL_KM_PER_MINUTE (40.0 / 60.0)
#define TRAVEL_STEP_MINUTES 5
#define TRAVEL_MINIMUM_MINUTES 10
/* About 9 m at radius 0 and a millimetre at 30 km: far more than rounding can take away.
 */
#define COSINE_SLACK 1e-12

int geo_point_init(struct geo_point *p, double lat, double lon)
{
	double phi = lat * (M_PI / 180.0), lambda = lon * (M_PI / 180.0);

	if (!(lat >= -90.0 && lat <= 90.0 && lon >= -180.0 && lon <= 180.0))
		return -1;
	*p = (struct geo_point){
		.lat = lat,
		.lon = lon,
		.x = cos(phi) * cos(lambda),
		.y = cos(phi) * sin(lambda),
		.z = sin(phi),
	};
	return 0;
}

int geo_point_parse(struct geo_point *p, const char *s)
{
	const char *comma = strchr(s, ',');
	char lat_text[32];
	double lat, lon;
	size_t n;

	if (comma == NULL)
		return -1;
	n = (size_t)(comma - s);
	if (n >= sizeof lat_text)
		return -1;
	memcpy(lat_text, s, n);
	lat_text[n] = '\0';
	comma++;
	if (*comma == ' ')
		comma++;
	if (parse_double(lat_text, -90.0, 90.0, &lat) != 0 ||
	    parse_double(comma, -180.0, 180.0, &lon) != 0)
		return -1;
	return geo_point_init(p, lat, lon);
}

double geo_distance_km(const struct geo_point *a, const struct geo_point *b)
{
	double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
	double half_chord = sqrt(dx * dx + dy * dy + dz * dz) / 2.0;

	return 2.0 * EARTH_RADIUS_KM * asin(half_chord < 1.0 ? half_chord : 1.0);
}

double geo_cos_radius(double km)
{
	double angle = km / EARTH_RADIUS_KM;

	if (angle >= M_PI)
		return -2.0; /* the whole sphere */
	return cos(angle > 0.0 ? angle : 0.0) - COSINE_SLACK;
}

int geo_travel_minutes(const struct geo_point *a, const struct geo_point *b)
{
	double minutes = geo_distance_km(a, b) * TRAVEL_DETOUR / TRAVEL_KM_PER_MINUTE;
	int rounded = (int)ceil(minutes / TRAVEL_STEP_MINUTES) * TRAVEL_STEP_MINUTES;

	return rounded > TRAVEL_MINIMUM_MINUTES ? rounded : TRAVEL_MINIMUM_MINUTES;
}
