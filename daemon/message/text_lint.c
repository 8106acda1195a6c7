/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_lint.c - what no message may say, checked when texts are loaded rather than when
 * one goes out.
 *
 * An SMS shows on a locked screen, and somebody else may read it: no reason for coming,
 * no service, no family name (there is no field for one). Operators block a text that
 * carries a link and asks for an answer, and a sender's name cannot receive one: a text
 * has the one or the other. Providers take a text with a STOP code, or with the words of
 * advertisements, for an advertisement and hold it back at night. It must fit one segment
 * with the longest values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/gsm.h"
#include "message/text_table.h"

#define FOLDED_MAX 2048

enum taboo_reach {
	IN_ALL,
	BUT_IN_ASKING,	/* not in texts that ask for an answer */
	BUT_IN_ANSWERS, /* not in answers to a text, which may name the word */
};

/* Folded words (several: in that order) and why a text may not hold them. */
struct taboo {
	const char *words;
	const char *why;
	enum text_fault_kind kind;
	enum taboo_reach reach;
};

#define WHY_REASON                                                                    \
	"may tell why the person comes, to whoever reads the screen; say it without " \
	"that word"
#define WHY_ANSWER                                                                      \
	"asks for an answer that the sender's name cannot receive, beside a link; let " \
	"{link} do it, or write it in the text that ends with .reply.sms.txt"
#define WHY_STOP \
	"makes providers take it for an advertisement and hold it back; leave it out"
#define WHY_BLAME \
	"reproaches the person; somebody who did not come is welcome all the same"

static const struct taboo taboos[] = {
	{"logement", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"logements", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"hebergement", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"urgence", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"expulsion", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"sdf", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"sans abri", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"sans domicile", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"dette", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"dettes", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"surendettement", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"rsa", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"aide sociale", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"motif", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"violence", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"violences", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"housing", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"homeless", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"homelessness", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"shelter", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"eviction", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"emergency", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"debt", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"debts", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"benefits", WHY_REASON, TEXT_FAULT_REASON, IN_ALL},
	{"repondez", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"repondre", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"reponse", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"renvoyez", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"envoyez", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"tapez", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"reply", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"answer", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"text back", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"respond", WHY_ANSWER, TEXT_FAULT_ANSWER, BUT_IN_ASKING},
	{"stop", WHY_STOP, TEXT_FAULT_ADVERT, BUT_IN_ANSWERS},
	{"36111", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"36180", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"stop code", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"promo", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"promotion", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"promotions", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"offre", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"offres", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"gratuit", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"gratuite", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"gratuitement", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"remise", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"soldes", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"cadeau", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"profitez", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"discount", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"bonus", WHY_STOP, TEXT_FAULT_ADVERT, IN_ALL},
	{"lapin", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
	{"sanction", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
	{"sanctions", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
	{"penalite", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
	{"penalites", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
	{"avertissement", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
	{"faute", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
	{"penalty", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
	{"warning", WHY_BLAME, TEXT_FAULT_BLAME, IN_ALL},
};

struct lint {
	const struct text_file *file;
	int private; /* may be read by others: an SMS, a subject, a neutral text */
	int asks;
	unsigned tells; /* must stand outside [ ] */
	struct text_faults *faults;
	int failed;
	unsigned seen; /* of tells: do */
};

/* "LINE: said what: remedy" */
struct complaint {
	enum text_fault_kind kind;
	int line;
	const char *said, *what, *remedy;
};

static void complain(struct lint *l, const struct complaint *c)
{
	struct buf *lines = l->faults->lines;

	if (lines)
		buf_addf(lines, "%s:%d: %s %s%s%s\n", l->file->path, c->line, c->said,
			 c->what, *c->remedy ? ": " : "", c->remedy);
	text_fault_add(l->faults, c->kind, c->line, c->what, strlen(c->what));
	l->failed = 1;
}

/* What no phone of the GSM alphabet could show. */
static void lint_alphabet(struct lint *l, const struct text_piece *p)
{
	struct buf folded = BUF_INIT;

	if (!l->file->name.email && gsm_fold(p->literal, &folded))
		complain(l, &(struct complaint){
				    TEXT_FAULT_ALPHABET, p->line,
				    "a character that the SMS alphabet has not, nor one",
				    "like it", "leave it out"});
	buf_fini(&folded);
}

static int is_answer(const struct lint *l)
{
	return (text_stems[l->file->name.stem].forms & TEXT_ASKS) != 0;
}

static void lint_words(struct lint *l, const struct text_piece *p)
{
	char folded[FOLDED_MAX + 2];
	size_t n;

	if (strlen(p->literal) >= FOLDED_MAX / 2) {
		complain(l, &(struct complaint){TEXT_FAULT_LINE, p->line,
						"the line is too long", "", ""});
		return;
	}
	folded[0] = ' ';
	n = fold_text(p->literal, folded + 1, FOLDED_MAX) + 1;
	folded[n] = ' ';
	folded[n + 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(taboos); i++) {
		const char *at = strstr(folded, taboos[i].words);
		size_t len = strlen(taboos[i].words);

		if ((taboos[i].reach == BUT_IN_ASKING && l->asks) ||
		    (taboos[i].reach == BUT_IN_ANSWERS && is_answer(l)))
			continue;

		while (at && (at[-1] != ' ' || at[len] != ' '))
			at = strstr(at + 1, taboos[i].words);
		if (at)
			complain(l,
				 &(struct complaint){taboos[i].kind, p->line, "the word",
						     taboos[i].words, taboos[i].why});
	}
	if (strstr(p->literal, "://") || strstr(p->literal, "www."))
		complain(l, &(struct complaint){
				    TEXT_FAULT_ADDRESS, p->line, "an address written out",
				    "", "write {link}, which is the appointment's own"});
}

static void lint_field(struct lint *l, const struct text_piece *p, int in_part)
{
	const struct text_field *f = &text_fields[p->field];

	if (l->asks && p->field == FIELD_link)
		complain(l, &(struct complaint){
				    TEXT_FAULT_LINK, p->line,
				    "a text that asks for an answer may not hold", "link",
				    "operators block the two together"});
	else if (l->file->name.discreet && !(f->where & FIELD_DISCREET))
		complain(l, &(struct complaint){TEXT_FAULT_NEUTRAL, p->line,
						"a neutral text may not hold", f->name,
						"only {day}, {hour}, {mode}, {link} and "
						"what the program makes"});
	else if (l->private && !(f->where & FIELD_SMS))
		complain(l,
			 &(struct complaint){TEXT_FAULT_PRIVATE, p->line,
					     "what others may read may not hold", f->name,
					     "leave it to the body of the e-mail"});
	if (in_part)
		return;
	if (text_stems[l->file->name.stem].tells & 1U << p->field)
		l->seen |= 1U << p->field;
	else
		complain(l, &(struct complaint){
				    TEXT_FAULT_HOLE, p->line,
				    "may be empty, and then leaves a hole:", f->name,
				    "put it between [ ] with the words around it"});
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
			lint_alphabet(l, p);
			break;
		case PIECE_FIELD: lint_field(l, p, in_part); break;
		case PIECE_OPEN: in_part = 1; break;
		case PIECE_OR: break;
		case PIECE_CLOSE: in_part = 0; break;
		}
	}
}

static int complain_length(const struct text_file *f, size_t units,
			   struct text_faults *faults)
{
	char what[24];
	int n = snprintf(what, sizeof what, "%zu", units);

	if (faults->lines)
		buf_addf(faults->lines,
			 "%s:1: an SMS of %zu characters with the longest values, when "
			 "one segment holds %d; shorten it, or put what can be spared "
			 "between [1: ]\n",
			 f->path, units, GSM_7BIT_SINGLE);
	text_fault_add(faults, TEXT_FAULT_SEGMENT, 1, what, (size_t)n);
	return -1;
}

/* The pieces [from, to) with these values, in the SMS alphabet. */
static size_t run_write(const struct text_line *l, size_t from, size_t to,
			const struct text_values *v, struct buf *out)
{
	size_t before = out->len;

	for (size_t i = from; i < to; i++) {
		const struct text_piece *p = &l->pieces[i];

		gsm_fold(p->kind == PIECE_LITERAL ? p->literal : text_value(v, p->field),
			 out);
	}
	return gsm_measure(buf_str(out) + before).units;
}

/* The longest that the shortest form can become: the numbered parts shortened, of the
 * others the longer half, for a part whose field is empty becomes its other half. */
static size_t worst_units(const struct text_line *l, const struct text_values *v)
{
	size_t units = 0;

	for (size_t i = 0; i < l->n; i++) {
		size_t open = i, or_at = 0, main, other = 0;
		struct buf out = BUF_INIT;

		if (l->pieces[i].kind != PIECE_OPEN) {
			units += run_write(l, i, i + 1, v, &out);
			buf_fini(&out);
			continue;
		}
		for (i++; l->pieces[i].kind != PIECE_CLOSE; i++)
			if (l->pieces[i].kind == PIECE_OR)
				or_at = i;
		main = run_write(l, open + 1, or_at ? or_at : i, v, &out);
		if (or_at)
			other = run_write(l, or_at + 1, i, v, &out);
		units += l->pieces[open].level || other > main ? other : main;
		buf_fini(&out);
	}
	return units;
}

/* Hold the SMS against values. */
static int check_length(const struct text_file *f, const struct text_values *v,
			struct text_faults *faults)
{
	struct buf out = BUF_INIT;
	struct gsm_size size = text_sms_write(&f->body, v, &out);

	buf_fini(&out);
	return size.segments <= 1 ? 0 : complain_length(f, size.units, faults);
}

/* Values of the longest kind in one block, freed by the caller, for the fields of which
 * (of TELLS()); those of v that are set stay. */
static char *fill_longest(struct text_values *v, unsigned which)
{
	size_t total = 0;
	char *block, *at;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		total += text_fields[i].longest + 1;
	at = block = xmalloc(total);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct text_field *f = &text_fields[i];
		const char *value = at;

		memset(at, 'x', f->longest);
		at[f->longest] = '\0';
		at += f->longest + 1;
		if (which & 1U << i && !*text_value(v, i))
			text_value_set(v, i, value);
	}
	return block;
}

int text_file_lint(const struct text_file *f, struct text_faults *faults)
{
	struct lint l = {.file = f, .asks = text_asks(&f->name), .faults = faults};

	l.tells = text_stems[f->name.stem].tells;
	if (l.asks)
		l.tells &= ~TELLS(link);
	l.private = 1;
	if (f->name.email)
		lint_line(&l, &f->subject);
	l.private = !f->name.email || f->name.discreet;
	lint_line(&l, &f->body);
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (l.tells & ~l.seen & 1U << i)
			complain(&l, &(struct complaint){
					     TEXT_FAULT_MISSING, 1,
					     "every such text tells, outside [ ],",
					     text_fields[i].name,
					     "write it between braces where it belongs"});
	if (!f->name.email && !l.failed) {
		struct text_values v = {0};
		char *block = fill_longest(&v, ~0U);

		size_t units = worst_units(&f->body, &v);

		if (units > GSM_7BIT_SINGLE)
			l.failed = complain_length(f, units, faults) < 0;
		free(block);
	}
	return l.failed ? -1 : 0;
}

/* The longest values of a territory, in a language. */
static int check_file(const struct text_file *f, const struct text_values *longest,
		      struct text_faults *faults)
{
	int english = f->name.language == LANGUAGE_EN;
	struct text_values v = *longest;
	char *block;
	int rc;

	if (f->name.email)
		return 0;
	if (!v.day)
		v.day = english ? "Wednesday 30 September" : "mercredi 30 septembre";
	if (!v.hour)
		v.hour = english ? "12:30 pm" : "14 h 30";
	block = fill_longest(&v, text_stems[f->name.stem].tells | TELLS(sender));
	rc = check_length(f, &v, faults);
	free(block);
	return rc;
}

int texts_check_lengths(const struct texts *t, const struct text_values *longest,
			struct buf *errors)
{
	struct text_faults faults = {.lines = errors};
	int rc = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct text_shelf *s = &t->shelves[i];

		for (size_t k = 0; k < s->nkept; k++)
			if (check_file(&s->kept[k], longest, &faults) < 0)
				rc = -1;
		for (size_t k = 0; k < s->n; k++)
			if (text_shelf_find(s, &s->files[k].name) == &s->files[k] &&
			    check_file(&s->files[k], longest, &faults) < 0)
				rc = -1;
	}
	return rc;
}
