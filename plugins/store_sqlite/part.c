/* SPDX-License-Identifier: GPL-3.0-or-later */
/* part.c - a participation read and written back. */
#include <string.h>

#include "part.h"

static void read_session(struct part *p, sqlite3_stmt *s, int i)
{
	p->service = sqlite3_column_int64(s, i++);
	p->organisation = sqlite3_column_int64(s, i++);
	p->site = sqlite3_column_int64(s, i++);
	p->capacity = sqlite3_column_int(s, i++);
	p->active = sqlite3_column_int(s, i++);
	p->pseudonym = sqlite3_column_int64(s, i++);
	p->start = sqlite3_column_int64(s, i++);
	p->end = sqlite3_column_int64(s, i++);
	p->civil_start = sqlite3_column_int64(s, i++);
	sqlite3_snprintf(sizeof(p->place_name), p->place_name, "%s", column_text(s, i++));
	sqlite3_snprintf(sizeof(p->place_postcode), p->place_postcode, "%s",
			 column_text(s, i));
}

int part_load(struct db *db, const struct rdvd_which *which, struct part *p)
{
	sqlite3_stmt *s;
	int i = 0;

	s = which->id ? QUERY(db, SQL_PART_BY_ID, INT("id", which->id))
		      : QUERY(db, SQL_PART_BY_TOKEN,
			      BLOB("token", which->token_hash, RDVD_HASH_SIZE));
	if (!db_row(db, s)) {
		db_answer(db, RDVD_NOT_FOUND);
		return 0;
	}
	p->id = sqlite3_column_int64(s, i++);
	p->session = sqlite3_column_int64(s, i++);
	p->status = (enum rdvd_status)sqlite3_column_int(s, i++);
	p->outcome = (enum rdvd_outcome)sqlite3_column_int(s, i++);
	p->party_size = sqlite3_column_int(s, i++);
	p->persons_present = sqlite3_column_int(s, i++);
	p->revision = sqlite3_column_int(s, i++);
	p->sequence = sqlite3_column_int(s, i++);
	p->confirmed = sqlite3_column_int64(s, i++);
	p->cancelled = sqlite3_column_int64(s, i++);
	p->fact_seq = sqlite3_column_int64(s, i++);
	read_session(p, s, i);
	db_done(s);
	return 1;
}

void part_reload_session(struct db *db, struct part *p)
{
	sqlite3_stmt *s = QUERY(db, SQL_PART_SESSION, INT("session", p->session));

	if (db_row(db, s))
		read_session(p, s, 0);
	db_done(s);
}

void part_save(struct db *db, struct part *p, const char *place_kind, rdvd_time now)
{
	p->fact_seq = fact_again(db, p, place_kind);
	RUN(db, SQL_PART_UPDATE, INT("id", p->id), INT("session", p->session),
	    INT("status", p->status), INT("outcome", p->outcome),
	    INT("present", p->persons_present), INT("revision", p->revision),
	    INT("sequence", p->sequence), REF("confirmed", p->confirmed),
	    REF("cancelled", p->cancelled), INT("fact", p->fact_seq), INT("now", now));
}
