/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff.c - the counsellor's pages, put together: who is logged in and what she may see,
 * what surrounds each page, requests that wait, words of time. */
#include "web/staff.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "web/staff_room.h"

struct staff *staff_new(struct http_server *s, struct booking *b, struct access *a,
			const struct outbox *o, const struct staff_options *options)
{
	struct staff *st = xcalloc(1, sizeof(*st));
	const char *url = options->public_url;

	st->web.server = s;
	st->web.booking = b;
	st->web.options.langs = options->langs;
	if (options->demonstration)
		st->web.options.demonstration = STAFF_DEMO_PATH;
	st->access = a;
	st->outbox = o;
	st->options = *options;
	st->options.public_url = url && *url ? xstrdup(url) : NULL;
	staff_login_routes(st);
	staff_day_routes(st);
	staff_outcome_routes(st);
	desk_routes(st);
	desk_walk_in_routes(st);
	staff_appointment_routes(st);
	staff_move_routes(st);
	staff_add_routes(st);
	agenda_begin(st);
	staff_absence_routes(st);
	staff_waiting_routes(st);
	staff_inbox_routes(st);
	staff_thread_routes(st);
	staff_gateways_routes(st);
	figure_page_routes(st);
	figure_sheet_routes(st);
	figure_todo_routes(st);
	staff_sheet_routes(st);
	staff_feed_routes(st);
	account_second_routes(st);
	account_own_routes(st);
	account_invitation_routes(st);
	account_team_routes(st);
	account_member_routes(st);
	account_program_routes(st);
	setting_routes(st);
	staff_change_routes(st);
	transfer_routes(st);
	workshop_routes(st);
	service_routes(st);
	if (options->demonstration)
		staff_demo_routes(st);
	return st;
}

void staff_free(struct staff *st)
{
	if (!st)
		return;
	free((char *)st->options.public_url);
	staff_change_memory_free(st->changes);
	agenda_end(st);
	free(st);
}

void staff_stop(struct staff *st)
{
	if (st)
		agenda_stop(st);
}

/* ---- who is there ---- */

void staff_viewer(const struct http_request *rq, struct viewer *v)
{
	const struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct http_user *face = http_request_user(rq);

	*v = (struct viewer){
		.organisation = TERRITORY_NONE,
		.counsellor = TERRITORY_NONE,
	};
	v->user = face->data;
	v->admin = rights_scope(v->user, RIGHT(NETWORK, SEE)) == SCOPE_NETWORK;
	v->all = v->admin || rights_scope(v->user, RIGHT(AGENDA, SEE)) == SCOPE_NETWORK ||
		 rights_scope(v->user, RIGHT(FIGURES, SEE)) == SCOPE_NETWORK;
	if (v->user->counsellor)
		v->counsellor =
			territory_by_id(t, RDVD_DEF_COUNSELLOR, v->user->counsellor);
	if (v->user->organisation)
		v->organisation =
			territory_by_id(t, RDVD_DEF_ORGANISATION, v->user->organisation);
}

const char *staff_home(const struct access_user *u)
{
	if (rights_has(u, RIGHT(AGENDA, SEE)))
		return "/equipe";
	return rights_has(u, RIGHT(FIGURES, SEE)) ? "/equipe/chiffres" : "/equipe/compte";
}

bool staff_may_see(const struct staff *st, const struct viewer *v,
		   const struct rdvd_appointment *a)
{
	(void)st;
	return rights_cover(v->user, RIGHT(AGENDA, SEE), a->organisation, a->counsellors,
			    a->ncounsellors) != 0;
}

bool staff_may(const struct staff *st, const struct viewer *v, unsigned right,
	       int organisation)
{
	const struct territory *t = booking_territory(st->web.booking);

	return rights_cover(v->user, right,
			    organisation == TERRITORY_NONE
				    ? 0
				    : t->organisations[organisation].id,
			    NULL, 0) != 0;
}

bool staff_knows_people(const struct http_request *rq)
{
	const struct http_user *face = http_request_user(rq);

	return !face || rights_has(face->data, RIGHT(PERSON, SEE));
}

bool staff_may_see_site(const struct staff *st, const struct viewer *v, int site)
{
	const struct territory *t = booking_territory(st->web.booking);

	return v->all || (v->organisation != TERRITORY_NONE &&
			  t->sites[site].organisation == v->organisation);
}

bool staff_may_see_counsellor(const struct staff *st, const struct viewer *v, int who)
{
	const struct territory *t = booking_territory(st->web.booking);

	return v->all || who == v->counsellor ||
	       (v->organisation != TERRITORY_NONE &&
		t->counsellors[who].organisation == v->organisation);
}

int staff_site(const struct staff *st, const struct viewer *v, const char *slug)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = slug && *slug ? territory_site(t, slug) : TERRITORY_NONE;

	return i == TERRITORY_NONE || !staff_may_see_site(st, v, i) ? TERRITORY_NONE : i;
}

int staff_counsellor(const struct staff *st, const struct viewer *v, const char *slug)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = slug && *slug ? territory_counsellor(t, slug) : TERRITORY_NONE;

	return i == TERRITORY_NONE || !staff_may_see_counsellor(st, v, i) ? TERRITORY_NONE
									  : i;
}

/* ---- what surrounds a page ---- */

void staff_layout_outside(struct http_request *rq, const struct staff *st,
			  struct layout *v, const char *title)
{
	page_layout(rq, &st->web, v, title, NULL);
	v->home = "/equipe";
	v->sheet = http_asset_url("staff.css");
	v->urgent = false;
}

void staff_layout(struct http_request *rq, const struct staff *st, struct layout *v,
		  const char *title, enum staff_place place)
{
	static const struct {
		const char *url, *text;
		unsigned right;
		const char *sheet; /* what only these pages have */
	} places[] = {
		[STAFF_DAY] = {"/equipe", N_("Jour"), RIGHT(AGENDA, SEE), NULL},
		[STAFF_WEEK] = {"/equipe/semaine", N_("Semaine"), RIGHT(AGENDA, SEE),
				NULL},
		[STAFF_ADD] = {"/equipe/ajouter", N_("Ajouter"), RIGHT(AGENDA, CHANGE),
			       NULL},
		[STAFF_TODO] = {"/equipe/a-faire", N_("À faire"), RIGHT(TODO, SEE),
				"figure.css"},
		[STAFF_INBOX] = {"/equipe/sms", N_("SMS"), RIGHT(MESSAGE, SEE), NULL},
		[STAFF_WAITING] = {"/equipe/attente", N_("Attente"), RIGHT(WAITING, SEE),
				   NULL},
		[STAFF_WORKSHOPS] = {"/equipe/ateliers", N_("Ateliers"),
				     RIGHT(WORKSHOP, SEE), NULL},
		[STAFF_ABSENCES] = {"/equipe/absences", N_("Absences"),
				    RIGHT(ABSENCE, SEE), NULL},
		[STAFF_FIGURES] = {"/equipe/chiffres", N_("Chiffres"),
				   RIGHT(FIGURES, SEE), "figure.css"},
		[STAFF_SETTINGS] = {"/equipe/reglages", N_("Réglages"),
				    RIGHT(ORGANISATION, SEE), "setting.css"},
		[STAFF_ACCOUNT] = {"/equipe/compte", N_("Mon compte"), RIGHT(SELF, SEE),
				   NULL},
	};
	struct link_view *nav = http_request_alloc(rq, ARRAY_SIZE(places) * sizeof(*nav));
	const size_t apart = 4; /* so many stay in sight on a telephone */
	const struct lang *l = http_request_lang(rq);
	const struct organisation *o = NULL;
	struct viewer who;
	size_t waiting, n;

	staff_viewer(rq, &who);
	if (who.organisation != TERRITORY_NONE)
		o = page_organisation(&st->web, who.organisation);
	page_layout(rq, &st->web, v, title, o);
	waiting = inbox_waiting(st->options.inbox, staff_inbox_of(st, &who)).texts;
	n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *text = tr(l, places[i].text);

		if (!rights_has(who.user, places[i].right))
			continue;
		if (i == STAFF_INBOX && waiting)
			text = page_text(rq, "%s (%zu)", text, waiting);
		nav[n++] = (struct link_view){
			.url = places[i].url,
			.text = text,
			.current = i == (size_t)place,
		};
	}
	v->home = staff_home(who.user);
	v->look = "wide team";
	v->sheet = http_asset_url("staff.css");
	if (places[place].sheet)
		v->sheet2 = http_asset_url(places[place].sheet);
	v->nav = nav;
	v->nnav = n < apart ? n : apart;
	v->more = nav + v->nnav;
	v->nmore = n - v->nnav;
	for (size_t i = 0; i < v->nmore; i++)
		if (v->more[i].current)
			v->here = v->more[i].text;
	v->logout = "/equipe/deconnexion";
	v->csrf = http_request_csrf(rq);
	v->user = who.user->login;
	v->urgent = false;
}

size_t staff_site_options(struct http_request *rq, const struct staff *st,
			  const struct viewer *v, int chosen, const char *first,
			  const struct option_view **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_sites + 1) * sizeof(*o));
	size_t n = 0;

	if (first)
		o[n++] = (struct option_view){.value = "", .text = first};
	for (int i = 0; i < t->live_sites; i++) {
		const struct site *s = &t->sites[i];

		if (!staff_may_see_site(st, v, i))
			continue;
		o[n++] = (struct option_view){
			.value = s->slug,
			.text = page_text(rq, "%s, %s", s->commune, s->name),
			.selected = i == chosen,
		};
	}
	*out = o;
	return n;
}

size_t staff_counsellor_options(struct http_request *rq, const struct staff *st,
				const struct viewer *v, int chosen, const char *first,
				const struct option_view **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_counsellors + 1) * sizeof(*o));
	size_t n = 0;

	if (first)
		o[n++] = (struct option_view){.value = "", .text = first};
	for (int i = 0; i < t->live_counsellors; i++) {
		if (!staff_may_see_counsellor(st, v, i))
			continue;
		o[n++] = (struct option_view){
			.value = t->counsellors[i].slug,
			.text = t->counsellors[i].label,
			.selected = i == chosen,
		};
	}
	*out = o;
	return n;
}

/* ---- answers that come later ---- */

struct staff_wait *staff_wait(struct http_request *rq, void *data)
{
	struct staff_wait *wait = xcalloc(1, sizeof(*wait));

	wait->st = http_request_context(rq);
	wait->data = data;
	wait->edition = booking_edition(wait->st->web.booking);
	wait->ticket = http_suspend(rq);
	return wait;
}

struct http_request *staff_wait_over(struct staff_wait *wait, struct staff **st,
				     void **data)
{
	struct http_request *rq = http_resume(wait->ticket);
	/* without a request the rooms may be gone, at the end */
	int exchanged = rq && wait->edition != booking_edition(wait->st->web.booking);

	*st = wait->st;
	if (data)
		*data = wait->data;
	free(wait);
	if (exchanged && http_request_reads(rq)) {
		http_request_again(rq);
		return NULL;
	}
	return rq;
}

struct http_request *staff_read_over(struct staff_wait *wait, enum rdvd_rc rc,
				     struct staff **st, void **data)
{
	struct http_request *rq = staff_wait_over(wait, st, data);

	if (!rq || rc == RDVD_OK)
		return rq;
	http_fail_later(rq, 503, NULL, 5);
	return NULL;
}

int staff_id(struct http_request *rq, rdvd_id *id)
{
	int64_t n;

	if (parse_int(http_request_param(rq, "id"), 1, INT64_MAX, &n) < 0) {
		http_fail(rq, 404, NULL);
		return -1;
	}
	*id = n;
	return 0;
}

int staff_refused(struct http_request *rq, const struct staff *st,
		  const struct booking_reply *r)
{
	struct viewer v;

	if (r->verdict == BOOKING_NOT_FOUND || page_is_trouble(r->verdict)) {
		page_fail(rq, r->verdict);
		return 1;
	}
	staff_viewer(rq, &v);
	if (!r->appointment || !staff_may_see(st, &v, r->appointment)) {
		http_fail(rq, 404, NULL);
		return 1;
	}
	return 0;
}

const char *staff_why(struct http_request *rq, enum booking_verdict v)
{
	const struct lang *l = http_request_lang(rq);

	switch (v) {
	case BOOKING_DONE:
	case BOOKING_KNOWN: return NULL;
	case BOOKING_FIELDS: return tr(l, "Il manque quelque chose.");
	case BOOKING_KEY_REUSED:
		return tr(l, "Ce formulaire a déjà servi. Vérifiez, puis envoyez-le de "
			     "nouveau.");
	case BOOKING_NOT_A_SLOT:
		return tr(l, "Aucune permanence ne commence à cette heure-là.");
	case BOOKING_CLOSED: return tr(l, "C’est fermé ce jour-là.");
	case BOOKING_TOO_EARLY: return tr(l, "C’est trop tôt.");
	case BOOKING_TOO_FAR: return tr(l, "C’est trop loin dans le temps.");
	case BOOKING_TAKEN:
		return tr(l, "Personne n’est libre à ce moment-là\u00a0: un autre "
			     "rendez-vous, une absence ou un trajet l’occupe.");
	case BOOKING_TOO_LATE: return tr(l, "C’est trop tard.");
	case BOOKING_IS_CANCELLED: return tr(l, "Ce rendez-vous est annulé.");
	case BOOKING_NO_MORE:
	case BOOKING_NOT_FOUND: return tr(l, "Ce rendez-vous n’existe plus.");
	case BOOKING_BUSY:
	case BOOKING_UNCERTAIN:
	case BOOKING_FAILED:
		return tr(l, "Ce n’est pas enregistré. Attendez quelques secondes et "
			     "recommencez.");
	}
	return NULL;
}

/* ---- time ---- */

const struct zone *staff_zone(const struct staff *st, int site)
{
	const struct territory *t = booking_territory(st->web.booking);

	return site == TERRITORY_NONE ? t->zone : t->sites[site].zone;
}

civil_day staff_today(const struct staff *st)
{
	return civil_time_day(zone_to_civil(staff_zone(st, TERRITORY_NONE), clock_now()));
}

const char *staff_day_words(struct http_request *rq, const struct staff *st,
			    civil_day day, bool title)
{
	char *out = http_request_alloc(rq, WORDS_SIZE);
	const char *code = http_request_lang_code(rq);

	if (title)
		words_day_title(out, code, day, staff_today(st));
	else
		words_day(out, code, day, staff_today(st));
	return out;
}

const char *staff_hour_words(struct http_request *rq, const struct zone *z, rdvd_time t)
{
	return page_hour(rq, civil_time_minute(zone_to_civil(z, t)));
}

const char *staff_date(struct http_request *rq, civil_day day)
{
	char *out = http_request_alloc(rq, 11);

	civil_day_format(day, out);
	return out;
}

civil_day staff_asked_day(const struct http_request *rq, const struct staff *st)
{
	const char *s = http_request_query(rq, "jour");
	civil_day day;

	return s && civil_day_parse(s, &day) == 0 ? day : staff_today(st);
}

const char *staff_moment(struct http_request *rq, const struct staff *st, rdvd_time t)
{
	return page_when(rq, &st->web, zone_to_civil(staff_zone(st, TERRITORY_NONE), t),
			 false);
}
