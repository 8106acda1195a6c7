/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact.h - reading facts and the places of those who read them. */
#ifndef STORE_SQLITE_FACT_H
#define STORE_SQLITE_FACT_H

#include "rdvd/store.h"

enum rdvd_rc store_fact_each(void *st, const struct rdvd_fact_filter *filter,
			     rdvd_fact_cb *cb, void *arg);
enum rdvd_rc store_cursor_get(void *st, const char *name, int64_t *seq);
enum rdvd_rc store_cursor_set(void *st, const char *name, int64_t seq);

#endif
