/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.c - see names.h. */
#include "agenda/names.h"

static const char *const weekdays[2][7] = {
	{"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
	{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
};

static const char *const months[2][12] = {
	{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
	 "septembre", "octobre", "novembre", "décembre"},
	{"January", "February", "March", "April", "May", "June", "July", "August",
	 "September", "October", "November", "December"},
};

static const char *const short_months[2][12] = {
	{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.",
	 "oct.", "nov.", "déc."},
	{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
	 "Dec"},
};

const char *weekday_name(int english, int weekday)
{
	return weekdays[english != 0][weekday];
}

const char *month_name(int english, int month)
{
	return months[english != 0][month - 1];
}

const char *month_name_short(int english, int month)
{
	return short_months[english != 0][month - 1];
}
