/* SPDX-License-Identifier: GPL-3.0-or-later */
/* form.c - what somebody types to book. One table says how each field is called in the
 * page, in booking's errors and in this program, so that reading, showing again, hiding
 * and hashing cannot disagree. */
#include "web/form.h"

#include <string.h>

#include "base/mem.h"
#include "web/questions.h"

#define PARTY_MAX 10
#define NOWHERE ((size_t)-1)

struct field {
	const char *name;  /* of the input; its id is the same */
	const char *error; /* the field in booking's errors; NULL: has none */
	const char *label; /* for the summary on top, a msgid */
	size_t typed;	   /* offset in struct typed */
	size_t input; /* offset of a struct input_view in struct form_view, or NOWHERE */
	bool hashed;
};

#define TYPED(member) offsetof(struct typed, member)
#define INPUT(member) offsetof(struct form_view, member)

static const struct field fields[] = {
	{"prenom", "person.first_name", N_("Prénom"), TYPED(first_name),
	 INPUT(first_name), true},
	{"nom", "person.last_name", N_("Nom"), TYPED(last_name), INPUT(last_name), true},
	{"annee", "person.birth_year", N_("Année de naissance"), TYPED(birth_year),
	 INPUT(birth_year), true},
	{"structure", "person.employer", N_("Structure"), TYPED(employer),
	 INPUT(employer), true},
	{"telephone", "person.phone", N_("Téléphone"), TYPED(phone), INPUT(phone), true},
	{"email", "person.email", N_("E-mail"), TYPED(email), INPUT(email), true},
	{"nombre", "party_size", N_("Combien serez-vous\u00a0?"), TYPED(party), NOWHERE,
	 true},
	{"langue", NULL, N_("Langue ou interprète"), TYPED(language), INPUT(language),
	 true},
	{"besoin", "person.needs", N_("Un autre besoin"), TYPED(need), INPUT(need), true},
	{"marches", NULL, N_("Un accès sans marches"), TYPED(step_free), NOWHERE, true},
	{"discret", NULL, N_("Des messages discrets"), TYPED(discreet), NOWHERE, true},
	{"reponses", NULL, N_("Pas de rappel"), TYPED(only_answers), NOWHERE, true},
	{"heures", "person.contact.hours", N_("Entre quelles heures vous écrire"),
	 TYPED(hours), INPUT(hours), true},
	{"service", "service", N_("Rendez-vous"), TYPED(service), NOWHERE, true},
	{"horaire", "start", N_("Horaire"), TYPED(hour), NOWHERE, true},
	{"interprete", NULL, N_("Un interprète"), TYPED(interpreter), NOWHERE, true},
	{"question0", "answers.0", NULL, TYPED(answers[0]), NOWHERE, true},
	{"question1", "answers.1", NULL, TYPED(answers[1]), NOWHERE, true},
	{"question2", "answers.2", NULL, TYPED(answers[2]), NOWHERE, true},
	{"question3", "answers.3", NULL, TYPED(answers[3]), NOWHERE, true},
	{"q", NULL, NULL, TYPED(q), NOWHERE, false},
	{"cle", NULL, NULL, TYPED(key), NOWHERE, false},
	{"sujet", NULL, NULL, TYPED(trap), NOWHERE, false},
	{"vu", NULL, NULL, TYPED(stamp), NOWHERE, false},
	{"preuve", NULL, NULL, TYPED(proof), NOWHERE, false},
	{"verification", NULL, NULL, TYPED(verification), NOWHERE, false},
	{"code", NULL, NULL, TYPED(code), NOWHERE, false},
};

static const char *value_of(const struct typed *t, const struct field *f)
{
	return *(const char *const *)((const char *)t + f->typed);
}

void form_read(const struct http_request *rq, struct typed *t)
{
	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];
		const char *value = http_request_field(rq, f->name);

		if (!value)
			value = "";
		*(const char **)((char *)t + f->typed) = value;
		if (*value && f->input != NOWHERE)
			t->any = true;
	}
}

void form_needs(const struct typed *t, struct buf *out)
{
	if (*t->language)
		buf_addf(out, "Langue ou interprète : %s. ", t->language);
	else if (*t->interpreter)
		buf_addstr(out, "Interprète demandé. ");
	if (*t->step_free)
		buf_addstr(out, "Accès sans marches. ");
	if (*t->need)
		buf_addstr(out, t->need);
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

void form_hash(const struct typed *t, uint8_t hash[RDVD_HASH_SIZE])
{
	struct buf all = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].hashed)
			buf_add(&all, value_of(t, &fields[i]),
				strlen(value_of(t, &fields[i])) + 1);
	secret_sha256(all.data, all.len, hash);
	buf_fini(&all);
}

/* What is said anew each time: no use in carrying it along. */
static bool is_answer(const struct field *f)
{
	return f->typed == TYPED(trap) || f->typed == TYPED(proof) ||
	       f->typed == TYPED(verification) || f->typed == TYPED(code);
}

const struct hidden_view *form_hidden(struct http_request *rq, const struct typed *t,
				      size_t *n)
{
	struct hidden_view *h = http_request_alloc(rq, ARRAY_SIZE(fields) * sizeof(*h));

	*n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *value = value_of(t, &fields[i]);

		if (fields[i].typed != TYPED(hour) && !is_answer(&fields[i]) && *value)
			h[(*n)++] = (struct hidden_view){fields[i].name, value};
	}
	return h;
}

/* ---- what is wrong ---- */

static const struct field *field_of(const char *error)
{
	/* a date of birth is asked as a year */
	if (strcmp(error, "person.birth_date") == 0)
		error = "person.birth_year";
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].error && strcmp(fields[i].error, error) == 0)
			return &fields[i];
	return NULL;
}

static struct input_view *input_of(struct form_view *v, const struct field *f)
{
	return (struct input_view *)((char *)v + f->input);
}

static void add_problems(struct http_request *rq, const struct booking_errors *errors,
			 struct form_view *v)
{
	const struct lang *l = http_request_lang(rq);
	struct problem_view *p = http_request_alloc(rq, errors->n * sizeof(*p));

	for (size_t i = 0; i < errors->n; i++) {
		const struct booking_error *e = &errors->items[i];
		const struct field *f = field_of(e->field);

		p[i].message = tr(l, e->message);
		p[i].field = f ? f->name : NULL;
		p[i].label = f && f->label ? tr(l, f->label) : NULL;
		if (f && f->input != NOWHERE)
			input_of(v, f)->error = p[i].message;
		else if (f && f->typed == TYPED(party))
			v->party_error = p[i].message;
	}
	v->problems = p;
	v->nproblems = errors->n;
}

static void add_party(struct http_request *rq, const struct typed *t, struct form_view *v)
{
	struct option_view *o = http_request_alloc(rq, PARTY_MAX * sizeof(*o));

	for (int i = 0; i < PARTY_MAX; i++) {
		const char *n = page_text(rq, "%d", i + 1);

		o[i] = (struct option_view){
			.value = n, .text = n, .selected = strcmp(n, t->party) == 0};
	}
	v->party = o;
	v->nparty = PARTY_MAX;
}

void form_fill(struct http_request *rq, const struct typed *t,
	       const struct booking_errors *errors, struct form_view *v)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].input != NOWHERE)
			input_of(v, &fields[i])->value = value_of(t, &fields[i]);
	v->step_free = *t->step_free != '\0';
	v->discreet = *t->discreet != '\0';
	v->only_answers = *t->only_answers != '\0';
	v->interpreter = *t->interpreter != '\0';
	add_party(rq, t, v);
	if (errors && errors->n > 0)
		add_problems(rq, errors, v);
	v->open = v->interpreter || *t->language || *t->need || *t->step_free ||
		  *t->discreet || *t->only_answers || *t->hours || v->need.error ||
		  v->language.error;
}

void form_questions(struct http_request *rq, const struct typed *t,
		    const struct service *s, const struct booking_errors *errors,
		    struct form_view *v)
{
	struct problem_view *p;

	v->nquestions = questions_show(rq, s, t->answers, errors, &v->questions);
	if (!errors || errors->n == 0)
		return;
	p = http_request_alloc(rq, v->nproblems * sizeof(*p));
	memcpy(p, v->problems, v->nproblems * sizeof(*p));
	for (size_t i = 0; i < errors->n; i++) {
		int at = question_of_error(errors->items[i].field);

		if (at >= 0 && (size_t)at < v->nquestions)
			p[i].label = v->questions[at].text;
	}
	v->problems = p;
}
