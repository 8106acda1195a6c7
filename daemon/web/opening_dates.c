/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_dates.c - what a permanence means: its sentence, its next dates with the
 * holidays and closures that fall on them, what it alternates with, and what it does not
 * go together with. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/opening_room.h"

#define LOOK_AHEAD_DATES 12

static int is_english(struct http_request *rq)
{
	return strcmp(http_request_lang_code(rq), "en") == 0;
}

const char *opening_sentence(struct http_request *rq, const struct rule_form *f,
			     const char *place, const char *alternates, bool from)
{
	const struct rule_saying how = {.english = is_english(rq),
					.place = place,
					.alternates = alternates,
					.from = from};
	struct buf b = BUF_INIT;
	char *out;

	rule_say(f, &how, &b);
	out = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	if (*out >= 'a' && *out <= 'z')
		*out = (char)(*out - 'a' + 'A');
	return out;
}

/* ---- dates ---- */

static const char *closed_on(const struct territory *t, int site, const struct opening *o,
			     civil_day day)
{
	for (int i = 0; i < t->nclosures; i++) {
		const struct closure *c = &t->closures[i];
		bool mine = o && o->ncounsellors == 1 &&
			    c->counsellor == o->counsellors[0] &&
			    c->counsellor != TERRITORY_NONE;

		if (day >= c->from && day <= c->to &&
		    ((c->site == site && site != TERRITORY_NONE) || mine ||
		     (c->organisation != TERRITORY_NONE &&
		      c->organisation == t->sites[site].organisation)))
			return *c->reason ? c->reason : "";
	}
	return NULL;
}

static void note_date(struct http_request *rq, const struct staff *st,
		      const struct opening *o, int site, civil_time start,
		      struct opening_date *d)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	civil_day day = civil_time_day(start);
	const struct opening_override *v = o ? opening_override_on(o, day) : NULL;
	const char *holiday, *closed;

	if (v && v->cancelled) {
		d->note = tr(l, "annulée");
		d->off = true;
		return;
	}
	if (v) {
		int at = v->site == TERRITORY_NONE ? site : v->site;

		d->note = page_text(rq, tr(l, "changée\u00a0: %1$s, %2$s"),
				    page_when(rq, &st->web, v->start, false),
				    t->sites[at].commune);
		return;
	}
	holiday = territory_holiday(t, site, day);
	closed = closed_on(t, site, o, day);
	if (holiday)
		d->note = page_text(rq, tr(l, "férié (%s)"), holiday);
	else if (closed && *closed)
		d->note = page_text(rq, tr(l, "fermé (%s)"), closed);
	else if (closed)
		d->note = tr(l, "fermé");
	d->off = d->note != NULL;
}

size_t opening_dates(struct http_request *rq, const struct staff *st,
		     const struct rule_made *made, const struct opening *o, int site,
		     const struct opening_date **out)
{
	struct opening_date *d = http_request_alloc(rq, OPENING_DATES * sizeof(*d));
	civil_time next[OPENING_DATES];
	size_t n = rule_next(made, o ? o->except : NULL, o ? o->nexcept : 0,
			     staff_today(st), next, OPENING_DATES);

	for (size_t i = 0; i < n; i++) {
		civil_day day = civil_time_day(next[i]);

		d[i] = (struct opening_date){.when = staff_day_words(rq, st, day, true)};
		if (o)
			d[i].url = page_text(rq, OPENING_PATH "/%s/%s", o->slug,
					     staff_date(rq, day));
		note_date(rq, st, o, site, next[i], &d[i]);
	}
	*out = d;
	return n;
}

/* ---- alternating ---- */

static bool shares_people(const struct opening *a, const struct opening *b)
{
	for (size_t i = 0; i < a->ncounsellors; i++)
		for (size_t k = 0; k < b->ncounsellors; k++)
			if (a->counsellors[i] == b->counsellors[k])
				return true;
	return false;
}

const char *opening_alternates(const struct territory *t, int opening)
{
	const struct opening *a = &t->openings[opening];
	struct rule_form fa, fb;

	rule_form_read(a->rrule, a->start, a->end, a->until, &fa);
	for (int i = 0; i < t->nopenings; i++) {
		const struct opening *b = &t->openings[i];

		if (i == opening || b->site == a->site || !shares_people(a, b))
			continue;
		rule_form_read(b->rrule, b->start, b->end, b->until, &fb);
		if (rule_alternates(&fa, &fb))
			return t->sites[b->site].commune;
	}
	return NULL;
}

/* ---- what does not go together ---- */

struct warner {
	struct http_request *rq;
	const struct staff *st;
	const struct territory *t;
	const char *slug; /* the opening itself; NULL: new */
	int site, who;
	rdvd_time start, end;
	const char *said; /* the first thing found */
};

static int clash(void *arg, const struct occurrence *o)
{
	struct warner *w = arg;
	const struct lang *l = http_request_lang(w->rq);
	const struct site *here = &w->t->sites[w->site], *there = &w->t->sites[o->site];
	rdvd_time road = (rdvd_time)geo_travel_minutes(&here->point, &there->point) * 60;
	const char *when;
	bool overlaps;

	if (o->closed ||
	    (w->slug && strcmp(w->t->openings[o->opening].slug, w->slug) == 0))
		return 0;
	overlaps = o->start < w->end && o->end > w->start;
	if (!overlaps && (o->site == w->site || o->start >= w->end + road ||
			  o->end + road <= w->start))
		return 0;
	when = page_when(w->rq, &w->st->web, o->civil_start, false);
	w->said =
		overlaps
			? page_text(w->rq,
				    tr(l, "%1$s est déjà en permanence à %2$s %3$s."),
				    w->t->counsellors[w->who].label, there->commune, when)
			: page_text(w->rq,
				    tr(l, "%1$s n’a pas le temps d’aller d’un lieu à "
					  "l’autre\u00a0: permanence à %2$s %3$s, à %4$d "
					  "minutes de route."),
				    w->t->counsellors[w->who].label, there->commune, when,
				    (int)(road / 60));
	return 1;
}

size_t opening_warnings(struct http_request *rq, const struct staff *st,
			const struct opening_typed *t, const struct rule_made *made,
			const char *site, const char **out, size_t max)
{
	const struct territory *is = booking_territory(st->web.booking);
	struct warner w = {.rq = rq,
			   .st = st,
			   .t = is,
			   .slug = t->slug,
			   .site = territory_site(is, site)};
	civil_time next[LOOK_AHEAD_DATES];
	size_t n = rule_next(made, NULL, 0, staff_today(st), next, LOOK_AHEAD_DATES);
	size_t said = 0;

	if (w.site == TERRITORY_NONE)
		return 0;
	for (size_t p = 0; p < t->npeople && said < max; p++) {
		w.who = territory_counsellor(is, t->people[p]);
		w.said = NULL;
		for (size_t i = 0; w.who != TERRITORY_NONE && i < n && !w.said; i++) {
			const struct zone *z = is->sites[w.site].zone;
			civil_day day = civil_time_day(next[i]);

			w.start = zone_to_utc(z, next[i]);
			w.end = zone_to_utc(z, next[i] + (made->end - made->start));
			agenda_occurrences(booking_agenda(st->web.booking), day - 1,
					   day + 2, TERRITORY_NONE, w.who, clash, &w);
		}
		if (w.said)
			out[said++] = w.said;
	}
	return said;
}

/* ---- finding ---- */

int opening_asked(struct http_request *rq, const struct staff *st, bool change)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *slug = http_request_param(rq, "slug");
	struct viewer who;

	staff_viewer(rq, &who);
	for (int i = 0; i < t->nopenings; i++)
		if (strcmp(t->openings[i].slug, slug) == 0 &&
		    staff_may(st, &who,
			      change ? RIGHT(OPENING, CHANGE) : RIGHT(OPENING, SEE),
			      t->sites[t->openings[i].site].organisation))
			return i;
	http_fail(rq, 404, NULL);
	return TERRITORY_NONE;
}

int opening_occurs(const struct opening *o, civil_day day, civil_time *start)
{
	civil_time *starts = NULL;
	size_t n = 0;
	int rc = -1;

	if (recur_expand(o->rrule, o->start, o->until, o->except, o->nexcept, o->extra,
			 o->nextra, day, day + 1, &starts, &n) == 0 &&
	    n > 0) {
		*start = starts[0];
		rc = 0;
	}
	free(starts);
	return rc;
}

const struct opening_override *opening_override_on(const struct opening *o, civil_day day)
{
	for (size_t i = 0; i < o->noverrides; i++)
		if (o->overrides[i].on == day)
			return &o->overrides[i];
	return NULL;
}
