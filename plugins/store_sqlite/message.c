/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message.c - how sends ended, and what the outbox holds. */
#include <string.h>

#include "appointment.h"
#include "message.h"

int message_show(struct db *db, const struct rdvd_message_row *m, rdvd_message_cb *cb,
		 void *arg)
{
	sqlite3_stmt *s = QUERY(db, SQL_APPOINTMENT_BY_ID, INT("id", m->participation));
	struct rdvd_appointment a;
	char uid[HREF_MAX];
	int stop = 1;

	if (db_row(db, s)) {
		appointment_row(db, s, &a, uid);
		stop = db->rc != RDVD_OK || cb(arg, m, &a);
	}
	db_done(s);
	return stop;
}

static int waits(enum rdvd_message_state state, rdvd_time due)
{
	return state == RDVD_MSG_SCHEDULED || state == RDVD_MSG_RETRY_WAIT ||
	       (state == RDVD_MSG_UNKNOWN && due > 0);
}

static int is_sent(enum rdvd_message_state state)
{
	return state == RDVD_MSG_ACCEPTED || state == RDVD_MSG_DELIVERED ||
	       state == RDVD_MSG_UNDELIVERED;
}

/* From where which result can come: a result of a send that ran, the settlement of an
 * unknown one, a receipt for one that was accepted. */
static int follows(enum rdvd_message_state from, enum rdvd_message_state to)
{
	if (from == RDVD_MSG_SENDING || from == RDVD_MSG_UNKNOWN)
		return to != RDVD_MSG_SENDING;
	return from == RDVD_MSG_ACCEPTED &&
	       (to == RDVD_MSG_DELIVERED || to == RDVD_MSG_UNDELIVERED);
}

/* What a result means beside what is known already. became_false: while it was sent the
 * appointment was moved or cancelled, so that it may not go again. doubtful: an earlier
 * attempt may have arrived, so that it is not said to have been left unsent. */
static enum rdvd_message_state settled(enum rdvd_message_state state, int became_false,
				       int doubtful, rdvd_time *due)
{
	if (became_false && waits(state, *due)) {
		*due = 0;
		state = state == RDVD_MSG_UNKNOWN ? RDVD_MSG_UNKNOWN
						  : RDVD_MSG_SUPERSEDED;
	}
	if (doubtful && state == RDVD_MSG_SCHEDULED)
		return RDVD_MSG_UNKNOWN; /* its settlement waits */
	if (doubtful && (state == RDVD_MSG_SUPERSEDED || state == RDVD_MSG_EXPIRED ||
			 state == RDVD_MSG_SUPPRESSED)) {
		*due = 0;
		state = RDVD_MSG_UNKNOWN;
	}
	return state;
}

/* Nothing was tried: as before the claim. */
static void untry(struct db *db, const struct rdvd_message_result *r,
		  enum rdvd_message_state state, rdvd_time due)
{
	RUN(db, SQL_ATTEMPT_DELETE, INT("message", r->id), INT("number", r->attempt));
	RUN(db, SQL_MESSAGE_UNTRY, INT("id", r->id), INT("state", state), INT("due", due),
	    INT("queue", due <= r->now ? 2 : 1), TEXT("note", r->note));
}

enum rdvd_rc store_message_result(void *st, const struct rdvd_message_result *r)
{
	struct db *db = db_start(st);
	int64_t row[6]; /* state, attempts, due, sent_at, became_false, doubtful */
	rdvd_time due = r->due;
	enum rdvd_message_state from, to;

	if (r->state < RDVD_MSG_SCHEDULED || r->state > RDVD_MSG_SUPPRESSED)
		return RDVD_INVALID;
	if (!db_ints(db, SQL_MESSAGE_STATE, VALUES(INT("id", r->id)), row, 6)) {
		db_answer(db, RDVD_NOT_FOUND);
		return db->rc;
	}
	from = (enum rdvd_message_state)row[0];
	if (row[1] != r->attempt || !follows(from, r->state))
		return RDVD_STALE;
	to = settled(r->state, (int)row[4], (int)row[5], &due);
	db->now.messages[from]--;
	db->now.messages[to]++;
	if (r->state == RDVD_MSG_SCHEDULED && to != RDVD_MSG_SUPERSEDED && !row[4]) {
		untry(db, r, to, due ? due : row[2]);
		return db->rc;
	}
	if (!due && to == RDVD_MSG_RETRY_WAIT)
		due = r->now;
	RUN(db, SQL_MESSAGE_RESULT, INT("id", r->id), INT("state", to),
	    INT("queue", !waits(to, due) ? 0
			 : due <= r->now ? 2
					 : 1),
	    REF("due", to == RDVD_MSG_UNKNOWN ? due
		       : due		      ? due
					      : row[2]),
	    REF("sent_at", row[3]	 ? row[3]
			   : is_sent(to) ? r->now
					 : 0),
	    TEXT("note", r->note));
	RUN(db, SQL_ATTEMPT_RESULT, INT("message", r->id), INT("number", r->attempt),
	    INT("outcome", r->state), INT("now", r->now), TEXT("to", r->to),
	    TEXT("text", r->text), INT("segments", r->segments),
	    TEXT("provider_id", r->provider_id), TEXT("note", r->note));
	return db->rc;
}

enum rdvd_rc store_message_next(void *st, rdvd_time *due)
{
	struct db *db = db_start(st);

	if (!db_ints(db, SQL_MESSAGE_NEXT_READY, NULL, 0, due, 1) &&
	    !db_ints(db, SQL_MESSAGE_NEXT_DUE, NULL, 0, due, 1))
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}

static void read_row(sqlite3_stmt *s, struct rdvd_message_row *m)
{
	int i = 0;

	m->id = sqlite3_column_int64(s, i++);
	m->participation = sqlite3_column_int64(s, i++);
	m->kind = (enum rdvd_message_kind)sqlite3_column_int(s, i++);
	m->ordinal = sqlite3_column_int(s, i++);
	m->channel = (enum rdvd_channel)sqlite3_column_int(s, i++);
	m->revision = sqlite3_column_int(s, i++);
	m->state = (enum rdvd_message_state)sqlite3_column_int(s, i++);
	m->due = sqlite3_column_int64(s, i++);
	m->deadline = sqlite3_column_int64(s, i++);
	m->created = sqlite3_column_int64(s, i++);
	m->sent_at = sqlite3_column_int64(s, i++);
	m->attempts = sqlite3_column_int(s, i++);
	m->to = column_text(s, i++);
	m->text = column_text(s, i++);
	m->provider_id = column_text(s, i++);
	m->note = column_text(s, i);
}

enum rdvd_rc store_message_each(void *st, const struct rdvd_message_filter *f,
				rdvd_message_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	struct rdvd_message_row m;
	sqlite3_stmt *s;
	int64_t limit = f->limit ? (int64_t)f->limit : -1;
	int opened = db_moment(db);

	if (*or_empty(f->number))
		s = QUERY(db, SQL_MESSAGE_BY_NUMBER, TEXT("number", f->number),
			  INT("participation", f->participation), INT("after", f->after),
			  INT("limit", limit));
	else if (f->participation)
		s = QUERY(db, SQL_MESSAGE_BY_PARTICIPATION,
			  INT("participation", f->participation), INT("after", f->after),
			  INT("limit", limit));
	else
		s = QUERY(db, SQL_MESSAGE_ALL, INT("after", f->after),
			  INT("limit", limit));
	while (db_row(db, s)) {
		read_row(s, &m);
		if (message_show(db, &m, cb, arg))
			break;
	}
	db_done(s);
	db_moment_end(db, opened);
	return db->rc;
}

enum rdvd_rc store_message_counts(void *st, int64_t counts[RDVD_MSG_SUPPRESSED + 1])
{
	struct db *db = db_start(st);
	int64_t found[RDVD_MSG_SUPPRESSED + 1] = {0};
	sqlite3_stmt *s = QUERY(db, SQL_MESSAGE_COUNTS, INT("all", 1));

	while (db_row(db, s))
		found[sqlite3_column_int(s, 0)] = sqlite3_column_int64(s, 1);
	db_done(s);
	if (db->rc == RDVD_OK)
		memcpy(counts, found, sizeof(found));
	return db->rc;
}
