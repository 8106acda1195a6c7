/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart.c - see chart.h. Lengths are units of the drawing, of which a line of text is
 * about 18 high; nothing is placed outside of it, whatever the values are. */
#include "web/chart.h"

#define ROW 44 /* label, bar, space */
#define ROW_OTHER 56
#define BAR_TOP 22
#define BAR 12
#define LABEL_MAX 36 /* letters, before the figures of the same line begin */
#define TIP 4	     /* so that a small value is seen */

#define LINE_HEIGHT 220
#define LEFT 44
#define RIGHT 10
#define TOP 16
#define BOTTOM 30
#define LABELS_MAX 6
#define TICKS 4

static void open_svg(struct buf *out, const struct chart *c, int height)
{
	buf_addf(out,
		 "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 %d %d\" "
		 "aria-labelledby=\"%s-t\" aria-describedby=\"%s-d\"><title "
		 "id=\"%s-t\">",
		 CHART_WIDTH, height, c->id, c->id, c->id);
	buf_add_html(out, c->title);
	buf_addf(out, "</title><desc id=\"%s-d\">", c->id);
	buf_add_html(out, c->description ? c->description : "");
	buf_addlit(out, "</desc>");
}

static void add_text(struct buf *out, double x, double y, const char *anchor,
		     const char *s)
{
	if (!s || !*s)
		return;
	buf_addf(out, "<text x=\"%.1f\" y=\"%.1f\"%s%s%s>", x, y,
		 *anchor ? " text-anchor=\"" : "", anchor, *anchor ? "\"" : "");
	buf_add_html(out, s);
	buf_addlit(out, "</text>");
}

/* The beginning of a long name: the table beside has all of it. */
static void add_label(struct buf *out, double y, const char *s)
{
	struct buf cut = BUF_INIT;
	size_t n = 0;

	for (const char *p = s ? s : ""; *p; p++) {
		n += ((unsigned char)*p & 0xc0) != 0x80;
		if (n > LABEL_MAX) {
			buf_addlit(&cut, "\u2026");
			break;
		}
		buf_addch(&cut, *p);
	}
	add_text(out, 0, y, "", buf_str(&cut));
	buf_fini(&cut);
}

static double greatest(const struct chart *c)
{
	double most = c->most;

	for (size_t i = 0; i < c->n && !(c->most > 0); i++) {
		if (c->points[i].value > most)
			most = c->points[i].value;
		if (c->has_other && c->points[i].other > most)
			most = c->points[i].other;
	}
	return most > 0 ? most : 1;
}

/* ---- bars ---- */

static void add_bar(struct buf *out, const char *class, double y, double height,
		    double value, double most)
{
	double width = value >= most ? CHART_WIDTH : value / most * CHART_WIDTH;

	if (!(value > 0))
		return;
	if (width < TIP)
		width = TIP;
	buf_addf(out,
		 "<rect class=\"%s\" x=\"0\" y=\"%.1f\" width=\"%.1f\" "
		 "height=\"%.1f\" rx=\"2\"/>",
		 class, y, width, height);
}

void chart_bars(struct buf *out, const struct chart *c)
{
	const int row = c->has_other ? ROW_OTHER : ROW;
	const double most = greatest(c);

	open_svg(out, c, (int)c->n * row);
	for (size_t i = 0; i < c->n; i++) {
		const struct chart_point *p = &c->points[i];
		double y = (double)i * row;

		add_label(out, y + 15, p->label);
		add_text(out, CHART_WIDTH, y + 15, "end", p->words);
		buf_addf(out, "<path class=\"axis\" d=\"M0 %.1fH%d\"/>",
			 y + BAR_TOP + BAR, CHART_WIDTH);
		add_bar(out, "a", y + BAR_TOP, BAR, p->value, most);
		if (c->has_other)
			add_bar(out, "b", y + BAR_TOP + BAR + 2, BAR / 2.0, p->other,
				most);
	}
	buf_addlit(out, "</svg>");
}

/* ---- a line ---- */

/* 1, 2, 5, 10, 20, ...: the least step of which TICKS reach the value. */
static double step_for(double most)
{
	static const double steps[] = {1, 2, 5};
	double ten = 1;

	for (;;) {
		for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
			if (steps[i] * ten * TICKS >= most)
				return steps[i] * ten;
		ten *= 10;
	}
}

static double line_x(const struct chart *c, size_t i)
{
	const double room = CHART_WIDTH - LEFT - RIGHT;

	return c->n > 1 ? LEFT + room * (double)i / (double)(c->n - 1) : LEFT + room / 2;
}

static double line_y(double value, double top)
{
	const double room = LINE_HEIGHT - TOP - BOTTOM;

	if (value > top)
		value = top;
	return TOP + room * (1 - value / top);
}

static double value_at(const struct chart *c, size_t i, int other)
{
	return other ? c->points[i].other : c->points[i].value;
}

static void add_series(struct buf *out, const struct chart *c, double top, int other)
{
	int drawing = 0;

	buf_addf(out, "<path class=\"line%s\" d=\"", other ? " other" : "");
	for (size_t i = 0; i < c->n; i++) {
		double v = value_at(c, i, other);

		if (!(v >= 0)) {
			drawing = 0;
			continue;
		}
		buf_addf(out, "%c%.1f %.1f", drawing ? 'L' : 'M', line_x(c, i),
			 line_y(v, top));
		drawing = 1;
	}
	buf_addlit(out, "\"/>");
	for (size_t i = 0; i < c->n; i++)
		if (value_at(c, i, other) >= 0)
			buf_addf(out,
				 "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" "
				 "r=\"%d\"/>",
				 other ? "b" : "a", line_x(c, i),
				 line_y(value_at(c, i, other), top), other ? 3 : 4);
}

static void add_scale(struct buf *out, const struct chart *c, double step,
		      const char *unit)
{
	for (int i = 0; i <= TICKS; i++) {
		struct buf words = BUF_INIT;
		double y = line_y(step * i, step * TICKS);

		buf_addf(&words, "%.0f%s%s", step * i, *unit ? "\u00a0" : "", unit);
		buf_addf(out, "<path class=\"axis\" d=\"M%d %.1fH%d\"/>", LEFT, y,
			 CHART_WIDTH - RIGHT);
		add_text(out, LEFT - 6, y + 5, "end", buf_str(&words));
		buf_fini(&words);
	}
	for (size_t i = 0, every = (c->n + LABELS_MAX - 1) / LABELS_MAX; i < c->n;
	     i += every)
		add_text(out, line_x(c, i), LINE_HEIGHT - 8,
			 c->n == 1			      ? "middle"
			 : i == 0			      ? ""
			 : i + every >= c->n && i + 1 == c->n ? "end"
							      : "middle",
			 c->points[i].label);
}

void chart_line(struct buf *out, const struct chart *c, const char *unit)
{
	double step = step_for(greatest(c));

	open_svg(out, c, LINE_HEIGHT);
	add_scale(out, c, step, unit);
	if (c->has_other)
		add_series(out, c, step * TICKS, 1);
	add_series(out, c, step * TICKS, 0);
	buf_addlit(out, "</svg>");
}
