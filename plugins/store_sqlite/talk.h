/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.h - conversations: what is known of a number, and the steps that are written with
 * the act they led to. */
#ifndef STORE_SQLITE_TALK_H
#define STORE_SQLITE_TALK_H

#include "db.h"

/* Before an act writes anything: may this step be taken? 1 also without one (NULL); 0:
 * STALE or NOT_FOUND sticks. */
int turn_may(struct db *db, const struct rdvd_turn *t);
/* After the act: the inbound text is dealt with, the offer closed, the question kept, the
 * answer written. participation: the act's, when the step does not say (0 none). Nothing
 * for NULL. */
void turn_write(struct db *db, const struct rdvd_turn *t, rdvd_id participation);

void contact_read(sqlite3_stmt *s, struct rdvd_contact *k);

enum rdvd_rc store_contact_get(void *st, const char *number, rdvd_contact_cb *cb,
			       void *arg);
enum rdvd_rc store_contact_each(void *st, rdvd_contact_cb *cb, void *arg);
enum rdvd_rc store_contact_lift(void *st, const char *number, enum rdvd_lift what,
				rdvd_id about, const char *actor, rdvd_time now);
enum rdvd_rc store_turn(void *st, const struct rdvd_turn *t);

#endif
