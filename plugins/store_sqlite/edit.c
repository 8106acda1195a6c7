/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit.c - changes of definitions that can be taken back, and long imports in pieces: the
 * draft is written down in many small transactions, one row decides that it counts, and
 * what it says is then applied in many small transactions, also after a crash. */
#include <stdlib.h>
#include <string.h>

#include "definition.h"
#include "edit.h"

/* ---- edits ---- */

enum rdvd_rc store_edit_keep(void *st, const struct rdvd_edit *e, rdvd_id *id)
{
	struct db *db = db_start(st);
	rdvd_id made;

	db_guard(db);
	RUN(db, SQL_EDIT_INSERT, INT("at", e->at), TEXT("actor", e->actor));
	made = db_last_id(db);
	for (size_t i = 0; i < e->n && db->rc == RDVD_OK; i++) {
		const struct rdvd_edit_part *p = &e->parts[i];

		RUN(db, SQL_EDIT_PART_INSERT, INT("edit", made),
		    INT("definition", p->definition), MAYBE_TEXT("before", p->before),
		    MAYBE_TEXT("after", p->after));
	}
	if (e->undoes && !RUN(db, SQL_EDIT_UNDONE, INT("id", e->undoes), INT("by", made)))
		db_answer(db, RDVD_STALE);
	audit_add(db, e->at, e->actor, e->undoes ? "edit undone" : "edit", made);
	if (db->rc == RDVD_OK)
		*id = made;
	return db->rc;
}

enum rdvd_rc store_edit_get(void *st, rdvd_id id, rdvd_edit_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);
	int64_t row[2] = {0, 0};
	struct rdvd_edit e = {.at = 0};
	struct rdvd_edit_part *parts = NULL;
	size_t cap = 0;
	sqlite3_stmt *s;

	if (!db_ints(db, SQL_EDIT_GET, VALUES(INT("id", id)), row, 2))
		db_answer(db, RDVD_NOT_FOUND);
	e.at = row[0];
	e.undone = row[1];
	s = QUERY(db, SQL_EDIT_PARTS, INT("edit", id));
	while (db_row(db, s)) {
		const char *before = (const char *)sqlite3_column_text(s, 1);
		const char *after = (const char *)sqlite3_column_text(s, 2);

		if (e.n == cap) {
			void *more = realloc(parts, (cap * 2 + 4) * sizeof *parts);

			if (!more) {
				db_answer(db, RDVD_FAILED);
				break;
			}
			parts = more;
			cap = cap * 2 + 4;
		}
		parts[e.n++] = (struct rdvd_edit_part){
			.definition = sqlite3_column_int64(s, 0),
			.before = before ? strdup(before) : NULL,
			.after = after ? strdup(after) : NULL,
		};
	}
	db_done(s);
	e.parts = parts;
	if (db->rc == RDVD_OK)
		cb(arg, &e);
	for (size_t i = 0; i < e.n; i++) {
		free((char *)parts[i].before);
		free((char *)parts[i].after);
	}
	free(parts);
	db_moment_end(db, opened);
	return db->rc;
}

/* ---- imports in pieces ---- */

enum rdvd_rc store_draft_put(void *st, const struct rdvd_definition *items, size_t n,
			     size_t first)
{
	struct db *db = db_start(st);

	db_guard(db);
	if (!first)
		db_run(db, SQL_DRAFT_CLEAR, NULL, 0);
	for (size_t i = 0; i < n && db->rc == RDVD_OK; i++)
		RUN(db, SQL_DRAFT_INSERT, INT("place", first + i),
		    INT("kind", items[i].kind), TEXT("slug", items[i].slug),
		    MAYBE_TEXT("body", items[i].body));
	return db->rc;
}

enum rdvd_rc store_draft_decide(void *st, const char *actor, rdvd_time now)
{
	struct db *db = db_start(st);

	RUN(db, SQL_DRAFT_DECIDE, TEXT("actor", or_empty(actor)));
	audit_add(db, now, actor, "import", 0);
	return db->rc;
}

/* Apply the first row. 0 when there is none. */
static int apply_one(struct db *db, rdvd_time now)
{
	sqlite3_stmt *s = db_bind(db, SQL_DRAFT_FIRST, NULL, 0);
	char *slug, *body;
	int64_t place, kind, found[1];
	rdvd_id id;

	if (!db_row(db, s)) {
		db_done(s);
		return 0;
	}
	place = sqlite3_column_int64(s, 0);
	kind = sqlite3_column_int64(s, 1);
	slug = strdup(column_text(s, 2));
	body = sqlite3_column_type(s, 3) == SQLITE_NULL ? NULL
							: strdup(column_text(s, 3));
	db_done(s);
	if (!slug) {
		db_answer(db, RDVD_FAILED);
	} else if (body) {
		store_definition_put(db, (enum rdvd_definition_kind)kind, slug, body, now,
				     &id);
	} else if (db_ints(db, SQL_DEFINITION_FIND,
			   VALUES(INT("kind", kind), TEXT("slug", slug)), found, 1)) {
		store_definition_retire(db, found[0], now);
	}
	free(slug);
	free(body);
	RUN(db, SQL_DRAFT_REMOVE, INT("place", place));
	return db->rc == RDVD_OK;
}

enum rdvd_rc store_draft_apply(void *st, size_t max, rdvd_time now, size_t *left)
{
	struct db *db = db_start(st);
	int64_t decided = 0, rest = 0;

	db_guard(db);
	db_ints(db, SQL_DRAFT_DECIDED, NULL, 0, &decided, 1);
	if (!decided) {
		db_run(db, SQL_DRAFT_CLEAR, NULL, 0);
		if (db->rc == RDVD_OK)
			*left = 0;
		return db->rc;
	}
	while (max-- && apply_one(db, now))
		;
	db_ints(db, SQL_DRAFT_COUNT, NULL, 0, &rest, 1);
	if (db->rc == RDVD_OK && !rest)
		db_run(db, SQL_DRAFT_OVER, NULL, 0);
	if (db->rc == RDVD_OK)
		*left = (size_t)rest;
	return db->rc;
}
