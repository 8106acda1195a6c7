/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query.c - parameters of the query, read strictly, and the refusals that say which of
 * them is wrong. A parameter that is malformed is a 400; one that is well formed and
 * names nothing here is a 422. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"

struct api_call *call_begin(struct http_request *rq)
{
	struct api_call *c = xcalloc(1, sizeof *c);

	c->api = http_request_context(rq);
	c->edition = booking_edition(c->api->booking);
	c->ticket = http_suspend(rq);
	return c;
}

struct http_request *call_end(struct api_call *c)
{
	struct http_request *rq = http_resume(c->ticket);
	/* without a request the rooms may be gone, at the end */
	int exchanged = rq && c->edition != booking_edition(c->api->booking);

	free(c);
	if (exchanged && http_request_reads(rq)) {
		http_request_again(rq);
		return NULL;
	}
	return rq;
}

struct http_request *call_end_read(struct api_call *c, enum rdvd_rc rc)
{
	struct http_request *rq = call_end(c);

	if (!rq || rc == RDVD_OK)
		return rq;
	api_refuse_rc(rq, rc);
	return NULL;
}

/* ---- refusals ---- */

void api_error(struct api_errors *e, const char *field, const char *code,
	       const char *message)
{
	if (e->n < API_ERRORS_MAX)
		e->items[e->n++] = (struct http_error){field, code, message};
}

void api_refuse(struct http_request *rq, int status, const struct api_errors *e)
{
	const struct lang *lang = http_request_lang(rq);
	struct http_error translated[API_ERRORS_MAX];

	for (size_t i = 0; i < e->n; i++) {
		translated[i] = e->items[i];
		translated[i].message = tr(lang, e->items[i].message);
	}
	http_problem(rq, status, tr(lang, "La demande contient des erreurs"),
		     e->n ? translated[0].message : NULL, translated, e->n);
}

/* How each verdict is told. */
static const struct {
	int status;
	const char *title;
	const char *detail;
} verdicts[] = {
	[BOOKING_FIELDS] = {422, N_("La demande contient des erreurs"), NULL},
	[BOOKING_KEY_REUSED] = {422, N_("Clé déjà utilisée"),
				N_("Cette clé de demande a déjà servi pour une autre "
				   "demande. Prenez une "
				   "nouvelle clé.")},
	[BOOKING_NOT_A_SLOT] =
		{422, N_("Ce n'est pas un horaire"),
		 N_("Aucune permanence n'a d'horaire qui commence à ce moment.")},
	[BOOKING_CLOSED] = {409, N_("Fermé ce jour-là"),
			    N_("Le lieu est fermé ce jour-là. Voici les horaires les "
			       "plus proches.")},
	[BOOKING_TOO_EARLY] =
		{409, N_("Trop tôt"),
		 N_("Cet horaire est trop proche pour être encore réservé.")},
	[BOOKING_TOO_FAR] = {409, N_("Trop loin"),
			     N_("Cet horaire n'est pas encore ouvert à la réservation.")},
	[BOOKING_TAKEN] =
		{409, N_("Horaire déjà pris"),
		 N_("Quelqu'un vient de prendre cet horaire. Voici les plus proches.")},
	[BOOKING_TOO_LATE] =
		{409, N_("Trop tard"),
		 N_("Il est trop tard pour changer ce rendez-vous en ligne.")},
	[BOOKING_IS_CANCELLED] = {409, N_("Rendez-vous annulé"),
				  N_("Ce rendez-vous a été annulé.")},
	[BOOKING_NO_MORE] = {409, N_("Plus de prolongation"),
			     N_("Cet horaire ne peut plus être gardé plus longtemps.")},
	[BOOKING_NOT_FOUND] = {404, N_("Introuvable"),
			       N_("Il n'y a rien à cette adresse.")},
	[BOOKING_BUSY] = {503, N_("Occupé"),
			  N_("Trop de demandes à la fois. Réessayez dans un instant.")},
	[BOOKING_UNCERTAIN] = {503, N_("Réponse perdue"),
			       N_("L'enregistrement n'a pas pu être vérifié. Redemandez "
				  "avec la même clé.")},
	[BOOKING_FAILED] = {503, N_("Enregistrement impossible"),
			    N_("L'enregistrement est impossible pour le moment. "
			       "Réessayez plus tard.")},
};

static int retry_after(enum booking_verdict v)
{
	return v == BOOKING_FAILED ? 30 : 2;
}

void api_refuse_verdict(struct http_request *rq, const struct booking_reply *r)
{
	const struct api *api = http_request_context(rq);
	const struct lang *lang = http_request_lang(rq);
	const char *title = tr(lang, verdicts[r->verdict].title);
	int status = verdicts[r->verdict].status;
	struct api_errors e = {.n = 0};
	struct buf members = BUF_INIT;

	if (status == 503) {
		http_fail_later(rq, 503, tr(lang, verdicts[r->verdict].detail),
				retry_after(r->verdict));
		return;
	}
	if (r->verdict == BOOKING_FIELDS) {
		for (size_t i = 0; r->errors && i < r->errors->n; i++)
			api_error(&e, r->errors->items[i].field, r->errors->items[i].code,
				  r->errors->items[i].message);
		api_refuse(rq, 422, &e);
		return;
	}
	if (r->verdict == BOOKING_NOT_A_SLOT)
		api_error(&e, "start", "not_a_slot",
			  tr(lang, verdicts[r->verdict].detail));
	if (r->verdict == BOOKING_KEY_REUSED)
		api_error(&e, "request_key", "key_reused",
			  tr(lang, verdicts[r->verdict].detail));
	if (status == 409) {
		buf_addlit(&members, "\"alternatives\":");
		show_slots(&members, booking_territory(api->booking), r->alternatives,
			   r->nalternatives);
	}
	http_problem_with(rq, status, title, tr(lang, verdicts[r->verdict].detail),
			  e.items, e.n, members.len ? buf_str(&members) : NULL);
	buf_fini(&members);
}

void api_refuse_rc(struct http_request *rq, enum rdvd_rc rc)
{
	static const enum booking_verdict meaning[] = {
		[RDVD_OK] = BOOKING_FAILED,
		[RDVD_NOT_FOUND] = BOOKING_NOT_FOUND,
		[RDVD_CONFLICT] = BOOKING_TAKEN,
		[RDVD_STALE] = BOOKING_TOO_LATE,
		[RDVD_INVALID] = BOOKING_FIELDS,
		[RDVD_BUSY] = BOOKING_BUSY,
		[RDVD_UNCERTAIN] = BOOKING_UNCERTAIN,
		[RDVD_FAILED] = BOOKING_FAILED,
	};
	const struct booking_reply r = {.verdict = meaning[rc]};

	api_refuse_verdict(rq, &r);
}

int api_is_staff(const struct http_request *rq)
{
	return http_request_is_local(rq) ||
	       (http_request_user(rq) && http_request_header(rq, "Authorization"));
}

const char *api_actor(const struct http_request *rq)
{
	const struct http_user *u = http_request_user(rq);

	return u ? u->name : "local";
}

/* ---- parameters ---- */

void query_int(struct http_request *rq, const char *name, int64_t min, int64_t max,
	       int64_t *out, struct api_errors *e)
{
	const char *s = http_request_query(rq, name);

	if (s && parse_int(s, min, max, out) < 0)
		api_error(e, name, "out_of_range",
			  "Ce n'est pas un nombre entier permis ici.");
}

int api_time_parse(const struct territory *t, const char *s, rdvd_time *out)
{
	char fixed[40];
	size_t n = strlen(s);
	civil_day day;

	if (!civil_day_parse(s, &day)) {
		*out = zone_to_utc(t->zone, civil_time_from(day, 0));
		return 0;
	}
	if (n >= sizeof fixed)
		return -1;
	/* A '+' that was not percent-encoded has become a space. */
	memcpy(fixed, s, n + 1);
	if (n > 6 && fixed[n - 6] == ' ')
		fixed[n - 6] = '+';
	return rfc3339_parse(fixed, out);
}

static const char not_a_time[] =
	N_("Donnez une date (2026-03-20) ou un instant (2026-03-20T08:00:00+01:00).");

void query_time(struct http_request *rq, const struct territory *t, const char *name,
		rdvd_time *out, struct api_errors *e)
{
	const char *s = http_request_query(rq, name);

	if (s && api_time_parse(t, s, out) < 0)
		api_error(e, name, "not_a_time", not_a_time);
}

void query_day(struct http_request *rq, const struct territory *t, const char *name,
	       int32_t *out, struct api_errors *e)
{
	const char *s = http_request_query(rq, name);
	rdvd_time when;

	if (!s)
		return;
	if (api_time_parse(t, s, &when) < 0)
		api_error(e, name, "not_a_time", not_a_time);
	else
		*out = civil_time_day(zone_to_civil(t->zone, when));
}

void query_range(rdvd_time from, rdvd_time to, struct api_errors *e)
{
	if (from && to && to < from)
		api_error(e, "to", "before_from", "La fin est avant le début.");
}

/* ---- cursors ---- */

void cursor_write(struct buf *out, int64_t a, int64_t b)
{
	buf_addf(out, "%llx_%llx", (unsigned long long)a, (unsigned long long)b);
}

static const char *hex_number(const char *s, int64_t *out)
{
	uint64_t v = 0;
	int n = 0;

	for (; n < 16; n++, s++) {
		int digit;

		if (*s >= '0' && *s <= '9')
			digit = *s - '0';
		else if (*s >= 'a' && *s <= 'f')
			digit = *s - 'a' + 10;
		else
			break;
		v = v << 4 | (unsigned)digit;
	}
	if (!n || v > INT64_MAX)
		return NULL;
	*out = (int64_t)v;
	return s;
}

int cursor_parse(const char *s, int64_t *a, int64_t *b)
{
	int64_t first, second;
	const char *p = hex_number(s, &first);

	if (!p || *p != '_')
		return -1;
	p = hex_number(p + 1, &second);
	if (!p || *p)
		return -1;
	*a = first;
	*b = second;
	return 0;
}
