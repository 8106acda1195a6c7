/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geo.h - points on a sphere of 6371.0088 km: distances as the crow flies, and the travel
 * time that is reckoned from them. A point carries its unit vector, so that a distance
 * needs no sine. Pure. */
#ifndef RDVD_AGENDA_GEO_H
#define RDVD_AGENDA_GEO_H

struct geo_point {
	double lat, lon; /* degrees, WGS 84 */
	double x, y, z;	 /* the same as a unit vector */
};

/* lat in -90..90, lon in -180..180. 0, or -1 when outside (or not finite) and *p
 * untouched. */
int geo_point_init(struct geo_point *p, double lat, double lon);
/* "50.41,2.96", nothing before or after, at most one space behind the comma. 0, or -1. */
int geo_point_parse(struct geo_point *p, const char *s);

/* Great-circle kilometres, as accurate as the haversine formula. */
double geo_distance_km(const struct geo_point *a, const struct geo_point *b);

/* What geo_may_be_within wants for a radius. */
double geo_cos_radius(double km);
/* 0 when b is certainly farther from a than the radius: three products, for scanning many
 * sites before geo_distance_km is asked of the few. May let pass a point that is metres
 * too far, never drops one. */
static inline int geo_may_be_within(const struct geo_point *a, const struct geo_point *b,
				    double cos_radius)
{
	return a->x * b->x + a->y * b->y + a->z * b->z >= cos_radius;
}

/* Minutes to allow between two different sites: kilometres x 1.3 at 40 km/h, rounded up
 * to 5 minutes, at least 10. */
int geo_travel_minutes(const struct geo_point *a, const struct geo_point *b);

#endif
