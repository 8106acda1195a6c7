/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receipts.c - what providers tell of messages: every word in every state, words that
 * come too early, twice, under another name or of nothing we sent, and what they say of a
 * number. */
#include <stdlib.h>

#include "world.h"

#define NUMBER "+33700000001"

static struct rdvd_event word(rdvd_id message, const char *provider_id,
			      enum rdvd_delivery delivery, rdvd_time at)
{
	static char id[8][32], key[8][32];
	static int turn;

	turn++;
	snprintf(id[turn % 8], sizeof(id[0]), "rdvd-%lld", (long long)message);
	snprintf(key[turn % 8], sizeof(key[0]), "event-%d", turn);
	return (struct rdvd_event){.kind = RDVD_EVENT_RECEIPT,
				   .key = key[turn % 8],
				   .at = at,
				   .note = "so says the provider",
				   .message_id = message ? id[turn % 8] : "",
				   .provider_id = provider_id,
				   .delivery = delivery};
}

/* Whether it was told before. */
static int tell(struct world *w, const struct rdvd_event *e, rdvd_time now)
{
	int known = -1;

	assert_int_equal(
		ACT(w, receipt_put(w->st, "gw", e, "{\"raw\":1}", 9, now, &known)),
		RDVD_OK);
	assert_true(known == 0 || known == 1);
	return known;
}

static enum rdvd_rc ended(struct world *w, rdvd_id id, int attempt,
			  enum rdvd_message_state state, rdvd_time due,
			  const char *provider_id, rdvd_time now)
{
	struct rdvd_message_result r = {.id = id,
					.attempt = attempt,
					.state = state,
					.due = due,
					.to = NUMBER,
					.text = "Bonjour",
					.segments = 1,
					.provider_id = provider_id,
					.note = "",
					.gateway = "gw",
					.now = now};

	return ACT(w, message_result(w->st, &r));
}

/* A letter that is being sent. */
static rdvd_id sending(struct world *w, rdvd_time now)
{
	struct rdvd_letter l = world_letter(NUMBER, "Bonjour", now);
	struct given g;

	l.deadline = now + 30 * DAY;
	world_put_letter(w, &l);
	g = world_claim(w, now, 1);
	assert_int_equal(g.n, 1);
	return g.ids[0];
}

/* A letter that was tried once and stands in that state. */
static rdvd_id standing(struct world *w, enum rdvd_message_state state, rdvd_time now)
{
	rdvd_id id = sending(w, now);
	struct given g;

	if (state == RDVD_MSG_SENDING)
		return id;
	if (state == RDVD_MSG_SCHEDULED) { /* tried, then put back untried */
		assert_int_equal(ended(w, id, 1, RDVD_MSG_RETRY_WAIT, now, "", now),
				 RDVD_OK);
		g = world_claim(w, now, 1);
		assert_int_equal(g.ids[0], id);
		assert_int_equal(ended(w, id, 2, state, now + 20 * DAY, "", now),
				 RDVD_OK);
	} else {
		assert_int_equal(ended(w, id, 1, state, now + 20 * DAY, "", now),
				 RDVD_OK);
	}
	assert_int_equal(world_state(w, id), state);
	return id;
}

static const struct {
	enum rdvd_message_state from;
	/* by enum rdvd_delivery: accepted, failed, bad number, delivered */
	enum rdvd_message_state to[RDVD_DELIVERY_DELIVERED];
} meanings[] = {
	{RDVD_MSG_SCHEDULED,
	 {RDVD_MSG_ACCEPTED, RDVD_MSG_SCHEDULED, RDVD_MSG_UNDELIVERED,
	  RDVD_MSG_DELIVERED}},
	{RDVD_MSG_SENDING, /* waits for the result */
	 {RDVD_MSG_SENDING, RDVD_MSG_SENDING, RDVD_MSG_SENDING, RDVD_MSG_SENDING}},
	{RDVD_MSG_ACCEPTED,
	 {RDVD_MSG_ACCEPTED, RDVD_MSG_UNDELIVERED, RDVD_MSG_UNDELIVERED,
	  RDVD_MSG_DELIVERED}},
	{RDVD_MSG_DELIVERED,
	 {RDVD_MSG_DELIVERED, RDVD_MSG_DELIVERED, RDVD_MSG_DELIVERED,
	  RDVD_MSG_DELIVERED}},
	{RDVD_MSG_UNDELIVERED,
	 {RDVD_MSG_UNDELIVERED, RDVD_MSG_UNDELIVERED, RDVD_MSG_UNDELIVERED,
	  RDVD_MSG_DELIVERED}},
	{RDVD_MSG_RETRY_WAIT,
	 {RDVD_MSG_ACCEPTED, RDVD_MSG_RETRY_WAIT, RDVD_MSG_UNDELIVERED,
	  RDVD_MSG_DELIVERED}},
	{RDVD_MSG_UNKNOWN,
	 {RDVD_MSG_ACCEPTED, RDVD_MSG_UNDELIVERED, RDVD_MSG_UNDELIVERED,
	  RDVD_MSG_DELIVERED}},
	{RDVD_MSG_FAILED,
	 {RDVD_MSG_FAILED, RDVD_MSG_FAILED, RDVD_MSG_FAILED, RDVD_MSG_DELIVERED}},
	{RDVD_MSG_EXPIRED,
	 {RDVD_MSG_ACCEPTED, RDVD_MSG_EXPIRED, RDVD_MSG_EXPIRED, RDVD_MSG_DELIVERED}},
	{RDVD_MSG_SUPERSEDED,
	 {RDVD_MSG_ACCEPTED, RDVD_MSG_SUPERSEDED, RDVD_MSG_SUPERSEDED,
	  RDVD_MSG_DELIVERED}},
	{RDVD_MSG_SUPPRESSED,
	 {RDVD_MSG_ACCEPTED, RDVD_MSG_SUPPRESSED, RDVD_MSG_SUPPRESSED,
	  RDVD_MSG_DELIVERED}},
};

static void test_every_word_in_every_state(void **state)
{
	struct world *w = *state;

	assert_int_equal(sizeof(meanings) / sizeof(meanings[0]), RDVD_MSG_SUPPRESSED);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		for (int d = RDVD_DELIVERY_ACCEPTED; d <= RDVD_DELIVERY_DELIVERED; d++) {
			rdvd_id id = standing(w, meanings[i].from, T0);
			struct rdvd_event e =
				word(id, "p-7", (enum rdvd_delivery)d, T0 + 1);
			enum rdvd_message_state to;

			assert_int_equal(tell(w, &e, T0 + 2), 0);
			to = world_state(w, id);
			if (to != meanings[i].to[d - 1])
				fail_msg("%s, told %d: became %s, not %s",
					 rdvd_message_state_name(meanings[i].from), d,
					 rdvd_message_state_name(to),
					 rdvd_message_state_name(meanings[i].to[d - 1]));
		}
	/* What has left, or was given up, does not go again. */
	world_assert_counts(w);
	for (struct given g = world_claim(w, T0 + 21 * DAY, 32); g.n;
	     g = world_claim(w, T0 + 21 * DAY, 32))
		for (int i = 0; i < g.n; i++)
			assert_int_equal(ended(w, g.ids[i], g.rows[i].attempts,
					       RDVD_MSG_FAILED, 0, "", T0 + 21 * DAY),
					 RDVD_OK);
	assert_int_equal(world_messages(w, 0, RDVD_MSG_SCHEDULED), 0);
	assert_int_equal(world_messages(w, 0, RDVD_MSG_RETRY_WAIT), 0);
	/* failed: 3 stayed so, 2 that still waited went again */
	assert_int_equal(world_messages(w, 0, RDVD_MSG_FAILED), 3 + 2);
	world_assert_counts(w);
}

struct seen {
	rdvd_time sent_at, delivered_at;
	char note[64], gateway[16], provider_id[16];
	int segments;
};

static int look(void *arg, const struct rdvd_message_row *m,
		const struct rdvd_appointment *a)
{
	struct seen *s = arg;

	*s = (struct seen){.sent_at = m->sent_at,
			   .delivered_at = m->delivered_at,
			   .segments = m->segments};
	snprintf(s->note, sizeof(s->note), "%s", m->note);
	snprintf(s->gateway, sizeof(s->gateway), "%s", m->gateway);
	snprintf(s->provider_id, sizeof(s->provider_id), "%s", m->provider_id);
	return 1;
}

static struct seen row(struct world *w, rdvd_id id)
{
	struct rdvd_message_filter f = {.after = id - 1, .limit = 1};
	struct seen s = {.sent_at = -1};

	assert_int_equal(w->ops->message_each(w->st, &f, look, &s), RDVD_OK);
	return s;
}

static void test_what_a_receipt_leaves(void **state)
{
	struct world *w = *state;
	rdvd_id id = sending(w, T0);
	struct rdvd_event e;
	struct seen s;

	assert_int_equal(ended(w, id, 1, RDVD_MSG_ACCEPTED, 0, "p-1", T0 + 1), RDVD_OK);
	s = row(w, id);
	assert_int_equal(s.sent_at, T0 + 1);
	assert_int_equal(s.delivered_at, 0);
	assert_int_equal(s.segments, 1);
	assert_string_equal(s.gateway, "gw");
	e = word(0, "p-1", RDVD_DELIVERY_DELIVERED, T0 + 60); /* by the provider's name */
	assert_int_equal(tell(w, &e, T0 + 90), 0);
	s = row(w, id);
	assert_int_equal(s.sent_at, T0 + 1);
	assert_int_equal(s.delivered_at, T0 + 60);
	assert_string_equal(s.note, "so says the provider");
	/* A clock that runs ahead does not make it arrive in the future; an unknown
	 * send is dated by what is known. */
	id = standing(w, RDVD_MSG_UNKNOWN, T0 + 100);
	e = word(id, "p-2", RDVD_DELIVERY_DELIVERED, T0 + DAY);
	assert_int_equal(tell(w, &e, T0 + 200), 0);
	s = row(w, id);
	assert_int_equal(s.sent_at, T0 + 200);
	assert_int_equal(s.delivered_at, T0 + 200);
	assert_string_equal(s.provider_id, "p-2");
	world_assert_counts(w);
}

static void test_told_twice(void **state)
{
	struct world *w = *state;
	rdvd_id id = standing(w, RDVD_MSG_ACCEPTED, T0);
	struct rdvd_event e = word(id, "p-1", RDVD_DELIVERY_FAILED, T0 + 1);

	assert_int_equal(tell(w, &e, T0 + 2), 0);
	assert_int_equal(tell(w, &e, T0 + 3), 1);
	e.key = ""; /* without a name: what it says is its name */
	assert_int_equal(tell(w, &e, T0 + 3), 0);
	assert_int_equal(tell(w, &e, T0 + 4), 1);
	e.at++;
	assert_int_equal(tell(w, &e, T0 + 4), 0);
	assert_int_equal(world_state(w, id), RDVD_MSG_UNDELIVERED);
	world_assert_counts(w);
}

/* A provider that is quicker than the answer to the send. */
static void test_too_early(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *what;
		int by_ours; /* else by the provider's name */
		enum rdvd_delivery told;
		enum rdvd_message_state result, becomes;
	} cases[] = {
		{"accepted, delivered", 1, RDVD_DELIVERY_DELIVERED, RDVD_MSG_ACCEPTED,
		 RDVD_MSG_DELIVERED},
		{"accepted, delivered", 0, RDVD_DELIVERY_DELIVERED, RDVD_MSG_ACCEPTED,
		 RDVD_MSG_DELIVERED},
		{"accepted, failed", 0, RDVD_DELIVERY_FAILED, RDVD_MSG_ACCEPTED,
		 RDVD_MSG_UNDELIVERED},
		{"no answer, accepted", 1, RDVD_DELIVERY_ACCEPTED, RDVD_MSG_UNKNOWN,
		 RDVD_MSG_ACCEPTED},
		{"to be tried again, delivered", 1, RDVD_DELIVERY_DELIVERED,
		 RDVD_MSG_RETRY_WAIT, RDVD_MSG_DELIVERED},
		{"refused, failed", 1, RDVD_DELIVERY_FAILED, RDVD_MSG_FAILED,
		 RDVD_MSG_FAILED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rdvd_id id = sending(w, T0);
		char name[16];
		struct rdvd_event e;

		snprintf(name, sizeof(name), "p-%zu", i);
		e = word(cases[i].by_ours ? id : 0, cases[i].by_ours ? "" : name,
			 cases[i].told, T0);
		assert_int_equal(tell(w, &e, T0), 0);
		assert_int_equal(world_state(w, id), RDVD_MSG_SENDING);
		assert_int_equal(ended(w, id, 1, cases[i].result, T0 + DAY, name, T0 + 1),
				 RDVD_OK);
		if (world_state(w, id) != cases[i].becomes)
			fail_msg("%s: became %s", cases[i].what,
				 rdvd_message_state_name(world_state(w, id)));
	}
	world_assert_counts(w);
}

/* The daemon dies between the send and its result; the receipt says how it went. */
static void test_early_and_cut_off(void **state)
{
	struct world *w = *state;
	rdvd_id told = sending(w, T0), untold = sending(w, T0);
	struct rdvd_event e = word(told, "p-1", RDVD_DELIVERY_DELIVERED, T0);
	struct given g = {.n = 0};

	assert_int_equal(tell(w, &e, T0), 0);
	world_reopen(w);
	assert_int_equal(ACT(w, message_sweep(w->st, T0 + 5, world_give, &g)), RDVD_OK);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.ids[0], untold);
	assert_int_equal(world_state(w, told), RDVD_MSG_DELIVERED);
	world_assert_counts(w);
}

static void test_of_nothing_we_sent(void **state)
{
	struct world *w = *state;
	struct rdvd_letter l = world_letter(NUMBER, "Bonjour", T0);
	rdvd_id id = world_put_letter(w, &l);
	int known = 7;
	static const char *const names[] = {"rdvd-99", "rdvd-", "rdvd-1x", "autre-1", ""};
	struct rdvd_event e;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		e = word(0, "", RDVD_DELIVERY_DELIVERED, T0);
		e.message_id = names[i];
		assert_int_equal(tell(w, &e, T0), 0);
	}
	/* never tried: kept, believed by nobody, neither now nor later */
	e = word(id, "p-1", RDVD_DELIVERY_DELIVERED, T0);
	assert_int_equal(tell(w, &e, T0), 0);
	assert_int_equal(world_state(w, id), RDVD_MSG_SCHEDULED);
	assert_int_equal(world_claim(w, T0, 8).n, 1);
	assert_int_equal(ended(w, id, 1, RDVD_MSG_ACCEPTED, 0, "p-2", T0), RDVD_OK);
	assert_int_equal(world_state(w, id), RDVD_MSG_ACCEPTED);
	e.delivery = 9;
	assert_int_equal(ACT(w, receipt_put(w->st, "gw", &e, NULL, 0, T0, &known)),
			 RDVD_INVALID);
	assert_int_equal(known, 7);
	assert_int_equal(ACT(w, event_keep(w->st, "gw", "\0?!", 3, T0)), RDVD_OK);
	assert_int_equal(ACT(w, event_keep(w->st, "gw", "\0?!", 3, T0)), RDVD_OK);
	world_assert_counts(w);
}

/* Proven to come from a gateway that never had the message: kept, applied to nothing. */
static void test_of_another_gateway_s_message(void **state)
{
	struct world *w = *state;
	rdvd_id id = sending(w, T0);
	struct rdvd_event e[] = {
		word(id, "", RDVD_DELIVERY_FAILED, T0), /* before its result */
		word(id, "", RDVD_DELIVERY_FAILED, T0),
		word(0, "p-1", RDVD_DELIVERY_FAILED, T0),
		word(id, "p-1", RDVD_DELIVERY_DELIVERED, T0),
	};
	int known;

	for (int i = 0; i < 4; i++) {
		if (i == 1)
			assert_int_equal(ended(w, id, 1, RDVD_MSG_ACCEPTED, 0, "p-1", T0),
					 RDVD_OK);
		assert_int_equal(
			ACT(w, receipt_put(w->st, "other", &e[i], NULL, 0, T0, &known)),
			RDVD_OK);
		assert_int_equal(known, 0);
		assert_int_equal(world_state(w, id),
				 i ? RDVD_MSG_ACCEPTED : RDVD_MSG_SENDING);
	}
	assert_int_equal(world_contact(w, NUMBER).bad_since, 0);
	world_assert_counts(w);
}

/* What an earlier attempt came to: good news are the message's, bad ones its own. */
static void test_of_an_earlier_attempt(void **state)
{
	struct world *w = *state;
	rdvd_id id = sending(w, T0);
	struct rdvd_event e;
	struct given g;

	assert_int_equal(ended(w, id, 1, RDVD_MSG_UNKNOWN, T0 + HOUR, "p-1", T0),
			 RDVD_OK);
	g = world_claim(w, T0 + HOUR, 8);
	assert_int_equal(g.rows[0].unknowns, 1);
	assert_int_equal(ended(w, id, 2, RDVD_MSG_ACCEPTED, 0, "p-2", T0 + HOUR),
			 RDVD_OK);
	e = word(id, "p-1", RDVD_DELIVERY_FAILED, T0 + HOUR);
	assert_int_equal(tell(w, &e, T0 + HOUR), 0);
	assert_int_equal(world_state(w, id), RDVD_MSG_ACCEPTED);
	e = word(0, "p-1", RDVD_DELIVERY_DELIVERED, T0 + HOUR);
	assert_int_equal(tell(w, &e, T0 + HOUR), 0);
	assert_int_equal(world_state(w, id), RDVD_MSG_DELIVERED);
	/* It did not arrive: the next attempt is not a second one. */
	id = sending(w, T0);
	assert_int_equal(ended(w, id, 1, RDVD_MSG_UNKNOWN, T0 + HOUR, "p-3", T0),
			 RDVD_OK);
	g = world_claim(w, T0 + HOUR, 8);
	assert_int_equal(
		ended(w, id, 2, RDVD_MSG_RETRY_WAIT, T0 + 2 * HOUR, "", T0 + HOUR),
		RDVD_OK);
	e = word(0, "p-3", RDVD_DELIVERY_FAILED, T0 + HOUR);
	assert_int_equal(tell(w, &e, T0 + HOUR), 0);
	g = world_claim(w, T0 + 2 * HOUR, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].unknowns, 0);
	world_assert_counts(w);
}

static void test_numbers_where_nothing_arrives(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + 10 * DAY);
	struct rdvd_owed owed[3];
	rdvd_id id = sending(w, T0), later, appointment;
	struct rdvd_event e;
	struct given g;

	assert_int_equal(ended(w, id, 1, RDVD_MSG_ACCEPTED, 0, "p-1", T0), RDVD_OK);
	e = word(id, "", RDVD_DELIVERY_BAD_NUMBER, T0 + 5);
	assert_int_equal(tell(w, &e, T0 + 6), 0);
	assert_int_equal(world_contact(w, NUMBER).bad_since, T0 + 5);
	assert_string_equal(world_contact(w, NUMBER).bad_note, "so says the provider");
	/* A confirmation is tried all the same, a reminder is not; e-mail goes. */
	b.person.phone = NUMBER;
	b.person.email = "zoe@example.fr";
	b.owed = owed;
	b.nowed = support_owed(owed, T0 + 10 * DAY, T0);
	owed[2].channel = RDVD_CHANNEL_EMAIL;
	assert_int_equal(world_book(w, &b, &appointment), RDVD_OK);
	g = world_claim(w, T0 + 10, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(world_claim(w, T0 + 7 * DAY, 8).n, 0);
	assert_int_equal(world_messages(w, appointment, RDVD_MSG_SUPPRESSED), 1);
	assert_int_equal(world_claim(w, T0 + 10 * DAY - 10 * HOUR, 8).n, 1);
	/* Something arrived there after all, before the bad word: it stays bad. */
	later = standing(w, RDVD_MSG_ACCEPTED, T0 + DAY);
	e = word(later, "", RDVD_DELIVERY_DELIVERED, T0 + 4);
	assert_int_equal(tell(w, &e, T0 + DAY), 0);
	assert_int_equal(world_contact(w, NUMBER).bad_since, T0 + 5);
	later = standing(w, RDVD_MSG_ACCEPTED, T0 + DAY);
	e = word(later, "", RDVD_DELIVERY_DELIVERED, T0 + DAY);
	assert_int_equal(tell(w, &e, T0 + DAY), 0);
	assert_int_equal(world_contact(w, NUMBER).bad_since, 0);
	/* and a bad word that is older than that changes nothing */
	later = standing(w, RDVD_MSG_ACCEPTED, T0 + DAY);
	e = word(later, "", RDVD_DELIVERY_BAD_NUMBER, T0 + 6);
	assert_int_equal(tell(w, &e, T0 + 2 * DAY), 0);
	assert_int_equal(world_contact(w, NUMBER).bad_since, 0);
	world_assert_counts(w);
}

const struct CMUnitTest receipts_tests[] = {
	WORLD_TEST(test_every_word_in_every_state),
	WORLD_TEST(test_what_a_receipt_leaves),
	WORLD_TEST(test_told_twice),
	WORLD_TEST(test_too_early),
	WORLD_TEST(test_early_and_cut_off),
	WORLD_TEST(test_of_nothing_we_sent),
	WORLD_TEST(test_of_another_gateway_s_message),
	WORLD_TEST(test_of_an_earlier_attempt),
	WORLD_TEST(test_numbers_where_nothing_arrives),
};
const size_t receipts_count = sizeof(receipts_tests) / sizeof(receipts_tests[0]);
