/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account.c - the second factor of members of staff, the codes that stand for it, and
 * invitations. Only hashes and sealed secrets are here. */
#include "db.h"
#include "staff.h"

enum rdvd_rc store_user_factor(void *st, rdvd_id user, const void *sealed, size_t size,
			       const uint8_t (*codes)[RDVD_HASH_SIZE], size_t n)
{
	struct db *db = db_start(st);

	if (!RUN(db, SQL_USER_FACTOR, INT("user", user),
		 BLOB("sealed", size ? sealed : "", (int)size)))
		db_answer(db, RDVD_NOT_FOUND);
	RUN(db, SQL_RECOVERY_CLEAR, INT("user", user));
	for (size_t i = 0; i < n && i < RDVD_RECOVERY_CODES; i++)
		RUN(db, SQL_RECOVERY_PUT, INT("user", user),
		    BLOB("hash", codes[i], RDVD_HASH_SIZE));
	return db->rc;
}

enum rdvd_rc store_user_step(void *st, rdvd_id user, int64_t step)
{
	struct db *db = db_start(st);

	if (!RUN(db, SQL_USER_STEP, INT("user", user), INT("step", step)))
		db_answer(db, RDVD_STALE);
	return db->rc;
}

enum rdvd_rc store_recovery_use(void *st, rdvd_id user,
				const uint8_t hash[RDVD_HASH_SIZE], rdvd_time now)
{
	struct db *db = db_start(st);

	if (!RUN(db, SQL_RECOVERY_USE, INT("user", user), INT("now", now),
		 BLOB("hash", hash, RDVD_HASH_SIZE)))
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}

enum rdvd_rc store_invitation_put(void *st, const struct rdvd_invitation *i, rdvd_id *id)
{
	struct db *db = db_start(st);
	int64_t found;

	db_ints(db, SQL_INVITATION_PUT,
		VALUES(BLOB("token", i->token_hash, RDVD_HASH_SIZE), REF("user", i->user),
		       TEXT("name", i->name), TEXT("email", i->email),
		       TEXT("role", i->role), REF("organisation", i->organisation),
		       REF("counsellor", i->counsellor), TEXT("actor", i->actor),
		       INT("created", i->created), INT("expires", i->expires)),
		&found, 1);
	if (db->rc == RDVD_OK)
		*id = found;
	return db->rc;
}

enum rdvd_rc store_invitation_each(void *st, rdvd_time now, rdvd_invitation_cb *cb,
				   void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_INVITATION_EACH, INT("now", now));

	while (db_row(db, s)) {
		struct rdvd_invitation i = {
			.id = sqlite3_column_int64(s, 0),
			.user = sqlite3_column_int64(s, 2),
			.name = column_text(s, 3),
			.email = column_text(s, 4),
			.role = column_text(s, 5),
			.organisation = sqlite3_column_int64(s, 6),
			.counsellor = sqlite3_column_int64(s, 7),
			.actor = column_text(s, 8),
			.created = sqlite3_column_int64(s, 9),
			.expires = sqlite3_column_int64(s, 10),
		};
		column_hash(s, 1, i.token_hash);
		if (cb(arg, &i))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_invitation_end(void *st, rdvd_id id, rdvd_time now)
{
	struct db *db = db_start(st);

	if (!RUN(db, SQL_INVITATION_END, INT("id", id), INT("now", now)))
		db_answer(db, RDVD_STALE);
	return db->rc;
}
