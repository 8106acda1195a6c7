/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gateway.h - one gateway in the daemon: its sending threads, each with a handle of the
 * plugin, how many messages it may be given now (its window, its pace, its breaker), and
 * how it does. Loop thread. */
#ifndef RDVD_MESSAGE_GATEWAY_H
#define RDVD_MESSAGE_GATEWAY_H

#include <stdatomic.h>

#include "base/worker.h"
#include "message/breaker.h"
#include "message/outbox.h"
#include "message/pace.h"

struct gateway;

/* One message given to a gateway. Embed it; done may free what holds it. */
struct gateway_call {
	struct job job; /* the worker's */
	struct gateway *gateway;
	struct rdvd_message message; /* lent by the caller until done */
	int64_t given_ms;	     /* monotonic; the gateway's */
	int look_up; /* 1: ask first whether the provider has it, send it only if not */
	const char *provider_id; /* for the look-up; "" */
	/* How it ended, for done. */
	int tried;	       /* 0: nothing was asked of the provider */
	int sent_now;	       /* 0: the look-up settled it, found says how */
	enum rdvd_found found; /* of the look-up */
	enum rdvd_sent sent;
	struct rdvd_receipt receipt;
	void (*done)(struct gateway_call *c);
};

struct gateway {
	struct worker_ops work; /* kept by the worker */
	const struct rdvd_gateway_ops *ops;
	const struct rdvd_host *host;
	const char *plugin; /* its name */
	char *name, *from;  /* owned */
	unsigned channels;
	int spare, answers;
	size_t window;
	atomic_uint capabilities; /* set in its threads at open */
	atomic_int shut;	  /* 1: what the threads have not begun is given back */
	int stopping;
	struct worker *worker; /* NULL once it was stopped */
	struct pace pace;
	struct breaker breaker;
	size_t under_way; /* calls whose done has not been called */
	int64_t slot_ms;  /* until when its bucket is promised to messages sent back */
	/* What happened, for the desk: told once each. */
	void (*event)(void *arg, struct gateway *g, enum breaker_turn turn);
	void *event_arg;
	uint64_t sent, refused, retried, unknown, throttled;
	int64_t segments;
	int has_credit;
	double credit;
	char words[256]; /* the provider's, of the last trouble */
	int told;	 /* 1: the team was written to about the present outage */
};

/* 0, or -1: a thread's handle could not be opened (logged). g is zeroed and stays where
 * it is. */
int gateway_open(struct gateway *g, struct loop *l, const struct outbox_gateway *from);
/* Its threads begin nothing any more: before gateway_stop, when several are stopped. */
void gateway_shut(struct gateway *g);
/* What is under way ends (done is called), the rest is given back; no more calls. */
void gateway_stop(struct gateway *g);
/* Stops it too. */
void gateway_fini(struct gateway *g);

/* How many messages it may be given now. */
size_t gateway_room(struct gateway *g, int64_t now_ms);
/* 1 while it is one to wait for: it works and asked for no pause of more than a minute,
 * or the wait is over and one may go to see. */
int gateway_is_usable(const struct gateway *g, int64_t now_ms);
/* Milliseconds after which there may be room without an answer having come; -1: an answer
 * comes first. */
int64_t gateway_wait_ms(struct gateway *g, int64_t now_ms);
/* A place in its queue for a message that there was no room for: in how many seconds it
 * may come again, 1 or more. */
int gateway_promise_s(struct gateway *g, int64_t now_ms);
/* Give it one: there is room. */
void gateway_give(struct gateway *g, struct gateway_call *c);
/* Somebody has acted: an open breaker tries now. */
void gateway_hurry(struct gateway *g);
int gateway_can(const struct gateway *g, enum rdvd_gateway_cap cap);
void gateway_tell_health(struct gateway *g, struct gateway_health *h);

#endif
