/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rule_words.c - recurrences as a form has them and as people say them: a table of
 * rules with their sentences in both languages, and the property that a form, its rule
 * and the form read back from it say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "agenda/rule_words.h"
#include "base/mem.h"

static civil_time time_of(const char *text)
{
	civil_time t = 0;

	assert_int_equal(civil_time_parse(text, &t), 0);
	return t;
}

static civil_day day_of(const char *text)
{
	civil_day d = CIVIL_DAY_NONE;

	if (text)
		assert_int_equal(civil_day_parse(text, &d), 0);
	return d;
}

/* No-break spaces as plain ones, for the table's sake. */
static char *plain(struct buf *b)
{
	char *s = buf_steal(b, NULL), *to = s;

	for (char *from = s; *from; from++) {
		if (strncmp(from, "\u00a0", 2) == 0) {
			*to++ = ' ';
			from++;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return s;
}

static const struct {
	const char *rrule, *start, *end, *until;
	const char *place, *alternates;
	bool hours, from;
	enum rule_kind kind;
	const char *fr, *en;
} table[] = {
	{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2025-07-07T09:00", "2025-07-07T12:00", NULL,
	 "Rouvroy", "Carvin", false, true, RULE_WEEKLY,
	 "un lundi matin sur deux à Rouvroy, en alternance avec Carvin, à partir du 7 "
	 "juillet 2025",
	 "every other Monday morning in Rouvroy, alternating with Carvin, from 7 July "
	 "2025"},
	{"FREQ=WEEKLY;BYDAY=TH;BYMONTH=1,2,3,4,5,6,9,10,11,12", "2025-09-04T13:30",
	 "2025-09-04T17:00", NULL, "Hénin-Beaumont", NULL, false, false, RULE_WEEKLY,
	 "chaque jeudi après-midi à Hénin-Beaumont, sauf en juillet et en août",
	 "every Thursday afternoon in Hénin-Beaumont, except in July and August"},
	{"FREQ=MONTHLY;BYDAY=1TU", "2026-01-06T09:00", "2026-01-06T12:00", NULL, NULL,
	 NULL, true, false, RULE_MONTHLY, "le premier mardi du mois de 9 h à 12 h",
	 "the first Tuesday of the month, 9:00 am to 12:00 pm"},
	{"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1", "2026-01-26T09:00", "2026-01-26T12:00",
	 NULL, "Le Havre", NULL, false, false, RULE_MONTHLY,
	 "le dernier lundi du mois, le matin au Havre",
	 "the last Monday of the month, in the morning in Le Havre"},
	{"FREQ=WEEKLY", "2026-03-04T18:00", "2026-03-04T22:00", "2026-06-30", "Les Lilas",
	 NULL, false, false, RULE_WEEKLY,
	 "chaque mercredi soir aux Lilas, jusqu’au 30 juin 2026",
	 "every Wednesday evening in Les Lilas, until 30 June 2026"},
	{"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-03-02T09:00", "2026-03-02T17:00", NULL,
	 "Oignies", NULL, false, false, RULE_WEEKLY, "du lundi au vendredi à Oignies",
	 "Monday to Friday in Oignies"},
	{"FREQ=DAILY", "2026-03-02T09:00", "2026-03-02T10:00", NULL, NULL, NULL, true,
	 false, RULE_WEEKLY, "tous les jours de 9 h à 10 h",
	 "every day, 9:00 am to "
	 "10:00 am"},
	{"FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,WE;COUNT=10", "2026-03-02T09:30",
	 "2026-03-02T12:00", NULL, NULL, NULL, true, false, RULE_WEEKLY,
	 "une semaine sur trois, le lundi et le mercredi de 9 h 30 à 12 h, 10 fois",
	 "one week in three, on Monday and Wednesday, 9:30 am to 12:00 pm, 10 times"},
	{"FREQ=WEEKLY;INTERVAL=4;BYDAY=FR", "2026-03-06T14:00", "2026-03-06T16:00", NULL,
	 NULL, NULL, false, false, RULE_WEEKLY, "un vendredi après-midi sur quatre",
	 "one Friday afternoon in four"},
	{"FREQ=WEEKLY;BYDAY=MO,TH,SA", "2026-03-02T09:00", "2026-03-02T12:00", NULL, NULL,
	 NULL, false, false, RULE_WEEKLY,
	 "chaque lundi, chaque jeudi et chaque samedi, le matin",
	 "every Monday, Thursday and Saturday, in the morning"},
	{"FREQ=MONTHLY;INTERVAL=2;BYDAY=2WE;BYMONTH=1,3,5", "2026-01-14T09:00",
	 "2026-01-14T12:00", NULL, NULL, NULL, true, false, RULE_MONTHLY,
	 "un mois sur deux, le deuxième mercredi de 9 h à 12 h, seulement en janvier, en "
	 "mars et en mai",
	 "every other month, on the second Wednesday, 9:00 am to 12:00 pm, only in "
	 "January, March and May"},
	{NULL, "2026-12-01T09:00", "2026-12-01T12:00", NULL, "Carvin", NULL, false, true,
	 RULE_ONCE, "une fois, le mardi 1er décembre 2026, le matin à Carvin",
	 "once, on Tuesday 1 December 2026, in the morning in Carvin"},
	{"FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-01-01T09:00", "2026-01-01T12:00", NULL,
	 NULL, NULL, true, false, RULE_OTHER, "le 1er et le 15 du mois de 9 h à 12 h",
	 "on day 1 and 15 of the month, 9:00 am "
	 "to 12:00 pm"},
	{"FREQ=DAILY;INTERVAL=3", "2026-01-01T09:00", "2026-01-01T12:00", NULL, NULL,
	 NULL, false, false, RULE_OTHER, "un jour sur trois, le matin",
	 "one day in three, in the morning"},
	{"FREQ=YEARLY;BYMONTH=3;BYDAY=1MO", "2026-03-02T09:00", "2026-03-02T12:00", NULL,
	 NULL, NULL, false, false, RULE_OTHER, "selon une règle à part, le matin",
	 "by a rule of its own, in the morning"},
	{"FREQ=MONTHLY;BYDAY=1MO,3MO", "2026-01-05T09:00", "2026-01-05T12:00", NULL, NULL,
	 NULL, false, false, RULE_OTHER, "selon une règle à part, le matin",
	 "by a rule of its own, in the morning"},
	{"FREQ=WEEKLY;BYDAY=MO;UNTIL=20260331T080000", "2026-03-02T09:00",
	 "2026-03-02T12:00", NULL, NULL, NULL, false, false, RULE_WEEKLY,
	 "chaque lundi matin, jusqu’au 30 mars 2026",
	 "every Monday morning, until 30 March 2026"},
};

static void test_sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct rule_form f;

		rule_form_read(table[i].rrule, time_of(table[i].start),
			       time_of(table[i].end), day_of(table[i].until), &f);
		assert_int_equal(f.kind, table[i].kind);
		for (int en = 0; en < 2; en++) {
			const struct rule_saying how = {.english = en,
							.place = table[i].place,
							.alternates = table[i].alternates,
							.hours = table[i].hours,
							.from = table[i].from};
			struct buf b = BUF_INIT;
			char *said;

			rule_say(&f, &how, &b);
			said = plain(&b);
			assert_string_equal(said, en ? table[i].en : table[i].fr);
			free(said);
		}
	}
}

/* The days of two rules over four years, each with its own way of ending. */
static void assert_same_days(const char *rrule, civil_time start, civil_day until,
			     const struct rule_made *made)
{
	civil_day from = civil_time_day(start) - 7, to = from + 4 * 366;
	civil_time *a = NULL, *b = NULL;
	size_t na = 0, nb = 0;

	assert_int_equal(
		recur_expand(rrule, start, until, NULL, 0, NULL, 0, from, to, &a, &na),
		0);
	assert_int_equal(recur_expand(*made->rrule ? made->rrule : NULL, made->start,
				      made->until, NULL, 0, NULL, 0, from, to, &b, &nb),
			 0);
	assert_int_equal(na, nb);
	for (size_t i = 0; i < na; i++)
		assert_int_equal(a[i], b[i]);
	free(a);
	free(b);
}

/* A rule read into the form and built again takes place on the same days. */
static void test_table_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char error[RECUR_ERROR_SIZE];
		struct rule_form f;
		struct rule_made made;

		rule_form_read(table[i].rrule, time_of(table[i].start),
			       time_of(table[i].end), day_of(table[i].until), &f);
		assert_int_equal(rule_form_build(&f, &made, error), RULE_FINE);
		assert_int_equal(made.start, time_of(table[i].start));
		assert_int_equal(made.end, time_of(table[i].end));
		assert_same_days(table[i].rrule, time_of(table[i].start),
				 day_of(table[i].until), &made);
	}
}

static uint64_t seed = 88172645463325252u;

static int draw(int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int)(seed % (uint64_t)n);
}

static void draw_form(struct rule_form *f)
{
	*f = (struct rule_form){.interval = 1 + draw(draw(2) ? 4 : RULE_INTERVAL_MAX),
				.weekdays = (unsigned)draw(128),
				.nth = draw(6) ? 1 + draw(5) : -1,
				.weekday = draw(7),
				.months_off = draw(3) ? 0 : (unsigned)draw(0xfff),
				.count = draw(3) ? 0 : 1 + draw(RULE_COUNT_MAX),
				.start = day_of("2024-01-01") + draw(1200),
				.until = CIVIL_DAY_NONE,
				.from_minute = 5 * draw(288),
				.minutes = 5 + 5 * draw(288)};
	f->kind = (enum rule_kind)draw(3);
	if (f->kind == RULE_MONTHLY && f->interval > 12)
		f->interval = 12;
	if (f->kind == RULE_ONCE)
		f->count = 0;
	if (!draw(3))
		f->until = f->start + draw(900);
}

/* What is chosen, made into a rule and read back, is what was chosen. */
static void test_property(void **state)
{
	int built = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char error[RECUR_ERROR_SIZE];
		struct rule_form f, back;
		struct rule_made made, again;
		enum rule_problem p;

		draw_form(&f);
		p = rule_form_build(&f, &made, error);
		if (p == RULE_BAD_UNTIL || p == RULE_BAD_NTH)
			continue; /* ends before it begins; a fifth one that never is */
		assert_int_equal(p, RULE_FINE);
		built++;
		assert_int_equal(
			recur_check(*made.rrule ? made.rrule : NULL, made.start, error),
			0);
		rule_form_read(made.rrule, made.start, made.end, made.until, &back);
		assert_int_equal(back.kind, f.kind);
		assert_true(back.start >= f.start);
		assert_int_equal(back.from_minute, f.from_minute);
		assert_int_equal(back.minutes, f.minutes);
		assert_int_equal(back.count, f.count);
		if (f.kind != RULE_ONCE) {
			assert_int_equal(back.until, f.until);
			assert_int_equal(back.interval, f.interval);
			assert_int_equal(back.months_off, f.months_off);
		}
		if (f.kind == RULE_WEEKLY && f.weekdays)
			assert_int_equal(back.weekdays, f.weekdays);
		if (f.kind == RULE_MONTHLY) {
			assert_int_equal(back.nth, f.nth);
			assert_int_equal(back.weekday, f.weekday);
		}
		assert_int_equal(rule_form_build(&back, &again, error), RULE_FINE);
		assert_string_equal(again.rrule, made.rrule);
		assert_int_equal(again.start, made.start);
		assert_int_equal(again.end, made.end);
		assert_int_equal(again.until, made.until);
	}
	assert_true(built > 12000);
}

static const struct {
	struct rule_form form;
	const char *start; /* of the form */
	const char *until;
	enum rule_problem problem;
	const char *rrule, *first; /* when fine */
} builds[] = {
	/* the first Monday from a Wednesday on is the first of the pair */
	{{.kind = RULE_WEEKLY,
	  .interval = 2,
	  .weekdays = 1,
	  .from_minute = 540,
	  .minutes = 180},
	 "2025-07-02",
	 NULL,
	 RULE_FINE,
	 "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
	 "2025-07-07T09:00"},
	{{.kind = RULE_WEEKLY,
	  .interval = 1,
	  .months_off = 0xc0,
	  .from_minute = 540,
	  .minutes = 180},
	 "2025-07-10",
	 NULL,
	 RULE_FINE,
	 "FREQ=WEEKLY;BYDAY=TH;BYMONTH=1,2,3,4,5,6,9,10,11,12",
	 "2025-09-04T09:00"},
	{{.kind = RULE_MONTHLY,
	  .interval = 1,
	  .nth = -1,
	  .weekday = 0,
	  .from_minute = 840,
	  .minutes = 120},
	 "2026-01-27",
	 NULL,
	 RULE_FINE,
	 "FREQ=MONTHLY;BYDAY=-1MO",
	 "2026-02-23T14:00"},
	{{.kind = RULE_OTHER,
	  .text = "FREQ=MONTHLY;BYMONTHDAY=15",
	  .from_minute = 540,
	  .minutes = 60},
	 "2026-01-16",
	 NULL,
	 RULE_FINE,
	 "FREQ=MONTHLY;BYMONTHDAY=15",
	 "2026-02-15T09:00"},
	{{.kind = RULE_OTHER,
	  .text = "FREQ=SOMETIMES",
	  .from_minute = 540,
	  .minutes = 60},
	 "2026-01-16",
	 NULL,
	 RULE_BAD_TEXT,
	 NULL,
	 NULL},
	{{.kind = RULE_WEEKLY, .interval = 0, .from_minute = 540, .minutes = 60},
	 "2026-01-16",
	 NULL,
	 RULE_BAD_INTERVAL,
	 NULL,
	 NULL},
	{{.kind = RULE_WEEKLY, .interval = 1, .from_minute = 540, .minutes = 0},
	 "2026-01-16",
	 NULL,
	 RULE_NO_HOURS,
	 NULL,
	 NULL},
	{{.kind = RULE_WEEKLY, .interval = 1, .from_minute = 541, .minutes = 60},
	 "2026-01-16",
	 NULL,
	 RULE_NO_HOURS,
	 NULL,
	 NULL},
	{{.kind = RULE_WEEKLY, .interval = 1, .from_minute = 540, .minutes = 60},
	 NULL,
	 NULL,
	 RULE_NO_START,
	 NULL,
	 NULL},
	{{.kind = RULE_WEEKLY, .interval = 1, .from_minute = 540, .minutes = 60},
	 "2026-01-16",
	 "2026-01-15",
	 RULE_BAD_UNTIL,
	 NULL,
	 NULL},
	{{.kind = RULE_WEEKLY,
	  .interval = 1,
	  .weekdays = 1,
	  .from_minute = 540,
	  .minutes = 60},
	 "2026-01-16",
	 "2026-01-17",
	 RULE_BAD_UNTIL,
	 NULL,
	 NULL},
	{{.kind = RULE_WEEKLY,
	  .interval = 1,
	  .months_off = 0xfff,
	  .from_minute = 540,
	  .minutes = 60},
	 "2026-01-16",
	 NULL,
	 RULE_NO_MONTH,
	 NULL,
	 NULL},
	{{.kind = RULE_MONTHLY,
	  .interval = 1,
	  .nth = 6,
	  .from_minute = 540,
	  .minutes = 60},
	 "2026-01-16",
	 NULL,
	 RULE_BAD_NTH,
	 NULL,
	 NULL},
	{{.kind = RULE_WEEKLY,
	  .interval = 1,
	  .count = 1001,
	  .from_minute = 540,
	  .minutes = 60},
	 "2026-01-16",
	 NULL,
	 RULE_BAD_COUNT,
	 NULL,
	 NULL},
};

static void test_build(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(builds); i++) {
		char error[RECUR_ERROR_SIZE];
		struct rule_form f = builds[i].form;
		struct rule_made made;

		f.start = day_of(builds[i].start);
		f.until = day_of(builds[i].until);
		assert_int_equal(rule_form_build(&f, &made, error), builds[i].problem);
		if (builds[i].problem != RULE_FINE) {
			assert_true((*error != '\0') ==
				    (builds[i].problem == RULE_BAD_TEXT));
			continue;
		}
		assert_string_equal(made.rrule, builds[i].rrule);
		assert_int_equal(made.start, time_of(builds[i].first));
	}
}

static void test_next(void **state)
{
	struct rule_made made = {.rrule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
				 .start = time_of("2025-07-07T09:00"),
				 .end = time_of("2025-07-07T12:00"),
				 .until = day_of("2025-09-15")};
	const civil_day gone = day_of("2025-08-04");
	civil_time next[5];

	(void)state;
	assert_int_equal(rule_next(&made, &gone, 1, day_of("2025-07-08"), next, 5), 4);
	assert_int_equal(next[0], time_of("2025-07-21T09:00"));
	assert_int_equal(next[1], time_of("2025-08-18T09:00"));
	assert_int_equal(next[3], time_of("2025-09-15T09:00"));
	made.until = CIVIL_DAY_NONE;
	assert_int_equal(rule_next(&made, NULL, 0, day_of("2025-07-07"), next, 5), 5);
	assert_int_equal(next[4], time_of("2025-09-01T09:00"));
}

static void test_alternates(void **state)
{
	struct rule_form rouvroy, carvin;

	(void)state;
	rule_form_read("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", time_of("2025-07-07T09:00"),
		       time_of("2025-07-07T12:00"), CIVIL_DAY_NONE, &rouvroy);
	rule_form_read("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", time_of("2025-07-14T09:00"),
		       time_of("2025-07-14T12:00"), CIVIL_DAY_NONE, &carvin);
	assert_true(rule_alternates(&rouvroy, &carvin));
	assert_true(rule_alternates(&carvin, &rouvroy));
	assert_false(rule_alternates(&rouvroy, &rouvroy));
	carvin.start += 7 * 101;
	assert_false(rule_alternates(&rouvroy, &carvin));
	carvin.start -= 7;
	assert_true(rule_alternates(&rouvroy, &carvin));
	rouvroy.until = carvin.start - 1;
	assert_false(rule_alternates(&rouvroy, &carvin));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences), cmocka_unit_test(test_table_round_trip),
		cmocka_unit_test(test_property),  cmocka_unit_test(test_build),
		cmocka_unit_test(test_next),	  cmocka_unit_test(test_alternates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
