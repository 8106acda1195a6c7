/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_sheet.c - the day on paper: hours, names, boxes to tick. Paper is left lying
 * about, so telephone numbers stand on it only when they are asked for (?tel=1). */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_room.h"

static void read_ask(const struct http_request *rq, const struct staff *st,
		     const struct viewer *who, struct day_ask *ask)
{
	ask->day = staff_asked_day(rq, st);
	ask->counsellor = TERRITORY_NONE;
	ask->site = staff_site(st, who, http_request_query(rq, "lieu"));
	if (ask->site == TERRITORY_NONE)
		ask->counsellor =
			staff_counsellor(st, who, http_request_query(rq, "personne"));
}

static const char *sheet_url(struct http_request *rq, const char *path,
			     const char *phones)
{
	return page_url(rq, path, "jour", http_request_query(rq, "jour"), "lieu",
			http_request_query(rq, "lieu"), "personne",
			http_request_query(rq, "personne"), "tel", phones, NULL);
}

static void show_sheet(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	struct http_request *rq = staff_read_over(arg, rc, &st, NULL);
	struct staff_sheet_view v = {0};
	struct row_style style = {.now = clock_now()};
	const struct territory *t;
	struct buf out = BUF_INIT;
	struct day_ask ask;
	struct viewer who;

	if (!rq)
		return;
	t = booking_territory(st->web.booking);
	staff_viewer(rq, &who);
	read_ask(rq, st, &who, &ask);
	v.phones = http_request_query(rq, "tel") != NULL;
	v.heading = staff_day_words(rq, st, ask.day, true);
	if (ask.site != TERRITORY_NONE)
		v.sub = page_text(rq, "%s, %s", t->sites[ask.site].name,
				  t->sites[ask.site].commune);
	else if (ask.counsellor != TERRITORY_NONE)
		v.sub = t->counsellors[ask.counsellor].label;
	v.day_url = sheet_url(rq, "/equipe", NULL);
	v.other_url = sheet_url(rq, "/equipe/feuille", v.phones ? NULL : "1");
	v.nbands = staff_bands(rq, st, &who, &ask, records, &style, false, &v.bands);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_DAY);
	page_staff_sheet(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void sheet(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct rdvd_appointment_filter f;
	struct day_ask ask;
	struct viewer who;

	staff_viewer(rq, &who);
	read_ask(rq, st, &who, &ask);
	staff_filter(st, &who, &ask, 1, &f);
	f.without_cancelled = 1;
	booking_list(st->web.booking, &f, 0, show_sheet, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/feuille",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, SEE),
	 .handle = sheet},
};

void staff_sheet_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
