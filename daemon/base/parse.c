/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse.c - checked readers of numbers, text and slugs, and the folding under which names
 * are searched: "SAINT-ÉTIENNE", "St Etienne" and "saint  etienne" fold to the same
 * bytes. */
#include "base/parse.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIGIT(c) ((c) >= '0' && (c) <= '9')
#define DOUBLE_CHARS_MAX 64

int parse_int(const char *s, int64_t min, int64_t max, int64_t *value)
{
	int64_t v = 0;
	int negative = *s == '-';

	if (*s == '-' || *s == '+')
		s++;
	if (*s == '\0')
		return -1;
	for (; *s; s++) {
		if (!DIGIT(*s) || __builtin_mul_overflow(v, 10, &v))
			return -1;
		/* Counted on its own side of zero, so that the smallest number can be
		 * read. */
		if (negative ? __builtin_sub_overflow(v, *s - '0', &v)
			     : __builtin_add_overflow(v, *s - '0', &v))
			return -1;
	}
	if (v < min || v > max)
		return -1;
	*value = v;
	return 0;
}

static const char *skip_digits(const char *s)
{
	while (DIGIT(*s))
		s++;
	return s;
}

/* 1 when s is [+-]digits[.digits][e[+-]digits]: what strtod takes, without hex, inf and
 * nan. */
static int is_decimal(const char *s)
{
	const char *digits;

	if (*s == '-' || *s == '+')
		s++;
	digits = s;
	s = skip_digits(s);
	if (s == digits)
		return 0;
	if (*s == '.') {
		digits = ++s;
		s = skip_digits(s);
		if (s == digits)
			return 0;
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		if (*s == '-' || *s == '+')
			s++;
		digits = s;
		s = skip_digits(s);
		if (s == digits)
			return 0;
	}
	return *s == '\0';
}

int parse_double(const char *s, double min, double max, double *value)
{
	locale_t c;
	double v;

	if (strnlen(s, DOUBLE_CHARS_MAX + 1) > DOUBLE_CHARS_MAX || !is_decimal(s))
		return -1;
	c = newlocale(LC_ALL_MASK, "C",
		      (locale_t)0); /* glibc's own constant: no allocation */
	if (c == (locale_t)0)
		return -1;
	v = strtod_l(s, NULL, c);
	freelocale(c);
	if (!isfinite(v) || v < min || v > max)
		return -1;
	*value = v;
	return 0;
}

int parse_duration(const char *s, int64_t *seconds)
{
	int64_t v = 0, unit;

	if (!DIGIT(*s))
		return -1;
	for (; DIGIT(*s); s++) {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, *s - '0', &v))
			return -1;
	}
	switch (*s) {
	case '\0': unit = 1; break;
	case 's': unit = 1; break;
	case 'm': unit = 60; break;
	case 'h': unit = 3600; break;
	case 'd': unit = 86400; break;
	default: return -1;
	}
	if (*s && s[1])
		return -1;
	if (__builtin_mul_overflow(v, unit, &v))
		return -1;
	*seconds = v;
	return 0;
}

/* The length of the well-formed UTF-8 sequence (RFC 3629) at p of at most n bytes; 0 for
 * none. */
static size_t utf8_decode(const unsigned char *p, size_t n, uint32_t *cp)
{
	uint32_t c = p[0], least;
	size_t len;

	if (c < 0x80) {
		*cp = c;
		return 1;
	}
	if (c >= 0xc2 && c < 0xe0) {
		len = 2, least = 0x80, c &= 0x1f;
	} else if (c >= 0xe0 && c < 0xf0) {
		len = 3, least = 0x800, c &= 0x0f;
	} else if (c >= 0xf0 && c < 0xf5) {
		len = 4, least = 0x10000, c &= 0x07;
	} else {
		return 0;
	}
	if (n < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*cp = c;
	return len;
}

int utf8_is_clean(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n;
	uint32_t cp;

	while (p < end) {
		size_t len;

		if (*p >= 0x20 && *p < 0x80) {
			p++;
			continue;
		}
		len = utf8_decode(p, (size_t)(end - p), &cp);
		if (len == 0 || (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r'))
			return 0;
		p += len;
	}
	return 1;
}

int slug_is_valid(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++) {
		int alnum = DIGIT(s[i]) || (s[i] >= 'a' && s[i] <= 'z');

		if (i > 62 || !(alnum || (s[i] == '-' && i > 0)))
			return 0;
	}
	return i > 0;
}

/* What U+00C0..U+017F fold to; NULL (the signs of multiplication and division) separates
 * words. */
#define FOLD_FIRST 0xc0
#define FOLD_LAST 0x17f
#define FOLD(from, to, text) [(from)-FOLD_FIRST...(to) - FOLD_FIRST] = (text)
static const char *const folded[FOLD_LAST - FOLD_FIRST + 1] = {
	FOLD(0xc0, 0xc5, "a"),	  FOLD(0xc6, 0xc6, "ae"),  FOLD(0xc7, 0xc7, "c"),
	FOLD(0xc8, 0xcb, "e"),	  FOLD(0xcc, 0xcf, "i"),   FOLD(0xd0, 0xd0, "d"),
	FOLD(0xd1, 0xd1, "n"),	  FOLD(0xd2, 0xd6, "o"),   FOLD(0xd8, 0xd8, "o"),
	FOLD(0xd9, 0xdc, "u"),	  FOLD(0xdd, 0xdd, "y"),   FOLD(0xde, 0xde, "th"),
	FOLD(0xdf, 0xdf, "ss"),	  FOLD(0xe0, 0xe5, "a"),   FOLD(0xe6, 0xe6, "ae"),
	FOLD(0xe7, 0xe7, "c"),	  FOLD(0xe8, 0xeb, "e"),   FOLD(0xec, 0xef, "i"),
	FOLD(0xf0, 0xf0, "d"),	  FOLD(0xf1, 0xf1, "n"),   FOLD(0xf2, 0xf6, "o"),
	FOLD(0xf8, 0xf8, "o"),	  FOLD(0xf9, 0xfc, "u"),   FOLD(0xfd, 0xfd, "y"),
	FOLD(0xfe, 0xfe, "th"),	  FOLD(0xff, 0xff, "y"),   FOLD(0x100, 0x105, "a"),
	FOLD(0x106, 0x10d, "c"),  FOLD(0x10e, 0x111, "d"), FOLD(0x112, 0x11b, "e"),
	FOLD(0x11c, 0x123, "g"),  FOLD(0x124, 0x127, "h"), FOLD(0x128, 0x131, "i"),
	FOLD(0x132, 0x133, "ij"), FOLD(0x134, 0x135, "j"), FOLD(0x136, 0x138, "k"),
	FOLD(0x139, 0x142, "l"),  FOLD(0x143, 0x14b, "n"), FOLD(0x14c, 0x151, "o"),
	FOLD(0x152, 0x153, "oe"), FOLD(0x154, 0x159, "r"), FOLD(0x15a, 0x161, "s"),
	FOLD(0x162, 0x167, "t"),  FOLD(0x168, 0x173, "u"), FOLD(0x174, 0x175, "w"),
	FOLD(0x176, 0x178, "y"),  FOLD(0x179, 0x17e, "z"), FOLD(0x17f, 0x17f, "s"),
};

/* Code points that leave no trace: a soft hyphen, accents that stand alone, joiners,
 * selectors. */
static int is_silent(uint32_t cp)
{
	return cp == 0xad || (cp >= 0x300 && cp <= 0x36f) ||
	       (cp >= 0x200b && cp <= 0x200d) || cp == 0x2060 ||
	       (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff;
}

/* Beyond Latin Extended-A, punctuation and signs come in blocks; what is left are
 * letters. */
static int is_sign(uint32_t cp)
{
	return (cp >= 0x80 && cp < FOLD_FIRST) || (cp >= 0x2000 && cp <= 0x2bff) ||
	       (cp >= 0x3000 && cp <= 0x303f) || (cp >= 0xff00 && cp <= 0xff0f) ||
	       cp == 0xfffd || (cp >= 0x1f000 && cp <= 0x1faff);
}

struct folding {
	char *out;
	size_t len;
	size_t room;	   /* bytes of out without the NUL */
	size_t word_start; /* where the word in progress began */
	int in_word;
};

/* Add n bytes, all or none: a character is never cut. Text after a cut is dropped. */
static void fold_put(struct folding *f, const char *bytes, size_t n)
{
	size_t gap = !f->in_word && f->len > 0;

	if (f->len + gap + n > f->room) {
		f->room = f->len;
		return;
	}
	if (gap)
		f->out[f->len++] = ' ';
	if (!f->in_word)
		f->word_start = f->len;
	f->in_word = 1;
	memcpy(f->out + f->len, bytes, n);
	f->len += n;
}

static void fold_end_word(struct folding *f)
{
	const char *word = f->out + f->word_start;
	size_t n = f->len - f->word_start;

	if (!f->in_word)
		return;
	f->in_word = 0;
	if (!(n == 2 && memcmp(word, "st", 2) == 0) &&
	    !(n == 3 && memcmp(word, "ste", 3) == 0))
		return;
	f->in_word = 1;
	f->len = f->word_start;
	fold_put(f, "sainte", n == 2 ? 5 : 6);
	f->in_word = 0;
}

static void fold_char(struct folding *f, const unsigned char *p, size_t len, uint32_t cp)
{
	char c = (char)cp;

	if (cp < 0x80) {
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (DIGIT(c) || (c >= 'a' && c <= 'z'))
			fold_put(f, &c, 1);
		else
			fold_end_word(f);
		return;
	}
	if (is_silent(cp))
		return;
	if (cp >= FOLD_FIRST && cp <= FOLD_LAST) {
		const char *text = folded[cp - FOLD_FIRST];

		if (text)
			fold_put(f, text, strlen(text));
		else
			fold_end_word(f);
		return;
	}
	if (is_sign(cp))
		fold_end_word(f);
	else
		fold_put(f, (const char *)p, len);
}

size_t fold_text(const char *s, char *out, size_t size)
{
	struct folding f = {.out = out, .room = size ? size - 1 : 0};
	const unsigned char *p = (const unsigned char *)s;
	size_t left = strlen(s);

	while (left > 0) {
		uint32_t cp = 0;
		size_t len = utf8_decode(p, left, &cp);

		if (len == 0) { /* a stray byte separates words */
			fold_end_word(&f);
			len = 1;
		} else {
			fold_char(&f, p, len, cp);
		}
		p += len;
		left -= len;
	}
	fold_end_word(&f);
	if (f.len > 0 && out[f.len - 1] == ' ') /* a "saint" that did not fit */
		f.len--;
	if (size)
		out[f.len] = '\0';
	return f.len;
}
