/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_list.c - the permanences by place, each with its sentence, who receives, for
 * what, and the next date; and whom earlier changes left without one. */
#include <string.h>

#include "base/mem.h"
#include "booking/touched.h"
#include "web/opening_room.h"

static const char *names_of(struct http_request *rq, const struct territory *t,
			    const struct opening *o)
{
	const char *out = "";

	for (size_t i = 0; i < o->ncounsellors; i++)
		out = page_text(rq, "%s%s%s", out, i ? ", " : "",
				t->counsellors[o->counsellors[i]].label);
	return out;
}

static const char *services_of(struct http_request *rq, const struct territory *t,
			       const struct opening *o)
{
	const char *out = "";

	for (size_t i = 0; i < o->nservices; i++)
		out = page_text(rq, "%s%s%s", out, i ? ", " : "",
				bitext_get(&t->services[o->services[i]].name,
					   http_request_lang_code(rq)));
	return out;
}

static void say_row(struct http_request *rq, const struct staff *st, int i,
		    struct opening_row *row)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const struct opening *o = &t->openings[i];
	struct rule_made made = {.start = o->start, .end = o->end, .until = o->until};
	const struct opening_date *dates;
	struct rule_form f;
	size_t n;

	rule_form_read(o->rrule, o->start, o->end, o->until, &f);
	snprintf(made.rrule, sizeof(made.rrule), "%s", o->rrule ? o->rrule : "");
	n = opening_dates(rq, st, &made, o, o->site, &dates);
	*row = (struct opening_row){
		.url = page_text(rq, OPENING_PATH "/%s", o->slug),
		.sentence = opening_sentence(rq, &f, NULL, opening_alternates(t, i),
					     f.start > staff_today(st)),
		.hours = page_text(rq, tr(l, "de %1$s à %2$s"),
				   page_hour(rq, f.from_minute),
				   page_hour(rq, (f.from_minute + f.minutes) % 1440)),
		.who = names_of(rq, t, o),
		.services = services_of(rq, t, o),
		.team_only = !o->public,
	};
	if (n) {
		row->next = dates[0].when;
		row->note = dates[0].note;
	}
}

static size_t rows_at(struct http_request *rq, const struct staff *st, int site,
		      const struct opening_row **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct opening_row *rows =
		http_request_alloc(rq, ((size_t)t->nopenings + 1) * sizeof(*rows));
	size_t n = 0;

	for (int i = 0; i < t->nopenings; i++)
		if (t->openings[i].site == site)
			say_row(rq, st, i, &rows[n++]);
	*out = rows;
	return n;
}

static void say_places(struct http_request *rq, const struct staff *st,
		       const struct viewer *who, struct opening_list_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct opening_place *places =
		http_request_alloc(rq, ((size_t)t->live_sites + 1) * sizeof(*places));

	for (int i = 0; i < t->live_sites; i++) {
		struct opening_place *p = &places[v->nplaces];

		if (!staff_may(st, who, RIGHT(OPENING, SEE), t->sites[i].organisation))
			continue;
		p->nrows = rows_at(rq, st, i, &p->rows);
		if (!p->nrows)
			continue;
		p->name = page_text(rq, "%s, %s", t->sites[i].commune, t->sites[i].name);
		v->nplaces++;
	}
	v->places = places;
}

/* What has to be there before a permanence can be. */
static void say_missing(struct http_request *rq, const struct staff *st,
			const struct viewer *who, struct opening_list_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	bool site = false, person = false;

	for (int i = 0; i < t->live_sites; i++)
		site |= staff_may_see_site(st, who, i);
	for (int i = 0; i < t->live_counsellors; i++)
		person |= staff_may_see_counsellor(st, who, i);
	if (!site) {
		v->missing = tr(l, "Ajoutez d’abord un lieu.");
		v->missing_url = "/equipe/reglages/lieux";
	} else if (!person) {
		v->missing = tr(l, "Ajoutez d’abord quelqu’un qui reçoit.");
		v->missing_url = "/equipe/reglages/comptes";
	} else if (t->live_services == 0) {
		v->missing = tr(l, "Ajoutez d’abord un type de rendez-vous.");
		v->missing_url = "/equipe/reglages/types";
	}
}

static void show(void *arg, enum rdvd_rc rc, const struct touched_row *rows, size_t n)
{
	struct staff *st;
	struct http_request *rq = staff_read_over(arg, rc, &st, NULL);
	struct opening_list_view v = {.nplaces = 0};
	const struct lang *l;
	struct buf out = BUF_INIT;
	struct viewer who;
	size_t left = 0;

	if (!rq)
		return;
	l = http_request_lang(rq);
	staff_viewer(rq, &who);
	for (size_t i = 0; i < n; i++)
		left += staff_may_see(st, &who, rows[i].record.appointment);
	if (left && rights_has(who.user, RIGHT(AGENDA, CHANGE))) {
		v.left = page_text(rq,
				   trn(l, "%zu rendez-vous n’a plus de permanence.",
				       "%zu rendez-vous n’ont plus de permanence.",
				       (long)left),
				   left);
		v.left_url = "/equipe/reglages/changement";
	}
	staff_change_said(rq, st, &v.said);
	say_places(rq, st, &who, &v);
	if (rights_has(who.user, RIGHT(OPENING, CHANGE))) {
		say_missing(rq, st, &who, &v);
		if (!v.missing)
			v.new_url = OPENING_PATH "/nouvelle";
	}
	staff_layout(rq, st, &v.layout, tr(l, "Permanences"), STAFF_SETTINGS);
	page_opening_list(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static void list(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);

	touched_list(st->web.booking, 0, show, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = OPENING_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, SEE),
	 .handle = list},
};

void opening_list_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
	opening_edit_routes(st);
	opening_once_routes(st);
}
