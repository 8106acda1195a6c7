/* SPDX-License-Identifier: GPL-3.0-or-later */
/* problem.c - errors: application/problem+json (RFC 9457) for programs, a page for
 * people. */
#include "base/mem.h"
#include "http/impl.h"
#include "http/lang.h"

static void add_member(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, ",\"%s\":", name);
	buf_add_json_string(b, value);
}

void http_problem_with(struct http_request *rq, int status, const char *title,
		       const char *detail, const struct http_error *errors,
		       size_t nerrors, const char *members)
{
	struct buf b = BUF_INIT;

	buf_addlit(&b, "{\"type\":\"about:blank\"");
	add_member(&b, "title", title);
	buf_addf(&b, ",\"status\":%d", status);
	if (detail)
		add_member(&b, "detail", detail);
	if (nerrors) {
		buf_addlit(&b, ",\"errors\":[");
		for (size_t i = 0; i < nerrors; i++) {
			buf_addstr(&b, i ? ",{\"field\":" : "{\"field\":");
			buf_add_json_string(&b, errors[i].field);
			add_member(&b, "code", errors[i].code);
			add_member(&b, "message", errors[i].message);
			buf_addch(&b, '}');
		}
		buf_addch(&b, ']');
	}
	if (members) {
		buf_addch(&b, ',');
		buf_addstr(&b, members);
	}
	buf_addlit(&b, "}\n");
	http_reply(rq, status, "application/problem+json", &b);
}

void http_problem(struct http_request *rq, int status, const char *title,
		  const char *detail, const struct http_error *errors, size_t nerrors)
{
	http_problem_with(rq, status, title, detail, errors, nerrors, NULL);
}

/* What a program is told where nothing more is known: each problem has a detail. */
static const char *detail_of(int status)
{
	static const struct {
		int status;
		const char *detail;
	} known[] = {
		{404, "there is nothing at this address"},
		{405, "this address takes other methods: see Allow"},
		{500, "the server failed: its log says why"},
		{503, "the server is busy: try again later"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].status == status)
			return known[i].detail;
	return "the request is not what this address takes";
}

void http_fail(struct http_request *rq, int status, const char *detail)
{
	const struct http_hooks *hooks = &rq->server->hooks;
	const char *title = MHD_get_reason_phrase_for((unsigned)status);
	struct buf b = BUF_INIT;

	if (http_request_wants_problem(rq)) {
		http_problem(rq, status, title, detail ? detail : detail_of(status), NULL,
			     0);
		return;
	}
	if (hooks->error_page) {
		hooks->error_page(hooks->ctx, rq, status, detail, &b);
	} else {
		buf_addf(&b, "<!DOCTYPE html>\n<html lang=\"%s\"><title>",
			 http_request_lang_code(rq));
		buf_add_html(&b, title);
		buf_addf(&b, "</title><h1>%d ", status);
		buf_add_html(&b, title);
		buf_addlit(&b, "</h1>\n<p>");
		buf_add_html(&b, detail ? detail : "");
		buf_addlit(&b, "</p></html>\n");
	}
	http_reply_html(rq, status, &b);
}

void http_fail_later(struct http_request *rq, int status, const char *detail,
		     int retry_after_s)
{
	struct buf b = BUF_INIT;

	buf_addint(&b, retry_after_s);
	http_header(rq, "Retry-After", buf_str(&b));
	buf_fini(&b);
	http_fail(rq, status, detail);
}
