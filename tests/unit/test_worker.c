/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worker.c - jobs go out and come back: each once, in order, run in the thread and
 * done in the loop; batches, the queue's bound, contexts that fail to open, and an end
 * that loses nothing. Gates (pipes) hold a thread where a test wants it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/worker.h"

#define PATIENCE_MS 60000

struct fixture {
	struct loop *loop;
	pid_t loop_thread;
	int gate[2]; /* a job that waits reads one byte */
	atomic_int at_gate;
	atomic_int opened, batches, largest_batch;
	atomic_int fail_open; /* the n-th open fails */
	int done;	      /* jobs come back; the loop's */
	int last_seq;	      /* of the last that came back */
	int in_order;
	struct worker *worker; /* for jobs that submit */
};

struct test_job {
	struct job job; /* first */
	struct fixture *f;
	int seq;
	int runs;
	int waits;    /* at the gate */
	int children; /* submitted by done */
	int seen_ctx;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->loop = loop_new();
	f->loop_thread = gettid();
	f->in_order = 1;
	f->last_seq = -1;
	*state = f;
	return f->loop && pipe(f->gate) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	loop_free(f->loop);
	close(f->gate[0]);
	close(f->gate[1]);
	free(f);
	return 0;
}

static void open_gate(struct fixture *f, int jobs)
{
	for (int i = 0; i < jobs; i++)
		assert_int_equal(write(f->gate[1], "x", 1), 1);
}

static void run(struct job *j, void *ctx)
{
	struct test_job *t = (struct test_job *)j;
	char c;

	if (gettid() == t->f->loop_thread)
		abort(); /* cmocka's asserts are for the main thread */
	if (t->waits)
		atomic_fetch_add(&t->f->at_gate, 1);
	if (t->waits && read(t->f->gate[0], &c, 1) != 1)
		abort();
	t->seen_ctx = *(int *)ctx;
	t->runs++;
}

static void done(struct job *j);

static struct test_job *new_job(struct fixture *f, int seq)
{
	struct test_job *t = xcalloc(1, sizeof(*t));

	t->job.run = run;
	t->job.done = done;
	t->f = f;
	t->seq = seq;
	return t;
}

static void done(struct job *j)
{
	struct test_job *t = (struct test_job *)j;
	struct fixture *f = t->f;

	assert_int_equal(gettid(), f->loop_thread);
	assert_int_equal(t->runs, 1);
	assert_int_equal(t->seen_ctx, 77);
	f->done++;
	if (t->seq <= f->last_seq)
		f->in_order = 0;
	f->last_seq = t->seq;
	for (int i = 0; i < t->children; i++)
		assert_int_equal(worker_submit(f->worker, &new_job(f, t->seq + 1)->job),
				 0);
	free(t);
}

static void *open_ctx(void *arg)
{
	struct fixture *f = arg;
	int *ctx;

	if (atomic_fetch_add(&f->opened, 1) + 1 == f->fail_open)
		return NULL;
	ctx = xmalloc(sizeof(*ctx));
	*ctx = 77;
	return ctx;
}

static void close_ctx(void *ctx)
{
	free(ctx);
}

static void run_batch(struct job *jobs, void *ctx)
{
	struct fixture *f = ((struct test_job *)jobs)->f;
	int n = 0;

	for (struct job *j = jobs; j; j = j->next) {
		j->run(j, ctx);
		n++;
	}
	atomic_fetch_add(&f->batches, 1);
	if (n > f->largest_batch)
		atomic_store(&f->largest_batch, n);
}

static const struct worker_ops one_by_one = {.open = open_ctx, .close = close_ctx};
static const struct worker_ops batched = {
	.open = open_ctx, .close = close_ctx, .batch = run_batch};

static void submit(struct fixture *f, struct worker *w, int seq)
{
	assert_int_equal(worker_submit(w, &new_job(f, seq)->job), 0);
}

static void run_until_done(struct fixture *f, int wanted)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

	while (f->done < wanted) {
		assert_true(clock_monotonic_ms() < deadline);
		loop_run_once(f->loop, 100);
	}
}

static void test_one_by_one(void **state)
{
	struct fixture *f = *state;
	struct worker *w = worker_new(f->loop, "test", 1, 1000, 1, &one_by_one, f);

	assert_non_null(w);
	assert_int_equal(worker_pending(w), 0);
	for (int i = 0; i < 500; i++)
		submit(f, w, i);
	assert_int_equal(worker_pending(w), 500);
	assert_int_equal(f->done, 0); /* never inside submit */
	run_until_done(f, 500);
	assert_int_equal(worker_pending(w), 0);
	assert_true(f->in_order);
	worker_free(w);
	assert_int_equal(f->done, 500);
	assert_int_equal(f->opened, 1);
}

/* While the first job is held, the others pile up and come as batches of at most the
 * bound. */
static void test_batches(void **state)
{
	struct fixture *f = *state;
	struct worker *w = worker_new(f->loop, "test", 1, 1000, 64, &batched, f);
	struct test_job *first = new_job(f, 0);

	assert_non_null(w);
	first->waits = 1;
	assert_int_equal(worker_submit(w, &first->job), 0);
	loop_run_once(f->loop, 0); /* hand it over alone */
	for (int i = 1; i <= 200; i++)
		submit(f, w, i);
	loop_run_once(f->loop, 0);
	open_gate(f, 1);
	run_until_done(f, 201);
	assert_true(f->in_order);
	assert_int_equal(f->largest_batch, 64);
	/* 1, then 64 + 64 + 64 + 8; the first may have been taken with some of the
	 * others. */
	assert_in_range(f->batches, 4, 5);
	worker_free(w);
}

static void test_queue_bound(void **state)
{
	struct fixture *f = *state;
	struct worker *w = worker_new(f->loop, "test", 1, 3, 1, &one_by_one, f);
	struct test_job *refused = new_job(f, 9);

	assert_non_null(w);
	for (int i = 0; i < 3; i++)
		submit(f, w, i);
	assert_int_equal(worker_submit(w, &refused->job), -1);
	assert_int_equal(worker_pending(w), 3);
	run_until_done(f, 3);
	assert_int_equal(worker_submit(w, &refused->job),
			 0); /* still the caller's until now */
	run_until_done(f, 4);
	worker_free(w);
}

static void test_several_threads(void **state)
{
	struct fixture *f = *state;
	struct worker *w = worker_new(f->loop, "test", 4, 10000, 1, &one_by_one, f);

	assert_non_null(w);
	assert_int_equal(f->opened, 4);
	/* Three threads are held; the fourth does the rest. */
	for (int i = 0; i < 3; i++) {
		struct test_job *t = new_job(f, i);

		t->waits = 1;
		assert_int_equal(worker_submit(w, &t->job), 0);
	}
	for (int i = 0; i < 1000; i++)
		submit(f, w, 10 + i);
	run_until_done(f, 1000);
	assert_int_equal(worker_pending(w), 3);
	open_gate(f, 3);
	run_until_done(f, 1003);
	worker_free(w);
}

/* worker_free runs what waits, and what done submits meanwhile. */
static void test_free_drains(void **state)
{
	struct fixture *f = *state;
	struct worker *w = worker_new(f->loop, "test", 2, 1000, 8, &batched, f);

	assert_non_null(w);
	f->worker = w;
	for (int i = 0; i < 100; i++) {
		struct test_job *t = new_job(f, i);

		t->children = i % 2;
		assert_int_equal(worker_submit(w, &t->job), 0);
	}
	worker_free(w);
	assert_int_equal(f->done, 150);
	worker_free(NULL);
}

static void test_open_fails(void **state)
{
	struct fixture *f = *state;

	f->fail_open = 2;
	assert_null(worker_new(f->loop, "test", 3, 10, 1, &one_by_one, f));
	assert_int_equal(f->opened, 3); /* and the two others were closed: no leak */
}

static void test_without_open(void **state)
{
	struct fixture *f = *state;
	static const struct worker_ops bare = {0};
	int ctx = 77;
	struct worker *w = worker_new(f->loop, "a name longer than the kernel's", 1, 10,
				      1, &bare, &ctx);

	assert_non_null(w);
	submit(f, w, 0);
	run_until_done(f, 1);
	worker_free(w);
}

static void note_idle(void *ctx)
{
	ssize_t n = write(*(int *)ctx, "i", 1);

	if (n != 1)
		abort();
}

static void run_nothing(struct job *j, void *ctx)
{
	((struct test_job *)j)->seen_ctx = 77;
	((struct test_job *)j)->runs++;
}

/* After work, and once: the second byte in the pipe comes with the second spell of work.
 */
static void test_idle(void **state)
{
	struct fixture *f = *state;
	static const struct worker_ops ops = {.idle = note_idle};
	struct worker *w = worker_new(f->loop, "test", 1, 10, 1, &ops, &f->gate[1]);
	char c;

	assert_non_null(w);
	for (int spell = 0; spell < 2; spell++) {
		struct test_job *t = new_job(f, spell);

		t->job.run = run_nothing;
		assert_int_equal(worker_submit(w, &t->job), 0);
		run_until_done(f, spell + 1);
		assert_int_equal(read(f->gate[0], &c, 1), 1);
		assert_int_equal(c, 'i');
	}
	worker_free(w);
	close(f->gate[1]);
	f->gate[1] = -1;
	assert_int_equal(read(f->gate[0], &c, 1), 0); /* no third */
}

/* A thread at rest is never late; one that is stuck in a job shows since when. */
static void test_last_tick(void **state)
{
	struct fixture *f = *state;
	struct worker *w = worker_new(f->loop, "test", 1, 10, 1, &one_by_one, f);
	struct test_job *held = new_job(f, 0);
	int64_t before = clock_monotonic_ms(), deadline = before + PATIENCE_MS;
	long long stuck_at;

	assert_true(worker_last_tick_ms(w) >= before);
	held->waits = 1;
	assert_int_equal(worker_submit(w, &held->job), 0);
	loop_run_once(f->loop, 0);
	while (!atomic_load(&f->at_gate))
		assert_true(clock_monotonic_ms() < deadline);
	/* The clock goes on and the tick does not. */
	do {
		assert_true(clock_monotonic_ms() < deadline);
		stuck_at = worker_last_tick_ms(w);
	} while (clock_monotonic_ms() - stuck_at < 3);
	assert_in_range(stuck_at, before, deadline);
	assert_int_equal(worker_last_tick_ms(w), stuck_at);
	open_gate(f, 1);
	run_until_done(f, 1);
	worker_free(w);
}

/* Many small rounds, so that sleeping, waking and ringing meet in every order. */
static void test_many_rounds(void **state)
{
	struct fixture *f = *state;
	struct worker *w = worker_new(f->loop, "test", 1, 4096, 256, &batched, f);
	int submitted = 0;

	assert_non_null(w);
	for (int round = 0; round < 3000; round++) {
		for (int i = 0; i < round % 7; i++)
			submit(f, w, submitted++);
		loop_run_once(f->loop, 0);
		if (round % 5 == 0)
			run_until_done(f, submitted);
	}
	run_until_done(f, submitted);
	assert_true(f->in_order);
	worker_free(w);
	assert_int_equal(f->done, submitted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_batches, setup, teardown),
		cmocka_unit_test_setup_teardown(test_queue_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_free_drains, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_last_tick, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_rounds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
