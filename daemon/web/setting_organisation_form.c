/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_organisation_form.c - an organisation's form: the table of its fields, the
 * communes that it serves as names, and its reminders as days and hours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "web/setting_organisation.h"
#include "web/theme.h"
#include "web/where.h"

#define LINE_MAX_BYTES 80
#define COMMUNES_MAX 400

static const struct setting_choice until[] = {
	{"0", N_("Jusqu’à l’heure du rendez-vous")},
	{"60", N_("1 heure avant")},
	{"120", N_("2 heures avant")},
	{"240", N_("4 heures avant")},
	{"1440", N_("24 heures avant")},
	{"2880", N_("48 heures avant")},
	{NULL, NULL},
};

static const struct setting_choice verify[] = {
	{"no", N_("Non")},
	{"code", N_("Oui, par un code que nous envoyons")},
	{"sms", N_("Oui, par un SMS qu’on nous envoie")},
	{NULL, NULL},
};

static const struct setting_choice days[] = {
	{"", N_("Pas de rappel")},
	{"0", N_("Le jour même")},
	{"1", N_("La veille")},
	{"2", N_("2 jours avant")},
	{"3", N_("3 jours avant")},
	{"5", N_("5 jours avant")},
	{"7", N_("Une semaine avant")},
	{"14", N_("Deux semaines avant")},
	{NULL, NULL},
};

#define REMINDER(n, day_label, hour_label)                                              \
	{.name = "rappel" n,                                                            \
	 .label = day_label,                                                            \
	 .kind = SETTING_CHOICE,                                                        \
	 .choices = days},                                                              \
	{                                                                               \
		.name = "heure" n, .label = hour_label, .input = "time", .brief = true, \
		.max = 5                                                                \
	}

const struct setting_field setting_organisation_fields[] = {
	{.name = "nom",
	 .label = N_("Nom de la structure"),
	 .hint = N_("Comme les jeunes la connaissent. Il est en haut de chaque page."),
	 .path = "name",
	 .missing = N_("Donnez un nom à votre structure.")},
	{.name = "telephone",
	 .label = N_("Téléphone"),
	 .hint = N_("Celui qu’on appelle quand on ne trouve pas d’horaire."),
	 .path = "phone",
	 .input = "tel",
	 .max = 40},
	{.name = "email", .label = N_("E-mail"), .path = "email", .input = "email"},
	{.name = "couleur",
	 .label = N_("Couleur des pages"),
	 .hint = N_("Six chiffres et lettres, comme #0b5d4e. Trop claire pour être lue, "
		    "elle "
		    "est assombrie\u00a0; la nuit, elle est éclaircie."),
	 .path = "accent",
	 .brief = true,
	 .max = 7},
	{.name = "age_min",
	 .group = N_("Qui vous accueillez"),
	 .label = N_("À partir de quel âge"),
	 .hint = N_("La page le dit, et ne refuse personne."),
	 .path = "eligible_age.min",
	 .kind = SETTING_NUMBER,
	 .from = 0,
	 .to = 120},
	{.name = "age_max",
	 .label = N_("Jusqu’à quel âge"),
	 .path = "eligible_age.max",
	 .kind = SETTING_NUMBER,
	 .from = 0,
	 .to = 120},
	{.name = "communes",
	 .label = N_("Communes de votre territoire"),
	 .hint = N_(
		 "Une par ligne. Vide\u00a0: partout. Cela trie et compte, et ne refuse "
		 "personne."),
	 .kind = SETTING_LIST,
	 .max = 20000},
	{.name = "deplacer",
	 .group = N_("Rendez-vous pris en ligne"),
	 .label = N_("On peut changer de date jusqu’à"),
	 .path = "move_until_minutes",
	 .kind = SETTING_COUNT,
	 .choices = until},
	{.name = "verifier",
	 .label = N_("Vérifier les numéros de téléphone"),
	 .path = "verify_phone",
	 .kind = SETTING_CHOICE,
	 .choices = verify},
	{.name = "rappel1",
	 .group = N_("Rappels"),
	 .label = N_("Premier rappel"),
	 .kind = SETTING_CHOICE,
	 .choices = days},
	{.name = "heure1",
	 .label = N_("Heure du premier rappel"),
	 .input = "time",
	 .brief = true,
	 .max = 5},
	REMINDER("2", N_("Deuxième rappel"), N_("Heure du deuxième rappel")),
	REMINDER("3", N_("Troisième rappel"), N_("Heure du troisième rappel")),
	REMINDER("4", N_("Quatrième rappel"), N_("Heure du quatrième rappel")),
	{.name = "dimanche",
	 .label = N_("Des rappels peuvent partir le dimanche, de 10 h à 19 h"),
	 .path = "sunday",
	 .kind = SETTING_CHECK},
	{.name = "seuil_horaires",
	 .group = N_("Quand un lieu manque d’horaires"),
	 .label = N_("Prévenir en dessous de combien d’horaires libres en 14 jours"),
	 .hint = N_("Vide\u00a0: 3. Zéro\u00a0: ne pas prévenir pour cela."),
	 .path = "dry_threshold.slots",
	 .kind = SETTING_NUMBER,
	 .from = 0,
	 .to = 100},
	{.name = "seuil_jours",
	 .label = N_("Prévenir au-delà de combien de jours avant le premier"),
	 .hint = N_("Vide\u00a0: 10. Zéro\u00a0: ne pas prévenir pour cela."),
	 .path = "dry_threshold.wait_days",
	 .kind = SETTING_NUMBER,
	 .from = 0,
	 .to = 365},
	{.name = "alarme_telephone",
	 .group = N_("Visites à domicile\u00a0: qui est prévenu d’un retour en retard"),
	 .label = N_("Téléphone d’astreinte"),
	 .hint = N_("Il reçoit un SMS, sans le nom de la personne visitée. Les pages de "
		    "l’équipe le disent aussi."),
	 .path = "alarm.phone",
	 .input = "tel",
	 .max = 40},
	{.name = "alarme_email",
	 .label = N_("E-mail d’astreinte"),
	 .path = "alarm.email",
	 .input = "email"},
};
const size_t setting_organisation_nfields = ARRAY_SIZE(setting_organisation_fields);

/* ---- the communes ---- */

static const char *said(struct http_request *rq, const struct commune *c)
{
	char postcode[6];

	where_postcode(c, postcode);
	return *postcode ? page_text(rq, "%s (%s)", c->name, postcode) : c->name;
}

static const char *communes_said(struct http_request *rq, const struct staff *st,
				 const json_t *area)
{
	const struct commune_table *table = booking_communes(st->web.booking);
	struct buf b = BUF_INIT;
	const char *text;
	json_t *item;
	size_t i;

	json_array_foreach(area, i, item)
	{
		const char *code = json_string_value(item);
		const struct commune *c =
			table && code ? commune_by_insee(table, code) : NULL;

		if (b.len)
			buf_addch(&b, '\n');
		if (code)
			buf_addstr(&b, c ? said(rq, c) : code);
	}
	text = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return text;
}

/* Each line as a code; a line that is not understood is given back in *wrong. */
static json_t *communes_read(struct http_request *rq, const struct staff *st,
			     const char *text, const char **wrong)
{
	json_t *list = json_array();

	*wrong = NULL;
	while (*text && json_array_size(list) < COMMUNES_MAX) {
		size_t n = strcspn(text, "\r\n");
		char *line = http_request_alloc(rq, LINE_MAX_BYTES + 1);
		struct where w;

		n = n < LINE_MAX_BYTES ? n : LINE_MAX_BYTES;
		memcpy(line, text, n);
		line[n] = '\0';
		where_find(booking_communes(st->web.booking),
			   booking_territory(st->web.booking), line, &w);
		if (w.kind == WHERE_FOUND && w.commune &&
		    (w.nothers == 0 || strcmp(said(rq, w.commune), line) == 0))
			json_array_append_new(list, json_string(w.commune->insee));
		else if (w.kind != WHERE_EMPTY && !*wrong)
			*wrong = line;
		text += n;
		text += strspn(text, "\r\n");
	}
	return list;
}

/* ---- the reminders ---- */

static void name_of(char out[12], const char *what, int i)
{
	snprintf(out, 12, "%s%d", what, i + 1);
}

static void put_reminder(struct http_request *rq, struct setting_form *f, int i, int day,
			 const char *hour)
{
	char name[12];

	name_of(name, "rappel", i);
	setting_put(f, name, page_text(rq, "%d", day));
	name_of(name, "heure", i);
	setting_put(f, name, hour);
}

static void reminders_load(struct http_request *rq, struct setting_form *f,
			   const json_t *list)
{
	json_t *item;
	size_t i;

	if (!list)
		for (int k = 0; k < REMINDERS_PRESET_COUNT; k++)
			put_reminder(rq, f, k, reminders_preset[k].days_before,
				     page_text(rq, "%02d:%02d",
					       reminders_preset[k].minute / 60,
					       reminders_preset[k].minute % 60));
	json_array_foreach(list, i, item)
	{
		const char *at = json_string_value(json_object_get(item, "at"));

		if (i < REMINDERS_MAX)
			put_reminder(rq, f, (int)i,
				     (int)json_integer_value(
					     json_object_get(item, "days_before")),
				     http_request_strdup(rq, at ? at : ""));
	}
}

static json_t *reminders_json(const struct setting_form *f)
{
	json_t *list = json_array();

	for (int i = 0; i < REMINDERS_MAX; i++) {
		char day[12], hour[12];
		int64_t n;

		name_of(day, "rappel", i);
		name_of(hour, "heure", i);
		if (parse_int(setting_value(f, day), 0, 30, &n) == 0)
			json_array_append_new(list, json_pack("{s:I, s:s}", "days_before",
							      (json_int_t)n, "at",
							      setting_value(f, hour)));
	}
	return list;
}

/* 1 when they are what is done where nothing is said. */
static int is_preset(const json_t *list)
{
	if (json_array_size(list) != REMINDERS_PRESET_COUNT)
		return 0;
	for (size_t i = 0; i < REMINDERS_PRESET_COUNT; i++) {
		const json_t *item = json_array_get(list, i);
		char at[8];

		snprintf(at, sizeof(at), "%02d:%02d",
			 reminders_preset[i].minute / 60 % 24,
			 reminders_preset[i].minute % 60);
		if (json_integer_value(json_object_get(item, "days_before")) !=
			    reminders_preset[i].days_before ||
		    strcmp(json_string_value(json_object_get(item, "at")), at) != 0)
			return 0;
	}
	return 1;
}

/* ---- the whole ---- */

void setting_organisation_load(struct http_request *rq, const struct staff *st,
			       struct setting_form *f, const json_t *o)
{
	setting_form_load(rq, f, o);
	if (!*setting_value(f, "deplacer"))
		setting_put(f, "deplacer", "240");
	if (!*setting_value(f, "verifier"))
		setting_put(f, "verifier", "no");
	setting_put(f, "communes", communes_said(rq, st, json_object_get(o, "area")));
	reminders_load(rq, f, json_object_get(o, "reminders"));
}

static void judge(struct http_request *rq, const struct staff *st, struct setting_form *f)
{
	const struct lang *l = http_request_lang(rq);
	static const char *const mails[] = {"email", "alarme_email"};
	const char *colour = setting_value(f, "couleur"),
		   *phone = setting_value(f, "alarme_telephone");
	const char *wrong;
	unsigned day, night;
	int64_t from, to;

	if (*colour && theme_colours(colour, &day, &night) < 0)
		setting_blame(f, "couleur", tr(l, "Écrivez une couleur comme #0b5d4e."));
	for (size_t i = 0; i < ARRAY_SIZE(mails); i++) {
		const char *mail = setting_value(f, mails[i]);

		if (*mail && (!strchr(mail, '@') || strpbrk(mail, " <>")))
			setting_blame(
				f, mails[i],
				tr(l, "Écrivez une adresse comme equipe@exemple.fr."));
	}
	if (strspn(phone, "+0123456789 .-()") != strlen(phone))
		setting_blame(f, "alarme_telephone",
			      tr(l, "Écrivez un numéro, comme 03 21 00 00 00."));
	if (parse_int(setting_value(f, "age_min"), 0, 120, &from) == 0 &&
	    parse_int(setting_value(f, "age_max"), 0, 120, &to) == 0 && to < from)
		setting_blame(f, "age_max", tr(l, "C’est moins que l’âge du début."));
	json_decref(communes_read(rq, st, setting_value(f, "communes"), &wrong));
	if (wrong)
		setting_blame(
			f, "communes",
			page_text(rq,
				  tr(l, "Nous ne reconnaissons pas «\u00a0%s\u00a0». "
					"Ajoutez son code postal."),
				  wrong));
}

void setting_organisation_read(struct http_request *rq, const struct staff *st,
			       struct setting_form *f)
{
	const struct lang *l = http_request_lang(rq);

	setting_form_read(rq, f);
	if (f->n < setting_organisation_nfields)
		return; /* the first run asks for less */
	judge(rq, st, f);
	for (int i = 0; i < REMINDERS_MAX; i++) {
		char day[12], hour[12], text[24];
		civil_time t;

		name_of(day, "rappel", i);
		name_of(hour, "heure", i);
		snprintf(text, sizeof(text), "2000-01-01T%.5s", setting_value(f, hour));
		if (*setting_value(f, day) && civil_time_parse(text, &t) < 0)
			setting_blame(f, hour, tr(l, "Écrivez une heure, comme 18:00."));
	}
}

void setting_organisation_store(struct http_request *rq, const struct staff *st,
				const struct setting_form *f, json_t *o)
{
	const char *wrong;
	json_t *list;
	bool said_before = json_object_get(o, "reminders") != NULL;

	setting_form_store(f, o);
	if (f->n < setting_organisation_nfields)
		return;
	list = communes_read(rq, st, setting_value(f, "communes"), &wrong);
	if (json_array_size(list) > 0)
		json_object_set(o, "area", list);
	else
		json_object_del(o, "area");
	json_decref(list);
	list = reminders_json(f);
	if (said_before || !is_preset(list))
		json_object_set(o, "reminders", list);
	json_decref(list);
}
