/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim.c - taking messages that are due. Waiting messages stand in one of two small
 * indexes: those that wait, by due time, and those that are due, by the start of their
 * appointment. A claim first moves what has become due from the one to the other, then
 * takes from the front of the second: nothing is ever sorted, and when nothing is due it
 * costs two look-ups.
 *
 * A message is judged again before it is given: what the appointment has become since
 * decides whether it is still true. Of several that are due for one participation (after
 * the daemon was down) only the latest goes. */
#include "message.h"
#include "owe.h"
#include "receipt.h"

#define RIPEN_MAX 5000 /* moved from waiting to due in one claim */
#define LOOKS_PER_MESSAGE \
	8 /* messages judged for one given: bounds the work of a claim */

struct verdict {
	enum rdvd_message_state state; /* SENDING: give it */
	const char *note;
};

#define FAR_S (36 * 3600) /* a reminder that early can stand for the whole week */

struct waiting { /* a row at the front of the queue, and what decides about it */
	struct rdvd_message_row row;
	int letter;
	enum rdvd_status status;
	enum rdvd_outcome outcome;
	int revision;
	rdvd_time start;
	int later; /* another, later one of the same participation and channel is due too
		    */
	int offer_is_over;
	int stopped, bad; /* its recipient */
};

static int announces(const struct rdvd_message_row *m)
{
	return m->kind == RDVD_MSG_CONFIRMATION || m->kind == RDVD_MSG_REMINDER ||
	       m->kind == RDVD_MSG_MOVED;
}

/* What the recipient is decides for whatever is sent there; an answer to their own text
 * always goes. */
static struct verdict judge_recipient(const struct waiting *w)
{
	const struct rdvd_message_row *m = &w->row;

	if (w->stopped && !m->inbound)
		return (struct verdict){RDVD_MSG_SUPPRESSED, "STOP"};
	if (w->bad && (m->kind == RDVD_MSG_REMINDER ||
		       (m->kind == RDVD_MSG_FOLLOW_UP && !w->letter)))
		return (struct verdict){RDVD_MSG_SUPPRESSED,
					m->channel == RDVD_CHANNEL_SMS
						? "nothing arrives at this number"
						: "nothing arrives at this address"};
	return (struct verdict){RDVD_MSG_SENDING, ""};
}

static struct verdict judge_letter(const struct waiting *w)
{
	if (w->offer_is_over)
		return (struct verdict){RDVD_MSG_SUPERSEDED,
					"the offer is no longer open"};
	return judge_recipient(w);
}

/* One kind word after a missed appointment, unless it was not missed after all, or the
 * next one is there already. */
static struct verdict judge_follow_up(struct db *db, const struct waiting *w,
				      rdvd_time now)
{
	int64_t yes = 0;

	if (w->outcome != RDVD_NO_SHOW)
		return (struct verdict){RDVD_MSG_SUPERSEDED,
					"its outcome is another one"};
	db_ints(db, SQL_FOLLOWED_UP,
		VALUES(INT("participation", w->row.participation), INT("id", w->row.id)),
		&yes, 1);
	if (yes)
		return (struct verdict){RDVD_MSG_SUPERSEDED, "it was said before"};
	db_ints(db, SQL_PERSON_AHEAD,
		VALUES(INT("participation", w->row.participation), INT("now", now)), &yes,
		1);
	if (yes)
		return (struct verdict){RDVD_MSG_SUPERSEDED,
					"they have another appointment"};
	return judge_recipient(w);
}

static struct verdict judge_owed(struct db *db, const struct waiting *w, rdvd_time now)
{
	const struct rdvd_message_row *m = &w->row;

	if (w->status == RDVD_CANCELLED && m->kind != RDVD_MSG_CANCELLATION)
		return (struct verdict){RDVD_MSG_SUPERSEDED,
					"the appointment was cancelled"};
	if (w->status != RDVD_CANCELLED && m->kind == RDVD_MSG_CANCELLATION)
		return (struct verdict){RDVD_MSG_SUPERSEDED,
					"the appointment stands again"};
	if (m->kind == RDVD_MSG_FOLLOW_UP)
		return judge_follow_up(db, w, now);
	if (announces(m) && m->revision != w->revision)
		return (struct verdict){RDVD_MSG_SUPERSEDED, "the appointment was moved"};
	if (announces(m) && w->outcome != RDVD_OUTCOME_UNKNOWN)
		return (struct verdict){RDVD_MSG_SUPERSEDED, "its outcome is known"};
	if ((announces(m) || m->kind == RDVD_MSG_CANCELLATION) && w->start <= now)
		return (struct verdict){RDVD_MSG_EXPIRED, "the appointment had begun"};
	if (announces(m) && w->later)
		return (struct verdict){RDVD_MSG_SUPERSEDED, "a later message says it"};
	return judge_recipient(w);
}

static struct verdict judge(struct db *db, const struct waiting *w, rdvd_time now)
{
	if (w->row.deadline <= now)
		return (struct verdict){RDVD_MSG_EXPIRED, "its time had passed"};
	return w->letter ? judge_letter(w) : judge_owed(db, w, now);
}

static void read_waiting(sqlite3_stmt *s, struct waiting *w)
{
	message_read(s, &w->row);
	w->letter = sqlite3_column_int(s, W_LETTER);
	w->status = (enum rdvd_status)sqlite3_column_int(s, W_STATUS);
	w->outcome = (enum rdvd_outcome)sqlite3_column_int(s, W_OUTCOME);
	w->revision = sqlite3_column_int(s, W_REVISION);
	w->start = sqlite3_column_int64(s, W_STARTS);
	w->offer_is_over = sqlite3_column_int64(s, W_OFFER) &&
			   sqlite3_column_int(s, W_OFFER_STATE) != RDVD_OFFER_OPEN;
	w->stopped = sqlite3_column_int64(s, W_STOPPED) != 0;
	w->bad = sqlite3_column_int64(s, W_BAD) != 0;
	w->row.unknowns = sqlite3_column_int(s, W_UNKNOWNS);
	w->later = sqlite3_column_int(s, W_LATER);
}

/* A reminder that goes days before speaks for the person's other appointments of that
 * week: one message instead of several. */
static void speak_for_week(struct db *db, struct waiting *w, rdvd_time now)
{
	int64_t others = 0;

	if (w->letter || w->row.kind != RDVD_MSG_REMINDER || w->start - now < FAR_S)
		return;
	db_ints(db, SQL_WEEK_AHEAD,
		VALUES(INT("participation", w->row.participation), INT("now", now)),
		&others, 1);
	if (!others)
		return;
	w->row.week = 1;
	week_reminders_supersede(db, &w->row, "another reminder says it for the week");
}

static void settle(struct db *db, struct waiting *w, const struct verdict *v)
{
	int sending = v->state == RDVD_MSG_SENDING;
	/* what may have arrived is not said to have been left unsent */
	enum rdvd_message_state state = !sending && w->row.state == RDVD_MSG_UNKNOWN
						? RDVD_MSG_UNKNOWN
						: v->state;

	RUN(db, SQL_MESSAGE_TAKE, INT("id", w->row.id), INT("state", state),
	    TEXT("note", v->note), INT("more", sending), INT("week", w->row.week));
	db->now.messages[w->row.state]--;
	db->now.messages[state]++;
	if (!sending && w->row.week && state != RDVD_MSG_UNKNOWN)
		week_reminders_return(db, w->row.id);
	w->row.state = state;
	w->row.attempts += sending;
}

/* The row's texts live while s stands: it is let go last. */
static int give_front(struct db *db, sqlite3_stmt *s, rdvd_time now, rdvd_message_cb *cb,
		      void *arg, size_t *given)
{
	struct waiting w;
	struct verdict v;

	read_waiting(s, &w);
	if (w.row.due > now) { /* the clock was set back since it became due */
		RUN(db, SQL_MESSAGE_UNRIPEN, INT("id", w.row.id));
		return 0;
	}
	v = judge(db, &w, now);
	if (v.state == RDVD_MSG_SENDING)
		speak_for_week(db, &w, now);
	settle(db, &w, &v);
	if (v.state != RDVD_MSG_SENDING)
		return 0;
	RUN(db, SQL_ATTEMPT_INSERT, INT("message", w.row.id),
	    INT("number", w.row.attempts), INT("now", now));
	++*given;
	return message_show(db, &w.row, cb, arg);
}

enum rdvd_rc store_message_claim(void *st, rdvd_time now, size_t max, rdvd_message_cb *cb,
				 void *arg)
{
	struct db *db = db_start(st);
	size_t given = 0, looks = max * LOOKS_PER_MESSAGE;
	int stop = 0;

	RUN(db, SQL_MESSAGE_RIPEN, INT("now", now), INT("limit", RIPEN_MAX));
	while (!stop && given < max && looks-- > 0) {
		sqlite3_stmt *s = QUERY(db, SQL_MESSAGE_FRONT, INT("now", now));

		if (!db_row(db, s))
			break;
		stop = give_front(db, s, now, cb, arg, &given);
		db_done(s);
	}
	return db->rc;
}

/* A receipt that came before the end may have said how it went. */
static int is_unknown(struct db *db, rdvd_id id)
{
	int64_t state = 0;

	db_ints(db, SQL_MESSAGE_STANDING, VALUES(INT("id", id)), &state, 1);
	return state == RDVD_MSG_UNKNOWN;
}

enum rdvd_rc store_message_sweep(void *st, rdvd_time now, rdvd_message_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	struct waiting w;
	int stop = 0;

	while (!stop) {
		sqlite3_stmt *s = QUERY(db, SQL_MESSAGE_LEFT_SENDING, INT("now", now));

		if (!db_row(db, s))
			break;
		read_waiting(s, &w);
		RUN(db, SQL_MESSAGE_LOST, INT("id", w.row.id));
		RUN(db, SQL_ATTEMPT_LOST, INT("message", w.row.id),
		    INT("number", w.row.attempts), INT("now", now));
		db->now.messages[RDVD_MSG_SENDING]--;
		db->now.messages[RDVD_MSG_UNKNOWN]++;
		w.row.state = RDVD_MSG_UNKNOWN;
		w.row.due = 0;
		w.row.note = "the daemon stopped while it was sent";
		receipts_catch_up(db, w.row.id, "", "", now);
		if (is_unknown(db, w.row.id))
			stop = message_show(db, &w.row, cb, arg);
		db_done(s);
	}
	return db->rc;
}
