/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limit.c - see limit.h. Buckets live in sets of eight: a key hashes to one set, is
 * looked for among its eight places, and takes the one longest unused when it is new. No
 * allocation, no sweep, no lock. The hash is keyed at random, so that nobody chooses who
 * shares a set with whom. */
#include "http/limit.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/secret.h"

#define SETS 1024
#define WAYS 8

struct bucket {
	uint64_t key;	 /* of (address, class); 0: free */
	int64_t full_ms; /* when the bucket is full again, at the present rate */
};

struct limit {
	struct http_limit limits[LIMIT_CLASSES];
	uint64_t seed;
	struct bucket sets[SETS][WAYS];
};

/* Ninety people behind one partner's Wi-Fi, each searching and booking in the same half
 * hour, stay below; a script stays far above. */
static const struct http_limit presets[LIMIT_CLASSES] = {
	[LIMIT_READ] = {.burst = 600, .per_hour = 36000},
	[LIMIT_HOLD] = {.burst = 200, .per_hour = 600},
	[LIMIT_BOOK] = {.burst = 120, .per_hour = 360},
	[LIMIT_LOGIN] = {.burst = 20, .per_hour = 120},
	/* A provider that signs with an old secret is told so for a while first. */
	[LIMIT_FORGED] = {.burst = 60, .per_hour = 600},
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

struct limit *limit_new(const struct http_limit limits[LIMIT_CLASSES])
{
	struct limit *l = xcalloc(1, sizeof *l);

	secret_random(&l->seed, sizeof l->seed);
	for (int i = 0; i < LIMIT_CLASSES; i++)
		l->limits[i] =
			limits[i].burst && limits[i].per_hour ? limits[i] : presets[i];
	return l;
}

void limit_free(struct limit *l)
{
	free(l);
}

/* The bucket of (key, class), or the one that would be its. */
static struct bucket *bucket_of(struct limit *l, enum http_limit_class class,
				uint64_t key, int64_t now_ms)
{
	struct bucket *set, *b;
	uint64_t hash = mix(key ^ l->seed ^ mix((uint64_t) class));

	if (!hash)
		hash = 1;
	set = l->sets[hash % SETS];
	b = set;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].key == hash) {
			b = &set[i];
			break;
		}
		if (set[i].full_ms < b->full_ms)
			b = &set[i];
	}
	if (b->key != hash || b->full_ms < now_ms)
		*b = (struct bucket){.key = hash, .full_ms = now_ms};
	return b;
}

static int64_t token_ms(const struct http_limit *limit)
{
	return (3600000 + limit->per_hour - 1) / limit->per_hour;
}

/* A bucket is told by the one instant at which it will be full: each token taken moves it
 * by the time that one token needs to come back. */
int limit_wait_s(struct limit *l, enum http_limit_class class, uint64_t key,
		 int64_t now_ms)
{
	const struct http_limit *limit = &l->limits[class];
	int64_t room_ms;

	if (class == LIMIT_NONE)
		return 0;
	room_ms = token_ms(limit) * limit->burst -
		  (bucket_of(l, class, key, now_ms)->full_ms - now_ms);
	if (room_ms >= token_ms(limit))
		return 0;
	return (int)((token_ms(limit) - room_ms + 999) / 1000);
}

int limit_take(struct limit *l, enum http_limit_class class, uint64_t key, int64_t now_ms)
{
	int wait_s = limit_wait_s(l, class, key, now_ms);

	if (!wait_s && class != LIMIT_NONE)
		bucket_of(l, class, key, now_ms)->full_ms += token_ms(&l->limits[class]);
	return wait_s;
}

/* ---- counts: open addressing, at most half full, deleted by moving back ---- */

struct count {
	uint64_t key;
	unsigned n; /* 0: free */
};

struct limit_count {
	uint64_t seed;
	size_t mask;
	struct count slots[];
};

struct limit_count *limit_count_new(unsigned max)
{
	size_t size = 16;
	struct limit_count *c;

	while (size < (size_t)max * 2)
		size *= 2;
	c = xcalloc(1, sizeof *c + size * sizeof *c->slots);
	secret_random(&c->seed, sizeof c->seed);
	c->mask = size - 1;
	return c;
}

void limit_count_free(struct limit_count *c)
{
	free(c);
}

static void remove_slot(struct limit_count *c, size_t hole)
{
	for (size_t i = (hole + 1) & c->mask; c->slots[i].n; i = (i + 1) & c->mask) {
		size_t home = mix(c->slots[i].key ^ c->seed) & c->mask;

		if (((i - home) & c->mask) >= ((i - hole) & c->mask)) {
			c->slots[hole] = c->slots[i];
			hole = i;
		}
	}
	c->slots[hole].n = 0;
}

unsigned limit_count_add(struct limit_count *c, uint64_t key, int delta)
{
	size_t i = mix(key ^ c->seed) & c->mask;

	while (c->slots[i].n && c->slots[i].key != key)
		i = (i + 1) & c->mask;
	if (delta > 0) {
		c->slots[i].key = key;
		c->slots[i].n++;
	} else if (delta < 0 && c->slots[i].n && --c->slots[i].n == 0) {
		remove_slot(c, i);
		return 0;
	}
	return c->slots[i].n;
}
