/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.c - the queue. A text is first looked at for its number, in the order in which
 * texts came; the number's line is then its own until its answer is on disk, and the
 * number's next text waits for that. With the line it reads what is known of the number,
 * so that it sees what the text before it did. */
#include "talk/talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "booking/waiting.h"
#include "talk/impl.h"

#define LATER_MS 500 /* until a busy store is asked again */
#define TRIES_MAX 40 /* then it waits for the next look */
#define LOOK_S 60    /* for texts that nobody announced */
#define BEGUN_S 3600 /* "late" may be said of what has begun */

/* ---- lines ---- */

static struct line **line_slot(struct talk *t, const char *number)
{
	uint32_t h = 2166136261u;
	struct line **l;

	for (const char *s = number; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	l = &t->lines[h & (TALK_LINES - 1)];
	while (*l && strcmp((*l)->number, number) != 0)
		l = &(*l)->next;
	return l;
}

static void line_free(struct talk *t, struct line *line)
{
	struct line **l = line_slot(t, line->number);

	*l = line->next;
	free(line->number);
	free(line);
}

/* ---- a text's life ---- */

static struct text *text_new(struct talk *t, rdvd_id id)
{
	struct text *x = xcalloc(1, sizeof *x);

	x->talk = t;
	x->id = id;
	x->all = t->texts;
	if (t->texts)
		t->texts->all_prev = &x->all;
	x->all_prev = &t->texts;
	t->texts = x;
	t->n++;
	return x;
}

/* What was read of the number, not the text itself. */
static void text_forget(struct text *x)
{
	free(x->question_text);
	x->question_text = NULL;
	while (x->nappointments)
		free(x->appointments[--x->nappointments]);
	while (x->nknown)
		free(x->known[--x->nknown]);
	free(x->begun);
	x->begun = NULL;
}

static void text_free(struct text *x)
{
	struct waiter *w = x->waiters, *next;

	*x->all_prev = x->all;
	if (x->all)
		x->all->all_prev = x->all_prev;
	x->talk->n--;
	for (; w; w = next) {
		next = w->next;
		free(w);
	}
	text_forget(x);
	free(x->number);
	free(x->words_text);
	buf_fini(&x->reply);
	buf_fini(&x->json);
	free(x);
}

static void read_number(struct text *x);

/* Leave the line to the next, and go. */
static void text_leave(struct text *x, enum rdvd_rc rc)
{
	struct talk *t = x->talk;
	struct line *line = x->line;

	for (struct waiter *w = x->waiters; w; w = w->next)
		w->cb(w->arg, rc);
	text_free(x);
	if (!line)
		return;
	x = line->first;
	if (!x) {
		line_free(t, line);
		return;
	}
	line->first = x->next;
	if (!line->first)
		line->last = NULL;
	x->line = line;
	read_number(x);
}

/* The time that was kept while a name was asked, once that question is closed: whatever
 * closed it. A hold that was used is gone, and stays so. */
static void let_hold_go(const struct text *x)
{
	const struct question *q = &x->question;
	int asks_on = x->ask.kind == QUESTION_NAME && x->ask.hold == q->hold;

	if (q->kind == QUESTION_NAME && q->hold && x->turn.question && !asks_on)
		booking_hold_release(x->talk->booking, q->hold);
}

void text_done(struct text *x)
{
	struct talk_counts *n = &x->talk->counts;

	n->texts++;
	n->to_hand += x->settled == RDVD_INBOUND_TO_HAND;
	n->ignored += x->settled == RDVD_INBOUND_IGNORED;
	let_hold_go(x);
	if ((x->turn.reply && *x->turn.reply) || x->settled == RDVD_INBOUND_TO_HAND)
		talk_notify_changed(x->talk);
	text_leave(x, RDVD_OK);
}

void text_later(struct text *x)
{
	struct talk *t = x->talk;

	if (t->stopped || ++x->tries > TRIES_MAX) {
		if (!t->stopped)
			log_warn("a text that came in waits: the store cannot keep its "
				 "answer");
		text_leave(x, RDVD_BUSY);
		return;
	}
	t->counts.again++;
	x->next = t->tired;
	t->tired = x;
	loop_timer_in(t->later, LATER_MS);
}

void talk_notify_changed(struct talk *t)
{
	if (t->o.changed)
		t->o.changed(t->o.ctx);
}

/* ---- reading: the text ---- */

static int keep_inbound(void *arg, const struct rdvd_inbound *i)
{
	struct text *x = arg;

	if (i->id != x->id)
		return 1;
	free(x->number);
	free(x->words_text);
	x->number = xstrdup(i->number);
	x->words_text = xstrdup(i->text);
	x->received = i->received;
	x->state = i->state;
	return 1;
}

static enum rdvd_rc read_text(const struct rdvd_store_ops *ops, void *st, struct text *x)
{
	const struct rdvd_inbound_filter f = {
		.number = "", .after = x->id - 1, .limit = 1};

	x->state = RDVD_INBOUND_READ;
	return ops->inbound_each(st, &f, keep_inbound, x);
}

static enum rdvd_rc look_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	return read_text(ops, st, (struct text *)job);
}

/* Take the number's line, or stand behind the one who has it. */
static void take_line(struct text *x)
{
	struct line **slot = line_slot(x->talk, x->number), *line = *slot;

	if (line) {
		x->next = NULL;
		*(line->last ? &line->last->next : &line->first) = x;
		line->last = x;
		return;
	}
	line = *slot = xcalloc(1, sizeof *line);
	line->number = xstrdup(x->number);
	x->line = line;
	read_number(x);
}

/* Those at the head that were looked at go on, in order. */
static void look_done(struct store_job *job)
{
	struct text *x = (struct text *)job;
	struct talk *t = x->talk;

	x->is_read = 1;
	while (t->head && t->head->is_read) {
		x = t->head;
		t->head = x->next;
		if (!t->head)
			t->tail = NULL;
		if (x->job.rc != RDVD_OK)
			text_later(x);
		else if (x->state != RDVD_INBOUND_NEW)
			text_leave(x, RDVD_OK);
		else
			take_line(x);
	}
}

static void look(struct text *x)
{
	struct talk *t = x->talk;

	x->next = NULL;
	x->is_read = 0;
	*(t->tail ? &t->tail->next : &t->head) = x;
	t->tail = x;
	x->job = (struct store_job){.run = look_run, .done = look_done};
	if (store_read(t->store, &x->job) != RDVD_OK) {
		x->job.rc = RDVD_BUSY;
		look_done(&x->job);
	}
}

/* ---- reading: what is known of the number ---- */

static int keep_contact(void *arg, const struct rdvd_contact *c)
{
	struct text *x = arg;

	x->contact = *c;
	x->contact.number = x->number;
	x->contact.bad_note = "";
	free(x->question_text);
	x->question_text = xstrdup(c->question);
	x->contact.question = x->question_text;
	return 1;
}

static int keep_appointment(void *arg, const struct rdvd_appointment *a)
{
	struct text *x = arg;

	if (a->when.start <= x->now) {
		free(x->begun);
		x->begun = appointment_dup(a);
		return 0;
	}
	x->appointments[x->nappointments++] = appointment_dup(a);
	return x->nappointments == TALK_APPOINTMENTS_MAX;
}

/* ---- what was asked since ---- */

static int keep_reminder(void *arg, const struct rdvd_message_row *m,
			 const struct rdvd_appointment *about)
{
	struct text *x = arg;
	int asks = m->kind == RDVD_MSG_REMINDER || m->kind == RDVD_MSG_MOVED ||
		   m->kind == RDVD_MSG_CONFIRMATION;

	(void)about;
	if (asks && m->channel == RDVD_CHANNEL_SMS && m->sent_at > x->reminded_at) {
		x->reminded_at = m->sent_at;
		x->reminded = m->participation;
	}
	return 0;
}

/* With a question or an offer open: did a reminder ask something else after it? */
static enum rdvd_rc reminders_read(const struct rdvd_store_ops *ops, void *st,
				   struct text *x)
{
	rdvd_time asked = x->contact.asked;
	enum rdvd_rc rc = RDVD_OK;

	if (x->offer && x->offer_made > asked)
		asked = x->offer_made;
	x->reminded = 0;
	x->reminded_at = asked;
	if (!x->offer && (!*x->contact.question || x->contact.until <= x->now))
		return RDVD_OK;
	for (size_t i = 0; i < x->nappointments && rc == RDVD_OK; i++) {
		const struct rdvd_message_filter f = {
			.participation = x->appointments[i]->id, .number = ""};

		rc = ops->message_each(st, &f, keep_reminder, x);
	}
	return rc;
}

static enum rdvd_rc number_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct text *x = (struct text *)job;
	enum rdvd_rc rc = read_text(ops, st, x);

	text_forget(x);
	x->contact = (struct rdvd_contact){
		.number = x->number, .bad_note = "", .question = ""};
	if (rc != RDVD_OK)
		return rc;
	rc = ops->contact_get(st, x->number, keep_contact, x);
	if (rc != RDVD_OK && rc != RDVD_NOT_FOUND)
		return rc;
	rc = ops->appointment_of_number(st, x->number, x->now - BEGUN_S, keep_appointment,
					x);
	return rc == RDVD_OK ? reminders_read(ops, st, x) : rc;
}

static int32_t today_of(const struct text *x)
{
	const struct territory *t = booking_territory(x->talk->booking);

	return civil_time_day(zone_to_civil(t->zone, x->now));
}

static void judge(struct text *x)
{
	struct talk *t = x->talk;
	const struct rdvd_appointment *const *list =
		(const struct rdvd_appointment *const *)x->appointments;
	struct decide_in in = {.words = &x->words,
			       .contact = &x->contact,
			       .question = &x->question,
			       .appointments = list,
			       .nappointments = x->nappointments,
			       .begun = x->begun,
			       .offer = x->offer,
			       .offer_start = x->offer_start,
			       .answers_per_hour = t->o.answers_per_hour,
			       .received = x->received,
			       .is_person = decide_is_person(x->number),
			       .today = today_of(x),
			       .now = x->now};
	int year;

	for (size_t i = 0; i < x->nappointments; i++)
		if (x->appointments[i]->id == x->reminded)
			in.reminded = x->appointments[i];
	civil_day_split(in.today, &year, NULL, NULL);
	question_read(x->contact.question, &x->question);
	words_read(x->words_text,
		   decide_state(&x->question, &x->contact, list, x->nappointments,
				in.offer, x->now),
		   year, &x->words);
	decide(&in, &x->decision);
	log_debug("text %lld: %s, so %s", (long long)x->id,
		  words_intent_name(x->words.intent), decide_name(x->decision.what));
	text_act(x);
}

static void number_done(struct store_job *job)
{
	struct text *x = (struct text *)job;

	if (job->rc != RDVD_OK && job->rc != RDVD_NOT_FOUND)
		text_later(x);
	else if (x->state != RDVD_INBOUND_NEW)
		text_leave(x, RDVD_OK);
	else
		judge(x);
}

/* The offer that is open to this number, as it is now. */
static void find_offer(struct text *x)
{
	const struct talk *t = x->talk;
	const struct territory *r = booking_territory(t->booking);
	const struct rdvd_offer *o =
		t->o.waiting ? waiting_offer_of(t->o.waiting, x->number, NULL) : NULL;
	int site = o ? territory_by_id(r, RDVD_DEF_SITE, o->site) : TERRITORY_NONE;

	x->offer = o ? o->id : 0;
	x->offer_made = o ? o->made : 0;
	x->offer_start =
		o ? zone_to_civil(site == TERRITORY_NONE ? r->zone : r->sites[site].zone,
				  o->start)
		  : 0;
}

static void read_number(struct text *x)
{
	if (x->talk->stopped) {
		text_leave(x, RDVD_BUSY);
		return;
	}
	x->now = clock_now();
	find_offer(x);
	x->job = (struct store_job){.run = number_run, .done = number_done};
	if (store_read(x->talk->store, &x->job) != RDVD_OK)
		text_later(x);
}

/* ---- texts that wait in the store ---- */

struct new_job {
	struct store_job job;
	struct talk *talk;
	rdvd_id *ids;
	size_t n, cap;
};

static int keep_id(void *arg, const struct rdvd_inbound *i)
{
	struct new_job *j = arg;

	VEC_GROW(j->ids, j->n, j->cap);
	j->ids[j->n++] = i->id;
	return 0;
}

static enum rdvd_rc new_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	const struct rdvd_inbound_filter f = {.state = RDVD_INBOUND_NEW, .number = ""};
	struct new_job *j = (struct new_job *)job;

	j->n = 0;
	return ops->inbound_each(st, &f, keep_id, j);
}

static void new_done(struct store_job *job)
{
	struct new_job *j = (struct new_job *)job;
	struct talk *t = j->talk;

	t->looking = 0;
	if (job->rc == RDVD_OK)
		for (size_t i = 0; i < j->n; i++)
			talk_inbound(t, j->ids[i]);
	free(j->ids);
	free(j);
}

static void look_for_new(struct talk *t)
{
	struct new_job *j = xcalloc(1, sizeof *j);

	j->talk = t;
	j->job.run = new_run;
	j->job.done = new_done;
	if (store_read(t->store, &j->job) == RDVD_OK)
		t->looking = 1;
	else
		free(j);
}

/* ---- timers ---- */

static void on_later(void *arg)
{
	struct talk *t = arg;
	struct text *x = t->tired, *next;

	t->tired = NULL;
	for (; x; x = next) {
		next = x->next;
		if (x->line)
			read_number(x);
		else
			look(x);
	}
}

/* Texts whose parts were joined late, or that a busy store put off, were announced by
 * nobody. */
static void on_look(void *arg)
{
	struct talk *t = arg;

	if (t->n == 0 && !t->looking)
		look_for_new(t);
	loop_timer_in(t->look, LOOK_S * 1000);
}

/* ---- the room ---- */

struct talk *talk_new(struct loop *l, struct store *s, struct booking *b,
		      const struct talk_options *o)
{
	struct talk *t = xcalloc(1, sizeof *t);

	t->loop = l;
	t->store = s;
	t->booking = b;
	t->o = *o;
	t->o.service = xstrdup(o->service ? o->service : "");
	t->o.emergency = xstrdup(o->emergency ? o->emergency : "");
	t->later = loop_timer_new(l, on_later, t);
	t->look = loop_timer_new(l, on_look, t);
	on_look(t);
	return t;
}

void talk_free(struct talk *t)
{
	if (!t)
		return;
	loop_timer_free(t->later);
	loop_timer_free(t->look);
	while (t->texts)
		text_free(t->texts);
	for (size_t i = 0; i < TALK_LINES; i++)
		while (t->lines[i])
			line_free(t, t->lines[i]);
	free((char *)t->o.service);
	free((char *)t->o.emergency);
	free(t);
}

void talk_texts(struct talk *t, const struct texts *texts)
{
	t->o.texts = texts;
}

void talk_inbound(struct talk *t, rdvd_id inbound)
{
	if (!t->stopped)
		look(text_new(t, inbound));
}

void talk_when_done(struct talk *t, rdvd_id inbound,
		    void (*cb)(void *arg, enum rdvd_rc rc), void *arg)
{
	struct text *x = t->texts;
	struct waiter *w;

	while (x && x->id != inbound)
		x = x->all;
	if (!x) {
		cb(arg, RDVD_OK);
		return;
	}
	w = xcalloc(1, sizeof *w);
	*w = (struct waiter){.next = x->waiters, .cb = cb, .arg = arg};
	x->waiters = w;
}

int talk_is_idle(const struct talk *t)
{
	return t->n == 0 && !t->looking;
}

void talk_stop(struct talk *t)
{
	struct text *x = t->tired, *next;

	t->stopped = 1;
	loop_timer_stop(t->later);
	loop_timer_stop(t->look);
	t->tired = NULL;
	for (; x; x = next) {
		next = x->next;
		text_leave(x, RDVD_BUSY);
	}
}

const struct talk_counts *talk_counts(const struct talk *t)
{
	return &t->counts;
}
