/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_territory.c - territory files from anybody: refused, each fault with its place; or
 * taken, and then everything in it refers to something that is there, it survives the way
 * through the store's definitions, and an agenda of it answers searches in order. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agenda/agenda.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/parse.h"

#define NOW 1773990000	/* 2026-03-20T08:00:00+01:00 */
#define LAID_OUT_MAX 40 /* openings: more say nothing new and take long */
#define SLOTS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static int within(int index, int n)
{
	return index >= 0 && index < n;
}

/* Every fault stands on a line of its own that begins with the file's name. */
static void check_errors(const struct buf *errors)
{
	const char *s = buf_str(errors);

	require(errors->len > 0 && utf8_is_clean(s, errors->len));
	while (*s) {
		require(!strncmp(s, "fuzz.json:", 10));
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
}

static void check_references(const struct territory *t)
{
	for (int i = 0; i < t->nsites; i++) {
		require(within(t->sites[i].organisation, t->norganisations));
		require(t->sites[i].zone && t->sites[i].name && t->sites[i].access.fr);
		require(territory_site(t, t->sites[i].slug) == i);
		require(i == 0 || strcmp(t->sites[i - 1].slug, t->sites[i].slug) < 0);
	}
	for (int i = 0; i < t->ncounsellors; i++)
		require(within(t->counsellors[i].organisation, t->norganisations));
	for (int i = 0; i < t->nservices; i++) {
		const struct service *s = &t->services[i];

		require(s->minutes > 0 && s->step_minutes > 0 && s->staff > 0);
		require(s->capacity >= 0 && s->nreminders >= -1 &&
			s->nreminders <= REMINDERS_MAX);
	}
	for (int i = 0; i < t->nopenings; i++) {
		const struct opening *o = &t->openings[i];

		require(within(o->site, t->nsites) && o->end > o->start);
		for (size_t k = 0; k < o->ncounsellors; k++)
			require(within(o->counsellors[k], t->ncounsellors));
		for (size_t k = 0; k < o->nservices; k++)
			require(within(o->services[k], t->nservices));
	}
}

/* ---- through the store and back ---- */

struct definitions {
	struct rdvd_definition *items;
	size_t n, cap;
};

static int keep(void *arg, const struct rdvd_definition *d)
{
	struct definitions *l = arg;

	VEC_GROW(l->items, l->n, l->cap);
	l->items[l->n] = *d;
	l->items[l->n].id = (rdvd_id)l->n + 1;
	l->items[l->n].slug = xstrdup(d->slug);
	l->items[l->n].body = xstrdup(d->body);
	l->n++;
	return 0;
}

static void check_definitions(const struct territory *t, const uint8_t *data, size_t size)
{
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	struct buf errors = BUF_INIT;
	struct definitions l = {NULL, 0, 0};
	struct territory *again;

	require(root != NULL);
	territory_each_definition(root, keep, &l);
	again = territory_from_definitions(l.items, l.n, &errors);
	require(again && !errors.len);
	require(again->nsites == t->nsites && again->nservices == t->nservices);
	require(again->nopenings == t->nopenings && again->nclosures == t->nclosures);
	territory_free(again);
	for (size_t i = 0; i < l.n; i++) {
		free((char *)l.items[i].slug);
		free((char *)l.items[i].body);
	}
	free(l.items);
	buf_fini(&errors);
	json_decref(root);
}

/* ---- laid out ---- */

static void check_agenda(const struct territory *t)
{
	struct agenda *a = agenda_new(t, NOW);
	struct slot out[SLOTS_MAX];
	int more;

	for (int s = 0; s < t->live_services && s < 4; s++) {
		const struct slot_query q = {.service = s,
					     .site = TERRITORY_NONE,
					     .now = NOW,
					     .seats = 1,
					     .after_site = TERRITORY_NONE};
		size_t n = slot_search(a, &q, out, SLOTS_MAX, &more);

		for (size_t i = 0; i < n; i++) {
			require(out[i].service == s && within(out[i].site, t->nsites));
			require(out[i].start >= NOW && out[i].end > out[i].start);
			require(out[i].seats > 0);
			require(i == 0 || out[i].start >= out[i - 1].start);
		}
	}
	agenda_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf errors = BUF_INIT;
	struct territory *t =
		territory_parse("fuzz.json", (const char *)data, size, &errors);

	if (!t) {
		check_errors(&errors);
	} else {
		require(!errors.len);
		check_references(t);
		check_definitions(t, data, size);
		if (t->nopenings <= LAID_OUT_MAX)
			check_agenda(t);
	}
	territory_free(t);
	buf_fini(&errors);
	return 0;
}
