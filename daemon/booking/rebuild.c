/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rebuild.c - where the agenda's content comes from: at start the store, later the agenda
 * before it. A territory that changed gives its objects other indexes, so everything is
 * carried over by id. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "booking/remake.h"
#include "booking/watch.h"

/* Claims that ended longer ago than this touch no day that can still be booked. */
#define LOAD_BACK_S (2 * CIVIL_DAY_SECONDS)

/* ---- from one agenda to the next ---- */

struct carry {
	const struct territory *from, *to;
	struct agenda *agenda;
	rdvd_time since; /* what ended before touches no day that can still be booked */
};

static int index_there(const struct carry *k, enum rdvd_definition_kind kind, int index,
		       rdvd_id id)
{
	if (index == TERRITORY_NONE || k->from == k->to)
		return index;
	return territory_by_id(k->to, kind, id);
}

static int carry_claim(void *arg, const struct claim *old)
{
	const struct carry *k = arg;
	struct claim c = *old;
	const struct territory *t = k->from;
	if (c.end <= k->since)
		return 0;
	if (c.site != TERRITORY_NONE)
		c.site = index_there(k, RDVD_DEF_SITE, c.site, t->sites[c.site].id);
	if (c.service != TERRITORY_NONE)
		c.service = index_there(k, RDVD_DEF_SERVICE, c.service,
					t->services[c.service].id);
	c.ncounsellors = 0;
	for (int i = 0; i < old->ncounsellors; i++) {
		int who = old->counsellors[i];
		who = index_there(k, RDVD_DEF_COUNSELLOR, who, t->counsellors[who].id);
		if (who != TERRITORY_NONE)
			c.counsellors[c.ncounsellors++] = who;
	}
	agenda_claim_put(k->agenda, &c);
	return 0;
}

static void carry_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			  rdvd_time end)
{
	const struct carry *k = arg;
	int who = index_there(k, RDVD_DEF_COUNSELLOR, counsellor,
			      k->from->counsellors[counsellor].id);
	if (who != TERRITORY_NONE && end > k->since)
		agenda_absence_put(k->agenda, id, who, start, end);
}

/* ---- beside the loop ---- */

struct agenda_copy {
	const struct territory *from;
	rdvd_time now;
	struct claim *claims; /* owned */
	int nclaims, claims_cap;
	struct rdvd_absence *absences; /* owned; counsellor is an index */
	int nabsences, absences_cap;
};

static int copy_claim(void *arg, const struct claim *c)
{
	struct agenda_copy *k = arg;
	VEC_GROW(k->claims, k->nclaims, k->claims_cap);
	k->claims[k->nclaims++] = *c;
	return 0;
}

static void copy_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			 rdvd_time end)
{
	struct agenda_copy *k = arg;
	VEC_GROW(k->absences, k->nabsences, k->absences_cap);
	k->absences[k->nabsences++] = (struct rdvd_absence){
		.id = id, .counsellor = counsellor, .start = start, .end = end};
}

static void copy_agenda(const struct agenda *a, struct agenda_copy *k)
{
	agenda_claims_each(a, copy_claim, k);
	agenda_absences_each(a, copy_absence, k);
}

struct agenda_copy *agenda_copy_new(const struct booking *b, rdvd_time now)
{
	struct agenda_copy *k = xcalloc(1, sizeof *k);
	k->from = b->territory;
	k->now = now;
	agenda_note_changes(b->agenda);
	copy_agenda(b->agenda, k);
	return k;
}

void agenda_copy_free(struct agenda_copy *k)
{
	if (!k)
		return;
	free(k->claims);
	free(k->absences);
	free(k);
}

struct agenda *agenda_of_copy(const struct agenda_copy *c, const struct territory *t)
{
	struct carry k = {.from = c->from,
			  .to = t,
			  .agenda = agenda_new(t, c->now),
			  .since = c->now - LOAD_BACK_S};
	for (int i = 0; i < c->nclaims; i++)
		carry_claim(&k, &c->claims[i]);
	for (int i = 0; i < c->nabsences; i++) {
		const struct rdvd_absence *x = &c->absences[i];
		carry_absence(&k, x->id, (int)x->counsellor, x->start, x->end);
	}
	return k.agenda;
}

/* What changed in the agenda that is served, while another was laid out from its copy. */
struct catch_up {
	struct carry carry; /* first: as carry_claim's argument */
	const struct agenda *served;
	rdvd_id *absences; /* that changed; owned */
	size_t nabsences, absences_cap;
};

static void catch_claim(void *arg, enum claim_kind kind, uint64_t key)
{
	struct catch_up *u = arg;
	const struct claim *c = agenda_claim_find(u->served, kind, key);
	if (c)
		carry_claim(&u->carry, c);
	else
		agenda_claim_remove(u->carry.agenda, kind, key);
}

static void catch_absence(void *arg, rdvd_id id)
{
	struct catch_up *u = arg;
	VEC_GROW(u->absences, u->nabsences, u->absences_cap);
	u->absences[u->nabsences++] = id;
	agenda_absence_remove(u->carry.agenda, id);
}

/* Those of the changed that stand. */
static void carry_changed(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			  rdvd_time end)
{
	struct catch_up *u = arg;
	for (size_t i = 0; i < u->nabsences; i++)
		if (u->absences[i] == id) {
			carry_absence(&u->carry, id, counsellor, start, end);
			return;
		}
}

void agenda_catch_up(const struct booking *b, const struct agenda_copy *c,
		     const struct territory *t, struct agenda *fresh)
{
	struct catch_up u = {.carry = {.from = c->from,
				       .to = t,
				       .agenda = fresh,
				       .since = c->now - LOAD_BACK_S},
			     .served = b->agenda};
	agenda_changes_each(b->agenda, catch_claim, catch_absence, &u);
	if (u.nabsences)
		agenda_absences_each(b->agenda, carry_changed, &u);
	free(u.absences);
}

/* ---- a new day ---- */

struct day_job {
	struct store_job job;
	struct booking *b;
	struct agenda_copy *copy;
	struct agenda *fresh;
};

static enum rdvd_rc day_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	struct day_job *j = (struct day_job *)job;
	(void)ops;
	(void)st;
	j->fresh = agenda_of_copy(j->copy, j->copy->from);
	return RDVD_OK;
}

static void day_done(struct store_job *job)
{
	struct day_job *j = (struct day_job *)job;
	struct booking *b = j->b;
	b->importing = 0;
	agenda_catch_up(b, j->copy, b->territory, j->fresh);
	territory_retire(b, NULL, b->agenda);
	b->agenda = j->fresh;
	b->edition++;
	booking_time_freed(b);
	booking_tell_all(b);
	agenda_copy_free(j->copy);
	free(j);
	remake_next(b);
}

void agenda_lay_out_anew(struct booking *b, rdvd_time now)
{
	if (b->importing)
		return; /* an import lays it out too; else the next minute does */
	struct day_job *j = xcalloc(1, sizeof *j);
	j->job.run = day_run;
	j->job.done = day_done;
	j->b = b;
	j->copy = agenda_copy_new(b, now);
	if (store_read(b->store, &j->job) == RDVD_OK) {
		b->importing = 1; /* the territory stays until then */
		return;
	}
	agenda_copy_free(j->copy);
	free(j);
}

/* ---- from the store ---- */

struct load_job {
	struct store_job job;
	struct rdvd_definition *defs; /* owned, with their strings */
	size_t ndefs, defs_cap;
	struct rdvd_claim *claims;
	size_t nclaims, claims_cap;
	struct rdvd_absence *absences;
	size_t nabsences, absences_cap;
	rdvd_time now;
	int finished;
};

static int keep_definition(void *arg, const struct rdvd_definition *d)
{
	struct load_job *j = arg;
	VEC_GROW(j->defs, j->ndefs, j->defs_cap);
	j->defs[j->ndefs] = *d;
	j->defs[j->ndefs].slug = xstrdup(d->slug);
	j->defs[j->ndefs++].body = xstrdup(d->body);
	return 0;
}

static int keep_claim(void *arg, const struct rdvd_claim *c)
{
	struct load_job *j = arg;
	VEC_GROW(j->claims, j->nclaims, j->claims_cap);
	j->claims[j->nclaims++] = *c;
	return 0;
}

static int keep_absence(void *arg, const struct rdvd_absence *a)
{
	struct load_job *j = arg;
	VEC_GROW(j->absences, j->nabsences, j->absences_cap);
	j->absences[j->nabsences] = *a;
	j->absences[j->nabsences++].label = "";
	return 0;
}

static void load_forget(struct load_job *j)
{
	for (size_t i = 0; i < j->ndefs; i++) {
		free((char *)j->defs[i].slug);
		free((char *)j->defs[i].body);
	}
	j->ndefs = j->nclaims = j->nabsences = 0;
}

static enum rdvd_rc load_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct load_job *j = (struct load_job *)job;
	load_forget(j);
	enum rdvd_rc rc = ops->definition_each(st, keep_definition, j);
	if (rc == RDVD_OK)
		rc = ops->claim_each(st, j->now - LOAD_BACK_S, j->now, keep_claim, j);
	if (rc == RDVD_OK)
		rc = ops->absence_each(st, j->now - LOAD_BACK_S, keep_absence, j);
	return rc;
}

static void load_done(struct store_job *job)
{
	((struct load_job *)job)->finished = 1;
}

/* The rows of one session or hold come one a counsellor: they are put together by name.
 */
static void put_claim(struct agenda *a, const struct territory *t,
		      const struct rdvd_claim *row)
{
	enum claim_kind kind = row->session && !row->hold ? CLAIM_SESSION : CLAIM_HOLD;
	uint64_t key = kind == CLAIM_SESSION ? (uint64_t)row->session : row->hold;
	int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, row->counsellor);
	const struct claim *there = agenda_claim_find(a, kind, key);
	struct claim c = {.kind = kind, .key = key, .start = row->start, .end = row->end};
	if (who == TERRITORY_NONE)
		return;
	if (there)
		c = *there;
	c.site =
		row->site ? territory_by_id(t, RDVD_DEF_SITE, row->site) : TERRITORY_NONE;
	c.service = row->service ? territory_by_id(t, RDVD_DEF_SERVICE, row->service)
				 : TERRITORY_NONE;
	c.capacity = row->capacity;
	c.seats = row->taken;
	c.expires = row->expires;
	c.of_session = kind == CLAIM_HOLD ? (uint64_t)row->session : 0;
	if (c.ncounsellors < RDVD_COUNSELLORS_MAX)
		c.counsellors[c.ncounsellors++] = who;
	agenda_claim_put(a, &c);
}

static int load_apply(struct booking *b, struct load_job *j)
{
	struct buf errors = BUF_INIT;
	b->territory = territory_from_definitions(j->defs, j->ndefs, &errors);
	if (!b->territory) {
		log_err("store: the territory kept there cannot be read: %s",
			buf_str(&errors));
		buf_fini(&errors);
		return -1;
	}
	buf_fini(&errors);
	b->agenda = agenda_new(b->territory, j->now);
	for (size_t i = 0; i < j->nclaims; i++)
		put_claim(b->agenda, b->territory, &j->claims[i]);
	for (size_t i = 0; i < j->nabsences; i++) {
		const struct rdvd_absence *x = &j->absences[i];
		int who =
			territory_by_id(b->territory, RDVD_DEF_COUNSELLOR, x->counsellor);
		if (who != TERRITORY_NONE)
			agenda_absence_put(b->agenda, x->id, who, x->start, x->end);
	}
	return 0;
}

/* An import that was decided before the program ended is carried through; one that was
 * not is forgotten. */
static enum rdvd_rc settle_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct load_job *j = (struct load_job *)job;
	size_t left = 0;
	return ops->draft_apply ? ops->draft_apply(st, SIZE_MAX, j->now, &left) : RDVD_OK;
}

static int settle_draft(struct booking *b)
{
	struct load_job *j = xcalloc(1, sizeof *j);
	j->job.run = settle_run;
	j->job.done = load_done;
	j->job.proves_nothing = 1;
	j->now = clock_now();
	int rc = -1;
	if (store_write(b->store, &j->job) == RDVD_OK) {
		while (!j->finished)
			loop_run_once(b->loop, 1000);
		if (j->job.rc == RDVD_OK)
			rc = 0;
		else
			log_err("store: an import that was decided could not be "
				"finished");
	}
	free(j);
	return rc;
}

int booking_load(struct booking *b)
{
	if (settle_draft(b) != 0)
		return -1;
	struct load_job *j = xcalloc(1, sizeof *j);
	j->job.run = load_run;
	j->job.done = load_done;
	j->now = clock_now();
	int rc = -1;
	if (store_read(b->store, &j->job) == RDVD_OK) {
		while (!j->finished)
			loop_run_once(b->loop, 1000);
		if (j->job.rc == RDVD_OK)
			rc = load_apply(b, j);
	}
	load_forget(j);
	free(j->defs);
	free(j->claims);
	free(j->absences);
	free(j);
	return rc;
}

/* ---- checking ---- */

struct check_job {
	struct load_job load;
	struct booking *b;
	struct buf problems;
	booking_check_cb *cb;
	void *arg;
};

static int note_problem(void *arg, const char *sentence)
{
	struct check_job *c = arg;
	buf_addf(&c->problems, "%s\n", sentence);
	return 0;
}

/* First, on a reader: what the store finds wrong with itself may take a while. */
static enum rdvd_rc examine_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct check_job *c = (struct check_job *)job;

	buf_clear(&c->problems);
	return ops->check(st, note_problem, c);
}

/* Bookings under way are in no store yet. */
static int copy_pending(void *arg, const struct claim *c)
{
	if (c->kind == CLAIM_PENDING)
		agenda_claim_put(arg, c);
	return 0;
}

static void check_end(struct check_job *c, enum rdvd_rc rc)
{
	c->b->checking = 0;
	c->cb(c->arg, rc, buf_str(&c->problems));
	load_forget(&c->load);
	free(c->load.defs);
	free(c->load.claims);
	free(c->load.absences);
	buf_fini(&c->problems);
	free(c);
}

static void compare_done(struct store_job *job)
{
	struct check_job *c = (struct check_job *)job;
	struct booking *b = c->b;
	enum rdvd_rc rc = job->rc;
	if (rc == RDVD_OK) {
		struct booking fresh = {.loop = b->loop};
		if (load_apply(&fresh, &c->load) == 0) {
			agenda_claims_each(b->agenda, copy_pending, fresh.agenda);
			agenda_compare(b->agenda, fresh.agenda, &c->problems);
		} else {
			rc = RDVD_FAILED;
		}
		agenda_free(fresh.agenda);
		territory_free(fresh.territory);
	}
	check_end(c, rc);
}

/* Then, in the writer, so that nothing is under way between what is compared. */
static void examine_done(struct store_job *job)
{
	struct check_job *c = (struct check_job *)job;
	if (job->rc != RDVD_OK) {
		check_end(c, job->rc);
		return;
	}
	c->load.job.run = load_run;
	c->load.job.done = compare_done;
	/* a clock that was set forward ends holds before their timer does */
	booking_tick_soon(c->b);
	c->load.now = clock_now();
	if (store_write(c->b->store, &c->load.job) != RDVD_OK)
		check_end(c, RDVD_BUSY);
}

void booking_check(struct booking *b, booking_check_cb *cb, void *arg)
{
	struct check_job *c = xcalloc(1, sizeof *c);
	*c = (struct check_job){.b = b, .cb = cb, .arg = arg};
	c->load.job.run = examine_run;
	c->load.job.done = examine_done;
	if (b->checking || store_read(b->store, &c->load.job) != RDVD_OK) {
		free(c);
		cb(arg, RDVD_BUSY, "");
		return;
	}
	b->checking = 1;
}
