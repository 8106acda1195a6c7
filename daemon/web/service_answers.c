/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_answers.c - what somebody answered to the questions of a service, on the page
 * of the appointment, and the form in which the team notes it for them. */
#include "base/mem.h"
#include "web/questions.h"
#include "web/service_text.h"

static const struct service *service_of(const struct staff *st,
					const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = territory_by_id(t, RDVD_DEF_SERVICE, a->service);

	return i == TERRITORY_NONE ? NULL : &t->services[i];
}

void service_answers_show(struct http_request *rq, const struct staff *st,
			  const struct rdvd_appointment *a,
			  struct staff_appointment_view *v)
{
	const struct service *s = service_of(st, a);
	const char *values[SERVICE_QUESTIONS_MAX];
	struct viewer who;

	staff_viewer(rq, &who);
	v->nanswers = answers_show(rq, a->answers, &v->answers);
	if (!s || s->nquestions == 0 || !rights_has(who.user, RIGHT(PERSON, CHANGE)))
		return;
	answers_values(rq, s, a->answers, values);
	v->nquestions = questions_show(rq, s, values, NULL, &v->questions);
	v->answers_url = page_text(rq, "/equipe/rdv/%lld/reponses", (long long)a->id);
	v->csrf = http_request_csrf(rq);
}

static void noted(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);

	if (!rq)
		return;
	if (rc == RDVD_OK)
		http_redirect(rq, 303,
			      page_text(rq, "/equipe/rdv/%s?fait=ajout",
					http_request_param(rq, "id")));
	else if (rc == RDVD_INVALID || rc == RDVD_NOT_FOUND)
		http_fail(rq, rc == RDVD_INVALID ? 400 : 404, NULL);
	else
		http_fail_later(rq, 503, NULL, 5);
}

static void found(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct booking_answer answers[SERVICE_QUESTIONS_MAX];
	const char *values[SERVICE_QUESTIONS_MAX];
	struct viewer who;
	size_t n;

	if (!rq || staff_refused(rq, st, r))
		return;
	staff_viewer(rq, &who);
	for (int i = 0; i < SERVICE_QUESTIONS_MAX; i++)
		values[i] = http_request_field(rq, question_field(i));
	n = questions_read(rq, values, answers);
	booking_answer(st->web.booking, r->appointment, answers, n, who.user->login,
		       noted, staff_wait(rq, NULL));
}

static void note(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct booking_which which = {0};

	if (staff_id(rq, &which.id) == 0)
		booking_get(st->web.booking, &which, found, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/equipe/rdv/{id}/reponses",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(PERSON, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = note},
};

void service_answers_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
