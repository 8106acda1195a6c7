/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_access.c - who may come in: delays after failures, sessions that end by time,
 * users, tokens and feeds that outlive a restart. Against the real store in a folder of
 * its own, with the clock set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/plugin.h"
#include "booking/access.h"
#include "booking/access_impl.h"

extern const struct rdvd_plugin rdvd_plugin_store_sqlite;
const struct rdvd_plugin *const plugin_builtin[] = {&rdvd_plugin_store_sqlite, NULL};

#define T0 1774000000
#define PASSWORD "correct horse battery"

/* ---- the set by hash ---- */

static void hash_of(int i, uint8_t hash[RDVD_HASH_SIZE])
{
	secret_sha256(&i, sizeof i, hash);
}

/* A thousand things, every third taken out again: the others are still found. Many share
 * a home slot. */
static void test_table(void **state)
{
	struct access_table t = {.n = 0};
	uint8_t hash[RDVD_HASH_SIZE];
	uint8_t *thing;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		thing = calloc(1, RDVD_HASH_SIZE);
		hash_of(i, thing);
		thing[0] &= 7;
		memset(thing + 1, 0, 7);
		access_table_add(&t, thing);
	}
	for (int i = 0; i < 1000; i += 3) {
		hash_of(i, hash);
		hash[0] &= 7;
		memset(hash + 1, 0, 7);
		thing = access_table_take(&t, hash);
		assert_non_null(thing);
		free(thing);
		assert_null(access_table_take(&t, hash));
	}
	for (int i = 0; i < 1000; i++) {
		hash_of(i, hash);
		hash[0] &= 7;
		memset(hash + 1, 0, 7);
		assert_int_equal(access_table_find(&t, hash) != NULL, i % 3 != 0);
	}
	assert_int_equal(t.n, 666);
	access_table_fini(&t);
}

/* ---- delays ---- */

static void fail_times(struct access_guard *g, const char *login, const char *address,
		       int n, int64_t now_ms)
{
	while (n--)
		access_guard_attempt(g, login, address, now_ms);
}

static void test_guard_grows_and_forgets(void **state)
{
	struct access_guard *g = access_guard_new();

	(void)state;
	fail_times(g, "ana", "192.0.2.1", 4, 1000);
	assert_int_equal(access_guard_wait_ms(g, "ana", "192.0.2.1", 1000), 0);
	fail_times(g, "ana", "192.0.2.1", 1, 1000);
	assert_int_equal(access_guard_wait_ms(g, "ana", "192.0.2.1", 1000), 1000);
	assert_int_equal(access_guard_wait_ms(g, "ana", "192.0.2.1", 1400), 600);
	assert_int_equal(access_guard_wait_ms(g, "ana", "192.0.2.1", 2000), 0);
	fail_times(g, "ana", "192.0.2.1", 2, 2000);
	assert_int_equal(access_guard_wait_ms(g, "ana", "192.0.2.1", 2000), 4000);
	/* somebody else at the same place, and ana elsewhere, do not wait */
	assert_int_equal(access_guard_wait_ms(g, "bob", "192.0.2.1", 2000), 0);
	assert_int_equal(access_guard_wait_ms(g, "ana", "192.0.2.9", 2000), 0);
	/* never for good */
	fail_times(g, "ana", "192.0.2.1", 500, 2000);
	assert_int_equal(access_guard_wait_ms(g, "ana", "192.0.2.1", 2000), 300 * 1000);
	assert_int_equal(access_guard_wait_ms(g, "ana", "192.0.2.1", 2000 + 3600 * 1000),
			 0);
	access_guard_free(g);
}

/* Who fails in her name cannot keep her out of where she usually comes from. */
static void test_guard_knows_addresses(void **state)
{
	struct access_guard *g = access_guard_new();
	char address[32];

	(void)state;
	access_guard_attempt(g, "ana", "198.51.100.7", 1000);
	access_guard_pass(g, "ana", "198.51.100.7", 1000);
	for (int i = 0; i < 100; i++) {
		snprintf(address, sizeof address, "203.0.113.%d", i);
		access_guard_attempt(g, "ana", address, 2000);
	}
	assert_true(access_guard_wait_ms(g, "ana", "203.0.113.200", 2000) > 0);
	assert_true(access_guard_wait_ms(g, "ana", "203.0.113.200", 2000) <= 10 * 1000);
	assert_int_equal(access_guard_wait_ms(g, "ana", "198.51.100.7", 2000), 0);
	access_guard_free(g);
}

/* ---- with the store ---- */

struct world {
	char dir[64];
	struct loop *loop;
	struct plugin *plugin;
	struct store *store;
	struct worker *passwords;
	struct access *access;
	rdvd_id counsellor; /* as the store knows her */
	/* the last answer */
	int answered;
	enum rdvd_rc rc;
	struct access_login login;
	char token[SECRET_TOKEN_CHARS + 1];
};

static void world_up(struct world *w)
{
	static const struct worker_ops plain = {.open = NULL};
	const struct store_options so = {.reader_threads = 1, .queue_max = 64};
	const struct access_options ao = {.idle_s = 3600, .absolute_s = 4 * 3600};

	w->loop = loop_new();
	w->plugin = plugin_load("/nonexistent", "store_sqlite", RDVD_KIND_STORE, NULL, 0,
				w->dir);
	assert_non_null(w->plugin);
	w->store = store_open(w->loop, w->plugin, &so);
	assert_non_null(w->store);
	w->passwords = worker_new(w->loop, "password", 1, 8, 1, &plain, NULL);
	w->access = access_new(w->loop, w->store, w->passwords, &ao);
	assert_non_null(w->access);
}

static void world_down(struct world *w)
{
	worker_free(w->passwords);
	store_close(w->store);
	access_free(w->access);
	plugin_free(w->plugin);
	loop_free(w->loop);
}

struct counsellor_job {
	struct store_job job;
	struct world *w;
};

static enum rdvd_rc counsellor_run(const struct rdvd_store_ops *ops, void *st,
				   struct store_job *job)
{
	return ops->definition_put(st, RDVD_DEF_COUNSELLOR, "conseiller-1", "{}", T0,
				   &((struct counsellor_job *)job)->w->counsellor);
}

static void counsellor_done(struct store_job *job)
{
	((struct counsellor_job *)job)->w->answered = 1;
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	secret_init();
	clock_freeze(T0);
	snprintf(w->dir, sizeof w->dir, "%s/rdvd-access-XXXXXX", "/tmp");
	assert_non_null(mkdtemp(w->dir));
	world_up(w);
	struct counsellor_job job = {
		.job = {.run = counsellor_run, .done = counsellor_done}, .w = w};
	assert_int_equal(store_write(w->store, &job.job), RDVD_OK);
	while (!w->answered)
		loop_run_once(w->loop, 1000);
	w->answered = 0;
	*state = w;
	return 0;
}

static int unlink_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct world *w = *state;

	world_down(w);
	nftw(w->dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

static void wait_answer(struct world *w)
{
	while (!w->answered)
		loop_run_once(w->loop, 1000);
	w->answered = 0;
}

static void on_rc(void *arg, enum rdvd_rc rc)
{
	struct world *w = arg;

	w->rc = rc;
	w->answered = 1;
}

static void on_token(void *arg, enum rdvd_rc rc, const char *token)
{
	struct world *w = arg;

	w->rc = rc;
	snprintf(w->token, sizeof w->token, "%s", token);
	w->answered = 1;
}

static void on_login(void *arg, const struct access_login *r)
{
	struct world *w = arg;

	w->login = *r;
	snprintf(w->token, sizeof w->token, "%s", r->token ? r->token : "");
	w->answered = 1;
}

static enum rdvd_rc put_user(struct world *w, const char *login, const char *password,
			     int disabled)
{
	const struct access_new_user u = {.login = login,
					  .password = password,
					  .role = "counsellor",
					  .counsellor = w->counsellor,
					  .disabled = disabled};

	access_user_put(w->access, &u, on_rc, w);
	wait_answer(w);
	return w->rc;
}

static enum access_verdict log_in(struct world *w, const char *login,
				  const char *password)
{
	access_login(w->access, login, password,
		     &(struct access_attempt){.address = "192.0.2.1"}, on_login, w);
	assert_int_equal(w->answered, 0); /* never from within */
	wait_answer(w);
	return w->login.verdict;
}

static const struct access_user *session_of(struct world *w, const char *token)
{
	uint8_t hash[SECRET_HASH_SIZE];

	secret_token_hash(token, hash);
	return access_session_find(w->access, hash);
}

static void restart(struct world *w)
{
	world_down(w);
	world_up(w);
}

static void test_login(void **state)
{
	struct world *w = *state;
	char first[SECRET_TOKEN_CHARS + 1];
	uint8_t hash[SECRET_HASH_SIZE];

	assert_int_equal(put_user(w, "ana", PASSWORD, 0), RDVD_OK);
	assert_int_equal(log_in(w, "ana", "wrong"), ACCESS_WRONG);
	assert_int_equal(log_in(w, "nobody", PASSWORD), ACCESS_WRONG);
	assert_int_equal(log_in(w, "ana", PASSWORD), ACCESS_OK);
	memcpy(first, w->token, sizeof first);
	assert_int_equal(strlen(first), SECRET_TOKEN_CHARS);
	assert_string_equal(session_of(w, first)->login, "ana");
	assert_string_equal(session_of(w, first)->role, "counsellor");
	assert_int_equal(session_of(w, first)->counsellor, w->counsellor);
	/* a new log-in gives another token, and ends the session it replaces */
	secret_token_hash(first, hash);
	access_login(w->access, "ana", PASSWORD,
		     &(struct access_attempt){.address = "192.0.2.1", .replaces = hash},
		     on_login, w);
	wait_answer(w);
	assert_int_equal(w->login.verdict, ACCESS_OK);
	assert_string_not_equal(w->token, first);
	assert_null(session_of(w, first));
	assert_non_null(session_of(w, w->token));
	/* the session survives a restart, and its end does too */
	restart(w);
	assert_non_null(session_of(w, w->token));
	secret_token_hash(w->token, hash);
	access_logout(w->access, hash, on_rc, w);
	assert_null(session_of(w, w->token));
	wait_answer(w);
	restart(w);
	assert_null(session_of(w, w->token));
}

static void test_sessions_end_by_time(void **state)
{
	struct world *w = *state;
	char token[SECRET_TOKEN_CHARS + 1];

	put_user(w, "ana", PASSWORD, 0);
	assert_int_equal(log_in(w, "ana", PASSWORD), ACCESS_OK);
	memcpy(token, w->token, sizeof token);
	/* used every half hour it lasts until the fourth hour, not longer */
	for (int half = 1; half < 8; half++) {
		clock_freeze(T0 + half * 1800);
		assert_non_null(session_of(w, token));
	}
	clock_freeze(T0 + 4 * 3600);
	assert_null(session_of(w, token));
	/* unused it ends after one, also across a restart */
	assert_int_equal(log_in(w, "ana", PASSWORD), ACCESS_OK);
	memcpy(token, w->token, sizeof token);
	clock_freeze(T0 + 5 * 3600 - 1);
	assert_non_null(session_of(w, token));
	restart(w);
	assert_non_null(session_of(w, token));
	clock_freeze(T0 + 6 * 3600);
	restart(w);
	assert_null(session_of(w, token));
}

static void test_failures_wait(void **state)
{
	struct world *w = *state;

	put_user(w, "ana", PASSWORD, 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(log_in(w, "ana", "not her password"), ACCESS_WRONG);
	assert_int_equal(log_in(w, "ana", PASSWORD), ACCESS_WAIT);
	assert_true(w->login.retry_after_s >= 1 && w->login.retry_after_s <= 300);
	/* somebody else at the same counter is not kept waiting */
	put_user(w, "bob", PASSWORD, 0);
	assert_int_equal(log_in(w, "bob", PASSWORD), ACCESS_OK);
}

static void test_users_change(void **state)
{
	struct world *w = *state;
	char token[SECRET_TOKEN_CHARS + 1];

	assert_int_equal(put_user(w, "ana", "short", 0), RDVD_INVALID);
	assert_int_equal(put_user(w, "Ana!", PASSWORD, 0), RDVD_INVALID);
	assert_int_equal(put_user(w, "ana", NULL, 0), RDVD_INVALID);
	assert_int_equal(put_user(w, "ana", PASSWORD, 0), RDVD_OK);
	log_in(w, "ana", PASSWORD);
	memcpy(token, w->token, sizeof token);
	/* without a new password her sessions go on */
	assert_int_equal(put_user(w, "ana", NULL, 0), RDVD_OK);
	assert_non_null(session_of(w, token));
	/* with one they end */
	assert_int_equal(put_user(w, "ana", "another password", 0), RDVD_OK);
	assert_null(session_of(w, token));
	assert_int_equal(log_in(w, "ana", "another password"), ACCESS_OK);
	memcpy(token, w->token, sizeof token);
	assert_int_equal(put_user(w, "ana", NULL, 1), RDVD_OK);
	assert_null(session_of(w, token));
	assert_int_equal(log_in(w, "ana", "another password"), ACCESS_WRONG);
	restart(w);
	assert_int_equal(access_user_find(w->access, "ana")->disabled, 1);
	assert_null(access_user_at(w->access, 1));
}

static void test_tokens_and_feeds(void **state)
{
	struct world *w = *state;
	uint8_t first[SECRET_HASH_SIZE], second[SECRET_HASH_SIZE], hash[SECRET_HASH_SIZE];

	access_token_add(w->access, "visitor", 0, "", on_token, w);
	wait_answer(w);
	assert_int_equal(w->rc, RDVD_INVALID);
	access_token_add(w->access, "admin", 0, "tableau de bord", on_token, w);
	wait_answer(w);
	assert_int_equal(w->rc, RDVD_OK);
	secret_token_hash(w->token, hash);
	access_feed_put(w->access, w->counsellor, 0, on_token, w);
	wait_answer(w);
	secret_token_hash(w->token, first);
	access_feed_put(w->access, w->counsellor, 1, on_token, w);
	wait_answer(w);
	secret_token_hash(w->token, second);
	for (int round = 0; round < 2; round++) {
		assert_string_equal(access_token_find(w->access, hash)->login,
				    "token:tableau de bord");
		assert_string_equal(access_token_find(w->access, hash)->role, "admin");
		assert_null(access_feed_find(w->access, first));
		assert_int_equal(access_feed_find(w->access, second)->counsellor,
				 w->counsellor);
		assert_int_equal(access_feed_of(w->access, w->counsellor)->with_names, 1);
		assert_null(access_feed_of(w->access, w->counsellor + 1));
		restart(w);
	}
}

#define WITH_STORE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_guard_grows_and_forgets),
		cmocka_unit_test(test_guard_knows_addresses),
		WITH_STORE(test_login),
		WITH_STORE(test_sessions_end_by_time),
		WITH_STORE(test_failures_wait),
		WITH_STORE(test_users_change),
		WITH_STORE(test_tokens_and_feeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
