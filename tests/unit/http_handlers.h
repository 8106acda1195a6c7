/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_handlers.h - the routes that the tests of http/ ask, and what their handlers leave
 * behind. */
#ifndef RDVD_TEST_HTTP_HANDLERS_H
#define RDVD_TEST_HTTP_HANDLERS_H

#include "http_fixture.h"

#define TICKETS_MAX 256

extern struct http_ticket *tickets[TICKETS_MAX]; /* of /wait, in the order of arrival */
extern size_t ntickets;
extern struct http_stream *stream; /* of /stream */
extern int stream_closed, data_freed;

void reply_text(struct http_request *rq, const char *text);
/* A server with all the routes: a request may take 300 ms, LIMIT_LOGIN three at once,
 * 127.0.0.1 is a trusted proxy. *state is its struct fixture. */
int http_setup(void **state);
int http_teardown(void **state);

#endif
