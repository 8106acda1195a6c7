/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn.c - the step of a conversation that a text leads to, as the store keeps it. */
#include <string.h>

#include "talk/impl.h"

#define REPLY_LIFE_S (6 * 3600) /* an answer later than that answers nothing */

static const char *language_of(const struct text *x, const struct rdvd_appointment *a)
{
	enum words_language l = x->words.language;

	if (a && *a->person.locale)
		return a->person.locale;
	if (x->nappointments)
		return x->appointments[0]->person.locale;
	if (l == WORDS_LANG_UNKNOWN || x->question.kind != QUESTION_NONE)
		l = x->question.language ? x->question.language : l;
	return l == WORDS_LANG_EN ? "en" : "fr";
}

static int is_discreet(const struct text *x, const struct rdvd_appointment *a)
{
	if (a)
		return a->person.discreet;
	for (size_t i = 0; i < x->nappointments; i++)
		if (x->appointments[i]->person.discreet)
			return 1;
	return 0;
}

struct reply_env text_env(const struct text *x, const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(x->talk->booking);
	struct reply_env e = {.texts = x->talk->o.texts,
			      .territory = t,
			      .lang = language_of(x, a),
			      .discreet = is_discreet(x, a),
			      .organisation = TERRITORY_NONE,
			      .service = TERRITORY_NONE};

	if (a) {
		e.organisation =
			territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation);
		e.service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	} else {
		e.service = times_service(x->talk);
		if (t->live_organisations == 1)
			e.organisation = 0;
	}
	return e;
}

/* Whose inbox: the appointment's, else the only organisation's, else the network's. */
static rdvd_id inbox_of(const struct text *x, const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(x->talk->booking);

	if (!a && x->nappointments)
		a = x->appointments[0];
	if (a)
		return a->organisation;
	return t->live_organisations == 1 ? t->organisations[0].id : 0;
}

void text_turn(struct text *x, enum rdvd_inbound_state state,
	       const struct rdvd_appointment *a, int close)
{
	int to_hand = x->decision.to_hand && state == RDVD_INBOUND_DONE;

	x->settled = to_hand ? RDVD_INBOUND_TO_HAND : state;
	buf_clear(&x->json);
	if (x->ask.kind != QUESTION_NONE) {
		x->ask.language =
			x->words.language ? x->words.language : x->question.language;
		question_write(&x->ask, &x->json);
	}
	x->turn = (struct rdvd_turn){
		.inbound = x->id,
		.number = x->number,
		.state = x->settled,
		.understood = words_intent_name(x->words.intent),
		.participation = a ? a->id : 0,
		.organisation = inbox_of(x, a),
		.reply = buf_str(&x->reply),
		.answerable = 1,
		.deadline = x->now + REPLY_LIFE_S,
		.question = x->json.len || close ? buf_str(&x->json) : NULL,
		.until = x->json.len ? x->now + DECIDE_QUESTION_S : 0,
		.helped = x->decision.helped,
		.now = x->now,
	};
}

static enum rdvd_rc say_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	const struct text *x = (const struct text *)job;

	return ops->turn(st, &x->turn);
}

static void say_done(struct store_job *job)
{
	struct text *x = (struct text *)job;

	switch (job->rc) {
	case RDVD_OK: text_done(x); return;
	case RDVD_STALE: /* it was dealt with before */
	case RDVD_NOT_FOUND:
	case RDVD_INVALID:
	case RDVD_CONFLICT:
		x->settled = RDVD_INBOUND_READ;
		text_done(x);
		return;
	case RDVD_BUSY:
	case RDVD_UNCERTAIN:
	case RDVD_FAILED: text_later(x); return;
	}
}

void text_say(struct text *x)
{
	x->job = (struct store_job){.run = say_run, .done = say_done};
	if (store_write(x->talk->store, &x->job) != RDVD_OK)
		text_later(x);
}
