/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.h - dates, hours, durations and distances as pages say them, typeset: no-break
 * spaces inside, UTF-8. Written into fixed memory, because a page of results says a
 * hundred of them. Languages other than English get the French words. Pure. */
#ifndef RDVD_WEB_WORDS_H
#define RDVD_WEB_WORDS_H

#include <stdint.h>

#include "agenda/civil.h"

#define WORDS_SIZE 64 /* enough for each of the following */

/* "lundi 30 novembre" ("dimanche 1er mars"), "Monday 30 November". The year is added when
 * the day is not in today's: "lundi 4 janvier 2027". Returns the length. */
int words_day(char out[WORDS_SIZE], const char *lang, civil_day day, civil_day today);
/* The same with a capital, for a heading. */
int words_day_title(char out[WORDS_SIZE], const char *lang, civil_day day,
		    civil_day today);
/* "9 h", "13 h 30"; "9:00 am", "1:30 pm". minute of the day. */
int words_hour(char out[WORDS_SIZE], const char *lang, int minute);
/* "45 minutes", "1 heure", "1 heure 30", "2 heures"; "1 hour 30". */
int words_duration(char out[WORDS_SIZE], const char *lang, int minutes);
/* "à moins de 1 km", "à 4 km"; "less than 1 km away", "4 km away". */
int words_distance(char out[WORDS_SIZE], const char *lang, int32_t metres);
/* "1 place", "4 places"; "4 places left". */
int words_seats(char out[WORDS_SIZE], const char *lang, int n);

#endif
