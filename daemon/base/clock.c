/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock.c - the kernel's clocks, and instants as RFC 3339 text. Dates are counted in the
 * proleptic Gregorian calendar by arithmetic alone: no locale, no time zone, no static
 * buffer. */
#include "base/clock.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400
#define INSTANT_MIN ((rdvd_time)0)
#define INSTANT_END ((rdvd_time)4102444800) /* 2100-01-01T00:00:00Z */

static atomic_int frozen;
static _Atomic rdvd_time frozen_at;

rdvd_time clock_now(void)
{
	struct timespec ts;

	if (atomic_load_explicit(&frozen, memory_order_acquire))
		return atomic_load_explicit(&frozen_at, memory_order_relaxed);
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

void clock_freeze(rdvd_time t)
{
	atomic_store_explicit(&frozen_at, t, memory_order_relaxed);
	atomic_store_explicit(&frozen, 1, memory_order_release);
}

int clock_is_frozen(void)
{
	return atomic_load_explicit(&frozen, memory_order_acquire);
}

int64_t clock_monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_boot_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

/* Days from 1970-01-01 to the date; years begin in March, so that the leap day comes
 * last. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	int64_t era, year_of_era, day_of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static void civil_from_days(int64_t days, int64_t *y, int *m, int *d)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (int)((5 * doy + 2) / 153);

	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = yoe + era * 400 + (*m <= 2);
}

static int days_in_month(int y, int m)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30,
					     31, 31, 30, 31, 30, 31};

	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		return 29;
	return days[m - 1];
}

/* Read exactly n digits and the character after them, if after is not NUL; -1 when they
 * differ. */
static int take(const char **s, int n, char after, int *value)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	if (after) {
		if (**s != after)
			return -1;
		(*s)++;
	}
	*value = v;
	return 0;
}

static int take_offset(const char **s, int *offset_s)
{
	int sign, h, m;

	if (**s == 'Z' || **s == 'z') {
		(*s)++;
		*offset_s = 0;
		return 0;
	}
	if (**s != '+' && **s != '-')
		return -1;
	sign = *(*s)++ == '-' ? -1 : 1;
	if (take(s, 2, ':', &h) || take(s, 2, '\0', &m) || h > 23 || m > 59)
		return -1;
	*offset_s = sign * (h * 3600 + m * 60);
	return 0;
}

int rfc3339_parse(const char *s, rdvd_time *t)
{
	int y, mo, d, h, mi, sec, offset_s;
	rdvd_time at;

	if (take(&s, 4, '-', &y) || take(&s, 2, '-', &mo) || take(&s, 2, '\0', &d))
		return -1;
	if (*s != 'T' && *s != 't')
		return -1;
	s++;
	if (take(&s, 2, ':', &h) || take(&s, 2, ':', &mi) || take(&s, 2, '\0', &sec))
		return -1;
	if (*s == '.') {
		s++;
		if (*s < '0' || *s > '9')
			return -1;
		while (*s >= '0' && *s <= '9')
			s++;
	}
	if (take_offset(&s, &offset_s) || *s != '\0')
		return -1;
	if (mo < 1 || mo > 12 || d < 1 || d > days_in_month(y, mo) || h > 23 || mi > 59 ||
	    sec > 60)
		return -1;
	at = days_from_civil(y, mo, d) * DAY_S + h * 3600 + mi * 60 + sec - offset_s;
	/* A leap second exists at the end of a UTC day only (RFC 3339 5.7). */
	if (sec == 60 && at % DAY_S != 0)
		return -1;
	if (at < INSTANT_MIN || at >= INSTANT_END)
		return -1;
	*t = at;
	return 0;
}

static char *put(char *out, int n, int64_t value, char after)
{
	for (int i = n - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	out[n] = after;
	return out + n + 1;
}

/* "2026-03-20T08:00:00" for the civil seconds; return the place after it. */
static char *put_civil(rdvd_time civil, char *out)
{
	int64_t days = civil / DAY_S - (civil % DAY_S < 0);
	int s = (int)(civil - days * DAY_S);
	int64_t y;
	int m, d;

	civil_from_days(days, &y, &m, &d);
	out = put(out, 4, y, '-');
	out = put(out, 2, m, '-');
	out = put(out, 2, d, 'T');
	out = put(out, 2, s / 3600, ':');
	out = put(out, 2, s / 60 % 60, ':');
	return put(out, 2, s % 60, '\0') - 1;
}

int rfc3339_format(rdvd_time t, int32_t offset_s, char *out)
{
	char *p = put_civil(t + offset_s, out);
	int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;

	*p++ = offset_s < 0 ? '-' : '+';
	p = put(p, 2, minutes / 60, ':');
	p = put(p, 2, minutes % 60, '\0');
	return (int)(p - 1 - out);
}

int rfc3339_format_utc(rdvd_time t, char *out)
{
	char *p = put_civil(t, out);

	p[0] = 'Z';
	p[1] = '\0';
	return (int)(p + 1 - out);
}
