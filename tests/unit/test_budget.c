/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_budget.c - what a day's segments allow: to one number, to numbers in a row, to an
 * organisation; who may spend beyond; when the team is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "message/budget.h"

#define NOON 1772449200 /* 2026-03-02 11:00 UTC */
#define DAY 86400
#define LEA "+33612345678"
#define TOM "+33612340000" /* another last four digits */

static struct budget_alarm alarms[64];
static size_t nalarms;

static void take_alarm(void *ctx, const struct budget_alarm *a)
{
	assert_ptr_equal(ctx, alarms);
	alarms[nalarms++] = *a;
}

static struct budget *with(int person, int prefix, int organisation)
{
	const struct budget_options o = {.limits = {person, prefix, organisation},
					 .alarm = take_alarm,
					 .ctx = alarms};

	nalarms = 0;
	return budget_new(&o);
}

static enum budget_verdict take(struct budget *b, enum budget_use use, const char *to,
				int segments)
{
	return budget_take(b, use, to, 1, segments, NOON, NULL, NULL);
}

static void test_person(void **state)
{
	struct budget *b = with(10, 0, 0);
	rdvd_time again = 0;
	const char *why = NULL;

	for (int i = 0; i < 10; i++)
		assert_int_equal(take(b, BUDGET_COURTESY, LEA, 1), BUDGET_OK);
	assert_int_equal(budget_take(b, BUDGET_COURTESY, LEA, 1, 1, NOON, &again, &why),
			 BUDGET_HELD);
	assert_int_equal(again, NOON - NOON % DAY + DAY);
	assert_string_equal(why, "trop de SMS à ce numéro aujourd’hui");
	assert_int_equal(take(b, BUDGET_CODE, LEA, 1), BUDGET_HELD);
	/* somebody else is not in their way */
	assert_int_equal(take(b, BUDGET_COURTESY, TOM, 1), BUDGET_OK);
	/* an appointment's have three more, answers have no end */
	for (int i = 0; i < 3; i++)
		assert_int_equal(take(b, BUDGET_APPOINTMENT, LEA, 1), BUDGET_OK);
	assert_int_equal(take(b, BUDGET_APPOINTMENT, LEA, 1), BUDGET_HELD);
	for (int i = 0; i < 50; i++)
		assert_int_equal(take(b, BUDGET_ANSWER, LEA, 1), BUDGET_OK);
	/* the next day is new; one that was never there changes nothing */
	assert_int_equal(budget_take(b, BUDGET_CODE, LEA, 1, 1, NOON + DAY, NULL, NULL),
			 BUDGET_OK);
	assert_int_equal(budget_spent(b, 1, NOON + DAY), 1);
	assert_int_equal(budget_spent(b, 1, NOON), 1); /* the clock was set back */
	assert_int_equal(budget_counts(b)->held[BUDGET_PERSON], 3);
	/* one alarm, at the whole budget */
	assert_int_equal(nalarms, 1);
	assert_int_equal(alarms[0].scope, BUDGET_PERSON);
	assert_int_equal(alarms[0].percent, 100);
	budget_free(b);
}

/* A clock that ran years ahead for a minute does not hold everything back until then. */
static void test_clock_ran_ahead(void **state)
{
	struct budget *b = with(2, 0, 0);
	rdvd_time again = 0;

	assert_int_equal(
		budget_take(b, BUDGET_CODE, LEA, 1, 2, NOON + 1500 * DAY, NULL, NULL),
		BUDGET_OK);
	assert_int_equal(budget_take(b, BUDGET_CODE, LEA, 1, 1, NOON, &again, NULL),
			 BUDGET_HELD);
	assert_int_equal(again, NOON - NOON % DAY + DAY);
	assert_int_equal(budget_take(b, BUDGET_CODE, LEA, 1, 1, NOON + DAY, NULL, NULL),
			 BUDGET_OK);
	budget_free(b);
}

/* What was taken before midnight and comes back after it is not today's. */
static void test_given_back_after_midnight(void **state)
{
	struct budget *b = with(10, 0, 0);
	rdvd_time midnight = NOON - NOON % DAY + DAY;

	budget_take(b, BUDGET_CODE, LEA, 1, 3, midnight - 1, NULL, NULL);
	budget_take(b, BUDGET_CODE, LEA, 1, 4, midnight + 1, NULL, NULL);
	budget_give_back(b, LEA, 1, 3, midnight - 1);
	assert_int_equal(budget_spent(b, 1, midnight + 2), 4);
	budget_give_back(b, LEA, 1, 4, midnight + 1);
	assert_int_equal(budget_spent(b, 1, midnight + 2), 0);
	budget_free(b);
}

static void test_prefix(void **state)
{
	struct budget *b = with(0, 20, 0);
	char to[16];

	for (int i = 0; i < 20; i++) {
		snprintf(to, sizeof to, "+3361234%04d", i * 7);
		assert_int_equal(nalarms, i < 10 ? 0 : 1);
		assert_int_equal(take(b, BUDGET_CODE, to, 1), BUDGET_OK);
	}
	assert_int_equal(nalarms, 2);
	assert_int_equal(alarms[0].percent, 50);
	assert_int_equal(alarms[0].spent, 10);
	assert_int_equal(alarms[1].percent, 100);
	assert_int_equal(alarms[1].limit, 20);
	assert_int_equal(take(b, BUDGET_CODE, "+33612349999", 1), BUDGET_HELD);
	assert_int_equal(take(b, BUDGET_CODE, "+33612359999", 1), BUDGET_OK);
	/* reminders keep their share: 6 segments of 20 */
	assert_int_equal(take(b, BUDGET_APPOINTMENT, LEA, 2), BUDGET_OK);
	assert_int_equal(take(b, BUDGET_APPOINTMENT, LEA, 4), BUDGET_OK);
	assert_int_equal(take(b, BUDGET_APPOINTMENT, LEA, 1), BUDGET_HELD);
	assert_int_equal(nalarms, 2);
	budget_free(b);
}

static void test_organisation(void **state)
{
	struct budget *b = with(0, 0, 4);
	const char *why = "";

	assert_int_equal(take(b, BUDGET_CODE, LEA, 4), BUDGET_OK);
	assert_int_equal(budget_ask(b, BUDGET_CODE, LEA, 1, 1, NOON, &why), BUDGET_HELD);
	assert_string_equal(why, "le budget de SMS du jour est dépensé");
	assert_int_equal(budget_ask(b, BUDGET_CODE, LEA, 2, 1, NOON, NULL), BUDGET_OK);
	assert_int_equal(budget_spent(b, 1, NOON), 4);
	assert_int_equal(budget_spent(b, 2, NOON), 0);
	/* half at once is no alarm of a half */
	assert_int_equal(nalarms, 1);
	assert_int_equal(alarms[0].organisation, 1);
	assert_int_equal(alarms[0].percent, 100);
	/* what did not go is not spent, but yesterday's is gone */
	budget_give_back(b, LEA, 1, 3, NOON);
	assert_int_equal(budget_spent(b, 1, NOON), 1);
	assert_int_equal(take(b, BUDGET_CODE, LEA, 3), BUDGET_OK);
	assert_int_equal(nalarms, 1);
	budget_take(b, BUDGET_CODE, LEA, 1, 1, NOON + DAY, NULL, NULL);
	budget_give_back(b, LEA, 1, 4, NOON);
	assert_int_equal(budget_spent(b, 1, NOON + DAY), 1);
	budget_free(b);
}

/* Which numbers are written to at all, whatever is left. */
static void test_numbers(void **state)
{
	static const struct {
		const char *to;
		enum budget_use use;
		enum budget_verdict want;
	} cases[] = {
		{LEA, BUDGET_CODE, BUDGET_OK},
		{"+262692123456", BUDGET_APPOINTMENT, BUDGET_OK},
		{"+32470123456", BUDGET_CODE, BUDGET_OK},
		{"+41791234567", BUDGET_CODE, BUDGET_OK}, /* the team's list */
		{"+41221234567", BUDGET_CODE, BUDGET_NUMBER},
		{"+33321123456", BUDGET_APPOINTMENT, BUDGET_NUMBER}, /* a landline */
		{"+33899123456", BUDGET_CODE, BUDGET_NUMBER},	     /* premium */
		{"+33700000000", BUDGET_CODE, BUDGET_NUMBER},	     /* a machine's */
		{"+881612345678", BUDGET_CODE, BUDGET_NUMBER},	     /* satellite */
		{"+447911123456", BUDGET_COURTESY, BUDGET_NUMBER},
		{"+447911123456", BUDGET_ANSWER, BUDGET_OK}, /* they wrote to us */
		{"4821", BUDGET_CODE, BUDGET_NUMBER},
	};
	static const char *const prefixes[] = {"+41 7"};
	const struct budget_options o = {.prefixes = prefixes, .nprefixes = 1};
	struct budget *b = budget_new(&o);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum budget_verdict v = take(b, cases[i].use, cases[i].to, 1);

		if (v != cases[i].want)
			fail_msg("%s: %d", cases[i].to, v);
	}
	budget_free(b);
}

static void test_demo_and_tuning(void **state)
{
	struct budget_options o = {.limits = {1, 0, 0}, .log_only = 1};
	struct budget *b = budget_new(&o);

	for (int i = 0; i < 5; i++)
		assert_int_equal(take(b, BUDGET_CODE, LEA, 1), BUDGET_OK);
	assert_int_equal(budget_counts(b)->held[BUDGET_PERSON], 4);
	o.log_only = 0;
	budget_tune(b, &o);
	assert_int_equal(take(b, BUDGET_CODE, LEA, 1), BUDGET_HELD);
	o.limits[BUDGET_PERSON] = 6;
	budget_tune(b, &o);
	assert_int_equal(take(b, BUDGET_CODE, LEA, 1), BUDGET_OK);
	assert_int_equal(take(b, BUDGET_CODE, LEA, 1), BUDGET_HELD);
	budget_free(b);
}

/* What the store remembers counts, and what was alarmed then is not again. */
static void test_counted_before(void **state)
{
	struct budget *b = with(0, 0, 100);

	budget_count(b, LEA, 1, 60, NOON);
	assert_int_equal(nalarms, 0);
	assert_int_equal(take(b, BUDGET_CODE, TOM, 1), BUDGET_OK);
	assert_int_equal(nalarms, 0);
	assert_int_equal(take(b, BUDGET_CODE, TOM, 39), BUDGET_OK);
	assert_int_equal(nalarms, 1);
	assert_int_equal(alarms[0].percent, 100);
	budget_free(b);
}

/* Twenty thousand numbers: each its own. */
static void test_many(void **state)
{
	struct budget *b = with(2, 0, 0);
	char to[16];

	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 20000; i++) {
			snprintf(to, sizeof to, "+336%08d", i * 4999);
			assert_int_equal(take(b, BUDGET_COURTESY, to, 1),
					 round < 2 ? BUDGET_OK : BUDGET_HELD);
		}
	assert_int_equal(budget_spent(b, 1, NOON), 40000);
	assert_int_equal(nalarms, 1);
	budget_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_person),
		cmocka_unit_test(test_clock_ran_ahead),
		cmocka_unit_test(test_given_back_after_midnight),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_organisation),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_demo_and_tuning),
		cmocka_unit_test(test_counted_before),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
