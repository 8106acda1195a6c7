/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words_number.c - what numbers stand for: "14h30", "le 3 mars", "62110" and "2004" are
 * no choices; "2", "la 2e" and "le deuxième" may be. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "talk/words_table.h"

static int is(const struct tokens *t, size_t i, const char *text)
{
	return i < t->n && strcmp(t->items[i].text, text) == 0;
}

static int is_number(const struct tokens *t, size_t i)
{
	return i < t->n && t->items[i].class == CLASS_NUMBER && t->items[i].value >= 0;
}

static size_t digits(const struct token *k)
{
	return strspn(k->text, "0123456789");
}

static void make(struct token *k, const char *text, enum word_class class)
{
	snprintf(k->text, sizeof k->text, "%s", text);
	k->class = class;
	k->known = 1;
}

/* The number at i is the first of n tokens that say one thing. */
static void put(struct tokens *t, size_t i, size_t n, const char *text,
		enum word_class class)
{
	tokens_join(t, i, n);
	make(&t->items[i], text, class);
}

/* "14h", "14h30", "14:30", "14 heures 30", "2pm". */
static int read_hour(struct tokens *t, size_t i, struct words *out)
{
	int hour = t->items[i].value, minute = 0;
	size_t n = 2;

	if (hour > 24 || !(is(t, i + 1, "heure") || is(t, i + 1, "pm") ||
			   (is_number(t, i + 1) && t->items[i + 1].before == ':')))
		return 0;
	if (is(t, i + 1, "pm"))
		hour += hour < 12 ? 12 : 0;
	else if (is_number(t, i + 1))
		minute = t->items[i + 1].value;
	else if (is_number(t, i + 2) && digits(&t->items[i + 2]) == 2)
		minute = t->items[i + 2].value, n = 3;
	if (minute > 59)
		return 0;
	minute += hour * 60;
	out->minute = out->minute < 0 || out->minute == minute ? minute : WORDS_SEVERAL;
	put(t, i, n, "hourtime", CLASS_WHEN);
	return 1;
}

static void put_year(int year, int year_now, struct numbers *n)
{
	if (year >= year_now - 110 && year < year_now)
		n->year = year;
}

/* "3/3", "17/05/2004", "17.05.2004". */
static int read_slashes(struct tokens *t, size_t i, int year_now, struct words *out,
			struct numbers *n)
{
	char sign = i + 1 < t->n ? t->items[i + 1].before : 0;
	int day = t->items[i].value, month;

	if (!is_number(t, i + 1) || !(sign == '/' || sign == '.' || sign == '-'))
		return 0;
	month = t->items[i + 1].value;
	if (is_number(t, i + 2) && t->items[i + 2].before == sign &&
	    digits(&t->items[i + 2]) == 4 && day >= 1 && day <= 31 && month >= 1 &&
	    month <= 12) {
		put_year(t->items[i + 2].value, year_now, n);
		put(t, i, 3, "wholedate", CLASS_WHEN);
		return 1;
	}
	if (sign != '/' || day < 1 || day > 31 || month < 1 || month > 12)
		return 0;
	out->day = day;
	out->month = month;
	put(t, i, 2, "daydate", CLASS_WHEN);
	return 1;
}

static int is_month(const struct token *k)
{
	static const char *const months[] = {
		"janvier", "fevrier", "mars",	   "avril",   "mai",	  "juin",
		"juillet", "aout",    "septembre", "octobre", "novembre", "decembre"};

	for (size_t i = 0; i < ARRAY_SIZE(months); i++)
		if (strcmp(k->text, months[i]) == 0)
			return 1;
	return 0;
}

static int is_weekday(const struct token *k)
{
	static const char *const days[] = {"lundi",    "mardi",	 "mercredi", "jeudi",
					   "vendredi", "samedi", "dimanche"};

	for (size_t i = 0; i < ARRAY_SIZE(days); i++)
		if (strcmp(k->text, days[i]) == 0)
			return 1;
	return 0;
}

/* "3 mars", "1er mars 2004", "mardi 3". */
static int read_date(struct tokens *t, size_t i, int year_now, struct words *out,
		     struct numbers *n)
{
	int day = t->items[i].value;
	size_t m = i + 1;

	if (day < 1 || day > 31)
		return 0;
	if (is(t, m, "er") && t->items[m].glued)
		m++;
	if (m < t->n && is_month(&t->items[m])) {
		out->day = day;
		out->month = t->items[m].value;
		if (is_number(t, m + 1) && digits(&t->items[m + 1]) == 4) {
			put_year(t->items[m + 1].value, year_now, n);
			m++;
		}
		put(t, i, m + 1 - i, "daydate", CLASS_WHEN);
		return 1;
	}
	if (i > 0 && is_weekday(&t->items[i - 1]) && digits(&t->items[i]) <= 2) {
		out->day = day;
		put(t, i, m - i, "daydate", CLASS_WHEN);
		return 1;
	}
	return 0;
}

/* "le rdv du 3", "le 12": a day; "le 3" may be a choice. */
static int read_day(struct tokens *t, size_t i, struct words *out)
{
	int day = t->items[i].value, of, the;

	if (i == 0 || day < 1 || day > 31 || digits(&t->items[i]) > 2 ||
	    (i + 1 < t->n && t->items[i + 1].glued))
		return 0;
	of = strncasecmp(t->items[i - 1].from, "du ", 3) == 0;
	the = strncasecmp(t->items[i - 1].from, "le ", 3) == 0;
	if (!of && !(the && day > 9))
		return 0;
	out->day = day;
	make(&t->items[i], "daydate", CLASS_WHEN);
	return 1;
}

/* A telephone number: groups of two digits, or ten together. */
static int read_phone(struct tokens *t, size_t i)
{
	size_t n = 0;

	while (is_number(t, i + n) && digits(&t->items[i + n]) == 2)
		n++;
	if (n < 4 && digits(&t->items[i]) < 8)
		return 0;
	put(t, i, n ? n : 1, "phonenumber", CLASS_UNKNOWN);
	return 1;
}

static void note_choice(int value, int the, struct numbers *n)
{
	if (n->choice == 0) {
		n->choice = value;
		n->choice_the = the;
	} else if (n->choice != value) {
		n->choice = -1;
	}
}

static int is_the(const struct tokens *t, size_t i)
{
	return i > 0 && is(t, i - 1, "le");
}

/* "les deux": both of them. */
static int is_both(const struct tokens *t, size_t i)
{
	return is_the(t, i) && strncasecmp(t->items[i - 1].from, "les", 3) == 0;
}

/* "2", "2e", "2 eme", "n°2". */
static int read_choice(struct tokens *t, size_t i, struct numbers *n)
{
	static const char *const endings[] = {"e",  "er",    "ere", "eme", "ieme",
					      "me", "ieme",  "nd",  "nde", "re",
					      "em", "saint", "rd",  "th"};
	int value = t->items[i].value, ordinal = 0;

	if (digits(&t->items[i]) > 1)
		return 0;
	for (size_t k = 0; i + 1 < t->n && k < ARRAY_SIZE(endings); k++)
		ordinal |= is(t, i + 1, endings[k]);
	if (!ordinal && i + 1 < t->n && t->items[i + 1].glued)
		return 0; /* "5g" */
	if (value == 0)
		n->zero = !ordinal;
	else if (is_both(t, i))
		n->choice = -1, n->both |= value == 2;
	else
		note_choice(value, is_the(t, i) && !ordinal, n);
	n->both |= value == 2 && n->choice < 0 && i > 1 && is(t, i - 1, "et") &&
		   is(t, i - 2, "choicenumber");
	put(t, i, ordinal ? 2 : 1, "choicenumber", CLASS_NUMBER);
	return 1;
}

/* "20 ans", "10 min", "2 personnes": a quantity; so many of what is said next. */
static int read_quantity(struct tokens *t, size_t i)
{
	if (is(t, i + 1, "minute"))
		put(t, i, 2, "duration", CLASS_WHEN);
	else if (is(t, i + 1, "ans") || is(t, i + 1, "an"))
		put(t, i, 2, "age", CLASS_UNKNOWN);
	else
		return 0;
	return 1;
}

static void read_number(struct tokens *t, size_t i, int year_now, struct words *out,
			struct numbers *n)
{
	struct token *k = &t->items[i];

	if (read_phone(t, i) || read_hour(t, i, out) ||
	    read_slashes(t, i, year_now, out, n) || read_date(t, i, year_now, out, n) ||
	    read_quantity(t, i) || read_day(t, i, out))
		return;
	if (digits(k) == 5 && !n->postcode[0]) {
		snprintf(n->postcode, sizeof n->postcode, "%.5s", k->text);
		make(k, "postcode", CLASS_NUMBER);
		return;
	}
	if (digits(k) == 3 && is_number(t, i + 1) && digits(&t->items[i + 1]) == 3) {
		snprintf(n->code, sizeof n->code, "%.3s%.3s", k->text,
			 t->items[i + 1].text); /* "482 113" */
		put(t, i, 2, "sixdigits", CLASS_NUMBER);
		return;
	}
	if (digits(k) == 6) {
		snprintf(n->code, sizeof n->code, "%.6s", k->text);
		make(k, "sixdigits", CLASS_NUMBER);
		return;
	}
	if (digits(k) == 4) {
		int before = n->year;

		put_year(k->value, year_now, n);
		make(k, n->year != before ? "birthyear" : "bignumber", CLASS_UNKNOWN);
		return;
	}
	/* "04" is a year; "20" may be an age, and is asked for again */
	if (digits(k) == 2 && (k->value >= 80 || k->text[0] == '0') && !n->year) {
		int year = k->value >= 80 ? 1900 + k->value : 2000 + k->value;

		if (year <= year_now - 10)
			n->short_year = year;
	}
	if (!read_choice(t, i, n))
		make(k, "bignumber", CLASS_UNKNOWN);
}

/* Numbers in letters, as choices. */
static const struct {
	const char *word;
	int value;
} in_letters[] = {
	{"deux", 2},
	{"trois", 3},
	{"quatre", 4},
	{"cinq", 5},
	{"premier", 1},
	{"premiere", 1},
	{"prem", 1},
	{"second", 2},
	{"seconde", 2},
	{"deuxieme", 2},
	{"dexieme", 2},
	{"troisieme", 3},
	{"two", 2},
	{"three", 3},
	{"first", 1},
	{"third", 3},
	{"dernier", WORDS_LAST},
	{"derniere", WORDS_LAST},
	{"zero", 0},
	{"deuxiemme", 2},
	{"troisiemme", 3},
	{"deuxiem", 2},
	{"troisiem", 3},
};

static void read_letters(struct tokens *t, struct numbers *n)
{
	size_t said = 0, at = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct token *k = &t->items[i];

		for (size_t w = 0; w < ARRAY_SIZE(in_letters); w++) {
			if (strcmp(k->text, in_letters[w].word) != 0)
				continue;
			/* "les deux": both */
			if (is_both(t, i))
				break;
			if (in_letters[w].value)
				note_choice(in_letters[w].value, 0, n);
			else
				n->zero = 1;
			make(k, "choicenumber", CLASS_NUMBER);
			break;
		}
		if (k->class != CLASS_FILL && k->class != CLASS_SKIP &&
		    k->class != CLASS_THANKS)
			said++;
		if (strcmp(k->text, "un") == 0)
			at = i + 1;
	}
	/* "un" is a number only when nothing else is said */
	if (at && said == 0 && n->choice == 0) {
		n->choice = 1;
		make(&t->items[at - 1], "choicenumber", CLASS_NUMBER);
	}
}

void numbers_read(struct tokens *t, int year_now, struct words *out, struct numbers *n)
{
	*n = (struct numbers){.choice = 0};
	for (size_t i = 0; i < t->n; i++)
		if (t->items[i].class == CLASS_NUMBER)
			read_number(t, i, year_now, out, n);
	read_letters(t, n);
	for (size_t i = 0; i < t->n; i++) {
		const struct token *k = &t->items[i];

		if (is_weekday(k))
			out->weekday = out->weekday < 0 || out->weekday == k->value
					       ? k->value
					       : WORDS_SEVERAL;
		else if (strcmp(k->text, "demain") == 0 ||
			 strcmp(k->text, "aujourdhui") == 0 ||
			 strcmp(k->text, "apresdemain") == 0)
			out->ahead = k->value;
	}
	n->times =
		out->weekday >= 0 || out->ahead >= 0 || out->day > 0 || out->minute >= 0;
}
