/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slot.c - taking and leaving time. A claim is one counsellor's time, active while its
 * session or hold stands; two active claims of a counsellor never overlap. Since nothing
 * is longer than a day, whatever overlaps [start, end) begins after start - 1 day, and
 * the index walk is short. */
#include <string.h>

#include "slot.h"

#define UNITS_MAX 256

int slot_is_valid(const struct slot *slot)
{
	return slot->ncounsellors >= 1 && slot->ncounsellors <= RDVD_COUNSELLORS_MAX &&
	       slot->capacity >= 0 && slot->when->end > slot->when->start &&
	       slot->when->end - slot->when->start <= DAY_S;
}

static void check_counsellors(struct db *db, const struct slot *slot, rdvd_id except)
{
	int64_t one;

	for (int i = 0; i < slot->ncounsellors; i++)
		if (db_ints(db, SQL_CLAIM_OVERLAP,
			    VALUES(INT("counsellor", slot->counsellors[i]),
				   INT("starts", slot->when->start),
				   INT("ends", slot->when->end), REF("session", except)),
			    &one, 1))
			db_answer(db, RDVD_CONFLICT);
}

struct unit { /* a session or a hold that uses a room */
	rdvd_time start, end;
};

/* The most units that are there at one moment of [start, end): the count grows at starts
 * only. */
static int most_at_once(const struct unit *units, int n, rdvd_time start)
{
	int most = 0;

	for (int i = 0; i < n; i++) {
		rdvd_time at = units[i].start > start ? units[i].start : start;
		int here = 0;
		for (int k = 0; k < n; k++)
			here += units[k].start <= at && at < units[k].end;
		if (here > most)
			most = here;
	}
	return most;
}

static void check_rooms(struct db *db, const struct slot *slot, rdvd_id except)
{
	struct unit units[UNITS_MAX];
	sqlite3_stmt *s;
	int n = 0;

	if (slot->place->rooms <= 0 || !slot->place->site)
		return;
	s = QUERY(db, SQL_CLAIM_ROOMS, INT("site", slot->place->site),
		  INT("starts", slot->when->start), INT("ends", slot->when->end),
		  REF("session", except));
	while (n < UNITS_MAX && db_row(db, s)) {
		units[n].start = sqlite3_column_int64(s, 0);
		units[n].end = sqlite3_column_int64(s, 1);
		n++;
	}
	db_done(s);
	if (n == UNITS_MAX ||
	    most_at_once(units, n, slot->when->start) >= slot->place->rooms)
		db_answer(db, RDVD_CONFLICT);
}

void slot_check_free(struct db *db, const struct slot *slot, rdvd_id except)
{
	check_counsellors(db, slot, except);
	check_rooms(db, slot, except);
}

void slot_claim(struct db *db, const struct slot *slot, rdvd_id session, rdvd_id hold)
{
	for (int i = 0; i < slot->ncounsellors; i++)
		RUN(db, SQL_CLAIM_INSERT, INT("counsellor", slot->counsellors[i]),
		    INT("starts", slot->when->start), INT("ends", slot->when->end),
		    REF("site", slot->place->site), REF("session", session),
		    REF("hold", hold));
}

static void session_create(struct db *db, const struct slot *slot, rdvd_time now,
			   struct session *out)
{
	const struct rdvd_place *place = slot->place;
	const struct rdvd_when *when = slot->when;

	sqlite3_randomness(sizeof(out->pseudonym), &out->pseudonym);
	RUN(db, SQL_SESSION_INSERT, INT("pseudonym", out->pseudonym),
	    INT("service", slot->service), REF("organisation", slot->organisation),
	    REF("site", place->site), TEXT("name", place->site ? "" : place->name),
	    TEXT("postcode", place->site ? "" : place->postcode),
	    INT("starts", when->start), INT("ends", when->end),
	    INT("civil", when->civil_start), TEXT("zone", when->zone),
	    INT("capacity", slot->capacity), INT("now", now));
	if (db->rc != RDVD_OK)
		return;
	out->id = db_last_id(db);
	out->created = 1;
	slot_claim(db, slot, out->id, 0);
}

/* The workshop at this service, place and start, if it stands. */
static int workshop_find(struct db *db, const struct slot *slot, struct session *out,
			 int64_t *capacity, int64_t *taken)
{
	const struct rdvd_place *place = slot->place;
	int64_t row[4];

	if (!db_ints(db, SQL_WORKSHOP_FIND,
		     VALUES(INT("service", slot->service),
			    INT("starts", slot->when->start), INT("site", place->site),
			    TEXT("name", place->site ? "" : place->name),
			    TEXT("postcode", place->site ? "" : place->postcode)),
		     row, 4))
		return 0;
	out->id = row[0];
	out->pseudonym = row[1];
	out->created = 0;
	*capacity = row[2];
	*taken = row[3];
	return 1;
}

int workshop_join(struct db *db, const struct slot *slot, int seats, rdvd_id *session)
{
	struct session in;
	int64_t capacity, taken;

	if (!workshop_find(db, slot, &in, &capacity, &taken))
		return 0;
	*session = in.id;
	if (taken + seats > slot->capacity)
		db_answer(db, RDVD_CONFLICT);
	return 1;
}

void slot_take(struct db *db, const struct slot *slot, int seats, rdvd_time now,
	       struct session *out)
{
	int64_t capacity, taken;

	if (slot->capacity > 0 && workshop_find(db, slot, out, &capacity, &taken)) {
		int64_t room = slot->capacity;

		if (slot->over && taken + seats > room)
			room = taken + seats;
		else if (slot->held && capacity > room && taken + seats <= capacity)
			room = capacity;
		if (taken + seats > room)
			db_answer(db, RDVD_CONFLICT);
		else if (capacity != room)
			RUN(db, SQL_SESSION_CAPACITY, INT("session", out->id),
			    INT("capacity", room));
		return;
	}
	if (slot->capacity > 0 && seats > slot->capacity)
		db_answer(db, RDVD_CONFLICT);
	slot_check_free(db, slot, 0);
	session_create(db, slot, now, out);
}

int session_vacate(struct db *db, rdvd_id session, rdvd_id leaving, rdvd_time now)
{
	int64_t row[2]; /* those who stand (people and holds), those who ever booked */

	if (!db_ints(db, SQL_SESSION_STANDING,
		     VALUES(INT("session", session), INT("leaving", leaving)), row, 2) ||
	    row[0])
		return 0;
	if (row[1]) {
		RUN(db, SQL_SESSION_ACTIVE, INT("session", session), INT("active", 0),
		    INT("now", now));
		RUN(db, SQL_CLAIM_ACTIVE, INT("session", session), INT("active", 0));
	} else { /* only ever held */
		RUN(db, SQL_CLAIM_DELETE, INT("session", session));
		RUN(db, SQL_SESSION_DELETE, INT("session", session));
	}
	return 1;
}

void session_changed(struct db *db, rdvd_id session, int deleted)
{
	rdvd_id counsellors[RDVD_COUNSELLORS_MAX];
	char given[HREF_MAX] = "", made[HREF_MAX];
	sqlite3_stmt *s = QUERY(db, SQL_SESSION_CALENDARS, INT("session", session));
	int n = 0;

	while (n < RDVD_COUNSELLORS_MAX && db_row(db, s)) {
		counsellors[n++] = sqlite3_column_int64(s, 0);
		sqlite3_snprintf(sizeof(given), given, "%s", column_text(s, 1));
	}
	db_done(s);
	for (int i = 0; i < n; i++)
		change_add(db, counsellors[i], session_uid(db, session, given, made),
			   deleted);
}
