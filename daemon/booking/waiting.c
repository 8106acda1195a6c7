/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting.c - who waits: read from the store at start, kept in the order in which they
 * came, and the clock that closes what is past its time. */
#include "booking/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "booking/waiting_impl.h"

#define TOKEN_PURPOSE "waiting"
#define OFFERS_SINCE_S (14 * CIVIL_DAY_SECONDS) /* an offer lasts three days at most */
#define AT_ONCE 64				/* closed in one go */
#define AGAIN_S 5				/* when the store had no room */
/* What no commit tells: places that the team kept until the evening before, a new day at
 * the horizon. */
#define LOOK_EVERY_S 300

/* ---- rows ---- */

static void strings_of(struct rdvd_wait *w, const char **at[6])
{
	at[0] = &w->near;
	at[1] = &w->number;
	at[2] = &w->email;
	at[3] = &w->locale;
	at[4] = &w->person;
	at[5] = &w->seen;
}

struct rdvd_wait *waiting_row_dup(const struct rdvd_wait *w)
{
	struct rdvd_wait sized = *w, *copy;
	const char **at[6];
	size_t bytes = 0;
	char *to;

	strings_of(&sized, at);
	for (size_t i = 0; i < ARRAY_SIZE(at); i++)
		bytes += *at[i] ? strlen(*at[i]) + 1 : 1;
	copy = xmalloc(sizeof(*copy) + bytes);
	*copy = *w;
	to = (char *)(copy + 1);
	strings_of(copy, at);
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		size_t n = *at[i] ? strlen(*at[i]) + 1 : 1;

		memcpy(to, *at[i] ? *at[i] : "", n);
		*at[i] = to;
		to += n;
	}
	return copy;
}

void waiting_token(const struct waiting *w, uint64_t ref,
		   char out[SECRET_TOKEN_CHARS + 1])
{
	secret_token_derive(w->booking->key, TOKEN_PURPOSE, &ref, sizeof(ref), 0, out);
}

/* ---- entries ---- */

struct waiting_entry *waiting_entry_add(struct waiting *w, struct rdvd_wait *row)
{
	struct waiting_entry *e = xcalloc(1, sizeof(*e));

	e->wait = row;
	e->unreachable = CIVIL_DAY_NONE;
	waiting_seen_read(&e->seen, row->seen);
	waiting_token(w, row->ref, e->token);
	VEC_GROW(w->entries, w->n, w->cap);
	w->entries[w->n++] = e;
	w->counts.waiting = w->n;
	return e;
}

struct waiting_entry *waiting_entry_find(struct waiting *w, rdvd_id wait)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->entries[i]->wait->id == wait)
			return w->entries[i];
	return NULL;
}

struct waiting_entry *waiting_entry_of_token(struct waiting *w, const char *token)
{
	if (!token || strlen(token) != SECRET_TOKEN_CHARS)
		return NULL;
	for (size_t i = 0; i < w->n; i++)
		if (secret_equal(w->entries[i]->token, token, SECRET_TOKEN_CHARS))
			return w->entries[i];
	return NULL;
}

struct waiting_entry *waiting_entry_of(const struct waiting *w, rdvd_id participation)
{
	for (size_t i = 0; participation && i < w->n; i++)
		if (w->entries[i]->wait->participation == participation)
			return w->entries[i];
	return NULL;
}

static void entry_free(struct waiting_entry *e)
{
	waiting_seen_fini(&e->seen);
	free(e->wait);
	free(e);
}

void waiting_entry_free_again(struct waiting *w, struct waiting_entry *e)
{
	struct waiting_call *c = e->queue;

	e->busy = 0;
	e->queue = NULL;
	while (c) {
		struct waiting_call *next = c->next;

		c->next = NULL;
		c->again(w, c);
		c = next;
	}
}

void waiting_offer_gone(struct waiting *w, struct waiting_entry *e)
{
	hold_gone(w->booking, e->offer.hold);
	e->offer = (struct rdvd_offer){.id = 0};
	waiting_look(w);
}

void waiting_entry_drop(struct waiting *w, struct waiting_entry *e)
{
	size_t i = 0;
	uint64_t hold = e->offer.id ? e->offer.hold : 0;

	while (w->entries[i] != e)
		i++;
	memmove(w->entries + i, w->entries + i + 1, (w->n - i - 1) * sizeof(*w->entries));
	w->n--;
	w->counts.waiting = w->n;
	if (i < w->next)
		w->next--;
	waiting_entry_free_again(w, e); /* they find it gone */
	entry_free(e);
	if (hold) {
		hold_gone(w->booking, hold);
		waiting_look(w);
	}
	waiting_clock_arm(w);
}

/* ---- jobs ---- */

enum rdvd_rc waiting_write(struct waiting *w, struct store_job *j)
{
	enum rdvd_rc rc = store_write(w->store, j);

	w->jobs += rc == RDVD_OK;
	return rc;
}

enum rdvd_rc waiting_read(struct waiting *w, struct store_job *j)
{
	enum rdvd_rc rc = store_read(w->store, j);

	w->jobs += rc == RDVD_OK;
	return rc;
}

/* ---- ending ---- */

struct end_job {
	struct store_job job;
	struct waiting *w;
	rdvd_id wait, offer; /* offer 0: the wait ends */
	enum rdvd_wait_state wait_state;
	enum rdvd_offer_state offer_state;
	rdvd_time now;
};

static enum rdvd_rc end_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	struct end_job *j = (struct end_job *)job;

	return j->offer ? ops->offer_end(st, j->offer, j->offer_state, j->now)
			: ops->wait_end(st, j->wait, j->wait_state, j->now);
}

static void end_done(struct store_job *job)
{
	struct end_job *j = (struct end_job *)job;
	struct waiting *w = j->w;
	struct waiting_entry *e = waiting_entry_find(w, j->wait);
	/* STALE: somebody else has closed it; it is closed all the same */
	int closed =
		job->rc == RDVD_OK || job->rc == RDVD_STALE || job->rc == RDVD_NOT_FOUND;

	w->jobs--;
	if (e && closed && !j->offer) {
		e->busy = 0;
		waiting_entry_drop(w, e);
	} else if (e) {
		w->counts.lapsed += closed && j->offer_state == RDVD_OFFER_LAPSED;
		if (closed && e->offer.id == j->offer)
			waiting_offer_gone(w, e);
		waiting_entry_free_again(w, e);
		waiting_clock_arm(w);
	}
	free(j);
}

static int end(struct waiting *w, struct waiting_entry *e, const struct end_job *as)
{
	struct end_job *j = xcalloc(1, sizeof(*j));

	*j = *as;
	j->job.run = end_run;
	j->job.done = end_done;
	j->w = w;
	j->wait = e->wait->id;
	j->now = clock_now();
	if (waiting_write(w, &j->job) != RDVD_OK) {
		free(j);
		return -1;
	}
	e->busy = 1;
	return 0;
}

int waiting_offer_end(struct waiting *w, struct waiting_entry *e,
		      enum rdvd_offer_state state)
{
	const struct end_job as = {.offer = e->offer.id, .offer_state = state};

	return end(w, e, &as);
}

int waiting_end(struct waiting *w, struct waiting_entry *e, enum rdvd_wait_state state)
{
	const struct end_job as = {.wait_state = state};

	return end(w, e, &as);
}

/* ---- the clock ---- */

/* When something about e is next due. */
static rdvd_time due_of(const struct waiting_entry *e)
{
	rdvd_time due = e->wait->until;

	return e->offer.id && e->offer.expires < due ? e->offer.expires : due;
}

void waiting_clock_arm(struct waiting *w)
{
	rdvd_time now = clock_now(), due = now + LOOK_EVERY_S;

	if (w->stopping)
		return;
	for (size_t i = 0; i < w->n; i++)
		if (!w->entries[i]->busy && due_of(w->entries[i]) < due)
			due = due_of(w->entries[i]);
	if (w->n)
		loop_timer_at(w->clock_timer, due);
	else
		loop_timer_stop(w->clock_timer);
}

void waiting_tick(void *arg)
{
	struct waiting *w = arg;
	rdvd_time now = clock_now();
	int left = AT_ONCE, refused = 0;

	w->fresh = 0;
	for (size_t i = 0; i < w->n && left > 0 && !refused; i++) {
		struct waiting_entry *e = w->entries[i];

		if (e->busy || due_of(e) > now)
			continue;
		left--;
		if (e->wait->until <= now)
			refused = waiting_end(w, e, RDVD_WAIT_OVER);
		else
			refused = waiting_offer_end(w, e, RDVD_OFFER_LAPSED);
	}
	waiting_look(w);
	if (refused || left == 0)
		loop_timer_in(w->clock_timer, refused ? AGAIN_S * 1000 : 1);
	else
		waiting_clock_arm(w);
}

/* ---- what happens to appointments ---- */

void waiting_settled(struct waiting *w, const struct rdvd_appointment *a)
{
	struct waiting_entry *e = waiting_entry_of(w, a->id);

	if (!e || w->stopping)
		return;
	if (a->status == RDVD_CANCELLED) {
		if (!e->busy) /* the store has ended it with the act */
			waiting_entry_drop(w, e);
		else
			e->wait->until = 0;
		return;
	}
	e->wait->until = a->when.start;
	if (e->offer.id && !e->busy && e->offer.start >= a->when.start)
		waiting_offer_end(w, e, RDVD_OFFER_DECLINED);
	waiting_clock_arm(w);
}

/* ---- starting ---- */

struct loaded {
	struct rdvd_wait *wait; /* owned */
	struct rdvd_offer offer;
	rdvd_time start; /* of the appointment as it stands; 0: there is none any more */
};

struct load_job {
	struct store_job job;
	struct loaded *items; /* owned */
	size_t n, cap;
	struct loaded *at; /* being read */
	rdvd_time now;
	int finished;
};

static int load_wait(void *arg, const struct rdvd_wait *row)
{
	struct load_job *j = arg;

	VEC_GROW(j->items, j->n, j->cap);
	j->items[j->n++] = (struct loaded){.wait = waiting_row_dup(row)};
	return 0;
}

static int load_offer(void *arg, const struct rdvd_offer *o, const struct rdvd_wait *row)
{
	struct load_job *j = arg;

	(void)row;
	for (size_t i = 0; o->state == RDVD_OFFER_OPEN && i < j->n; i++)
		if (j->items[i].wait->id == o->wait)
			j->items[i].offer = *o;
	return 0;
}

static int load_start(void *arg, const struct rdvd_appointment *a)
{
	struct load_job *j = arg;

	j->at->start = a->status == RDVD_CANCELLED ? 0 : a->when.start;
	return 1;
}

static enum rdvd_rc load_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct load_job *j = (struct load_job *)job;
	enum rdvd_rc rc;

	if (!ops->wait_each)
		return RDVD_OK;
	rc = ops->wait_each(st, load_wait, j);
	if (rc == RDVD_OK)
		rc = ops->offer_each(st, 0, j->now - OFFERS_SINCE_S, load_offer, j);
	for (size_t i = 0; i < j->n && rc == RDVD_OK; i++) {
		const struct rdvd_which which = {.id = j->items[i].wait->participation};

		j->at = &j->items[i];
		if (which.id)
			rc = ops->appointment_get(st, &which, load_start, j);
		if (rc == RDVD_NOT_FOUND)
			rc = RDVD_OK;
	}
	return rc;
}

static void load_done(struct store_job *job)
{
	((struct load_job *)job)->finished = 1;
}

static void load_take(struct waiting *w, struct load_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		struct loaded *l = &j->items[i];
		struct waiting_entry *e = waiting_entry_add(w, l->wait);

		e->offer = l->offer;
		if (l->wait->participation)
			l->wait->until = l->start;
		l->wait = NULL;
	}
}

static int load(struct waiting *w)
{
	struct load_job *j = xcalloc(1, sizeof(*j));
	int rc = -1;

	j->job.run = load_run;
	j->job.done = load_done;
	j->now = clock_now();
	if (store_read(w->store, &j->job) == RDVD_OK) {
		while (!j->finished)
			loop_run_once(w->loop, 1000);
		rc = j->job.rc == RDVD_OK ? 0 : -1;
	}
	if (rc == 0)
		load_take(w, j);
	else
		log_err("the waiting list could not be read from the store");
	for (size_t i = 0; i < j->n; i++)
		free(j->items[i].wait);
	free(j->items);
	free(j);
	return rc;
}

struct waiting *waiting_new(struct loop *l, struct store *s, struct booking *b,
			    const struct waiting_options *o)
{
	struct waiting *w = xcalloc(1, sizeof(*w));

	w->loop = l;
	w->store = s;
	w->booking = b;
	w->o = *o;
	w->look_timer = loop_timer_new(l, waiting_look_tick, w);
	w->clock_timer = loop_timer_new(l, waiting_tick, w);
	if (load(w) < 0) {
		waiting_free(w);
		return NULL;
	}
	b->waiting = w;
	w->fresh = w->n > 0;
	if (w->fresh)
		loop_timer_now(w->clock_timer);
	return w;
}

void waiting_free(struct waiting *w)
{
	if (!w)
		return;
	w->booking->waiting = NULL;
	loop_timer_free(w->look_timer);
	loop_timer_free(w->clock_timer);
	for (size_t i = 0; i < w->n; i++)
		entry_free(w->entries[i]);
	free(w->entries);
	free(w);
}

void waiting_texts(struct waiting *w, const struct texts *texts)
{
	w->o.texts = texts;
}

void waiting_stop(struct waiting *w)
{
	w->stopping = 1;
	w->fresh = w->nudged = w->looking = 0;
	loop_timer_stop(w->look_timer);
	loop_timer_stop(w->clock_timer);
}

int waiting_is_idle(const struct waiting *w)
{
	return w->jobs == 0 && !w->fresh && !w->nudged && !w->looking;
}

const struct waiting_counts *waiting_counts(const struct waiting *w)
{
	return &w->counts;
}

int waiting_token_of(const struct waiting *w, rdvd_id participation,
		     char out[SECRET_TOKEN_CHARS + 1])
{
	const struct waiting_entry *e = waiting_entry_of(w, participation);

	if (!e)
		return -1;
	memcpy(out, e->token, sizeof(e->token));
	return 0;
}

const struct rdvd_offer *waiting_offer_of(const struct waiting *w, const char *number,
					  const struct rdvd_wait **wait)
{
	const struct waiting_entry *found = NULL;

	for (size_t i = 0; number && *number && i < w->n; i++) {
		const struct waiting_entry *e = w->entries[i];

		if (e->offer.id && strcmp(e->wait->number, number) == 0 &&
		    (!found || e->offer.made > found->offer.made))
			found = e;
	}
	if (!found)
		return NULL;
	if (wait)
		*wait = found->wait;
	return &found->offer;
}
