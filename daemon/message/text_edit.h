/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_edit.h - texts as a team writes them on a page: named, looked up, tried out before
 * they count, and put before the file of the same name. What is put follows the rules of
 * the files (text.h); what the linter refuses is not put. Nothing here reads or writes a
 * file or the store; the loop's thread only. */
#ifndef RDVD_MESSAGE_TEXT_EDIT_H
#define RDVD_MESSAGE_TEXT_EDIT_H

#include "message/gsm.h"
#include "message/text.h"
#include "message/text_fault.h"

/* Whose text, and which. Lent. */
struct text_place {
	const char *language; /* "fr" */
	const char *name;     /* as the file without ".txt": "reminder-2.discreet.sms" */
	const char *organisation, *service; /* slugs; "" everybody's */
};

/* What a name means. */
struct text_kind {
	enum text_stem stem;
	int ordinal; /* of a reminder, 1..; 0 any */
	int discreet, reply, email;
};

/* 0, or -1: no text has that name, or the language is unknown. */
int text_place_parse(const struct text_place *p, struct text_kind *out);
/* The name of a kind, without ".txt", into out. */
void text_kind_name(const struct text_kind *k, struct buf *out);
/* Does every language have such a text (an ordinal's is optional)? */
int text_kind_is_whole(const struct text_kind *k);
/* The languages, NULL at the end. */
const char *text_language_name(size_t i);

/* The text of exactly that place, as it was written: the team's, else the file's. NULL:
 * none. Lent until the next change. */
const char *text_source(const struct texts *t, const struct text_place *p);
/* The file's. */
const char *text_source_of_file(const struct texts *t, const struct text_place *p);
/* What is used at that place today: its own, else the service's, the organisation's,
 * everybody's, the one without the ordinal, the plain one for a neutral one. *own is 1
 * when it is of exactly that place. NULL: none. */
const char *text_source_used(const struct texts *t, const struct text_place *p, int *own);
/* 1 when the team's text stands there. */
int text_is_kept(const struct texts *t, const struct text_place *p);

/* Put source there; NULL: take the team's away. 0; -1: nothing has changed, faults say
 * why (a fault-free -1: there is no such place). */
int text_keep_source(struct texts *t, const struct text_place *p, const char *source,
		     struct text_faults *faults);

/* A text that is being written. */
struct text_draft;

/* NULL: it cannot be read, faults say why. Else it can be written, even if there are
 * faults. */
struct text_draft *text_draft_new(const struct text_place *p, const char *source,
				  struct text_faults *faults);
void text_draft_free(struct text_draft *d);
/* As text_write; returns an SMS's size, of an e-mail's body the characters. */
struct gsm_size text_draft_write(const struct text_draft *d, const struct text_values *v,
				 struct buf *subject, struct buf *body);

/* The fields, in the order of the table; NULL at the end. where: FIELD_ bits are private:
 * 1 when it may stand in a text of that kind, 1 in *told when every such text tells it.
 */
const char *text_field_name(size_t i);
int text_field_fits(size_t i, const struct text_kind *k, int *told);

#endif
