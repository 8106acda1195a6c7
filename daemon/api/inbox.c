/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbox.c - the texts that wait for the team, answers by hand, what the team should know,
 * and how the gateways do. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/parse.h"
#include "booking/rights.h"
#include "message/outbox.h"
#include "message/receive.h"
#include "talk/inbox.h"

#define INBOX_LIMIT_PRESET 100

static void instant_or_null(struct buf *b, const struct zone *z, rdvd_time t)
{
	if (t)
		show_instant(b, z, t);
	else
		buf_addlit(b, "null");
}

static void id_or_null(struct buf *b, rdvd_id id)
{
	if (id)
		buf_addf(b, "\"%lld\"", (long long)id);
	else
		buf_addlit(b, "null");
}

/* ---- texts ---- */

static void add_who(struct buf *b, const struct territory *t,
		    const struct rdvd_appointment *a)
{
	if (!a) {
		buf_addlit(b, "null");
		return;
	}
	buf_addlit(b, "{\"first_name\":");
	buf_add_json_string(b, a->person.first_name);
	buf_addlit(b, ",\"last_name\":");
	buf_add_json_string(b, a->person.last_name);
	buf_addf(b, ",\"appointment\":\"%lld\",\"start\":", (long long)a->id);
	show_instant(b, show_zone(t, a->place.site), a->when.start);
	buf_addch(b, '}');
}

static void add_text(struct buf *b, const struct territory *t, const struct inbox_text *x)
{
	const struct rdvd_inbound *i = x->row;

	buf_addf(b, "{\"id\":\"%lld\",\"number\":", (long long)i->id);
	buf_add_json_string(b, i->number);
	buf_addlit(b, ",\"received\":");
	show_instant(b, t->zone, i->received);
	buf_addlit(b, ",\"text\":");
	buf_add_json_string(b, i->text);
	buf_addf(b,
		 ",\"state\":\"%s\",\"understood\":", rdvd_inbound_state_name(i->state));
	buf_add_json_string(b, i->understood);
	buf_addlit(b, ",\"gateway\":");
	buf_add_json_string(b, i->gateway);
	buf_addlit(b, ",\"organisation\":");
	show_slug(b, t, RDVD_DEF_ORGANISATION, i->organisation);
	buf_addlit(b, ",\"appointment\":");
	id_or_null(b, i->participation);
	buf_addf(b, ",\"erased\":%s,\"people\":%zu,\"person\":",
		 *i->number ? "false" : "true", x->people);
	add_who(b, t, x->who);
	buf_addch(b, '}');
}

static void answer_list(void *arg, enum rdvd_rc rc, const struct inbox_text *rows,
			size_t n, size_t all)
{
	struct http_request *rq = call_end_read(arg, rc);
	const struct api *api;
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	api = http_request_context(rq);
	buf_addlit(&b, "{\"inbox\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addch(&b, ',');
		add_text(&b, booking_territory(api->booking), &rows[i]);
	}
	buf_addf(&b, "],\"all\":%zu}", all);
	http_reply_json(rq, 200, &b);
}

static void query_state(struct http_request *rq, enum rdvd_inbound_state *out,
			struct api_errors *e)
{
	const char *s = http_request_query(rq, "state");

	if (!s || !*s)
		return;
	*out = 0;
	if (strcmp(s, "all") == 0)
		return;
	for (int i = RDVD_INBOUND_NEW; i <= RDVD_INBOUND_IGNORED; i++)
		if (strcmp(s, rdvd_inbound_state_name((enum rdvd_inbound_state)i)) == 0)
			*out = (enum rdvd_inbound_state)i;
	if (!*out)
		api_error(
			e, "state", "unknown",
			N_("L’état est new, part, done, to_hand, read, ignored ou all."));
}

void get_staff_inbox(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const char *typed = http_request_query(rq, "number");
	struct inbox_ask ask = {.state = RDVD_INBOUND_TO_HAND};
	int64_t limit = INBOX_LIMIT_PRESET;
	struct api_errors e = {.n = 0};
	char *number;

	if (typed && *typed) /* of one number, everything */
		ask.state = 0;
	query_state(rq, &ask.state, &e);
	query_int(rq, "limit", 1, API_LIMIT_MAX, &limit, &e);
	if (e.n) {
		api_refuse(rq, 400, &e);
		return;
	}
	number = api_number_as_stored(typed);
	ask.number = number;
	ask.limit = (size_t)limit;
	ask.organisation = api_organisation(rq);
	inbox_list(api->inbox, &ask, answer_list, call_begin(rq));
	free(number);
}

/* ---- acts ---- */

static void refuse_act(struct http_request *rq, enum inbox_verdict v, int segments)
{
	const struct lang *l = http_request_lang(rq);
	struct api_errors e = {.n = 0};

	switch (v) {
	case INBOX_DONE:
	case INBOX_KNOWN: return;
	case INBOX_EMPTY:
		api_error(&e, "text", "required", N_("Donnez la réponse."));
		break;
	case INBOX_TOO_LONG:
		api_error(&e, "text",
			  segments > INBOX_SEGMENTS_MAX ? "too_long" : "segments",
			  segments > INBOX_SEGMENTS_MAX
				  ? N_("C’est trop long : 3 SMS au plus.")
				  : N_("Cette réponse fait plus de SMS que segments n’en "
				       "permet."));
		break;
	case INBOX_STOPPED:
		http_problem(rq, 409, tr(l, "Cette personne ne veut plus de SMS"), NULL,
			     NULL, 0);
		return;
	case INBOX_NO_NUMBER:
		http_problem(rq, 409, tr(l, "Ce numéro ne reçoit pas de SMS"), NULL, NULL,
			     0);
		return;
	case INBOX_NOT_FOUND: api_refuse_rc(rq, RDVD_NOT_FOUND); return;
	case INBOX_BUSY: api_refuse_rc(rq, RDVD_BUSY); return;
	}
	api_refuse(rq, 422, &e);
}

static void answer_sent(void *arg, enum inbox_verdict v, rdvd_id message, int segments)
{
	struct http_request *rq = call_end(arg);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	if (v != INBOX_DONE && v != INBOX_KNOWN) {
		refuse_act(rq, v, segments);
		return;
	}
	buf_addlit(&b, "{\"message\":");
	id_or_null(&b, message);
	buf_addf(&b, ",\"segments\":%d}", segments);
	http_reply_json(rq, v == INBOX_DONE ? 201 : 200, &b);
}

static void answer_done(void *arg, enum inbox_verdict v, rdvd_id message, int segments)
{
	struct http_request *rq = call_end(arg);
	struct buf b = BUF_INIT;

	(void)message;
	if (!rq)
		return;
	if (v != INBOX_DONE) {
		refuse_act(rq, v, segments);
		return;
	}
	buf_addlit(&b, "{\"status\":\"ok\"}");
	http_reply_json(rq, 200, &b);
}

/* The {id} of the path: 0, or -1 and it was answered. */
static int path_id(struct http_request *rq, rdvd_id *id)
{
	int64_t n;

	if (parse_int(http_request_param(rq, "id"), 1, INT64_MAX, &n) < 0) {
		api_refuse_rc(rq, RDVD_NOT_FOUND);
		return -1;
	}
	*id = n;
	return 0;
}

static void do_answer(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	struct inbox_answer a = {.segments = 1};

	if (!root)
		return;
	a.text = body_string(root, "text", &e);
	a.key = body_string(root, "request_key", &e);
	a.segments = (int)body_int(root, "segments", 1, INBOX_SEGMENTS_MAX, 1, &e);
	a.actor = api_actor(rq);
	if (!e.n && (!a.key || !*a.key || strlen(a.key) > 128))
		api_error(&e, "request_key", "required",
			  N_("Donnez une clé de 1 à 128 caractères : la même pour chaque "
			     "essai d’une réponse."));
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	if (path_id(rq, &a.which.inbound) == 0)
		inbox_answer(api->inbox, &a, answer_sent, call_begin(rq));
}

void post_staff_inbox_answer(struct http_request *rq)
{
	api_own_text(rq, RIGHT(MESSAGE, CHANGE), do_answer);
}

static void do_read(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	rdvd_id id;

	if (path_id(rq, &id) == 0)
		inbox_mark_read(api->inbox, id, 0, api_actor(rq), answer_done,
				call_begin(rq));
}

void post_staff_inbox_read(struct http_request *rq)
{
	api_own_text(rq, RIGHT(MESSAGE, CHANGE), do_read);
}

/* ---- notices ---- */

static void answer_notices(void *arg, enum rdvd_rc rc, const struct rdvd_notice *items,
			   size_t n)
{
	struct http_request *rq = call_end_read(arg, rc);
	const struct territory *t;
	const struct api *api;
	struct buf b = BUF_INIT;
	int shown = 0;

	if (!rq)
		return;
	api = http_request_context(rq);
	t = booking_territory(api->booking);
	buf_addlit(&b, "{\"notices\":[");
	for (size_t i = 0; i < n; i++) {
		if (!api_own(rq, RIGHT(TODO, SEE), items[i].organisation))
			continue;
		buf_addf(&b, "%s{\"id\":\"%lld\",\"kind\":", shown++ ? "," : "",
			 (long long)items[i].id);
		buf_add_json_string(&b, items[i].kind);
		buf_addlit(&b, ",\"organisation\":");
		show_slug(&b, t, RDVD_DEF_ORGANISATION, items[i].organisation);
		buf_addlit(&b, ",\"text\":");
		buf_add_json_string(&b, items[i].text);
		buf_addlit(&b, ",\"at\":");
		show_instant(&b, t->zone, items[i].at);
		buf_addlit(&b, ",\"seen\":");
		instant_or_null(&b, t->zone, items[i].seen);
		buf_addch(&b, '}');
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

void get_staff_notices(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct api_errors e = {.n = 0};
	int64_t all = 0;

	query_int(rq, "all", 0, 1, &all, &e);
	if (e.n)
		api_refuse(rq, 400, &e);
	else
		inbox_notices(api->inbox, !all, answer_notices, call_begin(rq));
}

static void do_seen(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	rdvd_id id;

	if (path_id(rq, &id) == 0)
		inbox_notice_seen(api->inbox, id, api_actor(rq), answer_done,
				  call_begin(rq));
}

void post_staff_notice_seen(struct http_request *rq)
{
	api_own_notice(rq, RIGHT(TODO, CHANGE), do_seen);
}

/* ---- gateways ---- */

static void add_received(struct buf *b, const struct api *api, const char *gateway)
{
	const struct receive_counts none = {0}, *c = &none;
	const char *name;

	for (size_t i = 0; (name = receive_name(api->receive, i)); i++)
		if (strcmp(name, gateway) == 0)
			c = receive_counts(api->receive, i);
	buf_addf(b,
		 ",\"receipts\":%llu,\"inbound\":%llu,\"call_backs_refused\":%llu,"
		 "\"polls_failed\":%llu",
		 (unsigned long long)c->receipts, (unsigned long long)c->inbound,
		 (unsigned long long)c->refused, (unsigned long long)c->failed_polls);
}

static void add_gateway(struct buf *b, const struct api *api, size_t i)
{
	const struct zone *z = booking_territory(api->booking)->zone;
	struct gateway_health h;

	outbox_health(api->outbox, i, &h);
	buf_addlit(b, "{\"name\":");
	buf_add_json_string(b, h.name);
	buf_addlit(b, ",\"plugin\":");
	buf_add_json_string(b, h.plugin);
	buf_addf(b, ",\"sms\":%s,\"email\":%s,\"spare\":%s,\"state\":\"%s\",\"until\":",
		 h.channels & 1u << RDVD_CHANNEL_SMS ? "true" : "false",
		 h.channels & 1u << RDVD_CHANNEL_EMAIL ? "true" : "false",
		 h.spare ? "true" : "false", gateway_state_name(h.state));
	instant_or_null(b, z, h.until);
	buf_addlit(b, ",\"words\":");
	buf_add_json_string(b, h.words);
	buf_addf(b,
		 ",\"under_way\":%zu,\"window\":%zu,\"rate\":%.10g,\"rate_full\":%.10g,"
		 "\"sent\":%llu,\"retried\":%llu,\"refused\":%llu,\"unknown\":%llu,"
		 "\"segments\":%lld,\"credit\":",
		 h.under_way, h.window, h.rate, h.rate_full, (unsigned long long)h.sent,
		 (unsigned long long)h.retried, (unsigned long long)h.refused,
		 (unsigned long long)h.unknown, (long long)h.segments);
	if (h.has_credit)
		buf_addf(b, "%.10g", h.credit);
	else
		buf_addlit(b, "null");
	add_received(b, api, h.name);
	buf_addch(b, '}');
}

void get_staff_gateways(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct buf b = BUF_INIT;

	buf_addlit(&b, "{\"gateways\":[");
	for (size_t i = 0; i < outbox_gateways(api->outbox); i++) {
		if (i)
			buf_addch(&b, ',');
		add_gateway(&b, api, i);
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}
