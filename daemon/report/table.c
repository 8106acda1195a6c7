/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.c - see table.h. The total is the same in every table of a period, so what is
 * hidden of it is settled once, alone; else two tables that hide different parts would
 * give both away. */
#include "report/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/secret.h"

/* What an observer's tables count: the sum, its parts, and what adds up downwards only.
 */
static const enum figure_count told[] = {
	COUNT_APPOINTMENTS, COUNT_SEEN,	   COUNT_NO_SHOW, COUNT_EXCUSED,
	COUNT_UNMARKED,	    COUNT_PERSONS, COUNT_FIRST,
};

#define TOLD ARRAY_SIZE(told)
#define TOLD_PARTS 4

static void merge(struct table_row *r, enum figure_count into, enum figure_count from)
{
	r->n[into] += r->n[from];
	r->n[from] = 0;
	r->hidden[from] = 1;
}

static void merge_row(struct table_row *r)
{
	merge(r, COUNT_NO_SHOW, COUNT_DOOR_CLOSED);
	merge(r, COUNT_EXCUSED, COUNT_REVOKED);
	merge(r, COUNT_UNMARKED, COUNT_TO_COME);
}

static void hide(struct table_row **rows, size_t n, int settled)
{
	int64_t *counts = xcalloc(n * TOLD, sizeof *counts);
	unsigned char *hidden = xcalloc(n * TOLD, 1);
	const struct secret_table t = {.nrows = n,
				       .ncolumns = TOLD,
				       .parts = TOLD_PARTS,
				       .n = counts,
				       .hidden = hidden,
				       .settled = settled};

	for (size_t i = 0; i < n * TOLD; i++) {
		counts[i] = rows[i / TOLD]->n[told[i % TOLD]];
		hidden[i] = rows[i / TOLD]->hidden[told[i % TOLD]];
	}
	secret_hide(&t);
	for (size_t i = 0; i < n * TOLD; i++)
		rows[i / TOLD]->hidden[told[i % TOLD]] = hidden[i];
	for (size_t i = 0; i < n; i++) {
		struct table_row *r = rows[i];
		/* hours tell how many came when few did */
		int few = r->hidden[COUNT_APPOINTMENTS];

		r->hidden[COUNT_TAKEN] = (unsigned char)few;
	}
	free(counts);
	free(hidden);
}

static void hide_small(struct table *t)
{
	struct table_row **rows = xcalloc(t->n + 1, sizeof(*rows));

	merge_row(&t->total);
	for (size_t i = 0; i < t->n; i++) {
		merge_row(&t->rows[i]);
		rows[i] = &t->rows[i];
	}
	rows[t->n] = &t->total;
	hide(rows + t->n, 1, 0);
	if (t->by != BY_ALL)
		hide(rows, t->n + 1, 1);
	free(rows);
}

static void copy_row(struct table_row *to, const struct figure_row *from)
{
	*to = (struct table_row){.key = from->key};
	memcpy(to->n, from->n, sizeof to->n);
}

void table_make(struct table *t, struct figures *f, enum figure_by by, int observer)
{
	const struct figure_row *rows;
	size_t n = figures_rows(f, by, &rows);

	*t = (struct table){.by = by, .merged = observer};
	copy_row(&t->total, figures_all(f));
	if (by != BY_ALL) {
		t->rows = xcalloc(n + 1, sizeof *t->rows);
		for (t->n = 0; t->n < n; t->n++)
			copy_row(&t->rows[t->n], &rows[t->n]);
	}
	if (observer)
		hide_small(t);
}

void table_fini(struct table *t)
{
	free(t->rows);
	*t = (struct table){.n = 0};
}

int table_row_is_empty(const struct table_row *r)
{
	return !r->n[COUNT_APPOINTMENTS] && !r->n[COUNT_OPEN];
}

int table_missed(const struct table_row *r, int64_t *n, int64_t *among)
{
	*n = r->n[COUNT_NO_SHOW];
	*among = r->n[COUNT_SEEN] + r->n[COUNT_NO_SHOW] + r->n[COUNT_DOOR_CLOSED];
	return !r->hidden[COUNT_NO_SHOW] && !r->hidden[COUNT_SEEN] && *among > 0;
}

int table_taken(const struct table_row *r, int64_t *n, int64_t *among)
{
	*n = r->n[COUNT_TAKEN];
	*among = r->n[COUNT_OPEN];
	return !r->hidden[COUNT_TAKEN] && *among > 0;
}
