/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loop.h - the event loop (libevent): timers, signals, watched descriptors. Everything
 * here runs in the loop's thread. Timers are re-armed at most 30 s ahead against the wall
 * clock, because libevent's are monotonic and due times are not. */
#ifndef RDVD_BASE_LOOP_H
#define RDVD_BASE_LOOP_H

#include <stdint.h>

#include "rdvd/types.h"

struct event_base;
struct loop;
struct loop_timer;
struct loop_watch;

typedef void loop_cb(void *arg);

struct loop *loop_new(void);
void loop_free(struct loop *l);
/* Run until loop_stop. */
void loop_run(struct loop *l);
/* Let the events that are ready run, wait at most timeout_ms for one, return. */
void loop_run_once(struct loop *l, int timeout_ms);
void loop_stop(struct loop *l);
/* libevent's own handle, lent: for http/, which drives libmicrohttpd with it. */
struct event_base *loop_base(struct loop *l);

/* A one-shot timer, not armed. cb may re-arm or free it. */
struct loop_timer *loop_timer_new(struct loop *l, loop_cb *cb, void *arg);
void loop_timer_free(struct loop_timer *t);
/* Fire after ms of monotonic time. */
void loop_timer_in(struct loop_timer *t, int64_t ms);
/* Fire when clock_now() >= at; checked at least every 30 s, so that a stepped clock is
 * seen. With a frozen clock a future instant never fires and a past one fires at once. */
void loop_timer_at(struct loop_timer *t, rdvd_time at);
/* Fire in this round of the loop, after the events that are already due. */
void loop_timer_now(struct loop_timer *t);
void loop_timer_stop(struct loop_timer *t);

/* Call cb whenever fd is readable (level-triggered), until freed. */
struct loop_watch *loop_watch_new(struct loop *l, int fd, loop_cb *cb, void *arg);
void loop_watch_free(struct loop_watch *w);
/* Call cb in the loop when the signal comes. */
struct loop_watch *loop_signal_new(struct loop *l, int signo, loop_cb *cb, void *arg);

/* A doorbell: loop_bell_ring may be called from any thread; cb then runs once or more in
 * the loop. */
struct loop_bell;
struct loop_bell *loop_bell_new(struct loop *l, loop_cb *cb, void *arg);
void loop_bell_ring(struct loop_bell *b);
void loop_bell_free(struct loop_bell *b);

#endif
