/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commune_table.h - shared by commune*.c only: the table and its three indexes. */
#ifndef RDVD_AGENDA_COMMUNE_TABLE_H
#define RDVD_AGENDA_COMMUNE_TABLE_H

#include "agenda/commune.h"

/* A word of a folded name: text runs from the word to the name's end. */
struct commune_word {
	const char *text;
	const struct commune *commune;
};

struct commune_postcode {
	uint32_t code;
	const struct commune *commune;
};

struct commune_table {
	struct commune *rows; /* owned, by INSEE code */
	size_t nrows;
	struct commune_word *words; /* owned, by text */
	size_t nwords;
	struct commune_postcode
		*postcodes; /* owned, by code, then the most populated first */
	size_t npostcodes;
	char *pool; /* owned: every string */
};

/* The first entry of postcodes whose code is not below code. */
size_t commune_postcode_lower(const struct commune_table *t, uint32_t code);

#endif
