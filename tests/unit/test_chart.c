/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_chart.c - charts are whole XML, say what they show, and draw nothing outside of
 * themselves, whatever the values. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "web/chart.h"

/* Every element is closed, in order, every attribute quoted, no raw sign in a text. */
static void assert_well_formed(const char *s)
{
	char open[16][16];
	int depth = 0;

	while (*s) {
		char name[16];
		size_t n = 0;
		int closing;

		if (*s != '<') {
			assert_true(*s != '>');
			if (*s == '&')
				assert_true(strcspn(s, ";") < 8);
			s++;
			continue;
		}
		closing = *++s == '/';
		s += closing;
		while (isalpha((unsigned char)*s) && n + 1 < sizeof name)
			name[n++] = *s++;
		name[n] = '\0';
		assert_true(n > 0);
		while (*s && *s != '>' && *s != '/') {
			assert_int_equal(*s, ' ');
			s += strcspn(s, "=>");
			assert_memory_equal(s, "=\"", 2);
			s += 2;
			assert_int_equal(s[strcspn(s, "\"<")], '"');
			s += strcspn(s, "\"") + 1;
		}
		if (closing) {
			assert_true(depth > 0);
			assert_string_equal(open[--depth], name);
		} else if (*s != '/') {
			assert_true(depth < 16);
			memcpy(open[depth++], name, n + 1);
		}
		s += *s == '/';
		assert_int_equal(*s++, '>');
	}
	assert_int_equal(depth, 0);
}

/* The numbers of every attribute of that name lie in [0, most]. */
static void assert_within(const char *svg, const char *attribute, double most)
{
	char key[32];
	const char *s = svg;

	snprintf(key, sizeof key, " %s=\"", attribute);
	while ((s = strstr(s, key))) {
		double v = strtod(s + strlen(key), NULL);

		if (!(v >= 0 && v <= most))
			fail_msg("%s is %f, beyond %f", attribute, v, most);
		s++;
	}
}

/* M and L of the paths. */
static void assert_paths_within(const char *svg, double width, double height)
{
	for (const char *s = svg; (s = strstr(s, " d=\"")); s++) {
		for (const char *p = s + 4; *p != '"';) {
			if (*p == 'M' || *p == 'L') {
				char *end;
				double x = strtod(p + 1, &end), y = strtod(end, &end);

				assert_true(x >= 0 && x <= width);
				assert_true(y >= 0 && y <= height);
				p = end;
			} else if (*p == 'H') {
				char *end;
				double x = strtod(p + 1, &end);

				assert_true(x >= 0 && x <= width);
				p = end;
			} else {
				p++;
			}
		}
	}
}

static double height_of(const char *svg)
{
	double w, h;

	assert_int_equal(
		sscanf(strstr(svg, "viewBox"), "viewBox=\"0 0 %lf %lf\"", &w, &h), 2);
	assert_int_equal((int)w, CHART_WIDTH);
	return h;
}

static int count(const char *s, const char *what)
{
	int n = 0;

	while ((s = strstr(s, what))) {
		n++;
		s += strlen(what);
	}
	return n;
}

static void check(const char *svg)
{
	double h = height_of(svg);

	assert_well_formed(svg);
	assert_non_null(strstr(svg, "role=\"img\""));
	assert_non_null(strstr(svg, "<title id=\"c-t\">"));
	assert_non_null(strstr(svg, "aria-labelledby=\"c-t\""));
	assert_null(strstr(svg, "style="));
	assert_null(strstr(svg, "nan"));
	assert_null(strstr(svg, "inf"));
	assert_within(svg, "x", CHART_WIDTH);
	assert_within(svg, "y", h);
	assert_within(svg, "cx", CHART_WIDTH);
	assert_within(svg, "cy", h);
	assert_within(svg, "width", CHART_WIDTH);
	assert_paths_within(svg, CHART_WIDTH, h);
}

static const double values[][4] = {
	{0, 0, 0, 0},	    {1, 2, 3, 4},	{-1, -1, -1, -1}, {12, -1, 48, 7},
	{0.4, 1e6, 3, 0.1}, {100, 100, 100, 0}, {250, 20, 30, 1},
};

static void test_a_long_name_leaves_room_for_the_figures(void **state)
{
	struct chart_point p = {
		.label = "\u00c9vin-Malmaison, la maison d'\u00e9t\u00e9 de "
			 "tout le monde et de chacun",
		.words = "3 / 4",
		.value = 3,
		.other = 4};
	struct chart c = {
		.id = "c", .title = "t", .description = "d", .points = &p, .n = 1};
	struct buf out = BUF_INIT;

	(void)state;
	chart_bars(&out, &c);
	check(buf_str(&out));
	assert_non_null(strstr(buf_str(&out), "\u00e9t\u00e9 de t\u2026</text>"));
	buf_fini(&out);
}

static void test_whole_and_within(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values) * 8; i++) {
		const double *v = values[i / 8];
		struct chart_point p[4];
		struct chart c = {.id = "c",
				  .title = "Par <lieu> & \"jour\"",
				  .description = "Trois",
				  .points = p,
				  .n = i % 8 < 2   ? 4
				       : i % 8 < 4 ? 1
				       : i % 8 < 6 ? 2
						   : 0,
				  .has_other = i % 2,
				  .most = i % 4 == 3 ? 100 : 0};
		struct buf out = BUF_INIT;

		for (size_t k = 0; k < 4; k++)
			p[k] = (struct chart_point){"L'<Aa>", "1 & 2", v[k], v[3 - k]};
		chart_bars(&out, &c);
		check(buf_str(&out));
		assert_non_null(strstr(buf_str(&out), "Par &lt;lieu&gt; &amp;"));
		assert_int_equal(count(buf_str(&out), "<path"), (int)c.n);
		buf_clear(&out);
		chart_line(&out, &c, "%");
		check(buf_str(&out));
		buf_fini(&out);
	}
}

static void test_bars_are_as_long_as_they_say(void **state)
{
	const struct chart_point p[] = {
		{"a", "", 25, 0}, {"b", "", 50, 0}, {"c", "", -1, 0}};
	const struct chart c = {
		.id = "c", .title = "t", .points = p, .n = 3, .most = 100};
	struct buf out = BUF_INIT;

	(void)state;
	chart_bars(&out, &c);
	assert_non_null(strstr(buf_str(&out), "width=\"90.0\""));
	assert_non_null(strstr(buf_str(&out), "width=\"180.0\""));
	assert_int_equal(count(buf_str(&out), "<rect"), 2);
	buf_fini(&out);
}

static void test_what_is_unknown_leaves_a_gap(void **state)
{
	const struct chart_point p[] = {
		{"janv.", "", 10, 0}, {"févr.", "", -1, 0}, {"mars", "", 20, 0}};
	const struct chart c = {.id = "c", .title = "t", .points = p, .n = 3};
	struct buf out = BUF_INIT;

	(void)state;
	chart_line(&out, &c, "");
	assert_int_equal(count(buf_str(&out), "<circle"), 2);
	assert_null(strstr(buf_str(&out), "L"));
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_and_within),
		cmocka_unit_test(test_a_long_name_leaves_room_for_the_figures),
		cmocka_unit_test(test_bars_are_as_long_as_they_say),
		cmocka_unit_test(test_what_is_unknown_leaves_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
