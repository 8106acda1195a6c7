/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_closure.h - what the page of closures and that of public holidays share: they
 * are one page. */
#ifndef RDVD_WEB_SETTING_CLOSURE_H
#define RDVD_WEB_SETTING_CLOSURE_H

#include "web/setting_form.h"

#define SETTING_CLOSURES "/equipe/reglages/fermetures"

/* What is being closed; memory of the request's. */
struct closing {
	struct setting_form form;
	int organisation;
	const char *target; /* "site:SLUG", "personne:SLUG", "structure:SLUG" */
};

struct closing *setting_closing_new(struct http_request *rq, const struct staff *st);
/* The whole page. */
void setting_closing_show(struct http_request *rq, struct staff *st,
			  const struct closing *c, int status);
/* The page again, with what an edit was refused for (staff_change.h). */
void setting_closing_refused(struct http_request *rq, struct staff *st,
			     const struct booking_edited *r, void *data);
/* Where to come back to. */
const char *setting_closing_back(struct http_request *rq, const struct staff *st,
				 const struct closing *c);
/* The part of the page about public holidays. */
void setting_holidays_view(struct http_request *rq, const struct staff *st,
			   const struct closing *c, struct setting_closures_view *v);

#endif
