/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theme.c - an organisation's accent colour, made safe to read: mixed with black or white
 * in steps of a twentieth until it contrasts enough with the grounds of style.css, which
 * stand here once more. */
#include "web/theme.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define ENOUGH 4.6 /* WCAG asks 4.5 */

/* --paper and --ground of style.css; its --tint is a tenth of the accent on paper. */
struct grounds {
	unsigned paper, ground;
};

static const struct grounds day_grounds = {0xffffff, 0xf8f5ef};
static const struct grounds night_grounds = {0x1c2322, 0x121716};

static double channel(unsigned c)
{
	double v = c / 255.0;

	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(unsigned rgb)
{
	return 0.2126 * channel(rgb >> 16 & 255) + 0.7152 * channel(rgb >> 8 & 255) +
	       0.0722 * channel(rgb & 255);
}

double theme_contrast(unsigned a, unsigned b)
{
	double la = luminance(a), lb = luminance(b);

	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

static unsigned mix(unsigned from, unsigned to, int twentieths)
{
	unsigned out = 0;

	for (int shift = 16; shift >= 0; shift -= 8) {
		int a = (int)(from >> shift & 255), b = (int)(to >> shift & 255);

		out |= (unsigned)(a + (b - a) * twentieths / 20) << shift;
	}
	return out;
}

/* The first mix of accent towards end that every ground bears. */
static unsigned readable(unsigned accent, unsigned end, const struct grounds *g)
{
	for (int step = 0; step < 20; step++) {
		unsigned c = mix(accent, end, step);

		if (theme_contrast(c, g->paper) >= ENOUGH &&
		    theme_contrast(c, g->ground) >= ENOUGH &&
		    theme_contrast(c, mix(g->paper, c, 2)) >= ENOUGH)
			return c;
	}
	return end;
}

static int parse(const char *s, unsigned *rgb)
{
	static const char digits[] = "0123456789abcdef";
	unsigned value = 0;

	if (!s || s[0] != '#' || strlen(s) != 7)
		return -1;
	for (int i = 1; i <= 6; i++) {
		const char *d = strchr(digits, tolower((unsigned char)s[i]));

		if (!d)
			return -1;
		value = value << 4 | (unsigned)(d - digits);
	}
	*rgb = value;
	return 0;
}

int theme_colours(const char *accent, unsigned *day, unsigned *night)
{
	unsigned rgb;

	if (parse(accent, &rgb) < 0)
		return -1;
	*day = readable(rgb, 0x000000, &day_grounds);
	*night = readable(rgb, 0xffffff, &night_grounds);
	return 0;
}

int theme_css(const char *accent, struct buf *out)
{
	unsigned day, night;

	if (theme_colours(accent, &day, &night) < 0)
		return -1;
	buf_addf(
		out,
		":root{--accent:#%06x;--on:#fff}\n"
		"@media (prefers-color-scheme:dark){:root{--accent:#%06x;--on:#121716}}\n"
		"@media print{:root{--accent:#000;--on:#fff}}\n",
		day, night);
	return 0;
}
