/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_closure.c - when nobody is there: closures of the organisation, of a site or of
 * one person, typed in or taken from the school holidays. Whoever is booked is shown
 * before anything closes. */
#include <string.h>

#include "agenda/school.h"
#include "base/mem.h"
#include "web/setting_closure.h"
#include "web/staff_change.h"

#define SCHOOLS_MAX 16
#define CLOSED_DAYS_MAX 400

static const struct setting_field fields[] = {
	{.name = "du",
	 .label = N_("Premier jour"),
	 .path = "from",
	 .input = "date",
	 .brief = true,
	 .max = 10,
	 .missing = N_("Choisissez le premier jour.")},
	{.name = "au",
	 .label = N_("Dernier jour"),
	 .hint = N_("Il est fermé aussi. Vide\u00a0: un seul jour."),
	 .path = "to",
	 .input = "date",
	 .brief = true,
	 .max = 10},
	{.name = "raison",
	 .label = N_("Ce que voit l’équipe"),
	 .hint = N_(
		 "«\u00a0Travaux\u00a0», «\u00a0Fermeture annuelle\u00a0»... Jamais une "
		 "raison de santé."),
	 .path = "reason",
	 .max = 100},
};

struct closing *setting_closing_new(struct http_request *rq, const struct staff *st)
{
	struct closing *c = http_request_alloc(rq, sizeof(*c));
	const struct territory *t = booking_territory(st->web.booking);
	const char *target = http_request_field(rq, "cible");
	struct viewer who;

	staff_viewer(rq, &who);
	memset(c, 0, sizeof(*c));
	setting_form_init(&c->form, fields, ARRAY_SIZE(fields));
	c->organisation = setting_organisation(rq, st, &who);
	if (c->organisation == TERRITORY_NONE && who.admin && t->live_organisations > 0)
		c->organisation = 0;
	c->target = target ? target : "";
	return c;
}

/* ---- what closes ---- */

/* The slug after a prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

/* Its key and slug in a closure, its name and organisation; -1: none of the
 * organisation's. */
static int target_of(const struct staff *st, const struct closing *c, const char **key,
		     const char **slug, const char **name)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i;

	if ((*slug = after(c->target, "site:"))) {
		i = territory_site(t, *slug);
		*key = "site";
		if (i == TERRITORY_NONE || i >= t->live_sites ||
		    t->sites[i].organisation != c->organisation)
			return -1;
		*name = t->sites[i].name;
		return 0;
	}
	if ((*slug = after(c->target, "personne:"))) {
		i = territory_counsellor(t, *slug);
		*key = "counsellor";
		if (i == TERRITORY_NONE || i >= t->live_counsellors ||
		    t->counsellors[i].organisation != c->organisation)
			return -1;
		*name = t->counsellors[i].label;
		return 0;
	}
	if (c->organisation == TERRITORY_NONE)
		return -1;
	*key = "organisation";
	*slug = t->organisations[c->organisation].slug;
	*name = t->organisations[c->organisation].name;
	return 0;
}

static void add_target(struct http_request *rq, const struct closing *c,
		       struct option_view *o, size_t *n, const char *kind,
		       const char *slug, const char *text)
{
	const char *value = page_text(rq, "%s:%s", kind, slug);

	o[(*n)++] = (struct option_view){
		.value = value, .text = text, .selected = strcmp(value, c->target) == 0};
}

static void add_targets(struct http_request *rq, const struct staff *st,
			const struct closing *c, struct setting_closures_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const struct organisation *o = &t->organisations[c->organisation];
	size_t max = (size_t)t->live_sites + (size_t)t->live_counsellors + 1, n = 0;
	struct option_view *list = http_request_alloc(rq, max * sizeof(*list));

	add_target(rq, c, list, &n, "structure", o->slug,
		   page_text(rq, tr(l, "Toute la structure\u00a0: %s"), o->name));
	for (int i = 0; i < t->live_sites; i++)
		if (t->sites[i].organisation == c->organisation)
			add_target(rq, c, list, &n, "site", t->sites[i].slug,
				   page_text(rq, "%s, %s", t->sites[i].commune,
					     t->sites[i].name));
	for (int i = 0; i < t->live_counsellors; i++)
		if (t->counsellors[i].organisation == c->organisation)
			add_target(rq, c, list, &n, "personne", t->counsellors[i].slug,
				   t->counsellors[i].label);
	v->targets = list;
	v->ntargets = n;
}

/* ---- the list ---- */

static int organisation_of(const struct territory *t, const struct closure *k)
{
	if (k->organisation != TERRITORY_NONE)
		return k->organisation;
	return k->site != TERRITORY_NONE ? t->sites[k->site].organisation
					 : t->counsellors[k->counsellor].organisation;
}

static const char *name_of(const struct territory *t, const struct closure *k)
{
	if (k->organisation != TERRITORY_NONE)
		return t->organisations[k->organisation].name;
	return k->site != TERRITORY_NONE ? t->sites[k->site].name
					 : t->counsellors[k->counsellor].label;
}

static void add_rows(struct http_request *rq, const struct staff *st,
		     const struct closing *c, struct setting_closures_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct setting_closure_row *rows =
		http_request_alloc(rq, ((size_t)t->nclosures + 1) * sizeof(*rows));
	const struct closure **by = http_request_alloc(
		rq, ((size_t)t->nclosures + 1) * sizeof(const struct closure *));
	civil_day today = staff_today(st);
	size_t n = 0;

	for (int i = 0; i < t->nclosures; i++) {
		const struct closure *k = &t->closures[i];
		size_t at = n;

		if (k->to < today || organisation_of(t, k) != c->organisation)
			continue;
		for (; at > 0 && by[at - 1]->from > k->from; at--)
			by[at] = by[at - 1];
		by[at] = k;
		n++;
	}
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct setting_closure_row){
			.slug = by[i]->slug,
			.what = name_of(t, by[i]),
			.when = setting_period(rq, st, by[i]->from, by[i]->to),
			.reason = by[i]->reason,
			.mine = v->may_change,
		};
	v->rows = rows;
	v->nrows = n;
}

/* ---- school holidays ---- */

/* The zone that was asked for, else that of the organisation's first site. */
static char zone_of(struct http_request *rq, const struct staff *st,
		    const struct closing *c, struct setting_closures_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *asked = http_request_query(rq, "zone");

	if (!asked)
		asked = http_request_field(rq, "zone");
	if (asked && strlen(asked) == 1 && strchr(SCHOOL_ZONES, *asked))
		return *asked;
	for (int i = 0; i < t->live_sites; i++) {
		const struct site *s = &t->sites[i];
		char zone =
			s->organisation == c->organisation ? school_zone_of(s->insee) : 0;

		if (!zone)
			continue;
		v->zone_why = page_text(rq,
					tr(http_request_lang(rq),
					   "Zone %1$c\u00a0: c’est celle de %2$s."),
					zone, s->commune);
		return zone;
	}
	v->zone_why = tr(http_request_lang(rq), "Choisissez votre zone pour voir les "
						"vacances scolaires.");
	return 0;
}

static bool is_closed(const struct territory *t, int organisation,
		      const struct school_holiday *h)
{
	for (int i = 0; i < t->nclosures; i++)
		if (t->closures[i].organisation == organisation &&
		    t->closures[i].from <= h->from && t->closures[i].to >= h->to)
			return true;
	return false;
}

static void add_schools(struct http_request *rq, const struct staff *st,
			const struct closing *c, struct setting_closures_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct school_holiday *found[SCHOOLS_MAX];
	char zone = zone_of(rq, st, c, v);
	size_t n = school_holidays(st->options.schools, zone, staff_today(st), found,
				   SCHOOLS_MAX);
	struct setting_period_row *rows = http_request_alloc(rq, (n + 1) * sizeof(*rows));
	struct option_view *zones =
		http_request_alloc(rq, sizeof(SCHOOL_ZONES) * sizeof(*zones));

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct setting_period_row){
			.value = page_text(rq, "%c %s", zone,
					   staff_date(rq, found[i]->from)),
			.name = found[i]->name,
			.when = setting_period(rq, st, found[i]->from, found[i]->to),
			.done = is_closed(t, c->organisation, found[i]),
		};
	for (size_t i = 0; SCHOOL_ZONES[i]; i++)
		zones[v->nzones++] = (struct option_view){
			.value = page_text(rq, "%c", SCHOOL_ZONES[i]),
			.text = page_text(rq, tr(http_request_lang(rq), "Zone %c"),
					  SCHOOL_ZONES[i]),
			.selected = SCHOOL_ZONES[i] == zone,
		};
	v->zone = zone != 0;
	v->schools = rows;
	v->nschools = n;
	v->zones = zones;
}

/* ---- the page ---- */

void setting_closing_show(struct http_request *rq, struct staff *st,
			  const struct closing *c, int status)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct setting_closures_view v = {.action = SETTING_CLOSURES};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	if (c->organisation == TERRITORY_NONE) {
		/* hers is gone, or there is none yet; another one is not hers to see */
		if (http_request_query(rq, "structure") ||
		    http_request_field(rq, "structure"))
			http_fail(rq, 404, NULL);
		else
			http_redirect(rq, 303, "/equipe/reglages");
		return;
	}
	v.may_change = staff_may(st, &who, RIGHT(CLOSURE, CHANGE), c->organisation);
	v.structure = t->organisations[c->organisation].slug;
	setting_form_view(rq, &c->form, &v.form);
	add_targets(rq, st, c, &v);
	add_rows(rq, st, c, &v);
	if (v.may_change)
		add_schools(rq, st, c, &v);
	setting_holidays_view(rq, st, c, &v);
	if (http_request_method(rq) == HTTP_GET)
		staff_change_said(rq, st, &v.said);
	staff_layout(rq, st, &v.layout, tr(l, "Fermetures"), STAFF_SETTINGS);
	v.csrf = v.layout.csrf;
	page_setting_closures(&out, l, &v);
	http_reply_html(rq, status, &out);
}

static void list(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);

	setting_closing_show(rq, st, setting_closing_new(rq, st), 200);
}

void setting_closing_refused(struct http_request *rq, struct staff *st,
			     const struct booking_edited *r, void *data)
{
	struct closing *c = data;

	setting_blame_edit(rq, &c->form, r, 0);
	setting_closing_show(rq, st, c, 422);
}

/* Where to come back to. */
const char *setting_closing_back(struct http_request *rq, const struct staff *st,
				 const struct closing *c)
{
	const struct territory *t = booking_territory(st->web.booking);

	return t->live_organisations > 1
		       ? page_url(rq, SETTING_CLOSURES, "structure",
				  t->organisations[c->organisation].slug, NULL)
		       : SETTING_CLOSURES;
}

/* ---- closing ---- */

/* "B 2026-12-19" into the form's fields. */
static void take_school(struct http_request *rq, const struct staff *st,
			struct closing *c, const char *value)
{
	const struct school_holiday *found[SCHOOLS_MAX];
	size_t n = school_holidays(st->options.schools, *value, staff_today(st), found,
				   SCHOOLS_MAX);

	for (size_t i = 0; i < n; i++) {
		if (strlen(value) != 12 ||
		    strcmp(value + 2, staff_date(rq, found[i]->from)) != 0)
			continue;
		setting_put(&c->form, "du", staff_date(rq, found[i]->from));
		setting_put(&c->form, "au", staff_date(rq, found[i]->to));
		setting_put(&c->form, "raison", http_request_strdup(rq, found[i]->name));
		return;
	}
	setting_blame(&c->form, NULL,
		      tr(http_request_lang(rq), "Ces vacances ne sont plus à venir."));
}

static void judge(struct http_request *rq, struct closing *c, civil_day *from,
		  civil_day *to)
{
	const struct lang *l = http_request_lang(rq);
	const char *du = setting_value(&c->form, "du"),
		   *au = setting_value(&c->form, "au");

	if (!*au)
		setting_put(&c->form, "au", au = du);
	if (*du && civil_day_parse(du, from) < 0)
		setting_blame(&c->form, "du",
			      tr(l, "Écrivez une date, comme 2026-12-24."));
	else if (*au && civil_day_parse(au, to) < 0)
		setting_blame(&c->form, "au",
			      tr(l, "Écrivez une date, comme 2026-12-24."));
	else if (*du && *to < *from)
		setting_blame(&c->form, "au",
			      tr(l, "Le dernier jour vient avant le premier."));
	else if (*du && *to - *from > CLOSED_DAYS_MAX)
		setting_blame(&c->form, "au",
			      tr(l, "C’est plus d’un an. Pour toujours, fermez plutôt le "
				    "lieu lui-même."));
}

static void add(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct closing *c = setting_closing_new(rq, st);
	const struct lang *l = http_request_lang(rq);
	const char *school = http_request_field(rq, "vacances");
	const char *key = "", *slug = "", *name = "";
	struct booking_edit e = {.kind = RDVD_DEF_CLOSURE, .fresh = 1};
	struct staff_change change = {
		.right = RIGHT(CLOSURE, CHANGE),
		.edits = &e,
		.nedits = 1,
		.refused = setting_closing_refused,
		.data = c,
	};
	civil_day from = 0, to = 0;
	json_t *o;

	if (school)
		take_school(rq, st, c, school);
	else
		setting_form_read(rq, &c->form);
	judge(rq, c, &from, &to);
	if (target_of(st, c, &key, &slug, &name) < 0)
		setting_blame(&c->form, NULL, tr(l, "Choisissez ce qui ferme."));
	if (setting_wrong(&c->form)) {
		setting_closing_show(rq, st, c, 422);
		return;
	}
	o = json_object();
	setting_form_store(&c->form, o);
	json_object_set_new(o, key, json_string(slug));
	e.body = o;
	change.title = page_text(rq, tr(l, "Fermer %s"), name);
	change.said = page_text(
		rq,
		tr(l, "C’est noté pour %1$s. %2$s, personne ne peut plus y prendre "
		      "d’horaire."),
		name, setting_period(rq, st, from, to));
	change.done = setting_closing_back(rq, st, c);
	staff_change(rq, &change);
	json_decref(o);
}

static void remove_one(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const char *slug = http_request_field(rq, "fermeture");
	struct closing *c = setting_closing_new(rq, st);
	struct booking_edit e = {.kind = RDVD_DEF_CLOSURE, .slug = slug};
	struct staff_change change = {
		.right = RIGHT(CLOSURE, CHANGE),
		.edits = &e,
		.nedits = 1,
		.refused = setting_closing_refused,
		.data = c,
	};
	struct viewer who;

	staff_viewer(rq, &who);
	for (int i = 0; slug && i < t->nclosures; i++) {
		const struct closure *k = &t->closures[i];
		int o = organisation_of(t, k);

		if (strcmp(k->slug, slug) != 0 ||
		    !staff_may(st, &who, RIGHT(CLOSURE, CHANGE), o))
			continue;
		c->organisation = o;
		change.title = page_text(rq, tr(http_request_lang(rq), "Rouvrir %s"),
					 name_of(t, k));
		change.said = page_text(
			rq,
			tr(http_request_lang(rq), "La fermeture est retirée\u00a0: %s."),
			name_of(t, k));
		change.done = setting_closing_back(rq, st, c);
		staff_change(rq, &change);
		return;
	}
	http_fail(rq, 404, NULL);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = SETTING_CLOSURES,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(CLOSURE, SEE),
	 .handle = list},
	{.method = HTTP_POST,
	 .pattern = SETTING_CLOSURES,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(CLOSURE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = add},
	{.method = HTTP_POST,
	 .pattern = SETTING_CLOSURES "/retirer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(CLOSURE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = remove_one},
};

void setting_closure_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
