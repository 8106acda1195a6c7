/* SPDX-License-Identifier: GPL-3.0-or-later */
/* touched.h - the appointments that a change of definitions leaves without an opening:
 * noted before the change is kept, so that whatever stops between it and the moves, they
 * are found again; told until they are moved, cancelled or begun. Everything runs in the
 * loop's thread. */
#ifndef RDVD_BOOKING_TOUCHED_H
#define RDVD_BOOKING_TOUCHED_H

#include "booking/booking.h"

struct access_user;

/* Note them (ids of appointments; why, actor and ids are copied). left: they stay as they
 * are on purpose, and are called. done is called from the loop with OK, BUSY, FAILED or
 * UNCERTAIN; may be NULL. */
void touched_note(struct booking *b, const rdvd_id *ids, size_t n, const char *why,
		  int left, const char *actor, void (*done)(void *arg, enum rdvd_rc rc),
		  void *arg);
/* The change was not kept after all, or somebody has seen to them. */
void touched_forget(struct booking *b, const rdvd_id *ids, size_t n);

struct touched_row {
	struct record record; /* without messages, but for stopped and bad_since */
	char *why, *actor;
	int left;
	rdvd_time at;
};

/* Those still to come, by start; rows are lent for the callback. organisation 0: all.
 * rc: OK, BUSY or FAILED. */
typedef void touched_list_cb(void *arg, enum rdvd_rc rc, const struct touched_row *rows,
			     size_t n);
void touched_list(struct booking *b, rdvd_id organisation, touched_list_cb *cb,
		  void *arg);

/* Who made an edit: actor is "" and rc NOT_FOUND when there is none, or when what it
 * changed is not u's to change (NULL: the operator, whose everything is): a name alone
 * proves nothing, as people change teams and labels of programs are nobody's. u outlives
 * the call; the actor is lent for the callback. */
typedef void touched_actor_cb(void *arg, enum rdvd_rc rc, const char *actor, int undone);
void touched_edit_actor(struct booking *b, rdvd_id edit, const struct access_user *u,
			touched_actor_cb *cb, void *arg);

#endif
