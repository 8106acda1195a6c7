/* SPDX-License-Identifier: GPL-3.0-or-later */
/* map.c - the map: an equirectangular projection about its centre, and SVG of circles and
 * words with presentation attributes only, so that no style has to be let in. Its colours
 * are those of paper, by night too: it is a picture. */
#include "web/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define KM_PER_DEGREE (6371.0088 * M_PI / 180)
#define LETTER_PX 6.6 /* of the names, about */
#define LINE_PX 15
#define LABELS_MAX 200

const double map_zooms[MAP_ZOOMS] = {1, 2.5, 6, 15, 30, 80};

static double km_per_px(const struct map_frame *f)
{
	return f->km / f->width;
}

/* A degree of longitude is so much shorter than one of latitude. */
static double narrowing(double lat)
{
	double c = cos(lat * M_PI / 180);

	return c > 0.01 ? c : 0.01;
}

void map_place(const struct map_frame *f, const struct geo_point *p, double *x, double *y)
{
	double east = (p->lon - f->centre.lon) * narrowing(f->centre.lat) * KM_PER_DEGREE;
	double north = (p->lat - f->centre.lat) * KM_PER_DEGREE;

	*x = f->width / 2.0 + east / km_per_px(f);
	*y = f->height / 2.0 - north / km_per_px(f);
}

int map_point(const struct map_frame *f, double x, double y, struct geo_point *out)
{
	double east = (x - f->width / 2.0) * km_per_px(f);
	double north = (f->height / 2.0 - y) * km_per_px(f);

	return geo_point_init(out, f->centre.lat + north / KM_PER_DEGREE,
			      f->centre.lon +
				      east / KM_PER_DEGREE / narrowing(f->centre.lat));
}

int map_move(struct geo_point *p, double north_m, double east_m)
{
	double lat = p->lat + north_m / 1000 / KM_PER_DEGREE;
	double lon = p->lon + east_m / 1000 / KM_PER_DEGREE / narrowing(p->lat);

	return geo_point_init(p, lat, lon);
}

int map_is_inside(const struct map_frame *f, const struct geo_point *p)
{
	double x, y;

	map_place(f, p, &x, &y);
	return x >= f->width / 6.0 && x <= f->width * 5 / 6.0 && y >= f->height / 6.0 &&
	       y <= f->height * 5 / 6.0;
}

double map_scale_km(const struct map_frame *f)
{
	static const double round[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50};
	size_t i = ARRAY_SIZE(round) - 1;

	while (i > 0 && round[i] > f->km / 2)
		i--;
	return round[i];
}

/* ---- words that do not cover each other ---- */

struct box {
	double left, top, right, bottom;
};

struct labels {
	struct box boxes[LABELS_MAX];
	size_t n;
};

static int overlaps(const struct labels *l, const struct box *b)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct box *o = &l->boxes[i];

		if (b->left < o->right && o->left < b->right && b->top < o->bottom &&
		    o->top < b->bottom)
			return 1;
	}
	return 0;
}

static size_t letters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Beside the mark, on the right or on the left; 0 when there is no room. */
static int find_room(struct labels *l, const struct map_frame *f, double x, double y,
		     const char *name, double *at, int *left)
{
	double wide = (double)letters(name) * LETTER_PX;

	if (l->n == LABELS_MAX)
		return 0;
	for (*left = 0; *left < 2; (*left)++) {
		struct box b = {.top = y - LINE_PX / 2.0, .bottom = y + LINE_PX / 2.0};

		b.left = *left ? x - 9 - wide : x + 9;
		b.right = b.left + wide;
		if (b.left < 2 || b.right > f->width - 2 || b.top < 2 ||
		    b.bottom > f->height - 2 || overlaps(l, &b))
			continue;
		l->boxes[l->n++] = b;
		*at = *left ? x - 9 : x + 9;
		return 1;
	}
	return 0;
}

/* ---- drawing ---- */

static void draw_mark(struct buf *out, enum map_kind kind, double x, double y)
{
	switch (kind) {
	case MAP_COMMUNE:
		buf_addf(out,
			 "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#727c79\"/>\n",
			 x, y);
		return;
	case MAP_SITE:
		buf_addf(out,
			 "<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"10\" "
			 "fill=\"#0b5d4e\"/>\n",
			 x - 5, y - 5);
		return;
	case MAP_PIN:
		buf_addf(out,
			 "<path d=\"M%.1f %.1fc-3-8-9-12-9-19a9 9 0 0 1 18 0c0 7-6 11-9 "
			 "19z\" "
			 "fill=\"#9f1d1d\" stroke=\"#fff\" stroke-width=\"1.5\"/>"
			 "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#fff\"/>\n",
			 x, y, x, y - 19);
		return;
	}
}

static void draw_name(struct buf *out, const struct map_mark *m, double x, double y,
		      int left)
{
	buf_addf(out, "<text x=\"%.1f\" y=\"%.1f\"%s%s>", x, y + 4,
		 left ? " text-anchor=\"end\"" : "",
		 m->kind == MAP_SITE ? " font-weight=\"bold\" fill=\"#0b5d4e\"" : "");
	buf_add_html(out, m->name);
	buf_addlit(out, "</text>\n");
}

static void draw_scale(struct buf *out, const struct map_frame *f, const char *north)
{
	double km = map_scale_km(f), px = km / km_per_px(f), y = f->height - 12;

	buf_addf(out,
		 "<path d=\"M10 %.0fv6h%.1fv-6\" fill=\"none\" stroke=\"#1e2624\" "
		 "stroke-width=\"2\"/><text x=\"10\" y=\"%.0f\">",
		 y - 4, px, y - 8);
	if (km < 1)
		buf_addf(out, "%.0f m", km * 1000);
	else
		buf_addf(out, "%.0f km", km);
	buf_addf(out,
		 "</text><path d=\"M%d 12l6 16l-6-4l-6 4z\" fill=\"#1e2624\"/>"
		 "<text x=\"%d\" y=\"44\" text-anchor=\"middle\">",
		 f->width - 18, f->width - 18);
	buf_add_html(out, north);
	buf_addlit(out, "</text>\n");
}

static int is_on(const struct map_frame *f, double x, double y)
{
	return x >= 0 && y >= 0 && x <= f->width && y <= f->height;
}

void map_svg(struct buf *out, const struct map_frame *f, const struct map_mark *marks,
	     size_t n, const char *title, const char *north)
{
	struct labels *labels = xcalloc(1, sizeof(*labels));
	double x, y, at;
	int left;

	/* the scale and the north have their corners */
	labels->boxes[labels->n++] =
		(struct box){0, f->height - 36, f->width * 0.55, f->height};
	labels->boxes[labels->n++] = (struct box){f->width - 36, 0, f->width, 50};
	buf_addf(out,
		 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		 "viewBox=\"0 0 %d %d\" font-family=\"system-ui, sans-serif\" "
		 "font-size=\"12\" fill=\"#1e2624\" role=\"img\"><title>",
		 f->width, f->height, f->width, f->height);
	buf_add_html(out, title);
	buf_addf(out, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#f8f5ef\"/>\n",
		 f->width, f->height);
	for (size_t i = 0; i < n; i++) {
		map_place(f, &marks[i].point, &x, &y);
		if (is_on(f, x, y) && marks[i].kind != MAP_PIN)
			draw_mark(out, marks[i].kind, x, y);
	}
	for (size_t i = 0; i < n; i++) {
		map_place(f, &marks[i].point, &x, &y);
		if (is_on(f, x, y) && marks[i].name &&
		    find_room(labels, f, x, y, marks[i].name, &at, &left))
			draw_name(out, &marks[i], at, y, left);
	}
	for (size_t i = 0; i < n; i++) {
		map_place(f, &marks[i].point, &x, &y);
		if (is_on(f, x, y) && marks[i].kind == MAP_PIN)
			draw_mark(out, MAP_PIN, x, y);
	}
	draw_scale(out, f, north);
	buf_addlit(out, "</svg>\n");
	free(labels);
}
