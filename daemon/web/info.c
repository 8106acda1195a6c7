/* SPDX-License-Identifier: GPL-3.0-or-later */
/* info.c - the pages that the law asks for, filled from what is known of the organisation
 * (accessibility, legal mentions, personal data), and each organisation's colour. */
#include "config.h"

#include "base/mem.h"
#include "web/page.h"
#include "web/theme.h"

static void add_teams(struct http_request *rq, const struct territory *t,
		      struct info_view *v)
{
	size_t n = (size_t)t->live_organisations;
	struct link_view *links = http_request_alloc(rq, (n + 1) * sizeof(*links));

	for (size_t i = 0; i < n; i++) {
		const struct organisation *o = &t->organisations[i];

		links[i] = (struct link_view){.text = o->name};
		if (o->email && *o->email)
			links[i].url = page_text(rq, "mailto:%s", o->email);
	}
	v->teams = links;
	v->nteams = n > 1 ? n : 0;
}

static void fill(struct http_request *rq, const struct web *w, struct info_view *v,
		 const char *title)
{
	const struct organisation *o = page_organisation(w, TERRITORY_NONE);
	const struct web_options *opt = &w->options;

	page_layout(rq, w, &v->layout, title, o);
	page_team(rq, w, o, &v->team, &v->team_phone, &v->team_tel);
	v->team_email = o && o->email && *o->email ? o->email : NULL;
	v->publisher = opt->publisher ? opt->publisher : v->team;
	v->host = opt->host;
	v->version = PACKAGE_VERSION;
	v->data_contact = opt->data_contact ? opt->data_contact : v->team_email;
	v->retention = page_retention(rq, w);
	v->sms = opt->sms_enabled;
	v->alone = o != NULL;
	add_teams(rq, booking_territory(w->booking), v);
}

typedef void info_page(struct buf *, const struct lang *, const struct info_view *);

static void reply(struct http_request *rq, const char *title, info_page *page)
{
	struct info_view v = {0};
	struct buf out = BUF_INIT;

	fill(rq, http_request_context(rq), &v, title);
	page(&out, http_request_lang(rq), &v);
	http_cache(rq, "private, no-cache");
	http_reply_html(rq, 200, &out);
}

static void accessibility(struct http_request *rq)
{
	reply(rq, tr(http_request_lang(rq), "Déclaration d’accessibilité"),
	      page_accessibility);
}

static void legal(struct http_request *rq)
{
	reply(rq, tr(http_request_lang(rq), "Mentions légales"), page_legal);
}

static void privacy(struct http_request *rq)
{
	reply(rq, tr(http_request_lang(rq), "Données personnelles"), page_privacy);
}

/* /couleur/SLUG.css: the accent as a style sheet of a line or two, because pages carry no
 * style of their own. */
static void colour(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	const struct territory *t = booking_territory(w->booking);
	int i = territory_organisation(t, http_request_param(rq, "organisation"));
	struct buf out = BUF_INIT;

	if (i == TERRITORY_NONE) {
		http_fail(rq, 404, NULL);
		return;
	}
	/* a colour that is none leaves the preset: an empty sheet */
	theme_css(t->organisations[i].accent, &out);
	http_cache(rq, "public, max-age=3600");
	http_reply(rq, 200, "text/css; charset=utf-8", &out);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = "/accessibilite", .handle = accessibility},
	{.method = HTTP_GET, .pattern = "/mentions-legales", .handle = legal},
	{.method = HTTP_GET, .pattern = "/donnees-personnelles", .handle = privacy},
	{.method = HTTP_GET, .pattern = "/couleur/{organisation}.css", .handle = colour},
};

void info_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
