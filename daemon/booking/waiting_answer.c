/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_answer.c - what those who wait decide: take the offer, decline it, leave the
 * list. Taking is a move, or a booking for those who have no appointment yet, with the
 * hold that keeps the place; the store closes the offer in the same transaction, so that
 * of an answer and the end of the offer only one happens. What is asked while something
 * is being written for the same person waits for that, and then finds out how it ended.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/waiting_impl.h"

/* ---- calls ---- */

static struct waiting_call *call_new(const char *token, const struct rdvd_turn *turn,
				     waiting_cb *cb, void *arg)
{
	struct waiting_call *c = xcalloc(1, sizeof(*c));

	snprintf(c->token, sizeof(c->token), "%s",
		 token && strlen(token) == SECRET_TOKEN_CHARS ? token : "");
	c->cb = cb;
	c->arg = arg;
	c->has_turn = turn != NULL;
	if (turn)
		turn_copy(&c->turn, turn);
	return c;
}

static void call_free(struct waiting_call *c)
{
	turn_fini(&c->turn);
	free(c);
}

static void answer(struct waiting_call *c, enum waiting_verdict v)
{
	const struct waiting_reply r = {.verdict = v, .token = c->token};

	c->cb(c->arg, &r);
	call_free(c);
}

/* As it stands in the store; by id there is nothing more to say. */
static void show(struct waiting *w, struct waiting_call *c, enum waiting_verdict v)
{
	if (*c->token) {
		waiting_show(w, c->token, v, c->cb, c->arg);
		call_free(c);
	} else {
		answer(c, v);
	}
}

static void later(struct waiting_entry *e, struct waiting_call *c)
{
	struct waiting_call **last = &e->queue;

	while (*last)
		last = &(*last)->next;
	*last = c;
}

static struct waiting_entry *entry_of(struct waiting *w, const struct waiting_call *c)
{
	if (*c->token)
		return waiting_entry_of_token(w, c->token);
	for (size_t i = 0; c->offer && i < w->n; i++)
		if (w->entries[i]->offer.id == c->offer)
			return w->entries[i];
	return NULL;
}

/* ---- declining ---- */

struct decline_job {
	struct store_job job;
	struct waiting *w;
	struct waiting_call *call;
	rdvd_id wait, offer;
	rdvd_time now;
};

static enum rdvd_rc decline_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct decline_job *j = (struct decline_job *)job;

	if (j->call->has_turn)
		return ops->turn(st, &j->call->turn);
	return ops->offer_end(st, j->offer, RDVD_OFFER_DECLINED, j->now);
}

static void decline_done(struct store_job *job)
{
	struct decline_job *j = (struct decline_job *)job;
	struct waiting *w = j->w;
	struct waiting_call *c = j->call;
	struct waiting_entry *e = waiting_entry_find(w, j->wait);
	int closed = job->rc == RDVD_OK || job->rc == RDVD_STALE;

	w->jobs--;
	w->counts.declined += job->rc == RDVD_OK;
	if (job->rc == RDVD_OK && c->has_turn && w->o.changed)
		w->o.changed(w->o.ctx);
	if (e) {
		e->busy = 0;
		if (closed && e->offer.id == j->offer)
			waiting_offer_gone(w, e);
		waiting_entry_free_again(w, e);
		waiting_clock_arm(w);
	}
	if (job->rc == RDVD_STALE && c->has_turn)
		answer(c, WAITING_OVER);
	else if (closed)
		show(w, c, WAITING_DONE);
	else
		answer(c, WAITING_BUSY);
	free(j);
}

static void decline(struct waiting *w, struct waiting_entry *e, struct waiting_call *c)
{
	struct decline_job *j = xcalloc(1, sizeof(*j));

	j->job.run = decline_run;
	j->job.done = decline_done;
	j->w = w;
	j->call = c;
	j->wait = e->wait->id;
	j->offer = e->offer.id;
	j->now = clock_now();
	c->turn.offer = e->offer.id;
	c->turn.offer_taken = 0;
	if (waiting_write(w, &j->job) == RDVD_OK) {
		e->busy = 1;
		return;
	}
	free(j);
	answer(c, WAITING_BUSY);
}

/* ---- taking ---- */

struct taking {
	struct waiting *w;
	struct waiting_call *call;
	rdvd_id wait, offer;
};

static enum waiting_verdict verdict_of(enum booking_verdict v)
{
	switch (v) {
	case BOOKING_DONE:
	case BOOKING_KNOWN: return WAITING_DONE;
	case BOOKING_TAKEN:
	case BOOKING_NOT_A_SLOT:
	case BOOKING_CLOSED:
	case BOOKING_TOO_FAR:
	case BOOKING_FIELDS:
	case BOOKING_KEY_REUSED: return WAITING_TAKEN;
	case BOOKING_TOO_EARLY:
	case BOOKING_TOO_LATE:
	case BOOKING_IS_CANCELLED:
	case BOOKING_NO_MORE:
	case BOOKING_NOT_FOUND: return WAITING_OVER;
	case BOOKING_BUSY:
	case BOOKING_UNCERTAIN:
	case BOOKING_FAILED: break;
	}
	return WAITING_BUSY;
}

static void taken(void *arg, const struct booking_reply *r)
{
	struct taking *t = arg;
	struct waiting *w = t->w;
	struct waiting_call *c = t->call;
	struct waiting_entry *e = waiting_entry_find(w, t->wait);
	struct waiting_reply reply = {.verdict = verdict_of(r->verdict),
				      .token = c->token,
				      .appointment = r->appointment,
				      .appointment_token = r->token};

	w->jobs--;
	w->counts.taken += reply.verdict == WAITING_DONE;
	/* first the answer: it lends what the entry holds */
	if (e) {
		reply.wait = e->wait;
		reply.offer = e->offer.id ? &e->offer : NULL;
	}
	c->cb(c->arg, &reply);
	if (e && reply.verdict == WAITING_DONE) {
		e->offer.id = 0; /* its hold is used up */
		e->busy = 0;
		waiting_entry_drop(w, e);
	} else if (e) {
		e->busy = 0;
		/* the place is lost: the offer is closed, the wait goes on */
		if (reply.verdict == WAITING_TAKEN || reply.verdict == WAITING_OVER)
			waiting_offer_end(w, e, RDVD_OFFER_LAPSED);
		if (!e->busy)
			waiting_entry_free_again(w, e);
		waiting_clock_arm(w);
	}
	call_free(c);
	free(t);
}

static const char *text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static void take_by_booking(struct waiting_entry *e, struct taking *t, const char *site)
{
	struct booking *b = t->w->booking;
	int service = territory_by_id(b->territory, RDVD_DEF_SERVICE, e->wait->service);
	json_t *p = json_loads(e->wait->person, 0, NULL);
	char year[16] = "", key[40];
	struct booking_request q = {
		.request_key = key,
		.service = service == TERRITORY_NONE
				   ? ""
				   : b->territory->services[service].slug,
		.site = site,
		.start = e->offer.start,
		.has_start = 1,
		.hold = e->offer.hold,
		.party_size = e->wait->party_size,
		.notice = 1, /* said when they joined */
		.channel = t->call->turn.inbound ? RDVD_BY_SMS : RDVD_BY_WEB,
		.turn = &t->call->turn,
		.wait = e->wait->id,
		.person = {.first_name = text(p, "first_name"),
			   .last_name = text(p, "last_name"),
			   .birth_year = year,
			   .phone = text(p, "phone"),
			   .email = text(p, "email"),
			   .postcode = text(p, "postcode"),
			   .insee = text(p, "insee"),
			   .locale = e->wait->locale,
			   .needs = text(p, "needs"),
			   .discreet = json_is_true(json_object_get(p, "discreet")),
			   .professional =
				   json_is_true(json_object_get(p, "professional")),
			   .employer = text(p, "employer")},
	};

	int born = (int)json_integer_value(json_object_get(p, "birth_year"));
	if (born)
		snprintf(year, sizeof(year), "%d", born);
	snprintf(key, sizeof(key), "waiting-%016llx", (unsigned long long)e->offer.hold);
	secret_digest(key, strlen(key), q.body_hash);
	booking_book(b, &q, taken, t);
	json_decref(p);
}

static void take(struct waiting *w, struct waiting_entry *e, struct waiting_call *c)
{
	const struct territory *ty = w->booking->territory;
	int site = territory_by_id(ty, RDVD_DEF_SITE, e->offer.site);
	struct taking *t = xcalloc(1, sizeof(*t));
	const char *slug = site == TERRITORY_NONE ? "" : ty->sites[site].slug;
	struct booking_which which = {.id = e->wait->participation,
				      .turn = &c->turn,
				      .hold = e->offer.hold,
				      .wait = e->wait->id};

	*t = (struct taking){
		.w = w, .call = c, .wait = e->wait->id, .offer = e->offer.id};
	c->turn.offer = e->offer.id;
	c->turn.offer_taken = 1;
	if (!c->has_turn) { /* a page took it: nothing to answer, only an offer to close
			     */
		const struct rdvd_turn page = {
			.offer = e->offer.id, .offer_taken = 1, .now = clock_now()};

		turn_copy(&c->turn, &page);
	}
	e->busy = 1;
	w->jobs++;
	if (which.id)
		booking_move(w->booking, &which, slug, e->offer.start, NULL, taken, t);
	else
		take_by_booking(e, t, slug);
}

/* ---- answering ---- */

static void decide(struct waiting *w, struct waiting_call *c)
{
	struct waiting_entry *e = entry_of(w, c);
	int is_open = e && e->offer.id && e->offer.expires > clock_now() &&
		      (!c->offer || c->offer == e->offer.id);

	if (e && e->busy) {
		c->again = decide;
		later(e, c);
	} else if (!is_open) {
		show(w, c, c->take ? WAITING_OVER : WAITING_DONE);
	} else if (c->take) {
		take(w, e, c);
	} else {
		decline(w, e, c);
	}
}

void waiting_answer(struct waiting *w, const char *token, rdvd_id offer, int take_it,
		    const struct rdvd_turn *turn, waiting_cb *cb, void *arg)
{
	struct waiting_call *c = call_new(token, turn, cb, arg);

	c->offer = offer;
	c->take = take_it;
	if (w->stopping)
		answer(c, WAITING_BUSY);
	else if (token && !*c->token)
		answer(c, WAITING_NOT_FOUND);
	else
		decide(w, c);
}

/* ---- leaving ---- */

static void left(struct waiting *w, struct waiting_call *c)
{
	show(w, c, WAITING_DONE);
}

static void leave(struct waiting *w, struct waiting_call *c)
{
	struct waiting_entry *e = entry_of(w, c);

	if (!e) {
		show(w, c, WAITING_DONE);
	} else if (e->busy) {
		c->again = leave;
		later(e, c);
	} else if (waiting_end(w, e, RDVD_WAIT_LEFT) < 0) {
		answer(c, WAITING_BUSY);
	} else {
		c->again = left;
		later(e, c);
	}
}

void waiting_leave(struct waiting *w, const char *token, waiting_cb *cb, void *arg)
{
	struct waiting_call *c = call_new(token, NULL, cb, arg);

	if (w->stopping)
		answer(c, WAITING_BUSY);
	else if (!*c->token)
		answer(c, WAITING_NOT_FOUND);
	else
		leave(w, c);
}

void waiting_remove(struct waiting *w, rdvd_id wait, const char *actor, waiting_cb *cb,
		    void *arg)
{
	struct waiting_entry *e = waiting_entry_find(w, wait);

	(void)actor; /* the row tells who left, not who helped */
	if (e) {
		waiting_leave(w, e->token, cb, arg);
	} else {
		const struct waiting_reply r = {.verdict = WAITING_NOT_FOUND,
						.token = ""};

		cb(arg, &r);
	}
}
