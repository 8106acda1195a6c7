/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_settle.c - what becomes of messages after a silence of the daemon, a refusal of
 * the gateway, or an answer that never came. */
#include <stdlib.h>

#include "base/mem.h"
#include "message/plan.h"

/* The greater says more; 0 stands for itself. */
static int rank_of(const struct plan_candidate *c)
{
	switch (c->kind) {
	case RDVD_MSG_CANCELLATION: return 400;
	case RDVD_MSG_MOVED: return 300;
	case RDVD_MSG_REMINDER: return 200 + c->ordinal;
	case RDVD_MSG_CONFIRMATION: return 100;
	case RDVD_MSG_ANSWER:
	case RDVD_MSG_OFFER:
	case RDVD_MSG_FOLLOW_UP: break;
	}
	return 0;
}

static int compare_ids(rdvd_id a, rdvd_id b)
{
	return (a > b) - (a < b);
}

/* Living ones first, then by whom they are for, then what says most. */
static int compare_rank(const void *pa, const void *pb)
{
	const struct plan_candidate *a = pa, *b = pb;
	int dead_a = a->fate == PLAN_EXPIRE, dead_b = b->fate == PLAN_EXPIRE;

	if (dead_a != dead_b)
		return dead_a - dead_b;
	if (a->participation != b->participation)
		return compare_ids(a->participation, b->participation);
	if (a->channel != b->channel)
		return (int)a->channel - (int)b->channel;
	if (rank_of(a) != rank_of(b))
		return rank_of(b) - rank_of(a);
	return compare_ids(b->message, a->message);
}

static int compare_start(const void *pa, const void *pb)
{
	const struct plan_candidate *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return compare_ids(a->message, b->message);
}

static int same_recipient(const struct plan_candidate *a, const struct plan_candidate *b)
{
	return a->participation == b->participation && a->channel == b->channel;
}

void plan_catchup(struct plan_candidate *c, size_t n, rdvd_time now)
{
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		rdvd_time from = c[i].not_before > now ? c[i].not_before : now;

		c[i].fate = from >= c[i].deadline ? PLAN_EXPIRE
			    : from > now	  ? PLAN_WAIT
						  : PLAN_SEND;
	}
	qsort(c, n, sizeof *c, compare_rank);
	for (size_t i = 1; i < n && c[i].fate != PLAN_EXPIRE; i++)
		if (rank_of(&c[i]) && same_recipient(&c[i], &c[i - 1]))
			c[i].fate = PLAN_SUPERSEDE;
	qsort(c, n, sizeof *c, compare_start);
}

/* -20 .. +20, the same for the same salt and attempt. */
static int jitter_percent(uint64_t salt, int attempt)
{
	uint64_t x = (salt + 1) * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)attempt;

	x ^= x >> 32;
	x *= UINT64_C(0xD6E8FEB86659FD93);
	x ^= x >> 32;
	return (int)(x % 41) - 20;
}

rdvd_time plan_retry_at(int attempt, rdvd_time now, int retry_after_s, rdvd_time deadline,
			uint64_t salt)
{
	static const int delays_s[] = {10, 30, 120, 600, 1800};
	size_t i = attempt < 1 ? 0 : (size_t)attempt - 1;
	int delay_s = delays_s[i < ARRAY_SIZE(delays_s) ? i : ARRAY_SIZE(delays_s) - 1];

	if (attempt >= PLAN_ATTEMPTS_MAX)
		return 0;
	delay_s += delay_s * jitter_percent(salt, attempt) / 100;
	if (delay_s < retry_after_s)
		delay_s = retry_after_s;
	return now + delay_s < deadline ? now + delay_s : 0;
}

rdvd_time plan_settle_unknown(enum rdvd_message_kind kind, int unknowns, unsigned can,
			      rdvd_time now, rdvd_time start, rdvd_time deadline,
			      uint64_t salt)
{
	rdvd_time at = 0;

	if (can & RDVD_GATEWAY_IDEMPOTENT)
		return plan_retry_at(unknowns, now, 0, deadline, salt);
	if (unknowns > 1)
		return 0;
	switch (kind) {
	case RDVD_MSG_CANCELLATION:
	case RDVD_MSG_MOVED: at = now + 120; break;
	case RDVD_MSG_REMINDER:
		if ((can & RDVD_GATEWAY_RECEIPTS) && start - now > 3 * 3600)
			at = now + 600;
		break;
	case RDVD_MSG_CONFIRMATION:
	case RDVD_MSG_ANSWER:
	case RDVD_MSG_OFFER:
	case RDVD_MSG_FOLLOW_UP: break;
	}
	return at < deadline ? at : 0;
}

rdvd_time plan_ask_at(int unknowns, rdvd_time now, rdvd_time deadline)
{
	static const int delays_s[PLAN_LOOKUPS_MAX] = {60, 120, 300};
	rdvd_time at;

	if (unknowns < 1 || unknowns > PLAN_LOOKUPS_MAX)
		return 0;
	at = now + delays_s[unknowns - 1];
	return at < deadline ? at : 0;
}
