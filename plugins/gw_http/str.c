/* SPDX-License-Identifier: GPL-3.0-or-later */
/* str.c - see str.h. UTF-8 comes in everywhere; ISO-8859-15, which a few French
 * providers still want, differs from Latin-1 in eight places. */
#include "str.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *mem_zero(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

void *mem_grow(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p)
		abort();
	return p;
}

char *mem_dup(const char *s, size_t n)
{
	char *copy = mem_zero(n + 1, 1);

	memcpy(copy, s, n);
	return copy;
}

void str_fini(struct str *b)
{
	free(b->s);
	*b = (struct str){0};
}

void str_clear(struct str *b)
{
	b->len = 0;
	if (b->s)
		b->s[0] = '\0';
}

static char *reserve(struct str *b, size_t n)
{
	if (b->len + n + 1 > b->cap) {
		b->cap = (b->len + n + 1) * 2;
		if (b->cap < 128)
			b->cap = 128;
		b->s = mem_grow(b->s, b->cap, 1);
	}
	return b->s + b->len;
}

void str_add(struct str *b, const void *bytes, size_t n)
{
	char *at = reserve(b, n);

	if (n)
		memcpy(at, bytes, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void str_puts(struct str *b, const char *s)
{
	str_add(b, s, strlen(s));
}

void str_putc(struct str *b, char c)
{
	str_add(b, &c, 1);
}

void str_putf(struct str *b, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	str_puts(b, text);
}

const char *str_of(const struct str *b)
{
	return b->s ? b->s : "";
}

void str_hex(struct str *b, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		str_putc(b, digits[p[i] >> 4]);
		str_putc(b, digits[p[i] & 15]);
	}
}

void str_base64(struct str *b, const void *bytes, size_t n)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789+/";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;

		v |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < n ? p[i + 2] : 0;
		str_putc(b, set[v >> 18]);
		str_putc(b, set[v >> 12 & 63]);
		str_putc(b, i + 1 < n ? set[v >> 6 & 63] : '=');
		str_putc(b, i + 2 < n ? set[v & 63] : '=');
	}
}

/* ---- UTF-8 and ISO-8859-15 ---- */

long utf8_at(const char *s, size_t n, size_t *len)
{
	static const long least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s;
	size_t want = p[0] < 0x80   ? 1
		      : p[0] < 0xC2 ? 0
		      : p[0] < 0xE0 ? 2
		      : p[0] < 0xF0 ? 3
				    : 4;
	long c;

	*len = 1;
	if (want == 1)
		return p[0];
	if (want == 0 || want > n || p[0] > 0xF4)
		return -1;
	c = p[0] & (0x7F >> want);
	for (size_t i = 1; i < want; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3F);
	}
	if (c < least[want] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return -1;
	*len = want;
	return c;
}

/* Where ISO-8859-15 is not Latin-1. */
static const struct {
	unsigned char byte;
	long code;
} latin9[] = {{0xA4, 0x20AC}, {0xA6, 0x160}, {0xA8, 0x161}, {0xB4, 0x17D},
	      {0xB8, 0x17E},  {0xBC, 0x152}, {0xBD, 0x153}, {0xBE, 0x178}};
#define NLATIN9 (sizeof latin9 / sizeof latin9[0])

static unsigned char latin9_of(long c)
{
	for (size_t i = 0; i < NLATIN9; i++) {
		if (latin9[i].code == c)
			return latin9[i].byte;
		if (latin9[i].byte == c)
			return '?';
	}
	return c >= 0 && c < 0x100 ? (unsigned char)c : '?';
}

void str_latin9(struct str *b, const char *s, size_t n)
{
	for (size_t i = 0, len; i < n; i += len)
		str_putc(b, (char)latin9_of(utf8_at(s + i, n - i, &len)));
}

static void put_code(struct str *b, long c)
{
	if (c < 0x80) {
		str_putc(b, (char)c);
	} else if (c < 0x800) {
		str_putc(b, (char)(0xC0 | c >> 6));
		str_putc(b, (char)(0x80 | (c & 0x3F)));
	} else {
		str_putc(b, (char)(0xE0 | c >> 12));
		str_putc(b, (char)(0x80 | (c >> 6 & 0x3F)));
		str_putc(b, (char)(0x80 | (c & 0x3F)));
	}
}

static int is_utf8(const char *s, size_t n)
{
	for (size_t i = 0, len; i < n; i += len) {
		if (utf8_at(s + i, n - i, &len) < 0)
			return 0;
	}
	return 1;
}

void str_text(struct str *b, const char *bytes, size_t n, int is_latin9)
{
	int as_latin9 = is_latin9 || !is_utf8(bytes, n);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];
		long code = c;

		for (size_t j = 0; as_latin9 && j < NLATIN9; j++)
			code = latin9[j].byte == c ? latin9[j].code : code;
		if ((c < 0x20 && c != '\n') || c == 0x7F)
			str_putc(b, ' ');
		else if (!as_latin9)
			str_putc(b, (char)c);
		else if (c >= 0x80 && c < 0xA0)
			str_putc(b, ' ');
		else
			put_code(b, code);
	}
}

int text_is_gsm(const char *s)
{
	/* Beyond ASCII; of ASCII only ` is missing. */
	static const char more[] = "£¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€";
	size_t n = strlen(s);

	for (size_t i = 0, len; i < n; i += len) {
		long c = utf8_at(s + i, n - i, &len);
		size_t at, step;

		if (c >= 0 && c < 0x80) {
			if (c == '`' ||
			    (c < 0x20 && c != '\n' && c != '\r' && c != '\f') ||
			    c == 0x7F)
				return 0;
			continue;
		}
		for (at = 0; at < sizeof more - 1; at += step) {
			if (utf8_at(more + at, sizeof more - 1 - at, &step) == c)
				break;
		}
		if (at >= sizeof more - 1)
			return 0;
	}
	return 1;
}

/* ---- escaping ---- */

static void escape_url(struct str *b, const char *s, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	char *at = reserve(b, 3 * n);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || (c && strchr("-._~", c))) {
			*at++ = (char)c;
		} else {
			*at++ = '%';
			*at++ = digits[c >> 4];
			*at++ = digits[c & 15];
		}
	}
	*at = '\0';
	b->len = (size_t)(at - b->s);
}

static void escape_json(struct str *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\') {
			str_putc(b, '\\');
			str_putc(b, (char)c);
		} else if (c == '\n') {
			str_puts(b, "\\n");
		} else if (c < 0x20 || c == 0x7F) {
			str_putf(b, "\\u%04x", c);
		} else {
			str_putc(b, (char)c);
		}
	}
}

static void escape_xml(struct str *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		switch (s[i]) {
		case '&': str_puts(b, "&amp;"); break;
		case '<': str_puts(b, "&lt;"); break;
		case '>': str_puts(b, "&gt;"); break;
		case '"': str_puts(b, "&quot;"); break;
		case '\'': str_puts(b, "&#39;"); break;
		default:
			/* XML 1.0 has no other control characters at all */
			str_putc(b,
				 (unsigned char)s[i] < 0x20 && s[i] != '\n' ? ' ' : s[i]);
		}
	}
}

static void escape_latin9(struct str *b, enum escape how, const char *s, size_t n)
{
	struct str bytes = {0};

	str_latin9(&bytes, s, n);
	str_escape(b, how, str_of(&bytes), bytes.len);
	str_fini(&bytes);
}

void str_escape(struct str *b, enum escape how, const char *s, size_t n)
{
	switch (how) {
	case ESC_NONE:
		for (size_t i = 0; i < n; i++)
			str_putc(b,
				 (unsigned char)s[i] < 0x20 || s[i] == 0x7F ? ' ' : s[i]);
		break;
	case ESC_RAW: str_add(b, s, n); break;
	case ESC_URL: escape_url(b, s, n); break;
	case ESC_URL_L9: escape_latin9(b, ESC_URL, s, n); break;
	case ESC_JSON: escape_json(b, s, n); break;
	case ESC_XML: escape_xml(b, s, n); break;
	case ESC_XML_L9: escape_latin9(b, ESC_XML, s, n); break;
	case ESC_NUMBER:
		if (n && strspn(s, "0123456789") >= n)
			str_add(b, s, n);
		else
			str_putc(b, '0');
		break;
	}
}
