/* SPDX-License-Identifier: GPL-3.0-or-later */
/* budget.c - today's segments, in one table: a row for each number, each prefix and each
 * organisation that something was sent to or by. Rows are known by a hash of what they
 * count, so that no number stands in memory longer than its message; the table is emptied
 * when the day ends. */
#include "message/budget.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "message/phone.h"

#define DAY_S 86400
#define PREFIX_LESS 4 /* last digits that a prefix leaves out */

struct row {
	uint64_t key; /* 0: free */
	int64_t spent;
	int alarmed; /* the highest per cent that was told */
};

struct budget {
	struct budget_options o;
	char **prefixes;  /* owned; o.prefixes points here */
	struct row *rows; /* owned; open addressing, a power of two */
	size_t cap, n;
	int64_t day;
	int told[BUDGET_SCOPES]; /* today, the highest per cent of any row */
	struct budget_counts counts;
};

rdvd_time budget_day_start(rdvd_time now)
{
	rdvd_time day = now / DAY_S - (now % DAY_S < 0);

	return day * DAY_S;
}

/* ---- the table ---- */

/* FNV-1a, 64 bits. */
static uint64_t hash(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t key_of(enum budget_scope scope, const char *to, rdvd_id organisation)
{
	unsigned char s = (unsigned char)scope;
	uint64_t h = hash(UINT64_C(0xcbf29ce484222325), &s, 1);
	size_t n = strlen(to);

	switch (scope) {
	case BUDGET_PERSON: h = hash(h, to, n); break;
	case BUDGET_PREFIX: h = hash(h, to, n > PREFIX_LESS ? n - PREFIX_LESS : 0); break;
	case BUDGET_ORGANISATION: h = hash(h, &organisation, sizeof organisation); break;
	case BUDGET_SCOPES: break;
	}
	return h ? h : 1;
}

static struct row *slot_of(struct row *rows, size_t cap, uint64_t key)
{
	size_t i = (size_t)(key ^ key >> 32) & (cap - 1);

	while (rows[i].key && rows[i].key != key)
		i = (i + 1) & (cap - 1);
	return &rows[i];
}

static void grow(struct budget *b)
{
	size_t cap = b->cap ? b->cap * 2 : 64;
	struct row *rows = xcalloc(cap, sizeof *rows);

	for (size_t i = 0; i < b->cap; i++)
		if (b->rows[i].key)
			*slot_of(rows, cap, b->rows[i].key) = b->rows[i];
	free(b->rows);
	b->rows = rows;
	b->cap = cap;
}

static struct row *row_of(struct budget *b, enum budget_scope scope, const char *to,
			  rdvd_id organisation)
{
	uint64_t key = key_of(scope, to, organisation);
	struct row *r;

	if (2 * (b->n + 1) > b->cap)
		grow(b);
	r = slot_of(b->rows, b->cap, key);
	if (!r->key) {
		r->key = key;
		b->n++;
	}
	return r;
}

static int64_t spent_of(const struct budget *b, enum budget_scope scope, const char *to,
			rdvd_id organisation)
{
	return b->cap ? slot_of(b->rows, b->cap, key_of(scope, to, organisation))->spent
		      : 0;
}

/* A new day begins with nothing spent. A clock set back does not bring back yesterday:
 * what was spent counts on, until the day after the one that it is now. */
static void turn_day(struct budget *b, rdvd_time now)
{
	int64_t day = budget_day_start(now);
	int is_back = day < b->day;

	if (day == b->day)
		return;
	b->day = day;
	if (is_back)
		return;
	b->n = b->cap = 0;
	memset(b->told, 0, sizeof b->told);
	free(b->rows);
	b->rows = NULL;
}

/* ---- what may be spent ---- */

enum budget_use budget_use_of(enum rdvd_message_kind kind)
{
	switch (kind) {
	case RDVD_MSG_CONFIRMATION:
	case RDVD_MSG_REMINDER:
	case RDVD_MSG_MOVED:
	case RDVD_MSG_CANCELLATION: return BUDGET_APPOINTMENT;
	case RDVD_MSG_OFFER:
	case RDVD_MSG_FOLLOW_UP: return BUDGET_COURTESY;
	case RDVD_MSG_ANSWER: break;
	}
	return BUDGET_ANSWER;
}

static int64_t limit_for(const struct budget *b, enum budget_use use,
			 enum budget_scope scope)
{
	int64_t limit = b->o.limits[scope];

	switch (use) {
	case BUDGET_ANSWER: return 0;
	case BUDGET_APPOINTMENT: return limit + limit * BUDGET_RESERVED_PERCENT / 100;
	case BUDGET_COURTESY:
	case BUDGET_CODE: break;
	}
	return limit;
}

static const char *const held_why[BUDGET_SCOPES] = {
	[BUDGET_PERSON] = "trop de SMS à ce numéro aujourd’hui",
	[BUDGET_PREFIX] = "trop de SMS à des numéros voisins aujourd’hui",
	[BUDGET_ORGANISATION] = "le budget de SMS du jour est dépensé",
};

/* The first budget that does not bear it; BUDGET_SCOPES: all do. */
static enum budget_scope spent_out(const struct budget *b, enum budget_use use,
				   const char *to, rdvd_id organisation, int segments)
{
	for (int s = 0; s < BUDGET_SCOPES; s++) {
		int64_t limit = limit_for(b, use, (enum budget_scope)s);

		if (limit &&
		    spent_of(b, (enum budget_scope)s, to, organisation) + segments >
			    limit)
			return (enum budget_scope)s;
	}
	return BUDGET_SCOPES;
}

static enum budget_verdict judge(struct budget *b, enum budget_use use, const char *to,
				 rdvd_id organisation, int segments, const char **why)
{
	enum budget_scope scope;

	if (use != BUDGET_ANSWER &&
	    !phone_accepts_sms(to, b->o.prefixes, b->o.nprefixes)) {
		b->counts.numbers++;
		if (why)
			*why = "ce numéro ne reçoit pas de SMS automatiques";
		return BUDGET_NUMBER;
	}
	scope = spent_out(b, use, to, organisation, segments);
	if (scope == BUDGET_SCOPES)
		return BUDGET_OK;
	b->counts.held[scope]++;
	if (b->o.log_only)
		return BUDGET_OK;
	if (why)
		*why = held_why[scope];
	return BUDGET_HELD;
}

/* ---- counting ---- */

static void tell(struct budget *b, enum budget_scope scope, struct row *r,
		 rdvd_id organisation)
{
	int64_t limit = b->o.limits[scope];
	int percent = 0;

	if (!limit)
		return;
	if (r->spent >= limit)
		percent = 100;
	else if (r->spent * 100 >= limit * BUDGET_ALARM_PERCENT)
		percent = BUDGET_ALARM_PERCENT;
	if (percent <= r->alarmed)
		return;
	r->alarmed = percent;
	/* one person's many messages are nobody's alarm before they are held; and one
	 * number, or one row of them, is enough to look into */
	if (!b->o.alarm || (scope == BUDGET_PERSON && percent < 100) ||
	    (scope != BUDGET_ORGANISATION && percent <= b->told[scope]))
		return;
	b->told[scope] = percent;
	b->o.alarm(b->o.ctx,
		   &(struct budget_alarm){.scope = scope,
					  .organisation = scope == BUDGET_ORGANISATION
								  ? organisation
								  : 0,
					  .percent = percent,
					  .spent = r->spent,
					  .limit = limit});
}

static void add(struct budget *b, const char *to, rdvd_id organisation, int64_t segments,
		int telling)
{
	for (int s = 0; s < BUDGET_SCOPES; s++) {
		struct row *r = row_of(b, (enum budget_scope)s, to, organisation);

		r->spent += segments;
		if (r->spent < 0)
			r->spent = 0;
		if (telling)
			tell(b, (enum budget_scope)s, r, organisation);
	}
}

enum budget_verdict budget_take(struct budget *b, enum budget_use use, const char *to,
				rdvd_id organisation, int segments, rdvd_time now,
				rdvd_time *again, const char **why)
{
	enum budget_verdict v;

	turn_day(b, now);
	v = judge(b, use, to, organisation, segments, why);
	if (v == BUDGET_OK)
		add(b, to, organisation, segments, 1);
	else if (again)
		*again = b->day + DAY_S;
	return v;
}

enum budget_verdict budget_ask(struct budget *b, enum budget_use use, const char *to,
			       rdvd_id organisation, int segments, rdvd_time now,
			       const char **why)
{
	turn_day(b, now);
	return judge(b, use, to, organisation, segments, why);
}

void budget_give_back(struct budget *b, const char *to, rdvd_id organisation,
		      int segments, rdvd_time taken)
{
	/* of a day that is over there is nothing to give back */
	if (budget_day_start(taken) == b->day)
		add(b, to, organisation, -segments, 0);
}

void budget_count(struct budget *b, const char *to, rdvd_id organisation,
		  int64_t segments, rdvd_time now)
{
	turn_day(b, now);
	add(b, to, organisation, segments, 0);
	for (int s = 0; s < BUDGET_SCOPES; s++) {
		struct row *r = row_of(b, (enum budget_scope)s, to, organisation);
		int64_t limit = b->o.limits[s];

		if (limit && r->spent * 100 >= limit * BUDGET_ALARM_PERCENT)
			r->alarmed = r->spent >= limit ? 100 : BUDGET_ALARM_PERCENT;
	}
}

int64_t budget_spent(struct budget *b, rdvd_id organisation, rdvd_time now)
{
	turn_day(b, now);
	return spent_of(b, BUDGET_ORGANISATION, "", organisation);
}

int budget_limit(const struct budget *b, enum budget_scope scope)
{
	return b->o.limits[scope];
}

const struct budget_counts *budget_counts(const struct budget *b)
{
	return &b->counts;
}

/* ---- life ---- */

static void forget_prefixes(struct budget *b)
{
	for (size_t i = 0; i < b->o.nprefixes; i++)
		free(b->prefixes[i]);
	free(b->prefixes);
	b->prefixes = NULL;
}

static void take_prefixes(struct budget *b, const struct budget_options *o)
{
	b->prefixes = xcalloc(o->nprefixes + 1, sizeof *b->prefixes);
	for (size_t i = 0; i < o->nprefixes; i++)
		b->prefixes[i] = xstrdup(o->prefixes[i]);
	b->o.prefixes = (const char *const *)b->prefixes;
	b->o.nprefixes = o->nprefixes;
}

void budget_tune(struct budget *b, const struct budget_options *o)
{
	forget_prefixes(b);
	take_prefixes(b, o);
	memcpy(b->o.limits, o->limits, sizeof b->o.limits);
	b->o.log_only = o->log_only;
}

struct budget *budget_new(const struct budget_options *o)
{
	struct budget *b = xcalloc(1, sizeof *b);

	b->o = *o;
	take_prefixes(b, o);
	return b;
}

void budget_free(struct budget *b)
{
	if (!b)
		return;
	if (b->o.let_go)
		b->o.let_go(b->o.ctx);
	forget_prefixes(b);
	free(b->rows);
	free(b);
}
