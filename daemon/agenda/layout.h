/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.h - inside the agenda: the occurrences of every opening in a window of days, and
 * the shelves of candidates that follow from them. Laid out whole, once a day; only the
 * seats change in between. */
#ifndef RDVD_AGENDA_LAYOUT_H
#define RDVD_AGENDA_LAYOUT_H

#include "agenda/claims.h"
#include "agenda/decode.h"

#define LAYOUT_DAYS_BACK 35
#define LAYOUT_DAYS_AHEAD 400

struct candidate {
	rdvd_time start;
	int32_t length_s;
	civil_day day;	     /* on which its occurrence starts */
	uint16_t seats;	     /* free now, the team's reserve included */
	uint16_t open_seats; /* the same without the reserve */
	uint16_t flush;	     /* of a service that packs: those that leave no gap */
};

struct shelf {
	int service, site;
	struct candidate *candidates; /* sorted by start, one a start; owned */
	int n, cap;
	int first; /* no seats before this index */
};

/* The shelves of one service, with their points side by side for scanning. */
struct service_shelves {
	int *shelves; /* indexes, by site; owned */
	struct geo_point *points;
	int n, cap;
};

struct occurrence_list {
	int *items; /* indexes of occurrences, by start; owned */
	int n, cap;
};

struct layout {
	const struct territory *t;
	rdvd_time built_for;
	civil_day today; /* in the network's zone, at the build */
	struct arena arena;
	struct occurrence *occurrences; /* sorted by start; owned */
	int n, cap;
	struct occurrence_list *by_site, *by_counsellor;
	struct shelf *shelves;
	int nshelves, shelves_cap;
	int32_t *shelf_of; /* [service * nsites + site], -1 none */
	struct service_shelves *by_service;
};

void layout_init(struct layout *l, const struct territory *t, rdvd_time now);
void layout_fini(struct layout *l);

static inline struct shelf *layout_shelf(const struct layout *l, int service, int site)
{
	int i = l->shelf_of[(size_t)service * (size_t)l->t->nsites + (size_t)site];
	return i < 0 ? NULL : &l->shelves[i];
}

/* The position in list of the first occurrence that starts at or after t. */
int layout_from(const struct layout *l, const struct occurrence_list *list, rdvd_time t);
/* The index of the first candidate that starts at or after t. */
int shelf_from(const struct shelf *s, rdvd_time t);

/* How many candidates the service has in this occurrence; 1 or 0 for a workshop. */
int occurrence_candidates(const struct territory *t, const struct occurrence *o,
			  int service);
/* 1 when start is one of them; *index is its rank. */
int occurrence_has(const struct territory *t, const struct occurrence *o, int service,
		   rdvd_time start, int *index);
int opening_offers(const struct opening *o, int service);

#endif
