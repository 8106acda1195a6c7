/* SPDX-License-Identifier: GPL-3.0-or-later */
/* period.h - from when to when one counts. Pure. */
#ifndef RDVD_REPORT_PERIOD_H
#define RDVD_REPORT_PERIOD_H

#include "agenda/civil.h"

#define PERIOD_DAYS_MAX 3660 /* ten years and some */

/* Civil days, half-open. */
struct period {
	civil_day from, to;
};

enum period_kind {
	PERIOD_THIS_MONTH,
	PERIOD_LAST_MONTH,
	PERIOD_THIS_YEAR,
	PERIOD_LAST_YEAR,
};

struct period period_of(enum period_kind kind, civil_day today);
/* As long and just before; of whole months or years, as many of these. */
struct period period_before(struct period p);
/* The same days a year earlier: 29 February is the 28th then. */
struct period period_year_before(struct period p);
/* The calendar year in which it begins. Whoever is told no small count is told years and
 * nothing else: periods that overlap could be subtracted from each other, and years never
 * do. */
struct period period_year(struct period p);
/* 1 when it begins and ends with a month. */
int period_is_months(struct period p);

#endif
