/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request.c - a request's way from libmicrohttpd's callbacks to its handler. The library
 * calls request_begin when the request line is there, request_step when the headers are,
 * for each piece of the body, when the body is whole and after every resume, and
 * request_end when all is over, whatever happened. An answer is prepared as a response in
 * the request and queued at the next step that may.
 *
 * Refusals that say the bytes themselves are wrong close the connection at once. Others
 * read what remains of a small body first, because an answer sent to a client that still
 * writes is often lost. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/impl.h"
#include "http/layout.h"
#include "http/wire.h"

#define POOL_MAX 256
#define BODY_KEPT_MAX 16384 /* of a pooled request */

struct arena_chunk {
	struct arena_chunk *next;
	_Alignas(16) char bytes[];
};

/* ---- life ---- */

static struct http_request *request_new(struct http_server *s)
{
	struct http_request *rq = s->pool;

	if (rq) {
		s->pool = rq->next;
		s->npool--;
		memset(rq, 0, offsetof(struct http_request, query));
	} else {
		rq = xmalloc(sizeof *rq);
		memset(rq, 0, offsetof(struct http_request, arena));
	}
	rq->server = s;
	rq->next = s->active;
	if (s->active)
		s->active->prev = rq;
	s->active = rq;
	s->nactive++;
	return rq;
}

static void request_free_memory(struct http_request *rq)
{
	free(rq->query.items);
	free(rq->fields.items);
	free(rq->headers.items);
	buf_fini(&rq->body);
	free(rq);
}

static void request_recycle(struct http_request *rq)
{
	struct http_server *s = rq->server;

	*(rq->prev ? &rq->prev->next : &s->active) = rq->next;
	if (rq->next)
		rq->next->prev = rq->prev;
	s->nactive--;
	while (rq->chunks) {
		struct arena_chunk *next = rq->chunks->next;

		free(rq->chunks);
		rq->chunks = next;
	}
	rq->arena_used = 0;
	rq->query.n = rq->fields.n = rq->headers.n = 0;
	if (s->npool >= POOL_MAX) {
		request_free_memory(rq);
		return;
	}
	if (rq->body.cap > BODY_KEPT_MAX)
		buf_fini(&rq->body);
	buf_clear(&rq->body);
	rq->next = s->pool;
	s->pool = rq;
	s->npool++;
}

void requests_free_pool(struct http_server *s)
{
	while (s->pool) {
		struct http_request *next = s->pool->next;

		request_free_memory(s->pool);
		s->pool = next;
	}
}

void *http_request_alloc(struct http_request *rq, size_t size)
{
	size_t start = (rq->arena_used + 15) & ~(size_t)15;
	struct arena_chunk *c;

	if (start + size <= sizeof rq->arena) {
		rq->arena_used = start + size;
		return rq->arena + start;
	}
	c = xmalloc(sizeof *c + size);
	c->next = rq->chunks;
	rq->chunks = c;
	return c->bytes;
}

/* ---- callbacks of the library ---- */

void *request_begin(void *cls, const char *target, struct MHD_Connection *mhd)
{
	struct http_listener *l = cls;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_request *rq = request_new(l->server);
	size_t len = strlen(target);
	char *copy;

	rq->mhd = mhd;
	rq->conn = info->socket_context;
	rq->method = HTTP_METHODS;
	rq->path = "";
	rq->target = "";
	if (len <= HTTP_TARGET_MAX_RAW) {
		copy = http_request_alloc(rq, len + 1);
		memcpy(copy, target, len + 1);
		rq->target = copy;
	}
	conn_set_phase(rq->conn,
		       CONN_READING); /* idle time before the line does not count */
	return rq;
}

void request_end(void *cls, struct MHD_Connection *mhd, void **slot,
		 enum MHD_RequestTerminationCode why)
{
	struct http_request *rq = *slot;
	struct http_server *s;

	if (!rq)
		return;
	*slot = NULL;
	s = rq->server;
	if (rq->ticket) {
		rq->ticket->rq = NULL;
		s->counters.suspended--;
	}
	if (rq->response)
		MHD_destroy_response(rq->response);
	if (rq->stream)
		stream_forget_request(rq->stream);
	if (rq->data_free)
		rq->data_free(rq->data);
	json_decref(rq->json);
	conn_set_phase(rq->conn, CONN_READING);
	request_recycle(rq);
	server_request_done(s);
}

static enum MHD_Result queue(struct http_request *rq)
{
	enum MHD_Result ok;

	if (rq->conn->phase != CONN_STREAMING)
		conn_set_phase(rq->conn, rq->stream ? CONN_STREAMING : CONN_SENDING);
	ok = MHD_queue_response(rq->mhd, (unsigned)rq->status, rq->response);
	MHD_destroy_response(rq->response);
	rq->response = NULL;
	rq->phase = REQUEST_ANSWERED;
	return ok;
}

/* Queue what is ready, or wait for it. */
static enum MHD_Result settle(struct http_request *rq)
{
	if (rq->response)
		return queue(rq);
	if (rq->phase != REQUEST_HANDLED)
		return rq->phase == REQUEST_ANSWERED ? MHD_NO : MHD_YES;
	conn_set_phase(rq->conn, CONN_WORKING);
	rq->mhd_suspended = 1;
	MHD_suspend_connection(rq->mhd);
	return MHD_YES;
}

void request_answer(struct http_request *rq, int status, struct MHD_Response *response)
{
	struct http_counters *c = &rq->server->counters;

	if (rq->response || rq->phase == REQUEST_ANSWERED) {
		log_err("request %s: it was answered twice, the second answer is lost",
			http_method_name(rq->method));
		MHD_destroy_response(response);
		return;
	}
	c->requests++;
	c->status_class[status / 100 % 6]++;
	rq->response = response;
	rq->status = status;
	if (rq->mhd_suspended) {
		rq->mhd_suspended = 0;
		MHD_resume_connection(rq->mhd);
		listener_pump_soon(rq->conn->listener);
	}
}

/* ---- checks before the handler ---- */

struct header_walk {
	struct wire_headers wire;
	struct layout layout;
};

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
				 size_t name_len, const char *value, size_t value_len)
{
	struct header_walk *walk = cls;

	if (!value)
		value_len = 0;
	layout_add(&walk->layout, name, value, value_len);
	wire_add_header(&walk->wire, name, name_len, value ? value : "", value_len);
	return MHD_YES;
}

/* A refusal in which nothing that came is trusted; the connection closes. */
static void refuse_wire(struct http_request *rq, int status, const char *why)
{
	struct buf body = BUF_INIT;

	rq->close = 1;
	buf_addf(&body, "%d: %s\n", status, why);
	http_reply(rq, status, "text/plain; charset=utf-8", &body);
}

static int check_wire(struct http_request *rq, const char *method, const char *version)
{
	struct header_walk walk = {0};
	const struct wire_headers *w = &walk.wire;
	const char *why = NULL;
	int status;

	layout_begin(&walk.layout, rq->mhd, method);
	MHD_get_connection_values_n(rq->mhd, MHD_HEADER_KIND, on_header, &walk);
	walk.wire.malformed |= !layout_is_whole(&walk.layout);
	status = wire_judge(w, version, &why);
	rq->method = http_method_parse(method);
	if (!status && !*rq->target) {
		status = 414;
		why = "the address is too long";
	}
	if (status) {
		refuse_wire(rq, status, why);
		return -1;
	}
	rq->forwarded_for = w->forwarded_for;
	rq->body_declared = w->length;
	rq->has_body = w->encodings || w->length > 0;
	address_client(&rq->conn->address, w->forwarded_for, rq->server->proxies,
		       rq->server->nproxies, &rq->client);
	if (rq->method == HTTP_METHODS) {
		refuse_wire(rq, 501, "this method is not served");
		return -1;
	}
	return 0;
}

static int has_repeated_query(const struct http_request *rq)
{
	for (size_t i = 1; i < rq->query.n; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(rq->query.items[i].name, rq->query.items[k].name))
				return 1;
	return 0;
}

/* Cut and decode the target, and look for what it names; 0, or -1: answered. */
static int read_target(struct http_request *rq, struct router_path *path,
		       struct router_match *m)
{
	size_t len = strlen(rq->target), path_len = strcspn(rq->target, "?#");
	char *copy = http_request_alloc(rq, len + 1);
	char *spare = http_request_alloc(rq, path_len + 2);

	memcpy(copy, rq->target, len + 1);
	if (router_path_parse(copy, path_len, spare, path)) {
		refuse_wire(rq, 400, "the path is not a well-encoded one");
		return -1;
	}
	rq->path = path->whole;
	router_find(rq->server->router, rq->method, path, m);
	if (m->entry && m->entry->route->raw_query)
		return 0;
	if (len > HTTP_TARGET_MAX) {
		refuse_wire(rq, 414, "the address is longer than 4 KiB");
		return -1;
	}
	if (path_len < len &&
	    form_parse_urlencoded(copy + path_len + 1, len - path_len - 1, HTTP_QUERY_MAX,
				  0, &rq->query)) {
		http_fail(rq, 400, "the query is not well encoded, or too long");
		return -1;
	}
	if (rq->query.n > 1 && http_request_wants_problem(rq) && has_repeated_query(rq)) {
		http_fail(rq, 400, "a query parameter is there twice");
		return -1;
	}
	return 0;
}

static void refuse_unknown(struct http_request *rq, const struct router_match *m)
{
	struct buf allow = BUF_INIT;

	if (!m->allow) {
		http_fail(rq, 404, NULL);
		return;
	}
	for (int i = 0; i < HTTP_METHODS; i++)
		if (m->allow & 1u << i)
			buf_addf(&allow, "%s%s", allow.len ? ", " : "",
				 http_method_name((enum http_method)i));
	http_header(rq, "Allow", buf_str(&allow));
	buf_fini(&allow);
	if (rq->method == HTTP_OPTIONS)
		http_reply(rq, 204, NULL, NULL);
	else
		http_fail(rq, 405, NULL);
}

static int take_route(struct http_request *rq, struct router_match *m)
{
	if (!m->entry ||
	    (m->entry->route->access == ACCESS_LOCAL && !rq->client.is_local)) {
		if (m->entry)
			m->allow = 0;
		refuse_unknown(rq, m);
		return -1;
	}
	rq->route = m->entry->route;
	rq->context = m->entry->ctx;
	rq->nparams = m->nparams;
	for (size_t i = 0; i < m->nparams; i++) {
		const char *value = m->params[i].value;

		if (value[m->params[i].len]) { /* without the pattern's suffix */
			char *copy = http_request_alloc(rq, m->params[i].len + 1);

			memcpy(copy, value, m->params[i].len);
			copy[m->params[i].len] = '\0';
			value = copy;
		}
		rq->params[i] =
			(struct http_pair){m->params[i].name, value, m->params[i].len};
	}
	return 0;
}

static void send_to_login(struct http_request *rq)
{
	const char *login = rq->server->login_path;
	struct buf to = BUF_INIT;

	if (!login) {
		http_fail(rq, 403, "log in first");
		return;
	}
	buf_addstr(&to, login);
	if (rq->method == HTTP_GET || rq->method == HTTP_HEAD) {
		buf_addstr(&to, "?next=");
		buf_add_url(&to, rq->target);
	}
	http_redirect(rq, 303, buf_str(&to));
	buf_fini(&to);
}

static int may(const struct http_request *rq, unsigned right)
{
	const struct http_hooks *hooks = &rq->server->hooks;

	return hooks->may && hooks->may(hooks->ctx, &rq->user, right);
}

/* 1 when the request may call its route; 0: answered. */
static int check_access(struct http_request *rq)
{
	const struct http_route *r = rq->route;
	int is_bearer;

	if (r->access == ACCESS_UNNAMED)
		return 1;
	session_identify(rq);
	is_bearer = rq->has_user && rq->credential == CREDENTIAL_BEARER;
	if (rq->bad_bearer ||
	    (r->access == ACCESS_STAFF_API && !is_bearer && !rq->client.is_local)) {
		http_header(rq, "WWW-Authenticate", "Bearer");
		http_fail(rq, 401, "a valid bearer token is needed");
		return 0;
	}
	if (r->access == ACCESS_STAFF && (!rq->has_user || is_bearer)) {
		send_to_login(rq);
		return 0;
	}
	if (r->right && rq->has_user && !may(rq, r->right)) {
		http_fail(rq, 403, "this is not among your rights");
		return 0;
	}
	if (r->csrf != CSRF_NONE && !is_bearer && !rq->client.is_local &&
	    !session_same_origin(rq)) {
		http_fail(rq, 403, "the request comes from a page of another site");
		return 0;
	}
	return 1;
}

static int is_unlimited(const struct http_request *rq)
{
	return rq->client.is_local || address_is_loopback(&rq->client) ||
	       (rq->has_user && rq->credential == CREDENTIAL_BEARER);
}

int http_limit_wait_s(const struct http_request *rq, enum http_limit_class class)
{
	return is_unlimited(rq)
		       ? 0
		       : limit_wait_s(rq->server->limit, class, address_key(&rq->client),
				      clock_monotonic_ms());
}

void http_limit_charge(struct http_request *rq, enum http_limit_class class)
{
	if (!is_unlimited(rq))
		limit_take(rq->server->limit, class, address_key(&rq->client),
			   clock_monotonic_ms());
}

static int check_limit(struct http_request *rq)
{
	int wait_s;

	if (rq->route->limit == LIMIT_NONE || is_unlimited(rq))
		return 1;
	wait_s = limit_take(rq->server->limit, rq->route->limit, address_key(&rq->client),
			    clock_monotonic_ms());
	if (!wait_s)
		return 1;
	rq->server->counters.limited++;
	http_fail_later(rq, 429, "too many requests from this address", wait_s);
	return 0;
}

static int check_body(struct http_request *rq)
{
	const struct http_route *r = rq->route;
	const char *type = http_request_header(rq, "Content-Type");
	int ok = 1;

	rq->body_len_max = rq->client.is_local ? rq->server->body_max_local
			   : r->body_max       ? r->body_max
					       : rq->server->body_max;
	if (!rq->has_body)
		return 1;
	switch (r->body) {
	case BODY_NONE:
	case BODY_RAW: break;
	case BODY_FORM:
		ok = form_media_type_is(type, "application/x-www-form-urlencoded") ||
		     form_media_type_is(type, "multipart/form-data");
		break;
	case BODY_JSON:
		ok = form_media_type_is(type, "application/json") ||
		     form_media_type_is(type, "+json");
		break;
	}
	if (!ok) {
		http_fail(rq, 415,
			  r->body == BODY_JSON ? "send the body as application/json"
					       : "send the form as a browser does");
		return 0;
	}
	if (rq->body_declared > rq->body_len_max) {
		http_fail(rq, 413, "the body is too long");
		return 0;
	}
	return 1;
}

void http_request_again(struct http_request *rq)
{
	rq->route->handle(rq);
	if (!rq->response && !rq->ticket) {
		log_err("route %s: its handler neither answered nor waits",
			rq->route->pattern);
		http_fail(rq, 500, NULL);
	}
}

static void dispatch(struct http_request *rq)
{
	rq->phase = REQUEST_HANDLED;
	if (rq->response)
		return; /* refused, and the body was dropped */
	if (rq->has_body && rq->route->body == BODY_FORM) {
		int status = form_parse_body(rq);

		if (status) {
			http_fail(rq, status,
				  "the form is not well encoded, or too long");
			return;
		}
	}
	if (rq->route->csrf == CSRF_TOKEN && !rq->client.is_local &&
	    !(rq->has_user && rq->credential == CREDENTIAL_BEARER) &&
	    !session_csrf_is_valid(rq)) {
		http_fail(rq, 403,
			  "the form is too old: go back, reload the page, send it again");
		return;
	}
	http_request_again(rq);
}

static enum MHD_Result on_headers(struct http_request *rq, const char *method,
				  const char *version)
{
	struct router_path path;
	struct router_match match;
	int ok;

	ok = !check_wire(rq, method, version) && !read_target(rq, &path, &match) &&
	     !take_route(rq, &match) && check_access(rq) && check_limit(rq) &&
	     check_body(rq);
	rq->phase = REQUEST_BODY;
	if (!ok && !rq->close && rq->has_body &&
	    (rq->body_declared > HTTP_DRAIN_MAX || http_request_header(rq, "Expect")))
		rq->close = 1; /* too much to read for nothing, or the client waits for
				  our word */
	if (!ok && rq->close)
		return queue(rq);
	/* An answer queued now, before the library has read the request to its end, would
	 * make it close the connection; the next call comes at once when there is no
	 * body. */
	return MHD_YES;
}

static enum MHD_Result on_body(struct http_request *rq, const char *data, size_t size)
{
	rq->body_seen += size;
	if (rq->response || rq->route->body == BODY_NONE)
		return rq->body_seen <= HTTP_DRAIN_MAX ? MHD_YES : MHD_NO;
	if (rq->body_seen > rq->body_len_max) {
		http_fail(rq, 413, "the body is too long");
		buf_fini(&rq->body);
		return MHD_YES;
	}
	buf_add(&rq->body, data, size);
	return MHD_YES;
}

enum MHD_Result request_step(void *cls, struct MHD_Connection *mhd, const char *url,
			     const char *method, const char *version, const char *data,
			     size_t *size, void **slot)
{
	struct http_request *rq = *slot;

	if (!rq)
		return MHD_NO;
	if (*size) {
		size_t n = *size;

		*size = 0;
		return rq->phase == REQUEST_BODY ? on_body(rq, data, n) : MHD_YES;
	}
	switch (rq->phase) {
	case REQUEST_LINE: return on_headers(rq, method, version);
	case REQUEST_BODY: dispatch(rq); return settle(rq);
	case REQUEST_HANDLED:
	case REQUEST_ANSWERED: break;
	}
	return settle(rq);
}
