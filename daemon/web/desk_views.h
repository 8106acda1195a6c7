/* SPDX-License-Identifier: GPL-3.0-or-later */
/* desk_views.h - what these pages show (the day at the desk: arrivals, walk-ins, home
 * visits). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_DESK_VIEWS_H
#define RDVD_WEB_DESK_VIEWS_H

#include "web/staff_views.h"

/* Somebody of the team, and when they can receive whoever is there. */
struct desk_who_view {
	const char *value, *id, *name, *when;
	bool chosen, free; /* now */
};

/* Somebody is there without an appointment. */
struct desk_walk_in_view {
	struct layout layout;
	const char *csrf, *back_url, *known_url, *heading, *key;
	struct staff_said said;
	const struct problem_view *problems;
	size_t nproblems;
	struct input_view first_name, last_name, phone, companion;
	bool tell;
	const struct option_view *services, *places;
	size_t nservices, nplaces;
	const struct desk_who_view *who;
	size_t nwho;
	const struct option_view *today, *later; /* free times, to come back */
	size_t ntoday, nlater;
};

TEMPLATE_PAGE(desk_walk_in, struct desk_walk_in_view);

#endif
