/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message.h - the outbox: claiming what is due, noting how it went, reading it. */
#ifndef STORE_SQLITE_MESSAGE_H
#define STORE_SQLITE_MESSAGE_H

#include "db.h"

/* The row of a statement that selects MESSAGE_COLUMNS first; texts live as long as the
 * row. */
void message_read(sqlite3_stmt *s, struct rdvd_message_row *m);
/* Call cb with the message and its appointment as it is now; a letter about none gets an
 * empty one, whose person can be reached where the letter goes. Return whether to stop.
 */
int message_show(struct db *db, const struct rdvd_message_row *m, rdvd_message_cb *cb,
		 void *arg);

enum rdvd_rc store_message_claim(void *st, rdvd_time now, size_t max, rdvd_message_cb *cb,
				 void *arg);
enum rdvd_rc store_message_result(void *st, const struct rdvd_message_result *r);
enum rdvd_rc store_message_sweep(void *st, rdvd_time now, rdvd_message_cb *cb, void *arg);
enum rdvd_rc store_message_next(void *st, rdvd_time *due);
enum rdvd_rc store_message_each(void *st, const struct rdvd_message_filter *f,
				rdvd_message_cb *cb, void *arg);
enum rdvd_rc store_message_counts(void *st, int64_t counts[RDVD_MSG_SUPPRESSED + 1]);
enum rdvd_rc store_spent_each(void *st, rdvd_time since, rdvd_spent_cb *cb, void *arg);

#endif
