/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.h - copies of the store's rows that outlive the callback which showed them: made
 * in a worker's thread, read and freed in the loop's. One allocation an appointment. */
#ifndef RDVD_STORE_RECORD_H
#define RDVD_STORE_RECORD_H

#include "rdvd/store.h"

struct record {
	struct rdvd_appointment *appointment; /* owned, one block with its strings */
	struct rdvd_message_row **messages;   /* owned, by id; NULL unless asked for */
	size_t nmessages;
	rdvd_time stopped;   /* with messages: the person's number wants no SMS; 0 */
	rdvd_time bad_since; /* nothing arrives there; 0 */
};

struct record_list {
	struct record *items; /* owned */
	size_t n, cap;
};

struct rdvd_appointment *appointment_dup(const struct rdvd_appointment *a);
struct rdvd_message_row *message_row_dup(const struct rdvd_message_row *m);

/* rdvd_appointment_cb: append a copy to the struct record_list given as arg. */
int record_list_add(void *arg, const struct rdvd_appointment *a);
void record_list_fini(struct record_list *l);

#endif
