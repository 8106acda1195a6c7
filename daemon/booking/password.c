/* SPDX-License-Identifier: GPL-3.0-or-later */
/* password.c - see password.h.
 *
 * A guesser does not try a list of words but what people make of them: a capital, a year
 * behind, an "!" at the end, a 0 for an o, the word twice. So a password is first brought
 * to its plain form (lower case, accents and signs off, digits that stand for letters
 * read as letters) and what is in the list, or made of the list's words alone, is taken
 * out; the same for rows of the keyboard, runs and repetitions, and for the words that
 * belong to the person or to this service. What is left must still be worth guessing. */
#include "booking/password.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

/* A text that is translated later: for xgettext. */
#define N_(msgid) msgid

#define LEFT_MIN                                                               \
	5 /* letters or digits that must be left when all that is known is out \
	   */

#define WORDS_ENOUGH                                                      \
	4 /* different common words in a row make a password all the same \
	   */

/* What stands in the lists of the commonest passwords, and what French people choose, in
 * plain form; longest first where one begins another. */
static const char *const common[] = {
	"correcthorsebatterystaple",
	"motdepasse",
	"passedemot",
	"password",
	"passwort",
	"passphrase",
	"passw",
	"administrateur",
	"administrator",
	"administration",
	"superadmin",
	"admin",
	"utilisateur",
	"username",
	"user",
	"welcome",
	"bienvenue",
	"bonjour",
	"bonsoir",
	"salut",
	"coucou",
	"letmein",
	"openseasame",
	"sesame",
	"ouvretoi",
	"changeme",
	"changemoi",
	"changer",
	"achanger",
	"default",
	"defaut",
	"secret",
	"secrete",
	"topsecret",
	"trustnoone",
	"iloveyou",
	"jetaime",
	"tuesbelle",
	"monamour",
	"amour",
	"monange",
	"doudou",
	"loulou",
	"chouchou",
	"cheri",
	"cherie",
	"bisous",
	"princesse",
	"princess",
	"soleil",
	"sunshine",
	"dragon",
	"monkey",
	"football",
	"baseball",
	"superman",
	"batman",
	"spiderman",
	"pokemon",
	"starwars",
	"shadow",
	"master",
	"killer",
	"hunter",
	"ranger",
	"charlie",
	"thomas",
	"nicolas",
	"julien",
	"camille",
	"marseille",
	"paris",
	"france",
	"lille",
	"lens",
	"portugal",
	"algerie",
	"maroc",
	"martinique",
	"olympique",
	"chocolat",
	"chocolate",
	"nutella",
	"vacances",
	"maison",
	"famille",
	"liberte",
	"egalite",
	"fraternite",
	"marianne",
	"azerty",
	"azertyuiop",
	"qwertyuiop",
	"qwerty",
	"qwertz",
	"qwert",
	"wxcvbn",
	"qsdfgh",
	"asdfgh",
	"zxcvbn",
	"printemps",
	"automne",
	"hiver",
	"janvier",
	"fevrier",
	"avril",
	"juillet",
	"aout",
	"septembre",
	"octobre",
	"novembre",
	"decembre",
	"lundi",
	"mardi",
	"mercredi",
	"jeudi",
	"vendredi",
	"samedi",
	"dimanche",
	"summer",
	"winter",
	"spring",
	"autumn",
	"computer",
	"ordinateur",
	"internet",
	"informatique",
	"samsung",
	"google",
	"facebook",
	"instagram",
	"whatsapp",
	"microsoft",
	"windows",
	"linux",
	"debian",
	"apple",
	"orange",
	"bouygues",
	"laposte",
	"gmail",
	"hotmail",
	"yahoo",
	"test",
	"essai",
	"testtest",
	"temporaire",
	"provisoire",
	"temp",
	"temppass",
	"nouveau",
	"connexion",
	"login",
	"logon",
	"access",
	"acces",
	"securite",
	"security",
	"super",
	"michael",
	"jordan",
	"jennifer",
	"ashley",
	"bailey",
	"mustang",
	"freedom",
	"whatever",
	"nothing",
	"blink",
	"lovely",
	"flower",
	"cheese",
	"pepper",
	"ginger",
	"hello",
	"deux",
	"trois",
	"this",
	"suis",
	"tout",
	"love",
	"pass",
	"root",
	"toor",
	"guest",
	"demo",
	"server",
	"system",
	"network",
};

/* This service's own words. */
static const char *const ours[] = {
	"rendezvous", "rendez",	       "vous",	     "rdvd",	    "rdv",
	"cllaj",      "logement",      "logements",  "autonome",    "jeunes",
	"jeune",      "missionlocale", "mission",    "locale",	    "habitat",
	"permanence", "conseillere",   "conseiller", "conseil",	    "accueil",
	"equipe",     "reseau",	       "structure",  "association", "toit",
	"projet",     "territoire",
};

/* Rows of keyboards, the alphabet and the digits: any run of four of them, either way. */
static const char *const rows[] = {
	"abcdefghijklmnopqrstuvwxyz",
	"01234567890",
	"azertyuiop",
	"qsdfghjklm",
	"wxcvbn",
	"qwertyuiop",
	"asdfghjkl",
	"zxcvbnm",
	"qwertzuiop",
	"1a2b3c4d5e6f",
	"1q2w3e4r5t6y7u8i9o0p",
	"1qaz2wsx3edc4rfv5tgb",
	"1a2z3e4r5t6y",
};

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Lower case, without what is neither letter nor digit; other alphabets stay as they
 * are. The Latin letters with an accent lose it. */
static size_t plain(const char *s, char *out, size_t size)
{
	static const char latin[] = "aaaaaaaceeeeiiiidnooooo_ouuuuyts"
				    "aaaaaaaceeeeiiiidnooooo_ouuuuyty";
	size_t n = 0;

	for (; *s && n + 1 < size; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == 0xc3 && ((unsigned char)s[1] & 0xc0) == 0x80) {
			out[n++] = latin[(unsigned char)s[1] & 0x3f];
			s++;
		} else if (c >= 'A' && c <= 'Z') {
			out[n++] = (char)(c + 'a' - 'A');
		} else if (c >= 0x80 || (c >= 'a' && c <= 'z') ||
			   (c >= '0' && c <= '9') || c == '@' || c == '$') {
			out[n++] = (char)c;
		}
	}
	out[n] = '\0';
	return n;
}

/* Digits and signs that stand for letters, read as letters. */
static void unleet(char *s)
{
	static const char from[] = "0134578@$";
	static const char to[] = "oieastbas";

	for (; *s; s++) {
		const char *p = strchr(from, *s);

		if (p)
			*s = to[p - from];
	}
}

/* Put '\1' in the place of each occurrence of word. 1 when there was one. */
static int take_out(char *s, const char *word)
{
	size_t n = strlen(word);
	int found = 0;

	while (n > 1 && (s = strstr(s, word))) {
		memset(s, 1, n);
		s += n;
		found = 1;
	}
	return found;
}

/* Letters, and digits for half: what people put around a word. */
static size_t left_of(const char *s)
{
	size_t letters = 0, digits = 0;

	for (; *s; s++) {
		digits += *s >= '0' && *s <= '9';
		letters += *s != 1;
	}
	return letters - digits + digits / 2;
}

static void reverse(const char *s, char *out)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		out[i] = s[n - 1 - i];
	out[n] = '\0';
}

/* The longest run of a row that begins at s. */
static size_t run_at(const char *s)
{
	size_t longest = 0;
	char back[32];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		reverse(rows[i], back);
		for (int way = 0; way < 2; way++) {
			const char *row = way ? back : rows[i];

			for (size_t at = 0; row[at]; at++) {
				size_t n = 0;

				while (row[at + n] && s[n] == row[at + n])
					n++;
				if (n > longest)
					longest = n;
			}
		}
	}
	return longest;
}

/* Runs of four or more, and the same character three times or more. */
static void take_out_runs(char *s)
{
	while (*s) {
		size_t same = strspn(s, (char[]){*s, '\0'}), run = run_at(s);

		if (*s != 1 && (same >= 3 || run >= 4)) {
			size_t n = same > run ? same : run;

			memset(s, 1, n);
			s += n;
		} else {
			s++;
		}
	}
}

/* The same few characters again and again: "ab12ab12ab12". */
static int is_repeated(const char *s, size_t n)
{
	for (size_t period = 1; period * 2 <= n && period <= 6; period++) {
		size_t i = period;

		while (i < n && s[i] == s[i - period])
			i++;
		if (i == n)
			return 1;
	}
	return 0;
}

static int few_kinds(const char *s)
{
	unsigned char seen[256] = {0};
	size_t kinds = 0;

	for (; *s; s++)
		kinds += !seen[(unsigned char)*s]++;
	return kinds < 5;
}

/* Each word of a name or an address, three letters at least. */
static void take_out_words(char *s, const char *words)
{
	char word[128];

	while (words && *words) {
		size_t n = strcspn(words, " -'._@+");
		char piece[64];

		if (n >= 3 && n < sizeof(piece)) {
			memcpy(piece, words, n);
			piece[n] = '\0';
			if (plain(piece, word, sizeof(word)) >= 3)
				take_out(s, word);
		}
		words += n + (words[n] != '\0');
	}
}

/* The years that people put behind a word. */
static void take_out_years(char *s)
{
	for (; *s; s++)
		if ((s[0] == '1' && s[1] == '9') || (s[0] == '2' && s[1] == '0'))
			if (s[2] >= '0' && s[2] <= '9' && s[3] >= '0' && s[3] <= '9')
				memset(s, 1, 4);
}

enum password_fault password_check(const char *password, const char *login,
				   const char *name, const char *email)
{
	char text[PASSWORD_BYTES_MAX + 1] = "", as_typed[PASSWORD_BYTES_MAX + 1] = "";
	size_t n = characters(password), bytes = strlen(password);
	const char *const whose[] = {login, name, email};
	enum password_fault fault = PASSWORD_OK;

	if (n < PASSWORD_MIN)
		return PASSWORD_TOO_SHORT;
	if (n > PASSWORD_MAX || bytes > PASSWORD_BYTES_MAX)
		return PASSWORD_TOO_LONG;
	plain(password, as_typed, sizeof(as_typed));
	if (is_repeated(password, bytes) || few_kinds(password)) {
		fault = PASSWORD_PATTERN;
		goto out;
	}
	take_out_years(as_typed);
	take_out_runs(as_typed);
	if (left_of(as_typed) < LEFT_MIN) {
		fault = PASSWORD_PATTERN;
		goto out;
	}
	for (int leet = 0; leet < 2 && !fault; leet++) {
		int words = 0;

		memcpy(text, as_typed, sizeof(text));
		if (leet)
			unleet(text);
		for (size_t i = 0; i < ARRAY_SIZE(whose); i++)
			take_out_words(text, whose[i]);
		for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
			take_out(text, ours[i]);
		if (left_of(text) < LEFT_MIN)
			fault = PASSWORD_PERSONAL;
		for (size_t i = 0; i < ARRAY_SIZE(common); i++)
			words += take_out(text, common[i]);
		if (!fault && left_of(text) < LEFT_MIN && words < WORDS_ENOUGH)
			fault = PASSWORD_COMMON;
	}
out:
	explicit_bzero(text, sizeof(text));
	explicit_bzero(as_typed, sizeof(as_typed));
	return fault;
}

const char *password_words(enum password_fault f)
{
	switch (f) {
	case PASSWORD_OK: break;
	case PASSWORD_TOO_SHORT:
		return N_(
			"Ce mot de passe est trop court : 12 caractères au moins, 15 ou "
			"plus c’est mieux. Quatre mots sans rapport font l’affaire.");
	case PASSWORD_TOO_LONG:
		return N_("Ce mot de passe est trop long : 256 caractères au plus.");
	case PASSWORD_COMMON:
		return N_("Ce mot de passe fait partie de ceux que l’on essaie en "
			  "premier. Prenez plutôt quatre mots sans rapport.");
	case PASSWORD_PATTERN:
		return N_("Ce mot de passe se devine : il suit le clavier ou se répète. "
			  "Prenez plutôt quatre mots sans rapport.");
	case PASSWORD_PERSONAL:
		return N_("Ce mot de passe est presque votre nom, votre identifiant ou "
			  "celui de ce service. Prenez plutôt quatre mots sans rapport.");
	}
	return NULL;
}
