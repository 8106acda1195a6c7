/* SPDX-License-Identifier: GPL-3.0-or-later */
/* booking.h - the use cases: hold, book, move, cancel, confirm, mark, and what staff may
 * do besides. The one way in for the web, the API, SMS and calendars, so that every path
 * keeps the same rules.
 *
 * Each act checks its input, asks the agenda (which suggests), puts a pending claim there
 * so that no second request is promised the same time, and submits one job to the store
 * (which decides). The answer comes later by callback, in the loop, once it is on disk.
 * Everything here runs in the loop's thread. */
#ifndef RDVD_BOOKING_BOOKING_H
#define RDVD_BOOKING_BOOKING_H

#include "agenda/agenda.h"
#include "agenda/commune.h"
#include "base/loop.h"
#include "base/secret.h"
#include "rdvd/store.h"
#include "store/record.h"

struct store;
struct booking;

struct booking_options {
	const uint8_t *key;		/* SECRET_KEY_SIZE bytes, the server's */
	const char *public_url;		/* without a final slash */
	int sms_enabled, email_enabled; /* a gateway for the channel exists */
	int quiet_start_minute,
		quiet_end_minute; /* reminders keep to this part of the day */
	/* how numbers begin that SMS may go to, beside the preset ones; lent */
	const char *const *sms_prefixes;
	size_t nsms_prefixes;
	const struct commune_table *communes;
	/* Called after each commit that may owe a message or append a fact. May be NULL.
	 */
	void (*changed)(void *arg);
	void *changed_arg;
};

/* Load the territory and what fills the agenda from the store (blocking, at start). NULL:
 * logged. */
struct booking *booking_new(struct loop *l, struct store *s,
			    const struct booking_options *o);
/* Edits and imports that still wait are answered BUSY; what is decided on disk goes on at
 * the next start. */
void booking_stop(struct booking *b);
void booking_free(struct booking *b);

const struct agenda *booking_agenda(const struct booking *b);
const struct territory *booking_territory(const struct booking *b);
/* How often the territory or the agenda was exchanged. Indexes and what is lent by either
 * hold as long as it answers the same: whoever waits for the store asks again. */
uint64_t booking_edition(const struct booking *b);
const struct commune_table *booking_communes(const struct booking *b);
/* Counts for the metrics. */
struct booking_counts {
	uint64_t booked, known, taken, moved, cancelled, confirmed, held, failed;
};
const struct booking_counts *booking_counts(const struct booking *b);

/* ---- answers ---- */

enum booking_verdict {
	BOOKING_DONE = 0,
	BOOKING_KNOWN,	/* the request key was known: the first booking's appointment */
	BOOKING_FIELDS, /* fields are wrong: errors say which */
	BOOKING_KEY_REUSED, /* the key is known with another body */
	BOOKING_NOT_A_SLOT, /* no occurrence has that start */
	BOOKING_CLOSED,	    /* a holiday or a closure */
	BOOKING_TOO_EARLY,  /* nearer than the notice */
	BOOKING_TOO_FAR,    /* beyond the horizon */
	BOOKING_TAKEN,	    /* somebody was faster */
	BOOKING_TOO_LATE,   /* begun, or too near to move */
	BOOKING_IS_CANCELLED,
	BOOKING_NO_MORE, /* the hold was extended twice */
	BOOKING_NOT_FOUND,
	BOOKING_BUSY,	   /* 503: try again in a moment */
	BOOKING_UNCERTAIN, /* 503: ask again with the same key */
	BOOKING_FAILED,	   /* 503: the store cannot write */
};

#define BOOKING_ERRORS_MAX 16

struct booking_error {
	const char *field;   /* "person.birth_year" */
	const char *code;    /* "required", "not_a_year", "unknown", "too_long", ... */
	const char *message; /* French, a msgid for tr(); static */
};

struct booking_errors {
	struct booking_error items[BOOKING_ERRORS_MAX];
	size_t n;
};

struct booking_reply {
	enum booking_verdict verdict;
	const struct rdvd_appointment
		*appointment; /* lent for the callback; NULL when there is none */
	const char *token;    /* of the appointment; "" */
	const struct booking_errors *errors; /* with FIELDS */
	uint64_t hold;			     /* of hold and extend */
	rdvd_time expires;
	struct slot slot; /* of hold: what is kept */
	/* Nearest free slots when the time was taken: at most 6, possibly 0. */
	struct slot alternatives[6];
	size_t nalternatives;
	rdvd_id absence;
};

typedef void booking_cb(void *arg, const struct booking_reply *r);

/* ---- what the public may do ---- */

/* A person as typed. Strings may be NULL or ""; they are checked, trimmed and normalised
 * here. */
struct booking_person {
	rdvd_id id; /* staff: an existing person; 0 a new one */
	const char *first_name, *last_name;
	const char *birth_year; /* "2004", or birth_date "2004-05-17" */
	const char *birth_date;
	const char *phone, *email, *postcode, *insee, *locale, *needs;
	int discreet;
	int professional;     /* a colleague: no year of birth */
	const char *employer; /* of a professional */
	const char *hours; /* "18:00-20:00": when messages may come, "" the usual hours */
	int only_answers;  /* no message but answers to what they do */
};

struct booking_answer {
	const char *question;
	int choice;
};

struct booking_request {
	const char *request_key;	   /* at most 128 characters */
	uint8_t body_hash[RDVD_HASH_SIZE]; /* of what was asked, as JSON values */
	const char *service, *site;	   /* slugs */
	rdvd_time start;
	int has_start;	/* 0: it could not be read */
	uint64_t hold;	/* 0 none */
	int party_size; /* 0: 1 */
	/* An interpreter is needed: the appointment is longer where the service says so,
	 * as it is for those who speak one of its languages. */
	int interpreter;
	/* To the service's questions: a question's id, and the rank of the choice from 0
	 * (-1: none), by as many as nanswers. What is no question or no choice of the
	 * service is an error; staff need not answer any. */
	const struct booking_answer *answers;
	size_t nanswers;
	int notice; /* 1: "notice": true, the person was told what is done with the data
		     */
	struct booking_person person;
	enum rdvd_booked_by channel;
	uint8_t holder[16]; /* the browser */
	int hold_seconds;   /* of booking_hold: how long; 0: ten minutes */
	/* staff only */
	const char *actor; /* login; NULL for the public */
	rdvd_id within;	   /* an organisation (definition id): who receives and who is
			      received are hers; 0: anybody's */
	const char *counsellor;	 /* slug; NULL: the opening's, or any free one of the
				    organisation */
	const char *counsellor2; /* for a service that needs two */
	const char *place_name, *place_postcode; /* ad hoc, instead of site */
	int minutes;				 /* 0: the service's */
	int over; /* one more than a workshop's capacity, where that is a wish */
	/* The conversation that asked for it: its reply stands for the SMS notice, the
	 * e-mail goes all the same. Strings are copied. NULL none */
	const struct rdvd_turn *turn;
	rdvd_id wait; /* the waiting list's entry that this serves; 0 */
	/* staff only */
	int walk_in;	       /* is there, without an appointment: no message is owed */
	int tell;	       /* of a walk-in: messages are owed all the same */
	const char *companion; /* a partner who will be present; NULL none */
};

/* With a turn the hold and the step of the conversation are kept together, and r->hold is
 * the name that the hold gets: see booking_hold_draw. */
void booking_hold(struct booking *b, const struct booking_request *r, booking_cb *cb,
		  void *arg);
void booking_hold_extend(struct booking *b, uint64_t hold, booking_cb *cb, void *arg);
void booking_hold_release(struct booking *b, uint64_t hold);
/* The kept slot of a hold that has not expired: 0, or -1. */
int booking_hold_find(const struct booking *b, uint64_t hold, struct slot *slot,
		      rdvd_time *expires);
/* Draw a name for a hold. */
uint64_t booking_hold_draw(void);
/* Holds are named outside by 16 hexadecimal digits. */
void booking_hold_name(uint64_t hold, char out[17]);
int booking_hold_parse(const char *name, uint64_t *hold);

void booking_book(struct booking *b, const struct booking_request *r, booking_cb *cb,
		  void *arg);
/* Check the fields only (the form's page): adds to errors. */
void booking_check_person(const struct booking *b, const struct booking_person *p,
			  struct booking_errors *errors);

/* An appointment is named by its token (public), or by its id (staff: actor is a login).
 */
struct booking_which {
	const char *token; /* NULL: by id */
	rdvd_id id;
	const char *actor; /* NULL: the person */
	/* As in struct booking_request. */
	const struct rdvd_turn *turn;
	uint64_t hold; /* of a move: keeps the new time. 0 none */
	rdvd_id wait;  /* of a move: the waiting list's entry that this serves; 0 */
	int no_more_reminders; /* with confirm: those that wait are let go */
	/* of the team's move or cancellation: its notice leaves BOOKING_UNDO_S later, and
	 * until then booking_undo takes it back */
	int undoable;
};

void booking_get(struct booking *b, const struct booking_which *w, booking_cb *cb,
		 void *arg);
void booking_cancel(struct booking *b, const struct booking_which *w, booking_cb *cb,
		    void *arg);
void booking_confirm(struct booking *b, const struct booking_which *w, booking_cb *cb,
		     void *arg);
/* site NULL: the same. Staff (w->actor) may use counsellor and any time. */
void booking_move(struct booking *b, const struct booking_which *w, const char *site,
		  rdvd_time start, const char *counsellor, booking_cb *cb, void *arg);

/* ---- staff ---- */

/* persons_present -1: not said. */
void booking_mark(struct booking *b, const struct booking_which *w,
		  enum rdvd_outcome outcome, int persons_present, booking_cb *cb,
		  void *arg);
/* Take back the latest move or cancellation that was undoable: time, place, counsellors,
 * confirmation and reminders as before, nothing is sent. DONE, also when it was taken
 * back already; TOO_LATE once its notice has left or may have, or another act followed;
 * TAKEN when its time is somebody else's by now. */
#define BOOKING_UNDO_S 30
void booking_undo(struct booking *b, rdvd_id id, const char *actor, booking_cb *cb,
		  void *arg);
/* What the front desk says of a day: who is there, who will be late, who accompanies. */
struct booking_arrival {
	enum { ARRIVAL_LEAVE = 0, ARRIVAL_HERE, ARRIVAL_NOT_HERE } here;
	rdvd_time expected;    /* will be there at; the start itself: nobody said when; 0
				  on time after all; -1: leave */
	const char *companion; /* NULL: leave; at most COMPANION_MAX characters */
};
#define COMPANION_MAX 120
/* DONE, also when it said so already; FIELDS: the companion's words; IS_CANCELLED. */
void booking_arrive(struct booking *b, rdvd_id id, const struct booking_arrival *a,
		    const char *actor, booking_cb *cb, void *arg);
void booking_absence_add(struct booking *b, const char *counsellor, rdvd_time start,
			 rdvd_time end, const char *label, const char *actor,
			 booking_cb *cb, void *arg);
void booking_absence_remove(struct booking *b, rdvd_id absence, const char *actor,
			    booking_cb *cb, void *arg);

/* The absences that end after from, by the store's order; items are lent for the
 * callback. rc: OK, BUSY or FAILED. */
typedef void booking_absences_cb(void *arg, enum rdvd_rc rc,
				 const struct rdvd_absence *items, size_t n);
void booking_absences(struct booking *b, rdvd_time from, booking_absences_cb *cb,
		      void *arg);

/* The team puts right what was answered to the service's questions. OK, INVALID (no such
 * question or choice), NOT_FOUND (the service is gone, or the appointment), BUSY, FAILED.
 */
typedef void booking_done_cb(void *arg, enum rdvd_rc rc);
void booking_answer(struct booking *b, const struct rdvd_appointment *a,
		    const struct booking_answer *answers, size_t n, const char *actor,
		    booking_done_cb *cb, void *arg);

/* So many minutes longer than its service, for an interpreter: a move keeps them. */
int booking_extra_minutes(const struct booking *b, const struct rdvd_appointment *a);

/* The reminders still to come of an appointment, as they were planned when it was made:
 * days[i] is how many days before the visit the i-th leaves, hours kept to included.
 * Returns how many (at most REMINDERS_MAX). */
size_t booking_reminders(const struct booking *b, const struct rdvd_appointment *a,
			 rdvd_time now, int days[REMINDERS_MAX]);

/* A list of appointments with their messages: read in the reader's thread, called back in
 * the loop. records are lent for the callback. rc: OK, BUSY or FAILED. */
typedef void booking_list_cb(void *arg, enum rdvd_rc rc,
			     const struct record_list *records);
void booking_list(struct booking *b, const struct rdvd_appointment_filter *f,
		  int with_messages, booking_list_cb *cb, void *arg);
/* Probable duplicates of a person, by her latest appointments. */
void booking_duplicates(struct booking *b, rdvd_id person, booking_list_cb *cb,
			void *arg);
void booking_person_search(struct booking *b, const char *q, booking_list_cb *cb,
			   void *arg);

/* The token and address of an appointment. */
void booking_token(const struct booking *b, uint64_t ref, uint32_t generation,
		   char out[SECRET_TOKEN_CHARS + 1]);

/* ---- the territory ---- */

/* What an import makes of one object. */
struct booking_difference {
	enum rdvd_definition_kind kind;
	const char *slug;
	const char *before, *after; /* JSON; NULL: there was none, or it is retired */
};

struct booking_import {
	size_t created, changed, retired, unchanged;
	size_t outside; /* appointments to come that now lie outside openings: kept, never
			   cancelled */
	const struct booking_difference *differences; /* of a dry run; lent */
	size_t ndifferences;
	const char *text;   /* one line a difference, for people; lent */
	const char *errors; /* the file's errors, one a line, or ""; lent */
};
typedef void booking_import_cb(void *arg, enum rdvd_rc rc,
			       const struct booking_import *i);
/* Import a territory file's bytes; called back once the agenda serves it (or with what
 * would change). */
void booking_import(struct booking *b, const char *name, const char *bytes, size_t n,
		    int dry_run, const char *actor, booking_import_cb *cb, void *arg);

/* Rebuild the agenda from the store and compare: called back with one line a difference,
 * and the store's own problems. */
typedef void booking_check_cb(void *arg, enum rdvd_rc rc, const char *problems);
void booking_check(struct booking *b, booking_check_cb *cb, void *arg);

#endif
