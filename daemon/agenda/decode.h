/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decode.h - reading JSON objects strictly: every value has a type and a range, every key
 * is known, and each mistake becomes one line that names the place by its JSON path and
 * says what to write instead. Decoding goes on after a mistake, so that a file's errors
 * are all told at once. */
#ifndef RDVD_AGENDA_DECODE_H
#define RDVD_AGENDA_DECODE_H

#include <jansson.h>

#include "agenda/territory.h"
#include "base/buf.h"

struct arena_block;

/* Memory freed all at once. */
struct arena {
	struct arena_block *blocks;
};

void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for anything */
const char *arena_strdup(struct arena *a, const char *s);
void arena_fini(struct arena *a);

struct decoder {
	const char *file;    /* what the errors begin with */
	struct buf *errors;  /* NULL: only counted */
	struct arena *arena; /* for the strings */
	int nerrors;
};

/* An object being read and its path ("openings[3]"). */
struct decode_at {
	struct decoder *d;
	const json_t *object;
	char path[160];
};

/* Add "FILE: PATH.KEY: sentence" (key NULL: the object itself). */
void decode_error(const struct decode_at *at, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Add what a file says to an error: on one line, without what is not text, at most max
 * bytes and then "...". */
void decode_add_text(struct buf *out, const char *text, size_t max);

/* 1 for "assumed" and "x-...": what a file says beside, and nobody reads. */
int decode_key_is_beside(const char *key);

/* Refuse the keys that are not in the NULL-terminated list and not beside. */
void decode_keys(const struct decode_at *at, const char *const *known);

/* NULL (or the preset) when absent; an error when required, of another type, empty or too
 * long. */
const char *decode_string(const struct decode_at *at, const char *key, int required,
			  size_t max);
const char *decode_string_or(const struct decode_at *at, const char *key, size_t max,
			     const char *preset);
int decode_int(const struct decode_at *at, const char *key, int required, int min,
	       int max, int preset);
int decode_bool(const struct decode_at *at, const char *key, int preset);
double decode_number(const struct decode_at *at, const char *key, int required,
		     double min, double max);
/* "text" (both languages), or {"fr": ..., "en": ...}; absent: "". */
struct bitext decode_bitext(const struct decode_at *at, const char *key, int required,
			    size_t max);
/* A date; CIVIL_DAY_NONE when absent or wrong. */
civil_day decode_day(const struct decode_at *at, const char *key, int required);
/* A list of dates; *n 0 when absent. */
civil_day *decode_days(const struct decode_at *at, const char *key, size_t *n);
/* A local date and time on a multiple of five minutes; 0 and *t, or -1. */
int decode_civil(const struct decode_at *at, const char *key, civil_time *t);
/* The array under key, or NULL; an error when it is something else. */
const json_t *decode_array(const struct decode_at *at, const char *key, int required);
/* The i-th object of an array; -1 with an error when it is not an object. */
int decode_item(const struct decode_at *parent, const char *key, const json_t *array,
		size_t i, struct decode_at *item);

#endif
