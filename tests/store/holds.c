/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holds.c - slots kept a few minutes: they count like appointments until they expire, one
 * browser has two. */
#include "world.h"

static enum rdvd_rc hold(struct world *w, const struct rdvd_hold_request *h,
			 uint64_t released[2])
{
	rdvd_id session = -1;

	return ACT(w, hold_create(w->st, h, &session, released));
}

static void test_hold_keeps_the_slot(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY;
	struct rdvd_hold_request h = world_hold(w, 0, 0, at, T0),
				 h2 = world_hold(w, 0, 0, at, T0);
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	struct rdvd_booked out;
	uint64_t released[2] = {9, 9};

	assert_int_equal(hold(w, &h, released), RDVD_OK);
	assert_int_equal(released[0], 0);
	assert_int_equal(released[1], 0);
	assert_int_equal(world_claims(w, 0, 0, T0), 1);
	assert_int_equal(hold(w, &h2, released), RDVD_CONFLICT);
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	b.hold = h.ref;
	assert_int_equal(ACT(w, book(w->st, &b, &out)), RDVD_OK);
	assert_int_equal(out.released, h.ref);
	assert_int_equal(world_claims(w, 0, 0, T0), 1);
	assert_int_equal(ACT(w, hold_release(w->st, h.ref, T0)), RDVD_NOT_FOUND);
	world_assert_whole(w);
}

static void test_hold_expires(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY, end = T0 + 10 * MINUTE;
	struct rdvd_hold_request h = world_hold(w, 0, 0, at, T0);
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	uint64_t released[2];
	rdvd_id id;

	assert_int_equal(hold(w, &h, released), RDVD_OK);
	b.now = end - 1;
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	assert_int_equal(world_claims(w, 0, 0, end - 1), 1);
	assert_int_equal(world_claims(w, 0, 0, end), 0); /* though nothing has swept it */
	b.now = end;
	b.hold = h.ref; /* its own, expired: the slot is free, so it is booked */
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	h = world_hold(w, 1, 0, at, T0);
	assert_int_equal(hold(w, &h, released), RDVD_OK);
	b = world_booking(w, 1, 0, at);
	b.now = end;
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	b = world_booking(w, 1, 0, at); /* an expired hold whose slot another has taken */
	b.hold = h.ref;
	b.now = end;
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	h = world_hold(w, 2, 0, at, T0);
	assert_int_equal(hold(w, &h, released), RDVD_OK);
	assert_int_equal(ACT(w, hold_sweep(w->st, end - 1)), RDVD_OK);
	assert_int_equal(ACT(w, hold_extend(w->st, h.ref, end, end + 1)), RDVD_NOT_FOUND);
	assert_int_equal(ACT(w, hold_sweep(w->st, end)), RDVD_OK);
	assert_int_equal(ACT(w, hold_release(w->st, h.ref, end)), RDVD_NOT_FOUND);
	assert_int_equal(ACT(w, hold_sweep(w->st, end)), RDVD_OK);
	world_assert_whole(w);
}

static void test_hold_is_extended_twice(void **state)
{
	struct world *w = *state;
	struct rdvd_hold_request h = world_hold(w, 0, 0, T0 + DAY, T0);
	rdvd_time now = T0 + 9 * MINUTE;
	uint64_t released[2];

	assert_int_equal(hold(w, &h, released), RDVD_OK);
	assert_int_equal(ACT(w, hold_extend(w->st, h.ref, now, now + 10 * MINUTE)),
			 RDVD_OK);
	now += 9 * MINUTE;
	assert_int_equal(world_claims(w, 0, 0, now), 1);
	assert_int_equal(ACT(w, hold_extend(w->st, h.ref, now, now + 10 * MINUTE)),
			 RDVD_OK);
	assert_int_equal(ACT(w, hold_extend(w->st, h.ref, now, now + 20 * MINUTE)),
			 RDVD_STALE);
	assert_int_equal(world_claims(w, 0, 0, now + 10 * MINUTE - 1), 1);
	assert_int_equal(world_claims(w, 0, 0, now + 10 * MINUTE), 0);
	assert_int_equal(ACT(w, hold_extend(w->st, 12345, now, now + 1)), RDVD_NOT_FOUND);
}

static void test_two_holds_a_browser(void **state)
{
	struct world *w = *state;
	struct rdvd_hold_request h[4];
	uint64_t released[2];

	for (int i = 0; i < 4; i++) {
		h[i] = world_hold(w, 0, 0, T0 + DAY + i * HOUR, T0 + i);
		memset(h[i].holder, 7, sizeof(h[i].holder));
	}
	assert_int_equal(hold(w, &h[0], released), RDVD_OK);
	assert_int_equal(hold(w, &h[1], released), RDVD_OK);
	assert_int_equal(released[0], 0);
	assert_int_equal(hold(w, &h[2], released), RDVD_OK);
	assert_int_equal(released[0], h[0].ref);
	assert_int_equal(released[1], 0);
	assert_int_equal(world_claims(w, 0, 0, T0), 2);
	/* The form loaded again: its own hold gives way to the new one. */
	h[3].when = h[2].when;
	assert_int_equal(hold(w, &h[3], released), RDVD_OK);
	assert_int_equal(released[0], h[2].ref);
	assert_int_equal(world_claims(w, 0, 0, T0), 2);
	/* Without a browser there is no bound. */
	for (int i = 0; i < 3; i++) {
		h[0] = world_hold(w, 1, 0, T0 + DAY + i * HOUR, T0);
		assert_int_equal(hold(w, &h[0], released), RDVD_OK);
	}
	assert_int_equal(world_claims(w, 1, 0, T0), 3);
	/* Another browser's slot stays its own. */
	h[0] = world_hold(w, 0, 0, h[3].when.start, T0);
	memset(h[0].holder, 8, sizeof(h[0].holder));
	assert_int_equal(hold(w, &h[0], released), RDVD_CONFLICT);
	world_assert_whole(w);
}

static void test_hold_opens_a_workshop(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY;
	struct rdvd_hold_request h = world_hold(w, 0, 0, at, T0);
	struct rdvd_booking b = world_booking(w, 0, 1, at);
	uint64_t released[2];
	rdvd_id session = 0, id;

	h.service = w->workshop;
	h.capacity = 12;
	h.seats = 2;
	assert_int_equal(ACT(w, hold_create(w->st, &h, &session, released)), RDVD_OK);
	assert_true(session > 0);
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	assert_int_equal(world_claims(w, 0, 0, h.expires), 0);
	assert_int_equal(ACT(w, hold_release(w->st, h.ref, T0)), RDVD_OK);
	assert_int_equal(world_claims(w, 0, 0, T0), 0);
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	world_assert_whole(w);
}

const struct CMUnitTest holds_tests[] = {
	WORLD_TEST(test_hold_keeps_the_slot),	 WORLD_TEST(test_hold_expires),
	WORLD_TEST(test_hold_is_extended_twice), WORLD_TEST(test_two_holds_a_browser),
	WORLD_TEST(test_hold_opens_a_workshop),
};
const size_t holds_count = sizeof(holds_tests) / sizeof(holds_tests[0]);
