/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_say.c - the form of a permanence filled with what was typed: places, people and
 * kinds of appointment that she may choose, rhythms, months. */
#include <string.h>

#include "agenda/names.h"
#include "base/mem.h"
#include "web/opening_room.h"

static int is_english(struct http_request *rq)
{
	return strcmp(http_request_lang_code(rq), "en") == 0;
}

static size_t sites_of(struct http_request *rq, const struct staff *st,
		       const struct viewer *who, const char *chosen, const char *first,
		       const struct option_view **out)
{
	const struct territory *t = booking_territory(st->web.booking);

	return staff_site_options(rq, st, who,
				  *chosen ? territory_site(t, chosen) : TERRITORY_NONE,
				  first, out);
}

static bool is_among(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], s) == 0)
			return true;
	return false;
}

static void say_people(struct http_request *rq, const struct staff *st,
		       const struct viewer *who, const struct opening_typed *t,
		       struct opening_form_view *v)
{
	const struct territory *is = booking_territory(st->web.booking);
	struct opening_tick *ticks = http_request_alloc(
		rq, ((size_t)is->live_counsellors + 1) * sizeof(*ticks));
	size_t n = 0;

	for (int i = 0; i < is->live_counsellors; i++) {
		if (!staff_may_see_counsellor(st, who, i))
			continue;
		ticks[n] = (struct opening_tick){
			.id = page_text(rq, "qui-%zu", n + 1),
			.value = is->counsellors[i].slug,
			.text = is->counsellors[i].label,
			.ticked =
				is_among(is->counsellors[i].slug, t->people, t->npeople),
		};
		n++;
	}
	if (n == 1) /* nobody else to choose */
		ticks[0].ticked = true;
	v->people = ticks;
	v->npeople = n;
}

static void say_services(struct http_request *rq, const struct staff *st,
			 const struct viewer *who, const struct opening_typed *t,
			 struct opening_form_view *v)
{
	const struct territory *is = booking_territory(st->web.booking);
	struct opening_tick *ticks =
		http_request_alloc(rq, ((size_t)is->live_services + 1) * sizeof(*ticks));
	size_t n = 0;

	for (int i = 0; i < is->live_services; i++) {
		const struct service *s = &is->services[i];

		if (s->organisation != TERRITORY_NONE &&
		    !staff_may(st, who, RIGHT(SERVICE, SEE), s->organisation))
			continue;
		ticks[n] = (struct opening_tick){
			.id = page_text(rq, "type-%zu", n + 1),
			.value = s->slug,
			.text = bitext_get(&s->name, http_request_lang_code(rq)),
			.ticked = is_among(s->slug, t->services, t->nservices),
		};
		n++;
	}
	if (n == 1)
		ticks[0].ticked = true;
	v->services = ticks;
	v->nservices = n;
}

static void say_weekdays(struct http_request *rq, const struct opening_typed *t,
			 struct opening_form_view *v)
{
	struct opening_tick *days = http_request_alloc(rq, 7 * sizeof(*days));
	struct option_view *one = http_request_alloc(rq, 7 * sizeof(*one));

	for (int d = 0; d < 7; d++) {
		const char *value = page_text(rq, "%d", d);

		days[d] = (struct opening_tick){.id = page_text(rq, "jours-%d", d),
						.value = value,
						.text = weekday_name(is_english(rq), d),
						.ticked = t->weekdays >> d & 1};
		one[d] = (struct option_view){.value = value,
					      .text = weekday_name(is_english(rq), d),
					      .selected = strcmp(value, t->weekday) == 0};
	}
	v->weekdays = days;
	v->nweekdays = 7;
	v->days = one;
	v->ndays = 7;
}

static void say_months(struct http_request *rq, const struct opening_typed *t,
		       struct opening_form_view *v)
{
	struct opening_tick *months = http_request_alloc(rq, 12 * sizeof(*months));

	for (int m = 1; m <= 12; m++)
		months[m - 1] =
			(struct opening_tick){.id = page_text(rq, "sauf-%d", m),
					      .value = page_text(rq, "%d", m),
					      .text = month_name(is_english(rq), m),
					      .ticked = t->months_off >> (m - 1) & 1};
	v->months = months;
	v->nmonths = 12;
	v->has_months_off = t->months_off != 0;
}

/* "chaque semaine", "une semaine sur deux" ... up to 12, and the one that stands. */
static size_t say_every(struct http_request *rq, const char *chosen, const char *each,
			const char *one_in, const struct option_view **out)
{
	struct option_view *o = http_request_alloc(rq, 13 * sizeof(*o));
	size_t n = 0;
	bool found = false;

	for (int i = 1; i <= 12; i++) {
		o[n] = (struct option_view){
			.value = page_text(rq, "%d", i),
			.text = i == 1 ? each : page_text(rq, "%s %d", one_in, i)};
		o[n].selected = strcmp(o[n].value, chosen) == 0;
		found |= o[n++].selected;
	}
	if (!found)
		o[n++] = (struct option_view){
			.value = chosen,
			.text = page_text(rq, "%s %s", one_in, chosen),
			.selected = true};
	*out = o;
	return n;
}

struct choice {
	const char *value, *text;
};

static size_t say_choices(struct http_request *rq, const struct choice *choices, size_t n,
			  const char *chosen, const struct option_view **out)
{
	const struct lang *l = http_request_lang(rq);
	struct option_view *o = http_request_alloc(rq, n * sizeof(*o));

	for (size_t i = 0; i < n; i++)
		o[i] = (struct option_view){
			.value = choices[i].value,
			.text = tr(l, choices[i].text),
			.selected = strcmp(choices[i].value, chosen) == 0};
	*out = o;
	return n;
}

static void say_rhythm(struct http_request *rq, const struct opening_typed *t,
		       struct opening_form_view *v)
{
	static const struct choice rhythms[] = {
		{"semaine", N_("Certains jours de la semaine")},
		{"mois", N_("Un jour du mois, comme le premier lundi")},
		{"une-fois", N_("Une seule fois")},
		{"texte", N_("Autrement\u00a0: une règle écrite")},
	};
	static const struct choice nths[] = {
		{"1", N_("le premier")},   {"2", N_("le deuxième")},
		{"3", N_("le troisième")}, {"4", N_("le quatrième")},
		{"5", N_("le cinquième")}, {"-1", N_("le dernier")},
	};
	static const struct choice ends[] = {
		{"sans", N_("Sans fin prévue")},
		{"date", N_("Jusqu’à une date")},
		{"fois", N_("Un certain nombre de fois")},
	};
	const struct lang *l = http_request_lang(rq);

	v->nrhythms =
		say_choices(rq, rhythms, ARRAY_SIZE(rhythms), t->rhythm, &v->rhythms);
	v->nnths = say_choices(rq, nths, ARRAY_SIZE(nths), t->nth, &v->nths);
	v->nends = say_choices(rq, ends, ARRAY_SIZE(ends), t->end, &v->ends);
	v->nweeks = say_every(rq, t->weeks, tr(l, "chaque semaine"),
			      tr(l, "une semaine sur"), &v->weeks);
	v->nevery_months = say_every(rq, t->months, tr(l, "chaque mois"),
				     tr(l, "un mois sur"), &v->every_months);
	v->by_text = strcmp(t->rhythm, "texte") == 0;
}

static void say_reserve(struct http_request *rq, const struct opening_typed *t,
			struct opening_form_view *v)
{
	static const struct choice days[] = {
		{"0", N_("le jour même")},	{"1", N_("la veille")},
		{"2", N_("deux jours avant")},	{"3", N_("trois jours avant")},
		{"7", N_("une semaine avant")},
	};

	v->nreserve_days = say_choices(rq, days, ARRAY_SIZE(days), t->reserve_days,
				       &v->reserve_days);
	v->reserve = t->reserve;
	v->reserve_hour = t->reserve_hour;
}

void opening_say_fields(struct http_request *rq, const struct staff *st,
			const struct viewer *who, const struct opening_typed *t,
			struct opening_form_view *v)
{
	const struct lang *l = http_request_lang(rq);

	v->nsites = sites_of(rq, st, who, t->site, NULL, &v->sites);
	if (!t->slug)
		v->nother_sites = sites_of(rq, st, who, t->other_site,
					   tr(l, "nulle part"), &v->other_sites);
	say_people(rq, st, who, t, v);
	say_services(rq, st, who, t, v);
	say_weekdays(rq, t, v);
	say_months(rq, t, v);
	say_rhythm(rq, t, v);
	say_reserve(rq, t, v);
	v->start = t->start;
	v->from = t->from;
	v->to = t->to;
	v->text = t->text;
	v->until = t->until;
	v->count = t->count;
	v->version = t->version;
	v->team_only = t->team_only;
}
