/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_handlers.c - see http_handlers.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http_handlers.h"

struct http_ticket *tickets[TICKETS_MAX];
size_t ntickets;
struct http_stream *stream;
int stream_closed, data_freed;

void reply_text(struct http_request *rq, const char *text)
{
	struct buf b = BUF_INIT;

	buf_addstr(&b, text);
	http_reply(rq, 200, "text/plain", &b);
}

static void on_hello(struct http_request *rq)
{
	reply_text(rq, "hello");
}

static void on_show(struct http_request *rq)
{
	struct buf b = BUF_INIT;
	const char *name, *value;

	buf_addf(&b, "%s path=%s", http_method_name(http_request_method(rq)),
		 http_request_path(rq));
	if (http_request_param(rq, "a"))
		buf_addf(&b, " a=%s", http_request_param(rq, "a"));
	if (http_request_param(rq, "rest"))
		buf_addf(&b, " rest=%s", http_request_param(rq, "rest"));
	for (size_t i = 0; !http_request_query_at(rq, i, &name, &value); i++)
		buf_addf(&b, " ?%s=%s", name, value);
	for (size_t i = 0; !http_request_field_at(rq, i, &name, &value); i++)
		buf_addf(&b, " %s=[%s]", name, value);
	buf_addf(&b, " from=%s", http_request_address(rq));
	if (http_request_user(rq))
		buf_addf(&b, " user=%s", http_request_user(rq)->name);
	http_reply(rq, 200, "text/plain", &b);
}

static void on_json(struct http_request *rq)
{
	json_t *j = http_request_json(rq);

	if (j)
		reply_text(rq, json_string_value(json_object_get(j, "a")));
}

static void on_wait(struct http_request *rq)
{
	assert_true(ntickets < ARRAY_SIZE(tickets));
	tickets[ntickets++] = http_suspend(rq);
}

static void on_data_free(void *data)
{
	data_freed++;
	free(data);
}

static void on_wait_with_data(struct http_request *rq)
{
	http_request_set_data(rq, xstrdup("mine"), on_data_free);
	on_wait(rq);
}

/* Resumed before the handler has returned, as when a queue is full. */
static void on_at_once(struct http_request *rq)
{
	reply_text(http_resume(http_suspend(rq)), "at once");
}

static void on_forgetful(struct http_request *rq)
{
}

static void on_closed(void *arg)
{
	stream_closed++;
}

static void on_stream(struct http_request *rq)
{
	stream = http_stream_start(rq, 200, "text/event-stream");
	http_stream_callbacks(stream, NULL, on_closed, NULL);
}

static void on_cached(struct http_request *rq)
{
	if (!http_etag(rq, "v1"))
		reply_text(rq, "cached");
}

static void on_token(struct http_request *rq)
{
	reply_text(rq, http_request_csrf(rq));
}

static void on_huge(struct http_request *rq)
{
	struct buf b = BUF_INIT;

	memset(buf_reserve(&b, 8 << 20), 'x', 8 << 20);
	b.len = 8 << 20;
	http_reply(rq, 200, "text/plain", &b);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = "/hello", .handle = on_hello},
	{.method = HTTP_GET, .pattern = "/show", .handle = on_show},
	{.method = HTTP_GET, .pattern = "/api/v1/show", .handle = on_show},
	{.method = HTTP_GET, .pattern = "/rdv/{a}", .handle = on_show},
	{.method = HTTP_GET, .pattern = "/rdv/{a}.ics", .handle = on_show},
	{.method = HTTP_GET, .pattern = "/rdv/new", .handle = on_hello},
	{.method = HTTP_POST,
	 .pattern = "/rdv/{a}/cancel",
	 .csrf = CSRF_ORIGIN,
	 .body = BODY_FORM,
	 .handle = on_show},
	{.method = HTTP_PROPFIND,
	 .pattern = "/dav/{*rest}",
	 .body = BODY_RAW,
	 .handle = on_show},
	{.method = HTTP_POST, .pattern = "/form", .body = BODY_FORM, .handle = on_show},
	{.method = HTTP_POST, .pattern = "/json", .body = BODY_JSON, .handle = on_json},
	{.method = HTTP_GET, .pattern = "/wait", .handle = on_wait},
	{.method = HTTP_POST,
	 .pattern = "/wait",
	 .body = BODY_FORM,
	 .handle = on_wait_with_data},
	{.method = HTTP_GET, .pattern = "/at-once", .handle = on_at_once},
	{.method = HTTP_GET, .pattern = "/forgetful", .handle = on_forgetful},
	{.method = HTTP_GET, .pattern = "/stream", .handle = on_stream},
	{.method = HTTP_GET, .pattern = "/cached", .handle = on_cached},
	{.method = HTTP_GET, .pattern = "/huge", .handle = on_huge},
	{.method = HTTP_GET, .pattern = "/token", .handle = on_token},
	{.method = HTTP_POST,
	 .pattern = "/token",
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = on_hello},
	{.method = HTTP_GET,
	 .pattern = "/limited",
	 .limit = LIMIT_LOGIN,
	 .handle = on_show},
	{.method = HTTP_GET,
	 .pattern = "/api/v1/limited",
	 .limit = LIMIT_LOGIN,
	 .handle = on_show},
	{.method = HTTP_GET,
	 .pattern = "/staff",
	 .access = ACCESS_STAFF,
	 .right = 1,
	 .handle = on_show},
	{.method = HTTP_GET,
	 .pattern = "/staff/admin",
	 .access = ACCESS_STAFF,
	 .right = 2,
	 .handle = on_show},
	{.method = HTTP_GET,
	 .pattern = "/api/v1/staff",
	 .access = ACCESS_STAFF_API,
	 .right = 1,
	 .handle = on_show},
	{.method = HTTP_GET,
	 .pattern = "/metrics",
	 .access = ACCESS_LOCAL,
	 .handle = on_hello},
};

static const struct http_user *find_user(void *ctx, enum http_credential kind,
					 const uint8_t hash[SECRET_HASH_SIZE])
{
	static const struct http_user anne = {.id = 7, .name = "Anne"};
	static const struct http_user robot = {.id = 8, .name = "robot"};
	uint8_t wanted[SECRET_HASH_SIZE];

	secret_token_hash(kind == CREDENTIAL_BEARER ? "robot-token" : "anne-token",
			  wanted);
	if (!secret_equal(hash, wanted, sizeof wanted))
		return NULL;
	return kind == CREDENTIAL_BEARER ? &robot : &anne;
}

static int may(void *ctx, const struct http_user *user, unsigned right)
{
	(void)ctx;
	return user && right == 1;
}

static const char *const proxies[] = {"127.0.0.1"};
static const uint8_t key[SECRET_KEY_SIZE] = {1, 2, 3};

int http_setup(void **state)
{
	static struct fixture f;
	const struct http_options o = {
		.key = key,
		.login_path = "/connexion",
		.trusted_proxies = proxies,
		.ntrusted_proxies = 1,
		.hooks = {.find_user = find_user, .may = may},
		.limits = {[LIMIT_LOGIN] = {.burst = 3, .per_hour = 60}},
		.request_timeout_ms = 300,
		.connections_max = 1600,
	};

	ntickets = 0;
	stream = NULL;
	stream_closed = data_freed = 0;
	fixture_start(&f, &o);
	fixture_add_routes(&f, routes, ARRAY_SIZE(routes));
	*state = &f;
	return 0;
}

int http_teardown(void **state)
{
	fixture_stop(*state);
	return 0;
}
