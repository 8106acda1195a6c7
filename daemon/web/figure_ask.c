/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_ask.c - from when to when, compared with what, of whom: read from the address,
 * given back as a form, and said in words. */
#include <string.h>

#include "base/mem.h"
#include "web/figure_room.h"

enum { CHOSEN = PERIOD_LAST_YEAR + 1, PERIODS };

static const struct {
	const char *word, *text;
} periods[PERIODS] = {
	[PERIOD_THIS_MONTH] = {"mois", N_("Ce mois-ci")},
	[PERIOD_LAST_MONTH] = {"mois-dernier", N_("Le mois dernier")},
	[PERIOD_THIS_YEAR] = {"annee", N_("Cette année")},
	[PERIOD_LAST_YEAR] = {"annee-derniere", N_("L’année dernière")},
	[CHOSEN] = {"dates", N_("D’une date à une autre")},
};

static const struct {
	const char *word, *text;
} comparisons[] = {
	[COMPARE_BEFORE] = {"avant", N_("La période d’avant")},
	[COMPARE_YEAR] = {"an", N_("La même, un an plus tôt")},
	[COMPARE_NOTHING] = {"non", N_("Rien")},
};

static const char *const months[12] = {
	N_("janvier"),	 N_("février"), N_("mars"),	N_("avril"),
	N_("mai"),	 N_("juin"),	N_("juillet"),	N_("août"),
	N_("septembre"), N_("octobre"), N_("novembre"), N_("décembre"),
};

/* ---- words ---- */

const char *figure_month_words(struct http_request *rq, int64_t month, bool with_year)
{
	const struct lang *l = http_request_lang(rq);
	const char *name = tr(l, months[month % 12]);

	return with_year ? page_text(rq, "%s %d", name, (int)(month / 12)) : name;
}

const char *figure_date_words(struct http_request *rq, civil_day day, bool year)
{
	const struct lang *l = http_request_lang(rq);
	bool english = !strcmp(http_request_lang_code(rq), "en");
	int y, m, d;
	const char *month;

	civil_day_split(day, &y, &m, &d);
	month = tr(l, months[m - 1]);
	if (year)
		return page_text(rq, "%d%s %s %d", d, d == 1 && !english ? "er" : "",
				 month, y);
	return page_text(rq, "%d%s %s", d, d == 1 && !english ? "er" : "", month);
}

const char *figure_period_words(struct http_request *rq, struct period p)
{
	const struct lang *l = http_request_lang(rq);
	int y, m, z, n;

	civil_day_split(p.from, &y, &m, NULL);
	civil_day_split(p.to - 1, &z, &n, NULL);
	if (period_is_months(p) && y == z && m == n)
		return figure_month_words(rq, (int64_t)y * 12 + m - 1, true);
	if (period_is_months(p) && y == z && m == 1 && n == 12)
		return page_text(rq, "%d", y);
	return page_text(rq, tr(l, "du %1$s au %2$s"),
			 figure_date_words(rq, p.from, y != z),
			 figure_date_words(rq, p.to - 1, true));
}

const char *figure_whose(const struct staff *st, const struct figure_ask *ask)
{
	const struct territory *t = booking_territory(st->web.booking);

	return ask->organisation == TERRITORY_NONE
		       ? t->name
		       : t->organisations[ask->organisation].name;
}

/* ---- reading ---- */

static int read_dates(struct http_request *rq, const struct staff *st,
		      struct figure_ask *ask)
{
	const char *from = http_request_query(rq, "du"),
		   *to = http_request_query(rq, "au");
	const struct lang *l = http_request_lang(rq);
	struct period p;

	(void)st;
	if (!from || civil_day_parse(from, &p.from) != 0 || !to ||
	    civil_day_parse(to, &p.to) != 0) {
		ask->error = tr(l, "Donnez les deux dates.");
		return -1;
	}
	p.to++; /* people say the last day */
	if (p.to <= p.from) {
		ask->error = tr(l, "La fin est avant le début.");
		return -1;
	}
	if (p.to - p.from > PERIOD_DAYS_MAX) {
		ask->error = tr(l, "Choisissez une période de dix ans au plus.");
		return -1;
	}
	ask->period = p;
	return 0;
}

/* Other dates than the form came with count, whatever is chosen beside them. */
static bool dates_were_changed(const struct http_request *rq)
{
	static const char *const names[][2] = {{"du", "vu_du"}, {"au", "vu_au"}};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *now = http_request_query(rq, names[i][0]);
		const char *shown = http_request_query(rq, names[i][1]);

		if (now && shown && strcmp(now, shown) != 0)
			return true;
	}
	return false;
}

static void read_period(struct http_request *rq, const struct staff *st,
			struct figure_ask *ask)
{
	const char *word = http_request_query(rq, "periode");
	size_t chosen = PERIOD_THIS_MONTH;

	for (size_t i = 0; word && i < PERIODS; i++)
		if (!strcmp(periods[i].word, word))
			chosen = i;
	if (dates_were_changed(rq))
		chosen = CHOSEN;
	ask->word = periods[chosen].word;
	if (chosen != CHOSEN)
		ask->period = period_of((enum period_kind)chosen, staff_today(st));
	else if (read_dates(rq, st, ask) != 0)
		ask->period = period_of(PERIOD_THIS_MONTH, staff_today(st));
	if (ask->observer)
		ask->period = period_year(ask->period);
}

static void read_comparison(struct http_request *rq, struct figure_ask *ask)
{
	const char *word = http_request_query(rq, "comparer");

	for (size_t i = 0; word && i < ARRAY_SIZE(comparisons); i++)
		if (!strcmp(comparisons[i].word, word))
			ask->compare = (enum figure_compare)i;
	switch (ask->compare) {
	case COMPARE_BEFORE: ask->than = period_before(ask->period); break;
	case COMPARE_YEAR: ask->than = period_year_before(ask->period); break;
	case COMPARE_NOTHING: break;
	}
}

int figure_ask_read(struct http_request *rq, const struct staff *st,
		    struct figure_ask *ask)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *slug = http_request_query(rq, "structure");
	struct viewer who;

	staff_viewer(rq, &who);
	*ask = (struct figure_ask){
		.organisation = who.organisation,
		.observer = !rights_has(who.user, RIGHT(AGENDA, SEE)),
	};
	if (slug && *slug) {
		int o = territory_organisation(t, slug);

		if (o == TERRITORY_NONE || !staff_may(st, &who, RIGHT(FIGURES, SEE), o)) {
			http_fail(rq, 404, NULL);
			return -1;
		}
		ask->organisation = o;
	} else if (ask->organisation == TERRITORY_NONE && !who.all) {
		http_fail(rq, 404, NULL); /* of no organisation that there is */
		return -1;
	}
	read_period(rq, st, ask);
	read_comparison(rq, ask);
	return 0;
}

/* ---- the form ---- */

static const char *organisation_slug(const struct staff *st, const struct figure_ask *ask)
{
	const struct territory *t = booking_territory(st->web.booking);

	return ask->organisation == TERRITORY_NONE
		       ? ""
		       : t->organisations[ask->organisation].slug;
}

static void fill_organisations(struct http_request *rq, const struct staff *st,
			       const struct figure_ask *ask, struct figure_page_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o;
	struct viewer who;
	size_t n = 0;

	staff_viewer(rq, &who);
	if (!who.all || who.organisation != TERRITORY_NONE || t->live_organisations < 2)
		return;
	o = http_request_alloc(rq, ((size_t)t->live_organisations + 1) * sizeof(*o));
	o[n++] = (struct option_view){
		.value = "", .text = tr(http_request_lang(rq), "Tout le réseau")};
	for (int i = 0; i < t->live_organisations; i++)
		o[n++] = (struct option_view){.value = t->organisations[i].slug,
					      .text = t->organisations[i].name,
					      .selected = i == ask->organisation};
	v->organisations = o;
	v->norganisations = n;
}

void figure_ask_form(struct http_request *rq, const struct staff *st,
		     const struct figure_ask *ask, struct figure_page_view *v)
{
	const struct lang *l = http_request_lang(rq);
	const char *from = http_request_query(rq, "du"),
		   *to = http_request_query(rq, "au");
	struct option_view *p = http_request_alloc(rq, PERIODS * sizeof(*p));
	struct option_view *c =
		http_request_alloc(rq, ARRAY_SIZE(comparisons) * sizeof(*c));

	for (size_t i = 0; i < PERIODS; i++)
		p[i] = (struct option_view){.value = periods[i].word,
					    .text = tr(l, periods[i].text),
					    .selected =
						    !strcmp(periods[i].word, ask->word)};
	for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++)
		c[i] = (struct option_view){.value = comparisons[i].word,
					    .text = tr(l, comparisons[i].text),
					    .selected = i == ask->compare};
	v->periods = p;
	v->nperiods = PERIODS;
	v->comparisons = c;
	v->ncomparisons = ARRAY_SIZE(comparisons);
	v->from = ask->error && from ? from : staff_date(rq, ask->period.from);
	v->to = ask->error && to ? to : staff_date(rq, ask->period.to - 1);
	v->error = ask->error;
	v->observer = ask->observer;
	fill_organisations(rq, st, ask, v);
}

const char *figure_ask_url(struct http_request *rq, const struct staff *st,
			   const struct figure_ask *ask, const char *path)
{
	return page_url(rq, path, "periode", "dates", "du",
			staff_date(rq, ask->period.from), "au",
			staff_date(rq, ask->period.to - 1), "structure",
			organisation_slug(st, ask), NULL);
}

void figure_reckon(const struct staff *st, const struct figure_ask *ask, reckon_cb *cb,
		   void *arg)
{
	const struct territory *t = booking_territory(st->web.booking);

	reckon_figures(
		st->options.reckon,
		&(struct reckon_ask){
			.from = ask->period.from,
			.to = ask->period.to,
			.than = ask->than.from,
			.than_to = ask->than.to,
			.organisation = ask->organisation == TERRITORY_NONE
						? 0
						: t->organisations[ask->organisation].id,
			.agenda = booking_agenda(st->web.booking),
			.organisation_index = ask->organisation,
			.today = staff_today(st),
		},
		cb, arg);
}
