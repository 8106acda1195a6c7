/* SPDX-License-Identifier: GPL-3.0-or-later */
/* domain_pace.c - see domain_pace.h. The table is open-addressed; when it is full,
 * buckets that have filled up again are forgotten first, for they say nothing. */
#include "domain_pace.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SLOTS 4096 /* a power of two; domains of one minute, and room */
#define DOMAIN_MAX 80

struct bucket {
	char domain[DOMAIN_MAX]; /* "" unused */
	double tokens;
	long long filled_ms;
};

struct domain_pace {
	double per_ms, burst;
	size_t used;
	struct bucket buckets[SLOTS];
};

struct domain_pace *domain_pace_new(int per_minute)
{
	struct domain_pace *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	p->per_ms = per_minute / 60000.0;
	p->burst = per_minute / 4 > 1 ? per_minute / 4 : 1;
	return p;
}

void domain_pace_free(struct domain_pace *p)
{
	free(p);
}

static double tokens_at(const struct domain_pace *p, const struct bucket *b,
			long long now_ms)
{
	double t = b->tokens + (double)(now_ms - b->filled_ms) * p->per_ms;

	return t > p->burst ? p->burst : t;
}

/* FNV-1a without case. A longer name than a bucket holds shares one with its like. */
static struct bucket *find(struct domain_pace *p, const char *domain)
{
	uint32_t h = 2166136261u;
	size_t n = strnlen(domain, DOMAIN_MAX - 1);
	size_t at;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)domain[i];

		h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 16777619u;
	}
	for (at = h % SLOTS; p->buckets[at].domain[0]; at = (at + 1) % SLOTS)
		if (strncasecmp(p->buckets[at].domain, domain, n) == 0 &&
		    !p->buckets[at].domain[n])
			break;
	return &p->buckets[at];
}

/* Start again with the buckets that are not full. When all are in use, with none: better
 * a burst than a table that grows with what people type. */
static void sweep(struct domain_pace *p, long long now_ms)
{
	struct domain_pace *fresh = calloc(1, sizeof *fresh);

	if (!fresh)
		abort();
	for (size_t i = 0; i < SLOTS; i++) {
		const struct bucket *b = &p->buckets[i];

		if (b->domain[0] && tokens_at(p, b, now_ms) < p->burst &&
		    fresh->used < SLOTS / 2) {
			*find(fresh, b->domain) = *b;
			fresh->used++;
		}
	}
	p->used = fresh->used;
	memcpy(p->buckets, fresh->buckets, sizeof p->buckets);
	free(fresh);
}

long domain_pace_take(struct domain_pace *p, const char *domain, long long now_ms)
{
	struct bucket *b = find(p, domain);

	if (!b->domain[0]) {
		if (p->used >= SLOTS / 4 * 3) {
			sweep(p, now_ms);
			b = find(p, domain);
		}
		p->used++;
		memcpy(b->domain, domain, strnlen(domain, DOMAIN_MAX - 1));
		b->tokens = p->burst;
	} else {
		b->tokens = tokens_at(p, b, now_ms);
	}
	b->filled_ms = now_ms;
	if (b->tokens >= 1) {
		b->tokens -= 1;
		return 0;
	}
	return (long)((1 - b->tokens) / p->per_ms) + 1;
}
