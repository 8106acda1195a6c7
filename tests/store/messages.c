/* SPDX-License-Identifier: GPL-3.0-or-later */
/* messages.c - the outbox: what is owed with an act, what a claim gives and what it does
 * not, how results are written down, and what the facts say of it. */
#include "world.h"

static void test_sent_once(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 10 * DAY, due;
	rdvd_id id;
	struct given g;

	assert_int_equal(w->ops->message_next(w->st, &due), RDVD_NOT_FOUND);
	id = world_book_owing(w, 0, at, NULL);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SCHEDULED), 3);
	assert_int_equal(w->ops->message_next(w->st, &due), RDVD_OK);
	assert_int_equal(due, T0);
	g = world_claim(w, T0, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].kind, RDVD_MSG_CONFIRMATION);
	assert_int_equal(g.rows[0].attempts, 1);
	assert_int_equal(g.rows[0].state, RDVD_MSG_SENDING);
	assert_int_equal(world_claim(w, T0, 8).n, 0);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_ACCEPTED, 0, T0 + 1),
			 RDVD_OK);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_ACCEPTED, 0, T0 + 1),
			 RDVD_STALE);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_RETRY_WAIT, T0 + 9, T0),
			 RDVD_STALE);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_DELIVERED, 0, T0 + 2),
			 RDVD_OK);
	assert_int_equal(world_result(w, 999, 1, RDVD_MSG_ACCEPTED, 0, T0),
			 RDVD_NOT_FOUND);
	assert_int_equal(w->ops->message_next(w->st, &due), RDVD_OK);
	assert_int_equal(due, at - 3 * DAY);
	assert_int_equal(world_claim(w, due - 1, 8).n, 0);
	g = world_claim(w, due, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].ordinal, 1);
	world_assert_counts(w);
}

static void test_results(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 10 * DAY, due;
	rdvd_id id = world_book_owing(w, 0, at, NULL);
	struct given g = world_claim(w, T0, 8);
	rdvd_id m = g.ids[0];

	assert_int_equal(world_result(w, m, 1, RDVD_MSG_RETRY_WAIT, T0 + MINUTE, T0),
			 RDVD_OK);
	assert_int_equal(w->ops->message_next(w->st, &due), RDVD_OK);
	assert_int_equal(due, T0 + MINUTE);
	assert_int_equal(world_claim(w, T0 + MINUTE - 1, 8).n, 0);
	g = world_claim(w, T0 + MINUTE, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.ids[0], m);
	assert_int_equal(g.rows[0].attempts, 2);
	/* Nothing was tried: the attempt does not count. */
	assert_int_equal(
		world_result(w, m, 2, RDVD_MSG_SCHEDULED, T0 + 2 * MINUTE, T0 + MINUTE),
		RDVD_OK);
	g = world_claim(w, T0 + 2 * MINUTE, 8);
	assert_int_equal(g.rows[0].attempts, 2);
	/* It may have gone: without a settlement it never goes again by itself. */
	assert_int_equal(world_result(w, m, 2, RDVD_MSG_UNKNOWN, 0, T0 + 2 * MINUTE),
			 RDVD_OK);
	assert_int_equal(world_claim(w, T0 + HOUR, 8).n, 0);
	assert_int_equal(
		world_result(w, m, 2, RDVD_MSG_UNKNOWN, T0 + 2 * HOUR, T0 + HOUR),
		RDVD_OK);
	assert_int_equal(world_claim(w, T0 + 2 * HOUR - 1, 8).n, 0);
	g = world_claim(w, T0 + 2 * HOUR, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].attempts, 3);
	assert_int_equal(world_result(w, m, 3, RDVD_MSG_FAILED, 0, T0 + 2 * HOUR),
			 RDVD_OK);
	assert_int_equal(world_messages(w, id, RDVD_MSG_FAILED), 1);
	world_assert_counts(w);
}

static int keep_text(void *arg, const struct rdvd_message_row *m,
		     const struct rdvd_appointment *a)
{
	if (m->kind == RDVD_MSG_CONFIRMATION)
		snprintf(arg, 256, "%s|%s|%s|%s|%lld|%d", m->to, m->text, m->provider_id,
			 m->note, (long long)(m->sent_at - T0), m->attempts);
	else
		assert_string_equal(m->text, "");
	return 0;
}

static int count_rows(void *arg, const struct rdvd_message_row *m,
		      const struct rdvd_appointment *a)
{
	++*(int *)arg;
	return 0;
}

static void test_what_was_sent_is_kept(void **state)
{
	struct world *w = *state;
	struct rdvd_message_filter f = {.number = "+33612345678"};
	char text[256] = "";
	int n = 0;
	rdvd_id id = world_book_owing(w, 0, T0 + 10 * DAY, NULL);
	struct given g = world_claim(w, T0, 8);

	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_ACCEPTED, 0, T0 + 5),
			 RDVD_OK);
	assert_int_equal(w->ops->message_each(w->st, &f, keep_text, text), RDVD_OK);
	assert_string_equal(text, "+33612345678|Bonjour|p-1|fine|5|1");
	f = (struct rdvd_message_filter){.number = "+33600000000"};
	assert_int_equal(w->ops->message_each(w->st, &f, count_rows, &n), RDVD_OK);
	assert_int_equal(n, 0);
	f = (struct rdvd_message_filter){
		.participation = id, .after = g.ids[0], .limit = 1};
	assert_int_equal(w->ops->message_each(w->st, &f, count_rows, &n), RDVD_OK);
	assert_int_equal(n, 1);
}

static void test_sweep(void **state)
{
	struct world *w = *state;
	struct given g = {.n = 0};
	rdvd_id id = world_book_owing(w, 0, T0 + 10 * DAY, NULL);

	assert_int_equal(world_claim(w, T0, 8).n, 1);
	world_reopen(w); /* the daemon stopped while it was sent */
	assert_int_equal(ACT(w, message_sweep(w->st, T0 + HOUR, world_give, &g)),
			 RDVD_OK);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].state, RDVD_MSG_UNKNOWN);
	assert_int_equal(g.rows[0].attempts, 1);
	assert_int_equal(world_messages(w, id, RDVD_MSG_UNKNOWN), 1);
	assert_int_equal(world_claim(w, T0 + HOUR, 8).n, 0);
	assert_int_equal(ACT(w, message_sweep(w->st, T0 + HOUR, world_give, &g)),
			 RDVD_OK);
	assert_int_equal(g.n, 1);
	assert_int_equal(
		world_result(w, g.ids[0], 1, RDVD_MSG_UNKNOWN, T0 + HOUR, T0 + HOUR),
		RDVD_OK);
	assert_int_equal(world_claim(w, T0 + HOUR, 8).n, 1);
	world_assert_counts(w);
}

/* What a clock that ran ahead had made due is not due any more once it is set back. */
static void test_clock_set_back(void **state)
{
	struct world *w = *state;
	rdvd_time due = 0;

	for (int i = 0; i < 3; i++) {
		struct rdvd_letter l = world_letter("+33700000001", "Bonjour", T0);

		l.due = T0 + 8 * DAY;
		l.deadline = T0 + 20 * DAY;
		world_put_letter(w, &l);
	}
	assert_int_equal(world_claim(w, T0 + 9 * DAY, 1).n, 1); /* it ran ahead */
	assert_int_equal(world_claim(w, T0 + HOUR, 8).n, 0);
	assert_int_equal(w->ops->message_next(w->st, &due), RDVD_OK);
	assert_int_equal(due, T0 + 8 * DAY);
	assert_int_equal(world_claim(w, T0 + 8 * DAY, 8).n, 2);
	world_assert_counts(w);
}

static void test_nothing_false_is_sent(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 10 * DAY;
	struct rdvd_owed moved = {.kind = RDVD_MSG_MOVED,
				  .channel = RDVD_CHANNEL_SMS,
				  .due = T0,
				  .deadline = at + DAY};
	struct rdvd_owed gone = {.kind = RDVD_MSG_CANCELLATION,
				 .channel = RDVD_CHANNEL_SMS,
				 .due = T0,
				 .deadline = at + DAY};
	rdvd_id id = world_book_owing(w, 0, at, NULL), session;
	struct rdvd_move m = world_move(w, id, 0, 0, at + DAY, T0);
	struct rdvd_cancel c = {
		.which = {.id = id}, .now = T0, .actor = "", .owed = &gone, .nowed = 1};
	struct given g;
	int changed;

	m.owed = &moved;
	m.nowed = 1;
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 3);
	g = world_claim(w, T0, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].kind, RDVD_MSG_MOVED);
	assert_int_equal(g.starts[0], at + DAY);
	/* Not accepted yet, and cancelled meanwhile: only the cancellation goes. */
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_RETRY_WAIT, T0 + 5, T0),
			 RDVD_OK);
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	g = world_claim(w, T0 + 5, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].kind, RDVD_MSG_CANCELLATION);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 4);
	/* A send that was under way when the appointment was cancelled does not come
	 * back. */
	id = world_book_owing(w, 1, at, NULL);
	g = world_claim(w, T0, 8);
	assert_int_equal(g.n, 1);
	c.which.id = id;
	c.nowed = 0;
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_RETRY_WAIT, T0 + 5, T0),
			 RDVD_OK);
	assert_int_equal(world_claim(w, T0 + HOUR, 8).n, 0);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 3);
	world_assert_counts(w);
}

/* What may have arrived is never shown as left unsent, whatever the appointment became.
 */
static void test_doubt_remains(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 10 * DAY;
	struct rdvd_cancel c = {.now = T0, .actor = ""};
	rdvd_id waits, goes;
	struct given g;
	int changed;

	/* cancelled while its settlement waits */
	waits = c.which.id = world_book_owing(w, 0, at, NULL);
	g = world_claim(w, T0, 8);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_UNKNOWN, T0 + HOUR, T0),
			 RDVD_OK);
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(world_claim(w, T0 + 2 * HOUR, 8).n, 0);
	assert_int_equal(world_messages(w, waits, RDVD_MSG_UNKNOWN), 1);
	/* cancelled while it goes again */
	goes = c.which.id = world_book_owing(w, 1, at, NULL);
	g = world_claim(w, T0, 8);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_UNKNOWN, T0 + 5, T0),
			 RDVD_OK);
	g = world_claim(w, T0 + 5, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(
		world_result(w, g.ids[0], 2, RDVD_MSG_RETRY_WAIT, T0 + HOUR, T0 + 5),
		RDVD_OK);
	assert_int_equal(world_messages(w, goes, RDVD_MSG_UNKNOWN), 1);
	/* not claimed before its time was over */
	goes = world_book_owing(w, 2, at, NULL);
	g = world_claim(w, T0, 8);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_UNKNOWN, T0 + 5, T0),
			 RDVD_OK);
	assert_int_equal(world_claim(w, at + DAY, 8).n, 0);
	assert_int_equal(world_messages(w, goes, RDVD_MSG_UNKNOWN), 1);
	world_assert_counts(w);
}

/* A claim says how often the message may have arrived already, whatever else was tried in
 * between; put back untried, it still may. */
static void test_unknown_endings_are_counted(void **state)
{
	struct world *w = *state;
	rdvd_id id = world_book_owing(w, 0, T0 + 10 * DAY, NULL);
	struct given g = world_claim(w, T0, 8);

	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_RETRY_WAIT, T0 + 10, T0),
			 RDVD_OK);
	g = world_claim(w, T0 + 10, 8);
	assert_int_equal(g.rows[0].attempts, 2);
	assert_int_equal(g.rows[0].unknowns, 0);
	assert_int_equal(world_result(w, g.ids[0], 2, RDVD_MSG_UNKNOWN, T0 + 20, T0 + 10),
			 RDVD_OK);
	g = world_claim(w, T0 + 20, 8);
	assert_int_equal(g.rows[0].attempts, 3);
	assert_int_equal(g.rows[0].unknowns, 1);
	assert_int_equal(
		world_result(w, g.ids[0], 3, RDVD_MSG_SCHEDULED, T0 + 30, T0 + 20),
		RDVD_OK);
	assert_int_equal(world_messages(w, id, RDVD_MSG_UNKNOWN), 1);
	world_assert_counts(w);
	g = world_claim(w, T0 + 30, 8);
	assert_int_equal(g.rows[0].attempts, 3);
	assert_int_equal(g.rows[0].unknowns, 1);
	world_reopen(w);
	g.n = 0;
	assert_int_equal(ACT(w, message_sweep(w->st, T0 + 40, world_give, &g)), RDVD_OK);
	assert_int_equal(g.rows[0].unknowns, 1);
	world_assert_counts(w);
}

static void test_late_ones(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 10 * DAY;
	rdvd_id near = world_book_owing(w, 0, at, NULL),
		far = world_book_owing(w, 1, at + DAY, NULL);
	rdvd_id begun = world_book_owing(w, 2, T0 + HOUR, NULL);
	struct given g;

	assert_int_equal(world_claim(w, T0, 0).n, 0);
	/* Down until the day before: of near's three, the first reminder has expired and
	 * the last one says what the confirmation would; the nearest appointment comes
	 * first. */
	g = world_claim(w, at - 10 * HOUR, 8);
	assert_int_equal(g.n, 2);
	assert_int_equal(g.rows[0].participation, near);
	assert_int_equal(g.rows[0].ordinal, 2);
	assert_int_equal(g.rows[1].participation, far);
	assert_int_equal(g.rows[1].ordinal, 1);
	assert_int_equal(world_messages(w, near, RDVD_MSG_EXPIRED), 1);
	assert_int_equal(world_messages(w, near, RDVD_MSG_SUPERSEDED), 1);
	assert_int_equal(world_messages(w, begun, RDVD_MSG_EXPIRED), 3);
	world_assert_counts(w);
}

static void test_marked_and_suppressed(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 10 * DAY;
	struct rdvd_booking b = world_booking(w, 0, 0, at);
	struct rdvd_owed owed[3];
	rdvd_id id;

	b.owed = owed;
	b.nowed = support_owed(owed, at, T0);
	owed[0].suppressed = 1;
	owed[0].note = "STOP";
	owed[2] = owed[1]; /* the same message twice */
	assert_int_equal(world_book(w, &b, NULL), RDVD_INVALID);
	assert_int_equal(world_claims(w, 0, 0, T0), 0);
	b.nowed = 2;
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPPRESSED), 1);
	assert_int_equal(world_claim(w, T0, 8).n, 0);
	assert_int_equal(world_mark(w, id, RDVD_SEEN, T0), RDVD_OK); /* came earlier */
	assert_int_equal(world_claim(w, at - 2 * DAY, 8).n, 0);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 1);
	world_assert_counts(w);
}

static void test_facts(void **state)
{
	struct world *w = *state;
	rdvd_time at =
		(T0 / DAY + 10) * DAY + 13 * HOUR; /* its civil start is an hour later */
	struct rdvd_booking b;
	rdvd_id id = world_book_owing(w, 0, at, &b), session;
	struct rdvd_move m = world_move(w, id, 0, 1, at - 7 * HOUR, T0);
	struct last_fact first = world_last_fact(w), f;
	struct given g;
	int changed;

	assert_int_equal(first.n, 1);
	assert_int_equal(first.f.revision, 1);
	assert_string_equal(first.appointment, b.fact.appointment);
	assert_string_equal(first.place_kind, "office");
	assert_string_equal(first.locale, "fr");
	assert_int_equal(first.f.outcome, RDVD_OUTCOME_UNKNOWN);
	assert_int_equal(first.f.day, T0 / DAY + 10);
	assert_int_equal(first.f.afternoon, 1);
	assert_int_equal(first.f.lead_days, 10);
	assert_int_equal(first.f.cancel_notice_minutes, -1);
	assert_int_equal(first.f.persons_present, -1);
	assert_int_equal(first.f.site, w->site[0]);
	g = world_claim(w, at - 2 * DAY, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(
		world_result(w, g.ids[0], 1, RDVD_MSG_DELIVERED, 0, at - 2 * DAY),
		RDVD_OK);
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	f = world_last_fact(w);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.f.revision, 2);
	assert_string_equal(f.appointment, first.appointment);
	assert_string_equal(f.session, first.session);
	assert_string_equal(f.place_kind, "partner");
	assert_int_equal(f.f.site, w->site[1]);
	assert_int_equal(f.f.afternoon, 0);
	assert_int_equal(f.f.reminders_sent, 1);
	assert_int_equal(f.f.reminders_delivered, 1);
	assert_int_equal(world_cancel(w, id, at - 7 * HOUR - 90 * MINUTE, &changed),
			 RDVD_OK);
	f = world_last_fact(w);
	assert_int_equal(f.f.revision, 3);
	assert_int_equal(f.f.outcome, RDVD_EXCUSED);
	assert_int_equal(f.f.cancel_notice_minutes, 90);
	assert_int_equal(world_mark(w, id, RDVD_EXCUSED, at),
			 RDVD_OK); /* says nothing new */
	assert_int_equal(world_last_fact(w).n, 3);
	assert_int_equal(world_mark(w, id, RDVD_SEEN, at), RDVD_OK);
	f = world_last_fact(w);
	assert_int_equal(f.f.outcome, RDVD_SEEN);
	assert_int_equal(f.f.cancel_notice_minutes, -1);
}

static int count_fact(void *arg, const struct rdvd_fact *f)
{
	++*(int *)arg;
	return 0;
}

static void test_fact_filters_and_cursors(void **state)
{
	struct world *w = *state;
	struct rdvd_fact_filter f = {
		.from = INT32_MIN, .to = INT32_MAX, .after_seq = 2, .limit = 2};
	int64_t seq = 77;
	int n = 0;

	for (int i = 0; i < 5; i++)
		world_book_owing(w, 0, T0 + (i + 1) * DAY, NULL);
	assert_int_equal(w->ops->fact_each(w->st, &f, count_fact, &n), RDVD_OK);
	assert_int_equal(n, 2);
	f = (struct rdvd_fact_filter){.from = T0 / DAY + 2, .to = T0 / DAY + 4};
	n = 0;
	assert_int_equal(w->ops->fact_each(w->st, &f, count_fact, &n), RDVD_OK);
	assert_int_equal(n, 2); /* half-open */
	assert_int_equal(w->ops->cursor_get(w->st, "folder", &seq), RDVD_NOT_FOUND);
	assert_int_equal(seq, 77);
	assert_int_equal(ACT(w, cursor_set(w->st, "folder", 3)), RDVD_OK);
	assert_int_equal(ACT(w, cursor_set(w->st, "folder", 5)), RDVD_OK);
	assert_int_equal(w->ops->cursor_get(w->st, "folder", &seq), RDVD_OK);
	assert_int_equal(seq, 5);
}

const struct CMUnitTest messages_tests[] = {
	WORLD_TEST(test_sent_once),
	WORLD_TEST(test_results),
	WORLD_TEST(test_what_was_sent_is_kept),
	WORLD_TEST(test_sweep),
	WORLD_TEST(test_clock_set_back),
	WORLD_TEST(test_nothing_false_is_sent),
	WORLD_TEST(test_doubt_remains),
	WORLD_TEST(test_unknown_endings_are_counted),
	WORLD_TEST(test_late_ones),
	WORLD_TEST(test_marked_and_suppressed),
	WORLD_TEST(test_facts),
	WORLD_TEST(test_fact_filters_and_cursors),
};
const size_t messages_count = sizeof(messages_tests) / sizeof(messages_tests[0]);
