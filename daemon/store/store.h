/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h - the asynchronous face of the store: a job asks one question or does one act,
 * off the loop.
 *
 * Writes go to one thread that takes all the jobs waiting, opens one transaction, runs
 * each in a savepoint so that a refusal undoes only itself, commits, and only then hands
 * them back: what was answered OK is on disk, and a hundred that came together cost one
 * fsync. When the transaction is lost on the way (a full disk ends it whole) or the
 * commit fails, nothing that the batch answered counts: each job is run again alone, and
 * those that still cannot be kept answer FAILED, or UNCERTAIN when only the commit's
 * answer was lost. Reads go to threads with handles of their own and never wait for
 * writes. */
#ifndef RDVD_STORE_STORE_H
#define RDVD_STORE_STORE_H

#include "base/worker.h"
#include "rdvd/store.h"

struct loop;
struct plugin;
struct store;

/* Embed it first, or find the outer struct by offset; base/worker.h says who owns it
 * when. */
struct store_job {
	struct job job; /* the worker's */
	/* In the store's thread; may be called twice (the second time alone), so it
	 * begins by clearing what it fills. Operations on st as include/rdvd/store.h
	 * says. Anything but OK is undone. */
	enum rdvd_rc (*run)(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *j);
	/* In the loop: rc is the answer; free the job. */
	void (*done)(struct store_job *j);
	enum rdvd_rc rc;
	/* It often has nothing to write (a look at what is due): that it is kept does not
	 * show that writing works. */
	int proves_nothing;
	struct store *store; /* set by submitting */
};

struct store_options {
	int reader_threads;
	size_t queue_max; /* jobs waiting, of each kind */
};

/* plugin is lent and must outlive the store. NULL: the store could not be opened
 * (logged). */
struct store *store_open(struct loop *l, struct plugin *plugin,
			 const struct store_options *o);
/* Waits for every job; their done is called. NULL is fine. */
void store_close(struct store *s);

/* OK: j->done will be called. BUSY: the queue is full, j is still the caller's. */
enum rdvd_rc store_write(struct store *s, struct store_job *j);
enum rdvd_rc store_read(struct store *s, struct store_job *j);

struct store_counts {
	uint64_t writes, batches, reads,
		voided; /* voided: batches that had to be run again singly */
	size_t waiting_writes, waiting_reads;
};
struct store_counts store_counts(const struct store *s);

/* 1 while the last write could be kept; 0 since one could not (the disk is full, say). */
int store_is_writing(const struct store *s);
/* Monotonic milliseconds at which the writer last finished something, or now when it has
 * nothing to do: for the watchdog. */
long long store_tick_ms(const struct store *s);
/* A random name made at the first opening, for calendar UIDs. */
const char *store_instance(const struct store *s);

#endif
