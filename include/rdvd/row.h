/* SPDX-License-Identifier: GPL-3.0-or-later */
/* row.h - what the operations of a store take and give: definitions, people, acts on
 * appointments, what reading gives, staff. Whose the pointers are and how long they last
 * is said in store.h. */
#ifndef RDVD_ROW_H
#define RDVD_ROW_H

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

#endif
