/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo.h - taking back what the team has just done: see undo.c. */
#ifndef STORE_SQLITE_UNDO_H
#define STORE_SQLITE_UNDO_H

#include "part.h"

/* Write down how the participation stands, before an act that may be taken back until
 * seed->until (0: it may not, nothing is written) and that makes the revision. */
void undo_note(struct db *db, const struct part *p, const struct rdvd_undo_seed *seed,
	       int revision, rdvd_time now);

enum rdvd_rc store_take_back(void *st, const struct rdvd_take_back *t, int *changed);

#endif
