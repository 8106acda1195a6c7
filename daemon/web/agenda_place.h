/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_place.h - where things stand in a grid of half hours: which lane of a column
 * each takes so that none covers another, and the rows it spans. Pure. */
#ifndef RDVD_WEB_AGENDA_PLACE_H
#define RDVD_WEB_AGENDA_PLACE_H

#include <stddef.h>

#define PLACE_STEP 30 /* minutes of a row */

struct place_span {
	int from, to;  /* minutes of the day, half-open */
	int row, rows; /* out: the half hours that it touches, row 0 at midnight */
	int lane;      /* out */
};

/* Give each its rows and the first lane that is free there, in the order given. Returns
 * how many lanes there are, at least 1. */
int place_spans(struct place_span *spans, size_t n);

#endif
