/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_fault.h - what is wrong with a text, told twice: as lines for whoever keeps the
 * files, and as a list that a page can put into words beside the field. */
#ifndef RDVD_MESSAGE_TEXT_FAULT_H
#define RDVD_MESSAGE_TEXT_FAULT_H

#include <stddef.h>

#include "base/buf.h"

enum text_fault_kind {
	TEXT_FAULT_EMPTY,
	TEXT_FAULT_LONG,     /* too many bytes for a message */
	TEXT_FAULT_BYTES,    /* not UTF-8 */
	TEXT_FAULT_LINES,    /* an SMS of more than one line */
	TEXT_FAULT_SUBJECT,  /* an e-mail without its first line */
	TEXT_FAULT_BLANK,    /* an e-mail without the empty line, or without a body */
	TEXT_FAULT_FIELD,    /* what: no such field */
	TEXT_FAULT_BRACE,    /* '{' or '}' alone */
	TEXT_FAULT_BRACKET,  /* '[' or ']' alone, or one in another */
	TEXT_FAULT_OR,	     /* '|' where it does not belong */
	TEXT_FAULT_ALPHABET, /* a character that SMS do not have */
	TEXT_FAULT_LINE,     /* a line that is too long */
	TEXT_FAULT_REASON,   /* what: the word tells why somebody comes */
	TEXT_FAULT_ANSWER,   /* what: the word asks for an answer beside a link */
	TEXT_FAULT_ADVERT,   /* what: providers take it for an advertisement */
	TEXT_FAULT_BLAME,    /* what: the word reproaches */
	TEXT_FAULT_ADDRESS,  /* an address written out */
	TEXT_FAULT_LINK,     /* {link} in a text that asks for an answer */
	TEXT_FAULT_NEUTRAL,  /* what: not in a neutral text */
	TEXT_FAULT_PRIVATE,  /* what: not where others may read */
	TEXT_FAULT_HOLE,     /* what: may be empty, outside [ ] */
	TEXT_FAULT_MISSING,  /* what: every such text tells it */
	TEXT_FAULT_SEGMENT,  /* what: so many characters, more than a segment */
	TEXT_FAULTS
};

#define TEXT_FAULTS_MAX 24

struct text_fault {
	enum text_fault_kind kind;
	int line; /* from 1; an e-mail's subject is 1, its body begins at 3 */
	char what[64];
};

struct text_faults {
	struct buf
		*lines; /* gets "FILE:LINE: what is wrong and what to do"; NULL: none */
	struct text_fault items[TEXT_FAULTS_MAX];
	size_t n; /* the first ones */
};

/* what is at most n bytes. The line for the log is the caller's to add. */
void text_fault_add(struct text_faults *f, enum text_fault_kind kind, int line,
		    const char *what, size_t n);

#endif
