/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_waiting.c - the waiting list as the team sees it: who waits and since when, what
 * each was offered and what became of it; and taking somebody off. */
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/waiting.h"
#include "web/staff_room.h"

/* ---- what she may see ---- */

static bool may_see(const struct staff *st, const struct viewer *v,
		    const struct waiting_row *row)
{
	const struct territory *t = booking_territory(st->web.booking);

	if (row->appointment)
		return staff_may_see(st, v, row->appointment);
	return v->all || !row->wait->organisation ||
	       (v->organisation != TERRITORY_NONE &&
		t->organisations[v->organisation].id == row->wait->organisation);
}

/* ---- words ---- */

/* "lundi 23 mars à 9 h" */
static const char *when(struct http_request *rq, const struct staff *st,
			const struct zone *z, rdvd_time at)
{
	civil_time wall = zone_to_civil(z, at);

	return page_text(rq, tr(http_request_lang(rq), "%1$s à %2$s"),
			 staff_day_words(rq, st, civil_time_day(wall), false),
			 page_hour(rq, civil_time_minute(wall)));
}

static struct staff_tag state_tag(const struct lang *l, enum rdvd_offer_state s)
{
	switch (s) {
	case RDVD_OFFER_OPEN: return (struct staff_tag){.text = tr(l, "en cours")};
	case RDVD_OFFER_TAKEN:
		return (struct staff_tag){.text = tr(l, "prise"), .ok = true};
	case RDVD_OFFER_DECLINED: return (struct staff_tag){.text = tr(l, "refusée")};
	case RDVD_OFFER_LAPSED: break;
	}
	return (struct staff_tag){.text = tr(l, "sans réponse")};
}

static void say_offers(struct http_request *rq, const struct staff *st,
		       const struct waiting_row *row, struct staff_waiting_row *out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct staff_offer_view *v =
		http_request_alloc(rq, (row->noffers + 1) * sizeof(*v));

	for (size_t i = 0; i < row->noffers; i++) {
		const struct rdvd_offer *o = &row->offers[i];
		int site = territory_by_id(t, RDVD_DEF_SITE, o->site);
		const struct zone *z = staff_zone(st, site);

		v[i] = (struct staff_offer_view){
			.when = page_text(
				rq, "%s%s%s", when(rq, st, z, o->start),
				site == TERRITORY_NONE ? "" : ", ",
				site == TERRITORY_NONE ? "" : t->sites[site].commune),
			.made = when(rq, st, z, o->made),
			.state = state_tag(l, o->state),
		};
		if (o->state == RDVD_OFFER_OPEN)
			v[i].until = when(rq, st, z, o->expires);
	}
	out->offers = v;
	out->noffers = row->noffers;
}

static const char *say_where(struct http_request *rq, const struct staff *st,
			     const struct rdvd_wait *w, int service)
{
	const struct lang *l = http_request_lang(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct commune *c = NULL;
	struct geo_point point;
	int site = w->site ? territory_by_id(t, RDVD_DEF_SITE, w->site) : TERRITORY_NONE;

	if (site != TERRITORY_NONE)
		return page_text(rq, tr(l, "à %1$s, %2$s"), t->sites[site].commune,
				 t->sites[site].name);
	if (service != TERRITORY_NONE && t->services[service].mode == MODE_PHONE)
		return tr(l, "par téléphone");
	if (!*w->near)
		return tr(l, "dans tous les lieux");
	if (booking_communes(st->web.booking))
		commune_near(booking_communes(st->web.booking), w->near, &point, &c);
	if (!c)
		return page_text(rq, tr(l, "à moins de %d\u00a0km"), w->radius_km);
	return page_text(rq, tr(l, "%2$s et %1$d\u00a0km autour"), w->radius_km, c->name);
}

static void say_person(struct http_request *rq, const struct waiting_row *row,
		       struct staff_waiting_row *out)
{
	const struct rdvd_wait *w = row->wait;
	json_t *p = row->appointment ? NULL : json_loads(w->person, 0, NULL);
	const char *first = json_string_value(json_object_get(p, "first_name"));
	const char *last = json_string_value(json_object_get(p, "last_name"));

	out->name = row->appointment ? staff_person_name(rq, &row->appointment->person)
				     : page_text(rq, "%s %s", first ? first : "",
						 last ? last : "");
	json_decref(p);
	if (row->appointment)
		out->url = page_text(rq, "/equipe/rdv/%lld",
				     (long long)row->appointment->id);
	if (*w->number) {
		out->phone = page_phone(rq, w->number);
		out->tel = page_text(rq, "tel:%s", w->number);
	}
	out->email = http_request_strdup(rq, w->email);
}

static void say_row(struct http_request *rq, const struct staff *st,
		    const struct waiting_row *row, size_t rank,
		    struct staff_waiting_row *out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct rdvd_wait *w = row->wait;
	const struct rdvd_appointment *a = row->appointment;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, w->service);
	const struct zone *z =
		staff_zone(st, w->site ? territory_by_id(t, RDVD_DEF_SITE, w->site)
				       : TERRITORY_NONE);

	*out = (struct staff_waiting_row){
		.id = page_text(rq, "%lld", (long long)w->id),
		.rank = page_text(rq, "%zu", rank),
		.service = service == TERRITORY_NONE
				   ? ""
				   : bitext_get(&t->services[service].name,
						http_request_lang_code(rq)),
		.where = say_where(rq, st, w, service),
		.since = when(rq, st, z, w->created),
		.until = staff_day_words(
			rq, st, civil_time_day(zone_to_civil(z, w->until)), false),
	};
	if (a)
		out->mine = page_text(rq, "%s, %s", when(rq, st, z, a->when.start),
				      staff_place_name(st, a));
	say_person(rq, row, out);
	say_offers(rq, st, row, out);
}

/* ---- the page ---- */

static void listed(void *arg, enum rdvd_rc rc, const struct waiting_row *rows, size_t n)
{
	struct staff *st;
	struct http_request *rq = staff_read_over(arg, rc, &st, NULL);
	struct staff_waiting_view v = {.nrows = 0};
	struct staff_waiting_row *waiting, *ended;
	struct buf out = BUF_INIT;
	const struct lang *l;
	struct viewer who;

	if (!rq)
		return;
	l = http_request_lang(rq);
	staff_viewer(rq, &who);
	waiting = http_request_alloc(rq, (n + 1) * sizeof(*waiting));
	ended = http_request_alloc(rq, (n + 1) * sizeof(*ended));
	for (size_t i = 0; i < n; i++) {
		if (!may_see(st, &who, &rows[i]))
			continue;
		if (rows[i].wait->state == RDVD_WAIT_WAITING) {
			say_row(rq, st, &rows[i], v.nrows + 1, &waiting[v.nrows]);
			v.nrows++;
		} else {
			say_row(rq, st, &rows[i], 0, &ended[v.nended++]);
		}
	}
	v.rows = waiting;
	v.ended = ended;
	if (http_request_query(rq, "fait"))
		v.said.text = tr(l, "C’est fait\u00a0: cette personne n’est plus sur la "
				    "liste d’attente.");
	staff_layout(rq, st, &v.layout, tr(l, "Liste d’attente"), STAFF_WAITING);
	v.csrf = v.layout.csrf;
	page_staff_waiting(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static void list(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);

	waiting_list(st->options.waiting, listed, staff_wait(rq, NULL));
}

/* ---- taking somebody off ---- */

static void removed(void *arg, const struct waiting_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	const char *back;

	if (!rq)
		return;
	back = http_request_field(rq, "retour");
	if (!staff_path_is_ours(back) || strpbrk(back, "?#"))
		back = "/equipe/attente";
	if (r->verdict == WAITING_BUSY)
		page_fail(rq, BOOKING_BUSY);
	else
		http_redirect(rq, 303, page_url(rq, back, "fait", "retrait", NULL));
}

/* Hers to take off: one that the list shows her. */
static void remove_it(void *arg, enum rdvd_rc rc, const struct waiting_row *rows,
		      size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const rdvd_id *id = data;
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	for (size_t i = 0; i < n; i++)
		if (rows[i].wait->id == *id && may_see(st, &who, &rows[i])) {
			waiting_remove(st->options.waiting, *id, who.user->login, removed,
				       staff_wait(rq, NULL));
			return;
		}
	http_fail(rq, 404, NULL);
}

static void remove_one(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	rdvd_id *id = http_request_alloc(rq, sizeof(*id));

	if (staff_id(rq, id) == 0)
		waiting_list(st->options.waiting, remove_it, staff_wait(rq, id));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/attente",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(WAITING, SEE),
	 .handle = list},
	{.method = HTTP_POST,
	 .pattern = "/equipe/attente/{id}/retirer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(WAITING, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = remove_one},
};

void staff_waiting_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
