/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.c - lists for people to read, made in the reader's thread and given back whole;
 * and absences. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/impl.h"
#include "booking/watch.h"

enum list_kind { LIST_FILTER, LIST_DUPLICATES, LIST_SEARCH };

struct list_job {
	struct store_job job;
	enum list_kind kind;
	struct rdvd_appointment_filter filter;
	rdvd_id person;
	char q[101];
	int with_messages;
	struct record_list records; /* owned */
	booking_list_cb *cb;
	void *arg;
};

#define SEARCH_LIMIT 20

static int keep_message(void *arg, const struct rdvd_message_row *m,
			const struct rdvd_appointment *a)
{
	struct record *r = arg;
	(void)a;
	size_t cap = r->nmessages;
	/* powers of two: the capacity follows from the count */
	if (cap == 0 || (cap & (cap - 1)) == 0)
		r->messages =
			xrealloc(r->messages, cap ? cap * 2 : 1, sizeof(*r->messages));
	r->messages[r->nmessages++] = message_row_dup(m);
	return 0;
}

static int keep_contact(void *arg, const struct rdvd_contact *k)
{
	struct record *r = arg;

	r->stopped = k->stopped;
	r->bad_since = k->bad_since;
	return 1;
}

/* What was sent to the person, and what is known of her number. */
static enum rdvd_rc add_messages(const struct rdvd_store_ops *ops, void *st,
				 struct record *r)
{
	const struct rdvd_message_filter f = {.participation = r->appointment->id};
	enum rdvd_rc rc = ops->message_each(st, &f, keep_message, r);

	if (rc != RDVD_OK || !*r->appointment->person.phone)
		return rc;
	rc = ops->contact_get(st, r->appointment->person.phone, keep_contact, r);
	return rc == RDVD_NOT_FOUND ? RDVD_OK : rc;
}

static enum rdvd_rc list_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct list_job *j = (struct list_job *)job;
	enum rdvd_rc rc = RDVD_FAILED;
	record_list_fini(&j->records);
	switch (j->kind) {
	case LIST_FILTER:
		rc = ops->appointment_each(st, &j->filter, record_list_add, &j->records);
		break;
	case LIST_DUPLICATES:
		rc = ops->duplicate_each(st, j->person, record_list_add, &j->records);
		break;
	case LIST_SEARCH:
		rc = ops->person_search(st, j->q, 0, SEARCH_LIMIT, record_list_add,
					&j->records);
		break;
	}
	for (size_t i = 0; rc == RDVD_OK && j->with_messages && i < j->records.n; i++)
		rc = add_messages(ops, st, &j->records.items[i]);
	return rc;
}

static void list_done(struct store_job *job)
{
	struct list_job *j = (struct list_job *)job;
	j->cb(j->arg, job->rc, &j->records);
	record_list_fini(&j->records);
	free(j);
}

static void list_submit(struct booking *b, struct list_job *j)
{
	j->job.run = list_run;
	j->job.done = list_done;
	if (store_read(b->store, &j->job) == RDVD_OK)
		return;
	j->cb(j->arg, RDVD_BUSY, &j->records);
	free(j);
}

void booking_list(struct booking *b, const struct rdvd_appointment_filter *f,
		  int with_messages, booking_list_cb *cb, void *arg)
{
	struct list_job *j = xcalloc(1, sizeof *j);
	*j = (struct list_job){.kind = LIST_FILTER,
			       .filter = *f,
			       .with_messages = with_messages,
			       .cb = cb,
			       .arg = arg};
	list_submit(b, j);
}

void booking_duplicates(struct booking *b, rdvd_id person, booking_list_cb *cb, void *arg)
{
	struct list_job *j = xcalloc(1, sizeof *j);
	*j = (struct list_job){
		.kind = LIST_DUPLICATES, .person = person, .cb = cb, .arg = arg};
	list_submit(b, j);
}

void booking_person_search(struct booking *b, const char *q, booking_list_cb *cb,
			   void *arg)
{
	struct list_job *j = xcalloc(1, sizeof *j);
	*j = (struct list_job){.kind = LIST_SEARCH, .cb = cb, .arg = arg};
	snprintf(j->q, sizeof j->q, "%s", q);
	list_submit(b, j);
}

/* ---- absences ---- */

struct absence_job {
	struct store_job job;
	struct booking *b;
	struct rdvd_absence absence;
	rdvd_id id; /* given by the store */
	int remove;
	rdvd_time now;
	char label[101], actor[64];
	booking_cb *cb;
	void *arg;
};

static enum rdvd_rc absence_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct absence_job *j = (struct absence_job *)job;
	j->id = j->absence.id;
	if (j->remove)
		return ops->absence_remove(st, j->id, j->now, j->actor);
	return ops->absence_put(st, &j->absence, j->now, j->actor, &j->id);
}

/* Of one that is taken back only the number is known. */
static void absence_tell(const struct absence_job *j)
{
	const struct territory *t = j->b->territory;
	struct watch_event e = {.from = j->absence.start, .to = j->absence.end};
	int who = j->remove ? TERRITORY_NONE
			    : territory_by_id(t, RDVD_DEF_COUNSELLOR,
					      j->absence.counsellor);
	int organisation =
		who == TERRITORY_NONE ? TERRITORY_NONE : t->counsellors[who].organisation;
	if (organisation != TERRITORY_NONE)
		e.organisation = t->organisations[organisation].id;
	if (who != TERRITORY_NONE) {
		e.ncounsellors = 1;
		e.counsellors[0] = j->absence.counsellor;
	}
	booking_tell(j->b, &e);
}

static void absence_done(struct store_job *job)
{
	struct absence_job *j = (struct absence_job *)job;
	struct booking *b = j->b;
	struct booking_reply r = {
		.verdict = verdict_of_store(job->rc), .token = "", .absence = j->id};
	if (r.verdict == BOOKING_DONE && j->remove) {
		agenda_absence_remove(b->agenda, j->id);
		booking_time_freed(b);
	} else if (r.verdict == BOOKING_DONE) {
		int who = territory_by_id(b->territory, RDVD_DEF_COUNSELLOR,
					  j->absence.counsellor);
		if (who != TERRITORY_NONE)
			agenda_absence_put(b->agenda, j->id, who, j->absence.start,
					   j->absence.end);
	}
	if (r.verdict == BOOKING_DONE)
		absence_tell(j);
	j->cb(j->arg, &r);
	free(j);
}

static void absence_submit(struct booking *b, struct absence_job *j)
{
	j->job.run = absence_run;
	j->job.done = absence_done;
	if (store_write(b->store, &j->job) == RDVD_OK)
		return;
	struct booking_reply r = {.verdict = BOOKING_BUSY, .token = ""};
	j->cb(j->arg, &r);
	free(j);
}

static struct absence_job *absence_new(struct booking *b, const char *actor,
				       booking_cb *cb, void *arg)
{
	struct absence_job *j = xcalloc(1, sizeof *j);
	*j = (struct absence_job){.b = b, .now = clock_now(), .cb = cb, .arg = arg};
	snprintf(j->actor, sizeof j->actor, "%s", actor ? actor : "");
	return j;
}

void booking_absence_add(struct booking *b, const char *counsellor, rdvd_time start,
			 rdvd_time end, const char *label, const char *actor,
			 booking_cb *cb, void *arg)
{
	struct booking_errors errors = {.n = 0};
	int who = counsellor ? territory_counsellor(b->territory, counsellor)
			     : TERRITORY_NONE;
	if (who == TERRITORY_NONE)
		booking_error_add(&errors, "counsellor", "unknown",
				  "Cette personne n’est pas dans l’équipe.");
	if (end <= start)
		booking_error_add(&errors, "end", "before_start",
				  "La fin doit venir après le début.");
	if (start % 300 || end % 300)
		booking_error_add(&errors, "start", "not_5_minutes",
				  "Les horaires sont des multiples de 5 minutes.");
	if (errors.n > 0) {
		struct booking_reply r = {
			.verdict = BOOKING_FIELDS, .token = "", .errors = &errors};
		cb(arg, &r);
		return;
	}
	struct absence_job *j = absence_new(b, actor, cb, arg);
	snprintf(j->label, sizeof j->label, "%s", label ? label : "");
	j->absence =
		(struct rdvd_absence){.counsellor = b->territory->counsellors[who].id,
				      .start = start,
				      .end = end,
				      .label = j->label};
	absence_submit(b, j);
}

void booking_absence_remove(struct booking *b, rdvd_id absence, const char *actor,
			    booking_cb *cb, void *arg)
{
	struct absence_job *j = absence_new(b, actor, cb, arg);
	j->absence.id = absence;
	j->remove = 1;
	absence_submit(b, j);
}
