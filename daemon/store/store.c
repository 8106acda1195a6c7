/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.c - the group-commit writer and the readers; see store.h. */
#include "store/store.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/plugin.h"

#define BATCH_MAX 256

struct store {
	const struct rdvd_store_ops *ops;
	const struct rdvd_host *host;
	struct worker *writer, *readers;
	char *instance; /* owned */
	uint64_t writes, reads;
	atomic_ullong batches, voided; /* counted in the writer's thread */
	atomic_int failing;	       /* the last write was not kept */
	int was_failing;	       /* as last logged; loop thread */
};

/* A handle and whose it is: the worker's context. */
struct handle {
	struct store *s;
	void *st;
};

static struct store_job *store_job_of(struct job *j)
{
	return (struct store_job *)((char *)j - offsetof(struct store_job, job));
}

static void *handle_open(struct store *s, int readonly)
{
	struct handle *h = xcalloc(1, sizeof *h);
	h->s = s;
	if (s->ops->open(s->host, readonly, &h->st) == RDVD_OK)
		return h;
	free(h);
	return NULL;
}

static void *writer_open(void *arg)
{
	struct store *s = arg;
	struct handle *h = handle_open(s, 0);
	if (h)
		s->instance = xstrdup(s->ops->instance(h->st));
	return h;
}

static void *reader_open(void *arg)
{
	return handle_open(arg, 1);
}

static void handle_close(void *ctx)
{
	struct handle *h = ctx;
	h->s->ops->close(h->st);
	free(h);
}

/* ---- the writer ---- */

/* Run one job in its savepoint. -1: the transaction is gone, nothing of the batch counts.
 */
static int run_in_savepoint(const struct handle *h, struct store_job *j)
{
	const struct rdvd_store_ops *ops = h->s->ops;
	if (ops->savepoint(h->st) != RDVD_OK)
		return -1;
	j->rc = j->run(ops, h->st, j);
	if (!ops->in_transaction(h->st))
		return -1;
	if (j->rc != RDVD_OK)
		ops->undo(h->st);
	else if (ops->release(h->st) != RDVD_OK)
		return -1;
	return ops->in_transaction(h->st) ? 0 : -1;
}

/* What a final answer says of whether the disk takes anything. A refusal says nothing. */
static void note_writing(struct store *s, const struct store_job *j)
{
	if (j->rc == RDVD_FAILED || j->rc == RDVD_UNCERTAIN)
		atomic_store(&s->failing, 1);
	else if (j->rc == RDVD_OK && !j->proves_nothing)
		atomic_store(&s->failing, 0);
}

static enum rdvd_rc commit(const struct handle *h)
{
	crash_point("before-commit");
	enum rdvd_rc rc = h->s->ops->commit(h->st);
	crash_point("after-commit");
	return rc;
}

/* A transaction for itself: the answer is final. */
static void run_alone(const struct handle *h, struct store_job *j)
{
	const struct rdvd_store_ops *ops = h->s->ops;
	j->rc = ops->begin(h->st);
	if (j->rc == RDVD_OK) {
		j->rc = j->run(ops, h->st, j);
		if (j->rc != RDVD_OK)
			ops->rollback(h->st);
		else if (!ops->in_transaction(h->st))
			j->rc = RDVD_FAILED;
		else
			j->rc = commit(h);
		if (ops->in_transaction(h->st))
			ops->rollback(h->st);
	}
	note_writing(h->s, j);
}

/* All the jobs in one transaction. 0 when it was committed; -1 when nothing of it counts.
 */
static int run_together(const struct handle *h, struct job *jobs)
{
	const struct rdvd_store_ops *ops = h->s->ops;
	if (ops->begin(h->st) != RDVD_OK)
		return -1;
	for (struct job *j = jobs; j; j = j->next)
		if (run_in_savepoint(h, store_job_of(j)) != 0) {
			ops->rollback(h->st);
			return -1;
		}
	enum rdvd_rc rc = commit(h);
	if (rc == RDVD_OK) {
		for (struct job *j = jobs; j; j = j->next)
			note_writing(h->s, store_job_of(j));
		return 0;
	}
	if (ops->in_transaction(h->st))
		ops->rollback(h->st);
	if (rc != RDVD_UNCERTAIN)
		return -1;
	/* it may have been kept: running again could do it twice */
	for (struct job *j = jobs; j; j = j->next)
		store_job_of(j)->rc = RDVD_UNCERTAIN;
	atomic_store(&h->s->failing, 1);
	return 0;
}

static void write_batch(struct job *jobs, void *ctx)
{
	const struct handle *h = ctx;
	atomic_fetch_add(&h->s->batches, 1);
	if (!jobs->next) {
		run_alone(h, store_job_of(jobs));
		return;
	}
	if (run_together(h, jobs) == 0)
		return;
	atomic_fetch_add(&h->s->voided, 1);
	for (struct job *j = jobs; j; j = j->next)
		run_alone(h, store_job_of(j));
}

static void write_one(struct job *j, void *ctx)
{
	run_alone(ctx, store_job_of(j));
}

static void writer_idle(void *ctx)
{
	const struct handle *h = ctx;
	h->s->ops->checkpoint(h->st);
}

static void read_one(struct job *job, void *ctx)
{
	const struct handle *h = ctx;
	struct store_job *j = store_job_of(job);
	j->rc = j->run(h->s->ops, h->st, j);
}

/* ---- the loop's side ---- */

/* One line when writing stops working, one when it works again. */
static void note_state(struct store *s)
{
	int failing = atomic_load(&s->failing);
	if (failing == s->was_failing)
		return;
	s->was_failing = failing;
	if (failing)
		log_err("store: nothing can be written; requests that write are answered "
			"503");
	else
		log_info("store: writing works again");
}

static void job_done(struct job *job)
{
	struct store_job *j = store_job_of(job);
	note_state(j->store);
	j->done(j);
}

static enum rdvd_rc submit(struct store *s, struct worker *w, struct store_job *j,
			   void (*run)(struct job *, void *))
{
	j->store = s;
	j->job.run = run;
	j->job.done = job_done;
	return worker_submit(w, &j->job) == 0 ? RDVD_OK : RDVD_BUSY;
}

enum rdvd_rc store_write(struct store *s, struct store_job *j)
{
	enum rdvd_rc rc = submit(s, s->writer, j, write_one);
	s->writes += rc == RDVD_OK;
	return rc;
}

enum rdvd_rc store_read(struct store *s, struct store_job *j)
{
	enum rdvd_rc rc = submit(s, s->readers, j, read_one);
	s->reads += rc == RDVD_OK;
	return rc;
}

struct store *store_open(struct loop *l, struct plugin *plugin,
			 const struct store_options *o)
{
	static const struct worker_ops writer = {.open = writer_open,
						 .close = handle_close,
						 .batch = write_batch,
						 .idle = writer_idle};
	static const struct worker_ops reader = {.open = reader_open,
						 .close = handle_close};
	struct store *s = xcalloc(1, sizeof *s);
	s->ops = plugin_description(plugin)->ops;
	s->host = plugin_host(plugin);
	s->writer = worker_new(l, "store", 1, o->queue_max, BATCH_MAX, &writer, s);
	if (s->writer)
		s->readers = worker_new(l, "reader", o->reader_threads, o->queue_max, 1,
					&reader, s);
	if (s->readers)
		return s;
	store_close(s);
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	worker_free(s->readers);
	worker_free(s->writer);
	free(s->instance);
	free(s);
}

struct store_counts store_counts(const struct store *s)
{
	return (struct store_counts){
		.writes = s->writes,
		.reads = s->reads,
		.batches = atomic_load(&((struct store *)s)->batches),
		.voided = atomic_load(&((struct store *)s)->voided),
		.waiting_writes = worker_pending(s->writer),
		.waiting_reads = worker_pending(s->readers),
	};
}

int store_is_writing(const struct store *s)
{
	return !atomic_load(&((struct store *)s)->failing);
}

long long store_tick_ms(const struct store *s)
{
	return worker_pending(s->writer) ? worker_last_tick_ms(s->writer)
					 : (long long)clock_monotonic_ms();
}

const char *store_instance(const struct store *s)
{
	return s->instance;
}
