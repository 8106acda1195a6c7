/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mbuf.h - a growing run of bytes, always followed by a NUL that is not counted. A zeroed
 * struct is an empty one. Out of memory ends the program. */
#ifndef GW_SMTP_MBUF_H
#define GW_SMTP_MBUF_H

#include <stddef.h>

struct mbuf {
	char *data; /* owned; NULL until the first byte */
	size_t len, cap;
};

void mbuf_fini(struct mbuf *b);
void mbuf_clear(struct mbuf *b); /* keeps the memory */
void mbuf_add(struct mbuf *b, const void *bytes, size_t n);
void mbuf_puts(struct mbuf *b, const char *s);
void mbuf_putc(struct mbuf *b, char c);
void mbuf_putf(struct mbuf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
const char *mbuf_str(const struct mbuf *b); /* never NULL */

/* A copy of n bytes as a string; owned by the caller, never NULL. */
char *mem_copy(const char *s, size_t n);

#endif
