/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recent.c - see recent.h. Keys are spread, so that one which is an address or a counter
 * is as good as a hash. */
#include "base/recent.h"

#include <string.h>

#define PROBES 8

static size_t home_of(uint64_t key)
{
	return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

const void *recent_find(const void *slots, size_t width, size_t n, uint64_t key)
{
	size_t home = home_of(key);

	for (size_t i = 0; i < PROBES; i++) {
		const char *slot = (const char *)slots + (home + i) % n * width;

		if (((const struct recent *)slot)->key == key)
			return slot;
	}
	return NULL;
}

void *recent_get(void *slots, size_t width, size_t n, uint64_t key)
{
	struct recent *slot = (struct recent *)recent_find(slots, width, n, key);
	size_t home = home_of(key);

	if (slot)
		return slot;
	for (size_t i = 0; i < PROBES; i++) {
		struct recent *s =
			(struct recent *)((char *)slots + (home + i) % n * width);

		if (!slot || (slot->key && (!s->key || s->at < slot->at)))
			slot = s;
	}
	memset(slot, 0, width);
	slot->key = key;
	return slot;
}
