/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workshop_views.h - what these pages show (workshops and who takes part). Strings are
 * lent for the call and may be NULL. */
#ifndef RDVD_WEB_WORKSHOP_VIEWS_H
#define RDVD_WEB_WORKSHOP_VIEWS_H

#include "web/staff_views.h"

/* One workshop of the list. */
struct workshop_item {
	const char *url, *name, *when, *place, *with;
	const char *taken;	/* "8 sur 12" */
	const char *waiting;	/* "3 en attente"; NULL nobody */
	const char *closed;	/* why it does not take place */
	struct staff_tag state; /* "complet", "2 places" */
};

struct workshop_list_view {
	struct layout layout;
	const struct workshop_item *items;
	size_t nitems;
	const char *before_url;	  /* those of the past weeks; NULL: they are shown */
	const char *settings_url; /* who may make a kind of workshop */
	const char *new_url;	  /* who may give one a date */
	struct staff_said said;
	const char *heading;
};

/* One who takes part. */
struct workshop_person {
	const char *id, *name, *url, *party, *channel;
	const char *employer; /* of a colleague: "Mission locale"; "" known as one */
	bool professional, cancelled;
	const char *phone, *tel;
	struct staff_outcome_view outcome;
};

/* One who waits for a place. */
struct workshop_waiting {
	const char *name, *since, *state;
	const char *phone, *tel; /* NULL none, or not hers to see */
	const char *remove;	 /* where to take them off; NULL: not hers to do */
	const char *back, *csrf;
};

struct workshop_page_view {
	struct layout layout;
	struct staff_said said;
	const char *heading, *when, *place, *with, *back_url;
	const char *taken, *capacity_words;
	struct staff_tag state;
	const char *sheet_url, *change_url;
	const char *closed;
	const struct workshop_person *people;
	size_t npeople;
	const char *all_action; /* everybody came; NULL: nothing is left to say */
	const struct workshop_waiting *waits;
	size_t nwaits;
	/* taking part */
	bool may_add;	    /* it has not begun, and takes place */
	bool professionals; /* colleagues: employer, no year of birth */
	bool full;	    /* no place is left */
	bool soft;	    /* but the team may go over */
	const char *action, *csrf, *key, *why;
	const struct problem_view *problems;
	size_t nproblems;
	struct input_view first_name, last_name, phone, email, employer, year;
	const struct option_view *parties;
	size_t nparties;
};

/* A workshop that takes place once. */
struct workshop_new_view {
	struct layout layout;
	const char *heading, *back_url, *action, *csrf;
	const char *kind_url;	/* to make another kind; NULL: not hers to make */
	const char *repeat_url; /* one that comes back */
	const struct problem_view *problems;
	size_t nproblems;
	const struct option_view *services, *sites, *people;
	size_t nservices, nsites, npeople;
	struct input_view kind, site, day, person, from,
		to; /* value of typed ones only */
};

struct workshop_line {
	const char *number, *name, *from;
};

struct workshop_sheet_view {
	struct layout layout;
	const char *heading, *when, *place, *with, *back_url;
	const struct workshop_line *lines;
	size_t nlines;
	bool professionals;
};

TEMPLATE_PAGE(workshop_list, struct workshop_list_view);
TEMPLATE_PAGE(workshop_new, struct workshop_new_view);
TEMPLATE_PAGE(workshop_page, struct workshop_page_view);
TEMPLATE_PAGE(workshop_sheet, struct workshop_sheet_view);

#endif
