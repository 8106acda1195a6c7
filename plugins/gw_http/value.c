/* SPDX-License-Identifier: GPL-3.0-or-later */
/* value.c - see value.h. Pure: nothing here keeps what it was shown. */
#include "value.h"

#include <stdlib.h>
#include <string.h>

#define POINTER_PART_MAX 128
/* Shorter ones are short numbers, which have no country. */
#define NATIONAL_DIGITS_MIN 9

/* One part of a pointer, unescaped. What follows it, or NULL when it is too long. */
static const char *next_part(const char *p, char out[POINTER_PART_MAX])
{
	size_t n = 0;

	for (; *p && *p != '/'; p++) {
		char c = *p;

		if (c == '~' && (p[1] == '0' || p[1] == '1'))
			c = *++p == '0' ? '~' : '/';
		if (n + 1 >= POINTER_PART_MAX)
			return NULL;
		out[n++] = c;
	}
	out[n] = '\0';
	return p;
}

const json_t *json_at(const json_t *root, const char *pointer)
{
	char part[POINTER_PART_MAX];

	while (root && *pointer == '/') {
		pointer = next_part(pointer + 1, part);
		if (!pointer)
			return NULL;
		if (json_is_object(root)) {
			root = json_object_get(root, part);
		} else if (json_is_array(root) && *part && strlen(part) < 9 &&
			   part[strspn(part, "0123456789")] == '\0') {
			root = json_array_get(root, strtoul(part, NULL, 10));
		} else {
			return NULL;
		}
	}
	return root;
}

int json_text(const json_t *v, struct str *out)
{
	size_t before = out->len;

	if (json_is_string(v))
		str_add(out, json_string_value(v), json_string_length(v));
	else if (json_is_integer(v))
		str_putf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		str_putf(out, "%.15g", json_real_value(v));
	else if (json_is_boolean(v))
		str_puts(out, json_is_true(v) ? "true" : "false");
	return out->len > before;
}

/* "33612345678" becomes "+33612345678"; a short number, a name or "06..." stays. */
static void make_international(struct str *out, size_t from)
{
	const char *s = str_of(out) + from;
	size_t n = strlen(s);
	char *copy;

	if (n < NATIONAL_DIGITS_MIN || *s == '0' || strspn(s, "0123456789") != n)
		return;
	copy = mem_dup(s, n);
	out->len = from;
	str_putc(out, '+');
	str_add(out, copy, n);
	free(copy);
}

static int regex_get(const regex_t *regex, const char *bytes, struct str *out)
{
	regmatch_t at[2];

	if (regexec(regex, bytes, 2, at, 0) != 0 || at[1].rm_so < 0)
		return 0;
	str_add(out, bytes + at[1].rm_so, (size_t)(at[1].rm_eo - at[1].rm_so));
	return at[1].rm_eo > at[1].rm_so;
}

int value_get(const struct value *v, const struct doc *d, struct str *out)
{
	size_t before = out->len;
	int found = 0;

	if (v->literal) {
		str_puts(out, v->literal);
		return 1;
	}
	if (v->regex)
		return regex_get(v->regex, d->bytes, out);
	for (size_t i = 0; i < v->n && (v->is_joined || !found); i++) {
		if (v->is_joined && out->len > before)
			str_putc(out, ':');
		found |= json_text(json_at(d->root, v->pointers[i]), out);
	}
	if (found && v->is_number)
		make_international(out, before);
	return found;
}

void value_fini(struct value *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->pointers[i]);
	free(v->pointers);
	if (v->regex)
		regfree(v->regex);
	free(v->regex);
	free(v->literal);
	*v = (struct value){0};
}

static int condition_holds(const struct condition *c, const struct doc *d)
{
	const json_t *at = json_at(d->root, c->pointer);
	struct str text = {0};
	int holds = 0, says_nothing;

	json_text(at, &text);
	/* not there, "", [], {} and null */
	says_nothing = !text.len && !json_object_size(at) && !json_array_size(at);
	switch (c->kind) {
	case IS_ONE_OF:
		for (size_t i = 0; at && i < c->n; i++)
			holds |= strcmp(c->texts[i], str_of(&text)) == 0;
		break;
	case IS_MATCHED:
		holds = at && regexec(&c->regex, str_of(&text), 0, NULL, 0) == 0;
		break;
	case IS_THERE: holds = !says_nothing; break;
	/* not what is missing from something unreadable */
	case IS_EMPTY: holds = d->root && says_nothing; break;
	}
	str_fini(&text);
	return holds;
}

int match_holds(const struct match *m, const struct doc *d)
{
	for (size_t i = 0; i < m->n; i++) {
		if (!condition_holds(&m->items[i], d))
			return 0;
	}
	return 1;
}

void match_fini(struct match *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct condition *c = &m->items[i];

		for (size_t j = 0; j < c->n; j++)
			free(c->texts[j]);
		free(c->texts);
		free(c->pointer);
		if (c->kind == IS_MATCHED)
			regfree(&c->regex);
	}
	free(m->items);
	*m = (struct match){0};
}
