/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_talk.c - the statements of conversations: texts that came in, contacts, codes,
 * notices, and the erasure of what is old. */
#include <stddef.h>

#include "sql.h"

#define INBOUND \
	"SELECT " INBOUND_COLUMNS(COLUMN_SQL) "0 FROM inbound i WHERE i.whole IS NULL "
#define INBOUND_FILTER                                                          \
	"AND (:number = '' OR i.number = :number) "                             \
	"AND (:organisation = 0 OR i.organisation IS NULL OR i.organisation = " \
	":organisation) AND i.id > :after ORDER BY i.id LIMIT :limit"
#define CONTACT "SELECT " CONTACT_COLUMNS(COLUMN_SQL) "0 FROM contact k "

const char *const sql_talk_texts[SQL_COUNT] = {
	[SQL_INBOUND_INSERT] =
		"INSERT INTO inbound (gateway, key, number, recipient, text, received, "
		"part_ref, part, parts, state, understood, organisation, raw, created) "
		"VALUES (:gateway, :key, :number, :to, :text, :received, :part_ref, "
		":part, :parts, :state, '', :organisation, :raw, :now) "
		"ON CONFLICT (gateway, key) WHERE key IS NOT NULL DO NOTHING",
	[SQL_INBOUND_PART_KNOWN] =
		"SELECT 1 FROM inbound WHERE gateway = :gateway AND number = :number "
		"AND part_ref = :part_ref AND part_ref <> '' AND part = :part "
		"AND text = :text AND (whole IS NULL OR created > :since) LIMIT 1",
	[SQL_INBOUND_PARTS] =
		"SELECT id, part, text, received, recipient FROM inbound "
		"WHERE gateway = :gateway AND number = :number AND part_ref = :part_ref "
		"AND part_ref <> '' AND parts = :parts AND state = 2 AND whole IS NULL "
		"ORDER BY part, id",
	[SQL_INBOUND_PARTS_JOINED] =
		"UPDATE inbound SET whole = :whole WHERE gateway = :gateway "
		"AND number = :number AND part_ref = :part_ref AND part_ref <> '' "
		"AND parts = :parts AND state = 2 AND whole IS NULL",
	[SQL_INBOUND_PARTIAL] =
		"SELECT gateway, number, part_ref, parts, organisation FROM inbound "
		"WHERE state = 2 AND whole IS NULL AND created <= :before "
		"ORDER BY created LIMIT 1",
	[SQL_INBOUND_STATE] = "SELECT state FROM inbound WHERE id = :id",
	[SQL_INBOUND_MARK] = "UPDATE inbound SET state = :state WHERE id = :id",
	[SQL_INBOUND_DEALT] =
		"UPDATE inbound SET state = :state, understood = :understood, "
		"participation = :participation, organisation = :organisation "
		"WHERE id = :id",
	[SQL_INBOUND_NEW] = INBOUND "AND i.state = 1 AND :state = 1 " INBOUND_FILTER,
	[SQL_INBOUND_TO_HAND] = INBOUND "AND i.state = 4 AND :state = 4 " INBOUND_FILTER,
	[SQL_INBOUND_OF_NUMBER] =
		INBOUND "AND i.number = :number AND i.number <> '' "
			"AND (:state = 0 OR i.state = :state) " INBOUND_FILTER,
	[SQL_INBOUND_ALL] =
		INBOUND "AND (:state = 0 OR i.state = :state) " INBOUND_FILTER,
	[SQL_CONTACT_GET] = CONTACT "WHERE k.number = :number",
	[SQL_CONTACT_BARRED] =
		CONTACT "WHERE k.stopped IS NOT NULL OR k.bad_since IS NOT NULL "
			"ORDER BY k.number",
	[SQL_CONTACT_TURN] =
		"INSERT INTO contact (number, stopped, question, asked, until, answers, "
		"answers_since, helped) VALUES (:number, iif(:stop = 1, :now, NULL), "
		"ifnull(:question, ''), :asked, :until, :answered, "
		"iif(:answered = 1, :now, NULL), iif(:helped = 1, :now, NULL)) "
		"ON CONFLICT (number) DO UPDATE SET "
		"stopped = CASE :stop WHEN 1 THEN ifnull(stopped, :now) WHEN 2 THEN NULL "
		"ELSE stopped END, "
		"question = ifnull(:question, question), "
		"asked = iif(:question IS NULL, asked, :asked), "
		"until = iif(:question IS NULL, until, :until), "
		"answers = CASE WHEN :answered = 0 THEN answers WHEN answers_since > "
		":now - 3600 AND answers_since <= :now THEN answers + 1 ELSE 1 END, "
		"answers_since = CASE WHEN :answered = 0 THEN answers_since WHEN "
		"answers_since > :now - 3600 AND answers_since <= :now THEN "
		"answers_since ELSE :now END, "
		"helped = iif(:helped = 1, :now, helped)",
	[SQL_CONTACT_BAD] =
		"INSERT INTO contact (number, bad_since, bad_note) VALUES (:number, :at, "
		":note) ON CONFLICT (number) DO UPDATE SET bad_since = "
		"ifnull(bad_since, :at), bad_note = :note",
	[SQL_CONTACT_REACHED_SINCE] =
		"SELECT 1 FROM attempt a JOIN message m ON m.id = a.message "
		"WHERE a.recipient = :number AND a.recipient <> '' AND a.outcome = 4 "
		"AND m.delivered_at > :at LIMIT 1",
	[SQL_CONTACT_REACHED] = "UPDATE contact SET bad_since = NULL, bad_note = '' "
				"WHERE number = :number AND bad_since <= :at",
	[SQL_CONTACT_STOP_LIFT] = "UPDATE contact SET stopped = NULL WHERE number = "
				  ":number AND stopped IS NOT NULL",
	[SQL_CONTACT_BAD_LIFT] = "UPDATE contact SET bad_since = NULL, bad_note = '' "
				 "WHERE number = :number AND bad_since IS NOT NULL",
	[SQL_CONTACT_VERIFIED] =
		"INSERT INTO contact (number, verified) VALUES (:number, :now) "
		"ON CONFLICT (number) DO UPDATE SET verified = :now",
	[SQL_CODE_INSERT] =
		"INSERT INTO code (ref, number, hash, created, expires) VALUES (:ref, "
		":number, :hash, :created, :expires)",
	[SQL_CODE_GET] =
		"SELECT id, number, hash, tries, used, expires FROM code WHERE ref = "
		":ref",
	[SQL_CODE_WRONG] = "UPDATE code SET tries = tries + 1 WHERE id = :id",
	[SQL_CODE_USED] = "UPDATE code SET used = :now, number = :number WHERE id = :id",
	[SQL_CODE_AWAITED] =
		"SELECT ref FROM code WHERE hash = :hash AND number = '' "
		"AND used IS NULL AND expires > :now ORDER BY id DESC LIMIT 1",
	[SQL_NOTICE_PUT] =
		"INSERT INTO notice (key, kind, organisation, text, at) VALUES (:key, "
		":kind, :organisation, :text, :at) ON CONFLICT (key) WHERE seen IS NULL "
		"DO UPDATE SET kind = excluded.kind, organisation = "
		"excluded.organisation, text = excluded.text, at = excluded.at",
	[SQL_NOTICE_EACH] =
		"SELECT id, key, kind, organisation, text, at, seen FROM notice "
		"WHERE :unseen = 0 OR seen IS NULL ORDER BY at, id",
	[SQL_NOTICE_SEEN] =
		"UPDATE notice SET seen = :now WHERE id = :id AND seen IS NULL",
	[SQL_NOTICE_KNOWN] = "SELECT 1 FROM notice WHERE id = :id",
	[SQL_OLD_ATTEMPTS] =
		"UPDATE attempt SET recipient = '', text = '' WHERE (message, number) IN "
		"(SELECT message, number FROM attempt WHERE started < :before AND "
		"recipient <> '' ORDER BY started LIMIT :max)",
	[SQL_OLD_LETTERS] =
		"UPDATE message SET recipient = '', subject = '', text = '', "
		"letter_key = NULL WHERE id IN (SELECT id FROM message WHERE created < "
		":before AND recipient <> '' AND queue = 0 AND state <> 2 "
		"ORDER BY created LIMIT :max)",
	[SQL_OLD_INBOUND] =
		"UPDATE inbound SET number = '', recipient = '', text = '', raw = NULL, "
		"key = NULL WHERE id IN (SELECT id FROM inbound WHERE created < :before "
		"AND number <> '' AND (state > 2 OR whole IS NOT NULL) "
		"ORDER BY created LIMIT :max)",
	[SQL_OLD_EVENT] = "SELECT id, received FROM event ORDER BY id LIMIT 1",
	[SQL_OLD_EVENT_DELETE] = "DELETE FROM event WHERE id = :id",
	[SQL_OLD_CODE] = "SELECT id, created FROM code ORDER BY id LIMIT 1",
	[SQL_OLD_CODE_DELETE] = "DELETE FROM code WHERE id = :id",
	[SQL_OLD_CONTACTS] =
		"DELETE FROM contact WHERE number IN (SELECT number FROM contact "
		"WHERE stopped IS NULL AND bad_since IS NULL AND max(ifnull(verified, "
		"0), ifnull(until, 0), ifnull(answers_since, 0), ifnull(helped, 0)) < "
		":before LIMIT :max)",
};
