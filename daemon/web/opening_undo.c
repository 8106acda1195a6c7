/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_undo.c - after a change of settings: the notice of the page that follows, and
 * the button that takes the change back, for whoever made it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/recent.h"
#include "booking/touched.h"
#include "web/opening_change.h"
#include "web/opening_room.h"

/* ---- what was done, for the notice of the next page ---- */

#define MEMORY_SLOTS 128

struct change_said {
	struct recent head; /* the edit's number, or the absence's with a high bit */
	char said[200];
	char login[65]; /* who did it: to others it says nothing */
	size_t moved, cancelled, left;
};

struct change_memory {
	struct change_said slots[MEMORY_SLOTS];
	int64_t clock;
};

#define ABSENCE_BIT (UINT64_C(1) << 62)

static struct change_memory *memory_of(struct staff *st)
{
	if (!st->changes)
		st->changes = xcalloc(1, sizeof(*st->changes));
	return st->changes;
}

void staff_change_memory_free(struct change_memory *m)
{
	free(m);
}

static struct change_said *remember(struct staff *st, uint64_t key)
{
	struct change_memory *m = memory_of(st);
	struct change_said *s =
		recent_get(m->slots, sizeof(m->slots[0]), MEMORY_SLOTS, key);

	s->head.at = ++m->clock;
	return s;
}

const char *change_done_url(struct http_request *rq, const struct change *c)
{
	uint64_t key = c->edit ? (uint64_t)c->edit
			       : (uint64_t)c->absence | (c->absence ? ABSENCE_BIT : 0);
	const char *sep = strchr(c->done, '?') ? "&" : "?";

	if (!key)
		return page_text(rq, "%s%sfait=0", c->done, sep);
	struct change_said *s = remember(c->st, key);

	snprintf(s->said, sizeof(s->said), "%s", c->said);
	snprintf(s->login, sizeof(s->login), "%s", c->login);
	s->moved = c->moved;
	s->cancelled = c->cancelled;
	s->left = c->left;
	return page_text(rq, "%s%sfait=%s%lld", c->done, sep, c->edit ? "" : "a",
			 (long long)(c->edit ? c->edit : c->absence));
}

static const char *and_people(struct http_request *rq, const char *text,
			      const struct change_said *s)
{
	const struct lang *l = http_request_lang(rq);

	if (s->moved)
		text = page_text(
			rq, "%s %s", text,
			page_text(rq,
				  trn(l, "%zu rendez-vous déplacé.",
				      "%zu rendez-vous déplacés.", (long)s->moved),
				  s->moved));
	if (s->cancelled)
		text = page_text(
			rq, "%s %s", text,
			page_text(rq,
				  trn(l, "%zu rendez-vous annulé.",
				      "%zu rendez-vous annulés.", (long)s->cancelled),
				  s->cancelled));
	if (s->left)
		text = page_text(rq, "%s %s", text,
				 page_text(rq,
					   trn(l, "%zu personne à appeler.",
					       "%zu personnes à appeler.", (long)s->left),
					   s->left));
	return text;
}

/* "12", "a45", "u13" (an undo): the number and what it is of. */
static char fait_parse(const char *s, int64_t *number)
{
	char what = 'e';

	if (s && (*s == 'a' || *s == 'u'))
		what = *s++;
	return s && parse_int(s, 0, INT64_MAX, number) == 0 ? what : 0;
}

static const struct change_said *said_of(const struct staff *st, uint64_t key)
{
	return st->changes && key
		       ? recent_find(st->changes->slots, sizeof(st->changes->slots[0]),
				     MEMORY_SLOTS, key)
		       : NULL;
}

void staff_change_said(struct http_request *rq, const struct staff *st,
		       struct staff_said *out)
{
	const struct lang *l = http_request_lang(rq);
	const char *fait = http_request_query(rq, "fait");
	const struct change_said *s = NULL;
	struct viewer who;
	int64_t number = 0;
	char what = fait_parse(fait, &number);

	*out = (struct staff_said){0};
	if (!what)
		return;
	if (what == 'u') {
		out->text = tr(l, "C’est annulé\u00a0: tout est comme avant.");
		s = said_of(st, (uint64_t)number);
		if (s && s->left) /* who booked in what is gone again */
			out->text = page_text(
				rq, "%s %s", out->text,
				page_text(rq,
					  trn(l,
					      "%zu rendez-vous n’a plus de permanence.",
					      "%zu rendez-vous n’ont plus de permanence.",
					      (long)s->left),
					  s->left));
		return;
	}
	out->text = tr(l, "C’est enregistré.");
	if (number == 0)
		return;
	s = said_of(st, (uint64_t)number | (what == 'a' ? ABSENCE_BIT : 0));
	staff_viewer(rq, &who);
	if (s && strcmp(s->login, who.user->login) != 0)
		return;
	if (s) {
		if (*s->said)
			out->text = http_request_strdup(rq, s->said);
		if (s->moved)
			out->text =
				page_text(rq, "%s %s", and_people(rq, out->text, s),
					  tr(l, "Annuler la modification ne ramène pas "
						"les personnes déplacées."));
		else
			out->text = and_people(rq, out->text, s);
	}
	if (what == 'a') /* the list below takes it back */
		return;
	out->undo = http_request_strdup(rq, fait);
	out->csrf = http_request_csrf(rq);
	out->back = http_request_path(rq);
}

/* ---- taking back ---- */

static const char *back_of(struct http_request *rq)
{
	const char *back = http_request_field(rq, "retour");

	return back && staff_path_is_ours(back) ? back : "/equipe/reglages";
}

static void undone(void *arg, const struct booking_edited *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	const struct lang *l;

	if (!rq)
		return;
	l = http_request_lang(rq);
	if (r->rc == RDVD_OK && r->edit)
		remember(st, (uint64_t)r->edit)->left = r->ntouched;
	if (r->rc == RDVD_OK)
		http_redirect(rq, 303,
			      page_url(rq, back_of(rq), "fait",
				       page_text(rq, "u%lld", (long long)r->edit), NULL));
	else if (r->rc == RDVD_CONFLICT || r->rc == RDVD_INVALID || r->rc == RDVD_STALE)
		http_fail(rq, 409,
			  tr(l, "Cela ne peut plus être annulé\u00a0: quelqu’un l’a "
				"modifié depuis."));
	else if (r->rc == RDVD_NOT_FOUND)
		http_fail(rq, 404, NULL);
	else
		http_fail_later(rq, 503, NULL, 5);
}

/* Whoever made it takes it back, or the network's administrator. */
static void undo_of(void *arg, enum rdvd_rc rc, const char *actor, int is_undone)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	const rdvd_id *id = data;
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	if (rc != RDVD_OK && rc != RDVD_NOT_FOUND)
		http_fail_later(rq, 503, NULL, 5);
	else if (rc == RDVD_NOT_FOUND ||
		 (strcmp(actor, who.user->login) != 0 && !who.admin))
		http_fail(rq, 404, NULL);
	else if (is_undone) /* the button was pressed twice */
		http_redirect(rq, 303, page_url(rq, back_of(rq), "fait", "u0", NULL));
	else
		booking_edit_undo(st->web.booking, *id, who.user->login, undone,
				  staff_wait(rq, NULL));
}

static void undo(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	rdvd_id *id = http_request_alloc(rq, sizeof(*id));
	struct viewer who;

	if (fait_parse(http_request_field(rq, "fait"), id) != 'e') {
		http_fail(rq, 404, NULL);
		return;
	}
	staff_viewer(rq, &who);
	touched_edit_actor(st->web.booking, *id, who.user, undo_of, staff_wait(rq, id));
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/equipe/reglages/annuler",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ORGANISATION, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = undo},
};

void staff_change_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
	opening_touched_routes(st);
	opening_list_routes(st);
}
