/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.c - the judge. The text is cut into words (words_token.c), numbers are read
 * (words_number.c), phrases found (words_phrases.c); what is left over is counted by
 * what it may do to the sense. Then one verdict, in an order in which whatever is safer
 * comes first. */
#include "talk/words.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "talk/words_table.h"

#define UNKNOWN_FEW 6 /* words not understood that a plain sentence bears */

struct judge {
	struct tokens t;
	struct numbers n;
	enum words_state state;
	unsigned says; /* 1 << enum evidence */
	int turned;    /* what was said is about something else: "avant 15h" */
	/* what no phrase explains */
	int unknown, reason, ask, doubt, cond, but, no, you, when, thanks, numbers;
	struct words *out;
};

#define SAYS(j, what) ((j)->says & 1u << (what))

/* ---- phrases ---- */

static int word_is(const struct token *k, const char *alternatives, size_t n)
{
	size_t len = strlen(k->text);

	for (const char *s = alternatives, *end = s + n; s < end;) {
		const char *bar = memchr(s, '|', (size_t)(end - s));
		size_t one = (size_t)((bar ? bar : end) - s);

		if (one == len && memcmp(s, k->text, len) == 0)
			return 1;
		s += one + 1;
	}
	return 0;
}

/* The words p match from token i on: the token after them, or 0. */
static size_t match(const struct tokens *t, size_t i, const char *p, int first)
{
	int optional = *p == '?';
	const char *word = p + optional;
	size_t n = strcspn(word, " "), end;

	if (!*p)
		return i;
	for (;; i++) {
		if (i >= t->n || t->items[i].explained)
			return optional ? match(t, i, word + n + (word[n] == ' '), first)
					: 0;
		if (word_is(&t->items[i], word, n))
			break;
		if (t->items[i].class != CLASS_SKIP || first) {
			if (!optional)
				return 0;
			return match(t, i, word + n + (word[n] == ' '), first);
		}
	}
	end = match(t, i + 1, word + n + (word[n] == ' '), 0);
	if (!end && optional)
		end = match(t, i, word + n + (word[n] == ' '), first);
	return end;
}

static void merge_all(struct tokens *t)
{
	for (size_t m = 0; m < merge_count; m++)
		for (size_t i = 0; i < t->n; i++) {
			const struct phrase *p = &merge_list[m];
			size_t end = match(t, i, p->words, 1);

			if (!end)
				continue;
			if (end - i > 1)
				tokens_join(t, i, end - i);
			snprintf(t->items[i].text, TOKEN_SIZE, "%s", p->canon);
			t->items[i].class = p->class;
			t->items[i].known = 1;
		}
}

int token_is(const struct tokens *t, size_t i, const char *alternatives)
{
	return i < t->n && word_is(&t->items[i], alternatives, strlen(alternatives));
}

static void find_phrases(struct judge *j)
{
	struct tokens *t = &j->t;

	for (size_t p = 0; p < phrase_count; p++)
		for (size_t i = 0; i < t->n; i++) {
			const struct phrase *phrase = &phrase_list[p];
			size_t end =
				t->items[i].explained ? 0 : match(t, i, phrase->words, 1);

			if (!end)
				continue;
			j->turned |= words_is_turned(t, i, end, phrase->says, j->out);
			for (size_t k = i; k < end; k++)
				t->items[k].explained = 1;
			if (phrase->says != SAYS_NOTHING)
				j->says |= 1u << phrase->says;
			i = end - 1;
		}
}

static void count_rest(struct judge *j)
{
	for (size_t i = 0; i < j->t.n; i++) {
		const struct token *k = &j->t.items[i];

		if (k->explained)
			continue;
		switch (k->class) {
		case CLASS_UNKNOWN: j->unknown++; break;
		case CLASS_THANKS: j->thanks++; break;
		case CLASS_WHEN: j->when++; break;
		case CLASS_REASON: j->reason++; break;
		case CLASS_ASK: j->ask++; break;
		case CLASS_DOUBT: j->doubt++; break;
		case CLASS_IF: j->cond++; break;
		case CLASS_BUT: j->but++; break;
		case CLASS_NOT: j->no++; break;
		case CLASS_YOU: j->you++; break;
		case CLASS_NUMBER: j->numbers++; break;
		case CLASS_SKIP:
		case CLASS_FILL: break;
		}
		/* "madame Dupont" */
		if ((strcmp(k->text, "madame") == 0) && i + 1 < j->t.n &&
		    j->t.items[i + 1].class == CLASS_UNKNOWN &&
		    !j->t.items[i + 1].known && !j->t.items[i + 1].explained)
			j->t.items[i + 1].explained = 1;
	}
}

/* ---- small judgements ---- */

static int turns_a_sentence(const struct judge *j)
{
	return j->cond || j->doubt || j->but || j->you || j->no;
}

static int asks(const struct judge *j)
{
	return j->ask || j->t.question;
}

static int has_no(const struct judge *j)
{
	return SAYS(j, SAYS_NO) || SAYS(j, SAYS_CANNOT) || SAYS(j, SAYS_CANNOT_WEAK) ||
	       SAYS(j, SAYS_CANCEL) || SAYS(j, SAYS_PLEASE_CANCEL);
}

static int has_yes(const struct judge *j)
{
	return SAYS(j, SAYS_YES) || SAYS(j, SAYS_OK) || SAYS(j, SAYS_COMING) ||
	       (SAYS(j, SAYS_SEE_YOU) && !has_no(j));
}

static int has_strong_no(const struct judge *j)
{
	return SAYS(j, SAYS_CANNOT) || SAYS(j, SAYS_CANCEL) ||
	       SAYS(j, SAYS_PLEASE_CANCEL);
}

/* All that was written is one of these words, politeness aside. */
static int only_words(const struct judge *j, const char *alternatives)
{
	int found = 0;

	for (size_t i = 0; i < j->t.n; i++) {
		const struct token *k = &j->t.items[i];

		if (word_is(k, alternatives, strlen(alternatives)))
			found++;
		else if (k->class != CLASS_SKIP && k->class != CLASS_FILL &&
			 k->class != CLASS_THANKS)
			return 0;
	}
	return found;
}

/* ---- a place, a name ---- */

/* "rdv a henin beaumont svp": the words behind rdv, up to one that says something else.
 */
static void read_place(struct judge *j)
{
	struct words *out = j->out;
	size_t i = 0, n = 0;

	if (j->n.postcode[0]) {
		snprintf(out->place, sizeof out->place, "%s", j->n.postcode);
		return;
	}
	while (i < j->t.n && !token_is(&j->t, i, "rdv"))
		i++;
	for (i++; i < j->t.n; i++) {
		const struct token *k = &j->t.items[i];
		char folded[WORDS_PLACE_MAX];

		if (n == 0 &&
		    (k->class == CLASS_FILL || k->class == CLASS_SKIP ||
		     token_is(&j->t, i, "sur|vers|pres|dans|chez|ville|commune|cote")))
			continue;
		if (k->class == CLASS_SKIP && !token_is(&j->t, i, "je"))
			break;
		if (k->known && !token_is(&j->t, i, "le|la|en|de|a|sur|je"))
			break;
		snprintf(folded, sizeof folded, "%.*s",
			 k->length < sizeof folded ? (int)k->length : 0, k->from);
		fold_text(folded, folded, sizeof folded);
		if (n + strlen(folded) + 2 > sizeof out->place)
			break;
		n += (size_t)snprintf(out->place + n, sizeof out->place - n, "%s%s",
				      n ? " " : "", folded);
	}
}

static void add_name(struct words *out, const struct tokens *t, size_t i)
{
	const struct token *k = &t->items[i];
	const char *from = k->from;
	size_t n = strlen(out->name), length;

	/* "N'Golo", but not "m'appelle" nor "c'est" */
	if (i > 0 && k->before == '\'' && t->items[i - 1].length == 1 &&
	    strchr("DNO", t->items[i - 1].from[0]))
		from = t->items[i - 1].from;
	length = (size_t)(k->from + k->length - from);
	if (k->length == 0 || n + length + 2 > sizeof out->name)
		return;
	snprintf(out->name + n, sizeof out->name - n, "%s%.*s",
		 n ? k->before == '-' ? "-" : " " : "", (int)length, from);
}

/* A first name and a year, in any order; or one of them. */
static int read_name(struct judge *j)
{
	struct words *out = j->out;
	int words = 0;

	out->birth_year = j->n.year ? j->n.year : j->n.short_year;
	for (int pass = 0; pass < 1 + !!out->birth_year && words == 0; pass++)
		for (size_t i = 0; i < j->t.n; i++) {
			const struct token *k = &j->t.items[i];
			int is_name = k->class == CLASS_UNKNOWN && !k->known;

			if (pass) /* a name that is also a word: Avril, Sam, Aude */
				is_name = k->class == CLASS_WHEN ||
					  (k->class == CLASS_UNKNOWN &&
					   !token_is(&j->t, i,
						     "birthyear|bignumber|age|"
						     "phonenumber|oui|"
						     "ok|annule|stop|aide"));
			if (strspn(k->text, "0123456789") ||
			    token_is(&j->t, i, "hourtime|daydate|wholedate|duration"))
				is_name = 0;
			if (!is_name || words >= 3)
				continue;
			add_name(out, &j->t, i);
			words++;
			if (pass)
				break;
		}
	if (out->birth_year)
		return 1;
	return words > 0 && !has_no(j) && j->unknown <= 3 && !asks(j) &&
	       !turns_a_sentence(j) && !j->reason;
}

static enum words_intent judge_name(struct judge *j)
{
	int no_name = token_is(&j->t, 0, "rdv") || j->n.choice;

	if (j->n.zero && j->unknown == 0 && !j->n.year)
		return INTENT_CALL;
	if (j->n.year || (!has_strong_no(j) && !SAYS(j, SAYS_HUMAN) && !no_name))
		if (read_name(j))
			return INTENT_NAME;
	j->out->name[0] = '\0';
	return INTENT_COUNT;
}

/* ---- numbered choices ---- */

static enum words_intent judge_choice(struct judge *j)
{
	int said = j->unknown || j->reason || j->ask || turns_a_sentence(j);
	int others = has_no(j) || SAYS(j, SAYS_MOVE) || SAYS(j, SAYS_UNSUITABLE) ||
		     SAYS(j, SAYS_HUMAN) || SAYS(j, SAYS_LATE) || SAYS(j, SAYS_KEEP) ||
		     SAYS(j, SAYS_EARLIER) || SAYS(j, SAYS_CALL) || SAYS(j, SAYS_COMING);

	if (j->state == WORDS_WHICH && !said && !others && !j->t.question &&
	    (SAYS(j, SAYS_BOTH) || j->n.both))
		return INTENT_BOTH;
	if (said || others || j->t.question)
		return j->n.choice < 0 && !others ? INTENT_UNCLEAR : INTENT_COUNT;
	if (j->n.choice > 0) {
		j->out->number = j->n.choice;
		j->out->said_the = j->n.choice_the;
		return INTENT_CHOICE;
	}
	if (j->n.choice < 0)
		return INTENT_UNCLEAR;
	if (j->n.times && j->state != WORDS_OFFER)
		return INTENT_TIME;
	return INTENT_COUNT;
}

/* ---- the verdicts, in order ---- */

static enum words_intent judge_stop(const struct judge *j)
{
	const unsigned harmless = 1u << SAYS_STOP | 1u << SAYS_STOP_WEAK | 1u << SAYS_OK |
				  1u << SAYS_NO_MORE | 1u << SAYS_NO;

	if (SAYS(j, SAYS_STOP))
		return has_yes(j) && !SAYS(j, SAYS_OK) ? INTENT_HUMAN : INTENT_STOP;
	if (SAYS(j, SAYS_STOP_WEAK)) {
		int first = token_is(&j->t, 0, "stop");

		if (j->says & ~harmless)
			return INTENT_HUMAN;
		return first || j->unknown == 0 ? INTENT_STOP : INTENT_HUMAN;
	}
	if (only_words(j, "arret|arreter"))
		return INTENT_STOP;
	if (SAYS(j, SAYS_START))
		return j->unknown == 0 && !j->no ? INTENT_START : INTENT_HUMAN;
	if (only_words(j, "reprendre"))
		return INTENT_START;
	return INTENT_COUNT;
}

/* What changes no appointment by itself. */
static enum words_intent judge_mild(struct judge *j)
{
	if (SAYS(j, SAYS_LATE))
		return has_strong_no(j) ? INTENT_HUMAN : INTENT_LATE;
	if (SAYS(j, SAYS_EARLIER)) {
		if (has_strong_no(j))
			return INTENT_HUMAN;
		return j->no && !asks(j) ? INTENT_UNCLEAR : INTENT_EARLIER;
	}
	if (SAYS(j, SAYS_MOVE) || SAYS(j, SAYS_UNSUITABLE)) {
		if (SAYS(j, SAYS_COMING) || SAYS(j, SAYS_KEEP))
			return INTENT_CONTRARY;
		if (j->no || j->you || j->doubt)
			return INTENT_UNCLEAR;
		return j->unknown <= UNKNOWN_FEW ? INTENT_MOVE : INTENT_HUMAN;
	}
	return INTENT_COUNT;
}

static enum words_intent judge_no(struct judge *j)
{
	int turns = turns_a_sentence(j) || j->turned;

	if (SAYS(j, SAYS_CALL)) {
		if (!has_strong_no(j))
			return INTENT_CALL; /* "non appelez-moi": nothing is cancelled */
		j->out->call_too = 1;
	}
	if (SAYS(j, SAYS_PLEASE_CANCEL))
		return turns || j->ask ? INTENT_UNCLEAR : INTENT_CANCEL;
	if (SAYS(j, SAYS_CANCEL))
		return turns || asks(j) || SAYS(j, SAYS_HELP) ? INTENT_UNCLEAR
							      : INTENT_CANCEL;
	if (SAYS(j, SAYS_CANNOT))
		return turns || asks(j) ? INTENT_UNCLEAR : INTENT_CANNOT;
	if (turns || asks(j) || j->unknown || j->numbers)
		return INTENT_UNCLEAR;
	if (SAYS(j, SAYS_CANNOT_WEAK))
		return INTENT_CANNOT;
	return j->when ? INTENT_UNCLEAR : INTENT_NO;
}

static enum words_intent judge_yes(struct judge *j)
{
	int turns = turns_a_sentence(j) || asks(j) || j->numbers || j->turned;

	if (SAYS(j, SAYS_NO_MORE))
		j->out->no_more = 1;
	if (turns)
		return INTENT_UNCLEAR;
	if (SAYS(j, SAYS_COMING))
		return j->unknown <= UNKNOWN_FEW ? INTENT_YES : INTENT_UNCLEAR;
	if (j->unknown || j->reason)
		return INTENT_UNCLEAR;
	if (SAYS(j, SAYS_YES) || j->state != WORDS_IDLE)
		return INTENT_YES;
	return INTENT_THANKS;
}

static enum words_intent judge_book(struct judge *j)
{
	size_t i = 0;

	while (i < j->t.n && (j->t.items[i].class == CLASS_SKIP ||
			      token_is(&j->t, i, "bonjour|madame|svp|ok")))
		i++;
	if (SAYS(j, SAYS_BOOK_WEAK) && !SAYS(j, SAYS_BOOK) && !token_is(&j->t, i, "rdv"))
		return INTENT_UNCLEAR;
	read_place(j);
	if (SAYS(j, SAYS_BOOK_WEAK) && !SAYS(j, SAYS_BOOK) &&
	    (j->unknown > 4 || turns_a_sentence(j) || j->ask))
		return INTENT_UNCLEAR;
	return INTENT_BOOK;
}

/* "jeudi plutôt" */
static int says_rather(const struct judge *j)
{
	int rather = 0;

	for (size_t i = 0; i < j->t.n; i++)
		rather |= token_is(&j->t, i, "plutot");
	return rather && j->n.times && !turns_a_sentence(j);
}

static enum words_intent judge_rest(struct judge *j)
{
	if (SAYS(j, SAYS_CALL))
		return j->no ? INTENT_HUMAN : INTENT_CALL;
	if (says_rather(j))
		return INTENT_MOVE;
	if (SAYS(j, SAYS_INFO))
		return j->unknown <= UNKNOWN_FEW ? INTENT_INFO : INTENT_HUMAN;
	if (only_words(j, "info|quand|ou|where|heure|rdv|adresse") &&
	    !only_words(j, "rdv"))
		return INTENT_INFO;
	if (SAYS(j, SAYS_BOOK))
		return judge_book(j);
	if (has_yes(j))
		return judge_yes(j);
	if (SAYS(j, SAYS_BOOK_WEAK))
		return judge_book(j);
	if (SAYS(j, SAYS_HELP))
		return j->unknown == 0 && !j->reason ? INTENT_HELP : INTENT_UNCLEAR;
	if (SAYS(j, SAYS_NO_MORE))
		return INTENT_HUMAN;
	if (j->unknown || turns_a_sentence(j) || j->reason || j->numbers || j->ask)
		return INTENT_UNCLEAR;
	if (j->thanks || token_is(&j->t, 0, "recu|bien"))
		return INTENT_THANKS;
	return INTENT_UNCLEAR;
}

static enum words_intent judge_empty(const struct judge *j)
{
	if (j->t.question)
		return INTENT_HELP;
	return j->t.emoji ? INTENT_THANKS : INTENT_HUMAN;
}

/* "je garde le mien": what is offered is not wanted. */
static enum words_intent judge_keep(const struct judge *j)
{
	for (size_t i = 0; i < j->t.n; i++)
		if (token_is(&j->t, i, "garde"))
			return SAYS(j, SAYS_COMING) && !turns_a_sentence(j) && !asks(j)
				       ? INTENT_NO
				       : INTENT_UNCLEAR;
	return INTENT_COUNT;
}

static enum words_intent judge_all(struct judge *j)
{
	enum words_intent i;

	if (j->t.cut)
		return INTENT_HUMAN;
	if (j->t.n == 0)
		return judge_empty(j);
	if (j->n.code[0] && only_words(j, "sixdigits|rdv|code")) {
		snprintf(j->out->code, sizeof j->out->code, "%s", j->n.code);
		return INTENT_CODE;
	}
	if ((i = judge_stop(j)) != INTENT_COUNT)
		return i;
	if (j->state == WORDS_NAME && (i = judge_name(j)) != INTENT_COUNT)
		return i;
	if (SAYS(j, SAYS_HUMAN) || (SAYS(j, SAYS_BOTH) && j->state != WORDS_WHICH))
		return INTENT_HUMAN;
	if (j->n.zero && j->unknown == 0 && !turns_a_sentence(j) && !has_yes(j))
		return INTENT_CALL;
	if (j->state == WORDS_CHOOSE || j->state == WORDS_WHICH ||
	    j->state == WORDS_OFFER)
		if ((i = judge_choice(j)) != INTENT_COUNT)
			return i;
	if (SAYS(j, SAYS_KEEP))
		return INTENT_CONTRARY;
	if ((j->state == WORDS_CHOOSE || j->state == WORDS_OFFER) &&
	    (i = judge_keep(j)) != INTENT_COUNT)
		return i;
	if ((i = judge_mild(j)) != INTENT_COUNT)
		return i;
	if (has_yes(j) && has_no(j))
		return INTENT_CONTRARY;
	if (has_no(j))
		return SAYS(j, SAYS_INFO) ? INTENT_CONTRARY : judge_no(j);
	return judge_rest(j);
}

/* "ce soir", "maintenant": today; "le matin", but not "bonne après-midi". */
static void read_half_day(struct judge *j)
{
	const struct tokens *t = &j->t;
	struct words *out = j->out;
	int today = 0;

	for (size_t i = 0; i < t->n; i++) {
		int half = token_is(t, i, "matin") ? 1 : token_is(t, i, "aprem") ? 2 : 0;

		if (half && i > 0 && token_is(t, i - 1, "bon"))
			continue;
		if (half)
			out->half = half;
		today |= token_is(t, i, "maintenant") ||
			 (half && i > 0 && token_is(t, i - 1, "ce"));
	}
	if (out->minute >= 0) /* the hour says it, and better */
		out->half = 0;
	if (today && out->weekday < 0 && out->ahead < 0 && out->day == 0)
		out->ahead = 0;
	j->n.times |= out->half || out->ahead == 0;
}

/* ---- the whole ---- */

/* "O" and "K" alone are words. */
static void read_letter_alone(struct tokens *t)
{
	if (t->n != 1 || t->items[0].text[1])
		return;
	if (t->items[0].text[0] == 'o')
		snprintf(t->items[0].text, TOKEN_SIZE, "oui");
}

void words_read(const char *text, enum words_state state, int year_now, struct words *out)
{
	struct judge j = {.state = state, .out = out};
	char plain[2048];
	int quoted = words_cut_quotation(text, plain, sizeof plain);

	*out = (struct words){.weekday = -1, .minute = -1, .ahead = -1};
	tokens_read(plain, &j.t);
	out->language = j.t.english > j.t.french   ? WORDS_LANG_EN
			: j.t.french > j.t.english ? WORDS_LANG_FR
						   : WORDS_LANG_UNKNOWN;
	read_letter_alone(&j.t);
	numbers_read(&j.t, year_now, out, &j.n);
	merge_all(&j.t);
	read_half_day(&j);
	find_phrases(&j);
	count_rest(&j);
	if (quoted && (words_is_reaction(&j.t) || j.t.n == 0) && !has_yes(&j) &&
	    !has_no(&j))
		out->intent = INTENT_MACHINE;
	else if (quoted && words_is_reaction(&j.t))
		out->intent = has_yes(&j) ? INTENT_YES : INTENT_UNCLEAR;
	else
		out->intent = words_is_machine(text) ? INTENT_MACHINE : judge_all(&j);
	if (out->intent != INTENT_YES)
		out->no_more = 0;
}

const char *words_intent_name(enum words_intent i)
{
	static const char *const names[INTENT_COUNT] = {
		[INTENT_UNCLEAR] = "unclear", [INTENT_CONTRARY] = "contrary",
		[INTENT_HUMAN] = "human",     [INTENT_YES] = "yes",
		[INTENT_NO] = "no",	      [INTENT_CANNOT] = "cannot",
		[INTENT_CANCEL] = "cancel",   [INTENT_MOVE] = "move",
		[INTENT_EARLIER] = "earlier", [INTENT_CHOICE] = "choice",
		[INTENT_BOTH] = "both",	      [INTENT_TIME] = "time",
		[INTENT_NAME] = "name",	      [INTENT_CALL] = "call",
		[INTENT_BOOK] = "book",	      [INTENT_INFO] = "info",
		[INTENT_LATE] = "late",	      [INTENT_STOP] = "stop",
		[INTENT_START] = "start",     [INTENT_HELP] = "help",
		[INTENT_THANKS] = "thanks",   [INTENT_CODE] = "code",
		[INTENT_MACHINE] = "machine",
	};

	return names[i];
}
