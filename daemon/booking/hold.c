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
	struct rdvd_hold_request in;
	struct claim claim; /* as it will stand in the agenda */
	uint64_t pending;
	rdvd_id session;
	uint64_t released[2];
	struct slot slot;
	booking_cb *cb;
	void *arg;
};

static enum rdvd_rc hold_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct hold_job *j = (struct hold_job *)job;
	j->released[0] = j->released[1] = 0;
	j->session = 0;
	return ops->hold_create(st, &j->in, &j->session, j->released);
}

/* A territory may have been imported since the time was asked for: then everything has
 * other indexes. */
static void find_again(struct hold_job *j)
{
	const struct territory *t = j->b->territory;
	struct claim *c = &j->claim;
	c->service = j->slot.service =
		territory_by_id(t, RDVD_DEF_SERVICE, j->in.service);
	c->site = j->slot.site = territory_by_id(t, RDVD_DEF_SITE, j->in.place.site);
	c->ncounsellors = 0;
	for (int i = 0; i < j->in.ncounsellors; i++) {
		int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, j->in.counsellors[i]);
		if (who != TERRITORY_NONE)
			c->counsellors[c->ncounsellors++] = who;
	}
}

static void hold_done(struct store_job *job)
{
	struct hold_job *j = (struct hold_job *)job;
	struct booking *b = j->b;
	find_again(j);
	struct booking_reply r = {.verdict = verdict_of_store(job->rc), .token = ""};
	hold_gone(b, j->released[0]);
	hold_gone(b, j->released[1]);
	if (r.verdict == BOOKING_DONE) {
		j->claim.kind = CLAIM_HOLD;
		j->claim.key = j->in.ref;
		j->claim.expires = j->in.expires;
		if (j->claim.capacity > 0 && j->session) {
			struct claim session = j->claim;
			session.kind = CLAIM_SESSION;
			session.key = (uint64_t)j->session;
			session.seats = 0;
			if (!agenda_claim_find(b->agenda, CLAIM_SESSION, session.key))
				agenda_claim_put(b->agenda, &session);
			j->claim.of_session = session.key;
		}
		agenda_claim_rename(b->agenda, CLAIM_PENDING, j->pending, &j->claim);
		booking_tick_soon(b);
		b->counts.held++;
		r.hold = j->in.ref;
		r.expires = j->in.expires;
		r.slot = j->slot;
	} else {
		pending_drop(b, j->pending);
		if (r.verdict == BOOKING_TAKEN)
			alternatives_find(b, j->slot.service, j->slot.site, j->slot.start,
					  1, &r);
	}
	j->cb(j->arg, &r);
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

void booking_hold(struct booking *b, const struct booking_request *q, booking_cb *cb,
		  void *arg)
{
	const struct territory *t = b->territory;
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
	const struct service *service = &t->services[ask.service];
	const struct site *site = &t->sites[ask.site];
	struct hold_job *j = xcalloc(1, sizeof *j);
	j->job.run = hold_run;
	j->job.done = hold_done;
	j->b = b;
	j->cb = cb;
	j->arg = arg;
	j->slot = (struct slot){.service = ask.service,
				.site = ask.site,
				.start = ask.start,
				.end = answer.end,
				.seats = answer.seats,
				.distance_m = -1};
	j->claim = (struct claim){.ncounsellors = answer.ncounsellors,
				  .site = ask.site,
				  .start = ask.start,
				  .end = answer.end,
				  .service = ask.service,
				  .capacity = service->capacity,
				  .seats = service->capacity > 0 ? ask.seats : 0};
	memcpy(j->claim.counsellors, answer.counsellors, sizeof answer.counsellors);
	j->in = (struct rdvd_hold_request){
		.service = service->id,
		.organisation = t->organisations[site->organisation].id,
		.place = {.site = site->id, .rooms = site->rooms},
		.when = {ask.start, answer.end, answer.civil_start,
			 zone_name(site->zone)},
		.capacity = service->capacity,
		.seats = ask.seats,
		.ncounsellors = answer.ncounsellors,
		.now = ask.now,
		.expires = ask.now + HOLD_SECONDS};
	memcpy(j->in.holder, q->holder, sizeof j->in.holder);
	for (int i = 0; i < answer.ncounsellors; i++)
		j->in.counsellors[i] = t->counsellors[answer.counsellors[i]].id;
	do
		secret_random(&j->in.ref, sizeof j->in.ref);
	while (j->in.ref >> 63 || j->in.ref == 0); /* the store's integers are signed */
	j->pending = pending_put(b, &j->claim);
	if (store_write(b->store, &j->job) != RDVD_OK) {
		pending_drop(b, j->pending);
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
