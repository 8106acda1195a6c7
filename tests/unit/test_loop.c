/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_loop.c - timers on both clocks, watches, signals and the bell. Nothing here waits
 * for longer than the few milliseconds that a timer was told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"

#define FROZEN_AT 1773990000
#define PATIENCE_MS 10000

static int setup(void **state)
{
	*state = loop_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	loop_free(*state);
	return 0;
}

static void count(void *arg)
{
	++*(int *)arg;
}

/* Run until *n is at least wanted; fail when it takes absurdly long. */
static void run_until(struct loop *l, const int *n, int wanted)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

	while (*n < wanted) {
		assert_true(clock_monotonic_ms() < deadline);
		loop_run_once(l, 100);
	}
}

static void test_timer_in(void **state)
{
	struct loop *l = *state;
	int fired = 0;
	struct loop_timer *t = loop_timer_new(l, count, &fired);
	int64_t start = clock_monotonic_us();

	loop_run_once(l, 0);
	assert_int_equal(fired, 0);
	loop_timer_in(t, 20);
	run_until(l, &fired, 1);
	assert_true(clock_monotonic_us() - start >= 15000);
	loop_run_once(l, 0);
	assert_int_equal(fired, 1); /* once */

	loop_timer_in(t, 0);
	loop_timer_stop(t);
	loop_run_once(l, 0);
	assert_int_equal(fired, 1);
	/* Armed again, the later order counts. */
	loop_timer_in(t, 3600 * 1000);
	loop_timer_in(t, 0);
	run_until(l, &fired, 2);
	loop_timer_now(t);
	loop_run_once(l, 0);
	assert_int_equal(fired, 3);
	loop_timer_free(t);
	loop_timer_free(NULL);
}

static void test_run_once_waits_no_longer(void **state)
{
	struct loop *l = *state;
	int64_t start = clock_monotonic_ms();

	loop_run_once(l, 30);
	assert_in_range(clock_monotonic_ms() - start, 25, PATIENCE_MS);
	start = clock_monotonic_ms();
	loop_run_once(l, 0);
	assert_true(clock_monotonic_ms() - start < PATIENCE_MS);
}

struct rearm {
	struct loop *l;
	struct loop_timer *t;
	int n;
};

static void rearm_three_times(void *arg)
{
	struct rearm *r = arg;

	if (++r->n < 3) {
		loop_timer_in(r->t, 0);
	} else {
		loop_timer_free(r->t); /* in its own call */
		r->t = NULL;
		loop_stop(r->l);
	}
}

static void test_rearm_and_free_inside(void **state)
{
	struct rearm r = {.l = *state};

	r.t = loop_timer_new(r.l, rearm_three_times, &r);
	loop_timer_in(r.t, 0);
	loop_run(r.l);
	assert_int_equal(r.n, 3);
	assert_null(r.t);
}

static void test_stop_before_run(void **state)
{
	loop_stop(*state);
	loop_run(*state); /* returns */
	loop_stop(*state);
	loop_run(*state);
}

static void test_running_clock(void **state)
{
	struct loop *l = *state;
	int past = 0, future = 0;
	struct loop_timer *a = loop_timer_new(l, count, &past);
	struct loop_timer *b = loop_timer_new(l, count, &future);

	loop_timer_at(a, clock_now());
	loop_timer_at(b, clock_now() + 3600);
	run_until(l, &past, 1);
	assert_int_equal(future, 0);
	loop_timer_at(b, clock_now() + 1);
	run_until(l, &future, 1);
	loop_timer_free(a);
	loop_timer_free(b);
}

static void test_frozen_clock(void **state)
{
	struct loop *l = *state;
	int past = 0, present = 0, future = 0;
	struct loop_timer *a, *b, *c;

	clock_freeze(FROZEN_AT);
	a = loop_timer_new(l, count, &past);
	b = loop_timer_new(l, count, &present);
	c = loop_timer_new(l, count, &future);
	loop_timer_at(a, FROZEN_AT - 5);
	loop_timer_at(b, FROZEN_AT);
	loop_timer_at(c, FROZEN_AT + 1);
	run_until(l, &past, 1);
	run_until(l, &present, 1);
	/* Not even armed: nothing is left that could wake the loop for it. */
	assert_int_equal(event_base_get_num_events(loop_base(l), EVENT_BASE_COUNT_ADDED),
			 0);
	assert_int_equal(future, 0);
	clock_freeze(FROZEN_AT + 1);
	loop_timer_at(c, FROZEN_AT + 1);
	run_until(l, &future, 1);
	loop_timer_free(a);
	loop_timer_free(b);
	loop_timer_free(c);
}

struct reader {
	int fd;
	int calls;
};

static void read_one(void *arg)
{
	struct reader *r = arg;
	char c;

	assert_int_equal(read(r->fd, &c, 1), 1);
	r->calls++;
}

static void test_watch(void **state)
{
	struct loop *l = *state;
	struct reader r = {0};
	struct loop_watch *w;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	r.fd = fds[0];
	w = loop_watch_new(l, fds[0], read_one, &r);
	assert_non_null(w);
	loop_run_once(l, 0);
	assert_int_equal(r.calls, 0);
	assert_int_equal(write(fds[1], "abc", 3), 3);
	run_until(l, &r.calls, 3); /* level-triggered: once for each byte left */
	loop_watch_free(w);
	assert_int_equal(write(fds[1], "d", 1), 1);
	loop_run_once(l, 0);
	assert_int_equal(r.calls, 3);
	loop_watch_free(NULL);
	close(fds[0]);
	close(fds[1]);
}

static void test_signal(void **state)
{
	struct loop *l = *state;
	int n = 0;
	struct loop_watch *w = loop_signal_new(l, SIGUSR1, count, &n);

	assert_non_null(w);
	raise(SIGUSR1);
	run_until(l, &n, 1);
	raise(SIGUSR1);
	run_until(l, &n, 2);
	loop_watch_free(w);
}

static void test_bell(void **state)
{
	struct loop *l = *state;
	int n = 0;
	struct loop_bell *b = loop_bell_new(l, count, &n);

	assert_non_null(b);
	loop_run_once(l, 0);
	assert_int_equal(n, 0);
	for (int i = 0; i < 1000; i++)
		loop_bell_ring(b);
	run_until(l, &n, 1);
	loop_run_once(l, 0);
	assert_int_equal(n, 1); /* a thousand rings, one call */
	loop_bell_ring(b);
	run_until(l, &n, 2);
	loop_bell_free(b);
	loop_bell_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_timer_in, setup, teardown),
		cmocka_unit_test_setup_teardown(test_run_once_waits_no_longer, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_rearm_and_free_inside, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_stop_before_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_running_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bell, setup, teardown),
		/* last: there is no thaw */
		cmocka_unit_test_setup_teardown(test_frozen_clock, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
