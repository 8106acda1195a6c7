/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_form.c - tables of fields, walked: from JSON to a form, from a form to JSON,
 * from an edit's errors to the fields they are about. */
#include "web/setting_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

const struct setting_choice setting_holidays[] = {
	{"", N_("Comme le réseau")},
	{"FR", N_("France")},
	{"FR-ALSACE", N_("Alsace et Moselle")},
	{"FR-GP", N_("Guadeloupe")},
	{"FR-MQ", N_("Martinique")},
	{"FR-GF", N_("Guyane")},
	{"FR-RE", N_("La Réunion")},
	{"FR-YT", N_("Mayotte")},
	{"none", N_("Aucun : ouvert tous les jours fériés")},
	{NULL, NULL},
};

const struct setting_choice setting_zones[] = {
	{"", N_("Comme le réseau")},
	{"Europe/Paris", N_("Paris")},
	{"America/Guadeloupe", N_("Guadeloupe")},
	{"America/Martinique", N_("Martinique")},
	{"America/Cayenne", N_("Guyane")},
	{"Indian/Reunion", N_("La Réunion")},
	{"Indian/Mayotte", N_("Mayotte")},
	{"America/Miquelon", N_("Saint-Pierre-et-Miquelon")},
	{"Pacific/Noumea", N_("Nouvelle-Calédonie")},
	{"Pacific/Tahiti", N_("Tahiti")},
	{NULL, NULL},
};

#define TEXT_BYTES 200
#define LIST_BYTES 4000

static size_t max_of(const struct setting_field *d)
{
	return d->max ? d->max : d->kind == SETTING_LIST ? LIST_BYTES : TEXT_BYTES;
}

void setting_form_init(struct setting_form *f, const struct setting_field *fields,
		       size_t n)
{
	memset(f, 0, sizeof(*f));
	f->fields = fields;
	f->n = n < SETTING_FIELDS_MAX ? n : SETTING_FIELDS_MAX;
	for (size_t i = 0; i < f->n; i++)
		f->values[i] = "";
}

static size_t find(const struct setting_form *f, const char *name)
{
	size_t i = 0;

	while (i < f->n && strcmp(f->fields[i].name, name) != 0)
		i++;
	return i;
}

const char *setting_value(const struct setting_form *f, const char *name)
{
	size_t i = find(f, name);

	return i < f->n ? f->values[i] : "";
}

void setting_put(struct setting_form *f, const char *name, const char *value)
{
	size_t i = find(f, name);

	if (i < f->n)
		f->values[i] = value;
}

void setting_blame(struct setting_form *f, const char *name, const char *message)
{
	size_t i = name ? find(f, name) : f->n;

	if (i < f->n) {
		if (!f->errors[i])
			f->errors[i] = message;
		return;
	}
	if (f->nloose < SETTING_LOOSE_MAX)
		f->loose[f->nloose++] = message;
}

bool setting_wrong(const struct setting_form *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->errors[i])
			return true;
	return f->nloose > 0;
}

/* ---- JSON ---- */

/* "access.fr": the object that holds the last key, which is given too. A text that stands
 * for both languages is the French one. make: it is put there when it is not. */
static json_t *holder(json_t *o, const char *path, int make, const char **key)
{
	const char *dot = strchr(path, '.');
	char first[40];
	json_t *inner, *fresh;

	*key = dot ? dot + 1 : path;
	if (!dot || (size_t)(dot - path) >= sizeof(first))
		return o;
	memcpy(first, path, (size_t)(dot - path));
	first[dot - path] = '\0';
	inner = json_object_get(o, first);
	if (json_is_object(inner) || !make)
		return inner;
	fresh = json_object();
	if (json_is_string(inner))
		json_object_set(fresh, "fr", inner);
	json_object_set_new(o, first, fresh);
	return fresh;
}

static const char *number_text(struct http_request *rq, json_int_t n)
{
	return page_text(rq, "%lld", (long long)n);
}

static const char *list_text(struct http_request *rq, const json_t *list)
{
	struct buf b = BUF_INIT;
	const char *text;
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (b.len)
			buf_addch(&b, '\n');
		if (json_is_string(item))
			buf_addstr(&b, json_string_value(item));
	}
	text = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return text;
}

static const char *load_one(struct http_request *rq, const struct setting_field *d,
			    const json_t *o)
{
	const char *key;
	json_t *in = holder((json_t *)o, d->path, 0, &key), *v;

	if (json_is_string(in)) /* one text for both languages */
		v = strcmp(key, "fr") == 0 ? in : NULL;
	else
		v = json_object_get(in, key);
	if (json_is_string(v))
		return http_request_strdup(rq, json_string_value(v));
	if (json_is_integer(v))
		return number_text(rq, json_integer_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? "oui" : d->kind == SETTING_YESNO ? "non" : "";
	return json_is_array(v) ? list_text(rq, v) : "";
}

void setting_form_load(struct http_request *rq, struct setting_form *f, const json_t *o)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->fields[i].path)
			f->values[i] = load_one(rq, &f->fields[i], o);
}

static json_t *list_json(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		size_t n = strcspn(text, "\r\n"), blank = strspn(text, " \t");

		if (blank < n)
			json_array_append_new(list,
					      json_stringn(text + blank, n - blank));
		text += n;
		text += strspn(text, "\r\n");
	}
	return list;
}

static json_t *value_json(const struct setting_field *d, const char *value)
{
	int64_t n = 0;

	switch (d->kind) {
	case SETTING_TEXT:
	case SETTING_LINES:
	case SETTING_CHOICE: return json_string(value);
	case SETTING_LIST: return list_json(value);
	case SETTING_NUMBER:
	case SETTING_COUNT:
		return parse_int(value, INT32_MIN, INT32_MAX, &n) == 0 ? json_integer(n)
								       : NULL;
	case SETTING_YESNO: return json_boolean(strcmp(value, "oui") == 0);
	case SETTING_CHECK: return json_true();
	}
	return NULL;
}

void setting_form_store(const struct setting_form *f, json_t *o)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct setting_field *d = &f->fields[i];
		const char *key;
		json_t *in, *outer;

		if (!d->path)
			continue;
		in = holder(o, d->path, 1, &key);
		if (*f->values[i])
			json_object_set_new(in, key, value_json(d, f->values[i]));
		else
			json_object_del(in, key);
		if (in == o || json_object_size(in) > 0)
			continue;
		/* nothing left in it */
		json_object_foreach(o, key, outer) if (outer == in)
		{
			json_object_del(o, key);
			break;
		}
	}
}

/* ---- what was sent ---- */

/* Without the blanks around it. */
static const char *trimmed(struct http_request *rq, const char *s)
{
	size_t n;
	char *copy;

	if (!s)
		return "";
	s += strspn(s, " \t\r\n");
	copy = http_request_strdup(rq, s);
	for (n = strlen(copy); n > 0 && strchr(" \t\r\n", copy[n - 1]); n--)
		copy[n - 1] = '\0';
	return copy;
}

static int is_choice(const struct setting_field *d, const char *value)
{
	for (const struct setting_choice *c = d->choices; c && c->value; c++)
		if (strcmp(c->value, value) == 0)
			return 1;
	return 0;
}

static const char *judge(struct http_request *rq, const struct setting_field *d,
			 const char *value)
{
	const struct lang *l = http_request_lang(rq);
	int64_t n;

	if (!*value)
		return d->missing ? tr(l, d->missing) : NULL;
	if (strlen(value) > max_of(d))
		return tr(l, "C’est trop long.");
	switch (d->kind) {
	case SETTING_NUMBER:
		if (parse_int(value, d->from, d->to, &n) < 0)
			return page_text(rq, tr(l, "Écrivez un nombre de %1$d à %2$d."),
					 d->from, d->to);
		return NULL;
	case SETTING_COUNT:
	case SETTING_CHOICE:
		/* one that a file gave is no choice of ours, and stays */
		return d->choices && !is_choice(d, value) && strlen(value) > 20
			       ? tr(l, "Choisissez dans la liste.")
			       : NULL;
	case SETTING_TEXT:
		return strpbrk(value, "\r\n\t") ? tr(l, "Écrivez sur une seule ligne.")
						: NULL;
	case SETTING_LINES:
	case SETTING_LIST:
	case SETTING_YESNO:
	case SETTING_CHECK: return NULL;
	}
	return NULL;
}

void setting_form_read(struct http_request *rq, struct setting_form *f)
{
	for (size_t i = 0; i < f->n; i++) {
		f->values[i] = trimmed(rq, http_request_field(rq, f->fields[i].name));
		f->errors[i] = judge(rq, &f->fields[i], f->values[i]);
	}
}

/* ---- what an edit says ---- */

static int names(const char *path, const char *error)
{
	size_t n = strcspn(error, ".[");

	return strlen(path) >= n && strncmp(path, error, n) == 0 &&
	       (path[n] == '\0' || path[n] == '.');
}

void setting_blame_edit(struct http_request *rq, struct setting_form *f,
			const struct booking_edited *r, int edit)
{
	const struct lang *l = http_request_lang(rq);

	for (size_t i = 0; i < r->nerrors; i++) {
		const struct edit_error *e = &r->errors[i];
		size_t k = f->n;

		/* its very path first, then what it is a part of */
		for (size_t j = 0; e->edit == edit && *e->path && j < f->n; j++)
			if (f->fields[j].path &&
			    (strcmp(f->fields[j].path, e->path) == 0 ||
			     (k == f->n && names(f->fields[j].path, e->path))))
				k = j;
		setting_blame(f, k < f->n ? f->fields[k].name : NULL,
			      http_request_strdup(rq, e->message));
	}
	if (r->rc == RDVD_CONFLICT && r->nerrors == 0)
		setting_blame(f, NULL,
			      tr(l, "Quelqu’un l’a changé en même temps. Vérifiez, puis "
				    "enregistrez de nouveau."));
	else if (r->rc == RDVD_NOT_FOUND && r->nerrors == 0)
		setting_blame(f, NULL, tr(l, "Cela n’existe plus."));
	else if (r->rc != RDVD_INVALID && r->nerrors == 0)
		setting_blame(f, NULL,
			      tr(l,
				 "Ce n’est pas enregistré. Attendez quelques secondes et "
				 "recommencez."));
}

/* ---- the view ---- */

static size_t choices_of(struct http_request *rq, const struct setting_field *d,
			 const char *value, const struct option_view **out)
{
	const struct lang *l = http_request_lang(rq);
	size_t n = 0, k = 0;
	struct option_view *o;

	while (d->choices[n].value)
		n++;
	o = http_request_alloc(rq, (n + 1) * sizeof(*o));
	for (; k < n; k++)
		o[k] = (struct option_view){
			.value = d->choices[k].value,
			.text = tr(l, d->choices[k].text),
			.selected = strcmp(d->choices[k].value, value) == 0,
		};
	if (*value && !is_choice(d, value))
		o[k++] = (struct option_view){
			.value = value, .text = value, .selected = true};
	*out = o;
	return k;
}

static void show_input(struct http_request *rq, const struct setting_form *f, size_t i,
		       struct setting_input *out)
{
	const struct setting_field *d = &f->fields[i];
	const struct lang *l = http_request_lang(rq);
	bool wrong = f->errors[i] != NULL;

	*out = (struct setting_input){
		.name = d->name,
		.label = tr(l, d->label),
		.hint = d->hint ? tr(l, d->hint) : NULL,
		.value = f->values[i],
		.error = f->errors[i],
		.type = d->input ? d->input : "text",
		/* an hour or a day has no length */
		.max = d->input && (!strcmp(d->input, "time") ||
				    !strcmp(d->input, "date"))
			       ? NULL
			       : page_text(rq, "%zu", max_of(d)),
		.lines = d->kind == SETTING_LINES || d->kind == SETTING_LIST,
		.check = d->kind == SETTING_CHECK,
		.checked = *f->values[i] != '\0',
		/* a choice always says something */
		.required = d->missing || d->choices,
		.brief = d->brief || d->kind == SETTING_NUMBER,
		.communes = d->communes,
	};
	if (out->hint && wrong)
		out->describedby = page_text(rq, "%s-h %s-e", d->name, d->name);
	else if (out->hint || wrong)
		out->describedby = page_text(rq, "%s-%c", d->name, wrong ? 'e' : 'h');
	if (d->choices)
		out->noptions = choices_of(rq, d, f->values[i], &out->options);
}

static void show_problems(struct http_request *rq, const struct setting_form *f,
			  struct setting_form_view *v)
{
	struct problem_view *p =
		http_request_alloc(rq, (f->n + SETTING_LOOSE_MAX) * sizeof(*p));
	size_t n = 0;

	for (size_t i = 0; i < f->nloose; i++)
		p[n++] = (struct problem_view){.message = f->loose[i]};
	for (size_t i = 0; i < f->n; i++)
		if (f->errors[i])
			p[n++] = (struct problem_view){
				.field = f->fields[i].name,
				.label = tr(http_request_lang(rq), f->fields[i].label),
				.message = f->errors[i],
			};
	v->problems = p;
	v->nproblems = n;
}

void setting_form_view(struct http_request *rq, const struct setting_form *f,
		       struct setting_form_view *v)
{
	struct setting_input *inputs =
		http_request_alloc(rq, (f->n + 1) * sizeof(*inputs));
	struct setting_group *groups =
		http_request_alloc(rq, (f->n + 1) * sizeof(*groups));
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		const char *legend = f->fields[i].group;

		show_input(rq, f, i, &inputs[i]);
		if (i == 0 || legend)
			groups[n++] = (struct setting_group){
				.legend = legend && *legend
						  ? tr(http_request_lang(rq), legend)
						  : NULL,
				.inputs = &inputs[i],
			};
		groups[n - 1].ninputs++;
	}
	v->groups = groups;
	v->ngroups = n;
	show_problems(rq, f, v);
}

/* ---- beside the fields ---- */

static int is_used(const struct territory *t, enum rdvd_definition_kind kind,
		   const char *slug)
{
	switch (kind) {
	case RDVD_DEF_ORGANISATION: return territory_organisation(t, slug) >= 0;
	case RDVD_DEF_SITE: return territory_site(t, slug) >= 0;
	case RDVD_DEF_COUNSELLOR: return territory_counsellor(t, slug) >= 0;
	case RDVD_DEF_SERVICE: return territory_service(t, slug) >= 0;
	case RDVD_DEF_NETWORK:
	case RDVD_DEF_OPENING:
	case RDVD_DEF_CLOSURE: return territory_body(t, kind, slug) != NULL;
	}
	return 0;
}

const char *setting_slug(struct http_request *rq, const struct territory *t,
			 enum rdvd_definition_kind kind, const char *name)
{
	char folded[200], base[52];
	size_t n = 0;

	fold_text(name, folded, sizeof(folded));
	for (const char *p = folded; *p && n < sizeof(base) - 1; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9'))
			base[n++] = *p;
		else if (n > 0 && base[n - 1] != '-')
			base[n++] = '-';
	}
	while (n > 0 && base[n - 1] == '-')
		n--;
	base[n] = '\0';
	if (n == 0)
		memcpy(base, "sans-nom", sizeof("sans-nom"));
	/* "nouveau" is the address of the form */
	if (!is_used(t, kind, base) && strcmp(base, "nouveau") != 0)
		return http_request_strdup(rq, base);
	for (int i = 2;; i++) {
		const char *slug = page_text(rq, "%s-%d", base, i);

		if (!is_used(t, kind, slug))
			return slug;
	}
}

int setting_organisation(const struct http_request *rq, const struct staff *st,
			 const struct viewer *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *slug = http_request_field(rq, "structure");
	int i;

	if (!slug || !*slug)
		slug = http_request_query(rq, "structure");
	if (slug && *slug) {
		i = territory_organisation(t, slug);
		return i != TERRITORY_NONE && i < t->live_organisations &&
				       (v->admin || i == v->organisation)
			       ? i
			       : TERRITORY_NONE;
	}
	if (v->organisation != TERRITORY_NONE && v->organisation < t->live_organisations)
		return v->organisation;
	return v->admin && t->live_organisations == 1 ? 0 : TERRITORY_NONE;
}

const char *setting_period(struct http_request *rq, const struct staff *st,
			   civil_day from, civil_day to)
{
	const struct lang *l = http_request_lang(rq);

	if (from == to)
		return staff_day_words(rq, st, from, true);
	return page_text(rq, tr(l, "Du %1$s au %2$s"),
			 staff_day_words(rq, st, from, false),
			 staff_day_words(rq, st, to, false));
}
