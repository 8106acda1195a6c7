/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit.c - home visits: who has set out, when they should be back, and the alarm when
 * they are not. The alarm and all that it tells are one transaction: it is given once,
 * whatever stops in between. */
#include "appointment.h"
#include "arrive.h"
#include "notice.h"
#include "owe.h"

enum { SET_OUT, DUE, BACK, ALARMED, SETTLED, VISIT_COLUMNS };

static void leave(struct db *db, const struct rdvd_visit_step *s, const int64_t *is,
		  int stands, int *changed)
{
	int64_t session;

	if (!db_ints(db, SQL_VISIT_SESSION, VALUES(INT("session", s->session)), &session,
		     1)) {
		db_answer(db, RDVD_NOT_FOUND);
		return;
	}
	if (stands && !is[BACK] && is[DUE] == s->due) {
		*changed = 0;
		return;
	}
	/* on the way still, they set out when they did */
	RUN(db, SQL_VISIT_LEAVE, INT("session", s->session),
	    INT("out", stands && !is[BACK] ? is[SET_OUT] : s->now), INT("due", s->due),
	    REF("alarmed", stands && !is[BACK] && s->due <= is[DUE] ? is[ALARMED] : 0),
	    TEXT("actor", or_empty(s->actor)));
	audit_add(db, s->now, s->actor, "visit left", s->session);
}

static void alarm_all(struct db *db, const struct rdvd_visit_step *s, const int64_t *is)
{
	rdvd_id id;

	if (is[BACK] || is[ALARMED] || is[DUE] > s->now) {
		db_answer(db, RDVD_STALE);
		return;
	}
	RUN(db, SQL_VISIT_ALARM, INT("session", s->session), INT("now", s->now));
	if (db->rc == RDVD_OK && s->notice)
		store_notice_put(db, s->notice);
	for (size_t i = 0; db->rc == RDVD_OK && i < s->nletters; i++)
		store_letter_put(db, &s->letters[i], &id);
}

/* Late and all is well, or back. */
static void end(struct db *db, const struct rdvd_visit_step *s, const int64_t *is,
		int *changed)
{
	int back = s->act == RDVD_VISIT_RETURN;

	if (is[back ? BACK : SETTLED] || (!back && is[BACK])) {
		*changed = 0;
		return;
	}
	if (!back && !is[ALARMED]) {
		db_answer(db, RDVD_STALE);
		return;
	}
	RUN(db, back ? SQL_VISIT_RETURN : SQL_VISIT_SETTLE, INT("session", s->session),
	    INT("now", s->now));
	if (s->notice)
		RUN(db, SQL_NOTICE_DEALT, TEXT("key", s->notice->key),
		    INT("now", s->now));
	audit_add(db, s->now, s->actor, back ? "visit back" : "visit settled",
		  s->session);
}

enum rdvd_rc store_visit(void *st, const struct rdvd_visit_step *s, int *changed)
{
	struct db *db = db_start(st);
	int64_t is[VISIT_COLUMNS] = {0};
	int stands = db_ints(db, SQL_VISIT_GET, VALUES(INT("session", s->session)), is,
			     VISIT_COLUMNS);
	int did = 1;

	if (!stands && s->act != RDVD_VISIT_LEAVE) {
		db_answer(db, RDVD_NOT_FOUND);
		return db->rc;
	}
	switch (s->act) {
	case RDVD_VISIT_LEAVE: leave(db, s, is, stands, &did); break;
	case RDVD_VISIT_RETURN:
	case RDVD_VISIT_SETTLE: end(db, s, is, &did); break;
	case RDVD_VISIT_ALARM: alarm_all(db, s, is); break;
	}
	if (db->rc == RDVD_OK && did)
		change_count(db);
	if (db->rc == RDVD_OK)
		*changed = did;
	return db->rc;
}

enum rdvd_rc store_visit_each(void *st, rdvd_appointment_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);
	sqlite3_stmt *s = db_bind(db, SQL_APPOINTMENT_VISITING, NULL, 0);
	struct rdvd_appointment a;
	char uid[HREF_MAX];

	while (db_row(db, s)) {
		appointment_row(db, s, &a, uid);
		if (db->rc != RDVD_OK || cb(arg, &a))
			break;
	}
	db_done(s);
	db_moment_end(db, opened);
	return db->rc;
}
