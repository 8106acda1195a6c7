/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_add_form.c - the form in which the team books for somebody: reading it, filling
 * in what the program knows already (the place and the person from the permanence, the
 * duration from the service), showing it again with what is wrong. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_add.h"

#define SLOTS_SHOWN 12

/* ---- reading ---- */

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{"prenom", offsetof(struct add, first_name)},
	{"nom", offsetof(struct add, last_name)},
	{"annee", offsetof(struct add, birth_year)},
	{"telephone", offsetof(struct add, phone)},
	{"email", offsetof(struct add, email)},
	{"besoin", offsetof(struct add, need)},
	{"discret", offsetof(struct add, discreet)},
	{"heures", offsetof(struct add, hours)},
	{"reponses", offsetof(struct add, only_answers)},
	{"nombre", offsetof(struct add, party)},
	{"service", offsetof(struct add, service)},
	{"lieu", offsetof(struct add, site)},
	{"endroit", offsetof(struct add, place)},
	{"code_postal", offsetof(struct add, postcode)},
	{"personne", offsetof(struct add, person)},
	{"personne2", offsetof(struct add, second)},
	{"accompagne", offsetof(struct add, companion)},
	{"creneau", offsetof(struct add, slot)},
	{"jour", offsetof(struct add, date)},
	{"heure", offsetof(struct add, hour)},
	{"cle", offsetof(struct add, key)},
	{"connue", offsetof(struct add, known)},
	{"nouvelle", offsetof(struct add, sure)},
	{"plie", offsetof(struct add, folded)},
};

static const char **string_at(struct add *a, size_t i)
{
	return (const char **)(void *)((char *)a + fields[i].offset);
}

static void read_strings(struct http_request *rq, struct add *a,
			 const char *(*read)(const struct http_request *rq,
					     const char *name))
{
	memset(a, 0, sizeof(*a));
	a->status = 200;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *value = read(rq, fields[i].name);

		*string_at(a, i) = value ? value : "";
	}
	for (int i = 0; i < SERVICE_QUESTIONS_MAX; i++) {
		const char *value = read(rq, question_field(i));

		a->answers[i] = value ? value : "";
	}
}

/* The first service that the organisation of the site offers, if none was chosen. */
static int usual_service(const struct territory *t, int site)
{
	int organisation =
		site == TERRITORY_NONE ? TERRITORY_NONE : t->sites[site].organisation;

	for (int i = 0; i < t->nopenings; i++)
		if (t->openings[i].site == site && t->openings[i].nservices > 0)
			return t->openings[i].services[0];
	for (int i = 0; i < t->live_services; i++)
		if (t->services[i].organisation == TERRITORY_NONE ||
		    t->services[i].organisation == organisation)
			return i;
	return TERRITORY_NONE;
}

static int here(void *arg, const struct occurrence *o)
{
	int *site = arg;

	if (o->closed)
		return 0;
	*site = o->site;
	return o->end > clock_now();
}

static void understand(struct http_request *rq, const struct staff *st, struct add *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct viewer who;

	staff_viewer(rq, &who);
	a->elsewhere = strcmp(a->site, "ailleurs") == 0;
	a->site_index = staff_site(st, &who, a->site);
	a->person_index = staff_counsellor(st, &who, a->person);
	a->service_index =
		*a->service ? territory_service(t, a->service) : TERRITORY_NONE;
	if (a->service_index == TERRITORY_NONE || t->services[a->service_index].retired)
		a->service_index = usual_service(t, a->site_index);
}

/* The time that was chosen. A slot brings its own place. */
static void understand_time(struct http_request *rq, const struct staff *st,
			    struct add *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	char slug[64];
	civil_day day;
	int minute;
	rdvd_time now = clock_now();

	switch (a->when) {
	case ADD_NOW:
		a->start = now - now % 300;
		a->has_start = true;
		return;
	case ADD_SLOT:
		if (times_parse(a->slot, slug, &a->start) == 0 &&
		    territory_site(t, slug) != TERRITORY_NONE) {
			a->site_index = territory_site(t, slug);
			a->elsewhere = false;
			a->has_start = true;
		} else {
			a->why = tr(l, "Choisissez un horaire.");
		}
		return;
	case ADD_TYPED: break;
	}
	if (civil_day_parse(a->date, &day) < 0)
		a->why = tr(l, "Choisissez un jour.");
	else if (staff_hour_parse(a->hour, &minute) < 0 || minute % 5 != 0)
		a->why = tr(l, "Écrivez une heure comme 14:30, de cinq en cinq minutes.");
	else {
		a->start = zone_to_utc(staff_zone(st, a->site_index),
				       civil_time_from(day, minute));
		a->has_start = true;
	}
}

void add_find_again(struct http_request *rq, const struct staff *st, struct add *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	char slug[64];
	rdvd_time start;

	understand(rq, st, a);
	if (a->when != ADD_SLOT || times_parse(a->slot, slug, &start) < 0 ||
	    territory_site(t, slug) == TERRITORY_NONE)
		return;
	a->site_index = territory_site(t, slug);
	a->elsewhere = false;
}

void add_read(struct http_request *rq, const struct staff *st, struct add *a)
{
	const char *when, *taken = http_request_field(rq, "prendre");

	read_strings(rq, a, http_request_field);
	when = http_request_field(rq, "quand");
	if (taken) { /* one of the hours that were offered instead */
		a->slot = taken;
		when = "creneau";
	}
	a->when = when && strcmp(when, "maintenant") == 0 ? ADD_NOW
		  : when && strcmp(when, "creneau") == 0  ? ADD_SLOT
							  : ADD_TYPED;
	understand(rq, st, a);
	understand_time(rq, st, a);
}

/* Where she is today; her own agenda. */
static void presets(struct http_request *rq, const struct staff *st, struct add *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	civil_day today = staff_today(st);
	struct viewer who;
	int site = TERRITORY_NONE;

	staff_viewer(rq, &who);
	if (who.counsellor == TERRITORY_NONE)
		return;
	if (!*a->site) {
		agenda_occurrences(booking_agenda(st->web.booking), today, today + 1,
				   TERRITORY_NONE, who.counsellor, here, &site);
		if (site != TERRITORY_NONE)
			a->site = t->sites[site].slug;
	}
	if (!*a->person)
		a->person = t->counsellors[who.counsellor].slug;
}

void add_open(struct http_request *rq, const struct staff *st, struct add *a)
{
	const char *start = http_request_query(rq, "debut");
	civil_time at;

	read_strings(rq, a, http_request_query);
	a->known = a->sure = a->key = a->folded = "";
	presets(rq, st, a);
	a->when = ADD_NOW;
	if (start && civil_time_parse(start, &at) == 0) {
		int minute = civil_time_minute(at);

		a->when = ADD_TYPED;
		a->folded = "1";
		a->date = staff_date(rq, civil_time_day(at));
		a->hour = page_text(rq, "%02d:%02d", minute / 60, minute % 60);
	} else if (*a->date && strcmp(a->date, staff_date(rq, staff_today(st))) != 0) {
		a->when = ADD_TYPED;
	}
	understand(rq, st, a);
}

size_t add_answers(struct http_request *rq, const struct staff *st, const struct add *a,
		   struct booking_answer out[SERVICE_QUESTIONS_MAX])
{
	const struct service *s =
		&booking_territory(st->web.booking)->services[a->service_index];
	struct booking_answer all[SERVICE_QUESTIONS_MAX];
	size_t n = questions_read(rq, a->answers, all), kept = 0;

	for (size_t i = 0; i < n; i++)
		for (int q = 0; q < s->nquestions; q++)
			if (strcmp(s->questions[q].id, all[i].question) == 0)
				out[kept++] = all[i];
	return kept;
}

/* ---- showing ---- */

/* Folded while nothing in them has to be asked, nothing is chosen and nothing is wrong.
 */
static void say_questions(struct http_request *rq, const struct staff *st,
			  const struct add *a, struct staff_add_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);

	if (a->service_index == TERRITORY_NONE)
		return;
	v->nquestions = questions_show(rq, &t->services[a->service_index], a->answers,
				       &a->errors, &v->questions);
	for (size_t i = 0; i < v->nquestions; i++) {
		v->asked |= v->questions[i].required || v->questions[i].error;
		for (size_t k = 0; k < v->questions[i].nchoices; k++)
			v->asked |= v->questions[i].choices[k].selected;
	}
}

static void say_services(struct http_request *rq, const struct staff *st,
			 const struct add *a, struct staff_add_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_services + 1) * sizeof(*o));
	struct viewer who;
	size_t n = 0;

	staff_viewer(rq, &who);
	for (int i = 0; i < t->live_services; i++) {
		const struct service *s = &t->services[i];

		if (s->organisation != TERRITORY_NONE &&
		    who.organisation != TERRITORY_NONE &&
		    s->organisation != who.organisation)
			continue;
		o[n++] = (struct option_view){
			.value = s->slug,
			.text = page_text(
				rq, "%s (%s)",
				bitext_get(&s->name, http_request_lang_code(rq)),
				page_duration(rq, s->minutes)),
			.selected = i == a->service_index,
		};
	}
	v->services = o;
	v->nservices = n;
}

static size_t slot_options(struct http_request *rq, const struct staff *st,
			   const struct slot *slots, size_t n, const char *chosen,
			   const struct option_view **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o = http_request_alloc(rq, (n + 1) * sizeof(*o));

	for (size_t i = 0; i < n; i++) {
		const struct site *s = &t->sites[slots[i].site];
		char *name = http_request_alloc(rq, 96);

		times_name(name, s->slug, slots[i].start);
		o[i] = (struct option_view){
			.value = name,
			.text = page_text(
				rq, "%s, %s",
				page_when(rq, &st->web,
					  zone_to_civil(s->zone, slots[i].start), true),
				s->commune),
			.selected = chosen && strcmp(chosen, name) == 0,
		};
	}
	*out = o;
	return n;
}

static void say_slots(struct http_request *rq, const struct staff *st,
		      const struct add *a, struct staff_add_view *v)
{
	struct slot slots[SLOTS_SHOWN];
	struct slot_query q = {
		.service = a->service_index,
		.site = a->site_index,
		.now = clock_now(),
		.seats = 1,
		.after_site = TERRITORY_NONE,
	};
	size_t n = 0;
	int more;

	if (a->service_index != TERRITORY_NONE)
		n = slot_search(booking_agenda(st->web.booking), &q, slots, SLOTS_SHOWN,
				&more);
	v->nslots = slot_options(rq, st, slots, n, a->slot, &v->slots);
}

/* What booking says of a field, next to the field. */
static const char *error_of(struct http_request *rq, const struct add *a,
			    const char *field)
{
	for (size_t i = 0; i < a->errors.n; i++)
		if (strcmp(a->errors.items[i].field, field) == 0)
			return tr(http_request_lang(rq), a->errors.items[i].message);
	return NULL;
}

static void say_problems(struct http_request *rq, const struct add *a,
			 struct staff_add_view *v)
{
	static const char *const ids[][2] = {
		{"person.first_name", "prenom"},
		{"person.last_name", "nom"},
		{"person.birth_year", "annee"},
		{"person.phone", "telephone"},
		{"person.email", "email"},
		{"person.needs", "besoin"},
		{"person.contact.hours", "heures"},
		{"place.name", "endroit"},
		{"place.postcode", "code_postal"},
		{"party_size", "nombre"},
		{"site", "lieu"},
		{"service", "service"},
		{"counsellor", "personne"},
		{"counsellor2", "personne2"},
		{"companion", "accompagne"},
	};
	struct problem_view *p = http_request_alloc(rq, (a->errors.n + 1) * sizeof(*p));

	for (size_t i = 0; i < a->errors.n; i++) {
		p[i] = (struct problem_view){
			.message = tr(http_request_lang(rq), a->errors.items[i].message)};
		for (size_t k = 0; k < ARRAY_SIZE(ids); k++)
			if (strcmp(ids[k][0], a->errors.items[i].field) == 0)
				p[i].field = ids[k][1];
		if (question_of_error(a->errors.items[i].field) >= 0)
			p[i].field = question_field(
				question_of_error(a->errors.items[i].field));
	}
	v->problems = p;
	v->nproblems = a->errors.n;
}

static void say_person(struct http_request *rq, const struct add *a,
		       struct staff_add_view *v)
{
	const struct lang *l = http_request_lang(rq);

#define FIELD(member, name) \
	v->member = (struct input_view){a->member, error_of(rq, a, name)}
	FIELD(first_name, "person.first_name");
	FIELD(last_name, "person.last_name");
	FIELD(birth_year, "person.birth_year");
	FIELD(phone, "person.phone");
	FIELD(email, "person.email");
	FIELD(need, "person.needs");
	FIELD(hours, "person.contact.hours");
	FIELD(place, "place.name");
	FIELD(postcode, "place.postcode");
	FIELD(companion, "companion");
#undef FIELD
	v->party = *a->party ? a->party : "1";
	v->discreet = *a->discreet != '\0';
	v->only_answers = *a->only_answers != '\0';
	v->searched = a->searched;
	v->asks = a->asks;
	v->matches = a->matches;
	v->nmatches = a->nmatches;
	v->known = a->who != NULL;
	if (!a->who)
		return;
	v->who = page_text(rq, "%s%s%s", staff_person_name(rq, a->who),
			   *a->who->phone ? ", " : "",
			   *a->who->phone ? page_phone(rq, a->who->phone)
					  : tr(l, " (pas de téléphone)"));
}

/* A gap says where, when and with whom: nothing of it is asked again, as long as nothing
 * of it is wrong. */
static void say_summary(struct http_request *rq, const struct staff *st,
			const struct add *a, struct staff_add_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *what;
	civil_day day;
	int minute;

	if (!*a->folded || a->why || a->nalternatives || a->when != ADD_TYPED ||
	    a->site_index == TERRITORY_NONE || civil_day_parse(a->date, &day) < 0 ||
	    staff_hour_parse(a->hour, &minute) < 0)
		return;
	what = page_text(rq, "%s, %s",
			 page_when(rq, &st->web, civil_time_from(day, minute), true),
			 t->sites[a->site_index].commune);
	v->summary = a->person_index == TERRITORY_NONE
			     ? what
			     : page_text(rq, tr(http_request_lang(rq), "%1$s, avec %2$s"),
					 what, t->counsellors[a->person_index].label);
}

static void say_hidden(struct http_request *rq, const struct add *a,
		       struct staff_add_view *v)
{
	struct hidden_view *h = http_request_alloc(rq, 4 * sizeof(*h));
	char key[SECRET_TOKEN_CHARS + 1];
	size_t n = 0;

	secret_token_random(key);
	h[n++] = (struct hidden_view){"cle",
				      *a->key ? a->key : http_request_strdup(rq, key)};
	if (a->who)
		h[n++] = (struct hidden_view){"connue", a->known};
	if (v->summary)
		h[n++] = (struct hidden_view){"plie", "1"};
	if (*a->sure)
		h[n++] = (struct hidden_view){"nouvelle", a->sure};
	v->hidden = h;
	v->nhidden = n;
}

void add_reply(struct http_request *rq, const struct staff *st, struct add *a)
{
	const struct lang *l = http_request_lang(rq);
	struct staff_add_view v = {0};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	staff_layout(rq, st, &v.layout, tr(l, "Ajouter quelqu’un"), STAFF_ADD);
	v.layout.script = http_asset_url("staff.js");
	v.action = "/equipe/ajouter";
	v.csrf = v.layout.csrf;
	say_person(rq, a, &v);
	say_problems(rq, a, &v);
	say_summary(rq, st, a, &v);
	say_hidden(rq, a, &v);
	say_services(rq, st, a, &v);
	say_questions(rq, st, a, &v);
	say_slots(rq, st, a, &v);
	v.now = a->when == ADD_NOW;
	v.typed = a->when == ADD_TYPED;
	v.date = *a->date ? a->date : staff_date(rq, staff_today(st));
	v.hour = a->hour;
	v.elsewhere = a->elsewhere;
	v.nplaces = staff_site_options(rq, st, &who, a->site_index, NULL, &v.places);
	v.npersons = staff_counsellor_options(rq, st, &who, a->person_index,
					      tr(l, "Qui est libre"), &v.persons);
	v.nseconds = staff_counsellor_options(rq, st, &who,
					      staff_counsellor(st, &who, a->second),
					      tr(l, "Personne d’autre"), &v.seconds);
	v.paired = *a->second != '\0';
	v.said = (struct staff_said){.text = a->why, .bad = a->why != NULL};
	v.nalternatives = slot_options(rq, st, a->alternatives, a->nalternatives, NULL,
				       &v.alternatives);
	page_staff_add(&out, l, &v);
	http_reply_html(rq, a->status, &out);
}
