/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone_rule.c - the POSIX TZ rule: reading it, the day of a change in a given year, and
 * the VTIMEZONE that says the same to a calendar. */
#include "zone_rule.h"

#include <string.h>

#include "agenda/zone.h"
#include "base/mem.h"

#define HOUR_S 3600

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int read_number(const char **s, int max, int *value)
{
	int v = 0;

	if (!is_digit(**s))
		return -1;
	while (is_digit(**s)) {
		v = v * 10 + (**s - '0');
		if (v > max)
			return -1;
		(*s)++;
	}
	*value = v;
	return 0;
}

/* "CET" or "<+04>" */
static int read_abbrev(const char **s, char out[ZONE_ABBREV_MAX])
{
	const char *p = *s;
	int quoted = *p == '<';
	size_t n = 0;

	p += quoted;
	while (is_letter(*p) || (quoted && (is_digit(*p) || *p == '+' || *p == '-'))) {
		if (n + 1 >= ZONE_ABBREV_MAX)
			return -1;
		out[n++] = *p++;
	}
	out[n] = '\0';
	if (n < 3 || (quoted && *p++ != '>'))
		return -1;
	*s = p;
	return 0;
}

/* [+|-]hh[:mm[:ss]] */
static int read_hms(const char **s, int max_hours, int32_t *seconds)
{
	int sign = 1, h, m = 0, sec = 0;

	if (**s == '+' || **s == '-')
		sign = *(*s)++ == '-' ? -1 : 1;
	if (read_number(s, max_hours, &h) != 0)
		return -1;
	if (**s == ':') {
		(*s)++;
		if (read_number(s, 59, &m) != 0)
			return -1;
		if (**s == ':') {
			(*s)++;
			if (read_number(s, 59, &sec) != 0)
				return -1;
		}
	}
	*seconds = sign * (h * HOUR_S + m * 60 + sec);
	return 0;
}

static int read_date(const char **s, struct zone_date *date)
{
	*date = (struct zone_date){.time_s = 2 * HOUR_S};
	if (**s == 'M') {
		date->form = ZONE_DATE_MONTH;
		(*s)++;
		if (read_number(s, 12, &date->month) != 0 || *(*s)++ != '.' ||
		    read_number(s, 5, &date->week) != 0 || *(*s)++ != '.' ||
		    read_number(s, 6, &date->weekday) != 0 || date->month < 1 ||
		    date->week < 1)
			return -1;
	} else if (**s == 'J') {
		date->form = ZONE_DATE_JULIAN;
		(*s)++;
		if (read_number(s, 365, &date->day) != 0 || date->day < 1)
			return -1;
	} else {
		date->form = ZONE_DATE_ORDINAL;
		if (read_number(s, 365, &date->day) != 0)
			return -1;
	}
	if (**s == '/') {
		(*s)++;
		return read_hms(s, 167, &date->time_s);
	}
	return 0;
}

int zone_rule_parse(const char *s, struct zone_rule *rule)
{
	int32_t west;

	*rule = (struct zone_rule){0};
	if (read_abbrev(&s, rule->standard.abbrev) != 0 || read_hms(&s, 24, &west) != 0)
		return -1;
	rule->standard.offset_s = -west;
	if (*s == '\0')
		return 0;
	if (read_abbrev(&s, rule->daylight.abbrev) != 0)
		return -1;
	rule->daylight.offset_s = rule->standard.offset_s + HOUR_S;
	if (*s != ',') {
		if (read_hms(&s, 24, &west) != 0)
			return -1;
		rule->daylight.offset_s = -west;
	}
	if (*s++ != ',' || read_date(&s, &rule->begin) != 0 || *s++ != ',' ||
	    read_date(&s, &rule->end) != 0 || *s != '\0')
		return -1;
	rule->changes = 1;
	return 0;
}

civil_day zone_date_day(const struct zone_date *date, int year)
{
	civil_day first, day;

	switch (date->form) {
	case ZONE_DATE_MONTH:
		first = civil_day_from(year, date->month, 1);
		day = first + (date->weekday + 6 - civil_weekday(first) + 7) % 7;
		day += 7 * (date->week - 1);
		if (day >= first + civil_month_days(year, date->month))
			day -= 7;
		return day;
	case ZONE_DATE_JULIAN:
		day = civil_day_from(year, 1, 1) + date->day - 1;
		return day + (date->day >= 60 && civil_month_days(year, 2) == 29);
	case ZONE_DATE_ORDINAL: return civil_day_from(year, 1, 1) + date->day;
	}
	return 0;
}

/* ---- VTIMEZONE ---- */

static void add_offset(struct buf *out, const char *property, int32_t offset_s)
{
	int a = offset_s < 0 ? -offset_s : offset_s;

	buf_addf(out, "%s:%c%02d%02d", property, offset_s < 0 ? '-' : '+', a / HOUR_S,
		 a / 60 % 60);
	if (a % 60)
		buf_addf(out, "%02d", a % 60);
	buf_addlit(out, "\r\n");
}

static const char *weekday_code(int weekday)
{
	static const char *const codes[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

	return codes[((weekday % 7) + 7) % 7];
}

static void add_list(struct buf *out, const char *part, int first, int last)
{
	buf_addf(out, ";%s=%d", part, first);
	for (int i = first + 1; i <= last; i++)
		buf_addf(out, ",%d", i);
}

/* The yearly rule of a change that happens shift whole days after its date (tzdata knows
 * "the Saturday evening before the last Sunday" and "24:00 on the last Thursday"). */
static void add_yearly_rule(struct buf *out, const struct zone_date *date, int shift)
{
	int first;

	buf_addlit(out, "RRULE:FREQ=YEARLY");
	if (date->form != ZONE_DATE_MONTH) {
		int y, m, d;

		civil_day_split(zone_date_day(date, 1970) + shift, &y, &m, &d);
		buf_addf(out, ";BYMONTH=%d;BYMONTHDAY=%d\r\n", m, d);
		return;
	}
	if (shift == 0) {
		buf_addf(out, ";BYMONTH=%d;BYDAY=%d%s\r\n", date->month,
			 date->week == 5 ? -1 : date->week, weekday_code(date->weekday));
		return;
	}
	/* The seven days on which it can fall. */
	first = date->week == 5 ? civil_month_days(1970, date->month) - 6
				: 7 * date->week - 6;
	first += shift;
	if (first >= 1 && first + 6 <= civil_month_days(1970, date->month)) {
		buf_addf(out, ";BYMONTH=%d", date->month);
		add_list(out, "BYMONTHDAY", first, first + 6);
	} else {
		/* Across a month's end: days of the year, counted from its end after
		 * February. */
		int of_year = civil_day_from(1970, date->month, 1) + first;

		if (date->month > 2)
			of_year -= 366;
		add_list(out, "BYYEARDAY", of_year, of_year + 6);
	}
	buf_addf(out, ";BYDAY=%s\r\n", weekday_code(date->weekday + shift));
}

/* One STANDARD or DAYLIGHT: the change from one half to the other. */
static void add_observance(struct buf *out, const char *kind,
			   const struct zone_half *from, const struct zone_half *to,
			   const struct zone_date *date)
{
	civil_time t = 0;
	int shift, y, m, d, minute;

	if (date) {
		t = civil_time_from(zone_date_day(date, 1970), 0) + date->time_s;
		shift = civil_time_day(t) - zone_date_day(date, 1970);
	}
	civil_day_split(civil_time_day(t), &y, &m, &d);
	minute = civil_time_minute(t);
	buf_addf(out, "BEGIN:%s\r\nDTSTART:%04d%02d%02dT%02d%02d%02d\r\n", kind, y, m, d,
		 minute / 60, minute % 60, (int)(((t % 60) + 60) % 60));
	if (date)
		add_yearly_rule(out, date, shift);
	add_offset(out, "TZOFFSETFROM", from->offset_s);
	add_offset(out, "TZOFFSETTO", to->offset_s);
	buf_addf(out, "TZNAME:%s\r\nEND:%s\r\n", to->abbrev, kind);
}

void zone_vtimezone(const struct zone *z, struct buf *out)
{
	struct zone_half last = {0};
	const struct zone_rule *r = &z->rule;

	buf_addf(out, "BEGIN:VTIMEZONE\r\nTZID:%s\r\n", z->name);
	if (z->has_rule && r->changes) {
		/* Ireland's "standard" is its summer; a calendar calls the later clock
		 * daylight. */
		int later = r->daylight.offset_s > r->standard.offset_s;

		add_observance(out, later ? "STANDARD" : "DAYLIGHT", &r->daylight,
			       &r->standard, &r->end);
		add_observance(out, later ? "DAYLIGHT" : "STANDARD", &r->standard,
			       &r->daylight, &r->begin);
	} else {
		last.offset_s = z->steps[z->nsteps - 1].offset_s;
		memcpy(last.abbrev, z->abbrevs[z->steps[z->nsteps - 1].abbrev],
		       sizeof last.abbrev);
		add_observance(out, "STANDARD", &last, &last, NULL);
	}
	buf_addlit(out, "END:VTIMEZONE\r\n");
}
