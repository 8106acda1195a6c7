/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_first.c - from nothing to the first bookable hour: four pages of one question
 * each. Each is kept when it is sent, so that nothing is lost by going back, by closing
 * the browser or by a cut; nobody can book before the last one, which opens the hours and
 * makes whoever answered the first counsellor. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "web/setting_first.h"
#include "web/staff_change.h"

#define DATES 5
#define DAYS_AHEAD 120

static const struct {
	const char *short_name, *heading, *lead, *button;
} steps[] = {
	[FIRST_NAME] = {N_("Nom"), N_("Comment s’appelle votre structure\u00a0?"),
			N_("C’est le nom que les jeunes voient. Tout pourra changer "
			   "ensuite."),
			N_("Continuer")},
	[FIRST_PLACE] = {N_("Lieu"), N_("Où recevez-vous\u00a0?"),
			 N_("Un lieu suffit pour commencer."), N_("Continuer")},
	[FIRST_KINDS] =
		{N_("Rendez-vous"), N_("Pour quels rendez-vous\u00a0?"),
		 N_("Voici les trois plus courants. Changez les mots et les durées, "
		    "ou décochez."),
		 N_("Continuer")},
	[FIRST_OPENING] =
		{N_("Permanence"), N_("Quand recevez-vous\u00a0?"),
		 N_("Une première permanence. Vous en ajouterez d’autres, et vos "
		    "collègues."),
		 N_("Ouvrir les rendez-vous")},
};

bool setting_is_first_run(const struct staff *st, const struct viewer *v)
{
	const struct territory *t = booking_territory(st->web.booking);

	return rights_has(v->user, RIGHT(NETWORK, CHANGE)) && t->nopenings == 0 &&
	       t->live_organisations <= 1;
}

/* ---- a step ---- */

static const char *step_url(struct http_request *rq, int step)
{
	return page_text(rq, FIRST_PATH "?etape=%d", step);
}

static void show_steps(struct http_request *rq, const struct staff *st,
		       const struct first *f, struct setting_first_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct setting_step *list = http_request_alloc(rq, FIRST_STEPS * sizeof(*list));
	int reached = setting_first_next(t, f->organisation);

	for (int i = 1; i <= FIRST_STEPS; i++)
		list[i - 1] = (struct setting_step){
			.text = tr(http_request_lang(rq), steps[i].short_name),
			.url = i != (int)f->step && i <= reached ? step_url(rq, i) : NULL,
			.done = i < reached,
			.current = i == (int)f->step,
		};
	v->steps = list;
	v->nsteps = FIRST_STEPS;
}

static void show(struct http_request *rq, struct staff *st, struct first *f, int status)
{
	const struct lang *l = http_request_lang(rq);
	struct setting_first_view v = {
		.heading = tr(l, steps[f->step].heading),
		.lead = tr(l, steps[f->step].lead),
		.button = tr(l, steps[f->step].button),
	};
	struct buf out = BUF_INIT;

	v.progress =
		page_text(rq, tr(l, "Étape %1$d sur %2$d"), (int)f->step, FIRST_STEPS);
	v.action = step_url(rq, f->step);
	if (f->step > FIRST_NAME)
		v.back_url = step_url(rq, (int)f->step - 1);
	show_steps(rq, st, f, &v);
	setting_form_view(rq, &f->site.form, &v.form);
	if (f->step == FIRST_PLACE) {
		v.form.ngroups = 1; /* the degrees are the commune's */
		v.ncommunes = setting_site_communes(rq, &f->site, &v.communes);
		v.commune = setting_value(&f->site.form, "commune");
	}
	staff_layout(rq, st, &v.layout, v.heading, STAFF_SETTINGS);
	if (f->step == FIRST_PLACE)
		v.layout.script = http_asset_url("communes.js");
	v.csrf = v.layout.csrf;
	page_setting_first(&out, l, &v);
	http_reply_html(rq, status, &out);
}

/* The step of ?etape=, or the first that nothing was made of; NULL: it was answered. */
static struct first *first_new(struct http_request *rq, const struct staff *st)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *asked = http_request_query(rq, "etape");
	struct first *f = http_request_alloc(rq, sizeof(*f));
	enum first_step reached;
	struct viewer who;
	int64_t n;

	staff_viewer(rq, &who);
	memset(f, 0, sizeof(*f));
	if (t->live_organisations > 1) {
		http_redirect(rq, 303, "/equipe/reglages");
		return NULL;
	}
	f->organisation = t->live_organisations == 1 ? 0 : TERRITORY_NONE;
	reached = setting_first_next(t, f->organisation);
	f->step = asked && parse_int(asked, FIRST_NAME, (int64_t)reached, &n) == 0
			  ? (enum first_step)n
			  : reached;
	return f;
}

static void see(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct first *f = first_new(rq, st);

	if (!f)
		return;
	setting_first_load(rq, st, f);
	show(rq, st, f, 200);
}

/* ---- keeping it ---- */

static void refused(struct http_request *rq, struct staff *st,
		    const struct booking_edited *r, void *data)
{
	struct first *f = data;

	setting_blame_edit(rq, &f->site.form, r,
			   f->step == FIRST_NAME && r->nerrors ? r->errors[0].edit : 0);
	show(rq, st, f, 422);
}

static void tied(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	(void)rc; /* her agenda can be tied to her account later, by the accounts' page */
	if (rq)
		http_redirect(rq, 303, FIRST_PATH "/en-ligne");
}

/* The hours are open: whoever opened them is the first counsellor. */
static void opened(void *arg, const struct booking_edited *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	const struct territory *t;
	struct viewer who;
	int c;

	if (!rq)
		return;
	if (r->rc != RDVD_OK) {
		refused(rq, st, r, data);
		return;
	}
	t = booking_territory(st->web.booking);
	staff_viewer(rq, &who);
	c = territory_counsellor(t, r->slugs[0]);
	if (who.user->counsellor || !who.user->id || c == TERRITORY_NONE) {
		http_redirect(rq, 303, FIRST_PATH "/en-ligne");
		return;
	}
	access_user_put(st->access,
			&(struct access_new_user){
				.login = who.user->login,
				.role = "network", /* and stays it, with an agenda */
				.organisation = who.user->organisation,
				.counsellor = t->counsellors[c].id,
			},
			tied, staff_wait(rq, NULL));
}

static void keep(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct booking_edit edits[FIRST_EDITS];
	struct first *f = first_new(rq, st);
	struct viewer who;
	size_t n;

	if (!f)
		return;
	setting_first_read(rq, st, f);
	if (setting_wrong(&f->site.form)) {
		show(rq, st, f, 422);
		return;
	}
	n = setting_first_edits(rq, st, f, edits);
	staff_viewer(rq, &who);
	if (f->step == FIRST_OPENING &&
	    setting_first_opening(t, f->organisation) == TERRITORY_NONE)
		booking_edit(st->web.booking, edits, n, 0, who.user->login, opened,
			     staff_wait(rq, f));
	else
		staff_change(rq, &(struct staff_change){
					 .right = RIGHT(NETWORK, CHANGE),
					 .edits = edits,
					 .nedits = n,
					 .title = tr(http_request_lang(rq),
						     steps[f->step].heading),
					 .said = "",
					 .done = f->step == FIRST_OPENING
							 ? FIRST_PATH "/en-ligne"
							 : step_url(rq, (int)f->step + 1),
					 .refused = refused,
					 .data = f,
				 });
	setting_first_drop(edits, n);
}

/* ---- the end ---- */

struct dates {
	struct http_request *rq;
	const struct staff *st;
	struct link_view links[DATES];
	size_t n;
};

static int note(void *arg, const struct occurrence *o)
{
	struct dates *d = arg;

	if (o->closed || o->start < clock_now())
		return 0;
	d->links[d->n++].text =
		page_text(d->rq, tr(http_request_lang(d->rq), "%1$s, de %2$s à %3$s"),
			  staff_day_words(d->rq, d->st, o->day, true),
			  page_hour(d->rq, civil_time_minute(o->civil_start)),
			  page_hour(d->rq, civil_time_minute(o->civil_end)));
	return d->n == DATES;
}

/* "Vous recevez le lundi de 9 h à 12 h, une semaine sur deux. Lieu : Carvin." */
static const char *sentence(struct http_request *rq, const struct territory *t, int i)
{
	static const char *const days[] = {
		N_("le lundi"),	   N_("le mardi"),  N_("le mercredi"), N_("le jeudi"),
		N_("le vendredi"), N_("le samedi"), N_("le dimanche")};
	const struct opening *o = &t->openings[i];
	const struct lang *l = http_request_lang(rq);
	const char *every = o->rrule && strstr(o->rrule, "INTERVAL=2")
				    ? tr(l, "une semaine sur deux")
				    : tr(l, "chaque semaine");

	return page_text(
		rq, tr(l, "Vous recevez %1$s de %2$s à %3$s, %4$s. Lieu\u00a0: %5$s."),
		tr(l, days[civil_weekday(civil_time_day(o->start))]),
		page_hour(rq, civil_time_minute(o->start)),
		page_hour(rq, civil_time_minute(o->end)), every, t->sites[o->site].name);
}

static const char *first_hour(struct http_request *rq, const struct staff *st)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *best = NULL;
	rdvd_time soonest = 0;

	for (int i = 0; i < t->live_services; i++) {
		struct slot_query q = {
			.service = i,
			.site = TERRITORY_NONE,
			.now = clock_now(),
			.seats = 1,
			.after_site = TERRITORY_NONE,
		};
		struct slot s;
		int more;

		if (!t->services[i].public ||
		    slot_search(booking_agenda(st->web.booking), &q, &s, 1, &more) == 0 ||
		    (best && s.start >= soonest))
			continue;
		soonest = s.start;
		best = staff_moment(rq, st, s.start);
	}
	return best;
}

static void online(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	int i = t->live_organisations == 1 ? setting_first_opening(t, 0) : TERRITORY_NONE;
	struct dates *d = http_request_alloc(rq, sizeof(*d));
	struct setting_online_view v = {0};
	civil_day today = staff_today(st);
	struct buf out = BUF_INIT;

	if (i == TERRITORY_NONE) {
		http_redirect(rq, 303, FIRST_PATH);
		return;
	}
	memset(d, 0, sizeof(*d));
	d->rq = rq;
	d->st = st;
	agenda_occurrences(booking_agenda(st->web.booking), today, today + DAYS_AHEAD,
			   TERRITORY_NONE, TERRITORY_NONE, note, d);
	v.address = st->options.public_url ? page_text(rq, "%s/", st->options.public_url)
					   : "/";
	v.sentence = sentence(rq, t, i);
	v.dates = d->links;
	v.ndates = d->n;
	v.first = first_hour(rq, st);
	staff_layout(rq, st, &v.layout, tr(l, "Votre page est en ligne"), STAFF_SETTINGS);
	page_setting_online(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = FIRST_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(NETWORK, CHANGE),
	 .handle = see},
	{.method = HTTP_POST,
	 .pattern = FIRST_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(NETWORK, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = keep},
	{.method = HTTP_GET,
	 .pattern = FIRST_PATH "/en-ligne",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(NETWORK, CHANGE),
	 .handle = online},
};

void setting_first_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
