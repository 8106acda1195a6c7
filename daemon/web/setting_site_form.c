/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_site_form.c - a site's form: the table of its fields, and the commune, which is
 * understood as the public's search understands it, and brings its code, its postcode and
 * its point. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/setting_map.h"
#include "web/setting_site.h"

static const struct setting_choice step_free[] = {
	{"", N_("Pas précisé")},
	{"oui", N_("Oui, on entre sans marche")},
	{"non", N_("Non, il y a des marches")},
	{NULL, NULL},
};

static const struct setting_choice kinds[] = {
	{"", N_("Pas précisé")},
	{"seat", N_("Le siège")},
	{"delocalised", N_("Une permanence délocalisée")},
	{NULL, NULL},
};

const struct setting_field setting_site_fields[] = {
	{.name = "nom",
	 .label = N_("Nom du lieu"),
	 .hint = N_("Comme on l’appelle sur place\u00a0: «\u00a0Mission locale\u00a0», "
		    "«\u00a0Maison de quartier\u00a0»."),
	 .path = "name",
	 .missing = N_("Donnez un nom à ce lieu.")},
	{.name = "adresse",
	 .label = N_("Numéro et rue"),
	 .path = "address",
	 .missing = N_("Écrivez l’adresse\u00a0: les gens viennent avec.")},
	{.name = "commune",
	 .label = N_("Commune ou code postal"),
	 .communes = true,
	 .max = 80,
	 .missing = N_("Écrivez la commune.")},
	{.name = "code_postal",
	 .label = N_("Code postal"),
	 .hint = N_("Vide\u00a0: celui de la commune."),
	 .path = "postcode",
	 .brief = true,
	 .max = 5},
	{.name = "accueil",
	 .label = N_("Chez qui"),
	 .hint = N_("Le partenaire qui vous accueille, si ce n’est pas chez vous."),
	 .path = "host"},
	{.name = "lat", .label = N_("Latitude"), .brief = true, .max = 20, .group = ""},
	{.name = "lon", .label = N_("Longitude"), .brief = true, .max = 20},
	{.name = "transport_fr",
	 .group = N_("Venir"),
	 .label = N_("Comment venir"),
	 .hint = N_("Le bus, l’arrêt, la gare, le parking."),
	 .path = "transport.fr",
	 .kind = SETTING_LINES,
	 .max = 900},
	{.name = "transport_en",
	 .label = N_("Comment venir, en anglais"),
	 .hint = N_("Vide\u00a0: le texte français est montré."),
	 .path = "transport.en",
	 .kind = SETTING_LINES,
	 .max = 900},
	{.name = "acces_fr",
	 .label = N_("L’entrée"),
	 .hint = N_("La porte, la sonnette, l’étage, à qui s’adresser."),
	 .path = "access.fr",
	 .kind = SETTING_LINES,
	 .max = 900},
	{.name = "acces_en",
	 .label = N_("L’entrée, en anglais"),
	 .path = "access.en",
	 .kind = SETTING_LINES,
	 .max = 900},
	{.name = "marches",
	 .label = N_("Entrée sans marche"),
	 .path = "step_free",
	 .kind = SETTING_YESNO,
	 .choices = step_free},
	{.name = "salles",
	 .group = N_("Salles"),
	 .label = N_("Rendez-vous en même temps, au plus"),
	 .hint = N_("Vide\u00a0: autant que de noms ci-dessous, ou sans limite."),
	 .path = "rooms",
	 .kind = SETTING_NUMBER,
	 .from = 1,
	 .to = 1000},
	{.name = "noms_salles",
	 .label = N_("Noms des salles"),
	 .hint = N_("Un par ligne."),
	 .path = "room_names",
	 .kind = SETTING_LIST,
	 .max = 2000},
	{.name = "genre",
	 .group = N_("Réglages particuliers"),
	 .label = N_("Pour le bilan, ce lieu est"),
	 .path = "place_kind",
	 .kind = SETTING_CHOICE,
	 .choices = kinds},
	{.name = "feries",
	 .label = N_("Jours fériés"),
	 .path = "holidays",
	 .kind = SETTING_CHOICE,
	 .choices = setting_holidays},
	{.name = "fuseau",
	 .label = N_("Heure locale de"),
	 .path = "timezone",
	 .kind = SETTING_CHOICE,
	 .choices = setting_zones},
};
const size_t setting_site_nfields = ARRAY_SIZE(setting_site_fields);

/* ---- the commune ---- */

static void take(struct http_request *rq, struct site_form *f, const struct commune *c)
{
	const char *postcode = setting_value(&f->form, "code_postal");
	bool other = strcmp(f->insee, c->insee) != 0;
	char first[6];

	where_postcode(c, first);
	if (!*postcode || (other && *f->insee && !strstr(c->postcodes, postcode)))
		setting_put(&f->form, "code_postal", http_request_strdup(rq, first));
	setting_put(&f->form, "commune",
		    *first ? page_text(rq, "%s (%s)", c->name, first) : c->name);
	/* another commune: its point, whatever was there */
	if (c->has_point && (other || !*setting_value(&f->form, "lat"))) {
		setting_put(&f->form, "lat", page_text(rq, "%.5f", c->point.lat));
		setting_put(&f->form, "lon", page_text(rq, "%.5f", c->point.lon));
	}
	f->insee = c->insee;
}

/* What is meant, when the text is not as it was understood before. */
static void understand(struct http_request *rq, const struct staff *st,
		       struct site_form *f)
{
	const struct lang *l = http_request_lang(rq);
	const char *text = setting_value(&f->form, "commune");
	struct where w;

	where_find(booking_communes(st->web.booking), booking_territory(st->web.booking),
		   text, &w);
	if (w.kind == WHERE_EMPTY)
		return; /* said already */
	if (w.kind == WHERE_UNKNOWN || (w.kind == WHERE_FOUND && !w.commune)) {
		setting_blame(&f->form, "commune",
			      tr(l, "Nous ne connaissons pas cette commune. Vérifiez son "
				    "nom, ou écrivez son code postal."));
		return;
	}
	if (w.kind == WHERE_FOUND && w.nothers == 0) {
		take(rq, f, w.commune);
		return;
	}
	if (w.kind == WHERE_FOUND)
		f->others[f->nothers++] = w.commune;
	for (size_t i = 0; i < w.nothers; i++)
		f->others[f->nothers++] = w.others[i];
	setting_blame(&f->form, "commune",
		      tr(l, "Plusieurs communes répondent\u00a0: choisissez la vôtre."));
}

static void read_commune(struct http_request *rq, const struct staff *st,
			 struct site_form *f)
{
	const struct commune_table *table = booking_communes(st->web.booking);
	const char *choice = http_request_field(rq, "choix");
	const char *text = setting_value(&f->form, "commune");
	const struct commune *c;
	const char *known = http_request_field(rq, "insee");
	const char *offered = http_request_field(rq, "choix_pour");
	char postcode[6];

	f->insee = "";
	c = table && known && *known ? commune_by_insee(table, known) : NULL;
	if (c) {
		f->insee = c->insee;
		where_postcode(c, postcode);
		/* as it was written here, or as the completion writes it */
		if (strcmp(text, c->name) == 0 ||
		    strcmp(text, page_text(rq, "%s (%s)", c->name, postcode)) == 0) {
			take(rq, f, c);
			return;
		}
	}
	/* chosen among those of what is still written */
	c = table && choice && *choice && offered && strcmp(offered, text) == 0
		    ? commune_by_insee(table, choice)
		    : NULL;
	if (c)
		take(rq, f, c);
	else
		understand(rq, st, f);
}

void setting_site_read(struct http_request *rq, const struct staff *st,
		       struct site_form *f)
{
	const char *postcode;
	struct geo_point p;

	setting_form_read(rq, &f->form);
	read_commune(rq, st, f);
	postcode = setting_value(&f->form, "code_postal");
	if (*postcode && (strlen(postcode) != 5 || strspn(postcode, "0123456789") != 5))
		setting_blame(
			&f->form, "code_postal",
			tr(http_request_lang(rq), "Un code postal a cinq chiffres."));
	if (*setting_value(&f->form, "lat") && setting_site_point(f, &p) < 0)
		setting_blame(&f->form, "lat",
			      tr(http_request_lang(rq),
				 "Écrivez des degrés, comme 50,4136 et 2,9649."));
}

int setting_site_point(const struct site_form *f, struct geo_point *out)
{
	return setting_pin_read(setting_value(&f->form, "lat"),
				setting_value(&f->form, "lon"), out);
}

void setting_site_store(const struct staff *st, const struct site_form *f, json_t *o)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct commune *c =
		*f->insee ? commune_by_insee(booking_communes(st->web.booking), f->insee)
			  : NULL;
	struct geo_point p;

	setting_form_store(&f->form, o);
	if (c) {
		json_object_set_new(o, "commune", json_string(c->name));
		json_object_set_new(o, "insee", json_string(c->insee));
	}
	if (setting_site_point(f, &p) == 0) {
		json_object_set_new(o, "lat", json_real(p.lat));
		json_object_set_new(o, "lon", json_real(p.lon));
	}
	if (f->organisation != TERRITORY_NONE)
		json_object_set_new(o, "organisation",
				    json_string(t->organisations[f->organisation].slug));
}

size_t setting_site_communes(struct http_request *rq, const struct site_form *f,
			     const struct option_view **out)
{
	struct option_view *o = http_request_alloc(rq, (f->nothers + 1) * sizeof(*o));

	for (size_t i = 0; i < f->nothers; i++)
		o[i] = (struct option_view){
			.value = f->others[i]->insee,
			.text = f->others[i]->name,
			.note = f->others[i]->postcodes,
			.selected = i == 0,
		};
	*out = o;
	return f->nothers;
}
