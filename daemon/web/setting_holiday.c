/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_holiday.c - the public holidays of the year to come, and those on which an
 * organisation, or one of its sites, is open all the same. */
#include <string.h>

#include "base/mem.h"
#include "web/setting_closure.h"
#include "web/staff_change.h"

#define HOLIDAYS_MAX 32
#define HOLIDAY_DAYS 366

/* The site of ?lieu= or the field of that name, of the organisation; TERRITORY_NONE: all
 * of the organisation. */
static int holiday_site(struct http_request *rq, const struct staff *st,
			const struct closing *c)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *slug = http_request_field(rq, "lieu");
	int i;

	if (!slug)
		slug = http_request_query(rq, "lieu");
	i = slug && *slug ? territory_site(t, slug) : TERRITORY_NONE;
	return i != TERRITORY_NONE && i < t->live_sites &&
			       t->sites[i].organisation == c->organisation
		       ? i
		       : TERRITORY_NONE;
}

/* The holidays of the year to come: those of the site, or of any of the organisation's.
 */
static size_t holidays_of(const struct territory *t, int organisation, int site,
			  civil_day today, civil_day *days, const char **names)
{
	size_t n = 0;

	for (civil_day d = today; d < today + HOLIDAY_DAYS && n < HOLIDAYS_MAX; d++) {
		const char *name = NULL;

		for (int i = 0; i < t->live_sites && !name; i++)
			if (t->sites[i].organisation == organisation &&
			    (site == TERRITORY_NONE || i == site))
				name = holiday_in(t->sites[i].holidays, d);
		if (!name)
			continue;
		days[n] = d;
		names[n++] = name;
	}
	return n;
}

static bool is_in(const civil_day *list, size_t n, civil_day day)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == day)
			return true;
	return false;
}

/* Whose holidays: all of the organisation's, or one site's. */
static void add_places(struct http_request *rq, const struct staff *st,
		       const struct closing *c, int chosen,
		       struct setting_closures_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_sites + 1) * sizeof(*o));
	size_t n = 0;

	o[n++] = (struct option_view){.value = "",
				      .text = t->organisations[c->organisation].name};
	for (int i = 0; i < t->live_sites; i++)
		if (t->sites[i].organisation == c->organisation)
			o[n++] = (struct option_view){
				.value = t->sites[i].slug,
				.text = page_text(rq, "%s, %s", t->sites[i].commune,
						  t->sites[i].name),
				.selected = i == chosen,
			};
	v->places = o;
	v->nplaces = n;
}

void setting_holidays_view(struct http_request *rq, const struct staff *st,
			   const struct closing *c, struct setting_closures_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct organisation *o = &t->organisations[c->organisation];
	int site = holiday_site(rq, st, c);
	civil_day days[HOLIDAYS_MAX];
	const char *names[HOLIDAYS_MAX];
	size_t n = holidays_of(t, c->organisation, site, staff_today(st), days, names);
	struct setting_period_row *rows = http_request_alloc(rq, (n + 1) * sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct setting_period_row){
			.value = staff_date(rq, days[i]),
			.name = names[i],
			.when = staff_day_words(rq, st, days[i], false),
			.done = site == TERRITORY_NONE
					? is_in(o->open_on, o->nopen_on, days[i])
					: is_in(t->sites[site].open_on,
						t->sites[site].nopen_on, days[i]),
		};
	v->holidays = rows;
	v->nholidays = n;
	add_places(rq, st, c, site, v);
	v->holiday_target = site == TERRITORY_NONE ? "" : t->sites[site].slug;
	v->target_name = site == TERRITORY_NONE ? o->name : t->sites[site].name;
}

/* ---- open all the same ---- */

/* The dates of the form, and those that it does not show. */
static json_t *open_dates(struct http_request *rq, const struct staff *st,
			  const struct closing *c, int site, const json_t *before)
{
	const struct territory *t = booking_territory(st->web.booking);
	civil_day days[HOLIDAYS_MAX], day;
	const char *names[HOLIDAYS_MAX], *name, *value;
	size_t n = holidays_of(t, c->organisation, site, staff_today(st), days, names), i;
	json_t *list = json_array(), *item;

	json_array_foreach(before, i, item)
	{
		value = json_string_value(item);
		if (value && civil_day_parse(value, &day) == 0 && !is_in(days, n, day))
			json_array_append(list, item);
	}
	for (i = 0; http_request_field_at(rq, i, &name, &value) == 0; i++)
		if (strcmp(name, "ouvert") == 0 && civil_day_parse(value, &day) == 0 &&
		    is_in(days, n, day))
			json_array_append_new(list, json_string(value));
	return list;
}

static void holidays(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct closing *c = setting_closing_new(rq, st);
	int site = holiday_site(rq, st, c);
	struct booking_edit e = {.kind = RDVD_DEF_ORGANISATION};
	struct staff_change change = {
		.right = RIGHT(CLOSURE, CHANGE),
		.edits = &e,
		.nedits = 1,
		.title = tr(l, "Changer les jours fériés"),
		.said = tr(l, "Les jours fériés sont enregistrés."),
		.refused = setting_closing_refused,
		.data = c,
	};
	json_t *o, *dates;

	if (c->organisation == TERRITORY_NONE) {
		http_fail(rq, 404, NULL);
		return;
	}
	e.slug = t->organisations[c->organisation].slug;
	if (site != TERRITORY_NONE) {
		e.kind = RDVD_DEF_SITE;
		e.slug = t->sites[site].slug;
	}
	o = booking_definition(st->web.booking, e.kind, e.slug);
	if (!o) {
		http_fail(rq, 404, NULL);
		return;
	}
	dates = open_dates(rq, st, c, site, json_object_get(o, "open_on"));
	if (json_array_size(dates) > 0)
		json_object_set(o, "open_on", dates);
	else
		json_object_del(o, "open_on");
	json_decref(dates);
	e.body = o;
	change.done = page_url(rq, setting_closing_back(rq, st, c), "lieu",
			       site == TERRITORY_NONE ? "" : e.slug, NULL);
	staff_change(rq, &change);
	json_decref(o);
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = SETTING_CLOSURES "/feries",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(CLOSURE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = holidays},
};

void setting_holiday_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
