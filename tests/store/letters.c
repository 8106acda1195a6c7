/* SPDX-License-Identifier: GPL-3.0-or-later */
/* letters.c - messages beyond those that an act owes as they are: letters, one reminder
 * for a week, the word after a missed appointment, numbers that want nothing or can take
 * nothing, what was spent, and the erasure of what is old. */
#include "world.h"

#define NUMBER "+33612345678"

static void test_a_letter_goes_as_it_stands(void **state)
{
	struct world *w = *state;
	struct rdvd_letter l = world_letter("+33700000001", "Votre code : 4821", T0);
	struct given g;
	rdvd_id id, again = -1;

	l.key = "code-77";
	id = world_put_letter(w, &l);
	assert_true(id > 0);
	assert_int_equal(ACT(w, letter_put(w->st, &l, &again)), RDVD_OK);
	assert_int_equal(again, 0);
	g = world_claim(w, T0, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.ids[0], id);
	assert_int_equal(g.rows[0].participation, 0);
	assert_int_equal(g.rows[0].kind, RDVD_MSG_ANSWER);
	assert_int_equal(g.rows[0].attempts, 1);
	assert_string_equal(g.to[0], "+33700000001");
	assert_string_equal(g.text[0], "Votre code : 4821");
	assert_int_equal(world_result(w, id, 1, RDVD_MSG_ACCEPTED, 0, T0 + 1), RDVD_OK);
	assert_int_equal(world_claim(w, T0 + HOUR, 8).n, 0);
	world_assert_counts(w);
}

static void test_letters_that_are_none(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *what;
		enum rdvd_message_kind kind;
		const char *to, *text;
		rdvd_id participation;
	} cases[] = {
		{"no recipient", RDVD_MSG_ANSWER, "", "Bonjour", 0},
		{"no words", RDVD_MSG_ANSWER, NUMBER, "", 0},
		{"owed by an act only", RDVD_MSG_CONFIRMATION, NUMBER, "Bonjour", 0},
		{"owed by an act only", RDVD_MSG_CANCELLATION, NUMBER, "Bonjour", 0},
		{"about nothing that is there", RDVD_MSG_ANSWER, NUMBER, "Bonjour", 999},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rdvd_letter l = world_letter(cases[i].to, cases[i].text, T0);
		rdvd_id id = 55;

		l.kind = cases[i].kind;
		l.participation = cases[i].participation;
		if (ACT(w, letter_put(w->st, &l, &id)) != RDVD_INVALID || id != 55)
			fail_msg("taken: %s", cases[i].what);
	}
	world_assert_counts(w);
}

/* An answer does not stand behind the reminders of a whole town. */
static void test_letters_go_first_and_survive(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + 10 * DAY;
	rdvd_id about = world_book_owing(w, 0, at, NULL), first, second;
	struct rdvd_letter l = world_letter(NUMBER, "Oui", T0);
	struct given g;
	int changed;

	l.participation = about;
	l.organisation = w->organisation;
	l.answerable = 1;
	first = world_put_letter(w, &l);
	l.text = "A demain";
	second = world_put_letter(w, &l); /* two letters about one appointment */
	l.due = T0 + HOUR;
	l.channel = RDVD_CHANNEL_EMAIL;
	l.to = "zoe@example.fr";
	l.subject = "Bonjour";
	world_put_letter(w, &l);
	g = world_claim(w, T0, 1);
	assert_int_equal(g.ids[0], first);
	assert_int_equal(g.starts[0], at); /* shown with its appointment */
	assert_int_equal(g.rows[0].participation, about);
	assert_int_equal(g.rows[0].organisation, w->organisation);
	assert_int_equal(g.rows[0].answerable, 1);
	/* A letter says what it says whatever becomes of the appointment. */
	assert_int_equal(world_cancel(w, about, T0, &changed), RDVD_OK);
	g = world_claim(w, T0, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.ids[0], second);
	assert_int_equal(world_result(w, second, 1, RDVD_MSG_RETRY_WAIT, T0 + MINUTE, T0),
			 RDVD_OK);
	g = world_claim(w, T0 + MINUTE, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].attempts, 2);
	g = world_claim(w, T0 + 2 * DAY, 8); /* the third's time has passed */
	assert_int_equal(g.n, 0);
	assert_int_equal(world_messages(w, about, RDVD_MSG_EXPIRED), 1);
	world_assert_counts(w);
}

static void test_a_letter_cut_off(void **state)
{
	struct world *w = *state;
	struct rdvd_letter l = world_letter("+33700000001", "Oui", T0);
	struct given g = {.n = 0};
	rdvd_id id = world_put_letter(w, &l);

	assert_int_equal(world_claim(w, T0, 8).n, 1);
	world_reopen(w);
	assert_int_equal(ACT(w, message_sweep(w->st, T0 + 5, world_give, &g)), RDVD_OK);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.ids[0], id);
	assert_string_equal(g.text[0], "Oui");
	assert_string_equal(g.to[0], "+33700000001");
	assert_int_equal(world_state(w, id), RDVD_MSG_UNKNOWN);
	world_assert_counts(w);
}

/* STOP is written by a turn: see talk.c. */
static void stop(struct world *w, const char *number, enum rdvd_stop how)
{
	struct rdvd_turn t = {.number = number, .stop = how, .now = T0};

	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
}

static void test_stop(void **state)
{
	struct world *w = *state;
	rdvd_id id = world_book_owing(w, 0, T0 + 10 * DAY, NULL), in, letter;
	struct rdvd_letter l = world_letter(NUMBER, "Bonjour", T0);
	struct rdvd_turn t = {.number = NUMBER,
			      .state = RDVD_INBOUND_DONE,
			      .reply = "STOP enregistre",
			      .deadline = T0 + HOUR,
			      .stop = RDVD_STOP_ON,
			      .now = T0};
	struct given g;

	letter = world_put_letter(w, &l);
	t.inbound = in = world_text(w, NUMBER, "k1", "STOP");
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	g = world_claim(w, T0, 8);
	assert_int_equal(g.n, 1); /* the answer to their own text */
	assert_int_equal(g.rows[0].inbound, in);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPPRESSED), 1);
	assert_int_equal(world_state(w, letter), RDVD_MSG_SUPPRESSED);
	l.inbound = in; /* so is what a counsellor answers to it */
	letter = world_put_letter(w, &l);
	assert_int_equal(world_claim(w, T0, 8).n, 1);
	assert_int_equal(world_state(w, letter), RDVD_MSG_SENDING);
	stop(w, NUMBER, RDVD_STOP_OFF);
	assert_int_equal(world_claim(w, T0 + 7 * DAY, 8).n, 1);
	world_assert_counts(w);
}

/* Three appointments of one person in a week, one of another in the same week. */
static void test_one_reminder_for_the_week(void **state)
{
	struct world *w = *state;
	rdvd_time monday = (T0 / DAY + 10) * DAY + 9 * HOUR; /* 2026-04-06 */
	rdvd_id first = world_book_owing(w, 0, monday, NULL);
	rdvd_id second = world_book_owing(w, 1, monday + 3 * DAY, NULL);
	rdvd_id sunday = world_book_owing(w, 2, monday + 6 * DAY, NULL);
	rdvd_id next = world_book_owing(w, 0, monday + 7 * DAY, NULL), other;
	struct rdvd_booking b = world_booking(w, 1, 0, monday);
	struct rdvd_owed owed[3];
	struct given g;

	b.owed = owed;
	b.nowed = support_owed(owed, monday, T0);
	b.person.first_name = "Karim";
	assert_int_equal(world_book(w, &b, &other), RDVD_OK);
	assert_int_equal(world_claim(w, T0, 8).n, 5); /* confirmations */
	g = world_claim(w, monday - 3 * DAY, 8);
	assert_int_equal(g.n, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(g.rows[i].ordinal, 1);
		assert_int_equal(g.rows[i].week, g.rows[i].participation == first);
		assert_true(g.rows[i].participation == first ||
			    g.rows[i].participation == other);
		/* goes again: still for the week, also when the week has come near */
		assert_int_equal(world_result(w, g.ids[i], 1, RDVD_MSG_RETRY_WAIT,
					      monday - 30 * HOUR, monday - 3 * DAY),
				 RDVD_OK);
	}
	assert_int_equal(world_messages(w, second, RDVD_MSG_SUPERSEDED), 1);
	assert_int_equal(world_messages(w, sunday, RDVD_MSG_SUPERSEDED), 1);
	assert_int_equal(world_messages(w, next, RDVD_MSG_SUPERSEDED), 0);
	g = world_claim(w, monday - 30 * HOUR, 8);
	assert_int_equal(g.n, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(g.rows[i].week, g.rows[i].participation == first);
	/* The one of the day before is each appointment's own. */
	g = world_claim(w, monday - 16 * HOUR, 8);
	assert_int_equal(g.n, 2);
	assert_int_equal(g.rows[0].week + g.rows[1].week, 0);
	assert_int_equal(world_claim(w, monday + 3 * DAY - 16 * HOUR, 8).n, 1);
	world_assert_counts(w);
}

/* One who speaks for a week and says nothing after all leaves the others their word. */
static void test_a_week_that_is_not_told(void **state)
{
	static const struct {
		const char *label;
		enum rdvd_message_state result; /* of its send */
		int cancelled, moved, quiet; /* its own appointment's end; the others' */
		int left;		     /* of the two others */
	} cases[] = {
		{"back, then cancelled", RDVD_MSG_SCHEDULED, 1, 0, 0, 2},
		{"to be tried again, then moved", RDVD_MSG_RETRY_WAIT, 0, 1, 0, 2},
		{"failed", RDVD_MSG_FAILED, 0, 0, 0, 2},
		{"held back", RDVD_MSG_SUPPRESSED, 0, 0, 0, 2},
		{"sent, then cancelled", RDVD_MSG_ACCEPTED, 1, 0, 0, 0},
		{"it may have arrived", RDVD_MSG_UNKNOWN, 1, 0, 0, 0},
		{"one of the others asked for no more", RDVD_MSG_FAILED, 0, 0, 1, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world *w;
		rdvd_time monday = (T0 / DAY + 10) * DAY + 9 * HOUR;
		rdvd_time friday = monday - 3 * DAY;
		rdvd_id first, second, third, session;
		struct given g;
		int changed, n = 0;

		world_teardown(state);
		world_setup(state);
		w = *state;
		first = world_book_owing(w, 0, monday, NULL);
		second = world_book_owing(w, 1, monday + 2 * HOUR, NULL);
		third = world_book_owing(w, 2, monday + 4 * HOUR, NULL);
		assert_int_equal(world_claim(w, T0, 8).n, 3);
		g = world_claim(w, friday, 8);
		assert_int_equal(g.n, 1);
		assert_int_equal(g.rows[0].participation, first);
		if (cases[i].quiet) {
			struct rdvd_mark m = {.which.id = second,
					      .no_more_reminders = 1,
					      .now = friday};
			assert_int_equal(ACT(w, confirm(w->st, &m, &changed)), RDVD_OK);
		}
		assert_int_equal(world_result(w, g.ids[0], 1, cases[i].result,
					      friday + 60, friday),
				 RDVD_OK);
		if (cases[i].cancelled)
			assert_int_equal(world_cancel(w, first, friday + 1, &changed),
					 RDVD_OK);
		if (cases[i].moved) {
			struct rdvd_move m =
				world_move(w, first, 0, 0, monday + 9 * DAY, friday + 1);
			assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)),
					 RDVD_OK);
		}
		g = world_claim(w, friday + 5 * HOUR, 8);
		for (int k = 0; k < g.n; k++)
			n += g.rows[k].participation == second ||
			     g.rows[k].participation == third;
		/* of the two that come back one speaks for both */
		if (n != (cases[i].left > 0))
			fail_msg("%s: %d", cases[i].label, n);
		assert_int_equal(world_messages(w, second, RDVD_MSG_SUPERSEDED),
				 n == 0 || cases[i].quiet ? 1 + cases[i].quiet : 0);
		world_assert_counts(w);
	}
}

struct ids {
	rdvd_id id[8];
	int n;
};

static int keep_id(void *arg, const struct rdvd_appointment *a)
{
	struct ids *ids = arg;

	assert_true(ids->n < 8);
	ids->id[ids->n++] = a->id;
	return 0;
}

static void test_person_week(void **state)
{
	struct world *w = *state;
	rdvd_time monday = (T0 / DAY + 10) * DAY + 9 * HOUR;
	rdvd_id late = world_book_owing(w, 0, monday + 6 * DAY + 13 * HOUR, NULL);
	rdvd_id early = world_book_owing(w, 1, monday - 9 * HOUR, NULL); /* 01:00 there */
	rdvd_id gone = world_book_owing(w, 2, monday + DAY, NULL);
	rdvd_id before = world_book_owing(w, 3, monday - 11 * HOUR, NULL); /* Sunday */
	struct ids ids = {.n = 0};
	int changed;

	assert_int_equal(world_cancel(w, gone, T0, &changed), RDVD_OK);
	assert_int_equal(w->ops->person_week(w->st, late, keep_id, &ids), RDVD_OK);
	assert_int_equal(ids.n, 2);
	assert_int_equal(ids.id[0], early);
	assert_int_equal(ids.id[1], late);
	ids.n = 0;
	assert_int_equal(w->ops->person_week(w->st, before, keep_id, &ids), RDVD_OK);
	assert_int_equal(ids.n, 1);
	ids.n = 0;
	assert_int_equal(w->ops->person_week(w->st, 999, keep_id, &ids), RDVD_OK);
	assert_int_equal(ids.n, 0);
}

static enum rdvd_rc mark_missed(struct world *w, rdvd_id id, enum rdvd_outcome outcome,
				rdvd_time now)
{
	struct rdvd_owed owed = {.kind = RDVD_MSG_FOLLOW_UP,
				 .channel = RDVD_CHANNEL_SMS,
				 .due = now + 18 * HOUR,
				 .deadline = now + 7 * DAY};
	struct rdvd_mark m = {.which = {.id = id},
			      .outcome = outcome,
			      .persons_present = -1,
			      .owed = &owed,
			      .nowed = 1,
			      .now = now,
			      .actor = "marie"};
	int changed;

	return ACT(w, mark(w->st, &m, &changed));
}

/* A word after a missed appointment, and never a false one. */
static void test_follow_up(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY, then = at + 20 * HOUR;
	struct rdvd_booking b = world_booking(w, 0, 0, at), next;
	struct given g;
	rdvd_id id;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(mark_missed(w, id, RDVD_SEEN, at + HOUR), RDVD_OK);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SCHEDULED), 0);
	assert_int_equal(mark_missed(w, id, RDVD_NO_SHOW, at + HOUR), RDVD_OK);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SCHEDULED), 1);
	/* corrected, then corrected again: owed once */
	assert_int_equal(mark_missed(w, id, RDVD_SEEN, at + HOUR), RDVD_OK);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 1);
	assert_int_equal(mark_missed(w, id, RDVD_NO_SHOW, at + 2 * HOUR), RDVD_OK);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SCHEDULED), 1);
	assert_int_equal(world_claim(w, at + 19 * HOUR, 8).n, 0);
	g = world_claim(w, then, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].kind, RDVD_MSG_FOLLOW_UP);
	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_ACCEPTED, 0, then),
			 RDVD_OK);
	assert_int_equal(mark_missed(w, id, RDVD_SEEN, then), RDVD_OK);
	assert_int_equal(mark_missed(w, id, RDVD_NO_SHOW, then), RDVD_OK);
	assert_int_equal(world_claim(w, then + DAY, 8).n, 0); /* not a second time */
	assert_int_equal(mark_missed(w, id, RDVD_EXCUSED, then), RDVD_OK);
	assert_int_equal(mark_missed(w, id, RDVD_NO_SHOW, then), RDVD_OK);
	assert_int_equal(world_claim(w, then + DAY, 8).n, 0);
	/* They have taken another already: nothing to say. */
	b = world_booking(w, 1, 0, at);
	b.person.phone = "+33700000002";
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(mark_missed(w, id, RDVD_NO_SHOW, at + HOUR), RDVD_OK);
	next = world_booking(w, 1, 0, at + 9 * DAY);
	next.person.phone = "+33700000002";
	next.person.first_name = "Zoe-Marie"; /* typed otherwise; the phone is the same */
	assert_int_equal(world_book(w, &next, NULL), RDVD_OK);
	assert_int_equal(world_claim(w, then, 8).n, 0);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 1);
	world_assert_counts(w);
}

static void test_no_more_reminders(void **state)
{
	struct world *w = *state;
	rdvd_id id = world_book_owing(w, 0, T0 + 10 * DAY, NULL);
	struct rdvd_mark m = {.which = {.id = id}, .now = T0, .actor = ""};
	int changed;

	assert_int_equal(ACT(w, confirm(w->st, &m, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SCHEDULED), 3);
	m.no_more_reminders = 1;
	assert_int_equal(ACT(w, confirm(w->st, &m, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(world_messages(w, id, RDVD_MSG_SUPERSEDED), 2);
	assert_int_equal(world_claim(w, T0, 8).n, 1); /* the confirmation stays owed */
	world_assert_counts(w);
}

static int count_row(void *arg, const struct rdvd_message_row *m,
		     const struct rdvd_appointment *a)
{
	++*(int *)arg;
	return 0;
}

static int rows(struct world *w, struct rdvd_message_filter f)
{
	int n = 0;

	assert_int_equal(w->ops->message_each(w->st, &f, count_row, &n), RDVD_OK);
	return n;
}

static void test_filters(void **state)
{
	struct world *w = *state;
	rdvd_id id = world_book_owing(w, 0, T0 + 10 * DAY, NULL);
	struct rdvd_letter l = world_letter("+33700000001", "Bonjour", T0 + HOUR);
	struct given g = world_claim(w, T0, 8);
	rdvd_id letter = world_put_letter(w, &l);

	assert_int_equal(world_result(w, g.ids[0], 1, RDVD_MSG_FAILED, 0, T0), RDVD_OK);
	assert_int_equal(rows(w, (struct rdvd_message_filter){.troubled = 1}), 1);
	assert_int_equal(
		rows(w, (struct rdvd_message_filter){.troubled = 1, .after = g.ids[0]}),
		0);
	assert_int_equal(
		rows(w, (struct rdvd_message_filter){.troubled = 1, .participation = id}),
		1);
	assert_int_equal(rows(w, (struct rdvd_message_filter){.since = T0 + 1}), 1);
	assert_int_equal(rows(w, (struct rdvd_message_filter){.since = T0}), 4);
	assert_int_equal(
		rows(w, (struct rdvd_message_filter){.troubled = 1, .since = T0 + 1}), 0);
	assert_int_equal(rows(w, (struct rdvd_message_filter){.number = "+33700000001"}),
			 1);
	assert_int_equal(rows(w, (struct rdvd_message_filter){.number = "+33700000001",
							      .troubled = 1}),
			 0);
	assert_int_equal(rows(w, (struct rdvd_message_filter){.number = NUMBER}), 3);
	assert_int_equal(world_claim(w, T0 + 2 * DAY, 8).n, 0);
	assert_int_equal(world_state(w, letter), RDVD_MSG_EXPIRED);
	assert_int_equal(rows(w, (struct rdvd_message_filter){.troubled = 1}), 2);
}

struct spending {
	char text[512];
};

static int add_spent(void *arg, const struct rdvd_spent *s)
{
	struct spending *all = arg;
	size_t n = strlen(all->text);

	snprintf(all->text + n, sizeof(all->text) - n, "%s/%d=%lld;", s->to,
		 s->organisation != 0, (long long)s->segments);
	return 0;
}

static void send_letter(struct world *w, const char *to, enum rdvd_message_state state,
			int segments, enum rdvd_channel channel, rdvd_time now)
{
	struct rdvd_letter l = world_letter(to, "Bonjour", now);
	struct rdvd_message_result r = {.attempt = 1,
					.state = state,
					.due = now + DAY, /* of a retry */
					.to = to,
					.text = "Bonjour",
					.segments = segments,
					.provider_id = "",
					.note = "",
					.gateway = "gw",
					.now = now};

	l.channel = channel;
	r.id = world_put_letter(w, &l);
	assert_int_equal(world_claim(w, now, 8).n, 1);
	assert_int_equal(ACT(w, message_result(w->st, &r)), RDVD_OK);
}

static void test_spent(void **state)
{
	struct world *w = *state;
	struct spending all = {""};
	struct given g;

	send_letter(w, "+331", RDVD_MSG_ACCEPTED, 9, RDVD_CHANNEL_SMS, T0 - 1);
	send_letter(w, "+331", RDVD_MSG_ACCEPTED, 2, RDVD_CHANNEL_SMS, T0);
	send_letter(w, "+331", RDVD_MSG_UNKNOWN, 1, RDVD_CHANNEL_SMS, T0);
	send_letter(w, "+332", RDVD_MSG_RETRY_WAIT, 1, RDVD_CHANNEL_SMS, T0);
	send_letter(w, "+332", RDVD_MSG_FAILED, 1, RDVD_CHANNEL_SMS, T0);
	send_letter(w, "a@b", RDVD_MSG_ACCEPTED, 0, RDVD_CHANNEL_EMAIL, T0);
	world_book_owing(w, 0, T0 + 20 * DAY, NULL);
	g = world_claim(w, T0, 1);
	assert_int_equal(
		world_result(w, g.ids[0], g.rows[0].attempts, RDVD_MSG_ACCEPTED, 0, T0),
		RDVD_OK);
	assert_int_equal(w->ops->spent_each(w->st, T0, add_spent, &all), RDVD_OK);
	assert_string_equal(all.text, "+331/0=3;" NUMBER "/1=1;");
}

static void test_few_messages_are_asked_for(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct rdvd_appointment a;
	rdvd_id id;

	b.person.only_answers = 1;
	b.person.hours_from = 9 * 60;
	b.person.hours_to = 12 * 60 + 30;
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	a = world_get(w, id);
	assert_int_equal(a.person.only_answers, 1);
	assert_int_equal(a.person.hours_from, 540);
	assert_int_equal(a.person.hours_to, 750);
}

static int keep_words(void *arg, const struct rdvd_message_row *m,
		      const struct rdvd_appointment *a)
{
	size_t n = strlen(arg);

	snprintf((char *)arg + n, 256 - n, "%s|%s|%s|%s;", m->to, m->text, m->letter_to,
		 m->letter_text);
	return 0;
}

static void test_what_is_old_is_erased(void **state)
{
	struct world *w = *state;
	struct rdvd_message_filter all = {.limit = 0};
	struct rdvd_event e = {.kind = RDVD_EVENT_RECEIPT,
			       .key = "e1",
			       .message_id = "rdvd-1",
			       .provider_id = "",
			       .note = "",
			       .delivery = RDVD_DELIVERY_DELIVERED};
	char text[256] = "";
	size_t n = 0, sum = 0;
	int known;

	send_letter(w, "+331", RDVD_MSG_ACCEPTED, 1, RDVD_CHANNEL_SMS, T0);
	send_letter(w, "+332", RDVD_MSG_ACCEPTED, 1, RDVD_CHANNEL_SMS, T0 + 2 * DAY);
	world_book_owing(w, 0, T0 + 300 * DAY, NULL); /* waits: nothing to erase */
	world_text(w, "+333", "k", "Bonjour");
	assert_int_equal(ACT(w, receipt_put(w->st, "gw", &e, "raw", 3, T0, &known)),
			 RDVD_OK);
	do {
		assert_int_equal(ACT(w, anonymise(w->st, T0 + DAY, 1, &n)), RDVD_OK);
		assert_true(n <= 1);
		sum += n;
	} while (n);
	/* an attempt, a letter, an event; the text is not dealt with yet */
	assert_int_equal(sum, 3);
	assert_int_equal(w->ops->message_each(w->st, &all, keep_words, text), RDVD_OK);
	assert_string_equal(text, "|||;+332|Bonjour|+332|Bonjour;|||;|||;|||;");
	assert_int_equal(ACT(w, inbound_mark(w->st, 1, RDVD_INBOUND_READ, "marie", T0)),
			 RDVD_OK);
	assert_int_equal(ACT(w, anonymise(w->st, T0 + DAY, 100, &n)), RDVD_OK);
	assert_int_equal(n, 1);
	assert_int_equal(ACT(w, anonymise(w->st, T0 + DAY, 100, &n)), RDVD_OK);
	assert_int_equal(n, 0);
	world_assert_counts(w);
}

const struct CMUnitTest letters_tests[] = {
	WORLD_TEST(test_a_letter_goes_as_it_stands),
	WORLD_TEST(test_letters_that_are_none),
	WORLD_TEST(test_letters_go_first_and_survive),
	WORLD_TEST(test_a_letter_cut_off),
	WORLD_TEST(test_stop),
	WORLD_TEST(test_one_reminder_for_the_week),
	WORLD_TEST(test_a_week_that_is_not_told),
	WORLD_TEST(test_person_week),
	WORLD_TEST(test_follow_up),
	WORLD_TEST(test_no_more_reminders),
	WORLD_TEST(test_filters),
	WORLD_TEST(test_spent),
	WORLD_TEST(test_few_messages_are_asked_for),
	WORLD_TEST(test_what_is_old_is_erased),
};
const size_t letters_count = sizeof(letters_tests) / sizeof(letters_tests[0]);
