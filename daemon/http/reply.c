/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.c - answers. A body's memory goes to libmicrohttpd as it is and is freed by it
 * after the last byte; the headers that every answer must have are added here and nowhere
 * else. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/impl.h"

static int is_one_line(const char *s)
{
	return !s[strcspn(s, "\r\n")];
}

void http_header(struct http_request *rq, const char *name, const char *value)
{
	struct http_pairs *h = &rq->headers;

	if (!is_one_line(name) || !is_one_line(value)) {
		log_err("answer header %s has more than one line", name);
		abort();
	}
	VEC_GROW(h->items, h->n, h->cap);
	h->items[h->n++] =
		(struct http_pair){http_request_strdup(rq, name),
				   http_request_strdup(rq, value), strlen(value)};
}

void http_cookie(struct http_request *rq, const char *name, const char *value,
		 int64_t max_age_s)
{
	struct buf line = BUF_INIT;
	char full[64];

	buf_addf(&line, "%s=%s; Path=/; HttpOnly; SameSite=Lax",
		 session_cookie_name(rq->server, name, full), value);
	if (rq->server->https)
		buf_addlit(&line, "; Secure");
	if (max_age_s)
		buf_addf(&line, "; Max-Age=%lld",
			 (long long)(max_age_s < 0 ? 0 : max_age_s));
	http_header(rq, "Set-Cookie", buf_str(&line));
	buf_fini(&line);
}

void http_cache(struct http_request *rq, const char *cache_control)
{
	for (size_t i = 0; i < rq->headers.n; i++) {
		struct http_pair *p = &rq->headers.items[i];

		if (!strcmp(p->name, "Cache-Control")) {
			p->value = http_request_strdup(rq, cache_control);
			return;
		}
	}
	rq->cacheable = 1;
	http_header(rq, "Cache-Control", cache_control);
}

/* Does an If-None-Match list name this tag? Weak comparison (RFC 9110 13.1.2). */
static int list_has_etag(const char *list, const char *etag)
{
	size_t len = strlen(etag);

	for (const char *s = list; *s;) {
		const char *end;

		s += strspn(s, " \t,");
		if (*s == '*')
			return 1;
		if (!strncmp(s, "W/", 2))
			s += 2;
		if (*s != '"')
			return 0;
		end = strchr(++s, '"');
		if (!end)
			return 0;
		if ((size_t)(end - s) == len && !memcmp(s, etag, len))
			return 1;
		s = end + 1;
	}
	return 0;
}

int http_etag(struct http_request *rq, const char *etag)
{
	const char *known = http_request_header(rq, "If-None-Match");
	struct buf quoted = BUF_INIT;

	buf_addf(&quoted, "\"%s\"", etag);
	http_header(rq, "ETag", buf_str(&quoted));
	buf_fini(&quoted);
	if (!rq->cacheable)
		http_cache(rq, "private, no-cache");
	if ((rq->method != HTTP_GET && rq->method != HTTP_HEAD) || !known ||
	    !list_has_etag(known, etag))
		return 0;
	http_reply(rq, 304, NULL, NULL);
	return 1;
}

/* ---- the response ---- */

static const char page_policy[] =
	"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
	"form-action 'self'; frame-ancestors 'none'";

void reply_finish(struct http_request *rq, int status, const char *content_type,
		  struct MHD_Response *r)
{
	int is_page = content_type && !strncmp(content_type, "text/html", 9);

	if (content_type)
		MHD_add_response_header(r, "Content-Type", content_type);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Content-Security-Policy",
				is_page ? page_policy
					: "default-src 'none'; frame-ancestors 'none'");
	/* Not "no-referrer" for pages: their forms would be sent with "Origin: null". */
	MHD_add_response_header(r, "Referrer-Policy",
				is_page ? "same-origin" : "no-referrer");
	if (!rq->cacheable)
		MHD_add_response_header(r, "Cache-Control", "no-store");
	if (rq->server->https)
		MHD_add_response_header(r, "Strict-Transport-Security",
					"max-age=31536000");
	for (size_t i = 0; i < rq->headers.n; i++)
		MHD_add_response_header(r, rq->headers.items[i].name,
					rq->headers.items[i].value);
	if (rq->close || rq->server->stopping)
		MHD_add_response_header(r, "Connection", "close");
	request_answer(rq, status, r);
}

static struct MHD_Response *response_new(void *bytes, size_t len,
					 enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(len, bytes, mode);

	if (!r) {
		log_err("out of memory for an answer of %zu bytes", len);
		abort();
	}
	return r;
}

void http_reply(struct http_request *rq, int status, const char *content_type,
		struct buf *body)
{
	struct MHD_Response *r;

	if (body && body->len) {
		size_t len;
		char *bytes = buf_steal(body, &len);

		r = response_new(bytes, len, MHD_RESPMEM_MUST_FREE);
	} else {
		if (body)
			buf_fini(body);
		r = response_new(NULL, 0, MHD_RESPMEM_PERSISTENT);
	}
	reply_finish(rq, status, content_type, r);
}

void http_reply_static(struct http_request *rq, int status, const char *content_type,
		       const void *bytes, size_t len)
{
	reply_finish(rq, status, content_type,
		     response_new((void *)bytes, len, MHD_RESPMEM_PERSISTENT));
}

void http_redirect(struct http_request *rq, int status, const char *location)
{
	http_header(rq, "Location", location);
	http_reply(rq, status, NULL, NULL);
}
