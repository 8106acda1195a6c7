/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spool.c - gw_spool held to the contract of every gateway, and to its own: one
 * readable file a message. Built twice: with the plugin linked in, and with the module
 * loaded. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "conformance.h"
#include "rdvd/gateway.h"

#ifdef RDVD_STATIC
extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_spool);
const struct rdvd_plugin *const plugin_builtin[] = {&RDVD_PLUGIN_SYMBOL(gw_spool), NULL};
#define TEST_MODULE_DIR "/nonexistent"
#else
const struct rdvd_plugin *const plugin_builtin[] = {NULL};
#endif

static char data_dir[] = "/tmp/rdvd-spool-XXXXXX";
static char spool_dir[sizeof data_dir + 8];

/* Read a file of the spool. */
static void read_file(const char *name, struct buf *out)
{
	char path[sizeof spool_dir + 300];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", spool_dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(buf_reserve(out, 65536), 1, 65536, f);
	out->len += n;
	out->data[out->len] = '\0';
	fclose(f);
}

/* Call back for each message of the spool; hidden files are none. */
static void each_file(void (*cb)(const char *name, const char *bytes, void *arg),
		      void *arg)
{
	DIR *d = opendir(spool_dir);
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d))) {
		struct buf b = BUF_INIT;

		if (e->d_name[0] == '.')
			continue;
		read_file(e->d_name, &b);
		cb(e->d_name, buf_str(&b), arg);
		buf_fini(&b);
	}
	closedir(d);
}

struct wanted {
	char header[256]; /* the file's first line */
	int count;
	struct buf *text;
};

static void look_at(const char *name, const char *bytes, void *arg)
{
	struct wanted *w = arg;
	const char *body;

	if (strncmp(bytes, w->header, strlen(w->header)) != 0)
		return;
	w->count++;
	body = strstr(bytes, "\n\n");
	assert_non_null(body);
	if (w->text)
		buf_add(w->text, body + 2,
			strlen(body + 2) - 1); /* the last line's end is ours */
}

static struct wanted look_for(const char *id, struct buf *text)
{
	struct wanted w = {.text = text};

	snprintf(w.header, sizeof w.header, "Message-Id: %s\n", id);
	for (char *s = w.header + 12; s[1]; s++)
		if (*s == '\n')
			*s = ' ';
	each_file(look_at, &w);
	return w;
}

static int arrived(const char *id)
{
	return look_for(id, NULL).count;
}

static void text(const char *id, struct buf *out)
{
	assert_int_equal(look_for(id, out).count, 1);
}

/* A write that stops half-way, as on a full disk. */
static void spoil(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 24;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void mend(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static const struct gateway_fixture fixture = {
	.module_dir = TEST_MODULE_DIR,
	.name = "gw_spool",
	.dir = data_dir,
	.arrived = arrived,
	.text = text,
	.spoil = spoil,
	.mend = mend,
};

/* Send one message through a gateway opened for it. */
static enum rdvd_sent send_one(const struct rdvd_message *m, struct rdvd_receipt *r)
{
	struct plugin *p = plugin_load(fixture.module_dir, "gw_spool", RDVD_KIND_GATEWAY,
				       NULL, 0, data_dir);
	const struct rdvd_gateway_ops *ops;
	enum rdvd_sent sent;
	void *gw = NULL;

	assert_non_null(p);
	ops = plugin_description(p)->ops;
	assert_int_equal(ops->open(plugin_host(p), &gw), RDVD_OK);
	memset(r, 0, sizeof *r);
	sent = ops->send(gw, m, r);
	ops->close(gw);
	plugin_free(p);
	return sent;
}

static void test_file_is_readable(void **state)
{
	struct rdvd_message m = {
		.id = "77",
		.attempt = 1,
		.channel = RDVD_CHANNEL_EMAIL,
		.to = "lea@exemple.fr",
		.from = "CLLAJ Hénin-Carvin <rdv@exemple.fr>",
		.subject = "Votre rendez-vous\nBcc: tous@exemple.fr",
		.text = "Bonjour Léa,\n\nÀ bientôt.\n",
	};
	struct rdvd_receipt r;
	struct buf b = BUF_INIT;
	struct stat st;
	char path[sizeof spool_dir + 64];

	clock_freeze(1795334400);
	assert_int_equal(send_one(&m, &r), RDVD_SENT_ACCEPTED);
	assert_string_equal(r.provider_id, "spool:77");
	read_file("77-email-lea@exemple.fr.txt", &b);
	assert_string_equal(buf_str(&b),
			    "Message-Id: 77\n"
			    "Channel: email\n"
			    "To: lea@exemple.fr\n"
			    "From: CLLAJ Hénin-Carvin <rdv@exemple.fr>\n"
			    "Date: 2026-11-22T08:00:00Z\n"
			    "Subject: Votre rendez-vous Bcc: tous@exemple.fr\n"
			    "\n"
			    "Bonjour Léa,\n\nÀ bientôt.\n");
	buf_fini(&b);
	/* Names and numbers: for the daemon's own user. */
	snprintf(path, sizeof path, "%s/77-email-lea@exemple.fr.txt", spool_dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(spool_dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void leave(const char *name)
{
	char path[sizeof spool_dir + 64];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", spool_dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
}

static int is_there(const char *name)
{
	char path[sizeof spool_dir + 64];
	int there;

	snprintf(path, sizeof path, "%s/%s", spool_dir, name);
	there = access(path, F_OK) == 0;
	unlink(path);
	return there;
}

/* A handle that is opened removes what a killed process left, and nothing that another
 * handle is writing at that moment, nor what is somebody else's. */
static void test_left_over(void **state)
{
	struct rdvd_message m = {.id = "90",
				 .channel = RDVD_CHANNEL_SMS,
				 .to = "+33612345678",
				 .from = "CLLAJ62",
				 .text = "Rappel"};
	struct rdvd_receipt r;
	pid_t gone = fork();
	char ours[64], theirs[64];

	if (gone == 0)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	snprintf(ours, sizeof ours, ".%ld-4000000.tmp", (long)getpid());
	snprintf(theirs, sizeof theirs, ".%ld-7.tmp", (long)gone);
	leave(ours);
	leave(theirs);
	leave(".editor.tmp");
	assert_int_equal(send_one(&m, &r), RDVD_SENT_ACCEPTED);
	assert_int_equal(is_there(ours), 1);
	assert_int_equal(is_there(theirs), 0);
	assert_int_equal(is_there(".editor.tmp"), 1);
}

static void test_names(void **state)
{
	char long_id[102], long_to[300];
	struct rdvd_message m = {
		.channel = RDVD_CHANNEL_SMS, .text = "Rappel", .from = "CLLAJ62"};
	struct rdvd_receipt r;
	struct buf b = BUF_INIT;

	m.id = "78";
	m.to = "+33612345678";
	assert_int_equal(send_one(&m, &r), RDVD_SENT_ACCEPTED);
	read_file("78-sms-+33612345678.txt", &b);
	m.id = "a/b";
	assert_int_equal(send_one(&m, &r), RDVD_SENT_ACCEPTED);
	buf_clear(&b);
	read_file("a%2Fb-sms-+33612345678.txt", &b);
	assert_non_null(strstr(buf_str(&b), "Message-Id: a/b\n"));
	buf_fini(&b);

	memset(long_id, 'x', sizeof long_id - 1);
	long_id[sizeof long_id - 1] = '\0';
	m.id = long_id;
	assert_int_equal(send_one(&m, &r), RDVD_SENT_REFUSED);
	m.id = "";
	assert_int_equal(send_one(&m, &r), RDVD_SENT_REFUSED);
	m.id = "79";
	memset(long_to, 'y', sizeof long_to - 1);
	long_to[sizeof long_to - 1] = '\0';
	m.to = long_to;
	assert_int_equal(send_one(&m, &r), RDVD_SENT_ACCEPTED);
	assert_int_equal(arrived("79"), 1);
}

static void remove_tree(void)
{
	DIR *d = opendir(spool_dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char path[sizeof spool_dir + 300];

		snprintf(path, sizeof path, "%s/%s", spool_dir, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(spool_dir);
}

/* The folder goes away under the daemon, or something else stands in its place. */
static void test_folder_lost(void **state)
{
	struct plugin *p = plugin_load(fixture.module_dir, "gw_spool", RDVD_KIND_GATEWAY,
				       NULL, 0, data_dir);
	struct rdvd_message m = {.id = "80",
				 .channel = RDVD_CHANNEL_SMS,
				 .to = "+33612345678",
				 .from = "CLLAJ62",
				 .text = "Rappel"};
	const struct rdvd_gateway_ops *ops = plugin_description(p)->ops;
	struct rdvd_receipt r = {.retry_after_s = 0};
	void *gw = NULL;
	FILE *f;

	assert_int_equal(ops->open(plugin_host(p), &gw), RDVD_OK);
	remove_tree();
	f = fopen(spool_dir, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(ops->send(gw, &m, &r), RDVD_SENT_RETRY);
	assert_true(r.note[0] != '\0');
	assert_true(r.retry_after_s > 0);
	assert_int_equal(unlink(spool_dir), 0);
	assert_int_equal(ops->send(gw, &m, &r), RDVD_SENT_ACCEPTED);
	assert_int_equal(arrived("80"), 1);
	ops->close(gw);
	plugin_free(p);
}

static void test_settings(void **state)
{
	static const struct plugin_setting wrong = {"floder", "x", "rdvd.conf:12"};
	static const struct plugin_setting bad = {"folder", "/proc/nowhere/x",
						  "rdvd.conf:12"};
	const struct rdvd_gateway_ops *ops;
	struct plugin *p;
	void *gw = NULL;

	assert_null(plugin_load(fixture.module_dir, "gw_spool", RDVD_KIND_GATEWAY, &wrong,
				1, data_dir));
	assert_null(plugin_load(fixture.module_dir, "gw_spool", RDVD_KIND_STORE, NULL, 0,
				data_dir));
	p = plugin_load(fixture.module_dir, "gw_spool", RDVD_KIND_GATEWAY, &bad, 1,
			data_dir);
	assert_non_null(p);
	ops = plugin_description(p)->ops;
	assert_int_equal(ops->open(plugin_host(p), &gw), RDVD_FAILED);
	assert_null(gw);
	plugin_free(p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_is_readable),
		cmocka_unit_test(test_left_over),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_folder_lost),
		cmocka_unit_test(test_settings),
	};
	int failed;

	signal(SIGXFSZ, SIG_IGN);
	if (!mkdtemp(data_dir))
		return 1;
	snprintf(spool_dir, sizeof spool_dir, "%s/spool", data_dir);
	failed = gateway_conformance(&fixture);
	failed += cmocka_run_group_tests(tests, NULL, NULL);
	remove_tree();
	rmdir(data_dir);
	return failed != 0;
}
