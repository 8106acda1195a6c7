/* SPDX-License-Identifier: GPL-3.0-or-later */
/* desk_rows.c - what the day says of an appointment: there since when, late until when,
 * came without one, out on a home visit, who comes along, what was answered; and above
 * the day who is next and who waits. Memory is the request's. */
#include <jansson.h>
#include <string.h>

#include "base/mem.h"
#include "booking/visit.h"
#include "web/staff_room.h"

#define STATES_MAX 4
#define ROWS_MAX 40
#define FORGET_S (2 * 3600)

/* ---- one row ---- */

static const struct zone *zone_of(const struct staff *st,
				  const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(st->web.booking);

	return staff_zone(st, a->place.site
				      ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				      : TERRITORY_NONE);
}

static const char *hour_of(struct http_request *rq, const struct staff *st,
			   const struct rdvd_appointment *a, rdvd_time at)
{
	return staff_hour_words(rq, zone_of(st, a), at);
}

/* For a field: "09:20". */
static const char *field_of(struct http_request *rq, const struct staff *st,
			    const struct rdvd_appointment *a, rdvd_time at)
{
	int minute = civil_time_minute(zone_to_civil(zone_of(st, a), at));

	return page_text(rq, "%02d:%02d", minute / 60, minute % 60);
}

static bool stands(const struct rdvd_appointment *a)
{
	return a->status != RDVD_CANCELLED && a->outcome == RDVD_OUTCOME_UNKNOWN;
}

/* In the waiting room still: what nobody has marked hours after its end is history. */
static bool is_here(const struct rdvd_appointment *a, rdvd_time now)
{
	return a->arrived && stands(a) && now < a->when.end + FORGET_S;
}

static bool is_today(const struct staff *st, const struct rdvd_appointment *a,
		     rdvd_time now)
{
	return civil_time_day(a->when.civil_start) ==
	       civil_time_day(zone_to_civil(zone_of(st, a), now));
}

/* The most telling of the person's states; text NULL: nothing was said. */
static struct desk_state arrival_state(struct http_request *rq, const struct staff *st,
				       const struct rdvd_appointment *a, rdvd_time now)
{
	const struct lang *l = http_request_lang(rq);
	struct desk_state s = {0};

	if (is_here(a, now)) {
		s.ok = true;
		s.text = page_text(rq, tr(l, "est là depuis %s"),
				   hour_of(rq, st, a, a->arrived));
	} else if (a->arrived) {
		s.text = page_text(rq, tr(l, "arrivée à %s"),
				   hour_of(rq, st, a, a->arrived));
	} else if (a->expected && stands(a)) {
		s.wait = true;
		s.text = a->expected == a->when.start
				 ? tr(l, "prévient d’un retard")
				 : page_text(rq, tr(l, "prévient : arrivera vers %s"),
					     hour_of(rq, st, a, a->expected));
	}
	return s;
}

static struct desk_state visit_state(struct http_request *rq, const struct staff *st,
				     const struct rdvd_appointment *a, rdvd_time now)
{
	const struct lang *l = http_request_lang(rq);
	const struct rdvd_visit *v = &a->visit;
	struct desk_state s = {0};
	const char *due;

	if (!v->left)
		return s;
	due = hour_of(rq, st, a, v->due);
	if (v->back) {
		s.ok = true;
		s.text = page_text(rq, tr(l, "retour à %s"), hour_of(rq, st, a, v->back));
	} else if (visit_is_late(a, now)) {
		s.bad = true;
		s.text = page_text(rq, tr(l, "retour attendu à %s, pas de nouvelles"),
				   due);
	} else if (v->settled) {
		s.wait = true;
		s.text = page_text(rq, tr(l, "en visite depuis %s, tout va bien"),
				   hour_of(rq, st, a, v->left));
	} else {
		s.wait = true;
		s.text =
			page_text(rq, tr(l, "en visite depuis %1$s, retour prévu à %2$s"),
				  hour_of(rq, st, a, v->left), due);
	}
	return s;
}

static void say_states(struct http_request *rq, const struct staff *st,
		       const struct rdvd_appointment *a, rdvd_time now,
		       struct staff_row *out)
{
	const struct lang *l = http_request_lang(rq);
	struct desk_state *s = http_request_alloc(rq, STATES_MAX * sizeof(*s));
	struct desk_state one = visit_state(rq, st, a, now);
	size_t n = 0;

	if (one.text)
		s[n++] = one;
	one = arrival_state(rq, st, a, now);
	if (one.text && !a->walk_in)
		s[n++] = one;
	if (a->walk_in)
		s[n++] = (struct desk_state){
			.text = page_text(
				rq,
				is_here(a, now) ? tr(l, "sans rendez-vous, là depuis %s")
						: tr(l, "sans rendez-vous, arrivée à %s"),
				hour_of(rq, st, a,
					a->arrived ? a->arrived : a->when.start)),
			.ok = is_here(a, now)};
	out->states = s;
	out->nstates = n;
}

/* What was asked and chosen, in the words that stood there then. */
static void say_answers(struct http_request *rq, const struct rdvd_appointment *a,
			struct staff_row *out)
{
	json_t *given = *a->answers ? json_loads(a->answers, 0, NULL) : NULL, *pair;
	struct desk_answer *rows;
	const char *id;

	rows = http_request_alloc(rq, (json_object_size(given) + 1) * sizeof(*rows));
	json_object_foreach(given, id, pair)
	{
		const char *question = json_string_value(json_array_get(pair, 0));
		const char *choice = json_string_value(json_array_get(pair, 1));

		if (question && choice)
			rows[out->nanswers++] = (struct desk_answer){
				.question = http_request_strdup(rq, question),
				.choice = http_request_strdup(rq, choice),
			};
	}
	out->answers = rows;
	json_decref(given);
}

static int organisation_of(const struct staff *st, const struct rdvd_appointment *a)
{
	return territory_by_id(booking_territory(st->web.booking), RDVD_DEF_ORGANISATION,
			       a->organisation);
}

static bool may(struct http_request *rq, const struct rdvd_appointment *a, unsigned right)
{
	struct viewer v;

	staff_viewer(rq, &v);
	return rights_cover(v.user, right, a->organisation, a->counsellors,
			    a->ncounsellors) != 0;
}

static bool has_waiting_room(const struct staff *st, const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = territory_by_id(t, RDVD_DEF_SERVICE, a->service);

	return i == TERRITORY_NONE || t->services[i].mode == MODE_SITE;
}

static void say_visit(struct http_request *rq, const struct staff *st,
		      const struct rdvd_appointment *a, const struct row_style *style,
		      struct desk_visit_view *v)
{
	const struct rdvd_visit *is = &a->visit;
	bool out = is->left && !is->back;
	rdvd_time due = out ? is->due : visit_due(st->web.booking, a, style->now);

	if (!visit_is_home(st->web.booking, a) || !may(rq, a, RIGHT(VISIT, CHANGE)))
		return;
	if (!out && (is->back || !stands(a) || !is_today(st, a, style->now)))
		return;
	*v = (struct desk_visit_view){
		.id = page_text(rq, "%lld", (long long)a->id),
		.csrf = http_request_csrf(rq),
		.back = style->back,
		.name = staff_person_name(rq, &a->person),
		.out = out,
		.late = visit_is_late(a, style->now),
		.due = field_of(rq, st, a, due),
		.until = hour_of(rq, st, a, due),
	};
}

void desk_row(struct http_request *rq, const struct staff *st,
	      const struct rdvd_appointment *a, const struct row_style *style,
	      struct staff_row *out)
{
	rdvd_time hour = a->expected > a->when.start ? a->expected : a->when.start + 600;

	say_states(rq, st, a, style->now, out);
	if (staff_knows_people(rq)) {
		out->companion = a->companion;
		say_answers(rq, a, out);
	}
	if (!style->with_arrival)
		return;
	say_visit(rq, st, a, style, &out->visit);
	if (!stands(a) || !is_today(st, a, style->now) || !has_waiting_room(st, a) ||
	    style->now >= a->when.end + FORGET_S || !may(rq, a, RIGHT(ARRIVAL, CHANGE)))
		return;
	out->arrival = (struct desk_arrival_view){
		.id = out->id,
		.csrf = http_request_csrf(rq),
		.back = style->back,
		.name = out->name,
		.here = a->arrived != 0,
		.late = a->expected != 0,
		.hour = field_of(rq, st, a, hour),
	};
}

/* ---- above the day ---- */

static bool is_mine(const struct staff *st, const struct viewer *v,
		    const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(st->web.booking);

	for (int i = 0; v->counsellor != TERRITORY_NONE && i < a->ncounsellors; i++)
		if (a->counsellors[i] == t->counsellors[v->counsellor].id)
			return true;
	return false;
}

/* The first that is still to be received, after; hers before a colleague's. */
static const struct rdvd_appointment *
next_of(const struct staff *st, const struct viewer *v, const struct record_list *records,
	rdvd_time now, const struct rdvd_appointment *after)
{
	const struct rdvd_appointment *best = NULL;
	bool hers = false;

	for (size_t i = 0; i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;
		bool mine = is_mine(st, v, a);

		if (!stands(a) || !staff_may_see(st, v, a) ||
		    (a->when.end <= now && !is_here(a, now)))
			continue;
		if (after && (a->when.start < after->when.start ||
			      (a->when.start == after->when.start && a->id <= after->id)))
			continue;
		if (best && (!mine || hers))
			continue;
		best = a;
		hers = mine;
	}
	return best;
}

static void say_next(struct http_request *rq, const struct staff *st,
		     const struct rdvd_appointment *a, rdvd_time now,
		     struct desk_next_view *out)
{
	bool known = staff_knows_people(rq);
	const char *who = staff_counsellor_names(rq, st, a->counsellors, a->ncounsellors);

	*out = (struct desk_next_view){
		.when = hour_of(rq, st, a, a->when.start),
		.name = staff_person_name(rq, &a->person),
		.url = known ? page_text(rq, "/equipe/rdv/%lld", (long long)a->id) : NULL,
		.what = known ? page_text(rq, "%s, %s", staff_service_name(rq, st, a),
					  who)
			      : who,
		.now = a->when.start <= now,
		.state = arrival_state(rq, st, a, now),
	};
	if (a->visit.left)
		out->state = visit_state(rq, st, a, now);
}

static void say_waiting(struct http_request *rq, const struct staff *st,
			const struct viewer *v, const struct record_list *records,
			rdvd_time now, struct desk_top_view *out)
{
	struct desk_waiting_view *rows = http_request_alloc(rq, ROWS_MAX * sizeof(*rows));
	bool known = staff_knows_people(rq);

	for (size_t i = 0; i < records->n && out->nwaiting < ROWS_MAX; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;

		if (!is_here(a, now) || !staff_may_see(st, v, a))
			continue;
		rows[out->nwaiting++] = (struct desk_waiting_view){
			.name = staff_person_name(rq, &a->person),
			.url = known ? page_text(rq, "#r%lld", (long long)a->id) : NULL,
			.time = hour_of(rq, st, a, a->when.start),
			.since = hour_of(rq, st, a, a->arrived),
		};
	}
	out->waiting = rows;
}

/* Those that are late, whatever day and place the page shows. */
static void say_late(struct http_request *rq, const struct staff *st,
		     const struct viewer *v, const struct row_style *style,
		     struct desk_top_view *out)
{
	const struct lang *l = http_request_lang(rq);
	size_t n;
	const struct rdvd_appointment *const *all = visits_out(st->options.visits, &n);
	struct desk_late_view *rows = http_request_alloc(rq, (n + 1) * sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		const struct rdvd_appointment *a = all[i];
		struct desk_late_view *row = &rows[out->nlate];

		if (!visit_is_late(a, style->now) || !staff_may_see(st, v, a) ||
		    !staff_may(st, v, RIGHT(VISIT, SEE), organisation_of(st, a)))
			continue;
		memset(row, 0, sizeof(*row));
		row->text = page_text(
			rq,
			tr(l, "La visite prévue à %1$s devait être finie à %2$s\u00a0: "
			      "personne n’a signalé son retour. Appelez l’équipe."),
			hour_of(rq, st, a, a->when.start),
			hour_of(rq, st, a, a->visit.due));
		row->who =
			staff_counsellor_names(rq, st, a->counsellors, a->ncounsellors);
		if (staff_knows_people(rq))
			row->url = page_text(rq, "/equipe/rdv/%lld", (long long)a->id);
		say_visit(rq, st, a, style, &row->visit);
		out->nlate++;
	}
	out->late = rows;
}

void desk_top(struct http_request *rq, const struct staff *st, const struct viewer *v,
	      const struct record_list *records, const struct row_style *style,
	      struct desk_top_view *out)
{
	const struct rdvd_appointment *next, *then;

	memset(out, 0, sizeof(*out));
	say_late(rq, st, v, style, out);
	if (!records)
		return;
	say_waiting(rq, st, v, records, style->now, out);
	next = next_of(st, v, records, style->now, NULL);
	if (!next)
		return;
	say_next(rq, st, next, style->now, &out->next);
	then = next_of(st, v, records, style->now, next);
	if (then)
		say_next(rq, st, then, style->now, &out->then);
}
