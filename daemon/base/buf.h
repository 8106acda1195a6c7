/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf.h - a growing run of bytes, always followed by a NUL that is not counted. The one
 * way in which strings are built. A zeroed struct is an empty buf; buf_fini leaves it
 * empty again. */
#ifndef RDVD_BASE_BUF_H
#define RDVD_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *data; /* owned; NULL until the first byte; data[len] is NUL otherwise */
	size_t len;
	size_t cap;
};

#define BUF_INIT           \
	{                  \
		NULL, 0, 0 \
	}

void buf_fini(struct buf *b);
/* Keep the memory, forget the bytes. */
void buf_clear(struct buf *b);
/* Make room for n more bytes and return where they go; add them to len yourself. */
char *buf_reserve(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_addstr(struct buf *b, const char *s);
void buf_addch(struct buf *b, char c);
void buf_addint(struct buf *b, int64_t v);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The bytes as a NUL-terminated string, never NULL; valid until the next change. */
const char *buf_str(const struct buf *b);
/* Give the bytes away (never NULL, caller frees); the buf is empty afterwards. len may be
 * NULL. */
char *buf_steal(struct buf *b, size_t *len);

/* A literal whose length the compiler knows. */
#define buf_addlit(b, literal) buf_add((b), "" literal, sizeof(literal) - 1)

/* Escaped for JSON, with the quotes; s is UTF-8, control characters become \u00XX. */
void buf_add_json_string(struct buf *b, const char *s);
/* Escaped for HTML text and for quoted attributes: & < > " ' */
void buf_add_html(struct buf *b, const char *s);
/* Percent-encoded: everything but A-Z a-z 0-9 - . _ ~ (RFC 3986 2.3). */
void buf_add_url(struct buf *b, const char *s);
void buf_add_hex(struct buf *b, const void *bytes, size_t n);
/* base64url without padding (RFC 4648 section 5). */
void buf_add_base64url(struct buf *b, const void *bytes, size_t n);
/* One CSV field (RFC 4180), quoted when needed; a leading = + - @ TAB or CR is preceded
 * by an apostrophe so that no spreadsheet takes it for a formula. */
void buf_add_csv(struct buf *b, const char *s);

#endif
