/* SPDX-License-Identifier: GPL-3.0-or-later */
/* body.c - members of a JSON body, each read with its type checked and its path told when
 * it is wrong, and the fingerprint that says whether two bodies are the same JSON value.
 *
 * Members that nobody asks for are let pass, so that a client may send more than this
 * version knows; they count in the fingerprint. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"

/* "person.birth_year" is the member "birth_year" of the object at hand. */
static json_t *member(const json_t *o, const char *field)
{
	const char *dot = strrchr(field, '.');
	json_t *v = json_object_get(o, dot ? dot + 1 : field);

	return json_is_null(v) ? NULL : v;
}

const json_t *body_root(struct http_request *rq)
{
	static const struct api_errors none = {
		.n = 1,
		.items = {{"", "wrong_type", "Le corps doit être un objet JSON."}}};
	const json_t *root = http_request_json(rq);

	if (root && !json_is_object(root)) {
		api_refuse(rq, 422, &none);
		return NULL;
	}
	return root;
}

const char *body_string(const json_t *o, const char *field, struct api_errors *e)
{
	const json_t *v = member(o, field);

	if (!v)
		return NULL;
	if (!json_is_string(v)) {
		api_error(e, field, "wrong_type", "Un texte est attendu.");
		return NULL;
	}
	if (strlen(json_string_value(v)) != json_string_length(v)) {
		api_error(e, field, "invalid",
			  "Ce texte contient un caractère interdit.");
		return NULL;
	}
	return json_string_value(v);
}

/* An integer also when it is written 2.0 or 2e0. */
static int as_int(const json_t *v, int64_t *out)
{
	double d;

	if (json_is_integer(v)) {
		*out = json_integer_value(v);
		return 0;
	}
	if (!json_is_real(v))
		return -1;
	d = json_real_value(v);
	if (d != floor(d) || fabs(d) > 9007199254740992.0)
		return -1;
	*out = (int64_t)d;
	return 0;
}

int64_t body_int(const json_t *o, const char *field, int64_t min, int64_t max,
		 int64_t preset, struct api_errors *e)
{
	const json_t *v = member(o, field);
	int64_t n;

	if (!v)
		return preset;
	if (as_int(v, &n) < 0) {
		api_error(e, field, "wrong_type", "Un nombre entier est attendu.");
		return preset;
	}
	if (n < min || n > max) {
		api_error(e, field, "out_of_range",
			  "Ce n'est pas un nombre entier permis ici.");
		return preset;
	}
	return n;
}

int body_bool(const json_t *o, const char *field, int preset, struct api_errors *e)
{
	const json_t *v = member(o, field);

	if (!v)
		return preset;
	if (!json_is_boolean(v)) {
		api_error(e, field, "wrong_type", "true ou false est attendu.");
		return preset;
	}
	return json_is_true(v);
}

int body_instant(const json_t *o, const char *field, rdvd_time *out, struct api_errors *e)
{
	size_t before = e->n;
	const char *s = body_string(o, field, e);

	if (!s) {
		if (e->n == before)
			api_error(e, field, "required",
				  "Indiquez le début de l'horaire.");
		return 0;
	}
	if (rfc3339_parse(s, out) < 0) {
		api_error(e, field, "not_an_instant",
			  "Donnez un instant avec son décalage : "
			  "2026-03-20T08:00:00+01:00.");
		return 0;
	}
	return 1;
}

const char *body_text_or_int(struct http_request *rq, const json_t *o, const char *field,
			     struct api_errors *e)
{
	const json_t *v = member(o, field);
	char *text, *kept;
	int64_t n;

	if (!v || json_is_string(v))
		return body_string(o, field, e);
	if (as_int(v, &n) < 0) {
		api_error(e, field, "wrong_type", "Un nombre entier est attendu.");
		return NULL;
	}
	text = xasprintf("%lld", (long long)n);
	kept = http_request_strdup(rq, text);
	free(text);
	return kept;
}

const json_t *body_object(const json_t *o, const char *field, struct api_errors *e)
{
	const json_t *v = member(o, field);

	if (v && !json_is_object(v)) {
		api_error(e, field, "wrong_type", "Un objet est attendu.");
		return NULL;
	}
	return v;
}

/* ---- the fingerprint ---- */

static void canonical(struct buf *b, const json_t *v);

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void canonical_object(struct buf *b, const json_t *v)
{
	size_t n = json_object_size(v), i = 0;
	const char *few[16];
	const char **names = n <= ARRAY_SIZE(few) ? few : xcalloc(n, sizeof *names);
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)v, key, item)
	{
		(void)item;
		names[i++] = key;
	}
	qsort(names, n, sizeof *names, by_name);
	buf_addch(b, '{');
	for (i = 0; i < n; i++) {
		buf_add_json_string(b, names[i]);
		buf_addch(b, ':');
		canonical(b, json_object_get(v, names[i]));
		buf_addch(b, ',');
	}
	buf_addch(b, '}');
	if (names != few)
		free(names);
}

/* 1, 1.0 and 10e-1 are one number. */
static void canonical_number(struct buf *b, const json_t *v)
{
	int64_t n;

	if (!as_int(v, &n))
		buf_addint(b, n);
	else
		buf_addf(b, "%.17g", json_real_value(v));
}

static void canonical(struct buf *b, const json_t *v)
{
	size_t i;
	json_t *item;

	switch (json_typeof(v)) {
	case JSON_OBJECT: canonical_object(b, v); break;
	case JSON_ARRAY:
		buf_addch(b, '[');
		json_array_foreach(v, i, item)
		{
			canonical(b, item);
			buf_addch(b, ',');
		}
		buf_addch(b, ']');
		break;
	case JSON_STRING:
		/* With its length first: it may hold a NUL. */
		buf_addf(b, "%zu\"", json_string_length(v));
		buf_add(b, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
	case JSON_REAL: canonical_number(b, v); break;
	case JSON_TRUE: buf_addch(b, 't'); break;
	case JSON_FALSE: buf_addch(b, 'f'); break;
	case JSON_NULL: buf_addch(b, 'n'); break;
	}
}

void body_fingerprint(const json_t *v, uint8_t out[RDVD_HASH_SIZE])
{
	struct buf b = BUF_INIT;

	canonical(&b, v);
	secret_digest(b.data, b.len, out);
	buf_fini(&b);
}
