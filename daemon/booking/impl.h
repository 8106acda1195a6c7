/* SPDX-License-Identifier: GPL-3.0-or-later */
/* impl.h - what the files of this room share. */
#ifndef RDVD_BOOKING_IMPL_H
#define RDVD_BOOKING_IMPL_H

#include "base/mem.h"
#include "booking/booking.h"
#include "message/plan.h"
#include "store/store.h"

#define JUST_BOOKED_MAX 128

struct just_booked {
	rdvd_id id, session; /* 0: none */
	long long at_ms;     /* monotonic */
};

struct booking {
	struct loop *loop;
	struct store *store;
	struct booking_options o;
	uint8_t key[SECRET_KEY_SIZE];
	struct territory *territory; /* owned */
	struct agenda *agenda;	     /* owned */
	struct loop_timer *tick;     /* holds that expire, the day that changes */
	uint64_t edition;	     /* exchanges of either */
	uint64_t last_pending;
	struct booking_counts counts;
	int importing;		     /* a territory, or a day: one at a time */
	struct remake *remakes;	     /* those that wait for it */
	struct remake *remake_stuck; /* the store's queue was full */
	struct loop_timer *remake_again;
	int checking;
	struct old_territory *old; /* owned: those that still wait for their fence */
	struct waiting *waiting;   /* lent: is told what changes; NULL none */
	struct watch *watch;	   /* owned: who else is told */
	struct just_booked just_booked[JUST_BOOKED_MAX]; /* a ring */
	size_t njust_booked;
};

/* ---- people (person.c) ---- */

#define PERSON_NAME_MAX 80 /* characters */
#define PERSON_NEEDS_MAX 200
#define UTF8_MAX 4 /* bytes of a character */

struct person_fields { /* checked and normalised, in place */
	char first_name[PERSON_NAME_MAX * UTF8_MAX + 1];
	char last_name[PERSON_NAME_MAX * UTF8_MAX + 1];
	char phone[32], email[255], postcode[6], insee[6], locale[16];
	char needs[PERSON_NEEDS_MAX * UTF8_MAX + 1];
	char employer[PERSON_NAME_MAX * UTF8_MAX + 1];
};

void booking_error_add(struct booking_errors *e, const char *field, const char *code,
		       const char *message);
/* Copy without the spaces around, line ends as spaces; -1 when it has more than max
 * characters, does not fit into size bytes with its NUL, or is not clean UTF-8. s may be
 * NULL. */
int person_trim(const char *s, char *out, size_t size, size_t max);
/* Who accompanies, as typed: 0, or -1 with an error added. */
#define COMPANION_BYTES (COMPANION_MAX * UTF8_MAX + 1)
int companion_normalise(const char *typed, char out[COMPANION_BYTES],
			struct booking_errors *errors);
/* Fill fields and out (which points into fields). Errors are added; staff: only a first
 * name is needed. */
void person_normalise(const struct booking *b, const struct booking_person *p, int staff,
		      struct person_fields *fields, struct rdvd_person *out,
		      struct booking_errors *errors);

/* ---- messages owed (owed.c) ---- */

/* The rules that an appointment's messages follow. */
struct owed_rules {
	const struct booking *b;
	int service;	  /* index */
	int organisation; /* index, or TERRITORY_NONE */
	const struct zone *zone;
	rdvd_time now;
};

struct owed_list {
	struct rdvd_owed items[RDVD_MESSAGES_MAX];
	size_t n;
};

/* What a new appointment owes (BOOKING), or a moved one (MOVED, with the start it had),
 * or a cancelled one: a notice on every channel the person can be reached by, and the
 * reminders to come. */
void owed_confirmation(const struct owed_rules *r, const struct rdvd_person *p,
		       civil_time start, struct owed_list *out);
void owed_move(const struct owed_rules *r, const struct rdvd_person *p, civil_time start,
	       rdvd_time old_start, int by_team, struct owed_list *out);
void owed_cancellation(const struct owed_rules *r, const struct rdvd_person *p,
		       civil_time start, int by_team, struct owed_list *out);
/* What somebody who was marked as not having come is owed: one kind message, some hours
 * later; nothing to discreet people unless they said when messages may come. */
/* The notice of a move or a cancellation leaves no earlier than that. */
void owed_not_before(struct owed_list *l, rdvd_time t);
void owed_follow_up(const struct owed_rules *r, const struct rdvd_person *p,
		    civil_time start, struct owed_list *out);

/* ---- conversations (turn.c) ---- */

/* A copy with strings of its own. */
void turn_copy(struct rdvd_turn *to, const struct rdvd_turn *from);
void turn_fini(struct rdvd_turn *t);
/* Its reply says what the SMS notice would: that one is not owed. t may be NULL. */
void turn_answers(const struct rdvd_turn *t, struct owed_list *l);

/* ---- acts ---- */

/* Find the service and the site, check the start and the party: adds to errors. */
void request_slot_check(const struct booking *b, const struct booking_request *q,
			struct agenda_ask *ask, struct booking_errors *errors);
/* The answers to the service's questions as the store keeps them, added to out: a JSON
 * object of [question, answer] by the question's id, in French; "" when there is none.
 * The field of an error is "answers.N" by the question's place. Adds to errors. */
void answers_check(const struct service *s, const struct booking_request *q,
		   struct buf *out, struct booking_errors *errors);
/* "site", "seat", "phone"...: the facts' place_kind. site TERRITORY_NONE: an ad-hoc
 * place. */
const char *booking_place_kind(const struct booking *b, int service, int site);

enum booking_verdict verdict_of_agenda(enum agenda_verdict v);
enum booking_verdict verdict_of_store(enum rdvd_rc rc);
/* Nearest free slots to one that was refused. */
void alternatives_find(const struct booking *b, int service, int site, rdvd_time start,
		       int seats, struct booking_reply *r);
/* A claim named pending, put into the agenda; returns its key. */
uint64_t pending_put(struct booking *b, struct claim *c);
void pending_drop(struct booking *b, uint64_t key);
/* The claim of a session as the agenda wants it, from a row. Counsellors that are gone
 * are left out. */
void claim_of_appointment(const struct booking *b, const struct rdvd_appointment *a,
			  struct claim *c);
/* A participant of a session arrives or leaves: places of a workshop, or the whole claim.
 */
void session_joined(struct booking *b, const struct rdvd_appointment *a, int seats);
void session_left(struct booking *b, const struct rdvd_appointment *a);
void booking_notify_changed(struct booking *b);
/* Something that filled the agenda is gone: those who wait may be offered it. */
void booking_time_freed(struct booking *b);
void booking_which_hash(const struct booking_which *w, struct rdvd_which *out);
/* A hold that the store let go. */
void hold_gone(struct booking *b, uint64_t ref);
/* A slot that is kept: what the store is asked for, and how it stands in the agenda. */
struct hold_made {
	struct rdvd_hold_request in;
	struct claim claim;
	uint64_t pending;
	struct slot slot;
};
/* Prepare to keep what agenda_ask answered to ask with FREE, until expires, for nobody's
 * browser; it is pending in the agenda from here on. */
void hold_prepare(struct booking *b, const struct agenda_ask *ask,
		  const struct agenda_answer *answer, rdvd_time expires,
		  struct hold_made *h);
/* The store answered: find everything again (a territory may have been imported since).
 */
void hold_find_again(const struct booking *b, struct hold_made *h);
/* It is on disk, in session (a workshop's; else 0). */
void hold_settle(struct booking *b, struct hold_made *h, rdvd_id session);
/* Let the store forget the holds that expired. */
void holds_sweep(struct booking *b, rdvd_time now);
void booking_tick_soon(struct booking *b);

/* Read one appointment; cb gets the reply as booking_get says. (acts read before they
 * write) */
void appointment_read(struct booking *b, const struct booking_which *w,
		      void (*next)(void *arg, enum rdvd_rc rc,
				   struct rdvd_appointment *a /* given */),
		      void *arg);

/* ---- a territory that was exchanged (retire.c) ---- */

/* Free t and a (either may be NULL) beside the loop, once every write that was submitted
 * before is done: jobs point into t. */
void territory_retire(struct booking *b, struct territory *t, struct agenda *a);
/* Offer again the fences that the store's queue had no room for; all of them are freed at
 * the end, when no job is left. */
void territories_retire_again(struct booking *b);
void territories_free(struct booking *b);

/* ---- who is told (watch.c) ---- */

struct watch *watch_new(void);
void watch_free(struct watch *w);
void booking_tell_claim(struct booking *b, const struct claim *c);

/* ---- somebody the team knows (known.c) ---- */

/* The booking of a request whose person stands in the files. */
void book_known_person(struct booking *b, const struct booking_request *q, booking_cb *cb,
		       void *arg);
/* A booking whose person is as she is to be written to. */
void book_person(struct booking *b, const struct booking_request *q, booking_cb *cb,
		 void *arg);

/* ---- booked while an opening was taken away (adrift.c) ---- */

/* It is on disk and in the agenda; edition: when its time was asked for. */
void adrift_booked(struct booking *b, uint64_t edition, const struct rdvd_appointment *a);
/* fresh is about to be exchanged for the present agenda. */
void adrift_look(struct booking *b, const struct agenda *fresh);

/* ---- rebuilding (rebuild.c) ---- */

/* Load definitions, claims and absences from the store; blocking, at start. 0 or -1
 * (logged). */
int booking_load(struct booking *b);
/* An agenda for t from what fills the present one, matching people and places by id, in
 * steps, so that the long one is not the loop's: copy (loop), build from the copy (any
 * thread, while b keeps its territory), and take over what has changed since the copy
 * (loop). */
struct agenda_copy;
struct agenda_copy *agenda_copy_new(const struct booking *b, rdvd_time now);
struct agenda *agenda_of_copy(const struct agenda_copy *c, const struct territory *t);
void agenda_catch_up(const struct booking *b, const struct agenda_copy *c,
		     const struct territory *t, struct agenda *fresh);
void agenda_copy_free(struct agenda_copy *c);
/* Do that for the day that has begun. Nothing while a territory is being imported. */
void agenda_lay_out_anew(struct booking *b, rdvd_time now);

#endif
