/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.c - see server.h. One thread and poll(2): connections are kept open until the
 * client ends them, so that a client which uses one again is seen to. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define CONNECTIONS_MAX 64

struct connection {
	int fd; /* -1: a free place */
	int number, requests;
	int is_silent;
	struct buf in;
};

struct server {
	server_handler *handler;
	void *arg;
	int listener, port;
	int stop[2]; /* a pipe: closed to end */
	pthread_t thread;
	atomic_int count;
	int connections;
	struct connection open[CONNECTIONS_MAX];
};

int server_header(const struct server_request *rq, const char *name, char *out,
		  size_t size)
{
	size_t n = strlen(name);

	for (const char *line = rq->headers; *line;) {
		const char *end = strstr(line, "\r\n");

		if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
			line += n + 1;
			line += strspn(line, " ");
			snprintf(out, size, "%.*s", (int)(end - line), line);
			return 0;
		}
		line = end + 2;
	}
	return -1;
}

static void end_connection(struct connection *c, int is_reset)
{
	struct linger now = {1, 0};

	if (is_reset)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(c->fd);
	c->fd = -1;
	buf_fini(&c->in);
}

/* MSG_NOSIGNAL: a client that is gone is no reason to die. */
static void put(const struct connection *c, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = send(c->fd, bytes, n, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		bytes += done;
		n -= (size_t)done;
	}
}

static void answer(struct connection *c, const struct server_reply *r)
{
	size_t n = r->body ? strlen(r->body) : 0;
	struct buf out = BUF_INIT;

	buf_addf(&out, "HTTP/1.1 %d Said\r\nContent-Length: %zu\r\n", r->status, n);
	buf_addstr(&out, r->headers ? r->headers : "");
	buf_addstr(&out, "\r\n");
	buf_add(&out, r->body ? r->body : "", n);
	if (r->act == SERVER_CUT)
		out.len -= n / 2 + 1;
	put(c, out.data, out.len);
	buf_fini(&out);
}

/* Act on one request that is there whole. 1 when there was one. */
static int take_request(struct server *s, struct connection *c)
{
	char *text = c->in.data, *head, *body, length[32];
	struct server_request rq;
	struct server_reply r;
	size_t whole, size = 0;

	head = text ? strstr(text, "\r\n\r\n") : NULL;
	if (!head || c->is_silent)
		return 0;
	body = head + 4;
	head[2] = '\0'; /* the last header's line keeps its CRLF */
	head = strstr(text, "\r\n");
	rq = (struct server_request){.headers = head + 2};
	if (server_header(&rq, "Content-Length", length, sizeof length) == 0)
		size = strtoul(length, NULL, 10);
	whole = (size_t)(body - text) + size;
	if (c->in.len < whole) {
		body[-2] = '\r';
		return 0;
	}
	*head = '\0';
	rq.line = text;
	rq.body = xstrndup(body, size);
	rq.body_size = size;
	rq.connection = c->number;
	rq.nth = ++c->requests;
	r = s->handler(s->arg, &rq);
	atomic_fetch_add(&s->count, 1);
	free((char *)rq.body);
	memmove(c->in.data, c->in.data + whole, c->in.len - whole + 1);
	c->in.len -= whole;
	switch (r.act) {
	case SERVER_ANSWER: answer(c, &r); return 1;
	case SERVER_CUT:
		answer(c, &r);
		end_connection(c, 0);
		return 0;
	case SERVER_SILENT: c->is_silent = 1; return 0;
	case SERVER_DROP:
	case SERVER_RESET: break;
	}
	end_connection(c, r.act != SERVER_DROP);
	return 0;
}

static void on_readable(struct server *s, struct connection *c)
{
	char *at = buf_reserve(&c->in, 65536);
	ssize_t n = recv(c->fd, at, 65536, 0);

	if (n <= 0) {
		end_connection(c, 0);
		return;
	}
	c->in.len += (size_t)n;
	c->in.data[c->in.len] = '\0';
	while (c->fd >= 0 && take_request(s, c))
		;
}

static void on_accept(struct server *s)
{
	int fd = accept(s->listener, NULL, NULL);

	for (int i = 0; fd >= 0 && i < CONNECTIONS_MAX; i++) {
		struct connection *c = &s->open[i];

		if (c->fd >= 0)
			continue;
		*c = (struct connection){.fd = fd, .number = ++s->connections};
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void *run(void *arg)
{
	struct server *s = arg;
	struct pollfd fds[CONNECTIONS_MAX + 2];

	for (;;) {
		fds[0] = (struct pollfd){.fd = s->stop[0], .events = POLLIN};
		fds[1] = (struct pollfd){.fd = s->listener, .events = POLLIN};
		for (int i = 0; i < CONNECTIONS_MAX; i++)
			fds[i + 2] =
				(struct pollfd){.fd = s->open[i].fd, .events = POLLIN};
		if (poll(fds, CONNECTIONS_MAX + 2, -1) < 0 && errno != EINTR)
			abort();
		if (fds[0].revents)
			return NULL;
		for (int i = 0; i < CONNECTIONS_MAX; i++)
			if (fds[i + 2].revents && s->open[i].fd >= 0)
				on_readable(s, &s->open[i]);
		if (fds[1].revents)
			on_accept(s);
	}
}

struct server *server_new(server_handler *handler, void *arg)
{
	struct sockaddr_in here = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof here;
	struct server *s = xcalloc(1, sizeof *s);

	s->handler = handler;
	s->arg = arg;
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		s->open[i].fd = -1;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&here, size) < 0 ||
	    listen(s->listener, 512) < 0 || pipe(s->stop) < 0 ||
	    getsockname(s->listener, (struct sockaddr *)&here, &size) < 0)
		abort();
	s->port = ntohs(here.sin_port);
	if (pthread_create(&s->thread, NULL, run, s) != 0)
		abort();
	return s;
}

void server_free(struct server *s)
{
	if (!s)
		return;
	close(s->stop[1]);
	pthread_join(s->thread, NULL);
	close(s->stop[0]);
	close(s->listener);
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		if (s->open[i].fd >= 0)
			end_connection(&s->open[i], 0);
	free(s);
}

int server_port(const struct server *s)
{
	return s->port;
}

int server_count(struct server *s)
{
	return atomic_load(&s->count);
}
