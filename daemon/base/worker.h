/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worker.h - threads that may block, so that the loop never does. A job belongs to one
 * thread at a time: before worker_submit and from done on it is the loop's; in between it
 * is the worker's. The only file with pthread_ in it is worker.c. */
#ifndef RDVD_BASE_WORKER_H
#define RDVD_BASE_WORKER_H

#include <stddef.h>

struct loop;
struct worker;

struct job {
	void (*run)(struct job *j, void *ctx); /* in the worker; ctx is the worker's */
	void (*done)(struct job *j);	       /* in the loop; frees the job */
	struct job *next;		       /* the queues' */
};

struct worker_ops {
	/* In the thread, before the first job: return the context handed to run, or NULL
	 * for failure (worker_new then fails). May be NULL. */
	void *(*open)(void *arg);
	/* In the thread, after the last job. */
	void (*close)(void *ctx);
	/* In the thread: take all the jobs that were waiting (a list by next, at most
	 * max_batch), run each, and leave next alone; replaces the one-by-one loop. May
	 * be NULL. */
	void (*batch)(struct job *jobs, void *ctx);
	/* In the thread, once after each spell of work, when no job has come for 100 ms:
	 * idle work such as a checkpoint. A job that comes meanwhile waits for it. May be
	 * NULL. */
	void (*idle)(void *ctx);
};

/* nthreads share one queue (each has its own context, or arg when there is no open). At
 * most queue_max jobs are submitted and not yet done. Returns NULL when open failed in
 * any of them (it logged), or when a thread cannot be started (logged). Signals stay with
 * the loop's thread. Loop thread. */
struct worker *worker_new(struct loop *l, const char *name, int nthreads,
			  size_t queue_max, size_t max_batch,
			  const struct worker_ops *ops, void *arg);
/* 0, or -1 when the queue is full: the job is still the caller's. The jobs submitted in
 * one round of the loop are handed over in order, eight at a time and the rest at its
 * end. Loop thread. */
int worker_submit(struct worker *w, struct job *j);
/* Jobs submitted whose done has not been called. Loop thread. */
size_t worker_pending(const struct worker *w);
/* Wait until every job is run and done was called for each (dones run inside), stop the
 * threads, free. Loop thread. NULL is fine. */
void worker_free(struct worker *w);
/* Monotonic milliseconds at which the thread last took or finished work; the oldest of
 * several that are at work, and the present when all are at rest: for the watchdog. Any
 * thread. */
long long worker_last_tick_ms(const struct worker *w);

#endif
