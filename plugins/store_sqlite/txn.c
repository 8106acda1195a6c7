/* SPDX-License-Identifier: GPL-3.0-or-later */
/* txn.c - transactions of the writer. What every act would write to the same two places,
 * the change counter and the counts of messages by state, is added up in memory, follows
 * savepoints, and is written once, last, before the commit.
 *
 * A savepoint costs a tenth of a booking, and most are released untouched, so it is only
 * set when an operation asks (db_guard) because it writes before its last check. An
 * operation that checks first and is refused has nothing to undo; one that fails in the
 * middle of its writes, which only a caller's mistake or a broken disk bring about, takes
 * the transaction with it, as a full disk does. */
#include <string.h>

#include "db.h"
#include "txn.h"

#define WAL_TRUNCATE_FRAMES 4096 /* 16 MB */

enum rdvd_rc store_begin(void *st)
{
	struct db *db = db_start(st);
	int64_t seq = 0;

	db_run(db, SQL_BEGIN_WRITE, NULL, 0);
	if (db->rc != RDVD_OK)
		return db->rc;
	if (!db_ints(db, SQL_CHANGE_SEQ, NULL, 0, &seq, 1)) {
		db_answer(db, RDVD_FAILED);
		store_rollback(db);
		return RDVD_FAILED;
	}
	memset(&db->begun, 0, sizeof(db->begun));
	db->begun.seq = seq;
	db->saved = db->now = db->begun;
	db->savepoint = NO_SAVEPOINT;
	return RDVD_OK;
}

enum rdvd_rc store_savepoint(void *st)
{
	struct db *db = db_start(st);

	if (sqlite3_get_autocommit(db->sq))
		return RDVD_FAILED;
	db->saved = db->now;
	db->savepoint = SAVEPOINT_OWED;
	db->changes_before = sqlite3_total_changes(db->sq);
	return RDVD_OK;
}

void db_guard(struct db *db)
{
	if (db->savepoint != SAVEPOINT_OWED)
		return;
	db_run(db, SQL_SAVEPOINT, NULL, 0);
	if (db->rc == RDVD_OK)
		db->savepoint = SAVEPOINT_SET;
}

enum rdvd_rc store_release(void *st)
{
	struct db *db = db_start(st);

	if (db->savepoint == SAVEPOINT_SET)
		db_run(db, SQL_RELEASE, NULL, 0);
	db->savepoint = NO_SAVEPOINT;
	return db->rc;
}

void store_undo(void *st)
{
	struct db *db = db_start(st);

	if (sqlite3_get_autocommit(db->sq))
		return; /* the transaction is gone, and with it all that was done */
	if (db->savepoint == SAVEPOINT_SET) {
		db_run(db, SQL_ROLLBACK_TO, NULL, 0);
		db_run(db, SQL_RELEASE, NULL, 0);
	} else if (sqlite3_total_changes(db->sq) != db->changes_before) {
		db_run(db, SQL_ROLLBACK, NULL, 0);
	}
	db->savepoint = NO_SAVEPOINT;
	db->now = db->saved;
}

static void write_tally(struct db *db)
{
	for (int i = 1; i <= RDVD_MSG_SUPPRESSED; i++)
		if (db->now.messages[i])
			RUN(db, SQL_MESSAGE_COUNT_ADD, INT("state", i),
			    INT("n", db->now.messages[i]));
	if (db->now.seq != db->begun.seq)
		RUN(db, SQL_CHANGE_SEQ_SET, INT("seq", db->now.seq));
}

/* What failed has ended: say so once. */
static void recovered(struct db *db)
{
	if (db->outage)
		db->host->log(db->host, 6, "store %s: works again", db->path);
	db->outage = 0;
}

enum rdvd_rc store_commit(void *st)
{
	struct db *db = db_start(st);
	int wrote = db->now.seq != db->begun.seq, code;

	if (sqlite3_get_autocommit(db->sq))
		return RDVD_FAILED; /* ended by the error that was logged */
	write_tally(db);
	if (db->rc != RDVD_OK)
		return db->rc == RDVD_BUSY ? RDVD_FAILED : db->rc;
	db_run(db, SQL_COMMIT, NULL, 0);
	if (db->rc == RDVD_OK) {
		if (wrote)
			recovered(db);
		return RDVD_OK;
	}
	/* The records may be in the log although the sync failed: a crash now would bring
	 * them back. */
	code = sqlite3_extended_errcode(db->sq);
	return code == SQLITE_IOERR_FSYNC ? RDVD_UNCERTAIN : RDVD_FAILED;
}

void store_rollback(void *st)
{
	struct db *db = db_start(st);

	if (!sqlite3_get_autocommit(db->sq))
		db_run(db, SQL_ROLLBACK, NULL, 0);
}

int store_in_transaction(void *st)
{
	struct db *db = st;

	return !sqlite3_get_autocommit(db->sq);
}

void store_checkpoint(void *st)
{
	struct db *db = db_start(st);
	int mode = db->wal_frames > WAL_TRUNCATE_FRAMES ? SQLITE_CHECKPOINT_TRUNCATE
							: SQLITE_CHECKPOINT_PASSIVE;

	if (db->wal_frames == 0)
		return;
	if (sqlite3_wal_checkpoint_v2(db->sq, NULL, mode, NULL, NULL) == SQLITE_OK)
		db->wal_frames = 0; /* of what is new since */
}
