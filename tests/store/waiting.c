/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting.c - the waiting list and its offers, codes that prove who holds a number, and
 * notices. */
#include "world.h"

#define NUMBER "+33612345678"

static struct rdvd_wait waiter(struct world *w, rdvd_id participation, rdvd_time until)
{
	struct rdvd_wait l = {.ref = w->next,
			      .participation = participation,
			      .service = w->service,
			      .organisation = w->organisation,
			      .near = "62220",
			      .radius_km = 20,
			      .party_size = 1,
			      .number = NUMBER,
			      .email = "",
			      .locale = "fr",
			      .person = "{}",
			      .seen = "[]",
			      .created = T0,
			      .until = until};

	support_hash(w->next++, l.token_hash);
	return l;
}

static rdvd_id wait_for(struct world *w, rdvd_id participation, rdvd_time until)
{
	struct rdvd_wait l = waiter(w, participation, until);
	rdvd_id id = -1;

	assert_int_equal(ACT(w, wait_put(w->st, &l, &id)), RDVD_OK);
	assert_true(id > 0);
	return id;
}

struct waits {
	struct rdvd_wait rows[8];
	char near[8][16], seen[8][64];
	int n;
};

static int keep_wait(void *arg, const struct rdvd_wait *l)
{
	struct waits *all = arg;

	assert_true(all->n < 8);
	all->rows[all->n] = *l;
	snprintf(all->near[all->n], sizeof(all->near[0]), "%s", l->near);
	snprintf(all->seen[all->n], sizeof(all->seen[0]), "%s", l->seen);
	all->n++;
	return 0;
}

static struct waits waits(struct world *w)
{
	struct waits all = {.n = 0};

	assert_int_equal(w->ops->wait_each(w->st, keep_wait, &all), RDVD_OK);
	return all;
}

struct offers {
	struct rdvd_offer rows[8];
	rdvd_id wait[8];
	int n;
};

static int keep_offer(void *arg, const struct rdvd_offer *o, const struct rdvd_wait *l)
{
	struct offers *all = arg;

	assert_true(all->n < 8);
	assert_int_equal(o->wait, l->id);
	all->rows[all->n] = *o;
	all->wait[all->n++] = l->id;
	return 0;
}

static struct offers offers(struct world *w, rdvd_id wait, rdvd_time since)
{
	struct offers all = {.n = 0};

	assert_int_equal(w->ops->offer_each(w->st, wait, since, keep_offer, &all),
			 RDVD_OK);
	return all;
}

/* Offer an hour with counsellor c to one who waits. *ref: of the hold. */
static enum rdvd_rc offer(struct world *w, rdvd_id wait, int c, rdvd_time start,
			  rdvd_id *id, uint64_t *ref)
{
	struct rdvd_hold_request h = world_hold(w, c, 0, start, T0);
	struct rdvd_letter l = world_letter(NUMBER, "Une place se libere", T0);
	struct rdvd_offer o = {.wait = wait,
			       .site = w->site[0],
			       .start = start,
			       .end = start + HOUR,
			       .hold = h.ref,
			       .made = T0,
			       .expires = T0 + 2 * HOUR};

	h.expires = o.expires;
	l.kind = RDVD_MSG_OFFER;
	l.deadline = o.expires;
	if (ref)
		*ref = h.ref;
	return ACT(w, offer_put(w->st, &o, "[1]", &h, &l, 1, id));
}

static void test_joining_and_leaving(void **state)
{
	struct world *w = *state;
	rdvd_id a = world_book_owing(w, 0, T0 + 20 * DAY, NULL), first, second, id = 8;
	struct rdvd_wait l = waiter(w, a, T0 + 20 * DAY);
	struct waits all = {.n = 0};

	first = wait_for(w, a, T0 + 20 * DAY);
	assert_int_equal(ACT(w, wait_put(w->st, &l, &id)), RDVD_CONFLICT);
	l = waiter(w, 0, T0);
	assert_int_equal(ACT(w, wait_put(w->st, &l, &id)), RDVD_INVALID);
	assert_int_equal(id, 8);
	second = wait_for(w, 0, T0 + 9 * DAY);
	all = waits(w);
	assert_int_equal(all.n, 2);
	assert_int_equal(all.rows[0].id, first);
	assert_int_equal(all.rows[0].participation, a);
	assert_int_equal(all.rows[1].id, second);
	assert_string_equal(all.near[1], "62220");
	assert_int_equal(all.rows[1].radius_km, 20);
	all.n = 0;
	assert_int_equal(w->ops->wait_get(w->st, all.rows[1].token_hash, keep_wait, &all),
			 RDVD_OK);
	assert_int_equal(all.rows[0].id, second);
	assert_int_equal(w->ops->wait_get(w->st, l.token_hash, keep_wait, &all),
			 RDVD_NOT_FOUND);
	assert_int_equal(ACT(w, wait_end(w->st, second, RDVD_WAIT_LEFT, T0)), RDVD_OK);
	assert_int_equal(ACT(w, wait_end(w->st, second, RDVD_WAIT_OVER, T0)), RDVD_STALE);
	assert_int_equal(ACT(w, wait_end(w->st, 99, RDVD_WAIT_LEFT, T0)), RDVD_NOT_FOUND);
	assert_int_equal(ACT(w, wait_end(w->st, first, RDVD_WAIT_WAITING, T0)),
			 RDVD_INVALID);
	assert_int_equal(waits(w).n, 1);
	world_assert_whole(w);
}

static int is_erased(void *arg, const struct rdvd_wait *l)
{
	*(int *)arg = !*l->number && !*l->email && !*l->person && !*l->near && !*l->seen;
	return 1;
}

/* Who waited is forgotten a while after it ended; who still waits is not. */
static void test_those_who_waited_are_forgotten(void **state)
{
	struct world *w = *state;
	struct rdvd_wait gone = waiter(w, 0, T0 + 9 * DAY),
			 there = waiter(w, 0, T0 + 9 * DAY);
	rdvd_id id;
	size_t n;
	int erased = -1;

	assert_int_equal(ACT(w, wait_put(w->st, &gone, &id)), RDVD_OK);
	assert_int_equal(ACT(w, wait_end(w->st, id, RDVD_WAIT_LEFT, T0)), RDVD_OK);
	assert_int_equal(ACT(w, wait_put(w->st, &there, &id)), RDVD_OK);
	assert_int_equal(ACT(w, anonymise(w->st, T0, 10, &n)), RDVD_OK);
	assert_int_equal(n, 0);
	assert_int_equal(ACT(w, anonymise(w->st, T0 + DAY, 10, &n)), RDVD_OK);
	assert_int_equal(n, 1);
	assert_int_equal(w->ops->wait_get(w->st, gone.token_hash, is_erased, &erased),
			 RDVD_OK);
	assert_int_equal(erased, 1);
	assert_int_equal(w->ops->wait_get(w->st, there.token_hash, is_erased, &erased),
			 RDVD_OK);
	assert_int_equal(erased, 0);
	assert_int_equal(ACT(w, anonymise(w->st, T0 + DAY, 10, &n)), RDVD_OK);
	assert_int_equal(n, 0);
}

static void test_an_offer_keeps_its_slot(void **state)
{
	struct world *w = *state;
	rdvd_id wait = wait_for(w, 0, T0 + 9 * DAY), other = wait_for(w, 0, T0 + 9 * DAY);
	rdvd_id id, none = 4;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct waits all;

	assert_int_equal(offer(w, wait, 0, T0 + DAY, &id, NULL), RDVD_OK);
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	assert_int_equal(offer(w, other, 0, T0 + DAY, &none, NULL), RDVD_CONFLICT);
	assert_int_equal(offer(w, wait, 1, T0 + DAY, &none, NULL), RDVD_STALE);
	assert_int_equal(offer(w, 99, 1, T0 + DAY, &none, NULL), RDVD_NOT_FOUND);
	assert_int_equal(none, 4);
	assert_int_equal(world_claims(w, -1, 0, T0), 1);
	all = waits(w);
	assert_int_equal(all.rows[0].last_offer, T0);
	assert_string_equal(all.seen[0], "[1]");
	assert_int_equal(all.rows[1].last_offer, 0);
	assert_int_equal(world_claim(w, T0, 8).n, 1);
	/* declined: the next may have it */
	assert_int_equal(ACT(w, offer_end(w->st, id, RDVD_OFFER_DECLINED, T0)), RDVD_OK);
	assert_int_equal(ACT(w, offer_end(w->st, id, RDVD_OFFER_LAPSED, T0)), RDVD_STALE);
	assert_int_equal(ACT(w, offer_end(w->st, 99, RDVD_OFFER_LAPSED, T0)),
			 RDVD_NOT_FOUND);
	assert_int_equal(world_claims(w, -1, 0, T0), 0);
	assert_int_equal(offer(w, other, 0, T0 + DAY, &none, NULL), RDVD_OK);
	assert_int_equal(offers(w, 0, 0).n, 2);
	assert_int_equal(offers(w, wait, 0).n, 1);
	assert_int_equal(offers(w, wait, 0).rows[0].state, RDVD_OFFER_DECLINED);
	assert_int_equal(offers(w, 0, T0 + 1).n, 0);
	/* The offer's letter has not left yet when they leave: it does not leave. */
	assert_int_equal(ACT(w, wait_end(w->st, other, RDVD_WAIT_LEFT, T0)), RDVD_OK);
	assert_int_equal(world_claims(w, -1, 0, T0), 0);
	assert_int_equal(offers(w, other, 0).rows[0].state, RDVD_OFFER_LAPSED);
	assert_int_equal(world_claim(w, T0, 8).n, 0);
	world_assert_counts(w);
}

/* In a batch, an offer that cannot be made leaves nothing: no hold, no letter. */
static void test_an_offer_that_cannot_be_made(void **state)
{
	struct world *w = *state;
	rdvd_id wait = wait_for(w, 0, T0 + 9 * DAY), id;
	struct rdvd_hold_request h = world_hold(w, 0, 0, T0 + DAY, T0);
	struct rdvd_letter letters[2] = {world_letter(NUMBER, "Une place", T0),
					 world_letter("", "Une place", T0)};
	struct rdvd_booking b = world_booking(w, 1, 0, T0 + DAY);
	struct rdvd_offer o = {.wait = wait,
			       .start = T0 + DAY,
			       .end = T0 + DAY + HOUR,
			       .hold = h.ref,
			       .made = T0,
			       .expires = T0 + HOUR};
	struct rdvd_booked out;

	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->book(w->st, &b, &out), RDVD_OK);
	assert_int_equal(w->ops->release(w->st), RDVD_OK);
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->offer_put(w->st, &o, "[]", &h, letters, 2, &id),
			 RDVD_INVALID);
	w->ops->undo(w->st);
	assert_true(w->ops->in_transaction(w->st));
	assert_int_equal(w->ops->commit(w->st), RDVD_OK);
	assert_int_equal(world_claims(w, -1, 0, T0), 1);
	assert_int_equal(offers(w, 0, 0).n, 0);
	assert_int_equal(waits(w).rows[0].last_offer, 0);
	world_assert_counts(w);
}

/* An offer of a slot that went to somebody else after all: the offer stays open, for the
 * caller to end, and its yes is not lost. */
static void test_taking_what_is_gone(void **state)
{
	struct world *w = *state;
	rdvd_id a = world_book_owing(w, 0, T0 + 20 * DAY, NULL), id, session;
	rdvd_id wait = wait_for(w, a, T0 + 20 * DAY);
	struct rdvd_booking b = world_booking(w, 1, 0, T0 + DAY);
	struct rdvd_turn t = {.inbound = world_text(w, NUMBER, "1", "oui"),
			      .number = NUMBER,
			      .state = RDVD_INBOUND_DONE,
			      .reply = "C'est note",
			      .deadline = T0 + DAY,
			      .offer_taken = 1,
			      .now = T0 + 3 * HOUR};
	struct rdvd_move m;
	uint64_t ref;
	int changed;

	assert_int_equal(offer(w, wait, 1, T0 + DAY, &id, &ref), RDVD_OK);
	b.now = T0 + 3 * HOUR; /* the hold has expired, and nobody has ended the offer */
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	m = world_move(w, a, 1, 0, T0 + DAY, T0 + 3 * HOUR);
	t.offer = id;
	m.turn = &t;
	m.hold = ref;
	m.wait = wait;
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->move(w->st, &m, &session, &changed), RDVD_CONFLICT);
	w->ops->undo(w->st);
	assert_int_equal(w->ops->commit(w->st), RDVD_OK);
	assert_int_equal(world_get(w, a).when.start, T0 + 20 * DAY);
	assert_int_equal(offers(w, wait, 0).rows[0].state, RDVD_OFFER_OPEN);
	assert_int_equal(waits(w).n, 1);
	assert_int_equal(ACT(w, offer_end(w->st, id, RDVD_OFFER_LAPSED, T0 + 3 * HOUR)),
			 RDVD_OK);
	support_now = T0 + 3 * HOUR;
	world_assert_counts(w);
	support_now = T0;
}

/* While its letter is tried again, the offer ends: the letter does not go. */
static void test_no_offer_after_its_end(void **state)
{
	struct world *w = *state;
	rdvd_id wait = wait_for(w, 0, T0 + 9 * DAY), id;
	struct given g;

	assert_int_equal(offer(w, wait, 0, T0 + DAY, &id, NULL), RDVD_OK);
	g = world_claim(w, T0, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(ACT(w, offer_end(w->st, id, RDVD_OFFER_LAPSED, T0)), RDVD_OK);
	assert_int_equal(
		world_result(w, g.ids[0], 1, RDVD_MSG_RETRY_WAIT, T0 + MINUTE, T0),
		RDVD_OK);
	assert_int_equal(world_state(w, g.ids[0]), RDVD_MSG_SUPERSEDED);
	assert_int_equal(world_claim(w, T0 + HOUR, 8).n, 0);
	world_assert_counts(w);
}

static void test_taken_by_moving(void **state)
{
	struct world *w = *state;
	rdvd_id a = world_book_owing(w, 0, T0 + 20 * DAY, NULL), id, session;
	rdvd_id wait = wait_for(w, a, T0 + 20 * DAY);
	struct rdvd_turn t = {.inbound = world_text(w, NUMBER, "1", "oui"),
			      .number = NUMBER,
			      .state = RDVD_INBOUND_DONE,
			      .reply = "C'est note",
			      .deadline = T0 + HOUR,
			      .offer_taken = 1,
			      .now = T0};
	struct rdvd_move m;
	uint64_t ref;
	int changed;

	assert_int_equal(offer(w, wait, 1, T0 + DAY, &id, &ref), RDVD_OK);
	m = world_move(w, a, 1, 0, T0 + DAY, T0);
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_CONFLICT);
	t.offer = id;
	m.turn = &t;
	m.hold = ref;
	m.wait = wait;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(world_get(w, a).when.start, T0 + DAY);
	assert_int_equal(offers(w, wait, 0).rows[0].state, RDVD_OFFER_TAKEN);
	assert_int_equal(waits(w).n, 0);
	assert_int_equal(world_claims(w, -1, 0, T0), 1);
	/* a second yes, by the page: the offer is no longer open */
	t.inbound = 0;
	m.when.start += DAY;
	m.when.end += DAY;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_STALE);
	assert_int_equal(world_get(w, a).when.start, T0 + DAY);
	world_assert_counts(w);
}

static void test_taken_by_booking_and_declined(void **state)
{
	struct world *w = *state;
	rdvd_id wait = wait_for(w, 0, T0 + 9 * DAY), other, id, booked;
	struct rdvd_turn t = {.number = "", .offer_taken = 1, .now = T0};
	struct rdvd_booking b;
	uint64_t ref;

	assert_int_equal(offer(w, wait, 1, T0 + DAY, &id, &ref), RDVD_OK);
	b = world_booking(w, 1, 0, T0 + DAY);
	b.hold = ref;
	b.wait = wait;
	t.offer = id;
	b.turn = &t;
	assert_int_equal(world_book(w, &b, &booked), RDVD_OK);
	assert_int_equal(waits(w).n, 0);
	assert_int_equal(offers(w, wait, 0).rows[0].state, RDVD_OFFER_TAKEN);
	other = wait_for(w, 0, T0 + 9 * DAY);
	assert_int_equal(offer(w, other, 2, T0 + DAY, &id, &ref), RDVD_OK);
	t.offer = id;
	t.offer_taken = 0;
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	assert_int_equal(offers(w, other, 0).rows[0].state, RDVD_OFFER_DECLINED);
	assert_int_equal(waits(w).n, 1); /* still waits for another */
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_STALE);
	t.offer = 99;
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_NOT_FOUND);
	world_assert_counts(w);
}

/* The appointment goes, or comes earlier: so does what is waited for. */
static void test_the_appointment_changes(void **state)
{
	struct world *w = *state;
	rdvd_id a = world_book_owing(w, 0, T0 + 20 * DAY, NULL), id, session;
	rdvd_id wait = wait_for(w, a, T0 + 20 * DAY);
	struct rdvd_move m = world_move(w, a, 0, 0, T0 + 10 * DAY, T0);
	int changed;

	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(waits(w).rows[0].until, T0 + 10 * DAY);
	m = world_move(w, a, 0, 0, T0 + 15 * DAY, T0);
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(waits(w).rows[0].until, T0 + 15 * DAY);
	assert_int_equal(offer(w, wait, 1, T0 + DAY, &id, NULL), RDVD_OK);
	assert_int_equal(world_cancel(w, a, T0, &changed), RDVD_OK);
	assert_int_equal(waits(w).n, 0);
	assert_int_equal(offers(w, wait, 0).rows[0].state, RDVD_OFFER_LAPSED);
	assert_int_equal(world_claims(w, -1, 0, T0), 0);
	world_assert_counts(w);
}

static struct rdvd_code code(struct world *w, const char *number, uint64_t secret)
{
	struct rdvd_code c = {.ref = 0xe000000000000000u + w->next++,
			      .number = number,
			      .created = T0,
			      .expires = T0 + 10 * MINUTE};

	support_hash(secret, c.hash);
	return c;
}

/* A wrong try is kept, although the answer is no. */
static enum rdvd_rc try_code(struct world *w, uint64_t ref, uint64_t secret,
			     const char *from, rdvd_time now, int *left)
{
	uint8_t hash[RDVD_HASH_SIZE];
	enum rdvd_rc rc;

	support_hash(secret, hash);
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	rc = w->ops->code_use(w->st, ref, hash, from, now, left);
	assert_int_equal(w->ops->commit(w->st), RDVD_OK);
	return rc;
}

static int keep_number(void *arg, const struct rdvd_contact *k)
{
	snprintf(arg, 32, "%s", k->number);
	assert_true(k->verified > 0);
	return 0;
}

static enum rdvd_rc code_state(struct world *w, uint64_t ref, rdvd_time now,
			       char number[32])
{
	number[0] = '\0';
	return w->ops->code_state(w->st, ref, now, keep_number, number);
}

static void test_a_code_that_is_sent(void **state)
{
	struct world *w = *state;
	struct rdvd_code c = code(w, NUMBER, 4821);
	struct rdvd_letter l = world_letter(NUMBER, "Code : 4821", T0);
	char number[32];
	int left = -1;

	assert_int_equal(ACT(w, code_put(w->st, &c, &l)), RDVD_OK);
	assert_int_equal(world_claim(w, T0, 8).n, 1);
	assert_int_equal(code_state(w, c.ref, T0, number), RDVD_OK);
	assert_string_equal(number, ""); /* not used yet */
	assert_int_equal(code_state(w, 77, T0, number), RDVD_NOT_FOUND);
	assert_int_equal(try_code(w, 77, 1, "", T0, &left), RDVD_NOT_FOUND);
	assert_int_equal(try_code(w, c.ref, 1, "", T0, &left), RDVD_INVALID);
	assert_int_equal(left, 4);
	assert_int_equal(try_code(w, c.ref, 4821, "", T0 + MINUTE, &left), RDVD_OK);
	/* long after the code itself, but not for ever */
	assert_int_equal(code_state(w, c.ref, T0 + HOUR - 1, number), RDVD_OK);
	assert_int_equal(code_state(w, c.ref, T0 + 2 * HOUR, number), RDVD_STALE);
	assert_int_equal(code_state(w, c.ref, T0 + HOUR - 1, number), RDVD_OK);
	assert_string_equal(number, NUMBER);
	assert_int_equal(world_contact(w, NUMBER).verified, T0 + MINUTE);
	assert_int_equal(try_code(w, c.ref, 4821, "", T0 + MINUTE, &left), RDVD_STALE);
	/* five wrong ones end it */
	c = code(w, NUMBER, 1234);
	assert_int_equal(ACT(w, code_put(w->st, &c, NULL)), RDVD_OK);
	for (int i = 4; i >= 0; i--) {
		assert_int_equal(try_code(w, c.ref, 1, "", T0, &left), RDVD_INVALID);
		assert_int_equal(left, i);
	}
	assert_int_equal(try_code(w, c.ref, 1234, "", T0, &left), RDVD_STALE);
	assert_int_equal(code_state(w, c.ref, T0, number), RDVD_STALE);
	/* and so does its time */
	c = code(w, NUMBER, 1235);
	assert_int_equal(ACT(w, code_put(w->st, &c, NULL)), RDVD_OK);
	assert_int_equal(try_code(w, c.ref, 1235, "", c.expires, &left), RDVD_STALE);
	assert_int_equal(code_state(w, c.ref, c.expires, number), RDVD_STALE);
	world_assert_counts(w);
}

static void test_a_code_that_is_awaited(void **state)
{
	struct world *w = *state;
	struct rdvd_code c = code(w, "", 4821), same;
	char number[32];
	uint64_t ref = 0;
	int left;

	assert_int_equal(ACT(w, code_put(w->st, &c, NULL)), RDVD_OK);
	same = code(w, "", 4821);
	assert_int_equal(ACT(w, code_put(w->st, &same, NULL)), RDVD_CONFLICT);
	assert_int_equal(w->ops->code_find(w->st, c.hash, T0, &ref), RDVD_OK);
	assert_true(ref == c.ref);
	assert_int_equal(try_code(w, ref, 4821, "", T0, &left), RDVD_INVALID);
	assert_int_equal(try_code(w, ref, 4821, "+33700000009", T0, &left), RDVD_OK);
	assert_int_equal(code_state(w, ref, T0, number), RDVD_OK);
	assert_string_equal(number, "+33700000009");
	assert_int_equal(world_contact(w, "+33700000009").verified, T0);
	assert_int_equal(w->ops->code_find(w->st, c.hash, T0, &ref), RDVD_NOT_FOUND);
	assert_int_equal(ACT(w, code_put(w->st, &same, NULL)), RDVD_OK);
	assert_int_equal(w->ops->code_find(w->st, c.hash, same.expires, &ref),
			 RDVD_NOT_FOUND);
	world_assert_whole(w);
}

struct notices {
	struct rdvd_notice rows[8];
	char text[8][64];
	int n;
};

static int keep_notice(void *arg, const struct rdvd_notice *n)
{
	struct notices *all = arg;

	assert_true(all->n < 8);
	all->rows[all->n] = *n;
	snprintf(all->text[all->n++], sizeof(all->text[0]), "%s", n->text);
	return 0;
}

static struct notices notices(struct world *w, int unseen)
{
	struct notices all = {.n = 0};

	assert_int_equal(w->ops->notice_each(w->st, unseen, keep_notice, &all), RDVD_OK);
	return all;
}

static void test_notices(void **state)
{
	struct world *w = *state;
	struct rdvd_notice n = {.key = "gw credit",
				.kind = "gateway",
				.text = "Plus de crédit",
				.at = T0};
	struct notices all;

	assert_int_equal(ACT(w, notice_put(w->st, &n)), RDVD_OK);
	n.at = T0 + HOUR;
	n.text = "Toujours plus de crédit";
	assert_int_equal(ACT(w, notice_put(w->st, &n)), RDVD_OK);
	all = notices(w, 1);
	assert_int_equal(all.n, 1); /* said again, it only grows younger */
	assert_int_equal(all.rows[0].at, T0 + HOUR);
	assert_string_equal(all.text[0], "Toujours plus de crédit");
	assert_int_equal(
		ACT(w, notice_seen(w->st, all.rows[0].id, "marie", T0 + 2 * HOUR)),
		RDVD_OK);
	assert_int_equal(
		ACT(w, notice_seen(w->st, all.rows[0].id, "paul", T0 + 3 * HOUR)),
		RDVD_OK);
	assert_int_equal(ACT(w, notice_seen(w->st, 99, "marie", T0)), RDVD_NOT_FOUND);
	assert_int_equal(notices(w, 1).n, 0);
	assert_int_equal(notices(w, 0).rows[0].seen, T0 + 2 * HOUR);
	n.organisation = w->organisation;
	assert_int_equal(ACT(w, notice_put(w->st, &n)), RDVD_OK); /* a new one */
	assert_int_equal(notices(w, 0).n, 2);
	assert_int_equal(notices(w, 1).rows[0].organisation, w->organisation);
	n.key = "";
	assert_int_equal(ACT(w, notice_put(w->st, &n)), RDVD_INVALID);
}

const struct CMUnitTest waiting_tests[] = {
	WORLD_TEST(test_joining_and_leaving),
	WORLD_TEST(test_those_who_waited_are_forgotten),
	WORLD_TEST(test_an_offer_keeps_its_slot),
	WORLD_TEST(test_an_offer_that_cannot_be_made),
	WORLD_TEST(test_taking_what_is_gone),
	WORLD_TEST(test_no_offer_after_its_end),
	WORLD_TEST(test_taken_by_moving),
	WORLD_TEST(test_taken_by_booking_and_declined),
	WORLD_TEST(test_the_appointment_changes),
	WORLD_TEST(test_a_code_that_is_sent),
	WORLD_TEST(test_a_code_that_is_awaited),
	WORLD_TEST(test_notices),
};
const size_t waiting_count = sizeof(waiting_tests) / sizeof(waiting_tests[0]);
