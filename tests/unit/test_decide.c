/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_decide.c - from what a text says to what is done about it: the table of texts in
 * the situation of its state, and the rules that hold across situations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agenda/civil.h"
#include "base/mem.h"
#include "inbound.h"
#include "talk/decide.h"

#define HOUR 3600
#define DAY 86400
/* Monday 2 March 2026, noon in Paris; WALL(2, 14) is Tuesday at 14:00 */
#define SUNDAY 20513
#define TODAY (SUNDAY + 1)
#define NOW ((rdvd_time)TODAY * DAY + 11 * HOUR)
#define WALL(day, hour) (((int64_t)SUNDAY + (day)) * DAY + (int64_t)((hour)*HOUR))

struct scene {
	struct words words;
	struct rdvd_contact contact;
	struct question question;
	struct rdvd_appointment appointments[3];
	const struct rdvd_appointment *list[3];
	struct decide_in in;
};

static void add(struct scene *s, rdvd_id id, int day, double hour, const char *name)
{
	struct rdvd_appointment *a = &s->appointments[s->in.nappointments];

	*a = (struct rdvd_appointment){.id = id,
				       .revision = 1,
				       .status = RDVD_BOOKED,
				       .person = {.first_name = name}};
	a->when.civil_start = WALL(day, hour);
	a->when.start = a->when.civil_start - HOUR;
	s->list[s->in.nappointments++] = a;
}

static void slot(struct scene *s, int day, double hour)
{
	struct question_slot *q = &s->question.slots[s->question.nslots++];

	snprintf(q->site, sizeof q->site, "centre");
	q->civil_start = WALL(day, hour);
	q->start = q->civil_start - HOUR;
}

static void scene_init(struct scene *s)
{
	memset(s, 0, sizeof *s);
	s->contact = (struct rdvd_contact){
		.number = "+33612345678", .asked = NOW - HOUR, .until = NOW + 47 * HOUR};
	s->in = (struct decide_in){.words = &s->words,
				   .contact = &s->contact,
				   .question = &s->question,
				   .appointments = s->list,
				   .answers_per_hour = 6,
				   .is_person = 1,
				   .today = TODAY,
				   .now = NOW};
}

/* The situation of a state. confirm: Tuesday 3 March at 14:00 is to come; choose: it is
 * to be moved, to Thursday 5 at 10:00, Friday 6 at 14:30 or Monday 9 at 9:00; which:
 * Léa's on Tuesday or Tom's on Thursday 5 at 10:00 is to be cancelled; offer: Thursday 5
 * at 10:00 instead of Tuesday. */
static void scene_of(struct scene *s, enum words_state state)
{
	struct question *q = &s->question;

	scene_init(s);
	if (state == WORDS_IDLE)
		return;
	if (state != WORDS_NAME)
		add(s, 1, 2, 14, "Léa");
	if (state == WORDS_CHOOSE) {
		*q = (struct question){
			.kind = QUESTION_CHOOSE, .appointment = 1, .revision = 1};
		slot(s, 4, 10);
		slot(s, 5, 14.5);
		slot(s, 8, 9);
	} else if (state == WORDS_WHICH) {
		add(s, 2, 4, 10, "Tom");
		*q = (struct question){.kind = QUESTION_WHICH,
				       .act = ACT_CANCEL,
				       .which = {{1, 1}, {2, 1}},
				       .nwhich = 2};
	} else if (state == WORDS_NAME) {
		q->kind = QUESTION_NAME;
		slot(s, 4, 10);
	} else if (state == WORDS_OFFER) {
		s->in.offer = 7;
		s->in.offer_start = WALL(4, 10);
	}
}

/* What is done about a text, as the table writes it. */
static const char *outcome(struct scene *s, const char *text, char out[64])
{
	struct decision d;
	enum words_state state = decide_state(&s->question, &s->contact, s->list,
					      s->in.nappointments, s->in.offer, NOW);

	words_read(text, state, 2026, &s->words);
	decide(&s->in, &d);
	if (d.what == DO_MOVE || d.what == DO_TAKE)
		snprintf(out, 64, "%s:%d", decide_name(d.what), d.slot + 1);
	else if (d.appointment && s->in.nappointments > 1)
		snprintf(out, 64, "%s:%s", decide_name(d.what),
			 d.appointment->person.first_name);
	else
		snprintf(out, 64, "%s%s", decide_name(d.what), d.to_hand ? "+hand" : "");
	return out;
}

static void check_row(void *arg, const struct inbound_row *row)
{
	int *wrong = arg;
	struct scene s;
	char got[64];

	scene_of(&s, row->state);
	outcome(&s, row->text, got);
	if (strcmp(got, row->action) == 0)
		return;
	print_error("inbound.tsv:%d: \"%s\" leads to %s, not %s\n", row->line, row->text,
		    got, row->action);
	++*wrong;
}

static void test_table(void **state)
{
	int wrong = 0;

	assert_true(inbound_each(check_row, &wrong) >= 300);
	assert_int_equal(wrong, 0);
}

static void expect(struct scene *s, const char *text, const char *want)
{
	char got[64];

	outcome(s, text, got);
	if (strcmp(got, want) != 0)
		fail_msg("\"%s\" leads to %s, not %s", text, got, want);
}

static void test_two_appointments(void **state)
{
	struct scene s;

	scene_init(&s);
	add(&s, 1, 2, 14, "Léa");
	add(&s, 2, 4, 10, "Tom");
	expect(&s, "oui", "which");
	expect(&s, "annuler", "which");
	expect(&s, "je peux pas venir jeudi", "cancel:Tom");
	expect(&s, "oui pour mardi", "confirm:Léa");
	expect(&s, "annuler le rdv de 10h", "cancel:Tom");
	expect(&s, "annuler demain", "cancel:Léa");
	expect(&s, "annuler mercredi", "which");
	/* late: for the one that comes next */
	expect(&s, "en retard", "late:Léa");
}

static void test_far_appointment(void **state)
{
	struct scene s;

	scene_init(&s);
	add(&s, 1, 20, 14, "Léa");
	/* nobody asked: a plain "non" is no cancellation yet */
	expect(&s, "non", "ask");
	expect(&s, "annuler", "cancel");
	expect(&s, "oui", "confirm");
	expect(&s, "merci", "nothing");
	expect(&s, "ok", "nothing");
}

static void test_yes_to_another_time(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_CONFIRM);
	expect(&s, "oui 14h", "confirm");
	expect(&s, "oui mardi", "confirm");
	expect(&s, "oui mardi 15h", "ask");
	expect(&s, "oui jeudi", "ask");
	/* nor is another day cancelled */
	expect(&s, "je peux pas venir mardi", "cancel");
	expect(&s, "je peux pas venir jeudi", "ask");
	expect(&s, "annuler le rdv du 12", "ask");
	expect(&s, "je peux pas venir j'ai un examen à 13h", "cancel");
}

static void test_stale(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_CHOOSE);
	s.contact.until = NOW - 1;
	expect(&s, "2", "stale");
	expect(&s, "oui", "confirm"); /* to the reminder that came since */
	scene_of(&s, WORDS_CHOOSE);
	s.appointments[0].revision = 2; /* moved meanwhile */
	expect(&s, "2", "stale");
	scene_of(&s, WORDS_CHOOSE);
	s.in.nappointments = 0; /* cancelled meanwhile */
	expect(&s, "2", "stale");
	scene_of(&s, WORDS_WHICH);
	s.appointments[1].revision = 2;
	expect(&s, "2", "stale:Tom");
}

/* A question that the team's own change has made void stands in nobody's way. */
static void test_void_question(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_CHOOSE);
	s.appointments[0].revision = 2; /* moved by the team, and asked about again */
	expect(&s, "oui", "confirm");
	expect(&s, "non", "ask");
	expect(&s, "0", "call");
	expect(&s, "c'est où ?", "info");
	expect(&s, "rappelez moi", "call");
	expect(&s, "jeudi", "stale");
	s.in.nappointments = 0;
	expect(&s, "0", "call");
	expect(&s, "rdv carvin", "times");
}

/* What was asked last is what a "oui" answers. */
static void test_reminded_since(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_CHOOSE);
	s.in.reminded = s.list[0];
	expect(&s, "oui", "confirm");
	expect(&s, "non", "ask"); /* to the times, or to the reminder? */
	expect(&s, "je peux pas venir", "ask");
	expect(&s, "annuler", "cancel");
	expect(&s, "2", "move:2");
	scene_of(&s, WORDS_OFFER);
	s.in.reminded = s.list[0];
	expect(&s, "oui", "offer-ask");
	expect(&s, "non", "offer-ask");
	scene_of(&s, WORDS_WHICH);
	s.in.reminded = s.list[1];
	expect(&s, "oui", "confirm:Tom");
	expect(&s, "1", "cancel:Léa");
}

static void test_both(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_WHICH);
	expect(&s, "les deux", "both");
	s.question.act = ACT_CONFIRM;
	expect(&s, "les deux", "both");
	s.question.act = ACT_MOVE;
	expect(&s, "les deux", "which");
	s.question.act = ACT_CONFIRM;
	s.appointments[1].revision = 2;
	expect(&s, "les deux", "which");
	scene_of(&s, WORDS_WHICH);
	s.in.nappointments = 1; /* the other was dealt with before a fault */
	expect(&s, "les deux", "both");
	scene_of(&s, WORDS_WHICH);
	add(&s, 3, 6, 10, "Ana");
	s.question.which[2].id = 3;
	s.question.which[2].revision = 1;
	s.question.nwhich = 3;
	expect(&s, "les deux", "which");
}

static void test_which_of_the_second(void **state)
{
	struct scene s;

	scene_init(&s);
	s.question.kind = QUESTION_CHOOSE;
	slot(&s, 1, 10); /* Monday the 2nd */
	slot(&s, 2, 10);
	expect(&s, "2", "take:2");
	expect(&s, "le 2", "times-again"); /* the day, or the number? */
	expect(&s, "le 1", "take:1");
	expect(&s, "le 3", "times-again");
	expect(&s, "lundi 2", "take:1");
	expect(&s, "le 2 mars", "take:1");
	expect(&s, "demain", "take:2");
	expect(&s, "le dernier", "take:2");
}

static void test_guards(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_CONFIRM);
	s.contact.answers = 6;
	s.contact.answers_since = NOW - HOUR / 2;
	expect(&s, "info", "hand");
	expect(&s, "je comprends pas", "hand");
	expect(&s, "STOP", "stop");
	/* what is said about the appointment holds however much was said before */
	expect(&s, "oui", "confirm");
	expect(&s, "je peux pas venir", "cancel");
	s.contact.answers_since = NOW - HOUR;
	expect(&s, "oui", "confirm");
	s.in.is_person = 0;
	expect(&s, "oui", "ignore");
	assert_true(decide_is_person("+33612345678"));
	assert_true(decide_is_person("+32470123456"));
	assert_false(decide_is_person("38000"));
	assert_false(decide_is_person("CLLAJ62"));
	assert_false(decide_is_person("+336"));
	assert_false(decide_is_person(""));
}

/* What waited at the provider for days is read by a human: what it answered is over. */
static void test_old_text(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_CONFIRM);
	s.in.received = NOW - 48 * HOUR;
	expect(&s, "non", "cancel");
	s.in.received = NOW - 48 * HOUR - 1;
	expect(&s, "non", "hand");
	expect(&s, "oui", "hand");
	expect(&s, "RDV", "hand");
	expect(&s, "START", "hand");
	expect(&s, "STOP", "stop");
	s.in.received = NOW - 400 * 24 * HOUR;
	expect(&s, "je ne peux pas venir", "hand");
	s.in.received = 0;
	expect(&s, "oui", "confirm");
}

static void test_stop_once(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_IDLE);
	expect(&s, "stop", "stop");
	s.contact.stopped = NOW - DAY;
	expect(&s, "stop", "nothing");
	expect(&s, "start", "start");
	expect(&s, "rdv", "times"); /* they ask: they are answered */
}

static void test_help_once(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_IDLE);
	expect(&s, "aide", "help");
	expect(&s, "bla bla", "help+hand");
	s.contact.helped = NOW - HOUR;
	expect(&s, "aide", "hand");
	expect(&s, "bla bla", "hand+hand");
	s.contact.helped = NOW - 12 * HOUR;
	expect(&s, "aide", "help");
}

/* Asked once more, then a human. */
static void test_asked_again(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_CONFIRM);
	expect(&s, "oui mais non", "ask");
	s.question = (struct question){
		.kind = QUESTION_CONFIRM, .again = 1, .appointment = 1, .revision = 1};
	expect(&s, "bof", "hand-say");
	expect(&s, "oui", "confirm");
	scene_of(&s, WORDS_CHOOSE);
	expect(&s, "peut etre", "times-again");
	s.question.again = 1;
	expect(&s, "peut etre", "hand-say");
	expect(&s, "2", "move:2");
}

static void test_human_asked(void **state)
{
	struct scene s;

	scene_of(&s, WORDS_CONFIRM);
	s.question.kind = QUESTION_HUMAN;
	expect(&s, "non", "hand");
	expect(&s, "oui", "hand");
	expect(&s, "STOP", "stop");
	s.contact.until = NOW - 1;
	expect(&s, "non", "cancel");
}

static void test_questions_keep(void **state)
{
	struct question q = {.kind = QUESTION_NAME,
			     .again = 1,
			     .appointment = 12,
			     .revision = 3,
			     .act = ACT_MOVE,
			     .service = "premier",
			     .nslots = 1,
			     .slots = {{"centre", 1772442000, 1772445600}},
			     .nwhich = 2,
			     .which = {{4, 1}, {5, 2}},
			     .place = "henin beaumont",
			     .hold = INT64_MAX,
			     .name = "Zoé \"Z\"",
			     .birth_year = 2004,
			     .language = WORDS_LANG_EN};
	struct question back;
	struct buf json = BUF_INIT;

	question_write(&q, &json);
	question_read(buf_str(&json), &back);
	assert_memory_equal(&q, &back, sizeof q);
	buf_fini(&json);
	question_read("", &back);
	assert_int_equal(back.kind, QUESTION_NONE);
	question_read("{\"kind\":\"choose\"}", &back);
	assert_int_equal(back.kind, QUESTION_NONE);
	question_read("[1,", &back);
	assert_int_equal(back.kind, QUESTION_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_old_text),
		cmocka_unit_test(test_two_appointments),
		cmocka_unit_test(test_far_appointment),
		cmocka_unit_test(test_yes_to_another_time),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_void_question),
		cmocka_unit_test(test_reminded_since),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_which_of_the_second),
		cmocka_unit_test(test_guards),
		cmocka_unit_test(test_stop_once),
		cmocka_unit_test(test_help_once),
		cmocka_unit_test(test_asked_again),
		cmocka_unit_test(test_human_asked),
		cmocka_unit_test(test_questions_keep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
