/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.h - what a request must look like before anything else looks at it: the checks
 * that libmicrohttpd 0.9.75 leaves out, and strict percent-decoding. Pure. */
#ifndef RDVD_HTTP_WIRE_H
#define RDVD_HTTP_WIRE_H

#include <stddef.h>
#include <stdint.h>

/* Decode %XX in place (and '+' to a space when plus is set) and end with a NUL. Returns
 * the new length, or -1: a bad or cut %XX, a NUL, invalid UTF-8, a control character
 * (multiline lets TAB, CR and LF pass). */
int64_t wire_decode(char *s, size_t len, int plus, int multiline);

/* What the headers of one request add up to. Start from zero, add each, then judge. */
struct wire_headers {
	unsigned n;
	size_t bytes;
	unsigned hosts, lengths, encodings;
	int malformed; /* a name that is no token, a control character in a value */
	int chunked;
	int has_length;
	uint64_t length;
	const char *forwarded_for; /* the last one's value, as lent */
};

void wire_add_header(struct wire_headers *w, const char *name, size_t name_len,
		     const char *value, size_t value_len);
/* 0, or the status to refuse with (400 or 431); *why is then the reason in English.
 * version is "HTTP/1.1". */
int wire_judge(const struct wire_headers *w, const char *version, const char **why);

#endif
