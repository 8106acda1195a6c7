/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limit.h - limits by address: token buckets in a table of fixed size, and a count of
 * open connections by address. Pure: now is an argument, in milliseconds of monotonic
 * time. */
#ifndef RDVD_HTTP_LIMIT_H
#define RDVD_HTTP_LIMIT_H

#include <stdint.h>

#include "http/http.h"

struct limit;

/* A row of zeros in limits takes the preset. */
struct limit *limit_new(const struct http_limit limits[LIMIT_CLASSES]);
void limit_free(struct limit *l);
/* Take one from the bucket of (key, class). 0: granted. Else the seconds after which one
 * comes back, at least 1. LIMIT_NONE is always granted. When the table is full the bucket
 * longest unused is forgotten: a flood of addresses loosens limits for some, it never
 * locks anybody out. */
int limit_take(struct limit *l, enum http_limit_class class, uint64_t key,
	       int64_t now_ms);

/* The same without taking one. */
int limit_wait_s(struct limit *l, enum http_limit_class class, uint64_t key,
		 int64_t now_ms);

struct limit_count;
/* Counts for at most max keys at a time. */
struct limit_count *limit_count_new(unsigned max);
void limit_count_free(struct limit_count *c);
/* Add delta (1 or -1) to the count of key and return it; a delta of 0 asks. */
unsigned limit_count_add(struct limit_count *c, uint64_t key, int delta);

#endif
