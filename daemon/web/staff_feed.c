/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_feed.c - the secret address by which a counsellor's own calendar program reads
 * her appointments. It is shown once, when it is made: only its hash is kept. Names are
 * left out unless she asks for them. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_room.h"

/* "https://rdv.example.org", or the address that the browser used. */
static const char *origin(struct http_request *rq, const struct staff *st)
{
	const char *host = http_request_header(rq, "Host");

	if (st->options.public_url)
		return st->options.public_url;
	return page_text(rq, "http://%s", host ? host : "localhost");
}

static void reply_feed(struct http_request *rq, const struct staff *st, const char *token)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct staff_feed_view v = {.action = "/equipe/agenda"};
	const struct rdvd_feed *feed = NULL;
	const char *base = origin(rq, st);
	const char *rest = strstr(base, "://");
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	v.nobody = who.counsellor == TERRITORY_NONE;
	if (!v.nobody)
		feed = access_feed_of(st->access, t->counsellors[who.counsellor].id);
	v.exists = feed != NULL;
	v.with_names = feed && feed->with_names;
	if (feed)
		v.since = page_when(
			rq, &st->web,
			zone_to_civil(staff_zone(st, TERRITORY_NONE), feed->created),
			false);
	if (token) {
		v.https = page_text(rq, "%s/cal/%s.ics", base, token);
		v.webcal = page_text(rq, "webcal://%s/cal/%s.ics", rest ? rest + 3 : base,
				     token);
	}
	staff_layout(rq, st, &v.layout, tr(http_request_lang(rq), "Mon agenda"),
		     STAFF_ACCOUNT);
	v.csrf = v.layout.csrf;
	page_staff_feed(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void show_feed(struct http_request *rq)
{
	reply_feed(rq, http_request_context(rq), NULL);
}

static void made(void *arg, enum rdvd_rc rc, const char *token)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (!rq)
		return;
	if (rc != RDVD_OK)
		http_fail_later(rq, 503, NULL, 5);
	else
		reply_feed(rq, st, token);
}

static void make_feed(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct viewer who;

	staff_viewer(rq, &who);
	if (who.counsellor == TERRITORY_NONE) {
		http_fail(rq, 404, NULL);
		return;
	}
	access_feed_put(st->access, t->counsellors[who.counsellor].id,
			http_request_field(rq, "noms") != NULL, made,
			staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/agenda",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SELF, SEE),
	 .handle = show_feed},
	{.method = HTTP_POST,
	 .pattern = "/equipe/agenda",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SELF, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = make_feed},
};

void staff_feed_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
