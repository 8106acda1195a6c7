/* SPDX-License-Identifier: GPL-3.0-or-later */
/* touched.c - whom a change of definitions leaves without an opening, as any store notes
 * it; and who made an edit. */
#include "world.h"

struct told {
	rdvd_id ids[8];
	int left[8];
	char why[8][64];
	size_t n;
};

static int tell(void *arg, const struct rdvd_touched *t, const struct rdvd_appointment *a)
{
	struct told *told = arg;

	assert_int_equal(t->participation, a->id);
	assert_string_equal(t->actor, "chef");
	assert_int_equal(t->at, T0);
	told->ids[told->n] = a->id;
	told->left[told->n] = t->left;
	snprintf(told->why[told->n++], sizeof(told->why[0]), "%s", t->why);
	return 0;
}

static struct told all(struct world *w, rdvd_id organisation, rdvd_time now)
{
	struct told told = {.n = 0};

	assert_int_equal(w->ops->touched_each(w->st, organisation, now, tell, &told),
			 RDVD_OK);
	return told;
}

static struct rdvd_touched note(rdvd_id id, const char *why, int left)
{
	return (struct rdvd_touched){
		.participation = id, .why = why, .left = left, .at = T0, .actor = "chef"};
}

static void test_touched(void **state)
{
	struct world *w = *state;
	rdvd_time at = T0 + DAY;
	rdvd_id ids[3], session;
	struct rdvd_touched notes[4];
	struct rdvd_move m;
	struct told told;
	int changed;

	for (int i = 0; i < 3; i++) {
		struct rdvd_booking b = world_booking(w, 0, 0, at + i * 2 * HOUR);

		assert_int_equal(world_book(w, &b, &ids[i]), RDVD_OK);
		notes[i] = note(ids[i], "Fermer", 0);
	}
	notes[3] = note(999999, "Fermer", 0); /* let go */
	assert_int_equal(all(w, 0, T0).n, 0);
	assert_int_equal(ACT(w, touched_put(w->st, notes, 4)), RDVD_OK);
	told = all(w, w->organisation, T0);
	assert_int_equal(told.n, 3);
	assert_int_equal(told.ids[0], ids[0]);
	assert_int_equal(told.ids[2], ids[2]);
	assert_string_equal(told.why[1], "Fermer");
	assert_int_equal(all(w, w->organisation + 1000, T0).n, 0);
	/* noted anew: it stays as it is, somebody calls */
	notes[0] = note(ids[0], "Fermer Oignies", 1);
	assert_int_equal(ACT(w, touched_put(w->st, notes, 1)), RDVD_OK);
	told = all(w, 0, T0);
	assert_int_equal(told.left[0], 1);
	assert_int_equal(told.left[1], 0);
	assert_string_equal(told.why[0], "Fermer Oignies");
	/* what is moved or cancelled is settled */
	m = world_move(w, ids[1], 0, 0, at + 2 * DAY, T0);
	assert_int_equal(ACT(w, move(w->st, &m, &session, &changed)), RDVD_OK);
	assert_int_equal(world_cancel(w, ids[2], T0, &changed), RDVD_OK);
	told = all(w, 0, T0);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.ids[0], ids[0]);
	/* what has begun is over */
	assert_int_equal(all(w, 0, at).n, 0);
	assert_int_equal(ACT(w, touched_drop(w->st, ids, 3)), RDVD_OK);
	assert_int_equal(all(w, 0, T0).n, 0);
	assert_int_equal(ACT(w, touched_drop(w->st, ids, 3)), RDVD_OK);
	world_assert_whole(w);
}

static void keep_head(void *arg, const struct rdvd_edit *e)
{
	rdvd_id *undone = arg;

	assert_string_equal(e->actor, "chef");
	assert_int_equal(e->at, T0);
	assert_int_equal(e->n, 0);
	*undone = e->undone;
}

static void test_edit_head(void **state)
{
	struct world *w = *state;
	struct rdvd_edit e = {.at = T0, .actor = "chef"};
	rdvd_id id = 0, by = 0, undone = -1;

	assert_int_equal(ACT(w, edit_keep(w->st, &e, &id)), RDVD_OK);
	assert_int_equal(w->ops->edit_head(w->st, id, keep_head, &undone), RDVD_OK);
	assert_int_equal(undone, 0);
	e.undoes = id;
	assert_int_equal(ACT(w, edit_keep(w->st, &e, &by)), RDVD_OK);
	assert_int_equal(w->ops->edit_head(w->st, id, keep_head, &undone), RDVD_OK);
	assert_int_equal(undone, by);
	assert_int_equal(w->ops->edit_head(w->st, 999, keep_head, &undone),
			 RDVD_NOT_FOUND);
}

const struct CMUnitTest touched_tests[] = {
	WORLD_TEST(test_touched),
	WORLD_TEST(test_edit_head),
};
const size_t touched_count = sizeof(touched_tests) / sizeof(touched_tests[0]);
