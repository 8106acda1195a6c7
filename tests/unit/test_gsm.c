/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_gsm.c - what SMS cost and how they fold, against tests/data/gsm.tsv (worked out
 * by other means) and by hand where Unicode has no answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/gsm.h"

/* Undo the escapes of a column, in place. */
static void unescape(char *s)
{
	static const char names[] = "tnrf\\", values[] = "\t\n\r\f\\";
	char *to = s;

	for (; *s; s++) {
		const char *name = *s == '\\' && s[1] ? strchr(names, s[1]) : NULL;

		if (name)
			s++;
		*to++ = name ? values[name - names] : *s;
	}
	*to = '\0';
}

/* One line of the table. */
static void check_line(char *line, int number)
{
	char *column[5];
	struct buf folded = BUF_INIT;
	struct gsm_size size;
	int64_t encoding, units, segments;

	for (int i = 0; i < 5; i++)
		assert_non_null(column[i] = strsep(&line, "\t"));
	assert_int_equal(parse_int(column[1], 2, 7, &encoding), 0);
	assert_int_equal(parse_int(column[2], 0, 9999, &units), 0);
	assert_int_equal(parse_int(column[3], 0, 99, &segments), 0);
	unescape(column[0]);
	unescape(column[4]);
	size = gsm_measure(column[0]);
	if (size.encoding != (encoding == 7 ? GSM_7BIT : GSM_UCS2) ||
	    size.units != (size_t)units || size.segments != (size_t)segments)
		fail_msg("line %d: %s: %d, %zu units, %zu segments", number, column[0],
			 size.encoding == GSM_7BIT ? 7 : 2, size.units, size.segments);
	gsm_fold(column[0], &folded);
	if (strcmp(column[4], "*") != 0 && strcmp(buf_str(&folded), column[4]) != 0)
		fail_msg("line %d: %s became %s, not %s", number, column[0],
			 buf_str(&folded), column[4]);
	assert_int_equal(gsm_measure(buf_str(&folded)).encoding, GSM_7BIT);
	buf_fini(&folded);
}

static void test_table(void **state)
{
	FILE *f = fopen(TEST_SRCDIR "/tests/data/gsm.tsv", "r");
	char *line = NULL;
	size_t size = 0;
	int n = 0;

	assert_non_null(f);
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		check_line(line, ++n);
	}
	free(line);
	fclose(f);
	assert_true(n > 2000);
}

static void test_fold_beyond_the_table(void **state)
{
	static const struct {
		const char *text, *folded;
		size_t lost;
	} cases[] = {
		{"Łukasz Đorđević", "Lukasz Dordevic", 0},
		{"İbrahim Yıldız", "Ibrahim Yildiz", 0},
		{"Þór, Ħal, ŋ", "Thor, Hal, n", 0},
		{"e\xCC\x81t\xC3\xA9", "été", 0},		 /* marks apart */
		{"e\xCC\x82\xCC\x81", "e", 0},			 /* two marks: ế */
		{"a\xCC\xA3\xCC\x80", "a", 0},			 /* ạ̀ */
		{"\xCC\x81t", "t", 0},				 /* a mark on nothing */
		{"a\xE2\x80\x8B\xC2\xADz\xEF\xBB\xBF", "az", 0}, /* invisible */
		{"n° 5 · 2² × 3", "no 5 . 22 x 3", 0},
		{"`a´", "'a'", 0},
		{"Ваня", "????", 4},
		{"محمد", "????", 4},
		{"ok 👍🏽", "ok ??", 2},
		{"\xFF\xC3(",
		 "?"
		 "?(",
		 2}, /* not UTF-8 */
		{"", "", 0},
		/* marks on what had to be replaced change nothing */
		{"`\xcc\x81\xcc\x81", "'", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf out = BUF_INIT;

		buf_addstr(&out, ">");
		assert_int_equal(gsm_fold(cases[i].text, &out), cases[i].lost);
		assert_string_equal(buf_str(&out) + 1, cases[i].folded);
		buf_fini(&out);
	}
}

static void test_fold_twice_is_once(void **state)
{
	static const char *const texts[] = {"Où ça ? « Là-bas… » dit l’hôte à Œdipe",
					    "12 € [~]", "ẠẢẤ ĳ ŉ"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct buf once = BUF_INIT, twice = BUF_INIT;

		gsm_fold(texts[i], &once);
		gsm_fold(buf_str(&once), &twice);
		assert_string_equal(buf_str(&twice), buf_str(&once));
		buf_fini(&once);
		buf_fini(&twice);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_fold_beyond_the_table),
		cmocka_unit_test(test_fold_twice_is_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
