/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting.h - the waiting list: who wants an earlier time joins it; when one frees (a
 * cancellation, a move, an absence taken back, a new opening) it is offered to one person
 * at a time, in the order they came, and kept for them while they decide: from 30 minutes
 * to 12 hours, the nearer the start the shorter. Then the next is asked. Offers leave in
 * the usual hours only, at most one a day a person, and everything stands in the store,
 * so that a restart goes on where it was. Loop thread. */
#ifndef RDVD_BOOKING_WAITING_H
#define RDVD_BOOKING_WAITING_H

#include "booking/booking.h"
#include "message/plan.h"
#include "message/text.h"

struct waiting;

struct waiting_options {
	const struct texts *texts;
	int sms_enabled, email_enabled;
	int answerable; /* 1: offers by SMS can be answered by SMS */
	struct plan_hours hours;
	void (*changed)(void *ctx); /* a letter may be due */
	void *ctx;
};

struct waiting *waiting_new(struct loop *l, struct store *s, struct booking *b,
			    const struct waiting_options *o);
void waiting_free(struct waiting *w);
/* An appointment was moved, cancelled, or stands again, as it is now: called by
 * booking. */
void waiting_settled(struct waiting *w, const struct rdvd_appointment *a);
void waiting_texts(struct waiting *w, const struct texts *texts);
/* The agenda or the clock has changed: look, soon and not in this call, whether something
 * can be offered. */
void waiting_nudge(struct waiting *w);
int waiting_is_idle(const struct waiting *w);
void waiting_stop(struct waiting *w);

enum waiting_verdict {
	WAITING_DONE = 0,
	WAITING_KNOWN,	/* waits already: nothing changed */
	WAITING_FIELDS, /* errors say which */
	WAITING_NOT_FOUND,
	WAITING_OVER,  /* the offer is no longer open; or nothing earlier can come */
	WAITING_TAKEN, /* the slot went to somebody else after all */
	WAITING_BUSY,  /* try again in a moment */
};

struct waiting_reply {
	enum waiting_verdict verdict;
	const struct rdvd_wait *wait;	/* lent; NULL */
	const struct rdvd_offer *offer; /* the open one; lent; NULL */
	const char *token;		/* of the wait; "" */
	const struct booking_errors *errors;
	const struct rdvd_appointment *appointment; /* of an accepted offer; lent */
	const char *appointment_token;
};
typedef void waiting_cb(void *arg, const struct waiting_reply *r);

/* With an appointment (which): it would be moved. turn may be NULL. */
void waiting_join(struct waiting *w, const struct booking_which *which,
		  const struct rdvd_turn *turn, waiting_cb *cb, void *arg);
/* The same with what somebody chose on a page. Strings may be NULL or "". */
struct waiting_wish {
	int anywhere; /* 1: other places around are welcome; 0: only the same one */
	const char *phone, *email; /* where offers go; else as the appointment says */
};
void waiting_join_as(struct waiting *w, const struct booking_which *which,
		     const struct waiting_wish *wish, const struct rdvd_turn *turn,
		     waiting_cb *cb, void *arg);
/* Without one: who it is, and where they look (as the search's near; site "" any). KNOWN
 * when the very same was asked for before. */
struct waiting_request {
	const char *service, *site, *near;
	int radius_km;	 /* 0: 30 */
	rdvd_time start; /* a place in the workshop that begins then, at site; 0: any time
			  */
	int party_size, notice;
	int by_team; /* they asked the team: fewer fields are needed */
	struct booking_person person;
};
void waiting_ask(struct waiting *w, const struct waiting_request *q, waiting_cb *cb,
		 void *arg);
/* By the token of /attente/TOKEN. get answers DONE also when the wait is over: its state
 * says so; offer is the open one, else NULL; appointment is the one to be moved, or that
 * an offer has become. */
void waiting_get(struct waiting *w, const char *token, waiting_cb *cb, void *arg);
void waiting_leave(struct waiting *w, const char *token, waiting_cb *cb, void *arg);
/* Take or decline the offer, by token or, from a conversation, by id with its turn. With
 * both, the offer must be that one: a page that stood open for long acts on what it
 * showed. Taking again what was taken answers DONE with its appointment. OVER: it had
 * lapsed, or was declined. Declining what was declined or lapsed is DONE. */
void waiting_answer(struct waiting *w, const char *token, rdvd_id offer, int take,
		    const struct rdvd_turn *turn, waiting_cb *cb, void *arg);

/* The token of somebody who waits with that appointment: 0, or -1: nobody does. From
 * memory. */
int waiting_token_of(const struct waiting *w, rdvd_id participation,
		     char out[SECRET_TOKEN_CHARS + 1]);
/* The latest open offer that was sent to that number, or NULL; *wait (may be NULL) is
 * whose it is. From memory, lent until the next event. */
const struct rdvd_offer *waiting_offer_of(const struct waiting *w, const char *number,
					  const struct rdvd_wait **wait);

/* For the team: all that wait, by arrival, with their offers, the latest first (the open
 * one is among them); and what became of the offers of those who wait no longer, made in
 * the last 14 days. Rows are lent. */
struct waiting_row {
	const struct rdvd_wait *wait;
	const struct rdvd_offer *offer; /* the open one; NULL none */
	const struct rdvd_offer *offers;
	size_t noffers;
	const struct rdvd_appointment *appointment; /* NULL none */
};
typedef void waiting_list_cb(void *arg, enum rdvd_rc rc, const struct waiting_row *rows,
			     size_t n);
void waiting_list(struct waiting *w, waiting_list_cb *cb, void *arg);
/* The team takes somebody off. */
void waiting_remove(struct waiting *w, rdvd_id wait, const char *actor, waiting_cb *cb,
		    void *arg);

/* "waiting", "served", "left", "over"; "open", "taken", "declined", "lapsed". */
static inline const char *waiting_state_name(enum rdvd_wait_state s)
{
	static const char *const names[] = {"", "waiting", "served", "left", "over"};
	return names[s];
}

static inline const char *waiting_offer_name(enum rdvd_offer_state s)
{
	static const char *const names[] = {"", "open", "taken", "declined", "lapsed"};
	return names[s];
}

struct waiting_counts {
	uint64_t waiting; /* now; the others since the start */
	uint64_t offered, taken, declined, lapsed;
	uint64_t looks;
	int64_t look_us;  /* what the last look cost the loop, in all */
	int64_t slice_us; /* the longest that it kept the loop at a time */
};
const struct waiting_counts *waiting_counts(const struct waiting *w);

#endif
