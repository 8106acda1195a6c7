/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_touched.c - the page that a change shows when somebody is booked in what it
 * takes away: who, how to reach each, the nearest other times, what each will receive;
 * and the form that comes back. The first time proposed to each is kept meanwhile by a
 * hold, ten minutes at a time, and let go when the page is left or the change kept. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/opening_change.h"

/* ---- reaching people ---- */

static bool by_sms(const struct change_person *p)
{
	return p->a->person.sms_ok && *p->a->person.phone && !p->stopped;
}

static bool by_mail(const struct change_person *p)
{
	return *p->a->person.email != '\0';
}

static const char *reach_words(struct http_request *rq, const struct change_person *p)
{
	const struct lang *l = http_request_lang(rq);

	if (by_sms(p) && by_mail(p))
		return tr(l, "Un SMS et un e-mail partiront\u00a0:");
	if (by_sms(p))
		return tr(l, "Un SMS partira\u00a0:");
	if (by_mail(p))
		return tr(l, "Un e-mail partira.");
	if (*p->a->person.phone)
		return tr(l, "Aucun message ne peut partir\u00a0: appelez le");
	return tr(l, "Ni téléphone ni e-mail\u00a0: personne ne peut être prévenu.");
}

/* What the person would receive: to NULL: that it is cancelled. NULL: nothing, or it
 * cannot be said before the change stands. */
static const char *preview(struct http_request *rq, const struct change *c,
			   const struct change_person *p, const struct change_time *to)
{
	const struct territory *t = booking_territory(c->st->web.booking);
	struct rdvd_appointment a = *p->a;
	struct rdvd_message_row m = {.participation = a.id,
				     .kind = to ? RDVD_MSG_MOVED : RDVD_MSG_CANCELLATION,
				     .channel = by_sms(p) ? RDVD_CHANNEL_SMS
							  : RDVD_CHANNEL_EMAIL,
				     .revision = a.revision + 1,
				     .to = "",
				     .text = "",
				     .provider_id = "",
				     .note = "",
				     .letter_to = "",
				     .letter_subject = "",
				     .letter_text = "",
				     .gateway = ""};
	struct buf out = BUF_INIT;
	const char *text;
	int segments, site;

	if (!by_sms(p) && !by_mail(p))
		return NULL;
	if (to) {
		site = territory_site(t, to->site);
		if (site == TERRITORY_NONE)
			return NULL;
		a.when.start = to->start;
		a.when.end = to->end;
		a.when.civil_start = zone_to_civil(t->sites[site].zone, a.when.start);
		a.place.site = t->sites[site].id;
	} else {
		a.status = RDVD_CANCELLED;
	}
	outbox_preview(c->st->outbox, &m, &a, &out, &segments);
	text = http_request_strdup(rq, buf_str(&out));
	buf_fini(&out);
	return text;
}

/* ---- choices ---- */

static const char *time_words(struct http_request *rq, const struct change *c,
			      const struct change_person *p, const struct change_time *to)
{
	const struct territory *t = booking_territory(c->st->web.booking);
	int site = territory_site(t, to->site);
	char far[WORDS_SIZE] = "";
	const char *where, *when;

	if (site == TERRITORY_NONE)
		return to->site; /* the change makes it */
	when = page_when(rq, &c->st->web, zone_to_civil(t->sites[site].zone, to->start),
			 true);
	where = page_text(rq, "%s, %s, %s", when, t->sites[site].commune,
			  t->sites[site].name);
	if (p->a->place.site && p->a->place.site != t->sites[site].id) {
		int was = territory_by_id(t, RDVD_DEF_SITE, p->a->place.site);

		if (was != TERRITORY_NONE)
			words_distance(far, http_request_lang_code(rq),
				       (int32_t)(geo_distance_km(&t->sites[was].point,
								 &t->sites[site].point) *
						 1000));
	}
	return *far ? page_text(rq, "%s (%s)", where, far) : where;
}

static bool is_same(const struct change_time *a, const struct change_time *b)
{
	return a->start == b->start && strcmp(a->site, b->site) == 0;
}

static void say_choices(struct http_request *rq, const struct change *c,
			const struct change_person *p, struct opening_person *v)
{
	const struct lang *l = http_request_lang(rq);
	struct opening_choice *o =
		http_request_alloc(rq, (CHANGE_OFFERS + 3) * sizeof(*o));
	bool chosen = false;
	size_t n = 0;

	for (size_t i = 0; i < p->noffers; i++) {
		char name[96];

		times_name(name, p->offers[i].site, p->offers[i].start);
		o[n] = (struct opening_choice){
			.value = http_request_strdup(rq, name),
			.text = time_words(rq, c, p, &p->offers[i]),
			.message = preview(rq, c, p, &p->offers[i]),
			.first = i == 0,
			.chosen = p->choice == CHOICE_MOVE && !p->verdict &&
				  is_same(&p->to, &p->offers[i]),
		};
		if (i == 0)
			o[n].note = tr(l, "le plus proche");
		chosen |= o[n++].chosen;
	}
	o[n] = (struct opening_choice){
		.value = "annuler",
		.text = tr(l, "Annuler le rendez-vous et prévenir"),
		.message = preview(rq, c, p, NULL),
		.chosen = p->choice == CHOICE_CANCEL,
	};
	chosen |= o[n++].chosen;
	o[n] = (struct opening_choice){
		.value = "garder",
		.text = tr(l, "Ne rien changer pour cette personne\u00a0: je l’appelle"),
		.chosen = p->choice == CHOICE_LEAVE,
	};
	chosen |= o[n++].chosen;
	if (!chosen) /* the nearest time; without one somebody calls */
		o[p->noffers ? 0 : n - 1].chosen = true;
	for (size_t i = 0; i < n; i++) {
		o[i].id = page_text(rq, "c%lld-%zu", (long long)p->a->id, i + 1);
		v->told |= o[i].message != NULL;
	}
	v->choices = o;
	v->nchoices = n;
}

static void say_person(struct http_request *rq, const struct change *c,
		       const struct change_person *p, struct opening_person *v)
{
	const struct rdvd_person *who = &p->a->person;

	*v = (struct opening_person){
		.id = page_text(rq, "%lld", (long long)p->a->id),
		.name = staff_person_name(rq, who),
		.url = page_text(rq, "/equipe/rdv/%lld", (long long)p->a->id),
		.when = page_when(rq, &c->st->web, p->a->when.civil_start, true),
		.place = staff_place_name(c->st, p->a),
		.service = staff_service_name(rq, c->st, p->a),
		.reach = reach_words(rq, p),
		.call = !by_sms(p) && !by_mail(p),
		.fresh = p->fresh,
		.sms = by_sms(p) ? "1" : "0",
		.letters = by_mail(p) ? "1" : "0",
	};
	if (*who->phone) {
		v->phone = page_phone(rq, who->phone);
		v->tel = page_text(rq, "tel:%s", who->phone);
	}
	if (p->verdict)
		v->why = staff_why(rq, p->verdict);
	if (p->hold) {
		char name[17];

		booking_hold_name(p->hold, name);
		v->hold = http_request_strdup(rq, name);
	}
	say_choices(rq, c, p, v);
}

/* "2 SMS et 1 e-mail partiront." */
static const char *count_words(struct http_request *rq, const struct change *c)
{
	const struct lang *l = http_request_lang(rq);
	long sms = 0, mails = 0, calls = 0;

	for (size_t i = 0; i < c->npeople; i++) {
		const struct change_person *p = &c->people[i];
		bool told = p->choice != CHOICE_LEAVE &&
			    (p->noffers || p->choice == CHOICE_CANCEL);

		if (p->done || p->foreign)
			continue;
		sms += told && by_sms(p);
		mails += told && by_mail(p);
		calls += !told || (!by_sms(p) && !by_mail(p));
	}
	return page_text(
		rq, "%s %s",
		page_text(
			rq,
			tr(l,
			   "Avec ces choix partiront\u00a0: %1$ld SMS et %2$ld e-mail."),
			sms, mails),
		calls ? page_text(rq,
				  trn(l, "%ld personne est à appeler.",
				      "%ld personnes sont à appeler.", calls),
				  calls)
		      : "");
}

static const char *lead_words(struct http_request *rq, const struct change *c, size_t n)
{
	const struct lang *l = http_request_lang(rq);

	if (c->resumed || c->applied)
		return page_text(rq,
				 trn(l,
				     "%zu rendez-vous n’a plus de permanence. "
				     "Choisissez ce qu’il devient.",
				     "%zu rendez-vous n’ont plus de permanence. "
				     "Choisissez ce que devient chacun.",
				     (long)n),
				 n);
	return page_text(
		rq,
		trn(l,
		    "%zu personne a rendez-vous à ce moment-là. Rien n’est encore "
		    "changé\u00a0: choisissez ce que devient son rendez-vous.",
		    "%zu personnes ont rendez-vous à ce moment-là. Rien n’est encore "
		    "changé\u00a0: choisissez ce que devient chaque rendez-vous.",
		    (long)n),
		n);
}

static void say_alert(struct http_request *rq, const struct change *c,
		      struct opening_touched_view *v)
{
	const struct lang *l = http_request_lang(rq);
	bool failed = false, fresh = false;

	for (size_t i = 0; i < c->npeople; i++) {
		failed |= !c->people[i].done && c->people[i].verdict;
		fresh |= c->people[i].fresh;
	}
	if (c->overtaken)
		v->alert = tr(l, "Quelqu’un d’autre vient de modifier la même chose. "
				 "Revenez en arrière et recommencez.");
	else if (failed)
		v->alert =
			tr(l, "Le changement est enregistré, mais ces rendez-vous n’ont "
			      "pas pu être déplacés. Ces personnes restent inscrites.");
	else if (fresh)
		v->alert = tr(l, "Quelqu’un a pris rendez-vous entre-temps\u00a0: rien "
				 "n’est encore changé.");
}

static void say_until(struct http_request *rq, const struct change *c,
		      struct opening_touched_view *v)
{
	rdvd_time until = 0;

	for (size_t i = 0; i < c->npeople; i++)
		if (c->people[i].hold && (!until || c->people[i].hold_until < until))
			until = c->people[i].hold_until;
	if (until)
		v->until = staff_hour_words(rq, staff_zone(c->st, TERRITORY_NONE), until);
}

static void show(struct change *c)
{
	struct http_request *rq = change_over(c);
	struct opening_touched_view *v;
	struct opening_person *people;
	const struct lang *l;
	struct buf out = BUF_INIT;
	size_t foreign = 0;

	if (!rq)
		return;
	l = http_request_lang(rq);
	v = http_request_alloc(rq, sizeof(*v));
	memset(v, 0, sizeof(*v));
	people = http_request_alloc(rq, (c->npeople + 1) * sizeof(*people));
	for (size_t i = 0; i < c->npeople; i++) {
		if (c->people[i].foreign)
			foreign++;
		else if (!c->people[i].done)
			say_person(rq, c, &c->people[i], &people[v->npeople++]);
	}
	v->people = people;
	v->heading = *c->title ? c->title : tr(l, "Rendez-vous sans permanence");
	v->lead = lead_words(rq, c, v->npeople);
	v->kept = c->applied || c->resumed;
	v->button = v->kept ? tr(l, "Enregistrer ces choix")
			    : tr(l, "Enregistrer le changement et prévenir");
	v->action = CHANGE_PATH;
	v->change = change_text(rq, c);
	v->count = count_words(rq, c);
	v->words = tr(l, "Avec ces choix partiront\u00a0: {sms} SMS et {mail} e-mail.");
	v->calls = tr(l, "{n} à appeler.");
	say_alert(rq, c, v);
	say_until(rq, c, v);
	if (foreign)
		v->foreign = page_text(
			rq,
			trn(l, "%zu rendez-vous d’une autre équipe reste comme il est.",
			    "%zu rendez-vous d’une autre équipe restent comme ils sont.",
			    (long)foreign),
			foreign);
	staff_layout(rq, c->st, &v->layout, tr(l, "Changement"), STAFF_SETTINGS);
	v->csrf = v->layout.csrf;
	v->layout.script = http_asset_url("opening.js");
	page_opening_touched(&out, l, v);
	http_reply_html(rq, v->alert ? 409 : 200, &out);
	change_free(c);
}

/* ---- holds ---- */

static void keep_next(struct change *c);

static void held(void *arg, const struct booking_reply *r)
{
	struct change *c = arg;
	struct change_person *p = &c->people[c->at++];

	if (r->verdict == BOOKING_DONE) {
		p->hold = r->hold;
		p->hold_until = r->expires;
	}
	keep_next(c);
}

/* The page is shown again: what it kept for the person is kept longer, or let go when
 * another time is nearer now. */
static bool keep_longer(struct change *c, struct change_person *p)
{
	const struct territory *t = booking_territory(c->st->web.booking);
	struct slot slot;
	rdvd_time until;
	bool same;

	if (!p->chosen_hold ||
	    booking_hold_find(c->st->web.booking, p->chosen_hold, &slot, &until) != 0)
		return false;
	same = p->noffers && slot.start == p->offers[0].start &&
	       strcmp(t->sites[slot.site].slug, p->offers[0].site) == 0;
	if (!same) {
		booking_hold_release(c->st->web.booking, p->chosen_hold);
		return false;
	}
	p->hold = p->chosen_hold;
	p->hold_until = until;
	booking_hold_extend(c->st->web.booking, p->hold, held, c);
	return true;
}

/* A time that the change itself makes needs no keeping: nobody else can have it yet. */
static void keep_next(struct change *c)
{
	const struct territory *t = booking_territory(c->st->web.booking);

	for (; c->at < c->npeople; c->at++) {
		struct change_person *p = &c->people[c->at];
		int service = territory_by_id(t, RDVD_DEF_SERVICE, p->a->service);
		struct booking_request q = {
			.site = p->offers[0].site,
			.start = p->offers[0].start,
			.has_start = 1,
			.party_size = p->a->party_size,
			.actor = c->login,
		};

		if (!p->done && keep_longer(c, p))
			return;
		if (p->done || p->foreign || p->noffers == 0 ||
		    service == TERRITORY_NONE ||
		    territory_site(t, q.site) == TERRITORY_NONE)
			continue;
		q.service = t->services[service].slug;
		booking_hold(c->st->web.booking, &q, held, c);
		return;
	}
	show(c);
}

static void release_all(struct change *c)
{
	for (size_t i = 0; i < c->npeople; i++)
		if (c->people[i].chosen_hold)
			booking_hold_release(c->st->web.booking,
					     c->people[i].chosen_hold);
}

void change_ask(struct change *c)
{
	change_propose(c);
	c->at = 0;
	keep_next(c);
}

/* ---- the form ---- */

static void leave(struct http_request *rq, struct change *c)
{
	release_all(c);
	http_redirect(rq, 303, c->done);
	change_free(c);
}

static void decide(struct http_request *rq)
{
	const char *action = http_request_field(rq, "action");
	struct change *c = change_of_form(rq);

	if (!c)
		return;
	if (action && strcmp(action, "rien") == 0) {
		leave(rq, c);
		return;
	}
	if (!change_may(rq, c)) {
		change_free(c);
		http_fail(rq, 404, NULL);
		return;
	}
	c->again = action && strcmp(action, "encore") == 0;
	if (!change_is_current(c)) {
		c->overtaken = true;
		c->again = true;
	}
	if (c->nedits == 0 && !c->away.counsellor)
		c->applied = true;
	change_start(c, rq);
}

/* Those whom earlier changes left without an opening. */
static void resume(struct http_request *rq)
{
	struct change *c = change_new(rq);

	c->resumed = true;
	c->applied = true;
	free(c->done);
	c->done = xstrdup("/equipe/reglages/permanences");
	change_start(c, rq);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = CHANGE_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .handle = resume},
	{.method = HTTP_POST,
	 .pattern = CHANGE_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = decide},
};

void opening_touched_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
