/* SPDX-License-Identifier: GPL-3.0-or-later */
/* book.c - one booking, from what was asked to what is on disk. The request is checked,
 * the agenda says whether the time is free, a pending claim keeps it from being promised
 * twice, and one store job writes the person, the appointment, its claims, the messages
 * owed and the first fact. A request whose key is known never gets this far: the store
 * answers it with the appointment it made the first time, even when the agenda would now
 * refuse. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "booking/impl.h"
#include "booking/watch.h"

#define PARTY_MAX 20
#define PSEUDONYM_SIZE (1 + SECRET_TOKEN_CHARS + 1)
#define REQUEST_KEY_MAX 128

struct book_job {
	struct store_job job;
	struct booking *b;
	uint64_t edition;
	struct rdvd_booking in;
	struct rdvd_booked out;
	struct rdvd_appointment
		*known; /* owned: the first booking's, when the key was known */
	enum booking_verdict refusal; /* the agenda's */
	uint64_t other_hold;	      /* kept for another time than the one booked */
	uint64_t pending;
	struct agenda_ask ask;
	struct booking_errors errors; /* answered unless the key is known */
	/* what in points to */
	struct person_fields fields;
	struct owed_list owed;
	struct rdvd_turn turn; /* strings owned */
	struct buf answers;
	char request_key[REQUEST_KEY_MAX + 1];
	char companion[COMPANION_BYTES];
	char place_name[201], place_postcode[6], actor[64];
	char pseudonym[3][PSEUDONYM_SIZE];
	char token[SECRET_TOKEN_CHARS + 1];
	booking_cb *cb;
	void *arg;
};

/* ---- what was asked ---- */

void request_slot_check(const struct booking *b, const struct booking_request *q,
			struct agenda_ask *ask, struct booking_errors *e)
{
	const struct territory *t = b->territory;
	int staff = q->actor != NULL;
	ask->service = q->service && *q->service ? territory_service(t, q->service)
						 : TERRITORY_NONE;
	if (!q->service || !*q->service)
		booking_error_add(e, "service", "required",
				  "Choisissez un type de rendez-vous.");
	else if (ask->service == TERRITORY_NONE || t->services[ask->service].retired)
		booking_error_add(e, "service", "unknown",
				  "Ce type de rendez-vous n’existe pas.");
	else if (!t->services[ask->service].public && !staff)
		booking_error_add(e, "service", "not_public",
				  "Ce rendez-vous se prend auprès de l’équipe.");
	ask->site = q->site && *q->site ? territory_site(t, q->site) : TERRITORY_NONE;
	if ((!q->site || !*q->site) && !q->place_name)
		booking_error_add(e, "site", "required", "Choisissez un lieu.");
	else if (q->site && *q->site &&
		 (ask->site == TERRITORY_NONE || t->sites[ask->site].retired))
		booking_error_add(e, "site", "unknown", "Ce lieu n’existe pas.");
	if (!q->has_start)
		booking_error_add(e, "start", "required", "Choisissez un horaire.");
	else if (q->start % 300 != 0)
		booking_error_add(e, "start", "not_5_minutes",
				  "Les horaires sont des multiples de 5 minutes.");
	ask->seats = q->party_size ? q->party_size : 1;
	if (ask->seats < 1 || ask->seats > PARTY_MAX)
		booking_error_add(e, "party_size", "out_of_range",
				  "Écrivez un nombre de 1 à 20.");
	/* several people who come together take one appointment */
	if (ask->service != TERRITORY_NONE && t->services[ask->service].capacity == 0)
		ask->seats = 1;
	ask->staff = staff;
	ask->over = staff && q->over;
	if (ask->service != TERRITORY_NONE)
		ask->extra_minutes = service_extra_minutes(
			&t->services[ask->service], q->interpreter, q->person.locale);
}

static void check_request(struct book_job *j, const struct booking_request *q,
			  struct booking_errors *e)
{
	struct booking *b = j->b;
	int staff = q->actor != NULL;
	request_slot_check(b, q, &j->ask, e);
	j->in.party_size = q->party_size ? q->party_size : 1;
	if (!staff && !q->notice)
		booking_error_add(
			e, "notice", "required",
			"Dites que vous avez lu ce qui est fait de vos informations.");
	const char *key = q->request_key ? q->request_key : "";
	if (strlen(key) > REQUEST_KEY_MAX || !utf8_is_clean(key, strlen(key)))
		booking_error_add(e, "request_key", "too_long",
				  "128 caractères au plus.");
	else
		snprintf(j->request_key, sizeof j->request_key, "%s", key);
	if (q->place_name) {
		if (strlen(q->place_name) >= sizeof j->place_name ||
		    !utf8_is_clean(q->place_name, strlen(q->place_name)))
			booking_error_add(e, "place.name", "too_long",
					  "200 caractères au plus.");
		else if (!*q->place_name)
			booking_error_add(e, "place.name", "required",
					  "Donnez un nom au lieu.");
		else
			snprintf(j->place_name, sizeof j->place_name, "%s",
				 q->place_name);
		const char *postcode = q->place_postcode ? q->place_postcode : "";
		if (*postcode &&
		    (strlen(postcode) != 5 || strspn(postcode, "0123456789") != 5))
			booking_error_add(e, "place.postcode", "invalid",
					  "Écrivez cinq chiffres.");
		else
			snprintf(j->place_postcode, sizeof j->place_postcode, "%s",
				 postcode);
	}
	if (staff && companion_normalise(q->companion, j->companion, e) == 0)
		j->in.companion = j->companion;
	struct booking_person who = q->person;
	if (j->ask.service != TERRITORY_NONE &&
	    b->territory->services[j->ask.service].professionals)
		who.professional = 1;
	/* by SMS a first name and a year are asked for, and no more; who waited was asked
	 * then */
	person_normalise(b, &who, staff || q->channel == RDVD_BY_SMS || q->wait,
			 &j->fields, &j->in.person, e);
	if (!staff && !*j->fields.phone && j->ask.service != TERRITORY_NONE &&
	    b->territory->services[j->ask.service].mode == MODE_PHONE)
		booking_error_add(e, "person.phone", "required",
				  "Écrivez le numéro auquel nous vous appelons.");
	if (j->ask.service != TERRITORY_NONE)
		answers_check(&b->territory->services[j->ask.service], q, &j->answers, e);
}

/* ---- staff: outside openings ---- */

/* Named counsellors, or the least loaded free ones of the organisation, for a time that
 * no opening gives. */
static enum booking_verdict staff_counsellors(struct book_job *j,
					      const struct booking_request *q,
					      int organisation, rdvd_time end,
					      struct claim *c, struct booking_errors *e)
{
	const struct territory *t = j->b->territory;
	const struct agenda *a = j->b->agenda;
	int wanted = t->services[j->ask.service].staff;
	const char *named[] = {q->counsellor, q->counsellor2};
	static const char *const fields[] = {"counsellor", "counsellor2"};
	for (int i = 0; i < 2; i++) {
		if (!named[i] || !*named[i])
			continue;
		int who = territory_counsellor(t, named[i]);
		if (who == TERRITORY_NONE || t->counsellors[who].retired) {
			booking_error_add(e, fields[i], "unknown",
					  "Cette personne n’est pas dans l’équipe.");
			return BOOKING_FIELDS;
		}
		if (!agenda_counsellor_is_free(a, who, j->ask.site, j->ask.start, end,
					       j->in.hold, 0))
			return BOOKING_TAKEN;
		c->counsellors[c->ncounsellors++] = who;
	}
	for (int who = 0; who < t->live_counsellors && c->ncounsellors < wanted; who++) {
		int there = c->ncounsellors > 0 && c->counsellors[0] == who;
		if (!there &&
		    (organisation == TERRITORY_NONE ||
		     t->counsellors[who].organisation == organisation) &&
		    agenda_counsellor_is_free(a, who, j->ask.site, j->ask.start, end,
					      j->in.hold, 0))
			c->counsellors[c->ncounsellors++] = who;
	}
	return c->ncounsellors >= wanted ? BOOKING_DONE : BOOKING_TAKEN;
}

static int staff_organisation(const struct booking *b, const struct booking_request *q,
			      const struct agenda_ask *ask)
{
	const struct territory *t = b->territory;
	if (ask->site != TERRITORY_NONE)
		return t->sites[ask->site].organisation;
	int who = q->counsellor ? territory_counsellor(t, q->counsellor) : TERRITORY_NONE;
	if (who != TERRITORY_NONE)
		return t->counsellors[who].organisation;
	if (q->within)
		return territory_by_id(t, RDVD_DEF_ORGANISATION, q->within);
	if (t->services[ask->service].organisation != TERRITORY_NONE)
		return t->services[ask->service].organisation;
	return t->live_organisations == 1 ? 0 : TERRITORY_NONE;
}

/* Who receives, and until when: DONE fills c and answer. */
static enum booking_verdict find_time(struct book_job *j, const struct booking_request *q,
				      struct claim *c, struct agenda_answer *answer,
				      int *organisation, struct booking_errors *e)
{
	const struct booking *b = j->b;
	const struct territory *t = b->territory;
	const struct service *service = &t->services[j->ask.service];
	int outside =
		j->ask.staff && (j->ask.site == TERRITORY_NONE ||
				 (q->counsellor && *q->counsellor) || q->minutes > 0);
	*organisation = staff_organisation(b, q, &j->ask);
	if (!outside) {
		enum agenda_verdict v = agenda_ask(b->agenda, &j->ask, answer);
		int retry_outside = j->ask.staff && service->capacity == 0 &&
				    (v == AGENDA_NOT_A_SLOT || v == AGENDA_CLOSED ||
				     v == AGENDA_TOO_EARLY || v == AGENDA_TOO_FAR);
		if (!retry_outside) {
			c->ncounsellors = answer->ncounsellors;
			memcpy(c->counsellors, answer->counsellors,
			       sizeof c->counsellors);
			return verdict_of_agenda(v);
		}
	}
	const struct zone *z =
		j->ask.site == TERRITORY_NONE ? t->zone : t->sites[j->ask.site].zone;
	int minutes =
		q->minutes > 0 ? q->minutes : service->minutes + j->ask.extra_minutes;
	*answer = (struct agenda_answer){.end = j->ask.start + (rdvd_time)minutes * 60,
					 .civil_start = zone_to_civil(z, j->ask.start)};
	if (minutes % 5 != 0 || minutes > 24 * 60) {
		booking_error_add(e, "minutes", "not_5_minutes",
				  "Les durées sont des multiples de 5 minutes.");
		return BOOKING_FIELDS;
	}
	c->ncounsellors = 0;
	enum booking_verdict v =
		staff_counsellors(j, q, *organisation, answer->end, c, e);
	if (v == BOOKING_DONE && j->ask.site != TERRITORY_NONE &&
	    !agenda_room_is_free(b->agenda, j->ask.site, j->ask.start, answer->end,
				 j->in.hold, 0))
		v = BOOKING_TAKEN;
	if (v == BOOKING_DONE && *organisation == TERRITORY_NONE)
		*organisation = t->counsellors[c->counsellors[0]].organisation;
	return v;
}

/* ---- the store's part ---- */

static int keep_known(void *arg, const struct rdvd_appointment *a)
{
	struct book_job *j = arg;
	j->known = appointment_dup(a);
	return 1;
}

static enum rdvd_rc book_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct book_job *j = (struct book_job *)job;
	j->out = (struct rdvd_booked){.id = 0};
	free(j->known);
	j->known = NULL;
	enum rdvd_rc rc = ops->book(st, &j->in, &j->out);
	if (rc != RDVD_OK || !j->out.known)
		return rc;
	struct rdvd_which w = {.id = j->out.id};
	return ops->appointment_get(st, &w, keep_known, j);
}

/* The new appointment as a row would show it: nothing needs to be read back. */
static void new_appointment(const struct book_job *j, struct rdvd_appointment *a)
{
	const struct rdvd_booking *in = &j->in;
	*a = (struct rdvd_appointment){
		.id = j->out.id,
		.ref = in->ref,
		.session = j->out.session,
		.uid = "",
		.service = in->service,
		.organisation = in->organisation,
		.place = in->place,
		.when = in->when,
		.capacity = in->capacity,
		.ncounsellors = in->ncounsellors,
		.status = RDVD_BOOKED,
		.channel = in->channel,
		.party_size = in->party_size,
		.persons_present = -1,
		.created = in->now,
		.changed = in->now,
		.arrived = in->arrived,
		.walk_in = in->walk_in,
		.companion = in->companion ? in->companion : "",
		.answers = in->answers ? in->answers : "",
		.person = in->person,
	};
	memcpy(a->counsellors, in->counsellors, sizeof a->counsellors);
}

static void settle_agenda(struct book_job *j, const struct rdvd_appointment *a)
{
	struct booking *b = j->b;
	hold_gone(b, j->out.released);
	if (a->capacity > 0) {
		pending_drop(b, j->pending);
		session_joined(b, a, a->party_size);
		return;
	}
	struct claim c;
	claim_of_appointment(b, a, &c);
	agenda_claim_rename(b->agenda, CLAIM_PENDING, j->pending, &c);
}

/* By ids: a territory may have been imported since, and then indexes are others. */
static void other_times(const struct book_job *j, struct booking_reply *r)
{
	const struct booking *b = j->b;
	rdvd_id site = j->in.place.site;
	alternatives_find(b,
			  territory_by_id(b->territory, RDVD_DEF_SERVICE, j->in.service),
			  site ? territory_by_id(b->territory, RDVD_DEF_SITE, site)
			       : TERRITORY_NONE,
			  j->ask.start, j->ask.seats, r);
}

static void book_done(struct store_job *job)
{
	struct book_job *j = (struct book_job *)job;
	struct booking *b = j->b;
	struct booking_reply r = {.verdict = verdict_of_store(job->rc),
				  .token = j->token,
				  .errors = &j->errors};
	struct rdvd_appointment fresh;
	if (r.verdict == BOOKING_DONE && j->known) {
		r.verdict = BOOKING_KNOWN;
		r.appointment = j->known;
		booking_token(b, j->known->ref, j->known->generation, j->token);
		pending_drop(b, j->pending);
		b->counts.known++;
	} else if (r.verdict == BOOKING_DONE) {
		new_appointment(j, &fresh);
		settle_agenda(j, &fresh);
		adrift_booked(b, j->edition, &fresh);
		r.appointment = &fresh;
		b->counts.booked++;
		booking_hold_release(b, j->other_hold);
		booking_notify_changed(b);
		booking_tell_of(b, &fresh);
	} else {
		pending_drop(b, j->pending);
		if (r.verdict == BOOKING_TAKEN && j->refusal)
			r.verdict = j->refusal;
		if (r.verdict == BOOKING_TAKEN)
			b->counts.taken++;
		if (r.verdict >= BOOKING_BUSY)
			b->counts.failed++;
		if (r.verdict != BOOKING_FIELDS)
			other_times(j, &r);
	}
	j->cb(j->arg, &r);
	turn_fini(&j->turn);
	buf_fini(&j->answers);
	free(j->known);
	free(j);
}

/* ---- putting it together ---- */

static const char *place_kind(const struct service *s, const struct site *site)
{
	switch (s->mode) {
	case MODE_PHONE: return "phone";
	case MODE_HOME: return "home";
	case MODE_VIDEO: return "video";
	case MODE_SITE: break;
	}
	if (!site)
		return "partner_ad_hoc";
	return *site->place_kind ? site->place_kind : "site";
}

const char *booking_place_kind(const struct booking *b, int service, int site)
{
	return place_kind(&b->territory->services[service],
			  site == TERRITORY_NONE ? NULL : &b->territory->sites[site]);
}

/* Pseudonyms from the person's random key: a letter that says of what (so that no
 * spreadsheet takes a first '-' for a formula), and 22 characters. */
static void make_pseudonyms(struct book_job *j)
{
	static const char letters[] = "aps"; /* appointment, person, situation */
	uint8_t wide[SECRET_KEY_SIZE] = {0}, bytes[3 * SECRET_TOKEN_BYTES];

	memcpy(wide, j->in.fact_key, sizeof j->in.fact_key);
	secret_derive(wide, "facts", &j->in.ref, sizeof j->in.ref, 0, bytes,
		      sizeof bytes);
	for (int i = 0; i < 3; i++) {
		j->pseudonym[i][0] = letters[i];
		secret_token_encode(bytes + i * SECRET_TOKEN_BYTES, j->pseudonym[i] + 1);
	}
}

static void fill_secrets(struct book_job *j)
{
	struct rdvd_booking *in = &j->in;
	do
		secret_random(&in->ref, sizeof in->ref);
	while (in->ref >> 63 || in->ref == 0);
	booking_token(j->b, in->ref, 0, j->token);
	secret_token_hash(j->token, in->token_hash);
	secret_random(in->fact_key, sizeof in->fact_key);
	make_pseudonyms(j);
	in->fact.appointment = j->pseudonym[0];
	in->fact.person = in->fact.situation = "";
	if (in->person.id)
		return; /* the store knows this person's pseudonyms */
	in->fact.person = j->pseudonym[1];
	in->fact.situation = j->pseudonym[2];
}

static void fill_booking(struct book_job *j, const struct booking_request *q,
			 const struct claim *c, const struct agenda_answer *answer,
			 int organisation)
{
	const struct territory *t = j->b->territory;
	const struct service *service = &t->services[j->ask.service];
	const struct site *site =
		j->ask.site == TERRITORY_NONE ? NULL : &t->sites[j->ask.site];
	const struct zone *zone = site ? site->zone : t->zone;
	struct rdvd_booking *in = &j->in;
	int year;
	in->service = service->id;
	in->organisation =
		organisation == TERRITORY_NONE ? 0 : t->organisations[organisation].id;
	in->place = (struct rdvd_place){.site = site ? site->id : 0,
					.name = site ? "" : j->place_name,
					.postcode = site ? "" : j->place_postcode,
					.rooms = site ? site->rooms : 0};
	in->when = (struct rdvd_when){j->ask.start, answer->end, answer->civil_start,
				      zone_name(zone)};
	in->capacity = service->capacity;
	in->ncounsellors = c->ncounsellors;
	for (int i = 0; i < c->ncounsellors; i++)
		in->counsellors[i] = t->counsellors[c->counsellors[i]].id;
	in->channel = q->channel;
	in->wait = q->wait;
	in->over = q->actor && q->over && service->capacity_soft;
	in->walk_in = q->actor && q->walk_in;
	in->arrived = in->walk_in ? j->ask.now : 0;
	if (q->turn) {
		turn_copy(&j->turn, q->turn);
		in->turn = &j->turn;
	}
	in->booked_on = civil_time_day(zone_to_civil(zone, j->ask.now));
	in->now = j->ask.now;
	in->request_key = j->request_key;
	memcpy(in->body_hash, q->body_hash, sizeof in->body_hash);
	if (q->actor)
		snprintf(j->actor, sizeof j->actor, "%s", q->actor);
	in->actor = j->actor;
	in->answers = buf_str(&j->answers);
	civil_day_split(civil_time_day(answer->civil_start), &year, NULL, NULL);
	in->fact.age = in->person.birth_year ? year - in->person.birth_year : -1;
	in->fact.place_kind = place_kind(service, site);
	in->fact.programme = service->programme;
	in->fact.mode = service_mode_name(service->mode);
	fill_secrets(j);
	struct owed_rules rules = {.b = j->b,
				   .service = j->ask.service,
				   .organisation = organisation,
				   .zone = zone,
				   .now = j->ask.now};
	/* who stands at the door needs no letter about it */
	if (!in->walk_in || q->tell)
		owed_confirmation(&rules, &in->person, answer->civil_start, &j->owed);
	turn_answers(in->turn, &j->owed);
	in->owed = j->owed.items;
	in->nowed = j->owed.n;
}

static void answer_now(struct book_job *j, enum booking_verdict v)
{
	struct booking_reply r = {.verdict = v, .token = "", .errors = &j->errors};
	if (v != BOOKING_FIELDS)
		alternatives_find(j->b, j->ask.service, j->ask.site, j->ask.start,
				  j->ask.seats, &r);
	if (v == BOOKING_TAKEN)
		j->b->counts.taken++;
	j->cb(j->arg, &r);
	turn_fini(&j->turn);
	buf_fini(&j->answers);
	free(j);
}

/* Fields that can be right at one time and wrong at another: what they name was there
 * when the first request came. */
static int was_right_once(const struct book_job *j)
{
	static const char *const fields[] = {"service", "site", "counsellor",
					     "counsellor2"};
	int found = 0;
	for (size_t i = 0; i < j->errors.n; i++) {
		const char *field = j->errors.items[i].field;
		if (strcmp(field, "request_key") == 0)
			return 0;
		for (size_t k = 0; k < ARRAY_SIZE(fields); k++)
			found |= strcmp(field, fields[k]) == 0;
	}
	return found && *j->request_key;
}

/* The fields are wrong, unless the store knows the key. */
static void refuse_fields(struct book_job *j, const struct booking_request *q)
{
	if (!was_right_once(j)) {
		answer_now(j, BOOKING_FIELDS);
		return;
	}
	j->refusal = BOOKING_FIELDS;
	j->in.verdict = RDVD_CONFLICT;
	j->in.request_key = j->request_key;
	memcpy(j->in.body_hash, q->body_hash, sizeof j->in.body_hash);
	if (store_write(j->b->store, &j->job) != RDVD_OK)
		answer_now(j, BOOKING_BUSY);
}

/* The counsellors whom the hold keeps, while they are still there. */
static void take_held(const struct book_job *j, const struct claim *held,
		      const struct agenda_answer *answer, struct claim *c)
{
	if (held->ncounsellors == 0)
		return;
	for (int i = 0; i < held->ncounsellors && held->capacity == 0; i++)
		if (!agenda_counsellor_is_free(j->b->agenda, held->counsellors[i],
					       j->ask.site, j->ask.start, answer->end,
					       j->in.hold, 0))
			return;
	c->ncounsellors = held->ncounsellors;
	memcpy(c->counsellors, held->counsellors, sizeof c->counsellors);
}

void booking_book(struct booking *b, const struct booking_request *q, booking_cb *cb,
		  void *arg)
{
	if (q->actor && q->person.id)
		book_known_person(b, q, cb, arg);
	else
		book_person(b, q, cb, arg);
}

void book_person(struct booking *b, const struct booking_request *q, booking_cb *cb,
		 void *arg)
{
	struct book_job *j = xcalloc(1, sizeof *j);
	struct claim c = {.kind = CLAIM_PENDING};
	struct agenda_answer answer = {.end = 0};
	int organisation;
	j->job.run = book_run;
	j->job.done = book_done;
	j->b = b;
	j->edition = b->edition;
	j->cb = cb;
	j->arg = arg;
	j->ask = (struct agenda_ask){.start = q->start, .now = clock_now()};
	j->answers = (struct buf)BUF_INIT;
	check_request(j, q, &j->errors);
	if (j->errors.n > 0) {
		refuse_fields(j, q);
		return;
	}
	const struct claim *held =
		q->hold ? agenda_claim_find(b->agenda, CLAIM_HOLD, q->hold) : NULL;
	if (held && held->service == j->ask.service && held->site == j->ask.site &&
	    held->start == j->ask.start)
		j->ask.but_hold = j->in.hold = q->hold;
	else
		j->other_hold = q->hold;
	j->refusal = find_time(j, q, &c, &answer, &organisation, &j->errors);
	if (j->refusal == BOOKING_FIELDS) {
		refuse_fields(j, q);
		return;
	}
	if (j->refusal != BOOKING_DONE && !*j->request_key) {
		answer_now(j, j->refusal);
		return;
	}
	if (j->refusal == BOOKING_DONE && j->in.hold)
		take_held(j, held, &answer, &c);
	fill_booking(j, q, &c, &answer, organisation);
	if (j->refusal == BOOKING_DONE) {
		c.site = j->ask.site;
		c.start = j->ask.start;
		c.end = answer.end;
		c.service = j->ask.service;
		c.capacity = j->in.capacity;
		/* places that its own hold keeps are counted there until it is gone */
		c.seats = j->in.capacity > 0 ? j->in.party_size : 0;
		if (c.seats > 0 && j->in.hold)
			c.seats -= c.seats < held->seats ? c.seats : held->seats;
		j->pending = pending_put(b, &c);
	} else {
		j->in.verdict = RDVD_CONFLICT;
	}
	if (store_write(b->store, &j->job) != RDVD_OK) {
		pending_drop(b, j->pending);
		answer_now(j, BOOKING_BUSY);
	}
}
