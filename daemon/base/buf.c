/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buf.c - the growing run of bytes, and the escapers. An escaper copies the longest run
 * that needs no escape in one piece and asks a 256-byte table about each byte: most text
 * needs none. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

#define BUF_FIRST_CAP 64

/* Which escaper has something to say about a byte. */
enum { ESC_JSON = 1, ESC_HTML = 2, ESC_URL = 4, ESC_CSV = 8 };

static const unsigned char needs_escape[256] = {
	[0x00 ... 0x08] = ESC_JSON | ESC_URL,
	[0x09] = ESC_JSON | ESC_URL,
	[0x0a] = ESC_JSON | ESC_URL | ESC_CSV,
	[0x0b ... 0x0c] = ESC_JSON | ESC_URL,
	[0x0d] = ESC_JSON | ESC_URL | ESC_CSV,
	[0x0e ... 0x1f] = ESC_JSON | ESC_URL,
	[' '] = ESC_URL,
	['!'] = ESC_URL,
	['"'] = ESC_JSON | ESC_HTML | ESC_URL | ESC_CSV,
	['#' ... '%'] = ESC_URL,
	['&'] = ESC_HTML | ESC_URL,
	['\''] = ESC_HTML | ESC_URL,
	['(' ... '+'] = ESC_URL,
	[','] = ESC_URL | ESC_CSV,
	['/'] = ESC_URL,
	[':'] = ESC_URL,
	[';'] = ESC_URL | ESC_CSV,
	['<'] = ESC_HTML | ESC_URL,
	['='] = ESC_URL,
	['>'] = ESC_HTML | ESC_URL,
	['?' ... '@'] = ESC_URL,
	['['] = ESC_URL,
	['\\'] = ESC_JSON | ESC_URL,
	[']' ... '^'] = ESC_URL,
	['`'] = ESC_URL,
	['{' ... '}'] = ESC_URL,
	[0x7f ... 0xff] = ESC_URL,
};

static const char hex_lower[16] = "0123456789abcdef";
static const char hex_upper[16] = "0123456789ABCDEF";

void buf_fini(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

static void grow(struct buf *b, size_t n)
{
	size_t need, cap = b->cap ? b->cap : BUF_FIRST_CAP;

	if (__builtin_add_overflow(b->len, n, &need) || need > SIZE_MAX / 4) {
		log_err("out of memory: a text of %zu + %zu bytes", b->len, n);
		abort();
	}
	while (cap <= need)
		cap *= 2;
	b->data = xrealloc(b->data, cap, 1);
	b->data[b->len] = '\0';
	b->cap = cap;
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (n >= b->cap - b->len)
		grow(b, n);
	return b->data + b->len;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *to = buf_reserve(b, n);

	if (n)
		memcpy(to, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_addstr(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addch(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->data[++b->len] = '\0';
}

void buf_addint(struct buf *b, int64_t v)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;

	do {
		*--p = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *to = buf_reserve(b, BUF_FIRST_CAP);
	size_t room = b->cap - b->len;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(to, room, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= room) {
		to = buf_reserve(b, (size_t)n);
		va_start(ap, fmt);
		n = vsnprintf(to, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	if (n > 0)
		b->len += (size_t)n;
	b->data[b->len] = '\0';
}

const char *buf_str(const struct buf *b)
{
	if (b->data == NULL)
		return "";
	/* Bytes written after buf_reserve come without their NUL. */
	b->data[b->len] = '\0';
	return b->data;
}

char *buf_steal(struct buf *b, size_t *len)
{
	char *data;

	if (b->data == NULL)
		grow(b, 0);
	data = b->data;
	data[b->len] = '\0';
	if (len)
		*len = b->len;
	*b = (struct buf)BUF_INIT;
	return data;
}

/* Copy s up to the first byte that the escaper of kind must handle; return where that is.
 */
static const unsigned char *add_plain(struct buf *b, const unsigned char *s, int kind)
{
	const unsigned char *p = s;

	while (*p && !(needs_escape[*p] & kind))
		p++;
	if (p != s)
		buf_add(b, s, (size_t)(p - s));
	return p;
}

static void add_json_escape(struct buf *b, unsigned char c)
{
	switch (c) {
	case '"': buf_addlit(b, "\\\""); break;
	case '\\': buf_addlit(b, "\\\\"); break;
	case '\n': buf_addlit(b, "\\n"); break;
	case '\r': buf_addlit(b, "\\r"); break;
	case '\t': buf_addlit(b, "\\t"); break;
	default:
		buf_addlit(b, "\\u00");
		buf_addch(b, hex_lower[c >> 4]);
		buf_addch(b, hex_lower[c & 15]);
	}
}

void buf_add_json_string(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	buf_addch(b, '"');
	while (*(p = add_plain(b, p, ESC_JSON)))
		add_json_escape(b, *p++);
	buf_addch(b, '"');
}

void buf_add_html(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	while (*(p = add_plain(b, p, ESC_HTML))) {
		switch (*p++) {
		case '&': buf_addlit(b, "&amp;"); break;
		case '<': buf_addlit(b, "&lt;"); break;
		case '>': buf_addlit(b, "&gt;"); break;
		case '"': buf_addlit(b, "&quot;"); break;
		default: buf_addlit(b, "&#39;"); break;
		}
	}
}

void buf_add_url(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	while (*(p = add_plain(b, p, ESC_URL))) {
		char *to = buf_reserve(b, 3);

		to[0] = '%';
		to[1] = hex_upper[*p >> 4];
		to[2] = hex_upper[*p & 15];
		b->len += 3;
		p++;
	}
	buf_str(b);
}

void buf_add_hex(struct buf *b, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	char *to = buf_reserve(b, n * 2);

	for (size_t i = 0; i < n; i++) {
		*to++ = hex_lower[p[i] >> 4];
		*to++ = hex_lower[p[i] & 15];
	}
	*to = '\0';
	b->len += n * 2;
}

void buf_add_base64url(struct buf *b, const void *bytes, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *p = bytes;
	char *to = buf_reserve(b, n / 3 * 4 + 4);

	for (; n >= 3; n -= 3, p += 3) {
		*to++ = digits[p[0] >> 2];
		*to++ = digits[(p[0] & 3) << 4 | p[1] >> 4];
		*to++ = digits[(p[1] & 15) << 2 | p[2] >> 6];
		*to++ = digits[p[2] & 63];
	}
	if (n > 0) {
		*to++ = digits[p[0] >> 2];
		*to++ = digits[(p[0] & 3) << 4 | (n == 2 ? p[1] >> 4 : 0)];
		if (n == 2)
			*to++ = digits[(p[1] & 15) << 2];
	}
	*to = '\0';
	b->len = (size_t)(to - b->data);
}

void buf_add_csv(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	int guarded = *s && strchr("=+-@\t\r", *s) != NULL;
	int quoted = 0;

	for (const unsigned char *q = p; *q && !quoted; q++)
		quoted = (needs_escape[*q] & ESC_CSV) != 0;
	if (quoted)
		buf_addch(b, '"');
	if (guarded)
		buf_addch(b, '\'');
	while (*(p = add_plain(b, p, ESC_CSV))) {
		if (*p == '"')
			buf_addch(b, '"');
		buf_addch(b, (char)*p++);
	}
	if (quoted)
		buf_addch(b, '"');
}
