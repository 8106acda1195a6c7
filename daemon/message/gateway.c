/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gateway.c - see gateway.h. A gateway's threads share one queue. What waits in it when
 * the breaker opens, or when the daemon stops, is given back untried: the threads look at
 * one flag before they begin. So is what waited for long behind a slow provider: its
 * appointment may have been moved meanwhile, or the evening have come. */
#include "message/gateway.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/mem.h"

#define WINDOW_PRESET 64
#define LOOKUP_TIMEOUT_MS 10000
#define QUEUE_MAX_MS 30000
#define PATIENCE_MS 60000 /* a pause that is worth waiting for */
#define PROMISE_MAX_S 60  /* then the nearest appointments are chosen anew */

/* ---- in its threads ---- */

static void *open_handle(void *arg)
{
	struct gateway *g = arg;
	void *handle = NULL;

	if (g->ops->open(g->host, &handle) != RDVD_OK)
		return NULL;
	atomic_store(&g->capabilities, g->ops->capabilities(handle));
	return handle;
}

static int is_stale(const struct gateway_call *c)
{
	return clock_monotonic_ms() - c->given_ms > QUEUE_MAX_MS ||
	       c->message.deadline <= clock_now();
}

static void call_run(struct job *job, void *handle)
{
	struct gateway_call *c = (struct gateway_call *)job;
	struct gateway *g = c->gateway;

	if (atomic_load(&g->shut) || is_stale(c))
		return;
	c->tried = 1;
	crash_point("before-send");
	if (c->look_up) {
		c->found = g->ops->lookup(handle, c->message.id, c->provider_id,
					  LOOKUP_TIMEOUT_MS, &c->receipt);
		if (c->found != RDVD_FOUND_ABSENT)
			return;
		c->receipt = (struct rdvd_receipt){.provider_id = ""};
	}
	c->sent_now = 1;
	c->sent = g->ops->send(handle, &c->message, &c->receipt);
	crash_point("after-send");
}

/* ---- life ---- */

static void call_done(struct job *job);

/* A message on a channel that the plugin, or how it is set, has not would fail each time.
 */
static int check_channels(const struct gateway *g)
{
	static const struct {
		enum rdvd_channel channel;
		enum rdvd_gateway_cap cap;
		const char *name, *other;
	} needed[] = {{RDVD_CHANNEL_SMS, RDVD_GATEWAY_SMS, "SMS", "email"},
		      {RDVD_CHANNEL_EMAIL, RDVD_GATEWAY_EMAIL, "e-mail", "sms"}};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (!(g->channels & 1u << needed[i].channel) ||
		    gateway_can(g, needed[i].cap))
			continue;
		log_err("gateway %s: %s, as it is set, sends no %s: write channels = "
			"{\"%s\"}",
			g->name, g->plugin, needed[i].name, needed[i].other);
		rc = -1;
	}
	return rc;
}

int gateway_open(struct gateway *g, struct loop *l, const struct outbox_gateway *from)
{
	const struct rdvd_plugin *d = plugin_description(from->plugin);
	int connections = from->connections > 0 ? from->connections : 1;

	g->ops = d->ops;
	g->host = plugin_host(from->plugin);
	g->plugin = d->name;
	g->name = xstrdup(from->name);
	g->from = xstrdup(from->from ? from->from : "");
	g->channels = from->channels;
	g->spare = from->spare;
	g->answers = from->answers;
	g->window = from->window > 0 ? (size_t)from->window : WINDOW_PRESET;
	pace_init(&g->pace, from->rate_per_second > 0 ? from->rate_per_second : 1,
		  clock_monotonic_ms());
	g->work = (struct worker_ops){.open = open_handle, .close = g->ops->close};
	g->worker = worker_new(l, from->name, connections, g->window + 1, 1, &g->work, g);
	if (!g->worker)
		log_err("gateway %s: could not be opened", from->name);
	return g->worker ? check_channels(g) : -1;
}

void gateway_shut(struct gateway *g)
{
	g->stopping = 1;
	atomic_store(&g->shut, 1);
}

void gateway_stop(struct gateway *g)
{
	gateway_shut(g);
	worker_free(g->worker);
	g->worker = NULL;
}

void gateway_fini(struct gateway *g)
{
	gateway_stop(g);
	free(g->name);
	free(g->from);
}

/* ---- how much ---- */

int gateway_can(const struct gateway *g, enum rdvd_gateway_cap cap)
{
	return (atomic_load(&g->capabilities) & (unsigned)cap) != 0;
}

int gateway_is_usable(const struct gateway *g, int64_t now_ms)
{
	return g->worker && breaker_allows(&g->breaker, now_ms) &&
	       g->pace.held_until_ms - now_ms <= PATIENCE_MS;
}

size_t gateway_room(struct gateway *g, int64_t now_ms)
{
	size_t room;

	if (!gateway_is_usable(g, now_ms))
		return 0;
	if (g->breaker.state != BREAKER_CLOSED)
		return g->under_way == 0 && pace_room(&g->pace, now_ms) > 0;
	room = pace_room(&g->pace, now_ms);
	if (g->under_way >= g->window)
		return 0;
	return room < g->window - g->under_way ? room : g->window - g->under_way;
}

int64_t gateway_wait_ms(struct gateway *g, int64_t now_ms)
{
	int64_t wait = pace_wait_ms(&g->pace, now_ms);

	switch (g->breaker.state) {
	case BREAKER_TRYING: return -1;
	case BREAKER_OPEN:
		if (g->breaker.until_ms - now_ms > wait)
			wait = g->breaker.until_ms - now_ms;
		break;
	case BREAKER_CLOSED: break;
	}
	return wait > 0 ? wait : -1;
}

int gateway_promise_s(struct gateway *g, int64_t now_ms)
{
	int64_t from = now_ms + pace_wait_ms(&g->pace, now_ms), wait_ms;

	if (g->slot_ms < from)
		g->slot_ms = from;
	g->slot_ms += (int64_t)(1000 / g->pace.rate) + (g->pace.rate > 1000);
	wait_ms = g->slot_ms - now_ms;
	if (wait_ms > PROMISE_MAX_S * 1000)
		g->slot_ms = now_ms + PROMISE_MAX_S * 1000;
	if (g->breaker.state == BREAKER_OPEN && g->breaker.until_ms - now_ms > wait_ms)
		wait_ms = g->breaker.until_ms - now_ms;
	if (wait_ms > PROMISE_MAX_S * 1000)
		wait_ms = PROMISE_MAX_S * 1000;
	return wait_ms <= 1000 ? 1 : (int)((wait_ms + 999) / 1000);
}

void gateway_hurry(struct gateway *g)
{
	breaker_hurry(&g->breaker, clock_monotonic_ms());
}

/* ---- one message ---- */

void gateway_give(struct gateway *g, struct gateway_call *c)
{
	c->gateway = g;
	c->given_ms = clock_monotonic_ms();
	c->tried = c->sent_now = 0;
	c->found = RDVD_FOUND_UNKNOWN;
	c->sent = RDVD_SENT_UNKNOWN;
	c->receipt = (struct rdvd_receipt){.provider_id = ""};
	c->job.run = call_run;
	c->job.done = call_done;
	g->under_way++;
	pace_take(&g->pace);
	breaker_given(&g->breaker);
	atomic_store(&g->shut, 0);
	if (g->worker && worker_submit(g->worker, &c->job) == 0)
		return;
	call_done(&c->job); /* stopped meanwhile: untried */
}

static void count(struct gateway *g, const struct gateway_call *c)
{
	switch (c->sent) {
	case RDVD_SENT_ACCEPTED: g->sent++; break;
	case RDVD_SENT_REFUSED: g->refused++; break;
	case RDVD_SENT_RETRY:
	case RDVD_SENT_STOPPED: g->retried++; break;
	case RDVD_SENT_UNKNOWN: g->unknown++; break;
	case RDVD_SENT_THROTTLED: g->throttled++; break;
	}
	if (c->sent != RDVD_SENT_ACCEPTED)
		snprintf(g->words, sizeof g->words, "%s", c->receipt.note);
}

static void log_turn(const struct gateway *g, enum breaker_turn turn)
{
	switch (turn) {
	case BREAKER_SAME: break;
	case BREAKER_OPENED:
		log_warn("gateway %s: messages do not pass (%s): the next try is in %d s",
			 g->name, g->words, g->breaker.wait_s);
		break;
	case BREAKER_STOPPED:
		log_err("gateway %s: nothing will pass before somebody acts: %s", g->name,
			g->words);
		break;
	case BREAKER_AGAIN:
		log_info("gateway %s: still nothing passes (%s): the next try is in %d s",
			 g->name, g->words, g->breaker.wait_s);
		break;
	case BREAKER_MENDED: log_info("gateway %s: messages pass again", g->name); break;
	}
}

/* What its answer says of the gateway. */
static void learn(struct gateway *g, const struct gateway_call *c)
{
	int64_t now_ms = clock_monotonic_ms();
	enum breaker_turn turn;

	if (c->receipt.has_credit) {
		g->has_credit = 1;
		g->credit = c->receipt.credit;
	}
	if (!c->sent_now) { /* a look-up that was answered shows that it works */
		turn = breaker_note(&g->breaker,
				    c->found == RDVD_FOUND_UNKNOWN ? RDVD_SENT_UNKNOWN
								   : RDVD_SENT_ACCEPTED,
				    now_ms);
	} else {
		int is_theirs = c->receipt.only_this && (c->sent == RDVD_SENT_RETRY ||
							 c->sent == RDVD_SENT_THROTTLED);

		count(g, c);
		if (c->sent == RDVD_SENT_THROTTLED && !is_theirs)
			pace_throttled(&g->pace, now_ms, c->receipt.retry_after_s);
		/* one recipient's trouble shows that the gateway works */
		turn = breaker_note(&g->breaker, is_theirs ? RDVD_SENT_REFUSED : c->sent,
				    now_ms);
	}
	atomic_store(&g->shut, g->stopping || g->breaker.state == BREAKER_OPEN ||
				       g->pace.held_until_ms > now_ms);
	log_turn(g, turn);
	if (turn != BREAKER_SAME)
		g->event(g->event_arg, g, turn);
}

static void call_done(struct job *job)
{
	struct gateway_call *c = (struct gateway_call *)job;
	struct gateway *g = c->gateway;

	crash_point("before-result");
	g->under_way--;
	if (c->tried)
		learn(g, c);
	else
		breaker_untried(&g->breaker);
	c->done(c);
}

/* ---- how it does ---- */

static enum gateway_state state_of(const struct gateway *g, int64_t now_ms)
{
	if (g->breaker.state != BREAKER_CLOSED)
		return g->breaker.stopped ? GATEWAY_STOPPED : GATEWAY_OPEN;
	return pace_is_lowered(&g->pace, now_ms) ? GATEWAY_THROTTLED : GATEWAY_OK;
}

void gateway_tell_health(struct gateway *g, struct gateway_health *h)
{
	int64_t now_ms = clock_monotonic_ms(), until_ms = 0;

	*h = (struct gateway_health){
		.name = g->name,
		.plugin = g->plugin,
		.channels = g->channels,
		.spare = g->spare,
		.state = state_of(g, now_ms),
		.under_way = g->under_way,
		.window = g->window,
		.sent = g->sent,
		.refused = g->refused,
		.retried = g->retried,
		.unknown = g->unknown,
		.throttled = g->throttled,
		.segments = g->segments,
		.words = g->words,
		.has_credit = g->has_credit,
		.credit = g->credit,
	};
	pace_room(&g->pace, now_ms); /* brings the rate up to date */
	h->rate = g->pace.rate;
	h->rate_full = g->pace.full;
	if (g->breaker.state == BREAKER_OPEN)
		until_ms = g->breaker.until_ms;
	else if (g->pace.held_until_ms > now_ms)
		until_ms = g->pace.held_until_ms;
	if (until_ms > now_ms)
		h->until = clock_now() + (until_ms - now_ms + 999) / 1000;
}
