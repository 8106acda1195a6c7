/* SPDX-License-Identifier: GPL-3.0-or-later */
/* breaker.h - whether a gateway is worth trying. It opens when five messages in a row
 * were certainly not taken, when more than half of the last twenty were not or may not
 * have been, or at once when the provider says that nothing will pass before somebody
 * acts. Then nothing is tried for 30 seconds (15 minutes when somebody has to act), and
 * after that one message at a time: the first that is answered closes it, each that is
 * not doubles the wait, up to 15 minutes. What the provider refuses for the message's own
 * sake (a bad number) shows that it works; that they come too fast is the pace's affair.
 * Times are monotonic milliseconds. Pure. */
#ifndef RDVD_MESSAGE_BREAKER_H
#define RDVD_MESSAGE_BREAKER_H

#include <stdint.h>

#include "rdvd/gateway.h"

enum breaker_state {
	BREAKER_CLOSED, /* it works */
	BREAKER_OPEN,	/* not before until_ms */
	BREAKER_TRYING, /* one message is out to see */
};

struct breaker {
	enum breaker_state state;
	int stopped; /* it opened because somebody has to act */
	int failed_in_row;
	uint32_t history; /* of the last twenty: bits, the latest lowest; 1 not taken */
	int64_t until_ms;
	int wait_s; /* the present one */
};

/* What a breaker has just done, for the log. */
enum breaker_turn {
	BREAKER_SAME,
	BREAKER_OPENED,
	BREAKER_STOPPED,
	BREAKER_AGAIN,
	BREAKER_MENDED
};

/* 1 when at least one message may be given: all while it is closed, one when the wait is
 * over. */
int breaker_allows(const struct breaker *b, int64_t now_ms);
/* A message is given. */
void breaker_given(struct breaker *b);
/* How it ended. AGAIN: the one that was out to see did not pass. */
enum breaker_turn breaker_note(struct breaker *b, enum rdvd_sent sent, int64_t now_ms);
/* The one that was out to see was not tried after all. */
void breaker_untried(struct breaker *b);
/* Somebody has acted: try now. */
void breaker_hurry(struct breaker *b, int64_t now_ms);

#endif
