/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_room.h - what the pages of permanences share: a permanence as it is typed, as
 * it stands, and as it is said. */
#ifndef RDVD_WEB_OPENING_ROOM_H
#define RDVD_WEB_OPENING_ROOM_H

#include "agenda/rule_words.h"
#include "web/opening_views.h"
#include "web/staff_change.h"

#define OPENING_PATH "/equipe/reglages/permanences"
#define OPENING_PEOPLE_MAX 24
#define OPENING_SERVICES_MAX 24
#define OPENING_DATES 5

/* What was typed: strings are the request's, never NULL. */
struct opening_typed {
	const char *slug; /* of the one that is changed; NULL: a new one */
	const char *site, *other_site;
	const char *people[OPENING_PEOPLE_MAX], *services[OPENING_SERVICES_MAX];
	size_t npeople, nservices;
	const char *start, *from, *to;
	const char *rhythm; /* "une-fois", "semaine", "mois", "texte" */
	const char *weeks, *nth, *weekday, *months, *text;
	unsigned weekdays, months_off;
	const char *end; /* "sans", "date", "fois" */
	const char *until, *count;
	bool team_only;
	const char *reserve, *reserve_days, *reserve_hour;
	const char *version; /* what stood when the form was shown */
	bool warned;
};

/* What is wrong with it, by field; words in the viewer's language. */
struct opening_problems {
	struct problem_view items[16];
	size_t n;
};

/* ---- opening_fields.c ---- */

void opening_typed_read(struct http_request *rq, struct opening_typed *t);
/* As it stands: the form that would make it. */
void opening_typed_of(struct http_request *rq, const struct staff *st,
		      const struct opening *o, struct opening_typed *t);
/* The preset of a new one. */
void opening_typed_new(struct http_request *rq, const struct staff *st,
		       struct opening_typed *t);
/* The recurrence; problems are added. 0, or -1. */
int opening_rule(struct http_request *rq, const struct opening_typed *t,
		 struct rule_form *form, struct rule_made *made,
		 struct opening_problems *problems);
void opening_problem(struct opening_problems *p, const char *field, const char *message);
/* The opening as a territory file has it: what stands (NULL: none), with what was typed.
 * json_decref it. */
json_t *opening_body(const struct opening_typed *t, const struct rule_made *made,
		     const json_t *stands);
void opening_say_fields(struct http_request *rq, const struct staff *st,
			const struct viewer *who, const struct opening_typed *t,
			struct opening_form_view *v);

/* ---- opening_dates.c ---- */

/* A sentence with a capital, in the request's language. */
const char *opening_sentence(struct http_request *rq, const struct rule_form *f,
			     const char *place, const char *alternates, bool from);
/* The next dates of a rule at a site with what keeps any from taking place. */
size_t opening_dates(struct http_request *rq, const struct staff *st,
		     const struct rule_made *made, const struct opening *o, int site,
		     const struct opening_date **out);
/* What does not go together: the same people elsewhere at the same time, or too far away
 * just before or after. At most max sentences. */
size_t opening_warnings(struct http_request *rq, const struct staff *st,
			const struct opening_typed *t, const struct rule_made *made,
			const char *site, const char **out, size_t max);
/* The place that an opening alternates with; NULL none. */
const char *opening_alternates(const struct territory *t, int opening);

/* ---- finding ---- */

/* The opening of the path that she may see (change: and change), or TERRITORY_NONE: 404
 * was answered. */
int opening_asked(struct http_request *rq, const struct staff *st, bool change);
/* The occurrence that the rule has on a day: 0 and its start, or -1. */
int opening_occurs(const struct opening *o, civil_day day, civil_time *start);
const struct opening_override *opening_override_on(const struct opening *o,
						   civil_day day);

/* Each file's routes. */
void opening_list_routes(struct staff *st);
void opening_edit_routes(struct staff *st);
void opening_once_routes(struct staff *st);

#endif
