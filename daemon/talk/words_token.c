/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words_token.c - a text into words. Accents, case, apostrophes and decoration go; emoji
 * that answer become the word they stand for; letters that were leant on ("ouiiii") are
 * let go of; a typing error in a word that matters is forgiven. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "talk/words_table.h"

#define INDEX_SIZE 4096 /* a power of two, well above the number of spellings */
#define FUZZY_MIN 5	/* letters of a word in which an error is forgiven */
#define FUZZY_TWO 9	/* and from here on two */

/* ---- the list, by spelling ---- */

struct spelling {
	const char *text;
	size_t n;
	const struct word *word;
};

static struct spelling by_spelling[INDEX_SIZE];
static int is_laid_out;

static size_t hash_of(const char *s, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	return h & (INDEX_SIZE - 1);
}

static struct spelling *slot_of(const char *s, size_t n)
{
	size_t i = hash_of(s, n);

	while (by_spelling[i].text &&
	       (by_spelling[i].n != n || memcmp(by_spelling[i].text, s, n) != 0))
		i = (i + 1) & (INDEX_SIZE - 1);
	return &by_spelling[i];
}

static void index_add(const char *s, size_t n, const struct word *w)
{
	struct spelling *slot = slot_of(s, n);

	if (n && !slot->text)
		*slot = (struct spelling){s, n, w};
}

static void lay_out(void)
{
	for (size_t i = 0; i < word_count; i++) {
		const struct word *w = &word_list[i];

		index_add(w->canon, strlen(w->canon), w);
		for (const char *s = w->spellings; *s; s += *s == ' ') {
			size_t n = strcspn(s, " ");

			index_add(s, n, w);
			s += n;
		}
	}
	is_laid_out = 1;
}

/* 1 when a and b differ by at most max letters put in, left out, changed or swapped. */
static int is_near(const char *a, size_t na, const char *b, size_t nb, int max)
{
	int rows[3][TOKEN_SIZE + 1];
	int *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= nb; j++)
		last[j] = (int)j;
	for (size_t i = 1; i <= na; i++) {
		row[0] = (int)i;
		for (size_t j = 1; j <= nb; j++) {
			int cost = a[i - 1] != b[j - 1];
			int best = last[j - 1] + cost;

			best = last[j] + 1 < best ? last[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[nb] <= max;
}

static const struct word *find_near(const char *s, size_t n)
{
	int max = n >= FUZZY_TWO ? 2 : 1;

	if (n < FUZZY_MIN || n >= TOKEN_SIZE)
		return NULL;
	for (size_t i = 0; i < INDEX_SIZE; i++) {
		const struct spelling *p = &by_spelling[i];

		if (!p->text || !p->word->fuzzy || p->n < FUZZY_MIN ||
		    p->n >= TOKEN_SIZE || p->text[0] != s[0] || p->n + (size_t)max < n ||
		    n + (size_t)max < p->n)
			continue;
		if (is_near(s, n, p->text, p->n, max))
			return p->word;
	}
	return NULL;
}

const struct word *word_find(const char *folded, size_t n, int fuzzy)
{
	char once[TOKEN_SIZE];
	size_t m = 0;
	const struct word *w;

	if (!is_laid_out)
		lay_out();
	w = slot_of(folded, n)->word;
	if (w || !fuzzy || n >= TOKEN_SIZE)
		return w;
	/* leant on: first down to two of a letter, then to one */
	for (int keep = 2; keep >= 1; keep--) {
		m = 0;
		for (size_t i = 0; i < n; i++)
			if (m < (size_t)keep || folded[i] != once[m - 1] ||
			    (keep == 2 && folded[i] != once[m - 2]))
				once[m++] = folded[i];
		if (m < n && (w = slot_of(once, m)->word))
			return w;
	}
	return find_near(folded, n);
}

/* ---- characters ---- */

/* Signs that answer; the rest of the emoji say nothing. */
static const struct {
	uint32_t from, to;
	const char *word;
} emoji[] = {
	{0x1f44d, 0x1f44d, "oui"},   /* thumb up */
	{0x1f44c, 0x1f44c, "ok"},    /* OK hand */
	{0x2705, 0x2705, "oui"},     /* check mark */
	{0x2714, 0x2714, "oui"},     /* check mark */
	{0x1f197, 0x1f197, "ok"},    /* OK */
	{0x1f4af, 0x1f4af, "ok"},    /* a hundred */
	{0x1f44e, 0x1f44e, "non"},   /* thumb down */
	{0x274c, 0x274c, "non"},     /* cross mark */
	{0x1f6ab, 0x1f6ab, "non"},   /* no entry */
	{0x1f645, 0x1f645, "non"},   /* no gesture */
	{0x1f64f, 0x1f64f, "merci"}, /* folded hands */
};

static const char *emoji_word(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_SIZE(emoji); i++)
		if (cp >= emoji[i].from && cp <= emoji[i].to)
			return emoji[i].word;
	return (cp >= 0x1f300 && cp <= 0x1faff) || (cp >= 0x2600 && cp <= 0x27bf) ? ""
										  : NULL;
}

/* Arabic and Persian digits, full-width forms, circled digits, as ASCII; 0 none. */
static char plain_of(uint32_t cp)
{
	if (cp >= 0x660 && cp <= 0x669)
		return (char)('0' + (cp - 0x660));
	if (cp >= 0x6f0 && cp <= 0x6f9)
		return (char)('0' + (cp - 0x6f0));
	if (cp >= 0xff01 && cp <= 0xff5e)
		return (char)(cp - 0xff01 + '!');
	if (cp >= 0x2460 && cp <= 0x2468)
		return (char)('1' + (cp - 0x2460));
	return 0;
}

/* Marks that leave no trace: joined accents, selectors, joiners, skin tones, the frame
 * of a key. */
static int is_silent(uint32_t cp)
{
	return (cp >= 0x300 && cp <= 0x36f) || (cp >= 0xfe00 && cp <= 0xfe0f) ||
	       (cp >= 0x200b && cp <= 0x200f) || cp == 0x20e3 || cp == 0xad ||
	       (cp >= 0x202a && cp <= 0x202e) || cp == 0xfeff ||
	       (cp >= 0x1f3fb && cp <= 0x1f3ff);
}

/* The character at s: its length, at least 1; what is not UTF-8 is a separator. */
static size_t decode(const char *s, uint32_t *cp)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;

	*cp = 0xfffd;
	if (n == 0)
		return 1;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 1;
	if (n > 1 && !utf8_is_clean(s, n))
		return n;
	*cp = n == 1 ? c : c & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++)
		*cp = *cp << 6 | ((unsigned char)s[i] & 0x3f);
	return n;
}

/* ---- words ---- */

struct reading {
	struct tokens *out;
	char word[TOKEN_SIZE * 2];
	size_t n;
	const char *from; /* of the word */
	char before;	  /* the sign before it */
};

static struct token *token_add(struct tokens *t)
{
	if (t->n == TOKENS_MAX) {
		t->cut = 1;
		return NULL;
	}
	t->items[t->n] = (struct token){.class = CLASS_UNKNOWN};
	return &t->items[t->n++];
}

static void take_word(struct tokens *t, struct token *k, const struct word *w)
{
	snprintf(k->text, sizeof k->text, "%s", w->canon);
	k->class = w->class;
	k->value = w->value;
	k->known = 1;
	t->english += w->english;
	t->french += !w->english;
}

/* One run of letters, or of digits. */
static void put_run(struct reading *r, size_t at, size_t n, int glued)
{
	struct token *k = token_add(r->out);
	const char *s = r->word + at;
	const struct word *w;

	if (!k)
		return;
	k->from = r->from;
	k->length = 0;
	k->glued = glued;
	k->before = glued ? 0 : r->before;
	snprintf(k->text, sizeof k->text, "%.*s", (int)n, s);
	if (isdigit((unsigned char)*s)) {
		k->class = CLASS_NUMBER;
		k->known = 1;
		k->value = -1;
		if (n <= 9) {
			k->value = 0;
			for (size_t i = 0; i < n; i++)
				k->value = k->value * 10 + (s[i] - '0');
		}
	} else if ((w = word_find(s, n, 1))) {
		take_word(r->out, k, w);
	}
}

static void end_word(struct reading *r, const char *end, char sign)
{
	size_t first = r->out->n, i = 0;
	const struct word *w;

	if (r->n == 0) {
		if (!isspace((unsigned char)sign))
			r->before = sign;
		return;
	}
	r->word[r->n] = '\0';
	w = word_find(r->word, r->n, 0);
	if (w) { /* "2main" */
		struct token *k = token_add(r->out);

		if (k) {
			k->from = r->from;
			k->before = r->before;
			take_word(r->out, k, w);
		}
	}
	while (!w && i < r->n) {
		int digits = isdigit((unsigned char)r->word[i]) != 0;
		size_t at = i;

		while (i < r->n && (isdigit((unsigned char)r->word[i]) != 0) == digits)
			i++;
		put_run(r, at, i - at, at > 0);
	}
	for (; first < r->out->n; first++)
		r->out->items[first].length = (size_t)(end - r->from);
	r->n = 0;
	r->before = isspace((unsigned char)sign) ? 0 : sign;
}

static void put_char(struct reading *r, const char *at, char c)
{
	if (r->n == 0)
		r->from = at;
	if (r->n + 1 < sizeof r->word)
		r->word[r->n++] = c;
}

static void put_emoji(struct reading *r, const char *at, size_t n, const char *word)
{
	struct token *k;

	end_word(r, at, ' ');
	if (!*word || !(k = token_add(r->out)))
		return;
	k->from = at;
	k->length = n;
	take_word(r->out, k, word_find(word, strlen(word), 0));
	r->out->french--;
}

/* Letters of other alphabets fold by the table of names. */
static void put_letter(struct reading *r, const char *at, size_t n)
{
	char one[5] = "", folded[8];

	memcpy(one, at, n < sizeof one ? n : sizeof one - 1);
	if (fold_text(one, folded, sizeof folded) == 0) {
		end_word(r, at, '.');
		return;
	}
	for (const char *s = folded; *s; s++)
		put_char(r, at, *s);
}

void tokens_read(const char *text, struct tokens *out)
{
	struct reading r = {.out = out};
	const char *word;
	uint32_t cp;
	char plain;
	size_t n;

	*out = (struct tokens){.n = 0};
	for (const char *s = text; *s; s += n) {
		n = decode(s, &cp);
		plain = cp < 0x80 ? (char)cp : plain_of(cp);
		if (is_silent(cp))
			continue;
		if (isalnum((unsigned char)plain)) {
			put_char(&r, s, (char)tolower((unsigned char)plain));
		} else if (plain) {
			out->question |= plain == '?';
			end_word(&r, s, plain);
		} else if ((word = emoji_word(cp))) {
			put_emoji(&r, s, n, word);
			out->emoji++;
		} else if (cp == 0xfffd || cp == 0x2019 || cp == 0x2018) {
			end_word(&r, s, '\'');
		} else {
			put_letter(&r, s, n);
		}
	}
	end_word(&r, text + strlen(text), ' ');
}

void tokens_join(struct tokens *t, size_t i, size_t n)
{
	struct token *first = &t->items[i];
	const struct token *last = &t->items[i + n - 1];

	first->length = (size_t)(last->from + last->length - first->from);
	memmove(first + 1, first + n, (t->n - i - n) * sizeof *first);
	t->n -= n - 1;
}
