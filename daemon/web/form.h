/* SPDX-License-Identifier: GPL-3.0-or-later */
/* form.h - what somebody types to book: read from a request, handed to booking, shown
 * again with what is wrong. Nothing typed is ever lost: every field knows how to travel
 * in a hidden input. */
#ifndef RDVD_WEB_FORM_H
#define RDVD_WEB_FORM_H

#include "web/page.h"

/* The fields by their names in the page; strings are the request's, never NULL. */
struct typed {
	const char *first_name, *last_name, *birth_year, *phone, *email, *party;
	const char *employer;	 /* of a colleague */
	const char *interpreter; /* one was asked for before the times: they are longer */
	const char *answers[SERVICE_QUESTIONS_MAX]; /* questions.h */
	const char *language, *step_free, *need, *discreet, *hours, *only_answers;
	const char *service, *hour, *q, *key; /* hidden ones */
	const char *trap;		      /* what people do not see */
	const char *stamp, *proof;	      /* guard.h */
	const char *verification, *code;      /* verify.h: its name, what was typed */
	bool any;			      /* something was typed */
};

void form_read(const struct http_request *rq, struct typed *t);
/* The wishes as one text for the team ("Langue ou interprète : arabe. ..."), added to
 * out. It is French whoever typed it: the team reads it. */
void form_needs(const struct typed *t, struct buf *out);
/* The same hash for the same form: hour and person, without the request's key. */
void form_hash(const struct typed *t, uint8_t hash[RDVD_HASH_SIZE]);
/* Fill the view's inputs, with the errors of booking (may be NULL) at their fields and in
 * the summary. */
void form_fill(struct http_request *rq, const struct typed *t,
	       const struct booking_errors *errors, struct form_view *v);
/* The service's questions, with their errors beside them and in the summary, whose label
 * is the question. After form_fill. */
void form_questions(struct http_request *rq, const struct typed *t,
		    const struct service *s, const struct booking_errors *errors,
		    struct form_view *v);
/* All that was typed as hidden inputs, the hour left out; memory is the request's. */
const struct hidden_view *form_hidden(struct http_request *rq, const struct typed *t,
				      size_t *n);

#endif
