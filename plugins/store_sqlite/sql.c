/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql.c - every statement, by name: here those of the agenda, the acts, the staff and the
 * looks for what must not be; messages, conversations and the waiting list have files of
 * their own. States and kinds are the integers of include/rdvd: status 3 cancelled;
 * message state 2 sending, 3 accepted, 4 delivered, 5 undelivered, 7 unknown, 10
 * superseded; message kind 1 confirmation, 2 reminder, 3 moved, 4 cancellation, 7
 * follow-up; outcome 1 seen, 2 missed; inbound state 1 new, 2 part; wait and offer state
 * 1 waiting, open. The 86400 is the longest that a claim can be (see the schema): with it
 * an overlap query walks a day, not a life. */
#include <stddef.h>

#include "sql.h"

#define FACT "SELECT " FACT_COLUMNS(COLUMN_SQL) "0 FROM fact "

static const char *const texts[SQL_COUNT] = {
	[SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[SQL_BEGIN_READ] = "BEGIN DEFERRED",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_SAVEPOINT] = "SAVEPOINT job",
	[SQL_RELEASE] = "RELEASE job",
	[SQL_ROLLBACK_TO] = "ROLLBACK TO job",
	[SQL_META_INSERT] =
		"INSERT INTO meta (one, instance, created) VALUES (1, :instance, :now)",
	[SQL_META_INSTANCE] = "SELECT instance FROM meta WHERE one = 1",
	[SQL_CHANGE_SEQ] = "SELECT seq FROM network WHERE id = 1",
	[SQL_CHANGE_SEQ_SET] = "UPDATE network SET seq = :seq WHERE id = 1",
	[SQL_CHANGE_INSERT] =
		"INSERT INTO change (network, seq, collection, href, deleted) "
		"VALUES (1, :seq, :collection, :href, :deleted)",
	[SQL_CALENDAR_SEQ] = "SELECT seq FROM calendar WHERE counsellor = :counsellor",
	[SQL_CALENDAR_SEQ_SET] =
		"INSERT INTO calendar (counsellor, seq) VALUES (:counsellor, :seq) "
		"ON CONFLICT (counsellor) DO UPDATE SET seq = excluded.seq",
	[SQL_AUDIT_INSERT] = "INSERT INTO audit (at, actor, act, about) VALUES (:at, "
			     ":actor, :act, :about)",
	[SQL_DEFINITION_FIND] = "SELECT id, retired, body FROM definition WHERE kind = "
				":kind AND slug = :slug",
	[SQL_DEFINITION_INSERT] =
		"INSERT INTO definition (kind, slug, body, created, changed) "
		"VALUES (:kind, :slug, :body, :now, :now)",
	[SQL_DEFINITION_UPDATE] = "UPDATE definition SET body = :body, retired = 0, "
				  "changed = :now WHERE id = :id",
	[SQL_DEFINITION_RETIRE] =
		"UPDATE definition SET retired = 1, changed = :now WHERE id = :id",
	[SQL_DEFINITION_EACH] =
		"SELECT id, kind, slug, body, retired FROM definition ORDER BY kind, id",
	[SQL_CLAIM_EACH] =
		"SELECT c.counsellor, c.site, c.starts, c.ends, c.session, "
		"h.ref, h.expires, "
		"ifnull(s.service, h.service), ifnull(s.capacity, 0), "
		"CASE WHEN c.session IS NULL THEN h.seats WHEN s.capacity = 0 "
		"THEN 1 ELSE "
		"(SELECT ifnull(sum(p.party_size), 0) FROM participation p "
		"WHERE p.session = s.id AND p.status <> 3) "
		"END, c.session IS NOT NULL AND s.capacity > 0 AND EXISTS ("
		"SELECT 1 FROM hold w WHERE w.session = s.id AND w.expires > "
		":now) "
		"FROM claim c LEFT JOIN session s ON s.id = c.session LEFT "
		"JOIN hold h ON h.id = c.hold "
		"WHERE c.active = 1 AND c.ends > :from AND (c.hold IS NULL OR "
		"h.expires > :now) "
		"UNION ALL SELECT c.counsellor, c.site, c.starts, c.ends, "
		"c.session, w.ref, w.expires, s.service, s.capacity, w.seats, 1 "
		"FROM hold w JOIN session s ON s.id = w.session JOIN claim c "
		"ON c.session = s.id WHERE w.expires > :now AND c.active = 1 "
		"AND c.ends > :from",
	[SQL_ABSENCE_EACH] = "SELECT id, counsellor, starts, ends, label FROM absence "
			     "WHERE ends > :from "
			     "ORDER BY ends",
	[SQL_ABSENCE_INSERT] =
		"INSERT INTO absence (counsellor, starts, ends, label, created) "
		"VALUES (:counsellor, :starts, :ends, :label, :now)",
	[SQL_ABSENCE_UPDATE] = "UPDATE absence SET counsellor = :counsellor, starts = "
			       ":starts, ends = :ends, "
			       "label = :label WHERE id = :id",
	[SQL_ABSENCE_REMOVE] = "DELETE FROM absence WHERE id = :id RETURNING counsellor",
	[SQL_CLAIM_OVERLAP] =
		"SELECT 1 FROM claim WHERE active = 1 AND counsellor = :counsellor "
		"AND starts < :ends AND starts > :starts - 86400 AND ends > :starts "
		"AND (:session IS NULL OR session IS NOT :session) LIMIT 1",
	[SQL_CLAIM_ROOMS] =
		"SELECT DISTINCT starts, ends, session, hold FROM claim "
		"WHERE active = 1 AND site = :site AND starts < :ends AND starts > "
		":starts - 86400 "
		"AND ends > :starts AND (:session IS NULL OR session IS NOT :session)",
	[SQL_CLAIM_INSERT] =
		"INSERT INTO claim (counsellor, starts, ends, site, session, hold, "
		"active) "
		"VALUES (:counsellor, :starts, :ends, :site, :session, :hold, 1)",
	[SQL_CLAIM_DELETE] = "DELETE FROM claim WHERE session = :session",
	[SQL_CLAIM_ACTIVE] = "UPDATE claim SET active = :active WHERE session = :session",
	[SQL_SESSION_INSERT] = "INSERT INTO session (pseudonym, service, organisation, "
			       "site, place_name, "
			       "place_postcode, starts, ends, civil_start, zone, "
			       "capacity, created, changed) "
			       "VALUES (:pseudonym, :service, :organisation, :site, "
			       ":name, :postcode, :starts, :ends, :civil, :zone, "
			       ":capacity, :now, :now)",
	[SQL_SESSION_MOVE] = "UPDATE session SET site = :site, place_name = :name, "
			     "place_postcode = :postcode, "
			     "starts = :starts, ends = :ends, civil_start = :civil, zone "
			     "= :zone, sequence = sequence + 1, "
			     "changed = :now WHERE id = :session",
	[SQL_SESSION_CAPACITY] =
		"UPDATE session SET capacity = :capacity WHERE id = :session",
	[SQL_SESSION_ACTIVE] = "UPDATE session SET active = :active, sequence = sequence "
			       "+ 1, changed = :now "
			       "WHERE id = :session",
	[SQL_SESSION_DELETE] = "DELETE FROM session WHERE id = :session",
	[SQL_SESSION_STANDING] =
		"SELECT "
		"(SELECT count(*) FROM participation WHERE session = :session AND status "
		"<> 3 AND id <> :leaving) "
		"+ (SELECT count(*) FROM hold WHERE session = :session), "
		"(SELECT count(*) FROM participation WHERE session = :session)",
	[SQL_SESSION_CALENDARS] = "SELECT c.counsellor, s.uid FROM claim c JOIN session "
				  "s ON s.id = c.session "
				  "WHERE c.session = :session ORDER BY c.id",
	[SQL_WORKSHOP_FIND] =
		"SELECT s.id, s.pseudonym, s.capacity, "
		"(SELECT ifnull(sum(p.party_size), 0) FROM participation p WHERE "
		"p.session = s.id AND p.status <> 3) "
		"+ (SELECT ifnull(sum(h.seats), 0) FROM hold h WHERE h.session = s.id) "
		"FROM session s WHERE s.capacity > 0 AND s.active = 1 AND s.service = "
		":service "
		"AND s.starts = :starts AND ifnull(s.site, 0) = :site AND s.place_name = "
		":name "
		"AND s.place_postcode = :postcode",
	[SQL_HOLD_FIND] =
		"SELECT id, session, extended, expires FROM hold WHERE ref = :ref",
	[SQL_HOLD_EXPIRED] = "SELECT id, session FROM hold WHERE expires <= :now ORDER "
			     "BY expires LIMIT 1",
	[SQL_HOLD_OLDEST] =
		"SELECT count(*), (SELECT ref FROM hold WHERE holder = :holder "
		"ORDER BY created, id LIMIT 1) FROM hold WHERE holder = :holder",
	[SQL_HOLD_OWN_OVERLAP] = "SELECT h.ref FROM hold h LEFT JOIN claim c ON c.hold = "
				 "h.id OR c.session = h.session "
				 "WHERE h.holder = :holder AND c.counsellor = "
				 ":counsellor AND c.active = 1 "
				 "AND c.starts < :ends AND c.ends > :starts LIMIT 1",
	[SQL_HOLD_INSERT] =
		"INSERT INTO hold (ref, holder, session, service, seats, created, "
		"expires) "
		"VALUES (:ref, :holder, :session, :service, :seats, :now, :expires)",
	[SQL_HOLD_EXTEND] = "UPDATE hold SET expires = :expires, extended = extended + 1 "
			    "WHERE id = :hold",
	[SQL_HOLD_CLAIMS_DELETE] = "DELETE FROM claim WHERE hold = :hold",
	[SQL_HOLD_DELETE] = "DELETE FROM hold WHERE id = :hold",
	[SQL_PERSON_INSERT] =
		"INSERT INTO person (situation, fact_key, first_name, last_name, "
		"first_folded, "
		"last_folded, birth_year, phone, sms_ok, email, postcode, insee, locale, "
		"needs, discreet, only_answers, hours_from, hours_to, professional, "
		"employer, created, "
		"changed) "
		"VALUES (:situation, :key, :first, :last, :first_folded, :last_folded, "
		":year, :phone, :sms_ok, :email, "
		":postcode, :insee, :locale, :needs, :discreet, :only_answers, "
		":hours_from, :hours_to, :professional, :employer, :now, :now)",
	[SQL_PART_BY_KEY] = "SELECT id, session, body_hash FROM participation WHERE "
			    "request_key = :key",
	[SQL_PART_INSERT] = "INSERT INTO participation (ref, token_hash, request_key, "
			    "body_hash, session, person, "
			    "status, outcome, channel, party_size, persons_present, "
			    "revision, sequence, booked_on, fact_seq, "
			    "created, changed, walk_in, arrived, companion, answers) "
			    "VALUES (:ref, :token, :key, :body, :session, :person, 1, 0, "
			    ":channel, :party, -1, 0, 0, :booked_on, "
			    ":fact, :now, :now, :walk_in, :arrived, :companion, "
			    ":answers)",
	[SQL_PART_BY_ID] =
		"SELECT p.id, p.session, p.status, p.outcome, p.party_size, "
		"p.persons_present, "
		"p.revision, p.sequence, p.confirmed, p.cancelled, p.fact_seq, "
		"s.service, s.organisation, s.site, s.capacity, s.active, s.pseudonym, "
		"s.starts, s.ends, "
		"s.civil_start, s.place_name, s.place_postcode "
		"FROM participation p JOIN session s ON s.id = p.session WHERE p.id = "
		":id",
	[SQL_PART_BY_TOKEN] =
		"SELECT p.id, p.session, p.status, p.outcome, p.party_size, "
		"p.persons_present, "
		"p.revision, p.sequence, p.confirmed, p.cancelled, p.fact_seq, "
		"s.service, s.organisation, s.site, s.capacity, s.active, s.pseudonym, "
		"s.starts, s.ends, "
		"s.civil_start, s.place_name, s.place_postcode "
		"FROM participation p JOIN session s ON s.id = p.session WHERE "
		"p.token_hash = :token",
	[SQL_PART_SESSION] = "SELECT s.service, s.organisation, s.site, s.capacity, "
			     "s.active, s.pseudonym, s.starts, s.ends, "
			     "s.civil_start, s.place_name, s.place_postcode FROM session "
			     "s WHERE s.id = :session",
	[SQL_PART_UPDATE] =
		"UPDATE participation SET session = :session, status = :status, outcome "
		"= :outcome, "
		"persons_present = :present, revision = :revision, sequence = :sequence, "
		"confirmed = :confirmed, "
		"cancelled = :cancelled, fact_seq = :fact, changed = :now WHERE id = :id",
	[SQL_FACT_PERSON] =
		"SELECT f.person, f.situation FROM participation p JOIN fact f "
		"ON f.seq = p.fact_seq "
		"WHERE p.person = :person AND f.person <> '' ORDER BY p.id DESC "
		"LIMIT 1",
	[SQL_FACT_FIRST] = "INSERT INTO fact (revision, deleted, appointment, session, "
			   "organisation, site, service, "
			   "place_kind, commune, programme, mode, channel, booked_on, "
			   "day, afternoon, outcome, "
			   "cancel_notice_minutes, reminders_sent, reminders_delivered, "
			   "confirmed, person, situation, "
			   "persons_present, age, french) "
			   "VALUES (1, 0, :appointment, :session, :organisation, :site, "
			   ":service, :place_kind, :commune, "
			   ":programme, :mode, :channel, :booked_on, :day, :afternoon, "
			   "0, -1, 0, 0, 0, :person, :situation, -1, "
			   ":age, :french)",
	[SQL_FACT_REMINDERS] = "SELECT ifnull(sum(state IN (3, 4, 5)), 0), "
			       "ifnull(sum(state = 4), 0) FROM message "
			       "WHERE participation = :participation AND kind = 2",
	[SQL_FACT_AGAIN] = "INSERT INTO fact (revision, deleted, appointment, session, "
			   "organisation, site, service, "
			   "place_kind, commune, programme, mode, channel, booked_on, "
			   "day, afternoon, outcome, "
			   "cancel_notice_minutes, reminders_sent, reminders_delivered, "
			   "confirmed, person, situation, "
			   "persons_present, age, french) "
			   "SELECT revision + 1, 0, appointment, :session, organisation, "
			   ":site, service, "
			   "ifnull(:place_kind, place_kind), commune, programme, mode, "
			   "channel, booked_on, :day, :afternoon, "
			   ":outcome, :notice, :sent, :delivered, :confirmed, person, "
			   "situation, :present, age, french "
			   "FROM fact WHERE seq = :last",
	[SQL_FACT_EACH] = FACT "WHERE seq > :after AND day >= :from AND day < :to "
			       "ORDER BY seq LIMIT :limit",
	[SQL_CURSOR_GET] = "SELECT seq FROM cursor WHERE name = :name",
	[SQL_CURSOR_SET] = "INSERT INTO cursor (name, seq) VALUES (:name, :seq) "
			   "ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
	[SQL_EDIT_INSERT] = "INSERT INTO edit (at, actor) VALUES (:at, :actor)",
	[SQL_EDIT_PART_INSERT] =
		"INSERT INTO edit_part (edit, definition, before, after) "
		"VALUES (:edit, :definition, :before, :after)",
	[SQL_EDIT_UNDONE] =
		"UPDATE edit SET undone = :by WHERE id = :id AND undone IS NULL",
	[SQL_EDIT_GET] = "SELECT at, ifnull(undone, 0) FROM edit WHERE id = :id",
	[SQL_EDIT_PARTS] = "SELECT definition, before, after FROM edit_part WHERE edit = "
			   ":edit ORDER BY definition",
	[SQL_DRAFT_CLEAR] = "DELETE FROM draft",
	[SQL_DRAFT_INSERT] =
		"INSERT INTO draft (place, kind, slug, body) VALUES (:place, "
		":kind, :slug, :body)",
	[SQL_DRAFT_DECIDE] =
		"INSERT INTO draft_state (one, decided, actor) VALUES (1, 1, "
		":actor)",
	[SQL_DRAFT_DECIDED] = "SELECT decided FROM draft_state",
	[SQL_DRAFT_FIRST] =
		"SELECT place, kind, slug, body FROM draft ORDER BY place LIMIT 1",
	[SQL_DRAFT_REMOVE] = "DELETE FROM draft WHERE place = :place",
	[SQL_DRAFT_COUNT] = "SELECT count(*) FROM draft",
	[SQL_DRAFT_OVER] = "DELETE FROM draft_state",
	[SQL_APPOINTMENT_BY_ID] = APPOINTMENT "WHERE p.id = :id",
	[SQL_APPOINTMENT_BY_TOKEN] = APPOINTMENT "WHERE p.token_hash = :token",
	[SQL_APPOINTMENT_EACH] =
		APPOINTMENT "WHERE s.starts >= :from AND s.starts < :to "
			    "AND (s.starts > :after_start OR p.id > :after_id) "
			    "AND (:site = 0 OR s.site = :site) AND (:organisation = 0 OR "
			    "s.organisation = :organisation) "
			    "AND (:counsellor = 0 OR EXISTS (SELECT 1 FROM claim c "
			    "WHERE c.session = s.id AND c.counsellor = :counsellor)) "
			    "AND (:without_cancelled = 0 OR p.status <> 3) AND "
			    "(:unmarked = 0 OR p.outcome = 0) "
			    "ORDER BY s.starts, p.id LIMIT :limit",
	[SQL_APPOINTMENT_OF_PERSON] =
		APPOINTMENT "WHERE p.id = (SELECT max(x.id) FROM participation x WHERE "
			    "x.person = :person)",
	[SQL_APPOINTMENT_DUPLICATES] = APPOINTMENT
	"WHERE n.id IN (SELECT d.id FROM person d JOIN person me ON me.id = :person "
	"WHERE d.phone = me.phone AND d.phone <> '' AND d.first_folded = me.first_folded "
	"AND d.birth_year = me.birth_year AND d.id <> me.id) "
	"AND p.id = (SELECT x.id FROM participation x JOIN session y ON y.id = x.session "
	"WHERE x.person = n.id ORDER BY y.starts DESC, x.id DESC LIMIT 1) "
	"ORDER BY s.starts DESC, p.id DESC",
	[SQL_APPOINTMENT_SEARCH] = APPOINTMENT
	"WHERE n.id IN (SELECT f.id FROM person f "
	"WHERE (substr(f.last_folded || ' ' || f.first_folded, 1, length(:folded)) = "
	":folded "
	"OR substr(f.first_folded || ' ' || f.last_folded, 1, length(:folded)) = :folded "
	"OR substr(f.phone, 1, length(:q)) = :q "
	"OR substr(lower(f.email), 1, length(:q)) = lower(:q) "
	"OR (length(:digits) >= 3 AND (substr(f.phone, 4, length(:digits)) = :digits "
	"OR substr(f.phone, 5, length(:digits)) = :digits OR substr(f.phone, 2, "
	"length(:digits)) = :digits))) "
	"AND EXISTS (SELECT 1 FROM participation e JOIN session es ON es.id = e.session "
	"WHERE e.person = f.id AND (:organisation = 0 OR es.organisation = "
	":organisation)) "
	"ORDER BY f.id DESC LIMIT :limit) "
	"AND p.id = (SELECT x.id FROM participation x JOIN session y ON y.id = x.session "
	"WHERE x.person = n.id ORDER BY y.starts DESC, x.id DESC LIMIT 1) "
	"ORDER BY s.starts DESC, p.id DESC",
	[SQL_USER_PUT] =
		"INSERT INTO user (login, password_hash, role, organisation, counsellor, "
		"disabled, created, name, email) "
		"VALUES (:login, :password, :role, :organisation, :counsellor, "
		":disabled, :created, :name, :email) "
		"ON CONFLICT (login) DO UPDATE SET password_hash = "
		"excluded.password_hash, role = excluded.role, "
		"organisation = excluded.organisation, counsellor = excluded.counsellor, "
		"disabled = excluded.disabled, name = excluded.name, email = "
		"excluded.email "
		"RETURNING id",
	[SQL_USER_EACH] = "SELECT id, login, password_hash, role, organisation, "
			  "counsellor, disabled, created, name, email, totp, totp_step, "
			  "(SELECT count(*) FROM recovery WHERE recovery.user = user.id "
			  "AND used IS NULL), seen "
			  "FROM user ORDER BY id",
	[SQL_USER_SEEN] = "UPDATE user SET seen = :now WHERE id = :user",
	[SQL_USER_FACTOR] = "UPDATE user SET totp = nullif(:sealed, x''), totp_step = 0 "
			    "WHERE id = :user",
	[SQL_USER_STEP] = "UPDATE user SET totp_step = :step WHERE id = :user AND "
			  "totp_step < :step",
	[SQL_RECOVERY_CLEAR] = "DELETE FROM recovery WHERE user = :user",
	[SQL_RECOVERY_PUT] = "INSERT INTO recovery (user, hash) VALUES (:user, :hash)",
	[SQL_RECOVERY_USE] =
		"UPDATE recovery SET used = :now WHERE user = :user AND hash = :hash "
		"AND used IS NULL",
	[SQL_INVITATION_PUT] =
		"INSERT INTO invitation (token_hash, user, name, email, role, "
		"organisation, counsellor, actor, created, expires) "
		"VALUES (:token, :user, :name, :email, :role, :organisation, "
		":counsellor, :actor, :created, :expires) RETURNING id",
	[SQL_INVITATION_EACH] =
		"SELECT id, token_hash, user, name, email, role, organisation, "
		"counsellor, actor, created, expires FROM invitation "
		"WHERE ended IS NULL AND expires > :now ORDER BY id",
	[SQL_INVITATION_END] =
		"UPDATE invitation SET ended = :now WHERE id = :id AND ended IS NULL",
	[SQL_LOGIN_PUT] =
		"INSERT INTO login (token_hash, user, created, last_seen, expires, "
		"device, factor) "
		"VALUES (:token, :user, :created, :last_seen, :expires, :device, "
		":factor) "
		"ON CONFLICT (token_hash) DO UPDATE SET last_seen = excluded.last_seen, "
		"expires = excluded.expires, factor = excluded.factor",
	[SQL_LOGIN_EXPIRE] = "DELETE FROM login WHERE expires <= :now",
	[SQL_LOGIN_REMOVE] = "DELETE FROM login WHERE token_hash = :token",
	[SQL_LOGIN_EACH] =
		"SELECT token_hash, user, created, last_seen, expires, device, factor "
		"FROM login WHERE expires > :now",
	[SQL_API_TOKEN_PUT] =
		"INSERT INTO api_token (token_hash, role, label, organisation, created, "
		"seen, revoked) "
		"VALUES (:token, :role, :label, :organisation, :created, "
		"nullif(:seen, 0), nullif(:revoked, 0)) "
		"ON CONFLICT (token_hash) DO UPDATE SET role = excluded.role, "
		"label = excluded.label, organisation = excluded.organisation, "
		"seen = excluded.seen, revoked = excluded.revoked",
	[SQL_API_TOKEN_EACH] = "SELECT token_hash, role, label, organisation, created, "
			       "seen, revoked FROM api_token ORDER BY created",
	[SQL_FEED_PUT] = "INSERT INTO feed (counsellor, token_hash, with_names, created) "
			 "VALUES (:counsellor, :token, :with_names, :created) "
			 "ON CONFLICT (counsellor) DO UPDATE SET token_hash = "
			 "excluded.token_hash, "
			 "with_names = excluded.with_names, created = excluded.created",
	[SQL_FEED_EACH] = "SELECT token_hash, counsellor, with_names, created FROM feed "
			  "ORDER BY counsellor",
	[SQL_CHECK_INTEGRITY] = "PRAGMA integrity_check(20)",
	[SQL_CHECK_REFERENCES] = "SELECT printf('row %d of %s refers to a missing row of "
				 "%s', rowid, \"table\", parent) "
				 "FROM pragma_foreign_key_check",
	[SQL_CHECK_OVERLAPS] = "SELECT printf('counsellor %d is in two appointments at "
			       "once: claims %d and %d', "
			       "a.counsellor, a.id, b.id) "
			       "FROM claim a JOIN claim b ON b.counsellor = a.counsellor "
			       "AND b.active = 1 AND b.id <> a.id "
			       "AND b.starts >= a.starts AND b.starts < a.ends AND "
			       "(b.starts > a.starts OR b.id > a.id) "
			       "WHERE a.active = 1",
	[SQL_CHECK_CAPACITIES] =
		"SELECT printf('workshop %d has %d places taken of %d', id, taken, "
		"capacity) FROM "
		"(SELECT s.id, s.capacity, "
		"(SELECT ifnull(sum(p.party_size), 0) FROM participation p WHERE "
		"p.session = s.id AND p.status <> 3) "
		"+ (SELECT ifnull(sum(h.seats), 0) FROM hold h WHERE h.session = s.id) "
		"AS taken "
		"FROM session s WHERE s.capacity > 0 AND s.active = 1) "
		"WHERE taken > capacity",
	[SQL_CHECK_SHARED] = "SELECT printf('session %d is not a workshop and has %d "
			     "participants', s.id, count(*)) "
			     "FROM session s JOIN participation p ON p.session = s.id "
			     "AND p.status <> 3 "
			     "WHERE s.capacity = 0 GROUP BY s.id HAVING count(*) > 1",
	[SQL_CHECK_CLAIMLESS] =
		"SELECT printf('session %d stands without a counsellor''s claim', s.id) "
		"FROM session s "
		"WHERE EXISTS (SELECT 1 FROM participation p WHERE p.session = s.id AND "
		"p.status <> 3) "
		"AND (s.active = 0 OR NOT EXISTS (SELECT 1 FROM claim c WHERE c.session "
		"= s.id AND c.active = 1 "
		"AND c.starts = s.starts AND c.ends = s.ends AND c.site IS s.site))",
	[SQL_CHECK_CLAIMS_LEFT] =
		"SELECT printf('claim %d keeps a counsellor for nobody', c.id) FROM "
		"claim c "
		"WHERE c.active = 1 AND c.session IS NOT NULL "
		"AND NOT EXISTS (SELECT 1 FROM participation p WHERE p.session = "
		"c.session AND p.status <> 3) "
		"AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.session = c.session)",
	[SQL_CHECK_WAITING] =
		"SELECT printf('message %d waits for an appointment that was cancelled', "
		"m.id) "
		"FROM message m JOIN participation p ON p.id = m.participation "
		"WHERE m.queue <> 0 AND m.revision IS NOT NULL AND m.kind <> 4 AND "
		"p.status = 3",
	[SQL_CHECK_COUNTS] = "SELECT printf('%d messages are counted in state %d, there "
			     "are %d', c.n, c.state, "
			     "ifnull(m.n, 0)) "
			     "FROM message_count c LEFT JOIN (SELECT state, count(*) AS "
			     "n FROM message GROUP BY state) m "
			     "ON m.state = c.state "
			     "WHERE c.n <> ifnull(m.n, 0)",
	[SQL_CHECK_COUNTER] = "SELECT printf('the change counter stands at %d, behind "
			      "change %d', n.seq, c.seq) "
			      "FROM network n JOIN (SELECT max(seq) AS seq FROM change "
			      "WHERE network = 1) c "
			      "WHERE n.id = 1 AND c.seq > n.seq",
	[SQL_CHECK_FACTS] = "SELECT printf('the last fact of appointment %d says "
			    "otherwise than its row', p.id) "
			    "FROM participation p LEFT JOIN fact f ON f.seq = p.fact_seq "
			    "WHERE f.seq IS NULL OR f.outcome <> p.outcome OR "
			    "f.confirmed <> (p.confirmed IS NOT NULL) "
			    "OR f.persons_present <> p.persons_present",
};

const char *sql_text(enum sql_name name)
{
	static const char *const *const files[] = {texts,
						   sql_message_texts,
						   sql_talk_texts,
						   sql_waiting_texts,
						   sql_figure_texts,
						   sql_undo_texts,
						   sql_day_texts,
						   sql_touched_texts,
						   sql_text_texts};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i][name])
			return files[i][name];
	return "MISSING"; /* no statement: preparing it says so */
}
