/* SPDX-License-Identifier: GPL-3.0-or-later */
/* school.c - school holidays: the file's lines, kept by their beginning, and the zones of
 * the 94 mainland départements by académie (Code de l'éducation, D521-1 and the decree
 * of the 20th of December 2017). */
#include "agenda/school.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FILE_MAX_BYTES (256 * 1024)
#define FIRST_LINE "zone,name,from,to"

struct school_table {
	char *bytes;		      /* owned: the names stand in it */
	struct school_holiday *items; /* owned */
	size_t n, cap;
};

/* One text a zone, each département between spaces. */
static const struct {
	char zone;
	const char *codes;
} zones[] = {
	/* Besançon, Bordeaux, Clermont-Ferrand, Dijon, Grenoble, Limoges, Lyon, Poitiers
	 */
	{'A', " 25 39 70 90 24 33 40 47 64 03 15 43 63 21 58 71 89 07 26 38 73 74 19 23 "
	      "87 01 42 69 16 17 79 86 "},
	/* Aix-Marseille, Amiens, Lille, Nancy-Metz, Nantes, Nice, Normandie,
	 * Orléans-Tours, Reims, Rennes, Strasbourg */
	{'B', " 04 05 13 84 02 60 80 59 62 54 55 57 88 44 49 53 72 85 06 83 14 27 50 61 "
	      "76 18 28 36 37 41 45 08 10 51 52 22 29 35 56 67 68 "},
	/* Créteil, Montpellier, Paris, Toulouse, Versailles */
	{'C', " 77 93 94 11 30 34 48 66 75 09 12 31 32 46 65 81 82 78 91 92 95 "},
};

char school_zone_of(const char *code)
{
	char wanted[] = " ?? ";

	if (!code || strlen(code) < 2 || strncmp(code, "97", 2) == 0 ||
	    strncmp(code, "98", 2) == 0)
		return 0;
	wanted[1] = code[0];
	wanted[2] = code[1];
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++)
		if (strstr(zones[i].codes, wanted))
			return zones[i].zone;
	return 0;
}

/* Cut the line into its fields in place; -1: not four of them. */
static int cut(char *line, char *fields[4])
{
	for (int i = 0; i < 4; i++) {
		char *comma = strchr(line, ',');

		if (!comma != (i == 3))
			return -1;
		fields[i] = line;
		if (comma) {
			*comma = '\0';
			line = comma + 1;
		}
	}
	return 0;
}

static const char *add_line(struct school_table *t, char *line)
{
	struct school_holiday h = {0};
	char *fields[4];

	if (cut(line, fields) < 0)
		return "must be four fields: zone,name,from,to";
	if (strlen(fields[0]) != 1 || !strchr(SCHOOL_ZONES, fields[0][0]))
		return "the zone must be A, B or C";
	if (!*fields[1] || strlen(fields[1]) > 100)
		return "the name must have 1 to 100 bytes";
	if (civil_day_parse(fields[2], &h.from) < 0 ||
	    civil_day_parse(fields[3], &h.to) < 0)
		return "from and to must be dates like 2026-10-17";
	if (h.to < h.from)
		return "the last day comes before the first";
	h.zone = fields[0][0];
	h.name = fields[1];
	VEC_GROW(t->items, t->n, t->cap);
	t->items[t->n++] = h;
	return NULL;
}

static int compare(const void *a, const void *b)
{
	const struct school_holiday *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->zone - y->zone;
}

struct school_table *school_parse(const char *path, const char *bytes, struct buf *error)
{
	struct school_table *t = xcalloc(1, sizeof(*t));
	char *rest = t->bytes = xstrdup(bytes), *line;
	int number = 0;

	while ((line = strsep(&rest, "\n"))) {
		const char *wrong = NULL;
		size_t n = strlen(line);

		number++;
		if (n > 0 && line[n - 1] == '\r')
			line[n - 1] = '\0';
		if (number == 1)
			wrong = strcmp(line, FIRST_LINE) == 0
					? NULL
					: "the first line must be " FIRST_LINE;
		else if (*line && *line != '#')
			wrong = add_line(t, line);
		if (wrong) {
			buf_addf(error, "%s:%d: %s", path, number, wrong);
			school_table_free(t);
			return NULL;
		}
	}
	if (t->n > 1)
		qsort(t->items, t->n, sizeof(*t->items), compare);
	return t;
}

struct school_table *school_load(const char *path, struct buf *error)
{
	FILE *f = fopen(path, "re");
	struct school_table *t = NULL;
	char *bytes;
	size_t n;

	if (!f) {
		buf_addf(error, "%s: %s", path, strerror(errno));
		return NULL;
	}
	bytes = xmalloc(FILE_MAX_BYTES + 1);
	n = fread(bytes, 1, FILE_MAX_BYTES, f);
	bytes[n] = '\0';
	if (ferror(f))
		buf_addf(error, "%s: cannot be read", path);
	else if (n == FILE_MAX_BYTES)
		buf_addf(error, "%s: is larger than %d bytes", path, FILE_MAX_BYTES);
	else
		t = school_parse(path, bytes, error);
	free(bytes);
	fclose(f);
	return t;
}

void school_table_free(struct school_table *t)
{
	if (!t)
		return;
	free(t->items);
	free(t->bytes);
	free(t);
}

size_t school_holidays(const struct school_table *t, char zone, civil_day today,
		       const struct school_holiday **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; t && i < t->n && n < max; i++)
		if (t->items[i].zone == zone && t->items[i].to >= today)
			out[n++] = &t->items[i];
	return n;
}
