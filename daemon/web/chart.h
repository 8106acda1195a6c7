/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart.h - charts as SVG, made by the server: bars, and lines over months. They carry
 * their own title and description, take their colours from the style sheet, and stand
 * beside a table that says the same. Pure. */
#ifndef RDVD_WEB_CHART_H
#define RDVD_WEB_CHART_H

#include <stddef.h>

#include "base/buf.h"

/* The drawing is as wide as a phone; a wider place scales it. */
#define CHART_WIDTH 360

struct chart_point {
	const char *label; /* "Rouvroy" */
	const char *words; /* "12 sur 48, 25 %"; "" none */
	double value;	   /* below 0: unknown, or not to be told */
	double other;	   /* of the second series */
};

struct chart {
	const char *id; /* unique in its page: a letter, then letters, digits and '-' */
	const char *title, *description;
	const struct chart_point *points;
	size_t n;
	double most;   /* the scale's end; 0: the greatest value */
	int has_other; /* a second series */
};

/* One bar a point, label and words above it. */
void chart_bars(struct buf *out, const struct chart *c);
/* Points from left to right, joined; a value that is unknown leaves a gap. unit stands
 * behind the figures of the scale: "%" or "". */
void chart_line(struct buf *out, const struct chart *c, const char *unit);

#endif
