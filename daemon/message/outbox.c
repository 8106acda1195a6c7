/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox.c - claim, send, write down; see outbox.h. A claimed message is a "parcel": it
 * holds copies of its row and of its appointment from the claim to the committed result,
 * so that nothing depends on what changes meanwhile. A result that the store cannot take
 * is kept and offered again each second, and no new claim is made before: what has left
 * must be written down first. */
#include "message/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/worker.h"
#include "message/render.h"
#include "store/record.h"
#include "store/store.h"

#define CLAIM_MAX 64
#define SEND_TIMEOUT_MS 20000
#define STORE_AGAIN_MS 1000
#define FAR_AWAY_S 86400

struct parcel {
	struct job send;	 /* to the gateway */
	struct store_job result; /* to the store */
	struct outbox *o;
	struct parcel *next;
	struct rdvd_message_row *row;	/* owned */
	struct rdvd_appointment *about; /* owned */
	struct gateway *gateway;
	struct buf subject, body;
	char id[32];
	struct rdvd_message message;
	struct rdvd_receipt receipt;
	enum rdvd_sent sent;
	struct rdvd_message_result ended;
	char note[256];
	enum plan_fate fate;
};

struct gateway {
	struct worker_ops work; /* kept by the worker */
	struct outbox *o;
	const struct rdvd_gateway_ops *ops;
	const struct rdvd_host *host;
	char *name, *from; /* owned */
	unsigned channels;
	int rate_per_second;
	unsigned
		capabilities; /* set in its thread at open, read in the loop afterwards */
	struct worker *worker;
	double tokens;
	int64_t filled_ms;
};

struct outbox {
	struct loop *loop;
	struct store *store;
	const struct texts *texts;
	struct outbox_options options;
	char *public_url, *sms_sender, *email_from; /* owned */
	struct gateway *gateways;		    /* owned */
	size_t ngateways;
	struct loop_timer *timer, *again;
	struct parcel *unwritten; /* results the store would not take yet */
	size_t under_way;	  /* parcels between claim and committed result */
	int claiming, asking, swept, stopped, dirty;
	int nothing_due;
	struct outbox_counts counts;
};

static void look(void *arg);
static void spend(struct outbox *o, double n);

static void parcel_free(struct parcel *p)
{
	free(p->row);
	free(p->about);
	buf_fini(&p->subject);
	buf_fini(&p->body);
	free(p);
}

/* ---- the words ---- */

static int parcel_render(struct outbox *o, const struct rdvd_message_row *m,
			 const struct rdvd_appointment *a, struct buf *subject,
			 struct buf *body, int *segments)
{
	char token[SECRET_TOKEN_CHARS + 1];
	o->options.token(o->options.ctx, a->ref, a->generation, token);
	struct render_input in = {.texts = o->texts,
				  .territory = o->options.territory(o->options.ctx),
				  .appointment = a,
				  .public_url = o->public_url,
				  .token = token};
	return render_message(&in, m->kind, m->ordinal, m->channel, subject, body,
			      segments);
}

void outbox_preview(const struct outbox *o, const struct rdvd_message_row *m,
		    const struct rdvd_appointment *a, struct buf *body, int *segments)
{
	struct buf subject = BUF_INIT;
	*segments = 0;
	parcel_render((struct outbox *)o, m, a, &subject, body, segments);
	buf_fini(&subject);
}

/* ---- writing down ---- */

static enum rdvd_rc result_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct parcel *p =
		(struct parcel *)((char *)job - offsetof(struct parcel, result));
	(void)st;
	return ops->message_result(st, &p->ended);
}

static void result_done(struct store_job *job)
{
	struct parcel *p =
		(struct parcel *)((char *)job - offsetof(struct parcel, result));
	struct outbox *o = p->o;
	if (job->rc == RDVD_OK || job->rc == RDVD_NOT_FOUND || job->rc == RDVD_STALE) {
		o->under_way--;
		parcel_free(p);
		if (!o->unwritten)
			outbox_nudge(o);
		return;
	}
	p->next = o->unwritten;
	o->unwritten = p;
	loop_timer_in(o->again, STORE_AGAIN_MS);
}

static void write_down(struct parcel *p)
{
	struct outbox *o = p->o;
	p->result.run = result_run;
	p->result.done = result_done;
	if (store_write(o->store, &p->result) == RDVD_OK)
		return;
	p->next = o->unwritten;
	o->unwritten = p;
	loop_timer_in(o->again, STORE_AGAIN_MS);
}

static void write_again(void *arg)
{
	struct outbox *o = arg;
	struct parcel *list = o->unwritten;
	o->unwritten = NULL;
	while (list) {
		struct parcel *p = list;
		list = p->next;
		write_down(p);
	}
}

static void end(struct parcel *p, enum rdvd_message_state state, rdvd_time due,
		const char *note)
{
	struct outbox *o = p->o;
	snprintf(p->note, sizeof p->note, "%s", note);
	p->ended = (struct rdvd_message_result){
		.id = p->row->id,
		.attempt = p->row->attempts,
		.state = state,
		.due = due,
		.to = p->message.to ? p->message.to : "",
		.text = buf_str(&p->body),
		.segments = p->ended.segments,
		.provider_id = p->receipt.provider_id,
		.note = p->note,
		.now = clock_now(),
	};
	o->counts.sent += state == RDVD_MSG_ACCEPTED;
	o->counts.retried += state == RDVD_MSG_RETRY_WAIT;
	o->counts.failed += state == RDVD_MSG_FAILED;
	o->counts.unknown += state == RDVD_MSG_UNKNOWN;
	o->counts.expired += state == RDVD_MSG_EXPIRED;
	o->counts.superseded += state == RDVD_MSG_SUPERSEDED;
	write_down(p);
}

/* ---- sending ---- */

static void send_run(struct job *job, void *ctx)
{
	struct parcel *p = (struct parcel *)((char *)job - offsetof(struct parcel, send));
	p->sent = p->gateway->ops->send(ctx, &p->message, &p->receipt);
}

static void send_done(struct job *job)
{
	struct parcel *p = (struct parcel *)((char *)job - offsetof(struct parcel, send));
	const struct rdvd_message_row *m = p->row;
	rdvd_time now = clock_now(), due;
	int idempotent = (p->gateway->capabilities & RDVD_GATEWAY_IDEMPOTENT) != 0;
	switch (p->sent) {
	case RDVD_SENT_ACCEPTED: end(p, RDVD_MSG_ACCEPTED, 0, p->receipt.note); return;
	case RDVD_SENT_REFUSED:
		log_warn("message %lld: gateway %s refused it: %s", (long long)m->id,
			 p->gateway->name, p->receipt.note);
		end(p, RDVD_MSG_FAILED, 0, p->receipt.note);
		return;
	case RDVD_SENT_RETRY:
		due = plan_retry_at(m->attempts, now, p->receipt.retry_after_s,
				    m->deadline, (uint64_t)m->id);
		end(p, due ? RDVD_MSG_RETRY_WAIT : RDVD_MSG_FAILED, due, p->receipt.note);
		return;
	case RDVD_SENT_UNKNOWN:
		due = plan_settle_unknown(m->kind, m->attempts, idempotent, now,
					  p->about->when.start, m->deadline,
					  (uint64_t)m->id);
		end(p, RDVD_MSG_UNKNOWN, due, p->receipt.note);
		return;
	}
}

static struct gateway *gateway_for(struct outbox *o, enum rdvd_channel channel)
{
	for (size_t i = 0; i < o->ngateways; i++)
		if (o->gateways[i].channels & (1u << channel))
			return &o->gateways[i];
	return NULL;
}

int outbox_has_channel(const struct outbox *o, enum rdvd_channel channel)
{
	return gateway_for((struct outbox *)o, channel) != NULL;
}

static void dispatch(struct parcel *p)
{
	struct outbox *o = p->o;
	const struct rdvd_message_row *m = p->row;
	int sms = m->channel == RDVD_CHANNEL_SMS;
	if (o->stopped) { /* claimed while we were told to stop: nothing was tried */
		end(p, RDVD_MSG_SCHEDULED, m->due, "");
		return;
	}
	struct gateway *g = gateway_for(o, m->channel);
	int segments = 0;
	p->message.to = sms ? p->about->person.phone : p->about->person.email;
	if (!*p->message.to || (sms && !p->about->person.sms_ok)) {
		end(p, RDVD_MSG_SUPPRESSED, 0,
		    sms ? "ce numéro ne reçoit pas de SMS" : "pas d’adresse");
		return;
	}
	if (!g) {
		end(p, RDVD_MSG_SUPPRESSED, 0, "aucune passerelle");
		return;
	}
	if (parcel_render(o, m, p->about, &p->subject, &p->body, &segments) != 0) {
		end(p, RDVD_MSG_FAILED, 0, "aucun texte pour ce message");
		return;
	}
	p->ended.segments = segments;
	p->gateway = g;
	snprintf(p->id, sizeof p->id, "rdvd-%lld", (long long)m->id);
	p->message = (struct rdvd_message){
		.id = p->id,
		.attempt = m->attempts,
		.channel = m->channel,
		.to = p->message.to,
		.from = *g->from ? g->from : (sms ? o->sms_sender : o->email_from),
		.subject = sms ? NULL : buf_str(&p->subject),
		.text = buf_str(&p->body),
		.deadline = m->deadline,
		.timeout_ms = SEND_TIMEOUT_MS,
	};
	p->send.run = send_run;
	p->send.done = send_done;
	if (worker_submit(g->worker, &p->send) != 0)
		end(p, RDVD_MSG_SCHEDULED, clock_now() + 5, "");
}

/* ---- after the claim: what may leave now ---- */

/* The window of a message that has waited: reminders keep their hours; the rest were
 * planned for one. */
static enum plan_window window_of(const struct parcel *p, const struct zone *z,
				  rdvd_time now)
{
	const struct rdvd_message_row *m = p->row;
	enum plan_author author = PLAN_ASKED;
	if (m->kind == RDVD_MSG_CANCELLATION && m->ordinal == TEXT_CANCELLED_BY_TEAM)
		author = PLAN_TEAM;
	/* a notice that was due the moment it was made answers somebody; a later due date
	 * was the team's window */
	if (m->kind == RDVD_MSG_MOVED && m->due > m->created)
		author = PLAN_TEAM;
	return plan_window_of(m->kind, author, civil_time_day(p->about->when.civil_start),
			      civil_time_day(zone_to_civil(z, now)));
}

static const struct zone *zone_of(const struct outbox *o,
				  const struct rdvd_appointment *a)
{
	const struct territory *t = o->options.territory(o->options.ctx);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	return site == TERRITORY_NONE ? t->zone : t->sites[site].zone;
}

static struct plan_hours hours_of(const struct outbox *o,
				  const struct rdvd_appointment *a)
{
	const struct territory *t = o->options.territory(o->options.ctx);
	int i = territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation);
	struct plan_hours h = o->options.hours, preset = PLAN_HOURS_PRESET_SUNDAY;
	if (i != TERRITORY_NONE && t->organisations[i].sunday) {
		h.sunday_from = preset.sunday_from;
		h.sunday_to = preset.sunday_to;
	}
	return h;
}

static void settle_fates(struct outbox *o, struct parcel **parcels, size_t n)
{
	struct plan_candidate c[CLAIM_MAX];
	rdvd_time now = clock_now();
	for (size_t i = 0; i < n; i++) {
		const struct parcel *p = parcels[i];
		const struct zone *z = zone_of(o, p->about);
		struct plan_hours h = hours_of(o, p->about);
		c[i] = (struct plan_candidate){
			.message = p->row->id,
			.participation = p->row->participation,
			.channel = p->row->channel,
			.kind = p->row->kind,
			.ordinal = p->row->ordinal,
			.start = p->about->when.start,
			.deadline = p->row->deadline,
			.not_before = plan_next_allowed(&h, z, window_of(p, z, now), now),
		};
	}
	plan_catchup(c, n, now);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (parcels[j]->row->id == c[i].message) {
				parcels[j]->fate = c[i].fate;
				parcels[j]->ended.due = c[i].not_before;
			}
}

static void send_off(struct parcel *p)
{
	switch (p->fate) {
	case PLAN_SEND: dispatch(p); return;
	case PLAN_WAIT: end(p, RDVD_MSG_SCHEDULED, p->ended.due, ""); return;
	case PLAN_EXPIRE:
		end(p, RDVD_MSG_EXPIRED, 0, "trop tard pour être utile");
		return;
	case PLAN_SUPERSEDE:
		end(p, RDVD_MSG_SUPERSEDED, 0, "un autre message dit davantage");
		return;
	}
}

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
	return j->sweep ? ops->message_sweep(st, j->now, take_parcel, j)
			: ops->message_claim(st, j->now, j->max, take_parcel, j);
}

static void claim_done(struct store_job *job)
{
	struct claim_job *j = (struct claim_job *)job;
	struct outbox *o = j->o;
	o->claiming = 0;
	spend(o, -(double)(j->max - j->n));
	if (job->rc != RDVD_OK) {
		claim_forget(j);
		loop_timer_in(o->timer, STORE_AGAIN_MS);
	} else if (j->n == 0) {
		o->nothing_due = !o->dirty;
		look(o);
	} else {
		o->nothing_due = 0;
		o->under_way += j->n;
		settle_fates(o, j->parcels, j->n);
		for (size_t i = 0; i < j->n; i++)
			send_off(j->parcels[i]);
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
		struct gateway *g = gateway_for(o, p->row->channel);
		int idempotent = g && (g->capabilities & RDVD_GATEWAY_IDEMPOTENT);
		rdvd_time due = plan_settle_unknown(
			p->row->kind, p->row->attempts, idempotent, now,
			p->about->when.start, p->row->deadline, (uint64_t)p->row->id);
		buf_addstr(&p->body, p->row->text);
		o->under_way++;
		end(p, RDVD_MSG_UNKNOWN, due, "arrêt pendant l’envoi");
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
	o->again = loop_timer_new(l, write_again, o);
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
	write_again(o);
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

const struct outbox_counts *outbox_counts(const struct outbox *o)
{
	return &o->counts;
}
