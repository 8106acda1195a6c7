/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h - what a store plugin does: one operation is one sentence of the domain. Cut at
 * meaning, not at SQL, so that SQLite and PostgreSQL answer the same questions in the
 * same words.
 *
 * A handle is used by one thread. A writer handle works in transactions that the caller
 * groups: begin, then for each operation savepoint / operation / release or rollback,
 * then commit. Operations marked [w] change the store and are called between savepoint
 * and release; [r] only read and may be called on a read-only handle outside any
 * transaction. After every operation the caller asks in_transaction: a full disk ends the
 * whole transaction, and then nothing of it was kept. After any answer but OK the caller
 * undoes to the savepoint (or rolls back): what the operation had begun does not stand.
 * The change counter and the message counts are written by commit, so [r] calls on other
 * handles see them after it.
 *
 * Pointers in arguments are lent for the call. Row callbacks get pointers that are valid
 * during the callback only; returning non-zero stops the walk (the operation then answers
 * OK). A callback calls no operation of the same handle. Strings are UTF-8 and
 * NUL-terminated; "" and NULL are the same absence in arguments, and rows never hold NULL
 * strings. Results go out by pointer and are untouched unless the operation answers OK
 * (or says otherwise).
 *
 * The rules that must never break are kept here, whatever the caller believed: no
 * counsellor in two active claims that overlap, no session over its capacity (holds
 * included; the team may raise it, see over), one appointment per request key, one
 * message per (participation, kind, ordinal, channel, revision), facts only appended. */
#ifndef RDVD_STORE_H
#define RDVD_STORE_H

#include <stddef.h>

#include "rdvd/correspondence.h"
#include "rdvd/figure.h"
#include "rdvd/plugin.h"

#define RDVD_COUNSELLORS_MAX 8 /* together in one appointment */
#define RDVD_MESSAGES_MAX 12   /* owed by one act */

/* ---- definitions: what the territory file describes, one JSON object each ---- */

enum rdvd_definition_kind {
	RDVD_DEF_NETWORK = 1,
	RDVD_DEF_ORGANISATION,
	RDVD_DEF_SITE,
	RDVD_DEF_COUNSELLOR,
	RDVD_DEF_SERVICE,
	RDVD_DEF_OPENING,
	RDVD_DEF_CLOSURE,
};

struct rdvd_definition {
	rdvd_id id; /* given by the store at the first put; stable for (kind, slug) for
		       ever */
	enum rdvd_definition_kind kind;
	const char *slug;
	const char *body; /* the JSON object, canonical */
	int retired;	  /* no longer in the territory; kept for what refers to it */
};

/* ---- people, appointments ---- */

enum rdvd_status { RDVD_BOOKED = 1, RDVD_CONFIRMED, RDVD_CANCELLED };

enum rdvd_outcome {
	RDVD_OUTCOME_UNKNOWN = 0,
	RDVD_SEEN,
	RDVD_NO_SHOW,
	RDVD_EXCUSED,	  /* cancelled by the person */
	RDVD_REVOKED,	  /* cancelled by the team */
	RDVD_DOOR_CLOSED, /* a home visit before a closed door */
};

enum rdvd_booked_by {
	RDVD_BY_WEB = 1,
	RDVD_BY_SMS,
	RDVD_BY_COUNSELLOR,
	RDVD_BY_PARTNER,
	RDVD_BY_API,
	RDVD_BY_CALENDAR,
};

/* The words that stand for the enums in the store, the API and the facts; NULL-terminated
 * by enum order. */
static inline const char *rdvd_status_name(enum rdvd_status s)
{
	static const char *const names[] = {"", "booked", "confirmed", "cancelled"};
	return names[s];
}

static inline const char *rdvd_outcome_name(enum rdvd_outcome o)
{
	static const char *const names[] = {"unknown", "seen",	  "no_show",
					    "excused", "revoked", "door_closed"};
	return names[o];
}

static inline const char *rdvd_booked_by_name(enum rdvd_booked_by c)
{
	static const char *const names[] = {"",	       "web", "sms",	 "counsellor",
					    "partner", "api", "calendar"};
	return names[c];
}

struct rdvd_person {
	rdvd_id id; /* 0 in a booking: a new person; else that row, which stays as it is
		     */
	rdvd_id situation; /* people followed together; 0 none yet */
	const char *first_name;
	const char *last_name;
	int birth_year;	   /* 0 unknown */
	const char *phone; /* E.164, or as typed when it could not be read; "" none */
	int sms_ok;	   /* phone can receive SMS */
	const char *email;
	const char *postcode;
	const char *insee;
	const char *locale; /* "fr", "en", any BCP 47 tag */
	const char *
		needs; /* a language, an interpreter, step-free access: what, never why */
	int discreet;  /* neutral sender and text */
	int professional;     /* comes as a colleague, to an exchange group */
	const char *employer; /* of a professional; "" */
	/* What somebody who wants few messages asked for; rows give back what a booking
	 * put. */
	int only_answers; /* 1: nothing but answers to what they do; reminders and the
			     like are kept with the reason, not sent */
	int hours_from, hours_to; /* minutes of the day, at the site, between which what
				     is no answer may come; equal: the usual hours */
};

/* ---- acts. Every act carries now, and actor: a staff login for the audit trail, "" for
 * the public. ---- */

struct rdvd_place {
	rdvd_id site;	      /* 0: an ad-hoc place */
	const char *name;     /* of an ad-hoc place */
	const char *postcode; /* of an ad-hoc place */
	int rooms;	      /* how many appointments at once there; 0 no limit */
};

struct rdvd_when {
	rdvd_time start, end;
	int64_t civil_start; /* seconds since 1970-01-01T00:00 in the zone, without the
				zone */
	const char *zone; /* its name: a change of zone rules moves the instant, not the
			     hour */
};

struct rdvd_hold_request {
	uint64_t ref; /* random; how the hold is named outside */
	/* The browser; zeros: none. A third hold of one browser releases its oldest, and
	 * one that its own earlier hold stands in the way of releases that one. */
	uint8_t holder[16];
	rdvd_id service;
	rdvd_id organisation;
	struct rdvd_place place;
	struct rdvd_when when;
	int capacity; /* of a workshop; 0: an appointment */
	int seats;    /* kept in the workshop; 0 is 1 */
	rdvd_id counsellors[RDVD_COUNSELLORS_MAX];
	int ncounsellors;
	rdvd_time now, expires;
};

/* What a fact says beyond what the appointment's rows say; see "Attendance facts" in the
 * manual. */
struct rdvd_fact_seed {
	const char *appointment; /* pseudonyms, made with the person's random key */
	const char *person; /* this and the next: of a new person; else the store knows
			       them */
	const char *situation;
	const char *place_kind;
	const char *programme;
	const char *mode;
	int age; /* -1 unknown */
};

struct rdvd_booking {
	const char *request_key;	   /* "" none */
	uint8_t body_hash[RDVD_HASH_SIZE]; /* of the request, compared when the key is
					      known */
	enum rdvd_rc verdict; /* what the agenda thinks; not OK: answered once the key is
				 unknown */
	rdvd_id service;
	rdvd_id organisation;
	struct rdvd_place place;
	struct rdvd_when when;
	int capacity;
	rdvd_id counsellors[RDVD_COUNSELLORS_MAX];
	int ncounsellors;
	uint64_t hold; /* its ref; 0 none. A hold that expired is ignored, its slot is
			  taken if free */
	enum rdvd_booked_by channel;
	int party_size;
	uint64_t ref; /* random: with the server's key it makes the token */
	uint8_t token_hash[RDVD_HASH_SIZE];
	struct rdvd_person person;
	uint8_t fact_key[16]; /* of a new person */
	struct rdvd_fact_seed fact;
	int32_t booked_on; /* civil day (days since 1970-01-01) in the site's zone */
	const struct rdvd_owed *owed;
	size_t nowed;
	const struct rdvd_turn *turn; /* that asked for it; NULL */
	rdvd_id wait;		      /* the waiting list's entry that this serves; 0 */
	int over;	       /* the team takes one more into a workshop that is full */
	int walk_in;	       /* came without an appointment */
	rdvd_time arrived;     /* is there since; 0 not yet */
	const char *companion; /* a partner who will be present; "" */
	const char *answers;   /* to the service's questions, a JSON object; "" none */
	rdvd_time now;
	const char *actor;
};

struct rdvd_booked {
	rdvd_id id; /* the participation: the API's appointment */
	rdvd_id session;
	int known;	   /* 1: the request key was known, this is the first booking's */
	uint64_t released; /* the hold that this booking used up; 0 none */
};

/* Which appointment an act is about: by token's hash, or by id when id is not 0. */
struct rdvd_which {
	rdvd_id id;
	uint8_t token_hash[RDVD_HASH_SIZE];
};

/* An act of the team's that can be taken back (take_back). */
struct rdvd_undo_seed {
	rdvd_time until; /* so long, as no message of it leaves before; 0: it cannot */
	int rooms;	 /* of the place where it stands before the act */
	const char *place_kind; /* of that place, for the facts */
};

struct rdvd_move {
	struct rdvd_which which;
	enum rdvd_rc verdict; /* what the agenda thinks; not OK: answered, unless already
				 there */
	struct rdvd_place place;
	struct rdvd_when when;
	int capacity;
	rdvd_id counsellors[RDVD_COUNSELLORS_MAX];
	int ncounsellors;
	int named; /* 1: these counsellors were asked for: only with them it is already
		      there */
	int32_t move_until_s; /* STALE when the present start is nearer than this; -1: no
				 check (staff) */
	const char *place_kind;
	const struct rdvd_owed
		*owed; /* moved, and new reminders; the waiting ones are superseded */
	size_t nowed;
	const struct rdvd_turn *turn; /* that asked for it; NULL */
	uint64_t hold;		      /* that keeps the new time; used up. 0 none */
	rdvd_id wait;		      /* the waiting list's entry that this serves; 0 */
	struct rdvd_undo_seed undo;
	rdvd_time now;
	const char *actor;
};

struct rdvd_cancel {
	struct rdvd_which which;
	int by_team; /* outcome revoked, else excused */
	const struct rdvd_owed
		*owed; /* the cancellation notice; the waiting ones are superseded */
	size_t nowed;
	const struct rdvd_turn *turn; /* that asked for it; NULL */
	struct rdvd_undo_seed undo;
	rdvd_time now;
	const char *actor;
};

struct rdvd_take_back {
	struct rdvd_which which;
	rdvd_time now;
	const char *actor;
};

struct rdvd_mark { /* attendance, or the person's "I am coming" */
	struct rdvd_which which;
	enum rdvd_outcome outcome;
	int persons_present; /* -1: leave */
	int rooms;	     /* of the site, for one that comes back; 0 no limit */
	const struct rdvd_owed *owed; /* for one that comes back: that it stands, and
					 reminders; for a no-show the follow-up */
	size_t nowed;
	const struct rdvd_turn *turn; /* of "I am coming"; NULL */
	int no_more_reminders; /* with "I am coming": those that wait are superseded */
	rdvd_time now;
	const char *actor;
};

/* Who is in the waiting room, who will be late, who accompanies. */
struct rdvd_arrival {
	rdvd_id participation;
	rdvd_time arrived;     /* since; 0 not after all; -1: leave */
	rdvd_time expected;    /* will be there at, the start itself when nobody said; 0
				  nothing was said; -1: leave */
	const char *companion; /* NULL: leave */
	rdvd_time now;
	const char *actor;
};

/* A home visit, once somebody has set out for it. */
struct rdvd_visit {
	rdvd_time left;	   /* 0: nobody has */
	rdvd_time due;	   /* when they should be back */
	rdvd_time back;	   /* 0 not yet */
	rdvd_time alarmed; /* when the team was told that they are late; 0 */
	rdvd_time settled; /* when somebody said that all is well; 0 */
};

enum rdvd_visit_act {
	RDVD_VISIT_LEAVE = 1, /* or: another due */
	RDVD_VISIT_RETURN,
	RDVD_VISIT_SETTLE, /* late, and all is well */
	RDVD_VISIT_ALARM,
};

struct rdvd_visit_step {
	rdvd_id session;
	enum rdvd_visit_act act;
	rdvd_time due; /* with LEAVE */
	/* with ALARM: what is told, in the same transaction; with RETURN and SETTLE the
	 * notice's key, which is then seen */
	const struct rdvd_notice *notice;
	const struct rdvd_letter *letters;
	size_t nletters;
	rdvd_time now;
	const char *actor;
};

/* ---- what reading gives ---- */

struct rdvd_appointment { /* one participation with all that surrounds it */
	rdvd_id id;
	uint64_t ref;
	uint32_t generation; /* of its token */
	rdvd_id session;
	const char *uid; /* the session's, for calendars */
	int sequence;	 /* the participation's (RFC 5545 SEQUENCE): raised by move and
			    cancel */
	int session_sequence; /* the session's, for the counsellors' calendars */
	rdvd_id service;
	rdvd_id organisation;
	struct rdvd_place place;
	struct rdvd_when when;
	int capacity;
	rdvd_id counsellors[RDVD_COUNSELLORS_MAX];
	int ncounsellors;
	enum rdvd_status status;
	enum rdvd_outcome outcome;
	enum rdvd_booked_by channel;
	int party_size;
	int persons_present; /* -1 not said */
	int revision; /* raised by each move and cancellation: part of the messages' key
		       */
	rdvd_time created, changed;
	rdvd_time confirmed;	     /* 0 no; a move clears it */
	rdvd_time cancelled;	     /* 0 no */
	rdvd_time arrived, expected; /* as in struct rdvd_arrival; a move clears them */
	int walk_in;
	const char *companion, *answers;
	struct rdvd_visit visit; /* of its session */
	struct rdvd_person person;
	int earlier_visits; /* of this person row, outcome seen; for "first time or not"
			     */
	int duplicates; /* other person rows with the same phone, first name and year */
};

struct rdvd_appointment_filter {
	rdvd_time from, to;   /* of the start; 0, 0: all */
	rdvd_id site;	      /* 0 any */
	rdvd_id counsellor;   /* 0 any */
	rdvd_id organisation; /* 0 any */
	int without_cancelled;
	int unmarked; /* only those not cancelled whose outcome is unknown */
	/* Page: after this (start, id), at most limit rows (0: no limit); order is start,
	 * then id. */
	rdvd_time after_start;
	rdvd_id after_id;
	size_t limit;
};

/* What fills the agenda: an active claim of a session or of a hold. */
struct rdvd_claim {
	rdvd_id counsellor;
	rdvd_id site;
	rdvd_time start, end;
	rdvd_id session;   /* 0: a hold's; with hold: the workshop that it keeps places in
			    */
	uint64_t hold;	   /* its ref, 0: a session's */
	rdvd_time expires; /* of the hold */
	rdvd_id service;
	int capacity; /* of a workshop's session */
	int taken;    /* places taken: by the people of a session, or by the hold */
};

struct rdvd_absence {
	rdvd_id id;
	rdvd_id counsellor;
	rdvd_time start, end;
	const char *label; /* shown to colleagues: "congés"; never a medical reason */
};

/* A claimed message with the appointment whose present state makes its text. */
typedef int rdvd_message_cb(void *arg, const struct rdvd_message_row *m,
			    const struct rdvd_appointment *a);

struct rdvd_fact {
	int64_t seq;
	int revision;
	int deleted; /* a tombstone: the rest is empty */
	const char *appointment,
		*session; /* pseudonyms; session: opaque, shared by a workshop's facts */
	rdvd_id organisation, site, service;
	const char *place_kind, *commune, *programme, *mode;
	enum rdvd_booked_by channel;
	int32_t booked_on, day; /* civil days */
	int afternoon;
	int lead_days;
	enum rdvd_outcome outcome;
	int cancel_notice_minutes; /* -1 not cancelled */
	int reminders_sent;	   /* taken by a gateway, whatever came of it */
	int reminders_delivered;
	int confirmed;
	const char *person, *situation;
	int persons_present; /* -1 not said */
	int age;	     /* -1 unknown */
	const char *locale;  /* "fr" or "other" */
};

struct rdvd_fact_filter {
	int32_t from, to;  /* civil days of the appointment, half-open; INT32_MIN,
			      INT32_MAX: all */
	int64_t after_seq; /* only facts appended after this one */
	size_t limit;	   /* 0: no limit */
};

/* ---- staff ---- */

struct rdvd_user {
	rdvd_id id;
	const char *login;
	const char *password_hash;
	const char *role;     /* "network", "admin", "counsellor", "desk", "observer" */
	rdvd_id organisation; /* 0: the network */
	rdvd_id counsellor;   /* whose agenda is theirs; 0 none */
	int disabled;
	rdvd_time created;
	const char *name; /* as colleagues read it; "" */
	const char *email;
	/* The second factor, which user_factor writes: user_put leaves it alone. */
	const void *totp; /* its secret, sealed; NULL none */
	size_t totp_size;
	int64_t totp_step; /* the last one used: a code counts once */
	int recovery_left; /* codes that stand for it and were not used */
	rdvd_time seen;	   /* the last log-in; 0 never */
};

struct rdvd_login { /* a session cookie */
	uint8_t token_hash[RDVD_HASH_SIZE];
	rdvd_id user;
	rdvd_time created, last_seen, expires;
	const char *device; /* "Firefox, Linux" */
	int factor;	    /* 1: the second one was given */
};

#define RDVD_RECOVERY_CODES 10

/* Somebody is asked to become a member of staff, or to choose another password. */
struct rdvd_invitation {
	rdvd_id id;
	uint8_t token_hash[RDVD_HASH_SIZE];
	rdvd_id user; /* of a new password; 0: a new member */
	const char *name, *email, *role;
	rdvd_id organisation, counsellor;
	const char *actor;
	rdvd_time created, expires;
};

struct rdvd_api_token {
	uint8_t token_hash[RDVD_HASH_SIZE];
	const char *role;
	const char *label;
	rdvd_id organisation; /* 0: the network */
	rdvd_time created;
	rdvd_time seen;	   /* the last use, to a few minutes; 0 never */
	rdvd_time revoked; /* 0: it counts */
};

struct rdvd_feed { /* a secret calendar address */
	uint8_t token_hash[RDVD_HASH_SIZE];
	rdvd_id counsellor;
	int with_names; /* the counsellor asked for names in the feed */
	rdvd_time created;
};

typedef int rdvd_definition_cb(void *arg, const struct rdvd_definition *d);
typedef int rdvd_claim_cb(void *arg, const struct rdvd_claim *c);
typedef int rdvd_absence_cb(void *arg, const struct rdvd_absence *a);
typedef int rdvd_appointment_cb(void *arg, const struct rdvd_appointment *a);
typedef int rdvd_message_row_cb(void *arg, const struct rdvd_message_row *m);
typedef int rdvd_fact_cb(void *arg, const struct rdvd_fact *f);
typedef int rdvd_figure_cb(void *arg, const struct rdvd_figure *f);
typedef int rdvd_supply_cb(void *arg, const struct rdvd_supply *s);
typedef int rdvd_outlook_cb(void *arg, const struct rdvd_outlook *o);
typedef int rdvd_user_cb(void *arg, const struct rdvd_user *u);
typedef int rdvd_login_cb(void *arg, const struct rdvd_login *l);
typedef int rdvd_api_token_cb(void *arg, const struct rdvd_api_token *t);
typedef int rdvd_feed_cb(void *arg, const struct rdvd_feed *f);
typedef int rdvd_invitation_cb(void *arg, const struct rdvd_invitation *i);
typedef int rdvd_inbound_cb(void *arg, const struct rdvd_inbound *i);
typedef int rdvd_contact_cb(void *arg, const struct rdvd_contact *c);
typedef int rdvd_wait_cb(void *arg, const struct rdvd_wait *w);
typedef int rdvd_offer_cb(void *arg, const struct rdvd_offer *o,
			  const struct rdvd_wait *w);
/* A change of definitions that can be taken back. */
struct rdvd_edit_part {
	rdvd_id definition;
	const char *before; /* its body; NULL: there was none, or it was retired */
	const char *after;  /* NULL: retired */
};

struct rdvd_edit {
	rdvd_time at;
	const char *actor;
	const struct rdvd_edit_part *parts;
	size_t n;
	rdvd_id undoes; /* the edit that it takes back; 0 none */
	rdvd_id undone; /* of a read one: by which it was taken back; 0: it stands */
};

typedef void rdvd_edit_cb(void *arg, const struct rdvd_edit *e);

/* An appointment that a change of definitions leaves without its opening: noted before
 * the change, until it is moved or cancelled, or has begun. */
struct rdvd_touched {
	rdvd_id participation;
	const char *why; /* what is changed: "Fermer Rouvroy" */
	int left;	 /* 1: stays as it is on purpose, the person is called */
	rdvd_time at;
	const char *actor;
};
typedef int rdvd_touched_cb(void *arg, const struct rdvd_touched *t,
			    const struct rdvd_appointment *a);

typedef int rdvd_notice_cb(void *arg, const struct rdvd_notice *n);
typedef int rdvd_spent_cb(void *arg, const struct rdvd_spent *s);
typedef int rdvd_problem_cb(void *arg, const char *sentence);

struct rdvd_store_ops {
	/* Open, migrating a writer's older database; a newer one, or one that is not ours
	 * or damaged, is refused with a logged sentence. readonly handles come after the
	 * writer's. */
	enum rdvd_rc (*open)(const struct rdvd_host *host, int readonly, void **st);
	void (*close)(void *st);

	/* Transactions of a writer handle. commit: FAILED when nothing was kept;
	 * UNCERTAIN when the answer was lost. rollback ends the transaction, whatever its
	 * state. */
	enum rdvd_rc (*begin)(void *st);
	enum rdvd_rc (*savepoint)(void *st);
	enum rdvd_rc (*release)(void *st);
	void (*undo)(void *st); /* back to the savepoint, and release it */
	enum rdvd_rc (*commit)(void *st);
	void (*rollback)(void *st);
	int (*in_transaction)(void *st);
	/* Between transactions, when nothing waits: move the log into the database. */
	void (*checkpoint)(void *st);

	/* Definitions. put [w] inserts, or changes the body, or revives; *id out. retire
	 * [w]. */
	enum rdvd_rc (*definition_put)(void *st, enum rdvd_definition_kind kind,
				       const char *slug, const char *body, rdvd_time now,
				       rdvd_id *id);
	enum rdvd_rc (*definition_retire)(void *st, rdvd_id id, rdvd_time now);
	/* [r] All, by kind then id, retired ones included. */
	enum rdvd_rc (*definition_each)(void *st, rdvd_definition_cb *cb, void *arg);
	/* What a change of definitions did, kept beside it [w]: STALE when undoes was
	 * taken back before. edit_get [r]: NOT_FOUND. */
	enum rdvd_rc (*edit_keep)(void *st, const struct rdvd_edit *e, rdvd_id *id);
	enum rdvd_rc (*edit_get)(void *st, rdvd_id id, rdvd_edit_cb *cb, void *arg);
	/* [r] The same without its parts: when, by whom, whether it stands. NOT_FOUND. */
	enum rdvd_rc (*edit_head)(void *st, rdvd_id id, rdvd_edit_cb *cb, void *arg);
	/* Whom a change leaves without an opening. touched_put [w]: notes, or notes
	 * anew; an unknown participation is let go. touched_drop [w]: unknown ones are
	 * let go. touched_each [r]: those not cancelled, neither moved nor begun since,
	 * by start then id; organisation 0: all. */
	enum rdvd_rc (*touched_put)(void *st, const struct rdvd_touched *t, size_t n);
	enum rdvd_rc (*touched_drop)(void *st, const rdvd_id *participations, size_t n);
	enum rdvd_rc (*touched_each)(void *st, rdvd_id organisation, rdvd_time now,
				     rdvd_touched_cb *cb, void *arg);
	/* A long import, so that no transaction is long: draft_put [w] writes pieces down
	 * (body NULL: to be retired; first 0 forgets an earlier draft), draft_decide [w]
	 * makes the whole of it count, draft_apply [w] does at most max of it: *left is
	 * how many remain. A draft that was never decided is forgotten by draft_apply;
	 * one that was is applied to its end at the next start. */
	enum rdvd_rc (*draft_put)(void *st, const struct rdvd_definition *items, size_t n,
				  size_t first);
	enum rdvd_rc (*draft_decide)(void *st, const char *actor, rdvd_time now);
	enum rdvd_rc (*draft_apply)(void *st, size_t max, rdvd_time now, size_t *left);
	/* [r] A number that changes with every committed act: the network's change
	 * counter. */
	enum rdvd_rc (*change_seq)(void *st, int64_t *seq);
	/* [r] The counter's value at the last change of one counsellor's calendar; 0
	 * none. Counsellor 0: at the last change of a definition. */
	enum rdvd_rc (*calendar_seq)(void *st, rdvd_id counsellor, int64_t *seq);
	/* [r] A random name made at the first opening, for calendar UIDs. Lent until
	 * close. */
	const char *(*instance)(void *st);

	/* Agenda. [r] Active claims that end after from; expired holds left out. */
	enum rdvd_rc (*claim_each)(void *st, rdvd_time from, rdvd_time now,
				   rdvd_claim_cb *cb, void *arg);
	enum rdvd_rc (*absence_each)(void *st, rdvd_time from, rdvd_absence_cb *cb,
				     void *arg);
	enum rdvd_rc (*absence_put)(void *st, const struct rdvd_absence *a, rdvd_time now,
				    const char *actor, rdvd_id *id); /* [w] */
	enum rdvd_rc (*absence_remove)(void *st, rdvd_id id, rdvd_time now,
				       const char *actor); /* [w] */

	/* Holds [w]. create: CONFLICT when the slot is taken; INVALID without a
	 * counsellor, or when it is longer than a day. *session: the workshop's, else 0.
	 * released: the refs of the holds that were let go for this one (at most 2, zeros
	 * after). Every act that takes time lets go of the expired holds first. */
	enum rdvd_rc (*hold_create)(void *st, const struct rdvd_hold_request *h,
				    rdvd_id *session, uint64_t released[2]);
	/* Twice at most (then STALE); NOT_FOUND when expired or unknown. */
	enum rdvd_rc (*hold_extend)(void *st, uint64_t ref, rdvd_time now,
				    rdvd_time expires);
	enum rdvd_rc (*hold_release)(void *st, uint64_t ref, rdvd_time now);
	/* Remove what expired before now; OK also when there is none. */
	enum rdvd_rc (*hold_sweep)(void *st, rdvd_time now);

	/* Acts [w]. book: OK (also for a known key with the same body), INVALID for a
	 * known key with another body, CONFLICT, or the verdict; INVALID also without a
	 * counsellor, for more than a day, or when an id is not one. A workshop (capacity
	 * > 0) that stands at that service, place and start is joined, and keeps its own
	 * counsellors; else the session is made with these. */
	enum rdvd_rc (*book)(void *st, const struct rdvd_booking *b,
			     struct rdvd_booked *out);
	/* OK also when it is already at that place and time (and, named, with those
	 * counsellors; with others only they change, no message is owed and what was
	 * confirmed stays so); STALE: cancelled, its outcome known, begun or too late
	 * (the last two not for staff: move_until_s -1).
	 * A confirmed one becomes booked. The session and its UID stay, unless it is a
	 * workshop's. */
	enum rdvd_rc (*move)(void *st, const struct rdvd_move *m, rdvd_id *session,
			     int *changed);
	/* OK and *changed 0 when already cancelled; STALE once begun, unless actor is
	 * staff, and once it was seen, missed or found closed. */
	enum rdvd_rc (*cancel)(void *st, const struct rdvd_cancel *c, int *changed);
	/* The person says "I am coming": booked becomes confirmed. STALE when cancelled
	 * or begun. */
	enum rdvd_rc (*confirm)(void *st, const struct rdvd_mark *m, int *changed);
	/* Staff mark an outcome: appends a fact when something changes. excused and
	 * revoked cancel, and free the counsellor; another outcome brings a cancelled one
	 * back only if the time is still free, the room included (else CONFLICT). */
	enum rdvd_rc (*mark)(void *st, const struct rdvd_mark *m, int *changed);
	/* [w] Take back the latest move or cancellation, made with an undo seed: time,
	 * place, counsellors, what was confirmed and the messages that waited are as
	 * before, and what the act owed is superseded. STALE once seed.until has come,
	 * another act followed, its outcome was told, or one of its messages has left;
	 * CONFLICT when that time is somebody else's by now. OK and *changed 0 when it
	 * was taken back already. */
	enum rdvd_rc (*take_back)(void *st, const struct rdvd_take_back *t, int *changed);

	/* The day [w]. arrive: OK and *changed 0 when it says so already; STALE when it
	 * is cancelled. visit: LEAVE makes the visit, or, while it is out, gives it
	 * another due (a later one takes an alarm back); after a return it is out again.
	 * RETURN and SETTLE of what is so already: *changed 0. SETTLE is STALE without an
	 * alarm. ALARM: STALE unless it is out, due at now or before, and no alarm was
	 * given; the notice and the letters are written with it, so that it is given
	 * once. NOT_FOUND: no such session, or nobody has set out. */
	enum rdvd_rc (*arrive)(void *st, const struct rdvd_arrival *a, int *changed);
	enum rdvd_rc (*visit)(void *st, const struct rdvd_visit_step *s, int *changed);
	/* [r] An appointment of each visit that is out, by due. */
	enum rdvd_rc (*visit_each)(void *st, rdvd_appointment_cb *cb, void *arg);

	/* Reading [r]. */
	enum rdvd_rc (*appointment_get)(void *st, const struct rdvd_which *w,
					rdvd_appointment_cb *cb, void *arg);
	enum rdvd_rc (*appointment_each)(void *st,
					 const struct rdvd_appointment_filter *f,
					 rdvd_appointment_cb *cb, void *arg);
	/* A person's latest appointment; NOT_FOUND. */
	enum rdvd_rc (*person_get)(void *st, rdvd_id person, rdvd_appointment_cb *cb,
				   void *arg);
	/* The person rows that share phone, first name and year with this one, itself
	 * left out; as their latest appointments. */
	enum rdvd_rc (*duplicate_each)(void *st, rdvd_id person, rdvd_appointment_cb *cb,
				       void *arg);
	/* Persons whose name, phone or e-mail begins like q (folded), as their latest
	 * appointments. */
	enum rdvd_rc (*person_search)(void *st, const char *q, rdvd_id organisation,
				      size_t limit, rdvd_appointment_cb *cb, void *arg);

	/* Messages. claim [w]: take up to max that are due, nearest appointment first;
	 * what is past its deadline or of an appointment that has begun becomes expired,
	 * what the appointment's present state makes false becomes superseded, and so
	 * does all but the latest of several that are due for one participation and
	 * channel: these are not given. Nor is what becomes suppressed: whatever goes to
	 * a number that said STOP, but the answer to their own text; and reminders to one
	 * where nothing arrives. A follow-up is false once its outcome is another one,
	 * the person has an appointment to come, or it was said before. The others become
	 * sending, the attempt counted (m->attempts). A letter without a participation is
	 * shown with an empty appointment (id 0), whose person has letter_to as phone or
	 * e-mail; letters go before everything else. The text is made after the commit,
	 * from what cb was shown. */
	enum rdvd_rc (*message_claim)(void *st, rdvd_time now, size_t max,
				      rdvd_message_cb *cb, void *arg);
	/* [w] How attempt r->attempt ended. STALE when the message is no longer sending
	 * or unknown with that attempt; delivered and undelivered also follow accepted.
	 * NOT_FOUND. */
	enum rdvd_rc (*message_result)(void *st, const struct rdvd_message_result *r);
	/* [w] At start: what was left sending becomes unknown, without a settlement; the
	 * callback is told each, and the caller then gives those that are to be settled a
	 * due by message_result with state unknown (by kind, its rule). */
	enum rdvd_rc (*message_sweep)(void *st, rdvd_time now, rdvd_message_cb *cb,
				      void *arg);
	enum rdvd_rc (*message_next)(void *st,
				     rdvd_time *due); /* [r] NOT_FOUND: none waits */
	/* [r] By id, each with its appointment as it is now. */
	enum rdvd_rc (*message_each)(void *st, const struct rdvd_message_filter *f,
				     rdvd_message_cb *cb, void *arg);
	enum rdvd_rc (*message_counts)(void *st,
				       int64_t counts[RDVD_MSG_SUPPRESSED + 1]); /* [r] */
	/* [r] The appointments, not cancelled, of the person of this participation (rows
	 * with the same phone, first name and year are the same person) whose civil day
	 * is in the same week, Monday to Sunday, itself included, by start. message_claim
	 * supersedes the other waiting reminders of that week, channel and ordinal when
	 * it gives a far one (a day and a half or more before the start) with week 1. */
	enum rdvd_rc (*person_week)(void *st, rdvd_id participation,
				    rdvd_appointment_cb *cb, void *arg);
	/* [w] Write a letter. *id 0: its key was known, nothing written. */
	enum rdvd_rc (*letter_put)(void *st, const struct rdvd_letter *l, rdvd_id *id);
	/* [r] What was spent on SMS since: attempts that were accepted or may have been.
	 */
	enum rdvd_rc (*spent_each)(void *st, rdvd_time since, rdvd_spent_cb *cb,
				   void *arg);
	/* [w] Recipients and words of what is older than before are erased, of at most
	 * max messages and inbound texts; raw events and codes too, and who
	 * waited, once that is over. *n: how many were. */
	enum rdvd_rc (*anonymise)(void *st, rdvd_time before, size_t max, size_t *n);

	/* What comes back [w]: keep what the provider said (raw: the request's body or
	 * the file), then apply it, in one transaction. receipt_put: the message is named
	 * by ours or the provider's id; ranks decide, not the order of arrival: accepted
	 * and unknown ones become accepted, undelivered or delivered (an unknown one is
	 * settled by it, and one that waited to go again leaves the queue when it had
	 * left after all), failed ones too when it was delivered in the end. One that
	 * comes before its message's result is applied when that comes; one about a
	 * message that never went through that gateway is kept and not believed; of an
	 * earlier attempt only the good news count. A bad number marks the contact until
	 * something arrives there. *known 1: told before. NOT_FOUND is not an answer: an
	 * orphan is kept. inbound_put: *known 1: told before (the same gateway and key;
	 * or, without a key, the same sender, text and instant). The parts of a long text
	 * become one, NEW, once the last has come (*id is then that one's, else 0); they
	 * are not shown beside it. number is normalised by the caller. */
	enum rdvd_rc (*receipt_put)(void *st, const char *gateway,
				    const struct rdvd_event *e, const char *raw,
				    size_t raw_size, rdvd_time now, int *known);
	enum rdvd_rc (*inbound_put)(void *st, const struct rdvd_inbound *i,
				    const char *raw, size_t raw_size, rdvd_time now,
				    rdvd_id *id, int *known);
	/* A call-back that was proven and could not be read. */
	enum rdvd_rc (*event_keep)(void *st, const char *gateway, const char *raw,
				   size_t raw_size, rdvd_time now);
	/* Parts whose others have not come for a while become a text of what there is. */
	enum rdvd_rc (*inbound_join)(void *st, rdvd_time older_than, rdvd_time now,
				     size_t *n);

	/* Conversations. inbound_each [r], by id. contact_get [r]: NOT_FOUND when nothing
	 * is known. turn [w]. */
	enum rdvd_rc (*inbound_each)(void *st, const struct rdvd_inbound_filter *f,
				     rdvd_inbound_cb *cb, void *arg);
	enum rdvd_rc (*inbound_mark)(void *st, rdvd_id id, enum rdvd_inbound_state state,
				     const char *actor, rdvd_time now); /* [w] */
	enum rdvd_rc (*contact_get)(void *st, const char *number, rdvd_contact_cb *cb,
				    void *arg);
	/* [r] Those that are stopped or bad. */
	enum rdvd_rc (*contact_each)(void *st, rdvd_contact_cb *cb, void *arg);
	/* [w] By the person's word its STOP, or that nothing arrives there, counts no
	 * more; actor took it down, about an appointment (0 none) that names the person
	 * for the audit trail. NOT_FOUND when there is nothing to lift. */
	enum rdvd_rc (*contact_lift)(void *st, const char *number, enum rdvd_lift what,
				     rdvd_id about, const char *actor, rdvd_time now);
	enum rdvd_rc (*turn)(void *st, const struct rdvd_turn *t);
	/* [r] A number's appointments that are not cancelled and start at or after from,
	 * by start. */
	enum rdvd_rc (*appointment_of_number)(void *st, const char *number,
					      rdvd_time from, rdvd_appointment_cb *cb,
					      void *arg);

	/* The words of messages. text_put [w]: a version more, of which the last counts;
	 * with id, STALE when that is not the last any more. *id 0: it says so already.
	 * text_each [r]: the last version of each that has words. text_history [r]: of
	 * that organisation, service, language and name, newest first; limit 0: all. */
	enum rdvd_rc (*text_put)(void *st, const struct rdvd_text *t, rdvd_id *id);
	enum rdvd_rc (*text_each)(void *st, rdvd_text_cb *cb, void *arg);
	enum rdvd_rc (*text_history)(void *st, const struct rdvd_text *of, size_t limit,
				     rdvd_text_cb *cb, void *arg);
	/* [w] What was answered to the service's questions, as struct rdvd_booking has
	 * it. NOT_FOUND. */
	enum rdvd_rc (*answers_set)(void *st, rdvd_id participation, const char *answers,
				    const char *actor, rdvd_time now);

	/* Waiting list. wait_put [w]: CONFLICT when that participation waits already.
	 * wait_end [w]: STALE when it has ended; an open offer of it is closed and its
	 * hold let go. offer_put [w]: keeps the slot with the hold h (CONFLICT when it is
	 * taken; STALE when that one waits no more, or has an open offer) and writes the
	 * letters, in one transaction; raises last_offer and seen. However an offer ends,
	 * its letters that have not left do not leave. offer_end [w]: STALE when it is
	 * not open; its hold is let go. Taking one is an act with turn.offer. Cancelling
	 * the appointment ends its wait. */
	enum rdvd_rc (*wait_put)(void *st, const struct rdvd_wait *w, rdvd_id *id);
	enum rdvd_rc (*wait_end)(void *st, rdvd_id id, enum rdvd_wait_state state,
				 rdvd_time now);
	/* [r] By created, those that wait. */
	enum rdvd_rc (*wait_each)(void *st, rdvd_wait_cb *cb, void *arg);
	enum rdvd_rc (*wait_get)(void *st, const uint8_t token_hash[RDVD_HASH_SIZE],
				 rdvd_wait_cb *cb, void *arg); /* [r] */
	enum rdvd_rc (*offer_put)(void *st, const struct rdvd_offer *o, const char *seen,
				  const struct rdvd_hold_request *h,
				  const struct rdvd_letter *letters, size_t nletters,
				  rdvd_id *id);
	enum rdvd_rc (*offer_end)(void *st, rdvd_id id, enum rdvd_offer_state state,
				  rdvd_time now);
	/* [r] By made: those of a wait (0: of all), made at or after since. */
	enum rdvd_rc (*offer_each)(void *st, rdvd_id wait, rdvd_time since,
				   rdvd_offer_cb *cb, void *arg);

	/* Codes. code_put [w] with the letter that carries it (NULL: it is awaited from
	 * them; CONFLICT when that one is awaited already: draw another). code_use [w]:
	 * OK, the number is verified (of an awaited one: from); INVALID wrong (the fifth
	 * time ends it: *left is what remains; the caller keeps what this wrote, so that
	 * the try counts), STALE expired, ended or used, NOT_FOUND. code_state [r]: OK;
	 * cb gets its number once it was used, and is not called before; STALE expired or
	 * ended unused, or used an hour ago; NOT_FOUND. */
	enum rdvd_rc (*code_put)(void *st, const struct rdvd_code *c,
				 const struct rdvd_letter *l);
	enum rdvd_rc (*code_use)(void *st, uint64_t ref,
				 const uint8_t hash[RDVD_HASH_SIZE], const char *from,
				 rdvd_time now, int *left);
	enum rdvd_rc (*code_state)(void *st, uint64_t ref, rdvd_time now,
				   rdvd_contact_cb *cb, void *arg);
	/* [r] An awaited code's ref, by its hash. */
	enum rdvd_rc (*code_find)(void *st, const uint8_t hash[RDVD_HASH_SIZE],
				  rdvd_time now, uint64_t *ref);

	/* Notices. put [w], each [r] (unseen 1: only those), seen [w]. */
	enum rdvd_rc (*notice_put)(void *st, const struct rdvd_notice *n);
	enum rdvd_rc (*notice_each)(void *st, int unseen, rdvd_notice_cb *cb, void *arg);
	enum rdvd_rc (*notice_seen)(void *st, rdvd_id id, const char *actor,
				    rdvd_time now);

	/* Facts [r], by seq. */
	enum rdvd_rc (*fact_each)(void *st, const struct rdvd_fact_filter *f,
				  rdvd_fact_cb *cb, void *arg);
	/* Figures; each may be NULL, and is then not counted. figure_each [r]: the
	 * participations whose last fact says a day of the filter's, by the start of
	 * their session. supply_put and outlook_put [w] replace what was written for that
	 * day; rows of more than keep_days before it are forgotten. supply_each and
	 * outlook_each [r]: from (included) to (excluded), by day, site, from or
	 * service; organisation 0 any. */
	enum rdvd_rc (*figure_each)(void *st, const struct rdvd_figure_filter *f,
				    rdvd_figure_cb *cb, void *arg);
	enum rdvd_rc (*supply_put)(void *st, int32_t day, const struct rdvd_supply *rows,
				   size_t n, int keep_days);
	enum rdvd_rc (*supply_each)(void *st, const struct rdvd_figure_filter *f,
				    rdvd_supply_cb *cb, void *arg);
	enum rdvd_rc (*outlook_put)(void *st, int32_t day,
				    const struct rdvd_outlook *rows, size_t n,
				    int keep_days);
	enum rdvd_rc (*outlook_each)(void *st, const struct rdvd_figure_filter *f,
				     rdvd_outlook_cb *cb, void *arg);
	/* A named reader's place in the facts (the export jobs): [r] (NOT_FOUND: never
	 * set) and [w]. */
	enum rdvd_rc (*cursor_get)(void *st, const char *name, int64_t *seq);
	enum rdvd_rc (*cursor_set)(void *st, const char *name, int64_t seq);

	/* Staff. put [w] inserts or replaces by login; remove [w]; each [r]. */
	enum rdvd_rc (*user_put)(void *st, const struct rdvd_user *u, rdvd_id *id);
	enum rdvd_rc (*user_each)(void *st, rdvd_user_cb *cb, void *arg);
	enum rdvd_rc (*login_put)(void *st, const struct rdvd_login *l);
	enum rdvd_rc (*login_remove)(void *st, const uint8_t token_hash[RDVD_HASH_SIZE]);
	enum rdvd_rc (*login_each)(void *st, rdvd_time now, rdvd_login_cb *cb, void *arg);
	enum rdvd_rc (*api_token_put)(void *st, const struct rdvd_api_token *t);
	enum rdvd_rc (*api_token_each)(void *st, rdvd_api_token_cb *cb, void *arg);
	enum rdvd_rc (*feed_put)(
		void *st, const struct rdvd_feed *f); /* replaces the counsellor's */
	enum rdvd_rc (*feed_each)(void *st, rdvd_feed_cb *cb, void *arg);
	/* [w] The second factor: the sealed secret (size 0: none any more) and the hashes
	 * of n recovery codes, at most RDVD_RECOVERY_CODES, instead of those there were.
	 * A step or a code counts once: STALE when it, or a later step, was used;
	 * NOT_FOUND: no such code, or used. */
	enum rdvd_rc (*user_factor)(void *st, rdvd_id user, const void *sealed,
				    size_t size, const uint8_t (*codes)[RDVD_HASH_SIZE],
				    size_t n);
	enum rdvd_rc (*user_step)(void *st, rdvd_id user, int64_t step);
	enum rdvd_rc (*recovery_use)(void *st, rdvd_id user,
				     const uint8_t hash[RDVD_HASH_SIZE], rdvd_time now);
	/* Invitations: put [w]; each [r]: those that stand; end [w], used or taken back:
	 * STALE when it has ended. */
	enum rdvd_rc (*invitation_put)(void *st, const struct rdvd_invitation *i,
				       rdvd_id *id);
	enum rdvd_rc (*invitation_each)(void *st, rdvd_time now, rdvd_invitation_cb *cb,
					void *arg);
	enum rdvd_rc (*invitation_end)(void *st, rdvd_id id, rdvd_time now);

	/* Care. backup [r]: a whole, consistent copy at path, which must not exist; done
	 * in one step on a read handle while writers go on; made whole by rename. check
	 * [r]: integrity and the rules above, one sentence a problem. */
	enum rdvd_rc (*backup)(void *st, const char *path);
	enum rdvd_rc (*check)(void *st, rdvd_problem_cb *cb, void *arg);
};

#endif
