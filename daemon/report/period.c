/* SPDX-License-Identifier: GPL-3.0-or-later */
/* period.c - see period.h. */
#include "report/period.h"

#include <stddef.h>

/* The first day of the month that is so many after the one of day. */
static civil_day month_start(civil_day day, int months)
{
	int y, m, all;

	civil_day_split(day, &y, &m, NULL);
	all = y * 12 + m - 1 + months;
	return civil_day_from(all / 12, all % 12 + 1, 1);
}

struct period period_of(enum period_kind kind, civil_day today)
{
	int y;

	civil_day_split(today, &y, NULL, NULL);
	switch (kind) {
	case PERIOD_THIS_MONTH: break;
	case PERIOD_LAST_MONTH:
		return (struct period){month_start(today, -1), month_start(today, 0)};
	case PERIOD_THIS_YEAR:
		return (struct period){civil_day_from(y, 1, 1),
				       civil_day_from(y + 1, 1, 1)};
	case PERIOD_LAST_YEAR:
		return (struct period){civil_day_from(y - 1, 1, 1),
				       civil_day_from(y, 1, 1)};
	}
	return (struct period){month_start(today, 0), month_start(today, 1)};
}

int period_is_months(struct period p)
{
	return p.from < p.to && p.from == month_start(p.from, 0) &&
	       p.to == month_start(p.to, 0);
}

static int months_in(struct period p)
{
	int y, m, z, n;

	civil_day_split(p.from, &y, &m, NULL);
	civil_day_split(p.to, &z, &n, NULL);
	return (z - y) * 12 + n - m;
}

struct period period_before(struct period p)
{
	if (period_is_months(p))
		return (struct period){month_start(p.from, -months_in(p)), p.from};
	return (struct period){p.from - (p.to - p.from), p.from};
}

static civil_day year_before(civil_day day)
{
	int y, m, d;

	civil_day_split(day, &y, &m, &d);
	if (d > civil_month_days(y - 1, m))
		d = civil_month_days(y - 1, m);
	return civil_day_from(y - 1, m, d);
}

struct period period_year_before(struct period p)
{
	/* the last day is moved, not the one after it: 28 February stays the last */
	if (period_is_months(p))
		return (struct period){month_start(p.from, -12), month_start(p.to, -12)};
	return (struct period){year_before(p.from), year_before(p.to - 1) + 1};
}

struct period period_year(struct period p)
{
	return period_of(PERIOD_THIS_YEAR, p.from);
}
