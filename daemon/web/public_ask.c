/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_ask.c - the waiting list for those who found no hour that suits: who they are,
 * and where to write to them. Nothing is kept for them yet, so the page needs no hold. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/waiting.h"
#include "web/reserve.h"
#include "web/where.h"

#define NEAR_MAX 64

struct asked {
	int service; /* index */
	struct where where;
	char near[NEAR_MAX]; /* as the search's; "" everywhere */
	int site;	     /* index; of the workshop that is full */
	rdvd_time start;     /* of that one; 0: any hour */
};

static void read_asked(const struct web *w, const struct typed *t, struct asked *a)
{
	const struct territory *ty = booking_territory(w->booking);

	memset(a, 0, sizeof(*a));
	a->service = page_public_service(w, t->service);
	if (a->service == TERRITORY_NONE || ty->services[a->service].mode == MODE_PHONE)
		return;
	if (*t->hour && ty->services[a->service].capacity > 0 &&
	    page_slot(w, t->service, t->hour, &a->service, &a->site, &a->start) == 0)
		return;
	where_find(booking_communes(w->booking), ty, t->q, &a->where);
	if (a->where.kind != WHERE_FOUND)
		return;
	if (a->where.commune)
		snprintf(a->near, sizeof(a->near), "insee:%s", a->where.commune->insee);
	else if (strlen(t->q) < sizeof(a->near))
		snprintf(a->near, sizeof(a->near), "%s", t->q);
}

static const char *say_where(struct http_request *rq, const struct web *w,
			     const struct asked *a)
{
	const struct lang *l = http_request_lang(rq);

	if (booking_territory(w->booking)->services[a->service].mode == MODE_PHONE)
		return tr(l, "par téléphone");
	if (a->start) {
		const struct site *s = &booking_territory(w->booking)->sites[a->site];

		return page_text(
			rq, "%s, %s, %s",
			page_when(rq, w, zone_to_civil(s->zone, a->start), false),
			s->name, s->commune);
	}
	if (!*a->near)
		return tr(l, "dans tous les lieux");
	if (!a->where.commune)
		return page_text(rq, tr(l, "à moins de %d\u00a0km"), 30);
	return page_text(rq, tr(l, "%2$s et %1$d\u00a0km autour"), 30,
			 a->where.commune->name);
}

static void add_hidden(struct http_request *rq, const struct web *w,
		       const struct typed *t, struct form_view *v)
{
	struct hidden_view *h = http_request_alloc(rq, 4 * sizeof(*h));
	char stamp[GUARD_STAMP_SIZE];

	guard_stamp(w->guard, clock_monotonic_ms(), stamp);
	h[0] = (struct hidden_view){"service", t->service};
	h[1] = (struct hidden_view){"q", t->q};
	h[2] = (struct hidden_view){"vu",
				    *t->stamp ? t->stamp : page_text(rq, "%s", stamp)};
	v->hidden = h;
	h[3] = (struct hidden_view){"horaire", t->hour};
	v->nhidden = *t->hour ? 4 : 3;
}

static void reply_form(struct http_request *rq, const struct web *w,
		       const struct typed *t, int status, struct form_view *v,
		       const struct booking_errors *errors)
{
	const struct territory *ty = booking_territory(w->booking);
	const struct lang *l = http_request_lang(rq);
	const struct organisation *o;
	struct buf out = BUF_INIT;
	struct asked a;

	read_asked(w, t, &a);
	if (a.service == TERRITORY_NONE) {
		http_fail(rq, 404, NULL);
		return;
	}
	o = page_organisation(w, ty->services[a.service].organisation);
	form_fill(rq, t, errors, v);
	v->waiting = true;
	v->professionals = ty->services[a.service].professionals;
	v->by_phone = ty->services[a.service].mode == MODE_PHONE;
	v->sms = w->options.sms_enabled;
	v->heading = tr(l, "Savoir quand une place se libère");
	v->service = page_service(rq, &ty->services[a.service]);
	v->place = say_where(rq, w, &a);
	v->action = "/attente";
	v->back_url = page_url(rq, "/horaires", "q", t->q, "service", t->service, "mode",
			       v->by_phone ? "tel" : NULL, NULL);
	v->rights_url = "/donnees-personnelles";
	page_layout(rq, w, &v->layout,
		    page_text(rq, "%s%s",
			      v->nproblems > 0 ? tr(l, "À corriger\u00a0: ") : "",
			      v->heading),
		    o);
	add_hidden(rq, w, t, v);
	page_team(rq, w, o, &v->team, &v->team_phone, &v->team_tel);
	page_ask(&out, l, v);
	http_reply_html(rq, status, &out);
}

static void show(struct http_request *rq)
{
	struct form_view v = {0};
	struct typed t;

	form_read(rq, &t);
	reserve_from_query(rq, &t);
	reply_form(rq, http_request_context(rq), &t, 200, &v, NULL);
}

static void asked(void *arg, const struct waiting_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct form_view v = {0};
	struct typed t;

	if (!rq)
		return;
	form_read(rq, &t);
	if (r->verdict == WAITING_DONE ||
	    (r->verdict == WAITING_KNOWN && r->token && *r->token)) {
		http_redirect(rq, 303, page_text(rq, "/attente/%s?merci=1", r->token));
	} else if (r->verdict == WAITING_KNOWN) {
		v.known = true;
		reply_form(rq, w, &t, 200, &v, NULL);
	} else if (r->verdict == WAITING_FIELDS) {
		reply_form(rq, w, &t, 422, &v, r->errors);
	} else {
		page_fail(rq, BOOKING_BUSY);
	}
}

static void ask(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	struct buf needs = BUF_INIT;
	enum guard_finding found;
	struct form_view v = {.hasty = true};
	struct waiting_request q;
	struct typed t;
	struct asked a;
	int64_t party = 1;

	form_read(rq, &t);
	found = reserve_judge(rq, w, &t);
	if (found == GUARD_TRAPPED || found == GUARD_HASTY) {
		t.stamp = ""; /* counted from now */
		reply_form(rq, w, &t, 422, &v, NULL);
		return;
	}
	read_asked(w, &t, &a);
	if (*t.party && parse_int(t.party, 1, 99, &party) < 0)
		party = -1; /* refused in words */
	form_needs(&t, &needs);
	q = (struct waiting_request){
		.service = t.service,
		.near = a.near,
		.site = a.start ? booking_territory(w->booking)->sites[a.site].slug : "",
		.start = a.start,
		.party_size = (int)party,
		.notice = 1, /* the form says what is done with it, above its button */
		.person = {.first_name = t.first_name,
			   .last_name = t.last_name,
			   .birth_year = t.birth_year,
			   .employer = t.employer,
			   .phone = t.phone,
			   .email = t.email,
			   .insee = a.where.commune ? a.where.commune->insee : NULL,
			   .locale = http_request_lang_code(rq),
			   .needs = buf_str(&needs),
			   .discreet = *t.discreet != '\0',
			   .hours = t.hours,
			   .only_answers = *t.only_answers != '\0'},
	};
	waiting_ask(w->options.waiting, &q, asked, page_wait(rq));
	buf_fini(&needs);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = "/attente", .limit = LIMIT_READ, .handle = show},
	{.method = HTTP_POST,
	 .pattern = "/attente",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_BOOK,
	 .body = BODY_FORM,
	 .handle = ask},
};

void ask_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
