/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_figure.c - the statements of those who count. Appointments are found by their
 * session's start, for which there is an index already: no booking pays for a figure. The
 * day's margin is there because a session's start is an instant and a fact's day is
 * civil. */
#include <stddef.h>

#include "sql.h"

const char *const sql_figure_texts[SQL_COUNT] = {
	[SQL_FIGURE_EACH] =
		"SELECT f.organisation, f.site, f.service, s.id, f.day, "
		"(s.civil_start - f.day * 86400) / 60, (s.ends - s.starts) / 60, "
		"s.capacity, f.outcome, f.channel, f.day - f.booked_on, "
		"f.reminders_sent, f.reminders_delivered, f.confirmed, "
		"iif(f.persons_present < 0, p.party_size, f.persons_present), "
		"f.outcome = 1 AND NOT EXISTS (SELECT 1 FROM participation v "
		"CROSS JOIN session w ON w.id = v.session WHERE v.person = p.person AND "
		"v.outcome = 1 AND w.starts < s.starts AND "
		"ifnull(w.organisation, 0) = ifnull(s.organisation, 0)) "
		"FROM session s CROSS JOIN participation p ON p.session = s.id "
		"CROSS JOIN fact f ON f.seq = p.fact_seq "
		"WHERE s.starts >= (:from - 1) * 86400 AND s.starts < (:to + 1) * 86400 "
		"AND f.deleted = 0 AND f.day >= :from AND f.day < :to "
		"AND (:organisation = 0 OR f.organisation = :organisation) "
		"ORDER BY s.starts",
	[SQL_SUPPLY_CLEAR] = "DELETE FROM supply WHERE day = :day OR day < :before",
	[SQL_SUPPLY_PUT] =
		"INSERT INTO supply (day, site, counsellor, begins, ends, "
		"organisation, services) VALUES (:day, :site, :counsellor, :begins, "
		":ends, :organisation, :services)",
	[SQL_SUPPLY_EACH] = "SELECT day, organisation, site, counsellor, begins, ends, "
			    "services FROM supply WHERE day >= :from AND day < :to AND "
			    "(:organisation = 0 OR organisation = :organisation) "
			    "ORDER BY day, site, begins, counsellor",
	[SQL_OUTLOOK_CLEAR] = "DELETE FROM outlook WHERE day = :day OR day < :before",
	[SQL_OUTLOOK_PUT] =
		"INSERT INTO outlook (day, site, service, organisation, free14, free28, "
		"wait_days, dry) VALUES (:day, :site, :service, :organisation, :free14, "
		":free28, :wait, :dry)",
	[SQL_OUTLOOK_EACH] = "SELECT day, organisation, site, service, free14, free28, "
			     "wait_days, dry FROM outlook WHERE day >= :from AND day < "
			     ":to AND (:organisation = 0 OR organisation = "
			     ":organisation) ORDER BY day, site, service",
};
