/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_gateway_flow.c - how fast a gateway may be given messages, when it is not worth
 * trying, and when nothing may leave at all: the pure rules as tables, on a clock of the
 * test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/mem.h"
#include "message/brake.h"
#include "message/breaker.h"
#include "message/pace.h"

/* ---- breaker ---- */

static const struct {
	char letter;
	enum rdvd_sent sent;
} letters[] = {
	{'a', RDVD_SENT_ACCEPTED}, {'x', RDVD_SENT_REFUSED},   {'r', RDVD_SENT_RETRY},
	{'u', RDVD_SENT_UNKNOWN},  {'t', RDVD_SENT_THROTTLED}, {'s', RDVD_SENT_STOPPED},
};

static enum rdvd_sent sent_of(char c)
{
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (letters[i].letter == c)
			return letters[i].sent;
	fail_msg("no answer is written %c", c);
	return RDVD_SENT_UNKNOWN;
}

/* Answers to messages given as fast as it allows; a number is a wait in seconds. */
static void play(struct breaker *b, const char *script, int64_t *now_ms)
{
	while (*script) {
		if (*script == ' ') {
			script++;
		} else if (*script >= '0' && *script <= '9') {
			char *end;

			*now_ms += strtol(script, &end, 10) * 1000;
			script = end;
		} else {
			if (breaker_allows(b, *now_ms))
				breaker_given(b);
			breaker_note(b, sent_of(*script++), *now_ms);
		}
	}
}

static void test_breaker(void **state)
{
	static const struct {
		const char *label, *script;
		enum breaker_state state;
		int allows, stopped;
		int wait_s; /* until it tries; -1 not open */
	} cases[] = {
		{"new", "", BREAKER_CLOSED, 1, 0, -1},
		{"four in a row", "rrrr", BREAKER_CLOSED, 1, 0, -1},
		{"five in a row", "rrrrr", BREAKER_OPEN, 0, 0, 30},
		{"a success between", "rrrrarrrr", BREAKER_CLOSED, 1, 0, -1},
		{"a refusal is an answer", "rrrrxrrrr", BREAKER_CLOSED, 1, 0, -1},
		{"refusals only", "xxxxxxxxxxxxxxxxxxxxxxxxx", BREAKER_CLOSED, 1, 0, -1},
		{"half of twenty", "arararararararararar", BREAKER_CLOSED, 1, 0, -1},
		{"more than half of twenty", "arararararararararrr", BREAKER_OPEN, 0, 0,
		 30},
		{"unknown counts in the twenty", "uuuuuuuuuuu", BREAKER_OPEN, 0, 0, 30},
		{"ten unknown do not", "uuuuuuuuuu", BREAKER_CLOSED, 1, 0, -1},
		{"unknown does not break the row", "rrrrurr", BREAKER_OPEN, 0, 0, 30},
		{"the old ones are forgotten", "uuuuuuuuuu aaaaaaaaaa uuuuuuuuuu",
		 BREAKER_CLOSED, 1, 0, -1},
		{"throttled is no failure", "tttttttttttttttttttttttt", BREAKER_CLOSED, 1,
		 0, -1},
		{"one that stops", "s", BREAKER_OPEN, 0, 1, 900},
		{"waiting", "rrrrr 29", BREAKER_OPEN, 0, 0, 1},
		{"one may see", "rrrrr 30", BREAKER_OPEN, 1, 0, 0},
		{"it saw that it works", "rrrrr 30 a", BREAKER_CLOSED, 1, 0, -1},
		{"a refusal shows that too", "rrrrr 30 x", BREAKER_CLOSED, 1, 0, -1},
		{"too many shows that too", "rrrrr 30 t", BREAKER_CLOSED, 1, 0, -1},
		{"it starts afresh", "rrrrr 30 a rrrr", BREAKER_CLOSED, 1, 0, -1},
		{"twice as long", "rrrrr 30 r", BREAKER_OPEN, 0, 0, 60},
		{"and again", "rrrrr 30 r 60 u", BREAKER_OPEN, 0, 0, 120},
		{"fifteen minutes at most", "rrrrr 30 r 60 r 120 r 240 r 480 r 900 r",
		 BREAKER_OPEN, 0, 0, 900},
		{"back to half a minute", "rrrrr 30 r 60 a rrrrr", BREAKER_OPEN, 0, 0,
		 30},
		{"what was under way counts once", "rrrrrrrr 10 rrr", BREAKER_OPEN, 0, 0,
		 20},
		{"a late success does not close", "rrrrr a", BREAKER_OPEN, 0, 0, 30},
		{"still stopped", "s 900 s", BREAKER_OPEN, 0, 1, 900},
		{"acted upon", "s 900 a", BREAKER_CLOSED, 1, 0, -1},
		{"stopped while open", "rrrrr s", BREAKER_OPEN, 0, 1, 900},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct breaker b = {.state = BREAKER_CLOSED};
		int64_t now_ms = 1000000;

		play(&b, cases[i].script, &now_ms);
		if (b.state != cases[i].state ||
		    breaker_allows(&b, now_ms) != cases[i].allows ||
		    b.stopped != cases[i].stopped)
			fail_msg("%s: state %d, allows %d, stopped %d", cases[i].label,
				 (int)b.state, breaker_allows(&b, now_ms), b.stopped);
		if (cases[i].wait_s >= 0 &&
		    b.until_ms - now_ms != cases[i].wait_s * INT64_C(1000))
			fail_msg("%s: waits %lld ms", cases[i].label,
				 (long long)(b.until_ms - now_ms));
	}
}

static void test_breaker_tries_one(void **state)
{
	struct breaker b = {.state = BREAKER_CLOSED};
	int64_t now_ms = 5000;

	play(&b, "rrrrr 30", &now_ms);
	assert_true(breaker_allows(&b, now_ms));
	breaker_given(&b);
	assert_int_equal(b.state, BREAKER_TRYING);
	assert_false(breaker_allows(&b, now_ms + 3600000));
	breaker_untried(&b); /* it was given back: another may see */
	assert_true(breaker_allows(&b, now_ms));
}

static void test_breaker_says_what_it_did(void **state)
{
	struct breaker b = {.state = BREAKER_CLOSED};

	for (int i = 0; i < 4; i++)
		assert_int_equal(breaker_note(&b, RDVD_SENT_RETRY, 0), BREAKER_SAME);
	assert_int_equal(breaker_note(&b, RDVD_SENT_RETRY, 0), BREAKER_OPENED);
	assert_int_equal(breaker_note(&b, RDVD_SENT_RETRY, 0), BREAKER_SAME);
	breaker_hurry(&b, 10);
	assert_true(breaker_allows(&b, 10));
	breaker_given(&b);
	assert_int_equal(breaker_note(&b, RDVD_SENT_RETRY, 20), BREAKER_AGAIN);
	breaker_hurry(&b, 20);
	breaker_given(&b);
	assert_int_equal(breaker_note(&b, RDVD_SENT_STOPPED, 30), BREAKER_STOPPED);
	assert_int_equal(breaker_note(&b, RDVD_SENT_STOPPED, 31), BREAKER_SAME);
	breaker_hurry(&b, 40);
	breaker_given(&b);
	assert_int_equal(breaker_note(&b, RDVD_SENT_STOPPED, 50), BREAKER_AGAIN);
	breaker_hurry(&b, 60);
	breaker_given(&b);
	assert_int_equal(breaker_note(&b, RDVD_SENT_ACCEPTED, 70), BREAKER_MENDED);
}

/* ---- pace ---- */

static size_t take_all(struct pace *p, int64_t now_ms)
{
	size_t n = 0;

	while (pace_room(p, now_ms) > 0) {
		pace_take(p);
		n++;
	}
	return n;
}

static void test_pace(void **state)
{
	static const int rates[] = {1, 5, 20, 1000, 20000};

	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct pace p;
		size_t n, rate = (size_t)rates[i];

		pace_init(&p, rates[i], 0);
		assert_int_equal(take_all(&p, 0), rate); /* a second's worth at once */
		assert_int_equal(take_all(&p, 0), 0);
		n = 0;
		for (int64_t ms = 1; ms <= 60000; ms++)
			n += take_all(&p, ms);
		assert_in_range(n, 60 * rate - 1, 60 * rate);
		assert_int_equal(take_all(&p, 3600000), rate); /* it holds no more */
	}
}

static void test_pace_wait(void **state)
{
	struct pace p;
	int64_t wait;

	pace_init(&p, 5, 0);
	assert_int_equal(pace_wait_ms(&p, 0), 0);
	take_all(&p, 0);
	wait = pace_wait_ms(&p, 0);
	assert_in_range(wait, 200, 202);
	assert_int_equal(pace_room(&p, wait - 5), 0);
	assert_int_equal(pace_room(&p, wait), 1);
	assert_int_equal(pace_room(&p, wait - 100), 1); /* time does not go back */
}

static void test_pace_throttled(void **state)
{
	struct pace p;

	pace_init(&p, 100, 0);
	pace_throttled(&p, 10000, 7);
	assert_true(pace_is_lowered(&p, 10000));
	assert_int_equal(pace_room(&p, 16999), 0); /* what it asked for */
	assert_in_range(pace_wait_ms(&p, 10000), 7000, 7021);
	assert_true(p.rate >= 50 && p.rate < 51); /* half */
	/* others that were under way are the same word */
	pace_throttled(&p, 10300, 0);
	pace_throttled(&p, 10900, 0);
	assert_true(p.rate >= 50 && p.rate < 51);
	/* told again later: half of that */
	pace_throttled(&p, 17000, 0);
	assert_true(p.rate >= 25 && p.rate < 26);
	assert_int_equal(pace_room(&p, 17999), 0);
	/* a minute later half of the full rate is back, after two all of it */
	pace_room(&p, 18000 + 60000);
	assert_true(p.rate > 70 && p.rate < 80);
	assert_true(pace_is_lowered(&p, 78000));
	pace_room(&p, 18000 + 120000);
	assert_true(p.rate >= 100 && p.rate <= 100);
	assert_false(pace_is_lowered(&p, 138000));
}

static void test_pace_never_stops(void **state)
{
	struct pace p;
	int64_t ms = 0;

	pace_init(&p, 5, 0);
	for (int i = 0; i < 100; i++, ms += 1001)
		pace_throttled(&p, ms, 0);
	assert_true(p.rate >= 0.05);
	assert_true(pace_wait_ms(&p, ms) <= 21000);
	assert_int_equal(pace_room(&p, ms + pace_wait_ms(&p, ms)), 1);
	pace_throttled(&p, ms, 999999999); /* nobody waits for ever */
	assert_true(pace_wait_ms(&p, ms) <= 3600000 + 21000);
}

/* ---- brake ---- */

static void test_brake(void **state)
{
	static const uint64_t mib = 1 << 20;
	static const struct {
		int64_t seconds;
		enum brake_jump jump;
	} jumps[] = {
		{0, BRAKE_NO_JUMP},   {60, BRAKE_NO_JUMP},
		{-60, BRAKE_NO_JUMP}, {61, BRAKE_FORWARD},
		{600, BRAKE_FORWARD}, {601, BRAKE_FAR_FORWARD},
		{-61, BRAKE_BACK},    {1700000000, BRAKE_FAR_FORWARD},
		{-86400, BRAKE_BACK},
	};

	for (size_t i = 0; i < ARRAY_SIZE(jumps); i++)
		assert_int_equal(brake_judge_jump(jumps[i].seconds), jumps[i].jump);
	assert_true(brake_is_full(63 * mib, 100000 * mib));
	assert_false(brake_is_full(64 * mib, 100000 * mib));
	assert_true(brake_is_full(0, 100000 * mib));
	/* a small disk is not always full */
	assert_false(brake_is_full(8 * mib, 16 * mib));
	assert_true(brake_is_full(mib / 2, 16 * mib));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_breaker),
		cmocka_unit_test(test_breaker_tries_one),
		cmocka_unit_test(test_breaker_says_what_it_did),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_pace_wait),
		cmocka_unit_test(test_pace_throttled),
		cmocka_unit_test(test_pace_never_stops),
		cmocka_unit_test(test_brake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
