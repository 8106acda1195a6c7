/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parcel.c - a claimed message: whether it may leave now, its words, its gateway, and
 * what its end means. It holds copies of its row and of its appointment, so that nothing
 * depends on what changes meanwhile.
 *
 * What was certainly not taken may go by another gateway; what may have been taken
 * belongs to the gateway that may have it, which alone knows its key. */
#include "message/parcel.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "message/budget.h"
#include "message/email.h"
#include "message/gsm.h"
#include "message/receive.h"
#include "message/render.h"

#define SEND_TIMEOUT_MS 20000
#define RETRY_AFTER_MAX_S 3600 /* however long a provider asks for */
#define ANSWER_FRESH_S 3600    /* an answer to what somebody has just done */

struct parcel *parcel_new(struct outbox *o, const struct rdvd_message_row *m,
			  const struct rdvd_appointment *a)
{
	struct parcel *p = xcalloc(1, sizeof *p);

	p->o = o;
	p->row = message_row_dup(m);
	p->about = a ? appointment_dup(a) : NULL;
	return p;
}

void parcel_free(struct parcel *p)
{
	free(p->row);
	free(p->about);
	record_list_fini(&p->week);
	buf_fini(&p->subject);
	buf_fini(&p->body);
	buf_fini(&p->html);
	buf_fini(&p->calendar);
	buf_fini(&p->receipts_url);
	free(p);
}

/* ---- the words ---- */

static int is_letter(const struct rdvd_message_row *m)
{
	return m->letter_text && *m->letter_text;
}

static int letter_render(const struct rdvd_message_row *m, struct buf *subject,
			 struct buf *body, int *segments)
{
	buf_addstr(subject, m->letter_subject);
	buf_addstr(body, m->letter_text);
	*segments = m->channel == RDVD_CHANNEL_SMS
			    ? (int)gsm_measure(m->letter_text).segments
			    : 0;
	return 0;
}

/* A reminder that speaks for a week. */
static int week_render(const struct outbox *o, const struct render_input *in,
		       const struct rdvd_message_row *m, const struct record_list *week,
		       struct buf *subject, struct buf *body, int *segments)
{
	char(*tokens)[SECRET_TOKEN_CHARS + 1] = xcalloc(week->n, sizeof *tokens);
	struct render_visit *visits = xcalloc(week->n, sizeof *visits);
	int rc;

	for (size_t i = 0; i < week->n; i++) {
		const struct rdvd_appointment *a = week->items[i].appointment;

		o->options.token(o->options.ctx, a->ref, a->generation, tokens[i]);
		visits[i] = (struct render_visit){.appointment = a, .token = tokens[i]};
	}
	rc = render_week(in, m->ordinal, visits, week->n, m->channel, subject, body,
			 segments);
	free(tokens);
	free(visits);
	return rc;
}

/* week: the appointments it speaks for, or NULL. */
static int parcel_render(struct outbox *o, const struct rdvd_message_row *m,
			 const struct rdvd_appointment *a, const struct record_list *week,
			 int answerable, struct buf *subject, struct buf *body,
			 int *segments)
{
	char token[SECRET_TOKEN_CHARS + 1];

	if (is_letter(m))
		return letter_render(m, subject, body, segments);
	if (!a)
		return -1;
	o->options.token(o->options.ctx, a->ref, a->generation, token);
	struct render_input in = {.texts = o->texts,
				  .territory = o->options.territory(o->options.ctx),
				  .appointment = a,
				  .public_url = o->public_url,
				  .token = token,
				  .answerable = answerable,
				  .sender = o->sms_sender};
	if (week && week->n > 1)
		return week_render(o, &in, m, week, subject, body, segments);
	return render_message(&in, m->kind, m->ordinal, m->channel, subject, body,
			      segments);
}

void outbox_preview(const struct outbox *o, const struct rdvd_message_row *m,
		    const struct rdvd_appointment *a, struct buf *body, int *segments)
{
	struct buf subject = BUF_INIT;

	*segments = 0;
	parcel_render((struct outbox *)o, m, a, NULL,
		      outbox_asks_for_answers(o, m->channel), &subject, body, segments);
	buf_fini(&subject);
}

/* ---- what it costs ---- */

static rdvd_id organisation_of(const struct parcel *p)
{
	return p->about ? p->about->organisation : p->row->organisation;
}

/* May it be spent? 0, and it is counted; -1: the parcel was ended. */
static int spend(struct parcel *p)
{
	const struct rdvd_message_row *m = p->row;
	rdvd_time now = clock_now(), again = 0;
	const char *why = "";

	if (m->channel != RDVD_CHANNEL_SMS || !p->o->options.budget)
		return 0;
	switch (budget_take(
		p->o->options.budget, m->inbound ? BUDGET_ANSWER : budget_use_of(m->kind),
		p->call.message.to, organisation_of(p), p->segments, now, &again, &why)) {
	case BUDGET_OK:
		p->spent = p->segments;
		p->spent_at = now;
		return 0;
	case BUDGET_HELD:
		if (again < m->deadline) {
			parcel_end(p, RDVD_MSG_SCHEDULED, again, why, NULL);
			return -1;
		}
		break;
	case BUDGET_NUMBER: break;
	}
	parcel_end(p, RDVD_MSG_SUPPRESSED, 0, why, NULL);
	return -1;
}

/* It certainly did not go out. */
static void unspend(struct parcel *p)
{
	if (p->spent)
		budget_give_back(p->o->options.budget, p->call.message.to,
				 organisation_of(p), p->spent, p->spent_at);
	p->spent = 0;
}

/* ---- how it ended ---- */

rdvd_time parcel_settlement(const struct parcel *p, const struct gateway *g,
			    rdvd_time now)
{
	const struct rdvd_message_row *m = p->row;
	int unknowns = m->unknowns + 1;
	rdvd_time start = p->about ? p->about->when.start : m->deadline;

	if (g && !gateway_can(g, RDVD_GATEWAY_IDEMPOTENT) &&
	    gateway_can(g, RDVD_GATEWAY_LOOKUP)) {
		if (unknowns <= PLAN_LOOKUPS_MAX)
			return plan_ask_at(unknowns, now, m->deadline);
		unknowns -= PLAN_LOOKUPS_MAX;
	}
	return plan_settle_unknown(m->kind, unknowns, g ? g->capabilities : 0, now, start,
				   m->deadline, (uint64_t)m->id);
}

/* 1 when the message may go by another gateway than g, and that one works. */
static int has_other_way(const struct parcel *p, const struct gateway *g, int64_t now_ms)
{
	const struct outbox *o = p->o;

	if (p->row->unknowns > 0)
		return 0;
	for (size_t i = 0; i < o->ngateways; i++) {
		const struct gateway *other = &o->gateways[i];

		if (other != g && outbox_may_use(o, other, p->row->channel) &&
		    gateway_is_usable(other, now_ms))
			return 1;
	}
	return 0;
}

/* It goes back as it was, to come again when there is room. An answer that somebody waits
 * for does not queue behind reminders. */
static void send_back(struct parcel *p, struct gateway *g)
{
	const struct rdvd_message_row *m = p->row;
	rdvd_time now = clock_now(), due = now + 1;
	int64_t now_ms = clock_monotonic_ms();
	int usable = gateway_is_usable(g, now_ms);

	if (usable ? m->kind != RDVD_MSG_ANSWER : !has_other_way(p, g, now_ms))
		due = now + gateway_promise_s(g, now_ms);
	if (usable && due >= m->deadline) {
		parcel_end(p, RDVD_MSG_EXPIRED, 0, "trop tard pour être utile", NULL);
		return;
	}
	parcel_end(p, RDVD_MSG_SCHEDULED, due < m->deadline ? due : m->deadline, "",
		   NULL);
}

/* How long to wait at least, when the provider asked for so much: not at all when it is
 * the gateway that pauses and another sends. */
static int patience(const struct parcel *p, const struct gateway *g, int asked_s)
{
	int64_t now_ms = clock_monotonic_ms();

	if (!gateway_is_usable(g, now_ms) && has_other_way(p, g, now_ms))
		return 0;
	return asked_s < RETRY_AFTER_MAX_S ? asked_s : RETRY_AFTER_MAX_S;
}

static void not_taken(struct parcel *p, struct gateway *g)
{
	const struct rdvd_message_row *m = p->row;
	const struct rdvd_receipt *r = &p->call.receipt;
	int after_s = patience(p, g, r->retry_after_s);
	rdvd_time due = plan_retry_at(m->attempts, clock_now(), after_s, m->deadline,
				      (uint64_t)m->id);

	parcel_end(p, due ? RDVD_MSG_RETRY_WAIT : RDVD_MSG_FAILED, due, r->note, g);
}

static void was_sent(struct parcel *p, struct gateway *g)
{
	const char *note = p->call.receipt.note;

	switch (p->call.sent) {
	case RDVD_SENT_ACCEPTED:
		g->segments += p->segments;
		parcel_end(p, RDVD_MSG_ACCEPTED, 0, note, g);
		return;
	case RDVD_SENT_REFUSED:
		log_warn("message %lld: gateway %s refused it: %s", (long long)p->row->id,
			 g->name, note);
		parcel_end(p, RDVD_MSG_FAILED, 0, note, g);
		return;
	case RDVD_SENT_RETRY:
	case RDVD_SENT_THROTTLED: not_taken(p, g); return;
	case RDVD_SENT_STOPPED: send_back(p, g); return; /* no attempt is burned */
	case RDVD_SENT_UNKNOWN:
		g->segments += p->segments;
		parcel_end(p, RDVD_MSG_UNKNOWN, parcel_settlement(p, g, clock_now()),
			   note, g);
		return;
	}
}

/* The look-up settled it: what was spent stands with the attempt that sent it. */
static void was_found(struct parcel *p, struct gateway *g)
{
	const char *note = p->call.receipt.note;

	p->segments = 0;
	switch (p->call.found) {
	case RDVD_FOUND_ACCEPTED: parcel_end(p, RDVD_MSG_ACCEPTED, 0, note, g); return;
	case RDVD_FOUND_DELIVERED: parcel_end(p, RDVD_MSG_DELIVERED, 0, note, g); return;
	case RDVD_FOUND_UNDELIVERED:
		parcel_end(p, RDVD_MSG_UNDELIVERED, 0, note, g);
		return;
	case RDVD_FOUND_ABSENT: /* then it was sent, see gateway.c */
	case RDVD_FOUND_UNKNOWN:
		parcel_end(p, RDVD_MSG_UNKNOWN, parcel_settlement(p, g, clock_now()),
			   note, g);
		return;
	}
}

static void call_done(struct gateway_call *c)
{
	struct parcel *p = (struct parcel *)((char *)c - offsetof(struct parcel, call));
	struct gateway *g = c->gateway;

	if (!c->tried || !c->sent_now || c->sent == RDVD_SENT_RETRY ||
	    c->sent == RDVD_SENT_THROTTLED || c->sent == RDVD_SENT_STOPPED ||
	    c->sent == RDVD_SENT_REFUSED)
		unspend(p);
	if (!c->tried)
		send_back(p, g);
	else if (c->sent_now)
		was_sent(p, g);
	else
		was_found(p, g);
}

/* ---- sending ---- */

/* Whose it is. NULL: nobody's now; *never: and never will be. */
static struct gateway *choose(struct parcel *p, int *never)
{
	const struct rdvd_message_row *m = p->row;

	*never = 0;
	if (m->unknowns > 0 && *m->gateway) {
		struct gateway *g = outbox_gateway_named(p->o, m->gateway);

		*never = g == NULL;
		return g;
	}
	return p->o->turn[m->channel];
}

static const char *sender_of(const struct parcel *p, const struct gateway *g)
{
	const struct outbox *o = p->o;
	int sms = p->row->channel == RDVD_CHANNEL_SMS;
	const char *neutral = sms ? o->discreet_sender : o->discreet_from;

	if (p->about && p->about->person.discreet && *neutral)
		return neutral;
	if (*g->from)
		return g->from;
	return sms ? o->sms_sender : o->email_from;
}

/* The calendar file goes with what says when. */
static void add_calendar(struct parcel *p)
{
	struct outbox *o = p->o;
	const struct rdvd_message_row *m = p->row;

	if (m->channel != RDVD_CHANNEL_EMAIL || !p->about || !o->options.calendar ||
	    is_letter(m) || m->week)
		return;
	if (m->kind != RDVD_MSG_CONFIRMATION && m->kind != RDVD_MSG_MOVED &&
	    m->kind != RDVD_MSG_CANCELLATION)
		return;
	p->call.message.calendar_method =
		o->options.calendar(o->options.ctx, p->about, &p->calendar);
	if (p->call.message.calendar_method)
		p->call.message.calendar = buf_str(&p->calendar);
}

/* The same as the text, for programs that show it better. */
static void add_html(struct parcel *p)
{
	if (p->row->channel != RDVD_CHANNEL_EMAIL)
		return;
	email_html(&p->html, buf_str(&p->subject), buf_str(&p->body),
		   p->about ? p->about->person.locale : "fr");
	p->call.message.html = buf_str(&p->html);
}

/* Its names. A provider may remember the second for ever, and what it remembers it does
 * not send: so it must be nobody else's. */
static void name(struct parcel *p)
{
	const struct rdvd_message_row *m = p->row;
	uint8_t own[16];

	snprintf(p->id, sizeof p->id, "rdvd-%lld", (long long)m->id);
	snprintf(p->key, sizeof p->key, "%s", p->id);
	if (!p->o->options.key)
		return;
	secret_derive(p->o->options.key, "message", p->id, strlen(p->id),
		      (uint32_t)m->created, own, sizeof own);
	snprintf(p->key, sizeof p->key, "%s-%02x%02x%02x", p->id, own[0], own[1], own[2]);
}

static void give(struct parcel *p, struct gateway *g, int answerable)
{
	struct outbox *o = p->o;
	const struct rdvd_message_row *m = p->row;
	int sms = m->channel == RDVD_CHANNEL_SMS;

	name(p);
	if (o->options.key && gateway_can(g, RDVD_GATEWAY_RECEIPTS))
		receive_receipts_url(o->options.key, o->public_url, g->name, m->id,
				     &p->receipts_url);
	p->call.message = (struct rdvd_message){
		.id = p->id,
		.key = p->key,
		.attempt = m->attempts,
		.channel = m->channel,
		.to = p->call.message.to,
		.from = sender_of(p, g),
		.subject = sms ? NULL : buf_str(&p->subject),
		.text = buf_str(&p->body),
		.receipts_url = buf_str(&p->receipts_url),
		.answerable = answerable,
		.deadline = m->deadline,
		.timeout_ms = SEND_TIMEOUT_MS,
	};
	add_html(p);
	add_calendar(p);
	p->call.look_up = m->unknowns > 0 && m->unknowns <= PLAN_LOOKUPS_MAX &&
			  gateway_can(g, RDVD_GATEWAY_LOOKUP) &&
			  !gateway_can(g, RDVD_GATEWAY_IDEMPOTENT) && g->ops->lookup;
	p->call.provider_id = m->provider_id;
	p->call.done = call_done;
	p->given = 1;
	o->given[m->channel]++;
	gateway_give(g, &p->call);
}

/* Whom it is for, or why it cannot be sent (the note). */
static const char *recipient(const struct parcel *p, const char **note)
{
	const struct rdvd_message_row *m = p->row;
	int sms = m->channel == RDVD_CHANNEL_SMS;
	const char *to;

	*note = sms ? "ce numéro ne reçoit pas de SMS" : "pas d’adresse";
	if (is_letter(m))
		return *m->letter_to ? m->letter_to : NULL;
	if (!p->about)
		return NULL;
	to = sms ? p->about->person.phone : p->about->person.email;
	return *to && (!sms || p->about->person.sms_ok) ? to : NULL;
}

static void dispatch(struct parcel *p)
{
	struct outbox *o = p->o;
	const struct rdvd_message_row *m = p->row;
	const char *note;
	int never, answerable;
	struct gateway *g;

	if (o->stopped) { /* claimed while we were told to stop: nothing was tried */
		parcel_end(p, RDVD_MSG_SCHEDULED, m->due, "", NULL);
		return;
	}
	p->call.message.to = recipient(p, &note);
	if (!p->call.message.to) {
		parcel_end(p, RDVD_MSG_SUPPRESSED, 0, note, NULL);
		return;
	}
	if (outbox_choice(o, m->channel) == 0) {
		parcel_end(p, RDVD_MSG_SUPPRESSED, 0, "aucune passerelle", NULL);
		return;
	}
	g = choose(p, &never);
	if (never) {
		parcel_end(p, RDVD_MSG_UNKNOWN, 0, "sa passerelle n’est plus là", NULL);
		return;
	}
	if (!g || (m->unknowns == 0 && o->turn_ends[m->channel]) ||
	    gateway_room(g, clock_monotonic_ms()) == 0) {
		send_back(p, g ? g : outbox_gateway_for(o, m->channel));
		return;
	}
	answerable = is_letter(m) ? m->answerable : g->answers;
	if (parcel_render(o, m, p->about, &p->week, answerable, &p->subject, &p->body,
			  &p->segments) != 0) {
		parcel_end(p, RDVD_MSG_FAILED, 0, "aucun texte pour ce message", NULL);
		return;
	}
	if (spend(p) == 0)
		give(p, g, answerable);
}

/* ---- after the claim: what may leave now ---- */

/* The window of a message that has waited: reminders keep their hours; the rest were
 * planned for one. */
static enum plan_window window_of(const struct parcel *p, const struct zone *z,
				  rdvd_time now)
{
	const struct rdvd_message_row *m = p->row;
	enum plan_author author = PLAN_ASKED;
	enum plan_window w;

	if (m->kind == RDVD_MSG_CANCELLATION && m->ordinal == TEXT_CANCELLED_BY_TEAM)
		author = PLAN_TEAM;
	if (m->kind == RDVD_MSG_MOVED && m->ordinal == PLAN_MOVED_URGENTLY)
		return PLAN_URGENT;
	if (m->kind == RDVD_MSG_MOVED && m->ordinal == PLAN_MOVED_BY_TEAM)
		author = PLAN_TEAM;
	w = plan_window_of(m->kind, author,
			   p->about ? civil_time_day(p->about->when.civil_start)
				    : INT32_MAX / 2,
			   civil_time_day(zone_to_civil(z, now)));
	/* an answer that could not leave at once does not wake anybody later */
	if (w == PLAN_ANY_HOUR && now - m->created > ANSWER_FRESH_S)
		return PLAN_URGENT;
	return w;
}

static const struct zone *zone_of(const struct outbox *o,
				  const struct rdvd_appointment *a)
{
	const struct territory *t = o->options.territory(o->options.ctx);
	int site = a && a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				      : TERRITORY_NONE;

	return site == TERRITORY_NONE ? t->zone : t->sites[site].zone;
}

static struct plan_hours hours_of(const struct outbox *o, const struct parcel *p)
{
	const struct territory *t = o->options.territory(o->options.ctx);
	int i = territory_by_id(t, RDVD_DEF_ORGANISATION, organisation_of(p));

	return plan_hours_for(&o->options.hours, t, i,
			      p->about ? &p->about->person : NULL);
}

static struct plan_candidate candidate_of(const struct outbox *o, const struct parcel *p,
					  rdvd_time now)
{
	const struct rdvd_message_row *m = p->row;
	const struct zone *z = zone_of(o, p->about);
	struct plan_hours h = hours_of(o, p);

	return (struct plan_candidate){
		.message = m->id,
		.participation = m->participation,
		.channel = m->channel,
		/* a letter stands for itself, whatever it is about */
		.kind = is_letter(m) ? RDVD_MSG_ANSWER : m->kind,
		.ordinal = m->ordinal,
		.start = p->about ? p->about->when.start : m->deadline,
		.deadline = m->deadline,
		.not_before = plan_next_allowed(&h, z, window_of(p, z, now), now),
	};
}

void parcels_settle(struct outbox *o, struct parcel **parcels, size_t n)
{
	struct plan_candidate c[CLAIM_MAX];
	rdvd_time now = clock_now();

	for (size_t i = 0; i < n; i++) {
		c[i] = candidate_of(o, parcels[i], now);
		c[i].owner = parcels[i];
	}
	plan_catchup(c, n, now);
	for (size_t i = 0; i < n; i++) {
		struct parcel *p = c[i].owner;

		p->fate = c[i].fate;
		p->not_before = c[i].not_before;
	}
}

void parcel_send_off(struct parcel *p)
{
	switch (p->fate) {
	case PLAN_SEND: dispatch(p); return;
	case PLAN_WAIT:
		parcel_end(p, RDVD_MSG_SCHEDULED, p->not_before, "", NULL);
		return;
	case PLAN_EXPIRE:
		parcel_end(p, RDVD_MSG_EXPIRED, 0, "trop tard pour être utile", NULL);
		return;
	case PLAN_SUPERSEDE:
		parcel_end(p, RDVD_MSG_SUPERSEDED, 0, "un autre message dit davantage",
			   NULL);
		return;
	}
}
