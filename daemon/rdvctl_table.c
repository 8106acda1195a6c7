/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl_table.c - rows for people: columns as wide as their widest cell, counted in
 * characters and not in bytes. Nothing that came from outside reaches the terminal as a
 * control character. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rdvctl.h"

struct ctl_table {
	size_t ncolumns;
	char **cells; /* owned, row by row; the heads first */
	size_t n, cap;
};

/* How many columns s takes: characters, combining marks (U+0300..U+036F) left out. */
static size_t width_of(const char *s)
{
	size_t n = 0;

	for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
		if ((*p & 0xc0) == 0x80)
			continue;
		if (*p == 0xcc || (*p == 0xcd && p[1] < 0xb0))
			continue;
		n++;
	}
	return n;
}

struct ctl_table *ctl_table_new(const char *const *heads, size_t ncolumns)
{
	struct ctl_table *t = xcalloc(1, sizeof *t);

	t->ncolumns = ncolumns;
	for (size_t i = 0; i < ncolumns; i++)
		ctl_table_add(t, heads[i]);
	return t;
}

void ctl_table_add(struct ctl_table *t, const char *cell)
{
	char *copy = xstrdup(cell ? cell : "");

	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	VEC_GROW(t->cells, t->n, t->cap);
	t->cells[t->n++] = copy;
}

void ctl_table_add_int(struct ctl_table *t, long long n)
{
	char *s = xasprintf("%lld", n);

	ctl_table_add(t, s);
	free(s);
}

void ctl_table_print(struct ctl_table *t, const char *none)
{
	size_t *widths = xcalloc(t->ncolumns, sizeof *widths);

	for (size_t i = 0; i < t->n; i++)
		if (width_of(t->cells[i]) > widths[i % t->ncolumns])
			widths[i % t->ncolumns] = width_of(t->cells[i]);
	if (t->n == t->ncolumns)
		puts(none);
	else
		for (size_t i = 0; i < t->n; i++) {
			size_t column = i % t->ncolumns;
			int last = column + 1 == t->ncolumns;
			size_t pad =
				last ? 0 : widths[column] - width_of(t->cells[i]) + 2;

			printf("%s%*s%s", t->cells[i], (int)pad, "", last ? "\n" : "");
		}
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	free(widths);
	free(t);
}
