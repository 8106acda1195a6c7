/* SPDX-License-Identifier: GPL-3.0-or-later */
/* book.c - holds and bookings, and what the token of an appointment allows: see it,
 * confirm it, move it, cancel it. Each handler reads its request, suspends it, and
 * answers from the callback of booking/. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/rights.h"
#include "booking/verify.h"
#include "dav/ics.h"
#include "store/store.h"

/* Answer with the appointment, or with what the verdict means. */
static void answer_appointment(struct http_request *rq, const struct booking_reply *r,
			       int status)
{
	struct buf b = BUF_INIT;

	if (!r->appointment ||
	    (r->verdict != BOOKING_DONE && r->verdict != BOOKING_KNOWN)) {
		api_refuse_verdict(rq, r);
		return;
	}
	buf_reserve(&b, 768);
	show_appointment(&b, http_request_context(rq), r->appointment);
	http_reply_json(rq, status, &b);
}

/* ---- holds ---- */

static void answer_hold(void *arg, const struct booking_reply *r)
{
	struct api_call *c = arg;
	int status = c->flag;
	struct http_request *rq = call_end(c);
	const struct api *api;
	const struct territory *t;
	struct buf b = BUF_INIT;
	struct slot slot;
	rdvd_time expires;
	char name[17];

	if (!rq)
		return;
	if (r->verdict != BOOKING_DONE) {
		api_refuse_verdict(rq, r);
		return;
	}
	api = http_request_context(rq);
	t = booking_territory(api->booking);
	slot = r->slot;
	expires = r->expires;
	booking_hold_find(api->booking, r->hold, &slot, &expires);
	booking_hold_name(r->hold, name);
	buf_addf(&b, "{\"hold\":\"%s\",\"expires\":", name);
	show_instant(&b, t->sites[slot.site].zone, expires);
	buf_addlit(&b, ",\"slot\":");
	show_slot(&b, t, &slot);
	buf_addch(&b, '}');
	http_reply_json(rq, status, &b);
}

/* The browser's random id, when it keeps one: limits holds by browser. */
static void read_holder(struct http_request *rq, uint8_t holder[16])
{
	uint8_t hash[SECRET_HASH_SIZE];
	const char *browser;

	if (!http_request_has_browser(rq))
		return;
	browser = http_request_browser(rq);
	secret_sha256(browser, strlen(browser), hash);
	memcpy(holder, hash, 16);
}

/* An error for a member that is absent or empty; one of a wrong type has its error
 * already. */
static void require(const json_t *root, const char *field, struct api_errors *e,
		    const char *message)
{
	const json_t *v = json_object_get(root, field);

	if (!v || json_is_null(v) || (json_is_string(v) && !json_string_length(v)))
		api_error(e, field, "required", message);
}

static void require_place(const json_t *root, const char *service, const char *site,
			  struct api_errors *e)
{
	if (!service)
		require(root, "service", e, "Indiquez le type de rendez-vous.");
	if (!site)
		require(root, "site", e, "Choisissez un lieu.");
}

void post_holds(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct booking_request r = {.channel = RDVD_BY_API};
	struct api_errors e = {.n = 0};
	struct api_call *c;

	if (!root)
		return;
	r.service = body_string(root, "service", &e);
	r.site = body_string(root, "site", &e);
	r.has_start = body_instant(root, "start", &r.start, &e);
	r.party_size = (int)body_int(root, "party_size", 1, 100, 1, &e);
	r.interpreter = body_bool(root, "interpreter", 0, &e);
	require_place(root, r.service, r.site, &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	read_holder(rq, r.holder);
	c = call_begin(rq);
	c->flag = 201;
	booking_hold(api->booking, &r, answer_hold, c);
}

/* 0, or -1 when the name was not one and 404 was answered. */
static int hold_of_path(struct http_request *rq, uint64_t *hold)
{
	if (!booking_hold_parse(http_request_param(rq, "hold"), hold))
		return 0;
	api_refuse_rc(rq, RDVD_NOT_FOUND);
	return -1;
}

void post_hold_extend(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct api_call *c;
	uint64_t hold;

	if (hold_of_path(rq, &hold) < 0)
		return;
	c = call_begin(rq);
	c->flag = 200;
	booking_hold_extend(api->booking, hold, answer_hold, c);
}

/* The store does its jobs in order: one that does nothing, behind the release, says when
 * it is done. */
struct release {
	struct store_job job;
	struct api_call *call;
};

static enum rdvd_rc release_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	(void)ops;
	(void)st;
	(void)job;
	return RDVD_OK;
}

static void release_done(struct store_job *job)
{
	struct release *r = (struct release *)job;
	struct http_request *rq = call_end(r->call);

	if (rq && job->rc == RDVD_OK)
		http_reply(rq, 204, NULL, NULL);
	else if (rq)
		api_refuse_rc(rq, job->rc);
	free(r);
}

void delete_hold(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct release *r;
	uint64_t hold;

	if (hold_of_path(rq, &hold) < 0)
		return;
	booking_hold_release(api->booking, hold);
	r = xcalloc(1, sizeof *r);
	r->job.run = release_run;
	r->job.done = release_done;
	r->call = call_begin(rq);
	if (store_write(api->store, &r->job) == RDVD_OK)
		return;
	rq = call_end(r->call);
	if (rq)
		api_refuse_rc(rq, RDVD_BUSY);
	free(r);
}

/* ---- bookings ---- */

void body_person(struct http_request *rq, const json_t *o, struct booking_person *p,
		 struct api_errors *e)
{
	p->first_name = body_string(o, "person.first_name", e);
	p->last_name = body_string(o, "person.last_name", e);
	p->birth_year = body_text_or_int(rq, o, "person.birth_year", e);
	p->birth_date = body_string(o, "person.birth_date", e);
	p->phone = body_string(o, "person.phone", e);
	p->email = body_string(o, "person.email", e);
	p->postcode = body_string(o, "person.postcode", e);
	p->insee = body_string(o, "person.insee", e);
	p->locale = body_string(o, "person.locale", e);
	p->needs = body_string(o, "person.needs", e);
	p->discreet = body_bool(o, "person.discreet", 0, e);
	p->professional = body_bool(o, "person.professional", 0, e);
	p->employer = body_string(o, "person.employer", e);
	const json_t *contact = body_object(o, "person.contact", e);
	if (contact) {
		p->hours = body_string(contact, "person.contact.hours", e);
		p->only_answers = body_bool(contact, "person.contact.only_answers", 0, e);
	}
}

static void read_hold(const json_t *root, struct booking_request *r, struct api_errors *e)
{
	const char *hold = body_string(root, "hold", e);

	if (hold && booking_hold_parse(hold, &r->hold) < 0)
		api_error(e, "hold", "invalid",
			  "Ce n'est pas le nom d'un horaire gardé.");
}

/* {"transport": 1}: a question's id, and the rank of what was chosen, from 0. */
static void read_answers(struct http_request *rq, const json_t *root,
			 struct booking_request *r, struct api_errors *e)
{
	json_t *object = (json_t *)body_object(root, "answers", e);
	struct booking_answer *answers;
	const char *id;
	json_t *rank;

	if (!object)
		return;
	answers =
		http_request_alloc(rq, (json_object_size(object) + 1) * sizeof *answers);
	r->answers = answers;
	json_object_foreach(object, id, rank)
	{
		if (!json_is_integer(rank) || json_integer_value(rank) < 0 ||
		    json_integer_value(rank) >= SERVICE_CHOICES_MAX) {
			api_error(e, "answers", "invalid",
				  "Donnez pour chaque question le rang de la réponse, à "
				  "partir de 0.");
			return;
		}
		answers[r->nanswers++] =
			(struct booking_answer){id, (int)json_integer_value(rank)};
	}
}

/* What a booking says, whoever books. */
static void read_booking(struct http_request *rq, const json_t *root,
			 struct booking_request *r, struct api_errors *e)
{
	const json_t *person = body_object(root, "person", e);

	r->request_key = body_string(root, "request_key", e);
	r->service = body_string(root, "service", e);
	r->site = body_string(root, "site", e);
	r->has_start = body_instant(root, "start", &r->start, e);
	r->party_size = (int)body_int(root, "party_size", 1, 100, 1, e);
	r->interpreter = body_bool(root, "interpreter", 0, e);
	read_answers(rq, root, r, e);
	if (person)
		body_person(rq, person, &r->person, e);
	body_fingerprint(root, r->body_hash);
}

static void answer_booking(void *arg, const struct booking_reply *r)
{
	struct http_request *rq = call_end(arg);

	if (rq)
		answer_appointment(rq, r, r->verdict == BOOKING_KNOWN ? 200 : 201);
}

/* With something wrong already the booking is not tried: say all the same what else it
 * would refuse, so that the client is told once. */
static void add_booking_errors(const struct api *api, const json_t *root,
			       const struct booking_request *r, struct api_errors *e)
{
	struct booking_errors person = {.n = 0};

	require_place(root, r->service, r->site, e);
	require(root, "notice", e,
		"Dites que vous avez lu ce qui est fait de vos informations.");
	booking_check_person(api->booking, &r->person, &person);
	for (size_t i = 0; i < person.n; i++) {
		size_t k = 0;

		while (k < e->n && strcmp(e->items[k].field, person.items[i].field) != 0)
			k++;
		if (k == e->n)
			api_error(e, person.items[i].field, person.items[i].code,
				  person.items[i].message);
	}
}

/* Who may leave out the year of birth is the service's to say, not the public's. */
static void ask_as_public(const struct api *api, struct booking_request *r)
{
	const struct territory *t = booking_territory(api->booking);
	int service = r->service ? territory_service(t, r->service) : TERRITORY_NONE;

	r->person.professional =
		service != TERRITORY_NONE && t->services[service].professionals;
}

static void book_read(struct http_request *rq, struct booking_request *r)
{
	const struct api *api = http_request_context(rq);

	read_holder(rq, r->holder);
	booking_book(api->booking, r, answer_booking, call_begin(rq));
}

/* The body was read before, without errors. */
static void proof_checked(void *arg, const struct verify_reply *v)
{
	struct http_request *rq = call_end(arg);
	struct booking_request r = {.channel = RDVD_BY_API};
	struct api_errors e = {.n = 0};

	if (!rq)
		return;
	read_booking(rq, body_root(rq), &r, &e);
	ask_as_public(http_request_context(rq), &r);
	read_hold(body_root(rq), &r, &e);
	r.notice = body_bool(body_root(rq), "notice", 0, &e);
	if (v->verdict == VERIFY_BUSY) {
		api_refuse_rc(rq, RDVD_BUSY);
	} else if (api_verify_holds(api_verify_asked(http_request_context(rq), &r),
				    r.person.phone, v)) {
		r.person.phone = v->number;
		book_read(rq, &r);
	} else {
		api_verify_refuse(rq);
	}
}

void post_appointments(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct booking_request r = {.channel = RDVD_BY_API};
	struct api_errors e = {.n = 0};
	const char *verification;
	uint64_t proof;

	if (!root)
		return;
	verification = body_string(root, "verification", &e);
	read_booking(rq, root, &r, &e);
	ask_as_public(api, &r);
	read_hold(root, &r, &e);
	r.notice = body_bool(root, "notice", 0, &e);
	if (!r.request_key || !*r.request_key)
		require(root, "request_key", &e,
			"Donnez une clé de demande : la même pour chaque nouvel essai.");
	if (e.n)
		add_booking_errors(api, root, &r, &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	if (api_is_staff(rq) || api_verify_asked(api, &r) == VERIFY_PHONE_NO)
		book_read(rq, &r);
	else if (verification && booking_hold_parse(verification, &proof) == 0)
		verify_check(api->verify, proof, "", proof_checked, call_begin(rq));
	else
		api_verify_refuse(rq);
}

/* What is another organisation's is unknown. */
static void own_place(struct http_request *rq, const char *site, const char *counsellor,
		      struct api_errors *e)
{
	if (site && !api_own_site(rq, RIGHT(AGENDA, CHANGE), site))
		api_error(e, "site", "unknown", "Ce lieu n'existe pas.");
	if (counsellor && *counsellor &&
	    !api_own_counsellor(rq, RIGHT(AGENDA, CHANGE), counsellor))
		api_error(e, "counsellor", "unknown", "Ce conseiller n'existe pas.");
}

/* The team's: outside openings, at an ad-hoc place, for a person it knows already. */
void post_staff_appointments(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	const json_t *place, *person;
	struct booking_request r = {.channel = RDVD_BY_COUNSELLOR};
	struct api_errors e = {.n = 0};

	if (!root)
		return;
	read_booking(rq, root, &r, &e);
	read_hold(root, &r, &e);
	r.actor = api_actor(rq);
	r.within = api_organisation(rq);
	r.notice = body_bool(root, "notice", 1, &e);
	r.counsellor = body_string(root, "counsellor", &e);
	r.counsellor2 = body_string(root, "counsellor2", &e);
	own_place(rq, r.site, r.counsellor, &e);
	own_place(rq, NULL, r.counsellor2, &e);
	r.walk_in = body_bool(root, "walk_in", 0, &e);
	r.over = body_bool(root, "over_capacity", 0, &e);
	r.companion = body_string(root, "companion", &e);
	r.minutes = (int)body_int(root, "minutes", 5, 24 * 60, 0, &e);
	place = body_object(root, "place", &e);
	if (place) {
		r.place_name = body_string(place, "place.name", &e);
		r.place_postcode = body_string(place, "place.postcode", &e);
	}
	if (place && r.site)
		api_error(&e, "place", "exclusive",
			  "Donnez site ou place, pas les deux.");
	person = body_object(root, "person", &e);
	if (person)
		r.person.id = body_int(person, "person.id", 1, INT64_MAX, 0, &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	booking_book(api->booking, &r, answer_booking, call_begin(rq));
}

/* ---- an appointment and its token ---- */

static void answer_act(void *arg, const struct booking_reply *r)
{
	struct http_request *rq = call_end(arg);

	if (rq)
		answer_appointment(rq, r, 200);
}

static struct booking_which which_of_path(struct http_request *rq)
{
	return (struct booking_which){.token = http_request_param(rq, "token")};
}

void get_appointment(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct booking_which w = which_of_path(rq);

	booking_get(api->booking, &w, answer_act, call_begin(rq));
}

static void answer_ics(void *arg, const struct booking_reply *r)
{
	struct http_request *rq = call_end(arg);
	const struct api *api;
	struct buf b = BUF_INIT, url = BUF_INIT;

	if (!rq)
		return;
	if (r->verdict != BOOKING_DONE || !r->appointment) {
		api_refuse_verdict(rq, r);
		return;
	}
	api = http_request_context(rq);
	buf_addf(&url, "%s/rdv/%s", http_server_public_url(api->server), r->token);
	ics_appointment(&b, booking_territory(api->booking), r->appointment,
			buf_str(&url), store_instance(api->store),
			http_request_lang_code(rq));
	buf_fini(&url);
	http_header(rq, "Content-Disposition",
		    "attachment; filename=\"rendez-vous.ics\"");
	http_reply(rq, 200, "text/calendar; charset=utf-8", &b);
}

void get_appointment_ics(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct booking_which w = which_of_path(rq);

	booking_get(api->booking, &w, answer_ics, call_begin(rq));
}

void post_cancel(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct booking_which w = which_of_path(rq);

	booking_cancel(api->booking, &w, answer_act, call_begin(rq));
}

void post_confirm(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct booking_which w = which_of_path(rq);

	booking_confirm(api->booking, &w, answer_act, call_begin(rq));
}

/* {site, start}, and for the team a counsellor: any free time of hers. */
static void move(struct http_request *rq, const struct booking_which *w)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	const char *site, *counsellor = NULL;
	struct booking_which which = *w;
	rdvd_time start = 0;

	if (!root)
		return;
	site = body_string(root, "site", &e);
	body_instant(root, "start", &start, &e);
	if (site &&
	    territory_site(booking_territory(api->booking), site) == TERRITORY_NONE)
		api_error(&e, "site", "unknown", "Ce lieu n'existe pas.");
	if (w->actor) {
		counsellor = body_string(root, "counsellor", &e);
		own_place(rq, site, counsellor, &e);
		which.undoable = body_bool(root, "undoable", 0, &e);
	}
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	booking_move(api->booking, &which, site, start, counsellor, answer_act,
		     call_begin(rq));
}

void post_move(struct http_request *rq)
{
	const struct booking_which w = which_of_path(rq);

	move(rq, &w);
}

/* ---- the team's, by id ---- */

/* 0, or -1 when 404 was answered. */
static int id_of_path(struct http_request *rq, struct booking_which *w)
{
	w->token = NULL;
	w->actor = api_actor(rq);
	if (!parse_int(http_request_param(rq, "id"), 1, INT64_MAX, &w->id))
		return 0;
	api_refuse_rc(rq, RDVD_NOT_FOUND);
	return -1;
}

static void do_cancel(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = NULL;
	struct api_errors e = {.n = 0};
	struct booking_which w = {0};

	if (*http_request_body(rq, NULL) == '{' && !(root = body_root(rq)))
		return;
	if (id_of_path(rq, &w) < 0)
		return;
	if (root)
		w.undoable = body_bool(root, "undoable", 0, &e);
	if (e.n)
		api_refuse(rq, 422, &e);
	else
		booking_cancel(api->booking, &w, answer_act, call_begin(rq));
}

void post_staff_cancel(struct http_request *rq)
{
	api_own_appointment(rq, RIGHT(AGENDA, CHANGE), do_cancel);
}

static void do_move(struct http_request *rq)
{
	struct booking_which w;

	if (!id_of_path(rq, &w))
		move(rq, &w);
}

void post_staff_move(struct http_request *rq)
{
	api_own_appointment(rq, RIGHT(AGENDA, CHANGE), do_move);
}

static int outcome_parse(const char *s, enum rdvd_outcome *out)
{
	for (enum rdvd_outcome o = RDVD_OUTCOME_UNKNOWN; o <= RDVD_DOOR_CLOSED; o++)
		if (!strcmp(s, rdvd_outcome_name(o))) {
			*out = o;
			return 0;
		}
	return -1;
}

static void do_outcome(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	enum rdvd_outcome outcome = RDVD_OUTCOME_UNKNOWN;
	struct booking_which w;
	const char *name;
	int present;

	if (!root || id_of_path(rq, &w) < 0)
		return;
	name = body_string(root, "outcome", &e);
	present = (int)body_int(root, "persons_present", 0, 1000, -1, &e);
	if (!name && !e.n)
		api_error(&e, "outcome", "required",
			  "Indiquez la présence : unknown, seen, no_show, excused, "
			  "revoked, door_closed.");
	else if (name && outcome_parse(name, &outcome) < 0)
		api_error(&e, "outcome", "unknown",
			  "Indiquez la présence : unknown, seen, no_show, excused, "
			  "revoked, door_closed.");
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	booking_mark(api->booking, &w, outcome, present, answer_act, call_begin(rq));
}

/* ---- taking back ---- */

static void do_undo(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct booking_which w;

	if (!id_of_path(rq, &w))
		booking_undo(api->booking, w.id, w.actor, answer_act, call_begin(rq));
}

void post_staff_undo(struct http_request *rq)
{
	api_own_appointment(rq, RIGHT(AGENDA, CHANGE), do_undo);
}

void post_staff_outcome(struct http_request *rq)
{
	api_own_appointment(rq, RIGHT(ATTENDANCE, CHANGE), do_outcome);
}
