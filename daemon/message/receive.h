/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive.h - what comes back from the providers: receipts, and the texts that people
 * send. Whatever way it came (a call-back, a poll, rdvctl), it is on disk before the
 * provider is told that it was taken, and it is kept once however often it is told.
 *
 * A call-back's address is public_url/cb/NAME/... : for a receipt it ends with the
 * message's number and a keyed hash of it, so that even a provider that signs nothing can
 * only speak of a message it was given; what comes to any other path has to be proven by
 * the gateway's own means. A gateway may ask for its own proof on that path too.
 *
 *   receive.c        the call-backs: proof, keeping, answer; texts brought by hand
 *   receive_event.c  what was told, copied, bounded, brought to one form (pure)
 *   receive_poll.c   gateways that have to be asked, in threads of their own
 *
 * Loop thread. */
#ifndef RDVD_MESSAGE_RECEIVE_H
#define RDVD_MESSAGE_RECEIVE_H

#include "base/buf.h"
#include "base/loop.h"
#include "base/plugin.h"
#include "base/secret.h"
#include "rdvd/store.h"

struct receive;
struct store;

/* One that may have something to tell; those that cannot are passed over. */
struct receive_gateway {
	const char *name;      /* of its section: its call-backs' address */
	struct plugin *plugin; /* lent: must outlive the receiver */
	int poll_seconds;      /* of one that is asked; 0: a minute */
};

struct receive_options {
	const struct receive_gateway *gateways;
	size_t ngateways;
	const uint8_t *key; /* SECRET_KEY_SIZE bytes, the server's */
	/* A whole text is on disk: somebody should answer it. The same may be said
	 * twice. */
	void (*inbound)(void *ctx, rdvd_id id);
	/* A receipt was applied: what waited for it may be due. */
	void (*receipt)(void *ctx);
	void *ctx;
};

/* NULL: a gateway could not be opened (logged). */
struct receive *receive_new(struct loop *l, struct store *s,
			    const struct receive_options *o);
void receive_free(struct receive *r);
/* No more polls; what is under way ends. */
void receive_stop(struct receive *r);
/* 1 when nothing is under way and everything was looked for at least once: for --once and
 * for stopping. */
int receive_is_idle(const struct receive *r);

/* A request to /cb/NAME/path. cb comes once, with the status and the body to answer: 200
 * once everything it told is on disk; 403 when it is not proven, 404 for a gateway that
 * is not there or takes none, 413, 503 when it could not be kept (the provider tells
 * again).
 */
typedef void receive_answer_cb(void *arg, int status, const char *content_type,
			       const char *body);
void receive_callback(struct receive *r, const char *gateway,
		      const struct rdvd_callback *c, receive_answer_cb *cb, void *arg);

/* A text brought by hand ("rdvctl sms-in"), always a new one: cb gets its id once it is
 * on disk. INVALID: no sender can be made of from. */
typedef void receive_text_cb(void *arg, enum rdvd_rc rc, rdvd_id id);
void receive_text(struct receive *r, const char *from, const char *text,
		  receive_text_cb *cb, void *arg);

/* Where a provider may tell of message N of that gateway:
 * "PUBLIC_URL/cb/NAME/r/N/HASH", 16 hexadecimal digits. */
void receive_receipts_url(const uint8_t key[SECRET_KEY_SIZE], const char *public_url,
			  const char *gateway, rdvd_id message, struct buf *out);

struct receive_counts {
	uint64_t receipts, inbound, repeated, refused, unreadable, polls, failed_polls;
};
/* Of one gateway, by its place in the options; what came by hand stands after them,
 * "local". name: NULL behind the last. */
const char *receive_name(const struct receive *r, size_t gateway);
const struct receive_counts *receive_counts(const struct receive *r, size_t gateway);

#endif
