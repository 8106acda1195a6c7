/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words_table.h - shared by words*.c only: the words that are known, what sentences are
 * made of them, and a text cut into tokens. */
#ifndef RDVD_TALK_WORDS_TABLE_H
#define RDVD_TALK_WORDS_TABLE_H

#include <stdint.h>

#include "talk/words.h"

/* What a word does when no phrase has explained it. */
enum word_class {
	CLASS_UNKNOWN = 0, /* stands in the way of a short answer */
	CLASS_SKIP,	   /* says nothing, and may stand inside a phrase */
	CLASS_FILL,	   /* says nothing */
	CLASS_THANKS,
	CLASS_WHEN,   /* a day, a time */
	CLASS_REASON, /* why somebody cannot come: explains a no, not a yes */
	CLASS_ASK,    /* a question */
	CLASS_DOUBT,
	CLASS_IF,
	CLASS_BUT,
	CLASS_NOT,
	CLASS_YOU,
	CLASS_NUMBER,
};

/* One word and all that people write for it. */
struct word {
	const char *canon;
	enum word_class class;
	int value; /* a weekday, a month, a number, a day ahead: by its canon */
	int fuzzy; /* 1: a typing error in it is forgiven */
	const char *spellings; /* separated by spaces; canon itself need not stand here */
	int english;
};

extern const struct word word_list[];
extern const size_t word_count;

/* What a phrase is evidence of. */
enum evidence {
	SAYS_NOTHING = 0, /* of a merge: see canon; of a phrase: it may be left out */
	SAYS_YES,	  /* weak: everything else must be explained */
	SAYS_OK,	  /* as yes, where something was asked */
	SAYS_SEE_YOU,	  /* as OK; beside a no it is a farewell */
	SAYS_COMING,	  /* strong */
	SAYS_NO,	  /* weak */
	SAYS_CANNOT,	  /* strong */
	SAYS_CANNOT_WEAK,
	SAYS_CANCEL,	    /* strong */
	SAYS_PLEASE_CANCEL, /* strong, and a question all the same */
	SAYS_KEEP,	    /* not to be cancelled */
	SAYS_MOVE,
	SAYS_UNSUITABLE, /* another time, or none of those offered */
	SAYS_EARLIER,
	SAYS_LATE,
	SAYS_CALL,
	SAYS_INFO,
	SAYS_BOOK,
	SAYS_BOOK_WEAK, /* "rdv" alone */
	SAYS_STOP,
	SAYS_STOP_WEAK,
	SAYS_START,
	SAYS_HELP,
	SAYS_NO_MORE, /* reminders */
	SAYS_BOTH,
	SAYS_HUMAN,
	SAYS_COUNT,
};

/* Words in that order, separated by spaces: "a|b" either, "?a" or not there. Words of
 * CLASS_SKIP may stand between them. */
struct phrase {
	const char *words;
	enum evidence says;
	const char *canon;     /* of MERGE */
	enum word_class class; /* of MERGE */
};

extern const struct phrase merge_list[];
extern const size_t merge_count;
extern const struct phrase phrase_list[];
extern const size_t phrase_count;

#define TOKENS_MAX 80
#define TOKEN_SIZE 24

struct token {
	char text[TOKEN_SIZE]; /* its canon, or as typed and folded */
	enum word_class class;
	int value;
	int known;     /* stands in the list */
	int explained; /* a phrase holds it */
	int glued;     /* nothing stands between it and the one before */
	char before;   /* the sign before it, 0 none */
	const char *from;
	size_t length; /* bytes of the text */
};

struct tokens {
	struct token items[TOKENS_MAX];
	size_t n;
	int question; /* a question mark */
	int emoji;
	int cut;	     /* there was more */
	int english, french; /* words that tell */
};

/* words_token.c: cut a text into known and unknown words and numbers. */
void tokens_read(const char *text, struct tokens *out);
/* The row of a folded word, or NULL; with a typing error when fuzzy. */
const struct word *word_find(const char *folded, size_t n, int fuzzy);
/* Drop items[i+1 .. i+n). */
void tokens_join(struct tokens *t, size_t i, size_t n);

/* words_number.c: numbers into times, dates, postcodes; sets the fields of out that a
 * time gives. */
struct numbers {
	int times;	  /* hours, days, dates said */
	int choice;	  /* a number that may be a choice, 0 none, -1 several */
	int choice_the;	  /* "le 2" */
	int both;	  /* "les 2", "1 et 2" */
	int zero;	  /* "0" */
	int year;	  /* of birth, 0 none */
	int short_year;	  /* "04", which may be something else */
	char code[8];	  /* six digits, "" */
	char postcode[6]; /* "" */
};
void numbers_read(struct tokens *t, int year_now, struct words *out, struct numbers *n);

/* words.c: 1 when token i is one of the words, "a|b". */
int token_is(const struct tokens *t, size_t i, const char *alternatives);

/* words_turn.c: 1 when what stands around the phrase in tokens [i, end) makes it say
 * something else. said: the day and hour of the text. */
int words_is_turned(const struct tokens *t, size_t i, size_t end, enum evidence says,
		    const struct words *said);

/* words_machine.c: 1 when a machine wrote it. */
int words_is_machine(const char *text);
/* A telephone's "A aimé « ... »" quotes what we wrote, words that answer among them:
 * copy text without a long quotation. 1 when there was one. */
int words_cut_quotation(const char *text, char *out, size_t size);
/* What is left of a reaction: "a aimé", "liked", "a réagi 👍 à". */
int words_is_reaction(const struct tokens *t);

#endif
