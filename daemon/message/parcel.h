/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parcel.h - inside the outbox: the outbox itself, and one claimed message on its way
 * from the claim to the committed result.
 *
 *   outbox.c   when to look and how many to claim
 *   sweep.c    what the last run left behind
 *   late.c     what could not leave in time is told to the team
 *   parcel.c   one message: whether it may leave, its words, what its end means
 *   result.c   results on their way to the disk
 *   gateway.c  one gateway: threads, window, pace (pace.c), breaker (breaker.c)
 *   brake.c    a full disk, a clock that jumps */
#ifndef RDVD_MESSAGE_PARCEL_H
#define RDVD_MESSAGE_PARCEL_H

#include "base/worker.h"
#include "message/brake.h"
#include "message/gateway.h"
#include "message/outbox.h"
#include "store/record.h"
#include "store/store.h"

#define CLAIM_MAX 256	   /* claimed at once */
#define UNDER_WAY_MAX 1024 /* between claim and committed result */
#define STORE_AGAIN_MS 1000
#define CHANNELS (RDVD_CHANNEL_EMAIL + 1)

struct parcel {
	struct gateway_call call; /* to its gateway */
	struct store_job result;  /* to the store */
	struct outbox *o;
	struct parcel *next;
	struct rdvd_message_row *row;	/* owned */
	struct rdvd_appointment *about; /* owned; NULL: a letter about none */
	struct record_list week;	/* owned: what a reminder of a week speaks for */
	struct buf subject, body, html, calendar;
	struct buf receipts_url;
	char id[32], key[40];
	struct rdvd_message_result ended;
	char note[256];
	enum plan_fate fate;
	rdvd_time not_before;
	int segments;
	int spent; /* of the budget */
	rdvd_time spent_at;
	int given; /* to a gateway, not only claimed */
};

struct outbox {
	struct loop *loop;
	struct store *store;
	const struct texts *texts;
	struct outbox_options options;
	char *public_url, *sms_sender, *email_from;	/* owned */
	char *discreet_sender, *discreet_from, *alerts; /* owned */
	char *died_path; /* owned; of the list of messages under way when it died */
	struct gateway *gateways; /* owned */
	size_t ngateways;
	struct gateway *turn[CHANNELS]; /* whose a channel's messages are now, or NULL */
	int64_t turn_kept[CHANNELS];	/* the same, as the store knows it; 0 */
	int turn_ends[CHANNELS]; /* 1: another's turn comes once nothing is given */
	size_t given[CHANNELS];	 /* parcels of those under way that a gateway has */
	struct brake brake;
	struct loop_timer *timer, *again;
	struct parcel *unwritten; /* results the store would not take yet */
	size_t under_way;	  /* parcels between claim and committed result */
	int claiming, asking, swept, stopped, dirty;
	int ask_again; /* once the present question is answered */
	int swept_once;
	int nothing_due;
	int blocked; /* nothing can be sent for a while: a breaker is open, a brake is on
		      */
	int unsure;  /* whether a claim was kept */
	int counting;
	int64_t expired_known; /* how many the store had expired; -1 never asked */
	struct outbox_counts counts;
};

/* ---- parcel.c ---- */

/* Copies of a claimed message and what it is about. */
struct parcel *parcel_new(struct outbox *o, const struct rdvd_message_row *m,
			  const struct rdvd_appointment *a);
void parcel_free(struct parcel *p);
/* What may leave now: fates of n parcels (at most CLAIM_MAX) that were claimed together.
 */
void parcels_settle(struct outbox *o, struct parcel **parcels, size_t n);
/* Give it to its gateway, or end it as its fate says. It frees itself once its result is
 * on disk. */
void parcel_send_off(struct parcel *p);
/* When a message that ended unknown at this gateway (NULL: of nobody's) is looked at
 * again; 0 never. */
rdvd_time parcel_settlement(const struct parcel *p, const struct gateway *g,
			    rdvd_time now);

/* ---- result.c ---- */

/* Note in p->ended how it ended; see parcel_end. Any thread. */
void parcel_close(struct parcel *p, enum rdvd_message_state state, rdvd_time due,
		  const char *note, const struct gateway *gateway);
/* One more that ended so. */
void outbox_count_end(struct outbox *o, enum rdvd_message_state state);
/* Write down how it ended, and free it. due: of the next attempt, 0 none. gateway: whose
 * answer that is; NULL: none was tried. */
void parcel_end(struct parcel *p, enum rdvd_message_state state, rdvd_time due,
		const char *note, const struct gateway *gateway);
/* loop_cb: offer again the results that the store would not take. */
void parcels_write_again(void *outbox);

/* ---- sweep.c ---- */

/* At start: find what the last run left "sending" and, in the same transaction, write
 * down when it is settled; swept is then set. -1: the store is busy. */
int outbox_sweep(struct outbox *o);
/* Names a gateway in the store: not 0. */
int64_t gateway_mark(const struct gateway *g);
/* The store's name for "who sends on this channel now"; see sweep.c. */
const char *outbox_turn_name(enum rdvd_channel channel);

/* ---- late.c ---- */

/* Nothing is due: when more has expired than is known, count it and tell the team.
 * expired: how many the store has in that state. */
void outbox_count_late(struct outbox *o, int64_t expired);

/* ---- outbox.c ---- */

/* The first gateway of a channel that is no spare, or NULL. */
struct gateway *outbox_gateway_for(struct outbox *o, enum rdvd_channel channel);
struct gateway *outbox_gateway_named(struct outbox *o, const char *name);
/* 1 when messages of the channel may go by g: its first gateway, and every spare. */
int outbox_may_use(const struct outbox *o, const struct gateway *g,
		   enum rdvd_channel channel);
/* How many gateways may send on a channel. */
size_t outbox_choice(const struct outbox *o, enum rdvd_channel channel);

#endif
