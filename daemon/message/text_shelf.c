/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_shelf.c - where the texts stand in memory, and which is taken for whom:
 * everybody's on one shelf, and one shelf for each folder of an organisation or of a
 * service. The lists of texts and of fields are here too. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "agenda/territory.h"
#include "base/mem.h"
#include "message/text_table.h"

#define X(field, where_, longest_)                                        \
	[FIELD_##field] = {.name = #field,                                \
			   .offset = offsetof(struct text_values, field), \
			   .where = (where_),                             \
			   .longest = (longest_)},
const struct text_field text_fields[FIELD_COUNT] = {TEXT_FIELD_TABLE(X)};
#undef X

#define X(stem, file_, forms_, tells_) \
	[stem] = {.file = (file_), .forms = (forms_), .tells = (tells_)},
const struct text_stem_row text_stems[TEXT_STEMS] = {TEXT_STEM_TABLE(X)};
#undef X

const char *text_value(const struct text_values *v, size_t field)
{
	const char *s;

	memcpy(&s, (const char *)v + text_fields[field].offset, sizeof s);
	return s ? s : "";
}

void text_value_set(struct text_values *v, size_t field, const char *value)
{
	memcpy((char *)v + text_fields[field].offset, &value, sizeof value);
}

int text_asks(const struct text_name *name)
{
	return name->reply || (text_stems[name->stem].forms & TEXT_ASKS) != 0;
}

int text_name_compare(const struct text_name *a, const struct text_name *b)
{
	const int keys[][2] = {
		{(int)a->language, (int)b->language},
		{(int)a->stem, (int)b->stem},
		{a->ordinal, b->ordinal},
		{a->discreet, b->discreet},
		{a->reply, b->reply},
		{a->email, b->email},
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	return text_name_compare(&((const struct text_file *)a)->name,
				 &((const struct text_file *)b)->name);
}

struct text_shelf *texts_shelf(struct texts *t, const char *outer, const char *inner,
			       const char *path)
{
	struct text_shelf *s;

	for (size_t i = 0; i < t->n; i++) {
		s = &t->shelves[i];
		if (strcmp(s->outer, outer) == 0 && strcmp(s->inner, inner) == 0)
			return s;
	}
	VEC_GROW(t->shelves, t->n, t->cap);
	s = &t->shelves[t->n++];
	*s = (struct text_shelf){
		.outer = xstrdup(outer), .inner = xstrdup(inner), .path = xstrdup(path)};
	return s;
}

struct text_file *text_shelf_add(struct text_shelf *s, const struct text_name *name)
{
	VEC_GROW(s->files, s->n, s->cap);
	s->files[s->n] = (struct text_file){.name = *name};
	return &s->files[s->n++];
}

void texts_sort(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct text_shelf *s = &t->shelves[i];

		if (s->n)
			qsort(s->files, s->n, sizeof *s->files, compare_files);
		if (s->nkept)
			qsort(s->kept, s->nkept, sizeof *s->kept, compare_files);
	}
}

const struct text_file *text_shelf_find(const struct text_shelf *s,
					const struct text_name *name)
{
	const struct text_file key = {.name = *name}, *kept = NULL;

	if (s->nkept)
		kept = bsearch(&key, s->kept, s->nkept, sizeof *s->kept, compare_files);
	if (kept)
		return kept;
	return s->n ? bsearch(&key, s->files, s->n, sizeof *s->files, compare_files)
		    : NULL;
}

/* The one with the reminder's number, else without. */
static const struct text_file *find_on(const struct text_shelf *s,
				       const struct text_name *name)
{
	const struct text_file *f = text_shelf_find(s, name);
	struct text_name plain = *name;

	if (f || !name->ordinal)
		return f;
	plain.ordinal = 0;
	return text_shelf_find(s, &plain);
}

/* How particular a shelf is to those values: 3 the service within the organisation, 2 the
 * service, 1 the organisation, 0 everybody, -1 not theirs. */
static int rank_of(const struct text_shelf *s, const struct text_values *v)
{
	const char *organisation = v->organisation_slug ? v->organisation_slug : "";
	const char *service = v->service_slug ? v->service_slug : "";

	if (!*s->outer)
		return 0;
	if (*s->inner)
		return strcmp(s->outer, organisation) == 0 &&
				       strcmp(s->inner, service) == 0
			       ? 3
			       : -1;
	if (strcmp(s->outer, service) == 0)
		return 2;
	return strcmp(s->outer, organisation) == 0 ? 1 : -1;
}

const struct text_file *texts_find(const struct texts *t, const struct text_name *name,
				   const struct text_values *v)
{
	const struct text_file *best = NULL;
	int best_rank = -1;

	for (size_t i = 0; i < t->n; i++) {
		int rank = rank_of(&t->shelves[i], v);
		const struct text_file *f;

		if (rank <= best_rank)
			continue;
		f = find_on(&t->shelves[i], name);
		if (f) {
			best = f;
			best_rank = rank;
		}
	}
	return best;
}

static int is_living_organisation(const struct territory *t, const char *slug)
{
	int i = territory_organisation(t, slug);

	return i != TERRITORY_NONE && !t->organisations[i].retired;
}

static int is_living_service(const struct territory *t, const char *slug)
{
	int i = territory_service(t, slug);

	return i != TERRITORY_NONE && !t->services[i].retired;
}

int texts_check_slugs(const struct texts *t, const struct territory *territory,
		      struct buf *errors)
{
	size_t before = errors->len;

	for (size_t i = 0; i < t->n; i++) {
		const struct text_shelf *s = &t->shelves[i];
		int organisation = is_living_organisation(territory, s->outer);
		int service = is_living_service(territory, s->outer);

		if (!*s->outer || s->n == 0)
			continue;
		if (*s->inner && !organisation)
			buf_addf(errors,
				 "%s: there is no organisation \"%s\": name the folder "
				 "after one of the territory, or remove it\n",
				 s->path, s->outer);
		else if (*s->inner && !is_living_service(territory, s->inner))
			buf_addf(errors,
				 "%s: there is no service \"%s\": name the folder after "
				 "one of the territory, or remove it\n",
				 s->path, s->inner);
		else if (!organisation && !service)
			buf_addf(errors,
				 "%s: there is no organisation and no service \"%s\": "
				 "name the folder after one of the territory, or remove "
				 "it\n",
				 s->path, s->outer);
		else if (!*s->inner && organisation && service)
			buf_addf(errors,
				 "%s: \"%s\" is an organisation and a service: these "
				 "texts are taken for both; put the service's into "
				 "ORGANISATION/%s\n",
				 s->path, s->outer, s->outer);
	}
	return errors->len == before ? 0 : -1;
}
