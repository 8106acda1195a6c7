/* SPDX-License-Identifier: GPL-3.0-or-later */
/* act.c - move, cancel, confirm and mark. Each loads the participation, answers at once
 * when it is already as asked or no longer possible, and otherwise writes the change, its
 * fact, its messages and its change rows together. */
#include <string.h>

#include "act.h"
#include "arrive.h"
#include "owe.h"
#include "part.h"
#include "slot.h"
#include "talk.h"
#include "undo.h"
#include "waiting.h"

static int is_staff(const char *actor)
{
	return *or_empty(actor) != '\0';
}

/* Somebody has said how it went: it is history. */
static int is_marked(const struct part *p)
{
	return p->outcome == RDVD_SEEN || p->outcome == RDVD_NO_SHOW ||
	       p->outcome == RDVD_DOOR_CLOSED;
}

static int already_there(const struct part *p, const struct rdvd_move *m)
{
	if (p->start != m->when.start || p->site != m->place.site)
		return 0;
	return m->place.site ||
	       (strcmp(p->place_name, or_empty(m->place.name)) == 0 &&
		strcmp(p->place_postcode, or_empty(m->place.postcode)) == 0);
}

/* Are those who have it now the ones who were asked for? */
static int has_named(struct db *db, const struct part *p, const struct rdvd_move *m)
{
	sqlite3_stmt *s = QUERY(db, SQL_SESSION_CALENDARS, INT("session", p->session));
	int n = 0, same = 0;

	for (; db_row(db, s); n++)
		for (int i = 0; i < m->ncounsellors; i++)
			same += m->counsellors[i] == sqlite3_column_int64(s, 0);
	db_done(s);
	return n == m->ncounsellors && same == n;
}

/* The session goes with its one participant: same calendar object, later SEQUENCE. */
static void move_session(struct db *db, struct part *p, const struct slot *slot,
			 const struct rdvd_move *m)
{
	session_changed(db, p->session, 1);
	slot_check_free(db, slot, p->session);
	RUN(db, SQL_CLAIM_DELETE, INT("session", p->session));
	slot_claim(db, slot, p->session, 0);
	RUN(db, SQL_SESSION_MOVE, INT("session", p->session), REF("site", m->place.site),
	    TEXT("name", m->place.site ? "" : m->place.name),
	    TEXT("postcode", m->place.site ? "" : m->place.postcode),
	    INT("starts", m->when.start), INT("ends", m->when.end),
	    INT("civil", m->when.civil_start), TEXT("zone", m->when.zone),
	    INT("now", m->now));
	session_changed(db, p->session, 0);
}

/* From one workshop to another: the others stay. */
static void change_session(struct db *db, struct part *p, const struct slot *slot,
			   const struct rdvd_move *m)
{
	struct session in = {0};
	rdvd_id left = p->session;
	int gone = session_vacate(db, left, p->id, m->now);

	slot_take(db, slot, p->party_size, m->now, &in);
	p->session = in.id;
	session_changed(db, left, gone);
	session_changed(db, in.id, 0);
}

void act_take_time(struct db *db, struct part *p, const struct slot *slot,
		   const struct rdvd_move *m)
{
	if (p->capacity == 0 && m->capacity == 0)
		move_session(db, p, slot, m);
	else
		change_session(db, p, slot, m);
}

static enum rdvd_rc move_refusal(const struct part *p, const struct rdvd_move *m)
{
	if (p->outcome != RDVD_OUTCOME_UNKNOWN)
		return RDVD_STALE;
	if (m->move_until_s >= 0 && m->now > p->start - m->move_until_s)
		return RDVD_STALE;
	if (m->move_until_s >= 0 && m->now >= p->start)
		return RDVD_STALE;
	return m->verdict;
}

/* Another time or place: what was said and planned of the old one is of no use. */
static void tell_of_move(struct db *db, struct part *p, const struct rdvd_move *m)
{
	p->revision++;
	p->status = RDVD_BOOKED; /* "I am coming" was said of another time */
	p->confirmed = 0;
	arrival_forget(db, p->id);
	messages_supersede(db, p->id, 0, "the appointment was moved");
	messages_owe(db, p->id, p->revision, m->when.start, m->owed, m->nowed, m->now);
}

enum rdvd_rc store_move(void *st, const struct rdvd_move *m, rdvd_id *session,
			int *changed)
{
	struct db *db = db_start(st);
	struct part p;
	struct slot slot = {
		0, 0, &m->place, &m->when, m->capacity, m->counsellors, m->ncounsellors,
		0, 0};
	enum rdvd_rc rc;
	rdvd_time start;
	int there;

	if (!turn_may(db, m->turn) || !part_load(db, &m->which, &p))
		return db->rc;
	if (p.status == RDVD_CANCELLED)
		return RDVD_STALE;
	there = already_there(&p, m);
	if (there && (!m->named || p.capacity > 0 || has_named(db, &p, m))) {
		turn_write(db, m->turn, p.id);
		if (db->rc == RDVD_OK) {
			*session = p.session;
			*changed = 0;
		}
		return db->rc;
	}
	rc = move_refusal(&p, m);
	if (rc != RDVD_OK)
		return rc;
	slot.service = p.service;
	slot.organisation = p.organisation;
	if (!slot_is_valid(&slot))
		return RDVD_INVALID;
	holds_expire(db, m->now);
	db_guard(db);
	if (m->hold)
		hold_drop(db, m->hold, m->now);
	start = p.start;
	undo_note(db, &p, &m->undo, p.revision + !there, m->now);
	act_take_time(db, &p, &slot, m);
	part_reload_session(db, &p);
	p.sequence++;
	if (!there)
		tell_of_move(db, &p, m);
	part_save(db, &p, or_empty(m->place_kind), m->now);
	audit_add(db, m->now, m->actor, "move", p.id);
	turn_write(db, m->turn, p.id);
	wait_close(db, m->wait, RDVD_WAIT_SERVED, p.id, m->now);
	wait_of_moved(db, p.id, start, p.start);
	if (db->rc == RDVD_OK) {
		*session = p.session;
		*changed = 1;
	}
	return db->rc;
}

/* Take the participation out of its session; the messages that wait became false. */
static void leave(struct db *db, struct part *p, rdvd_time now)
{
	int gone = session_vacate(db, p->session, p->id, now);

	p->status = RDVD_CANCELLED;
	p->cancelled = now;
	p->revision++;
	p->sequence++;
	messages_supersede(db, p->id, 0, "the appointment was cancelled");
	wait_of_gone(db, p->id, now);
	session_changed(db, p->session, gone);
}

enum rdvd_rc store_cancel(void *st, const struct rdvd_cancel *c, int *changed)
{
	struct db *db = db_start(st);
	struct part p;

	if (!turn_may(db, c->turn) || !part_load(db, &c->which, &p))
		return db->rc;
	if (p.status == RDVD_CANCELLED) {
		turn_write(db, c->turn, p.id);
		if (db->rc == RDVD_OK)
			*changed = 0;
		return db->rc;
	}
	if (is_marked(&p) || (c->now >= p.start && !is_staff(c->actor)))
		return RDVD_STALE;
	undo_note(db, &p, &c->undo, p.revision + 1, c->now);
	leave(db, &p, c->now);
	p.outcome = c->by_team ? RDVD_REVOKED : RDVD_EXCUSED;
	messages_owe(db, p.id, p.revision, p.start, c->owed, c->nowed, c->now);
	part_save(db, &p, NULL, c->now);
	audit_add(db, c->now, c->actor, "cancel", p.id);
	turn_write(db, c->turn, p.id);
	if (db->rc == RDVD_OK)
		*changed = 1;
	return db->rc;
}

enum rdvd_rc store_confirm(void *st, const struct rdvd_mark *m, int *changed)
{
	struct db *db = db_start(st);
	struct part p;
	int known;

	if (!turn_may(db, m->turn) || !part_load(db, &m->which, &p))
		return db->rc;
	if (p.status == RDVD_CANCELLED)
		return RDVD_STALE;
	known = p.status == RDVD_CONFIRMED;
	if (!known && m->now >= p.start)
		return RDVD_STALE;
	if (!known) {
		p.status = RDVD_CONFIRMED;
		p.confirmed = m->now;
		part_save(db, &p, NULL, m->now);
		session_changed(db, p.session, 0);
		audit_add(db, m->now, m->actor, "confirm", p.id);
	}
	if (m->no_more_reminders)
		messages_supersede(db, p.id, RDVD_MSG_REMINDER,
				   "they confirmed, and asked for no more");
	turn_write(db, m->turn, p.id);
	if (db->rc == RDVD_OK)
		*changed = !known;
	return db->rc;
}

/* A cancelled participation stands again: in its session while that stands, in the
 * workshop that has taken its place, or by taking its time back. */
void act_come_back(struct db *db, struct part *p, const struct rdvd_mark *m)
{
	rdvd_id counsellors[RDVD_COUNSELLORS_MAX];
	struct rdvd_place place = {.site = p->site,
				   .name = p->place_name,
				   .postcode = p->place_postcode,
				   .rooms = m->rooms};
	struct rdvd_when when = {.start = p->start, .end = p->end};
	struct slot slot = {.service = p->service,
			    .place = &place,
			    .when = &when,
			    .capacity = p->capacity,
			    .counsellors = counsellors};
	sqlite3_stmt *s;

	holds_expire(db, m->now);
	if (p->capacity > 0 && workshop_join(db, &slot, p->party_size, &p->session))
		return;
	s = QUERY(db, SQL_SESSION_CALENDARS, INT("session", p->session));
	while (slot.ncounsellors < RDVD_COUNSELLORS_MAX && db_row(db, s))
		counsellors[slot.ncounsellors++] = sqlite3_column_int64(s, 0);
	db_done(s);
	slot_check_free(db, &slot, p->session);
	RUN(db, SQL_SESSION_ACTIVE, INT("session", p->session), INT("active", 1),
	    INT("now", m->now));
	RUN(db, SQL_CLAIM_ACTIVE, INT("session", p->session), INT("active", 1));
}

/* The mark's effect on whether the appointment stands. */
static void apply_outcome(struct db *db, struct part *p, const struct rdvd_mark *m)
{
	int cancels = m->outcome == RDVD_EXCUSED || m->outcome == RDVD_REVOKED;
	int was = p->status == RDVD_CANCELLED;
	int missed = p->outcome == RDVD_NO_SHOW;

	p->outcome = m->outcome;
	if (m->persons_present >= 0)
		p->persons_present = m->persons_present;
	if (cancels && !was) {
		leave(db, p, m->now);
		return;
	}
	if (!cancels && was) {
		act_come_back(db, p, m);
		part_reload_session(db, p);
		messages_supersede(db, p->id, 0, "the appointment stands again");
		messages_owe(db, p->id, p->revision, p->start, m->owed, m->nowed, m->now);
		p->status = p->confirmed ? RDVD_CONFIRMED : RDVD_BOOKED;
		p->cancelled = 0;
		p->sequence++;
	} else if (m->outcome == RDVD_NO_SHOW && !missed) {
		messages_owe_again(db, p->id, p->revision, p->start, m->owed, m->nowed,
				   m->now);
	}
	if (missed && m->outcome != RDVD_NO_SHOW)
		messages_supersede(db, p->id, RDVD_MSG_FOLLOW_UP,
				   "its outcome is another one");
	session_changed(db, p->session, 0);
}

enum rdvd_rc store_mark(void *st, const struct rdvd_mark *m, int *changed)
{
	struct db *db = db_start(st);
	struct part p;

	if (!turn_may(db, m->turn) || !part_load(db, &m->which, &p))
		return db->rc;
	if (p.outcome == m->outcome &&
	    (m->persons_present < 0 || p.persons_present == m->persons_present)) {
		turn_write(db, m->turn, p.id);
		if (db->rc == RDVD_OK)
			*changed = 0;
		return db->rc;
	}
	db_guard(db);
	apply_outcome(db, &p, m);
	part_save(db, &p, NULL, m->now);
	audit_add(db, m->now, m->actor, "mark", p.id);
	turn_write(db, m->turn, p.id);
	if (db->rc == RDVD_OK)
		*changed = 1;
	return db->rc;
}
