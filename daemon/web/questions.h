/* SPDX-License-Identifier: GPL-3.0-or-later */
/* questions.h - a service's questions as a page asks them: short lists, the same for the
 * public's form and the team's. A field is called question0 to question3; its value names
 * the question and the rank of what was chosen ("transport.1"), so that a list that was
 * changed meanwhile is never mistaken for another. */
#ifndef RDVD_WEB_QUESTIONS_H
#define RDVD_WEB_QUESTIONS_H

#include "booking/booking.h"
#include "web/views.h"

struct http_request;

/* The input's name and id of the i-th question. */
const char *question_field(int i);
/* The index of the question that an error of booking is about ("answers.2"), or -1. */
int question_of_error(const char *field);
/* What was chosen, of the values of the fields (NULL or "" nothing). Returns how many;
 * the questions' names are the request's. */
size_t questions_read(struct http_request *rq,
		      const char *const values[SERVICE_QUESTIONS_MAX],
		      struct booking_answer out[SERVICE_QUESTIONS_MAX]);
/* The questions to show, with what was chosen and what is wrong (errors may be NULL), in
 * the request's memory and language. Returns how many. */
size_t questions_show(struct http_request *rq, const struct service *s,
		      const char *const values[SERVICE_QUESTIONS_MAX],
		      const struct booking_errors *errors,
		      const struct question_view **out);
/* What was answered, as the store keeps it, as pairs of words; returns how many. */
size_t answers_show(struct http_request *rq, const char *answers,
		    const struct answer_view **out);
/* The values to show again of what the store keeps; those that are no longer among the
 * choices are left out. */
void answers_values(struct http_request *rq, const struct service *s, const char *answers,
		    const char *values[SERVICE_QUESTIONS_MAX]);

#endif
