/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_second.c - the second step of the log-in: the code of the application, or,
 * for somebody who administers and has none yet, the making of it. The session that the
 * password began counts for nothing until then, so these pages are open and ask it
 * themselves; the same page makes a second factor later, from one's own account. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/totp.h"
#include "web/account_room.h"

static const char *next_of(const struct http_request *rq)
{
	const char *next = http_request_field(rq, "next");

	if (!next)
		next = http_request_query(rq, "next");
	return staff_path_is_ours(next) ? next : NULL;
}

/* Whose session this is when it has come to that stage; else it was answered: on with
 * what it needs. */
static const struct access_user *at_stage(struct http_request *rq, const struct staff *st,
					  enum access_stage wanted)
{
	const struct access_user *user = NULL;
	enum access_stage stage = ACCESS_NOBODY;
	uint8_t hash[SECRET_HASH_SIZE];

	if (http_request_session_hash(rq, hash))
		stage = access_session_stage(st->access, hash, &user);
	if (stage == wanted)
		return user;
	switch (stage) {
	case ACCESS_NOBODY: http_redirect(rq, 303, STAFF_LOGIN_PATH); break;
	case ACCESS_NEEDS_CODE: http_redirect(rq, 303, ACCOUNT_CODE_PATH); break;
	case ACCESS_NEEDS_FACTOR: http_redirect(rq, 303, ACCOUNT_FACTOR_PATH); break;
	case ACCESS_FULL: http_redirect(rq, 303, staff_home(user)); break;
	}
	return NULL;
}

/* ---- the code ---- */

static void reply_code(struct http_request *rq, const struct staff *st, int status,
		       const char *error)
{
	struct account_code_view v = {.action = ACCOUNT_CODE_PATH,
				      .next = next_of(rq),
				      .error = error,
				      .again = "/equipe/deconnexion"};
	struct account_problems problems = {.n = 0};
	struct buf out = BUF_INIT;

	if (error)
		account_wrong(&problems, "code", error);
	v.problems = problems.items;
	v.nproblems = problems.n;
	staff_layout_outside(rq, st, &v.layout,
			     tr(http_request_lang(rq), "Votre code de connexion"));
	v.layout.csrf = http_request_csrf(rq);
	page_account_code(&out, http_request_lang(rq), &v);
	http_reply_html(rq, status, &out);
}

static void show_code(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);

	if (at_stage(rq, st, ACCESS_NEEDS_CODE))
		reply_code(rq, st, 200, NULL);
}

static void code_weighed(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	int status = 422;
	const char *why;

	if (!rq)
		return;
	if (r->verdict == ACCESS_OK) {
		account_go_on(rq, r, next_of(rq));
		return;
	}
	if (r->verdict == ACCESS_GONE) {
		http_redirect(rq, 303, STAFF_LOGIN_PATH);
		return;
	}
	why = r->verdict == ACCESS_WRONG
		      ? tr(http_request_lang(rq),
			   "Ce code n’est pas le bon, ou il a déjà servi. Attendez le "
			   "suivant, puis écrivez-le. L’heure de votre téléphone doit "
			   "être juste.")
		      : account_refusal(rq, r, &status);
	reply_code(rq, st, status, why);
}

static void give_code(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const char *code = account_field(rq, "code");
	uint8_t hash[SECRET_HASH_SIZE];
	struct access_attempt at;

	if (!at_stage(rq, st, ACCESS_NEEDS_CODE))
		return;
	if (!*code) {
		reply_code(rq, st, 422, tr(http_request_lang(rq), "Écrivez le code."));
		return;
	}
	account_attempt(rq, &at, hash);
	access_factor(st->access, code, &at, code_weighed, staff_wait(rq, NULL));
}

/* ---- making it ---- */

static void reply_factor(struct http_request *rq, const struct staff *st, int status,
			 const char *error, const char *present_error)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct account_factor_view v = {
		.next = next_of(rq), .error = error, .present_error = present_error};
	struct buf qr = BUF_INIT, uri = BUF_INIT, secret = BUF_INIT, out = BUF_INIT;
	struct account_problems problems = {.n = 0};
	const struct lang *l = http_request_lang(rq);
	const struct access_user *user = NULL;
	uint8_t hash[SECRET_HASH_SIZE], bytes[TOTP_SECRET_SIZE];
	enum access_stage stage;

	if (!http_request_session_hash(rq, hash) ||
	    access_totp_draw(st->access, hash, bytes) < 0) {
		http_redirect(rq, 303, STAFF_LOGIN_PATH);
		return;
	}
	stage = access_session_stage(st->access, hash, &user);
	totp_write_uri(&uri, bytes, *t->name ? t->name : "rdvd", user->login);
	totp_write_secret(&secret, bytes, 1);
	account_qr(&qr, buf_str(&uri));
	if (error)
		account_wrong(&problems, "code", error);
	if (present_error)
		account_wrong(&problems, "present", present_error);
	v.problems = problems.items;
	v.nproblems = problems.n;
	v.qr_html = buf_str(&qr);
	v.secret = buf_str(&secret);
	v.required = stage == ACCESS_NEEDS_FACTOR;
	v.exists = user->has_totp;
	if (stage == ACCESS_FULL) {
		staff_layout(rq, st, &v.layout, tr(l, "Protéger mon compte"),
			     STAFF_ACCOUNT);
		v.layout.script = http_asset_url("account.js");
		v.back = "/equipe/compte";
	} else {
		staff_layout_outside(rq, st, &v.layout, tr(l, "Protéger mon compte"));
		v.layout.csrf = http_request_csrf(rq);
	}
	v.action = http_request_path(rq);
	page_account_factor(&out, l, &v);
	buf_fini(&qr);
	buf_fini(&uri);
	buf_fini(&secret);
	explicit_bzero(bytes, sizeof(bytes));
	http_reply_html(rq, status, &out);
}

void account_show_codes(struct http_request *rq, const struct staff *st,
			const struct access_login *r, const char *next)
{
	struct account_codes_view v = {.ncodes = r->ncodes};
	struct link_view *codes = http_request_alloc(rq, r->ncodes * sizeof(*codes));
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < r->ncodes; i++)
		codes[i] = (struct link_view){.text = r->codes[i]};
	v.codes = codes;
	v.login = r->user->login;
	v.when = staff_moment(rq, st, clock_now());
	v.next = next ? next : staff_home(r->user);
	http_session_cookie(rq, r->token, r->max_age_s);
	staff_layout_outside(rq, st, &v.layout,
			     tr(http_request_lang(rq), "Vos codes de secours"));
	page_account_codes(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void factor_made(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	const char *why, *next;
	int status = 422;

	if (!rq)
		return;
	if (r->verdict == ACCESS_OK) {
		next = next_of(rq);
		if (strcmp(http_request_path(rq), ACCOUNT_FACTOR_PATH) != 0)
			next = "/equipe/compte";
		account_show_codes(rq, st, r,
				   next && strcmp(next, "/equipe") != 0 ? next : NULL);
		return;
	}
	why = r->verdict == ACCESS_WRONG
		      ? tr(http_request_lang(rq),
			   "Ce code n’est pas le bon. Lisez le code que l’application "
			   "montre à présent ; l’heure du téléphone doit être juste.")
		      : account_refusal(rq, r, &status);
	reply_factor(rq, st, status, why, NULL);
}

static void make_factor(struct http_request *rq, struct staff *st)
{
	uint8_t hash[SECRET_HASH_SIZE];
	struct access_attempt at;

	account_attempt(rq, &at, hash);
	access_totp_set(st->access, account_field(rq, "code"), &at, factor_made,
			staff_wait(rq, NULL));
}

static void show_needed(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);

	if (at_stage(rq, st, ACCESS_NEEDS_FACTOR))
		reply_factor(rq, st, 200, NULL, NULL);
}

static void make_needed(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);

	if (at_stage(rq, st, ACCESS_NEEDS_FACTOR))
		make_factor(rq, st);
}

static void show_own(struct http_request *rq)
{
	reply_factor(rq, http_request_context(rq), 200, NULL, NULL);
}

static void proven(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	int status = 422;
	const char *why;

	if (!rq)
		return;
	if (r->verdict == ACCESS_OK) {
		make_factor(rq, st);
		return;
	}
	why = r->verdict == ACCESS_WRONG ? tr(http_request_lang(rq),
					      "Ce n’est pas votre mot de passe actuel.")
					 : account_refusal(rq, r, &status);
	reply_factor(rq, st, status, NULL, why);
}

/* A browser left open must not be enough: whoever has the telephone has the account. */
static void make_own(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	uint8_t hash[SECRET_HASH_SIZE];
	struct access_attempt at;
	struct viewer who;

	staff_viewer(rq, &who);
	account_attempt(rq, &at, hash);
	access_prove(st->access, who.user->login, account_field(rq, "present"), &at,
		     proven, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = ACCOUNT_CODE_PATH, .handle = show_code},
	{.method = HTTP_POST,
	 .pattern = ACCOUNT_CODE_PATH,
	 .csrf = CSRF_TOKEN,
	 .limit = LIMIT_LOGIN,
	 .body = BODY_FORM,
	 .handle = give_code},
	{.method = HTTP_GET, .pattern = ACCOUNT_FACTOR_PATH, .handle = show_needed},
	{.method = HTTP_POST,
	 .pattern = ACCOUNT_FACTOR_PATH,
	 .csrf = CSRF_TOKEN,
	 .limit = LIMIT_LOGIN,
	 .body = BODY_FORM,
	 .handle = make_needed},
	{.method = HTTP_GET,
	 .pattern = "/equipe/compte/protection",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SELF, SEE),
	 .handle = show_own},
	{.method = HTTP_POST,
	 .pattern = "/equipe/compte/protection",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SELF, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = make_own},
};

void account_second_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
