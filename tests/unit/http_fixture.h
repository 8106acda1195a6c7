/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_fixture.h - for the tests of http/: a real server on a free loopback port and raw
 * sockets, in one thread. Whoever waits for an answer runs the loop meanwhile. */
#ifndef RDVD_TEST_HTTP_FIXTURE_H
#define RDVD_TEST_HTTP_FIXTURE_H

#include "base/buf.h"
#include "base/loop.h"
#include "http/http.h"

struct fixture {
	struct loop *loop;
	struct http_server *server;
	char *dir;    /* a temporary folder with the local socket in it */
	char *socket; /* its path */
	struct http_options options;
};

/* Start with options (zeroed where the preset is good); listen and unix_path are the
 * fixture's. */
void fixture_start(struct fixture *f, const struct http_options *options);
void fixture_add_routes(struct fixture *f, const struct http_route *routes, size_t n);
void fixture_stop(struct fixture *f);
/* Run the loop for one step of at most 10 ms. */
void fixture_turn(struct fixture *f);
/* Run the loop until test(arg) is true; fails the test after 10 s. */
void fixture_until(struct fixture *f, int (*test)(void *arg), void *arg);

struct client {
	struct fixture *f;
	int fd;
	int closed;    /* the server closed */
	struct buf in; /* not yet taken by client_answer */
};

void client_open(struct client *c, struct fixture *f);
void client_open_local(struct client *c, struct fixture *f);
void client_close(struct client *c);
void client_send(struct client *c, const char *bytes);
void client_send_bytes(struct client *c, const char *bytes, size_t len);

struct answer {
	int status; /* 0: the server closed without an answer */
	struct buf headers;
	struct buf body;
};
/* Wait for one answer; a chunked body comes decoded. Call answer_fini. */
void client_answer(struct client *c, struct answer *a);
/* The same for an answer without a body, to HEAD. */
void client_answer_head(struct client *c, struct answer *a);
void answer_fini(struct answer *a);
/* The value of a header (in a static buffer), or NULL. */
const char *answer_header(const struct answer *a, const char *name);
/* 1 when the server closes within 10 s. */
int client_is_closed_soon(struct client *c);

/* Open, send, read one answer, close. The status; the body in body when it is not NULL.
 */
int fixture_ask(struct fixture *f, const char *request, struct answer *a);
/* GET target with more header lines ("A: b\r\n" or ""). */
int fixture_get(struct fixture *f, const char *target, const char *headers,
		struct answer *a);

#endif
