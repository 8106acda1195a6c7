/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_waiting.c - the waiting list as one who waits sees it: joining from the page of
 * an appointment, and behind a secret link of its own what is offered, with a button to
 * take it and one to decline, and the way out. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/waiting.h"
#include "web/page.h"

/* ---- the page ---- */

static const char *self_url(struct http_request *rq, const char *act)
{
	const char *token = http_request_param(rq, "token");

	return act ? page_text(rq, "/attente/%s/%s", token, act)
		   : page_text(rq, "/attente/%s", token);
}

static const struct zone *zone_of(const struct territory *t, rdvd_id site)
{
	int i = site ? territory_by_id(t, RDVD_DEF_SITE, site) : TERRITORY_NONE;

	return i == TERRITORY_NONE ? t->zone : t->sites[i].zone;
}

static civil_day today(const struct territory *t)
{
	return civil_time_day(zone_to_civil(t->zone, clock_now()));
}

static const char *day_words(struct http_request *rq, const struct territory *t,
			     const struct zone *z, rdvd_time at, bool title)
{
	char *out = http_request_alloc(rq, WORDS_SIZE);
	civil_day day = civil_time_day(zone_to_civil(z, at));

	if (title)
		words_day_title(out, http_request_lang_code(rq), day, today(t));
	else
		words_day(out, http_request_lang_code(rq), day, today(t));
	return out;
}

/* "16 h", or "demain à 9 h", or "lundi 23 mars à 9 h". */
static const char *until_words(struct http_request *rq, const struct web *w,
			       const struct zone *z, rdvd_time at)
{
	const struct lang *l = http_request_lang(rq);
	civil_time wall = zone_to_civil(z, at);
	civil_day now = civil_time_day(zone_to_civil(z, clock_now()));
	const char *hour = page_hour(rq, civil_time_minute(wall));

	if (civil_time_day(wall) == now)
		return hour;
	if (civil_time_day(wall) == now + 1)
		return page_text(rq, tr(l, "demain à %s"), hour);
	return page_when(rq, w, wall, false);
}

static void say_offer(struct http_request *rq, const struct web *w,
		      const struct rdvd_offer *o, struct waiting_view *v)
{
	const struct territory *t = booking_territory(w->booking);
	int i = territory_by_id(t, RDVD_DEF_SITE, o->site);
	const struct zone *z = zone_of(t, o->site);

	v->offer = true;
	v->id = page_text(rq, "%lld", (long long)o->id);
	v->day = day_words(rq, t, z, o->start, true);
	v->hour = page_hour(rq, civil_time_minute(zone_to_civil(z, o->start)));
	v->until = until_words(rq, w, z, o->expires);
	v->take_url = self_url(rq, "prendre");
	v->decline_url = self_url(rq, "refuser");
	if (i == TERRITORY_NONE || v->by_phone)
		return;
	v->place = t->sites[i].name;
	v->address = t->sites[i].address;
	v->postcode = t->sites[i].postcode;
	v->town = t->sites[i].commune;
	v->access = bitext_get(&t->sites[i].access, http_request_lang_code(rq));
}

static void say_mine(struct http_request *rq, const struct web *w,
		     const struct waiting_reply *r, struct waiting_view *v)
{
	const struct rdvd_appointment *a = r->appointment;
	const struct territory *t = booking_territory(w->booking);
	int site;

	if (!a)
		return;
	v->appointment_url = page_text(rq, "/rdv/%s", r->appointment_token);
	if (a->status == RDVD_CANCELLED || v->served)
		return;
	v->mine = page_when(rq, w, a->when.civil_start, false);
	site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
			     : TERRITORY_NONE;
	if (site != TERRITORY_NONE && !v->by_phone)
		v->mine_place = t->sites[site].name;
}

/* "à Carvin, Mission locale", "Carvin et 30 km autour", "par téléphone",
 * "n’importe où". */
static const char *say_where(struct http_request *rq, const struct web *w,
			     const struct rdvd_wait *row, bool by_phone)
{
	const struct lang *l = http_request_lang(rq);
	const struct territory *t = booking_territory(w->booking);
	const struct commune *c = NULL;
	struct geo_point point;
	int site =
		row->site ? territory_by_id(t, RDVD_DEF_SITE, row->site) : TERRITORY_NONE;

	if (by_phone)
		return tr(l, "par téléphone");
	if (site != TERRITORY_NONE)
		return page_text(rq, tr(l, "à %1$s, %2$s"), t->sites[site].commune,
				 t->sites[site].name);
	if (!*row->near)
		return tr(l, "dans tous les lieux");
	if (booking_communes(w->booking))
		commune_near(booking_communes(w->booking), row->near, &point, &c);
	if (!c)
		return page_text(rq, tr(l, "à moins de %d\u00a0km"), row->radius_km);
	return page_text(rq, tr(l, "%2$s et %1$d\u00a0km autour"), row->radius_km,
			 c->name);
}

static const char *heading(const struct lang *l, const struct waiting_view *v)
{
	if (v->offer)
		return tr(l, "Une place se libère");
	if (v->served)
		return tr(l, "C’est fait");
	if (v->left)
		return tr(l, "Vous n’êtes plus sur la liste d’attente");
	if (v->over)
		return tr(l, "La liste d’attente est terminée pour vous");
	return v->fresh ? tr(l, "C’est noté, nous vous préviendrons")
			: tr(l, "Vous êtes sur la liste d’attente");
}

static void fill(struct http_request *rq, const struct web *w,
		 const struct waiting_reply *r, struct waiting_view *v)
{
	const struct territory *t = booking_territory(w->booking);
	const struct rdvd_wait *row = r->wait;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, row->service);
	const struct zone *z = zone_of(t, row->site);

	v->served = row->state == RDVD_WAIT_SERVED;
	v->left = row->state == RDVD_WAIT_LEFT;
	v->over = row->state == RDVD_WAIT_OVER ||
		  (row->state == RDVD_WAIT_WAITING && row->until <= clock_now());
	v->fresh = http_request_query(rq, "merci") != NULL;
	v->declined = http_request_query(rq, "non") != NULL && !r->offer;
	v->late =
		r->verdict == WAITING_OVER || http_request_query(rq, "trop-tard") != NULL;
	v->taken = r->verdict == WAITING_TAKEN || http_request_query(rq, "prise") != NULL;
	if (service != TERRITORY_NONE) {
		v->by_phone = t->services[service].mode == MODE_PHONE;
		v->service = page_service(rq, &t->services[service]);
		v->search_url =
			page_url(rq, "/", "service", t->services[service].slug, NULL);
	} else {
		v->search_url = "/";
	}
	v->where = say_where(rq, w, row, v->by_phone);
	v->since = day_words(rq, t, z, row->created, false);
	v->before = day_words(rq, t, z, row->until, false);
	v->by_sms = *row->number && w->options.sms_enabled;
	v->by_email = *row->email && w->options.email_enabled;
	v->leave_url = self_url(rq, "quitter");
	v->self = self_url(rq, NULL);
	if (r->offer && row->state == RDVD_WAIT_WAITING)
		say_offer(rq, w, r->offer, v);
	say_mine(rq, w, r, v);
	v->heading = heading(http_request_lang(rq), v);
}

/* Answer what has no words on the page; 1 when it was answered. */
static int failed(struct http_request *rq, const struct waiting_reply *r)
{
	if (r->verdict == WAITING_BUSY)
		page_fail(rq, BOOKING_BUSY);
	else if (r->verdict == WAITING_NOT_FOUND || !r->wait)
		http_fail(rq, 404, NULL);
	else
		return 0;
	return 1;
}

static void shown(void *arg, const struct waiting_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	const struct territory *t = booking_territory(w->booking);
	const struct organisation *o;
	struct waiting_view v = {0};
	struct buf out = BUF_INIT;

	if (!rq || failed(rq, r))
		return;
	fill(rq, w, r, &v);
	o = page_organisation(
		w, territory_by_id(t, RDVD_DEF_ORGANISATION, r->wait->organisation));
	page_layout(rq, w, &v.layout, v.heading, o);
	page_team(rq, w, o, &v.team, &v.team_phone, &v.team_tel);
	page_waiting(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void show(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);

	waiting_get(w->options.waiting, http_request_param(rq, "token"), shown,
		    page_wait(rq));
}

/* ---- take, decline, leave ---- */

/* The offer that the page showed; 0: the open one. */
static rdvd_id offer_of(const struct http_request *rq)
{
	const char *s = http_request_field(rq, "offre");
	int64_t id = 0;

	if (s && parse_int(s, 1, INT64_MAX, &id) < 0)
		id = 0;
	return id;
}

static void taken(void *arg, const struct waiting_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);

	if (!rq)
		return;
	if (r->verdict == WAITING_DONE && r->appointment_token && *r->appointment_token)
		http_redirect(rq, 303,
			      page_text(rq, "/rdv/%s?%s=1", r->appointment_token,
					r->wait && r->wait->participation ? "change"
									  : "merci"));
	else if (r->verdict == WAITING_BUSY)
		page_fail(rq, BOOKING_BUSY);
	else if (r->verdict == WAITING_NOT_FOUND)
		http_fail(rq, 404, NULL);
	else
		http_redirect(
			rq, 303,
			page_text(rq, "%s?%s=1", self_url(rq, NULL),
				  r->verdict == WAITING_TAKEN ? "prise" : "trop-tard"));
}

static void take(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);

	waiting_answer(w->options.waiting, http_request_param(rq, "token"), offer_of(rq),
		       1, NULL, taken, page_wait(rq));
}

static void declined(void *arg, const struct waiting_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);

	if (!rq || failed(rq, r))
		return;
	http_redirect(rq, 303, page_text(rq, "%s?non=1", self_url(rq, NULL)));
}

static void decline(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);

	waiting_answer(w->options.waiting, http_request_param(rq, "token"), offer_of(rq),
		       0, NULL, declined, page_wait(rq));
}

static void left(void *arg, const struct waiting_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);

	if (rq && !failed(rq, r))
		http_redirect(rq, 303, self_url(rq, NULL));
}

static void leave(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);

	waiting_leave(w->options.waiting, http_request_param(rq, "token"), left,
		      page_wait(rq));
}

/* ---- joining with an appointment ---- */

static const char *rdv_url(struct http_request *rq, const char *act)
{
	return page_text(rq, "/rdv/%s%s", http_request_param(rq, "token"), act);
}

static const char *field(const struct http_request *rq, const char *name)
{
	const char *s = http_request_field(rq, name);

	return s ? s : "";
}

/* 1 when the service is offered at another place too. */
static bool is_elsewhere(const struct web *w, const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(w->booking);
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;

	if (service == TERRITORY_NONE || t->services[service].mode != MODE_SITE)
		return false;
	for (int i = 0; i < t->nopenings; i++)
		for (size_t k = 0; k < t->openings[i].nservices; k++)
			if (t->openings[i].services[k] == service &&
			    t->openings[i].site != site)
				return true;
	return false;
}

static bool is_reachable(const struct web *w, const struct rdvd_person *p)
{
	return (w->options.sms_enabled && p->sms_ok && *p->phone) ||
	       (w->options.email_enabled && *p->email);
}

static void add_problems(struct http_request *rq, const struct booking_errors *e,
			 struct join_view *v)
{
	const struct lang *l = http_request_lang(rq);
	struct problem_view *p = http_request_alloc(rq, (e->n + 1) * sizeof(*p));

	for (size_t i = 0; i < e->n; i++) {
		bool email = strcmp(e->items[i].field, "person.email") == 0;

		p[i] = (struct problem_view){
			.field = email ? "email" : "telephone",
			.message = tr(l, e->items[i].message),
		};
		(email ? &v->email : &v->phone)->error = p[i].message;
	}
	v->problems = p;
	v->nproblems = e->n;
}

/* errors: what is wrong, or NULL. */
static void reply_join(struct http_request *rq, const struct web *w,
		       const struct rdvd_appointment *a, int status,
		       const struct booking_errors *errors)
{
	const struct territory *t = booking_territory(w->booking);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	const struct organisation *o = page_organisation(
		w, territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation));
	struct join_view v = {.too_late = status == 409};
	struct buf out = BUF_INIT;

	v.when = page_when(rq, w, a->when.civil_start, false);
	v.place = site == TERRITORY_NONE ? a->place.name
					 : page_text(rq, "%s, %s", t->sites[site].name,
						     t->sites[site].commune);
	v.action = rdv_url(rq, "/attente");
	v.self = rdv_url(rq, "");
	v.choice = site != TERRITORY_NONE && is_elsewhere(w, a);
	v.anywhere = strcmp(field(rq, "lieu"), "autour") == 0;
	v.ask_contact = !is_reachable(w, &a->person);
	v.sms = w->options.sms_enabled;
	v.email_possible = w->options.email_enabled;
	v.phone.value = field(rq, "telephone");
	v.email.value = field(rq, "email");
	if (errors)
		add_problems(rq, errors, &v);
	page_layout(rq, w, &v.layout,
		    tr(http_request_lang(rq), "Savoir si une place se libère"), o);
	page_team(rq, w, o, &v.team, &v.team_phone, &v.team_tel);
	page_join(&out, http_request_lang(rq), &v);
	http_reply_html(rq, status, &out);
}

/* What the second read of the appointment is for. */
static void join_shown(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	const struct booking_errors *errors;
	char token[SECRET_TOKEN_CHARS + 1];

	if (!rq)
		return;
	if (!r->appointment || page_is_trouble(r->verdict)) {
		page_fail(rq, r->verdict);
		return;
	}
	errors = http_request_data(rq);
	if (r->appointment->status == RDVD_CANCELLED ||
	    r->appointment->when.start <= clock_now())
		http_redirect(rq, 303, rdv_url(rq, ""));
	else if (waiting_token_of(w->options.waiting, r->appointment->id, token) == 0)
		http_redirect(rq, 303, page_text(rq, "/attente/%s", token));
	else if (errors && errors->n == 0)
		reply_join(rq, w, r->appointment, 409, NULL);
	else
		reply_join(rq, w, r->appointment, errors ? 422 : 200, errors);
}

static void ask_to_join(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	struct booking_which which = {.token = http_request_param(rq, "token")};

	booking_get(w->booking, &which, join_shown, page_wait(rq));
}

static void joined(void *arg, const struct waiting_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct booking_errors *errors;

	if (!rq)
		return;
	if (r->verdict == WAITING_DONE) {
		http_redirect(rq, 303, page_text(rq, "/attente/%s?merci=1", r->token));
	} else if (r->verdict == WAITING_KNOWN) {
		http_redirect(rq, 303, page_text(rq, "/attente/%s", r->token));
	} else if (r->verdict == WAITING_FIELDS || r->verdict == WAITING_OVER) {
		/* the page again, with what is wrong; without errors: too late */
		errors = http_request_alloc(rq, sizeof(*errors));
		*errors = *r->errors;
		if (r->verdict == WAITING_OVER)
			errors->n = 0;
		http_request_set_data(rq, errors, NULL);
		ask_to_join(rq);
	} else if (r->verdict == WAITING_BUSY) {
		page_fail(rq, BOOKING_BUSY);
	} else {
		http_fail(rq, 404, NULL);
	}
}

static void join(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	struct booking_which which = {.token = http_request_param(rq, "token")};
	const struct waiting_wish wish = {
		.anywhere = strcmp(field(rq, "lieu"), "autour") == 0,
		.phone = field(rq, "telephone"),
		.email = field(rq, "email"),
	};

	waiting_join_as(w->options.waiting, &which, &wish, NULL, joined, page_wait(rq));
}

/* CSRF_ORIGIN: the secret is the link itself, as for an appointment. */
#define ACT(path, fn)                                                        \
	{                                                                    \
		.method = HTTP_POST, .pattern = (path), .csrf = CSRF_ORIGIN, \
		.limit = LIMIT_BOOK, .body = BODY_FORM, .handle = (fn)       \
	}
#define SHOW(path, fn)                                                      \
	{                                                                   \
		.method = HTTP_GET, .pattern = (path), .limit = LIMIT_READ, \
		.handle = (fn)                                              \
	}

static const struct http_route routes[] = {
	SHOW("/attente/{token}", show),		SHOW("/attente/{token}/prendre", show),
	SHOW("/attente/{token}/refuser", show), SHOW("/attente/{token}/quitter", show),
	ACT("/attente/{token}/prendre", take),	ACT("/attente/{token}/refuser", decline),
	ACT("/attente/{token}/quitter", leave), SHOW("/rdv/{token}/attente", ask_to_join),
	ACT("/rdv/{token}/attente", join),
};

void waiting_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
