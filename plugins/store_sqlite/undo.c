/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo.c - taking back a move or a cancellation that the team has just made, while its
 * message has not left. The act writes down how everything stood (one row a
 * participation, the latest act's); taking it back takes that time again, if nobody has
 * it by now, and lets the messages that the act had ended wait as before, under a new
 * revision, so that no later act meets the rows of this one. The row then stays until the
 * next day with until 0: a button pressed twice finds that it is done. */
#include "undo.h"

#include "act.h"
#include "owe.h"
#include "slot.h"
#include "waiting.h"

struct before {
	int revision;	  /* that the act made */
	int old_revision; /* and the one before */
	rdvd_time until;  /* 0: it was taken back */
	rdvd_id session, site, wait;
	rdvd_time start, end, confirmed, wait_until;
	int64_t civil_start;
	int rooms;
	enum rdvd_status status;
	char zone[64], place_name[256], place_postcode[16], place_kind[64];
	rdvd_id counsellors[RDVD_COUNSELLORS_MAX];
	int ncounsellors;
};

void undo_note(struct db *db, const struct part *p, const struct rdvd_undo_seed *seed,
	       int revision, rdvd_time now)
{
	if (!seed->until) {
		/* another act came: nothing of an earlier one can be taken back */
		RUN(db, SQL_UNDO_FORGET, INT("participation", p->id));
		return;
	}
	RUN(db, SQL_UNDO_SWEEP, INT("before", now - DAY_S));
	RUN(db, SQL_UNDO_NOTE, INT("participation", p->id), INT("revision", revision),
	    INT("until", seed->until), INT("now", now), INT("rooms", seed->rooms),
	    TEXT("kind", or_empty(seed->place_kind)));
}

static void text(sqlite3_stmt *s, int column, char *out, int size)
{
	sqlite3_snprintf(size, out, "%s", column_text(s, column));
}

static int before_load(struct db *db, rdvd_id participation, struct before *b)
{
	sqlite3_stmt *s = QUERY(db, SQL_UNDO_GET, INT("participation", participation));
	int i = 0;

	*b = (struct before){0};
	if (!db_row(db, s)) {
		db_done(s);
		return 0;
	}
	b->revision = sqlite3_column_int(s, i++);
	b->until = sqlite3_column_int64(s, i++);
	b->old_revision = sqlite3_column_int(s, i++);
	b->session = sqlite3_column_int64(s, i++);
	b->start = sqlite3_column_int64(s, i++);
	b->end = sqlite3_column_int64(s, i++);
	b->civil_start = sqlite3_column_int64(s, i++);
	b->site = sqlite3_column_int64(s, i++);
	b->rooms = sqlite3_column_int(s, i++);
	b->status = (enum rdvd_status)sqlite3_column_int(s, i++);
	b->confirmed = sqlite3_column_int64(s, i++);
	b->wait = sqlite3_column_int64(s, i++);
	b->wait_until = sqlite3_column_int64(s, i++);
	text(s, i++, b->zone, sizeof(b->zone));
	text(s, i++, b->place_name, sizeof(b->place_name));
	text(s, i++, b->place_postcode, sizeof(b->place_postcode));
	text(s, i++, b->place_kind, sizeof(b->place_kind));
	db_done(s);
	s = QUERY(db, SQL_UNDO_COUNSELLORS, INT("participation", participation));
	while (b->ncounsellors < RDVD_COUNSELLORS_MAX && db_row(db, s))
		b->counsellors[b->ncounsellors++] = sqlite3_column_int64(s, 0);
	db_done(s);
	return 1;
}

/* STALE when the moment has passed: time, another act, a mark, or a message of it that
 * has left. */
static enum rdvd_rc refusal(struct db *db, const struct part *p, const struct before *b,
			    rdvd_time now)
{
	int cancelled = p->status == RDVD_CANCELLED;
	int64_t left;

	if (p->revision != b->revision || now >= b->until)
		return RDVD_STALE;
	if (cancelled ? p->outcome != RDVD_EXCUSED && p->outcome != RDVD_REVOKED
		      : p->outcome != RDVD_OUTCOME_UNKNOWN)
		return RDVD_STALE;
	if (b->revision != b->old_revision &&
	    db_ints(db, SQL_UNDO_LEFT,
		    VALUES(INT("participation", p->id), INT("revision", p->revision)),
		    &left, 1))
		return RDVD_STALE;
	return RDVD_OK;
}

/* Its time and place again, if they are still free. */
static void take_time(struct db *db, struct part *p, const struct before *b,
		      const struct rdvd_take_back *t)
{
	const struct rdvd_move m = {
		.place = {.site = b->site,
			  .name = b->place_name,
			  .postcode = b->place_postcode,
			  .rooms = b->rooms},
		.when = {b->start, b->end, b->civil_start, b->zone},
		.capacity = p->capacity,
		.ncounsellors = b->ncounsellors,
		.now = t->now,
	};
	const struct rdvd_mark back = {.rooms = b->rooms, .now = t->now};
	const struct slot slot = {
		p->service,	p->organisation, &m.place, &m.when, p->capacity,
		b->counsellors, b->ncounsellors, 0,	   0};

	holds_expire(db, t->now);
	if (p->status == RDVD_CANCELLED)
		act_come_back(db, p, &back);
	else
		act_take_time(db, p, &slot, &m);
	part_reload_session(db, p);
}

/* The messages that the act had ended wait again; what it owed is not sent. */
static void messages_return(struct db *db, struct part *p, const struct before *b,
			    rdvd_time now)
{
	int n;

	if (b->revision == b->old_revision)
		return;
	messages_supersede(db, p->id, 0, "the act was taken back");
	p->revision++;
	n = RUN(db, SQL_UNDO_MESSAGES, INT("participation", p->id),
		INT("revision", p->revision), INT("now", now));
	db->now.messages[RDVD_MSG_SUPERSEDED] -= n;
	db->now.messages[RDVD_MSG_SCHEDULED] += n;
}

static void wait_again(struct db *db, const struct before *b)
{
	if (!b->wait)
		return;
	RUN(db, SQL_WAIT_AGAIN, INT("id", b->wait));
	RUN(db, SQL_WAIT_UNTIL, INT("id", b->wait), INT("until", b->wait_until));
}

enum rdvd_rc store_take_back(void *st, const struct rdvd_take_back *t, int *changed)
{
	struct db *db = db_start(st);
	struct before b;
	struct part p;
	enum rdvd_rc rc;

	if (!part_load(db, &t->which, &p))
		return db->rc;
	if (!before_load(db, p.id, &b))
		return db->rc == RDVD_OK ? RDVD_STALE : db->rc;
	if (!b.until && p.revision == b.revision) {
		*changed = 0;
		return db->rc;
	}
	rc = refusal(db, &p, &b, t->now);
	if (db->rc != RDVD_OK || rc != RDVD_OK)
		return db->rc != RDVD_OK ? db->rc : rc;
	db_guard(db);
	take_time(db, &p, &b, t);
	messages_return(db, &p, &b, t->now);
	p.status = b.status;
	p.confirmed = b.confirmed;
	p.cancelled = 0;
	p.outcome = RDVD_OUTCOME_UNKNOWN;
	p.sequence++;
	part_save(db, &p, b.place_kind, t->now);
	session_changed(db, p.session, 0);
	wait_again(db, &b);
	RUN(db, SQL_UNDO_DONE, INT("participation", p.id), INT("revision", p.revision),
	    INT("now", t->now));
	audit_add(db, t->now, t->actor, "undo", p.id);
	if (db->rc == RDVD_OK)
		*changed = 1;
	return db->rc;
}
