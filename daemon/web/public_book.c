/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_book.c - the form that was sent: booked, or answered with what stands in the
 * way. */
#include "base/mem.h"
#include "base/parse.h"
#include "web/reserve.h"
#include "web/where.h"

/* ---- booking ---- */

static void booked(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct shown s = {.status = 422, .errors = r->errors};
	struct slot slot;
	struct typed t;
	struct chosen c;

	if (!rq)
		return;
	form_read(rq, &t);
	reserve_from_query(rq, &t);
	reserve_choose(w, t.service, t.hour, &c);
	if (booking_hold_parse(http_request_param(rq, "hold"), &s.hold) < 0)
		s.hold = 0;
	if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN) {
		http_redirect(rq, 303, page_text(rq, "/rdv/%s?merci=1", r->token));
		return;
	}
	if (!c.known) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (r->verdict != BOOKING_FIELDS && !page_is_trouble(r->verdict)) {
		if (r->verdict == BOOKING_KEY_REUSED)
			t.key = ""; /* another form of the same page: a new one */
		reserve_reply_taken(rq, w, &c, &t,
				    reserve_url(rq, s.hold, t.service, t.hour, t.q), r);
		return;
	}
	if (booking_hold_find(w->booking, s.hold, &slot, &s.until) < 0)
		s.until = 0;
	s.trouble = page_is_trouble(r->verdict);
	if (s.trouble) {
		s.status = 503;
		http_header(rq, "Retry-After", "5");
	}
	reserve_reply_form(rq, w, &c, &t, &s);
}

/* The commune that was searched for is the person's, if it is one. */
static const char *commune_of(struct http_request *rq, const struct web *w, const char *q)
{
	struct where where;

	where_find(booking_communes(w->booking), booking_territory(w->booking), q,
		   &where);
	return where.commune ? where.commune->insee : NULL;
}

/* The person as typed; needs gets her wishes and must outlive p. */
static void fill_person(struct http_request *rq, const struct web *w,
			const struct typed *t, struct buf *needs,
			struct booking_person *p)
{
	form_needs(t, needs);
	*p = (struct booking_person){
		.first_name = t->first_name,
		.last_name = t->last_name,
		.birth_year = t->birth_year,
		.phone = t->phone,
		.email = t->email,
		.insee = commune_of(rq, w, t->q),
		.locale = http_request_lang_code(rq),
		.needs = buf_str(needs),
		.discreet = *t->discreet != '\0',
	};
}

static void book(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	struct booking_request ask = {0};
	struct buf needs = BUF_INIT;
	char site[64];
	struct typed t;
	int64_t party = 1;

	form_read(rq, &t);
	reserve_from_query(rq, &t);
	if (times_parse(t.hour, site, &ask.start) < 0 || !*t.service) {
		http_fail(rq, 400, NULL);
		return;
	}
	ask.request_key = *t.key ? t.key : NULL;
	form_hash(&t, ask.body_hash);
	ask.service = t.service;
	ask.site = site;
	ask.has_start = 1;
	/* booking lets go of a hold that was kept for another hour */
	if (booking_hold_parse(http_request_param(rq, "hold"), &ask.hold) < 0)
		ask.hold = 0;
	if (*t.party && parse_int(t.party, 1, 99, &party) < 0)
		party = -1; /* refused by booking, in words */
	ask.party_size = (int)party;
	ask.notice = 1; /* the form says what is done with it, above its button */
	ask.channel = RDVD_BY_WEB;
	fill_person(rq, w, &t, &needs, &ask.person);
	reserve_browser(rq, ask.holder);
	booking_book(w->booking, &ask, booked, page_wait(rq));
	buf_fini(&needs);
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/reserver/{hold}",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_BOOK,
	 .body = BODY_FORM,
	 .handle = book},
};

void book_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
