/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive_poll.c - gateways that do not call back are asked, each in a thread of its own
 * with a handle of its own, so that a provider that is slow to tell holds up nobody. One
 * round: ask; keep each event that came; settle in the thread those that are on disk, so
 * that they do not come again; wait. A gateway that cannot be asked is asked less and
 * less often, and the log says so once. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/worker.h"
#include "message/receive_impl.h"

#define POLL_TIMEOUT_MS 10000
#define POLL_SECONDS 60
#define SLOWEST_S (15 * 60)

struct poller {
	struct source *source; /* its gateway */
	struct worker *worker; /* owned */
	struct worker_ops work;
	struct loop_timer *timer; /* owned */
	int poll_seconds;
	int failures; /* in a row */
	int under_way, polled, stopped;
};

/* What is not one of the events that we know. */
struct odd {
	char *text, *ack; /* owned */
};

/* One round: first the thread's, then the store's, then the thread's again. */
struct poll {
	struct job job;
	struct poller *p;
	rdvd_time now;
	enum rdvd_rc rc;
	struct heard_list heard;
	struct odd *odds; /* owned */
	size_t nodds, odds_cap;
	size_t waiting; /* for the store */
	char **acks;	/* owned: of what is on disk */
	size_t nacks, acks_cap;
};

static void poll_free(struct poll *r)
{
	heard_fini(&r->heard);
	for (size_t i = 0; i < r->nodds; i++) {
		free(r->odds[i].text);
		free(r->odds[i].ack);
	}
	for (size_t i = 0; i < r->nacks; i++)
		free(r->acks[i]);
	free(r->odds);
	free(r->acks);
	free(r);
}

/* ---- the end of a round ---- */

static int next_in_s(const struct poller *p)
{
	int64_t s = p->poll_seconds;

	for (int i = 0; i < p->failures && s < SLOWEST_S; i++)
		s *= 2;
	return (int)(p->failures && s > SLOWEST_S ? SLOWEST_S : s);
}

static void round_over(struct poll *r)
{
	struct poller *p = r->p;

	p->under_way = 0;
	p->polled = 1;
	if (!p->stopped)
		loop_timer_in(p->timer, next_in_s(p) * INT64_C(1000));
	poll_free(r);
}

static void settle_run(struct job *job, void *ctx)
{
	struct poll *r = (struct poll *)job;

	for (size_t i = 0; i < r->nacks; i++)
		r->p->source->ops->settle(ctx, r->acks[i]);
}

static void settle_done(struct job *job)
{
	round_over((struct poll *)job);
}

static void settle(struct poll *r)
{
	r->job.run = settle_run;
	r->job.done = settle_done;
	if (!r->nacks || !r->p->source->ops->settle ||
	    worker_submit(r->p->worker, &r->job) < 0)
		round_over(r);
}

/* ---- keeping ---- */

static void kept(struct keep *k, enum rdvd_rc rc)
{
	struct poll *r = k->polled.poll;

	if (rc == RDVD_OK && *k->polled.ack) {
		VEC_GROW(r->acks, r->nacks, r->acks_cap);
		r->acks[r->nacks++] = xstrdup(k->polled.ack);
	}
	if (--r->waiting == 0)
		settle(r);
}

/* Each by itself: one that cannot be kept holds up no other. They share a commit. */
static void keep_all(struct poll *r)
{
	struct source *s = r->p->source;
	size_t n = r->heard.n;

	/* One more than there are, so that it does not end before all were given. */
	r->waiting = n + r->nodds + 1;
	for (size_t i = 0; i < n + r->nodds; i++) {
		struct keep *k = keep_new(s);
		struct buf raw = BUF_INIT;

		if (i < n) {
			heard_describe(&r->heard.items[i].e, &raw);
			heard_move(&r->heard, i, &k->heard);
			k->polled.ack = k->heard.items[0].e.ack;
		} else {
			buf_addstr(&raw, r->odds[i - n].text);
			k->unreadable = 1;
			k->polled.ack = r->odds[i - n].ack;
		}
		k->raw = buf_steal(&raw, &k->raw_size);
		k->polled.poll = r;
		k->done = kept;
		keep_submit(k);
	}
	if (--r->waiting == 0)
		settle(r);
}

/* ---- asking ---- */

static void take(void *arg, const struct rdvd_event *e)
{
	struct poll *r = arg;
	struct buf text = BUF_INIT;

	if (heard_add(&r->heard, e, r->now) != HEARD_SAYS_NOTHING)
		return;
	heard_describe(e, &text);
	VEC_GROW(r->odds, r->nodds, r->odds_cap);
	r->odds[r->nodds++] = (struct odd){buf_steal(&text, NULL), xstrdup(e->ack)};
}

static void ask_run(struct job *job, void *ctx)
{
	struct poll *r = (struct poll *)job;

	r->rc = r->p->source->ops->poll(ctx, POLL_TIMEOUT_MS, take, r);
}

static void ask_done(struct job *job)
{
	struct poll *r = (struct poll *)job;
	struct poller *p = r->p;
	int failed = r->rc != RDVD_OK;

	p->source->counts.polls++;
	p->source->counts.failed_polls += (uint64_t)failed;
	if (failed && !p->failures)
		log_warn("gateway %s: it cannot be asked what came in: asking again, "
			 "less and less often",
			 p->source->name);
	else if (!failed && p->failures)
		log_info("gateway %s: it tells again what came in", p->source->name);
	p->failures = failed ? p->failures + (p->failures < 16) : 0;
	/* What a failing poll told before it failed was told all the same. */
	if (p->stopped)
		round_over(r);
	else
		keep_all(r);
}

static void ask(void *arg)
{
	struct poller *p = arg;
	struct poll *r = xcalloc(1, sizeof *r);

	r->p = p;
	r->now = clock_now();
	r->job.run = ask_run;
	r->job.done = ask_done;
	p->under_way = 1;
	if (worker_submit(p->worker, &r->job) < 0)
		round_over(r);
}

/* ---- life ---- */

static void *open_handle(void *arg)
{
	struct poller *p = arg;
	void *handle = NULL;

	return p->source->ops->open(p->source->host, &handle) == RDVD_OK ? handle : NULL;
}

struct poller *poller_new(struct source *source, int poll_seconds)
{
	struct poller *p = xcalloc(1, sizeof *p);

	p->source = source;
	p->poll_seconds = poll_seconds > 0 ? poll_seconds : POLL_SECONDS;
	p->work = (struct worker_ops){.open = open_handle, .close = source->ops->close};
	p->timer = loop_timer_new(source->r->loop, ask, p);
	p->worker = worker_new(source->r->loop, source->name, 1, 2, 1, &p->work, p);
	if (!p->worker) {
		log_err("gateway %s: it could not be opened to be asked", source->name);
		poller_free(p);
		return NULL;
	}
	loop_timer_in(p->timer, 0);
	return p;
}

void poller_stop(struct poller *p)
{
	p->stopped = 1;
	loop_timer_stop(p->timer);
}

int poller_is_idle(const struct poller *p)
{
	return !p->under_way && (p->polled || p->stopped);
}

void poller_free(struct poller *p)
{
	if (!p)
		return;
	poller_stop(p);
	worker_free(p->worker);
	loop_timer_free(p->timer);
	free(p);
}
