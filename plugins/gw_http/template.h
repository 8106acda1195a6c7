/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template.h - a piece of a request with holes: "{to}" in an address, a header, a form, a
 * JSON or XML body. What the settings say is filled in when the preset is read; what the
 * message says, each time. A member whose name ends in " ?x" is left out when x is
 * empty, one that ends in " !x" when it is not. */
#ifndef GW_HTTP_TEMPLATE_H
#define GW_HTTP_TEMPLATE_H

#include <jansson.h>

#include "str.h"

/* What a message, an event or the moment fills in. */
enum var {
	VAR_ID,
	VAR_KEY,       /* that no other installation gives out */
	VAR_TO,	       /* E.164: +33612345678 */
	VAR_TO_DIGITS, /* 33612345678 */
	VAR_FROM,      /* the setting "sender" when an answer is asked for */
	VAR_TEXT,
	VAR_UNICODE,	/* "1": the text does not fit the alphabet of an SMS */
	VAR_ANSWERABLE, /* "1" or "" */
	VAR_VALIDITY_S,
	VAR_VALIDITY_MIN, /* rounded down, at least 1 */
	VAR_DEADLINE,	  /* 2026-03-03T13:00:00Z */
	VAR_RECEIPTS_URL,
	VAR_PROVIDER_ID, /* of a look-up */
	VAR_ITEM,	 /* of a poll: one of a list */
	VAR_ACK,	 /* of a poll: what is settled */
	VAR_COUNT,
};

struct vars {
	const char *v[VAR_COUNT]; /* lent; NULL is "" */
};

/* A setting of the gateway's section, by the name presets use. */
struct setting {
	char *name;  /* owned */
	char *value; /* owned */
};

struct settings {
	struct setting *items; /* owned */
	size_t n;
};

const char *settings_get(const struct settings *s, const char *name); /* NULL: none */

struct template;

/* What a template may name, and where it is told what is wrong. */
struct template_scope {
	const struct settings *settings;
	struct str *error; /* one sentence */
};

/* All NULL on failure, with scope->error set. */
struct template *template_text(const struct template_scope *scope, const char *text,
			       enum escape how);
/* An address: {url} and the text as they are, everything else percent-encoded. */
struct template *template_url(const struct template_scope *scope, const char *text,
			      int is_latin9);
/* name=value&name=value of an object of strings. */
struct template *template_form(const struct template_scope *scope, const json_t *form,
			       int is_latin9);
/* JSON as it stands, with holes in its strings; {"number": "{validity_s}"} is a number.
 */
struct template *template_json(const struct template_scope *scope, const json_t *json);
/* a, between, b. Takes both; b may be NULL, then a. */
struct template *template_join(struct template *a, const char *between,
			       struct template *b);
void template_free(struct template *t);

void template_render(const struct template *t, const struct vars *vars, struct str *out);
/* The text when nothing is left to fill in, else NULL. Lent. */
const char *template_constant(const struct template *t);

/* "name ?x" into its name, owned. */
char *member_name(const char *key);
/* And its condition: 0 and *var, *wanted (VAR_COUNT: none), 1 when a setting leaves it
 * out for good, -1 with scope->error set. */
int member_condition(const struct template_scope *scope, const char *key, enum var *var,
		     int *wanted);

#endif
