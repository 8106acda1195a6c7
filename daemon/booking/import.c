/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import.c - a territory file replaces what the store describes: what differs is told
 * line by line, what is no longer there is retired and kept for the past, and no
 * appointment is touched: those that would no longer lie in an opening are counted and
 * said. One transaction; the agenda serves it before the answer. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "booking/impl.h"

struct wanted { /* one definition of the file */
	enum rdvd_definition_kind kind;
	char *slug, *body; /* owned */
	rdvd_id id;	   /* found in the store */
	int same;
};

struct import_job {
	struct store_job job;
	struct booking *b;
	struct wanted *wanted; /* owned */
	size_t n, cap;
	rdvd_id *retire; /* owned */
	size_t nretire, retire_cap;
	struct rdvd_definition
		*all; /* what the store holds afterwards; owned with strings */
	size_t nall, all_cap;
	int dry_run;
	rdvd_time now;
	struct booking_import result;
	struct buf text, errors;
	char *name, *bytes; /* owned: the file */
	size_t nbytes;
	/* made beside the loop once the store has the new definitions */
	struct territory *next;
	struct agenda *fresh;
	struct agenda_copy *copy;
	booking_import_cb *cb;
	void *arg;
};

static const char *const kind_words[] = {
	[RDVD_DEF_NETWORK] = "network", [RDVD_DEF_ORGANISATION] = "organisation",
	[RDVD_DEF_SITE] = "site",	[RDVD_DEF_COUNSELLOR] = "counsellor",
	[RDVD_DEF_SERVICE] = "service", [RDVD_DEF_OPENING] = "opening",
	[RDVD_DEF_CLOSURE] = "closure",
};

static void forget_all(struct import_job *j)
{
	for (size_t i = 0; i < j->nall; i++) {
		free((char *)j->all[i].slug);
		free((char *)j->all[i].body);
	}
	j->nall = 0;
}

static void import_free(struct import_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->wanted[i].slug);
		free(j->wanted[i].body);
	}
	free(j->wanted);
	free(j->retire);
	forget_all(j);
	free(j->all);
	free(j->name);
	free(j->bytes);
	agenda_copy_free(j->copy);
	buf_fini(&j->text);
	buf_fini(&j->errors);
	free(j);
}

static void answer(struct import_job *j, enum rdvd_rc rc)
{
	j->b->importing = 0;
	j->result.text = buf_str(&j->text);
	j->result.errors = buf_str(&j->errors);
	j->cb(j->arg, rc, &j->result);
	import_free(j);
}

static int want(void *arg, const struct rdvd_definition *d)
{
	struct import_job *j = arg;
	VEC_GROW(j->wanted, j->n, j->cap);
	j->wanted[j->n++] = (struct wanted){
		.kind = d->kind, .slug = xstrdup(d->slug), .body = xstrdup(d->body)};
	return 0;
}

static int wanted_compare(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;
	return x->kind != y->kind ? (int)x->kind - (int)y->kind
				  : strcmp(x->slug, y->slug);
}

/* ---- in the store's thread ---- */

static int compare_one(void *arg, const struct rdvd_definition *d)
{
	struct import_job *j = arg;
	struct wanted key = {.kind = d->kind, .slug = (char *)d->slug};
	struct wanted *w =
		j->n ? bsearch(&key, j->wanted, j->n, sizeof key, wanted_compare) : NULL;
	if (w) {
		w->id = d->id;
		w->same = !d->retired && strcmp(w->body, d->body) == 0;
		return 0;
	}
	if (d->retired)
		return 0;
	if (d->kind == RDVD_DEF_NETWORK) {
		buf_addf(&j->errors,
			 "this installation serves the network \"%s\": the file "
			 "describes another one; "
			 "start rdvd on an empty folder for it\n",
			 d->slug);
		return 0;
	}
	VEC_GROW(j->retire, j->nretire, j->retire_cap);
	j->retire[j->nretire++] = d->id;
	buf_addf(&j->text, "- %s %s\n", kind_words[d->kind], d->slug);
	return 0;
}

static int keep_all(void *arg, const struct rdvd_definition *d)
{
	struct import_job *j = arg;
	VEC_GROW(j->all, j->nall, j->all_cap);
	j->all[j->nall] = *d;
	j->all[j->nall].slug = xstrdup(d->slug);
	j->all[j->nall++].body = xstrdup(d->body);
	return 0;
}

static enum rdvd_rc import_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct import_job *j = (struct import_job *)job;
	j->result = (struct booking_import){.created = 0};
	j->nretire = 0;
	forget_all(j);
	buf_clear(&j->text);
	buf_clear(&j->errors);
	for (size_t i = 0; i < j->n; i++)
		j->wanted[i].id = j->wanted[i].same = 0;
	enum rdvd_rc rc = ops->definition_each(st, compare_one, j);
	if (rc == RDVD_OK && j->errors.len > 0)
		rc = RDVD_INVALID;
	for (size_t i = 0; i < j->n && rc == RDVD_OK; i++) {
		struct wanted *w = &j->wanted[i];
		if (w->same) {
			j->result.unchanged++;
			continue;
		}
		buf_addf(&j->text, "%c %s %s\n", w->id ? '~' : '+', kind_words[w->kind],
			 w->slug);
		j->result.changed += w->id != 0;
		j->result.created += w->id == 0;
		rc = ops->definition_put(st, w->kind, w->slug, w->body, j->now, &w->id);
	}
	for (size_t i = 0; i < j->nretire && rc == RDVD_OK; i++)
		rc = ops->definition_retire(st, j->retire[i], j->now);
	j->result.retired = j->nretire;
	if (rc == RDVD_OK)
		rc = ops->definition_each(st, keep_all, j);
	/* a dry run goes all the way, and what is not OK is undone */
	return rc == RDVD_OK && j->dry_run ? RDVD_STALE : rc;
}

/* ---- back in the loop ---- */

struct outside_count {
	const struct agenda *agenda;
	const struct territory *t;
	rdvd_time now;
	size_t n;
	struct buf *text;
};

static int count_outside(void *arg, const struct claim *c)
{
	struct outside_count *o = arg;
	if (c->kind != CLAIM_SESSION || c->start <= o->now || c->site == TERRITORY_NONE ||
	    c->service == TERRITORY_NONE)
		return 0;
	struct agenda_ask ask = {.service = c->service,
				 .site = c->site,
				 .start = c->start,
				 .now = o->now,
				 .staff = 1,
				 .but_session = c->key};
	struct agenda_answer unused;
	enum agenda_verdict v = agenda_ask(o->agenda, &ask, &unused);
	if (v != AGENDA_NOT_A_SLOT && v != AGENDA_CLOSED)
		return 0;
	const struct site *s = &o->t->sites[c->site];
	char civil[17];
	civil_time_format(zone_to_civil(s->zone, c->start), civil);
	buf_addf(o->text, "! appointment at %s, %s: outside openings now, kept\n",
		 s->slug, civil);
	o->n++;
	return 0;
}

/* ---- the territory before it ---- */

/* Jobs that wait for the store, or are in it, hold strings of the territory they were
 * made with. The store does its writes in order, so that a job which does nothing says
 * when the last of them is done. */
struct old_territory {
	struct store_job fence;
	struct territory *t;
	struct old_territory *next;
};

static enum rdvd_rc fence_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	(void)ops;
	(void)st;
	(void)job;
	return RDVD_OK;
}

static void fence_done(struct store_job *job)
{
	struct old_territory *o = (struct old_territory *)job;
	territory_free(o->t);
	free(o);
}

static void fence(struct booking *b, struct old_territory *o)
{
	if (store_write(b->store, &o->fence) == RDVD_OK)
		return;
	o->next = b->old;
	b->old = o;
}

void territory_retire(struct booking *b, struct territory *t)
{
	struct old_territory *o = xcalloc(1, sizeof *o);
	o->fence.run = fence_run;
	o->fence.done = fence_done;
	o->fence.proves_nothing = 1;
	o->t = t;
	fence(b, o);
}

void territories_retire_again(struct booking *b)
{
	struct old_territory *list = b->old;
	b->old = NULL;
	while (list) {
		struct old_territory *o = list;
		list = o->next;
		fence(b, o);
	}
}

void territories_free(struct booking *b)
{
	while (b->old) {
		struct old_territory *o = b->old;
		b->old = o->next;
		fence_done(&o->fence);
	}
}

/* ---- serving the new one ---- */

/* In a reader's thread: the territory as it stands after the import, and its agenda. */
static enum rdvd_rc build_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct import_job *j = (struct import_job *)job;
	(void)ops;
	(void)st;
	j->next = territory_from_definitions(j->all, j->nall, &j->errors);
	if (!j->next)
		return RDVD_FAILED;
	j->fresh = agenda_of_copy(j->copy, j->next);
	return RDVD_OK;
}

/* Back in the loop: people have booked meanwhile. */
static void serve(struct import_job *j)
{
	struct booking *b = j->b;
	agenda_catch_up(b, j->copy, j->next, j->fresh);
	struct outside_count o = {j->fresh, j->next, j->now, 0, &j->text};
	agenda_claims_each(j->fresh, count_outside, &o);
	j->result.outside = o.n;
	if (j->dry_run) {
		agenda_free(j->fresh);
		territory_free(j->next);
		return;
	}
	agenda_free(b->agenda);
	territory_retire(b, b->territory);
	b->agenda = j->fresh;
	b->territory = j->next;
	booking_time_freed(b);
	log_info("territory imported: %zu created, %zu changed, %zu retired",
		 j->result.created, j->result.changed, j->result.retired);
}

static void build_done(struct store_job *job)
{
	struct import_job *j = (struct import_job *)job;
	if (job->rc == RDVD_OK)
		serve(j);
	else
		log_err("import: the store's definitions cannot be read back: %s",
			buf_str(&j->errors));
	answer(j, job->rc);
}

static void import_done(struct store_job *job)
{
	struct import_job *j = (struct import_job *)job;
	enum rdvd_rc rc = job->rc == RDVD_STALE && j->dry_run ? RDVD_OK : job->rc;
	if (rc != RDVD_OK ||
	    j->result.created + j->result.changed + j->result.retired == 0) {
		answer(j, rc);
		return;
	}
	j->copy = agenda_copy_new(j->b, j->now);
	j->job.run = build_run;
	j->job.done = build_done;
	if (store_read(j->b->store, &j->job) == RDVD_OK)
		return;
	/* the store has it: what it describes must be served, even if all wait for it */
	job->rc = build_run(NULL, NULL, job);
	build_done(job);
}

/* ---- the file ---- */

/* In a reader's thread. */
static enum rdvd_rc parse_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct import_job *j = (struct import_job *)job;
	(void)ops;
	(void)st;
	struct territory *file =
		territory_parse(j->name, j->bytes, j->nbytes, &j->errors);
	if (!file)
		return RDVD_INVALID;
	territory_free(file);
	json_t *root = json_loadb(j->bytes, j->nbytes, 0, NULL);
	territory_each_definition(root, want, j);
	json_decref(root);
	qsort(j->wanted, j->n, sizeof *j->wanted, wanted_compare);
	return RDVD_OK;
}

static void parse_done(struct store_job *job)
{
	struct import_job *j = (struct import_job *)job;
	enum rdvd_rc rc = job->rc;
	j->job.run = import_run;
	j->job.done = import_done;
	if (rc == RDVD_OK)
		rc = store_write(j->b->store, &j->job);
	if (rc != RDVD_OK)
		answer(j, rc);
}

void booking_import(struct booking *b, const char *name, const char *bytes, size_t n,
		    int dry_run, const char *actor, booking_import_cb *cb, void *arg)
{
	struct import_job *j = xcalloc(1, sizeof *j);
	*j = (struct import_job){
		.b = b, .dry_run = dry_run, .now = clock_now(), .cb = cb, .arg = arg};
	(void)actor;
	if (b->importing) {
		buf_addlit(&j->errors,
			   "another import is under way: try again in a moment\n");
		j->result.text = "";
		j->result.errors = buf_str(&j->errors);
		cb(arg, RDVD_BUSY, &j->result);
		import_free(j);
		return;
	}
	b->importing = 1;
	j->name = xstrdup(name);
	j->bytes = xmalloc(n + 1);
	memcpy(j->bytes, bytes, n);
	j->nbytes = n;
	j->job.run = parse_run;
	j->job.done = parse_done;
	enum rdvd_rc rc = store_read(b->store, &j->job);
	if (rc != RDVD_OK)
		answer(j, rc);
}
