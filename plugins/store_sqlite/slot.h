/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slot.h - taking and leaving time: who is free, which room, how many places. Every path
 * by which a booking, a move or a hold takes time goes through slot_take or slot_hold. */
#ifndef STORE_SQLITE_SLOT_H
#define STORE_SQLITE_SLOT_H

#include "db.h"

struct slot { /* what an act asks for; all lent */
	rdvd_id service;
	rdvd_id organisation;
	const struct rdvd_place *place;
	const struct rdvd_when *when;
	int capacity;
	const rdvd_id *counsellors;
	int ncounsellors;
	int over; /* one more than the capacity, by the team */
	int held; /* its places were held: they count though the team went over */
};

struct session {
	rdvd_id id;
	int64_t pseudonym;
	int created; /* by this call: its claims are the slot's counsellors */
};

/* 1 when it is one that can be taken at all: somebody there, a positive length of at most
 * a day. */
int slot_is_valid(const struct slot *slot);
/* Refuse (db->rc CONFLICT) when one of the counsellors or the rooms is taken. Claims of
 * the session except (0 none) do not count. */
void slot_check_free(struct db *db, const struct slot *slot, rdvd_id except);
/* The session in which seats places of the slot are now free for the caller: the workshop
 * that stands there, or a new one with its claims. CONFLICT sticks when there is no room.
 */
void slot_take(struct db *db, const struct slot *slot, int seats, rdvd_time now,
	       struct session *out);
/* Write the claims of a session (hold 0) or of a hold (session 0). */
void slot_claim(struct db *db, const struct slot *slot, rdvd_id session, rdvd_id hold);
/* seats more in the workshop that stands at the slot: 1 and its session when one stands
 * there (CONFLICT sticks when it is full), 0 when none does. */
int workshop_join(struct db *db, const struct slot *slot, int seats, rdvd_id *session);
/* The participation leaving (0: a hold did) leaves the session: when nobody and no hold
 * is left, the session gives its counsellors back. Return whether it did. */
int session_vacate(struct db *db, rdvd_id session, rdvd_id leaving, rdvd_time now);
/* A change row for each of the session's counsellors. */
void session_changed(struct db *db, rdvd_id session, int deleted);

/* Let go of the holds that expired at now or before: they count for nothing from then on.
 */
void holds_expire(struct db *db, rdvd_time now);
/* Let go of one, by ref; 1 when there was one. */
int hold_drop(struct db *db, uint64_t ref, rdvd_time now);

/* Make the hold; the answers of hold_create stick. */
void hold_make(struct db *db, const struct rdvd_hold_request *h, rdvd_id *session,
	       uint64_t released[2]);

enum rdvd_rc store_hold_create(void *st, const struct rdvd_hold_request *h,
			       rdvd_id *session, uint64_t released[2]);
enum rdvd_rc store_hold_extend(void *st, uint64_t ref, rdvd_time now, rdvd_time expires);
enum rdvd_rc store_hold_release(void *st, uint64_t ref, rdvd_time now);
enum rdvd_rc store_hold_sweep(void *st, rdvd_time now);

#endif
