/* SPDX-License-Identifier: GPL-3.0-or-later */
/* questions.c - see questions.h. */
#include "web/questions.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "http/http.h"
#include "web/page.h"

#define RADIOS_MAX 4 /* more choices are a select */

static const char *const names[SERVICE_QUESTIONS_MAX] = {"question0", "question1",
							 "question2", "question3"};

const char *question_field(int i)
{
	return names[i];
}

int question_of_error(const char *field)
{
	static const char prefix[] = "answers.";
	int i;

	if (strncmp(field, prefix, sizeof prefix - 1) != 0)
		return -1;
	i = field[sizeof prefix - 1] - '0';
	return i >= 0 && i < SERVICE_QUESTIONS_MAX ? i : -1;
}

size_t questions_read(struct http_request *rq,
		      const char *const values[SERVICE_QUESTIONS_MAX],
		      struct booking_answer out[SERVICE_QUESTIONS_MAX])
{
	size_t n = 0;

	for (int i = 0; i < SERVICE_QUESTIONS_MAX; i++) {
		const char *value = values[i], *dot = value ? strrchr(value, '.') : NULL;
		int64_t rank;
		char *id;

		if (!dot || parse_int(dot + 1, 0, SERVICE_CHOICES_MAX - 1, &rank) < 0)
			continue;
		id = http_request_strdup(rq, value);
		id[dot - value] = '\0';
		out[n++] = (struct booking_answer){id, (int)rank};
	}
	return n;
}

static const char *value_of(struct http_request *rq, const struct service_question *q,
			    int choice)
{
	return page_text(rq, "%s.%d", q->id, choice);
}

static void show_one(struct http_request *rq, const struct service_question *q, int i,
		     const char *const values[SERVICE_QUESTIONS_MAX],
		     struct question_view *v)
{
	const char *code = http_request_lang_code(rq);
	struct choice_view *c = http_request_alloc(rq, (size_t)q->nchoices * sizeof(*c));

	*v = (struct question_view){
		.name = names[i],
		.error_id = page_text(rq, "%s-e", names[i]),
		.text = bitext_get(&q->text, code),
		.required = q->required,
		.radios = q->nchoices <= RADIOS_MAX,
		.choices = c,
		.nchoices = (size_t)q->nchoices,
	};
	for (int k = 0; k < q->nchoices; k++) {
		c[k] = (struct choice_view){
			.id = k == 0 ? names[i] : NULL,
			.value = value_of(rq, q, k),
			.text = bitext_get(&q->choices[k], code),
		};
		for (int j = 0; j < SERVICE_QUESTIONS_MAX; j++)
			if (values[j] && strcmp(values[j], c[k].value) == 0)
				c[k].selected = true;
	}
}

size_t questions_show(struct http_request *rq, const struct service *s,
		      const char *const values[SERVICE_QUESTIONS_MAX],
		      const struct booking_errors *errors,
		      const struct question_view **out)
{
	struct question_view *v;

	*out = NULL;
	if (s->nquestions == 0)
		return 0;
	v = http_request_alloc(rq, (size_t)s->nquestions * sizeof(*v));
	for (int i = 0; i < s->nquestions; i++)
		show_one(rq, &s->questions[i], i, values, &v[i]);
	for (size_t i = 0; errors && i < errors->n; i++) {
		int at = question_of_error(errors->items[i].field);

		if (at >= 0 && at < s->nquestions)
			v[at].error = tr(http_request_lang(rq), errors->items[i].message);
	}
	*out = v;
	return (size_t)s->nquestions;
}

/* ---- what was answered ---- */

size_t answers_show(struct http_request *rq, const char *answers,
		    const struct answer_view **out)
{
	json_t *root = answers && *answers ? json_loads(answers, 0, NULL) : NULL;
	struct answer_view *v;
	const char *id;
	json_t *pair;
	size_t n = 0;

	*out = NULL;
	if (!json_is_object(root)) {
		json_decref(root);
		return 0;
	}
	v = http_request_alloc(rq, (json_object_size(root) + 1) * sizeof(*v));
	json_object_foreach(root, id, pair)
	{
		const char *question = json_string_value(json_array_get(pair, 0));
		const char *answer = json_string_value(json_array_get(pair, 1));

		if (question && answer)
			v[n++] = (struct answer_view){
				.question = http_request_strdup(rq, question),
				.answer = http_request_strdup(rq, answer)};
	}
	json_decref(root);
	*out = v;
	return n;
}

void answers_values(struct http_request *rq, const struct service *s, const char *answers,
		    const char *values[SERVICE_QUESTIONS_MAX])
{
	json_t *root = answers && *answers ? json_loads(answers, 0, NULL) : NULL;

	for (int i = 0; i < SERVICE_QUESTIONS_MAX; i++)
		values[i] = NULL;
	for (int i = 0; i < s->nquestions; i++) {
		const struct service_question *q = &s->questions[i];
		const char *said = json_string_value(
			json_array_get(json_object_get(root, q->id), 1));

		for (int k = 0; said && k < q->nchoices; k++)
			if (strcmp(q->choices[k].fr, said) == 0)
				values[i] = value_of(rq, q, k);
	}
	json_decref(root);
}
