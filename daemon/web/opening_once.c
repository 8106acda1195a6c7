/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_once.c - one occurrence of a permanence that differs from the others: another
 * day, other hours, another place, a colleague, or not at all; and as always again.
 * Whoever is booked in it is asked about first (staff_change.h). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/opening_room.h"

/* What is asked about: an opening and the day its rule names. */
struct once {
	const struct opening *o;
	civil_day on;
	civil_time start, end; /* as the rule has it */
	const struct opening_override *v;
	struct opening_problems problems;
	/* as typed; NULL: not yet */
	const char *day, *from, *to, *site, *person;
};

/* The day in the address may be the one it was moved to. */
static civil_day day_meant(const struct opening *o, civil_day day)
{
	civil_time start;

	if (opening_occurs(o, day, &start) == 0)
		return day;
	for (size_t i = 0; i < o->noverrides; i++)
		if (!o->overrides[i].cancelled &&
		    civil_time_day(o->overrides[i].start) == day)
			return o->overrides[i].on;
	return CIVIL_DAY_NONE;
}

static struct once *once_asked(struct http_request *rq, const struct staff *st,
			       bool change)
{
	int i = opening_asked(rq, st, change);
	struct once *x;
	civil_day day;

	if (i == TERRITORY_NONE)
		return NULL;
	x = http_request_alloc(rq, sizeof(*x));
	memset(x, 0, sizeof(*x));
	x->o = &booking_territory(st->web.booking)->openings[i];
	if (civil_day_parse(http_request_param(rq, "date"), &day) != 0 ||
	    (x->on = day_meant(x->o, day)) == CIVIL_DAY_NONE ||
	    opening_occurs(x->o, x->on, &x->start) != 0) {
		http_fail(rq, 404, NULL);
		return NULL;
	}
	x->end = x->start + (x->o->end - x->o->start);
	x->v = opening_override_on(x->o, x->on);
	return x;
}

/* ---- the page ---- */

static const char *clock_text(struct http_request *rq, civil_time t)
{
	int minute = civil_time_minute(t);

	return page_text(rq, "%02d:%02d", minute / 60, minute % 60);
}

enum { WORDS_NAME, WORDS_CANCEL, WORDS_RESTORE, WORDS_CHANGE };

static const char *what_words(struct http_request *rq, const struct staff *st,
			      const struct once *x, int which)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const char *day = staff_day_words(rq, st, x->on, false);
	const char *where = t->sites[x->o->site].commune;

	if (which == WORDS_CANCEL)
		return page_text(rq, tr(l, "Annuler la permanence du %1$s à %2$s"), day,
				 where);
	if (which == WORDS_RESTORE)
		return page_text(rq, tr(l, "Rétablir la permanence du %1$s à %2$s"), day,
				 where);
	if (which == WORDS_CHANGE)
		return page_text(rq, tr(l, "Changer la permanence du %1$s à %2$s"), day,
				 where);
	return page_text(rq, tr(l, "Permanence du %1$s à %2$s"), day, where);
}

static void reply_once(struct http_request *rq, const struct staff *st,
		       const struct once *x)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	bool moved = x->v && !x->v->cancelled;
	civil_time start = moved ? x->v->start : x->start;
	civil_time end = moved ? x->v->end : x->end;
	int site = moved && x->v->site != TERRITORY_NONE ? x->v->site : x->o->site;
	int person = moved ? x->v->counsellor : TERRITORY_NONE;
	struct opening_once_view *v = http_request_alloc(rq, sizeof(*v));
	struct buf out = BUF_INIT;
	struct viewer who;

	memset(v, 0, sizeof(*v));
	staff_viewer(rq, &who);
	v->heading = what_words(rq, st, x, WORDS_NAME);
	v->cancelled = x->v && x->v->cancelled;
	v->differs = moved;
	v->read_only = !rights_has(who.user, RIGHT(OPENING, CHANGE));
	v->lead =
		v->cancelled
			? tr(l, "Elle est annulée.")
			: page_text(rq, tr(l, "Elle a lieu %1$s, jusqu’à %2$s, à %3$s."),
				    page_when(rq, &st->web, start, false),
				    page_hour(rq, civil_time_minute(end)),
				    t->sites[site].name);
	v->action =
		page_text(rq, OPENING_PATH "/%s/%s", x->o->slug, staff_date(rq, x->on));
	v->back_url = page_text(rq, OPENING_PATH "/%s", x->o->slug);
	v->day = x->day ? x->day : staff_date(rq, civil_time_day(start));
	v->from = x->from ? x->from : clock_text(rq, start);
	v->to = x->to ? x->to : clock_text(rq, end);
	if (x->site)
		site = staff_site(st, &who, x->site);
	if (x->person)
		person = staff_counsellor(st, &who, x->person);
	v->nsites = staff_site_options(rq, st, &who, site, NULL, &v->sites);
	v->npeople = staff_counsellor_options(rq, st, &who, person,
					      tr(l, "Comme d’habitude"), &v->people);
	v->problems = x->problems.items;
	v->nproblems = x->problems.n;
	staff_change_said(rq, st, &v->said);
	staff_layout(rq, st, &v->layout, tr(l, "Une permanence"), STAFF_SETTINGS);
	v->csrf = v->layout.csrf;
	page_opening_once(&out, l, v);
	http_reply_html(rq, x->problems.n ? 422 : 200, &out);
}

/* ---- what is typed ---- */

/* The override as a territory file has it, or NULL with problems. */
static json_t *read_override(struct http_request *rq, const struct staff *st,
			     struct once *x)
{
	const struct lang *l = http_request_lang(rq);
	const struct territory *t = booking_territory(st->web.booking);
	char start_text[17], end_text[17];
	int from, to, site, person;
	struct viewer who;
	civil_time start, end;
	civil_day day;
	json_t *o;

	staff_viewer(rq, &who);
	x->day = http_request_field(rq, "jour");
	x->from = http_request_field(rq, "de");
	x->to = http_request_field(rq, "a");
	x->site = http_request_field(rq, "lieu");
	x->person = http_request_field(rq, "qui");
	site = staff_site(st, &who, x->site);
	person = staff_counsellor(st, &who, x->person);
	if (!x->day || civil_day_parse(x->day, &day) != 0)
		opening_problem(&x->problems, "jour", tr(l, "Choisissez un jour."));
	if (staff_hour_parse(x->from, &from) != 0 || staff_hour_parse(x->to, &to) != 0 ||
	    from % 5 || to % 5 || (to <= from && to != 0))
		opening_problem(&x->problems, "de",
				tr(l, "Écrivez un début et une fin, de cinq en cinq "
				      "minutes\u00a0: la fin vient après le début."));
	if (site == TERRITORY_NONE)
		opening_problem(&x->problems, "lieu", tr(l, "Choisissez un lieu."));
	if (x->person && *x->person && person == TERRITORY_NONE)
		opening_problem(&x->problems, "qui", tr(l, "Choisissez qui reçoit."));
	if (x->problems.n)
		return NULL;
	start = civil_time_from(day, from);
	end = civil_time_from(day, to ? to : 24 * 60);
	civil_time_format(start, start_text);
	civil_time_format(end, end_text);
	o = json_pack("{s:s, s:s, s:s}", "on", staff_date(rq, x->on), "start", start_text,
		      "end", end_text);
	if (site != x->o->site)
		json_object_set_new(o, "site", json_string(t->sites[site].slug));
	if (person != TERRITORY_NONE)
		json_object_set_new(o, "counsellor",
				    json_string(t->counsellors[person].slug));
	if (start == x->start && end == x->end && site == x->o->site &&
	    person == TERRITORY_NONE) { /* as always */
		json_decref(o);
		return json_null();
	}
	return o;
}

/* The opening with that day's override exchanged; over NULL or null: none. */
static json_t *body_with(const struct staff *st, const struct once *x, json_t *over)
{
	json_t *body = booking_definition(st->web.booking, RDVD_DEF_OPENING, x->o->slug);
	json_t *had = json_object_get(body, "overrides"), *list = json_array(), *v;
	char on[11];
	size_t i;

	civil_day_format(x->on, on);
	json_array_foreach(had, i, v)
	{
		const char *s = json_string_value(json_object_get(v, "on"));

		if (!s || strcmp(s, on) != 0)
			json_array_append(list, v);
	}
	if (over && !json_is_null(over))
		json_array_append(list, over);
	if (json_array_size(list))
		json_object_set(body, "overrides", list);
	else
		json_object_del(body, "overrides");
	json_decref(list);
	json_object_del(body, "id");
	return body;
}

static void refused(struct http_request *rq, struct staff *st,
		    const struct booking_edited *r, void *data)
{
	struct once *x = data;

	for (size_t i = 0; i < r->nerrors; i++)
		opening_problem(&x->problems, "jour",
				http_request_strdup(rq, r->errors[i].message));
	if (!r->nerrors)
		opening_problem(&x->problems, "jour",
				tr(http_request_lang(rq),
				   "Quelqu’un d’autre vient de la modifier. "
				   "Recommencez."));
	/* the territory may be another one by now */
	struct once *now = once_asked(rq, st, true);

	if (!now)
		return;
	now->problems = x->problems;
	now->day = x->day;
	now->from = x->from;
	now->to = x->to;
	now->site = x->site;
	now->person = x->person;
	reply_once(rq, st, now);
}

static void submit(struct http_request *rq, struct staff *st, struct once *x,
		   json_t *over, int words, const char *said)
{
	json_t *body = body_with(st, x, over);
	const struct booking_edit edit = {
		.kind = RDVD_DEF_OPENING, .slug = x->o->slug, .body = body};
	const struct staff_change c = {
		.right = RIGHT(OPENING, CHANGE),
		.edits = &edit,
		.nedits = 1,
		.title = what_words(rq, st, x, words),
		.done = page_text(rq, OPENING_PATH "/%s", x->o->slug),
		.said = said,
		.refused = refused,
		.data = x};

	staff_change(rq, &c);
	json_decref(body);
}

static void change(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct lang *l = http_request_lang(rq);
	const char *action = http_request_field(rq, "action");
	struct once *x = once_asked(rq, st, true);
	json_t *over;

	if (!x)
		return;
	if (action && strcmp(action, "annuler") == 0) {
		over = json_pack("{s:s, s:b}", "on", staff_date(rq, x->on), "cancelled",
				 1);
		submit(rq, st, x, over, WORDS_CANCEL,
		       tr(l, "Cette permanence est annulée."));
		json_decref(over);
		return;
	}
	if (action && strcmp(action, "retablir") == 0) {
		submit(rq, st, x, NULL, WORDS_RESTORE,
		       tr(l, "Cette permanence a lieu comme d’habitude."));
		return;
	}
	over = read_override(rq, st, x);
	if (!over) {
		reply_once(rq, st, x);
		return;
	}
	submit(rq, st, x, over, WORDS_CHANGE,
	       tr(l, "Le changement de cette permanence est enregistré."));
	json_decref(over);
}

static void show(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct once *x = once_asked(rq, st, false);

	if (x)
		reply_once(rq, st, x);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = OPENING_PATH "/{slug}/{date}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, SEE),
	 .handle = show},
	{.method = HTTP_POST,
	 .pattern = OPENING_PATH "/{slug}/{date}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = change},
};

void opening_once_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
