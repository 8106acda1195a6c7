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
#include <string.h>

#include "db.h"
#include "message.h"

#define RIPEN_MAX 5000 /* moved from waiting to due in one claim */
#define LOOKS_PER_MESSAGE \
	8 /* messages judged for one given: bounds the work of a claim */

struct verdict {
	enum rdvd_message_state state; /* SENDING: give it */
	const char *note;
};

struct waiting { /* a row at the front of the queue, and its appointment's present state
		  */
	struct rdvd_message_row row;
	enum rdvd_status status;
	enum rdvd_outcome outcome;
	int revision;
	rdvd_time start;
	int later; /* another, later one of the same participation and channel is due too
		    */
};

static struct verdict judge(const struct waiting *w, rdvd_time now)
{
	const struct rdvd_message_row *m = &w->row;
	int announces = m->kind == RDVD_MSG_CONFIRMATION ||
			m->kind == RDVD_MSG_REMINDER || m->kind == RDVD_MSG_MOVED;

	if (m->deadline <= now)
		return (struct verdict){RDVD_MSG_EXPIRED, "its time had passed"};
	if (w->status == RDVD_CANCELLED && m->kind != RDVD_MSG_CANCELLATION)
		return (struct verdict){RDVD_MSG_SUPERSEDED,
					"the appointment was cancelled"};
	if (w->status != RDVD_CANCELLED && m->kind == RDVD_MSG_CANCELLATION)
		return (struct verdict){RDVD_MSG_SUPERSEDED,
					"the appointment stands again"};
	if (announces && m->revision != w->revision)
		return (struct verdict){RDVD_MSG_SUPERSEDED, "the appointment was moved"};
	if (announces && w->outcome != RDVD_OUTCOME_UNKNOWN)
		return (struct verdict){RDVD_MSG_SUPERSEDED, "its outcome is known"};
	if ((announces || m->kind == RDVD_MSG_CANCELLATION) && w->start <= now)
		return (struct verdict){RDVD_MSG_EXPIRED, "the appointment had begun"};
	if (announces && w->later)
		return (struct verdict){RDVD_MSG_SUPERSEDED, "a later message says it"};
	return (struct verdict){RDVD_MSG_SENDING, ""};
}

static void read_waiting(sqlite3_stmt *s, struct waiting *w)
{
	int i = 0;

	*w = (struct waiting){.row = {.id = sqlite3_column_int64(s, i++)}};
	w->row.participation = sqlite3_column_int64(s, i++);
	w->row.kind = (enum rdvd_message_kind)sqlite3_column_int(s, i++);
	w->row.ordinal = sqlite3_column_int(s, i++);
	w->row.channel = (enum rdvd_channel)sqlite3_column_int(s, i++);
	w->row.revision = sqlite3_column_int(s, i++);
	w->row.state = (enum rdvd_message_state)sqlite3_column_int(s, i++);
	w->row.due = sqlite3_column_int64(s, i++);
	w->row.deadline = sqlite3_column_int64(s, i++);
	w->row.created = sqlite3_column_int64(s, i++);
	w->row.attempts = sqlite3_column_int(s, i++);
	w->row.unknowns = sqlite3_column_int(s, i++);
	w->status = (enum rdvd_status)sqlite3_column_int(s, i++);
	w->outcome = (enum rdvd_outcome)sqlite3_column_int(s, i++);
	w->revision = sqlite3_column_int(s, i++);
	w->start = sqlite3_column_int64(s, i++);
	w->later = sqlite3_column_int(s, i);
	w->row.to = w->row.text = w->row.provider_id = w->row.note = "";
}

static void settle(struct db *db, struct waiting *w, const struct verdict *v)
{
	int sending = v->state == RDVD_MSG_SENDING;
	/* what may have arrived is not said to have been left unsent */
	enum rdvd_message_state state = !sending && w->row.state == RDVD_MSG_UNKNOWN
						? RDVD_MSG_UNKNOWN
						: v->state;

	RUN(db, SQL_MESSAGE_TAKE, INT("id", w->row.id), INT("state", state),
	    TEXT("note", v->note), INT("more", sending));
	db->now.messages[w->row.state]--;
	db->now.messages[state]++;
	w->row.state = state;
	w->row.attempts += sending;
}

enum rdvd_rc store_message_claim(void *st, rdvd_time now, size_t max, rdvd_message_cb *cb,
				 void *arg)
{
	struct db *db = db_start(st);
	size_t given = 0, looks = max * LOOKS_PER_MESSAGE;
	struct waiting w;

	RUN(db, SQL_MESSAGE_RIPEN, INT("now", now), INT("limit", RIPEN_MAX));
	while (given < max && looks-- > 0) {
		sqlite3_stmt *s = QUERY(db, SQL_MESSAGE_FRONT, INT("now", now));
		struct verdict v;

		if (!db_row(db, s))
			break;
		read_waiting(s, &w);
		db_done(s);
		v = judge(&w, now);
		settle(db, &w, &v);
		if (v.state != RDVD_MSG_SENDING)
			continue;
		RUN(db, SQL_ATTEMPT_INSERT, INT("message", w.row.id),
		    INT("number", w.row.attempts), INT("now", now));
		given++;
		if (message_show(db, &w.row, cb, arg))
			break;
	}
	return db->rc;
}

enum rdvd_rc store_message_sweep(void *st, rdvd_time now, rdvd_message_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	struct waiting w;

	for (;;) {
		sqlite3_stmt *s = QUERY(db, SQL_MESSAGE_LEFT_SENDING, INT("now", now));

		if (!db_row(db, s))
			break;
		read_waiting(s, &w);
		db_done(s);
		RUN(db, SQL_MESSAGE_LOST, INT("id", w.row.id));
		RUN(db, SQL_ATTEMPT_LOST, INT("message", w.row.id),
		    INT("number", w.row.attempts), INT("now", now));
		db->now.messages[RDVD_MSG_SENDING]--;
		db->now.messages[RDVD_MSG_UNKNOWN]++;
		w.row.state = RDVD_MSG_UNKNOWN;
		w.row.due = 0;
		w.row.note = "the daemon stopped while it was sent";
		if (message_show(db, &w.row, cb, arg))
			break;
	}
	return db->rc;
}
