/* SPDX-License-Identifier: GPL-3.0-or-later */
/* todo.h - what needs a hand today, of one organisation or of all: home visits that are
 * late, notices, messages that did not arrive, texts without an answer, appointments that
 * a change left outside an opening or that an absence crosses, appointments to mark,
 * offers that wait, places that run dry, openings that end, services that nobody offers.
 * Texts that the linter refuses are among the notices (message/text_keep.h). The one
 * gatherer for the pages and the API. Loop thread; what the store knows is read by its
 * readers. */
#ifndef RDVD_TALK_TODO_H
#define RDVD_TALK_TODO_H

#include "agenda/territory.h"
#include "rdvd/store.h"

struct booking;
struct inbox;
struct visits;
struct waiting;

/* In the order of urgency. */
enum todo_kind {
	TODO_VISIT = 1, /* id: its appointment; at: when they should have been back */
	TODO_NOTICE,	/* id, at, text */
	TODO_MESSAGE,	/* did not arrive, and the appointment is to come: id, its; at:
			   its start; text: who; site */
	TODO_TEXT,	/* count texts wait for an answer */
	TODO_OUTSIDE, /* a change of openings left it: id, at, text: who; site, service */
	TODO_ABSENCE, /* of the counsellor, from at to until, with count appointments */
	TODO_MARK,    /* count appointments are to be marked, the first at at */
	TODO_OFFER,   /* count offers wait for an answer, the first until at */
	TODO_DRY,     /* site, service, free_near, wait_days */
	TODO_END,     /* the openings of site: the last time is on day; text: its slug */
	TODO_UNOFFERED, /* service */
	TODO_KINDS
};

struct todo_item {
	enum todo_kind kind;
	int organisation; /* index; TERRITORY_NONE: the network's */
	rdvd_id id;
	int site, service, counsellor; /* indexes; TERRITORY_NONE */
	rdvd_time at, until;
	civil_day day;
	size_t count;
	int free_near, wait_days; /* as in report/forecast.h */
	int to_call;		  /* of OUTSIDE: left as it is on purpose */
	char *text;		  /* "" none */
};

/* All lent. visits may be NULL. */
struct todo_rooms {
	struct booking *booking;
	struct inbox *inbox;
	struct waiting *waiting;
	struct visits *visits;
	rdvd_id marker; /* whose appointments TODO_MARK counts; 0: everybody's */
};

#define TODO_MARK_DAYS 30   /* back */
#define TODO_MESSAGE_DAYS 7 /* back */
#define TODO_END_DAYS 28    /* ahead */
#define TODO_EACH_MAX 200   /* rows of one kind that are looked at */

/* By organisation's urgency: kind, then at. Items are lent for the callback. rc: OK, BUSY
 * or FAILED (then there are none). */
typedef void todo_cb(void *arg, enum rdvd_rc rc, const struct todo_item *items, size_t n);
/* organisation: an index (with what is the network's), or TERRITORY_NONE: all. */
void todo_find(const struct todo_rooms *rooms, int organisation, rdvd_time now,
	       todo_cb *cb, void *arg);

/* "home_visit_late", "notice", ... */
const char *todo_kind_name(enum todo_kind kind);

#endif
