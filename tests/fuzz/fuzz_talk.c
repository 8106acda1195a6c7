/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_talk.c - a text that somebody sent: the first byte is what was asked before, the
 * rest the text, or (0xff) an open question as the store might hold it. Whatever it is,
 * the verdict is one of the known ones, what it carries is bounded and terminated, and a
 * question that was read is written and read again the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "talk/decide.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void fuzz_question(const char *json)
{
	struct question q, again;
	struct buf written = BUF_INIT;

	question_read(json, &q);
	require(q.nslots >= 0 && q.nslots <= QUESTION_SLOTS);
	require(q.nwhich >= 0 && q.nwhich <= QUESTION_WHICH_MAX);
	question_write(&q, &written);
	question_read(buf_str(&written), &again);
	require(again.kind == q.kind && again.nslots == q.nslots);
	require(!strcmp(again.name, q.name) || q.kind == QUESTION_NONE);
	buf_fini(&written);
}

static void fuzz_decision(const struct words *w, enum words_state state)
{
	struct rdvd_appointment a = {.id = 1, .revision = 1};
	const struct rdvd_appointment *list[] = {&a};
	struct rdvd_contact c = {.number = "+33612345678", .until = 2000, .asked = 900};
	struct question q = {.kind = QUESTION_NONE};
	struct decide_in in = {.words = w,
			       .contact = &c,
			       .question = &q,
			       .appointments = list,
			       .answers_per_hour = 6,
			       .is_person = 1,
			       .now = 1000};
	struct decision d;

	a.when.start = 90000;
	a.person.first_name = "";
	in.nappointments = state != WORDS_IDLE && state != WORDS_NAME;
	in.offer = state == WORDS_OFFER;
	if (state == WORDS_CHOOSE || state == WORDS_NAME) {
		q.kind = state == WORDS_CHOOSE ? QUESTION_CHOOSE : QUESTION_NAME;
		q.nslots = 2;
	} else if (state == WORDS_WHICH) {
		q.kind = QUESTION_WHICH;
		q.which[q.nwhich].id = 1;
		q.which[q.nwhich++].revision = 1;
	}
	decide(&in, &d);
	require(d.what >= DO_NOTHING && d.what < DO_COUNT && decide_name(d.what));
	require(d.slot >= 0 && (d.slot < q.nslots || d.slot == 0));
	/* what is done with an appointment has one */
	require(d.appointment ||
		(d.what != DO_CONFIRM && d.what != DO_CANCEL && d.what != DO_MOVE &&
		 d.what != DO_INFO && d.what != DO_ASK && d.what != DO_KEPT &&
		 d.what != DO_WAIT && d.what != DO_LATE && d.what != DO_ALREADY));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	struct words w;
	enum words_state state;

	if (size < 1 || size > 4096)
		return 0;
	text = xmalloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (data[0] == 0xff) {
		fuzz_question(text);
		free(text);
		return 0;
	}
	state = (enum words_state)(data[0] % (WORDS_OFFER + 1));
	words_read(text, state, 2026, &w);
	require(words_intent_name(w.intent) != NULL);
	require(w.number >= 0 && w.number <= WORDS_LAST);
	require(w.intent != INTENT_CHOICE || w.number >= 1);
	require(strnlen(w.name, sizeof w.name) < sizeof w.name);
	require(strnlen(w.place, sizeof w.place) < sizeof w.place);
	require(w.birth_year == 0 || (w.birth_year > 1900 && w.birth_year < 2026));
	require(w.minute >= -1 && w.minute <= 24 * 60 + 59);
	fuzz_decision(&w, state);
	free(text);
	return 0;
}
