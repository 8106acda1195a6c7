/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parcel.c - a claimed message: its words, its gateway, its result. It holds copies of
 * its row and of its appointment, so that nothing depends on what changes meanwhile. A
 * result that the store cannot take is kept and offered again each second, and no new
 * claim is made before: what has left must be written down first. */
#include "message/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/mem.h"
#include "message/render.h"

#define SEND_TIMEOUT_MS 20000
#define ANSWER_FRESH_S 3600 /* an answer to what somebody has just done */

void parcel_free(struct parcel *p)
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
		crash_point("after-result");
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

void parcels_write_again(void *arg)
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

void parcel_end(struct parcel *p, enum rdvd_message_state state, rdvd_time due,
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
	crash_point("before-send");
	p->sent = p->gateway->ops->send(ctx, &p->message, &p->receipt);
	crash_point("after-send");
}

static void send_done(struct job *job)
{
	struct parcel *p = (struct parcel *)((char *)job - offsetof(struct parcel, send));
	const struct rdvd_message_row *m = p->row;
	rdvd_time now = clock_now(), due;
	int idempotent = (p->gateway->capabilities & RDVD_GATEWAY_IDEMPOTENT) != 0;
	crash_point("before-result");
	switch (p->sent) {
	case RDVD_SENT_ACCEPTED:
		parcel_end(p, RDVD_MSG_ACCEPTED, 0, p->receipt.note);
		return;
	case RDVD_SENT_REFUSED:
		log_warn("message %lld: gateway %s refused it: %s", (long long)m->id,
			 p->gateway->name, p->receipt.note);
		parcel_end(p, RDVD_MSG_FAILED, 0, p->receipt.note);
		return;
	case RDVD_SENT_RETRY:
	case RDVD_SENT_THROTTLED:
	case RDVD_SENT_STOPPED:
		due = plan_retry_at(m->attempts, now, p->receipt.retry_after_s,
				    m->deadline, (uint64_t)m->id);
		parcel_end(p, due ? RDVD_MSG_RETRY_WAIT : RDVD_MSG_FAILED, due,
			   p->receipt.note);
		return;
	case RDVD_SENT_UNKNOWN:
		due = plan_settle_unknown(m->kind, m->unknowns + 1, idempotent, now,
					  p->about->when.start, m->deadline,
					  (uint64_t)m->id);
		parcel_end(p, RDVD_MSG_UNKNOWN, due, p->receipt.note);
		return;
	}
}

struct gateway *outbox_gateway_for(struct outbox *o, enum rdvd_channel channel)
{
	for (size_t i = 0; i < o->ngateways; i++)
		if (o->gateways[i].channels & (1u << channel))
			return &o->gateways[i];
	return NULL;
}

int outbox_has_channel(const struct outbox *o, enum rdvd_channel channel)
{
	return outbox_gateway_for((struct outbox *)o, channel) != NULL;
}

static void dispatch(struct parcel *p)
{
	struct outbox *o = p->o;
	const struct rdvd_message_row *m = p->row;
	int sms = m->channel == RDVD_CHANNEL_SMS;
	if (o->stopped) { /* claimed while we were told to stop: nothing was tried */
		parcel_end(p, RDVD_MSG_SCHEDULED, m->due, "");
		return;
	}
	struct gateway *g = outbox_gateway_for(o, m->channel);
	int segments = 0;
	p->message.to = sms ? p->about->person.phone : p->about->person.email;
	if (!*p->message.to || (sms && !p->about->person.sms_ok)) {
		parcel_end(p, RDVD_MSG_SUPPRESSED, 0,
			   sms ? "ce numéro ne reçoit pas de SMS" : "pas d’adresse");
		return;
	}
	if (!g) {
		parcel_end(p, RDVD_MSG_SUPPRESSED, 0, "aucune passerelle");
		return;
	}
	if (parcel_render(o, m, p->about, &p->subject, &p->body, &segments) != 0) {
		parcel_end(p, RDVD_MSG_FAILED, 0, "aucun texte pour ce message");
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
		parcel_end(p, RDVD_MSG_SCHEDULED, clock_now() + 5, "");
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
	if (m->kind == RDVD_MSG_MOVED && m->ordinal == PLAN_MOVED_URGENTLY)
		return PLAN_URGENT;
	if (m->kind == RDVD_MSG_MOVED && m->ordinal == PLAN_MOVED_BY_TEAM)
		author = PLAN_TEAM;
	/* an answer that could not leave at once does not wake anybody later */
	if (author == PLAN_ASKED && now - m->created > ANSWER_FRESH_S &&
	    m->kind != RDVD_MSG_REMINDER)
		return PLAN_URGENT;
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

void parcels_settle(struct outbox *o, struct parcel **parcels, size_t n)
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

void parcel_send_off(struct parcel *p)
{
	switch (p->fate) {
	case PLAN_SEND: dispatch(p); return;
	case PLAN_WAIT: parcel_end(p, RDVD_MSG_SCHEDULED, p->ended.due, ""); return;
	case PLAN_EXPIRE:
		parcel_end(p, RDVD_MSG_EXPIRED, 0, "trop tard pour être utile");
		return;
	case PLAN_SUPERSEDE:
		parcel_end(p, RDVD_MSG_SUPERSEDED, 0, "un autre message dit davantage");
		return;
	}
}
