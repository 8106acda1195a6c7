/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_page.c - the page of settings: one table of what there is to set, each entry
 * shown to whoever has its right, with one line that says what it holds now; and on top
 * the one thing to do first, when something is missing. */
#include <string.h>

#include "base/mem.h"
#include "web/setting_form.h"
#include "web/staff_change.h"

#define SOON_DAYS 60

/* What is counted for one viewer. */
struct counts {
	const struct staff *st;
	const struct viewer *v;
	struct http_request *rq;
	int sites, dry_sites; /* without a permanence within SOON_DAYS */
	int openings, services, public_services, closures, accounts;
};

static bool hers(const struct counts *c, int organisation)
{
	return c->v->admin ||
	       (organisation != TERRITORY_NONE && organisation == c->v->organisation);
}

/* ---- counting ---- */

struct open_sites {
	unsigned char *seen; /* one a site */
};

static int note_site(void *arg, const struct occurrence *o)
{
	struct open_sites *s = arg;

	if (!o->closed)
		s->seen[o->site] = 1;
	return 0;
}

static void count_sites(struct counts *c, const struct territory *t)
{
	struct open_sites open = {
		.seen = http_request_alloc(c->rq, (size_t)t->nsites + 1)};
	civil_day today = staff_today(c->st);

	memset(open.seen, 0, (size_t)t->nsites + 1);
	agenda_occurrences(booking_agenda(c->st->web.booking), today, today + SOON_DAYS,
			   TERRITORY_NONE, TERRITORY_NONE, note_site, &open);
	for (int i = 0; i < t->live_sites; i++) {
		if (!hers(c, t->sites[i].organisation))
			continue;
		c->sites++;
		c->dry_sites += !open.seen[i];
	}
}

static void count_rest(struct counts *c, const struct territory *t)
{
	const struct access_user *u;
	civil_day today = staff_today(c->st);

	for (int i = 0; i < t->nopenings; i++)
		c->openings += hers(c, t->sites[t->openings[i].site].organisation);
	for (int i = 0; i < t->live_services; i++) {
		int o = t->services[i].organisation;

		if (o != TERRITORY_NONE && !hers(c, o))
			continue;
		c->services++;
		c->public_services += t->services[i].public;
	}
	for (int i = 0; i < t->nclosures; i++) {
		const struct closure *k = &t->closures[i];
		int o = k->organisation != TERRITORY_NONE ? k->organisation
			: k->site != TERRITORY_NONE
				? t->sites[k->site].organisation
				: t->counsellors[k->counsellor].organisation;

		c->closures += k->to >= today && hers(c, o);
	}
	for (size_t i = 0; (u = access_user_at(c->st->access, i)); i++)
		c->accounts +=
			!u->disabled &&
			(c->v->admin || u->organisation == c->v->user->organisation);
}

/* ---- one line each ---- */

static const char *say_organisation(const struct counts *c)
{
	const struct territory *t = booking_territory(c->st->web.booking);
	const struct organisation *o = page_organisation(&c->st->web, c->v->organisation);

	if (!o)
		return page_text(c->rq,
				 trn(http_request_lang(c->rq), "%d structure",
				     "%d structures", t->live_organisations),
				 t->live_organisations);
	return *o->phone
		       ? page_text(c->rq, "%s, %s", o->name, page_phone(c->rq, o->phone))
		       : o->name;
}

static const char *say_sites(const struct counts *c)
{
	const struct lang *l = http_request_lang(c->rq);
	const char *all =
		page_text(c->rq, trn(l, "%d lieu", "%d lieux", c->sites), c->sites);

	if (c->sites == 0)
		return tr(l, "Aucun lieu pour l’instant.");
	if (c->dry_sites == 0)
		return all;
	return page_text(c->rq,
			 trn(l, "%1$s, %2$d sans permanence à venir",
			     "%1$s, %2$d sans permanence à venir", c->dry_sites),
			 all, c->dry_sites);
}

static const char *say_openings(const struct counts *c)
{
	const struct lang *l = http_request_lang(c->rq);

	return c->openings == 0
		       ? tr(l, "Aucune permanence pour l’instant.")
		       : page_text(c->rq,
				   trn(l, "%d permanence", "%d permanences", c->openings),
				   c->openings);
}

static const char *say_closures(const struct counts *c)
{
	const struct lang *l = http_request_lang(c->rq);

	return c->closures == 0
		       ? tr(l, "Aucune fermeture à venir, sauf les jours fériés.")
		       : page_text(c->rq,
				   trn(l, "%d fermeture en cours ou à venir",
				       "%d fermetures en cours ou à venir", c->closures),
				   c->closures);
}

static const char *say_services(const struct counts *c)
{
	const struct lang *l = http_request_lang(c->rq);

	return c->services == 0 ? tr(l, "Aucun type de rendez-vous pour l’instant.")
				: page_text(c->rq,
					    trn(l, "%1$d type, %2$d à prendre en ligne",
						"%1$d types, %2$d à prendre en ligne",
						c->services),
					    c->services, c->public_services);
}

static const char *say_texts(const struct counts *c)
{
	return tr(http_request_lang(c->rq),
		  "Ce que disent les SMS et les e-mails, avec un aperçu.");
}

static const char *say_accounts(const struct counts *c)
{
	return page_text(
		c->rq,
		trn(http_request_lang(c->rq), "%d compte", "%d comptes", c->accounts),
		c->accounts);
}

static const char *say_programs(const struct counts *c)
{
	return tr(http_request_lang(c->rq),
		  "Les autres programmes qui lisent ou prennent des rendez-vous ici.");
}

static const char *say_territory(const struct counts *c)
{
	return tr(http_request_lang(c->rq),
		  "Tout en un fichier\u00a0: à garder, à relire, à importer.");
}

static const char *say_gateways(const struct counts *c)
{
	return tr(http_request_lang(c->rq),
		  "Par où partent les SMS et les e-mails, et s’ils arrivent.");
}

static const struct entry {
	const char *path, *title;
	unsigned right;
	const char *(*say)(const struct counts *c);
} entries[] = {
	{"/equipe/reglages/structure", N_("Structure"), RIGHT(ORGANISATION, SEE),
	 say_organisation},
	{"/equipe/reglages/lieux", N_("Lieux"), RIGHT(SITE, SEE), say_sites},
	{"/equipe/reglages/permanences", N_("Permanences"), RIGHT(OPENING, SEE),
	 say_openings},
	{"/equipe/reglages/fermetures", N_("Fermetures"), RIGHT(CLOSURE, SEE),
	 say_closures},
	{"/equipe/reglages/types", N_("Types de rendez-vous"), RIGHT(SERVICE, SEE),
	 say_services},
	{"/equipe/reglages/textes", N_("Textes des messages"), RIGHT(TEXT, SEE),
	 say_texts},
	{"/equipe/reglages/comptes", N_("Comptes et accès"), RIGHT(ACCOUNT, SEE),
	 say_accounts},
	{"/equipe/reglages/programmes", N_("Programmes"), RIGHT(TOKEN, SEE),
	 say_programs},
	{"/equipe/reglages/territoire", N_("Territoire"), RIGHT(TERRITORY, SEE),
	 say_territory},
	{"/equipe/passerelles", N_("Passerelles"), RIGHT(GATEWAY, SEE), say_gateways},
};

/* The one thing to do first. */
static void say_first(const struct counts *c, struct setting_page_view *v)
{
	const struct lang *l = http_request_lang(c->rq);
	const struct territory *t = booking_territory(c->st->web.booking);

	if (t->live_organisations == 0) {
		if (!rights_has(c->v->user, RIGHT(NETWORK, CHANGE)))
			return;
		v->first = tr(l, "Rien n’est encore ouvert. Quatre questions, et votre "
				 "page est en ligne.");
		v->first_url = "/equipe/premiers-pas";
		v->first_action = tr(l, "Commencer");
	} else if (c->sites == 0 && rights_has(c->v->user, RIGHT(SITE, CHANGE))) {
		v->first = tr(l, "Il manque un lieu où recevoir.");
		v->first_url = "/equipe/reglages/lieux/nouveau";
		v->first_action = tr(l, "Ajouter un lieu");
	} else if (c->services == 0 && rights_has(c->v->user, RIGHT(SERVICE, CHANGE))) {
		v->first = tr(l, "Il manque un type de rendez-vous.");
		v->first_url = "/equipe/reglages/types";
		v->first_action = tr(l, "Ajouter un type de rendez-vous");
	} else if (c->openings == 0 && rights_has(c->v->user, RIGHT(OPENING, CHANGE))) {
		v->first = tr(l, "Il manque une permanence\u00a0: sans elle, personne ne "
				 "peut prendre rendez-vous.");
		v->first_url = "/equipe/reglages/permanences";
		v->first_action = tr(l, "Ajouter une permanence");
	}
}

static void show(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct lang *l = http_request_lang(rq);
	struct setting_tile *tiles =
		http_request_alloc(rq, ARRAY_SIZE(entries) * sizeof(*tiles));
	struct setting_page_view v = {.tiles = tiles};
	struct viewer who;
	struct counts c = {.st = st, .v = &who, .rq = rq};
	struct buf out = BUF_INIT;

	staff_viewer(rq, &who);
	count_sites(&c, booking_territory(st->web.booking));
	count_rest(&c, booking_territory(st->web.booking));
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		if (rights_has(who.user, entries[i].right))
			tiles[v.ntiles++] = (struct setting_tile){
				.url = entries[i].path,
				.title = tr(l, entries[i].title),
				.text = entries[i].say(&c),
			};
	say_first(&c, &v);
	staff_change_said(rq, st, &v.said);
	staff_layout(rq, st, &v.layout, tr(l, "Réglages"), STAFF_SETTINGS);
	page_setting_page(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/reglages",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ORGANISATION, SEE),
	 .handle = show},
};

void setting_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
	setting_organisation_routes(st);
	setting_site_routes(st);
	setting_map_routes(st);
	setting_closure_routes(st);
	setting_holiday_routes(st);
	setting_first_routes(st);
}
