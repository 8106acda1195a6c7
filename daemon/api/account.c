/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account.c - members of staff and programs by the API: listed, invited, changed; tokens
 * made and revoked. Nobody gives more than they have, nobody takes away the last who
 * administers. An invitation answers with its code, which is for whoever asked to hand
 * on: no letter leaves. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "booking/rights.h"

#define TOKENS_MAX 1000
#define ID_BYTES 8 /* of a token's hash: its name in addresses */

static void instant_or_null(struct buf *b, const struct zone *z, rdvd_time t)
{
	if (t)
		show_instant(b, z, t);
	else
		buf_addlit(b, "null");
}

static void slug_or_null(struct buf *b, const struct territory *t,
			 enum rdvd_definition_kind kind, rdvd_id id)
{
	if (id)
		show_slug(b, t, kind, id);
	else
		buf_addlit(b, "null");
}

/* ---- members ---- */

static void add_account(struct buf *b, const struct territory *t,
			const struct access_user *u)
{
	buf_addlit(b, "{\"login\":");
	buf_add_json_string(b, u->login);
	buf_addlit(b, ",\"name\":");
	buf_add_json_string(b, u->name);
	buf_addlit(b, ",\"email\":");
	buf_add_json_string(b, u->email);
	buf_addf(b, ",\"role\":\"%s\",\"organisation\":", u->role);
	slug_or_null(b, t, RDVD_DEF_ORGANISATION, u->organisation);
	buf_addlit(b, ",\"counsellor\":");
	slug_or_null(b, t, RDVD_DEF_COUNSELLOR, u->counsellor);
	buf_addf(b, ",\"disabled\":%s,\"second_factor\":%s,\"created\":",
		 u->disabled ? "true" : "false", u->has_totp ? "true" : "false");
	show_instant(b, t->zone, u->created);
	buf_addlit(b, ",\"seen\":");
	instant_or_null(b, t->zone, u->seen);
	buf_addch(b, '}');
}

void get_accounts(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	const struct access_user *u;
	struct buf b = BUF_INIT;
	int shown = 0;

	buf_addlit(&b, "{\"accounts\":[");
	for (size_t i = 0; (u = access_user_at(api->access, i)); i++) {
		if (!api_own(rq, RIGHT(ACCOUNT, SEE), u->organisation))
			continue;
		if (shown++)
			buf_addch(&b, ',');
		add_account(&b, t, u);
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

static void check_given(struct http_request *rq, const char *role, rdvd_id organisation,
			struct api_errors *e)
{
	if (e->n)
		return;
	if (!role || !*rights_role_title(role))
		api_error(
			e, "role", "unknown",
			N_("Le rôle est network, admin, counsellor, desk ou observer."));
	else if (!api_may_give(rq, role, organisation))
		api_error(e, "role", "beyond",
			  N_("Vous ne pouvez pas donner plus que vos propres droits."));
}

/* An agenda of another organisation is unknown. */
static rdvd_id asked_counsellor(struct http_request *rq, const json_t *root,
				struct api_errors *e)
{
	const struct api *api = http_request_context(rq);
	const char *slug = json_string_value(json_object_get(root, "counsellor"));

	if (slug && !api_own_counsellor(rq, RIGHT(ACCOUNT, CHANGE), slug))
		api_error(e, "counsellor", "unknown", "Ce conseiller n'existe pas.");
	return body_slug(root, "counsellor", booking_territory(api->booking), e);
}

struct inviting {
	struct api_call *call;
	char code[SECRET_TOKEN_CHARS + 1];
};

static void answer_invited(void *arg, enum rdvd_rc rc)
{
	struct inviting *j = arg;
	struct http_request *rq = call_end_read(j->call, rc);
	const struct rdvd_invitation *i = NULL;
	const struct api *api;
	struct buf b = BUF_INIT;

	if (rq) {
		api = http_request_context(rq);
		for (size_t k = 0; access_invitation_at(api->access, k); k++)
			i = access_invitation_at(api->access, k);
		buf_addf(&b,
			 "{\"invitation\":{\"id\":\"%lld\",\"code\":\"%s\","
			 "\"address\":",
			 i ? (long long)i->id : 0, j->code);
		buf_add_json_string(&b, "/equipe/invitation");
		buf_addlit(&b, ",\"expires\":");
		instant_or_null(&b, booking_territory(api->booking)->zone,
				i ? i->expires : 0);
		buf_addlit(&b, "}}");
		http_reply_json(rq, 201, &b);
	}
	explicit_bzero(j, sizeof *j);
	free(j);
}

/* The organisation of a body; the caller's own when she is bound to one. */
static rdvd_id asked_organisation(struct http_request *rq, const json_t *root,
				  struct api_errors *e)
{
	const struct api *api = http_request_context(rq);
	rdvd_id own = api_organisation(rq);
	rdvd_id asked =
		body_slug(root, "organisation", booking_territory(api->booking), e);

	return asked ? asked : own;
}

void post_accounts(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	struct rdvd_invitation i = {.email = ""};
	struct inviting *j;

	if (!root)
		return;
	i.name = body_string(root, "name", &e);
	i.role = body_string(root, "role", &e);
	i.organisation = asked_organisation(rq, root, &e);
	i.counsellor = asked_counsellor(rq, root, &e);
	i.actor = api_actor(rq);
	if (!e.n && (!i.name || !*i.name || strlen(i.name) > 100))
		api_error(&e, "name", "required",
			  N_("Donnez un nom, de 100 caractères au plus."));
	check_given(rq, i.role, i.organisation, &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	j = xcalloc(1, sizeof *j);
	access_invitation_draw(1, j->code);
	j->call = call_begin(rq);
	access_invite(api->access, &i, j->code, NULL, answer_invited, j);
}

/* The member of the path whom the caller may change; NULL: 404 was answered. */
static const struct access_user *account_of(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct access_user *u =
		access_user_find(api->access, http_request_param(rq, "login"));

	if (u && api_own(rq, RIGHT(ACCOUNT, CHANGE), u->organisation) &&
	    api_may_give(rq, u->role, u->organisation))
		return u;
	api_refuse_rc(rq, RDVD_NOT_FOUND);
	return NULL;
}

static void answer_changed(void *arg, enum rdvd_rc rc)
{
	struct http_request *rq = call_end_read(arg, rc);
	const struct access_user *u;
	const struct api *api;
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	api = http_request_context(rq);
	u = access_user_find(api->access, http_request_param(rq, "login"));
	buf_addlit(&b, "{\"account\":");
	add_account(&b, booking_territory(api->booking), u);
	buf_addch(&b, '}');
	http_reply_json(rq, 200, &b);
}

void put_account(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	const struct access_user *old = root ? account_of(rq) : NULL;
	struct access_new_user u = {.login = NULL};
	struct access_user then;
	struct api_errors e = {.n = 0};
	const char *why, *field;

	if (!old)
		return;
	u.login = old->login;
	u.name = body_string(root, "name", &e);
	u.email = body_string(root, "email", &e);
	u.role = body_string(root, "role", &e);
	u.disabled = body_bool(root, "disabled", old->disabled, &e);
	u.organisation = old->own_organisation ? old->organisation : 0;
	u.counsellor = old->counsellor;
	if (json_object_get(root, "organisation"))
		u.organisation = asked_organisation(rq, root, &e);
	if (json_object_get(root, "counsellor"))
		u.counsellor = asked_counsellor(rq, root, &e);
	/* Whose organisation is that of her agenda would have the network without it. */
	if (!u.organisation)
		u.organisation = api_organisation(rq);
	if (!u.role)
		u.role = old->role;
	check_given(rq, u.role, u.organisation ? u.organisation : old->organisation, &e);
	why = e.n ? NULL : access_user_check(api->access, &u, &field);
	if (why)
		api_error(&e, field, "invalid", why);
	then = (struct access_user){.role = u.role,
				    .organisation = u.organisation ? u.organisation
								   : old->organisation,
				    .disabled = u.disabled};
	if (!e.n && access_is_last_admin(api->access, old) &&
	    (!rights_administers(&then) || then.organisation != old->organisation))
		api_error(&e, "role", "last",
			  N_("Il faut au moins une personne qui administre : donnez "
			     "d’abord ce rôle à quelqu’un d’autre."));
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	access_user_put(api->access, &u, answer_changed, call_begin(rq));
}

void delete_account_factor(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct access_user *u = account_of(rq);

	if (u)
		access_totp_drop(api->access, u->login, 1, answer_changed,
				 call_begin(rq));
}

/* ---- programs ---- */

static void add_id(struct buf *b, const uint8_t *hash)
{
	buf_addch(b, '"');
	buf_add_hex(b, hash, ID_BYTES);
	buf_addch(b, '"');
}

void get_tokens(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	struct access_program_row *rows =
		http_request_alloc(rq, TOKENS_MAX * sizeof(*rows));
	size_t n = access_program_list(api->access, rows, TOKENS_MAX);
	struct buf b = BUF_INIT;
	int shown = 0;

	buf_addlit(&b, "{\"tokens\":[");
	for (size_t i = 0; i < n; i++) {
		if (!api_own(rq, RIGHT(TOKEN, SEE), rows[i].organisation))
			continue;
		buf_addf(&b, "%s{\"id\":", shown++ ? "," : "");
		add_id(&b, rows[i].hash);
		buf_addlit(&b, ",\"label\":");
		buf_add_json_string(&b, rows[i].label);
		buf_addf(&b, ",\"role\":\"%s\",\"organisation\":", rows[i].role);
		slug_or_null(&b, t, RDVD_DEF_ORGANISATION, rows[i].organisation);
		buf_addlit(&b, ",\"created\":");
		show_instant(&b, t->zone, rows[i].created);
		buf_addlit(&b, ",\"seen\":");
		instant_or_null(&b, t->zone, rows[i].seen);
		buf_addch(&b, '}');
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

static void answer_token(void *arg, enum rdvd_rc rc, const char *token)
{
	struct http_request *rq = call_end_read(arg, rc);
	uint8_t hash[SECRET_HASH_SIZE];
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	secret_token_hash(token, hash);
	buf_addlit(&b, "{\"id\":");
	add_id(&b, hash);
	buf_addf(&b, ",\"token\":\"%s\"}", token);
	http_reply_json(rq, 201, &b);
}

void post_tokens(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	const char *role, *label;
	rdvd_id organisation;

	if (!root)
		return;
	role = body_string(root, "role", &e);
	label = body_string(root, "label", &e);
	organisation = asked_organisation(rq, root, &e);
	if (label && strlen(label) > 64)
		api_error(&e, "label", "too_long",
			  "C'est trop long : 64 caractères au plus.");
	check_given(rq, role, organisation, &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	access_token_add(api->access, role, organisation, label ? label : "",
			 answer_token, call_begin(rq));
}

static void answer_revoked(void *arg, enum rdvd_rc rc)
{
	struct http_request *rq = call_end_read(arg, rc);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	buf_addlit(&b, "{\"status\":\"ok\"}");
	http_reply_json(rq, 200, &b);
}

void delete_token(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const char *id = http_request_param(rq, "id");
	struct access_program_row *rows =
		http_request_alloc(rq, TOKENS_MAX * sizeof(*rows));
	size_t n = access_program_list(api->access, rows, TOKENS_MAX);

	for (size_t i = 0; i < n; i++) {
		struct buf name = BUF_INIT;
		int same;

		buf_add_hex(&name, rows[i].hash, ID_BYTES);
		same = strcmp(buf_str(&name), id) == 0;
		buf_fini(&name);
		if (!same || !api_own(rq, RIGHT(TOKEN, CHANGE), rows[i].organisation) ||
		    !api_may_give(rq, rows[i].role, rows[i].organisation))
			continue;
		access_token_revoke(api->access, rows[i].hash, answer_revoked,
				    call_begin(rq));
		return;
	}
	api_refuse_rc(rq, RDVD_NOT_FOUND);
}
