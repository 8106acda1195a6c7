/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_gateways.c - for administrators: how each gateway does, what SMS cost today, and
 * the messages of the last week that did not arrive, each with its reason and the
 * appointment to call somebody about. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "message/budget.h"
#include "message/receive.h"
#include "web/staff_room.h"

#define WEEK_S (7 * 86400)
#define TROUBLES_MAX 100
#define NOTICES_MAX 20

/* ---- gateways ---- */

static void say_state(struct http_request *rq, const struct staff *st,
		      const struct gateway_health *h, struct staff_gateway_view *v)
{
	const struct lang *l = http_request_lang(rq);

	switch (h->state) {
	case GATEWAY_OK:
		v->state = (struct staff_tag){.text = tr(l, "fonctionne"), .ok = true};
		return;
	case GATEWAY_THROTTLED:
		v->state = (struct staff_tag){
			.text = tr(l, "ralentie à la demande du prestataire"),
			.bad = true};
		return;
	case GATEWAY_OPEN:
		v->state =
			(struct staff_tag){.text = tr(l, "ne passe plus"), .bad = true};
		break;
	case GATEWAY_STOPPED:
		v->state = (struct staff_tag){
			.text = tr(l, "arrêtée\u00a0: il faut intervenir"), .bad = true};
		break;
	}
	if (h->until)
		v->until = page_text(rq, tr(l, "Prochain essai %s."),
				     staff_moment(rq, st, h->until));
}

static const char *say_channels(struct http_request *rq, const struct gateway_health *h)
{
	const struct lang *l = http_request_lang(rq);
	bool sms = h->channels & 1u << RDVD_CHANNEL_SMS;
	bool email = h->channels & 1u << RDVD_CHANNEL_EMAIL;

	return page_text(rq, tr(l, "%1$s, par %2$s"),
			 sms && email ? tr(l, "SMS et e-mail")
			 : sms	      ? tr(l, "SMS")
				      : tr(l, "e-mail"),
			 h->plugin);
}

static const char *say_received(struct http_request *rq, const struct staff *st,
				const char *gateway)
{
	const struct lang *l = http_request_lang(rq);
	const char *name;

	for (size_t i = 0; (name = receive_name(st->options.receive, i)); i++) {
		const struct receive_counts *c = receive_counts(st->options.receive, i);

		if (strcmp(name, gateway) != 0 ||
		    !(c->receipts || c->inbound || c->refused || c->failed_polls))
			continue;
		return page_text(
			rq,
			tr(l, "%1$llu accusés, %2$llu SMS reçus, %3$llu refusés, "
			      "%4$llu lectures manquées"),
			(unsigned long long)c->receipts, (unsigned long long)c->inbound,
			(unsigned long long)c->refused,
			(unsigned long long)c->failed_polls);
	}
	return NULL;
}

static void say_gateway(struct http_request *rq, const struct staff *st, size_t i,
			struct staff_gateway_view *v)
{
	const struct lang *l = http_request_lang(rq);
	struct gateway_health h;

	outbox_health(st->outbox, i, &h);
	*v = (struct staff_gateway_view){
		.name = http_request_strdup(rq, h.name),
		.kind = say_channels(rq, &h),
		.words = http_request_strdup(rq, h.words),
		.spare = h.spare,
		.queue = page_text(
			rq,
			tr(l, "Messages en route\u00a0: %1$zu, au plus %2$zu à la fois"),
			h.under_way, h.window),
		.rate = page_text(rq, tr(l, "%1$.3g par seconde, %2$.3g au plus"), h.rate,
				  h.rate_full),
		.counts = page_text(rq,
				    tr(l, "%1$llu partis, %2$llu à réessayer, %3$llu "
					  "refusés, %4$llu peut-être partis, %5$lld SMS "
					  "comptés"),
				    (unsigned long long)h.sent,
				    (unsigned long long)h.retried,
				    (unsigned long long)h.refused,
				    (unsigned long long)h.unknown, (long long)h.segments),
		.received = say_received(rq, st, h.name),
	};
	if (h.has_credit)
		v->credit = page_text(rq, "%.10g", h.credit);
	say_state(rq, st, &h, v);
}

static void say_gateways(struct http_request *rq, const struct staff *st,
			 struct staff_gateways_view *v)
{
	size_t n = outbox_gateways(st->outbox);
	struct staff_gateway_view *g = http_request_alloc(rq, (n + 1) * sizeof(*g));

	for (size_t i = 0; i < n; i++)
		say_gateway(rq, st, i, &g[i]);
	v->gateways = g;
	v->ngateways = n;
}

/* ---- what it cost ---- */

static void say_budgets(struct http_request *rq, const struct staff *st,
			const struct viewer *who, struct staff_gateways_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct staff_budget_view *b =
		http_request_alloc(rq, ((size_t)t->live_organisations + 1) * sizeof(*b));
	int limit = budget_limit(st->options.budget, BUDGET_ORGANISATION);

	for (int i = 0; i < t->live_organisations; i++) {
		int64_t spent = budget_spent(st->options.budget, t->organisations[i].id,
					     clock_now());

		if (who->organisation != TERRITORY_NONE && who->organisation != i)
			continue;
		b[v->nbudgets++] = (struct staff_budget_view){
			.name = t->organisations[i].name,
			.spent = limit ? page_text(rq, tr(l, "%1$lld sur %2$d"),
						   (long long)spent, limit)
				       : page_text(rq, tr(l, "%lld, sans limite"),
						   (long long)spent),
		};
	}
	v->budgets = b;
}

/* ---- what did not arrive ---- */

static void say_trouble(struct http_request *rq, const struct staff *st,
			const struct inbox_item *i, struct staff_trouble_view *v)
{
	const struct rdvd_appointment *a = i->about;

	*v = (struct staff_trouble_view){.who = ""};
	staff_message(rq, st, i->message, a, &v->message);
	if (!v->message.when)
		v->message.when = staff_moment(rq, st, i->at);
	if (!a->id)
		return;
	v->who = staff_person_name(rq, &a->person);
	v->url = page_text(rq, "/equipe/rdv/%lld", (long long)a->id);
	v->appointment =
		page_text(rq,
			  tr(http_request_lang(rq), "Le rendez-vous\u00a0: %1$s, "
						    "%2$s"),
			  page_when(rq, &st->web, a->when.civil_start, false),
			  staff_place_name(st, a));
}

/* ---- the page ---- */

struct gateways_page {
	const struct staff_notice_view *notices;
	size_t nnotices;
};

static void troubled(void *arg, enum rdvd_rc rc, const struct inbox_item *items, size_t n,
		     size_t all)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const struct gateways_page *p = data;
	struct staff_gateways_view v = {.ngateways = 0};
	struct staff_trouble_view *t;
	struct buf out = BUF_INIT;
	const struct lang *l;
	struct viewer who;

	if (!rq)
		return;
	l = http_request_lang(rq);
	staff_viewer(rq, &who);
	v.notices = p->notices;
	v.nnotices = p->nnotices;
	say_gateways(rq, st, &v);
	say_budgets(rq, st, &who, &v);
	t = http_request_alloc(rq, (n + 1) * sizeof(*t));
	for (size_t i = 0; i < n; i++)
		say_trouble(rq, st, &items[i], &t[v.ntroubles++]);
	v.troubles = t;
	if (all > n)
		v.more = page_text(rq,
				   trn(l, "Et %d plus ancien.", "Et %d plus anciens.",
				       (int)(all - n)),
				   (int)(all - n));
	staff_layout(rq, st, &v.layout, tr(l, "Passerelles"), STAFF_SETTINGS);
	page_staff_gateways(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static void noticed(void *arg, enum rdvd_rc rc, const struct rdvd_notice *items, size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct gateways_page *p = data;
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	if (rc == RDVD_OK)
		p->nnotices = staff_notices(rq, st, &who, items, n, NOTICES_MAX,
					    "/equipe/passerelles", &p->notices);
	inbox_troubled(st->options.inbox, clock_now() - WEEK_S, TROUBLES_MAX, troubled,
		       staff_wait(rq, p));
}

static void gateways(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct gateways_page *p = http_request_alloc(rq, sizeof(*p));

	*p = (struct gateways_page){.nnotices = 0};
	inbox_notices(st->options.inbox, 1, noticed, staff_wait(rq, p));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/passerelles",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(GATEWAY, SEE),
	 .handle = gateways},
};

void staff_gateways_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
