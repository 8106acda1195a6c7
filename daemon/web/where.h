/* SPDX-License-Identifier: GPL-3.0-or-later */
/* where.h - what somebody means by the place they type: "henin", "62110", "Évin Malmaison
 * (62141)", "insee:62215". Never a dead end: either a commune is understood, perhaps with
 * others it could have been, or there are several to choose from, or it is said to be
 * unknown. Pure. */
#ifndef RDVD_WEB_WHERE_H
#define RDVD_WEB_WHERE_H

#include "agenda/commune.h"
#include "agenda/territory.h"

#define WHERE_OTHERS 8

enum where_kind {
	WHERE_EMPTY,   /* nothing was typed: the whole territory */
	WHERE_FOUND,   /* point is known; others may hold what it could have been too */
	WHERE_CHOICE,  /* several, none of them likelier: others holds them */
	WHERE_UNKNOWN, /* no such commune */
};

struct where {
	enum where_kind kind;
	struct geo_point point;	       /* with FOUND */
	const struct commune *commune; /* with FOUND, unless a bare point was given */
	const struct commune *others[WHERE_OTHERS];
	size_t nothers;
};

/* The communes near the territory's living sites are what is meant, when there is a
 * doubt. communes may be NULL: everything typed is unknown then. */
void where_find(const struct commune_table *communes, const struct territory *t,
		const char *text, struct where *out);
/* The same places as somebody types on, for completion: at most max. */
size_t where_complete(const struct commune_table *communes, const struct territory *t,
		      const char *text, const struct commune **out, size_t max);
/* The first postcode of a commune into out, "" when it has none. */
void where_postcode(const struct commune *c, char out[6]);

#endif
