/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sheet.c - see sheet.h. A workbook is written row by row (libxlsxwriter's constant
 * memory) to a file without a lasting name, and read back. */
#include "report/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/log.h"
#include "base/mem.h"

#define SEPARATOR ';'
#define LEAF_NAME_MAX 31 /* characters, Excel's */
#define TEXT_MAX 32000	 /* bytes; Excel takes 32,767 characters */
#define PATH_MAX_BYTES 512
#define FIRST_WIDE 34.0 /* columns, in characters */
#define OTHER_WIDE 15.0

/* ---- copies ---- */

static struct sheet_table table_dup(const struct sheet_table *t)
{
	struct sheet_table copy = *t;
	const char **columns = xcalloc(t->ncolumns + 1, sizeof(*columns));
	struct sheet_cell *cells = xcalloc(t->nrows * t->ncolumns + 1, sizeof *cells);

	copy.title = xstrdup(t->title);
	copy.note = xstrdup_null(t->note);
	for (size_t i = 0; i < t->ncolumns; i++)
		columns[i] = xstrdup(t->columns[i]);
	for (size_t i = 0; i < t->nrows * t->ncolumns; i++) {
		cells[i] = t->cells[i];
		cells[i].text = xstrdup_null(t->cells[i].text);
	}
	copy.columns = columns;
	copy.cells = cells;
	return copy;
}

struct sheet *sheet_dup(const struct sheet *s)
{
	struct sheet *copy = xcalloc(1, sizeof *copy);
	struct sheet_table *tables = xcalloc(s->ntables + 1, sizeof *tables);

	for (size_t i = 0; i < s->ntables; i++)
		tables[i] = table_dup(&s->tables[i]);
	*copy = (struct sheet){.title = xstrdup(s->title),
			       .about = xstrdup(s->about),
			       .language = xstrdup(s->language),
			       .tables = tables,
			       .ntables = s->ntables};
	return copy;
}

void sheet_free(struct sheet *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->ntables; i++) {
		const struct sheet_table *t = &s->tables[i];

		for (size_t k = 0; k < t->ncolumns; k++)
			free((char *)t->columns[k]);
		for (size_t k = 0; k < t->nrows * t->ncolumns; k++)
			free((char *)t->cells[k].text);
		free((void *)t->columns);
		free((void *)t->cells);
		free((char *)t->title);
		free((char *)t->note);
	}
	free((void *)s->tables);
	free((char *)s->title);
	free((char *)s->about);
	free((char *)s->language);
	free(s);
}

/* ---- CSV ---- */

static void add_field(struct buf *out, const char *s)
{
	int formula = *s && strchr("=+-@\t\r", *s) != NULL;

	if (!formula && !s[strcspn(s, ";\"\r\n")]) {
		buf_addstr(out, s);
		return;
	}
	buf_addch(out, '"');
	if (formula)
		buf_addch(out, '\'');
	for (; *s; s++) {
		if (*s == '"')
			buf_addch(out, '"');
		buf_addch(out, *s);
	}
	buf_addch(out, '"');
}

static void add_line(struct buf *out, const char *s)
{
	add_field(out, s ? s : "");
	buf_addstr(out, "\r\n");
}

static void add_cell(struct buf *out, const struct sheet_cell *c, int comma)
{
	char number[32];
	char *point;

	switch (c->kind) {
	case SHEET_EMPTY: return;
	case SHEET_TEXT: add_field(out, c->text ? c->text : ""); return;
	case SHEET_NUMBER: buf_addint(out, (int64_t)c->number); return;
	case SHEET_PERCENT: break;
	}
	snprintf(number, sizeof number, "%.1f %%", c->number);
	point = strchr(number, '.');
	if (comma && point)
		*point = ',';
	buf_addstr(out, number);
}

void sheet_csv(struct buf *out, const struct sheet *s)
{
	int comma = strncmp(s->language, "fr", 2) == 0;

	buf_addstr(out, "\xef\xbb\xbf");
	add_line(out, s->title);
	add_line(out, s->about);
	for (size_t i = 0; i < s->ntables; i++) {
		const struct sheet_table *t = &s->tables[i];

		buf_addstr(out, "\r\n");
		add_line(out, t->title);
		for (size_t c = 0; c < t->ncolumns; c++) {
			if (c)
				buf_addch(out, SEPARATOR);
			add_field(out, t->columns[c]);
		}
		buf_addstr(out, "\r\n");
		for (size_t j = 0; j < t->nrows * t->ncolumns; j++) {
			if (j % t->ncolumns)
				buf_addch(out, SEPARATOR);
			add_cell(out, &t->cells[j], comma);
			if ((j + 1) % t->ncolumns == 0)
				buf_addstr(out, "\r\n");
		}
		if (t->note && *t->note)
			add_line(out, t->note);
	}
}

/* ---- XLSX ---- */

struct formats {
	lxw_format *title, *head, *number, *percent;
};

/* Cut to max characters; without what Excel refuses in a name. */
static void leaf_name(char *out, size_t size, const char *title, size_t number)
{
	size_t n = 0, characters = 0;

	for (const char *s = title; *s && n + 5 < size; s++) {
		if (((unsigned char)*s & 0xc0) != 0x80 &&
		    ++characters > LEAF_NAME_MAX - 4)
			break;
		if (!strchr("[]:*?/\\'", *s))
			out[n++] = *s;
	}
	out[n] = '\0';
	if (!n)
		snprintf(out, size, "%zu", number);
}

static lxw_worksheet *add_leaf(lxw_workbook *book, const char *title, size_t number)
{
	char name[4 * LEAF_NAME_MAX + 8], other[4 * LEAF_NAME_MAX + 32];

	leaf_name(name, sizeof name, title, number);
	if (workbook_validate_sheet_name(book, name) == LXW_NO_ERROR)
		return workbook_add_worksheet(book, name);
	snprintf(other, sizeof other, "%zu", number);
	return workbook_add_worksheet(book, other);
}

static void write_text(lxw_worksheet *leaf, lxw_row_t row, lxw_col_t column,
		       const char *s, lxw_format *format)
{
	char *cut = xstrndup(s ? s : "", TEXT_MAX);
	size_t n = strlen(cut);

	while (n == TEXT_MAX && ((unsigned char)cut[n - 1] & 0xc0) == 0x80)
		cut[--n] = '\0';
	worksheet_write_string(leaf, row, column, cut, format);
	free(cut);
}

static void write_cell(lxw_worksheet *leaf, lxw_row_t row, lxw_col_t column,
		       const struct sheet_cell *c, const struct formats *f)
{
	switch (c->kind) {
	case SHEET_EMPTY: break;
	case SHEET_TEXT: write_text(leaf, row, column, c->text, NULL); break;
	case SHEET_NUMBER:
		worksheet_write_number(leaf, row, column, c->number, f->number);
		break;
	case SHEET_PERCENT:
		worksheet_write_number(leaf, row, column, c->number / 100, f->percent);
		break;
	}
}

static void write_leaf(lxw_workbook *book, const struct sheet *s, size_t i,
		       const struct formats *f)
{
	const struct sheet_table *t = &s->tables[i];
	lxw_worksheet *leaf = add_leaf(book, t->title, i + 1);
	lxw_row_t row = 0;

	if (!leaf)
		return;
	worksheet_set_column(leaf, 0, 0, FIRST_WIDE, NULL);
	if (t->ncolumns > 1)
		worksheet_set_column(leaf, 1, (lxw_col_t)(t->ncolumns - 1), OTHER_WIDE,
				     NULL);
	write_text(leaf, row++, 0, t->title, f->title);
	write_text(leaf, row++, 0, s->title, NULL);
	write_text(leaf, row++, 0, s->about, NULL);
	for (size_t c = 0; c < t->ncolumns; c++)
		write_text(leaf, row, (lxw_col_t)c, t->columns[c], f->head);
	row++;
	for (size_t r = 0; r < t->nrows; r++, row++)
		for (size_t c = 0; c < t->ncolumns; c++)
			write_cell(leaf, row, (lxw_col_t)c,
				   &t->cells[r * t->ncolumns + c], f);
	if (t->note && *t->note)
		write_text(leaf, row, 0, t->note, NULL);
	worksheet_freeze_panes(leaf, 4, 1);
	worksheet_set_landscape(leaf);
	worksheet_fit_to_pages(leaf, 1, 0);
}

static lxw_error write_book(const char *path, const struct sheet *s, const char *folder)
{
	char *tmpdir = xstrdup(folder);
	lxw_workbook_options o = {.constant_memory = LXW_TRUE, .tmpdir = tmpdir};
	lxw_workbook *book = workbook_new_opt(path, &o);
	struct formats f;
	lxw_error error;

	if (!book) {
		free(tmpdir);
		return LXW_ERROR_MEMORY_MALLOC_FAILED;
	}
	f = (struct formats){.title = workbook_add_format(book),
			     .head = workbook_add_format(book),
			     .number = workbook_add_format(book),
			     .percent = workbook_add_format(book)};
	format_set_bold(f.title);
	format_set_font_size(f.title, 14);
	format_set_bold(f.head);
	format_set_text_wrap(f.head);
	format_set_bottom(f.head, LXW_BORDER_THIN);
	format_set_num_format(f.number, "#,##0");
	format_set_num_format(f.percent, "0 %");
	for (size_t i = 0; i < s->ntables; i++)
		write_leaf(book, s, i, &f);
	error = workbook_close(book);
	free(tmpdir);
	return error;
}

static int read_back(struct buf *out, int fd)
{
	for (;;) {
		ssize_t n = read(fd, buf_reserve(out, 65536), 65536);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -1 : 0;
		out->len += (size_t)n;
	}
}

int sheet_xlsx(struct buf *out, const struct sheet *s, const char *folder)
{
	char path[PATH_MAX_BYTES];
	int fd, rc = -1;
	lxw_error error;

	if ((size_t)snprintf(path, sizeof path, "%s/rdvd-sheet-XXXXXX", folder) >=
	    sizeof path)
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) {
		log_err("a workbook cannot be written to %s: %s", folder,
			strerror(errno));
		return -1;
	}
	error = write_book(path, s, folder);
	if (error != LXW_NO_ERROR) {
		log_err("a workbook cannot be written to %s: %s", folder,
			lxw_strerror(error));
		goto out;
	}
	close(fd); /* the library wrote another file of that name, perhaps */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read_back(out, fd) != 0) {
		log_err("a workbook that was written to %s cannot be read back: %s",
			folder, strerror(errno));
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0)
		close(fd);
	unlink(path);
	return rc;
}
