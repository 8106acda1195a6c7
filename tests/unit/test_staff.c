/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_staff.c - words and sums of the counsellor's pages: states of messages, the
 * messages a row shows, gaps, hours as typed, where a form may come back to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "web/staff_words.h"

#define NBSP "\u00a0"

static struct rdvd_message_row row(rdvd_id id, enum rdvd_message_kind kind,
				   enum rdvd_message_state state, rdvd_time due)
{
	return (struct rdvd_message_row){.id = id,
					 .kind = kind,
					 .channel = RDVD_CHANNEL_SMS,
					 .state = state,
					 .due = due,
					 .note = ""};
}

static void test_message_words(void **state)
{
	static const struct {
		enum rdvd_message_kind kind;
		enum rdvd_channel channel;
		enum rdvd_message_state state;
		const char *note, *words;
		int tone;
	} cases[] = {
		{RDVD_MSG_REMINDER, RDVD_CHANNEL_SMS, RDVD_MSG_SCHEDULED, "",
		 "rappel prévu", 0},
		{RDVD_MSG_REMINDER, RDVD_CHANNEL_SMS, RDVD_MSG_ACCEPTED, "",
		 "rappel envoyé", 0},
		{RDVD_MSG_REMINDER, RDVD_CHANNEL_SMS, RDVD_MSG_DELIVERED, "",
		 "rappel reçu", 1},
		{RDVD_MSG_REMINDER, RDVD_CHANNEL_EMAIL, RDVD_MSG_UNDELIVERED, "",
		 "rappel par e-mail" NBSP ": n’est pas arrivé", -1},
		{RDVD_MSG_CONFIRMATION, RDVD_CHANNEL_SMS, RDVD_MSG_UNKNOWN, "",
		 "SMS de confirmation peut-être envoyé", -1},
		{RDVD_MSG_CONFIRMATION, RDVD_CHANNEL_SMS, RDVD_MSG_SUPPRESSED,
		 "ce numéro ne reçoit pas de SMS",
		 "SMS de confirmation non envoyé" NBSP ": ce numéro ne reçoit pas de SMS",
		 0},
		{RDVD_MSG_CANCELLATION, RDVD_CHANNEL_EMAIL, RDVD_MSG_FAILED, "",
		 "e-mail d’annulation non envoyé", -1},
		{RDVD_MSG_MOVED, RDVD_CHANNEL_SMS, RDVD_MSG_EXPIRED, "n",
		 "SMS de changement non envoyé" NBSP ": trop tard", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rdvd_message_row m = row(1, cases[i].kind, cases[i].state, 0);
		struct buf words = BUF_INIT;

		m.channel = cases[i].channel;
		m.note = cases[i].note;
		staff_message_words(NULL, &m, &words);
		assert_string_equal(buf_str(&words), cases[i].words);
		assert_int_equal(staff_message_tone(&m), cases[i].tone);
		buf_fini(&words);
	}
}

/* Every kind and state has words. */
static void test_message_words_all(void **state)
{
	(void)state;
	for (int k = RDVD_MSG_CONFIRMATION; k <= RDVD_MSG_FOLLOW_UP; k++)
		for (int s = RDVD_MSG_SCHEDULED; s <= RDVD_MSG_SUPPRESSED; s++) {
			struct rdvd_message_row m = row(1, (enum rdvd_message_kind)k,
							(enum rdvd_message_state)s, 0);
			struct buf words = BUF_INIT;

			staff_message_words(NULL, &m, &words);
			assert_true(words.len > 6);
			assert_null(strchr(buf_str(&words), '%'));
			buf_fini(&words);
		}
}

static void test_pick(void **state)
{
	struct rdvd_message_row m[] = {
		row(1, RDVD_MSG_CONFIRMATION, RDVD_MSG_DELIVERED, 10),
		row(2, RDVD_MSG_REMINDER, RDVD_MSG_SUPERSEDED, 90),
		row(3, RDVD_MSG_REMINDER, RDVD_MSG_SCHEDULED, 60),
		row(4, RDVD_MSG_REMINDER, RDVD_MSG_SCHEDULED, 40),
	};
	struct rdvd_message_row *rows[] = {&m[0], &m[1], &m[2], &m[3]};
	const struct rdvd_message_row *out[4];

	(void)state;
	assert_int_equal(staff_messages_pick(rows, 4, out, 4), 2);
	assert_int_equal(out[0]->id, 1);
	assert_int_equal(out[1]->id, 4); /* the next reminder */
	m[3].state = RDVD_MSG_DELIVERED;
	assert_int_equal(staff_messages_pick(rows, 4, out, 4), 2);
	assert_int_equal(out[1]->id, 4); /* the one that left */
	m[2].state = RDVD_MSG_UNDELIVERED;
	assert_int_equal(staff_messages_pick(rows, 4, out, 4), 2);
	assert_int_equal(out[1]->id, 3); /* the last that left */
	m[2].channel = RDVD_CHANNEL_EMAIL;
	assert_int_equal(staff_messages_pick(rows, 4, out, 4), 3);
	assert_int_equal(staff_messages_pick(rows, 4, out, 1), 1);
	assert_int_equal(staff_messages_pick(rows, 0, out, 4), 0);
}

static void test_gaps(void **state)
{
	static const struct {
		struct staff_span whole;
		int seats;
		struct staff_span busy[4];
		size_t nbusy;
		struct staff_span gaps[4];
		size_t ngaps;
	} cases[] = {
		{{0, 3600}, 1, {{0, 0}}, 0, {{0, 3600}}, 1},
		{{0, 3600}, 1, {{0, 3600}}, 1, {{0, 0}}, 0},
		{{0, 9000}, 1, {{3600, 7200}}, 1, {{0, 3600}, {7200, 9000}}, 2},
		{{0, 9000}, 1, {{0, 3600}, {3600, 7200}}, 2, {{7200, 9000}}, 1},
		{{0, 9000}, 1, {{-600, 600}, {8400, 9900}}, 2, {{600, 8400}}, 1},
		{{0, 9000}, 2, {{0, 3600}}, 1, {{0, 9000}}, 1},
		{{0, 9000},
		 2,
		 {{0, 3600}, {1800, 5400}},
		 2,
		 {{0, 1800}, {3600, 9000}},
		 2},
		{{0, 9000}, 1, {{0, 4000}, {4200, 9000}}, 2, {{0, 0}}, 0}, /* too short */
		{{0, 9000}, 0, {{0, 0}}, 0, {{0, 0}}, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct staff_span out[4];
		size_t n = staff_gaps(cases[i].whole, cases[i].seats, cases[i].busy,
				      cases[i].nbusy, out, 4);

		assert_int_equal(n, cases[i].ngaps);
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(out[k].start, cases[i].gaps[k].start);
			assert_int_equal(out[k].end, cases[i].gaps[k].end);
		}
	}
}

static void test_gaps_bounded(void **state)
{
	const struct staff_span busy[] = {{1000, 2000}, {3000, 4000}};
	struct staff_span out[2] = {{-1, -1}, {-1, -1}};

	(void)state;
	assert_int_equal(staff_gaps((struct staff_span){0, 5000}, 1, busy, 2, out, 1), 1);
	assert_int_equal(out[1].start, -1);
}

static void test_hours(void **state)
{
	static const struct {
		const char *typed;
		int minute; /* -1: refused */
	} cases[] = {
		{"9:05", 545},
		{"09:05", 545},
		{"9h05", 545},
		{"9 h 05", 545},
		{"9" NBSP "h" NBSP "5", 545},
		{"9h", 540},
		{"14", 840},
		{" 23:59 ", 1439},
		{"0:00", 0},
		{"14.30", 870},
		{"24:00", -1},
		{"9:60", -1},
		{"9:", -1},
		{"", -1},
		{"h", -1},
		{"9:05:00x", -1},
		{"neuf", -1},
		{"123", -1},
		{NULL, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int minute = -1;

		assert_int_equal(staff_hour_parse(cases[i].typed, &minute),
				 cases[i].minute < 0 ? -1 : 0);
		assert_int_equal(minute, cases[i].minute);
	}
}

static void test_paths(void **state)
{
	static const char *const ours[] = {"/equipe", "/equipe?jour=2026-11-30",
					   "/equipe/rdv/3", "/equipe/a-renseigner#r3"};
	static const char *const others[] = {NULL,
					     "",
					     "/",
					     "//example.org/equipe",
					     "/equipement",
					     "equipe",
					     "https://example.org/equipe",
					     "/equipe//example.org",
					     "/equipe\\x",
					     "/equipe\r\nX: y",
					     "/equipe/connexion?next=/equipe",
					     "/equipe/a b"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		assert_true(staff_path_is_ours(ours[i]));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(staff_path_is_ours(others[i]));
}

static void test_outcomes(void **state)
{
	enum rdvd_outcome o = RDVD_SEEN;

	(void)state;
	assert_int_equal(staff_outcome_parse("no_show", &o), 0);
	assert_int_equal(o, RDVD_NO_SHOW);
	assert_int_equal(staff_outcome_parse("door_closed", &o), 0);
	assert_string_equal(staff_outcome_word(o), "Porte close");
	assert_int_equal(staff_outcome_parse("", &o), -1);
	assert_int_equal(staff_outcome_parse(NULL, &o), -1);
	assert_int_equal(staff_outcome_parse("seen ", &o), -1);
	assert_int_equal(o, RDVD_DOOR_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_words),
		cmocka_unit_test(test_message_words_all),
		cmocka_unit_test(test_pick),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_gaps_bounded),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
