/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_words.c - days, hours and modes in words, and what may be an SMS sender's name. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "agenda/names.h"
#include "agenda/territory.h"
#include "base/mem.h"
#include "message/text_table.h"

const char *const text_languages[LANGUAGE_COUNT] = {
	[LANGUAGE_FR] = "fr", [LANGUAGE_EN] = "en"};

enum text_language text_language_of(const char *lang)
{
	for (int i = 0; lang && i < LANGUAGE_COUNT; i++) {
		size_t n = strlen(text_languages[i]);

		if (strncasecmp(lang, text_languages[i], n) == 0 &&
		    !isalnum((unsigned char)lang[n]))
			return (enum text_language)i;
	}
	return LANGUAGE_FR;
}

void text_day(struct buf *out, const char *lang, civil_day day)
{
	enum text_language l = text_language_of(lang);
	int m, d;

	civil_day_split(day, NULL, &m, &d);
	buf_addf(out, "%s %d%s %s", weekday_name(l == LANGUAGE_EN, civil_weekday(day)), d,
		 l == LANGUAGE_FR && d == 1 ? "er" : "", month_name(l == LANGUAGE_EN, m));
}

void text_day_short(struct buf *out, const char *lang, civil_day day)
{
	enum text_language l = text_language_of(lang);
	int d;

	civil_day_split(day, NULL, NULL, &d);
	buf_addf(out, "%.3s%s %d", weekday_name(l == LANGUAGE_EN, civil_weekday(day)),
		 l == LANGUAGE_FR ? "." : "", d);
}

static void hour_fr(struct buf *out, int minute)
{
	buf_addf(out, "%d h", minute / 60);
	if (minute % 60)
		buf_addf(out, " %02d", minute % 60);
}

static void hour_en(struct buf *out, int minute)
{
	buf_addf(out, "%d:%02d %s", (minute / 60 + 11) % 12 + 1, minute % 60,
		 minute < 720 ? "am" : "pm");
}

void text_hour(struct buf *out, const char *lang, int minute)
{
	switch (text_language_of(lang)) {
	case LANGUAGE_EN: hour_en(out, minute); break;
	case LANGUAGE_FR:
	case LANGUAGE_COUNT: hour_fr(out, minute); break;
	}
}

void text_when(struct buf *out, const char *lang, civil_time when, int brief)
{
	civil_day day = civil_time_day(when);

	if (brief)
		text_day_short(out, lang, day);
	else
		text_day(out, lang, day);
	buf_addstr(out, text_language_of(lang) == LANGUAGE_EN ? ", " : " à ");
	text_hour(out, lang, civil_time_minute(when));
}

void text_until(struct buf *out, const char *lang, civil_time now, civil_time until)
{
	if (civil_time_day(until) != civil_time_day(now)) {
		text_day(out, lang, civil_time_day(until));
		buf_addstr(out, ", ");
	}
	text_hour(out, lang, civil_time_minute(until));
}

const char *text_mode(const char *lang, int mode)
{
	static const char *const words[LANGUAGE_COUNT][4] = {
		[LANGUAGE_FR] = {[MODE_SITE] = "",
				 [MODE_PHONE] = "par téléphone",
				 [MODE_HOME] = "à domicile",
				 [MODE_VIDEO] = "en visio"},
		[LANGUAGE_EN] = {[MODE_SITE] = "",
				 [MODE_PHONE] = "by telephone",
				 [MODE_HOME] = "at home",
				 [MODE_VIDEO] = "by video"},
	};

	return words[text_language_of(lang)][mode];
}

/* Words that French operators replace or block as a sender since 10 March 2025. */
static const char *const generic_senders[] = {
	"admin",   "alert",   "alerte",	      "alertes",  "appel",     "banque",
	"colis",   "contact", "info",	      "infos",	  "livraison", "message",
	"msg",	   "notif",   "notification", "paiement", "payment",   "pro",
	"rappel",  "rdv",     "rendezvous",   "reminder", "secu",      "security",
	"service", "sms",     "test",	      "urgent",	  "verify",
};

static const char *number_problem(const char *digits, int plus, size_t n)
{
	if (plus)
		return n >= 7 && n <= 15 && digits[0] != '0'
			       ? NULL
			       : "it is not an international number";
	return n >= 3 && n <= 6 ? NULL
				: "made of digits only, it must be a short code (3 to 6) "
				  "or begin with +";
}

const char *text_sender_problem(const char *sender)
{
	int plus = sender[0] == '+';
	const char *s = sender + plus;
	size_t n = strlen(s);

	if (n == 0)
		return "it is empty";
	if (strspn(s, "0123456789") == n)
		return number_problem(s, plus, n);
	if (n > 11)
		return "it has more than 11 characters";
	for (size_t i = 0; sender[i]; i++)
		if ((unsigned char)sender[i] >= 0x80 ||
		    !isalnum((unsigned char)sender[i]))
			return "it may hold only letters without accent and digits";
	for (size_t i = 0; i < ARRAY_SIZE(generic_senders); i++)
		if (strcasecmp(s, generic_senders[i]) == 0)
			return "French operators block so general a word; take the "
			       "team's own name, "
			       "such as CLLAJ62";
	return NULL;
}
