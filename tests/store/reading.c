/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reading.c - walks, filters and pages; definitions, absences, staff; the change
 * counters. */
#include "world.h"

struct seen {
	rdvd_id ids[64];
	rdvd_time starts[64];
	int n, stop_after;
};

static int see(void *arg, const struct rdvd_appointment *a)
{
	struct seen *s = arg;

	assert_true(s->n < 64);
	s->starts[s->n] = a->when.start;
	s->ids[s->n++] = a->id;
	return s->stop_after && s->n >= s->stop_after;
}

static struct seen each(struct world *w, struct rdvd_appointment_filter f)
{
	struct seen s = {.n = 0};

	assert_int_equal(w->ops->appointment_each(w->st, &f, see, &s), RDVD_OK);
	return s;
}

static void test_appointment_filters(void **state)
{
	struct world *w = *state;
	rdvd_id ids[6];
	struct rdvd_booking b;
	struct seen s, page;
	int changed, total = 0;
	struct rdvd_appointment_filter f = {.limit = 4};

	for (int i = 0; i < 6; i++) { /* two counsellors at the same three times */
		b = world_booking(w, i % 2, i % 3, T0 + DAY + (5 - i) / 2 * HOUR);
		assert_int_equal(world_book(w, &b, &ids[i]), RDVD_OK);
	}
	assert_int_equal(world_cancel(w, ids[5], T0, &changed), RDVD_OK);
	assert_int_equal(world_mark(w, ids[0], RDVD_SEEN, T0), RDVD_OK);
	s = each(w, (struct rdvd_appointment_filter){0});
	assert_int_equal(s.n, 6);
	for (int i = 1; i < s.n; i++)
		assert_true(s.starts[i - 1] < s.starts[i] ||
			    (s.starts[i - 1] == s.starts[i] && s.ids[i - 1] < s.ids[i]));
	do { /* the same in pages of four */
		page = each(w, f);
		for (int i = 0; i < page.n; i++)
			assert_int_equal(page.ids[i], s.ids[total + i]);
		total += page.n;
		f.after_start = page.n ? page.starts[page.n - 1] : 0;
		f.after_id = page.n ? page.ids[page.n - 1] : 0;
	} while (page.n == 4);
	assert_int_equal(total, 6);
	s = each(w, (struct rdvd_appointment_filter){.from = T0 + DAY + HOUR,
						     .to = T0 + DAY + 2 * HOUR});
	assert_int_equal(s.n, 2);
	s = each(w, (struct rdvd_appointment_filter){.site = w->site[1]});
	assert_int_equal(s.n, 2);
	s = each(w, (struct rdvd_appointment_filter){.counsellor = w->counsellor[1]});
	assert_int_equal(s.n, 3); /* the cancelled one included */
	s = each(w, (struct rdvd_appointment_filter){.without_cancelled = 1});
	assert_int_equal(s.n, 5);
	s = each(w, (struct rdvd_appointment_filter){.unmarked = 1});
	assert_int_equal(s.n, 4);
	s = each(w, (struct rdvd_appointment_filter){.organisation =
							     w->organisation + 1000});
	assert_int_equal(s.n, 0);
	s = (struct seen){.stop_after = 2};
	f = (struct rdvd_appointment_filter){0};
	assert_int_equal(w->ops->appointment_each(w->st, &f, see, &s), RDVD_OK);
	assert_int_equal(s.n, 2);
}

static void test_what_is_read_is_what_was_booked(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct rdvd_which which = {.id = 0};
	struct rdvd_appointment a;
	struct seen s = {.n = 0};
	char uid[128];
	rdvd_id id;

	b.place = (struct rdvd_place){.name = "Mairie d'Évin", .postcode = "62141"};
	b.party_size = 3;
	b.channel = RDVD_BY_PARTNER;
	b.person.email = "zoe@example.org";
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	a = world_get(w, id);
	assert_string_equal(a.place.name, "Mairie d'Évin");
	assert_string_equal(a.place.postcode, "62141");
	assert_int_equal(a.place.site, 0);
	assert_string_equal(a.person.first_name, "Zoé");
	assert_string_equal(a.person.email, "zoe@example.org");
	assert_string_equal(a.when.zone, "Europe/Paris");
	assert_int_equal(a.party_size, 3);
	assert_int_equal(a.channel, RDVD_BY_PARTNER);
	assert_int_equal(a.ref, b.ref);
	assert_int_equal(a.status, RDVD_BOOKED);
	assert_int_equal(a.persons_present, -1);
	assert_true(strlen(a.uid) > 32);
	snprintf(uid, sizeof(uid), "%s", a.uid);
	assert_non_null(strstr(uid, w->ops->instance(w->st)));
	world_reopen(w);
	assert_string_equal(world_get(w, id).uid, uid);
	memcpy(which.token_hash, b.token_hash, sizeof(b.token_hash));
	assert_int_equal(w->ops->appointment_get(w->st, &which, see, &s), RDVD_OK);
	assert_int_equal(s.ids[0], id);
	which.token_hash[0] ^= 1;
	assert_int_equal(w->ops->appointment_get(w->st, &which, see, &s), RDVD_NOT_FOUND);
}

static enum rdvd_rc book_person(struct world *w, const char *first, const char *last,
				const char *phone, int year, rdvd_time at, rdvd_id *id)
{
	struct rdvd_booking b = world_booking(w, 0, 0, at);

	b.person.first_name = first;
	b.person.last_name = last;
	b.person.phone = phone;
	b.person.birth_year = year;
	b.person.email = "x@example.org";
	return world_book(w, &b, id);
}

static void test_persons(void **state)
{
	static const struct {
		const char *q;
		int n;
	} cases[] = {{"elodie", 3},    {"Élodie", 3},	{"dup", 2},	 {"DUPRÉ elo", 1},
		     {"elodie m", 1},  {"06 12 34", 3}, {"+3361234", 3}, {"+337", 1},
		     {"x@EXAMPLE", 4}, {"zzz", 0},	{"", 0}};
	struct world *w = *state;
	struct seen s;
	rdvd_id ids[4], person;

	assert_int_equal(book_person(w, "Élodie", "Dupré", "+33612345678", 2004, T0 + DAY,
				     &ids[0]),
			 0);
	assert_int_equal(book_person(w, "Elodie", "Martin", "+33612345678", 2004,
				     T0 + 2 * DAY, &ids[1]),
			 0);
	assert_int_equal(book_person(w, "ELODIE", "Petit", "+33612345678", 2005,
				     T0 + 3 * DAY, &ids[2]),
			 0);
	assert_int_equal(book_person(w, "Jean", "Dupont", "+33712345678", 2004,
				     T0 + 4 * DAY, &ids[3]),
			 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = (struct seen){.n = 0};
		assert_int_equal(w->ops->person_search(w->st, cases[i].q, 0, 10, see, &s),
				 RDVD_OK);
		if (s.n != cases[i].n)
			fail_msg("\"%s\" finds %d, not %d", cases[i].q, s.n, cases[i].n);
	}
	s = (struct seen){.n = 0};
	assert_int_equal(w->ops->person_search(w->st, "elodie", w->organisation + 999, 10,
					       see, &s),
			 RDVD_OK);
	assert_int_equal(s.n, 0);
	person = world_get(w, ids[0]).person.id;
	assert_int_equal(world_get(w, ids[0]).duplicates, 1);
	assert_int_equal(world_get(w, ids[3]).duplicates, 0);
	assert_int_equal(w->ops->duplicate_each(w->st, person, see, &s), RDVD_OK);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.ids[0], ids[1]);
	/* The same row again: an earlier visit counts once it was seen. */
	struct rdvd_booking b = world_booking(w, 1, 0, T0 + 5 * DAY);
	b.person.id = person;
	assert_int_equal(world_book(w, &b, &ids[1]), RDVD_OK);
	assert_int_equal(world_get(w, ids[1]).earlier_visits, 0);
	assert_int_equal(world_mark(w, ids[0], RDVD_SEEN, T0 + 2 * DAY), RDVD_OK);
	assert_int_equal(world_get(w, ids[1]).earlier_visits, 1);
	assert_string_equal(world_get(w, ids[1]).person.last_name, "Dupré");
}

static int64_t change(struct world *w)
{
	int64_t seq = -1;

	assert_int_equal(w->ops->change_seq(w->st, &seq), RDVD_OK);
	return seq;
}

static int64_t calendar(struct world *w, int c)
{
	int64_t seq = -1;

	assert_int_equal(w->ops->calendar_seq(w->st, w->counsellor[c], &seq), RDVD_OK);
	return seq;
}

static void test_change_counter(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	struct rdvd_absence absence = {.counsellor = w->counsellor[1],
				       .start = T0,
				       .end = T0 + DAY,
				       .label = "congés"};
	int64_t before = change(w), at;
	rdvd_id id, other;
	int changed;

	assert_int_equal(calendar(w, 0), 0);
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_true(change(w) > before);
	assert_int_equal(calendar(w, 0), change(w));
	assert_int_equal(calendar(w, 1), 0);
	at = calendar(w, 0);
	assert_int_equal(ACT(w, absence_put(w->st, &absence, T0, "marie", &other)),
			 RDVD_OK);
	assert_int_equal(calendar(w, 1), change(w));
	assert_int_equal(calendar(w, 0), at);
	b = world_booking(w, 0, 0, T0 + DAY);
	before = change(w);
	assert_int_equal(world_book(w, &b, NULL), RDVD_CONFLICT);
	assert_int_equal(change(w), before);
	assert_int_equal(world_cancel(w, id, T0, &changed), RDVD_OK);
	assert_true(calendar(w, 0) > at);
	before = change(w);
	assert_int_equal(world_cancel(w, id, T0, &changed), RDVD_OK);
	assert_int_equal(change(w), before);
	world_reopen(w);
	assert_int_equal(change(w), before);
}

struct names {
	char text[256];
	int n, retired;
};

static int add_definition(void *arg, const struct rdvd_definition *d)
{
	struct names *names = arg;

	names->n++;
	names->retired += d->retired;
	snprintf(names->text, sizeof(names->text), "%s %s", d->slug, d->body);
	return 0;
}

static void test_definitions(void **state)
{
	struct world *w = *state;
	struct names all = {.n = 0};
	int64_t before;
	rdvd_id id, again = 0;

	assert_int_equal(ACT(w, definition_put(w->st, RDVD_DEF_CLOSURE, "z", "{\"a\":1}",
					       T0, &id)),
			 RDVD_OK);
	before = change(w);
	assert_int_equal(ACT(w, definition_put(w->st, RDVD_DEF_CLOSURE, "z", "{\"a\":1}",
					       T0, &again)),
			 RDVD_OK);
	assert_int_equal(again, id);
	assert_int_equal(change(w), before); /* importing twice changes nothing */
	assert_int_equal(ACT(w, definition_retire(w->st, id, T0)), RDVD_OK);
	assert_int_equal(w->ops->definition_each(w->st, add_definition, &all), RDVD_OK);
	assert_int_equal(all.retired, 1);
	assert_int_equal(ACT(w, definition_put(w->st, RDVD_DEF_CLOSURE, "z", "{\"a\":2}",
					       T0, &again)),
			 RDVD_OK);
	assert_int_equal(again, id);
	all = (struct names){.n = 0};
	assert_int_equal(w->ops->definition_each(w->st, add_definition, &all), RDVD_OK);
	assert_int_equal(all.retired, 0);
	assert_int_equal(all.n, 12);
	assert_string_equal(all.text, "z {\"a\":2}");
	assert_int_equal(ACT(w, definition_retire(w->st, 4242, T0)), RDVD_NOT_FOUND);
}

static int count_absence(void *arg, const struct rdvd_absence *a)
{
	assert_string_equal(a->label, "congés");
	++*(int *)arg;
	return 0;
}

static void test_absences(void **state)
{
	struct world *w = *state;
	struct rdvd_absence a = {.counsellor = w->counsellor[0],
				 .start = T0,
				 .end = T0 + DAY,
				 .label = "congés"};
	rdvd_id id;
	int n = 0;

	assert_int_equal(ACT(w, absence_put(w->st, &a, T0, "marie", &id)), RDVD_OK);
	a.id = id;
	a.end = T0 + 2 * DAY;
	assert_int_equal(ACT(w, absence_put(w->st, &a, T0, "marie", &id)), RDVD_OK);
	assert_int_equal(w->ops->absence_each(w->st, T0 + DAY, count_absence, &n),
			 RDVD_OK);
	assert_int_equal(n, 1);
	assert_int_equal(w->ops->absence_each(w->st, T0 + 2 * DAY, count_absence, &n),
			 RDVD_OK);
	assert_int_equal(n, 1);
	a.end = a.start;
	assert_int_equal(ACT(w, absence_put(w->st, &a, T0, "marie", &id)), RDVD_INVALID);
	assert_int_equal(ACT(w, absence_remove(w->st, id, T0, "marie")), RDVD_OK);
	assert_int_equal(ACT(w, absence_remove(w->st, id, T0, "marie")), RDVD_NOT_FOUND);
}

static int count_user(void *arg, const struct rdvd_user *u)
{
	assert_string_equal(u->login, "marie");
	assert_string_equal(u->role, "admin");
	++*(int *)arg;
	return 0;
}

static int count_login(void *arg, const struct rdvd_login *l)
{
	assert_int_equal(l->last_seen, T0 + 5);
	++*(int *)arg;
	return 0;
}

static int count_token(void *arg, const struct rdvd_api_token *t)
{
	assert_string_equal(t->label, "site de la ville");
	++*(int *)arg;
	return 0;
}

static int count_feed(void *arg, const struct rdvd_feed *f)
{
	assert_int_equal(f->with_names, 1);
	assert_int_equal(f->token_hash[0], 9);
	++*(int *)arg;
	return 0;
}

static void test_staff(void **state)
{
	struct world *w = *state;
	struct rdvd_user u = {.login = "marie",
			      .password_hash = "h",
			      .role = "counsellor",
			      .counsellor = w->counsellor[0],
			      .created = T0};
	struct rdvd_login l = {
		.token_hash = {1}, .created = T0, .last_seen = T0, .expires = T0 + DAY};
	struct rdvd_api_token t = {.token_hash = {2},
				   .role = "partner",
				   .label = "site de la ville",
				   .created = T0};
	struct rdvd_feed f = {
		.token_hash = {3}, .counsellor = w->counsellor[0], .created = T0};
	rdvd_id id, again;
	int n = 0;

	assert_int_equal(ACT(w, user_put(w->st, &u, &id)), RDVD_OK);
	u.role = "admin";
	assert_int_equal(ACT(w, user_put(w->st, &u, &again)), RDVD_OK);
	assert_int_equal(again, id);
	assert_int_equal(w->ops->user_each(w->st, count_user, &n), RDVD_OK);
	assert_int_equal(n, 1);
	l.user = id;
	assert_int_equal(ACT(w, login_put(w->st, &l)), RDVD_OK);
	l.last_seen = T0 + 5;
	assert_int_equal(ACT(w, login_put(w->st, &l)), RDVD_OK);
	assert_int_equal(w->ops->login_each(w->st, T0, count_login, &n), RDVD_OK);
	assert_int_equal(n, 2);
	assert_int_equal(w->ops->login_each(w->st, T0 + DAY, count_login, &n), RDVD_OK);
	assert_int_equal(n, 2);
	assert_int_equal(ACT(w, login_remove(w->st, l.token_hash)), RDVD_OK);
	assert_int_equal(ACT(w, login_remove(w->st, l.token_hash)), RDVD_NOT_FOUND);
	assert_int_equal(ACT(w, api_token_put(w->st, &t)), RDVD_OK);
	assert_int_equal(w->ops->api_token_each(w->st, count_token, &n), RDVD_OK);
	assert_int_equal(n, 3);
	assert_int_equal(ACT(w, feed_put(w->st, &f)), RDVD_OK);
	f.token_hash[0] = 9;
	f.with_names = 1;
	assert_int_equal(ACT(w, feed_put(w->st, &f)), RDVD_OK);
	assert_int_equal(w->ops->feed_each(w->st, count_feed, &n), RDVD_OK);
	assert_int_equal(n, 4);
}

const struct CMUnitTest reading_tests[] = {
	WORLD_TEST(test_appointment_filters),
	WORLD_TEST(test_what_is_read_is_what_was_booked),
	WORLD_TEST(test_persons),
	WORLD_TEST(test_change_counter),
	WORLD_TEST(test_definitions),
	WORLD_TEST(test_absences),
	WORLD_TEST(test_staff),
};
const size_t reading_count = sizeof(reading_tests) / sizeof(reading_tests[0]);
