/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_guard.c - the more failures, the longer the wait: counted for a login from an
 * address, and more gently for the address (a town hall's Wi-Fi has ninety people behind
 * it) and for the login (else anybody could keep somebody out by failing in her name:
 * addresses she has come from before are let through). Nothing is refused for good and
 * everything is forgotten after an hour. Counters stand in a table of fixed size; when it
 * is full the oldest near its place gives way. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/recent.h"
#include "booking/access_impl.h"

#define GUARD_SLOTS 4096
#define GUARD_FORGET_MS (3600 * 1000)
#define GUARD_KNOWN_MS (90LL * 86400 * 1000)

enum guard_kind { GUARD_PAIR, GUARD_ADDRESS, GUARD_LOGIN, GUARD_KNOWN };

static const struct {
	int free;	/* failures that cost nothing */
	int64_t max_ms; /* the longest wait */
} rules[] = {
	[GUARD_PAIR] = {5, 300 * 1000},
	[GUARD_ADDRESS] = {20, 60 * 1000},
	[GUARD_LOGIN] = {20, 10 * 1000},
};

struct guard_count {
	struct recent seen; /* at: the last attempt, in milliseconds */
	int failures;
};

struct access_guard {
	struct guard_count slots[GUARD_SLOTS];
};

struct access_guard *access_guard_new(void)
{
	return xcalloc(1, sizeof(struct access_guard));
}

void access_guard_free(struct access_guard *g)
{
	free(g);
}

static uint64_t key_of(enum guard_kind kind, const char *login, const char *address)
{
	uint8_t hash[SECRET_HASH_SIZE];
	struct buf b = BUF_INIT;
	uint64_t key;

	buf_addf(&b, "%d\n%s\n%s", kind, kind == GUARD_ADDRESS ? "" : login,
		 kind == GUARD_LOGIN ? "" : address);
	secret_sha256(b.data, b.len, hash);
	buf_fini(&b);
	memcpy(&key, hash, sizeof key);
	return key ? key : 1;
}

static const struct guard_count *find(const struct access_guard *g, uint64_t key,
				      int64_t now_ms, int64_t forget_ms)
{
	const struct guard_count *c =
		recent_find(g->slots, sizeof(*g->slots), GUARD_SLOTS, key);

	return c && now_ms - c->seen.at < forget_ms ? c : NULL;
}

/* The counter of key, made when there is none. */
static struct guard_count *get(struct access_guard *g, uint64_t key, int64_t now_ms)
{
	struct guard_count *c = recent_get(g->slots, sizeof(*g->slots), GUARD_SLOTS, key);

	if (!c->seen.at)
		c->seen.at = now_ms;
	else if (now_ms - c->seen.at >= GUARD_FORGET_MS)
		c->failures = 0;
	return c;
}

static int64_t wait_of(const struct access_guard *g, enum guard_kind kind,
		       const char *login, const char *address, int64_t now_ms)
{
	const struct guard_count *c =
		find(g, key_of(kind, login, address), now_ms, GUARD_FORGET_MS);
	int64_t wait_ms, over;

	if (!c || c->failures < rules[kind].free)
		return 0;
	over = c->failures - rules[kind].free;
	wait_ms = over >= 20 ? rules[kind].max_ms : 1000LL << over;
	if (wait_ms > rules[kind].max_ms)
		wait_ms = rules[kind].max_ms;
	wait_ms -= now_ms - c->seen.at;
	return wait_ms > 0 ? wait_ms : 0;
}

int64_t access_guard_wait_ms(const struct access_guard *g, const char *login,
			     const char *address, int64_t now_ms)
{
	int known = find(g, key_of(GUARD_KNOWN, login, address), now_ms,
			 GUARD_KNOWN_MS) != NULL;
	int64_t longest = 0;

	for (enum guard_kind k = GUARD_PAIR; k <= GUARD_LOGIN; k++) {
		int64_t wait_ms;

		if (k == GUARD_LOGIN && known)
			continue;
		wait_ms = wait_of(g, k, login, address, now_ms);
		if (wait_ms > longest)
			longest = wait_ms;
	}
	return longest;
}

void access_guard_attempt(struct access_guard *g, const char *login, const char *address,
			  int64_t now_ms)
{
	for (enum guard_kind k = GUARD_PAIR; k <= GUARD_LOGIN; k++) {
		struct guard_count *c = get(g, key_of(k, login, address), now_ms);

		if (c->failures < 1000)
			c->failures++;
		c->seen.at = now_ms;
	}
}

void access_guard_pass(struct access_guard *g, const char *login, const char *address,
		       int64_t now_ms)
{
	for (enum guard_kind k = GUARD_ADDRESS; k <= GUARD_LOGIN; k++) {
		struct guard_count *c = get(g, key_of(k, login, address), now_ms);

		if (c->failures > 0)
			c->failures--;
	}
	get(g, key_of(GUARD_PAIR, login, address), now_ms)->failures = 0;
	get(g, key_of(GUARD_KNOWN, login, address), now_ms)->seen.at = now_ms;
}
