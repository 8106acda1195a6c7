/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answers.c - what was chosen from the short lists that a service asks with. The words
 * are kept beside the question's name, in French, as they stood when they were chosen: a
 * list that is changed later does not change what somebody said. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/impl.h"

/* In errors fields live as long as the territory: a question's place in its service. */
static const char *const field_of[SERVICE_QUESTIONS_MAX] = {"answers.0", "answers.1",
							    "answers.2", "answers.3"};

static int question_of(const struct service *s, const char *id)
{
	for (int i = 0; i < s->nquestions; i++)
		if (strcmp(s->questions[i].id, id) == 0)
			return i;
	return -1;
}

void answers_check(const struct service *s, const struct booking_request *q,
		   struct buf *out, struct booking_errors *errors)
{
	int chosen[SERVICE_QUESTIONS_MAX] = {-1, -1, -1, -1};
	json_t *kept = json_object();

	for (size_t i = 0; i < q->nanswers; i++) {
		int at = question_of(s, q->answers[i].question);

		if (at < 0)
			booking_error_add(errors, "answers", "unknown",
					  "Cette question n’est pas posée pour ce "
					  "rendez-vous.");
		else if (q->answers[i].choice >= s->questions[at].nchoices)
			booking_error_add(errors, field_of[at], "unknown",
					  "Choisissez une des réponses proposées.");
		else
			chosen[at] = q->answers[i].choice;
	}
	for (int i = 0; i < s->nquestions; i++) {
		const struct service_question *question = &s->questions[i];

		if (chosen[i] >= 0)
			json_object_set_new(kept, question->id,
					    json_pack("[ss]", question->text.fr,
						      question->choices[chosen[i]].fr));
		else if (question->required && !q->actor && q->channel != RDVD_BY_SMS)
			booking_error_add(errors, field_of[i], "required",
					  "Choisissez une réponse.");
	}
	if (json_object_size(kept) > 0) {
		char *text = json_dumps(kept, JSON_COMPACT);

		buf_addstr(out, text);
		free(text);
	}
	json_decref(kept);
}

/* ---- put right later, by the team ---- */

struct answer_job {
	struct store_job job;
	rdvd_id participation;
	struct buf answers;
	char actor[64];
	rdvd_time now;
	struct booking *b;
	booking_done_cb *cb;
	void *arg;
};

static enum rdvd_rc answer_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct answer_job *j = (struct answer_job *)job;

	return ops->answers_set ? ops->answers_set(st, j->participation,
						   buf_str(&j->answers), j->actor, j->now)
				: RDVD_FAILED;
}

static void answer_done(struct store_job *job)
{
	struct answer_job *j = (struct answer_job *)job;

	j->cb(j->arg, job->rc);
	buf_fini(&j->answers);
	free(j);
}

void booking_answer(struct booking *b, const struct rdvd_appointment *a,
		    const struct booking_answer *answers, size_t n, const char *actor,
		    booking_done_cb *cb, void *arg)
{
	const struct territory *t = b->territory;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	const struct booking_request q = {
		.answers = answers, .nanswers = n, .actor = actor};
	struct booking_errors errors = {.n = 0};
	struct answer_job *j;

	if (service == TERRITORY_NONE) {
		cb(arg, RDVD_NOT_FOUND);
		return;
	}
	j = xcalloc(1, sizeof *j);
	*j = (struct answer_job){
		.participation = a->id, .now = clock_now(), .b = b, .cb = cb, .arg = arg};
	j->job.run = answer_run;
	j->job.done = answer_done;
	snprintf(j->actor, sizeof j->actor, "%s", actor);
	answers_check(&t->services[service], &q, &j->answers, &errors);
	if (errors.n == 0 && store_write(b->store, &j->job) == RDVD_OK)
		return;
	cb(arg, errors.n ? RDVD_INVALID : RDVD_BUSY);
	buf_fini(&j->answers);
	free(j);
}
