/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words_list.c - the words that people write to a team, in all their spellings. What is
 * not here is not understood, which is the safe side: a row is added only with texts in
 * tests/data/inbound.tsv that need it, and with those that must not be caught by it. */
#include "base/mem.h"
#include "talk/words_table.h"

#define ROW(canon_, class_, value_, fuzzy_, spellings_, english_)             \
	{                                                                     \
		.canon = canon_, .class = CLASS_##class_, .value = value_,    \
		.fuzzy = fuzzy_, .spellings = spellings_, .english = english_ \
	}
#define FR(canon, class, value, fuzzy, spellings) \
	ROW(canon, class, value, fuzzy, spellings, 0)
#define EN(canon, class, value, fuzzy, spellings) \
	ROW(canon, class, value, fuzzy, spellings, 1)

/* clang-format off */
const struct word word_list[] = {
	/* yes, no, fine */
	FR("oui", UNKNOWN, 0, 0, "wi ui uii voui vui ouais ouai oue ouep ouaip evidemment certainement "
		"volontiers absolument affirmatif na3am naam siyes"),
	EN("oui", UNKNOWN, 0, 0, "yes yess yep yeah yea yup sure"),
	FR("ok", UNKNOWN, 0, 0, "oki okay okey okk okok okayy dac dak dacc daco daccord dacord daccor "
		"dakor dacodac parfait nickel entendu impec impeccable top super cool "
		"note notee sava"),
	FR("recu", FILL, 0, 0, "recue vu lu"),
	FR("non", NOT, 0, 0, "nn nan naan nop nonn"),
	EN("non", NOT, 0, 0, "no nope"),
	FR("pas", NOT, 0, 0, "pa po paas"),
	EN("pas", NOT, 0, 0, "not"),
	FR("plus", NOT, 0, 0, "pluss"),
	FR("jamais", NOT, 0, 0, "never"),
	FR("rien", NOT, 0, 0, ""),
	FR("sans", NOT, 0, 0, "without"),
	FR("aucun", NOT, 0, 0, "aucune aucuns none neither"),
	/* that may stand anywhere */
	FR("je", SKIP, 0, 0, "j jj on y ne n l s m t se"),
	FR("vraiment", SKIP, 0, 0, "juste simplement malheureusement malheuresement helas donc alors euh heu "
		"ben bah enfin finalement aussi tjrs toujours encore totalement "
		"carrement really just unfortunately actually still also ll re am "
		"inchallah inshallah inchalah incha allah"),
	FR("i", SKIP, 0, 0, ""),
	FR("desole", SKIP, 0, 1, "dsl dsole desoler desolee desolai desoles jsuisdsl navre navree escuser "
		"excuse excuser excusez excusee pardon sorry"),
	FR("svp", SKIP, 0, 0, "stp please plz pls"),
	FR("moi", SKIP, 0, 0, "mwa nous me us"),
	FR("bien", SKIP, 0, 0, "bi1 bi1n bcp beaucoup tres trop vrmt"),
	/* being, being able, coming */
	FR("peux", UNKNOWN, 0, 0, "peu peut pe peus pue pourrai pourrais pourrait pourra pourai "
		"pourais pourait poura px jpx jpeux jpeu jpe jpeut jpeus jpourrai jpourrais "
		"jpourai jpourais jepeux jepeu"),
	FR("puis", FILL, 0, 0, ""),
	FR("saurai", UNKNOWN, 0, 0, "saurais saurait saura"),
	FR("peuxpas", UNKNOWN, 0, 0, "peupas peupa jpeupas jpeupa jpeuxpas jpepa jpeuxpa pepa"),
	FR("pouvez", ASK, 0, 0, "pouver pourriez pouriez pourez pourrez peuvent peuve"),
	FR("pouvoir", UNKNOWN, 0, 0, "pouvoirs pouvoire"),
	FR("vais", FILL, 0, 0, "vai jvais jvai jv jve va allons allez"),
	FR("viens", UNKNOWN, 0, 0, "vien vient viendrai viendrais viendrait viendra viendre vienderai vienne "
		"viendrez viendront jviens jvien jvient jviendrai jviendrais jviendre vi1 "
		"viendrons venons"),
	FR("venir", UNKNOWN, 0, 1, "vnir venire venr vennir venirs"),
	FR("venez", YOU, 0, 0, "viendriez veniez"),
	EN("come", UNKNOWN, 0, 0, "make attend"),
	EN("coming", UNKNOWN, 0, 0, "comin"),
	EN("can", UNKNOWN, 0, 0, "could"),
	EN("cant", UNKNOWN, 0, 0, "cannot couldnt"),
	EN("wont", UNKNOWN, 0, 0, ""),
	EN("dont", NOT, 0, 0, "don doesnt didnt"),
	EN("will", FILL, 0, 0, "ill"),
	EN("be", FILL, 0, 0, "being"),
	EN("able", UNKNOWN, 0, 0, ""),
	EN("unable", UNKNOWN, 0, 0, ""),
	EN("there", FILL, 0, 0, ""),
	EN("see", FILL, 0, 0, ""),
	EN("it", FILL, 0, 0, "that thats this"),
	EN("to", FILL, 0, 0, "one the an at my for of in is are"),
	EN("need", FILL, 0, 0, "want wanna would like have"),
	EN("you", FILL, 0, 0, "your u"),
	FR("etre", UNKNOWN, 0, 0, "etr etres"),
	FR("serai", UNKNOWN, 0, 0, "serais sera serait srai srais sre jserai jserais jsrai jsrais serrai "
		"cerai serons"),
	FR("suis", FILL, 0, 0, "chui chuis jsuis jsui sui shui suit"),
	FR("ete", FILL, 0, 0, ""),
	FR("ai", FILL, 0, 0, "jai g gai avais ait avons ge"),
	FR("est", FILL, 0, 0, "es"),
	FR("present", UNKNOWN, 0, 1, "presente presents presentes presant prezent prezan here"),
	FR("presence", FILL, 0, 1, "presance venue"),
	FR("absent", UNKNOWN, 0, 1, "absente absents absence absan"),
	FR("dispo", UNKNOWN, 0, 0, "disponible disponibles dispos disponnible available"),
	FR("libre", UNKNOWN, 0, 0, "libres"),
	FR("disponibilite", UNKNOWN, 0, 0, "disponibilites"),
	FR("possible", UNKNOWN, 0, 1, "posible possibl poss possibles possibilite"),
	FR("impossible", UNKNOWN, 0, 1, "imposible inpossible"),
	FR("aller", UNKNOWN, 0, 0, "rendre presenter honorer assister passer"),
	FR("compte", UNKNOWN, 0, 0, ""),
	FR("mesure", UNKNOWN, 0, 0, "capable"),
	FR("maintiens", UNKNOWN, 0, 0, "maintien maintient maintenu maintenir"),
	FR("prevu", FILL, 0, 0, "prevue convenu convenue"),
	/* what is wanted done */
	FR("annule", UNKNOWN, 0, 1, "annuler annulee annulez annulation anule anuler anulee anulez annuller "
		"annulle annulles annul anul annules anulle anuller annulait "
		"z desister desiste decommander "
		"decommande annullez annulerai annulerais"),
	EN("annule", UNKNOWN, 0, 1, "cancel canceled cancelled cancelling cancell"),
	FR("confirmerai", DOUBT, 0, 0, "confirmerais"),
	FR("supprimer", UNKNOWN, 0, 0, "supprime suprimer suprime supprimez effacer effacez efface"),
	FR("confirme", UNKNOWN, 0, 1, "confirmer confirmee comfirme comfirmer confime confimer confirm valide "
		"valider jconfirme confirmes confirmation confirmed"),
	FR("changer", UNKNOWN, 0, 1, "change changez changement changements modifier modifie modifiez "
		"modification modif reporter reporte reportez report decaler decale "
		"decalez decalage decaller repousser repousse avancer reprogrammer "
		"replanifier repporter repport deplace deplacez bouger chang"),
	FR("avance", FILL, 0, 0, ""),
	EN("changer", UNKNOWN, 0, 1, "reschedule rescheduled postpone"),
	FR("deplacer", UNKNOWN, 0, 1, "deplasser"),
	FR("autre", UNKNOWN, 0, 0, "autres otre aut"),
	EN("autre", UNKNOWN, 0, 0, "another other different"),
	FR("nouveau", UNKNOWN, 0, 0, "nouvelle nouvo nouvau new"),
	FR("plutot", FILL, 0, 0, ""),
	FR("tard", UNKNOWN, 0, 0, "later"),
	FR("tot", UNKNOWN, 0, 0, ""),
	FR("plustot", UNKNOWN, 0, 0, "sooner earlier"),
	FR("avant", UNKNOWN, 0, 0, "before"),
	FR("apres", UNKNOWN, 0, 0, "after"),
	FR("place", UNKNOWN, 0, 0, "places"),
	FR("creneau", FILL, 0, 1, "creneaux creneo slot slots"),
	FR("libere", UNKNOWN, 0, 0, "liberer liberent"),
	FR("desistement", UNKNOWN, 0, 0, "desistements"),
	FR("attente", UNKNOWN, 0, 0, "waiting"),
	FR("liste", UNKNOWN, 0, 0, "list"),
	FR("prevenir", UNKNOWN, 0, 0, "prevenez previens avertir avertissez"),
	FR("rdv", UNKNOWN, 0, 1, "rdvs rendezvous rendevous rendvous randevou rendevou"),
	EN("rdv", UNKNOWN, 0, 1, "appointment appointement appt"),
	FR("prendre", UNKNOWN, 0, 0, "avoir obtenir fixer reserver book get"),
	FR("prends", FILL, 0, 0, "prend pren choisis choisi take prendrai prendrais"),
	FR("garde", FILL, 0, 0, "garder gardes gardez keep"),
	FR("mien", FILL, 0, 0, "mienne mine"),
	FR("reprendre", UNKNOWN, 0, 0, ""),
	FR("besoin", UNKNOWN, 0, 0, "bezoin besoins"),
	FR("veux", FILL, 0, 0, "veu veut voudrais voudrai vx souhaite souhaiterais souhaiterai aimerais "
		"aimerai voulais voulai jveux jveu jvoudrais jvoudrai jaimerais desire "
		"voudrait"),
	FR("dois", FILL, 0, 0, "doit doi jdois"),
	FR("faut", FILL, 0, 0, ""),
	FR("stop", UNKNOWN, 0, 0, "stopp stpo sotp sttop stopsms"),
	FR("arret", REASON, 0, 0, ""),
	FR("arreter", UNKNOWN, 0, 0, "arrete arretez arretes areter arrette arete aretez arretter"),
	FR("desabonner", UNKNOWN, 0, 0, "desabonnez desabonnement desinscrire desinscription desinscrivez desabo "
		"unsubscribe"),
	FR("envoyer", UNKNOWN, 0, 0, "envoyez envoye envoie envoi recevoir send ecrire ecrivez"),
	FR("sms", FILL, 0, 0, "msg message messages textos texto msgs mess text texts smss"),
	FR("start", UNKNOWN, 0, 0, "reprise"),
	FR("aide", UNKNOWN, 0, 0, "aidez aider aidemoi"),
	EN("aide", UNKNOWN, 0, 0, "help"),
	FR("info", UNKNOWN, 0, 0, "infos information informations"),
	FR("rappel", FILL, 0, 0, "rappels reminder reminders"),
	FR("rappeler", UNKNOWN, 0, 1, "rappelez rappele rapelez rapeler rapele rappelle rapelle rappellez "
		"rapellez"),
	FR("appeler", UNKNOWN, 0, 1, "appelez appele apelez apeler apele apl appelle appellez telephoner "
		"telephonez joindre contacter contactez recontacter recontactez appel "
		"recontacte"),
	EN("appeler", UNKNOWN, 0, 0, "call"),
	FR("repondre", UNKNOWN, 0, 0, "reponse reponses repond repondu repons repondez reply answer"),
	FR("parler", UNKNOWN, 0, 0, "talk"),
	FR("retard", UNKNOWN, 0, 1, "retar retards retart late delay"),
	FR("arrive", UNKNOWN, 0, 0, "jarrive jariv arriv arriverai ariv jarriv"),
	FR("route", UNKNOWN, 0, 0, "chemin"),
	FR("merci", THANKS, 0, 1, "mrc mci mercii merki merciii thx tnx gracias choukran chokran shukran "
		"remercie remerci mercie"),
	EN("merci", THANKS, 0, 0, "thanks thank"),
	/* questions */
	FR("quand", ASK, 0, 0, "kan kand"),
	EN("quand", ASK, 0, 0, "when"),
	FR("ou", UNKNOWN, 0, 0, "or"),
	EN("where", ASK, 0, 0, ""),
	EN("what", ASK, 0, 0, "which who why how"),
	FR("comment", ASK, 0, 0, "cmt coment commen"),
	FR("combien", ASK, 0, 0, "kombien"),
	FR("quel", ASK, 0, 0, "quelle quels quelles kel kelle qel"),
	FR("qui", ASK, 0, 0, "ki"),
	FR("quoi", ASK, 0, 0, "koi kwa"),
	FR("pourquoi", ASK, 0, 0, "pk pkoi prkoi pourkoi"),
	FR("estceque", ASK, 0, 0, "esque esk eske estce"),
	FR("adresse", UNKNOWN, 0, 0, "adress adr address lieu endroit"),
	FR("que", UNKNOWN, 0, 0, "qu k ke"),
	/* what turns a sentence */
	FR("si", IF, 0, 0, "if sinon"),
	FR("mais", BUT, 0, 0, "sauf pourtant cependant toutefois but except"),
	FR("doute", DOUBT, 0, 0, "surement surment normalement normallement essaie essaye essayer essai essaierai essayerai "
		"espere crois pense hesite probablement eventuellement maybe try hope "
		"sais sait jsais jsai sai"),
	FR("peutetre", DOUBT, 0, 0, "ptet ptetre petetre"),
	FR("sur", UNKNOWN, 0, 0, "certain certaine"),
	FR("tu", YOU, 0, 0, "te toi ton ta tes"),
	FR("vous", FILL, 0, 0, "vs vou ous"),
	FR("avez", FILL, 0, 0, "aver"),
	/* small words */
	FR("la", FILL, 0, 0, "laa"),
	FR("le", FILL, 0, 0, "les leur"),
	FR("un", FILL, 0, 0, "une 1e2"),
	FR("de", FILL, 0, 0, "d du des"),
	FR("a", FILL, 0, 0, "au aux"),
	FR("en", FILL, 0, 0, ""),
	FR("pour", FILL, 0, 0, "pr pur pou"),
	FR("mon", FILL, 0, 0, "ma mes notre nos"),
	FR("votre", FILL, 0, 0, "vos"),
	FR("ce", FILL, 0, 0, "celui celle ceux cet cette ces sa ca cela"),
	FR("cest", FILL, 0, 0, "c cetait"),
	FR("etait", UNKNOWN, 0, 0, "etais"),
	FR("pu", UNKNOWN, 0, 0, "venu venue oublie oublier oubli loupe rate manque hier yesterday"),
	FR("il", FILL, 0, 0, "elle ils elles lui"),
	FR("et", FILL, 0, 0, "and"),
	FR("avec", UNKNOWN, 0, 0, "with accompagne accompagnee"),
	FR("seul", UNKNOWN, 0, 0, "seule alone"),
	FR("par", UNKNOWN, 0, 0, "jusqu jusqua"),
	FR("tout", FILL, 0, 0, "tt toute tous"),
	FR("bonjour", FILL, 0, 1, "bjr bjour bonjours bonsoir bsr slt salut coucou cc hello hi hey salam "
		"salem slm wesh yo bjrr"),
	FR("bon", FILL, 0, 0, "bonne bone bons good great fine"),
	FR("journee", FILL, 0, 0, "soiree weekend wk courage nuit"),
	FR("aurevoir", FILL, 0, 0, "revoir bye bientot bizz cdt cordialement cordialment respectueusement "
		"sincerement ciao"),
	FR("madame", FILL, 0, 0, "mme mdm mr monsieur msieur mademoiselle mlle mesdames messieurs"),
	FR("compris", FILL, 0, 0, ""),
	FR("jemappelle", FILL, 0, 0, "mappelle mapelle mapel jmappelle jmapelle prenom nom nomme annee naissance nee anne name born"),
	FR("numero", FILL, 0, 0, "num numeros nr nb choix option solution proposition"),
	/* when */
	FR("lundi", WHEN, 0, 1, "lun lundis monday"),
	FR("mardi", WHEN, 1, 1, "mar mardis tuesday"),
	FR("mercredi", WHEN, 2, 1, "mercr mercredis wednesday"),
	FR("jeudi", WHEN, 3, 1, "jeu jeudis thursday"),
	FR("vendredi", WHEN, 4, 1, "ven vendredis friday"),
	FR("samedi", WHEN, 5, 1, "sam samedis saturday"),
	FR("dimanche", WHEN, 6, 1, "dim sunday"),
	FR("janvier", WHEN, 1, 1, "janv january"),
	FR("fevrier", WHEN, 2, 1, "fev fevr february"),
	FR("mars", WHEN, 3, 0, "march"),
	FR("avril", WHEN, 4, 1, "avr april"),
	FR("mai", WHEN, 5, 0, ""),
	FR("juin", WHEN, 6, 0, "june"),
	FR("juillet", WHEN, 7, 1, "juil july"),
	FR("aout", WHEN, 8, 0, "august"),
	FR("septembre", WHEN, 9, 1, "sept september"),
	FR("octobre", WHEN, 10, 1, "oct october"),
	FR("novembre", WHEN, 11, 1, "nov november"),
	FR("decembre", WHEN, 12, 1, "december"),
	FR("aujourdhui", WHEN, 0, 0, "auj ajd aujourd aujourdui ojd ojourdui today tonight"),
	FR("demain", WHEN, 1, 1, "dem demin dmain 2main dem1 tomorrow 2m1"),
	FR("apresdemain", WHEN, 2, 0, ""),
	FR("matin", WHEN, 0, 0, "matinee mat morning"),
	FR("aprem", WHEN, 0, 0, "apresmidi apm midi afternoon noon soir evening"),
	FR("jour", WHEN, 0, 0, "jours date dates semaine semaines moment mois horaire horaires day week "
		"time month"),
	FR("heure", WHEN, 0, 0, "heures h hr hrs"),
	FR("minute", WHEN, 0, 0, "minutes min mn mins"),
	FR("prochain", WHEN, 0, 0, "prochaine next"),
	FR("maintenant", WHEN, 0, 0, "mtn mnt now"),
	/* why not */
	FR("malade", REASON, 0, 1, "maladie grippe covid fievre gastro hopital urgences sick clinique "
		"hospitalise hospitalisee fatigue blesse angine"),
	FR("medecin", REASON, 0, 0, "docteur doctor dentiste enceinte accouche"),
	FR("enfant", REASON, 0, 0, "enfants bebe fils fille filles famille deces enterrement kid kids "
		"daughter son"),
	FR("proche", REASON, 0, 0, "mere pere mari femme soeur frere conjoint conjointe copain copine ami amie "
		"amis maman papa parents"),
	FR("travail", REASON, 0, 0, "travaille travailler taf bosse boulot job work working formation stage "
		"ecole cours examen entretien embauche mission interim bac lycee college "
		"patron chef"),
	FR("bus", REASON, 0, 0, "train metro tram transport transports voiture greve panne bouchons "
		"bouchon permis loin"),
	FR("empechement", REASON, 0, 1, "empeche empechee imprevu contretemps bloque bloquee coince coincee "
		"occupe occupee urgence busy souci soucis probleme problemes pb pbs "
		"problem problems"),
	FR("parceque", REASON, 0, 0, "car pcq pck paske paceque pcke parske because puisque cause raison "
		"raisons suite"),
	FR("tombe", REASON, 0, 0, ""),
	/* near misses that a typing error must not turn into the above */
	FR("regard", UNKNOWN, 0, 0, "regarde regarder regards"),
	FR("charger", UNKNOWN, 0, 0, "charge chargement manger changeant charges"),
	FR("rapporter", UNKNOWN, 0, 0, "rapporte apporter apporte amener ramener emmener rapport"),
	FR("desiree", UNKNOWN, 0, 0, ""),
	FR("annuel", UNKNOWN, 0, 0, "annuelle annuels annuaire anneau"),
	FR("possede", UNKNOWN, 0, 0, "salade balade absentee"),
	FR("conforme", UNKNOWN, 0, 0, "conformer informe informer"),
	FR("presenti", UNKNOWN, 0, 0, "presentation presentement avenir devenir tenir retenir revenir parvenir"),
	FR("contacts", UNKNOWN, 0, 0, "contact reviens revient conseiller conseillere"),
};
/* clang-format on */

const size_t word_count = ARRAY_SIZE(word_list);
