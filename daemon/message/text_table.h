/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_table.h - shared by text*.c only: the fields, and what a text is in memory. */
#ifndef RDVD_MESSAGE_TEXT_TABLE_H
#define RDVD_MESSAGE_TEXT_TABLE_H

#include "message/gsm.h"
#include "message/text.h"
#include "message/text_fault.h"

#define TEXT_SOURCE_MAX (16 * 1024)
#define TEXT_LEVELS 9	/* numbers of optional parts: 1..9 */
#define TEXT_ORDINALS 5 /* 0: the text without a number; then REMINDERS_MAX */

/* Where a field may stand. */
enum {
	FIELD_SMS = 1 << 0,
	FIELD_DISCREET = 1 << 1, /* in the neutral texts too */
};

/* X(member of struct text_values, where, units of the longest value that a one-segment
 * SMS must bear). Longest: of the calendar for day, hour and until; 64 for the link (a
 * public address of 37 characters, "/rdv/" and the token); 70 for the meetings and the
 * choices, whose renderers shorten them to what there is room for; for the rest what real
 * territories have. */
#define TEXT_FIELD_TABLE(X)                         \
	X(day, FIELD_SMS | FIELD_DISCREET, 22)      \
	X(hour, FIELD_SMS | FIELD_DISCREET, 8)      \
	X(link, FIELD_SMS | FIELD_DISCREET, 64)     \
	X(mode, FIELD_SMS | FIELD_DISCREET, 13)     \
	X(place, FIELD_SMS, 60)                     \
	X(address, FIELD_SMS, 60)                   \
	X(postcode, FIELD_SMS, 5)                   \
	X(commune, FIELD_SMS, 45)                   \
	X(access, FIELD_SMS, 160)                   \
	X(bring, 0, 160)                            \
	X(instructions, 0, 160)                     \
	X(party, FIELD_SMS, 2)                      \
	X(first_name, FIELD_SMS, 30)                \
	X(organisation, FIELD_SMS, 40)              \
	X(phone, FIELD_SMS, 17)                     \
	X(email, 0, 60)                             \
	X(service, 0, 80)                           \
	X(sender, FIELD_SMS, 11)                    \
	X(meetings, FIELD_SMS | FIELD_DISCREET, 70) \
	X(until, FIELD_SMS | FIELD_DISCREET, 32)    \
	X(choices, FIELD_SMS | FIELD_DISCREET, 70)  \
	X(code, FIELD_SMS | FIELD_DISCREET, 6)      \
	X(notice, 0, 160)

#define X(name, where, longest) FIELD_##name,
enum text_field_index { TEXT_FIELD_TABLE(X) FIELD_COUNT };
#undef X
#define TELLS(name) (1u << FIELD_##name)

struct text_field {
	const char *name;
	size_t offset; /* of the const char * in struct text_values */
	unsigned where;
	unsigned longest;
};
extern const struct text_field text_fields[FIELD_COUNT];

/* The value of a field, never NULL. */
const char *text_value(const struct text_values *v, size_t field);
void text_value_set(struct text_values *v, size_t field, const char *value);

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

enum text_language { LANGUAGE_FR, LANGUAGE_EN, LANGUAGE_COUNT };
extern const char *const text_languages[LANGUAGE_COUNT];

/* Which text a file is. */
struct text_name {
	enum text_language language;
	enum text_stem stem;
	int ordinal, discreet, reply, email;
};

struct text_file {
	struct text_name name;
	char *path;   /* owned */
	char *source; /* owned: as it was written */
	struct text_line subject;
	struct text_line body;
};

/* Texts that stand together: everybody's (no folder), or those of the folder OUTER, or of
 * OUTER/INNER. OUTER is the slug of an organisation or of a service, INNER of a service
 * within that organisation. */
struct text_shelf {
	char *outer, *inner; /* owned; "" none */
	char *path;	     /* owned: the folder, in the first language that has it */
	struct text_file *files; /* owned; by text_name_compare */
	size_t n, cap;
	struct text_file
		*kept; /* owned; the team's, taken before the file of that name */
	size_t nkept, kept_cap;
};

struct texts {
	struct text_shelf *shelves; /* owned; the first is everybody's */
	size_t n, cap;
};

struct text_stem_row {
	const char *file;
	unsigned forms; /* of enum text_form */
	unsigned tells; /* of TELLS() */
};
extern const struct text_stem_row text_stems[TEXT_STEMS];

/* text_shelf.c */

/* 1 when a text may ask for an answer, and holds no link. */
int text_asks(const struct text_name *name);
int text_name_compare(const struct text_name *a, const struct text_name *b);
/* The shelf with these folders, made when there is none. */
struct text_shelf *texts_shelf(struct texts *t, const char *outer, const char *inner,
			       const char *path);
/* A new file on a shelf; the shelf is sorted by texts_sort. */
struct text_file *text_shelf_add(struct text_shelf *s, const struct text_name *name);
void texts_sort(struct texts *t);
/* The text of exactly that name, the team's before the file. NULL: the shelf has none. */
const struct text_file *text_shelf_find(const struct text_shelf *s,
					const struct text_name *name);
/* The file that is taken for those values, NULL none. */
const struct text_file *texts_find(const struct texts *t, const struct text_name *name,
				   const struct text_values *v);

/* fr for what is not known. */
enum text_language text_language_of(const char *lang);

/* text_parse.c: read markup into line. first is the number of the text's first line in
 * the file. 0, or -1 and faults. */
int text_line_parse(struct text_line *line, const char *path, int first, const char *s,
		    size_t n, struct text_faults *faults);
void text_line_fini(struct text_line *line);

/* text_lint.c: 0, or -1 and faults. */
int text_file_lint(const struct text_file *f, struct text_faults *faults);

/* text_read.c */

/* Read what stands in a file called f->path into f, whose name is set; bytes are tidied
 * (line ends, empty lines at the end). 0; -1: faults say why; 1: it could be read, but
 * the linter refuses it. */
int text_file_read(struct text_file *f, struct buf *bytes, struct text_faults *faults);
void text_file_fini(struct text_file *f);
/* Read KIND[-ORDINAL][.discreet][.reply].CHANNEL, the language is left. 0 or -1. */
int text_name_parse(const char *s, size_t n, struct text_name *out);
/* The same the other way round. */
void text_name_write(const struct text_name *name, struct buf *out);

/* text.c: append line; parts numbered drop or above are shortened (TEXT_LEVELS + 1:
 * none). flat: line ends and control characters in values become spaces. */
void text_line_write(const struct text_line *line, const struct text_values *v, int drop,
		     int flat, struct buf *out);
/* Write the SMS in the fullest form that one segment holds, folded when needed; the
 * shortest when none does. Returns its size. */
struct gsm_size text_sms_write(const struct text_line *line, const struct text_values *v,
			       struct buf *out);

#endif
