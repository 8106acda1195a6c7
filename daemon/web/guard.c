/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard.c - see guard.h. Counts slide over ten minutes: the present window and what is
 * left of the one before. They stand in a table of fixed size where a new address takes
 * the place of the one longest silent near its own. The key of stamps and riddles is made
 * at start and never leaves the process. */
#include "web/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/recent.h"
#include "base/secret.h"

#define COUNT_SLOTS 4096
#define USED_SLOTS 4096
#define STAMP_TIME_CHARS 12
#define MAC_BYTES 16

struct count {
	struct recent last; /* at: the number of the present window */
	unsigned now, before;
};

struct guard {
	struct guard_options options;
	uint8_t key[SECRET_KEY_SIZE];
	struct count all;
	struct count counts[COUNT_SLOTS];
	struct recent used[USED_SLOTS]; /* at: until when a riddle is known */
	struct guard_counts totals;
};

struct guard *guard_new(const struct guard_options *o)
{
	struct guard *g = xcalloc(1, sizeof(*g));

	g->options = *o;
	if (!g->options.per_address)
		g->options.per_address = GUARD_PER_ADDRESS;
	if (!g->options.in_all)
		g->options.in_all = GUARD_IN_ALL;
	secret_random(g->key, sizeof(g->key));
	return g;
}

void guard_free(struct guard *g)
{
	free(g);
}

const struct guard_counts *guard_counts(const struct guard *g)
{
	return &g->totals;
}

/* ---- how many ---- */

/* Count one more and return how many came in the last ten minutes. */
static unsigned count_up(struct count *c, int64_t now_ms)
{
	int64_t window = now_ms / GUARD_WINDOW_MS;
	int64_t left_ms = GUARD_WINDOW_MS - now_ms % GUARD_WINDOW_MS;

	if (c->last.at != window) {
		c->before = c->last.at == window - 1 ? c->now : 0;
		c->now = 0;
		c->last.at = window;
	}
	c->now++;
	return c->now +
	       (unsigned)((uint64_t)c->before * (uint64_t)left_ms / GUARD_WINDOW_MS);
}

/* ---- stamps ---- */

static void to_hex(const uint8_t *bytes, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void stamp_mac(const struct guard *g, const char *time, char out[17])
{
	uint8_t mac[MAC_BYTES];

	secret_derive(g->key, "stamp", time, STAMP_TIME_CHARS, 0, mac, sizeof(mac));
	to_hex(mac, 8, out);
}

void guard_stamp(const struct guard *g, int64_t now_ms, char out[GUARD_STAMP_SIZE])
{
	snprintf(out, STAMP_TIME_CHARS + 1, "%012llx",
		 (unsigned long long)now_ms & 0xffffffffffffULL);
	stamp_mac(g, out, out + STAMP_TIME_CHARS);
}

/* 1 when the form was certainly shown less than GUARD_HASTE_MS ago, or never by us. A
 * stamp that is not of this run is of a form that was open while the daemon restarted. */
static int is_hasty(const struct guard *g, const char *stamp, int64_t now_ms)
{
	char mac[17];
	uint64_t shown = 0;

	if (!stamp || strlen(stamp) != GUARD_STAMP_SIZE - 1)
		return 1;
	stamp_mac(g, stamp, mac);
	if (!secret_equal(mac, stamp + STAMP_TIME_CHARS, 16))
		return 0;
	for (int i = 0; i < STAMP_TIME_CHARS; i++) {
		char c = stamp[i];

		shown = shown * 16 + (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return now_ms - (int64_t)shown < GUARD_HASTE_MS;
}

/* ---- riddles ---- */

static void riddle_mac(const struct guard *g, const char *salt, const char *hash,
		       char out[33])
{
	uint8_t mac[MAC_BYTES];
	char both[100];
	int n = snprintf(both, sizeof(both), "%s.%s", salt, hash);

	secret_derive(g->key, "riddle", both, (size_t)n, 0, mac, sizeof(mac));
	to_hex(mac, sizeof(mac), out);
}

static void riddle_hash(const char *salt, int number, char out[65])
{
	uint8_t hash[SECRET_HASH_SIZE];
	char both[64];
	int n = snprintf(both, sizeof(both), "%s%d", salt, number);

	secret_sha256(both, (size_t)n, hash);
	to_hex(hash, sizeof(hash), out);
}

void guard_riddle(const struct guard *g, int64_t now_ms, struct guard_riddle *out)
{
	uint8_t bytes[10];
	uint32_t number;

	secret_random(bytes, sizeof(bytes));
	secret_random(&number, sizeof(number));
	/* the salt begins with the time until which the riddle is taken */
	snprintf(out->salt, sizeof(out->salt), "%012llx",
		 (unsigned long long)(now_ms + GUARD_PROOF_LIFE_MS) & 0xffffffffffffULL);
	to_hex(bytes, sizeof(bytes), out->salt + 12);
	out->max = GUARD_PROOF_MAX;
	riddle_hash(out->salt, (int)(number % (GUARD_PROOF_MAX + 1)), out->hash);
	riddle_mac(g, out->salt, out->hash, out->mac);
}

/* 1 the first time a riddle is shown to be solved. */
static int use_once(struct guard *g, const char *mac, int64_t now_ms, int64_t until_ms)
{
	unsigned long long key;
	struct recent *used;

	if (sscanf(mac, "%16llx", &key) != 1)
		return 0;
	used = recent_get(g->used, sizeof(*g->used), USED_SLOTS, key | 1);
	if (used->at > now_ms)
		return 0;
	used->at = until_ms;
	return 1;
}

static int is_proved(struct guard *g, const char *proof, int64_t now_ms)
{
	char salt[34], hash[65], mac[33], number[8], right[65];
	unsigned long long until_ms;
	int64_t n;

	if (sscanf(proof, "%33[0-9a-f].%64[0-9a-f].%32[0-9a-f].%7[0-9]", salt, hash, mac,
		   number) != 4 ||
	    strlen(salt) != 32 || strlen(hash) != 64 || strlen(mac) != 32 ||
	    parse_int(number, 0, GUARD_PROOF_MAX, &n) < 0)
		return 0;
	riddle_mac(g, salt, hash, right);
	if (!secret_equal(mac, right, 32))
		return 0;
	if (sscanf(salt, "%12llx", &until_ms) != 1 || (int64_t)until_ms < now_ms)
		return 0;
	riddle_hash(salt, (int)n, right);
	return secret_equal(hash, right, 64) &&
	       use_once(g, mac, now_ms, (int64_t)until_ms);
}

/* ---- the judgement ---- */

static enum guard_finding judge(struct guard *g, const struct guard_form *f,
				int64_t now_ms)
{
	unsigned of_address, of_all;

	if (f->trap && *f->trap)
		return GUARD_TRAPPED;
	if (f->is_trusted)
		return GUARD_FINE;
	if (is_hasty(g, f->stamp, now_ms))
		return GUARD_HASTY;
	of_address = count_up(recent_get(g->counts, sizeof(*g->counts), COUNT_SLOTS,
					 f->address_key | 1),
			      now_ms);
	of_all = count_up(&g->all, now_ms);
	if (of_address <= g->options.per_address && of_all <= g->options.in_all)
		return GUARD_FINE;
	if (!f->proof || !*f->proof)
		return GUARD_CROWDED;
	return is_proved(g, f->proof, now_ms) ? GUARD_FINE : GUARD_WRONG_PROOF;
}

enum guard_finding guard_judge(struct guard *g, const struct guard_form *f,
			       int64_t now_ms)
{
	enum guard_finding found = judge(g, f, now_ms);

	g->totals.forms++;
	g->totals.trapped += found == GUARD_TRAPPED;
	g->totals.hasty += found == GUARD_HASTY;
	g->totals.crowded += found == GUARD_CROWDED;
	g->totals.wrong += found == GUARD_WRONG_PROOF;
	g->totals.proved += found == GUARD_FINE && f->proof && *f->proof;
	return g->options.log_only ? GUARD_FINE : found;
}
