/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reckon.h - figures of a period, read from the store without holding anybody up: a month
 * of appointments at a time in a reader's thread, others' questions in between. Once a
 * night it writes down what yesterday offered, and what is left to offer, so that these
 * can be counted later whatever becomes of the openings; and tells the team which places
 * are about to run dry, once for each time that they do. Loop thread. */
#ifndef RDVD_REPORT_RECKON_H
#define RDVD_REPORT_RECKON_H

#include "agenda/agenda.h"
#include "report/figures.h"

struct outbox;
struct sheet;
struct buf;
struct reckon;
struct store;

/* Both lent; o may be NULL: nobody is told. */
struct reckon *reckon_new(struct store *s, struct outbox *o);
/* Once every job of the store is done. NULL is fine. */
void reckon_free(struct reckon *r);

struct reckon_ask {
	civil_day from, to;	 /* half-open */
	civil_day than, than_to; /* to compare with; than == than_to: nothing */
	rdvd_id organisation;	 /* 0 any */
	const struct agenda *agenda;
	int organisation_index; /* of the agenda's territory; TERRITORY_NONE any */
	civil_day today;
};

/* Both are lent for the callback; before is empty without a comparison. rc: OK, BUSY or
 * FAILED (then both are NULL). supplied: the first day since which open time is known,
 * CIVIL_DAY_NONE none. */
typedef void reckon_cb(void *arg, enum rdvd_rc rc, struct figures *now,
		       struct figures *before, civil_day supplied);
void reckon_figures(struct reckon *r, const struct reckon_ask *ask, reckon_cb *cb,
		    void *arg);

/* What was left to offer on each of the days [from, to), as it was written down. Rows
 * are lent for the callback. */
typedef void reckon_outlook_cb(void *arg, enum rdvd_rc rc,
			       const struct rdvd_outlook *rows, size_t n);
void reckon_outlook(struct reckon *r, rdvd_id organisation, civil_day from, civil_day to,
		    reckon_outlook_cb *cb, void *arg);

/* Write tables (copied) as a workbook, in a reader's thread. book is lent for the
 * callback, its bytes may be taken; NULL unless rc is OK. */
typedef void reckon_book_cb(void *arg, enum rdvd_rc rc, struct buf *book);
void reckon_book(struct reckon *r, const struct sheet *s, reckon_book_cb *cb, void *arg);

/* The night's work, as of now: see above. done (may be NULL) is called once it is kept,
 * or could not be (logged). */
void reckon_night(struct reckon *r, const struct agenda *a, rdvd_time now,
		  void (*done)(void *arg), void *arg);

#endif
