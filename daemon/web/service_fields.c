/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_fields.c - the fields of a kind of appointment and of its questions, as tables:
 * what each is called, where it stands in the object's JSON, what it may hold. */
#include "base/mem.h"
#include "web/service_form.h"

static const struct setting_choice modes[] = {
	{"site", N_("Sur place, à la permanence")},
	{"phone", N_("Par téléphone")},
	{"home", N_("À domicile")},
	{"video", N_("En visio")},
	{NULL, NULL},
};

static const struct setting_choice who[] = {
	{"public", N_("Tout le monde, en ligne et par SMS")},
	{"partner", N_("Les partenaires et l’équipe")},
	{"team", N_("L’équipe seulement")},
	{NULL, NULL},
};

static const struct setting_choice reminders[] = {
	{"", N_("Comme la structure")},
	{"aucun", N_("Aucun rappel")},
	{"propres", N_("Les siens, ci-dessous")},
	{NULL, NULL},
};

static const struct setting_choice limits[] = {
	{"", N_("Une limite\u00a0: personne ne peut dépasser")},
	{"souhait", N_("Des places souhaitées\u00a0: l’équipe peut dépasser")},
	{NULL, NULL},
};

static const struct setting_choice days[] = {
	{"", N_("Pas de rappel")},
	{"0", N_("Le jour même")},
	{"1", N_("La veille")},
	{"2", N_("Deux jours avant")},
	{"3", N_("Trois jours avant")},
	{"4", N_("Quatre jours avant")},
	{"5", N_("Cinq jours avant")},
	{"7", N_("Une semaine avant")},
	{"14", N_("Deux semaines avant")},
	{NULL, NULL},
};

#define REMINDER(n, day, hour)                                                         \
	{.name = "rappel" n, .label = (day), .kind = SETTING_CHOICE, .choices = days}, \
	{                                                                              \
		.name = "heure" n, .label = (hour), .input = "time", .brief = true,    \
		.max = 5                                                               \
	}

const struct setting_field service_fields[] = {
	{.name = "nom",
	 .label = N_("Nom"),
	 .hint = N_("Pour l’équipe\u00a0: «\u00a0Premier entretien\u00a0»."),
	 .path = "name.fr",
	 .missing = N_("Donnez un nom à ce type de rendez-vous.")},
	{.name = "carte",
	 .label = N_("En mots de tous les jours"),
	 .hint = N_("Ce que lit la personne\u00a0: «\u00a0C’est mon premier "
		    "rendez-vous\u00a0». Vide\u00a0: le nom."),
	 .path = "card.fr"},
	{.name = "mode",
	 .label = N_("Comment"),
	 .path = "mode",
	 .kind = SETTING_CHOICE,
	 .choices = modes},
	{.name = "duree",
	 .label = N_("Durée en minutes"),
	 .hint = N_("Un multiple de 5."),
	 .path = "minutes",
	 .kind = SETTING_NUMBER,
	 .missing = N_("Écrivez combien de minutes il dure, par exemple 45."),
	 .from = 5,
	 .to = 1440},
	{.name = "qui",
	 .label = N_("Qui peut le prendre"),
	 .path = "bookable_by",
	 .kind = SETTING_CHOICE,
	 .choices = who},
	{.name = "preavis",
	 .group = N_("Quand on peut le prendre"),
	 .label = N_("Au plus tard, combien de minutes avant"),
	 .hint = N_(
		 "120 pour deux heures, 1440 pour un jour. Vide\u00a0: jusqu’au dernier "
		 "moment. L’équipe n’est pas tenue par ces délais."),
	 .path = "min_notice_minutes",
	 .kind = SETTING_NUMBER,
	 .from = 0,
	 .to = 86400},
	{.name = "horizon",
	 .label = N_("Au plus tôt, combien de jours avant"),
	 .hint = N_("Vide\u00a0: 90 jours."),
	 .path = "max_notice_days",
	 .kind = SETTING_NUMBER,
	 .from = 1,
	 .to = 366},
	{.name = "pas",
	 .label = N_("Un horaire proposé toutes les … minutes"),
	 .hint = N_("Vide\u00a0: comme la durée, les rendez-vous se suivent."),
	 .path = "step_minutes",
	 .kind = SETTING_NUMBER,
	 .from = 5,
	 .to = 1440},
	{.name = "apres",
	 .label = N_("Minutes gardées après chaque rendez-vous"),
	 .hint = N_(
		 "Pour écrire, souffler, ranger\u00a0: personne ne peut les prendre, et "
		 "la personne ne les voit pas."),
	 .path = "buffer_minutes",
	 .kind = SETTING_NUMBER,
	 .from = 0,
	 .to = 240},
	{.name = "serrer",
	 .label = N_("Ne pas laisser de trous"),
	 .hint = N_(
		 "En ligne, on ne propose que les horaires qui touchent un rendez-vous "
		 "déjà pris, et le premier et le dernier de la permanence."),
	 .path = "pack",
	 .kind = SETTING_CHECK},
	{.name = "personnel",
	 .label = N_("Combien de personnes de l’équipe à la fois"),
	 .hint = N_("Vide\u00a0: une."),
	 .path = "staff",
	 .kind = SETTING_NUMBER,
	 .from = 1,
	 .to = RDVD_COUNSELLORS_MAX},
	{.name = "atelier",
	 .label = N_("C’est un atelier collectif"),
	 .hint = N_("Toute la permanence est alors une seule séance."),
	 .kind = SETTING_CHECK},
	{.name = "places",
	 .label = N_("Places de l’atelier"),
	 .path = "capacity",
	 .kind = SETTING_NUMBER,
	 .from = 1,
	 .to = 10000},
	{.name = "limite",
	 .label = N_("Ces places sont"),
	 .hint = N_("En ligne, personne ne dépasse jamais."),
	 .kind = SETTING_CHOICE,
	 .choices = limits},
	{.name = "professionnels",
	 .label = N_("Réservé aux professionnels"),
	 .hint = N_("On demande la structure, pas l’année de naissance."),
	 .path = "professionals",
	 .kind = SETTING_CHECK},
	{.name = "apporter",
	 .group = N_("Ce que la personne doit savoir"),
	 .label = N_("À apporter"),
	 .hint = N_("Sur la page, dans l’e-mail et l’agenda, jamais dans un SMS."),
	 .path = "bring.fr",
	 .kind = SETTING_LINES,
	 .max = 900},
	{.name = "savoir",
	 .label = N_("À savoir"),
	 .hint = N_("Dit une fois le rendez-vous pris, sur la page et dans l’e-mail."),
	 .path = "instructions.fr",
	 .kind = SETTING_LINES,
	 .max = 900},
	{.name = "nom_en",
	 .group = N_("En anglais"),
	 .label = N_("Nom"),
	 .path = "name.en"},
	{.name = "carte_en", .label = N_("En mots de tous les jours"), .path = "card.en"},
	{.name = "apporter_en",
	 .label = N_("À apporter"),
	 .path = "bring.en",
	 .kind = SETTING_LINES,
	 .max = 900},
	{.name = "savoir_en",
	 .label = N_("À savoir"),
	 .path = "instructions.en",
	 .kind = SETTING_LINES,
	 .max = 900},
	{.name = "interprete",
	 .group = N_("Avec un interprète"),
	 .label = N_("Combien de minutes de plus"),
	 .hint = N_(
		 "La page demande alors s’il en faut un, avant de montrer les horaires. "
		 "Vide\u00a0: la même durée."),
	 .path = "interpreter_minutes",
	 .kind = SETTING_NUMBER,
	 .from = 0,
	 .to = 240},
	{.name = "langues",
	 .label = N_("Langues qui prennent ce temps sans le demander"),
	 .hint = N_("Un code par ligne\u00a0: ar, uk, en."),
	 .path = "languages",
	 .kind = SETTING_LIST,
	 .max = 200},
	{.name = "rappels",
	 .group = N_("Rappels"),
	 .label = N_("Quels rappels"),
	 .kind = SETTING_CHOICE,
	 .choices = reminders},
	REMINDER("1", N_("Premier rappel"), N_("Heure du premier rappel")),
	REMINDER("2", N_("Deuxième rappel"), N_("Heure du deuxième rappel")),
	REMINDER("3", N_("Troisième rappel"), N_("Heure du troisième rappel")),
	REMINDER("4", N_("Quatrième rappel"), N_("Heure du quatrième rappel")),
	{.name = "dispositif",
	 .group = N_("Pour le bilan"),
	 .label = N_("Dispositif"),
	 .hint = N_("Le nom du dispositif dont ces rendez-vous font partie."),
	 .path = "programme",
	 .max = 63},
};
const size_t service_nfields = ARRAY_SIZE(service_fields);

#define QUESTION(n, legend)                                                              \
	{.name = "q" n "_texte",                                                         \
	 .group = (legend),                                                              \
	 .label = N_("La question"),                                                     \
	 .hint = N_("Jamais pourquoi la personne vient. Vide\u00a0: pas de question.")}, \
		{.name = "q" n "_reponses",                                              \
		 .label = N_("Les réponses"),                                            \
		 .hint = N_("Une par ligne, de 2 à 8."),                                 \
		 .kind = SETTING_LIST,                                                   \
		 .max = 800},                                                            \
		{.name = "q" n "_texte_en", .label = N_("La question, en anglais")},     \
		{.name = "q" n "_reponses_en",                                           \
		 .label = N_("Les réponses, en anglais"),                                \
		 .hint = N_("Dans le même ordre."),                                      \
		 .kind = SETTING_LIST,                                                   \
		 .max = 800},                                                            \
	{                                                                                \
		.name = "q" n "_oblige",                                                 \
		.label = N_("Il faut répondre pour prendre rendez-vous"),                \
		.kind = SETTING_CHECK                                                    \
	}

const struct setting_field service_asked[] = {
	QUESTION("0", N_("Première question")),
	QUESTION("1", N_("Deuxième question")),
	QUESTION("2", N_("Troisième question")),
	QUESTION("3", N_("Quatrième question")),
};
const size_t service_nasked = ARRAY_SIZE(service_asked);
