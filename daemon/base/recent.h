/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recent.h - a table of fixed size that remembers what came last by key: for limits and
 * guards, which must bear any number of strangers without growing. A key has eight
 * places; when all are taken by others, the one longest silent gives way. Pure. */
#ifndef RDVD_BASE_RECENT_H
#define RDVD_BASE_RECENT_H

#include <stddef.h>
#include <stdint.h>

/* The head of a slot, its first member. A table of zeroed slots is empty. */
struct recent {
	uint64_t key; /* 0: free */
	int64_t at;   /* the last time, on the caller's clock; the lowest gives way */
};

/* The slot of key (not 0) among n slots of width bytes each, or NULL. */
const void *recent_find(const void *slots, size_t width, size_t n, uint64_t key);
/* The same; when there is none, a place is emptied for it: zeros, but for key. */
void *recent_get(void *slots, size_t width, size_t n, uint64_t key);

#endif
