/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql.h - the names of the statements (sql.c has their texts), and the columns of the two
 * wide rows, whose order is written once, here, for the statement and for its reader. */
#ifndef STORE_SQLITE_SQL_H
#define STORE_SQLITE_SQL_H

/* A participation p with its session s and its person n. */
#define APPOINTMENT_COLUMNS(X)                                                           \
	X(A_ID, "p.id")                                                                  \
	X(A_REF, "p.ref")                                                                \
	X(A_GENERATION, "p.generation")                                                  \
	X(A_SESSION, "p.session")                                                        \
	X(A_UID, "s.uid")                                                                \
	X(A_SEQUENCE, "p.sequence")                                                      \
	X(A_SESSION_SEQUENCE, "s.sequence")                                              \
	X(A_SERVICE, "s.service")                                                        \
	X(A_ORGANISATION, "s.organisation")                                              \
	X(A_SITE, "s.site")                                                              \
	X(A_PLACE_NAME, "s.place_name")                                                  \
	X(A_PLACE_POSTCODE, "s.place_postcode")                                          \
	X(A_STARTS, "s.starts")                                                          \
	X(A_ENDS, "s.ends")                                                              \
	X(A_CIVIL, "s.civil_start")                                                      \
	X(A_ZONE, "s.zone")                                                              \
	X(A_CAPACITY, "s.capacity")                                                      \
	X(A_STATUS, "p.status")                                                          \
	X(A_OUTCOME, "p.outcome")                                                        \
	X(A_CHANNEL, "p.channel")                                                        \
	X(A_PARTY_SIZE, "p.party_size")                                                  \
	X(A_PRESENT, "p.persons_present")                                                \
	X(A_REVISION, "p.revision")                                                      \
	X(A_CREATED, "p.created")                                                        \
	X(A_CHANGED, "p.changed")                                                        \
	X(A_CONFIRMED, "p.confirmed")                                                    \
	X(A_CANCELLED, "p.cancelled")                                                    \
	X(A_EARLIER, "(SELECT count(*) FROM participation v JOIN session vs ON vs.id = " \
		     "v.session WHERE v.person = p.person AND v.outcome = 1 AND "        \
		     "vs.starts < s.starts)")                                            \
	X(A_DUPLICATES,                                                                  \
	  "CASE n.phone WHEN '' THEN 0 ELSE (SELECT count(*) FROM person d "             \
	  "WHERE d.phone = n.phone AND d.phone <> '' AND d.first_folded = "              \
	  "n.first_folded AND d.birth_year = n.birth_year AND d.id <> n.id) "            \
	  "END")                                                                         \
	X(A_ARRIVED, "p.arrived")                                                        \
	X(A_EXPECTED, "p.expected")                                                      \
	X(A_WALK_IN, "p.walk_in")                                                        \
	X(A_COMPANION, "p.companion")                                                    \
	X(A_ANSWERS, "p.answers")                                                        \
	X(A_VISIT_LEFT, "t.set_out")                                                     \
	X(A_VISIT_DUE, "t.due")                                                          \
	X(A_VISIT_BACK, "t.back")                                                        \
	X(A_VISIT_ALARMED, "t.alarmed")                                                  \
	X(A_VISIT_SETTLED, "t.settled")                                                  \
	X(A_PERSON, "p.person")                                                          \
	X(A_SITUATION, "n.situation")                                                    \
	X(A_FIRST_NAME, "n.first_name")                                                  \
	X(A_LAST_NAME, "n.last_name")                                                    \
	X(A_BIRTH_YEAR, "n.birth_year")                                                  \
	X(A_PHONE, "n.phone")                                                            \
	X(A_SMS_OK, "n.sms_ok")                                                          \
	X(A_EMAIL, "n.email")                                                            \
	X(A_POSTCODE, "n.postcode")                                                      \
	X(A_INSEE, "n.insee")                                                            \
	X(A_LOCALE, "n.locale")                                                          \
	X(A_NEEDS, "n.needs")                                                            \
	X(A_DISCREET, "n.discreet")                                                      \
	X(A_ONLY_ANSWERS, "n.only_answers")                                              \
	X(A_HOURS_FROM, "n.hours_from")                                                  \
	X(A_HOURS_TO, "n.hours_to")                                                      \
	X(A_PROFESSIONAL, "n.professional")                                              \
	X(A_EMPLOYER, "n.employer")

/* A message m with its last attempt a. */
#define MESSAGE_COLUMNS(X)                    \
	X(M_ID, "m.id")                       \
	X(M_PARTICIPATION, "m.participation") \
	X(M_KIND, "m.kind")                   \
	X(M_ORDINAL, "m.ordinal")             \
	X(M_CHANNEL, "m.channel")             \
	X(M_REVISION, "m.revision")           \
	X(M_STATE, "m.state")                 \
	X(M_DUE, "m.due")                     \
	X(M_DEADLINE, "m.deadline")           \
	X(M_CREATED, "m.created")             \
	X(M_SENT, "m.sent_at")                \
	X(M_ATTEMPTS, "m.attempts")           \
	X(M_NOTE, "m.note")                   \
	X(M_LETTER_TO, "m.recipient")         \
	X(M_LETTER_SUBJECT, "m.subject")      \
	X(M_LETTER_TEXT, "m.text")            \
	X(M_ORGANISATION, "m.organisation")   \
	X(M_ANSWERABLE, "m.answerable")       \
	X(M_INBOUND, "m.inbound")             \
	X(M_DELIVERED, "m.delivered_at")      \
	X(M_WEEK, "m.week")                   \
	X(M_TO, "a.recipient")                \
	X(M_TEXT, "a.text")                   \
	X(M_PROVIDER_ID, "a.provider_id")     \
	X(M_GATEWAY, "a.gateway")             \
	X(M_SEGMENTS, "a.segments")

/* After them, of one that is claimed: its appointment's present state, whether a later
 * one says the same, its offer f and its contact k. */
#define WAITING_COLUMNS(X)                                                               \
	X(W_LETTER, "m.revision IS NULL")                                                \
	X(W_STATUS, "p.status")                                                          \
	X(W_OUTCOME, "p.outcome")                                                        \
	X(W_REVISION, "p.revision")                                                      \
	X(W_STARTS, "s.starts")                                                          \
	X(W_OFFER, "m.offer")                                                            \
	X(W_OFFER_STATE, "f.state")                                                      \
	X(W_STOPPED, "k.stopped")                                                        \
	X(W_BAD, "k.bad_since")                                                          \
	X(W_UNKNOWNS, "(SELECT count(*) FROM attempt u WHERE u.message = m.id AND "      \
		      "u.outcome = 7)")                                                  \
	X(W_LATER, "EXISTS (SELECT 1 FROM message o WHERE o.participation = "            \
		   "m.participation AND o.queue <> 0 AND o.due <= :now AND o.channel = " \
		   "m.channel AND o.revision = m.revision AND o.kind IN (1, 2, 3) AND "  \
		   "o.deadline > :now AND (o.due > m.due OR (o.due = m.due AND o.id > "  \
		   "m.id)))")

/* A text i that came in. */
#define INBOUND_COLUMNS(X)                    \
	X(I_ID, "i.id")                       \
	X(I_GATEWAY, "i.gateway")             \
	X(I_KEY, "i.key")                     \
	X(I_NUMBER, "i.number")               \
	X(I_RECIPIENT, "i.recipient")         \
	X(I_TEXT, "i.text")                   \
	X(I_RECEIVED, "i.received")           \
	X(I_PART_REF, "i.part_ref")           \
	X(I_PART, "i.part")                   \
	X(I_PARTS, "i.parts")                 \
	X(I_STATE, "i.state")                 \
	X(I_UNDERSTOOD, "i.understood")       \
	X(I_PARTICIPATION, "i.participation") \
	X(I_ORGANISATION, "i.organisation")

/* A contact k. */
#define CONTACT_COLUMNS(X)                    \
	X(K_NUMBER, "k.number")               \
	X(K_STOPPED, "k.stopped")             \
	X(K_BAD_SINCE, "k.bad_since")         \
	X(K_BAD_NOTE, "k.bad_note")           \
	X(K_VERIFIED, "k.verified")           \
	X(K_QUESTION, "k.question")           \
	X(K_ASKED, "k.asked")                 \
	X(K_UNTIL, "k.until")                 \
	X(K_ANSWERS, "k.answers")             \
	X(K_ANSWERS_SINCE, "k.answers_since") \
	X(K_HELPED, "k.helped")

/* One who waits, w; after it, an offer f. */
#define WAIT_COLUMNS(X)                       \
	X(L_ID, "w.id")                       \
	X(L_REF, "w.ref")                     \
	X(L_TOKEN_HASH, "w.token_hash")       \
	X(L_PARTICIPATION, "w.participation") \
	X(L_SERVICE, "w.service")             \
	X(L_ORGANISATION, "w.organisation")   \
	X(L_SITE, "w.site")                   \
	X(L_STARTS, "w.starts")               \
	X(L_NEAR, "w.near")                   \
	X(L_RADIUS_KM, "w.radius_km")         \
	X(L_PARTY_SIZE, "w.party_size")       \
	X(L_NUMBER, "w.number")               \
	X(L_EMAIL, "w.email")                 \
	X(L_LOCALE, "w.locale")               \
	X(L_PERSON, "w.person")               \
	X(L_SEEN, "w.seen")                   \
	X(L_CREATED, "w.created")             \
	X(L_UNTIL, "w.until")                 \
	X(L_LAST_OFFER, "w.last_offer")       \
	X(L_STATE, "w.state")

#define OFFER_COLUMNS(X)          \
	X(O_ID, "f.id")           \
	X(O_WAIT, "f.wait")       \
	X(O_SITE, "f.site")       \
	X(O_STARTS, "f.starts")   \
	X(O_ENDS, "f.ends")       \
	X(O_HOLD, "f.hold")       \
	X(O_MADE, "f.made")       \
	X(O_EXPIRES, "f.expires") \
	X(O_STATE, "f.state")

#define FACT_COLUMNS(X)                       \
	X(F_SEQ, "seq")                       \
	X(F_REVISION, "revision")             \
	X(F_DELETED, "deleted")               \
	X(F_APPOINTMENT, "appointment")       \
	X(F_SESSION, "session")               \
	X(F_ORGANISATION, "organisation")     \
	X(F_SITE, "site")                     \
	X(F_SERVICE, "service")               \
	X(F_PLACE_KIND, "place_kind")         \
	X(F_COMMUNE, "commune")               \
	X(F_PROGRAMME, "programme")           \
	X(F_MODE, "mode")                     \
	X(F_CHANNEL, "channel")               \
	X(F_BOOKED_ON, "booked_on")           \
	X(F_DAY, "day")                       \
	X(F_AFTERNOON, "afternoon")           \
	X(F_OUTCOME, "outcome")               \
	X(F_NOTICE, "cancel_notice_minutes")  \
	X(F_SENT, "reminders_sent")           \
	X(F_DELIVERED, "reminders_delivered") \
	X(F_CONFIRMED, "confirmed")           \
	X(F_PERSON, "person")                 \
	X(F_SITUATION, "situation")           \
	X(F_PRESENT, "persons_present")       \
	X(F_AGE, "age")                       \
	X(F_FRENCH, "french")

#define COLUMN_NAME(name, sql) name,
#define COLUMN_SQL(name, sql) sql ", "

enum appointment_column { APPOINTMENT_COLUMNS(COLUMN_NAME) };
enum message_column { MESSAGE_COLUMNS(COLUMN_NAME) MESSAGE_COLUMNS_END };
enum waiting_column {
	WAITING_COLUMNS_BEFORE = MESSAGE_COLUMNS_END - 1,
	WAITING_COLUMNS(COLUMN_NAME)
};
enum inbound_column { INBOUND_COLUMNS(COLUMN_NAME) };
enum contact_column { CONTACT_COLUMNS(COLUMN_NAME) };
enum wait_column { WAIT_COLUMNS(COLUMN_NAME) WAIT_COLUMNS_END };
enum offer_column {
	OFFER_COLUMNS_BEFORE = WAIT_COLUMNS_END - 1,
	OFFER_COLUMNS(COLUMN_NAME)
};
enum fact_column { FACT_COLUMNS(COLUMN_NAME) };

enum sql_name {
	SQL_BEGIN_WRITE,
	SQL_BEGIN_READ,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_SAVEPOINT,
	SQL_RELEASE,
	SQL_ROLLBACK_TO,
	SQL_META_INSERT,
	SQL_META_INSTANCE,
	SQL_CHANGE_SEQ,
	SQL_CHANGE_SEQ_SET,
	SQL_CHANGE_INSERT,
	SQL_CALENDAR_SEQ,
	SQL_CALENDAR_SEQ_SET,
	SQL_AUDIT_INSERT,
	SQL_MESSAGE_COUNT_ADD,
	SQL_DEFINITION_FIND,
	SQL_DEFINITION_INSERT,
	SQL_DEFINITION_UPDATE,
	SQL_DEFINITION_RETIRE,
	SQL_DEFINITION_EACH,
	SQL_CLAIM_EACH,
	SQL_ABSENCE_EACH,
	SQL_ABSENCE_INSERT,
	SQL_ABSENCE_UPDATE,
	SQL_ABSENCE_REMOVE,
	SQL_CLAIM_OVERLAP,
	SQL_CLAIM_ROOMS,
	SQL_CLAIM_INSERT,
	SQL_CLAIM_DELETE,
	SQL_CLAIM_ACTIVE,
	SQL_SESSION_INSERT,
	SQL_SESSION_MOVE,
	SQL_SESSION_CAPACITY,
	SQL_SESSION_ACTIVE,
	SQL_SESSION_DELETE,
	SQL_SESSION_STANDING,
	SQL_SESSION_CALENDARS,
	SQL_WORKSHOP_FIND,
	SQL_HOLD_FIND,
	SQL_HOLD_EXPIRED,
	SQL_HOLD_OLDEST,
	SQL_HOLD_OWN_OVERLAP,
	SQL_HOLD_INSERT,
	SQL_HOLD_EXTEND,
	SQL_HOLD_CLAIMS_DELETE,
	SQL_HOLD_DELETE,
	SQL_PERSON_INSERT,
	SQL_PART_BY_KEY,
	SQL_PART_INSERT,
	SQL_PART_BY_ID,
	SQL_PART_BY_TOKEN,
	SQL_PART_SESSION,
	SQL_PART_UPDATE,
	SQL_MESSAGE_INSERT,
	SQL_MESSAGE_FIND,
	SQL_MESSAGE_AGAIN,
	SQL_LETTER_INSERT,
	SQL_MESSAGE_WAITING,
	SQL_MESSAGE_WAITING_OFFER,
	SQL_MESSAGE_WAITING_WEEK,
	SQL_MESSAGE_SUPERSEDE,
	SQL_MESSAGE_SPOKEN_FOR,
	SQL_MESSAGE_UNSPOKEN,
	SQL_MESSAGE_SETTLED_ALONE,
	SQL_MESSAGE_UNRIPEN,
	SQL_UNDO_NOTE,
	SQL_UNDO_FORGET,
	SQL_UNDO_SWEEP,
	SQL_UNDO_GET,
	SQL_UNDO_COUNSELLORS,
	SQL_UNDO_LEFT,
	SQL_UNDO_MESSAGES,
	SQL_UNDO_DONE,
	SQL_WAIT_AGAIN,
	SQL_MESSAGE_RIPEN,
	SQL_MESSAGE_FRONT,
	SQL_MESSAGE_LEFT_SENDING,
	SQL_MESSAGE_TAKE,
	SQL_MESSAGE_LOST,
	SQL_MESSAGE_STATE,
	SQL_MESSAGE_STANDING,
	SQL_MESSAGE_RESULT,
	SQL_MESSAGE_UNTRY,
	SQL_MESSAGE_TOLD,
	SQL_ATTEMPT_INSERT,
	SQL_ATTEMPT_RESULT,
	SQL_ATTEMPT_LOST,
	SQL_ATTEMPT_DELETE,
	SQL_ATTEMPT_OF_PROVIDER,
	SQL_ATTEMPT_OF_MESSAGE,
	SQL_ATTEMPT_RECIPIENT,
	SQL_ATTEMPT_TOLD,
	SQL_MESSAGE_NEXT_READY,
	SQL_MESSAGE_NEXT_DUE,
	SQL_MESSAGE_ALL,
	SQL_MESSAGE_TROUBLED,
	SQL_MESSAGE_BY_PARTICIPATION,
	SQL_MESSAGE_BY_NUMBER,
	SQL_MESSAGE_COUNTS,
	SQL_APPOINTMENT_WEEK,
	SQL_WEEK_AHEAD,
	SQL_PERSON_AHEAD,
	SQL_FOLLOWED_UP,
	SQL_SPENT,
	SQL_EVENT_INSERT,
	SQL_EVENT_SETTLED,
	SQL_EVENT_OF_MESSAGE,
	SQL_EVENT_OF_PROVIDER,
	SQL_INBOUND_INSERT,
	SQL_INBOUND_PART_KNOWN,
	SQL_INBOUND_PARTS,
	SQL_INBOUND_PARTS_JOINED,
	SQL_INBOUND_PARTIAL,
	SQL_INBOUND_STATE,
	SQL_INBOUND_MARK,
	SQL_INBOUND_DEALT,
	SQL_INBOUND_NEW,
	SQL_INBOUND_TO_HAND,
	SQL_INBOUND_OF_NUMBER,
	SQL_INBOUND_ALL,
	SQL_CONTACT_GET,
	SQL_CONTACT_BARRED,
	SQL_CONTACT_TURN,
	SQL_CONTACT_BAD,
	SQL_CONTACT_REACHED_SINCE,
	SQL_CONTACT_REACHED,
	SQL_CONTACT_STOP_LIFT,
	SQL_CONTACT_BAD_LIFT,
	SQL_CONTACT_VERIFIED,
	SQL_CODE_INSERT,
	SQL_CODE_GET,
	SQL_CODE_WRONG,
	SQL_CODE_USED,
	SQL_CODE_AWAITED,
	SQL_NOTICE_PUT,
	SQL_NOTICE_EACH,
	SQL_NOTICE_SEEN,
	SQL_NOTICE_KNOWN,
	SQL_OLD_ATTEMPTS,
	SQL_OLD_LETTERS,
	SQL_OLD_INBOUND,
	SQL_OLD_EVENT,
	SQL_OLD_EVENT_DELETE,
	SQL_OLD_CODE,
	SQL_OLD_CODE_DELETE,
	SQL_OLD_CONTACTS,
	SQL_OLD_WAITS,
	SQL_WAIT_INSERT,
	SQL_WAIT_OF,
	SQL_WAIT_STATE,
	SQL_WAIT_END,
	SQL_WAIT_UNTIL,
	SQL_WAIT_OFFERED,
	SQL_WAIT_EACH,
	SQL_WAIT_GET,
	SQL_OFFER_INSERT,
	SQL_OFFER_STATE,
	SQL_OFFER_OPEN_OF,
	SQL_OFFER_END,
	SQL_OFFER_EACH,
	SQL_OFFER_OF_WAIT,
	SQL_FACT_PERSON,
	SQL_FACT_FIRST,
	SQL_FACT_REMINDERS,
	SQL_FACT_AGAIN,
	SQL_FACT_EACH,
	SQL_CURSOR_GET,
	SQL_CURSOR_SET,
	SQL_FIGURE_EACH,
	SQL_SUPPLY_CLEAR,
	SQL_SUPPLY_PUT,
	SQL_SUPPLY_EACH,
	SQL_OUTLOOK_CLEAR,
	SQL_OUTLOOK_PUT,
	SQL_OUTLOOK_EACH,
	SQL_EDIT_INSERT,
	SQL_EDIT_PART_INSERT,
	SQL_EDIT_UNDONE,
	SQL_EDIT_GET,
	SQL_EDIT_PARTS,
	SQL_DRAFT_CLEAR,
	SQL_DRAFT_INSERT,
	SQL_DRAFT_DECIDE,
	SQL_DRAFT_DECIDED,
	SQL_DRAFT_FIRST,
	SQL_DRAFT_REMOVE,
	SQL_DRAFT_COUNT,
	SQL_DRAFT_OVER,
	SQL_APPOINTMENT_BY_ID,
	SQL_APPOINTMENT_BY_TOKEN,
	SQL_APPOINTMENT_EACH,
	SQL_APPOINTMENT_OF_PERSON,
	SQL_APPOINTMENT_DUPLICATES,
	SQL_APPOINTMENT_SEARCH,
	SQL_APPOINTMENT_OF_NUMBER,
	SQL_ARRIVAL_GET,
	SQL_ARRIVAL_SET,
	SQL_ARRIVAL_FORGET,
	SQL_ARRIVAL_EXPECT,
	SQL_VISIT_SESSION,
	SQL_VISIT_GET,
	SQL_VISIT_LEAVE,
	SQL_VISIT_RETURN,
	SQL_VISIT_SETTLE,
	SQL_VISIT_ALARM,
	SQL_NOTICE_DEALT,
	SQL_APPOINTMENT_VISITING,
	SQL_USER_PUT,
	SQL_USER_EACH,
	SQL_USER_SEEN,
	SQL_USER_FACTOR,
	SQL_USER_STEP,
	SQL_RECOVERY_CLEAR,
	SQL_RECOVERY_PUT,
	SQL_RECOVERY_USE,
	SQL_INVITATION_PUT,
	SQL_INVITATION_EACH,
	SQL_INVITATION_END,
	SQL_LOGIN_PUT,
	SQL_LOGIN_EXPIRE,
	SQL_LOGIN_REMOVE,
	SQL_LOGIN_EACH,
	SQL_API_TOKEN_PUT,
	SQL_API_TOKEN_EACH,
	SQL_FEED_PUT,
	SQL_FEED_EACH,
	SQL_EDIT_HEAD,
	SQL_TOUCHED_PUT,
	SQL_TOUCHED_DROP,
	SQL_APPOINTMENT_TOUCHED,
	SQL_CHECK_INTEGRITY,
	SQL_CHECK_REFERENCES,
	SQL_CHECK_OVERLAPS,
	SQL_CHECK_CAPACITIES,
	SQL_CHECK_SHARED,
	SQL_CHECK_CLAIMLESS,
	SQL_CHECK_CLAIMS_LEFT,
	SQL_CHECK_WAITING,
	SQL_CHECK_COUNTS,
	SQL_CHECK_COUNTER,
	SQL_CHECK_FACTS,
	SQL_CHECK_OFFERS,
	SQL_CHECK_WAITS,
	SQL_CHECK_LETTERS,
	SQL_CHECK_ATTEMPTS,
	SQL_CHECK_TALK,
	SQL_TEXT_INSERT,
	SQL_TEXT_LAST,
	SQL_TEXT_HISTORY,
	SQL_TEXT_EACH,
	SQL_ANSWERS_SET,
	SQL_COUNT
};

#define APPOINTMENT                                                                     \
	"SELECT " APPOINTMENT_COLUMNS(COLUMN_SQL) "0 FROM participation p "             \
						  "JOIN session s ON s.id = p.session " \
						  "JOIN person n ON n.id = p.person "   \
						  "LEFT JOIN visit t ON t.session = "   \
						  "s.id "

/* Each file's statements; NULL where another file has it. */
extern const char *const sql_message_texts[SQL_COUNT];
extern const char *const sql_talk_texts[SQL_COUNT];
extern const char *const sql_waiting_texts[SQL_COUNT];
extern const char *const sql_figure_texts[SQL_COUNT];
extern const char *const sql_undo_texts[SQL_COUNT];
extern const char *const sql_touched_texts[SQL_COUNT];
extern const char *const sql_day_texts[SQL_COUNT];
extern const char *const sql_text_texts[SQL_COUNT];

const char *sql_text(enum sql_name name);

#endif
