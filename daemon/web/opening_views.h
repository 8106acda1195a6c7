/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_views.h - what these pages show (settings: permanences, their occurrences, and
 * changes that touch people). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_OPENING_VIEWS_H
#define RDVD_WEB_OPENING_VIEWS_H

#include "web/staff_views.h"

/* ---- a change that touches people ---- */

struct opening_choice {
	const char *id, *value, *text, *note;
	bool chosen;
	bool first; /* the time that is kept meanwhile */
};

struct opening_person {
	const char *id, *name, *url, *when, *place, *service;
	const char *reach; /* "par SMS", "par téléphone seulement" */
	const char *phone, *tel;
	bool call;	 /* nothing that is written reaches this person */
	bool fresh;	 /* has booked since the page was first shown */
	const char *why; /* what could not be done */
	const char *hold;
	const char *text;	   /* what she will receive, of the first choice */
	const char *sms, *letters; /* how many of each a message makes: "1" or "0" */
	const struct opening_choice *choices;
	size_t nchoices;
};

struct opening_touched_view {
	struct layout layout;
	const char *heading, *lead;
	const char *alert; /* what has happened meanwhile */
	const char *action, *csrf, *change;
	const char *until;   /* the proposed times are kept until */
	const char *count;   /* how many messages leave, with what is chosen */
	const char *foreign; /* people of another team */
	const char *button;
	bool kept; /* the change stands: only people are left */
	const struct opening_person *people;
	size_t npeople;
};

TEMPLATE_PAGE(opening_touched, struct opening_touched_view);

#endif
