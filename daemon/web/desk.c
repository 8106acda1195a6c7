/* SPDX-License-Identifier: GPL-3.0-or-later */
/* desk.c - what is said at the front desk, one tap each: somebody is there, or is not
 * after all; will be late; who comes along; and of home visits who sets out, who is back,
 * that all is well. Every form comes back to the row it was sent from. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/visit.h"
#include "web/staff_room.h"

#define LATE_MINUTES_MAX 180

void staff_say_problem(struct http_request *rq, struct staff_said *said)
{
	static const struct {
		const char *name, *text;
	} problems[] = {
		{"pris", N_("L’heure de ce rendez-vous annulé a été donnée à quelqu’un "
			    "d’autre\u00a0: il ne peut plus être rétabli.")},
		{"annule", N_("Ce rendez-vous est annulé\u00a0: rien n’a été noté.")},
		{"heure", N_("Écrivez une heure à venir, comme 14:30.")},
		{"long", N_("C’est trop long\u00a0: 120 caractères au plus.")},
		{"encore", N_("Ce n’est pas enregistré. Recommencez dans un instant.")},
	};
	const char *problem = http_request_query(rq, "probleme");

	if (!problem)
		return;
	said->bad = true;
	said->text = problems[ARRAY_SIZE(problems) - 1].text;
	for (size_t i = 0; i < ARRAY_SIZE(problems); i++)
		if (strcmp(problems[i].name, problem) == 0)
			said->text = problems[i].text;
	said->text = tr(http_request_lang(rq), said->text);
}

static void done(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (!rq)
		return;
	if (r->verdict == BOOKING_DONE)
		staff_come_back(rq, NULL);
	else if (r->verdict == BOOKING_NOT_FOUND)
		http_fail(rq, 404, NULL);
	else if (r->verdict == BOOKING_IS_CANCELLED)
		staff_come_back(rq, "annule");
	else if (r->verdict == BOOKING_FIELDS)
		staff_come_back(rq, strcmp(r->errors->items[0].field, "due") == 0
					    ? "heure"
					    : "long");
	else
		staff_come_back(rq, r->verdict == BOOKING_TOO_LATE ? NULL : "encore");
}

/* Is the row hers to treat so? Else it was answered. */
static bool is_hers(struct http_request *rq, const struct staff *st,
		    const struct booking_reply *r, unsigned right, struct viewer *who)
{
	const struct rdvd_appointment *a = r->appointment;

	if (staff_refused(rq, st, r))
		return false;
	staff_viewer(rq, who);
	if (rights_cover(who->user, right, a->organisation, a->counsellors,
			 a->ncounsellors))
		return true;
	http_fail(rq, 404, NULL);
	return false;
}

/* The instant of an hour typed, on the day of at, where the appointment is: 0, or -1. */
static int hour_typed(const struct staff *st, const struct rdvd_appointment *a,
		      const char *typed, rdvd_time at, rdvd_time *out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct zone *z = staff_zone(
		st, a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				  : TERRITORY_NONE);
	int minute;

	if (!typed || staff_hour_parse(typed, &minute) < 0)
		return -1;
	*out = zone_to_utc(z,
			   civil_time_from(civil_time_day(zone_to_civil(z, at)), minute));
	return 0;
}

/* ---- arrivals ---- */

/* What the form says: 0, or -1 for an hour that cannot be. */
static int read_arrival(struct http_request *rq, const struct staff *st,
			const struct rdvd_appointment *a, struct booking_arrival *out)
{
	const char *state = http_request_field(rq, "etat");
	const char *late = http_request_field(rq, "retard");
	int64_t minutes;

	*out = (struct booking_arrival){.expected = -1};
	if (late && parse_int(late, 0, LATE_MINUTES_MAX, &minutes) == 0) {
		out->expected = a->when.start + minutes * 60;
		return 0;
	}
	if (!state)
		return -1;
	if (strcmp(state, "la") == 0)
		out->here = ARRIVAL_HERE;
	else if (strcmp(state, "pas-la") == 0)
		out->here = ARRIVAL_NOT_HERE;
	else if (strcmp(state, "a-l-heure") == 0)
		out->expected = 0;
	else if (strcmp(state, "heure") != 0 ||
		 hour_typed(st, a, http_request_field(rq, "heure"), a->when.start,
			    &out->expected) < 0 ||
		 out->expected <= a->when.start)
		return -1;
	return 0;
}

static void arrive_it(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct booking_arrival arrival;
	struct viewer who;

	if (!rq || !is_hers(rq, st, r, RIGHT(ARRIVAL, CHANGE), &who))
		return;
	if (read_arrival(rq, st, r->appointment, &arrival) < 0) {
		staff_come_back(rq, "heure");
		return;
	}
	booking_arrive(st->web.booking, r->appointment->id, &arrival, who.user->login,
		       done, staff_wait(rq, NULL));
}

static void accompany_it(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct booking_arrival arrival = {.expected = -1};
	struct viewer who;

	if (!rq || !is_hers(rq, st, r, RIGHT(PERSON, CHANGE), &who))
		return;
	arrival.companion = http_request_field(rq, "accompagne");
	if (!arrival.companion)
		arrival.companion = "";
	booking_arrive(st->web.booking, r->appointment->id, &arrival, who.user->login,
		       done, staff_wait(rq, NULL));
}

/* ---- home visits ---- */

static void visit_it(void *arg, const struct booking_reply *r)
{
	static const struct {
		const char *name;
		enum rdvd_visit_act act;
	} acts[] = {
		{"partir", RDVD_VISIT_LEAVE},
		{"revenir", RDVD_VISIT_RETURN},
		{"bien", RDVD_VISIT_SETTLE},
	};
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	const char *name, *typed;
	struct viewer who;
	rdvd_time due = 0, now = clock_now();
	size_t i = 0;

	if (!rq || !is_hers(rq, st, r, RIGHT(VISIT, CHANGE), &who))
		return;
	name = http_request_field(rq, "visite");
	while (i < ARRAY_SIZE(acts) && (!name || strcmp(acts[i].name, name) != 0))
		i++;
	if (i == ARRAY_SIZE(acts)) {
		http_fail(rq, 400, NULL);
		return;
	}
	typed = http_request_field(rq, "retour_prevu");
	if (acts[i].act == RDVD_VISIT_LEAVE && typed && *typed &&
	    hour_typed(st, r->appointment, typed, now, &due) < 0) {
		staff_come_back(rq, "heure");
		return;
	}
	visits_step(st->options.visits, r->appointment->id, acts[i].act, due,
		    who.user->login, done, staff_wait(rq, NULL));
}

/* ---- routes ---- */

static void read_row(struct http_request *rq, booking_cb *cb)
{
	struct staff *st = http_request_context(rq);
	struct booking_which which = {0};

	if (staff_id(rq, &which.id) == 0)
		booking_get(st->web.booking, &which, cb, staff_wait(rq, NULL));
}

static void arrive(struct http_request *rq)
{
	read_row(rq, arrive_it);
}

static void accompany(struct http_request *rq)
{
	read_row(rq, accompany_it);
}

static void visit(struct http_request *rq)
{
	read_row(rq, visit_it);
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/equipe/rdv/{id}/arrivee",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ARRIVAL, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = arrive},
	{.method = HTTP_POST,
	 .pattern = "/equipe/rdv/{id}/accompagnement",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(PERSON, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = accompany},
	{.method = HTTP_POST,
	 .pattern = "/equipe/rdv/{id}/visite",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(VISIT, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = visit},
};

void desk_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
