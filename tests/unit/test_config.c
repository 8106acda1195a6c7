/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_config.c - rdvd.conf: presets, every key, every kind of fault with its line and
 * remedy, and what a reload cannot take over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/mem.h"
#include "rdvd/gateway.h"

static char folder[] = "/tmp/rdvd-test-XXXXXX";
static char *conf; /* folder/rdvd.conf */

static void write_conf(const char *text, size_t n)
{
	FILE *fp = fopen(conf, "w");

	assert_non_null(fp);
	assert_int_equal(fwrite(text, 1, n, fp), n);
	assert_int_equal(fclose(fp), 0);
}

static struct config *load(const char *text, struct buf *error)
{
	write_conf(text, strlen(text));
	return config_load(conf, error);
}

static struct config *load_good(const char *text)
{
	struct buf error = BUF_INIT;
	struct config *c = load(text, &error);

	if (c == NULL)
		fail_msg("%s", buf_str(&error));
	assert_int_equal(error.len, 0);
	buf_fini(&error);
	return c;
}

static char *in_folder(const char *name)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void test_presets(void **state)
{
	struct config *c = load_good("dir = data\n");

	assert_string_equal(c->path, conf);
	assert_string_equal(c->dir, in_folder("data"));
	assert_string_equal(c->socket, in_folder("data/rdvd.sock"));
	assert_int_equal(c->listen.n, 1);
	assert_string_equal(c->listen.items[0], "127.0.0.1:8080");
	assert_string_equal(c->public_url, "http://127.0.0.1:8080");
	assert_string_equal(c->communes, RDVD_PKGDATADIR "/communes.csv");
	assert_string_equal(c->texts, RDVD_PKGDATADIR "/texts");
	assert_string_equal(c->module_dir, RDVD_MODULEDIR);
	assert_false(c->demo);
	assert_int_equal(c->log_level, LOG_LEVEL_INFO);
	assert_int_equal(c->trusted_proxy.n, 0);
	assert_int_equal(c->workers.password_threads, 2);
	assert_int_equal(c->workers.reader_threads, 1);
	assert_int_equal(c->workers.queue_max, 4096);
	assert_int_equal(c->limits.connections, 4000);
	assert_int_equal(c->limits.connections_per_address, 100);
	assert_int_equal(c->limits.requests_per_minute, 3000);
	assert_int_equal(c->limits.holds_per_minute, 300);
	assert_int_equal(c->limits.bookings_per_minute, 300);
	assert_int_equal(c->limits.proof_above_address, 200);
	assert_int_equal(c->limits.proof_above_all, 1000);
	assert_int_equal(c->limits.logins_per_minute, 10);
	assert_string_equal(c->messages.sms_sender, "CLLAJ62");
	assert_string_equal(c->messages.email_from, "rdvd@localhost");
	assert_int_equal(c->messages.quiet_start_minutes, 8 * 60);
	assert_int_equal(c->messages.quiet_end_minutes, 20 * 60);
	assert_false(c->messages.sunday);
	assert_int_equal(c->messages.budget_person, 10);
	assert_int_equal(c->messages.budget_prefix, 200);
	assert_int_equal(c->messages.budget_organisation, 2000);
	assert_int_equal(c->messages.sms_prefixes.n, 0);
	assert_int_equal(c->session.idle_minutes, 240);
	assert_int_equal(c->session.absolute_hours, 12);
	assert_string_equal(c->store.name, "store_sqlite");
	assert_int_equal(c->store.nsettings, 0);
	assert_int_equal(c->ngateways, 0);
	assert_int_equal(c->nexports, 0);
	config_free(c);
	config_free(NULL);
}

static const char everything[] =
	"# the whole of it\n"
	"dir = /var/lib/rdvd\n"
	"listen = {\"192.0.2.1:80\", \"[::1]:8080\", \"*:0\",\n"
	"\t\"localhost:81\"}\n"
	"public_url = \"https://rdv.example.org/\"\n"
	"socket = run/rdvd.sock // beside this file\n"
	"communes = \"/c.csv\"\n"
	"texts = \"t\"\n"
	"module_dir = /m\n"
	"demo = yes\n"
	"log_level = debug\n"
	"trusted_proxy = {\"10.0.0.0/8\", \"::1\", \"fd00::/8\"}\n"
	"workers {\n\tpassword_threads = 4\n\treader_threads = 3\n\tqueue_max = 100\n}\n"
	"limits {\n\tconnections = 200\n\tconnections_per_address = 50\n"
	"\trequests_per_minute = 1\n\tholds_per_minute = 2\n"
	"\tbookings_per_minute = 3\n\tlogins_per_minute = 4\n}\n"
	"store store_pgsql {\n\tconnection = \"host=db user=rdvd\"\n}\n"
	"gateway main-sms {\n\tplugin = gw_http\n\tchannels = {sms}\n"
	"\turl = \"https://sms.example/\"\n\tpreset = ovh\n\trate_per_second = 20\n"
	"\tfrom = \"38000\"\n"
	"\twindow = 4\n\tconnections = 3\n\tspare = yes\n\tanswers = true\n"
	"\tpoll_seconds = 60\n}\n"
	"gateway \"mail\" {\n\tplugin = gw_smtp\n\tchannels = email\n\turl = "
	"smtp://h\n}\n"
	"gateway spool {\n\tplugin = gw_spool\n}\n"
	"messages {\n\tsms_sender = \"+33612345678\"\n"
	"\temail_from = \"CLLAJ Hénin <rdv@cllaj.example>\"\n"
	"\tdiscreet_sender = \"INFO62\"\n\tdiscreet_from = \"a@b.example\"\n"
	"\talerts_to = \"Team <t@b.example>\"\n"
	"\tquiet_start = \"07:30\"\n\tquiet_end = \"24:00\"\n\tsunday = on\n"
	"\tbudget_person = 0\n\tbudget_prefix = 50\n\tbudget_organisation = 9\n"
	"\tsms_prefixes = {\"+41 7\", \"+352\"}\n}\n"
	"export stats {\n\tfolder = out\n\tformat = ndjson\n}\n"
	"export other {\n\tfolder = /srv/out\n}\n"
	"session {\n\tidle_minutes = 30\n\tabsolute_hours = 24\n}";

static void test_everything(void **state)
{
	struct config *c = load_good(everything);

	assert_string_equal(c->dir, "/var/lib/rdvd");
	assert_int_equal(c->listen.n, 4);
	assert_string_equal(c->listen.items[0], "192.0.2.1:80");
	assert_string_equal(c->listen.items[3], "localhost:81");
	assert_string_equal(c->public_url, "https://rdv.example.org");
	assert_string_equal(c->socket, in_folder("run/rdvd.sock"));
	assert_string_equal(c->communes, "/c.csv");
	assert_string_equal(c->texts, in_folder("t"));
	assert_string_equal(c->module_dir, "/m");
	assert_true(c->demo);
	assert_int_equal(c->log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(c->trusted_proxy.n, 3);
	assert_string_equal(c->trusted_proxy.items[2], "fd00::/8");
	assert_int_equal(c->workers.password_threads, 4);
	assert_int_equal(c->workers.reader_threads, 3);
	assert_int_equal(c->workers.queue_max, 100);
	assert_int_equal(c->limits.connections, 200);
	assert_int_equal(c->limits.connections_per_address, 50);
	assert_int_equal(c->limits.requests_per_minute, 1);
	assert_int_equal(c->limits.holds_per_minute, 2);
	assert_int_equal(c->limits.bookings_per_minute, 3);
	assert_int_equal(c->limits.logins_per_minute, 4);
	assert_string_equal(c->messages.sms_sender, "+33612345678");
	assert_string_equal(c->messages.email_from, "CLLAJ Hénin <rdv@cllaj.example>");
	assert_string_equal(c->messages.discreet_sender, "INFO62");
	assert_string_equal(c->messages.discreet_from, "a@b.example");
	assert_string_equal(c->messages.alerts_to, "Team <t@b.example>");
	assert_int_equal(c->messages.quiet_start_minutes, 450);
	assert_int_equal(c->messages.quiet_end_minutes, 1440);
	assert_true(c->messages.sunday);
	assert_int_equal(c->messages.budget_person, 0);
	assert_int_equal(c->messages.budget_prefix, 50);
	assert_int_equal(c->messages.budget_organisation, 9);
	assert_int_equal(c->messages.sms_prefixes.n, 2);
	assert_string_equal(c->messages.sms_prefixes.items[0], "+41 7");
	assert_int_equal(c->session.idle_minutes, 30);
	assert_int_equal(c->session.absolute_hours, 24);
	assert_int_equal(c->nexports, 2);
	assert_string_equal(c->exports[0].name, "stats");
	assert_string_equal(c->exports[0].folder, in_folder("out"));
	assert_int_equal(c->exports[0].format, CONFIG_FORMAT_NDJSON);
	assert_string_equal(c->exports[1].folder, "/srv/out");
	assert_int_equal(c->exports[1].format, CONFIG_FORMAT_CSV);
	config_free(c);
}

static void assert_setting(const struct config_plugin *p, size_t i, const char *key,
			   const char *value, int line)
{
	char where[200];

	assert_true(i < p->nsettings);
	snprintf(where, sizeof(where), "%s:%d", conf, line);
	assert_string_equal(p->settings[i].key, key);
	assert_string_equal(p->settings[i].value, value);
	assert_string_equal(p->settings[i].where, where);
}

static void test_plugin_sections(void **state)
{
	struct config *c = load_good(everything);
	const struct config_gateway *g = c->gateways;

	assert_string_equal(c->store.name, "store_pgsql");
	assert_int_equal(c->store.nsettings, 1);
	assert_setting(&c->store, 0, "connection", "host=db user=rdvd", 27);
	assert_int_equal(c->ngateways, 3);
	assert_string_equal(g[0].name, "main-sms");
	assert_string_equal(g[0].plugin.name, "gw_http");
	assert_int_equal(g[0].channels, RDVD_CHANNEL_SMS);
	assert_string_equal(g[0].from, "38000");
	assert_int_equal(g[0].rate_per_second, 20);
	assert_int_equal(g[0].window, 4);
	assert_int_equal(g[0].connections, 3);
	assert_true(g[0].spare);
	assert_true(g[0].answers);
	assert_int_equal(g[0].poll_seconds, 60);
	assert_int_equal(g[0].plugin.nsettings, 2);
	assert_setting(&g[0].plugin, 0, "url", "https://sms.example/", 32);
	assert_setting(&g[0].plugin, 1, "preset", "ovh", 33);
	assert_string_equal(g[1].name, "mail");
	assert_int_equal(g[1].channels, RDVD_CHANNEL_EMAIL);
	assert_null(g[1].from);
	assert_int_equal(g[1].rate_per_second, 5);
	assert_int_equal(g[1].window, 64);
	assert_int_equal(g[1].connections, 1);
	assert_false(g[1].spare);
	assert_false(g[1].answers);
	assert_int_equal(g[1].poll_seconds, 30);
	assert_int_equal(g[1].plugin.nsettings, 1);
	assert_setting(&g[1].plugin, 0, "url", "smtp://h", 45);
	assert_int_equal(g[2].channels, RDVD_CHANNEL_SMS | RDVD_CHANNEL_EMAIL);
	assert_int_equal(g[2].plugin.nsettings, 0);
	config_free(c);
}

/* Comments of every kind stand before the faulty line, in strings they are none. */
static void test_comments(void **state)
{
	static const struct {
		const char *text;
		int line;
	} cases[] = {
		{"# one\n# two\ndemo = maybe\n", 3},
		{"dir = a // one\ndemo = maybe\n", 2},
		{"dir = a# one\n\n  #\ndemo = maybe\n", 4},
		{"/* one\ntwo */ dir = a /* three */\ndemo = maybe\n", 3},
		{"texts = 'it\\'s # no comment'\n// it's one\ndemo = maybe\n", 3},
		{"texts = \"\\\" /* no comment\"\ndemo = maybe\n", 2},
		{"texts = http://no.comment/*\ndemo = maybe\n", 2},
		{"texts = \"two\nlines\"\ndemo = maybe\n", 3},
		{"listen = { # one\n\"*:1\", // two\n\"*:2\" }\ndemo = maybe\n", 4},
		{"\r\n# one\r\ndemo = maybe\r\n", 3},
		{"demo = maybe # and no newline", 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf error = BUF_INIT;
		char *expected =
			xasprintf("%s:%d: demo = \"maybe\": give", conf, cases[i].line);

		assert_null(load(cases[i].text, &error));
		if (!strstr(buf_str(&error), expected))
			fail_msg("%s says %s", cases[i].text, buf_str(&error));
		buf_fini(&error);
		free(expected);
	}
}

/* Each: a text after "dir = d" on line 1, and what must be said; @ stands for the file's
 * name. */
static const struct {
	const char *text, *error;
} faults[] = {
	{"lisen = \"a\"",
	 "@:2: there is no key \"lisen\" outside of sections: the keys are dir,"},
	{"workers {\nthreads = 3\n}",
	 "@:3: there is no key \"threads\" in section workers: the "
	 "keys are password_threads, reader_threads, queue_max"},
	{"export a {\nfolder = x\npath = y\n}",
	 "@:4: there is no key \"path\" in section export"},
	{"colour = {a, b}", "@:2: \"colour\" is not known here"},
	{"smtp {\nhost = a\n}", "@:2: \"smtp\" is not known here"},
	{"workers {\npassword_threads = 99\n}",
	 "@:3: password_threads = \"99\": give a number from 1 to 16 (threads)"},
	{"workers {\nqueue_max = many\n}",
	 "@:3: queue_max = \"many\": give a number from 16"},
	{"workers {\n\n\nreader_threads = 0\n}",
	 "@:5: reader_threads = \"0\": give a number"},
	{"limits {\nconnections = 1.5\n}", "@:3: connections = \"1.5\": give a number"},
	{"limits {\nconnections = 20\n}",
	 "@: connections_per_address = 100 is more than "
	 "connections = 20: lower the one or raise the other"},
	{"limits {\nconnections = 20\nconnections_per_address = 30\n}",
	 "@:4: connections_per_address = 30 is more than"},
	{"demo = maybe", "@:2: demo = \"maybe\": give true or false"},
	{"log_level = loud",
	 "@:2: log_level = \"loud\": give err, warning, info or debug"},
	{"listen = {\"127.0.0.1:80\",\n\"8080\"}",
	 "@:3: listen = \"8080\": give \"ADDRESS:PORT\""},
	{"listen = \"127.0.0.1\"", "@:2: listen = \"127.0.0.1\": give \"ADDRESS:PORT\""},
	{"listen = \"127.0.0.1:65536\"", "@:2: listen = \"127.0.0.1:65536\": give"},
	{"listen = \"127.0.0.1:+1\"", "@:2: listen = \"127.0.0.1:+1\": give"},
	{"listen = \"::1:80\"", "@:2: listen = \"::1:80\": give"},
	{"listen = \"[127.0.0.1]:80\"", "@:2: listen = \"[127.0.0.1]:80\": give"},
	{"listen = \"example.org:80\"", "@:2: listen = \"example.org:80\": give"},
	{"messages {\nsms_prefixes = {\"41\"}\n}",
	 "@:3: sms_prefixes = \"41\": give how numbers begin, such as \"+41 7\""},
	{"messages {\nsms_prefixes = {\"+4\"}\n}", "@:3: sms_prefixes = \"+4\": give"},
	{"messages {\nsms_prefixes = {\"+0041\"}\n}",
	 "@:3: sms_prefixes = \"+0041\": give"},
	{"messages {\nbudget_person = -1\n}",
	 "@:3: budget_person = \"-1\": give a number from 0 to 1000000 (segments a day)"},
	{"trusted_proxy = {\"10.0.0.0/33\"}",
	 "@:2: trusted_proxy = \"10.0.0.0/33\": give an address"},
	{"trusted_proxy = \"fd00::/129\"",
	 "@:2: trusted_proxy = \"fd00::/129\": give an address"},
	{"trusted_proxy = \"10.0.0\"",
	 "@:2: trusted_proxy = \"10.0.0\": give an address"},
	{"trusted_proxy = \"10.0.0.0/\"",
	 "@:2: trusted_proxy = \"10.0.0.0/\": give an address"},
	{"public_url = \"rdv.example.org\"",
	 "@:2: public_url = \"rdv.example.org\": give"},
	{"public_url = \"https://x/rdv\"", "@:2: public_url = \"https://x/rdv\": give"},
	{"public_url = \"https://a b\"", "@:2: public_url = \"https://a b\": give"},
	{"public_url = \"https://\"", "@:2: public_url = \"https://\": give"},
	{"texts = \"\"", "@:2: texts = \"\": give a path"},
	{"messages {\nsms_sender = \"ab\"\n}",
	 "@:3: sms_sender = \"ab\": give 3 to 11 letters"},
	{"messages {\nsms_sender = \"twelve-lettr\"\n}",
	 "@:3: sms_sender = \"twelve-lettr\": give"},
	{"messages {\nsms_sender = \"+\"\n}", "@:3: sms_sender = \"+\": give"},
	{"messages {\nemail_from = \"nobody\"\n}",
	 "@:3: email_from = \"nobody\": give \"name@domain\""},
	{"messages {\nemail_from = \"A <a@b> x\"\n}",
	 "@:3: email_from = \"A <a@b> x\": give"},
	{"messages {\nemail_from = \"A <a@b\"\n}", "@:3: email_from = \"A <a@b\": give"},
	{"messages {\nemail_from = \"a@\"\n}", "@:3: email_from = \"a@\": give"},
	{"messages {\nemail_from = \"a@b\\nBcc: x@y\"\n}",
	 "@:3: email_from holds a control character: give one line"},
	{"messages {\nquiet_start = 8\n}",
	 "@:3: quiet_start = \"8\": give a time as \"08:00\""},
	{"messages {\nquiet_start = \"08:60\"\n}",
	 "@:3: quiet_start = \"08:60\": give a time"},
	{"messages {\nquiet_start = \"24:01\"\n}",
	 "@:3: quiet_start = \"24:01\": give a time"},
	{"messages {\nquiet_start = \"20:00\"\nquiet_end = \"08:00\"\n}",
	 "@:4: quiet_end is not after quiet_start: messages would never leave"},
	{"gateway a {\nfolder = x\n}",
	 "@:3: gateway.plugin is missing: it has no preset"},
	{"gateway \"A b\" {\nplugin = x\n}",
	 "@:3: gateway \"A b\": give a name of a-z, 0-9 and -"},
	{"gateway a {\nplugin = x\nchannels = {sms, fax}\n}",
	 "@:4: channels = \"fax\": give sms, email or both"},
	{"gateway a {\nplugin = x\n}\ngateway a {\nplugin = y\n}",
	 "@:5: found duplicate title 'a'"},
	{"gateway a {\nplugin = x\nfolder = y\nfolder = z\n}",
	 "@:5: folder is given a second time: keep one of them"},
	{"store a {\n}\nstore b {\npath = x\n}",
	 "@:5: a second store, \"b\": a daemon has one"},
	{"workers {\n}\nworkers {\n}",
	 "@:5: a second section workers ends here: make one"},
	{"export a {\nformat = csv\n}", "@:3: export.folder is missing"},
	{"export a {\nfolder = x\nformat = xml\n}",
	 "@:4: format = \"xml\": give csv or ndjson"},
	{"demo = yes\ndemo = no", "@:3: demo is given a second time: keep one of them"},
	{"dir = e", "@:2: dir is given a second time"},
	{"workers {\nqueue_max = 20",
	 "@: the last section, workers, is not closed: a } is missing"},
	{"demo = no /* open\n", "@:2: the comment that begins here has no end"},
	{"workers|queue_max = 33", "@:2: a | stands here: put quotes around the value"},
	{"end-of-file = 2", "@: there is no key \"end-of-file\": leave it out"},
	{"workers {\n\"work|ers\" = 3\n}\ndemo yes",
	 "there is no key \"work|ers\" in section workers"},
	{"texts = \"a\\nb\"", "@:2: texts holds a control character"},
	{"gateway a {\nplugin = x\nbody = \"a\\xff\"\n}", "@:4: body is not UTF-8 text"},
	{"}", "@:2: unexpected closing brace"},
	{"demo = \"yes", "@:"},
	{"demo yes", "@:2: missing equal sign after option 'demo'"},
	{"workers = 3", "@:2: missing opening brace for section 'workers'"},
	{"listen = {\"127.0.0.1:80\"", "@:"},
	{"# \xe9t\xe9", "@:2: the line is not UTF-8 text: save it as UTF-8"},
	{"socket = \"/tmp/"
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	 "aaaaaaaaaaaaa"
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
	 "is too long for the kernel: give a path of at most 107 bytes"},
};

/* The expected text, with the file's name for a leading @. */
static int says(const char *error, const char *expected)
{
	char *whole = *expected == '@' ? xasprintf("%s%s", conf, expected + 1)
				       : xstrdup(expected);
	int found = strstr(error, whole) != NULL;

	free(whole);
	return found;
}

static void test_faults(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct buf error = BUF_INIT;
		char *text = xasprintf("dir = d\n%s\n", faults[i].text);

		if (load(text, &error) != NULL)
			fail_msg("accepted: %s", text);
		if (!says(buf_str(&error), faults[i].error))
			fail_msg("\"%s\" says:\n%s\nand not %s", faults[i].text,
				 buf_str(&error), faults[i].error);
		buf_fini(&error);
		free(text);
	}
}

static void test_all_faults_at_once(void **state)
{
	static const char text[] = "demo = maybe\n"
				   "colour = red\n"
				   "workers {\n"
				   "\tpassword_threads = 0\n"
				   "\tsize = 1\n"
				   "}\n"
				   "gateway a {\n"
				   "\trate_per_second = fast\n"
				   "}\n";
	static const char *const expected[] = {
		"@: dir is missing",
		"@:1: demo",
		"@:2: there is no key \"colour\"",
		"@:4: password_threads",
		"@:5: there is no key \"size\"",
		"@:8: rate_per_second",
		"@:8: gateway.plugin is missing",
	};
	struct buf error = BUF_INIT;
	size_t lines = 1;

	assert_null(load(text, &error));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		if (!says(buf_str(&error), expected[i]))
			fail_msg("%s lacks %s", buf_str(&error), expected[i]);
	}
	for (const char *s = buf_str(&error); *s; s++)
		lines += *s == '\n';
	assert_int_equal(lines, ARRAY_SIZE(expected));
	buf_fini(&error);
}

static void test_unreadable(void **state)
{
	static const char with_nul[] = "dir = d\n\0\n";
	struct buf error = BUF_INIT;
	char *large = xcalloc(1, 300 * 1024);

	unlink(conf);
	assert_null(config_load(conf, &error));
	assert_true(
		says(buf_str(&error),
		     "@: the configuration cannot be read: No such file or directory"));
	buf_clear(&error);
	assert_null(config_load("/nowhere/rdvd.conf", &error));
	assert_true(says(buf_str(&error),
			 "/nowhere/rdvd.conf: the configuration cannot be read"));
	buf_clear(&error);
	assert_null(config_load(folder, &error));
	assert_true(says(buf_str(&error),
			 "the configuration cannot be read: Is a directory"));
	buf_clear(&error);
	write_conf("", 0);
	assert_null(config_load(conf, &error));
	assert_true(says(buf_str(&error), "dir is missing: it has no preset"));
	buf_clear(&error);
	write_conf(with_nul, sizeof(with_nul) - 1);
	assert_null(config_load(conf, &error));
	assert_true(says(buf_str(&error), "@:2: the line is not UTF-8 text"));
	buf_clear(&error);
	memset(large, '\n', 300 * 1024);
	write_conf(large, 300 * 1024);
	assert_null(config_load(conf, &error));
	assert_true(says(buf_str(&error), "larger than 256 KiB"));
	buf_fini(&error);
	free(large);
}

static void test_relative_path(void **state)
{
	char before[1000];
	struct buf error = BUF_INIT;
	struct config *c;

	assert_non_null(getcwd(before, sizeof(before)));
	write_conf("dir = d\n", 8);
	assert_int_equal(chdir(folder), 0);
	c = config_load("rdvd.conf", &error);
	assert_int_equal(chdir(before), 0);
	assert_non_null(c);
	assert_string_equal(c->dir, in_folder("d"));
	assert_string_equal(c->path, "rdvd.conf");
	config_free(c);
	buf_fini(&error);
}

static void test_url_of_listen(void **state)
{
	static const struct {
		const char *listen, *url;
	} cases[] = {
		{"*:81", "http://127.0.0.1:81"},
		{"0.0.0.0:82", "http://127.0.0.1:82"},
		{"[::]:83", "http://[::1]:83"},
		{"localhost:84", "http://localhost:84"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = xasprintf("dir = d\nlisten = \"%s\"\n", cases[i].listen);
		struct config *c = load_good(text);

		assert_string_equal(c->public_url, cases[i].url);
		config_free(c);
		free(text);
	}
}

static void test_changes(void **state)
{
	static const struct {
		const char *before, *after, *changes;
	} cases[] = {
		{"", "", ""},
		{"", "log_level = err\ntexts = x\ntrusted_proxy = \"10.0.0.1\"\n", ""},
		{"", "messages {\nsunday = yes\n}\n", "messages.sunday"},
		{"", "messages {\nbudget_person = 3\nsms_prefixes = \"+41\"\n}\n",
		 "messages.sms_prefixes"},
		{"", "public_url = \"https://rdv.example.org\"\n", "public_url"},
		{"",
		 "limits {\nlogins_per_minute = 9\n}\nsession {\nidle_minutes = 9\n}\n",
		 ""},
		{"", "listen = \"*:80\"\n", "listen, public_url"},
		{"", "demo = yes\nworkers {\nqueue_max = 99\n}\n",
		 "demo, workers.queue_max"},
		{"", "store store_sqlite {\npath = x\n}\n", "store"},
		{"", "gateway a {\nplugin = x\n}\n", "gateway"},
		{"gateway a {\nplugin = x\nu = 1\n}\n",
		 "gateway a {\nplugin = x\nu = 2\n}\n", "gateway"},
		{"gateway a {\nplugin = x\nu = 1\n}\n",
		 "\ngateway a {\nplugin = x\nu = 1\n}\n", ""},
		{"gateway a {\nplugin = x\n}\n",
		 "gateway a {\nplugin = x\nchannels = sms\n}\n", "gateway"},
		{"export a {\nfolder = x\n}\n", "export a {\nfolder = y\n}\n", "export"},
		{"listen = {\"*:1\"}\n", "listen = {\"*:1\", \"*:2\"}\n", "listen"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *before = xasprintf("dir = d\n%s", cases[i].before);
		char *after = xasprintf("dir = d\n%s", cases[i].after);
		struct config *a = load_good(before), *b = load_good(after);
		struct buf out = BUF_INIT;

		config_changes(a, b, &out);
		assert_string_equal(buf_str(&out), cases[i].changes);
		config_free(a);
		config_free(b);
		free(before);
		free(after);
		buf_fini(&out);
	}
}

static int group_setup(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	conf = xasprintf("%s/rdvd.conf", folder);
	return 0;
}

static int group_teardown(void **state)
{
	unlink(conf);
	free(conf);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_plugin_sections),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_all_faults_at_once),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_relative_path),
		cmocka_unit_test(test_url_of_listen),
		cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
