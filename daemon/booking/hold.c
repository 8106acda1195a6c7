/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hold.c - a slot kept ten minutes for somebody filling in the form: a row in the store
 * like any other claim, extensible twice, at most two a browser. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/impl.h"

#define HOLD_SECONDS 600

struct hold_job {
	struct store_job job;
	struct booking *b;
	struct hold_made made;
	struct rdvd_turn turn; /* strings owned; number NULL: none */
	rdvd_id session;
	uint64_t released[2];
	booking_cb *cb;
	void *arg;
};

static enum rdvd_rc hold_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct hold_job *j = (struct hold_job *)job;
	j->released[0] = j->released[1] = 0;
	j->session = 0;
	enum rdvd_rc rc = ops->hold_create(st, &j->made.in, &j->session, j->released);
	return rc == RDVD_OK && j->turn.number ? ops->turn(st, &j->turn) : rc;
}

/* A territory may have been imported since the time was asked for: then everything has
 * other indexes. */
void hold_find_again(const struct booking *b, struct hold_made *h)
{
	const struct territory *t = b->territory;
	struct claim *c = &h->claim;
	c->service = h->slot.service =
		territory_by_id(t, RDVD_DEF_SERVICE, h->in.service);
	c->site = h->slot.site = territory_by_id(t, RDVD_DEF_SITE, h->in.place.site);
	c->ncounsellors = 0;
	for (int i = 0; i < h->in.ncounsellors; i++) {
		int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, h->in.counsellors[i]);
		if (who != TERRITORY_NONE)
			c->counsellors[c->ncounsellors++] = who;
	}
}

void hold_settle(struct booking *b, struct hold_made *h, rdvd_id in_session)
{
	struct claim *c = &h->claim;
	c->kind = CLAIM_HOLD;
	c->key = h->in.ref;
	c->expires = h->in.expires;
	if (c->capacity > 0 && in_session) {
		struct claim session = *c;
		session.kind = CLAIM_SESSION;
		session.key = (uint64_t)in_session;
		session.seats = 0;
		if (!agenda_claim_find(b->agenda, CLAIM_SESSION, session.key))
			agenda_claim_put(b->agenda, &session);
		c->of_session = session.key;
	}
	agenda_claim_rename(b->agenda, CLAIM_PENDING, h->pending, c);
	booking_tick_soon(b);
	b->counts.held++;
	booking_tell_claim(b, c);
}

static void hold_done(struct store_job *job)
{
	struct hold_job *j = (struct hold_job *)job;
	struct booking *b = j->b;
	hold_find_again(b, &j->made);
	struct booking_reply r = {.verdict = verdict_of_store(job->rc), .token = ""};
	hold_gone(b, j->released[0]);
	hold_gone(b, j->released[1]);
	if (r.verdict == BOOKING_DONE) {
		hold_settle(b, &j->made, j->session);
		r.hold = j->made.in.ref;
		r.expires = j->made.in.expires;
		r.slot = j->made.slot;
	} else {
		const struct slot *s = &j->made.slot;
		pending_drop(b, j->made.pending);
		if (r.verdict == BOOKING_TAKEN)
			alternatives_find(b, s->service, s->site, s->start, 1, &r);
	}
	j->cb(j->arg, &r);
	turn_fini(&j->turn);
	free(j);
}

static void refuse(struct booking *b, enum booking_verdict v,
		   const struct booking_errors *e, const struct agenda_ask *ask,
		   booking_cb *cb, void *arg)
{
	struct booking_reply r = {.verdict = v, .token = "", .errors = e};
	if (ask && v != BOOKING_FIELDS)
		alternatives_find(b, ask->service, ask->site, ask->start, ask->seats, &r);
	cb(arg, &r);
}

uint64_t booking_hold_draw(void)
{
	uint64_t ref;
	do
		secret_random(&ref, sizeof ref);
	while (ref >> 63 || ref == 0); /* the store's integers are signed */
	return ref;
}

void hold_prepare(struct booking *b, const struct agenda_ask *ask,
		  const struct agenda_answer *answer, rdvd_time expires,
		  struct hold_made *h)
{
	const struct territory *t = b->territory;
	const struct service *service = &t->services[ask->service];
	const struct site *site = &t->sites[ask->site];
	*h = (struct hold_made){.slot = {.service = ask->service,
					 .site = ask->site,
					 .start = ask->start,
					 .end = answer->end,
					 .seats = answer->seats,
					 .distance_m = -1}};
	h->claim = (struct claim){.ncounsellors = answer->ncounsellors,
				  .site = ask->site,
				  .start = ask->start,
				  .end = answer->end,
				  .service = ask->service,
				  .capacity = service->capacity,
				  .seats = service->capacity > 0 ? ask->seats : 0};
	memcpy(h->claim.counsellors, answer->counsellors, sizeof answer->counsellors);
	h->in = (struct rdvd_hold_request){
		.service = service->id,
		.organisation = t->organisations[site->organisation].id,
		.place = {.site = site->id, .rooms = site->rooms},
		.when = {ask->start, answer->end, answer->civil_start,
			 zone_name(site->zone)},
		.capacity = service->capacity,
		.seats = ask->seats,
		.ncounsellors = answer->ncounsellors,
		.now = ask->now,
		.expires = expires};
	for (int i = 0; i < answer->ncounsellors; i++)
		h->in.counsellors[i] = t->counsellors[answer->counsellors[i]].id;
	h->in.ref = booking_hold_draw();
	h->pending = pending_put(b, &h->claim);
}

void booking_hold(struct booking *b, const struct booking_request *q, booking_cb *cb,
		  void *arg)
{
	struct booking_errors errors = {.n = 0};
	struct agenda_ask ask = {.start = q->start, .now = clock_now()};
	struct agenda_answer answer;
	request_slot_check(b, q, &ask, &errors);
	if (errors.n > 0) {
		refuse(b, BOOKING_FIELDS, &errors, NULL, cb, arg);
		return;
	}
	enum agenda_verdict v = agenda_ask(b->agenda, &ask, &answer);
	if (v != AGENDA_FREE) {
		refuse(b, verdict_of_agenda(v), NULL, &ask, cb, arg);
		return;
	}
	struct hold_job *j = xcalloc(1, sizeof *j);
	j->job.run = hold_run;
	j->job.done = hold_done;
	j->b = b;
	j->cb = cb;
	j->arg = arg;
	int seconds = q->hold_seconds ? q->hold_seconds : HOLD_SECONDS;
	hold_prepare(b, &ask, &answer, ask.now + seconds, &j->made);
	if (q->turn) {
		turn_copy(&j->turn, q->turn);
		j->made.in.ref = q->hold;
	}
	memcpy(j->made.in.holder, q->holder, sizeof j->made.in.holder);
	if (store_write(b->store, &j->job) != RDVD_OK) {
		pending_drop(b, j->made.pending);
		turn_fini(&j->turn);
		free(j);
		refuse(b, BOOKING_BUSY, NULL, NULL, cb, arg);
	}
}

/* ---- extending and letting go ---- */

struct hold_change {
	struct store_job job;
	struct booking *b;
	uint64_t ref;
	rdvd_time now, expires; /* expires 0: release */
	booking_cb *cb;		/* NULL: nobody waits */
	void *arg;
};

static enum rdvd_rc change_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct hold_change *j = (struct hold_change *)job;
	return j->expires ? ops->hold_extend(st, j->ref, j->now, j->expires)
			  : ops->hold_release(st, j->ref, j->now);
}

static void change_done(struct store_job *job)
{
	struct hold_change *j = (struct hold_change *)job;
	struct booking *b = j->b;
	struct booking_reply r = {
		.verdict = verdict_of_store(job->rc), .token = "", .hold = j->ref};
	if (r.verdict == BOOKING_TOO_LATE)
		r.verdict = BOOKING_NO_MORE;
	const struct claim *c = agenda_claim_find(b->agenda, CLAIM_HOLD, j->ref);
	if (r.verdict == BOOKING_DONE && !j->expires) {
		hold_gone(b, j->ref);
	} else if (r.verdict == BOOKING_DONE && c) {
		struct claim longer = *c;
		longer.expires = r.expires = j->expires;
		agenda_claim_put(b->agenda, &longer);
	}
	if (j->cb)
		j->cb(j->arg, &r);
	free(j);
}

static void hold_change(struct booking *b, uint64_t ref, rdvd_time expires,
			booking_cb *cb, void *arg)
{
	struct hold_change *j = xcalloc(1, sizeof *j);
	*j = (struct hold_change){.b = b,
				  .ref = ref,
				  .now = clock_now(),
				  .expires = expires,
				  .cb = cb,
				  .arg = arg};
	j->job.run = change_run;
	j->job.done = change_done;
	if (store_write(b->store, &j->job) == RDVD_OK)
		return;
	free(j);
	if (cb) {
		struct booking_reply r = {.verdict = BOOKING_BUSY, .token = ""};
		cb(arg, &r);
	}
}

/* Ten minutes more than the person already has, whenever she asks: a button that says
 * "ten minutes more" and changes nothing would worry her. */
void booking_hold_extend(struct booking *b, uint64_t hold, booking_cb *cb, void *arg)
{
	const struct claim *c = agenda_claim_find(b->agenda, CLAIM_HOLD, hold);
	rdvd_time now = clock_now(), from = c && c->expires > now ? c->expires : now;

	hold_change(b, hold, from + HOLD_SECONDS, cb, arg);
}

void booking_hold_release(struct booking *b, uint64_t hold)
{
	if (hold)
		hold_change(b, hold, 0, NULL, NULL);
}

int booking_hold_find(const struct booking *b, uint64_t hold, struct slot *slot,
		      rdvd_time *expires)
{
	const struct claim *c = agenda_claim_find(b->agenda, CLAIM_HOLD, hold);
	if (!c || c->expires <= clock_now() || c->site == TERRITORY_NONE ||
	    c->service == TERRITORY_NONE)
		return -1;
	*slot = (struct slot){.service = c->service,
			      .site = c->site,
			      .start = c->start,
			      .end = c->end,
			      .seats = 1,
			      .distance_m = -1};
	*expires = c->expires;
	return 0;
}

/* ---- sweeping ---- */

struct sweep_job {
	struct store_job job;
	rdvd_time now;
};

static enum rdvd_rc sweep_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	return ops->hold_sweep(st, ((struct sweep_job *)job)->now);
}

static void sweep_done(struct store_job *job)
{
	free(job);
}

void holds_sweep(struct booking *b, rdvd_time now)
{
	struct sweep_job *j = xcalloc(1, sizeof *j);

	j->now = now;
	j->job.run = sweep_run;
	j->job.done = sweep_done;
	if (store_write(b->store, &j->job) != RDVD_OK)
		free(j); /* the next expiry takes it along */
}
