/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_invite.c - an invitation leaves: kept with the letter that carries its link, or
 * shown once as a code for the printer. Nobody but the letter and that page ever says it.
 */
#include <string.h>

#include "base/mem.h"
#include "web/account_room.h"

struct leaving {
	char secret[SECRET_TOKEN_CHARS + 1];
	const char *done, *name;
	rdvd_id organisation;
	bool printed, password;
};

static void reply_paper(struct http_request *rq, const struct staff *st,
			const struct leaving *p, rdvd_time until)
{
	const struct lang *l = http_request_lang(rq);
	struct account_paper_view v = {
		.name = p->name,
		.code = p->secret,
		.address = page_text(rq, "%s/equipe/invitation", account_origin(rq, st)),
		.until = staff_moment(rq, st, until),
		.organisation = account_organisation_name(rq, st, p->organisation),
		.password = p->password,
	};
	struct buf out = BUF_INIT;

	staff_layout(rq, st, &v.layout, tr(l, "Un code à remettre"), STAFF_SETTINGS);
	page_account_paper(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static void kept(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct leaving *p = data;
	const struct rdvd_invitation *i = NULL;

	if (!rq)
		return;
	if (rc != RDVD_OK) {
		http_fail_later(rq, 503, NULL, 5);
	} else if (!p->printed) {
		http_redirect(rq, 303, page_url(rq, p->done, "fait", "invite", NULL));
	} else {
		for (size_t k = 0; access_invitation_at(st->access, k); k++)
			i = access_invitation_at(st->access, k);
		reply_paper(rq, st, p, i ? i->expires : 0);
	}
	explicit_bzero(p->secret, sizeof(p->secret));
}

static void write_letter(struct http_request *rq, const struct staff *st,
			 const struct account_invite *i, const struct leaving *p,
			 struct buf *subject, struct buf *text)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *where =
		i->row.organisation
			? account_organisation_name(rq, st, i->row.organisation)
			: t->name;
	const struct lang *l = http_request_lang(rq);

	if (p->password)
		buf_addf(subject, tr(l, "Votre nouveau mot de passe pour %s"), where);
	else
		buf_addf(subject, tr(l, "Rejoindre l’équipe de %s"), where);
	buf_addf(text, tr(l, "Bonjour %s,"), i->row.name);
	buf_addlit(text, "\n\n");
	if (p->password)
		buf_addf(text,
			 tr(l, "Choisissez un nouveau mot de passe pour l’agenda de %s, "
			       "à cette adresse :"),
			 where);
	else
		buf_addf(text,
			 tr(l,
			    "%s vous ouvre un compte dans son agenda. Choisissez votre "
			    "identifiant et votre mot de passe à cette adresse :"),
			 where);
	buf_addf(text, "\n\n%s/equipe/invitation/%s\n\n", account_origin(rq, st),
		 p->secret);
	buf_addstr(text, tr(l, "Elle vaut sept jours et ne sert qu’une fois. Si vous "
			       "n’attendiez pas ce message, ne faites rien."));
	buf_addlit(text, "\n");
}

void account_invite(struct http_request *rq, struct staff *st,
		    const struct account_invite *i, const char *done)
{
	struct leaving *p = http_request_alloc(rq, sizeof(*p));
	struct buf subject = BUF_INIT, text = BUF_INIT;
	struct rdvd_letter letter = {
		.kind = RDVD_MSG_ANSWER,
		.channel = RDVD_CHANNEL_EMAIL,
		.to = i->row.email,
		.actor = i->row.actor,
	};

	*p = (struct leaving){.done = done,
			      .name = http_request_strdup(rq, i->row.name),
			      .organisation = i->row.organisation,
			      .printed = i->printed,
			      .password = i->row.user != 0};
	access_invitation_draw(i->printed, p->secret);
	if (!i->printed) {
		write_letter(rq, st, i, p, &subject, &text);
		letter.subject = buf_str(&subject);
		letter.text = buf_str(&text);
	}
	access_invite(st->access, &i->row, p->secret, i->printed ? NULL : &letter, kept,
		      staff_wait(rq, p));
	if (text.len)
		explicit_bzero(text.data, text.len);
	buf_fini(&subject);
	buf_fini(&text);
}
