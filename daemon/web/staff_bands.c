/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_bands.c - a day as bands: each permanence with the appointments that fall into
 * it and the time that is still free, and at the end what lies outside of all. Memory is
 * the request's. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_room.h"

#define OCCURRENCES_MAX 300
#define GAPS_MAX 24
#define BUSY_MAX 200

/* ---- what there is ---- */

struct gather {
	const struct staff *st;
	const struct viewer *viewer;
	struct occurrence *items;
	size_t n;
};

static int gather_one(void *arg, const struct occurrence *o)
{
	struct gather *g = arg;
	bool may = staff_may_see_site(g->st, g->viewer, o->site);

	for (int i = 0; i < o->ncounsellors && !may; i++)
		may = o->counsellors[i] == g->viewer->counsellor;
	if (may && g->n < OCCURRENCES_MAX)
		g->items[g->n++] = *o;
	return g->n == OCCURRENCES_MAX;
}

size_t staff_occurrences(struct http_request *rq, const struct staff *st,
			 const struct viewer *v, const struct day_ask *ask,
			 struct occurrence **out)
{
	struct gather g = {
		.st = st,
		.viewer = v,
		.items = http_request_alloc(rq, OCCURRENCES_MAX * sizeof(*g.items)),
	};

	agenda_occurrences(booking_agenda(st->web.booking), ask->day, ask->day + 1,
			   ask->site, ask->counsellor, gather_one, &g);
	*out = g.items;
	return g.n;
}

void staff_filter(const struct staff *st, const struct viewer *v,
		  const struct day_ask *ask, int days, struct rdvd_appointment_filter *f)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct zone *z = staff_zone(st, ask->site);

	memset(f, 0, sizeof(*f));
	f->from = zone_to_utc(z, civil_time_from(ask->day, 0));
	f->to = zone_to_utc(z, civil_time_from(ask->day + days, 0));
	if (ask->site != TERRITORY_NONE)
		f->site = t->sites[ask->site].id;
	if (ask->counsellor != TERRITORY_NONE)
		f->counsellor = t->counsellors[ask->counsellor].id;
	if (v->organisation != TERRITORY_NONE && !f->site && !f->counsellor)
		f->organisation = t->organisations[v->organisation].id;
}

/* ---- one band ---- */

struct band_work {
	struct http_request *rq;
	const struct staff *st;
	const struct day_ask *ask;
	const struct record_list *records;
	const struct row_style *style;
	size_t *owner; /* of each record: its band, or NOWHERE */
	struct staff_span absent[BUSY_MAX];
	size_t nabsent;
	const struct occurrence *o; /* the present band's */
};

#define NOWHERE ((size_t)-1)

static void keep_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			 rdvd_time end)
{
	struct band_work *w = arg;
	bool here =
		w->ask->counsellor == TERRITORY_NONE || w->ask->counsellor == counsellor;

	(void)id;
	for (int i = 0; i < w->o->ncounsellors && here; i++)
		if (w->o->counsellors[i] == counsellor && start < w->o->end &&
		    end > w->o->start && w->nabsent < BUSY_MAX / 2)
			w->absent[w->nabsent++] = (struct staff_span){start, end};
}

/* Who of the band receives, as far as this list goes. */
static int seats_of(const struct band_work *w)
{
	return w->ask->counsellor != TERRITORY_NONE ? 1 : w->o->ncounsellors;
}

static bool falls_into(const struct staff *st, const struct rdvd_appointment *a,
		       const struct occurrence *o)
{
	const struct territory *t = booking_territory(st->web.booking);

	if (a->when.start < o->start || a->when.start >= o->end)
		return false;
	if (a->place.site != t->sites[o->site].id)
		return false;
	for (int i = 0; i < a->ncounsellors; i++)
		for (int k = 0; k < o->ncounsellors; k++)
			if (t->counsellors[o->counsellors[k]].id == a->counsellors[i])
				return true;
	return a->ncounsellors == 0;
}

static const char *add_url(struct http_request *rq, const struct staff *st,
			   const struct occurrence *o, rdvd_time at)
{
	const struct territory *t = booking_territory(st->web.booking);
	char when[17];

	civil_time_format(zone_to_civil(t->sites[o->site].zone, at), when);
	return page_url(rq, "/equipe/ajouter", "lieu", t->sites[o->site].slug, "debut",
			when, "personne",
			o->ncounsellors == 1 ? t->counsellors[o->counsellors[0]].slug
					     : NULL,
			NULL);
}

/* Free times that are not over yet. */
static size_t gaps_of(struct band_work *w, size_t band, struct staff_span *out)
{
	struct staff_span busy[BUSY_MAX];
	rdvd_id sessions[BUSY_MAX];
	size_t n = 0, kept = 0, found;

	for (size_t i = 0; i < w->records->n && n < BUSY_MAX - w->nabsent; i++) {
		const struct rdvd_appointment *a = w->records->items[i].appointment;
		bool seen = false;

		if (w->owner[i] != band || a->status == RDVD_CANCELLED)
			continue;
		for (size_t k = 0; k < n && !seen; k++)
			seen = sessions[k] == a->session;
		if (seen)
			continue; /* another participant of the same workshop */
		sessions[n] = a->session;
		busy[n++] = (struct staff_span){a->when.start, a->when.end};
	}
	for (size_t i = 0; i < w->nabsent; i++)
		busy[n++] = w->absent[i];
	found = staff_gaps((struct staff_span){w->o->start, w->o->end}, seats_of(w), busy,
			   n, out, GAPS_MAX);
	for (size_t i = 0; i < found; i++)
		if (out[i].end > w->style->now)
			out[kept++] = out[i];
	return kept;
}

static void gap_row(struct band_work *w, const struct staff_span *g,
		    struct staff_row *out)
{
	struct http_request *rq = w->rq;
	const struct lang *l = http_request_lang(rq);
	const struct zone *z = staff_zone(w->st, w->o->site);
	rdvd_time now = w->style->now - w->style->now % 300;
	struct viewer who;

	staff_viewer(rq, &who);
	memset(out, 0, sizeof(*out));
	out->time = staff_hour_words(rq, z, g->start);
	out->until = staff_hour_words(rq, z, g->end);
	out->gap = page_text(rq, tr(l, "libre jusqu’à %s"), out->until);
	if (rights_has(who.user, RIGHT(AGENDA, CHANGE)))
		out->add_url = add_url(rq, w->st, w->o, g->start > now ? g->start : now);
}

/* The records of a band in order, with gaps between. */
static void fill_rows(struct band_work *w, size_t band, const struct staff_span *gaps,
		      size_t ngaps, struct staff_band *out)
{
	size_t n = ngaps, g = 0, k = 0;
	struct staff_row *rows;

	for (size_t i = 0; i < w->records->n; i++)
		n += w->owner[i] == band;
	rows = http_request_alloc(w->rq, (n + 1) * sizeof(*rows));
	for (size_t i = 0; i < w->records->n; i++) {
		const struct record *r = &w->records->items[i];

		if (w->owner[i] != band)
			continue;
		while (g < ngaps && gaps[g].start < r->appointment->when.start)
			gap_row(w, &gaps[g++], &rows[k++]);
		staff_row(w->rq, w->st, r, w->style, &rows[k++]);
	}
	while (g < ngaps)
		gap_row(w, &gaps[g++], &rows[k++]);
	out->rows = rows;
	out->nrows = k;
}

static const char *band_title(struct band_work *w)
{
	const struct territory *t = booking_territory(w->st->web.booking);
	const struct zone *z = staff_zone(w->st, w->o->site);

	return page_text(w->rq, tr(http_request_lang(w->rq), "%1$s, de %2$s à %3$s"),
			 t->sites[w->o->site].commune,
			 staff_hour_words(w->rq, z, w->o->start),
			 staff_hour_words(w->rq, z, w->o->end));
}

static const char *band_with(struct band_work *w)
{
	const struct territory *t = booking_territory(w->st->web.booking);
	struct buf b = BUF_INIT;
	const char *out;

	for (int i = 0; i < w->o->ncounsellors; i++) {
		if (i)
			buf_addlit(&b, ", ");
		buf_addstr(&b, t->counsellors[w->o->counsellors[i]].label);
	}
	out = http_request_strdup(w->rq, buf_str(&b));
	buf_fini(&b);
	return out;
}

static const char *band_rooms(const struct band_work *w)
{
	const struct territory *t = booking_territory(w->st->web.booking);
	const struct site *s = &t->sites[w->o->site];
	const char *out = NULL;

	for (size_t i = 0; i < s->nroom_names; i++)
		out = out ? page_text(w->rq, "%s, %s", out, s->room_names[i])
			  : s->room_names[i];
	return out;
}

static void fill_band(struct band_work *w, size_t band, bool gaps, struct staff_band *out)
{
	const struct lang *l = http_request_lang(w->rq);
	struct staff_span free_times[GAPS_MAX];
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	out->title = band_title(w);
	out->with = band_with(w);
	out->closed = w->o->closed;
	out->rooms = band_rooms(w);
	w->nabsent = 0;
	agenda_absences_each(booking_agenda(w->st->web.booking), keep_absence, w);
	if (gaps && !w->o->closed)
		n = gaps_of(w, band, free_times);
	fill_rows(w, band, free_times, n, out);
	if (out->nrows == 0 && !out->closed)
		out->empty = w->nabsent >= (size_t)seats_of(w) ? tr(l, "Absence.")
							       : tr(l, "Personne.");
}

size_t staff_bands(struct http_request *rq, const struct staff *st,
		   const struct viewer *v, const struct day_ask *ask,
		   const struct record_list *records, const struct row_style *style,
		   bool gaps, const struct staff_band **out)
{
	struct band_work *w = http_request_alloc(rq, sizeof(*w));
	struct occurrence *occurrences;
	size_t n = staff_occurrences(rq, st, v, ask, &occurrences), outside = 0;
	struct staff_band *bands = http_request_alloc(rq, (n + 1) * sizeof(*bands));

	*w = (struct band_work){
		.rq = rq, .st = st, .ask = ask, .records = records, .style = style};
	w->owner = http_request_alloc(rq, (records->n + 1) * sizeof(*w->owner));
	for (size_t i = 0; i < records->n; i++) {
		w->owner[i] = NOWHERE;
		for (size_t k = 0; k < n && w->owner[i] == NOWHERE; k++)
			if (falls_into(st, records->items[i].appointment,
				       &occurrences[k]))
				w->owner[i] = k;
		if (!staff_may_see(st, v, records->items[i].appointment))
			w->owner[i] = n + 1; /* nobody's */
		outside += w->owner[i] == NOWHERE;
	}
	for (size_t k = 0; k < n; k++) {
		w->o = &occurrences[k];
		fill_band(w, k, gaps, &bands[k]);
	}
	if (outside) {
		memset(&bands[n], 0, sizeof(bands[n]));
		bands[n].title = tr(http_request_lang(rq), "Hors permanence");
		fill_rows(w, NOWHERE, NULL, 0, &bands[n]);
		n++;
	}
	*out = bands;
	return n;
}
