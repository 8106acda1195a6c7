/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbound.c - reading tests/data/inbound.tsv. */
#include "inbound.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define INBOUND TEST_SRCDIR "/tests/data/inbound.tsv"

static const char *const states[] = {"idle",  "confirm", "choose",
				     "which", "name",	 "offer"};

static void fail(int line, const char *why)
{
	fprintf(stderr, "%s:%d: %s\n", INBOUND, line, why);
	abort();
}

size_t inbound_each(void (*each)(void *arg, const struct inbound_row *row), void *arg)
{
	FILE *f = fopen(INBOUND, "re");
	char line[4096], *rest;
	size_t n = 0;
	int number = 0;

	if (!f)
		fail(0, "it cannot be opened");
	while (fgets(line, sizeof line, f)) {
		struct inbound_row row = {.line = ++number};
		const char *state;
		size_t s = 0;

		line[strcspn(line, "\n")] = '\0';
		if (*line == '#')
			continue;
		rest = line;
		state = strsep(&rest, "\t");
		row.intent = strsep(&rest, "\t");
		row.action = strsep(&rest, "\t");
		row.text = rest;
		if (!row.text)
			fail(number, "a row is state, intent, action, text");
		while (s < ARRAY_SIZE(states) && strcmp(states[s], state) != 0)
			s++;
		if (s == ARRAY_SIZE(states))
			fail(number, "no such state");
		row.state = (enum words_state)s;
		each(arg, &row);
		n++;
	}
	fclose(f);
	return n;
}

void inbound_intent(const struct words *w, char out[160])
{
	const char *name = words_intent_name(w->intent);

	if (w->intent == INTENT_CHOICE)
		snprintf(out, 160, "%s:%d", name, w->number);
	else if (w->intent == INTENT_NAME)
		snprintf(out, 160, "%s:%s/%d", name, w->name, w->birth_year);
	else if (w->intent == INTENT_BOOK && *w->place)
		snprintf(out, 160, "%s:%s", name, w->place);
	else
		snprintf(out, 160, "%s", name);
}
