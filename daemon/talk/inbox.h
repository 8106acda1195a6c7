/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbox.h - what people of the team read and write themselves: the texts that no program
 * answers, a number's whole conversation, an answer by hand, notices, and what is known
 * of a number. The one way in for the pages and the API.
 *
 *   inbox.c         the room, and what waits
 *   inbox_list.c    texts, messages that did not arrive, notices
 *   inbox_thread.c  a number's whole conversation
 *   inbox_act.c     answers and marks
 *
 * Who may see what is the caller's to judge: everything shown carries the organisation
 * or the appointment that decides it. Loop thread; reads and acts go through the store's
 * threads, callbacks come in the loop. */
#ifndef RDVD_TALK_INBOX_H
#define RDVD_TALK_INBOX_H

#include "rdvd/store.h"

struct inbox;
struct outbox;
struct store;

/* Segments that an answer by hand may have. */
#define INBOX_SEGMENTS_MAX 3
/* Characters that can be typed: three segments of the GSM alphabet. */
#define INBOX_TEXT_MAX 459

struct inbox_options {
	/* how numbers begin that SMS may go to, beside the preset ones; lent */
	const char *const *sms_prefixes;
	size_t nsms_prefixes;
};

/* Both are lent; o may be NULL: nothing is nudged when something is to be sent. */
struct inbox *inbox_new(struct store *s, struct outbox *o,
			const struct inbox_options *options);
/* NULL is fine. No call may be under way. */
void inbox_free(struct inbox *in);

/* ---- what waits ---- */

/* Whose: an organisation's own and the network's, or all. */
#define INBOX_ALL ((rdvd_id)0)
#define INBOX_NETWORK ((rdvd_id)-1) /* only the network's */

struct inbox_counts {
	size_t texts;	/* that a counsellor has to read */
	size_t notices; /* that nobody has seen */
};
/* As it was when it was last looked at. */
struct inbox_counts inbox_waiting(const struct inbox *in, rdvd_id organisation);
/* Look again; cb (may be NULL) comes once the counts are those of now, or could not be
 * read. */
void inbox_look(struct inbox *in, void (*cb)(void *arg), void *arg);

/* ---- reading. Rows are lent for the callback. rc: OK, NOT_FOUND, BUSY, FAILED ---- */

struct inbox_text {
	struct rdvd_inbound *row;
	/* Who the number probably is: its next appointment, else its latest; NULL
	 * nobody known */
	struct rdvd_appointment *who;
	size_t people; /* different ones with this number */
};

struct inbox_ask {
	enum rdvd_inbound_state state; /* 0 any */
	const char *number;	       /* NULL or "" any */
	rdvd_id organisation;
	size_t limit; /* the newest; 0: no limit */
};

/* Newest first. all: how many there are, shown or not. */
typedef void inbox_list_cb(void *arg, enum rdvd_rc rc, const struct inbox_text *rows,
			   size_t n, size_t all);
void inbox_list(struct inbox *in, const struct inbox_ask *ask, inbox_list_cb *cb,
		void *arg);

/* A conversation is named by a text of it, or by an appointment of the person. */
struct inbox_which {
	rdvd_id inbound;
	rdvd_id participation;
};

struct inbox_item {
	rdvd_time at;
	struct rdvd_inbound *text;	  /* either this */
	struct rdvd_message_row *message; /* or this */
	struct rdvd_appointment *about;	  /* of a message; id 0: none */
};

struct inbox_thread {
	const char *number;	      /* E.164 or an e-mail address; "" erased */
	struct rdvd_inbound *asked;   /* the text that named it; NULL */
	struct rdvd_appointment *of;  /* the appointment that named it; NULL */
	struct rdvd_appointment *who; /* as in struct inbox_text */
	size_t people;
	char names[160];		/* of these people: "Léa, Tom" */
	const struct inbox_item *items; /* by time */
	size_t n;
	rdvd_time stopped, bad_since, verified; /* 0 not so */
	const char *bad_note;
	rdvd_id newest; /* the latest text that came in; 0 none */
	size_t to_hand; /* of them a counsellor has to read */
};
/* t is NULL unless rc is OK. */
typedef void inbox_thread_cb(void *arg, enum rdvd_rc rc, const struct inbox_thread *t);
void inbox_thread(struct inbox *in, const struct inbox_which *w, inbox_thread_cb *cb,
		  void *arg);

/* Newest first: messages that did not arrive, or are not known to have left, created at
 * or after since; those that were never to be sent are left out. */
typedef void inbox_troubled_cb(void *arg, enum rdvd_rc rc, const struct inbox_item *items,
			       size_t n, size_t all);
void inbox_troubled(struct inbox *in, rdvd_time since, size_t limit,
		    inbox_troubled_cb *cb, void *arg);

/* Newest first; unseen 1: only those. */
typedef void inbox_notices_cb(void *arg, enum rdvd_rc rc, const struct rdvd_notice *items,
			      size_t n);
void inbox_notices(struct inbox *in, int unseen, inbox_notices_cb *cb, void *arg);

/* ---- acting. Strings are copied ---- */

enum inbox_verdict {
	INBOX_DONE = 0,
	INBOX_KNOWN,	 /* this key was known: the answer is on its way already */
	INBOX_EMPTY,	 /* nothing to send */
	INBOX_TOO_LONG,	 /* more segments than were agreed to: segments says how many */
	INBOX_STOPPED,	 /* the number wants no SMS, and this answers none of its texts */
	INBOX_NO_NUMBER, /* no SMS can go there, or it was erased */
	INBOX_NOT_FOUND,
	INBOX_BUSY, /* not kept: try again */
};
/* message: of an answer, its id; segments: what it costs. */
typedef void inbox_cb(void *arg, enum inbox_verdict v, rdvd_id message, int segments);

struct inbox_answer {
	struct inbox_which which;
	const char *text;
	const char *key; /* of the form: sent twice, it is written once */
	const char *actor;
	int segments; /* agreed to: 1 to INBOX_SEGMENTS_MAX */
	rdvd_id seen; /* the latest text that the writer had before her; 0: which's own */
};
/* Write an answer and mark what it answers as read, in one transaction. It leaves at
 * once. What comes back within a day goes to this inbox, whatever it says. */
void inbox_answer(struct inbox *in, const struct inbox_answer *a, inbox_cb *cb,
		  void *arg);
/* That text and those of its number before it, or with seen all up to that one, need no
 * answer. */
void inbox_mark_read(struct inbox *in, rdvd_id inbound, rdvd_id seen, const char *actor,
		     inbox_cb *cb, void *arg);
/* By the person's word. */
void inbox_lift(struct inbox *in, const struct inbox_which *w, enum rdvd_lift what,
		const char *actor, inbox_cb *cb, void *arg);
void inbox_notice_seen(struct inbox *in, rdvd_id notice, const char *actor, inbox_cb *cb,
		       void *arg);
/* How many segments text costs as it would be sent; 0 empty. */
int inbox_segments(const char *text);

#endif
