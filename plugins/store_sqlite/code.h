/* SPDX-License-Identifier: GPL-3.0-or-later */
/* code.h - codes that prove who holds a number. */
#ifndef STORE_SQLITE_CODE_H
#define STORE_SQLITE_CODE_H

#include "db.h"

enum rdvd_rc store_code_put(void *st, const struct rdvd_code *c,
			    const struct rdvd_letter *l);
enum rdvd_rc store_code_use(void *st, uint64_t ref, const uint8_t hash[RDVD_HASH_SIZE],
			    const char *from, rdvd_time now, int *left);
enum rdvd_rc store_code_state(void *st, uint64_t ref, rdvd_time now, rdvd_contact_cb *cb,
			      void *arg);
enum rdvd_rc store_code_find(void *st, const uint8_t hash[RDVD_HASH_SIZE], rdvd_time now,
			     uint64_t *ref);

#endif
