/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.h - the words of messages that a team wrote, with their history; what was answered
 * to a service's questions. */
#ifndef STORE_SQLITE_TEXT_H
#define STORE_SQLITE_TEXT_H

#include "db.h"

enum rdvd_rc store_text_put(void *st, const struct rdvd_text *t, rdvd_id *id);
enum rdvd_rc store_text_each(void *st, rdvd_text_cb *cb, void *arg);
enum rdvd_rc store_text_history(void *st, const struct rdvd_text *of, size_t limit,
				rdvd_text_cb *cb, void *arg);
enum rdvd_rc store_answers_set(void *st, rdvd_id participation, const char *answers,
			       const char *actor, rdvd_time now);

#endif
