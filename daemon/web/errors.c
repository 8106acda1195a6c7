/* SPDX-License-Identifier: GPL-3.0-or-later */
/* errors.c - the pages of refusals: what happened, in plain words, and what to do now. No
 * number of an error is shown: it helps nobody on a bus. */
#include <string.h>

#include "base/mem.h"
#include "web/page.h"

struct failure {
	int status;
	const char *heading, *what, *remedy; /* msgids; remedy NULL: none */
	bool again;			     /* trying again may help */
};

static const struct failure failures[] = {
	{404, N_("Cette page n’existe pas"),
	 N_("Le lien est peut-être incomplet, ou le rendez-vous a été effacé."),
	 N_("Si vous avez reçu le lien par SMS, ouvrez-le de nouveau depuis le message, "
	    "en entier. Vous pouvez aussi appeler l’équipe, ou prendre un rendez-vous."),
	 false},
	{400, N_("Nous n’avons pas compris cette demande"),
	 N_("Le lien ou le formulaire est incomplet."),
	 N_("Revenez en arrière et recommencez, ou repartez de la première page."),
	 false},
	{403, N_("Cette page n’est pas ouverte"),
	 N_("Pour votre sécurité, nous refusons les demandes qui viennent d’un autre "
	    "site."),
	 N_("Rouvrez la page et recommencez."), false},
	{405, N_("Cette page ne s’ouvre pas ainsi"),
	 N_("Le lien ou le formulaire est incomplet."),
	 N_("Repartez de la première page."), false},
	{408, N_("La connexion est trop lente"),
	 N_("La page n’a pas pu être envoyée en entier."),
	 N_("Recommencez dans un moment\u00a0: rien n’a été enregistré deux fois."),
	 true},
	{413, N_("C’est trop long"),
	 N_("Ce que vous envoyez dépasse ce que nous pouvons recevoir."),
	 N_("Revenez en arrière et raccourcissez votre texte."), false},
	{415, N_("Nous n’avons pas compris cette demande"),
	 N_("Le formulaire a été envoyé sous une forme inconnue."),
	 N_("Repartez de la première page."), false},
	{429, N_("Beaucoup de demandes en même temps"),
	 N_("Nous recevons beaucoup de demandes depuis votre connexion."),
	 N_("Patientez un instant, puis recommencez. Vous pouvez aussi appeler "
	    "l’équipe."),
	 true},
	{503, N_("Un instant, s’il vous plaît"),
	 N_("Le service ne peut pas répondre pour le moment."),
	 N_("Recommencez dans quelques secondes\u00a0: rien n’est perdu, rien n’est pris "
	    "deux "
	    "fois."),
	 true},
	{500, N_("Quelque chose n’a pas marché"),
	 N_("L’erreur vient de nous, pas de vous."),
	 N_("Recommencez dans un moment, ou appelez l’équipe."), true},
};

/* Anything else is told as our own error: the last row. */
static const struct failure *find(int status)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(failures) - 1 && failures[i].status != status)
		i++;
	return &failures[i];
}

void web_error_page(void *ctx, struct http_request *rq, int status, const char *detail,
		    struct buf *out)
{
	const struct web *w = ctx ? *(struct web **)ctx : NULL;
	const struct lang *l = http_request_lang(rq);
	const struct failure *f = find(status);
	struct failure_view v = {0};

	if (!w) { /* still starting */
		buf_addstr(out, "<!doctype html><html lang=\"fr\"><title>");
		buf_add_html(out, tr(l, f->heading));
		buf_addstr(out, "</title><h1>");
		buf_add_html(out, tr(l, f->heading));
		buf_addstr(out, "</h1></html>\n");
		return;
	}
	page_layout(rq, w, &v.layout, tr(l, f->heading), NULL);
	/* the same address in another language would fail the same way, by GET */
	if (http_request_method(rq) != HTTP_GET)
		v.layout.nlanguages = 0;
	v.status = status;
	v.heading = tr(l, f->heading);
	v.what = tr(l, f->what);
	v.remedy = f->remedy ? tr(l, f->remedy) : NULL;
	if (f->again && http_request_method(rq) == HTTP_GET)
		v.again_url = http_request_target(rq);
	v.search_url = "/";
	page_team(rq, w, page_organisation(w, TERRITORY_NONE), &v.team, &v.team_phone,
		  &v.team_tel);
	page_failure(out, l, &v);
}
