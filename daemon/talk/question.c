/* SPDX-License-Identifier: GPL-3.0-or-later */
/* question.c - open questions to JSON and back. */
#include "talk/question.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const kinds[] = {
	[QUESTION_NONE] = "",	      [QUESTION_CONFIRM] = "confirm",
	[QUESTION_CHOOSE] = "choose", [QUESTION_WHICH] = "which",
	[QUESTION_NAME] = "name",     [QUESTION_HUMAN] = "human",
};

static void take_string(const json_t *o, const char *key, char *out, size_t size)
{
	const char *s = json_string_value(json_object_get(o, key));

	snprintf(out, size, "%s", s ? s : "");
}

static json_int_t take_int(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void read_slots(const json_t *o, struct question *out)
{
	const json_t *list = json_object_get(o, "slots");
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (i == QUESTION_SLOTS)
			break;
		struct question_slot *s = &out->slots[out->nslots++];

		take_string(item, "site", s->site, sizeof s->site);
		s->start = take_int(item, "start");
		s->civil_start = take_int(item, "civil");
	}
}

static void read_which(const json_t *o, struct question *out)
{
	const json_t *list = json_object_get(o, "which");
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (i == QUESTION_WHICH_MAX)
			break;
		out->which[out->nwhich].id = take_int(item, "id");
		out->which[out->nwhich++].revision = (int)take_int(item, "revision");
	}
}

static void read_object(const json_t *o, struct question *out)
{
	char kind[16];
	json_int_t act = take_int(o, "act"), language = take_int(o, "language");

	take_string(o, "kind", kind, sizeof kind);
	for (size_t i = 1; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			out->kind = (enum question_kind)i;
	out->again = json_is_true(json_object_get(o, "again"));
	out->appointment = take_int(o, "appointment");
	out->revision = (int)take_int(o, "revision");
	if (act > ACT_NONE && act <= ACT_WAIT)
		out->act = (enum talk_act)act;
	if (language > 0 && language <= WORDS_LANG_EN)
		out->language = (enum words_language)language;
	take_string(o, "service", out->service, sizeof out->service);
	take_string(o, "place", out->place, sizeof out->place);
	take_string(o, "name", out->name, sizeof out->name);
	out->birth_year = (int)take_int(o, "birth_year");
	out->hold = (uint64_t)take_int(o, "hold");
	read_slots(o, out);
	read_which(o, out);
}

void question_read(const char *json, struct question *out)
{
	json_t *o = json && *json ? json_loads(json, 0, NULL) : NULL;

	*out = (struct question){.kind = QUESTION_NONE};
	if (json_is_object(o))
		read_object(o, out);
	json_decref(o);
	if ((out->kind == QUESTION_CHOOSE && out->nslots == 0) ||
	    (out->kind == QUESTION_WHICH && out->nwhich == 0) ||
	    (out->kind == QUESTION_NAME && out->nslots == 0))
		out->kind = QUESTION_NONE;
}

/* Absent values are left out. */
static void put_string(json_t *o, const char *key, const char *s)
{
	if (*s)
		json_object_set_new(o, key, json_string(s));
}

static void put_int(json_t *o, const char *key, json_int_t v)
{
	if (v)
		json_object_set_new(o, key, json_integer(v));
}

static void write_lists(const struct question *q, json_t *o)
{
	json_t *slots = json_array(), *which = json_array();

	for (int i = 0; i < q->nslots; i++) {
		json_t *s = json_object();

		put_string(s, "site", q->slots[i].site);
		put_int(s, "start", q->slots[i].start);
		put_int(s, "civil", q->slots[i].civil_start);
		json_array_append_new(slots, s);
	}
	for (int i = 0; i < q->nwhich; i++) {
		json_t *w = json_object();

		put_int(w, "id", q->which[i].id);
		put_int(w, "revision", q->which[i].revision);
		json_array_append_new(which, w);
	}
	if (q->nslots)
		json_object_set(o, "slots", slots);
	if (q->nwhich)
		json_object_set(o, "which", which);
	json_decref(slots);
	json_decref(which);
}

void question_write(const struct question *q, struct buf *out)
{
	json_t *o;
	char *text;

	if (q->kind == QUESTION_NONE)
		return;
	o = json_object();
	put_string(o, "kind", kinds[q->kind]);
	if (q->again)
		json_object_set_new(o, "again", json_true());
	put_int(o, "appointment", q->appointment);
	put_int(o, "revision", q->revision);
	put_int(o, "act", q->act);
	put_int(o, "language", q->language);
	put_string(o, "service", q->service);
	put_string(o, "place", q->place);
	put_string(o, "name", q->name);
	put_int(o, "birth_year", q->birth_year);
	put_int(o, "hold", (json_int_t)q->hold);
	write_lists(q, o);
	text = json_dumps(o, JSON_COMPACT);
	if (text)
		buf_addstr(out, text);
	free(text);
	json_decref(o);
}
