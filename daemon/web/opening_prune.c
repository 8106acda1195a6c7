/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_prune.c - what a change takes away takes along what refers to it, as the store
 * will have it (booking/edit_cascade.c): here in a territory's file, where whatever is
 * named and is not there has gone. */
#include "base/mem.h"
#include "web/opening_change.h"

/* A key of an object that names others: one, or a list of which one has to remain. */
static const struct reference {
	enum rdvd_definition_kind in;
	const char *key;
	enum rdvd_definition_kind to;
} references[] = {
	{RDVD_DEF_SITE, "organisation", RDVD_DEF_ORGANISATION},
	{RDVD_DEF_COUNSELLOR, "organisation", RDVD_DEF_ORGANISATION},
	{RDVD_DEF_SERVICE, "organisation", RDVD_DEF_ORGANISATION},
	{RDVD_DEF_OPENING, "site", RDVD_DEF_SITE},
	{RDVD_DEF_OPENING, "counsellor", RDVD_DEF_COUNSELLOR},
	{RDVD_DEF_OPENING, "services", RDVD_DEF_SERVICE},
	{RDVD_DEF_CLOSURE, "site", RDVD_DEF_SITE},
	{RDVD_DEF_CLOSURE, "counsellor", RDVD_DEF_COUNSELLOR},
	{RDVD_DEF_CLOSURE, "organisation", RDVD_DEF_ORGANISATION},
};

static bool is_gone(const json_t *file, enum rdvd_definition_kind kind,
		    const json_t *slug)
{
	json_t *list = json_object_get(file, territory_list_key(kind)), *o;
	size_t i;

	if (!json_is_string(slug))
		return false;
	json_array_foreach(list, i, o)
	{
		if (json_equal(json_object_get(o, "id"), slug))
			return false;
	}
	return true;
}

/* true when the object cannot stay without what it names. */
static bool lose(const json_t *file, json_t *object, const struct reference *f)
{
	json_t *v = json_object_get(object, f->key);
	bool lost = false;

	if (json_is_string(v))
		return is_gone(file, f->to, v);
	for (size_t i = 0; i < json_array_size(v);) {
		if (!is_gone(file, f->to, json_array_get(v, i))) {
			i++;
			continue;
		}
		json_array_remove(v, i);
		lost = true;
	}
	return lost && json_array_size(v) == 0;
}

/* An occurrence that was moved to what is gone does not take place. */
static void lose_overrides(const json_t *file, json_t *opening)
{
	json_t *list = json_object_get(opening, "overrides"), *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		if (!is_gone(file, RDVD_DEF_SITE, json_object_get(o, "site")) &&
		    !is_gone(file, RDVD_DEF_COUNSELLOR, json_object_get(o, "counsellor")))
			continue;
		json_object_del(o, "site");
		json_object_del(o, "counsellor");
		json_object_set_new(o, "cancelled", json_true());
	}
}

static void prune_kind(json_t *file, enum rdvd_definition_kind kind)
{
	json_t *list = json_object_get(file, territory_list_key(kind));

	for (size_t i = 0; i < json_array_size(list);) {
		json_t *object = json_array_get(list, i);
		bool goes = false;

		for (size_t k = 0; k < ARRAY_SIZE(references) && !goes; k++)
			goes = references[k].in == kind &&
			       lose(file, object, &references[k]);
		if (goes) {
			json_array_remove(list, i);
			continue;
		}
		if (kind == RDVD_DEF_OPENING)
			lose_overrides(file, object);
		i++;
	}
}

/* Kinds are numbered so that an object only names those of kinds before its own. */
void change_prune(json_t *file)
{
	for (int k = RDVD_DEF_SITE; k <= RDVD_DEF_CLOSURE; k++)
		prune_kind(file, (enum rdvd_definition_kind)k);
}
