/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl_admin.c - the verbs of whoever runs the machine: territory, exports, backup,
 * checks. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "rdvctl.h"

#define FILE_MAX_BYTES                                                  \
	(64 << 20) /* the daemon's bound for a body by the local socket \
		    */

const struct ctl_flag ctl_import_flags[] = {
	{"dry-run", NULL, CTL_SWITCH, "say what would change, change nothing"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const struct ctl_flag ctl_export_flags[] = {
	{"from", "from", CTL_TEXT, "appointments from this date on"},
	{"to", "to", CTL_TEXT, "and before this one"},
	{"format", "format", CTL_TEXT, "csv or ndjson"},
	{"after", "after", CTL_NUMBER,
	 "only facts with a higher seq: resumes an earlier export"},
	{NULL, NULL, CTL_TEXT, NULL},
};

/* ---- import ---- */

static int read_file(const char *path, struct buf *out)
{
	FILE *f = strcmp(path, "-") != 0 ? fopen(path, "r") : stdin;
	char bytes[65536];
	size_t n = 0;

	if (!f) {
		fprintf(stderr, "rdvctl: %s: %s\n", path, strerror(errno));
		return CTL_USAGE;
	}
	while (out->len <= FILE_MAX_BYTES && (n = fread(bytes, 1, sizeof bytes, f)) > 0)
		buf_add(out, bytes, n);
	if (ferror(f) || out->len > FILE_MAX_BYTES) {
		fprintf(stderr, "rdvctl: %s: %s\n", path,
			ferror(f) ? "it cannot be read" : "it is over 64 MiB");
		if (f != stdin)
			fclose(f);
		return CTL_USAGE;
	}
	if (f != stdin)
		fclose(f);
	return 0;
}

static void print_import(const json_t *o, int dry)
{
	const char *text = json_string_value(json_object_get(o, "text"));
	static const char *const counts[] = {"created", "changed", "retired",
					     "unchanged"};
	long long outside = json_integer_value(json_object_get(o, "outside"));

	fputs(text ? text : "", stdout);
	fputs(dry ? "Would be: " : "Imported: ", stdout);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		printf("%s%lld %s", i ? ", " : "",
		       (long long)json_integer_value(json_object_get(o, counts[i])),
		       counts[i]);
	fputs(".\n", stdout);
	if (outside)
		printf("%lld appointments to come lie outside openings now: they are "
		       "kept.\n",
		       outside);
}

int ctl_import(struct ctl *c)
{
	struct buf bytes = BUF_INIT, path = BUF_INIT, answer = BUF_INIT;
	int dry = ctl_value(c, "dry-run") != NULL;
	int status = read_file(c->words[0], &bytes);
	json_t *o;

	if (!status) {
		buf_addf(&path, "/api/v1/local/import?dry_run=%d&name=", dry);
		buf_add_url(&path, c->words[0]);
		status = ctl_call(c, "POST", buf_str(&path), "application/octet-stream",
				  buf_str(&bytes), bytes.len, &answer);
	}
	if (!status) {
		o = json_loadb(buf_str(&answer), answer.len, 0, NULL);
		if (c->json)
			ctl_print_json(o);
		else
			print_import(o, dry);
		json_decref(o);
	}
	buf_fini(&answer);
	buf_fini(&path);
	buf_fini(&bytes);
	return status;
}

/* ---- a mail that came back ---- */

/* For a mail server's pipe, in whose words it ends: 75 is "again later", 65 "not this
 * one" (sysexits). */
int ctl_bounce(struct ctl *c)
{
	struct buf bytes = BUF_INIT, path = BUF_INIT, answer = BUF_INIT;
	int status = read_file("-", &bytes) ? EX_TEMPFAIL : 0;
	const char *said;
	json_t *o = NULL;

	buf_addlit(&path, "/api/v1/local/event?gateway=");
	buf_add_url(&path, c->words[0]);
	if (!status && ctl_call(c, "POST", buf_str(&path), "message/rfc822",
				buf_str(&bytes), bytes.len, &answer))
		status = EX_TEMPFAIL;
	if (!status)
		o = json_loadb(buf_str(&answer), answer.len, 0, NULL);
	if (o && c->json)
		ctl_print_json(o);
	said = json_string_value(json_object_get(o, "status"));
	if (said && strcmp(said, "refused") == 0) {
		fprintf(stderr, "rdvctl: this is no report about a message of ours\n");
		status = EX_DATAERR;
	}
	json_decref(o);
	buf_fini(&answer);
	buf_fini(&path);
	buf_fini(&bytes);
	return status;
}

/* ---- export ---- */

int ctl_export(struct ctl *c)
{
	struct buf path = BUF_INIT, query = BUF_INIT;
	int status;

	if (strcmp(c->words[0], "attendance") != 0) {
		fprintf(stderr, "rdvctl: what can be exported is: attendance\n");
		return CTL_USAGE;
	}
	if (!ctl_value(c, "format")) {
		fprintf(stderr, "rdvctl: export needs --format csv or --format ndjson\n");
		return CTL_USAGE;
	}
	ctl_query(c, &query);
	buf_addf(&path, "/api/v1/staff/attendance%s", buf_str(&query));
	status = ctl_stream(c, buf_str(&path));
	buf_fini(&query);
	buf_fini(&path);
	return status;
}

/* ---- care ---- */

int ctl_backup(struct ctl *c)
{
	char here[PATH_MAX];
	struct buf path = BUF_INIT;
	json_t *body, *answer = NULL;
	int status;

	if (c->words[0][0] != '/' && !getcwd(here, sizeof here)) {
		fprintf(stderr, "rdvctl: the present folder has no name: %s\n",
			strerror(errno));
		return CTL_USAGE;
	}
	if (c->words[0][0] != '/')
		buf_addf(&path, "%s/", here);
	buf_addstr(&path, c->words[0]);
	body = json_object();
	ctl_set(body, "path", json_string(buf_str(&path)));
	status = ctl_json(c, "POST", "/api/v1/local/backup", body, &answer);
	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		printf("Backup written to %s, and the server's key to %s.key: restore "
		       "both, as "
		       "rdvd.db and rdvd.key\n",
		       buf_str(&path), buf_str(&path));
	json_decref(answer);
	json_decref(body);
	buf_fini(&path);
	return status;
}

int ctl_check(struct ctl *c)
{
	json_t *answer = NULL, *problems, *p;
	int status = ctl_json(c, "GET", "/api/v1/local/check", NULL, &answer);
	size_t i;

	if (status)
		return status;
	problems = json_object_get(answer, "problems");
	if (c->json)
		ctl_print_json(answer);
	else
		json_array_foreach(problems, i, p) puts(json_string_value(p));
	if (json_array_size(problems))
		status = CTL_REFUSED;
	else if (!c->json)
		puts("No problem found.");
	json_decref(answer);
	return status;
}

int ctl_status(struct ctl *c)
{
	json_t *answer = NULL, *v;
	const char *key;
	int status = ctl_json(c, "GET", "/api/v1/local/status", NULL, &answer);

	if (status)
		return status;
	if (c->json) {
		ctl_print_json(answer);
	} else {
		json_object_foreach(answer, key, v)
		{
			if (json_is_string(v))
				printf("%-14s %s\n", key, json_string_value(v));
			else if (json_is_integer(v))
				printf("%-14s %lld\n", key,
				       (long long)json_integer_value(v));
		}
	}
	json_decref(answer);
	return status;
}
