/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.h - the words of an answer: one of the answer-* texts with an appointment's, a
 * time's or a list's values, in one segment. Pure. */
#ifndef RDVD_TALK_REPLY_H
#define RDVD_TALK_REPLY_H

#include "agenda/agenda.h"
#include "message/text.h"
#include "talk/question.h"

struct reply_env {
	const struct texts *texts;
	const struct territory *territory;
	const char *lang; /* any BCP 47 tag */
	int discreet;
	int organisation; /* index: whose texts; TERRITORY_NONE everybody's */
	int service;	  /* index, the same */
};

/* An answer without values. */
void reply_plain(const struct reply_env *e, enum text_stem stem, struct buf *out);
/* What is said of an appointment. */
void reply_appointment(const struct reply_env *e, enum text_stem stem,
		       const struct rdvd_appointment *a, struct buf *out);
/* What is said of a time: site index (TERRITORY_NONE: not said); first_name may be "". */
void reply_time(const struct reply_env *e, enum text_stem stem, int site,
		civil_time start, const char *first_name, struct buf *out);
/* "1: mardi 3 mars 14 h, 2: ...", as fully as the segment bears. */
void reply_times(const struct reply_env *e, enum text_stem stem, const struct question *q,
		 struct buf *out);
/* The same of appointments, with first names when they are several people's. */
void reply_which(const struct reply_env *e, enum text_stem stem,
		 const struct rdvd_appointment *const *list, size_t n, struct buf *out);

#endif
