/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_day.c - the day: opens on today, at the place where the counsellor is or will be
 * next, else on her own day; any other day, by place, by person, or all of it. On top,
 * what past days still wait for. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/setting_form.h"
#include "web/staff_room.h"

#define PENDING_DAYS 30
#define PENDING_MAX 200
#define VIEWS_MAX 12
#define NOTICES_MAX 3

struct day_page {
	struct day_ask ask;
	bool chosen, all; /* by the address; else where she is */
	size_t pending;
	rdvd_time oldest;
	const struct staff_notice_view *notices;
	size_t nnotices;
};

/* ---- which day, which place ---- */

/* The occurrence that runs, else the next, else the last of those. */
static const struct occurrence *present_one(const struct occurrence *o, size_t n,
					    rdvd_time now)
{
	const struct occurrence *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (o[i].closed)
			continue;
		if (o[i].end > now)
			return &o[i];
		best = &o[i];
	}
	return best;
}

static void choose_place(struct http_request *rq, const struct staff *st,
			 const struct viewer *v, struct day_page *p)
{
	struct occurrence *o;
	const struct occurrence *here;
	size_t n;

	if (v->counsellor == TERRITORY_NONE)
		return;
	p->ask.counsellor = v->counsellor;
	n = staff_occurrences(rq, st, v, &p->ask, &o);
	here = present_one(o, n, clock_now());
	if (!here)
		return;
	p->ask.site = here->site;
	p->ask.counsellor = TERRITORY_NONE;
}

static void read_ask(struct http_request *rq, const struct staff *st,
		     const struct viewer *v, struct day_page *p)
{
	const char *site = http_request_query(rq, "lieu");
	const char *person = http_request_query(rq, "personne");

	*p = (struct day_page){
		.ask = {staff_asked_day(rq, st), TERRITORY_NONE, TERRITORY_NONE},
		.all = http_request_query(rq, "tout") != NULL,
	};
	p->ask.site = staff_site(st, v, site);
	if (p->ask.site == TERRITORY_NONE)
		p->ask.counsellor = staff_counsellor(st, v, person);
	p->chosen = p->all || p->ask.site != TERRITORY_NONE ||
		    p->ask.counsellor != TERRITORY_NONE;
	if (!p->chosen)
		choose_place(rq, st, v, p);
}

static const char *day_url(struct http_request *rq, const struct staff *st, civil_day day,
			   int site, int counsellor, bool all)
{
	const struct territory *t = booking_territory(st->web.booking);

	return page_url(rq, "/equipe", "jour", staff_date(rq, day), "lieu",
			site == TERRITORY_NONE ? NULL : t->sites[site].slug, "personne",
			counsellor == TERRITORY_NONE ? NULL
						     : t->counsellors[counsellor].slug,
			"tout", all ? "1" : NULL, NULL);
}

/* Another day, seen the same way. */
static const char *other_day(struct http_request *rq, const struct staff *st,
			     const struct day_page *p, int days)
{
	civil_day day = p->ask.day + days;

	if (!p->chosen)
		return day_url(rq, st, day, TERRITORY_NONE, TERRITORY_NONE, false);
	return day_url(rq, st, day, p->ask.site, p->ask.counsellor, p->all);
}

/* ---- the page ---- */

static void say_heading(struct http_request *rq, const struct staff *st,
			const struct day_page *p, struct staff_day_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const char *day = staff_day_words(rq, st, p->ask.day, true);
	const char *where = NULL;

	if (p->ask.site != TERRITORY_NONE) {
		const struct site *s = &t->sites[p->ask.site];

		where = s->commune;
		v->sub = page_text(rq, "%s, %s", s->name, s->address);
	} else if (p->ask.counsellor != TERRITORY_NONE) {
		where = t->counsellors[p->ask.counsellor].label;
	} else {
		where = tr(l, "tous les lieux");
	}
	v->heading = page_text(rq, "%s, %s", day, where);
}

static void add_view(struct link_view *views, size_t *n, const char *url,
		     const char *text, bool current)
{
	if (*n < VIEWS_MAX)
		views[(*n)++] =
			(struct link_view){.url = url, .text = text, .current = current};
}

/* One tap away: the places open that day, her own day, everything. */
static void say_views(struct http_request *rq, const struct staff *st,
		      const struct viewer *who, const struct day_page *p,
		      struct staff_day_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct link_view *views = http_request_alloc(rq, VIEWS_MAX * sizeof(*views));
	struct day_ask any = {p->ask.day, TERRITORY_NONE, TERRITORY_NONE};
	struct occurrence *o;
	size_t n = staff_occurrences(rq, st, who, &any, &o), k = 0;
	civil_day day = p->ask.day;

	for (size_t i = 0; i < n; i++) {
		bool again = o[i].closed != NULL;

		for (size_t j = 0; j < i && !again; j++)
			again = o[j].site == o[i].site && !o[j].closed;
		if (!again && k < VIEWS_MAX - 2)
			add_view(views, &k,
				 day_url(rq, st, day, o[i].site, TERRITORY_NONE, false),
				 t->sites[o[i].site].commune, o[i].site == p->ask.site);
	}
	if (who->counsellor != TERRITORY_NONE)
		add_view(views, &k,
			 day_url(rq, st, day, TERRITORY_NONE, who->counsellor, false),
			 tr(l, "Ma journée"), p->ask.counsellor == who->counsellor);
	add_view(views, &k, day_url(rq, st, day, TERRITORY_NONE, TERRITORY_NONE, true),
		 tr(l, "Tous les lieux"),
		 p->ask.site == TERRITORY_NONE && p->ask.counsellor == TERRITORY_NONE);
	v->views = views;
	v->nviews = k;
}

static void say_pending(struct http_request *rq, const struct staff *st,
			const struct day_page *p, struct staff_day_view *v)
{
	civil_day day =
		civil_time_day(zone_to_civil(staff_zone(st, TERRITORY_NONE), p->oldest));
	const struct lang *l = http_request_lang(rq);
	int n = (int)p->pending;
	struct viewer who;

	staff_viewer(rq, &who);
	if (n == 0 || !rights_has(who.user, RIGHT(ATTENDANCE, SEE)))
		return;
	if (day == staff_today(st))
		v->waiting = page_text(rq,
				       trn(l, "%d rendez-vous à renseigner.",
					   "%d rendez-vous à renseigner.", n),
				       n);
	else
		v->waiting =
			page_text(rq,
				  trn(l, "%1$d rendez-vous à renseigner depuis %2$s.",
				      "%1$d rendez-vous à renseigner depuis %2$s.", n),
				  n, staff_day_words(rq, st, day, false));
	v->waiting_url = "/equipe/a-renseigner";
}

static void say_texts(struct http_request *rq, const struct staff *st,
		      const struct viewer *who, struct staff_day_view *v)
{
	int n = (int)inbox_waiting(st->options.inbox, staff_inbox_of(st, who)).texts;

	if (n && rights_has(who->user, RIGHT(MESSAGE, SEE)))
		v->texts = page_text(rq,
				     trn(http_request_lang(rq),
					 "%d SMS reçu attend une réponse.",
					 "%d SMS reçus attendent une réponse.", n),
				     n);
}

static void say_links(struct http_request *rq, const struct staff *st,
		      const struct day_page *p, struct staff_day_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *site =
		p->ask.site == TERRITORY_NONE ? NULL : t->sites[p->ask.site].slug;
	const char *person = p->ask.counsellor == TERRITORY_NONE
				     ? NULL
				     : t->counsellors[p->ask.counsellor].slug;
	civil_day today = staff_today(st);
	struct viewer who;

	v->date = staff_date(rq, p->ask.day);
	v->before_url = other_day(rq, st, p, -1);
	v->after_url = other_day(rq, st, p, 1);
	if (p->ask.day != today)
		v->today_url = "/equipe";
	v->sheet_url = page_url(rq, "/equipe/feuille", "jour", v->date, "lieu", site,
				"personne", person, NULL);
	v->week_url = page_url(rq, "/equipe/semaine", "jour", v->date, "lieu", site,
			       "personne", person, NULL);
	staff_viewer(rq, &who);
	if (rights_has(who.user, RIGHT(AGENDA, CHANGE)))
		v->add_url = page_url(rq, "/equipe/ajouter", "jour", v->date, "lieu",
				      site, NULL);
	if (v->add_url && p->ask.day == today)
		v->walk_in_url = page_url(rq, "/equipe/passage", "lieu", site, NULL);
}

/* What was just cancelled from here can be taken back while its message waits. */
static void say_cancelled(struct http_request *rq, const struct record_list *records,
			  const char *back, struct staff_day_view *v)
{
	const struct lang *l = http_request_lang(rq);
	const char *id = http_request_query(rq, "annule");

	for (size_t i = 0; id && i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;

		if (strcmp(page_text(rq, "%lld", (long long)a->id), id) != 0 ||
		    a->status != RDVD_CANCELLED)
			continue;
		v->said.text = page_text(rq, tr(l, "%s\u00a0: c’est annulé."),
					 staff_person_name(rq, &a->person));
		if (a->changed + BOOKING_UNDO_S > clock_now() &&
		    rights_has(http_request_user(rq)->data, RIGHT(AGENDA, CHANGE))) {
			v->undo_url = page_text(rq, "/equipe/rdv/%s/reprendre", id);
			v->undo_back = back;
		}
	}
}

static void say_said(struct http_request *rq, struct staff_said *said)
{
	const char *done = http_request_query(rq, "fait");

	if (done && strcmp(done, "passage") == 0)
		said->text = tr(http_request_lang(rq),
				"C’est noté\u00a0: la personne est dans la liste.");
	staff_say_undone(rq, said);
	staff_say_problem(rq, said);
}

static void show_day(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const struct day_page *p = data;
	struct staff_day_view *v;
	struct buf out = BUF_INIT;
	struct viewer who;
	struct row_style style = {
		.with_outcome = true, .with_arrival = true, .now = clock_now()};

	if (!rq)
		return;
	staff_viewer(rq, &who);
	v = http_request_alloc(rq, sizeof(*v));
	memset(v, 0, sizeof(*v));
	say_heading(rq, st, p, v);
	staff_layout(rq, st, &v->layout, v->heading, STAFF_DAY);
	v->layout.script = http_asset_url("desk.js");
	say_views(rq, st, &who, p, v);
	v->notices = p->notices;
	v->nnotices = p->nnotices;
	say_texts(rq, st, &who, v);
	say_pending(rq, st, p, v);
	say_links(rq, st, p, v);
	say_said(rq, &v->said);
	style.back = day_url(rq, st, p->ask.day, p->ask.site, p->ask.counsellor,
			     p->ask.site == TERRITORY_NONE &&
				     p->ask.counsellor == TERRITORY_NONE);
	say_cancelled(rq, records, style.back, v);
	style.with_counsellor =
		p->ask.counsellor == TERRITORY_NONE && p->ask.site == TERRITORY_NONE;
	desk_top(rq, st, &who, p->ask.day == staff_today(st) ? records : NULL, &style,
		 &v->top);
	v->nbands = staff_bands(rq, st, &who, &p->ask, records, &style, true, &v->bands);
	v->none = v->nbands == 0;
	v->nplaces = staff_site_options(rq, st, &who, p->ask.site,
					tr(http_request_lang(rq), "Tous les lieux"),
					&v->places);
	v->npersons = staff_counsellor_options(
		rq, st, &who, p->ask.counsellor,
		tr(http_request_lang(rq), "Toute l’équipe"), &v->persons);
	page_staff_day(&out, http_request_lang(rq), v);
	http_reply_html(rq, 200, &out);
}

static void count_pending(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct day_page *p = data;
	struct rdvd_appointment_filter f;
	rdvd_time now = clock_now();
	struct viewer who;

	if (!rq)
		return;
	for (size_t i = 0; rc == RDVD_OK && i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;

		if (a->when.end > now)
			continue;
		if (p->pending++ == 0)
			p->oldest = a->when.start;
	}
	staff_viewer(rq, &who);
	staff_filter(st, &who, &p->ask, 1, &f);
	booking_list(st->web.booking, &f, 1, show_day, staff_wait(rq, p));
}

/* A visit that is late has its own place above the day, with what can be done. */
static size_t without_visits(struct http_request *rq, const struct rdvd_notice *items,
			     size_t n, const struct rdvd_notice **out)
{
	struct rdvd_notice *kept = http_request_alloc(rq, (n + 1) * sizeof(*kept));
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i].kind, "visit") != 0)
			kept[k++] = items[i];
	*out = kept;
	return k;
}

/* What the team should know stands above the day. */
static void noticed(void *arg, enum rdvd_rc rc, const struct rdvd_notice *items, size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct day_page *p = data;
	struct rdvd_appointment_filter f;
	struct day_ask since = {0, TERRITORY_NONE, TERRITORY_NONE};
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	if (rc == RDVD_OK)
		n = without_visits(rq, items, n, &items);
	if (rc == RDVD_OK)
		p->nnotices = staff_notices(rq, st, &who, items, n, NOTICES_MAX,
					    "/equipe", &p->notices);
	since.day = staff_today(st) - PENDING_DAYS;
	since.counsellor = who.counsellor;
	staff_filter(st, &who, &since, PENDING_DAYS + 1, &f);
	f.unmarked = 1;
	f.to = clock_now();
	f.limit = PENDING_MAX;
	booking_list(st->web.booking, &f, 0, count_pending, staff_wait(rq, p));
}

static void day(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct day_page *p = http_request_alloc(rq, sizeof(*p));
	struct viewer who;

	staff_viewer(rq, &who);
	if (setting_is_first_run(st, &who)) {
		http_redirect(rq, 303, "/equipe/premiers-pas");
		return;
	}
	read_ask(rq, st, &who, p);
	inbox_notices(st->options.inbox, 1, noticed, staff_wait(rq, p));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, SEE),
	 .handle = day},
};

void staff_day_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
