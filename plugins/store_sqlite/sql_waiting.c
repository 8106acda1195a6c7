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
		"organisation, site, starts, near, radius_km, party_size, number, email, "
		"locale, "
		"person, seen, created, until, state) VALUES (:ref, :token, "
		":participation, :service, :organisation, :site, :starts, :near, "
		":radius, "
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
	[SQL_OLD_WAITS] =
		"UPDATE wait SET number = '', email = '', person = '', near = '', "
		"seen = '' WHERE id IN (SELECT id FROM wait WHERE state <> 1 "
		"AND ended < :before AND (number <> '' OR email <> '' OR person <> '') "
		"LIMIT :max)",
	[SQL_OFFER_INSERT] =
		"INSERT INTO offer (wait, site, starts, ends, hold, made, expires, "
		"state) VALUES (:wait, :site, :starts, :ends, :hold, :made, :expires, 1)",
	[SQL_OFFER_STATE] = "SELECT state, wait, hold FROM offer WHERE id = :id",
	[SQL_OFFER_OPEN_OF] = "SELECT id FROM offer WHERE wait = :wait AND state = 1",
	[SQL_OFFER_END] = "UPDATE offer SET state = :state, ended = :now WHERE id = :id",
	[SQL_OFFER_EACH] = OFFER "WHERE f.made >= :since ORDER BY f.made, f.id",
	[SQL_OFFER_OF_WAIT] =
		OFFER "WHERE f.wait = :wait AND f.made >= :since ORDER BY f.made, f.id",
	[SQL_CHECK_OFFERS] =
		"SELECT printf('offer %d is open and nothing keeps its slot', f.id) "
		"FROM offer f WHERE f.state = 1 AND f.expires > :now AND NOT EXISTS "
		"(SELECT 1 FROM hold h WHERE h.ref = f.hold) UNION ALL "
		"SELECT printf('offer %d is open to somebody who does not wait', f.id) "
		"FROM offer f JOIN wait w ON w.id = f.wait WHERE f.state = 1 "
		"AND w.state <> 1",
	[SQL_CHECK_WAITS] =
		"SELECT printf('%d waits for an earlier time than that of appointment "
		"%d, which was cancelled', w.id, p.id) FROM wait w JOIN participation p "
		"ON p.id = w.participation WHERE w.state = 1 AND p.status = 3",
	[SQL_CHECK_LETTERS] =
		"SELECT printf('message %d is about nothing and goes to nobody', id) "
		"FROM message WHERE participation IS NULL AND recipient = '' "
		"AND (text <> '' OR queue <> 0 OR state = 2) UNION ALL "
		"SELECT printf('message %d waits to make an offer that is over', m.id) "
		"FROM message m JOIN offer f ON f.id = m.offer "
		"WHERE m.queue <> 0 AND f.state <> 1",
	[SQL_CHECK_ATTEMPTS] =
		"SELECT printf('message %d is %s while its last attempt is %s', m.id, "
		"iif(m.state = 2, 'being sent', 'not being sent'), "
		"iif(m.state = 2, 'over', 'not over')) FROM message m "
		"WHERE (m.state = 2) <> EXISTS (SELECT 1 FROM attempt a WHERE "
		"a.message = m.id AND a.number = m.attempts AND a.outcome = 2) "
		"UNION ALL SELECT printf('message %d has left at no known instant', id) "
		"FROM message WHERE state IN (3, 4, 5) AND sent_at IS NULL",
	[SQL_CHECK_TALK] =
		"SELECT printf('text %d is a part of nothing', id) FROM inbound "
		"WHERE state = 2 AND part_ref = '' UNION ALL "
		"SELECT printf('%d contacts have a question that ended before it was "
		"asked', count(*)) FROM contact WHERE until < asked HAVING count(*) > 0",
};
