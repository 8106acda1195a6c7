/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message.c - how sends ended, and what the outbox holds. */
#include <string.h>

#include "appointment.h"
#include "message.h"
#include "owe.h"
#include "receipt.h"

void message_read(sqlite3_stmt *s, struct rdvd_message_row *m)
{
	*m = (struct rdvd_message_row){.id = sqlite3_column_int64(s, M_ID)};
	m->participation = sqlite3_column_int64(s, M_PARTICIPATION);
	m->kind = (enum rdvd_message_kind)sqlite3_column_int(s, M_KIND);
	m->ordinal = sqlite3_column_int(s, M_ORDINAL);
	m->channel = (enum rdvd_channel)sqlite3_column_int(s, M_CHANNEL);
	m->revision = sqlite3_column_int(s, M_REVISION);
	m->state = (enum rdvd_message_state)sqlite3_column_int(s, M_STATE);
	m->due = sqlite3_column_int64(s, M_DUE);
	m->deadline = sqlite3_column_int64(s, M_DEADLINE);
	m->created = sqlite3_column_int64(s, M_CREATED);
	m->sent_at = sqlite3_column_int64(s, M_SENT);
	m->attempts = sqlite3_column_int(s, M_ATTEMPTS);
	m->note = column_text(s, M_NOTE);
	m->letter_to = column_text(s, M_LETTER_TO);
	m->letter_subject = column_text(s, M_LETTER_SUBJECT);
	m->letter_text = column_text(s, M_LETTER_TEXT);
	m->organisation = sqlite3_column_int64(s, M_ORGANISATION);
	m->answerable = sqlite3_column_int(s, M_ANSWERABLE);
	m->inbound = sqlite3_column_int64(s, M_INBOUND);
	m->delivered_at = sqlite3_column_int64(s, M_DELIVERED);
	m->week = sqlite3_column_int(s, M_WEEK);
	m->to = column_text(s, M_TO);
	m->text = column_text(s, M_TEXT);
	m->provider_id = column_text(s, M_PROVIDER_ID);
	m->gateway = column_text(s, M_GATEWAY);
	m->segments = sqlite3_column_int(s, M_SEGMENTS);
}

static int show_without_appointment(const struct rdvd_message_row *m, rdvd_message_cb *cb,
				    void *arg)
{
	struct rdvd_appointment a = {
		.uid = "",
		.organisation = m->organisation,
		.place = {.name = "", .postcode = ""},
		.when = {.zone = ""},
		.persons_present = -1,
		.person = {.first_name = "",
			   .last_name = "",
			   .phone = "",
			   .email = "",
			   .postcode = "",
			   .insee = "",
			   .locale = "",
			   .needs = ""},
	};

	if (m->channel == RDVD_CHANNEL_SMS)
		a.person.phone = m->letter_to;
	else
		a.person.email = m->letter_to;
	a.person.sms_ok = m->channel == RDVD_CHANNEL_SMS;
	return cb(arg, m, &a);
}

int message_show(struct db *db, const struct rdvd_message_row *m, rdvd_message_cb *cb,
		 void *arg)
{
	struct rdvd_appointment a;
	char uid[HREF_MAX];
	sqlite3_stmt *s;
	int stop = 1;

	if (!m->participation)
		return db->rc != RDVD_OK || show_without_appointment(m, cb, arg);
	s = QUERY(db, SQL_APPOINTMENT_BY_ID, INT("id", m->participation));
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

/* It ended, and nobody has read it. */
static int is_unsent(enum rdvd_message_state state)
{
	return state == RDVD_MSG_FAILED || state == RDVD_MSG_EXPIRED ||
	       state == RDVD_MSG_SUPERSEDED || state == RDVD_MSG_SUPPRESSED;
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

static void write_result(struct db *db, const struct rdvd_message_result *r,
			 enum rdvd_message_state to, rdvd_time due, rdvd_time due_before,
			 rdvd_time sent_before)
{
	int ended = to == RDVD_MSG_DELIVERED || to == RDVD_MSG_UNDELIVERED;

	RUN(db, SQL_MESSAGE_RESULT, INT("id", r->id), INT("state", to),
	    INT("queue", !waits(to, due) ? 0
			 : due <= r->now ? 2
					 : 1),
	    REF("due", to == RDVD_MSG_UNKNOWN ? due
		       : due		      ? due
					      : due_before),
	    REF("sent_at", sent_before	 ? sent_before
			   : is_sent(to) ? r->now
					 : 0),
	    REF("delivered_at", ended ? r->now : 0), TEXT("note", r->note));
	RUN(db, SQL_ATTEMPT_RESULT, INT("message", r->id), INT("number", r->attempt),
	    INT("outcome", r->state), INT("now", r->now), TEXT("gateway", r->gateway),
	    TEXT("to", r->to), TEXT("text", r->text), INT("segments", r->segments),
	    TEXT("provider_id", r->provider_id), TEXT("note", r->note));
}

enum rdvd_rc store_message_result(void *st, const struct rdvd_message_result *r)
{
	struct db *db = db_start(st);
	int64_t row[7]; /* state, attempts, due, sent_at, became_false, doubtful, week */
	rdvd_time due = r->due;
	enum rdvd_message_state from, to;

	if (r->state < RDVD_MSG_SCHEDULED || r->state > RDVD_MSG_SUPPRESSED)
		return RDVD_INVALID;
	if (!db_ints(db, SQL_MESSAGE_STATE, VALUES(INT("id", r->id)), row, 7)) {
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
	write_result(db, r, to, due, row[2], row[3]);
	if (row[6] && is_unsent(to))
		week_reminders_return(db, r->id);
	receipts_catch_up(db, r->id, r->gateway, r->provider_id, r->now);
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

/* The statement that looks where the fewest are. */
static sqlite3_stmt *look(struct db *db, const struct rdvd_message_filter *f)
{
	enum sql_name name = f->participation ? SQL_MESSAGE_BY_PARTICIPATION
			     : f->troubled    ? SQL_MESSAGE_TROUBLED
					      : SQL_MESSAGE_ALL;
	rdvd_time since = f->since ? f->since : INT64_MIN;
	int64_t limit = f->limit ? (int64_t)f->limit : -1;

	if (*or_empty(f->number))
		return QUERY(db, SQL_MESSAGE_BY_NUMBER, TEXT("number", f->number),
			     INT("after", f->after), INT("since", since),
			     INT("participation", f->participation),
			     INT("troubled", f->troubled), INT("limit", limit));
	return QUERY(db, name, INT("participation", f->participation),
		     INT("after", f->after), INT("since", since),
		     INT("troubled", f->troubled), INT("limit", limit));
}

enum rdvd_rc store_message_each(void *st, const struct rdvd_message_filter *f,
				rdvd_message_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	struct rdvd_message_row m;
	int opened = db_moment(db);
	sqlite3_stmt *s = look(db, f);

	while (db_row(db, s)) {
		message_read(s, &m);
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

enum rdvd_rc store_spent_each(void *st, rdvd_time since, rdvd_spent_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_SPENT, INT("since", since));

	while (db_row(db, s)) {
		struct rdvd_spent spent = {
			.to = column_text(s, 0),
			.organisation = sqlite3_column_int64(s, 1),
			.segments = sqlite3_column_int64(s, 2),
		};
		if (cb(arg, &spent))
			break;
	}
	db_done(s);
	return db->rc;
}
