/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model.c - the store against a model that says the rules in the plainest way: random
 * holds, bookings, moves, cancellations and marks on few counsellors and few hours, so
 * that most of them collide; every answer is foretold. And eight threads with a handle
 * each after one slot. */
#include <pthread.h>
#include <stdlib.h>

#include "world.h"

#define STEPS 5000
#define THINGS_MAX 6000
#define CAPACITY 5
#define FIRST (T0 + 30 * DAY)

struct group { /* a workshop's session */
	rdvd_id id;
	int c;
	rdvd_time start;
};

struct thing { /* an appointment, a seat in a workshop, or a hold of either */
	rdvd_id id;
	uint64_t ref; /* of a hold */
	rdvd_time expires;
	int c;
	rdvd_time start;
	int group; /* of a workshop; -1 none */
	int seats;
	int gone; /* cancelled, released or used up */
	enum rdvd_outcome outcome;
};

struct model {
	struct world *w;
	struct thing things[THINGS_MAX];
	struct group groups[THINGS_MAX];
	int n, ngroups;
	rdvd_time now;
	uint64_t random;
	int answers[RDVD_FAILED + 1];
};

static int pick(struct model *m, int n)
{
	return (int)(support_random(&m->random) % (uint64_t)n);
}

static int stands(const struct model *m, const struct thing *t)
{
	return !t->gone && (!t->ref || t->expires > m->now);
}

static int seats_taken(const struct model *m, int group, const struct thing *except)
{
	int taken = 0;

	for (int i = 0; i < m->n; i++)
		if (&m->things[i] != except && m->things[i].group == group &&
		    stands(m, &m->things[i]))
			taken += m->things[i].seats;
	return taken;
}

/* Is counsellor c in something else during the hour from start? */
static int busy(const struct model *m, int c, rdvd_time start, const struct thing *except)
{
	for (int i = 0; i < m->n; i++) {
		const struct thing *t = &m->things[i];

		if (t != except && t->c == c && stands(m, t) && t->start < start + HOUR &&
		    start < t->start + HOUR)
			return 1;
	}
	return 0;
}

/* The workshop that stands at start, or -1. */
static int standing_group(const struct model *m, rdvd_time start,
			  const struct thing *except)
{
	for (int g = 0; g < m->ngroups; g++)
		if (m->groups[g].start == start && seats_taken(m, g, except) > 0)
			return g;
	return -1;
}

static struct thing *random_thing(struct model *m, int hold)
{
	for (int tries = 0; m->n > 0 && tries < 50; tries++) {
		int recent = m->n < 40 ? m->n : 40;
		struct thing *t = &m->things[m->n - 1 - pick(m, recent)];

		if ((t->ref != 0) == hold)
			return t;
	}
	return NULL;
}

static struct thing *add(struct model *m, const struct thing *t)
{
	assert_true(m->n < THINGS_MAX);
	m->things[m->n] = *t;
	return &m->things[m->n++];
}

static int add_group(struct model *m, rdvd_id id, int c, rdvd_time start)
{
	assert_true(m->ngroups < THINGS_MAX);
	m->groups[m->ngroups] = (struct group){id, c, start};
	return m->ngroups++;
}

static void expect(struct model *m, enum rdvd_rc got, enum rdvd_rc foretold,
		   const char *what)
{
	if (got != foretold)
		fail_msg("step with %d things: %s answered %d, the model %d", m->n, what,
			 got, foretold);
	m->answers[got]++;
}

/* What taking seats there must answer; *group: the workshop joined, or -1. */
static enum rdvd_rc foretell(const struct model *m, int workshop, int c, rdvd_time start,
			     int seats, const struct thing *except, int *group)
{
	*group = workshop ? standing_group(m, start, except) : -1;
	if (*group >= 0)
		return seats_taken(m, *group, except) + seats > CAPACITY ? RDVD_CONFLICT
									 : RDVD_OK;
	return busy(m, c, start, except) ? RDVD_CONFLICT : RDVD_OK;
}

static void step_book(struct model *m)
{
	struct world *w = m->w;
	int workshop = pick(m, 4) == 0, group;
	struct thing t = {.c = pick(m, 4),
			  .start = FIRST + pick(m, 60) * 30 * MINUTE,
			  .seats = 1 + pick(m, 3),
			  .group = -1};
	struct thing *hold = pick(m, 2) ? random_thing(m, 1) : NULL;
	struct rdvd_booking b;
	struct rdvd_booked out;
	enum rdvd_rc foretold, rc;

	if (hold && hold->group < 0 && pick(m, 3)) { /* mostly the slot that it holds */
		t.c = hold->c;
		t.start = hold->start;
		workshop = 0;
	}
	foretold = foretell(m, workshop, t.c, t.start, t.seats, hold, &group);
	b = world_booking(w, t.c, 0, t.start);
	b.service = workshop ? w->workshop : w->service;
	b.capacity = workshop ? CAPACITY : 0;
	b.party_size = t.seats;
	b.now = m->now;
	b.hold = hold ? hold->ref : 0;
	rc = ACT(w, book(w->st, &b, &out));
	expect(m, rc, foretold, "book");
	if (rc != RDVD_OK)
		return;
	if (hold)
		hold->gone = 1;
	t.id = out.id;
	if (workshop)
		t.group = group >= 0 ? group : add_group(m, out.session, t.c, t.start);
	if (t.group >= 0)
		t.c = m->groups[t.group].c;
	add(m, &t);
}

static void step_hold(struct model *m)
{
	struct world *w = m->w;
	int workshop = pick(m, 4) == 0, group;
	struct thing t = {.c = pick(m, 4),
			  .start = FIRST + pick(m, 60) * 30 * MINUTE,
			  .seats = 1 + pick(m, 3),
			  .group = -1,
			  .expires = m->now + 10 * MINUTE};
	struct rdvd_hold_request h = world_hold(w, t.c, 0, t.start, m->now);
	enum rdvd_rc foretold =
			     foretell(m, workshop, t.c, t.start, t.seats, NULL, &group),
		     rc;
	uint64_t released[2];
	rdvd_id session;

	h.service = workshop ? w->workshop : w->service;
	h.capacity = workshop ? CAPACITY : 0;
	h.seats = t.seats;
	rc = ACT(w, hold_create(w->st, &h, &session, released));
	expect(m, rc, foretold, "hold_create");
	if (rc != RDVD_OK)
		return;
	t.ref = h.ref;
	if (workshop)
		t.group = group >= 0 ? group : add_group(m, session, t.c, t.start);
	if (t.group >= 0)
		t.c = m->groups[t.group].c;
	add(m, &t);
}

static void step_release(struct model *m)
{
	struct thing *t = random_thing(m, 1);
	int swept;
	enum rdvd_rc rc;

	if (!t)
		return;
	rc = ACT(m->w, hold_release(m->w->st, t->ref, m->now));
	swept = t->gone || t->expires <= m->now; /* may have been swept, or not yet */
	if (!swept || rc != RDVD_NOT_FOUND)
		expect(m, rc, RDVD_OK, "hold_release");
	t->gone = 1;
}

static void step_move(struct model *m)
{
	struct thing *t = random_thing(m, 0);
	int c = pick(m, 4), changed, none;
	rdvd_time start = FIRST + pick(m, 60) * 30 * MINUTE;
	struct rdvd_move move;
	rdvd_id session;
	enum rdvd_rc foretold, rc;

	if (!t || t->group >= 0)
		return;
	move = world_move(m->w, t->id, c, 0, start, m->now);
	foretold = foretell(m, 0, c, start, 1, t, &none);
	if (t->start == start)
		foretold = RDVD_OK;
	else if (t->outcome != RDVD_OUTCOME_UNKNOWN)
		foretold = RDVD_STALE;
	if (t->gone)
		foretold = RDVD_STALE;
	rc = ACT(m->w, move(m->w->st, &move, &session, &changed));
	expect(m, rc, foretold, "move");
	if (rc != RDVD_OK || !changed)
		return;
	t->c = c;
	t->start = start;
}

static void step_cancel(struct model *m)
{
	struct thing *t = random_thing(m, 0);
	int changed = -1, marked;
	enum rdvd_rc rc;

	if (!t)
		return;
	marked = t->outcome == RDVD_SEEN || t->outcome == RDVD_NO_SHOW;
	rc = world_cancel(m->w, t->id, m->now, &changed);
	expect(m, rc, marked ? RDVD_STALE : RDVD_OK, "cancel");
	if (rc != RDVD_OK)
		return;
	assert_int_equal(changed, !t->gone);
	if (!t->gone)
		t->outcome = RDVD_EXCUSED;
	t->gone = 1;
}

static void step_mark(struct model *m)
{
	static const enum rdvd_outcome outcomes[] = {RDVD_SEEN, RDVD_NO_SHOW,
						     RDVD_EXCUSED, RDVD_OUTCOME_UNKNOWN};
	struct thing *t = random_thing(m, 0);
	enum rdvd_outcome outcome = outcomes[pick(m, 4)];
	enum rdvd_rc foretold = RDVD_OK, rc;
	int group = -1;

	if (!t)
		return;
	if (t->gone && outcome != RDVD_EXCUSED)
		foretold = foretell(m, t->group >= 0, t->c, t->start, t->seats, NULL,
				    &group);
	rc = world_mark(m->w, t->id, outcome, m->now);
	expect(m, rc, foretold, "mark");
	if (rc != RDVD_OK)
		return;
	if (t->gone && outcome != RDVD_EXCUSED &&
	    group >= 0) { /* into the one that stands there now */
		t->group = group;
		t->c = m->groups[group].c;
	}
	t->gone = outcome == RDVD_EXCUSED;
	t->outcome = outcome;
}

struct expected {
	const struct model *m;
	int n;
};

static int claim_is_foretold(void *arg, const struct rdvd_claim *c)
{
	struct expected *e = arg;
	int found = 0;

	for (int i = 0; i < e->m->n && !found; i++) {
		const struct thing *t = &e->m->things[i];

		found = stands(e->m, t) && t->start == c->start &&
			e->m->w->counsellor[t->c] == c->counsellor &&
			(t->group >= 0) == (c->capacity > 0);
		if (found && t->group >= 0)
			assert_int_equal(c->taken, seats_taken(e->m, t->group, NULL));
	}
	assert_true(found);
	e->n++;
	return 0;
}

static void compare(struct model *m)
{
	struct expected e = {.m = m};
	int n = 0;

	assert_int_equal(
		m->w->ops->claim_each(m->w->st, 0, m->now, claim_is_foretold, &e),
		RDVD_OK);
	for (int i = 0; i < m->n; i++) {
		const struct thing *t = &m->things[i];
		int first = 1; /* a workshop counts once */

		for (int k = 0; k < i && t->group >= 0; k++)
			first &= m->things[k].group != t->group ||
				 !stands(m, &m->things[k]);
		n += stands(m, t) && first;
		if (!t->ref)
			assert_int_equal(world_get(m->w, t->id).status == RDVD_CANCELLED,
					 t->gone);
	}
	assert_int_equal(e.n, n);
	world_assert_whole(m->w);
}

static void test_random_acts(void **state)
{
	static void (*const steps[])(struct model *) = {
		step_book,    step_book, step_book,   step_hold, step_hold,
		step_release, step_move, step_cancel, step_mark};
	struct model *m = calloc(1, sizeof(*m));
	const char *seed = getenv("RDVD_TEST_SEED");

	m->w = *state;
	m->now = T0;
	m->random = seed ? strtoull(seed, NULL, 10) : 20260327;
	for (int i = 0; i < STEPS; i++) {
		m->now += pick(m, 90);
		steps[pick(m, (int)(sizeof(steps) / sizeof(steps[0])))](m);
		if (i % 1000 == 999)
			compare(m);
	}
	assert_true(m->answers[RDVD_OK] > 500); /* the walk met what it is about */
	assert_true(m->answers[RDVD_CONFLICT] > 500);
	free(m);
}

struct racer {
	struct world *w;
	pthread_barrier_t *line;
	int number, won, failed;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	const struct rdvd_store_ops *ops = r->w->ops;
	struct rdvd_booked out;
	void *st;

	if (ops->open(support_host(), 0, &st) != RDVD_OK) {
		r->failed = 1;
		pthread_barrier_wait(r->line);
		return NULL;
	}
	pthread_barrier_wait(r->line);
	for (int round = 0; round < 25; round++) {
		struct rdvd_booking b =
			world_booking(r->w, 0, r->number % 3, FIRST + round * HOUR);
		enum rdvd_rc rc = ops->begin(st);

		support_hash((uint64_t)(100000 + round * 100 + r->number), b.token_hash);
		if (rc == RDVD_OK)
			rc = ops->book(st, &b, &out);
		if (rc == RDVD_OK)
			rc = ops->commit(st);
		ops->rollback(st);
		r->won += rc == RDVD_OK;
		r->failed += rc != RDVD_OK && rc != RDVD_CONFLICT;
	}
	ops->close(st);
	return NULL;
}

static void test_eight_after_one_slot(void **state)
{
	struct world *w = *state;
	pthread_barrier_t line;
	pthread_t threads[8];
	struct racer racers[8];
	int won = 0;

	pthread_barrier_init(&line, NULL, 8);
	for (int i = 0; i < 8; i++) {
		racers[i] = (struct racer){.w = w, .line = &line, .number = i};
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(racers[i].failed, 0);
		won += racers[i].won;
	}
	pthread_barrier_destroy(&line);
	assert_int_equal(won, 25);
	assert_int_equal(world_claims(w, 0, 0, T0), 25);
	world_assert_whole(w);
}

const struct CMUnitTest model_tests[] = {
	WORLD_TEST(test_random_acts),
	WORLD_TEST(test_eight_after_one_slot),
};
const size_t model_count = sizeof(model_tests) / sizeof(model_tests[0]);
