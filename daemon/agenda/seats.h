/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seats.h - inside the agenda: counting who is free for one service at one site and time.
 */
#ifndef RDVD_AGENDA_SEATS_H
#define RDVD_AGENDA_SEATS_H

#include "agenda/claims.h"
#include "agenda/layout.h"

struct agenda {
	const struct territory *t;
	struct layout layout;
	struct claims claims;
	int longest_buffer_s; /* of the services; 0: none has one */
};

struct seats_question {
	int service; /* TERRITORY_NONE: not a slot's question */
	int site;    /* TERRITORY_NONE: no travel */
	rdvd_time start, end;
	rdvd_time now;
	int staff; /* closed doors are open: team-only openings count */
	uint64_t but_hold, but_session;
	int longer;   /* end is later than the service's: it has to fit the occurrence */
	int buffer_s; /* for which its counsellors must be free after end */
};

struct seats_answer {
	int seats;			  /* the team's reserve included */
	int open_seats;			  /* for the public, now */
	int chosen[RDVD_COUNSELLORS_MAX]; /* the least loaded, as many as the service
					     needs */
	int nchosen;
	uint64_t session; /* a workshop's */
	int held;	  /* places of but_hold in it: kept, whatever the team adds */
	int flush; /* of a service that packs: those of open_seats that leave no gap */
};

void seats_count(const struct agenda *a, const struct seats_question *q,
		 struct seats_answer *answer);
/* Of a service that packs: may the public have the candidates that stand next to what can
 * no longer be had, as starts are too near? The first start after notice is as good as
 * the first of its occurrence. */
int seats_is_first_left(const struct shelf *s, int index, rdvd_time earliest);
int seats_counsellor_is_free(const struct agenda *a, int counsellor,
			     const struct seats_question *q);
int seats_rooms_left(const struct agenda *a, const struct seats_question *q);

/* Is this candidate (by rank) of an occurrence kept for the team at now? The last N
 * candidates of an opening with reserve N are, until the hour that it says. */
int seats_reserved(const struct agenda *a, const struct occurrence *o, int service,
		   int index, rdvd_time now);

/* Recount the candidates of a shelf that start in [from, to). */
void seats_recount(struct agenda *a, struct shelf *s, rdvd_time from, rdvd_time to);

#endif
