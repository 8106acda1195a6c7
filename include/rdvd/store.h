/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h - what a store plugin does: one operation is one sentence of the domain. Cut at
 * meaning, not at SQL, so that SQLite and PostgreSQL answer the same questions in the
 * same words.
 *
 * A handle is used by one thread. A writer handle works in transactions that the caller
 * groups: begin, then for each operation savepoint / operation / release or rollback,
 * then commit. Operations marked [w] change the store and are called between savepoint
 * and release; [r] only read and may be called on a read-only handle outside any
 * transaction. After every operation the caller asks in_transaction: a full disk ends the
 * whole transaction, and then nothing of it was kept. After any answer but OK the caller
 * undoes to the savepoint (or rolls back): what the operation had begun does not stand.
 * The change counter and the message counts are written by commit, so [r] calls on other
 * handles see them after it.
 *
 * Pointers in arguments are lent for the call. Row callbacks get pointers that are valid
 * during the callback only; returning non-zero stops the walk (the operation then answers
 * OK). A callback calls no operation of the same handle. Strings are UTF-8 and
 * NUL-terminated; "" and NULL are the same absence in arguments, and rows never hold NULL
 * strings. Results go out by pointer and are untouched unless the operation answers OK
 * (or says otherwise).
 *
 * The rules that must never break are kept here, whatever the caller believed: no
 * counsellor in two active claims that overlap, no session over its capacity (holds
 * included; the team may raise it, see over), one appointment per request key, one
 * message per (participation, kind, ordinal, channel, revision), facts only appended. */
#ifndef RDVD_STORE_H
#define RDVD_STORE_H

#include "rdvd/row.h"

struct rdvd_store_ops {
	/* Open, migrating a writer's older database; a newer one, or one that is not ours
	 * or damaged, is refused with a logged sentence. readonly handles come after the
	 * writer's. */
	enum rdvd_rc (*open)(const struct rdvd_host *host, int readonly, void **st);
	void (*close)(void *st);

	/* Transactions of a writer handle. commit: FAILED when nothing was kept;
	 * UNCERTAIN when the answer was lost. rollback ends the transaction, whatever its
	 * state. */
	enum rdvd_rc (*begin)(void *st);
	enum rdvd_rc (*savepoint)(void *st);
	enum rdvd_rc (*release)(void *st);
	void (*undo)(void *st); /* back to the savepoint, and release it */
	enum rdvd_rc (*commit)(void *st);
	void (*rollback)(void *st);
	int (*in_transaction)(void *st);
	/* Between transactions, when nothing waits: move the log into the database. */
	void (*checkpoint)(void *st);

	/* Definitions. put [w] inserts, or changes the body, or revives; *id out. retire
	 * [w]. */
	enum rdvd_rc (*definition_put)(void *st, enum rdvd_definition_kind kind,
				       const char *slug, const char *body, rdvd_time now,
				       rdvd_id *id);
	enum rdvd_rc (*definition_retire)(void *st, rdvd_id id, rdvd_time now);
	/* [r] All, by kind then id, retired ones included. */
	enum rdvd_rc (*definition_each)(void *st, rdvd_definition_cb *cb, void *arg);
	/* What a change of definitions did, kept beside it [w]: STALE when undoes was
	 * taken back before. edit_get [r]: NOT_FOUND. */
	enum rdvd_rc (*edit_keep)(void *st, const struct rdvd_edit *e, rdvd_id *id);
	enum rdvd_rc (*edit_get)(void *st, rdvd_id id, rdvd_edit_cb *cb, void *arg);
	/* [r] The same without its parts: when, by whom, whether it stands. NOT_FOUND. */
	enum rdvd_rc (*edit_head)(void *st, rdvd_id id, rdvd_edit_cb *cb, void *arg);
	/* Whom a change leaves without an opening. touched_put [w]: notes, or notes
	 * anew; an unknown participation is let go. touched_drop [w]: unknown ones are
	 * let go. touched_each [r]: those not cancelled, neither moved nor begun since,
	 * by start then id; organisation 0: all. */
	enum rdvd_rc (*touched_put)(void *st, const struct rdvd_touched *t, size_t n);
	enum rdvd_rc (*touched_drop)(void *st, const rdvd_id *participations, size_t n);
	enum rdvd_rc (*touched_each)(void *st, rdvd_id organisation, rdvd_time now,
				     rdvd_touched_cb *cb, void *arg);
	/* A long import, so that no transaction is long: draft_put [w] writes pieces down
	 * (body NULL: to be retired; first 0 forgets an earlier draft), draft_decide [w]
	 * makes the whole of it count, draft_apply [w] does at most max of it: *left is
	 * how many remain. A draft that was never decided is forgotten by draft_apply;
	 * one that was is applied to its end at the next start. */
	enum rdvd_rc (*draft_put)(void *st, const struct rdvd_definition *items, size_t n,
				  size_t first);
	enum rdvd_rc (*draft_decide)(void *st, const char *actor, rdvd_time now);
	enum rdvd_rc (*draft_apply)(void *st, size_t max, rdvd_time now, size_t *left);
	/* [r] A number that changes with every committed act: the network's change
	 * counter. */
	enum rdvd_rc (*change_seq)(void *st, int64_t *seq);
	/* [r] The counter's value at the last change of one counsellor's calendar; 0
	 * none. Counsellor 0: at the last change of a definition. */
	enum rdvd_rc (*calendar_seq)(void *st, rdvd_id counsellor, int64_t *seq);
	/* [r] A random name made at the first opening, for calendar UIDs. Lent until
	 * close. */
	const char *(*instance)(void *st);

	/* Agenda. [r] Active claims that end after from; expired holds left out. */
	enum rdvd_rc (*claim_each)(void *st, rdvd_time from, rdvd_time now,
				   rdvd_claim_cb *cb, void *arg);
	enum rdvd_rc (*absence_each)(void *st, rdvd_time from, rdvd_absence_cb *cb,
				     void *arg);
	enum rdvd_rc (*absence_put)(void *st, const struct rdvd_absence *a, rdvd_time now,
				    const char *actor, rdvd_id *id); /* [w] */
	enum rdvd_rc (*absence_remove)(void *st, rdvd_id id, rdvd_time now,
				       const char *actor); /* [w] */

	/* Holds [w]. create: CONFLICT when the slot is taken; INVALID without a
	 * counsellor, or when it is longer than a day. *session: the workshop's, else 0.
	 * released: the refs of the holds that were let go for this one (at most 2, zeros
	 * after). Every act that takes time lets go of the expired holds first. */
	enum rdvd_rc (*hold_create)(void *st, const struct rdvd_hold_request *h,
				    rdvd_id *session, uint64_t released[2]);
	/* Twice at most (then STALE); NOT_FOUND when expired or unknown. */
	enum rdvd_rc (*hold_extend)(void *st, uint64_t ref, rdvd_time now,
				    rdvd_time expires);
	enum rdvd_rc (*hold_release)(void *st, uint64_t ref, rdvd_time now);
	/* Remove what expired before now; OK also when there is none. */
	enum rdvd_rc (*hold_sweep)(void *st, rdvd_time now);

	/* Acts [w]. book: OK (also for a known key with the same body), INVALID for a
	 * known key with another body, CONFLICT, or the verdict; INVALID also without a
	 * counsellor, for more than a day, or when an id is not one. A workshop (capacity
	 * > 0) that stands at that service, place and start is joined, and keeps its own
	 * counsellors; else the session is made with these. */
	enum rdvd_rc (*book)(void *st, const struct rdvd_booking *b,
			     struct rdvd_booked *out);
	/* OK also when it is already at that place and time (and, named, with those
	 * counsellors; with others only they change, no message is owed and what was
	 * confirmed stays so); STALE: cancelled, its outcome known, begun or too late
	 * (the last two not for staff: move_until_s -1).
	 * A confirmed one becomes booked. The session and its UID stay, unless it is a
	 * workshop's. */
	enum rdvd_rc (*move)(void *st, const struct rdvd_move *m, rdvd_id *session,
			     int *changed);
	/* OK and *changed 0 when already cancelled; STALE once begun, unless actor is
	 * staff, and once it was seen, missed or found closed. */
	enum rdvd_rc (*cancel)(void *st, const struct rdvd_cancel *c, int *changed);
	/* The person says "I am coming": booked becomes confirmed. STALE when cancelled
	 * or begun. */
	enum rdvd_rc (*confirm)(void *st, const struct rdvd_mark *m, int *changed);
	/* Staff mark an outcome: appends a fact when something changes. excused and
	 * revoked cancel, and free the counsellor; another outcome brings a cancelled one
	 * back only if the time is still free, the room included (else CONFLICT). */
	enum rdvd_rc (*mark)(void *st, const struct rdvd_mark *m, int *changed);
	/* [w] Take back the latest move or cancellation, made with an undo seed: time,
	 * place, counsellors, what was confirmed and the messages that waited are as
	 * before, and what the act owed is superseded. STALE once seed.until has come,
	 * another act followed, its outcome was told, or one of its messages has left;
	 * CONFLICT when that time is somebody else's by now. OK and *changed 0 when it
	 * was taken back already. */
	enum rdvd_rc (*take_back)(void *st, const struct rdvd_take_back *t, int *changed);

	/* The day [w]. arrive: OK and *changed 0 when it says so already; STALE when it
	 * is cancelled. visit: LEAVE makes the visit, or, while it is out, gives it
	 * another due (a later one takes an alarm back); after a return it is out again.
	 * RETURN and SETTLE of what is so already: *changed 0. SETTLE is STALE without an
	 * alarm. ALARM: STALE unless it is out, due at now or before, and no alarm was
	 * given; the notice and the letters are written with it, so that it is given
	 * once. NOT_FOUND: no such session, or nobody has set out. */
	enum rdvd_rc (*arrive)(void *st, const struct rdvd_arrival *a, int *changed);
	enum rdvd_rc (*visit)(void *st, const struct rdvd_visit_step *s, int *changed);
	/* [r] An appointment of each visit that is out, by due. */
	enum rdvd_rc (*visit_each)(void *st, rdvd_appointment_cb *cb, void *arg);

	/* Reading [r]. */
	enum rdvd_rc (*appointment_get)(void *st, const struct rdvd_which *w,
					rdvd_appointment_cb *cb, void *arg);
	enum rdvd_rc (*appointment_each)(void *st,
					 const struct rdvd_appointment_filter *f,
					 rdvd_appointment_cb *cb, void *arg);
	/* A person's latest appointment; NOT_FOUND. */
	enum rdvd_rc (*person_get)(void *st, rdvd_id person, rdvd_appointment_cb *cb,
				   void *arg);
	/* The person rows that share phone, first name and year with this one, itself
	 * left out; as their latest appointments. */
	enum rdvd_rc (*duplicate_each)(void *st, rdvd_id person, rdvd_appointment_cb *cb,
				       void *arg);
	/* Persons whose name, phone or e-mail begins like q (folded), as their latest
	 * appointments. */
	enum rdvd_rc (*person_search)(void *st, const char *q, rdvd_id organisation,
				      size_t limit, rdvd_appointment_cb *cb, void *arg);

	/* Messages. claim [w]: take up to max that are due, nearest appointment first;
	 * what is past its deadline or of an appointment that has begun becomes expired,
	 * what the appointment's present state makes false becomes superseded, and so
	 * does all but the latest of several that are due for one participation and
	 * channel: these are not given. Nor is what becomes suppressed: whatever goes to
	 * a number that said STOP, but the answer to their own text; and reminders to one
	 * where nothing arrives. A follow-up is false once its outcome is another one,
	 * the person has an appointment to come, or it was said before. The others become
	 * sending, the attempt counted (m->attempts). A letter without a participation is
	 * shown with an empty appointment (id 0), whose person has letter_to as phone or
	 * e-mail; letters go before everything else. The text is made after the commit,
	 * from what cb was shown. */
	enum rdvd_rc (*message_claim)(void *st, rdvd_time now, size_t max,
				      rdvd_message_cb *cb, void *arg);
	/* [w] How attempt r->attempt ended. STALE when the message is no longer sending
	 * or unknown with that attempt; delivered and undelivered also follow accepted.
	 * NOT_FOUND. */
	enum rdvd_rc (*message_result)(void *st, const struct rdvd_message_result *r);
	/* [w] At start: what was left sending becomes unknown, without a settlement; the
	 * callback is told each, and the caller then gives those that are to be settled a
	 * due by message_result with state unknown (by kind, its rule). */
	enum rdvd_rc (*message_sweep)(void *st, rdvd_time now, rdvd_message_cb *cb,
				      void *arg);
	enum rdvd_rc (*message_next)(void *st,
				     rdvd_time *due); /* [r] NOT_FOUND: none waits */
	/* [r] By id, each with its appointment as it is now. */
	enum rdvd_rc (*message_each)(void *st, const struct rdvd_message_filter *f,
				     rdvd_message_cb *cb, void *arg);
	enum rdvd_rc (*message_counts)(void *st,
				       int64_t counts[RDVD_MSG_SUPPRESSED + 1]); /* [r] */
	/* [r] The appointments, not cancelled, of the person of this participation (rows
	 * with the same phone, first name and year are the same person) whose civil day
	 * is in the same week, Monday to Sunday, itself included, by start. message_claim
	 * supersedes the other waiting reminders of that week, channel and ordinal when
	 * it gives a far one (a day and a half or more before the start) with week 1. */
	enum rdvd_rc (*person_week)(void *st, rdvd_id participation,
				    rdvd_appointment_cb *cb, void *arg);
	/* [w] Write a letter. *id 0: its key was known, nothing written. */
	enum rdvd_rc (*letter_put)(void *st, const struct rdvd_letter *l, rdvd_id *id);
	/* [r] What was spent on SMS since: attempts that were accepted or may have been.
	 */
	enum rdvd_rc (*spent_each)(void *st, rdvd_time since, rdvd_spent_cb *cb,
				   void *arg);
	/* [w] Recipients and words of what is older than before are erased, of at most
	 * max messages and inbound texts; raw events and codes too, and who
	 * waited, once that is over. *n: how many were. */
	enum rdvd_rc (*anonymise)(void *st, rdvd_time before, size_t max, size_t *n);

	/* What comes back [w]: keep what the provider said (raw: the request's body or
	 * the file), then apply it, in one transaction. receipt_put: the message is named
	 * by ours or the provider's id; ranks decide, not the order of arrival: accepted
	 * and unknown ones become accepted, undelivered or delivered (an unknown one is
	 * settled by it, and one that waited to go again leaves the queue when it had
	 * left after all), failed ones too when it was delivered in the end. One that
	 * comes before its message's result is applied when that comes; one about a
	 * message that never went through that gateway is kept and not believed; of an
	 * earlier attempt only the good news count. A bad number marks the contact until
	 * something arrives there. *known 1: told before. NOT_FOUND is not an answer: an
	 * orphan is kept. inbound_put: *known 1: told before (the same gateway and key;
	 * or, without a key, the same sender, text and instant). The parts of a long text
	 * become one, NEW, once the last has come (*id is then that one's, else 0); they
	 * are not shown beside it. number is normalised by the caller. */
	enum rdvd_rc (*receipt_put)(void *st, const char *gateway,
				    const struct rdvd_event *e, const char *raw,
				    size_t raw_size, rdvd_time now, int *known);
	enum rdvd_rc (*inbound_put)(void *st, const struct rdvd_inbound *i,
				    const char *raw, size_t raw_size, rdvd_time now,
				    rdvd_id *id, int *known);
	/* A call-back that was proven and could not be read. */
	enum rdvd_rc (*event_keep)(void *st, const char *gateway, const char *raw,
				   size_t raw_size, rdvd_time now);
	/* Parts whose others have not come for a while become a text of what there is. */
	enum rdvd_rc (*inbound_join)(void *st, rdvd_time older_than, rdvd_time now,
				     size_t *n);

	/* Conversations. inbound_each [r], by id. contact_get [r]: NOT_FOUND when nothing
	 * is known. turn [w]. */
	enum rdvd_rc (*inbound_each)(void *st, const struct rdvd_inbound_filter *f,
				     rdvd_inbound_cb *cb, void *arg);
	enum rdvd_rc (*inbound_mark)(void *st, rdvd_id id, enum rdvd_inbound_state state,
				     const char *actor, rdvd_time now); /* [w] */
	enum rdvd_rc (*contact_get)(void *st, const char *number, rdvd_contact_cb *cb,
				    void *arg);
	/* [r] Those that are stopped or bad. */
	enum rdvd_rc (*contact_each)(void *st, rdvd_contact_cb *cb, void *arg);
	/* [w] By the person's word its STOP, or that nothing arrives there, counts no
	 * more; actor took it down, about an appointment (0 none) that names the person
	 * for the audit trail. NOT_FOUND when there is nothing to lift. */
	enum rdvd_rc (*contact_lift)(void *st, const char *number, enum rdvd_lift what,
				     rdvd_id about, const char *actor, rdvd_time now);
	enum rdvd_rc (*turn)(void *st, const struct rdvd_turn *t);
	/* [r] A number's appointments that are not cancelled and start at or after from,
	 * by start. */
	enum rdvd_rc (*appointment_of_number)(void *st, const char *number,
					      rdvd_time from, rdvd_appointment_cb *cb,
					      void *arg);

	/* The words of messages. text_put [w]: a version more, of which the last counts;
	 * with id, STALE when that is not the last any more. *id 0: it says so already.
	 * text_each [r]: the last version of each that has words. text_history [r]: of
	 * that organisation, service, language and name, newest first; limit 0: all. */
	enum rdvd_rc (*text_put)(void *st, const struct rdvd_text *t, rdvd_id *id);
	enum rdvd_rc (*text_each)(void *st, rdvd_text_cb *cb, void *arg);
	enum rdvd_rc (*text_history)(void *st, const struct rdvd_text *of, size_t limit,
				     rdvd_text_cb *cb, void *arg);
	/* [w] What was answered to the service's questions, as struct rdvd_booking has
	 * it. NOT_FOUND. */
	enum rdvd_rc (*answers_set)(void *st, rdvd_id participation, const char *answers,
				    const char *actor, rdvd_time now);

	/* Waiting list. wait_put [w]: CONFLICT when that participation waits already.
	 * wait_end [w]: STALE when it has ended; an open offer of it is closed and its
	 * hold let go. offer_put [w]: keeps the slot with the hold h (CONFLICT when it is
	 * taken; STALE when that one waits no more, or has an open offer) and writes the
	 * letters, in one transaction; raises last_offer and seen. However an offer ends,
	 * its letters that have not left do not leave. offer_end [w]: STALE when it is
	 * not open; its hold is let go. Taking one is an act with turn.offer. Cancelling
	 * the appointment ends its wait. */
	enum rdvd_rc (*wait_put)(void *st, const struct rdvd_wait *w, rdvd_id *id);
	enum rdvd_rc (*wait_end)(void *st, rdvd_id id, enum rdvd_wait_state state,
				 rdvd_time now);
	/* [r] By created, those that wait. */
	enum rdvd_rc (*wait_each)(void *st, rdvd_wait_cb *cb, void *arg);
	enum rdvd_rc (*wait_get)(void *st, const uint8_t token_hash[RDVD_HASH_SIZE],
				 rdvd_wait_cb *cb, void *arg); /* [r] */
	enum rdvd_rc (*offer_put)(void *st, const struct rdvd_offer *o, const char *seen,
				  const struct rdvd_hold_request *h,
				  const struct rdvd_letter *letters, size_t nletters,
				  rdvd_id *id);
	enum rdvd_rc (*offer_end)(void *st, rdvd_id id, enum rdvd_offer_state state,
				  rdvd_time now);
	/* [r] By made: those of a wait (0: of all), made at or after since. */
	enum rdvd_rc (*offer_each)(void *st, rdvd_id wait, rdvd_time since,
				   rdvd_offer_cb *cb, void *arg);

	/* Codes. code_put [w] with the letter that carries it (NULL: it is awaited from
	 * them; CONFLICT when that one is awaited already: draw another). code_use [w]:
	 * OK, the number is verified (of an awaited one: from); INVALID wrong (the fifth
	 * time ends it: *left is what remains; the caller keeps what this wrote, so that
	 * the try counts), STALE expired, ended or used, NOT_FOUND. code_state [r]: OK;
	 * cb gets its number once it was used, and is not called before; STALE expired or
	 * ended unused, or used an hour ago; NOT_FOUND. */
	enum rdvd_rc (*code_put)(void *st, const struct rdvd_code *c,
				 const struct rdvd_letter *l);
	enum rdvd_rc (*code_use)(void *st, uint64_t ref,
				 const uint8_t hash[RDVD_HASH_SIZE], const char *from,
				 rdvd_time now, int *left);
	enum rdvd_rc (*code_state)(void *st, uint64_t ref, rdvd_time now,
				   rdvd_contact_cb *cb, void *arg);
	/* [r] An awaited code's ref, by its hash. */
	enum rdvd_rc (*code_find)(void *st, const uint8_t hash[RDVD_HASH_SIZE],
				  rdvd_time now, uint64_t *ref);

	/* Notices. put [w], each [r] (unseen 1: only those), seen [w]. */
	enum rdvd_rc (*notice_put)(void *st, const struct rdvd_notice *n);
	enum rdvd_rc (*notice_each)(void *st, int unseen, rdvd_notice_cb *cb, void *arg);
	enum rdvd_rc (*notice_seen)(void *st, rdvd_id id, const char *actor,
				    rdvd_time now);

	/* Facts [r], by seq. */
	enum rdvd_rc (*fact_each)(void *st, const struct rdvd_fact_filter *f,
				  rdvd_fact_cb *cb, void *arg);
	/* Figures; each may be NULL, and is then not counted. figure_each [r]: the
	 * participations whose last fact says a day of the filter's, by the start of
	 * their session. supply_put and outlook_put [w] replace what was written for that
	 * day; rows of more than keep_days before it are forgotten. supply_each and
	 * outlook_each [r]: from (included) to (excluded), by day, site, from or
	 * service; organisation 0 any. */
	enum rdvd_rc (*figure_each)(void *st, const struct rdvd_figure_filter *f,
				    rdvd_figure_cb *cb, void *arg);
	enum rdvd_rc (*supply_put)(void *st, int32_t day, const struct rdvd_supply *rows,
				   size_t n, int keep_days);
	enum rdvd_rc (*supply_each)(void *st, const struct rdvd_figure_filter *f,
				    rdvd_supply_cb *cb, void *arg);
	enum rdvd_rc (*outlook_put)(void *st, int32_t day,
				    const struct rdvd_outlook *rows, size_t n,
				    int keep_days);
	enum rdvd_rc (*outlook_each)(void *st, const struct rdvd_figure_filter *f,
				     rdvd_outlook_cb *cb, void *arg);
	/* A named reader's place in the facts (the export jobs): [r] (NOT_FOUND: never
	 * set) and [w]. */
	enum rdvd_rc (*cursor_get)(void *st, const char *name, int64_t *seq);
	enum rdvd_rc (*cursor_set)(void *st, const char *name, int64_t seq);

	/* Staff. put [w] inserts or replaces by login; remove [w]; each [r]. */
	enum rdvd_rc (*user_put)(void *st, const struct rdvd_user *u, rdvd_id *id);
	enum rdvd_rc (*user_each)(void *st, rdvd_user_cb *cb, void *arg);
	enum rdvd_rc (*login_put)(void *st, const struct rdvd_login *l);
	enum rdvd_rc (*login_remove)(void *st, const uint8_t token_hash[RDVD_HASH_SIZE]);
	enum rdvd_rc (*login_each)(void *st, rdvd_time now, rdvd_login_cb *cb, void *arg);
	enum rdvd_rc (*api_token_put)(void *st, const struct rdvd_api_token *t);
	enum rdvd_rc (*api_token_each)(void *st, rdvd_api_token_cb *cb, void *arg);
	enum rdvd_rc (*feed_put)(
		void *st, const struct rdvd_feed *f); /* replaces the counsellor's */
	enum rdvd_rc (*feed_each)(void *st, rdvd_feed_cb *cb, void *arg);
	/* [w] The second factor: the sealed secret (size 0: none any more) and the hashes
	 * of n recovery codes, at most RDVD_RECOVERY_CODES, instead of those there were.
	 * A step or a code counts once: STALE when it, or a later step, was used;
	 * NOT_FOUND: no such code, or used. */
	enum rdvd_rc (*user_factor)(void *st, rdvd_id user, const void *sealed,
				    size_t size, const uint8_t (*codes)[RDVD_HASH_SIZE],
				    size_t n);
	enum rdvd_rc (*user_step)(void *st, rdvd_id user, int64_t step);
	enum rdvd_rc (*recovery_use)(void *st, rdvd_id user,
				     const uint8_t hash[RDVD_HASH_SIZE], rdvd_time now);
	/* Invitations: put [w]; each [r]: those that stand; end [w], used or taken back:
	 * STALE when it has ended. */
	enum rdvd_rc (*invitation_put)(void *st, const struct rdvd_invitation *i,
				       rdvd_id *id);
	enum rdvd_rc (*invitation_each)(void *st, rdvd_time now, rdvd_invitation_cb *cb,
					void *arg);
	enum rdvd_rc (*invitation_end)(void *st, rdvd_id id, rdvd_time now);

	/* Care. backup [r]: a whole, consistent copy at path, which must not exist; done
	 * in one step on a read handle while writers go on; made whole by rename. check
	 * [r]: integrity and the rules above, one sentence a problem. */
	enum rdvd_rc (*backup)(void *st, const char *path);
	enum rdvd_rc (*check)(void *st, rdvd_problem_cb *cb, void *arg);
};

#endif
