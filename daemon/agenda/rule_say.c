/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule_say.c - a recurrence as a sentence, in French and in English: how often, which
 * part of the day, where, in turn with what, but for which months, from when, until when.
 */
#include <string.h>

#include "agenda/names.h"
#include "agenda/rule_words.h"
#include "base/mem.h"
#include "recur_rule.h"

#define NBSP "\u00a0"
#define NOON (12 * 60)

struct saying {
	const struct rule_form *f;
	int en;
	bool hours;
	struct buf *out;
};

/* "premier", "first"; the fifth, and the last at the end. */
static const char *ordinal(int en, int nth)
{
	static const char *const words[2][6] = {
		{"premier", "deuxième", "troisième", "quatrième", "cinquième", "dernier"},
		{"first", "second", "third", "fourth", "fifth", "last"},
	};

	return words[en][nth < 0 ? 5 : nth - 1];
}

/* "deux", "two"; digits beyond ten. */
static void add_number(struct saying *s, int n)
{
	static const char *const words[2][10] = {
		{"un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf",
		 "dix"},
		{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
		 "ten"},
	};

	if (n >= 1 && n <= 10)
		buf_addstr(s->out, words[s->en][n - 1]);
	else
		buf_addint(s->out, n);
}

/* ---- hours ---- */

static void add_hour(int en, int minute, struct buf *out)
{
	int h = minute / 60 % 24, m = minute % 60;

	if (en)
		buf_addf(out, "%d:%02d" NBSP "%s", h % 12 ? h % 12 : 12, m,
			 h < 12 ? "am" : "pm");
	else if (m)
		buf_addf(out, "%d" NBSP "h" NBSP "%02d", h, m);
	else
		buf_addf(out, "%d" NBSP "h", minute == 24 * 60 ? 24 : h);
}

void rule_say_hours(int english, int from_minute, int minutes, struct buf *out)
{
	if (!english)
		buf_addstr(out, "de ");
	add_hour(english, from_minute, out);
	buf_addstr(out, english ? " to " : " à ");
	add_hour(english, from_minute + minutes, out);
}

enum part_of_day { MORNING, AFTERNOON, EVENING, WHOLE_DAY };

static enum part_of_day part_of(const struct rule_form *f)
{
	int to = f->from_minute + f->minutes;

	if (f->from_minute < NOON && to <= NOON + 90)
		return MORNING;
	if (f->from_minute >= 17 * 60)
		return EVENING;
	if (f->from_minute >= NOON)
		return AFTERNOON;
	return WHOLE_DAY;
}

/* After one weekday: "lundi matin", "Monday morning". */
static void add_part_of(struct saying *s)
{
	static const char *const words[2][3] = {
		{" matin", " après-midi", " soir"},
		{" morning", " afternoon", " evening"},
	};

	if (!s->hours && part_of(s->f) != WHOLE_DAY)
		buf_addstr(s->out, words[s->en][part_of(s->f)]);
}

/* After all the days: ", le matin" or " de 9 h à 12 h". said: the part of day was. */
static void add_time(struct saying *s, bool said)
{
	static const char *const words[2][3] = {
		{", le matin", ", l’après-midi", ", le soir"},
		{", in the morning", ", in the afternoon", ", in the evening"},
	};

	if (s->hours) {
		buf_addstr(s->out, s->en ? ", " : " ");
		rule_say_hours(s->en, s->f->from_minute, s->f->minutes, s->out);
	} else if (!said && part_of(s->f) != WHOLE_DAY) {
		buf_addstr(s->out, words[s->en][part_of(s->f)]);
	}
}

/* ---- lists ---- */

/* The commas and "et" between the i-th of n (from 0) and the one before. */
static void add_between(struct saying *s, int i, int n)
{
	if (i == 0)
		return;
	buf_addstr(s->out, i < n - 1 ? ", " : s->en ? " and " : " et ");
}

static int count_bits(unsigned bits)
{
	int n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* before: said before each: "chaque ", "le ", "". */
static void add_weekdays(struct saying *s, unsigned days, const char *before)
{
	int n = count_bits(days), i = 0;

	for (int d = 0; d < 7; d++)
		if (days >> d & 1) {
			add_between(s, i++, n);
			buf_addstr(s->out, before);
			buf_addstr(s->out, weekday_name(s->en, d));
		}
}

static void add_months(struct saying *s)
{
	unsigned off = s->f->months_off & RULE_MONTHS_ALL;
	bool except = count_bits(off) <= 6;
	unsigned said = except ? off : ~off & RULE_MONTHS_ALL;
	int n = count_bits(said), i = 0;

	if (!off)
		return;
	if (s->en)
		buf_addstr(s->out, except ? ", except in " : ", only in ");
	else
		buf_addstr(s->out, except ? ", sauf " : ", seulement ");
	for (int m = 1; m <= 12; m++)
		if (said >> (m - 1) & 1) {
			add_between(s, i++, n);
			if (!s->en)
				buf_addstr(s->out, "en ");
			buf_addstr(s->out, month_name(s->en, m));
		}
}

static void add_date(struct saying *s, civil_day day)
{
	int y, m, d;

	civil_day_split(day, &y, &m, &d);
	buf_addf(s->out, d == 1 && !s->en ? "1er" : "%d", d);
	buf_addf(s->out, " %s %d", month_name(s->en, m), y);
}

/* ---- how often ---- */

static void say_once(struct saying *s)
{
	if (s->en)
		buf_addstr(s->out, "once, on ");
	else
		buf_addstr(s->out, "une fois, le ");
	buf_addf(s->out, "%s ", weekday_name(s->en, civil_weekday(s->f->start)));
	add_date(s, s->f->start);
	add_time(s, false);
}

static void say_week(struct saying *s, unsigned days)
{
	int n = count_bits(days);

	if (n == 1) {
		add_weekdays(s, days, s->en ? "every " : "chaque ");
		add_part_of(s);
	} else if (days == 0x7f) {
		buf_addstr(s->out, s->en ? "every day" : "tous les jours");
	} else if (days == 0x1f) {
		buf_addstr(s->out, s->en ? "Monday to Friday" : "du lundi au vendredi");
	} else {
		if (s->en)
			buf_addstr(s->out, "every ");
		add_weekdays(s, days, s->en ? "" : "chaque ");
	}
	add_time(s, n == 1);
}

static void say_some_weeks(struct saying *s, unsigned days)
{
	int n = count_bits(days);

	if (n == 1) {
		if (s->en && s->f->interval == 2)
			buf_addstr(s->out, "every other ");
		else
			buf_addstr(s->out, s->en ? "one " : "un ");
		add_weekdays(s, days, "");
		add_part_of(s);
		if (!s->en || s->f->interval > 2) {
			buf_addstr(s->out, s->en ? " in " : " sur ");
			add_number(s, s->f->interval);
		}
	} else {
		if (s->en && s->f->interval == 2) {
			buf_addstr(s->out, "every other week");
		} else {
			buf_addstr(s->out, s->en ? "one week in " : "une semaine sur ");
			add_number(s, s->f->interval);
		}
		buf_addstr(s->out, s->en ? ", on " : ", ");
		add_weekdays(s, days, s->en ? "" : "le ");
	}
	add_time(s, n == 1);
}

static void say_months(struct saying *s)
{
	const struct rule_form *f = s->f;

	if (f->interval == 1) {
		buf_addf(s->out, s->en ? "the %s %s of the month" : "le %s %s du mois",
			 ordinal(s->en, f->nth), weekday_name(s->en, f->weekday));
	} else {
		if (s->en && f->interval == 2) {
			buf_addstr(s->out, "every other month");
		} else {
			buf_addstr(s->out, s->en ? "one month in " : "un mois sur ");
			add_number(s, f->interval);
		}
		buf_addf(s->out, s->en ? ", on the %s %s" : ", le %s %s",
			 ordinal(s->en, f->nth), weekday_name(s->en, f->weekday));
	}
	add_time(s, false);
}

/* What the form cannot say, as far as words go. */
static void say_other(struct saying *s)
{
	const struct rule_form *f = s->f;
	char error[RECUR_ERROR_SIZE];
	struct recur_rule r;
	bool read = recur_rule_parse(f->text, civil_time_from(f->start, f->from_minute),
				     &r, error) == 0;
	int n = 0;

	for (int d = 1; read && d <= 31; d++)
		n += r.month_day.forward[0] >> d & 1;
	if (read && r.freq == RECUR_DAILY && r.interval > 1 && !r.weekdays) {
		buf_addstr(s->out, s->en ? "one day in " : "un jour sur ");
		add_number(s, r.interval);
	} else if (read && r.freq == RECUR_MONTHLY && r.interval == 1 && n > 0 &&
		   !recur_rule_has(&r, RECUR_PART_BYDAY) && !r.month_day.backward[0]) {
		int i = 0;

		buf_addstr(s->out, s->en ? "on day " : "");
		for (int d = 1; d <= 31; d++)
			if (r.month_day.forward[0] >> d & 1) {
				add_between(s, i++, n);
				if (!s->en)
					buf_addstr(s->out, "le ");
				buf_addf(s->out, d == 1 && !s->en ? "1er" : "%d", d);
			}
		buf_addstr(s->out, s->en ? " of the month" : " du mois");
	} else {
		buf_addstr(s->out,
			   s->en ? "by a rule of its own" : "selon une règle à part");
	}
	add_time(s, false);
}

/* ---- where ---- */

/* "à Rouvroy", "au Havre", "aux Lilas". */
static void add_place(struct saying *s, const char *place)
{
	if (s->en)
		buf_addf(s->out, " in %s", place);
	else if (strncmp(place, "Le ", 3) == 0)
		buf_addf(s->out, " au %s", place + 3);
	else if (strncmp(place, "Les ", 4) == 0)
		buf_addf(s->out, " aux %s", place + 4);
	else
		buf_addf(s->out, " à %s", place);
}

static void say_how_often(struct saying *s)
{
	const struct rule_form *f = s->f;
	unsigned days =
		f->weekdays & 0x7f ? f->weekdays & 0x7f : 1u << civil_weekday(f->start);

	switch (f->kind) {
	case RULE_ONCE: say_once(s); break;
	case RULE_WEEKLY:
		if (f->interval > 1)
			say_some_weeks(s, days);
		else
			say_week(s, days);
		break;
	case RULE_MONTHLY: say_months(s); break;
	case RULE_OTHER: say_other(s); break;
	}
}

void rule_say(const struct rule_form *f, const struct rule_saying *how, struct buf *out)
{
	struct saying s = {
		.f = f, .en = how->english != 0, .hours = how->hours, .out = out};

	say_how_often(&s);
	if (how->place)
		add_place(&s, how->place);
	if (how->alternates)
		buf_addf(out, s.en ? ", alternating with %s" : ", en alternance avec %s",
			 how->alternates);
	add_months(&s);
	if (how->from && f->kind != RULE_ONCE) {
		buf_addstr(out, s.en ? ", from " : ", à partir du ");
		add_date(&s, f->start);
	}
	if (f->until != CIVIL_DAY_NONE && f->kind != RULE_ONCE) {
		buf_addstr(out, s.en ? ", until " : ", jusqu’au ");
		add_date(&s, f->until);
	}
	if (f->count)
		buf_addf(out,
			 f->count == 1 ? (s.en ? ", %d time" : ", %d fois")
				       : (s.en ? ", %d times" : ", %d fois"),
			 f->count);
}
