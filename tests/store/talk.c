/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.c - conversations: texts kept once, in parts or whole; steps that are one with the
 * act they lead to; what is remembered of a number. */
#include "world.h"

#define NUMBER "+33612345678"

struct texts {
	struct rdvd_inbound rows[32];
	char text[32][128], number[32][32], understood[32][32];
	int n;
};

static int keep(void *arg, const struct rdvd_inbound *i)
{
	struct texts *t = arg;

	assert_true(t->n < 32);
	t->rows[t->n] = *i;
	snprintf(t->text[t->n], sizeof(t->text[0]), "%s", i->text);
	snprintf(t->number[t->n], sizeof(t->number[0]), "%s", i->number);
	snprintf(t->understood[t->n], sizeof(t->understood[0]), "%s", i->understood);
	t->n++;
	return 0;
}

static struct texts texts(struct world *w, struct rdvd_inbound_filter f)
{
	struct texts t = {.n = 0};

	assert_int_equal(w->ops->inbound_each(w->st, &f, keep, &t), RDVD_OK);
	return t;
}

static rdvd_id put(struct world *w, const struct rdvd_inbound *i, rdvd_time now,
		   int *known)
{
	rdvd_id id = -1;

	*known = -1;
	assert_int_equal(ACT(w, inbound_put(w->st, i, NULL, 0, now, &id, known)),
			 RDVD_OK);
	return id;
}

static void test_kept_once(void **state)
{
	struct world *w = *state;
	struct rdvd_inbound i = {.gateway = "gw",
				 .key = "k1",
				 .number = NUMBER,
				 .to = "38123",
				 .text = "Oui",
				 .received = T0};
	struct texts t;
	int known;

	assert_int_equal(put(w, &i, T0, &known), 1);
	assert_int_equal(known, 0);
	assert_int_equal(put(w, &i, T0 + HOUR, &known), 0);
	assert_int_equal(known, 1);
	i.gateway = "other"; /* another provider's k1 */
	assert_true(put(w, &i, T0, &known) > 0);
	i.gateway = "gw";
	i.key = ""; /* without a name: sender, words and instant */
	assert_true(put(w, &i, T0, &known) > 0);
	assert_int_equal(put(w, &i, T0, &known), 0);
	assert_int_equal(known, 1);
	i.received++;
	assert_true(put(w, &i, T0, &known) > 0);
	i.text = "Non";
	assert_true(put(w, &i, T0, &known) > 0);
	i.number = "+33700000001";
	assert_true(put(w, &i, T0, &known) > 0);
	t = texts(w, (struct rdvd_inbound_filter){.limit = 0});
	assert_int_equal(t.n, 6);
	assert_string_equal(t.text[0], "Oui");
	assert_string_equal(t.number[0], NUMBER);
	assert_int_equal(t.rows[0].state, RDVD_INBOUND_NEW);
	assert_int_equal(t.rows[0].received, T0);
	i.number = "";
	{
		rdvd_id id = 9;
		assert_int_equal(ACT(w, inbound_put(w->st, &i, NULL, 0, T0, &id, &known)),
				 RDVD_INVALID);
		assert_int_equal(id, 9);
	}
	world_assert_whole(w);
}

static void test_filters(void **state)
{
	struct world *w = *state;
	rdvd_id a = world_text(w, NUMBER, "1", "un");
	rdvd_id b = world_text(w, NUMBER, "2", "deux");
	rdvd_id c = world_text(w, "+33700000001", "3", "trois");
	struct rdvd_turn t = {.inbound = b,
			      .number = NUMBER,
			      .state = RDVD_INBOUND_TO_HAND,
			      .understood = "unclear",
			      .organisation = w->organisation,
			      .now = T0};
	struct texts got;

	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	got = texts(w, (struct rdvd_inbound_filter){.state = RDVD_INBOUND_NEW});
	assert_int_equal(got.n, 2);
	assert_int_equal(got.rows[0].id, a);
	assert_int_equal(got.rows[1].id, c);
	got = texts(w, (struct rdvd_inbound_filter){.state = RDVD_INBOUND_TO_HAND});
	assert_int_equal(got.n, 1);
	assert_int_equal(got.rows[0].id, b);
	assert_string_equal(got.understood[0], "unclear");
	assert_int_equal(got.rows[0].organisation, w->organisation);
	assert_int_equal(texts(w, (struct rdvd_inbound_filter){.number = NUMBER}).n, 2);
	assert_int_equal(
		texts(w, (struct rdvd_inbound_filter){.number = NUMBER, .after = a}).n,
		1);
	assert_int_equal(texts(w, (struct rdvd_inbound_filter){.limit = 2}).n, 2);
	/* an organisation sees its own and the network's */
	assert_int_equal(
		texts(w, (struct rdvd_inbound_filter){.organisation = w->organisation}).n,
		3);
	assert_int_equal(
		texts(w, (struct rdvd_inbound_filter){.organisation = w->service}).n, 2);
	assert_int_equal(ACT(w, inbound_mark(w->st, b, RDVD_INBOUND_READ, "marie", T0)),
			 RDVD_OK);
	assert_int_equal(
		texts(w, (struct rdvd_inbound_filter){.state = RDVD_INBOUND_TO_HAND}).n,
		0);
	assert_int_equal(ACT(w, inbound_mark(w->st, 99, RDVD_INBOUND_READ, "marie", T0)),
			 RDVD_NOT_FOUND);
	assert_int_equal(ACT(w, inbound_mark(w->st, b, RDVD_INBOUND_PART, "marie", T0)),
			 RDVD_INVALID);
	world_assert_whole(w);
}

static rdvd_id part(struct world *w, const char *ref, int number, int of,
		    const char *text, rdvd_time now, int *known)
{
	char key[48];
	struct rdvd_inbound i = {.gateway = "gw",
				 .number = NUMBER,
				 .text = text,
				 .received = T0 + number,
				 .part_ref = ref,
				 .part = number,
				 .parts = of};

	snprintf(key, sizeof(key), "%s/%d/%lld", ref, number, (long long)now);
	i.key = key;
	return put(w, &i, now, known);
}

static void test_parts(void **state)
{
	struct world *w = *state;
	struct texts t;
	int known;
	size_t n;
	rdvd_id whole;

	assert_int_equal(part(w, "7", 2, 3, "peux pas ", T0, &known), 0);
	assert_int_equal(known, 0);
	assert_int_equal(part(w, "7", 3, 3, "venir", T0 + 1, &known), 0);
	assert_int_equal(part(w, "7", 3, 3, "venir", T0 + 2, &known), 0); /* doubled */
	assert_int_equal(known, 1);
	assert_int_equal(texts(w, (struct rdvd_inbound_filter){.state = 1}).n, 0);
	whole = part(w, "7", 1, 3, "Je ne ", T0 + 3, &known);
	assert_true(whole > 0);
	t = texts(w, (struct rdvd_inbound_filter){.limit = 0});
	assert_int_equal(t.n, 1); /* its parts are not shown beside it */
	assert_int_equal(t.rows[0].id, whole);
	assert_string_equal(t.text[0], "Je ne peux pas venir");
	assert_int_equal(t.rows[0].state, RDVD_INBOUND_NEW);
	assert_int_equal(t.rows[0].received, T0 + 3);
	/* told again after all, under another name */
	assert_int_equal(part(w, "7", 2, 3, "peux pas ", T0 + MINUTE, &known), 0);
	assert_int_equal(known, 1);
	/* the reference comes around again: another text */
	assert_int_equal(part(w, "7", 1, 2, "Bon", T0 + 2 * MINUTE, &known), 0);
	assert_int_equal(known, 0);
	assert_int_equal(ACT(w, inbound_join(w->st, T0 + MINUTE, T0 + 5 * MINUTE, &n)),
			 RDVD_OK);
	assert_int_equal(n, 0);
	assert_int_equal(
		ACT(w, inbound_join(w->st, T0 + 2 * MINUTE, T0 + 12 * MINUTE, &n)),
		RDVD_OK);
	assert_int_equal(n, 1);
	t = texts(w, (struct rdvd_inbound_filter){.state = RDVD_INBOUND_NEW,
						  .after = whole});
	assert_int_equal(t.n, 1);
	assert_string_equal(t.text[0], "Bon [...] ");
	assert_int_equal(part(w, "8", 3, 3, "fin", T0 + HOUR, &known), 0);
	assert_int_equal(ACT(w, inbound_join(w->st, T0 + HOUR, T0 + HOUR, &n)), RDVD_OK);
	t = texts(w, (struct rdvd_inbound_filter){.limit = 0});
	assert_string_equal(t.text[t.n - 1], " [...] fin");
	world_assert_whole(w);
}

static void test_a_step(void **state)
{
	struct world *w = *state;
	rdvd_id in = world_text(w, NUMBER, "1", "changer");
	struct rdvd_turn t = {.inbound = in,
			      .number = NUMBER,
			      .state = RDVD_INBOUND_DONE,
			      .understood = "change",
			      .organisation = w->organisation,
			      .reply = "1 lundi, 2 mardi, 3 jeudi ?",
			      .answerable = 1,
			      .deadline = T0 + 2 * HOUR,
			      .question = "{\"choose\":3}",
			      .until = T0 + 2 * DAY,
			      .now = T0};
	struct rdvd_contact k;
	struct given g;

	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	g = world_claim(w, T0, 8);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.rows[0].kind, RDVD_MSG_ANSWER);
	assert_int_equal(g.rows[0].inbound, in);
	assert_int_equal(g.rows[0].answerable, 1);
	assert_int_equal(g.rows[0].deadline, T0 + 2 * HOUR);
	assert_string_equal(g.to[0], NUMBER);
	assert_string_equal(g.text[0], "1 lundi, 2 mardi, 3 jeudi ?");
	k = world_contact(w, NUMBER);
	assert_string_equal(k.question, "{\"choose\":3}");
	assert_int_equal(k.asked, T0);
	assert_int_equal(k.until, T0 + 2 * DAY);
	assert_int_equal(k.answers, 1);
	/* A text acts once. */
	t.question = "";
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_STALE);
	assert_string_equal(world_contact(w, NUMBER).question, "{\"choose\":3}");
	t.inbound = 99;
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_NOT_FOUND);
	/* The question is closed, or left as it is. */
	t.inbound = world_text(w, NUMBER, "2", "aide");
	t.question = NULL;
	t.helped = 1;
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	k = world_contact(w, NUMBER);
	assert_string_equal(k.question, "{\"choose\":3}");
	assert_int_equal(k.helped, T0);
	assert_int_equal(k.answers, 2);
	t.inbound = world_text(w, NUMBER, "3", "merci");
	t.question = "";
	t.reply = "";
	t.helped = 0;
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	k = world_contact(w, NUMBER);
	assert_string_equal(k.question, "");
	assert_int_equal(k.asked, 0);
	assert_int_equal(k.until, 0);
	assert_int_equal(k.answers, 2); /* nothing was answered */
	world_assert_counts(w);
}

/* Automatic answers are counted by the hour. */
static void test_answers_are_counted(void **state)
{
	struct world *w = *state;
	struct rdvd_turn t = {.number = NUMBER,
			      .state = RDVD_INBOUND_DONE,
			      .reply = "Bonjour",
			      .deadline = T0 + DAY};
	char key[8];

	for (int i = 0; i < 6; i++) {
		snprintf(key, sizeof(key), "%d", i);
		t.inbound = world_text(w, NUMBER, key, "?");
		t.now = T0 + i * 10 * MINUTE;
		assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	}
	assert_int_equal(world_contact(w, NUMBER).answers, 6);
	assert_int_equal(world_contact(w, NUMBER).answers_since, T0);
	t.inbound = world_text(w, NUMBER, "x", "?");
	t.now = T0 + HOUR;
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	assert_int_equal(world_contact(w, NUMBER).answers, 1);
	assert_int_equal(world_contact(w, NUMBER).answers_since, T0 + HOUR);
}

static int count_contact(void *arg, const struct rdvd_contact *k)
{
	++*(int *)arg;
	return 0;
}

static void test_stop_and_start(void **state)
{
	struct world *w = *state;
	struct rdvd_turn t = {.number = NUMBER, .stop = RDVD_STOP_ON, .now = T0};
	int n = 0;

	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	t.now = T0 + DAY;
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	assert_int_equal(world_contact(w, NUMBER).stopped, T0); /* since the first */
	t = (struct rdvd_turn){.number = "+33700000001", .question = "", .now = T0};
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	assert_int_equal(w->ops->contact_each(w->st, count_contact, &n), RDVD_OK);
	assert_int_equal(n, 1);
	t = (struct rdvd_turn){.number = NUMBER, .stop = RDVD_STOP_OFF, .now = T0};
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	assert_int_equal(world_contact(w, NUMBER).stopped, 0);
	n = 0;
	assert_int_equal(w->ops->contact_each(w->st, count_contact, &n), RDVD_OK);
	assert_int_equal(n, 0);
	assert_int_equal(w->ops->contact_get(w->st, "+33799999999", count_contact, &n),
			 RDVD_NOT_FOUND);
	world_assert_whole(w);
}

static void test_what_a_word_lifts(void **state)
{
	struct world *w = *state;
	struct rdvd_turn t = {.number = NUMBER, .stop = RDVD_STOP_ON, .now = T0};

	assert_int_equal(
		ACT(w, contact_lift(w->st, NUMBER, RDVD_LIFT_STOP, 0, "marie", T0)),
		RDVD_NOT_FOUND);
	assert_int_equal(ACT(w, turn(w->st, &t)), RDVD_OK);
	assert_int_equal(
		ACT(w, contact_lift(w->st, NUMBER, RDVD_LIFT_BAD, 0, "marie", T0)),
		RDVD_NOT_FOUND);
	assert_int_equal(world_contact(w, NUMBER).stopped, T0);
	assert_int_equal(
		ACT(w, contact_lift(w->st, NUMBER, RDVD_LIFT_STOP, 0, "marie", T0 + 1)),
		RDVD_OK);
	assert_int_equal(world_contact(w, NUMBER).stopped, 0);
	world_assert_whole(w);
}

static struct rdvd_turn step(struct world *w, const char *key, const char *reply)
{
	return (struct rdvd_turn){.inbound = world_text(w, NUMBER, key, "texte"),
				  .number = NUMBER,
				  .state = RDVD_INBOUND_DONE,
				  .understood = "act",
				  .organisation = w->organisation,
				  .reply = reply,
				  .deadline = T0 + DAY,
				  .now = T0};
}

static struct rdvd_inbound text_row(struct world *w, rdvd_id id)
{
	struct texts t =
		texts(w, (struct rdvd_inbound_filter){.after = id - 1, .limit = 1});

	assert_int_equal(t.n, 1);
	assert_int_equal(t.rows[0].id, id);
	return t.rows[0];
}

/* How many answers are about the appointment. */
static int answers_about(struct world *w, rdvd_id id)
{
	struct given g;
	int n = 0;

	g = world_claim(w, T0, 32);
	for (int i = 0; i < g.n; i++)
		n += g.rows[i].kind == RDVD_MSG_ANSWER && g.rows[i].participation == id;
	return n;
}

static void test_acts_with_their_step(void **state)
{
	struct world *w = *state;
	struct rdvd_turn t = step(w, "book", "C'est note");
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct rdvd_mark m = {.now = T0, .actor = "", .turn = &t};
	struct rdvd_cancel c = {.now = T0, .actor = "", .turn = &t};
	struct rdvd_move mv;
	rdvd_id id, session;
	int changed;

	b.turn = &t;
	b.request_key = "sms-1";
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(text_row(w, t.inbound).participation, id); /* the store knew */
	assert_int_equal(text_row(w, t.inbound).state, RDVD_INBOUND_DONE);
	assert_int_equal(answers_about(w, id), 1);
	/* the same text again: nothing is booked twice */
	assert_int_equal(world_book(w, &b, NULL), RDVD_STALE);
	/* a known key with a new text: the answer is still owed */
	t = step(w, "book again", "C'est note");
	assert_int_equal(world_book(w, &b, NULL), RDVD_OK);
	assert_int_equal(answers_about(w, id), 1);
	t = step(w, "confirm", "A lundi");
	m.which.id = c.which.id = id;
	assert_int_equal(ACT(w, confirm(w->st, &m, &changed)), RDVD_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(ACT(w, confirm(w->st, &m, &changed)), RDVD_STALE);
	t = step(w, "confirm again", "A lundi");
	assert_int_equal(ACT(w, confirm(w->st, &m, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(answers_about(w, id), 2);
	t = step(w, "move", "Deplace");
	mv = world_move(w, id, 0, 0, T0 + 2 * DAY, T0);
	mv.turn = &t;
	assert_int_equal(ACT(w, move(w->st, &mv, &session, &changed)), RDVD_OK);
	t = step(w, "move again", "Deplace");
	assert_int_equal(ACT(w, move(w->st, &mv, &session, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(answers_about(w, id), 2);
	t = step(w, "cancel", "Annule");
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	t = step(w, "cancel again", "Annule");
	assert_int_equal(ACT(w, cancel(w->st, &c, &changed)), RDVD_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(answers_about(w, id), 2);
	world_assert_counts(w);
}

/* The text was dealt with meanwhile (a second daemon's start, a doubled job): the act is
 * not done either, alone or in a batch. */
static void test_no_act_without_its_step(void **state)
{
	struct world *w = *state;
	struct rdvd_turn t = step(w, "1", "Annule");
	rdvd_id id = world_book_owing(w, 0, T0 + 10 * DAY, NULL);
	struct rdvd_cancel c = {.which = {.id = id}, .now = T0, .actor = "", .turn = &t};
	struct rdvd_booking taken = world_booking(w, 1, 0, T0 + DAY), b;
	struct rdvd_booked out;
	int changed = -1;

	assert_int_equal(
		ACT(w, inbound_mark(w->st, t.inbound, RDVD_INBOUND_READ, "", T0)),
		RDVD_OK);
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->cancel(w->st, &c, &changed), RDVD_STALE);
	w->ops->undo(w->st);
	assert_true(w->ops->in_transaction(w->st));
	assert_int_equal(w->ops->commit(w->st), RDVD_OK);
	assert_int_equal(changed, -1);
	assert_int_equal(world_get(w, id).status, RDVD_BOOKED);
	/* And no step without its act: the slot is gone, the text stays new. */
	assert_int_equal(world_book(w, &taken, NULL), RDVD_OK);
	t = step(w, "2", "C'est note");
	b = world_booking(w, 1, 0, T0 + DAY);
	b.turn = &t;
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_int_equal(w->ops->savepoint(w->st), RDVD_OK);
	assert_int_equal(w->ops->book(w->st, &b, &out), RDVD_CONFLICT);
	w->ops->undo(w->st);
	assert_int_equal(w->ops->commit(w->st), RDVD_OK);
	assert_int_equal(text_row(w, t.inbound).state, RDVD_INBOUND_NEW);
	world_assert_counts(w);
}

struct list {
	rdvd_id id[8];
	int n;
};

static int add(void *arg, const struct rdvd_appointment *a)
{
	struct list *l = arg;

	assert_true(l->n < 8);
	l->id[l->n++] = a->id;
	return 0;
}

static void test_appointments_of_a_number(void **state)
{
	struct world *w = *state;
	rdvd_id late = world_book_owing(w, 0, T0 + 2 * DAY, NULL);
	rdvd_id soon = world_book_owing(w, 1, T0 + DAY, NULL);
	rdvd_id gone = world_book_owing(w, 2, T0 + DAY, NULL);
	struct rdvd_booking b = world_booking(w, 3, 0, T0 + DAY);
	struct list l = {.n = 0};
	rdvd_id friend;
	int changed;

	b.person.first_name = "Karim"; /* two people on one phone */
	assert_int_equal(world_book(w, &b, &friend), RDVD_OK);
	assert_int_equal(world_cancel(w, gone, T0, &changed), RDVD_OK);
	assert_int_equal(w->ops->appointment_of_number(w->st, NUMBER, T0, add, &l),
			 RDVD_OK);
	assert_int_equal(l.n, 3);
	assert_int_equal(l.id[0], soon);
	assert_int_equal(l.id[1], friend);
	assert_int_equal(l.id[2], late);
	l.n = 0;
	assert_int_equal(
		w->ops->appointment_of_number(w->st, NUMBER, T0 + DAY + 1, add, &l),
		RDVD_OK);
	assert_int_equal(l.n, 1);
	l.n = 0;
	assert_int_equal(w->ops->appointment_of_number(w->st, "", T0, add, &l), RDVD_OK);
	assert_int_equal(l.n, 0);
}

const struct CMUnitTest talk_tests[] = {
	WORLD_TEST(test_kept_once),
	WORLD_TEST(test_filters),
	WORLD_TEST(test_parts),
	WORLD_TEST(test_a_step),
	WORLD_TEST(test_answers_are_counted),
	WORLD_TEST(test_stop_and_start),
	WORLD_TEST(test_what_a_word_lifts),
	WORLD_TEST(test_acts_with_their_step),
	WORLD_TEST(test_no_act_without_its_step),
	WORLD_TEST(test_appointments_of_a_number),
};
const size_t talk_count = sizeof(talk_tests) / sizeof(talk_tests[0]);
