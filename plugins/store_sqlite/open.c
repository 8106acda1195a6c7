/* SPDX-License-Identifier: GPL-3.0-or-later */
/* open.c - opening a handle: the file is looked at before SQLite is, so that something
 * that is not ours, or is damaged, is refused with a sentence and left as it was; then
 * settings, migrations, and every statement prepared once, which checks the schema. The
 * check is cheap whatever the size: the whole file is read by the operation check only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db.h"

#define APPLICATION_ID 0x72647664 /* "rdvd" in the file's header, as file(1) shows it */
#define BUSY_TIMEOUT_MS 5000
#define AUTOCHECKPOINT_FRAMES                                                         \
	16000 /* 64 MB: the bound of the log while writers never rest; a page that is \
		 dirtied in many transactions is copied back once */
#define JOURNAL_LIMIT_BYTES (64 << 20) /* what is left of it on the disk at rest */

/* SQLite's own count of memory takes a lock at every allocation, a seventh of a booking's
 * time, and nobody reads it. It can only be left out before SQLite starts. */
__attribute__((constructor)) static void configure_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* The file is a database, or will be one: empty or absent. */
static int header_is_sqlite(struct db *db)
{
	static const char magic[16] = "SQLite format 3";
	char header[16];
	ssize_t n;
	int fd = open(db->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && !db->readonly)
		return 1;
	if (fd < 0) {
		db->host->log(db->host, 3, "store %s: cannot be read: %s", db->path,
			      strerror(errno));
		return 0;
	}
	n = read(fd, header, sizeof(header));
	close(fd);
	if (n == 0 || (n == sizeof(header) && memcmp(header, magic, sizeof(magic)) == 0))
		return 1;
	db->host->log(
		db->host, 3,
		"store %s: is not a database of rdvd; name another file, or move it away",
		db->path);
	return 0;
}

/* Personal data: only the daemon's user reads it. SQLite gives its log the same mode. */
static int create_private(struct db *db)
{
	int fd = open(db->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		db->host->log(db->host, 3, "store %s: cannot be created: %s", db->path,
			      strerror(errno));
		return -1;
	}
	close(fd);
	return 0;
}

static int exec(struct db *db, const char *sql)
{
	int code = sqlite3_exec(db->sq, sql, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		return 0;
	db_failed(db, sqlite3_extended_errcode(db->sq), "opening");
	return -1;
}

static int64_t pragma(struct db *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(db->sq, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		v = sqlite3_column_int64(s, 0);
	else
		db_failed(db, sqlite3_extended_errcode(db->sq), "opening");
	sqlite3_finalize(s);
	return v;
}

static int option_number(struct db *db, const char *key, long max, long *v)
{
	const char *text = db->host->option(db->host, key);
	char *end;

	errno = 0;
	*v = strtol(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && *v >= 0 && *v <= max)
		return 0;
	db->host->log(db->host, 3, "store: %s = \"%s\" must be a number from 0 to %ld",
		      key, text, max);
	return -1;
}

static int settings(struct db *db)
{
	const char *sync = db->host->option(db->host, "synchronous");
	char sql[400];
	long cache_mb, mmap_mb;

	if (strcmp(sync, "full") != 0 && strcmp(sync, "normal") != 0) {
		db->host->log(db->host, 3,
			      "store: synchronous = \"%s\" must be full or normal", sync);
		return -1;
	}
	if (option_number(db, "cache_mb", 4096, &cache_mb) ||
	    option_number(db, "mmap_mb", 65536, &mmap_mb))
		return -1;
	snprintf(
		sql, sizeof(sql),
		"PRAGMA synchronous=%s; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
		"PRAGMA cache_size=-%ld; PRAGMA mmap_size=%lld;"
		"PRAGMA journal_size_limit=%d; PRAGMA trusted_schema=OFF; PRAGMA "
		"cell_size_check=ON;",
		sync, cache_mb * 1024 / (db->readonly ? 4 : 1) + 64,
		(long long)mmap_mb << 20, JOURNAL_LIMIT_BYTES);
	return exec(db, sql);
}

/* How many frames the log holds, for the checkpoint between batches; SQLite's own hook,
 * kept. */
static int on_commit(void *arg, sqlite3 *sq, const char *name, int frames)
{
	struct db *db = arg;

	db->wal_frames = frames;
	if (frames >= AUTOCHECKPOINT_FRAMES)
		sqlite3_wal_checkpoint_v2(sq, name, SQLITE_CHECKPOINT_PASSIVE, NULL,
					  NULL);
	return SQLITE_OK;
}

static int migrate(struct db *db, int version)
{
	char sql[80];

	for (size_t i = 0; i < migrations_count; i++) {
		if (migrations[i].version <= version)
			continue;
		for (int k = 0; k < SCHEMA_PARTS_MAX && migrations[i].sql[k]; k++)
			if (exec(db, migrations[i].sql[k]))
				return -1;
		snprintf(sql, sizeof(sql),
			 "PRAGMA user_version=%d; PRAGMA application_id=%d;",
			 migrations[i].version, APPLICATION_ID);
		if (exec(db, sql))
			return -1;
		if (version > 0)
			db->host->log(db->host, 6, "store %s: brought to schema %d",
				      db->path, migrations[i].version);
	}
	return 0;
}

static int make_instance(struct db *db)
{
	uint8_t random[16];
	char name[33];

	sqlite3_randomness(sizeof(random), random);
	for (int i = 0; i < 16; i++)
		snprintf(name + 2 * i, 3, "%02x", random[i]);
	RUN(db, SQL_META_INSERT, TEXT("instance", name), INT("now", db->host->now()));
	return db->rc == RDVD_OK ? 0 : -1;
}

/* A database with something in it that is not ours. */
static int is_foreign(struct db *db)
{
	int64_t id = pragma(db, "PRAGMA application_id");
	int64_t version = pragma(db, "PRAGMA user_version");
	int64_t tables = pragma(db, "SELECT count(*) FROM sqlite_schema");

	if (db->rc != RDVD_OK || id == APPLICATION_ID)
		return db->rc != RDVD_OK;
	if (id == 0 && version == 0 && tables == 0 && !db->readonly)
		return 0;
	db->host->log(db->host, 3,
		      "store %s: is the database of another program; name another file",
		      db->path);
	return 1;
}

/* Whose database is it, and of which age? Under the write lock, so that two daemons
 * cannot both migrate. */
static int adopt(struct db *db)
{
	int latest = migrations[migrations_count - 1].version;
	int64_t version = pragma(db, "PRAGMA user_version");

	if (is_foreign(db))
		return -1;
	if (pragma(db, "PRAGMA application_id") == 0)
		return migrate(db, 0) || make_instance(db) ? -1 : 0;
	if (version > latest) {
		db->host->log(db->host, 3,
			      "store %s: was written by a newer rdvd (schema %lld, this "
			      "one knows %d); "
			      "install that version, or restore a backup made before",
			      db->path, (long long)version, latest);
		return -1;
	}
	if (version < latest && db->readonly) {
		db->host->log(db->host, 3,
			      "store %s: is of an older rdvd; the daemon migrates it",
			      db->path);
		return -1;
	}
	return migrate(db, (int)version);
}

/* After the log has gone into the file, the file is as long as its header says. */
static int check_length(struct db *db)
{
	struct stat st;
	int64_t pages = pragma(db, "PRAGMA page_count"),
		size = pragma(db, "PRAGMA page_size");
	int left = 0, done = 0;

	if (sqlite3_wal_checkpoint_v2(db->sq, NULL, SQLITE_CHECKPOINT_PASSIVE, &left,
				      &done) != SQLITE_OK)
		return 0; /* the disk may be full: not for this check to say */
	if (left != done || stat(db->path, &st) || db->rc != RDVD_OK)
		return db->rc == RDVD_OK ? 0 : -1;
	if (st.st_size >= pages * size)
		return 0;
	db->host->log(
		db->host, 3,
		"store %s: is cut short (%lld bytes of %lld); restore the last backup",
		db->path, (long long)st.st_size, (long long)(pages * size));
	return -1;
}

static int prepare_all(struct db *db)
{
	sqlite3_stmt *s;
	int code;

	for (int i = 0; i < SQL_COUNT; i++) {
		if (db->statements[i].sq)
			continue; /* prepared while opening */
		code = sqlite3_prepare_v3(db->sq, sql_text((enum sql_name)i), -1,
					  SQLITE_PREPARE_PERSISTENT, &s, NULL);
		if (code != SQLITE_OK) {
			db->host->log(
				db->host, 3,
				"store %s: does not have the tables it should (%s); "
				"restore the last backup",
				db->path, sqlite3_errmsg(db->sq));
			return -1;
		}
		db->statements[i].sq = s;
		db->statements[i].nvalues = sqlite3_bind_parameter_count(s);
	}
	return 0;
}

static int read_instance(struct db *db)
{
	sqlite3_stmt *s = db_bind(db, SQL_META_INSTANCE, NULL, 0);
	int found = db_row(db, s);

	if (found)
		snprintf(db->instance, sizeof(db->instance), "%s", column_text(s, 0));
	else if (db->rc == RDVD_OK)
		db->host->log(db->host, 3,
			      "store %s: has lost its name; restore the last backup",
			      db->path);
	db_done(s);
	return found ? 0 : -1;
}

static int open_database(struct db *db)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
		    (db->readonly ? SQLITE_OPEN_READONLY
				  : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);

	if (sqlite3_open_v2(db->path, &db->sq, flags, NULL) != SQLITE_OK) {
		db->host->log(db->host, 3, "store %s: cannot be opened: %s", db->path,
			      db->sq ? sqlite3_errmsg(db->sq) : "out of memory");
		return -1;
	}
	sqlite3_busy_timeout(db->sq, BUSY_TIMEOUT_MS);
	return 0;
}

static int open_writer(struct db *db)
{
	/* looked at twice: before anything is changed, and where nobody else changes it
	 */
	if (is_foreign(db) || exec(db, "PRAGMA journal_mode=WAL") ||
	    exec(db, "BEGIN IMMEDIATE"))
		return -1;
	if (adopt(db)) {
		exec(db, "ROLLBACK");
		return -1;
	}
	if (exec(db, "COMMIT") || check_length(db))
		return -1;
	sqlite3_wal_hook(db->sq, on_commit, db);
	return 0;
}

static char *database_path(const struct rdvd_host *host)
{
	const char *file = host->option(host, "file");
	size_t size = strlen(host->dir) + strlen(file) + 2;
	char *path = malloc(size);

	if (path)
		snprintf(path, size, "%s%s%s", *file == '/' ? "" : host->dir,
			 *file == '/' ? "" : "/", file);
	return path;
}

enum rdvd_rc store_sqlite_open(const struct rdvd_host *host, int readonly, void **st)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db)
		return RDVD_FAILED;
	db->host = host;
	db->readonly = readonly;
	db->path = database_path(host);
	if (!db->path || !header_is_sqlite(db) || (!readonly && create_private(db)) ||
	    open_database(db) || settings(db))
		goto refuse;
	if (readonly ? adopt(db) : open_writer(db))
		goto refuse;
	if (prepare_all(db) || read_instance(db))
		goto refuse;
	*st = db;
	return RDVD_OK;
refuse:
	store_sqlite_close(db);
	return RDVD_FAILED;
}

void store_sqlite_close(void *st)
{
	struct db *db = st;

	if (!db)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->statements[i].sq);
	sqlite3_close(db->sq);
	free(db->path);
	free(db);
}
