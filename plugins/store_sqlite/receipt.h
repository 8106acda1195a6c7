/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receipt.h - what providers tell of messages afterwards. */
#ifndef STORE_SQLITE_RECEIPT_H
#define STORE_SQLITE_RECEIPT_H

#include "db.h"

/* The result of a send is written: apply what was told before it, of this message or
 * under the name that the provider has now given it ("" none). */
void receipts_catch_up(struct db *db, rdvd_id message, const char *gateway,
		       const char *provider_id, rdvd_time now);

enum rdvd_rc store_receipt_put(void *st, const char *gateway, const struct rdvd_event *e,
			       const char *raw, size_t raw_size, rdvd_time now,
			       int *known);
enum rdvd_rc store_event_keep(void *st, const char *gateway, const char *raw,
			      size_t raw_size, rdvd_time now);

#endif
