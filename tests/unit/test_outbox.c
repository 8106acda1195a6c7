/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_outbox.c - the dispatcher against a real store and gateways that do what a script
 * says: who gets what, when it is tried again, what is never sent twice, what is told. */
#include "outbox_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "message/receive.h"

#define HOUR 3600
#define DAY 86400
#define SOON (T0 + DAY)

static struct gateway_health health(struct world *w, size_t i)
{
	struct gateway_health h;

	outbox_health(w->outbox, i, &h);
	return h;
}

/* ---- one message ---- */

static void test_accepted(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS, "a");
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_run(w);
	struct seen m = world_message(w, id);
	assert_int_equal(m.state, RDVD_MSG_ACCEPTED);
	assert_string_equal(m.gateway, "g0");
	assert_int_equal(scripted[0].sent, 1);
	assert_string_equal(scripted[0].log[0].text, "lettre 1");
	assert_string_equal(scripted[0].log[0].from, "CLLAJ62");
	assert_string_equal(scripted[0].log[0].receipts_url, "");
	assert_int_equal(scripted[0].log[0].deadline, SOON);
	world_wait(w, DAY);
	assert_int_equal(scripted[0].sent, 1);
}

static void test_receipts_url(void **state)
{
	static const uint8_t key[SECRET_KEY_SIZE] = {1, 2, 3};
	struct world *w = *state;
	struct buf url = BUF_INIT;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS | RDVD_GATEWAY_RECEIPTS, "a");
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_run(w);
	receive_receipts_url(key, "https://rdv.example", "g0", id, &url);
	assert_string_equal(scripted[0].log[0].receipts_url, buf_str(&url));
	buf_fini(&url);
}

static void test_refused_and_credit(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS, "xa");
	scripted[0].credit = 41.5;
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_run(w);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_FAILED);
	assert_string_equal(world_message(w, id).note, "bad");
	assert_int_equal(health(w, 0).state, GATEWAY_OK);
	assert_int_equal(health(w, 0).refused, 1);
	assert_true(health(w, 0).has_credit && health(w, 0).credit > 41);
	assert_string_equal(health(w, 0).words, "bad");
}

/* The people's words, the team's names. */
static void test_senders_and_calendar(void **state)
{
	static const struct {
		enum rdvd_message_kind kind;
		enum rdvd_channel channel;
		int discreet;
		const char *from, *method;
	} cases[] = {
		{RDVD_MSG_CONFIRMATION, RDVD_CHANNEL_SMS, 0, "38000", ""},
		{RDVD_MSG_CONFIRMATION, RDVD_CHANNEL_SMS, 1, "INFO62", ""},
		{RDVD_MSG_CONFIRMATION, RDVD_CHANNEL_EMAIL, 0, "38000", "PUBLISH"},
		{RDVD_MSG_CONFIRMATION, RDVD_CHANNEL_EMAIL, 1, "info@example.org",
		 "PUBLISH"},
		{RDVD_MSG_REMINDER, RDVD_CHANNEL_EMAIL, 0, "38000", ""},
	};
	struct world *w = *state;
	struct outbox_gateway *g =
		world_gateway(w, RDVD_GATEWAY_SMS | RDVD_GATEWAY_EMAIL, "a");

	g->channels |= 1u << RDVD_CHANNEL_EMAIL;
	g->from = "38000";
	g->answers = 1;
	world_start(w);
	assert_true(outbox_asks_for_answers(w->outbox, RDVD_CHANNEL_SMS));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sent *s = &scripted[0].log[i];

		world_book(w, cases[i].kind, cases[i].channel, SOON + (rdvd_time)i * HOUR,
			   cases[i].discreet);
		world_run(w);
		assert_int_equal(scripted[0].sent, i + 1);
		assert_string_equal(s->from, cases[i].from);
		assert_string_equal(s->calendar_method, cases[i].method);
		assert_int_equal(s->answerable, 1);
		if (cases[i].channel == RDVD_CHANNEL_SMS)
			assert_null(strstr(s->text, "https://"));
		else
			assert_non_null(strstr(s->text, "https://rdv.example/rdv/kk"));
	}
}

/* ---- tried again ---- */

static void test_retry(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS, "rra");
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_run(w);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_RETRY_WAIT);
	assert_in_range(world_message(w, id).due, T0 + 8, T0 + 12);
	world_wait(w, 7);
	assert_int_equal(scripted[0].sent, 1);
	world_wait(w, 5);
	assert_int_equal(scripted[0].sent, 2);
	world_wait(w, 36);
	assert_int_equal(scripted[0].sent, 3);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_ACCEPTED);
	assert_int_equal(world_message(w, id).attempts, 3);
	assert_string_equal(scripted[0].log[0].id, scripted[0].log[2].id);
}

static void test_breaker(void **state)
{
	struct world *w = *state;

	world_gateway(w, RDVD_GATEWAY_SMS,
		      "rrrrr"
		      "r"
		      "a");
	world_start(w);
	for (int i = 0; i < 20; i++)
		world_letter(w, RDVD_MSG_ANSWER, i, SOON);
	world_run(w);
	assert_int_equal(scripted[0].sent, 5);
	assert_int_equal(world_count(w, RDVD_MSG_RETRY_WAIT), 5);
	assert_int_equal(world_count(w, RDVD_MSG_SCHEDULED), 15);
	assert_int_equal(health(w, 0).state, GATEWAY_OPEN);
	assert_int_equal(health(w, 0).until, T0 + 30);
	world_wait(w, 29);
	assert_int_equal(scripted[0].sent, 5); /* no attempt was burned */
	world_wait(w, 1);
	assert_int_equal(scripted[0].sent, 6); /* one to see: it does not pass */
	assert_int_equal(health(w, 0).until, T0 + 90);
	world_wait(w, 59);
	assert_int_equal(scripted[0].sent, 6);
	for (int i = 0; i < 4; i++)
		world_wait(w, 60);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 20);
	assert_int_equal(scripted[0].sent, 26);
	assert_int_equal(health(w, 0).state, GATEWAY_OK);
}

static void test_stopped(void **state)
{
	struct world *w = *state;
	char text[400];
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS, "ssa");
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_letter(w, RDVD_MSG_ANSWER, 2, SOON);
	world_run(w);
	assert_int_equal(scripted[0].sent, 1);
	assert_int_equal(world_count(w, RDVD_MSG_SCHEDULED), 2);
	assert_int_equal(world_message(w, id).attempts, 0); /* not burned */
	assert_int_equal(health(w, 0).state, GATEWAY_STOPPED);
	assert_string_equal(health(w, 0).words, "no credit");
	assert_int_equal(world_notices(w, "gateway:g0:stopped", text), 1);
	assert_non_null(strstr(text, "no credit"));
	world_wait(w, 899);
	assert_int_equal(scripted[0].sent, 1);
	world_wait(w, 1);
	assert_int_equal(scripted[0].sent, 2);
	assert_int_equal(health(w, 0).state, GATEWAY_STOPPED);
	world_wait(w, 60);
	assert_int_equal(scripted[0].sent, 2);
	outbox_hurry(w->outbox); /* somebody has acted */
	world_run(w);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 2);
	assert_int_equal(health(w, 0).state, GATEWAY_OK);
	assert_int_equal(world_notices(w, "gateway:", text), 1); /* told once */
}

static void test_throttled(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS, "ta");
	scripted[0].retry_after_s = 40;
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_letter(w, RDVD_MSG_ANSWER, 2, SOON);
	world_run(w);
	assert_int_equal(scripted[0].sent, 1);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_RETRY_WAIT);
	assert_int_equal(world_message(w, id).due, T0 + 40);
	assert_int_equal(health(w, 0).state, GATEWAY_THROTTLED);
	assert_int_equal(health(w, 0).until, T0 + 40);
	assert_true(health(w, 0).rate < 501);
	world_wait(w, 39);
	assert_int_equal(scripted[0].sent, 1);
	world_wait(w, 2);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 2);
	world_wait(w, 120);
	assert_int_equal(health(w, 0).state, GATEWAY_OK);
}

static void test_pace(void **state)
{
	struct world *w = *state;
	struct outbox_gateway *g = world_gateway(w, RDVD_GATEWAY_SMS, "a");

	g->rate_per_second = 5;
	g->window = 64;
	world_start(w);
	for (int i = 0; i < 23; i++)
		world_letter(w, RDVD_MSG_ANSWER, i, SOON);
	for (int s = 1; s <= 4; s++) {
		outbox_nudge(w->outbox);
		for (int i = 0; i < 50; i++)
			loop_run_once(w->loop, 1);
		assert_int_equal(scripted[0].sent, 5 * s);
		world_now++;
		world_boot_ms += 1000;
	}
	world_run(w);
	assert_int_equal(scripted[0].sent, 23);
}

/* What one gateway has no room for does not hold up the other, and goes in its turn. */
static void test_two_channels(void **state)
{
	struct world *w = *state;
	struct outbox_gateway *sms = world_gateway(w, RDVD_GATEWAY_SMS, "a");
	struct outbox_gateway *mail = world_gateway(w, RDVD_GATEWAY_EMAIL, "a");

	sms->rate_per_second = 2;
	sms->window = mail->window = 64;
	mail->channels = 1u << RDVD_CHANNEL_EMAIL;
	world_start(w);
	for (int i = 0; i < 30; i++) {
		world_letter_by(w, RDVD_CHANNEL_EMAIL, 0, i, SOON);
		world_letter(w, RDVD_MSG_OFFER, i, SOON);
	}
	/* of no use in three seconds: six leave at most before */
	for (int i = 0; i < 10; i++)
		world_letter(w, RDVD_MSG_OFFER, 100 + i, T0 + 3);
	world_run(w);
	assert_int_equal(scripted[1].sent, 30);
	assert_int_equal(scripted[0].sent, 2);
	assert_true(outbox_counts(w->outbox)->returned > 0);
	for (int s = 1; s <= 3; s++) {
		world_wait(w, 1);
		assert_true(scripted[0].sent <= 2 + 2 * s);
	}
	for (int s = 0; s < 70; s++)
		world_wait(w, 1);
	assert_int_equal(world_count(w, RDVD_MSG_EXPIRED) + scripted[0].sent, 40);
	assert_true(world_count(w, RDVD_MSG_EXPIRED) >= 4);
	assert_int_equal(world_count(w, RDVD_MSG_SCHEDULED), 0);
	assert_int_equal(world_count(w, RDVD_MSG_UNKNOWN), 0);
}

/* ---- spare ---- */

static void test_spare(void **state)
{
	struct world *w = *state;
	rdvd_id id[8];

	world_gateway(w, RDVD_GATEWAY_SMS,
		      "rrrrr"
		      "r"
		      "a");
	world_gateway(w, RDVD_GATEWAY_SMS, "a")->spare = 1;
	world_start(w);
	for (int i = 0; i < 8; i++)
		id[i] = world_letter(w, RDVD_MSG_ANSWER, i, SOON);
	world_run(w);
	assert_int_equal(scripted[0].sent, 5);
	assert_int_equal(scripted[1].sent, 3);
	world_wait(w, 15); /* what the first did not take goes by the spare */
	assert_int_equal(scripted[0].sent, 5);
	assert_int_equal(scripted[1].sent, 8);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(world_message(w, id[i]).state, RDVD_MSG_ACCEPTED);
		assert_string_equal(world_message(w, id[i]).gateway, "g1");
	}
	/* half a minute later one message tries the first; then it has them all again */
	world_wait(w, 15);
	world_letter(w, RDVD_MSG_ANSWER, 20, SOON);
	world_run(w);
	assert_int_equal(scripted[0].sent, 6);
	world_wait(w, 60);
	world_letter(w, RDVD_MSG_ANSWER, 21, SOON);
	world_letter(w, RDVD_MSG_ANSWER, 22, SOON);
	world_run(w);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 11);
	assert_true(scripted[0].sent >= 8);
}

/* What may have been taken is settled where its key is known, and nowhere else. */
static void test_spare_never_gets_unknown(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS | RDVD_GATEWAY_IDEMPOTENT, "usssa");
	world_gateway(w, RDVD_GATEWAY_SMS, "a")->spare = 1;
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_run(w);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_UNKNOWN);
	assert_string_equal(world_message(w, id).gateway, "g0");
	for (int i = 0; i < 3; i++) {
		world_letter(w, RDVD_MSG_ANSWER, 10 + i, SOON);
		world_wait(w, 13);
	}
	assert_int_equal(scripted[1].sent, 3); /* these went by the spare */
	for (int i = 0; i < 60; i++)
		world_wait(w, 60);
	assert_int_equal(scripted[1].sent, 3);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_ACCEPTED);
	assert_string_equal(world_message(w, id).gateway, "g0");
	for (int i = 0; i < scripted[1].sent; i++)
		assert_string_not_equal(scripted[1].log[i].id, scripted[0].log[0].id);
}

static void test_no_spare_while_the_first_is_only_busy(void **state)
{
	struct world *w = *state;

	world_gateway(w, RDVD_GATEWAY_SMS, "a")->rate_per_second = 1;
	world_gateway(w, RDVD_GATEWAY_SMS, "a")->spare = 1;
	world_start(w);
	for (int i = 0; i < 5; i++)
		world_letter(w, RDVD_MSG_ANSWER, i, SOON);
	for (int i = 0; i < 10; i++) {
		loop_run_once(w->loop, 1);
		outbox_nudge(w->outbox);
	}
	assert_int_equal(scripted[1].sent, 0);
	for (int i = 0; i < 10; i++) {
		world_now++;
		world_boot_ms += 1000;
		outbox_nudge(w->outbox);
		for (int j = 0; j < 30; j++)
			loop_run_once(w->loop, 1);
	}
	assert_int_equal(scripted[0].sent, 5);
	assert_int_equal(scripted[1].sent, 0);
}

/* ---- unknown ---- */

static void test_unknown_by_kind(void **state)
{
	static const struct {
		const char *label;
		unsigned capabilities;
		enum rdvd_message_kind kind;
		rdvd_time start;
		int sends; /* in a day, each without an answer */
	} cases[] = {
		{"answer", 0, RDVD_MSG_ANSWER, 0, 1},
		{"offer", 0, RDVD_MSG_OFFER, 0, 1},
		{"follow-up", 0, RDVD_MSG_FOLLOW_UP, 0, 1},
		{"confirmation", 0, RDVD_MSG_CONFIRMATION, SOON, 1},
		{"reminder, nobody will tell", 0, RDVD_MSG_REMINDER, T0 + 4 * HOUR, 1},
		{"reminder, hours before", RDVD_GATEWAY_RECEIPTS, RDVD_MSG_REMINDER,
		 T0 + 4 * HOUR, 2},
		{"reminder, soon", 0, RDVD_MSG_REMINDER, T0 + 3 * HOUR, 1},
		{"answer, same key", RDVD_GATEWAY_IDEMPOTENT, RDVD_MSG_ANSWER, 0, 9},
		{"reminder, same key", RDVD_GATEWAY_IDEMPOTENT, RDVD_MSG_REMINDER,
		 T0 + 4 * HOUR, 9},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world *w;
		rdvd_id id;
		int sends;

		world_teardown(state);
		world_setup(state);
		w = *state;
		world_gateway(w, RDVD_GATEWAY_SMS | cases[i].capabilities, "u");
		world_start(w);
		id = cases[i].start ? world_book(w, cases[i].kind, RDVD_CHANNEL_SMS,
						 cases[i].start, 0)
				    : world_letter(w, cases[i].kind, (int)i, SOON);
		world_run(w);
		for (int m = 0; m < 18; m++)
			world_wait(w, 600);
		sends = scripted[0].sent;
		if (cases[i].sends == 9 ? sends < 5 : sends != cases[i].sends)
			fail_msg("%s: sent %d times", cases[i].label, sends);
		assert_int_equal(world_message(w, id).state, RDVD_MSG_UNKNOWN);
		for (int n = 0; n < sends; n++)
			assert_string_equal(scripted[0].log[n].id, scripted[0].log[0].id);
	}
}

static void test_lookup(void **state)
{
	static const struct {
		const char *label, *script, *found;
		int sends, lookups;
		enum rdvd_message_state state;
	} cases[] = {
		{"found", "u", "a", 1, 1, RDVD_MSG_ACCEPTED},
		{"found delivered", "u", "d", 1, 1, RDVD_MSG_DELIVERED},
		{"found the second time", "u", "ua", 1, 2, RDVD_MSG_ACCEPTED},
		{"absent: sent", "ua", "n", 2, 1, RDVD_MSG_ACCEPTED},
		{"absent, then refused", "ux", "n", 2, 1, RDVD_MSG_FAILED},
		{"absent, tried again, absent", "ura", "n", 3, 2, RDVD_MSG_ACCEPTED},
		{"absent, lost again, found", "uu", "na", 2, 2, RDVD_MSG_ACCEPTED},
		{"never known", "u", "u", 1, 3, RDVD_MSG_UNKNOWN},
	};
	struct world *w = *state;

	world_gateway(w, RDVD_GATEWAY_SMS | RDVD_GATEWAY_LOOKUP, "u");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		rdvd_id id;

		scripted[0].sent = scripted[0].looked_up = 0;
		scripted[0].script = cases[i].script;
		scripted[0].found = cases[i].found;
		world_start(w);
		id = world_letter(w, RDVD_MSG_ANSWER, (int)i, world_now + DAY);
		world_run(w);
		world_wait(w, 59);
		assert_int_equal(scripted[0].looked_up, 0); /* not at once */
		for (int m = 0; m < 15; m++)
			world_wait(w, 60);
		if (scripted[0].sent != cases[i].sends ||
		    scripted[0].looked_up != cases[i].lookups ||
		    world_message(w, id).state != cases[i].state)
			fail_msg("%s: sent %d, asked %d, state %s", cases[i].label,
				 scripted[0].sent, scripted[0].looked_up,
				 rdvd_message_state_name(world_message(w, id).state));
		world_stop(w);
	}
}

/* ---- what a crash leaves ---- */

static void test_sweep(void **state)
{
	static const struct {
		const char *label;
		unsigned first, second;
		const char *turn;
		const char *gateway; /* whose it is; "" nobody's */
		int sends[2];
	} cases[] = {
		{"one gateway, plain", 0, 0, NULL, "g0", {0, 0}},
		{"one gateway, keys", RDVD_GATEWAY_IDEMPOTENT, 0, NULL, "g0", {1, 0}},
		{"the first's turn",
		 RDVD_GATEWAY_IDEMPOTENT,
		 RDVD_GATEWAY_SMS,
		 "g0",
		 "g0",
		 {1, 0}},
		{"the spare's turn",
		 0,
		 RDVD_GATEWAY_SMS | RDVD_GATEWAY_IDEMPOTENT,
		 "g1",
		 "g1",
		 {0, 1}},
		{"whose turn is not known",
		 RDVD_GATEWAY_IDEMPOTENT,
		 RDVD_GATEWAY_SMS | RDVD_GATEWAY_IDEMPOTENT,
		 NULL,
		 "",
		 {0, 0}},
		{"a gateway that is no more",
		 RDVD_GATEWAY_IDEMPOTENT,
		 RDVD_GATEWAY_SMS,
		 "gone",
		 "",
		 {0, 0}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world *w;
		rdvd_id id;

		world_teardown(state);
		world_setup(state);
		w = *state;
		world_gateway(w, RDVD_GATEWAY_SMS | cases[i].first, "a");
		if (cases[i].second)
			world_gateway(w, cases[i].second, "a")->spare = 1;
		id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
		assert_int_equal(world_claim_and_die(w, cases[i].turn), 1);
		world_start(w);
		struct seen m = world_message(w, id);
		assert_int_equal(m.state, RDVD_MSG_UNKNOWN);
		assert_string_equal(m.gateway, cases[i].gateway);
		for (int n = 0; n < 10; n++)
			world_wait(w, 60);
		if (scripted[0].sent != cases[i].sends[0] ||
		    scripted[1].sent != cases[i].sends[1])
			fail_msg("%s: %d and %d", cases[i].label, scripted[0].sent,
				 scripted[1].sent);
	}
}

static void test_quarantine(void **state)
{
	struct world *w = *state;
	rdvd_id id, other;

	world_gateway(w, RDVD_GATEWAY_SMS | RDVD_GATEWAY_IDEMPOTENT, "a");
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	for (int i = 1; i <= 3; i++) {
		assert_true(world_claim_and_die(w, NULL) >= 1);
		world_start(w);
		assert_int_equal(world_message(w, id).state,
				 i < 3 ? RDVD_MSG_UNKNOWN : RDVD_MSG_FAILED);
		world_stop(w);
		world_now += 60; /* its turn comes in the next run, which dies too */
		world_boot_ms += 60000;
		if (i == 2)
			other = world_letter(w, RDVD_MSG_ANSWER, 2, SOON);
	}
	assert_int_equal(world_message(w, other).state, RDVD_MSG_UNKNOWN);
	world_start(w);
	world_wait(w, 60);
	assert_int_equal(scripted[0].sent, 1); /* the other */
	assert_int_equal(world_message(w, other).state, RDVD_MSG_ACCEPTED);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_FAILED);
}

static void test_stop(void **state)
{
	struct world *w = *state;
	struct outbox_gateway *g = world_gateway(w, RDVD_GATEWAY_SMS, "a");
	int accepted, waiting;

	g->window = 64;
	g->connections = 3;
	world_start(w);
	for (int i = 0; i < 200; i++)
		world_letter(w, RDVD_MSG_ANSWER, i, SOON);
	for (int i = 0; i < 4; i++) {
		outbox_nudge(w->outbox);
		loop_run_once(w->loop, 1);
	}
	world_stop(w);
	accepted = world_count(w, RDVD_MSG_ACCEPTED);
	waiting = world_count(w, RDVD_MSG_SCHEDULED);
	assert_int_equal(accepted, scripted[0].sent);
	assert_int_equal(accepted + waiting, 200);
	world_start(w);
	world_wait(w, 2);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 200);
	assert_int_equal(scripted[0].sent, 200);
}

/* ---- brakes ---- */

static void test_room(void **state)
{
	struct world *w = *state;
	char path[128], text[400];
	struct stat st;

	world_gateway(w, RDVD_GATEWAY_SMS, "a");
	snprintf(path, sizeof path, "%s/rdvd.ballast", w->dir);
	world_start(w);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 1 << 20);
	assert_true(st.st_blocks * 512 >= 1 << 20);
	world_free = (64 << 20) - 1;
	world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_run(w);
	assert_int_equal(scripted[0].sent, 0);
	assert_int_equal(world_count(w, RDVD_MSG_SCHEDULED), 1);
	assert_int_equal(world_notices(w, "room", text), 1);
	world_free = 65 << 20;
	world_wait(w, 5);
	assert_int_equal(scripted[0].sent, 1);
}

static void test_clock(void **state)
{
	struct world *w = *state;

	world_gateway(w, RDVD_GATEWAY_SMS, "a");
	world_start(w);
	world_letter(w, RDVD_MSG_ANSWER, 1, T0 + 9 * DAY);
	world_now += 2 * DAY; /* and no time has passed */
	world_run(w);
	assert_int_equal(scripted[0].sent, 0);
	world_wait(w, 59);
	assert_int_equal(scripted[0].sent, 0);
	world_wait(w, 1);
	assert_int_equal(scripted[0].sent, 1);
	world_now -= DAY; /* back: nothing again, and nothing waits */
	world_letter(w, RDVD_MSG_ANSWER, 2, T0 + 9 * DAY);
	world_run(w);
	assert_int_equal(scripted[0].sent, 2);
	world_now += DAY;
	world_letter(w, RDVD_MSG_ANSWER, 3, T0 + 9 * DAY);
	world_run(w);
	assert_int_equal(scripted[0].sent, 2);
	outbox_hurry(w->outbox); /* somebody vouches for it */
	world_run(w);
	assert_int_equal(scripted[0].sent, 3);
}

/* ---- what could not leave in time ---- */

static void test_late(void **state)
{
	struct world *w = *state;
	char text[400];

	w->alerts_to = "team@example.org";
	struct outbox_gateway *g =
		world_gateway(w, RDVD_GATEWAY_SMS | RDVD_GATEWAY_EMAIL, "a");
	g->channels |= 1u << RDVD_CHANNEL_EMAIL;
	world_start(w);
	world_stop(w);
	for (int i = 0; i < 38; i++)
		world_letter_by(w, RDVD_CHANNEL_SMS, w->organisation, i, T0 + HOUR);
	world_letter_by(w, RDVD_CHANNEL_SMS, 0, 99, T0 + HOUR);
	world_now += 2 * HOUR; /* the daemon was down */
	world_boot_ms += 2 * HOUR * INT64_C(1000);
	world_start(w);
	assert_int_equal(world_count(w, RDVD_MSG_EXPIRED), 39);
	assert_int_equal(world_notices(w, "expired:0:", text), 1);
	assert_non_null(strstr(text, "Un message"));
	char key[64];
	snprintf(key, sizeof key, "expired:%lld:", (long long)w->organisation);
	assert_int_equal(world_notices(w, key, text), 1);
	assert_non_null(strstr(text, "38 messages"));
	world_run(w);
	assert_int_equal(scripted[0].sent, 2); /* the team, by e-mail, of both */
	assert_string_equal(scripted[0].log[0].to, "team@example.org");
	assert_non_null(strstr(scripted[0].log[0].text, "pas pu partir à temps"));
	assert_non_null(strstr(scripted[0].log[0].text, "https://rdv.example/equipe"));
	/* neither again, nor forgotten by a restart */
	world_stop(w);
	world_start(w);
	world_wait(w, HOUR);
	assert_int_equal(world_notices(w, "expired:", text), 2);
	assert_int_equal(scripted[0].sent, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_accepted),
		WORLD_TEST(test_receipts_url),
		WORLD_TEST(test_refused_and_credit),
		WORLD_TEST(test_senders_and_calendar),
		WORLD_TEST(test_retry),
		WORLD_TEST(test_breaker),
		WORLD_TEST(test_stopped),
		WORLD_TEST(test_throttled),
		WORLD_TEST(test_pace),
		WORLD_TEST(test_two_channels),
		WORLD_TEST(test_spare),
		WORLD_TEST(test_spare_never_gets_unknown),
		WORLD_TEST(test_no_spare_while_the_first_is_only_busy),
		WORLD_TEST(test_unknown_by_kind),
		WORLD_TEST(test_lookup),
		WORLD_TEST(test_sweep),
		WORLD_TEST(test_quarantine),
		WORLD_TEST(test_stop),
		WORLD_TEST(test_room),
		WORLD_TEST(test_clock),
		WORLD_TEST(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
