/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words_machine.c - what no person wrote: answering machines, operators' notices, and the
 * reactions of telephones, which quote our own words back at us. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "talk/words_table.h"

/* Folded, anywhere in the text. */
static const char *const machines[] = {
	"reponse automatique",
	"message automatique",
	"repondeur automatique",
	"automatiquement genere",
	"auto reply",
	"autoreply",
	"automatic reply",
	"automatic response",
	"out of office",
	"ne pas deranger",
	"do not disturb",
	"je suis au volant",
	"je conduis actuellement",
	"i m driving",
	"i am driving",
	"absent du bureau",
	"messagerie vocale",
	"message vocal",
	"votre correspondant",
	"vous avez recu un mms",
	"n a pas pu etre remis",
	"n a pas pu etre envoye",
	"est de nouveau joignable",
	"a essaye de vous joindre",
	"vous a appele",
	"numero que vous avez compose",
	"ce numero ne recoit pas",
	"ne pas repondre a ce message",
};

int words_is_machine(const char *text)
{
	char folded[1024];

	fold_text(text, folded, sizeof folded);
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (strstr(folded, machines[i]))
			return 1;
	return 0;
}

int words_cut_quotation(const char *text, char *out, size_t size)
{
	static const char *const pairs[][2] = {
		{"\u00ab", "\u00bb"}, {"\u201c", "\u201d"}, {"\u201e", "\u201d"}};
	const char *open = NULL, *close = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(pairs) && !close; i++) {
		open = strstr(text, pairs[i][0]);
		close = open ? strstr(open, pairs[i][1]) : NULL;
	}
	if (!close || close - open < 20) {
		snprintf(out, size, "%s", text);
		return 0;
	}
	snprintf(out, size, "%.*s %s", (int)(open - text), text, close + 2);
	return 1;
}

int words_is_reaction(const struct tokens *t)
{
	static const char verbs[] =
		"aime|adore|liked|loved|reagi|reacted|emphasized|laughed|questioned|ri|"
		"souligne|disliked|insiste|rigole";

	for (size_t i = 0; i < t->n && i < 4; i++)
		if (token_is(t, i, verbs))
			return 1;
	return 0;
}
