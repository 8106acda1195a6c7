/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_day.c - the statements of the day: arrivals and home visits. */
#include <stddef.h>

#include "sql.h"

const char *const sql_day_texts[SQL_COUNT] = {
	[SQL_ARRIVAL_GET] =
		"SELECT id, status, arrived, expected, companion FROM participation "
		"WHERE id = :id",
	[SQL_ARRIVAL_SET] =
		"UPDATE participation SET arrived = :arrived, expected = :expected, "
		"companion = ifnull(:companion, companion), changed = :now WHERE id = "
		":id",
	[SQL_ARRIVAL_FORGET] =
		"UPDATE participation SET arrived = NULL, expected = NULL WHERE id = "
		":id AND (arrived IS NOT NULL OR expected IS NOT NULL)",
	[SQL_ARRIVAL_EXPECT] = "UPDATE participation SET expected = :at WHERE id = :id "
			       "AND arrived IS NULL",
	[SQL_VISIT_SESSION] = "SELECT id FROM session WHERE id = :session",
	[SQL_VISIT_GET] = "SELECT set_out, due, ifnull(back, 0), ifnull(alarmed, 0), "
			  "ifnull(settled, 0) FROM visit WHERE session = :session",
	[SQL_VISIT_LEAVE] =
		"INSERT INTO visit (session, set_out, due, alarmed, actor) VALUES "
		"(:session, :out, :due, :alarmed, :actor) ON CONFLICT (session) DO "
		"UPDATE SET set_out = :out, due = :due, back = NULL, alarmed = "
		":alarmed, settled = NULL, actor = :actor",
	[SQL_VISIT_RETURN] = "UPDATE visit SET back = :now WHERE session = :session",
	[SQL_VISIT_SETTLE] = "UPDATE visit SET settled = :now WHERE session = :session",
	[SQL_VISIT_ALARM] = "UPDATE visit SET alarmed = :now WHERE session = :session",
	[SQL_NOTICE_DEALT] =
		"UPDATE notice SET seen = :now WHERE key = :key AND seen IS NULL",
	[SQL_APPOINTMENT_VISITING] =
		APPOINTMENT "WHERE t.back IS NULL AND t.session IS NOT NULL AND p.id = "
			    "(SELECT min(o.id) FROM participation o WHERE o.session = "
			    "s.id) ORDER BY t.due, p.id",
};
