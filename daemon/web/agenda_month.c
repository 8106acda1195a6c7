/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_month.c - the month: a calendar that says for each day who is where, how many
 * people are booked and how much time is still free. Each day leads to its grid. */
#include <string.h>

#include "web/agenda_room.h"

#define BANDS_MAX 6 /* of a day; more are counted */

static const char *say_free(struct http_request *rq, int minutes)
{
	const struct lang *l = http_request_lang(rq);

	if (minutes < 5)
		return NULL;
	return page_text(rq, tr(l, "libre\u00a0: %s"), page_duration(rq, minutes));
}

/* A permanence of several people is one line. */
static bool is_said(const struct presences *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (p->items[k].occurrence && p->items[i].occurrence &&
		    p->items[k].day == p->items[i].day &&
		    p->items[k].start == p->items[i].start &&
		    p->items[k].site == p->items[i].site &&
		    p->items[k].occurrence->opening == p->items[i].occurrence->opening &&
		    p->items[k].end == p->items[i].end)
			return true;
	return false;
}

static const char *say_band(const struct presences *p, const struct presence *one)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct zone *z = staff_zone(p->st, one->site);
	const char *where = t->sites[one->site].commune;

	if (presence_closed(p, one))
		return page_text(p->rq, "%s. %s", where, presence_closed(p, one));
	return page_text(p->rq, tr(http_request_lang(p->rq), "%1$s, de %2$s à %3$s"),
			 where, staff_hour_words(p->rq, z, one->start),
			 staff_hour_words(p->rq, z, one->end));
}

static void say_bands(const struct presences *p, civil_day day,
		      struct agenda_month_day *out)
{
	struct agenda_month_band *bands =
		http_request_alloc(p->rq, BANDS_MAX * sizeof(*bands));
	size_t more = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct presence *one = &p->items[i];

		if (one->day != day || !one->occurrence || is_said(p, i))
			continue;
		if (out->nbands == BANDS_MAX - 1)
			more++;
		else
			bands[out->nbands++] = (struct agenda_month_band){
				say_band(p, one), presence_url(p, one)};
	}
	if (more)
		bands[out->nbands++] = (struct agenda_month_band){
			.text = page_text(p->rq,
					  trn(http_request_lang(p->rq),
					      "et %d autre permanence",
					      "et %d autres permanences", (int)more),
					  (int)more)};
	out->bands = bands;
}

static void fill_day(const struct presences *p, civil_day day,
		     struct agenda_month_day *out)
{
	const struct lang *l = http_request_lang(p->rq);
	struct agenda_look ask = *p->ask;
	int booked = 0, minutes = 0, month, number, this_month;

	civil_day_split(day, NULL, &month, &number);
	civil_day_split(p->ask->day, NULL, &this_month, NULL);
	ask.span = SPAN_DAY;
	*out = (struct agenda_month_day){
		.number = page_text(p->rq, "%d", number),
		.title = staff_day_words(p->rq, p->st, day, true),
		.url = agenda_url(p->rq, p->st, &ask, day, WAY_PERSONS),
		.outside = month != this_month,
		.today = day == staff_today(p->st),
		.past = day < staff_today(p->st),
	};
	for (size_t i = 0; i < p->n; i++) {
		int people, time_left;

		if (p->items[i].day != day)
			continue;
		presence_count(p, &p->items[i], &people, &time_left);
		booked += people;
		minutes += time_left;
	}
	if (booked)
		out->counts = page_text(
			p->rq, trn(l, "%d rendez-vous", "%d rendez-vous", booked),
			booked);
	out->free_text = say_free(p->rq, minutes);
	say_bands(p, day, out);
	if (presence_absences(p, day))
		out->closed = page_text(p->rq, tr(l, "Absence\u00a0: %s"),
					presence_absences(p, day));
}

void agenda_month(const struct presences *p, struct buf *out)
{
	size_t n = (size_t)p->ask->ndays / 7;
	struct agenda_month_week *weeks =
		http_request_alloc(p->rq, (n + 1) * sizeof(*weeks));
	const struct agenda_month_view v = {.weeks = weeks, .nweeks = n};
	struct agenda_look ask = *p->ask;

	ask.span = SPAN_WEEK;
	for (size_t w = 0; w < n; w++) {
		struct agenda_month_day *days =
			http_request_alloc(p->rq, 7 * sizeof(*days));
		civil_day monday = p->ask->from + (civil_day)w * 7;

		for (int d = 0; d < 7; d++)
			fill_day(p, monday + d, &days[d]);
		weeks[w] = (struct agenda_month_week){
			.days = days,
			.ndays = 7,
			.title = page_text(p->rq,
					   tr(http_request_lang(p->rq), "Semaine du %s"),
					   staff_day_words(p->rq, p->st, monday, false)),
			.url = agenda_url(p->rq, p->st, &ask, monday, p->ask->way),
		};
	}
	page_agenda_month(out, http_request_lang(p->rq), &v);
}
