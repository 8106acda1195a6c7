/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbox_thread.c - a number's whole conversation in order of time: what came in and what
 * was understood of it, and everything that went out, on both channels. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"
#include "talk/inbox_impl.h"

struct thread_job {
	struct store_job job;
	struct inbox_which which;
	rdvd_time now;
	struct inbox_thread t;
	struct inbox_item *items; /* owned */
	size_t n, cap;
	char *number, *bad_note; /* owned */
	inbox_thread_cb *cb;
	void *arg;
};

static void thread_clear(struct thread_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->items[i].text);
		free(j->items[i].message);
		free(j->items[i].about);
	}
	free(j->t.asked);
	free(j->t.of);
	free(j->t.who);
	free(j->number);
	free(j->bad_note);
	j->number = j->bad_note = NULL;
	j->n = 0;
	j->t = (struct inbox_thread){.number = ""};
}

static int keep_appointment(void *arg, const struct rdvd_appointment *a)
{
	*(struct rdvd_appointment **)arg = appointment_dup(a);
	return 1;
}

/* Whose conversation it is: the number behind the text, or the person's. */
static enum rdvd_rc name_it(const struct rdvd_store_ops *ops, void *st,
			    struct thread_job *j)
{
	const struct rdvd_which which = {.id = j->which.participation};
	enum rdvd_rc rc;

	if (j->which.inbound) {
		j->t.asked = inbound_find(ops, st, j->which.inbound, &rc);
		if (rc == RDVD_OK)
			j->number = xstrdup(j->t.asked->number);
		return rc;
	}
	rc = ops->appointment_get(st, &which, keep_appointment, &j->t.of);
	if (rc == RDVD_OK)
		j->number = xstrdup(*j->t.of->person.phone ? j->t.of->person.phone
							   : j->t.of->person.email);
	return rc;
}

static int add_text(void *arg, const struct rdvd_inbound *i)
{
	struct thread_job *j = arg;

	VEC_GROW(j->items, j->n, j->cap);
	j->items[j->n++] = (struct inbox_item){.at = i->received, .text = inbound_dup(i)};
	j->t.newest = i->id;
	j->t.to_hand += i->state == RDVD_INBOUND_TO_HAND;
	return 0;
}

static rdvd_time time_of(const struct rdvd_message_row *m)
{
	if (m->sent_at)
		return m->sent_at;
	switch (m->state) {
	case RDVD_MSG_SCHEDULED:
	case RDVD_MSG_RETRY_WAIT:
	case RDVD_MSG_EXPIRED:
	case RDVD_MSG_SENDING:
	case RDVD_MSG_FAILED: return m->due ? m->due : m->created;
	case RDVD_MSG_ACCEPTED:
	case RDVD_MSG_DELIVERED:
	case RDVD_MSG_UNDELIVERED:
	case RDVD_MSG_UNKNOWN:
	case RDVD_MSG_SUPERSEDED:
	case RDVD_MSG_SUPPRESSED: break;
	}
	return m->created;
}

static int add_message(void *arg, const struct rdvd_message_row *m,
		       const struct rdvd_appointment *a)
{
	struct thread_job *j = arg;

	VEC_GROW(j->items, j->n, j->cap);
	j->items[j->n++] = (struct inbox_item){.at = time_of(m),
					       .message = message_row_dup(m),
					       .about = appointment_dup(a)};
	return 0;
}

static int keep_contact(void *arg, const struct rdvd_contact *k)
{
	struct thread_job *j = arg;

	j->t.stopped = k->stopped;
	j->t.bad_since = k->bad_since;
	j->t.verified = k->verified;
	j->bad_note = xstrdup(k->bad_note);
	return 1;
}

static rdvd_id id_of(const struct inbox_item *i)
{
	return i->text ? i->text->id : i->message->id;
}

/* In order of time; at one instant what came in stands before what it led to. */
static int by_time(const void *a, const void *b)
{
	const struct inbox_item *x = a, *y = b;
	rdvd_id ix = id_of(x), iy = id_of(y);

	if (x->at != y->at)
		return (x->at > y->at) - (x->at < y->at);
	if (!x->text != !y->text)
		return x->text ? -1 : 1;
	return (ix > iy) - (ix < iy);
}

static enum rdvd_rc of_number(const struct rdvd_store_ops *ops, void *st,
			      struct thread_job *j)
{
	const struct rdvd_inbound_filter texts = {.number = j->number};
	const struct rdvd_message_filter messages = {.number = j->number};
	struct holder h;
	enum rdvd_rc rc = ops->inbound_each(st, &texts, add_text, j);

	if (rc == RDVD_OK)
		rc = ops->message_each(st, &messages, add_message, j);
	if (rc == RDVD_OK)
		rc = ops->contact_get(st, j->number, keep_contact, j);
	if (rc == RDVD_NOT_FOUND)
		rc = RDVD_OK; /* nothing is known of it */
	if (rc != RDVD_OK)
		return rc;
	rc = holder_find(ops, st, j->number, j->now, &h);
	j->t.who = h.who;
	j->t.people = h.people;
	memcpy(j->t.names, h.names, sizeof j->t.names);
	return rc;
}

/* Of nobody who can be written to: what the appointment has, or the one text. */
static enum rdvd_rc of_one(const struct rdvd_store_ops *ops, void *st,
			   struct thread_job *j)
{
	const struct rdvd_message_filter f = {.participation = j->which.participation};

	if (!j->which.inbound)
		return ops->message_each(st, &f, add_message, j);
	add_text(j, j->t.asked);
	return RDVD_OK;
}

static enum rdvd_rc thread_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct thread_job *j = (struct thread_job *)job;
	enum rdvd_rc rc;

	thread_clear(j);
	rc = name_it(ops, st, j);
	if (rc == RDVD_OK)
		rc = *j->number ? of_number(ops, st, j) : of_one(ops, st, j);
	if (rc == RDVD_OK && !j->t.who && j->t.of)
		j->t.who = appointment_dup(j->t.of);
	if (rc == RDVD_OK && j->n)
		qsort(j->items, j->n, sizeof *j->items, by_time);
	return rc;
}

static void thread_done(struct store_job *job)
{
	struct thread_job *j = (struct thread_job *)job;

	j->t.number = j->number ? j->number : "";
	j->t.bad_note = j->bad_note ? j->bad_note : "";
	j->t.items = j->items;
	j->t.n = j->n;
	j->cb(j->arg, job->rc, job->rc == RDVD_OK ? &j->t : NULL);
	thread_clear(j);
	free(j->items);
	free(j);
}

void inbox_thread(struct inbox *in, const struct inbox_which *w, inbox_thread_cb *cb,
		  void *arg)
{
	struct thread_job *j = xcalloc(1, sizeof *j);

	j->which = *w;
	j->now = clock_now();
	j->cb = cb;
	j->arg = arg;
	j->job.run = thread_run;
	j->job.done = thread_done;
	if (store_read(in->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	thread_done(&j->job);
}
