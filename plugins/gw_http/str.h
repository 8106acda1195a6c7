/* SPDX-License-Identifier: GPL-3.0-or-later */
/* str.h - growing strings and the ways in which a value is written into a request: as a
 * part of an address, of a form, of JSON, of XML. A zeroed struct is an empty string.
 * Out of memory ends the program. */
#ifndef GW_HTTP_STR_H
#define GW_HTTP_STR_H

#include <stddef.h>

struct str {
	char *s; /* owned; NULL until the first byte, NUL-terminated then */
	size_t len, cap;
};

void *mem_zero(size_t n, size_t size); /* as calloc, never NULL */
void *mem_grow(void *p, size_t n, size_t size);
char *mem_dup(const char *s, size_t n);

void str_fini(struct str *b);
void str_clear(struct str *b); /* keeps the memory */
void str_add(struct str *b, const void *bytes, size_t n);
void str_puts(struct str *b, const char *s);
void str_putc(struct str *b, char c);
void str_putf(struct str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Never NULL. */
const char *str_of(const struct str *b);

/* How a value is written where it goes. */
enum escape {
	ESC_NONE,   /* a header: control characters become spaces */
	ESC_RAW,    /* as it is */
	ESC_URL,    /* percent-encoded (RFC 3986 2.3), also right in a form */
	ESC_URL_L9, /* the same of its ISO-8859-15 bytes */
	ESC_JSON,   /* the inside of a JSON string */
	ESC_XML,
	ESC_XML_L9,
	ESC_NUMBER, /* of JSON: what is no number is 0 */
};
void str_escape(struct str *b, enum escape how, const char *s, size_t n);

void str_hex(struct str *b, const void *bytes, size_t n);
void str_base64(struct str *b, const void *bytes, size_t n);
/* UTF-8 text as ISO-8859-15; what has no place there is "?". */
void str_latin9(struct str *b, const char *s, size_t n);
/* Bytes of a provider as clean UTF-8: bytes that are not UTF-8, or are declared as
 * ISO-8859-15, are read as that; NUL and control characters but \n become spaces. */
void str_text(struct str *b, const char *bytes, size_t n, int is_latin9);

/* The code point at s and its length, or -1 where it is not UTF-8. n > 0. */
long utf8_at(const char *s, size_t n, size_t *len);
/* Does every character stand in the alphabet of an SMS (GSM 03.38, with its extension)?
 */
int text_is_gsm(const char *s);

#endif
