/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_words.c - see service_words.h. One table a list, so that a text, a fault or a
 * field without words does not go unseen: the compiler asks for it. */
#include "web/service_words.h"

#include <string.h>

#include "base/mem.h"
#include "http/http.h"
#include "web/page.h"

struct stem_words {
	const char *title, *when;
};

/* clang-format off */
static const struct stem_words stems[TEXT_STEMS] = {
	[TEXT_CONFIRMATION] = {N_("Confirmation"), N_("Dès que le rendez-vous est pris.")},
	[TEXT_REMINDER] = {N_("Rappel"), N_("Avant le rendez-vous, aux jours réglés.")},
	[TEXT_REMINDER_WEEK] = {N_("Rappel de la semaine"), N_("Quand la personne a plusieurs rendez-vous la même semaine.")},
	[TEXT_MOVED] = {N_("Changement de date"), N_("Quand le rendez-vous est déplacé.")},
	[TEXT_CANCELLATION] = {N_("Annulation par l’équipe"), N_("Quand l’équipe annule.")},
	[TEXT_CANCELLATION_OWN] = {N_("Annulation par la personne"), N_("Quand la personne annule elle-même.")},
	[TEXT_FOLLOW_UP] = {N_("Après une absence"), N_("Quelques heures après un rendez-vous manqué, sans reproche.")},
	[TEXT_OFFER] = {N_("Place libérée"), N_("Quand une place se libère pour qui attend.")},
	[TEXT_CODE] = {N_("Code de vérification"), N_("Quand il faut prouver que le numéro est le sien.")},
	[TEXT_ANSWER_CONFIRMED] = {N_("« Je viens » : c’est noté"), ""},
	[TEXT_ANSWER_CANCELLED] = {N_("« Annuler » : c’est annulé"), ""},
	[TEXT_ANSWER_MOVED] = {N_("Un autre horaire est pris"), ""},
	[TEXT_ANSWER_BOOKED] = {N_("Un rendez-vous est pris par SMS"), ""},
	[TEXT_ANSWER_CHOOSE] = {N_("Des horaires au choix, près de la personne"), ""},
	[TEXT_ANSWER_CHOOSE_ANY] = {N_("Des horaires au choix, n’importe où"), ""},
	[TEXT_ANSWER_TAKEN] = {N_("L’horaire choisi vient d’être pris"), ""},
	[TEXT_ANSWER_WHICH] = {N_("De quel rendez-vous s’agit-il ?"), ""},
	[TEXT_ANSWER_BOTH_CONFIRMED] = {N_("Plusieurs rendez-vous confirmés"), ""},
	[TEXT_ANSWER_BOTH_CANCELLED] = {N_("Plusieurs rendez-vous annulés"), ""},
	[TEXT_ANSWER_NAME] = {N_("Prénom et année de naissance, s’il vous plaît"), ""},
	[TEXT_ANSWER_NAME_AGAIN] = {N_("Prénom et année pas compris"), ""},
	[TEXT_ANSWER_ASK] = {N_("Voulez-vous venir, changer ou annuler ?"), ""},
	[TEXT_ANSWER_INFO] = {N_("« Quand ? Où ? » : le rendez-vous"), ""},
	[TEXT_ANSWER_ALREADY] = {N_("C’est déjà fait"), ""},
	[TEXT_ANSWER_KEPT] = {N_("Rien n’est changé"), ""},
	[TEXT_ANSWER_NOTHING] = {N_("Rien à annuler"), ""},
	[TEXT_ANSWER_NONE] = {N_("Pas de rendez-vous à ce numéro"), ""},
	[TEXT_ANSWER_FULL] = {N_("Aucun horaire libre"), ""},
	[TEXT_ANSWER_CALL] = {N_("Mieux vaut appeler"), ""},
	[TEXT_ANSWER_LATE] = {N_("« Je suis en retard »"), ""},
	[TEXT_ANSWER_HAND] = {N_("Quelqu’un de l’équipe va répondre"), ""},
	[TEXT_ANSWER_HELP] = {N_("« Aide » : ce qu’on peut écrire"), ""},
	[TEXT_ANSWER_STOP] = {N_("« STOP » : plus de SMS"), ""},
	[TEXT_ANSWER_START] = {N_("Les SMS reprennent"), ""},
	[TEXT_ANSWER_STALE] = {N_("La réponse vient trop tard"), ""},
	[TEXT_ANSWER_WAITING] = {N_("Inscrit sur la liste d’attente"), ""},
	[TEXT_ANSWER_OFFER_ASK] = {N_("Place libérée : oui ou non ?"), ""},
	[TEXT_ANSWER_OFFER_OVER] = {N_("La place libérée n’est plus libre"), ""},
	[TEXT_ANSWER_SORRY] = {N_("Quelque chose n’a pas marché"), ""},
	[TEXT_ANSWER_CODE] = {N_("Le code est bien arrivé"), ""},
	[TEXT_NOTICE] = {N_("Avis à l’équipe"), N_("Un e-mail à l’équipe quand quelque chose demande une main.")},
};

static const char *const faults[TEXT_FAULTS] = {
	[TEXT_FAULT_EMPTY] = N_("Écrivez le texte."),
	[TEXT_FAULT_LONG] = N_("C’est trop long pour un message."),
	[TEXT_FAULT_BYTES] = N_("Il y a des caractères illisibles : effacez-les."),
	[TEXT_FAULT_LINES] = N_("Un SMS tient sur une seule ligne : joignez les lignes."),
	[TEXT_FAULT_SUBJECT] = N_("Donnez un objet à l’e-mail."),
	[TEXT_FAULT_BLANK] = N_("Écrivez le message de l’e-mail."),
	[TEXT_FAULT_FIELD] = N_("Il n’y a pas de champ {%s}. Prenez-en un dans la liste."),
	[TEXT_FAULT_BRACE] = N_("Une accolade est seule : un champ s’écrit comme {day}."),
	[TEXT_FAULT_BRACKET] = N_("Un crochet est seul, ou dans un autre : une partie s’écrit [ainsi]."),
	[TEXT_FAULT_OR] = N_("La barre | va une fois entre des crochets : [2:texte|plus court]."),
	[TEXT_FAULT_ALPHABET] = N_("Un caractère n’existe pas dans les SMS : enlevez-le."),
	[TEXT_FAULT_LINE] = N_("Une ligne est trop longue."),
	[TEXT_FAULT_REASON] = N_("Le mot « %s » dit pourquoi la personne vient, à qui voit son écran : dites-le autrement."),
	[TEXT_FAULT_ANSWER] = N_("Le mot « %s » demande une réponse que ce SMS ne peut pas recevoir : laissez faire le lien, ou écrivez-le dans le SMS auquel on peut répondre."),
	[TEXT_FAULT_ADVERT] = N_("Avec le mot « %s », les opérateurs prennent le message pour une publicité et le retiennent : enlevez-le."),
	[TEXT_FAULT_BLAME] = N_("Le mot « %s » fait un reproche : qui n’est pas venu reste bienvenu."),
	[TEXT_FAULT_ADDRESS] = N_("Une adresse est écrite en toutes lettres : écrivez {link}, qui est celle du rendez-vous."),
	[TEXT_FAULT_LINK] = N_("Un texte qui demande une réponse ne peut pas porter de lien : les opérateurs bloquent les deux ensemble."),
	[TEXT_FAULT_NEUTRAL] = N_("Un texte neutre ne peut pas dire {%s} : seulement le jour, l’heure, comment, et le lien."),
	[TEXT_FAULT_PRIVATE] = N_("Ce que d’autres peuvent lire ne peut pas dire {%s} : gardez-le pour le corps de l’e-mail."),
	[TEXT_FAULT_HOLE] = N_("{%s} est parfois vide et laisserait un trou : mettez-le entre crochets avec les mots autour, [comme, {%s}]."),
	[TEXT_FAULT_MISSING] = N_("Il faut dire {%s}, hors des crochets."),
	[TEXT_FAULT_SEGMENT] = N_("%s caractères avec les valeurs les plus longues, pour 160 dans un SMS : raccourcissez, ou mettez ce qui peut manquer entre [1: ]."),
};

static const struct {
	const char *name, *words;
} fields[] = {
	{"day", N_("le jour : mardi 3 mars")},
	{"hour", N_("l’heure : 14 h 30")},
	{"link", N_("l’adresse de la page du rendez-vous")},
	{"mode", N_("par téléphone, à domicile ; vide sur place")},
	{"place", N_("le nom du lieu")},
	{"address", N_("le numéro et la rue")},
	{"postcode", N_("le code postal")},
	{"commune", N_("la commune")},
	{"access", N_("l’entrée")},
	{"bring", N_("ce qu’il faut apporter")},
	{"instructions", N_("ce qu’il faut savoir")},
	{"party", N_("combien de personnes, à partir de deux")},
	{"first_name", N_("le prénom")},
	{"organisation", N_("le nom de la structure")},
	{"phone", N_("le téléphone de l’équipe")},
	{"email", N_("l’e-mail de l’équipe")},
	{"service", N_("le type de rendez-vous")},
	{"sender", N_("le nom d’où partent les SMS")},
	{"meetings", N_("les rendez-vous de la semaine")},
	{"until", N_("jusqu’à quand la place est gardée")},
	{"choices", N_("les horaires au choix")},
	{"code", N_("le code")},
	{"notice", N_("ce que l’équipe doit savoir")},
};
/* clang-format on */

static const char *const groups[SERVICE_TEXT_GROUPS] = {
	[SERVICE_TEXT_APPOINTMENT] = N_("Autour d’un rendez-vous"),
	[SERVICE_TEXT_ANSWER] = N_("Réponses aux SMS reçus"),
	[SERVICE_TEXT_OTHER] = N_("Autres"),
};

const char *service_text_title(const struct lang *l, enum text_stem stem)
{
	return tr(l, stems[stem].title);
}

const char *service_text_when(const struct lang *l, enum text_stem stem)
{
	return *stems[stem].when ? tr(l, stems[stem].when) : NULL;
}

enum service_text_group_id service_text_group_of(enum text_stem stem)
{
	if (stem == TEXT_CODE || stem == TEXT_NOTICE)
		return SERVICE_TEXT_OTHER;
	return *stems[stem].when ? SERVICE_TEXT_APPOINTMENT : SERVICE_TEXT_ANSWER;
}

const char *service_text_group_title(const struct lang *l, enum service_text_group_id g)
{
	return tr(l, groups[g]);
}

static const char *form_words(const struct lang *l, const struct text_kind *k)
{
	if (k->email)
		return k->discreet ? tr(l, "E-mail neutre") : tr(l, "E-mail");
	if (k->reply)
		return k->discreet ? tr(l, "SMS neutre auquel on peut répondre")
				   : tr(l, "SMS auquel on peut répondre");
	return k->discreet ? tr(l, "SMS neutre") : tr(l, "SMS");
}

const char *service_text_form_name(struct http_request *rq, const struct text_kind *k)
{
	static const char *const ordinals[] = {
		"", N_("premier rappel"), N_("deuxième rappel"), N_("troisième rappel"),
		N_("quatrième rappel")};
	const struct lang *l = http_request_lang(rq);

	if (k->ordinal <= 0 || k->ordinal >= (int)ARRAY_SIZE(ordinals))
		return form_words(l, k);
	return page_text(rq, "%s, %s", form_words(l, k), tr(l, ordinals[k->ordinal]));
}

/* The words with %s wherever it stands. */
const char *service_text_fault(struct http_request *rq, const struct text_fault *f)
{
	const char *words = tr(http_request_lang(rq), faults[f->kind]), *at;
	struct buf b = BUF_INIT;
	const char *text;

	while ((at = strstr(words, "%s"))) {
		buf_add(&b, words, (size_t)(at - words));
		buf_addstr(&b, f->what);
		words = at + 2;
	}
	buf_addstr(&b, words);
	text = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return text;
}

const char *service_text_field(const struct lang *l, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (strcmp(fields[i].name, name) == 0)
			return tr(l, fields[i].words);
	return "";
}
