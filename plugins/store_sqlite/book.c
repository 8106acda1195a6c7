/* SPDX-License-Identifier: GPL-3.0-or-later */
/* book.c - one booking: the person, the session and its claims, the participation, the
 * messages owed, the first fact and the change, all in the caller's transaction. */
#include <string.h>

#include "act.h"
#include "owe.h"
#include "part.h"
#include "slot.h"
#include "talk.h"
#include "waiting.h"

/* 1 when the request key was used before: *rc is then the answer. */
static int known_key(struct db *db, const struct rdvd_booking *b, struct rdvd_booked *out,
		     enum rdvd_rc *rc)
{
	sqlite3_stmt *s;

	if (!*or_empty(b->request_key))
		return 0;
	s = QUERY(db, SQL_PART_BY_KEY, TEXT("key", b->request_key));
	if (!db_row(db, s))
		return 0;
	*rc = RDVD_INVALID;
	if (sqlite3_column_bytes(s, 2) == RDVD_HASH_SIZE &&
	    memcmp(sqlite3_column_blob(s, 2), b->body_hash, RDVD_HASH_SIZE) == 0) {
		*out = (struct rdvd_booked){.id = sqlite3_column_int64(s, 0),
					    .session = sqlite3_column_int64(s, 1),
					    .known = 1};
		*rc = RDVD_OK;
	}
	db_done(s);
	return 1;
}

static rdvd_id person_insert(struct db *db, const struct rdvd_booking *b)
{
	const struct rdvd_person *p = &b->person;
	char first[128], last[128];

	fold(p->first_name, first, sizeof(first));
	fold(p->last_name, last, sizeof(last));
	RUN(db, SQL_PERSON_INSERT, REF("situation", p->situation),
	    BLOB("key", b->fact_key, sizeof(b->fact_key)), TEXT("first", p->first_name),
	    TEXT("last", p->last_name), TEXT("first_folded", first),
	    TEXT("last_folded", last), INT("year", p->birth_year),
	    TEXT("phone", p->phone), INT("sms_ok", p->sms_ok != 0),
	    TEXT("email", p->email), TEXT("postcode", p->postcode),
	    TEXT("insee", p->insee), TEXT("locale", p->locale), TEXT("needs", p->needs),
	    INT("discreet", p->discreet != 0), INT("only_answers", p->only_answers != 0),
	    INT("hours_from", p->hours_from), INT("hours_to", p->hours_to),
	    INT("professional", p->professional != 0),
	    TEXT("employer", or_empty(p->employer)), INT("now", b->now));
	return db_last_id(db);
}

static rdvd_id participation_insert(struct db *db, const struct rdvd_booking *b,
				    rdvd_id session, rdvd_id person, int64_t fact)
{
	const char *key = or_empty(b->request_key);
	struct sql_value request_key = TEXT("key", key);
	struct sql_value body = BLOB("body", b->body_hash, RDVD_HASH_SIZE);

	if (!*key)
		request_key.type = body.type = SQL_NULL;
	RUN(db, SQL_PART_INSERT, INT("ref", b->ref),
	    BLOB("token", b->token_hash, RDVD_HASH_SIZE), request_key, body,
	    INT("session", session), INT("person", person), INT("channel", b->channel),
	    INT("party", b->party_size), INT("booked_on", b->booked_on),
	    INT("fact", fact), INT("walk_in", b->walk_in != 0),
	    REF("arrived", b->arrived), TEXT("companion", or_empty(b->companion)),
	    TEXT("answers", or_empty(b->answers)), INT("now", b->now));
	return db_last_id(db);
}

static void calendars_changed(struct db *db, const struct slot *slot,
			      const struct session *in)
{
	char uid[HREF_MAX];

	if (!in->created) {
		session_changed(db, in->id, 0);
		return;
	}
	session_uid(db, in->id, "", uid);
	for (int i = 0; i < slot->ncounsellors; i++)
		change_add(db, slot->counsellors[i], uid, 0);
}

enum rdvd_rc store_book(void *st, const struct rdvd_booking *b, struct rdvd_booked *out)
{
	struct db *db = db_start(st);
	struct slot slot = {b->service,	     b->organisation, &b->place,
			    &b->when,	     b->capacity,     b->counsellors,
			    b->ncounsellors, b->over,	      0};
	struct session in = {0};
	rdvd_id person, id = 0;
	uint64_t released = 0;
	int64_t fact;
	enum rdvd_rc rc;

	if (!turn_may(db, b->turn))
		return db->rc;
	if (known_key(db, b, out, &rc)) {
		if (rc == RDVD_OK)
			turn_write(db, b->turn, out->id);
		return db->rc != RDVD_OK ? db->rc : rc;
	}
	if (db->rc != RDVD_OK || b->verdict != RDVD_OK)
		return db->rc != RDVD_OK ? db->rc : b->verdict;
	if (!slot_is_valid(&slot) || b->party_size < 1)
		return RDVD_INVALID;
	holds_expire(db, b->now);
	if (b->hold && hold_drop(db, b->hold, b->now))
		released = b->hold;
	slot.held = released != 0;
	slot_take(db, &slot, b->party_size, b->now, &in);
	person = b->person.id ? b->person.id : person_insert(db, b);
	fact = fact_first(db, b, in.pseudonym);
	id = participation_insert(db, b, in.id, person, fact);
	messages_owe(db, id, 0, b->when.start, b->owed, b->nowed, b->now);
	audit_add(db, b->now, b->actor, "book", id);
	turn_write(db, b->turn, id);
	wait_close(db, b->wait, RDVD_WAIT_SERVED, id, b->now);
	calendars_changed(db, &slot, &in);
	if (db->rc == RDVD_OK)
		*out = (struct rdvd_booked){
			.id = id, .session = in.id, .released = released};
	return db->rc;
}
