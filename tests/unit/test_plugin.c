/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_plugin.c - plugins linked in and plugins from modules, each refusal with its
 * sentence, and the host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/plugin.h"

#define MODULES TEST_BUILDDIR "/tests/unit"

static const struct rdvd_option gateway_options[] = {
	{"folder", NULL, "where the files go"},
	{"mode", "0640", "permissions"},
	{"empty", "", "may be empty"},
	{NULL, NULL, NULL},
};
static const int gateway_ops;
static const struct rdvd_plugin gateway = {RDVD_ABI, RDVD_KIND_GATEWAY, "gw_test",
					   gateway_options, &gateway_ops};
static const struct rdvd_plugin store = {RDVD_ABI, RDVD_KIND_STORE, "store_test", NULL,
					 NULL};
static const struct rdvd_plugin other_abi = {RDVD_ABI + 1, RDVD_KIND_STORE, "store_old",
					     NULL, NULL};
const struct rdvd_plugin *const plugin_builtin[] = {&gateway, &store, &other_abi, NULL};

static int pipe_fds[2], stderr_kept;

static int setup(void **state)
{
	stderr_kept = dup(STDERR_FILENO);
	return pipe(pipe_fds) || dup2(pipe_fds[1], STDERR_FILENO) < 0 || stderr_kept < 0;
}

static int teardown(void **state)
{
	dup2(stderr_kept, STDERR_FILENO);
	close(stderr_kept);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return 0;
}

static const char *logged(void)
{
	static char text[8192];
	ssize_t n;

	assert_int_equal(write(pipe_fds[1], "|", 1), 1);
	n = read(pipe_fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n - 1] = '\0';
	return text;
}

static void test_builtin(void **state)
{
	char value[] = "/tmp/x";
	struct plugin_setting settings[] = {{"folder", value, "rdvd.conf:12"}};
	struct plugin *p =
		plugin_load(MODULES, "gw_test", RDVD_KIND_GATEWAY, settings, 1, "/data");
	const struct rdvd_host *host;

	assert_non_null(p);
	memset(value, '?', sizeof(value) - 1); /* settings are copied */
	host = plugin_host(p);
	assert_ptr_equal(plugin_description(p), &gateway);
	assert_string_equal(host->option(host, "folder"), "/tmp/x");
	assert_string_equal(host->option(host, "mode"), "0640");
	assert_string_equal(host->option(host, "empty"), "");
	assert_string_equal(host->dir, "/data");
	assert_in_range(host->now(), clock_now() - 2, clock_now() + 2);
	assert_string_equal(logged(), "");

	assert_string_equal(host->option(host, "colour"), "");
	assert_non_null(strstr(logged(), "<3>gw_test asks for its option \"colour\""));
	host->log(host, 4, "slow: %d s", 5);
	assert_string_equal(logged(), "<4>gw_test: slow: 5 s\n");
	host->log(host, 3, "a");
	host->log(host, 6, "b");
	host->log(host, 7, "c");
	assert_string_equal(logged(), "<3>gw_test: a\n<6>gw_test: b\n");
	plugin_free(p);
	plugin_free(NULL);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *name;
		enum rdvd_kind kind;
		struct plugin_setting settings[3];
		size_t n;
		const char *sentences[2];
	} cases[] = {
		{"gw_test",
		 RDVD_KIND_GATEWAY,
		 {{"foldr", "/x", "rdvd.conf:12"}},
		 1,
		 {"rdvd.conf:12: plugin gw_test has no option \"foldr\", only: folder, "
		  "mode, empty",
		  "rdvd.conf:12: plugin gw_test needs the option \"folder\""}},
		{"gw_test",
		 RDVD_KIND_GATEWAY,
		 {{0}},
		 0,
		 {"plugin gw_test needs the option \"folder\" (where the files go)"}},
		{"gw_test",
		 RDVD_KIND_GATEWAY,
		 {{"folder", "/x", "f:1"}, {"folder", "/y", "f:2"}},
		 2,
		 {"f:2: option \"folder\" of plugin gw_test is given a second time"}},
		{"store_test",
		 RDVD_KIND_STORE,
		 {{"path", "/x", "f:3"}},
		 1,
		 {"f:3: plugin store_test has no option \"path\", nor any other"}},
		{"gw_test",
		 RDVD_KIND_STORE,
		 {{"folder", "/x", "f:1"}},
		 1,
		 {"plugin gw_test is a gateway, and a store is wanted here"}},
		{"store_old",
		 RDVD_KIND_STORE,
		 {{0}},
		 0,
		 {"was built for plugin interface 3, this rdvd has 2"}},
		{"gw_none",
		 RDVD_KIND_GATEWAY,
		 {{0}},
		 0,
		 {"plugin gw_none is neither linked in (there are: gw_test, store_test, "
		  "store_old)",
		  MODULES "/gw_none.so"}},
		{"../evil", RDVD_KIND_GATEWAY, {{0}}, 0, {"is no plugin's name"}},
		{"", RDVD_KIND_GATEWAY, {{0}}, 0, {"is no plugin's name"}},
		{"module_abi",
		 RDVD_KIND_GATEWAY,
		 {{0}},
		 0,
		 {"plugin module_abi was built for plugin interface 99, this rdvd has "
		  "2"}},
		{"module_renamed",
		 RDVD_KIND_GATEWAY,
		 {{0}},
		 0,
		 {"plugin module_renamed calls itself module_ok"}},
		{"module_other", RDVD_KIND_GATEWAY, {{0}}, 0, {"exports no rdvd_plugin"}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *log;

		assert_null(plugin_load(MODULES, cases[i].name, cases[i].kind,
					cases[i].settings, cases[i].n, "/data"));
		log = logged();
		for (size_t n = 0; n < 2 && cases[i].sentences[n]; n++) {
			if (!strstr(log, cases[i].sentences[n]))
				fail_msg("%s lacks %s", log, cases[i].sentences[n]);
		}
	}
}

static void test_module(void **state)
{
	static const struct plugin_setting red = {"colour", "red", "rdvd.conf:3"};
	struct plugin *p =
		plugin_load(MODULES, "module_ok", RDVD_KIND_GATEWAY, &red, 1, "/data");
	const struct rdvd_host *host;

	if (p == NULL)
		fail_msg("%s", logged());
	host = plugin_host(p);
	assert_string_equal(plugin_description(p)->name, "module_ok");
	assert_string_equal(host->option(host, "colour"), "red");
	plugin_free(p);
	p = plugin_load(MODULES, "module_ok", RDVD_KIND_GATEWAY, NULL, 0, "/data");
	assert_non_null(p);
	host = plugin_host(p);
	assert_string_equal(host->option(host, "colour"), "blue");
	plugin_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_builtin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_module, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
