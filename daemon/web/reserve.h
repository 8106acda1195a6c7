/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reserve.h - what the pages between an hour and its booking share: public_form.c holds
 * the hour and shows the form, public_book.c believes it, or asks once more, and books.
 */
#ifndef RDVD_WEB_RESERVE_H
#define RDVD_WEB_RESERVE_H

#include "web/form.h"
#include "web/guard.h"

/* The hour that is asked for. */
struct chosen {
	int service, site;
	rdvd_time start;
	bool known; /* the names mean something */
};

/* How the form is shown again. */
struct shown {
	uint64_t hold;
	rdvd_time until; /* 0: not held */
	bool kept_enough, trouble;
	bool hasty; /* it came too fast, or with what people do not see filled in */
	int status;
	const struct booking_errors *errors;
};

void reserve_choose(const struct web *w, const char *service, const char *hour,
		    struct chosen *c);
/* The names of the hour from the address, when the form brings none. */
void reserve_from_query(const struct http_request *rq, struct typed *t);
const struct organisation *reserve_team(const struct web *w, const struct chosen *c);
/* The address of the form: all that is needed to find the hour again. */
const char *reserve_url(struct http_request *rq, uint64_t hold, const struct typed *t);
void reserve_browser(struct http_request *rq, uint8_t holder[16]);
/* The hour in words. */
void reserve_describe(struct http_request *rq, const struct web *w,
		      const struct chosen *c, struct form_view *v);

/* Booking's own alternatives, or ours when it gave none; action is where one is sent. */
void reserve_reply_taken(struct http_request *rq, const struct web *w,
			 const struct chosen *c, const struct typed *t,
			 const char *action, const struct booking_reply *r);
/* What the guard makes of a form that was sent. */
enum guard_finding reserve_judge(struct http_request *rq, const struct web *w,
				 const struct typed *t);
void reserve_reply_form(struct http_request *rq, const struct web *w,
			const struct chosen *c, const struct typed *t,
			const struct shown *s);

#endif
