/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commune.h - the communes of France, as a read-only table: by INSEE code, by postcode,
 * by a name as people type it. Loaded once; then any thread may read it. */
#ifndef RDVD_AGENDA_COMMUNE_H
#define RDVD_AGENDA_COMMUNE_H

#include <stddef.h>
#include <stdint.h>

#include "agenda/geo.h"
#include "base/buf.h"
#include "rdvd/types.h"

struct commune_table;

struct commune {
	char insee[6];
	char departement[4];
	uint8_t has_point; /* 0: point is all zero */
	uint32_t population;
	const char *name;   /* "Hénin-Beaumont" */
	const char *folded; /* the name by fold_text: "henin beaumont" */
	const char
		*postcodes; /* separated by one space, in the file's order; may be "" */
	struct geo_point point;
};

/* Read a CSV file whose first line names at least insee, name, postcodes, departement,
 * lat, lon and population, in any order (RFC 4180; others are ignored). Postcodes are
 * separated by spaces or semicolons; empty lat and lon mean that the place is unknown.
 * NULL on failure: a sentence with the file and the line is added to error (may be NULL).
 * Free with commune_table_free. */
struct commune_table *commune_load(const char *path, struct buf *error);
void commune_table_free(struct commune_table *t);
size_t commune_count(const struct commune_table *t);

/* NULL when unknown. The arrondissements of Paris, Lyon and Marseille answer with their
 * commune. */
const struct commune *commune_by_insee(const struct commune_table *t, const char *insee);
/* The communes that share a postcode, the most populated first. Writes at most max to
 * out, returns how many there are in all. */
size_t commune_by_postcode(const struct commune_table *t, const char *postcode,
			   const struct commune **out, size_t max);

/* The communes within km of a point, the most populated first. Writes at most max to out,
 * returns how many were written. */
size_t commune_within(const struct commune_table *t, const struct geo_point *point,
		      double km, const struct commune **out, size_t max);

/* The API's `near`: five digits (a postcode if one exists, else an INSEE code),
 * "insee:62215" or "LAT,LON". A postcode of several communes means the most populated of
 * those whose point is known. RDVD_OK with *point; RDVD_INVALID for text of no such form;
 * RDVD_NOT_FOUND for a code that is unknown, or known but without a point. *commune (may
 * be NULL) gets the commune when there is one, even without a point, else NULL. */
enum rdvd_rc commune_near(const struct commune_table *t, const char *near,
			  struct geo_point *point, const struct commune **commune);

/* What "near" means when several communes answer to a text; a zeroed struct prefers
 * nothing. */
struct commune_preference {
	const char *const *departements; /* codes, preferred */
	size_t ndepartements;
	const struct geo_point
		*centre; /* NULL: none; communes within radius_km of it are preferred */
	double radius_km;
};

/* Complete what somebody types: "henin", "st omer", "62110", "621", "hénin beaumont
 * 62110". Accents, case, hyphens and apostrophes do not matter, "st" is "saint", words
 * may be left out ("ile oleron"). Digits are the beginning of a postcode, or an INSEE
 * code. One wrong, missing, doubled or swapped letter is forgiven when nothing else
 * answers and five letters or more were typed. Order: the very name, then the preferred
 * ones (prefer may be NULL), then names that begin so, then by population. Writes at most
 * max (64 at most) to out and returns how many were written. */
size_t commune_search(const struct commune_table *t, const char *text,
		      const struct commune_preference *prefer, const struct commune **out,
		      size_t max);

#endif
