/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_room.h - what the files of the agenda share: what is asked for, who is where
 * (presences) with what fills it, the grid that is made of it, and how long what was made
 * is good. Memory is the request's. */
#ifndef RDVD_WEB_AGENDA_ROOM_H
#define RDVD_WEB_AGENDA_ROOM_H

#include "web/agenda_views.h"
#include "web/staff_room.h"

#define AGENDA_DAYS_MAX 42 /* of a month's page */

enum agenda_span { SPAN_DAY, SPAN_WEEK, SPAN_MONTH };
/* By what the grid is made: hours; or a row (a column, of a day) for each person, each
 * place. */
enum agenda_way { WAY_NONE, WAY_HOURS, WAY_PERSONS, WAY_PLACES };

struct agenda_look {
	enum agenda_span span;
	enum agenda_way way;
	civil_day day;	/* that is looked at */
	civil_day from; /* the first that is shown */
	int ndays;
	int site, counsellor; /* TERRITORY_NONE: any */
	rdvd_time now;
};

void agenda_read(struct http_request *rq, const struct staff *st, const struct viewer *v,
		 enum agenda_span span, struct agenda_look *ask);
/* The address of the same view of another day or another way. */
const char *agenda_url(struct http_request *rq, const struct staff *st,
		       const struct agenda_look *ask, civil_day day, enum agenda_way way);

/* ---- who is where (agenda_presence.c) ---- */

struct presence {
	civil_day day;
	int counsellor, site; /* TERRITORY_NONE: nobody's, an ad-hoc place */
	const struct occurrence *occurrence; /* NULL: outside of all */
	bool cancelled;			     /* this occurrence of its permanence */
	rdvd_time start, end;
	int from, to; /* minutes of the day, at the place */
};

struct presences {
	struct http_request *rq;
	const struct staff *st;
	const struct viewer *viewer;
	const struct agenda_look *ask;
	const struct record_list *records;
	struct presence *items;
	size_t n, cap;
	int16_t *owner; /* RDVD_COUNSELLORS_MAX a record: the presence, -1 none */
};

/* Everything that the viewer may see of what is asked, by day, start and person. */
void presences_find(struct presences *p);
/* How many people are booked in it, and the minutes that are still free. */
void presence_count(const struct presences *p, const struct presence *one, int *booked,
		    int *free_minutes);
/* Its words, and what fills it in order: what the way of the grid does not say already;
 * hours: from the half hour in which it begins, without a hole. */
void presence_say(const struct presences *p, const struct presence *one,
		  enum agenda_way way, bool hours, struct agenda_stretch *out);
/* That the presence's occurrence does not take place, and why; NULL: it does. */
const char *presence_closed(const struct presences *p, const struct presence *one);
/* The page that changes this one occurrence, for who may; NULL. */
const char *presence_url(const struct presences *p, const struct presence *one);
/* The absences of a day in a few words, of those who are looked at; NULL none. */
const char *presence_absences(const struct presences *p, civil_day day);

/* ---- the grid (agenda_grid.c, agenda_month.c) ---- */

void agenda_grid(const struct presences *p, struct buf *out);
void agenda_month(const struct presences *p, struct buf *out);

/* ---- what was made (agenda_cache.c) ---- */

struct agenda_cache;

struct agenda_cache *agenda_cache_new(void);
void agenda_cache_free(struct agenda_cache *c);
/* What was made under the key while stamp (a change of either makes it worthless); lent
 * until the next put. NULL: nothing. */
const char *agenda_cache_get(struct agenda_cache *c, const char *key,
			     const uint64_t stamp[2]);
/* html is copied. */
void agenda_cache_put(struct agenda_cache *c, const char *key, const uint64_t stamp[2],
		      const char *html, size_t n);

/* ---- taking back (agenda_undo.c) ---- */

void agenda_undo_routes(struct staff *st);

/* ---- live (agenda_live.c) ---- */

struct live;

/* Also registers its route. */
struct live *agenda_live_new(struct staff *st);
/* End the streams: before the server stops. */
void agenda_live_end(struct live *l);
void agenda_live_free(struct live *l);

struct agenda_room {
	struct agenda_cache *cache; /* owned */
	struct live *live;	    /* owned */
};

#endif
