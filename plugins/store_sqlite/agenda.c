/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda.c - what fills the agenda: active claims, and the absences of counsellors. */
#include <stdio.h>

#include "db.h"
#include "definition.h"

enum rdvd_rc store_claim_each(void *st, rdvd_time from, rdvd_time now, rdvd_claim_cb *cb,
			      void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_CLAIM_EACH, INT("from", from), INT("now", now));

	while (db_row(db, s)) {
		struct rdvd_claim c = {
			.counsellor = sqlite3_column_int64(s, 0),
			.site = sqlite3_column_int64(s, 1),
			.start = sqlite3_column_int64(s, 2),
			.end = sqlite3_column_int64(s, 3),
			.session = sqlite3_column_int64(s, 4),
			.hold = (uint64_t)sqlite3_column_int64(s, 5),
			.expires = sqlite3_column_int64(s, 6),
			.service = sqlite3_column_int64(s, 7),
			.capacity = sqlite3_column_int(s, 8),
			.taken = sqlite3_column_int(s, 9),
		};
		if (c.session && c.taken == 0 && !sqlite3_column_int(s, 10))
			continue; /* a workshop that only expired holds have opened */
		if (cb(arg, &c))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_absence_each(void *st, rdvd_time from, rdvd_absence_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_ABSENCE_EACH, INT("from", from));

	while (db_row(db, s)) {
		struct rdvd_absence a = {
			.id = sqlite3_column_int64(s, 0),
			.counsellor = sqlite3_column_int64(s, 1),
			.start = sqlite3_column_int64(s, 2),
			.end = sqlite3_column_int64(s, 3),
			.label = column_text(s, 4),
		};
		if (cb(arg, &a))
			break;
	}
	db_done(s);
	return db->rc;
}

static void absence_changed(struct db *db, rdvd_id counsellor, rdvd_id id, int deleted)
{
	char href[HREF_MAX];

	snprintf(href, sizeof(href), "absence-%lld", (long long)id);
	change_add(db, counsellor, href, deleted);
}

enum rdvd_rc store_absence_put(void *st, const struct rdvd_absence *a, rdvd_time now,
			       const char *actor, rdvd_id *id)
{
	struct db *db = db_start(st);
	rdvd_id known = a->id;

	if (a->end <= a->start)
		return RDVD_INVALID;
	if (known) {
		if (!RUN(db, SQL_ABSENCE_UPDATE, INT("id", known),
			 INT("counsellor", a->counsellor), INT("starts", a->start),
			 INT("ends", a->end), TEXT("label", a->label)))
			db_answer(db, RDVD_NOT_FOUND);
	} else {
		RUN(db, SQL_ABSENCE_INSERT, INT("counsellor", a->counsellor),
		    INT("starts", a->start), INT("ends", a->end), TEXT("label", a->label),
		    INT("now", now));
		known = db_last_id(db);
	}
	absence_changed(db, a->counsellor, known, 0);
	audit_add(db, now, actor, "absence", known);
	if (db->rc == RDVD_OK)
		*id = known;
	return db->rc;
}

enum rdvd_rc store_absence_remove(void *st, rdvd_id id, rdvd_time now, const char *actor)
{
	struct db *db = db_start(st);
	int64_t counsellor;

	if (!db_ints(db, SQL_ABSENCE_REMOVE, VALUES(INT("id", id)), &counsellor, 1)) {
		db_answer(db, RDVD_NOT_FOUND);
		return db->rc;
	}
	absence_changed(db, counsellor, id, 1);
	audit_add(db, now, actor, "absence removed", id);
	return db->rc;
}
