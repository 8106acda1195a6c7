/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_form.c - the third page: who is coming. An hour that was tapped is held for ten
 * minutes; the form's address names the hold and the hour, so that it works without
 * cookies and says something sensible when the hold has run out. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/reserve.h"

/* ---- the hour that is asked for ---- */

void reserve_choose(const struct web *w, const char *service, const char *hour,
		    struct chosen *c)
{
	memset(c, 0, sizeof(*c));
	c->known = page_slot(w, service, hour, &c->service, &c->site, &c->start) == 0;
}

const struct organisation *reserve_team(const struct web *w, const struct chosen *c)
{
	const struct territory *t = booking_territory(w->booking);

	return page_organisation(w, c->known ? t->sites[c->site].organisation
					     : TERRITORY_NONE);
}

const char *reserve_url(struct http_request *rq, uint64_t hold, const struct typed *t)
{
	char name[17];

	booking_hold_name(hold, name);
	return page_url(rq, page_text(rq, "/reserver/%s", name), "service", t->service,
			"horaire", t->hour, "q", t->q, "interprete", t->interpreter,
			NULL);
}

void reserve_browser(struct http_request *rq, uint8_t holder[16])
{
	const char *hex = http_request_browser(rq);

	for (int i = 0; i < 16; i++) {
		int pair = 0;

		for (int k = 0; k < 2; k++) {
			char c = hex[2 * i + k];

			pair = pair * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
		}
		holder[i] = (uint8_t)pair;
	}
}

/* ---- the page of an hour that is gone ---- */

static const char *why(const struct lang *l, enum booking_verdict v)
{
	switch (v) {
	case BOOKING_TAKEN: return tr(l, "Quelqu’un vient de prendre cet horaire.");
	case BOOKING_CLOSED: return tr(l, "Ce jour-là, le lieu est fermé.");
	case BOOKING_TOO_EARLY:
		return tr(l, "Cet horaire est trop proche pour être réservé en ligne.");
	case BOOKING_TOO_FAR:
		return tr(l, "Cet horaire est trop lointain pour être réservé.");
	case BOOKING_DONE:
	case BOOKING_KNOWN:
	case BOOKING_FIELDS:
	case BOOKING_KEY_REUSED:
	case BOOKING_NOT_A_SLOT:
	case BOOKING_TOO_LATE:
	case BOOKING_IS_CANCELLED:
	case BOOKING_NO_MORE:
	case BOOKING_NOT_FOUND:
	case BOOKING_BUSY:
	case BOOKING_UNCERTAIN:
	case BOOKING_FAILED: break;
	}
	return tr(l, "Cet horaire n’est plus libre.");
}

struct gone {
	int status;
	const char *why;
	const char *action; /* where another hour is sent to */
	const char *again;  /* the same hour, if it is free all the same */
	const struct slot *slots;
	size_t n;
};

static void reply_gone(struct http_request *rq, const struct web *w,
		       const struct chosen *c, const struct typed *t,
		       const struct gone *g)
{
	const struct territory *ty = booking_territory(w->booking);
	const struct organisation *o = reserve_team(w, c);
	struct slot slots[TIMES_MAX];
	size_t n = g->n < TIMES_MAX ? g->n : TIMES_MAX;
	bool phone = c->known && ty->services[c->service].mode == MODE_PHONE;
	struct taken_view v;
	struct buf out = BUF_INIT;

	memset(&v, 0, sizeof(v));
	page_layout(rq, w, &v.layout,
		    tr(http_request_lang(rq), "Choisir un autre horaire"), o);
	v.why = g->why;
	v.action = g->action;
	v.again = g->again;
	v.typed = t->any;
	v.hidden = form_hidden(rq, t, &v.nhidden);
	v.search_url = page_url(rq, "/horaires", "q", t->q, "service", t->service,
				"interprete", t->interpreter, NULL);
	page_team(rq, w, o, &v.team, &v.team_phone, &v.team_tel);
	/* distances would be from the place that was taken, not from home: not said */
	for (size_t i = 0; i < n; i++) {
		slots[i] = g->slots[i];
		slots[i].distance_m = -1;
	}
	times_build(&v.times, ty, slots, n, phone ? TIMES_BY_PHONE : TIMES_BY_DAY,
		    http_request_lang_code(rq), clock_now());
	page_taken(&out, http_request_lang(rq), &v);
	http_reply_html(rq, g->status, &out);
}

/* Booking's own alternatives, or ours when it gave none. */
void reserve_reply_taken(struct http_request *rq, const struct web *w,
			 const struct chosen *c, const struct typed *t,
			 const char *action, const struct booking_reply *r)
{
	struct slot slots[6];
	struct gone g = {
		.status = 409,
		.why = why(http_request_lang(rq), r->verdict),
		.action = action,
		.slots = r->alternatives,
		.n = r->nalternatives,
	};

	if (g.n == 0 && c->known) {
		g.n = page_alternatives(w, c->service, c->site, slots, 6);
		g.slots = slots;
	}
	reply_gone(rq, w, c, t, &g);
}

/* ---- the form ---- */

void reserve_describe(struct http_request *rq, const struct web *w,
		      const struct chosen *c, struct form_view *v)
{
	const struct territory *t = booking_territory(w->booking);
	const struct site *site = &t->sites[c->site];
	const struct service *service = &t->services[c->service];
	const struct lang *l = http_request_lang(rq);
	const char *when = page_when(rq, w, zone_to_civil(site->zone, c->start), true);

	v->by_phone = service->mode == MODE_PHONE;
	v->workshop = service->capacity > 0;
	v->professionals = service->professionals;
	v->service = page_service(rq, service);
	v->duration = page_duration(rq, service->minutes);
	if (v->by_phone) {
		v->heading = page_text(rq, tr(l, "%s, par téléphone"), when);
		return;
	}
	v->heading = page_text(rq, tr(l, "%1$s, à %2$s"), when, site->commune);
	v->place = site->name;
	v->address = page_text(rq, "%s, %s\u00a0%s", site->address, site->postcode,
			       site->commune);
}

static void add_hidden(struct http_request *rq, const struct web *w,
		       const struct typed *t, struct form_view *v)
{
	struct hidden_view *h = http_request_alloc(rq, 6 * sizeof(*h));
	char key[SECRET_TOKEN_CHARS + 1], stamp[GUARD_STAMP_SIZE];

	secret_token_random(key);
	h[0] = (struct hidden_view){"service", t->service};
	h[1] = (struct hidden_view){"horaire", t->hour};
	h[2] = (struct hidden_view){"q", t->q};
	h[3] = (struct hidden_view){"cle", *t->key ? t->key : page_text(rq, "%s", key)};
	guard_stamp(w->guard, clock_monotonic_ms(), stamp);
	h[4] = (struct hidden_view){"vu",
				    *t->stamp ? t->stamp : page_text(rq, "%s", stamp)};
	v->nhidden = 5;
	if (*t->interpreter)
		h[v->nhidden++] = (struct hidden_view){"interprete", t->interpreter};
	v->hidden = h;
}

/* With an interpreter, or a language that takes longer. */
static int minutes_of(struct http_request *rq, const struct service *s,
		      const struct typed *t)
{
	return s->minutes + service_extra_minutes(s, *t->interpreter != '\0',
						  http_request_lang_code(rq));
}

void reserve_reply_form(struct http_request *rq, const struct web *w,
			const struct chosen *c, const struct typed *t,
			const struct shown *s)
{
	const struct territory *ty = booking_territory(w->booking);
	const struct organisation *o = reserve_team(w, c);
	const struct lang *l = http_request_lang(rq);
	struct form_view v = {0};
	struct buf out = BUF_INIT;
	char name[17];

	booking_hold_name(s->hold, name);
	form_fill(rq, t, s->errors, &v);
	reserve_describe(rq, w, c, &v);
	page_layout(rq, w, &v.layout,
		    page_text(rq, "%s%s",
			      v.nproblems > 0 ? tr(l, "À corriger\u00a0: ") : "",
			      tr(l, "Vos coordonnées")),
		    o);
	add_hidden(rq, w, t, &v);
	form_questions(rq, t, &ty->services[c->service], s->errors, &v);
	v.duration = page_duration(rq, minutes_of(rq, &ty->services[c->service], t));
	v.action = reserve_url(rq, s->hold, t);
	v.keep_action = page_url(rq, page_text(rq, "/reserver/%s/garder", name),
				 "service", t->service, "horaire", t->hour, "q", t->q,
				 "interprete", t->interpreter, NULL);
	v.back_url =
		page_url(rq, "/horaires", "q", t->q, "service", t->service, "mode",
			 v.by_phone ? "tel" : NULL, "interprete", t->interpreter, NULL);
	if (s->until)
		v.until = page_hour(rq, civil_time_minute(zone_to_civil(
						ty->sites[c->site].zone, s->until)));
	v.kept_enough = s->kept_enough;
	v.can_keep = s->until && !s->kept_enough;
	v.trouble = s->trouble;
	v.hasty = s->hasty;
	v.expired = !s->until;
	v.sms = w->options.sms_enabled;
	v.retention = page_retention(rq, w);
	v.rights_url = "/donnees-personnelles";
	page_team(rq, w, o, &v.team, &v.team_phone, &v.team_tel);
	page_form(&out, l, &v);
	http_reply_html(rq, s->status, &out);
}

void reserve_from_query(const struct http_request *rq, struct typed *t)
{
	const char *service = http_request_query(rq, "service");
	const char *hour = http_request_query(rq, "horaire");
	const char *q = http_request_query(rq, "q");
	const char *interpreter = http_request_query(rq, "interprete");

	if (!*t->interpreter && interpreter)
		t->interpreter = interpreter;
	if (!*t->service && service)
		t->service = service;
	if (!*t->hour && hour)
		t->hour = hour;
	if (!*t->q && q)
		t->q = q;
}

static bool is_free(struct http_request *rq, const struct web *w, const struct chosen *c,
		    const struct typed *t)
{
	const struct service *s = &booking_territory(w->booking)->services[c->service];
	struct agenda_ask ask = {
		.extra_minutes = minutes_of(rq, s, t) - s->minutes,
		.service = c->service,
		.site = c->site,
		.start = c->start,
		.now = clock_now(),
		.seats = 1,
	};
	struct agenda_answer answer;

	return agenda_ask(booking_agenda(w->booking), &ask, &answer) == AGENDA_FREE;
}

static void show_form(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	struct typed t;
	struct chosen c;
	struct shown s = {.status = 200};
	struct slot held, others[6];
	struct gone g = {.status = 200, .action = "/reserver", .slots = others};

	form_read(rq, &t);
	reserve_from_query(rq, &t);
	reserve_choose(w, t.service, t.hour, &c);
	if (!c.known || booking_hold_parse(http_request_param(rq, "hold"), &s.hold) < 0) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (booking_hold_find(w->booking, s.hold, &held, &s.until) == 0 &&
	    held.site == c.site && held.start == c.start) {
		reserve_reply_form(rq, w, &c, &t, &s);
		return;
	}
	g.why = tr(http_request_lang(rq), "Nous ne gardons plus cet horaire.");
	g.n = page_alternatives(w, c.service, c.site, others, 6);
	if (is_free(rq, w, &c, &t))
		g.again = t.hour;
	reply_gone(rq, w, &c, &t, &g);
}

/* ---- holding ---- */

static void held(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct typed t;
	struct chosen c;

	if (!rq)
		return;
	form_read(rq, &t);
	reserve_choose(w, t.service, t.hour, &c);
	if (r->verdict == BOOKING_DONE)
		http_redirect(rq, 303, reserve_url(rq, r->hold, &t));
	else if (page_is_trouble(r->verdict))
		page_fail(rq, r->verdict);
	else
		reserve_reply_taken(rq, w, &c, &t, "/reserver", r);
}

static void hold(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	struct booking_request ask = {0};
	char site[64];
	struct typed t;

	form_read(rq, &t);
	if (times_parse(t.hour, site, &ask.start) < 0 || !*t.service) {
		http_fail(rq, 400, NULL);
		return;
	}
	ask.service = t.service;
	ask.site = site;
	ask.has_start = 1;
	ask.channel = RDVD_BY_WEB;
	ask.party_size = 1;
	ask.interpreter = *t.interpreter != '\0';
	ask.person.locale = http_request_lang_code(rq);
	reserve_browser(rq, ask.holder);
	booking_hold(w->booking, &ask, held, page_wait(rq));
}

/* Two taps on a phone, or a script: what opens /reserver by hand begins at the beginning.
 */
static void start_over(struct http_request *rq)
{
	http_redirect(rq, 303, "/");
}

static void kept(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct shown s = {.status = 200};
	struct typed t;
	struct chosen c;
	struct slot slot;

	if (!rq)
		return;
	form_read(rq, &t);
	reserve_from_query(rq, &t);
	reserve_choose(w, t.service, t.hour, &c);
	if (!c.known || booking_hold_parse(http_request_param(rq, "hold"), &s.hold) < 0) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (booking_hold_find(w->booking, s.hold, &slot, &s.until) < 0)
		s.until = 0;
	s.kept_enough = r->verdict == BOOKING_NO_MORE;
	reserve_reply_form(rq, w, &c, &t, &s);
}

static void keep(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	uint64_t ref;

	if (booking_hold_parse(http_request_param(rq, "hold"), &ref) < 0) {
		http_fail(rq, 404, NULL);
		return;
	}
	booking_hold_extend(w->booking, ref, kept, page_wait(rq));
}

/* CSRF_ORIGIN, not CSRF_TOKEN: a token lives in a cookie, and who refuses cookies may
 * book too. A hold belongs to nobody and hurts nobody; the form's address is the hold's
 * own secret, which another site cannot know, and it asks for everything it writes down.
 */
static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/reserver",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_HOLD,
	 .body = BODY_FORM,
	 .handle = hold},
	{.method = HTTP_GET, .pattern = "/reserver", .handle = start_over},
	{.method = HTTP_GET, .pattern = "/reserver/{hold}", .handle = show_form},
	{.method = HTTP_POST,
	 .pattern = "/reserver/{hold}/garder",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_HOLD,
	 .body = BODY_FORM,
	 .handle = keep},
	{.method = HTTP_GET, .pattern = "/reserver/{hold}/garder", .handle = show_form},
};

void form_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
