/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fold.c - names as they are searched and compared: lower case, accents off, runs of
 * anything that is neither letter nor digit one space. Latin-1 and Latin Extended-A;
 * other letters stay as they are. */
#include <string.h>

#include "db.h"

/* U+00C0..U+017F, the letters they are read as; '.' keeps the letter, ' ' separates. */
static const char latin[] = "aaaaaa.ceeeeiiii"
			    "dnooooo ouuuuy.."
			    "aaaaaa.ceeeeiiii"
			    "dnooooo ouuuuy.y"
			    "aaaaaaccccccccdd"
			    "ddeeeeeeeeeegggg"
			    "gggghhhhiiiiiiii"
			    "ii..jjkkklllllll"
			    "lllnnnnnnnnnoooo"
			    "oo..rrrrrrssssss"
			    "ssttttttuuuuuuuu"
			    "uuuuwwyyyzzzzzzs";

static const char *ligature(unsigned cp)
{
	switch (cp) {
	case 0xc6:
	case 0xe6: return "ae";
	case 0xdf: return "ss";
	case 0xde:
	case 0xfe: return "th";
	case 0x132:
	case 0x133: return "ij";
	case 0x152:
	case 0x153: return "oe";
	default: return NULL;
	}
}

struct folded {
	char *out;
	size_t len, size;
	int space; /* one is owed before the next letter */
};

static void put(struct folded *f, const char *s, size_t n)
{
	size_t gap = f->space && f->len > 0;

	if (f->len + gap + n >= f->size)
		return;
	if (gap)
		f->out[f->len++] = ' ';
	f->space = 0;
	memcpy(f->out + f->len, s, n);
	f->len += n;
}

static void put_two(struct folded *f, const unsigned char *p)
{
	unsigned cp = ((unsigned)(p[0] & 0x1f) << 6) | (p[1] & 0x3f);
	const char *lig = ligature(cp);

	if (lig)
		put(f, lig, strlen(lig));
	else if (cp < 0xc0 || cp == 0xd7 || cp == 0xf7)
		f->space = 1;
	else if (cp - 0xc0 < sizeof(latin) - 1 && latin[cp - 0xc0] != '.')
		put(f, &latin[cp - 0xc0], 1);
	else
		put(f, (const char *)p, 2);
}

/* 1 when the n bytes at p begin a sequence of exactly n bytes. */
static int whole(const unsigned char *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return 1;
}

void fold(const char *s, char *out, size_t size)
{
	const unsigned char *p = (const unsigned char *)or_empty(s);
	struct folded f = {.out = out, .size = size};

	while (*p) {
		size_t n = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

		if (n > 1 && !whole(p, n))
			n = 1;
		if (n == 2) {
			put_two(&f, p);
		} else if (n > 2) {
			put(&f, (const char *)p, n);
		} else {
			char c = (char)(*p >= 'A' && *p <= 'Z' ? *p + ('a' - 'A') : *p);
			if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
				put(&f, &c, 1);
			else
				f.space = 1;
		}
		p += n;
	}
	out[f.len] = '\0';
}
