/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_room.c - see account_room.h. */
#include "web/account_room.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* ---- what is wrong ---- */

void account_wrong(struct account_problems *p, const char *field, const char *text)
{
	if (p->n < ARRAY_SIZE(p->items))
		p->items[p->n++] = (struct account_problem){.field = field, .text = text};
}

const char *account_wrong_at(const struct account_problems *p, const char *field)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->items[i].field, field) == 0)
			return p->items[i].text;
	return NULL;
}

const char *account_field(const struct http_request *rq, const char *name)
{
	const char *s = http_request_field(rq, name);

	return s ? s : "";
}

/* ---- who asks ---- */

void account_attempt(struct http_request *rq, struct access_attempt *at, uint8_t *hash)
{
	char device[64];

	account_device(http_request_header(rq, "User-Agent"), device, sizeof(device));
	*at = (struct access_attempt){
		.address = http_request_address(rq),
		.device = http_request_strdup(rq, device),
	};
	if (http_request_session_hash(rq, hash))
		at->replaces = hash;
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

const char *account_refusal(struct http_request *rq, const struct access_login *r,
			    int *status)
{
	const struct lang *l = http_request_lang(rq);

	switch (r->verdict) {
	case ACCESS_OK: return NULL;
	case ACCESS_WAIT:
		*status = 429;
		http_header(rq, "Retry-After", page_text(rq, "%d", r->retry_after_s));
		return say_wait(rq, r->retry_after_s);
	case ACCESS_GONE:
		*status = 409;
		return tr(l, "Cela n’est plus valable. Recommencez depuis le début.");
	case ACCESS_WRONG:
	case ACCESS_TAKEN:
		*status = 422;
		return tr(l, "Ce n’est pas le bon. Vérifiez, puis recommencez.");
	case ACCESS_BUSY:
	case ACCESS_FAILED: break;
	}
	*status = 503;
	http_header(rq, "Retry-After", "5");
	return tr(l, "Nous n’avons pas pu vérifier. Attendez quelques secondes et "
		     "recommencez.");
}

void account_go_on(struct http_request *rq, const struct access_login *r,
		   const char *next)
{
	const char *asked =
		staff_path_is_ours(next) && strcmp(next, "/equipe") != 0 ? next : NULL;

	http_session_cookie(rq, r->token, r->max_age_s);
	switch (r->stage) {
	case ACCESS_NEEDS_CODE:
		http_redirect(rq, 303,
			      page_url(rq, ACCOUNT_CODE_PATH, "next", asked, NULL));
		return;
	case ACCESS_NEEDS_FACTOR:
		http_redirect(rq, 303,
			      page_url(rq, ACCOUNT_FACTOR_PATH, "next", asked, NULL));
		return;
	case ACCESS_NOBODY: http_redirect(rq, 303, STAFF_LOGIN_PATH); return;
	case ACCESS_FULL:
		http_redirect(rq, 303, asked ? asked : staff_home(r->user));
		return;
	}
}

const char *account_origin(struct http_request *rq, const struct staff *st)
{
	const char *host = http_request_header(rq, "Host");

	if (st->options.public_url)
		return st->options.public_url;
	return page_text(rq, "http://%s", host ? host : "localhost");
}

/* ---- choices ---- */

size_t account_role_options(struct http_request *rq, const struct viewer *who,
			    const char *chosen, const struct option_view **out)
{
	static const char *const notes[] = {
		N_("Toutes les structures, les passerelles, le territoire."),
		N_("Tout dans la structure, et les comptes de l’équipe."),
		N_("L’agenda, les personnes et leurs messages."),
		N_("L’agenda avec les prénoms, et les arrivées. Ni fiches, ni messages."),
		N_("Les chiffres, sans personne."),
	};
	const struct lang *l = http_request_lang(rq);
	struct option_view *o = http_request_alloc(rq, ARRAY_SIZE(notes) * sizeof(*o));
	const char *role;
	size_t n = 0;

	for (size_t i = 0; (role = rights_role_name(i)) && i < ARRAY_SIZE(notes); i++) {
		if (!rights_may_give(who->user, role,
				     i == 0 ? 0 : who->user->organisation))
			continue;
		o[n++] = (struct option_view){
			.value = role,
			.text = tr(l, rights_role_title(role)),
			.note = tr(l, notes[i]),
			.selected = chosen && strcmp(chosen, role) == 0,
		};
	}
	*out = o;
	return n;
}

size_t account_organisation_options(struct http_request *rq, const struct staff *st,
				    const struct viewer *who, int chosen, bool network,
				    const struct option_view **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_organisations + 1) * sizeof(*o));
	size_t n = 0;

	if (who->user->organisation)
		return 0;
	if (network)
		o[n++] = (struct option_view){
			.value = "",
			.text = tr(http_request_lang(rq), "Tout le réseau"),
			.selected = chosen == TERRITORY_NONE};
	for (int i = 0; i < t->live_organisations; i++)
		o[n++] = (struct option_view){.value = t->organisations[i].slug,
					      .text = t->organisations[i].name,
					      .selected = i == chosen};
	*out = o;
	return n;
}

const char *account_organisation_name(struct http_request *rq, const struct staff *st,
				      rdvd_id id)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = id ? territory_by_id(t, RDVD_DEF_ORGANISATION, id) : TERRITORY_NONE;

	if (!id)
		return tr(http_request_lang(rq), "tout le réseau");
	return i == TERRITORY_NONE ? "" : t->organisations[i].name;
}

int account_asked_organisation(const struct http_request *rq, const struct staff *st,
			       const struct viewer *who, rdvd_id *out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *slug = account_field(rq, "structure");
	int i;

	*out = who->user->organisation;
	if (*out || !*slug)
		return 0;
	i = territory_organisation(t, slug);
	if (i == TERRITORY_NONE || t->organisations[i].retired)
		return -1;
	*out = t->organisations[i].id;
	return 0;
}
