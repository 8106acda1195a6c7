/* SPDX-License-Identifier: GPL-3.0-or-later */
/* budget.h - how many segments of SMS may be spent in a day: on one number, on the
 * numbers that differ in their last four digits only (whoever makes others pay for
 * messages takes numbers in a row), and by one organisation. Counted in memory, and begun
 * again from the store at each start. A day is one of UTC, so that it ends at night
 * wherever people are written to.
 *
 * Nobody is shut out by it: a booking is taken whatever the budget says, and what is not
 * sent stands in the message's line with the reason. Answers to a text count and always
 * go: what limits them is the guard against loops. Messages about an appointment may
 * spend a reserved share beyond the budget; codes, offers and the like may not.
 *
 * Pure but for the callback; loop thread. */
#ifndef RDVD_MESSAGE_BUDGET_H
#define RDVD_MESSAGE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "rdvd/correspondence.h"

struct budget;
struct loop;
struct store;
struct texts;

/* Per cent of a budget that messages about an appointment may spend beyond it. */
#define BUDGET_RESERVED_PERCENT 30
/* Per cent at which the team is told. */
#define BUDGET_ALARM_PERCENT 50

/* What a number is written to for. */
enum budget_use {
	BUDGET_ANSWER,	    /* to a text that came from it, or of the team's hand */
	BUDGET_APPOINTMENT, /* confirmations, reminders, moves, cancellations */
	BUDGET_COURTESY,    /* offers, follow-ups */
	BUDGET_CODE,
};

/* The use of a message. A letter with a code is BUDGET_ANSWER here: it was asked about
 * when it was written. */
enum budget_use budget_use_of(enum rdvd_message_kind kind);

enum budget_scope { BUDGET_PERSON, BUDGET_PREFIX, BUDGET_ORGANISATION, BUDGET_SCOPES };

/* Half of a budget, or all of it, is spent: once a day for each organisation, and once a
 * day for whatever number, or row of numbers, is the first. */
struct budget_alarm {
	enum budget_scope scope;
	rdvd_id organisation; /* 0: the network's, or not an organisation's budget */
	int percent;	      /* BUDGET_ALARM_PERCENT or 100 */
	int64_t spent, limit; /* segments */
};

struct budget_options {
	int limits[BUDGET_SCOPES];   /* segments a day; 0 none */
	int log_only;		     /* a demonstration: nothing is held back */
	const char *const *prefixes; /* more that may be written to ("+41 7"); copied */
	size_t nprefixes;
	void (*alarm)(void *ctx, const struct budget_alarm *a); /* may be NULL */
	void (*let_go)(void *ctx); /* at budget_free; may be NULL */
	void *ctx;
};

struct budget *budget_new(const struct budget_options *o);
void budget_free(struct budget *b);
/* Other limits, prefixes and log_only from now on; what is spent stays. */
void budget_tune(struct budget *b, const struct budget_options *o);

enum budget_verdict {
	BUDGET_OK,     /* it is counted: budget_give_back when it certainly did not go */
	BUDGET_HELD,   /* not today: again at *again */
	BUDGET_NUMBER, /* never: no automatic SMS goes to such numbers */
};

/* May these segments go to that number (E.164) now? organisation 0 is the network. *again
 * (may be NULL) is the beginning of the next day; *why (may be NULL) a French sentence,
 * static, when it may not. */
enum budget_verdict budget_take(struct budget *b, enum budget_use use, const char *to,
				rdvd_id organisation, int segments, rdvd_time now,
				rdvd_time *again, const char **why);
/* The same question, and nothing counted. */
enum budget_verdict budget_ask(struct budget *b, enum budget_use use, const char *to,
			       rdvd_id organisation, int segments, rdvd_time now,
			       const char **why);
/* What was taken at that instant certainly did not go out. */
void budget_give_back(struct budget *b, const char *to, rdvd_id organisation,
		      int segments, rdvd_time taken);
/* Spent before: what the store remembers of today, or a message whose segments are known
 * only now. No alarm is raised for what is known from before. */
void budget_count(struct budget *b, const char *to, rdvd_id organisation,
		  int64_t segments, rdvd_time now);

/* Segments spent today by an organisation (0 the network's own letters). */
int64_t budget_spent(struct budget *b, rdvd_id organisation, rdvd_time now);
/* Segments a day that a budget allows; 0 no limit. */
int budget_limit(const struct budget *b, enum budget_scope scope);
struct budget_counts {
	uint64_t held[BUDGET_SCOPES]; /* since the start */
	uint64_t numbers;	      /* refused for their kind */
};
const struct budget_counts *budget_counts(const struct budget *b);

/* The first second of the day of now. */
rdvd_time budget_day_start(rdvd_time now);

/* ---- with the store (budget_keep.c) ---- */

/* What it needs of others: all lent, for as long as the budget. */
struct budget_keep {
	struct store *store;
	const struct texts *(*texts)(void *ctx); /* the present ones */
	const char *alerts_to, *address;	 /* as in struct notice_mail */
	void *ctx;
};

/* A budget that knows what was spent today (blocking, at start), whose alarms are logged
 * and told to the team (notice.h); o->alarm is not used. NULL: the store could not tell
 * (logged). */
struct budget *budget_open(struct loop *l, const struct budget_keep *keep,
			   const struct budget_options *o);

#endif
