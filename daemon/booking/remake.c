/* SPDX-License-Identifier: GPL-3.0-or-later */
/* remake.c - see remake.h. The steps, each handing the job to the next:
 *
 *   prepare  reader  read what stands, plan, judge the whole by the territory's decoder
 *   keep     writer  few parts: one transaction. Many: a draft in pieces, decided by one
 *                    row, then applied in pieces; a crash after that goes on at start
 *   build    reader  read it back, lay the agenda out, find who lies outside
 *   serve    loop    take over what changed meanwhile, exchange, answer */
#include "booking/remake.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "booking/watch.h"

#define PIECE 100 /* definitions in one transaction */
#define STUCK_MS 50
#define AGAIN_MS 1000

static const char *const kind_words[] = {
	[RDVD_DEF_NETWORK] = "network", [RDVD_DEF_ORGANISATION] = "organisation",
	[RDVD_DEF_SITE] = "site",	[RDVD_DEF_COUNSELLOR] = "counsellor",
	[RDVD_DEF_SERVICE] = "service", [RDVD_DEF_OPENING] = "opening",
	[RDVD_DEF_CLOSURE] = "closure",
};

const char *remake_kind_word(enum rdvd_definition_kind kind)
{
	return kind_words[kind];
}

/* ---- the list of definitions ---- */

static uint32_t hash_of(enum rdvd_definition_kind kind, const char *slug)
{
	uint32_t h = 2166136261u ^ (uint32_t)kind;

	for (; *slug; slug++)
		h = (h ^ (unsigned char)*slug) * 16777619u;
	return h;
}

/* Where (kind, slug) stands in the index, or would. */
static size_t probe(const struct remake *r, enum rdvd_definition_kind kind,
		    const char *slug)
{
	size_t i = hash_of(kind, slug) & (r->index_size - 1);

	for (; r->index[i]; i = (i + 1) & (r->index_size - 1)) {
		const struct rdvd_definition *d = &r->all[r->index[i] - 1];

		if (d->kind == kind && strcmp(d->slug, slug) == 0)
			break;
	}
	return i;
}

static void index_grow(struct remake *r)
{
	free(r->index);
	r->index_size = r->index_size ? r->index_size * 2 : 256;
	r->index = xcalloc(r->index_size, sizeof *r->index);
	for (size_t i = 0; i < r->nall; i++)
		r->index[probe(r, r->all[i].kind, r->all[i].slug)] = (uint32_t)i + 1;
}

static struct rdvd_definition *add(struct remake *r, const struct rdvd_definition *d)
{
	VEC_GROW(r->all, r->nall, r->all_cap);
	r->all[r->nall] = *d;
	r->all[r->nall].slug = xstrdup(d->slug);
	r->all[r->nall].body = xstrdup(d->body);
	r->nall++;
	if (r->nall * 2 > r->index_size)
		index_grow(r);
	else
		r->index[probe(r, d->kind, d->slug)] = (uint32_t)r->nall;
	return &r->all[r->nall - 1];
}

static int add_one(void *arg, const struct rdvd_definition *d)
{
	add(arg, d);
	return 0;
}

static void forget_all(struct remake *r)
{
	for (size_t i = 0; i < r->nall; i++) {
		free((char *)r->all[i].slug);
		free((char *)r->all[i].body);
	}
	r->nall = 0;
	if (r->index)
		memset(r->index, 0, r->index_size * sizeof *r->index);
}

struct rdvd_definition *remake_find(struct remake *r, enum rdvd_definition_kind kind,
				    const char *slug)
{
	uint32_t at = r->index_size ? r->index[probe(r, kind, slug)] : 0;

	return at ? &r->all[at - 1] : NULL;
}

/* Note that all[at] changes; before it does. */
static void part_of(struct remake *r, size_t at)
{
	const struct rdvd_definition *d = &r->all[at];
	int stood = at < r->nstood && !d->retired;

	for (size_t i = 0; i < r->nparts; i++)
		if (r->parts[i].at == at)
			return;
	VEC_GROW(r->parts, r->nparts, r->parts_cap);
	r->parts[r->nparts++] =
		(struct remake_part){.at = at, .before = stood ? xstrdup(d->body) : NULL};
}

void remake_put(struct remake *r, enum rdvd_definition_kind kind, const char *slug,
		const char *body)
{
	struct rdvd_definition *d = remake_find(r, kind, slug);

	if (d && !d->retired && strcmp(d->body, body) == 0)
		return;
	if (!d) {
		const struct rdvd_definition fresh = {
			.kind = kind, .slug = slug, .body = body, .retired = 1};

		d = add(r, &fresh);
		/* a name until the store gives one */
		d->id = -(rdvd_id)r->nall;
	}
	part_of(r, (size_t)(d - r->all));
	free((char *)d->body);
	d->body = xstrdup(body);
	d->retired = 0;
}

void remake_retire(struct remake *r, struct rdvd_definition *d)
{
	if (d->retired)
		return;
	part_of(r, (size_t)(d - r->all));
	d->retired = 1;
}

void remake_tell(const struct remake *r, struct buf *out)
{
	for (size_t i = 0; i < r->nparts; i++) {
		const struct rdvd_definition *d = &r->all[r->parts[i].at];
		char sign = d->retired ? '-' : r->parts[i].before ? '~' : '+';

		buf_addf(out, "%c %s %s\n", sign, kind_words[d->kind], d->slug);
	}
}

/* ---- who lies outside ---- */

struct outside_look {
	struct remake *r;
	rdvd_time now;
};

static int look_outside(void *arg, const struct claim *c)
{
	struct outside_look *l = arg;
	struct remake *r = l->r;

	if (c->kind != CLAIM_SESSION || c->start <= l->now || agenda_covers(r->fresh, c))
		return 0;
	VEC_GROW(r->outside, r->noutside, r->outside_cap);
	r->outside[r->noutside++] = (struct edit_touched){.session = c->key,
							  .site = c->site,
							  .service = c->service,
							  .start = c->start,
							  .end = c->end};
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct edit_touched *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static void lay_out(struct remake *r)
{
	struct outside_look look = {r, r->now};

	r->fresh = agenda_of_copy(r->copy, r->next);
	r->noutside = 0;
	agenda_claims_each(r->fresh, look_outside, &look);
	if (r->noutside)
		qsort(r->outside, r->noutside, sizeof *r->outside, by_start);
}

/* In the loop: those that were outside before are not this change's doing, and some have
 * gone meanwhile. */
static void keep_newly_outside(struct remake *r)
{
	const struct agenda *old = r->b->agenda;
	size_t n = 0;

	for (size_t i = 0; i < r->noutside; i++) {
		const struct claim *c =
			agenda_claim_find(old, CLAIM_SESSION, r->outside[i].session);

		if (!c || !agenda_covers(old, c))
			continue;
		r->outside[n] = r->outside[i];
		if (r->dry_run) { /* the territory that is served stays */
			r->outside[n].site = c->site;
			r->outside[n].service = c->service;
		}
		n++;
	}
	r->noutside = n;
}

/* ---- answers ---- */

void remake_fini(struct remake *r)
{
	forget_all(r);
	free(r->all);
	free(r->index);
	for (size_t i = 0; i < r->nparts; i++)
		free(r->parts[i].before);
	free(r->parts);
	free(r->outside);
	agenda_copy_free(r->copy);
	if (r->next || r->fresh)
		territory_retire(r->b, r->next, r->fresh);
	buf_fini(&r->errors);
}

static void finish(struct remake *r, enum rdvd_rc rc)
{
	struct booking *b = r->b;

	b->importing = 0;
	r->done(r, rc);
	remake_next(b);
}

static void later(struct remake *r, int ms)
{
	r->b->remake_stuck = r;
	loop_timer_in(r->b->remake_again, ms);
}

/* Hand the job to a thread, now or once there is room in the queue: what was decided is
 * carried through. */
static void submit(struct remake *r)
{
	if (r->submit(r->b->store, &r->job) != RDVD_OK)
		later(r, STUCK_MS);
}

void remake_again(void *arg)
{
	struct booking *b = arg;
	struct remake *r = b->remake_stuck;

	b->remake_stuck = NULL;
	if (r)
		submit(r);
}

static void hand(struct remake *r, enum rdvd_rc (*to)(struct store *, struct store_job *),
		 enum rdvd_rc (*run)(const struct rdvd_store_ops *, void *,
				     struct store_job *),
		 void (*done)(struct store_job *))
{
	r->submit = to;
	r->job.run = run;
	r->job.done = done;
	submit(r);
}

/* ---- build and serve ---- */

static enum rdvd_rc build_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct remake *r = (struct remake *)job;
	enum rdvd_rc rc;

	forget_all(r);
	buf_clear(&r->errors);
	rc = ops->definition_each(st, add_one, r);
	if (rc != RDVD_OK)
		return rc;
	r->next = territory_from_definitions(r->all, r->nall, &r->errors);
	if (!r->next)
		return RDVD_FAILED;
	lay_out(r);
	return RDVD_OK;
}

static void build_done(struct store_job *job)
{
	struct remake *r = (struct remake *)job;
	struct booking *b = r->b;

	if (job->rc != RDVD_OK) {
		log_err("the store's definitions cannot be read back: %s",
			buf_str(&r->errors));
		finish(r, job->rc);
		return;
	}
	keep_newly_outside(r);
	agenda_catch_up(b, r->copy, r->next, r->fresh);
	adrift_look(b, r->fresh);
	territory_retire(b, b->territory, b->agenda);
	b->agenda = r->fresh;
	b->territory = r->next;
	b->edition++;
	r->fresh = NULL;
	r->next = NULL;
	booking_time_freed(b);
	booking_tell_all(b);
	finish(r, r->kept);
}

static void build(struct remake *r)
{
	r->copy = agenda_copy_new(r->b, r->now);
	hand(r, store_read, build_run, build_done);
}

/* ---- keep ---- */

static const char *after_of(const struct remake *r, const struct remake_part *p)
{
	const struct rdvd_definition *d = &r->all[p->at];

	return d->retired ? NULL : d->body;
}

/* In the writer: all of a few parts, and the edit beside them. */
static enum rdvd_rc keep_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct remake *r = (struct remake *)job;
	struct rdvd_edit_part *kept = xcalloc(r->nparts + 1, sizeof *kept);
	struct rdvd_edit e = {
		.at = r->now, .actor = r->actor, .parts = kept, .undoes = r->undoes};
	enum rdvd_rc rc = RDVD_OK;

	for (size_t i = 0; i < r->nparts && rc == RDVD_OK; i++) {
		const struct remake_part *p = &r->parts[i];
		const struct rdvd_definition *d = &r->all[p->at];
		rdvd_id id = d->id;

		if (!d->retired)
			rc = ops->definition_put(st, d->kind, d->slug, d->body, r->now,
						 &id);
		else if (id > 0)
			rc = ops->definition_retire(st, id, r->now);
		else
			continue; /* it never was */
		kept[e.n++] = (struct rdvd_edit_part){id, p->before, after_of(r, p)};
	}
	if (rc == RDVD_OK && r->keep_edit)
		rc = ops->edit_keep(st, &e, &r->edit);
	free(kept);
	return rc;
}

static void keep_done(struct store_job *job)
{
	struct remake *r = (struct remake *)job;

	/* whether it is on disk or not is seen by reading it back */
	r->kept = job->rc;
	if (job->rc == RDVD_OK || job->rc == RDVD_UNCERTAIN)
		build(r);
	else
		finish(r, job->rc);
}

/* In the writer: one piece of the draft. */
static enum rdvd_rc piece_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct remake *r = (struct remake *)job;
	struct rdvd_definition items[PIECE];
	size_t n = 0;

	for (size_t i = r->sent; i < r->nparts && n < PIECE; i++, n++) {
		items[n] = r->all[r->parts[i].at];
		items[n].body = after_of(r, &r->parts[i]);
	}
	return ops->draft_put(st, items, n, r->sent);
}

static enum rdvd_rc decide_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct remake *r = (struct remake *)job;

	return ops->draft_decide(st, r->actor, r->now);
}

static enum rdvd_rc apply_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct remake *r = (struct remake *)job;

	return ops->draft_apply(st, PIECE, r->now, &r->sent);
}

static void apply_done(struct store_job *job)
{
	struct remake *r = (struct remake *)job;

	crash_point("import-piece");
	if (job->rc == RDVD_OK && !r->sent)
		build(r);
	else if (job->rc == RDVD_OK)
		hand(r, store_write, apply_run, apply_done);
	else /* it was decided: nothing may come between its halves */
		later(r, AGAIN_MS);
}

static void decide_done(struct store_job *job)
{
	struct remake *r = (struct remake *)job;

	crash_point("import-piece");
	if (job->rc == RDVD_OK)
		hand(r, store_write, apply_run, apply_done);
	else
		finish(r, job->rc);
}

static void piece_done(struct store_job *job)
{
	struct remake *r = (struct remake *)job;

	if (job->rc != RDVD_OK) {
		finish(r, job->rc);
		return;
	}
	r->sent += PIECE;
	crash_point("import-piece");
	if (r->sent < r->nparts)
		hand(r, store_write, piece_run, piece_done);
	else
		hand(r, store_write, decide_run, decide_done);
}

/* ---- prepare ---- */

static enum rdvd_rc prepare_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct remake *r = (struct remake *)job;
	enum rdvd_rc rc = ops->definition_each(st, add_one, r);

	if (rc != RDVD_OK)
		return rc;
	r->nstood = r->nall;
	rc = r->plan(ops, st, r);
	if (rc != RDVD_OK || !r->nparts)
		return rc;
	r->next = territory_from_definitions(r->all, r->nall, &r->errors);
	if (!r->next) {
		r->judged = 1;
		return RDVD_INVALID;
	}
	if (r->dry_run) {
		lay_out(r);
		return RDVD_OK;
	}
	territory_free(r->next);
	r->next = NULL;
	return RDVD_OK;
}

static void prepare_done(struct store_job *job)
{
	struct remake *r = (struct remake *)job;

	agenda_copy_free(r->copy);
	r->copy = NULL;
	if (job->rc != RDVD_OK || !r->nparts)
		finish(r, job->rc);
	else if (r->dry_run) {
		keep_newly_outside(r);
		finish(r, RDVD_OK);
	} else if (r->keep_edit || r->nparts <= PIECE)
		hand(r, store_write, keep_run, keep_done);
	else
		hand(r, store_write, piece_run, piece_done);
}

static void begin(struct remake *r)
{
	r->b->importing = 1;
	r->now = clock_now();
	if (r->dry_run)
		r->copy = agenda_copy_new(r->b, r->now);
	hand(r, store_read, prepare_run, prepare_done);
}

/* ---- one after the other ---- */

void remake_next(struct booking *b)
{
	struct remake *r = b->remakes;

	if (!r || b->importing)
		return;
	b->remakes = r->behind;
	r->behind = NULL;
	begin(r);
}

void remake_start(struct remake *r)
{
	struct remake **end = &r->b->remakes;

	while (*end)
		end = &(*end)->behind;
	*end = r;
	remake_next(r->b);
}

void remake_drop_all(struct booking *b)
{
	if (b->remake_stuck)
		b->remake_stuck->done(b->remake_stuck, RDVD_BUSY);
	b->remake_stuck = NULL;
	while (b->remakes) {
		struct remake *r = b->remakes;

		b->remakes = r->behind;
		r->done(r, RDVD_BUSY);
	}
}
