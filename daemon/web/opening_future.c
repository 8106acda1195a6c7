/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_future.c - the agenda as a change will leave it, so that nobody is offered a
 * time that the same change takes away, and everybody may be offered one that it makes.
 * Only the organisations concerned are laid out: a small territory of its own, made of
 * their definitions with the edits put in, filled with what fills the present agenda,
 * but for the appointments that are touched, which leave their time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/opening_change.h"

#define DAYS_AHEAD 120
#define SOON_S (12 * 3600) /* rather not so soon: somebody has to read it first */
#define SOON_COSTS_DAYS 4
#define KM_A_DAY 10.0 /* as good as a day later */

struct offer {
	int site, service;
	rdvd_time start;
};

struct future {
	struct territory *t;
	struct agenda *agenda;
	const struct territory *now_t; /* lent: the present one */
	struct offer *offers;	       /* of the service last asked for */
	size_t n, cap;
	int service;
	uint64_t last_key;
};

/* ---- a small territory ---- */

/* Which of the present one's objects are wanted. */
struct wanted {
	const struct territory *t;
	char *organisation, *site, *counsellor, *service, *opening;
};

static void want_opening(struct wanted *w, int i)
{
	const struct opening *o = &w->t->openings[i];

	w->opening[i] = 1;
	w->site[o->site] = 1;
	for (size_t k = 0; k < o->ncounsellors; k++)
		w->counsellor[o->counsellors[k]] = 1;
	for (size_t k = 0; k < o->nservices; k++)
		w->service[o->services[k]] = 1;
	for (size_t k = 0; k < o->noverrides; k++) {
		if (o->overrides[k].site != TERRITORY_NONE)
			w->site[o->overrides[k].site] = 1;
		if (o->overrides[k].counsellor != TERRITORY_NONE)
			w->counsellor[o->overrides[k].counsellor] = 1;
	}
}

static void want_all_of(struct wanted *w)
{
	const struct territory *t = w->t;

	for (int i = 0; i < t->live_sites; i++)
		w->site[i] = w->organisation[t->sites[i].organisation];
	for (int i = 0; i < t->live_counsellors; i++)
		w->counsellor[i] = w->organisation[t->counsellors[i].organisation];
	for (int i = 0; i < t->live_services; i++)
		w->service[i] = t->services[i].organisation == TERRITORY_NONE ||
				w->organisation[t->services[i].organisation];
	for (int i = 0; i < t->nopenings; i++)
		if (w->organisation[t->sites[t->openings[i].site].organisation])
			want_opening(w, i);
	/* what an opening refers to may be another organisation's */
	for (int i = 0; i < t->live_sites; i++)
		if (w->site[i])
			w->organisation[t->sites[i].organisation] = 1;
	for (int i = 0; i < t->live_counsellors; i++)
		if (w->counsellor[i])
			w->organisation[t->counsellors[i].organisation] = 1;
	for (int i = 0; i < t->live_services; i++)
		if (w->service[i] && t->services[i].organisation != TERRITORY_NONE)
			w->organisation[t->services[i].organisation] = 1;
}

static bool is_edited(const struct change *c, enum rdvd_definition_kind kind,
		      const char *slug)
{
	for (size_t i = 0; i < c->nedits && !c->applied; i++)
		if (c->edits[i].kind == kind && c->edits[i].slug &&
		    strcmp(c->edits[i].slug, slug) == 0)
			return true;
	return false;
}

/* The object as it will be, into the array, unless it is retired. */
static void put(const struct change *c, json_t *array, enum rdvd_definition_kind kind,
		const char *slug)
{
	json_t *o;

	if (is_edited(c, kind, slug))
		return; /* it comes with the edits */
	o = booking_definition(c->st->web.booking, kind, slug);
	if (o)
		json_array_append_new(array, o);
}

static json_t *list_of(json_t *file, enum rdvd_definition_kind kind)
{
	return json_object_get(file, territory_list_key(kind));
}

static void put_edits(const struct change *c, json_t *file)
{
	for (size_t i = 0; i < c->nedits && !c->applied; i++) {
		const struct booking_edit *e = &c->edits[i];
		json_t *o;

		if (!e->body)
			continue;
		o = json_deep_copy(e->body);
		if (e->kind == RDVD_DEF_NETWORK) {
			json_object_set_new(file, "network", o);
			continue;
		}
		if (e->slug)
			json_object_set_new(o, "id", json_string(e->slug));
		json_array_append_new(list_of(file, e->kind), o);
	}
}

static void put_wanted(const struct change *c, const struct wanted *w, json_t *file)
{
	const struct territory *t = w->t;
	json_t *l;

	l = list_of(file, RDVD_DEF_ORGANISATION);
	for (int i = 0; i < t->live_organisations; i++)
		if (w->organisation[i])
			put(c, l, RDVD_DEF_ORGANISATION, t->organisations[i].slug);
	l = list_of(file, RDVD_DEF_SITE);
	for (int i = 0; i < t->live_sites; i++)
		if (w->site[i])
			put(c, l, RDVD_DEF_SITE, t->sites[i].slug);
	l = list_of(file, RDVD_DEF_COUNSELLOR);
	for (int i = 0; i < t->live_counsellors; i++)
		if (w->counsellor[i])
			put(c, l, RDVD_DEF_COUNSELLOR, t->counsellors[i].slug);
	l = list_of(file, RDVD_DEF_SERVICE);
	for (int i = 0; i < t->live_services; i++)
		if (w->service[i])
			put(c, l, RDVD_DEF_SERVICE, t->services[i].slug);
	l = list_of(file, RDVD_DEF_OPENING);
	for (int i = 0; i < t->nopenings; i++)
		if (w->opening[i])
			put(c, l, RDVD_DEF_OPENING, t->openings[i].slug);
	l = list_of(file, RDVD_DEF_CLOSURE);
	for (int i = 0; i < t->nclosures; i++) {
		const struct closure *x = &t->closures[i];

		if ((x->site != TERRITORY_NONE && w->site[x->site]) ||
		    (x->counsellor != TERRITORY_NONE && w->counsellor[x->counsellor]) ||
		    (x->organisation != TERRITORY_NONE &&
		     w->organisation[x->organisation]))
			put(c, l, RDVD_DEF_CLOSURE, x->slug);
	}
}

/* Whatever is named and is not in the file has gone. */
static int is_absent(void *file, enum rdvd_definition_kind kind, const char *slug)
{
	const json_t *list = list_of(file, kind);
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		const char *id = json_string_value(json_object_get(o, "id"));

		if (id && strcmp(id, slug) == 0)
			return 0;
	}
	return 1;
}

/* What the change takes away takes along what refers to it, as the store will have it.
 * Kinds are numbered so that an object only names those of kinds before its own. */
static void prune(json_t *file)
{
	for (int k = RDVD_DEF_SITE; k <= RDVD_DEF_CLOSURE; k++) {
		enum rdvd_definition_kind kind = (enum rdvd_definition_kind)k;
		json_t *list = list_of(file, kind);

		for (size_t i = 0; i < json_array_size(list);)
			if (booking_edit_lose(kind, json_array_get(list, i), is_absent,
					      file) == EDIT_GOES)
				json_array_remove(list, i);
			else
				i++;
	}
}

static json_t *file_of(const struct change *c, const struct wanted *w)
{
	const struct territory *t = w->t;
	json_t *file = json_pack("{s:s}", "format", TERRITORY_FORMAT);
	json_t *network = booking_definition(c->st->web.booking, RDVD_DEF_NETWORK, t->id);

	for (int k = RDVD_DEF_ORGANISATION; k <= RDVD_DEF_CLOSURE; k++)
		json_object_set_new(file,
				    territory_list_key((enum rdvd_definition_kind)k),
				    json_array());
	if (!network)
		network = json_pack("{s:s, s:s, s:s}", "id", *t->id ? t->id : "reseau",
				    "name", *t->name ? t->name : "Réseau", "timezone",
				    zone_name(t->zone));
	json_object_set_new(file, "network", network);
	put_wanted(c, w, file);
	put_edits(c, file);
	prune(file);
	return file;
}

/* ---- what fills it ---- */

struct filling {
	struct future *f;
	const struct change *c;
};

static int fill_claim(void *arg, const struct claim *claim)
{
	struct filling *x = arg;
	const struct territory *was = x->f->now_t, *is = x->f->t;
	struct claim c = *claim;

	for (size_t i = 0; claim->kind == CLAIM_SESSION && i < x->c->npeople; i++)
		if (!x->c->people[i].done && claim->capacity == 0 &&
		    (uint64_t)x->c->people[i].a->session == claim->key)
			return 0;
	/* what keeps a proposal of this very page */
	for (size_t i = 0; claim->kind == CLAIM_HOLD && i < x->c->npeople; i++)
		if (x->c->people[i].chosen_hold == claim->key)
			return 0;
	c.site = claim->site == TERRITORY_NONE
			 ? TERRITORY_NONE
			 : territory_site(is, was->sites[claim->site].slug);
	c.service = claim->service == TERRITORY_NONE
			    ? TERRITORY_NONE
			    : territory_service(is, was->services[claim->service].slug);
	c.ncounsellors = 0;
	for (int i = 0; i < claim->ncounsellors; i++) {
		int who = territory_counsellor(
			is, was->counsellors[claim->counsellors[i]].slug);

		if (who != TERRITORY_NONE)
			c.counsellors[c.ncounsellors++] = who;
	}
	if (c.ncounsellors || c.site != TERRITORY_NONE)
		agenda_claim_put(x->f->agenda, &c);
	return 0;
}

static void fill_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			 rdvd_time end)
{
	struct filling *x = arg;
	int who =
		territory_counsellor(x->f->t, x->f->now_t->counsellors[counsellor].slug);

	if (who != TERRITORY_NONE)
		agenda_absence_put(x->f->agenda, id, who, start, end);
}

static void fill(struct future *f, const struct change *c)
{
	struct filling x = {f, c};
	const struct agenda *now = booking_agenda(c->st->web.booking);

	agenda_claims_each(now, fill_claim, &x);
	agenda_absences_each(now, fill_absence, &x);
	if (c->away.counsellor && !c->applied) {
		int who = territory_counsellor(f->t, c->away.counsellor);

		if (who != TERRITORY_NONE)
			agenda_absence_put(f->agenda, INT64_MAX, who, c->away.start,
					   c->away.end);
	}
}

struct future *future_new(const struct change *c)
{
	const struct territory *t = booking_territory(c->st->web.booking);
	size_t n = (size_t)(t->norganisations + t->nsites + t->ncounsellors +
			    t->nservices + t->nopenings + 5);
	char *bits = xcalloc(n, 1);
	struct wanted w = {.t = t, .organisation = bits};
	struct future *f = NULL;
	struct territory *made;
	json_t *file;

	w.site = w.organisation + t->norganisations + 1;
	w.counsellor = w.site + t->nsites + 1;
	w.service = w.counsellor + t->ncounsellors + 1;
	w.opening = w.service + t->nservices + 1;
	for (size_t i = 0; i < c->npeople; i++) {
		int o = territory_by_id(t, RDVD_DEF_ORGANISATION,
					c->people[i].a->organisation);

		if (o != TERRITORY_NONE)
			w.organisation[o] = 1;
	}
	want_all_of(&w);
	file = file_of(c, &w);
	made = territory_from_json("change", file, NULL);
	json_decref(file);
	free(bits);
	if (!made)
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->t = made;
	f->now_t = t;
	f->service = TERRITORY_NONE;
	f->agenda = agenda_new(made, clock_now());
	fill(f, c);
	return f;
}

void future_free(struct future *f)
{
	if (!f)
		return;
	agenda_free(f->agenda);
	territory_free(f->t);
	free(f->offers);
	free(f);
}

/* ---- offering ---- */

static int offers_of(void *arg, const struct occurrence *o)
{
	struct future *f = arg;
	const struct opening *op = &f->t->openings[o->opening];
	const struct service *s = &f->t->services[f->service];
	rdvd_time step = (rdvd_time)s->step_minutes * 60;

	if (o->closed)
		return 0;
	for (size_t i = 0; i < op->nservices; i++) {
		if (op->services[i] != f->service)
			continue;
		for (rdvd_time at = o->start; at + (rdvd_time)s->minutes * 60 <= o->end;
		     at += step) {
			VEC_GROW(f->offers, f->n, f->cap);
			f->offers[f->n++] = (struct offer){o->site, f->service, at};
			if (s->capacity > 0)
				break;
		}
	}
	return 0;
}

static void list_offers(struct future *f, int service)
{
	civil_day today = civil_time_day(zone_to_civil(f->t->zone, clock_now()));

	if (f->service == service)
		return;
	f->service = service;
	f->n = 0;
	agenda_occurrences(f->agenda, today, today + DAYS_AHEAD, TERRITORY_NONE,
			   TERRITORY_NONE, offers_of, f);
}

static civil_day day_at(const struct future *f, const struct offer *o)
{
	return civil_time_day(zone_to_civil(f->t->sites[o->site].zone, o->start));
}

/* How far from what she had, in days. */
static double cost(const struct future *f, const struct offer *o, rdvd_time start,
		   const struct geo_point *from, rdvd_time now)
{
	double days = fabs((double)(o->start - start)) / CIVIL_DAY_SECONDS;

	if (from && f->t->services[f->service].mode != MODE_PHONE)
		days += geo_distance_km(from, &f->t->sites[o->site].point) / KM_A_DAY;
	if (o->start < now + SOON_S)
		days += SOON_COSTS_DAYS;
	return days;
}

static bool is_free(const struct future *f, const struct offer *o, int seats,
		    struct agenda_answer *answer)
{
	struct agenda_ask ask = {.service = o->service,
				 .site = o->site,
				 .start = o->start,
				 .now = clock_now(),
				 .seats = seats,
				 .staff = 1};

	return agenda_ask(f->agenda, &ask, answer) == AGENDA_FREE;
}

/* Unlike those already offered: another day, or another place. */
static bool is_other(const struct future *f, const struct offer *o,
		     const struct change_person *p, bool strict)
{
	for (size_t i = 0; i < p->noffers; i++) {
		struct offer had = {territory_site(f->t, p->offers[i].site), o->service,
				    p->offers[i].start};

		if (had.start == o->start && had.site == o->site)
			return false;
		if (strict && had.site == o->site && day_at(f, &had) == day_at(f, o))
			return false;
	}
	return true;
}

static const struct offer *nearest(const struct future *f, const struct change_person *p,
				   const struct geo_point *from, int organisation,
				   bool strict, struct agenda_answer *answer)
{
	const struct rdvd_appointment *a = p->a;
	rdvd_time now = clock_now();
	const struct offer *best = NULL;
	double at = HUGE_VAL;
	int seats = a->capacity > 0 ? a->party_size : 1;

	for (size_t i = 0; i < f->n; i++) {
		const struct offer *o = &f->offers[i];
		struct agenda_answer found;
		double costs;

		if (o->start <= now || f->t->sites[o->site].organisation != organisation)
			continue;
		costs = cost(f, o, a->when.start, from, now);
		if (costs < at && is_other(f, o, p, strict) &&
		    is_free(f, o, seats, &found)) {
			best = o;
			at = costs;
			*answer = found;
		}
	}
	return best;
}

static void take(struct future *f, const struct offer *o,
		 const struct agenda_answer *answer, const struct rdvd_appointment *a)
{
	struct claim c = {.kind = CLAIM_PENDING,
			  .key = ++f->last_key,
			  .ncounsellors = answer->ncounsellors,
			  .site = o->site,
			  .start = o->start,
			  .end = answer->end,
			  .service = o->service,
			  .capacity = f->t->services[o->service].capacity,
			  .of_session = answer->session};

	memcpy(c.counsellors, answer->counsellors, sizeof(c.counsellors));
	c.seats = c.capacity > 0 ? a->party_size : 0;
	agenda_claim_put(f->agenda, &c);
}

void future_offer(struct future *f, struct change_person *p, const struct change *c)
{
	const struct territory *t = booking_territory(c->st->web.booking);
	const struct rdvd_appointment *a = p->a;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	int org = territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation);
	const struct geo_point *from =
		site == TERRITORY_NONE ? NULL : &t->sites[site].point;

	p->noffers = 0;
	if (service == TERRITORY_NONE || org == TERRITORY_NONE)
		return;
	service = territory_service(f->t, t->services[service].slug);
	org = territory_organisation(f->t, t->organisations[org].slug);
	if (service == TERRITORY_NONE || org == TERRITORY_NONE)
		return;
	list_offers(f, service);
	while (p->noffers < CHANGE_OFFERS) {
		struct agenda_answer answer;
		const struct offer *o = nearest(f, p, from, org, true, &answer);

		if (!o)
			o = nearest(f, p, from, org, false, &answer);
		if (!o)
			return;
		if (p->noffers == 0)
			take(f, o, &answer, a);
		struct change_time *to = &p->offers[p->noffers++];

		snprintf(to->site, sizeof(to->site), "%s", f->t->sites[o->site].slug);
		to->start = o->start;
		to->end = answer.end;
	}
}
