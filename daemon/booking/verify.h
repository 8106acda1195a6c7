/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify.h - proving that somebody holds a number or an address, where that is asked for:
 * a code of six digits that we send there, or, which costs nothing and cannot be abused,
 * a code that they send to us by SMS. Codes live ten minutes, take five tries and are
 * kept hashed; what is limited is what we send: to a number one code a minute, three an
 * hour and five a day, and none by SMS at all for a while when few of the last ones were
 * ever entered, which is what pumping looks like. Whoever meets a limit is shown the
 * other ways. Loop thread. */
#ifndef RDVD_BOOKING_VERIFY_H
#define RDVD_BOOKING_VERIFY_H

#include "base/buf.h"
#include "base/secret.h"
#include "rdvd/store.h"

struct store;
struct verify;

#define VERIFY_LIFE_S 600
#define VERIFY_DIGITS 6

struct verify_options {
	const uint8_t *key; /* SECRET_KEY_SIZE bytes, the server's; copied */
	int log_only; /* the demonstration: limits are said in the log, nobody is refused
		       */
	/* The words that carry a code: subject (e-mail) and body. */
	void (*words)(void *ctx, enum rdvd_channel channel, const char *lang,
		      const char *code, struct buf *subject, struct buf *body);
	/* 1 when the budget of that number bears one more. May be NULL: it always does.
	 */
	int (*affordable)(void *ctx, const char *number);
	/* A letter is due. */
	void (*changed)(void *ctx);
	void *ctx;
};

struct verify *verify_new(struct store *s, const struct verify_options *o);
void verify_free(struct verify *v);

enum verify_verdict {
	VERIFY_DONE = 0, /* proven */
	VERIFY_SENT,	 /* the code is on its way, or is awaited */
	VERIFY_WRONG,	 /* not that code: left tries remain */
	VERIFY_OVER,	 /* too old, too many tries, or unknown: start again */
	VERIFY_SOON,	 /* that number was just sent one: wait_s seconds */
	VERIFY_OFF,	 /* no codes by SMS for now: another way */
	VERIFY_BUSY,	 /* try again in a moment */
};

struct verify_reply {
	enum verify_verdict verdict;
	uint64_t ref;	    /* names the code outside: booking_hold_name writes it */
	const char *code;   /* of an awaited one: what they are to send; else "" */
	const char *number; /* with DONE: what was proven; lent */
	int left, wait_s;
};
typedef void verify_cb(void *arg, const struct verify_reply *r);

/* Send a code to a number (E.164) or an address. */
void verify_send(struct verify *v, enum rdvd_channel channel, const char *to,
		 const char *lang, verify_cb *cb, void *arg);
/* Await a code by SMS from whatever number they have. */
void verify_await(struct verify *v, verify_cb *cb, void *arg);
/* What they typed; "" asks whether the awaited one has come. */
void verify_check(struct verify *v, uint64_t ref, const char *code, verify_cb *cb,
		  void *arg);
/* What was proven is good for one booking: the first purpose (the key of its form) that
 * names ref takes it, and only that one may come again. 1: it may. Not kept over a
 * restart; the store forgets what was proven within the hour. */
int verify_spend(struct verify *v, uint64_t ref, const char *purpose);
/* A text said this code: DONE when one was awaited. from is proven by it. */
void verify_received(struct verify *v, const char *code, const char *from, verify_cb *cb,
		     void *arg);

struct verify_counts {
	uint64_t sent, proven, wrong, limited;
	int off; /* codes by SMS are off */
};
struct verify_counts verify_counts(const struct verify *v);

#endif
