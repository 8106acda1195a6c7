/* SPDX-License-Identifier: GPL-3.0-or-later */
/* times.h - slots as people read them: by day and place, or by place and day, and how one
 * of them is named in a form. Pure; no allocation. */
#ifndef RDVD_WEB_TIMES_H
#define RDVD_WEB_TIMES_H

#include "agenda/agenda.h"
#include "web/views.h"

enum times_order {
	TIMES_BY_DAY,	/* Monday: this place, that place */
	TIMES_BY_PLACE, /* this place: Monday, Tuesday */
	TIMES_BY_PHONE, /* Monday: the hours, wherever the counsellor sits */
};

/* Lay n slots (at most TIMES_MAX are taken) out. Texts of the territory are lent to the
 * view, which must not be copied or moved afterwards: it points into itself. now gives
 * the year that goes without saying. */
void times_build(struct times_list *v, const struct territory *t,
		 const struct slot *slots, size_t n, enum times_order order,
		 const char *lang, rdvd_time now);

/* "oignies-siege.1795424400". out has 96 bytes. */
void times_name(char out[96], const char *site, rdvd_time start);
/* site gets the slug: 64 bytes. 0, or -1 when it is not such a name. */
int times_parse(const char *name, char site[64], rdvd_time *start);

/* The civil day and minute of an instant at a site. */
void times_civil(const struct site *s, rdvd_time start, civil_day *day, int *minute);

/* What hours people asked for. */
struct times_filter {
	bool morning, afternoon; /* neither is both */
	bool wednesday;
};
bool times_fits(const struct times_filter *f, civil_day day, int minute);

#endif
