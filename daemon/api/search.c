/* SPDX-License-Identifier: GPL-3.0-or-later */
/* search.c - what anybody may read: is the daemon well, which services and sites there
 * are, which slots are free. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "store/store.h"

/* ---- health ---- */

#define STUCK_MS 30000

static void answer_well(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct buf b = BUF_INIT;

	buf_addlit(&b, "{\"status\":\"ok\",\"version\":");
	buf_add_json_string(&b, api->version);
	buf_addlit(&b, ",\"store\":\"ok\",\"now\":");
	show_instant(&b, booking_territory(api->booking)->zone, clock_now());
	buf_addch(&b, '}');
	http_reply_json(rq, 200, &b);
}

/* Does the store write again? Asked by writing: otherwise nobody would ever know, once
 * the traffic has gone elsewhere because of a 503. */
struct probe {
	struct store_job job;
	struct api_call *call;
	rdvd_time now;
};

static enum rdvd_rc probe_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	return ops->cursor_set(st, "health", ((struct probe *)job)->now);
}

static void probe_done(struct store_job *job)
{
	struct probe *p = (struct probe *)job;
	struct http_request *rq = call_end(p->call);

	if (rq && job->rc == RDVD_OK)
		answer_well(rq);
	else if (rq)
		http_fail_later(rq, 503,
				"the store cannot be written: see the daemon's log", 30);
	free(p);
}

void get_health(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct probe *p;

	if (clock_monotonic_ms() - store_tick_ms(api->store) > STUCK_MS) {
		http_fail_later(rq, 503, "the store has not answered for 30 seconds", 30);
		return;
	}
	if (store_is_writing(api->store)) {
		answer_well(rq);
		return;
	}
	p = xcalloc(1, sizeof *p);
	p->now = clock_now();
	p->job.run = probe_run;
	p->job.done = probe_done;
	p->call = call_begin(rq);
	if (store_write(api->store, &p->job) == RDVD_OK)
		return;
	rq = call_end(p->call);
	if (rq)
		http_fail_later(rq, 503, "the store's queue is full", 2);
	free(p);
}

/* ---- services ---- */

static void add_bitext(struct buf *b, const char *name, const struct bitext *t,
		       const char *lang)
{
	const char *text = bitext_get(t, lang);

	if (!*text)
		return;
	buf_addf(b, ",\"%s\":", name);
	buf_add_json_string(b, text);
}

static void add_questions(struct buf *b, const struct service *s, const char *lang)
{
	buf_addlit(b, ",\"questions\":[");
	for (int i = 0; i < s->nquestions; i++) {
		const struct service_question *q = &s->questions[i];

		buf_addf(b, "%s{\"id\":\"%s\",\"required\":%s", i ? "," : "", q->id,
			 q->required ? "true" : "false");
		add_bitext(b, "text", &q->text, lang);
		buf_addlit(b, ",\"choices\":[");
		for (int k = 0; k < q->nchoices; k++) {
			if (k)
				buf_addch(b, ',');
			buf_add_json_string(b, bitext_get(&q->choices[k], lang));
		}
		buf_addlit(b, "]}");
	}
	buf_addch(b, ']');
}

static void add_service(struct buf *b, const struct territory *t, const struct service *s,
			const char *lang)
{
	buf_addf(b, "{\"id\":\"%s\",\"name\":", s->slug);
	buf_add_json_string(b, bitext_get(&s->name, lang));
	buf_addlit(b, ",\"organisation\":");
	if (s->organisation == TERRITORY_NONE)
		buf_addlit(b, "null");
	else
		buf_add_json_string(b, t->organisations[s->organisation].slug);
	buf_addf(b, ",\"mode\":\"%s\",\"minutes\":%d,\"step_minutes\":%d",
		 service_mode_name(s->mode), s->minutes, s->step_minutes);
	buf_addf(b, ",\"min_notice_minutes\":%d,\"max_notice_days\":%d,\"public\":%s",
		 s->min_notice_minutes, s->max_notice_days, s->public ? "true" : "false");
	if (s->capacity)
		buf_addf(b, ",\"capacity\":%d,\"capacity_soft\":%s", s->capacity,
			 s->capacity_soft ? "true" : "false");
	if (s->professionals)
		buf_addlit(b, ",\"professionals\":true");
	add_bitext(b, "card", &s->card, lang);
	add_bitext(b, "bring", &s->bring, lang);
	add_bitext(b, "instructions", &s->instructions, lang);
	buf_addf(b, ",\"bookable_by\":\"%s\"", service_bookable_name(s->bookable_by));
	if (s->interpreter_minutes)
		buf_addf(b, ",\"interpreter_minutes\":%d", s->interpreter_minutes);
	if (s->nquestions)
		add_questions(b, s, lang);
	buf_addch(b, '}');
}

void get_services(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	int staff = api_is_staff(rq), n = 0;
	struct buf b = BUF_INIT;

	buf_addlit(&b, "{\"services\":[");
	for (int i = 0; i < t->live_services; i++) {
		if (!t->services[i].public && !staff)
			continue;
		if (n++)
			buf_addch(&b, ',');
		add_service(&b, t, &t->services[i], http_request_lang_code(rq));
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

/* ---- near ---- */

/* 1: there is a point; 0: none was asked for, or an error was added with *unknown set
 * when the place is well formed but not known. */
static int query_near(struct http_request *rq, const struct api *api,
		      struct geo_point *point, int *unknown, struct api_errors *e)
{
	const char *near = http_request_query(rq, "near");

	if (!near || !*near)
		return 0;
	switch (commune_near(booking_communes(api->booking), near, point, NULL)) {
	case RDVD_OK: return 1;
	case RDVD_NOT_FOUND:
		*unknown = 1;
		api_error(e, "near", "unknown",
			  "Ce code postal ou code INSEE n'est pas connu, ou son lieu ne "
			  "l'est pas.");
		return 0;
	case RDVD_INVALID:
	case RDVD_CONFLICT:
	case RDVD_STALE:
	case RDVD_BUSY:
	case RDVD_UNCERTAIN:
	case RDVD_FAILED: break;
	}
	api_error(
		e, "near", "not_a_place",
		"Donnez cinq chiffres (code postal ou INSEE), insee:62215, ou LAT,LON.");
	return 0;
}

/* ---- sites ---- */

struct near_site {
	int site;
	int32_t distance_m;
};

static int by_distance(const void *a, const void *b)
{
	const struct near_site *x = a, *y = b;

	if (x->distance_m != y->distance_m)
		return x->distance_m < y->distance_m ? -1 : 1;
	return (x->site > y->site) - (x->site < y->site);
}

static void add_member(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, ",\"%s\":", name);
	buf_add_json_string(b, value);
}

static void add_site(struct buf *b, const struct territory *t, const struct near_site *n,
		     const char *lang)
{
	const struct site *s = &t->sites[n->site];

	buf_addf(b, "{\"id\":\"%s\"", s->slug);
	add_member(b, "name", s->name);
	add_member(b, "address", s->address);
	add_member(b, "postcode", s->postcode);
	add_member(b, "commune", s->commune);
	add_member(b, "insee", s->insee);
	buf_addf(b, ",\"lat\":%.10g,\"lon\":%.10g", s->point.lat, s->point.lon);
	if (s->organisation != TERRITORY_NONE)
		add_member(b, "organisation", t->organisations[s->organisation].slug);
	if (*s->host)
		add_member(b, "host", s->host);
	add_bitext(b, "access", &s->access, lang);
	add_bitext(b, "transport", &s->transport, lang);
	if (s->step_free >= 0)
		buf_addf(b, ",\"step_free\":%s", s->step_free ? "true" : "false");
	add_member(b, "timezone", zone_name(s->zone));
	if (n->distance_m >= 0)
		buf_addf(b, ",\"distance_km\":%.3f", n->distance_m / 1000.0);
	buf_addch(b, '}');
}

void get_sites(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	struct near_site *sites;
	struct api_errors e = {.n = 0};
	struct geo_point near;
	int unknown = 0, has_near = query_near(rq, api, &near, &unknown, &e);
	struct buf b = BUF_INIT;

	if (e.n) {
		api_refuse(rq, unknown ? 422 : 400, &e);
		return;
	}
	sites = http_request_alloc(rq, (size_t)(t->live_sites + 1) * sizeof *sites);
	for (int i = 0; i < t->live_sites; i++) {
		double km = has_near ? geo_distance_km(&near, &t->sites[i].point) : 0;

		sites[i] =
			(struct near_site){i, has_near ? (int32_t)(km * 1000 + 0.5) : -1};
	}
	if (has_near)
		qsort(sites, (size_t)t->live_sites, sizeof *sites, by_distance);
	buf_addlit(&b, "{\"sites\":[");
	for (int i = 0; i < t->live_sites; i++) {
		if (i)
			buf_addch(&b, ',');
		add_site(&b, t, &sites[i], http_request_lang_code(rq));
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

/* ---- slots ---- */

struct slots_query {
	struct slot_query q;
	struct geo_point near;
	size_t limit;
	int unknown; /* an error is about a name that is not known: 422 rather than 400 */
};

static void read_names(struct http_request *rq, const struct territory *t,
		       struct slots_query *s, struct api_errors *e)
{
	const char *service = http_request_query(rq, "service");
	const char *site = http_request_query(rq, "site");

	s->q.site = TERRITORY_NONE;
	if (!service || !*service) {
		api_error(e, "service", "required", "Indiquez le type de rendez-vous.");
	} else {
		s->q.service = territory_service(t, service);
		if (s->q.service == TERRITORY_NONE || t->services[s->q.service].retired) {
			s->unknown = 1;
			api_error(e, "service", "unknown",
				  "Ce type de rendez-vous n'existe pas.");
		}
	}
	if (!site || !*site)
		return;
	s->q.site = territory_site(t, site);
	if (s->q.site == TERRITORY_NONE || t->sites[s->q.site].retired) {
		s->unknown = 1;
		api_error(e, "site", "unknown", "Ce lieu n'existe pas.");
	}
}

static void read_order(struct http_request *rq, const struct territory *t,
		       struct slots_query *s, struct api_errors *e)
{
	const char *sort = http_request_query(rq, "sort");
	const char *cursor = http_request_query(rq, "cursor");
	int64_t site;

	s->q.sort = SLOT_SOONEST;
	if (sort && !strcmp(sort, "nearest"))
		s->q.sort = SLOT_NEAREST;
	else if (sort && strcmp(sort, "soonest") != 0)
		api_error(e, "sort", "unknown", "Le tri est soonest ou nearest.");
	if (s->q.sort == SLOT_NEAREST && !s->q.near && !http_request_query(rq, "near"))
		api_error(e, "near", "required",
			  "Le tri nearest demande un lieu (near).");
	s->q.after_site = TERRITORY_NONE;
	if (!cursor || !*cursor)
		return;
	if (!cursor_parse(cursor, &s->q.after_start, &site))
		s->q.after_site = territory_by_id(t, RDVD_DEF_SITE, site);
	if (s->q.after_site == TERRITORY_NONE)
		api_error(e, "cursor", "invalid",
			  "Ce curseur ne vient pas d'une page précédente.");
}

/* 0, or -1 when the request was refused. */
static int read_slots_query(struct http_request *rq, const struct api *api,
			    struct slots_query *s)
{
	const struct territory *t = booking_territory(api->booking);
	const char *radius = http_request_query(rq, "radius_km");
	struct api_errors e = {.n = 0};
	int64_t limit = API_LIMIT_PRESET, seats = 1, interpreter = 0;

	memset(s, 0, sizeof *s);
	s->q.now = clock_now();
	s->q.radius_km = API_RADIUS_KM;
	read_names(rq, t, s, &e);
	if (query_near(rq, api, &s->near, &s->unknown, &e))
		s->q.near = &s->near;
	if (radius && parse_double(radius, 0, 20040, &s->q.radius_km) < 0)
		api_error(&e, "radius_km", "out_of_range",
			  "Le rayon est un nombre de kilomètres, zéro ou plus.");
	query_time(rq, t, "from", &s->q.from, &e);
	query_time(rq, t, "to", &s->q.to, &e);
	query_range(s->q.from, s->q.to, &e);
	read_order(rq, t, s, &e);
	query_int(rq, "limit", 1, API_LIMIT_MAX, &limit, &e);
	query_int(rq, "party_size", 1, 100, &seats, &e);
	query_int(rq, "interpreter", 0, 1, &interpreter, &e);
	if (s->q.service != TERRITORY_NONE)
		s->q.extra_minutes = service_extra_minutes(&t->services[s->q.service],
							   (int)interpreter, NULL);
	s->limit = (size_t)limit;
	s->q.seats = (int)seats;
	if (e.n) {
		api_refuse(rq, s->unknown ? 422 : 400, &e);
		return -1;
	}
	return 0;
}

void get_slots(struct http_request *rq)
{
	struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	struct slot found[API_LIMIT_MAX];
	struct slots_query s;
	struct buf b = BUF_INIT;
	size_t n;
	int more = 0;

	if (read_slots_query(rq, api, &s) < 0)
		return;
	n = slot_search(booking_agenda(api->booking), &s.q, found, s.limit, &more);
	api->searches++;
	api->slots += n;
	buf_reserve(&b, 64 + n * 192);
	buf_addlit(&b, "{\"slots\":");
	show_slots(&b, t, found, n);
	buf_addlit(&b, ",\"next\":");
	if (more && n) {
		buf_addch(&b, '"');
		cursor_write(&b, found[n - 1].start, t->sites[found[n - 1].site].id);
		buf_addch(&b, '"');
	} else {
		buf_addlit(&b, "null");
	}
	buf_addch(&b, '}');
	http_reply_json(rq, 200, &b);
}
