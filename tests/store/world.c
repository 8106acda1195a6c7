/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world.c - see world.h. */
#include <stdlib.h>

#include "world.h"

static rdvd_id define(struct world *w, enum rdvd_definition_kind kind, const char *slug)
{
	rdvd_id id = 0;

	assert_int_equal(ACT(w, definition_put(w->st, kind, slug, "{}", T0, &id)),
			 RDVD_OK);
	assert_true(id > 0);
	return id;
}

int world_setup(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	struct world *w = calloc(1, sizeof(*w));

	support_remove_files();
	support_complaints();
	w->ops = support_ops();
	assert_int_equal(w->ops->open(support_host(), 0, &w->st), RDVD_OK);
	define(w, RDVD_DEF_NETWORK, "network");
	w->organisation = define(w, RDVD_DEF_ORGANISATION, "cllaj");
	w->service = define(w, RDVD_DEF_SERVICE, "premier-rdv");
	w->workshop = define(w, RDVD_DEF_SERVICE, "atelier");
	for (int i = 0; i < 3; i++)
		w->site[i] = define(w, RDVD_DEF_SITE, names[i]);
	for (int i = 0; i < 4; i++)
		w->counsellor[i] = define(w, RDVD_DEF_COUNSELLOR, names[i]);
	w->next = 1000;
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	struct world *w = *state;

	w->ops->close(w->st);
	free(w);
	if (support_complaints() == 0)
		return 0;
	fprintf(stderr, "unexpected log line: %s\n", support_last_complaint());
	return -1;
}

void world_close(struct world *w)
{
	w->ops->close(w->st);
	w->st = NULL;
}

void world_reopen(struct world *w)
{
	world_close(w);
	assert_int_equal(w->ops->open(support_host(), 0, &w->st), RDVD_OK);
}

struct rdvd_booking world_booking(struct world *w, int c, int s, rdvd_time start)
{
	struct rdvd_booking b = support_booking(w->next++, w->service, w->site[s],
						w->counsellor[c], start, T0);

	b.organisation = w->organisation;
	return b;
}

enum rdvd_rc world_book(struct world *w, const struct rdvd_booking *b, rdvd_id *id)
{
	struct rdvd_booked out = {0};
	enum rdvd_rc rc = ACT(w, book(w->st, b, &out));

	if (id)
		*id = out.id;
	return rc;
}

struct kept { /* an appointment with its texts */
	struct rdvd_appointment a;
	int n;
};

static int keep_one(void *arg, const struct rdvd_appointment *a)
{
	static char texts[10][128];
	struct kept *k = arg;
	const char **fields[] = {
		&k->a.uid,	    &k->a.place.name,	     &k->a.place.postcode,
		&k->a.when.zone,    &k->a.person.first_name, &k->a.person.last_name,
		&k->a.person.phone, &k->a.person.email,	     &k->a.companion,
		&k->a.answers};

	k->a = *a;
	k->n++;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		assert_non_null(*fields[i]);
		snprintf(texts[i], sizeof(texts[i]), "%s", *fields[i]);
		*fields[i] = texts[i];
	}
	return 0;
}

struct rdvd_appointment world_get(struct world *w, rdvd_id id)
{
	struct rdvd_which which = {.id = id};
	struct kept k = {.n = 0};

	assert_int_equal(w->ops->appointment_get(w->st, &which, keep_one, &k), RDVD_OK);
	assert_int_equal(k.n, 1);
	return k.a;
}

struct claims {
	rdvd_id counsellor;
	int n;
};

static int count_claim(void *arg, const struct rdvd_claim *c)
{
	struct claims *count = arg;

	count->n += count->counsellor == 0 || count->counsellor == c->counsellor;
	return 0;
}

int world_claims(struct world *w, int c, rdvd_time from, rdvd_time now)
{
	struct claims count = {.counsellor = c < 0 ? 0 : w->counsellor[c]};

	assert_int_equal(w->ops->claim_each(w->st, from, now, count_claim, &count),
			 RDVD_OK);
	return count.n;
}

struct rdvd_move world_move(struct world *w, rdvd_id id, int c, int s, rdvd_time start,
			    rdvd_time now)
{
	return (struct rdvd_move){
		.which = {.id = id},
		.place = {.site = w->site[s]},
		.when = {.start = start,
			 .end = start + HOUR,
			 .civil_start = start + HOUR,
			 .zone = "Europe/Paris"},
		.counsellors = {w->counsellor[c]},
		.ncounsellors = 1,
		.move_until_s = 2 * HOUR,
		.place_kind = "partner",
		.now = now,
		.actor = "",
	};
}

struct rdvd_hold_request world_hold(struct world *w, int c, int s, rdvd_time start,
				    rdvd_time now)
{
	return (struct rdvd_hold_request){
		.ref = 0xf000000000000000u + w->next++,
		.service = w->service,
		.organisation = w->organisation,
		.place = {.site = w->site[s]},
		.when = {.start = start,
			 .end = start + HOUR,
			 .civil_start = start + HOUR,
			 .zone = "Europe/Paris"},
		.counsellors = {w->counsellor[c]},
		.ncounsellors = 1,
		.now = now,
		.expires = now + 10 * MINUTE,
	};
}

enum rdvd_rc world_cancel(struct world *w, rdvd_id id, rdvd_time now, int *changed)
{
	struct rdvd_cancel c = {.which = {.id = id}, .now = now, .actor = ""};

	return ACT(w, cancel(w->st, &c, changed));
}

enum rdvd_rc world_mark(struct world *w, rdvd_id id, enum rdvd_outcome outcome,
			rdvd_time now)
{
	struct rdvd_mark m = {.which = {.id = id},
			      .outcome = outcome,
			      .persons_present = -1,
			      .now = now,
			      .actor = "marie"};
	int changed = -1;

	return ACT(w, mark(w->st, &m, &changed));
}

static int print_problem(void *arg, const char *sentence)
{
	fprintf(stderr, "problem: %s\n", sentence);
	++*(int *)arg;
	return 0;
}

void world_assert_whole(struct world *w)
{
	int problems = 0;

	assert_int_equal(w->ops->check(w->st, print_problem, &problems), RDVD_OK);
	assert_int_equal(problems, 0);
}

static int keep_fact(void *arg, const struct rdvd_fact *f)
{
	struct last_fact *last = arg;

	assert_true(f->seq > last->f.seq);
	last->f = *f;
	last->n++;
	snprintf(last->appointment, sizeof(last->appointment), "%s", f->appointment);
	snprintf(last->session, sizeof(last->session), "%s", f->session);
	snprintf(last->person, sizeof(last->person), "%s", f->person);
	snprintf(last->place_kind, sizeof(last->place_kind), "%s", f->place_kind);
	snprintf(last->locale, sizeof(last->locale), "%s", f->locale);
	return 0;
}

struct last_fact world_last_fact(struct world *w)
{
	struct rdvd_fact_filter all = {.from = INT32_MIN, .to = INT32_MAX};
	struct last_fact last = {.n = 0};

	assert_int_equal(w->ops->fact_each(w->st, &all, keep_fact, &last), RDVD_OK);
	return last;
}

struct states {
	enum rdvd_message_state state;
	int n;
};

static int count_state(void *arg, const struct rdvd_message_row *m,
		       const struct rdvd_appointment *a)
{
	struct states *s = arg;

	assert_int_equal(m->participation, a->id);
	assert_non_null(m->gateway);
	s->n += m->state == s->state;
	return 0;
}

int world_messages(struct world *w, rdvd_id participation, enum rdvd_message_state state)
{
	struct rdvd_message_filter f = {.participation = participation};
	struct states s = {.state = state};

	assert_int_equal(w->ops->message_each(w->st, &f, count_state, &s), RDVD_OK);
	return s.n;
}

int world_give(void *arg, const struct rdvd_message_row *m,
	       const struct rdvd_appointment *a)
{
	struct given *g = arg;

	assert_true(g->n < 64);
	assert_int_equal(m->participation, a->id);
	assert_non_null(a->person.first_name);
	assert_non_null(a->when.zone);
	g->rows[g->n] = *m;
	g->starts[g->n] = a->when.start;
	snprintf(g->to[g->n], sizeof(g->to[0]), "%s",
		 m->channel == RDVD_CHANNEL_SMS ? a->person.phone : a->person.email);
	snprintf(g->text[g->n], sizeof(g->text[0]), "%s", m->letter_text);
	g->ids[g->n++] = m->id;
	return 0;
}

struct given world_claim(struct world *w, rdvd_time now, size_t max)
{
	struct given g = {.n = 0};

	assert_int_equal(ACT(w, message_claim(w->st, now, max, world_give, &g)), RDVD_OK);
	return g;
}

rdvd_id world_book_owing(struct world *w, int c, rdvd_time start,
			 struct rdvd_booking *keep)
{
	struct rdvd_booking b = world_booking(w, c, 0, start);
	struct rdvd_owed owed[3];
	rdvd_id id;

	b.owed = owed;
	b.nowed = support_owed(owed, start, T0);
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	if (keep)
		*keep = b;
	return id;
}

enum rdvd_rc world_result(struct world *w, rdvd_id id, int attempt,
			  enum rdvd_message_state state, rdvd_time due, rdvd_time now)
{
	struct rdvd_message_result r = {.id = id,
					.attempt = attempt,
					.state = state,
					.due = due,
					.to = "+33612345678",
					.text = "Bonjour",
					.segments = 1,
					.provider_id = "p-1",
					.note = "fine",
					.gateway = "gw",
					.now = now};

	return ACT(w, message_result(w->st, &r));
}

void world_assert_counts(struct world *w)
{
	int64_t counts[RDVD_MSG_SUPPRESSED + 1];

	memset(counts, 0x55, sizeof(counts));
	assert_int_equal(w->ops->message_counts(w->st, counts), RDVD_OK);
	for (int s = 1; s <= RDVD_MSG_SUPPRESSED; s++)
		assert_int_equal(counts[s],
				 world_messages(w, 0, (enum rdvd_message_state)s));
	world_assert_whole(w);
}

static int keep_state(void *arg, const struct rdvd_message_row *m,
		      const struct rdvd_appointment *a)
{
	*(enum rdvd_message_state *)arg = m->state;
	return 1;
}

enum rdvd_message_state world_state(struct world *w, rdvd_id message)
{
	struct rdvd_message_filter f = {.after = message - 1, .limit = 1};
	enum rdvd_message_state state = 0;

	assert_int_equal(w->ops->message_each(w->st, &f, keep_state, &state), RDVD_OK);
	return state;
}

struct rdvd_letter world_letter(const char *to, const char *text, rdvd_time now)
{
	return (struct rdvd_letter){.kind = RDVD_MSG_ANSWER,
				    .channel = RDVD_CHANNEL_SMS,
				    .to = to,
				    .text = text,
				    .due = now,
				    .deadline = now + DAY,
				    .actor = "",
				    .now = now};
}

rdvd_id world_put_letter(struct world *w, const struct rdvd_letter *l)
{
	rdvd_id id = -1;

	assert_int_equal(ACT(w, letter_put(w->st, l, &id)), RDVD_OK);
	return id;
}

static int keep_contact(void *arg, const struct rdvd_contact *k)
{
	static char texts[3][256];
	struct rdvd_contact *to = arg;

	*to = *k;
	snprintf(texts[0], sizeof(texts[0]), "%s", k->number);
	snprintf(texts[1], sizeof(texts[1]), "%s", k->bad_note);
	snprintf(texts[2], sizeof(texts[2]), "%s", k->question);
	to->number = texts[0];
	to->bad_note = texts[1];
	to->question = texts[2];
	return 0;
}

struct rdvd_contact world_contact(struct world *w, const char *number)
{
	struct rdvd_contact k = {.number = "", .bad_note = "", .question = ""};
	enum rdvd_rc rc = w->ops->contact_get(w->st, number, keep_contact, &k);

	assert_true(rc == RDVD_OK || rc == RDVD_NOT_FOUND);
	assert_string_equal(k.number, rc == RDVD_OK ? number : "");
	return k;
}

rdvd_id world_text(struct world *w, const char *number, const char *key, const char *text)
{
	struct rdvd_inbound i = {.gateway = "gw",
				 .key = key,
				 .number = number,
				 .to = "38123",
				 .text = text,
				 .received = T0};
	rdvd_id id = 0;
	int known = -1;

	assert_int_equal(ACT(w, inbound_put(w->st, &i, "raw", 3, T0 + 1, &id, &known)),
			 RDVD_OK);
	assert_int_equal(known, 0);
	assert_true(id > 0);
	return id;
}
