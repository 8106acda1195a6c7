/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda.h - who is where and when, in memory: the occurrences of every opening, what
 * fills them (claims of appointments and holds, absences, travel), and the shelves on
 * which the public's slots stand ready.
 *
 * A shelf belongs to one service at one site: its candidate starts in order, each with
 * the seats that are free now. Candidates come from the openings and are laid out once a
 * day for the whole horizon; a booking changes the seats of the few candidates it
 * touches. Searching a territory is then a merge of sorted arrays. The shelves replace
 * bitmaps of five-minute cells: they answer the search without computing anything, and a
 * change costs what one counsellor's day costs.
 *
 * Everything is exact but only suggests: the store decides who wins. Pure: no clock, no
 * log, no store; one thread at a time. */
#ifndef RDVD_AGENDA_AGENDA_H
#define RDVD_AGENDA_AGENDA_H

#include "agenda/territory.h"

struct agenda;

/* Build from a territory (borrowed, must outlive the agenda) as of now. */
struct agenda *agenda_new(const struct territory *t, rdvd_time now);
void agenda_free(struct agenda *a);
const struct territory *agenda_territory(const struct agenda *a);
/* 1 when the horizon laid out at the last build no longer covers now's: build a new one.
 */
int agenda_is_outdated(const struct agenda *a, rdvd_time now);

/* ---- what fills it ---- */

/* A claim's name: a session's id, a hold's ref, or a booking under way. */
enum claim_kind { CLAIM_SESSION = 1, CLAIM_HOLD, CLAIM_PENDING };

struct claim {
	enum claim_kind kind;
	uint64_t key;			       /* unique in its kind */
	int counsellors[RDVD_COUNSELLORS_MAX]; /* indexes */
	int ncounsellors;
	int site; /* TERRITORY_NONE: an ad-hoc place */
	rdvd_time start, end;
	int service;  /* index, or TERRITORY_NONE */
	int capacity; /* of a workshop, else 0 */
	int seats;    /* taken in the workshop by this claim: participants of a session,
			 places of a hold */
	uint64_t of_session; /* a workshop's hold or pending booking: the session it sits
				in; 0 none */
	rdvd_time expires;   /* of a hold */
	int buffer_s; /* after end, while its counsellors are not free: the service's; set
			 by the agenda */
};

/* Add a claim (copied). One with the same kind and key is replaced. */
void agenda_claim_put(struct agenda *a, const struct claim *c);
/* Remove it; unknown: nothing. With the last hold of a workshop that nobody has joined
 * goes its session. */
void agenda_claim_remove(struct agenda *a, enum claim_kind kind, uint64_t key);
/* Give a claim another name (a booking under way becomes a session): as replaces it.
 * Costs nothing more than the renaming when time and people are the same. */
void agenda_claim_rename(struct agenda *a, enum claim_kind kind, uint64_t key,
			 const struct claim *as);
/* The claim of that name, lent until the next change; or NULL. */
const struct claim *agenda_claim_find(const struct agenda *a, enum claim_kind kind,
				      uint64_t key);
/* Change how many places are taken in a session or hold. */
void agenda_claim_seats(struct agenda *a, enum claim_kind kind, uint64_t key, int seats);
/* 1 when a hold keeps places in this workshop's session. */
int agenda_workshop_is_held(const struct agenda *a, uint64_t session);
/* Call cb for every claim and for every absence; neither may change the agenda. */
void agenda_claims_each(const struct agenda *a,
			int (*cb)(void *arg, const struct claim *c), void *arg);
typedef void agenda_absence_cb(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			       rdvd_time end);
void agenda_absences_each(const struct agenda *a, agenda_absence_cb *cb, void *arg);
/* Note which claims and absences change from here on; and tell their names: each at least
 * once, whether it still stands or not. For whoever made a copy and has to catch up. */
void agenda_note_changes(struct agenda *a);
void agenda_changes_each(const struct agenda *a,
			 void (*claim)(void *arg, enum claim_kind kind, uint64_t key),
			 void (*absence)(void *arg, rdvd_id id), void *arg);
/* Remove the holds that expired before or at now; returns how many. *next is when the
 * next one expires, 0 none. */
int agenda_holds_expire(struct agenda *a, rdvd_time now, rdvd_time *next);

void agenda_absence_put(struct agenda *a, rdvd_id id, int counsellor, rdvd_time start,
			rdvd_time end);
void agenda_absence_remove(struct agenda *a, rdvd_id id);

/* ---- asking about one time ---- */

enum agenda_verdict {
	AGENDA_FREE = 0,
	AGENDA_NOT_A_SLOT, /* no occurrence has that start */
	AGENDA_CLOSED,	   /* a holiday or a closure */
	AGENDA_TOO_EARLY,  /* before now + notice */
	AGENDA_TOO_FAR,	   /* beyond the horizon */
	AGENDA_NOT_PUBLIC, /* kept for the team */
	AGENDA_TAKEN,	   /* nobody is free, no room, or no place left */
};

struct agenda_ask {
	int service, site;
	rdvd_time start;
	rdvd_time now;
	int seats; /* places wanted in a workshop; 1 else */
	int staff; /* 1: the team asks: notice, horizon, reserve and public do not count
		    */
	int over;  /* 1: the team takes more into a full workshop whose capacity is a wish
		    */
	/* claims to look through: the hold being used, the session being moved; 0 none */
	uint64_t but_hold, but_session;
	int extra_minutes; /* longer than the service's: service_extra_minutes; not of a
			      workshop */
};

struct agenda_answer {
	rdvd_time end;
	civil_time civil_start;
	int counsellors[RDVD_COUNSELLORS_MAX]; /* the least loaded free ones */
	int ncounsellors;
	uint64_t session; /* the workshop's session that exists already; 0 none */
	int seats;	  /* free */
};

/* May service be booked at site from start? FREE fills answer; a CLOSED, EARLY or FAR one
 * does not. */
enum agenda_verdict agenda_ask(const struct agenda *a, const struct agenda_ask *ask,
			       struct agenda_answer *answer);

/* 1 when the appointment of this claim lies within an occurrence that takes place, of an
 * opening that offers its service, each of its counsellors in one; a workshop's begins
 * with it. 0 too when it has no service or no site. */
int agenda_covers(const struct agenda *a, const struct claim *c);

/* Is this counsellor free in [start, end) at site (TERRITORY_NONE: anywhere)? Travel,
 * absences, claims. For staff bookings outside openings: they may use the buffer after an
 * appointment. but_* as above. */
int agenda_counsellor_is_free(const struct agenda *a, int counsellor, int site,
			      rdvd_time start, rdvd_time end, uint64_t but_hold,
			      uint64_t but_session);
/* Is there a room left at site throughout [start, end)? */
int agenda_room_is_free(const struct agenda *a, int site, rdvd_time start, rdvd_time end,
			uint64_t but_hold, uint64_t but_session);

/* ---- occurrences, for the pages ---- */

struct occurrence {
	int opening, site;
	rdvd_time start, end;
	civil_time civil_start, civil_end;
	civil_day day; /* civil, at the site */
	const int *counsellors;
	int ncounsellors;
	const char *closed; /* why it does not take place ("Lundi de Pâques", a closure's
			       reason), or NULL */
};

typedef int occurrence_cb(void *arg, const struct occurrence *o);
/* The occurrences on the civil days [from, to), by start then site, at most a year around
 * now; site, counsellor TERRITORY_NONE: any. */
void agenda_occurrences(const struct agenda *a, civil_day from, civil_day to, int site,
			int counsellor, occurrence_cb *cb, void *arg);

/* ---- searching slots ---- */

enum slot_sort { SLOT_SOONEST, SLOT_NEAREST };

struct slot_query {
	int service;
	int site;		      /* TERRITORY_NONE: any */
	const struct geo_point *near; /* NULL: no distance */
	double radius_km;
	rdvd_time from, to; /* half-open, of the start; 0: now, the horizon */
	enum slot_sort sort;
	rdvd_time now;
	int seats; /* at least so many, 1.. */
	/* the page after this one: start and site of the last slot, after_site
	 * TERRITORY_NONE: first page */
	rdvd_time after_start;
	int after_site;
	int extra_minutes; /* as in struct agenda_ask: only where the longer one fits */
};

struct slot {
	int service, site;
	rdvd_time start, end;
	int seats;
	int32_t distance_m; /* -1: not asked */
};

/* The first slots in order (API.md: soonest by start, distance, site; nearest by
 * distance, start, site), at most max into out. Returns how many; *more is 1 when others
 * follow. */
size_t slot_search(const struct agenda *a, const struct slot_query *q, struct slot *out,
		   size_t max, int *more);

/* Compare two agendas of the same territory and time; add one line a difference to out
 * (at most 20); returns how many. */
int agenda_compare(const struct agenda *a, const struct agenda *b, struct buf *out);

#endif
