/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_map.c - where a site is, on a map: the picture itself, and the pin that is
 * moved by a click, by buttons of 100 m and 1 km, or by writing its degrees. Without a
 * script a click on the picture is an input of type image; with one (static/map.js) the
 * pin follows the finger. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "web/map.h"
#include "web/setting_map.h"

#define COMMUNES_ON_MAP 60
#define SMALL_PX 240 /* in a window of 320 */
#define LARGE_PX 560
#define LARGE_HEIGHT_PX 400
#define ZOOM_AT_FIRST 2 /* 6 km across */

/* A whole number, when there is one. 0, or -1. */
static int number(const char *s, int64_t from, int64_t to, int64_t *out)
{
	return s ? parse_int(s, from, to, out) : -1;
}

/* ---- the picture ---- */

static int size_of(const char *text, struct map_frame *f)
{
	if (text && strcmp(text, "grande") == 0) {
		f->width = LARGE_PX;
		f->height = LARGE_HEIGHT_PX;
		return 0;
	}
	f->width = f->height = SMALL_PX;
	return text && strcmp(text, "petite") == 0 ? 0 : -1;
}

/* The pin, the sites, then the communes: the first ones keep their names. */
static size_t gather(struct http_request *rq, const struct staff *st,
		     const struct map_frame *f, const struct geo_point *pin,
		     const struct map_mark **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct commune_table *table = booking_communes(st->web.booking);
	const struct commune *near[COMMUNES_ON_MAP];
	struct map_mark *marks = http_request_alloc(
		rq, ((size_t)t->live_sites + COMMUNES_ON_MAP + 1) * sizeof(*marks));
	size_t n = 0, nnear = 0;

	marks[n++] = (struct map_mark){.kind = MAP_PIN, .point = *pin};
	for (int i = 0; i < t->live_sites; i++)
		marks[n++] = (struct map_mark){
			.kind = MAP_SITE,
			.point = t->sites[i].point,
			.name = t->sites[i].name,
		};
	if (table)
		nnear = commune_within(table, &f->centre, f->km * 0.75, near,
				       COMMUNES_ON_MAP);
	for (size_t i = 0; i < nnear; i++)
		marks[n++] = (struct map_mark){
			.kind = MAP_COMMUNE,
			.point = near[i]->point,
			.name = near[i]->name,
		};
	*out = marks;
	return n;
}

static void picture(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);
	const struct lang *l = http_request_lang(rq);
	const char *centre = http_request_query(rq, "centre");
	const char *pin = http_request_query(rq, "epingle");
	const struct map_mark *marks;
	struct geo_point at;
	struct map_frame f;
	struct buf out = BUF_INIT;
	int64_t zoom;
	size_t n;

	if (!centre || geo_point_parse(&f.centre, centre) < 0 || !pin ||
	    geo_point_parse(&at, pin) < 0 ||
	    number(http_request_query(rq, "zoom"), 0, MAP_ZOOMS - 1, &zoom) < 0 ||
	    size_of(http_request_query(rq, "taille"), &f) < 0) {
		http_fail(rq, 404, NULL);
		return;
	}
	f.km = map_zooms[zoom];
	n = gather(rq, st, &f, &at, &marks);
	map_svg(&out, &f, marks, n, tr(l, "Carte des environs"), tr(l, "N"));
	http_reply(rq, 200, "image/svg+xml", &out);
}

/* ---- the pin ---- */

const char *setting_degrees(struct http_request *rq, const struct geo_point *p)
{
	return page_text(rq, "%.5f,%.5f", p->lat, p->lon);
}

int setting_pin_read(const char *lat, const char *lon, struct geo_point *out)
{
	char text[2][24];
	double v[2];
	const char *given[2] = {lat, lon};

	for (int i = 0; i < 2; i++) {
		snprintf(text[i], sizeof(text[i]), "%s", given[i]);
		/* as people write it, and copy it from elsewhere */
		for (char *p = text[i]; *p; p++)
			if (*p == ',')
				*p = '.';
		if (parse_double(text[i], -180, 180, &v[i]) < 0)
			return -1;
	}
	return geo_point_init(out, v[0], v[1]);
}

static void frame_of(struct http_request *rq, const struct geo_point *pin,
		     struct map_frame *f, int *zoom)
{
	const char *centre = http_request_field(rq, "centre");
	int64_t z;

	*zoom = number(http_request_field(rq, "zoom"), 0, MAP_ZOOMS - 1, &z) == 0
			? (int)z
			: ZOOM_AT_FIRST;
	if (!centre || geo_point_parse(&f->centre, centre) < 0)
		f->centre = *pin;
	f->km = map_zooms[*zoom];
	size_of("grande", f);
}

/* A click on the picture of that name: 1, and the point under it. The keyboard's Enter
 * says 0, 0: no place. */
static int clicked(struct http_request *rq, const char *name, const struct map_frame *as,
		   struct geo_point *pin)
{
	struct map_frame f = *as;
	int64_t x, y;

	size_of(name, &f);
	return number(http_request_field(rq, page_text(rq, "%s.x", name)), 1, f.width,
		      &x) == 0 &&
	       number(http_request_field(rq, page_text(rq, "%s.y", name)), 1, f.height,
		      &y) == 0 &&
	       map_point(&f, (double)x, (double)y, pin) == 0;
}

/* "nord 100", "ouest 1000" */
static int nudge(const char *move, struct geo_point *pin)
{
	static const struct {
		const char *name;
		int north, east;
	} ways[] = {{"nord ", 1, 0}, {"sud ", -1, 0}, {"est ", 0, 1}, {"ouest ", 0, -1}};
	int64_t metres;

	for (size_t i = 0; move && i < ARRAY_SIZE(ways); i++) {
		size_t n = strlen(ways[i].name);

		if (strncmp(move, ways[i].name, n) == 0 &&
		    parse_int(move + n, 1, 10000, &metres) == 0)
			return map_move(pin, (double)(ways[i].north * metres),
					(double)(ways[i].east * metres)) == 0;
	}
	return 0;
}

int setting_pin_move(struct http_request *rq, struct geo_point *pin)
{
	const char *zoom = http_request_field(rq, "loupe");
	struct map_frame f;
	int z;

	frame_of(rq, pin, &f, &z);
	if (nudge(http_request_field(rq, "deplacer"), pin))
		return 1;
	if (http_request_field(rq, "petite.x") || http_request_field(rq, "grande.x")) {
		if (!clicked(rq, "petite", &f, pin))
			clicked(rq, "grande", &f, pin);
		return 1;
	}
	return zoom != NULL;
}

static const char *address(struct http_request *rq, const struct map_frame *f, int zoom,
			   const struct geo_point *pin, const char *size)
{
	return page_url(rq, "/equipe/reglages/carte.svg", "centre",
			setting_degrees(rq, &f->centre), "zoom",
			page_text(rq, "%d", zoom), "epingle", setting_degrees(rq, pin),
			"taille", size, NULL);
}

void setting_map_view(struct http_request *rq, const struct geo_point *pin,
		      struct setting_map_view *v)
{
	const char *loupe = http_request_field(rq, "loupe");
	struct map_frame f;
	int zoom;

	frame_of(rq, pin, &f, &zoom);
	if (loupe && strcmp(loupe, "plus") == 0 && zoom > 0)
		zoom--;
	if (loupe && strcmp(loupe, "moins") == 0 && zoom < MAP_ZOOMS - 1)
		zoom++;
	f.km = map_zooms[zoom];
	if (loupe || !map_is_inside(&f, pin))
		f.centre = *pin;
	*v = (struct setting_map_view){
		.small = address(rq, &f, zoom, pin, "petite"),
		.large = address(rq, &f, zoom, pin, "grande"),
		.centre = setting_degrees(rq, &f.centre),
		.zoom = page_text(rq, "%d", zoom),
		.km = page_text(rq, "%g", f.km),
		.nearer = zoom > 0,
		.farther = zoom < MAP_ZOOMS - 1,
	};
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/reglages/carte.svg",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SITE, CHANGE),
	 .handle = picture},
};

void setting_map_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
