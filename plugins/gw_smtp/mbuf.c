/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mbuf.c - growing strings; see mbuf.h. */
#include "mbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mbuf_fini(struct mbuf *b)
{
	free(b->data);
	*b = (struct mbuf){0};
}

void mbuf_clear(struct mbuf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

/* Room for n more bytes and the NUL. */
static void grow(struct mbuf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;

	if (b->cap - b->len > n)
		return;
	while (cap - b->len <= n)
		cap *= 2;
	b->data = realloc(b->data, cap);
	if (!b->data)
		abort();
	b->cap = cap;
}

void mbuf_add(struct mbuf *b, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	grow(b, n);
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void mbuf_puts(struct mbuf *b, const char *s)
{
	mbuf_add(b, s, strlen(s));
}

void mbuf_putc(struct mbuf *b, char c)
{
	mbuf_add(b, &c, 1);
}

void mbuf_putf(struct mbuf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	grow(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

const char *mbuf_str(const struct mbuf *b)
{
	return b->data ? b->data : "";
}

char *mem_copy(const char *s, size_t n)
{
	char *copy = malloc(n + 1);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}
