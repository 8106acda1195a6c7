/* SPDX-License-Identifier: GPL-3.0-or-later */
/* civil.h - days and times as they stand on a wall: no zone, no instant. The calendar is
 * the proleptic Gregorian one; text is accepted for the years 1970 to 2099 only, so a
 * civil_day that came from outside is never negative. Pure: any thread. */
#ifndef RDVD_AGENDA_CIVIL_H
#define RDVD_AGENDA_CIVIL_H

#include <stdint.h>

typedef int32_t civil_day;  /* days since 1970-01-01 */
typedef int64_t civil_time; /* seconds since 1970-01-01T00:00 on the wall */

#define CIVIL_DAY_SECONDS 86400
#define CIVIL_DAY_MIN 0		 /* 1970-01-01 */
#define CIVIL_DAY_MAX 47481	 /* 2099-12-31 */
#define CIVIL_DAY_NONE INT32_MIN /* "no such day": no bound, not given */

enum civil_weekday {
	CIVIL_MONDAY,
	CIVIL_TUESDAY,
	CIVIL_WEDNESDAY,
	CIVIL_THURSDAY,
	CIVIL_FRIDAY,
	CIVIL_SATURDAY,
	CIVIL_SUNDAY,
};

/* The day of a date; m 1..12, d 1..31 (not checked: see civil_date_is_valid). */
civil_day civil_day_from(int y, int m, int d);
/* The date of a day; any of y, m, d may be NULL. */
void civil_day_split(civil_day day, int *y, int *m, int *d);
/* 1 when the date exists in the calendar and its year is 1970..2099. */
int civil_date_is_valid(int y, int m, int d);
/* 28..31. */
int civil_month_days(int y, int m);
/* 0 = Monday .. 6 = Sunday. */
int civil_weekday(civil_day day);

/* "2026-03-20", nothing before or after. 0, or -1 and *day untouched. */
int civil_day_parse(const char *s, civil_day *day);
/* "2026-03-20T08:00" or "2026-03-20T08:00:00" (seconds 00..59). 0, or -1 and *t
 * untouched. */
int civil_time_parse(const char *s, civil_time *t);
/* "2026-03-20" (years 0..9999). */
void civil_day_format(civil_day day, char out[11]);
/* "2026-03-20T08:00", seconds dropped. */
void civil_time_format(civil_time t, char out[17]);

/* The day on which t falls, before 1970 too. */
civil_day civil_time_day(civil_time t);
/* Minutes since midnight, 0..1439. */
int civil_time_minute(civil_time t);
/* The moment `minute` minutes after the midnight that begins day. */
civil_time civil_time_from(civil_day day, int minute);

#endif
