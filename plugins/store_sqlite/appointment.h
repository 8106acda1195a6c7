/* SPDX-License-Identifier: GPL-3.0-or-later */
/* appointment.h - reading participations with all that surrounds them. */
#ifndef STORE_SQLITE_APPOINTMENT_H
#define STORE_SQLITE_APPOINTMENT_H

#include "db.h"

/* The row of a statement that selects APPOINTMENT_COLUMNS first; texts live as long as
 * the row. uid is where a made one is written. */
void appointment_row(struct db *db, sqlite3_stmt *s, struct rdvd_appointment *a,
		     char uid[HREF_MAX]);

enum rdvd_rc store_appointment_get(void *st, const struct rdvd_which *w,
				   rdvd_appointment_cb *cb, void *arg);
enum rdvd_rc store_appointment_each(void *st, const struct rdvd_appointment_filter *f,
				    rdvd_appointment_cb *cb, void *arg);
enum rdvd_rc store_person_get(void *st, rdvd_id person, rdvd_appointment_cb *cb,
			      void *arg);
enum rdvd_rc store_duplicate_each(void *st, rdvd_id person, rdvd_appointment_cb *cb,
				  void *arg);
enum rdvd_rc store_person_week(void *st, rdvd_id participation, rdvd_appointment_cb *cb,
			       void *arg);
enum rdvd_rc store_appointment_of_number(void *st, const char *number, rdvd_time from,
					 rdvd_appointment_cb *cb, void *arg);
enum rdvd_rc store_person_search(void *st, const char *q, rdvd_id organisation,
				 size_t limit, rdvd_appointment_cb *cb, void *arg);

#endif
