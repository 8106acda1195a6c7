/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream.c - answers whose end is not known: the library asks for bytes, we suspend the
 * connection when there are none (answering 0 would make it ask again at once, for ever)
 * and resume it when some are written. Two sides hold a stream, the library's response
 * and the writer; the last one frees it. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/impl.h"

#define PENDING_MAX (1024 * 1024)
#define BLOCK 16384

struct http_stream {
	struct http_request *rq; /* NULL after its end */
	struct MHD_Connection *mhd;
	struct http_listener *listener;
	struct buf pending;
	size_t taken; /* of pending, already handed over */
	int suspended;
	int ended;    /* the writer has let go */
	int released; /* the library has let go */
	int finish;   /* send what is pending, then the end */
	int broken;
	int drained_due;
	void (*drained)(void *arg);
	void (*closed)(void *arg);
	void *arg;
};

static void free_if_alone(struct http_stream *st)
{
	if (!st->ended || !st->released)
		return;
	buf_fini(&st->pending);
	free(st);
}

static ssize_t on_read(void *cls, uint64_t pos, char *out, size_t max)
{
	struct http_stream *st = cls;
	size_t n = st->pending.len - st->taken;

	if (!n && st->drained_due && st->drained && !st->ended && !st->broken) {
		st->drained_due = 0;
		st->drained(st->arg);
		n = st->pending.len - st->taken;
	}
	if (st->broken)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!n) {
		if (st->finish)
			return MHD_CONTENT_READER_END_OF_STREAM;
		st->suspended = 1;
		MHD_suspend_connection(st->mhd);
		return 0;
	}
	if (n > max)
		n = max;
	memcpy(out, st->pending.data + st->taken, n);
	st->taken += n;
	if (st->taken == st->pending.len) {
		buf_clear(&st->pending);
		st->taken = 0;
		st->drained_due = 1;
	}
	return (ssize_t)n;
}

static void on_release(void *cls)
{
	struct http_stream *st = cls;

	if (st->rq)
		st->rq->stream = NULL;
	st->rq = NULL;
	st->listener->server->counters.streams--;
	st->broken = 1;
	if (!st->ended && st->closed)
		st->closed(st->arg); /* may end it: not yet released, so it stays */
	st->released = 1;
	free_if_alone(st);
}

struct http_stream *http_stream_start(struct http_request *rq, int status,
				      const char *content_type)
{
	struct http_stream *st = xcalloc(1, sizeof *st);
	struct MHD_Response *r = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK, on_read, st, on_release);

	if (!r) {
		log_err("out of memory for a stream");
		abort();
	}
	st->rq = rq;
	st->mhd = rq->mhd;
	st->listener = rq->conn->listener;
	rq->stream = st;
	rq->server->counters.streams++;
	reply_finish(rq, status, content_type, r);
	return st;
}

static void wake(struct http_stream *st)
{
	if (!st->suspended)
		return;
	st->suspended = 0;
	MHD_resume_connection(st->mhd);
	listener_pump_soon(st->listener);
}

int http_stream_write(struct http_stream *st, struct buf *body)
{
	if (!st->broken && http_stream_pending(st) > PENDING_MAX) {
		st->broken = 1;
		wake(st);
	}
	if (!st->broken)
		buf_add(&st->pending, buf_str(body), body->len);
	buf_fini(body);
	if (st->broken)
		return -1;
	wake(st);
	return 0;
}

size_t http_stream_pending(const struct http_stream *st)
{
	return st->pending.len - st->taken;
}

void http_stream_callbacks(struct http_stream *st, void (*drained)(void *arg),
			   void (*closed)(void *arg), void *arg)
{
	st->drained = drained;
	st->closed = closed;
	st->arg = arg;
}

void http_stream_end(struct http_stream *st)
{
	st->ended = 1;
	st->finish = 1;
	if (!st->released && !st->broken)
		wake(st);
	free_if_alone(st);
}

void stream_forget_request(struct http_stream *st)
{
	st->rq = NULL;
}

void stream_abandon(struct http_stream *st)
{
	st->finish = 1;
	wake(st);
}
