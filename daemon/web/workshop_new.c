/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workshop_new.c - a workshop that takes place once, in one form: of which kind, where,
 * which day, with whom. It becomes an opening of that day; one that comes back is made
 * among the openings, and its kind among the kinds of appointment. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/opening_room.h"
#include "web/workshop_room.h"

#define LIST_PATH "/equipe/ateliers"

/* What was typed; strings are the request's. */
struct making {
	const char *service, *site, *day, *from, *to, *person;
	struct opening_problems problems;
};

/* The kinds that this viewer may give a date to. */
static bool is_hers(const struct staff *st, const struct viewer *v, int service)
{
	const struct service *s = &booking_territory(st->web.booking)->services[service];

	return s->capacity > 0 &&
	       (s->organisation == TERRITORY_NONE ||
		staff_may(st, v, RIGHT(OPENING, CHANGE), s->organisation));
}

static int service_of(const struct staff *st, const struct viewer *v, const char *slug)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = slug && *slug ? territory_service(t, slug) : TERRITORY_NONE;

	return i == TERRITORY_NONE || i >= t->live_services || !is_hers(st, v, i)
		       ? TERRITORY_NONE
		       : i;
}

static size_t service_options(struct http_request *rq, const struct staff *st,
			      const struct viewer *v, int chosen,
			      const struct option_view **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_services + 1) * sizeof(*o));
	size_t n = 0;

	for (int i = 0; i < t->live_services; i++)
		if (is_hers(st, v, i))
			o[n++] = (struct option_view){
				.value = t->services[i].slug,
				.text = bitext_get(&t->services[i].name,
						   http_request_lang_code(rq)),
				.selected = i == chosen,
			};
	*out = o;
	return n;
}

/* Each mistake beside its field too. */
static void say_errors(const struct making *m, struct workshop_new_view *v)
{
	const struct {
		const char *name;
		struct input_view *input;
	} fields[] = {{"type", &v->kind},  {"lieu", &v->site}, {"jour", &v->day},
		      {"qui", &v->person}, {"de", &v->from},   {"a", &v->to}};

	for (size_t i = 0; i < m->problems.n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(fields); k++)
			if (strcmp(m->problems.items[i].field, fields[k].name) == 0)
				fields[k].input->error = m->problems.items[i].message;
}

static void reply_form(struct http_request *rq, const struct staff *st,
		       const struct making *m)
{
	const struct lang *l = http_request_lang(rq);
	struct workshop_new_view v = {
		.day.value = m->day ? m->day : "",
		.from.value = m->from ? m->from : "",
		.to.value = m->to ? m->to : "",
		.problems = m->problems.items,
		.nproblems = m->problems.n,
	};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	v.heading = tr(l, "Nouvel atelier");
	v.back_url = LIST_PATH;
	v.action = LIST_PATH "/nouveau";
	v.csrf = http_request_csrf(rq);
	v.repeat_url = OPENING_PATH "/nouvelle";
	if (staff_may(st, &who, RIGHT(SERVICE, CHANGE), who.organisation))
		v.kind_url = "/equipe/reglages/types/nouveau";
	v.nservices = service_options(rq, st, &who, service_of(st, &who, m->service),
				      &v.services);
	v.nsites = staff_site_options(rq, st, &who, staff_site(st, &who, m->site), NULL,
				      &v.sites);
	v.npeople = staff_counsellor_options(
		rq, st, &who,
		m->person ? staff_counsellor(st, &who, m->person) : who.counsellor, NULL,
		&v.people);
	say_errors(m, &v);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_WORKSHOPS);
	page_workshop_new(&out, l, &v);
	http_reply_html(rq, v.nproblems ? 422 : 200, &out);
}

static void get_new(struct http_request *rq)
{
	struct making m = {.service = http_request_query(rq, "type")};

	reply_form(rq, http_request_context(rq), &m);
}

/* ---- keeping ---- */

/* The opening as a territory file has it, or NULL with problems. */
static json_t *read_opening(struct http_request *rq, const struct staff *st,
			    struct making *m)
{
	const struct lang *l = http_request_lang(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct opening_problems *p = &m->problems;
	char start[17], end[17];
	struct viewer who;
	int service, site, person, from, to;
	civil_day day = CIVIL_DAY_NONE;

	staff_viewer(rq, &who);
	service = service_of(st, &who, m->service);
	site = staff_site(st, &who, m->site);
	person = staff_counsellor(st, &who, m->person);
	if (service == TERRITORY_NONE)
		opening_problem(p, "type", tr(l, "Choisissez un atelier."));
	if (site == TERRITORY_NONE ||
	    !staff_may(st, &who, RIGHT(OPENING, CHANGE), t->sites[site].organisation))
		opening_problem(p, "lieu", tr(l, "Choisissez un lieu."));
	if (!m->day || civil_day_parse(m->day, &day) != 0)
		opening_problem(p, "jour", tr(l, "Choisissez un jour."));
	else if (day < staff_today(st))
		opening_problem(p, "jour", tr(l, "Ce jour est passé."));
	if (staff_hour_parse(m->from, &from) != 0 || staff_hour_parse(m->to, &to) != 0 ||
	    from % 5 || to % 5 || (to <= from && to != 0))
		opening_problem(p, "de",
				tr(l, "Écrivez un début et une fin, de cinq en cinq "
				      "minutes\u00a0: la fin vient après le début."));
	else if (service != TERRITORY_NONE &&
		 (to ? to : 24 * 60) - from < t->services[service].minutes)
		opening_problem(
			p, "a",
			page_text(rq,
				  tr(l, "Cet atelier dure %s\u00a0: finissez plus tard."),
				  page_duration(rq, t->services[service].minutes)));
	if (person == TERRITORY_NONE)
		opening_problem(p, "qui", tr(l, "Choisissez qui l’anime."));
	if (p->n)
		return NULL;
	civil_time_format(civil_time_from(day, from), start);
	civil_time_format(civil_time_from(day, to ? to : 24 * 60), end);
	return json_pack("{s:s, s:s, s:[s], s:s, s:s}", "site", t->sites[site].slug,
			 "counsellor", t->counsellors[person].slug, "services",
			 t->services[service].slug, "start", start, "end", end);
}

static const char *field_of(const char *path)
{
	static const struct {
		const char *path, *field;
	} fields[] = {
		{"site", "lieu"}, {"counsellor", "qui"}, {"services", "type"},
		{"end", "a"},	  {"start", "de"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (strncmp(path, fields[i].path, strlen(fields[i].path)) == 0)
			return fields[i].field;
	return "jour";
}

static void refused(struct http_request *rq, struct staff *st,
		    const struct booking_edited *r, void *data)
{
	struct making *m = data;

	for (size_t i = 0; i < r->nerrors; i++)
		opening_problem(&m->problems, field_of(r->errors[i].path),
				http_request_strdup(rq, r->errors[i].message));
	if (!r->nerrors)
		opening_problem(&m->problems, "jour",
				tr(http_request_lang(rq),
				   "Ce n’est pas enregistré. Attendez quelques secondes "
				   "et recommencez."));
	reply_form(rq, st, m);
}

static const char *typed(struct http_request *rq, const char *name)
{
	const char *s = http_request_field(rq, name);

	return http_request_strdup(rq, s ? s : "");
}

static void post_new(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct lang *l = http_request_lang(rq);
	struct making *m = http_request_alloc(rq, sizeof(*m));
	json_t *body;

	*m = (struct making){
		.service = typed(rq, "type"),
		.site = typed(rq, "lieu"),
		.day = typed(rq, "jour"),
		.from = typed(rq, "de"),
		.to = typed(rq, "a"),
		.person = typed(rq, "qui"),
	};
	body = read_opening(rq, st, m);
	if (!body) {
		reply_form(rq, st, m);
		return;
	}
	const struct booking_edit edit = {
		.kind = RDVD_DEF_OPENING, .body = body, .fresh = 1};
	const struct staff_change c = {
		.right = RIGHT(OPENING, CHANGE),
		.edits = &edit,
		.nedits = 1,
		.title = tr(l, "Nouvel atelier"),
		.done = LIST_PATH,
		.said = tr(l, "L’atelier est créé."),
		.refused = refused,
		.data = m,
	};

	staff_change(rq, &c);
	json_decref(body);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = LIST_PATH "/nouveau",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, CHANGE),
	 .handle = get_new},
	{.method = HTTP_POST,
	 .pattern = LIST_PATH "/nouveau",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(OPENING, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = post_new},
};

void workshop_new_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
