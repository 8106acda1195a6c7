/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notice.h - what the team should know, and the erasure of what is old. */
#ifndef STORE_SQLITE_NOTICE_H
#define STORE_SQLITE_NOTICE_H

#include "db.h"

enum rdvd_rc store_notice_put(void *st, const struct rdvd_notice *n);
enum rdvd_rc store_notice_each(void *st, int unseen, rdvd_notice_cb *cb, void *arg);
enum rdvd_rc store_notice_seen(void *st, rdvd_id id, const char *actor, rdvd_time now);
/* old.c */
enum rdvd_rc store_anonymise(void *st, rdvd_time before, size_t max, size_t *n);

#endif
