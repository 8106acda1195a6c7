/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.c - texts are only ever added: the last version of a name counts, and one without
 * words says that the file's counts again. */
#include "text.h"

#include <string.h>

enum { T_ID, T_ORGANISATION, T_SERVICE, T_LANGUAGE, T_NAME, T_BODY, T_AT, T_ACTOR };

static void read_text(sqlite3_stmt *s, struct rdvd_text *t)
{
	*t = (struct rdvd_text){
		.id = sqlite3_column_int64(s, T_ID),
		.organisation = sqlite3_column_int64(s, T_ORGANISATION),
		.service = sqlite3_column_int64(s, T_SERVICE),
		.language = column_text(s, T_LANGUAGE),
		.name = column_text(s, T_NAME),
		.body = sqlite3_column_type(s, T_BODY) == SQLITE_NULL
				? NULL
				: column_text(s, T_BODY),
		.at = sqlite3_column_int64(s, T_AT),
		.actor = column_text(s, T_ACTOR),
	};
}

static int same_words(const char *a, const char *b)
{
	return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

/* 1 when the version that counts says so already. */
static int says_so(struct db *db, const struct rdvd_text *t, int64_t *last)
{
	sqlite3_stmt *s = QUERY(db, SQL_TEXT_LAST, INT("organisation", t->organisation),
				INT("service", t->service), TEXT("language", t->language),
				TEXT("name", t->name));
	struct rdvd_text was = {.body = NULL};
	int same;

	*last = 0;
	if (db_row(db, s))
		read_text(s, &was);
	*last = was.id;
	same = same_words(was.body, t->body);
	db_done(s);
	return same;
}

enum rdvd_rc store_text_put(void *st, const struct rdvd_text *t, rdvd_id *id)
{
	struct db *db = db_start(st);
	struct sql_value body = TEXT("body", t->body);
	int64_t last;

	if (!*or_empty(t->language) || !*or_empty(t->name) || (t->body && !*t->body))
		return RDVD_INVALID;
	if (says_so(db, t, &last)) {
		if (db->rc == RDVD_OK)
			*id = 0;
		return db->rc;
	}
	if (t->id && t->id != last) {
		db_answer(db, RDVD_STALE);
		return db->rc;
	}
	if (!t->body)
		body.type = SQL_NULL;
	RUN(db, SQL_TEXT_INSERT, REF("organisation", t->organisation),
	    REF("service", t->service), TEXT("language", t->language),
	    TEXT("name", t->name), body, INT("at", t->at), TEXT("actor", t->actor));
	if (db->rc == RDVD_OK)
		*id = db_last_id(db);
	audit_add(db, t->at, t->actor, "text", db_last_id(db));
	return db->rc;
}

static enum rdvd_rc each(struct db *db, sqlite3_stmt *s, rdvd_text_cb *cb, void *arg)
{
	while (db_row(db, s)) {
		struct rdvd_text t;

		read_text(s, &t);
		if (cb(arg, &t))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_text_each(void *st, rdvd_text_cb *cb, void *arg)
{
	struct db *db = db_start(st);

	return each(db, db_bind(db, SQL_TEXT_EACH, NULL, 0), cb, arg);
}

enum rdvd_rc store_text_history(void *st, const struct rdvd_text *of, size_t limit,
				rdvd_text_cb *cb, void *arg)
{
	struct db *db = db_start(st);

	return each(db,
		    QUERY(db, SQL_TEXT_HISTORY, INT("organisation", of->organisation),
			  INT("service", of->service), TEXT("language", of->language),
			  TEXT("name", of->name),
			  INT("limit", limit ? (int64_t)limit : -1)),
		    cb, arg);
}

/* ---- answers ---- */

enum rdvd_rc store_answers_set(void *st, rdvd_id participation, const char *answers,
			       const char *actor, rdvd_time now)
{
	struct db *db = db_start(st);

	if (!RUN(db, SQL_ANSWERS_SET, INT("id", participation), TEXT("answers", answers),
		 INT("now", now)))
		db_answer(db, RDVD_NOT_FOUND);
	audit_add(db, now, actor, "answers", participation);
	return db->rc;
}
