/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_text.h - what the pages of texts share: whose text is meant, and what it looks
 * like with values. */
#ifndef RDVD_WEB_SERVICE_TEXT_H
#define RDVD_WEB_SERVICE_TEXT_H

#include "message/text_keep.h"
#include "web/service_views.h"
#include "web/staff_room.h"

#define SERVICE_TEXTS_PATH "/equipe/reglages/textes"

/* Whose texts a page is about. */
struct text_owner {
	int organisation, service; /* TERRITORY_NONE: everybody's, any service */
	int of; /* the organisation whose right it is; TERRITORY_NONE: the network's */
};

/* From ?structure= and ?type=, or the viewer's own; 0, or -1: not hers to see. */
int service_text_owner(const struct http_request *rq, const struct staff *st,
		       struct text_owner *out);
void service_text_place(const struct staff *st, const struct text_owner *o,
			const char *language, const char *name, struct text_place *out);
/* The address of a page of texts for that owner; the request's memory. */
const char *service_text_url(struct http_request *rq, const struct staff *st,
			     const struct text_owner *o, const char *path,
			     const char *language);

/* The text with usual values and with the longest there are: what is wrong with it, then
 * how it looks; memory of the request's. */
void service_text_preview(struct http_request *rq, const struct staff *st,
			  const struct text_owner *o, const struct text_place *p,
			  const char *source, struct service_preview_view *v);

void service_answers_routes(struct staff *st);
void service_text_routes(struct staff *st);
void service_texts_routes(struct staff *st);

#endif
