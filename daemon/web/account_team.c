/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_team.c - who has an account: the members of the organisation (of all of them
 * for the network), those who were invited, and the form that invites. Nobody gives more
 * than they have. */
#include <string.h>

#include "base/mem.h"
#include "booking/edit.h"
#include "web/account_room.h"

/* "Administration de la structure", or the network's for an admin of no organisation. */
static const char *role_title(const struct lang *l, const char *role,
			      rdvd_id organisation)
{
	if (!organisation && strcmp(role, "admin") == 0)
		role = "network";
	return tr(l, rights_role_title(role));
}

static const char *agenda_label(const struct staff *st, rdvd_id counsellor)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = counsellor ? territory_by_id(t, RDVD_DEF_COUNSELLOR, counsellor)
			   : TERRITORY_NONE;

	return i == TERRITORY_NONE ? NULL : t->counsellors[i].label;
}

static void say_members(struct http_request *rq, const struct staff *st,
			const struct viewer *who, struct account_team_view *v)
{
	const struct lang *l = http_request_lang(rq);
	struct account_member_row *rows;
	const struct access_user *u;
	size_t n = 0;

	while (access_user_at(st->access, n))
		n++;
	rows = http_request_alloc(rq, (n + 1) * sizeof(*rows));
	for (size_t i = 0; i < n; i++) {
		u = access_user_at(st->access, i);
		if (!rights_cover(who->user, RIGHT(ACCOUNT, SEE), u->organisation, NULL,
				  0))
			continue;
		rows[v->nrows++] = (struct account_member_row){
			.name = *u->name ? u->name : u->login,
			.login = *u->name ? u->login : NULL,
			.role = role_title(l, u->role, u->organisation),
			.organisation = who->user->organisation
						? NULL
						: account_organisation_name(
							  rq, st, u->organisation),
			.agenda = agenda_label(st, u->counsellor),
			.seen = u->seen ? staff_moment(rq, st, u->seen) : NULL,
			.url = page_text(rq, ACCOUNT_TEAM_PATH "/%lld", (long long)u->id),
			.factor = u->has_totp,
			.disabled = u->disabled,
			.self = u->id == who->user->id,
			.mine = true,
		};
	}
	v->rows = rows;
}

static void say_invitations(struct http_request *rq, const struct staff *st,
			    const struct viewer *who, struct account_team_view *v)
{
	const struct lang *l = http_request_lang(rq);
	const struct rdvd_invitation *inv;
	struct account_member_row *rows;
	size_t n = 0;

	while (access_invitation_at(st->access, n))
		n++;
	rows = http_request_alloc(rq, (n + 1) * sizeof(*rows));
	for (size_t i = 0; i < n; i++) {
		inv = access_invitation_at(st->access, i);
		if (!rights_cover(who->user, RIGHT(ACCOUNT, SEE), inv->organisation, NULL,
				  0))
			continue;
		rows[v->ninvitations++] = (struct account_member_row){
			.name = http_request_strdup(rq, inv->name),
			.email = *inv->email ? http_request_strdup(rq, inv->email) : NULL,
			.role = role_title(l, inv->role, inv->organisation),
			.organisation =
				account_organisation_name(rq, st, inv->organisation),
			.until = staff_moment(rq, st, inv->expires),
			.id = page_text(rq, "%lld", (long long)inv->id),
			.self = inv->user != 0,
		};
	}
	v->invitations = rows;
}

static void reply_team(struct http_request *rq, const struct staff *st, int status,
		       const struct account_typed *t)
{
	static const struct account_typed nothing = {
		.name = "", .email = "", .role = "counsellor"};
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);
	struct account_team_view *v = http_request_alloc(rq, sizeof(*v));
	struct buf out = BUF_INIT;
	struct viewer who;

	memset(v, 0, sizeof(*v));
	staff_viewer(rq, &who);
	if (done && strcmp(done, "invite") == 0)
		v->said.text = tr(l, "L’invitation est partie. Elle vaut sept jours.");
	else if (done && strcmp(done, "retire") == 0)
		v->said.text = tr(l, "L’invitation est retirée : elle ne vaut plus.");
	if (t) {
		v->problems = t->wrong.items;
		v->nproblems = t->wrong.n;
	}
	say_members(rq, st, &who, v);
	say_invitations(rq, st, &who, v);
	account_fill(rq, st, &who, t ? t : &nothing, 0, &v->f);
	v->several = who.user->organisation == 0;
	v->email = outbox_has_channel(st->outbox, RDVD_CHANNEL_EMAIL);
	staff_layout(rq, st, &v->layout, tr(l, "Comptes de l’équipe"), STAFF_SETTINGS);
	v->csrf = v->layout.csrf;
	page_account_team(&out, l, v);
	http_reply_html(rq, status, &out);
}

static void show_team(struct http_request *rq)
{
	reply_team(rq, http_request_context(rq), 200, NULL);
}

/* ---- inviting ---- */

struct inviting {
	struct account_typed t;
	bool printed;
};

static void invite_now(struct http_request *rq, struct staff *st,
		       const struct inviting *in)
{
	struct account_invite i = {.printed = in->printed};
	struct viewer who;

	staff_viewer(rq, &who);
	i.row = (struct rdvd_invitation){
		.name = in->t.name,
		.email = in->t.email,
		.role = in->t.role,
		.organisation = in->t.organisation,
		.counsellor = in->t.counsellor,
		.actor = who.user->login,
	};
	account_invite(rq, st, &i, ACCOUNT_TEAM_PATH);
}

static void agenda_made(void *arg, const struct booking_edited *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct inviting *in = data;
	const struct territory *t;
	int i;

	if (!rq)
		return;
	if (r->rc == RDVD_INVALID || r->rc == RDVD_CONFLICT) {
		account_wrong(&in->t.wrong, "agenda",
			      tr(http_request_lang(rq),
				 "Cet agenda ne peut pas être créé sous ce nom."));
		reply_team(rq, st, 422, &in->t);
		return;
	}
	if (r->rc != RDVD_OK) {
		http_fail_later(rq, 503, NULL, 5);
		return;
	}
	t = booking_territory(st->web.booking);
	i = territory_counsellor(t, r->slugs[0]);
	if (i != TERRITORY_NONE)
		in->t.counsellor = t->counsellors[i].id;
	invite_now(rq, st, in);
}

static void make_agenda(struct http_request *rq, struct staff *st, struct inviting *in)
{
	const struct territory *t = booking_territory(st->web.booking);
	int of = territory_by_id(t, RDVD_DEF_ORGANISATION, in->t.organisation);
	json_t *body = json_pack("{s:s, s:s}", "label", in->t.name, "organisation",
				 of == TERRITORY_NONE ? "" : t->organisations[of].slug);
	const struct booking_edit edit = {
		.kind = RDVD_DEF_COUNSELLOR, .body = body, .fresh = 1};
	struct viewer who;

	staff_viewer(rq, &who);
	booking_edit(st->web.booking, &edit, 1, 0, who.user->login, agenda_made,
		     staff_wait(rq, in));
	json_decref(body);
}

static void invite(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct inviting *in = http_request_alloc(rq, sizeof(*in));
	struct viewer who;

	memset(in, 0, sizeof(*in));
	staff_viewer(rq, &who);
	in->printed = strcmp(account_field(rq, "action"), "imprimer") == 0 ||
		      !outbox_has_channel(st->outbox, RDVD_CHANNEL_EMAIL);
	account_read(rq, st, &who, !in->printed, 0, &in->t);
	if (in->t.wrong.n)
		reply_team(rq, st, 422, &in->t);
	else if (in->t.make_counsellor)
		make_agenda(rq, st, in);
	else
		invite_now(rq, st, in);
}

static void taken_back(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (rq && rc == RDVD_OK)
		http_redirect(rq, 303, ACCOUNT_TEAM_PATH "?fait=retire");
	else if (rq)
		http_fail_later(rq, 503, NULL, 5);
}

static void take_back(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct rdvd_invitation *i;
	struct viewer who;
	rdvd_id id;

	if (staff_id(rq, &id) < 0)
		return;
	staff_viewer(rq, &who);
	for (size_t k = 0; (i = access_invitation_at(st->access, k)); k++) {
		if (i->id != id || !rights_cover(who.user, RIGHT(ACCOUNT, CHANGE),
						 i->organisation, NULL, 0))
			continue;
		access_invitation_end(st->access, id, taken_back, staff_wait(rq, NULL));
		return;
	}
	http_fail(rq, 404, NULL);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = ACCOUNT_TEAM_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ACCOUNT, SEE),
	 .handle = show_team},
	{.method = HTTP_POST,
	 .pattern = ACCOUNT_TEAM_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ACCOUNT, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = invite},
	{.method = HTTP_POST,
	 .pattern = ACCOUNT_TEAM_PATH "/invitations/{id}/retirer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ACCOUNT, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = take_back},
};

void account_team_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
