/* SPDX-License-Identifier: GPL-3.0-or-later */
/* act.h - what happens to appointments: book (book.c), move, cancel, confirm, mark
 * (act.c). */
#ifndef STORE_SQLITE_ACT_H
#define STORE_SQLITE_ACT_H

#include "rdvd/store.h"

struct db;
struct part;
struct slot;

/* What an act and its taking back share (act.c). The participation's session goes to the
 * slot; a cancelled one stands again where it stood. CONFLICT sticks when that time is
 * taken. */
void act_take_time(struct db *db, struct part *p, const struct slot *slot,
		   const struct rdvd_move *m);
void act_come_back(struct db *db, struct part *p, const struct rdvd_mark *m);

enum rdvd_rc store_book(void *st, const struct rdvd_booking *b, struct rdvd_booked *out);
enum rdvd_rc store_move(void *st, const struct rdvd_move *m, rdvd_id *session,
			int *changed);
enum rdvd_rc store_cancel(void *st, const struct rdvd_cancel *c, int *changed);
enum rdvd_rc store_confirm(void *st, const struct rdvd_mark *m, int *changed);
enum rdvd_rc store_mark(void *st, const struct rdvd_mark *m, int *changed);

#endif
