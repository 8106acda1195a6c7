/* SPDX-License-Identifier: GPL-3.0-or-later */
/* texts.c - the words that a team wrote and their history, and what was answered to a
 * service's questions, as any store keeps them. */
#include "world.h"

struct seen {
	char bodies[16][64], names[16][32], actors[16][16];
	rdvd_id ids[16], organisations[16], services[16];
	int n;
};

static int see(void *arg, const struct rdvd_text *t)
{
	struct seen *s = arg;
	int i = s->n++;

	snprintf(s->bodies[i], sizeof(s->bodies[i]), "%s", t->body ? t->body : "(file)");
	snprintf(s->names[i], sizeof(s->names[i]), "%s/%s", t->language, t->name);
	snprintf(s->actors[i], sizeof(s->actors[i]), "%s", t->actor);
	s->ids[i] = t->id;
	s->organisations[i] = t->organisation;
	s->services[i] = t->service;
	return s->n == 16;
}

static struct rdvd_text version(const char *body, rdvd_time at)
{
	return (struct rdvd_text){.language = "fr",
				  .name = "reminder.sms",
				  .body = body,
				  .at = at,
				  .actor = "marie"};
}

static struct seen last(struct world *w)
{
	struct seen s = {.n = 0};

	assert_int_equal(w->ops->text_each(w->st, see, &s), RDVD_OK);
	return s;
}

static struct seen history(struct world *w, const struct rdvd_text *of, size_t limit)
{
	struct seen s = {.n = 0};

	assert_int_equal(w->ops->text_history(w->st, of, limit, see, &s), RDVD_OK);
	return s;
}

static void test_the_last_version_counts(void **state)
{
	struct world *w = *state;
	struct rdvd_text t = version("un", T0);
	struct seen s;
	rdvd_id first = 0, id = 0;

	assert_int_equal(last(w).n, 0);
	assert_int_equal(ACT(w, text_put(w->st, &t, &first)), RDVD_OK);
	assert_true(first > 0);
	t.body = "deux";
	t.at = T0 + 1;
	t.actor = "paul";
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	assert_true(id > first);
	s = last(w);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.bodies[0], "deux");
	assert_string_equal(s.names[0], "fr/reminder.sms");
	assert_string_equal(s.actors[0], "paul");
	/* Said again, nothing is added. */
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	assert_int_equal(id, 0);
	s = history(w, &t, 0);
	assert_int_equal(s.n, 2);
	assert_string_equal(s.bodies[0], "deux");
	assert_string_equal(s.bodies[1], "un");
	assert_int_equal(history(w, &t, 1).n, 1);
	/* As the file again: a version too, and none that counts. */
	t.body = NULL;
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	assert_true(id > 0);
	assert_int_equal(last(w).n, 0);
	assert_string_equal(history(w, &t, 0).bodies[0], "(file)");
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	assert_int_equal(id, 0);
	world_reopen(w);
	assert_int_equal(history(w, &t, 0).n, 3);
	world_assert_whole(w);
}

static void test_texts_of_others_stand_apart(void **state)
{
	struct world *w = *state;
	struct rdvd_text t = version("tous", T0);
	rdvd_id id;
	struct seen s;

	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	t.organisation = w->organisation;
	t.body = "nous";
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	t.service = w->service;
	t.body = "ici";
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	t.language = "en";
	t.body = "here";
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	s = last(w);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.organisations[0], 0);
	assert_int_equal(s.organisations[1], w->organisation);
	assert_int_equal(s.services[1], 0);
	assert_int_equal(s.services[2], w->service);
	assert_string_equal(s.names[3], "en/reminder.sms");
	assert_int_equal(history(w, &t, 0).n, 1);
}

static void test_a_text_somebody_else_has_written_since_is_stale(void **state)
{
	struct world *w = *state;
	struct rdvd_text t = version("un", T0);
	rdvd_id first, id = -1;

	assert_int_equal(ACT(w, text_put(w->st, &t, &first)), RDVD_OK);
	t.body = "deux";
	t.id = first;
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_OK);
	t.body = "trois";
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_STALE);
	assert_string_equal(last(w).bodies[0], "deux");
	t.body = "";
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_INVALID);
	t = version("x", T0);
	t.name = "";
	assert_int_equal(ACT(w, text_put(w->st, &t, &id)), RDVD_INVALID);
}

static void test_answers_are_kept_with_the_participation(void **state)
{
	struct world *w = *state;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	rdvd_id id;

	b.answers = "{\"bus\":[\"Comment ?\",\"En bus\"]}";
	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_string_equal(world_get(w, id).answers, b.answers);
	assert_int_equal(ACT(w, answers_set(w->st, id, "{}", "marie", T0)), RDVD_OK);
	assert_string_equal(world_get(w, id).answers, "{}");
	assert_int_equal(ACT(w, answers_set(w->st, 999999, "{}", "marie", T0)),
			 RDVD_NOT_FOUND);
	/* Nothing of it is a fact. */
	assert_int_equal(world_last_fact(w).n, 1);
	world_assert_whole(w);
}

const struct CMUnitTest texts_tests[] = {
	WORLD_TEST(test_the_last_version_counts),
	WORLD_TEST(test_texts_of_others_stand_apart),
	WORLD_TEST(test_a_text_somebody_else_has_written_since_is_stale),
	WORLD_TEST(test_answers_are_kept_with_the_participation),
};
const size_t texts_count = sizeof(texts_tests) / sizeof(texts_tests[0]);
