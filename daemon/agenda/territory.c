/* SPDX-License-Identifier: GPL-3.0-or-later */
/* territory.c - from a JSON document to the arrays of a territory: lists are sorted by
 * slug, decoded in the order of their references (organisations first, closures last),
 * and indexed. The store's definitions come through the same decoder, so a file and a
 * database cannot be understood differently. */
#include "agenda/territory.h"

#include <stdlib.h>
#include <string.h>

#include "agenda/territory_parse.h"
#include "base/mem.h"
#include "base/parse.h"

static const char *const list_keys[] = {
	[RDVD_DEF_NETWORK] = "network",	 [RDVD_DEF_ORGANISATION] = "organisations",
	[RDVD_DEF_SITE] = "sites",	 [RDVD_DEF_COUNSELLOR] = "counsellors",
	[RDVD_DEF_SERVICE] = "services", [RDVD_DEF_OPENING] = "openings",
	[RDVD_DEF_CLOSURE] = "closures",
};

#define KINDS (RDVD_DEF_CLOSURE + 1)

const char *territory_list_key(enum rdvd_definition_kind kind)
{
	return list_keys[kind];
}

/* What a territory is made from: living objects by kind, and retired ones. */
struct source {
	const json_t *network;
	rdvd_id network_id;
	struct entries live[KINDS], retired[KINDS];
};

static int entry_compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcmp(x->slug, y->slug);
	return c ? c : (x->position > y->position) - (x->position < y->position);
}

const struct zone *territory_zone(struct territory *t, const struct decode_at *at,
				  const char *key, const char *name)
{
	struct territory_private *p = t->priv;
	for (size_t i = 0; i < p->nzones; i++)
		if (strcmp(zone_name(p->zones[i]), name) == 0)
			return p->zones[i];
	struct buf error = BUF_INIT;
	struct zone *z = zone_load(name, &error);
	if (z) {
		VEC_GROW(p->zones, p->nzones, p->zones_cap);
		p->zones[p->nzones++] = z;
	} else {
		decode_error(at, key, "%s", buf_str(&error));
	}
	buf_fini(&error);
	return z;
}

/* The objects under a key of the document; checks that each has a slug that comes once.
 */
static void collect(struct decoder *d, const json_t *root, enum rdvd_definition_kind kind,
		    struct entries *out)
{
	struct decode_at at = {.d = d, .object = root};
	const char *key = list_keys[kind];
	const json_t *array = decode_array(&at, key, 0);
	out->key = key;
	if (!array)
		return;
	out->items = xcalloc(json_array_size(array) + 1, sizeof *out->items);
	for (size_t i = 0; i < json_array_size(array); i++) {
		struct decode_at item;
		if (decode_item(&at, key, array, i, &item) != 0)
			continue;
		const char *slug = "";
		if (kind != RDVD_DEF_CLOSURE || json_object_get(item.object, "id"))
			slug = decode_string(&item, "id", 1, 63);
		if (!slug)
			continue;
		if (*slug && !slug_is_valid(slug))
			decode_error(&item, "id",
				     "must be a slug: small letters, digits and hyphens");
		out->items[out->n++] = (struct entry){
			.object = item.object, .slug = slug, .position = i};
	}
	if (out->n > 1)
		qsort(out->items, out->n, sizeof *out->items, entry_compare);
	for (size_t i = 1; i < out->n; i++)
		if (*out->items[i].slug &&
		    strcmp(out->items[i].slug, out->items[i - 1].slug) == 0) {
			struct decode_at item;
			decode_item(&at, key, array, out->items[i].position, &item);
			decode_error(&item, "id", "\"%s\" is used twice",
				     out->items[i].slug);
		}
}

static struct decode_at entry_at(struct decoder *d, const char *key,
				 const struct entry *e)
{
	struct decode_at at = {.d = d, .object = e->object};
	snprintf(at.path, sizeof at.path, "%s[%zu]", key, e->position);
	return at;
}

/* Decode the living, then the retired objects of one kind into an array. A retired object
 * may refer to what is gone: its errors are not told. */
#define DECODE_KIND(t, kind, array, count, live_count, before, call)                    \
	do {                                                                            \
		const struct entries *sets[] = {&src->live[kind], &src->retired[kind]}; \
		(array) = arena_alloc(&(t)->priv->arena,                                \
				      (sets[0]->n + sets[1]->n + 1) * sizeof *(array)); \
		for (int set = 0; set < 2; set++) {                                     \
			struct decoder quiet = {.file = d->file, .arena = d->arena};    \
			for (size_t i = 0; i < sets[set]->n; i++) {                     \
				const struct entry *e = &sets[set]->items[i];           \
				struct decode_at at =                                   \
					entry_at(set ? &quiet : d, list_keys[kind], e); \
				__auto_type o = &(array)[(count)];                      \
				o->id = e->id;                                          \
				o->slug = arena_strdup(&(t)->priv->arena, e->slug);     \
				before;                                                 \
				call;                                                   \
				(count)++;                                              \
				if (!set)                                               \
					(live_count) = (count);                         \
			}                                                               \
		}                                                                       \
	} while (0)

static void decode_network(struct territory *t, struct decoder *d,
			   const struct source *src, const char **zone,
			   const char **holidays)
{
	struct decode_at at = {.d = d, .object = src->network, .path = "network"};
	*zone = "Europe/Paris";
	*holidays = "FR";
	t->id = t->name = "";
	if (src->network) {
		decode_keys(&at,
			    (const char *const[]){"id", "name", "timezone", "country",
						  "locales", "holidays", NULL});
		const char *id = decode_string(&at, "id", 1, 63);
		if (id && !slug_is_valid(id))
			decode_error(&at, "id",
				     "must be a slug: small letters, digits and hyphens");
		t->id = id ? id : "";
		t->name = decode_string_or(&at, "name", 200, t->id);
		*zone = decode_string_or(&at, "timezone", 64, *zone);
		*holidays = decode_string_or(&at, "holidays", 20, *holidays);
		decode_string(&at, "country", 0, 2);
		decode_array(&at, "locales", 0);
		if (!holiday_set_known(*holidays))
			decode_error(&at, "holidays", "must be one of %s",
				     holiday_set_names());
	}
	t->zone = territory_zone(t, &at, "timezone", *zone);
}

static void decode_all(struct territory *t, struct decoder *d, const struct source *src)
{
	const char *zone, *holidays;
	decode_network(t, d, src, &zone, &holidays);
	DECODE_KIND(t, RDVD_DEF_ORGANISATION, t->organisations, t->norganisations,
		    t->live_organisations, o->retired = set,
		    territory_decode_organisation(t, &at, o));
	DECODE_KIND(t, RDVD_DEF_SITE, t->sites, t->nsites, t->live_sites,
		    o->retired = set, territory_decode_site(t, &at, o, zone, holidays));
	DECODE_KIND(t, RDVD_DEF_COUNSELLOR, t->counsellors, t->ncounsellors,
		    t->live_counsellors, o->retired = set,
		    territory_decode_counsellor(t, &at, o));
	DECODE_KIND(t, RDVD_DEF_SERVICE, t->services, t->nservices, t->live_services,
		    o->retired = set, territory_decode_service(t, &at, o));
	int live = 0;
	DECODE_KIND(t, RDVD_DEF_OPENING, t->openings, t->nopenings, live, (void)0,
		    territory_decode_opening(t, &at, o));
	/* a closure's slug is its content's when the file gives none, and nobody refers
	 * to it */
	const struct entries *closures = &src->live[RDVD_DEF_CLOSURE];
	t->closures =
		arena_alloc(&t->priv->arena, (closures->n + 1) * sizeof *t->closures);
	for (size_t i = 0; i < closures->n; i++) {
		struct decode_at at = entry_at(d, "closures", &closures->items[i]);
		t->closures[t->nclosures].id = closures->items[i].id;
		t->closures[t->nclosures].slug =
			arena_strdup(&t->priv->arena, closures->items[i].slug);
		territory_decode_closure(t, &at, &t->closures[t->nclosures++]);
	}
	(void)live;
}

static int id_compare(const void *a, const void *b)
{
	const struct id_index *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

#define INDEX_KIND(t, kind, array, count)                                       \
	do {                                                                    \
		struct id_index *ix = xcalloc((size_t)(count) + 1, sizeof *ix); \
		for (int i = 0; i < (count); i++)                               \
			ix[i] = (struct id_index){(array)[i].id, i};            \
		qsort(ix, (size_t)(count), sizeof *ix, id_compare);             \
		(t)->priv->by_id[kind] = ix;                                    \
		(t)->priv->nby_id[kind] = (size_t)(count);                      \
	} while (0)

static void index_all(struct territory *t)
{
	INDEX_KIND(t, RDVD_DEF_ORGANISATION, t->organisations, t->norganisations);
	INDEX_KIND(t, RDVD_DEF_SITE, t->sites, t->nsites);
	INDEX_KIND(t, RDVD_DEF_COUNSELLOR, t->counsellors, t->ncounsellors);
	INDEX_KIND(t, RDVD_DEF_SERVICE, t->services, t->nservices);
	INDEX_KIND(t, RDVD_DEF_OPENING, t->openings, t->nopenings);
	INDEX_KIND(t, RDVD_DEF_CLOSURE, t->closures, t->nclosures);
}

/* Takes the decoder's verdict: a territory, or NULL when there was an error. */
static struct territory *build(const char *name, const struct source *src, int nerrors,
			       struct buf *errors)
{
	struct territory *t = xcalloc(1, sizeof *t);
	t->priv = xcalloc(1, sizeof *t->priv);
	struct decoder d = {.file = name,
			    .errors = errors,
			    .arena = &t->priv->arena,
			    .nerrors = nerrors};
	decode_all(t, &d, src);
	if (d.nerrors > 0) {
		territory_free(t);
		return NULL;
	}
	index_all(t);
	return t;
}

static void source_fini(struct source *src)
{
	for (int k = 0; k < KINDS; k++) {
		free(src->live[k].items);
		free(src->retired[k].items);
	}
}

struct territory *territory_from_json(const char *name, const json_t *root,
				      struct buf *errors)
{
	struct arena scratch = {NULL};
	struct decoder d = {.file = name, .errors = errors, .arena = &scratch};
	struct decode_at at = {.d = &d, .object = root};
	struct source src = {.network = NULL};
	struct territory *t = NULL;
	if (!json_is_object(root)) {
		decode_error(&at, NULL, "a territory file is one JSON object: { ... }");
		goto out;
	}
	decode_keys(&at, (const char *const[]){"format", "network", "organisations",
					       "sites", "counsellors", "services",
					       "openings", "closures", NULL});
	const char *format = decode_string(&at, "format", 1, 63);
	if (format && strcmp(format, TERRITORY_FORMAT) != 0)
		decode_error(&at, "format", "must be \"" TERRITORY_FORMAT "\"");
	src.network = json_object_get(root, "network");
	if (!json_is_object(src.network)) {
		decode_error(&at, "network",
			     "is required: an object with at least id and name");
		src.network = NULL;
	}
	for (int k = RDVD_DEF_ORGANISATION; k < KINDS; k++)
		collect(&d, root, (enum rdvd_definition_kind)k, &src.live[k]);
	t = build(name, &src, d.nerrors, errors);
out:
	source_fini(&src);
	arena_fini(&scratch);
	return t;
}

struct territory *territory_parse(const char *name, const char *bytes, size_t n,
				  struct buf *errors)
{
	json_error_t e;
	json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &e);
	if (!root) {
		buf_addf(errors, "%s:%d: not valid JSON at column %d: ", name, e.line,
			 e.column);
		decode_add_text(errors, e.text, sizeof e.text - 1);
		buf_addch(errors, '\n');
		return NULL;
	}
	struct territory *t = territory_from_json(name, root, errors);
	json_decref(root);
	return t;
}

static int body_compare(const void *a, const void *b)
{
	const struct kept_body *x = a, *y = b;
	return strcmp(x->slug, y->slug);
}

static void keep_bodies(struct territory *t, const struct rdvd_definition *defs, size_t n)
{
	struct territory_private *p = t->priv;
	for (size_t i = 0; i < n; i++)
		p->nbodies[defs[i].kind] += !defs[i].retired;
	for (int k = RDVD_DEF_NETWORK; k < KINDS; k++) {
		p->bodies[k] =
			arena_alloc(&p->arena, (p->nbodies[k] + 1) * sizeof **p->bodies);
		p->nbodies[k] = 0;
	}
	for (size_t i = 0; i < n; i++)
		if (!defs[i].retired)
			p->bodies[defs[i].kind][p->nbodies[defs[i].kind]++] =
				(struct kept_body){arena_strdup(&p->arena, defs[i].slug),
						   arena_strdup(&p->arena, defs[i].body)};
	for (int k = RDVD_DEF_NETWORK; k < KINDS; k++)
		qsort(p->bodies[k], p->nbodies[k], sizeof **p->bodies, body_compare);
}

const char *territory_body(const struct territory *t, enum rdvd_definition_kind kind,
			   const char *slug)
{
	const struct territory_private *p = t->priv;
	const struct kept_body wanted = {.slug = slug}, *found = NULL;
	if (p->nbodies[kind])
		found = bsearch(&wanted, p->bodies[kind], p->nbodies[kind], sizeof wanted,
				body_compare);
	return found ? found->body : NULL;
}

void territory_bodies_each(const struct territory *t, rdvd_definition_cb *cb, void *arg)
{
	const struct territory_private *p = t->priv;
	for (int k = RDVD_DEF_NETWORK; k < KINDS; k++)
		for (size_t i = 0; i < p->nbodies[k]; i++) {
			const struct rdvd_definition d = {
				.kind = (enum rdvd_definition_kind)k,
				.slug = p->bodies[k][i].slug,
				.body = p->bodies[k][i].body,
			};
			if (cb(arg, &d))
				return;
		}
}

struct territory *territory_from_definitions(const struct rdvd_definition *defs, size_t n,
					     struct buf *errors)
{
	struct source src = {.network = NULL};
	json_t **parsed = xcalloc(n + 1, sizeof(*parsed));
	int nerrors = 0;
	for (int k = RDVD_DEF_ORGANISATION; k < KINDS; k++) {
		src.live[k].items = xcalloc(n + 1, sizeof *src.live[k].items);
		src.retired[k].items = xcalloc(n + 1, sizeof *src.retired[k].items);
	}
	for (size_t i = 0; i < n; i++) {
		json_error_t e;
		parsed[i] = json_loads(defs[i].body, 0, &e);
		if (!parsed[i]) {
			buf_addf(errors, "store: definition %s is not valid JSON: %s\n",
				 defs[i].slug, e.text);
			nerrors++;
			continue;
		}
		if (defs[i].kind == RDVD_DEF_NETWORK) {
			if (!defs[i].retired)
				src.network = parsed[i];
			continue;
		}
		struct entries *to = defs[i].retired ? &src.retired[defs[i].kind]
						     : &src.live[defs[i].kind];
		to->items[to->n] = (struct entry){.object = parsed[i],
						  .slug = defs[i].slug,
						  .position = to->n,
						  .id = defs[i].id};
		to->n++;
	}
	src.retired[RDVD_DEF_OPENING].n = src.retired[RDVD_DEF_CLOSURE].n = 0;
	for (int k = RDVD_DEF_ORGANISATION; k < KINDS; k++) {
		qsort(src.live[k].items, src.live[k].n, sizeof(struct entry),
		      entry_compare);
		qsort(src.retired[k].items, src.retired[k].n, sizeof(struct entry),
		      entry_compare);
	}
	struct territory *t = build("store", &src, nerrors, errors);
	if (t)
		keep_bodies(t, defs, n);
	source_fini(&src);
	for (size_t i = 0; i < n; i++)
		json_decref(parsed[i]);
	free(parsed);
	return t;
}

void territory_free(struct territory *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->priv->nzones; i++)
		zone_free(t->priv->zones[i]);
	free(t->priv->zones);
	for (int k = 0; k < KINDS; k++)
		free(t->priv->by_id[k]);
	arena_fini(&t->priv->arena);
	free(t->priv);
	free(t);
}

/* ---- cutting into definitions ---- */

static void closure_slug(const json_t *o, char *out, size_t size)
{
	static const char *const targets[] = {"site", "counsellor", "organisation"};
	const char *target = "";
	for (size_t i = 0; i < ARRAY_SIZE(targets) && !*target; i++) {
		const char *s = json_string_value(json_object_get(o, targets[i]));
		target = s ? s : "";
	}
	const char *from = json_string_value(json_object_get(o, "from"));
	const char *to = json_string_value(json_object_get(o, "to"));
	snprintf(out, size, "closed-%s-%s-%s", target, from ? from : "", to ? to : "");
}

/* Take away what a file says beside, here and in the objects below, so that it makes no
 * difference to an import. */
static void leave_out_beside(json_t *v)
{
	const char *key;
	json_t *member;
	void *next;
	size_t i;

	json_array_foreach(v, i, member) leave_out_beside(member);
	json_object_foreach_safe(v, next, key, member)
	{
		if (decode_key_is_beside(key))
			json_object_del(v, key);
		else
			leave_out_beside(member);
	}
}

char *territory_body_make(const json_t *object)
{
	json_t *own = json_deep_copy(object);
	leave_out_beside(own);
	char *body =
		json_dumps(own, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
	json_decref(own);
	return body;
}

static int one_definition(enum rdvd_definition_kind kind, const json_t *o,
			  rdvd_definition_cb *cb, void *arg)
{
	char made[160];
	const char *slug = json_string_value(json_object_get(o, "id"));
	if (!slug) {
		closure_slug(o, made, sizeof made);
		slug = made;
	}
	char *body = territory_body_make(o);
	struct rdvd_definition d = {.kind = kind, .slug = slug, .body = body};
	int stop = cb(arg, &d);
	free(body);
	return stop;
}

void territory_each_definition(const json_t *root, rdvd_definition_cb *cb, void *arg)
{
	if (one_definition(RDVD_DEF_NETWORK, json_object_get(root, "network"), cb, arg))
		return;
	for (int k = RDVD_DEF_ORGANISATION; k < KINDS; k++) {
		const json_t *array = json_object_get(root, list_keys[k]);
		for (size_t i = 0; i < json_array_size(array); i++)
			if (one_definition((enum rdvd_definition_kind)k,
					   json_array_get(array, i), cb, arg))
				return;
	}
}

/* ---- looking up ---- */

#define FIND_SLUG(array, live, all, wanted)                                \
	do {                                                               \
		const int bounds[][2] = {{0, live}, {live, all}};          \
		for (int part = 0; part < 2; part++) {                     \
			int lo = bounds[part][0], hi = bounds[part][1];    \
			while (lo < hi) {                                  \
				int mid = lo + (hi - lo) / 2;              \
				int c = strcmp((array)[mid].slug, wanted); \
				if (c == 0)                                \
					return mid;                        \
				if (c < 0)                                 \
					lo = mid + 1;                      \
				else                                       \
					hi = mid;                          \
			}                                                  \
		}                                                          \
		return TERRITORY_NONE;                                     \
	} while (0)

/* While a kind is still being decoded its live count is not final, but nothing refers to
 * its own kind. */
int territory_organisation(const struct territory *t, const char *slug)
{
	FIND_SLUG(t->organisations, t->live_organisations, t->norganisations, slug);
}

int territory_site(const struct territory *t, const char *slug)
{
	FIND_SLUG(t->sites, t->live_sites, t->nsites, slug);
}

int territory_counsellor(const struct territory *t, const char *slug)
{
	FIND_SLUG(t->counsellors, t->live_counsellors, t->ncounsellors, slug);
}

int territory_service(const struct territory *t, const char *slug)
{
	FIND_SLUG(t->services, t->live_services, t->nservices, slug);
}

int territory_by_id(const struct territory *t, enum rdvd_definition_kind kind, rdvd_id id)
{
	const struct id_index *ix = t->priv->by_id[kind];
	size_t lo = 0, hi = t->priv->nby_id[kind];
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (ix[mid].id == id)
			return ix[mid].index;
		if (ix[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return TERRITORY_NONE;
}

int territory_owner(const struct territory *t, enum rdvd_definition_kind kind, int i)
{
	const struct closure *c;
	switch (kind) {
	case RDVD_DEF_NETWORK: return TERRITORY_NONE;
	case RDVD_DEF_ORGANISATION: return i;
	case RDVD_DEF_SITE: return t->sites[i].organisation;
	case RDVD_DEF_COUNSELLOR: return t->counsellors[i].organisation;
	case RDVD_DEF_SERVICE: return t->services[i].organisation;
	case RDVD_DEF_OPENING: return t->sites[t->openings[i].site].organisation;
	case RDVD_DEF_CLOSURE:
		c = &t->closures[i];
		if (c->site != TERRITORY_NONE)
			return t->sites[c->site].organisation;
		if (c->counsellor != TERRITORY_NONE)
			return t->counsellors[c->counsellor].organisation;
		return c->organisation;
	}
	return TERRITORY_NONE;
}

const char *service_mode_name(enum service_mode mode)
{
	switch (mode) {
	case MODE_SITE: return "site";
	case MODE_PHONE: return "phone";
	case MODE_HOME: return "home";
	case MODE_VIDEO: return "video";
	}
	return "";
}

const char *bitext_get(const struct bitext *b, const char *language)
{
	const char *s = strcmp(language, "en") == 0 ? b->en : b->fr;
	if (s && *s)
		return s;
	return b->fr ? b->fr : "";
}
