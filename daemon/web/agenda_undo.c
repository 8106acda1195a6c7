/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_undo.c - "Revenir en arrière", for half a minute after a move or a cancellation
 * by the team: everything as it was, and nobody was told. */
#include <string.h>

#include "base/mem.h"
#include "web/agenda_room.h"

void staff_say_undone(struct http_request *rq, struct staff_said *said)
{
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);

	if (!done)
		return;
	if (strcmp(done, "repris") == 0)
		said->text = tr(l, "Tout est comme avant. Aucun message n’est parti.");
	else if (strcmp(done, "trop-tard") == 0)
		*said = (struct staff_said){
			.text = tr(l, "C’est trop tard pour revenir en arrière\u00a0: le "
				      "message est parti, ou autre chose a changé "
				      "depuis. Changez de nouveau la date si besoin."),
			.bad = true};
	else if (strcmp(done, "pris") == 0)
		*said = (struct staff_said){
			.text = tr(l, "L’ancien horaire vient d’être pris. Le "
				      "rendez-vous reste où il est."),
			.bad = true};
}

/* Back to where the button stood, with what became of it. */
static void go_back(struct http_request *rq, const char *what)
{
	const char *back = http_request_field(rq, "retour");
	const char *query;

	if (!back || !staff_path_is_ours(back))
		back = page_text(rq, "/equipe/rdv/%s", http_request_param(rq, "id"));
	query = strchr(back, '?') ? "&" : "?";
	http_redirect(rq, 303, page_text(rq, "%s%sfait=%s", back, query, what));
}

static void undone(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (!rq)
		return;
	if (r->verdict == BOOKING_DONE)
		go_back(rq, "repris");
	else if (r->verdict == BOOKING_TAKEN)
		go_back(rq, "pris");
	else if (r->verdict == BOOKING_TOO_LATE)
		go_back(rq, "trop-tard");
	else
		page_fail(rq, r->verdict);
}

static void undo_it(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct viewer who;

	if (!rq || staff_refused(rq, st, r))
		return;
	staff_viewer(rq, &who);
	booking_undo(st->web.booking, r->appointment->id, who.user->login, undone,
		     staff_wait(rq, NULL));
}

static void undo(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct booking_which which = {0};

	if (staff_id(rq, &which.id) == 0)
		booking_get(st->web.booking, &which, undo_it, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/equipe/rdv/{id}/reprendre",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = undo},
};

void agenda_undo_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
