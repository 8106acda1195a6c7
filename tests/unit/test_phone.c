/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_phone.c - numbers as people type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "message/phone.h"

static void test_parse(void **state)
{
	static const struct {
		const char *typed, *number;
		enum phone_kind kind;
		int sms;
	} cases[] = {
		/* metropolitan mobiles, in every way of writing */
		{"06 12 34 56 78", "+33612345678", PHONE_MOBILE, 1},
		{"0612345678", "+33612345678", PHONE_MOBILE, 1},
		{"06.12.34.56.78", "+33612345678", PHONE_MOBILE, 1},
		{"06-12-34-56-78", "+33612345678", PHONE_MOBILE, 1},
		{"06/12/34/56/78", "+33612345678", PHONE_MOBILE, 1},
		{"06\u00a012\u202f34\u200956 78", "+33612345678", PHONE_MOBILE, 1},
		{"+33612345678", "+33612345678", PHONE_MOBILE, 1},
		{"+33 6 12 34 56 78", "+33612345678", PHONE_MOBILE, 1},
		{"+33 (0)6 12 34 56 78", "+33612345678", PHONE_MOBILE, 1},
		{"+330612345678", "+33612345678", PHONE_MOBILE, 1},
		{"+0033 6 12 34 56 78", "+33612345678", PHONE_MOBILE, 1},
		{"0033 6 12 34 56 78", "+33612345678", PHONE_MOBILE, 1},
		{"0033 (0)6 12 34 56 78", "+33612345678", PHONE_MOBILE, 1},
		{"33612345678", "+33612345678", PHONE_MOBILE, 1},
		{"330612345678", "+33612345678", PHONE_MOBILE, 1},
		{"612345678", "+33612345678", PHONE_MOBILE, 1},
		{"07 81 23 45 67", "+33781234567", PHONE_MOBILE, 1},
		{"O6 12 34 56 78", "+33612345678", PHONE_MOBILE, 1},
		{"  tel : 06 12 34 56 78 ", "+33612345678", PHONE_MOBILE, 1},
		{"06 12 34 56 78 (maman)", "+33612345678", PHONE_MOBILE, 1},
		{"0612345678 ou 0321000000", "+33612345678", PHONE_MOBILE, 1},
		{"0612345678, 0321000000", "+33612345678", PHONE_MOBILE, 1},
		{"0612345678/0321000000", "+33612345678", PHONE_MOBILE, 1},
		{"06x12x34x56x78", "+33612345678", PHONE_MOBILE, 1},
		{"\u202a+33 6 12 34 56 78\u202c", "+33612345678", PHONE_MOBILE, 1},
		{"٠٦ ١٢ ٣٤ ٥٦ ٧٨", "+33612345678", PHONE_MOBILE, 1},
		{"۰۶۱۲۳۴۵۶۷۸", "+33612345678", PHONE_MOBILE, 1},
		{"０６１２３４５６７８", "+33612345678", PHONE_MOBILE, 1},
		/* landlines, boxes */
		{"03 21 12 34 56", "+33321123456", PHONE_LANDLINE, 0},
		{"01 40 00 00 00", "+33140000000", PHONE_LANDLINE, 0},
		{"0033 (0)3 21 12 34 56", "+33321123456", PHONE_LANDLINE, 0},
		{"09 72 00 00 00", "+33972000000", PHONE_LANDLINE, 0},
		{"09 37 00 00 00", "+33937000000", PHONE_LANDLINE, 0},
		/* overseas */
		{"0692 12 34 56", "+262692123456", PHONE_MOBILE, 1},
		{"0693123456", "+262693123456", PHONE_MOBILE, 1},
		{"0262 12 34 56", "+262262123456", PHONE_LANDLINE, 0},
		{"0639 12 34 56", "+262639123456", PHONE_MOBILE, 1},
		{"0269 12 34 56", "+262269123456", PHONE_LANDLINE, 0},
		{"0690 12 34 56", "+590690123456", PHONE_MOBILE, 1},
		{"0691 12 34 56", "+590691123456", PHONE_MOBILE, 1},
		{"0590 12 34 56", "+590590123456", PHONE_LANDLINE, 0},
		{"0696 12 34 56", "+596696123456", PHONE_MOBILE, 1},
		{"0697 12 34 56", "+596697123456", PHONE_MOBILE, 1},
		{"0596 12 34 56", "+596596123456", PHONE_LANDLINE, 0},
		{"0694 12 34 56", "+594694123456", PHONE_MOBILE, 1},
		{"0594 12 34 56", "+594594123456", PHONE_LANDLINE, 0},
		{"+262 692 12 34 56", "+262692123456", PHONE_MOBILE, 1},
		{"00262 692 12 34 56", "+262692123456", PHONE_MOBILE, 1},
		{"+262 (0)692 12 34 56", "+262692123456", PHONE_MOBILE, 1},
		{"262692123456", "+262692123456", PHONE_MOBILE, 1},
		{"+33 692 12 34 56", "+262692123456", PHONE_MOBILE, 1},
		{"+33 6 90 12 34 56", "+590690123456", PHONE_MOBILE, 1},
		{"+590 690 12 34 56", "+590690123456", PHONE_MOBILE, 1},
		/* elsewhere */
		{"+32 470 12 34 56", "+32470123456", PHONE_MOBILE, 1},
		{"0032 470 12 34 56", "+32470123456", PHONE_MOBILE, 1},
		{"+32 2 123 45 67", "+3221234567", PHONE_FOREIGN, 0},
		{"+44 7700 900123", "+447700900123", PHONE_FOREIGN, 0},
		{"+1 (212) 555-0100", "+12125550100", PHONE_FOREIGN, 0},
		{"0021655123456", "+21655123456", PHONE_FOREIGN, 0},
		{"+380 44 123 4567", "+380441234567", PHONE_FOREIGN, 0},
		/* never written to */
		{"08 99 12 34 56", "+33899123456", PHONE_SPECIAL, 0},
		{"0700 0000 0000 00", "+337000000000000", PHONE_SPECIAL, 0},
		{"+881 6 12345678", "+881612345678", PHONE_SPECIAL, 0},
		{"+979 1 2345 6789", "+979123456789", PHONE_SPECIAL, 0},
		/* kept as they are */
		{"06 12 34 56", "06123456", PHONE_UNKNOWN, 0},
		{"06 12 34 56 78 9", "06123456789", PHONE_UNKNOWN, 0},
		{"3949", "3949", PHONE_UNKNOWN, 0},
		{"+33 6 12 34", "3361234", PHONE_UNKNOWN, 0},
		{"00000000", "00000000", PHONE_UNKNOWN, 0},
		{"12345678901234567890", "12345678901234567890", PHONE_UNKNOWN, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct phone p;

		if (phone_parse(cases[i].typed, &p) != RDVD_OK)
			fail_msg("%s was refused", cases[i].typed);
		if (strcmp(p.number, cases[i].number) != 0 || p.kind != cases[i].kind ||
		    p.can_receive_sms != cases[i].sms)
			fail_msg("%s: %s, kind %d, sms %d", cases[i].typed, p.number,
				 p.kind, p.can_receive_sms);
		assert_int_equal(phone_accepts_sms(p.number, NULL, 0), cases[i].sms);
	}
}

static void test_unreadable(void **state)
{
	static const char *const typed[] = {
		"",
		"   ",
		"115",
		"aucun",
		"+",
		"++33",
		"06",
		"1 2 3",
		"123456789012345678901",
		"\xD9",
		"\xEF\xBC",
		"\xE2\x80",
		"0612345678061234567806123456780612345678",
	};

	for (size_t i = 0; i < ARRAY_SIZE(typed); i++) {
		struct phone p = {.number = "before"};

		if (phone_parse(typed[i], &p) != RDVD_INVALID)
			fail_msg("\"%s\" became %s", typed[i], p.number);
		assert_string_equal(p.number, "before");
	}
}

/* What is read is read the same again, as E.164 and as one reads it aloud. */
static void test_pretty(void **state)
{
	static const struct {
		const char *number, *pretty;
	} cases[] = {
		{"+33612345678", "06 12 34 56 78"},
		{"+33321123456", "03 21 12 34 56"},
		{"+262692123456", "0692 12 34 56"},
		{"+590590123456", "0590 12 34 56"},
		{"+262612262262", "+262 612 26 22 62"}, /* 06 12... would be another's */
		{"+32470123456", "+32 470 12 34 56"},
		{"+447700900123", "+44 77 00 90 01 23"},
		{"+12125550100", "+1 21 25 55 01 00"},
		{"+380441234567", "+380 441 23 45 67"},
		{"3949", "3949"},
		{"", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = BUF_INIT;
		struct phone p;

		phone_pretty(cases[i].number, &b);
		assert_string_equal(buf_str(&b), cases[i].pretty);
		if (b.len) {
			assert_int_equal(phone_parse(buf_str(&b), &p), RDVD_OK);
			assert_string_equal(p.number, cases[i].number);
		}
		buf_fini(&b);
	}
}

static void test_allow_list(void **state)
{
	static const char *const added[] = {"+41 7", "+352", "+881", "+33 8"};
	static const struct {
		const char *number;
		int preset, with_added;
	} cases[] = {
		{"+33612345678", 1, 1},
		{"+41791234567", 0, 1},
		{"+41211234567", 0, 0},
		{"+352621123456", 0, 1},
		{"+881612345678", 0, 0},
		{"+33899123456", 0, 0},
		{"+33321123456", 0, 0},
		{"0612345678", 0, 0},
		{"", 0, 0},
		{"+", 0, 0},
		{"+336123", 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(phone_accepts_sms(cases[i].number, NULL, 0),
				 cases[i].preset);
		assert_int_equal(
			phone_accepts_sms(cases[i].number, added, ARRAY_SIZE(added)),
			cases[i].with_added);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_pretty),
		cmocka_unit_test(test_allow_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
