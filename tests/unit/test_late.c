/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_late.c - what people write when they are late, and when they will be there. The
 * appointment is at 9:00. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "talk/late.h"

#define START (20514 * INT64_C(86400) + 9 * 3600)
#define NOT_SAID 0

static const struct {
	const char *text;
	int now;      /* minutes from the start */
	int expected; /* the same */
} cases[] = {
	{"Je suis en retard", -10, NOT_SAID},
	{"en retard de 20 min", -10, 20},
	{"retard 20mn", -10, 20},
	{"20 min de retard", 5, 20},
	{"j'aurai 10 minutes de retard désolé", -30, 10},
	{"je serai en retard de 10'", -5, 10},
	{"J'arrive dans 10 min", -2, 8},
	{"jarrive dans 15 minutes je suis en retard", 5, 20},
	{"en retard d'un quart d'heure", -5, 15},
	{"1/4 d'heure de retard", -5, 15},
	{"une demi-heure de retard", -5, 30},
	{"une petite demi heure de retard", -5, 30},
	{"1h de retard", -5, 60},
	{"1 h 30 de retard", -5, 90},
	{"une heure de retard", -5, 60},
	{"retard, je serai là à 9h20", -5, 20},
	{"en retard j'arrive vers 9 h 20", -5, 20},
	{"retard arrivée 9:40", 10, 40},
	{"je serai là à 10h en retard", -5, 60},
	{"I'm late, 15 minutes", -5, 15},
	{"running late, there in 10 minutes", 0, 10},
	{"late by half an hour", 0, 30},
	/* what cannot be is not believed */
	{"retard, je serai là à 8h30", -5, NOT_SAID},
	{"5 min de retard", 20, NOT_SAID},
	{"en retard de 300 min", -5, NOT_SAID},
	{"en retard, je viens à 18h", -5, NOT_SAID},
	{"en retard bus 20 pas passé", -5, NOT_SAID},
	{"en retard appelez moi au 0612345678", -5, NOT_SAID},
	{"retard 9h75", -5, NOT_SAID},
	{"", 0, NOT_SAID},
	{"99999999999999999999 min", 0, NOT_SAID},
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		civil_time got =
			late_expected(cases[i].text, START, START + cases[i].now * 60);

		if (got != START + cases[i].expected * 60)
			fail_msg("\"%s\": %d, not %d", cases[i].text,
				 (int)((got - START) / 60), cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
