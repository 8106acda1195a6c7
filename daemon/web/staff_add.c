/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_add.c - booking for somebody on the phone or at the door. Before a new file is
 * made, the ones that look alike are shown; one tap takes an existing one. Names and
 * numbers travel in the form's body, never in an address. */
#include "web/staff_add.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "message/phone.h"

/* ---- people that are known already ---- */

const struct rdvd_person *add_keep_person(struct http_request *rq,
					  const struct rdvd_person *p)
{
	struct rdvd_person *copy = http_request_alloc(rq, sizeof(*copy));

	*copy = *p;
	copy->first_name = http_request_strdup(rq, p->first_name);
	copy->last_name = http_request_strdup(rq, p->last_name);
	copy->phone = http_request_strdup(rq, p->phone);
	copy->email = http_request_strdup(rq, p->email);
	copy->postcode = http_request_strdup(rq, p->postcode);
	copy->insee = http_request_strdup(rq, p->insee);
	copy->locale = http_request_strdup(rq, p->locale);
	copy->needs = http_request_strdup(rq, p->needs);
	return copy;
}

/* What to look for: the number, else the name; NULL: nothing that says who. */
static const char *search_words(struct http_request *rq, const struct add *a)
{
	if (*a->phone)
		return a->phone;
	if (*a->last_name)
		return *a->first_name
			       ? page_text(rq, "%s %s", a->last_name, a->first_name)
			       : a->last_name;
	return *a->first_name ? a->first_name : NULL;
}

static bool same_text(const char *a, const char *b)
{
	char x[128], y[128];

	fold_text(a, x, sizeof(x));
	fold_text(b, y, sizeof(y));
	return *x && strcmp(x, y) == 0;
}

/* Alike enough to ask before a second file is made. */
static bool is_alike(const struct add *a, const struct rdvd_person *p)
{
	struct phone phone;
	bool number = *a->phone && *p->phone &&
		      phone_parse(a->phone, &phone) == RDVD_OK &&
		      strcmp(phone.number, p->phone) == 0;

	return same_text(a->first_name, p->first_name) &&
	       (number || same_text(a->last_name, p->last_name));
}

static void fill_match(struct http_request *rq, const struct staff *st,
		       const struct rdvd_appointment *a, struct staff_match *m)
{
	struct buf b = BUF_INIT;

	if (a->person.birth_year)
		buf_addf(&b, tr(http_request_lang(rq), "année %d, "),
			 a->person.birth_year);
	if (*a->person.phone)
		buf_addf(&b, "%s, ", page_phone(rq, a->person.phone));
	buf_addf(&b, tr(http_request_lang(rq), "dernier rendez-vous %1$s, %2$s"),
		 page_when(rq, &st->web, a->when.civil_start, false),
		 staff_place_name(st, a));
	*m = (struct staff_match){
		.value = page_text(rq, "%lld", (long long)a->id),
		.name = staff_person_name(rq, &a->person),
		.detail = http_request_strdup(rq, buf_str(&b)),
	};
	buf_fini(&b);
}

static void book(struct http_request *rq, struct staff *st, struct add *a);

static void searched(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct add *a = data;
	struct staff_match *m;
	struct viewer who;
	size_t n = 0;

	if (!rq)
		return;
	add_find_again(rq, st, a);
	staff_viewer(rq, &who);
	m = http_request_alloc(rq, ADD_MATCHES_MAX * sizeof(*m));
	for (size_t i = 0; rc == RDVD_OK && i < records->n && n < ADD_MATCHES_MAX; i++) {
		const struct rdvd_appointment *found = records->items[i].appointment;

		if (!staff_may_see(st, &who, found))
			continue;
		if (a->asks && !is_alike(a, &found->person))
			continue;
		fill_match(rq, st, found, &m[n++]);
	}
	a->matches = m;
	a->nmatches = n;
	if (a->asks && n == 0) {
		a->asks = false;
		book(rq, st, a);
		return;
	}
	a->searched = true;
	add_reply(rq, st, a);
}

static void search(struct http_request *rq, struct staff *st, struct add *a)
{
	const char *q = search_words(rq, a);

	if (q) {
		booking_person_search(st->web.booking, q, searched, staff_wait(rq, a));
		return;
	}
	if (a->asks) {
		a->asks = false;
		book(rq, st, a);
		return;
	}
	a->why = tr(http_request_lang(rq), "Écrivez un nom ou un numéro à chercher.");
	add_reply(rq, st, a);
}

/* ---- booking ---- */

static void booked(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct add *a = data;

	if (!rq)
		return;
	if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN) {
		http_redirect(rq, 303,
			      page_text(rq, "/equipe/rdv/%lld?fait=ajout",
					(long long)r->appointment->id));
		return;
	}
	if (r->verdict == BOOKING_FIELDS && r->errors)
		a->errors = *r->errors;
	else
		a->why = staff_why(rq, r->verdict);
	if (r->verdict == BOOKING_KEY_REUSED)
		a->key = "";
	add_find_again(rq, st, a);
	a->alternatives = r->alternatives;
	a->nalternatives = r->nalternatives;
	a->status = page_is_trouble(r->verdict)	   ? 503
		    : r->verdict == BOOKING_FIELDS ? 422
						   : 409;
	add_reply(rq, st, a);
}

/* The same hash for the same form, whatever the key. */
static void hash_of(const struct add *a, uint8_t hash[RDVD_HASH_SIZE])
{
	const char *const strings[] = {
		a->first_name, a->last_name, a->birth_year, a->phone,
		a->email,      a->need,	     a->party,	    a->service,
		a->site,       a->place,     a->postcode,   a->person,
		a->known,      a->discreet,  a->hours,	    a->only_answers,
		a->second,     a->companion, a->answers[0], a->answers[1],
		a->answers[2], a->answers[3]};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		buf_add(&b, strings[i], strlen(strings[i]) + 1);
	buf_addint(&b, a->start);
	secret_sha256(b.data, b.len, hash);
	buf_fini(&b);
}

struct receives {
	const struct staff *st;
	const struct add *a;
	rdvd_time end;
	int found;
};

static int receives_then(void *arg, const struct occurrence *o)
{
	struct receives *r = arg;

	if (o->closed || r->a->start < o->start || r->a->start >= o->end)
		return 0;
	for (int i = 0; i < o->ncounsellors; i++)
		if (agenda_counsellor_is_free(booking_agenda(r->st->web.booking),
					      o->counsellors[i], o->site, r->a->start,
					      r->end, 0, 0)) {
			r->found = o->counsellors[i];
			return 1;
		}
	return 0;
}

/* Who receives, when nobody was named: whoever is at that place then, before anybody else
 * who is merely free. */
static const char *counsellor_of(const struct staff *st, const struct add *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct service *s = &t->services[a->service_index];
	struct receives r = {st, a, a->start + s->minutes * 60, TERRITORY_NONE};
	civil_day day;

	if (a->when == ADD_SLOT || s->capacity > 0)
		return NULL;
	if (a->person_index != TERRITORY_NONE)
		return t->counsellors[a->person_index].slug;
	if (a->site_index == TERRITORY_NONE)
		return NULL;
	day = civil_time_day(zone_to_civil(t->sites[a->site_index].zone, a->start));
	agenda_occurrences(booking_agenda(st->web.booking), day - 1, day + 1,
			   a->site_index, TERRITORY_NONE, receives_then, &r);
	return r.found == TERRITORY_NONE ? NULL : t->counsellors[r.found].slug;
}

static void fill_person(struct http_request *rq, const struct add *a,
			struct booking_person *p)
{
	const struct rdvd_person *who = a->who;

	if (!who) {
		*p = (struct booking_person){
			.first_name = a->first_name,
			.last_name = a->last_name,
			.birth_year = a->birth_year,
			.phone = a->phone,
			.email = a->email,
			.needs = a->need,
			.discreet = *a->discreet != '\0',
			.hours = a->hours,
			.only_answers = *a->only_answers != '\0',
			.locale = "fr",
		};
		return;
	}
	*p = (struct booking_person){
		.id = who->id,
		.first_name = who->first_name,
		.last_name = who->last_name,
		.birth_year = who->birth_year ? page_text(rq, "%d", who->birth_year) : "",
		.phone = who->phone,
		.email = who->email,
		.postcode = who->postcode,
		.insee = who->insee,
		.locale = who->locale,
		.needs = who->needs,
		.discreet = who->discreet,
	};
}

/* A second of the team beside the first, who then has to be named: 0, or -1 when it was
 * answered. */
static int second_of(struct http_request *rq, struct staff *st, struct add *a,
		     struct booking_request *ask)
{
	const struct lang *l = http_request_lang(rq);
	struct viewer who;

	staff_viewer(rq, &who);
	ask->counsellor2 = a->second;
	if (a->when == ADD_SLOT && a->person_index != TERRITORY_NONE)
		ask->counsellor = a->person;
	if (staff_counsellor(st, &who, a->second) != TERRITORY_NONE && ask->counsellor &&
	    strcmp(ask->counsellor, a->second) != 0)
		return 0;
	a->status = 422;
	a->why = tr(l, "Pour recevoir à deux, choisissez deux personnes de l’équipe.");
	add_reply(rq, st, a);
	return -1;
}

static void book(struct http_request *rq, struct staff *st, struct add *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct booking_answer answers[SERVICE_QUESTIONS_MAX];
	struct booking_request ask = {0};
	struct viewer who;
	int64_t party = 1;

	if (a->service_index == TERRITORY_NONE || !a->has_start) {
		a->status = 422;
		if (!a->why)
			a->why = tr(http_request_lang(rq),
				    "Choisissez un type de rendez-vous.");
		add_reply(rq, st, a);
		return;
	}
	staff_viewer(rq, &who);
	if (*a->party && parse_int(a->party, 1, 99, &party) < 0)
		party = -1; /* refused by booking, in words */
	ask.request_key = *a->key ? a->key : NULL;
	hash_of(a, ask.body_hash);
	ask.service = t->services[a->service_index].slug;
	if (a->elsewhere) {
		ask.place_name = a->place;
		ask.place_postcode = a->postcode;
	} else if (a->site_index != TERRITORY_NONE) {
		ask.site = t->sites[a->site_index].slug;
	}
	ask.start = a->start;
	ask.has_start = 1;
	ask.party_size = (int)party;
	ask.notice = 1;
	ask.channel = RDVD_BY_COUNSELLOR;
	ask.actor = who.user->login;
	ask.within = who.user->organisation;
	ask.counsellor = counsellor_of(st, a);
	if (*a->second && second_of(rq, st, a, &ask) < 0)
		return;
	ask.companion = a->companion;
	ask.answers = answers;
	ask.nanswers = add_answers(rq, st, a, answers);
	/* who is received now is there */
	ask.walk_in =
		a->when == ADD_NOW && t->services[a->service_index].mode == MODE_SITE;
	fill_person(rq, a, &ask.person);
	booking_book(st->web.booking, &ask, booked, staff_wait(rq, a));
}

/* ---- the form ---- */

/* The next step, once it is known who is meant. */
static void go_on(struct http_request *rq, struct staff *st, struct add *a)
{
	const char *act = http_request_field(rq, "action");

	if (act && strcmp(act, "nouvelle") == 0) {
		a->sure = "1";
		act = "reserver";
	}
	if (http_request_field(rq, "prendre"))
		act = "reserver";
	if (act && strcmp(act, "reserver") == 0) {
		a->asks = !a->who && !*a->sure;
		if (a->asks && a->has_start)
			search(rq, st, a);
		else
			book(rq, st, a);
	} else if (act && strcmp(act, "chercher") == 0) {
		search(rq, st, a);
	} else {
		a->why = NULL;
		add_reply(rq, st, a);
	}
}

/* The person behind an appointment that she may see. */
static void known_found(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct add *a = data;
	struct viewer who;

	if (!rq)
		return;
	add_find_again(rq, st, a);
	staff_viewer(rq, &who);
	if (r->appointment && staff_may_see(st, &who, r->appointment))
		a->who = add_keep_person(rq, &r->appointment->person);
	else
		a->known = "";
	go_on(rq, st, a);
}

static void add_post(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct add *a = http_request_alloc(rq, sizeof(*a));
	const char *chosen = http_request_field(rq, "choisir");
	struct booking_which which = {0};
	int64_t id;

	add_read(rq, st, a);
	if (chosen)
		a->known = chosen;
	if (http_request_field(rq, "oublier"))
		a->known = "";
	if (*a->known && parse_int(a->known, 1, INT64_MAX, &id) == 0) {
		which.id = id;
		booking_get(st->web.booking, &which, known_found, staff_wait(rq, a));
		return;
	}
	go_on(rq, st, a);
}

static void add_show(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct add *a = http_request_alloc(rq, sizeof(*a));

	add_open(rq, st, a);
	add_reply(rq, st, a);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/ajouter",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .handle = add_show},
	{.method = HTTP_POST,
	 .pattern = "/equipe/ajouter",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = add_post},
};

void staff_add_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
