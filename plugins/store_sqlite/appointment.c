/* SPDX-License-Identifier: GPL-3.0-or-later */
/* appointment.c - reading participations with their session, person and counsellors.
 * Every walk happens in one moment of the store, however many statements it takes. */
#include <string.h>

#include "appointment.h"

static void read_person(sqlite3_stmt *s, struct rdvd_person *p)
{
	p->id = sqlite3_column_int64(s, A_PERSON);
	p->situation = sqlite3_column_int64(s, A_SITUATION);
	p->first_name = column_text(s, A_FIRST_NAME);
	p->last_name = column_text(s, A_LAST_NAME);
	p->birth_year = sqlite3_column_int(s, A_BIRTH_YEAR);
	p->phone = column_text(s, A_PHONE);
	p->sms_ok = sqlite3_column_int(s, A_SMS_OK);
	p->email = column_text(s, A_EMAIL);
	p->postcode = column_text(s, A_POSTCODE);
	p->insee = column_text(s, A_INSEE);
	p->locale = column_text(s, A_LOCALE);
	p->needs = column_text(s, A_NEEDS);
	p->discreet = sqlite3_column_int(s, A_DISCREET);
	p->only_answers = sqlite3_column_int(s, A_ONLY_ANSWERS);
	p->hours_from = sqlite3_column_int(s, A_HOURS_FROM);
	p->hours_to = sqlite3_column_int(s, A_HOURS_TO);
	p->professional = sqlite3_column_int(s, A_PROFESSIONAL);
	p->employer = column_text(s, A_EMPLOYER);
}

/* Who is there, and who is on the way. */
static void read_day(sqlite3_stmt *s, struct rdvd_appointment *a)
{
	a->arrived = sqlite3_column_int64(s, A_ARRIVED);
	a->expected = sqlite3_column_int64(s, A_EXPECTED);
	a->walk_in = sqlite3_column_int(s, A_WALK_IN);
	a->companion = column_text(s, A_COMPANION);
	a->answers = column_text(s, A_ANSWERS);
	a->visit.left = sqlite3_column_int64(s, A_VISIT_LEFT);
	a->visit.due = sqlite3_column_int64(s, A_VISIT_DUE);
	a->visit.back = sqlite3_column_int64(s, A_VISIT_BACK);
	a->visit.alarmed = sqlite3_column_int64(s, A_VISIT_ALARMED);
	a->visit.settled = sqlite3_column_int64(s, A_VISIT_SETTLED);
}

static void read_counsellors(struct db *db, struct rdvd_appointment *a)
{
	sqlite3_stmt *s = QUERY(db, SQL_SESSION_CALENDARS, INT("session", a->session));

	a->ncounsellors = 0;
	while (a->ncounsellors < RDVD_COUNSELLORS_MAX && db_row(db, s))
		a->counsellors[a->ncounsellors++] = sqlite3_column_int64(s, 0);
	db_done(s);
}

void appointment_row(struct db *db, sqlite3_stmt *s, struct rdvd_appointment *a,
		     char uid[HREF_MAX])
{
	*a = (struct rdvd_appointment){.id = sqlite3_column_int64(s, A_ID)};
	a->ref = (uint64_t)sqlite3_column_int64(s, A_REF);
	a->generation = (uint32_t)sqlite3_column_int64(s, A_GENERATION);
	a->session = sqlite3_column_int64(s, A_SESSION);
	a->uid = session_uid(db, a->session, column_text(s, A_UID), uid);
	a->sequence = sqlite3_column_int(s, A_SEQUENCE);
	a->session_sequence = sqlite3_column_int(s, A_SESSION_SEQUENCE);
	a->service = sqlite3_column_int64(s, A_SERVICE);
	a->organisation = sqlite3_column_int64(s, A_ORGANISATION);
	a->place.site = sqlite3_column_int64(s, A_SITE);
	a->place.name = column_text(s, A_PLACE_NAME);
	a->place.postcode = column_text(s, A_PLACE_POSTCODE);
	a->when.start = sqlite3_column_int64(s, A_STARTS);
	a->when.end = sqlite3_column_int64(s, A_ENDS);
	a->when.civil_start = sqlite3_column_int64(s, A_CIVIL);
	a->when.zone = column_text(s, A_ZONE);
	a->capacity = sqlite3_column_int(s, A_CAPACITY);
	a->status = (enum rdvd_status)sqlite3_column_int(s, A_STATUS);
	a->outcome = (enum rdvd_outcome)sqlite3_column_int(s, A_OUTCOME);
	a->channel = (enum rdvd_booked_by)sqlite3_column_int(s, A_CHANNEL);
	a->party_size = sqlite3_column_int(s, A_PARTY_SIZE);
	a->persons_present = sqlite3_column_int(s, A_PRESENT);
	a->revision = sqlite3_column_int(s, A_REVISION);
	a->created = sqlite3_column_int64(s, A_CREATED);
	a->changed = sqlite3_column_int64(s, A_CHANGED);
	a->confirmed = sqlite3_column_int64(s, A_CONFIRMED);
	a->cancelled = sqlite3_column_int64(s, A_CANCELLED);
	a->earlier_visits = sqlite3_column_int(s, A_EARLIER);
	a->duplicates = sqlite3_column_int(s, A_DUPLICATES);
	read_day(s, a);
	read_person(s, &a->person);
	read_counsellors(db, a);
}

/* Call cb for every row; how many there were. */
static int each(struct db *db, sqlite3_stmt *s, rdvd_appointment_cb *cb, void *arg)
{
	struct rdvd_appointment a;
	char uid[HREF_MAX];
	int n = 0;

	while (db_row(db, s)) {
		appointment_row(db, s, &a, uid);
		n++;
		if (db->rc != RDVD_OK || cb(arg, &a))
			break;
	}
	db_done(s);
	return n;
}

enum rdvd_rc store_appointment_get(void *st, const struct rdvd_which *w,
				   rdvd_appointment_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);
	sqlite3_stmt *s;

	s = w->id ? QUERY(db, SQL_APPOINTMENT_BY_ID, INT("id", w->id))
		  : QUERY(db, SQL_APPOINTMENT_BY_TOKEN,
			  BLOB("token", w->token_hash, RDVD_HASH_SIZE));
	if (!each(db, s, cb, arg))
		db_answer(db, RDVD_NOT_FOUND);
	db_moment_end(db, opened);
	return db->rc;
}

enum rdvd_rc store_appointment_each(void *st, const struct rdvd_appointment_filter *f,
				    rdvd_appointment_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);
	int paged = f->after_start || f->after_id;
	rdvd_time from = f->from || f->to ? f->from : INT64_MIN;
	rdvd_time after = paged ? f->after_start : INT64_MIN;

	each(db,
	     QUERY(db, SQL_APPOINTMENT_EACH, INT("from", from > after ? from : after),
		   INT("to", f->to ? f->to : INT64_MAX), INT("site", f->site),
		   INT("counsellor", f->counsellor), INT("organisation", f->organisation),
		   INT("without_cancelled", f->without_cancelled || f->unmarked),
		   INT("unmarked", f->unmarked), INT("after_start", after),
		   INT("after_id", paged ? f->after_id : 0),
		   INT("limit", f->limit ? (int64_t)f->limit : -1)),
	     cb, arg);
	db_moment_end(db, opened);
	return db->rc;
}

enum rdvd_rc store_person_get(void *st, rdvd_id person, rdvd_appointment_cb *cb,
			      void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);

	if (!each(db, QUERY(db, SQL_APPOINTMENT_OF_PERSON, INT("person", person)), cb,
		  arg))
		db_answer(db, RDVD_NOT_FOUND);
	db_moment_end(db, opened);
	return db->rc;
}

enum rdvd_rc store_duplicate_each(void *st, rdvd_id person, rdvd_appointment_cb *cb,
				  void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);

	each(db, QUERY(db, SQL_APPOINTMENT_DUPLICATES, INT("person", person)), cb, arg);
	db_moment_end(db, opened);
	return db->rc;
}

enum rdvd_rc store_person_week(void *st, rdvd_id participation, rdvd_appointment_cb *cb,
			       void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);

	each(db, QUERY(db, SQL_APPOINTMENT_WEEK, INT("participation", participation)), cb,
	     arg);
	db_moment_end(db, opened);
	return db->rc;
}

enum rdvd_rc store_appointment_of_number(void *st, const char *number, rdvd_time from,
					 rdvd_appointment_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	int opened = db_moment(db);

	each(db,
	     QUERY(db, SQL_APPOINTMENT_OF_NUMBER, TEXT("number", number),
		   INT("from", from)),
	     cb, arg);
	db_moment_end(db, opened);
	return db->rc;
}

/* A number as people type it, "06 12 34", is found behind any country's code: its digits
 * without the leading 0 into out; "" when q is not a number. */
static void national_digits(const char *q, char *out, size_t size)
{
	size_t n = 0;

	for (const char *p = q; *p && n + 1 < size; p++) {
		if (*p >= '0' && *p <= '9') {
			if (n > 0 || *p != '0')
				out[n++] = *p;
		} else if (!strchr(" .-/()+", *p)) {
			n = 0;
			break;
		}
	}
	out[n] = '\0';
}

enum rdvd_rc store_person_search(void *st, const char *q, rdvd_id organisation,
				 size_t limit, rdvd_appointment_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	char folded[128], digits[24];
	int opened;

	fold(q, folded, sizeof(folded));
	national_digits(or_empty(q), digits, sizeof(digits));
	if (!*folded)
		return RDVD_OK;
	opened = db_moment(db);
	each(db,
	     QUERY(db, SQL_APPOINTMENT_SEARCH, TEXT("folded", folded), TEXT("q", q),
		   TEXT("digits", digits), INT("organisation", organisation),
		   INT("limit", limit ? (int64_t)limit : -1)),
	     cb, arg);
	db_moment_end(db, opened);
	return db->rc;
}
