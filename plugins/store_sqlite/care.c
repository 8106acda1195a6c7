/* SPDX-License-Identifier: GPL-3.0-or-later */
/* care.c - copying the store while it runs, and looking whether it is whole. The copy is
 * one step: a stepped one starts again at every write. It gets its name last, by rename,
 * so that what has the name is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db.h"
#include "staff.h"

/* Make the bytes of a file, or the names of a folder, outlive a power cut. */
static int sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

static int sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int rc;

	if (!slash)
		return sync_path(".", O_RDONLY | O_DIRECTORY);
	folder = strndup(path, (size_t)(slash - path) + 1);
	rc = folder ? sync_path(folder, O_RDONLY | O_DIRECTORY) : -1;
	free(folder);
	return rc;
}

/* All pages in one step into the fresh file; a SQLite code. */
static int copy_pages(struct db *db, const char *path)
{
	sqlite3 *to = NULL;
	sqlite3_backup *b = NULL;
	int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
				   NULL);

	if (code == SQLITE_OK)
		code = sqlite3_exec(to, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
	if (code == SQLITE_OK) {
		b = sqlite3_backup_init(to, "main", db->sq, "main");
		code = b ? sqlite3_backup_step(b, -1) : sqlite3_errcode(to);
		if (b && code == SQLITE_DONE)
			code = sqlite3_backup_finish(b);
		else
			sqlite3_backup_finish(b);
	}
	sqlite3_close(to);
	return code;
}

static enum rdvd_rc fail(struct db *db, const char *path, const char *why)
{
	db->host->log(db->host, 3, "backup to %s: %s", path, why);
	return RDVD_FAILED;
}

enum rdvd_rc store_backup(void *st, const char *path)
{
	struct db *db = db_start(st);
	enum rdvd_rc rc = RDVD_FAILED;
	char *part = NULL;
	int fd, code;

	if (access(path, F_OK) == 0) {
		db->host->log(db->host, 3,
			      "backup to %s: there is already a file of that name", path);
		return RDVD_INVALID;
	}
	part = sqlite3_mprintf("%s.part", path);
	if (!part)
		return fail(db, path, "out of memory");
	unlink(part);
	fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		fail(db, path, strerror(errno));
		goto out;
	}
	close(fd);
	code = copy_pages(db, part);
	if (code != SQLITE_OK)
		fail(db, path, sqlite3_errstr(code));
	else if (sync_path(part, O_RDWR) || rename(part, path) || sync_folder_of(path))
		fail(db, path, strerror(errno));
	else
		rc = RDVD_OK;
	if (rc != RDVD_OK)
		unlink(part);
out:
	sqlite3_free(part);
	return rc;
}

/* One look for what must not be: rows of text, each the sentence of a problem. */
static const struct {
	enum sql_name sql;
	int takes_now;
} looks[] = {
	{SQL_CHECK_INTEGRITY, 0},   {SQL_CHECK_REFERENCES, 0}, {SQL_CHECK_OVERLAPS, 0},
	{SQL_CHECK_CAPACITIES, 0},  {SQL_CHECK_SHARED, 0},     {SQL_CHECK_CLAIMLESS, 0},
	{SQL_CHECK_CLAIMS_LEFT, 0}, {SQL_CHECK_WAITING, 0},    {SQL_CHECK_COUNTS, 0},
	{SQL_CHECK_COUNTER, 0},	    {SQL_CHECK_FACTS, 0},      {SQL_CHECK_OFFERS, 1},
	{SQL_CHECK_WAITS, 0},	    {SQL_CHECK_LETTERS, 0},    {SQL_CHECK_ATTEMPTS, 0},
	{SQL_CHECK_TALK, 0},
};

enum rdvd_rc store_check(void *st, rdvd_problem_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	struct sql_value now = INT("now", db->host->now());
	int opened = db_moment(db), stop = 0;

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && !stop; i++) {
		sqlite3_stmt *s = db_bind(db, looks[i].sql, &now, looks[i].takes_now);

		while (!stop && db_row(db, s))
			if (strcmp(column_text(s, 0), "ok") != 0)
				stop = cb(arg, column_text(s, 0));
		db_done(s);
	}
	db_moment_end(db, opened);
	return db->rc;
}
