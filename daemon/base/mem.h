/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mem.h - allocation that never returns NULL: out of memory ends the program (abort,
 * after one log line). Sizes that come from outside are bounded by the caller before they
 * arrive here. */
#ifndef RDVD_BASE_MEM_H
#define RDVD_BASE_MEM_H

#include <stddef.h>

void *xmalloc(size_t size);
/* Zeroed; the product n * size is checked for overflow. */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
/* A copy of s, or NULL when s is NULL. */
char *xstrdup_null(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Grow a vector so that index n is valid: VEC_GROW(v->items, v->n, v->cap). Doubles,
 * from 8. */
#define VEC_GROW(items, n, cap)                                                      \
	do {                                                                         \
		if ((n) >= (cap)) {                                                  \
			(cap) = (cap) ? (cap)*2 : 8;                                 \
			(items) = xrealloc((items), (size_t)(cap), sizeof *(items)); \
		}                                                                    \
	} while (0)

#endif
