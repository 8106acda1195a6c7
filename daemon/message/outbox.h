/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox.h - the dispatcher: takes the messages that are due from the store, gives each
 * to a gateway, and writes down how it ended. One timer: it sleeps until the next message
 * is due.
 *
 * The order is what keeps the promises. A claim is committed ("sending", the attempt
 * counted) before a byte leaves; the result is committed after. What a crash leaves
 * between the two is found at the next start and settled as "unknown". The words are made
 * after the claim from the appointment as it then is. Reminders that come out of a long
 * silence keep to the hours, nothing leaves past its deadline, and one appointment gets
 * one message. Loop thread; each gateway has a thread of its own. */
#ifndef RDVD_MESSAGE_OUTBOX_H
#define RDVD_MESSAGE_OUTBOX_H

#include "agenda/territory.h"
#include "base/loop.h"
#include "base/plugin.h"
#include "base/secret.h"
#include "message/plan.h"
#include "message/text.h"

struct outbox;
struct store;

struct outbox_gateway {
	const char *name;      /* for the log */
	struct plugin *plugin; /* lent: must outlive the outbox */
	unsigned channels;     /* bits 1 << enum rdvd_channel */
	const char *from;      /* sender's name or address; "" none */
	int rate_per_second;
	int window;	 /* messages under way at once; 0 is 64 */
	int connections; /* sending threads; 0 is 1 */
	int spare;	 /* 1: only when those before it on a channel cannot send */
	int answers;	 /* 1: what it sends can be answered */
	int poll_seconds;
};

struct outbox_options {
	const struct outbox_gateway *gateways;
	size_t ngateways;
	const char *public_url;
	const char *sms_sender, *email_from; /* when a gateway has no from */
	/* of a message about an appointment of somebody discreet; NULL or "": the others
	 */
	const char *discreet_sender, *discreet_from;
	struct plan_hours hours;
	const struct territory *(*territory)(void *ctx); /* the present one */
	void (*token)(void *ctx, uint64_t ref, uint32_t generation,
		      char out[SECRET_TOKEN_CHARS + 1]);
	void *ctx;
};

/* texts are lent and may be replaced by outbox_texts. NULL: a gateway could not be opened
 * (logged). */
struct outbox *outbox_new(struct loop *l, struct store *s, const struct texts *texts,
			  const struct outbox_options *o);
void outbox_texts(struct outbox *o, const struct texts *texts);
/* Something may have become due: look soon. */
void outbox_nudge(struct outbox *o);
/* 1 when nothing is due or under way: for --once and for stopping. */
int outbox_is_idle(const struct outbox *o);
/* No new claims; what is under way ends. */
void outbox_stop(struct outbox *o);
void outbox_free(struct outbox *o);
/* 1 when a gateway sends on this channel. */
int outbox_has_channel(const struct outbox *o, enum rdvd_channel channel);
/* 1 when what is sent on this channel can be answered: texts then ask for an answer
 * instead of carrying a link. */
int outbox_asks_for_answers(const struct outbox *o, enum rdvd_channel channel);

struct outbox_counts {
	uint64_t sent, retried, failed, unknown, expired, superseded;
};
const struct outbox_counts *outbox_counts(const struct outbox *o);

/* What a message would say now: its preview before it is sent. Writes body; *segments. */
void outbox_preview(const struct outbox *o, const struct rdvd_message_row *m,
		    const struct rdvd_appointment *a, struct buf *body, int *segments);

#endif
