/* SPDX-License-Identifier: GPL-3.0-or-later */
/* squeeze.c - a style sheet is written for people, with remarks and blanks, and served
 * without them. Nothing is understood here but remarks, quotes and parentheses: a blank
 * goes where no reading of CSS needs it. Runs at build time, from embed. */
#include "http/squeeze.h"

#include <string.h>

struct squeeze {
	unsigned char *s;
	size_t len; /* of what is kept so far */
	int depth;  /* of parentheses: in calc(1px + 2px) the blanks are law */
};

static int one_of(const char *set, int c)
{
	return c && strchr(set, c) != NULL;
}

/* No blank is needed beside c: signs between selectors are joined only outside of
 * parentheses, where they cannot be sums. */
static int joins(const struct squeeze *q, int c)
{
	return one_of("{};,>", c) || (!q->depth && one_of("+~", c));
}

/* The index behind the remark that begins at i. */
static size_t skip_remark(const unsigned char *s, size_t n, size_t i)
{
	for (i += 2; i + 1 < n && (s[i] != '*' || s[i + 1] != '/'); i++)
		;
	return i + 2 < n ? i + 2 : n;
}

/* The index behind the quoted words that begin at i; they are kept as they are. */
static size_t keep_quote(struct squeeze *q, size_t n, size_t i)
{
	unsigned char mark = q->s[i], c = 0;

	q->s[q->len++] = mark;
	for (i++; i < n && c != mark; i++) {
		c = q->s[i];
		q->s[q->len++] = c;
		if (c == '\\' && i + 1 < n)
			q->s[q->len++] = q->s[++i];
	}
	return i;
}

static void keep(struct squeeze *q, unsigned char c)
{
	unsigned char last = q->len ? q->s[q->len - 1] : ';';

	if (one_of(" \t\r\n\f", c)) {
		if (last != ' ' && !joins(q, last) && !one_of(":(", last))
			q->s[q->len++] = ' ';
		return;
	}
	if (last == ' ' && (joins(q, c) || one_of(")!", c)))
		q->len--;
	if (c == '}' && q->len && q->s[q->len - 1] == ';')
		q->len--;
	q->depth += c == '(' ? 1 : c == ')' && q->depth ? -1 : 0;
	q->s[q->len++] = c;
}

size_t squeeze_css(unsigned char *s, size_t n)
{
	struct squeeze q = {.s = s};
	size_t i = 0;

	while (i < n) {
		if (s[i] == '/' && i + 1 < n && s[i + 1] == '*')
			i = skip_remark(s, n, i);
		else if (s[i] == '"' || s[i] == '\'')
			i = keep_quote(&q, n, i);
		else
			keep(&q, s[i++]);
	}
	if (q.len && s[q.len - 1] == ' ')
		q.len--;
	return q.len;
}
