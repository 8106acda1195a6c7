/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_impl.h - what the files of the waiting list share:
 *
 *   waiting_rule.c    what is offered to whom, and until when (pure)
 *   waiting.c         who waits, in memory; the clock: what lapses, what is over
 *   waiting_look.c    looking for what has come free, a little at a time
 *   waiting_offer.c   one offer: the hold, the row, the letters
 *   waiting_letter.c  the words of an offer
 *   waiting_join.c    joining the list
 *   waiting_answer.c  taking and declining an offer, leaving
 *   waiting_read.c    what the pages show
 *
 * Those who wait are kept in memory, in the order in which they came, so that a look
 * costs no read; the store is the truth, and what it answers STALE is dropped here. */
#ifndef RDVD_BOOKING_WAITING_IMPL_H
#define RDVD_BOOKING_WAITING_IMPL_H

#include "booking/impl.h"
#include "booking/waiting.h"
#include "booking/waiting_rule.h"

struct waiting_call;

struct waiting_entry {
	struct rdvd_wait *wait; /* owned, one block with its strings */
	struct waiting_seen seen;
	char token[SECRET_TOKEN_CHARS + 1];
	struct rdvd_offer offer;    /* the open one; id 0 none */
	int busy;		    /* a write about it is under way */
	civil_day unreachable;	    /* nothing can be sent to them that day */
	struct waiting_call *queue; /* owned: asked for while it was busy */
};

struct waiting {
	struct loop *loop;
	struct store *store;
	struct booking *booking;
	struct waiting_options o;
	struct waiting_entry **entries; /* owned, by arrival */
	size_t n, cap;
	struct loop_timer *look_timer, *clock_timer;
	int nudged, looking;
	size_t next;	 /* of the look under way: the entry to look at */
	int64_t look_us; /* what the last look cost in all */
	size_t jobs;	 /* under way */
	int fresh;	 /* the clock has yet to be looked at after a start */
	int stopping;
	struct waiting_counts counts;
};

/* A hold outlives its offer by this, so that nobody comes between two offers of one
 * place: it is let go when the offer is closed. */
#define WAITING_GRACE_S 300

/* ---- who waits (waiting.c) ---- */

struct rdvd_wait *waiting_row_dup(const struct rdvd_wait *w);
/* Takes row. */
struct waiting_entry *waiting_entry_add(struct waiting *w, struct rdvd_wait *row);
struct waiting_entry *waiting_entry_find(struct waiting *w, rdvd_id wait);
struct waiting_entry *waiting_entry_of_token(struct waiting *w, const char *token);
struct waiting_entry *waiting_entry_of(const struct waiting *w, rdvd_id participation);
/* It has ended: its place is let go of in the agenda. */
void waiting_entry_drop(struct waiting *w, struct waiting_entry *e);
/* The open offer is no longer: its place is let go of in the agenda, and looked at. */
void waiting_offer_gone(struct waiting *w, struct waiting_entry *e);
/* The write is done: what was asked meanwhile comes now. */
void waiting_entry_free_again(struct waiting *w, struct waiting_entry *e);
void waiting_clock_arm(struct waiting *w);
/* Close what is past its time, and look. */
void waiting_tick(void *arg);
void waiting_token(const struct waiting *w, uint64_t ref,
		   char out[SECRET_TOKEN_CHARS + 1]);
/* A job is handed over, or answered: for waiting_is_idle. RDVD_BUSY: it was not. */
enum rdvd_rc waiting_write(struct waiting *w, struct store_job *j);
enum rdvd_rc waiting_read(struct waiting *w, struct store_job *j);

/* ---- looking and offering ---- */

/* Look at once. */
void waiting_look(struct waiting *w);
void waiting_look_tick(void *arg);
/* Offer this slot to e until expires; nothing when the agenda or the queue says no. */
void waiting_offer(struct waiting *w, struct waiting_entry *e, const struct slot *slot,
		   rdvd_time expires);
/* Close the open offer; e is busy until that is on disk. 0, or -1: later. */
int waiting_offer_end(struct waiting *w, struct waiting_entry *e,
		      enum rdvd_offer_state state);
/* End the wait, as above. */
int waiting_end(struct waiting *w, struct waiting_entry *e, enum rdvd_wait_state state);

/* The place that e is looking around; 0, or -1 none: everywhere. */
int waiting_point(const struct waiting *w, const struct rdvd_wait *row,
		  struct geo_point *point);
/* What e could be offered, as a search of the agenda, without from and to. point must
 * live as long as q. 0, or -1 when the service is no more. */
int waiting_query(const struct waiting *w, const struct rdvd_wait *row,
		  struct geo_point *point, struct slot_query *q);
/* 1 when that site may be offered: an appointment stays with its team. */
int waiting_may_go_to(const struct waiting *w, const struct rdvd_wait *row, int site);

#define WAITING_LETTERS_MAX 2

struct waiting_letters {
	struct rdvd_letter items[WAITING_LETTERS_MAX];
	size_t n;
	/* owned */
	char *key[WAITING_LETTERS_MAX], *subject[WAITING_LETTERS_MAX],
		*text[WAITING_LETTERS_MAX];
	char *to[WAITING_LETTERS_MAX];
};
/* Write what e is told of an offer at that slot. */
void waiting_letters_write(const struct waiting *w, const struct waiting_entry *e,
			   const struct slot *slot, uint64_t hold, rdvd_time expires,
			   rdvd_time now, struct waiting_letters *out);
void waiting_letters_fini(struct waiting_letters *l);

/* ---- asking (waiting_answer.c, waiting_read.c) ---- */

/* What somebody asked for: taken up again when the entry was busy. */
struct waiting_call {
	struct waiting_call *next;
	void (*again)(struct waiting *w, struct waiting_call *c);
	char token[SECRET_TOKEN_CHARS + 1];
	rdvd_id offer;
	int take;
	struct rdvd_turn turn; /* strings owned */
	int has_turn;
	waiting_cb *cb;
	void *arg;
};

/* Read a wait that is not in memory, or with its appointment: answers v, or NOT_FOUND. v
 * DONE means: as it is. */
void waiting_show(struct waiting *w, const char *token, enum waiting_verdict v,
		  waiting_cb *cb, void *arg);

#endif
