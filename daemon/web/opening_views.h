/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_views.h - what these pages show (settings: permanences, their occurrences, and
 * changes that touch people). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_OPENING_VIEWS_H
#define RDVD_WEB_OPENING_VIEWS_H

#include "web/staff_views.h"

/* ---- a change that touches people ---- */

struct opening_choice {
	const char *id, *value, *text, *note;
	const char *message; /* what she will receive with it; NULL nothing */
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
	bool told;		   /* some choice has a message */
	const char *sms, *letters; /* how many of each a message makes: "1" or "0" */
	const struct opening_choice *choices;
	size_t nchoices;
};

struct opening_touched_view {
	struct layout layout;
	const char *heading, *lead;
	const char *alert; /* what has happened meanwhile */
	const char *action, *csrf, *change;
	const char *until;	   /* the proposed times are kept until */
	const char *count;	   /* how many messages leave, with what is chosen */
	const char *words, *calls; /* the same for a script: {sms}, {mail}, {n} */
	const char *foreign;	   /* people of another team */
	const char *button;
	bool kept; /* the change stands: only people are left */
	const struct opening_person *people;
	size_t npeople;
};

/* ---- permanences ---- */

struct opening_row {
	const char *url, *sentence, *hours, *who, *services, *next, *note;
	bool team_only;
};

struct opening_place {
	const char *name;
	const struct opening_row *rows;
	size_t nrows;
};

struct opening_list_view {
	struct layout layout;
	struct staff_said said;
	const char *left, *left_url; /* appointments that have no permanence any more */
	const struct opening_place *places;
	size_t nplaces;
	const char *new_url;		   /* NULL: only to be read */
	const char *missing, *missing_url; /* what is needed before: a place, a service */
};

/* A date to come; note: why it does not take place, or how it differs. */
struct opening_date {
	const char *when, *note, *url;
	bool off;
};

struct opening_tick {
	const char *id, *value, *text;
	bool ticked;
};

struct opening_form_view {
	struct layout layout;
	struct staff_said said;
	const char *heading, *action, *csrf, *back_url;
	const struct problem_view *problems;
	size_t nproblems;
	const char *const *warnings;
	size_t nwarnings;
	bool fresh, warned, read_only;
	const struct option_view *sites, *other_sites;
	size_t nsites, nother_sites;
	const struct opening_tick *people, *services, *weekdays, *months;
	size_t npeople, nservices, nweekdays, nmonths;
	const struct option_view *weeks, *nths, *days, *every_months, *rhythms, *ends,
		*reserve_days;
	size_t nweeks, nnths, ndays, nevery_months, nrhythms, nends, nreserve_days;
	const char *start, *from, *to, *text, *until, *count, *reserve, *reserve_hour,
		*version;
	bool team_only, has_months_off, by_text;
	/* said back */
	const char *sentence, *other_sentence;
	const struct opening_date *dates;
	size_t ndates;
	/* of one that stands */
	const char *close_action, *last_day;
};

struct opening_once_view {
	struct layout layout;
	struct staff_said said;
	const char *heading, *lead, *action, *csrf, *back_url, *back;
	const struct problem_view *problems;
	size_t nproblems;
	const char *day, *from, *to;
	const struct option_view *sites, *people;
	size_t nsites, npeople;
	bool cancelled, differs, read_only;
	const char *booked; /* "3 personnes ont rendez-vous." */
};

TEMPLATE_PAGE(opening_list, struct opening_list_view);
TEMPLATE_PAGE(opening_form, struct opening_form_view);
TEMPLATE_PAGE(opening_once, struct opening_once_view);
TEMPLATE_PAGE(opening_touched, struct opening_touched_view);

#endif
