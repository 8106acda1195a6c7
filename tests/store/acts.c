/* SPDX-License-Identifier: GPL-3.0-or-later */
/* acts.c - the rules of booking, moving, cancelling, confirming and marking that any
 * store keeps. */
#include "world.h"

static void test_overlap_is_refused(void **state)
{
	static const struct {
		int start_min, minutes;
		enum rdvd_rc rc;
	} cases[] = {
		{0, 60, RDVD_CONFLICT},	   {-30, 60, RDVD_CONFLICT},
		{30, 60, RDVD_CONFLICT},   {15, 30, RDVD_CONFLICT},
		{-30, 120, RDVD_CONFLICT}, {59, 1, RDVD_CONFLICT},
		{-60, 60, RDVD_OK},	   {60, 60, RDVD_OK},
		{-600, 540, RDVD_OK},	   {-61, 62, RDVD_CONFLICT},
		{120, 24 * 60, RDVD_OK},   {-660, 11 * 60 + 1, RDVD_CONFLICT},
	};
	struct world *w = *state;
	rdvd_time at = T0 + 3 * DAY;
	struct rdvd_booking b = world_booking(w, 0, 0, at);

	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b = world_booking(w, 0, 1, at + cases[i].start_min * MINUTE);
		b.when.end = b.when.start + cases[i].minutes * MINUTE;
		assert_int_equal(world_book(w, &b, NULL), cases[i].rc);
		b = world_booking(w, 1 + (int)i % 3, 1,
				  at + (rdvd_time)(i + 2) * 2 * DAY);
		assert_int_equal(world_book(w, &b, NULL),
				 RDVD_OK); /* another counsellor's time */
	}
	world_assert_whole(w);
}

static void test_what_cannot_be_booked(void **state)
{
	struct world *w = *state;
	struct rdvd_booking good = world_booking(w, 0, 0, T0 + DAY), b = good;

	b.ncounsellors = 0;
	assert_int_equal(world_book(w, &b, NULL), RDVD_INVALID);
	b = good;
	b.when.end = b.when.start;
	assert_int_equal(world_book(w, &b, NULL), RDVD_INVALID);
	b = good;
	b.when.end = b.when.start + DAY + 1;
	assert_int_equal(world_book(w, &b, NULL), RDVD_INVALID);
	b = good;
	b.party_size = 0;
	assert_int_equal(world_book(w, &b, NULL), RDVD_INVALID);
	b = good;
	b.counsellors[0] = 999999;
	assert_int_equal(world_book(w, &b, NULL), RDVD_INVALID);
	b = good;
	b.verdict = RDVD_CONFLICT;
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	assert_int_equal(world_claims(w, -1, 0, T0), 0);
	assert_int_equal(world_book(w, &good, NULL), RDVD_OK);
	assert_int_equal(world_claims(w, -1, 0, T0), 1);
}

static void test_request_key(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct rdvd_booked first, again = {0};

	b.request_key = "one-key";
	support_hash(1, b.body_hash);
	assert_int_equal(ACT(w, book(w->st, &b, &first)), RDVD_OK);
	assert_int_equal(first.known, 0);
	b.verdict = RDVD_CONFLICT; /* the slot is gone from the agenda by now */
	support_hash(77, b.token_hash);
	assert_int_equal(ACT(w, book(w->st, &b, &again)), RDVD_OK);
	assert_int_equal(again.known, 1);
	assert_int_equal(again.id, first.id);
	assert_int_equal(again.session, first.session);
	support_hash(2, b.body_hash);
	assert_int_equal(ACT(w, book(w->st, &b, &again)), RDVD_INVALID);
	/* Only successes are remembered. */
	b = world_booking(w, 0, 0, T0 + DAY);
	b.request_key = "other-key";
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	b.when.start += DAY;
	b.when.end += DAY;
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	world_assert_whole(w);
}

static void test_two_counsellors(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	rdvd_id id;
	struct rdvd_appointment a;
	int changed;

	b.counsellors[1] = w->counsellor[1];
	b.ncounsellors = 2;
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	a = world_get(w, id);
	assert_int_equal(a.ncounsellors, 2);
	assert_int_equal(a.counsellors[0], w->counsellor[0]);
	assert_int_equal(a.counsellors[1], w->counsellor[1]);
	b = world_booking(w, 1, 1, T0 + DAY + 30 * MINUTE);
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	b = world_booking(w, 2, 1, T0 + DAY + 30 * MINUTE);
	b.counsellors[1] = w->counsellor[1];
	b.ncounsellors = 2;
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	assert_int_equal(world_claims(w, 2, 0, T0),
			 0); /* nothing of the refused one stays */
	assert_int_equal(world_cancel(w, id, T0, &changed), RDVD_OK);
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	/* The same counsellor twice is an overlap with oneself. */
	b = world_booking(w, 3, 1, T0 + DAY);
	b.counsellors[1] = b.counsellors[0];
	b.ncounsellors = 2;
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	world_assert_whole(w);
}

static void test_rooms(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct rdvd_hold_request h;
	uint64_t released[2];
	rdvd_id session;

	b.place.rooms = 2;
	b.when.end = b.when.start + 2 * HOUR;
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	b = world_booking(w, 1, 0,
			  T0 + DAY); /* the first half; two counsellors, one room */
	b.counsellors[1] = w->counsellor[2];
	b.ncounsellors = 2;
	b.place.rooms = 2;
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	b = world_booking(w, 3, 0, T0 + DAY + 30 * MINUTE); /* begins in the full half */
	b.place.rooms = 2;
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	b.place.site = w->site[1]; /* another place has its own rooms */
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	h = world_hold(w, 1, 0, T0 + DAY + HOUR,
		       T0); /* the half that is not full: a hold counts too */
	h.place.rooms = 2;
	assert_int_equal(ACT(w, hold_create(w->st, &h, &session, released)), RDVD_OK);
	b = world_booking(w, 2, 0, T0 + DAY + HOUR);
	b.place.rooms = 2;
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	b.place.rooms = 0;
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
}

static struct rdvd_booking seat(struct world *w, int c, rdvd_time start, int party)
{
	struct rdvd_booking b = world_booking(w, c, 0, start);

	b.service = w->workshop;
	b.capacity = 12;
	b.party_size = party;
	return b;
}

static void test_workshop(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 2 * DAY;
	struct rdvd_booking b;
	struct rdvd_hold_request h;
	uint64_t released[2];
	rdvd_id first, second, held, id, session;
	int changed;

	b = seat(w, 0, at, 3);
	assert_int_equal(world_book(w, &b, &first), RDVD_OK);
	b = seat(w, 1, at, 4); /* joins: the first one's counsellor is the workshop's */
	assert_int_equal(world_book(w, &b, &second), RDVD_OK);
	session = world_get(w, first).session;
	assert_int_equal(world_get(w, second).session, session);
	assert_int_equal(world_claims(w, 0, 0, T0), 1);
	assert_int_equal(world_claims(w, 1, 0, T0), 0);
	h = world_hold(w, 0, 0, at, T0);
	h.service = w->workshop;
	h.capacity = 12;
	h.seats = 3;
	assert_int_equal(ACT(w, hold_create(w->st, &h, &held, released)), RDVD_OK);
	assert_int_equal(held, session);
	b = seat(w, 0, at, 3); /* 3 + 4 + 3 held + 3 > 12 */
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	b.hold = h.ref; /* the hold's own seats are theirs */
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	b = seat(w, 0, at, 2);
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	b = seat(w, 0, at, 1);
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	assert_int_equal(world_cancel(w, first, T0, &changed), RDVD_OK);
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	assert_int_equal(world_mark(w, first, RDVD_OUTCOME_UNKNOWN, T0), RDVD_CONFLICT);
	b = seat(w, 0, at + DAY, 13);
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	world_assert_whole(w);
}

static void test_workshop_frees_counsellor_with_the_last(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 2 * DAY;
	struct rdvd_booking b = seat(w, 0, at, 1), other = world_booking(w, 0, 1, at);
	rdvd_id ids[2];
	int changed;

	assert_int_equal(world_book(w, &b, &ids[0]), RDVD_OK);
	b = seat(w, 0, at, 1);
	assert_int_equal(world_book(w, &b, &ids[1]), RDVD_OK);
	assert_int_equal(world_cancel(w, ids[0], T0, &changed), RDVD_OK);
	assert_int_equal(world_book(w, &other, NULL), RDVD_CONFLICT);
	assert_int_equal(world_cancel(w, ids[1], T0, &changed), RDVD_OK);
	assert_int_equal(world_book(w, &other, NULL), RDVD_OK);
	assert_int_equal(world_mark(w, ids[1], RDVD_OUTCOME_UNKNOWN, T0), RDVD_CONFLICT);
	world_assert_whole(w);
}

static void test_move(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 2 * DAY;
	struct rdvd_booking b = world_booking(w, 0, 0, at),
			    other = world_booking(w, 1, 0, at);
	struct rdvd_mark coming = {.now = T0, .actor = ""};
	struct rdvd_move m;
	struct rdvd_appointment before, after;
	rdvd_id id, session;
	int changed = -1;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(world_book(w, &other, NULL), RDVD_OK);
	coming.which.id = id;
	assert_int_equal(ACT(w, confirm(w->st, &coming, &changed)), RDVD_OK);
	before = world_get(w, id);
	m = world_move(w, id, 1, 0, at + 30 * MINUTE, T0); /* the other's counsellor */
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_CONFLICT);
	m = world_move(w, id, 0, 0, at + 30 * MINUTE, T0); /* overlaps only itself */
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	after = world_get(w, id);
	assert_int_equal(after.session, before.session);
	assert_int_equal(after.when.start, at + 30 * MINUTE);
	assert_int_equal(after.sequence, before.sequence + 1);
	assert_int_equal(after.revision, before.revision + 1);
	assert_int_equal(after.status, RDVD_BOOKED);
	assert_int_equal(after.confirmed, 0);
	m.verdict = RDVD_CONFLICT; /* asked again: it is there */
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	m = world_move(w, id, 0, 0, at + DAY, T0);
	m.verdict = RDVD_STALE;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_STALE);
	m = world_move(w, id, 0, 0, at + DAY, at + 30 * MINUTE - HOUR); /* too late */
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_STALE);
	m.move_until_s = -1;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	b = world_booking(w, 0, 0, at); /* its first time is free again */
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	assert_int_equal(world_cancel(w, id, T0, &changed), RDVD_OK);
	m.when.start += DAY;
	m.when.end += DAY;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_STALE);
	m.which.id = 424242;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_NOT_FOUND);
	world_assert_whole(w);
}

static void test_move_between_workshops(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 2 * DAY;
	struct rdvd_booking b = seat(w, 0, at, 6);
	rdvd_id ids[3], session;
	struct rdvd_move m;
	int changed;

	assert_int_equal(world_book(w, &b, &ids[0]), RDVD_OK);
	b = seat(w, 0, at, 6);
	assert_int_equal(world_book(w, &b, &ids[1]), RDVD_OK);
	b = seat(w, 1, at + DAY, 8);
	assert_int_equal(world_book(w, &b, &ids[2]), RDVD_OK);
	m = world_move(w, ids[0], 1, 0, at + DAY, T0);
	m.capacity = 12;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)),
			 RDVD_CONFLICT); /* 8 + 6 */
	m = world_move(w, ids[0], 0, 0, at + 2 * DAY, T0);
	m.capacity = 12;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_not_equal(session, world_get(w, ids[1]).session);
	assert_int_equal(world_get(w, ids[0]).session, session);
	assert_int_equal(world_claims(w, 0, 0, T0), 2);
	/* The last one takes its counsellor along, also to a time that overlaps the old
	 * one. */
	m = world_move(w, ids[1], 0, 0, at + 30 * MINUTE, T0);
	m.capacity = 12;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(world_claims(w, 0, 0, T0), 2);
	world_assert_whole(w);
}

static void test_cancel_and_confirm(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY;
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	struct rdvd_mark coming = {.now = T0 + HOUR, .actor = ""};
	struct rdvd_cancel c = {.now = at, .actor = ""};
	struct rdvd_appointment a;
	rdvd_id id;
	int changed = -1;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	memcpy(coming.which.token_hash, b.token_hash,
	       sizeof(b.token_hash)); /* as the person does */
	assert_int_equal(ACT(w, confirm(w->st, &coming, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(ACT(w, confirm(w->st, &coming, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	a = world_get(w, id);
	assert_int_equal(a.status, RDVD_CONFIRMED);
	assert_int_equal(a.confirmed, T0 + HOUR);
	c.which = coming.which;
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)),
			 RDVD_STALE); /* it begins now */
	c.now = at - 1;
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(ACT(w, confirm(w->st, &coming, &changed)), RDVD_STALE);
	a = world_get(w, id);
	assert_int_equal(a.status, RDVD_CANCELLED);
	assert_int_equal(a.outcome, RDVD_EXCUSED);
	assert_int_equal(a.cancelled, at - 1);
	assert_int_equal(world_claims(w, -1, 0, T0), 0);
	b = world_booking(w, 0, 0, at);
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	c = (struct rdvd_cancel){
		.which = {.id = id}, .now = at + 1, .actor = "marie", .by_team = 1};
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(world_get(w, id).outcome, RDVD_REVOKED);
	c.which.id = 31337;
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_NOT_FOUND);
	world_assert_whole(w);
}

static void test_mark(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY;
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	struct rdvd_mark m = {.outcome = RDVD_SEEN,
			      .persons_present = 2,
			      .now = at + HOUR,
			      .actor = "marie"};
	rdvd_id id, other;
	int changed = -1;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	m.which.id = id;
	assert_int_equal(ACT(w, mark(w->st, &m, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(ACT(w, mark(w->st, &m, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(world_get(w, id).persons_present, 2);
	assert_int_equal(world_get(w, id).status, RDVD_BOOKED);
	assert_int_equal(world_last_fact(w).n, 2);
	/* Excused cancels and frees the time; taking it back needs the time. */
	assert_int_equal(world_mark(w, id, RDVD_EXCUSED, at + HOUR), RDVD_OK);
	assert_int_equal(world_get(w, id).status, RDVD_CANCELLED);
	assert_int_equal(world_mark(w, id, RDVD_REVOKED, at + HOUR), RDVD_OK);
	assert_int_equal(world_mark(w, id, RDVD_NO_SHOW, at + HOUR), RDVD_OK);
	assert_int_equal(world_get(w, id).status, RDVD_BOOKED);
	assert_int_equal(world_claims(w, 0, 0, T0), 1);
	assert_int_equal(world_mark(w, id, RDVD_EXCUSED, at + HOUR), RDVD_OK);
	b = world_booking(w, 0, 0, at + 30 * MINUTE);
	assert_int_equal(world_book(w, &b, &other), RDVD_OK);
	assert_int_equal(world_mark(w, id, RDVD_SEEN, at + HOUR), RDVD_CONFLICT);
	assert_int_equal(world_get(w, id).outcome, RDVD_EXCUSED);
	world_assert_whole(w);
}

const struct CMUnitTest acts_tests[] = {
	WORLD_TEST(test_overlap_is_refused),
	WORLD_TEST(test_what_cannot_be_booked),
	WORLD_TEST(test_request_key),
	WORLD_TEST(test_two_counsellors),
	WORLD_TEST(test_rooms),
	WORLD_TEST(test_workshop),
	WORLD_TEST(test_workshop_frees_counsellor_with_the_last),
	WORLD_TEST(test_move),
	WORLD_TEST(test_move_between_workshops),
	WORLD_TEST(test_cancel_and_confirm),
	WORLD_TEST(test_mark),
};
const size_t acts_count = sizeof(acts_tests) / sizeof(acts_tests[0]);
