/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_texts.c - all texts of messages: whose they are is chosen on top, then each is
 * one link away, by kind, with a mark where the team wrote its own words. */
#include <string.h>

#include "base/mem.h"
#include "web/service_text.h"
#include "web/service_words.h"

/* ---- whose ---- */

static const char *asked(const struct http_request *rq, const char *name)
{
	const char *value = http_request_query(rq, name);

	return value ? value : "";
}

static int organisation_of(const struct territory *t, const struct viewer *who,
			   const char *slug)
{
	int i;

	if (!*slug)
		return who->admin ? TERRITORY_NONE : who->organisation;
	i = territory_organisation(t, slug);
	return i < t->live_organisations && (who->admin || i == who->organisation)
		       ? i
		       : TERRITORY_NONE;
}

int service_text_owner(const struct http_request *rq, const struct staff *st,
		       struct text_owner *out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *organisation = asked(rq, "structure"), *service = asked(rq, "type");
	struct viewer who;

	staff_viewer(rq, &who);
	*out = (struct text_owner){.service = TERRITORY_NONE};
	out->organisation = organisation_of(t, &who, organisation);
	if (*organisation && out->organisation == TERRITORY_NONE)
		return -1;
	if (*service) {
		out->service = territory_service(t, service);
		if (out->service == TERRITORY_NONE || out->service >= t->live_services)
			return -1;
		if (out->organisation == TERRITORY_NONE)
			out->organisation = t->services[out->service].organisation;
		else if (t->services[out->service].organisation != TERRITORY_NONE &&
			 t->services[out->service].organisation != out->organisation)
			return -1;
	}
	out->of = out->organisation;
	return staff_may(st, &who, RIGHT(TEXT, SEE), out->of) ? 0 : -1;
}

void service_text_place(const struct staff *st, const struct text_owner *o,
			const char *language, const char *name, struct text_place *out)
{
	const struct territory *t = booking_territory(st->web.booking);

	*out = (struct text_place){
		.language = language,
		.name = name,
		.organisation = o->organisation == TERRITORY_NONE
					? ""
					: t->organisations[o->organisation].slug,
		.service =
			o->service == TERRITORY_NONE ? "" : t->services[o->service].slug,
	};
}

const char *service_text_url(struct http_request *rq, const struct staff *st,
			     const struct text_owner *o, const char *path,
			     const char *language)
{
	struct text_place p;

	service_text_place(st, o, "", "", &p);
	return page_url(rq, path, "langue", language, "structure", p.organisation, "type",
			p.service, NULL);
}

/* ---- the list ---- */

static void add_form(struct http_request *rq, const struct staff *st,
		     const struct text_owner *o, const char *language,
		     const struct text_kind *k, struct service_text_form *out)
{
	const struct texts *texts = text_keep_texts(st->options.text_keep);
	struct text_place p;
	struct buf name = BUF_INIT;

	text_kind_name(k, &name);
	service_text_place(st, o, language, buf_str(&name), &p);
	*out = (struct service_text_form){
		.url = service_text_url(rq, st, o,
					page_text(rq, SERVICE_TEXTS_PATH "/%s/%s",
						  language, buf_str(&name)),
					NULL),
		.text = service_text_form_name(rq, k),
		.changed = text_is_kept(texts, &p),
	};
	buf_fini(&name);
}

enum { FORMS = 8 };

/* The forms of a stem that every language has (ordinal 0), or of one reminder. */
static size_t forms_of(struct http_request *rq, const struct staff *st,
		       const struct text_owner *o, const char *language,
		       enum text_stem stem, int ordinal, struct service_text_form *f)
{
	size_t n = 0;

	for (int i = 0; i < FORMS; i++) {
		struct text_kind k = {.stem = stem,
				      .email = i & 1,
				      .reply = i >> 1 & 1,
				      .discreet = i >> 2 & 1};

		if (!text_kind_is_whole(&k) || (ordinal && k.discreet))
			continue;
		k.ordinal = ordinal;
		add_form(rq, st, o, language, &k, &f[n++]);
	}
	return n;
}

static void fill_kind(struct http_request *rq, const struct staff *st,
		      const struct text_owner *o, const char *language,
		      enum text_stem stem, struct service_text_kind *k)
{
	struct service_text_form *f = http_request_alloc(rq, FORMS * sizeof(*f));
	struct service_text_form *numbered;

	k->nforms = forms_of(rq, st, o, language, stem, 0, f);
	k->forms = f;
	if (stem != TEXT_REMINDER)
		return;
	numbered = http_request_alloc(rq, FORMS * REMINDERS_MAX * sizeof(*numbered));
	for (int i = 1; i <= REMINDERS_MAX; i++)
		k->nnumbered +=
			forms_of(rq, st, o, language, stem, i, numbered + k->nnumbered);
	k->numbered = numbered;
}

static void fill_group(struct http_request *rq, const struct staff *st,
		       const struct text_owner *o, const char *language,
		       enum service_text_group_id id, struct service_text_group *g)
{
	const struct lang *l = http_request_lang(rq);
	struct service_text_kind *k = http_request_alloc(rq, TEXT_STEMS * sizeof(*k));
	struct service_text_form *singles =
		http_request_alloc(rq, TEXT_STEMS * sizeof(*singles));

	*g = (struct service_text_group){
		.title = service_text_group_title(l, id), .kinds = k, .singles = singles};
	for (int i = 0; i < TEXT_STEMS; i++) {
		enum text_stem stem = (enum text_stem)i;
		struct service_text_kind kind = {.title = service_text_title(l, stem),
						 .when = service_text_when(l, stem)};

		if (service_text_group_of(stem) != id)
			continue;
		fill_kind(rq, st, o, language, stem, &kind);
		if (kind.nforms == 1) {
			singles[g->nsingles] = kind.forms[0];
			singles[g->nsingles++].text = kind.title;
		} else {
			k[g->nkinds++] = kind;
		}
	}
}

static void show_owners(struct http_request *rq, const struct staff *st,
			const struct viewer *who, const struct text_owner *o,
			struct service_texts_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct option_view *owners = http_request_alloc(
		rq, ((size_t)t->live_organisations + 1) * sizeof(*owners));
	struct option_view *services = http_request_alloc(
		rq, ((size_t)t->live_services + 1) * sizeof(*services));

	if (who->admin) {
		owners[v->nowners++] = (struct option_view){
			.value = "",
			.text = tr(l, "Tout le réseau"),
			.selected = o->organisation == TERRITORY_NONE};
		for (int i = 0; i < t->live_organisations; i++)
			owners[v->nowners++] =
				(struct option_view){.value = t->organisations[i].slug,
						     .text = t->organisations[i].name,
						     .selected = i == o->organisation};
	}
	services[v->nservices++] =
		(struct option_view){.value = "",
				     .text = tr(l, "Tous les types de rendez-vous"),
				     .selected = o->service == TERRITORY_NONE};
	for (int i = 0; i < t->live_services; i++) {
		const struct service *s = &t->services[i];

		if (s->organisation != TERRITORY_NONE &&
		    o->organisation != TERRITORY_NONE &&
		    s->organisation != o->organisation)
			continue;
		services[v->nservices++] = (struct option_view){
			.value = s->slug,
			.text = bitext_get(&s->name, http_request_lang_code(rq)),
			.selected = i == o->service};
	}
	v->owners = owners;
	v->services = services;
}

static const char *language_title(const struct lang *l, const char *language)
{
	return strcmp(language, "en") == 0 ? tr(l, "En anglais") : tr(l, "En français");
}

static void show_languages(struct http_request *rq, const struct staff *st,
			   const struct text_owner *o, const char *language,
			   struct service_texts_view *v)
{
	struct link_view *links = http_request_alloc(rq, 8 * sizeof(*links));
	const char *name;

	for (size_t i = 0; i < 8 && (name = text_language_name(i)); i++)
		links[v->nlanguages_of++] = (struct link_view){
			.url = service_text_url(rq, st, o, SERVICE_TEXTS_PATH, name),
			.text = language_title(http_request_lang(rq), name),
			.current = strcmp(name, language) == 0};
	v->languages_of = links;
}

static void list(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct lang *l = http_request_lang(rq);
	const char *language = strcmp(asked(rq, "langue"), "en") == 0 ? "en" : "fr";
	struct service_texts_view v = {.language = language};
	struct service_text_group groups[SERVICE_TEXT_GROUPS];
	struct text_owner o;
	struct buf out = BUF_INIT;
	struct viewer who;

	if (service_text_owner(rq, st, &o) < 0) {
		http_fail(rq, 404, NULL);
		return;
	}
	staff_viewer(rq, &who);
	for (int i = 0; i < SERVICE_TEXT_GROUPS; i++)
		fill_group(rq, st, &o, language, (enum service_text_group_id)i,
			   &groups[i]);
	v.groups = groups;
	v.ngroups = SERVICE_TEXT_GROUPS;
	show_owners(rq, st, &who, &o, &v);
	show_languages(rq, st, &o, language, &v);
	staff_layout(rq, st, &v.layout, tr(l, "Textes des messages"), STAFF_SETTINGS);
	page_service_texts(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = SERVICE_TEXTS_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TEXT, SEE),
	 .handle = list},
};

void service_texts_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
