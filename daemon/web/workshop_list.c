/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workshop_list.c - the workshops to come, from the openings that offer a service with
 * places, and how full each is; and which workshop a path names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/waiting.h"
#include "web/staff_change.h"
#include "web/workshop_room.h"

#define AHEAD_DAYS 120
#define BACK_DAYS 28
#define SHOWN_MAX 200

/* ---- which ---- */

const char *workshop_url(struct http_request *rq, const struct staff *st,
			 const struct workshop *w, const char *more)
{
	const struct territory *t = booking_territory(st->web.booking);

	return page_text(rq, "/equipe/ateliers/%s.%s.%lld%s",
			 t->services[w->service].slug, t->sites[w->site].slug,
			 (long long)w->start, more);
}

struct occurrence_look {
	const struct territory *t;
	struct workshop *w;
	int found;
};

static int offers(const struct territory *t, int opening, int service)
{
	const struct opening *o = &t->openings[opening];

	for (size_t i = 0; i < o->nservices; i++)
		if (o->services[i] == service)
			return 1;
	return 0;
}

static void take_occurrence(struct workshop *w, const struct occurrence *o)
{
	w->end = o->end;
	w->closed = o->closed;
	w->opening = o->opening;
	w->day = o->day;
	w->counsellors = o->counsellors;
	w->ncounsellors = o->ncounsellors;
}

static int match(void *arg, const struct occurrence *o)
{
	struct occurrence_look *l = arg;

	if (o->start != l->w->start || !offers(l->t, o->opening, l->w->service))
		return 0;
	take_occurrence(l->w, o);
	l->found = 1;
	return 1;
}

/* "service.site.seconds" into its parts; slugs hold no dot. */
static int parse_name(const struct territory *t, const char *name, struct workshop *w)
{
	char slug[2][64];
	int64_t start;

	for (int i = 0; i < 2; i++) {
		size_t n = strcspn(name, ".");

		if (n >= sizeof slug[i] || !name[n])
			return -1;
		memcpy(slug[i], name, n);
		slug[i][n] = '\0';
		name += n + 1;
	}
	w->service = territory_service(t, slug[0]);
	w->site = territory_site(t, slug[1]);
	if (w->service == TERRITORY_NONE || w->site == TERRITORY_NONE ||
	    t->services[w->service].capacity == 0 ||
	    parse_int(name, 0, INT64_MAX / 2, &start) < 0)
		return -1;
	w->start = start;
	return 0;
}

int workshop_of_path(struct http_request *rq, const struct staff *st,
		     const struct viewer *v, unsigned right, struct workshop *out)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct occurrence_look l = {.t = t, .w = out};
	civil_day day;

	*out = (struct workshop){.opening = TERRITORY_NONE};
	if (parse_name(t, http_request_param(rq, "atelier"), out) < 0 ||
	    !staff_may(st, v, right, t->sites[out->site].organisation)) {
		http_fail(rq, 404, NULL);
		return -1;
	}
	day = civil_time_day(zone_to_civil(t->sites[out->site].zone, out->start));
	out->day = day;
	out->end = out->start + (rdvd_time)t->services[out->service].minutes * 60;
	agenda_occurrences(booking_agenda(st->web.booking), day, day + 1, out->site,
			   TERRITORY_NONE, match, &l);
	workshop_count(st, out);
	if (!l.found && out->taken == 0) {
		http_fail(rq, 404, NULL);
		return -1;
	}
	return 0;
}

static int add_taken(void *arg, const struct claim *c)
{
	struct workshop *w = arg;

	if (c->kind == CLAIM_SESSION && c->service == w->service && c->site == w->site &&
	    c->start == w->start) {
		w->taken = c->seats;
		return 1;
	}
	return 0;
}

void workshop_count(const struct staff *st, struct workshop *w)
{
	w->capacity = booking_territory(st->web.booking)->services[w->service].capacity;
	w->taken = 0;
	agenda_claims_each(booking_agenda(st->web.booking), add_taken, w);
}

/* ---- words ---- */

const char *workshop_name(struct http_request *rq, const struct staff *st,
			  const struct workshop *w)
{
	const struct territory *t = booking_territory(st->web.booking);

	return bitext_get(&t->services[w->service].name, http_request_lang_code(rq));
}

const char *workshop_when(struct http_request *rq, const struct staff *st,
			  const struct workshop *w)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct zone *z = t->sites[w->site].zone;

	return page_text(rq, tr(http_request_lang(rq), "%s, de %s à %s"),
			 staff_day_words(rq, st, w->day, true),
			 staff_hour_words(rq, z, w->start),
			 staff_hour_words(rq, z, w->end));
}

const char *workshop_place(struct http_request *rq, const struct staff *st,
			   const struct workshop *w)
{
	const struct site *s = &booking_territory(st->web.booking)->sites[w->site];

	return page_text(rq, "%s, %s", s->name, s->commune);
}

const char *workshop_with(struct http_request *rq, const struct staff *st,
			  const struct workshop *w)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct buf b = BUF_INIT;
	const char *out;

	for (int i = 0; i < w->ncounsellors; i++)
		buf_addf(&b, "%s%s", i ? ", " : "",
			 t->counsellors[w->counsellors[i]].label);
	out = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return out;
}

const char *workshop_taken(struct http_request *rq, const struct workshop *w)
{
	return page_text(rq, tr(http_request_lang(rq), "%d sur %d"), w->taken,
			 w->capacity);
}

struct staff_tag workshop_state(struct http_request *rq, const struct staff *st,
				const struct workshop *w)
{
	const struct lang *l = http_request_lang(rq);
	int places = booking_territory(st->web.booking)->services[w->service].capacity;
	int left = places - w->taken;

	if (left > 0)
		return (struct staff_tag){
			page_text(rq, trn(l, "%d place libre", "%d places libres", left),
				  left),
			true, false};
	if (left == 0)
		return (struct staff_tag){tr(l, "complet"), false, true};
	return (struct staff_tag){page_text(rq, tr(l, "%d de plus que prévu"), -left),
				  false, true};
}

/* ---- the list ---- */

struct listing {
	struct http_request *rq;
	const struct staff *st;
	const struct viewer *v;
	const struct territory *t;
	struct workshop *items;
	size_t n;
	rdvd_time now;
	bool past;
};

static int add_workshops(void *arg, const struct occurrence *o)
{
	struct listing *l = arg;
	const struct opening *op = &l->t->openings[o->opening];

	if ((o->end > l->now) == l->past || !staff_may_see_site(l->st, l->v, o->site))
		return 0;
	for (size_t i = 0; i < op->nservices && l->n < SHOWN_MAX; i++) {
		struct workshop *w = &l->items[l->n];

		if (l->t->services[op->services[i]].capacity == 0)
			continue;
		*w = (struct workshop){
			.service = op->services[i], .site = o->site, .start = o->start};
		take_occurrence(w, o);
		w->capacity = l->t->services[w->service].capacity;
		l->n++;
	}
	return l->n == SHOWN_MAX;
}

/* All claims once, for all the workshops. */
static int count_one(void *arg, const struct claim *c)
{
	struct listing *l = arg;

	if (c->kind != CLAIM_SESSION || c->capacity == 0)
		return 0;
	for (size_t i = 0; i < l->n; i++)
		add_taken(&l->items[i], c);
	return 0;
}

static int waiting_for(const struct listing *l, const struct workshop *w,
		       const struct waiting_row *rows, size_t n)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += rows[i].wait->state == RDVD_WAIT_WAITING &&
			 rows[i].wait->service == l->t->services[w->service].id &&
			 rows[i].wait->site == l->t->sites[w->site].id &&
			 (!rows[i].wait->start || rows[i].wait->start == w->start);
	return count;
}

static void say(const struct listing *l, const struct workshop *w, int waits,
		struct workshop_item *out)
{
	struct http_request *rq = l->rq;
	const struct lang *lang = http_request_lang(rq);

	*out = (struct workshop_item){
		.url = workshop_url(rq, l->st, w, ""),
		.name = workshop_name(rq, l->st, w),
		.when = workshop_when(rq, l->st, w),
		.place = workshop_place(rq, l->st, w),
		.with = workshop_with(rq, l->st, w),
		.taken = workshop_taken(rq, w),
		.closed = w->closed,
		.state = workshop_state(rq, l->st, w),
		.waiting = waits ? page_text(rq,
					     trn(lang, "%d en attente", "%d en attente",
						 waits),
					     waits)
				 : NULL,
	};
}

static void gather(struct http_request *rq, const struct staff *st, struct viewer *who,
		   struct listing *l)
{
	civil_day today = staff_today(st);

	staff_viewer(rq, who);
	*l = (struct listing){
		.rq = rq,
		.st = st,
		.v = who,
		.t = booking_territory(st->web.booking),
		.now = clock_now(),
		.past = http_request_query(rq, "passes") != NULL,
		.items = http_request_alloc(rq, SHOWN_MAX * sizeof(*l->items)),
	};
	agenda_occurrences(booking_agenda(st->web.booking),
			   l->past ? today - BACK_DAYS : today,
			   l->past ? today + 1 : today + AHEAD_DAYS, TERRITORY_NONE,
			   TERRITORY_NONE, add_workshops, l);
}

static void show(const struct listing *l, const struct waiting_row *rows, size_t n)
{
	struct http_request *rq = l->rq;
	struct workshop_item *items = http_request_alloc(rq, (l->n + 1) * sizeof(*items));
	struct workshop_list_view v = {.items = items, .nitems = l->n};
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < l->n; i++)
		say(l, &l->items[i], waiting_for(l, &l->items[i], rows, n), &items[i]);
	v.heading = tr(http_request_lang(rq),
		       l->past ? N_("Ateliers des dernières semaines") : N_("Ateliers"));
	v.before_url = l->past ? NULL : "/equipe/ateliers?passes=1";
	if (staff_may(l->st, l->v, RIGHT(SERVICE, CHANGE), l->v->organisation))
		v.settings_url = "/equipe/reglages/types/nouveau";
	if (!l->past &&
	    staff_may(l->st, l->v, RIGHT(OPENING, CHANGE), l->v->organisation))
		v.new_url = "/equipe/ateliers/nouveau";
	staff_change_said(rq, l->st, &v.said);
	staff_layout(rq, l->st, &v.layout, v.heading, STAFF_WORKSHOPS);
	page_workshop_list(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

/* To come: the agenda knows who sits where. */
static void listed(void *arg, enum rdvd_rc rc, const struct waiting_row *rows, size_t n)
{
	struct staff *st;
	struct http_request *rq = staff_read_over(arg, rc, &st, NULL);
	struct listing l;
	struct viewer who;

	if (!rq)
		return;
	gather(rq, st, &who, &l);
	agenda_claims_each(booking_agenda(st->web.booking), count_one, &l);
	show(&l, rows, n);
}

/* Past: the store does. */
static void read_back(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	struct http_request *rq = staff_read_over(arg, rc, &st, NULL);
	struct listing l;
	struct viewer who;

	if (!rq)
		return;
	gather(rq, st, &who, &l);
	for (size_t i = 0; i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;

		for (size_t k = 0; k < l.n && a->capacity > 0; k++) {
			struct workshop *w = &l.items[k];

			if (w->start == a->when.start &&
			    l.t->services[w->service].id == a->service &&
			    l.t->sites[w->site].id == a->place.site)
				w->taken += a->party_size;
		}
	}
	show(&l, NULL, 0);
}

static void workshop_list(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct rdvd_appointment_filter f = {.without_cancelled = 1, .to = clock_now()};

	if (!http_request_query(rq, "passes")) {
		waiting_list(st->options.waiting, listed, staff_wait(rq, NULL));
		return;
	}
	f.from = f.to - (rdvd_time)(BACK_DAYS + 1) * CIVIL_DAY_SECONDS;
	booking_list(st->web.booking, &f, 0, read_back, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/ateliers",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(WORKSHOP, SEE),
	 .handle = workshop_list},
};

void workshop_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
	workshop_page_routes(st);
	workshop_act_routes(st);
	workshop_new_routes(st);
}
