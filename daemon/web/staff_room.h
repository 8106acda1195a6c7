/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_room.h - what the files of the counsellor's pages share: who is logged in and
 * what she may see, what surrounds her pages, answers that come later, rows and bands. */
#ifndef RDVD_WEB_STAFF_ROOM_H
#define RDVD_WEB_STAFF_ROOM_H

#include "booking/access.h"
#include "booking/rights.h"
#include "message/outbox.h"
#include "store/record.h"
#include "talk/inbox.h"
#include "web/page.h"
#include "web/staff.h"
#include "web/staff_views.h"
#include "web/staff_words.h"

struct change_memory;

struct staff {
	struct web web; /* what page.h's functions ask for */
	struct access *access;
	const struct outbox *outbox;
	struct staff_options options;  /* public_url owned */
	struct agenda_room *agenda;    /* owned: agenda_room.h */
	struct change_memory *changes; /* owned: what was just kept (staff_change.c) */
};

/* ---- who is there ---- */

struct viewer {
	const struct access_user *user;
	bool admin;	  /* the network's: administers every organisation */
	bool all;	  /* sees every organisation, as far as the role goes */
	int organisation; /* index; TERRITORY_NONE: none of them, or with all: all */
	int counsellor;	  /* index of her own agenda; TERRITORY_NONE */
};

void staff_viewer(const struct http_request *rq, struct viewer *v);
/* Where somebody begins: the first page that she may see. */
const char *staff_home(const struct access_user *u);
/* May she treat so what belongs to that organisation (an index; TERRITORY_NONE: to the
 * network)? */
bool staff_may(const struct staff *st, const struct viewer *v, unsigned right,
	       int organisation);
/* May whoever asks know who people are: their names, numbers, needs, visits? Without it
 * a row is an hour, a place, a first name. Where nobody is logged in (the demonstration's
 * messages, where nobody is real), yes. */
bool staff_knows_people(const struct http_request *rq);
/* Her organisation's, or in her own agenda. */
bool staff_may_see(const struct staff *st, const struct viewer *v,
		   const struct rdvd_appointment *a);
bool staff_may_see_site(const struct staff *st, const struct viewer *v, int site);
bool staff_may_see_counsellor(const struct staff *st, const struct viewer *v, int who);
/* The living site or counsellor of a slug that she may see, or TERRITORY_NONE. */
int staff_site(const struct staff *st, const struct viewer *v, const char *slug);
int staff_counsellor(const struct staff *st, const struct viewer *v, const char *slug);

/* ---- what surrounds a page ---- */

enum staff_place {
	STAFF_DAY,
	STAFF_WEEK,
	STAFF_ADD,
	STAFF_TODO,
	STAFF_INBOX,
	STAFF_WAITING,
	STAFF_WORKSHOPS,
	STAFF_ABSENCES,
	STAFF_FIGURES,
	STAFF_SETTINGS, /* the page of them, and each of them */
	STAFF_ACCOUNT,	/* one's own: password, second factor, sessions, calendar */
	STAFF_PLACES
};

void staff_layout(struct http_request *rq, const struct staff *st, struct layout *v,
		  const char *title, enum staff_place place);
/* Before anybody is logged in, and on the demonstration's page: no menu. */
void staff_layout_outside(struct http_request *rq, const struct staff *st,
			  struct layout *v, const char *title);

/* Options of a select: the sites or counsellors she may see; chosen: an index. first: the
 * text of an option without value on top, or NULL. Returns how many. */
size_t staff_site_options(struct http_request *rq, const struct staff *st,
			  const struct viewer *v, int chosen, const char *first,
			  const struct option_view **out);
size_t staff_counsellor_options(struct http_request *rq, const struct staff *st,
				const struct viewer *v, int chosen, const char *first,
				const struct option_view **out);

/* ---- answers that come later ---- */

struct staff_wait {
	struct http_ticket *ticket;
	struct staff *st;
	void *data; /* of the request's memory */
	uint64_t edition;
};

/* A page that is only read begins anew when the territory or the agenda was exchanged
 * while it waited. What acts (POST) finds its indexes again by itself. */
struct staff_wait *staff_wait(struct http_request *rq, void *data);
/* The request to answer now, or NULL; wait is freed, *data is what was given. */
struct http_request *staff_wait_over(struct staff_wait *wait, struct staff **st,
				     void **data);
/* The same for what was read from the store with rc: NULL, too, when it could not be
 * (503 was answered). */
struct http_request *staff_read_over(struct staff_wait *wait, enum rdvd_rc rc,
				     struct staff **st, void **data);
/* The {id} of the path, or -1: 404 was answered. */
int staff_id(struct http_request *rq, rdvd_id *id);
/* 1 when the reply is no appointment that the viewer may see: it was answered. */
int staff_refused(struct http_request *rq, const struct staff *st,
		  const struct booking_reply *r);
/* What booking refused, in a sentence; NULL: it did not. */
const char *staff_why(struct http_request *rq, enum booking_verdict v);

/* ---- time ---- */

/* The zone of a site, or the network's. */
const struct zone *staff_zone(const struct staff *st, int site);
civil_day staff_today(const struct staff *st);
/* Words in the request's memory. */
const char *staff_day_words(struct http_request *rq, const struct staff *st,
			    civil_day day, bool title);
const char *staff_hour_words(struct http_request *rq, const struct zone *z, rdvd_time t);
/* "2026-11-30" */
const char *staff_date(struct http_request *rq, civil_day day);
/* ?jour=, or today. */
civil_day staff_asked_day(const struct http_request *rq, const struct staff *st);

/* "lundi 30 novembre à 9 h 05", in the network's zone. */
const char *staff_moment(struct http_request *rq, const struct staff *st, rdvd_time t);

/* ---- messages ---- */

/* Whose texts and notices she sees, as the inbox counts them. */
rdvd_id staff_inbox_of(const struct staff *st, const struct viewer *v);
bool staff_may_see_organisation(const struct staff *st, const struct viewer *v,
				rdvd_id organisation);
/* A message with its words, what became of it and when, what it cost. */
void staff_message(struct http_request *rq, const struct staff *st,
		   const struct rdvd_message_row *m, const struct rdvd_appointment *a,
		   struct staff_message_view *out);
/* The notices that she may see, at most max; back: where "seen" comes back to. Returns
 * how many. */
size_t staff_notices(struct http_request *rq, const struct staff *st,
		     const struct viewer *v, const struct rdvd_notice *items, size_t n,
		     size_t max, const char *back, const struct staff_notice_view **out);

/* ---- rows and bands ---- */

/* How rows are shown. */
struct row_style {
	const char *back; /* where an outcome's form comes back to */
	bool with_day, with_place, with_counsellor;
	bool with_outcome;
	bool with_arrival; /* who is there, who is out: may be said */
	rdvd_time now;
};

void staff_row(struct http_request *rq, const struct staff *st, const struct record *r,
	       const struct row_style *style, struct staff_row *out);
/* The tags of an appointment's messages. */
size_t staff_tags(struct http_request *rq, const struct record *r,
		  const struct staff_tag **out);
/* What an appointment is for: its name in the territory, "" when it is gone. */
const char *staff_service_name(struct http_request *rq, const struct staff *st,
			       const struct rdvd_appointment *a);
const char *staff_place_name(const struct staff *st, const struct rdvd_appointment *a);
/* "Marie, Paul" */
const char *staff_counsellor_names(struct http_request *rq, const struct staff *st,
				   const rdvd_id *ids, int n);
const char *staff_person_name(struct http_request *rq, const struct rdvd_person *p);
const char *staff_age(struct http_request *rq, const struct rdvd_appointment *a);

/* What a day shows. */
struct day_ask {
	civil_day day;
	int site, counsellor; /* TERRITORY_NONE: any */
};

/* The bands of a day in the request's memory: each occurrence with its appointments and
 * gaps, then what lies outside. gaps: 0 leaves them out. */
size_t staff_bands(struct http_request *rq, const struct staff *st,
		   const struct viewer *v, const struct day_ask *ask,
		   const struct record_list *records, const struct row_style *style,
		   bool gaps, const struct staff_band **out);
/* The occurrences of a day that she may see, in the request's memory. */
size_t staff_occurrences(struct http_request *rq, const struct staff *st,
			 const struct viewer *v, const struct day_ask *ask,
			 struct occurrence **out);
/* The list of a day: fills a filter. */
void staff_filter(const struct staff *st, const struct viewer *v,
		  const struct day_ask *ask, int days, struct rdvd_appointment_filter *f);

/* What the day says of an appointment, and what may be said: fills the row's. */
void desk_row(struct http_request *rq, const struct staff *st,
	      const struct rdvd_appointment *a, const struct row_style *style,
	      struct staff_row *out);
/* Who is next and who waits among the day's records (NULL: not today), and the visits
 * that are late. */
void desk_top(struct http_request *rq, const struct staff *st, const struct viewer *v,
	      const struct record_list *records, const struct row_style *style,
	      struct desk_top_view *out);
/* Answer a row's form: back to the row it was sent from, with the word of a problem
 * (NULL none). */
void staff_come_back(struct http_request *rq, const char *problem);
/* The words of that problem for the page, when the address has one. */
void staff_say_problem(struct http_request *rq, struct staff_said *said);

/* Each file's routes. */
void desk_routes(struct staff *st);
void desk_walk_in_routes(struct staff *st);
void staff_login_routes(struct staff *st);
void staff_day_routes(struct staff *st);
void staff_outcome_routes(struct staff *st);
void staff_appointment_routes(struct staff *st);
void staff_move_routes(struct staff *st);
void staff_add_routes(struct staff *st);
/* What became of taking a move or a cancellation back, when that was just asked. */
void staff_say_undone(struct http_request *rq, struct staff_said *said);
/* The agenda: routes, and what they keep (agenda_page.c). */
void agenda_begin(struct staff *st);
void agenda_stop(struct staff *st);
void agenda_end(struct staff *st);
void staff_waiting_routes(struct staff *st);
void staff_inbox_routes(struct staff *st);
void staff_thread_routes(struct staff *st);
void staff_gateways_routes(struct staff *st);
void figure_page_routes(struct staff *st);
void figure_sheet_routes(struct staff *st);
void figure_todo_routes(struct staff *st);
void staff_absence_routes(struct staff *st);
void staff_sheet_routes(struct staff *st);
void staff_feed_routes(struct staff *st);
void transfer_routes(struct staff *st);
void workshop_routes(struct staff *st);
void staff_demo_routes(struct staff *st);
void service_routes(struct staff *st);
/* What was answered to the service's questions, and the form to put it right
 * (service_answers.c). */
void service_answers_show(struct http_request *rq, const struct staff *st,
			  const struct rdvd_appointment *a,
			  struct staff_appointment_view *v);
void account_second_routes(struct staff *st);
void account_own_routes(struct staff *st);
void account_invitation_routes(struct staff *st);
void account_team_routes(struct staff *st);
void account_member_routes(struct staff *st);
void account_program_routes(struct staff *st);
void setting_routes(struct staff *st);
void staff_change_routes(struct staff *st);
void staff_change_memory_free(struct change_memory *m);

#endif
