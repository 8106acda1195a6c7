/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox.c - the dispatcher's clock: when to look, whose turn it is, and how many to
 * claim; see outbox.h. One claim is asked for at a time, and the next already while the
 * messages of the last are under way, so that gateways never wait for the disk. What
 * becomes of a claimed message is parcel.c's. */
#include "message/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/mem.h"
#include "message/notice.h"
#include "message/parcel.h"

#define FAR_AWAY_S 86400
#define WAIT_MIN_MS 5
#define WAIT_MAX_MS 30000
#define BLOCKED_MS 5000 /* a wait that is no mere matter of pace */

static void look(void *arg);
static void ask_next(struct outbox *o);

/* ---- whose turn ---- */

struct gateway *outbox_gateway_for(struct outbox *o, enum rdvd_channel channel)
{
	for (size_t i = 0; i < o->ngateways; i++)
		if (o->gateways[i].channels & (1u << channel) && !o->gateways[i].spare)
			return &o->gateways[i];
	for (size_t i = 0; i < o->ngateways; i++)
		if (o->gateways[i].channels & (1u << channel))
			return &o->gateways[i];
	return NULL;
}

struct gateway *outbox_gateway_named(struct outbox *o, const char *name)
{
	for (size_t i = 0; i < o->ngateways; i++)
		if (strcmp(o->gateways[i].name, name) == 0)
			return &o->gateways[i];
	return NULL;
}

int outbox_may_use(const struct outbox *o, const struct gateway *g,
		   enum rdvd_channel channel)
{
	return (g->channels & (1u << channel)) &&
	       (g->spare || g == outbox_gateway_for((struct outbox *)o, channel));
}

size_t outbox_choice(const struct outbox *o, enum rdvd_channel channel)
{
	size_t n = 0;

	for (size_t i = 0; i < o->ngateways; i++)
		n += (size_t)outbox_may_use(o, &o->gateways[i], channel);
	return n;
}

/* The first of the channel that works, the spares after it; NULL none. */
static struct gateway *best(struct outbox *o, enum rdvd_channel channel, int64_t now_ms)
{
	struct gateway *first = outbox_gateway_for(o, channel);

	if (first && gateway_is_usable(first, now_ms))
		return first;
	for (size_t i = 0; i < o->ngateways; i++)
		if (&o->gateways[i] != first &&
		    outbox_may_use(o, &o->gateways[i], channel) &&
		    gateway_is_usable(&o->gateways[i], now_ms))
			return &o->gateways[i];
	return NULL;
}

/* Settle whose turn it is on each channel. It changes only when no gateway has anything
 * of the channel, so that a sweep knows who had what; until then nothing more is given.
 * What is claimed and goes back untried may be taken for anybody's: nobody has it. */
static void take_turns(struct outbox *o, int64_t now_ms)
{
	for (int c = RDVD_CHANNEL_SMS; c < CHANNELS; c++) {
		struct gateway *g = best(o, (enum rdvd_channel)c, now_ms);

		o->turn_ends[c] = g && g != o->turn[c] && o->given[c] > 0 &&
				  outbox_choice(o, (enum rdvd_channel)c) > 1;
		if (!o->turn_ends[c])
			o->turn[c] = g;
	}
}

static size_t room_of(struct outbox *o, int c, int64_t now_ms)
{
	return o->turn[c] && !o->turn_ends[c] ? gateway_room(o->turn[c], now_ms) : 0;
}

/* How many may be claimed now. With several gateways the one that can take most decides,
 * and what the others have no room for goes back to come in its turn; with a clock that
 * stands still it would never come, and the one that can take least decides. */
static size_t allowance(struct outbox *o, int64_t now_ms)
{
	size_t most = 0, least = CLAIM_MAX, left = UNDER_WAY_MAX;

	if (o->ngateways == 0)
		return CLAIM_MAX;
	take_turns(o, now_ms);
	if (o->under_way >= left)
		return 0;
	for (int c = RDVD_CHANNEL_SMS; c < CHANNELS; c++) {
		size_t room = room_of(o, c, now_ms);

		if (room > most)
			most = room;
		if (o->turn[c] && room < least)
			least = room;
	}
	left -= o->under_way;
	if (clock_is_frozen() && most > 0)
		most = least;
	if (most > left)
		most = left;
	return most < CLAIM_MAX ? most : CLAIM_MAX;
}

/* ---- claiming ---- */

struct claim_job {
	struct store_job job;
	struct outbox *o;
	size_t max;
	rdvd_time now;
	int64_t turn[CHANNELS]; /* to be written down; 0 it stands there already */
	struct parcel *parcels[CLAIM_MAX];
	size_t n;
};

static int take_parcel(void *arg, const struct rdvd_message_row *m,
		       const struct rdvd_appointment *a)
{
	struct claim_job *j = arg;

	j->parcels[j->n++] = parcel_new(j->o, m, a);
	return j->n == CLAIM_MAX;
}

static void claim_forget(struct claim_job *j)
{
	while (j->n > 0)
		parcel_free(j->parcels[--j->n]);
}

struct ahead {
	struct record_list *list;
	rdvd_time now;
};

/* What has been, or how it went, is nobody's reminder. */
static int add_ahead(void *arg, const struct rdvd_appointment *a)
{
	struct ahead *ahead = arg;

	if (a->when.start <= ahead->now || a->outcome != RDVD_OUTCOME_UNKNOWN)
		return 0;
	return record_list_add(ahead->list, a);
}

/* What the reminders of a week speak for. */
static enum rdvd_rc claim_weeks(struct claim_job *j, const struct rdvd_store_ops *ops,
				void *st)
{
	enum rdvd_rc rc = RDVD_OK;

	for (size_t i = 0; i < j->n && rc == RDVD_OK; i++) {
		struct parcel *p = j->parcels[i];

		struct ahead ahead = {&p->week, j->now};

		if (p->row->week)
			rc = ops->person_week(st, p->row->participation, add_ahead,
					      &ahead);
	}
	return rc;
}

static enum rdvd_rc claim_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct claim_job *j = (struct claim_job *)job;
	enum rdvd_rc rc = RDVD_OK;

	claim_forget(j);
	for (int c = RDVD_CHANNEL_SMS; c < CHANNELS && rc == RDVD_OK; c++)
		if (j->turn[c])
			rc = ops->cursor_set(st, outbox_turn_name((enum rdvd_channel)c),
					     j->turn[c]);
	if (rc == RDVD_OK)
		rc = ops->message_claim(st, j->now, j->max, take_parcel, j);
	return rc == RDVD_OK ? claim_weeks(j, ops, st) : rc;
}

static void claim_done(struct store_job *job)
{
	struct claim_job *j = (struct claim_job *)job;
	struct outbox *o = j->o;

	o->claiming = 0;
	if (job->rc != RDVD_OK) {
		/* if it was kept all the same they are "sending", and nobody sends them
		 */
		o->unsure |= job->rc == RDVD_UNCERTAIN;
		claim_forget(j);
		free(j);
		loop_timer_in(o->timer, STORE_AGAIN_MS);
		return;
	}
	for (int c = RDVD_CHANNEL_SMS; c < CHANNELS; c++)
		if (j->turn[c])
			o->turn_kept[c] = j->turn[c];
	if (j->n == 0) {
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

static void claim(struct outbox *o, size_t max)
{
	struct claim_job *j = xmalloc(sizeof *j);

	memset(j, 0, offsetof(struct claim_job, parcels));
	j->n = 0;
	j->o = o;
	j->max = max;
	j->now = clock_now();
	for (int c = RDVD_CHANNEL_SMS; c < CHANNELS; c++) {
		if (!o->turn[c] || outbox_choice(o, (enum rdvd_channel)c) < 2)
			continue;
		if (gateway_mark(o->turn[c]) != o->turn_kept[c])
			j->turn[c] = gateway_mark(o->turn[c]);
	}
	j->job.run = claim_run;
	j->job.proves_nothing = 1;
	j->job.done = claim_done;
	o->dirty = 0;
	if (store_write(o->store, &j->job) == RDVD_OK) {
		o->claiming = 1;
		return;
	}
	free(j);
	o->dirty = 1;
	loop_timer_in(o->timer, STORE_AGAIN_MS);
}

/* ---- the timer ---- */

struct ask_job {
	struct store_job job;
	struct outbox *o;
	rdvd_time due; /* 0: none waits */
	int64_t counts[RDVD_MSG_SUPPRESSED + 1];
};

static enum rdvd_rc ask_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	struct ask_job *j = (struct ask_job *)job;
	enum rdvd_rc rc = ops->message_next(st, &j->due);

	if (rc != RDVD_OK && rc != RDVD_NOT_FOUND)
		return rc;
	if (rc == RDVD_NOT_FOUND)
		j->due = 0;
	return ops->message_counts(st, j->counts);
}

static void ask_done(struct store_job *job)
{
	struct ask_job *j = (struct ask_job *)job;
	struct outbox *o = j->o;

	o->asking = 0;
	if (job->rc != RDVD_OK)
		loop_timer_in(o->timer, STORE_AGAIN_MS);
	else
		loop_timer_at(o->timer, j->due ? j->due : clock_now() + FAR_AWAY_S);
	if (job->rc == RDVD_OK && (!j->due || j->due > clock_now()))
		outbox_count_late(o, j->counts[RDVD_MSG_EXPIRED]);
	else if (job->rc == RDVD_OK)
		o->dirty = 1; /* the last claim gave nothing, and was not the end */
	if (o->dirty)
		outbox_nudge(o);
	else if (o->ask_again)
		ask_next(o);
	free(j);
}

/* Sleep until the next one is due. One who asks already may have looked too early. */
static void ask_next(struct outbox *o)
{
	struct ask_job *j;

	o->ask_again = o->asking;
	if (o->asking)
		return;
	j = xcalloc(1, sizeof *j);
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

/* Nothing can be given: look again when a bucket has filled or a breaker tries again, if
 * no answer comes before. */
static void wait_for_room(struct outbox *o, int64_t now_ms)
{
	int64_t wait_ms = WAIT_MAX_MS;

	for (size_t i = 0; i < o->ngateways; i++) {
		int64_t ms = gateway_wait_ms(&o->gateways[i], now_ms);

		if (ms >= 0 && ms < wait_ms)
			wait_ms = ms;
	}
	o->blocked = o->under_way == 0 &&
		     (wait_ms > BLOCKED_MS ||
		      (!o->turn[RDVD_CHANNEL_SMS] && !o->turn[RDVD_CHANNEL_EMAIL]));
	loop_timer_in(o->timer, wait_ms < WAIT_MIN_MS ? WAIT_MIN_MS : wait_ms);
}

/* 1: the disk is full, or the clock has jumped. */
static int is_braked(struct outbox *o)
{
	enum brake_reason before = o->brake.reason;
	int64_t wait_ms = brake_wait_ms(&o->brake);

	if (wait_ms == 0)
		return 0;
	if (o->brake.reason == BRAKE_ROOM && before != BRAKE_ROOM)
		outbox_tell(o, "room", "room", 0,
			    "Il ne reste presque plus de place sur le disque : les "
			    "messages attendent. Prévenez la personne qui s’occupe du "
			    "serveur.");
	o->blocked = o->under_way == 0;
	loop_timer_in(o->timer, wait_ms);
	return 1;
}

static void look(void *arg)
{
	struct outbox *o = arg;
	int64_t now_ms = clock_monotonic_ms();
	size_t max;

	if (o->stopped || o->claiming || o->unwritten)
		return;
	if (o->unsure && o->under_way > 0)
		return; /* the last result looks again */
	if (o->unsure)
		o->swept = o->unsure = 0;
	if (!o->swept) {
		o->claiming = outbox_sweep(o) == 0;
		if (!o->claiming)
			loop_timer_in(o->timer, STORE_AGAIN_MS);
		return;
	}
	o->blocked = 0;
	if (o->nothing_due && !o->dirty) {
		o->nothing_due = 0;
		ask_next(o);
		return;
	}
	if (is_braked(o))
		return;
	max = allowance(o, now_ms);
	if (max > 0)
		claim(o, max);
	else
		wait_for_room(o, now_ms);
}

void outbox_nudge(struct outbox *o)
{
	o->dirty = 1;
	if (!o->stopped && !o->claiming)
		loop_timer_in(o->timer, 0);
}

int outbox_is_idle(const struct outbox *o)
{
	int looked = o->stopped || (o->swept && (!o->dirty || o->blocked));

	return looked && !o->claiming && !o->counting && o->under_way == 0;
}

/* ---- telling ---- */

static void told(void *arg)
{
	outbox_nudge(arg);
}

static void tell(struct outbox *o, const char *key, const char *kind,
		 rdvd_id organisation, const char *text, const char *to)
{
	const struct rdvd_notice n = {.key = key,
				      .kind = kind,
				      .organisation = organisation,
				      .text = text,
				      .at = clock_now()};

	const struct notice_mail mail = {
		.to = to, .address = o->public_url, .texts = o->texts};

	notice_tell(o->store, &n, &mail, told, o);
}

void outbox_tell(struct outbox *o, const char *key, const char *kind,
		 rdvd_id organisation, const char *text)
{
	tell(o, key, kind, organisation, text,
	     outbox_has_channel(o, RDVD_CHANNEL_EMAIL) ? o->alerts : "");
}

/* Who is written to about g: nobody twice in one outage, and nobody by g itself, which
 * would send it once it is false. */
static const char *mail_about(const struct outbox *o, struct gateway *g)
{
	int64_t now_ms = clock_monotonic_ms();
	int by_g = (g->channels & 1u << RDVD_CHANNEL_EMAIL) != 0;

	if (g->told)
		return "";
	for (size_t i = 0; i < o->ngateways; i++) {
		const struct gateway *other = &o->gateways[i];

		if (other == g || !outbox_may_use(o, other, RDVD_CHANNEL_EMAIL) ||
		    (by_g && !gateway_is_usable(other, now_ms)))
			continue;
		g->told = 1;
		return o->alerts;
	}
	return "";
}

/* The gateway logged it; the team is told what needs them, not each hiccup. */
static void on_event(void *arg, struct gateway *g, enum breaker_turn turn)
{
	struct outbox *o = arg;
	struct buf key = BUF_INIT, text = BUF_INIT;

	if (turn == BREAKER_MENDED)
		g->told = 0;
	if (turn == BREAKER_STOPPED) {
		buf_addf(&key, "gateway:%s:stopped", g->name);
		buf_addf(&text,
			 "La passerelle « %s » n’envoie plus rien (%s). Les messages "
			 "attendent que quelqu’un intervienne.",
			 g->name, g->words);
	} else if (turn == BREAKER_AGAIN && !g->breaker.stopped) {
		buf_addf(&key, "gateway:%s:open", g->name);
		buf_addf(&text,
			 "La passerelle « %s » ne répond plus (%s). De nouveaux essais "
			 "ont lieu d’eux-mêmes ; les messages attendent.",
			 g->name, g->words);
	}
	if (key.len)
		tell(o, buf_str(&key), "gateway", 0, buf_str(&text), mail_about(o, g));
	buf_fini(&key);
	buf_fini(&text);
}

/* ---- life ---- */

static char *copy_or_empty(const char *s)
{
	return xstrdup(s ? s : "");
}

static void copy_options(struct outbox *o, const struct outbox_options *from)
{
	o->options = *from;
	o->public_url = xstrdup(from->public_url);
	o->sms_sender = copy_or_empty(from->sms_sender);
	o->email_from = copy_or_empty(from->email_from);
	o->discreet_sender = copy_or_empty(from->discreet_sender);
	o->discreet_from = copy_or_empty(from->discreet_from);
	o->alerts = copy_or_empty(from->alerts_to);
	if (from->dir)
		o->died_path = xasprintf("%s/rdvd.died", from->dir);
}

struct outbox *outbox_new(struct loop *l, struct store *s, const struct texts *texts,
			  const struct outbox_options *options)
{
	struct outbox *o = xcalloc(1, sizeof *o);

	*o = (struct outbox){.loop = l, .store = s, .texts = texts, .expired_known = -1};
	copy_options(o, options);
	brake_init(&o->brake, options->dir);
	o->gateways = xcalloc(options->ngateways + 1, sizeof *o->gateways);
	o->timer = loop_timer_new(l, look, o);
	o->again = loop_timer_new(l, parcels_write_again, o);
	for (size_t i = 0; i < options->ngateways; i++) {
		struct gateway *g = &o->gateways[o->ngateways++];

		g->event = on_event;
		g->event_arg = o;
		if (gateway_open(g, l, &options->gateways[i]) != 0) {
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

void outbox_hurry(struct outbox *o)
{
	brake_release(&o->brake);
	for (size_t i = 0; i < o->ngateways; i++)
		gateway_hurry(&o->gateways[i]);
	outbox_nudge(o);
}

void outbox_stop(struct outbox *o)
{
	o->stopped = 1;
	loop_timer_stop(o->timer);
	for (size_t i = 0; i < o->ngateways; i++)
		gateway_shut(&o->gateways[i]);
	for (size_t i = 0; i < o->ngateways; i++)
		gateway_stop(&o->gateways[i]);
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
	for (size_t i = 0; i < o->ngateways; i++)
		gateway_fini(&o->gateways[i]);
	free(o->gateways);
	loop_timer_free(o->timer);
	loop_timer_free(o->again);
	brake_fini(&o->brake);
	free(o->public_url);
	free(o->sms_sender);
	free(o->email_from);
	free(o->discreet_sender);
	free(o->discreet_from);
	free(o->alerts);
	free(o->died_path);
	free(o);
}

/* ---- what others ask ---- */

int outbox_has_channel(const struct outbox *o, enum rdvd_channel channel)
{
	return outbox_gateway_for((struct outbox *)o, channel) != NULL;
}

int outbox_asks_for_answers(const struct outbox *o, enum rdvd_channel channel)
{
	const struct gateway *g = outbox_gateway_for((struct outbox *)o, channel);

	return g && g->answers;
}

const struct outbox_counts *outbox_counts(const struct outbox *o)
{
	return &o->counts;
}

size_t outbox_gateways(const struct outbox *o)
{
	return o->ngateways;
}

void outbox_health(const struct outbox *o, size_t i, struct gateway_health *h)
{
	gateway_tell_health(&o->gateways[i], h);
}
