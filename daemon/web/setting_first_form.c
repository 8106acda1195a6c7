/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_first_form.c - the forms of the first run, and the objects that each makes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "web/setting_first.h"
#include "web/setting_organisation.h"

#define OPENING_SLUG "premiere-permanence"
#define NOTICE_MINUTES 120
#define HORIZON_DAYS 90

/* ---- the kinds of appointment that nearly everybody needs ---- */

static const struct kind {
	const char *slug, *mode;
	const char *kept, *name, *minutes; /* fields */
	const char *fr, *en, *card_fr, *card_en;
	const char *preset; /* minutes */
} kinds[FIRST_SERVICES] = {
	{"premier-rdv", "site", "premier", "premier_nom", "premier_duree",
	 "Premier rendez-vous", "First appointment", "C’est mon premier rendez-vous",
	 "It is my first appointment", "60"},
	{"suivi", "site", "suivi", "suivi_nom", "suivi_duree", "Rendez-vous de suivi",
	 "Follow-up appointment", "J’ai déjà vu l’équipe", "I have met the team before",
	 "30"},
	{"telephone", "phone", "telephone", "telephone_nom", "telephone_duree",
	 "Rendez-vous par téléphone", "Telephone appointment",
	 "Parler avec quelqu’un au téléphone", "Talk to somebody on the phone", "30"},
};

#define KIND_FIELDS(id, legend, example)                               \
	{.name = id,                                                   \
	 .group = legend,                                              \
	 .label = N_("Proposer ce rendez-vous"),                       \
	 .kind = SETTING_CHECK},                                       \
		{.name = id "_nom",                                    \
		 .label = N_("Comment le dire aux jeunes"),            \
		 .hint = example},                                     \
	{                                                              \
		.name = id "_duree", .label = N_("Durée, en minutes"), \
		.kind = SETTING_NUMBER, .from = 5, .to = 480           \
	}

static const struct setting_field kind_fields[] = {
	KIND_FIELDS("premier", N_("Le premier rendez-vous"), NULL),
	KIND_FIELDS("suivi", N_("Le rendez-vous de suivi"), NULL),
	KIND_FIELDS("telephone", N_("Le rendez-vous par téléphone"), NULL),
};

/* ---- the first opening ---- */

static const struct setting_choice weekdays[] = {
	{"MO", N_("Le lundi")},	   {"TU", N_("Le mardi")},
	{"WE", N_("Le mercredi")}, {"TH", N_("Le jeudi")},
	{"FR", N_("Le vendredi")}, {"SA", N_("Le samedi")},
	{"SU", N_("Le dimanche")}, {NULL, NULL},
};

static const struct setting_choice rhythms[] = {
	{"1", N_("Chaque semaine")},
	{"2", N_("Une semaine sur deux")},
	{NULL, NULL},
};

static const struct setting_field opening_fields[] = {
	{.name = "qui",
	 .label = N_("Qui reçoit"),
	 .hint = N_("Votre prénom, comme l’équipe vous appelle. Vous ajouterez vos "
		    "collègues "
		    "ensuite."),
	 .missing = N_("Écrivez qui reçoit."),
	 .max = 80},
	{.name = "jour",
	 .label = N_("Quel jour"),
	 .kind = SETTING_CHOICE,
	 .choices = weekdays},
	{.name = "debut",
	 .label = N_("De quelle heure"),
	 .input = "time",
	 .brief = true,
	 .max = 5,
	 .missing = N_("Écrivez l’heure du début, comme 09:00.")},
	{.name = "fin",
	 .label = N_("À quelle heure"),
	 .input = "time",
	 .brief = true,
	 .max = 5,
	 .missing = N_("Écrivez l’heure de la fin, comme 12:00.")},
	{.name = "rythme",
	 .label = N_("Combien de fois"),
	 .kind = SETTING_CHOICE,
	 .choices = rhythms},
	{.name = "premiere",
	 .label = N_("Première fois"),
	 .hint = N_("Vide\u00a0: la prochaine."),
	 .input = "date",
	 .brief = true,
	 .max = 10},
};

/* ---- what there is already ---- */

int setting_first_site(const struct territory *t, int organisation)
{
	for (int i = 0; i < t->live_sites; i++)
		if (t->sites[i].organisation == organisation)
			return i;
	return TERRITORY_NONE;
}

int setting_first_opening(const struct territory *t, int organisation)
{
	for (int i = 0; i < t->nopenings; i++)
		if (t->sites[t->openings[i].site].organisation == organisation)
			return i;
	return TERRITORY_NONE;
}

static bool has_service(const struct territory *t, int organisation)
{
	for (int i = 0; i < t->live_services; i++)
		if (t->services[i].organisation == TERRITORY_NONE ||
		    t->services[i].organisation == organisation)
			return true;
	return false;
}

enum first_step setting_first_next(const struct territory *t, int organisation)
{
	if (organisation == TERRITORY_NONE)
		return FIRST_NAME;
	if (setting_first_site(t, organisation) == TERRITORY_NONE)
		return FIRST_PLACE;
	return has_service(t, organisation) ? FIRST_OPENING : FIRST_KINDS;
}

/* ---- filling the forms ---- */

static void load_object(struct http_request *rq, const struct staff *st,
			struct setting_form *f, enum rdvd_definition_kind kind,
			const char *slug)
{
	json_t *o = booking_definition(st->web.booking, kind, slug);

	setting_form_load(rq, f, o);
	json_decref(o);
}

static void load_place(struct http_request *rq, const struct staff *st, struct first *f)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = setting_first_site(t, f->organisation);
	const struct site *s = &t->sites[i == TERRITORY_NONE ? 0 : i];

	if (i == TERRITORY_NONE)
		return;
	load_object(rq, st, &f->site.form, RDVD_DEF_SITE, s->slug);
	f->site.insee = s->insee;
	setting_put(&f->site.form, "commune",
		    *s->postcode ? page_text(rq, "%s (%s)", s->commune, s->postcode)
				 : s->commune);
}

static void load_kinds(struct http_request *rq, const struct staff *st, struct first *f)
{
	const struct territory *t = booking_territory(st->web.booking);
	bool again = has_service(t, f->organisation);

	for (size_t i = 0; i < FIRST_SERVICES; i++) {
		const struct kind *k = &kinds[i];
		int s = territory_service(t, k->slug);
		bool stands = s != TERRITORY_NONE && s < t->live_services;

		setting_put(&f->site.form, k->kept, stands || !again ? "oui" : "");
		setting_put(&f->site.form, k->name,
			    stands ? page_service(rq, &t->services[s]) : k->card_fr);
		setting_put(&f->site.form, k->minutes,
			    stands ? page_text(rq, "%d", t->services[s].minutes)
				   : k->preset);
	}
}

static void load_opening(struct http_request *rq, const struct staff *st, struct first *f)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = setting_first_opening(t, f->organisation);
	struct setting_form *form = &f->site.form;
	const struct opening *o;
	struct viewer who;
	int minute;

	staff_viewer(rq, &who);
	setting_put(form, "qui", *who.user->name ? who.user->name : "");
	setting_put(form, "jour", "MO");
	setting_put(form, "debut", "09:00");
	setting_put(form, "fin", "12:00");
	setting_put(form, "rythme", "1");
	if (i == TERRITORY_NONE)
		return;
	o = &t->openings[i];
	if (o->ncounsellors > 0)
		setting_put(form, "qui", t->counsellors[o->counsellors[0]].label);
	setting_put(form, "jour",
		    weekdays[civil_weekday(civil_time_day(o->start))].value);
	minute = civil_time_minute(o->start);
	setting_put(form, "debut", page_text(rq, "%02d:%02d", minute / 60, minute % 60));
	minute = civil_time_minute(o->end);
	setting_put(form, "fin", page_text(rq, "%02d:%02d", minute / 60, minute % 60));
	setting_put(form, "rythme",
		    o->rrule && strstr(o->rrule, "INTERVAL=2") ? "2" : "1");
	setting_put(form, "premiere", staff_date(rq, civil_time_day(o->start)));
}

static void set_fields(struct first *f)
{
	struct setting_form *form = &f->site.form;

	switch (f->step) {
	case FIRST_NAME:
		setting_form_init(form, setting_organisation_fields,
				  SETTING_ORGANISATION_FIRST);
		break;
	case FIRST_PLACE:
		setting_form_init(form, setting_site_fields,
				  SETTING_SITE_FIRST + SETTING_SITE_WHERE);
		break;
	case FIRST_KINDS:
		setting_form_init(form, kind_fields, ARRAY_SIZE(kind_fields));
		break;
	case FIRST_OPENING:
		setting_form_init(form, opening_fields, ARRAY_SIZE(opening_fields));
		break;
	}
	f->site.insee = "";
	f->site.site = TERRITORY_NONE;
	f->site.organisation = f->organisation;
}

void setting_first_load(struct http_request *rq, const struct staff *st, struct first *f)
{
	const struct territory *t = booking_territory(st->web.booking);

	set_fields(f);
	switch (f->step) {
	case FIRST_NAME:
		if (f->organisation != TERRITORY_NONE)
			load_object(rq, st, &f->site.form, RDVD_DEF_ORGANISATION,
				    t->organisations[f->organisation].slug);
		break;
	case FIRST_PLACE: load_place(rq, st, f); break;
	case FIRST_KINDS: load_kinds(rq, st, f); break;
	case FIRST_OPENING: load_opening(rq, st, f); break;
	}
}

/* ---- what was sent ---- */

static void judge_kinds(struct http_request *rq, struct setting_form *f)
{
	const struct lang *l = http_request_lang(rq);
	int64_t minutes;
	int kept = 0;

	for (size_t i = 0; i < FIRST_SERVICES; i++) {
		const struct kind *k = &kinds[i];

		if (!*setting_value(f, k->kept))
			continue;
		kept++;
		if (!*setting_value(f, k->name))
			setting_blame(f, k->name, tr(l, "Donnez-lui un nom."));
		if (parse_int(setting_value(f, k->minutes), 5, 480, &minutes) < 0)
			setting_blame(f, k->minutes,
				      tr(l, "Écrivez combien de minutes."));
		else if (minutes % 5)
			setting_blame(f, k->minutes,
				      tr(l, "Choisissez un multiple de 5 minutes."));
	}
	if (!kept)
		setting_blame(f, "premier",
			      tr(l, "Gardez au moins un type de rendez-vous."));
}

/* The hour of a field as a civil time of 2000; -1: blamed. */
static int hour_of(struct http_request *rq, struct setting_form *f, const char *name,
		   int *minute)
{
	const struct lang *l = http_request_lang(rq);
	civil_time t;

	if (!*setting_value(f, name))
		return -1;
	if (civil_time_parse(page_text(rq, "2000-01-01T%s", setting_value(f, name)), &t) <
	    0) {
		setting_blame(f, name, tr(l, "Écrivez une heure, comme 09:00."));
		return -1;
	}
	*minute = civil_time_minute(t);
	if (*minute % 5) {
		setting_blame(f, name, tr(l, "Choisissez un multiple de 5 minutes."));
		return -1;
	}
	return 0;
}

static int weekday_of(const struct setting_form *f)
{
	int i = 0;

	while (weekdays[i].value && strcmp(weekdays[i].value, setting_value(f, "jour")))
		i++;
	return weekdays[i].value ? i : CIVIL_MONDAY;
}

static void judge_opening(struct http_request *rq, const struct staff *st,
			  struct setting_form *f)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	int from, to, longest = 0;
	civil_day day;

	if (*setting_value(f, "premiere")) {
		if (civil_day_parse(setting_value(f, "premiere"), &day) < 0)
			setting_blame(f, "premiere",
				      tr(l, "Écrivez une date, comme 2026-12-24."));
		else if (civil_weekday(day) != weekday_of(f))
			setting_blame(f, "premiere",
				      tr(l, "Ce n’est pas le jour choisi plus haut."));
	}
	if (hour_of(rq, f, "debut", &from) < 0 || hour_of(rq, f, "fin", &to) < 0)
		return;
	for (int i = 0; i < t->live_services; i++)
		if (t->services[i].minutes > longest)
			longest = t->services[i].minutes;
	if (to <= from)
		setting_blame(f, "fin", tr(l, "La fin doit venir après le début."));
	else if (to - from < longest)
		setting_blame(
			f, "fin",
			page_text(rq,
				  tr(l, "C’est trop court pour un rendez-vous de %s."),
				  page_duration(rq, longest)));
}

void setting_first_read(struct http_request *rq, const struct staff *st, struct first *f)
{
	set_fields(f);
	switch (f->step) {
	case FIRST_NAME: setting_organisation_read(rq, st, &f->site.form); return;
	case FIRST_PLACE: setting_site_read(rq, st, &f->site); return;
	case FIRST_KINDS:
		setting_form_read(rq, &f->site.form);
		judge_kinds(rq, &f->site.form);
		return;
	case FIRST_OPENING:
		setting_form_read(rq, &f->site.form);
		judge_opening(rq, st, &f->site.form);
		return;
	}
}

/* ---- what is made of it ---- */

/* The object as it stands, or an empty one. */
static json_t *before(const struct staff *st, enum rdvd_definition_kind kind,
		      const char *slug)
{
	json_t *o = slug ? booking_definition(st->web.booking, kind, slug) : NULL;

	return o ? o : json_object();
}

static size_t make_name(struct http_request *rq, const struct staff *st,
			const struct first *f, struct booking_edit *e)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *name = setting_value(&f->site.form, "nom");
	size_t n = 0;
	json_t *o;

	if (!*t->id)
		e[n++] = (struct booking_edit){
			.kind = RDVD_DEF_NETWORK,
			.slug = setting_slug(rq, t, RDVD_DEF_NETWORK, name),
			.body = json_pack("{s:s}", "name", name),
			.fresh = 1,
		};
	e[n].kind = RDVD_DEF_ORGANISATION;
	e[n].fresh = f->organisation == TERRITORY_NONE;
	e[n].slug = e[n].fresh ? setting_slug(rq, t, RDVD_DEF_ORGANISATION, name)
			       : t->organisations[f->organisation].slug;
	o = before(st, RDVD_DEF_ORGANISATION, e[n].fresh ? NULL : e[n].slug);
	setting_form_store(&f->site.form, o);
	e[n++].body = o;
	return n;
}

static size_t make_place(struct http_request *rq, const struct staff *st,
			 const struct first *f, struct booking_edit *e)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = setting_first_site(t, f->organisation);
	const char *slug = i == TERRITORY_NONE ? NULL : t->sites[i].slug;
	json_t *o = before(st, RDVD_DEF_SITE, slug);
	json_t *lat = json_incref(json_object_get(o, "lat"));
	json_t *lon = json_incref(json_object_get(o, "lon"));

	setting_site_store(st, &f->site, o);
	/* the same commune: the point may have been corrected on the map */
	if (slug && strcmp(t->sites[i].insee, f->site.insee) == 0) {
		json_object_set(o, "lat", lat);
		json_object_set(o, "lon", lon);
	}
	json_decref(lat);
	json_decref(lon);
	*e = (struct booking_edit){
		.kind = RDVD_DEF_SITE,
		.slug = slug ? slug
			     : setting_slug(rq, t, RDVD_DEF_SITE,
					    setting_value(&f->site.form, "nom")),
		.body = o,
		.fresh = !slug,
	};
	return 1;
}

static json_t *kind_json(const struct staff *st, const struct first *f,
			 const struct kind *k)
{
	const struct territory *t = booking_territory(st->web.booking);
	json_t *o = before(st, RDVD_DEF_SERVICE, k->slug);
	const char *name = setting_value(&f->site.form, k->name);
	int64_t minutes = 30;

	parse_int(setting_value(&f->site.form, k->minutes), 5, 480, &minutes);
	if (json_object_size(o) == 0)
		json_object_update_new(
			o, json_pack("{s:{s:s, s:s}, s:s, s:i, s:i}", "name", "fr", k->fr,
				     "en", k->en, "mode", k->mode, "min_notice_minutes",
				     NOTICE_MINUTES, "max_notice_days", HORIZON_DAYS));
	if (strcmp(name, k->card_fr) == 0)
		json_object_set_new(
			o, "card",
			json_pack("{s:s, s:s}", "fr", k->card_fr, "en", k->card_en));
	else
		json_object_set_new(o, "card", json_string(name));
	json_object_set_new(o, "minutes", json_integer(minutes));
	json_object_set_new(o, "organisation",
			    json_string(t->organisations[f->organisation].slug));
	return o;
}

static size_t make_kinds(const struct staff *st, const struct first *f,
			 struct booking_edit *e)
{
	const struct territory *t = booking_territory(st->web.booking);
	size_t n = 0;

	for (size_t i = 0; i < FIRST_SERVICES; i++) {
		const struct kind *k = &kinds[i];
		int s = territory_service(t, k->slug);

		if (*setting_value(&f->site.form, k->kept))
			e[n++] = (struct booking_edit){
				.kind = RDVD_DEF_SERVICE,
				.slug = k->slug,
				.body = kind_json(st, f, k),
			};
		else if (s != TERRITORY_NONE && s < t->live_services)
			e[n++] = (struct booking_edit){.kind = RDVD_DEF_SERVICE,
						       .slug = k->slug};
	}
	return n;
}

static json_t *opening_json(struct http_request *rq, const struct staff *st,
			    const struct first *f, const char *counsellor)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct setting_form *form = &f->site.form;
	civil_day day = staff_today(st) + 1;
	json_t *services = json_array(), *o;
	const char *date;

	if (*setting_value(form, "premiere"))
		civil_day_parse(setting_value(form, "premiere"), &day);
	else
		while (civil_weekday(day) != weekday_of(form))
			day++;
	for (int i = 0; i < t->live_services; i++)
		if (t->services[i].organisation == TERRITORY_NONE ||
		    t->services[i].organisation == f->organisation)
			json_array_append_new(services, json_string(t->services[i].slug));
	date = staff_date(rq, day);
	o = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s}", "site",
		      t->sites[setting_first_site(t, f->organisation)].slug, "counsellor",
		      counsellor, "services", services, "start",
		      page_text(rq, "%sT%s", date, setting_value(form, "debut")), "end",
		      page_text(rq, "%sT%s", date, setting_value(form, "fin")), "rrule",
		      page_text(rq, "FREQ=WEEKLY;INTERVAL=%s;BYDAY=%s",
				setting_value(form, "rythme"),
				setting_value(form, "jour")));
	return o;
}

static size_t make_opening(struct http_request *rq, const struct staff *st,
			   const struct first *f, struct booking_edit *e)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = setting_first_opening(t, f->organisation);
	const char *name = setting_value(&f->site.form, "qui");
	struct viewer who;
	json_t *o;

	staff_viewer(rq, &who);
	e[0].kind = RDVD_DEF_COUNSELLOR;
	if (who.counsellor != TERRITORY_NONE && who.counsellor < t->live_counsellors)
		e[0].slug = t->counsellors[who.counsellor].slug;
	else
		e[0].slug = setting_slug(rq, t, RDVD_DEF_COUNSELLOR, name);
	o = before(st, RDVD_DEF_COUNSELLOR, e[0].slug);
	json_object_set_new(o, "label", json_string(name));
	json_object_set_new(o, "organisation",
			    json_string(t->organisations[f->organisation].slug));
	e[0].body = o;
	e[1] = (struct booking_edit){
		.kind = RDVD_DEF_OPENING,
		.slug = i == TERRITORY_NONE
				? setting_slug(rq, t, RDVD_DEF_OPENING, OPENING_SLUG)
				: t->openings[i].slug,
		.body = opening_json(rq, st, f, e[0].slug),
	};
	return 2;
}

size_t setting_first_edits(struct http_request *rq, const struct staff *st,
			   const struct first *f, struct booking_edit *edits)
{
	memset(edits, 0, FIRST_EDITS * sizeof(*edits));
	switch (f->step) {
	case FIRST_NAME: return make_name(rq, st, f, edits);
	case FIRST_PLACE: return make_place(rq, st, f, edits);
	case FIRST_KINDS: return make_kinds(st, f, edits);
	case FIRST_OPENING: return make_opening(rq, st, f, edits);
	}
	return 0;
}

void setting_first_drop(struct booking_edit *edits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_decref((json_t *)edits[i].body);
}
