/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret.c - first every small count is hidden. Then the table is read as its reader
 * would: each sum bounds what is hidden in it, until nothing more follows. A hidden count
 * whose bounds are too near takes the smallest shown one of its sums with it, and the
 * table is read again. */
#include "report/secret.h"

#include <stdlib.h>

#include "base/mem.h"

#define MANY ((int64_t)1 << 40)

/* total = parts[0] + ...; indexes of cells. */
struct sum {
	size_t total;
	size_t first, step, n; /* parts: first, first + step, ... */
};

struct reading {
	const struct secret_table *t;
	struct sum *sums; /* owned */
	size_t nsums;
	int64_t *low, *high; /* owned */
};

static void add_sums(struct reading *r)
{
	const struct secret_table *t = r->t;
	size_t w = t->ncolumns;

	r->sums = xcalloc(t->nrows + w, sizeof *r->sums);
	for (size_t row = 0; row < t->nrows && t->parts > 0; row++)
		r->sums[r->nsums++] = (struct sum){row * w, row * w + 1, 1, t->parts};
	for (size_t c = 0; c < w && t->nrows > 1; c++)
		r->sums[r->nsums++] =
			(struct sum){(t->nrows - 1) * w + c, c, w, t->nrows - 1};
}

static int tighten(int64_t *low, int64_t *high, int64_t from, int64_t to)
{
	int changed = 0;

	if (from > *low) {
		*low = from;
		changed = 1;
	}
	if (to < *high) {
		*high = to;
		changed = 1;
	}
	return changed;
}

static int follow_sum(struct reading *r, const struct sum *s)
{
	int64_t low = 0, high = 0;
	int changed = 0;

	for (size_t i = 0; i < s->n; i++) {
		low += r->low[s->first + i * s->step];
		high += r->high[s->first + i * s->step];
	}
	changed |= tighten(&r->low[s->total], &r->high[s->total], low, high);
	for (size_t i = 0; i < s->n; i++) {
		size_t at = s->first + i * s->step;
		int64_t l = r->low[at], h = r->high[at];

		changed |=
			tighten(&r->low[at], &r->high[at], r->low[s->total] - (high - h),
				r->high[s->total] - (low - l));
		low += r->low[at] - l;
		high += r->high[at] - h;
	}
	return changed;
}

static void read_table(struct reading *r)
{
	size_t cells = r->t->nrows * r->t->ncolumns;
	int changed = 1;

	for (size_t i = 0; i < cells; i++) {
		r->low[i] = r->t->hidden[i] ? 0 : r->t->n[i];
		r->high[i] = r->t->hidden[i] ? MANY : r->t->n[i];
	}
	for (int rounds = 0; changed && rounds < 100; rounds++) {
		changed = 0;
		for (size_t i = 0; i < r->nsums; i++)
			changed |= follow_sum(r, &r->sums[i]);
	}
}

static int is_in(const struct sum *s, size_t cell)
{
	return cell == s->total ||
	       (cell >= s->first && (cell - s->first) % s->step == 0 &&
		(cell - s->first) / s->step < s->n);
}

static int is_settled(const struct secret_table *t, size_t cell)
{
	return t->settled && cell >= (t->nrows - 1) * t->ncolumns;
}

/* The smallest shown cell that stands in a sum with this one; parts before totals;
 * SIZE_MAX none. */
static size_t companion(const struct reading *r, size_t cell)
{
	size_t best = SIZE_MAX;
	int best_total = 1;

	for (size_t i = 0; i < r->nsums; i++) {
		const struct sum *s = &r->sums[i];

		if (!is_in(s, cell))
			continue;
		for (size_t j = 0; j <= s->n; j++) {
			size_t at = j < s->n ? s->first + j * s->step : s->total;
			int total = j == s->n;

			if (r->t->hidden[at] || is_settled(r->t, at))
				continue;
			if (best == SIZE_MAX || total < best_total ||
			    (total == best_total && r->t->n[at] < r->t->n[best])) {
				best = at;
				best_total = total;
			}
		}
	}
	return best;
}

static int hide_all(const struct secret_table *t)
{
	int more = 0;

	for (size_t i = 0; i < t->nrows * t->ncolumns; i++) {
		if (t->hidden[i] || is_settled(t, i))
			continue;
		t->hidden[i] = 1;
		more = 1;
	}
	return more;
}

/* 1: something more was hidden. */
static int hide_one_more(struct reading *r)
{
	size_t cells = r->t->nrows * r->t->ncolumns;

	read_table(r);
	for (size_t i = 0; i < cells; i++) {
		size_t with;

		if (!r->t->hidden[i] || r->high[i] - r->low[i] + 1 >= SECRET_LEAST)
			continue;
		with = companion(r, i);
		if (with == SIZE_MAX)
			return hide_all(r->t);
		r->t->hidden[with] = 1;
		return 1;
	}
	return 0;
}

void secret_hide(const struct secret_table *t)
{
	size_t cells = t->nrows * t->ncolumns;
	struct reading r = {.t = t};

	for (size_t i = 0; i < cells; i++)
		if (!is_settled(t, i))
			t->hidden[i] = t->n[i] < SECRET_LEAST;
	r.low = xcalloc(cells + 1, sizeof *r.low);
	r.high = xcalloc(cells + 1, sizeof *r.high);
	add_sums(&r);
	while (hide_one_more(&r))
		continue;
	free(r.sums);
	free(r.low);
	free(r.high);
}
