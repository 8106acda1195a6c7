/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret.h - what may be shown of counts of people to whoever sees figures only: no count
 * under five, and none that the shown ones give away (statistical disclosure control by
 * suppression). Pure. */
#ifndef RDVD_REPORT_SECRET_H
#define RDVD_REPORT_SECRET_H

#include <stddef.h>
#include <stdint.h>

#define SECRET_LEAST 5

/* A table by rows: nrows rows of ncolumns counts. The last row is the sum of those above;
 * in every row the first column is the sum of the next parts columns; the columns after
 * those are sums of rows only. hidden[i] becomes 1 for what must not be shown. */
struct secret_table {
	size_t nrows, ncolumns, parts;
	const int64_t *n;
	unsigned char *hidden;
	/* 1: the last row is shown elsewhere too: hidden already says what of it is, and
	 * no more of it can be */
	int settled;
};

/* Whoever adds and subtracts what is left cannot say of a hidden count that it is one of
 * fewer than five values. Where hiding here and there is not enough, all but the last row
 * is hidden. */
void secret_hide(const struct secret_table *t);

#endif
