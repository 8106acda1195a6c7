/* SPDX-License-Identifier: GPL-3.0-or-later */
/* touched.h - appointments that a change of definitions leaves without an opening. */
#ifndef STORE_SQLITE_TOUCHED_H
#define STORE_SQLITE_TOUCHED_H

#include "db.h"

enum rdvd_rc store_edit_head(void *st, rdvd_id id, rdvd_edit_cb *cb, void *arg);
enum rdvd_rc store_touched_put(void *st, const struct rdvd_touched *t, size_t n);
enum rdvd_rc store_touched_drop(void *st, const rdvd_id *participations, size_t n);
enum rdvd_rc store_touched_each(void *st, rdvd_id organisation, rdvd_time now,
				rdvd_touched_cb *cb, void *arg);

#endif
