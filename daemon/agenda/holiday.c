/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holiday.c - French public holidays: a table of fixed dates and one of days counted from
 * Easter, each row saying in which sets it holds. A look-up splits the day into a date,
 * tries the fixed rows of its month, and from March to June those that follow Easter. */
#include "agenda/holiday.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"

/* One bit a set. */
#define IN_FR 0x01u
#define IN_ALSACE 0x02u
#define IN_GP 0x04u
#define IN_MQ 0x08u
#define IN_GF 0x10u
#define IN_RE 0x20u
#define IN_YT 0x40u
#define IN_EVERY 0x7fu

struct holiday_set {
	const char *name;
	unsigned bit;
};

static const struct holiday_set sets[] = {
	{"FR", IN_FR},	  {"FR-ALSACE", IN_ALSACE}, {"FR-GP", IN_GP}, {"FR-MQ", IN_MQ},
	{"FR-GF", IN_GF}, {"FR-RE", IN_RE},	    {"FR-YT", IN_YT}, {"none", 0},
};

#define ABOLITION "Abolition de l'esclavage"

static const struct {
	uint8_t month, day;
	unsigned in;
	const char *name;
} fixed_days[] = {
	{1, 1, IN_EVERY, "Jour de l'an"},
	{4, 27, IN_YT, ABOLITION},
	{5, 1, IN_EVERY, "Fête du Travail"},
	{5, 8, IN_EVERY, "Victoire 1945"},
	{5, 22, IN_MQ, ABOLITION},
	{5, 27, IN_GP, ABOLITION},
	{6, 10, IN_GF, ABOLITION},
	{7, 14, IN_EVERY, "Fête nationale"},
	{8, 15, IN_EVERY, "Assomption"},
	{11, 1, IN_EVERY, "Toussaint"},
	{11, 11, IN_EVERY, "Armistice 1918"},
	{12, 20, IN_RE, ABOLITION},
	{12, 25, IN_EVERY, "Noël"},
	{12, 26, IN_ALSACE, "Saint-Étienne"},
};

static const struct {
	int8_t after_easter; /* days */
	unsigned in;
	const char *name;
} easter_days[] = {
	{-2, IN_ALSACE, "Vendredi saint"},
	{1, IN_EVERY, "Lundi de Pâques"},
	{39, IN_EVERY, "Ascension"},
	{50, IN_EVERY, "Lundi de Pentecôte"},
};

const struct holiday_set *holiday_set_find(const char *name)
{
	for (size_t i = 0; name != NULL && i < ARRAY_SIZE(sets); i++)
		if (strcmp(sets[i].name, name) == 0)
			return &sets[i];
	return NULL;
}

const char *holiday_set_name(const struct holiday_set *set)
{
	return set->name;
}

int holiday_set_known(const char *name)
{
	return holiday_set_find(name) != NULL;
}

const char *holiday_set_names(void)
{
	return "FR, FR-ALSACE, FR-GP, FR-MQ, FR-GF, FR-RE, FR-YT, none";
}

/* The anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8), whose
 * one-letter names are kept so that it can be compared with the book. */
civil_day holiday_easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - d - g + 15) % 30;
	int i = c / 4, k = c % 4;
	int l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;

	return civil_day_from(year, n / 31, n % 31 + 1);
}

const char *holiday_in(const struct holiday_set *set, civil_day day)
{
	int y, m, d;

	if (set == NULL || set->bit == 0)
		return NULL;
	civil_day_split(day, &y, &m, &d);
	for (size_t i = 0; i < ARRAY_SIZE(fixed_days) && fixed_days[i].month <= m; i++)
		if (fixed_days[i].month == m && fixed_days[i].day == d &&
		    (fixed_days[i].in & set->bit))
			return fixed_days[i].name;
	if (m >= 3 && m <= 6) { /* 20 March (Good Friday) to 14 June (Whit Monday) */
		int after = day - holiday_easter(y);

		for (size_t i = 0; i < ARRAY_SIZE(easter_days); i++)
			if (easter_days[i].after_easter == after &&
			    (easter_days[i].in & set->bit))
				return easter_days[i].name;
	}
	return NULL;
}

const char *holiday_name(const char *set, civil_day day)
{
	return holiday_in(holiday_set_find(set), day);
}
