/* SPDX-License-Identifier: GPL-3.0-or-later */
/* territory_service.c - the part of a service that is about people rather than hours: who
 * may book it, its colour in the team's agenda, what is said once it is booked, the
 * questions it asks, what an interpreter adds, and how its appointments follow each
 * other.
 */
#include <stdio.h>
#include <string.h>

#include "agenda/territory_parse.h"
#include "base/mem.h"
#include "base/parse.h"

#define QUESTION_MAX_BYTES 200
#define CHOICE_MAX_BYTES 80
#define INSTRUCTIONS_MAX_BYTES 1000
#define EXTRA_MAX_MINUTES 240
#define COLOUR_CHARS 7

static const char *const bookable[] = {
	[BOOKABLE_PUBLIC] = "public",
	[BOOKABLE_PARTNER] = "partner",
	[BOOKABLE_TEAM] = "team",
};

const char *service_bookable_name(enum service_bookable by)
{
	return bookable[by];
}

/* "public": false is an older way to say that only the team books it. */
static enum service_bookable decode_bookable(const struct decode_at *at)
{
	int public = decode_bool(at, "public", 1);
	const char *word = decode_string(at, "bookable_by", 0, 16);
	size_t by = 0;

	if (!word)
		return public ? BOOKABLE_PUBLIC : BOOKABLE_TEAM;
	while (by < ARRAY_SIZE(bookable) && strcmp(bookable[by], word) != 0)
		by++;
	if (by == ARRAY_SIZE(bookable)) {
		decode_error(at, "bookable_by",
			     "must be \"public\", \"partner\" or \"team\"");
		return BOOKABLE_TEAM;
	}
	if (json_object_get(at->object, "public") && public != (by == BOOKABLE_PUBLIC))
		decode_error(at, "bookable_by",
			     "says otherwise than \"public\"; leave \"public\" out");
	return (enum service_bookable)by;
}

/* ---- questions ---- */

static void decode_choices(const struct decode_at *at, struct service_question *q)
{
	const json_t *list = decode_array(at, "choices", 1);

	if (!list)
		return;
	if (json_array_size(list) < 2 || json_array_size(list) > SERVICE_CHOICES_MAX) {
		decode_error(at, "choices", "must hold 2 to %d answers",
			     SERVICE_CHOICES_MAX);
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct decode_at one = *at;
		char key[40];
		json_t *holder = json_object();

		/* an answer is a text by itself: read it as the key "choices[2]" */
		snprintf(key, sizeof key, "choices[%zu]", i);
		json_object_set(holder, key, json_array_get(list, i));
		one.object = holder;
		q->choices[q->nchoices++] = decode_bitext(&one, key, 1, CHOICE_MAX_BYTES);
		json_decref(holder);
		for (int k = 0; k + 1 < q->nchoices; k++)
			if (*q->choices[k].fr &&
			    strcmp(q->choices[k].fr, q->choices[i].fr) == 0)
				decode_error(at, "choices", "[%zu] stands there twice",
					     i);
	}
}

static void decode_questions(const struct decode_at *at, struct service *s)
{
	const json_t *list = decode_array(at, "questions", 0);
	struct service_question *questions;

	if (!list)
		return;
	if (json_array_size(list) > SERVICE_QUESTIONS_MAX) {
		decode_error(at, "questions", "at most %d questions",
			     SERVICE_QUESTIONS_MAX);
		return;
	}
	questions = arena_alloc(at->d->arena, SERVICE_QUESTIONS_MAX * sizeof *questions);
	s->questions = questions;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct service_question *q = &questions[s->nquestions];
		struct decode_at item;

		if (decode_item(at, "questions", list, i, &item) != 0)
			continue;
		decode_keys(&item, (const char *const[]){"id", "text", "choices",
							 "required", NULL});
		q->id = decode_string(&item, "id", 1, 40);
		if (q->id && !slug_is_valid(q->id))
			decode_error(&item, "id",
				     "must be a short name like \"transport\"");
		for (int k = 0; q->id && k < s->nquestions; k++)
			if (strcmp(questions[k].id, q->id) == 0)
				decode_error(&item, "id", "\"%s\" stands there twice",
					     q->id);
		q->text = decode_bitext(&item, "text", 1, QUESTION_MAX_BYTES);
		q->required = decode_bool(&item, "required", 0);
		decode_choices(&item, q);
		if (q->id)
			s->nquestions++;
	}
}

/* ---- languages ---- */

/* "ar": two or three small letters (RFC 5646, primary language). */
static int is_language(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");

	return (n == 2 || n == 3) && s[n] == '\0';
}

static void decode_languages(const struct decode_at *at, struct service *s)
{
	const json_t *list = decode_array(at, "languages", 0);

	for (size_t i = 0; list && i < json_array_size(list); i++) {
		const char *tag = json_string_value(json_array_get(list, i));

		if (!tag || !is_language(tag))
			decode_error(at, "languages",
				     "[%zu] must be a language's code like \"ar\"", i);
		else if (s->nlanguages == SERVICE_LANGUAGES_MAX)
			decode_error(at, "languages", "at most %d languages",
				     SERVICE_LANGUAGES_MAX);
		else
			s->languages[s->nlanguages++] = arena_strdup(at->d->arena, tag);
	}
	if (s->nlanguages > 0 && s->interpreter_minutes == 0)
		decode_error(at, "languages",
			     "says who gets interpreter_minutes, which is not there");
}

int service_extra_minutes(const struct service *s, int interpreter, const char *language)
{
	if (s->interpreter_minutes == 0 || s->capacity > 0)
		return 0;
	for (int i = 0; !interpreter && language && i < s->nlanguages; i++) {
		size_t n = strlen(s->languages[i]);

		interpreter = strncmp(language, s->languages[i], n) == 0 &&
			      (language[n] == '\0' || language[n] == '-');
	}
	return interpreter ? s->interpreter_minutes : 0;
}

/* ---- all of it ---- */

static int decode_fives(const struct decode_at *at, const char *key, int max)
{
	int minutes = decode_int(at, key, 0, 0, max, 0);

	if (minutes % 5)
		decode_error(at, key, "must be a multiple of 5");
	return minutes;
}

void territory_decode_service_more(const struct decode_at *at, struct service *s)
{
	s->bookable_by = decode_bookable(at);
	s->public = s->bookable_by == BOOKABLE_PUBLIC;
	s->colour = decode_string_or(at, "colour", COLOUR_CHARS, "");
	if (*s->colour &&
	    (strlen(s->colour) != COLOUR_CHARS || s->colour[0] != '#' ||
	     strspn(s->colour + 1, "0123456789abcdefABCDEF") != COLOUR_CHARS - 1))
		decode_error(at, "colour", "must be a colour like \"#0b5d4e\"");
	s->capacity_soft = decode_bool(at, "capacity_soft", 0);
	s->professionals = decode_bool(at, "professionals", 0);
	s->instructions = decode_bitext(at, "instructions", 0, INSTRUCTIONS_MAX_BYTES);
	s->interpreter_minutes =
		decode_fives(at, "interpreter_minutes", EXTRA_MAX_MINUTES);
	s->buffer_minutes = decode_fives(at, "buffer_minutes", EXTRA_MAX_MINUTES);
	s->pack = decode_bool(at, "pack", 0);
	decode_languages(at, s);
	decode_questions(at, s);
}
