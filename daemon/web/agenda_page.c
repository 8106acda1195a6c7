/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_page.c - the agenda's pages: the grid of a day, of a week, the calendar of a
 * month. What stands around the grid is made each time; the grid itself is kept until
 * something of the organisation's agenda changes, or five minutes have passed, which move
 * what is over. With ?part=1 the grid comes alone, with an ETag: what an open page asks
 * for when it was told of a change. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/watch.h"
#include "web/agenda_room.h"

#define STAMP_S 300

static const char *const ways[] = {
	[WAY_NONE] = "",
	[WAY_HOURS] = "heures",
	[WAY_PERSONS] = "personnes",
	[WAY_PLACES] = "lieux",
};

static const char *const paths[] = {
	[SPAN_DAY] = "/equipe/jour",
	[SPAN_WEEK] = "/equipe/semaine",
	[SPAN_MONTH] = "/equipe/mois",
};

/* ---- what is asked ---- */

static enum agenda_way way_of(const char *word, enum agenda_span span)
{
	enum agenda_way way = WAY_NONE;

	for (size_t i = 1; word && i < ARRAY_SIZE(ways); i++)
		if (strcmp(word, ways[i]) == 0)
			way = (enum agenda_way)i;
	if (span == SPAN_DAY && way != WAY_PLACES)
		return WAY_PERSONS;
	return way;
}

void agenda_read(struct http_request *rq, const struct staff *st, const struct viewer *v,
		 enum agenda_span span, struct agenda_look *ask)
{
	const char *person = http_request_query(rq, "personne");
	int year, month, number;

	memset(ask, 0, sizeof(*ask));
	ask->span = span;
	ask->way = way_of(http_request_query(rq, "par"), span);
	ask->day = staff_asked_day(rq, st);
	ask->site = staff_site(st, v, http_request_query(rq, "lieu"));
	ask->counsellor = staff_counsellor(st, v, person);
	ask->now = clock_now();
	/* her own week, unless she asks for another; of a day everybody's */
	if (!person && ask->site == TERRITORY_NONE && span != SPAN_DAY &&
	    ask->way != WAY_PERSONS && ask->way != WAY_PLACES)
		ask->counsellor = v->counsellor;
	switch (span) {
	case SPAN_DAY:
		ask->from = ask->day;
		ask->ndays = 1;
		return;
	case SPAN_WEEK:
		ask->from = ask->day - civil_weekday(ask->day);
		ask->ndays = 7;
		return;
	case SPAN_MONTH:
		civil_day_split(ask->day, &year, &month, &number);
		ask->from = ask->day - (number - 1);
		ask->from -= civil_weekday(ask->from);
		ask->ndays = AGENDA_DAYS_MAX;
		while (ask->from + ask->ndays - 7 >
		       ask->day - number + civil_month_days(year, month))
			ask->ndays -= 7;
		return;
	}
}

const char *agenda_url(struct http_request *rq, const struct staff *st,
		       const struct agenda_look *ask, civil_day day, enum agenda_way way)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *url = page_url(
		rq, paths[ask->span], "jour", staff_date(rq, day), "lieu",
		ask->site == TERRITORY_NONE ? NULL : t->sites[ask->site].slug, "par",
		ways[way], "personne",
		ask->counsellor == TERRITORY_NONE ? NULL
						  : t->counsellors[ask->counsellor].slug,
		NULL);

	/* nobody is not the same as nothing said: that is one's own */
	return ask->counsellor == TERRITORY_NONE && ask->span != SPAN_DAY
		       ? page_text(rq, "%s&personne=", url)
		       : url;
}

/* ---- the grid, kept or made ---- */

struct asked {
	struct agenda_look ask;
	char key[256];
	uint64_t stamp[2];
	bool part;
};

/* All that the grid depends on, beside the agenda itself. */
static void name_grid(struct http_request *rq, const struct staff *st,
		      const struct viewer *v, struct asked *a)
{
	const struct agenda_look *ask = &a->ask;
	rdvd_id organisation = v->all ? 0 : v->user->organisation;
	int rights = rights_has(v->user, RIGHT(AGENDA, CHANGE)) |
		     rights_has(v->user, RIGHT(ABSENCE, CHANGE)) << 1 |
		     staff_knows_people(rq) << 2 | v->all << 3 |
		     rights_has(v->user, RIGHT(OPENING, CHANGE)) << 4;

	snprintf(a->key, sizeof(a->key), "%s|%d|%d|%d|%d|%d|%d|%lld|%lld|%d|%s|%lld",
		 http_request_lang_code(rq), (int)ask->span, (int)ask->way, (int)ask->day,
		 (int)ask->from, ask->site, ask->counsellor,
		 (long long)v->user->organisation, (long long)v->user->counsellor, rights,
		 v->user->role, (long long)(ask->now / STAMP_S));
	a->stamp[0] = booking_watch_seq(st->web.booking, organisation);
	a->stamp[1] = booking_watch_epoch(st->web.booking);
}

static const char *etag_of(struct http_request *rq, const struct asked *a)
{
	uint8_t hash[SECRET_HASH_SIZE];
	struct buf b = BUF_INIT, hex = BUF_INIT;
	const char *out;

	buf_addstr(&b, a->key);
	buf_add(&b, a->stamp, sizeof(a->stamp));
	secret_sha256(b.data, b.len, hash);
	buf_add_hex(&hex, hash, 12);
	out = http_request_strdup(rq, buf_str(&hex));
	buf_fini(&b);
	buf_fini(&hex);
	return out;
}

static void make_grid(struct http_request *rq, const struct staff *st,
		      const struct asked *a, const struct record_list *records,
		      struct buf *out)
{
	struct presences p = {.rq = rq, .st = st, .ask = &a->ask, .records = records};
	struct viewer who;

	staff_viewer(rq, &who);
	p.viewer = &who;
	presences_find(&p);
	if (a->ask.span == SPAN_MONTH)
		agenda_month(&p, out);
	else
		agenda_grid(&p, out);
}

/* ---- the page around it ---- */

static const char *say_heading(struct http_request *rq, const struct staff *st,
			       const struct agenda_look *ask)
{
	static const char *const months[] = {
		N_("Janvier"),	 N_("Février"), N_("Mars"),	N_("Avril"),
		N_("Mai"),	 N_("Juin"),	N_("Juillet"),	N_("Août"),
		N_("Septembre"), N_("Octobre"), N_("Novembre"), N_("Décembre"),
	};
	const struct lang *l = http_request_lang(rq);
	int year, month, number;

	switch (ask->span) {
	case SPAN_DAY: return staff_day_words(rq, st, ask->day, true);
	case SPAN_WEEK:
		return page_text(rq, tr(l, "Semaine du %s"),
				 staff_day_words(rq, st, ask->from, false));
	case SPAN_MONTH: break;
	}
	civil_day_split(ask->day, &year, &month, &number);
	return page_text(rq, "%s %d", tr(l, months[month - 1]), year);
}

static void say_steps(struct http_request *rq, const struct staff *st,
		      const struct agenda_look *ask, struct agenda_page_view *v)
{
	const struct lang *l = http_request_lang(rq);
	civil_day before = ask->day - 1, after = ask->day + 1;
	int year, month, number;

	v->before = tr(l, "Avant");
	v->now = tr(l, "Aujourd’hui");
	v->after = tr(l, "Après");
	if (ask->span == SPAN_WEEK) {
		before = ask->day - 7;
		after = ask->day + 7;
		v->now = tr(l, "Cette semaine");
	} else if (ask->span == SPAN_MONTH) {
		civil_day_split(ask->day, &year, &month, &number);
		before = ask->day - number;
		after = ask->day - number + civil_month_days(year, month) + 1;
		v->now = tr(l, "Ce mois-ci");
	}
	v->before_url = agenda_url(rq, st, ask, before, ask->way);
	v->after_url = agenda_url(rq, st, ask, after, ask->way);
	v->now_url = agenda_url(rq, st, ask, staff_today(st), ask->way);
}

/* Whose agenda, and where. */
static const char *say_shown(struct http_request *rq, const struct staff *st,
			     const struct agenda_look *ask)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);

	return page_text(rq, tr(l, "%1$s, %2$s"),
			 ask->counsellor == TERRITORY_NONE
				 ? tr(l, "Toute l’équipe")
				 : t->counsellors[ask->counsellor].label,
			 ask->site == TERRITORY_NONE ? tr(l, "tous les lieux")
						     : t->sites[ask->site].name);
}

/* hours: whether the grid is one of hours, when nothing was asked. */
static void say_tabs(struct http_request *rq, const struct staff *st,
		     const struct agenda_look *ask, bool hours,
		     struct agenda_page_view *v)
{
	static const char *const words[] = {N_("Jour"), N_("Semaine"), N_("Mois")};
	const struct lang *l = http_request_lang(rq);
	struct link_view *spans = http_request_alloc(rq, 3 * sizeof(*spans));
	struct link_view *other = http_request_alloc(rq, 3 * sizeof(*other));
	struct agenda_look to = *ask;
	size_t n = 0;

	for (int i = SPAN_DAY; i <= SPAN_MONTH; i++) {
		to.span = (enum agenda_span)i;
		spans[i] = (struct link_view){
			.url = agenda_url(rq, st, &to, ask->day,
					  i == SPAN_MONTH ? WAY_NONE : ask->way),
			.text = tr(l, words[i]),
			.current = i == (int)ask->span,
		};
	}
	v->spans = spans;
	v->nspans = 3;
	if (ask->span == SPAN_MONTH)
		return;
	if (ask->span == SPAN_WEEK)
		other[n++] = (struct link_view){
			.url = agenda_url(rq, st, ask, ask->day, WAY_HOURS),
			.text = tr(l, "Par heure"),
			.current = ask->way ? ask->way == WAY_HOURS : hours};
	other[n++] = (struct link_view){
		.url = agenda_url(rq, st, ask, ask->day, WAY_PERSONS),
		.text = tr(l, "Par personne"),
		.current = ask->way ? ask->way == WAY_PERSONS : !hours};
	other[n++] =
		(struct link_view){.url = agenda_url(rq, st, ask, ask->day, WAY_PLACES),
				   .text = tr(l, "Par lieu"),
				   .current = ask->way == WAY_PLACES};
	v->ways = other;
	v->nways = n;
}

/* A telephone shows one day; the others are a strip above it. */
static void say_strip(struct http_request *rq, const struct staff *st,
		      const struct agenda_look *ask, struct agenda_page_view *v)
{
	static const char *const letters[] = {N_("lun."), N_("mar."), N_("mer."),
					      N_("jeu."), N_("ven."), N_("sam."),
					      N_("dim.")};
	struct link_view *days = http_request_alloc(rq, 7 * sizeof(*days));
	const struct lang *l = http_request_lang(rq);

	if (ask->span != SPAN_WEEK)
		return;
	for (int i = 0; i < 7; i++) {
		int year, month, number;

		civil_day_split(ask->from + i, &year, &month, &number);
		days[i] = (struct link_view){
			.url = agenda_url(rq, st, ask, ask->from + i, ask->way),
			.text = page_text(rq, "%s %d", tr(l, letters[i]), number),
			.current = ask->from + i == ask->day,
		};
	}
	v->days = days;
	v->ndays = 7;
}

static void say_services(struct http_request *rq, const struct staff *st,
			 const struct viewer *who, struct agenda_page_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_services + 1) * sizeof(*o));
	size_t n = 0;

	for (int i = 0; i < t->live_services; i++) {
		const struct service *s = &t->services[i];

		if (s->organisation != TERRITORY_NONE && !who->all &&
		    s->organisation != who->organisation)
			continue;
		o[n++] = (struct option_view){
			.value = s->slug,
			.text = bitext_get(&s->name, http_request_lang_code(rq))};
	}
	v->services = o;
	v->nservices = n;
}

static void reply_page(struct http_request *rq, const struct staff *st,
		       const struct asked *a, const char *grid)
{
	const struct agenda_look *ask = &a->ask;
	const struct lang *l = http_request_lang(rq);
	struct agenda_page_view v = {0};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	v.heading = say_heading(rq, st, ask);
	say_steps(rq, st, ask, &v);
	say_tabs(rq, st, ask, strstr(grid, "agenda timed") != NULL, &v);
	v.shown = say_shown(rq, st, ask);
	say_strip(rq, st, ask, &v);
	say_services(rq, st, &who, &v);
	staff_say_undone(rq, &v.said);
	v.action = paths[ask->span];
	v.date = staff_date(rq, ask->day);
	v.way = ways[ask->way];
	v.nplaces = staff_site_options(rq, st, &who, ask->site, tr(l, "Tous les lieux"),
				       &v.places);
	v.npersons = staff_counsellor_options(rq, st, &who, ask->counsellor,
					      tr(l, "Toute l’équipe"), &v.persons);
	v.may_change = rights_has(who.user, RIGHT(AGENDA, CHANGE));
	v.knows_people = staff_knows_people(rq);
	if (rights_has(who.user, RIGHT(ABSENCE, CHANGE)))
		v.absence_url = page_url(rq, "/equipe/absences", "du", v.date, NULL);
	if (who.counsellor != TERRITORY_NONE && rights_has(who.user, RIGHT(SELF, CHANGE)))
		v.feed_url = "/equipe/agenda";
	v.grid_html = grid;
	v.etag = etag_of(rq, a);
	v.part_url =
		page_text(rq, "%s&part=1", agenda_url(rq, st, ask, ask->day, ask->way));
	staff_layout(rq, st, &v.layout, v.heading,
		     ask->span == SPAN_DAY ? STAFF_DAY : STAFF_WEEK);
	v.layout.sheet2 = http_asset_url("agenda.css");
	v.layout.script = http_asset_url("agenda.js");
	v.csrf = v.layout.csrf;
	page_agenda_week(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static void reply_part(struct http_request *rq, const struct asked *a, const char *grid)
{
	struct buf out = BUF_INIT;

	http_cache(rq, "no-store");
	if (http_etag(rq, etag_of(rq, a)))
		return;
	buf_addstr(&out, grid);
	http_reply_html(rq, 200, &out);
}

static void reply(struct http_request *rq, const struct staff *st, const struct asked *a,
		  const char *grid)
{
	if (a->part)
		reply_part(rq, a, grid);
	else
		reply_page(rq, st, a, grid);
}

static void listed(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const struct asked *a = data;
	struct buf grid = BUF_INIT;

	if (!rq)
		return;
	make_grid(rq, st, a, records, &grid);
	agenda_cache_put(st->agenda->cache, a->key, a->stamp, buf_str(&grid), grid.len);
	reply(rq, st, a, buf_str(&grid));
	buf_fini(&grid);
}

static void show(struct http_request *rq, enum agenda_span span)
{
	struct staff *st = http_request_context(rq);
	struct asked *a = http_request_alloc(rq, sizeof(*a));
	struct rdvd_appointment_filter f;
	struct day_ask day;
	const char *grid;
	struct viewer who;

	staff_viewer(rq, &who);
	agenda_read(rq, st, &who, span, &a->ask);
	a->part = http_request_query(rq, "part") != NULL;
	name_grid(rq, st, &who, a);
	grid = agenda_cache_get(st->agenda->cache, a->key, a->stamp);
	if (grid) {
		reply(rq, st, a, grid);
		return;
	}
	day = (struct day_ask){a->ask.from, a->ask.site, a->ask.counsellor};
	staff_filter(st, &who, &day, a->ask.ndays, &f);
	f.without_cancelled = 1;
	booking_list(st->web.booking, &f, 0, listed, staff_wait(rq, a));
}

static void day(struct http_request *rq)
{
	show(rq, SPAN_DAY);
}

static void week(struct http_request *rq)
{
	show(rq, SPAN_WEEK);
}

static void month(struct http_request *rq)
{
	show(rq, SPAN_MONTH);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/jour",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, SEE),
	 .handle = day},
	{.method = HTTP_GET,
	 .pattern = "/equipe/semaine",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, SEE),
	 .handle = week},
	{.method = HTTP_GET,
	 .pattern = "/equipe/mois",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, SEE),
	 .handle = month},
};

void agenda_begin(struct staff *st)
{
	st->agenda = xcalloc(1, sizeof(*st->agenda));
	st->agenda->cache = agenda_cache_new();
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
	agenda_undo_routes(st);
	st->agenda->live = agenda_live_new(st);
}

void agenda_stop(struct staff *st)
{
	agenda_live_end(st->agenda->live);
}

void agenda_end(struct staff *st)
{
	agenda_live_free(st->agenda->live);
	agenda_cache_free(st->agenda->cache);
	free(st->agenda);
}
