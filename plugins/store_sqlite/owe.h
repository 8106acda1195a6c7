/* SPDX-License-Identifier: GPL-3.0-or-later */
/* owe.h - writing messages: those that an act owes, letters, and the end of those that
 * became false. */
#ifndef STORE_SQLITE_OWE_H
#define STORE_SQLITE_OWE_H

#include "db.h"

/* The messages that an act owes, under the participation's revision. */
void messages_owe(struct db *db, rdvd_id participation, int revision, rdvd_time start,
		  const struct rdvd_owed *owed, size_t n, rdvd_time now);
/* The same, of an act that can be repeated: what was owed before and never tried is owed
 * again, what was tried is not. */
void messages_owe_again(struct db *db, rdvd_id participation, int revision,
			rdvd_time start, const struct rdvd_owed *owed, size_t n,
			rdvd_time now);

/* What still waits became false: of the participation those of one kind (0: all), of an
 * offer its letters, of the participation's week the other reminders like r. Letters
 * about a participation say what they say whatever becomes of it. */
void messages_supersede(struct db *db, rdvd_id participation, enum rdvd_message_kind kind,
			const char *note);
void offer_letters_supersede(struct db *db, rdvd_id offer, const char *note);
void week_reminders_supersede(struct db *db, const struct rdvd_message_row *r,
			      const char *note);
/* The reminder that spoke for a week ended without having left: those that it spoke for
 * speak for themselves again. */
void week_reminders_return(struct db *db, rdvd_id message);

/* offer: that it makes, or 0. Its id; 0 when its key was known. INVALID sticks when it
 * has no recipient or no words, or is of a kind that is no letter's. */
rdvd_id letter_insert(struct db *db, const struct rdvd_letter *l, rdvd_id offer);

enum rdvd_rc store_letter_put(void *st, const struct rdvd_letter *l, rdvd_id *id);

#endif
