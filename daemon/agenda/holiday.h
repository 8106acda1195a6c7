/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holiday.h - French public holidays, computed and never typed in. Sets: FR (Code du
 * travail L3133-1), FR-ALSACE (L3134-13: Good Friday and 26 December as well), FR-GP
 * FR-MQ FR-GF FR-RE FR-YT (L3422-2: the département's day of the abolition of slavery as
 * well) and none. The present law is applied to every year from 1970 to 2099. Pure: any
 * thread. */
#ifndef RDVD_AGENDA_HOLIDAY_H
#define RDVD_AGENDA_HOLIDAY_H

#include "agenda/civil.h"

struct holiday_set;

/* The set of that name, a constant that is never freed; NULL when there is none such.
 * Resolve once: holiday_in compares no text. */
const struct holiday_set *holiday_set_find(const char *name);
/* The name under which it is found. */
const char *holiday_set_name(const struct holiday_set *set);
/* 1 when holiday_set_find would find it. */
int holiday_set_known(const char *name);
/* "FR, FR-ALSACE, ..., none": for error sentences. */
const char *holiday_set_names(void);

/* The holiday's French name when day is one in the set, else NULL. set may be NULL: no
 * holidays. */
const char *holiday_in(const struct holiday_set *set, civil_day day);
/* The same by the set's name; NULL for an unknown set too. */
const char *holiday_name(const char *set, civil_day day);

/* Easter Sunday of a Gregorian year. */
civil_day holiday_easter(int year);

#endif
