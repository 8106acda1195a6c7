/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit_may.c - whose the objects are that an edit treats: the right of their kind is
 * needed for the organisation of each, and of whatever they refer to, before the edit and
 * after it. What the same edit makes is asked for itself; what nobody knows is the
 * decoder's to refuse. */
#include "booking/edit.h"

#include <string.h>

#include "booking/access.h"
#include "booking/impl.h"
#include "booking/rights.h"

struct asker {
	const struct access_user *user;
	const struct territory *t;
	unsigned right;
	int no;
};

unsigned booking_edit_right(enum rdvd_definition_kind kind)
{
	switch (kind) {
	case RDVD_DEF_NETWORK: return RIGHT(NETWORK, CHANGE);
	case RDVD_DEF_ORGANISATION:
	case RDVD_DEF_COUNSELLOR: return RIGHT(ORGANISATION, CHANGE);
	case RDVD_DEF_SITE: return RIGHT(SITE, CHANGE);
	case RDVD_DEF_SERVICE: return RIGHT(SERVICE, CHANGE);
	case RDVD_DEF_OPENING: return RIGHT(OPENING, CHANGE);
	case RDVD_DEF_CLOSURE: return RIGHT(CLOSURE, CHANGE);
	}
	return RIGHT(NETWORK, CHANGE);
}

unsigned booking_see_right(enum rdvd_definition_kind kind)
{
	if (kind == RDVD_DEF_NETWORK)
		return RIGHT(ORGANISATION, SEE);
	return booking_edit_right(kind) - RIGHT_TO_CHANGE + RIGHT_TO_SEE;
}

/* organisation: an index; TERRITORY_NONE: the network's own. */
static void must(struct asker *k, int organisation)
{
	rdvd_id id =
		organisation == TERRITORY_NONE ? 0 : k->t->organisations[organisation].id;

	if (!rights_cover(k->user, k->right, id, NULL, 0))
		k->no = 1;
}

static void must_name(struct asker *k, enum rdvd_definition_kind kind, const char *s)
{
	int i;

	if (!s)
		return;
	if (kind == RDVD_DEF_ORGANISATION) {
		if ((i = territory_organisation(k->t, s)) != TERRITORY_NONE)
			must(k, i);
	} else if (kind == RDVD_DEF_SITE) {
		if ((i = territory_site(k->t, s)) != TERRITORY_NONE)
			must(k, k->t->sites[i].organisation);
	} else if (kind == RDVD_DEF_COUNSELLOR) {
		if ((i = territory_counsellor(k->t, s)) != TERRITORY_NONE)
			must(k, k->t->counsellors[i].organisation);
	} else if (kind == RDVD_DEF_SERVICE) {
		if ((i = territory_service(k->t, s)) != TERRITORY_NONE)
			must(k, k->t->services[i].organisation);
	}
}

static void must_refer(struct asker *k, enum rdvd_definition_kind kind,
		       const json_t *slug)
{
	must_name(k, kind, json_string_value(slug));
}

static void must_refer_all(struct asker *k, enum rdvd_definition_kind kind,
			   const json_t *list)
{
	size_t i;
	json_t *one;

	if (!json_is_array(list)) {
		must_refer(k, kind, list);
		return;
	}
	json_array_foreach(list, i, one) must_refer(k, kind, one);
}

static void ask_body(struct asker *k, enum rdvd_definition_kind kind, const json_t *body)
{
	size_t i;
	json_t *v;

	if (kind == RDVD_DEF_SERVICE && !json_object_get(body, "organisation"))
		must(k, TERRITORY_NONE); /* the network's */
	must_refer(k, RDVD_DEF_ORGANISATION, json_object_get(body, "organisation"));
	must_refer(k, RDVD_DEF_SITE, json_object_get(body, "site"));
	must_refer_all(k, RDVD_DEF_COUNSELLOR, json_object_get(body, "counsellor"));
	json_array_foreach(json_object_get(body, "overrides"), i, v)
	{
		must_refer(k, RDVD_DEF_SITE, json_object_get(v, "site"));
		must_refer(k, RDVD_DEF_COUNSELLOR, json_object_get(v, "counsellor"));
	}
}

int booking_edit_may(const struct booking *b, const struct access_user *u,
		     const struct booking_edit *e)
{
	struct asker k = {.user = u,
			  .t = b->territory,
			  .right = booking_edit_right(e->kind),
			  .no = !rights_has(u, booking_edit_right(e->kind))};
	json_t *before = booking_definition(b, e->kind, e->slug);

	if (e->kind == RDVD_DEF_ORGANISATION) {
		int i = e->slug ? territory_organisation(k.t, e->slug) : TERRITORY_NONE;

		if (i == TERRITORY_NONE || !e->body)
			k.right = RIGHT(NETWORK, CHANGE); /* made or closed */
		must(&k, i);
	}
	if (e->kind == RDVD_DEF_NETWORK)
		must(&k, TERRITORY_NONE);
	/* One that is retired is still whose it was: its past would come with it. */
	if (e->kind != RDVD_DEF_ORGANISATION)
		must_name(&k, e->kind, e->slug);
	if (before)
		ask_body(&k, e->kind, before);
	if (e->body)
		ask_body(&k, e->kind, e->body);
	json_decref(before);
	return !k.no;
}
