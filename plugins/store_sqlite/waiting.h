/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting.h - the waiting list and its offers. */
#ifndef STORE_SQLITE_WAITING_H
#define STORE_SQLITE_WAITING_H

#include "db.h"

/* STALE sticks when it is not open, NOT_FOUND when there is none. */
void offer_must_be_open(struct db *db, rdvd_id offer);
/* It ends so: its hold is let go, its letters that wait are not sent; taken, its wait is
 * served (by the participation, unless 0). Nothing when it is not open. */
void offer_close(struct db *db, rdvd_id offer, enum rdvd_offer_state state,
		 rdvd_id participation, rdvd_time now);
/* It ends so, with its open offer; nothing for 0 and for one that has ended. */
void wait_close(struct db *db, rdvd_id wait, enum rdvd_wait_state state,
		rdvd_id participation, rdvd_time now);
/* The participation has left: it waits no more. */
void wait_of_gone(struct db *db, rdvd_id participation, rdvd_time now);
/* The participation was moved: what it waits for is still something earlier. */
void wait_of_moved(struct db *db, rdvd_id participation, rdvd_time from, rdvd_time to);

enum rdvd_rc store_wait_put(void *st, const struct rdvd_wait *w, rdvd_id *id);
enum rdvd_rc store_wait_end(void *st, rdvd_id id, enum rdvd_wait_state state,
			    rdvd_time now);
enum rdvd_rc store_wait_each(void *st, rdvd_wait_cb *cb, void *arg);
enum rdvd_rc store_wait_get(void *st, const uint8_t token_hash[RDVD_HASH_SIZE],
			    rdvd_wait_cb *cb, void *arg);
enum rdvd_rc store_offer_put(void *st, const struct rdvd_offer *o, const char *seen,
			     const struct rdvd_hold_request *h,
			     const struct rdvd_letter *letters, size_t nletters,
			     rdvd_id *id);
enum rdvd_rc store_offer_end(void *st, rdvd_id id, enum rdvd_offer_state state,
			     rdvd_time now);
enum rdvd_rc store_offer_each(void *st, rdvd_id wait, rdvd_time since, rdvd_offer_cb *cb,
			      void *arg);

#endif
