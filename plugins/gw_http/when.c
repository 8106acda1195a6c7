/* SPDX-License-Identifier: GPL-3.0-or-later */
/* when.c - see when.h. A plugin has no zone tables, and needs none: providers write UTC,
 * an offset, or the time of French clocks, which change by the rule of the European Union
 * (directive 2000/84/EC: the last Sundays of March and October, at 01:00 UTC). */
#include "when.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EARLIEST ((rdvd_time)946684800) /* 2000-01-01 */
#define LATEST ((rdvd_time)4102444800)	/* 2100-01-01 */

struct civil {
	int year, month, day, hour, minute, second;
};

/* Days since 1970-01-01 of the Gregorian calendar; March is the year's first month, so
 * that the leap day ends it. */
static long days_of(int year, int month, int day)
{
	long y = month > 2 ? year : year - 1;
	long era = y / 400, of_era = y - era * 400;
	long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static rdvd_time utc_of(const struct civil *c)
{
	return (rdvd_time)days_of(c->year, c->month, c->day) * 86400 + c->hour * 3600 +
	       c->minute * 60 + c->second;
}

/* 01:00 UTC of the last Sunday of a month of 31 days. */
static rdvd_time change_of(int year, int month)
{
	long last = days_of(year, month, 31);

	/* 1970-01-01 was a Thursday: Sunday is 3 days later */
	return (rdvd_time)(last - (last + 4) % 7) * 86400 + 3600;
}

static rdvd_time paris_of(const struct civil *c)
{
	rdvd_time winter = utc_of(c) - 3600;

	/* the hour that comes twice is taken for its first time */
	if (winter >= change_of(c->year, 3) && winter - 3600 < change_of(c->year, 10))
		return winter - 3600;
	return winter;
}

/* n digits exactly. */
static int take(const char **at, int n, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)(*at)[i]))
			return -1;
		v = v * 10 + (*at)[i] - '0';
	}
	*at += n;
	*out = v;
	return 0;
}

static int take_char(const char **at, const char *among)
{
	if (!**at || !strchr(among, **at))
		return -1;
	(*at)++;
	return 0;
}

/* HH:MM, :SS and a fraction if they are there. */
static int take_clock(const char **at, struct civil *c)
{
	if (take(at, 2, &c->hour) || take_char(at, ":") || take(at, 2, &c->minute))
		return -1;
	if (**at == ':') {
		(*at)++;
		if (take(at, 2, &c->second))
			return -1;
	}
	if (**at == '.') {
		(*at)++;
		*at += strspn(*at, "0123456789");
	}
	return 0;
}

static int is_possible(const struct civil *c)
{
	return c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= 31 &&
	       c->hour < 24 && c->minute < 60 && c->second <= 60;
}

/* Z, +01:00, +0100, +01; none is UTC. -1 when it is anything else. */
static int take_offset(const char *at, long *seconds)
{
	int sign = *at == '-' ? -1 : 1, hours, minutes = 0;

	*seconds = 0;
	if (!*at || strcmp(at, "Z") == 0 || strcmp(at, " UTC") == 0)
		return 0;
	if (take_char(&at, "+-") || take(&at, 2, &hours))
		return -1;
	if (*at == ':')
		at++;
	if (*at && take(&at, 2, &minutes))
		return -1;
	*seconds = sign * (hours * 3600L + minutes * 60L);
	return *at ? -1 : 0;
}

static rdvd_time parse_date(const char *at, enum when_format format)
{
	struct civil c = {0};
	long offset = 0;

	if (format == WHEN_DMY_PARIS) {
		if (take(&at, 2, &c.day) || take_char(&at, "/-") ||
		    take(&at, 2, &c.month) || take_char(&at, "/-") ||
		    take(&at, 4, &c.year))
			return 0;
	} else if (take(&at, 4, &c.year) || take_char(&at, "-/") ||
		   take(&at, 2, &c.month) || take_char(&at, "-/") ||
		   take(&at, 2, &c.day)) {
		return 0;
	}
	if (take_char(&at, "T ") || take_clock(&at, &c) || !is_possible(&c))
		return 0;
	if (format == WHEN_ISO) {
		if (take_offset(at, &offset) < 0)
			return 0;
		return utc_of(&c) - offset;
	}
	if (*at && strcmp(at, "Z") != 0)
		return 0;
	return format == WHEN_UTC ? utc_of(&c) : paris_of(&c);
}

static rdvd_time parse_count(const char *text, int per_second)
{
	long long n;
	char *end;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || end == text || (*end && *end != '.'))
		return 0;
	return n / per_second;
}

rdvd_time when_parse(const char *text, enum when_format format)
{
	rdvd_time t = 0;

	switch (format) {
	case WHEN_EPOCH: t = parse_count(text, 1); break;
	case WHEN_EPOCH_MS: t = parse_count(text, 1000); break;
	case WHEN_ISO:
	case WHEN_UTC:
	case WHEN_PARIS:
	case WHEN_DMY_PARIS: t = parse_date(text, format); break;
	}
	return t >= EARLIEST && t < LATEST ? t : 0;
}
