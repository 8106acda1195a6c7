/* SPDX-License-Identifier: GPL-3.0-or-later */
/* breaker.c - see breaker.h. */
#include "message/breaker.h"

#define IN_A_ROW 5
#define OF 20
#define OF_MASK ((1u << OF) - 1)
#define WAIT_FIRST_S 30
#define WAIT_MAX_S 900

int breaker_allows(const struct breaker *b, int64_t now_ms)
{
	switch (b->state) {
	case BREAKER_CLOSED: return 1;
	case BREAKER_OPEN: return now_ms >= b->until_ms;
	case BREAKER_TRYING: break;
	}
	return 0;
}

void breaker_given(struct breaker *b)
{
	if (b->state == BREAKER_OPEN)
		b->state = BREAKER_TRYING;
}

void breaker_untried(struct breaker *b)
{
	if (b->state == BREAKER_TRYING)
		b->state = BREAKER_OPEN;
}

void breaker_hurry(struct breaker *b, int64_t now_ms)
{
	if (b->until_ms > now_ms)
		b->until_ms = now_ms;
}

static void open_for(struct breaker *b, int64_t now_ms, int wait_s)
{
	b->state = BREAKER_OPEN;
	b->wait_s = wait_s > WAIT_MAX_S ? WAIT_MAX_S : wait_s;
	b->until_ms = now_ms + (int64_t)b->wait_s * 1000;
}

static enum breaker_turn stop(struct breaker *b, int64_t now_ms)
{
	int known = b->stopped, was_open = b->state == BREAKER_OPEN;

	if (known && was_open)
		return BREAKER_SAME; /* it was under way before */
	b->stopped = 1;
	open_for(b, now_ms, WAIT_MAX_S);
	return known ? BREAKER_AGAIN : BREAKER_STOPPED;
}

static int is_too_much(const struct breaker *b)
{
	return b->failed_in_row >= IN_A_ROW ||
	       __builtin_popcount(b->history & OF_MASK) > OF / 2;
}

static enum breaker_turn count(struct breaker *b, int failed, int certain, int64_t now_ms)
{
	b->history = b->history << 1 | (uint32_t)failed;
	if (!failed)
		b->failed_in_row = 0;
	else if (certain)
		b->failed_in_row++;
	switch (b->state) {
	case BREAKER_OPEN: return BREAKER_SAME; /* it was under way before */
	case BREAKER_TRYING:
		if (failed) {
			open_for(b, now_ms, 2 * b->wait_s);
			return BREAKER_AGAIN;
		}
		*b = (struct breaker){.state = BREAKER_CLOSED};
		return BREAKER_MENDED;
	case BREAKER_CLOSED: break;
	}
	if (!is_too_much(b))
		return BREAKER_SAME;
	open_for(b, now_ms, WAIT_FIRST_S);
	return BREAKER_OPENED;
}

enum breaker_turn breaker_note(struct breaker *b, enum rdvd_sent sent, int64_t now_ms)
{
	switch (sent) {
	case RDVD_SENT_ACCEPTED:
	case RDVD_SENT_REFUSED: return count(b, 0, 0, now_ms);
	case RDVD_SENT_RETRY: return count(b, 1, 1, now_ms);
	case RDVD_SENT_UNKNOWN: return count(b, 1, 0, now_ms);
	case RDVD_SENT_STOPPED: return stop(b, now_ms);
	case RDVD_SENT_THROTTLED: break;
	}
	/* it answers: that is not the breaker's */
	if (b->state != BREAKER_TRYING)
		return BREAKER_SAME;
	*b = (struct breaker){.state = BREAKER_CLOSED};
	return BREAKER_MENDED;
}
