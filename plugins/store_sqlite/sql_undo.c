/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_undo.c - the statements of what can be taken back: how an appointment stood before
 * the act, as JSON, made and read by SQLite itself. */
#include <stddef.h>

#include "sql.h"

#define FIELD(name) "u.before ->> '$." name "', "

const char *const sql_undo_texts[SQL_COUNT] = {
	[SQL_UNDO_NOTE] =
		"INSERT OR REPLACE INTO undo (participation, revision, until, before) "
		"SELECT p.id, :revision, :until, json_object('at', :now, 'revision', "
		"p.revision, "
		"'session', p.session, 'start', s.starts, 'end', s.ends, 'civil', "
		"s.civil_start, 'zone', s.zone, 'site', ifnull(s.site, 0), 'name', "
		"s.place_name, 'postcode', s.place_postcode, 'rooms', :rooms, 'kind', "
		":kind, 'status', p.status, 'confirmed', ifnull(p.confirmed, 0), "
		"'wait', ifnull(w.id, 0), 'wait_until', ifnull(w.until, 0), "
		"'counsellors', (SELECT json_group_array(c.counsellor) FROM claim c "
		"WHERE c.session = s.id), "
		"'messages', (SELECT json_group_array(m.id) FROM message m "
		"WHERE m.participation = p.id AND m.queue <> 0 AND m.revision IS NOT "
		"NULL)) "
		"FROM participation p JOIN session s ON s.id = p.session "
		"LEFT JOIN wait w ON w.participation = p.id AND w.state = 1 "
		"WHERE p.id = :participation",
	[SQL_UNDO_FORGET] = "DELETE FROM undo WHERE participation = :participation",
	[SQL_UNDO_SWEEP] = "DELETE FROM undo WHERE before ->> '$.at' < :before",
	[SQL_UNDO_GET] = "SELECT u.revision, u.until, " FIELD("revision") FIELD("session")
		FIELD("start") FIELD("end") FIELD("civil") FIELD("site") FIELD("rooms")
			FIELD("status") FIELD("confirmed") FIELD("wait")
				FIELD("wait_until") FIELD("zone") FIELD("name") FIELD(
					"postcode") "u.before ->> '$.kind' FROM undo u "
						    "WHERE u.participation = "
						    ":participation",
	[SQL_UNDO_COUNSELLORS] =
		"SELECT j.value FROM undo u, json_each(u.before, '$.counsellors') j "
		"WHERE u.participation = :participation",
	[SQL_UNDO_LEFT] = "SELECT 1 FROM message WHERE participation = :participation "
			  "AND revision = :revision AND attempts > 0 LIMIT 1",
	[SQL_UNDO_MESSAGES] =
		"UPDATE message SET revision = :revision, state = 1, note = '', "
		"queue = iif(due <= :now, 2, 1) WHERE state = 10 AND participation = "
		":participation AND id IN (SELECT j.value FROM undo u, "
		"json_each(u.before, '$.messages') j WHERE u.participation = "
		":participation)",
	[SQL_UNDO_DONE] = "UPDATE undo SET until = 0, revision = :revision, "
			  "before = json_object('at', :now) "
			  "WHERE participation = :participation",
	[SQL_WAIT_AGAIN] = "UPDATE wait SET state = 1, ended = NULL WHERE id = :id "
			   "AND state = 3",
};
