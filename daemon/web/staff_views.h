/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_views.h - what each of the counsellor's pages shows: one struct a page, as
 * views.h has them for the public's. Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_STAFF_VIEWS_H
#define RDVD_WEB_STAFF_VIEWS_H

#include "web/views.h"

/* A state in a few words. */
struct staff_tag {
	const char *text;
	bool ok, bad;
};

/* What may be said of how an appointment ended (pages/_staff_outcome.html). */
struct staff_outcome_view {
	const char *id;	  /* of the appointment */
	const char *csrf; /* of the form */
	const char *back; /* where to come back to */
	const char *name; /* whose, for who does not see the row */
	const char *word; /* "Honoré, 2 personnes"; NULL: still to be said */
	bool good;	  /* the person came */
	bool begun;	  /* before the start one can come early; cancelling has a page */
	bool home;	  /* a home visit: the door may have been closed */
	bool stands;	  /* there is something to cancel or to move */
	const struct option_view *persons; /* how many came, one tap each */
	size_t npersons;
};

/* What the day says of somebody, in a few words. */
struct desk_state {
	const char *text;
	bool ok, bad, wait;
};

/* Saying that somebody is there, or will be late (pages/_desk_arrival.html). */
struct desk_arrival_view {
	const char *id; /* of the appointment; NULL: nothing can be said */
	const char *csrf, *back, *name;
	bool here, late;
	const char *hour; /* of the field: "09:20" */
};

/* A home visit: setting out, coming back (pages/_desk_visit.html). */
struct desk_visit_view {
	const char *id; /* of the appointment; NULL: nothing can be said */
	const char *csrf, *back, *name;
	bool out, late;
	const char *due;   /* of the field: "16:30" */
	const char *until; /* "16 h 30" */
};

/* What was answered to a question of the service. */
struct desk_answer {
	const char *question, *choice;
};

/* A row of a list: an appointment, or the free time between two. */
struct staff_row {
	const char *gap; /* "libre de 10 h à 11 h"; NULL: an appointment */
	const char *add_url;
	bool plain; /* for somebody who may not know who people are: an hour, a place, a
		       first name; url and what follows with are NULL */
	const char *id, *url;
	const char *day;   /* where rows of several days stand together */
	const char *time;  /* "9 h" */
	const char *until; /* "10 h" */
	const char *name, *age, *service;
	const char *place, *with; /* where they are not the list's own */
	const char *needs, *party, *code;
	const char *phone, *tel;
	const char *visits; /* "première fois", "déjà 2 visites" */
	bool first;
	const char *similar, *similar_url; /* "Déjà venue ? ..." */
	bool cancelled, confirmed, done;
	const struct staff_tag *messages;
	size_t nmessages;
	bool stopped;			 /* wants no SMS */
	bool bad_number;		 /* nothing arrives there */
	const struct desk_state *states; /* "est là depuis 9 h 05" */
	size_t nstates;
	const char *companion; /* a partner who is present */
	const struct desk_answer *answers;
	size_t nanswers;
	struct desk_arrival_view arrival;
	struct desk_visit_view visit;
	struct staff_outcome_view outcome;
};

/* A permanence with what fills it. */
struct staff_band {
	const char *title;  /* "Carvin, de 9 h à 12 h" */
	const char *with;   /* who receives */
	const char *closed; /* why it does not take place */
	const char *rooms;  /* what the place's rooms are called; NULL: it has no names */
	const char *empty;  /* nobody comes, nothing is free */
	const struct staff_row *rows;
	size_t nrows;
};

/* A notice about what was just tried (pages/_staff_said.html). */
struct staff_said {
	const char *text;
	bool bad;
	const char *undo; /* of a change that can be taken back: its number; NULL */
	const char *csrf; /* of that form */
	const char *back; /* where it comes back to */
};

struct staff_login_view {
	struct layout layout;
	const char *action, *login, *error;
	const char *next;
	bool demonstration;
};

/* Something the team should know (pages/_staff_notice.html). */
struct staff_notice_view {
	const char *id, *text, *when, *csrf, *back;
};

/* Who is next, who waits, whose visit is late: above the day. */
struct desk_next_view {
	const char *when, *name, *url, *what; /* when NULL: nobody */
	bool now;			      /* it runs */
	struct desk_state state;	      /* text NULL: none */
};

struct desk_waiting_view {
	const char *name, *url, *time, *since;
};

struct desk_late_view {
	const char *text, *who, *url;
	struct desk_visit_view visit;
};

struct desk_top_view {
	struct desk_next_view next, then;
	const struct desk_waiting_view *waiting;
	size_t nwaiting;
	const struct desk_late_view *late;
	size_t nlate;
};

struct staff_day_view {
	struct layout layout;
	const char *undo_url, *undo_back; /* of what was just cancelled; NULL */
	const char *heading, *sub;
	struct desk_top_view top;
	const char *walk_in_url; /* somebody is there; NULL: not hers to book */
	struct staff_said said;
	const struct staff_notice_view *notices;
	size_t nnotices;
	const char *texts;   /* "2 messages reçus attendent une réponse." */
	const char *waiting; /* "2 rendez-vous à renseigner depuis jeudi" */
	const char *waiting_url;
	const char *before_url, *after_url, *today_url, *sheet_url, *add_url, *week_url;
	const char *date; /* "2026-11-30" */
	const struct option_view *places, *persons;
	size_t nplaces, npersons;
	const struct link_view *views; /* the places open that day, "ma journée" */
	size_t nviews;
	const struct staff_band *bands;
	size_t nbands;
	bool none; /* nothing at all that day */
};

struct staff_pending_day {
	const char *title;
	const struct staff_row *rows;
	size_t nrows;
};

/* What was just said, to be taken back. */
struct staff_last_view {
	const char *id, *name, *word, *csrf, *back; /* word NULL: nothing */
};

struct staff_pending_view {
	struct layout layout;
	struct staff_said said;
	const char *heading;
	struct staff_last_view last;
	const struct staff_pending_day *days;
	size_t ndays;
	bool more;
};

struct staff_message_view {
	const char *title; /* "au 06 12 34 56 78" */
	const char *when;  /* "parti lundi 23 mars à 9 h 05, reçu à 9 h 06" */
	const char *cost;  /* "1 SMS, passerelle kannel, 2 essais" */
	const char *text, *note;
	bool erased;
	struct staff_tag state;
};

struct staff_appointment_view {
	struct layout layout;
	struct staff_said said;
	const char *heading, *when, *duration, *place, *address, *with, *channel;
	const char *back_url, *move_url, *cancel_url;
	const char *email;
	struct staff_row row;
	const struct staff_message_view *messages;
	size_t nmessages;
	const char *code, *thread_url;
	const char *csrf, *companion, *companion_url; /* who comes along */
	const struct answer_view *answers;	      /* to the service's questions */
	size_t nanswers;
	const struct question_view *questions; /* to put them right */
	size_t nquestions;
	const char *answers_url;
	bool fresh;
	const char *undo, *undo_url; /* takes back what was just done; NULL: too late */
};

/* ---- what people wrote ---- */

struct staff_text_view {
	const char *url, *name, *phone, *when, *text;
	const char *next; /* "Prochain rendez-vous : lundi 23 mars à 9 h, Oignies" */
	bool erased, shared;
};

struct staff_inbox_view {
	struct layout layout;
	struct staff_said said;
	const struct staff_text_view *rows;
	size_t nrows;
	const char *more; /* how many are not shown; NULL: all are */
};

struct staff_bubble {
	bool in, erased, waits;
	const char *when, *text;
	const char *understood; /* "a voulu annuler" */
	const char *about, *about_url;
	struct staff_message_view out;
};

struct staff_thread_view {
	struct layout layout;
	struct staff_said said;
	const char *back_url, *back;
	const char *heading, *phone, *tel, *email;
	const char *people; /* of a number that several share */
	const char *next, *next_url, *last;
	const char *stopped, *bad, *verified; /* since when */
	const char *bad_note;
	const char *lift_url; /* who may take these back */
	const char *older_url;
	const char *planned; /* how many messages are to leave later */
	const struct staff_bubble *bubbles;
	size_t nbubbles;
	/* the answer */
	bool can_answer;
	const char *cannot; /* why not */
	const char *action, *csrf, *key, *seen, *typed, *error, *agreed;
	const char *send; /* of the button: "Envoyer 1 SMS" */
	const char *read_url;
	int max;
};

/* ---- gateways ---- */

struct staff_gateway_view {
	const char *name, *kind, *until, *words, *queue, *rate, *counts, *received,
		*credit;
	struct staff_tag state;
	bool spare;
};

struct staff_budget_view {
	const char *name, *spent;
};

struct staff_trouble_view {
	const char *who, *url, *appointment;
	struct staff_message_view message;
};

struct staff_gateways_view {
	struct layout layout;
	const struct staff_notice_view *notices;
	size_t nnotices;
	const struct staff_gateway_view *gateways;
	size_t ngateways;
	const struct staff_budget_view *budgets;
	size_t nbudgets;
	const struct staff_trouble_view *troubles;
	size_t ntroubles;
	const char *more;
};

struct staff_cancel_view {
	struct layout layout;
	const char *heading, *when, *action, *back_url;
	const char *told; /* who will be told, and how */
};

struct staff_move_view {
	struct layout layout;
	const char *heading, *when, *action, *back_url;
	struct staff_said said;
	const char *date, *hour;
	const struct option_view *places, *persons;
	size_t nplaces, npersons;
	struct times_list times;
	const char *csrf;
};

/* Two files of persons, side by side. */
struct staff_card {
	const char *name, *birth, *phone, *tel, *email, *last, *url, *visits;
};

struct staff_similar_view {
	struct layout layout;
	const char *back_url;
	const struct staff_card *cards;
	size_t ncards;
};

struct staff_match {
	const char *value, *name, *detail;
};

struct staff_add_view {
	struct layout layout;
	/* of a gap that was chosen: "Lundi 30 novembre à 9 h, Carvin, avec Marie"; the
	 * rest is folded. NULL: all is asked */
	const char *summary;
	const char *action, *csrf;
	const struct problem_view *problems;
	size_t nproblems;
	struct staff_said said;
	const struct hidden_view *hidden;
	size_t nhidden;
	/* who */
	bool known;	     /* an existing person */
	const char *who;     /* her, in words */
	bool searched, asks; /* asks: might be one of these, before a new file is made */
	const struct staff_match *matches;
	size_t nmatches;
	struct input_view first_name, last_name, birth_year, phone, email, need, hours;
	bool discreet, only_answers;
	const char *party;
	/* when */
	bool now, typed; /* else a slot */
	const struct option_view *slots;
	size_t nslots;
	const char *date, *hour, *when_error;
	/* where, what */
	const struct option_view *services, *places, *persons, *seconds;
	size_t nservices, nplaces, npersons, nseconds;
	struct input_view companion;
	bool elsewhere, paired;
	struct input_view place, postcode;
	const struct question_view *questions; /* the service's */
	size_t nquestions;
	bool asked; /* one of them is to be seen without unfolding */
	const struct option_view *alternatives;
	size_t nalternatives;
};

struct staff_absence_row {
	const char *id, *who, *when, *label;
};

struct staff_absences_view {
	struct layout layout;
	struct staff_said said;
	const char *csrf, *action;
	const struct option_view *persons;
	size_t npersons;
	const char *from, *to, *label, *error;
	bool from_afternoon, to_noon;
	const struct staff_absence_row *rows;
	size_t nrows;
};

/* What was offered to somebody who waits, and what became of it. */
struct staff_offer_view {
	const char *when;  /* "lundi 23 mars à 9 h, Carvin" */
	const char *made;  /* "le vendredi 20 mars à 8 h" */
	const char *until; /* of the open one; NULL */
	struct staff_tag state;
};

struct staff_waiting_row {
	const char *id, *rank, *name, *url;
	const char *service, *where, *since;
	const char *mine;  /* the appointment that would be moved; NULL: none */
	const char *until; /* times before this are wanted, without one */
	const char *phone, *tel, *email;
	const struct staff_offer_view *offers;
	size_t noffers;
};

struct staff_waiting_view {
	struct layout layout;
	struct staff_said said;
	const char *csrf;
	const struct staff_waiting_row *rows, *ended;
	size_t nrows, nended;
};

struct staff_sheet_view {
	struct layout layout;
	const char *heading, *sub, *day_url, *other_url;
	bool phones;
	const struct staff_band *bands;
	size_t nbands;
};

struct staff_feed_view {
	struct layout layout;
	const char *csrf, *action;
	const char *https, *webcal; /* just made: never to be seen again */
	bool exists, with_names, nobody;
	const char *since;
};

struct staff_demo_message {
	bool sms;
	const char *to, *title, *when, *text;
	struct staff_tag state;
};

struct staff_demo_view {
	struct layout layout;
	const struct staff_demo_message *messages;
	size_t nmessages;
};

TEMPLATE_PAGE(staff_login, struct staff_login_view);
TEMPLATE_PAGE(staff_day, struct staff_day_view);
TEMPLATE_PAGE(staff_pending, struct staff_pending_view);
TEMPLATE_PAGE(staff_appointment, struct staff_appointment_view);
TEMPLATE_PAGE(staff_cancel, struct staff_cancel_view);
TEMPLATE_PAGE(staff_move, struct staff_move_view);
TEMPLATE_PAGE(staff_similar, struct staff_similar_view);
TEMPLATE_PAGE(staff_add, struct staff_add_view);
TEMPLATE_PAGE(staff_absences, struct staff_absences_view);
TEMPLATE_PAGE(staff_waiting, struct staff_waiting_view);
TEMPLATE_PAGE(staff_sheet, struct staff_sheet_view);
TEMPLATE_PAGE(staff_feed, struct staff_feed_view);
TEMPLATE_PAGE(staff_gateways, struct staff_gateways_view);
TEMPLATE_PAGE(staff_inbox, struct staff_inbox_view);
TEMPLATE_PAGE(staff_thread, struct staff_thread_view);
TEMPLATE_PAGE(staff_demo, struct staff_demo_view);

#endif
