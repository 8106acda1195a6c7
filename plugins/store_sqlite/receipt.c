/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receipt.c - what providers tell of messages afterwards, in any order and often twice.
 * Each word is kept as it came, under the name its provider gives it, and applied once.
 *
 * What it means depends on what is known already: the table below says it for every state
 * and every word. A word that comes while the message is being sent, or under a name that
 * no attempt has yet, waits for the result of the send; a word of a message that was
 * never tried, or never through that gateway, is kept and believed by nobody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "receipt.h"

#define KEY_MAX 400

/* What a message becomes; 0: it stays as it is.
 *
 * A scheduled or waiting one was tried before, and it was thought certain that it had not
 * left: when the provider has it after all, it must not go again. That an attempt failed
 * which nobody counted on changes nothing; that the number is bad does. What ended
 * without having been sent is only changed by the proof that it was. */
static const enum rdvd_message_state becomes[RDVD_MSG_SUPPRESSED +
					     1][RDVD_DELIVERY_DELIVERED + 1] = {
	[RDVD_MSG_SCHEDULED] = {[RDVD_DELIVERY_ACCEPTED] = RDVD_MSG_ACCEPTED,
				[RDVD_DELIVERY_BAD_NUMBER] = RDVD_MSG_UNDELIVERED,
				[RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
	[RDVD_MSG_ACCEPTED] = {[RDVD_DELIVERY_FAILED] = RDVD_MSG_UNDELIVERED,
			       [RDVD_DELIVERY_BAD_NUMBER] = RDVD_MSG_UNDELIVERED,
			       [RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
	[RDVD_MSG_UNDELIVERED] = {[RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
	[RDVD_MSG_RETRY_WAIT] = {[RDVD_DELIVERY_ACCEPTED] = RDVD_MSG_ACCEPTED,
				 [RDVD_DELIVERY_BAD_NUMBER] = RDVD_MSG_UNDELIVERED,
				 [RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
	[RDVD_MSG_UNKNOWN] = {[RDVD_DELIVERY_ACCEPTED] = RDVD_MSG_ACCEPTED,
			      [RDVD_DELIVERY_FAILED] = RDVD_MSG_UNDELIVERED,
			      [RDVD_DELIVERY_BAD_NUMBER] = RDVD_MSG_UNDELIVERED,
			      [RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
	[RDVD_MSG_FAILED] = {[RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
	[RDVD_MSG_EXPIRED] = {[RDVD_DELIVERY_ACCEPTED] = RDVD_MSG_ACCEPTED,
			      [RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
	[RDVD_MSG_SUPERSEDED] = {[RDVD_DELIVERY_ACCEPTED] = RDVD_MSG_ACCEPTED,
				 [RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
	[RDVD_MSG_SUPPRESSED] = {[RDVD_DELIVERY_ACCEPTED] = RDVD_MSG_ACCEPTED,
				 [RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED},
};

/* What the attempt itself came to. */
static const enum rdvd_message_state attempt_outcomes[] = {
	[RDVD_DELIVERY_ACCEPTED] = RDVD_MSG_ACCEPTED,
	[RDVD_DELIVERY_FAILED] = RDVD_MSG_UNDELIVERED,
	[RDVD_DELIVERY_BAD_NUMBER] = RDVD_MSG_UNDELIVERED,
	[RDVD_DELIVERY_DELIVERED] = RDVD_MSG_DELIVERED,
};

struct told { /* a provider's word; texts lent */
	const char *gateway;
	const char *provider_id;
	enum rdvd_delivery delivery;
	const char *note;
	rdvd_time at;
};

struct target { /* which attempt it is about, and how its message stands */
	rdvd_id message;
	int attempt;
	enum rdvd_message_state state;
	int attempts;
};

/* The number in "rdvd-N"; 0 none. */
static rdvd_id message_number(const char *id)
{
	char *end;
	long long n;

	if (strncmp(or_empty(id), "rdvd-", 5) != 0 || id[5] < '1' || id[5] > '9')
		return 0;
	n = strtoll(id + 5, &end, 10);
	return *end == '\0' ? n : 0;
}

static int target_read(const int64_t row[4], struct target *t)
{
	*t = (struct target){.message = row[0],
			     .attempt = (int)row[1],
			     .state = (enum rdvd_message_state)row[2],
			     .attempts = (int)row[3]};
	return 1;
}

/* By our number (0 unknown), else by the provider's name: an attempt through that
 * gateway, or one of which it is not known where it went; attempt 0: there was none. */
static int target_find(struct db *db, const struct told *w, rdvd_id message,
		       struct target *t)
{
	int64_t row[4];

	if (message &&
	    db_ints(db, SQL_ATTEMPT_OF_MESSAGE,
		    VALUES(INT("message", message), TEXT("gateway", w->gateway),
			   TEXT("provider_id", w->provider_id)),
		    row, 4))
		return target_read(row, t);
	if (*or_empty(w->provider_id) &&
	    db_ints(db, SQL_ATTEMPT_OF_PROVIDER,
		    VALUES(TEXT("gateway", w->gateway),
			   TEXT("provider_id", w->provider_id)),
		    row, 4))
		return target_read(row, t);
	return 0;
}

/* A number is bad from the first word that says so until something arrives there; the
 * words may come in the wrong order. */
static void note_contact(struct db *db, const struct target *t, const struct told *w)
{
	sqlite3_stmt *s;
	const char *number;
	int64_t one;

	if (w->delivery != RDVD_DELIVERY_BAD_NUMBER &&
	    w->delivery != RDVD_DELIVERY_DELIVERED)
		return;
	s = QUERY(db, SQL_ATTEMPT_RECIPIENT, INT("message", t->message),
		  INT("number", t->attempt));
	number = db_row(db, s) ? column_text(s, 0) : "";
	if (*number && w->delivery == RDVD_DELIVERY_DELIVERED)
		RUN(db, SQL_CONTACT_REACHED, TEXT("number", number), INT("at", w->at));
	else if (*number &&
		 !db_ints(db, SQL_CONTACT_REACHED_SINCE,
			  VALUES(TEXT("number", number), INT("at", w->at)), &one, 1))
		RUN(db, SQL_CONTACT_BAD, TEXT("number", number), INT("at", w->at),
		    TEXT("note", w->note));
	db_done(s);
}

/* Of an earlier attempt only the good news are the message's. */
static enum rdvd_message_state next_state(const struct target *t, enum rdvd_delivery told)
{
	if (t->attempt != t->attempts &&
	    (told == RDVD_DELIVERY_FAILED || told == RDVD_DELIVERY_BAD_NUMBER))
		return 0;
	return becomes[t->state][told];
}

static void apply(struct db *db, const struct target *t, const struct told *w)
{
	enum rdvd_message_state to = next_state(t, w->delivery);

	RUN(db, SQL_ATTEMPT_TOLD, INT("message", t->message), INT("number", t->attempt),
	    INT("outcome", attempt_outcomes[w->delivery]),
	    TEXT("provider_id", w->provider_id));
	if (to) {
		RUN(db, SQL_MESSAGE_TOLD, INT("id", t->message), INT("state", to),
		    INT("at", w->at),
		    REF("delivered_at", to == RDVD_MSG_ACCEPTED ? 0 : w->at),
		    TEXT("note", w->note));
		db->now.messages[t->state]--;
		db->now.messages[to]++;
	}
	note_contact(db, t, w);
}

static int must_wait(const struct target *t)
{
	return t->state == RDVD_MSG_SENDING;
}

static int is_believed(const struct target *t)
{
	return t->attempt > 0 && !must_wait(t);
}

static int insert(struct db *db, const struct told *w, struct sql_value key,
		  rdvd_id message, int pending, const char *raw, size_t raw_size,
		  rdvd_time now)
{
	struct sql_value bytes = BLOB("raw", raw, raw_size);

	if (!raw || !raw_size)
		bytes.type = SQL_NULL;
	return RUN(db, SQL_EVENT_INSERT, TEXT("gateway", w->gateway), key,
		   REF("message", message), TEXT("provider_id", w->provider_id),
		   INT("delivery", w->delivery), TEXT("note", w->note), INT("at", w->at),
		   INT("pending", pending), bytes, INT("now", now));
}

enum rdvd_rc store_receipt_put(void *st, const char *gateway, const struct rdvd_event *e,
			       const char *raw, size_t raw_size, rdvd_time now,
			       int *known)
{
	struct db *db = db_start(st);
	struct told w = {.gateway = gateway,
			 .provider_id = e->provider_id,
			 .delivery = e->delivery,
			 .note = e->note,
			 .at = e->at > 0 && e->at <= now ? e->at : now};
	const char *key = or_empty(e->key);
	struct target t = {.message = 0};
	char made[KEY_MAX];
	int found, pending;

	if (e->delivery < RDVD_DELIVERY_ACCEPTED || e->delivery > RDVD_DELIVERY_DELIVERED)
		return RDVD_INVALID;
	if (!*key) {
		snprintf(made, sizeof(made), "told %s %s %d %lld",
			 or_empty(e->message_id), or_empty(e->provider_id),
			 (int)e->delivery, (long long)e->at);
		key = made;
	}
	found = target_find(db, &w, message_number(e->message_id), &t);
	pending = found ? must_wait(&t) : *or_empty(e->provider_id) != '\0';
	if (!insert(db, &w, TEXT("key", key), t.message, pending, raw, raw_size, now)) {
		if (db->rc == RDVD_OK)
			*known = 1;
		return db->rc;
	}
	if (found && is_believed(&t))
		apply(db, &t, &w);
	if (db->rc == RDVD_OK)
		*known = 0;
	return db->rc;
}

/* Apply the word that stands in s, which lends its texts. */
static void apply_late(struct db *db, sqlite3_stmt *s, rdvd_id message, rdvd_time now)
{
	struct told w = {.gateway = column_text(s, 1),
			 .provider_id = column_text(s, 2),
			 .delivery = (enum rdvd_delivery)sqlite3_column_int(s, 3),
			 .note = column_text(s, 4),
			 .at = sqlite3_column_int64(s, 5)};
	struct target t;

	RUN(db, SQL_EVENT_SETTLED, INT("id", sqlite3_column_int64(s, 0)),
	    INT("message", message));
	if (target_find(db, &w, message, &t) && is_believed(&t))
		apply(db, &t, &w);
}

void receipts_catch_up(struct db *db, rdvd_id message, const char *gateway,
		       const char *provider_id, rdvd_time now)
{
	sqlite3_stmt *s;
	int found;

	do {
		s = QUERY(db, SQL_EVENT_OF_MESSAGE, INT("message", message));
		found = db_row(db, s);
		if (found)
			apply_late(db, s, message, now);
		db_done(s);
	} while (found && db->rc == RDVD_OK);
	do {
		if (!*or_empty(provider_id))
			return;
		s = QUERY(db, SQL_EVENT_OF_PROVIDER, TEXT("gateway", gateway),
			  TEXT("provider_id", provider_id));
		found = db_row(db, s);
		if (found)
			apply_late(db, s, message, now);
		db_done(s);
	} while (found && db->rc == RDVD_OK);
}

enum rdvd_rc store_event_keep(void *st, const char *gateway, const char *raw,
			      size_t raw_size, rdvd_time now)
{
	struct db *db = db_start(st);
	struct told w = {.gateway = gateway, .at = now};
	struct sql_value no_key = {.name = ":key", .type = SQL_NULL};

	insert(db, &w, no_key, 0, 0, raw, raw_size, now);
	return db->rc;
}
