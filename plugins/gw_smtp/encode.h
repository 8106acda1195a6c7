/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encode.h - how text travels in a message: quoted-printable and base64 (RFC 2045), words
 * of a header (RFC 2047), ISO-8859-15 for what knows nothing newer; and back, for the
 * reports that come in. Pure. */
#ifndef GW_SMTP_ENCODE_H
#define GW_SMTP_ENCODE_H

#include "mbuf.h"

/* Text with \n or CRLF ends as quoted-printable: lines of at most 76 octets ended by
 * CRLF. What stands at a line's start and means something to a mail program ("From ", a
 * lone dot) is written =XX; so is every "=", hence "=_" can stand in a boundary. */
void encode_quoted_printable(struct mbuf *out, const char *text, size_t n);
/* In lines of 76 ended by CRLF. */
void encode_base64(struct mbuf *out, const void *bytes, size_t n);
/* The same text, every line ended by CRLF. */
void encode_lines(struct mbuf *out, const char *text, size_t n);

/* A header "name: value" of UTF-8 text without control characters, in encoded words where
 * it is not ASCII, folded at 76, ended by CRLF. */
void encode_header(struct mbuf *out, const char *name, const char *value);
/* A display name as it stands before <an address>: quoted, or encoded words. column: how
 * much of the line is used; what is returned is how much then is. */
size_t encode_phrase(struct mbuf *out, const char *name, size_t column);

/* UTF-8 as ISO-8859-15; an apostrophe, a dash or dots that have no place there become
 * what a typewriter has, the rest "?". */
void encode_latin9(struct mbuf *out, const char *text);

/* Undo quoted-printable or base64; what is not in the alphabet is passed over. */
void decode_quoted_printable(struct mbuf *out, const char *s, size_t n);
void decode_base64(struct mbuf *out, const char *s, size_t n);

/* 1: every byte is printable ASCII, TAB, CR or LF, and no line is longer than 76. */
int text_is_plain(const char *text, size_t n);

#endif
