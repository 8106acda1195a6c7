/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact.c - pseudonymous attendance facts: written with the booking, and again, as a new
 * revision of the last one, with everything that changes it. What a fact says of the
 * person is copied from revision to revision; what it says of the appointment comes from
 * the rows as they are. A reminder counts as sent once a gateway took it, also when it
 * was not delivered afterwards. */
#include <stdio.h>
#include <string.h>

#include "fact.h"
#include "part.h"

#define PSEUDONYM_MAX 65

static int32_t civil_day(int64_t civil_start)
{
	int64_t day = civil_start / DAY_S;

	return (int32_t)(civil_start % DAY_S < 0 ? day - 1 : day);
}

static int is_afternoon(int64_t civil_start)
{
	return civil_start - (int64_t)civil_day(civil_start) * DAY_S >= DAY_S / 2;
}

/* Somebody who has been here before is told apart by the pseudonyms of then. */
static void known_pseudonyms(struct db *db, rdvd_id person, char names[2][PSEUDONYM_MAX])
{
	sqlite3_stmt *s = QUERY(db, SQL_FACT_PERSON, INT("person", person));

	if (db_row(db, s))
		for (int i = 0; i < 2; i++)
			sqlite3_snprintf(PSEUDONYM_MAX, names[i], "%s",
					 column_text(s, i));
	db_done(s);
}

int64_t fact_first(struct db *db, const struct rdvd_booking *b, int64_t session_pseudonym)
{
	const struct rdvd_fact_seed *f = &b->fact;
	char known[2][PSEUDONYM_MAX] = {"", ""};
	const char *locale = or_empty(b->person.locale);
	int french =
		strncmp(locale, "fr", 2) == 0 && (locale[2] == '\0' || locale[2] == '-');

	if (b->person.id)
		known_pseudonyms(db, b->person.id, known);
	RUN(db, SQL_FACT_FIRST, TEXT("appointment", f->appointment),
	    INT("session", session_pseudonym), INT("organisation", b->organisation),
	    INT("site", b->place.site), INT("service", b->service),
	    TEXT("place_kind", f->place_kind), TEXT("commune", b->person.insee),
	    TEXT("programme", f->programme), TEXT("mode", f->mode),
	    INT("channel", b->channel), INT("booked_on", b->booked_on),
	    INT("day", civil_day(b->when.civil_start)),
	    INT("afternoon", is_afternoon(b->when.civil_start)),
	    TEXT("person", *known[0] ? known[0] : f->person),
	    TEXT("situation", *known[1] ? known[1] : f->situation), INT("age", f->age),
	    INT("french", french));
	return db_last_id(db);
}

int64_t fact_again(struct db *db, const struct part *p, const char *place_kind)
{
	int64_t reminders[2] = {0, 0}; /* sent, delivered */
	int64_t notice = -1;
	struct sql_value place = TEXT("place_kind", place_kind);

	if (!place_kind)
		place.type = SQL_NULL;
	if (p->status == RDVD_CANCELLED)
		notice = p->start > p->cancelled ? (p->start - p->cancelled) / 60 : 0;
	db_ints(db, SQL_FACT_REMINDERS, VALUES(INT("participation", p->id)), reminders,
		2);
	RUN(db, SQL_FACT_AGAIN, INT("last", p->fact_seq), INT("session", p->pseudonym),
	    INT("site", p->site), place, INT("day", civil_day(p->civil_start)),
	    INT("afternoon", is_afternoon(p->civil_start)), INT("outcome", p->outcome),
	    INT("notice", notice), INT("sent", reminders[0]),
	    INT("delivered", reminders[1]), INT("confirmed", p->confirmed != 0),
	    INT("present", p->persons_present));
	return db_last_id(db);
}

static void read_fact(sqlite3_stmt *s, struct rdvd_fact *f, char session[17])
{
	snprintf(session, 17, "%016llx",
		 (unsigned long long)sqlite3_column_int64(s, F_SESSION));
	f->seq = sqlite3_column_int64(s, F_SEQ);
	f->revision = sqlite3_column_int(s, F_REVISION);
	f->deleted = sqlite3_column_int(s, F_DELETED);
	f->appointment = column_text(s, F_APPOINTMENT);
	f->session = f->deleted ? "" : session;
	f->organisation = sqlite3_column_int64(s, F_ORGANISATION);
	f->site = sqlite3_column_int64(s, F_SITE);
	f->service = sqlite3_column_int64(s, F_SERVICE);
	f->place_kind = column_text(s, F_PLACE_KIND);
	f->commune = column_text(s, F_COMMUNE);
	f->programme = column_text(s, F_PROGRAMME);
	f->mode = column_text(s, F_MODE);
	f->channel = (enum rdvd_booked_by)sqlite3_column_int(s, F_CHANNEL);
	f->booked_on = sqlite3_column_int(s, F_BOOKED_ON);
	f->day = sqlite3_column_int(s, F_DAY);
	f->afternoon = sqlite3_column_int(s, F_AFTERNOON);
	f->lead_days = f->day - f->booked_on;
	f->outcome = (enum rdvd_outcome)sqlite3_column_int(s, F_OUTCOME);
	f->cancel_notice_minutes = sqlite3_column_int(s, F_NOTICE);
	f->reminders_sent = sqlite3_column_int(s, F_SENT);
	f->reminders_delivered = sqlite3_column_int(s, F_DELIVERED);
	f->confirmed = sqlite3_column_int(s, F_CONFIRMED);
	f->person = column_text(s, F_PERSON);
	f->situation = column_text(s, F_SITUATION);
	f->persons_present = sqlite3_column_int(s, F_PRESENT);
	f->age = sqlite3_column_int(s, F_AGE);
	f->locale = sqlite3_column_int(s, F_FRENCH) ? "fr" : "other";
}

enum rdvd_rc store_fact_each(void *st, const struct rdvd_fact_filter *filter,
			     rdvd_fact_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s =
		QUERY(db, SQL_FACT_EACH, INT("after", filter->after_seq),
		      INT("from", filter->from), INT("to", filter->to),
		      INT("limit", filter->limit ? (int64_t)filter->limit : -1));
	struct rdvd_fact f;
	char session[17];

	while (db_row(db, s)) {
		read_fact(s, &f, session);
		if (cb(arg, &f))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_cursor_get(void *st, const char *name, int64_t *seq)
{
	struct db *db = db_start(st);

	if (!db_ints(db, SQL_CURSOR_GET, VALUES(TEXT("name", name)), seq, 1))
		db_answer(db, RDVD_NOT_FOUND);
	return db->rc;
}

enum rdvd_rc store_cursor_set(void *st, const char *name, int64_t seq)
{
	struct db *db = db_start(st);

	RUN(db, SQL_CURSOR_SET, TEXT("name", name), INT("seq", seq));
	return db->rc;
}
