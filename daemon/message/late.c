/* SPDX-License-Identifier: GPL-3.0-or-later */
/* late.c - messages that could not leave in time, while the daemon was down or a gateway
 * was. Nobody was told what they said, so the team has to know: one notice for each
 * organisation, not one for each message. They are counted when nothing is due any more,
 * from those whose deadline lies after the last count; where that was is kept in the
 * store, so that a restart neither forgets nor repeats. What was written to the team
 * itself does not count: they would be told of their own mail for ever. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "message/parcel.h"

#define CURSOR "late"
#define CREATED_WITHIN_S ((rdvd_time)370 * 86400)

struct late_count {
	rdvd_id organisation;
	int n;
};

struct late_job {
	struct store_job job;
	struct outbox *o;
	int64_t expired;
	rdvd_time now, since;	  /* since 0: never counted */
	struct late_count *items; /* owned */
	size_t n, cap;
};

static int add(void *arg, const struct rdvd_message_row *m,
	       const struct rdvd_appointment *a)
{
	struct late_job *j = arg;
	rdvd_id organisation = a ? a->organisation : m->organisation;
	size_t i = 0;

	if (m->state != RDVD_MSG_EXPIRED || m->deadline <= j->since ||
	    m->deadline > j->now)
		return 0;
	if (*j->o->alerts && strcmp(m->letter_to, j->o->alerts) == 0)
		return 0;
	while (i < j->n && j->items[i].organisation != organisation)
		i++;
	if (i == j->n) {
		VEC_GROW(j->items, j->n, j->cap);
		j->items[j->n++] = (struct late_count){.organisation = organisation};
	}
	j->items[i].n++;
	return 0;
}

static enum rdvd_rc count_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct late_job *j = (struct late_job *)job;
	const struct rdvd_message_filter f = {.troubled = 1,
					      .since = j->now - CREATED_WITHIN_S};
	enum rdvd_rc rc = ops->cursor_get(st, CURSOR, &j->since);

	j->n = 0;
	if (rc == RDVD_NOT_FOUND) { /* a new store, or one that never counted */
		j->since = 0;
		return RDVD_OK;
	}
	return rc == RDVD_OK ? ops->message_each(st, &f, add, j) : rc;
}

static enum rdvd_rc keep_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	const struct late_job *j = (const struct late_job *)job;

	return ops->cursor_set(st, CURSOR, j->now);
}

static void late_free(struct late_job *j)
{
	free(j->items);
	free(j);
}

static void tell(const struct late_job *j, const struct late_count *c)
{
	struct buf key = BUF_INIT, text = BUF_INIT;

	buf_addf(&key, "expired:%lld:%lld", (long long)c->organisation,
		 (long long)j->now);
	if (c->n == 1)
		buf_addlit(&text, "Un message n’a pas pu partir à temps : la personne "
				  "n’a pas été prévenue.");
	else
		buf_addf(&text,
			 "%d messages n’ont pas pu partir à temps : les personnes n’ont "
			 "pas été prévenues.",
			 c->n);
	outbox_tell(j->o, buf_str(&key), "expired", c->organisation, buf_str(&text));
	buf_fini(&key);
	buf_fini(&text);
}

static void keep_done(struct store_job *job)
{
	struct late_job *j = (struct late_job *)job;

	j->o->counting = 0;
	if (job->rc == RDVD_OK) {
		j->o->expired_known = j->expired;
		for (size_t i = 0; i < j->n; i++)
			tell(j, &j->items[i]);
	}
	late_free(j);
}

static void count_done(struct store_job *job)
{
	struct late_job *j = (struct late_job *)job;

	if (job->rc == RDVD_OK) {
		j->job.run = keep_run;
		j->job.done = keep_done;
		if (store_write(j->o->store, &j->job) == RDVD_OK)
			return;
	}
	j->o->counting = 0;
	late_free(j);
}

void outbox_count_late(struct outbox *o, int64_t expired)
{
	struct late_job *j;

	if (o->counting || o->stopped || expired == o->expired_known)
		return;
	j = xcalloc(1, sizeof *j);
	*j = (struct late_job){.o = o, .expired = expired, .now = clock_now()};
	j->job.run = count_run;
	j->job.done = count_done;
	if (store_read(o->store, &j->job) == RDVD_OK)
		o->counting = 1;
	else
		late_free(j);
}
