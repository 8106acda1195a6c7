/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loop.c - the event loop on libevent. Other threads reach it through a bell only: an
 * eventfd that is written when the bell was silent, so that a thousand rings before the
 * loop looks are one write. */
#include "base/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* How long a timer on the wall clock may sleep before it looks at the clock again. */
#define WALL_CHECK_MS 30000

struct loop {
	struct event_base *base; /* owned */
	struct event *limit;	 /* owned: ends loop_run_once */
	int stopped;
};

struct loop_timer {
	struct event *event; /* owned */
	loop_cb *cb;
	void *arg;
	rdvd_time at; /* with on_wall: not before this instant */
	int on_wall;
};

struct loop_watch {
	struct event *event; /* owned */
	loop_cb *cb;
	void *arg;
};

struct loop_bell {
	struct loop_watch *watch; /* owned */
	loop_cb *cb;
	void *arg;
	int fd;
	atomic_int rung;
};

static void on_limit(evutil_socket_t fd, short what, void *arg)
{
}

struct loop *loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof(*l));

	if (evthread_use_pthreads() == 0)
		l->base = event_base_new();
	if (l->base)
		l->limit = evtimer_new(l->base, on_limit, NULL);
	if (l->limit == NULL) {
		log_err("the event loop cannot start: %s", strerror(errno));
		loop_free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	if (l->limit)
		event_free(l->limit);
	if (l->base)
		event_base_free(l->base);
	free(l);
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

void loop_run(struct loop *l)
{
	while (!l->stopped) {
		if (event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0) {
			log_err("the event loop failed: %s", strerror(errno));
			break;
		}
	}
	l->stopped = 0;
}

static struct timeval interval(int64_t ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
}

void loop_run_once(struct loop *l, int timeout_ms)
{
	struct timeval tv = interval(timeout_ms);

	if (timeout_ms <= 0) {
		event_base_loop(l->base, EVLOOP_NONBLOCK);
		return;
	}
	event_add(l->limit, &tv);
	event_base_loop(l->base, EVLOOP_ONCE);
	event_del(l->limit);
}

void loop_stop(struct loop *l)
{
	/* Kept besides libevent's own mark, which a stop before the run would lose. */
	l->stopped = 1;
	event_base_loopbreak(l->base);
}

/* libevent fails an event only when memory is out. */
static struct event *checked(struct event *event)
{
	if (event == NULL) {
		log_err("out of memory: an event");
		abort();
	}
	return event;
}

static void arm(struct loop_timer *t, int64_t ms)
{
	struct timeval tv = interval(ms < 0 ? 0 : ms);

	event_add(t->event, &tv);
}

static void arm_wall(struct loop_timer *t)
{
	rdvd_time now = clock_now();

	if (t->at <= now)
		arm(t, 0);
	else if (!clock_is_frozen())
		arm(t, t->at - now < WALL_CHECK_MS / 1000 ? (t->at - now) * 1000
							  : WALL_CHECK_MS);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *t = arg;

	if (t->on_wall && clock_now() < t->at)
		arm_wall(t);
	else
		t->cb(t->arg); /* which may free t */
}

struct loop_timer *loop_timer_new(struct loop *l, loop_cb *cb, void *arg)
{
	struct loop_timer *t = xcalloc(1, sizeof(*t));

	t->cb = cb;
	t->arg = arg;
	t->event = checked(evtimer_new(l->base, on_timer, t));
	return t;
}

void loop_timer_free(struct loop_timer *t)
{
	if (t == NULL)
		return;
	event_free(t->event);
	free(t);
}

void loop_timer_in(struct loop_timer *t, int64_t ms)
{
	event_del(t->event);
	t->on_wall = 0;
	arm(t, ms);
}

void loop_timer_at(struct loop_timer *t, rdvd_time at)
{
	event_del(t->event);
	t->on_wall = 1;
	t->at = at;
	arm_wall(t);
}

void loop_timer_now(struct loop_timer *t)
{
	event_del(t->event);
	t->on_wall = 0;
	event_active(t->event, EV_TIMEOUT, 0);
}

void loop_timer_stop(struct loop_timer *t)
{
	event_del(t->event);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	w->cb(w->arg);
}

static struct loop_watch *watch_new(struct loop *l, int fd, short what, loop_cb *cb,
				    void *arg)
{
	struct loop_watch *w = xcalloc(1, sizeof(*w));

	w->cb = cb;
	w->arg = arg;
	w->event = checked(event_new(l->base, fd, what | EV_PERSIST, on_watch, w));
	if (event_add(w->event, NULL)) {
		log_err("%s %d cannot be watched: %s",
			what & EV_SIGNAL ? "signal" : "descriptor", fd, strerror(errno));
		loop_watch_free(w);
		return NULL;
	}
	return w;
}

struct loop_watch *loop_watch_new(struct loop *l, int fd, loop_cb *cb, void *arg)
{
	return watch_new(l, fd, EV_READ, cb, arg);
}

struct loop_watch *loop_signal_new(struct loop *l, int signo, loop_cb *cb, void *arg)
{
	return watch_new(l, signo, EV_SIGNAL, cb, arg);
}

void loop_watch_free(struct loop_watch *w)
{
	if (w == NULL)
		return;
	event_free(w->event);
	free(w);
}

static void on_bell(void *arg)
{
	struct loop_bell *b = arg;
	uint64_t rings;

	if (read(b->fd, &rings, sizeof(rings)) < 0 && errno != EAGAIN)
		log_err("a bell of the event loop cannot be read: %s", strerror(errno));
	/* Silent before cb looks: what is rung for from now on rings again. */
	atomic_exchange(&b->rung, 0);
	b->cb(b->arg);
}

struct loop_bell *loop_bell_new(struct loop *l, loop_cb *cb, void *arg)
{
	struct loop_bell *b = xcalloc(1, sizeof(*b));

	b->cb = cb;
	b->arg = arg;
	b->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (b->fd >= 0)
		b->watch = loop_watch_new(l, b->fd, on_bell, b);
	if (b->watch == NULL) {
		log_err("a bell of the event loop cannot be made: %s", strerror(errno));
		loop_bell_free(b);
		return NULL;
	}
	return b;
}

void loop_bell_ring(struct loop_bell *b)
{
	const uint64_t one = 1;

	if (atomic_exchange(&b->rung, 1))
		return;
	while (write(b->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void loop_bell_free(struct loop_bell *b)
{
	if (b == NULL)
		return;
	loop_watch_free(b->watch);
	if (b->fd >= 0)
		close(b->fd);
	free(b);
}
