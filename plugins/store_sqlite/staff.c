/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff.c - small tables that the daemon keeps in memory and writes through. Only hashes
 * of secrets are here. */
#include <string.h>

#include "db.h"
#include "staff.h"

void column_hash(sqlite3_stmt *s, int column, uint8_t hash[RDVD_HASH_SIZE])
{
	const void *bytes = sqlite3_column_blob(s, column);

	memset(hash, 0, RDVD_HASH_SIZE);
	if (bytes && sqlite3_column_bytes(s, column) == RDVD_HASH_SIZE)
		memcpy(hash, bytes, RDVD_HASH_SIZE);
}

enum rdvd_rc store_user_put(void *st, const struct rdvd_user *u, rdvd_id *id)
{
	struct db *db = db_start(st);
	int64_t found;

	if (!*or_empty(u->login))
		return RDVD_INVALID;
	db_ints(db, SQL_USER_PUT,
		VALUES(TEXT("login", u->login), TEXT("password", u->password_hash),
		       TEXT("role", u->role), REF("organisation", u->organisation),
		       REF("counsellor", u->counsellor),
		       INT("disabled", u->disabled != 0), INT("created", u->created),
		       TEXT("name", u->name), TEXT("email", u->email)),
		&found, 1);
	change_count(db);
	if (db->rc == RDVD_OK)
		*id = found;
	return db->rc;
}

enum rdvd_rc store_user_each(void *st, rdvd_user_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = db_bind(db, SQL_USER_EACH, NULL, 0);

	while (db_row(db, s)) {
		struct rdvd_user u = {
			.id = sqlite3_column_int64(s, 0),
			.login = column_text(s, 1),
			.password_hash = column_text(s, 2),
			.role = column_text(s, 3),
			.organisation = sqlite3_column_int64(s, 4),
			.counsellor = sqlite3_column_int64(s, 5),
			.disabled = sqlite3_column_int(s, 6),
			.created = sqlite3_column_int64(s, 7),
			.name = column_text(s, 8),
			.email = column_text(s, 9),
			.totp = sqlite3_column_blob(s, 10),
			.totp_size = (size_t)sqlite3_column_bytes(s, 10),
			.totp_step = sqlite3_column_int64(s, 11),
			.recovery_left = sqlite3_column_int(s, 12),
			.seen = sqlite3_column_int64(s, 13),
		};
		if (cb(arg, &u))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_login_put(void *st, const struct rdvd_login *l)
{
	struct db *db = db_start(st);

	RUN(db, SQL_LOGIN_EXPIRE, INT("now", l->last_seen));
	RUN(db, SQL_LOGIN_PUT, BLOB("token", l->token_hash, RDVD_HASH_SIZE),
	    INT("user", l->user), INT("created", l->created),
	    INT("last_seen", l->last_seen), INT("expires", l->expires),
	    TEXT("device", l->device), INT("factor", l->factor != 0));
	if (l->created == l->last_seen)
		RUN(db, SQL_USER_SEEN, INT("user", l->user), INT("now", l->created));
	return db->rc;
}

enum rdvd_rc store_login_remove(void *st, const uint8_t token_hash[RDVD_HASH_SIZE])
{
	struct db *db = db_start(st);

	if (!RUN(db, SQL_LOGIN_REMOVE, BLOB("token", token_hash, RDVD_HASH_SIZE)))
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}

enum rdvd_rc store_login_each(void *st, rdvd_time now, rdvd_login_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_LOGIN_EACH, INT("now", now));

	while (db_row(db, s)) {
		struct rdvd_login l = {
			.user = sqlite3_column_int64(s, 1),
			.created = sqlite3_column_int64(s, 2),
			.last_seen = sqlite3_column_int64(s, 3),
			.expires = sqlite3_column_int64(s, 4),
			.device = column_text(s, 5),
			.factor = sqlite3_column_int(s, 6),
		};
		column_hash(s, 0, l.token_hash);
		if (cb(arg, &l))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_api_token_put(void *st, const struct rdvd_api_token *t)
{
	struct db *db = db_start(st);

	RUN(db, SQL_API_TOKEN_PUT, BLOB("token", t->token_hash, RDVD_HASH_SIZE),
	    TEXT("role", t->role), TEXT("label", t->label),
	    REF("organisation", t->organisation), INT("created", t->created),
	    INT("seen", t->seen), INT("revoked", t->revoked));
	return db->rc;
}

enum rdvd_rc store_api_token_each(void *st, rdvd_api_token_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = db_bind(db, SQL_API_TOKEN_EACH, NULL, 0);

	while (db_row(db, s)) {
		struct rdvd_api_token t = {
			.role = column_text(s, 1),
			.label = column_text(s, 2),
			.organisation = sqlite3_column_int64(s, 3),
			.created = sqlite3_column_int64(s, 4),
			.seen = sqlite3_column_int64(s, 5),
			.revoked = sqlite3_column_int64(s, 6),
		};
		column_hash(s, 0, t.token_hash);
		if (cb(arg, &t))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_feed_put(void *st, const struct rdvd_feed *f)
{
	struct db *db = db_start(st);

	RUN(db, SQL_FEED_PUT, INT("counsellor", f->counsellor),
	    BLOB("token", f->token_hash, RDVD_HASH_SIZE),
	    INT("with_names", f->with_names != 0), INT("created", f->created));
	return db->rc;
}

enum rdvd_rc store_feed_each(void *st, rdvd_feed_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = db_bind(db, SQL_FEED_EACH, NULL, 0);

	while (db_row(db, s)) {
		struct rdvd_feed f = {
			.counsellor = sqlite3_column_int64(s, 1),
			.with_names = sqlite3_column_int(s, 2),
			.created = sqlite3_column_int64(s, 3),
		};
		column_hash(s, 0, f.token_hash);
		if (cb(arg, &f))
			break;
	}
	db_done(s);
	return db->rc;
}
