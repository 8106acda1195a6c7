/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures.c - what those who count are given: each participation once, as its last fact
 * says, wherever it was moved to; what a day offered, written again and forgotten. */
#include "world.h"

#define DAY0 ((int32_t)(T0 / DAY))

struct counted {
	struct rdvd_figure rows[16];
	int n;
};

static int keep(void *arg, const struct rdvd_figure *f)
{
	struct counted *all = arg;

	assert_true(all->n < 16);
	all->rows[all->n++] = *f;
	return 0;
}

static struct counted count(struct world *w, int32_t from, int32_t to, rdvd_id of)
{
	const struct rdvd_figure_filter f = {from, to, of};
	struct counted all = {.n = 0};

	assert_int_equal(w->ops->figure_each(w->st, &f, keep, &all), RDVD_OK);
	return all;
}

static void test_each_once_where_it_is_now(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct rdvd_move m;
	struct counted all;
	rdvd_id id, session = 0;
	int changed = 0;

	b.party_size = 3;
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	all = count(w, DAY0, DAY0 + 2, 0);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.rows[0].day, DAY0 + 1);
	assert_int_equal(all.rows[0].minutes, 60);
	assert_int_equal(all.rows[0].persons, 3);
	assert_int_equal(all.rows[0].outcome, RDVD_OUTCOME_UNKNOWN);
	assert_int_equal(all.rows[0].first, 0);
	m = world_move(w, id, 0, 0, T0 + 5 * DAY, T0);
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(count(w, DAY0, DAY0 + 2, 0).n, 0);
	assert_int_equal(count(w, DAY0 + 5, DAY0 + 6, 0).n, 1);
	assert_int_equal(count(w, DAY0 + 5, DAY0 + 6, w->organisation).n, 1);
	assert_int_equal(count(w, DAY0 + 5, DAY0 + 6, w->organisation + 99).n, 0);
	assert_int_equal(world_mark(w, id, RDVD_NO_SHOW, T0 + 6 * DAY), RDVD_OK);
	assert_int_equal(world_mark(w, id, RDVD_SEEN, T0 + 6 * DAY), RDVD_OK);
	all = count(w, DAY0, DAY0 + 9, 0);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.rows[0].outcome, RDVD_SEEN);
	assert_int_equal(all.rows[0].first, 1);
}

static void test_a_first_visit_is_the_first(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	rdvd_id first, second, person;
	struct counted all;

	assert_int_equal(world_book(w, &b, &first), RDVD_OK);
	person = world_get(w, first).person.id;
	b = world_booking(w, 0, 0, T0 + 3 * DAY);
	b.person.id = person;
	assert_int_equal(world_book(w, &b, &second), RDVD_OK);
	assert_int_equal(world_mark(w, second, RDVD_SEEN, T0 + 4 * DAY), RDVD_OK);
	all = count(w, DAY0, DAY0 + 9, 0);
	assert_int_equal(all.n, 2);
	assert_int_equal(all.rows[1].first, 1); /* nobody was seen before */
	assert_int_equal(world_mark(w, first, RDVD_SEEN, T0 + 4 * DAY), RDVD_OK);
	all = count(w, DAY0, DAY0 + 9, 0);
	assert_int_equal(all.rows[0].first, 1);
	assert_int_equal(all.rows[1].first, 0);
	/* of a part of the time all the same */
	all = count(w, DAY0 + 3, DAY0 + 4, 0);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.rows[0].first, 0);
}

struct supplies {
	struct rdvd_supply rows[8];
	char services[8][32];
	int n;
};

static int keep_supply(void *arg, const struct rdvd_supply *s)
{
	struct supplies *all = arg;

	assert_true(all->n < 8);
	snprintf(all->services[all->n], sizeof(all->services[0]), "%s", s->services);
	all->rows[all->n++] = *s;
	return 0;
}

static int keep_outlook(void *arg, const struct rdvd_outlook *o)
{
	struct rdvd_outlook **at = arg;

	*(*at)++ = *o;
	return 0;
}

static void test_a_day_is_written_again_and_forgotten(void **state)
{
	struct world *w = *state;
	const struct rdvd_figure_filter all_days = {0, INT32_MAX, 0};
	struct rdvd_supply rows[] = {
		{.day = 100,
		 .organisation = w->organisation,
		 .site = w->site[0],
		 .counsellor = w->counsellor[0],
		 .from = 540,
		 .to = 720,
		 .services = " 4 9 "},
		{.day = 100,
		 .organisation = w->organisation,
		 .site = w->site[0],
		 .counsellor = w->counsellor[0],
		 .from = 840,
		 .to = 1020,
		 .services = " 4 "},
	};
	struct rdvd_outlook o = {.day = 100,
				 .organisation = w->organisation,
				 .site = w->site[1],
				 .service = w->service,
				 .free14 = 2,
				 .free28 = 9,
				 .wait_days = -1,
				 .dry = 1};
	struct rdvd_outlook read[4], *at = read;
	struct supplies s = {.n = 0};

	for (int twice = 0; twice < 2; twice++)
		assert_int_equal(ACT(w, supply_put(w->st, 100, rows, 2, 400)), RDVD_OK);
	assert_int_equal(w->ops->supply_each(w->st, &all_days, keep_supply, &s), RDVD_OK);
	assert_int_equal(s.n, 2);
	assert_string_equal(s.services[0], " 4 9 ");
	assert_int_equal(s.rows[1].from, 840);
	/* a day without rows forgets what is older than it may be */
	assert_int_equal(ACT(w, supply_put(w->st, 501, NULL, 0, 400)), RDVD_OK);
	s.n = 0;
	assert_int_equal(w->ops->supply_each(w->st, &all_days, keep_supply, &s), RDVD_OK);
	assert_int_equal(s.n, 0);
	assert_int_equal(ACT(w, outlook_put(w->st, 100, &o, 1, 400)), RDVD_OK);
	assert_int_equal(ACT(w, outlook_put(w->st, 100, &o, 1, 400)), RDVD_OK);
	assert_int_equal(w->ops->outlook_each(w->st, &all_days, keep_outlook, &at),
			 RDVD_OK);
	assert_int_equal(at - read, 1);
	assert_int_equal(read[0].free14, 2);
	assert_int_equal(read[0].wait_days, -1);
	assert_int_equal(read[0].dry, 1);
}

const struct CMUnitTest figures_tests[] = {
	WORLD_TEST(test_each_once_where_it_is_now),
	WORLD_TEST(test_a_first_visit_is_the_first),
	WORLD_TEST(test_a_day_is_written_again_and_forgotten),
};
const size_t figures_count = sizeof(figures_tests) / sizeof(figures_tests[0]);
