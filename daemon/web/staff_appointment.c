/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_appointment.c - one appointment with everything known of it, its messages with
 * their words; cancelling for somebody, after a page that says who will be told; and the
 * files that look like hers, side by side, for a person to compare: the program never
 * makes one of two. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_room.h"

/* ---- the page ---- */

static void say_messages(struct http_request *rq, const struct staff *st,
			 const struct record *r, struct staff_appointment_view *v)
{
	struct staff_message_view *m =
		http_request_alloc(rq, (r->nmessages + 1) * sizeof(*m));

	for (size_t i = 0; i < r->nmessages; i++)
		staff_message(rq, st, r->messages[i], r->appointment, &m[i]);
	v->messages = m;
	v->nmessages = r->nmessages;
}

static void say_place(struct http_request *rq, const struct staff *st,
		      const struct rdvd_appointment *a, struct staff_appointment_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
			      : TERRITORY_NONE;

	v->place = a->place.name;
	if (i == TERRITORY_NONE) {
		v->address = a->place.postcode;
		return;
	}
	v->place = t->sites[i].name;
	v->address = page_text(rq, "%s, %s %s", t->sites[i].address, t->sites[i].postcode,
			       t->sites[i].commune);
}

static void say_said(struct http_request *rq, const struct rdvd_appointment *a,
		     struct staff_appointment_view *v)
{
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);

	if (done && strcmp(done, "ajout") == 0)
		v->said.text = tr(l, "C’est noté.");
	else if (done && strcmp(done, "annule") == 0)
		v->said.text = tr(l, "C’est annulé.");
	else if (done && strcmp(done, "deplace") == 0)
		v->said.text = tr(l, "C’est déplacé.");
	staff_say_undone(rq, &v->said);
	staff_say_problem(rq, &v->said);
	if (v->said.text && !v->said.bad && a->changed + BOOKING_UNDO_S > clock_now() &&
	    rights_has(http_request_user(rq)->data, RIGHT(AGENDA, CHANGE))) {
		v->undo_url =
			page_text(rq, "/equipe/rdv/%lld/reprendre", (long long)a->id);
		if (strcmp(done, "annule") == 0)
			v->undo = tr(l, "Revenir sur l’annulation");
		else if (strcmp(done, "deplace") == 0)
			v->undo = tr(l, "Annuler le déplacement");
	}
	v->fresh = done && strcmp(done, "ajout") == 0;
}

/* The list's row is the one that carries the messages. */
static void show(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	const rdvd_id *id = data;
	const struct record *r = NULL;
	struct staff_appointment_view v = {0};
	struct row_style style = {.with_place = true,
				  .with_outcome = true,
				  .with_arrival = true,
				  .now = clock_now()};
	const struct rdvd_appointment *a;
	struct buf out = BUF_INIT;

	if (!rq)
		return;
	for (size_t i = 0; rc == RDVD_OK && i < records->n; i++)
		if (records->items[i].appointment->id == *id)
			r = &records->items[i];
	if (!r) {
		http_fail_later(rq, 503, NULL, 5);
		return;
	}
	a = r->appointment;
	style.back = page_text(rq, "/equipe/rdv/%lld", (long long)*id);
	staff_row(rq, st, r, &style, &v.row);
	v.heading = v.row.name;
	v.when = page_when(rq, &st->web, a->when.civil_start, true);
	v.duration = page_duration(rq, (int)((a->when.end - a->when.start) / 60));
	say_place(rq, st, a, &v);
	v.with = staff_counsellor_names(rq, st, a->counsellors, a->ncounsellors);
	v.channel = page_text(rq, tr(http_request_lang(rq), "%1$s, %2$s"),
			      tr(http_request_lang(rq), staff_channel_words(a->channel)),
			      staff_moment(rq, st, a->created));
	v.email = a->person.email;
	v.csrf = http_request_csrf(rq);
	v.companion = a->companion;
	if (a->status != RDVD_CANCELLED)
		v.companion_url = page_text(rq, "%s/accompagnement", style.back);
	v.code = v.row.code;
	v.back_url = page_url(rq, "/equipe", "jour",
			      staff_date(rq, civil_time_day(a->when.civil_start)), NULL);
	if (a->status != RDVD_CANCELLED && a->outcome == RDVD_OUTCOME_UNKNOWN) {
		v.move_url = page_text(rq, "%s/deplacer", style.back);
		v.cancel_url = page_text(rq, "%s/annuler", style.back);
	}
	say_messages(rq, st, r, &v);
	if (*a->person.phone || *a->person.email)
		v.thread_url = page_text(rq, "%s/messages", style.back);
	service_answers_show(rq, st, a, &v);
	say_said(rq, a, &v);
	staff_layout(rq, st, &v.layout, tr(http_request_lang(rq), "Un rendez-vous"),
		     STAFF_DAY);
	page_staff_appointment(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

/* Hers to see: then with its messages, from the list of that one moment. */
static void found(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct rdvd_appointment_filter f = {0};
	rdvd_id *id;

	if (!rq || staff_refused(rq, st, r))
		return;
	id = http_request_alloc(rq, sizeof(*id));
	*id = r->appointment->id;
	f.from = r->appointment->when.start;
	f.to = f.from + 1;
	f.organisation = r->appointment->organisation;
	booking_list(st->web.booking, &f, 1, show, staff_wait(rq, id));
}

static void get(struct http_request *rq, booking_cb *cb)
{
	struct staff *st = http_request_context(rq);
	struct booking_which which = {0};

	if (staff_id(rq, &which.id) == 0)
		booking_get(st->web.booking, &which, cb, staff_wait(rq, NULL));
}

static void appointment(struct http_request *rq)
{
	get(rq, found);
}

/* ---- cancelling ---- */

/* Who will be told, as the messages that the cancel will owe. */
static const char *say_told(struct http_request *rq, const struct staff *st,
			    const struct rdvd_appointment *a)
{
	const struct lang *l = http_request_lang(rq);
	const struct rdvd_person *p = &a->person;
	bool sms = *p->phone && p->sms_ok &&
		   outbox_has_channel(st->outbox, RDVD_CHANNEL_SMS);
	bool email = *p->email && outbox_has_channel(st->outbox, RDVD_CHANNEL_EMAIL);

	if (a->when.start <= clock_now())
		return tr(l, "Il a déjà commencé\u00a0: aucun message ne partira.");
	if (sms && email)
		return page_text(
			rq,
			tr(l, "%1$s le saura par un SMS au %2$s et un e-mail à %3$s."),
			p->first_name, page_phone(rq, p->phone), p->email);
	if (sms)
		return page_text(rq, tr(l, "%1$s le saura par un SMS au %2$s."),
				 p->first_name, page_phone(rq, p->phone));
	if (email)
		return page_text(rq, tr(l, "%1$s le saura par un e-mail à %2$s."),
				 p->first_name, p->email);
	if (*p->phone)
		return page_text(
			rq,
			tr(l, "Aucun message ne peut partir\u00a0: téléphonez au %s."),
			page_phone(rq, p->phone));
	return tr(l, "Aucun message ne peut partir\u00a0: ni téléphone, ni e-mail.");
}

static void ask_cancel(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct staff_cancel_view v = {0};
	const struct rdvd_appointment *a = r->appointment;
	struct buf out = BUF_INIT;

	if (!rq || staff_refused(rq, st, r))
		return;
	v.back_url = page_text(rq, "/equipe/rdv/%lld", (long long)a->id);
	if (a->status == RDVD_CANCELLED) {
		http_redirect(rq, 303, v.back_url);
		return;
	}
	v.heading = page_text(
		rq, tr(http_request_lang(rq), "Annuler le rendez-vous de %s\u00a0?"),
		staff_person_name(rq, &a->person));
	v.when = page_text(rq, "%s, %s",
			   page_when(rq, &st->web, a->when.civil_start, true),
			   staff_place_name(st, a));
	v.action = page_text(rq, "%s/annuler", v.back_url);
	v.told = say_told(rq, st, a);
	staff_layout(rq, st, &v.layout, tr(http_request_lang(rq), "Annuler"), STAFF_DAY);
	page_staff_cancel(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void show_cancel(struct http_request *rq)
{
	get(rq, ask_cancel);
}

static void cancelled(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	const char *id;

	if (!rq)
		return;
	id = http_request_param(rq, "id");
	if (page_is_trouble(r->verdict))
		page_fail(rq, r->verdict);
	else
		http_redirect(rq, 303, page_text(rq, "/equipe/rdv/%s?fait=annule", id));
}

static void cancel_it(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	enum rdvd_outcome outcome;
	struct booking_which which = {.undoable = 1};
	struct viewer who;

	if (!rq || staff_refused(rq, st, r))
		return;
	if (staff_outcome_parse(http_request_field(rq, "presence"), &outcome) < 0 ||
	    (outcome != RDVD_EXCUSED && outcome != RDVD_REVOKED)) {
		http_fail(rq, 400, NULL);
		return;
	}
	staff_viewer(rq, &who);
	which.id = r->appointment->id;
	which.actor = who.user->login;
	booking_mark(st->web.booking, &which, outcome, -1, cancelled,
		     staff_wait(rq, NULL));
}

static void cancel(struct http_request *rq)
{
	get(rq, cancel_it);
}

/* ---- files that look alike ---- */

static void fill_card(struct http_request *rq, const struct staff *st,
		      const struct rdvd_appointment *a, struct staff_card *c)
{
	const struct rdvd_person *p = &a->person;
	const struct lang *l = http_request_lang(rq);

	*c = (struct staff_card){
		.name = staff_person_name(rq, p),
		.email = p->email,
		.last = page_text(rq, "%s, %s",
				  page_when(rq, &st->web, a->when.civil_start, true),
				  staff_place_name(st, a)),
		.url = page_text(rq, "/equipe/rdv/%lld", (long long)a->id),
		.visits = a->earlier_visits ? page_text(rq,
							trn(l, "%d venue", "%d venues",
							    a->earlier_visits),
							a->earlier_visits)
					    : tr(l, "pas encore"),
	};
	if (p->birth_year)
		c->birth = page_text(rq, "%d", p->birth_year);
	if (*p->phone) {
		c->phone = page_phone(rq, p->phone);
		c->tel = page_text(rq, "tel:%s", p->phone);
	}
}

static void show_similar(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const struct staff_card *first = data;
	struct staff_similar_view v = {0};
	struct staff_card *cards;
	struct buf out = BUF_INIT;
	struct viewer who;
	size_t n = 0;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	cards = http_request_alloc(rq, (records->n + 1) * sizeof(*cards));
	cards[n++] = *first;
	for (size_t i = 0; i < records->n; i++)
		if (staff_may_see(st, &who, records->items[i].appointment))
			fill_card(rq, st, records->items[i].appointment, &cards[n++]);
	v.cards = cards;
	v.ncards = n;
	v.back_url = first->url;
	staff_layout(rq, st, &v.layout, tr(http_request_lang(rq), "Fiches semblables"),
		     STAFF_DAY);
	page_staff_similar(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void find_similar(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct staff_card *first;

	if (!rq || staff_refused(rq, st, r))
		return;
	first = http_request_alloc(rq, sizeof(*first));
	fill_card(rq, st, r->appointment, first);
	/* the row is lent for this callback: what the card keeps of it is copied */
	first->email = http_request_strdup(rq, first->email);
	booking_duplicates(st->web.booking, r->appointment->person.id, show_similar,
			   staff_wait(rq, first));
}

static void similar(struct http_request *rq)
{
	get(rq, find_similar);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/rdv/{id}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(PERSON, SEE),
	 .handle = appointment},
	{.method = HTTP_GET,
	 .pattern = "/equipe/rdv/{id}/annuler",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .handle = show_cancel},
	{.method = HTTP_POST,
	 .pattern = "/equipe/rdv/{id}/annuler",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = cancel},
	{.method = HTTP_GET,
	 .pattern = "/equipe/rdv/{id}/semblables",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(PERSON, SEE),
	 .handle = similar},
};

void staff_appointment_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
