/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.c - dates, hours, durations and distances as pages say them. Everything is
 * appended to a small run of memory that never overflows: what does not fit is left out.
 */
#include "web/words.h"

#include <ctype.h>
#include <string.h>

#include "agenda/names.h"

#define NBSP "\u00a0"

struct run {
	char *out;
	int len;
};

static void add(struct run *r, const char *s)
{
	size_t n = strlen(s);

	if (r->len + (int)n >= WORDS_SIZE)
		return;
	memcpy(r->out + r->len, s, n + 1);
	r->len += (int)n;
}

static void add_int(struct run *r, int n)
{
	char digits[12];
	int i = sizeof(digits) - 1;

	digits[i] = '\0';
	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0 && i > 0);
	add(r, digits + i);
}

static int is_english(const char *lang)
{
	return lang && lang[0] == 'e' && lang[1] == 'n';
}

int words_day(char out[WORDS_SIZE], const char *lang, civil_day day, civil_day today)
{
	struct run r = {out, 0};
	int en = is_english(lang), y, m, d, this_year;

	civil_day_split(day, &y, &m, &d);
	civil_day_split(today, &this_year, NULL, NULL);
	add(&r, weekday_name(en, civil_weekday(day)));
	add(&r, " ");
	add_int(&r, d);
	if (!en && d == 1)
		add(&r, "er");
	add(&r, NBSP);
	add(&r, month_name(en, m));
	if (y != this_year) {
		add(&r, NBSP);
		add_int(&r, y);
	}
	return r.len;
}

int words_day_title(char out[WORDS_SIZE], const char *lang, civil_day day,
		    civil_day today)
{
	int len = words_day(out, lang, day, today);

	out[0] = (char)toupper((unsigned char)out[0]);
	return len;
}

int words_hour(char out[WORDS_SIZE], const char *lang, int minute)
{
	struct run r = {out, 0};
	int hour = minute / 60;

	minute %= 60;
	if (is_english(lang)) {
		add_int(&r, hour % 12 ? hour % 12 : 12);
		add(&r, minute < 10 ? ":0" : ":");
		add_int(&r, minute);
		add(&r, hour < 12 ? NBSP "am" : NBSP "pm");
		return r.len;
	}
	add_int(&r, hour);
	add(&r, NBSP "h");
	if (minute) {
		add(&r, minute < 10 ? NBSP "0" : NBSP);
		add_int(&r, minute);
	}
	return r.len;
}

int words_duration(char out[WORDS_SIZE], const char *lang, int minutes)
{
	struct run r = {out, 0};
	int en = is_english(lang), hours = minutes / 60;

	if (hours) {
		add_int(&r, hours);
		add(&r, en ? NBSP "hour" : NBSP "heure");
		add(&r, hours > 1 ? "s" : "");
		if (minutes % 60 == 0)
			return r.len;
		add(&r, minutes % 60 < 10 ? NBSP "0" : NBSP);
		add_int(&r, minutes % 60);
		return r.len;
	}
	add_int(&r, minutes);
	add(&r, minutes == 1 ? NBSP "minute" : NBSP "minutes");
	return r.len;
}

int words_distance(char out[WORDS_SIZE], const char *lang, int32_t metres)
{
	struct run r = {out, 0};
	int en = is_english(lang), km = (metres + 500) / 1000;

	if (km < 1) {
		add(&r, en ? "less than 1" NBSP "km away" : "à moins de 1" NBSP "km");
		return r.len;
	}
	add(&r, en ? "" : "à" NBSP);
	add_int(&r, km);
	add(&r, en ? NBSP "km away" : NBSP "km");
	return r.len;
}

int words_seats(char out[WORDS_SIZE], const char *lang, int n)
{
	struct run r = {out, 0};

	add_int(&r, n);
	add(&r, n > 1 ? NBSP "places" : NBSP "place");
	add(&r, is_english(lang) ? " left" : "");
	return r.len;
}
