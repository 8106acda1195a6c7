/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decide.c - from an intent to a deed. First what holds whatever was asked (STOP, the
 * loop guard, what is for a human), then the open question, then what a text may ask for
 * by itself. Nothing is guessed: a number with two appointments is asked which, an
 * answer to an old question is told so, and what stays unclear goes to a person. */
#include "talk/decide.h"

#include <string.h>

#include "agenda/civil.h"
#include "base/mem.h"
#include "base/parse.h"

#define PHONE_DIGITS_MIN 8
#define NOON (12 * 60)

int decide_is_person(const char *number)
{
	size_t n;

	if (*number != '+')
		return 0;
	n = strspn(number + 1, "0123456789");
	return n >= PHONE_DIGITS_MIN && number[n + 1] == '\0';
}

/* Sets of intents. */
#define BIT(intent) (1u << (intent))
#define IS_MUDDLED                                                                       \
	(BIT(INTENT_CHOICE) | BIT(INTENT_TIME) | BIT(INTENT_YES) | BIT(INTENT_UNCLEAR) | \
	 BIT(INTENT_CONTRARY) | BIT(INTENT_BOTH))
#define IS_REFUSAL (BIT(INTENT_NO) | BIT(INTENT_CANNOT) | BIT(INTENT_CANCEL))

static int is_in(enum words_intent i, unsigned set)
{
	return (set & BIT(i)) != 0;
}

/* 1 while what was asked awaits its answer. */
static int is_fresh(const struct rdvd_contact *c, rdvd_time now)
{
	return c->until > now && now - c->asked < DECIDE_QUESTION_S;
}

enum words_state decide_state(const struct question *q, const struct rdvd_contact *c,
			      const struct rdvd_appointment *const *appointments,
			      size_t n, rdvd_id offer, rdvd_time now)
{
	switch (q->kind) {
	case QUESTION_CHOOSE: return WORDS_CHOOSE;
	case QUESTION_WHICH: return WORDS_WHICH;
	case QUESTION_NAME: return is_fresh(c, now) ? WORDS_NAME : WORDS_IDLE;
	case QUESTION_NONE:
	case QUESTION_CONFIRM:
	case QUESTION_HUMAN: break;
	}
	if (offer)
		return WORDS_OFFER;
	if (q->kind == QUESTION_CONFIRM && is_fresh(c, now))
		return WORDS_CONFIRM;
	if (n > 0 && appointments[0]->when.start - now < DECIDE_NEAR_S)
		return WORDS_CONFIRM;
	return WORDS_IDLE;
}

/* ---- which appointment ---- */

/* 1 when what was said of day and hour fits, and something was said. */
static int time_fits(const struct words *w, int64_t civil_start, int32_t today)
{
	civil_day day = civil_time_day(civil_start);
	int month, of_month;

	civil_day_split(day, NULL, &month, &of_month);
	if (w->weekday < 0 && w->ahead < 0 && w->day == 0 && w->minute < 0 && !w->half)
		return 0;
	return (w->weekday < 0 || w->weekday == civil_weekday(day)) &&
	       (w->ahead < 0 || today + w->ahead == day) &&
	       (w->day == 0 || w->day == of_month) &&
	       (w->month == 0 || w->month == month) &&
	       (w->minute < 0 || w->minute == civil_time_minute(civil_start)) &&
	       (!w->half || (w->half == 1) == (civil_time_minute(civil_start) < NOON));
}

static int says_time(const struct words *w)
{
	return w->weekday >= 0 || w->ahead >= 0 || w->day > 0 || w->minute >= 0 ||
	       w->half;
}

/* The only appointment, or the only one that fits the day that was said; NULL: ask. */
static const struct rdvd_appointment *pick(const struct decide_in *in)
{
	const struct rdvd_appointment *found = NULL;
	int n = 0;

	if (in->nappointments == 1)
		return in->appointments[0];
	for (size_t i = 0; i < in->nappointments; i++)
		if (time_fits(in->words, in->appointments[i]->when.civil_start,
			      in->today)) {
			found = in->appointments[i];
			n++;
		}
	return n == 1 ? found : NULL;
}

static const struct rdvd_appointment *by_id(const struct decide_in *in, rdvd_id id)
{
	for (size_t i = 0; i < in->nappointments; i++)
		if (in->appointments[i]->id == id)
			return in->appointments[i];
	return NULL;
}

/* ---- doing something with an appointment ---- */

static void do_act(struct decision *out, enum talk_act act,
		   const struct rdvd_appointment *a)
{
	static const enum decide_do deeds[] = {
		[ACT_NONE] = DO_ASK,	  [ACT_CONFIRM] = DO_CONFIRM,
		[ACT_CANCEL] = DO_CANCEL, [ACT_MOVE] = DO_TIMES,
		[ACT_INFO] = DO_INFO,	  [ACT_LATE] = DO_LATE,
		[ACT_WAIT] = DO_WAIT,
	};

	out->what = deeds[act];
	out->appointment = a;
}

/* "oui 15h", and it is at 14; "je peux pas venir jeudi", and it is on Tuesday. */
static int is_another_time(const struct decide_in *in, enum talk_act act,
			   const struct rdvd_appointment *a)
{
	struct words w = *in->words;

	if (act == ACT_CANCEL) /* an hour may be the reason's: "examen à 13h" */
		w.minute = -1, w.half = 0;
	else if (act != ACT_CONFIRM)
		return 0;
	return says_time(&w) && !time_fits(&w, a->when.civil_start, in->today);
}

static void act_on(const struct decide_in *in, enum talk_act act, struct decision *out)
{
	const struct rdvd_appointment *a = pick(in);

	if (in->nappointments == 0) {
		out->what = DO_NONE;
	} else if (!a) {
		out->what = DO_WHICH;
		out->act = act;
	} else if (is_another_time(in, act, a)) {
		out->what = DO_ASK;
		out->appointment = a;
	} else {
		do_act(out, act, a);
	}
}

/* One helpful answer in twelve hours; after it, a human. */
static void help_or_hand(const struct decide_in *in, enum decide_do what,
			 struct decision *out)
{
	if (in->contact->helped && in->now - in->contact->helped < DECIDE_HELP_S) {
		out->what = DO_HAND;
		return;
	}
	out->what = what;
	out->helped = 1;
}

/* Ask whether they come; when that was just asked, a human reads. */
static void ask_or_hand(const struct decide_in *in, struct decision *out)
{
	if (in->question->kind == QUESTION_CONFIRM && in->question->again &&
	    is_fresh(in->contact, in->now)) {
		help_or_hand(in, DO_HAND_SAY, out);
		return;
	}
	if (in->nappointments == 0) {
		help_or_hand(in, DO_HELP, out);
		out->to_hand = 1;
		return;
	}
	out->again = 1;
	act_on(in, ACT_NONE, out);
}

/* ---- the open questions ---- */

/* The slot meant, or -1. */
static int chosen_slot(const struct decide_in *in)
{
	const struct question *q = in->question;
	const struct words *w = in->words;
	int found = -1, n = 0, number = w->number;

	if (w->intent == INTENT_CHOICE) {
		if (number == WORDS_LAST)
			return q->nslots - 1;
		if (number > q->nslots)
			return -1;
		for (int i = 0; w->said_the && i < q->nslots; i++) {
			int day;

			civil_day_split(civil_time_day(q->slots[i].civil_start), NULL,
					NULL, &day);
			if (day == number && i != number - 1)
				return -1; /* "le 2": the second, or the day? */
		}
		return number - 1;
	}
	for (int i = 0; w->intent == INTENT_TIME && i < q->nslots; i++)
		if (time_fits(w, q->slots[i].civil_start, in->today)) {
			found = i;
			n++;
		}
	if (w->intent == INTENT_YES && q->nslots == 1)
		return 0;
	return n == 1 ? found : -1;
}

static void once_more(const struct decide_in *in, enum decide_do what,
		      struct decision *out)
{
	out->again = 1;
	if (in->question->again)
		help_or_hand(in, DO_HAND_SAY, out);
	else
		out->what = what;
}

/* 1 when the question settled it. */
static int answer_choose(const struct decide_in *in, struct decision *out)
{
	const struct question *q = in->question;
	const struct rdvd_appointment *a = by_id(in, q->appointment);
	enum words_intent i = in->words->intent;
	int slot = chosen_slot(in);

	out->appointment = a;
	if (q->appointment && (!a || a->revision != q->revision)) {
		/* the question is void: only what answers nothing else is told so */
		out->what = DO_STALE;
		return is_in(i, BIT(INTENT_CHOICE) | BIT(INTENT_TIME));
	}
	if (slot >= 0) {
		out->slot = slot;
		out->what = q->appointment ? DO_MOVE : DO_TAKE;
		return 1;
	}
	if (is_in(i, IS_MUDDLED)) {
		once_more(in, DO_RETIMES, out);
	} else if (i == INTENT_NO) {
		out->what = a ? DO_KEPT : DO_LETGO;
	} else if (i == INTENT_MOVE || i == INTENT_CANNOT) {
		out->what = DO_TIMES;
	} else if (i == INTENT_CANCEL) {
		out->what = a ? DO_CANCEL : DO_LETGO;
	} else {
		return 0; /* what may be asked at any time */
	}
	return 1;
}

static const struct rdvd_appointment *chosen_which(const struct decide_in *in)
{
	const struct question *q = in->question;
	const struct words *w = in->words;
	const struct rdvd_appointment *found = NULL, *a;
	int n = 0, number = w->number == WORDS_LAST ? q->nwhich : w->number;

	if (w->intent == INTENT_CHOICE)
		return number <= q->nwhich ? by_id(in, q->which[number - 1].id) : NULL;
	for (int i = 0; i < q->nwhich; i++) {
		a = by_id(in, q->which[i].id);
		if (a && w->intent == INTENT_TIME &&
		    time_fits(w, a->when.civil_start, in->today)) {
			found = a;
			n++;
		}
	}
	return n == 1 ? found : NULL;
}

/* 1 when two were asked about, what can be done with both is asked for, and neither has
 * changed since; one that has been dealt with may be gone. */
static int is_about_both(const struct decide_in *in)
{
	const struct question *q = in->question;
	int there = 0;

	for (int i = 0; i < q->nwhich; i++) {
		const struct rdvd_appointment *a = by_id(in, q->which[i].id);

		there += a != NULL;
		if (a && a->revision != q->which[i].revision)
			return 0;
	}
	return q->nwhich == 2 && there > 0 &&
	       (q->act == ACT_CONFIRM || q->act == ACT_CANCEL);
}

static int answer_which(const struct decide_in *in, struct decision *out)
{
	const struct question *q = in->question;
	const struct rdvd_appointment *a = chosen_which(in);
	enum words_intent i = in->words->intent;

	if (a) {
		for (int k = 0; k < q->nwhich; k++)
			if (q->which[k].id == a->id &&
			    q->which[k].revision != a->revision) {
				out->what = DO_STALE;
				out->appointment = a;
				return 1;
			}
		do_act(out, q->act, a);
		return 1;
	}
	if (i == INTENT_BOTH && is_about_both(in)) {
		out->what = DO_BOTH;
		out->act = q->act;
	} else if (is_in(i, IS_MUDDLED)) {
		out->act = q->act;
		once_more(in, DO_WHICH, out);
	} else if (i == INTENT_NO) {
		out->what = DO_NOTHING;
	} else {
		return 0;
	}
	return 1;
}

static int answer_name(const struct decide_in *in, struct decision *out)
{
	const struct question *q = in->question;
	const struct words *w = in->words;

	if (w->intent == INTENT_NAME) {
		int whole = (*w->name || *q->name) && (w->birth_year || q->birth_year);

		out->what = whole ? DO_BOOK : DO_ASK_NAME;
	} else if (is_in(w->intent, IS_REFUSAL)) {
		out->what = DO_LETGO;
	} else if (w->intent == INTENT_MOVE) {
		out->what = DO_TIMES;
	} else if (is_in(w->intent, IS_MUDDLED)) {
		once_more(in, DO_ASK_NAME, out);
	} else {
		return 0;
	}
	return 1;
}

static int answer_offer(const struct decide_in *in, struct decision *out)
{
	const struct words *w = in->words;

	int two = w->intent == INTENT_CHOICE ? w->number : 0;
	int other = in->reminded != NULL || (in->offer_start && says_time(w) &&
					     !time_fits(w, in->offer_start, in->today));

	/* "oui" to the reminder that came since, "je peux pas mardi" of their own */
	if (other && is_in(w->intent, IS_REFUSAL | BIT(INTENT_YES)))
		out->what = DO_OFFER_ASK;
	else if (w->intent == INTENT_YES || two == 1)
		out->what = DO_OFFER_TAKE;
	else if (w->intent == INTENT_NO || w->intent == INTENT_CANNOT || two == 2)
		out->what = DO_OFFER_DECLINE;
	else if (is_in(w->intent, IS_MUDDLED | BIT(INTENT_MOVE) | BIT(INTENT_CANCEL)))
		help_or_hand(in, DO_OFFER_ASK, out);
	else
		return 0;
	return 1;
}

/* ---- without a question ---- */

static void answer_plain(const struct decide_in *in, enum words_state state,
			 struct decision *out)
{
	switch (in->words->intent) {
	case INTENT_YES:
		out->no_more = in->words->no_more;
		act_on(in, ACT_CONFIRM, out);
		break;
	case INTENT_NO:
		if (state == WORDS_CONFIRM)
			act_on(in, ACT_CANCEL, out);
		else
			ask_or_hand(in, out);
		break;
	case INTENT_CANNOT:
	case INTENT_CANCEL: act_on(in, ACT_CANCEL, out); break;
	case INTENT_MOVE:
		if (in->nappointments)
			act_on(in, ACT_MOVE, out);
		else
			out->what = DO_TIMES;
		break;
	case INTENT_EARLIER:
		if (in->nappointments)
			act_on(in, ACT_WAIT, out);
		else
			out->what = DO_TIMES;
		break;
	case INTENT_BOOK:
		out->what = in->nappointments ? DO_ALREADY : DO_TIMES;
		out->appointment = in->nappointments ? in->appointments[0] : NULL;
		break;
	case INTENT_INFO: act_on(in, ACT_INFO, out); break;
	case INTENT_LATE:
		/* what has begun is meant, else the next one */
		if (in->begun)
			do_act(out, ACT_LATE, in->begun);
		else if (in->nappointments)
			do_act(out, ACT_LATE, in->appointments[0]);
		else
			help_or_hand(in, DO_HAND_SAY, out);
		break;
	case INTENT_CALL: out->what = DO_CALL; break;
	case INTENT_HELP: help_or_hand(in, DO_HELP, out); break;
	case INTENT_CODE: out->what = DO_CODE; break;
	case INTENT_HUMAN: help_or_hand(in, DO_HAND_SAY, out); break;
	case INTENT_THANKS: out->what = DO_NOTHING; break;
	case INTENT_MACHINE: out->what = DO_IGNORE; break;
	case INTENT_STOP: out->what = DO_STOP; break;
	case INTENT_START: out->what = DO_START; break;
	case INTENT_UNCLEAR:
	case INTENT_CONTRARY:
	case INTENT_CHOICE:
	case INTENT_TIME:
	case INTENT_NAME:
	case INTENT_BOTH:
	case INTENT_COUNT: ask_or_hand(in, out); break;
	}
}

/* An answer that only makes sense with a question whose time is over. */
static int is_stale(const struct decide_in *in)
{
	const unsigned numbers = BIT(INTENT_CHOICE) | BIT(INTENT_TIME);

	return (in->question->kind == QUESTION_CHOOSE ||
		in->question->kind == QUESTION_WHICH) &&
	       is_in(in->words->intent, numbers);
}

/* A reminder came after the question: "oui" is said of that, and a "non" may be. 1: it
 * settled it. */
static int answer_reminder(const struct decide_in *in, struct decision *out)
{
	if (!in->reminded || !is_in(in->words->intent, IS_REFUSAL | BIT(INTENT_YES)) ||
	    in->words->intent == INTENT_CANCEL)
		return 0;
	out->appointment = in->reminded;
	out->what = in->words->intent == INTENT_YES &&
				    !is_another_time(in, ACT_CONFIRM, in->reminded)
			    ? DO_CONFIRM
			    : DO_ASK;
	return 1;
}

/* A text of another day is no answer to what is asked today: it waited at the provider
 * while nobody fetched it, or is of a time before this daemon. */
#define OLD_TEXT_S (48 * 3600)

/* What holds whatever was asked. 1: it settled it. */
static int answer_first(const struct decide_in *in, struct decision *out)
{
	const struct rdvd_contact *c = in->contact;
	enum words_intent i = in->words->intent;

	if (!in->is_person || i == INTENT_MACHINE)
		out->what = DO_IGNORE;
	else if (i == INTENT_STOP)
		out->what = c->stopped ? DO_NOTHING : DO_STOP;
	else if (in->received && in->now - in->received > OLD_TEXT_S)
		out->what = DO_HAND;
	else if (in->question->kind == QUESTION_HUMAN && is_fresh(c, in->now))
		out->what = i == INTENT_THANKS ? DO_NOTHING : DO_HAND;
	else if (i == INTENT_START)
		out->what = DO_START;
	else if (i == INTENT_THANKS)
		out->what = DO_NOTHING;
	else
		return 0;
	return 1;
}

static void judge(const struct decide_in *in, struct decision *out)
{
	enum words_state state = decide_state(in->question, in->contact, in->appointments,
					      in->nappointments, in->offer, in->now);
	int settled = 0;

	*out = (struct decision){.what = DO_NOTHING};
	if (answer_first(in, out))
		return;
	out->to_hand = in->words->call_too;
	if (!is_fresh(in->contact, in->now)) {
		static const struct question none = {.kind = QUESTION_NONE};

		if (is_stale(in)) {
			out->what = DO_STALE;
			out->appointment = in->nappointments ? in->appointments[0] : NULL;
			return;
		}
		state = decide_state(&none, in->contact, in->appointments,
				     in->nappointments, in->offer, in->now);
	} else if (in->question->kind != QUESTION_CONFIRM && !in->offer &&
		   answer_reminder(in, out)) {
		settled = 1;
	} else if (in->question->kind == QUESTION_CHOOSE) {
		settled = answer_choose(in, out);
	} else if (in->question->kind == QUESTION_WHICH) {
		settled = answer_which(in, out);
	} else if (in->question->kind == QUESTION_NAME) {
		settled = answer_name(in, out);
	}
	if (!settled && state == WORDS_OFFER)
		settled = answer_offer(in, out);
	if (settled)
		return;
	out->appointment = NULL;
	answer_plain(in, state, out);
}

/* The loop guard: so many answers in an hour are a machine's conversation, or nobody's.
 * What is said about an appointment holds all the same, for it ends by itself: cancelling
 * is possible until the start by every path. */
void decide(const struct decide_in *in, struct decision *out)
{
	const struct rdvd_contact *c = in->contact;
	const unsigned kept = BIT(DO_NOTHING) | BIT(DO_IGNORE) | BIT(DO_STOP) |
			      BIT(DO_CONFIRM) | BIT(DO_CANCEL) | BIT(DO_BOTH);

	judge(in, out);
	if (c->answers >= in->answers_per_hour && in->now - c->answers_since < 3600 &&
	    !(kept & BIT(out->what)))
		*out = (struct decision){.what = DO_HAND};
}

const char *decide_name(enum decide_do what)
{
	static const char *const names[DO_COUNT] = {
		[DO_NOTHING] = "nothing",
		[DO_IGNORE] = "ignore",
		[DO_HAND] = "hand",
		[DO_HAND_SAY] = "hand-say",
		[DO_HELP] = "help",
		[DO_STOP] = "stop",
		[DO_START] = "start",
		[DO_CALL] = "call",
		[DO_LATE] = "late",
		[DO_CONFIRM] = "confirm",
		[DO_CANCEL] = "cancel",
		[DO_BOTH] = "both",
		[DO_INFO] = "info",
		[DO_WAIT] = "wait",
		[DO_TIMES] = "times",
		[DO_RETIMES] = "times-again",
		[DO_MOVE] = "move",
		[DO_TAKE] = "take",
		[DO_BOOK] = "book",
		[DO_ASK_NAME] = "ask-name",
		[DO_LETGO] = "let-go",
		[DO_ASK] = "ask",
		[DO_WHICH] = "which",
		[DO_KEPT] = "kept",
		[DO_ALREADY] = "already",
		[DO_NONE] = "none",
		[DO_STALE] = "stale",
		[DO_OFFER_TAKE] = "offer-take",
		[DO_OFFER_DECLINE] = "offer-decline",
		[DO_OFFER_ASK] = "offer-ask",
		[DO_CODE] = "code",
	};

	return names[what];
}
