/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbound.h - tests/data/inbound.tsv: texts as people send them, what was asked before,
 * what they mean, and what is done about it. One row a text: state, intent, action, text,
 * between tabs. */
#ifndef RDVD_TESTS_UNIT_INBOUND_H
#define RDVD_TESTS_UNIT_INBOUND_H

#include <stddef.h>

#include "talk/words.h"

struct inbound_row {
	int line;
	enum words_state state;
	const char *intent; /* "cancel", "choice:2", "name:Léa/2004", "book:carvin" */
	const char *action; /* of test_decide */
	const char *text;
};

/* Call each for every row; stops the test when the file cannot be read. Returns how many
 * there are. */
size_t inbound_each(void (*each)(void *arg, const struct inbound_row *row), void *arg);

/* An intent as the table writes it. */
void inbound_intent(const struct words *w, char out[160]);

#endif
