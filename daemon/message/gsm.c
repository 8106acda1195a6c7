/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gsm.c - the GSM 7-bit alphabet, what a text costs in it, and the way into it.
 *
 * The alphabet is two strings. Folding asks three things in turn: is the character in
 * the alphabet, is it in the short list of those that become several or an accented
 * one, does it stand in one of the three blocks of Latin letters, where a string gives
 * the bare letter at its own place. A combining mark joins the letter before it when
 * the alphabet has the pair, and is dropped when it has not. */
#include "message/gsm.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

/* 3GPP TS 23.038 6.2.1 and 6.2.1.1, without the escape. */
static const uint16_t basic_high[] = {
	0xA1,  0xA3,  0xA4,  0xA5,  0xA7,  0xBF,  0xC4,	 0xC5,	0xC6,  0xC7,
	0xC9,  0xD1,  0xD6,  0xD8,  0xDC,  0xDF,  0xE0,	 0xE4,	0xE5,  0xE6,
	0xE8,  0xE9,  0xEC,  0xF1,  0xF2,  0xF6,  0xF8,	 0xF9,	0xFC,  0x393,
	0x394, 0x398, 0x39B, 0x39E, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9,
};
#define EURO 0x20AC

/* Units in GSM-7: 1, 2 for the extension table, 0 when the alphabet has no such
 * character.
 */
static unsigned units_7bit(uint32_t c)
{
	static const char ascii[] = /* thirty-two a line */
		"00000000001021000000000000000000"
		"11111111111111111111111111111111"
		"11111111111111111111111111122221"
		"01111111111111111111111111122220";

	if (c < 0x80)
		return (unsigned)(ascii[c] - '0');
	if (c == EURO)
		return 2;
	for (size_t i = 0; i < ARRAY_SIZE(basic_high); i++)
		if (basic_high[i] == c)
			return 1;
	return 0;
}

/* The next character of a NUL-terminated UTF-8 text, and on past it. A byte that begins
 * no valid sequence is U+FFFD by itself. */
static uint32_t next_char(const unsigned char **p)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = *p;
	size_t n = *s < 0x80 ? 1 : *s >= 0xF0 ? 4 : *s >= 0xE0 ? 3 : *s >= 0xC2 ? 2 : 0;
	uint32_t c = *s;

	*p = s + 1;
	if (n == 1)
		return c;
	if (n == 0 || *s > 0xF4)
		return 0xFFFD;
	c &= 0x7FU >> n;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0xFFFD;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0xFFFD;
	*p = s + n;
	return c;
}

static unsigned units_ucs2(uint32_t c)
{
	return c > 0xFFFF ? 2 : 1;
}

/* Count text in units of one kind. -1: a character has none. */
static int count(const char *text, unsigned (*units)(uint32_t), size_t single,
		 size_t multi, struct gsm_size *size)
{
	size_t room = multi;

	size->units = 0;
	size->segments = *text ? 1 : 0;
	for (const unsigned char *p = (const unsigned char *)text; *p;) {
		unsigned n = units(next_char(&p));

		if (n == 0)
			return -1;
		if (n > room) {
			size->segments++;
			room = multi;
		}
		room -= n;
		size->units += n;
	}
	if (size->units && size->units <= single)
		size->segments = 1;
	return 0;
}

struct gsm_size gsm_measure(const char *text)
{
	struct gsm_size size = {.encoding = GSM_7BIT};

	if (count(text, units_7bit, GSM_7BIT_SINGLE, GSM_7BIT_MULTI, &size) < 0) {
		size.encoding = GSM_UCS2;
		count(text, units_ucs2, GSM_UCS2_SINGLE, GSM_UCS2_MULTI, &size);
	}
	return size;
}

/* What becomes several characters, or one of the alphabet's own beyond ASCII.
 * Ascending. */
static const struct {
	uint16_t from;
	const char *to;
} special[] = {
	{0x09, " "},	  {0x60, "'"},	 {0xA9, "(c)"},	  {0xAD, ""},	  {0xAE, "(r)"},
	{0xB1, "+/-"},	  {0xBC, "1/4"}, {0xBD, "1/2"},	  {0xBE, "3/4"},  {0xDE, "Th"},
	{0xFE, "th"},	  {0x132, "IJ"}, {0x133, "ij"},	  {0x149, "'n"},  {0x152, "OE"},
	{0x153, "oe"},	  {0x1C4, "DZ"}, {0x1C5, "Dz"},	  {0x1C6, "dz"},  {0x1C7, "LJ"},
	{0x1C8, "Lj"},	  {0x1C9, "lj"}, {0x1CA, "NJ"},	  {0x1CB, "Nj"},  {0x1CC, "nj"},
	{0x1E2, "Æ"},	  {0x1E3, "æ"},	 {0x1F1, "DZ"},	  {0x1F2, "Dz"},  {0x1F3, "dz"},
	{0x1FC, "Æ"},	  {0x1FD, "æ"},	 {0x1FE, "Ø"},	  {0x1FF, "ø"},	  {0x2BC, "'"},
	{0x37E, ";"},	  {0x38F, "Ω"},	 {0x1E9E, "SS"},  {0x2010, "-"},  {0x2011, "-"},
	{0x2012, "-"},	  {0x2013, "-"}, {0x2014, "-"},	  {0x2015, "-"},  {0x2018, "'"},
	{0x2019, "'"},	  {0x201A, "'"}, {0x201B, "'"},	  {0x201C, "\""}, {0x201D, "\""},
	{0x201E, "\""},	  {0x2022, "-"}, {0x2026, "..."}, {0x202F, " "},  {0x2032, "'"},
	{0x2033, "\""},	  {0x2039, "'"}, {0x203A, "'"},	  {0x205F, " "},  {0x2116, "No"},
	{0x2122, "(tm)"}, {0x2126, "Ω"}, {0x212A, "K"},	  {0x212B, "Å"},  {0x2190, "<-"},
	{0x2192, "->"},	  {0x2212, "-"}, {0x2260, "="},	  {0x226E, "<"},  {0x226F, ">"},
	{0x3000, " "},
};

/* The bare letter of each character of a block, at its place; '?' where there is none.
 * A dot or '#' or '!' holds the place of one that is in the alphabet or in the list
 * above. */
static const struct {
	uint16_t first;
	uint16_t n;
	const char *bare;
} blocks[] = {
	{0xA0, 0xE0,
	 " .c...|.\"?a\"-?"
	 "?-o?23'u?.,1o\"???."		      /* 00A0 */
	 "AAAA....E.EEIIIID.OOOO.x.UUU.Y?."   /* 00C0 */
	 ".aaa...c..ee.iiid..ooo./..uu.y?y"   /* 00E0 */
	 "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg"   /* 0100 */
	 "GgGgHhHhIiIiIiIiIi##JjKkkLlLlLlL"   /* 0120 */
	 "lLlNnNnNn#NnOoOoOo##RrRrRrSsSsSs"   /* 0140 */
	 "SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"}, /* 0160 */
	{0x180, 0xE0,
	 "bB????OCcDD???EEEFfG???IKkl??N??"   /* 0180 */
	 "Oo??Pp??????Tt?Uu??YyZz?????????"   /* 01A0 */
	 "????#########AaIiOoUuUuUuUuUueAa"   /* 01C0 */
	 "Aa!!??GgKkOoOo??j###Gg??NnAa!!!!"   /* 01E0 */
	 "AaAaEeEeIiIiOoOoRrRrUuUuSsTt??Hh"   /* 0200 */
	 "?d????AaEeOoOoOoOoYylntj??ACcLT?"   /* 0220 */
	 "???BU?EeJjQqRrYy????????????????"}, /* 0240 */
	{0x1E00, 0x100,
	 "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFf"   /* 1E00 */
	 "GgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm"   /* 1E20 */
	 "MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRr"   /* 1E40 */
	 "SsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv"   /* 1E60 */
	 "WwWwWwWwWwXxXxYyZzZzZzhtwya?ss#?"   /* 1E80 */
	 "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe"   /* 1EA0 */
	 "EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOo"   /* 1EC0 */
	 "OoOoUuUuUuUuUuUuUuYyYyYyYy????Yy"}, /* 1EE0 */
};

/* Letters that the alphabet has with a mark. */
static const struct {
	char letter;
	uint16_t mark;
	const char *joined;
} pairs[] = {
	{'a', 0x300, "à"}, {'e', 0x300, "è"}, {'i', 0x300, "ì"}, {'o', 0x300, "ò"},
	{'u', 0x300, "ù"}, {'e', 0x301, "é"}, {'E', 0x301, "É"}, {'C', 0x327, "Ç"},
	{'A', 0x308, "Ä"}, {'O', 0x308, "Ö"}, {'U', 0x308, "Ü"}, {'a', 0x308, "ä"},
	{'o', 0x308, "ö"}, {'u', 0x308, "ü"}, {'N', 0x303, "Ñ"}, {'n', 0x303, "ñ"},
	{'A', 0x30A, "Å"}, {'a', 0x30A, "å"},
};

static int is_mark(uint32_t c)
{
	return (c >= 0x300 && c < 0x370) || (c >= 0x1AB0 && c < 0x1B00) ||
	       (c >= 0x1DC0 && c < 0x1E00) || (c >= 0x20D0 && c < 0x2100) ||
	       (c >= 0xFE20 && c < 0xFE30) || (c >= 0xFE00 && c < 0xFE10);
}

/* Joiners, direction marks, the byte order mark. */
static int is_invisible(uint32_t c)
{
	return (c >= 0x200B && c < 0x2010) || (c >= 0x202A && c < 0x202F) ||
	       (c >= 0x2060 && c < 0x2070) || c == 0xFEFF;
}

/* What a character that is not in the alphabet becomes; NULL when nothing is near. one
 * is room for a string of one byte. */
static const char *folded(uint32_t c, char one[2])
{
	if (is_invisible(c))
		return "";
	if (c >= 0x2000 && c < 0x200B)
		return " ";
	if (c > 0x3000)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(special) && special[i].from <= c; i++)
		if (special[i].from == c)
			return special[i].to;
	if (c == 0x259) /* schwa: Azeri names */
		return "e";
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		if (c < blocks[i].first || c >= (uint32_t)blocks[i].first + blocks[i].n)
			continue;
		one[0] = blocks[i].bare[c - blocks[i].first];
		one[1] = '\0';
		return one[0] == '?' ? NULL : one;
	}
	return NULL;
}

static const char *joined(uint32_t letter, uint32_t mark)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if ((uint32_t)(unsigned char)pairs[i].letter == letter &&
		    pairs[i].mark == mark)
			return pairs[i].joined;
	return NULL;
}

/* Replace what was appended from at on. */
static void rewrite(struct buf *out, size_t at, const char *s)
{
	out->len = at;
	buf_addstr(out, s);
}

size_t gsm_fold(const char *text, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t letter = 0; /* the last that is no mark */
	size_t at = 0;	     /* where it was appended */
	unsigned nmarks = 0;
	size_t lost = 0;

	while (*p) {
		const unsigned char *from = p;
		uint32_t c = next_char(&p);
		char one[2];
		const char *s;

		if (is_mark(c)) {
			/* One mark may join; a second undoes it: no letter here has
			 * two. */
			s = ++nmarks == 1 ? joined(letter, c) : NULL;
			if (s || (nmarks == 2 && letter < 0x80 && letter)) {
				one[0] = (char)letter;
				one[1] = '\0';
				rewrite(out, at, s ? s : one);
			}
			continue;
		}
		letter = c;
		nmarks = 0;
		if (units_7bit(c)) {
			/* All of a run of plain ones at once. */
			while (*p >= ' ' && *p < 0x80 && units_7bit(*p))
				letter = *p++;
			buf_add(out, from, (size_t)(p - from));
			at = out->len - (letter < 0x80 ? 1 : (size_t)(p - from));
			continue;
		}
		at = out->len;
		s = folded(c, one);
		if (!s)
			lost++;
		buf_addstr(out, s ? s : "?");
		letter = 0; /* no mark joins what was put in its place */
	}
	return lost;
}
