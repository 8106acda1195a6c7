/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.c - conversations by SMS. A step reads one text, and everything that comes of it
 * is one transaction: the act, the state of the text, the open question, the answer. So a
 * text acts once, and what an answer says was done is done. What can refuse a step is
 * looked at before the act writes: a refusal has nothing to undo. */
#include "talk.h"
#include "arrive.h"
#include "owe.h"
#include "waiting.h"

int turn_may(struct db *db, const struct rdvd_turn *t)
{
	int64_t state = 0;

	if (!t)
		return 1;
	if (t->inbound) {
		if (!db_ints(db, SQL_INBOUND_STATE, VALUES(INT("id", t->inbound)), &state,
			     1))
			db_answer(db, RDVD_NOT_FOUND);
		else if (state != RDVD_INBOUND_NEW)
			db_answer(db, RDVD_STALE);
	}
	if (t->offer)
		offer_must_be_open(db, t->offer);
	return db->rc == RDVD_OK;
}

static void answer(struct db *db, const struct rdvd_turn *t, rdvd_id participation)
{
	struct rdvd_letter l = {
		.kind = RDVD_MSG_ANSWER,
		.channel = RDVD_CHANNEL_SMS,
		.participation = participation,
		.organisation = t->organisation,
		.to = t->number,
		.text = t->reply,
		.answerable = t->answerable,
		.inbound = t->inbound,
		.due = t->now,
		.deadline = t->deadline,
		.now = t->now,
	};

	letter_insert(db, &l, 0);
}

static void remember(struct db *db, const struct rdvd_turn *t)
{
	int answered = *or_empty(t->reply) != '\0';
	int asks = *or_empty(t->question) != '\0';
	struct sql_value question = TEXT("question", t->question);

	if (!t->question && t->stop == RDVD_STOP_KEEP && !answered && !t->helped)
		return;
	if (!t->question)
		question.type = SQL_NULL;
	RUN(db, SQL_CONTACT_TURN, TEXT("number", t->number), INT("stop", t->stop),
	    question, REF("asked", asks ? t->now : 0), REF("until", asks ? t->until : 0),
	    INT("answered", answered), INT("helped", t->helped != 0), INT("now", t->now));
}

void turn_write(struct db *db, const struct rdvd_turn *t, rdvd_id participation)
{
	if (!t)
		return;
	if (t->participation)
		participation = t->participation;
	if (t->inbound)
		RUN(db, SQL_INBOUND_DEALT, INT("id", t->inbound), INT("state", t->state),
		    TEXT("understood", t->understood),
		    REF("participation", participation),
		    REF("organisation", t->organisation));
	if (t->offer)
		offer_close(db, t->offer,
			    t->offer_taken ? RDVD_OFFER_TAKEN : RDVD_OFFER_DECLINED,
			    participation, t->now);
	if (t->expected && participation)
		arrival_expect(db, participation, t->expected);
	if (!*or_empty(t->number))
		return;
	if (*or_empty(t->reply))
		answer(db, t, participation);
	remember(db, t);
}

void contact_read(sqlite3_stmt *s, struct rdvd_contact *k)
{
	*k = (struct rdvd_contact){
		.number = column_text(s, K_NUMBER),
		.stopped = sqlite3_column_int64(s, K_STOPPED),
		.bad_since = sqlite3_column_int64(s, K_BAD_SINCE),
		.bad_note = column_text(s, K_BAD_NOTE),
		.verified = sqlite3_column_int64(s, K_VERIFIED),
		.question = column_text(s, K_QUESTION),
		.asked = sqlite3_column_int64(s, K_ASKED),
		.until = sqlite3_column_int64(s, K_UNTIL),
		.answers = sqlite3_column_int(s, K_ANSWERS),
		.answers_since = sqlite3_column_int64(s, K_ANSWERS_SINCE),
		.helped = sqlite3_column_int64(s, K_HELPED),
	};
}

enum rdvd_rc store_contact_get(void *st, const char *number, rdvd_contact_cb *cb,
			       void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_CONTACT_GET, TEXT("number", number));
	struct rdvd_contact k;

	if (db_row(db, s)) {
		contact_read(s, &k);
		cb(arg, &k);
	} else {
		db_answer(db, RDVD_NOT_FOUND);
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_contact_each(void *st, rdvd_contact_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = db_bind(db, SQL_CONTACT_BARRED, NULL, 0);
	struct rdvd_contact k;

	while (db_row(db, s)) {
		contact_read(s, &k);
		if (cb(arg, &k))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_contact_lift(void *st, const char *number, enum rdvd_lift what,
				rdvd_id about, const char *actor, rdvd_time now)
{
	struct db *db = db_start(st);
	int stop = what == RDVD_LIFT_STOP;

	if (RUN(db, stop ? SQL_CONTACT_STOP_LIFT : SQL_CONTACT_BAD_LIFT,
		TEXT("number", number)))
		audit_add(db, now, actor, stop ? "stop lifted" : "number works", about);
	else
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}

enum rdvd_rc store_turn(void *st, const struct rdvd_turn *t)
{
	struct db *db = db_start(st);

	if (turn_may(db, t))
		turn_write(db, t, 0);
	return db->rc;
}
