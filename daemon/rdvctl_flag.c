/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl_flag.c - a verb's words and flags, read by its table: --name VALUE, --name=VALUE
 * or --switch, in any order; what has a key becomes a query or a JSON body. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "rdvctl.h"

/* The flag that word names, its value after '=' in *inline_value when there is one. */
static int find_flag(const struct ctl_verb *v, const char *word,
		     const char **inline_value)
{
	size_t n = strcspn(word, "=");

	*inline_value = word[n] ? word + n + 1 : NULL;
	for (int i = 0; v->flags && v->flags[i].name; i++)
		if (strlen(v->flags[i].name) == n && !strncmp(v->flags[i].name, word, n))
			return i;
	return -1;
}

static int usage(const struct ctl *c, const char *word, const char *what)
{
	fprintf(stderr, "rdvctl: %s %s; see rdvctl %s --help\n", word, what,
		c->verb->name);
	return CTL_USAGE;
}

/* argv[*i] is a flag: keep its value, and pass over it. */
static int read_flag(struct ctl *c, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *value;
	int f = find_flag(c->verb, word + 2, &value);
	int64_t n;

	if (f < 0)
		return usage(c, word, "is not a flag of this verb");
	if (c->verb->flags[f].kind == CTL_SWITCH) {
		if (value)
			return usage(c, word, "takes no value");
		value = "1";
	} else if (!value) {
		if (*i + 1 >= argc)
			return usage(c, word, "needs a value");
		value = argv[++*i];
	}
	if (c->verb->flags[f].kind == CTL_NUMBER &&
	    parse_int(value, INT64_MIN, INT64_MAX, &n) < 0)
		return usage(c, word, "needs a whole number");
	c->values[f] = value;
	return 0;
}

/* A verb of several forms ("add LOGIN | list") says itself how many words each takes. */
static int has_forms(const struct ctl_verb *v)
{
	return strchr(v->words, '|') != NULL;
}

int ctl_flags_parse(struct ctl *c, int argc, char **argv)
{
	int only_words = 0;

	for (int i = 0; i < argc; i++) {
		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = 1;
		} else if (!only_words && !strcmp(argv[i], "--json")) {
			c->json = 1;
		} else if (!only_words && !strncmp(argv[i], "--", 2)) {
			int rc = read_flag(c, argc, argv, &i);

			if (rc)
				return rc;
		} else if (c->nwords == CTL_WORDS_MAX ||
			   (c->nwords == c->verb->nwords && !has_forms(c->verb))) {
			return usage(c, argv[i], "is a word too many");
		} else {
			c->words[c->nwords++] = argv[i];
		}
	}
	if (c->nwords < c->verb->nwords) {
		fprintf(stderr, "rdvctl: usage: rdvctl %s %s\n", c->verb->name,
			c->verb->words);
		return CTL_USAGE;
	}
	return 0;
}

const char *ctl_value(const struct ctl *c, const char *name)
{
	const char *ignored;
	int f = find_flag(c->verb, name, &ignored);

	return f < 0 ? NULL : c->values[f];
}

void ctl_query(const struct ctl *c, struct buf *out)
{
	for (int i = 0; c->verb->flags && c->verb->flags[i].name; i++) {
		if (!c->values[i] || !c->verb->flags[i].key)
			continue;
		buf_addch(out, out->len ? '&' : '?');
		buf_addstr(out, c->verb->flags[i].key);
		buf_addch(out, '=');
		buf_add_url(out, c->values[i]);
	}
}

void ctl_set(json_t *o, const char *path, json_t *v)
{
	const char *dot = strchr(path, '.');
	char *name;
	json_t *inner;

	if (!dot) {
		json_object_set_new(o, path, v);
		return;
	}
	name = xstrndup(path, (size_t)(dot - path));
	inner = json_object_get(o, name);
	if (!inner) {
		inner = json_object();
		json_object_set_new(o, name, inner);
	}
	free(name);
	ctl_set(inner, dot + 1, v);
}

json_t *ctl_body(const struct ctl *c)
{
	json_t *o = json_object();
	int64_t n;

	for (int i = 0; c->verb->flags && c->verb->flags[i].name; i++) {
		const struct ctl_flag *f = &c->verb->flags[i];

		if (!c->values[i] || !f->key)
			continue;
		if (f->kind == CTL_SWITCH)
			ctl_set(o, f->key, json_true());
		else if (f->kind == CTL_NUMBER &&
			 !parse_int(c->values[i], INT64_MIN, INT64_MAX, &n))
			ctl_set(o, f->key, json_integer(n));
		else
			ctl_set(o, f->key, json_string(c->values[i]));
	}
	return o;
}
