/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decode.c - strict reading of JSON objects; see decode.h. */
#include "agenda/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

#define ARENA_BLOCK 65536
#define ARENA_ALIGN 16
#define KEY_SHOWN 80
#define TEXT_SHOWN 600

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(ARENA_ALIGN) char bytes[];
};

void *arena_alloc(struct arena *a, size_t size)
{
	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	struct arena_block *b = a->blocks;
	if (!b || b->size - b->used < size) {
		size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;
		b = xmalloc(sizeof *b + room);
		*b = (struct arena_block){.next = a->blocks, .size = room};
		a->blocks = b;
	}
	void *p = b->bytes + b->used;
	b->used += size;
	return memset(p, 0, size);
}

const char *arena_strdup(struct arena *a, const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(arena_alloc(a, n), s, n);
}

void arena_fini(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;
		free(a->blocks);
		a->blocks = next;
	}
}

void decode_add_text(struct buf *out, const char *text, size_t max)
{
	size_t n = strnlen(text, max);
	if (text[n])
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--; /* not inside a character */
	int is_utf8 = utf8_is_clean(text, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		int is_shown = c >= 0x80 ? is_utf8 : c >= ' ' && c != 0x7f;
		buf_addch(out, is_shown ? text[i] : '?');
	}
	if (text[n])
		buf_addlit(out, "...");
}

void decode_error(const struct decode_at *at, const char *key, const char *fmt, ...)
{
	struct decoder *d = at->d;
	d->nerrors++;
	if (!d->errors || d->nerrors > 100)
		return;
	char text[2000];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	buf_addf(d->errors, "%s: ", d->file);
	buf_addstr(d->errors, at->path);
	buf_addstr(d->errors, key && at->path[0] ? "." : "");
	decode_add_text(d->errors, key ? key : "", KEY_SHOWN);
	buf_addlit(d->errors, ": ");
	decode_add_text(d->errors, text, TEXT_SHOWN);
	buf_addch(d->errors, '\n');
	if (d->nerrors == 100)
		buf_addf(d->errors, "%s: more than 100 errors, the rest is not shown\n",
			 d->file);
}

int decode_key_is_beside(const char *key)
{
	return strncmp(key, "x-", 2) == 0 || strcmp(key, "assumed") == 0;
}

void decode_keys(const struct decode_at *at, const char *const *known)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)at->object, key, value)
	{
		if (decode_key_is_beside(key))
			continue;
		const char *const *k = known;
		while (*k && strcmp(*k, key) != 0)
			k++;
		if (*k)
			continue;
		struct buf list = BUF_INIT;
		for (k = known; *k; k++)
			buf_addf(&list, "%s%s", k == known ? "" : ", ", *k);
		decode_error(at, key,
			     "unknown key; known here: %s (or begin it with \"x-\")",
			     buf_str(&list));
		buf_fini(&list);
	}
}

const char *decode_string(const struct decode_at *at, const char *key, int required,
			  size_t max)
{
	const json_t *v = json_object_get(at->object, key);
	if (!v || json_is_null(v)) {
		if (required)
			decode_error(at, key, "is required");
		return NULL;
	}
	if (!json_is_string(v)) {
		decode_error(at, key, "must be a text in quotes");
		return NULL;
	}
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);
	if (strlen(s) != n || !utf8_is_clean(s, n)) {
		decode_error(at, key, "holds a control character");
		return NULL;
	}
	if (required && n == 0) {
		decode_error(at, key, "must not be empty");
		return NULL;
	}
	if (n > max) {
		decode_error(at, key, "is longer than %zu bytes", max);
		return NULL;
	}
	return arena_strdup(at->d->arena, s);
}

const char *decode_string_or(const struct decode_at *at, const char *key, size_t max,
			     const char *preset)
{
	const char *s = decode_string(at, key, 0, max);
	return s ? s : preset;
}

int decode_int(const struct decode_at *at, const char *key, int required, int min,
	       int max, int preset)
{
	const json_t *v = json_object_get(at->object, key);
	if (!v) {
		if (required)
			decode_error(at, key, "is required: a whole number from %d to %d",
				     min, max);
		return preset;
	}
	if (!json_is_integer(v) || json_integer_value(v) < min ||
	    json_integer_value(v) > max) {
		decode_error(at, key, "must be a whole number from %d to %d", min, max);
		return preset;
	}
	return (int)json_integer_value(v);
}

int decode_bool(const struct decode_at *at, const char *key, int preset)
{
	const json_t *v = json_object_get(at->object, key);
	if (!v)
		return preset;
	if (!json_is_boolean(v)) {
		decode_error(at, key, "must be true or false");
		return preset;
	}
	return json_is_true(v);
}

double decode_number(const struct decode_at *at, const char *key, int required,
		     double min, double max)
{
	const json_t *v = json_object_get(at->object, key);
	if (!v) {
		if (required)
			decode_error(at, key, "is required: a number from %g to %g", min,
				     max);
		return 0;
	}
	double x = json_number_value(v);
	if (!json_is_number(v) || !(x >= min && x <= max)) {
		decode_error(at, key, "must be a number from %g to %g", min, max);
		return 0;
	}
	return x;
}

struct bitext decode_bitext(const struct decode_at *at, const char *key, int required,
			    size_t max)
{
	struct bitext b = {"", ""};
	const json_t *v = json_object_get(at->object, key);
	if (!v || json_is_string(v)) {
		const char *s = decode_string(at, key, required, max);
		if (s)
			b.fr = b.en = s;
		return b;
	}
	if (!json_is_object(v)) {
		decode_error(at, key, "must be a text, or {\"fr\": ..., \"en\": ...}");
		return b;
	}
	struct decode_at in = {.d = at->d, .object = v};
	snprintf(in.path, sizeof in.path, "%.120s%s%s", at->path, at->path[0] ? "." : "",
		 key);
	decode_keys(&in, (const char *const[]){"fr", "en", NULL});
	const char *fr = decode_string(&in, "fr", 1, max);
	b.fr = fr ? fr : "";
	b.en = decode_string_or(&in, "en", max, b.fr);
	return b;
}

static civil_day decode_one_day(const struct decode_at *at, const char *key,
				const json_t *v)
{
	civil_day day;
	if (json_is_string(v) && civil_day_parse(json_string_value(v), &day) == 0)
		return day;
	decode_error(at, key, "must be a date like \"2026-03-20\", from 1970 to 2099");
	return CIVIL_DAY_NONE;
}

civil_day decode_day(const struct decode_at *at, const char *key, int required)
{
	const json_t *v = json_object_get(at->object, key);
	if (v)
		return decode_one_day(at, key, v);
	if (required)
		decode_error(at, key, "is required: a date like \"2026-03-20\"");
	return CIVIL_DAY_NONE;
}

civil_day *decode_days(const struct decode_at *at, const char *key, size_t *n)
{
	*n = 0;
	const json_t *array = decode_array(at, key, 0);
	if (!array)
		return NULL;
	civil_day *days =
		arena_alloc(at->d->arena, json_array_size(array) * sizeof *days);
	for (size_t i = 0; i < json_array_size(array); i++) {
		char item[64];
		snprintf(item, sizeof item, "%s[%zu]", key, i);
		civil_day day = decode_one_day(at, item, json_array_get(array, i));
		if (day != CIVIL_DAY_NONE)
			days[(*n)++] = day;
	}
	return days;
}

int decode_civil(const struct decode_at *at, const char *key, civil_time *t)
{
	const json_t *v = json_object_get(at->object, key);
	civil_time c;
	if (!json_is_string(v) || civil_time_parse(json_string_value(v), &c) != 0) {
		decode_error(at, key,
			     "must be a local date and time like \"2026-03-20T13:30\"");
		return -1;
	}
	if (c % 300 != 0) {
		decode_error(at, key, "must be a multiple of 5 minutes");
		return -1;
	}
	*t = c;
	return 0;
}

const json_t *decode_array(const struct decode_at *at, const char *key, int required)
{
	const json_t *v = json_object_get(at->object, key);
	if (v && json_is_array(v))
		return v;
	if (v)
		decode_error(at, key, "must be a list: [ ... ]");
	else if (required)
		decode_error(at, key, "is required: a list");
	return NULL;
}

int decode_item(const struct decode_at *parent, const char *key, const json_t *array,
		size_t i, struct decode_at *item)
{
	*item = (struct decode_at){.d = parent->d, .object = json_array_get(array, i)};
	snprintf(item->path, sizeof item->path, "%.100s%s%s[%zu]", parent->path,
		 parent->path[0] ? "." : "", key, i);
	if (json_is_object(item->object))
		return 0;
	decode_error(item, NULL, "must be an object: { ... }");
	return -1;
}
