/* SPDX-License-Identifier: GPL-3.0-or-later */
/* db.c - statements: prepared at first use, values found by name once and by number
 * afterwards, errors translated and logged once an outage. A disk that is full fails
 * every booking until it is not: that is one line in the log, and one when it works
 * again. */
#include <stdio.h>
#include <string.h>

#include "db.h"

static enum rdvd_rc rc_of_code(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return RDVD_BUSY;
	case SQLITE_CONSTRAINT:
		return code == SQLITE_CONSTRAINT_TRIGGER ? RDVD_CONFLICT : RDVD_INVALID;
	default: return RDVD_FAILED;
	}
}

static const char *remedy_of_code(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return "; nothing can be booked until there is room on the disk";
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "; it is damaged or cut short: stop the daemon, restore the last "
		       "backup";
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN: return "; give the daemon's user the file and its folder";
	default: return "";
	}
}

void db_failed(struct db *db, int code, const char *doing)
{
	enum rdvd_rc rc = rc_of_code(code);
	int kind = code & 0xff;

	db_answer(db, rc);
	if (kind == SQLITE_CONSTRAINT) {
		db->host->log(db->host, 7, "store %s: refused while %s: %s", db->path,
			      doing, sqlite3_errmsg(db->sq));
		return;
	}
	if (db->outage == kind)
		return;
	db->outage = kind;
	db->host->log(db->host, rc == RDVD_BUSY ? 4 : 3, "store %s: %s failed: %s (%d)%s",
		      db->path, doing, sqlite3_errmsg(db->sq), code,
		      remedy_of_code(code));
}

static struct statement *prepared(struct db *db, enum sql_name name)
{
	struct statement *st = &db->statements[name];
	int code;

	if (st->sq)
		return st;
	code = sqlite3_prepare_v3(db->sq, sql_text(name), -1, SQLITE_PREPARE_PERSISTENT,
				  &st->sq, NULL);
	if (code != SQLITE_OK) {
		db_failed(db, code, "preparing a statement");
		return NULL;
	}
	st->nvalues = sqlite3_bind_parameter_count(st->sq);
	return st;
}

/* Values come in the same order from the same place: compare pointers, look up only what
 * moved. */
static int index_of(struct statement *st, int i, const char *name)
{
	if (st->names[i] != name) {
		st->index[i] = (uint8_t)sqlite3_bind_parameter_index(st->sq, name);
		st->names[i] = name;
	}
	return st->index[i];
}

static int bind_value(sqlite3_stmt *s, int index, const struct sql_value *v)
{
	switch (v->type) {
	case SQL_INT: return sqlite3_bind_int64(s, index, v->i);
	case SQL_TEXT:
		return sqlite3_bind_text(s, index, or_empty(v->p), -1, SQLITE_STATIC);
	case SQL_BLOB: return sqlite3_bind_blob(s, index, v->p, (int)v->i, SQLITE_STATIC);
	case SQL_NULL: return sqlite3_bind_null(s, index);
	}
	return SQLITE_MISUSE;
}

sqlite3_stmt *db_bind(struct db *db, enum sql_name name, const struct sql_value *values,
		      int n)
{
	struct statement *st;

	if (db->rc != RDVD_OK)
		return NULL;
	st = prepared(db, name);
	if (!st)
		return NULL;
	sqlite3_reset(st->sq);
	if (n != st->nvalues || n > SQL_VALUES_MAX) {
		db->host->log(db->host, 3, "store: statement %d takes %d values, got %d",
			      name, st->nvalues, n);
		db_answer(db, RDVD_FAILED);
		return NULL;
	}
	for (int i = 0; i < n; i++) {
		int code =
			bind_value(st->sq, index_of(st, i, values[i].name), &values[i]);
		if (code != SQLITE_OK) {
			db_failed(db, code, values[i].name);
			return NULL;
		}
	}
	return st->sq;
}

int db_row(struct db *db, sqlite3_stmt *s)
{
	int code;

	if (!s || db->rc != RDVD_OK)
		return 0;
	code = sqlite3_step(s);
	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		db_failed(db, sqlite3_extended_errcode(db->sq), "reading or writing");
	sqlite3_reset(s);
	return 0;
}

int db_run(struct db *db, enum sql_name name, const struct sql_value *values, int n)
{
	sqlite3_stmt *s = db_bind(db, name, values, n);

	if (!s)
		return 0;
	while (db_row(db, s))
		;
	return db->rc == RDVD_OK ? sqlite3_changes(db->sq) : 0;
}

int db_ints(struct db *db, enum sql_name name, const struct sql_value *values, int n,
	    int64_t *out, int nout)
{
	sqlite3_stmt *s = db_bind(db, name, values, n);
	int found = db_row(db, s);

	for (int i = 0; found && i < nout; i++)
		out[i] = sqlite3_column_int64(s, i);
	db_done(s);
	return found;
}

int db_moment(struct db *db)
{
	if (!sqlite3_get_autocommit(db->sq))
		return 0;
	db_run(db, SQL_BEGIN_READ, NULL, 0);
	return db->rc == RDVD_OK;
}

void db_moment_end(struct db *db, int opened)
{
	enum rdvd_rc rc = db->rc;

	if (!opened)
		return;
	db->rc = RDVD_OK;
	db_run(db, SQL_COMMIT, NULL, 0);
	if (rc != RDVD_OK)
		db->rc = rc;
}

void change_add(struct db *db, rdvd_id collection, const char *href, int deleted)
{
	db->now.seq++;
	RUN(db, SQL_CHANGE_INSERT, INT("seq", db->now.seq), INT("collection", collection),
	    TEXT("href", href), INT("deleted", deleted));
	if (collection)
		RUN(db, SQL_CALENDAR_SEQ_SET, INT("counsellor", collection),
		    INT("seq", db->now.seq));
}

void audit_add(struct db *db, rdvd_time at, const char *actor, const char *act,
	       rdvd_id about)
{
	if (!actor || !*actor)
		return;
	RUN(db, SQL_AUDIT_INSERT, INT("at", at), TEXT("actor", actor), TEXT("act", act),
	    INT("about", about));
}

const char *session_uid(struct db *db, rdvd_id session, const char *given,
			char out[HREF_MAX])
{
	if (given && *given)
		return given;
	snprintf(out, HREF_MAX, "%llx-%s", (unsigned long long)session, db->instance);
	return out;
}
