/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox_fixture.h - a real store, gateways that do what a script says, and a clock of
 * the test's: the wall, the monotonic one and the time since boot stand still until the
 * test moves them. */
#ifndef TESTS_UNIT_OUTBOX_FIXTURE_H
#define TESTS_UNIT_OUTBOX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/loop.h"
#include "base/plugin.h"
#include "message/outbox.h"
#include "store/store.h"

#define T0 ((rdvd_time)1774344600) /* Tuesday 24 March 2026, 10:30 in Paris */
#define SENT_MAX 4096
#define GATEWAYS_MAX 3

/* One scripted gateway. script is read a letter a message: a accepted, r retry, x
 * refused, u unknown, t throttled, s stopped, w accepted after 40 seconds of everybody's
 * clocks, g accepted once a byte comes through the gate; past its end the last letter
 * again. */
struct scripted {
	unsigned capabilities;
	const char *script;
	const char *found; /* of look-ups: a accepted, d delivered, n absent, u unknown */
	int retry_after_s;
	double credit;	  /* 0 not told */
	int gate;	  /* a pipe's end to read from */
	_Atomic int sent; /* calls of send */
	_Atomic int looked_up;
	struct sent {
		char id[32], to[32], from[32], text[400], receipts_url[200];
		char calendar_method[16];
		int attempt, answerable;
		rdvd_time deadline;
	} log[SENT_MAX];
};
extern struct scripted scripted[GATEWAYS_MAX]; /* named g0, g1, g2 */

struct world {
	char dir[64];
	struct loop *loop;
	struct plugin *store_plugin, *plugins[GATEWAYS_MAX];
	struct store *store;
	struct texts *texts;
	struct territory *territory;
	rdvd_id service, site, counsellor, organisation;
	struct outbox_gateway gateways[GATEWAYS_MAX];
	size_t ngateways;
	struct outbox *outbox;
	const char *alerts_to;
	int stop_at_sweep; /* world_start: only until the sweep is on its way */
	uint64_t next;
};

int world_setup(void **state);
int world_teardown(void **state);
#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* Add a gateway; before world_start. */
struct outbox_gateway *world_gateway(struct world *w, unsigned capabilities,
				     const char *script);
void world_start(struct world *w);
/* End the outbox as a graceful stop does. */
void world_stop(struct world *w);
/* Let the loop run until nothing is due or under way. */
void world_run(struct world *w);
/* The clocks go on by so many seconds, and everything runs. */
void world_wait(struct world *w, int seconds);
extern _Atomic rdvd_time world_now;   /* the wall clock */
extern _Atomic int64_t world_boot_ms; /* the others */
extern _Atomic uint64_t world_free;   /* bytes left on the disk */

/* Write a letter by SMS to number n, due now. */
rdvd_id world_letter(struct world *w, enum rdvd_message_kind kind, int n,
		     rdvd_time deadline);
rdvd_id world_letter_by(struct world *w, enum rdvd_channel channel, rdvd_id organisation,
			int n, rdvd_time deadline);
/* Book an appointment at start that owes one message of that kind now. */
rdvd_id world_book(struct world *w, enum rdvd_message_kind kind,
		   enum rdvd_channel channel, rdvd_time start, int discreet);

struct seen {
	enum rdvd_message_state state;
	int attempts;
	rdvd_time due;
	char gateway[32], note[200], provider_id[128];
};
/* A message as the store has it. */
struct seen world_message(struct world *w, rdvd_id id);
/* How many messages are in a state. */
int world_count(struct world *w, enum rdvd_message_state state);
/* How many notices there are with a key that begins so; text gets the last one's. */
int world_notices(struct world *w, const char *key, char text[400]);
/* What a daemon does that dies between the claim and the result; mark: whose turn it
 * was, 0 not said. */
size_t world_claim_and_die(struct world *w, const char *turn_of);
/* Run something in the store's writer, and wait. */
enum rdvd_rc world_act(struct world *w,
		       enum rdvd_rc (*f)(const struct rdvd_store_ops *ops, void *st,
					 void *arg),
		       void *arg);

#endif
