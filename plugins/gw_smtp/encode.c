/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encode.c - see encode.h. */
#include "encode.h"

#include <stdint.h>
#include <string.h>

#define LINE_MAX_OCTETS 76
#define WORD_MAX_OCTETS 75 /* of one encoded word, RFC 2047 section 2 */

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- bodies ---- */

int text_is_plain(const char *text, size_t n)
{
	size_t column = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n')
			column = 0;
		else if ((c < 0x20 && c != '\t') || c >= 0x7F ||
			 ++column > LINE_MAX_OCTETS)
			return 0;
	}
	return 1;
}

/* The next line from *at on, without its end; 0 when there is none. A text that ends with
 * a line end has no empty line after it. */
static int next_line(const char *text, size_t n, size_t *at, size_t *begin, size_t *end)
{
	const char *stop;

	if (*at >= n)
		return 0;
	stop = memchr(text + *at, '\n', n - *at);
	*begin = *at;
	*end = stop ? (size_t)(stop - text) : n;
	*at = *end + 1;
	if (*end > *begin && text[*end - 1] == '\r')
		--*end;
	return 1;
}

void encode_lines(struct mbuf *out, const char *text, size_t n)
{
	size_t at = 0, begin, end;

	while (next_line(text, n, &at, &begin, &end)) {
		mbuf_add(out, text + begin, end - begin);
		mbuf_puts(out, "\r\n");
	}
}

/* Must the byte at i be written =XX? line: where its line begins; end: after the line. */
static int must_quote(const char *s, size_t i, size_t line, size_t end)
{
	unsigned char c = (unsigned char)s[i];

	if (c == ' ' || c == '\t')
		return i + 1 == end;
	if (c < 0x21 || c > 0x7E || c == '=')
		return 1;
	if (i != line)
		return 0;
	return c == '.' || (end - i >= 5 && memcmp(s + i, "From ", 5) == 0);
}

static void quote_line(struct mbuf *out, const char *s, size_t begin, size_t end)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;

	for (size_t i = begin; i < end; i++) {
		int quoted = must_quote(s, i, begin, end);
		size_t need = quoted ? 3 : 1;
		size_t room = LINE_MAX_OCTETS - (i + 1 < end ? 1 : 0);

		if (column + need > room) {
			mbuf_puts(out, "=\r\n");
			column = 0;
			/* a line that goes on has a start too */
			quoted = quoted || s[i] == '.' || s[i] == 'F';
			need = quoted ? 3 : 1;
		}
		if (quoted) {
			unsigned char c = (unsigned char)s[i];
			char x[3] = {'=', hex[c >> 4], hex[c & 15]};

			mbuf_add(out, x, 3);
		} else {
			mbuf_putc(out, s[i]);
		}
		column += need;
	}
	mbuf_puts(out, "\r\n");
}

void encode_quoted_printable(struct mbuf *out, const char *text, size_t n)
{
	size_t at = 0, begin, end;

	while (next_line(text, n, &at, &begin, &end))
		quote_line(out, text, begin, end);
}

static void base64_add(struct mbuf *out, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 |
			     (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);
		char four[4] = {base64_digits[v >> 18], base64_digits[v >> 12 & 63],
				i + 1 < n ? base64_digits[v >> 6 & 63] : '=',
				i + 2 < n ? base64_digits[v & 63] : '='};

		mbuf_add(out, four, 4);
	}
}

void encode_base64(struct mbuf *out, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	const size_t line = LINE_MAX_OCTETS / 4 * 3;

	for (size_t i = 0; i < n; i += line) {
		base64_add(out, p + i, n - i < line ? n - i : line);
		mbuf_puts(out, "\r\n");
	}
}

/* ---- headers ---- */

static int is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x7F)
			return 0;
	return 1;
}

/* Where the piece that begins at from ends: at most max bytes, whole characters. */
static size_t piece_end(const char *s, size_t from, size_t max)
{
	size_t end = from;

	while (s[end] && end - from < max)
		end++;
	while (s[end] && end > from + 1 && ((unsigned char)s[end] & 0xC0) == 0x80)
		end--;
	return end;
}

/* Encoded words, one after the other, folded. Returns the column. */
static size_t encoded_words(struct mbuf *out, const char *s, size_t column)
{
	static const char open[] = "=?UTF-8?B?", close[] = "?=";
	const size_t frame = sizeof open - 1 + sizeof close - 1;

	for (size_t at = 0; s[at];) {
		size_t room = LINE_MAX_OCTETS > column ? LINE_MAX_OCTETS - column : 0;
		size_t most, end;

		if (room > WORD_MAX_OCTETS)
			room = WORD_MAX_OCTETS;
		most = room > frame ? (room - frame) / 4 * 3 : 0;
		if (most < 6 && column > 1) {
			mbuf_puts(out, "\r\n ");
			column = 1;
			continue;
		}
		end = piece_end(s, at, most);
		mbuf_puts(out, open);
		base64_add(out, (const unsigned char *)s + at, end - at);
		mbuf_puts(out, close);
		column += frame + (end - at + 2) / 3 * 4;
		at = end;
		if (s[at]) {
			mbuf_puts(out, "\r\n ");
			column = 1;
		}
	}
	return column;
}

/* ASCII text, folded before a space where the line would be longer than 76. */
static size_t folded(struct mbuf *out, const char *s, size_t column)
{
	while (*s) {
		size_t n = 1 + strcspn(s + 1, " ");

		if (*s == ' ' && column + n > LINE_MAX_OCTETS && n > 1 && column > 1) {
			mbuf_puts(out, "\r\n");
			column = 0;
		}
		mbuf_add(out, s, n);
		column += n;
		s += n;
	}
	return column;
}

/* Can ASCII text be folded at its spaces so that no line is overlong? */
static int words_fit(const char *s)
{
	while (*s) {
		size_t n = strcspn(s, " ");

		if (n > 500)
			return 0;
		s += n + (s[n] == ' ');
	}
	return 1;
}

void encode_header(struct mbuf *out, const char *name, const char *value)
{
	size_t column = strlen(name) + 2;

	mbuf_putf(out, "%s: ", name);
	/* what looks like an encoded word is no text of ours */
	if (is_ascii(value) && words_fit(value) && !strstr(value, "=?"))
		folded(out, value, column);
	else
		encoded_words(out, value, column);
	mbuf_puts(out, "\r\n");
}

size_t encode_phrase(struct mbuf *out, const char *name, size_t column)
{
	static const char atoms[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#$%&'*+-"
		"/=?^_`{|}~";

	if (!is_ascii(name) || strlen(name) > 200 || strstr(name, "=?"))
		return encoded_words(out, name, column);
	if (strspn(name, atoms) == strlen(name))
		return folded(out, name, column);
	mbuf_putc(out, '"');
	for (const char *s = name; *s; s++) {
		if (*s == '"' || *s == '\\')
			mbuf_putc(out, '\\');
		mbuf_putc(out, *s);
	}
	mbuf_putc(out, '"');
	return column + strlen(name) + 2;
}

/* ---- ISO-8859-15 ---- */

/* The code point at *s, which moves on; U+FFFD for a byte that is no UTF-8. */
static uint32_t next_char(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	uint32_t c = p[0];
	size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;

	(*s)++;
	if (c < 0x80)
		return c;
	if (c < 0xC2 || c > 0xF4)
		return 0xFFFD;
	c &= 0x3Fu >> more;
	for (size_t i = 0; i < more; i++, (*s)++) {
		if (((unsigned char)**s & 0xC0) != 0x80)
			return 0xFFFD;
		c = c << 6 | ((unsigned char)**s & 0x3F);
	}
	return c;
}

void encode_latin9(struct mbuf *out, const char *text)
{
	static const struct {
		uint32_t from;
		const char *to;
	} moved[] = {
		{0x20AC, "\xA4"}, {0x160, "\xA6"}, {0x161, "\xA8"}, {0x17D, "\xB4"},
		{0x17E, "\xB8"},  {0x152, "\xBC"}, {0x153, "\xBD"}, {0x178, "\xBE"},
		{0x2019, "'"},	  {0x2018, "'"},   {0x201C, "\""},  {0x201D, "\""},
		{0x2013, "-"},	  {0x2014, "-"},   {0x2011, "-"},   {0x2026, "..."},
		{0x202F, " "},	  {0xA4, "?"},	   {0xA6, "?"},	    {0xA8, "?"},
		{0xB4, "'"},	  {0xB8, "?"},	   {0xBC, "1/4"},   {0xBD, "1/2"},
		{0xBE, "3/4"},
	};

	while (*text) {
		uint32_t c = next_char(&text);
		size_t i = 0;

		while (i < sizeof moved / sizeof *moved && moved[i].from != c)
			i++;
		if (i < sizeof moved / sizeof *moved)
			mbuf_puts(out, moved[i].to);
		else
			mbuf_putc(out, c < 0x100 ? (char)c : '?');
	}
}

/* ---- back ---- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void decode_quoted_printable(struct mbuf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '=') {
			mbuf_putc(out, s[i]);
			continue;
		}
		if (i + 1 < n && s[i + 1] == '\n') {
			i += 1;
		} else if (i + 2 < n && s[i + 1] == '\r' && s[i + 2] == '\n') {
			i += 2;
		} else if (i + 2 < n && hex_value(s[i + 1]) >= 0 &&
			   hex_value(s[i + 2]) >= 0) {
			mbuf_putc(out,
				  (char)(hex_value(s[i + 1]) << 4 | hex_value(s[i + 2])));
			i += 2;
		}
	}
}

void decode_base64(struct mbuf *out, const char *s, size_t n)
{
	uint32_t v = 0;
	int bits = 0;

	for (size_t i = 0; i < n && s[i] != '='; i++) {
		const char *digit = s[i] ? strchr(base64_digits, s[i]) : NULL;

		if (!digit)
			continue;
		v = v << 6 | (uint32_t)(digit - base64_digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			mbuf_putc(out, (char)(v >> bits & 0xFF));
		}
	}
}
