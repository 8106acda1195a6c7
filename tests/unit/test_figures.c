/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_figures.c - counts against a table made by hand; periods; what may be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "report/figures.h"
#include "report/period.h"
#include "report/secret.h"
#include "report/table.h"

#define TODAY 20000 /* 2024-10-04, a Friday */
#define MONDAY (TODAY - 4)

/* ---- counting ---- */

/* site 1 (organisation 7): open on Monday 9-12 and 14-16 (services 5, 6), two counsellors
 * in the morning; site 2 (organisation 8): Tuesday 9-12 (service 6). */
static const struct rdvd_supply supply[] = {
	{MONDAY, 7, 1, 101, 540, 720, " 5 6 "}, {MONDAY, 7, 1, 102, 540, 720, " 6 "},
	{MONDAY, 7, 1, 101, 840, 960, " 5 6 "}, {MONDAY + 1, 8, 2, 103, 540, 720, " 6 "},
	{TODAY, 7, 1, 101, 540, 720, " 5 6 "}, /* is not over: not counted */
};

static const struct rdvd_figure facts[] = {
	/* organisation, site, service, session, day, minute, minutes, capacity, outcome,
	   channel, lead, sent, delivered, confirmed, persons, first */
	{7, 1, 5, 11, MONDAY, 540, 60, 0, RDVD_SEEN, RDVD_BY_WEB, 0, 1, 1, 1, 2, 1},
	{7, 1, 6, 12, MONDAY, 600, 60, 0, RDVD_NO_SHOW, RDVD_BY_WEB, 3, 2, 1, 0, 1, 0},
	{7, 1, 6, 13, MONDAY, 690, 60, 0, RDVD_SEEN, RDVD_BY_SMS, 4, 1, 0, 0, 1, 0},
	{7, 1, 5, 14, MONDAY, 840, 60, 0, RDVD_EXCUSED, RDVD_BY_COUNSELLOR, 14, 0, 0, 0,
	 1, 0},
	{7, 1, 5, 15, MONDAY, 900, 30, 0, RDVD_OUTCOME_UNKNOWN, RDVD_BY_COUNSELLOR, 28, 0,
	 0, 0, 1, 0},
	{8, 2, 6, 16, MONDAY + 1, 480, 90, 0, RDVD_DOOR_CLOSED, RDVD_BY_PARTNER, 29, 0, 0,
	 0, 1, 0},
	/* a workshop of three: its time once */
	{8, 2, 6, 17, MONDAY + 1, 600, 120, 12, RDVD_SEEN, RDVD_BY_WEB, 8, 0, 0, 0, 1, 1},
	{8, 2, 6, 17, MONDAY + 1, 600, 120, 12, RDVD_SEEN, RDVD_BY_WEB, 8, 0, 0, 0, 3, 0},
	{8, 2, 6, 17, MONDAY + 1, 600, 120, 12, RDVD_REVOKED, RDVD_BY_WEB, 8, 0, 0, 0, 1,
	 0},
	{7, 1, 5, 18, TODAY, 540, 60, 0, RDVD_OUTCOME_UNKNOWN, RDVD_BY_API, -1, 0, 0, 0,
	 1, 0},
};

static struct figures *counted(void)
{
	struct figures *f = figures_new(TODAY);

	for (size_t i = 0; i < ARRAY_SIZE(supply); i++)
		figures_supply(f, &supply[i]);
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		figures_add(f, &facts[i]);
	return f;
}

struct expected {
	enum figure_by by;
	int64_t key;
	/* appointments, seen, no-show, door, excused, revoked, unmarked, to come,
	 * persons, first, open, taken */
	int64_t n[FIGURE_COUNTS];
};

static const struct expected rows[] = {
	{BY_ALL, 0, {10, 4, 1, 1, 1, 1, 1, 1, 7, 2, 660, 330}},
	{BY_ORGANISATION, 7, {6, 2, 1, 0, 1, 0, 1, 1, 3, 1, 480, 180}},
	{BY_ORGANISATION, 8, {4, 2, 0, 1, 0, 1, 0, 0, 4, 1, 180, 150}},
	{BY_SITE, 1, {6, 2, 1, 0, 1, 0, 1, 1, 3, 1, 480, 180}},
	{BY_SITE, 2, {4, 2, 0, 1, 0, 1, 0, 0, 4, 1, 180, 150}},
	/* 5 could be had 300 minutes; taken by 11, 12, half of 13, 15 */
	{BY_SERVICE, 5, {4, 1, 0, 0, 1, 0, 1, 1, 2, 1, 300, 180}},
	{BY_SERVICE, 6, {6, 3, 1, 1, 0, 1, 0, 0, 5, 1, 660, 330}},
	{BY_WEEKDAY, CIVIL_MONDAY, {5, 2, 1, 0, 1, 0, 1, 0, 3, 1, 480, 180}},
	{BY_WEEKDAY, CIVIL_TUESDAY, {4, 2, 0, 1, 0, 1, 0, 0, 4, 1, 180, 150}},
	{BY_WEEKDAY, CIVIL_FRIDAY, {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}},
	{BY_WEEKDAY, CIVIL_SUNDAY, {0}},
	{BY_HALF_DAY, 0, {8, 4, 1, 1, 0, 1, 0, 1, 7, 2, 540, 300}},
	{BY_HALF_DAY, 1, {2, 0, 0, 0, 1, 0, 1, 0, 0, 0, 120, 30}},
	{BY_LEAD, 0, {2, 1, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0}},
	{BY_LEAD, 1, {1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
	{BY_LEAD, 2, {1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}},
	{BY_LEAD, 3, {4, 2, 0, 0, 1, 1, 0, 0, 4, 1, 0, 0}},
	{BY_LEAD, 4, {1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}},
	{BY_LEAD, 5, {1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
	{BY_CHANNEL, RDVD_BY_WEB, {5, 3, 1, 0, 0, 1, 0, 0, 6, 2, 0, 0}},
	{BY_CHANNEL, RDVD_BY_PARTNER, {1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
	{BY_REMINDER, REMINDER_CONFIRMED, {1, 1, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0}},
	{BY_REMINDER, REMINDER_DELIVERED, {1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
	{BY_REMINDER, REMINDER_SENT, {1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}},
	{BY_REMINDER, REMINDER_NONE, {7, 2, 0, 1, 1, 1, 1, 1, 4, 1, 0, 0}},
	{BY_MONTH, 2024 * 12 + 8, {5, 2, 1, 0, 1, 0, 1, 0, 3, 1, 480, 180}},
	{BY_MONTH, 2024 * 12 + 9, {5, 2, 0, 1, 0, 1, 0, 1, 4, 1, 180, 150}},
};

static void test_every_count(void **state)
{
	struct figures *f = counted();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct figure_row *got;
		size_t n = figures_rows(f, rows[i].by, &got), j = 0;

		while (j < n && got[j].key != rows[i].key)
			j++;
		assert_true(j < n);
		for (int c = 0; c < FIGURE_COUNTS; c++)
			if (got[j].n[c] != rows[i].n[c])
				fail_msg("by %s, key %lld, %s: %lld instead of %lld",
					 figures_by_name(rows[i].by),
					 (long long)rows[i].key,
					 figures_count_name((enum figure_count)c),
					 (long long)got[j].n[c], (long long)rows[i].n[c]);
	}
	figures_free(f);
}

static void test_every_table_adds_up(void **state)
{
	struct figures *f = counted();

	(void)state;
	for (int by = 0; by < FIGURE_BYS; by++) {
		const struct figure_row *got;
		size_t n = figures_rows(f, (enum figure_by)by, &got);
		int64_t sums[FIGURE_COUNTS] = {0};

		for (size_t i = 0; i < n; i++) {
			int64_t parts = 0;

			for (int c = COUNT_SEEN; c <= COUNT_TO_COME; c++)
				parts += got[i].n[c];
			assert_int_equal(parts, got[i].n[COUNT_APPOINTMENTS]);
			for (int c = 0; c < COUNT_OPEN; c++)
				sums[c] += got[i].n[c];
			assert_true(i == 0 || got[i].key > got[i - 1].key);
		}
		for (int c = 0; c < COUNT_OPEN; c++)
			assert_int_equal(sums[c], figures_all(f)->n[c]);
	}
	figures_free(f);
}

static void test_percent(void **state)
{
	(void)state;
	assert_int_equal(figures_percent(12, 48), 25);
	assert_int_equal(figures_percent(1, 3), 33);
	assert_int_equal(figures_percent(2, 3), 67);
	assert_int_equal(figures_percent(1, 8), 13);
	assert_int_equal(figures_percent(0, 8), 0);
	assert_int_equal(figures_percent(0, 0), -1);
}

static void test_words(void **state)
{
	enum figure_by by;
	int first, last;

	(void)state;
	for (int i = 0; i < FIGURE_BYS; i++) {
		assert_int_equal(
			figures_by_parse(figures_by_name((enum figure_by)i), &by), 0);
		assert_int_equal(by, i);
	}
	assert_int_equal(figures_by_parse("sites", &by), -1);
	figures_lead_days(4, &first, &last);
	assert_int_equal(first, 15);
	assert_int_equal(last, 28);
	figures_lead_days(5, &first, &last);
	assert_int_equal(first, 29);
	assert_int_equal(last, -1);
}

/* ---- periods ---- */

static civil_day day(const char *s)
{
	civil_day d;

	assert_int_equal(civil_day_parse(s, &d), 0);
	return d;
}

static void assert_period(struct period p, const char *from, const char *to)
{
	char got[2][11];

	civil_day_format(p.from, got[0]);
	civil_day_format(p.to, got[1]);
	assert_string_equal(got[0], from);
	assert_string_equal(got[1], to);
}

static void test_periods(void **state)
{
	civil_day today = day("2026-01-31");
	struct period leap = {day("2024-02-01"), day("2024-03-01")};
	struct period odd = {day("2026-03-10"), day("2026-03-20")};

	(void)state;
	assert_period(period_of(PERIOD_THIS_MONTH, today), "2026-01-01", "2026-02-01");
	assert_period(period_of(PERIOD_LAST_MONTH, today), "2025-12-01", "2026-01-01");
	assert_period(period_of(PERIOD_THIS_YEAR, today), "2026-01-01", "2027-01-01");
	assert_period(period_of(PERIOD_LAST_YEAR, today), "2025-01-01", "2026-01-01");
	assert_period(period_before(leap), "2024-01-01", "2024-02-01");
	assert_period(period_year_before(leap), "2023-02-01", "2023-03-01");
	assert_period(period_before(odd), "2026-02-28", "2026-03-10");
	assert_period(period_year_before(odd), "2025-03-10", "2025-03-20");
	assert_period(period_before(period_of(PERIOD_THIS_YEAR, today)), "2025-01-01",
		      "2026-01-01");
	assert_period(period_year(odd), "2026-01-01", "2027-01-01");
	assert_period(period_year(leap), "2024-01-01", "2025-01-01");
	assert_period(
		period_year_before((struct period){day("2024-02-29"), day("2024-03-02")}),
		"2023-02-28", "2023-03-02");
	assert_true(period_is_months(leap));
	assert_false(period_is_months(odd));
}

/* ---- what may be told ---- */

/* How a reader with nothing but pencil and paper would go about it: every way of filling
 * what is hidden with 0..most so that all sums hold; how many values does each cell have?
 */
struct puzzle {
	const struct secret_table *t;
	size_t cells[32], ncells;
	int64_t value[64];
	uint64_t seen[64];	/* bits of values */
	unsigned char open[64]; /* not yet filled */
};

/* 0 when a sum, all of whose cells are filled, does not hold. */
static int may_be_sum(const struct puzzle *p, size_t total, size_t first, size_t step,
		      size_t n)
{
	int64_t sum = 0;
	int open = p->open[total];

	for (size_t i = 0; i < n; i++) {
		sum += p->value[first + i * step];
		open |= p->open[first + i * step];
	}
	return open || sum == p->value[total];
}

static int sums_may_hold(const struct puzzle *p)
{
	const struct secret_table *t = p->t;
	size_t w = t->ncolumns;

	for (size_t r = 0; r < t->nrows; r++)
		if (!may_be_sum(p, r * w, r * w + 1, 1, t->parts))
			return 0;
	for (size_t c = 0; c < w; c++)
		if (!may_be_sum(p, (t->nrows - 1) * w + c, c, w, t->nrows - 1))
			return 0;
	return 1;
}

static void fill(struct puzzle *p, size_t i, int64_t most)
{
	if (!sums_may_hold(p))
		return;
	if (i == p->ncells) {
		for (size_t k = 0; k < p->ncells; k++)
			p->seen[p->cells[k]] |= (uint64_t)1 << p->value[p->cells[k]];
		return;
	}
	p->open[p->cells[i]] = 0;
	for (int64_t v = 0; v <= most; v++) {
		p->value[p->cells[i]] = v;
		fill(p, i + 1, most);
	}
	p->open[p->cells[i]] = 1;
}

static void check_secret(const int64_t *n, size_t nrows, size_t ncolumns, size_t parts)
{
	unsigned char hidden[64] = {0};
	const struct secret_table t = {nrows, ncolumns, parts, n, hidden, 0};
	struct puzzle p = {.t = &t};

	secret_hide(&t);
	for (size_t i = 0; i < nrows * ncolumns; i++) {
		p.value[i] = n[i];
		if (n[i] < SECRET_LEAST)
			assert_true(hidden[i]);
		p.open[i] = hidden[i];
		if (hidden[i])
			p.cells[p.ncells++] = i;
	}
	if (p.ncells > 6) /* too many ways for a test */
		return;
	fill(&p, 0, 45);
	for (size_t i = 0; i < p.ncells; i++)
		assert_true(__builtin_popcountll(p.seen[p.cells[i]]) >= SECRET_LEAST);
}

static void test_nothing_can_be_worked_out(void **state)
{
	static const int64_t one_small[] = {/* 30 = 12 + 18 */ 30,
					    12,
					    18,
					    /* */ 13,
					    11,
					    2,
					    /* */ 43,
					    23,
					    20};
	uint64_t seed = 20260322;

	(void)state;
	check_secret(one_small, 3, 3, 2);
	for (int round = 0; round < 400; round++) {
		int64_t n[9] = {0};

		for (int r = 0; r < 2; r++)
			for (int c = 1; c < 3; c++) {
				seed = seed * 6364136223846793005u + 1442695040888963407u;
				n[r * 3 + c] = (int64_t)(seed >> 33) % 12;
				n[r * 3] += n[r * 3 + c];
				n[6 + c] += n[r * 3 + c];
				n[6] += n[r * 3 + c];
			}
		check_secret(n, 3, 3, 2);
	}
}

static void test_two_tables_hide_the_same_of_their_total(void **state)
{
	struct figures *f = figures_new(TODAY);
	struct table a, b;

	(void)state;
	/* 40 seen, 3 missed, spread in two ways */
	for (int i = 0; i < 43; i++) {
		struct rdvd_figure one = facts[0];

		one.outcome = i < 40 ? RDVD_SEEN : RDVD_NO_SHOW;
		one.site = i % 3;
		one.service = i % 2;
		one.persons = 1;
		figures_add(f, &one);
	}
	table_make(&a, f, BY_SITE, 1);
	table_make(&b, f, BY_SERVICE, 1);
	assert_memory_equal(a.total.hidden, b.total.hidden, sizeof a.total.hidden);
	assert_true(a.total.hidden[COUNT_NO_SHOW]);
	assert_true(a.total.hidden[COUNT_SEEN]);
	assert_false(a.total.hidden[COUNT_APPOINTMENTS]);
	table_fini(&a);
	table_fini(&b);
	/* the team sees all */
	table_make(&a, f, BY_SITE, 0);
	assert_false(a.total.hidden[COUNT_NO_SHOW]);
	assert_int_equal(a.total.n[COUNT_NO_SHOW], 3);
	table_fini(&a);
	figures_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_count),
		cmocka_unit_test(test_every_table_adds_up),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_periods),
		cmocka_unit_test(test_nothing_can_be_worked_out),
		cmocka_unit_test(test_two_tables_hide_the_same_of_their_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
