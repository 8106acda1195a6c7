/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_invitation.c - whoever was invited comes in: by the link of an e-mail, or by a
 * code on paper that is typed first. The page shows a button, the account is made by it:
 * mail scanners open links. */
#include <string.h>

#include "base/mem.h"
#include "booking/password.h"
#include "web/account_room.h"

#define INVITATION_PATH "/equipe/invitation"

struct typed {
	const char *login, *name;
	const char *code_error;
	struct account_problems wrong;
};

/* "ana.lefebvre" of her address, else of her name; "" when neither gives one. */
static const char *login_for(struct http_request *rq, const struct rdvd_invitation *i)
{
	const char *from = *i->email ? i->email : i->name;
	char *out = http_request_alloc(rq, 65);
	size_t n = 0;

	for (const char *p = from; *p && *p != '@' && n < 40; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;

		if (c == ' ')
			c = '.';
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (n && strchr("._-", c)))
			out[n++] = c;
	}
	out[n] = '\0';
	return out;
}

static void reply_invitation(struct http_request *rq, const struct staff *st, int status,
			     const struct rdvd_invitation *i, const char *code,
			     const struct typed *t)
{
	const struct lang *l = http_request_lang(rq);
	struct account_invitation_view v = {.code = code, .code_error = t->code_error};
	struct buf out = BUF_INIT;

	v.problems = t->wrong.items;
	v.nproblems = t->wrong.n;
	v.action = INVITATION_PATH;
	if (i) {
		v.known = true;
		v.fresh = i->user == 0;
		v.action = page_text(rq, INVITATION_PATH "/%s", code);
		v.login = t->login ? t->login : login_for(rq, i);
		v.name = t->name ? t->name : i->name;
		v.login_error = account_wrong_at(&t->wrong, "identifiant");
		v.name_error = account_wrong_at(&t->wrong, "nom");
		v.password_error = account_wrong_at(&t->wrong, "mot_de_passe");
		v.role = tr(l, rights_role_title(i->role));
		v.organisation = account_organisation_name(rq, st, i->organisation);
		v.until = staff_moment(rq, st, i->expires);
	}
	staff_layout_outside(rq, st, &v.layout, tr(l, "Rejoindre l’équipe"));
	v.layout.csrf = http_request_csrf(rq);
	v.layout.script = http_asset_url("account.js");
	page_account_invitation(&out, l, &v);
	http_reply_html(rq, status, &out);
}

/* The invitation of the path or of what was typed; NULL: the page that asks for the code
 * was answered. */
static const struct rdvd_invitation *find(struct http_request *rq, const struct staff *st,
					  const char *code)
{
	const struct lang *l = http_request_lang(rq);
	struct typed t = {.login = NULL};
	const struct rdvd_invitation *i;
	struct access_login r = {.verdict = ACCESS_WAIT};
	int status = 404;

	i = access_invitation_find(st->access, code, http_request_address(rq),
				   &r.retry_after_s);
	if (i)
		return i;
	t.code_error =
		r.retry_after_s
			? account_refusal(rq, &r, &status)
			: tr(l, "Ce code ne vaut pas, ou ne vaut plus : il a servi, "
				"ou plus d’une semaine a passé. Vérifiez-le, ou "
				"demandez-en un autre à qui vous l’a donné.");
	account_wrong(&t.wrong, "code", t.code_error);
	reply_invitation(rq, st, status, NULL, code, &t);
	return NULL;
}

static void ask_code(struct http_request *rq)
{
	reply_invitation(rq, http_request_context(rq), 200, NULL, NULL,
			 &(struct typed){.login = NULL});
}

static void take_code(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);
	const char *code = account_field(rq, "code");
	char *tidy = http_request_alloc(rq, 65);
	size_t n = 0;

	for (const char *p = code; *p && n < 64; p++)
		if (*p != ' ')
			tidy[n++] = *p;
	tidy[n] = '\0';
	if (find(rq, st, tidy))
		http_redirect(rq, 303, page_text(rq, INVITATION_PATH "/%s", tidy));
}

static void show_invitation(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);
	const char *code = http_request_param(rq, "code");
	const struct rdvd_invitation *i = find(rq, st, code);

	if (i)
		reply_invitation(rq, st, 200, i, code, &(struct typed){.login = NULL});
}

static void accepted(void *arg, const struct access_login *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	const struct lang *l;
	const struct rdvd_invitation *i;
	struct typed *t = data;
	const char *code;
	int status = 422;

	if (!rq)
		return;
	if (r->verdict == ACCESS_OK) {
		account_go_on(rq, r, NULL);
		return;
	}
	l = http_request_lang(rq);
	code = http_request_param(rq, "code");
	i = find(rq, st, code);
	if (!i)
		return;
	if (r->verdict == ACCESS_TAKEN)
		account_wrong(&t->wrong, "identifiant",
			      tr(l, "Quelqu’un a déjà cet identifiant : choisissez-en un "
				    "autre."));
	else
		account_wrong(&t->wrong, "mot_de_passe", account_refusal(rq, r, &status));
	reply_invitation(rq, st, status, i, code, t);
}

static void accept_invitation(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const char *code = http_request_param(rq, "code");
	const struct rdvd_invitation *i = find(rq, st, code);
	const char *password = account_field(rq, "mot_de_passe");
	const struct lang *l = http_request_lang(rq);
	struct typed *t;
	uint8_t hash[SECRET_HASH_SIZE];
	struct access_attempt at;
	const char *why;

	if (!i)
		return;
	t = http_request_alloc(rq, sizeof(*t));
	*t = (struct typed){.login = account_field(rq, "identifiant"),
			    .name = account_field(rq, "nom")};
	if (!i->user && !access_login_is_valid(t->login))
		account_wrong(&t->wrong, "identifiant",
			      tr(l, "L’identifiant est fait de lettres minuscules sans "
				    "accent, de chiffres et de . _ @ - (64 au plus)."));
	if (!i->user && (!*t->name || strlen(t->name) > 100))
		account_wrong(&t->wrong, "nom",
			      tr(l, "Écrivez votre nom, comme vos collègues le liront."));
	why = password_words(password_check(password, i->user ? i->name : t->login,
					    i->user ? i->name : t->name, i->email));
	if (why)
		account_wrong(&t->wrong, "mot_de_passe", tr(l, why));
	if (t->wrong.n) {
		reply_invitation(rq, st, 422, i, code, t);
		return;
	}
	account_attempt(rq, &at, hash);
	access_invitation_accept(st->access, i->id, t->login, t->name, password, &at,
				 accepted, staff_wait(rq, t));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = INVITATION_PATH, .handle = ask_code},
	{.method = HTTP_POST,
	 .pattern = INVITATION_PATH,
	 .csrf = CSRF_TOKEN,
	 .limit = LIMIT_LOGIN,
	 .body = BODY_FORM,
	 .handle = take_code},
	{.method = HTTP_GET,
	 .pattern = INVITATION_PATH "/{code}",
	 .limit = LIMIT_LOGIN,
	 .handle = show_invitation},
	{.method = HTTP_POST,
	 .pattern = INVITATION_PATH "/{code}",
	 .csrf = CSRF_TOKEN,
	 .limit = LIMIT_LOGIN,
	 .body = BODY_FORM,
	 .handle = accept_invitation},
};

void account_invitation_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
