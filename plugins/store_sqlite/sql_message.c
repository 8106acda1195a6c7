/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_message.c - the statements of messages, letters, attempts and receipts. A letter is
 * a message without a revision. */
#include <stddef.h>

#include "sql.h"

#define MESSAGE                                                                       \
	"SELECT " MESSAGE_COLUMNS(COLUMN_SQL) "0 FROM message m LEFT JOIN attempt a " \
					      "ON a.message = m.id AND a.number = "   \
					      "m.attempts "
/* What a reader asks for beside where it looks. */
#define MESSAGE_FILTER                                                            \
	"m.id > :after AND m.created >= :since "                                  \
	"AND (:participation = 0 OR m.participation = :participation) "           \
	"AND (:troubled = 0 OR m.state IN (5, 7, 8, 9, 11)) ORDER BY m.id LIMIT " \
	":limit"

/* The row, and what decides whether it is still to be sent. */
#define WAITING                                                                          \
	"SELECT " MESSAGE_COLUMNS(COLUMN_SQL) WAITING_COLUMNS(                           \
		COLUMN_SQL) "0 FROM message m "                                          \
			    "LEFT JOIN attempt a ON a.message = m.id AND a.number = "    \
			    "m.attempts "                                                \
			    "LEFT JOIN participation p ON p.id = m.participation "       \
			    "LEFT JOIN session s ON s.id = p.session "                   \
			    "LEFT JOIN person n ON n.id = p.person "                     \
			    "LEFT JOIN offer f ON f.id = m.offer "                       \
			    "LEFT JOIN contact k ON k.number = CASE WHEN m.revision IS " \
			    "NULL THEN m.recipient "                                     \
			    "WHEN m.channel = 1 THEN n.phone ELSE n.email END "

/* The participations of the person of :participation in its week, Monday to Sunday; day 0
 * was a Thursday. Rows with the same phone, first name and year are one person. */
#define WEEK                                                                           \
	"p.person IN (SELECT x.person FROM participation x WHERE x.id = "              \
	":participation UNION SELECT d.id FROM participation x "                       \
	"JOIN person me ON me.id = x.person JOIN person d ON d.phone = me.phone "      \
	"WHERE x.id = :participation AND d.phone <> '' "                               \
	"AND d.first_folded = me.first_folded AND d.birth_year = me.birth_year) "      \
	"AND p.status <> 3 AND (s.civil_start / 86400 + 3) / 7 = "                     \
	"(SELECT (y.civil_start / 86400 + 3) / 7 FROM participation x JOIN session y " \
	"ON y.id = x.session WHERE x.id = :participation) "

const char *const sql_message_texts[SQL_COUNT] = {
	[SQL_MESSAGE_COUNT_ADD] =
		"UPDATE message_count SET n = n + :n WHERE state = :state",
	[SQL_MESSAGE_INSERT] = "INSERT INTO message (participation, kind, ordinal, "
			       "channel, revision, state, queue, "
			       "starts, due, deadline, note, created) "
			       "VALUES (:participation, :kind, :ordinal, :channel, "
			       ":revision, :state, :queue, :starts, :due, "
			       ":deadline, :note, :now)",
	[SQL_MESSAGE_FIND] =
		"SELECT id, state, attempts FROM message WHERE participation = "
		":participation AND kind = :kind AND ordinal = :ordinal "
		"AND channel = :channel AND revision = :revision",
	[SQL_MESSAGE_AGAIN] = "UPDATE message SET state = 1, queue = :queue, due = :due, "
			      "deadline = :deadline, note = '' WHERE id = :id",
	[SQL_LETTER_INSERT] =
		"INSERT INTO message (participation, kind, ordinal, channel, revision, "
		"state, queue, starts, due, deadline, note, created, recipient, subject, "
		"text, answerable, organisation, inbound, offer, letter_key) "
		"VALUES (:participation, :kind, 0, :channel, NULL, 1, :queue, :due, "
		":due, :deadline, '', :now, :to, :subject, :text, :answerable, "
		":organisation, :inbound, :offer, :key) "
		"ON CONFLICT (letter_key) WHERE letter_key IS NOT NULL DO NOTHING",
	[SQL_MESSAGE_WAITING] = "SELECT id, state, week FROM message WHERE participation "
				"= :participation "
				"AND queue <> 0 AND revision IS NOT NULL "
				"AND (:kind = 0 OR kind = :kind)",
	[SQL_MESSAGE_WAITING_OFFER] =
		"SELECT id, state, week FROM message WHERE offer = :offer AND queue <> 0",
	[SQL_MESSAGE_WAITING_WEEK] =
		"SELECT m.id, m.state, m.week FROM participation p JOIN session s ON "
		"s.id = "
		"p.session JOIN message m ON m.participation = p.id WHERE " WEEK
		"AND p.id <> :participation AND m.queue <> 0 AND m.kind = 2 "
		"AND m.revision IS NOT NULL AND m.ordinal = :ordinal "
		"AND m.channel = :channel",
	[SQL_MESSAGE_SUPERSEDE] =
		"UPDATE message SET state = :state, due = iif(:state = 7, NULL, due), "
		"queue = 0, note = :note, week_by = iif(:state = 7, NULL, :by) "
		"WHERE id = :id",
	[SQL_MESSAGE_SPOKEN_FOR] = "SELECT id FROM message WHERE week_by = :by",
	[SQL_MESSAGE_UNSPOKEN] = "UPDATE message SET state = 1, queue = 1, note = '', "
				 "week_by = NULL WHERE id = :id",
	[SQL_MESSAGE_SETTLED_ALONE] =
		"UPDATE message SET week_by = NULL WHERE participation = :participation "
		"AND week_by IS NOT NULL AND (:kind = 0 OR kind = :kind)",
	[SQL_MESSAGE_UNRIPEN] = "UPDATE message SET queue = 1 WHERE id = :id",
	[SQL_MESSAGE_RIPEN] = "UPDATE message SET queue = 2 WHERE id IN "
			      "(SELECT id FROM message WHERE queue = 1 AND due <= :now "
			      "ORDER BY due LIMIT :limit)",
	[SQL_MESSAGE_FRONT] = WAITING "WHERE m.queue = 2 ORDER BY m.starts LIMIT 1",
	[SQL_MESSAGE_LEFT_SENDING] = WAITING "WHERE m.state = 2 ORDER BY m.id LIMIT 1",
	[SQL_MESSAGE_TAKE] =
		"UPDATE message SET state = :state, due = iif(:state = 7, NULL, due), "
		"queue = 0, note = :note, attempts = attempts + :more, week = :week "
		"WHERE id = :id",
	[SQL_MESSAGE_LOST] =
		"UPDATE message SET state = 7, queue = 0, due = NULL, "
		"note = 'the daemon stopped while it was sent' WHERE id = :id",
	[SQL_MESSAGE_STATE] =
		"SELECT m.state, m.attempts, m.due, m.sent_at, "
		"CASE WHEN m.revision IS NULL THEN m.offer IS NOT NULL AND "
		"(SELECT f.state FROM offer f WHERE f.id = m.offer) <> 1 "
		"WHEN p.status = 3 THEN m.kind <> 4 "
		"ELSE m.kind = 4 OR (m.kind IN (1, 2, 3) AND m.revision <> p.revision) "
		"OR (m.kind = 7 AND p.outcome <> 2) END, "
		"EXISTS (SELECT 1 FROM attempt a WHERE a.message = m.id AND a.outcome = "
		"7 AND a.number < m.attempts), m.week "
		"FROM message m LEFT JOIN participation p ON p.id = m.participation "
		"WHERE m.id = :id",
	[SQL_MESSAGE_STANDING] = "SELECT state FROM message WHERE id = :id",
	[SQL_MESSAGE_RESULT] =
		"UPDATE message SET state = :state, queue = :queue, due = :due, "
		"sent_at = :sent_at, delivered_at = :delivered_at, note = :note "
		"WHERE id = :id",
	[SQL_MESSAGE_UNTRY] =
		"UPDATE message SET state = :state, queue = :queue, due = :due, note = "
		":note, attempts = attempts - 1 WHERE id = :id",
	[SQL_MESSAGE_TOLD] =
		"UPDATE message SET state = :state, queue = 0, "
		"sent_at = ifnull(sent_at, :at), delivered_at = :delivered_at, "
		"note = CASE :note WHEN '' THEN note ELSE :note END WHERE id = :id",
	[SQL_ATTEMPT_INSERT] = "INSERT INTO attempt (message, number, outcome, started, "
			       "gateway, recipient, text, segments, provider_id, note) "
			       "VALUES (:message, :number, 2, :now, '', '', '', 0, '', "
			       "'')",
	[SQL_ATTEMPT_RESULT] =
		"UPDATE attempt SET outcome = :outcome, ended = :now, "
		"gateway = CASE :gateway WHEN '' THEN gateway ELSE :gateway END, "
		"recipient = CASE :to WHEN '' THEN recipient ELSE :to END, "
		"text = CASE :text WHEN '' THEN text ELSE :text END, "
		"segments = CASE :segments WHEN 0 THEN segments ELSE :segments END, "
		"provider_id = CASE :provider_id WHEN '' THEN provider_id ELSE "
		":provider_id END, "
		"note = :note WHERE message = :message AND number = :number",
	[SQL_ATTEMPT_LOST] = "UPDATE attempt SET outcome = 7, ended = :now WHERE message "
			     "= :message AND number = :number",
	[SQL_ATTEMPT_DELETE] =
		"DELETE FROM attempt WHERE message = :message AND number = :number",
	[SQL_ATTEMPT_OF_PROVIDER] =
		"SELECT a.message, a.number, m.state, m.attempts FROM attempt a "
		"JOIN message m ON m.id = a.message WHERE a.gateway = :gateway "
		"AND a.provider_id = :provider_id AND a.provider_id <> '' "
		"ORDER BY a.message DESC, a.number DESC LIMIT 1",
	[SQL_ATTEMPT_OF_MESSAGE] =
		"SELECT m.id, coalesce((SELECT max(a.number) FROM attempt a WHERE "
		"a.message = m.id AND +a.gateway = :gateway AND +a.provider_id = "
		":provider_id AND :provider_id <> ''), (SELECT max(b.number) FROM "
		"attempt b WHERE b.message = m.id AND +b.gateway = :gateway), "
		"(SELECT max(c.number) FROM attempt c WHERE c.message = m.id "
		"AND +c.gateway = ''), 0), m.state, m.attempts "
		"FROM message m WHERE m.id = :message",
	[SQL_ATTEMPT_RECIPIENT] = "SELECT recipient FROM attempt WHERE message = "
				  ":message AND number = :number",
	[SQL_ATTEMPT_TOLD] =
		"UPDATE attempt SET outcome = :outcome, provider_id = CASE provider_id "
		"WHEN '' THEN :provider_id ELSE provider_id END "
		"WHERE message = :message AND number = :number AND outcome <> 4 "
		"AND (outcome <> 5 OR :outcome = 4) "
		"AND (outcome <> :outcome OR provider_id = '')",
	[SQL_MESSAGE_NEXT_READY] = "SELECT due FROM message WHERE queue = 2 LIMIT 1",
	[SQL_MESSAGE_NEXT_DUE] =
		"SELECT due FROM message WHERE queue = 1 ORDER BY due LIMIT 1",
	[SQL_MESSAGE_ALL] = MESSAGE "WHERE " MESSAGE_FILTER,
	[SQL_MESSAGE_TROUBLED] =
		"SELECT " MESSAGE_COLUMNS(COLUMN_SQL) "0 FROM message m INDEXED BY "
						      "message_troubled "
						      "LEFT JOIN attempt a ON "
						      "a.message = m.id AND a.number = "
						      "m.attempts WHERE m.state IN (5, "
						      "7, 8, 9, 11) "
						      "AND " MESSAGE_FILTER,
	[SQL_MESSAGE_BY_PARTICIPATION] =
		MESSAGE "WHERE m.participation = :participation AND " MESSAGE_FILTER,
	[SQL_MESSAGE_BY_NUMBER] = MESSAGE
	"WHERE m.id IN ( "
	"SELECT w.id FROM person n JOIN participation p ON p.person = n.id "
	"JOIN message w ON w.participation = p.id WHERE n.phone = :number AND "
	"n.phone <> '' "
	"UNION SELECT w.id FROM person n JOIN participation p ON p.person = n.id "
	"JOIN message w ON w.participation = p.id WHERE n.email = :number AND "
	"n.email <> '' "
	"UNION SELECT t.message FROM attempt t WHERE t.recipient = :number AND "
	"t.recipient <> '' "
	"UNION SELECT l.id FROM message l WHERE l.recipient = :number AND "
	"l.recipient <> '') AND " MESSAGE_FILTER,
	[SQL_MESSAGE_COUNTS] = "SELECT state, n FROM message_count WHERE :all",
	[SQL_APPOINTMENT_WEEK] = APPOINTMENT "WHERE " WEEK "ORDER BY s.starts, p.id",
	[SQL_APPOINTMENT_OF_NUMBER] =
		APPOINTMENT "WHERE n.phone = :number AND n.phone <> '' AND p.status <> 3 "
			    "AND s.starts >= :from ORDER BY s.starts, p.id",
	[SQL_WEEK_AHEAD] =
		"SELECT count(*) FROM participation p JOIN session s ON s.id = p.session "
		"WHERE " WEEK "AND p.id <> :participation AND p.outcome = 0 "
		"AND s.starts > :now",
	[SQL_PERSON_AHEAD] =
		"SELECT EXISTS (SELECT 1 FROM participation p JOIN session s "
		"ON s.id = p.session WHERE p.person IN (SELECT x.person FROM "
		"participation x WHERE x.id = :participation UNION SELECT d.id FROM "
		"participation x JOIN person me ON me.id = x.person JOIN person d "
		"ON d.phone = me.phone WHERE x.id = :participation AND d.phone <> '') "
		"AND p.status <> 3 AND s.starts > :now)",
	[SQL_FOLLOWED_UP] =
		"SELECT EXISTS (SELECT 1 FROM message WHERE participation = "
		":participation AND kind = 7 AND id <> :id AND state IN (2, 3, 4, 5, 7))",
	[SQL_SPENT] =
		"SELECT a.recipient, ifnull(ifnull(m.organisation, s.organisation), 0), "
		"sum(a.segments) FROM attempt a INDEXED BY attempt_started "
		"JOIN message m ON m.id = a.message "
		"LEFT JOIN participation p ON p.id = m.participation "
		"LEFT JOIN session s ON s.id = p.session "
		"WHERE a.started >= :since AND a.recipient <> '' AND m.channel = 1 "
		"AND a.outcome IN (3, 4, 5, 7) AND a.segments > 0 "
		"GROUP BY 1, 2 ORDER BY 1, 2",
	[SQL_EVENT_INSERT] =
		"INSERT INTO event (gateway, key, message, provider_id, delivery, note, "
		"at, pending, raw, received) VALUES (:gateway, :key, :message, "
		":provider_id, :delivery, :note, :at, :pending, :raw, :now) "
		"ON CONFLICT (gateway, key) WHERE key IS NOT NULL DO NOTHING",
	[SQL_EVENT_SETTLED] =
		"UPDATE event SET pending = 0, message = :message WHERE id = :id",
	[SQL_EVENT_OF_MESSAGE] =
		"SELECT id, gateway, provider_id, delivery, note, at FROM event WHERE "
		"pending = 1 "
		"AND message = :message AND message IS NOT NULL ORDER BY id LIMIT 1",
	[SQL_EVENT_OF_PROVIDER] =
		"SELECT id, gateway, provider_id, delivery, note, at FROM event WHERE "
		"pending = 1 "
		"AND gateway = :gateway AND provider_id = :provider_id "
		"AND provider_id <> '' ORDER BY id LIMIT 1",
};
