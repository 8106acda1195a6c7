/* SPDX-License-Identifier: GPL-3.0-or-later */
/* views.h - what each page of pages/ shows: one struct a page, filled by the handler,
 * printed by the template of the same name. Strings are lent for the call and may be
 * NULL. */
#ifndef RDVD_WEB_VIEWS_H
#define RDVD_WEB_VIEWS_H

#include <stdbool.h>
#include <stddef.h>

#include "http/template.h"
#include "web/words.h"

/* ---- what surrounds every page (pages/_top.html, pages/_bottom.html) ---- */

struct link_view {
	const char *url;
	const char *text;
	const char *lang; /* of the text and what it leads to, when it is another */
	bool current;
};

struct layout {
	const char *title; /* of the window: "Vos coordonnées - CLLAJ Hénin-Carvin" */
	const char *brand; /* the organisation, or the network */
	const char *home;  /* where the brand leads */
	const char *lang;
	const char *look; /* class of the body: "" or "split" for the public, "wide" for
			     the team */
	const char *theme, *script; /* addresses, or NULL */
	const char *script2;
	const char *sheet;	     /* the team's own style sheet; NULL for the public */
	const char *sheet2;	     /* one more, of some pages; NULL */
	const struct link_view *nav; /* the team's menu; none for the public */
	size_t nnav;
	const struct link_view *more; /* its entries that a small window folds */
	size_t nmore;
	const char *here;		   /* which of those one is at; NULL: none */
	const struct link_view *languages; /* this page in the other languages */
	size_t nlanguages;
	const char *logout, *csrf; /* of the log-out button; NULL for the public */
	const char *user;	   /* who is logged in; NULL */
	bool urgent;		   /* the line of 115, 119, 3919 and 114 at the foot */
	const char *demonstration; /* the demonstration's messages; NULL */
};

/* ---- forms ---- */

struct option_view {
	const char *value, *text, *note;
	bool selected;
};

/* A field that was sent and must not be lost. */
struct hidden_view {
	const char *name, *value;
};

struct problem_view {
	const char *field; /* the input's id; NULL: none to lead to */
	const char *label, *message;
};

/* ---- a service's questions (pages/_questions.html): questions.h ---- */

struct choice_view {
	const char *id; /* of the input; NULL none */
	const char *value, *text;
	bool selected;
};

struct question_view {
	const char *name, *error_id, *text;
	const char *error; /* NULL: fine */
	bool required, radios;
	const struct choice_view *choices;
	size_t nchoices;
};

struct answer_view {
	const char *question, *answer;
};

/* ---- times (pages/_times.html): two levels, day then place or place then day ---- */

#define TIMES_MAX 20 /* on one page */

struct hour_view {
	char label[WORDS_SIZE]; /* "13 h 30" */
	char value[96];		/* "SITE.START": see times_parse */
	const char *before;	/* spoken only: "Lundi 30 novembre" */
	const char *place;	/* spoken only: the place, town and distance */
	const char *town;
	const char *distance;
	char left[WORDS_SIZE]; /* "4 places", of a workshop */
};

struct times_block {
	const char *title, *note;
	const char *address, *postcode, *town, *access, *transport;
	const struct hour_view *hours;
	size_t nhours;
	char day[WORDS_SIZE], distance[WORDS_SIZE];
};

struct times_section {
	const char *title, *note;
	const char *address, *postcode, *town, *access, *transport;
	const struct times_block *blocks;
	size_t nblocks;
	char day[WORDS_SIZE], distance[WORDS_SIZE];
};

struct times_list {
	const struct times_section *sections;
	size_t nsections;
	struct times_section section[TIMES_MAX];
	struct times_block block[TIMES_MAX];
	struct hour_view hour[TIMES_MAX];
	size_t n; /* hours in all */
};

/* ---- the public pages ---- */

struct search_view {
	struct layout layout;
	const char *q;
	const struct option_view *services, *workshops;
	size_t nservices, nworkshops;
	bool modes;  /* there is a choice between on site and by telephone */
	bool phone;  /* and by telephone is chosen */
	bool closed; /* nothing can be booked here yet */
	int age_min, age_max;
	const char *team, *team_phone, *team_tel; /* name, as read, as dialled */
};

/* A workshop that is full. */
struct full_view {
	const char *when, *place;
	const char *url; /* to wait for a place; NULL: nobody can */
};

struct times_view {
	struct layout layout;
	const char *heading;
	const char *service, *duration, *mode; /* in words */
	const char *typed;		       /* the place as it was typed */
	bool unknown;			       /* no such commune: all places are shown */
	bool choose;			       /* several: which one? */
	const char *place;		       /* "Hénin-Beaumont (62110)" */
	const struct link_view *others;	       /* what it could have been too */
	size_t nothers;
	bool outside;	   /* the commune is outside the organisation's area */
	const char *area;  /* whom it is for, then: the organisation's name */
	bool farther;	   /* nothing within the usual distance: these are farther */
	bool none;	   /* nothing at all */
	bool filtered;	   /* by the filters */
	bool later;	   /* not the first page */
	bool has_distance; /* a sort by distance makes sense */
	bool by_distance;
	const char *soonest_url, *nearest_url, *later_url, *first_url, *search_url;
	const char *unfiltered_url, *phone_url, *site_url;
	const char *wait_url; /* the waiting list; NULL none */
	const struct full_view *full;
	size_t nfull;
	const char *action;			  /* where an hour is sent to */
	const struct hidden_view *hidden, *query; /* with an hour; with the filters */
	size_t nhidden, nquery;
	bool morning, afternoon, wednesday;
	bool can_interpret, interpreter; /* a longer time for an interpreter */
	const char *interpreter_minutes;
	struct times_list times;
	const char *team, *team_phone, *team_tel;
};

struct input_view {
	const char *value, *error; /* error NULL: fine */
};

struct form_view {
	struct layout layout;
	const char *heading; /* "Lundi 30 novembre à 9 h, à Carvin" */
	const char *place, *address, *service, *duration;
	const char *action, *keep_action, *back_url;
	const char *until; /* the hour until which it is kept; NULL: it is not */
	bool can_keep, kept_enough;
	bool expired, taken, trouble; /* why it did not work */
	bool hasty;		      /* read again, please */
	bool by_phone, workshop, sms;
	bool waiting;	   /* to be told when a place comes free */
	bool known;	   /* waits already */
	const char *seats; /* places left in a workshop */
	const struct problem_view *problems;
	size_t nproblems;
	struct input_view first_name, last_name, birth_year, employer, phone, email,
		language, need, hours;
	bool professionals; /* colleagues: where they work, no year of birth */
	const char *party_error;
	const struct option_view *party;
	size_t nparty;
	bool step_free, discreet, only_answers, open; /* open: the folded part was used */
	bool interpreter;
	const struct question_view *questions;
	size_t nquestions;
	const struct hidden_view *hidden;
	size_t nhidden;
	const char *team, *retention, *rights_url;
	const char *team_phone, *team_tel;
};

/* One more step before the booking: a proof that somebody is there, or that the number is
 * theirs. */
struct check_view {
	struct layout layout;
	const char *heading, *when;
	bool crowd; /* because so many come at once; else because the team asks for it */
	bool trouble, wrong, over, off;
	int left;	  /* tries */
	const char *wait; /* before another code may be sent, in words; NULL */
	/* the browser's own work; salt NULL: none */
	const char *salt, *hash, *mac;
	int max;
	const char *action, *code_action; /* book; send or await a code */
	const char *phone, *email;	  /* where a code can be sent, as read; NULL */
	bool can_send;			  /* they can send us one */
	const char *sent_to, *by;  /* a code is on its way there, "sms" or "email" */
	const char *send, *number; /* they are to send this, there */
	bool awaited;		   /* it has not come yet */
	const struct hidden_view *hidden;
	size_t nhidden;
	const char *back_url;
	const char *team, *team_phone, *team_tel;
};

/* The hour went to somebody else: others, one tap away. */
struct taken_view {
	struct layout layout;
	const char *why;	    /* the sentence on top */
	const char *action, *again; /* again: the same hour, when it is free again */
	const struct hidden_view *hidden;
	size_t nhidden;
	bool typed; /* one tap books: the form was filled in */
	struct times_list times;
	const char *search_url;
	const char *team, *team_phone, *team_tel;
};

struct appointment_view {
	struct layout layout;
	const char *heading;
	bool fresh; /* just booked */
	bool moved; /* just moved */
	bool confirmed, cancelled, by_team, past, by_phone, workshop;
	const char *day, *hour; /* "Lundi 30 novembre", "9 h" */
	const char *transport;
	const char *place, *address, *postcode, *town, *access, *map_url, *bring,
		*duration;
	const char *instructions; /* NULL none */
	bool step_free;
	const char *party;     /* "3", or NULL when alone */
	const char *reminders; /* "trois jours avant et la veille" */
	bool by_sms, by_email; /* what this page says was sent there too */
	const char *code;      /* to note, when no SMS can come */
	const char *no_sms;    /* why none can, a sentence */
	const char *was; /* when it was, once cancelled: "lundi 30 novembre à 9 h" */
	bool can_confirm, can_move, can_cancel;
	const char *too_late; /* to move, in words: "4 heures"; NULL */
	const char *self, *calendar_url, *move_url, *cancel_url, *confirm_url,
		*search_url;
	const char *wait_url;	 /* to join the waiting list; NULL: one cannot */
	const char *waiting_url; /* where one waits already; NULL */
	const char *team, *team_phone, *team_tel;
};

/* One who waits: what is offered now, or that nothing is yet, or how it ended. */
struct waiting_view {
	struct layout layout;
	const char *heading;
	bool fresh;			/* just joined */
	bool declined, late, taken;	/* what has just become of an offer */
	bool offer, served, left, over; /* none: waits */
	/* the offer, or what it has become */
	const char *day, *hour, *place, *address, *postcode, *town, *access, *until;
	bool by_phone;
	const char *mine, *mine_place; /* the appointment that would be moved; NULL */
	const char *service, *where, *since, *before;
	bool by_sms, by_email, answerable;
	const char *id, *take_url, *decline_url, *leave_url, *self, *appointment_url,
		*search_url;
	const char *team, *team_phone, *team_tel;
};

/* Joining with an appointment. */
struct join_view {
	struct layout layout;
	const char *when, *place;
	const char *action, *self;
	bool choice; /* here only, or around too */
	bool anywhere;
	bool ask_contact; /* nothing to write to is known */
	bool sms, email_possible;
	struct input_view phone, email;
	const struct problem_view *problems;
	size_t nproblems;
	bool too_late;
	const char *team, *team_phone, *team_tel;
};

struct cancel_view {
	struct layout layout;
	const char *when; /* "lundi 30 novembre à 9 h" */
	const char *place;
	const char *action, *self;
};

struct move_view {
	struct layout layout;
	const char *when;
	const char *action, *self, *later_url, *first_url;
	bool taken, none, too_late, later;
	struct times_list times;
	const char *team, *team_phone, *team_tel;
};

struct info_view {
	struct layout layout;
	const char *team, *address, *team_phone, *team_tel, *team_email;
	const char *publisher, *host, *data_contact, *retention, *version;
	const struct link_view *teams; /* every organisation, of a network */
	size_t nteams;
	bool sms, alone;
};

struct failure_view {
	struct layout layout;
	int status;
	const char *heading, *what, *remedy;
	const char *again_url; /* to try again; NULL */
	const char *search_url;
	const char *team, *team_phone, *team_tel;
};

TEMPLATE_PAGE(search, struct search_view);
TEMPLATE_PAGE(times, struct times_view);
TEMPLATE_PAGE(form, struct form_view);
TEMPLATE_PAGE(check, struct check_view);
TEMPLATE_PAGE(taken, struct taken_view);
TEMPLATE_PAGE(appointment, struct appointment_view);
TEMPLATE_PAGE(cancel, struct cancel_view);
TEMPLATE_PAGE(move, struct move_view);
TEMPLATE_PAGE(waiting, struct waiting_view);
TEMPLATE_PAGE(join, struct join_view);
TEMPLATE_PAGE(ask, struct form_view);
TEMPLATE_PAGE(accessibility, struct info_view);
TEMPLATE_PAGE(legal, struct info_view);
TEMPLATE_PAGE(privacy, struct info_view);
TEMPLATE_PAGE(failure, struct failure_view);

#endif
