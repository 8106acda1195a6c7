/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ticket.c - requests that wait. A ticket is a small block of its own that outlives the
 * request: when the request goes first, the ticket is told. While a request waits its
 * connection is suspended, so that the library neither reads nor times it out; a client
 * that leaves meanwhile is noticed when the answer is written. */
#include <stdlib.h>

#include "base/log.h"
#include "http/impl.h"

struct http_ticket *http_suspend(struct http_request *rq)
{
	struct http_ticket *t;

	if (rq->ticket || rq->response) {
		log_err("a request was suspended twice, or after its answer");
		abort();
	}
	t = xmalloc(sizeof *t);
	t->rq = rq;
	rq->ticket = t;
	rq->server->counters.suspended++;
	return t;
}

struct http_request *http_ticket_request(const struct http_ticket *ticket)
{
	return ticket->rq;
}

struct http_request *http_resume(struct http_ticket *ticket)
{
	struct http_request *rq = ticket->rq;

	free(ticket);
	if (!rq)
		return NULL;
	rq->ticket = NULL;
	rq->server->counters.suspended--;
	if (rq->mhd_suspended && !rq->is_resumed) {
		rq->is_resumed = 1;
		rq->resumed_next = rq->server->resumed;
		rq->server->resumed = rq;
		listener_pump_soon(rq->conn->listener);
	}
	return rq;
}

void requests_check_resumed(struct http_server *s)
{
	struct http_request *rq = s->resumed;

	s->resumed = NULL;
	while (rq) {
		struct http_request *next = rq->resumed_next;

		rq->is_resumed = 0;
		rq->resumed_next = NULL;
		if (rq->mhd_suspended && !rq->ticket && !rq->response) {
			log_err("route %s: resumed, and neither answered nor suspended "
				"again",
				rq->route->pattern);
			http_fail(rq, 500, NULL);
		}
		rq = next;
	}
}

void requests_abandon(struct http_server *s)
{
	struct http_request *next;

	requests_check_resumed(s);
	for (struct http_request *rq = s->active; rq; rq = next) {
		next = rq->next;
		rq->close = 1;
		if (rq->ticket) {
			rq->ticket->rq = NULL;
			rq->ticket = NULL;
			s->counters.suspended--;
			http_fail_later(rq, 503, "the service is restarting", 10);
		}
		if (rq->stream)
			stream_abandon(rq->stream);
	}
}
