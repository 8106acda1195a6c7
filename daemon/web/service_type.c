/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_type.c - the pages of kinds of appointment: their list with who may book them
 * and where, a new one, a copy, a change, the end of one. A change of one and of the
 * permanences that offer it is one edit. */
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "web/service_form.h"
#include "web/service_text.h"
#include "web/staff_change.h"

#define LIST_PATH "/equipe/reglages/types"
#define PLACES_SHOWN 3

/* ---- the list ---- */

static const char *say_who(const struct lang *l, const struct service *s)
{
	switch (s->bookable_by) {
	case BOOKABLE_PUBLIC: return tr(l, "en ligne");
	case BOOKABLE_PARTNER: return tr(l, "partenaires et équipe");
	case BOOKABLE_TEAM: return tr(l, "équipe seulement");
	}
	return "";
}

/* "Rouvroy, Carvin, et 3 autres lieux"; NULL: nothing offers it. */
static const char *say_where(struct http_request *rq, const struct staff *st,
			     const struct viewer *who, int service)
{
	const struct territory *t = booking_territory(st->web.booking);
	unsigned char *seen = http_request_alloc(rq, (size_t)t->nsites + 1);
	civil_day today = staff_today(st);
	struct buf b = BUF_INIT;
	const char *text;
	int n = 0;

	memset(seen, 0, (size_t)t->nsites + 1);
	for (int i = 0; i < t->nopenings; i++) {
		const struct opening *o = &t->openings[i];
		bool offers = false;

		for (size_t k = 0; k < o->nservices; k++)
			offers |= o->services[k] == service;
		if (!offers || seen[o->site] || !staff_may_see_site(st, who, o->site) ||
		    (o->until != CIVIL_DAY_NONE && o->until < today))
			continue;
		seen[o->site] = 1;
		if (n++ < PLACES_SHOWN)
			buf_addf(&b, "%s%s", b.len ? ", " : "", t->sites[o->site].name);
	}
	if (n > PLACES_SHOWN)
		buf_addf(&b,
			 trn(http_request_lang(rq), ", et %d autre lieu",
			     ", et %d autres lieux", n - PLACES_SHOWN),
			 n - PLACES_SHOWN);
	text = n ? http_request_strdup(rq, buf_str(&b)) : NULL;
	buf_fini(&b);
	return text;
}

static bool may_see(const struct viewer *who, const struct service *s)
{
	return who->admin || who->organisation == TERRITORY_NONE ||
	       s->organisation == TERRITORY_NONE || s->organisation == who->organisation;
}

static void add_row(struct http_request *rq, const struct staff *st,
		    const struct viewer *who, int i, struct service_row *row)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const struct service *s = &t->services[i];

	*row = (struct service_row){
		.name = bitext_get(&s->name, http_request_lang_code(rq)),
		.colour = *s->colour ? s->colour : NULL,
		.duration = page_duration(rq, s->minutes),
		.who = say_who(l, s),
		.where = say_where(rq, st, who, i),
		.owner = s->organisation == TERRITORY_NONE
				 ? tr(l, "toutes les structures")
				 : t->organisations[s->organisation].name,
	};
	row->dry = !row->where;
	if (s->capacity > 0)
		row->duration = page_text(
			rq,
			trn(l, "atelier, %d place", "atelier, %d places", s->capacity),
			s->capacity);
	if (staff_may(st, who, RIGHT(SERVICE, CHANGE), s->organisation))
		row->url = page_text(rq, LIST_PATH "/%s", s->slug);
	if (rights_has(who->user, RIGHT(SERVICE, CHANGE)))
		row->copy_url = page_url(rq, LIST_PATH "/nouveau", "de", s->slug, NULL);
}

static void list(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct service_row *rows =
		http_request_alloc(rq, ((size_t)t->live_services + 1) * sizeof(*rows));
	struct service_list_view v = {.rows = rows, .new_url = LIST_PATH "/nouveau"};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	for (int i = 0; i < t->live_services; i++)
		if (may_see(&who, &t->services[i]))
			add_row(rq, st, &who, i, &rows[v.nrows++]);
	v.may_change = rights_has(who.user, RIGHT(SERVICE, CHANGE));
	v.owners = t->live_organisations > 1;
	staff_change_said(rq, st, &v.said);
	staff_layout(rq, st, &v.layout, tr(l, "Types de rendez-vous"), STAFF_SETTINGS);
	page_service_list(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

/* ---- the form ---- */

/* Whose it will be, when there is a choice. */
static void organisations(struct http_request *rq, const struct staff *st,
			  const struct viewer *who, const struct service_form *f,
			  struct service_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_organisations + 1) * sizeof(*o));
	size_t n = 0;

	if (!who->admin || f->service != TERRITORY_NONE || t->live_organisations < 2)
		return;
	o[n++] = (struct option_view){
		.value = "*",
		.text = tr(http_request_lang(rq), "Toutes les structures"),
		.selected = f->shared,
	};
	for (int i = 0; i < t->live_organisations; i++)
		o[n++] = (struct option_view){
			.value = t->organisations[i].slug,
			.text = t->organisations[i].name,
			.selected = !f->shared && i == f->organisation,
		};
	v->organisations = o;
	v->norganisations = n;
}

/* What the public reads on the first page. */
static void show_card(struct http_request *rq, const struct service_form *f,
		      struct service_view *v)
{
	const char *card = setting_value(&f->form, "carte");
	int64_t minutes;

	v->card = *card ? card : setting_value(&f->form, "nom");
	if (parse_int(setting_value(&f->form, "duree"), 5, 1440, &minutes) == 0)
		v->card_note = page_duration(rq, (int)minutes);
	v->hidden_card = strcmp(setting_value(&f->form, "qui"), "public") != 0;
}

static void show(struct http_request *rq, struct staff *st, struct service_form *f,
		 int status)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct service_view v = {.problems = NULL};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	service_form_view(rq, st, f, &v);
	organisations(rq, st, &who, f, &v);
	show_card(rq, f, &v);
	if (f->service == TERRITORY_NONE) {
		v.heading = tr(l, "Ajouter un type de rendez-vous");
		v.action = LIST_PATH "/nouveau";
	} else {
		const struct service *s = &t->services[f->service];

		v.heading = bitext_get(&s->name, http_request_lang_code(rq));
		v.action = page_text(rq, LIST_PATH "/%s", s->slug);
		v.retire_action = page_text(rq, "%s/retirer", v.action);
	}
	if (http_request_method(rq) == HTTP_GET)
		staff_change_said(rq, st, &v.said);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_SETTINGS);
	v.csrf = v.layout.csrf;
	page_service_type(&out, l, &v);
	http_reply_html(rq, status, &out);
}

/* The living service of a slug that she may change; TERRITORY_NONE. */
static int find(const struct staff *st, const struct viewer *who, const char *slug,
		unsigned right)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = slug ? territory_service(t, slug) : TERRITORY_NONE;

	if (i == TERRITORY_NONE || i >= t->live_services)
		return TERRITORY_NONE;
	if (right == RIGHT(SERVICE, SEE))
		return may_see(who, &t->services[i]) ? i : TERRITORY_NONE;
	return staff_may(st, who, right, t->services[i].organisation) ? i
								      : TERRITORY_NONE;
}

/* Of the path; or 404 was answered. */
static int service_of(struct http_request *rq, const struct staff *st)
{
	struct viewer who;
	int i;

	staff_viewer(rq, &who);
	i = find(st, &who, http_request_param(rq, "type"), RIGHT(SERVICE, CHANGE));
	if (i == TERRITORY_NONE)
		http_fail(rq, 404, NULL);
	return i;
}

static void load(struct http_request *rq, const struct staff *st, struct service_form *f,
		 int from)
{
	json_t *o = booking_definition(
		st->web.booking, RDVD_DEF_SERVICE,
		booking_territory(st->web.booking)->services[from].slug);

	service_form_load(rq, st, f, o);
	json_decref(o);
}

static void fresh(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct service_form *f;
	struct viewer who;
	int from;

	if (t->live_organisations == 0) {
		http_redirect(rq, 303, "/equipe/premiers-pas");
		return;
	}
	staff_viewer(rq, &who);
	f = service_form_new(rq, st, TERRITORY_NONE);
	from = find(st, &who, http_request_query(rq, "de"), RIGHT(SERVICE, SEE));
	if (from != TERRITORY_NONE) {
		load(rq, st, f, from);
		setting_put(&f->form, "nom",
			    page_text(rq, tr(http_request_lang(rq), "%s (copie)"),
				      setting_value(&f->form, "nom")));
	}
	if (f->organisation == TERRITORY_NONE && who.admin)
		f->shared = true;
	show(rq, st, f, 200);
}

static void edit(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	int i = service_of(rq, st);
	struct service_form *f;

	if (i == TERRITORY_NONE)
		return;
	f = service_form_new(rq, st, i);
	load(rq, st, f, i);
	show(rq, st, f, 200);
}

/* ---- saving ---- */

/* Of the questions' errors the first words of the path say where. */
static void refused(struct http_request *rq, struct staff *st,
		    const struct booking_edited *r, void *data)
{
	struct service_form *f = data;

	setting_blame_edit(rq, &f->form, r, 0);
	show(rq, st, f, 422);
}

/* 1 when the opening's list says otherwise than the form, and *o is its new body. */
static int changed_opening(const struct staff *st, const struct service_form *f, int i,
			   const char *slug, json_t **o)
{
	const struct territory *t = booking_territory(st->web.booking);
	json_t *list, *item, *fresh;
	size_t k;
	int had = 0;

	for (k = 0; f->service != TERRITORY_NONE && k < t->openings[i].nservices; k++)
		had |= t->openings[i].services[k] == f->service;
	if (had == f->offers[i])
		return 0;
	*o = booking_definition(st->web.booking, RDVD_DEF_OPENING, t->openings[i].slug);
	list = json_object_get(*o, "services");
	fresh = json_array();
	if (json_is_string(list))
		json_array_append(fresh, list);
	json_array_foreach(list, k, item) json_array_append(fresh, item);
	for (k = json_array_size(fresh); had && k-- > 0;)
		if (strcmp(json_string_value(json_array_get(fresh, k)), slug) == 0)
			json_array_remove(fresh, k);
	if (!had)
		json_array_append_new(fresh, json_string(slug));
	json_object_set_new(*o, "services", fresh);
	return 1;
}

struct bodies {
	struct booking_edit *edits;
	size_t n;
};

/* The edits of the openings behind that of the service; 0, or -1: one would offer nothing
 * any more, which was blamed. */
static int add_openings(struct http_request *rq, const struct staff *st,
			struct service_form *f, const char *slug, struct bodies *b)
{
	const struct territory *t = booking_territory(st->web.booking);
	const int *found;
	size_t n = service_form_openings(rq, st, f, &found);

	for (size_t i = 0; i < n; i++) {
		json_t *o;

		if (!changed_opening(st, f, found[i], slug, &o))
			continue;
		b->edits[b->n++] =
			(struct booking_edit){.kind = RDVD_DEF_OPENING,
					      .slug = t->openings[found[i]].slug,
					      .body = o};
		if (json_array_size(json_object_get(o, "services")) > 0)
			continue;
		setting_blame(
			&f->form, NULL,
			page_text(rq,
				  tr(http_request_lang(rq),
				     "La permanence de %s n’offre que ce type de "
				     "rendez-vous. Donnez-lui d’abord un autre type, ou "
				     "supprimez-la."),
				  t->sites[t->openings[found[i]].site].name));
		return -1;
	}
	return 0;
}

static void save(struct http_request *rq, struct staff *st, struct service_form *f)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const char *name = setting_value(&f->form, "nom");
	struct bodies b = {.edits = http_request_alloc(rq, ((size_t)t->nopenings + 1) *
								   sizeof(*b.edits))};
	struct staff_change c = {
		.right = RIGHT(SERVICE, CHANGE),
		.edits = b.edits,
		.done = LIST_PATH,
		.refused = refused,
		.data = f,
	};
	struct booking_edit *e = &b.edits[b.n++];
	json_t *o;

	*e = (struct booking_edit){.kind = RDVD_DEF_SERVICE};
	if (f->service == TERRITORY_NONE) {
		e->slug = setting_slug(rq, t, RDVD_DEF_SERVICE, name);
		e->fresh = 1;
		o = json_object();
		c.title = page_text(rq, tr(l, "Ajouter «\u00a0%s\u00a0»"), name);
		c.said = page_text(rq, tr(l, "«\u00a0%s\u00a0» est ajouté."), name);
	} else {
		e->slug = t->services[f->service].slug;
		o = booking_definition(st->web.booking, RDVD_DEF_SERVICE, e->slug);
		c.title = page_text(rq, tr(l, "Changer «\u00a0%s\u00a0»"), name);
		c.said = page_text(rq, tr(l, "«\u00a0%s\u00a0» est enregistré."), name);
	}
	service_form_store(st, f, o);
	e->body = o;
	if (add_openings(rq, st, f, e->slug, &b) == 0) {
		c.nedits = b.n;
		staff_change(rq, &c);
	} else {
		show(rq, st, f, 422);
	}
	for (size_t i = 0; i < b.n; i++)
		json_decref((json_t *)b.edits[i].body);
}

static void sent(struct http_request *rq, struct staff *st, struct service_form *f)
{
	const char *action = http_request_field(rq, "action");
	struct viewer who;

	staff_viewer(rq, &who);
	service_form_read(rq, st, f);
	if (!f->shared && f->organisation == TERRITORY_NONE)
		setting_blame(&f->form, NULL,
			      tr(http_request_lang(rq), "Choisissez la structure."));
	if (!staff_may(st, &who, RIGHT(SERVICE, CHANGE),
		       f->shared ? TERRITORY_NONE : f->organisation)) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (service_form_wrong(f))
		show(rq, st, f, 422);
	else if (action && strcmp(action, "apercu") == 0)
		show(rq, st, f, 200);
	else
		save(rq, st, f);
}

static void create(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);

	sent(rq, st, service_form_new(rq, st, TERRITORY_NONE));
}

static void change(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	int i = service_of(rq, st);

	if (i != TERRITORY_NONE)
		sent(rq, st, service_form_new(rq, st, i));
}

/* ---- the end of one ---- */

static void not_retired(struct http_request *rq, struct staff *st,
			const struct booking_edited *r, void *data)
{
	const int *service = data;
	struct service_form *f = service_form_new(rq, st, *service);

	load(rq, st, f, *service);
	setting_blame_edit(rq, &f->form, r, -1);
	show(rq, st, f, 422);
}

/* Its openings stop offering it; those that offered nothing else end with it. */
static void retire(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	int *service = http_request_alloc(rq, sizeof(*service));
	struct booking_edit e = {.kind = RDVD_DEF_SERVICE};
	struct staff_change c = {
		.right = RIGHT(SERVICE, CHANGE),
		.edits = &e,
		.nedits = 1,
		.done = LIST_PATH,
		.refused = not_retired,
		.data = service,
	};
	const char *name;

	*service = service_of(rq, st);
	if (*service == TERRITORY_NONE)
		return;
	e.slug = t->services[*service].slug;
	name = bitext_get(&t->services[*service].name, http_request_lang_code(rq));
	c.title = page_text(rq, tr(l, "Retirer «\u00a0%s\u00a0»"), name);
	c.said = page_text(rq, tr(l, "«\u00a0%s\u00a0» est retiré."), name);
	staff_change(rq, &c);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = LIST_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SERVICE, SEE),
	 .handle = list},
	{.method = HTTP_GET,
	 .pattern = LIST_PATH "/nouveau",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SERVICE, CHANGE),
	 .handle = fresh},
	{.method = HTTP_POST,
	 .pattern = LIST_PATH "/nouveau",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SERVICE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = create},
	{.method = HTTP_GET,
	 .pattern = LIST_PATH "/{type}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SERVICE, CHANGE),
	 .handle = edit},
	{.method = HTTP_POST,
	 .pattern = LIST_PATH "/{type}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SERVICE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = change},
	{.method = HTTP_POST,
	 .pattern = LIST_PATH "/{type}/retirer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SERVICE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = retire},
};

void service_routes(struct staff *st)
{
	service_texts_routes(st);
	service_text_routes(st);
	service_answers_routes(st);
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
