/* SPDX-License-Identifier: GPL-3.0-or-later */
/* correspondence.h - what the store keeps of all that is written between the team and
 * people: messages owed, letters, texts that came in, conversations, the waiting list and
 * its offers, codes, notices. store.h says what is done with them. */
#ifndef RDVD_CORRESPONDENCE_H
#define RDVD_CORRESPONDENCE_H

#include "rdvd/gateway.h"

#define RDVD_HASH_SIZE 32

/* ---- messages ---- */

/* One message owed; see enum rdvd_message_state. */
enum rdvd_message_kind {
	RDVD_MSG_CONFIRMATION = 1,
	RDVD_MSG_REMINDER,
	RDVD_MSG_MOVED,
	RDVD_MSG_CANCELLATION,
	RDVD_MSG_ANSWER,
	RDVD_MSG_OFFER,
	RDVD_MSG_FOLLOW_UP,
};

enum rdvd_message_state {
	RDVD_MSG_SCHEDULED = 1,
	RDVD_MSG_SENDING,
	RDVD_MSG_ACCEPTED,
	RDVD_MSG_DELIVERED,
	RDVD_MSG_UNDELIVERED,
	RDVD_MSG_RETRY_WAIT,
	RDVD_MSG_UNKNOWN,
	RDVD_MSG_FAILED,
	RDVD_MSG_EXPIRED,
	RDVD_MSG_SUPERSEDED,
	RDVD_MSG_SUPPRESSED,
};

static inline const char *rdvd_message_kind_name(enum rdvd_message_kind k)
{
	static const char *const names[] = {"",	     "confirmation", "reminder",
					    "moved", "cancellation", "answer",
					    "offer", "follow_up"};
	return names[k];
}

static inline const char *rdvd_message_state_name(enum rdvd_message_state s)
{
	static const char *const names[] = {"",		  "scheduled",	"sending",
					    "accepted",	  "delivered",	"undelivered",
					    "retry_wait", "unknown",	"failed",
					    "expired",	  "superseded", "suppressed"};
	return names[s];
}

struct rdvd_owed {
	enum rdvd_message_kind kind;
	int ordinal; /* 1 for the first reminder; 0 for the kinds that come once */
	enum rdvd_channel channel;
	rdvd_time due;
	rdvd_time deadline; /* of no use after it */
	int suppressed;	    /* kept and shown, never sent */
	const char *note;   /* why suppressed; "" */
};

/* A message that says what it says whatever becomes of an appointment: the answer to a
 * text, an offer, a code, what the team writes itself. */
struct rdvd_letter {
	const char *key; /* unique: a second letter with it is not written; "" none */
	enum rdvd_message_kind kind; /* ANSWER, OFFER, FOLLOW_UP or REMINDER */
	enum rdvd_channel channel;
	rdvd_id participation; /* that it is about; 0 none */
	rdvd_id organisation;  /* who writes; 0 the network */
	const char *to;	       /* E.164, or an address */
	const char *subject;   /* e-mail */
	const char *text;
	int answerable;	 /* 1: it asks for an answer */
	rdvd_id inbound; /* the text that it answers: goes to a number that said STOP too;
			    0 none */
	rdvd_time due;
	rdvd_time deadline;
	const char *actor; /* a staff login, "" for the program */
	rdvd_time now;
};

struct rdvd_message_row {
	rdvd_id id;
	rdvd_id participation;
	enum rdvd_message_kind kind;
	int ordinal;
	enum rdvd_channel channel;
	int revision;
	enum rdvd_message_state state;
	rdvd_time due, deadline;
	rdvd_time created;
	rdvd_time sent_at; /* of the accepted attempt, else 0 */
	int attempts;
	int unknowns;	/* of a claimed one: how many attempts before this one ended so */
	const char *to; /* of the last attempt; "" before */
	const char *
		text; /* of the last attempt; "" before: a preview is the caller's work */
	const char *provider_id;
	const char *note; /* the last words: the provider's, or why it was not sent */
	/* of a letter, "" and 0 else: it is sent as it stands, and participation may be 0
	 */
	const char *letter_to, *letter_subject, *letter_text;
	rdvd_id organisation;
	int answerable;
	rdvd_id inbound;	/* the text that it answers; 0 */
	const char *gateway;	/* of the last attempt; "" */
	int segments;		/* of the last attempt */
	rdvd_time delivered_at; /* or found undeliverable; 0 */
	int week; /* 1: a claimed far reminder that stands for all of the person's
		     appointments of that week: see person_week */
};

struct rdvd_message_filter {
	rdvd_id participation; /* 0 any */
	const char *
		number; /* E.164 or e-mail of the person or of the last attempt; "" any */
	int troubled; /* 1: only those that did not arrive, or are not known to have left:
			 unknown, failed, undelivered, expired, suppressed */
	rdvd_time since; /* 0 any: created at or after */
	rdvd_id after;	 /* page: ids after this */
	size_t limit;	 /* 0: no limit */
};

struct rdvd_message_result {
	rdvd_id id;
	int attempt;
	enum rdvd_message_state
		state; /* accepted, retry_wait, unknown, failed, expired, superseded,
			  suppressed; or scheduled again, nothing having been tried */
	rdvd_time due; /* of the next attempt, for retry_wait, unknown (settlement; 0
			  none) */
	const char *to;
	const char *text; /* kept with the attempt */
	int segments;
	const char *provider_id;
	const char *note;
	const char *gateway; /* its section's name; "" none was tried */
	rdvd_time now;
};

/* What was sent by SMS, for the budgets: the segments of one recipient. */
struct rdvd_spent {
	const char *to;
	rdvd_id organisation;
	int64_t segments;
};

/* ---- conversations ---- */

enum rdvd_inbound_state {
	RDVD_INBOUND_NEW = 1, /* stored, not yet dealt with */
	RDVD_INBOUND_PART,    /* a part that waits for the others */
	RDVD_INBOUND_DONE,    /* understood and answered, or in need of no answer */
	RDVD_INBOUND_TO_HAND, /* a counsellor has to read it */
	RDVD_INBOUND_READ,    /* a counsellor has dealt with it */
	RDVD_INBOUND_IGNORED, /* a machine's, or one too many */
};

static inline const char *rdvd_inbound_state_name(enum rdvd_inbound_state s)
{
	static const char *const names[] = {"",	       "new",  "part",	 "done",
					    "to_hand", "read", "ignored"};
	return names[s];
}

/* A text that somebody sent. */
struct rdvd_inbound {
	rdvd_id id;
	const char *gateway; /* the name of its section */
	const char *key;     /* (gateway, key) is unique */
	const char *number;  /* the sender: E.164, or as it came */
	const char *to;	     /* the number it was sent to; "" */
	const char *text;
	rdvd_time received;
	const char *part_ref; /* "" whole */
	int part, parts;
	enum rdvd_inbound_state state;
	const char *understood; /* the intent's name: "cancel"; "" not yet */
	rdvd_id participation;	/* the appointment it turned out to be about; 0 */
	rdvd_id organisation;	/* whose inbox; 0 the network's */
};

enum rdvd_stop { RDVD_STOP_KEEP = 0, RDVD_STOP_ON, RDVD_STOP_OFF };

/* What a person's word can take back of it. */
enum rdvd_lift { RDVD_LIFT_STOP = 1, RDVD_LIFT_BAD };

/* What is known of a number, whoever holds it. */
struct rdvd_contact {
	const char *number;  /* E.164, or an e-mail address */
	rdvd_time stopped;   /* STOP; 0 no */
	rdvd_time bad_since; /* nothing arrives there; 0 */
	const char *bad_note;
	rdvd_time verified;	/* somebody proved to hold it; 0 */
	const char *question;	/* the open one: JSON of the conversation; "" none */
	rdvd_time asked, until; /* of the question */
	int answers; /* automatic ones since answers_since, for the loop guard */
	rdvd_time answers_since;
	rdvd_time helped; /* the last help text; 0 */
};

/* One step of a conversation by SMS. Kept in the same transaction as the act it led to:
 * what an answer says was done is done, and a text acts once. STALE, and the act undone,
 * when the inbound text was dealt with before. */
struct rdvd_turn {
	rdvd_id inbound; /* 0: none (a page took an offer) */
	const char *number;
	enum rdvd_inbound_state state; /* of the inbound from now on */
	const char *understood;
	rdvd_id participation; /* that it is about; of a booking: 0, the store knows */
	rdvd_id organisation;  /* whose inbox */
	const char *reply;     /* "" none: the answer, due at once */
	int answerable;	       /* the reply asks for an answer */
	rdvd_time deadline;    /* of the reply */
	const char *question;  /* open from now on; "" closed; NULL unchanged */
	rdvd_time until;       /* of the question */
	enum rdvd_stop stop;
	int helped;	 /* 1: the reply is the help text */
	rdvd_id offer;	 /* that it closes, or 0; STALE when it is no longer open */
	int offer_taken; /* 1 taken, 0 declined */
	/* that participation comes late: at, its start when that was not said; 0 no */
	rdvd_time expected;
	rdvd_time now;
};

/* ---- waiting list ---- */

enum rdvd_wait_state {
	RDVD_WAIT_WAITING = 1,
	RDVD_WAIT_SERVED, /* took an offer */
	RDVD_WAIT_LEFT,	  /* by their own word, by the team's, or the appointment went */
	RDVD_WAIT_OVER,	  /* until has passed */
};

/* Somebody who wants an earlier time. */
struct rdvd_wait {
	rdvd_id id;
	uint64_t ref;			    /* random: names it outside */
	uint8_t token_hash[RDVD_HASH_SIZE]; /* of the token made of ref */
	rdvd_id participation; /* the appointment to be moved; 0: none yet, see person */
	rdvd_id service;
	rdvd_id organisation;
	rdvd_id site;	  /* only there; 0 any within radius_km */
	rdvd_time start;  /* only then: a place in that workshop; 0 any time */
	const char *near; /* as the search's near; "" */
	int radius_km;
	int party_size;
	const char *number; /* where offers go: E.164, or "" */
	const char *email;  /* or here; "" */
	const char *locale;
	const char *person; /* JSON of who it is, without participation; "" */
	const char *seen;   /* JSON: the times that were free when they joined, and those
			       offered since: not offered again */
	rdvd_time created;
	rdvd_time until;      /* times before this one are wanted */
	rdvd_time last_offer; /* 0 none */
	enum rdvd_wait_state state;
};

enum rdvd_offer_state {
	RDVD_OFFER_OPEN = 1,
	RDVD_OFFER_TAKEN,
	RDVD_OFFER_DECLINED,
	RDVD_OFFER_LAPSED,
};

struct rdvd_offer {
	rdvd_id id;
	rdvd_id wait;
	rdvd_id site;
	rdvd_time start, end;
	uint64_t hold; /* its ref: the slot is kept while the offer is open */
	rdvd_time made, expires;
	enum rdvd_offer_state state;
};

/* ---- verification, notices ---- */

/* A code that was sent, or is awaited, to prove that somebody holds a number. */
struct rdvd_code {
	uint64_t ref;	    /* random: the page's name for it */
	const char *number; /* "" when any number may send it to us */
	uint8_t hash[RDVD_HASH_SIZE];
	rdvd_time created, expires;
};

/* Something the team should know, that is nobody's message. */
struct rdvd_notice {
	rdvd_id id;
	const char *key;      /* unique while unseen: said again, it only grows younger */
	const char *kind;     /* "gateway", "expired", "budget", "number"... */
	rdvd_id organisation; /* 0: everybody's */
	const char *text;     /* French, whole sentences, nothing personal */
	rdvd_time at;
	rdvd_time seen; /* 0 not yet */
};

/* A version of a text that a team wrote. */
struct rdvd_text {
	rdvd_id id;
	rdvd_id organisation, service; /* whose; 0, 0: everybody's */
	const char *language;	       /* "fr" */
	const char *name;	       /* as the file without ".txt": "reminder-2.sms" */
	const char *body;	       /* NULL: as the file again */
	rdvd_time at;
	const char *actor;
};
typedef int rdvd_text_cb(void *arg, const struct rdvd_text *t);

/* ---- what reading asks for ---- */

struct rdvd_inbound_filter {
	enum rdvd_inbound_state state; /* 0 any */
	const char *number;	       /* "" any */
	rdvd_id organisation;	       /* 0 any; else its own and the network's */
	rdvd_id after;		       /* page: ids after this */
	size_t limit;		       /* 0: no limit */
};

#endif
