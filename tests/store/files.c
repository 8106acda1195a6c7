/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files.c - what happens to the file: transactions and savepoints, a disk that fills up,
 * copies, and databases that are newer, cut short or somebody else's. The last three know
 * that the file is SQLite's; another store's folder holds no such file, and they have
 * nothing to say then. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"

static char *file_path(const char *name)
{
	static char path[2][600];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", support_folder(), name);
	return path[turn];
}

static void test_savepoints(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b[4];
	struct rdvd_booked out;
	int64_t before, after;

	for (int i = 0; i < 4; i++)
		b[i] = world_booking(w, i < 2 ? 0 : i, 0, T0 + DAY);
	b[3].counsellors[0] = 99999;
	assert_int_equal(w->ops->change_seq(w->st, &before), RDVD_OK);
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_true(w->ops->in_transaction(w->st));
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->book(w->st, &b[0], &out), RDVD_OK);
	assert_int_equal(w->ops->release(w->st), RDVD_OK);
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->book(w->st, &b[1], &out), RDVD_CONFLICT);
	w->ops->undo(w->st);
	assert_true(w->ops->in_transaction(w->st)); /* a refusal undoes only itself */
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->book(w->st, &b[2], &out), RDVD_OK);
	assert_int_equal(w->ops->release(w->st), RDVD_OK);
	assert_int_equal(w->ops->commit(w->st), RDVD_OK);
	assert_false(w->ops->in_transaction(w->st));
	assert_int_equal(world_claims(w, -1, 0, T0), 2);
	assert_int_equal(w->ops->change_seq(w->st, &after), RDVD_OK);
	assert_true(after > before);
	/* A rolled back transaction leaves nothing, the counter included. */
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	b[1] = world_booking(w, 1, 0, T0 + DAY);
	assert_int_equal(w->ops->book(w->st, &b[1], &out), RDVD_OK);
	w->ops->rollback(w->st);
	assert_int_equal(w->ops->change_seq(w->st, &before), RDVD_OK);
	assert_int_equal(before, after);
	assert_int_equal(world_claims(w, -1, 0, T0), 2);
	/* A caller's mistake may end the whole transaction; then commit must say so. */
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->book(w->st, &b[3], &out), RDVD_INVALID);
	w->ops->undo(w->st);
	if (!w->ops->in_transaction(w->st))
		assert_int_equal(w->ops->commit(w->st), RDVD_FAILED);
	w->ops->rollback(w->st);
	world_assert_whole(w);
}

static void test_undo_restores_a_hold(void **state)
{
	struct world *w = *state;
	struct rdvd_hold_request h = world_hold(w, 0, 0, T0 + DAY, T0);
	struct rdvd_booking taken = world_booking(w, 1, 0, T0 + DAY), b;
	struct rdvd_booked out;
	uint64_t released[2];
	rdvd_id session;

	assert_int_equal(ACT(w, hold_create(w->st, &h, &session, released)), RDVD_OK);
	assert_int_equal(world_book(w, &taken, NULL), RDVD_OK);
	b = world_booking(w, 1, 0, T0 + DAY);
	b.hold = h.ref;
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->book(w->st, &b, &out), RDVD_CONFLICT);
	w->ops->undo(w->st);
	assert_true(w->ops->in_transaction(w->st));
	assert_int_equal(w->ops->commit(w->st), RDVD_OK);
	assert_int_equal(world_claims(w, 0, 0, T0), 1);
	world_assert_whole(w);
}

/* The file may not grow beyond where it is: every answer of OK must still be kept. */
static void test_full_disk(void **state)
{
	struct world *w = *state;
	struct rlimit limit, full;
	rdvd_id kept[512];
	int n = 0, refused = 0;
	void (*before)(int) = signal(SIGXFSZ, SIG_IGN);

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	full = (struct rlimit){1 << 20, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	for (int i = 0; i < 512 && refused < 20; i++) {
		struct rdvd_booked out[4];
		int booked = 0, lost = 0;

		if (w->ops->begin(w->st) != RDVD_OK) {
			refused++;
			continue;
		}
		for (int k = 0; k < 4 && !lost; k++) { /* as the writer does */
			struct rdvd_booking b =
				world_booking(w, k, 0, T0 + (i + 1) * 2 * HOUR);

			if (w->ops->savepoint(w->st) != RDVD_OK)
				break;
			if (w->ops->book(w->st, &b, &out[k]) == RDVD_OK)
				booked = k + 1;
			lost = !w->ops->in_transaction(w->st) ||
			       w->ops->release(w->st) != RDVD_OK || booked != k + 1;
		}
		if (lost || w->ops->commit(w->st) != RDVD_OK) {
			w->ops->rollback(w->st);
			refused++;
			continue;
		}
		for (int k = 0; k < booked && n < 512; k++)
			kept[n++] = out[k].id;
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	signal(SIGXFSZ, before);
	assert_int_equal(refused, 20);
	assert_true(n > 0);
	assert_int_equal(support_complaints(), 1); /* one line an outage */
	for (int i = 0; i < n; i++)
		assert_int_equal(world_get(w, kept[i]).id, kept[i]);
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + 400 * DAY);
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK); /* and it works again */
	world_reopen(w);
	for (int i = 0; i < n; i++)
		assert_int_equal(world_get(w, kept[i]).id, kept[i]);
	assert_int_equal(world_claims(w, -1, 0, T0), n + 1);
	world_assert_whole(w);
}

static void test_backup(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	char *copy = file_path("copy.db");
	char part[620];
	struct stat st;
	rdvd_id id;
	void *reader;

	unlink(copy);
	snprintf(part, sizeof(part), "%s.part", copy);
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(w->ops->open(support_host(), 1, &reader), RDVD_OK);
	assert_int_equal(w->ops->begin(w->st), RDVD_OK); /* a writer goes on meanwhile */
	b = world_booking(w, 1, 0, T0 + DAY);
	struct rdvd_booked out;
	assert_int_equal(w->ops->book(w->st, &b, &out), RDVD_OK);
	assert_int_equal(w->ops->backup(reader, copy), RDVD_OK);
	assert_int_equal(support_complaints(), 0);
	assert_int_equal(w->ops->backup(reader, copy),
			 RDVD_INVALID); /* never over something */
	assert_int_equal(support_complaints(), 1);
	assert_int_equal(w->ops->commit(w->st), RDVD_OK);
	w->ops->close(reader);
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_int_not_equal(stat(part, &st), 0);
	assert_int_not_equal(w->ops->backup(w->st, "/nonexistent/folder/x.db"), RDVD_OK);
	assert_int_equal(support_complaints(), 1);
	/* Restored: what was committed before the copy is there, what came after is not.
	 */
	world_close(w);
	support_remove_files();
	assert_int_equal(rename(copy, file_path("rdvd.db")), 0);
	assert_int_equal(w->ops->open(support_host(), 0, &w->st), RDVD_OK);
	assert_int_equal(world_get(w, id).id, id);
	assert_int_equal(world_claims(w, -1, 0, T0), 1);
	world_assert_whole(w);
}

static void test_two_writers_wait(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct rdvd_booked out;
	void *other;

	assert_int_equal(w->ops->open(support_host(), 0, &other), RDVD_OK);
	assert_int_equal(w->ops->begin(other), RDVD_OK);
	assert_int_equal(w->ops->book(other, &b, &out), RDVD_OK);
	assert_int_equal(w->ops->commit(other), RDVD_OK);
	b = world_booking(w, 0, 0, T0 + DAY);
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	w->ops->checkpoint(w->st);
	w->ops->close(other);
	world_assert_whole(w);
}

/* Close the store, do something to its file, and see that it is refused with one sentence
 * that has the word, and that the file is as it was. */
static void refused(struct world *w, const char *word, off_t cut, off_t at,
		    const char *bytes, size_t n)
{
	char *path = file_path("rdvd.db");
	struct stat before, after;
	void *st = NULL;
	int fd;

	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	if (cut)
		assert_int_equal(ftruncate(fd, cut), 0);
	if (n)
		assert_int_equal(pwrite(fd, bytes, n, at), (ssize_t)n);
	assert_int_equal(fstat(fd, &before), 0);
	close(fd);
	support_complaints();
	assert_int_equal(w->ops->open(support_host(), 0, &st), RDVD_FAILED);
	assert_null(st);
	assert_int_equal(support_complaints(), 1);
	assert_non_null(strstr(support_last_complaint(), word));
	assert_int_equal(w->ops->open(support_host(), 1, &st), RDVD_FAILED);
	support_complaints();
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_size, before.st_size);
}

static void test_other_databases(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	char *path = file_path("rdvd.db");
	struct stat st;

	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	world_close(w);
	assert_int_equal(stat(path, &st), 0);
	refused(w, "cut short", st.st_size - 4096, 0, NULL, 0);
	support_remove_files();
	assert_int_equal(w->ops->open(support_host(), 0, &w->st), RDVD_OK);
	world_close(w);
	refused(w, "newer rdvd", 0, 60, "\0\0\3\347",
		4); /* user_version, in the header */
	refused(w, "another program", 0, 68, "\1\2\3\4", 4); /* application_id */
	refused(w, "not a database", 0, 0, "\177ELF not ours", 13);
	refused(w, "not a database", 7, 0, NULL, 0);
	support_remove_files();
	assert_int_equal(w->ops->open(support_host(), 0, &w->st), RDVD_OK);
}

static void test_missing_table(void **state)
{
	struct world *w = *state;
	char *path = file_path("rdvd.db");
	char page[4096 * 40];
	int fd, found = 0;

	world_close(w);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	ssize_t n = read(fd, page, sizeof(page));
	for (ssize_t i = 0; i + 19 < n; i++) /* one table's name in the schema */
		if (memcmp(page + i, "CREATE TABLE absence", 20) == 0) {
			assert_int_equal(pwrite(fd, "CREATE TABLE absinth", 20, i), 20);
			found = 1;
		}
	close(fd);
	assert_int_equal(found, 1);
	refused(w, "restore the last backup", 0, 0, NULL, 0);
	support_remove_files();
	assert_int_equal(w->ops->open(support_host(), 0, &w->st), RDVD_OK);
}

const struct CMUnitTest files_tests[] = {
	WORLD_TEST(test_savepoints),	   WORLD_TEST(test_undo_restores_a_hold),
	WORLD_TEST(test_full_disk),	   WORLD_TEST(test_backup),
	WORLD_TEST(test_two_writers_wait), WORLD_TEST(test_other_databases),
	WORLD_TEST(test_missing_table),
};
const size_t files_count = sizeof(files_tests) / sizeof(files_tests[0]);
