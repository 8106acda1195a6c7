/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_words.h - what the counsellor's pages say and reckon that needs no server: states
 * of messages and outcomes in plain words, the gaps of a permanence, what somebody types
 * as an hour, where a form may come back to. Pure. */
#ifndef RDVD_WEB_STAFF_WORDS_H
#define RDVD_WEB_STAFF_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "agenda/civil.h"
#include "base/buf.h"
#include "http/lang.h"
#include "rdvd/store.h"

/* ---- messages ---- */

/* Add "rappel reçu", "SMS de confirmation non envoyé : ce numéro ne reçoit pas de SMS".
 */
void staff_message_words(const struct lang *l, const struct rdvd_message_row *m,
			 struct buf *out);
/* 1 when it arrived or left well, -1 when somebody should know that it did not, else 0.
 */
int staff_message_tone(const struct rdvd_message_row *m);
/* The few messages that a row shows, of n: of each kind and channel the latest, of
 * reminders the last one tried, else the next; superseded ones never. Returns how many,
 * at most max. */
size_t staff_messages_pick(struct rdvd_message_row *const *rows, size_t n,
			   const struct rdvd_message_row **out, size_t max);

/* ---- outcomes ---- */

/* "Honoré", "Annulé par la personne"; a msgid. */
const char *staff_outcome_word(enum rdvd_outcome o);
/* The outcome of a form's word ("seen"): 0, or -1. */
int staff_outcome_parse(const char *name, enum rdvd_outcome *o);

/* How an appointment was booked: a msgid. */
const char *staff_channel_words(enum rdvd_booked_by c);

/* ---- gaps ---- */

struct staff_span {
	rdvd_time start, end;
};

/* The times of [whole.start, whole.end) in which fewer than seats of busy run, at least
 * five minutes long, in order. busy may overlap and stick out. Returns how many, at most
 * max. */
size_t staff_gaps(struct staff_span whole, int seats, const struct staff_span *busy,
		  size_t n, struct staff_span *out, size_t max);

/* ---- what is typed ---- */

/* "9:05", "09:05", "9h05", "9 h 05", "9h", "14": minute of the day. 0, or -1. */
int staff_hour_parse(const char *s, int *minute);
/* A path of the team's pages, and nothing that leads elsewhere. */
bool staff_path_is_ours(const char *path);

#endif
