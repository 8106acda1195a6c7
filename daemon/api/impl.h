/* SPDX-License-Identifier: GPL-3.0-or-later */
/* impl.h - what the files of api/ share:
 *
 *   api.c         the table of routes
 *   query.c       parameters of the query: instants, places, cursors; refusals that name
 * the field body.c        members of a JSON body, and its fingerprint as a JSON value
 *   account.c     members of staff and programs
 *   routes.c      what is served, and who may do what
 *   own.c         whose rows a program may see and treat
 *   show.c        the shapes of answers: instants, slots, appointments
 *   search.c      health, services, sites, slots
 *   book.c        holds and bookings, and what an appointment's token allows
 *   verify.c      proving a telephone number
 *   waiting.c     the waiting list
 *   staff.c       the team's lists and acts
 *   day.c         who has arrived, home visits
 *   inbox.c       texts that wait for the team, answers by hand, notices, gateways
 *   settings.c    what the territory is made of, object by object
 *   figures.c     counts, what runs dry, what needs a hand
 *   attendance.c  facts, streamed from the reader's thread
 *   callback.c    what providers tell, rdvctl sms-in, rdvctl bounce
 *   local.c       what only the local socket may do: import, users, tokens, backup,
 * checks metrics.c     /metrics
 *
 * An answer that waits for the store is a struct api_call: made by call_begin, which
 * suspends the request, and ended by call_end in the callback, which gives the request
 * back or NULL when nobody waits for it any more. */
#ifndef RDVD_API_IMPL_H
#define RDVD_API_IMPL_H

#include <jansson.h>

#include "api/api.h"
#include "base/buf.h"
#include "booking/access.h"
#include "booking/booking.h"
#include "http/http.h"
#include "http/lang.h"

/* A text that is translated later: for xgettext. */
#define N_(msgid) msgid

#define API_LIMIT_PRESET 20
#define API_LIMIT_MAX 500
#define API_RADIUS_KM 30.0

struct api {
	struct http_server *server;
	struct booking *booking;
	struct store *store;
	struct access *access;
	struct outbox *outbox;
	struct waiting *waiting;
	struct receive *receive;
	struct talk *talk;
	struct visits *visits;
	struct reckon *reckon;
	struct inbox *inbox;
	const struct erase *erase;
	struct budget *budget;
	struct text_keep *text_keep;
	struct verify *verify;
	const char *version, *key_path;
	const char *inbound_number; /* NULL: nobody can send us an SMS */
	int demo;
	rdvd_time started;
	uint64_t searches, slots; /* counted for the metrics */
};

struct api_call {
	struct api *api;
	struct http_ticket *ticket;
	int flag; /* the handler's */
	uint64_t edition;
};

/* What only reads (GET) begins anew when the territory or the agenda was exchanged while
 * it waited: call_end answers NULL then. */
struct api_call *call_begin(struct http_request *rq);
struct http_request *call_end(struct api_call *c);
/* The same for what the store answered with rc: NULL, too, when that was not OK (it was
 * refused). */
struct http_request *call_end_read(struct api_call *c, enum rdvd_rc rc);

/* ---- refusals ---- */

#define API_ERRORS_MAX 24

/* What is wrong with a request's fields. Messages are msgids, translated when they are
 * answered. */
struct api_errors {
	struct http_error items[API_ERRORS_MAX];
	size_t n;
};

void api_error(struct api_errors *e, const char *field, const char *code,
	       const char *message);
/* Answer with all of them; detail is the first one's message. */
void api_refuse(struct http_request *rq, int status, const struct api_errors *e);
/* Answer what a verdict means; alternatives and field errors included. Not for DONE and
 * KNOWN. */
void api_refuse_verdict(struct http_request *rq, const struct booking_reply *r);
/* 503 and Retry-After for BUSY, UNCERTAIN and FAILED; 404, 409 or 422 for the rest. */
void api_refuse_rc(struct http_request *rq, enum rdvd_rc rc);

/* Who acts, for the audit trail: a login, "token:LABEL", or "local". */
const char *api_actor(const struct http_request *rq);
/* 1 for a bearer or the local socket. */
int api_is_staff(const struct http_request *rq);

/* ---- whose rows (own.c) ---- */

/* The organisation that the caller is bound to; 0: every one. */
rdvd_id api_organisation(const struct http_request *rq);
/* 1 when the caller may treat so what is of that organisation (0: the network's). */
int api_own(const struct http_request *rq, unsigned right, rdvd_id organisation);
/* 1 when the caller may make or change an account or token of that role there. */
int api_may_give(const struct http_request *rq, const char *role, rdvd_id organisation);
/* 1 when the caller's role has that right at all: for parts of a row. */
int api_has(const struct http_request *rq, unsigned right);
/* The same by slug; 1, too, for one that is unknown, which the caller refuses anyway. */
int api_own_site(const struct http_request *rq, unsigned right, const char *slug);
int api_own_counsellor(const struct http_request *rq, unsigned right, const char *slug);
/* Look whose the row is that the path's {id} names, then call act, or answer 404. */
void api_own_appointment(struct http_request *rq, unsigned right, http_handler *act);
void api_own_text(struct http_request *rq, unsigned right, http_handler *act);
void api_own_notice(struct http_request *rq, unsigned right, http_handler *act);
void api_own_wait(struct http_request *rq, unsigned right, http_handler *act);

/* ---- parameters of the query ---- */

/* All leave *out alone when the parameter is absent, and add an error when it is wrong.
 */
void query_int(struct http_request *rq, const char *name, int64_t min, int64_t max,
	       int64_t *out, struct api_errors *e);
/* A date (the network's midnight) or an instant. */
void query_time(struct http_request *rq, const struct territory *t, const char *name,
		rdvd_time *out, struct api_errors *e);
/* A civil day; of an instant, its day in the network's zone. */
void query_day(struct http_request *rq, const struct territory *t, const char *name,
	       int32_t *out, struct api_errors *e);
/* A date or an instant as text: 0, or -1. */
int api_time_parse(const struct territory *t, const char *s, rdvd_time *out);
/* from and to in the wrong order are an error. */
void query_range(rdvd_time from, rdvd_time to, struct api_errors *e);

/* A page's cursor: two numbers in base 16, joined by '_'. */
void cursor_write(struct buf *out, int64_t a, int64_t b);
int cursor_parse(const char *s, int64_t *a, int64_t *b);

/* ---- bodies ---- */

/* A member's text, NULL when absent or null; another type is an error. name is the last
 * part of field. */
const char *body_string(const json_t *o, const char *field, struct api_errors *e);
/* preset when absent or null. */
int64_t body_int(const json_t *o, const char *field, int64_t min, int64_t max,
		 int64_t preset, struct api_errors *e);
int body_bool(const json_t *o, const char *field, int preset, struct api_errors *e);
/* The text of an instant: 1 when there is one; wrong ones are errors. */
int body_instant(const json_t *o, const char *field, rdvd_time *out,
		 struct api_errors *e);
/* A text, or a number as text (kept with the request). */
const char *body_text_or_int(struct http_request *rq, const json_t *o, const char *field,
			     struct api_errors *e);
/* Member of that name that is an object; NULL when absent; another type is an error. */
const json_t *body_object(const json_t *o, const char *field, struct api_errors *e);
/* A person's members, named person.first_name and so on. */
void body_person(struct http_request *rq, const json_t *o, struct booking_person *p,
		 struct api_errors *e);
/* The body, which must be an object; NULL: answered. */
const json_t *body_root(struct http_request *rq);
/* SHA-256 of a JSON value: the order of members, white space and the way a number is
 * written do not count. */
void body_fingerprint(const json_t *v, uint8_t out[RDVD_HASH_SIZE]);

/* The id of the organisation or counsellor (as field says) of a slug; 0: none was given,
 * or it is unknown and an error. */
rdvd_id body_slug(const json_t *o, const char *field, const struct territory *t,
		  struct api_errors *e);

/* ---- shapes ---- */

/* The store's id behind a slug of the query ("site", "counsellor") that the caller may
 * see; 0 when none was asked for, or it is an error (*unknown). */
rdvd_id api_query_id(struct http_request *rq, const struct territory *t, const char *name,
		     int *unknown, struct api_errors *e);
/* An appointment with its messages, as the caller may see it. */
void api_add_record(struct buf *b, const struct http_request *rq, const struct record *r);
const struct zone *show_zone(const struct territory *t, rdvd_id site);
/* "2026-03-20T08:00:00+01:00" with its quotes. */
void show_instant(struct buf *b, const struct zone *z, rdvd_time t);
void show_slot(struct buf *b, const struct territory *t, const struct slot *s);
/* [slot, ...] */
void show_slots(struct buf *b, const struct territory *t, const struct slot *s, size_t n);
/* {"appointment": {...}} as the person sees it. */
void show_appointment(struct buf *b, const struct api *api,
		      const struct rdvd_appointment *a);
/* "service": ..., "site": ..., "place": ..., "start": ..., "end": ... */
void show_what(struct buf *b, const struct territory *t,
	       const struct rdvd_appointment *a);
/* ,"arrived": ..., "expected": ..., "walk_in": ..., "visit": {...} */
void show_day(struct buf *b, const struct territory *t, const struct rdvd_appointment *a);
/* A slug with its quotes, or null. */
void show_slug(struct buf *b, const struct territory *t, enum rdvd_definition_kind kind,
	       rdvd_id id);

/* A number however it was typed, as the store keeps it; an address as it is. Free it. A
 * '+' that was not percent-encoded has become a space. */
char *api_number_as_stored(const char *s);

/* ---- numbers that have to be proven (verify.c) ---- */

struct verify_reply;
/* Whether a booking's number has to be, and how. */
enum verify_phone api_verify_asked(const struct api *api,
				   const struct booking_request *r);
/* 1 when the reply proves that number. */
int api_verify_holds(enum verify_phone asked, const char *phone,
		     const struct verify_reply *r);
void api_verify_refuse(struct http_request *rq);

/* ---- handlers, by file ---- */

http_handler get_health, get_services, get_sites, get_slots;
http_handler post_holds, post_hold_extend, delete_hold, post_appointments,
	get_appointment, get_appointment_ics, post_cancel, post_move, post_confirm;
http_handler post_staff_arrived, post_staff_visit_left, post_staff_visit_back;
http_handler get_staff_appointments, post_staff_appointments, post_staff_outcome,
	post_staff_undo, get_staff_agenda, post_staff_cancel, post_staff_move,
	get_staff_messages, get_staff_attendance;
http_handler post_local_import, post_local_user, post_local_token, post_local_backup,
	get_local_check, get_local_status, post_local_sms_in, post_local_event;
http_handler get_accounts, post_accounts, put_account, delete_account_factor, get_tokens,
	post_tokens, delete_token;
http_handler get_local_routes, get_local_rights;
http_handler any_callback;
http_handler post_appointment_waiting, post_waiting, get_waiting, post_waiting_take,
	post_waiting_decline, post_waiting_leave, get_staff_waiting,
	post_staff_waiting_remove;
http_handler get_staff_inbox, post_staff_inbox_answer, post_staff_inbox_read,
	get_staff_notices, post_staff_notice_seen, get_staff_gateways;
http_handler get_staff_figures, get_staff_forecast, get_staff_todo;
http_handler post_verifications, post_verification;
http_handler get_settings, post_settings, get_setting, put_setting, delete_setting,
	post_edit_undo, get_territory;
http_handler get_staff_text, put_staff_text;
http_handler get_metrics;

#endif
