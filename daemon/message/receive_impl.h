/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive_impl.h - what the files of receive.c share. */
#ifndef RDVD_MESSAGE_RECEIVE_IMPL_H
#define RDVD_MESSAGE_RECEIVE_IMPL_H

#include "message/receive.h"
#include "message/receive_event.h"
#include "store/store.h"

#define UNDER_WAY_MAX 1000 /* call-backs that wait for the store; more are told 503 */

struct poll;
struct poller;

/* A gateway as the receiver sees it. */
struct source {
	struct receive *r;
	char *name; /* owned */
	const struct rdvd_gateway_ops *ops;
	const struct rdvd_host *host;
	void *handle;	       /* the loop thread's; NULL: it takes no call-backs */
	struct poller *poller; /* NULL: it is not asked */
	struct receive_counts counts;
	int64_t said_refused_ms, said_unreadable_ms; /* when it was last logged */
	uint64_t refused_before, unreadable_before;  /* counts at that time */
};

struct receive {
	struct loop *loop;
	struct store *store;
	uint8_t key[SECRET_KEY_SIZE];
	void (*inbound)(void *ctx, rdvd_id id);
	void (*receipt)(void *ctx);
	void *ctx;
	struct source *sources; /* owned; after the gateways' the one for what is brought
				   by hand */
	size_t nsources;
	struct loop_timer *joining; /* parts whose others do not come */
	int join_under_way, joined; /* joined: at least once */
	int unsure;		    /* texts may be on disk that nobody was told of */
	size_t under_way;
	int stopped;
};

/* ---- keeping ---- */

/* Everything that one request or one poll told, kept in one transaction. */
struct keep {
	struct store_job job;
	struct source *source;
	struct heard_list heard;
	struct kept {
		rdvd_id id; /* of a whole text; 0 none */
		int known;
	} * kept;  /* owned, as heard's items */
	char *raw; /* owned; what came, as it came */
	size_t raw_size;
	int unreadable; /* keep raw for a human */
	rdvd_time now;
	/* RDVD_OK once it is on disk. k is freed after. */
	void (*done)(struct keep *k, enum rdvd_rc rc);

	/* done's */
	union {
		struct {
			receive_answer_cb *cb;
			void *arg;
			const char *content_type, *body;
		} answer;
		struct {
			receive_text_cb *cb;
			void *arg;
		} text;
		struct {
			struct poll *poll;
			const char *ack; /* lent by the poll */
		} polled;
	};
};

struct keep *keep_new(struct source *source);
void keep_free(struct keep *k);
/* Give it to the store. k->done comes in every case, perhaps at once. Counts and nudges
 * are done before. */
void keep_submit(struct keep *k);

/* ---- receive_poll.c ---- */

/* NULL: its thread could not open the gateway (logged). The first poll begins at once. */
struct poller *poller_new(struct source *source, int poll_seconds);
void poller_stop(struct poller *p);
/* 1 when it is not at work, and has been at least once or is stopped. */
int poller_is_idle(const struct poller *p);
/* Waits for what is under way. NULL is fine. */
void poller_free(struct poller *p);

#endif
