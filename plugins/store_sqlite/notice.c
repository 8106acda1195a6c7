/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notice.c - what the team should know and is nobody's message. Said again before anybody
 * has seen it, a notice only grows younger. */
#include "notice.h"

enum rdvd_rc store_notice_put(void *st, const struct rdvd_notice *n)
{
	struct db *db = db_start(st);

	if (!*or_empty(n->key) || !*or_empty(n->text))
		return RDVD_INVALID;
	RUN(db, SQL_NOTICE_PUT, TEXT("key", n->key), TEXT("kind", n->kind),
	    REF("organisation", n->organisation), TEXT("text", n->text),
	    INT("at", n->at));
	return db->rc;
}

enum rdvd_rc store_notice_each(void *st, int unseen, rdvd_notice_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_NOTICE_EACH, INT("unseen", unseen != 0));

	while (db_row(db, s)) {
		struct rdvd_notice n = {
			.id = sqlite3_column_int64(s, 0),
			.key = column_text(s, 1),
			.kind = column_text(s, 2),
			.organisation = sqlite3_column_int64(s, 3),
			.text = column_text(s, 4),
			.at = sqlite3_column_int64(s, 5),
			.seen = sqlite3_column_int64(s, 6),
		};
		if (cb(arg, &n))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_notice_seen(void *st, rdvd_id id, const char *actor, rdvd_time now)
{
	struct db *db = db_start(st);
	int64_t one;

	if (RUN(db, SQL_NOTICE_SEEN, INT("id", id), INT("now", now)))
		audit_add(db, now, actor, "notice", id);
	else if (!db_ints(db, SQL_NOTICE_KNOWN, VALUES(INT("id", id)), &one, 1))
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}
