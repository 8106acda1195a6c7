/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gateway.h - a gateway plugin hands one message to a provider and says how it ended; it
 * also reads what the provider tells afterwards: receipts, and texts that people send.
 *
 * A handle is used by one thread. The daemon opens one for each sending thread, and, for
 * a gateway that reads call-backs, one more in the loop's thread: open must bear that. */
#ifndef RDVD_GATEWAY_H
#define RDVD_GATEWAY_H

#include <stddef.h>

#include "rdvd/plugin.h"

enum rdvd_channel { RDVD_CHANNEL_SMS = 1, RDVD_CHANNEL_EMAIL = 2 };

/* How one send ended: every message ends exactly once. */
enum rdvd_sent {
	RDVD_SENT_ACCEPTED,  /* the provider took it */
	RDVD_SENT_RETRY,     /* it certainly did not go out; another attempt may work */
	RDVD_SENT_REFUSED,   /* it did not go out and never will (bad number...) */
	RDVD_SENT_UNKNOWN,   /* the request left but no answer came back */
	RDVD_SENT_THROTTLED, /* it certainly did not go out: too many at once */
	RDVD_SENT_STOPPED,   /* it certainly did not go out, and nothing will before
				somebody   acts: credit is spent, the password is wrong */
};

/* What the gateway can do; the daemon adapts to it. */
enum rdvd_gateway_cap {
	RDVD_GATEWAY_SMS = 1 << 0,
	RDVD_GATEWAY_EMAIL = 1 << 1,
	RDVD_GATEWAY_IDEMPOTENT = 1 << 2, /* the same message id twice goes out once */
	RDVD_GATEWAY_RECEIPTS = 1 << 3,	  /* tells later what became of a message */
	RDVD_GATEWAY_LOOKUP = 1 << 4,	  /* can be asked whether it has a message */
	RDVD_GATEWAY_INBOUND = 1 << 5,	  /* brings the texts that people send */
	RDVD_GATEWAY_REPLIES = 1 << 6,	  /* what it sends can be answered */
	RDVD_GATEWAY_NO_LINKS = 1 << 7,	  /* a link in an answerable message is blocked */
};

struct rdvd_message {
	const char *id;	 /* "rdvd-N", stable for the message's life */
	const char *key; /* "rdvd-N-XXXXXX", the same, and no other installation's, nor
			    that of a number given out again after a backup came back: an
			    idempotency key for a provider that keeps them; NULL: id */
	int attempt;	 /* 1 for the first */
	enum rdvd_channel channel;
	const char *to;	      /* E.164 for SMS, an address for e-mail */
	const char *from;     /* sender name, or address */
	const char *subject;  /* e-mail; NULL for SMS */
	const char *text;     /* UTF-8 */
	const char *html;     /* e-mail: the same in HTML; NULL none */
	const char *calendar; /* e-mail: an iCalendar object (RFC 5545); NULL none */
	const char *calendar_method; /* its METHOD (RFC 5546): "PUBLISH", "CANCEL" */
	const char *receipts_url; /* where the provider may tell what became of it, this
				     message's own and proven by its path; "" none */
	int answerable;	    /* 1: the text asks for an answer: a sender that takes them */
	rdvd_time deadline; /* of no use after it: told to the provider as its validity */
	int timeout_ms;
};

struct rdvd_receipt {
	char provider_id[128]; /* the provider's name for it, or "" */
	char note[256]; /* the provider's words, for the counsellor and the log; nothing
			   personal */
	int retry_after_s; /* with RETRY and THROTTLED: not before, 0 unknown */
	int only_this;	/* 1, with RETRY and THROTTLED: it is this recipient's affair, the
			   gateway works for others */
	int has_credit; /* 1: the provider told what is left */
	double credit;	/* in the provider's unit */
};

/* What a look-up found. */
enum rdvd_found {
	RDVD_FOUND_ACCEPTED,
	RDVD_FOUND_DELIVERED,
	RDVD_FOUND_UNDELIVERED,
	RDVD_FOUND_ABSENT,  /* the provider certainly does not have it */
	RDVD_FOUND_UNKNOWN, /* no answer, or not a sure one: ask again later */
};

/* ---- what comes back ---- */

enum rdvd_event_kind { RDVD_EVENT_RECEIPT = 1, RDVD_EVENT_INBOUND = 2 };

/* Receipts come in any order: the higher rank stands. */
enum rdvd_delivery {
	RDVD_DELIVERY_ACCEPTED = 1, /* on its way; buffered, at the operator's */
	RDVD_DELIVERY_FAILED,	    /* it will not arrive */
	RDVD_DELIVERY_BAD_NUMBER,   /* nor will any other: no such number or mailbox */
	RDVD_DELIVERY_DELIVERED,
};

/* Strings are UTF-8, lent for the callback, never NULL. */
struct rdvd_event {
	enum rdvd_event_kind kind;
	const char *key;  /* the provider's name of this event, the same when it is told
			     twice; "": the daemon makes one of what it says */
	rdvd_time at;	  /* as the provider tells; 0 unknown */
	const char *note; /* the provider's words; nothing personal */
	/* a receipt: one of the two names the message */
	const char *message_id;	 /* ours */
	const char *provider_id; /* the provider's */
	enum rdvd_delivery delivery;
	/* an inbound text */
	const char *from; /* as the provider writes it */
	const char *to;	  /* the number it was sent to; "" unknown */
	const char *text;
	const char *part_ref; /* of a long text that comes in parts; "" whole */
	int part, parts;      /* from 1 */
	const char *ack; /* of a polled one: given back to settle once it is stored; "" */
};

typedef void rdvd_event_cb(void *arg, const struct rdvd_event *e);

/* A request that reached the gateway's call-back address. Lent. */
struct rdvd_callback {
	const char *method;
	const char *url;   /* whole, as the provider was given it (public_url and path) */
	const char *path;  /* after /cb/NAME/ */
	const char *query; /* raw, without "?"; "" none */
	const char *address; /* the client's, behind trusted proxies */
	const char *body;
	size_t body_size;
	/* A header's value, or NULL. The name's case does not matter. */
	const char *(*header)(const struct rdvd_callback *c, const char *name);
	void *opaque; /* the daemon's */
};

enum rdvd_proof {
	RDVD_PROOF_OK,	       /* it comes from the provider, and was read */
	RDVD_PROOF_UNREADABLE, /* it comes from the provider, and says nothing that we
				  know: kept, for a human */
	RDVD_PROOF_REFUSED,    /* forged, too old, or of nobody: answered 403, not kept */
};

struct rdvd_callback_answer {
	const char *content_type; /* of the 200, a literal; NULL: an empty answer */
	const char *body;	  /* a literal */
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

	/* The rest may be NULL. */

	/* With LOOKUP: does the provider have this message? May block within timeout_ms.
	 * In the gateway's thread. */
	enum rdvd_found (*lookup)(void *gw, const char *id, const char *provider_id,
				  int timeout_ms, struct rdvd_receipt *receipt);
	/* Fetch what waits at the provider (or in a folder): cb for each event. May block
	 * within timeout_ms. FAILED: logged. In the gateway's thread, one thread at a
	 * time, each poll_seconds. What is not settled comes again. */
	enum rdvd_rc (*poll)(void *gw, int timeout_ms, rdvd_event_cb *cb, void *arg);
	/* The polled event with this ack is on disk: it need not come again. In the same
	 * thread. */
	void (*settle)(void *gw, const char *ack);
	/* Check where a call-back comes from and read it: cb for each event. Does not
	 * block. Loop thread. answer is zeroed. */
	enum rdvd_proof (*callback)(void *gw, const struct rdvd_callback *c,
				    rdvd_event_cb *cb, void *arg,
				    struct rdvd_callback_answer *answer);
	/* "rdvd -n": are the options, and the files that they name, such that open would
	 * take them? Makes, changes and connects nothing. FAILED: logged, each fault. */
	enum rdvd_rc (*check)(const struct rdvd_host *host);
};

#endif
