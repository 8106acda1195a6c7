/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_first.h - the first run: its four forms and what they make. */
#ifndef RDVD_WEB_SETTING_FIRST_H
#define RDVD_WEB_SETTING_FIRST_H

#include "web/setting_site.h"

#define FIRST_PATH "/equipe/premiers-pas"
#define FIRST_STEPS 4
#define FIRST_SERVICES 3

enum first_step { FIRST_NAME = 1, FIRST_PLACE, FIRST_KINDS, FIRST_OPENING };

/* A step being filled in; memory of the request's. */
struct first {
	enum first_step step;
	int organisation;      /* TERRITORY_NONE: not made yet */
	struct site_form site; /* whose form is every step's */
};

/* What there is already. */
int setting_first_site(const struct territory *t, int organisation);
int setting_first_opening(const struct territory *t, int organisation);
/* The step to go on with: the first that nothing was made of. */
enum first_step setting_first_next(const struct territory *t, int organisation);

/* The fields of a step, and what it holds already. */
void setting_first_load(struct http_request *rq, const struct staff *st, struct first *f);
/* From what was sent; what is wrong is blamed. */
void setting_first_read(struct http_request *rq, const struct staff *st, struct first *f);

/* Made of it: the edits (bodies to be given back by setting_first_drop), at most
 * FIRST_EDITS. Returns how many. */
#define FIRST_EDITS 4
size_t setting_first_edits(struct http_request *rq, const struct staff *st,
			   const struct first *f, struct booking_edit *edits);
void setting_first_drop(struct booking_edit *edits, size_t n);

#endif
