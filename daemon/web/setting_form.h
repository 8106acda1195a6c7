/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_form.h - forms of settings as tables: each field says how it is called, where
 * its value stands in the object's JSON and what it may hold, so that filling a form,
 * reading it, changing the object and putting an error beside its field cannot disagree.
 * What was typed comes back whatever was wrong with it. */
#ifndef RDVD_WEB_SETTING_FORM_H
#define RDVD_WEB_SETTING_FORM_H

#include <jansson.h>

#include "booking/edit.h"
#include "web/setting_views.h"
#include "web/staff_room.h"

enum setting_kind {
	SETTING_TEXT,
	SETTING_LINES,	/* a text of several lines */
	SETTING_LIST,	/* a list of texts, one a line */
	SETTING_NUMBER, /* a whole number; empty: nothing said */
	SETTING_CHOICE, /* one of few texts; "" nothing said */
	SETTING_COUNT,	/* one of few numbers */
	SETTING_YESNO,	/* "oui", "non", "" nothing said */
	SETTING_CHECK,	/* true, or nothing said */
};

struct setting_choice {
	const char *value, *text; /* text: a msgid */
};

/* The sets of public holidays, and the zones; the first of each says "as the network",
 * so that the network's own choices begin behind it. */
extern const struct setting_choice setting_holidays[], setting_zones[];

struct setting_field {
	const char *name; /* of the input, and its id */
	enum setting_kind kind;
	const char *group;	  /* msgid: a group of fields begins here */
	const char *label, *hint; /* msgids */
	const char *path;	  /* in the JSON: "access.fr"; NULL: the handler's own */
	const char *input;	  /* type: "email", "tel", "time"; NULL: "text" */
	const char *missing; /* msgid; not NULL: the field is required, and so it is said
			      */
	size_t max;	     /* bytes of a text; 0: 200 */
	int from, to;	     /* of a NUMBER */
	const struct setting_choice *choices; /* the last one has no value */
	bool brief;			      /* a narrow input */
	bool communes;			      /* completes communes */
};

#define SETTING_FIELDS_MAX 40
#define SETTING_LOOSE_MAX 4

/* A form being filled or corrected; memory of the request's. */
struct setting_form {
	const struct setting_field *fields;
	size_t n;
	const char *values[SETTING_FIELDS_MAX]; /* never NULL */
	const char *errors[SETTING_FIELDS_MAX]; /* in words; NULL: none */
	const char *loose[SETTING_LOOSE_MAX];	/* errors of no field */
	size_t nloose;
};

void setting_form_init(struct setting_form *f, const struct setting_field *fields,
		       size_t n);
/* From an object. */
void setting_form_load(struct http_request *rq, struct setting_form *f, const json_t *o);
/* From what was sent; what is required, too long or no number is found wrong. */
void setting_form_read(struct http_request *rq, struct setting_form *f);
/* Into an object: what is empty is left out. */
void setting_form_store(const struct setting_form *f, json_t *o);
/* The value of a field, "" when it is empty. */
const char *setting_value(const struct setting_form *f, const char *name);
void setting_put(struct setting_form *f, const char *name, const char *value);
/* Put an error (words) beside a field; name NULL or unknown: on top. The first one
 * stays. */
void setting_blame(struct setting_form *f, const char *name, const char *message);
bool setting_wrong(const struct setting_form *f);
/* The errors of an edit, those of edit number i beside the fields whose path they name.
 */
void setting_blame_edit(struct http_request *rq, struct setting_form *f,
			const struct booking_edited *r, int edit);
/* What the page shows. */
void setting_form_view(struct http_request *rq, const struct setting_form *f,
		       struct setting_form_view *v);

/* A slug of a name that nothing of this kind has yet, nor had; the request's memory. */
const char *setting_slug(struct http_request *rq, const struct territory *t,
			 enum rdvd_definition_kind kind, const char *name);
/* The living organisation that a page is about: what ?structure= or the field of that
 * name says, else the viewer's own, else the only one; TERRITORY_NONE: none, or not hers
 * to see. */
int setting_organisation(const struct http_request *rq, const struct staff *st,
			 const struct viewer *v);
/* "Du 20 décembre 2025 au 4 janvier 2026", "Le lundi 1er mars": a period in words. */
const char *setting_period(struct http_request *rq, const struct staff *st,
			   civil_day from, civil_day to);

/* Nothing is open yet, and the viewer could change that: the first run is for her. */
bool setting_is_first_run(const struct staff *st, const struct viewer *v);

/* Each file's routes. */
void setting_organisation_routes(struct staff *st);
void setting_site_routes(struct staff *st);
void setting_map_routes(struct staff *st);
void setting_closure_routes(struct staff *st);
void setting_holiday_routes(struct staff *st);
void setting_first_routes(struct staff *st);

#endif
