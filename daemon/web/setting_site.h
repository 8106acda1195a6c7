/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_site.h - a site's form: its fields, its commune and its point, for the page of
 * sites and for the first run. */
#ifndef RDVD_WEB_SETTING_SITE_H
#define RDVD_WEB_SETTING_SITE_H

#include "web/setting_form.h"
#include "web/where.h"

/* Fields of which the first nfirst are the first run's. */
extern const struct setting_field setting_site_fields[];
extern const size_t setting_site_nfields;
#define SETTING_SITE_FIRST 5 /* name to host */
#define SETTING_SITE_WHERE 2 /* then the degrees */

/* A site being filled in; memory of the request's. */
struct site_form {
	struct setting_form form;
	const char *insee; /* of the commune that was understood; "" */
	const struct commune *others[WHERE_OTHERS + 1]; /* what it could have been */
	size_t nothers;
	int organisation; /* TERRITORY_NONE: not chosen */
	int site;	  /* TERRITORY_NONE: a new one */
};

/* From what was sent: the commune is understood, its point and postcode filled in when
 * they were not given or another commune's. What is wrong is blamed. */
void setting_site_read(struct http_request *rq, const struct staff *st,
		       struct site_form *f);
/* The point, if there is one. 0, or -1. */
int setting_site_point(const struct site_form *f, struct geo_point *out);
/* Into a site's JSON. */
void setting_site_store(const struct staff *st, const struct site_form *f, json_t *o);
/* The communes to choose from, as options. */
size_t setting_site_communes(struct http_request *rq, const struct site_form *f,
			     const struct option_view **out);

#endif
