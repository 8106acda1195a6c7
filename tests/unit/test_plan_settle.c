/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_plan_settle.c - what becomes of messages after a silence of the daemon, a refusal,
 * or an answer that never came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "message/plan.h"

/* Short names for the tables. */
#define NO RDVD_MSG_CONFIRMATION
#define RE RDVD_MSG_REMINDER
#define MV RDVD_MSG_MOVED
#define CX RDVD_MSG_CANCELLATION
#define FU RDVD_MSG_FOLLOW_UP
#define SM RDVD_CHANNEL_SMS
#define EM RDVD_CHANNEL_EMAIL

static void test_catchup(void **state)
{
	/* now is 1000; in the order in which they come out */
	static const struct plan_candidate want[] = {
		{5, 4, SM, RE, 2, 1100, 1050, 0, PLAN_SEND, NULL},
		{6, 4, EM, RE, 2, 1100, 1050, 0, PLAN_SEND, NULL},
		{1, 1, SM, NO, 0, 2000, 2000, 0, PLAN_SUPERSEDE, NULL},
		{2, 1, SM, RE, 1, 2000, 1500, 0, PLAN_SUPERSEDE, NULL},
		{3, 1, SM, RE, 2, 2000, 1900, 0, PLAN_SEND, NULL},
		{4, 1, SM, FU, 0, 2000, 3000, 0, PLAN_SEND, NULL},
		{7, 2, SM, RE, 1, 3000, 1000, 0, PLAN_EXPIRE, NULL},
		{8, 2, SM, NO, 0, 3000, 3000, 0, PLAN_SEND, NULL},
		{9, 3, SM, MV, 0, 4000, 4000, 1200, PLAN_WAIT, NULL},
		{10, 3, SM, RE, 2, 4000, 3900, 0, PLAN_SUPERSEDE, NULL},
		{11, 5, SM, CX, 0, 5000, 5000, 0, PLAN_SEND, NULL},
		{12, 5, SM, MV, 0, 5000, 5000, 0, PLAN_SUPERSEDE, NULL},
		{13, 6, SM, RE, 2, 6000, 1300, 1300, PLAN_EXPIRE, NULL},
	};
	struct plan_candidate c[ARRAY_SIZE(want)];

	/* From whatever order they are in. */
	for (size_t turn = 0; turn < ARRAY_SIZE(want); turn++) {
		for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
			c[i] = want[(i * 5 + turn) % ARRAY_SIZE(want)];
			c[i].fate = PLAN_EXPIRE;
		}
		plan_catchup(c, ARRAY_SIZE(c), 1000);
		for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
			assert_int_equal(c[i].message, want[i].message);
			if (c[i].fate != want[i].fate)
				fail_msg("message %d: fate %d", (int)c[i].message,
					 c[i].fate);
		}
	}
	plan_catchup(c, 0, 1000);
}

static void test_retry(void **state)
{
	static const int delays_s[] = {10, 30, 120, 600, 1800, 1800, 1800};
	const rdvd_time now = 1000000, far = now + 10000000;

	for (size_t i = 0; i < ARRAY_SIZE(delays_s); i++)
		for (uint64_t salt = 0; salt < 200; salt++) {
			rdvd_time t = plan_retry_at((int)i + 1, now, 0, far, salt);

			assert_in_range(t - now, delays_s[i] * 8 / 10,
					delays_s[i] * 12 / 10);
			assert_int_equal(t, plan_retry_at((int)i + 1, now, 0, far, salt));
		}
	/* Not all at the same moment. */
	assert_int_not_equal(plan_retry_at(5, now, 0, far, 1),
			     plan_retry_at(5, now, 0, far, 2));
	/* What the provider asks for holds, when it is longer. */
	assert_int_equal(plan_retry_at(1, now, 300, far, 7), now + 300);
	assert_true(plan_retry_at(5, now, 300, far, 7) > now + 300);
	/* Cut by the deadline, and by the attempts. */
	assert_int_equal(plan_retry_at(4, now, 0, now + 400, 7), 0);
	assert_int_equal(plan_retry_at(1, now, 300, now + 300, 7), 0);
	assert_int_equal(plan_retry_at(1, now, 0, now, 7), 0);
	assert_int_equal(plan_retry_at(PLAN_ATTEMPTS_MAX, now, 0, far, 7), 0);
	assert_true(plan_retry_at(PLAN_ATTEMPTS_MAX - 1, now, 0, far, 7) > now);
}

static void test_settle_unknown(void **state)
{
	static const struct {
		enum rdvd_message_kind kind;
		int unknowns;
		unsigned can;
		int start_s, deadline_s; /* from now */
		int again_s;		 /* 0: never */
	} cases[] = {
		{RDVD_MSG_CANCELLATION, 1, 0, 9000, 9000, 120},
		{RDVD_MSG_CANCELLATION, 2, 0, 9000, 9000, 0},
		{RDVD_MSG_CANCELLATION, 1, 0, 120, 120, 0},
		{RDVD_MSG_MOVED, 1, 0, 9000, 9000, 120},
		{RDVD_MSG_MOVED, 2, 0, 9000, 9000, 0},
		{RDVD_MSG_REMINDER, 1, RDVD_GATEWAY_RECEIPTS, 10801, 10000, 600},
		{RDVD_MSG_REMINDER, 1, RDVD_GATEWAY_RECEIPTS, 10800, 10000, 0},
		{RDVD_MSG_REMINDER, 2, RDVD_GATEWAY_RECEIPTS, 90000, 80000, 0},
		{RDVD_MSG_REMINDER, 1, RDVD_GATEWAY_RECEIPTS, 90000, 600, 0},
		/* nobody could tell whether it has arrived: not twice */
		{RDVD_MSG_REMINDER, 1, 0, 90000, 80000, 0},
		{RDVD_MSG_REMINDER, 1, RDVD_GATEWAY_REPLIES, 90000, 80000, 0},
		{RDVD_MSG_CONFIRMATION, 1, 0, 90000, 90000, 0},
		{RDVD_MSG_ANSWER, 1, 0, 90000, 90000, 0},
		{RDVD_MSG_OFFER, 1, 0, 90000, 90000, 0},
		{RDVD_MSG_FOLLOW_UP, 1, 0, 90000, 90000, 0},
	};
	const rdvd_time now = 1000000;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		rdvd_time t = plan_settle_unknown(
			cases[i].kind, cases[i].unknowns, cases[i].can, now,
			now + cases[i].start_s, now + cases[i].deadline_s, 3);

		assert_int_equal(t, cases[i].again_s ? now + cases[i].again_s : 0);
		/* The same key again is never a second message. */
		t = plan_settle_unknown(
			cases[i].kind, cases[i].unknowns, RDVD_GATEWAY_IDEMPOTENT, now,
			now + cases[i].start_s, now + cases[i].deadline_s, 3);
		assert_int_equal(t, plan_retry_at(cases[i].unknowns, now, 0,
						  now + cases[i].deadline_s, 3));
		assert_true(t > now);
	}
}

/* A gateway that can be asked is asked three times, and not after it would matter. */
static void test_ask_at(void **state)
{
	static const struct {
		int unknowns;
		rdvd_time deadline, at;
	} cases[] = {
		{1, 100000, 1060}, {2, 100000, 1120}, {3, 100000, 1300}, {4, 100000, 0},
		{0, 100000, 0},	   {1, 1060, 0},      {1, 1061, 1060},	 {3, 1299, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(plan_ask_at(cases[i].unknowns, 1000, cases[i].deadline),
				 cases[i].at);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_catchup),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_settle_unknown),
		cmocka_unit_test(test_ask_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
