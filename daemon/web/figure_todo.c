/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_todo.c - what needs a hand in an organisation today, in the order of urgency,
 * each with the button that does it; and how many times the public still finds. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "report/forecast.h"
#include "web/chart.h"
#include "web/figure_room.h"

#define EACH_MAX 12
#define WEEKS 26 /* of the chart */

/* ---- lines ---- */

struct say {
	struct http_request *rq;
	const struct staff *st;
	const struct lang *l;
	const struct territory *t;
	struct viewer who;
};

static const char *place(const struct say *s, int site)
{
	return site == TERRITORY_NONE
		       ? tr(s->l, "ailleurs")
		       : page_text(s->rq, "%s, %s", s->t->sites[site].commune,
				   s->t->sites[site].name);
}

static const char *moment(const struct say *s, int site, rdvd_time at)
{
	return page_when(s->rq, &s->st->web, zone_to_civil(staff_zone(s->st, site), at),
			 false);
}

static const char *service(const struct say *s, int i)
{
	return i == TERRITORY_NONE ? ""
				   : bitext_get(&s->t->services[i].name,
						http_request_lang_code(s->rq));
}

/* The button that adds hours somewhere, for those who may. */
static void add_opening(const struct say *s, struct figure_todo_line *v, int site)
{
	if (rights_has(s->who.user, RIGHT(OPENING, CHANGE))) {
		v->button = tr(s->l, "Ajouter une permanence");
		v->url = page_url(s->rq, "/equipe/reglages/permanences/nouvelle", "lieu",
				  site == TERRITORY_NONE ? "" : s->t->sites[site].slug,
				  NULL);
	} else {
		v->button = tr(s->l, "Voir les permanences");
		v->url = "/equipe/reglages/permanences";
	}
}

static void say_appointment(const struct say *s, const struct todo_item *i,
			    struct figure_todo_line *v, const char *button,
			    const char *path)
{
	v->text = i->text;
	v->soft = page_text(s->rq, tr(s->l, "%1$s, %2$s"), moment(s, i->site, i->at),
			    place(s, i->site));
	v->button = button;
	v->hidden = i->text;
	v->url = page_text(s->rq, "/equipe/rdv/%lld%s", (long long)i->id, path);
}

static void say_dry(const struct say *s, const struct todo_item *i,
		    struct figure_todo_line *v)
{
	const char *left =
		i->free_near ? page_text(s->rq,
					 trn(s->l, "%d horaire libre dans les 14 jours",
					     "%d horaires libres dans les 14 jours",
					     i->free_near),
					 i->free_near)
			     : tr(s->l, "aucun horaire libre dans les 14 jours");

	v->text = place(s, i->site);
	v->hidden = v->text;
	v->soft = i->wait_days < 0
			  ? page_text(s->rq,
				      tr(s->l, "«\u00a0%s\u00a0»\u00a0: plus aucun "
					       "horaire en ligne."),
				      service(s, i->service))
			  : page_text(s->rq,
				      trn(s->l,
					  "«\u00a0%1$s\u00a0»\u00a0: %2$s, le premier "
					  "dans %3$d jour.",
					  "«\u00a0%1$s\u00a0»\u00a0: %2$s, le premier "
					  "dans %3$d jours.",
					  i->wait_days),
				      service(s, i->service), left, i->wait_days);
	add_opening(s, v, i->site);
}

static void say_absence(const struct say *s, const struct todo_item *i,
			struct figure_todo_line *v)
{
	civil_day day = civil_time_day(zone_to_civil(s->t->zone, i->at));

	v->text = s->t->counsellors[i->counsellor].label;
	v->soft = page_text(s->rq,
			    trn(s->l, "Du %1$s au %2$s\u00a0: %3$zu rendez-vous pris.",
				"Du %1$s au %2$s\u00a0: %3$zu rendez-vous pris.",
				(long)i->count),
			    moment(s, TERRITORY_NONE, i->at),
			    moment(s, TERRITORY_NONE, i->until), i->count);
	v->button = tr(s->l, "Voir la semaine");
	v->hidden = v->text;
	v->url = page_url(s->rq, "/equipe/semaine", "jour", staff_date(s->rq, day),
			  "personne", s->t->counsellors[i->counsellor].slug, NULL);
}

static void say_end(const struct say *s, const struct todo_item *i,
		    struct figure_todo_line *v)
{
	v->text = place(s, i->site);
	v->hidden = v->text;
	v->soft = page_text(s->rq, tr(s->l, "La dernière permanence est le %s."),
			    staff_day_words(s->rq, s->st, i->day, false));
	if (rights_has(s->who.user, RIGHT(OPENING, CHANGE))) {
		v->button = tr(s->l, "La prolonger");
		v->url = page_text(s->rq, "/equipe/reglages/permanences/%s", i->text);
	} else {
		add_opening(s, v, i->site);
	}
}

static void say_counted(const struct say *s, const struct todo_item *i,
			struct figure_todo_line *v)
{
	if (i->kind == TODO_TEXT) {
		v->text = page_text(s->rq,
				    trn(s->l, "%zu SMS reçu attend une réponse.",
					"%zu SMS reçus attendent une réponse.",
					(long)i->count),
				    i->count);
		v->button = tr(s->l, "Les lire");
		v->url = "/equipe/sms";
	} else if (i->kind == TODO_MARK) {
		v->text = page_text(s->rq,
				    trn(s->l, "%zu rendez-vous à renseigner.",
					"%zu rendez-vous à renseigner.", (long)i->count),
				    i->count);
		v->soft = page_text(s->rq, tr(s->l, "Depuis %s."),
				    moment(s, TERRITORY_NONE, i->at));
		v->button = tr(s->l, "Renseigner");
		v->url = "/equipe/a-renseigner";
	} else {
		v->text = page_text(s->rq,
				    trn(s->l, "%zu place proposée attend une réponse.",
					"%zu places proposées attendent une réponse.",
					(long)i->count),
				    i->count);
		v->soft = page_text(s->rq, tr(s->l, "La première est gardée jusqu’à %s."),
				    moment(s, TERRITORY_NONE, i->at));
		v->button = tr(s->l, "Voir la liste d’attente");
		v->url = "/equipe/attente";
	}
}

static void say_line(const struct say *s, const struct todo_item *i,
		     struct figure_todo_line *v)
{
	switch (i->kind) {
	case TODO_VISIT:
		say_appointment(s, i, v, tr(s->l, "Ouvrir"), "");
		v->soft = page_text(s->rq, tr(s->l, "Retour prévu %s."),
				    moment(s, i->site, i->at));
		break;
	case TODO_NOTICE:
		v->text = http_request_strdup(s->rq, i->text);
		v->soft = staff_moment(s->rq, s->st, i->at);
		v->notice = page_text(s->rq, "%lld", (long long)i->id);
		break;
	case TODO_MESSAGE:
		say_appointment(s, i, v, tr(s->l, "Prévenir autrement"), "");
		break;
	case TODO_OUTSIDE:
		say_appointment(s, i, v, tr(s->l, "Déplacer"), "/deplacer");
		if (i->to_call)
			v->soft = page_text(s->rq, tr(s->l, "À appeler. %s"), v->soft);
		break;
	case TODO_ABSENCE: say_absence(s, i, v); break;
	case TODO_TEXT:
	case TODO_MARK:
	case TODO_OFFER: say_counted(s, i, v); break;
	case TODO_DRY: say_dry(s, i, v); break;
	case TODO_END: say_end(s, i, v); break;
	case TODO_UNOFFERED:
		v->text = service(s, i->service);
		v->hidden = v->text;
		v->soft = tr(s->l, "Aucune permanence ne le propose.");
		add_opening(s, v, TERRITORY_NONE);
		break;
	case TODO_KINDS: break;
	}
	if (v->text)
		v->text = http_request_strdup(s->rq, v->text);
	if (v->hidden)
		v->hidden = http_request_strdup(s->rq, v->hidden);
}

/* ---- groups ---- */

static const struct {
	const char *title;
	bool urgent;
} groups[TODO_KINDS] = {
	[TODO_VISIT] = {N_("Visites à domicile\u00a0: retour en retard"), true},
	[TODO_NOTICE] = {N_("À savoir"), true},
	[TODO_MESSAGE] = {N_("Messages qui ne sont pas arrivés"), true},
	[TODO_TEXT] = {N_("SMS reçus"), true},
	[TODO_OUTSIDE] = {N_("Rendez-vous qui n’ont plus de permanence"), true},
	[TODO_ABSENCE] = {N_("Absences pendant lesquelles on est attendu"), true},
	[TODO_MARK] = {N_("À renseigner"), false},
	[TODO_OFFER] = {N_("Liste d’attente"), false},
	[TODO_DRY] = {N_("Bientôt plus d’horaires"), false},
	[TODO_END] = {N_("Permanences qui s’arrêtent"), false},
	[TODO_UNOFFERED] = {N_("Types de rendez-vous proposés nulle part"), false},
};

size_t figure_todo_groups(struct http_request *rq, const struct staff *st,
			  const struct todo_item *items, size_t n, size_t each,
			  const struct figure_todo_group **out)
{
	struct say s = {.rq = rq,
			.st = st,
			.l = http_request_lang(rq),
			.t = booking_territory(st->web.booking)};
	struct figure_todo_group *g = http_request_alloc(rq, TODO_KINDS * sizeof(*g));
	struct figure_todo_line *lines = http_request_alloc(rq, (n + 1) * sizeof(*lines));
	size_t ngroups = 0, nlines = 0;

	staff_viewer(rq, &s.who);
	for (size_t i = 0, j; i < n; i = j) {
		struct figure_todo_group *to = &g[ngroups++];

		*to = (struct figure_todo_group){
			.title = tr(s.l, groups[items[i].kind].title),
			.urgent = groups[items[i].kind].urgent,
			.lines = &lines[nlines],
		};
		for (j = i; j < n && items[j].kind == items[i].kind; j++) {
			if (j - i >= each)
				continue;
			lines[nlines] = (struct figure_todo_line){.text = ""};
			say_line(&s, &items[j], &lines[nlines++]);
			to->nlines++;
		}
		if (j - i > each)
			to->more = page_text(rq,
					     trn(s.l, "Et %zu autre.", "Et %zu autres.",
						 (long)(j - i - each)),
					     j - i - each);
	}
	*out = g;
	return ngroups;
}

void figure_rooms(const struct staff *st, struct todo_rooms *rooms)
{
	*rooms = (struct todo_rooms){.booking = st->web.booking,
				     .inbox = st->options.inbox,
				     .waiting = st->options.waiting,
				     .visits = st->options.visits};
}

/* ---- times that are left ---- */

static const char *free_words(const struct say *s, int n)
{
	return n >= FORECAST_FREE_MAX ? page_text(s->rq, tr(s->l, "%d ou plus"), n)
				      : page_text(s->rq, "%d", n);
}

static const char *wait_words(const struct say *s, int days)
{
	if (days < 0)
		return tr(s->l, "aucun en ligne");
	if (days < 2)
		return days ? tr(s->l, "demain") : tr(s->l, "aujourd’hui");
	return page_text(s->rq, trn(s->l, "dans %d jour", "dans %d jours", days), days);
}

static void say_outlook(const struct say *s, int organisation, struct figure_todo_view *v)
{
	const struct agenda *a = booking_agenda(s->st->web.booking);
	struct forecast_row *rows;
	size_t n = forecast_sites(a, organisation, clock_now(), &rows);
	struct figure_outlook_view *out =
		http_request_alloc(s->rq, (n + 1) * sizeof(*out));
	const struct organisation *o = page_organisation(&s->st->web, organisation);

	for (size_t i = 0; i < n; i++)
		out[i] = (struct figure_outlook_view){
			.site = place(s, rows[i].site),
			.service = service(s, rows[i].service),
			.near = free_words(s, rows[i].free_near),
			.far = free_words(s, rows[i].free_far),
			.wait = wait_words(s, rows[i].wait_days),
			.dry = rows[i].dry,
		};
	free(rows);
	v->outlook = out;
	v->noutlook = n;
	if (o && (o->dry_slots || o->dry_wait_days))
		v->threshold = page_text(
			s->rq,
			tr(s->l, "L’alerte vient quand il reste moins de %1$d horaires "
				 "dans les 14 jours, ou quand le premier est à plus de "
				 "%2$d jours."),
			o->dry_slots, o->dry_wait_days);
}

/* A point a week: times that were left in 14 days, all places together. */
static void draw_outlook(const struct say *s, const struct rdvd_outlook *rows, size_t n,
			 struct figure_todo_view *v)
{
	struct chart_point *p = http_request_alloc(s->rq, (WEEKS + 1) * sizeof(*p));
	struct chart c = {.id = "g-horaires",
			  .title = tr(s->l, "Horaires libres dans les 14 jours, semaine "
					    "par semaine"),
			  .points = p};
	civil_day today = staff_today(s->st);
	struct buf b = BUF_INIT;

	for (int week = WEEKS - 1; week >= 0; week--) {
		civil_day day = today - 7 * week;
		double sum = -1;

		for (size_t i = 0; i < n; i++)
			if (rows[i].day == day)
				sum = (sum < 0 ? 0 : sum) + rows[i].free14;
		if (sum < 0 && !c.n)
			continue;
		p[c.n++] = (struct chart_point){
			.label = figure_date_words(s->rq, day, false), .value = sum};
	}
	if (c.n < 2)
		return;
	chart_line(&b, &c, "");
	v->chart_html = http_request_strdup(s->rq, buf_str(&b));
	buf_fini(&b);
}

/* ---- the page ---- */

struct todo_page {
	int organisation; /* index; TERRITORY_NONE: the only one there is, or none */
	struct figure_todo_view v;
};

static void drawn(void *arg, enum rdvd_rc rc, const struct rdvd_outlook *rows, size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct todo_page *p = data;
	struct buf out = BUF_INIT;
	struct say s;

	if (!rq)
		return;
	s = (struct say){.rq = rq,
			 .st = st,
			 .l = http_request_lang(rq),
			 .t = booking_territory(st->web.booking)};
	staff_viewer(rq, &s.who);
	if (p->organisation != TERRITORY_NONE &&
	    p->organisation >= s.t->live_organisations) {
		http_fail_later(rq, 503, NULL, 5);
		return;
	}
	say_outlook(&s, p->organisation, &p->v);
	if (rc == RDVD_OK)
		draw_outlook(&s, rows, n, &p->v);
	p->v.csrf = http_request_csrf(rq);
	staff_layout(rq, st, &p->v.layout, tr(s.l, "À faire"), STAFF_TODO);
	page_figure_todo(&out, s.l, &p->v);
	http_reply_html(rq, 200, &out);
}

static void found(void *arg, enum rdvd_rc rc, const struct todo_item *items, size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	struct todo_page *p = data;
	const struct territory *t;
	const struct lang *l;

	if (!rq)
		return;
	t = booking_territory(st->web.booking);
	l = http_request_lang(rq);
	p->v.ngroups = figure_todo_groups(rq, st, items, n, EACH_MAX, &p->v.groups);
	p->v.lead = n ? page_text(rq,
				  trn(l, "%zu chose attend qu’on s’en occupe.",
				      "%zu choses attendent qu’on s’en occupe.", (long)n),
				  n)
		      : NULL;
	p->v.about = p->organisation == TERRITORY_NONE
			     ? t->name
			     : t->organisations[p->organisation].name;
	reckon_outlook(st->options.reckon,
		       p->organisation == TERRITORY_NONE
			       ? 0
			       : t->organisations[p->organisation].id,
		       staff_today(st) - 7 * WEEKS, staff_today(st) + 1, drawn,
		       staff_wait(rq, p));
}

/* 0, or -1: answered, or to be answered by the network's screen. */
static int choose(struct http_request *rq, struct staff *st, struct todo_page *p)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *slug = http_request_query(rq, "structure");
	struct viewer who;

	staff_viewer(rq, &who);
	p->organisation = who.organisation;
	p->v.back = "/equipe/a-faire";
	if (slug && *slug) {
		int o = territory_organisation(t, slug);

		if (o == TERRITORY_NONE || o >= t->live_organisations ||
		    !staff_may(st, &who, RIGHT(TODO, SEE), o)) {
			http_fail(rq, 404, NULL);
			return -1;
		}
		p->organisation = o;
		p->v.back = page_url(rq, "/equipe/a-faire", "structure", slug, NULL);
		if (who.all && who.organisation == TERRITORY_NONE)
			p->v.back_url = "/equipe/a-faire";
	} else if (p->organisation == TERRITORY_NONE && !who.all) {
		http_fail(rq, 404, NULL);
		return -1;
	} else if (p->organisation == TERRITORY_NONE && t->live_organisations > 1) {
		figure_network(rq, st);
		return -1;
	}
	return 0;
}

static void todo(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct todo_page *p = http_request_alloc(rq, sizeof(*p));
	struct todo_rooms rooms;
	struct viewer who;

	*p = (struct todo_page){.organisation = TERRITORY_NONE};
	if (choose(rq, st, p) != 0)
		return;
	figure_rooms(st, &rooms);
	staff_viewer(rq, &who);
	if (who.counsellor != TERRITORY_NONE)
		rooms.marker = booking_territory(st->web.booking)
				       ->counsellors[who.counsellor]
				       .id;
	todo_find(&rooms, p->organisation, clock_now(), found, staff_wait(rq, p));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/a-faire",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TODO, SEE),
	 .handle = todo},
};

void figure_todo_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
