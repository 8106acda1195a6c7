/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_lint.c - what no message may say, checked when texts are loaded rather than when
 * one goes out.
 *
 * An SMS shows on a locked screen, and somebody else may read it: no reason for coming,
 * no service, no family name (there is no field for one). Operators block a text that
 * carries a link and asks for an answer, and the sender's name cannot receive one.
 * Providers take a text with a STOP code for an advertisement and hold it back at
 * night. It must fit one segment with the longest values. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/gsm.h"
#include "message/text_table.h"

#define FOLDED_MAX 2048

/* Folded words (several: in that order) and why a text may not hold them. */
struct taboo {
	const char *words;
	const char *why;
};

#define WHY_REASON                                                                    \
	"may tell why the person comes, to whoever reads the screen; say it without " \
	"that word"
#define WHY_ANSWER                                                                      \
	"asks for an answer that the sender's name cannot receive, beside a link; let " \
	"{link} do it"
#define WHY_STOP \
	"makes providers take it for an advertisement and hold it back; leave it out"

static const struct taboo taboos[] = {
	{"logement", WHY_REASON},
	{"logements", WHY_REASON},
	{"hebergement", WHY_REASON},
	{"urgence", WHY_REASON},
	{"expulsion", WHY_REASON},
	{"sdf", WHY_REASON},
	{"sans abri", WHY_REASON},
	{"sans domicile", WHY_REASON},
	{"dette", WHY_REASON},
	{"dettes", WHY_REASON},
	{"surendettement", WHY_REASON},
	{"rsa", WHY_REASON},
	{"aide sociale", WHY_REASON},
	{"motif", WHY_REASON},
	{"violence", WHY_REASON},
	{"violences", WHY_REASON},
	{"housing", WHY_REASON},
	{"homeless", WHY_REASON},
	{"homelessness", WHY_REASON},
	{"shelter", WHY_REASON},
	{"eviction", WHY_REASON},
	{"emergency", WHY_REASON},
	{"debt", WHY_REASON},
	{"debts", WHY_REASON},
	{"benefits", WHY_REASON},
	{"repondez", WHY_ANSWER},
	{"repondre", WHY_ANSWER},
	{"reponse", WHY_ANSWER},
	{"renvoyez", WHY_ANSWER},
	{"envoyez", WHY_ANSWER},
	{"tapez", WHY_ANSWER},
	{"reply", WHY_ANSWER},
	{"answer", WHY_ANSWER},
	{"text back", WHY_ANSWER},
	{"respond", WHY_ANSWER},
	{"stop", WHY_STOP},
	{"36111", WHY_STOP},
	{"36180", WHY_STOP},
	{"promo", WHY_STOP},
	{"offre", WHY_STOP},
};

struct lint {
	const struct text_file *file;
	int private; /* may be read by others: an SMS, a subject, a neutral text */
	int discreet;
	struct buf *errors;
	int failed;
	unsigned seen; /* 1 << index of the FIELD_ALWAYS fields that stand outside [ ] */
};

static void complain(struct lint *l, int line, const char *fmt, const char *a,
		     const char *b)
{
	buf_addf(l->errors, "%s:%d: ", l->file->path, line);
	buf_addstr(l->errors, fmt);
	buf_addf(l->errors, " %s%s%s\n", a, *b ? ": " : "", b);
	l->failed = 1;
}

static void lint_words(struct lint *l, const struct text_piece *p)
{
	char folded[FOLDED_MAX + 2];
	size_t n;

	if (strlen(p->literal) >= FOLDED_MAX / 2) {
		complain(l, p->line, "the line is too long", "", "");
		return;
	}
	folded[0] = ' ';
	n = fold_text(p->literal, folded + 1, FOLDED_MAX) + 1;
	folded[n] = ' ';
	folded[n + 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(taboos); i++) {
		const char *at = strstr(folded, taboos[i].words);
		size_t len = strlen(taboos[i].words);

		while (at && (at[-1] != ' ' || at[len] != ' '))
			at = strstr(at + 1, taboos[i].words);
		if (at)
			complain(l, p->line, "the word", taboos[i].words, taboos[i].why);
	}
	if (strstr(p->literal, "://") || strstr(p->literal, "www."))
		complain(l, p->line, "an address written out", "",
			 "write {link}, which is the appointment's own");
}

static void lint_field(struct lint *l, const struct text_piece *p, int in_part)
{
	const struct text_field *f = &text_fields[p->field];

	if (l->discreet && !(f->where & FIELD_DISCREET))
		complain(l, p->line, "a neutral text may not hold", f->name,
			 "only {day}, {hour}, {mode} and {link}");
	else if (l->private && !(f->where & FIELD_SMS))
		complain(l, p->line, "what others may read may not hold", f->name,
			 "leave it to the body of the e-mail");
	if (in_part)
		return;
	if (f->where & FIELD_ALWAYS)
		l->seen |= 1U << p->field;
	else
		complain(l, p->line, "may be empty, and then leaves a hole:", f->name,
			 "put it between [ ] with the words around it");
}

static void lint_line(struct lint *l, const struct text_line *line)
{
	int in_part = 0;

	for (size_t i = 0; i < line->n; i++) {
		const struct text_piece *p = &line->pieces[i];

		switch (p->kind) {
		case PIECE_LITERAL:
			if (l->private)
				lint_words(l, p);
			break;
		case PIECE_FIELD: lint_field(l, p, in_part); break;
		case PIECE_OPEN: in_part = 1; break;
		case PIECE_OR: break;
		case PIECE_CLOSE: in_part = 0; break;
		}
	}
}

/* Hold the SMS against values; the units of its shortest form. */
static int check_length(const struct text_file *f, const struct text_values *v,
			struct buf *errors)
{
	struct buf out = BUF_INIT;
	size_t units = text_sms_write(&f->body, v, &out);

	buf_fini(&out);
	if (units <= GSM_7BIT_SINGLE)
		return 0;
	buf_addf(errors,
		 "%s:1: an SMS of %zu characters with the longest values, when one "
		 "segment holds %d; "
		 "shorten it, or put what can be spared between [1: ]\n",
		 f->path, units, GSM_7BIT_SINGLE);
	return -1;
}

/* Values of the longest kind in one block, freed by the caller; those of v that are set
 * stay. */
static char *fill_longest(struct text_values *v)
{
	size_t total = 0;
	char *block, *at;

	for (size_t i = 0; i < text_nfields; i++)
		total += text_fields[i].longest + 1;
	at = block = xmalloc(total);
	for (size_t i = 0; i < text_nfields; i++) {
		const struct text_field *f = &text_fields[i];
		const char *value = at;

		memset(at, 'x', f->longest);
		at[f->longest] = '\0';
		at += f->longest + 1;
		if (!*text_value(v, i))
			memcpy((char *)v + f->offset, &value, sizeof value);
	}
	return block;
}

int text_file_lint(const struct text_file *f, int discreet, int email, struct buf *errors)
{
	struct lint l = {.file = f, .discreet = discreet, .errors = errors};

	l.private = 1;
	if (email)
		lint_line(&l, &f->subject);
	l.private = !email || discreet;
	lint_line(&l, &f->body);
	for (size_t i = 0; i < text_nfields; i++)
		if (text_fields[i].where & FIELD_ALWAYS && !(l.seen & 1U << i))
			complain(&l, 1, "every text tells, outside [ ],",
				 text_fields[i].name,
				 "write it between braces where it belongs");
	if (!email && !l.failed) {
		struct text_values v = {0};
		char *block = fill_longest(&v);

		l.failed = check_length(f, &v, errors) < 0;
		free(block);
	}
	return l.failed ? -1 : 0;
}

int texts_check_lengths(const struct texts *t, const struct text_values *longest,
			struct buf *errors)
{
	struct text_values v = *longest;
	int rc = 0;
	const char *day = "mercredi 30 septembre", *hour = "14 h 30";

	for (int lang = 0; lang < LANGUAGE_COUNT; lang++) {
		if (lang == LANGUAGE_EN) {
			day = "Wednesday 30 September";
			hour = "12:30 pm";
		}
		v.day = longest->day ? longest->day : day;
		v.hour = longest->hour ? longest->hour : hour;
		for (int stem = 0; stem < STEM_COUNT; stem++)
			for (int ordinal = 0; ordinal < TEXT_ORDINALS; ordinal++)
				for (int discreet = 0; discreet < 2; discreet++) {
					const struct text_file *f =
						&t->files[lang][stem][ordinal][discreet]
							 [0];

					if (f->path && check_length(f, &v, errors) < 0)
						rc = -1;
				}
	}
	return rc;
}
