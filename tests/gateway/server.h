/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.h - a provider for tests: a small HTTP server in a thread of its own, on
 * loopback, that keeps every request as it came and answers as it is told. */
#ifndef TESTS_GATEWAY_SERVER_H
#define TESTS_GATEWAY_SERVER_H

#include <stddef.h>

enum server_act {
	SERVER_ANSWER, /* the status, headers and body */
	SERVER_DROP,   /* read the request, then close without a word */
	SERVER_RESET,  /* the same by a reset (RST) */
	SERVER_SILENT, /* read it, and say nothing until the client goes */
	SERVER_CUT,    /* half of the answer, then close */
};

struct server_request {
	const char *line;    /* "POST /x HTTP/1.1" */
	const char *headers; /* "Name: value\r\n" lines */
	const char *body;
	size_t body_size;
	int connection; /* which, from 1 */
	int nth;	/* of that connection, from 1 */
};

struct server_reply {
	enum server_act act;
	int status;
	const char *headers; /* lines, each with its CRLF; NULL none */
	const char *body;    /* NULL none */
};

/* In the server's thread; one request at a time. What the reply points to has to live
 * until the next call. */
typedef struct server_reply server_handler(void *arg, const struct server_request *rq);

struct server;

/* Listens on a free port of 127.0.0.1. */
struct server *server_new(server_handler *handler, void *arg);
/* Ends the connections that are open, and the thread. */
void server_free(struct server *s);
int server_port(const struct server *s);
/* Requests that were read so far. */
int server_count(struct server *s);
/* The value of a header, copied into out; 0, or -1 when it is not there. */
int server_header(const struct server_request *rq, const char *name, char *out,
		  size_t size);

#endif
