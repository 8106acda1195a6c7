/* SPDX-License-Identifier: GPL-3.0-or-later */
/* remake.h - a territory in the making: what an import and an edit have in common. One at
 * a time; the others wait in a row. The work is done beside the loop and beside the
 * writer: a reader's thread plans and judges, the writer keeps what differs (piece by
 * piece when it is much, so that no booking waits for it), a reader's thread lays out the
 * agenda, and the loop takes over what changed meanwhile. */
#ifndef RDVD_BOOKING_REMAKE_H
#define RDVD_BOOKING_REMAKE_H

#include "booking/edit.h"
#include "booking/impl.h"

/* One definition that changes: all[at] as it will be. */
struct remake_part {
	size_t at;
	char *before; /* its body; NULL: there was none, or it was retired; owned */
};

struct remake {
	struct store_job job; /* first */
	struct booking *b;
	/* In a reader's thread: from what stands (r->all) to what is wanted, by
	 * remake_put and remake_retire. Anything but OK ends it; mistakes for people are
	 * added to r->errors, one a line. */
	enum rdvd_rc (*plan)(const struct rdvd_store_ops *ops, void *st,
			     struct remake *r);
	/* In the loop, once it is served (or not): frees r, by remake_fini. */
	void (*done)(struct remake *r, enum rdvd_rc rc);
	int dry_run;
	int keep_edit;	/* so that it can be taken back: then all in one transaction */
	rdvd_id undoes; /* the edit that it takes back */
	const char *actor;

	/* what is found out on the way */
	rdvd_time now;
	struct rdvd_definition *all;  /* owned, with the strings */
	size_t nall, all_cap, nstood; /* nstood: how many stood before */
	struct remake_part *parts;    /* in the order of the plan */
	size_t nparts, parts_cap;
	struct buf errors;
	int judged; /* the errors are the decoder's about r->all */
	rdvd_id edit;
	struct edit_touched *outside; /* owned; by start; indexes are next's */
	size_t noutside, outside_cap;

	/* remake.c's own */
	uint32_t *index; /* of all by kind and slug: place + 1, open addressing; owned */
	size_t index_size;
	size_t sent; /* pieces */
	enum rdvd_rc kept;
	struct territory *next;
	struct agenda *fresh;
	struct agenda_copy *copy;
	struct remake *behind;
	enum rdvd_rc (*submit)(struct store *s, struct store_job *j);
};

/* Begin now, or after those that came before. */
void remake_start(struct remake *r);
void remake_fini(struct remake *r);

/* For plan. The definition of a name, or NULL. */
struct rdvd_definition *remake_find(struct remake *r, enum rdvd_definition_kind kind,
				    const char *slug);
/* It will have this body (canonical JSON, copied), and live. Nothing changes when it is
 * so already. */
void remake_put(struct remake *r, enum rdvd_definition_kind kind, const char *slug,
		const char *body);
void remake_retire(struct remake *r, struct rdvd_definition *d);

/* "site", "opening"... */
const char *remake_kind_word(enum rdvd_definition_kind kind);
/* One line a difference: "+ site x", "~ opening y", "- closure z". */
void remake_tell(const struct remake *r, struct buf *out);

/* Let those that wait begin, when nothing is under way. */
void remake_next(struct booking *b);
/* A timer's: the store's queue was full. */
void remake_again(void *arg);
/* At the end: whoever waits still is answered BUSY. */
void remake_drop_all(struct booking *b);

#endif
