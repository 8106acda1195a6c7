/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smstools.c - gw_spool's layout "smstools3" held to the contract of every gateway: what
 * stands in outgoing/ is one file a message, which the SMS Server Tools would send as it
 * was written. Read back by the C library's own tables. */
#include <dirent.h>
#include <iconv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "conformance.h"
#include "rdvd/gateway.h"

extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_spool);
const struct rdvd_plugin *const plugin_builtin[] = {&RDVD_PLUGIN_SYMBOL(gw_spool), NULL};

static char data_dir[] = "/tmp/rdvd-smstools-XXXXXX";
static char spool_dir[sizeof data_dir + 8];
static char outgoing_dir[sizeof spool_dir + 16];

/* "rdvd_30%2Fx" is the file of "30/x". */
static int names(const char *file, const char *id)
{
	if (strncmp(file, "rdvd_", 5) != 0)
		return 0;
	for (file += 5; *file && *id; id++) {
		char want[4];

		if (*file != '%') {
			if (*file++ != *id)
				return 0;
			continue;
		}
		snprintf(want, sizeof want, "%%%02X", (unsigned char)*id);
		if (strncmp(file, want, 3) != 0)
			return 0;
		file += 3;
	}
	return !*file && !*id;
}

/* How many files of outgoing/ are of this message; the last one's bytes into out. */
static int find(const char *id, struct buf *out)
{
	DIR *d = opendir(outgoing_dir);
	struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		char path[sizeof outgoing_dir + 300];
		FILE *f;

		if (!names(e->d_name, id))
			continue;
		n++;
		buf_clear(out);
		snprintf(path, sizeof path, "%s/%s", outgoing_dir, e->d_name);
		f = fopen(path, "r");
		assert_non_null(f);
		out->len += fread(buf_reserve(out, 65536), 1, 65536, f);
		out->data[out->len] = '\0';
		fclose(f);
	}
	closedir(d);
	return n;
}

static int arrived(const char *id)
{
	struct buf b = BUF_INIT;
	int n = find(id, &b);

	buf_fini(&b);
	return n;
}

static void text(const char *id, struct buf *out)
{
	struct buf b = BUF_INIT;
	char *from, *to;
	size_t left, room = 65536;
	int is_ucs2;
	iconv_t cd;

	assert_int_equal(find(id, &b), 1);
	is_ucs2 = strstr(buf_str(&b), "\nAlphabet: UCS2\n") != NULL;
	assert_true(is_ucs2 || strstr(buf_str(&b), "\nAlphabet: ISO\n"));
	cd = iconv_open("UTF-8", is_ucs2 ? "UTF-16BE" : "ISO-8859-15");
	assert_true(cd != (iconv_t)-1);
	from = memmem(b.data, b.len, "\n\n", 2);
	assert_non_null(from);
	from += 2;
	left = b.len - (size_t)(from - b.data);
	to = buf_reserve(out, room);
	assert_true(iconv(cd, &from, &left, &to, &room) != (size_t)-1);
	iconv_close(cd);
	out->len += 65536 - room;
	out->data[out->len] = '\0';
	buf_fini(&b);
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

static const struct plugin_setting settings[] = {
	{"layout", "smstools3", "rdvd.conf:3"},
};

static const struct gateway_fixture fixture = {
	.module_dir = "/nonexistent",
	.name = "gw_spool",
	.settings = settings,
	.nsettings = ARRAY_SIZE(settings),
	.dir = data_dir,
	.arrived = arrived,
	.text = text,
	.spoil = spoil,
	.mend = mend,
};

static void remove_tree(void)
{
	DIR *d = opendir(outgoing_dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char path[sizeof outgoing_dir + 300];

		snprintf(path, sizeof path, "%s/%s", outgoing_dir, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(outgoing_dir);
	rmdir(spool_dir);
	rmdir(data_dir);
}

int main(void)
{
	int failed;

	signal(SIGXFSZ, SIG_IGN);
	if (!mkdtemp(data_dir))
		return 1;
	snprintf(spool_dir, sizeof spool_dir, "%s/spool", data_dir);
	snprintf(outgoing_dir, sizeof outgoing_dir, "%s/outgoing", spool_dir);
	if (mkdir(spool_dir, 0700) != 0 || mkdir(outgoing_dir, 0700) != 0)
		return 1;
	failed = gateway_conformance(&fixture);
	remove_tree();
	return failed != 0;
}
