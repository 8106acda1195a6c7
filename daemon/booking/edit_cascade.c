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

/* Who asks, and how what is gone is found out. */
struct loser {
	edit_gone *gone;
	void *ctx;
	int changed;
};

static int is_gone(const struct loser *l, enum rdvd_definition_kind kind,
		   const json_t *slug)
{
	return json_is_string(slug) && l->gone(l->ctx, kind, json_string_value(slug));
}

/* Take what is gone out of a slug or a list of them: 1 when nothing remains. */
static int lose(struct loser *l, json_t *object, const struct reference *f)
{
	json_t *v = json_object_get(object, f->key);
	int lost = 0;

	if (json_is_string(v))
		return is_gone(l, f->to, v);
	for (size_t i = 0; i < json_array_size(v);) {
		if (!is_gone(l, f->to, json_array_get(v, i))) {
			i++;
			continue;
		}
		json_array_remove(v, i);
		lost = l->changed = 1;
	}
	return lost && json_array_size(v) == 0;
}

/* An occurrence that was moved to what is gone does not take place. */
static void lose_overrides(struct loser *l, json_t *opening)
{
	json_t *list = json_object_get(opening, "overrides"), *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		if (!is_gone(l, RDVD_DEF_SITE, json_object_get(o, "site")) &&
		    !is_gone(l, RDVD_DEF_COUNSELLOR, json_object_get(o, "counsellor")))
			continue;
		json_object_del(o, "site");
		json_object_del(o, "counsellor");
		json_object_set_new(o, "cancelled", json_true());
		l->changed = 1;
	}
}

enum edit_left booking_edit_lose(enum rdvd_definition_kind kind, json_t *object,
				 edit_gone *gone, void *ctx)
{
	struct loser l = {.gone = gone, .ctx = ctx};

	for (size_t i = 0; i < ARRAY_SIZE(references); i++)
		if (references[i].in == kind && lose(&l, object, &references[i]))
			return EDIT_GOES;
	if (kind == RDVD_DEF_OPENING)
		lose_overrides(&l, object);
	return l.changed ? EDIT_CHANGED : EDIT_STAYS;
}

/* ---- in an edit ---- */

static int is_retired(void *remake, enum rdvd_definition_kind kind, const char *slug)
{
	const struct rdvd_definition *d = remake_find(remake, kind, slug);

	return d && d->retired;
}

/* 1 when something changed. */
static int treat(struct remake *r, size_t at)
{
	struct rdvd_definition *d = &r->all[at];
	json_t *object = json_loads(d->body, 0, NULL);
	enum edit_left left = booking_edit_lose(d->kind, object, is_retired, r);

	if (left == EDIT_GOES) {
		remake_retire(r, d);
	} else if (left == EDIT_CHANGED) {
		char *body = territory_body_make(object);

		remake_put(r, d->kind, d->slug, body);
		free(body);
	}
	json_decref(object);
	return left != EDIT_STAYS;
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
