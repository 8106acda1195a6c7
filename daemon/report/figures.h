/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures.h - counting appointments: how many, what became of them, how much of the open
 * time they took, by place, service, day of the week and so on. Rows of the store go in
 * one by one, counts come out. Pure; any thread, one at a time. */
#ifndef RDVD_REPORT_FIGURES_H
#define RDVD_REPORT_FIGURES_H

#include <stddef.h>

#include "agenda/civil.h"
#include "rdvd/store.h"

/* What is counted. The first is the sum of the next seven. */
enum figure_count {
	COUNT_APPOINTMENTS,
	COUNT_SEEN,
	COUNT_NO_SHOW,
	COUNT_DOOR_CLOSED,
	COUNT_EXCUSED,	/* cancelled by the person */
	COUNT_REVOKED,	/* by the team */
	COUNT_UNMARKED, /* past, and nobody has said how it ended */
	COUNT_TO_COME,
	COUNT_PERSONS, /* present, of those seen */
	COUNT_FIRST,   /* seen for the first time */
	COUNT_OPEN,    /* minutes that counsellors were to be had on the days before
			  today, one counsellor's each */
	COUNT_TAKEN,   /* of these, minutes of appointments that were not cancelled */
	FIGURE_COUNTS
};

/* By what. The key of a row: */
enum figure_by {
	BY_ALL,		 /* 0 */
	BY_ORGANISATION, /* its id */
	BY_SITE,	 /* its id; 0 an ad-hoc place */
	BY_SERVICE,	 /* its id. Open: minutes in which it could be had; taken: by
			    whatever appointment */
	BY_WEEKDAY,	 /* enum civil_weekday */
	BY_HALF_DAY,	 /* 0 morning, 1 afternoon */
	BY_LEAD,	 /* see figures_lead_days */
	BY_CHANNEL,	 /* enum rdvd_booked_by */
	BY_REMINDER,	 /* enum figure_reminder */
	BY_MONTH,	 /* year * 12 + month - 1 */
	FIGURE_BYS
};

enum figure_reminder {
	REMINDER_NONE,
	REMINDER_SENT, /* no word of its arrival */
	REMINDER_DELIVERED,
	REMINDER_CONFIRMED, /* the person said that she is coming */
};

#define LEAD_CLASSES 6

struct figure_row {
	int64_t key;
	int64_t n[FIGURE_COUNTS];
};

struct figures;

/* today: civil; appointments of that day and later are still to come. */
struct figures *figures_new(civil_day today);
void figures_free(struct figures *f);

/* What was open. All of it before the first appointment. */
void figures_supply(struct figures *f, const struct rdvd_supply *s);
/* An appointment. Those of one workshop take its time once. */
void figures_add(struct figures *f, const struct rdvd_figure *a);

/* The rows by key, lent until the next call on f; BY_ALL has always one, days of the
 * week, half-days and classes of lead time have all of theirs. Returns how many. */
size_t figures_rows(struct figures *f, enum figure_by by, const struct figure_row **rows);
const struct figure_row *figures_all(struct figures *f);

/* "site", "service", "weekday", "half_day", "lead", "channel", "reminder", "month",
 * "organisation", "all": 0, or -1. */
int figures_by_parse(const char *word, enum figure_by *by);
const char *figures_by_name(enum figure_by by);
const char *figures_count_name(enum figure_count c);
const char *figures_reminder_name(enum figure_reminder r);
/* The days before the appointment that class i of lead time spans: first to last, last -1
 * no end. */
void figures_lead_days(int64_t i, int *first, int *last);

/* Whole percent, rounded half up; -1 when of is 0. */
int figures_percent(int64_t n, int64_t of);

#endif
