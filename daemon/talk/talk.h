/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.h - conversations by SMS: each text that came in is read, understood together with
 * what was asked before, acted on, and answered, once and in order. The texts of one
 * number are taken one after the other; numbers do not wait for each other. The act and
 * its answer are one transaction (struct rdvd_turn), so a crash repeats nothing and loses
 * nothing: at start whatever is still NEW is taken up again.
 *
 *   words*.c    what people type, brought to an intent (pure)
 *   question.c  what was asked, as the store keeps it (pure)
 *   decide.c    intent + open question + appointments -> what to do (pure)
 *   reply.c     the words of the answers, from the texts' files (pure)
 *   times.c     the free times that are offered
 *   act*.c      doing it
 *   talk.c      the queue and the reads
 *
 * Loop thread. */
#ifndef RDVD_TALK_TALK_H
#define RDVD_TALK_TALK_H

#include "base/loop.h"
#include "booking/booking.h"
#include "message/text.h"
#include "rdvd/store.h"

struct store;
struct verify;
struct waiting;
struct talk;

/* The open question of a number to which a person of the team wrote: a turn with it (and
 * inbound 0) makes what comes within its time go to the team's inbox, unread by any
 * program: "non" to their question cancels nothing. */
#define TALK_QUESTION_HUMAN "{\"kind\":\"human\"}"

struct talk_options {
	const struct texts *texts;
	struct waiting *waiting; /* offers are answered through it; NULL none */
	struct verify *verify;	 /* codes that people send; NULL none */
	const char *service; /* slug of what RDV books; "" the first public one on site */
	const char *emergency; /* "Urgence : 115" for the help text; "" none */
	int answers_per_hour;  /* to one number, the loop guard; 6 */
	/* An answer may be due, or a text is for the team. */
	void (*changed)(void *ctx);
	void *ctx;
};

/* Options' strings are copied. NULL: the texts that wait could not be read (logged). */
struct talk *talk_new(struct loop *l, struct store *s, struct booking *b,
		      const struct talk_options *o);
void talk_free(struct talk *t);
void talk_texts(struct talk *t, const struct texts *texts);
/* This text is on disk and NEW: take it up. */
void talk_inbound(struct talk *t, rdvd_id inbound);
/* Call back once that text is dealt with and its answer committed (at once when it is).
 */
void talk_when_done(struct talk *t, rdvd_id inbound,
		    void (*cb)(void *arg, enum rdvd_rc rc), void *arg);
/* 1 when no text is being dealt with. */
int talk_is_idle(const struct talk *t);
/* Take up nothing more; what is under way ends, the rest stays NEW. */
void talk_stop(struct talk *t);

struct talk_counts {
	uint64_t texts; /* dealt with */
	uint64_t acted; /* confirmed, cancelled, moved, booked, or on the waiting list */
	uint64_t helped;
	uint64_t to_hand;
	uint64_t ignored;
	uint64_t again; /* tried again because the store was busy */
};
const struct talk_counts *talk_counts(const struct talk *t);

#endif
