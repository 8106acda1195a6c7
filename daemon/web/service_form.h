/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_form.h - a kind of appointment being filled in: its fields, the questions it
 * asks, its colour, and the permanences that offer it. Memory of the request's. */
#ifndef RDVD_WEB_SERVICE_FORM_H
#define RDVD_WEB_SERVICE_FORM_H

#include "web/service_views.h"
#include "web/setting_form.h"

/* service_fields.c */
extern const struct setting_field service_fields[], service_asked[];
extern const size_t service_nfields, service_nasked;

struct service_form {
	struct setting_form form;
	struct setting_form asks;		/* the questions */
	const char *ids[SERVICE_QUESTIONS_MAX]; /* of the questions; "" a new one */
	const char *colour;			/* "#0b5d4e" or "" */
	int organisation; /* TERRITORY_NONE: the network's, with shared; else not chosen
			   */
	bool shared;	  /* every organisation's */
	int service;	  /* TERRITORY_NONE: a new one */
	bool *offers;	  /* one an opening: it is ticked */
};

/* An empty one, with presets. */
struct service_form *service_form_new(struct http_request *rq, const struct staff *st,
				      int service);
/* From the service's JSON. */
void service_form_load(struct http_request *rq, const struct staff *st,
		       struct service_form *f, const json_t *o);
/* From what was sent; what is wrong is blamed. */
void service_form_read(struct http_request *rq, const struct staff *st,
		       struct service_form *f);
/* Into a service's JSON. */
void service_form_store(const struct staff *st, const struct service_form *f, json_t *o);
bool service_form_wrong(const struct service_form *f);
/* The openings that she may change and that may offer it, by index; returns how many. */
size_t service_form_openings(struct http_request *rq, const struct staff *st,
			     const struct service_form *f, const int **out);
/* What the page shows of it. */
void service_form_view(struct http_request *rq, const struct staff *st,
		       const struct service_form *f, struct service_view *v);

#endif
