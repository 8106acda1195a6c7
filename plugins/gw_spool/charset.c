/* SPDX-License-Identifier: GPL-3.0-or-later */
/* charset.c - the alphabets of smstools3's files; see spool.h. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "spool.h"

#define NOT_UTF8 0xFFFFFFFFu

/* Where ISO-8859-15 is not Unicode's first 256. */
static const struct {
	uint32_t code;
	unsigned char byte;
} moved[] = {{0x20AC, 0xA4}, {0x160, 0xA6}, {0x161, 0xA8}, {0x17D, 0xB4},
	     {0x17E, 0xB8},  {0x152, 0xBC}, {0x153, 0xBD}, {0x178, 0xBE}};

#define MOVED (sizeof moved / sizeof *moved)

/* The code point at s, n > 0 bytes, and its length; NOT_UTF8. */
static uint32_t char_at(const char *s, size_t n, size_t *len)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s;
	size_t more = *p < 0x80 ? 0 : *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : 1;
	uint32_t c = more ? *p & (0x3Fu >> more) : *p;

	*len = 1;
	if ((more && (*p < 0xC2 || *p > 0xF4)) || more >= n)
		return NOT_UTF8;
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return NOT_UTF8;
		c = c << 6 | (p[i] & 0x3F);
	}
	if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return NOT_UTF8;
	*len = more + 1;
	return c;
}

/* The characters of an SMS (GSM 03.38 and its extension) that ISO-8859-15 has too. */
static int is_gsm_latin9(uint32_t c)
{
	static const unsigned char high[] = {0xA1, 0xA3, 0xA5, 0xA7, 0xBF, 0xC4, 0xC5,
					     0xC6, 0xC7, 0xC9, 0xD1, 0xD6, 0xD8, 0xDC,
					     0xDF, 0xE0, 0xE4, 0xE5, 0xE6, 0xE8, 0xE9,
					     0xEC, 0xF1, 0xF2, 0xF6, 0xF8, 0xF9, 0xFC};

	if (c < 0x80)
		return c == '\n' || c == '\r' || (c >= ' ' && c != '`' && c != 0x7F);
	return c == 0x20AC || (c < 0x100 && memchr(high, (int)c, sizeof high));
}

int text_fits_latin9(const char *text)
{
	size_t n = strlen(text), len;

	for (size_t i = 0; i < n; i += len)
		if (!is_gsm_latin9(char_at(text + i, n - i, &len)))
			return 0;
	return 1;
}

size_t text_to_latin9(const char *text, char *out)
{
	size_t n = strlen(text), len, written = 0;

	for (size_t i = 0; i < n; i += len) {
		uint32_t c = char_at(text + i, n - i, &len);
		size_t m = 0;

		while (m < MOVED && moved[m].code != c)
			m++;
		out[written++] = m < MOVED   ? (char)moved[m].byte
				 : c < 0x100 ? (char)c
					     : '?';
	}
	return written;
}

static size_t put_unit(char *out, uint32_t unit)
{
	out[0] = (char)(unit >> 8);
	out[1] = (char)(unit & 0xFF);
	return 2;
}

size_t text_to_ucs2(const char *text, char *out)
{
	size_t n = strlen(text), len, written = 0;

	for (size_t i = 0; i < n; i += len) {
		uint32_t c = char_at(text + i, n - i, &len);

		if (c == NOT_UTF8)
			c = 0xFFFD;
		if (c >= 0x10000) {
			written += put_unit(out + written, 0xD7C0 + (c >> 10));
			c = 0xDC00 + (c & 0x3FF);
		}
		written += put_unit(out + written, c);
	}
	return written;
}

/* ---- back ---- */

static size_t put_utf8(char *out, uint32_t c)
{
	size_t n = 0;

	/* nothing invisible but a line's end */
	if ((c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0))
		c = ' ';
	if (c < 0x80) {
		out[n++] = (char)c;
		return n;
	}
	if (c >= 0x10000)
		out[n++] = (char)(0xF0 | c >> 18);
	if (c >= 0x800)
		out[n++] = (char)((c >= 0x10000 ? 0x80 : 0xE0) | (c >> 12 & 0x3F));
	out[n++] = (char)((c >= 0x800 ? 0x80 : 0xC0) | (c >> 6 & 0x3F));
	out[n++] = (char)(0x80 | (c & 0x3F));
	return n;
}

static void from_ucs2(const char *bytes, size_t n, char *out)
{
	const unsigned char *p = (const unsigned char *)bytes;
	size_t written = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		uint32_t c = (uint32_t)p[i] << 8 | p[i + 1];

		if (c >= 0xD800 && c < 0xDC00 && i + 3 < n && p[i + 2] >= 0xDC &&
		    p[i + 2] < 0xE0) {
			c = 0x10000 + ((c - 0xD800) << 10) +
			    (((uint32_t)p[i + 2] << 8 | p[i + 3]) - 0xDC00);
			i += 2;
		} else if (c >= 0xD800 && c < 0xE000) {
			c = 0xFFFD;
		}
		written += put_utf8(out + written, c);
	}
	out[written] = '\0';
}

static int is_utf8(const char *bytes, size_t n)
{
	size_t len;

	for (size_t i = 0; i < n; i += len)
		if (char_at(bytes + i, n - i, &len) == NOT_UTF8)
			return 0;
	return 1;
}

static uint32_t latin9_code(unsigned char byte)
{
	for (size_t m = 0; m < MOVED; m++)
		if (moved[m].byte == byte)
			return moved[m].code;
	return byte;
}

void text_from_file(const char *alphabet, const char *bytes, size_t n, char *out)
{
	int as_utf8 = is_utf8(bytes, n);
	size_t written = 0, len = 1;

	if (strncasecmp(alphabet, "UCS", 3) == 0 ||
	    strncasecmp(alphabet, "Chi", 3) == 0 ||
	    strncasecmp(alphabet, "Uni", 3) == 0) {
		from_ucs2(bytes, n, out);
		return;
	}
	for (size_t i = 0; i < n; i += len)
		written += put_utf8(out + written,
				    as_utf8 ? char_at(bytes + i, n - i, &len)
					    : latin9_code((unsigned char)bytes[i]));
	out[written] = '\0';
}
