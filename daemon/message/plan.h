/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.h - when a message leaves, until when it is of use, and what becomes of it when
 * something went wrong. Reminders are counted in calendar days at wall time, never in
 * elapsed hours, so that "the day before at 17:30" is that on both daylight-saving
 * nights. Pure: any thread. */
#ifndef RDVD_MESSAGE_PLAN_H
#define RDVD_MESSAGE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "agenda/civil.h"
#include "agenda/territory.h"
#include "agenda/zone.h"
#include "rdvd/store.h"

/* ---- hours ---- */

/* Minutes of the day between which reminders go, both ends included, in the recipient's
 * zone. */
struct plan_hours {
	int week_from, week_to;	    /* Monday to Saturday */
	int sunday_from, sunday_to; /* equal: none on Sundays */
	/* That the person asked for: what is no answer comes between these only, the
	 * urgent too; equal: none. They narrow the others; where less than half an hour
	 * would be left of a weekday, they narrow 07:00-21:30 instead, for they were
	 * asked for. Hours that lie outside that are no hours. */
	int own_from, own_to;
};

#define PLAN_HOURS_PRESET ((struct plan_hours){480, 1200, 0, 0, 0, 0}) /* 08:00-20:00 */
#define PLAN_HOURS_PRESET_SUNDAY \
	((struct plan_hours){480, 1200, 600, 1140, 0, 0}) /* 10:00-19:00 */

/* The network's hours as an organisation (index, or TERRITORY_NONE) and a person (NULL:
 * nobody's) have them: its Sundays, and what they asked for. */
struct plan_hours plan_hours_for(const struct plan_hours *network,
				 const struct territory *t, int organisation,
				 const struct rdvd_person *p);

/* The shortest hours that somebody can ask for. */
#define PLAN_OWN_MIN 30
/* 1 when own_from..own_to leave at least PLAN_OWN_MIN minutes of 07:00-21:30. */
int plan_own_hours_are_good(int from, int to);

/* A message brought forward to the evening goes this long before the hours end, so that
 * a whole network's queue is empty when they do. */
#define PLAN_EVENING_MARGIN_MIN 15

enum plan_window {
	PLAN_ANY_HOUR, /* an answer to what somebody has just done */
	PLAN_USUAL,    /* struct plan_hours */
	PLAN_URGENT,   /* 07:00-21:30, any day: a change by the team for today or
			  tomorrow */
};

/* 1 when a message of that window may leave at t. */
int plan_is_allowed(const struct plan_hours *h, const struct zone *z, enum plan_window w,
		    rdvd_time t);
/* The first moment at or after t that the window allows. */
rdvd_time plan_next_allowed(const struct plan_hours *h, const struct zone *z,
			    enum plan_window w, rdvd_time t);
/* The last moment at or before t that the usual hours allow; when t itself is outside,
 * that is PLAN_EVENING_MARGIN_MIN before the end of the hours before it. */
rdvd_time plan_last_allowed(const struct plan_hours *h, const struct zone *z,
			    rdvd_time t);

/* ---- what an appointment owes ---- */

struct plan_visit {
	civil_time start;	      /* on the wall of the site */
	const struct zone *site;      /* lent */
	const struct zone *recipient; /* lent; NULL: the site's */
};

struct plan_due {
	int ordinal; /* of a reminder: its rule's place, from 1; else 0 */
	rdvd_time due;
	rdvd_time deadline; /* of no use from then on */
};

/* A reminder sooner than this after another message says nothing new. */
#define PLAN_QUIET_S (2 * 3600)

/* The reminders of an appointment booked (or moved) at now, by due time. A rule's
 * moment outside the hours becomes the last allowed one before it, never a later one.
 * Left out: a reminder whose moment is now or past, one due less than PLAN_QUIET_S
 * after last_message (the instant of the confirmation or of the notice of the move; 0
 * none), the earlier of two that come less than that apart, one that would come after
 * its deadline. Deadlines: the start less 24 h for a rule of two days or more, 2 h for
 * the day before, 30 min for the same day. Returns how many of out are filled; nrules
 * is at most REMINDERS_MAX. */
size_t plan_reminders(const struct plan_visit *v, const struct reminder_rule *rules,
		      size_t nrules, const struct plan_hours *h, rdvd_time now,
		      rdvd_time last_message, struct plan_due out[REMINDERS_MAX]);

/* Who a confirmation, a move or a cancellation comes from. */
enum plan_author {
	PLAN_ASKED, /* the person, or the team at the person's word: an answer */
	PLAN_TEAM,  /* the team unasked */
};

/* The ordinals of a moved message: asked for by the person (0), or of the team, in the
 * usual hours or in the urgent ones. */
#define PLAN_MOVED_BY_TEAM 1
#define PLAN_MOVED_URGENTLY 2

/* The window of a kind of message. day is the earliest day that it is about (of the
 * site), today the present one there. */
enum plan_window plan_window_of(enum rdvd_message_kind kind, enum plan_author author,
				civil_day day, civil_day today);

/* When a confirmation, move or cancellation leaves. v is the appointment as it stands
 * after the act (cancelled: as it was); old_start is the instant a moved one had, else
 * 0. A notice that would wait until the day itself leaves on the eve, by
 * the urgent hours. The deadline is the start. 0; -1 when no allowed moment comes before
 * the deadline: out is filled all the same, and somebody should telephone. */
int plan_notice(enum rdvd_message_kind kind, enum plan_author author,
		const struct plan_visit *v, rdvd_time old_start,
		const struct plan_hours *h, rdvd_time now, struct plan_due *out);

/* ---- after a missed appointment, and of a week ---- */

/* A follow-up leaves this long after somebody was marked as not having come, so that a
 * slip of the finger can be taken back, and is of use for that long. */
#define PLAN_FOLLOW_UP_S (18 * 3600)
#define PLAN_FOLLOW_UP_USE_S (7 * 86400)

/* When the follow-up of an appointment leaves that was marked at now: 18 hours later, in
 * the usual hours. */
void plan_follow_up(const struct plan_visit *v, const struct plan_hours *h, rdvd_time now,
		    struct plan_due *out);

/* A reminder that leaves this long before its start, or longer, is a far one: it speaks
 * for all of the person's appointments of the same week, Monday to Sunday at the site; a
 * nearer one speaks for its own only. */
#define PLAN_FAR_S (36 * 3600)
int plan_is_far(rdvd_time sent, rdvd_time start);
/* The Monday of a day's week. */
civil_day plan_week_of(civil_day day);

/* ---- after a silence ---- */

enum plan_fate {
	PLAN_SEND,
	PLAN_WAIT,	/* its window opens later: at not_before */
	PLAN_EXPIRE,	/* its deadline has passed, or its window opens after it */
	PLAN_SUPERSEDE, /* another message for the same person says more */
};

struct plan_candidate {
	rdvd_id message;
	rdvd_id participation;
	enum rdvd_channel channel;
	enum rdvd_message_kind kind;
	int ordinal;
	rdvd_time start;
	rdvd_time deadline;
	rdvd_time not_before; /* plan_next_allowed of now for its window */
	enum plan_fate fate;  /* out */
	void *owner;	      /* the caller's */
};

/* Settle the fate of messages that are all due: nothing past its deadline, at most one
 * for each participation and channel (a cancellation before a move, a move before a
 * reminder, the nearest reminder before others, any before a confirmation). Sorts c:
 * nearest appointment first. Kinds that are no part of that order (answers, offers,
 * follow-ups) stand for themselves. */
void plan_catchup(struct plan_candidate *c, size_t n, rdvd_time now);

/* ---- after a failure ---- */

/* Attempts after which a message that was certainly not accepted is given up (about a
 * day and a half). */
#define PLAN_ATTEMPTS_MAX 80

/* When to try again after the attempt-th (from 1) was certainly not accepted: 10 s, 30
 * s, 2 min, 10 min, then every 30 min, each up to a fifth shorter or longer by salt
 * (the message's id), not before retry_after_s, or never (0) when that is not before
 * the deadline or the attempts are spent. */
rdvd_time plan_retry_at(int attempt, rdvd_time now, int retry_after_s, rdvd_time deadline,
			uint64_t salt);

/* When to send again a message that may or may not have been accepted; 0: leave it so,
 * for a human to see. unknowns is how often it has ended so, this time included; can is
 * what its gateway can (enum rdvd_gateway_cap, 0 for one that is gone). An idempotent
 * gateway is asked again as after a refusal; else a cancellation or a move goes once more
 * after 2 minutes, for missing it is worse than reading it twice; a reminder once more
 * after 10, when the gateway gives receipts (none has come by then) and more than three
 * hours remain to the start; anything else never: an answer or a code can be asked for
 * again, two offers of one place or two kind words after a missed appointment would do
 * harm, and a confirmation stands on the page that was shown. */
rdvd_time plan_settle_unknown(enum rdvd_message_kind kind, int unknowns, unsigned can,
			      rdvd_time now, rdvd_time start, rdvd_time deadline,
			      uint64_t salt);

/* How often a gateway that can be asked is asked for a message that it may have, before
 * its kind decides as if it could not. */
#define PLAN_LOOKUPS_MAX 3

/* When to ask it after the message has ended unknown so many times, this time included: a
 * minute, 2, 5; 0 when that is not before the deadline, or was done often enough. */
rdvd_time plan_ask_at(int unknowns, rdvd_time now, rdvd_time deadline);

#endif
