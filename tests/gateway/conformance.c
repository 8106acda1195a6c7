/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conformance.c - the contract of include/rdvd/gateway.h as tests: what was accepted
 * has arrived whole, what failed for certain has not, and an idempotent gateway
 * delivers a message id once whatever is repeated, killed or started again in between. */
#include "conformance.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "rdvd/gateway.h"

#define NUMBER "+33612345678"
#define MAILBOX "lea@exemple.fr"

static const struct gateway_fixture *fixture;

struct under_test {
	struct plugin *plugin;
	const struct rdvd_gateway_ops *ops;
	void *gw;
};

static void start(struct under_test *u)
{
	u->plugin = plugin_load(fixture->module_dir, fixture->name, RDVD_KIND_GATEWAY,
				fixture->settings, fixture->nsettings, fixture->dir);
	assert_non_null(u->plugin);
	u->ops = plugin_description(u->plugin)->ops;
	u->gw = NULL;
	assert_int_equal(u->ops->open(plugin_host(u->plugin), &u->gw), RDVD_OK);
}

static void stop(struct under_test *u)
{
	u->ops->close(u->gw);
	plugin_free(u->plugin);
}

static int setup(void **state)
{
	struct under_test *u = xcalloc(1, sizeof *u);

	clock_freeze(1795334400); /* 2026-11-22T08:00:00Z */
	start(u);
	*state = u;
	return 0;
}

static int teardown(void **state)
{
	stop(*state);
	free(*state);
	return 0;
}

static struct rdvd_message message(const char *id, enum rdvd_channel channel,
				   const char *text)
{
	int email = channel == RDVD_CHANNEL_EMAIL;

	return (struct rdvd_message){
		.id = id,
		.attempt = 1,
		.channel = channel,
		.to = email ? MAILBOX : NUMBER,
		.from = email ? "CLLAJ <rdv@exemple.fr>" : "CLLAJ62",
		.subject = email ? "Votre rendez-vous du mardi 3 mars à 14 h" : NULL,
		.text = text,
		.deadline = clock_now() + 86400,
		.timeout_ms = 5000,
	};
}

static enum rdvd_sent send_once(const struct under_test *u, const struct rdvd_message *m,
				struct rdvd_receipt *receipt)
{
	memset(receipt, 0, sizeof *receipt);
	return u->ops->send(u->gw, m, receipt);
}

static void expect_text(const char *id, const char *text)
{
	struct buf b = BUF_INIT;

	fixture->text(id, &b);
	assert_string_equal(buf_str(&b), text);
	buf_fini(&b);
}

/* A channel that the gateway has, SMS first. */
static enum rdvd_channel a_channel(const struct under_test *u)
{
	return u->ops->capabilities(u->gw) & RDVD_GATEWAY_SMS ? RDVD_CHANNEL_SMS
							      : RDVD_CHANNEL_EMAIL;
}

static void test_declares_a_channel(void **state)
{
	const struct under_test *u = *state;

	assert_true(u->ops->capabilities(u->gw) &
		    (RDVD_GATEWAY_SMS | RDVD_GATEWAY_EMAIL));
}

static void test_accepted_arrives_whole(void **state)
{
	static const struct {
		const char *id;
		enum rdvd_channel channel;
		const char *text;
	} cases[] = {
		{"1", RDVD_CHANNEL_SMS, "C'est noté : rendez-vous mardi 3 mars à 14 h"},
		{"2", RDVD_CHANNEL_SMS, "Été, Évin-Malmaison, 12 € [~] et ça ôte ☺"},
		{"3", RDVD_CHANNEL_EMAIL,
		 "Bonjour Léa,\n\nQuand : mardi 3 mars\n\nÀ bientôt"},
		{"4", RDVD_CHANNEL_EMAIL, "Subject: un\n\n.\nFrom moi\n.."},
	};
	const struct under_test *u = *state;
	unsigned can = u->ops->capabilities(u->gw);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rdvd_message m =
			message(cases[i].id, cases[i].channel, cases[i].text);
		struct rdvd_receipt r;

		if (!(can & (m.subject ? RDVD_GATEWAY_EMAIL : RDVD_GATEWAY_SMS)))
			continue;
		assert_int_equal(send_once(u, &m, &r), RDVD_SENT_ACCEPTED);
		assert_int_equal(fixture->arrived(m.id), 1);
		expect_text(m.id, m.text);
		/* The provider's name for it goes into logs. */
		assert_null(strstr(r.provider_id, m.to));
		assert_null(strstr(r.note, m.to));
	}
}

static void test_same_text_is_not_same_message(void **state)
{
	const struct under_test *u = *state;
	struct rdvd_message a = message("10", a_channel(u), "Rappel"), b = a;
	struct rdvd_receipt r;

	b.id = "11";
	assert_int_equal(send_once(u, &a, &r), RDVD_SENT_ACCEPTED);
	assert_int_equal(send_once(u, &b, &r), RDVD_SENT_ACCEPTED);
	assert_int_equal(fixture->arrived("10"), 1);
	assert_int_equal(fixture->arrived("11"), 1);
}

static void test_same_id_arrives_once(void **state)
{
	struct under_test *u = *state;
	struct rdvd_message m = message("20", a_channel(u), "Rappel");
	struct rdvd_receipt r;

	assert_int_equal(send_once(u, &m, &r), RDVD_SENT_ACCEPTED);
	assert_int_equal(send_once(u, &m, &r), RDVD_SENT_ACCEPTED);
	m.attempt = 2;
	clock_freeze(clock_now() + 600);
	assert_int_equal(send_once(u, &m, &r), RDVD_SENT_ACCEPTED);
	stop(u);
	start(u);
	assert_int_equal(send_once(u, &m, &r), RDVD_SENT_ACCEPTED);
	assert_int_equal(fixture->arrived("20"), 1);
}

/* Nothing that a person or a configuration wrote changes where a message goes or what
 * stands above it. */
static void test_awkward_values(void **state)
{
	static const char *const ids[] = {"30/../../x", ".30",	 "30 b",
					  "30\n31",	"30%2F", "é30"};
	const struct under_test *u = *state;
	struct rdvd_receipt r;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct rdvd_message m = message(ids[i], a_channel(u), "Rappel");
		enum rdvd_sent sent;

		m.from = "CLLAJ62\nTo: +33600000000";
		sent = send_once(u, &m, &r);
		assert_true(sent == RDVD_SENT_ACCEPTED || sent == RDVD_SENT_REFUSED);
		assert_int_equal(fixture->arrived(ids[i]), sent == RDVD_SENT_ACCEPTED);
		if (sent == RDVD_SENT_ACCEPTED)
			expect_text(ids[i], "Rappel");
		else
			assert_true(r.note[0] != '\0');
	}
}

static void test_failed_for_certain_is_retried(void **state)
{
	const struct under_test *u = *state;
	struct rdvd_message m =
		message("40", a_channel(u), "Rappel : mardi 3 mars à 14 h");
	struct rdvd_receipt r;

	fixture->spoil();
	assert_int_equal(send_once(u, &m, &r), RDVD_SENT_RETRY);
	fixture->mend();
	assert_int_equal(fixture->arrived("40"), 0);
	assert_true(r.note[0] != '\0');
	assert_null(strstr(r.note, m.to));
	assert_null(strstr(r.note, "mardi"));
	assert_true(r.retry_after_s >= 0);
	m.attempt = 2;
	assert_int_equal(send_once(u, &m, &r), RDVD_SENT_ACCEPTED);
	assert_int_equal(fixture->arrived("40"), 1);
	expect_text("40", m.text);
}

/* In a child: send ids base..base+n, one byte to fd after each. */
static void child_sends(int base, int n, int fd, int gate)
{
	struct under_test own;
	char closed;

	/* A handle is one thread's: a child's is its own. All are open before one sends,
	 * as in the daemon: the gate is then closed. */
	start(&own);
	if (gate >= 0 && (write(fd, "o", 1) != 1 || read(gate, &closed, 1) != 0))
		_exit(1);
	for (int i = 0; i < n; i++) {
		char id[16];
		struct rdvd_message m;
		struct rdvd_receipt r;

		snprintf(id, sizeof id, "%d", base + i);
		m = message(id, a_channel(&own), "Rappel");
		if (send_once(&own, &m, &r) != RDVD_SENT_ACCEPTED ||
		    write(fd, ".", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static void test_many_at_once(void **state)
{
	enum { CHILDREN = 4, MESSAGES = 25 };
	pid_t children[CHILDREN];
	int sink[2], gate[2];
	char opened;

	assert_int_equal(pipe(sink), 0);
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			close(gate[1]);
			child_sends(5000, MESSAGES, sink[1], gate[0]);
		}
	}
	for (int i = 0; i < CHILDREN; i++)
		assert_int_equal(read(sink[0], &opened, 1), 1);
	close(gate[1]);
	close(gate[0]);
	for (int i = 0; i < CHILDREN; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	close(sink[0]);
	close(sink[1]);
	for (int i = 0; i < MESSAGES; i++) {
		char id[16];

		snprintf(id, sizeof id, "%d", 5000 + i);
		assert_int_equal(fixture->arrived(id), 1);
		expect_text(id, "Rappel");
	}
}

/* kill -9 after the n-th answer, wherever that finds the next message; then all again. */
static void test_killed_and_repeated(void **state)
{
	enum { ROUNDS = 8, MESSAGES = 12 };
	const struct under_test *u = *state;

	for (int round = 0; round < ROUNDS; round++) {
		int base = 6000 + round * 100, answered[2], status;
		char dots[MESSAGES];
		pid_t child;

		assert_int_equal(pipe(answered), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			child_sends(base, MESSAGES, answered[1], -1);
		assert_int_equal(read(answered[0], dots, 1), 1);
		for (int i = 0; i < round; i++)
			assert_int_equal(read(answered[0], dots, 1), 1);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		close(answered[0]);
		close(answered[1]);
		for (int i = 0; i < MESSAGES; i++) {
			char id[16];
			struct rdvd_message m;
			struct rdvd_receipt r;

			snprintf(id, sizeof id, "%d", base + i);
			/* What was answered is there. */
			if (i <= round)
				assert_int_equal(fixture->arrived(id), 1);
			m = message(id, a_channel(u), "Rappel");
			m.attempt = 2;
			assert_int_equal(send_once(u, &m, &r), RDVD_SENT_ACCEPTED);
			assert_int_equal(fixture->arrived(id), 1);
			expect_text(id, "Rappel");
		}
	}
}

int gateway_conformance(const struct gateway_fixture *f)
{
	static const struct CMUnitTest all[] = {
		cmocka_unit_test_setup_teardown(test_declares_a_channel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_accepted_arrives_whole, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_same_text_is_not_same_message, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_awkward_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failed_for_certain_is_retried, setup,
						teardown),
	};
	static const struct CMUnitTest idempotent[] = {
		cmocka_unit_test_setup_teardown(test_same_id_arrives_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_many_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_and_repeated, setup,
						teardown),
	};
	struct under_test u;
	int failed, is_idempotent;

	fixture = f;
	start(&u);
	is_idempotent = (u.ops->capabilities(u.gw) & RDVD_GATEWAY_IDEMPOTENT) != 0;
	stop(&u);
	failed = _cmocka_run_group_tests(f->name, all, ARRAY_SIZE(all), NULL, NULL);
	if (is_idempotent)
		failed += _cmocka_run_group_tests(f->name, idempotent,
						  ARRAY_SIZE(idempotent), NULL, NULL);
	return failed;
}
