/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hold.c - slots kept a few minutes. A hold on an appointment has claims of its own; a
 * hold on a workshop keeps seats in the session, which it may have opened. Expired holds
 * are let go by the next act that takes time, before it looks: nothing else needs to know
 * that holds expire. */
#include <string.h>

#include "slot.h"

#define HOLDS_PER_HOLDER 2
#define HOLD_EXTENSIONS 2

static void drop(struct db *db, rdvd_id hold, rdvd_id session, rdvd_time now)
{
	db_guard(db);
	RUN(db, SQL_HOLD_CLAIMS_DELETE, INT("hold", hold));
	RUN(db, SQL_HOLD_DELETE, INT("hold", hold));
	if (session)
		session_vacate(db, session, 0, now);
	change_count(db);
}

void holds_expire(struct db *db, rdvd_time now)
{
	int64_t row[2];

	while (db_ints(db, SQL_HOLD_EXPIRED, VALUES(INT("now", now)), row, 2))
		drop(db, row[0], row[1], now);
}

int hold_drop(struct db *db, uint64_t ref, rdvd_time now)
{
	int64_t row[2];

	if (!db_ints(db, SQL_HOLD_FIND, VALUES(INT("ref", ref)), row, 2))
		return 0;
	drop(db, row[0], row[1], now);
	return 1;
}

static int holder_is_known(const struct rdvd_hold_request *h)
{
	static const uint8_t nobody[sizeof(h->holder)];

	return memcmp(h->holder, nobody, sizeof(nobody)) != 0;
}

/* A reload of the form asks for the same time again: the browser's own hold does not
 * stand in its way. */
static int drop_own_overlap(struct db *db, const struct rdvd_hold_request *h,
			    uint64_t *ref)
{
	int64_t row[1];
	int found = 0;

	for (int i = 0; i < h->ncounsellors && !found; i++)
		found = db_ints(db, SQL_HOLD_OWN_OVERLAP,
				VALUES(BLOB("holder", h->holder, sizeof(h->holder)),
				       INT("counsellor", h->counsellors[i]),
				       INT("starts", h->when.start),
				       INT("ends", h->when.end)),
				row, 1);
	if (!found)
		return 0;
	*ref = (uint64_t)row[0];
	return hold_drop(db, *ref, h->now);
}

static void make_way(struct db *db, const struct rdvd_hold_request *h,
		     uint64_t released[2])
{
	int n = 0;
	int64_t row[2]; /* how many, the oldest's ref */

	if (!holder_is_known(h))
		return;
	while (n < 2 && drop_own_overlap(db, h, &released[n]))
		n++;
	while (n < 2 &&
	       db_ints(db, SQL_HOLD_OLDEST,
		       VALUES(BLOB("holder", h->holder, sizeof(h->holder))), row, 2) &&
	       row[0] >= HOLDS_PER_HOLDER) {
		released[n] = (uint64_t)row[1];
		hold_drop(db, released[n++], h->now);
	}
}

static void hold_insert(struct db *db, const struct rdvd_hold_request *h, rdvd_id session)
{
	struct sql_value holder = BLOB("holder", h->holder, sizeof(h->holder));

	if (!holder_is_known(h))
		holder.type = SQL_NULL;
	RUN(db, SQL_HOLD_INSERT, INT("ref", h->ref), holder, REF("session", session),
	    INT("service", h->service), INT("seats", h->seats > 0 ? h->seats : 1),
	    INT("now", h->now), INT("expires", h->expires));
}

void hold_make(struct db *db, const struct rdvd_hold_request *h, rdvd_id *session,
	       uint64_t released[2])
{
	struct slot slot = {
		h->service,	h->organisation, &h->place, &h->when, h->capacity,
		h->counsellors, h->ncounsellors, 0,	    0};
	struct session in = {0};
	uint64_t let_go[2] = {0, 0};

	if (!slot_is_valid(&slot) || h->seats < 0) {
		db_answer(db, RDVD_INVALID);
		return;
	}
	holds_expire(db, h->now);
	make_way(db, h, let_go);
	if (h->capacity > 0) {
		slot_take(db, &slot, h->seats > 0 ? h->seats : 1, h->now, &in);
		hold_insert(db, h, in.id);
	} else {
		slot_check_free(db, &slot, 0);
		hold_insert(db, h, 0);
		slot_claim(db, &slot, 0, db_last_id(db));
	}
	change_count(db);
	if (db->rc == RDVD_OK) {
		*session = in.id;
		memcpy(released, let_go, sizeof(let_go));
	}
}

enum rdvd_rc store_hold_create(void *st, const struct rdvd_hold_request *h,
			       rdvd_id *session, uint64_t released[2])
{
	struct db *db = db_start(st);

	hold_make(db, h, session, released);
	return db->rc;
}

enum rdvd_rc store_hold_extend(void *st, uint64_t ref, rdvd_time now, rdvd_time expires)
{
	struct db *db = db_start(st);
	int64_t row[4]; /* id, session, extended, expires */

	if (!db_ints(db, SQL_HOLD_FIND, VALUES(INT("ref", ref)), row, 4) ||
	    row[3] <= now) {
		db_answer(db, RDVD_NOT_FOUND);
		return db->rc;
	}
	if (row[2] >= HOLD_EXTENSIONS)
		return RDVD_STALE;
	RUN(db, SQL_HOLD_EXTEND, INT("hold", row[0]), INT("expires", expires));
	change_count(db);
	return db->rc;
}

enum rdvd_rc store_hold_release(void *st, uint64_t ref, rdvd_time now)
{
	struct db *db = db_start(st);

	if (!hold_drop(db, ref, now))
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}

enum rdvd_rc store_hold_sweep(void *st, rdvd_time now)
{
	struct db *db = db_start(st);

	holds_expire(db, now);
	return db->rc;
}
