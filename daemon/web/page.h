/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.h - what the files of web/ share: the rooms behind the pages, what surrounds each
 * page, addresses, answers that come later. */
#ifndef RDVD_WEB_PAGE_H
#define RDVD_WEB_PAGE_H

#include "agenda/agenda.h"
#include "booking/booking.h"
#include "http/http.h"
#include "web/guard.h"
#include "web/times.h"
#include "web/views.h"
#include "web/web.h"

/* Marks a msgid in a table, translated later by tr. */
#define N_(msgid) msgid

struct web {
	struct http_server *server; /* lent */
	struct booking *booking;    /* lent */
	struct web_options options; /* strings owned */
	struct guard *guard;
	const char *script; /* address of the asset */
};

/* ---- what surrounds a page ---- */

/* Fill what every page has, title being its own ("Vos coordonnées"). o may be NULL: the
 * only organisation there is, else the network. Memory is the request's. */
void page_layout(struct http_request *rq, const struct web *w, struct layout *v,
		 const char *title, const struct organisation *o);
/* The organisation of an index, the only living one if that is TERRITORY_NONE, or NULL.
 */
const struct organisation *page_organisation(const struct web *w, int index);
/* Its name and telephone, the latter for reading and for dialling (both NULL: none). */
void page_team(struct http_request *rq, const struct web *w, const struct organisation *o,
	       const char **name, const char **phone, const char **tel);

/* ---- addresses ---- */

/* path with the pairs (name, value, ..., NULL) whose value is not empty, encoded. */
const char *page_url(struct http_request *rq, const char *path, ...)
	__attribute__((sentinel));
/* A text of the request's memory. */
const char *page_text(struct http_request *rq, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Words of WORDS_SIZE into the request's memory. */
const char *page_duration(struct http_request *rq, int minutes);
/* After the last visit people's data are kept so long: "2 ans". */
const char *page_retention(struct http_request *rq, const struct web *w);
const char *page_hour(struct http_request *rq, int minute);
/* A telephone number as one reads it, however it was written, in one piece. */
const char *page_phone(struct http_request *rq, const char *number);
/* "lundi 30 novembre à 9 h"; title: with a capital. */
const char *page_when(struct http_request *rq, const struct web *w, civil_time t,
		      bool title);
/* The words that a service is called by: its card's, else its name. */
const char *page_service(struct http_request *rq, const struct service *s);
/* The service of a slug that the public may book, or TERRITORY_NONE. */
int page_public_service(const struct web *w, const char *slug);

/* ---- answers that come later ---- */

/* A request that waits for booking; free it in the callback. */
struct wait {
	struct http_ticket *ticket;
	struct web *web;
	enum booking_verdict verdict_before; /* the handler's own use */
};

struct wait *page_wait(struct http_request *rq);
/* Give the ticket back: the request to answer, or NULL; wait is freed. */
struct http_request *page_wait_over(struct wait *wait, struct web **w);
/* Answer what no page has words of its own for: NOT_FOUND, BUSY, UNCERTAIN, FAILED. */
void page_fail(struct http_request *rq, enum booking_verdict v);
/* 1 when booking could not say yes or no just now: 503. */
int page_is_trouble(enum booking_verdict v);

/* ---- slots ---- */

/* The nearest free slots to one that is gone: at the same site or around, soonest first.
 */
size_t page_alternatives(const struct web *w, int service, int site, struct slot *out,
			 size_t max);
/* service and site of names, living and public; 0 or -1. */
int page_slot(const struct web *w, const char *service, const char *hour,
	      int *service_out, int *site_out, rdvd_time *start);

/* Each file's routes. */
void search_routes(struct web *w);
void times_routes(struct web *w);
void form_routes(struct web *w);
void book_routes(struct web *w);
void manage_routes(struct web *w);
void waiting_routes(struct web *w);
void ask_routes(struct web *w);
void info_routes(struct web *w);

#endif
