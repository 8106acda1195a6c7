/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo.c - what any store keeps of taking back: a move or a cancellation of the team's is
 * as if it had not been, as long as nothing of it has left. */
#include "world.h"

#define AT (T0 + 5 * DAY)
#define TILL (T0 + 30)

static const struct rdvd_undo_seed seed = {.until = TILL, .place_kind = "seat"};

static enum rdvd_rc take_back(struct world *w, rdvd_id id, rdvd_time now, int *changed)
{
	struct rdvd_take_back t = {.which = {.id = id}, .now = now, .actor = "marie"};

	return ACT(w, take_back(w->st, &t, changed));
}

/* A move of the team's that owes a notice when it can no longer be taken back. */
static enum rdvd_rc move_owing(struct world *w, rdvd_id id, int c, int s, rdvd_time start)
{
	struct rdvd_move m = world_move(w, id, c, s, start, T0);
	struct rdvd_owed owed[3];
	rdvd_id session;
	int changed;

	m.move_until_s = -1;
	m.actor = "marie";
	m.undo = seed;
	m.nowed = support_owed(owed, start, T0);
	owed[0].kind = RDVD_MSG_MOVED;
	owed[0].due = TILL;
	m.owed = owed;
	return ACT(w, move(w->st, &m, &session, &changed));
}

static void test_move_taken_back(void **state)
{
	struct world *w = *state;
	struct rdvd_mark coming = {.persons_present = -1, .now = T0, .actor = ""};
	struct rdvd_appointment was, is;
	struct last_fact fact;
	struct given given;
	rdvd_id id = world_book_owing(w, 0, AT, NULL);
	int changed = -1;

	coming.which.id = id;
	assert_int_equal(world_claim(w, T0, 10).n, 1); /* the confirmation leaves */
	assert_int_equal(ACT(w, confirm(w->st, &coming, &changed)), RDVD_OK);
	was = world_get(w, id);
	assert_int_equal(take_back(w, id, T0, &changed), RDVD_STALE);
	assert_int_equal(move_owing(w, id, 1, 2, AT + DAY), RDVD_OK);
	assert_int_equal(world_get(w, id).status, RDVD_BOOKED);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 2);
	assert_int_equal(take_back(w, id, TILL - 1, &changed), RDVD_OK);
	assert_int_equal(changed, 1);
	is = world_get(w, id);
	assert_int_equal(is.session, was.session);
	assert_int_equal(is.when.start, AT);
	assert_int_equal(is.when.civil_start, was.when.civil_start);
	assert_int_equal(is.place.site, was.place.site);
	assert_int_equal(is.ncounsellors, 1);
	assert_int_equal(is.counsellors[0], w->counsellor[0]);
	assert_int_equal(is.status, RDVD_CONFIRMED);
	assert_int_equal(is.confirmed, was.confirmed);
	assert_true(is.sequence > was.sequence + 1); /* calendars take it for news */
	assert_int_equal(world_claims(w, 0, 0, T0), 1);
	assert_int_equal(world_claims(w, 1, 0, T0), 0);
	fact = world_last_fact(w);
	assert_string_equal(fact.place_kind, "seat");
	/* what the move owed is not sent; both reminders wait as before */
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 3);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SCHEDULED), 2);
	assert_int_equal(world_claim(w, TILL + HOUR, 10).n, 0);
	given = world_claim(w, AT - 3 * DAY, 10);
	assert_int_equal(given.n, 1);
	assert_int_equal(given.rows[0].kind, RDVD_MSG_REMINDER);
	/* again: it is done; and another act meets no old row */
	assert_int_equal(take_back(w, id, TILL - 1, &changed), RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(move_owing(w, id, 0, 0, AT + DAY), RDVD_OK);
	assert_int_equal(take_back(w, id, T0, &changed), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(world_get(w, id).when.start, AT);
	world_assert_counts(w);
	world_assert_whole(w);
}

static void test_what_cannot_be_taken_back(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b;
	rdvd_id id = world_book_owing(w, 0, AT, NULL), other;
	int changed = -1;

	assert_int_equal(take_back(w, 31337, T0, &changed), RDVD_NOT_FOUND);
	/* the moment has passed */
	assert_int_equal(move_owing(w, id, 0, 0, AT + DAY), RDVD_OK);
	assert_int_equal(take_back(w, id, TILL, &changed), RDVD_STALE);
	/* its message has left */
	assert_true(world_claim(w, TILL, 10).n > 0);
	assert_int_equal(take_back(w, id, T0, &changed), RDVD_STALE);
	/* another act followed */
	assert_int_equal(move_owing(w, id, 0, 0, AT + 2 * DAY), RDVD_OK);
	assert_int_equal(world_cancel(w, id, T0, &changed), RDVD_OK);
	assert_int_equal(take_back(w, id, T0, &changed), RDVD_STALE);
	assert_int_equal(changed, 1);
	/* its time is somebody else's */
	id = world_book_owing(w, 1, AT, NULL);
	assert_int_equal(move_owing(w, id, 1, 0, AT + 3 * DAY), RDVD_OK);
	b = world_booking(w, 1, 1, AT + 30 * MINUTE);
	assert_int_equal(world_book(w, &b, &other), RDVD_OK);
	assert_int_equal(take_back(w, id, T0, &changed), RDVD_CONFLICT);
	assert_int_equal(world_get(w, id).when.start, AT + 3 * DAY);
	/* and free again */
	assert_int_equal(world_cancel(w, other, T0, &changed), RDVD_OK);
	assert_int_equal(take_back(w, id, T0, &changed), RDVD_OK);
	assert_int_equal(world_get(w, id).when.start, AT);
	/* how it ended was told meanwhile */
	assert_int_equal(move_owing(w, id, 1, 0, AT + 3 * DAY), RDVD_OK);
	assert_int_equal(world_mark(w, id, RDVD_SEEN, T0), RDVD_OK);
	assert_int_equal(take_back(w, id, T0, &changed), RDVD_STALE);
	world_assert_counts(w);
	world_assert_whole(w);
}

static void test_cancellation_taken_back(void **state)
{
	struct world *w = *state;
	struct rdvd_owed notice = {.kind = RDVD_MSG_CANCELLATION,
				   .channel = RDVD_CHANNEL_SMS,
				   .due = TILL,
				   .deadline = AT};
	rdvd_id id = world_book_owing(w, 0, AT, NULL);
	struct rdvd_cancel c = {.which = {.id = id},
				.by_team = 1,
				.owed = &notice,
				.nowed = 1,
				.undo = seed,
				.now = T0,
				.actor = "marie"};
	int changed = -1;

	assert_int_equal(world_claim(w, T0, 10).n, 1);
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(world_claims(w, 0, 0, T0), 0);
	world_reopen(w); /* what it takes is in the store */
	assert_int_equal(take_back(w, id, TILL - 1, &changed), RDVD_OK);
	assert_int_equal(world_get(w, id).status, RDVD_BOOKED);
	assert_int_equal(world_get(w, id).outcome, RDVD_OUTCOME_UNKNOWN);
	assert_int_equal(world_get(w, id).cancelled, 0);
	assert_int_equal(world_claims(w, 0, 0, T0), 1);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SCHEDULED), 2);
	assert_int_equal(world_claim(w, TILL + HOUR, 10).n, 0);
	/* not taken back, its notice leaves */
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(world_claim(w, TILL - 1, 10).n, 0);
	assert_int_equal(world_claim(w, TILL, 10).n, 1);
	assert_int_equal(take_back(w, id, TILL - 1, &changed), RDVD_STALE);
	world_assert_counts(w);
	world_assert_whole(w);
}

static void test_change_of_counsellor_taken_back(void **state)
{
	struct world *w = *state;
	rdvd_id id = world_book_owing(w, 0, AT, NULL), session;
	struct rdvd_move m = world_move(w, id, 2, 0, AT, T0);
	int changed = -1;

	m.place.site = world_get(w, id).place.site;
	m.named = 1;
	m.move_until_s = -1;
	m.actor = "marie";
	m.undo = seed;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(world_get(w, id).counsellors[0], w->counsellor[2]);
	assert_int_equal(take_back(w, id, T0, &changed), RDVD_OK);
	assert_int_equal(world_get(w, id).counsellors[0], w->counsellor[0]);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 0);
	world_assert_counts(w);
	world_assert_whole(w);
}

static void test_workshop_taken_back(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, AT);
	struct rdvd_move m;
	rdvd_id one, two, session;
	int changed = -1;

	b.service = w->workshop;
	b.capacity = 8;
	assert_int_equal(world_book(w, &b, &one), RDVD_OK);
	b = world_booking(w, 0, 0, AT);
	b.service = w->workshop;
	b.capacity = 8;
	assert_int_equal(world_book(w, &b, &two), RDVD_OK);
	m = world_move(w, one, 1, 1, AT + DAY, T0);
	m.capacity = 8;
	m.move_until_s = -1;
	m.actor = "marie";
	m.undo = seed;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_not_equal(world_get(w, one).session, world_get(w, two).session);
	assert_int_equal(take_back(w, one, T0, &changed), RDVD_OK);
	assert_int_equal(world_get(w, one).session, world_get(w, two).session);
	assert_int_equal(world_claims(w, 1, 0, T0), 0);
	world_assert_whole(w);
}

const struct CMUnitTest undo_tests[] = {
	WORLD_TEST(test_move_taken_back),
	WORLD_TEST(test_what_cannot_be_taken_back),
	WORLD_TEST(test_cancellation_taken_back),
	WORLD_TEST(test_change_of_counsellor_taken_back),
	WORLD_TEST(test_workshop_taken_back),
};
const size_t undo_count = sizeof(undo_tests) / sizeof(undo_tests[0]);
