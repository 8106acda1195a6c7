/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sheet.h - tables that leave, described once: as CSV for a spreadsheet, and as a
 * workbook (XLSX). No cell is ever taken for a formula. */
#ifndef RDVD_REPORT_SHEET_H
#define RDVD_REPORT_SHEET_H

#include <stddef.h>

#include "base/buf.h"

enum sheet_kind {
	SHEET_EMPTY,
	SHEET_TEXT,
	SHEET_NUMBER,  /* whole */
	SHEET_PERCENT, /* number is 25.0 for 25 % */
};

struct sheet_cell {
	enum sheet_kind kind;
	const char *text; /* lent */
	double number;
};

struct sheet_table {
	const char *title;
	const char *note; /* NULL or "": none */
	const char *const *columns;
	size_t ncolumns;
	const struct sheet_cell *cells; /* by rows */
	size_t nrows;
};

struct sheet {
	const char *title, *about; /* what, of whom, when */
	const char *language;	   /* "fr": a decimal comma; else a point */
	const struct sheet_table *tables;
	size_t ntables;
};

/* A copy that owns all it points to; sheet_free. */
struct sheet *sheet_dup(const struct sheet *s);
void sheet_free(struct sheet *s);

/* Append the tables, one under the other, as a French Excel opens them rightly: UTF-8
 * with a byte order mark, semicolons (whatever the language), CRLF. A text that begins
 * with = + - @ TAB or CR gets an apostrophe before it. Pure. */
void sheet_csv(struct buf *out, const struct sheet *s);

/* The same as a workbook, a leaf a table; texts are texts, whatever they begin with.
 * Writes temporary files to folder; may block: not in the loop. 0, or -1 (logged). */
int sheet_xlsx(struct buf *out, const struct sheet *s, const char *folder);

#endif
