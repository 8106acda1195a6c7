/* SPDX-License-Identifier: GPL-3.0-or-later */
/* civil.c - arithmetic on wall days and times. A date becomes a number of days by
 * counting in eras of 400 years (146,097 days) whose years begin in March, so that the
 * leap day is the last of its year and no table of month lengths is needed. */
#include "agenda/civil.h"

#include <stddef.h>

#define ERA_DAYS 146097
#define DAYS_TO_1970 719468 /* from 0000-03-01 */

civil_day civil_day_from(int y, int m, int d)
{
	int era, year_of_era, day_of_year, day_of_era;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * ERA_DAYS + day_of_era - DAYS_TO_1970;
}

void civil_day_split(civil_day day, int *y, int *m, int *d)
{
	int64_t z = (int64_t)day + DAYS_TO_1970;
	int era = (int)((z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS);
	int day_of_era = (int)(z - (int64_t)era * ERA_DAYS);
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			   day_of_era / 146096) /
			  365;
	int day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int shifted = (5 * day_of_year + 2) / 153; /* 0 = March */
	int month = shifted < 10 ? shifted + 3 : shifted - 9;

	if (y)
		*y = year_of_era + era * 400 + (month <= 2);
	if (m)
		*m = month;
	if (d)
		*d = day_of_year - (153 * shifted + 2) / 5 + 1;
}

int civil_month_days(int y, int m)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		return 29;
	return days[m - 1];
}

int civil_date_is_valid(int y, int m, int d)
{
	return y >= 1970 && y <= 2099 && m >= 1 && m <= 12 && d >= 1 &&
	       d <= civil_month_days(y, m);
}

int civil_weekday(civil_day day)
{
	int64_t w = ((int64_t)day + 3) % 7; /* 1970-01-01 was a Thursday */

	return (int)(w < 0 ? w + 7 : w);
}

/* Exactly n digits at *s; moves *s behind them. */
static int read_digits(const char **s, int n, int *value)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		char c = (*s)[i];

		if (c < '0' || c > '9')
			return -1;
		v = v * 10 + (c - '0');
	}
	*s += n;
	*value = v;
	return 0;
}

static int read_char(const char **s, char c)
{
	if (**s != c)
		return -1;
	(*s)++;
	return 0;
}

static int read_date(const char **s, civil_day *day)
{
	int y, m, d;

	if (read_digits(s, 4, &y) != 0 || read_char(s, '-') != 0 ||
	    read_digits(s, 2, &m) != 0 || read_char(s, '-') != 0 ||
	    read_digits(s, 2, &d) != 0 || !civil_date_is_valid(y, m, d))
		return -1;
	*day = civil_day_from(y, m, d);
	return 0;
}

int civil_day_parse(const char *s, civil_day *day)
{
	civil_day d;

	if (s == NULL || read_date(&s, &d) != 0 || *s != '\0')
		return -1;
	*day = d;
	return 0;
}

int civil_time_parse(const char *s, civil_time *t)
{
	civil_day day;
	int hour, minute, second = 0;

	if (s == NULL || read_date(&s, &day) != 0 || read_char(&s, 'T') != 0 ||
	    read_digits(&s, 2, &hour) != 0 || read_char(&s, ':') != 0 ||
	    read_digits(&s, 2, &minute) != 0)
		return -1;
	if (*s == ':' && (read_char(&s, ':') != 0 || read_digits(&s, 2, &second) != 0))
		return -1;
	if (*s != '\0' || hour > 23 || minute > 59 || second > 59)
		return -1;
	*t = civil_time_from(day, hour * 60 + minute) + second;
	return 0;
}

static char *write_digits(char *out, int value, int n)
{
	for (int i = n - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + n;
}

static char *write_date(char *out, civil_day day)
{
	int y, m, d;

	civil_day_split(day, &y, &m, &d);
	out = write_digits(out, y < 0 ? 0 : y, 4);
	*out++ = '-';
	out = write_digits(out, m, 2);
	*out++ = '-';
	return write_digits(out, d, 2);
}

void civil_day_format(civil_day day, char out[11])
{
	*write_date(out, day) = '\0';
}

void civil_time_format(civil_time t, char out[17])
{
	int minute = civil_time_minute(t);

	out = write_date(out, civil_time_day(t));
	*out++ = 'T';
	out = write_digits(out, minute / 60, 2);
	*out++ = ':';
	out = write_digits(out, minute % 60, 2);
	*out = '\0';
}

civil_day civil_time_day(civil_time t)
{
	int64_t day = t / CIVIL_DAY_SECONDS;

	return (civil_day)(t % CIVIL_DAY_SECONDS < 0 ? day - 1 : day);
}

int civil_time_minute(civil_time t)
{
	int64_t second = t % CIVIL_DAY_SECONDS;

	return (int)((second < 0 ? second + CIVIL_DAY_SECONDS : second) / 60);
}

civil_time civil_time_from(civil_day day, int minute)
{
	return (civil_time)day * CIVIL_DAY_SECONDS + (civil_time)minute * 60;
}
