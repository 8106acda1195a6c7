/* SPDX-License-Identifier: GPL-3.0-or-later */
/* owe.c - writing messages, and ending those that became false. What an act owes stands
 * under (participation, kind, ordinal, channel, revision), and its text is made when it
 * is sent; a letter has its words with it and no revision. A letter is ordered by its
 * due time where the others are by their appointment's start, so that an answer never
 * stands behind a backlog of reminders. */
#include "owe.h"

#define SUPERSEDE_AT_ONCE 32

static int queue_of(rdvd_time due, rdvd_time now)
{
	return due <= now ? 2 : 1;
}

static void owe(struct db *db, rdvd_id participation, int revision, rdvd_time start,
		const struct rdvd_owed *o, rdvd_time now)
{
	int state = o->suppressed ? RDVD_MSG_SUPPRESSED : RDVD_MSG_SCHEDULED;

	RUN(db, SQL_MESSAGE_INSERT, INT("participation", participation),
	    INT("kind", o->kind), INT("ordinal", o->ordinal), INT("channel", o->channel),
	    INT("revision", revision), INT("state", state),
	    INT("queue", o->suppressed ? 0 : queue_of(o->due, now)), INT("starts", start),
	    INT("due", o->due), INT("deadline", o->deadline), TEXT("note", o->note),
	    INT("now", now));
	db->now.messages[state]++;
}

void messages_owe(struct db *db, rdvd_id participation, int revision, rdvd_time start,
		  const struct rdvd_owed *owed, size_t n, rdvd_time now)
{
	if (n > RDVD_MESSAGES_MAX)
		db_answer(db, RDVD_INVALID);
	for (size_t i = 0; i < n && db->rc == RDVD_OK; i++)
		owe(db, participation, revision, start, &owed[i], now);
}

void messages_owe_again(struct db *db, rdvd_id participation, int revision,
			rdvd_time start, const struct rdvd_owed *owed, size_t n,
			rdvd_time now)
{
	if (n > RDVD_MESSAGES_MAX)
		db_answer(db, RDVD_INVALID);
	for (size_t i = 0; i < n && db->rc == RDVD_OK; i++) {
		const struct rdvd_owed *o = &owed[i];
		int64_t row[3]; /* id, state, attempts */

		if (!db_ints(db, SQL_MESSAGE_FIND,
			     VALUES(INT("participation", participation),
				    INT("kind", o->kind), INT("ordinal", o->ordinal),
				    INT("channel", o->channel),
				    INT("revision", revision)),
			     row, 3)) {
			owe(db, participation, revision, start, o, now);
			continue;
		}
		if (o->suppressed || row[2] > 0 ||
		    (row[1] != RDVD_MSG_SUPERSEDED && row[1] != RDVD_MSG_EXPIRED))
			continue;
		RUN(db, SQL_MESSAGE_AGAIN, INT("id", row[0]),
		    INT("queue", queue_of(o->due, now)), INT("due", o->due),
		    INT("deadline", o->deadline));
		db->now.messages[row[1]]--;
		db->now.messages[RDVD_MSG_SCHEDULED]++;
	}
}

void week_reminders_return(struct db *db, rdvd_id message)
{
	rdvd_id ids[SUPERSEDE_AT_ONCE];
	int n;

	do {
		sqlite3_stmt *s = QUERY(db, SQL_MESSAGE_SPOKEN_FOR, INT("by", message));

		for (n = 0; n < SUPERSEDE_AT_ONCE && db_row(db, s); n++)
			ids[n] = sqlite3_column_int64(s, 0);
		db_done(s);
		for (int i = 0; i < n; i++) {
			RUN(db, SQL_MESSAGE_UNSPOKEN, INT("id", ids[i]));
			db->now.messages[RDVD_MSG_SUPERSEDED]--;
			db->now.messages[RDVD_MSG_SCHEDULED]++;
		}
	} while (n == SUPERSEDE_AT_ONCE && db->rc == RDVD_OK);
}

/* End the waiting messages that the statement gives. One that may have arrived stays
 * unknown, and is not settled any more. by: the message that speaks for them; 0 none. */
static void supersede(struct db *db, enum sql_name which, const struct sql_value *values,
		      int nvalues, rdvd_id by, const char *note)
{
	int64_t rows[SUPERSEDE_AT_ONCE][3]; /* id, state, week */
	int n, more;

	do {
		sqlite3_stmt *s = db_bind(db, which, values, nvalues);

		for (n = 0; n < SUPERSEDE_AT_ONCE && db_row(db, s); n++)
			for (int k = 0; k < 3; k++)
				rows[n][k] = sqlite3_column_int64(s, k);
		db_done(s);
		more = n == SUPERSEDE_AT_ONCE;
		for (int i = 0; i < n; i++) {
			int unknown = rows[i][1] == RDVD_MSG_UNKNOWN;
			int to = unknown ? RDVD_MSG_UNKNOWN : RDVD_MSG_SUPERSEDED;

			RUN(db, SQL_MESSAGE_SUPERSEDE, INT("id", rows[i][0]),
			    INT("state", to), REF("by", by), TEXT("note", note));
			db->now.messages[rows[i][1]]--;
			db->now.messages[to]++;
			if (!rows[i][2] || unknown)
				continue;
			week_reminders_return(db, rows[i][0]);
			more = 1; /* they may be of these */
		}
	} while (more && db->rc == RDVD_OK);
}

void messages_supersede(struct db *db, rdvd_id participation, enum rdvd_message_kind kind,
			const char *note)
{
	supersede(db, SQL_MESSAGE_WAITING,
		  VALUES(INT("participation", participation), INT("kind", kind)), 0,
		  note);
	/* nor do they come back with a week that is not told */
	RUN(db, SQL_MESSAGE_SETTLED_ALONE, INT("participation", participation),
	    INT("kind", kind));
}

void offer_letters_supersede(struct db *db, rdvd_id offer, const char *note)
{
	supersede(db, SQL_MESSAGE_WAITING_OFFER, VALUES(INT("offer", offer)), 0, note);
}

void week_reminders_supersede(struct db *db, const struct rdvd_message_row *r,
			      const char *note)
{
	supersede(db, SQL_MESSAGE_WAITING_WEEK,
		  VALUES(INT("participation", r->participation),
			 INT("ordinal", r->ordinal), INT("channel", r->channel)),
		  r->id, note);
}

static int is_letter(const struct rdvd_letter *l)
{
	return (l->kind == RDVD_MSG_ANSWER || l->kind == RDVD_MSG_OFFER ||
		l->kind == RDVD_MSG_FOLLOW_UP || l->kind == RDVD_MSG_REMINDER) &&
	       *or_empty(l->to) && *or_empty(l->text);
}

rdvd_id letter_insert(struct db *db, const struct rdvd_letter *l, rdvd_id offer)
{
	struct sql_value key = TEXT("key", l->key);
	rdvd_id id;

	if (!is_letter(l)) {
		db_answer(db, RDVD_INVALID);
		return 0;
	}
	if (!*or_empty(l->key))
		key.type = SQL_NULL;
	if (!RUN(db, SQL_LETTER_INSERT, REF("participation", l->participation),
		 INT("kind", l->kind), INT("channel", l->channel),
		 INT("queue", queue_of(l->due, l->now)), INT("due", l->due),
		 INT("deadline", l->deadline), INT("now", l->now), TEXT("to", l->to),
		 TEXT("subject", l->subject), TEXT("text", l->text),
		 INT("answerable", l->answerable != 0),
		 REF("organisation", l->organisation), REF("inbound", l->inbound),
		 REF("offer", offer), key))
		return 0;
	id = db_last_id(db);
	db->now.messages[RDVD_MSG_SCHEDULED]++;
	audit_add(db, l->now, l->actor, "letter", id);
	return id;
}

enum rdvd_rc store_letter_put(void *st, const struct rdvd_letter *l, rdvd_id *id)
{
	struct db *db = db_start(st);
	rdvd_id made = letter_insert(db, l, 0);

	if (db->rc == RDVD_OK)
		*id = made;
	return db->rc;
}
