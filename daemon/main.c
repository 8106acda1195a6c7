/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - rdvd: its options, and the order in which it starts and stops. The order is
 * one table, walked down to start and up again to stop: whatever a row needs stands above
 * it, so that nothing is unmade under somebody who still uses it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/plugin.h"
#include "config.h"

extern const struct rdvd_plugin rdvd_plugin_store_sqlite, rdvd_plugin_gw_spool,
	rdvd_plugin_gw_smtp, rdvd_plugin_gw_http;

const struct rdvd_plugin *const plugin_builtin[] = {
	&rdvd_plugin_store_sqlite,
	&rdvd_plugin_gw_spool,
	&rdvd_plugin_gw_smtp,
	&rdvd_plugin_gw_http,
	NULL,
};

/* clang-format off */
static const struct step {
	int (*up)(struct app *a);
	void (*down)(struct app *a);
	int is_serving; /* left out of --once */
} steps[] = {
	{.up = app_config_up, .down = app_config_down},
	{.up = app_senders_up},
	{.up = app_process_up},
	{.up = app_folder_up, .down = app_folder_down},
	{.up = app_key_up, .down = app_key_down},
	{.up = app_loop_up, .down = app_loop_down},
	{.up = app_plugins_up, .down = app_plugins_down},
	{.up = app_store_up, .down = app_store_down},
	{.up = app_texts_up, .down = app_texts_down},
	{.up = app_booking_up, .down = app_booking_down},
	{.up = app_kept_texts_up, .down = app_kept_texts_down},
	{.up = app_access_up, .down = app_access_down},
	{.up = app_budget_up, .down = app_budget_down},
	{.up = app_outbox_up, .down = app_outbox_down},
	{.up = app_verify_up, .down = app_verify_down},
	{.up = app_receive_up, .down = app_receive_down},
	{.up = app_waiting_up, .down = app_waiting_down},
	{.up = app_reckon_up, .down = app_reckon_down},
	{.up = app_visits_up, .down = app_visits_down},
	{.up = app_talk_up, .down = app_talk_down},
	{.up = app_inbox_up, .down = app_inbox_down},
	{.up = app_exports_up, .down = app_exports_down},
	{.down = app_work_down},
	{.up = app_http_up, .down = app_http_down, .is_serving = 1},
	{.up = app_signals_up, .down = app_signals_down},
	{.up = app_care_up, .down = app_care_down, .is_serving = 1},
};
/* clang-format on */

static int run(struct app *a)
{
	size_t n = 0;
	int rc = 0;

	/* A step that failed half-way is unmade too. */
	for (; n < ARRAY_SIZE(steps) && !rc; n++)
		if (steps[n].up && !(steps[n].is_serving && a->once))
			rc = steps[n].up(a);
	if (!rc)
		app_run(a);
	while (n--)
		if (steps[n].down && !(steps[n].is_serving && a->once))
			steps[n].down(a);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- options ---- */

static void print_help(FILE *out)
{
	fputs("Usage: rdvd -c FILE [-n] [--now T] [--once]\n"
	      "\n"
	      "  -c, --config FILE  the configuration (required): see rdvd.conf(5)\n"
	      "  -n, --check        read and check the configuration, say FILE: ok, and "
	      "end\n"
	      "      --now T        freeze the clock at T (2026-03-20T08:00:00+01:00)\n"
	      "      --once         do what is due, and end\n"
	      "      --version      say the version, and end\n"
	      "  -h, --help         say this, and end\n",
	      out);
}

static int check_only(const char *path)
{
	struct buf errors = BUF_INIT;
	struct config *c = config_load(path, &errors);

	if (c && app_check_senders(c, &errors) != 0) {
		config_free(c);
		c = NULL;
	}
	if (c && app_check_plugins(c) != 0) {
		config_free(c);
		c = NULL;
	}
	if (c)
		printf("%s: ok\n", path);
	else if (errors.len)
		fprintf(stderr, "%s%s", buf_str(&errors),
			errors.len && errors.data[errors.len - 1] != '\n' ? "\n" : "");
	config_free(c);
	buf_fini(&errors);
	return c ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int freeze(const char *text)
{
	rdvd_time t;

	if (rfc3339_parse(text, &t) < 0) {
		fprintf(stderr,
			"rdvd: --now %s is not an instant such as "
			"2026-03-20T08:00:00+01:00\n",
			text);
		return -1;
	}
	clock_freeze(t);
	return 0;
}

static int usage(void)
{
	print_help(stderr);
	return 2;
}

int main(int argc, char **argv)
{
	enum { OPT_NOW = 256, OPT_ONCE, OPT_VERSION };
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'n'},
		{"now", required_argument, NULL, OPT_NOW},
		{"once", no_argument, NULL, OPT_ONCE},
		{"version", no_argument, NULL, OPT_VERSION},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct app a = {.lock_fd = -1};
	int check = 0, o;

	while ((o = getopt_long(argc, argv, "c:nh", options, NULL)) != -1) {
		switch (o) {
		case 'c': a.config_path = optarg; break;
		case 'n': check = 1; break;
		case 'h': print_help(stdout); return EXIT_SUCCESS;
		case OPT_NOW:
			if (freeze(optarg) < 0)
				return 2;
			break;
		case OPT_ONCE: a.once = 1; break;
		case OPT_VERSION:
			printf("rdvd %s\n", PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default: return usage();
		}
	}
	if (!a.config_path || optind < argc)
		return usage();
	return check ? check_only(a.config_path) : run(&a);
}
