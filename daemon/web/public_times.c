/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_times.c - the second page: the times that are free, soonest or nearest first. A
 * place that is not understood, or where nothing is near, is never the end: the page says
 * so and shows what there is.
 *
 * This is the page that everybody loads: it allocates nothing per time and writes
 * straight into the answer. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "web/page.h"
#include "web/where.h"

#define RADIUS_KM 30.0
#define EVERYWHERE_KM 20100.0 /* half the Earth's girth */
#define BATCH 64	      /* slots looked at in one go when some are filtered out */
#define BATCHES 40
#define FULL_SHOWN 10	 /* workshops without a place */
#define PAGE_BYTES 16384 /* a page of twenty times fits */

/* What the address asks for. */
struct ask {
	const char *q, *service_name, *mode, *after;
	int service; /* index */
	bool phone, nearest, wide, interpreter;
	int extra_minutes;
	struct times_filter filter;
	struct where where;
	rdvd_time after_start;
	int after_site;
};

struct found {
	struct slot slots[TIMES_MAX];
	size_t n;
	int more;
};

/* ---- what is asked ---- */

/* By telephone: the asked service if it is one, else the first that is. On site: the
 * asked one unless it is by telephone. TERRITORY_NONE when there is none. */
static int choose_service(const struct web *w, const char *name, bool phone)
{
	const struct territory *t = booking_territory(w->booking);
	int asked = page_public_service(w, name), any = TERRITORY_NONE;

	if (asked != TERRITORY_NONE && (t->services[asked].mode == MODE_PHONE) == phone)
		return asked;
	for (int i = 0; i < t->live_services; i++) {
		const struct service *s = &t->services[i];

		if (!s->public)
			continue;
		if ((s->mode == MODE_PHONE) == phone && s->capacity == 0)
			return i;
		if (any == TERRITORY_NONE)
			any = i;
	}
	return asked != TERRITORY_NONE ? asked : any;
}

static bool is_on(const struct http_request *rq, const char *name)
{
	const char *v = http_request_query(rq, name);

	return v && *v && strcmp(v, "0") != 0;
}

static bool is(const char *value, const char *word)
{
	return value && strcmp(value, word) == 0;
}

static void read_ask(const struct http_request *rq, const struct web *w, struct ask *a)
{
	const struct territory *t = booking_territory(w->booking);
	const char *near = http_request_query(rq, "near");
	char slug[64];

	memset(a, 0, sizeof(*a));
	a->q = http_request_query(rq, "q");
	if (!a->q || !*a->q)
		a->q = near;
	a->service_name = http_request_query(rq, "service");
	a->mode = http_request_query(rq, "mode");
	a->phone = is(a->mode, "tel") || is(a->mode, "phone");
	a->service = choose_service(w, a->service_name, a->phone);
	a->phone = a->service != TERRITORY_NONE &&
		   t->services[a->service].mode == MODE_PHONE;
	a->nearest = is(http_request_query(rq, "tri"), "pres") && !a->phone;
	a->wide = is_on(rq, "loin");
	a->interpreter = is_on(rq, "interprete");
	if (a->service != TERRITORY_NONE)
		a->extra_minutes =
			service_extra_minutes(&t->services[a->service], a->interpreter,
					      http_request_lang_code(rq));
	a->filter.morning = is_on(rq, "matin");
	a->filter.afternoon = is_on(rq, "apres-midi");
	a->filter.wednesday = is_on(rq, "mercredi");
	a->after = http_request_query(rq, "after");
	a->after_site = TERRITORY_NONE;
	if (a->after && times_parse(a->after, slug, &a->after_start) == 0)
		a->after_site = territory_site(t, slug);
	where_find(booking_communes(w->booking), t, a->q, &a->where);
}

/* ---- what is free ---- */

static bool is_filtered(const struct times_filter *f)
{
	return f->wednesday || f->morning != f->afternoon;
}

/* Walk the agenda's answer in batches, keeping the hours that suit. */
static void search_filtered(const struct agenda *agenda, struct slot_query *q,
			    const struct times_filter *f, struct found *out)
{
	const struct territory *t = agenda_territory(agenda);
	struct slot batch[BATCH];
	int more = 1;

	out->n = 0;
	out->more = 0;
	for (int round = 0; round < BATCHES && more; round++) {
		size_t n = slot_search(agenda, q, batch, BATCH, &more);

		for (size_t i = 0; i < n; i++) {
			civil_day day;
			int minute;

			times_civil(&t->sites[batch[i].site], batch[i].start, &day,
				    &minute);
			if (!times_fits(f, day, minute))
				continue;
			if (out->n == TIMES_MAX) {
				out->more = 1;
				return;
			}
			out->slots[out->n++] = batch[i];
		}
		if (n == 0)
			return;
		q->after_start = batch[n - 1].start;
		q->after_site = batch[n - 1].site;
	}
}

static void search(const struct agenda *agenda, const struct ask *a, double radius_km,
		   struct found *out)
{
	struct slot_query q = {
		.service = a->service,
		.site = TERRITORY_NONE,
		.near = a->where.kind == WHERE_FOUND && !a->phone ? &a->where.point
								  : NULL,
		.radius_km = radius_km,
		.sort = a->nearest && a->where.kind == WHERE_FOUND ? SLOT_NEAREST
								   : SLOT_SOONEST,
		.now = clock_now(),
		.seats = 1,
		.after_start = a->after_start,
		.after_site = a->after_site,
		.extra_minutes = a->extra_minutes,
	};

	if (is_filtered(&a->filter)) {
		search_filtered(agenda, &q, &a->filter, out);
		return;
	}
	out->n = slot_search(agenda, &q, out->slots, TIMES_MAX, &out->more);
}

/* Near first; when nothing is there, wherever it is. 1 when it had to go farther. */
static bool search_near_or_far(const struct agenda *agenda, const struct ask *a,
			       struct found *out)
{
	bool bounded = a->where.kind == WHERE_FOUND && !a->phone;

	memset(out, 0, offsetof(struct found, slots));
	out->n = 0;
	out->more = 0;
	if (a->service == TERRITORY_NONE)
		return false;
	search(agenda, a, bounded && !a->wide ? RADIUS_KM : EVERYWHERE_KM, out);
	if (out->n > 0 || !bounded || a->wide)
		return false;
	search(agenda, a, EVERYWHERE_KM, out);
	return out->n > 0;
}

/* ---- the page ---- */

/* This page with one thing changed: name gets value ("" drops it). */
static const char *with(struct http_request *rq, const struct ask *a, const char *name,
			const char *value)
{
	struct {
		const char *name, *value;
	} p[] = {
		{"q", a->q},
		{"service", a->service_name},
		{"mode", a->mode},
		{"tri", a->nearest ? "pres" : NULL},
		{"loin", a->wide ? "1" : NULL},
		{"matin", a->filter.morning ? "1" : NULL},
		{"apres-midi", a->filter.afternoon ? "1" : NULL},
		{"mercredi", a->filter.wednesday ? "1" : NULL},
		{"after", NULL},
		{"interprete", a->interpreter ? "1" : NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		if (strcmp(p[i].name, name) == 0)
			p[i].value = value;
	return page_url(rq, "/horaires", p[0].name, p[0].value, p[1].name, p[1].value,
			p[2].name, p[2].value, p[3].name, p[3].value, p[4].name,
			p[4].value, p[5].name, p[5].value, p[6].name, p[6].value,
			p[7].name, p[7].value, p[8].name, p[8].value, p[9].name,
			p[9].value, NULL);
}

static const char *commune_text(struct http_request *rq, const struct commune *c)
{
	char postcode[6];

	where_postcode(c, postcode);
	return *postcode ? page_text(rq, "%s (%s)", c->name, postcode) : c->name;
}

static void say_where(struct http_request *rq, const struct web *w, const struct ask *a,
		      struct times_view *v)
{
	const struct where *where = &a->where;
	struct link_view *links;

	v->typed = a->q;
	v->unknown = where->kind == WHERE_UNKNOWN;
	v->choose = where->kind == WHERE_CHOICE;
	if (where->commune)
		v->place = commune_text(rq, where->commune);
	if (where->nothers == 0)
		return;
	links = http_request_alloc(rq, where->nothers * sizeof(*links));
	for (size_t i = 0; i < where->nothers; i++) {
		const struct commune *c = where->others[i];
		char near[16] = "insee:";

		memcpy(near + 6, c->insee, sizeof(c->insee));
		links[i] = (struct link_view){
			.url = with(rq, a, "q", near),
			.text = commune_text(rq, c),
		};
	}
	v->others = links;
	v->nothers = where->nothers;
}

/* Whom it is for, when somebody comes from elsewhere: said, never a reason to refuse. */
static void say_area(const struct organisation *o, const struct ask *a,
		     struct times_view *v)
{
	if (!o || o->narea == 0 || !a->where.commune)
		return;
	for (size_t i = 0; i < o->narea; i++)
		if (strcmp(o->area[i], a->where.commune->insee) == 0)
			return;
	v->outside = true;
	v->area = o->name;
}

static const char *say_mode(const struct lang *l, enum service_mode mode)
{
	switch (mode) {
	case MODE_SITE: return tr(l, "sur place");
	case MODE_PHONE: return tr(l, "par téléphone");
	case MODE_HOME: return tr(l, "chez vous");
	case MODE_VIDEO: return tr(l, "en visio");
	}
	return "";
}

static void say_service(struct http_request *rq, const struct web *w, const struct ask *a,
			struct times_view *v)
{
	const struct territory *t = booking_territory(w->booking);
	const struct lang *l = http_request_lang(rq);

	if (a->service == TERRITORY_NONE)
		return;
	v->service = page_service(rq, &t->services[a->service]);
	v->duration =
		page_duration(rq, t->services[a->service].minutes + a->extra_minutes);
	v->can_interpret = service_extra_minutes(&t->services[a->service], 1, NULL) > 0;
	v->interpreter = a->interpreter;
	if (v->can_interpret)
		v->interpreter_minutes =
			page_duration(rq, t->services[a->service].interpreter_minutes);
	v->mode = say_mode(l, t->services[a->service].mode);
	if (!a->phone && choose_service(w, NULL, true) != TERRITORY_NONE &&
	    t->services[choose_service(w, NULL, true)].mode == MODE_PHONE)
		v->phone_url = with(rq, a, "mode", "tel");
	if (a->phone)
		v->site_url = with(rq, a, "mode", NULL);
	if (w->options.waiting)
		v->wait_url = page_url(rq, "/attente", "service",
				       t->services[a->service].slug, "q", a->q, NULL);
	if (a->where.kind == WHERE_FOUND && a->where.commune)
		v->heading = page_text(rq, tr(l, "Les prochains horaires près de %s"),
				       a->where.commune->name);
	else
		v->heading = tr(l, "Les prochains horaires");
	if (a->phone)
		v->heading = tr(l, "Les prochains horaires par téléphone");
	if (a->where.kind == WHERE_CHOICE)
		v->heading = tr(l, "De quelle commune s’agit-il\u00a0?");
}

struct filling {
	struct http_request *rq;
	const struct web *w;
	const struct ask *a;
	double radius_km;
	struct full_view *items;
	size_t n;
};

static int offers(const struct opening *o, int service)
{
	for (size_t i = 0; i < o->nservices; i++)
		if (o->services[i] == service)
			return 1;
	return 0;
}

static int add_full(void *arg, const struct occurrence *o)
{
	struct filling *f = arg;
	const struct agenda *agenda = booking_agenda(f->w->booking);
	const struct territory *t = agenda_territory(agenda);
	const struct site *site = &t->sites[o->site];
	struct agenda_ask ask = {.service = f->a->service,
				 .site = o->site,
				 .start = o->start,
				 .now = clock_now(),
				 .seats = 1};
	struct agenda_answer answer = {.session = 0};
	char name[96];

	if (o->closed || !offers(&t->openings[o->opening], f->a->service) ||
	    (f->a->where.kind == WHERE_FOUND &&
	     geo_distance_km(&f->a->where.point, &site->point) > f->radius_km) ||
	    agenda_ask(agenda, &ask, &answer) != AGENDA_TAKEN || !answer.session)
		return 0;
	times_name(name, site->slug, o->start);
	f->items[f->n++] = (struct full_view){
		.when = page_when(f->rq, f->w, o->civil_start, true),
		.place = page_text(f->rq, "%s, %s", site->name, site->commune),
		.url = f->w->options.waiting
			       ? page_url(f->rq, "/attente", "service",
					  t->services[f->a->service].slug, "horaire",
					  name, "q", f->a->q, NULL)
			       : NULL,
	};
	return f->n == FULL_SHOWN;
}

/* A full workshop is not one that does not exist: who sees it may wait for a place. */
static void say_full(struct http_request *rq, const struct web *w, const struct ask *a,
		     struct times_view *v)
{
	const struct territory *t = booking_territory(w->booking);
	struct filling f = {
		.rq = rq,
		.w = w,
		.a = a,
		.radius_km = a->wide || v->farther ? EVERYWHERE_KM : RADIUS_KM,
	};
	civil_day today = civil_time_day(zone_to_civil(t->zone, clock_now()));

	if (a->service == TERRITORY_NONE || t->services[a->service].capacity == 0 ||
	    a->where.kind == WHERE_CHOICE)
		return;
	f.items = http_request_alloc(rq, FULL_SHOWN * sizeof(*f.items));
	agenda_occurrences(booking_agenda(w->booking), today,
			   today + t->services[a->service].max_notice_days + 1,
			   TERRITORY_NONE, TERRITORY_NONE, add_full, &f);
	v->full = f.items;
	v->nfull = f.n;
}

static void add_links(struct http_request *rq, const struct ask *a,
		      const struct found *found, const struct territory *t,
		      struct times_view *v)
{
	char name[96];

	v->has_distance = a->where.kind == WHERE_FOUND && !a->phone;
	v->by_distance = a->nearest && v->has_distance;
	v->soonest_url = with(rq, a, "tri", NULL);
	v->nearest_url = with(rq, a, "tri", "pres");
	v->search_url = page_url(rq, "/", "q", v->place ? v->place : a->q, "service",
				 a->service_name, "mode", a->mode, NULL);
	v->filtered = is_filtered(&a->filter);
	if (v->filtered)
		v->unfiltered_url =
			page_url(rq, "/horaires", "q", a->q, "service", a->service_name,
				 "mode", a->mode, "tri", a->nearest ? "pres" : NULL,
				 "interprete", a->interpreter ? "1" : NULL, NULL);
	v->morning = a->filter.morning;
	v->afternoon = a->filter.afternoon;
	v->wednesday = a->filter.wednesday;
	v->later = a->after_site != TERRITORY_NONE;
	v->first_url = with(rq, a, "after", NULL);
	if (!found->more || found->n == 0)
		return;
	times_name(name, t->sites[found->slots[found->n - 1].site].slug,
		   found->slots[found->n - 1].start);
	v->later_url = with(rq, a, "after", name);
}

static void add_hidden(struct http_request *rq, const struct web *w, const struct ask *a,
		       struct times_view *v)
{
	const struct territory *t = booking_territory(w->booking);
	struct hidden_view *h = http_request_alloc(rq, 7 * sizeof(*h));

	/* with an hour */
	h[0] = (struct hidden_view){"service", a->service == TERRITORY_NONE
						       ? ""
						       : t->services[a->service].slug};
	h[1] = (struct hidden_view){"q", a->q ? a->q : ""};
	h[2] = (struct hidden_view){"interprete", "1"};
	v->hidden = h;
	v->nhidden = a->interpreter ? 3 : 2;
	/* with the filters */
	h[3] = (struct hidden_view){"q", a->q ? a->q : ""};
	h[4] = (struct hidden_view){"service", a->service_name ? a->service_name : ""};
	h[5] = (struct hidden_view){"mode", a->mode ? a->mode : ""};
	h[6] = (struct hidden_view){"tri", a->nearest ? "pres" : ""};
	v->query = h + 3;
	v->nquery = 4;
	v->action = "/reserver";
}

static void show(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	const struct agenda *agenda = booking_agenda(w->booking);
	const struct territory *t = agenda_territory(agenda);
	const struct organisation *o;
	struct ask a;
	struct found found;
	struct times_view v; /* large: only what comes before the times is zeroed */
	struct buf out = BUF_INIT;

	memset(&v, 0, offsetof(struct times_view, times));
	v.team = v.team_phone = v.team_tel = NULL;
	read_ask(rq, w, &a);
	if (a.where.kind == WHERE_CHOICE)
		memset(&found, 0, sizeof(found));
	else
		v.farther = search_near_or_far(agenda, &a, &found);
	v.none = found.n == 0 && a.where.kind != WHERE_CHOICE;
	o = page_organisation(w, a.service == TERRITORY_NONE
					 ? TERRITORY_NONE
					 : t->services[a.service].organisation);
	say_service(rq, w, &a, &v);
	say_where(rq, w, &a, &v);
	say_area(o, &a, &v);
	say_full(rq, w, &a, &v);
	add_links(rq, &a, &found, t, &v);
	add_hidden(rq, w, &a, &v);
	page_layout(rq, w, &v.layout,
		    v.heading ? v.heading : tr(http_request_lang(rq), "Horaires"), o);
	page_team(rq, w, o, &v.team, &v.team_phone, &v.team_tel);
	times_build(&v.times, t, found.slots, found.n,
		    a.phone	    ? TIMES_BY_PHONE
		    : v.by_distance ? TIMES_BY_PLACE
				    : TIMES_BY_DAY,
		    http_request_lang_code(rq), clock_now());
	buf_reserve(&out, PAGE_BYTES);
	page_times(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = "/horaires", .limit = LIMIT_READ, .handle = show},
};

void times_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
