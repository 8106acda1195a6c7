/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbox_act.c - what the team does: answer by hand, mark as read, take back a STOP by the
 * person's word, have seen a notice. Each is one job of the store, so an answer and the
 * mark of what it answers are kept together or not at all. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "message/gsm.h"
#include "message/outbox.h"
#include "message/phone.h"
#include "talk/inbox_impl.h"
#include "talk/talk.h"

#define ANSWER_USEFUL_S                                                        \
	(24 * 3600)	    /* one that could not leave by then is told to the \
			       writer, not to the person */
#define HUMAN_S (24 * 3600) /* what comes back within it is the team's to read */

enum act { ACT_ANSWER, ACT_READ, ACT_LIFT, ACT_NOTICE };

struct act_job {
	struct store_job job;
	struct inbox *in;
	enum act act;
	struct inbox_which which;
	rdvd_id seen;
	enum rdvd_lift lift;
	char *text, *key, *actor; /* owned */
	int segments;
	rdvd_time now;
	rdvd_id message;
	enum inbox_verdict verdict;
	inbox_cb *cb;
	void *arg;
};

/* What an act is about, found in the store. */
struct place {
	char *number; /* owned; "" none */
	rdvd_id participation, organisation;
	rdvd_id newest; /* the latest text up to seen; 0 none */
	int newest_stops;
	int can_sms;
	int stopped;
	rdvd_id *to_hand; /* owned: texts up to seen that wait */
	size_t n, cap;
	rdvd_id seen;
};

/* ---- the words ---- */

/* As it leaves: lines end with LF alone, no blanks around it, and in the GSM alphabet
 * when nothing is lost by it. Free it. */
static char *words_as_sent(const char *typed)
{
	struct buf plain = BUF_INIT, folded = BUF_INIT;
	size_t n;
	char *out;

	typed += strspn(typed, " \t\r\n");
	n = strlen(typed);
	while (n && strchr(" \t\r\n", typed[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		if (typed[i] != '\r')
			buf_addch(&plain, typed[i]);
	out = xstrdup(buf_str(gsm_fold(buf_str(&plain), &folded) ? &plain : &folded));
	buf_fini(&plain);
	buf_fini(&folded);
	return out;
}

int inbox_segments(const char *text)
{
	char *words = words_as_sent(text);
	int n = (int)gsm_measure(words).segments;

	free(words);
	return n;
}

/* ---- where it goes ---- */

static int keep_person(void *arg, const struct rdvd_appointment *a)
{
	struct place *p = arg;

	p->number = xstrdup(a->person.phone);
	p->participation = a->id;
	p->organisation = a->organisation;
	p->can_sms = a->person.sms_ok;
	return 1;
}

static int keep_next(void *arg, const struct rdvd_appointment *a)
{
	struct place *p = arg;

	p->participation = a->id;
	if (!p->organisation)
		p->organisation = a->organisation;
	return 1;
}

static int note_text(void *arg, const struct rdvd_inbound *i)
{
	struct place *p = arg;

	if (i->id > p->seen)
		return 1;
	p->newest = i->id;
	p->newest_stops = strcmp(i->understood, "stop") == 0;
	if (i->state == RDVD_INBOUND_TO_HAND) {
		VEC_GROW(p->to_hand, p->n, p->cap);
		p->to_hand[p->n++] = i->id;
	}
	return 0;
}

static int note_stop(void *arg, const struct rdvd_contact *k)
{
	((struct place *)arg)->stopped = k->stopped != 0;
	return 1;
}

/* Of a text: its number, and the appointment that it was about, else the next one. */
static enum rdvd_rc place_of_text(const struct rdvd_store_ops *ops, void *st,
				  const struct act_job *j, struct place *p)
{
	enum rdvd_rc rc;
	struct rdvd_inbound *i = inbound_find(ops, st, j->which.inbound, &rc);

	if (!i)
		return rc;
	p->number = xstrdup(i->number);
	p->participation = i->participation;
	p->organisation = i->organisation;
	p->can_sms = i->number[0] == '+';
	if (p->seen < i->id)
		p->seen = i->id;
	if (!p->participation && *p->number)
		rc = ops->appointment_of_number(st, p->number, j->now, keep_next, p);
	free(i);
	return rc;
}

static enum rdvd_rc place_find(const struct rdvd_store_ops *ops, void *st,
			       const struct act_job *j, struct place *p)
{
	const struct rdvd_which which = {.id = j->which.participation};
	struct rdvd_inbound_filter f = {.state = 0};
	enum rdvd_rc rc;

	*p = (struct place){.seen = j->seen};
	rc = j->which.inbound ? place_of_text(ops, st, j, p)
			      : ops->appointment_get(st, &which, keep_person, p);
	if (!p->number)
		p->number = xstrdup("");
	if (rc != RDVD_OK || !*p->number)
		return rc;
	f.number = p->number;
	rc = ops->inbound_each(st, &f, note_text, p);
	if (rc == RDVD_OK)
		rc = ops->contact_get(st, p->number, note_stop, p);
	return rc == RDVD_NOT_FOUND ? RDVD_OK : rc;
}

static void place_fini(struct place *p)
{
	free(p->number);
	free(p->to_hand);
}

/* ---- in the store's thread ---- */

static enum rdvd_rc mark_all(const struct rdvd_store_ops *ops, void *st,
			     const struct act_job *j, const struct place *p)
{
	enum rdvd_rc rc = RDVD_OK;

	if (!*p->number) /* erased: nothing says what else is of it */
		return ops->inbound_mark(st, j->which.inbound, RDVD_INBOUND_READ,
					 j->actor, j->now);
	for (size_t i = 0; rc == RDVD_OK && i < p->n; i++)
		rc = ops->inbound_mark(st, p->to_hand[i], RDVD_INBOUND_READ, j->actor,
				       j->now);
	return rc;
}

static enum rdvd_rc write_letter(const struct rdvd_store_ops *ops, void *st,
				 struct act_job *j, const struct place *p)
{
	const struct rdvd_letter letter = {
		.key = j->key,
		.kind = RDVD_MSG_ANSWER,
		.channel = RDVD_CHANNEL_SMS,
		.participation = p->participation,
		.organisation = p->organisation,
		.to = p->number,
		.text = j->text,
		.answerable = 1,
		.inbound = p->newest,
		.due = j->now,
		.deadline = j->now + ANSWER_USEFUL_S,
		.actor = j->actor,
		.now = j->now,
	};
	const struct rdvd_turn turn = {
		.number = p->number,
		.question = TALK_QUESTION_HUMAN,
		.until = j->now + HUMAN_S,
		.now = j->now,
	};
	enum rdvd_rc rc = ops->letter_put(st, &letter, &j->message);

	if (rc != RDVD_OK)
		return rc;
	if (!j->message) {
		j->verdict = INBOX_KNOWN;
		return RDVD_OK;
	}
	rc = mark_all(ops, st, j, p);
	return rc == RDVD_OK ? ops->turn(st, &turn) : rc;
}

static enum rdvd_rc answer(const struct rdvd_store_ops *ops, void *st, struct act_job *j,
			   const struct place *p)
{
	const struct inbox_options *o = &j->in->o;

	if (!*p->number || p->number[0] != '+' || !p->can_sms ||
	    (!p->newest &&
	     !phone_accepts_sms(p->number, o->sms_prefixes, o->nsms_prefixes))) {
		j->verdict = INBOX_NO_NUMBER;
		return RDVD_OK;
	}
	if (p->stopped && (!p->newest || p->newest_stops)) {
		j->verdict = INBOX_STOPPED;
		return RDVD_OK;
	}
	return write_letter(ops, st, j, p);
}

static enum rdvd_rc act_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	struct act_job *j = (struct act_job *)job;
	struct place p = {.n = 0};
	enum rdvd_rc rc;

	j->verdict = INBOX_DONE;
	j->message = 0;
	if (j->act == ACT_NOTICE)
		return ops->notice_seen(st, j->which.inbound, j->actor, j->now);
	rc = place_find(ops, st, j, &p);
	if (rc == RDVD_OK) {
		if (j->act == ACT_ANSWER)
			rc = answer(ops, st, j, &p);
		else if (j->act == ACT_READ)
			rc = mark_all(ops, st, j, &p);
		else
			rc = ops->contact_lift(st, p.number, j->lift, p.participation,
					       j->actor, j->now);
	}
	place_fini(&p);
	return rc;
}

/* ---- in the loop ---- */

static void act_done(struct store_job *job)
{
	struct act_job *j = (struct act_job *)job;
	struct inbox *in = j->in;

	switch (job->rc) {
	case RDVD_OK: break;
	case RDVD_NOT_FOUND: j->verdict = INBOX_NOT_FOUND; break;
	case RDVD_CONFLICT:
	case RDVD_STALE: /* dealt with meanwhile */
	case RDVD_INVALID: j->verdict = INBOX_NOT_FOUND; break;
	case RDVD_BUSY:
	case RDVD_UNCERTAIN:
	case RDVD_FAILED: j->verdict = INBOX_BUSY; break;
	}
	if (j->verdict == INBOX_DONE && j->message && in->outbox)
		outbox_nudge(in->outbox);
	inbox_look(in, NULL, NULL);
	j->cb(j->arg, j->verdict, j->message, j->segments);
	free(j->text);
	free(j->key);
	free(j->actor);
	free(j);
}

static struct act_job *act_new(struct inbox *in, enum act act, const char *actor,
			       inbox_cb *cb, void *arg)
{
	struct act_job *j = xcalloc(1, sizeof *j);

	j->in = in;
	j->act = act;
	j->actor = xstrdup(actor);
	j->now = clock_now();
	j->cb = cb;
	j->arg = arg;
	j->job.run = act_run;
	j->job.done = act_done;
	return j;
}

static void act_submit(struct act_job *j)
{
	if (store_write(j->in->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	act_done(&j->job);
}

void inbox_answer(struct inbox *in, const struct inbox_answer *a, inbox_cb *cb, void *arg)
{
	char *text = words_as_sent(a->text ? a->text : "");
	int agreed = a->segments < 1 ? 1 : a->segments;
	int segments = (int)gsm_measure(text).segments;
	struct act_job *j;

	if (agreed > INBOX_SEGMENTS_MAX)
		agreed = INBOX_SEGMENTS_MAX;
	if (segments == 0 || segments > agreed) {
		free(text);
		cb(arg, segments ? INBOX_TOO_LONG : INBOX_EMPTY, 0, segments);
		return;
	}
	j = act_new(in, ACT_ANSWER, a->actor, cb, arg);
	j->which = a->which;
	j->seen = a->seen;
	j->text = text;
	j->key = xasprintf("hand:%s", a->key);
	j->segments = segments;
	act_submit(j);
}

void inbox_mark_read(struct inbox *in, rdvd_id inbound, rdvd_id seen, const char *actor,
		     inbox_cb *cb, void *arg)
{
	struct act_job *j = act_new(in, ACT_READ, actor, cb, arg);

	j->which.inbound = inbound;
	j->seen = seen;
	act_submit(j);
}

void inbox_lift(struct inbox *in, const struct inbox_which *w, enum rdvd_lift what,
		const char *actor, inbox_cb *cb, void *arg)
{
	struct act_job *j = act_new(in, ACT_LIFT, actor, cb, arg);

	j->which = *w;
	j->lift = what;
	act_submit(j);
}

void inbox_notice_seen(struct inbox *in, rdvd_id notice, const char *actor, inbox_cb *cb,
		       void *arg)
{
	struct act_job *j = act_new(in, ACT_NOTICE, actor, cb, arg);

	j->which.inbound = notice;
	act_submit(j);
}
