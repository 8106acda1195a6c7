/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_search.c - the first page: where, what for, on site or by telephone. And the
 * completion of communes for browsers that run our script; without it the field is sent
 * as it is typed. */
#include <string.h>

#include "base/mem.h"
#include "web/page.h"
#include "web/where.h"

#define COMPLETIONS 6

/* The cards: what may be booked on site, workshops apart. By telephone is a way to come,
 * not another reason: it has its own question, unless there is nothing else. */
static void add_services(struct http_request *rq, const struct web *w,
			 struct search_view *v)
{
	const struct territory *t = booking_territory(w->booking);
	size_t n = (size_t)t->live_services;
	struct option_view *cards = http_request_alloc(rq, (n + 1) * sizeof(*cards));
	struct option_view *workshops = http_request_alloc(rq, (n + 1) * sizeof(*cards));
	int chosen = page_public_service(w, http_request_query(rq, "service"));
	int nphone = 0, nplace = 0;

	for (size_t i = 0; i < n; i++)
		if (t->services[i].public)
			*(t->services[i].mode == MODE_PHONE ? &nphone : &nplace) += 1;
	v->modes = nphone > 0 && nplace > 0;
	v->closed = nphone + nplace == 0;
	for (size_t i = 0; i < n; i++) {
		const struct service *s = &t->services[i];
		const char *duration = page_duration(rq, s->minutes);
		struct option_view card = {
			.value = s->slug,
			.text = page_service(rq, s),
			.note = duration,
			.selected = (int)i == chosen,
		};

		if (!s->public || (v->modes && s->mode == MODE_PHONE))
			continue;
		if (s->capacity > 0)
			workshops[v->nworkshops++] = card;
		else
			cards[v->nservices++] = card;
	}
	v->services = cards;
	v->workshops = workshops;
}

/* The first card is taken when none is. */
static void choose_first(struct search_view *v)
{
	struct option_view *cards = (struct option_view *)v->services;

	for (size_t i = 0; i < v->nservices; i++)
		if (cards[i].selected)
			return;
	for (size_t i = 0; i < v->nworkshops; i++)
		if (v->workshops[i].selected)
			return;
	if (v->nservices > 0)
		cards[0].selected = true;
}

/* Whom it is for, when every organisation says the same. */
static void add_ages(const struct territory *t, struct search_view *v)
{
	for (int i = 0; i < t->live_organisations; i++) {
		const struct organisation *o = &t->organisations[i];

		if (i > 0 && (o->age_min != v->age_min || o->age_max != v->age_max)) {
			v->age_min = v->age_max = 0;
			return;
		}
		v->age_min = o->age_min;
		v->age_max = o->age_max;
	}
}

static void show(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	const struct organisation *o = page_organisation(w, TERRITORY_NONE);
	const char *mode = http_request_query(rq, "mode");
	struct search_view v = {0};
	struct buf out = BUF_INIT;

	page_layout(rq, w, &v.layout, tr(http_request_lang(rq), "Prendre rendez-vous"),
		    o);
	v.layout.look = "split";
	v.layout.urgent = false; /* it has a box of its own */
	v.layout.script = w->script;
	v.q = http_request_query(rq, "q");
	v.phone = mode && strcmp(mode, "tel") == 0;
	add_services(rq, w, &v);
	choose_first(&v);
	add_ages(booking_territory(w->booking), &v);
	page_team(rq, w, o, &v.team, &v.team_phone, &v.team_tel);
	page_search(&out, http_request_lang(rq), &v);
	http_cache(rq, "private, no-cache");
	http_reply_html(rq, 200, &out);
}

/* [{"name": "Hénin-Beaumont", "postcode": "62110"}, ...] */
static void complete(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	const struct commune *found[COMPLETIONS];
	const char *q = http_request_query(rq, "q");
	struct buf out = BUF_INIT;
	size_t n = 0;

	if (q && strlen(q) <= 80)
		n = where_complete(booking_communes(w->booking),
				   booking_territory(w->booking), q, found, COMPLETIONS);
	buf_addch(&out, '[');
	for (size_t i = 0; i < n; i++) {
		char postcode[6];

		where_postcode(found[i], postcode);
		buf_addstr(&out, i ? ",{\"name\":" : "{\"name\":");
		buf_add_json_string(&out, found[i]->name);
		buf_addf(&out, ",\"postcode\":\"%s\"}", postcode);
	}
	buf_addch(&out, ']');
	http_cache(rq, "public, max-age=86400");
	http_reply_json(rq, 200, &out);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = "/", .handle = show},
	{.method = HTTP_GET,
	 .pattern = "/communes",
	 .limit = LIMIT_READ,
	 .handle = complete},
};

void search_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
