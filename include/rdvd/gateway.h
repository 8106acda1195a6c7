/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gateway.h - a gateway plugin hands one message to a provider and says how it ended. */
#ifndef RDVD_GATEWAY_H
#define RDVD_GATEWAY_H

#include <stddef.h>

#include "rdvd/plugin.h"

enum rdvd_channel { RDVD_CHANNEL_SMS = 1, RDVD_CHANNEL_EMAIL = 2 };

/* How one send ended: every message ends exactly once. */
enum rdvd_sent {
	RDVD_SENT_ACCEPTED, /* the provider took it */
	RDVD_SENT_RETRY,    /* it certainly did not go out; another attempt may work */
	RDVD_SENT_REFUSED,  /* it did not go out and never will (bad number...) */
	RDVD_SENT_UNKNOWN,  /* the request left but no answer came back */
};

/* What the gateway can do; the daemon adapts to it. */
enum rdvd_gateway_cap {
	RDVD_GATEWAY_SMS = 1 << 0,
	RDVD_GATEWAY_EMAIL = 1 << 1,
	RDVD_GATEWAY_IDEMPOTENT = 1 << 2, /* the same message id twice goes out once */
	RDVD_GATEWAY_RECEIPTS = 1 << 3,
};

struct rdvd_message {
	const char *id; /* stable for the message's life: an idempotency key */
	int attempt;	/* 1 for the first */
	enum rdvd_channel channel;
	const char *to;	     /* E.164 for SMS, an address for e-mail */
	const char *from;    /* sender name, or address */
	const char *subject; /* e-mail; NULL for SMS */
	const char *text;    /* UTF-8 */
	rdvd_time deadline;  /* of no use after it */
	int timeout_ms;
};

struct rdvd_receipt {
	char provider_id[128]; /* the provider's name for it, or "" */
	char note[256]; /* the provider's words, for the counsellor and the log; nothing
			   personal */
	int retry_after_s; /* with RETRY: not before, 0 unknown */
};

struct rdvd_gateway_ops {
	unsigned (*capabilities)(void *gw); /* of enum rdvd_gateway_cap */
	/* Options are read and checked here. FAILED: logged. */
	enum rdvd_rc (*open)(const struct rdvd_host *host, void **gw);
	/* May block, once, within message->timeout_ms. In the gateway's thread. receipt
	 * is zeroed. */
	enum rdvd_sent (*send)(void *gw, const struct rdvd_message *message,
			       struct rdvd_receipt *receipt);
	void (*close)(void *gw);
};

#endif
