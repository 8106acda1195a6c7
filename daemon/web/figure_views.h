/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_views.h - what these pages show (what needs a hand today, rates, counts, charts
 * and tables). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_FIGURE_VIEWS_H
#define RDVD_WEB_FIGURE_VIEWS_H

#include "web/staff_views.h"

/* A large figure, and what it was before. */
struct figure_total_view {
	const char *name, *value, *words, *before;
};

struct figure_cell_view {
	const char *is; /* the column's name */
	const char *text;
};

struct figure_line_view {
	const char *name;
	const struct figure_cell_view *cells;
	size_t ncells;
	bool total;
};

/* A table with its chart. */
struct figure_section_view {
	const char *id, *title, *note;
	const char *chart_html; /* NULL: the table says it all */
	const char *caption;	/* of the chart: what its bars are */
	const char *const *columns;
	size_t ncolumns;
	const struct figure_line_view *lines;
	size_t nlines;
};

struct figure_page_view {
	struct layout layout;
	const char *about; /* "CLLAJ, du 1er au 31 mars 2026" */
	const struct option_view *periods, *comparisons, *organisations;
	size_t nperiods, ncomparisons, norganisations;
	const char *from, *to, *error;
	bool observer;
	const struct figure_total_view *totals;
	size_t ntotals;
	const char *compared; /* "Comparé à : février 2026" */
	const struct figure_section_view *sections;
	size_t nsections;
	const char *open_note; /* since when open time is known */
	const char *csv_url, *xlsx_url;
	bool none; /* no appointment at all */
};

/* ---- what needs a hand ---- */

struct figure_todo_line {
	const char *text, *soft;
	const char *url, *button, *hidden; /* hidden: the rest of the button's name */
	const char *notice;		   /* its id: "seen" is a form's button */
};

struct figure_todo_group {
	const char *title;
	bool urgent;
	const struct figure_todo_line *lines;
	size_t nlines;
	const char *more;
};

struct figure_outlook_view {
	const char *site, *service, *near, *far, *wait;
	bool dry;
};

struct figure_todo_view {
	struct layout layout;
	struct staff_said said;
	const char *about, *csrf, *back, *back_url;
	const char *lead; /* "5 choses attendent une main." */
	const struct figure_todo_group *groups;
	size_t ngroups;
	const struct figure_outlook_view *outlook;
	size_t noutlook;
	const char *threshold; /* when a place is said to run dry */
	const char *chart_html;
};

struct figure_network_line {
	const char *name, *url, *button;
	const char *all, *people, *messages, *places; /* counts in words */
	bool calm;
};

struct figure_network_view {
	struct layout layout;
	struct staff_said said;
	const char *csrf;
	const struct figure_network_line *lines;
	size_t nlines;
	const struct figure_todo_group *groups; /* what is the network's own */
	size_t ngroups;
	const char *back;
};

TEMPLATE_PAGE(figure_page, struct figure_page_view);
TEMPLATE_PAGE(figure_todo, struct figure_todo_view);
TEMPLATE_PAGE(figure_network, struct figure_network_view);

#endif
