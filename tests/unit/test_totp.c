/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_totp.c - one-time codes against RFC 6238's own table (Appendix B, the last six of
 * its eight digits), the window, that a code counts once, and what the application reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/secret.h"
#include "booking/totp.h"

static const uint8_t *const secret = (const uint8_t *)"12345678901234567890";

static const struct {
	rdvd_time at;
	const char *code;
} table[] = {
	{59, "287082"},		{1111111109, "081804"}, {1111111111, "050471"},
	{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
};

static void codes_are_those_of_the_standard(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		assert_int_equal(totp_check(secret, table[i].code, table[i].at, 0),
				 table[i].at / TOTP_STEP_S);
}

static void a_step_before_and_after_is_right_and_no_further(void **state)
{
	rdvd_time at = table[3].at;
	int64_t step = at / TOTP_STEP_S;

	(void)state;
	assert_int_equal(totp_check(secret, table[3].code, at - 30, 0), step);
	assert_int_equal(totp_check(secret, table[3].code, at + 30, 0), step);
	assert_int_equal(totp_check(secret, table[3].code, at - 60, 0), -1);
	assert_int_equal(totp_check(secret, table[3].code, at + 60, 0), -1);
}

static void a_code_counts_once(void **state)
{
	rdvd_time at = table[3].at;
	int64_t step = at / TOTP_STEP_S;

	(void)state;
	assert_int_equal(totp_check(secret, table[3].code, at, step - 1), step);
	assert_int_equal(totp_check(secret, table[3].code, at, step), -1);
	assert_int_equal(totp_check(secret, table[3].code, at, step + 1), -1);
}

static void what_is_no_code_is_wrong(void **state)
{
	static const char *const wrong[] = {"",
					    "00592",
					    "0059244",
					    "005925",
					    "OO5924",
					    "-05924",
					    "005924x",
					    "   ",
					    ("\xd9\xa0"
					     "5924")};

	(void)state;
	assert_int_equal(totp_check(secret, " 005 924 ", table[3].at, 0),
			 table[3].at / TOTP_STEP_S);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(totp_check(secret, wrong[i], table[3].at, 0), -1);
}

static void the_application_reads_issuer_login_and_secret(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	totp_write_uri(&b, secret, "CLLAJ d’Hénin", "ana@cllaj.fr");
	assert_string_equal(
		buf_str(&b),
		"otpauth://totp/CLLAJ%20d%E2%80%99H%C3%A9nin:ana%40cllaj.fr?secret="
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=CLLAJ%20d%E2%80%99H%C3%A9nin");
	buf_fini(&b);
	totp_write_secret(&b, secret, 1);
	assert_string_equal(buf_str(&b), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
	buf_fini(&b);
}

static void what_is_sealed_is_read_with_the_key_and_the_purpose_alone(void **state)
{
	uint8_t key[SECRET_KEY_SIZE] = {1}, other[SECRET_KEY_SIZE] = {2};
	uint8_t sealed[TOTP_SECRET_SIZE + SECRET_SEAL_SIZE], out[TOTP_SECRET_SIZE];

	(void)state;
	assert_int_equal(secret_init(), 0);
	secret_seal(key, "second factor", secret, TOTP_SECRET_SIZE, sealed);
	assert_int_equal(secret_open(key, "second factor", sealed, sizeof sealed, out),
			 0);
	assert_memory_equal(out, secret, TOTP_SECRET_SIZE);
	assert_int_equal(secret_open(key, "another", sealed, sizeof sealed, out), -1);
	assert_int_equal(secret_open(other, "second factor", sealed, sizeof sealed, out),
			 -1);
	assert_int_equal(secret_open(key, "second factor", sealed, 12, out), -1);
	sealed[sizeof sealed - 1] ^= 1;
	assert_int_equal(secret_open(key, "second factor", sealed, sizeof sealed, out),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_those_of_the_standard),
		cmocka_unit_test(a_step_before_and_after_is_right_and_no_further),
		cmocka_unit_test(a_code_counts_once),
		cmocka_unit_test(what_is_no_code_is_wrong),
		cmocka_unit_test(the_application_reads_issuer_login_and_secret),
		cmocka_unit_test(
			what_is_sealed_is_read_with_the_key_and_the_purpose_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
