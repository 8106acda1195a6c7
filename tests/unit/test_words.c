/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_words.c - what people type is read as they meant it: the table of texts, and the
 * details that an intent carries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "inbound.h"
#include "talk/words.h"

#define YEAR 2026

static void check_row(void *arg, const struct inbound_row *row)
{
	int *wrong = arg;
	struct words w;
	char got[160];

	words_read(row->text, row->state, YEAR, &w);
	inbound_intent(&w, got);
	if (strcmp(got, row->intent) == 0)
		return;
	print_error("inbound.tsv:%d: \"%s\" is read as %s, not %s\n", row->line,
		    row->text, got, row->intent);
	++*wrong;
}

static void test_table(void **state)
{
	int wrong = 0;
	size_t n = inbound_each(check_row, &wrong);

	assert_int_equal(wrong, 0);
	assert_true(n >= 300);
}

/* Whatever was asked, these never cancel and never confirm. */
static void test_never(void **state)
{
	static const char *const texts[] = {
		"je peux pas parler",
		"je peux pas répondre au téléphone",
		"je peux pas payer",
		"stp",
		"n'annulez pas",
		"vous avez annulé ?",
		"si je peux pas venir je préviens",
		"j'ai pas pu venir hier",
		"oui mais non",
		"je sais pas",
		"je viens pas seul",
		"je viens pas de lens",
		"je peux pas venir avant midi",
		"mon bus est annulé",
		"je peux pas annuler",
		"comment annuler",
		"je peux venir ?",
		"je viens si je trouve un bus",
		"c'est toujours ok ?",
		"oui c'est quoi",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (int s = WORDS_IDLE; s <= WORDS_OFFER; s++) {
			struct words w;

			words_read(texts[i], (enum words_state)s, YEAR, &w);
			if (w.intent == INTENT_YES || w.intent == INTENT_NO ||
			    w.intent == INTENT_CANNOT || w.intent == INTENT_CANCEL)
				fail_msg("\"%s\" is read as %s", texts[i],
					 words_intent_name(w.intent));
		}
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int weekday, day, month, minute, ahead;
	} cases[] = {
		{"jeudi", 3, 0, 0, -1, -1},	  {"jeudi 5 à 10h", 3, 5, 0, 600, -1},
		{"le 3 mars", -1, 3, 3, -1, -1},  {"14h30", -1, 0, 0, 870, -1},
		{"14:30", -1, 0, 0, 870, -1},	  {"à 9 heures", -1, 0, 0, 540, -1},
		{"demain 2pm", -1, 0, 0, 840, 1}, {"3/3", -1, 3, 3, -1, -1},
		{"1er avril", -1, 1, 4, -1, -1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct words w;

		words_read(cases[i].text, WORDS_CHOOSE, YEAR, &w);
		assert_int_equal(w.intent, INTENT_TIME);
		assert_int_equal(w.weekday, cases[i].weekday);
		assert_int_equal(w.day, cases[i].day);
		assert_int_equal(w.month, cases[i].month);
		assert_int_equal(w.minute, cases[i].minute);
		assert_int_equal(w.ahead, cases[i].ahead);
	}
}

static void test_details(void **state)
{
	struct words w;

	words_read("OUI, plus de rappels merci", WORDS_CONFIRM, YEAR, &w);
	assert_int_equal(w.intent, INTENT_YES);
	assert_true(w.no_more);
	words_read("oui", WORDS_CONFIRM, YEAR, &w);
	assert_false(w.no_more);
	words_read("je peux pas venir rappelez moi", WORDS_CONFIRM, YEAR, &w);
	assert_int_equal(w.intent, INTENT_CANNOT);
	assert_true(w.call_too);
	words_read("le 2", WORDS_CHOOSE, YEAR, &w);
	assert_true(w.said_the);
	words_read("2", WORDS_CHOOSE, YEAR, &w);
	assert_false(w.said_the);
	words_read("yes I will come", WORDS_CONFIRM, YEAR, &w);
	assert_int_equal(w.language, WORDS_LANG_EN);
	words_read("oui je viens", WORDS_CONFIRM, YEAR, &w);
	assert_int_equal(w.language, WORDS_LANG_FR);
	words_read("👍", WORDS_CONFIRM, YEAR, &w);
	assert_int_equal(w.language, WORDS_LANG_UNKNOWN);
}

/* Nothing that arrives, however long or broken, does harm. */
static void test_rough(void **state)
{
	static const char *const texts[] = {
		"\xff\xfe\xfd", "\xe2\x82",
		"oui\xc3",	"1\xef\xb8\x8f\xe2\x83\xa3",
		"\xf0\x9f\x91", "\xc2\xa0\xc2\xa0",
		"\n\t ",
	};
	struct words w;
	char *longest = xmalloc(20001);

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (int s = WORDS_IDLE; s <= WORDS_OFFER; s++)
			words_read(texts[i], (enum words_state)s, YEAR, &w);
	memset(longest, 'o', 20000);
	longest[20000] = '\0';
	words_read(longest, WORDS_CONFIRM, YEAR, &w);
	assert_int_not_equal(w.intent, INTENT_YES);
	for (size_t i = 1; i < 20000; i += 2)
		longest[i] = ' ';
	words_read(longest, WORDS_CONFIRM, YEAR, &w);
	assert_int_equal(w.intent, INTENT_HUMAN);
	free(longest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table), cmocka_unit_test(test_never),
		cmocka_unit_test(test_times), cmocka_unit_test(test_details),
		cmocka_unit_test(test_rough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
