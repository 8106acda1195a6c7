/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_site.c - the pages of sites: their list, a new one, a change, the end of one. A
 * site that closes for good ends its permanences with it; whoever is booked there is
 * shown before. */
#include <string.h>

#include "base/mem.h"
#include "web/map.h"
#include "web/setting_map.h"
#include "web/setting_site.h"
#include "web/staff_change.h"

#define LIST_PATH "/equipe/reglages/lieux"
#define RUN_DRY_DAYS 60

/* ---- the list ---- */

static int note(void *arg, const struct occurrence *o)
{
	if (!o->closed)
		*(int *)arg = 1;
	return *(int *)arg;
}

static bool is_dry(const struct staff *st, int site)
{
	civil_day today = staff_today(st);
	int open = 0;

	agenda_occurrences(booking_agenda(st->web.booking), today, today + RUN_DRY_DAYS,
			   site, TERRITORY_NONE, note, &open);
	return !open;
}

static void add_row(struct http_request *rq, const struct staff *st,
		    const struct viewer *who, int i, struct setting_row *row)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const struct site *s = &t->sites[i];

	*row = (struct setting_row){
		.name = s->name,
		.text = page_text(rq, "%s%s%s %s", s->address, *s->address ? ", " : "",
				  s->postcode, s->commune),
		.todo = is_dry(st, i) ? tr(l, "sans permanence à venir") : NULL,
	};
	if (who->admin && t->live_organisations > 1)
		row->note = t->organisations[s->organisation].name;
	if (staff_may(st, who, RIGHT(SITE, CHANGE), s->organisation))
		row->url = page_url(rq, page_text(rq, LIST_PATH "/%s", s->slug), NULL);
}

static void list(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct setting_row *rows =
		http_request_alloc(rq, ((size_t)t->live_sites + 1) * sizeof(*rows));
	struct setting_sites_view v = {.rows = rows, .new_url = LIST_PATH "/nouveau"};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	for (int i = 0; i < t->live_sites; i++)
		if (staff_may_see_site(st, &who, i))
			add_row(rq, st, &who, i, &rows[v.nrows++]);
	v.may_change = rights_has(who.user, RIGHT(SITE, CHANGE));
	staff_change_said(rq, st, &v.said);
	if (http_request_query(rq, "nouveau") && v.said.text) {
		v.after = tr(
			l, "Il manque encore les jours et les heures où l’on y reçoit.");
		v.after_url = "/equipe/reglages/permanences";
	}
	staff_layout(rq, st, &v.layout, tr(l, "Lieux"), STAFF_SETTINGS);
	page_setting_sites(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

/* ---- the form ---- */

/* The three parts of the form that the page shows one by one. */
static void cut(const struct setting_form_view *all, struct setting_site_view *v)
{
	v->form = v->where = v->more = *all;
	v->form.ngroups = 1;
	v->where.groups = all->groups + 1;
	v->where.ngroups = 1;
	v->more.groups = all->groups + 2;
	v->more.ngroups = all->ngroups - 2;
	v->problems = all->problems;
	v->nproblems = all->nproblems;
}

static void organisations(struct http_request *rq, const struct staff *st,
			  const struct viewer *who, const struct site_form *f,
			  struct setting_site_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_organisations + 1) * sizeof(*o));

	if (!who->admin || f->site != TERRITORY_NONE || t->live_organisations < 2)
		return;
	for (int i = 0; i < t->live_organisations; i++)
		o[i] = (struct option_view){
			.value = t->organisations[i].slug,
			.text = t->organisations[i].name,
			.selected = i == f->organisation,
		};
	v->organisations = o;
	v->norganisations = (size_t)t->live_organisations;
}

static void show(struct http_request *rq, struct staff *st, struct site_form *f,
		 int status)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct setting_form_view all = {0};
	struct setting_site_view v = {.insee = f->insee};
	struct buf out = BUF_INIT;
	struct geo_point pin;
	struct viewer who;

	staff_viewer(rq, &who);
	setting_form_view(rq, &f->form, &all);
	cut(&all, &v);
	v.ncommunes = setting_site_communes(rq, f, &v.communes);
	v.commune = setting_value(&f->form, "commune");
	organisations(rq, st, &who, f, &v);
	v.has_map = setting_site_point(f, &pin) == 0;
	if (v.has_map)
		setting_map_view(rq, &pin, &v.map);
	if (f->site == TERRITORY_NONE) {
		v.heading = tr(l, "Ajouter un lieu");
		v.action = LIST_PATH "/nouveau";
	} else {
		v.heading = t->sites[f->site].name;
		v.action = page_text(rq, LIST_PATH "/%s", t->sites[f->site].slug);
		v.close_action = page_text(rq, "%s/fermer", v.action);
	}
	if (http_request_method(rq) == HTTP_GET)
		staff_change_said(rq, st, &v.said);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_SETTINGS);
	v.layout.script = http_asset_url("communes.js");
	v.layout.script2 = http_asset_url("map.js");
	v.csrf = v.layout.csrf;
	page_setting_site(&out, l, &v);
	http_reply_html(rq, status, &out);
}

/* The site of the path, which she may change; or 404 was answered. */
static int site_of(struct http_request *rq, const struct staff *st)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct viewer who;
	int i;

	staff_viewer(rq, &who);
	i = staff_site(st, &who, http_request_param(rq, "lieu"));
	if (i == TERRITORY_NONE || i >= t->live_sites ||
	    !staff_may(st, &who, RIGHT(SITE, CHANGE), t->sites[i].organisation)) {
		http_fail(rq, 404, NULL);
		return TERRITORY_NONE;
	}
	return i;
}

static struct site_form *form_new(struct http_request *rq, const struct staff *st,
				  int site)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct site_form *f = http_request_alloc(rq, sizeof(*f));
	struct viewer who;

	memset(f, 0, sizeof(*f));
	setting_form_init(&f->form, setting_site_fields, setting_site_nfields);
	f->site = site;
	f->insee = "";
	staff_viewer(rq, &who);
	f->organisation = site != TERRITORY_NONE ? t->sites[site].organisation
						 : setting_organisation(rq, st, &who);
	if (site == TERRITORY_NONE && f->organisation == TERRITORY_NONE && who.admin &&
	    !http_request_field(rq, "structure") && t->live_organisations > 0)
		f->organisation = 0;
	return f;
}

static void fresh(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);

	if (booking_territory(st->web.booking)->live_organisations == 0)
		http_redirect(rq, 303, "/equipe/premiers-pas");
	else
		show(rq, st, form_new(rq, st, TERRITORY_NONE), 200);
}

static void edit(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	int i = site_of(rq, st);
	const struct site *s;
	struct site_form *f;
	json_t *o;

	if (i == TERRITORY_NONE)
		return;
	s = &booking_territory(st->web.booking)->sites[i];
	f = form_new(rq, st, i);
	o = booking_definition(st->web.booking, RDVD_DEF_SITE, s->slug);
	setting_form_load(rq, &f->form, o);
	json_decref(o);
	f->insee = s->insee;
	setting_put(&f->form, "commune",
		    *s->postcode ? page_text(rq, "%s (%s)", s->commune, s->postcode)
				 : s->commune);
	setting_put(&f->form, "lat", page_text(rq, "%.5f", s->point.lat));
	setting_put(&f->form, "lon", page_text(rq, "%.5f", s->point.lon));
	show(rq, st, f, 200);
}

/* ---- saving ---- */

static void refused(struct http_request *rq, struct staff *st,
		    const struct booking_edited *r, void *data)
{
	struct site_form *f = data;

	setting_blame_edit(rq, &f->form, r, 0);
	show(rq, st, f, 422);
}

static void save(struct http_request *rq, struct staff *st, struct site_form *f)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const char *name = setting_value(&f->form, "nom");
	struct booking_edit e = {.kind = RDVD_DEF_SITE};
	struct staff_change c = {
		.right = RIGHT(SITE, CHANGE),
		.edits = &e,
		.nedits = 1,
		.refused = refused,
		.data = f,
	};
	json_t *o;

	if (f->site == TERRITORY_NONE) {
		e.slug = setting_slug(rq, t, RDVD_DEF_SITE, name);
		e.fresh = 1;
		o = json_object();
		c.title = page_text(rq, tr(l, "Ajouter %s"), name);
		c.said = page_text(rq, tr(l, "%s est ajouté."), name);
		c.done = LIST_PATH "?nouveau=oui";
	} else {
		e.slug = t->sites[f->site].slug;
		o = booking_definition(st->web.booking, RDVD_DEF_SITE, e.slug);
		c.title = page_text(rq, tr(l, "Changer %s"), name);
		c.said = page_text(rq,
				   tr(l, "%s est enregistré. La page publique le montre "
					 "déjà."),
				   name);
		c.done = LIST_PATH;
	}
	setting_site_store(st, f, o);
	e.body = o;
	staff_change(rq, &c);
	json_decref(o);
}

static void sent(struct http_request *rq, struct staff *st, struct site_form *f)
{
	const char *action = http_request_field(rq, "action");
	struct geo_point pin;
	bool only_looking;

	setting_site_read(rq, st, f);
	only_looking = action && strcmp(action, "placer") == 0;
	if (setting_site_point(f, &pin) == 0 && setting_pin_move(rq, &pin)) {
		setting_put(&f->form, "lat", page_text(rq, "%.5f", pin.lat));
		setting_put(&f->form, "lon", page_text(rq, "%.5f", pin.lon));
		only_looking = true;
	}
	if (only_looking) {
		/* what is still missing will be said when it is saved */
		for (size_t i = 0; i < f->form.n; i++)
			if (!*f->form.values[i] &&
			    strcmp(f->form.fields[i].name, "commune"))
				f->form.errors[i] = NULL;
		show(rq, st, f, setting_wrong(&f->form) ? 422 : 200);
		return;
	}
	if (f->organisation == TERRITORY_NONE)
		setting_blame(&f->form, NULL,
			      tr(http_request_lang(rq), "Choisissez la structure."));
	if (setting_site_point(f, &pin) < 0)
		setting_blame(&f->form, "lat",
			      tr(http_request_lang(rq),
				 "Placez ce lieu sur la carte, ou écrivez ses degrés."));
	if (setting_wrong(&f->form))
		show(rq, st, f, 422);
	else
		save(rq, st, f);
}

static void create(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);

	sent(rq, st, form_new(rq, st, TERRITORY_NONE));
}

static void change(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	int i = site_of(rq, st);

	if (i != TERRITORY_NONE)
		sent(rq, st, form_new(rq, st, i));
}

/* ---- the end of a site ---- */

static void not_closed(struct http_request *rq, struct staff *st,
		       const struct booking_edited *r, void *data)
{
	const int *site = data;
	struct site_form *f = form_new(rq, st, *site);
	json_t *o =
		booking_definition(st->web.booking, RDVD_DEF_SITE,
				   booking_territory(st->web.booking)->sites[*site].slug);

	setting_form_load(rq, &f->form, o);
	json_decref(o);
	setting_blame_edit(rq, &f->form, r, -1);
	show(rq, st, f, 422);
}

static void close_for_good(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	int *site = http_request_alloc(rq, sizeof(*site));
	struct booking_edit e = {.kind = RDVD_DEF_SITE};
	struct staff_change c = {
		.right = RIGHT(SITE, CHANGE),
		.edits = &e,
		.nedits = 1,
		.done = LIST_PATH,
		.refused = not_closed,
		.data = site,
	};

	*site = site_of(rq, st);
	if (*site == TERRITORY_NONE)
		return;
	/* its permanences and closures go with it */
	e.slug = t->sites[*site].slug;
	c.title = page_text(rq, tr(l, "Fermer %s"), t->sites[*site].name);
	c.said = page_text(rq, tr(l, "%s est fermé."), t->sites[*site].name);
	staff_change(rq, &c);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = LIST_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SITE, SEE),
	 .handle = list},
	{.method = HTTP_GET,
	 .pattern = LIST_PATH "/nouveau",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SITE, CHANGE),
	 .handle = fresh},
	{.method = HTTP_POST,
	 .pattern = LIST_PATH "/nouveau",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SITE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = create},
	{.method = HTTP_GET,
	 .pattern = LIST_PATH "/{lieu}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SITE, CHANGE),
	 .handle = edit},
	{.method = HTTP_POST,
	 .pattern = LIST_PATH "/{lieu}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SITE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = change},
	{.method = HTTP_POST,
	 .pattern = LIST_PATH "/{lieu}/fermer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SITE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = close_for_good},
};

void setting_site_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
