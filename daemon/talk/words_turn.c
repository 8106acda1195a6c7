/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words_turn.c - what stands around a phrase and turns it: "je peux pas venir" is plain,
 * "je peux pas venir avant 15h", "mon mari ne peut pas venir", "annuler mon bail" and "je
 * peux venir que le soir" are not what their words say. */
#include <string.h>
#include <strings.h>

#include "talk/words_table.h"

/* "je peux pas venir" is plain; "... avant 15h", "... avec mon fils", "... le matin"
 * speak of how or when. */
static int is_turned(const struct tokens *t, size_t end, const struct words *said)
{
	while (end < t->n && t->items[end].class == CLASS_SKIP)
		end++;
	if (token_is(t, end, "tout") && !token_is(t, end + 1, "court"))
		end++;
	if (token_is(t, end,
		     "avec|avant|apres|sans|seul|plustot|plustard|que|quand|comment|ou|"
		     "par|vers|matin|aprem|aussi|chez|jusque|pied|charger"))
		return 1;
	if (token_is(t, end, "le|la") && end + 1 < t->n &&
	    t->items[end + 1].class == CLASS_UNKNOWN && !t->items[end + 1].known)
		return 1; /* "je viens pas les mains vides" */
	if (token_is(t, end, "le|ce|en|a|pour|les") &&
	    token_is(t, end + 1,
		     "matin|aprem|heure|voiture|bus|pied|seul|velo|transport"))
		return !(token_is(t, end, "ce") && token_is(t, end + 1, "matin|aprem"));
	if (token_is(t, end, "de"))
		return !token_is(t, end + 1, "tout|le");
	/* an hour without a day: perhaps another hour */
	if (token_is(t, end, "a|to|pour|vers") && token_is(t, end + 1, "hourtime"))
		return said->weekday < 0 && said->ahead < 0 && said->day == 0;
	return 0;
}

static int is_spelt(const struct token *k, const char *as)
{
	return k->length == strlen(as) && strncasecmp(k->from, as, k->length) == 0;
}

/* "mon mari ne peut pas venir", "le bus vient pas": somebody or something else; not a
 * parent who writes for "ma fille", nor "Léa ne viendra pas". */
static int is_of_another(const struct tokens *t, size_t verb)
{
	size_t i = verb;

	if (t->items[verb].from[0] == 'j' || t->items[verb].from[0] == 'J')
		return 0;
	for (; i > 0 && t->items[i - 1].class == CLASS_SKIP; i--)
		if (t->items[i - 1].from[0] == 'j' || t->items[i - 1].from[0] == 'J' ||
		    is_spelt(&t->items[i - 1], "on") || token_is(t, i - 1, "moi|i"))
			return 0;
	if (i == 0)
		return 0;
	i--;
	if (token_is(t, i, "il|ce")) {
		for (size_t k = 0; k < t->n; k++)
			if (token_is(t, k, "enfant|proche") ||
			    (t->items[k].class == CLASS_UNKNOWN && !t->items[k].known))
				return 0;
		return 1;
	}
	if (!token_is(t, i, "proche|bus|travail|conseillere|conseiller") &&
	    (t->items[i].class != CLASS_UNKNOWN || t->items[i].known))
		return 0;
	return i > 0 && (token_is(t, i - 1, "le|la|mon|un|ce|votre") ||
			 is_spelt(&t->items[i - 1], "l"));
}

/* "je ne peux venir": without a "pas", but no yes. */
static int is_after_ne(const struct tokens *t, size_t verb)
{
	for (size_t i = verb; i > 0 && t->items[i - 1].class == CLASS_SKIP; i--)
		if (is_spelt(&t->items[i - 1], "ne") || is_spelt(&t->items[i - 1], "n"))
			return 1;
	return 0;
}

/* "annuler mon bail", "annule la pizza", "annuler l'annulation": something else. */
static int is_other_thing(const struct tokens *t, size_t verb)
{
	size_t at = verb + 1;

	for (size_t i = verb + 1; i < t->n; i++)
		if (strncasecmp(t->items[i].from, "annulation", 10) == 0)
			return 1;

	while (at < t->n && (t->items[at].class == CLASS_SKIP ||
			     token_is(t, at, "le|la|mon|ce|un|de|votre|il|to|it|pour")))
		at++;
	return at > verb + 1 && at < t->n && t->items[at].class == CLASS_UNKNOWN &&
	       !t->items[at].known;
}

/* "je peux venir que l'après-midi", "je serai là dans 10 min". */
static int is_bounded(const struct tokens *t, size_t end)
{
	return token_is(t, end, "que|apres|avant|dans|jusque|sans|quand") ||
	       (token_is(t, end, "a") && token_is(t, end + 1, "partir"));
}

int words_is_turned(const struct tokens *t, size_t i, size_t end, enum evidence says,
		    const struct words *said)
{
	if (says == SAYS_CANNOT)
		return is_turned(t, end, said) || is_of_another(t, i);
	if (says == SAYS_CANNOT_WEAK)
		return is_turned(t, end, said) || token_is(t, end, "la");
	if (says == SAYS_CANCEL)
		return is_other_thing(t, i);
	if (says == SAYS_COMING && !token_is(t, i, "confirme"))
		return is_bounded(t, end) || is_after_ne(t, i) || is_of_another(t, i);
	return 0;
}
