/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mem.c - allocation that never returns NULL. A daemon that has run out of memory cannot
 * finish the sentence it was in: it says so once and aborts, and the store's journal
 * makes that safe. */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static void *checked(void *p, size_t size)
{
	if (p == NULL) {
		log_err("out of memory: %zu bytes were refused", size);
		abort();
	}
	return p;
}

static size_t product(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		log_err("out of memory: %zu x %zu bytes is more than there can be", n,
			size);
		abort();
	}
	return bytes ? bytes : 1;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1), size);
}

void *xcalloc(size_t n, size_t size)
{
	size_t bytes = product(n, size);

	return checked(calloc(1, bytes), bytes);
}

void *xrealloc(void *p, size_t n, size_t size)
{
	size_t bytes = product(n, size);

	return checked(realloc(p, bytes), bytes);
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrdup_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = xmalloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return xstrdup("");
	s = xmalloc((size_t)len + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return s;
}
