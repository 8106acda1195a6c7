/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_parse.c - the checked readers, at and around their edges, and the folding of
 * names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

static void test_int(void **state)
{
	static const struct {
		const char *s;
		int64_t min, max;
		int rc;
		int64_t v;
	} cases[] = {
		{"0", 0, 10, 0, 0},
		{"+7", 0, 10, 0, 7},
		{"-7", -10, 10, 0, -7},
		{"007", 0, 10, 0, 7},
		{"10", 0, 10, 0, 10},
		{"11", 0, 10, -1, 0},
		{"-1", 0, 10, -1, 0},
		{"", 0, 10, -1, 0},
		{"-", -5, 10, -1, 0},
		{"+", 0, 10, -1, 0},
		{" 1", 0, 10, -1, 0},
		{"1 ", 0, 10, -1, 0},
		{"1x", 0, 10, -1, 0},
		{"0x1", 0, 10, -1, 0},
		{"--1", -5, 10, -1, 0},
		{"9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX},
		{"9223372036854775808", INT64_MIN, INT64_MAX, -1, 0},
		{"-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN},
		{"-9223372036854775809", INT64_MIN, INT64_MAX, -1, 0},
		{"99999999999999999999999", INT64_MIN, INT64_MAX, -1, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t v = 0x5a;
		int rc = parse_int(cases[i].s, cases[i].min, cases[i].max, &v);

		assert_int_equal(rc, cases[i].rc);
		assert_int_equal(v, rc ? 0x5a : cases[i].v);
	}
}

static void test_double(void **state)
{
	static const struct {
		const char *s;
		int rc;
		double v;
	} cases[] = {
		{"0", 0, 0},	 {"50.42", 0, 50.42}, {"-2.5", 0, -2.5}, {"+1", 0, 1},
		{"1e1", 0, 10},	 {"2.5E-1", 0, 0.25}, {"", -1, 0},	 {".5", -1, 0},
		{"5.", -1, 0},	 {"1,5", -1, 0},      {"nan", -1, 0},	 {"inf", -1, 0},
		{"0x10", -1, 0}, {"1e", -1, 0},	      {"1e400", -1, 0},	 {"101", -1, 0},
		{"-101", -1, 0}, {" 1", -1, 0},	      {"1 ", -1, 0},	 {"1.2.3", -1, 0},
		{"--1", -1, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double v = 77;
		int rc = parse_double(cases[i].s, -100, 100, &v);

		assert_int_equal(rc, cases[i].rc);
		assert_true(v == (rc ? 77 : cases[i].v));
	}
}

static void test_duration(void **state)
{
	static const struct {
		const char *s;
		int rc;
		int64_t v;
	} cases[] = {
		{"0", 0, 0},
		{"90", 0, 90},
		{"10s", 0, 10},
		{"30m", 0, 1800},
		{"2h", 0, 7200},
		{"1d", 0, 86400},
		{"", -1, 0},
		{"s", -1, 0},
		{"-1s", -1, 0},
		{"1 s", -1, 0},
		{"1ms", -1, 0},
		{"1w", -1, 0},
		{"1dd", -1, 0},
		{"9223372036854775807d", -1, 0},
		{"99999999999999999999", -1, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t v = 5;
		int rc = parse_duration(cases[i].s, &v);

		assert_int_equal(rc, cases[i].rc);
		assert_int_equal(v, rc ? 5 : cases[i].v);
	}
}

static void test_utf8(void **state)
{
	static const struct {
		const char *s;
		size_t n;
		int clean;
	} cases[] = {
		{"", 0, 1},
		{"abc\t\r\n", 6, 1},
		{"h\xc3\xa9nin", 6, 1},
		{"\xe2\x82\xac", 3, 1},
		{"\xf0\x9f\x98\x80", 4, 1},
		{"\xf4\x8f\xbf\xbf", 4, 1},
		{"a\0b", 3, 0},	 /* NUL */
		{"a\x1f", 2, 0}, /* C0 */
		{"\x1b[0m", 4, 0},
		{"\xc3", 1, 0}, /* cut short */
		{"\xe2\x82", 2, 0},
		{"\xc3(", 2, 0},    /* no continuation */
		{"\x80", 1, 0},	    /* continuation first */
		{"\xc0\xaf", 2, 0}, /* overlong */
		{"\xe0\x80\xaf", 3, 0},
		{"\xf0\x80\x80\xaf", 4, 0},
		{"\xed\xa0\x80", 3, 0},	    /* surrogate */
		{"\xf4\x90\x80\x80", 4, 0}, /* beyond U+10FFFF */
		{"\xff", 1, 0},
		{"\xe9", 1, 0}, /* Latin-1 */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(utf8_is_clean(cases[i].s, cases[i].n), cases[i].clean);
}

static void test_slug(void **state)
{
	char longest[65];

	assert_true(slug_is_valid("premier-rdv"));
	assert_true(slug_is_valid("0"));
	assert_true(slug_is_valid("a-"));
	assert_false(slug_is_valid(""));
	assert_false(slug_is_valid("-a"));
	assert_false(slug_is_valid("A"));
	assert_false(slug_is_valid("a_b"));
	assert_false(slug_is_valid("a b"));
	assert_false(slug_is_valid("\xc3\xa9"));
	memset(longest, 'a', 64);
	longest[64] = '\0';
	assert_false(slug_is_valid(longest));
	longest[63] = '\0';
	assert_true(slug_is_valid(longest));
}

static void test_fold(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""},
		{"  --  ", ""},
		{"Carvin", "carvin"},
		{"HÉNIN-BEAUMONT", "henin beaumont"},
		{"he\xcc\x81nin", "henin"}, /* e and a combining acute */
		{"Saint-Étienne", "saint etienne"},
		{"St Etienne", "saint etienne"},
		{"  st.  étienne ", "saint etienne"},
		{"Ste-Marie-Kerque", "sainte marie kerque"},
		{"Mont St", "mont saint"},
		{"STATION", "station"},
		{"Est", "est"},
		{"L'Haÿ-les-Roses", "l hay les roses"},
		{"L\xe2\x80\x99Isle", "l isle"},
		{"Œuf Æther Straße Ĳssel", "oeuf aether strasse ijssel"},
		{"Łódź Çà ñ Ø þ ð ſ", "lodz ca n o th d s"},
		{"a×b÷c", "a b c"},
		{"n° 5, 62110", "n 5 62110"},
		{"Αθήνα", "Αθήνα"}, /* other letters are kept */
		{"a\xff"
		 "b",
		 "a b"},
		{"co\xc2\xad"
		 "op",
		 "coop"}, /* soft hyphen */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[200];
		size_t n = fold_text(cases[i].in, out, sizeof(out));

		assert_string_equal(out, cases[i].out);
		assert_int_equal(n, strlen(cases[i].out));
	}
}

static void test_fold_bounds(void **state)
{
	static const char text[] = "St-Étienne du Bœuf Ste";
	char whole[100];

	fold_text(text, whole, sizeof(whole));
	for (size_t size = 0; size < 40; size++) {
		char *out = xmalloc(size ? size : 1);
		size_t n = fold_text(text, out, size);

		assert_true(size == 0 ? n == 0 : n < size);
		if (size > 0) {
			assert_int_equal(strlen(out), n);
			assert_true(n == 0 || out[n - 1] != ' ');
		}
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_int),	    cmocka_unit_test(test_double),
		cmocka_unit_test(test_duration),    cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_slug),	    cmocka_unit_test(test_fold),
		cmocka_unit_test(test_fold_bounds),
	};

	setlocale(LC_ALL, ""); /* a comma as decimal separator must change nothing */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
