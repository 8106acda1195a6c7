/* SPDX-License-Identifier: GPL-3.0-or-later */
/* impl.h - what the files of this room share: the room itself, and a text on its way
 * through it. */
#ifndef RDVD_TALK_IMPL_H
#define RDVD_TALK_IMPL_H

#include "store/store.h"
#include "talk/decide.h"
#include "talk/reply.h"
#include "talk/talk.h"

#define TALK_APPOINTMENTS_MAX QUESTION_WHICH_MAX
#define TALK_LINES 1024 /* buckets; a power of two */

struct text;

/* A number that is being answered, and what else it sent meanwhile. */
struct line {
	struct line *next; /* in its bucket */
	char *number;
	struct text *first, *last; /* that wait, by arrival */
};

struct talk {
	struct loop *loop;
	struct store *store;
	struct booking *booking;
	struct talk_options o;	  /* strings owned */
	struct text *texts;	  /* all that are here */
	struct text *head, *tail; /* being read for the first time, by arrival */
	struct line *lines[TALK_LINES];
	size_t n; /* texts here */
	struct loop_timer *later, *look;
	int looking;	    /* for texts that wait in the store */
	struct text *tired; /* to be tried again when later fires */
	struct talk_counts counts;
	int stopped;
};

/* Somebody who asked to be called back. */
struct waiter {
	struct waiter *next;
	void (*cb)(void *arg, enum rdvd_rc rc);
	void *arg;
};

struct text {
	struct store_job job; /* first: the read's, then the bare turn's */
	struct talk *talk;
	rdvd_id id;
	struct text *all, **all_prev; /* of talk->texts */
	struct text *next;	      /* in the one queue that it stands in */
	struct line *line;	      /* that it holds; NULL not yet */
	struct waiter *waiters;
	int is_read;
	int tries;

	/* what was read; strings owned */
	enum rdvd_inbound_state state;
	char *number, *words_text, *question_text;
	rdvd_time received;
	struct rdvd_contact contact;
	struct rdvd_appointment *appointments[TALK_APPOINTMENTS_MAX];
	size_t nappointments;
	struct rdvd_appointment *begun; /* within the last hour; NULL */
	struct rdvd_appointment *known[TALK_APPOINTMENTS_MAX]; /* people of that number,
								  by their latest */
	size_t nknown;
	rdvd_id offer; /* open, made to that number at offer_made; 0 */
	rdvd_time offer_made;
	int64_t offer_start;   /* where it is */
	rdvd_id reminded;      /* asked about since; 0 */
	rdvd_time reminded_at; /* by a message that left then */

	/* what was made of it */
	rdvd_time now;
	struct words words;
	struct question question; /* that was open */
	struct decision decision;
	rdvd_id second;	     /* of BOTH: the one that carries the answer */
	struct question ask; /* that the answer asks */
	struct buf reply, json;
	struct rdvd_turn turn;
	enum rdvd_inbound_state settled; /* as what it ends */
};

/* ---- talk.c ---- */

/* It is dealt with: tell those who wait, go on with the number's next. */
void text_done(struct text *x);
/* The store was busy: it stays NEW, and is read and judged again in a moment. */
void text_later(struct text *x);
void talk_notify_changed(struct talk *t);

/* ---- times.c ---- */

/* 1 when that place is known. */
int times_know(const struct talk *t, const char *place);

/* Index of what RDV books; TERRITORY_NONE: nothing can be. */
int times_service(const struct talk *t);
/* Up to three free times into ask->slots, for service (index): near site (index), or else
 * near place (a commune or postcode, ""), after after. Returns how many. */
int times_find(const struct talk *t, int service, int site, const char *place,
	       rdvd_time after, rdvd_time now, struct question *ask);

/* ---- act.c ---- */

/* Do what was decided about a text that was read; ends in text_done or text_later. */
void text_act(struct text *x);
/* The words of an answer: without values, and of an appointment. */
void text_say_plain(struct text *x, enum text_stem stem);
void text_say_of(struct text *x, enum text_stem stem, const struct rdvd_appointment *a);
/* "Are you coming?" stands open behind what tells an appointment (NULL: a new one). */
void text_ask_coming(struct text *x, const struct rdvd_appointment *a);
/* It could not be done, and nobody else will notice: a human must. */
void text_sorry(struct text *x);

/* ---- act_offer.c ---- */

void text_do_wait(struct text *x);
void text_do_offer(struct text *x);
void text_do_code(struct text *x);

/* ---- turn.c ---- */

/* The environment of its answers, for an appointment's service and organisation or (NULL)
 * what RDV books. */
struct reply_env text_env(const struct text *x, const struct rdvd_appointment *a);
/* Fill x->turn: state, what it is about (NULL none), and the reply and question made so
 * far. close: without a question the open one is closed. */
void text_turn(struct text *x, enum rdvd_inbound_state state,
	       const struct rdvd_appointment *a, int close);
/* Write the turn without any act. */
void text_say(struct text *x);

#endif
