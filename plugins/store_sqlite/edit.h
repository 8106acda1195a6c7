/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit.h - edits that can be taken back, and imports in pieces. */
#ifndef STORE_SQLITE_EDIT_H
#define STORE_SQLITE_EDIT_H

#include "db.h"

enum rdvd_rc store_edit_keep(void *st, const struct rdvd_edit *e, rdvd_id *id);
enum rdvd_rc store_edit_get(void *st, rdvd_id id, rdvd_edit_cb *cb, void *arg);
enum rdvd_rc store_draft_put(void *st, const struct rdvd_definition *items, size_t n,
			     size_t first);
enum rdvd_rc store_draft_decide(void *st, const char *actor, rdvd_time now);
enum rdvd_rc store_draft_apply(void *st, size_t max, rdvd_time now, size_t *left);

#endif
