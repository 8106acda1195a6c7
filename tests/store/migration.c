/* SPDX-License-Identifier: GPL-3.0-or-later */
/* migration.c - a database of the first version, full of rows in every state, is opened
 * by this one: nothing is lost, and no number that was given is given again. It knows
 * that the file is SQLite's; another store has nothing to say here. */
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "schema_1.h"
#include "world.h"

#define PEOPLE 660

static const char rows_1[] =
	"INSERT INTO meta VALUES (1, '0123456789abcdef0123456789abcdef', 1);\n"
	"INSERT INTO definition (id, kind, slug, body, created, changed) VALUES\n"
	" (1, 1, 'network', '{}', 1, 1), (2, 2, 'cllaj', '{}', 1, 1),\n"
	" (3, 5, 'premier-rdv', '{}', 1, 1), (4, 3, 'lens', '{}', 1, 1),\n"
	" (5, 4, 'marie', '{}', 1, 1);\n"
	"CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL\n"
	" SELECT i + 1 FROM c WHERE i < 660) SELECT i FROM c;\n"
	"INSERT INTO person (id, fact_key, first_name, last_name, first_folded,\n"
	" last_folded, birth_year, phone, sms_ok, email, postcode, insee, locale, "
	"needs,\n"
	" discreet, created, changed) SELECT i, zeroblob(16), 'Zoé', 'Dupré ' || i,\n"
	" 'zoe', 'dupre ' || i, 2004, '+336' || (10000000 + i), 1,\n"
	" 'p' || i || '@example.fr', '62220', '62215', 'fr', '', i % 2, 1, 1 FROM n;\n"
	"INSERT INTO session (id, pseudonym, service, organisation, site, place_name,\n"
	" place_postcode, starts, ends, civil_start, zone, capacity, created, changed)\n"
	" SELECT i, i * 7, 3, 2, 4, '', '', 1774602000 + i * 3600,\n"
	" 1774605600 + i * 3600, 1774605600 + i * 3600, 'Europe/Paris', 0, 1, 1 FROM n;\n"
	"INSERT INTO claim (counsellor, starts, ends, site, session, active)\n"
	" SELECT 5, starts, ends, 4, id, 1 FROM session;\n"
	"INSERT INTO fact SELECT i, 1, 0, 'a' || i, i * 7, 2, 4, 3, 'office', '62215',\n"
	" '', 'site', 1, 20000, 20001, 0, 0, -1, 0, 0, 0, 'p' || i, '', -1, 22, 1 FROM "
	"n;\n"
	"INSERT INTO participation (id, ref, token_hash, session, person, status, "
	"outcome,\n"
	" channel, party_size, persons_present, revision, sequence, booked_on, "
	"fact_seq,\n"
	" created, changed) SELECT i, i, CAST(printf('%032d', i) AS BLOB), i, i, 1, 0, "
	"1,\n"
	" 1, -1, 0, 0, 20000, i, 1, 1 FROM n;\n"
	/* three messages each; together every state and both kinds of unknown */
	"INSERT INTO message (participation, kind, ordinal, channel, revision, state,\n"
	" queue, starts, due, deadline, attempts, sent_at, note, created)\n"
	" SELECT i, min(k, 2), max(k - 1, 0), 1 + i % 2, 0, s, q, 1774602000 + i * "
	"3600,\n"
	" iif(s = 7 AND q = 0, NULL, 1774500000 + i), 1774602000 + i * 3600,\n"
	" s NOT IN (1, 11), iif(s IN (3, 4, 5), 1774500001, NULL), 'note ' || i, 1\n"
	" FROM (SELECT i, k, s, CASE WHEN s IN (1, 6) OR (s = 7 AND i % 2) THEN 1 + i % "
	"2\n"
	"  ELSE 0 END AS q FROM (SELECT i, k, 1 + (i * 3 + k) % 11 AS s\n"
	"  FROM n, (SELECT 1 AS k UNION SELECT 2 UNION SELECT 3)));\n"
	"INSERT INTO attempt SELECT id, 1, state, 1774500000, 1774500001, '+336' || id,\n"
	" 'Bonjour ' || id, 1, 'p-' || id, 'ok' FROM message WHERE attempts = 1;\n"
	"DELETE FROM attempt WHERE message = (SELECT max(id) FROM message);\n"
	"DELETE FROM message WHERE id = (SELECT max(id) FROM message);\n"
	"UPDATE message_count SET n = (SELECT count(*) FROM message m\n"
	" WHERE m.state = message_count.state);\n"
	"PRAGMA user_version = 1; PRAGMA application_id = 1919186532;\n";

/* What must be the same before and after: a sum over every row of what both have. */
static const char *const sums[] = {
	"SELECT group_concat(id || '/' || participation || '/' || kind || ordinal || "
	"channel || revision || '/' || state || queue || '/' || starts || "
	"ifnull(due, 'none') || deadline || attempts || ifnull(sent_at, 'no') || note || "
	"created) FROM (SELECT * FROM message ORDER BY id)",
	"SELECT group_concat(message || '/' || number || outcome || started || ended || "
	"recipient || text || segments || provider_id || note) FROM (SELECT * FROM "
	"attempt ORDER BY message, number)",
	"SELECT group_concat(id || first_name || last_name || phone || email || discreet "
	"|| birth_year) FROM (SELECT * FROM person ORDER BY id)",
	"SELECT group_concat(state || '=' || n) FROM message_count",
	"SELECT group_concat(name || '=' || seq) FROM (SELECT * FROM sqlite_sequence "
	"WHERE name IN ('message', 'participation', 'person', 'session', 'definition') "
	"ORDER BY name)",
	"SELECT count(*) || '/' || sum(starts) || '/' || sum(pseudonym) FROM session",
	"SELECT count(*) || '/' || sum(fact_seq) || '/' || sum(session) || "
	"hex(max(token_hash)) FROM participation",
	"SELECT count(*) || '/' || sum(starts) FROM claim WHERE active = 1",
	"SELECT count(*) || '/' || max(appointment) || sum(session) FROM fact",
	"SELECT instance FROM meta",
};
#define SUMS (sizeof(sums) / sizeof(sums[0]))

static const char *database(void)
{
	static char path[600];

	snprintf(path, sizeof(path), "%s/rdvd.db", support_folder());
	return path;
}

static void run(sqlite3 *sq, const char *sql)
{
	if (sqlite3_exec(sq, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(sq));
}

static void add_up(sqlite3 *sq, char *out[SUMS])
{
	for (size_t i = 0; i < SUMS; i++) {
		sqlite3_stmt *s = NULL;

		if (sqlite3_prepare_v2(sq, sums[i], -1, &s, NULL) != SQLITE_OK)
			fail_msg("%s", sqlite3_errmsg(sq));
		assert_int_equal(sqlite3_step(s), SQLITE_ROW);
		assert_non_null(sqlite3_column_text(s, 0));
		out[i] = strdup((const char *)sqlite3_column_text(s, 0));
		sqlite3_finalize(s);
	}
}

static void make_first_version(char *before[SUMS])
{
	sqlite3 *sq;

	assert_int_equal(sqlite3_open(database(), &sq), SQLITE_OK);
	run(sq, "BEGIN");
	run(sq, schema_1);
	run(sq, rows_1);
	run(sq, "COMMIT");
	add_up(sq, before);
	sqlite3_close(sq);
}

static int count(void *arg, const struct rdvd_message_row *m,
		 const struct rdvd_appointment *a)
{
	assert_int_equal(m->participation, a->id);
	assert_string_equal(m->letter_text, "");
	assert_string_equal(m->gateway, "");
	++*(int *)arg;
	return 0;
}

static void test_first_version(void **state)
{
	struct world *w = *state;
	struct rdvd_message_filter all = {.limit = 0}, one = {.number = "+33610000007"};
	char *before[SUMS], *after[SUMS];
	sqlite3 *sq;
	void *reader;
	rdvd_id letter;
	struct rdvd_letter l = world_letter("+33700000001", "Bonjour", T0);
	int n = 0;

	if (strcmp(support_plugin()->name, "store_sqlite") != 0)
		return;
	world_close(w);
	support_remove_files();
	make_first_version(before);
	/* a reader leaves it as it is */
	assert_int_equal(w->ops->open(support_host(), 1, &reader), RDVD_FAILED);
	assert_int_equal(support_complaints(), 1);
	assert_non_null(strstr(support_last_complaint(), "older rdvd"));
	assert_int_equal(w->ops->open(support_host(), 0, &w->st), RDVD_OK);
	assert_int_equal(sqlite3_open(database(), &sq), SQLITE_OK);
	add_up(sq, after);
	sqlite3_close(sq);
	for (size_t i = 0; i < SUMS; i++) {
		assert_true(strlen(before[i]) > 5);
		assert_string_equal(before[i], after[i]);
		free(before[i]);
		free(after[i]);
	}
	assert_int_equal(w->ops->message_each(w->st, &all, count, &n), RDVD_OK);
	assert_int_equal(n, 3 * PEOPLE - 1);
	n = 0;
	assert_int_equal(w->ops->message_each(w->st, &one, count, &n), RDVD_OK);
	assert_int_equal(n, 3);
	world_assert_counts(w);
	/* the last one's number was given once: it is not given again */
	letter = world_put_letter(w, &l);
	assert_int_equal(letter, 3 * PEOPLE + 1);
	assert_int_equal(world_get(w, 7).person.hours_to, 0);
	/* opened again, nothing is left to do */
	world_reopen(w);
	world_assert_counts(w);
	assert_int_equal(world_claim(w, T0, 1).n, 1);
}

static int keep_sentence(void *arg, const char *sentence)
{
	size_t n = strlen(arg);

	snprintf((char *)arg + n, 512 - n, "%s;", sentence);
	return 0;
}

/* Copy the store, do that to the copy, and see what its check finds. */
static void check_a_copy(struct world *w, const char *sql, char found[512])
{
	sqlite3 *sq = NULL;
	char copy[600];
	void *other;

	snprintf(copy, sizeof(copy), "%s/copy.db", support_folder());
	assert_int_equal(w->ops->backup(w->st, copy), RDVD_OK);
	assert_int_equal(sqlite3_open(copy, &sq), SQLITE_OK);
	run(sq, sql);
	sqlite3_close(sq);
	support_option("file", "copy.db");
	assert_int_equal(w->ops->open(support_host(), 0, &other), RDVD_OK);
	support_option("file", "rdvd.db");
	assert_int_equal(w->ops->check(other, keep_sentence, found), RDVD_OK);
	w->ops->close(other);
	unlink(copy);
}

static void test_what_must_not_be_is_found(void **state)
{
	static const struct {
		const char *sql, *word;
	} cases[] = {
		{"DELETE FROM claim WHERE hold IS NOT NULL; DELETE FROM hold",
		 "nothing keeps its slot"},
		{"UPDATE wait SET state = 3, ended = 1", "does not wait"},
		{"UPDATE participation SET status = 3, cancelled = 1, outcome = 3",
		 "which was cancelled"},
		{"UPDATE message SET recipient = ''", "goes to nobody"},
		{"UPDATE offer SET state = 4, ended = 1", "an offer that is over"},
		{"UPDATE message SET state = 2, queue = 0; UPDATE message_count SET n = "
		 "(SELECT count(*) FROM message m WHERE m.state = message_count.state)",
		 "being sent while its last attempt is over"},
		{"UPDATE message SET state = 3, queue = 0", "at no known instant"},
		{"UPDATE inbound SET state = 2", "a part of nothing"},
		{"UPDATE contact SET question = '{}', asked = 5, until = 4",
		 "ended before it was asked"},
	};
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + 20 * DAY);
	struct rdvd_hold_request h = world_hold(w, 1, 0, T0 + DAY, T0);
	struct rdvd_letter l = world_letter("+33700000001", "Une place", T0);
	struct rdvd_turn t = {.number = "+33700000001", .question = "", .now = T0};
	struct rdvd_wait wait = {.service = w->service,
				 .party_size = 1,
				 .created = T0,
				 .until = T0 + 20 * DAY};
	struct rdvd_offer o = {.start = T0 + DAY,
			       .end = T0 + DAY + HOUR,
			       .hold = h.ref,
			       .made = T0,
			       .expires = T0 + HOUR};
	rdvd_id id;

	if (strcmp(support_plugin()->name, "store_sqlite") != 0)
		return;
	assert_int_equal(world_book(w, &b, &wait.participation), RDVD_OK);
	assert_int_equal(ACT(w, wait_put(w->st, &wait, &o.wait)), RDVD_OK);
	h.expires = o.expires;
	assert_int_equal(ACT(w, offer_put(w->st, &o, "[]", &h, &l, 1, &id)), RDVD_OK);
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	world_text(w, "+33700000001", "1", "Oui");
	world_assert_whole(w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char found[512] = "";

		check_a_copy(w, cases[i].sql, found);
		if (!strstr(found, cases[i].word))
			fail_msg("%s: found \"%s\"", cases[i].sql, found);
	}
}

const struct CMUnitTest migration_tests[] = {
	WORLD_TEST(test_what_must_not_be_is_found),
	WORLD_TEST(test_first_version),
};
const size_t migration_count = sizeof(migration_tests) / sizeof(migration_tests[0]);
