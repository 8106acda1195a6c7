/* SPDX-License-Identifier: GPL-3.0-or-later */
/* definition.c - definitions keep their id for ever; putting what is already there
 * changes nothing. */
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "definition.h"

static void definition_changed(struct db *db, rdvd_id id, int deleted)
{
	char href[HREF_MAX];

	snprintf(href, sizeof(href), "definition-%lld", (long long)id);
	change_add(db, 0, href, deleted);
	/* every calendar says names of places and services */
	RUN(db, SQL_CALENDAR_SEQ_SET, INT("counsellor", 0), INT("seq", db->now.seq));
}

enum rdvd_rc store_definition_put(void *st, enum rdvd_definition_kind kind,
				  const char *slug, const char *body, rdvd_time now,
				  rdvd_id *id)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s =
		QUERY(db, SQL_DEFINITION_FIND, INT("kind", kind), TEXT("slug", slug));
	int found = db_row(db, s), same = 0;
	rdvd_id known = 0;

	if (found) {
		known = sqlite3_column_int64(s, 0);
		same = !sqlite3_column_int(s, 1) &&
		       strcmp(column_text(s, 2), or_empty(body)) == 0;
	}
	db_done(s);
	if (found && !same)
		RUN(db, SQL_DEFINITION_UPDATE, INT("id", known), TEXT("body", body),
		    INT("now", now));
	if (!found) {
		RUN(db, SQL_DEFINITION_INSERT, INT("kind", kind), TEXT("slug", slug),
		    TEXT("body", body), INT("now", now));
		known = db_last_id(db);
	}
	if (!same)
		definition_changed(db, known, 0);
	if (db->rc == RDVD_OK)
		*id = known;
	return db->rc;
}

enum rdvd_rc store_definition_retire(void *st, rdvd_id id, rdvd_time now)
{
	struct db *db = db_start(st);

	if (!RUN(db, SQL_DEFINITION_RETIRE, INT("id", id), INT("now", now)))
		db_answer(db, RDVD_NOT_FOUND);
	definition_changed(db, id, 1);
	return db->rc;
}

enum rdvd_rc store_definition_each(void *st, rdvd_definition_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = db_bind(db, SQL_DEFINITION_EACH, NULL, 0);

	while (db_row(db, s)) {
		struct rdvd_definition d = {
			.id = sqlite3_column_int64(s, 0),
			.kind = (enum rdvd_definition_kind)sqlite3_column_int(s, 1),
			.slug = column_text(s, 2),
			.body = column_text(s, 3),
			.retired = sqlite3_column_int(s, 4),
		};
		if (cb(arg, &d))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_change_seq(void *st, int64_t *seq)
{
	struct db *db = db_start(st);

	if (!sqlite3_get_autocommit(db->sq) && !db->readonly)
		*seq = db->now.seq; /* the writer's own, not written before the commit */
	else if (!db_ints(db, SQL_CHANGE_SEQ, NULL, 0, seq, 1))
		db_answer(db, RDVD_FAILED);
	return db->rc;
}

enum rdvd_rc store_calendar_seq(void *st, rdvd_id counsellor, int64_t *seq)
{
	struct db *db = db_start(st);
	int64_t found = 0;

	db_ints(db, SQL_CALENDAR_SEQ, VALUES(INT("counsellor", counsellor)), &found, 1);
	if (db->rc == RDVD_OK)
		*seq = found;
	return db->rc;
}

const char *db_instance(void *st)
{
	struct db *db = st;

	return db->instance;
}
