/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_table.h - shared by text*.c only: the fields, and what a text is in memory. */
#ifndef RDVD_MESSAGE_TEXT_TABLE_H
#define RDVD_MESSAGE_TEXT_TABLE_H

#include "message/text.h"

#define TEXT_LEVELS 9	/* numbers of optional parts: 1..9 */
#define TEXT_ORDINALS 5 /* 0: the text without a number; then REMINDERS_MAX */

/* Where a field may stand. */
enum {
	FIELD_SMS = 1 << 0,
	FIELD_DISCREET = 1 << 1, /* in the neutral texts too */
	FIELD_ALWAYS = 1 << 2,	 /* never empty: may stand outside [ ] */
};

struct text_field {
	const char *name;
	size_t offset; /* of the const char * in struct text_values */
	unsigned where;
	unsigned
		longest; /* units of the longest value that a one-segment SMS must bear */
};

extern const struct text_field text_fields[];
extern const size_t text_nfields;

/* The value of a field, never NULL. */
const char *text_value(const struct text_values *v, size_t field);

enum text_piece_kind {
	PIECE_LITERAL,
	PIECE_FIELD,
	PIECE_OPEN,  /* [ or [3: */
	PIECE_OR,    /* | */
	PIECE_CLOSE, /* ] */
};

struct text_piece {
	enum text_piece_kind kind;
	int line;      /* in the file */
	int level;     /* of OPEN: 1..9, 0 without a number */
	size_t field;  /* index in text_fields */
	char *literal; /* owned */
};

/* A run of pieces: the SMS, a subject, or a body. */
struct text_line {
	struct text_piece *pieces; /* owned */
	size_t n, cap;
};

struct text_file {
	char *path; /* owned; NULL: there is no such file */
	struct text_line subject;
	struct text_line body;
};

enum text_stem {
	STEM_CONFIRMATION,
	STEM_REMINDER,
	STEM_MOVED,
	STEM_CANCELLATION,
	STEM_CANCELLATION_OWN,
	STEM_COUNT,
};

enum text_language { LANGUAGE_FR, LANGUAGE_EN, LANGUAGE_COUNT };

extern const char *const text_stems[STEM_COUNT];
extern const char *const text_languages[LANGUAGE_COUNT];

struct texts {
	/* [language][stem][ordinal][discreet][e-mail] */
	struct text_file files[LANGUAGE_COUNT][STEM_COUNT][TEXT_ORDINALS][2][2];
};

/* fr for what is not known. */
enum text_language text_language_of(const char *lang);

/* text_parse.c: read markup into line. first is the number of the text's first line in
 * the file. Errors are added as lines; 0 or -1. */
int text_line_parse(struct text_line *line, const char *path, int first, const char *s,
		    size_t n, struct buf *errors);
void text_line_fini(struct text_line *line);

/* text_lint.c: 0, or -1 and lines in errors. */
int text_file_lint(const struct text_file *f, int discreet, int email,
		   struct buf *errors);

/* text.c: append line; parts numbered drop or above are shortened (TEXT_LEVELS + 1:
 * none). flat: line ends and control characters in values become spaces. */
void text_line_write(const struct text_line *line, const struct text_values *v, int drop,
		     int flat, struct buf *out);
/* Write the SMS in the fullest form that one segment holds, folded when needed; the
 * shortest when none does. Returns its units in the GSM alphabet. */
size_t text_sms_write(const struct text_line *line, const struct text_values *v,
		      struct buf *out);

#endif
