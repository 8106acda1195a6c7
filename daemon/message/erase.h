/* SPDX-License-Identifier: GPL-3.0-or-later */
/* erase.h - what was written to people and by them is not kept for ever: once it is old
 * enough, its words and numbers are erased, and that it was sent, what became of it and
 * what it cost stay. Loop thread. */
#ifndef RDVD_MESSAGE_ERASE_H
#define RDVD_MESSAGE_ERASE_H

#include "agenda/civil.h"
#include "agenda/zone.h"
#include "rdvd/types.h"

struct erase;
struct store;

/* The midnight of the same day of the month, so many months before now; of a shorter
 * month its last day. Pure. */
rdvd_time erase_limit(const struct zone *z, rdvd_time now, int months);

struct erase *erase_new(struct store *s);
/* No job may be under way. NULL is fine. */
void erase_free(struct erase *e);
/* Erase what is older than before, a bounded amount at a time so that bookings are not
 * held up, until nothing is left. Nothing when it is at it already. */
void erase_begin(struct erase *e, rdvd_time before);
/* What is under way ends, the rest is left for the next time. */
void erase_stop(struct erase *e);
int erase_is_idle(const struct erase *e);
/* Rows erased since the start. */
unsigned long long erase_count(const struct erase *e);

#endif
