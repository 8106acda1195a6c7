/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_thread.c - a person's conversation with the team in order of time, and the answer
 * by hand at its end. Named in addresses by a text or by an appointment, never by the
 * number. What is about another organisation's appointments is left out. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/secret.h"
#include "web/staff_room.h"

#define BUBBLES_MAX 40 /* of a page; the older ones are asked for */

/* What a page or an act is asked about. */
struct thread_ask {
	struct inbox_which which;
	const char *url;
	/* what was typed, and what is wrong with it */
	enum inbox_verdict verdict;
	int segments;
	bool said; /* verdict counts */
};

/* ---- who may see it ---- */

static bool may_see(const struct staff *st, const struct viewer *who,
		    const struct inbox_thread *t)
{
	if (t->of)
		return staff_may_see(st, who, t->of);
	return staff_may_see_organisation(st, who, t->asked->organisation) ||
	       (t->who && staff_may_see(st, who, t->who));
}

static bool may_see_item(const struct staff *st, const struct viewer *who,
			 const struct inbox_item *i)
{
	if (i->text)
		return staff_may_see_organisation(st, who, i->text->organisation);
	if (i->about->id)
		return staff_may_see(st, who, i->about);
	return staff_may_see_organisation(st, who, i->message->organisation);
}

/* ---- the bubbles ---- */

static const char *const understood[][2] = {
	{"yes", N_("compris\u00a0: oui")},
	{"no", N_("compris\u00a0: non")},
	{"cannot", N_("compris\u00a0: ne peut pas venir")},
	{"cancel", N_("compris\u00a0: annuler")},
	{"move", N_("compris\u00a0: une autre date")},
	{"earlier", N_("compris\u00a0: plus tôt")},
	{"choice", N_("compris\u00a0: un des choix")},
	{"time", N_("compris\u00a0: une heure")},
	{"name", N_("compris\u00a0: un nom")},
	{"call", N_("compris\u00a0: être rappelé au téléphone")},
	{"book", N_("compris\u00a0: prendre rendez-vous")},
	{"info", N_("compris\u00a0: le lieu et l’heure")},
	{"late", N_("compris\u00a0: du retard")},
	{"stop", N_("compris\u00a0: plus de SMS")},
	{"start", N_("compris\u00a0: de nouveau des SMS")},
	{"help", N_("compris\u00a0: de l’aide")},
	{"thanks", N_("compris\u00a0: merci")},
	{"code", N_("compris\u00a0: un code")},
	{"machine", N_("une réponse automatique")},
};

static const char *say_understood(struct http_request *rq, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(understood); i++)
		if (strcmp(understood[i][0], name) == 0)
			return tr(http_request_lang(rq), understood[i][1]);
	return NULL;
}

/* next: the appointment that the page names already. */
static void say_bubble(struct http_request *rq, const struct staff *st,
		       const struct inbox_item *i, rdvd_id next, struct staff_bubble *out)
{
	*out = (struct staff_bubble){.in = i->text != NULL};
	if (i->text) {
		out->when = staff_moment(rq, st, i->at);
		out->text = i->text->text;
		out->erased = !*i->text->number;
		out->waits = i->text->state == RDVD_INBOUND_TO_HAND;
		out->understood = say_understood(rq, i->text->understood);
		return;
	}
	staff_message(rq, st, i->message, i->about, &out->out);
	if (!out->out.when)
		out->out.when = staff_moment(rq, st, i->at);
	if (!i->about->id || i->about->id == next)
		return;
	out->about_url = page_text(rq, "/equipe/rdv/%lld", (long long)i->about->id);
	out->about =
		page_text(rq, tr(http_request_lang(rq), "rendez-vous %s"),
			  page_when(rq, &st->web, i->about->when.civil_start, false));
}

/* What is to leave later stands on the appointment's page, out of the way here. */
static bool is_planned(const struct inbox_item *i)
{
	return i->message && i->message->state == RDVD_MSG_SCHEDULED &&
	       i->message->due > clock_now();
}

static void say_bubbles(struct http_request *rq, const struct staff *st,
			const struct viewer *who, const struct inbox_thread *t,
			const struct thread_ask *ask, struct staff_thread_view *v)
{
	bool all = http_request_query(rq, "tout") != NULL;
	const struct inbox_item **shown =
		http_request_alloc(rq, (t->n + 1) * sizeof(struct inbox_item *));
	struct staff_bubble *b = http_request_alloc(rq, (t->n + 1) * sizeof(*b));
	rdvd_id next = t->who ? t->who->id : 0;
	size_t n = 0, from;
	int planned = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (!may_see_item(st, who, &t->items[i]))
			continue;
		if (is_planned(&t->items[i]))
			planned++;
		else if (t->items[i].text ||
			 t->items[i].message->state != RDVD_MSG_SUPERSEDED)
			shown[n++] = &t->items[i];
	}
	if (planned)
		v->planned = page_text(rq,
				       trn(http_request_lang(rq), "%d message est prévu.",
					   "%d messages sont prévus.", planned),
				       planned);
	from = all || n <= BUBBLES_MAX ? 0 : n - BUBBLES_MAX;
	for (size_t i = from; i < n; i++)
		say_bubble(rq, st, shown[i], next, &b[v->nbubbles++]);
	v->bubbles = b;
	if (from)
		v->older_url = page_text(rq, "%s?tout=1", ask->url);
}

/* ---- what stands above them ---- */

static void say_who(struct http_request *rq, const struct staff *st,
		    const struct viewer *who, const struct inbox_thread *t,
		    struct staff_thread_view *v)
{
	const struct rdvd_appointment *a = t->of ? t->of : t->who;
	const struct lang *l = http_request_lang(rq);

	v->heading = tr(l, "Numéro effacé");
	if (strchr(t->number, '@')) {
		v->heading = v->email = t->number;
	} else if (*t->number) {
		v->heading = v->phone = page_phone(rq, t->number);
		v->tel = page_text(rq, "tel:%s", t->number);
	}
	if (a && staff_may_see(st, who, a))
		v->heading = staff_person_name(rq, &a->person);
	if (t->people > 1)
		v->people = t->names;
	if (t->who && staff_may_see(st, who, t->who)) {
		v->next = page_text(
			rq,
			t->who->when.start >= clock_now()
				? tr(l, "Prochain rendez-vous\u00a0: %1$s, %2$s.")
				: tr(l, "Dernier rendez-vous\u00a0: %1$s, %2$s."),
			page_when(rq, &st->web, t->who->when.civil_start, false),
			staff_place_name(st, t->who));
		v->next_url = page_text(rq, "/equipe/rdv/%lld", (long long)t->who->id);
	}
	if (t->stopped)
		v->stopped = staff_moment(rq, st, t->stopped);
	if (t->bad_since) {
		v->bad = staff_moment(rq, st, t->bad_since);
		v->bad_note = t->bad_note;
	}
	if (t->verified)
		v->verified = staff_moment(rq, st, t->verified);
}

/* ---- the answer ---- */

static const char *say_error(struct http_request *rq, const struct thread_ask *ask)
{
	const struct lang *l = http_request_lang(rq);

	if (!ask->said)
		return NULL;
	switch (ask->verdict) {
	case INBOX_DONE:
	case INBOX_KNOWN: return NULL;
	case INBOX_EMPTY: return tr(l, "Écrivez votre réponse.");
	case INBOX_TOO_LONG:
		if (ask->segments > INBOX_SEGMENTS_MAX)
			return page_text(rq,
					 tr(l, "C’est trop long\u00a0: %1$d SMS, et %2$d "
					       "au plus."),
					 ask->segments, INBOX_SEGMENTS_MAX);
		return page_text(rq,
				 tr(l, "Cette réponse fait %d SMS. Raccourcissez-la, ou "
				       "envoyez-la ainsi."),
				 ask->segments);
	case INBOX_STOPPED:
		return tr(l, "Cette personne ne veut plus de SMS\u00a0: téléphonez-lui.");
	case INBOX_NO_NUMBER: return tr(l, "Ce numéro ne reçoit pas de SMS.");
	case INBOX_NOT_FOUND: return tr(l, "Cette conversation n’existe plus.");
	case INBOX_BUSY:
		return tr(l, "Ce n’est pas enregistré. Attendez quelques secondes et "
			     "recommencez.");
	}
	return NULL;
}

/* Why no answer can be written; NULL: it can. */
static const char *say_cannot(struct http_request *rq, const struct inbox_thread *t)
{
	const struct lang *l = http_request_lang(rq);

	if (t->number[0] != '+' || (!t->newest && t->of && !t->of->person.sms_ok))
		return tr(l, "Aucun SMS ne peut partir d’ici pour cette personne.");
	if (t->stopped && !t->newest)
		return tr(l, "Cette personne ne veut plus de SMS\u00a0: téléphonez-lui.");
	return NULL;
}

static void say_answer(struct http_request *rq, const struct inbox_thread *t,
		       const struct thread_ask *ask, struct staff_thread_view *v)
{
	const struct lang *l = http_request_lang(rq);
	const char *key = http_request_field(rq, "cle");
	const char *seen = http_request_field(rq, "vu");
	int n = ask->said && ask->verdict == INBOX_TOO_LONG ? ask->segments : 1;

	v->csrf = http_request_csrf(rq);
	v->max = INBOX_TEXT_MAX;
	v->cannot = say_cannot(rq, t);
	v->can_answer = !v->cannot;
	v->action = page_text(rq, "%s/repondre", ask->url);
	v->seen = seen && *seen ? seen : page_text(rq, "%lld", (long long)t->newest);
	v->typed = http_request_field(rq, "texte");
	v->error = say_error(rq, ask);
	if (n > 1 && n <= INBOX_SEGMENTS_MAX) {
		v->agreed = page_text(rq, "%d", n);
		v->send = page_text(rq, tr(l, "Envoyer en %d SMS"), n);
	} else {
		v->send = tr(l, "Envoyer");
	}
	if (key && *key) {
		v->key = key;
	} else {
		char *fresh = http_request_alloc(rq, SECRET_TOKEN_CHARS + 1);

		secret_token_random(fresh);
		v->key = fresh;
	}
	if (t->to_hand && t->asked)
		v->read_url = page_text(rq, "%s/lu", ask->url);
}

static void say_said(struct http_request *rq, struct staff_thread_view *v)
{
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);

	if (done && strcmp(done, "envoye") == 0)
		v->said.text = tr(l, "Votre réponse part.");
	else if (done && strcmp(done, "retabli") == 0)
		v->said.text = tr(l, "C’est noté, avec votre nom.");
}

/* The request that a thread was read for and who asks; or NULL: nobody waits, or it is
 * not hers to see, or could not be read, which was answered. */
static struct http_request *thread_over(struct staff_wait *wait, enum rdvd_rc rc,
					const struct inbox_thread *t, struct staff **st,
					void **data, struct viewer *who)
{
	struct http_request *rq = staff_wait_over(wait, st, data);

	if (!rq)
		return NULL;
	staff_viewer(rq, who);
	if (rc == RDVD_OK && may_see(*st, who, t))
		return rq;
	if (rc == RDVD_OK || rc == RDVD_NOT_FOUND)
		http_fail(rq, 404, NULL);
	else
		http_fail_later(rq, 503, NULL, 5);
	return NULL;
}

static void show(void *arg, enum rdvd_rc rc, const struct inbox_thread *t)
{
	struct staff *st;
	void *data;
	struct viewer who;
	struct http_request *rq = thread_over(arg, rc, t, &st, &data, &who);
	const struct thread_ask *ask = data;
	struct staff_thread_view v = {.nbubbles = 0};
	struct buf out = BUF_INIT;
	const struct lang *l;

	if (!rq)
		return;
	l = http_request_lang(rq);
	v.back_url = t->of ? page_text(rq, "/equipe/rdv/%lld", (long long)t->of->id)
			   : "/equipe/sms";
	v.back = t->of ? tr(l, "Retour au rendez-vous")
		       : tr(l, "Retour aux messages reçus");
	say_who(rq, st, &who, t, &v);
	say_bubbles(rq, st, &who, t, ask, &v);
	say_answer(rq, t, ask, &v);
	say_said(rq, &v);
	if (rights_has(who.user, RIGHT(CONTACT, CHANGE)))
		v.lift_url = page_text(rq, "%s/retablir", ask->url);
	staff_layout(rq, st, &v.layout, tr(l, "Une conversation"),
		     t->of ? STAFF_DAY : STAFF_INBOX);
	v.layout.script = http_asset_url("staff.js");
	page_staff_thread(&out, l, &v);
	http_reply_html(rq, v.error ? 422 : 200, &out);
}

/* ---- what is asked ---- */

static struct thread_ask *ask_of(struct http_request *rq)
{
	struct thread_ask *ask = http_request_alloc(rq, sizeof(*ask));
	bool text = strncmp(http_request_path(rq), "/equipe/sms/", 12) == 0;
	rdvd_id id;

	if (staff_id(rq, &id) < 0)
		return NULL;
	*ask = (struct thread_ask){
		.url = page_text(rq,
				 text ? "/equipe/sms/%lld" : "/equipe/rdv/%lld/messages",
				 (long long)id)};
	if (text)
		ask->which.inbound = id;
	else
		ask->which.participation = id;
	return ask;
}

static void thread(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct thread_ask *ask = ask_of(rq);

	if (ask)
		inbox_thread(st->options.inbox, &ask->which, show, staff_wait(rq, ask));
}

/* The latest text that stood on the page. */
static rdvd_id seen_of(const struct http_request *rq)
{
	const char *s = http_request_field(rq, "vu");
	int64_t n = 0;

	return s && parse_int(s, 0, INT64_MAX, &n) == 0 ? n : 0;
}

static void acted(void *arg, enum inbox_verdict v, rdvd_id message, int segments)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct thread_ask *ask = data;
	const char *path;

	(void)message;
	if (!rq)
		return;
	path = http_request_path(rq);
	if (v == INBOX_NOT_FOUND) {
		http_redirect(rq, 303, ask->url);
	} else if (v == INBOX_DONE || v == INBOX_KNOWN) {
		const char *end = strrchr(path, '/');
		bool from_list = ask->which.inbound != 0;

		if (strcmp(end, "/retablir") == 0)
			path = page_text(rq, "%s?fait=retabli", ask->url);
		else if (strcmp(end, "/lu") == 0)
			path = "/equipe/sms?fait=lu";
		else
			path = from_list ? "/equipe/sms?fait=envoye"
					 : page_text(rq, "%s?fait=envoye#fin", ask->url);
		http_redirect(rq, 303, path);
	} else {
		ask->verdict = v;
		ask->segments = segments;
		ask->said = true;
		inbox_thread(st->options.inbox, &ask->which, show, staff_wait(rq, ask));
	}
}

static void answer_it(struct http_request *rq, struct staff *st, struct thread_ask *ask,
		      const struct viewer *who)
{
	const char *agreed = http_request_field(rq, "accord");
	const char *key = http_request_field(rq, "cle");
	int64_t segments = 1;

	if (!key || !*key || strlen(key) > 64) {
		http_fail(rq, 400, NULL);
		return;
	}
	if (agreed && parse_int(agreed, 1, INBOX_SEGMENTS_MAX, &segments) < 0)
		segments = 1;
	const struct inbox_answer a = {
		.which = ask->which,
		.text = http_request_field(rq, "texte"),
		.key = key,
		.actor = who->user->login,
		.segments = (int)segments,
		.seen = seen_of(rq),
	};
	inbox_answer(st->options.inbox, &a, acted, staff_wait(rq, ask));
}

/* Hers to act on: one that she may see. */
static void act_on(void *arg, enum rdvd_rc rc, const struct inbox_thread *t)
{
	struct staff *st;
	void *data;
	struct viewer who;
	struct http_request *rq = thread_over(arg, rc, t, &st, &data, &who);
	struct thread_ask *ask = data;
	const char *verb, *what;

	if (!rq)
		return;
	verb = strrchr(http_request_path(rq), '/');
	what = http_request_field(rq, "quoi");
	if (strcmp(verb, "/repondre") == 0)
		answer_it(rq, st, ask, &who);
	else if (strcmp(verb, "/lu") == 0)
		inbox_mark_read(st->options.inbox, ask->which.inbound, seen_of(rq),
				who.user->login, acted, staff_wait(rq, ask));
	else if (what && (strcmp(what, "stop") == 0 || strcmp(what, "numero") == 0))
		inbox_lift(st->options.inbox, &ask->which,
			   *what == 's' ? RDVD_LIFT_STOP : RDVD_LIFT_BAD, who.user->login,
			   acted, staff_wait(rq, ask));
	else
		http_fail(rq, 400, NULL);
}

static void act(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct thread_ask *ask = ask_of(rq);

	if (ask)
		inbox_thread(st->options.inbox, &ask->which, act_on, staff_wait(rq, ask));
}

#define SHOW(path)                                                             \
	{                                                                      \
		.method = HTTP_GET, .pattern = (path), .access = ACCESS_STAFF, \
		.right = RIGHT(MESSAGE, SEE), .handle = thread                 \
	}
#define ACT(path, needs)                                                               \
	{                                                                              \
		.method = HTTP_POST, .pattern = (path), .access = ACCESS_STAFF,        \
		.right = (needs), .csrf = CSRF_TOKEN, .body = BODY_FORM, .handle = act \
	}

static const struct http_route routes[] = {
	SHOW("/equipe/sms/{id}"),
	SHOW("/equipe/rdv/{id}/messages"),
	ACT("/equipe/sms/{id}/repondre", RIGHT(MESSAGE, CHANGE)),
	ACT("/equipe/sms/{id}/lu", RIGHT(MESSAGE, CHANGE)),
	ACT("/equipe/rdv/{id}/messages/repondre", RIGHT(MESSAGE, CHANGE)),
	ACT("/equipe/sms/{id}/retablir", RIGHT(CONTACT, CHANGE)),
	ACT("/equipe/rdv/{id}/messages/retablir", RIGHT(CONTACT, CHANGE)),
};

void staff_thread_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
