/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sink.c - an SMS provider with nothing to think about: an HTTP server in one epoll loop
 * that takes every request, answers 202 and an id, and counts.
 *
 * usage: sink PORT. Says "ready" when it listens, and on SIGTERM how many requests came
 * over how many connections. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE 65536

struct connection {
	int fd;
	size_t filled;
	char buffer[BUFFER_SIZE + 1];
};

static volatile sig_atomic_t ended;
static uint64_t requests, connections;

static void on_term(int sig)
{
	(void)sig;
	ended = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "sink: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int listen_on(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons((uint16_t)port),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(fd, 1024) < 0)
		die("listen");
	return fd;
}

/* The size of the whole request at the buffer's beginning, or 0 while it is not there. */
static size_t request_size(struct connection *c)
{
	size_t head, body = 0;
	char *end, *length;

	c->buffer[c->filled] = '\0';
	end = strstr(c->buffer, "\r\n\r\n");
	if (!end)
		return 0;
	head = (size_t)(end + 4 - c->buffer);
	*end = '\0';
	length = strcasestr(c->buffer, "\r\ncontent-length:");
	*end = '\r';
	if (length)
		body = strtoul(length + 17, NULL, 10);
	return c->filled >= head + body ? head + body : 0;
}

static int serve(struct connection *c)
{
	static const char answer[] =
		"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"
		"Content-Length: 16\r\n\r\n{\"id\":\"abcdefg\"}";
	ssize_t n;

	while ((n = recv(c->fd, c->buffer + c->filled, BUFFER_SIZE - c->filled, 0)) > 0) {
		size_t size;

		c->filled += (size_t)n;
		while ((size = request_size(c)) > 0) {
			requests++;
			memmove(c->buffer, c->buffer + size, c->filled - size);
			c->filled -= size;
			if (send(c->fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0)
				return -1;
		}
		if (c->filled == BUFFER_SIZE)
			return -1;
	}
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

static void take(int listener, int epoll_fd)
{
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct connection *c = malloc(sizeof *c);
		struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};

		if (!c)
			die("memory");
		c->fd = fd;
		c->filled = 0;
		connections++;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event events[64], e = {.events = EPOLLIN, .data.ptr = NULL};
	int listener = listen_on(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0), epoll_fd;

	epoll_fd = epoll_create1(0);
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &e);
	signal(SIGTERM, on_term);
	puts("ready");
	fflush(stdout);
	while (!ended) {
		int n = epoll_wait(epoll_fd, events, 64, -1);

		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;

			if (!c) {
				take(listener, epoll_fd);
			} else if (serve(c) < 0) {
				close(c->fd);
				free(c);
			}
		}
	}
	printf("%llu %llu\n", (unsigned long long)requests,
	       (unsigned long long)connections);
	return 0;
}
