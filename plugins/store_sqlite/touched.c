/* SPDX-License-Identifier: GPL-3.0-or-later */
/* touched.c - whom a change of definitions leaves without an opening: noted before the
 * change, so that a crash between it and what was decided for each loses nobody. A note
 * names the appointment's revision; a move or a cancellation raises that, and the note
 * tells nothing any more. */
#include "touched.h"

#include "appointment.h"
#include "sql.h"

const char *const sql_touched_texts[SQL_COUNT] = {
	[SQL_EDIT_HEAD] = "SELECT at, actor, ifnull(undone, 0) FROM edit WHERE id = :id",
	[SQL_TOUCHED_PUT] =
		"INSERT INTO touched (participation, revision, why, left, at, actor) "
		"SELECT id, revision, :why, :left, :at, :actor FROM participation "
		"WHERE id = :id ON CONFLICT (participation) DO UPDATE SET revision = "
		"excluded.revision, why = :why, left = :left, at = :at, actor = :actor",
	[SQL_TOUCHED_DROP] = "DELETE FROM touched WHERE participation = :id",
	[SQL_APPOINTMENT_TOUCHED] = "SELECT " APPOINTMENT_COLUMNS(
		COLUMN_SQL) "k.why, k.left, k.at, k.actor FROM touched k "
			    "JOIN participation p ON p.id = k.participation "
			    "JOIN session s ON s.id = p.session "
			    "JOIN person n ON n.id = p.person "
			    "LEFT JOIN visit t ON t.session = s.id "
			    "WHERE k.revision = p.revision AND p.status <> 3 "
			    "AND s.starts > :now AND (:organisation = 0 OR "
			    "s.organisation = :organisation) "
			    "ORDER BY s.starts, p.id",
};

enum rdvd_rc store_edit_head(void *st, rdvd_id id, rdvd_edit_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_EDIT_HEAD, INT("id", id));

	if (db_row(db, s)) {
		struct rdvd_edit e = {
			.at = sqlite3_column_int64(s, 0),
			.actor = (const char *)sqlite3_column_text(s, 1),
			.undone = sqlite3_column_int64(s, 2),
		};

		cb(arg, &e);
	} else {
		db_answer(db, RDVD_NOT_FOUND);
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_touched_put(void *st, const struct rdvd_touched *t, size_t n)
{
	struct db *db = db_start(st);

	db_guard(db);
	for (size_t i = 0; i < n && db->rc == RDVD_OK; i++)
		RUN(db, SQL_TOUCHED_PUT, INT("id", t[i].participation),
		    TEXT("why", t[i].why), INT("left", t[i].left), INT("at", t[i].at),
		    TEXT("actor", t[i].actor));
	return db->rc;
}

enum rdvd_rc store_touched_drop(void *st, const rdvd_id *participations, size_t n)
{
	struct db *db = db_start(st);

	db_guard(db);
	for (size_t i = 0; i < n && db->rc == RDVD_OK; i++)
		RUN(db, SQL_TOUCHED_DROP, INT("id", participations[i]));
	return db->rc;
}

enum rdvd_rc store_touched_each(void *st, rdvd_id organisation, rdvd_time now,
				rdvd_touched_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);
	sqlite3_stmt *s = QUERY(db, SQL_APPOINTMENT_TOUCHED, INT("now", now),
				INT("organisation", organisation));
	struct rdvd_appointment a;
	char uid[HREF_MAX];

	while (db_row(db, s)) {
		int at = sqlite3_column_count(s) - 4;
		struct rdvd_touched t;

		appointment_row(db, s, &a, uid);
		if (db->rc != RDVD_OK)
			break;
		t = (struct rdvd_touched){
			.participation = a.id,
			.why = (const char *)sqlite3_column_text(s, at),
			.left = sqlite3_column_int(s, at + 1),
			.at = sqlite3_column_int64(s, at + 2),
			.actor = (const char *)sqlite3_column_text(s, at + 3),
		};
		if (cb(arg, &t, &a))
			break;
	}
	db_done(s);
	db_moment_end(db, opened);
	return db->rc;
}
