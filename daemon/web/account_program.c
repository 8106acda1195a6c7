/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_program.c - programs that speak the API: a bearer token each, with a role and
 * an organisation like a member of staff, shown once when it is made and revoked with one
 * button. */
#include <string.h>

#include "base/mem.h"
#include "web/account_room.h"

#define PROGRAMS_MAX 500

struct asked {
	const char *label, *role;
	rdvd_id organisation;
	struct account_problems wrong;
};

static void say_programs(struct http_request *rq, const struct staff *st,
			 const struct viewer *who, struct account_programs_view *v)
{
	struct access_program_row *rows =
		http_request_alloc(rq, PROGRAMS_MAX * sizeof(*rows));
	struct account_program_view *views =
		http_request_alloc(rq, PROGRAMS_MAX * sizeof(*views));
	size_t n = access_program_list(st->access, rows, PROGRAMS_MAX);
	const struct lang *l = http_request_lang(rq);

	for (size_t i = 0; i < n; i++) {
		if (!rights_cover(who->user, RIGHT(TOKEN, SEE), rows[i].organisation,
				  NULL, 0))
			continue;
		views[v->nrows++] = (struct account_program_view){
			.label = *rows[i].label ? rows[i].label : tr(l, "Sans nom"),
			.role = tr(l, rights_role_title(
					      rows[i].organisation || strcmp(rows[i].role,
									     "admin")
						      ? rows[i].role
						      : "network")),
			.organisation =
				account_organisation_name(rq, st, rows[i].organisation),
			.since = staff_moment(rq, st, rows[i].created),
			.seen = rows[i].seen ? staff_moment(rq, st, rows[i].seen) : NULL,
			.id = account_hash_name(rq, rows[i].hash),
		};
	}
	v->rows = views;
}

static void reply_programs(struct http_request *rq, const struct staff *st, int status,
			   const struct asked *a, const char *token)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);
	struct account_programs_view v = {.token = token};
	int organisation = TERRITORY_NONE;
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	if (done && strcmp(done, "revoque") == 0)
		v.said.text = tr(l, "Le jeton est révoqué : il n’ouvre plus rien.");
	if (a) {
		v.problems = a->wrong.items;
		v.nproblems = a->wrong.n;
		v.label = token ? NULL : a->label;
		v.label_error = account_wrong_at(&a->wrong, "usage");
		v.role_error = account_wrong_at(&a->wrong, "role");
		if (a->organisation)
			organisation = territory_by_id(t, RDVD_DEF_ORGANISATION,
						       a->organisation);
	}
	say_programs(rq, st, &who, &v);
	v.nroles = account_role_options(rq, &who, a ? a->role : "counsellor", &v.roles);
	v.norganisations = account_organisation_options(rq, st, &who, organisation, true,
							&v.organisations);
	staff_layout(rq, st, &v.layout, tr(l, "Programmes"), STAFF_SETTINGS);
	v.csrf = v.layout.csrf;
	page_account_programs(&out, l, &v);
	http_reply_html(rq, status, &out);
}

static void show_programs(struct http_request *rq)
{
	reply_programs(rq, http_request_context(rq), 200, NULL, NULL);
}

static void made(void *arg, enum rdvd_rc rc, const char *token)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);

	if (rq && rc == RDVD_OK)
		reply_programs(rq, st, 200, data, token);
	else if (rq)
		http_fail_later(rq, 503, NULL, 5);
}

static void make(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct asked *a = http_request_alloc(rq, sizeof(*a));
	const struct lang *l = http_request_lang(rq);
	struct viewer who;

	staff_viewer(rq, &who);
	*a = (struct asked){.label = account_field(rq, "usage"),
			    .role = account_field(rq, "role")};
	if (!*a->label || strlen(a->label) > 64)
		account_wrong(&a->wrong, "usage",
			      tr(l, "Écrivez à quoi il sert, en 64 caractères au plus."));
	if (account_asked_organisation(rq, st, &who, &a->organisation) < 0)
		account_wrong(&a->wrong, "structure",
			      tr(l, "Cette structure n’existe plus."));
	if (strcmp(a->role, "network") == 0)
		a->organisation = 0;
	if (!*rights_role_title(a->role) ||
	    !rights_may_give(who.user, a->role, a->organisation))
		account_wrong(&a->wrong, "role",
			      tr(l, "Vous ne pouvez pas donner plus que vos propres "
				    "droits."));
	if (a->wrong.n)
		reply_programs(rq, st, 422, a, NULL);
	else
		access_token_add(st->access, a->role, a->organisation, a->label, made,
				 staff_wait(rq, a));
}

static void revoked(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (rq && (rc == RDVD_OK || rc == RDVD_NOT_FOUND))
		http_redirect(rq, 303, ACCOUNT_PROGRAMS_PATH "?fait=revoque");
	else if (rq)
		http_fail_later(rq, 503, NULL, 5);
}

static void revoke(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const char *id = account_field(rq, "jeton");
	struct access_program_row *rows =
		http_request_alloc(rq, PROGRAMS_MAX * sizeof(*rows));
	size_t n = access_program_list(st->access, rows, PROGRAMS_MAX);
	struct viewer who;

	staff_viewer(rq, &who);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(account_hash_name(rq, rows[i].hash), id) != 0 ||
		    !rights_cover(who.user, RIGHT(TOKEN, CHANGE), rows[i].organisation,
				  NULL, 0))
			continue;
		access_token_revoke(st->access, rows[i].hash, revoked,
				    staff_wait(rq, NULL));
		return;
	}
	http_fail(rq, 404, NULL);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = ACCOUNT_PROGRAMS_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TOKEN, SEE),
	 .handle = show_programs},
	{.method = HTTP_POST,
	 .pattern = ACCOUNT_PROGRAMS_PATH,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TOKEN, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = make},
	{.method = HTTP_POST,
	 .pattern = ACCOUNT_PROGRAMS_PATH "/revoquer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TOKEN, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = revoke},
};

void account_program_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
