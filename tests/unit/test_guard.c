/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_guard.c - who is believed, who is asked again, and who gets through at a forum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "web/guard.h"

#define START_MS INT64_C(7300000)

static struct guard *made(unsigned per_address, unsigned in_all, int log_only)
{
	const struct guard_options o = {
		.per_address = per_address, .in_all = in_all, .log_only = log_only};

	return guard_new(&o);
}

/* A form shown at shown_ms and sent at sent_ms. */
static enum guard_finding sent(struct guard *g, uint64_t address, int64_t shown_ms,
			       int64_t sent_ms, const char *proof)
{
	char stamp[GUARD_STAMP_SIZE];
	struct guard_form f = {.trap = "", .proof = proof, .address_key = address};

	guard_stamp(g, shown_ms, stamp);
	f.stamp = stamp;
	return guard_judge(g, &f, sent_ms);
}

static void the_trap_catches_everybody(void **state)
{
	struct guard *g = made(0, 0, 0);
	struct guard_form f = {.trap = "http://spam.example", .is_trusted = 1};

	(void)state;
	assert_int_equal(guard_judge(g, &f, START_MS), GUARD_TRAPPED);
	f.trap = "";
	assert_int_equal(guard_judge(g, &f, START_MS), GUARD_FINE);
	guard_free(g);
}

static void haste(void **state)
{
	struct guard *g = made(0, 0, 0), *other = made(0, 0, 0);
	char stamp[GUARD_STAMP_SIZE];
	struct guard_form f = {.stamp = NULL, .address_key = 7};

	(void)state;
	assert_int_equal(sent(g, 7, START_MS, START_MS + GUARD_HASTE_MS - 1, NULL),
			 GUARD_HASTY);
	assert_int_equal(sent(g, 7, START_MS, START_MS + GUARD_HASTE_MS, NULL),
			 GUARD_FINE);
	assert_int_equal(guard_judge(g, &f, START_MS), GUARD_HASTY);
	f.stamp = "short";
	assert_int_equal(guard_judge(g, &f, START_MS), GUARD_HASTY);
	/* of another run of the daemon: it was open for long enough */
	guard_stamp(other, START_MS, stamp);
	f.stamp = stamp;
	assert_int_equal(guard_judge(g, &f, START_MS), GUARD_FINE);
	/* an earlier time cannot be claimed: that stamp is not ours either, and no worse
	 * than a restart */
	f.is_trusted = 1;
	f.stamp = NULL;
	assert_int_equal(guard_judge(g, &f, START_MS), GUARD_FINE);
	guard_free(g);
	guard_free(other);
}

static void a_forum_gets_through(void **state)
{
	struct guard *g = made(0, 0, 0);

	(void)state;
	for (int i = 0; i < 90; i++)
		assert_int_equal(sent(g, 42, START_MS, START_MS + 4000 + i, NULL),
				 GUARD_FINE);
	guard_free(g);
}

static void above_the_threshold_a_proof_is_asked(void **state)
{
	struct guard *g = made(3, 5, 0);
	int64_t at = START_MS + 4000;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(sent(g, 1, START_MS, at, NULL), GUARD_FINE);
	assert_int_equal(sent(g, 1, START_MS, at, NULL), GUARD_CROWDED);
	/* another address is another count, until all together are too many */
	assert_int_equal(sent(g, 2, START_MS, at, NULL), GUARD_FINE);
	assert_int_equal(sent(g, 3, START_MS, at, NULL), GUARD_CROWDED);
	/* it calms down by itself */
	at += 2 * GUARD_WINDOW_MS;
	assert_int_equal(sent(g, 1, START_MS, at, NULL), GUARD_FINE);
	assert_int_equal(guard_counts(g)->crowded, 2);
	guard_free(g);
}

static void solve(const struct guard_riddle *r, char proof[200])
{
	for (int n = 0; n <= r->max; n++) {
		uint8_t hash[SECRET_HASH_SIZE];
		char text[64], hex[65];
		int len = snprintf(text, sizeof(text), "%s%d", r->salt, n);

		secret_sha256(text, (size_t)len, hash);
		for (int i = 0; i < SECRET_HASH_SIZE; i++)
			snprintf(hex + 2 * i, 3, "%02x", hash[i]);
		if (strcmp(hex, r->hash) == 0) {
			snprintf(proof, 200, "%s.%s.%s.%d", r->salt, r->hash, r->mac, n);
			return;
		}
	}
	fail_msg("the riddle has no answer");
}

static void a_proof_is_good_once(void **state)
{
	struct guard *g = made(1, 0, 0), *other = made(1, 0, 0);
	int64_t at = START_MS + 4000;
	struct guard_riddle r;
	char proof[200], wrong[200];

	(void)state;
	assert_int_equal(sent(g, 1, START_MS, at, NULL), GUARD_FINE);
	assert_int_equal(sent(g, 1, START_MS, at, "nonsense"), GUARD_WRONG_PROOF);
	guard_riddle(g, at, &r);
	solve(&r, proof);
	snprintf(wrong, sizeof(wrong), "%s", proof);
	wrong[strlen(wrong) - 1] ^= 1; /* another digit */
	assert_int_equal(sent(g, 1, START_MS, at, wrong), GUARD_WRONG_PROOF);
	assert_int_equal(sent(g, 1, START_MS, at, proof), GUARD_FINE);
	assert_int_equal(sent(g, 1, START_MS, at, proof), GUARD_WRONG_PROOF);
	/* too old */
	guard_riddle(g, at, &r);
	solve(&r, proof);
	for (int i = 0; i < 2; i++)
		sent(g, 1, START_MS, at + GUARD_PROOF_LIFE_MS + 1, NULL);
	assert_int_equal(sent(g, 1, START_MS, at + GUARD_PROOF_LIFE_MS + 1, proof),
			 GUARD_WRONG_PROOF);
	/* somebody else's riddle */
	at += GUARD_PROOF_LIFE_MS + 1;
	guard_riddle(other, at, &r);
	solve(&r, proof);
	assert_int_equal(sent(g, 1, START_MS, at, proof), GUARD_WRONG_PROOF);
	guard_free(g);
	guard_free(other);
}

static void the_demonstration_only_counts(void **state)
{
	struct guard *g = made(1, 1, 1);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(sent(g, 1, START_MS, START_MS, NULL), GUARD_FINE);
	assert_int_equal(guard_counts(g)->hasty, 4);
	guard_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_trap_catches_everybody),
		cmocka_unit_test(haste),
		cmocka_unit_test(a_forum_gets_through),
		cmocka_unit_test(above_the_threshold_a_proof_is_asked),
		cmocka_unit_test(a_proof_is_good_once),
		cmocka_unit_test(the_demonstration_only_counts),
	};

	if (secret_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
