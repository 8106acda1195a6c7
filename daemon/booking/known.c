/* SPDX-License-Identifier: GPL-3.0-or-later */
/* known.c - a booking for somebody who stands in the files. What the request says of her
 * is her number only: where she is written to, and what the facts count, come from her
 * row. So the row is read first, while the request waits as a copy of its own. */
#include <stdlib.h>
#include <string.h>

#include "booking/impl.h"

struct known_job {
	struct store_job job;
	struct booking *b;
	struct booking_request q;	/* its strings follow the struct */
	struct rdvd_appointment *found; /* owned */
	booking_cb *cb;
	void *arg;
};

/* The i-th string of a request that outlives the call; NULL after the last. */
static const char **request_string(struct booking_request *q, size_t i)
{
	const char **all[] = {&q->request_key, &q->service,	   &q->site,
			      &q->actor,       &q->counsellor,	   &q->counsellor2,
			      &q->place_name,  &q->place_postcode, &q->companion};
	return i < ARRAY_SIZE(all) ? all[i] : NULL;
}

static struct known_job *known_new(const struct booking_request *q)
{
	struct booking_request sized = *q;
	const char **s;
	size_t bytes = 0;
	for (size_t i = 0; (s = request_string(&sized, i)); i++)
		bytes += *s ? strlen(*s) + 1 : 0;
	struct known_job *j = xcalloc(1, sizeof *j + bytes);
	char *to = (char *)(j + 1);
	j->q = *q;
	for (size_t i = 0; (s = request_string(&j->q, i)); i++) {
		if (!*s)
			continue;
		size_t n = strlen(*s) + 1;
		memcpy(to, *s, n);
		*s = to;
		to += n;
	}
	return j;
}

static int keep_person(void *arg, const struct rdvd_appointment *a)
{
	struct known_job *j = arg;
	j->found = appointment_dup(a);
	return 1;
}

static enum rdvd_rc known_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct known_job *j = (struct known_job *)job;
	free(j->found);
	j->found = NULL;
	return ops->person_get(st, j->q.person.id, keep_person, j);
}

static void known_done(struct store_job *job)
{
	struct known_job *j = (struct known_job *)job;
	char year[16] = "", hours[16] = "";
	int elsewhere = j->found && j->q.within && j->found->organisation != j->q.within;
	if (job->rc != RDVD_OK || !j->found || elsewhere) {
		struct booking_reply r = {.verdict = elsewhere
							     ? BOOKING_NOT_FOUND
							     : verdict_of_store(job->rc),
					  .token = ""};
		j->cb(j->arg, &r);
		goto out;
	}
	const struct rdvd_person *p = &j->found->person;
	if (p->birth_year)
		snprintf(year, sizeof year, "%d", p->birth_year);
	if (p->hours_to > p->hours_from)
		snprintf(hours, sizeof hours, "%02d:%02d-%02d:%02d",
			 p->hours_from / 60 % 100, p->hours_from % 60,
			 p->hours_to / 60 % 100, p->hours_to % 60);
	j->q.person = (struct booking_person){.id = p->id,
					      .first_name = p->first_name,
					      .last_name = p->last_name,
					      .birth_year = year,
					      .phone = p->phone,
					      .email = p->email,
					      .postcode = p->postcode,
					      .insee = p->insee,
					      .locale = p->locale,
					      .needs = p->needs,
					      .discreet = p->discreet,
					      .hours = hours,
					      .only_answers = p->only_answers};
	book_person(j->b, &j->q, j->cb, j->arg);
out:
	free(j->found);
	free(j);
}

void book_known_person(struct booking *b, const struct booking_request *q, booking_cb *cb,
		       void *arg)
{
	struct known_job *j = known_new(q);
	j->job.run = known_run;
	j->job.done = known_done;
	j->b = b;
	j->cb = cb;
	j->arg = arg;
	if (store_read(b->store, &j->job) == RDVD_OK)
		return;
	struct booking_reply r = {.verdict = BOOKING_BUSY, .token = ""};
	free(j);
	cb(arg, &r);
}
