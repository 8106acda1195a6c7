/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commune_search.c - completing a commune's name or postcode. Every word of every folded
 * name stands in one sorted array, as the text from that word to the name's end; what was
 * typed is the beginning of a run of that array. For a typing error the array is walked
 * like a tree: at each letter, leave it out, replace it, put one before it or swap it
 * with the next, and follow the rest exactly. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "commune_table.h"

#define TEXT_SIZE 128
#define TOKENS_MAX 12
#define HITS_MAX 64
#define TYPO_MIN_LETTERS 5

/* How well a name answers. */
enum quality { INNER_BEGINNING, INNER_WORD, NAME_BEGINNING, NAME_WORD, WHOLE_NAME };

struct hit {
	const struct commune *commune;
	uint64_t key; /* greater is better */
};

struct search {
	const struct commune_table *t;
	const struct commune_preference *prefer; /* may be NULL */
	double cos_radius;
	char text[TEXT_SIZE];	/* the words typed, folded, without the digits */
	char digits[TEXT_SIZE]; /* the digits typed */
	struct hit hits[HITS_MAX];
	size_t n, max;
};

/* A run of the words array. */
struct run {
	size_t lo, hi;
};

static int is_preferred(const struct search *s, const struct commune *c)
{
	const struct commune_preference *p = s->prefer;

	if (p == NULL)
		return 0;
	for (size_t i = 0; i < p->ndepartements; i++)
		if (strcmp(p->departements[i], c->departement) == 0)
			return 1;
	return p->centre && c->has_point &&
	       geo_may_be_within(p->centre, &c->point, s->cos_radius);
}

static int has_postcode(const struct commune *c, const char *digits)
{
	size_t n = strlen(digits);

	for (const char *p = c->postcodes; *p; p += p[5] == ' ' ? 6 : 5)
		if (n <= 5 && memcmp(p, digits, n) == 0)
			return 1;
	return 0;
}

/* Keep the commune among the best, once. */
static void offer(struct search *s, const struct commune *c, enum quality quality)
{
	uint64_t key = (uint64_t)(quality == WHOLE_NAME) << 40 |
		       (uint64_t)is_preferred(s, c) << 39 | (uint64_t)quality << 32 |
		       c->population;
	size_t i;

	if (s->n == s->max && key <= s->hits[s->n - 1].key)
		return;
	if (s->digits[0] && s->text[0] && !has_postcode(c, s->digits))
		return;
	for (i = 0; i < s->n && s->hits[i].commune != c; i++)
		;
	if (i < s->n) {
		if (key <= s->hits[i].key)
			return;
	} else if (s->n < s->max) {
		s->n++;
	} else {
		i = s->n - 1;
	}
	for (; i > 0 && s->hits[i - 1].key < key; i--)
		s->hits[i] = s->hits[i - 1];
	s->hits[i] = (struct hit){.commune = c, .key = key};
}

/* ---- runs of words ---- */

/* Within a run whose texts agree in their first depth bytes: those that go on with
 * s[0..n). */
static struct run narrow(const struct search *s, struct run run, size_t depth,
			 const char *text, size_t n)
{
	const struct commune_word *words = s->t->words;
	size_t lo = run.lo, hi = run.hi, mid, first;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strncmp(words[mid].text + depth, text, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	first = lo;
	hi = run.hi;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strncmp(words[mid].text + depth, text, n) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (struct run){first, lo};
}

/* Offer every commune of a run whose texts begin with length bytes that answer what was
 * typed. */
static void offer_run(struct search *s, struct run run, size_t length)
{
	for (size_t i = run.lo; i < run.hi; i++) {
		const struct commune_word *w = &s->t->words[i];
		int from_start = w->text == w->commune->folded;
		char next = w->text[length];
		enum quality q;

		if (from_start)
			q = next == '\0'  ? WHOLE_NAME
			    : next == ' ' ? NAME_WORD
					  : NAME_BEGINNING;
		else
			q = next == '\0' || next == ' ' ? INNER_WORD : INNER_BEGINNING;
		offer(s, w->commune, q);
	}
}

/* ---- words left out: "ile oleron" ---- */

static int has_word(const char *folded, const char *token, size_t n)
{
	while (folded) {
		if (strncmp(folded, token, n) == 0)
			return 1;
		folded = strchr(folded, ' ');
		folded = folded ? folded + 1 : NULL;
	}
	return 0;
}

static void search_tokens(struct search *s)
{
	const struct run all = {0, s->t->nwords};
	const char *tokens[TOKENS_MAX], *p = s->text;
	size_t lengths[TOKENS_MAX], n = 0, rarest = 0;
	struct run run, best = all;

	while (*p && n < TOKENS_MAX) {
		tokens[n] = p;
		lengths[n] = strcspn(p, " ");
		run = narrow(s, all, 0, tokens[n], lengths[n]);
		if (run.hi - run.lo < best.hi - best.lo) {
			best = run;
			rarest = n;
		}
		p += lengths[n++];
		p += *p == ' ';
	}
	if (n < 2)
		return;
	for (size_t i = best.lo; i < best.hi; i++) {
		const struct commune *c = s->t->words[i].commune;
		size_t k = 0;

		while (k < n &&
		       (k == rarest || has_word(c->folded, tokens[k], lengths[k])))
			k++;
		if (k == n)
			offer(s, c, INNER_BEGINNING);
	}
}

/* ---- one typing error ---- */

/* Offer what goes on with text[0..n) behind depth bytes that the run shares. */
static void offer_rest(struct search *s, struct run run, size_t depth, const char *text,
		       size_t n)
{
	run = narrow(s, run, depth, text, n);
	offer_run(s, run, depth + n);
}

/* A letter replaced, or one put in, at depth: try each that the run has there. */
static void try_letters(struct search *s, struct run run, size_t depth, const char *text,
			size_t n)
{
	size_t i = run.lo;
	struct run child;

	while (i < run.hi) {
		const char *letter = s->t->words[i].text + depth;

		if (*letter == '\0') {
			i++;
			continue;
		}
		child = narrow(s, (struct run){i, run.hi}, depth, letter, 1);
		offer_rest(s, child, depth + 1, text + 1, n - 1);
		offer_rest(s, child, depth + 1, text, n);
		i = child.hi;
	}
}

static void search_with_typo(struct search *s)
{
	struct run run = {0, s->t->nwords}, swapped;
	const char *text = s->text;
	size_t n = strlen(text);

	for (size_t i = 0; i < n && run.lo < run.hi; i++) {
		const char *rest = text + i;
		size_t nrest = n - i;

		offer_rest(s, run, i, rest + 1, nrest - 1);
		try_letters(s, run, i, rest, nrest);
		if (nrest >= 2) {
			char pair[2] = {rest[1], rest[0]};

			swapped = narrow(s, run, i, pair, 2);
			offer_rest(s, swapped, i + 2, rest + 2, nrest - 2);
		}
		run = narrow(s, run, i, rest, 1);
	}
}

/* ---- digits ---- */

static void search_digits(struct search *s)
{
	size_t n = strlen(s->digits);
	uint32_t low = 0, width = 1;
	const struct commune *c;

	if (n > 5)
		return;
	for (size_t i = 0; i < 5; i++) {
		low = low * 10 + (i < n ? (uint32_t)(s->digits[i] - '0') : 0);
		width *= i < n ? 1 : 10;
	}
	for (size_t i = commune_postcode_lower(s->t, low);
	     i < s->t->npostcodes && s->t->postcodes[i].code < low + width; i++)
		offer(s, s->t->postcodes[i].commune, NAME_BEGINNING);
	c = s->n == 0 ? commune_by_insee(s->t, s->digits) : NULL;
	if (c)
		offer(s, c, WHOLE_NAME);
}

/* ---- the whole ---- */

/* Split what was typed into words and digits; both are bounded by TEXT_SIZE. */
static void split_text(struct search *s, const char *typed)
{
	char folded[TEXT_SIZE];
	size_t ntext = 0, ndigits = 0;
	const char *p = folded;

	fold_text(typed, folded, sizeof folded);
	while (*p) {
		size_t n = strcspn(p, " ");

		if (strspn(p, "0123456789") == n) {
			memcpy(s->digits + ndigits, p, n);
			ndigits += n;
		} else {
			if (ntext)
				s->text[ntext++] = ' ';
			memcpy(s->text + ntext, p, n);
			ntext += n;
		}
		p += n;
		p += *p == ' ';
	}
	s->text[ntext] = '\0';
	s->digits[ndigits] = '\0';
}

/* "2a004": an INSEE code with a letter. */
static void search_corsican(struct search *s)
{
	char code[6];
	const struct commune *c;

	if (strlen(s->text) != 5 || s->text[0] != '2')
		return;
	for (int i = 0; i < 6; i++)
		code[i] = s->text[i] >= 'a' && s->text[i] <= 'z' ? (char)(s->text[i] - 32)
								 : s->text[i];
	c = commune_by_insee(s->t, code);
	if (c)
		offer(s, c, WHOLE_NAME);
}

static void search_words(struct search *s)
{
	const struct run all = {0, s->t->nwords};

	offer_rest(s, all, 0, s->text, strlen(s->text));
	if (s->n < s->max)
		search_tokens(s);
	if (s->n == 0)
		search_corsican(s);
	if (s->n == 0 && strlen(s->text) >= TYPO_MIN_LETTERS)
		search_with_typo(s);
}

size_t commune_search(const struct commune_table *t, const char *text,
		      const struct commune_preference *prefer, const struct commune **out,
		      size_t max)
{
	struct search s = {
		.t = t, .prefer = prefer, .max = max < HITS_MAX ? max : HITS_MAX};

	if (s.max == 0)
		return 0;
	if (prefer && prefer->centre)
		s.cos_radius = geo_cos_radius(prefer->radius_km);
	split_text(&s, text);
	if (s.text[0]) {
		search_words(&s);
		if (s.n == 0 && s.digits[0]) { /* the right name with a wrong postcode */
			s.digits[0] = '\0';
			search_words(&s);
		}
	} else if (s.digits[0]) {
		search_digits(&s);
	}
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.hits[i].commune;
	return s.n;
}
