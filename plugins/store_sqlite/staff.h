/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff.h - who may log in, their cookies, bearer tokens and secret calendar addresses.
 */
#ifndef STORE_SQLITE_STAFF_H
#define STORE_SQLITE_STAFF_H

#include "rdvd/store.h"

enum rdvd_rc store_user_put(void *st, const struct rdvd_user *u, rdvd_id *id);
enum rdvd_rc store_user_each(void *st, rdvd_user_cb *cb, void *arg);
enum rdvd_rc store_login_put(void *st, const struct rdvd_login *l);
enum rdvd_rc store_login_remove(void *st, const uint8_t token_hash[RDVD_HASH_SIZE]);
enum rdvd_rc store_login_each(void *st, rdvd_time now, rdvd_login_cb *cb, void *arg);
enum rdvd_rc store_api_token_put(void *st, const struct rdvd_api_token *t);
enum rdvd_rc store_api_token_each(void *st, rdvd_api_token_cb *cb, void *arg);
enum rdvd_rc store_feed_put(void *st, const struct rdvd_feed *f);
enum rdvd_rc store_feed_each(void *st, rdvd_feed_cb *cb, void *arg);
enum rdvd_rc store_user_factor(void *st, rdvd_id user, const void *sealed, size_t size,
			       const uint8_t (*codes)[RDVD_HASH_SIZE], size_t n);
enum rdvd_rc store_user_step(void *st, rdvd_id user, int64_t step);
enum rdvd_rc store_recovery_use(void *st, rdvd_id user,
				const uint8_t hash[RDVD_HASH_SIZE], rdvd_time now);
enum rdvd_rc store_invitation_put(void *st, const struct rdvd_invitation *i, rdvd_id *id);
enum rdvd_rc store_invitation_each(void *st, rdvd_time now, rdvd_invitation_cb *cb,
				   void *arg);
enum rdvd_rc store_invitation_end(void *st, rdvd_id id, rdvd_time now);

/* care.c */
enum rdvd_rc store_backup(void *st, const char *path);
enum rdvd_rc store_check(void *st, rdvd_problem_cb *cb, void *arg);

#endif
