/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_login.c - logging in and out. What was wrong is never said: neither whether the
 * login exists, nor whether it is the password. */
#include <string.h>

#include "base/mem.h"
#include "web/account_room.h"

static void reply_form(struct http_request *rq, const struct staff *st, int status,
		       const char *error, const char *login, const char *next)
{
	struct staff_login_view v = {
		.action = STAFF_LOGIN_PATH,
		.error = error,
		.login = login,
		.next = staff_path_is_ours(next) ? next : NULL,
		.demonstration = st->options.demonstration,
	};
	struct buf out = BUF_INIT;

	staff_layout_outside(rq, st, &v.layout,
			     tr(http_request_lang(rq), "Espace de l’équipe"));
	v.layout.script = http_asset_url("account.js");
	v.layout.csrf = http_request_csrf(rq);
	page_staff_login(&out, http_request_lang(rq), &v);
	http_reply_html(rq, status, &out);
}

static void show_form(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);
	const char *next = http_request_query(rq, "next");
	const struct access_user *user = NULL;
	enum access_stage stage = ACCESS_NOBODY;
	uint8_t hash[SECRET_HASH_SIZE];

	if (http_request_session_hash(rq, hash))
		stage = access_session_stage(st->access, hash, &user);
	switch (stage) {
	case ACCESS_NEEDS_CODE:
		http_redirect(rq, 303,
			      page_url(rq, ACCOUNT_CODE_PATH, "next", next, NULL));
		return;
	case ACCESS_NEEDS_FACTOR:
		http_redirect(rq, 303,
			      page_url(rq, ACCOUNT_FACTOR_PATH, "next", next, NULL));
		return;
	case ACCESS_FULL:
		http_redirect(rq, 303,
			      staff_path_is_ours(next) ? next : staff_home(user));
		return;
	case ACCESS_NOBODY: break;
	}
	reply_form(rq, http_request_context(rq), 200, NULL, NULL, next);
}

static void logged_in(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	const struct lang *l;
	const char *login, *next, *why;
	int status = 503;

	if (!rq)
		return;
	l = http_request_lang(rq);
	login = http_request_field(rq, "identifiant");
	next = http_request_field(rq, "next");
	if (r->verdict == ACCESS_OK) {
		account_go_on(rq, r, next);
		return;
	}
	if (r->verdict == ACCESS_WRONG) {
		reply_form(rq, st, 403,
			   tr(l, "Identifiant ou mot de passe inconnu. Vérifiez les "
				 "majuscules, puis recommencez."),
			   login, next);
		return;
	}
	why = account_refusal(rq, r, &status);
	reply_form(rq, st, status, why, login, next);
}

static void log_in(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const char *login = http_request_field(rq, "identifiant");
	const char *password = http_request_field(rq, "mot_de_passe");
	uint8_t present[SECRET_HASH_SIZE];
	struct access_attempt at;

	if (!login || !*login || !password || !*password) {
		reply_form(rq, st, 422,
			   tr(http_request_lang(rq),
			      "Écrivez votre identifiant et votre mot de passe."),
			   login, http_request_field(rq, "next"));
		return;
	}
	account_attempt(rq, &at, present);
	access_login(st->access, login, password, &at, logged_in, staff_wait(rq, NULL));
}

static void logged_out(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	(void)rc; /* the session ended in memory at once, and its cookie goes */
	if (!rq)
		return;
	http_session_cookie(rq, NULL, 0);
	http_redirect(rq, 303, STAFF_LOGIN_PATH);
}

static void log_out(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	uint8_t hash[SECRET_HASH_SIZE];

	if (!http_request_session_hash(rq, hash)) {
		http_redirect(rq, 303, STAFF_LOGIN_PATH);
		return;
	}
	access_logout(st->access, hash, logged_out, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = STAFF_LOGIN_PATH, .handle = show_form},
	{.method = HTTP_POST,
	 .pattern = STAFF_LOGIN_PATH,
	 .csrf = CSRF_TOKEN,
	 .limit = LIMIT_LOGIN,
	 .body = BODY_FORM,
	 .handle = log_in},
	{.method = HTTP_POST,
	 .pattern = "/equipe/deconnexion",
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = log_out},
};

void staff_login_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
