/* SPDX-License-Identifier: GPL-3.0-or-later */
/* db.h - one handle on the database, and how every operation speaks to it.
 *
 * Statements are named (sql.h), prepared once, and take named values. An error sticks:
 * the first one is logged and kept in db->rc, and every later call of the same operation
 * does nothing, so that ten writes need one check at the end. An operation opens with
 * db_start and ends with "return db->rc". */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include <sqlite3.h>
#include <stdint.h>

#include "rdvd/store.h"
#include "sql.h"

#define SCHEMA_PARTS_MAX 8
#define SQL_VALUES_MAX 32
#define DAY_S 86400 /* no appointment is longer; overlap queries rely on it */
#define HREF_MAX 64

struct migration {
	int version;
	const char *sql[SCHEMA_PARTS_MAX]; /* run in order; NULL ends */
};

/* schema_messages.c */
extern const char second_talk[], second_waiting[], second_messages[], second_indexes[];
/* schema_running.c */
extern const char third_access[], third_edits[], third_texts[], third_day[],
	third_workshops[], third_figures[], third_touched[];
extern const struct migration migrations[];
extern const size_t migrations_count;

/* A named value for a statement. Text and bytes are lent until the statement is reset. */
struct sql_value {
	const char *name;
	enum { SQL_INT, SQL_TEXT, SQL_BLOB, SQL_NULL } type;
	int64_t i; /* or the number of bytes */
	const void *p;
};

#define INT(n, v) ((struct sql_value){.name = ":" n, .type = SQL_INT, .i = (int64_t)(v)})
#define TEXT(n, v) ((struct sql_value){.name = ":" n, .type = SQL_TEXT, .p = (v)})
#define BLOB(n, v, size)     \
	((struct sql_value){ \
		.name = ":" n, .type = SQL_BLOB, .i = (int64_t)(size), .p = (v)})
/* 0 stands for NULL. */
#define REF(n, v)            \
	((struct sql_value){ \
		.name = ":" n, .type = (v) ? SQL_INT : SQL_NULL, .i = (int64_t)(v)})

/* A text, or NULL. */
#define MAYBE_TEXT(n, v) \
	((struct sql_value){.name = ":" n, .type = (v) ? SQL_TEXT : SQL_NULL, .p = (v)})

struct statement {
	sqlite3_stmt *sq;
	int nvalues;
	const char *names[SQL_VALUES_MAX]; /* as last given, in order */
	uint8_t index[SQL_VALUES_MAX];	   /* and what SQLite numbers them */
};

/* What a transaction adds up and writes once, before its commit. */
struct tally {
	int64_t seq; /* the network's change counter */
	int64_t messages[RDVD_MSG_SUPPRESSED + 1];
};

struct db {
	const struct rdvd_host *host;
	sqlite3 *sq;
	char *path; /* owned */
	int readonly;
	enum rdvd_rc rc; /* of the operation that runs */
	int outage;	 /* the error that was logged and has not yet gone away */
	int wal_frames;	 /* in the log after the last commit */
	enum { NO_SAVEPOINT, SAVEPOINT_OWED, SAVEPOINT_SET } savepoint;
	int changes_before; /* sqlite3_total_changes at the savepoint */
	struct tally begun, saved, now;
	char instance[33];
	struct statement statements[SQL_COUNT];
};

/* Open an operation: no error yet. */
static inline struct db *db_start(void *st)
{
	struct db *db = st;

	db->rc = RDVD_OK;
	return db;
}

/* Bind and return the statement, ready to step; NULL once something has failed. */
sqlite3_stmt *db_bind(struct db *db, enum sql_name name, const struct sql_value *values,
		      int n);
/* 1: a row stands; 0: no more, or failed. */
int db_row(struct db *db, sqlite3_stmt *s);
/* Run a statement that gives no row. Return how many rows it changed. */
int db_run(struct db *db, enum sql_name name, const struct sql_value *values, int n);
/* Run one that gives at most one row of integers; 1 when there was a row. */
int db_ints(struct db *db, enum sql_name name, const struct sql_value *values, int n,
	    int64_t *out, int nout);
/* Forget the row; statements that walk end so. NULL is fine. */
static inline void db_done(sqlite3_stmt *s)
{
	if (s)
		sqlite3_reset(s);
}

#define VALUES(...)                                                     \
	(const struct sql_value[]){__VA_ARGS__},                        \
		(int)(sizeof((const struct sql_value[]){__VA_ARGS__}) / \
		      sizeof(struct sql_value))
#define QUERY(db, name, ...) db_bind((db), (name), VALUES(__VA_ARGS__))
#define RUN(db, name, ...) db_run((db), (name), VALUES(__VA_ARGS__))

/* Before a write after which the operation may still be refused: now the savepoint must
 * be there (see txn.c). */
void db_guard(struct db *db);
/* Note a failure of SQLite's: log it once an outage, keep what it means. */
void db_failed(struct db *db, int code, const char *doing);
/* Make it stick when nothing did yet. */
static inline void db_answer(struct db *db, enum rdvd_rc rc)
{
	if (db->rc == RDVD_OK)
		db->rc = rc;
}

static inline rdvd_id db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->sq);
}

static inline const char *column_text(sqlite3_stmt *s, int i)
{
	const unsigned char *t = sqlite3_column_text(s, i);

	return t ? (const char *)t : "";
}

/* staff.c: a hash that is kept; zeros when it is not one. */
void column_hash(sqlite3_stmt *s, int column, uint8_t hash[RDVD_HASH_SIZE]);

static inline const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* Readers answer from one moment: a transaction around several statements, when none is
 * open. Return whether db_moment_end has something to end. */
int db_moment(struct db *db);
void db_moment_end(struct db *db, int opened);

/* One line of the change log, and the counter raised. collection 0: no calendar's. */
void change_add(struct db *db, rdvd_id collection, const char *href, int deleted);
/* Only raise the counter. */
static inline void change_count(struct db *db)
{
	db->now.seq++;
}
/* One line of the audit trail; nothing for the public (actor ""). */
void audit_add(struct db *db, rdvd_time at, const char *actor, const char *act,
	       rdvd_id about);
/* A session's calendar name: what an outside calendar gave, else made of its id. */
const char *session_uid(struct db *db, rdvd_id session, const char *given,
			char out[HREF_MAX]);

/* Lower case, accents off, runs of anything else one space; Latin letters. out is
 * NUL-terminated. */
void fold(const char *s, char *out, size_t size);

/* open.c: the operations open, close and instance. */
enum rdvd_rc store_sqlite_open(const struct rdvd_host *host, int readonly, void **st);
void store_sqlite_close(void *st);

#endif
