/* SPDX-License-Identifier: GPL-3.0-or-later */
/* territory_parse.h - inside the territory: what its files share. */
#ifndef RDVD_AGENDA_TERRITORY_PARSE_H
#define RDVD_AGENDA_TERRITORY_PARSE_H

#include "agenda/decode.h"
#include "agenda/territory.h"

/* One JSON object of a list, with its slug and its place in the file. */
struct entry {
	const json_t *object;
	const char *slug;
	size_t position;
	rdvd_id id;
};

struct entries {
	struct entry *items; /* sorted by slug */
	size_t n;
	const char *key; /* "sites" */
};

struct id_index {
	rdvd_id id;
	int index;
};

struct kept_body {
	const char *slug, *body; /* of the arena */
};

struct territory_private {
	struct arena arena;
	struct zone **zones; /* owned */
	size_t nzones, zones_cap;
	struct id_index *by_id[RDVD_DEF_CLOSURE + 1]; /* sorted by id; owned */
	size_t nby_id[RDVD_DEF_CLOSURE + 1];
	/* by slug; of the arena; none when it came from a file */
	struct kept_body *bodies[RDVD_DEF_CLOSURE + 1];
	size_t nbodies[RDVD_DEF_CLOSURE + 1];
};

/* The zone of that name, loaded once; NULL with an error at key. */
const struct zone *territory_zone(struct territory *t, const struct decode_at *at,
				  const char *key, const char *name);

/* Decode one object each; the arrays that it refers to are there already. */
void territory_decode_organisation(struct territory *t, const struct decode_at *at,
				   struct organisation *o);
void territory_decode_site(struct territory *t, const struct decode_at *at,
			   struct site *s, const char *zone, const char *holidays);
void territory_decode_counsellor(struct territory *t, const struct decode_at *at,
				 struct counsellor *c);
void territory_decode_service(struct territory *t, const struct decode_at *at,
			      struct service *s);
/* Who may book it, what is said and asked, how its appointments follow each other
 * (territory_service.c). */
void territory_decode_service_more(const struct decode_at *at, struct service *s);
void territory_decode_opening(struct territory *t, const struct decode_at *at,
			      struct opening *o);
void territory_decode_closure(struct territory *t, const struct decode_at *at,
			      struct closure *c);

#endif
