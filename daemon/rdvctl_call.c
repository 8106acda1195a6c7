/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl_call.c - one request over the local socket, by libcurl; a refusal is said in the
 * daemon's own words, each wrong field on its line. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rdvctl.h"

/* Where an answer goes: into memory, or to stdout once its status is known to be good. */
struct sink {
	CURL *curl;
	struct buf *kept;
	int to_stdout;
	int failed; /* stdout cannot be written */
};

static size_t take(char *bytes, size_t size, size_t n, void *arg)
{
	struct sink *s = arg;
	long status = 0;

	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (s->to_stdout && status / 100 == 2) {
		if (fwrite(bytes, size, n, stdout) == n)
			return size * n;
		s->failed = 1;
		return 0;
	}
	buf_add(s->kept, bytes, size * n);
	return size * n;
}

/* Say what a problem+json says, or the status when it is something else. */
static void say_problem(long status, const char *body, size_t len)
{
	json_t *p = json_loadb(body, len, 0, NULL);
	const char *title = json_string_value(json_object_get(p, "title"));
	const char *detail = json_string_value(json_object_get(p, "detail"));
	const char *field, *message;
	json_t *errors = json_object_get(p, "errors"), *e;
	size_t i;

	if (!title && !detail)
		fprintf(stderr, "rdvctl: the daemon answered %ld\n", status);
	else
		fprintf(stderr, "rdvctl: %s%s%s\n", title ? title : "",
			title && detail ? ": " : "", detail ? detail : "");
	json_array_foreach(errors, i, e)
	{
		field = json_string_value(json_object_get(e, "field"));
		message = json_string_value(json_object_get(e, "message"));
		fprintf(stderr, "  %s: %s\n", field ? field : "", message ? message : "");
	}
	json_decref(p);
}

static int judge(const struct ctl *c, CURLcode rc, const struct sink *s)
{
	long status = 0;

	if (s->failed) {
		fprintf(stderr, "rdvctl: the standard output cannot be written\n");
		return CTL_REFUSED;
	}
	if (rc == CURLE_COULDNT_CONNECT) {
		fprintf(stderr,
			"rdvctl: no daemon answers at %s: is rdvd running? (-s SOCKET "
			"names another)\n",
			c->socket);
		return CTL_UNREACHABLE;
	}
	if (rc != CURLE_OK) {
		fprintf(stderr, "rdvctl: the daemon at %s: %s\n", c->socket,
			curl_easy_strerror(rc));
		return CTL_UNREACHABLE;
	}
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status / 100 == 2)
		return CTL_DONE;
	say_problem(status, buf_str(s->kept), s->kept->len);
	return CTL_REFUSED;
}

static int perform(const struct ctl *c, const char *method, const char *path,
		   const char *type, const void *body, size_t len, struct sink *s)
{
	char *url = xasprintf("http://localhost%s", path);
	char *header = xasprintf("Content-Type: %s", type ? type : "application/json");
	struct curl_slist *headers = curl_slist_append(NULL, header);
	CURLcode rc;
	int status;

	headers = curl_slist_append(headers, "Expect:");
	s->curl = curl_easy_init();
	if (!s->curl)
		abort();
	curl_easy_setopt(s->curl, CURLOPT_UNIX_SOCKET_PATH, c->socket);
	curl_easy_setopt(s->curl, CURLOPT_URL, url);
	curl_easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, s);
	if (body) {
		curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	}
	rc = curl_easy_perform(s->curl);
	status = judge(c, rc, s);
	curl_easy_cleanup(s->curl);
	curl_slist_free_all(headers);
	free(header);
	free(url);
	return status;
}

int ctl_call(const struct ctl *c, const char *method, const char *path, const char *type,
	     const void *body, size_t len, struct buf *out)
{
	struct buf kept = BUF_INIT;
	struct sink s = {.kept = out ? out : &kept};
	int status = perform(c, method, path, type, body, len, &s);

	buf_fini(&kept);
	return status;
}

int ctl_stream(const struct ctl *c, const char *path)
{
	struct buf kept = BUF_INIT;
	struct sink s = {.kept = &kept, .to_stdout = 1};
	int status = perform(c, "GET", path, NULL, NULL, 0, &s);

	buf_fini(&kept);
	return status;
}

int ctl_json(const struct ctl *c, const char *method, const char *path,
	     const json_t *body, json_t **out)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct buf answer = BUF_INIT;
	json_error_t error;
	json_t *v;
	int status =
		ctl_call(c, method, path, NULL, text, text ? strlen(text) : 0, &answer);

	free(text);
	if (!status && out) {
		v = json_loadb(buf_str(&answer), answer.len, 0, &error);
		if (v) {
			*out = v;
		} else {
			fprintf(stderr, "rdvctl: the daemon's answer is not JSON: %s\n",
				error.text);
			status = CTL_REFUSED;
		}
	}
	buf_fini(&answer);
	return status;
}

int ctl_pages(const struct ctl *c, const char *path, const char *key, json_t **out)
{
	json_t *rows = json_array(), *page;
	struct buf next = BUF_INIT;
	const char *cursor;
	int status;

	buf_addstr(&next, path);
	for (;;) {
		page = NULL;
		status = ctl_json(c, "GET", buf_str(&next), NULL, &page);
		if (status)
			break;
		json_array_extend(rows, json_object_get(page, key));
		cursor = json_string_value(json_object_get(page, "next"));
		if (!cursor)
			break;
		buf_clear(&next);
		buf_addf(&next, "%s%ccursor=%s", path, strchr(path, '?') ? '&' : '?',
			 cursor);
		json_decref(page);
	}
	json_decref(page);
	buf_fini(&next);
	if (status)
		json_decref(rows);
	else
		*out = rows;
	return status;
}

void ctl_print_json(const json_t *v)
{
	json_dumpf(v, stdout, JSON_INDENT(2));
	putchar('\n');
}
