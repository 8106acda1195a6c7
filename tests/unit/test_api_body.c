/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_api_body.c - whether two bodies are the same JSON value, and the cursors of pages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "api/impl.h"
#include "base/plugin.h"

const struct rdvd_plugin *const plugin_builtin[] = {NULL};

static void fingerprint(const char *text, uint8_t out[RDVD_HASH_SIZE])
{
	json_error_t e;
	json_t *v = json_loads(
		text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);

	if (!v)
		fail_msg("%s: %s", text, e.text);
	body_fingerprint(v, out);
	json_decref(v);
}

static void test_fingerprint(void **state)
{
	static const struct {
		const char *a, *b;
		int same;
	} cases[] = {
		{"{\"a\":1,\"b\":2}", " { \"b\" : 2 , \"a\" : 1 } ", 1},
		{"{\"a\":1}", "{\"a\":1.0}", 1},
		{"{\"a\":100}", "{\"a\":1e2}", 1},
		{"{\"a\":0}", "{\"a\":-0.0}", 1},
		{"{\"a\":1}", "{\"a\":1.5}", 0},
		{"{\"a\":1}", "{\"a\":\"1\"}", 0},
		{"{\"a\":1}", "{\"a\":true}", 0},
		{"{\"a\":null}", "{}", 0},
		{"\"\\u00e9\"", "\"\xc3\xa9\"", 1},
		{"\"\\/\"", "\"/\"", 1},
		{"\"e\\u0301\"", "\"\xc3\xa9\"", 0},
		{"[1,2]", "[2,1]", 0},
		{"[1,[2]]", "[1,2]", 0},
		{"[\"a\",\"b\"]", "[\"a\\\",\\\"b\"]", 0},
		{"[\"a\\u0000b\"]", "[\"a\"]", 0},
		{"{\"a\":{\"y\":[{}],\"x\":\"\"}}", "{\"a\":{\"x\":\"\",\"y\":[{}]}}", 1},
		{"{\"p\":{\"a\":1},\"q\":{}}", "{\"p\":{},\"q\":{\"a\":1}}", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t a[RDVD_HASH_SIZE], b[RDVD_HASH_SIZE];

		fingerprint(cases[i].a, a);
		fingerprint(cases[i].b, b);
		if ((memcmp(a, b, sizeof a) == 0) != cases[i].same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
	}
}

static void test_cursor(void **state)
{
	static const char *const wrong[] = {"",
					    "_",
					    "1",
					    "1_",
					    "_1",
					    "1_2_3",
					    "1_2 ",
					    "G_1",
					    "-1_2",
					    "1,2",
					    "1__2",
					    "ffffffffffffffff_1",
					    "11111111111111111_1"};
	struct buf b = BUF_INIT;
	int64_t x = 0, y = 0;

	(void)state;
	cursor_write(&b, 1774000000, INT64_MAX);
	assert_int_equal(strspn(buf_str(&b), "0123456789abcdef_"), b.len);
	assert_int_equal(cursor_parse(buf_str(&b), &x, &y), 0);
	assert_int_equal(x, 1774000000);
	assert_true(y == INT64_MAX);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (!cursor_parse(wrong[i], &x, &y))
			fail_msg("\"%s\" passed for a cursor", wrong[i]);
	assert_int_equal(x, 1774000000);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
