/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbound.h - texts that people send. */
#ifndef STORE_SQLITE_INBOUND_H
#define STORE_SQLITE_INBOUND_H

#include "db.h"

enum rdvd_rc store_inbound_put(void *st, const struct rdvd_inbound *i, const char *raw,
			       size_t raw_size, rdvd_time now, rdvd_id *id, int *known);
enum rdvd_rc store_inbound_join(void *st, rdvd_time older_than, rdvd_time now, size_t *n);
enum rdvd_rc store_inbound_each(void *st, const struct rdvd_inbound_filter *f,
				rdvd_inbound_cb *cb, void *arg);
enum rdvd_rc store_inbound_mark(void *st, rdvd_id id, enum rdvd_inbound_state state,
				const char *actor, rdvd_time now);

#endif
