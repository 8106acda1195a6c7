/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claims.h - inside the agenda: what fills the counsellors' time. Claims are known by
 * name, and each counsellor has hers in order of start; absences stand apart. */
#ifndef RDVD_AGENDA_CLAIMS_H
#define RDVD_AGENDA_CLAIMS_H

#include "agenda/agenda.h"

/* No claim, absence or occurrence is longer: how far back a search has to look. */
#define CLAIM_LONGEST_S CIVIL_DAY_SECONDS

struct timed_claim {
	rdvd_time start;
	const struct claim *claim;
};

struct absence {
	rdvd_id id;
	int counsellor;
	rdvd_time start, end;
};

struct claim_list {		    /* sorted by start */
	struct timed_claim *claims; /* owned */
	int nclaims, cap;
};

struct agenda_day_book { /* one counsellor's */
	struct claim_list list;
	struct absence *absences; /* owned */
	int nabsences, absences_cap;
};

struct claim_name {
	enum claim_kind kind;
	uint64_t key;
};

struct claims {
	struct claim_node **buckets; /* by (kind, key); owned */
	size_t nbuckets, n;
	struct agenda_day_book *books; /* one a counsellor; owned */
	int nbooks;
	struct claim_list *at_site; /* each claim once, by site; owned */
	int nsites;
	uint64_t *holds; /* keys of the holds among them, in no order; owned */
	int nholds, holds_cap;
	/* what changed since claims_note_begin; owned */
	int noting;
	struct claim_name *noted;
	size_t nnoted, noted_cap;
	rdvd_id *noted_absences;
	size_t nnoted_absences, noted_absences_cap;
};

void claims_init(struct claims *c, int ncounsellors, int nsites);
void claims_fini(struct claims *c);

/* Copy in; the copy lives until removed. The name must be free. */
const struct claim *claims_add(struct claims *c, const struct claim *claim);
const struct claim *claims_find(const struct claims *c, enum claim_kind kind,
				uint64_t key);
/* The same to change its seats or its expiry. */
struct claim *claims_change(struct claims *c, enum claim_kind kind, uint64_t key);
void claims_remove(struct claims *c, const struct claim *claim);
/* Call cb for every claim; cb may not change the table. */
void claims_each(const struct claims *c, int (*cb)(void *arg, const struct claim *claim),
		 void *arg);

/* Note which claims and absences change from here on; what was noted before is forgotten.
 */
void claims_note_begin(struct claims *c);

/* The index of the first claim of a list that starts at or after t. */
int claims_from(const struct claim_list *list, rdvd_time t);

void claims_absence_add(struct claims *c, const struct absence *a);
/* 1 and *a when there was one. */
int claims_absence_remove(struct claims *c, rdvd_id id, struct absence *a);

#endif
