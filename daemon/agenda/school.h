/* SPDX-License-Identifier: GPL-3.0-or-later */
/* school.h - French school holidays by zone: a small table read from a file, because the
 * State decides on them anew each year, and the zone of each département, which is law.
 * Loaded once; then any thread may read it. */
#ifndef RDVD_AGENDA_SCHOOL_H
#define RDVD_AGENDA_SCHOOL_H

#include <stddef.h>

#include "agenda/civil.h"
#include "base/buf.h"

#define SCHOOL_ZONES "ABC"

struct school_table;

struct school_holiday {
	char zone;	    /* 'A', 'B' or 'C' */
	const char *name;   /* French: "Vacances d'hiver" */
	civil_day from, to; /* inclusive: the first and the last day without school */
};

/* Read lines "zone,name,from,to" below a first line that says so; lines that begin with
 * '#' and empty ones are passed over. NULL on failure: a sentence with the file and the
 * line is added to error. Free with school_table_free. */
struct school_table *school_load(const char *path, struct buf *error);
/* The same from bytes; path is for the sentence. */
struct school_table *school_parse(const char *path, const char *bytes, struct buf *error);
void school_table_free(struct school_table *t);

/* The holidays of a zone that are not over on that day, by their beginning: at most max
 * into out. Returns how many. t may be NULL: none. */
size_t school_holidays(const struct school_table *t, char zone, civil_day today,
		       const struct school_holiday **out, size_t max);

/* The zone of a département ("62", "2A", "971"), by its code or an INSEE code that begins
 * with it. 0: unknown, or one that keeps a calendar of its own (Corsica, overseas). */
char school_zone_of(const char *code);

#endif
