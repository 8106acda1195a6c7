/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure.c - what those who count ask for: appointments as their last fact says; what
 * each day offered and had left to offer, put down day by day and forgotten in time. */
#include "figure.h"

enum rdvd_rc store_figure_each(void *st, const struct rdvd_figure_filter *filter,
			       rdvd_figure_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s =
		QUERY(db, SQL_FIGURE_EACH, INT("from", filter->from),
		      INT("to", filter->to), INT("organisation", filter->organisation));

	while (db_row(db, s)) {
		int i = 0;
		struct rdvd_figure f = {.organisation = sqlite3_column_int64(s, i++)};

		f.site = sqlite3_column_int64(s, i++);
		f.service = sqlite3_column_int64(s, i++);
		f.session = sqlite3_column_int64(s, i++);
		f.day = sqlite3_column_int(s, i++);
		f.minute = sqlite3_column_int(s, i++);
		f.minutes = sqlite3_column_int(s, i++);
		f.capacity = sqlite3_column_int(s, i++);
		f.outcome = sqlite3_column_int(s, i++);
		f.channel = sqlite3_column_int(s, i++);
		f.lead_days = sqlite3_column_int(s, i++);
		f.reminders_sent = sqlite3_column_int(s, i++);
		f.reminders_delivered = sqlite3_column_int(s, i++);
		f.confirmed = sqlite3_column_int(s, i++);
		f.persons = sqlite3_column_int(s, i++);
		f.first = sqlite3_column_int(s, i++);
		if (cb(arg, &f))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_supply_put(void *st, int32_t day, const struct rdvd_supply *rows,
			      size_t n, int keep_days)
{
	struct db *db = db_start(st);

	RUN(db, SQL_SUPPLY_CLEAR, INT("day", day), INT("before", day - keep_days));
	for (size_t i = 0; i < n; i++)
		RUN(db, SQL_SUPPLY_PUT, INT("day", day), INT("site", rows[i].site),
		    INT("counsellor", rows[i].counsellor), INT("begins", rows[i].from),
		    INT("ends", rows[i].to), INT("organisation", rows[i].organisation),
		    TEXT("services", or_empty(rows[i].services)));
	return db->rc;
}

enum rdvd_rc store_supply_each(void *st, const struct rdvd_figure_filter *f,
			       rdvd_supply_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_SUPPLY_EACH, INT("from", f->from),
				INT("to", f->to), INT("organisation", f->organisation));

	while (db_row(db, s)) {
		struct rdvd_supply row = {
			.day = sqlite3_column_int(s, 0),
			.organisation = sqlite3_column_int64(s, 1),
			.site = sqlite3_column_int64(s, 2),
			.counsellor = sqlite3_column_int64(s, 3),
			.from = sqlite3_column_int(s, 4),
			.to = sqlite3_column_int(s, 5),
			.services = column_text(s, 6),
		};
		if (cb(arg, &row))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_outlook_put(void *st, int32_t day, const struct rdvd_outlook *rows,
			       size_t n, int keep_days)
{
	struct db *db = db_start(st);

	RUN(db, SQL_OUTLOOK_CLEAR, INT("day", day), INT("before", day - keep_days));
	for (size_t i = 0; i < n; i++)
		RUN(db, SQL_OUTLOOK_PUT, INT("day", day), INT("site", rows[i].site),
		    INT("service", rows[i].service),
		    INT("organisation", rows[i].organisation),
		    INT("free14", rows[i].free14), INT("free28", rows[i].free28),
		    INT("wait", rows[i].wait_days), INT("dry", rows[i].dry != 0));
	return db->rc;
}

enum rdvd_rc store_outlook_each(void *st, const struct rdvd_figure_filter *f,
				rdvd_outlook_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	sqlite3_stmt *s = QUERY(db, SQL_OUTLOOK_EACH, INT("from", f->from),
				INT("to", f->to), INT("organisation", f->organisation));

	while (db_row(db, s)) {
		struct rdvd_outlook row = {
			.day = sqlite3_column_int(s, 0),
			.organisation = sqlite3_column_int64(s, 1),
			.site = sqlite3_column_int64(s, 2),
			.service = sqlite3_column_int64(s, 3),
			.free14 = sqlite3_column_int(s, 4),
			.free28 = sqlite3_column_int(s, 5),
			.wait_days = sqlite3_column_int(s, 6),
			.dry = sqlite3_column_int(s, 7),
		};
		if (cb(arg, &row))
			break;
	}
	db_done(s);
	return db->rc;
}
