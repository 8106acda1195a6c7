/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_week.c - the week: a column for each day, permanences as bands with the
 * appointments on them and the free time between. Everything leads to the day or to
 * booking; nothing is changed here. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_room.h"

struct week_ask {
	civil_day monday;
	int site, counsellor;
	struct rdvd_appointment_filter filter;
};

static const char *week_url(struct http_request *rq, const struct staff *st,
			    const struct week_ask *w, int days)
{
	const struct territory *t = booking_territory(st->web.booking);

	return page_url(
		rq, "/equipe/semaine", "jour", staff_date(rq, w->monday + days), "lieu",
		w->site == TERRITORY_NONE ? NULL : t->sites[w->site].slug, "personne",
		w->counsellor == TERRITORY_NONE ? NULL
						: t->counsellors[w->counsellor].slug,
		NULL);
}

/* The records of one day, lent from those of the week: both are in order. */
static struct record_list records_of(const struct staff *st,
				     const struct record_list *all,
				     const struct day_ask *ask)
{
	const struct zone *z = staff_zone(st, ask->site);
	rdvd_time from = zone_to_utc(z, civil_time_from(ask->day, 0));
	rdvd_time to = zone_to_utc(z, civil_time_from(ask->day + 1, 0));
	struct record_list day = {0};

	for (size_t i = 0; i < all->n; i++) {
		rdvd_time start = all->items[i].appointment->when.start;

		if (start < from || start >= to)
			continue;
		if (day.n++ == 0)
			day.items = &all->items[i];
	}
	return day;
}

static void fill_days(struct http_request *rq, const struct staff *st,
		      const struct viewer *who, const struct week_ask *w,
		      const struct record_list *records, struct staff_week_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct row_style style = {.now = clock_now(),
				  .with_counsellor = w->counsellor == TERRITORY_NONE};
	struct staff_week_day *days = http_request_alloc(rq, 7 * sizeof(*days));
	civil_day today = staff_today(st);
	size_t n = 0;

	for (int i = 0; i < 7; i++) {
		struct day_ask ask = {w->monday + i, w->site, w->counsellor};
		struct record_list list = records_of(st, records, &ask);
		struct staff_week_day *d = &days[n];

		memset(d, 0, sizeof(*d));
		d->nbands =
			staff_bands(rq, st, who, &ask, &list, &style, true, &d->bands);
		if (i >= CIVIL_SATURDAY && d->nbands == 0)
			continue;
		d->title = staff_day_words(rq, st, ask.day, true);
		d->today = ask.day == today;
		d->url = page_url(
			rq, "/equipe", "jour", staff_date(rq, ask.day), "lieu",
			w->site == TERRITORY_NONE ? NULL : t->sites[w->site].slug,
			"personne",
			w->counsellor == TERRITORY_NONE
				? NULL
				: t->counsellors[w->counsellor].slug,
			"tout",
			w->site == TERRITORY_NONE && w->counsellor == TERRITORY_NONE
				? "1"
				: NULL,
			NULL);
		n++;
	}
	v->days = days;
	v->ndays = n;
}

static void show_week(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const struct week_ask *w = data;
	struct staff_week_view v = {0};
	const struct lang *l;
	struct buf out = BUF_INIT;
	struct viewer who;

	if (!rq)
		return;
	l = http_request_lang(rq);
	staff_viewer(rq, &who);
	v.heading = page_text(rq, tr(l, "Semaine du %s"),
			      staff_day_words(rq, st, w->monday, false));
	v.before_url = week_url(rq, st, w, -7);
	v.after_url = week_url(rq, st, w, 7);
	v.now_url = "/equipe/semaine";
	v.absence_url = "/equipe/absences";
	v.date = staff_date(rq, w->monday);
	v.nplaces = staff_site_options(rq, st, &who, w->site, tr(l, "Tous les lieux"),
				       &v.places);
	v.npersons = staff_counsellor_options(rq, st, &who, w->counsellor,
					      tr(l, "Toute l’équipe"), &v.persons);
	fill_days(rq, st, &who, w, records, &v);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_WEEK);
	page_staff_week(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static void week(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct week_ask *w = http_request_alloc(rq, sizeof(*w));
	civil_day day = staff_asked_day(rq, st);
	const char *person = http_request_query(rq, "personne");
	struct day_ask ask;
	struct viewer who;

	staff_viewer(rq, &who);
	w->monday = day - civil_weekday(day);
	w->site = staff_site(st, &who, http_request_query(rq, "lieu"));
	w->counsellor = staff_counsellor(st, &who, person);
	if (!person && w->site == TERRITORY_NONE)
		w->counsellor = who.counsellor;
	ask = (struct day_ask){w->monday, w->site, w->counsellor};
	staff_filter(st, &who, &ask, 7, &w->filter);
	booking_list(st->web.booking, &w->filter, 0, show_week, staff_wait(rq, w));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/semaine",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, SEE),
	 .handle = week},
};

void staff_week_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
