/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_cache.c - grids that were made, until something of their organisation changes. A
 * few dozen: each is a view that somebody has open; the one that was asked for longest
 * ago makes room. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/agenda_room.h"

#define ENTRIES 64
#define HTML_MAX (512 * 1024)

struct entry {
	char *key, *html; /* owned; NULL: free */
	uint64_t stamp[2], used;
};

struct agenda_cache {
	struct entry entries[ENTRIES];
	uint64_t clock;
};

struct agenda_cache *agenda_cache_new(void)
{
	return xcalloc(1, sizeof(struct agenda_cache));
}

void agenda_cache_free(struct agenda_cache *c)
{
	for (size_t i = 0; c && i < ENTRIES; i++) {
		free(c->entries[i].key);
		free(c->entries[i].html);
	}
	free(c);
}

const char *agenda_cache_get(struct agenda_cache *c, const char *key,
			     const uint64_t stamp[2])
{
	for (size_t i = 0; i < ENTRIES; i++) {
		struct entry *e = &c->entries[i];

		if (!e->key || memcmp(e->stamp, stamp, sizeof(e->stamp)) != 0 ||
		    strcmp(e->key, key) != 0)
			continue;
		e->used = ++c->clock;
		return e->html;
	}
	return NULL;
}

static struct entry *room_for(struct agenda_cache *c, const char *key)
{
	struct entry *oldest = &c->entries[0];

	for (size_t i = 0; i < ENTRIES; i++) {
		struct entry *e = &c->entries[i];

		if (e->key && strcmp(e->key, key) == 0)
			return e;
		if (e->used < oldest->used)
			oldest = e;
	}
	return oldest;
}

void agenda_cache_put(struct agenda_cache *c, const char *key, const uint64_t stamp[2],
		      const char *html, size_t n)
{
	struct entry *e = room_for(c, key);

	if (n > HTML_MAX)
		return;
	free(e->key);
	free(e->html);
	e->key = xstrdup(key);
	e->html = xmalloc(n + 1);
	memcpy(e->html, html, n);
	e->html[n] = '\0';
	memcpy(e->stamp, stamp, sizeof(e->stamp));
	e->used = ++c->clock;
}
