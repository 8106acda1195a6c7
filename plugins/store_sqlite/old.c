/* SPDX-License-Identifier: GPL-3.0-or-later */
/* old.c - the erasure of what is old: that something was sent or came in is kept, to whom
 * and what it said is not. What providers told and codes go altogether, and so do numbers
 * of which nothing needs to be remembered. A bounded amount at a time, so that bookings
 * go on meanwhile. */
#include "notice.h"

/* Rows stand in the order in which they came: the first that is young enough ends it. */
static size_t remove_front(struct db *db, enum sql_name front, enum sql_name remove,
			   rdvd_time before, size_t max)
{
	int64_t row[2]; /* id, when it came */
	size_t n = 0;

	while (n < max && db_ints(db, front, NULL, 0, row, 2) && row[1] < before) {
		RUN(db, remove, INT("id", row[0]));
		n++;
	}
	return n;
}

enum rdvd_rc store_anonymise(void *st, rdvd_time before, size_t max, size_t *n)
{
	static const enum sql_name erasures[] = {SQL_OLD_ATTEMPTS, SQL_OLD_LETTERS,
						 SQL_OLD_INBOUND, SQL_OLD_CONTACTS,
						 SQL_OLD_WAITS};
	struct db *db = db_start(st);
	size_t done = 0;

	for (size_t i = 0; i < sizeof(erasures) / sizeof(erasures[0]) && done < max; i++)
		done += (size_t)RUN(db, erasures[i], INT("before", before),
				    INT("max", max - done));
	done += remove_front(db, SQL_OLD_EVENT, SQL_OLD_EVENT_DELETE, before, max - done);
	done += remove_front(db, SQL_OLD_CODE, SQL_OLD_CODE_DELETE, before, max - done);
	if (db->rc == RDVD_OK)
		*n = done;
	return db->rc;
}
