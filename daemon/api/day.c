/* SPDX-License-Identifier: GPL-3.0-or-later */
/* day.c - the day at the desk: who has arrived, who will be late; home visits. The
 * answers tell of the day only: whoever may note an arrival need not know the person. */
#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/rights.h"
#include "booking/visit.h"

static void add_instant(struct buf *b, const struct zone *z, const char *name,
			rdvd_time at)
{
	buf_addf(b, ",\"%s\":", name);
	if (at)
		show_instant(b, z, at);
	else
		buf_addlit(b, "null");
}

void show_day(struct buf *b, const struct territory *t, const struct rdvd_appointment *a)
{
	const struct zone *z = show_zone(t, a->place.site);
	const struct rdvd_visit *v = &a->visit;

	add_instant(b, z, "arrived", a->arrived);
	add_instant(b, z, "expected", a->expected);
	buf_addf(b, ",\"walk_in\":%s,\"visit\":", a->walk_in ? "true" : "false");
	if (!v->left) {
		buf_addlit(b, "null");
		return;
	}
	buf_addlit(b, "{\"left\":");
	show_instant(b, z, v->left);
	add_instant(b, z, "due", v->due);
	add_instant(b, z, "back", v->back);
	add_instant(b, z, "alarmed", v->alarmed);
	add_instant(b, z, "settled", v->settled);
	buf_addch(b, '}');
}

static void answer_day(void *arg, const struct booking_reply *r)
{
	struct http_request *rq = call_end(arg);
	const struct api *api;
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	if (r->verdict != BOOKING_DONE || !r->appointment) {
		api_refuse_verdict(rq, r);
		return;
	}
	api = http_request_context(rq);
	buf_addf(&b, "{\"appointment\":{\"id\":\"%lld\"", (long long)r->appointment->id);
	show_day(&b, booking_territory(api->booking), r->appointment);
	buf_addlit(&b, "}}");
	http_reply_json(rq, 200, &b);
}

/* An instant that may be missing; null is 0. 1 when the body says something. */
static int read_instant(const json_t *root, const char *field, rdvd_time *out,
			struct api_errors *e)
{
	const json_t *v = json_object_get(root, field);

	if (!v)
		return 0;
	if (json_is_null(v))
		*out = 0;
	else
		body_instant(root, field, out, e);
	return 1;
}

/* The {id} was looked up before. */
static rdvd_id id_of_path(struct http_request *rq)
{
	int64_t id = 0;

	return parse_int(http_request_param(rq, "id"), 1, INT64_MAX, &id) < 0 ? 0 : id;
}

static void do_arrived(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct booking_arrival in = {.expected = -1};
	struct api_errors e = {.n = 0};
	int here, late;

	if (!root)
		return;
	late = read_instant(root, "expected", &in.expected, &e);
	here = body_bool(root, "arrived", !late, &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	if (here)
		in.here = ARRIVAL_HERE;
	else if (json_object_get(root, "arrived"))
		in.here = ARRIVAL_NOT_HERE;
	booking_arrive(api->booking, id_of_path(rq), &in, api_actor(rq), answer_day,
		       call_begin(rq));
}

void post_staff_arrived(struct http_request *rq)
{
	api_own_appointment(rq, RIGHT(ARRIVAL, CHANGE), do_arrived);
}

static void do_left(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	rdvd_time due = 0;

	if (!root)
		return;
	read_instant(root, "due", &due, &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	visits_step(api->visits, id_of_path(rq), RDVD_VISIT_LEAVE, due, api_actor(rq),
		    answer_day, call_begin(rq));
}

void post_staff_visit_left(struct http_request *rq)
{
	api_own_appointment(rq, RIGHT(VISIT, CHANGE), do_left);
}

static void do_back(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	int settled;

	if (!root)
		return;
	settled = body_bool(root, "settled", 0, &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	visits_step(api->visits, id_of_path(rq),
		    settled ? RDVD_VISIT_SETTLE : RDVD_VISIT_RETURN, 0, api_actor(rq),
		    answer_day, call_begin(rq));
}

void post_staff_visit_back(struct http_request *rq)
{
	api_own_appointment(rq, RIGHT(VISIT, CHANGE), do_back);
}
