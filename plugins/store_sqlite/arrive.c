/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arrive.c - who is in the waiting room since when, who said to be late, who accompanies.
 * Nothing of it is a fact or a message: it is what the team tells each other during the
 * day. */
#include <string.h>

#include "arrive.h"

struct arrival { /* as it stands */
	rdvd_id id;
	int status;
	rdvd_time arrived, expected;
	int same_companion;
};

void arrival_forget(struct db *db, rdvd_id participation)
{
	RUN(db, SQL_ARRIVAL_FORGET, INT("id", participation));
}

void arrival_expect(struct db *db, rdvd_id participation, rdvd_time at)
{
	RUN(db, SQL_ARRIVAL_EXPECT, INT("id", participation), INT("at", at));
}

static int load(struct db *db, const struct rdvd_arrival *a, struct arrival *is)
{
	sqlite3_stmt *s = QUERY(db, SQL_ARRIVAL_GET, INT("id", a->participation));

	if (!db_row(db, s)) {
		db_answer(db, RDVD_NOT_FOUND);
		return 0;
	}
	*is = (struct arrival){
		.id = sqlite3_column_int64(s, 0),
		.status = sqlite3_column_int(s, 1),
		.arrived = sqlite3_column_int64(s, 2),
		.expected = sqlite3_column_int64(s, 3),
		.same_companion =
			!a->companion || strcmp(column_text(s, 4), a->companion) == 0,
	};
	db_done(s);
	return 1;
}

enum rdvd_rc store_arrive(void *st, const struct rdvd_arrival *a, int *changed)
{
	struct db *db = db_start(st);
	struct arrival is;
	rdvd_time arrived, expected;
	struct sql_value companion = TEXT("companion", a->companion);

	if (!load(db, a, &is))
		return db->rc;
	/* said again, it counts from the first time */
	arrived = a->arrived < 0 || (a->arrived && is.arrived) ? is.arrived : a->arrived;
	expected = a->expected < 0 ? is.expected : a->expected;
	if (arrived == is.arrived && expected == is.expected && is.same_companion) {
		*changed = 0;
		return RDVD_OK;
	}
	if (is.status == RDVD_CANCELLED)
		return RDVD_STALE;
	if (!a->companion)
		companion.type = SQL_NULL;
	RUN(db, SQL_ARRIVAL_SET, INT("id", is.id), REF("arrived", arrived),
	    REF("expected", expected), companion, INT("now", a->now));
	audit_add(db, a->now, a->actor, "arrive", is.id);
	change_count(db);
	if (db->rc == RDVD_OK)
		*changed = 1;
	return db->rc;
}
