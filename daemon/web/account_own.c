/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_own.c - one's own account: who one is here, another password, the second factor
 * and its codes on paper, the browsers that are logged in, the way to the calendar's
 * address. What could lock somebody out asks for the present password again. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/password.h"
#include "web/account_room.h"

#define SESSIONS_MAX 50

static const struct {
	const char *word, *text;
} said[] = {
	{"mot-de-passe", N_("Votre mot de passe est changé. Les autres appareils sont "
			    "déconnectés.")},
	{"deconnecte", N_("L’appareil est déconnecté.")},
	{"autres", N_("Tous les autres appareils sont déconnectés.")},
	{"sans-protection", N_("Votre compte n’a plus de second facteur.")},
};

static void say_sessions(struct http_request *rq, const struct staff *st,
			 const struct access_user *u, struct account_own_view *v)
{
	struct access_session_row *rows =
		http_request_alloc(rq, SESSIONS_MAX * sizeof(*rows));
	struct account_session_view *views =
		http_request_alloc(rq, SESSIONS_MAX * sizeof(*views));
	size_t n = access_session_list(st->access, u->id, rows, SESSIONS_MAX);
	uint8_t here[SECRET_HASH_SIZE] = {0};
	const struct lang *l = http_request_lang(rq);

	http_request_session_hash(rq, here);
	for (size_t i = 0; i < n; i++)
		views[i] = (struct account_session_view){
			.device = *rows[i].device
					  ? http_request_strdup(rq, rows[i].device)
					  : tr(l, "Appareil inconnu"),
			.since = staff_moment(rq, st, rows[i].created),
			.seen = staff_moment(rq, st, rows[i].last_seen),
			.id = account_hash_name(rq, rows[i].hash),
			.here = memcmp(rows[i].hash, here, sizeof(here)) == 0,
		};
	v->sessions = views;
	v->nsessions = n;
	v->others = n > 1;
}

static void reply_own(struct http_request *rq, const struct staff *st, int status,
		      const struct account_problems *p)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);
	struct account_own_view v = {.nsessions = 0};
	struct buf out = BUF_INIT;
	struct viewer who;

	staff_viewer(rq, &who);
	for (size_t i = 0; done && i < ARRAY_SIZE(said); i++)
		if (strcmp(done, said[i].word) == 0)
			v.said.text = tr(l, said[i].text);
	v.problems = p->items;
	v.nproblems = p->n;
	v.present_error = account_wrong_at(p, "present");
	v.fresh_error = account_wrong_at(p, "nouveau");
	v.recovery_error = account_wrong_at(p, "present_codes");
	v.drop_error = account_wrong_at(p, "present_retrait");
	v.name = who.user->name;
	v.login = who.user->login;
	v.role = tr(l, rights_role_title(who.user->organisation || strcmp(who.user->role,
									  "admin") != 0
						 ? who.user->role
						 : "network"));
	v.organisation = account_organisation_name(rq, st, who.user->organisation);
	if (who.counsellor != TERRITORY_NONE) {
		v.agenda = t->counsellors[who.counsellor].label;
		v.feed = true;
	}
	v.has_factor = who.user->has_totp;
	v.factor_required = rights_administers(who.user) && !st->options.demonstration;
	v.factor_advised = rights_administers(who.user);
	v.recovery_left = who.user->recovery_left;
	say_sessions(rq, st, who.user, &v);
	staff_layout(rq, st, &v.layout, tr(l, "Mon compte"), STAFF_ACCOUNT);
	v.layout.script = http_asset_url("account.js");
	v.csrf = v.layout.csrf;
	page_account_own(&out, l, &v);
	http_reply_html(rq, status, &out);
}

static void show_own(struct http_request *rq)
{
	reply_own(rq, http_request_context(rq), 200, &(struct account_problems){.n = 0});
}

/* ---- another password ---- */

/* What was wrong, beside the field that asked for the present password. */
static void reply_refusal(struct http_request *rq, const struct staff *st,
			  const struct access_login *r, const char *field)
{
	struct account_problems p = {.n = 0};
	int status = 422;

	account_wrong(&p, field,
		      r->verdict == ACCESS_WRONG
			      ? tr(http_request_lang(rq),
				   "Ce n’est pas votre mot de passe actuel.")
			      : account_refusal(rq, r, &status));
	reply_own(rq, st, status, &p);
}

static void password_changed(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (!rq)
		return;
	if (r->verdict == ACCESS_OK)
		account_go_on(rq, r, "/equipe/compte?fait=mot-de-passe");
	else
		reply_refusal(rq, st, r, "present");
}

static void change_password(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const char *present = account_field(rq, "present");
	const char *fresh = account_field(rq, "nouveau");
	const struct lang *l = http_request_lang(rq);
	struct account_problems p = {.n = 0};
	uint8_t hash[SECRET_HASH_SIZE];
	struct access_attempt at;
	const char *why;
	struct viewer who;

	staff_viewer(rq, &who);
	why = password_words(
		password_check(fresh, who.user->login, who.user->name, who.user->email));
	if (!*present)
		account_wrong(&p, "present", tr(l, "Écrivez votre mot de passe actuel."));
	if (why)
		account_wrong(&p, "nouveau", tr(l, why));
	else if (strcmp(present, fresh) == 0)
		account_wrong(&p, "nouveau", tr(l, "C’est le même qu’avant."));
	if (p.n) {
		reply_own(rq, st, 422, &p);
		return;
	}
	account_attempt(rq, &at, hash);
	access_password(st->access, present, fresh, &at, password_changed,
			staff_wait(rq, NULL));
}

/* ---- the second factor ---- */

static void codes_made(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (!rq)
		return;
	if (r->verdict == ACCESS_OK)
		account_show_codes(rq, st, r, "/equipe/compte");
	else
		reply_refusal(rq, st, r, "present_codes");
}

static void proven_for_codes(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	uint8_t hash[SECRET_HASH_SIZE];
	struct access_attempt at;

	if (!rq)
		return;
	if (r->verdict != ACCESS_OK) {
		reply_refusal(rq, st, r, "present_codes");
		return;
	}
	account_attempt(rq, &at, hash);
	access_recovery_renew(st->access, &at, codes_made, staff_wait(rq, NULL));
}

static void dropped(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (rq && rc == RDVD_OK)
		http_redirect(rq, 303, "/equipe/compte?fait=sans-protection");
	else if (rq)
		http_fail_later(rq, 503, NULL, 5);
}

static void proven_for_drop(void *arg, const struct access_login *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct viewer who;

	if (!rq)
		return;
	if (r->verdict != ACCESS_OK) {
		reply_refusal(rq, st, r, "present_retrait");
		return;
	}
	staff_viewer(rq, &who);
	access_totp_drop(st->access, who.user->login, 0, dropped, staff_wait(rq, NULL));
}

static void prove(struct http_request *rq, access_login_cb *cb)
{
	struct staff *st = http_request_context(rq);
	uint8_t hash[SECRET_HASH_SIZE];
	struct access_attempt at;
	struct viewer who;

	staff_viewer(rq, &who);
	account_attempt(rq, &at, hash);
	access_prove(st->access, who.user->login, account_field(rq, "present"), &at, cb,
		     staff_wait(rq, NULL));
}

static void renew_codes(struct http_request *rq)
{
	prove(rq, proven_for_codes);
}

static void drop_factor(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);
	struct viewer who;

	staff_viewer(rq, &who);
	if (rights_administers(who.user) && !st->options.demonstration) {
		http_fail(rq, 403, NULL);
		return;
	}
	prove(rq, proven_for_drop);
}

/* ---- sessions ---- */

static void ended(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	(void)rc; /* it ended in memory at once */
	if (rq)
		http_redirect(rq, 303, "/equipe/compte?fait=deconnecte");
}

static void end_session(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const char *id = account_field(rq, "appareil");
	struct access_session_row *rows =
		http_request_alloc(rq, SESSIONS_MAX * sizeof(*rows));
	uint8_t here[SECRET_HASH_SIZE] = {0};
	struct viewer who;
	size_t n;

	staff_viewer(rq, &who);
	http_request_session_hash(rq, here);
	if (strcmp(id, "autres") == 0) {
		access_session_end_others(st->access, who.user->id, here);
		http_redirect(rq, 303, "/equipe/compte?fait=autres");
		return;
	}
	n = access_session_list(st->access, who.user->id, rows, SESSIONS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(account_hash_name(rq, rows[i].hash), id) != 0)
			continue;
		access_logout(st->access, rows[i].hash, ended, staff_wait(rq, NULL));
		return;
	}
	http_redirect(rq, 303, "/equipe/compte?fait=deconnecte");
}

#define OWN_POST(path, fn)                                              \
	{                                                               \
		.method = HTTP_POST, .pattern = "/equipe/compte/" path, \
		.access = ACCESS_STAFF, .right = RIGHT(SELF, CHANGE),   \
		.csrf = CSRF_TOKEN, .body = BODY_FORM, .handle = (fn)   \
	}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/compte",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(SELF, SEE),
	 .handle = show_own},
	OWN_POST("mot-de-passe", change_password),
	OWN_POST("codes", renew_codes),
	OWN_POST("protection/retirer", drop_factor),
	OWN_POST("appareils", end_session),
};

void account_own_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
