/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting.c - who waits for an earlier time, and what they are offered: one open offer at
 * a time to each, whose slot a hold keeps. The hold belongs to the offer: however the
 * offer ends, the hold goes with it, and so do the letters that have not left yet. */
#include <string.h>

#include "owe.h"
#include "slot.h"
#include "staff.h"
#include "waiting.h"

/* Its state; 0, and NOT_FOUND, when there is none. row: state, wait, hold. */
static int64_t offer_state(struct db *db, rdvd_id offer, int64_t row[3])
{
	if (db_ints(db, SQL_OFFER_STATE, VALUES(INT("id", offer)), row, 3))
		return row[0];
	db_answer(db, RDVD_NOT_FOUND);
	return 0;
}

void offer_must_be_open(struct db *db, rdvd_id offer)
{
	int64_t row[3];

	if (offer_state(db, offer, row) != RDVD_OFFER_OPEN)
		db_answer(db, RDVD_STALE);
}

void offer_close(struct db *db, rdvd_id offer, enum rdvd_offer_state state,
		 rdvd_id participation, rdvd_time now)
{
	int64_t row[3];

	if (offer_state(db, offer, row) != RDVD_OFFER_OPEN)
		return;
	RUN(db, SQL_OFFER_END, INT("id", offer), INT("state", state), INT("now", now));
	offer_letters_supersede(db, offer, "the offer is no longer open");
	hold_drop(db, (uint64_t)row[2], now);
	if (state == RDVD_OFFER_TAKEN)
		wait_close(db, row[1], RDVD_WAIT_SERVED, participation, now);
}

void wait_close(struct db *db, rdvd_id wait, enum rdvd_wait_state state,
		rdvd_id participation, rdvd_time now)
{
	int64_t offer;

	if (!wait || !RUN(db, SQL_WAIT_END, INT("id", wait), INT("state", state),
			  REF("participation", participation), INT("now", now)))
		return;
	if (db_ints(db, SQL_OFFER_OPEN_OF, VALUES(INT("wait", wait)), &offer, 1))
		offer_close(db, offer, RDVD_OFFER_LAPSED, 0, now);
}

void wait_of_gone(struct db *db, rdvd_id participation, rdvd_time now)
{
	int64_t row[2];

	if (db_ints(db, SQL_WAIT_OF, VALUES(INT("participation", participation)), row, 2))
		wait_close(db, row[0], RDVD_WAIT_LEFT, 0, now);
}

void wait_of_moved(struct db *db, rdvd_id participation, rdvd_time from, rdvd_time to)
{
	int64_t row[2]; /* id, until */

	if (!db_ints(db, SQL_WAIT_OF, VALUES(INT("participation", participation)), row,
		     2))
		return;
	if (row[1] == from || to < row[1])
		RUN(db, SQL_WAIT_UNTIL, INT("id", row[0]), INT("until", to));
}

enum rdvd_rc store_wait_put(void *st, const struct rdvd_wait *w, rdvd_id *id)
{
	struct db *db = db_start(st);
	int64_t row[2];

	if (w->party_size < 1 || w->until <= w->created)
		return RDVD_INVALID;
	if (w->participation &&
	    db_ints(db, SQL_WAIT_OF, VALUES(INT("participation", w->participation)), row,
		    2))
		return RDVD_CONFLICT;
	RUN(db, SQL_WAIT_INSERT, INT("ref", w->ref),
	    BLOB("token", w->token_hash, RDVD_HASH_SIZE),
	    REF("participation", w->participation), INT("service", w->service),
	    REF("organisation", w->organisation), REF("site", w->site),
	    REF("starts", w->start), TEXT("near", w->near), INT("radius", w->radius_km),
	    INT("party", w->party_size), TEXT("number", w->number),
	    TEXT("email", w->email), TEXT("locale", w->locale), TEXT("person", w->person),
	    TEXT("seen", w->seen), INT("created", w->created), INT("until", w->until));
	if (db->rc == RDVD_OK)
		*id = db_last_id(db);
	return db->rc;
}

enum rdvd_rc store_wait_end(void *st, rdvd_id id, enum rdvd_wait_state state,
			    rdvd_time now)
{
	struct db *db = db_start(st);
	int64_t was;

	if (state <= RDVD_WAIT_WAITING || state > RDVD_WAIT_OVER)
		return RDVD_INVALID;
	if (!db_ints(db, SQL_WAIT_STATE, VALUES(INT("id", id)), &was, 1))
		db_answer(db, RDVD_NOT_FOUND);
	else if (was != RDVD_WAIT_WAITING)
		db_answer(db, RDVD_STALE);
	else
		wait_close(db, id, state, 0, now);
	return db->rc;
}

static void read_wait(sqlite3_stmt *s, struct rdvd_wait *w)
{
	*w = (struct rdvd_wait){
		.id = sqlite3_column_int64(s, L_ID),
		.ref = (uint64_t)sqlite3_column_int64(s, L_REF),
		.participation = sqlite3_column_int64(s, L_PARTICIPATION),
		.service = sqlite3_column_int64(s, L_SERVICE),
		.organisation = sqlite3_column_int64(s, L_ORGANISATION),
		.site = sqlite3_column_int64(s, L_SITE),
		.start = sqlite3_column_int64(s, L_STARTS),
		.near = column_text(s, L_NEAR),
		.radius_km = sqlite3_column_int(s, L_RADIUS_KM),
		.party_size = sqlite3_column_int(s, L_PARTY_SIZE),
		.number = column_text(s, L_NUMBER),
		.email = column_text(s, L_EMAIL),
		.locale = column_text(s, L_LOCALE),
		.person = column_text(s, L_PERSON),
		.seen = column_text(s, L_SEEN),
		.created = sqlite3_column_int64(s, L_CREATED),
		.until = sqlite3_column_int64(s, L_UNTIL),
		.last_offer = sqlite3_column_int64(s, L_LAST_OFFER),
		.state = (enum rdvd_wait_state)sqlite3_column_int(s, L_STATE),
	};
	column_hash(s, L_TOKEN_HASH, w->token_hash);
}

static int each_wait(struct db *db, sqlite3_stmt *s, rdvd_wait_cb *cb, void *arg)
{
	struct rdvd_wait w;
	int n = 0;

	while (db_row(db, s)) {
		read_wait(s, &w);
		n++;
		if (cb(arg, &w))
			break;
	}
	db_done(s);
	return n;
}

enum rdvd_rc store_wait_each(void *st, rdvd_wait_cb *cb, void *arg)
{
	struct db *db = db_start(st);

	each_wait(db, db_bind(db, SQL_WAIT_EACH, NULL, 0), cb, arg);
	return db->rc;
}

enum rdvd_rc store_wait_get(void *st, const uint8_t token_hash[RDVD_HASH_SIZE],
			    rdvd_wait_cb *cb, void *arg)
{
	struct db *db = db_start(st);

	if (!each_wait(db,
		       QUERY(db, SQL_WAIT_GET, BLOB("token", token_hash, RDVD_HASH_SIZE)),
		       cb, arg))
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}

static void may_be_offered(struct db *db, rdvd_id wait)
{
	int64_t state, open;

	if (!db_ints(db, SQL_WAIT_STATE, VALUES(INT("id", wait)), &state, 1))
		db_answer(db, RDVD_NOT_FOUND);
	else if (state != RDVD_WAIT_WAITING ||
		 db_ints(db, SQL_OFFER_OPEN_OF, VALUES(INT("wait", wait)), &open, 1))
		db_answer(db, RDVD_STALE);
}

enum rdvd_rc store_offer_put(void *st, const struct rdvd_offer *o, const char *seen,
			     const struct rdvd_hold_request *h,
			     const struct rdvd_letter *letters, size_t nletters,
			     rdvd_id *id)
{
	struct db *db = db_start(st);
	rdvd_id offer, session;
	uint64_t released[2];

	may_be_offered(db, o->wait);
	if (db->rc != RDVD_OK)
		return db->rc;
	db_guard(db); /* a letter may yet be refused */
	hold_make(db, h, &session, released);
	RUN(db, SQL_OFFER_INSERT, INT("wait", o->wait), REF("site", o->site),
	    INT("starts", o->start), INT("ends", o->end), INT("hold", h->ref),
	    INT("made", o->made), INT("expires", o->expires));
	if (db->rc != RDVD_OK)
		return db->rc;
	offer = db_last_id(db);
	RUN(db, SQL_WAIT_OFFERED, INT("id", o->wait), INT("made", o->made),
	    TEXT("seen", seen));
	for (size_t i = 0; i < nletters; i++)
		letter_insert(db, &letters[i], offer);
	if (db->rc == RDVD_OK)
		*id = offer;
	return db->rc;
}

enum rdvd_rc store_offer_end(void *st, rdvd_id id, enum rdvd_offer_state state,
			     rdvd_time now)
{
	struct db *db = db_start(st);

	if (state <= RDVD_OFFER_OPEN || state > RDVD_OFFER_LAPSED)
		return RDVD_INVALID;
	offer_must_be_open(db, id);
	if (db->rc == RDVD_OK)
		offer_close(db, id, state, 0, now);
	return db->rc;
}

enum rdvd_rc store_offer_each(void *st, rdvd_id wait, rdvd_time since, rdvd_offer_cb *cb,
			      void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = wait ? QUERY(db, SQL_OFFER_OF_WAIT, INT("wait", wait),
				       INT("since", since))
			       : QUERY(db, SQL_OFFER_EACH, INT("since", since));
	struct rdvd_wait w;

	while (db_row(db, s)) {
		struct rdvd_offer o = {
			.id = sqlite3_column_int64(s, O_ID),
			.wait = sqlite3_column_int64(s, O_WAIT),
			.site = sqlite3_column_int64(s, O_SITE),
			.start = sqlite3_column_int64(s, O_STARTS),
			.end = sqlite3_column_int64(s, O_ENDS),
			.hold = (uint64_t)sqlite3_column_int64(s, O_HOLD),
			.made = sqlite3_column_int64(s, O_MADE),
			.expires = sqlite3_column_int64(s, O_EXPIRES),
			.state = (enum rdvd_offer_state)sqlite3_column_int(s, O_STATE),
		};
		read_wait(s, &w);
		if (cb(arg, &o, &w))
			break;
	}
	db_done(s);
	return db->rc;
}
