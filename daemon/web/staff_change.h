/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_change.h - a change of settings on its way from a form to the store, the same for
 * every settings page. Nobody booked is touched: it is kept at once, and the next page
 * says so with a button that takes it back. Somebody is: a page shows who, proposes the
 * nearest other time for each (kept while one decides), and keeps the change together
 * with what was chosen for each; nobody is ever cancelled in silence. Wrong: the form
 * comes back with the mistakes beside their fields. */
#ifndef RDVD_WEB_STAFF_CHANGE_H
#define RDVD_WEB_STAFF_CHANGE_H

#include "booking/edit.h"
#include "web/staff_room.h"

/* A counsellor's absence, which touches people as a closure does. */
struct staff_away {
	const char *counsellor; /* slug */
	rdvd_time start, end;
	const char *label;
};

struct staff_change {
	unsigned right; /* RIGHT(OPENING, CHANGE): asked again, for each object's
			   organisation, before and after the change */
	const struct booking_edit *edits; /* in the request's memory, or lent for the
					     call: copied */
	size_t nedits;
	const struct staff_away *away; /* or NULL */
	const char *title; /* what is being done, for the page of who is touched: "Fermer
			      Rouvroy" */
	const char *done;  /* where to go then; the notice and its undo are shown there */
	const char *said;  /* what that page says: "C'est enregistré." */
	/* The form again: errors as edit.h tells them (message in the viewer's language
	 * where we have one). rq is resumed; data as given. */
	void (*refused)(struct http_request *rq, struct staff *st,
			const struct booking_edited *r, void *data);
	void *data; /* of the request's memory */
};

/* Answers rq, now or later. */
void staff_change(struct http_request *rq, const struct staff_change *c);
/* For the page at done: the notice with its undo (from ?fait=), or an empty one. The page
 * prints it by {{>staff_said said}}. */
void staff_change_said(struct http_request *rq, const struct staff *st,
		       struct staff_said *out);

#endif
