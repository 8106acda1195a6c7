/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule_words.h - a recurrence as people choose it and as they say it: the fields of a
 * form, made into a rule (recur.h) and read back from one, and its sentence in French or
 * English: "un lundi matin sur deux à Rouvroy, en alternance avec Carvin, à partir du 7
 * juillet 2025". A rule that the form has no fields for keeps its text. Pure: no clock,
 * any thread. */
#ifndef RDVD_AGENDA_RULE_WORDS_H
#define RDVD_AGENDA_RULE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "agenda/recur.h"
#include "base/buf.h"

enum rule_kind {
	RULE_ONCE,
	RULE_WEEKLY,  /* on some weekdays, each week or one in some */
	RULE_MONTHLY, /* on the first, second ... or last of a weekday */
	RULE_OTHER,   /* what only the text says */
};

#define RULE_INTERVAL_MAX 52
#define RULE_COUNT_MAX 1000
#define RULE_MONTHS_ALL 0xfffu

struct rule_form {
	enum rule_kind kind;
	int interval;		  /* weeks, or months: 1 each */
	unsigned weekdays;	  /* weekly: bit 0 is Monday; 0: the start's */
	int nth;		  /* monthly: 1..5, -1 the last */
	int weekday;		  /* monthly: 0 is Monday */
	unsigned months_off;	  /* bit 0 is January */
	int count;		  /* so many times; 0 without end */
	civil_day start;	  /* not before; as read from a rule: the first day */
	civil_day until;	  /* the last day, or CIVIL_DAY_NONE */
	int from_minute, minutes; /* of the day; how long, 5..1440 */
	char text[RECUR_TEXT_MAX + 1]; /* of RULE_OTHER */
};

/* What stands in an opening. */
struct rule_made {
	char rrule[RECUR_TEXT_MAX + 1]; /* "": once */
	civil_time start, end;		/* of the first occurrence */
	civil_day until;		/* or CIVIL_DAY_NONE */
};

enum rule_problem {
	RULE_FINE = 0,
	RULE_NO_START,
	RULE_NO_HOURS,	   /* the end is not after the start, or a time is not one */
	RULE_BAD_INTERVAL, /* 1..RULE_INTERVAL_MAX */
	RULE_BAD_NTH,
	RULE_BAD_COUNT,
	RULE_BAD_UNTIL, /* before the start, or so early that it never takes place */
	RULE_NO_MONTH,	/* all of them are left out */
	RULE_BAD_TEXT,	/* of RULE_OTHER: error says why */
};

/* Make the rule; it begins on the first day from f->start on that fits. error gets
 * recur.h's sentence with RULE_BAD_TEXT, else "". */
enum rule_problem rule_form_build(const struct rule_form *f, struct rule_made *out,
				  char error[RECUR_ERROR_SIZE]);
/* The fields of an opening's rule (rrule NULL or "": once; valid, in wall time). Building
 * them again gives the same occurrences. */
void rule_form_read(const char *rrule, civil_time start, civil_time end, civil_day until,
		    struct rule_form *out);

/* How a sentence is said. */
struct rule_saying {
	int english;
	const char *place;	/* "Rouvroy"; NULL none */
	const char *alternates; /* the place of the other weeks; NULL none */
	bool hours;		/* "de 9 h à 12 h" rather than "matin" */
	bool from;		/* ", à partir du 7 juillet 2025" */
};
/* Add the sentence, without a capital or a full stop. */
void rule_say(const struct rule_form *f, const struct rule_saying *how, struct buf *out);
/* "de 9 h à 12 h", "9:00 am to 12:00 pm". */
void rule_say_hours(int english, int from_minute, int minutes, struct buf *out);

/* The first n occurrences on or after the day from, at most five years ahead; returns how
 * many there are. */
size_t rule_next(const struct rule_made *r, const civil_day *except, size_t nexcept,
		 civil_day from, civil_time *out, size_t n);

/* 1 when b takes place exactly in the weeks that a leaves out, on the same weekday and
 * for as long as both run: they alternate. */
bool rule_alternates(const struct rule_form *a, const struct rule_form *b);

#endif
