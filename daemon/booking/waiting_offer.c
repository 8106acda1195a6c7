/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_offer.c - one offer: the slot is kept, the offer written down and its letters
 * owed, in one transaction. Whoever was faster has the slot: then nothing was offered. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "booking/waiting_impl.h"

struct offer_job {
	struct store_job job;
	struct waiting *w;
	struct rdvd_offer offer;
	struct hold_made hold;
	struct waiting_letters letters;
	struct buf seen;
	/* found out on the way */
	rdvd_id id, session;
	int unreachable;
};

static void job_free(struct offer_job *j)
{
	waiting_letters_fini(&j->letters);
	buf_fini(&j->seen);
	free(j);
}

/* ---- in the store's thread ---- */

static int is_silent(void *arg, const struct rdvd_contact *c)
{
	*(int *)arg = c->stopped || c->bad_since;
	return 1;
}

/* Whoever said STOP, or whose number is dead, would keep a place from the others without
 * knowing. */
static int can_reach(const struct rdvd_store_ops *ops, void *st,
		     const struct rdvd_letter *l)
{
	int silent = 0;

	if (ops->contact_get)
		ops->contact_get(st, l->to, is_silent, &silent);
	return !silent;
}

static int find_session(void *arg, const struct rdvd_claim *c)
{
	struct offer_job *j = arg;

	if (c->hold != j->hold.in.ref)
		return 0;
	j->session = c->session;
	return 1;
}

static enum rdvd_rc offer_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct offer_job *j = (struct offer_job *)job;
	struct rdvd_letter letters[WAITING_LETTERS_MAX];
	enum rdvd_rc rc;
	size_t n = 0;

	j->id = j->session = 0;
	for (size_t i = 0; i < j->letters.n; i++)
		if (can_reach(ops, st, &j->letters.items[i]))
			letters[n++] = j->letters.items[i];
	j->unreachable = n == 0;
	if (n == 0)
		return RDVD_INVALID;
	rc = ops->offer_put(st, &j->offer, buf_str(&j->seen), &j->hold.in, letters, n,
			    &j->id);
	if (rc == RDVD_OK && j->hold.in.capacity > 0)
		rc = ops->claim_each(st, j->offer.start, j->offer.made, find_session, j);
	return rc;
}

/* ---- in the loop ---- */

static void offer_made(struct waiting *w, struct waiting_entry *e, struct offer_job *j)
{
	hold_find_again(w->booking, &j->hold);
	hold_settle(w->booking, &j->hold, j->session);
	w->counts.offered++;
	if (w->o.changed)
		w->o.changed(w->o.ctx);
	if (!e)
		return; /* it ended meanwhile, and the store let go of it */
	e->offer = j->offer;
	e->offer.id = j->id;
	e->wait->last_offer = j->offer.made;
	waiting_seen_add(&e->seen, j->offer.site, j->offer.start);
}

static void offer_done(struct store_job *job)
{
	struct offer_job *j = (struct offer_job *)job;
	struct waiting *w = j->w;
	struct waiting_entry *e = waiting_entry_find(w, j->offer.wait);

	w->jobs--;
	if (job->rc == RDVD_OK) {
		offer_made(w, e, j);
	} else {
		pending_drop(w->booking, j->hold.pending);
		if (e && j->unreachable)
			e->unreachable = civil_time_day(j->offer.made);
		if (job->rc ==
		    RDVD_CONFLICT) /* somebody was faster: what else is there */
			waiting_nudge(w);
		else if (job->rc == RDVD_STALE && e)
			e->wait->until = 0; /* it has ended without our being told */
	}
	if (e)
		waiting_entry_free_again(w, e);
	if (job->rc == RDVD_INVALID)
		waiting_look(w);
	waiting_clock_arm(w);
	job_free(j);
}

/* What e has seen once this is offered; kept in memory when it is on disk. */
static void write_seen(const struct waiting_entry *e, const struct rdvd_offer *o,
		       struct buf *out)
{
	struct waiting_seen after = {.before = e->seen.before};

	for (size_t i = 0; i < e->seen.n; i++) {
		VEC_GROW(after.keys, after.n, after.cap);
		after.keys[after.n++] = e->seen.keys[i];
	}
	waiting_seen_add(&after, o->site, o->start);
	waiting_seen_write(&after, out);
	waiting_seen_fini(&after);
}

void waiting_offer(struct waiting *w, struct waiting_entry *e, const struct slot *slot,
		   rdvd_time expires)
{
	struct booking *b = w->booking;
	struct agenda_ask ask = {.service = slot->service,
				 .site = slot->site,
				 .start = slot->start,
				 .now = clock_now(),
				 .seats = b->territory->services[slot->service].capacity
						  ? e->wait->party_size
						  : 1};
	struct agenda_answer answer;
	struct offer_job *j;

	if (e->unreachable == civil_time_day(ask.now) ||
	    agenda_ask(b->agenda, &ask, &answer) != AGENDA_FREE)
		return;
	j = xcalloc(1, sizeof(*j));
	j->job.run = offer_run;
	j->job.done = offer_done;
	j->w = w;
	hold_prepare(b, &ask, &answer, expires + WAITING_GRACE_S, &j->hold);
	j->offer = (struct rdvd_offer){.wait = e->wait->id,
				       .site = b->territory->sites[slot->site].id,
				       .start = slot->start,
				       .end = answer.end,
				       .hold = j->hold.in.ref,
				       .made = ask.now,
				       .expires = expires,
				       .state = RDVD_OFFER_OPEN};
	waiting_letters_write(w, e, slot, j->offer.hold, expires, ask.now, &j->letters);
	write_seen(e, &j->offer, &j->seen);
	if (waiting_write(w, &j->job) == RDVD_OK) {
		e->busy = 1;
		return;
	}
	pending_drop(b, j->hold.pending);
	waiting_nudge(w);
	job_free(j);
}
