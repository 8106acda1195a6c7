/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world.h - a small territory in a fresh store, for the tests of the conformance suite,
 * and the list of those tests. Each test gets a struct world; every write goes through
 * ACT, one transaction each. */
#ifndef TESTS_STORE_WORLD_H
#define TESTS_STORE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support.h"

struct world {
	const struct rdvd_store_ops *ops;
	void *st;
	rdvd_id organisation, service, workshop;
	rdvd_id site[3], counsellor[4];
	_Atomic uint64_t
		next; /* numbers tokens, refs and persons; threads book at once */
};

int world_setup(void **state);
int world_teardown(void **state);
void world_close(struct world *w);
/* Close and open the store again. */
void world_reopen(struct world *w);

/* Run an operation in a transaction of its own; undone unless it answers OK. Gives the
 * answer. */
#define ACT(w, call)                                                          \
	({                                                                    \
		enum rdvd_rc act_rc;                                          \
		assert_int_equal((w)->ops->begin((w)->st), RDVD_OK);          \
		act_rc = (w)->ops->call;                                      \
		if (act_rc == RDVD_OK)                                        \
			assert_int_equal((w)->ops->commit((w)->st), RDVD_OK); \
		else                                                          \
			(w)->ops->rollback((w)->st);                          \
		act_rc;                                                       \
	})

/* An appointment with counsellor c at site s, an hour from start. */
struct rdvd_booking world_booking(struct world *w, int c, int s, rdvd_time start);
enum rdvd_rc world_book(struct world *w, const struct rdvd_booking *b, rdvd_id *id);
/* The appointment as it is now (texts copied); fails the test when it is not there. */
struct rdvd_appointment world_get(struct world *w, rdvd_id id);
/* How many active claims counsellor c has that end after from; -1 in c: all. */
int world_claims(struct world *w, int c, rdvd_time from, rdvd_time now);
struct rdvd_move world_move(struct world *w, rdvd_id id, int c, int s, rdvd_time start,
			    rdvd_time now);
struct rdvd_hold_request world_hold(struct world *w, int c, int s, rdvd_time start,
				    rdvd_time now);
enum rdvd_rc world_cancel(struct world *w, rdvd_id id, rdvd_time now, int *changed);
enum rdvd_rc world_mark(struct world *w, rdvd_id id, enum rdvd_outcome outcome,
			rdvd_time now);
/* Nothing is wrong in the store. */
void world_assert_whole(struct world *w);

/* The last fact and how many there are. */
struct last_fact {
	struct rdvd_fact f; /* texts are not valid */
	char appointment[64], session[64], person[64], place_kind[32], locale[16];
	int n;
};
struct last_fact world_last_fact(struct world *w);

/* How many messages of the participation are in the state. */
int world_messages(struct world *w, rdvd_id participation, enum rdvd_message_state state);

/* What a claim gave; texts are copies of the letters'. */
struct given {
	rdvd_id ids[64];
	struct rdvd_message_row rows[64];
	rdvd_time starts[64];
	char to[64][64], text[64][64];
	int n;
};
/* rdvd_message_cb for a struct given. */
int world_give(void *arg, const struct rdvd_message_row *m,
	       const struct rdvd_appointment *a);
struct given world_claim(struct world *w, rdvd_time now, size_t max);
/* A booking with the messages of support_owed, at T0. keep: NULL, or gets it. */
rdvd_id world_book_owing(struct world *w, int c, rdvd_time start,
			 struct rdvd_booking *keep);
/* Through gateway "gw", named "p-1" by its provider. */
enum rdvd_rc world_result(struct world *w, rdvd_id id, int attempt,
			  enum rdvd_message_state state, rdvd_time due, rdvd_time now);
/* The state of one message, by its row. */
enum rdvd_message_state world_state(struct world *w, rdvd_id message);
/* The counts are those of the rows, and nothing is wrong. */
void world_assert_counts(struct world *w);
struct rdvd_letter world_letter(const char *to, const char *text, rdvd_time now);
rdvd_id world_put_letter(struct world *w, const struct rdvd_letter *l);
/* What is known of a number (texts copied); zeros and "" when nothing is. */
struct rdvd_contact world_contact(struct world *w, const char *number);
/* A text that came in, of the number and under the key; its id. */
rdvd_id world_text(struct world *w, const char *number, const char *key,
		   const char *text);

extern const struct CMUnitTest acts_tests[], holds_tests[], messages_tests[],
	reading_tests[], files_tests[], model_tests[], letters_tests[], talk_tests[],
	receipts_tests[], waiting_tests[], day_tests[], migration_tests[], undo_tests[];
extern const size_t acts_count, holds_count, messages_count, reading_count, files_count,
	model_count, letters_count, talk_count, receipts_count, waiting_count, day_count,
	migration_count, undo_count;
extern const struct CMUnitTest figures_tests[];
extern const size_t figures_count;
extern const struct CMUnitTest touched_tests[];
extern const size_t touched_count;
extern const struct CMUnitTest edit_tests[], workshop_tests[];
extern const size_t edit_count, workshop_count;
extern const struct CMUnitTest texts_tests[];
extern const size_t texts_count;

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

#endif
