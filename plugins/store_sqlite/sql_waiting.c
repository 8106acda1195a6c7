/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_waiting.c - the statements of the waiting list and its offers. */
#include <stddef.h>

#include "sql.h"

#define WAIT "SELECT " WAIT_COLUMNS(COLUMN_SQL) "0 FROM wait w "
#define OFFER                                                                   \
	"SELECT " WAIT_COLUMNS(COLUMN_SQL)                                      \
		OFFER_COLUMNS(COLUMN_SQL) "0 FROM offer f JOIN wait w ON w.id " \
					  "= f.wait "

const char *const sql_waiting_texts[SQL_COUNT] = {
	[SQL_WAIT_INSERT] =
		"INSERT INTO wait (ref, token_hash, participation, service, "
		"organisation, site, near, radius_km, party_size, number, email, locale, "
		"person, seen, created, until, state) VALUES (:ref, :token, "
		":participation, :service, :organisation, :site, :near, :radius, "
		":party, :number, :email, :locale, :person, :seen, :created, :until, 1)",
	[SQL_WAIT_OF] = "SELECT id, until FROM wait WHERE participation = "
			":participation AND participation IS NOT NULL AND state = 1",
	[SQL_WAIT_STATE] = "SELECT state FROM wait WHERE id = :id",
	[SQL_WAIT_END] = "UPDATE wait SET state = :state, ended = :now, "
			 "participation = ifnull(participation, :participation) "
			 "WHERE id = :id AND state = 1",
	[SQL_WAIT_UNTIL] = "UPDATE wait SET until = :until WHERE id = :id",
	[SQL_WAIT_OFFERED] =
		"UPDATE wait SET last_offer = :made, seen = :seen WHERE id = :id",
	[SQL_WAIT_EACH] = WAIT "WHERE w.state = 1 ORDER BY w.created, w.id",
	[SQL_WAIT_GET] = WAIT "WHERE w.token_hash = :token",
	[SQL_OFFER_INSERT] =
		"INSERT INTO offer (wait, site, starts, ends, hold, made, expires, "
		"state) VALUES (:wait, :site, :starts, :ends, :hold, :made, :expires, 1)",
	[SQL_OFFER_STATE] = "SELECT state, wait, hold FROM offer WHERE id = :id",
	[SQL_OFFER_OPEN_OF] = "SELECT id FROM offer WHERE wait = :wait AND state = 1",
	[SQL_OFFER_END] = "UPDATE offer SET state = :state, ended = :now WHERE id = :id",
	[SQL_OFFER_EACH] = OFFER "WHERE f.made >= :since ORDER BY f.made, f.id",
	[SQL_OFFER_OF_WAIT] =
		OFFER "WHERE f.wait = :wait AND f.made >= :since ORDER BY f.made, f.id",
};
