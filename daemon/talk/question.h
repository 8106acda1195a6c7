/* SPDX-License-Identifier: GPL-3.0-or-later */
/* question.h - what was asked of a number and waits for its answer, as the store keeps it
 * with the contact: a small JSON object. What cannot be read is no question. Pure. */
#ifndef RDVD_TALK_QUESTION_H
#define RDVD_TALK_QUESTION_H

#include <stdint.h>

#include "base/buf.h"
#include "rdvd/store.h"
#include "talk/words.h"

#define QUESTION_SLOTS 3
#define QUESTION_WHICH_MAX 6
#define QUESTION_SLUG 64

enum question_kind {
	QUESTION_NONE = 0,
	QUESTION_CONFIRM, /* are you coming? */
	QUESTION_CHOOSE,  /* one of slots: to move appointment, or (0) to book */
	QUESTION_WHICH,	  /* one of which: to do act with it */
	QUESTION_NAME,	  /* of who takes slots[0], which hold keeps */
	QUESTION_HUMAN,	  /* a person of the team asked: what comes is for them */
};

/* What is to be done with an appointment. */
enum talk_act {
	ACT_NONE = 0,
	ACT_CONFIRM,
	ACT_CANCEL,
	ACT_MOVE,
	ACT_INFO,
	ACT_LATE,
	ACT_WAIT, /* for an earlier time */
};

struct question_slot {
	char site[QUESTION_SLUG];
	rdvd_time start;
	int64_t civil_start; /* at the site */
};

struct question {
	enum question_kind kind;
	int again; /* it was asked once more already */
	rdvd_id appointment;
	int revision; /* of the appointment, then */
	enum talk_act act;
	char service[QUESTION_SLUG];
	struct question_slot slots[QUESTION_SLOTS];
	int nslots;
	struct {
		rdvd_id id;
		int revision;
	} which[QUESTION_WHICH_MAX];
	int nwhich;
	char place[WORDS_PLACE_MAX]; /* near where the slots were looked for */
	uint64_t hold;
	char name[WORDS_NAME_MAX]; /* told already */
	int birth_year;
	enum words_language language; /* in which it was asked */
};

/* Read what the store has; QUESTION_NONE for "" and for what is no question. */
void question_read(const char *json, struct question *out);
/* Append it; nothing for QUESTION_NONE. */
void question_write(const struct question *q, struct buf *out);

#endif
