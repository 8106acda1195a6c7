/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worker.c - the hand-over between the loop and the threads that may block. A job walks a
 * circle of four lists, and each step moves whole lists:
 *
 *   worker_submit -> fresh (the loop's, no lock) -> in (lock 1) -> the thread -> out
 * (lock 2) -> done
 *
 * fresh is emptied into in at the end of the loop's round: a burst of requests costs one
 * lock and one wake-up, and a batching worker finds the burst whole. A thread is
 * signalled only when one sleeps; the loop's bell is rung only when out was empty. There
 * is no other lock in the program. */
#include "base/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"

#define IDLE_AFTER_MS 100
#define THREAD_NAME_SIZE 16 /* the kernel's */

struct job_list {
	struct job *head;
	struct job **tail; /* where the next goes; NULL when empty */
};

struct thread {
	struct worker *worker;
	void *ctx;
	pthread_t id;
	int opened;	      /* 1 open, -1 failed; under in_lock */
	atomic_llong tick_ms; /* when it took or finished work; 0 at rest */
};

/* Jobs of one round after which the thread is not left waiting for the round's end. */
#define HAND_OVER_AT 8

struct worker {
	/* The loop's. */
	const struct worker_ops *ops;
	void *arg;
	char name[THREAD_NAME_SIZE];
	struct loop_bell *bell;	  /* owned */
	struct loop_timer *flush; /* owned */
	struct job_list fresh;
	size_t nfresh;
	size_t pending;
	size_t queue_max, max_batch;
	struct thread *threads; /* owned */
	int nthreads;
	int nstarted;

	/* To the threads. */
	pthread_mutex_t in_lock;
	pthread_cond_t in_more;	  /* a job, or stop */
	pthread_cond_t in_opened; /* a thread has opened */
	struct job_list in;
	size_t nin;
	int sleeping; /* threads to wake; may be too many, never too few */
	int stop;

	/* From the threads. */
	pthread_mutex_t out_lock;
	pthread_cond_t out_more; /* for worker_free */
	struct job_list out;
};

static void list_add(struct job_list *l, struct job *first, struct job **last_next)
{
	if (l->tail)
		*l->tail = first;
	else
		l->head = first;
	l->tail = last_next;
}

static struct job *list_take_all(struct job_list *l)
{
	struct job *jobs = l->head;

	*l = (struct job_list){NULL, NULL};
	return jobs;
}

/* The first jobs of the queue, at most max. */
static struct job *take_jobs(struct worker *w, size_t max)
{
	struct job *jobs = w->in.head, *last = jobs;
	size_t n = 1;

	if (w->nin <= max) {
		w->nin = 0;
		return list_take_all(&w->in);
	}
	while (n < max) {
		last = last->next;
		n++;
	}
	w->in.head = last->next;
	w->nin -= n;
	last->next = NULL;
	return jobs;
}

static void tick(struct thread *t)
{
	atomic_store_explicit(&t->tick_ms, clock_monotonic_ms(), memory_order_relaxed);
}

static void rest(struct thread *t)
{
	atomic_store_explicit(&t->tick_ms, 0, memory_order_relaxed);
}

static void reply(struct worker *w, struct job *jobs)
{
	struct job *last = jobs;
	int was_empty;

	while (last->next)
		last = last->next;
	pthread_mutex_lock(&w->out_lock);
	was_empty = w->out.head == NULL;
	list_add(&w->out, jobs, &last->next);
	pthread_mutex_unlock(&w->out_lock);
	if (was_empty) {
		loop_bell_ring(w->bell);
		pthread_cond_signal(&w->out_more);
	}
}

/* Sleep until signalled or, with limited, for the time after which a thread is idle.
 * in_lock is held. */
static int sleep_for_more(struct worker *w, int limited)
{
	struct timespec until;
	int64_t until_us;

	if (w->sleeping < w->nthreads)
		w->sleeping++;
	if (!limited)
		return pthread_cond_wait(&w->in_more, &w->in_lock);
	until_us = clock_monotonic_us() + IDLE_AFTER_MS * 1000;
	until.tv_sec = until_us / 1000000;
	until.tv_nsec = until_us % 1000000 * 1000;
	return pthread_cond_timedwait(&w->in_more, &w->in_lock, &until);
}

/* The next jobs for the thread, or NULL when it is to end. */
static struct job *wait_for_jobs(struct thread *t, int *idled)
{
	struct worker *w = t->worker;
	struct job *jobs = NULL;

	pthread_mutex_lock(&w->in_lock);
	while (w->in.head == NULL && !w->stop) {
		int due = w->ops->idle && !*idled;

		rest(t);
		if (sleep_for_more(w, due) != ETIMEDOUT || w->in.head || w->stop)
			continue;
		*idled = 1;
		pthread_mutex_unlock(&w->in_lock);
		tick(t);
		w->ops->idle(t->ctx);
		pthread_mutex_lock(&w->in_lock);
	}
	if (w->in.head) {
		jobs = take_jobs(w, w->ops->batch ? w->max_batch : 1);
		*idled = 0;
		tick(t);
	}
	pthread_mutex_unlock(&w->in_lock);
	return jobs;
}

static int open_context(struct thread *t)
{
	struct worker *w = t->worker;
	void *ctx = w->ops->open ? w->ops->open(w->arg) : w->arg;
	int opened = w->ops->open == NULL || ctx ? 1 : -1;

	t->ctx = ctx;
	pthread_mutex_lock(&w->in_lock);
	t->opened = opened;
	pthread_cond_signal(&w->in_opened);
	pthread_mutex_unlock(&w->in_lock);
	return opened;
}

static void *thread_main(void *arg)
{
	struct thread *t = arg;
	struct worker *w = t->worker;
	struct job *jobs;
	int idled = 1; /* nothing to tidy before the first job */

	if (open_context(t) < 0)
		return NULL;
	while ((jobs = wait_for_jobs(t, &idled)) != NULL) {
		if (w->ops->batch)
			w->ops->batch(jobs, t->ctx);
		else
			jobs->run(jobs, t->ctx);
		tick(t);
		reply(w, jobs);
	}
	if (w->ops->close)
		w->ops->close(t->ctx);
	return NULL;
}

static void hand_over(void *arg)
{
	struct worker *w = arg;
	int wake = 0;

	if (w->fresh.head == NULL)
		return;
	pthread_mutex_lock(&w->in_lock);
	list_add(&w->in, w->fresh.head, w->fresh.tail);
	w->nin += w->nfresh;
	while (w->sleeping > 0 && (size_t)wake < w->nfresh) {
		w->sleeping--;
		wake++;
	}
	pthread_mutex_unlock(&w->in_lock);
	w->fresh = (struct job_list){NULL, NULL};
	w->nfresh = 0;
	while (wake-- > 0)
		pthread_cond_signal(&w->in_more);
}

int worker_submit(struct worker *w, struct job *j)
{
	if (w->pending >= w->queue_max)
		return -1;
	j->next = NULL;
	list_add(&w->fresh, j, &j->next);
	w->pending++;
	if (w->nfresh++ == 0)
		loop_timer_now(w->flush);
	if (w->nfresh == HAND_OVER_AT)
		hand_over(w); /* a long round: let the thread work beside it */
	return 0;
}

size_t worker_pending(const struct worker *w)
{
	return w->pending;
}

static void finish(struct worker *w, struct job *jobs)
{
	while (jobs) {
		struct job *next = jobs->next; /* done frees the job */

		w->pending--;
		jobs->done(jobs);
		jobs = next;
	}
}

static void on_replies(void *arg)
{
	struct worker *w = arg;
	struct job *jobs;

	pthread_mutex_lock(&w->out_lock);
	jobs = list_take_all(&w->out);
	pthread_mutex_unlock(&w->out_lock);
	finish(w, jobs);
}

long long worker_last_tick_ms(const struct worker *w)
{
	long long oldest = clock_monotonic_ms();

	for (int i = 0; i < w->nthreads; i++) {
		long long at = atomic_load_explicit(&w->threads[i].tick_ms,
						    memory_order_relaxed);

		if (at && at < oldest)
			oldest = at;
	}
	return oldest;
}

/* Start the threads with every signal blocked, so that the loop's thread gets them all.
 */
static int start_threads(struct worker *w)
{
	sigset_t all, before;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (w->nstarted < w->nthreads && rc == 0) {
		struct thread *t = &w->threads[w->nstarted];

		t->worker = w;
		rc = pthread_create(&t->id, NULL, thread_main, t);
		if (rc == 0) {
			pthread_setname_np(t->id, w->name);
			w->nstarted++;
		}
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc) {
		log_err("a thread of the %s worker cannot be started: %s", w->name,
			strerror(rc));
		return -1;
	}
	return 0;
}

static int wait_until_open(struct worker *w)
{
	int rc = 0;

	pthread_mutex_lock(&w->in_lock);
	for (int i = 0; i < w->nthreads; i++) {
		while (w->threads[i].opened == 0)
			pthread_cond_wait(&w->in_opened, &w->in_lock);
		if (w->threads[i].opened < 0)
			rc = -1;
	}
	pthread_mutex_unlock(&w->in_lock);
	return rc;
}

static void init_locks(struct worker *w)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&w->in_lock, NULL);
	pthread_mutex_init(&w->out_lock, NULL);
	pthread_cond_init(&w->in_more, &monotonic);
	pthread_cond_init(&w->in_opened, NULL);
	pthread_cond_init(&w->out_more, NULL);
	pthread_condattr_destroy(&monotonic);
}

struct worker *worker_new(struct loop *l, const char *name, int nthreads,
			  size_t queue_max, size_t max_batch,
			  const struct worker_ops *ops, void *arg)
{
	struct worker *w = xcalloc(1, sizeof(*w));

	w->ops = ops;
	w->arg = arg;
	w->queue_max = queue_max;
	w->max_batch = max_batch ? max_batch : 1;
	snprintf(w->name, sizeof(w->name), "%s", name);
	w->nthreads = nthreads;
	w->threads = xcalloc((size_t)nthreads, sizeof(*w->threads));
	init_locks(w);
	w->flush = loop_timer_new(l, hand_over, w);
	w->bell = loop_bell_new(l, on_replies, w);
	if (w->bell == NULL || start_threads(w) || wait_until_open(w)) {
		worker_free(w);
		return NULL;
	}
	return w;
}

/* A done may submit another job, so that the lists are emptied until none is left. */
static void drain(struct worker *w)
{
	while (w->pending > 0) {
		struct job *jobs;

		hand_over(w);
		pthread_mutex_lock(&w->out_lock);
		while (w->out.head == NULL)
			pthread_cond_wait(&w->out_more, &w->out_lock);
		jobs = list_take_all(&w->out);
		pthread_mutex_unlock(&w->out_lock);
		finish(w, jobs);
	}
}

void worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	drain(w);
	pthread_mutex_lock(&w->in_lock);
	w->stop = 1;
	pthread_cond_broadcast(&w->in_more);
	pthread_mutex_unlock(&w->in_lock);
	for (int i = 0; i < w->nstarted; i++)
		pthread_join(w->threads[i].id, NULL);
	loop_timer_free(w->flush);
	loop_bell_free(w->bell);
	pthread_cond_destroy(&w->in_more);
	pthread_cond_destroy(&w->in_opened);
	pthread_cond_destroy(&w->out_more);
	pthread_mutex_destroy(&w->in_lock);
	pthread_mutex_destroy(&w->out_lock);
	free(w->threads);
	free(w);
}
