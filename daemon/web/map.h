/* SPDX-License-Identifier: GPL-3.0-or-later */
/* map.h - a small map of the territory, made here: the communes as dots with their names,
 * the sites, a pin, a scale and the north. Nobody else is asked for a picture. A map is a
 * flat piece of the sphere around its centre, true in its scale as far as it is shown (80
 * km at most). Pure. */
#ifndef RDVD_WEB_MAP_H
#define RDVD_WEB_MAP_H

#include <stddef.h>

#include "agenda/geo.h"
#include "base/buf.h"

struct map_frame {
	struct geo_point centre;
	double km;	   /* across the whole width */
	int width, height; /* pixels */
};

enum map_kind { MAP_COMMUNE, MAP_SITE, MAP_PIN };

struct map_mark {
	enum map_kind kind;
	struct geo_point point;
	const char *name; /* lent; NULL: a dot alone */
};

/* How far maps go in and out: kilometres across, the nearest first. */
#define MAP_ZOOMS 6
extern const double map_zooms[MAP_ZOOMS];

/* Where a point stands, in pixels from the upper left corner; it may lie outside. */
void map_place(const struct map_frame *f, const struct geo_point *p, double *x,
	       double *y);
/* The point under a pixel. 0, or -1 when there is none such (beyond a pole). */
int map_point(const struct map_frame *f, double x, double y, struct geo_point *out);
/* The point so many metres to the north and to the east. 0, or -1 as above. */
int map_move(struct geo_point *p, double north_m, double east_m);
/* 1 when the point stands well inside: no nearer to the edge than a sixth of the map. */
int map_is_inside(const struct map_frame *f, const struct geo_point *p);
/* A round length for the scale's bar, in kilometres: between a sixth and half of the
 * width. */
double map_scale_km(const struct map_frame *f);

/* Write the map as SVG, an image of its own. Names that would cover another are left out:
 * those of marks that come first are kept. title says what it shows, for people who hear
 * it. */
void map_svg(struct buf *out, const struct map_frame *f, const struct map_mark *marks,
	     size_t n, const char *title, const char *north);

#endif
