/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workshop_room.h - what the workshops' pages share: which workshop a path names, how
 * full it is. */
#ifndef RDVD_WEB_WORKSHOP_ROOM_H
#define RDVD_WEB_WORKSHOP_ROOM_H

#include "web/staff_room.h"
#include "web/workshop_views.h"

/* A workshop: a service with places, at a site, from a start. */
struct workshop {
	int service, site; /* indexes */
	rdvd_time start, end;
	const char *closed; /* why it does not take place; NULL */
	int opening;	    /* index; TERRITORY_NONE: none has it any more */
	civil_day day;
	const int *counsellors; /* lent by the agenda */
	int ncounsellors;
	int taken, capacity; /* capacity: the service's; taken may be more */
};

/* The workshop of /equipe/ateliers/{atelier}, "service.site.1795424400", that the viewer
 * may treat so: 0, or -1 and 404 was answered. */
int workshop_of_path(struct http_request *rq, const struct staff *st,
		     const struct viewer *v, unsigned right, struct workshop *out);
const char *workshop_url(struct http_request *rq, const struct staff *st,
			 const struct workshop *w, const char *more);
/* Taken places, from the agenda. */
void workshop_count(const struct staff *st, struct workshop *w);
/* "complet", "2 places", "2 de plus que prévu" */
struct staff_tag workshop_state(struct http_request *rq, const struct staff *st,
				const struct workshop *w);
const char *workshop_name(struct http_request *rq, const struct staff *st,
			  const struct workshop *w);
const char *workshop_when(struct http_request *rq, const struct staff *st,
			  const struct workshop *w);
const char *workshop_place(struct http_request *rq, const struct staff *st,
			   const struct workshop *w);
const char *workshop_with(struct http_request *rq, const struct staff *st,
			  const struct workshop *w);
/* "8 sur 12" */
const char *workshop_taken(struct http_request *rq, const struct workshop *w);

/* Is the appointment a place in it? */
int workshop_is_of(const struct staff *st, const struct workshop *w,
		   const struct rdvd_appointment *a);
/* It has begun, and nobody has said yet whether they came. */
int workshop_waits_for_word(const struct rdvd_appointment *a);

/* Each file's routes. */
void workshop_page_routes(struct staff *st);
void workshop_act_routes(struct staff *st);
void workshop_new_routes(struct staff *st);

#endif
