/* SPDX-License-Identifier: GPL-3.0-or-later */
/* code.c - codes that prove who holds a number: sent there and typed into a page, or
 * shown by a page and sent to us from there. Only their hashes are kept. A code works
 * once, and five wrong ones end it. */
#include <string.h>

#include "code.h"
#include "owe.h"
#include "talk.h"

#define TRIES_MAX 5
#define PROVEN_S 3600 /* what was proven is good for so long */

struct code {
	rdvd_id id;
	char number[64]; /* "" awaited, and not come yet */
	uint8_t hash[RDVD_HASH_SIZE];
	int tries;
	rdvd_time used, expires;
};

/* NOT_FOUND sticks when there is none. */
static int code_load(struct db *db, uint64_t ref, struct code *c)
{
	sqlite3_stmt *s = QUERY(db, SQL_CODE_GET, INT("ref", ref));

	if (!db_row(db, s)) {
		db_answer(db, RDVD_NOT_FOUND);
		return 0;
	}
	*c = (struct code){.id = sqlite3_column_int64(s, 0),
			   .tries = sqlite3_column_int(s, 3),
			   .used = sqlite3_column_int64(s, 4),
			   .expires = sqlite3_column_int64(s, 5)};
	sqlite3_snprintf(sizeof(c->number), c->number, "%s", column_text(s, 1));
	column_hash(s, 2, c->hash);
	db_done(s);
	return 1;
}

static int is_over(const struct code *c, rdvd_time now)
{
	return c->expires <= now || c->tries >= TRIES_MAX;
}

enum rdvd_rc store_code_put(void *st, const struct rdvd_code *c,
			    const struct rdvd_letter *l)
{
	struct db *db = db_start(st);
	int64_t ref;

	if (!*or_empty(c->number) &&
	    db_ints(db, SQL_CODE_AWAITED,
		    VALUES(BLOB("hash", c->hash, RDVD_HASH_SIZE), INT("now", c->created)),
		    &ref, 1))
		return RDVD_CONFLICT;
	if (l)
		letter_insert(db, l, 0);
	RUN(db, SQL_CODE_INSERT, INT("ref", c->ref), TEXT("number", c->number),
	    BLOB("hash", c->hash, RDVD_HASH_SIZE), INT("created", c->created),
	    INT("expires", c->expires));
	return db->rc;
}

enum rdvd_rc store_code_use(void *st, uint64_t ref, const uint8_t hash[RDVD_HASH_SIZE],
			    const char *from, rdvd_time now, int *left)
{
	struct db *db = db_start(st);
	const char *number;
	struct code c;

	if (!code_load(db, ref, &c))
		return db->rc;
	if (c.used || is_over(&c, now))
		return RDVD_STALE;
	number = *c.number ? c.number : or_empty(from);
	if (memcmp(c.hash, hash, RDVD_HASH_SIZE) != 0) {
		RUN(db, SQL_CODE_WRONG, INT("id", c.id));
		*left = TRIES_MAX - c.tries - 1;
		return db->rc == RDVD_OK ? RDVD_INVALID : db->rc;
	}
	if (!*number)
		return RDVD_INVALID;
	RUN(db, SQL_CODE_USED, INT("id", c.id), INT("now", now), TEXT("number", number));
	RUN(db, SQL_CONTACT_VERIFIED, TEXT("number", number), INT("now", now));
	return db->rc;
}

enum rdvd_rc store_code_state(void *st, uint64_t ref, rdvd_time now, rdvd_contact_cb *cb,
			      void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);
	struct code c;

	if (code_load(db, ref, &c) &&
	    (c.used ? c.used + PROVEN_S <= now : is_over(&c, now)))
		db_answer(db, RDVD_STALE);
	if (db->rc == RDVD_OK && c.used) {
		sqlite3_stmt *s = QUERY(db, SQL_CONTACT_GET, TEXT("number", c.number));
		struct rdvd_contact k = {.number = c.number,
					 .bad_note = "",
					 .question = "",
					 .verified = c.used};

		if (db_row(db, s))
			contact_read(s, &k);
		if (db->rc == RDVD_OK)
			cb(arg, &k);
		db_done(s);
	}
	db_moment_end(db, opened);
	return db->rc;
}

enum rdvd_rc store_code_find(void *st, const uint8_t hash[RDVD_HASH_SIZE], rdvd_time now,
			     uint64_t *ref)
{
	struct db *db = db_start(st);
	int64_t found;

	if (db_ints(db, SQL_CODE_AWAITED,
		    VALUES(BLOB("hash", hash, RDVD_HASH_SIZE), INT("now", now)), &found,
		    1))
		*ref = (uint64_t)found;
	else
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}
