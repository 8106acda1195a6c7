/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_member.c - one account: its name, role, organisation and agenda, a new link for
 * who has forgotten the password, the second factor taken away when a telephone is lost,
 * and the account closed or opened again. Nobody raises themselves, nobody gives more
 * than they have, and somebody who administers always stays. */
#include <string.h>

#include "base/mem.h"
#include "booking/edit.h"
#include "web/account_room.h"

/* The account of the path that the viewer may treat so; NULL: 404 was answered. */
static const struct access_user *member_of(struct http_request *rq,
					   const struct staff *st,
					   const struct viewer *who, unsigned right)
{
	const struct access_user *u;
	rdvd_id id;

	if (staff_id(rq, &id) < 0)
		return NULL;
	for (size_t i = 0; (u = access_user_at(st->access, i)); i++)
		if (u->id == id &&
		    rights_cover(who->user, right, u->organisation, NULL, 0))
			return u;
	http_fail(rq, 404, NULL);
	return NULL;
}

static const char *url_of(struct http_request *rq, const struct access_user *u)
{
	return page_text(rq, ACCOUNT_TEAM_PATH "/%lld", (long long)u->id);
}

static void reply_member(struct http_request *rq, const struct staff *st, int status,
			 const struct access_user *u, const struct account_typed *t)
{
	static const struct {
		const char *word, *text;
	} said[] = {
		{"enregistre", N_("C’est enregistré.")},
		{"invite", N_("Le lien est parti. Il vaut sept jours.")},
		{"protection", N_("Le second facteur est retiré, et tous ses appareils "
				  "sont déconnectés.")},
		{"ferme", N_("Le compte est fermé : plus personne ne se connecte avec.")},
		{"ouvert", N_("Le compte est ouvert de nouveau.")},
	};
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);
	struct account_member_view *v = http_request_alloc(rq, sizeof(*v));
	struct account_typed as_is = {.name = u->name,
				      .email = u->email,
				      .role = u->role,
				      .organisation = u->organisation,
				      .counsellor = u->counsellor};
	struct buf out = BUF_INIT;
	struct viewer who;

	memset(v, 0, sizeof(*v));
	staff_viewer(rq, &who);
	for (size_t i = 0; done && i < ARRAY_SIZE(said); i++)
		if (strcmp(done, said[i].word) == 0)
			v->said.text = tr(l, said[i].text);
	if (t) {
		v->problems = t->wrong.items;
		v->nproblems = t->wrong.n;
	}
	if (!u->organisation && strcmp(u->role, "admin") == 0)
		as_is.role = "network";
	account_fill(rq, st, &who, t ? t : &as_is, u->id, &v->f);
	v->heading = *u->name ? u->name : u->login;
	v->login = u->login;
	v->url = url_of(rq, u);
	v->seen = u->seen ? staff_moment(rq, st, u->seen) : NULL;
	v->self = u->id == who.user->id;
	v->disabled = u->disabled;
	v->factor = u->has_totp;
	v->last = access_is_last_admin(st->access, u);
	v->email = *u->email && outbox_has_channel(st->outbox, RDVD_CHANNEL_EMAIL);
	staff_layout(rq, st, &v->layout, tr(l, "Un compte"), STAFF_SETTINGS);
	v->csrf = v->layout.csrf;
	page_account_member(&out, l, v);
	http_reply_html(rq, status, &out);
}

static void show_member(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);
	const struct access_user *u;
	struct viewer who;

	staff_viewer(rq, &who);
	u = member_of(rq, st, &who, RIGHT(ACCOUNT, SEE));
	if (u)
		reply_member(rq, st, 200, u, NULL);
}

/* ---- changing ---- */

struct changing {
	rdvd_id id;
	struct account_typed t;
	const char *done;
};

static void changed(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	const struct changing *c = data;

	if (rq && rc == RDVD_OK)
		http_redirect(rq, 303,
			      page_text(rq, ACCOUNT_TEAM_PATH "/%lld?fait=%s",
					(long long)c->id, c->done));
	else if (rq)
		http_fail_later(rq, 503, NULL, 5);
}

static void put(struct http_request *rq, struct staff *st, const struct access_user *u,
		struct changing *c, int disabled)
{
	access_user_put(st->access,
			&(struct access_new_user){
				.login = u->login,
				.role = c->t.role,
				.organisation = c->t.organisation,
				.counsellor = c->t.counsellor,
				.disabled = disabled,
				.name = c->t.name,
				.email = c->t.email,
			},
			changed, staff_wait(rq, c));
}

static const struct access_user *by_id(const struct staff *st, rdvd_id id)
{
	const struct access_user *u = NULL;

	for (size_t i = 0; (u = access_user_at(st->access, i)) && u->id != id; i++)
		;
	return u;
}

static void agenda_made(void *arg, const struct booking_edited *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct changing *c = data;
	const struct access_user *u;
	const struct territory *t;
	int i;

	if (!rq)
		return;
	u = by_id(st, c->id);
	if (r->rc != RDVD_OK || !u) {
		http_fail_later(rq, 503, NULL, 5);
		return;
	}
	t = booking_territory(st->web.booking);
	i = territory_counsellor(t, r->slugs[0]);
	if (i != TERRITORY_NONE)
		c->t.counsellor = t->counsellors[i].id;
	put(rq, st, u, c, u->disabled);
}

static void make_agenda(struct http_request *rq, struct staff *st, struct changing *c,
			const struct viewer *who)
{
	const struct territory *t = booking_territory(st->web.booking);
	int of = territory_by_id(t, RDVD_DEF_ORGANISATION, c->t.organisation);
	json_t *body = json_pack("{s:s, s:s}", "label", c->t.name, "organisation",
				 of == TERRITORY_NONE ? "" : t->organisations[of].slug);
	const struct booking_edit edit = {
		.kind = RDVD_DEF_COUNSELLOR, .body = body, .fresh = 1};

	booking_edit(st->web.booking, &edit, 1, 0, who->user->login, agenda_made,
		     staff_wait(rq, c));
	json_decref(body);
}

/* 1 when this would leave the organisation, or the network, without an administrator. */
static int leaves_nobody(const struct staff *st, const struct access_user *u,
			 const struct account_typed *t)
{
	const struct access_user then = {.role = t->role,
					 .organisation = t->organisation};

	return access_is_last_admin(st->access, u) &&
	       (!rights_administers(&then) || then.organisation != u->organisation);
}

static void change_member(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct changing *c = http_request_alloc(rq, sizeof(*c));
	const struct lang *l = http_request_lang(rq);
	const struct access_user *u;
	struct viewer who;

	staff_viewer(rq, &who);
	u = member_of(rq, st, &who, RIGHT(ACCOUNT, CHANGE));
	if (!u)
		return;
	memset(c, 0, sizeof(*c));
	c->id = u->id;
	c->done = "enregistre";
	account_read(rq, st, &who, false, u->id, &c->t);
	if (!rights_may_give(who.user, u->role, u->organisation)) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (!c->t.wrong.n && leaves_nobody(st, u, &c->t))
		account_wrong(&c->t.wrong, "role",
			      tr(l, "Il faut au moins une personne qui administre : "
				    "donnez d’abord ce rôle à quelqu’un d’autre."));
	else if (!c->t.wrong.n && u->id == who.user->id &&
		 (strcmp(c->t.role, u->role) != 0 ||
		  c->t.organisation != u->organisation) &&
		 !(strcmp(u->role, "admin") == 0 && !u->organisation &&
		   strcmp(c->t.role, "network") == 0))
		account_wrong(&c->t.wrong, "role",
			      tr(l, "Vous ne pouvez pas changer votre propre rôle : "
				    "demandez à quelqu’un d’autre."));
	if (c->t.wrong.n)
		reply_member(rq, st, 422, u, &c->t);
	else if (c->t.make_counsellor)
		make_agenda(rq, st, c, &who);
	else
		put(rq, st, u, c, u->disabled);
}

static void as_it_is(const struct access_user *u, struct account_typed *t)
{
	*t = (struct account_typed){
		.role = u->role,
		.organisation = u->own_organisation ? u->organisation : 0,
		.counsellor = u->counsellor,
	};
}

/* ---- what one button does ---- */

static const struct access_user *to_act_on(struct http_request *rq, struct staff *st,
					   struct changing **c)
{
	const struct access_user *u;
	struct viewer who;

	staff_viewer(rq, &who);
	u = member_of(rq, st, &who, RIGHT(ACCOUNT, CHANGE));
	if (!u)
		return NULL;
	/* Not on oneself: one's own account has a page for it. */
	if (u->id == who.user->id ||
	    !rights_may_give(who.user, u->role, u->organisation)) {
		http_fail(rq, u->id == who.user->id ? 409 : 404, NULL);
		return NULL;
	}
	*c = http_request_alloc(rq, sizeof(**c));
	memset(*c, 0, sizeof(**c));
	(*c)->id = u->id;
	as_it_is(u, &(*c)->t);
	return u;
}

static void close_member(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct changing *c;
	const struct access_user *u = to_act_on(rq, st, &c);
	struct account_typed t;
	int close = strcmp(account_field(rq, "action"), "ouvrir") != 0;

	if (!u)
		return;
	if (close && access_is_last_admin(st->access, u)) {
		t = (struct account_typed){.name = u->name,
					   .email = u->email,
					   .role = u->role,
					   .organisation = u->organisation,
					   .counsellor = u->counsellor};
		account_wrong(&t.wrong, "role",
			      tr(http_request_lang(rq),
				 "Il faut au moins une personne qui administre : donnez "
				 "d’abord ce rôle à quelqu’un d’autre."));
		reply_member(rq, st, 422, u, &t);
		return;
	}
	c->done = close ? "ferme" : "ouvert";
	put(rq, st, u, c, close);
}

static void reset_factor(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct changing *c;
	const struct access_user *u = to_act_on(rq, st, &c);

	if (!u)
		return;
	c->done = "protection";
	access_totp_drop(st->access, u->login, 1, changed, staff_wait(rq, c));
}

static void new_link(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct account_invite i = {.printed = false};
	struct changing *c;
	const struct access_user *u = to_act_on(rq, st, &c);
	struct viewer who;

	if (!u)
		return;
	staff_viewer(rq, &who);
	i.printed = strcmp(account_field(rq, "action"), "imprimer") == 0 || !*u->email ||
		    !outbox_has_channel(st->outbox, RDVD_CHANNEL_EMAIL);
	i.row = (struct rdvd_invitation){
		.user = u->id,
		.name = *u->name ? u->name : u->login,
		.email = u->email,
		.role = u->role,
		.organisation = u->organisation,
		.counsellor = u->counsellor,
		.actor = who.user->login,
	};
	account_invite(rq, st, &i, url_of(rq, u));
}

#define MEMBER_POST(path, fn)                                                   \
	{                                                                       \
		.method = HTTP_POST, .pattern = ACCOUNT_TEAM_PATH "/{id}" path, \
		.access = ACCESS_STAFF, .right = RIGHT(ACCOUNT, CHANGE),        \
		.csrf = CSRF_TOKEN, .body = BODY_FORM, .handle = (fn)           \
	}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = ACCOUNT_TEAM_PATH "/{id}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ACCOUNT, SEE),
	 .handle = show_member},
	MEMBER_POST("", change_member),
	MEMBER_POST("/acces", close_member),
	MEMBER_POST("/protection", reset_factor),
	MEMBER_POST("/lien", new_link),
};

void account_member_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
