/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.h - what somebody meant by a text. A text is judged whole, never by its first
 * word: "oui mais je peux pas" and "non je viens bien" contradict themselves, and then
 * nothing is guessed. Spelling is that of telephones: no accents, no apostrophes, sounds
 * for words ("jpeu pa venir"), typing errors, emoji, a voice typed out without a comma,
 * English.
 *
 * Two mistakes cost dearly and are guarded against above all: a cancellation that nobody
 * asked for, and a "yes" that was none. Words that are not understood therefore stand in
 * the way of a short answer ("oui pour mon dossier"), and of a plain sentence only when
 * they may turn it ("je peux pas venir avant 15h").
 *
 * Pure; loop thread (the word list is laid out at the first call). */
#ifndef RDVD_TALK_WORDS_H
#define RDVD_TALK_WORDS_H

#include <stddef.h>

/* What was asked before, as far as it changes what an answer means. */
enum words_state {
	WORDS_IDLE = 0, /* nothing */
	WORDS_CONFIRM,	/* are you coming? */
	WORDS_CHOOSE,	/* numbered times */
	WORDS_WHICH,	/* numbered appointments */
	WORDS_NAME,	/* first name and year of birth */
	WORDS_OFFER,	/* an earlier time: do you take it? */
};

enum words_intent {
	INTENT_UNCLEAR = 0, /* not understood: ask, or a human reads */
	INTENT_CONTRARY,    /* it says two things at once: ask */
	INTENT_HUMAN,	    /* understood to be for a human: nothing is asked back */
	INTENT_YES,
	INTENT_NO,     /* plain "non" */
	INTENT_CANNOT, /* "je ne peux pas venir" */
	INTENT_CANCEL, /* "annuler" */
	INTENT_MOVE,
	INTENT_EARLIER, /* the waiting list */
	INTENT_CHOICE,	/* number */
	INTENT_BOTH,	/* of two appointments */
	INTENT_TIME,	/* one of the times offered, by its day or hour */
	INTENT_NAME,	/* name and/or birth_year */
	INTENT_CALL,	/* "0": be called back */
	INTENT_BOOK,	/* "RDV", place */
	INTENT_INFO,
	INTENT_LATE,
	INTENT_STOP,
	INTENT_START,
	INTENT_HELP,
	INTENT_THANKS,	/* needs no answer */
	INTENT_CODE,	/* code: that proves a number */
	INTENT_MACHINE, /* an answering machine, a reaction, an operator's notice */
	INTENT_COUNT,
};

enum words_language { WORDS_LANG_UNKNOWN = 0, WORDS_LANG_FR, WORDS_LANG_EN };

#define WORDS_SEVERAL 9999 /* a weekday or minute: two were said; none is it */
#define WORDS_LAST 10	   /* the number of "le dernier" */
#define WORDS_NAME_MAX 96
#define WORDS_PLACE_MAX 64

struct words {
	enum words_intent intent;
	int number;		      /* of CHOICE, 1..9, or WORDS_LAST */
	int said_the;		      /* CHOICE: "le 2", which may also be a day */
	int weekday;		      /* of TIME: 0 Monday .. 6, -1 not said */
	int day;		      /* of the month, 0 not said */
	int month;		      /* 1..12, 0 not said */
	int minute;		      /* of the day, -1 not said */
	int half;		      /* of the day: 1 morning, 2 later, 0 not said */
	int ahead;		      /* days from today ("demain" 1), -1 not said */
	char code[8];		      /* of CODE: six digits */
	int no_more;		      /* YES, and no more reminders */
	int call_too;		      /* beside the intent: be called back */
	int birth_year;		      /* of NAME, 0 none */
	char name[WORDS_NAME_MAX];    /* of NAME, as typed */
	char place[WORDS_PLACE_MAX];  /* of BOOK: a commune or postcode, folded; "" */
	enum words_language language; /* of the text, as far as it shows */
};

/* Judge a text (UTF-8, any bytes) against what was asked. year_now bounds years of
 * birth. */
void words_read(const char *text, enum words_state state, int year_now,
		struct words *out);

/* "cancel", "yes"...: as the store keeps it. */
const char *words_intent_name(enum words_intent i);

#endif
