/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_views.h - what these pages show (settings: the page of them, the organisation,
 * sites, closures, the first run). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_SETTING_VIEWS_H
#define RDVD_WEB_SETTING_VIEWS_H

#include "web/staff_views.h"

/* ---- forms (pages/_setting_fields.html) ---- */

struct setting_input {
	const char *name, *label, *hint, *value, *error, *type;
	const char *describedby; /* ids of hint and error */
	const char *max;	 /* letters */
	bool lines, check, checked, required, brief, communes;
	const struct option_view *options;
	size_t noptions;
};

struct setting_group {
	const char *legend;
	const struct setting_input *inputs;
	size_t ninputs;
};

struct setting_form_view {
	const struct problem_view *problems;
	size_t nproblems;
	const struct setting_group *groups;
	size_t ngroups;
};

/* ---- the page of settings ---- */

struct setting_tile {
	const char *url, *title, *text;
	const char *todo; /* what is missing */
};

struct setting_page_view {
	struct layout layout;
	struct staff_said said;
	const char *first, *first_url, *first_action; /* what to do first */
	const struct setting_tile *tiles;
	size_t ntiles;
};

/* ---- the organisation ---- */

struct setting_colour_view {
	const char *day, *night; /* "#0b5d4e" */
	const char *text;	 /* what becomes of the colour */
};

struct setting_row {
	const char *url, *name, *text, *note;
	const char *todo;
	const char *slug;
};

struct setting_organisation_view {
	struct layout layout;
	struct staff_said said;
	const char *heading, *csrf, *action, *slug;
	struct setting_form_view form;
	struct setting_colour_view colour;
	const struct setting_row *others; /* the network's organisations */
	size_t nothers;
	const char *new_url, *network_url, *close_action;
	bool read_only, fresh, network;
};

/* ---- sites ---- */

struct setting_sites_view {
	struct layout layout;
	struct staff_said said;
	const struct setting_row *rows;
	size_t nrows;
	const char *new_url;
	const char *after; /* what becomes of a new site: the next thing to do */
	const char *after_url;
	bool may_change;
};

struct setting_map_view {
	const char *small, *large; /* addresses of the picture in its two sizes */
	const char *centre;	   /* "50.4136,2.9649" */
	const char *zoom;
	const char *km;	  /* across */
	const char *text; /* where the pin is, in words */
	bool nearer, farther;
};

struct setting_site_view {
	struct layout layout;
	struct staff_said said;
	const char *heading, *csrf, *action;
	struct setting_form_view form, where, more;
	const struct problem_view *problems; /* of all three */
	size_t nproblems;
	const struct option_view *communes; /* several that were meant, perhaps */
	size_t ncommunes;
	const char *commune; /* by what is written */
	const struct option_view *organisations;
	size_t norganisations;
	struct setting_map_view map;
	bool has_map;
	const char *close_action;
	const char *insee;
};

/* ---- closures ---- */

struct setting_closure_row {
	const char *slug, *what, *when, *reason;
	bool mine; /* hers to take back */
};

struct setting_period_row {
	const char *value, *name, *when;
	bool done; /* closed already */
};

struct setting_closures_view {
	struct layout layout;
	struct staff_said said;
	const char *csrf, *action, *structure;
	struct setting_form_view form;
	const struct option_view *targets;
	size_t ntargets;
	const struct setting_closure_row *rows;
	size_t nrows;
	const struct setting_period_row *schools, *holidays;
	size_t nschools, nholidays;
	const struct option_view *zones;
	size_t nzones;
	bool zone;			  /* one is known */
	const char *zone_why;		  /* why that zone */
	const struct option_view *places; /* whose public holidays are shown */
	size_t nplaces;
	const char *target_name;
	const char *holiday_target; /* whose holidays: a slug of a site or "" */
	bool may_change;
};

/* ---- the first run ---- */

struct setting_step {
	const char *text, *url;
	bool done, current;
};

struct setting_first_view {
	struct layout layout;
	const char *progress; /* "Étape 2 sur 4" */
	const char *heading, *lead, *csrf, *action, *back_url, *button;
	const struct setting_step *steps;
	size_t nsteps;
	struct setting_form_view form;
	const struct option_view *communes;
	size_t ncommunes;
	const char *commune;
};

struct setting_online_view {
	struct layout layout;
	const char *address;
	const char *sentence; /* "Vous recevez le lundi de 9 h à 12 h, ..." */
	const struct link_view *dates;
	size_t ndates;
	const char *first; /* the first hour that can be booked, in words */
};

TEMPLATE_PAGE(setting_closures, struct setting_closures_view);
TEMPLATE_PAGE(setting_first, struct setting_first_view);
TEMPLATE_PAGE(setting_online, struct setting_online_view);
TEMPLATE_PAGE(setting_organisation, struct setting_organisation_view);
TEMPLATE_PAGE(setting_page, struct setting_page_view);
TEMPLATE_PAGE(setting_site, struct setting_site_view);
TEMPLATE_PAGE(setting_sites, struct setting_sites_view);

#endif
