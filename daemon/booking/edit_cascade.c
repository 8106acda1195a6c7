/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit_cascade.c - what goes with a retired object, or loses its mention of it. */
#include <stdlib.h>
#include <string.h>

#include "booking/edit_impl.h"

/* A key of an object that refers to others. */
struct reference {
	enum rdvd_definition_kind in; /* the object's kind */
	const char *key;
	enum rdvd_definition_kind to;
};

static const struct reference references[] = {
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

static int is_gone(struct remake *r, enum rdvd_definition_kind kind, const json_t *slug)
{
	const struct rdvd_definition *d =
		json_is_string(slug) ? remake_find(r, kind, json_string_value(slug))
				     : NULL;

	return d && d->retired;
}

/* Take what is gone out of a slug or a list of them: 1 when nothing remains. */
static int lose(struct remake *r, json_t *object, const struct reference *f, int *changed)
{
	json_t *v = json_object_get(object, f->key);

	if (json_is_string(v))
		return is_gone(r, f->to, v);
	for (size_t i = 0; i < json_array_size(v);) {
		if (!is_gone(r, f->to, json_array_get(v, i))) {
			i++;
			continue;
		}
		json_array_remove(v, i);
		*changed = 1;
	}
	return *changed && json_array_size(v) == 0;
}

/* An occurrence that was moved to what is gone does not take place. */
static void lose_overrides(struct remake *r, json_t *object, int *changed)
{
	json_t *list = json_object_get(object, "overrides"), *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		if (!is_gone(r, RDVD_DEF_SITE, json_object_get(o, "site")) &&
		    !is_gone(r, RDVD_DEF_COUNSELLOR, json_object_get(o, "counsellor")))
			continue;
		json_object_del(o, "site");
		json_object_del(o, "counsellor");
		json_object_set_new(o, "cancelled", json_true());
		*changed = 1;
	}
}

/* 1 when something changed. */
static int treat(struct remake *r, size_t at)
{
	struct rdvd_definition *d = &r->all[at];
	json_t *object = json_loads(d->body, 0, NULL);
	int changed = 0, goes = 0;

	for (size_t i = 0; i < ARRAY_SIZE(references) && !goes; i++)
		if (references[i].in == d->kind)
			goes = lose(r, object, &references[i], &changed);
	if (d->kind == RDVD_DEF_OPENING && !goes)
		lose_overrides(r, object, &changed);
	if (goes) {
		remake_retire(r, d);
	} else if (changed) {
		char *body = territory_body_make(object);

		remake_put(r, d->kind, d->slug, body);
		free(body);
	}
	json_decref(object);
	return goes || changed;
}

static int retires(const struct remake *r)
{
	for (size_t i = 0; i < r->nparts; i++)
		if (r->all[r->parts[i].at].retired)
			return 1;
	return 0;
}

void edit_cascade(struct remake *r)
{
	int again = retires(r);

	while (again) {
		again = 0;
		for (size_t i = 0; i < r->nall; i++)
			if (!r->all[i].retired && r->all[i].kind > RDVD_DEF_ORGANISATION)
				again |= treat(r, i);
	}
}
