/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed.c - GET of calendars. The feed's ETag is made of the change counter of the
 * counsellor's calendar, of the day (the window of thirty days back moves) and of what
 * the feed shows: a client that has it is answered 304 before any appointment is read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/access.h"
#include "booking/booking.h"
#include "dav/dav.h"
#include "dav/ics.h"
#include "http/http.h"
#include "http/lang.h"
#include "store/store.h"

#define FEED_DAYS_BACK 30

struct dav {
	struct http_server *server;
	struct booking *booking;
	struct access *access;
	struct store *store;
};

struct feed_job {
	struct store_job job;
	struct http_ticket *ticket;
	struct dav *dav;
	rdvd_id counsellor;
	int with_names;
	char lang[8];
	rdvd_time now;
	char have[80]; /* the ETag that the client has */
	char etag[80];
	int64_t seq, territory_seq;
	struct record_list records; /* owned; empty when the client has it already */
};

/* Without quotes, as http_etag wants it. */
static void make_etag(struct feed_job *j)
{
	snprintf(j->etag, sizeof j->etag, "%lld-%lld-%lld-%d-%s", (long long)j->seq,
		 (long long)j->territory_seq, (long long)(j->now / CIVIL_DAY_SECONDS),
		 j->with_names, j->lang);
}

static enum rdvd_rc feed_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct feed_job *j = (struct feed_job *)job;
	struct rdvd_appointment_filter f = {.counsellor = j->counsellor};
	/* whole days, so that the window does not move between two answers of one ETag */
	f.from = (j->now / CIVIL_DAY_SECONDS - FEED_DAYS_BACK) * CIVIL_DAY_SECONDS;
	f.to = INT64_MAX;
	record_list_fini(&j->records);
	enum rdvd_rc rc = ops->calendar_seq(st, j->counsellor, &j->seq);
	if (rc == RDVD_OK)
		rc = ops->calendar_seq(st, 0, &j->territory_seq);
	if (rc != RDVD_OK)
		return rc;
	make_etag(j);
	char quoted[sizeof j->etag + 2];
	snprintf(quoted, sizeof quoted, "\"%s\"", j->etag);
	if (strstr(j->have, quoted))
		return RDVD_OK;
	return ops->appointment_each(st, &f, record_list_add, &j->records);
}

static int session_compare(const void *x, const void *y)
{
	const struct rdvd_appointment *a = ((const struct record *)x)->appointment;
	const struct rdvd_appointment *b = ((const struct record *)y)->appointment;
	if (a->when.start != b->when.start)
		return a->when.start < b->when.start ? -1 : 1;
	if (a->session != b->session)
		return a->session < b->session ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static void feed_reply(struct http_request *rq, struct feed_job *j)
{
	const struct territory *t = booking_territory(j->dav->booking);
	int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, j->counsellor);
	struct buf name = BUF_INIT, body = BUF_INIT;
	if (http_etag(rq, j->etag))
		return;
	http_cache(rq, "private, max-age=300");
	if (j->records.n > 1)
		qsort(j->records.items, j->records.n, sizeof *j->records.items,
		      session_compare);
	buf_addf(&name, "RDV %s", who == TERRITORY_NONE ? "" : t->counsellors[who].label);
	struct ics_feed f = {.territory = t,
			     .name = buf_str(&name),
			     .lang = j->lang,
			     .with_names = j->with_names,
			     .staff_url = ""};
	ics_feed(&body, &f, &j->records);
	http_header(rq, "Content-Disposition", "inline; filename=\"rdv.ics\"");
	http_reply(rq, 200, "text/calendar; charset=utf-8", &body);
	buf_fini(&name);
}

static void feed_done(struct store_job *job)
{
	struct feed_job *j = (struct feed_job *)job;
	struct http_request *rq = http_resume(j->ticket);
	if (rq && job->rc == RDVD_OK)
		feed_reply(rq, j);
	else if (rq)
		http_fail_later(rq, 503, "the calendar cannot be read now", 60);
	record_list_fini(&j->records);
	free(j);
}

static void get_feed(struct http_request *rq)
{
	struct dav *d = http_request_context(rq);
	uint8_t hash[RDVD_HASH_SIZE];
	secret_token_hash(http_request_param(rq, "secret"), hash);
	const struct rdvd_feed *feed = access_feed_find(d->access, hash);
	const char *have = http_request_header(rq, "If-None-Match");
	if (!feed) {
		http_fail(rq, 404, "no such calendar");
		return;
	}
	struct feed_job *j = xcalloc(1, sizeof *j);
	*j = (struct feed_job){.dav = d,
			       .counsellor = feed->counsellor,
			       .with_names = feed->with_names,
			       .now = clock_now()};
	j->job.run = feed_run;
	j->job.done = feed_done;
	snprintf(j->lang, sizeof j->lang,
		 "fr"); /* the feed's reader is the team's calendar */
	snprintf(j->have, sizeof j->have, "%s", have ? have : "");
	if (store_read(d->store, &j->job) != RDVD_OK) {
		free(j);
		http_fail_later(rq, 503, "too many requests wait", 5);
		return;
	}
	j->ticket = http_suspend(rq);
}

/* ---- one appointment's file ---- */

struct file_ask {
	struct http_ticket *ticket;
	struct dav *dav;
};

static void file_reply(void *arg, const struct booking_reply *r)
{
	struct file_ask *ask = arg;
	struct dav *d = ask->dav;
	struct http_request *rq = http_resume(ask->ticket);
	free(ask);
	if (!rq)
		return;
	if (r->verdict != BOOKING_DONE || !r->appointment) {
		int gone = r->verdict == BOOKING_NOT_FOUND;
		http_fail(rq, gone ? 404 : 503,
			  gone ? "no such appointment" : "try again in a moment");
		return;
	}
	struct buf url = BUF_INIT, body = BUF_INIT;
	buf_addf(&url, "%s/rdv/%s", http_server_public_url(d->server), r->token);
	ics_appointment(&body, booking_territory(d->booking), r->appointment,
			buf_str(&url), store_instance(d->store),
			http_request_lang_code(rq));
	http_header(rq, "Content-Disposition",
		    "attachment; filename=\"rendez-vous.ics\"");
	http_reply(rq, 200, "text/calendar; charset=utf-8", &body);
	buf_fini(&url);
}

static void get_file(struct http_request *rq)
{
	struct dav *d = http_request_context(rq);
	struct booking_which w = {.token = http_request_param(rq, "token")};
	struct file_ask *ask = xcalloc(1, sizeof *ask);
	*ask = (struct file_ask){.ticket = http_suspend(rq), .dav = d};
	booking_get(d->booking, &w, file_reply, ask);
}

static const struct http_route routes[] = {
	/* the secret is the right to read; a feed reader has no cookie */
	{.method = HTTP_GET,
	 .pattern = "/cal/{secret}.ics",
	 .access = ACCESS_PUBLIC,
	 .limit = LIMIT_READ,
	 .handle = get_feed},
	{.method = HTTP_GET,
	 .pattern = "/rdv/{token}.ics",
	 .access = ACCESS_PUBLIC,
	 .limit = LIMIT_READ,
	 .handle = get_file},
};

struct dav *dav_new(struct http_server *server, struct booking *b, struct access *a,
		    struct store *s)
{
	struct dav *d = xcalloc(1, sizeof *d);
	*d = (struct dav){.server = server, .booking = b, .access = a, .store = s};
	http_server_routes(server, routes, ARRAY_SIZE(routes), d);
	return d;
}

void dav_free(struct dav *d)
{
	free(d);
}
