/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pace.c - see pace.h. */
#include "message/pace.h"

#define RECOVERY_MS 120000 /* from nothing to the full rate */
#define SAME_WORD_MS 1000
#define HOLD_MS 1000 /* when the provider asked for nothing */
#define HOLD_MAX_S 3600
#define LOWEST 256	  /* of the full rate: a part of that many... */
#define LOWEST_PER_S 0.05 /* ...but not less than this */

void pace_init(struct pace *p, int per_second, int64_t now_ms)
{
	*p = (struct pace){.full = per_second, .rate = per_second, .filled_ms = now_ms};
	p->tokens = p->full;
}

static double capacity(const struct pace *p)
{
	return p->rate < 1 ? 1 : p->rate;
}

static void refill(struct pace *p, int64_t now_ms)
{
	int64_t from = p->filled_ms;

	if (now_ms <= from)
		return;
	p->filled_ms = now_ms;
	if (from < p->held_until_ms)
		from = p->held_until_ms < now_ms ? p->held_until_ms : now_ms;
	if (p->rate < p->full) {
		p->rate += p->full * (double)(now_ms - from) / RECOVERY_MS;
		if (p->rate > p->full)
			p->rate = p->full;
	}
	p->tokens += (double)(now_ms - from) * p->rate / 1000;
	if (p->tokens > capacity(p))
		p->tokens = capacity(p);
}

size_t pace_room(struct pace *p, int64_t now_ms)
{
	refill(p, now_ms);
	return now_ms < p->held_until_ms || p->tokens < 1 ? 0 : (size_t)p->tokens;
}

void pace_take(struct pace *p)
{
	p->tokens -= 1;
}

void pace_throttled(struct pace *p, int64_t now_ms, int retry_after_s)
{
	int64_t until = now_ms + HOLD_MS;
	double lowest = p->full / LOWEST;

	refill(p, now_ms);
	if (retry_after_s > HOLD_MAX_S)
		retry_after_s = HOLD_MAX_S;
	if (retry_after_s > 0)
		until = now_ms + (int64_t)retry_after_s * 1000;
	if (until > p->held_until_ms)
		p->held_until_ms = until;
	if (p->tokens > 0)
		p->tokens = 0;
	if (p->lowered_ms && now_ms - p->lowered_ms < SAME_WORD_MS)
		return;
	p->lowered_ms = now_ms;
	p->rate /= 2;
	if (lowest < LOWEST_PER_S)
		lowest = LOWEST_PER_S;
	if (p->rate < lowest)
		p->rate = lowest;
}

int64_t pace_wait_ms(struct pace *p, int64_t now_ms)
{
	int64_t wait = 0;

	refill(p, now_ms);
	if (p->tokens < 1)
		wait = (int64_t)((1 - p->tokens) * 1000 / p->rate) + 1;
	if (p->held_until_ms > now_ms)
		wait += p->held_until_ms - now_ms;
	return wait;
}

int pace_is_lowered(const struct pace *p, int64_t now_ms)
{
	return now_ms < p->held_until_ms || p->rate < p->full;
}
