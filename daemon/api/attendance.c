/* SPDX-License-Identifier: GPL-3.0-or-later */
/* attendance.c - facts as a stream: pages of them are read in the reader's thread,
 * written as lines in the loop, and the next page is asked for once the client has taken
 * most of the last. The first page is read before the answer begins, so that a store that
 * cannot read is a 503 and not a short file. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/log.h"
#include "base/mem.h"
#include "report/fact.h"
#include "store/store.h"

#define PAGE_FACTS 1000
#define PENDING_MAX (256 * 1024) /* unsent bytes above which the next page waits */

/* A fact whose strings are in one block: the territory may change while the reader reads,
 * so that names are looked up in the loop. */
struct fact_copy {
	struct rdvd_fact fact;
	char *strings; /* owned */
};

struct attendance {
	struct store_job job;
	struct api *api;
	struct api_call *call;	    /* until the first page is there */
	struct http_stream *stream; /* from then on */
	enum fact_format format;
	struct rdvd_fact_filter filter;
	rdvd_id organisation;	 /* whose alone; 0 all */
	struct fact_copy *items; /* owned: the page */
	size_t n;
	int begun;   /* pages written */
	int reading; /* the job is the reader's */
	int closed;  /* the client has gone */
};

static void copy_fact(struct fact_copy *c, const struct rdvd_fact *f)
{
	const char **fields[] = {
		&c->fact.appointment, &c->fact.session,	  &c->fact.place_kind,
		&c->fact.commune,     &c->fact.programme, &c->fact.mode,
		&c->fact.person,      &c->fact.situation, &c->fact.locale};
	size_t at[ARRAY_SIZE(fields)];
	struct buf b = BUF_INIT;

	c->fact = *f;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *s = *fields[i] ? *fields[i] : "";

		at[i] = b.len;
		buf_add(&b, s, strlen(s) + 1);
	}
	c->strings = buf_steal(&b, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		*fields[i] = c->strings + at[i];
}

static int keep_fact(void *arg, const struct rdvd_fact *f)
{
	struct attendance *p = arg;

	copy_fact(&p->items[p->n++], f);
	return p->n == PAGE_FACTS;
}

static enum rdvd_rc page_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct attendance *p = (struct attendance *)job;

	p->n = 0;
	return ops->fact_each(st, &p->filter, keep_fact, p);
}

static void attendance_free(struct attendance *p)
{
	free(p->items);
	free(p);
}

/* ---- the stream ---- */

static void stream_end(struct attendance *p)
{
	http_stream_end(p->stream);
	p->stream = NULL;
	if (!p->reading)
		attendance_free(p);
}

static void next_page(struct attendance *p)
{
	p->reading = 1;
	if (store_read(p->api->store, &p->job) == RDVD_OK)
		return;
	/* The reader's queue is full: end short. seq says where to go on. */
	p->reading = 0;
	stream_end(p);
}

static void on_drained(void *arg)
{
	struct attendance *p = arg;

	if (!p->reading && p->stream && http_stream_pending(p->stream) < PENDING_MAX)
		next_page(p);
}

static void on_closed(void *arg)
{
	struct attendance *p = arg;

	p->closed = 1;
	if (!p->reading)
		stream_end(p);
}

static void write_page(struct attendance *p, struct buf *lines)
{
	const struct territory *t = booking_territory(p->api->booking);

	for (size_t i = 0; i < p->n; i++) {
		const struct rdvd_fact *f = &p->items[i].fact;

		/* a tombstone tells nothing, and whoever had the fact must forget it */
		if (!p->organisation || f->deleted || f->organisation == p->organisation)
			fact_write(lines, p->format, t, f);
		p->filter.after_seq = p->items[i].fact.seq;
		free(p->items[i].strings);
	}
}

/* 1 when there is a stream to write to. */
static int begin_answer(struct attendance *p, enum rdvd_rc rc)
{
	struct http_request *rq = call_end(p->call);

	p->call = NULL;
	if (!rq)
		return 0;
	if (rc != RDVD_OK) {
		api_refuse_rc(rq, rc);
		return 0;
	}
	if (p->format == FACT_CSV)
		http_header(rq, "Content-Disposition",
			    "attachment; filename=\"attendance.csv\"");
	p->stream = http_stream_start(rq, 200, fact_content_type(p->format));
	http_stream_callbacks(p->stream, on_drained, on_closed, p);
	return 1;
}

static void page_done(struct store_job *job)
{
	struct attendance *p = (struct attendance *)job;
	int last = job->rc != RDVD_OK || p->n < PAGE_FACTS;
	struct buf lines = BUF_INIT;

	p->reading = 0;
	if (p->call && !begin_answer(p, job->rc)) {
		for (size_t i = 0; i < p->n; i++)
			free(p->items[i].strings);
		attendance_free(p);
		return;
	}
	if (!p->begun++)
		fact_write_header(&lines, p->format);
	write_page(p, &lines);
	if (job->rc != RDVD_OK)
		log_warn("an export of attendance facts was cut short: the store could "
			 "not be read");
	if (p->closed || http_stream_write(p->stream, &lines) < 0 || last) {
		buf_fini(&lines);
		stream_end(p);
		return;
	}
	if (http_stream_pending(p->stream) < PENDING_MAX)
		next_page(p);
}

/* ---- the request ---- */

static int read_query(struct http_request *rq, struct attendance *at)
{
	const struct territory *t = booking_territory(at->api->booking);
	const char *format = http_request_query(rq, "format");
	struct api_errors e = {.n = 0};

	at->filter = (struct rdvd_fact_filter){
		.from = INT32_MIN, .to = INT32_MAX, .limit = PAGE_FACTS};
	query_day(rq, t, "from", &at->filter.from, &e);
	query_day(rq, t, "to", &at->filter.to, &e);
	query_int(rq, "after", 0, INT64_MAX, &at->filter.after_seq, &e);
	if (at->filter.to < at->filter.from)
		api_error(&e, "to", "before_from", "La fin est avant le début.");
	if (format && fact_format_parse(format, &at->format) < 0)
		api_error(&e, "format", "unknown", "Le format est csv ou ndjson.");
	if (e.n)
		api_refuse(rq, 400, &e);
	return e.n ? -1 : 0;
}

void get_staff_attendance(struct http_request *rq)
{
	struct attendance *p = xcalloc(1, sizeof *p);

	p->api = http_request_context(rq);
	p->organisation = api_organisation(rq);
	if (read_query(rq, p) < 0) {
		attendance_free(p);
		return;
	}
	p->items = xcalloc(PAGE_FACTS, sizeof *p->items);
	p->job.run = page_run;
	p->job.done = page_done;
	p->call = call_begin(rq);
	p->reading = 1;
	if (store_read(p->api->store, &p->job) != RDVD_OK) {
		rq = call_end(p->call);
		if (rq)
			api_refuse_rc(rq, RDVD_BUSY);
		attendance_free(p);
	}
}
