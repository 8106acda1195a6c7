/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures.c - counts of a period by one thing, what runs dry, what needs a hand. Who sees
 * figures only gets calendar years, and null for what is too small to be told. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "booking/rights.h"
#include "report/forecast.h"
#include "report/period.h"
#include "report/reckon.h"
#include "report/table.h"
#include "talk/todo.h"

static civil_day today_of(const struct territory *t)
{
	return civil_time_day(zone_to_civil(t->zone, clock_now()));
}

/* Figures and nothing else. */
static int is_observer(const struct http_request *rq)
{
	return !api_has(rq, RIGHT(AGENDA, SEE));
}

/* The index of the organisation that the caller is bound to or asks for; -2: refused. */
static int asked_organisation(struct http_request *rq, const struct territory *t)
{
	const char *slug = http_request_query(rq, "organisation");
	rdvd_id own = api_organisation(rq);
	int mine = own ? territory_by_id(t, RDVD_DEF_ORGANISATION, own) : TERRITORY_NONE;
	int asked = slug && *slug ? territory_organisation(t, slug) : mine;

	if ((own && mine == TERRITORY_NONE) || (own && asked != mine) ||
	    (slug && *slug && asked == TERRITORY_NONE)) {
		http_problem(rq, 404, "Not found", NULL, NULL, 0);
		return -2;
	}
	return asked;
}

/* ---- counts ---- */

struct figures_call {
	struct api_call *call;
	struct period period;
	enum figure_by by;
	int organisation; /* index */
	int observer;
};

static void add_day(struct buf *b, const char *name, civil_day day)
{
	char text[11];

	civil_day_format(day, text);
	buf_addf(b, "\"%s\":\"%s\"", name, text);
}

static void add_key(struct buf *b, const struct territory *t, enum figure_by by,
		    int64_t key)
{
	static const char *const weekdays[] = {"monday",   "tuesday", "wednesday",
					       "thursday", "friday",  "saturday",
					       "sunday"};
	int first, last;

	switch (by) {
	case BY_ALL: buf_addlit(b, "\"all\""); break;
	case BY_ORGANISATION: show_slug(b, t, RDVD_DEF_ORGANISATION, key); break;
	case BY_SITE: show_slug(b, t, RDVD_DEF_SITE, key); break;
	case BY_SERVICE: show_slug(b, t, RDVD_DEF_SERVICE, key); break;
	case BY_WEEKDAY: buf_addf(b, "\"%s\"", weekdays[key]); break;
	case BY_HALF_DAY: buf_addf(b, "\"%s\"", key ? "pm" : "am"); break;
	case BY_LEAD:
		figures_lead_days(key, &first, &last);
		buf_addf(b, "\"%d-", first);
		if (last >= 0)
			buf_addint(b, last);
		buf_addch(b, '"');
		break;
	case BY_CHANNEL: buf_addf(b, "\"%s\"", rdvd_booked_by_name(key)); break;
	case BY_REMINDER: buf_addf(b, "\"%s\"", figures_reminder_name(key)); break;
	case BY_MONTH:
		buf_addf(b, "\"%04d-%02d\"", (int)(key / 12), (int)(key % 12) + 1);
		break;
	case FIGURE_BYS: break;
	}
}

static void add_rate(struct buf *b, const char *name, int told, int64_t n, int64_t among)
{
	buf_addf(b, ",\"%s\":", name);
	if (told)
		buf_addf(b, "{\"count\":%lld,\"among\":%lld,\"percent\":%d}",
			 (long long)n, (long long)among, figures_percent(n, among));
	else
		buf_addlit(b, "null");
}

static void add_row(struct buf *b, const struct table_row *r)
{
	int64_t n, among;
	int told;

	for (int c = 0; c < FIGURE_COUNTS; c++) {
		buf_addf(b, "%s\"%s\":", c ? "," : "", figures_count_name(c));
		if (r->hidden[c])
			buf_addlit(b, "null");
		else
			buf_addint(b, r->n[c]);
	}
	told = table_missed(r, &n, &among);
	add_rate(b, "missed", told, n, among);
	told = table_taken(r, &n, &among);
	add_rate(b, "occupied", told, n, among);
}

static void answer_figures(void *arg, enum rdvd_rc rc, struct figures *now,
			   struct figures *before, civil_day supplied)
{
	struct figures_call *c = arg;
	struct api *api = c->call->api;
	struct http_request *rq = call_end_read(c->call, rc);
	const struct territory *t = booking_territory(api->booking);
	struct buf b = BUF_INIT;
	struct table table;

	(void)before;
	if (!rq) {
		free(c);
		return;
	}
	table_make(&table, now, c->by, c->observer);
	buf_addch(&b, '{');
	add_day(&b, "from", c->period.from);
	buf_addch(&b, ',');
	add_day(&b, "to", c->period.to);
	buf_addf(&b, ",\"by\":\"%s\",\"organisation\":", figures_by_name(c->by));
	if (c->organisation == TERRITORY_NONE)
		buf_addlit(&b, "null");
	else
		buf_add_json_string(&b, t->organisations[c->organisation].slug);
	buf_addlit(&b, ",\"open_time_since\":");
	if (supplied == CIVIL_DAY_NONE) {
		buf_addlit(&b, "null");
	} else {
		char day[11];

		civil_day_format(supplied, day);
		buf_add_json_string(&b, day);
	}
	buf_addlit(&b, ",\"rows\":[");
	for (size_t i = 0; i < table.n; i++) {
		buf_addf(&b, "%s{\"key\":", i ? "," : "");
		add_key(&b, t, c->by, table.rows[i].key);
		buf_addch(&b, ',');
		add_row(&b, &table.rows[i]);
		buf_addch(&b, '}');
	}
	buf_addlit(&b, "],\"total\":{");
	add_row(&b, &table.total);
	buf_addlit(&b, "}}");
	table_fini(&table);
	free(c);
	http_reply_json(rq, 200, &b);
}

/* 0, or -1: it was refused. */
static int read_period(struct http_request *rq, const struct territory *t,
		       struct figures_call *c)
{
	const char *by = http_request_query(rq, "by");
	struct api_errors e = {.n = 0};
	struct period p = period_of(PERIOD_THIS_MONTH, today_of(t));

	query_day(rq, t, "from", &p.from, &e);
	query_day(rq, t, "to", &p.to, &e);
	if (!e.n && p.to <= p.from)
		api_error(&e, "to", "before_from", N_("La fin est avant le début."));
	else if (!e.n && p.to - p.from > PERIOD_DAYS_MAX)
		api_error(&e, "to", "too_far",
			  N_("Choisissez une période de dix ans au plus."));
	if (by && figures_by_parse(by, &c->by) != 0)
		api_error(&e, "by", "unknown",
			  N_("Ce n’est pas une façon de compter que nous connaissons."));
	if (e.n) {
		api_refuse(rq, 400, &e);
		return -1;
	}
	c->period = c->observer ? period_year(p) : p;
	return 0;
}

void get_staff_figures(struct http_request *rq)
{
	struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	struct figures_call asked = {.observer = is_observer(rq), .by = BY_ALL};
	struct figures_call *c;

	asked.organisation = asked_organisation(rq, t);
	if (asked.organisation == -2 || read_period(rq, t, &asked) != 0)
		return;
	c = xcalloc(1, sizeof *c);
	*c = asked;
	c->call = call_begin(rq);
	reckon_figures(
		api->reckon,
		&(struct reckon_ask){
			.from = c->period.from,
			.to = c->period.to,
			.organisation = c->organisation == TERRITORY_NONE
						? 0
						: t->organisations[c->organisation].id,
			.agenda = booking_agenda(api->booking),
			.organisation_index = c->organisation,
			.today = today_of(t),
		},
		answer_figures, c);
}

/* ---- what runs dry ---- */

void get_staff_forecast(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	int organisation = asked_organisation(rq, t);
	struct forecast_row *rows;
	struct buf b = BUF_INIT;
	size_t n;

	if (organisation == -2)
		return;
	n = forecast_sites(booking_agenda(api->booking), organisation, clock_now(),
			   &rows);
	buf_addlit(&b, "{\"forecast\":[");
	for (size_t i = 0; i < n; i++) {
		const struct site *s = &t->sites[rows[i].site];

		buf_addf(&b, "%s{\"site\":", i ? "," : "");
		buf_add_json_string(&b, s->slug);
		buf_addlit(&b, ",\"service\":");
		buf_add_json_string(&b, t->services[rows[i].service].slug);
		buf_addf(&b, ",\"free_14_days\":%d,\"free_28_days\":%d,\"wait_days\":",
			 rows[i].free_near, rows[i].free_far);
		if (rows[i].wait_days < 0)
			buf_addlit(&b, "null,\"first\":null");
		else {
			buf_addf(&b, "%d,\"first\":", rows[i].wait_days);
			show_instant(&b, s->zone, rows[i].first);
		}
		buf_addf(&b, ",\"runs_dry\":%s}", rows[i].dry ? "true" : "false");
	}
	buf_addf(&b, "],\"counted_to\":%d}", FORECAST_FREE_MAX);
	free(rows);
	http_reply_json(rq, 200, &b);
}

/* ---- what needs a hand ---- */

static void add_slug(struct buf *b, const char *name, const char *slug)
{
	buf_addf(b, ",\"%s\":", name);
	buf_add_json_string(b, slug);
}

static void add_item(struct buf *b, const struct territory *t, const struct todo_item *i)
{
	const struct zone *z =
		i->site == TERRITORY_NONE ? t->zone : t->sites[i->site].zone;

	buf_addf(b, "{\"kind\":\"%s\",\"organisation\":", todo_kind_name(i->kind));
	if (i->organisation == TERRITORY_NONE)
		buf_addlit(b, "null");
	else
		buf_add_json_string(b, t->organisations[i->organisation].slug);
	if (i->kind == TODO_NOTICE)
		buf_addf(b, ",\"notice\":\"%lld\"", (long long)i->id);
	else if (i->id)
		buf_addf(b, ",\"appointment\":\"%lld\"", (long long)i->id);
	if (i->site != TERRITORY_NONE)
		add_slug(b, "site", t->sites[i->site].slug);
	if (i->service != TERRITORY_NONE)
		add_slug(b, "service", t->services[i->service].slug);
	if (i->counsellor != TERRITORY_NONE)
		add_slug(b, "counsellor", t->counsellors[i->counsellor].slug);
	if (i->kind == TODO_END)
		add_slug(b, "opening", i->text);
	else if (*i->text)
		add_slug(b, "text", i->text);
	if (i->count)
		buf_addf(b, ",\"count\":%zu", i->count);
	if (i->at) {
		buf_addlit(b, ",\"at\":");
		show_instant(b, z, i->at);
	}
	if (i->until) {
		buf_addlit(b, ",\"until\":");
		show_instant(b, z, i->until);
	}
	if (i->kind == TODO_END) {
		buf_addch(b, ',');
		add_day(b, "last_day", i->day);
	}
	if (i->kind == TODO_DRY) {
		buf_addf(b, ",\"free_14_days\":%d,\"wait_days\":", i->free_near);
		if (i->wait_days < 0)
			buf_addlit(b, "null");
		else
			buf_addint(b, i->wait_days);
	}
	buf_addch(b, '}');
}

static void answer_todo(void *arg, enum rdvd_rc rc, const struct todo_item *items,
			size_t n)
{
	struct api_call *c = arg;
	const struct territory *t = booking_territory(c->api->booking);
	struct http_request *rq = call_end_read(c, rc);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	buf_addlit(&b, "{\"todo\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addch(&b, ',');
		add_item(&b, t, &items[i]);
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

void get_staff_todo(struct http_request *rq)
{
	struct api *api = http_request_context(rq);
	const struct todo_rooms rooms = {.booking = api->booking,
					 .inbox = api->inbox,
					 .waiting = api->waiting,
					 .visits = api->visits};
	int organisation = asked_organisation(rq, booking_territory(api->booking));

	if (organisation != -2)
		todo_find(&rooms, organisation, clock_now(), answer_todo, call_begin(rq));
}
