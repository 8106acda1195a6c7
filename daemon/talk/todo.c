/* SPDX-License-Identifier: GPL-3.0-or-later */
/* todo.c - one question after the other: what the agenda and the rooms have in memory at
 * once, then notices, messages, appointments and offers from the store. */
#include "talk/todo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "booking/booking.h"
#include "booking/touched.h"
#include "booking/visit.h"
#include "booking/waiting.h"
#include "report/forecast.h"
#include "talk/inbox.h"

struct hunt {
	struct todo_rooms rooms;
	const struct territory
		*t;	  /* that indexes are of; only until the store is asked */
	int organisation; /* index; TERRITORY_NONE all */
	rdvd_id id;	  /* its id; 0 all */
	uint64_t edition;
	rdvd_time now;
	struct todo_item *items; /* owned, texts too */
	size_t n, cap;
	todo_cb *cb;
	void *arg;
};

static const char *const names[TODO_KINDS] = {
	[TODO_VISIT] = "home_visit_late",
	[TODO_NOTICE] = "notice",
	[TODO_MESSAGE] = "message_failed",
	[TODO_TEXT] = "texts_waiting",
	[TODO_OUTSIDE] = "outside_opening",
	[TODO_ABSENCE] = "absence_overlaps",
	[TODO_MARK] = "to_mark",
	[TODO_OFFER] = "offers_open",
	[TODO_DRY] = "runs_dry",
	[TODO_END] = "opening_ends",
	[TODO_UNOFFERED] = "service_not_offered",
};

const char *todo_kind_name(enum todo_kind kind)
{
	return names[kind];
}

static const struct territory *territory_of(const struct hunt *h)
{
	return h->t;
}

/* The new item, of an organisation's id (0: the network's); text is copied. */
static struct todo_item *add(struct hunt *h, enum todo_kind kind, int organisation,
			     const char *text)
{
	VEC_GROW(h->items, h->n, h->cap);
	h->items[h->n] = (struct todo_item){.kind = kind,
					    .organisation = organisation,
					    .site = TERRITORY_NONE,
					    .service = TERRITORY_NONE,
					    .counsellor = TERRITORY_NONE,
					    .text = xstrdup(text ? text : "")};
	return &h->items[h->n++];
}

static int index_of(const struct hunt *h, enum rdvd_definition_kind kind, rdvd_id id)
{
	/* the one that stood at the beginning may be gone: see hunt_end */
	return id ? territory_by_id(booking_territory(h->rooms.booking), kind, id)
		  : TERRITORY_NONE;
}

static int is_wanted(const struct hunt *h, rdvd_id organisation)
{
	return !h->id || organisation == h->id;
}

static void add_appointment(struct hunt *h, enum todo_kind kind,
			    const struct rdvd_appointment *a)
{
	const struct rdvd_person *p = &a->person;
	char *who = xasprintf("%s%s%s", p->first_name, *p->last_name ? " " : "",
			      p->last_name);
	struct todo_item *i =
		add(h, kind, index_of(h, RDVD_DEF_ORGANISATION, a->organisation), who);

	free(who);
	i->id = a->id;
	i->at = a->when.start;
	i->site = index_of(h, RDVD_DEF_SITE, a->place.site);
	i->service = index_of(h, RDVD_DEF_SERVICE, a->service);
	if (a->ncounsellors)
		i->counsellor = index_of(h, RDVD_DEF_COUNSELLOR, a->counsellors[0]);
}

/* ---- what is in memory ---- */

static void find_visits(struct hunt *h)
{
	const struct rdvd_appointment *const *out;
	size_t n;

	if (!h->rooms.visits)
		return;
	out = visits_out(h->rooms.visits, &n);
	for (size_t i = 0; i < n; i++) {
		if (!visit_is_late(out[i], h->now) || !is_wanted(h, out[i]->organisation))
			continue;
		add_appointment(h, TODO_VISIT, out[i]);
		h->items[h->n - 1].at = out[i]->visit.due;
	}
}

static void find_texts(struct hunt *h)
{
	const struct territory *t = territory_of(h);
	size_t network = inbox_waiting(h->rooms.inbox, INBOX_NETWORK).texts;

	if (network)
		add(h, TODO_TEXT, TERRITORY_NONE, "")->count = network;
	for (int i = 0; i < t->live_organisations; i++) {
		rdvd_id id = t->organisations[i].id;
		size_t all;

		if (!is_wanted(h, id))
			continue;
		all = inbox_waiting(h->rooms.inbox, id).texts;
		if (all > network)
			add(h, TODO_TEXT, i, "")->count = all - network;
	}
}

static void find_forecast(struct hunt *h)
{
	const struct agenda *a = booking_agenda(h->rooms.booking);
	const struct territory *t = territory_of(h);
	civil_day today = civil_time_day(zone_to_civil(t->zone, h->now));
	struct forecast_row *rows;
	struct forecast_end *ends;
	int *services;
	size_t n = forecast_sites(a, h->organisation, h->now, &rows);

	for (size_t i = 0; i < n; i++) {
		struct todo_item *item;

		if (!rows[i].dry)
			continue;
		item = add(h, TODO_DRY, t->sites[rows[i].site].organisation, "");
		item->site = rows[i].site;
		item->service = rows[i].service;
		item->free_near = rows[i].free_near;
		item->wait_days = rows[i].wait_days;
		item->at = rows[i].first;
	}
	free(rows);
	n = forecast_ends(a, h->organisation, today, TODO_END_DAYS, &ends);
	for (size_t i = 0; i < n; i++) {
		const struct opening *o = &t->openings[ends[i].opening];
		struct todo_item *item =
			add(h, TODO_END, t->sites[o->site].organisation, o->slug);

		item->site = o->site;
		item->day = ends[i].last;
	}
	free(ends);
	n = forecast_unoffered(a, h->organisation, today, &services);
	for (size_t i = 0; i < n; i++)
		add(h, TODO_UNOFFERED, t->services[services[i]].organisation, "")
			->service = services[i];
	free(services);
}

/* ---- absences that cross appointments ---- */

struct absence {
	int counsellor;
	rdvd_time start, end;
	size_t crossed;
};

struct absences {
	struct hunt *h;
	struct absence *items; /* owned */
	size_t n, cap;
};

static void keep_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			 rdvd_time end)
{
	struct absences *all = arg;
	const struct territory *t = territory_of(all->h);

	(void)id;
	if (end <= all->h->now ||
	    (all->h->organisation != TERRITORY_NONE &&
	     t->counsellors[counsellor].organisation != all->h->organisation))
		return;
	VEC_GROW(all->items, all->n, all->cap);
	all->items[all->n++] =
		(struct absence){.counsellor = counsellor, .start = start, .end = end};
}

static int cross(void *arg, const struct claim *c)
{
	struct absences *all = arg;

	if (c->kind != CLAIM_SESSION || c->end <= all->h->now)
		return 0;
	for (size_t i = 0; i < all->n; i++) {
		struct absence *a = &all->items[i];

		for (int j = 0; j < c->ncounsellors; j++)
			a->crossed += c->counsellors[j] == a->counsellor &&
				      c->start < a->end && c->end > a->start;
	}
	return 0;
}

static void find_absences(struct hunt *h)
{
	const struct agenda *a = booking_agenda(h->rooms.booking);
	const struct territory *t = territory_of(h);
	struct absences all = {.h = h};

	agenda_absences_each(a, keep_absence, &all);
	if (all.n)
		agenda_claims_each(a, cross, &all);
	for (size_t i = 0; i < all.n; i++) {
		const struct absence *x = &all.items[i];
		struct todo_item *item;

		if (!x->crossed)
			continue;
		item = add(h, TODO_ABSENCE, t->counsellors[x->counsellor].organisation,
			   "");
		item->counsellor = x->counsellor;
		item->at = x->start;
		item->until = x->end;
		item->count = x->crossed;
	}
	free(all.items);
}

/* ---- the end ---- */

static int by_urgency(const void *x, const void *y)
{
	const struct todo_item *a = x, *b = y;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* When the territory was changed meanwhile, whoever asks has to ask again. */
static void hunt_end(struct hunt *h, enum rdvd_rc rc)
{
	if (rc == RDVD_OK && booking_edition(h->rooms.booking) != h->edition)
		rc = RDVD_BUSY;
	if (h->n > 1)
		qsort(h->items, h->n, sizeof *h->items, by_urgency);
	h->cb(h->arg, rc, rc == RDVD_OK ? h->items : NULL, rc == RDVD_OK ? h->n : 0);
	for (size_t i = 0; i < h->n; i++)
		free(h->items[i].text);
	free(h->items);
	free(h);
}

/* ---- what the store knows ---- */

static void offered(void *arg, enum rdvd_rc rc, const struct waiting_row *rows, size_t n)
{
	struct hunt *h = arg;
	struct todo_item *of;

	for (size_t i = 0; rc == RDVD_OK && i < n; i++) {
		int o = index_of(h, RDVD_DEF_ORGANISATION, rows[i].wait->organisation);

		if (!rows[i].offer || !is_wanted(h, rows[i].wait->organisation))
			continue;
		of = NULL;
		for (size_t k = 0; k < h->n; k++)
			if (h->items[k].kind == TODO_OFFER &&
			    h->items[k].organisation == o)
				of = &h->items[k];
		if (!of)
			of = add(h, TODO_OFFER, o, "");
		of->count++;
		if (!of->at || rows[i].offer->expires < of->at)
			of->at = rows[i].offer->expires;
	}
	hunt_end(h, rc);
}

static void touched(void *arg, enum rdvd_rc rc, const struct touched_row *rows, size_t n)
{
	struct hunt *h = arg;

	for (size_t i = 0; rc == RDVD_OK && i < n && i < TODO_EACH_MAX; i++) {
		add_appointment(h, TODO_OUTSIDE, rows[i].record.appointment);
		h->items[h->n - 1].to_call = rows[i].left;
	}
	if (rc == RDVD_OK)
		waiting_list(h->rooms.waiting, offered, h);
	else
		hunt_end(h, rc);
}

static int is_hers(const struct hunt *h, const struct rdvd_appointment *a)
{
	int hers = !h->rooms.marker;

	for (int i = 0; i < a->ncounsellors; i++)
		hers |= a->counsellors[i] == h->rooms.marker;
	return hers;
}

static void unmarked(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct hunt *h = arg;

	for (size_t i = 0; rc == RDVD_OK && i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;
		int o = index_of(h, RDVD_DEF_ORGANISATION, a->organisation);
		struct todo_item *of = NULL;

		if (a->when.end > h->now || !is_hers(h, a))
			continue;
		for (size_t k = 0; k < h->n; k++)
			if (h->items[k].kind == TODO_MARK &&
			    h->items[k].organisation == o)
				of = &h->items[k];
		if (!of) {
			of = add(h, TODO_MARK, o, "");
			of->at = a->when.start;
		}
		of->count++;
	}
	if (rc == RDVD_OK)
		touched_list(h->rooms.booking, h->id, touched, h);
	else
		hunt_end(h, rc);
}

static int is_told(const struct hunt *h, rdvd_id appointment)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->items[i].kind == TODO_MESSAGE && h->items[i].id == appointment)
			return 1;
	return 0;
}

static void troubled(void *arg, enum rdvd_rc rc, const struct inbox_item *items, size_t n,
		     size_t all)
{
	struct hunt *h = arg;
	const struct rdvd_appointment_filter f = {
		.from = h->now - TODO_MARK_DAYS * (rdvd_time)86400,
		.to = h->now,
		.organisation = h->id,
		.without_cancelled = 1,
		.unmarked = 1};

	(void)all;
	for (size_t i = 0; rc == RDVD_OK && i < n; i++) {
		const struct rdvd_appointment *a = items[i].about;

		if (a->id && a->when.start > h->now && a->status != RDVD_CANCELLED &&
		    is_wanted(h, a->organisation) && !is_told(h, a->id))
			add_appointment(h, TODO_MESSAGE, a);
	}
	if (rc == RDVD_OK)
		booking_list(h->rooms.booking, &f, 0, unmarked, h);
	else
		hunt_end(h, rc);
}

static void noticed(void *arg, enum rdvd_rc rc, const struct rdvd_notice *items, size_t n)
{
	struct hunt *h = arg;

	for (size_t i = 0; rc == RDVD_OK && i < n && i < TODO_EACH_MAX; i++) {
		struct todo_item *item;

		if (items[i].organisation && !is_wanted(h, items[i].organisation))
			continue;
		item = add(h, TODO_NOTICE,
			   index_of(h, RDVD_DEF_ORGANISATION, items[i].organisation),
			   items[i].text);
		item->id = items[i].id;
		item->at = items[i].at;
	}
	if (rc == RDVD_OK)
		inbox_troubled(h->rooms.inbox,
			       h->now - TODO_MESSAGE_DAYS * (rdvd_time)86400,
			       TODO_EACH_MAX, troubled, h);
	else
		hunt_end(h, rc);
}

void todo_find(const struct todo_rooms *rooms, int organisation, rdvd_time now,
	       todo_cb *cb, void *arg)
{
	struct hunt *h = xcalloc(1, sizeof *h);
	const struct territory *t = booking_territory(rooms->booking);

	h->rooms = *rooms;
	h->t = t;
	h->edition = booking_edition(rooms->booking);
	h->organisation = organisation;
	h->id = organisation == TERRITORY_NONE ? 0 : t->organisations[organisation].id;
	h->now = now;
	h->cb = cb;
	h->arg = arg;
	find_visits(h);
	find_texts(h);
	find_absences(h);
	find_forecast(h);
	inbox_notices(rooms->inbox, 1, noticed, h);
}
