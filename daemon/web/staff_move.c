/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_move.c - another date for somebody: one of the next free hours around the same
 * place, or any day, hour, place and member of the team. What is refused is said in
 * words, with the nearest hours that are free. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_room.h"

/* What was typed, and what became of it. */
struct moving {
	const char *date, *hour, *site, *person; /* as typed; NULL: not yet */
	enum booking_verdict verdict;
	const char *why; /* a field's, or NULL */
	const struct slot *slots;
	size_t n;
};

static size_t next_slots(const struct staff *st, const struct rdvd_appointment *a,
			 struct slot *out)
{
	const struct agenda *agenda = booking_agenda(st->web.booking);
	const struct territory *t = agenda_territory(agenda);
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	struct slot_query q = {
		.service = service,
		.site = TERRITORY_NONE,
		.radius_km = 30,
		.now = clock_now(),
		.seats = a->capacity ? a->party_size : 1,
		.after_site = TERRITORY_NONE,
		.extra_minutes = booking_extra_minutes(st->web.booking, a),
	};
	int more;

	if (service == TERRITORY_NONE || t->services[service].retired)
		return 0;
	if (site != TERRITORY_NONE && t->services[service].mode != MODE_PHONE)
		q.near = &t->sites[site].point;
	return slot_search(agenda, &q, out, TIMES_MAX, &more);
}

static void say_form(struct http_request *rq, const struct staff *st,
		     const struct rdvd_appointment *a, const struct moving *m,
		     struct staff_move_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	int person = TERRITORY_NONE;
	struct viewer who;

	staff_viewer(rq, &who);
	if (m->site && *m->site)
		site = staff_site(st, &who, m->site);
	if (m->person)
		person = staff_counsellor(st, &who, m->person);
	v->date = m->date ? m->date : staff_date(rq, civil_time_day(a->when.civil_start));
	v->hour = m->hour ? m->hour : "";
	v->nplaces = staff_site_options(
		rq, st, &who, site,
		a->place.site ? NULL : tr(l, "Le même endroit qu’avant"), &v->places);
	v->npersons = staff_counsellor_options(
		rq, st, &who, person, tr(l, "La même personne, ou qui est libre"),
		&v->persons);
}

static void reply_move(struct http_request *rq, const struct staff *st,
		       const struct rdvd_appointment *a, const struct moving *m)
{
	const struct territory *t = booking_territory(st->web.booking);
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	bool phone = service != TERRITORY_NONE && t->services[service].mode == MODE_PHONE;
	const char *why = m->why ? m->why : staff_why(rq, m->verdict);
	struct slot found[TIMES_MAX];
	const struct slot *slots = m->slots;
	struct staff_move_view *v = http_request_alloc(rq, sizeof(*v));
	size_t n = m->n;
	struct buf out = BUF_INIT;

	memset(v, 0, sizeof(*v));
	if (n == 0) {
		n = next_slots(st, a, found);
		slots = found;
	}
	v->back_url = page_text(rq, "/equipe/rdv/%lld", (long long)a->id);
	v->action = page_text(rq, "%s/deplacer", v->back_url);
	v->heading = page_text(rq, tr(http_request_lang(rq), "Changer la date de %s"),
			       staff_person_name(rq, &a->person));
	v->when = page_text(rq, "%s, %s",
			    page_when(rq, &st->web, a->when.civil_start, false),
			    staff_place_name(st, a));
	v->said = (struct staff_said){.text = why, .bad = why != NULL};
	say_form(rq, st, a, m, v);
	times_build(&v->times, t, slots, n, phone ? TIMES_BY_PHONE : TIMES_BY_DAY,
		    http_request_lang_code(rq), clock_now());
	staff_layout(rq, st, &v->layout, tr(http_request_lang(rq), "Changer de date"),
		     STAFF_DAY);
	page_staff_move(&out, http_request_lang(rq), v);
	http_reply_html(rq, why ? 409 : 200, &out);
}

static void show(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct moving m = {0};

	if (!rq || staff_refused(rq, st, r))
		return;
	if (r->appointment->status == RDVD_CANCELLED)
		http_redirect(
			rq, 303,
			page_text(rq, "/equipe/rdv/%s", http_request_param(rq, "id")));
	else
		reply_move(rq, st, r->appointment, &m);
}

static void show_move(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct booking_which which = {0};

	if (staff_id(rq, &which.id) == 0)
		booking_get(st->web.booking, &which, show, staff_wait(rq, NULL));
}

/* ---- moving ---- */

static void moved(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct moving *m = data;

	if (!rq)
		return;
	if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN) {
		http_redirect(rq, 303,
			      page_text(rq, "/equipe/rdv/%s?fait=deplace",
					http_request_param(rq, "id")));
		return;
	}
	if (!r->appointment) {
		page_fail(rq, r->verdict);
		return;
	}
	m->verdict = r->verdict;
	m->slots = r->alternatives;
	m->n = r->nalternatives;
	reply_move(rq, st, r->appointment, m);
}

/* Where to, from a slot's button or from what was typed: 0, or -1 and m->why says. */
static int read_target(struct http_request *rq, const struct staff *st,
		       const struct rdvd_appointment *a, struct moving *m,
		       rdvd_time *start, const char **site_slug)
{
	const struct lang *l = http_request_lang(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const char *slot = http_request_field(rq, "horaire");
	char slug[64];
	struct viewer who;
	civil_day day;
	int site, minute;

	staff_viewer(rq, &who);
	if (slot && times_parse(slot, slug, start) == 0 &&
	    territory_site(t, slug) != TERRITORY_NONE) {
		*site_slug = http_request_strdup(rq, slug);
		return 0;
	}
	m->date = http_request_field(rq, "jour");
	m->hour = http_request_field(rq, "heure");
	m->site = http_request_field(rq, "lieu");
	m->person = http_request_field(rq, "personne");
	if (!m->date || civil_day_parse(m->date, &day) < 0) {
		m->why = tr(l, "Choisissez un jour.");
		return -1;
	}
	if (staff_hour_parse(m->hour, &minute) < 0 || minute % 5 != 0) {
		m->why = tr(l, "Écrivez une heure comme 14:30, de cinq en cinq minutes.");
		return -1;
	}
	site = staff_site(st, &who, m->site);
	if (site == TERRITORY_NONE && a->place.site)
		site = territory_by_id(t, RDVD_DEF_SITE, a->place.site);
	*start = zone_to_utc(staff_zone(st, site), civil_time_from(day, minute));
	*site_slug = site == TERRITORY_NONE ? NULL : t->sites[site].slug;
	return 0;
}

static void move_it(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct booking_which which = {0};
	const struct territory *t;
	const char *site;
	struct moving *m;
	struct viewer who;
	rdvd_time start;
	int person;

	if (!rq || staff_refused(rq, st, r))
		return;
	staff_viewer(rq, &who);
	m = http_request_alloc(rq, sizeof(*m));
	memset(m, 0, sizeof(*m));
	if (read_target(rq, st, r->appointment, m, &start, &site) < 0) {
		reply_move(rq, st, r->appointment, m);
		return;
	}
	t = booking_territory(st->web.booking);
	person = staff_counsellor(st, &who, m->person);
	which.id = r->appointment->id;
	which.actor = who.user->login;
	which.undoable = 1;
	booking_move(st->web.booking, &which, site, start,
		     person == TERRITORY_NONE ? NULL : t->counsellors[person].slug, moved,
		     staff_wait(rq, m));
}

static void move(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct booking_which which = {0};

	if (staff_id(rq, &which.id) == 0)
		booking_get(st->web.booking, &which, move_it, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/rdv/{id}/deplacer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, SEE),
	 .handle = show_move},
	{.method = HTTP_POST,
	 .pattern = "/equipe/rdv/{id}/deplacer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = move},
};

void staff_move_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
