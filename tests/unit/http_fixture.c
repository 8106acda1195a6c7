/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_fixture.c - see http_fixture.h. */
#include "http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"

#define PATIENCE_MS 10000

void fixture_start(struct fixture *f, const struct http_options *options)
{
	static const char *const listen[] = {"127.0.0.1:0"};
	char template[] = "/tmp/rdvd-http-XXXXXX";

	assert_int_equal(secret_init(), 0);
	f->dir = xstrdup(mkdtemp(template));
	f->socket = xasprintf("%s/s", f->dir);
	f->loop = loop_new();
	f->options = *options;
	f->options.listen = listen;
	f->options.nlisten = 1;
	f->options.unix_path = f->socket;
	f->server = http_server_new(f->loop, &f->options);
	assert_non_null(f->server);
}

void fixture_add_routes(struct fixture *f, const struct http_route *routes, size_t n)
{
	http_server_routes(f->server, routes, n, f);
}

void fixture_stop(struct fixture *f)
{
	http_server_free(f->server);
	loop_free(f->loop);
	rmdir(f->dir);
	free(f->dir);
	free(f->socket);
}

void fixture_turn(struct fixture *f)
{
	loop_run_once(f->loop, 10);
}

void fixture_until(struct fixture *f, int (*test)(void *arg), void *arg)
{
	int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (!test(arg)) {
		assert_true(clock_monotonic_ms() < end_ms);
		fixture_turn(f);
	}
}

static void client_connect(struct client *c, struct fixture *f, const void *address,
			   socklen_t len, int family)
{
	*c = (struct client){.f = f};
	c->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(c->fd >= 0);
	assert_int_equal(connect(c->fd, address, len), 0);
	assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
}

void client_open(struct client *c, struct fixture *f)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port =
					 htons((uint16_t)http_server_port(f->server, 0)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	client_connect(c, f, &to, sizeof to, AF_INET);
}

void client_open_local(struct client *c, struct fixture *f)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	memcpy(to.sun_path, f->socket, strlen(f->socket) + 1);
	client_connect(c, f, &to, sizeof to, AF_UNIX);
}

void client_close(struct client *c)
{
	close(c->fd);
	buf_fini(&c->in);
}

static void client_read(struct client *c)
{
	char bytes[65536];
	ssize_t n;

	while ((n = recv(c->fd, bytes, sizeof bytes, 0)) > 0)
		buf_add(&c->in, bytes, (size_t)n);
	if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
		c->closed = 1;
}

void client_send_bytes(struct client *c, const char *bytes, size_t len)
{
	int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (len && !c->closed) {
		ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else {
			assert_true(clock_monotonic_ms() < end_ms);
			if (errno != EAGAIN)
				return; /* refused: the answer says why */
		}
		fixture_turn(c->f);
		client_read(c);
	}
}

void client_send(struct client *c, const char *bytes)
{
	client_send_bytes(c, bytes, strlen(bytes));
}

static void client_wait(struct client *c)
{
	static int64_t since_ms;
	size_t before = c->in.len;

	client_read(c);
	if (c->in.len != before || c->closed) {
		since_ms = 0;
		return;
	}
	if (!since_ms)
		since_ms = clock_monotonic_ms();
	assert_true(clock_monotonic_ms() - since_ms < PATIENCE_MS);
	fixture_turn(c->f);
}

static void take(struct client *c, size_t n, struct buf *out)
{
	struct buf rest = BUF_INIT;

	if (out)
		buf_add(out, c->in.data, n);
	buf_add(&rest, c->in.data + n, c->in.len - n);
	buf_fini(&c->in);
	c->in = rest;
}

/* Wait until n bytes are there; fewer when the server closes. */
static size_t want(struct client *c, size_t n)
{
	while (c->in.len < n && !c->closed)
		client_wait(c);
	return c->in.len < n ? c->in.len : n;
}

static void take_chunks(struct client *c, struct buf *out)
{
	for (;;) {
		const char *line_end;
		size_t size;

		while (!(line_end = strstr(buf_str(&c->in), "\r\n"))) {
			if (c->closed)
				return;
			client_wait(c);
		}
		size = strtoul(c->in.data, NULL, 16);
		take(c, (size_t)(line_end - c->in.data) + 2, NULL);
		take(c, want(c, size), out);
		take(c, want(c, 2), NULL);
		if (!size)
			return;
	}
}

static void read_answer(struct client *c, struct answer *a, int has_body)
{
	const char *end, *length;

	*a = (struct answer){0};
	while (!(end = strstr(buf_str(&c->in), "\r\n\r\n"))) {
		if (c->closed)
			return;
		client_wait(c);
	}
	take(c, (size_t)(end - c->in.data) + 4, &a->headers);
	assert_int_equal(strncmp(buf_str(&a->headers), "HTTP/1.", 7), 0);
	a->status = (int)strtol(buf_str(&a->headers) + 9, NULL, 10);
	if (a->status == 100) {
		answer_fini(a);
		read_answer(c, a, has_body);
		return;
	}
	if (!has_body || a->status == 204 || a->status == 304)
		return;
	length = answer_header(a, "Content-Length");
	if (length)
		take(c, want(c, strtoul(length, NULL, 10)), &a->body);
	else if (answer_header(a, "Transfer-Encoding"))
		take_chunks(c, &a->body);
}

void client_answer(struct client *c, struct answer *a)
{
	read_answer(c, a, 1);
}

void client_answer_head(struct client *c, struct answer *a)
{
	read_answer(c, a, 0);
}

void answer_fini(struct answer *a)
{
	buf_fini(&a->headers);
	buf_fini(&a->body);
}

const char *answer_header(const struct answer *a, const char *name)
{
	static char value[1024];
	size_t len = strlen(name);

	for (const char *line = strstr(buf_str(&a->headers), "\r\n");
	     line && line[2] != '\r'; line = strstr(line + 2, "\r\n")) {
		if (strncasecmp(line + 2, name, len) || line[2 + len] != ':')
			continue;
		line += 2 + len + 1;
		line += strspn(line, " ");
		snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\r"), line);
		return value;
	}
	return NULL;
}

int client_is_closed_soon(struct client *c)
{
	int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (!c->closed && clock_monotonic_ms() < end_ms) {
		client_read(c);
		fixture_turn(c->f);
	}
	return c->closed;
}

int fixture_ask(struct fixture *f, const char *request, struct answer *a)
{
	struct answer mine;
	struct client c;
	int status;

	client_open(&c, f);
	client_send(&c, request);
	client_answer(&c, a ? a : &mine);
	status = a ? a->status : mine.status;
	if (!a)
		answer_fini(&mine);
	client_close(&c);
	return status;
}

int fixture_get(struct fixture *f, const char *target, const char *headers,
		struct answer *a)
{
	char *request =
		xasprintf("GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", target, headers);
	int status = fixture_ask(f, request, a);

	free(request);
	return status;
}
