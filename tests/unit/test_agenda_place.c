/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_agenda_place.c - the lanes and rows of the agenda's grid: nothing covers anything,
 * and what can share a lane does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "web/agenda_place.h"

#define SPANS_MAX 6

static const struct {
	const char *what;
	struct place_span spans[SPANS_MAX];
	size_t n;
	int lanes;
	int lane[SPANS_MAX], row[SPANS_MAX], rows[SPANS_MAX];
} cases[] = {
	{.what = "nothing", .n = 0, .lanes = 1},
	{.what = "one after the other share a lane",
	 .spans = {{.from = 540, .to = 720}, {.from = 720, .to = 780}},
	 .n = 2,
	 .lanes = 1,
	 .lane = {0, 0},
	 .row = {18, 24},
	 .rows = {6, 2}},
	{.what = "at once they stand side by side",
	 .spans = {{.from = 540, .to = 720}, {.from = 600, .to = 660}},
	 .n = 2,
	 .lanes = 2,
	 .lane = {0, 1},
	 .row = {18, 20},
	 .rows = {6, 2}},
	{.what = "those that touch one half hour stand side by side too",
	 .spans = {{.from = 540, .to = 735}, {.from = 735, .to = 780}},
	 .n = 2,
	 .lanes = 2,
	 .lane = {0, 1},
	 .row = {18, 24},
	 .rows = {7, 2}},
	{.what = "a lane that is free again is taken",
	 .spans = {{.from = 540, .to = 600},
		   {.from = 540, .to = 720},
		   {.from = 600, .to = 660}},
	 .n = 3,
	 .lanes = 2,
	 .lane = {0, 1, 0},
	 .row = {18, 18, 20},
	 .rows = {2, 6, 2}},
	{.what = "three of one opening",
	 .spans = {{.from = 810, .to = 1020},
		   {.from = 810, .to = 1020},
		   {.from = 810, .to = 1020}},
	 .n = 3,
	 .lanes = 3,
	 .lane = {0, 1, 2},
	 .row = {27, 27, 27},
	 .rows = {7, 7, 7}},
	{.what = "past midnight ends with the day",
	 .spans = {{.from = 1380, .to = 1500}, {.from = -60, .to = 30}},
	 .n = 2,
	 .lanes = 1,
	 .lane = {0, 0},
	 .row = {46, 0},
	 .rows = {2, 1}},
	{.what = "of no length it has a row all the same",
	 .spans = {{.from = 600, .to = 600}},
	 .n = 1,
	 .lanes = 1,
	 .lane = {0},
	 .row = {20},
	 .rows = {1}},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place_span spans[SPANS_MAX];

		for (size_t k = 0; k < cases[i].n; k++)
			spans[k] = cases[i].spans[k];
		if (place_spans(spans, cases[i].n) != cases[i].lanes)
			fail_msg("lanes of: %s", cases[i].what);
		for (size_t k = 0; k < cases[i].n; k++)
			if (spans[k].lane != cases[i].lane[k] ||
			    spans[k].row != cases[i].row[k] ||
			    spans[k].rows != cases[i].rows[k])
				fail_msg("%s: the %zuth has lane %d, row %d, %d rows",
					 cases[i].what, k, spans[k].lane, spans[k].row,
					 spans[k].rows);
	}
}

/* Whatever comes, no two of a lane share a row. */
static void test_never_covered(void **state)
{
	uint32_t chance = 2026;

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct place_span spans[24];
		int lanes;

		for (size_t i = 0; i < 24; i++) {
			chance = chance * 1664525u + 1013904223u;
			spans[i].from = (int)(chance >> 16) % 288 * 5;
			chance = chance * 1664525u + 1013904223u;
			spans[i].to = spans[i].from + 5 + (int)(chance >> 16) % 60 * 5;
		}
		lanes = place_spans(spans, 24);
		for (size_t i = 0; i < 24; i++) {
			assert_in_range(spans[i].lane, 0, lanes - 1);
			assert_in_range(spans[i].row + spans[i].rows, 1, 48);
			for (size_t k = 0; k < i; k++)
				assert_false(spans[i].lane == spans[k].lane &&
					     spans[i].row <
						     spans[k].row + spans[k].rows &&
					     spans[k].row < spans[i].row + spans[i].rows);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_never_covered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
