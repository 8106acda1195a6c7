/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_organisation.c - the organisation's own page; for the network's administrators
 * the others, a new one, the end of one, and the network itself. */
#include <string.h>

#include "base/mem.h"
#include "web/setting_organisation.h"
#include "web/staff_change.h"
#include "web/theme.h"

#define PATH "/equipe/reglages/structure"
#define NETWORK_PATH "/equipe/reglages/reseau"

static const struct setting_field network_fields[] = {
	{.name = "nom",
	 .label = N_("Nom du réseau"),
	 .path = "name",
	 .missing = N_("Donnez un nom au réseau.")},
	{.name = "fuseau",
	 .label = N_("Heure locale de"),
	 .path = "timezone",
	 .kind = SETTING_CHOICE,
	 .choices = setting_zones + 1},
	{.name = "feries",
	 .label = N_("Jours fériés"),
	 .hint = N_("Fermés partout, sauf où un lieu dit autre chose."),
	 .path = "holidays",
	 .kind = SETTING_CHOICE,
	 .choices = setting_holidays + 1},
};

/* What the page is about; memory of the request's. */
struct about {
	struct setting_form form;
	int organisation; /* TERRITORY_NONE: none is chosen, a new one, or the network */
	bool fresh, network;
};

static struct about *about_new(struct http_request *rq, const struct staff *st)
{
	struct about *a = http_request_alloc(rq, sizeof(*a));
	struct viewer who;

	staff_viewer(rq, &who);
	memset(a, 0, sizeof(*a));
	setting_form_init(&a->form, setting_organisation_fields,
			  setting_organisation_nfields);
	a->organisation = setting_organisation(rq, st, &who);
	return a;
}

/* ---- the page ---- */

static void show_colour(struct http_request *rq, const struct setting_form *f,
			struct setting_colour_view *v)
{
	const struct lang *l = http_request_lang(rq);
	const char *chosen = setting_value(f, "couleur");
	unsigned day, night;

	if (theme_colours(chosen, &day, &night) < 0)
		return;
	v->day = page_text(rq, "#%06x", day);
	v->night = page_text(rq, "#%06x", night);
	v->text = page_text(
		rq,
		strcasecmp(v->day, chosen) == 0
			? tr(l, "Votre couleur le jour (%1$.1f\u00a0: assez "
				"contrastée) et la nuit (%2$.1f).")
			: tr(l, "Votre couleur est trop claire pour du texte\u00a0: "
				"assombrie le jour (contraste %1$.1f), "
				"éclaircie la nuit (%2$.1f)."),
		theme_contrast(day, 0xffffff), theme_contrast(night, 0x121716));
}

static void show_others(struct http_request *rq, const struct staff *st,
			const struct about *a, struct setting_organisation_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct setting_row *rows = http_request_alloc(
		rq, ((size_t)t->live_organisations + 1) * sizeof(*rows));
	size_t n = 0;

	for (int i = 0; i < t->live_organisations; i++) {
		int sites = 0;

		for (int s = 0; s < t->live_sites; s++)
			sites += t->sites[s].organisation == i;
		if (i != a->organisation)
			rows[n++] = (struct setting_row){
				.url = page_url(rq, PATH, "structure",
						t->organisations[i].slug, NULL),
				.name = t->organisations[i].name,
				.text = page_text(rq,
						  trn(http_request_lang(rq), "%d lieu",
						      "%d lieux", sites),
						  sites),
			};
	}
	v->others = rows;
	v->nothers = n;
}

static void add_heading(struct http_request *rq, const struct staff *st,
			const struct about *a, struct setting_organisation_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);

	v->action = PATH;
	v->slug = "";
	if (a->network) {
		v->heading = tr(l, "Le réseau");
		v->action = NETWORK_PATH;
	} else if (a->fresh) {
		v->heading = tr(l, "Ajouter une structure");
		v->action = PATH "/nouvelle";
	} else if (a->organisation == TERRITORY_NONE) {
		v->heading = tr(l, "Structures");
	} else {
		v->heading = t->organisations[a->organisation].name;
		v->slug = t->organisations[a->organisation].slug;
	}
}

static void show(struct http_request *rq, struct staff *st, const struct about *a,
		 int status)
{
	struct setting_organisation_view v = {0};
	struct buf out = BUF_INIT;
	struct viewer who;
	bool one = a->organisation != TERRITORY_NONE;

	staff_viewer(rq, &who);
	add_heading(rq, st, a, &v);
	if (one || a->fresh || a->network)
		setting_form_view(rq, &a->form, &v.form);
	v.read_only =
		one && !staff_may(st, &who, RIGHT(ORGANISATION, CHANGE), a->organisation);
	if (!a->network)
		show_colour(rq, &a->form, &v.colour);
	if (!a->fresh && !a->network && rights_has(who.user, RIGHT(NETWORK, CHANGE))) {
		show_others(rq, st, a, &v);
		v.new_url = PATH "/nouvelle";
		v.network_url = NETWORK_PATH;
		if (one && booking_territory(st->web.booking)->live_organisations > 1)
			v.close_action = PATH "/fermer";
	}
	if (http_request_method(rq) == HTTP_GET)
		staff_change_said(rq, st, &v.said);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_SETTINGS);
	v.csrf = v.layout.csrf;
	page_setting_organisation(&out, http_request_lang(rq), &v);
	http_reply_html(rq, status, &out);
}

static void see(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct about *a = about_new(rq, st);
	struct viewer who;
	json_t *o;

	staff_viewer(rq, &who);
	if (a->organisation == TERRITORY_NONE) {
		if (http_request_query(rq, "structure") || !who.admin)
			http_fail(rq, 404, NULL);
		else if (t->live_organisations == 0)
			http_redirect(rq, 303, "/equipe/premiers-pas");
		else
			show(rq, st, a, 200);
		return;
	}
	o = booking_definition(st->web.booking, RDVD_DEF_ORGANISATION,
			       t->organisations[a->organisation].slug);
	setting_organisation_load(rq, st, &a->form, o);
	json_decref(o);
	show(rq, st, a, 200);
}

static void fresh(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct about *a = about_new(rq, st);

	a->organisation = TERRITORY_NONE;
	a->fresh = true;
	setting_organisation_load(rq, st, &a->form, NULL);
	show(rq, st, a, 200);
}

/* ---- saving ---- */

static void refused(struct http_request *rq, struct staff *st,
		    const struct booking_edited *r, void *data)
{
	struct about *a = data;

	setting_blame_edit(rq, &a->form, r, 0);
	show(rq, st, a, 422);
}

static void save(struct http_request *rq, struct about *a, struct booking_edit *e,
		 json_t *o, const char *done)
{
	const char *name = setting_value(&a->form, "nom");
	const struct staff_change c = {
		.right = a->network || a->fresh ? RIGHT(NETWORK, CHANGE)
						: RIGHT(ORGANISATION, CHANGE),
		.edits = e,
		.nedits = 1,
		.title = page_text(rq, tr(http_request_lang(rq), "Changer %s"), name),
		.said = page_text(rq, tr(http_request_lang(rq), "%s est enregistré."),
				  name),
		.done = done,
		.refused = refused,
		.data = a,
	};

	e->body = o;
	staff_change(rq, &c);
	json_decref(o);
}

static void change(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct about *a = about_new(rq, st);
	struct booking_edit e = {.kind = RDVD_DEF_ORGANISATION};
	struct viewer who;
	json_t *o;

	staff_viewer(rq, &who);
	if (a->organisation == TERRITORY_NONE ||
	    !staff_may(st, &who, RIGHT(ORGANISATION, CHANGE), a->organisation)) {
		http_fail(rq, 404, NULL);
		return;
	}
	setting_organisation_read(rq, st, &a->form);
	if (setting_wrong(&a->form)) {
		show(rq, st, a, 422);
		return;
	}
	e.slug = t->organisations[a->organisation].slug;
	o = booking_definition(st->web.booking, e.kind, e.slug);
	setting_organisation_store(rq, st, &a->form, o);
	save(rq, a, &e, o,
	     t->live_organisations > 1 ? page_url(rq, PATH, "structure", e.slug, NULL)
				       : PATH);
}

static void create(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct about *a = about_new(rq, st);
	struct booking_edit e = {.kind = RDVD_DEF_ORGANISATION, .fresh = 1};
	json_t *o;

	a->organisation = TERRITORY_NONE;
	a->fresh = true;
	setting_organisation_read(rq, st, &a->form);
	if (setting_wrong(&a->form)) {
		show(rq, st, a, 422);
		return;
	}
	e.slug = setting_slug(rq, booking_territory(st->web.booking), e.kind,
			      setting_value(&a->form, "nom"));
	o = json_object();
	setting_organisation_store(rq, st, &a->form, o);
	save(rq, a, &e, o, PATH);
}

static void close_for_good(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct about *a = about_new(rq, st);
	struct booking_edit e = {.kind = RDVD_DEF_ORGANISATION};
	struct staff_change c = {
		.right = RIGHT(NETWORK, CHANGE),
		.edits = &e,
		.nedits = 1,
		.done = PATH,
		.refused = refused,
		.data = a,
	};
	json_t *o;

	if (a->organisation == TERRITORY_NONE) {
		http_fail(rq, 404, NULL);
		return;
	}
	e.slug = t->organisations[a->organisation].slug;
	o = booking_definition(st->web.booking, e.kind, e.slug);
	setting_organisation_load(rq, st, &a->form, o);
	json_decref(o);
	c.title =
		page_text(rq, tr(l, "Fermer %s"), t->organisations[a->organisation].name);
	c.said = page_text(rq, tr(l, "%s est fermé."),
			   t->organisations[a->organisation].name);
	staff_change(rq, &c);
}

/* ---- the network ---- */

static struct about *network_new(struct http_request *rq)
{
	struct about *a = http_request_alloc(rq, sizeof(*a));

	memset(a, 0, sizeof(*a));
	setting_form_init(&a->form, network_fields, ARRAY_SIZE(network_fields));
	a->organisation = TERRITORY_NONE;
	a->network = true;
	return a;
}

static void network(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct about *a;
	json_t *o;

	if (!*t->id) {
		http_redirect(rq, 303, "/equipe/premiers-pas");
		return;
	}
	a = network_new(rq);
	o = booking_definition(st->web.booking, RDVD_DEF_NETWORK, t->id);
	setting_form_load(rq, &a->form, o);
	json_decref(o);
	if (!*setting_value(&a->form, "fuseau"))
		setting_put(&a->form, "fuseau", "Europe/Paris");
	if (!*setting_value(&a->form, "feries"))
		setting_put(&a->form, "feries", "FR");
	show(rq, st, a, 200);
}

static void network_change(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct about *a = network_new(rq);
	struct booking_edit e = {.kind = RDVD_DEF_NETWORK, .slug = t->id};
	json_t *o;

	setting_form_read(rq, &a->form);
	o = *t->id ? booking_definition(st->web.booking, e.kind, e.slug) : NULL;
	if (setting_wrong(&a->form) || !o) {
		json_decref(o);
		show(rq, st, a, 422);
		return;
	}
	setting_form_store(&a->form, o);
	save(rq, a, &e, o, NETWORK_PATH);
}

#define ROW(m, path, r, h)                                                               \
	{                                                                                \
		.method = HTTP_##m, .pattern = path, .access = ACCESS_STAFF, .right = r, \
		.handle = h                                                              \
	}
#define POSTED(path, r, h)                                                     \
	{                                                                      \
		.method = HTTP_POST, .pattern = path, .access = ACCESS_STAFF,  \
		.right = r, .csrf = CSRF_TOKEN, .body = BODY_FORM, .handle = h \
	}

static const struct http_route routes[] = {
	ROW(GET, PATH, RIGHT(ORGANISATION, SEE), see),
	POSTED(PATH, RIGHT(ORGANISATION, CHANGE), change),
	ROW(GET, PATH "/nouvelle", RIGHT(NETWORK, CHANGE), fresh),
	POSTED(PATH "/nouvelle", RIGHT(NETWORK, CHANGE), create),
	POSTED(PATH "/fermer", RIGHT(NETWORK, CHANGE), close_for_good),
	ROW(GET, NETWORK_PATH, RIGHT(NETWORK, CHANGE), network),
	POSTED(NETWORK_PATH, RIGHT(NETWORK, CHANGE), network_change),
};

void setting_organisation_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
