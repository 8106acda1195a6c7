/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workshop.c - what any store keeps of workshops: their places, one more that only the
 * team may take, colleagues and their employers, and who waits for one of them. */
#include "world.h"

#define AT (T0 + 5 * DAY)
#define PLACES 2

static struct rdvd_booking seat(struct world *w)
{
	struct rdvd_booking b = world_booking(w, 0, 0, AT);

	b.service = w->workshop;
	b.capacity = PLACES;
	return b;
}

static enum rdvd_rc join(struct world *w, int party, int over, rdvd_id *id)
{
	struct rdvd_booking b = seat(w);

	b.party_size = party;
	b.over = over;
	return world_book(w, &b, id);
}

static struct rdvd_hold_request hold_seat(struct world *w)
{
	struct rdvd_hold_request h = world_hold(w, 0, 0, AT, T0);

	h.service = w->workshop;
	h.capacity = PLACES;
	h.seats = 1;
	return h;
}

static void test_one_more_by_the_team(void **state)
{
	struct world *w = *state;
	struct rdvd_hold_request h = hold_seat(w);
	rdvd_id ids[4], held = 0;
	uint64_t released[2];
	int changed = -1;

	assert_int_equal(join(w, 1, 0, &ids[0]), RDVD_OK);
	assert_int_equal(world_get(w, ids[0]).capacity, PLACES);
	assert_int_equal(join(w, 1, 1, &ids[1]), RDVD_OK);
	assert_int_equal(world_get(w, ids[1]).capacity, PLACES); /* there was room */
	assert_int_equal(join(w, 1, 0, NULL), RDVD_CONFLICT);
	assert_int_equal(join(w, 1, 1, &ids[2]), RDVD_OK);
	assert_int_equal(world_get(w, ids[2]).capacity, PLACES + 1);
	assert_int_equal(world_get(w, ids[2]).session, world_get(w, ids[0]).session);
	assert_int_equal(world_claims(w, 0, 0, T0), 1); /* one session */
	world_assert_whole(w);
	/* the public is refused, however it asks, also after reopening */
	world_reopen(w);
	assert_int_equal(join(w, 1, 0, NULL), RDVD_CONFLICT);
	assert_int_equal(ACT(w, hold_create(w->st, &h, &held, released)), RDVD_CONFLICT);
	/* one leaves: as many as places are there, nobody may come */
	assert_int_equal(world_cancel(w, ids[0], T0, &changed), RDVD_OK);
	assert_int_equal(join(w, 1, 0, NULL), RDVD_CONFLICT);
	assert_int_equal(ACT(w, hold_create(w->st, &h, &held, released)), RDVD_CONFLICT);
	/* one more leaves: a place, and the capacity is the service's again */
	assert_int_equal(world_cancel(w, ids[1], T0, &changed), RDVD_OK);
	assert_int_equal(join(w, 1, 0, &ids[3]), RDVD_OK);
	assert_int_equal(world_get(w, ids[3]).capacity, PLACES);
	assert_int_equal(world_get(w, ids[2]).capacity, PLACES);
	assert_int_equal(join(w, 1, 0, NULL), RDVD_CONFLICT);
	world_assert_whole(w);
}

/* Who was given time to fill the form keeps the place, although the team took one more.
 */
static void test_one_more_beside_a_hold(void **state)
{
	struct world *w = *state;
	struct rdvd_hold_request h = hold_seat(w);
	struct rdvd_booking b;
	rdvd_id held = 0, id = 0;
	uint64_t released[2];

	assert_int_equal(join(w, 1, 0, NULL), RDVD_OK);
	assert_int_equal(ACT(w, hold_create(w->st, &h, &held, released)), RDVD_OK);
	assert_int_equal(join(w, 1, 0, NULL), RDVD_CONFLICT);
	assert_int_equal(join(w, 1, 1, NULL), RDVD_OK);
	b = seat(w);
	b.hold = h.ref;
	b.now = T0 + MINUTE;
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(world_get(w, id).capacity, PLACES + 1);
	world_assert_whole(w);
	/* the hold was good for one */
	b = seat(w);
	b.hold = h.ref;
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	world_assert_whole(w);
}

static void test_parties(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	assert_int_equal(join(w, PLACES + 1, 0, NULL), RDVD_CONFLICT);
	assert_int_equal(join(w, PLACES, 0, &id), RDVD_OK);
	assert_int_equal(join(w, 2, 1, NULL), RDVD_OK);
	assert_int_equal(world_get(w, id).capacity, PLACES + 2);
	assert_int_equal(join(w, PLACES + 3, 1, NULL), RDVD_OK);
	assert_int_equal(world_get(w, id).capacity, 2 * PLACES + 5);
	world_assert_whole(w);
}

/* Moved into a full workshop, nobody goes over. */
static void test_moves_respect_the_places(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = seat(w);
	struct rdvd_move m;
	rdvd_id id, session;
	int changed = -1;

	b.when.start += DAY;
	b.when.end += DAY;
	b.when.civil_start += DAY;
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(join(w, 2, 0, NULL), RDVD_OK);
	assert_int_equal(join(w, 1, 1, NULL), RDVD_OK);
	m = world_move(w, id, 0, 0, AT, T0);
	m.capacity = PLACES;
	m.move_until_s = -1;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_CONFLICT);
	assert_int_equal(world_get(w, id).when.start, AT + DAY);
	world_assert_whole(w);
}

struct colleague {
	int n, professional, birth_year;
	char employer[32];
};

static int keep_colleague(void *arg, const struct rdvd_appointment *a)
{
	struct colleague *c = arg;

	c->n++;
	c->professional = a->person.professional;
	c->birth_year = a->person.birth_year;
	snprintf(c->employer, sizeof(c->employer), "%s", a->person.employer);
	return 0;
}

static struct colleague colleague(struct world *w, rdvd_id id)
{
	struct rdvd_which which = {.id = id};
	struct colleague c = {.n = 0};

	assert_int_equal(w->ops->appointment_get(w->st, &which, keep_colleague, &c),
			 RDVD_OK);
	assert_int_equal(c.n, 1);
	return c;
}

static void test_colleagues(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = seat(w);
	rdvd_id one, other;
	struct colleague c;

	b.person.professional = 1;
	b.person.employer = "Mission locale d’Hénin";
	b.person.birth_year = 0;
	assert_int_equal(world_book(w, &b, &one), RDVD_OK);
	assert_int_equal(join(w, 1, 0, &other), RDVD_OK);
	world_reopen(w);
	c = colleague(w, one);
	assert_int_equal(c.professional, 1);
	assert_int_equal(c.birth_year, 0);
	assert_string_equal(c.employer, "Mission locale d’Hénin");
	c = colleague(w, other);
	assert_int_equal(c.professional, 0);
	assert_string_equal(c.employer, "");
	world_assert_whole(w);
}

/* ---- who waits for one of them ---- */

struct starts {
	rdvd_id id[4];
	rdvd_time start[4];
	int n;
};

static int keep_start(void *arg, const struct rdvd_wait *l)
{
	struct starts *s = arg;

	assert_true(s->n < 4);
	s->id[s->n] = l->id;
	s->start[s->n++] = l->start;
	return 0;
}

static rdvd_id wait_for(struct world *w, rdvd_time start)
{
	struct rdvd_wait l = {.ref = w->next,
			      .service = w->workshop,
			      .organisation = w->organisation,
			      .site = w->site[0],
			      .start = start,
			      .near = "",
			      .party_size = 1,
			      .number = "+33612345678",
			      .email = "",
			      .locale = "fr",
			      .person = "{}",
			      .seen = "[]",
			      .created = T0,
			      .until = AT};
	rdvd_id id = 0;

	support_hash(w->next++, l.token_hash);
	assert_int_equal(ACT(w, wait_put(w->st, &l, &id)), RDVD_OK);
	return id;
}

static void test_waiting_for_one(void **state)
{
	struct world *w = *state;
	struct starts s = {.n = 0};
	rdvd_id one = wait_for(w, AT), any = wait_for(w, 0);

	world_reopen(w);
	assert_int_equal(w->ops->wait_each(w->st, keep_start, &s), RDVD_OK);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.id[0], one);
	assert_int_equal(s.start[0], AT);
	assert_int_equal(s.id[1], any);
	assert_int_equal(s.start[1], 0);
	world_assert_whole(w);
}

const struct CMUnitTest workshop_tests[] = {
	WORLD_TEST(test_one_more_by_the_team),
	WORLD_TEST(test_one_more_beside_a_hold),
	WORLD_TEST(test_parties),
	WORLD_TEST(test_moves_respect_the_places),
	WORLD_TEST(test_colleagues),
	WORLD_TEST(test_waiting_for_one),
};
const size_t workshop_count = sizeof(workshop_tests) / sizeof(workshop_tests[0]);
