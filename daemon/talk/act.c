/* SPDX-License-Identifier: GPL-3.0-or-later */
/* act.c - doing what was decided. Each deed makes the words of its answer and the
 * question that it leaves open, and hands both to the act itself, so that they are kept
 * together; when the act cannot be, the answer is made anew and says so. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "talk/impl.h"
#include "talk/late.h"

#define HOLD_S 7200 /* a time is kept while the name is asked */
/* A number is another person's some day: whom it was is asked anew after that. */
#define KNOWN_S (180 * 86400)

/* ---- answers ---- */

void text_say_plain(struct text *x, enum text_stem stem)
{
	const struct reply_env e = text_env(x, NULL);

	reply_plain(&e, stem, &x->reply);
}

void text_say_of(struct text *x, enum text_stem stem, const struct rdvd_appointment *a)
{
	const struct reply_env e = text_env(x, a);

	reply_appointment(&e, stem, a, &x->reply);
}

void text_ask_coming(struct text *x, const struct rdvd_appointment *a)
{
	x->ask = (struct question){.kind = QUESTION_CONFIRM,
				   .again = x->decision.again,
				   .appointment = a ? a->id : 0,
				   .revision = a ? a->revision : 0};
}

void text_sorry(struct text *x)
{
	x->ask.kind = QUESTION_NONE;
	buf_clear(&x->reply);
	text_say_plain(x, TEXT_ANSWER_SORRY);
	text_turn(x, RDVD_INBOUND_TO_HAND, x->decision.appointment, 1);
	text_say(x);
}

static void gone(struct text *x)
{
	x->ask.kind = QUESTION_NONE;
	buf_clear(&x->reply);
	text_say_plain(x, TEXT_ANSWER_NONE);
	text_turn(x, RDVD_INBOUND_DONE, x->decision.appointment, 1);
	text_say(x);
}

/* ---- offering times ---- */

/* Make the question and its words: 0, or -1 when nothing is free. */
static int offer_times(struct text *x, enum text_stem stem, rdvd_time after)
{
	const struct rdvd_appointment *a = x->decision.appointment;
	const struct territory *t = booking_territory(x->talk->booking);
	const struct reply_env e = text_env(x, a);
	struct question ask = {.kind = QUESTION_CHOOSE};
	int service = a ? e.service : times_service(x->talk), site = TERRITORY_NONE;

	if (a) {
		ask.appointment = a->id;
		ask.revision = a->revision;
		if (a->place.site)
			site = territory_by_id(t, RDVD_DEF_SITE, a->place.site);
	}
	snprintf(ask.place, sizeof ask.place, "%s",
		 *x->words.place ? x->words.place : x->question.place);
	if (stem == TEXT_ANSWER_CHOOSE && *x->words.place &&
	    !times_know(x->talk, x->words.place))
		stem = TEXT_ANSWER_CHOOSE_ANY;
	if (!times_find(x->talk, service, site, ask.place, after, x->now, &ask) &&
	    !(after && times_find(x->talk, service, site, ask.place, 0, x->now, &ask)))
		return -1;
	x->ask = ask;
	reply_times(&e, stem, &x->ask, &x->reply);
	return 0;
}

static void say_times(struct text *x, enum text_stem stem, rdvd_time after)
{
	buf_clear(&x->reply);
	x->ask.kind = QUESTION_NONE;
	if (offer_times(x, stem, after) == 0) {
		text_turn(x, RDVD_INBOUND_DONE, x->decision.appointment, 1);
	} else {
		text_say_plain(x, TEXT_ANSWER_FULL);
		text_turn(x, RDVD_INBOUND_TO_HAND, x->decision.appointment, 1);
	}
	text_say(x);
}

static void do_times(struct text *x)
{
	const struct question *q = &x->question;
	rdvd_time after = 0;

	if (q->kind == QUESTION_CHOOSE && q->nslots && x->words.intent != INTENT_BOOK)
		after = q->slots[q->nslots - 1].start;
	say_times(x, TEXT_ANSWER_CHOOSE, after);
}

/* ---- how an act ended ---- */

static void ask_name_again(struct text *x)
{
	x->ask = x->question;
	x->ask.again = 1;
	x->ask.name[0] = '\0';
	buf_clear(&x->reply);
	text_say_plain(x, TEXT_ANSWER_NAME_AGAIN);
	text_turn(x, RDVD_INBOUND_DONE, NULL, 1);
	text_say(x);
}

static void acted(void *arg, const struct booking_reply *r)
{
	struct text *x = arg;

	switch (r->verdict) {
	case BOOKING_DONE:
	case BOOKING_KNOWN:
		x->talk->counts.acted += x->ask.kind != QUESTION_NAME;
		text_done(x);
		return;
	case BOOKING_NOT_A_SLOT:
	case BOOKING_CLOSED:
	case BOOKING_TOO_EARLY:
	case BOOKING_TOO_FAR:
	case BOOKING_TAKEN: say_times(x, TEXT_ANSWER_TAKEN, 0); return;
	case BOOKING_FIELDS:
		if (x->decision.what == DO_BOOK)
			ask_name_again(x);
		else
			text_sorry(x);
		return;
	case BOOKING_IS_CANCELLED: gone(x); return;
	case BOOKING_KEY_REUSED:
	case BOOKING_TOO_LATE:
	case BOOKING_NO_MORE:
	case BOOKING_NOT_FOUND: text_sorry(x); return;
	case BOOKING_BUSY:
	case BOOKING_UNCERTAIN:
	case BOOKING_FAILED: text_later(x); return;
	}
}

/* ---- confirm, cancel, move ---- */

static void do_confirm(struct text *x)
{
	const struct rdvd_appointment *a = x->decision.appointment;
	struct booking_which w = {.id = a->id, .no_more_reminders = x->decision.no_more};

	text_say_of(x, TEXT_ANSWER_CONFIRMED, a);
	text_ask_coming(x, a);
	text_turn(x, RDVD_INBOUND_DONE, a, 1);
	w.turn = &x->turn;
	booking_confirm(x->talk->booking, &w, acted, x);
}

static void do_cancel(struct text *x)
{
	const struct rdvd_appointment *a = x->decision.appointment;
	struct booking_which w = {.id = a->id};

	text_say_of(x, TEXT_ANSWER_CANCELLED, a);
	text_turn(x, RDVD_INBOUND_DONE, a, 1);
	w.turn = &x->turn;
	booking_cancel(x->talk->booking, &w, acted, x);
}

/* The second one carries the answer for both; done again after a fault, the first one
 * changes nothing. */
static void both_first(void *arg, const struct booking_reply *r)
{
	struct text *x = arg;
	struct booking_which w = {.id = x->second, .turn = &x->turn};

	if (r->verdict != BOOKING_DONE && r->verdict != BOOKING_KNOWN) {
		acted(x, r);
		return;
	}
	if (x->decision.act == ACT_CANCEL)
		booking_cancel(x->talk->booking, &w, acted, x);
	else
		booking_confirm(x->talk->booking, &w, acted, x);
}

static void do_both(struct text *x)
{
	const struct question *q = &x->question;
	const struct reply_env e = text_env(x, NULL);
	const struct rdvd_appointment *list[2];
	struct booking_which w = {.id = 0};
	int cancel = x->decision.act == ACT_CANCEL;
	size_t n = 0;

	for (size_t i = 0; i < x->nappointments && n < 2; i++)
		if (x->appointments[i]->id == q->which[0].id ||
		    x->appointments[i]->id == q->which[1].id)
			list[n++] = x->appointments[i];
	reply_which(&e, cancel ? TEXT_ANSWER_BOTH_CANCELLED : TEXT_ANSWER_BOTH_CONFIRMED,
		    list, n, &x->reply);
	w.id = list[0]->id;
	x->second = list[n - 1]->id;
	text_turn(x, RDVD_INBOUND_DONE, list[n - 1], 1);
	if (cancel)
		booking_cancel(x->talk->booking, &w, both_first, x);
	else
		booking_confirm(x->talk->booking, &w, both_first, x);
}

static void do_move(struct text *x)
{
	const struct rdvd_appointment *a = x->decision.appointment;
	const struct question_slot *s = &x->question.slots[x->decision.slot];
	const struct reply_env e = text_env(x, a);
	struct booking_which w = {.id = a->id};

	reply_time(&e, TEXT_ANSWER_MOVED, territory_site(e.territory, s->site),
		   s->civil_start, "", &x->reply);
	text_ask_coming(x, NULL);
	text_turn(x, RDVD_INBOUND_DONE, a, 1);
	w.turn = &x->turn;
	booking_move(x->talk->booking, &w, s->site, s->start, NULL, acted, x);
}

/* ---- booking ---- */

static void fill_request(const struct text *x, const struct question_slot *s,
			 char key[40], struct booking_request *r)
{
	uint8_t hash[SECRET_HASH_SIZE];

	snprintf(key, 40, "sms:%lld", (long long)x->id);
	*r = (struct booking_request){.request_key = key,
				      .service = x->question.service,
				      .site = s->site,
				      .start = s->start,
				      .has_start = 1,
				      .party_size = 1,
				      .notice = 1,
				      .person = {.phone = x->number},
				      .channel = RDVD_BY_SMS};
	secret_token_hash(x->number, hash);
	memcpy(r->holder, hash, sizeof r->holder);
}

static void book(struct text *x, const struct question_slot *s, struct booking_request *r)
{
	const struct reply_env e = text_env(x, NULL);

	reply_time(&e, TEXT_ANSWER_BOOKED, territory_site(e.territory, s->site),
		   s->civil_start, r->person.first_name, &x->reply);
	text_ask_coming(x, NULL);
	text_turn(x, RDVD_INBOUND_DONE, NULL, 1);
	r->turn = &x->turn;
	if (!r->person.locale)
		r->person.locale = e.lang;
	booking_book(x->talk->booking, r, acted, x);
}

static void do_book(struct text *x)
{
	const struct question *q = &x->question;
	struct booking_request r;
	char key[40], year[8];
	int born = x->words.birth_year ? x->words.birth_year : q->birth_year;

	fill_request(x, &q->slots[0], key, &r);
	snprintf(year, sizeof year, "%d", born);
	r.hold = q->hold;
	r.person.first_name = *x->words.name ? x->words.name : q->name;
	r.person.birth_year = year;
	book(x, &q->slots[0], &r);
}

/* For the one person that this number is known for. */
static void book_known(struct text *x, const struct rdvd_person *p)
{
	const struct question_slot *s = &x->question.slots[x->decision.slot];
	struct booking_request r;
	char key[40], year[8] = "";

	fill_request(x, s, key, &r);
	if (p->birth_year)
		snprintf(year, sizeof year, "%d", p->birth_year);
	r.person.id = p->id;
	r.person.first_name = p->first_name;
	r.person.last_name = p->last_name;
	r.person.birth_year = year;
	r.person.email = p->email;
	r.person.locale = p->locale;
	r.person.discreet = p->discreet;
	r.person.only_answers = p->only_answers;
	book(x, s, &r);
}

/* The time is kept while the name is asked: both in one transaction. */
static void ask_name(struct text *x)
{
	const struct question_slot *s = &x->question.slots[x->decision.slot];
	const struct reply_env e = text_env(x, NULL);
	struct booking_request r;
	char key[40];

	fill_request(x, s, key, &r);
	r.request_key = "";
	r.hold = booking_hold_draw();
	r.hold_seconds = HOLD_S;
	x->ask = (struct question){
		.kind = QUESTION_NAME, .slots = {*s}, .nslots = 1, .hold = r.hold};
	snprintf(x->ask.service, sizeof x->ask.service, "%s", x->question.service);
	snprintf(x->ask.place, sizeof x->ask.place, "%s", x->question.place);
	reply_time(&e, TEXT_ANSWER_NAME, territory_site(e.territory, s->site),
		   s->civil_start, "", &x->reply);
	text_turn(x, RDVD_INBOUND_DONE, NULL, 1);
	r.turn = &x->turn;
	booking_hold(x->talk->booking, &r, acted, x);
}

static int is_same_person(const struct rdvd_person *a, const struct rdvd_person *b)
{
	return a->birth_year == b->birth_year && !strcmp(a->first_name, b->first_name);
}

static int keep_person(void *arg, const struct rdvd_appointment *a)
{
	struct text *x = arg;

	if (strcmp(a->person.phone, x->number) != 0 || a->when.start < x->now - KNOWN_S)
		return 0;
	for (size_t i = 0; i < x->nknown; i++)
		if (is_same_person(&x->known[i]->person, &a->person))
			return 0;
	x->known[x->nknown++] = appointment_dup(a);
	return x->nknown == TALK_APPOINTMENTS_MAX;
}

static void forget_people(struct text *x)
{
	while (x->nknown)
		free(x->known[--x->nknown]);
}

static enum rdvd_rc people_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct text *x = (struct text *)job;

	forget_people(x);
	return ops->person_search(st, x->number, 0, TALK_APPOINTMENTS_MAX, keep_person,
				  x);
}

/* Whom is it for? One person known: for them; else the time is kept and asked. */
static void people_done(struct store_job *job)
{
	struct text *x = (struct text *)job;

	if (job->rc != RDVD_OK && job->rc != RDVD_NOT_FOUND) {
		text_later(x);
		return;
	}
	if (x->nknown == 1)
		book_known(x, &x->known[0]->person);
	else
		ask_name(x);
}

static void do_take(struct text *x)
{
	x->job = (struct store_job){.run = people_run, .done = people_done};
	if (store_read(x->talk->store, &x->job) != RDVD_OK)
		text_later(x);
}

static void do_ask_name(struct text *x)
{
	x->ask = x->question;
	x->ask.again = x->decision.again;
	if (*x->words.name)
		snprintf(x->ask.name, sizeof x->ask.name, "%s", x->words.name);
	if (x->words.birth_year)
		x->ask.birth_year = x->words.birth_year;
	text_say_plain(x, TEXT_ANSWER_NAME_AGAIN);
	text_turn(x, RDVD_INBOUND_DONE, NULL, 1);
	text_say(x);
}

/* ---- answers without an act ---- */

static void do_help(struct text *x)
{
	size_t n;

	text_say_plain(x, TEXT_ANSWER_HELP);
	n = x->reply.len;
	if (*x->talk->o.emergency && n + strlen(x->talk->o.emergency) < 160)
		buf_addf(&x->reply, " %s", x->talk->o.emergency);
	x->talk->counts.helped++;
	text_turn(x, RDVD_INBOUND_DONE, NULL, 0);
	text_say(x);
}

static void do_stale(struct text *x)
{
	const struct rdvd_appointment *a = x->decision.appointment;

	if (a)
		text_say_of(x, TEXT_ANSWER_STALE, a);
	else
		text_say_plain(x, TEXT_ANSWER_STALE);
	text_turn(x, RDVD_INBOUND_DONE, a, 1);
	text_say(x);
}

static void do_which(struct text *x)
{
	const struct reply_env e = text_env(x, NULL);
	const struct rdvd_appointment *const *list =
		(const struct rdvd_appointment *const *)x->appointments;

	x->ask = (struct question){.kind = QUESTION_WHICH,
				   .again = x->decision.again,
				   .act = x->decision.act};
	for (size_t i = 0; i < x->nappointments; i++) {
		x->ask.which[i].id = list[i]->id;
		x->ask.which[i].revision = list[i]->revision;
	}
	x->ask.nwhich = (int)x->nappointments;
	reply_which(&e, TEXT_ANSWER_WHICH, list, x->nappointments, &x->reply);
	text_turn(x, RDVD_INBOUND_DONE, NULL, 1);
	text_say(x);
}

static void do_retimes(struct text *x)
{
	const struct reply_env e = text_env(x, x->decision.appointment);

	x->ask = x->question;
	x->ask.again = 1;
	reply_times(&e, TEXT_ANSWER_CHOOSE, &x->ask, &x->reply);
	text_turn(x, RDVD_INBOUND_DONE, x->decision.appointment, 1);
	text_say(x);
}

static void do_stop(struct text *x)
{
	int stop = x->decision.what == DO_STOP;

	text_say_plain(x, stop ? TEXT_ANSWER_STOP : TEXT_ANSWER_START);
	text_turn(x, RDVD_INBOUND_DONE, NULL, stop);
	x->turn.stop = stop ? RDVD_STOP_ON : RDVD_STOP_OFF;
	text_say(x);
}

/* The answers that are one text, or none. */
struct plain {
	enum text_stem stem;
	int is_said; /* 0: no answer */
	int of;	     /* says an appointment's day and hour */
	int coming;  /* leaves "are you coming?" open */
	int close;   /* closes the open question */
	enum rdvd_inbound_state state;
};

/* When they will be there, for the day's page. */
static rdvd_time expected_at(const struct text *x, const struct rdvd_appointment *a)
{
	civil_time start = a->when.civil_start;
	rdvd_time received = x->received && x->received < x->now ? x->received : x->now;
	civil_time late =
		late_expected(x->words_text, start, start + (received - a->when.start));

	return a->when.start + (late - start);
}

static void do_plain(struct text *x)
{
	static const struct plain plains[DO_COUNT] = {
		[DO_NOTHING] = {.state = RDVD_INBOUND_DONE},
		[DO_IGNORE] = {.state = RDVD_INBOUND_IGNORED},
		[DO_HAND] = {.state = RDVD_INBOUND_TO_HAND},
		[DO_HAND_SAY] = {TEXT_ANSWER_HAND, .is_said = 1,
				 .state = RDVD_INBOUND_TO_HAND},
		[DO_CALL] = {TEXT_ANSWER_CALL, .is_said = 1, .close = 1,
			     .state = RDVD_INBOUND_TO_HAND},
		[DO_LATE] = {TEXT_ANSWER_LATE, .is_said = 1, .of = 1,
			     .state = RDVD_INBOUND_TO_HAND},
		[DO_INFO] = {TEXT_ANSWER_INFO, .is_said = 1, .of = 1, .coming = 1,
			     .state = RDVD_INBOUND_DONE},
		[DO_ASK] = {TEXT_ANSWER_ASK, .is_said = 1, .of = 1, .coming = 1,
			    .state = RDVD_INBOUND_DONE},
		[DO_KEPT] = {TEXT_ANSWER_KEPT, .is_said = 1, .of = 1, .close = 1,
			     .state = RDVD_INBOUND_DONE},
		[DO_ALREADY] = {TEXT_ANSWER_ALREADY, .is_said = 1, .of = 1, .coming = 1,
				.state = RDVD_INBOUND_DONE},
		[DO_NONE] = {TEXT_ANSWER_NONE, .is_said = 1, .close = 1,
			     .state = RDVD_INBOUND_DONE},
		[DO_LETGO] = {TEXT_ANSWER_NOTHING, .is_said = 1, .close = 1,
			      .state = RDVD_INBOUND_DONE},
	};
	const struct plain *p = &plains[x->decision.what];
	const struct rdvd_appointment *a = x->decision.appointment;

	if (p->is_said && p->of)
		text_say_of(x, p->stem, a);
	else if (p->is_said)
		text_say_plain(x, p->stem);
	if (p->coming)
		text_ask_coming(x, a);
	text_turn(x, p->state, a, p->close);
	if (x->decision.what == DO_LATE && a)
		x->turn.expected = expected_at(x, a);
	text_say(x);
}

void text_act(struct text *x)
{
	static void (*const deeds[DO_COUNT])(struct text * x) = {
		[DO_NOTHING] = do_plain,
		[DO_IGNORE] = do_plain,
		[DO_HAND] = do_plain,
		[DO_HAND_SAY] = do_plain,
		[DO_HELP] = do_help,
		[DO_STOP] = do_stop,
		[DO_START] = do_stop,
		[DO_CALL] = do_plain,
		[DO_LATE] = do_plain,
		[DO_CONFIRM] = do_confirm,
		[DO_CANCEL] = do_cancel,
		[DO_BOTH] = do_both,
		[DO_INFO] = do_plain,
		[DO_WAIT] = text_do_wait,
		[DO_TIMES] = do_times,
		[DO_RETIMES] = do_retimes,
		[DO_MOVE] = do_move,
		[DO_TAKE] = do_take,
		[DO_BOOK] = do_book,
		[DO_ASK_NAME] = do_ask_name,
		[DO_LETGO] = do_plain,
		[DO_ASK] = do_plain,
		[DO_WHICH] = do_which,
		[DO_KEPT] = do_plain,
		[DO_ALREADY] = do_plain,
		[DO_NONE] = do_plain,
		[DO_STALE] = do_stale,
		[DO_OFFER_TAKE] = text_do_offer,
		[DO_OFFER_DECLINE] = text_do_offer,
		[DO_OFFER_ASK] = text_do_offer,
		[DO_CODE] = text_do_code,
	};

	buf_clear(&x->reply);
	x->ask = (struct question){.kind = QUESTION_NONE};
	deeds[x->decision.what](x);
}
