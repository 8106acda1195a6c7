/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decide.h - what to do about a text: from what it says, what was asked of its number,
 * the appointments that the number has to come, and the offer that it may hold. Values
 * in, one decision out; talk.c does it. Pure. */
#ifndef RDVD_TALK_DECIDE_H
#define RDVD_TALK_DECIDE_H

#include "talk/question.h"
#include "talk/words.h"

#define DECIDE_QUESTION_S (48 * 3600) /* how long an answer is awaited */
#define DECIDE_HELP_S (12 * 3600)     /* between two helpful answers */
#define DECIDE_NEAR_S (8 * 86400)     /* an appointment so near has been reminded of */

enum decide_do {
	DO_NOTHING = 0, /* understood, and no answer is due */
	DO_IGNORE,	/* no person's, or one too many */
	DO_HAND,	/* a counsellor reads it; no answer */
	DO_HAND_SAY,	/* and the person is told so */
	DO_HELP,
	DO_STOP,
	DO_START,
	DO_CALL, /* a counsellor calls back */
	DO_LATE, /* with appointment: the team knows */
	DO_CONFIRM,
	DO_CANCEL,
	DO_BOTH, /* what was asked about two of them, with each */
	DO_INFO,
	DO_WAIT,     /* join the waiting list with appointment */
	DO_TIMES,    /* offer times: to move appointment, or to book near place */
	DO_RETIMES,  /* the same question once more */
	DO_MOVE,     /* appointment to slot */
	DO_TAKE,     /* book slot for somebody known, else ask who it is */
	DO_BOOK,     /* slot for name, birth_year */
	DO_ASK_NAME, /* still something missing of it */
	DO_LETGO,    /* the slot that was kept is let go; nothing is booked */
	DO_ASK,	     /* coming or not? */
	DO_WHICH,    /* which appointment is to be confirmed, cancelled... */
	DO_KEPT,     /* nothing changes */
	DO_ALREADY,  /* RDV, with an appointment to come */
	DO_NONE,     /* no appointment is known */
	DO_STALE,    /* the question is old, or the appointment has changed since */
	DO_OFFER_TAKE,
	DO_OFFER_DECLINE,
	DO_OFFER_ASK,
	DO_CODE, /* that proves the number */
	DO_COUNT,
};

struct decide_in {
	const struct words *words;
	const struct rdvd_contact *contact; /* zeros and "" when nothing is known */
	const struct question *question;
	const struct rdvd_appointment *const *appointments; /* to come, by start */
	size_t nappointments;
	const struct rdvd_appointment *begun; /* within the last hour; NULL */
	rdvd_id offer;			      /* open, made to this number; 0 */
	int64_t offer_start;		      /* of it, where it is; 0: not known */
	/* An SMS asked whether they come to it, later than anything else was asked of
	 * this number; NULL: none did. */
	const struct rdvd_appointment *reminded;
	int answers_per_hour; /* the loop guard */
	int is_person;	      /* see decide_is_person */
	int32_t today;	      /* civil day where the appointments are */
	rdvd_time received;   /* as the provider tells; 0: now */
	rdvd_time now;
};

struct decision {
	enum decide_do what;
	const struct rdvd_appointment *appointment; /* lent from in; NULL */
	enum talk_act act;			    /* of WHICH, BOTH */
	int slot;    /* index in the question's, of MOVE, TAKE */
	int again;   /* the question is asked once more */
	int to_hand; /* beside what is done */
	int no_more; /* of CONFIRM */
	int helped;  /* the answer counts as help */
};

/* What a text is to be judged against. */
enum words_state decide_state(const struct question *q, const struct rdvd_contact *c,
			      const struct rdvd_appointment *const *appointments,
			      size_t n, rdvd_id offer, rdvd_time now);
/* 0 for short codes and names, which nobody can answer. */
int decide_is_person(const char *number);
void decide(const struct decide_in *in, struct decision *out);

const char *decide_name(enum decide_do what);

#endif
