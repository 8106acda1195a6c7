/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_login.c - logging in and out. What was wrong is never said: neither whether the
 * login exists, nor whether it is the password. */
#include <string.h>

#include "base/mem.h"
#include "web/staff_room.h"

/* Where to go afterwards: one of our own pages, whatever was asked for. */
static const char *next_of(const char *asked)
{
	return staff_path_is_ours(asked) ? asked : "/equipe";
}

static void reply_form(struct http_request *rq, const struct staff *st, int status,
		       const char *error, const char *login, const char *next)
{
	struct staff_login_view v = {
		.action = STAFF_LOGIN_PATH,
		.error = error,
		.login = login,
		.next = next_of(next),
		.demonstration = st->options.demonstration,
	};
	struct buf out = BUF_INIT;

	staff_layout_outside(rq, st, &v.layout,
			     tr(http_request_lang(rq), "Espace de l’équipe"));
	v.layout.csrf = http_request_csrf(rq);
	page_staff_login(&out, http_request_lang(rq), &v);
	http_reply_html(rq, status, &out);
}

static void show_form(struct http_request *rq)
{
	const char *next = http_request_query(rq, "next");

	if (http_request_user(rq)) {
		http_redirect(rq, 303, next_of(next));
		return;
	}
	reply_form(rq, http_request_context(rq), 200, NULL, NULL, next);
}

static const char *say_wait(struct http_request *rq, int seconds)
{
	const struct lang *l = http_request_lang(rq);
	int minutes = (seconds + 59) / 60;

	if (seconds < 60)
		return page_text(rq,
				 trn(l, "Trop d’essais. Recommencez dans %d seconde.",
				     "Trop d’essais. Recommencez dans %d secondes.",
				     seconds),
				 seconds);
	return page_text(rq,
			 trn(l, "Trop d’essais. Recommencez dans %d minute.",
			     "Trop d’essais. Recommencez dans %d minutes.", minutes),
			 minutes);
}

static void logged_in(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	const struct lang *l;
	const char *login, *next;

	if (!rq)
		return;
	l = http_request_lang(rq);
	login = http_request_field(rq, "identifiant");
	next = http_request_field(rq, "next");
	switch (r->verdict) {
	case ACCESS_OK:
		http_session_cookie(rq, r->token, r->max_age_s);
		http_redirect(rq, 303, next_of(next));
		return;
	case ACCESS_GONE:
	case ACCESS_TAKEN:
	case ACCESS_WRONG:
		reply_form(rq, st, 403,
			   tr(l, "Identifiant ou mot de passe inconnu. Vérifiez les "
				 "majuscules, puis recommencez."),
			   login, next);
		return;
	case ACCESS_WAIT:
		http_header(rq, "Retry-After", page_text(rq, "%d", r->retry_after_s));
		reply_form(rq, st, 429, say_wait(rq, r->retry_after_s), login, next);
		return;
	case ACCESS_BUSY:
	case ACCESS_FAILED:
		http_header(rq, "Retry-After", "5");
		reply_form(rq, st, 503,
			   tr(l, "Nous n’avons pas pu vérifier. Attendez quelques "
				 "secondes et recommencez."),
			   login, next);
		return;
	}
}

static void log_in(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const char *login = http_request_field(rq, "identifiant");
	const char *password = http_request_field(rq, "mot_de_passe");
	uint8_t present[SECRET_HASH_SIZE];
	int has = http_request_session_hash(rq, present);

	if (!login || !*login || !password || !*password) {
		reply_form(rq, st, 422,
			   tr(http_request_lang(rq),
			      "Écrivez votre identifiant et votre mot de passe."),
			   login, http_request_field(rq, "next"));
		return;
	}
	access_login(st->access, login, password,
		     &(struct access_attempt){
			     .address = http_request_address(rq),
			     .replaces = has ? present : NULL,
		     },
		     logged_in, staff_wait(rq, NULL));
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
