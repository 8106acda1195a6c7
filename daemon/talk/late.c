/* SPDX-License-Identifier: GPL-3.0-or-later */
/* late.c - "en retard de 10 min", "j'arrive dans un quart d'heure", "je serai là vers
 * 9h20": a length of time or an hour of the clock. A length is added to the start, unless
 * the text counts from now. What is more than three hours away is not believed: the team
 * then sees that somebody is late, and not until when. */
#include "talk/late.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SAID_MAX 400
#define LATE_MAX_MIN (3 * 60)

/* Small letters, spaces alone between words; accents and the rest of UTF-8 are kept. */
static void plain(const char *text, char out[SAID_MAX])
{
	size_t n = 0;

	for (; *text && n + 1 < SAID_MAX; text++) {
		char c = (char)tolower((unsigned char)*text);

		if (isspace((unsigned char)c) || c == ',' || c == '-')
			c = ' ';
		if (c == ' ' && n && out[n - 1] == ' ')
			continue;
		out[n++] = c;
	}
	out[n] = '\0';
}

static int begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static const char *skip_spaces(const char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

/* A number of at most three digits at *s; -1 none. *s goes behind it. */
static int number(const char **s)
{
	int n = 0, digits = 0;

	for (; isdigit((unsigned char)**s) && digits < 4; (*s)++, digits++)
		n = n * 10 + (**s - '0');
	return digits && digits < 4 ? n : -1;
}

/* Two digits right behind an "h" or a ":"; else 0. */
static int minutes_behind(const char *s)
{
	s = skip_spaces(s);
	return isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) &&
			       !isdigit((unsigned char)s[2])
		       ? (s[0] - '0') * 10 + s[1] - '0'
		       : 0;
}

struct said {
	int length; /* minutes, -1 not said */
	int clock;  /* minute of the day, -1 not said */
};

/* "1 h", "9h20", "9:20": an hour of the clock, or a length when it speaks of one. */
static void take_hours(struct said *out, int n, const char *behind, int is_length)
{
	int minutes = minutes_behind(behind);

	if (minutes > 59)
		return;
	if (is_length && n <= 3)
		out->length = n * 60 + minutes;
	else if (n < 24)
		out->clock = n * 60 + minutes;
}

/* What stands behind a number; s is there. is_length: the text speaks of a length. */
static void take_unit(struct said *out, int n, const char *s, int is_length)
{
	static const char *const minutes[] = {"min", "mn", "m ", "m.", "'", "’"};

	s = skip_spaces(s);
	for (size_t i = 0; i < ARRAY_SIZE(minutes); i++)
		if (begins(s, minutes[i]) || strcmp(s, "m") == 0) {
			out->length = n;
			return;
		}
	if (*s == ':')
		take_hours(out, n, s + 1, 0);
	else if (begins(s, "heure"))
		take_hours(out, n, s + (begins(s, "heures") ? 6 : 5), is_length);
	else if (begins(s, "hour"))
		take_hours(out, n, s + (begins(s, "hours") ? 5 : 4), is_length);
	else if (*s == 'h' && !isalpha((unsigned char)s[1]))
		take_hours(out, n, s + 1, is_length);
}

static void take_words(struct said *out, const char *said)
{
	static const struct {
		const char *words;
		int minutes;
	} lengths[] = {
		{"1/4 d'h", 15},	 {"1/4 h", 15},	     {"1/4h", 15},
		{"quart d'h", 15},	 {"quart d’h", 15},  {"quart dheure", 15},
		{"quarter of an h", 15}, {"1/2 h", 30},	     {"1/2h", 30},
		{"demi h", 30},		 {"demie h", 30},    {"demi heure", 30},
		{"half an hour", 30},	 {"half hour", 30},  {"une heure de", 60},
		{"dans une heure", 60},	 {"in an hour", 60},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		if (strstr(said, lengths[i].words)) {
			out->length = lengths[i].minutes;
			return;
		}
}

static struct said read_said(const char *said)
{
	struct said out = {-1, -1};
	int is_length = strstr(said, "de retard") || strstr(said, "dans ") ||
			strstr(said, " late") || begins(said, "in ") ||
			strstr(said, " in ");

	take_words(&out, said);
	for (const char *s = said; *s && out.length < 0 && out.clock < 0;) {
		int n;

		if (!isdigit((unsigned char)*s)) {
			s++;
			continue;
		}
		n = number(&s);
		if (n >= 0)
			take_unit(&out, n, s, is_length);
		while (isdigit((unsigned char)*s))
			s++;
	}
	return out;
}

civil_time late_expected(const char *text, civil_time start, civil_time now)
{
	char words[SAID_MAX];
	struct said said;
	civil_time at = start, from = start;

	plain(text, words);
	said = read_said(words);
	if (said.length >= 0) {
		if (strstr(words, "dans ") || begins(words, "in ") ||
		    strstr(words, " in "))
			from = now;
		at = from + said.length * 60;
	} else if (said.clock >= 0) {
		at = civil_time_from(civil_time_day(start), said.clock);
	}
	if (at < now)
		return start;
	return at > start && at <= start + LATE_MAX_MIN * 60 ? at : start;
}
