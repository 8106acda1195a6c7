/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox.c - the dispatcher's clock: when to look, how many to claim, what the last run
 * left behind, and the gateways' threads; see outbox.h. What becomes of a claimed message
 * is parcel.c's. */
#include "message/outbox.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/mem.h"
#include "message/parcel.h"

#define FAR_AWAY_S 86400

static void look(void *arg);
static void spend(struct outbox *o, double n);

/* ---- claiming ---- */

struct claim_job {
	struct store_job job;
	struct outbox *o;
	size_t max;
	rdvd_time now;
	int sweep;
	struct parcel *parcels[CLAIM_MAX];
	size_t n;
	struct parcel *more; /* a sweep may find any number */
};

static int take_parcel(void *arg, const struct rdvd_message_row *m,
		       const struct rdvd_appointment *a)
{
	struct claim_job *j = arg;
	struct parcel *p = xcalloc(1, sizeof *p);
	p->o = j->o;
	p->row = message_row_dup(m);
	p->about = appointment_dup(a);
	if (j->sweep) {
		p->next = j->more;
		j->more = p;
	} else {
		j->parcels[j->n++] = p;
	}
	return !j->sweep && j->n == CLAIM_MAX;
}

static void claim_forget(struct claim_job *j)
{
	while (j->n > 0)
		parcel_free(j->parcels[--j->n]);
	while (j->more) {
		struct parcel *next = j->more->next;
		parcel_free(j->more);
		j->more = next;
	}
}

static enum rdvd_rc claim_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct claim_job *j = (struct claim_job *)job;
	claim_forget(j);
	if (!j->sweep)
		return ops->message_claim(st, j->now, j->max, take_parcel, j);
	enum rdvd_rc rc = ops->message_sweep(st, j->now, take_parcel, j);
	crash_point("sweep");
	return rc;
}

static void claim_done(struct store_job *job)
{
	struct claim_job *j = (struct claim_job *)job;
	struct outbox *o = j->o;
	o->claiming = 0;
	spend(o, -(double)(j->max - j->n));
	if (job->rc != RDVD_OK) {
		/* if it was kept all the same they are "sending", and nobody sends them
		 */
		o->unsure |= job->rc == RDVD_UNCERTAIN;
		claim_forget(j);
		loop_timer_in(o->timer, STORE_AGAIN_MS);
	} else if (j->n == 0) {
		o->nothing_due = !o->dirty;
		look(o);
	} else {
		crash_point("claimed");
		o->nothing_due = 0;
		o->under_way += j->n;
		parcels_settle(o, j->parcels, j->n);
		for (size_t i = 0; i < j->n; i++)
			parcel_send_off(j->parcels[i]);
		outbox_nudge(o);
	}
	free(j);
}

/* What the last run left "sending": the attempt stays counted, and its kind says what
 * follows. */
static void sweep_done(struct store_job *job)
{
	struct claim_job *j = (struct claim_job *)job;
	struct outbox *o = j->o;
	rdvd_time now = clock_now();
	o->claiming = 0;
	if (job->rc != RDVD_OK) {
		claim_forget(j);
		loop_timer_in(o->timer, STORE_AGAIN_MS);
		free(j);
		return;
	}
	o->swept = 1;
	while (j->more) {
		struct parcel *p = j->more;
		j->more = p->next;
		struct gateway *g = outbox_gateway_for(o, p->row->channel);
		int idempotent = g && (g->capabilities & RDVD_GATEWAY_IDEMPOTENT);
		rdvd_time due = plan_settle_unknown(
			p->row->kind, p->row->unknowns + 1, idempotent, now,
			p->about->when.start, p->row->deadline, (uint64_t)p->row->id);
		buf_addstr(&p->body, p->row->text);
		o->under_way++;
		parcel_end(p, RDVD_MSG_UNKNOWN, due, "arrêt pendant l’envoi");
	}
	free(j);
	outbox_nudge(o);
}

static void refill(struct gateway *g)
{
	int64_t now_ms = clock_monotonic_ms();
	g->tokens += (double)(now_ms - g->filled_ms) * g->rate_per_second / 1000;
	g->filled_ms = now_ms;
	if (g->tokens > g->rate_per_second)
		g->tokens = g->rate_per_second;
}

/* How many may be claimed now: what every gateway may take at once. */
static size_t allowance(struct outbox *o)
{
	size_t max = CLAIM_MAX;
	for (size_t i = 0; i < o->ngateways; i++) {
		refill(&o->gateways[i]);
		if (o->gateways[i].tokens < (double)max)
			max = (size_t)o->gateways[i].tokens;
	}
	return o->under_way >= max ? 0 : max - o->under_way;
}

/* Before the claim as much as is allowed is spent; what was not claimed is given back. */
static void spend(struct outbox *o, double n)
{
	for (size_t i = 0; i < o->ngateways; i++)
		o->gateways[i].tokens -= n;
}

static void claim(struct outbox *o, int sweep, size_t max)
{
	struct claim_job *j = xcalloc(1, sizeof *j);
	*j = (struct claim_job){.o = o, .max = max, .now = clock_now(), .sweep = sweep};
	j->job.run = claim_run;
	j->job.proves_nothing = 1;
	j->job.done = sweep ? sweep_done : claim_done;
	o->dirty = 0;
	if (store_write(o->store, &j->job) == RDVD_OK) {
		o->claiming = 1;
		return;
	}
	free(j);
	loop_timer_in(o->timer, STORE_AGAIN_MS);
}

/* ---- the timer ---- */

struct ask_job {
	struct store_job job;
	struct outbox *o;
	rdvd_time due;
};

static enum rdvd_rc ask_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	struct ask_job *j = (struct ask_job *)job;
	return ops->message_next(st, &j->due);
}

static void ask_done(struct store_job *job)
{
	struct ask_job *j = (struct ask_job *)job;
	struct outbox *o = j->o;
	o->asking = 0;
	if (job->rc == RDVD_OK)
		loop_timer_at(o->timer, j->due);
	else if (job->rc == RDVD_NOT_FOUND)
		loop_timer_at(o->timer, clock_now() + FAR_AWAY_S);
	else
		loop_timer_in(o->timer, STORE_AGAIN_MS);
	if (o->dirty)
		outbox_nudge(o);
	free(j);
}

/* Sleep until the next one is due. */
static void ask_next(struct outbox *o)
{
	struct ask_job *j = xcalloc(1, sizeof *j);
	*j = (struct ask_job){.o = o};
	j->job.run = ask_run;
	j->job.done = ask_done;
	if (store_read(o->store, &j->job) == RDVD_OK) {
		o->asking = 1;
		return;
	}
	free(j);
	loop_timer_in(o->timer, STORE_AGAIN_MS);
}

static void look(void *arg)
{
	struct outbox *o = arg;
	if (o->stopped || o->claiming || o->unwritten)
		return;
	if (o->unsure && o->under_way > 0)
		return; /* the last result looks again */
	if (o->unsure)
		o->swept = o->unsure = 0;
	if (!o->swept) {
		claim(o, 1, 0);
		return;
	}
	if (o->nothing_due && !o->dirty) {
		o->nothing_due = 0;
		if (!o->asking)
			ask_next(o);
		return;
	}
	size_t max = o->ngateways ? allowance(o) : CLAIM_MAX;
	if (max == 0) {
		if (o->under_way == 0)
			loop_timer_in(o->timer, 50);
		return; /* else the next result looks again */
	}
	spend(o, (double)max);
	claim(o, 0, max);
}

void outbox_nudge(struct outbox *o)
{
	o->dirty = 1;
	if (!o->stopped && !o->claiming)
		loop_timer_in(o->timer, 0);
}

int outbox_is_idle(const struct outbox *o)
{
	int looked = o->stopped || (o->swept && !o->dirty);
	return looked && !o->claiming && o->under_way == 0;
}

/* ---- life ---- */

static void *gateway_open(void *arg)
{
	struct gateway *g = arg;
	void *handle = NULL;
	if (g->ops->open(g->host, &handle) != RDVD_OK)
		return NULL;
	g->capabilities = g->ops->capabilities(handle);
	return handle;
}

/* The worker's context is the plugin's handle; its close needs nothing else. */
static int gateway_start(struct outbox *o, struct gateway *g,
			 const struct outbox_gateway *from)
{
	const struct rdvd_plugin *d = plugin_description(from->plugin);
	*g = (struct gateway){
		.o = o,
		.ops = d->ops,
		.host = plugin_host(from->plugin),
		.name = xstrdup(from->name),
		.from = xstrdup(from->from ? from->from : ""),
		.channels = from->channels,
		.rate_per_second = from->rate_per_second > 0 ? from->rate_per_second : 1,
		.answers = from->answers,
		.filled_ms = clock_monotonic_ms(),
	};
	g->tokens = g->rate_per_second;
	g->work = (struct worker_ops){.open = gateway_open, .close = g->ops->close};
	g->worker = worker_new(o->loop, from->name, 1, 2 * CLAIM_MAX, 1, &g->work, g);
	if (!g->worker)
		log_err("gateway %s: could not be opened", from->name);
	return g->worker ? 0 : -1;
}

struct outbox *outbox_new(struct loop *l, struct store *s, const struct texts *texts,
			  const struct outbox_options *options)
{
	struct outbox *o = xcalloc(1, sizeof *o);
	*o = (struct outbox){.loop = l, .store = s, .texts = texts, .options = *options};
	o->public_url = xstrdup(options->public_url);
	o->sms_sender = xstrdup(options->sms_sender ? options->sms_sender : "");
	o->email_from = xstrdup(options->email_from ? options->email_from : "");
	o->gateways = xcalloc(options->ngateways + 1, sizeof *o->gateways);
	o->timer = loop_timer_new(l, look, o);
	o->again = loop_timer_new(l, parcels_write_again, o);
	for (size_t i = 0; i < options->ngateways; i++) {
		o->ngateways++;
		if (gateway_start(o, &o->gateways[i], &options->gateways[i]) != 0) {
			outbox_free(o);
			return NULL;
		}
	}
	outbox_nudge(o);
	return o;
}

void outbox_texts(struct outbox *o, const struct texts *texts)
{
	o->texts = texts;
}

void outbox_stop(struct outbox *o)
{
	o->stopped = 1;
	loop_timer_stop(o->timer);
	for (size_t i = 0; i < o->ngateways; i++) {
		worker_free(o->gateways[i].worker);
		o->gateways[i].worker = NULL;
	}
	parcels_write_again(o);
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	if (!o->stopped)
		outbox_stop(o);
	/* the store is drained before: what is unwritten now it would not take, and the
	 * next start settles it */
	while (o->unwritten) {
		struct parcel *next = o->unwritten->next;
		parcel_free(o->unwritten);
		o->unwritten = next;
	}
	for (size_t i = 0; i < o->ngateways; i++) {
		free(o->gateways[i].name);
		free(o->gateways[i].from);
	}
	free(o->gateways);
	loop_timer_free(o->timer);
	loop_timer_free(o->again);
	free(o->public_url);
	free(o->sms_sender);
	free(o->email_from);
	free(o);
}

int outbox_asks_for_answers(const struct outbox *o, enum rdvd_channel channel)
{
	for (size_t i = 0; i < o->ngateways; i++)
		if (o->gateways[i].channels & (1u << channel))
			return o->gateways[i].answers;
	return 0;
}

const struct outbox_counts *outbox_counts(const struct outbox *o)
{
	return &o->counts;
}
