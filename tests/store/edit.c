/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit.c - what any store keeps of a change of definitions, so that it can be taken back
 * once, and of a long import in pieces: it counts as a whole or not at all, also when the
 * program stops in the middle. */
#include "world.h"

/* ---- edits ---- */

struct kept_edit {
	rdvd_time at;
	rdvd_id definition[4], undone;
	char actor[16], before[4][16], after[4][16];
	size_t n;
};

static void keep_edit(void *arg, const struct rdvd_edit *e)
{
	struct kept_edit *k = arg;

	assert_true(e->n <= 4);
	k->at = e->at;
	k->undone = e->undone;
	k->n = e->n;
	snprintf(k->actor, sizeof(k->actor), "%s", e->actor ? e->actor : "");
	for (size_t i = 0; i < e->n; i++) {
		const struct rdvd_edit_part *p = &e->parts[i];

		k->definition[i] = p->definition;
		snprintf(k->before[i], sizeof(k->before[0]), "%s",
			 p->before ? p->before : "none");
		snprintf(k->after[i], sizeof(k->after[0]), "%s",
			 p->after ? p->after : "none");
	}
}

static struct kept_edit get_edit(struct world *w, rdvd_id id)
{
	struct kept_edit k = {.n = 0};

	assert_int_equal(w->ops->edit_get(w->st, id, keep_edit, &k), RDVD_OK);
	return k;
}

static void test_an_edit_is_undone_once(void **state)
{
	struct world *w = *state;
	const struct rdvd_edit_part parts[] = {
		{.definition = w->service, .before = "{\"a\":1}", .after = "{\"a\":2}"},
		{.definition = w->workshop, .before = NULL, .after = "{}"},
		{.definition = w->site[0], .before = "{\"b\":1}", .after = NULL},
	};
	const struct rdvd_edit_part back[] = {
		{.definition = w->service, .before = "{\"a\":2}", .after = "{\"a\":1}"}};
	struct rdvd_edit e = {.at = T0, .actor = "marie", .parts = parts, .n = 3};
	struct kept_edit k;
	rdvd_id id = 0, undo = 0, again = 77;

	assert_int_equal(ACT(w, edit_keep(w->st, &e, &id)), RDVD_OK);
	assert_true(id > 0);
	world_reopen(w);
	k = get_edit(w, id);
	assert_int_equal(k.at, T0);
	assert_int_equal(k.undone, 0);
	assert_int_equal(k.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(k.definition[i], parts[i].definition);
		assert_string_equal(k.before[i],
				    parts[i].before ? parts[i].before : "none");
		assert_string_equal(k.after[i], parts[i].after ? parts[i].after : "none");
	}
	e = (struct rdvd_edit){
		.at = T0 + 60, .actor = "lea", .parts = back, .n = 1, .undoes = id};
	assert_int_equal(ACT(w, edit_keep(w->st, &e, &undo)), RDVD_OK);
	assert_int_equal(get_edit(w, id).undone, undo);
	assert_int_equal(get_edit(w, undo).undone, 0);
	/* twice: too late, and nothing of the second is kept */
	assert_int_equal(ACT(w, edit_keep(w->st, &e, &again)), RDVD_STALE);
	assert_int_equal(again, 77);
	assert_int_equal(get_edit(w, id).undone, undo);
	k.n = 9;
	assert_int_equal(w->ops->edit_get(w->st, undo + 1, keep_edit, &k),
			 RDVD_NOT_FOUND);
	assert_int_equal(k.n, 9); /* nothing was told */
	/* what took it back can be taken back too */
	e = (struct rdvd_edit){.at = T0 + 90, .actor = "lea", .undoes = undo};
	assert_int_equal(ACT(w, edit_keep(w->st, &e, &again)), RDVD_OK);
	assert_int_equal(get_edit(w, undo).undone, again);
	assert_int_equal(get_edit(w, again).n, 0);
	world_assert_whole(w);
}

/* ---- imports in pieces ---- */

struct seen_definition {
	const char *slug;
	enum rdvd_definition_kind kind;
	char body[32];
	int found, retired, n;
};

static int see_definition(void *arg, const struct rdvd_definition *d)
{
	struct seen_definition *s = arg;

	s->n++;
	if (d->kind != s->kind || strcmp(d->slug, s->slug) != 0)
		return 0;
	s->found = 1;
	s->retired = d->retired;
	snprintf(s->body, sizeof(s->body), "%s", d->body);
	return 0;
}

static struct seen_definition look(struct world *w, enum rdvd_definition_kind kind,
				   const char *slug)
{
	struct seen_definition s = {.slug = slug, .kind = kind};

	assert_int_equal(w->ops->definition_each(w->st, see_definition, &s), RDVD_OK);
	return s;
}

static const struct rdvd_definition draft[] = {
	{.kind = RDVD_DEF_SITE, .slug = "a", .body = "{\"new\":1}"},
	{.kind = RDVD_DEF_SITE, .slug = "d", .body = "{\"d\":1}"},
	{.kind = RDVD_DEF_SITE, .slug = "e", .body = "{\"e\":1}"},
	{.kind = RDVD_DEF_SITE, .slug = "b", .body = NULL},
	{.kind = RDVD_DEF_SITE, .slug = "never-was", .body = NULL},
};

#define DRAFT (sizeof(draft) / sizeof(draft[0]))

static void put_draft(struct world *w)
{
	assert_int_equal(ACT(w, draft_put(w->st, draft, 2, 0)), RDVD_OK);
	assert_int_equal(ACT(w, draft_put(w->st, draft + 2, DRAFT - 2, 2)), RDVD_OK);
}

static void test_a_draft_is_applied_in_pieces(void **state)
{
	struct world *w = *state;
	rdvd_id kept = w->site[0];
	size_t left = 99;

	put_draft(w);
	assert_false(look(w, RDVD_DEF_SITE, "d").found); /* not yet */
	assert_string_equal(look(w, RDVD_DEF_SITE, "a").body, "{}");
	assert_int_equal(ACT(w, draft_decide(w->st, "marie", T0)), RDVD_OK);
	assert_int_equal(ACT(w, draft_apply(w->st, 2, T0, &left)), RDVD_OK);
	assert_int_equal(left, 3);
	assert_string_equal(look(w, RDVD_DEF_SITE, "a").body, "{\"new\":1}");
	assert_true(look(w, RDVD_DEF_SITE, "d").found);
	assert_false(look(w, RDVD_DEF_SITE, "e").found);
	/* stopped in the middle: the rest counts all the same */
	world_reopen(w);
	assert_int_equal(ACT(w, draft_apply(w->st, 100, T0, &left)), RDVD_OK);
	assert_int_equal(left, 0);
	assert_true(look(w, RDVD_DEF_SITE, "e").found);
	assert_true(look(w, RDVD_DEF_SITE, "b").retired);
	assert_false(look(w, RDVD_DEF_SITE, "c").retired); /* not in the draft */
	assert_false(look(w, RDVD_DEF_SITE, "never-was").found);
	assert_int_equal(ACT(w, draft_apply(w->st, 100, T0, &left)), RDVD_OK);
	assert_int_equal(left, 0);
	/* the same object under the same id: appointments keep their site */
	w->next++;
	struct rdvd_booking b = world_booking(w, 0, 0, T0 + DAY);
	rdvd_id id;

	assert_int_equal(world_book(w, &b, &id), RDVD_OK);
	assert_int_equal(world_get(w, id).place.site, kept);
	world_assert_whole(w);
}

static void test_an_undecided_draft_is_forgotten(void **state)
{
	struct world *w = *state;
	int before = look(w, RDVD_DEF_SITE, "a").n;
	size_t left = 99;

	put_draft(w);
	world_reopen(w);
	assert_int_equal(ACT(w, draft_apply(w->st, 100, T0, &left)), RDVD_OK);
	assert_int_equal(left, 0);
	assert_int_equal(look(w, RDVD_DEF_SITE, "a").n, before);
	assert_string_equal(look(w, RDVD_DEF_SITE, "a").body, "{}");
	/* nothing of it is left for the next to decide on */
	assert_int_equal(ACT(w, draft_put(w->st, draft + 1, 1, 0)), RDVD_OK);
	assert_int_equal(ACT(w, draft_decide(w->st, "marie", T0)), RDVD_OK);
	assert_int_equal(ACT(w, draft_apply(w->st, 100, T0, &left)), RDVD_OK);
	assert_true(look(w, RDVD_DEF_SITE, "d").found);
	assert_false(look(w, RDVD_DEF_SITE, "e").found);
	assert_false(look(w, RDVD_DEF_SITE, "b").retired);
	world_assert_whole(w);
}

static void test_a_new_draft_forgets_the_last(void **state)
{
	struct world *w = *state;
	size_t left = 99;

	put_draft(w);
	assert_int_equal(ACT(w, draft_put(w->st, draft + 2, 1, 0)), RDVD_OK);
	assert_int_equal(ACT(w, draft_decide(w->st, "marie", T0)), RDVD_OK);
	assert_int_equal(ACT(w, draft_apply(w->st, 100, T0, &left)), RDVD_OK);
	assert_int_equal(left, 0);
	assert_true(look(w, RDVD_DEF_SITE, "e").found);
	assert_false(look(w, RDVD_DEF_SITE, "d").found);
	assert_string_equal(look(w, RDVD_DEF_SITE, "a").body, "{}");
	world_assert_whole(w);
}

/* A piece that is undone is put again: it is there once. */
static void test_a_piece_that_was_rolled_back(void **state)
{
	struct world *w = *state;
	size_t left = 99;

	assert_int_equal(ACT(w, draft_put(w->st, draft, 2, 0)), RDVD_OK);
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_int_equal(w->ops->draft_put(w->st, draft + 2, 1, 2), RDVD_OK);
	w->ops->rollback(w->st);
	assert_int_equal(ACT(w, draft_put(w->st, draft + 2, 1, 2)), RDVD_OK);
	assert_int_equal(ACT(w, draft_decide(w->st, "marie", T0)), RDVD_OK);
	assert_int_equal(ACT(w, draft_apply(w->st, 1, T0, &left)), RDVD_OK);
	assert_int_equal(left, 2);
	assert_int_equal(w->ops->begin(w->st), RDVD_OK);
	assert_int_equal(w->ops->draft_apply(w->st, 1, T0, &left), RDVD_OK);
	w->ops->rollback(w->st);
	assert_false(look(w, RDVD_DEF_SITE, "d").found);
	assert_int_equal(ACT(w, draft_apply(w->st, 2, T0, &left)), RDVD_OK);
	assert_int_equal(left, 0);
	assert_true(look(w, RDVD_DEF_SITE, "d").found);
	assert_true(look(w, RDVD_DEF_SITE, "e").found);
	world_assert_whole(w);
}

const struct CMUnitTest edit_tests[] = {
	WORLD_TEST(test_an_edit_is_undone_once),
	WORLD_TEST(test_a_draft_is_applied_in_pieces),
	WORLD_TEST(test_an_undecided_draft_is_forgotten),
	WORLD_TEST(test_a_new_draft_forgets_the_last),
	WORLD_TEST(test_a_piece_that_was_rolled_back),
};
const size_t edit_count = sizeof(edit_tests) / sizeof(edit_tests[0]);
