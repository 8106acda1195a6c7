/* SPDX-License-Identifier: GPL-3.0-or-later */
/* value.h - finding things in what a provider answered or told: by JSON pointer (RFC
 * 6901; a form counts as one flat object), by a regular expression on the bytes. */
#ifndef GW_HTTP_VALUE_H
#define GW_HTTP_VALUE_H

#include <jansson.h>
#include <regex.h>

#include "str.h"

/* What is searched. Lent. */
struct doc {
	const json_t *root; /* NULL: it is no JSON */
	const char *bytes;  /* NUL-terminated */
};

/* One value: the first of its places that holds something, or all of them joined. */
struct value {
	char **pointers; /* owned, and the strings */
	size_t n;
	int is_joined;	/* by ":" */
	int is_number;	/* of a telephone: international digits get their + */
	regex_t *regex; /* owned; its first group, of the bytes; NULL none */
	char *literal;	/* owned; said whatever was written; NULL none */
};

/* Conditions that all have to hold. */
struct condition {
	char *pointer; /* owned */
	enum { IS_ONE_OF, IS_MATCHED, IS_THERE, IS_EMPTY } kind;
	char **texts; /* owned, and the strings: IS_ONE_OF */
	size_t n;
	regex_t regex; /* IS_MATCHED */
};

struct match {
	struct condition *items; /* owned */
	size_t n;
};

const json_t *json_at(const json_t *root, const char *pointer); /* NULL: not there */
/* A scalar as text, appended; an object or array adds nothing. 1 when something was. */
int json_text(const json_t *v, struct str *out);

/* Append the value; 1 when there was one. */
int value_get(const struct value *v, const struct doc *d, struct str *out);
void value_fini(struct value *v);
int match_holds(const struct match *m, const struct doc *d);
void match_fini(struct match *m);

#endif
