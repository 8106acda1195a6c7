/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claims.c - a hash table of claims by name, with one sorted vector a counsellor beside
 * it. */
#include "agenda/claims.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct claim_node {
	struct claim claim; /* first: a claim's address is its node's */
	struct claim_node *next;
};

static size_t claim_hash(enum claim_kind kind, uint64_t key)
{
	uint64_t h = (key ^ ((uint64_t)kind << 60)) * 0x9e3779b97f4a7c15u;
	return (size_t)(h >> 20);
}

void claims_init(struct claims *c, int ncounsellors, int nsites)
{
	*c = (struct claims){.nbuckets = 1024, .nbooks = ncounsellors, .nsites = nsites};
	c->buckets = xcalloc(c->nbuckets, sizeof(*c->buckets));
	c->books = xcalloc((size_t)ncounsellors + 1, sizeof *c->books);
	c->at_site = xcalloc((size_t)nsites + 1, sizeof *c->at_site);
}

void claims_fini(struct claims *c)
{
	for (size_t i = 0; i < c->nbuckets; i++)
		while (c->buckets[i]) {
			struct claim_node *next = c->buckets[i]->next;
			free(c->buckets[i]);
			c->buckets[i] = next;
		}
	free(c->buckets);
	for (int i = 0; i < c->nbooks; i++) {
		free(c->books[i].list.claims);
		free(c->books[i].absences);
	}
	for (int i = 0; i < c->nsites; i++)
		free(c->at_site[i].claims);
	free(c->noted);
	free(c->noted_absences);
	free(c->at_site);
	free(c->books);
	free(c->holds);
	*c = (struct claims){.buckets = NULL};
}

static void grow(struct claims *c)
{
	size_t wider = c->nbuckets * 2;
	struct claim_node **buckets = xcalloc(wider, sizeof(*buckets));
	for (size_t i = 0; i < c->nbuckets; i++)
		while (c->buckets[i]) {
			struct claim_node *n = c->buckets[i];
			c->buckets[i] = n->next;
			size_t to = claim_hash(n->claim.kind, n->claim.key) & (wider - 1);
			n->next = buckets[to];
			buckets[to] = n;
		}
	free(c->buckets);
	c->buckets = buckets;
	c->nbuckets = wider;
}

int claims_from(const struct claim_list *list, rdvd_time t)
{
	int lo = 0, hi = list->nclaims;
	while (lo < hi) {
		int mid = lo + (hi - lo) / 2;
		if (list->claims[mid].start < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void list_insert(struct claim_list *list, const struct claim *claim)
{
	VEC_GROW(list->claims, list->nclaims, list->cap);
	int at = claims_from(list, claim->start);
	memmove(&list->claims[at + 1], &list->claims[at],
		(size_t)(list->nclaims - at) * sizeof *list->claims);
	list->claims[at] = (struct timed_claim){claim->start, claim};
	list->nclaims++;
}

static void list_remove(struct claim_list *list, const struct claim *claim)
{
	int at = claims_from(list, claim->start);
	while (at < list->nclaims && list->claims[at].claim != claim)
		at++;
	if (at == list->nclaims)
		return;
	list->nclaims--;
	memmove(&list->claims[at], &list->claims[at + 1],
		(size_t)(list->nclaims - at) * sizeof *list->claims);
}

void claims_note_begin(struct claims *c)
{
	c->noting = 1;
	c->nnoted = c->nnoted_absences = 0;
}

static void note(struct claims *c, const struct claim *claim)
{
	if (!c->noting)
		return;
	VEC_GROW(c->noted, c->nnoted, c->noted_cap);
	c->noted[c->nnoted++] = (struct claim_name){claim->kind, claim->key};
}

static void note_absence(struct claims *c, rdvd_id id)
{
	if (!c->noting)
		return;
	VEC_GROW(c->noted_absences, c->nnoted_absences, c->noted_absences_cap);
	c->noted_absences[c->nnoted_absences++] = id;
}

const struct claim *claims_add(struct claims *c, const struct claim *claim)
{
	note(c, claim);
	if (c->n >= c->nbuckets)
		grow(c);
	struct claim_node *n = xmalloc(sizeof *n);
	size_t b = claim_hash(claim->kind, claim->key) & (c->nbuckets - 1);
	*n = (struct claim_node){.claim = *claim, .next = c->buckets[b]};
	c->buckets[b] = n;
	c->n++;
	for (int i = 0; i < claim->ncounsellors; i++)
		list_insert(&c->books[claim->counsellors[i]].list, &n->claim);
	if (claim->site != TERRITORY_NONE)
		list_insert(&c->at_site[claim->site], &n->claim);
	if (claim->kind == CLAIM_HOLD) {
		VEC_GROW(c->holds, c->nholds, c->holds_cap);
		c->holds[c->nholds++] = claim->key;
	}
	return &n->claim;
}

static struct claim *find(const struct claims *c, enum claim_kind kind, uint64_t key)
{
	struct claim_node *n = c->buckets[claim_hash(kind, key) & (c->nbuckets - 1)];
	while (n && (n->claim.kind != kind || n->claim.key != key))
		n = n->next;
	return n ? &n->claim : NULL;
}

struct claim *claims_change(struct claims *c, enum claim_kind kind, uint64_t key)
{
	struct claim *found = find(c, kind, key);
	if (found)
		note(c, found);
	return found;
}

const struct claim *claims_find(const struct claims *c, enum claim_kind kind,
				uint64_t key)
{
	return find(c, kind, key);
}

void claims_remove(struct claims *c, const struct claim *claim)
{
	note(c, claim);
	for (int i = 0; i < claim->ncounsellors; i++)
		list_remove(&c->books[claim->counsellors[i]].list, claim);
	if (claim->site != TERRITORY_NONE)
		list_remove(&c->at_site[claim->site], claim);
	struct claim_node **p =
		&c->buckets[claim_hash(claim->kind, claim->key) & (c->nbuckets - 1)];
	while (&(*p)->claim != claim)
		p = &(*p)->next;
	struct claim_node *gone = *p;
	*p = gone->next;
	for (int i = 0; gone->claim.kind == CLAIM_HOLD && i < c->nholds; i++)
		if (c->holds[i] == gone->claim.key)
			c->holds[i] = c->holds[--c->nholds];
	free(gone);
	c->n--;
}

void claims_each(const struct claims *c, int (*cb)(void *arg, const struct claim *claim),
		 void *arg)
{
	for (size_t i = 0; i < c->nbuckets; i++)
		for (struct claim_node *n = c->buckets[i]; n; n = n->next)
			if (cb(arg, &n->claim))
				return;
}

void claims_absence_add(struct claims *c, const struct absence *a)
{
	struct agenda_day_book *book = &c->books[a->counsellor];
	VEC_GROW(book->absences, book->nabsences, book->absences_cap);
	book->absences[book->nabsences++] = *a;
	note_absence(c, a->id);
}

int claims_absence_remove(struct claims *c, rdvd_id id, struct absence *a)
{
	for (int i = 0; i < c->nbooks; i++) {
		struct agenda_day_book *book = &c->books[i];
		for (int j = 0; j < book->nabsences; j++)
			if (book->absences[j].id == id) {
				*a = book->absences[j];
				book->absences[j] = book->absences[--book->nabsences];
				note_absence(c, id);
				return 1;
			}
	}
	return 0;
}
