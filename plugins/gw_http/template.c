/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template.c - see template.h. A template is compiled to a short program: put this text,
 * put that value escaped so, put a separator unless something has just been opened, skip
 * as far as that. Rendering is one walk over it into a string that the caller keeps. */
#include "template.h"

#include <stdlib.h>
#include <string.h>

enum op_kind {
	OP_TEXT,  /* a bytes of the text from b on */
	OP_VALUE, /* the variable a, escaped as b */
	OP_SEP,	  /* the character a, unless the last one written opens something */
	OP_IF,	  /* go to b when the variable a is empty */
	OP_UNLESS /* go to b when it is not */
};

struct op {
	enum op_kind kind;
	size_t a, b;
};

struct template
{
	struct op *ops; /* owned */
	size_t n;
	size_t barrier; /* the last place that a jump leads to */
	struct str text;
};

static const char *const var_names[VAR_COUNT] = {
	[VAR_ID] = "id",
	[VAR_KEY] = "key",
	[VAR_TO] = "to",
	[VAR_TO_DIGITS] = "to_digits",
	[VAR_FROM] = "from",
	[VAR_TEXT] = "text",
	[VAR_UNICODE] = "unicode",
	[VAR_ANSWERABLE] = "answerable",
	[VAR_VALIDITY_S] = "validity_s",
	[VAR_VALIDITY_MIN] = "validity_minutes",
	[VAR_DEADLINE] = "deadline",
	[VAR_RECEIPTS_URL] = "receipts_url",
	[VAR_PROVIDER_ID] = "provider_id",
	[VAR_ITEM] = "item",
	[VAR_ACK] = "ack",
};

const char *settings_get(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->items[i].name, name) == 0)
			return s->items[i].value;
	}
	return NULL;
}

static struct op *add_op(struct template *t, enum op_kind kind, size_t a, size_t b)
{
	t->ops = mem_grow(t->ops, t->n + 1, sizeof *t->ops);
	t->ops[t->n] = (struct op){kind, a, b};
	return &t->ops[t->n++];
}

static void add_text(struct template *t, enum escape how, const char *s, size_t n)
{
	size_t at = t->text.len;
	struct op *last = t->n > t->barrier ? &t->ops[t->n - 1] : NULL;

	str_escape(&t->text, how, s, n);
	if (t->text.len == at)
		return;
	if (last && last->kind == OP_TEXT && last->b + last->a == at)
		last->a += t->text.len - at;
	else
		add_op(t, OP_TEXT, t->text.len - at, at);
}

void template_free(struct template *t)
{
	if (!t)
		return;
	free(t->ops);
	str_fini(&t->text);
	free(t);
}

static void list_names(const struct template_scope *scope)
{
	for (size_t i = 0; i < VAR_COUNT; i++)
		str_putf(scope->error, "%s%s", i ? ", " : "", var_names[i]);
	for (size_t i = 0; i < scope->settings->n; i++)
		str_putf(scope->error, ", %s", scope->settings->items[i].name);
}

/* What a name stands for: a variable (its number), a setting (-1, *value) or nothing (-2,
 * an error). */
static int find_name(const struct template_scope *scope, const char *name,
		     const char **value)
{
	for (int i = 0; i < VAR_COUNT; i++) {
		if (strcmp(var_names[i], name) == 0)
			return i;
	}
	*value = settings_get(scope->settings, name);
	if (*value)
		return -1;
	str_putf(scope->error, "{%s} is nothing that this preset knows: use one of ",
		 name);
	list_names(scope);
	return -2;
}

/* text with its holes; literal says how what stands between them is written. */
static int compile(struct template *t, const struct template_scope *scope,
		   const char *text, enum escape how, enum escape literal)
{
	while (*text) {
		size_t n = strcspn(text, "{}");
		const char *end, *value = NULL;
		char *name;
		int var;

		add_text(t, literal, text, n);
		text += n;
		if (!*text)
			break;
		if (text[0] == text[1]) { /* {{ and }} are braces */
			add_text(t, literal, text, 1);
			text += 2;
			continue;
		}
		end = *text == '{' ? strchr(text, '}') : NULL;
		if (!end) {
			str_puts(scope->error,
				 "a brace without its other half: write {{ for "
				 "a brace of the text");
			return -1;
		}
		name = mem_dup(text + 1, (size_t)(end - text - 1));
		var = find_name(scope, name, &value);
		if (var == -1)
			add_text(t, strcmp(name, "url") ? how : ESC_RAW, value,
				 strlen(value));
		free(name);
		if (var == -2)
			return -1;
		if (var >= 0)
			add_op(t, OP_VALUE, (size_t)var, how);
		text = end + 1;
	}
	return 0;
}

/* Give t back, or free it when rc says so. */
static struct template *done(struct template *t, int rc)
{
	if (!rc)
		return t;
	template_free(t);
	return NULL;
}

struct template *template_text(const struct template_scope *scope, const char *text,
			       enum escape how)
{
	struct template *t = mem_zero(1, sizeof *t);
	enum escape literal = how == ESC_XML_L9 || how == ESC_XML ? ESC_RAW : how;

	return done(t, compile(t, scope, text, how, literal));
}

struct template *template_url(const struct template_scope *scope, const char *text,
			      int is_latin9)
{
	struct template *t = mem_zero(1, sizeof *t);

	return done(t,
		    compile(t, scope, text, is_latin9 ? ESC_URL_L9 : ESC_URL, ESC_RAW));
}

char *member_name(const char *key)
{
	size_t n = strlen(key);
	const char *mark = strrchr(key, ' ');

	if (mark && (mark[1] == '?' || mark[1] == '!'))
		n = (size_t)(mark - key);
	return mem_dup(key, n);
}

int member_condition(const struct template_scope *scope, const char *key, enum var *var,
		     int *wanted)
{
	const char *mark = strrchr(key, ' '), *value = NULL;
	int found;

	*var = VAR_COUNT;
	if (!mark || (mark[1] != '?' && mark[1] != '!'))
		return 0;
	*wanted = mark[1] == '?';
	found = find_name(scope, mark + 2, &value);
	if (found == -2)
		return -1;
	if (found == -1)
		return (*value != '\0') == *wanted ? 0 : 1;
	*var = (enum var)found;
	return 0;
}

/* Start a member, which may be left out: where to mend the jump then, or -1. -1 on error;
 * 1 when it is left out for good. */
static int open_member(struct template *t, const struct template_scope *scope,
		       const char *key, long *jump)
{
	enum var var;
	int wanted, rc = member_condition(scope, key, &var, &wanted);

	*jump = -1;
	if (rc || var == VAR_COUNT)
		return rc;
	*jump = (long)t->n;
	add_op(t, wanted ? OP_IF : OP_UNLESS, (size_t)var, 0);
	return 0;
}

static void close_member(struct template *t, long jump)
{
	if (jump < 0)
		return;
	t->ops[jump].b = t->n;
	t->barrier = t->n;
}

/* {"number": "{x}"} */
static const char *as_number(const json_t *json)
{
	return json_object_size(json) == 1
		       ? json_string_value(json_object_get(json, "number"))
		       : NULL;
}

static int compile_json(struct template *t, const struct template_scope *scope,
			const json_t *json);

static int compile_object(struct template *t, const struct template_scope *scope,
			  json_t *json)
{
	const char *key;
	json_t *value;

	add_text(t, ESC_RAW, "{", 1);
	json_object_foreach(json, key, value)
	{
		char *name;
		long jump;
		int rc = open_member(t, scope, key, &jump);

		if (rc < 0)
			return -1;
		if (rc > 0)
			continue;
		add_op(t, OP_SEP, ',', 0);
		name = member_name(key);
		add_text(t, ESC_RAW, "\"", 1);
		add_text(t, ESC_JSON, name, strlen(name));
		add_text(t, ESC_RAW, "\":", 2);
		free(name);
		if (compile_json(t, scope, value) < 0)
			return -1;
		close_member(t, jump);
	}
	add_text(t, ESC_RAW, "}", 1);
	return 0;
}

static int compile_json(struct template *t, const struct template_scope *scope,
			const json_t *json)
{
	char *text;

	if (as_number(json))
		return compile(t, scope, as_number(json), ESC_NUMBER, ESC_RAW);
	if (json_is_object(json))
		return compile_object(t, scope, (json_t *)json);
	if (json_is_array(json)) {
		add_text(t, ESC_RAW, "[", 1);
		for (size_t i = 0; i < json_array_size(json); i++) {
			add_op(t, OP_SEP, ',', 0);
			if (compile_json(t, scope, json_array_get(json, i)) < 0)
				return -1;
		}
		add_text(t, ESC_RAW, "]", 1);
		return 0;
	}
	if (json_is_string(json)) {
		int rc;

		add_text(t, ESC_RAW, "\"", 1);
		rc = compile(t, scope, json_string_value(json), ESC_JSON, ESC_JSON);
		add_text(t, ESC_RAW, "\"", 1);
		return rc;
	}
	text = json_dumps(json, JSON_ENCODE_ANY);
	if (!text)
		abort();
	add_text(t, ESC_RAW, text, strlen(text));
	free(text);
	return 0;
}

struct template *template_json(const struct template_scope *scope, const json_t *json)
{
	struct template *t = mem_zero(1, sizeof *t);

	return done(t, compile_json(t, scope, json));
}

struct template *template_form(const struct template_scope *scope, const json_t *form,
			       int is_latin9)
{
	enum escape how = is_latin9 ? ESC_URL_L9 : ESC_URL;
	struct template *t = mem_zero(1, sizeof *t);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)form, key, value)
	{
		char *name;
		long jump;
		int rc = open_member(t, scope, key, &jump);

		if (rc < 0)
			return done(t, -1);
		if (rc > 0)
			continue;
		add_op(t, OP_SEP, '&', 0);
		name = member_name(key);
		add_text(t, how, name, strlen(name));
		add_text(t, ESC_RAW, "=", 1);
		free(name);
		if (compile(t, scope, json_string_value(value), how, how) < 0)
			return done(t, -1);
		close_member(t, jump);
	}
	return t;
}

struct template *template_join(struct template *a, const char *between,
			       struct template *b)
{
	size_t shift, text;

	if (!b)
		return a;
	add_text(a, ESC_RAW, between, strlen(between));
	shift = a->n;
	text = a->text.len;
	str_add(&a->text, str_of(&b->text), b->text.len);
	for (size_t i = 0; i < b->n; i++) {
		struct op o = b->ops[i];

		if (o.kind == OP_TEXT)
			o.b += text;
		if (o.kind == OP_IF || o.kind == OP_UNLESS)
			o.b += shift;
		add_op(a, o.kind, o.a, o.b);
	}
	template_free(b);
	return a;
}

static const char *var_of(const struct vars *vars, size_t var)
{
	return vars->v[var] ? vars->v[var] : "";
}

void template_render(const struct template *t, const struct vars *vars, struct str *out)
{
	size_t from = out->len;

	for (size_t i = 0; i < t->n; i++) {
		const struct op *o = &t->ops[i];
		const char *value;

		switch (o->kind) {
		case OP_TEXT: str_add(out, t->text.s + o->b, o->a); break;
		case OP_VALUE:
			value = var_of(vars, o->a);
			str_escape(out, (enum escape)o->b, value, strlen(value));
			break;
		case OP_SEP:
			/* an address ends in "?" where its query begins */
			if (out->len > from && !strchr("{[?&", out->s[out->len - 1]))
				str_putc(out, (char)o->a);
			break;
		case OP_IF:
			if (!*var_of(vars, o->a))
				i = o->b - 1;
			break;
		case OP_UNLESS:
			if (*var_of(vars, o->a))
				i = o->b - 1;
			break;
		}
	}
}

const char *template_constant(const struct template *t)
{
	if (t->n == 0)
		return "";
	return t->n == 1 && t->ops[0].kind == OP_TEXT ? t->text.s : NULL;
}
