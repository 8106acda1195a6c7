/* SPDX-License-Identifier: GPL-3.0-or-later */
/* act_offer.c - the deeds that other rooms do: the waiting list and its offers, and the
 * codes that people send. */
#include "base/clock.h"
#include "base/mem.h"
#include "booking/verify.h"
#include "booking/waiting.h"
#include "talk/impl.h"

/* ---- the waiting list ---- */

/* Whatever was done, the turn is written, once: when the act wrote it this changes
 * nothing. */
static void joined(void *arg, const struct waiting_reply *r)
{
	struct text *x = arg;

	switch (r->verdict) {
	case WAITING_DONE:
		x->talk->counts.acted++;
		text_say(x);
		return;
	case WAITING_KNOWN: text_say(x); return;
	case WAITING_OVER:
	case WAITING_TAKEN:
	case WAITING_FIELDS:
	case WAITING_NOT_FOUND: text_sorry(x); return;
	case WAITING_BUSY: text_later(x); return;
	}
}

void text_do_wait(struct text *x)
{
	const struct rdvd_appointment *a = x->decision.appointment;
	struct booking_which w = {.id = a->id};

	if (!x->talk->o.waiting) {
		text_sorry(x);
		return;
	}
	text_say_of(x, TEXT_ANSWER_WAITING, a);
	text_turn(x, RDVD_INBOUND_DONE, a, 1);
	waiting_join(x->talk->o.waiting, &w, &x->turn, joined, x);
}

static void offer_is_over(struct text *x)
{
	x->ask.kind = QUESTION_NONE;
	buf_clear(&x->reply);
	text_say_plain(x, TEXT_ANSWER_OFFER_OVER);
	text_turn(x, RDVD_INBOUND_DONE, NULL, 0);
	text_say(x);
}

static void answered(void *arg, const struct waiting_reply *r)
{
	struct text *x = arg;

	if (r->verdict == WAITING_OVER || r->verdict == WAITING_TAKEN)
		offer_is_over(x);
	else
		joined(x, r);
}

static const struct rdvd_appointment *to_come(const struct text *x, rdvd_id id)
{
	for (size_t i = 0; i < x->nappointments; i++)
		if (x->appointments[i]->id == id)
			return x->appointments[i];
	return NULL;
}

/* Of the offer as it stands now: it may have lapsed since the decision. */
void text_do_offer(struct text *x)
{
	const struct rdvd_wait *wait;
	const struct rdvd_offer *o =
		waiting_offer_of(x->talk->o.waiting, x->number, &wait);
	const struct territory *t = booking_territory(x->talk->booking);
	int take = x->decision.what == DO_OFFER_TAKE;

	if (!o) {
		offer_is_over(x);
		return;
	}
	const struct rdvd_appointment *a = to_come(x, wait->participation);
	const struct reply_env e = text_env(x, a);
	int site = territory_by_id(t, RDVD_DEF_SITE, o->site);
	const struct zone *z = site == TERRITORY_NONE ? t->zone : t->sites[site].zone;
	civil_time start = zone_to_civil(z, o->start);

	if (x->decision.what == DO_OFFER_ASK)
		reply_time(&e, TEXT_ANSWER_OFFER_ASK, site, start, "", &x->reply);
	else if (take)
		reply_time(&e, a ? TEXT_ANSWER_MOVED : TEXT_ANSWER_BOOKED, site, start,
			   "", &x->reply);
	else if (a)
		reply_appointment(&e, TEXT_ANSWER_KEPT, a, &x->reply);
	else
		reply_plain(&e, TEXT_ANSWER_NOTHING, &x->reply);
	if (take)
		text_ask_coming(x, NULL);
	text_turn(x, RDVD_INBOUND_DONE, a, x->decision.what != DO_OFFER_ASK);
	if (x->decision.what == DO_OFFER_ASK)
		text_say(x);
	else
		waiting_answer(x->talk->o.waiting, NULL, o->id, take, &x->turn, answered,
			       x);
}

/* ---- codes ---- */

static void code_read(void *arg, const struct verify_reply *r)
{
	struct text *x = arg;

	if (r->verdict == VERIFY_BUSY) {
		text_later(x);
		return;
	}
	if (r->verdict == VERIFY_DONE)
		text_say_plain(x, TEXT_ANSWER_CODE);
	text_turn(x, *buf_str(&x->reply) ? RDVD_INBOUND_DONE : RDVD_INBOUND_TO_HAND, NULL,
		  0);
	text_say(x);
}

void text_do_code(struct text *x)
{
	if (x->talk->o.verify) {
		verify_received(x->talk->o.verify, x->words.code, x->number, code_read,
				x);
		return;
	}
	text_turn(x, RDVD_INBOUND_TO_HAND, NULL, 0);
	text_say(x);
}
