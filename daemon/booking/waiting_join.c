/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_join.c - joining the list: with an appointment that would be moved, or without
 * one. What is free at that moment is noted: it was there to be taken, and only what
 * comes free later is offered. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/waiting_impl.h"
#include "message/phone.h"

#define RADIUS_KM 30
#define WAITING_MAX 20000 /* in all: they stand in memory */
#define OF_ONE_NUMBER 6	  /* a family, a hostel's telephone */
#define PARTY_MAX 20
#define BATCH 64
#define TWICE_S 600

struct join_job {
	struct store_job job;
	struct waiting *w;
	struct rdvd_wait row; /* strings point into what follows */
	struct person_fields fields;
	struct buf near, person, seen;
	struct booking_errors errors;
	struct rdvd_turn turn; /* strings owned */
	int has_turn;
	int anywhere;
	rdvd_id id;
	struct rdvd_appointment *appointment; /* owned; NULL none */
	char token[SECRET_TOKEN_CHARS + 1];
	waiting_cb *cb;
	void *arg;
};

static void job_free(struct join_job *j)
{
	buf_fini(&j->near);
	buf_fini(&j->person);
	buf_fini(&j->seen);
	turn_fini(&j->turn);
	free(j->appointment);
	free(j);
}

static struct join_job *job_new(struct waiting *w, const struct rdvd_turn *turn,
				waiting_cb *cb, void *arg)
{
	struct join_job *j = xcalloc(1, sizeof(*j));

	j->w = w;
	j->cb = cb;
	j->arg = arg;
	j->has_turn = turn != NULL;
	if (turn)
		turn_copy(&j->turn, turn);
	return j;
}

/* Answer and free. e: the entry, or NULL. */
static void finish(struct join_job *j, enum waiting_verdict v,
		   const struct waiting_entry *e)
{
	const struct waiting_reply r = {
		.verdict = v,
		.wait = e ? e->wait : NULL,
		.offer = e && e->offer.id ? &e->offer : NULL,
		.token = e ? e->token : "",
		.errors = &j->errors,
		.appointment = j->appointment,
	};

	j->cb(j->arg, &r);
	job_free(j);
}

/* ---- what is free now ---- */

/* Note every slot that this wait could be offered if it were new. */
static void note_free(const struct waiting *w, struct join_job *j)
{
	struct waiting_seen seen = {.n = 0};
	struct slot slots[BATCH];
	struct geo_point point;
	struct slot_query q;
	int more = waiting_query(w, &j->row, &point, &q) == 0;

	q.to = j->row.until;
	while (more) {
		size_t n = slot_search(w->booking->agenda, &q, slots, BATCH, &more);

		for (size_t i = 0; i < n; i++)
			if (!waiting_seen_note(
				    &seen, w->booking->territory->sites[slots[i].site].id,
				    slots[i].start))
				more = 0;
		if (n == 0)
			break;
		q.after_start = slots[n - 1].start;
		q.after_site = slots[n - 1].site;
	}
	waiting_seen_write(&seen, &j->seen);
	j->row.seen = buf_str(&j->seen);
	waiting_seen_fini(&seen);
}

/* ---- the store's part ---- */

static enum rdvd_rc join_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct join_job *j = (struct join_job *)job;
	enum rdvd_rc rc;

	j->id = 0;
	if (!ops->wait_put)
		return RDVD_FAILED;
	rc = ops->wait_put(st, &j->row, &j->id);
	if (rc == RDVD_OK && j->has_turn)
		rc = ops->turn(st, &j->turn);
	return rc;
}

static void join_done(struct store_job *job)
{
	struct join_job *j = (struct join_job *)job;
	struct waiting *w = j->w;
	struct waiting_entry *e;

	w->jobs--;
	if (job->rc == RDVD_OK) {
		j->row.id = j->id;
		e = waiting_entry_add(w, waiting_row_dup(&j->row));
		waiting_clock_arm(w);
		if (j->has_turn && w->o.changed)
			w->o.changed(w->o.ctx);
		finish(j, WAITING_DONE, e);
	} else if (job->rc == RDVD_CONFLICT) {
		finish(j, WAITING_KNOWN, waiting_entry_of(w, j->row.participation));
	} else {
		finish(j, job->rc == RDVD_STALE ? WAITING_OVER : WAITING_BUSY, NULL);
	}
}

static void submit(struct join_job *j)
{
	struct waiting *w = j->w;

	do
		secret_random(&j->row.ref, sizeof(j->row.ref));
	while (j->row.ref >> 63 || j->row.ref == 0);
	waiting_token(w, j->row.ref, j->token);
	secret_token_hash(j->token, j->row.token_hash);
	j->row.created = clock_now();
	j->row.state = RDVD_WAIT_WAITING;
	j->row.near = buf_str(&j->near);
	j->row.person = buf_str(&j->person);
	note_free(w, j);
	j->job.run = join_run;
	j->job.done = join_done;
	if (w->stopping || w->n >= WAITING_MAX || waiting_write(w, &j->job) != RDVD_OK)
		finish(j, WAITING_BUSY, NULL);
}

/* Where offers can be sent to: an error when nowhere. */
static void check_contact(struct join_job *j)
{
	size_t same = 0;

	for (size_t i = 0; i < j->w->n && *j->row.number; i++)
		same += strcmp(j->w->entries[i]->wait->number, j->row.number) == 0;
	if (same >= OF_ONE_NUMBER)
		booking_error_add(&j->errors, "person.phone", "too_many",
				  "Ce numéro attend déjà pour plusieurs personnes : "
				  "appelez l’équipe.");
	else if (!*j->row.number && !*j->row.email)
		booking_error_add(&j->errors, "person.phone", "required",
				  "Écrivez un numéro de mobile ou une adresse e-mail : "
				  "c’est là que nous vous prévenons.");
}

static void take_contact(struct join_job *j, const struct rdvd_person *p)
{
	const struct waiting_options *o = &j->w->o;

	if (o->sms_enabled && p->sms_ok && !*j->row.number)
		j->row.number = p->phone;
	if (o->email_enabled && p->email && !*j->row.email)
		j->row.email = p->email;
}

/* ---- with an appointment ---- */

/* Only at the same place; or around where the person lives, else around that place. */
static void choose_place(struct join_job *j)
{
	const struct rdvd_appointment *a = j->appointment;
	const struct territory *t = j->w->booking->territory;
	const struct commune_table *communes = j->w->booking->o.communes;
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	const struct commune *home =
		communes ? commune_by_insee(communes, a->person.insee) : NULL;

	if (service != TERRITORY_NONE && t->services[service].mode != MODE_SITE)
		return; /* wherever the counsellor sits */
	if (!j->anywhere && site != TERRITORY_NONE) {
		j->row.site = a->place.site;
		return;
	}
	j->row.radius_km = RADIUS_KM;
	/* a commune can be named to people; a point cannot */
	if (communes && site != TERRITORY_NONE && !(home && home->has_point))
		home = commune_by_insee(communes, t->sites[site].insee);
	if (home && home->has_point)
		buf_addf(&j->near, "insee:%s", home->insee);
	else if (site != TERRITORY_NONE)
		buf_addf(&j->near, "%.6f,%.6f", t->sites[site].point.lat,
			 t->sites[site].point.lon);
}

static void note_discretion(struct join_job *j)
{
	if (j->appointment->person.discreet)
		buf_addlit(&j->person, "{\"discreet\":true}");
}

static int is_over(const struct waiting *w, const struct rdvd_appointment *a)
{
	const struct territory *t = w->booking->territory;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	int o = territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation);
	rdvd_time move_until =
		o == TERRITORY_NONE ? 0 : t->organisations[o].move_until_minutes * 60;

	return a->status == RDVD_CANCELLED || a->outcome != RDVD_OUTCOME_UNKNOWN ||
	       service == TERRITORY_NONE || t->services[service].retired ||
	       a->when.start - move_until <= clock_now();
}

static void join_read(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a)
{
	struct join_job *j = arg;
	struct waiting *w = j->w;
	const struct waiting_entry *known;

	j->appointment = a;
	if (rc != RDVD_OK || !a) {
		finish(j,
		       rc == RDVD_OK || rc == RDVD_NOT_FOUND ? WAITING_NOT_FOUND
							     : WAITING_BUSY,
		       NULL);
		return;
	}
	known = waiting_entry_of(w, a->id);
	if (known || is_over(w, a)) {
		finish(j, known ? WAITING_KNOWN : WAITING_OVER, known);
		return;
	}
	j->row.participation = a->id;
	j->row.service = a->service;
	j->row.organisation = a->organisation;
	j->row.party_size = a->party_size;
	j->row.locale = a->person.locale;
	j->row.until = a->when.start;
	take_contact(j, &a->person);
	if (j->has_turn && !*j->row.number)
		j->row.number = j->turn.number;
	check_contact(j);
	if (j->errors.n > 0) {
		finish(j, WAITING_FIELDS, NULL);
		return;
	}
	choose_place(j);
	note_discretion(j);
	submit(j);
}

void waiting_join_as(struct waiting *w, const struct booking_which *which,
		     const struct waiting_wish *wish, const struct rdvd_turn *turn,
		     waiting_cb *cb, void *arg)
{
	struct join_job *j = job_new(w, turn, cb, arg);
	struct booking_person typed = {.id = 1}; /* its name is known */
	struct rdvd_person p;

	j->row.number = j->row.email = "";
	if (which->token && strlen(which->token) != SECRET_TOKEN_CHARS) {
		finish(j, WAITING_NOT_FOUND, NULL);
		return;
	}
	if (wish) {
		j->anywhere = wish->anywhere;
		typed.phone = wish->phone;
		typed.email = wish->email;
		person_normalise(w->booking, &typed, 1, &j->fields, &p, &j->errors);
		if (*j->fields.phone && !p.sms_ok)
			booking_error_add(&j->errors, "person.phone", "no_sms",
					  "Ce numéro ne reçoit pas de SMS : écrivez un "
					  "numéro de mobile, ou une adresse e-mail.");
		if (j->errors.n > 0) {
			finish(j, WAITING_FIELDS, NULL);
			return;
		}
		take_contact(j, &p);
	}
	appointment_read(w->booking, which, join_read, j);
}

void waiting_join(struct waiting *w, const struct booking_which *which,
		  const struct rdvd_turn *turn, waiting_cb *cb, void *arg)
{
	waiting_join_as(w, which, NULL, turn, cb, arg);
}

/* ---- without an appointment ---- */

static void check_place(struct join_job *j, const struct waiting_request *q)
{
	const struct territory *t = j->w->booking->territory;
	const struct commune_table *communes = j->w->booking->o.communes;
	struct geo_point point;
	int site = q->site && *q->site ? territory_site(t, q->site) : TERRITORY_NONE;

	if (q->site && *q->site && (site == TERRITORY_NONE || t->sites[site].retired)) {
		booking_error_add(&j->errors, "site", "unknown", "Ce lieu n’existe pas.");
	} else if (site != TERRITORY_NONE) {
		j->row.site = t->sites[site].id;
	} else if (q->near && *q->near) {
		if (!communes || strlen(q->near) > 40 ||
		    commune_near(communes, q->near, &point, NULL) != RDVD_OK)
			booking_error_add(&j->errors, "near", "unknown",
					  "Ce lieu n’est pas connu : donnez cinq "
					  "chiffres, insee:62215, ou LAT,LON.");
		buf_addstr(&j->near, q->near);
		j->row.radius_km = q->radius_km > 0 ? q->radius_km : RADIUS_KM;
	}
}

/* A place in a workshop: one that takes place there and then. */
static void check_start(struct join_job *j, const struct waiting_request *q, int service)
{
	const struct territory *t = j->w->booking->territory;
	struct agenda_ask ask = {
		.service = service,
		.site = j->row.site ? territory_by_id(t, RDVD_DEF_SITE, j->row.site)
				    : TERRITORY_NONE,
		.start = q->start,
		.now = clock_now(),
		.seats = 1,
		.staff = 1,
	};
	struct agenda_answer answer;

	if (q->start <= ask.now) {
		booking_error_add(&j->errors, "start", "too_late", "C’est trop tard.");
		return;
	}
	if (service == TERRITORY_NONE)
		return;
	if (ask.site != TERRITORY_NONE && t->services[service].capacity > 0) {
		enum agenda_verdict v = agenda_ask(j->w->booking->agenda, &ask, &answer);

		if (v != AGENDA_NOT_A_SLOT && v != AGENDA_CLOSED)
			return;
	}
	booking_error_add(&j->errors, "start", "not_a_slot",
			  "Aucun atelier ne commence à ce moment dans ce lieu.");
}

/* Whose team sees it: the place's, the service's, the nearest one's. */
static rdvd_id team_of(const struct join_job *j, int service)
{
	const struct territory *t = j->w->booking->territory;
	int site = j->row.site ? territory_by_id(t, RDVD_DEF_SITE, j->row.site)
			       : TERRITORY_NONE;
	int o = t->services[service].organisation;
	struct geo_point point;
	double best = 0;

	if (site == TERRITORY_NONE && o == TERRITORY_NONE &&
	    waiting_point(j->w, &j->row, &point) == 0)
		for (int i = 0; i < t->live_sites; i++) {
			double km = geo_distance_km(&point, &t->sites[i].point);

			if (site == TERRITORY_NONE || km < best) {
				site = i;
				best = km;
			}
		}
	if (site != TERRITORY_NONE)
		o = t->sites[site].organisation;
	if (o == TERRITORY_NONE && t->live_organisations == 1)
		o = 0;
	return o == TERRITORY_NONE ? 0 : t->organisations[o].id;
}

static void pack_person(struct join_job *j, const struct rdvd_person *p)
{
	json_t *o = json_pack(
		"{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s}",
		"first_name", p->first_name, "last_name", p->last_name, "birth_year",
		p->birth_year, "phone", p->phone, "email", p->email, "postcode",
		p->postcode, "insee", p->insee, "locale", p->locale, "needs", p->needs,
		"discreet", p->discreet, "professional", p->professional, "employer",
		p->professional ? p->employer : "");
	char *text = json_dumps(o, JSON_COMPACT);

	buf_addstr(&j->person, text ? text : "");
	free(text);
	json_decref(o);
}

/* Somebody of the same name and number or address waits for the same already. */
static const struct waiting_entry *find_same(const struct join_job *j)
{
	for (size_t i = 0; i < j->w->n; i++) {
		const struct rdvd_wait *w = j->w->entries[i]->wait;

		if (!w->participation && w->service == j->row.service &&
		    w->site == j->row.site && w->start == j->row.start &&
		    strcmp(w->near, buf_str(&j->near)) == 0 &&
		    strcmp(w->person, buf_str(&j->person)) == 0)
			return j->w->entries[i];
	}
	return NULL;
}

/* As far as the agenda goes; twice as far for those who found nothing at all, so that the
 * days that open later are theirs too. */
static void choose_until(struct join_job *j, const struct service *s)
{
	rdvd_time now = clock_now(),
		  horizon = (rdvd_time)s->max_notice_days * CIVIL_DAY_SECONDS;
	struct geo_point point;
	struct slot_query q;
	struct slot first;
	int more;

	j->row.near = buf_str(&j->near);
	if (j->row.start) {
		j->row.until = j->row.start + 1;
		return;
	}
	j->row.until = now + horizon;
	if (waiting_query(j->w, &j->row, &point, &q) == 0 &&
	    slot_search(j->w->booking->agenda, &q, &first, 1, &more) == 0)
		j->row.until += horizon;
}

void waiting_ask(struct waiting *w, const struct waiting_request *q, waiting_cb *cb,
		 void *arg)
{
	struct join_job *j = job_new(w, NULL, cb, arg);
	const struct territory *t = w->booking->territory;
	int service = q->service && *q->service ? territory_service(t, q->service)
						: TERRITORY_NONE;
	const struct waiting_entry *same;
	struct rdvd_person p;

	j->row.number = j->row.email = j->row.near = "";
	if (service == TERRITORY_NONE || t->services[service].retired ||
	    (!t->services[service].public && !q->by_team))
		booking_error_add(&j->errors, "service", "unknown",
				  "Choisissez un type de rendez-vous.");
	check_place(j, q);
	j->row.party_size = q->party_size ? q->party_size : 1;
	if (j->row.party_size < 1 || j->row.party_size > PARTY_MAX)
		booking_error_add(&j->errors, "party_size", "out_of_range",
				  "Écrivez un nombre de 1 à 20.");
	if (!q->notice)
		booking_error_add(
			&j->errors, "notice", "required",
			"Dites que vous avez lu ce qui est fait de vos informations.");
	if (q->start)
		check_start(j, q, service);
	struct booking_person who = q->person;
	if (service != TERRITORY_NONE && t->services[service].professionals)
		who.professional = 1;
	person_normalise(w->booking, &who, q->by_team, &j->fields, &p, &j->errors);
	take_contact(j, &p);
	if (j->errors.n == 0)
		check_contact(j);
	if (j->errors.n > 0) {
		finish(j, WAITING_FIELDS, NULL);
		return;
	}
	j->row.start = q->start;
	j->row.service = t->services[service].id;
	j->row.locale = p.locale;
	pack_person(j, &p);
	same = find_same(j);
	if (same) { /* its address is told again to a second tap, not days later */
		finish(j, WAITING_KNOWN,
		       clock_now() - same->wait->created < TWICE_S ? same : NULL);
		return;
	}
	choose_until(j, &t->services[service]);
	j->row.organisation = team_of(j, service);
	submit(j);
}
