/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_edit.c - making a permanence, or the two of an alternating pair in one step;
 * changing one; ending it on a day, or taking it away. The sentence and the next dates
 * are said back before anything is kept, and what does not go together is said once. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/opening_room.h"

#define WARNINGS_MAX 6

/* What was typed and what became of it; the request's memory. */
struct editing {
	struct opening_typed typed;
	struct opening_problems problems;
	struct rule_form form, other_form;
	struct rule_made made, other_made;
	const char *warnings[WARNINGS_MAX];
	size_t nwarnings;
	bool ruled, paired;
	const char *alert;
};

static struct editing *editing_new(struct http_request *rq)
{
	struct editing *e = http_request_alloc(rq, sizeof(*e));

	memset(e, 0, sizeof(*e));
	return e;
}

static const struct opening *opening_of(const struct staff *st, const char *slug)
{
	const struct territory *t = booking_territory(st->web.booking);

	for (int i = 0; slug && i < t->nopenings; i++)
		if (strcmp(t->openings[i].slug, slug) == 0)
			return &t->openings[i];
	return NULL;
}

/* What stands, in a few letters: a form that is older is not kept. */
static const char *version_of(struct http_request *rq, const struct staff *st,
			      const char *slug)
{
	json_t *o = booking_definition(st->web.booking, RDVD_DEF_OPENING, slug);
	char *text = o ? json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	uint8_t hash[SECRET_HASH_SIZE];
	struct buf b = BUF_INIT;
	const char *out;

	json_decref(o);
	if (!text)
		return "";
	secret_digest(text, strlen(text), hash);
	free(text);
	buf_add_hex(&b, hash, 8);
	out = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return out;
}

/* ---- the page ---- */

static void say_back(struct http_request *rq, const struct staff *st,
		     const struct editing *e, struct opening_form_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct opening *o = opening_of(st, e->typed.slug);
	int site = territory_site(t, e->typed.site);
	int other = e->paired ? territory_site(t, e->typed.other_site) : TERRITORY_NONE;
	const char *turn = other == TERRITORY_NONE ? NULL : t->sites[other].commune;

	if (!e->ruled || site == TERRITORY_NONE)
		return;
	v->sentence = opening_sentence(rq, &e->form, t->sites[site].commune, turn, true);
	if (turn)
		v->other_sentence = opening_sentence(rq, &e->other_form, turn,
						     t->sites[site].commune, true);
	v->ndates = opening_dates(rq, st, &e->made, o, site, &v->dates);
}

static void reply_form(struct http_request *rq, const struct staff *st,
		       const struct editing *e)
{
	const struct lang *l = http_request_lang(rq);
	const struct opening_typed *t = &e->typed;
	struct opening_form_view *v = http_request_alloc(rq, sizeof(*v));
	struct buf out = BUF_INIT;
	struct viewer who;
	int status = e->problems.n ? 422 : e->alert ? 409 : 200;

	memset(v, 0, sizeof(*v));
	staff_viewer(rq, &who);
	opening_say_fields(rq, st, &who, t, v);
	v->fresh = !t->slug;
	v->read_only = !rights_has(who.user, RIGHT(OPENING, CHANGE));
	v->heading = t->slug ? tr(l, "Permanence") : tr(l, "Nouvelle permanence");
	v->back_url = OPENING_PATH;
	v->action = t->slug ? page_text(rq, OPENING_PATH "/%s", t->slug)
			    : OPENING_PATH "/nouvelle";
	v->problems = e->problems.items;
	v->nproblems = e->problems.n;
	v->warnings = e->warnings;
	v->nwarnings = e->nwarnings;
	v->warned = e->nwarnings > 0;
	if (e->alert)
		v->said = (struct staff_said){.text = e->alert, .bad = true};
	else
		staff_change_said(rq, st, &v->said);
	if (t->slug) {
		v->close_action = page_text(rq, OPENING_PATH "/%s/fin", t->slug);
		v->last_day = staff_date(rq, staff_today(st));
	}
	say_back(rq, st, e, v);
	if (t->slug && v->sentence)
		v->heading = v->sentence;
	staff_layout(rq, st, &v->layout, tr(l, "Permanence"), STAFF_SETTINGS);
	v->layout.script = http_asset_url("opening.js");
	v->csrf = v->layout.csrf;
	page_opening_form(&out, l, v);
	http_reply_html(rq, status, &out);
}

/* ---- what was typed ---- */

static void check_choices(struct http_request *rq, const struct staff *st,
			  struct editing *e)
{
	const struct lang *l = http_request_lang(rq);
	struct viewer who;

	staff_viewer(rq, &who);
	if (staff_site(st, &who, e->typed.site) == TERRITORY_NONE)
		opening_problem(&e->problems, "lieu", tr(l, "Choisissez un lieu."));
	if (e->typed.npeople == 0)
		opening_problem(&e->problems, "qui-1", tr(l, "Choisissez qui reçoit."));
	if (e->typed.nservices == 0)
		opening_problem(&e->problems, "type-1",
				tr(l, "Choisissez au moins un type de rendez-vous."));
}

/* The weeks between, at the other place. */
static void check_pair(struct http_request *rq, const struct staff *st, struct editing *e)
{
	const struct lang *l = http_request_lang(rq);
	char error[RECUR_ERROR_SIZE];
	struct viewer who;

	if (e->typed.slug || !*e->typed.other_site)
		return;
	staff_viewer(rq, &who);
	if (staff_site(st, &who, e->typed.other_site) == TERRITORY_NONE ||
	    strcmp(e->typed.site, e->typed.other_site) == 0) {
		opening_problem(&e->problems, "autre-lieu",
				tr(l, "Choisissez un autre lieu pour l’autre semaine."));
		return;
	}
	if (e->form.kind != RULE_WEEKLY || e->form.interval != 2) {
		opening_problem(&e->problems, "semaines",
				tr(l, "Pour alterner entre deux lieux, choisissez « une "
				      "semaine sur 2 »."));
		return;
	}
	e->other_form = e->form;
	e->other_form.start = civil_time_day(e->made.start);
	e->other_form.start += 7 - civil_weekday(e->other_form.start);
	if (rule_form_build(&e->other_form, &e->other_made, error) != RULE_FINE) {
		opening_problem(&e->problems, "jusqu",
				tr(l, "L’autre semaine ne revient jamais avant la fin."));
		return;
	}
	e->other_form.start = civil_time_day(e->other_made.start);
	e->paired = true;
}

static void check(struct http_request *rq, const struct staff *st, struct editing *e)
{
	check_choices(rq, st, e);
	if (opening_rule(rq, &e->typed, &e->form, &e->made, &e->problems) == 0) {
		e->ruled = true;
		e->form.start = civil_time_day(e->made.start);
		check_pair(rq, st, e);
	}
	if (!e->ruled || e->problems.n)
		return;
	e->nwarnings = opening_warnings(rq, st, &e->typed, &e->made, e->typed.site,
					e->warnings, WARNINGS_MAX);
	if (e->paired)
		e->nwarnings += opening_warnings(
			rq, st, &e->typed, &e->other_made, e->typed.other_site,
			e->warnings + e->nwarnings, WARNINGS_MAX - e->nwarnings);
}

/* ---- keeping ---- */

static const char *field_of(const char *path)
{
	static const struct {
		const char *path, *field;
	} fields[] = {
		{"site", "lieu"},   {"counsellor", "qui-1"}, {"services", "type-1"},
		{"start", "debut"}, {"end", "de"},	     {"rrule", "regle"},
		{"until", "jusqu"}, {"reserve", "reserve"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (strncmp(path, fields[i].path, strlen(fields[i].path)) == 0)
			return fields[i].field;
	return NULL;
}

static void refused(struct http_request *rq, struct staff *st,
		    const struct booking_edited *r, void *data)
{
	struct editing *e = data;
	const struct lang *l = http_request_lang(rq);

	if (r->rc == RDVD_CONFLICT)
		e->alert = tr(l, "Quelqu’un d’autre vient de faire la même chose. "
				 "Vérifiez, puis recommencez.");
	for (size_t i = 0; i < r->nerrors; i++)
		opening_problem(&e->problems, field_of(r->errors[i].path),
				http_request_strdup(rq, r->errors[i].message));
	reply_form(rq, st, e);
}

static void keep(struct http_request *rq, struct staff *st, struct editing *e)
{
	const struct lang *l = http_request_lang(rq);
	json_t *stands = e->typed.slug
				 ? booking_definition(st->web.booking, RDVD_DEF_OPENING,
						      e->typed.slug)
				 : NULL;
	struct booking_edit edits[2] = {{.kind = RDVD_DEF_OPENING,
					 .slug = e->typed.slug,
					 .fresh = !e->typed.slug}};
	struct staff_change c = {.right = RIGHT(OPENING, CHANGE),
				 .edits = edits,
				 .nedits = 1,
				 .done = OPENING_PATH,
				 .refused = refused,
				 .data = e};
	json_t *body = opening_body(&e->typed, &e->made, stands), *other = NULL;

	json_object_del(body, "id");
	edits[0].body = body;
	if (e->paired) {
		struct opening_typed there = e->typed;

		there.site = e->typed.other_site;
		other = opening_body(&there, &e->other_made, NULL);
		edits[1] = (struct booking_edit){
			.kind = RDVD_DEF_OPENING, .body = other, .fresh = 1};
		c.nedits = 2;
	}
	c.title = e->typed.slug ? tr(l, "Changer une permanence")
				: tr(l, "Nouvelle permanence");
	c.said = e->paired ? tr(l, "Les deux permanences sont enregistrées.")
			   : tr(l, "La permanence est enregistrée.");
	staff_change(rq, &c);
	json_decref(body);
	json_decref(other);
	json_decref(stands);
}

static void sent(struct http_request *rq, struct staff *st, const char *slug)
{
	const char *action = http_request_field(rq, "action");
	struct editing *e = editing_new(rq);
	bool look = action && strcmp(action, "voir") == 0;

	opening_typed_read(rq, &e->typed);
	e->typed.slug = slug;
	check(rq, st, e);
	if (slug && strcmp(e->typed.version, version_of(rq, st, slug)) != 0) {
		e->alert = tr(http_request_lang(rq),
			      "Quelqu’un d’autre a changé cette permanence entre-temps. "
			      "Vérifiez, puis enregistrez de nouveau.");
		e->typed.version = version_of(rq, st, slug);
		look = true;
	}
	if (look && !e->ruled && !e->alert) { /* the dates were asked for, no more */
		reply_form(rq, st, e);
		return;
	}
	if (look || e->problems.n || (e->nwarnings && !e->typed.warned))
		reply_form(rq, st, e);
	else
		keep(rq, st, e);
}

/* ---- routes ---- */

static void new_form(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct editing *e = editing_new(rq);
	const char *site = http_request_query(rq, "lieu");

	opening_typed_new(rq, st, &e->typed);
	if (site)
		e->typed.site = site;
	reply_form(rq, st, e);
}

static void create(struct http_request *rq)
{
	sent(rq, http_request_context(rq), NULL);
}

static void show(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	int i = opening_asked(rq, st, false);
	struct editing *e;

	if (i == TERRITORY_NONE)
		return;
	e = editing_new(rq);
	opening_typed_of(rq, st, &t->openings[i], &e->typed);
	e->typed.version = version_of(rq, st, t->openings[i].slug);
	e->ruled = opening_rule(rq, &e->typed, &e->form, &e->made, &e->problems) == 0;
	e->problems.n = 0;
	reply_form(rq, st, e);
}

static void change(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	int i = opening_asked(rq, st, true);

	if (i != TERRITORY_NONE)
		sent(rq, st, booking_territory(st->web.booking)->openings[i].slug);
}

/* The last day is typed; before its first occurrence: it is taken away whole. */
static void end(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct lang *l = http_request_lang(rq);
	int i = opening_asked(rq, st, true);
	const char *day_text = http_request_field(rq, "dernier");
	const char *action = http_request_field(rq, "action");
	bool retire = action && strcmp(action, "retirer") == 0;
	const struct opening *o;
	struct editing *e;
	json_t *body = NULL;
	civil_day day;

	if (i == TERRITORY_NONE)
		return;
	o = &booking_territory(st->web.booking)->openings[i];
	e = editing_new(rq);
	opening_typed_of(rq, st, o, &e->typed);
	e->typed.version = version_of(rq, st, o->slug);
	if (!retire && (!day_text || civil_day_parse(day_text, &day) != 0)) {
		opening_problem(&e->problems, "dernier",
				tr(l, "Choisissez le dernier jour."));
		reply_form(rq, st, e);
		return;
	}
	if (!retire && day >= civil_time_day(o->start)) {
		body = booking_definition(st->web.booking, RDVD_DEF_OPENING, o->slug);
		json_object_del(body, "id");
		json_object_set_new(body, "until", json_string(staff_date(rq, day)));
	}
	const struct booking_edit edit = {
		.kind = RDVD_DEF_OPENING, .slug = o->slug, .body = body};
	const struct staff_change c = {.right = RIGHT(OPENING, CHANGE),
				       .edits = &edit,
				       .nedits = 1,
				       .title = body ? tr(l, "Terminer une permanence")
						     : tr(l, "Retirer une permanence"),
				       .done = OPENING_PATH,
				       .said = body ? tr(l, "La permanence a une fin.")
						    : tr(l, "La permanence est retirée."),
				       .refused = refused,
				       .data = e};
	staff_change(rq, &c);
	json_decref(body);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = OPENING_PATH "/nouvelle",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, CHANGE),
	 .handle = new_form},
	{.method = HTTP_POST,
	 .pattern = OPENING_PATH "/nouvelle",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = create},
	{.method = HTTP_GET,
	 .pattern = OPENING_PATH "/{slug}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, SEE),
	 .handle = show},
	{.method = HTTP_POST,
	 .pattern = OPENING_PATH "/{slug}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = change},
	{.method = HTTP_POST,
	 .pattern = OPENING_PATH "/{slug}/fin",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = end},
};

void opening_edit_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
