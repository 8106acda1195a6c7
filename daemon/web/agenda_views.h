/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_views.h - what these pages show (the agenda: day, week and month, live). Strings
 * are lent for the call and may be NULL. */
#ifndef RDVD_WEB_AGENDA_VIEWS_H
#define RDVD_WEB_AGENDA_VIEWS_H

#include "web/staff_views.h"

/* What fills a stretch: an appointment, a gap, an absence. */
struct agenda_item {
	bool rdv, gap, away, held; /* one of them */
	bool spare;		   /* of the urgent reserve */
	bool done, past;
	int hours, steps;   /* how high it stands: hours, and five minutes */
	const char *url;    /* where it leads; NULL nowhere */
	const char *id;	    /* of an appointment that can be moved */
	const char *time;   /* "9 h" */
	const char *name;   /* "Léa D.", "libre jusqu’à 11 h", "Absence" */
	const char *detail; /* "Premier rendez-vous, avec Paul" */
	const char *state;  /* "honoré" */
	const char *colour; /* of the service; NULL none */
};

/* Somebody's presence somewhere, from one hour to another: a permanence, or what lies
 * outside of all. */
struct agenda_stretch {
	const char *title;	/* "Carvin, 9 h - 12 h" */
	const char *url;	/* where this one is changed, for who may; NULL */
	const char *with;	/* who receives; NULL: the column says it */
	const char *closed;	/* that it does not take place, and why */
	const char *note;	/* "2 horaires gardés pour les urgences" */
	const char *who, *site; /* slugs, for what is dropped there; NULL */
	const struct agenda_item *items;
	size_t nitems;
};

struct agenda_cell {
	int rows;	  /* that it spans */
	bool shown, wide; /* of the day that a telephone shows; spans several lanes */
	bool full;	  /* there is something */
	const struct agenda_stretch *stretches;
	size_t nstretches;
};

struct agenda_column {
	const char *title, *url, *note;
	const char *absence_url, *add_url;
	const char *day, *who, *site; /* "2026-11-30", slugs; for what is dropped there */
	int lanes;
	bool shown, today;
};

struct agenda_row {
	const char *title, *url; /* NULL: the second half of an hour */
	int title_rows;
	bool now;
	const struct agenda_cell *cells;
	size_t ncells;
};

/* The part that is kept and sent again when it changes. */
struct agenda_grid_view {
	const char *caption;
	int from;   /* minute of the day of the first row */
	bool hours; /* rows are half hours; else people or places */
	const struct agenda_column *columns;
	size_t ncolumns;
	const struct agenda_row *rows;
	size_t nrows;
	bool none;	    /* no permanence, no appointment */
	const char *corner; /* of the rows' titles */
};

struct agenda_page_view {
	struct layout layout;
	struct staff_said said;
	const char *undo; /* an appointment that can be taken back; NULL */
	const char *heading, *sub;
	const char *before_url, *after_url, *now_url;
	const char *before, *now, *after; /* their words */
	const char *absence_url, *add_url, *sheet_url;
	const char *feed_url; /* her own calendar's address; NULL: she has none */
	const struct link_view *spans; /* day, week, month */
	size_t nspans;
	const struct link_view *ways; /* by hour, by person, by place */
	size_t nways;
	const struct link_view *days; /* the week's, on a telephone */
	size_t ndays;
	const char *shown; /* whose, where: "Conseiller 1, tous les lieux" */
	const char *action, *date, *way;
	const struct option_view *places, *persons;
	size_t nplaces, npersons;
	const char *grid_html, *etag, *part_url;
	bool may_change;
	/* the small dialog */
	const struct option_view *services;
	size_t nservices;
	const char *csrf, *key;
	bool knows_people;
};

struct agenda_month_band {
	const char *text; /* "Carvin, 9 h - 12 h" */
	const char *url;  /* as a stretch's */
};

struct agenda_month_day {
	const char *number, *url, *title; /* title: "lundi 30 novembre" */
	const char *counts;		  /* "5 rendez-vous" */
	const char *free_text;		  /* "3 h libres" */
	const struct agenda_month_band *bands;
	size_t nbands;
	const char *closed;
	bool outside, today, past;
};

struct agenda_month_week {
	const char *title, *url;
	const struct agenda_month_day *days;
	size_t ndays;
};

struct agenda_month_view {
	const char *caption;
	const struct agenda_month_week *weeks;
	size_t nweeks;
};

TEMPLATE_PAGE(agenda_grid, struct agenda_grid_view);
TEMPLATE_PAGE(agenda_week, struct agenda_page_view);
TEMPLATE_PAGE(agenda_month, struct agenda_month_view);

#endif
