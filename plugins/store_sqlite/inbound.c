/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbound.c - texts that people send, each kept once however often it is told. A provider
 * names what it tells; where one does not, a name is made of what it says. The parts of a
 * long text are kept as they come, and the last of them makes a row of its own, the
 * whole; from then on the parts are not shown any more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbound.h"

#define PART_AGAIN_S DAY_S /* a part that comes again that late is another text's */
#define PARTS_MAX 64
#define KEY_MAX 64
#define MISSING " [...] " /* stands for parts that never came */

/* FNV-1a, 64 bits, continued from h. */
static uint64_t hash_text(uint64_t h, const char *s)
{
	for (const unsigned char *p = (const unsigned char *)or_empty(s); *p; p++)
		h = (h ^ *p) * 0x100000001b3u;
	return (h ^ 0xff) * 0x100000001b3u; /* where one text ends and the next begins */
}

/* What has no name is told again with the same sender, words and instant. */
static const char *name_of(const struct rdvd_inbound *i, char made[KEY_MAX])
{
	uint64_t h = 0xcbf29ce484222325u;

	if (*or_empty(i->key))
		return i->key;
	h = hash_text(h, i->number);
	h = hash_text(h, i->text);
	h = hash_text(h, i->part_ref);
	snprintf(made, KEY_MAX, "said %lld %d %016llx", (long long)i->received, i->part,
		 (unsigned long long)h);
	return made;
}

static rdvd_id insert(struct db *db, const struct rdvd_inbound *i, struct sql_value key,
		      enum rdvd_inbound_state state, struct sql_value raw, rdvd_time now)
{
	int part = state == RDVD_INBOUND_PART;

	if (!RUN(db, SQL_INBOUND_INSERT, TEXT("gateway", i->gateway), key,
		 TEXT("number", i->number), TEXT("to", i->to), TEXT("text", i->text),
		 INT("received", i->received), TEXT("part_ref", part ? i->part_ref : ""),
		 INT("part", part ? i->part : 1), INT("parts", part ? i->parts : 1),
		 INT("state", state), REF("organisation", i->organisation), raw,
		 INT("now", now)))
		return 0;
	return db_last_id(db);
}

struct gathering {  /* the parts of one text, in order */
	char *text; /* owned */
	size_t length;
	char recipient[64];
	rdvd_time received; /* of the latest */
	int n;
};

static void append(struct gathering *g, const char *s)
{
	size_t n = strlen(s);
	char *text = realloc(g->text, g->length + n + 1);

	if (!text)
		return;
	memcpy(text + g->length, s, n + 1);
	g->text = text;
	g->length += n;
}

static void gather(struct db *db, const struct rdvd_inbound *i, struct gathering *g)
{
	sqlite3_stmt *s = QUERY(db, SQL_INBOUND_PARTS, TEXT("gateway", i->gateway),
				TEXT("number", i->number), TEXT("part_ref", i->part_ref),
				INT("parts", i->parts));
	int next = 1;

	*g = (struct gathering){.n = 0};
	append(g, "");
	while (db_row(db, s)) {
		int part = sqlite3_column_int(s, 1);
		rdvd_time received = sqlite3_column_int64(s, 3);

		if (part < next)
			continue; /* the same part again */
		if (part > next)
			append(g, MISSING);
		append(g, column_text(s, 2));
		next = part + 1;
		g->n++;
		if (received > g->received)
			g->received = received;
		sqlite3_snprintf(sizeof(g->recipient), g->recipient, "%s",
				 column_text(s, 4));
	}
	db_done(s);
	if (next <= i->parts)
		append(g, MISSING);
}

/* One row of what there is; its id. */
static rdvd_id join(struct db *db, const struct rdvd_inbound *i, struct gathering *g,
		    rdvd_time now)
{
	struct rdvd_inbound whole = *i;
	struct sql_value none = {.name = ":key", .type = SQL_NULL};
	struct sql_value no_raw = {.name = ":raw", .type = SQL_NULL};
	rdvd_id id;

	whole.text = g->text;
	whole.to = g->recipient;
	whole.received = g->received;
	id = insert(db, &whole, none, RDVD_INBOUND_NEW, no_raw, now);
	RUN(db, SQL_INBOUND_PARTS_JOINED, INT("whole", id), TEXT("gateway", i->gateway),
	    TEXT("number", i->number), TEXT("part_ref", i->part_ref),
	    INT("parts", i->parts));
	return id;
}

static int is_part(const struct rdvd_inbound *i)
{
	return *or_empty(i->part_ref) && i->parts > 1;
}

static int part_is_known(struct db *db, const struct rdvd_inbound *i, rdvd_time now)
{
	int64_t one;

	return db_ints(db, SQL_INBOUND_PART_KNOWN,
		       VALUES(TEXT("gateway", i->gateway), TEXT("number", i->number),
			      TEXT("part_ref", i->part_ref), INT("part", i->part),
			      TEXT("text", i->text), INT("since", now - PART_AGAIN_S)),
		       &one, 1);
}

/* Its whole's id once the others are there, else 0. */
static rdvd_id join_when_complete(struct db *db, const struct rdvd_inbound *i,
				  rdvd_time now)
{
	struct gathering g;
	rdvd_id id = 0;

	gather(db, i, &g);
	if (g.n == i->parts && g.text)
		id = join(db, i, &g, now);
	free(g.text);
	return id;
}

enum rdvd_rc store_inbound_put(void *st, const struct rdvd_inbound *i, const char *raw,
			       size_t raw_size, rdvd_time now, rdvd_id *id, int *known)
{
	struct db *db = db_start(st);
	struct sql_value bytes = BLOB("raw", raw, raw_size);
	char made[KEY_MAX];
	int part = is_part(i);
	rdvd_id row = 0;

	if (!*or_empty(i->number) ||
	    (part && (i->part < 1 || i->part > i->parts || i->parts > PARTS_MAX)))
		return RDVD_INVALID;
	if (!raw || !raw_size)
		bytes.type = SQL_NULL;
	if (!part || !part_is_known(db, i, now))
		row = insert(db, i, TEXT("key", name_of(i, made)),
			     part ? RDVD_INBOUND_PART : RDVD_INBOUND_NEW, bytes, now);
	if (db->rc != RDVD_OK)
		return db->rc;
	*known = row == 0;
	*id = !row ? 0 : part ? join_when_complete(db, i, now) : row;
	return db->rc;
}

enum rdvd_rc store_inbound_join(void *st, rdvd_time older_than, rdvd_time now, size_t *n)
{
	struct db *db = db_start(st);
	size_t joined = 0;

	while (db->rc == RDVD_OK) {
		sqlite3_stmt *s =
			QUERY(db, SQL_INBOUND_PARTIAL, INT("before", older_than));
		struct rdvd_inbound i;
		struct gathering g;

		if (!db_row(db, s))
			break;
		i = (struct rdvd_inbound){.gateway = column_text(s, 0),
					  .number = column_text(s, 1),
					  .part_ref = column_text(s, 2),
					  .parts = sqlite3_column_int(s, 3),
					  .organisation = sqlite3_column_int64(s, 4)};
		gather(db, &i, &g);
		if (!g.text)
			db_answer(db, RDVD_FAILED);
		else
			join(db, &i, &g, now);
		joined++;
		free(g.text);
		db_done(s); /* lent its texts */
	}
	if (db->rc == RDVD_OK)
		*n = joined;
	return db->rc;
}

static void read_inbound(sqlite3_stmt *s, struct rdvd_inbound *i)
{
	*i = (struct rdvd_inbound){
		.id = sqlite3_column_int64(s, I_ID),
		.gateway = column_text(s, I_GATEWAY),
		.key = column_text(s, I_KEY),
		.number = column_text(s, I_NUMBER),
		.to = column_text(s, I_RECIPIENT),
		.text = column_text(s, I_TEXT),
		.received = sqlite3_column_int64(s, I_RECEIVED),
		.part_ref = column_text(s, I_PART_REF),
		.part = sqlite3_column_int(s, I_PART),
		.parts = sqlite3_column_int(s, I_PARTS),
		.state = (enum rdvd_inbound_state)sqlite3_column_int(s, I_STATE),
		.understood = column_text(s, I_UNDERSTOOD),
		.participation = sqlite3_column_int64(s, I_PARTICIPATION),
		.organisation = sqlite3_column_int64(s, I_ORGANISATION),
	};
}

enum rdvd_rc store_inbound_each(void *st, const struct rdvd_inbound_filter *f,
				rdvd_inbound_cb *cb, void *arg)
{
	struct db *db = db_start(st);
	enum sql_name name = *or_empty(f->number)		? SQL_INBOUND_OF_NUMBER
			     : f->state == RDVD_INBOUND_NEW	? SQL_INBOUND_NEW
			     : f->state == RDVD_INBOUND_TO_HAND ? SQL_INBOUND_TO_HAND
								: SQL_INBOUND_ALL;
	sqlite3_stmt *s =
		QUERY(db, name, INT("state", f->state), TEXT("number", f->number),
		      INT("organisation", f->organisation), INT("after", f->after),
		      INT("limit", f->limit ? (int64_t)f->limit : -1));
	struct rdvd_inbound i;

	while (db_row(db, s)) {
		read_inbound(s, &i);
		if (cb(arg, &i))
			break;
	}
	db_done(s);
	return db->rc;
}

enum rdvd_rc store_inbound_mark(void *st, rdvd_id id, enum rdvd_inbound_state state,
				const char *actor, rdvd_time now)
{
	struct db *db = db_start(st);
	int64_t was;

	if (state == RDVD_INBOUND_PART || state < RDVD_INBOUND_NEW ||
	    state > RDVD_INBOUND_IGNORED)
		return RDVD_INVALID;
	if (!db_ints(db, SQL_INBOUND_STATE, VALUES(INT("id", id)), &was, 1)) {
		db_answer(db, RDVD_NOT_FOUND);
		return db->rc;
	}
	if (was == RDVD_INBOUND_PART)
		return RDVD_STALE;
	RUN(db, SQL_INBOUND_MARK, INT("id", id), INT("state", state));
	audit_add(db, now, actor, "inbound", id);
	return db->rc;
}
