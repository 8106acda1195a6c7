/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_table.c - a set of things found by their SHA-256: open addressing, linear
 * probing, the run behind a removed one moved up. The hash is of random tokens, so its
 * first bytes are the index. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "booking/access_impl.h"

static size_t home(const struct access_table *t, const uint8_t *hash)
{
	uint64_t h;

	memcpy(&h, hash, sizeof h);
	return (size_t)h & (t->size - 1);
}

/* The slot of hash, or the free one where it would be. */
static size_t probe(const struct access_table *t, const uint8_t *hash)
{
	size_t i = home(t, hash);

	while (t->slots[i] && memcmp(t->slots[i], hash, RDVD_HASH_SIZE) != 0)
		i = (i + 1) & (t->size - 1);
	return i;
}

void *access_table_find(const struct access_table *t, const uint8_t hash[RDVD_HASH_SIZE])
{
	return t->size ? t->slots[probe(t, hash)] : NULL;
}

static void grow(struct access_table *t)
{
	struct access_table bigger = {.size = t->size ? t->size * 2 : 64, .n = t->n};

	bigger.slots = xcalloc(bigger.size, sizeof *bigger.slots);
	for (size_t i = 0; i < t->size; i++)
		if (t->slots[i])
			bigger.slots[probe(&bigger, t->slots[i])] = t->slots[i];
	free(t->slots);
	*t = bigger;
}

void access_table_add(struct access_table *t, void *thing)
{
	if ((t->n + 1) * 2 > t->size)
		grow(t);
	t->slots[probe(t, thing)] = thing;
	t->n++;
}

void *access_table_take(struct access_table *t, const uint8_t hash[RDVD_HASH_SIZE])
{
	size_t i, k;
	void *thing;

	if (!t->size)
		return NULL;
	i = probe(t, hash);
	thing = t->slots[i];
	if (!thing)
		return NULL;
	t->slots[i] = NULL;
	t->n--;
	/* What probed over the gap is put in again. */
	for (k = (i + 1) & (t->size - 1); t->slots[k]; k = (k + 1) & (t->size - 1)) {
		uint8_t *moved = t->slots[k];

		t->slots[k] = NULL;
		t->slots[probe(t, moved)] = moved;
	}
	return thing;
}

void *access_table_next(const struct access_table *t, size_t *i)
{
	while (*i < t->size)
		if (t->slots[(*i)++])
			return t->slots[*i - 1];
	return NULL;
}

void access_table_fini(struct access_table *t)
{
	for (size_t i = 0; i < t->size; i++)
		free(t->slots[i]);
	free(t->slots);
	memset(t, 0, sizeof *t);
}
