/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_change.h - what the files of a change that touches people share (staff_change.h
 * is its face): the change on its way, the people it touches with the times proposed to
 * each, what was chosen for each, and what was done. A change lives on the heap: it goes
 * on when whoever asked for it has left the page. */
#ifndef RDVD_WEB_OPENING_CHANGE_H
#define RDVD_WEB_OPENING_CHANGE_H

#include "web/opening_views.h"
#include "web/staff_change.h"

#define CHANGE_EDITS_MAX 32
#define CHANGE_OFFERS 3
#define CHANGE_PATH "/equipe/reglages/changement"

enum change_choice {
	CHOICE_NONE, /* not asked yet */
	CHOICE_MOVE,
	CHOICE_CANCEL,
	CHOICE_LEAVE, /* booked as it is: somebody calls */
};

/* A time as a form names it: the site by its slug, which outlives the territory. */
struct change_time {
	char site[64]; /* "" none */
	rdvd_time start, end;
};

struct change_person {
	struct rdvd_appointment *a; /* owned */
	bool stopped;		    /* wants no SMS, or nothing arrives there */
	struct change_time offers[CHANGE_OFFERS]; /* the nearest first */
	size_t noffers;
	uint64_t hold; /* keeps the first; 0 none */
	rdvd_time hold_until;
	enum change_choice choice;
	struct change_time to; /* with CHOICE_MOVE */
	uint64_t chosen_hold;  /* as the form brought it */
	bool done;
	enum booking_verdict verdict; /* why it was not */
	bool fresh;		      /* was not on the page that was sent */
	bool known;		      /* was found in the store */
	bool foreign; /* another organisation's: stays as it is, its team is told */
};

struct change {
	struct staff *st;
	struct http_ticket *ticket;
	struct booking_edit edits[CHANGE_EDITS_MAX]; /* slugs and bodies owned */
	char *was[CHANGE_EDITS_MAX]; /* fingerprint of what each replaces; "" nothing */
	size_t nedits;
	struct staff_away away;		   /* strings owned; counsellor NULL: none */
	char *title, *done, *said, *login; /* owned */
	const struct access_user *user;	   /* lent for ever */
	unsigned right;			   /* 0: only what each object asks for */
	struct change_person *people;	   /* owned */
	size_t npeople, people_cap;
	struct edit_touched *touched; /* owned: as the dry run said */
	size_t ntouched;
	size_t at;	/* whose hold or choice is under way */
	size_t settled; /* how many were done in this round */
	bool decided;	/* the form with the choices was sent */
	bool applied;	/* the edits stand: only people are left */
	bool again;	/* the page is only drawn again: keep the holds */
	bool resumed;	/* no change: those whom earlier ones left behind */
	bool overtaken; /* somebody else has changed the same meanwhile */
	rdvd_id edit;	/* what it became, or 0 */
	rdvd_id absence;
	size_t moved, cancelled, left;
	void (*refused)(struct http_request *rq, struct staff *st,
			const struct booking_edited *r, void *data);
	void *data;
};

/* ---- staff_change.c ---- */

struct change *change_new(struct http_request *rq);
void change_free(struct change *c);
/* May the viewer make each edit (and the absence), by the objects' own rights and
 * organisations, as they are and as they will be? */
bool change_may(struct http_request *rq, const struct change *c);
/* May she move and cancel this one; book at this site (a slug)? */
bool change_may_treat(const struct change *c, const struct rdvd_appointment *a);
bool change_may_use(const struct change *c, const char *site);
/* Note whom it touches, keep the edits and the absence, then settle what was chosen for
 * each of the people. */
void change_apply(struct change *c);
/* Try it, read whom it touches, then ask, or keep it: answers rq later. */
void change_start(struct change *c, struct http_request *rq);
/* Give the ticket back; NULL (and c is freed) when nobody is there. */
struct http_request *change_over(struct change *c);
/* Answer 404, 503 ... and free c. */
void change_fail(struct change *c, int status);
/* The address of the page after, with what was done. Remembers it for its notice. */
const char *change_done_url(struct http_request *rq, const struct change *c);
/* Add an edit: slug and body are copied (body may be NULL). -1: too many. */
int change_treat(struct change *c, const struct booking_edit *e);

/* ---- opening_form.c: a change in a form's hidden fields ---- */

/* Fingerprints of what the edits replace, as it now stands. */
void change_stamp(struct change *c);
/* 1 when each edit replaces what it did when it was stamped; edits that stand already
 * are dropped. */
bool change_is_current(struct change *c);
/* The change as JSON text, of the request's memory. */
const char *change_text(struct http_request *rq, const struct change *c);
/* The change and the choices of a form; NULL: 400 was answered. */
struct change *change_of_form(struct http_request *rq);

/* ---- opening_settle.c ---- */

/* Move, cancel or leave each as was chosen, as far as it can be, then answer. */
void change_settle(struct change *c);

/* ---- opening_people.c ---- */

/* Read who is touched into c->people, then next(c). */
void change_read_people(struct change *c, void (*next)(struct change *c));
/* Propose times to those who need one, each its own. */
void change_propose(struct change *c);

/* ---- opening_future.c ---- */

struct future;
/* The agenda as it will be: the organisations of c's people with the edits and the
 * absence made, and without the appointments that are touched. NULL: it cannot be told
 * (the edits are wrong). */
struct future *future_new(const struct change *c);
void future_free(struct future *f);
/* The nearest free times for somebody, in time and on the map, at most CHANGE_OFFERS, on
 * different days or places; the first is taken from the others. */
void future_offer(struct future *f, struct change_person *p, const struct change *c);

/* ---- opening_touched.c ---- */

/* Propose times, keep each first one for ten minutes, then show the page. */
void change_ask(struct change *c);
void opening_touched_routes(struct staff *st);

#endif
