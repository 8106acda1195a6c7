/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting.c - the waiting list: joining it with an appointment or without, what is
 * offered to one who waits, their answer, and the team's list. */
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/parse.h"
#include "booking/rights.h"
#include "booking/waiting.h"

/* ---- shapes ---- */

static void add_offer(struct buf *b, const struct territory *t,
		      const struct rdvd_offer *o)
{
	const struct zone *z = show_zone(t, o->site);

	buf_addlit(b, "{\"site\":");
	show_slug(b, t, RDVD_DEF_SITE, o->site);
	buf_addlit(b, ",\"start\":");
	show_instant(b, z, o->start);
	buf_addlit(b, ",\"end\":");
	show_instant(b, z, o->end);
	buf_addlit(b, ",\"made\":");
	show_instant(b, z, o->made);
	buf_addlit(b, ",\"expires\":");
	show_instant(b, z, o->expires);
	buf_addf(b, ",\"state\":\"%s\"}", waiting_offer_name(o->state));
}

/* "state": ..., "service": ..., "site": ..., "near": ..., "since": ..., "until": ... */
static void add_wait(struct buf *b, const struct territory *t, const struct rdvd_wait *w)
{
	const struct zone *z = show_zone(t, w->site);

	buf_addf(b, "\"state\":\"%s\",\"service\":", waiting_state_name(w->state));
	show_slug(b, t, RDVD_DEF_SERVICE, w->service);
	buf_addlit(b, ",\"site\":");
	show_slug(b, t, RDVD_DEF_SITE, w->site);
	if (w->start) {
		buf_addlit(b, ",\"start\":");
		show_instant(b, z, w->start);
	}
	buf_addlit(b, ",\"near\":");
	if (*w->near)
		buf_add_json_string(b, w->near);
	else
		buf_addlit(b, "null");
	buf_addf(b, ",\"radius_km\":%d,\"party_size\":%d,\"since\":", w->radius_km,
		 w->party_size);
	show_instant(b, z, w->created);
	buf_addlit(b, ",\"until\":");
	show_instant(b, z, w->until);
}

static void show_waiting(struct buf *b, const struct api *api,
			 const struct waiting_reply *r)
{
	const struct territory *t = booking_territory(api->booking);

	buf_addf(b, "{\"waiting\":{\"token\":\"%s\",", r->token);
	add_wait(b, t, r->wait);
	buf_addlit(b, ",\"offer\":");
	if (r->offer)
		add_offer(b, t, r->offer);
	else
		buf_addlit(b, "null");
	buf_addf(b, ",\"manage_url\":\"%s/attente/%s\"}}",
		 http_server_public_url(api->server), r->token);
}

/* ---- refusals ---- */

static void refuse(struct http_request *rq, const struct waiting_reply *r)
{
	const struct lang *l = http_request_lang(rq);
	struct api_errors e = {.n = 0};

	switch (r->verdict) {
	case WAITING_FIELDS:
		for (size_t i = 0; r->errors && i < r->errors->n; i++)
			api_error(&e, r->errors->items[i].field, r->errors->items[i].code,
				  r->errors->items[i].message);
		api_refuse(rq, 422, &e);
		return;
	case WAITING_OVER:
		http_problem_with(rq, 409, tr(l, "Il est trop tard."),
				  tr(l, "Cette place n’est plus proposée, ou rien de "
					"plus tôt ne peut plus se libérer."),
				  NULL, 0, "\"alternatives\":[]");
		return;
	case WAITING_TAKEN:
		http_problem_with(rq, 409, tr(l, "Cette place vient d’être prise."),
				  tr(l, "Vous restez sur la liste d’attente."), NULL, 0,
				  "\"alternatives\":[]");
		return;
	case WAITING_BUSY: api_refuse_rc(rq, RDVD_BUSY); return;
	case WAITING_DONE:
	case WAITING_KNOWN:
	case WAITING_NOT_FOUND: break;
	}
	api_refuse_rc(rq, RDVD_NOT_FOUND);
}

static void answer(void *arg, const struct waiting_reply *r)
{
	struct api_call *c = arg;
	int fresh = c->flag;
	struct http_request *rq = call_end(c);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	if (r->verdict == WAITING_KNOWN && !r->wait) {
		/* asked for days ago: its address is told once */
		buf_addlit(&b, "{\"waiting\":null}");
		http_reply_json(rq, 200, &b);
		return;
	}
	if ((r->verdict != WAITING_DONE && r->verdict != WAITING_KNOWN) || !r->wait) {
		refuse(rq, r);
		return;
	}
	show_waiting(&b, http_request_context(rq), r);
	http_reply_json(rq, fresh && r->verdict == WAITING_DONE ? 201 : 200, &b);
}

/* ---- joining ---- */

void post_appointment_waiting(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	const struct booking_which which = {.token = http_request_param(rq, "token")};
	struct waiting_wish wish = {.anywhere = 0};
	struct api_errors e = {.n = 0};
	struct api_call *c;

	if (!root)
		return;
	wish.anywhere = body_bool(root, "anywhere", 0, &e);
	wish.phone = body_string(root, "phone", &e);
	wish.email = body_string(root, "email", &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	c = call_begin(rq);
	c->flag = 1;
	waiting_join_as(api->waiting, &which, &wish, NULL, answer, c);
}

void post_waiting(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct waiting_request q = {.service = NULL};
	struct api_errors e = {.n = 0};
	const json_t *person;
	struct api_call *c;

	if (!root)
		return;
	q.service = body_string(root, "service", &e);
	q.site = body_string(root, "site", &e);
	if (!json_is_null(json_object_get(root, "start")) &&
	    json_object_get(root, "start"))
		body_instant(root, "start", &q.start, &e);
	q.near = body_string(root, "near", &e);
	q.radius_km = (int)body_int(root, "radius_km", 1, 20100, 0, &e);
	q.party_size = (int)body_int(root, "party_size", 1, 20, 1, &e);
	q.notice = body_bool(root, "notice", 0, &e);
	person = body_object(root, "person", &e);
	if (person)
		body_person(rq, person, &q.person, &e);
	q.person.professional = 0; /* the service says */
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	c = call_begin(rq);
	c->flag = 1;
	waiting_ask(api->waiting, &q, answer, c);
}

/* ---- one who waits ---- */

static const char *token_of(struct http_request *rq)
{
	return http_request_param(rq, "token");
}

void get_waiting(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);

	waiting_get(api->waiting, token_of(rq), answer, call_begin(rq));
}

static void answer_taken(void *arg, const struct waiting_reply *r)
{
	struct http_request *rq = call_end(arg);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	if (r->verdict != WAITING_DONE || !r->appointment) {
		refuse(rq, r);
		return;
	}
	show_appointment(&b, http_request_context(rq), r->appointment);
	http_reply_json(rq, 200, &b);
}

void post_waiting_take(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);

	waiting_answer(api->waiting, token_of(rq), 0, 1, NULL, answer_taken,
		       call_begin(rq));
}

void post_waiting_decline(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);

	waiting_answer(api->waiting, token_of(rq), 0, 0, NULL, answer, call_begin(rq));
}

void post_waiting_leave(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);

	waiting_leave(api->waiting, token_of(rq), answer, call_begin(rq));
}

/* ---- the team ---- */

static void add_member(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "\"%s\":", name);
	if (value && *value)
		buf_add_json_string(b, value);
	else
		buf_addlit(b, "null");
}

static void add_person(struct buf *b, const struct waiting_row *row)
{
	const struct rdvd_person *p = row->appointment ? &row->appointment->person : NULL;
	json_t *typed = p ? NULL : json_loads(row->wait->person, 0, NULL);

	buf_addlit(b, ",\"person\":{");
	add_member(b, "first_name",
		   p ? p->first_name
		     : json_string_value(json_object_get(typed, "first_name")));
	buf_addch(b, ',');
	add_member(b, "last_name",
		   p ? p->last_name
		     : json_string_value(json_object_get(typed, "last_name")));
	buf_addch(b, ',');
	add_member(b, "phone", row->wait->number);
	buf_addch(b, ',');
	add_member(b, "email", row->wait->email);
	buf_addch(b, '}');
	json_decref(typed);
}

static void add_row(struct buf *b, const struct territory *t,
		    const struct waiting_row *row)
{
	buf_addf(b, "{\"id\":\"%lld\",", (long long)row->wait->id);
	add_wait(b, t, row->wait);
	if (row->wait->participation)
		buf_addf(b, ",\"appointment\":\"%lld\"",
			 (long long)row->wait->participation);
	else
		buf_addlit(b, ",\"appointment\":null");
	add_person(b, row);
	buf_addlit(b, ",\"offers\":[");
	for (size_t i = 0; i < row->noffers; i++) {
		if (i)
			buf_addch(b, ',');
		add_offer(b, t, &row->offers[i]);
	}
	buf_addlit(b, "]}");
}

static void answer_list(void *arg, enum rdvd_rc rc, const struct waiting_row *rows,
			size_t n)
{
	struct http_request *rq = call_end_read(arg, rc);
	const struct api *api;
	struct buf b = BUF_INIT;
	int shown = 0;

	if (!rq)
		return;
	api = http_request_context(rq);
	buf_addlit(&b, "{\"waiting\":[");
	for (size_t i = 0; i < n; i++) {
		if (!api_own(rq, RIGHT(WAITING, SEE), rows[i].wait->organisation))
			continue;
		if (shown++)
			buf_addch(&b, ',');
		add_row(&b, booking_territory(api->booking), &rows[i]);
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

void get_staff_waiting(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);

	waiting_list(api->waiting, answer_list, call_begin(rq));
}

static void do_remove(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	rdvd_id id;

	if (parse_int(http_request_param(rq, "id"), 1, INT64_MAX, &id) < 0)
		api_refuse_rc(rq, RDVD_NOT_FOUND);
	else
		waiting_remove(api->waiting, id, api_actor(rq), answer, call_begin(rq));
}

void post_staff_waiting_remove(struct http_request *rq)
{
	api_own_wait(rq, RIGHT(WAITING, CHANGE), do_remove);
}
