/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_fields.c - what an invitation and an account have in common: a name, an
 * address, a role, an organisation, an agenda. Read from a form, judged, shown again. */
#include <string.h>

#include "base/mem.h"
#include "web/account_room.h"

#define HASH_NAME_BYTES 8

#define MAKE_AGENDA "+"

/* Whose agenda that is already; NULL: nobody's. */
static const struct access_user *holder(const struct staff *st, rdvd_id counsellor)
{
	const struct access_user *u;

	for (size_t i = 0; (u = access_user_at(st->access, i)); i++)
		if (u->counsellor == counsellor && !u->disabled)
			return u;
	return NULL;
}

static void read_agenda(struct http_request *rq, const struct staff *st, rdvd_id self,
			struct account_typed *out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const char *slug = account_field(rq, "agenda");
	const struct lang *l = http_request_lang(rq);
	const struct access_user *u;
	int i;

	if (strcmp(slug, MAKE_AGENDA) == 0) {
		out->make_counsellor = true;
		if (!out->organisation)
			account_wrong(&out->wrong, "agenda",
				      tr(l, "Choisissez d’abord la structure de cet "
					    "agenda."));
		return;
	}
	if (!*slug)
		return;
	i = territory_counsellor(t, slug);
	if (i == TERRITORY_NONE || t->counsellors[i].retired ||
	    (out->organisation &&
	     t->organisations[t->counsellors[i].organisation].id != out->organisation)) {
		account_wrong(&out->wrong, "agenda",
			      tr(l, "Cet agenda n’est pas de cette structure."));
		return;
	}
	out->counsellor = t->counsellors[i].id;
	u = holder(st, out->counsellor);
	if (u && u->id != self)
		account_wrong(&out->wrong, "agenda",
			      page_text(rq, tr(l, "Cet agenda est déjà celui de %s."),
					*u->name ? u->name : u->login));
}

void account_read(struct http_request *rq, const struct staff *st,
		  const struct viewer *who, bool email_wanted, rdvd_id self,
		  struct account_typed *out)
{
	const struct lang *l = http_request_lang(rq);

	*out = (struct account_typed){
		.name = account_field(rq, "nom"),
		.email = account_field(rq, "email"),
		.role = account_field(rq, "role"),
	};
	if (!*out->name)
		account_wrong(&out->wrong, "nom", tr(l, "Écrivez son nom."));
	else if (strlen(out->name) > 100)
		account_wrong(&out->wrong, "nom",
			      tr(l, "C’est trop long : 100 caractères au plus."));
	if (*out->email && !access_email_is_valid(out->email))
		account_wrong(&out->wrong, "email",
			      tr(l, "Cette adresse ne peut pas être une adresse e-mail. "
				    "Exemple : prenom.nom@exemple.fr"));
	else if (!*out->email && email_wanted)
		account_wrong(&out->wrong, "email",
			      tr(l, "Écrivez son adresse e-mail, ou imprimez un code."));
	if (account_asked_organisation(rq, st, who, &out->organisation) < 0)
		account_wrong(&out->wrong, "structure",
			      tr(l, "Cette structure n’existe plus."));
	if (strcmp(out->role, "network") == 0)
		out->organisation = 0;
	if (strcmp(out->role, "admin") == 0 && !out->organisation)
		account_wrong(&out->wrong, "structure",
			      tr(l, "Choisissez la structure à administrer."));
	if (!*rights_role_title(out->role))
		account_wrong(&out->wrong, "role",
			      tr(l, "Choisissez ce que la personne pourra faire."));
	else if (!rights_may_give(who->user, out->role, out->organisation))
		account_wrong(&out->wrong, "role",
			      tr(l, "Vous ne pouvez pas donner plus que vos propres "
				    "droits."));
	read_agenda(rq, st, self, out);
}

/* The agendas of a choice: nobody else's. */
static size_t agendas(struct http_request *rq, const struct staff *st,
		      const struct viewer *who, const struct account_typed *chosen,
		      rdvd_id self, const struct option_view **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_counsellors + 2) * sizeof(*o));
	size_t n = 0;

	o[n++] = (struct option_view){.value = "", .text = tr(l, "Aucun agenda")};
	o[n++] = (struct option_view){.value = MAKE_AGENDA,
				      .text = tr(l, "Un nouvel agenda à son nom"),
				      .selected = chosen->make_counsellor};
	for (int i = 0; i < t->live_counsellors; i++) {
		const struct access_user *u = holder(st, t->counsellors[i].id);

		if (!staff_may_see_counsellor(st, who, i) || (u && u->id != self))
			continue;
		o[n++] = (struct option_view){
			.value = t->counsellors[i].slug,
			.text = t->counsellors[i].label,
			.selected = t->counsellors[i].id == chosen->counsellor,
		};
	}
	*out = o;
	return n;
}

void account_fill(struct http_request *rq, const struct staff *st,
		  const struct viewer *who, const struct account_typed *t, rdvd_id self,
		  struct account_fields *f)
{
	const struct territory *territory = booking_territory(st->web.booking);
	int organisation = t->organisation
				   ? territory_by_id(territory, RDVD_DEF_ORGANISATION,
						     t->organisation)
				   : TERRITORY_NONE;

	f->name = t->name;
	f->email = t->email;
	f->name_error = account_wrong_at(&t->wrong, "nom");
	f->email_error = account_wrong_at(&t->wrong, "email");
	f->role_error = account_wrong_at(&t->wrong, "role");
	f->agenda_error = account_wrong_at(&t->wrong, "agenda");
	f->organisation_error = account_wrong_at(&t->wrong, "structure");
	f->nroles = account_role_options(rq, who, t->role, &f->roles);
	f->norganisations = account_organisation_options(rq, st, who, organisation, true,
							 &f->organisations);
	f->nagendas = agendas(rq, st, who, t, self, &f->agendas);
}

const char *account_hash_name(struct http_request *rq, const uint8_t *hash)
{
	struct buf b = BUF_INIT;
	const char *out;

	buf_add_hex(&b, hash, HASH_NAME_BYTES);
	out = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return out;
}
