/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.c - see reader.h. */
#include "reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void read_fault(struct reader *r, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	r->host->log(r->host, 3, "%s: at %s: %s", r->p->file,
		     r->path.len ? str_of(&r->path) : "the top", text);
	r->faults++;
}

size_t read_into(struct reader *r, const char *key)
{
	size_t before = r->path.len;

	str_putc(&r->path, '/');
	str_puts(&r->path, key);
	return before;
}

size_t read_into_n(struct reader *r, size_t index)
{
	size_t before = r->path.len;

	str_putf(&r->path, "/%zu", index);
	return before;
}

void read_back(struct reader *r, size_t before)
{
	r->path.len = before;
	if (r->path.s)
		r->path.s[before] = '\0';
}

/* Is word one of the words of known? */
static int is_among(const char *word, const char *known)
{
	size_t n = strlen(word);

	for (const char *at = known; (at = strstr(at, word)); at++) {
		if ((at == known || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return n > 0;
	}
	return 0;
}

int read_keys(struct reader *r, const json_t *o, const char *known)
{
	const char *key;
	json_t *value;

	if (!json_is_object(o)) {
		read_fault(r, "an object is wanted here, with the keys: %s", known);
		return 0;
	}
	json_object_foreach((json_t *)o, key, value)
	{
		if (!is_among(key, known))
			read_fault(r, "there is no key \"%s\" here, only: %s", key,
				   known);
	}
	return 1;
}

json_t *read_object(struct reader *r, const json_t *o, const char *key, const char *known)
{
	json_t *v = json_object_get(o, key);
	size_t before = read_into(r, key);

	if (v && known && !read_keys(r, v, known))
		v = NULL;
	if (v && !json_is_object(v)) {
		read_fault(r, "an object is wanted here");
		v = NULL;
	}
	read_back(r, before);
	return v;
}

json_t *read_array(struct reader *r, const json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);
	size_t before = read_into(r, key);

	if (v && !json_is_array(v)) {
		read_fault(r, "a list is wanted here: [ ... ]");
		v = NULL;
	}
	read_back(r, before);
	return v;
}

const char *read_string(struct reader *r, const json_t *o, const char *key,
			int is_required)
{
	const json_t *v = json_object_get(o, key);
	size_t before = read_into(r, key);

	if ((v && !json_is_string(v)) || (!v && is_required))
		read_fault(r, v ? "a text is wanted here, in quotes"
				: "this is missing: add it");
	read_back(r, before);
	return json_string_value(v);
}

long read_number(struct reader *r, const json_t *o, const char *key, long low, long high)
{
	const json_t *v = json_object_get(o, key);
	size_t before = read_into(r, key);
	long n = (long)json_integer_value(v);

	if (v && (!json_is_integer(v) || n < low || n > high)) {
		read_fault(r, "a whole number from %ld to %ld is wanted here", low, high);
		n = 0;
	}
	read_back(r, before);
	return n;
}

int read_choice(struct reader *r, const json_t *o, const char *key,
		const char *const *names, int preset)
{
	const char *text = read_string(r, o, key, preset < 0);
	struct str all = {0};
	size_t before;

	if (!text)
		return preset;
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], text) == 0) {
			str_fini(&all);
			return i;
		}
		str_putf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	before = read_into(r, key);
	read_fault(r, "\"%s\" is none of: %s", text, str_of(&all));
	read_back(r, before);
	str_fini(&all);
	return preset;
}

int read_regex(struct reader *r, const char *text, regex_t *out)
{
	int rc = regcomp(out, text, REG_EXTENDED);
	char why[128];

	if (!rc)
		return 0;
	regerror(rc, out, why, sizeof why);
	read_fault(r, "no regular expression (POSIX, extended): %s", why);
	return -1;
}

struct template *read_template(struct reader *r, struct template *made)
{
	if (!made)
		read_fault(r, "%s", str_of(&r->error));
	str_clear(&r->error);
	return made;
}

char *read_constant(struct reader *r, const json_t *o, const char *key)
{
	const char *text = read_string(r, o, key, 0), *constant;
	size_t before = read_into(r, key);
	struct template *t = NULL;
	char *copy = NULL;

	if (text)
		t = read_template(r, template_text(&r->scope, text, ESC_RAW));
	constant = t ? template_constant(t) : NULL;
	if (constant)
		copy = mem_dup(constant, strlen(constant));
	else if (t)
		read_fault(r, "only settings can be filled in here");
	template_free(t);
	read_back(r, before);
	return copy;
}

static void add_pointer(struct reader *r, const json_t *v, struct value *out)
{
	const char *text = json_string_value(v);

	if (!text || (*text && *text != '/')) {
		read_fault(r,
			   "a JSON pointer is wanted here, such as \"/messages/0/id\"");
		return;
	}
	out->pointers = mem_grow(out->pointers, out->n + 1, sizeof *out->pointers);
	out->pointers[out->n++] = mem_dup(text, strlen(text));
}

static void add_pointers(struct reader *r, const json_t *v, struct value *out)
{
	if (!json_is_array(v)) {
		add_pointer(r, v, out);
		return;
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		size_t before = read_into_n(r, i);

		add_pointer(r, json_array_get(v, i), out);
		read_back(r, before);
	}
}

void read_value(struct reader *r, const json_t *o, const char *key, struct value *out)
{
	const json_t *v = json_object_get(o, key);
	size_t before = read_into(r, key);
	const char *body, *literal;

	if (json_is_object(v) && read_keys(r, v, "join number body literal")) {
		out->is_joined = json_object_get(v, "join") != NULL;
		out->is_number = json_object_get(v, "number") != NULL;
		body = read_string(r, v, "body", 0);
		literal = read_string(r, v, "literal", 0);
		if (literal) {
			out->literal = mem_dup(literal, strlen(literal));
		} else if (body) {
			out->regex = mem_zero(1, sizeof *out->regex);
			if (read_regex(r, body, out->regex) < 0) {
				free(out->regex);
				out->regex = NULL;
			} else if (out->regex->re_nsub < 1) {
				read_fault(r, "put what is wanted in parentheses");
			}
		} else {
			add_pointers(
				r, json_object_get(v, out->is_joined ? "join" : "number"),
				out);
		}
	} else if (v) {
		add_pointers(r, v, out);
	}
	read_back(r, before);
}

static void add_text(struct reader *r, const json_t *v, struct condition *c)
{
	struct str text = {0};

	if (!json_text(v, &text) && !json_is_string(v))
		read_fault(r, "a text, a number, true or false is wanted here");
	c->texts = mem_grow(c->texts, c->n + 1, sizeof *c->texts);
	c->texts[c->n++] = mem_dup(str_of(&text), text.len);
	str_fini(&text);
}

static void read_condition(struct reader *r, const json_t *v, struct condition *c)
{
	const char *regex;

	if (json_is_array(v)) {
		for (size_t i = 0; i < json_array_size(v); i++)
			add_text(r, json_array_get(v, i), c);
	} else if (json_is_object(v)) {
		read_keys(r, v, "match there empty");
		regex = read_string(r, v, "match", 0);
		if (regex && read_regex(r, regex, &c->regex) == 0)
			c->kind = IS_MATCHED;
		else if (json_is_true(json_object_get(v, "there")))
			c->kind = IS_THERE;
		else if (json_is_true(json_object_get(v, "empty")))
			c->kind = IS_EMPTY;
		else if (!regex)
			read_fault(r, "say {\"match\": \"...\"}, {\"there\": true} or "
				      "{\"empty\": true}");
	} else {
		add_text(r, v, c);
	}
}

void read_match(struct reader *r, const json_t *o, const char *key, struct match *out)
{
	json_t *when = read_object(r, o, key, NULL), *v;
	size_t before = read_into(r, key);
	const char *pointer;

	json_object_foreach(when, pointer, v)
	{
		struct condition *c;

		if (*pointer && *pointer != '/') {
			read_fault(r, "\"%s\" is no JSON pointer: it begins with /",
				   pointer);
			continue;
		}
		out->items = mem_grow(out->items, out->n + 1, sizeof *out->items);
		c = &out->items[out->n++];
		*c = (struct condition){.pointer = mem_dup(pointer, strlen(pointer))};
		read_condition(r, v, c);
	}
	read_back(r, before);
}
