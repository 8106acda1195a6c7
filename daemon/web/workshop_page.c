/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workshop_page.c - one workshop: who takes part and who came, who waits for a place, one
 * more; and the sheet that is signed. A full one is joined by waiting, or, where its
 * places are a wish, all the same. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/waiting.h"
#include "web/times.h"
#include "web/workshop_room.h"

#define PARTY_SHOWN 6
#define BLANK_LINES 3

/* What was typed; strings are the request's, never NULL. */
struct joining {
	struct workshop w;
	const char *first_name, *last_name, *phone, *email, *employer, *year, *party,
		*key, *what;
	struct booking_errors errors;
	const char *why;
	int status;
	const struct record_list *records; /* while the page is written */
};

static void read_joining(struct http_request *rq, struct joining *j)
{
	const struct {
		const char *name, **to;
	} fields[] = {
		{"prenom", &j->first_name},  {"nom", &j->last_name},
		{"telephone", &j->phone},    {"email", &j->email},
		{"structure", &j->employer}, {"annee", &j->year},
		{"nombre", &j->party},	     {"cle", &j->key},
		{"faire", &j->what},
	};

	j->status = 200;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *v = http_request_field(rq, fields[i].name);

		*fields[i].to = v ? http_request_strdup(rq, v) : "";
	}
}

/* ---- the page ---- */

/* The right to see people's files decides what a row tells (staff_row). */
static void say_person(struct http_request *rq, const struct staff *st,
		       const struct record *r, const struct row_style *style,
		       struct workshop_person *out)
{
	const struct rdvd_appointment *a = r->appointment;
	struct staff_row row;

	staff_row(rq, st, r, style, &row);
	*out = (struct workshop_person){
		.id = row.id,
		.name = row.name,
		.url = row.url,
		.party = row.party,
		.channel = tr(http_request_lang(rq), staff_channel_words(a->channel)),
		.employer = http_request_strdup(rq, a->person.employer),
		.professional = a->person.professional,
		.cancelled = a->status == RDVD_CANCELLED,
		.phone = row.phone,
		.tel = row.tel,
	};
	if (a->when.start <= style->now || a->outcome != RDVD_OUTCOME_UNKNOWN)
		out->outcome = row.outcome;
}

static void say_people(struct http_request *rq, const struct staff *st, struct joining *j,
		       struct workshop_page_view *v)
{
	const struct record_list *records = j->records;
	const struct row_style style = {
		.back = workshop_url(rq, st, &j->w, ""),
		.with_outcome = true,
		.now = clock_now(),
	};
	struct workshop_person *p = http_request_alloc(rq, (records->n + 1) * sizeof(*p));
	bool unmarked = false;

	j->w.taken = 0;
	for (size_t i = 0; i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;

		if (!workshop_is_of(st, &j->w, a))
			continue;
		if (a->status != RDVD_CANCELLED)
			j->w.taken += a->party_size;
		unmarked |= workshop_waits_for_word(a);
		say_person(rq, st, &records->items[i], &style, &p[v->npeople++]);
	}
	v->people = p;
	if (unmarked)
		v->all_action = workshop_url(rq, st, &j->w, "/tous-venus");
}

/* How to reach who waits, and how to take them off, for whom it is to know and do. */
static void say_way(struct http_request *rq, const struct staff *st,
		    const struct waiting_row *row, struct workshop_waiting *out)
{
	const struct territory *t = booking_territory(st->web.booking);
	int o = territory_by_id(t, RDVD_DEF_ORGANISATION, row->wait->organisation);
	struct viewer who;

	staff_viewer(rq, &who);
	if (*row->wait->number && staff_may(st, &who, RIGHT(PERSON, SEE), o)) {
		out->phone = page_phone(rq, row->wait->number);
		out->tel = page_text(rq, "tel:%s", row->wait->number);
	}
	if (staff_may(st, &who, RIGHT(WAITING, CHANGE), o))
		out->remove = page_text(rq, "/equipe/attente/%lld/retirer",
					(long long)row->wait->id);
}

static void say_waits(struct http_request *rq, const struct staff *st,
		      const struct workshop *w, const struct waiting_row *rows, size_t n,
		      struct workshop_page_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct workshop_waiting *out = http_request_alloc(rq, (n + 1) * sizeof(*out));

	for (size_t i = 0; i < n; i++) {
		const struct rdvd_wait *x = rows[i].wait;
		const struct rdvd_offer *o = rows[i].offer;
		json_t *p;

		if (x->state != RDVD_WAIT_WAITING ||
		    x->service != t->services[w->service].id ||
		    x->site != t->sites[w->site].id || (x->start && x->start != w->start))
			continue;
		p = json_loads(x->person, 0, NULL);
		const char *first = json_string_value(json_object_get(p, "first_name"));
		const char *last = json_string_value(json_object_get(p, "last_name"));

		out[v->nwaits++] = (struct workshop_waiting){
			.name = rows[i].appointment
					? staff_person_name(rq,
							    &rows[i].appointment->person)
					: page_text(rq, "%s %s", first ? first : "",
						    last ? last : ""),
			.since = page_text(rq, tr(l, "depuis le %s"),
					   staff_moment(rq, st, x->created)),
			.state = o ? page_text(rq, tr(l, "place proposée jusqu’au %s"),
					       staff_moment(rq, st, o->expires))
				   : NULL,
			.back = workshop_url(rq, st, w, ""),
			.csrf = http_request_csrf(rq),
		};
		say_way(rq, st, &rows[i], &out[v->nwaits - 1]);
		json_decref(p);
	}
	v->waits = out;
}

static void say_problems(struct http_request *rq, const struct joining *j,
			 struct workshop_page_view *v)
{
	static const char *const ids[][2] = {
		{"person.first_name", "prenom"},  {"person.last_name", "nom"},
		{"person.phone", "telephone"},	  {"person.email", "email"},
		{"person.employer", "structure"}, {"person.birth_year", "annee"},
		{"party_size", "nombre"},
	};
	struct input_view *inputs[] = {&v->first_name, &v->last_name, &v->phone,
				       &v->email,      &v->employer,  &v->year};
	struct problem_view *p = http_request_alloc(rq, (j->errors.n + 1) * sizeof(*p));

	for (size_t i = 0; i < j->errors.n; i++) {
		const char *message =
			tr(http_request_lang(rq), j->errors.items[i].message);

		p[i] = (struct problem_view){.message = message};
		for (size_t k = 0; k < ARRAY_SIZE(ids); k++) {
			if (strcmp(ids[k][0], j->errors.items[i].field) != 0)
				continue;
			p[i].field = ids[k][1];
			if (k < ARRAY_SIZE(inputs))
				inputs[k]->error = message;
		}
	}
	v->problems = p;
	v->nproblems = j->errors.n;
}

static void say_form(struct http_request *rq, const struct staff *st,
		     const struct joining *j, struct workshop_page_view *v)
{
	const struct service *s =
		&booking_territory(st->web.booking)->services[j->w.service];
	struct option_view *o = http_request_alloc(rq, PARTY_SHOWN * sizeof(*o));
	char key[SECRET_TOKEN_CHARS + 1];

	secret_token_random(key);
	v->may_add = !j->w.closed && j->w.end > clock_now();
	v->professionals = s->professionals;
	v->full = j->w.taken >= s->capacity;
	v->soft = s->capacity_soft;
	v->action = workshop_url(rq, st, &j->w, "/inscrire");
	v->csrf = http_request_csrf(rq);
	v->key = http_request_strdup(rq, *j->key ? j->key : key);
	v->why = j->why;
	v->first_name.value = j->first_name;
	v->last_name.value = j->last_name;
	v->phone.value = j->phone;
	v->email.value = j->email;
	v->employer.value = j->employer;
	v->year.value = j->year;
	for (int i = 0; i < PARTY_SHOWN; i++) {
		const char *n = page_text(rq, "%d", i + 1);

		o[i] = (struct option_view){
			.value = n, .text = n, .selected = strcmp(n, j->party) == 0};
	}
	v->parties = o;
	v->nparties = PARTY_SHOWN;
	say_problems(rq, j, v);
}

static const char *said(struct http_request *rq)
{
	static const struct {
		const char *name, *words;
	} things[] = {
		{"inscrit", N_("C’est inscrit.")},
		{"attente", N_("C’est noté : la première place libre sera proposée.")},
		{"deja", N_("Cette personne attend déjà une place.")},
		{"presence", N_("La présence est notée.")},
		{"retrait", N_("Cette personne n’est plus sur la liste d’attente.")},
		{"encore", N_("Tout n’est pas noté. Attendez quelques secondes et "
			      "recommencez.")},
	};
	const char *done = http_request_query(rq, "fait");

	for (size_t i = 0; done && i < ARRAY_SIZE(things); i++)
		if (strcmp(done, things[i].name) == 0)
			return tr(http_request_lang(rq), things[i].words);
	return NULL;
}

static void write_page(struct http_request *rq, struct staff *st, struct joining *j,
		       const struct waiting_row *rows, size_t n)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const struct service *s = &t->services[j->w.service];
	struct workshop_page_view v = {.closed = j->w.closed};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	say_people(rq, st, j, &v);
	say_waits(rq, st, &j->w, rows, n, &v);
	v.heading = workshop_name(rq, st, &j->w);
	v.when = workshop_when(rq, st, &j->w);
	v.place = workshop_place(rq, st, &j->w);
	v.with = workshop_with(rq, st, &j->w);
	v.back_url = "/equipe/ateliers";
	j->w.capacity = s->capacity;
	v.taken = workshop_taken(rq, &j->w);
	v.capacity_words =
		tr(l, s->capacity_soft ? N_("places souhaitées") : N_("places"));
	v.state = workshop_state(rq, st, &j->w);
	v.sheet_url = workshop_url(rq, st, &j->w, "/emargement");
	if (j->w.opening != TERRITORY_NONE &&
	    staff_may(st, &who, RIGHT(OPENING, CHANGE), t->sites[j->w.site].organisation))
		v.change_url = page_text(rq, "/equipe/reglages/permanences/%s/%s",
					 t->openings[j->w.opening].slug,
					 staff_date(rq, j->w.day));
	v.said.text = said(rq);
	v.csrf = http_request_csrf(rq);
	if (!staff_may(st, &who, RIGHT(ATTENDANCE, CHANGE),
		       t->sites[j->w.site].organisation))
		v.all_action = NULL;
	if (staff_may(st, &who, RIGHT(WORKSHOP, CHANGE),
		      t->sites[j->w.site].organisation))
		say_form(rq, st, j, &v);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_WORKSHOPS);
	page_workshop_page(&out, l, &v);
	http_reply_html(rq, j->status, &out);
}

/* ---- reading ---- */

/* After an act: indexes are others when the territory was exchanged meanwhile. -1: 404
 * was answered, it is no longer there. */
static int find_again(struct http_request *rq, const struct staff *st, struct joining *j)
{
	struct viewer who;

	if (http_request_reads(rq)) /* that begins anew by itself */
		return 0;
	staff_viewer(rq, &who);
	return workshop_of_path(rq, st, &who, RIGHT(WORKSHOP, CHANGE), &j->w);
}

struct reading {
	struct joining *j;
	struct record_list records; /* ours until the page is written */
};

static void waits_read(void *arg, enum rdvd_rc rc, const struct waiting_row *rows,
		       size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct reading *r = data;

	if (rq && rc == RDVD_OK && find_again(rq, st, r->j) == 0) {
		r->j->records = &r->records;
		write_page(rq, st, r->j, rows, n);
	} else if (rq && rc != RDVD_OK) {
		http_fail_later(rq, 503, NULL, 5);
	}
}

static void records_free(void *records)
{
	record_list_fini(records);
}

static void people_read(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	struct reading *r;

	if (!rq || find_again(rq, st, data) < 0)
		return;
	r = http_request_alloc(rq, sizeof(*r));
	r->j = data;
	r->records = (struct record_list){.n = 0};
	for (size_t i = 0; i < records->n; i++)
		if (workshop_is_of(st, &r->j->w, records->items[i].appointment))
			record_list_add(&r->records, records->items[i].appointment);
	http_request_set_data(rq, &r->records, records_free);
	waiting_list(st->options.waiting, waits_read, staff_wait(rq, r));
}

static void list_people(struct http_request *rq, struct staff *st, struct joining *j,
			booking_list_cb *cb)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct rdvd_appointment_filter f = {
		.from = j->w.start,
		.to = j->w.start + 1,
		.site = t->sites[j->w.site].id,
	};

	booking_list(st->web.booking, &f, 0, cb, staff_wait(rq, j));
}

/* The page again, or for the first time. */
static void show(struct http_request *rq, struct staff *st, struct joining *j)
{
	list_people(rq, st, j, people_read);
}

static struct joining *joining_of(struct http_request *rq, unsigned right)
{
	struct staff *st = http_request_context(rq);
	struct joining *j = http_request_alloc(rq, sizeof(*j));
	struct viewer who;

	memset(j, 0, sizeof(*j));
	staff_viewer(rq, &who);
	if (workshop_of_path(rq, st, &who, right, &j->w) < 0)
		return NULL;
	read_joining(rq, j);
	return j;
}

static void get_workshop(struct http_request *rq)
{
	struct joining *j = joining_of(rq, RIGHT(WORKSHOP, SEE));

	if (j)
		show(rq, http_request_context(rq), j);
}

/* ---- one more ---- */

static const char *done_url(struct http_request *rq, const char *what)
{
	return page_text(rq, "/equipe/ateliers/%s?fait=%s",
			 http_request_param(rq, "atelier"), what);
}

static void booked(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct joining *j = data;

	if (!rq)
		return;
	if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN) {
		http_redirect(rq, 303, done_url(rq, "inscrit"));
		return;
	}
	if (r->verdict == BOOKING_FIELDS && r->errors)
		j->errors = *r->errors;
	else if (r->verdict == BOOKING_TAKEN)
		j->why = tr(
			http_request_lang(rq),
			"Il n’y a plus assez de places. Mettez cette personne en liste "
			"d’attente : la première place libre lui sera proposée.");
	else
		j->why = staff_why(rq, r->verdict);
	if (r->verdict == BOOKING_KEY_REUSED)
		j->key = "";
	j->status = page_is_trouble(r->verdict)	   ? 503
		    : r->verdict == BOOKING_FIELDS ? 422
						   : 409;
	if (find_again(rq, st, j) == 0)
		show(rq, st, j);
}

static void waits(void *arg, const struct waiting_reply *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct joining *j = data;

	if (!rq)
		return;
	if (r->verdict == WAITING_DONE || r->verdict == WAITING_KNOWN) {
		http_redirect(
			rq, 303,
			done_url(rq, r->verdict == WAITING_DONE ? "attente" : "deja"));
		return;
	}
	if (r->verdict == WAITING_FIELDS && r->errors)
		j->errors = *r->errors;
	else
		j->why = tr(http_request_lang(rq),
			    "Ce n’est pas enregistré. Attendez quelques secondes et "
			    "recommencez.");
	j->status = r->verdict == WAITING_FIELDS ? 422 : 503;
	if (find_again(rq, st, j) == 0)
		show(rq, st, j);
}

/* The same hash for the same form. */
static void hash_of(const struct joining *j, uint8_t hash[RDVD_HASH_SIZE])
{
	const char *const strings[] = {j->first_name, j->last_name, j->phone, j->email,
				       j->employer,   j->year,	    j->party, j->what};
	struct buf b = BUF_INIT;

	buf_addf(&b, "%d %d %lld", j->w.service, j->w.site, (long long)j->w.start);
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		buf_add(&b, strings[i], strlen(strings[i]) + 1);
	secret_sha256(b.data, b.len, hash);
	buf_fini(&b);
}

static void post_join(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct joining *j = joining_of(rq, RIGHT(WORKSHOP, CHANGE));
	const struct booking_person person = {
		.first_name = j ? j->first_name : "",
		.last_name = j ? j->last_name : "",
		.phone = j ? j->phone : "",
		.email = j ? j->email : "",
		.employer = j ? j->employer : "",
		.birth_year = j ? j->year : "",
		.locale = "fr",
	};
	struct viewer who;

	if (!j)
		return;
	staff_viewer(rq, &who);
	const int party = *j->party >= '1' && *j->party <= '9' ? *j->party - '0' : 1;
	if (strcmp(j->what, "attendre") == 0) {
		const struct waiting_request ask = {
			.service = t->services[j->w.service].slug,
			.site = t->sites[j->w.site].slug,
			.start = j->w.start,
			.party_size = party,
			.notice = 1,
			.by_team = 1,
			.person = person,
		};

		waiting_ask(st->options.waiting, &ask, waits, staff_wait(rq, j));
		return;
	}
	struct booking_request ask = {
		.request_key = *j->key ? j->key : NULL,
		.service = t->services[j->w.service].slug,
		.site = t->sites[j->w.site].slug,
		.start = j->w.start,
		.has_start = 1,
		.party_size = party,
		.notice = 1,
		.channel = RDVD_BY_COUNSELLOR,
		.actor = who.user->login,
		.over = strcmp(j->what, "depasser") == 0,
		.person = person,
	};

	hash_of(j, ask.body_hash);
	booking_book(st->web.booking, &ask, booked, staff_wait(rq, j));
}

/* ---- the sheet ---- */

static void sheet_read(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	struct joining *j = data;
	struct workshop_sheet_view v = {.nlines = 0};
	struct workshop_line *lines;
	struct buf out = BUF_INIT;
	size_t most = BLANK_LINES;

	if (!rq)
		return;
	for (size_t i = 0; i < records->n; i++)
		most += (size_t)records->items[i].appointment->party_size;
	lines = http_request_alloc(rq, most * sizeof(*lines));
	for (size_t i = 0; i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;

		if (!workshop_is_of(st, &j->w, a) || a->status == RDVD_CANCELLED)
			continue;
		for (int k = 0; k < a->party_size; k++)
			lines[v.nlines++] = (struct workshop_line){
				.name = k ? "" : staff_person_name(rq, &a->person),
				.from = http_request_strdup(rq, a->person.employer),
			};
	}
	for (int k = 0; k < BLANK_LINES; k++)
		lines[v.nlines++] = (struct workshop_line){.name = "", .from = ""};
	for (size_t i = 0; i < v.nlines; i++)
		lines[i].number = page_text(rq, "%zu", i + 1);
	v.lines = lines;
	v.heading = workshop_name(rq, st, &j->w);
	v.when = workshop_when(rq, st, &j->w);
	v.place = workshop_place(rq, st, &j->w);
	v.with = workshop_with(rq, st, &j->w);
	v.back_url = workshop_url(rq, st, &j->w, "");
	v.professionals =
		booking_territory(st->web.booking)->services[j->w.service].professionals;
	staff_layout(rq, st, &v.layout, v.heading, STAFF_WORKSHOPS);
	page_workshop_sheet(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void get_sheet(struct http_request *rq)
{
	struct joining *j = joining_of(rq, RIGHT(WORKSHOP, SEE));

	if (j)
		list_people(rq, http_request_context(rq), j, sheet_read);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/ateliers/{atelier}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(WORKSHOP, SEE),
	 .handle = get_workshop},
	{.method = HTTP_GET,
	 .pattern = "/equipe/ateliers/{atelier}/emargement",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(WORKSHOP, SEE),
	 .handle = get_sheet},
	{.method = HTTP_POST,
	 .pattern = "/equipe/ateliers/{atelier}/inscrire",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(WORKSHOP, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = post_join},
};

void workshop_page_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
