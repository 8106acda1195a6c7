/* SPDX-License-Identifier: GPL-3.0-or-later */
/* txn.h - the writer's transactions. */
#ifndef STORE_SQLITE_TXN_H
#define STORE_SQLITE_TXN_H

#include "rdvd/store.h"

enum rdvd_rc store_begin(void *st);
enum rdvd_rc store_savepoint(void *st);
enum rdvd_rc store_release(void *st);
void store_undo(void *st);
enum rdvd_rc store_commit(void *st);
void store_rollback(void *st);
int store_in_transaction(void *st);
void store_checkpoint(void *st);

#endif
