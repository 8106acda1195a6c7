/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forecast.h - what the agenda says about the days to come and those just gone: where the
 * public will soon find no time, which openings end, what nobody offers, who was to be
 * had when. Pure, one pass each; the loop's, as the agenda. */
#ifndef RDVD_REPORT_FORECAST_H
#define RDVD_REPORT_FORECAST_H

#include "agenda/agenda.h"

#define FORECAST_NEAR_DAYS 14
#define FORECAST_FAR_DAYS 28
#define FORECAST_FREE_MAX 60 /* times are not counted beyond */
/* Days back of which the agenda still knows the openings. */
#define FORECAST_DAYS_BACK 34

/* A service that the public may have at a site. Indexes of the agenda's territory. */
struct forecast_row {
	int site, service;
	int free_near, free_far; /* times in 14 and 28 days from now */
	int wait_days;		 /* civil days to the first; -1 none in sight */
	rdvd_time first;	 /* 0 none */
	int dry;		 /* by its organisation's dry_slots and dry_wait_days */
};

/* Every living service at every living site of the organisation (TERRITORY_NONE: all)
 * that a public opening still offers, by site, then service. *rows is the caller's to
 * free. Returns how many. */
size_t forecast_sites(const struct agenda *a, int organisation, rdvd_time now,
		      struct forecast_row **rows);

/* An opening whose last time is soon, and that no other one carries on. */
struct forecast_end {
	int opening;
	civil_day last;
};
/* Those that come back (no single ones) and end within days from today, by date. *rows is
 * the caller's to free. */
size_t forecast_ends(const struct agenda *a, int organisation, civil_day today, int days,
		     struct forecast_end **rows);

/* Living services that no opening offers any more: the organisation's own and, of those
 * that are the network's, what nobody there offers. *services is the caller's to free. */
size_t forecast_unoffered(const struct agenda *a, int organisation, civil_day today,
			  int **services);

/* Who was to be had on the days [from, to): rows as store.h wants them; at most
 * FORECAST_DAYS_BACK days back. services of all rows stands in *words. Both are the
 * caller's to free. */
size_t forecast_supply(const struct agenda *a, int organisation, civil_day from,
		       civil_day to, struct rdvd_supply **rows, char **words);

#endif
