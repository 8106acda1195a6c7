/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.h - a period's figures by one thing, as they may be shown: whole for the team,
 * and with what is too small hidden for whoever sees figures only. Pure. */
#ifndef RDVD_REPORT_TABLE_H
#define RDVD_REPORT_TABLE_H

#include "report/figures.h"

struct table_row {
	int64_t key;
	int64_t n[FIGURE_COUNTS];
	unsigned char hidden[FIGURE_COUNTS];
};

struct table {
	enum figure_by by;
	/* 1: for an observer. A closed door counts as not honoured (COUNT_NO_SHOW), every
	 * cancellation as COUNT_EXCUSED, all that is open as COUNT_UNMARKED; the counts
	 * they came from are 0 and hidden. */
	int merged;
	struct table_row *rows; /* owned, by key */
	size_t n;
	struct table_row total;
};

void table_make(struct table *t, struct figures *f, enum figure_by by, int observer);
void table_fini(struct table *t);

/* 1 when the row tells nothing: nothing came, nothing was open. */
int table_row_is_empty(const struct table_row *r);
/* Not honoured, among those of which it is known: 1, or 0 when it must not be told, or
 * there are none. */
int table_missed(const struct table_row *r, int64_t *n, int64_t *among);
/* Taken among open minutes: likewise. */
int table_taken(const struct table_row *r, int64_t *n, int64_t *among);

#endif
