/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_buf.c - the byte buffer: growth, the NUL that is always there, and each escaper's
 * table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void test_empty(void **state)
{
	struct buf b = BUF_INIT;
	size_t len = 9;
	char *s;

	assert_string_equal(buf_str(&b), "");
	s = buf_steal(&b, &len);
	assert_string_equal(s, "");
	assert_int_equal(len, 0);
	free(s);
	buf_clear(&b);
	buf_fini(&b);
	assert_null(b.data);
}

static void test_growth(void **state)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 100000; i++) {
		buf_addch(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.len], '\0');
	}
	assert_int_equal(b.len, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
	buf_fini(&b);
}

static void test_reserve(void **state)
{
	struct buf b = BUF_INIT;

	for (size_t n = 0; n < 300; n++) {
		char *to = buf_reserve(&b, n);

		memset(to, 'x', n);
		b.len += n;
		assert_int_equal(strlen(buf_str(&b)), b.len);
	}
	buf_fini(&b);
}

static void test_format(void **state)
{
	struct buf b = BUF_INIT;
	char longer[1000];

	memset(longer, 'y', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	buf_addf(&b, "%d-%s", 5, "abc");
	assert_string_equal(buf_str(&b), "5-abc");
	buf_addf(&b, "%s", longer);
	assert_int_equal(b.len, 5 + 999);
	assert_string_equal(buf_str(&b) + 5, longer);
	/* Exactly what is left, and one more than that. */
	for (size_t n = 0; n < 200; n++) {
		struct buf c = BUF_INIT;

		buf_addf(&c, "%.*s", (int)n, longer);
		assert_int_equal(c.len, n);
		assert_int_equal(strlen(buf_str(&c)), n);
		buf_fini(&c);
	}
	buf_fini(&b);
}

static void test_integers(void **state)
{
	static const struct {
		int64_t v;
		const char *text;
	} cases[] = {
		{0, "0"},
		{7, "7"},
		{-1, "-1"},
		{1234567890123, "1234567890123"},
		{INT64_MAX, "9223372036854775807"},
		{INT64_MIN, "-9223372036854775808"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = BUF_INIT;

		buf_addint(&b, cases[i].v);
		assert_string_equal(buf_str(&b), cases[i].text);
		buf_fini(&b);
	}
}

static void test_escapes(void **state)
{
	static const struct {
		void (*escape)(struct buf *b, const char *s);
		const char *in, *out;
	} cases[] = {
		{buf_add_json_string, "", "\"\""},
		{buf_add_json_string, "été", "\"été\""},
		{buf_add_json_string, "a\"b\\c/", "\"a\\\"b\\\\c/\""},
		{buf_add_json_string, "\n\r\t\b\x1f", "\"\\n\\r\\t\\u0008\\u001f\""},
		{buf_add_html, "a < b & \"c\" > 'd'",
		 "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;"},
		{buf_add_html, "é\n", "é\n"},
		{buf_add_url, "AZaz09-._~", "AZaz09-._~"},
		{buf_add_url, "a b+c/é?&=%", "a%20b%2Bc%2F%C3%A9%3F%26%3D%25"},
		{buf_add_url, "!\"#$'()*,:;<>@[\\]^`{|}\x7f\x01",
		 "%21%22%23%24%27%28%29%2A%2C%3A%3B%3C%3E%40%5B%5C%5D%5E%60%7B%7C%7D%7F%"
		 "01"},
		{buf_add_csv, "plain text", "plain text"},
		{buf_add_csv, "a,b", "\"a,b\""},
		{buf_add_csv, "a;b", "\"a;b\""},
		{buf_add_csv, "say \"hi\"", "\"say \"\"hi\"\"\""},
		{buf_add_csv, "two\nlines", "\"two\nlines\""},
		{buf_add_csv, "=1+1", "'=1+1"},
		{buf_add_csv, "+33612345678", "'+33612345678"},
		{buf_add_csv, "-2", "'-2"},
		{buf_add_csv, "@x", "'@x"},
		{buf_add_csv, "\tx", "'\tx"},
		{buf_add_csv, "=\"a\",b", "\"'=\"\"a\"\",b\""},
		{buf_add_csv, "", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = BUF_INIT;

		cases[i].escape(&b, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].out);
		assert_int_equal(b.len, strlen(cases[i].out));
		buf_fini(&b);
	}
}

static void test_binary(void **state)
{
	/* RFC 4648 section 10, without padding; and the two letters of the URL alphabet.
	 */
	static const struct {
		const char *bytes;
		size_t n;
		const char *hex, *base64url;
	} cases[] = {
		{"", 0, "", ""},
		{"f", 1, "66", "Zg"},
		{"fo", 2, "666f", "Zm8"},
		{"foo", 3, "666f6f", "Zm9v"},
		{"foob", 4, "666f6f62", "Zm9vYg"},
		{"fooba", 5, "666f6f6261", "Zm9vYmE"},
		{"foobar", 6, "666f6f626172", "Zm9vYmFy"},
		{"\xfb\xff\x00", 3, "fbff00", "-_8A"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = BUF_INIT;

		buf_add_hex(&b, cases[i].bytes, cases[i].n);
		assert_string_equal(buf_str(&b), cases[i].hex);
		buf_clear(&b);
		buf_add_base64url(&b, cases[i].bytes, cases[i].n);
		assert_string_equal(buf_str(&b), cases[i].base64url);
		assert_int_equal(b.len, strlen(cases[i].base64url));
		buf_fini(&b);
	}
}

static void test_memory(void **state)
{
	int *items = NULL;
	int n = 0, cap = 0;
	char *s = xasprintf("%s=%d", "a", 1);

	assert_string_equal(s, "a=1");
	free(s);
	assert_null(xstrdup_null(NULL));
	s = xstrndup("abcdef", 3);
	assert_string_equal(s, "abc");
	free(s);
	for (; n < 100; n++) {
		VEC_GROW(items, n, cap);
		items[n] = n;
	}
	assert_int_equal(cap, 128);
	assert_int_equal(items[99], 99);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),	 cmocka_unit_test(test_growth),
		cmocka_unit_test(test_reserve),	 cmocka_unit_test(test_format),
		cmocka_unit_test(test_integers), cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_binary),	 cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
