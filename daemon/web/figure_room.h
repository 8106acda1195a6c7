/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_room.h - what the pages of figures share: what is asked for, tables with their
 * words, what needs a hand. */
#ifndef RDVD_WEB_FIGURE_ROOM_H
#define RDVD_WEB_FIGURE_ROOM_H

#include "report/period.h"
#include "report/reckon.h"
#include "report/sheet.h"
#include "report/table.h"
#include "talk/todo.h"
#include "web/figure_views.h"
#include "web/staff_room.h"

/* ---- what is asked for (figure_ask.c) ---- */

enum figure_compare { COMPARE_BEFORE, COMPARE_YEAR, COMPARE_NOTHING };

struct figure_ask {
	struct period period, than; /* than: empty when nothing is compared */
	const char *word;	    /* of the query: "mois", "dates" ... */
	enum figure_compare compare;
	int organisation; /* index; TERRITORY_NONE: all that she sees */
	bool observer;	  /* figures only: what is small is hidden, months are whole */
	const char *error;
};

/* Read the query; a period that cannot be read becomes this month's, with an error. 0, or
 * -1: 404 was answered. */
int figure_ask_read(struct http_request *rq, const struct staff *st,
		    struct figure_ask *ask);
/* The parts of the form. */
void figure_ask_form(struct http_request *rq, const struct staff *st,
		     const struct figure_ask *ask, struct figure_page_view *v);
/* The address of another form of the same: "/equipe/chiffres.csv?...". */
const char *figure_ask_url(struct http_request *rq, const struct staff *st,
			   const struct figure_ask *ask, const char *path);
void figure_reckon(const struct staff *st, const struct figure_ask *ask, reckon_cb *cb,
		   void *arg);
/* "mars 2026", "2026", "du 3 mars au 12 avril 2026" */
const char *figure_period_words(struct http_request *rq, struct period p);
/* "1er mars 2026"; without the year "1er mars" */
const char *figure_date_words(struct http_request *rq, civil_day day, bool year);
/* "mars 2026", "mars" */
const char *figure_month_words(struct http_request *rq, int64_t month, bool with_year);
/* Whose figures these are. */
const char *figure_whose(const struct staff *st, const struct figure_ask *ask);

/* ---- tables (figure_table.c) ---- */

struct figure_line {
	const char *name;
	const struct table_row *row;
};

struct figure_table {
	enum figure_by by;
	const char *id, *title;
	bool timed;			 /* open time says something of it */
	bool merged;			 /* as struct table's */
	const struct figure_line *lines; /* the total is the last */
	size_t nlines;
};

/* All tables, in the order of the page; in the request's memory. Returns how many. */
size_t figure_tables(struct http_request *rq, const struct staff *st,
		     const struct figure_ask *ask, struct figures *f,
		     const struct figure_table **out);
/* The same as tables that leave. */
void figure_sheet(struct http_request *rq, const struct figure_ask *ask,
		  const struct figure_table *tables, size_t n, const char *about,
		  struct sheet *out);
/* "12 sur 48, 25 %", with a star under 20; NULL when there is nothing to tell. */
const char *figure_missed_words(struct http_request *rq, const struct table_row *r);
/* "25 h sur 40 h, 62 %"; an observer gets the percents only. */
const char *figure_taken_words(struct http_request *rq, const struct table_row *r,
			       bool merged);
/* A count; "·" when it is hidden. */
const char *figure_count_words(struct http_request *rq, const struct table_row *r,
			       enum figure_count c);
#define FIGURE_FEW 20
#define FIGURE_HIDDEN "\u00b7"

/* ---- what needs a hand (figure_todo.c) ---- */

/* The groups of what was found, of one organisation or of the network; at most each lines
 * a group. Returns how many groups. */
size_t figure_todo_groups(struct http_request *rq, const struct staff *st,
			  const struct todo_item *items, size_t n, size_t each,
			  const struct figure_todo_group **out);
void figure_rooms(const struct staff *st, struct todo_rooms *rooms);

/* The network's screen (figure_network.c). Answers rq later. */
void figure_network(struct http_request *rq, struct staff *st);

#endif
