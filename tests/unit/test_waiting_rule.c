/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_waiting_rule.c - the waiting list's rules: how long a place is kept, over nights
 * and Sundays, who may be asked, what is not offered again. Times are civil, in Paris
 * unless a case says otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "booking/waiting_rule.h"

static struct zone *paris, *reunion;
static const struct plan_hours week = {480, 1200, 0, 0, 0, 0};
static const struct plan_hours sundays = {480, 1200, 600, 1140, 0, 0};

static int setup(void **state)
{
	paris = zone_load("Europe/Paris", NULL);
	reunion = zone_load("Indian/Reunion", NULL);
	return paris && reunion ? 0 : -1;
}

static int teardown(void **state)
{
	zone_free(paris);
	zone_free(reunion);
	return 0;
}

static rdvd_time at(const struct zone *z, const char *wall)
{
	civil_time t;

	if (!wall)
		return 0;
	if (civil_time_parse(wall, &t) != 0)
		fail_msg("%s is no time", wall);
	return zone_to_utc(z, t);
}

static const char *say(const struct zone *z, rdvd_time t)
{
	static char out[17];

	if (!t)
		return "none";
	civil_time_format(zone_to_civil(z, t), out);
	return out;
}

/* ---- how long ---- */

static void test_hold(void **state)
{
	static const struct {
		int lead_minutes, hold_minutes;
	} cases[] = {
		{0, 30},
		{60, 30},
		{359, 30},
		{360, 60},
		{1439, 60},
		{1440, 180},
		{2 * 1440 - 1, 180},
		{2 * 1440, 360},
		{4 * 1440 - 1, 360},
		{4 * 1440, 720},
		{90 * 1440, 720},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(
			waiting_hold_s(1000000, 1000000 + cases[i].lead_minutes * 60),
			cases[i].hold_minutes * 60);
}

struct expiry_case {
	const char *now, *start;
	int notice_minutes;
	const char *want;  /* NULL: not offered */
	const char *until; /* NULL: long after */
	int move_until_minutes;
	const struct plan_hours *hours; /* NULL: without Sundays */
};

/* 2026-03-20 is a Friday; in the night to the 29th the clocks go forward. A case is now,
 * start, notice, and until when it is kept. */
#define CASE(n, s, notice, w, ...)                                                 \
	{                                                                          \
		.now = (n), .start = (s), .notice_minutes = (notice), .want = (w), \
		##__VA_ARGS__                                                      \
	}

static const struct expiry_case expiries[] = {
	/* within the day */
	CASE("2026-03-20T10:00", "2026-03-20T15:00", 0, "2026-03-20T10:30"),
	CASE("2026-03-20T10:00", "2026-03-20T17:00", 0, "2026-03-20T11:00"),
	CASE("2026-03-20T10:00", "2026-03-21T11:00", 0, "2026-03-20T13:00"),
	CASE("2026-03-20T10:00", "2026-03-23T10:00", 0, "2026-03-20T16:00"),
	CASE("2026-03-20T08:00", "2026-03-27T10:00", 0, "2026-03-20T20:00"),
	/* no time to decide before it must be booked */
	CASE("2026-03-20T10:00", "2026-03-20T10:25", 0, NULL),
	CASE("2026-03-20T10:00", "2026-03-20T10:30", 0, "2026-03-20T10:30"),
	CASE("2026-03-20T10:00", "2026-03-20T12:00", 120, NULL),
	CASE("2026-03-20T10:00", "2026-03-20T12:30", 120, "2026-03-20T10:30"),
	/* over the night: an hour in the morning */
	CASE("2026-03-19T12:00", "2026-03-27T10:00", 0, "2026-03-20T09:00"),
	CASE("2026-03-19T19:50", "2026-03-27T10:00", 0, "2026-03-20T09:00"),
	CASE("2026-03-19T18:00", "2026-03-20T20:00", 0, "2026-03-20T09:00"),
	CASE("2026-03-19T19:59", "2026-03-20T14:00", 0, "2026-03-20T09:00"),
	/* too late in the morning: until the hours end, if half an hour remains */
	CASE("2026-03-19T19:15", "2026-03-20T09:30", 60, "2026-03-19T20:00"),
	CASE("2026-03-19T19:30", "2026-03-20T09:30", 60, "2026-03-19T20:00"),
	CASE("2026-03-19T19:31", "2026-03-20T09:30", 60, NULL),
	CASE("2026-03-19T19:31", "2026-03-20T10:00", 60, "2026-03-20T09:00"),
	/* half an hour to decide is not left */
	CASE("2026-03-20T19:45", "2026-03-21T01:00", 0, NULL),
	/* over Sunday, or not */
	CASE("2026-03-21T18:00", "2026-03-27T10:00", 0, "2026-03-23T09:00"),
	CASE("2026-03-21T18:00", "2026-03-27T10:00", 0, "2026-03-22T11:00",
	     .hours = &sundays),
	CASE("2026-03-21T18:00", "2026-03-23T09:30", 60, "2026-03-21T20:00"),
	/* the night of the change: civil hours all the same */
	CASE("2026-03-28T19:00", "2026-04-04T10:00", 0, "2026-03-30T09:00"),
	CASE("2026-03-28T19:00", "2026-04-04T10:00", 0, "2026-03-29T11:00",
	     .hours = &sundays),
	/* never at night */
	CASE("2026-03-20T07:59", "2026-03-27T10:00", 0, NULL),
	CASE("2026-03-20T20:01", "2026-03-27T10:00", 0, NULL),
	CASE("2026-03-22T12:00", "2026-03-27T10:00", 0, NULL),
	/* what is given up must still be movable when the offer ends */
	CASE("2026-03-20T10:00", "2026-03-20T17:00", 0, "2026-03-20T11:00",
	     .until = "2026-03-20T18:00", .move_until_minutes = 240),
	CASE("2026-03-20T10:00", "2026-03-20T14:00", 0, NULL, .until = "2026-03-20T14:15",
	     .move_until_minutes = 240),
};

static void test_expiry(void **state)
{
	static const struct waiting_seen none = {.n = 0};

	for (size_t i = 0; i < ARRAY_SIZE(expiries); i++) {
		const struct expiry_case *c = &expiries[i];
		rdvd_time now = at(paris, c->now);
		const struct waiting_place place = {1, at(paris, c->start), paris,
						    c->notice_minutes * 60};
		const struct waiting_person who = {
			.until = c->until ? at(paris, c->until) : now + 90 * 86400,
			.move_until_s = c->move_until_minutes * 60,
			.seen = &none,
		};
		rdvd_time got =
			waiting_expiry(&who, c->hours ? c->hours : &week, &place, now);

		if (got != at(paris, c->want))
			fail_msg("%s for %s: until %s, not %s", c->now, c->start,
				 say(paris, got), c->want ? c->want : "none");
	}
}

/* ---- who may be asked ---- */

static void test_once_a_day(void **state)
{
	static const struct {
		const char *last, *now;
		int open, want;
	} cases[] = {
		{NULL, "2026-03-20T10:00", 0, 1},
		{NULL, "2026-03-20T10:00", 1, 0},
		{"2026-03-20T08:00", "2026-03-20T19:59", 0, 0},
		{"2026-03-19T19:59", "2026-03-20T08:00", 0, 1},
		{"2026-03-19T08:00", "2026-03-20T08:00", 0, 1},
		{"2026-03-20T08:00", "2026-03-21T07:59", 0, 0},
		{"2026-03-21T08:00", "2026-03-22T10:00", 0, 0}, /* Sunday */
		{"2026-03-21T08:00", "2026-03-23T08:00", 0, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct waiting_person who = {
			.until = at(paris, "2026-05-01T10:00"),
			.last_offer = at(paris, cases[i].last),
			.has_offer = cases[i].open,
		};

		if (waiting_may_ask(&who, &week, paris, at(paris, cases[i].now)) !=
		    cases[i].want)
			fail_msg("at %s", cases[i].now);
	}
}

/* Midnight and the hours are those of the place. */
static void test_zones(void **state)
{
	const struct waiting_person who = {
		.until = at(paris, "2026-05-01T10:00"),
		.last_offer = at(reunion, "2026-03-19T08:00"),
	};

	assert_int_equal(
		waiting_may_ask(&who, &week, reunion, at(reunion, "2026-03-20T08:00")),
		1);
	assert_int_equal(
		waiting_may_ask(&who, &week, paris, at(reunion, "2026-03-20T08:00")), 0);
	assert_int_equal(
		waiting_may_ask(&who, &week, reunion, at(paris, "2026-03-20T18:00")), 0);
}

static void test_until(void **state)
{
	struct waiting_person who = {.until = 1000 * 86400};

	who.until = at(paris, "2026-03-20T14:00");
	assert_int_equal(
		waiting_may_ask(&who, &week, paris, at(paris, "2026-03-20T13:59")), 1);
	assert_int_equal(
		waiting_may_ask(&who, &week, paris, at(paris, "2026-03-20T14:00")), 0);
	who.move_until_s = 4 * 3600;
	assert_int_equal(
		waiting_may_ask(&who, &week, paris, at(paris, "2026-03-20T10:00")), 0);
	assert_int_equal(
		waiting_may_ask(&who, &week, paris, at(paris, "2026-03-20T09:59")), 1);
}

/* ---- choosing ---- */

/* Three people in the order they came, and the places that come free: each is asked for
 * the first that is new to them and that nobody before them is being asked about. */
static void test_choose(void **state)
{
	rdvd_time now = at(paris, "2026-03-20T10:00"), expires = 0;
	struct waiting_place places[] = {
		{1, at(paris, "2026-03-20T10:15"), paris, 0}, /* too soon */
		{1, at(paris, "2026-03-23T09:00"), paris, 0},
		{2, at(paris, "2026-03-23T09:00"), paris, 0},
		{1, at(paris, "2026-03-24T09:00"), paris, 0},
		{1, at(paris, "2026-04-10T09:00"), paris, 0}, /* later than what is had */
	};
	struct waiting_seen nothing = {.n = 0}, first = {.n = 0};
	struct waiting_person who = {.until = at(paris, "2026-04-01T10:00"),
				     .seen = &nothing};

	assert_int_equal(
		waiting_choose(&who, &week, places, ARRAY_SIZE(places), now, &expires),
		1);
	assert_int_equal(expires, at(paris, "2026-03-20T16:00"));
	/* the same time elsewhere is another place */
	waiting_seen_add(&first, 1, places[1].start);
	who.seen = &first;
	assert_int_equal(
		waiting_choose(&who, &week, places, ARRAY_SIZE(places), now, &expires),
		2);
	waiting_seen_add(&first, 2, places[2].start);
	assert_int_equal(
		waiting_choose(&who, &week, places, ARRAY_SIZE(places), now, &expires),
		3);
	waiting_seen_add(&first, 1, places[3].start);
	expires = 7;
	assert_int_equal(
		waiting_choose(&who, &week, places, ARRAY_SIZE(places), now, &expires),
		-1);
	assert_int_equal(expires, 7);
	who.seen = &nothing;
	who.has_offer = 1;
	assert_int_equal(
		waiting_choose(&who, &week, places, ARRAY_SIZE(places), now, &expires),
		-1);
	who.has_offer = 0;
	assert_int_equal(waiting_choose(&who, &week, places, 0, now, &expires), -1);
	waiting_seen_fini(&first);
}

/* ---- what was seen ---- */

static void test_seen(void **state)
{
	struct waiting_seen s = {.n = 0}, back = {.n = 0};
	struct buf json = BUF_INIT;
	rdvd_time t = at(paris, "2026-03-23T09:00");

	waiting_seen_write(&s, &json);
	assert_string_equal(buf_str(&json), "{\"before\":0,\"starts\":{}}");
	waiting_seen_read(&back, buf_str(&json));
	assert_int_equal(back.n, 0);
	/* in any order, twice */
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < 50; i++)
			waiting_seen_add(&s, 1 + i % 3, t + (i * 17 % 50) * 300);
	assert_int_equal(s.n, 50);
	buf_clear(&json);
	waiting_seen_write(&s, &json);
	waiting_seen_read(&back, buf_str(&json));
	assert_int_equal(back.n, s.n);
	assert_memory_equal(back.keys, s.keys, s.n * sizeof(*s.keys));
	for (int i = 0; i < 50; i++) {
		assert_int_equal(
			waiting_seen_has(&back, 1 + i % 3, t + (i * 17 % 50) * 300), 1);
		assert_int_equal(waiting_seen_has(&back, 4, t + (i * 17 % 50) * 300), 0);
		assert_int_equal(waiting_seen_has(&back, 1 + i % 3, t + 100 * 300), 0);
	}
	waiting_seen_fini(&s);
	waiting_seen_fini(&back);
	buf_fini(&json);
}

/* Whoever joins before a full agenda of free times waits for what is earlier than most of
 * it. */
static void test_seen_is_bounded(void **state)
{
	struct waiting_seen s = {.n = 0}, back = {.n = 0};
	struct buf json = BUF_INIT;
	int i = 0;

	while (waiting_seen_note(&s, 9, 1795420800 + i * 3600))
		i++;
	assert_int_equal(i, WAITING_SEEN_MAX);
	assert_int_equal(s.before, 1795420800 + i * 3600);
	assert_int_equal(waiting_seen_note(&s, 9, 1795420800 + i * 7200), 0);
	assert_int_equal(s.before, 1795420800 + i * 3600);
	waiting_seen_add(&s, 8, 1795420800);
	waiting_seen_write(&s, &json);
	waiting_seen_read(&back, buf_str(&json));
	assert_int_equal(back.n, WAITING_SEEN_MAX + 1);
	assert_int_equal(back.before, s.before);
	assert_int_equal(waiting_seen_has(&back, 1, s.before), 1);
	assert_int_equal(waiting_seen_has(&back, 1, s.before - 300), 0);
	waiting_seen_fini(&s);
	waiting_seen_fini(&back);
	buf_fini(&json);
}

/* What stands in the row may be damaged: then it is as if nothing had been seen. */
static void test_seen_reads_anything(void **state)
{
	static const char *const texts[] = {
		"",
		"x",
		"[]",
		"{\"starts\":[]}",
		"{\"starts\":{\"x\":[1]}}",
		"{\"starts\":{\"0\":[1]}}",
		"{\"starts\":{\"-1\":[1]}}",
		"{\"starts\":{\"99999999999999999\":[1]}}",
		"{\"starts\":{\"1\":7}}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct waiting_seen s = {.n = 0};

		waiting_seen_read(&s, texts[i]);
		assert_int_equal(s.n, 0);
		assert_int_equal(s.before, 0);
		waiting_seen_fini(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_once_a_day),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_seen_is_bounded),
		cmocka_unit_test(test_seen_reads_anything),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
