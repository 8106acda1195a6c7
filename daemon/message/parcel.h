/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parcel.h - inside the outbox: one claimed message on its way from the claim to the
 * committed result. */
#ifndef RDVD_MESSAGE_PARCEL_H
#define RDVD_MESSAGE_PARCEL_H

#include "base/worker.h"
#include "message/outbox.h"
#include "store/record.h"
#include "store/store.h"

#define CLAIM_MAX 64 /* claimed at once */
#define STORE_AGAIN_MS 1000

struct parcel {
	struct job send;	 /* to the gateway */
	struct store_job result; /* to the store */
	struct outbox *o;
	struct parcel *next;
	struct rdvd_message_row *row;	/* owned */
	struct rdvd_appointment *about; /* owned */
	struct gateway *gateway;
	struct buf subject, body;
	char id[32];
	struct rdvd_message message;
	struct rdvd_receipt receipt;
	enum rdvd_sent sent;
	struct rdvd_message_result ended;
	char note[256];
	enum plan_fate fate;
};

struct gateway {
	struct worker_ops work; /* kept by the worker */
	struct outbox *o;
	const struct rdvd_gateway_ops *ops;
	const struct rdvd_host *host;
	char *name, *from; /* owned */
	unsigned channels;
	int rate_per_second;
	int answers;
	unsigned
		capabilities; /* set in its thread at open, read in the loop afterwards */
	struct worker *worker;
	double tokens;
	int64_t filled_ms;
};

struct outbox {
	struct loop *loop;
	struct store *store;
	const struct texts *texts;
	struct outbox_options options;
	char *public_url, *sms_sender, *email_from; /* owned */
	struct gateway *gateways;		    /* owned */
	size_t ngateways;
	struct loop_timer *timer, *again;
	struct parcel *unwritten; /* results the store would not take yet */
	size_t under_way;	  /* parcels between claim and committed result */
	int claiming, asking, swept, stopped, dirty;
	int nothing_due;
	int unsure; /* whether a claim was kept */
	struct outbox_counts counts;
};

void parcel_free(struct parcel *p);
/* What may leave now: fates of n parcels (at most CLAIM_MAX) that were claimed together.
 */
void parcels_settle(struct outbox *o, struct parcel **parcels, size_t n);
/* Give it to its gateway, or end it as its fate says. It frees itself once its result is
 * on disk. */
void parcel_send_off(struct parcel *p);
/* Write down how it ended, and free it. due: of the next attempt, 0 none. */
void parcel_end(struct parcel *p, enum rdvd_message_state state, rdvd_time due,
		const char *note);
/* loop_cb: offer again the results that the store would not take. */
void parcels_write_again(void *outbox);
/* The gateway that sends on a channel, or NULL. */
struct gateway *outbox_gateway_for(struct outbox *o, enum rdvd_channel channel);

#endif
