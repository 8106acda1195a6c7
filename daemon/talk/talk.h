/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.h - conversations by SMS: each text that came in is read, understood together with
 * what was asked before, acted on, and answered, once and in order. The texts of one
 * number are taken one after the other; numbers do not wait for each other. The act and
 * its answer are one transaction (struct rdvd_turn), so a crash repeats nothing and loses
 * nothing: at start whatever is still NEW is taken up again.
 *
 *   words.c     what people type, brought to an intent (pure)
 *   decide.c    intent + open question + appointments -> what to do (pure)
 *   reply.c     the words of the answers, from the texts' files
 *   talk.c      the queue, the reads and the acts
 *
 * Loop thread. */
#ifndef RDVD_TALK_TALK_H
#define RDVD_TALK_TALK_H

#include "base/loop.h"
#include "booking/booking.h"
#include "message/text.h"
#include "rdvd/store.h"

struct store;
struct waiting;
struct talk;

struct talk_options {
	const struct texts *texts;
	struct waiting *waiting; /* offers are answered through it */
	const char *service; /* slug of what RDV books; "" the first public one on site */
	const char *emergency; /* "Urgence : 115" for the help text; "" none */
	int answers_per_hour;  /* to one number, the loop guard; 6 */
	/* An answer may be due. */
	void (*changed)(void *ctx);
	void *ctx;
};

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
int talk_is_idle(const struct talk *t);
void talk_stop(struct talk *t);

struct talk_counts {
	uint64_t texts, acted, helped, to_hand, ignored, again;
};
const struct talk_counts *talk_counts(const struct talk *t);

#endif
