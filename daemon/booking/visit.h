/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit.h - home visits: who has set out, when they should be back, and the alarm when
 * they are not. Those who leave say so with one tap; when the time passes and nobody has
 * said that they are back, the team's pages show it in red, and the number and the
 * mailbox that the organisation named ("alarm") are told, once, without a word about whom
 * they visit. Everything stands in the store: a restart goes on where it was. Loop
 * thread. */
#ifndef RDVD_BOOKING_VISIT_H
#define RDVD_BOOKING_VISIT_H

#include "booking/booking.h"

struct texts;
struct visits;

struct visits_options {
	const struct texts *texts;
	int sms_enabled, email_enabled;
	const char *alerts_to;	    /* the network's mailbox is told too; NULL none */
	const char *public_url;	    /* for the link to the pages */
	void (*changed)(void *ctx); /* a letter and a notice may be there */
	void *ctx;
};

/* Strings are lent. What is out is read at once; an alarm that is due is given then. */
struct visits *visits_new(struct loop *l, struct store *s, struct booking *b,
			  const struct visits_options *o);
/* NULL is fine. No call may be under way. */
void visits_free(struct visits *v);
void visits_texts(struct visits *v, const struct texts *texts);
/* 1 when nothing is under way: what was due has been told, or could not be. */
int visits_are_idle(const struct visits *v);
void visits_stop(struct visits *v);

/* 1 when the appointment is a visit to somebody's home. */
int visit_is_home(const struct booking *b, const struct rdvd_appointment *a);
/* When those who leave at now should be back: the planned end, and no sooner than the
 * visit can last; the way back; half an hour. On a multiple of five minutes. */
rdvd_time visit_due(const struct booking *b, const struct rdvd_appointment *a,
		    rdvd_time now);

/* Somebody sets out (due 0: visit_due's), gives another due, is back, or says that all is
 * well with those who are late. DONE, with the appointment as it is then, also when it
 * was so; NOT_FOUND (also for what is no home visit, or nobody has set out for);
 * IS_CANCELLED; TOO_LATE: there is no alarm to settle. due in the past: FIELDS, field
 * "due". */
void visits_step(struct visits *v, rdvd_id appointment, enum rdvd_visit_act act,
		 rdvd_time due, const char *actor, booking_cb *cb, void *arg);

/* Those that are out, by due; from memory, lent until the next event. */
const struct rdvd_appointment *const *visits_out(const struct visits *v, size_t *n);
/* 1 when that one is late and nobody has said that all is well. */
static inline int visit_is_late(const struct rdvd_appointment *a, rdvd_time now)
{
	return a->visit.left && !a->visit.back && !a->visit.settled &&
	       a->visit.due <= now;
}

#endif
