/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.h - what days and months are called, in French or English: the one table of them.
 * Pure. */
#ifndef RDVD_AGENDA_NAMES_H
#define RDVD_AGENDA_NAMES_H

/* "lundi", "Monday". weekday as civil_weekday gives it; english: 0 or 1. */
const char *weekday_name(int english, int weekday);
/* "janvier", "January". month 1..12. */
const char *month_name(int english, int month);
/* The same as one shortens it: "janv.", "Jan". */
const char *month_name_short(int english, int month);

#endif
