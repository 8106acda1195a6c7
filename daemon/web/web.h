/* SPDX-License-Identifier: GPL-3.0-or-later */
/* web.h - the pages: what the public sees, and the team. Registers its routes with the
 * HTTP server, calls the use cases of booking and writes templates; keeps no state of its
 * own between two requests. Everything runs in the loop's thread. */
#ifndef RDVD_WEB_WEB_H
#define RDVD_WEB_WEB_H

#include "base/buf.h"
#include "http/http.h"
#include "http/lang.h"

struct booking;
struct waiting;
struct guard_options;
struct verify;
struct rdvd_appointment;
struct web;

struct web_options {
	const struct langs *langs; /* lent; NULL: French only */
	struct waiting *waiting;   /* lent; NULL: no waiting list */
	int sms_enabled;	   /* a gateway sends SMS: reminders are promised */
	int email_enabled;
	int retention_months;	    /* after the last visit people's data are erased; 0:
				       24 */
	struct verify *verify;	    /* lent; NULL: no codes */
	const char *inbound_number; /* where people can send us an SMS; NULL: nowhere */
	unsigned proof_per_address, proof_in_all; /* see guard.h; 0: the presets */
	const char *publisher;	   /* who answers for the site (mentions légales); NULL:
				      the organisation */
	const char *host;	   /* who houses the machine; NULL: said to be the
				      publisher */
	const char *data_contact;  /* for people's rights: e-mail or address; NULL: the
				      organisation's contacts */
	const char *demonstration; /* the page of the demonstration's messages, shown as
				      a link; NULL: none */
};

/* Register the public pages (strings are copied). s and b are lent and outlive it. */
struct web *web_new(struct http_server *s, struct booking *b,
		    const struct web_options *o);
/* Once the server stopped. NULL is fine. */
void web_free(struct web *w);

/* For http_hooks.error_page: a whole page that says what happened and what to do. ctx is
 * a struct web **, the place where the caller keeps it; it may still be NULL. */
void web_error_page(void *ctx, struct http_request *rq, int status, const char *detail,
		    struct buf *out);

/* The code that somebody without a phone notes, and that the team's pages show beside the
 * name: four digits made of the appointment's reference. Not a secret, not unique. */
void web_code(const struct rdvd_appointment *a, char out[5]);

#endif
