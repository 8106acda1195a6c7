/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_outbox_trouble.c - the dispatcher when several things go wrong at once: a death
 * during the sweep, a slow gateway beside a broken one, a disk that takes nothing, a team
 * that is written to about its own mail. */
#include "outbox_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message/parcel.h"

#define HOUR 3600
#define DAY 86400
#define SOON (T0 + DAY)

/* ---- what the disk takes ---- */

static int results_failing; /* so many are not taken */
static _Atomic int results_failed;

enum rdvd_rc __real_store_message_result(void *st, const struct rdvd_message_result *r);
enum rdvd_rc __wrap_store_message_result(void *st, const struct rdvd_message_result *r);

enum rdvd_rc __wrap_store_message_result(void *st, const struct rdvd_message_result *r)
{
	if (results_failed >= results_failing)
		return __real_store_message_result(st, r);
	results_failed++;
	return RDVD_FAILED;
}

static int has_ballast(const struct world *w)
{
	char path[128];

	snprintf(path, sizeof path, "%s/rdvd.ballast", w->dir);
	return access(path, F_OK) == 0;
}

/* What has left is written down in the end: the ballast gives way, nothing is claimed
 * before, and nothing leaves twice. */
static void test_ballast(void **state)
{
	struct world *w = *state;

	world_gateway(w, RDVD_GATEWAY_SMS, "a");
	world_start(w);
	assert_true(has_ballast(w));
	results_failed = 0;
	results_failing = 4;
	world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	outbox_nudge(w->outbox);
	for (int i = 0; i < 1000 && results_failed == 0; i++)
		loop_run_once(w->loop, 2);
	for (int i = 0; i < 20 && has_ballast(w); i++)
		loop_run_once(w->loop, 2);
	assert_false(has_ballast(w));
	world_letter(w, RDVD_MSG_ANSWER, 2, SOON);
	while (results_failed < results_failing)
		loop_run_once(w->loop, 100);
	world_run(w);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 2);
	assert_int_equal(scripted[0].sent, 2);
	/* laid down again a minute later, when there is room */
	assert_false(has_ballast(w));
	world_free = 65 << 20;
	world_wait(w, 59);
	world_letter(w, RDVD_MSG_ANSWER, 3, SOON);
	world_run(w);
	assert_false(has_ballast(w));
	world_wait(w, 1);
	world_letter(w, RDVD_MSG_ANSWER, 4, SOON);
	world_run(w);
	assert_true(has_ballast(w));
	results_failing = 0;
}

/* ---- a death in the wrong moment ---- */

/* What was found "sending" and when it is settled is written together: whoever dies in
 * between has lost nothing. */
static void test_sweep_settles_at_once(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS | RDVD_GATEWAY_IDEMPOTENT, "a");
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	assert_int_equal(world_claim_and_die(w, NULL), 1);
	w->stop_at_sweep = 1;
	world_start(w); /* the sweep is on its way to the store */
	struct seen m = world_message(w, id);
	assert_int_equal(m.state, RDVD_MSG_UNKNOWN);
	assert_in_range(m.due, T0 + 8, T0 + 12);
	assert_string_equal(m.gateway, "g0");
	world_wait(w, 13);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_ACCEPTED);
	assert_int_equal(scripted[0].sent, 1);
}

/* ---- a slow gateway ---- */

/* What has waited for long behind a slow one is judged again before it leaves. */
static void test_long_in_the_queue(void **state)
{
	struct world *w = *state;
	rdvd_id late;

	world_gateway(w, RDVD_GATEWAY_SMS, "wa")->window = 64;
	world_start(w);
	world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_letter(w, RDVD_MSG_ANSWER, 2, SOON);
	late = world_letter(w, RDVD_MSG_ANSWER, 3, T0 + 30); /* a code, say */
	world_run(w);
	assert_int_equal(scripted[0].sent, 1);
	assert_int_equal(world_count(w, RDVD_MSG_SCHEDULED), 1);
	for (int i = 0; i < 5; i++)
		world_wait(w, 1);
	assert_int_equal(scripted[0].sent, 2);
	assert_int_equal(world_message(w, late).state, RDVD_MSG_EXPIRED);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 2);
	assert_int_equal(outbox_counts(w->outbox)->sent, 2);
}

/* One slow channel does not keep another from its spare. */
static void test_turns_of_each_channel(void **state)
{
	struct world *w = *state;
	struct outbox_gateway *mail;
	int gate[2], slow, by_spare;

	assert_int_equal(pipe(gate), 0);
	world_gateway(w, RDVD_GATEWAY_SMS, "rrrrra");
	world_gateway(w, RDVD_GATEWAY_SMS, "a")->spare = 1;
	mail = world_gateway(w, RDVD_GATEWAY_EMAIL, "ga");
	mail->channels = 1u << RDVD_CHANNEL_EMAIL;
	mail->window = 64;
	scripted[2].gate = gate[0];
	world_start(w);
	world_letter_by(w, RDVD_CHANNEL_EMAIL, 0, 1, SOON);
	outbox_nudge(w->outbox);
	for (int i = 0; i < 1000 && scripted[2].sent == 0; i++)
		loop_run_once(w->loop, 2);
	for (int i = 0; i < 8; i++)
		world_letter(w, RDVD_MSG_ANSWER, i, SOON);
	for (int i = 0; i < 1000 && scripted[1].sent < 8; i++) {
		outbox_nudge(w->outbox);
		loop_run_once(w->loop, 2);
		if (i % 20 == 19 && world_now < T0 + 25) {
			world_now++;
			world_boot_ms += 1000;
		}
	}
	slow = scripted[2].sent;
	by_spare = scripted[1].sent;
	assert_int_equal(write(gate[1], "xx", 2), 2);
	assert_int_equal(scripted[0].sent, 5);
	assert_int_equal(by_spare, 8);
	assert_int_equal(slow, 1);
	world_run(w);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 9);
	close(gate[0]);
	close(gate[1]);
}

/* ---- a week ---- */

/* The reminder of a week speaks of what is to come, not of what has been, or was missed.
 */
static void test_week_to_come(void **state)
{
	struct world *w = *state;
	const char *text = scripted[0].log[2].text;

	world_gateway(w, RDVD_GATEWAY_SMS, "a");
	world_start(w);
	world_book(w, RDVD_MSG_CONFIRMATION, RDVD_CHANNEL_SMS, T0 + HOUR, 0);
	world_run(w);
	world_wait(w, 2 * HOUR);
	world_book(w, RDVD_MSG_CONFIRMATION, RDVD_CHANNEL_SMS, T0 + 4 * DAY, 0);
	world_run(w);
	world_book(w, RDVD_MSG_REMINDER, RDVD_CHANNEL_SMS, T0 + 3 * DAY, 0);
	world_run(w);
	assert_int_equal(scripted[0].sent, 3);
	assert_non_null(strstr(text, "27"));
	assert_non_null(strstr(text, "28"));
	assert_null(strstr(text, "24"));
}

/* ---- once ---- */

/* --once ends when nothing is due any more: not at the first claim that gives nothing. */
static void test_once_sends_what_is_due(void **state)
{
	struct world *w = *state;
	struct outbox_gateway *g = world_gateway(w, RDVD_GATEWAY_SMS, "a");
	struct store_counts n;

	g->rate_per_second = 5;
	world_start(w);
	world_stop(w);
	for (int i = 0; i < 100; i++)
		world_letter(w, RDVD_MSG_ANSWER, i, T0 + 10);
	world_now += 20;
	world_boot_ms += 20000;
	world_letter(w, RDVD_MSG_ANSWER, 200, SOON);
	w->stop_at_sweep = 1;
	world_start(w);
	do {
		loop_run_once(w->loop, 10);
		n = store_counts(w->store);
	} while (!outbox_is_idle(w->outbox) || n.waiting_writes || n.waiting_reads);
	assert_int_equal(world_count(w, RDVD_MSG_EXPIRED), 100);
	assert_int_equal(scripted[0].sent, 1);
}

/* ---- what the team is told ---- */

/* The mail about the only mail server is not put in its own queue; once mended it would
 * be false. */
static void test_no_mail_about_the_mail(void **state)
{
	struct world *w = *state;
	struct outbox_gateway *mail;
	char text[400];

	w->alerts_to = "team@example.org";
	mail = world_gateway(w, RDVD_GATEWAY_EMAIL, "rrrrrrrra");
	mail->channels = 1u << RDVD_CHANNEL_EMAIL;
	world_start(w);
	for (int i = 0; i < 5; i++)
		world_letter_by(w, RDVD_CHANNEL_EMAIL, 0, i, T0 + 9 * DAY);
	for (int i = 0; i < 200; i++)
		world_wait(w, 60);
	assert_int_equal(world_notices(w, "gateway:g0:open", text), 1);
	assert_int_equal(world_count(w, RDVD_MSG_ACCEPTED), 5);
	for (int i = 0; i < scripted[0].sent; i++)
		assert_string_not_equal(scripted[0].log[i].to, "team@example.org");
}

/* Of one long outage they hear once, not at each try. */
static void test_an_outage_is_told_once(void **state)
{
	struct world *w = *state;
	struct outbox_gateway *mail;

	w->alerts_to = "team@example.org";
	world_gateway(w, RDVD_GATEWAY_SMS, "r");
	mail = world_gateway(w, RDVD_GATEWAY_EMAIL, "a");
	mail->channels = 1u << RDVD_CHANNEL_EMAIL;
	world_start(w);
	for (int i = 0; i < 5; i++)
		world_letter(w, RDVD_MSG_ANSWER, i, T0 + 9 * DAY);
	for (int i = 0; i < 30; i++)
		world_wait(w, 900);
	assert_true(scripted[0].sent > 20);
	assert_int_equal(scripted[1].sent, 1);
}

/* A mail to the team that did not leave in time is nobody's missed message. */
static void test_late_mail_to_the_team(void **state)
{
	struct world *w = *state;
	struct outbox_gateway *mail;
	char text[400];

	w->alerts_to = "team@example.org";
	world_gateway(w, RDVD_GATEWAY_SMS, "s");
	mail = world_gateway(w, RDVD_GATEWAY_EMAIL, "s");
	mail->channels = 1u << RDVD_CHANNEL_EMAIL;
	world_start(w);
	world_letter(w, RDVD_MSG_ANSWER, 1, T0 + 9 * DAY);
	world_run(w);
	for (int i = 0; i < 60; i++)
		world_wait(w, 1800);
	assert_int_equal(world_count(w, RDVD_MSG_EXPIRED), 1);
	assert_int_equal(world_notices(w, "expired:", text), 0);
}

/* ---- what providers ask for ---- */

/* A day of waiting is not obeyed: it would be the end of the message. */
static void test_retry_after_for_ever(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS, "ra");
	scripted[0].retry_after_s = 40 * DAY;
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, SOON);
	world_run(w);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_RETRY_WAIT);
	assert_int_equal(world_message(w, id).due, T0 + HOUR);
	world_wait(w, HOUR);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_ACCEPTED);
}

/* Who asks for a long pause is passed over for the spare, and has them again after it. */
static void test_a_long_pause(void **state)
{
	struct world *w = *state;
	rdvd_id id;

	world_gateway(w, RDVD_GATEWAY_SMS, "ta");
	world_gateway(w, RDVD_GATEWAY_SMS, "a")->spare = 1;
	scripted[0].retry_after_s = 600;
	world_start(w);
	id = world_letter(w, RDVD_MSG_ANSWER, 1, T0 + 300);
	world_letter(w, RDVD_MSG_ANSWER, 2, T0 + 300);
	world_run(w);
	world_wait(w, 13);
	assert_int_equal(scripted[0].sent, 1);
	assert_int_equal(scripted[1].sent, 2);
	assert_int_equal(world_message(w, id).state, RDVD_MSG_ACCEPTED);
	world_wait(w, 600);
	world_letter(w, RDVD_MSG_ANSWER, 3, SOON);
	world_run(w);
	assert_int_equal(scripted[0].sent, 2);
	assert_int_equal(scripted[1].sent, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_ballast),
		WORLD_TEST(test_sweep_settles_at_once),
		WORLD_TEST(test_long_in_the_queue),
		WORLD_TEST(test_turns_of_each_channel),
		WORLD_TEST(test_week_to_come),
		WORLD_TEST(test_once_sends_what_is_due),
		WORLD_TEST(test_no_mail_about_the_mail),
		WORLD_TEST(test_an_outage_is_told_once),
		WORLD_TEST(test_late_mail_to_the_team),
		WORLD_TEST(test_retry_after_for_ever),
		WORLD_TEST(test_a_long_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
