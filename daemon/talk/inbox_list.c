/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbox_list.c - what the team reads: the texts that wait, newest first; the messages
 * that did not arrive; notices. Made in the reader's thread, given back whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"
#include "talk/inbox_impl.h"

/* ---- whose number it is ---- */

struct holders {
	struct holder *h;
	struct rdvd_appointment **seen; /* owned: the first of each person */
	size_t nseen, cap;
	struct rdvd_appointment *next, *last; /* owned */
};

static int is_same_person(const struct rdvd_person *a, const struct rdvd_person *b)
{
	return a->id == b->id || (a->birth_year == b->birth_year &&
				  strcmp(a->first_name, b->first_name) == 0);
}

static int note_holder(void *arg, const struct rdvd_appointment *a)
{
	struct holders *all = arg;
	size_t i = 0;

	if (a->when.start >= all->h->now && !all->next) {
		all->next = appointment_dup(a);
	} else if (a->when.start < all->h->now) {
		free(all->last);
		all->last = appointment_dup(a);
	}
	while (i < all->nseen && !is_same_person(&all->seen[i]->person, &a->person))
		i++;
	if (i == all->nseen) {
		VEC_GROW(all->seen, all->nseen, all->cap);
		all->seen[all->nseen++] = appointment_dup(a);
	}
	return 0;
}

/* "Léa, Tom", as many as there is room for. */
static void write_names(const struct holders *all, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < all->nseen; i++) {
		const char *name = all->seen[i]->person.first_name;
		int n;

		if (used + strlen(name) + 3 > size)
			return;
		n = snprintf(out + used, size - used, "%s%s", used ? ", " : "", name);
		used += (size_t)n;
	}
}

enum rdvd_rc holder_find(const struct rdvd_store_ops *ops, void *st, const char *number,
			 rdvd_time now, struct holder *h)
{
	struct holders all = {.h = h};
	enum rdvd_rc rc = RDVD_OK;

	*h = (struct holder){.now = now};
	if (*number)
		rc = ops->appointment_of_number(st, number, 0, note_holder, &all);
	h->who = all.next ? all.next : all.last;
	if (all.next)
		free(all.last);
	h->people = all.nseen;
	write_names(&all, h->names, sizeof h->names);
	for (size_t i = 0; i < all.nseen; i++)
		free(all.seen[i]);
	free(all.seen);
	return rc;
}

/* ---- the texts ---- */

struct list_job {
	struct store_job job;
	struct inbox_ask ask;
	char *number;		  /* owned */
	struct inbox_text *items; /* owned, a ring: the newest stands before first */
	size_t n, cap, first, all;
	rdvd_time now;
	inbox_list_cb *cb;
	void *arg;
};

static void list_clear(struct list_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->items[i].row);
		free(j->items[i].who);
	}
	j->n = j->all = j->first = 0;
}

/* The store counts upwards, and the newest are wanted. */
static int keep_text(void *arg, const struct rdvd_inbound *i)
{
	struct list_job *j = arg;
	struct inbox_text *to;

	j->all++;
	if (j->ask.limit && j->n == j->ask.limit) {
		to = &j->items[j->first];
		free(to->row);
		j->first = (j->first + 1) % j->ask.limit;
	} else {
		VEC_GROW(j->items, j->n, j->cap);
		to = &j->items[j->n++];
	}
	*to = (struct inbox_text){.row = inbound_dup(i)};
	return 0;
}

static enum rdvd_rc list_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct list_job *j = (struct list_job *)job;
	const struct rdvd_inbound_filter f = {.state = j->ask.state,
					      .number = j->number,
					      .organisation = j->ask.organisation};
	enum rdvd_rc rc;

	list_clear(j);
	rc = ops->inbound_each(st, &f, keep_text, j);
	for (size_t i = 0; rc == RDVD_OK && i < j->n; i++) {
		struct holder h;

		rc = holder_find(ops, st, j->items[i].row->number, j->now, &h);
		j->items[i].who = h.who;
		j->items[i].people = h.people;
	}
	return rc;
}

static void list_done(struct store_job *job)
{
	struct list_job *j = (struct list_job *)job;
	struct inbox_text *newest = xcalloc(j->n + 1, sizeof *newest);

	for (size_t i = 0; i < j->n; i++)
		newest[i] = j->items[(j->first + j->n - 1 - i) % j->n];
	j->cb(j->arg, job->rc, newest, j->n, j->all);
	list_clear(j);
	free(newest);
	free(j->items);
	free(j->number);
	free(j);
}

void inbox_list(struct inbox *in, const struct inbox_ask *ask, inbox_list_cb *cb,
		void *arg)
{
	struct list_job *j = xcalloc(1, sizeof *j);

	j->ask = *ask;
	j->number = xstrdup(ask->number ? ask->number : "");
	j->now = clock_now();
	j->cb = cb;
	j->arg = arg;
	j->job.run = list_run;
	j->job.done = list_done;
	if (store_read(in->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	list_done(&j->job);
}

/* ---- what did not arrive ---- */

struct troubled_job {
	struct store_job job;
	struct rdvd_message_filter filter;
	size_t limit;
	struct inbox_item *items; /* owned, a ring: the newest stands before first */
	size_t n, cap, first, all;
	inbox_troubled_cb *cb;
	void *arg;
};

static void item_clear(struct inbox_item *i)
{
	free(i->text);
	free(i->message);
	free(i->about);
}

static void troubled_clear(struct troubled_job *j)
{
	for (size_t i = 0; i < j->n; i++)
		item_clear(&j->items[i]);
	j->n = j->all = j->first = 0;
}

static int keep_trouble(void *arg, const struct rdvd_message_row *m,
			const struct rdvd_appointment *a)
{
	struct troubled_job *j = arg;
	struct inbox_item *to;

	if (m->state == RDVD_MSG_SUPPRESSED)
		return 0;
	j->all++;
	if (j->limit && j->n == j->limit) {
		to = &j->items[j->first];
		item_clear(to);
		j->first = (j->first + 1) % j->limit;
	} else {
		VEC_GROW(j->items, j->n, j->cap);
		to = &j->items[j->n++];
	}
	*to = (struct inbox_item){.at = m->sent_at ? m->sent_at : m->created,
				  .message = message_row_dup(m),
				  .about = appointment_dup(a)};
	return 0;
}

static enum rdvd_rc troubled_run(const struct rdvd_store_ops *ops, void *st,
				 struct store_job *job)
{
	struct troubled_job *j = (struct troubled_job *)job;

	troubled_clear(j);
	return ops->message_each(st, &j->filter, keep_trouble, j);
}

static void troubled_done(struct store_job *job)
{
	struct troubled_job *j = (struct troubled_job *)job;
	struct inbox_item *newest = xcalloc(j->n + 1, sizeof *newest);

	for (size_t i = 0; i < j->n; i++)
		newest[i] = j->items[(j->first + j->n - 1 - i) % j->n];
	j->cb(j->arg, job->rc, newest, j->n, j->all);
	troubled_clear(j);
	free(newest);
	free(j->items);
	free(j);
}

void inbox_troubled(struct inbox *in, rdvd_time since, size_t limit,
		    inbox_troubled_cb *cb, void *arg)
{
	struct troubled_job *j = xcalloc(1, sizeof *j);

	j->filter = (struct rdvd_message_filter){.troubled = 1, .since = since};
	j->limit = limit;
	j->cb = cb;
	j->arg = arg;
	j->job.run = troubled_run;
	j->job.done = troubled_done;
	if (store_read(in->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	troubled_done(&j->job);
}

/* ---- notices ---- */

struct notices_job {
	struct store_job job;
	int unseen;
	struct rdvd_notice *items; /* owned, strings too */
	size_t n, cap;
	inbox_notices_cb *cb;
	void *arg;
};

static void notices_clear(struct notices_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free((char *)j->items[i].key);
		free((char *)j->items[i].kind);
		free((char *)j->items[i].text);
	}
	j->n = 0;
}

static int keep_notice(void *arg, const struct rdvd_notice *n)
{
	struct notices_job *j = arg;
	struct rdvd_notice copy = *n;

	copy.key = xstrdup(n->key);
	copy.kind = xstrdup(n->kind);
	copy.text = xstrdup(n->text);
	VEC_GROW(j->items, j->n, j->cap);
	j->items[j->n++] = copy;
	return 0;
}

static enum rdvd_rc notices_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct notices_job *j = (struct notices_job *)job;

	notices_clear(j);
	return ops->notice_each(st, j->unseen, keep_notice, j);
}

static void notices_done(struct store_job *job)
{
	struct notices_job *j = (struct notices_job *)job;

	for (size_t i = 0; i < j->n / 2; i++) {
		struct rdvd_notice n = j->items[i];

		j->items[i] = j->items[j->n - 1 - i];
		j->items[j->n - 1 - i] = n;
	}
	j->cb(j->arg, job->rc, j->items, j->n);
	notices_clear(j);
	free(j->items);
	free(j);
}

void inbox_notices(struct inbox *in, int unseen, inbox_notices_cb *cb, void *arg)
{
	struct notices_job *j = xcalloc(1, sizeof *j);

	j->unseen = unseen;
	j->cb = cb;
	j->arg = arg;
	j->job.run = notices_run;
	j->job.done = notices_done;
	if (store_read(in->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	notices_done(&j->job);
}
