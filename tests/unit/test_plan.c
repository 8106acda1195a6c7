/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_plan.c - when messages leave: calendar days over both daylight-saving nights, the
 * hours of the week, late bookings, other zones. Times are civil, in the zone of the
 * case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "message/plan.h"

/* Short names for the tables. */
#define NO RDVD_MSG_CONFIRMATION
#define MV RDVD_MSG_MOVED
#define CX RDVD_MSG_CANCELLATION

static struct zone *paris, *reunion, *martinique;

static int setup(void **state)
{
	paris = zone_load("Europe/Paris", NULL);
	reunion = zone_load("Indian/Reunion", NULL);
	martinique = zone_load("America/Martinique", NULL);
	return paris && reunion && martinique ? 0 : -1;
}

static int teardown(void **state)
{
	zone_free(paris);
	zone_free(reunion);
	zone_free(martinique);
	return 0;
}

static civil_time wall(const char *s)
{
	civil_time t = 0;

	assert_int_equal(civil_time_parse(s, &t), 0);
	return t;
}

/* The instant of a civil time; 0 for "". */
static rdvd_time at(const struct zone *z, const char *s)
{
	return *s ? zone_to_utc(z, wall(s)) : 0;
}

static void expect_at(const char *what, const struct zone *z, rdvd_time t,
		      const char *want)
{
	char got[17];

	civil_time_format(zone_to_civil(z, t), got);
	if (strcmp(got, want) != 0)
		fail_msg("%s: %s, not %s", what, got, want);
}

struct reminder_case {
	const char *start, *booked, *last_message;
	const char *due[2], *deadline[2]; /* NULL: none */
	int ordinal[2];
	int sunday; /* the organisation opens Sundays */
};

static void check_reminders(const struct zone *z, const struct reminder_case *c)
{
	struct plan_visit v = {.start = wall(c->start), .site = z};
	struct plan_hours h = c->sunday ? PLAN_HOURS_PRESET_SUNDAY : PLAN_HOURS_PRESET;
	struct plan_due out[REMINDERS_MAX];
	size_t n, want = c->due[0] ? c->due[1] ? 2 : 1 : 0;

	n = plan_reminders(&v, reminders_preset, REMINDERS_PRESET_COUNT, &h,
			   at(z, c->booked), at(z, c->last_message), out);
	if (n != want)
		fail_msg("%s booked %s: %zu reminders, not %zu", c->start, c->booked, n,
			 want);
	for (size_t i = 0; i < n; i++) {
		expect_at(c->start, z, out[i].due, c->due[i]);
		expect_at(c->start, z, out[i].deadline, c->deadline[i]);
		assert_int_equal(out[i].ordinal, c->ordinal[i]);
		/* Whatever the rule, the hours hold. */
		assert_true(plan_is_allowed(&h, z, PLAN_USUAL, out[i].due));
	}
}

static void test_reminders(void **state)
{
	static const struct reminder_case cases[] = {
		/* a Friday: Tuesday and Thursday */
		{"2026-03-06T10:00",
		 "2026-02-20T09:00",
		 "2026-02-20T09:00",
		 {"2026-03-03T18:00", "2026-03-05T17:30"},
		 {"2026-03-05T10:00", "2026-03-06T08:00"},
		 {1, 2},
		 0},
		/* a Monday: Friday, and Saturday evening for the day before */
		{"2026-03-02T14:00",
		 "2026-02-10T09:00",
		 "2026-02-10T09:00",
		 {"2026-02-27T18:00", "2026-02-28T19:45"},
		 {"2026-03-01T14:00", "2026-03-02T12:00"},
		 {1, 2},
		 0},
		/* the same where Sundays are open: Sunday at 17:30 */
		{"2026-03-02T14:00",
		 "2026-02-10T09:00",
		 "2026-02-10T09:00",
		 {"2026-02-27T18:00", "2026-03-01T17:30"},
		 {"2026-03-01T14:00", "2026-03-02T12:00"},
		 {1, 2},
		 1},
		/* a Wednesday: three days before is a Sunday */
		{"2026-03-04T09:30",
		 "2026-02-10T09:00",
		 "2026-02-10T09:00",
		 {"2026-02-28T19:45", "2026-03-03T17:30"},
		 {"2026-03-03T09:30", "2026-03-04T07:30"},
		 {1, 2},
		 0},
		/* the Monday after the spring night, and the one after the autumn night
		 */
		{"2026-03-30T14:00",
		 "2026-03-01T09:00",
		 "",
		 {"2026-03-27T18:00", "2026-03-28T19:45"},
		 {"2026-03-29T14:00", "2026-03-30T12:00"},
		 {1, 2},
		 0},
		{"2026-10-26T14:00",
		 "2026-10-01T09:00",
		 "",
		 {"2026-10-23T18:00", "2026-10-24T19:45"},
		 {"2026-10-25T14:00", "2026-10-26T12:00"},
		 {1, 2},
		 0},
		/* across both nights with Sundays open: wall time stays */
		{"2026-03-31T14:00",
		 "2026-03-01T09:00",
		 "",
		 {"2026-03-28T18:00", "2026-03-30T17:30"},
		 {"2026-03-30T14:00", "2026-03-31T12:00"},
		 {1, 2},
		 1},
		{"2026-10-27T14:00",
		 "2026-10-01T09:00",
		 "",
		 {"2026-10-24T18:00", "2026-10-26T17:30"},
		 {"2026-10-26T14:00", "2026-10-27T12:00"},
		 {1, 2},
		 1},
		/* 29 February, and the year's end */
		{"2028-03-03T10:00",
		 "2028-02-01T09:00",
		 "",
		 {"2028-02-29T18:00", "2028-03-02T17:30"},
		 {"2028-03-02T10:00", "2028-03-03T08:00"},
		 {1, 2},
		 0},
		{"2027-03-03T10:00",
		 "2027-02-01T09:00",
		 "",
		 {"2027-02-27T19:45", "2027-03-02T17:30"},
		 {"2027-03-02T10:00", "2027-03-03T08:00"},
		 {1, 2},
		 0},
		{"2027-01-02T10:00",
		 "2026-12-01T09:00",
		 "",
		 {"2026-12-30T18:00", "2027-01-01T17:30"},
		 {"2027-01-01T10:00", "2027-01-02T08:00"},
		 {1, 2},
		 0},
		/* a holiday is a day like others: 11 November is a Wednesday */
		{"2026-11-12T10:00",
		 "2026-10-01T09:00",
		 "",
		 {"2026-11-09T18:00", "2026-11-11T17:30"},
		 {"2026-11-11T10:00", "2026-11-12T08:00"},
		 {1, 2},
		 0},
		/* booked two days before: the first moment is past */
		{"2026-03-06T10:00",
		 "2026-03-04T12:00",
		 "2026-03-04T12:00",
		 {"2026-03-05T17:30"},
		 {"2026-03-06T08:00"},
		 {2},
		 0},
		/* booked at the very moment: past */
		{"2026-03-06T10:00",
		 "2026-03-03T18:00",
		 "",
		 {"2026-03-05T17:30"},
		 {"2026-03-06T08:00"},
		 {2},
		 0},
		/* booked the day before: at 15:30 reminded, at 15:31 just told, at
		 * 18:00 too late */
		{"2026-03-06T10:00",
		 "2026-03-05T15:30",
		 "2026-03-05T15:30",
		 {"2026-03-05T17:30"},
		 {"2026-03-06T08:00"},
		 {2},
		 0},
		{"2026-03-06T10:00",
		 "2026-03-05T15:31",
		 "2026-03-05T15:31",
		 {NULL},
		 {NULL},
		 {0},
		 0},
		{"2026-03-06T10:00",
		 "2026-03-05T18:00",
		 "2026-03-05T18:00",
		 {NULL},
		 {NULL},
		 {0},
		 0},
		/* without a message at booking (no confirmation wanted) it is not held
		 * back */
		{"2026-03-06T10:00",
		 "2026-03-05T15:31",
		 "",
		 {"2026-03-05T17:30"},
		 {"2026-03-06T08:00"},
		 {2},
		 0},
		/* booked on Sunday for Monday: the Saturday evening is past */
		{"2026-03-02T14:00",
		 "2026-03-01T11:00",
		 "2026-03-01T11:00",
		 {NULL},
		 {NULL},
		 {0},
		 0},
		/* on Saturday at 18:00 for Monday: told less than two hours before */
		{"2026-03-02T14:00",
		 "2026-02-28T18:00",
		 "2026-02-28T18:00",
		 {NULL},
		 {NULL},
		 {0},
		 0},
		{"2026-03-02T14:00",
		 "2026-02-28T17:45",
		 "2026-02-28T17:45",
		 {"2026-02-28T19:45"},
		 {"2026-03-02T12:00"},
		 {2},
		 0},
		/* the same day */
		{"2026-03-06T10:00",
		 "2026-03-06T08:00",
		 "2026-03-06T08:00",
		 {NULL},
		 {NULL},
		 {0},
		 0},
		/* evenings and nights */
		{"2026-03-06T21:30",
		 "2026-02-20T09:00",
		 "",
		 {"2026-03-03T18:00", "2026-03-05T17:30"},
		 {"2026-03-05T21:30", "2026-03-06T19:30"},
		 {1, 2},
		 0},
		{"2026-03-06T00:30",
		 "2026-02-20T09:00",
		 "",
		 {"2026-03-03T18:00", "2026-03-05T17:30"},
		 {"2026-03-05T00:30", "2026-03-05T22:30"},
		 {1, 2},
		 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_reminders(paris, &cases[i]);
	/* Cases without daylight saving hold elsewhere, at the site's own wall time. */
	for (size_t i = 0; i < 4; i++) {
		check_reminders(reunion, &cases[i]);
		check_reminders(martinique, &cases[i]);
	}
}

/* Elapsed hours would be one hour off here. */
static void test_reminders_are_not_elapsed_hours(void **state)
{
	struct plan_visit v = {.start = wall("2026-03-31T14:00"), .site = paris};
	static const struct reminder_rule rule = {.days_before = 3, .minute = 14 * 60};
	struct plan_hours h = PLAN_HOURS_PRESET;
	struct plan_due out[REMINDERS_MAX];

	assert_int_equal(
		plan_reminders(&v, &rule, 1, &h, at(paris, "2026-03-01T09:00"), 0, out),
		1);
	assert_int_equal(at(paris, "2026-03-31T14:00") - out[0].due, 3 * 86400 - 3600);
	v.start = wall("2026-10-27T14:00");
	assert_int_equal(
		plan_reminders(&v, &rule, 1, &h, at(paris, "2026-10-01T09:00"), 0, out),
		1);
	assert_int_equal(at(paris, "2026-10-27T14:00") - out[0].due, 3 * 86400 + 3600);
}

/* The rule is the site's, the hours are the recipient's. */
static void test_recipient_elsewhere(void **state)
{
	struct plan_visit v = {
		.start = wall("2026-03-06T10:00"), .site = paris, .recipient = reunion};
	struct plan_hours h = PLAN_HOURS_PRESET;
	struct plan_due out[REMINDERS_MAX];

	/* 18:00 and 17:30 in Paris are 21:00 and 20:30 in Réunion: the evening there. */
	assert_int_equal(plan_reminders(&v, reminders_preset, 2, &h,
					at(paris, "2026-02-20T09:00"), 0, out),
			 2);
	expect_at("Réunion", reunion, out[0].due, "2026-03-03T19:45");
	expect_at("Réunion", reunion, out[1].due, "2026-03-05T19:45");
	/* 18:00 in Paris is 13:00 in Martinique. */
	v.recipient = martinique;
	assert_int_equal(plan_reminders(&v, reminders_preset, 2, &h,
					at(paris, "2026-02-20T09:00"), 0, out),
			 2);
	expect_at("Martinique", martinique, out[0].due, "2026-03-03T13:00");
}

static void test_rules(void **state)
{
	static const struct {
		struct reminder_rule rules[3];
		size_t n;
		const char *due[3];
		int ordinal[3];
	} cases[] = {
		/* none wanted */
		{{{0}}, 0, {NULL}, {0}},
		/* in any order, out by time */
		{{{1, 1050}, {7, 600}, {3, 1080}},
		 3,
		 {"2026-02-27T10:00", "2026-03-03T18:00", "2026-03-05T17:30"},
		 {2, 3, 1}},
		/* two that fall on the same evening: the nearer stays */
		{{{2, 1195}, {1, 420}}, 2, {"2026-03-04T19:55"}, {1}},
		{{{2, 1140}, {1, 60}, {0, 480}},
		 3,
		 {"2026-03-04T19:45", "2026-03-06T08:00"},
		 {2, 3}},
		/* the morning of the day, and too near the start */
		{{{0, 480}}, 1, {"2026-03-06T08:00"}, {1}},
		{{{0, 570}}, 1, {NULL}, {0}},
		{{{0, 660}}, 1, {NULL}, {0}},
		/* before the hours begin: the evening before */
		{{{1, 420}}, 1, {"2026-03-04T19:45"}, {1}},
		{{{1, 1290}}, 1, {"2026-03-05T19:45"}, {1}},
		/* the ends of the hours are in them */
		{{{1, 480}}, 1, {"2026-03-05T08:00"}, {1}},
		{{{1, 1200}}, 1, {"2026-03-05T20:00"}, {1}},
		{{{1, 1201}}, 1, {"2026-03-05T19:45"}, {1}},
	};
	struct plan_hours h = PLAN_HOURS_PRESET;
	struct plan_visit v = {.start = wall("2026-03-06T10:00"), .site = paris};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan_due out[REMINDERS_MAX];
		size_t n = plan_reminders(&v, cases[i].rules, cases[i].n, &h,
					  at(paris, "2026-02-01T09:00"), 0, out),
		       want = 0;
		char name[16];

		snprintf(name, sizeof name, "case %zu", i);
		while (want < 3 && cases[i].due[want])
			want++;
		if (n != want)
			fail_msg("%s: %zu reminders, not %zu", name, n, want);
		for (size_t k = 0; k < n; k++) {
			expect_at(name, paris, out[k].due, cases[i].due[k]);
			assert_int_equal(out[k].ordinal, cases[i].ordinal[k]);
		}
	}
}

static void test_windows(void **state)
{
	static const struct {
		enum plan_window w;
		int sunday;
		const char *t, *next;
	} cases[] = {
		{PLAN_USUAL, 0, "2026-03-06T08:00", "2026-03-06T08:00"},
		{PLAN_USUAL, 0, "2026-03-06T07:59", "2026-03-06T08:00"},
		{PLAN_USUAL, 0, "2026-03-06T20:00", "2026-03-06T20:00"},
		{PLAN_USUAL, 0, "2026-03-06T20:01", "2026-03-07T08:00"},
		{PLAN_USUAL, 0, "2026-03-07T20:01", "2026-03-09T08:00"}, /* over Sunday */
		{PLAN_USUAL, 0, "2026-03-08T12:00", "2026-03-09T08:00"},
		{PLAN_USUAL, 1, "2026-03-08T12:00", "2026-03-08T12:00"},
		{PLAN_USUAL, 1, "2026-03-07T20:01", "2026-03-08T10:00"},
		{PLAN_USUAL, 1, "2026-03-08T19:01", "2026-03-09T08:00"},
		{PLAN_USUAL, 0, "2026-03-29T02:30",
		 "2026-03-30T08:00"}, /* a gap, a Sunday */
		{PLAN_USUAL, 0, "2026-10-24T23:00", "2026-10-26T08:00"},
		{PLAN_USUAL, 0, "2026-12-31T23:00", "2027-01-01T08:00"},
		{PLAN_URGENT, 0, "2026-03-08T07:00", "2026-03-08T07:00"},
		{PLAN_URGENT, 0, "2026-03-08T06:59", "2026-03-08T07:00"},
		{PLAN_URGENT, 0, "2026-03-08T21:30", "2026-03-08T21:30"},
		{PLAN_URGENT, 0, "2026-03-08T21:31", "2026-03-09T07:00"},
		{PLAN_URGENT, 0, "2026-03-28T23:00",
		 "2026-03-29T07:00"}, /* the short night */
		{PLAN_ANY_HOUR, 0, "2026-03-08T03:12", "2026-03-08T03:12"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan_hours h =
			cases[i].sunday ? PLAN_HOURS_PRESET_SUNDAY : PLAN_HOURS_PRESET;
		rdvd_time t = at(paris, cases[i].t);
		rdvd_time next = plan_next_allowed(&h, paris, cases[i].w, t);

		expect_at(cases[i].t, paris, next, cases[i].next);
		assert_true(plan_is_allowed(&h, paris, cases[i].w, next));
		assert_int_equal(plan_is_allowed(&h, paris, cases[i].w, t), t == next);
	}
}

/* Every quarter of an hour of a fortnight with a daylight-saving night in it, both of
 * them: what comes back is allowed, is on the right side, and nothing allowed that is
 * nearer was missed. */
static void test_windows_everywhere(void **state)
{
	static const char *const from[] = {"2026-03-22T00:00", "2026-10-18T00:00"};

	for (size_t k = 0; k < 4; k++) {
		struct plan_hours h =
			k & 2 ? PLAN_HOURS_PRESET_SUNDAY : PLAN_HOURS_PRESET;
		rdvd_time first = at(paris, from[k & 1]);

		for (int i = 0; i < 14 * 96; i++) {
			rdvd_time t = first + i * 900;
			rdvd_time last = plan_last_allowed(&h, paris, t);
			rdvd_time next = plan_next_allowed(&h, paris, PLAN_USUAL, t);

			assert_true(last <= t && t <= next);
			assert_true(plan_is_allowed(&h, paris, PLAN_USUAL, last));
			assert_true(plan_is_allowed(&h, paris, PLAN_USUAL, next));
			for (rdvd_time u = t; u < next; u += 900)
				assert_false(plan_is_allowed(&h, paris, PLAN_USUAL, u));
			for (rdvd_time u = t; u > last + PLAN_EVENING_MARGIN_MIN * 60;
			     u -= 900)
				assert_false(plan_is_allowed(&h, paris, PLAN_USUAL, u));
		}
	}
}

static void test_notices(void **state)
{
	static const struct {
		enum rdvd_message_kind kind;
		enum plan_author author;
		const char *start, *old, *now, *due;
		int rc;
	} cases[] = {
		/* answers leave at any hour */
		{NO, PLAN_ASKED, "2026-03-06T10:00", "", "2026-03-01T03:00",
		 "2026-03-01T03:00", 0},
		{MV, PLAN_ASKED, "2026-03-06T10:00", "2026-03-05T10:00",
		 "2026-03-01T23:50", "2026-03-01T23:50", 0},
		{CX, PLAN_ASKED, "2026-03-06T10:00", "", "2026-03-06T09:59",
		 "2026-03-06T09:59", 0},
		/* by the team: today or tomorrow, any day 07:00-21:30 */
		{CX, PLAN_TEAM, "2026-03-02T10:00", "", "2026-03-01T12:00",
		 "2026-03-01T12:00", 0},
		{CX, PLAN_TEAM, "2026-03-02T10:00", "", "2026-03-01T21:45",
		 "2026-03-02T07:00", 0},
		{CX, PLAN_TEAM, "2026-03-06T14:00", "", "2026-03-06T06:10",
		 "2026-03-06T07:00", 0},
		{CX, PLAN_TEAM, "2026-03-06T22:00", "", "2026-03-06T21:20",
		 "2026-03-06T21:20", 0},
		/* later: the usual hours */
		{CX, PLAN_TEAM, "2026-03-03T10:00", "", "2026-03-01T12:00",
		 "2026-03-02T08:00", 0},
		{CX, PLAN_TEAM, "2026-03-20T10:00", "", "2026-03-06T20:30",
		 "2026-03-07T08:00", 0},
		/* Saturday night for Monday: on Sunday, not Monday at eight */
		{CX, PLAN_TEAM, "2026-03-09T08:30", "", "2026-03-07T21:00",
		 "2026-03-08T07:00", 0},
		{CX, PLAN_TEAM, "2026-03-09T08:00", "", "2026-03-07T23:00",
		 "2026-03-08T07:00", 0},
		{MV, PLAN_TEAM, "2026-03-20T10:00", "2026-03-09T08:30",
		 "2026-03-07T21:00", "2026-03-08T07:00", 0},
		/* a move is as urgent as its earlier day, if that is still to come */
		{MV, PLAN_TEAM, "2026-03-20T10:00", "2026-03-02T10:00",
		 "2026-03-01T12:00", "2026-03-01T12:00", 0},
		{MV, PLAN_TEAM, "2026-03-20T10:00", "2026-03-18T10:00",
		 "2026-03-01T12:00", "2026-03-02T08:00", 0},
		{MV, PLAN_TEAM, "2026-03-20T10:00", "2026-02-27T10:00",
		 "2026-03-01T12:00", "2026-03-02T08:00", 0},
		/* no moment is left: somebody has to telephone */
		{CX, PLAN_TEAM, "2026-03-06T06:30", "", "2026-03-05T22:00",
		 "2026-03-06T07:00", -1},
		{CX, PLAN_TEAM, "2026-03-06T10:00", "", "2026-03-06T10:00",
		 "2026-03-06T10:00", -1},
		{CX, PLAN_ASKED, "2026-03-06T10:00", "", "2026-03-06T11:00",
		 "2026-03-06T11:00", -1},
	};
	struct plan_hours h = PLAN_HOURS_PRESET;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan_visit v = {.start = wall(cases[i].start), .site = paris};
		struct plan_due d;

		assert_int_equal(plan_notice(cases[i].kind, cases[i].author, &v,
					     at(paris, cases[i].old), &h,
					     at(paris, cases[i].now), &d),
				 cases[i].rc);
		expect_at(cases[i].now, paris, d.due, cases[i].due);
		assert_int_equal(d.deadline, at(paris, cases[i].start));
		assert_int_equal(d.ordinal, 0);
	}
}

/* A rule on either daylight-saving night itself, with hours that are open all day: what
 * does not exist comes after the gap, what comes twice is the first; Feb 29 is a day. */
static void test_rules_on_the_nights(void **state)
{
	static const struct {
		const char *start;
		int days_before, minute;
		rdvd_time due; /* UTC */
	} cases[] = {
		{"2026-03-30T14:00", 1, 150, 1774747800}, /* 29 March 02:30: 03:30 +02 */
		{"2026-03-30T14:00", 2, 150, 1774661400}, /* 28 March 02:30 +01 */
		{"2026-10-26T14:00", 1, 150, 1792888200}, /* 25 October 02:30 +02 */
		{"2026-10-27T14:00", 1, 150, 1792978200}, /* 26 October 02:30 +01 */
		{"2028-03-01T10:00", 1, 600, 1835427600}, /* 29 February 10:00 +01 */
		{"2027-03-01T10:00", 1, 600, 1803805200}, /* 28 February 10:00 +01 */
		{"2028-03-30T10:00", 30, 600, 1835427600},
	};
	const struct plan_hours h = {0, 1440, 0, 1440, 0, 0};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct reminder_rule rule = {cases[i].days_before, cases[i].minute};
		struct plan_visit v = {.start = wall(cases[i].start), .site = paris};
		struct plan_due out[REMINDERS_MAX];

		assert_int_equal(plan_reminders(&v, &rule, 1, &h,
						at(paris, "2026-01-01T00:00"), 0, out),
				 1);
		if (out[0].due != cases[i].due)
			fail_msg("%s: %lld", cases[i].start, (long long)out[0].due);
	}
}

/* Hours that somebody asked for narrow all that is no answer; outside the usual hours
 * they take 07:00-21:30 instead; at night they are no hours. */
static void test_own_hours(void **state)
{
	static const struct {
		int from, to;
		enum plan_window w;
		const char *now, *next, *last; /* NULL: not asked */
	} cases[] = {
		/* 18:00-20:00 within 08:00-20:00; a Tuesday */
		{1080, 1200, PLAN_USUAL, "2026-03-03T10:00", "2026-03-03T18:00",
		 "2026-03-02T19:45"},
		{1080, 1200, PLAN_USUAL, "2026-03-03T18:30", "2026-03-03T18:30",
		 "2026-03-03T18:30"},
		{1080, 1200, PLAN_USUAL, "2026-03-03T21:00", "2026-03-04T18:00",
		 "2026-03-03T19:45"},
		{1080, 1200, PLAN_URGENT, "2026-03-03T07:30", "2026-03-03T18:00", NULL},
		{1080, 1200, PLAN_URGENT, "2026-03-08T10:00", "2026-03-08T18:00", NULL},
		{1080, 1200, PLAN_ANY_HOUR, "2026-03-03T03:00", "2026-03-03T03:00", NULL},
		/* half inside: what is left of the usual ones */
		{1140, 1290, PLAN_USUAL, "2026-03-03T20:30", "2026-03-04T19:00",
		 "2026-03-03T19:45"},
		/* wholly outside the usual hours, and asked for */
		{1230, 1320, PLAN_USUAL, "2026-03-03T10:00", "2026-03-03T20:30",
		 "2026-03-02T21:15"},
		/* no Sunday becomes open by it */
		{1230, 1320, PLAN_USUAL, "2026-03-08T10:00", "2026-03-09T20:30",
		 "2026-03-07T21:15"},
		/* night hours, or next to nothing: the usual ones */
		{1380, 1440, PLAN_USUAL, "2026-03-03T23:30", "2026-03-04T08:00",
		 "2026-03-03T19:45"},
		{0, 420, PLAN_URGENT, "2026-03-03T03:00", "2026-03-03T07:00", NULL},
		{600, 610, PLAN_USUAL, "2026-03-03T12:00", "2026-03-03T12:00", NULL},
		{1200, 1080, PLAN_USUAL, "2026-03-03T12:00", "2026-03-03T12:00", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan_hours h = PLAN_HOURS_PRESET;
		rdvd_time now = at(paris, cases[i].now);

		h.own_from = cases[i].from;
		h.own_to = cases[i].to;
		expect_at(cases[i].now, paris,
			  plan_next_allowed(&h, paris, cases[i].w, now), cases[i].next);
		if (cases[i].last)
			expect_at(cases[i].now, paris, plan_last_allowed(&h, paris, now),
				  cases[i].last);
	}
	assert_true(plan_own_hours_are_good(1080, 1200));
	assert_true(plan_own_hours_are_good(1260, 1440));
	assert_false(plan_own_hours_are_good(1270, 1440));
	assert_false(plan_own_hours_are_good(0, 449));
	assert_false(plan_own_hours_are_good(0, 0));
}

/* The day before at 17:30, for somebody who said 18:00-20:00: the evening before that. */
static void test_reminders_in_own_hours(void **state)
{
	struct plan_visit v = {.start = wall("2026-03-06T10:00"), .site = paris};
	struct plan_hours h = PLAN_HOURS_PRESET;
	struct plan_due out[REMINDERS_MAX];

	h.own_from = 1080;
	h.own_to = 1200;
	assert_int_equal(plan_reminders(&v, reminders_preset, 2, &h,
					at(paris, "2026-02-20T09:00"), 0, out),
			 2);
	expect_at("18:00-20:00", paris, out[0].due, "2026-03-03T18:00");
	expect_at("18:00-20:00", paris, out[1].due, "2026-03-04T19:45");
}

static void test_follow_up(void **state)
{
	static const struct {
		const char *marked, *due;
	} cases[] = {
		{"2026-03-03T11:00", "2026-03-04T08:00"}, /* 05:00 is too early */
		{"2026-03-03T16:00", "2026-03-04T10:00"},
		{"2026-03-06T17:00", "2026-03-07T11:00"},
		{"2026-03-07T12:00", "2026-03-09T08:00"}, /* not on a Sunday */
		{"2026-03-28T19:00", "2026-03-30T08:00"}, /* the short night, and Sunday
							   */
	};
	const struct plan_visit v = {.start = wall("2026-03-03T10:00"), .site = paris};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan_hours h = PLAN_HOURS_PRESET;
		rdvd_time now = at(paris, cases[i].marked);
		struct plan_due d;

		plan_follow_up(&v, &h, now, &d);
		expect_at(cases[i].marked, paris, d.due, cases[i].due);
		assert_int_equal(d.deadline, now + 7 * 86400);
		assert_true(d.due - now >= PLAN_FOLLOW_UP_S);
		assert_int_equal(d.ordinal, 0);
	}
}

static void test_weeks(void **state)
{
	civil_day monday = civil_day_from(2026, 3, 23);

	/* the week of the spring night is one */
	for (int i = 0; i < 7; i++)
		assert_int_equal(plan_week_of(monday + i), monday);
	assert_int_equal(plan_week_of(monday + 7), monday + 7);
	assert_int_equal(plan_week_of(civil_day_from(2028, 2, 29)),
			 civil_day_from(2028, 2, 28));
	assert_true(plan_is_far(0, 36 * 3600));
	assert_false(plan_is_far(1, 36 * 3600));
}

/* Whose reminders: the service's, else the organisation's, else the preset. */
static void test_whose_rules(void **state)
{
	static const char json[] =
		"{\"format\": \"rdvd-territory/1\", \"network\": {\"id\": \"n\"},"
		" \"organisations\": [{\"id\": \"quiet\", \"reminders\": []},"
		"  {\"id\": \"early\","
		"   \"reminders\": [{\"days_before\": 7, \"at\": \"09:00\"}]},"
		"  {\"id\": \"plain\"}],"
		" \"services\": [{\"id\": \"any\", \"name\": \"x\", \"minutes\": 30},"
		"  {\"id\": \"early-s\", \"name\": \"x\", \"minutes\": 30,"
		"   \"organisation\": \"early\"},"
		"  {\"id\": \"own\", \"name\": \"x\", \"minutes\": 30,"
		"   \"organisation\": \"early\","
		"   \"reminders\": [{\"days_before\": 0, \"at\": \"08:30\"}]}]}";
	static const char bad[] =
		"{\"format\": \"rdvd-territory/1\", \"network\": {\"id\": \"n\"},"
		" \"organisations\": [{\"id\": \"o\","
		"   \"reminders\": [{\"days_before\": 31, \"at\": \"25:00\"}]}]}";
	static const struct {
		const char *service, *organisation;
		size_t n;
		int days_before, minute; /* of the first */
	} cases[] = {
		{"any", "plain", 2, 3, 1080}, {"any", "early", 1, 7, 540},
		{"any", "quiet", 0, 0, 0},    {"any", NULL, 2, 3, 1080},
		{"early-s", NULL, 1, 7, 540}, {"early-s", "early", 1, 7, 540},
		{"own", "early", 1, 0, 510},  {"own", "quiet", 1, 0, 510},
	};
	struct buf errors = BUF_INIT;
	struct territory *t = territory_parse("t", json, sizeof json - 1, &errors);

	assert_string_equal(buf_str(&errors), "");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct reminder_rule *rules = NULL;
		int organisation =
			cases[i].organisation
				? territory_organisation(t, cases[i].organisation)
				: TERRITORY_NONE;
		size_t n = territory_reminders(t, territory_service(t, cases[i].service),
					       organisation, &rules);

		assert_int_equal(n, cases[i].n);
		if (n) {
			assert_int_equal(rules[0].days_before, cases[i].days_before);
			assert_int_equal(rules[0].minute, cases[i].minute);
		}
	}
	territory_free(t);
	assert_null(territory_parse("t", bad, sizeof bad - 1, &errors));
	assert_non_null(strstr(buf_str(&errors), "organisations[0].reminders[0].at"));
	assert_non_null(
		strstr(buf_str(&errors), "organisations[0].reminders[0].days_before"));
	buf_fini(&errors);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reminders),
		cmocka_unit_test(test_reminders_are_not_elapsed_hours),
		cmocka_unit_test(test_recipient_elsewhere),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_windows_everywhere),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_rules_on_the_nights),
		cmocka_unit_test(test_own_hours),
		cmocka_unit_test(test_reminders_in_own_hours),
		cmocka_unit_test(test_follow_up),
		cmocka_unit_test(test_weeks),
		cmocka_unit_test(test_whose_rules),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
