/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_form.c - a kind of appointment as a form: its tables of fields, and what no
 * table says: the colour, the reminders of its own, the switch
 * of workshops, the permanences that offer it. */
#include "web/service_form.h"

#include <stdio.h>
#include <string.h>

#include "agenda/rule_words.h"
#include "base/mem.h"
#include "base/parse.h"

static const struct {
	const char *value, *text;
} palette[] = {
	{"", N_("Celle des pages")},  {"#0b5d4e", N_("Sapin")}, {"#1d4ed8", N_("Bleu")},
	{"#0e7490", N_("Turquoise")}, {"#4d7c0f", N_("Vert")},	{"#a16207", N_("Ocre")},
	{"#c2410c", N_("Orange")},    {"#b91c1c", N_("Rouge")}, {"#be185d", N_("Rose")},
	{"#7c3aed", N_("Violet")},    {"#475569", N_("Gris")},
};

/* The name of a question's field. */
static const char *ask(char out[24], int i, const char *what)
{
	snprintf(out, 24, "q%d_%s", i, what);
	return out;
}

struct service_form *service_form_new(struct http_request *rq, const struct staff *st,
				      int service)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct service_form *f = http_request_alloc(rq, sizeof(*f));
	struct viewer v;

	memset(f, 0, sizeof(*f));
	setting_form_init(&f->form, service_fields, service_nfields);
	setting_form_init(&f->asks, service_asked, service_nasked);
	setting_put(&f->form, "mode", "site");
	setting_put(&f->form, "qui", "public");
	for (int i = 0; i < SERVICE_QUESTIONS_MAX; i++)
		f->ids[i] = "";
	f->colour = "";
	f->service = service;
	f->offers = http_request_alloc(rq, (size_t)t->nopenings + 1);
	memset(f->offers, 0, (size_t)t->nopenings + 1);
	staff_viewer(rq, &v);
	f->organisation = service == TERRITORY_NONE ? setting_organisation(rq, st, &v)
						    : t->services[service].organisation;
	f->shared = service != TERRITORY_NONE && f->organisation == TERRITORY_NONE;
	return f;
}

/* ---- from JSON ---- */

static const char *bitext_of(struct http_request *rq, const json_t *o, const char *lang)
{
	const char *s = json_is_string(o)
				? strcmp(lang, "fr") ? NULL : json_string_value(o)
				: json_string_value(json_object_get(o, lang));

	return http_request_strdup(rq, s ? s : "");
}

static const char *lines_of(struct http_request *rq, const json_t *list, const char *lang)
{
	struct buf b = BUF_INIT;
	const char *text;
	int some = 0;
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const char *one = bitext_of(rq, item, lang);

		if (i)
			buf_addch(&b, '\n');
		buf_addstr(&b, one);
		some |= *one != '\0';
	}
	text = http_request_strdup(rq, some ? buf_str(&b) : "");
	buf_fini(&b);
	return text;
}

static void load_questions(struct http_request *rq, struct service_form *f,
			   const json_t *list)
{
	char name[24];
	json_t *q;
	size_t i;

	json_array_foreach(list, i, q)
	{
		const char *id = json_string_value(json_object_get(q, "id"));
		const json_t *text = json_object_get(q, "text");
		const json_t *choices = json_object_get(q, "choices");

		if (i >= SERVICE_QUESTIONS_MAX)
			break;
		f->ids[i] = http_request_strdup(rq, id ? id : "");
		setting_put(&f->asks, ask(name, (int)i, "texte"),
			    bitext_of(rq, text, "fr"));
		setting_put(&f->asks, ask(name, (int)i, "texte_en"),
			    bitext_of(rq, text, "en"));
		setting_put(&f->asks, ask(name, (int)i, "reponses"),
			    lines_of(rq, choices, "fr"));
		setting_put(&f->asks, ask(name, (int)i, "reponses_en"),
			    lines_of(rq, choices, "en"));
		if (json_is_true(json_object_get(q, "required")))
			setting_put(&f->asks, ask(name, (int)i, "oblige"), "oui");
	}
}

static void load_reminders(struct http_request *rq, struct service_form *f,
			   const json_t *list)
{
	json_t *item;
	size_t i;

	if (!list)
		return;
	setting_put(&f->form, "rappels", json_array_size(list) ? "propres" : "aucun");
	json_array_foreach(list, i, item)
	{
		const char *at = json_string_value(json_object_get(item, "at"));
		char name[24];

		if (i >= REMINDERS_MAX)
			break;
		snprintf(name, sizeof(name), "rappel%zu", i + 1);
		setting_put(&f->form, name,
			    page_text(rq, "%lld",
				      (long long)json_integer_value(
					      json_object_get(item, "days_before"))));
		snprintf(name, sizeof(name), "heure%zu", i + 1);
		setting_put(&f->form, name, http_request_strdup(rq, at ? at : ""));
	}
}

void service_form_load(struct http_request *rq, const struct staff *st,
		       struct service_form *f, const json_t *o)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *colour = json_string_value(json_object_get(o, "colour"));

	setting_form_load(rq, &f->form, o);
	if (!json_object_get(o, "mode"))
		setting_put(&f->form, "mode", "site");
	if (!json_object_get(o, "bookable_by"))
		setting_put(&f->form, "qui",
			    json_is_false(json_object_get(o, "public")) ? "team"
									: "public");
	if (json_integer_value(json_object_get(o, "capacity")) > 0)
		setting_put(&f->form, "atelier", "oui");
	else
		setting_put(&f->form, "places", "");
	if (json_is_true(json_object_get(o, "capacity_soft")))
		setting_put(&f->form, "limite", "souhait");
	f->colour = http_request_strdup(rq, colour ? colour : "");
	load_questions(rq, f, json_object_get(o, "questions"));
	load_reminders(rq, f, json_object_get(o, "reminders"));
	for (int i = 0; f->service != TERRITORY_NONE && i < t->nopenings; i++)
		for (size_t k = 0; k < t->openings[i].nservices; k++)
			f->offers[i] |= t->openings[i].services[k] == f->service;
}

/* ---- from what was sent ---- */

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while (*text) {
		n += strspn(text, " \t") < strcspn(text, "\r\n");
		text += strcspn(text, "\r\n");
		text += strspn(text, "\r\n");
	}
	return n;
}

static void judge_question(struct http_request *rq, struct service_form *f, int i)
{
	const struct lang *l = http_request_lang(rq);
	char name[24], other[24];
	const char *text = setting_value(&f->asks, ask(name, i, "texte"));
	const char *fr = setting_value(&f->asks, ask(other, i, "reponses"));
	size_t n = count_lines(fr), en;

	if (!*text) {
		if (n > 0)
			setting_blame(&f->asks, ask(name, i, "texte"),
				      tr(l, "Écrivez la question, ou effacez ses "
					    "réponses."));
		return;
	}
	if (n < 2 || n > SERVICE_CHOICES_MAX)
		setting_blame(&f->asks, ask(other, i, "reponses"),
			      tr(l, "Écrivez de 2 à 8 réponses, une par ligne."));
	en = count_lines(setting_value(&f->asks, ask(other, i, "reponses_en")));
	if (en > 0 && en != n)
		setting_blame(&f->asks, ask(other, i, "reponses_en"),
			      tr(l, "Écrivez autant de réponses qu’en français, dans le "
				    "même ordre."));
}

static void judge_reminders(struct http_request *rq, struct service_form *f)
{
	const struct lang *l = http_request_lang(rq);

	if (strcmp(setting_value(&f->form, "rappels"), "propres") != 0)
		return;
	for (int i = 1; i <= REMINDERS_MAX; i++) {
		char day[24], hour[24];

		snprintf(day, sizeof(day), "rappel%d", i);
		snprintf(hour, sizeof(hour), "heure%d", i);
		if (*setting_value(&f->form, day) && !*setting_value(&f->form, hour))
			setting_blame(&f->form, hour,
				      tr(l, "Écrivez l’heure à laquelle il part, par "
					    "exemple 18:00."));
	}
}

static void judge_fives(struct http_request *rq, struct service_form *f)
{
	static const char *const names[] = {"duree", "pas", "apres", "interprete"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int64_t n;

		if (parse_int(setting_value(&f->form, names[i]), 0, 100000, &n) == 0 &&
		    n % 5)
			setting_blame(
				&f->form, names[i],
				tr(http_request_lang(rq), "Écrivez un multiple de 5."));
	}
}

static void read_offers(struct http_request *rq, const struct staff *st,
			struct service_form *f)
{
	const struct territory *t = booking_territory(st->web.booking);

	for (int i = 0; i < t->nopenings; i++) {
		const char *name = page_text(rq, "offre-%s", t->openings[i].slug);

		f->offers[i] = http_request_field(rq, name) != NULL;
	}
}

void service_form_read(struct http_request *rq, const struct staff *st,
		       struct service_form *f)
{
	const struct lang *l = http_request_lang(rq);
	const char *owner = http_request_field(rq, "structure");
	const char *colour = http_request_field(rq, "couleur");

	setting_form_read(rq, &f->form);
	setting_form_read(rq, &f->asks);
	if (f->service == TERRITORY_NONE)
		f->shared = owner && strcmp(owner, "*") == 0;
	f->colour = colour ? colour : "";
	if (strlen(f->colour) > 7)
		f->colour = "";
	judge_fives(rq, f);
	judge_reminders(rq, f);
	for (int i = 0; i < SERVICE_QUESTIONS_MAX; i++) {
		char name[24];
		const char *id = http_request_field(rq, ask(name, i, "id"));

		f->ids[i] = id && slug_is_valid(id) && strlen(id) <= 40 ? id : "";
		judge_question(rq, f, i);
	}
	if (*setting_value(&f->form, "atelier") && !*setting_value(&f->form, "places"))
		setting_blame(&f->form, "places",
			      tr(l, "Écrivez combien de personnes peuvent venir."));
	read_offers(rq, st, f);
}

bool service_form_wrong(const struct service_form *f)
{
	return setting_wrong(&f->form) || setting_wrong(&f->asks);
}

/* ---- into JSON ---- */

/* The i-th line of a text that has something on it, "" when there is none. */
static json_t *line_json(const char *text, size_t i)
{
	while (*text) {
		size_t n = strcspn(text, "\r\n"), blank = strspn(text, " \t");

		if (blank < n && i-- == 0) {
			while (n > blank && strchr(" \t", text[n - 1]))
				n--;
			return json_stringn(text + blank, n - blank);
		}
		text += strcspn(text, "\r\n");
		text += strspn(text, "\r\n");
	}
	return json_string("");
}

static json_t *bitext_json(json_t *fr, json_t *en)
{
	if (!json_string_length(en)) {
		json_decref(en);
		return fr;
	}
	return json_pack("{s:o, s:o}", "fr", fr, "en", en);
}

/* "comment-venez-vous", unless another question has that name. */
static void question_id(char out[41], const char *text, const json_t *list)
{
	char folded[200];
	size_t n = 0, i;
	json_t *q;

	fold_text(text, folded, sizeof(folded));
	for (const char *p = folded; *p && n < 36; p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9'))
			out[n++] = *p;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	if (n == 0)
		snprintf(out, 41, "question");
	json_array_foreach(list, i, q)
	{
		const char *id = json_string_value(json_object_get(q, "id"));

		if (id && strcmp(id, out) == 0)
			snprintf(out + strlen(out), 41 - strlen(out), "-%zu",
				 json_array_size(list) + 1);
	}
}

static json_t *questions_json(const struct service_form *f)
{
	json_t *list = json_array();

	for (int i = 0; i < SERVICE_QUESTIONS_MAX; i++) {
		char name[24], id[41];
		const char *text = setting_value(&f->asks, ask(name, i, "texte"));
		const char *text_en = setting_value(&f->asks, ask(name, i, "texte_en"));
		const char *fr = setting_value(&f->asks, ask(name, i, "reponses"));
		const char *en = setting_value(&f->asks, ask(name, i, "reponses_en"));
		json_t *choices;

		if (!*text)
			continue;
		choices = json_array();
		for (size_t k = 0; k < count_lines(fr); k++)
			json_array_append_new(
				choices, bitext_json(line_json(fr, k), line_json(en, k)));
		question_id(id, text, list);
		json_array_append_new(
			list,
			json_pack("{s:s, s:o, s:o, s:b}", "id",
				  *f->ids[i] ? f->ids[i] : id, "text",
				  bitext_json(json_string(text), json_string(text_en)),
				  "choices", choices, "required",
				  *setting_value(&f->asks, ask(name, i, "oblige")) !=
					  '\0'));
	}
	return list;
}

static json_t *reminders_json(const struct service_form *f)
{
	const char *which = setting_value(&f->form, "rappels");
	json_t *list;

	if (!*which)
		return NULL;
	list = json_array();
	for (int i = 1; strcmp(which, "propres") == 0 && i <= REMINDERS_MAX; i++) {
		char day[24], hour[24];
		int64_t n;

		snprintf(day, sizeof(day), "rappel%d", i);
		snprintf(hour, sizeof(hour), "heure%d", i);
		if (parse_int(setting_value(&f->form, day), 0, 30, &n) == 0)
			json_array_append_new(list,
					      json_pack("{s:I, s:s}", "days_before",
							(json_int_t)n, "at",
							setting_value(&f->form, hour)));
	}
	return list;
}

/* Put v, or take the key out when it says nothing. */
static void put(json_t *o, const char *key, json_t *v)
{
	if (v)
		json_object_set_new(o, key, v);
	else
		json_object_del(o, key);
}

void service_form_store(const struct staff *st, const struct service_form *f, json_t *o)
{
	const struct territory *t = booking_territory(st->web.booking);
	json_t *list = questions_json(f);

	setting_form_store(&f->form, o);
	json_object_del(o, "public"); /* said by bookable_by */
	if (!*setting_value(&f->form, "atelier"))
		json_object_del(o, "capacity");
	put(o, "capacity_soft",
	    *setting_value(&f->form, "atelier") && *setting_value(&f->form, "limite")
		    ? json_true()
		    : NULL);
	put(o, "colour", *f->colour ? json_string(f->colour) : NULL);
	put(o, "reminders", reminders_json(f));
	put(o, "organisation",
	    f->shared || f->organisation == TERRITORY_NONE
		    ? NULL
		    : json_string(t->organisations[f->organisation].slug));
	if (json_array_size(list) == 0) {
		json_decref(list);
		list = NULL;
	}
	put(o, "questions", list);
}

/* ---- the view ---- */

size_t service_form_openings(struct http_request *rq, const struct staff *st,
			     const struct service_form *f, const int **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	int *found = http_request_alloc(rq, ((size_t)t->nopenings + 1) * sizeof(*found));
	civil_day today = staff_today(st);
	struct viewer v;
	size_t n = 0;

	staff_viewer(rq, &v);
	for (int i = 0; i < t->nopenings; i++) {
		const struct opening *o = &t->openings[i];
		int owner = t->sites[o->site].organisation;

		if (!staff_may(st, &v, RIGHT(OPENING, CHANGE), owner) ||
		    (!f->shared && owner != f->organisation) ||
		    (o->until != CIVIL_DAY_NONE && o->until < today))
			continue;
		found[n++] = i;
	}
	*out = found;
	return n;
}

static const char *say_opening(struct http_request *rq, const struct staff *st,
			       const struct opening *o)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct rule_saying how = {.english =
					  strcmp(http_request_lang_code(rq), "en") == 0,
				  .place = t->sites[o->site].name,
				  .hours = true};
	struct rule_form rule;
	struct buf b = BUF_INIT;
	const char *text;

	rule_form_read(o->rrule, o->start, o->end, o->until, &rule);
	rule_say(&rule, &how, &b);
	for (size_t i = 0; i < o->ncounsellors; i++)
		buf_addf(&b, "%s%s", ", ", t->counsellors[o->counsellors[i]].label);
	text = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return text;
}

static void show_openings(struct http_request *rq, const struct staff *st,
			  const struct service_form *f, struct service_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const int *found;
	size_t n = service_form_openings(rq, st, f, &found);
	struct option_view *o = http_request_alloc(rq, (n + 1) * sizeof(*o));

	for (size_t i = 0; i < n; i++)
		o[i] = (struct option_view){
			.value = page_text(rq, "offre-%s", t->openings[found[i]].slug),
			.text = say_opening(rq, st, &t->openings[found[i]]),
			.selected = f->offers[found[i]],
		};
	v->openings = o;
	v->nopenings = n;
}

static void show_colours(struct http_request *rq, const struct service_form *f,
			 struct service_view *v)
{
	struct service_colour *c =
		http_request_alloc(rq, (ARRAY_SIZE(palette) + 1) * sizeof(*c));
	size_t n = 0;
	bool found = false;

	for (; n < ARRAY_SIZE(palette); n++) {
		c[n] = (struct service_colour){
			.value = palette[n].value,
			.text = tr(http_request_lang(rq), palette[n].text),
			.selected = strcasecmp(palette[n].value, f->colour) == 0};
		found |= c[n].selected;
	}
	if (!found) /* one that a file gave */
		c[n++] = (struct service_colour){f->colour, f->colour, true};
	v->colours = c;
	v->ncolours = n;
}

static void add_hidden(struct http_request *rq, const struct service_form *f,
		       struct service_view *v)
{
	struct hidden_view *h =
		http_request_alloc(rq, SERVICE_QUESTIONS_MAX * sizeof(*h));

	for (int i = 0; i < SERVICE_QUESTIONS_MAX; i++)
		if (*f->ids[i])
			h[v->nhidden++] = (struct hidden_view){page_text(rq, "q%d_id", i),
							       f->ids[i]};
	v->hidden = h;
}

static void add_problems(struct http_request *rq, const struct setting_form_view *a,
			 const struct setting_form_view *b, struct service_view *v)
{
	struct problem_view *p =
		http_request_alloc(rq, (a->nproblems + b->nproblems + 1) * sizeof(*p));

	memcpy(p, a->problems, a->nproblems * sizeof(*p));
	memcpy(p + a->nproblems, b->problems, b->nproblems * sizeof(*p));
	v->problems = p;
	v->nproblems = a->nproblems + b->nproblems;
}

/* Groups as folds: one with a mistake is open. */
static size_t fold(struct http_request *rq, const struct setting_group *groups, size_t n,
		   const struct service_fold **out)
{
	struct service_fold *f = http_request_alloc(rq, (n + 1) * sizeof(*f));

	for (size_t i = 0; i < n; i++) {
		f[i] = (struct service_fold){.legend = groups[i].legend,
					     .inputs = groups[i].inputs,
					     .ninputs = groups[i].ninputs};
		for (size_t k = 0; k < groups[i].ninputs; k++) {
			const struct setting_input *in = &groups[i].inputs[k];

			f[i].open |= in->error != NULL;
			f[i].filled |= in->check ? in->checked : *in->value != '\0';
		}
	}
	*out = f;
	return n;
}

void service_form_view(struct http_request *rq, const struct staff *st,
		       const struct service_form *f, struct service_view *v)
{
	struct setting_form_view all = {0}, asks = {0};

	setting_form_view(rq, &f->form, &all);
	setting_form_view(rq, &f->asks, &asks);
	v->form = all;
	v->form.ngroups = 1;
	v->nfolds = fold(rq, all.groups + 1, all.ngroups - 1, &v->folds);
	v->nasks = fold(rq, asks.groups, asks.ngroups, &v->asks);
	add_problems(rq, &all, &asks, v);
	add_hidden(rq, f, v);
	show_colours(rq, f, v);
	show_openings(rq, st, f, v);
}
