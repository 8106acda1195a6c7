/* SPDX-License-Identifier: GPL-3.0-or-later */
/* day.c - arrivals, late comers, walk-ins and home visits, as any store keeps them. */
#include "world.h"

static struct rdvd_arrival nothing_said(rdvd_id id, rdvd_time now)
{
	return (struct rdvd_arrival){.participation = id,
				     .arrived = -1,
				     .expected = -1,
				     .now = now,
				     .actor = "desk"};
}

static void test_arrivals(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY;
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	struct rdvd_arrival a;
	rdvd_id id;
	int changed = -1;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(world_get(w, id).arrived, 0);
	a = nothing_said(id, at - 5 * MINUTE);
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	a.expected = at + 20 * MINUTE;
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	a = nothing_said(id, at + 15 * MINUTE);
	a.arrived = at + 15 * MINUTE;
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(world_get(w, id).arrived, at + 15 * MINUTE);
	assert_int_equal(world_get(w, id).expected, at + 20 * MINUTE);
	/* Said again, it counts from the first time. */
	a.arrived = at + 30 * MINUTE;
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	a.arrived = 0;
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(world_get(w, id).arrived, 0);
	/* Nothing of it is a fact. */
	assert_int_equal(world_last_fact(w).n, 1);
	a.participation = 999999;
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_NOT_FOUND);
	assert_int_equal(world_cancel(w, id, T0, &changed), RDVD_OK);
	a = nothing_said(id, at);
	a.arrived = at;
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_STALE);
	world_assert_whole(w);
}

static void test_a_move_forgets_the_arrival(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY;
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	struct rdvd_arrival a;
	struct rdvd_move m;
	rdvd_id id, session;
	int changed;

	b.companion = "assistante sociale, Mission locale";
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	a = nothing_said(id, at);
	a.arrived = at;
	a.expected = at + 5 * MINUTE;
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_OK);
	m = world_move(w, id, 0, 0, at + DAY, at);
	m.move_until_s = -1;
	m.actor = "marie";
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(world_get(w, id).arrived, 0);
	assert_int_equal(world_get(w, id).expected, 0);
	assert_string_equal(world_get(w, id).companion,
			    "assistante sociale, Mission locale");
	a = nothing_said(id, at);
	a.companion = "";
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_string_equal(world_get(w, id).companion, "");
}

static void test_walk_in(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	rdvd_id id;

	b.walk_in = 1;
	b.arrived = T0 + DAY + MINUTE;
	b.answers = "{\"logement\":\"non\"}";
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(world_get(w, id).walk_in, 1);
	assert_int_equal(world_get(w, id).arrived, T0 + DAY + MINUTE);
	assert_string_equal(world_get(w, id).answers, "{\"logement\":\"non\"}");
	assert_string_equal(world_get(w, id).companion, "");
	assert_int_equal(world_get(w, id).visit.left, 0);
}

static void test_late_by_text(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY;
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	struct rdvd_turn turn = {.number = "+33600000001",
				 .state = RDVD_INBOUND_TO_HAND,
				 .understood = "late",
				 .now = at};
	struct rdvd_arrival a;
	rdvd_id id;
	int changed;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	turn.inbound = world_text(w, "+33600000001", "k1", "en retard 20 min");
	turn.participation = id;
	turn.expected = at + 20 * MINUTE;
	assert_int_equal(ACT(w, turn(w->st, &turn)), RDVD_OK);
	assert_int_equal(world_get(w, id).expected, at + 20 * MINUTE);
	a = nothing_said(id, at + 10 * MINUTE);
	a.arrived = at + 10 * MINUTE;
	assert_int_equal(ACT(w, arrive(w->st, &a, &changed)), RDVD_OK);
	/* Who is there is not late any more, whatever text comes afterwards. */
	turn.inbound = world_text(w, "+33600000001", "k2", "en retard 40 min");
	turn.expected = at + 40 * MINUTE;
	assert_int_equal(ACT(w, turn(w->st, &turn)), RDVD_OK);
	assert_int_equal(world_get(w, id).expected, at + 20 * MINUTE);
}

static enum rdvd_rc step(struct world *w, rdvd_id session, enum rdvd_visit_act act,
			 rdvd_time due, rdvd_time now, int *changed)
{
	struct rdvd_notice notice = {.key = "visit:1",
				     .kind = "visit",
				     .organisation = w->organisation,
				     .text = "Appelez l’équipe.",
				     .at = now};
	struct rdvd_letter letter = world_letter("+33321000000", "Appelez.", now);
	struct rdvd_visit_step s = {.session = session,
				    .act = act,
				    .due = due,
				    .now = now,
				    .notice = &notice,
				    .letters = &letter,
				    .nletters = 1,
				    .actor = "marie"};

	return ACT(w, visit(w->st, &s, changed));
}

static int count(void *arg, const struct rdvd_appointment *a)
{
	rdvd_id *last = arg;

	last[1] = a->id;
	last[0]++;
	return 0;
}

static rdvd_id out_now(struct world *w, rdvd_id *which)
{
	rdvd_id seen[2] = {0, 0};

	assert_int_equal(w->ops->visit_each(w->st, count, seen), RDVD_OK);
	*which = seen[1];
	return seen[0];
}

static int count_notice(void *arg, const struct rdvd_notice *n)
{
	int *seen = arg;

	assert_string_equal(n->kind, "visit");
	(*seen)++;
	return 0;
}

static void test_visit(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY, due = at + 2 * HOUR;
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	rdvd_id id, session, which;
	int changed = -1, notices = 0;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	session = world_get(w, id).session;
	assert_int_equal(step(w, 999999, RDVD_VISIT_LEAVE, due, at, &changed),
			 RDVD_NOT_FOUND);
	assert_int_equal(step(w, session, RDVD_VISIT_RETURN, 0, at, &changed),
			 RDVD_NOT_FOUND);
	assert_int_equal(step(w, session, RDVD_VISIT_LEAVE, due, at, &changed), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(step(w, session, RDVD_VISIT_LEAVE, due, at + 1, &changed),
			 RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(out_now(w, &which), 1);
	assert_int_equal(which, id);
	/* Another due, and they set out when they did. */
	due += HOUR;
	assert_int_equal(step(w, session, RDVD_VISIT_LEAVE, due, at + HOUR, &changed),
			 RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(world_get(w, id).visit.left, at);
	assert_int_equal(world_get(w, id).visit.due, due);
	assert_int_equal(step(w, session, RDVD_VISIT_SETTLE, 0, at, &changed),
			 RDVD_STALE);
	assert_int_equal(step(w, session, RDVD_VISIT_ALARM, 0, due - 1, &changed),
			 RDVD_STALE);
	assert_int_equal(step(w, session, RDVD_VISIT_ALARM, 0, due, &changed), RDVD_OK);
	/* Once, whoever asks again, after a restart too. */
	world_reopen(w);
	assert_int_equal(step(w, session, RDVD_VISIT_ALARM, 0, due + 1, &changed),
			 RDVD_STALE);
	assert_int_equal(w->ops->notice_each(w->st, 1, count_notice, &notices), RDVD_OK);
	assert_int_equal(notices, 1);
	assert_int_equal(world_claim(w, due, 10).n, 1);
	assert_int_equal(world_get(w, id).visit.alarmed, due);
	assert_int_equal(step(w, session, RDVD_VISIT_SETTLE, 0, due + 60, &changed),
			 RDVD_OK);
	assert_int_equal(world_get(w, id).visit.settled, due + 60);
	notices = 0; /* who settled it has seen it */
	assert_int_equal(w->ops->notice_each(w->st, 1, count_notice, &notices), RDVD_OK);
	assert_int_equal(notices, 0);
	assert_int_equal(out_now(w, &which), 1);
	assert_int_equal(step(w, session, RDVD_VISIT_RETURN, 0, due + 90, &changed),
			 RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(step(w, session, RDVD_VISIT_RETURN, 0, due + 99, &changed),
			 RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(world_get(w, id).visit.back, due + 90);
	assert_int_equal(out_now(w, &which), 0);
	assert_int_equal(step(w, session, RDVD_VISIT_ALARM, 0, due + DAY, &changed),
			 RDVD_STALE);
	/* Out again by mistake taken back, or for a second visit: a new alarm may come.
	 */
	assert_int_equal(
		step(w, session, RDVD_VISIT_LEAVE, due + DAY, due + 100, &changed),
		RDVD_OK);
	assert_int_equal(world_get(w, id).visit.back, 0);
	assert_int_equal(world_get(w, id).visit.alarmed, 0);
	world_assert_whole(w);
}

/* A later due takes the alarm back; an earlier one does not. */
static void test_visit_that_lasts(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY, due = at + 2 * HOUR;
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	rdvd_id id, session;
	int changed;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	session = world_get(w, id).session;
	assert_int_equal(step(w, session, RDVD_VISIT_LEAVE, due, at, &changed), RDVD_OK);
	assert_int_equal(step(w, session, RDVD_VISIT_ALARM, 0, due, &changed), RDVD_OK);
	assert_int_equal(step(w, session, RDVD_VISIT_LEAVE, due - HOUR, due, &changed),
			 RDVD_OK);
	assert_int_equal(world_get(w, id).visit.alarmed, due);
	assert_int_equal(step(w, session, RDVD_VISIT_LEAVE, due + HOUR, due, &changed),
			 RDVD_OK);
	assert_int_equal(world_get(w, id).visit.alarmed, 0);
	assert_int_equal(step(w, session, RDVD_VISIT_ALARM, 0, due + HOUR, &changed),
			 RDVD_OK);
}

const struct CMUnitTest day_tests[] = {
	WORLD_TEST(test_arrivals), WORLD_TEST(test_a_move_forgets_the_arrival),
	WORLD_TEST(test_walk_in),  WORLD_TEST(test_late_by_text),
	WORLD_TEST(test_visit),	   WORLD_TEST(test_visit_that_lasts),
};
const size_t day_count = sizeof(day_tests) / sizeof(day_tests[0]);
