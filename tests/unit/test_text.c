/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_text.c - the texts that ship, with the real places of a real territory; the
 * markup; and what the linter refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <jansson.h>

#include "agenda/territory.h"

#include "base/mem.h"
#include "message/gsm.h"
#include "message/text.h"
#include "message/text_table.h"

#define TEXTS_DIR TEST_SRCDIR "/etc/texts"
#define LINK "https://rdv.exemple.fr/rdv/AbCdEfGhIjKlMnOpQrStUv"

static struct texts *shipped;

static int setup(void **state)
{
	struct buf errors = BUF_INIT;

	shipped = texts_load(TEXTS_DIR, &errors);
	if (!shipped)
		print_error("%s", buf_str(&errors));
	buf_fini(&errors);
	return shipped ? 0 : -1;
}

static int teardown(void **state)
{
	texts_free(shipped);
	return 0;
}

static struct text_values henin(void)
{
	return (struct text_values){
		.day = "mardi 3 mars",
		.hour = "14 h",
		.link = LINK,
		.place = "Mission locale d'Hénin-Beaumont",
		.address = "183 avenue des Fusillés",
		.postcode = "62110",
		.commune = "Hénin-Beaumont",
		.organisation = "CLLAJ Hénin-Carvin",
		.service = "Premier rendez-vous : faire le point sur mon logement",
		.first_name = "Léa",
	};
}

static void expect_sms(enum rdvd_message_kind kind, int ordinal, const char *lang,
		       const struct text_values *v, const char *want)
{
	struct buf b = BUF_INIT;

	assert_int_equal(
		text_render(shipped, kind, ordinal, RDVD_CHANNEL_SMS, lang, v, NULL, &b),
		0);
	assert_string_equal(buf_str(&b), want);
	assert_int_equal(gsm_measure(buf_str(&b)).encoding, GSM_7BIT);
	assert_int_equal(gsm_measure(buf_str(&b)).segments, 1);
	buf_fini(&b);
}

static void test_shipped_sms(void **state)
{
	struct text_values v = henin();

	expect_sms(RDVD_MSG_CONFIRMATION, 0, "fr", &v,
		   "C'est noté : rendez-vous mardi 3 mars à 14 h, Mission locale "
		   "d'Hénin-Beaumont. "
		   "Changer, annuler : " LINK);
	expect_sms(RDVD_MSG_REMINDER, 1, "fr", &v,
		   "Rappel : rendez-vous mardi 3 mars à 14 h, Mission locale "
		   "d'Hénin-Beaumont. "
		   "Changer, annuler : " LINK);
	expect_sms(RDVD_MSG_REMINDER, 2, "fr", &v,
		   "Rendez-vous mardi 3 mars à 14 h, Mission locale d'Hénin-Beaumont. "
		   "Je viens, changer, annuler : " LINK);
	expect_sms(RDVD_MSG_CANCELLATION, TEXT_CANCELLED_BY_PERSON, "fr", &v,
		   "C'est annulé : rendez-vous du mardi 3 mars à 14 h. Merci d'avoir "
		   "prévenu. "
		   "Pour en prendre un autre : " LINK);
	/* a short place leaves room for its address, and its name does not say the
	 * commune */
	v.place = "CCAS";
	v.address = "2 rue Jean Jaurès";
	v.commune = "Libercourt";
	expect_sms(RDVD_MSG_REMINDER, 1, "fr", &v,
		   "Rappel : rendez-vous mardi 3 mars à 14 h, CCAS, 2 rue Jean Jaurès, "
		   "Libercourt. "
		   "Changer, annuler : " LINK);
	/* by telephone there is no place */
	v.place = v.address = v.commune = v.postcode = "";
	v.mode = text_mode("fr", MODE_PHONE);
	expect_sms(RDVD_MSG_CONFIRMATION, 0, "fr-FR", &v,
		   "C'est noté : rendez-vous mardi 3 mars à 14 h par téléphone. Pour "
		   "changer ou annuler : " LINK);
}

static void test_shipped_english(void **state)
{
	struct text_values v = henin();

	v.day = "Tuesday 3 March";
	v.hour = "2:00 pm";
	expect_sms(RDVD_MSG_CONFIRMATION, 0, "en-GB", &v,
		   "Your appointment is Tuesday 3 March, 2:00 pm, Mission locale "
		   "d'Hénin-Beaumont. "
		   "Change, cancel: " LINK);
	/* a language that is not there is French */
	expect_sms(RDVD_MSG_CANCELLATION, 0, "uk", &v,
		   "Votre rendez-vous du Tuesday 3 March à 2:00 pm est annulé. Nous en "
		   "sommes désolés. "
		   "Pour en choisir un autre : " LINK);
}

/* Nothing that says who, where or why. */
static void test_discreet(void **state)
{
	struct text_values v = henin();

	v.discreet = 1;
	expect_sms(RDVD_MSG_REMINDER, 2, "fr", &v,
		   "Rappel : mardi 3 mars à 14 h. Changer ou annuler : " LINK);
	for (int kind = RDVD_MSG_CONFIRMATION; kind <= RDVD_MSG_CANCELLATION; kind++)
		for (int email = 0; email < 2; email++)
			for (int lang = 0; lang < 2; lang++)
				for (int ordinal = 0; ordinal < 3; ordinal++) {
					struct buf s = BUF_INIT;

					assert_int_equal(
						text_render(shipped,
							    (enum rdvd_message_kind)kind,
							    ordinal,
							    email ? RDVD_CHANNEL_EMAIL
								  : RDVD_CHANNEL_SMS,
							    text_languages[lang], &v, &s,
							    &s),
						0);
					assert_null(strstr(buf_str(&s), "Mission"));
					assert_null(strstr(buf_str(&s), "CLLAJ"));
					assert_null(strstr(buf_str(&s), "nin"));
					assert_null(strstr(buf_str(&s), "a,")); /* Léa, */
					assert_non_null(strstr(buf_str(&s), LINK));
					buf_fini(&s);
				}
}

static void test_shipped_email(void **state)
{
	struct text_values v = henin();
	struct buf subject = BUF_INIT, body = BUF_INIT;

	v.access = "Bus 12, arrêt Mairie.\nSonnez deux fois.";
	v.party = "3";
	assert_int_equal(text_render(shipped, RDVD_MSG_CONFIRMATION, 0,
				     RDVD_CHANNEL_EMAIL, "fr", &v, &subject, &body),
			 0);
	assert_string_equal(buf_str(&subject),
			    "Votre rendez-vous du mardi 3 mars à 14 h");
	assert_string_equal(
		buf_str(&body),
		"Bonjour Léa,\n\nVotre rendez-vous est noté.\n\n"
		"Quand : mardi 3 mars à 14 h\n"
		"Où : Mission locale d'Hénin-Beaumont\n"
		"     183 avenue des Fusillés\n"
		"     62110 Hénin-Beaumont\n\n"
		"Pour venir : Bus 12, arrêt Mairie.\nSonnez deux fois.\n\n"
		"Vous serez 3.\n\n"
		"Un empêchement ? Prévenez-nous, même au dernier moment : quelqu'un "
		"d'autre pourra\n"
		"venir.\n\n"
		"Pour dire que vous venez, changer de date ou annuler :\n" LINK "\n\n"
		"CLLAJ Hénin-Carvin\n");
	/* no header of somebody else's making */
	buf_clear(&subject);
	v.day = "mardi\r\nBcc: x@y.fr";
	text_render(shipped, RDVD_MSG_CONFIRMATION, 0, RDVD_CHANNEL_EMAIL, "fr", &v,
		    &subject, &body);
	assert_null(strpbrk(buf_str(&subject), "\r\n"));
	buf_fini(&subject);
	buf_fini(&body);
}

/* Every text in every form it has: written, one segment, what it must tell and no
 * service; a link or an answer asked for, never both. */
static void test_every_text(void **state)
{
	struct text_values v = henin();
	const struct text_shelf *all = &shipped->shelves[0];

	v.sender = "CLLAJ62";
	v.until = "mercredi 4 mars, 10 h";
	v.meetings = "lun. 2 10 h, mar. 3 14 h, mer. 4 16 h 30";
	v.choices = "1 mardi 3 mars 14 h, 2 jeudi 5 mars 9 h 30";
	v.code = "482190";
	v.notice = "38 rappels n'ont pas pu partir.";
	for (size_t i = 0; i < all->n; i++) {
		const struct text_name *n = &all->files[i].name;
		struct buf s = BUF_INIT;

		v.discreet = n->discreet;
		v.answerable = n->reply;
		assert_int_equal(
			text_write(shipped, n->stem, n->ordinal,
				   n->email ? RDVD_CHANNEL_EMAIL : RDVD_CHANNEL_SMS,
				   text_languages[n->language], &v, &s, &s),
			0);
		assert_null(strstr(buf_str(&s), "logement"));
		assert_null(strstr(buf_str(&s), "Premier"));
		assert_null(strchr(buf_str(&s), '{'));
		for (size_t f = 0; f < FIELD_COUNT; f++)
			if (text_stems[n->stem].tells & 1U << f &&
			    !(f == FIELD_link && text_asks(n)))
				assert_non_null(strstr(buf_str(&s), text_value(&v, f)));
		if (!n->email) {
			assert_int_equal(gsm_measure(buf_str(&s)).segments, 1);
			assert_int_equal(gsm_measure(buf_str(&s)).encoding, GSM_7BIT);
		}
		if (text_asks(n))
			assert_null(strstr(buf_str(&s), "://"));
		if (n->discreet)
			assert_null(strstr(buf_str(&s), "CLLAJ"));
		buf_fini(&s);
	}
	assert_int_equal(text_render(shipped, RDVD_MSG_ANSWER, 0, RDVD_CHANNEL_SMS, "fr",
				     &v, NULL, NULL),
			 -1);
}

/* The SMS that can be answered says who writes, for it comes from a number. */
static void test_reply_sms(void **state)
{
	struct text_values v = henin();

	v.answerable = 1;
	v.sender = "CLLAJ62";
	expect_sms(RDVD_MSG_CONFIRMATION, 0, "fr", &v,
		   "CLLAJ62 : C'est noté : rendez-vous mardi 3 mars à 14 h, Mission "
		   "locale d'Hénin-Beaumont. Répondez OUI, NON (annuler) ou AUTRE "
		   "(changer).");
	v.place = "CCAS";
	v.commune = v.address = "";
	v.access = "bus 12, arrêt Mairie";
	expect_sms(RDVD_MSG_REMINDER, 1, "fr", &v,
		   "CLLAJ62 : Rappel : rendez-vous mardi 3 mars à 14 h, CCAS (bus 12, "
		   "arret Mairie). Répondez "
		   "OUI pour confirmer, NON pour annuler, AUTRE pour changer.");
	v.sender = "";
	v.address = "2 rue du Pont";
	expect_sms(
		RDVD_MSG_REMINDER, 2, "en", &v,
		"Appointment mardi 3 mars, 14 h, CCAS, 2 rue du Pont (bus 12, arret "
		"Mairie). Reply YES to confirm, NO to cancel, OTHER for another date.");
	v.discreet = 1;
	expect_sms(RDVD_MSG_MOVED, 0, "fr", &v,
		   "Rendez-vous changé : mardi 3 mars à 14 h. Répondez OUI pour "
		   "confirmer, NON pour annuler, AUTRE pour changer.");
	expect_sms(RDVD_MSG_FOLLOW_UP, 0, "fr", &v,
		   "Bonjour. Pour choisir un autre moment, quand vous voulez, répondez "
		   "RDV.");
}

/* What the alphabet has not: folded in French, kept in a name in another script while one
 * segment holds it, left out when not. */
static void test_other_scripts(void **state)
{
	struct text_values v = henin();
	struct buf b = BUF_INIT;

	v.first_name = "Олександра";
	v.link = "https://rdv.fr";
	text_render(shipped, RDVD_MSG_FOLLOW_UP, 0, RDVD_CHANNEL_SMS, "fr", &v, NULL, &b);
	/* 70 characters do not hold it: without the name */
	assert_string_equal(buf_str(&b),
			    "Bonjour. Un autre rendez-vous vous aiderait ? Notre porte "
			    "reste ouverte. Choisissez le moment qui vous va : "
			    "https://rdv.fr");
	buf_clear(&b);
	struct text_line line = {0};
	struct buf errors = BUF_INIT;
	static const char markup[] = "Bonjour[3: {first_name}] : {link}";
	struct text_faults faults = {.lines = &errors};
	text_line_parse(&line, "t", 1, markup, sizeof markup - 1, &faults);
	assert_int_equal(text_sms_write(&line, &v, &b).encoding, GSM_UCS2);
	assert_string_equal(buf_str(&b), "Bonjour Олександра : https://rdv.fr");
	/* Zoë and François lose nothing that one could misread */
	buf_clear(&b);
	v.first_name = "François-Zoë";
	assert_int_equal(text_sms_write(&line, &v, &b).encoding, GSM_7BIT);
	assert_string_equal(buf_str(&b), "Bonjour Francois-Zoe : https://rdv.fr");
	text_line_fini(&line);
	buf_fini(&errors);
	buf_fini(&b);
}

/* Each site of the territory on each day of a year, by hand of the calendar: one
 * segment always, with the day, the hour, the link, and the place or its commune. */
static void test_territory_fits(void **state)
{
	json_t *territory =
		json_load_file(TEST_SRCDIR "/etc/territories/henin-carvin.json", 0, NULL);
	json_t *sites = json_object_get(territory, "sites"), *site;
	size_t i, longest = 0;

	assert_true(json_array_size(sites) >= 10);
	json_array_foreach(sites, i, site) for (int n = 0; n < 365 * 2; n++)
	{
		const char *lang = n & 1 ? "en" : "fr";
		struct buf day = BUF_INIT, hour = BUF_INIT, s = BUF_INIT;
		struct text_values v = {
			.link = "https://rendez-vous.logement-jeunes.fr/rdv/"
				"AbCdEfGhIjKlMnOpQrStUv",
			.place = json_string_value(json_object_get(site, "name")),
			.address = json_string_value(json_object_get(site, "address")),
			.commune = json_string_value(json_object_get(site, "commune")),
		};
		struct gsm_size size;

		text_day(&day, lang, 20000 + n / 2);
		text_hour(&hour, lang, 1170 - n % 60 * 5);
		v.day = buf_str(&day);
		v.hour = buf_str(&hour);
		text_render(shipped, RDVD_MSG_REMINDER, 1 + n % 2, RDVD_CHANNEL_SMS, lang,
			    &v, NULL, &s);
		size = gsm_measure(buf_str(&s));
		assert_int_equal(size.segments, 1);
		assert_int_equal(size.encoding, GSM_7BIT);
		longest = size.units > longest ? size.units : longest;
		assert_non_null(strstr(buf_str(&s), v.link));
		assert_non_null(strstr(buf_str(&s), v.hour));
		if (!strstr(buf_str(&s), v.commune) && !strstr(buf_str(&s), v.place))
			fail_msg("nowhere to go: %s", buf_str(&s));
		buf_fini(&day);
		buf_fini(&hour);
		buf_fini(&s);
	}
	print_message("longest SMS: %zu units\n", longest);
	json_decref(territory);
}

static void test_check_lengths(void **state)
{
	struct buf errors = BUF_INIT;
	struct text_values v = henin();
	char link[140];

	v.day = v.hour = NULL;
	v.commune = "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson";
	assert_int_equal(texts_check_lengths(shipped, &v, &errors), 0);
	assert_int_equal(errors.len, 0);
	memset(link, 'x', sizeof link - 1);
	link[sizeof link - 1] = '\0';
	v.link = link;
	assert_int_equal(texts_check_lengths(shipped, &v, &errors), -1);
	assert_non_null(strstr(buf_str(&errors), "/fr/moved.sms.txt:1: an SMS of "));
	buf_fini(&errors);
}

static void test_markup(void **state)
{
	static const struct {
		const char *markup;
		int drop;
		const char *want;
	} cases[] = {
		{"{day}, {hour}", 10, "mardi 3 mars, 14 h"},
		{"a[ {place}]b[ {party}]c", 10, "a Mission locale d'Hénin-Beaumontbc"},
		{"a[2: two][3: three][1: one].", 10, "a two three one."},
		{"a[2: two][3: three][1: one].", 3, "a two one."},
		{"a[2: two][3: three][1: one].", 2, "a one."},
		{"a[2: two][3: three][1: one].", 1, "a."},
		{"a[5:long {day}|short] : b", 6, "along mardi 3 mars : b"},
		{"a[5:long {day}|short] : b", 5, "ashort : b"},
		{"[{party} of you|alone]", 10, "alone"},
		{"[{party} of you|{access}]", 10, ""},
		{"[x]", 1, "x"},	/* without a number it stays */
		{"[10:x]", 10, "10:x"}, /* only one figure is a number */
		{"[0:x] a:b", 10, "0:x a:b"},
		{"[3:{place}], {commune}[, {commune}]", 10,
		 "Mission locale d'Hénin-Beaumont, Hénin-Beaumont"},
		{"[3:{place}][, {commune}]", 10, "Mission locale d'Hénin-Beaumont"},
		{"[3:{place}][, {commune}]", 3, ", Hénin-Beaumont"},
	};
	struct text_values v = henin();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text_line line = {0};
		struct buf errors = BUF_INIT, out = BUF_INIT;
		struct text_faults faults = {.lines = &errors};

		assert_int_equal(text_line_parse(&line, "t", 1, cases[i].markup,
						 strlen(cases[i].markup), &faults),
				 0);
		text_line_write(&line, &v, cases[i].drop, 1, &out);
		assert_string_equal(buf_str(&out), cases[i].want);
		text_line_fini(&line);
		buf_fini(&errors);
		buf_fini(&out);
	}
}

/* Too long for any form: the shortest, whole, rather than nothing. */
static void test_nothing_is_cut(void **state)
{
	struct text_values v = henin();
	char link[400];
	struct buf b = BUF_INIT;

	memset(link, 'x', sizeof link - 1);
	link[sizeof link - 1] = '\0';
	v.link = link;
	text_render(shipped, RDVD_MSG_REMINDER, 1, RDVD_CHANNEL_SMS, "fr", &v, NULL, &b);
	assert_non_null(strstr(buf_str(&b), link));
	assert_null(strstr(buf_str(&b), "Mission"));
	buf_fini(&b);
}

static void write_text(const char *dir, const char *name, const char *bytes)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(bytes, f);
	fclose(f);
}

/* Make the folders above a path, or remove them when they are empty. */
static void folders_of(const char *dir, const char *name, int make)
{
	char path[512];

	for (int depth = 4; depth >= 1; depth--) {
		const char *end = name;
		int level = make ? 5 - depth : depth;

		for (int i = 0; i < level && end; i++)
			end = strchr(end + (i > 0), '/');
		if (!end)
			continue;
		snprintf(path, sizeof path, "%s/%.*s", dir, (int)(end - name), name);
		if (make)
			mkdir(path, 0700);
		else
			rmdir(path);
	}
}

/* The shipped texts in a folder of their own, linked or unlinked. */
static void link_shipped(const char *dir, int make)
{
	const struct text_shelf *all = &shipped->shelves[0];
	char path[512];

	for (int lang = 0; lang < LANGUAGE_COUNT && make; lang++) {
		snprintf(path, sizeof path, "%s/%s", dir, text_languages[lang]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (size_t i = 0; i < all->n; i++) {
		snprintf(path, sizeof path, "%s%s", dir,
			 strrchr(all->files[i].path, '/') - 3);
		if (make)
			assert_int_equal(symlink(all->files[i].path, path), 0);
		else
			unlink(path);
	}
	for (int lang = 0; lang < LANGUAGE_COUNT && !make; lang++) {
		snprintf(path, sizeof path, "%s/%s", dir, text_languages[lang]);
		rmdir(path);
	}
}

/* The shipped texts with one replaced or added; what loading says. */
static void load_with(const char *name, const char *bytes, int want_ok, const char *want)
{
	char dir[] = "/tmp/rdvd-texts-XXXXXX", path[512];
	struct buf errors = BUF_INIT;
	struct texts *t;

	assert_non_null(mkdtemp(dir));
	link_shipped(dir, 1);
	folders_of(dir, name, 1);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	unlink(path);
	if (bytes)
		write_text(dir, name, bytes);
	t = texts_load(dir, &errors);
	if (!!t != want_ok || (want && !strstr(buf_str(&errors), want)))
		fail_msg("%s with \"%s\": %s", name, bytes ? bytes : "nothing",
			 buf_str(&errors));
	if (!want_ok && bytes) /* every error begins with the file */
		assert_int_equal(strncmp(buf_str(&errors), dir, strlen(dir)), 0);
	texts_free(t);
	unlink(path);
	folders_of(dir, name, 0);
	link_shipped(dir, 0);
	assert_int_equal(rmdir(dir), 0);
	buf_fini(&errors);
}

#define OK_SMS "{day} {hour} {link}"
#define OK_MAIL "Subject: x\n\n{day} {hour} {link}\n"

static void test_lint(void **state)
{
	static const struct {
		const char *name, *bytes, *want; /* want NULL: it loads */
	} cases[] = {
		{"fr/moved.sms.txt", OK_SMS, NULL},
		{"fr/moved.sms.txt", OK_SMS "\r\n", NULL},
		{"fr/reminder-4.sms.txt", OK_SMS, NULL},
		{"fr/moved.sms.txt~", "anything", NULL},
		{"fr/.moved.sms.txt", "anything", NULL},
		{"fr/moved.email.txt", OK_MAIL, NULL},
		/* the folder */
		{"fr/moved.sms.txt", NULL, "/fr/moved.sms.txt: this text is missing"},
		{"en/reminder.discreet.email.txt", NULL,
		 "/en/reminder.discreet.email.txt: this text is missing"},
		{"fr/mooved.sms.txt", OK_SMS,
		 "/fr/mooved.sms.txt: no text has that name"},
		{"fr/moved-1.sms.txt", OK_SMS, "no text has that name"},
		{"fr/reminder-5.sms.txt", OK_SMS, "no text has that name"},
		{"fr/moved.txt", OK_SMS, "no text has that name"},
		/* the form */
		{"fr/moved.sms.txt", "", "moved.sms.txt:1: the text is empty"},
		{"fr/moved.sms.txt", "\n\n", ":1: the text is empty"},
		{"fr/moved.sms.txt", OK_SMS "\nau revoir", ":2: an SMS is one line"},
		{"fr/moved.sms.txt", OK_SMS "\xE9t\xE9", ":1: bytes that are not UTF-8"},
		{"fr/moved.email.txt", "Subject: x\n\n{day}\n\xE9",
		 ":4: bytes that are not UTF-8"},
		{"fr/moved.email.txt", "Bonjour", ":1: an e-mail begins with"},
		{"fr/moved.email.txt", "Subject: x\nBonjour", ":2: an empty line"},
		{"fr/moved.email.txt", "Subject: x\n\n", ":2: an empty line"},
		/* the markup */
		{"fr/moved.sms.txt", OK_SMS " {nom}",
		 ":1: there is no field {nom}; write one of {day}, {hour}, {link}, "
		 "{mode}, {place}"},
		{"fr/moved.email.txt", OK_MAIL "\n\n{last_name}",
		 ":6: there is no field {last_name}"},
		{"fr/moved.sms.txt", OK_SMS " {day", ":1: '{' without '}'"},
		{"fr/moved.sms.txt", OK_SMS " day}", ":1: '}' without '{'"},
		{"fr/moved.sms.txt", OK_SMS " [a", ":1: '[' without ']'"},
		{"fr/moved.email.txt", OK_MAIL "[a\n\nb", ":4: '[' without ']'"},
		{"fr/moved.sms.txt", OK_SMS " a]", ":1: ']' without '['"},
		{"fr/moved.sms.txt", OK_SMS " [a[b]]", ":1: '[' inside '[ ]'"},
		{"fr/moved.sms.txt", OK_SMS " a|b", ":1: '|' belongs once"},
		{"fr/moved.sms.txt", OK_SMS " [a|b|c]", ":1: '|' belongs once"},
		/* what it must tell, and where */
		{"fr/moved.sms.txt", "{day} {hour}",
		 "every such text tells, outside [ ], link"},
		{"fr/moved.sms.txt", "{day} [{hour}] {link}",
		 "every such text tells, outside [ ], hour"},
		{"fr/moved.sms.txt", OK_SMS " {place}",
		 "may be empty, and then leaves a hole: place"},
		{"fr/moved.email.txt", OK_MAIL "{phone}", ":4: may be empty"},
		/* what it may not */
		{"fr/moved.sms.txt", OK_SMS "[ {service}]",
		 "what others may read may not hold service"},
		{"fr/moved.email.txt", "Subject: [{service}]\n\n" OK_SMS,
		 ":1: what others may read may not hold service"},
		{"fr/moved.discreet.sms.txt", OK_SMS "[ {place}]",
		 "a neutral text may not hold place"},
		{"fr/moved.discreet.email.txt", OK_MAIL "[ {organisation}]",
		 ":4: a neutral text may not hold organisation"},
		{"fr/moved.sms.txt", OK_SMS " https://exemple.fr",
		 "an address written out"},
		{"fr/moved.sms.txt", OK_SMS " www.exemple.fr", "an address written out"},
		{"fr/moved.sms.txt", OK_SMS " Votre LOGEMENT",
		 "the word logement: may tell why"},
		{"fr/moved.sms.txt", OK_SMS " Hébergement",
		 "the word hebergement: may tell why"},
		{"fr/moved.sms.txt", OK_SMS " un sans-abri",
		 "the word sans abri: may tell why"},
		{"fr/moved.email.txt", "Subject: votre logement\n\n" OK_SMS,
		 ":1: the word logement"},
		{"en/moved.sms.txt", OK_SMS " housing", "the word housing: may tell why"},
		{"fr/moved.sms.txt", OK_SMS " Répondez OUI",
		 "the word repondez: asks for an answer"},
		{"en/moved.sms.txt", OK_SMS " Reply YES",
		 "the word reply: asks for an answer"},
		{"fr/moved.sms.txt", OK_SMS " STOP au 36111",
		 "the word stop: makes providers"},
		{"fr/moved.sms.txt", OK_SMS " Offre promo", "the word promo"},
		{"fr/moved.sms.txt", OK_SMS " sans faute",
		 "the word faute: reproaches the person"},
		{"fr/moved.sms.txt", OK_SMS " \xf0\x9f\x98\x80",
		 "a character that the SMS alphabet has not"},
		{"fr/moved.email.txt", OK_MAIL "\xf0\x9f\x98\x80", NULL},
		/* a link or an answer */
		{"fr/moved.reply.sms.txt", "{day} {hour} Répondez OUI", NULL},
		{"fr/moved.reply.sms.txt", "{day} {hour} {link}",
		 "a text that asks for an answer may not hold link"},
		{"fr/moved.reply.sms.txt", "{day} Répondez OUI",
		 "every such text tells, outside [ ], hour"},
		{"fr/moved.reply.sms.txt", "{day} {hour} STOP pour arrêter",
		 "the word stop"},
		{"fr/moved.reply.sms.txt", NULL,
		 "/fr/moved.reply.sms.txt: this text is missing"},
		{"en/offer.discreet.reply.sms.txt", NULL, "this text is missing"},
		{"fr/moved.reply.email.txt", OK_MAIL, "no text has that name"},
		{"fr/code.reply.sms.txt", "{code}", "no text has that name"},
		{"fr/notice.sms.txt", "x", "no text has that name"},
		{"fr/code.sms.txt", "{code} {day}", "may be empty, and then leaves"},
		/* folders */
		{"fr/clla/moved.sms.txt", OK_SMS, NULL},
		{"fr/clla/premier/moved.sms.txt", OK_SMS, NULL},
		{"fr/clla/premier/moved.sms.txt", "{day}",
		 "/fr/clla/premier/moved.sms.txt:1: every such text"},
		{"fr/clla/mooved.sms.txt", OK_SMS,
		 "/fr/clla/mooved.sms.txt: no text has that name"},
		{"fr/clla/premier/encore/moved.sms.txt", OK_SMS, "a folder too deep"},
		/* words are whole, and the body of an e-mail is the person's */
		{"fr/moved.sms.txt", OK_SMS " relogements stoppe", NULL},
		{"fr/moved.email.txt",
		 OK_MAIL "Votre logement. https://exemple.fr [{service}]", NULL},
		/* the length */
		{"fr/moved.sms.txt",
		 OK_SMS
		 " xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		 ":1: an SMS of 163 characters with the longest values"},
		/* a part whose field is empty becomes its other half */
		{"fr/moved.sms.txt",
		 OK_SMS
		 "[ {party}| "
		 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]",
		 ":1: an SMS of 163 characters with the longest values"},
		{"fr/moved.sms.txt",
		 OK_SMS
		 "[1: "
		 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]",
		 NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		load_with(cases[i].name, cases[i].bytes, !cases[i].want, cases[i].want);
}

/* Who gets whose text: the most particular folder that has it. */
static void test_folders(void **state)
{
	static const char *const files[][2] = {
		{"fr/moved.sms.txt", "all {day} {hour} {link}"},
		{"fr/hc/moved.sms.txt", "hc {day} {hour} {link}"},
		{"fr/premier/moved.sms.txt", "premier {day} {hour} {link}"},
		{"fr/hc/premier/moved.sms.txt", "hc premier {day} {hour} {link}"},
		{"fr/hc/reminder.sms.txt", "hc {day} {hour} {link}"},
		{"fr/hc/atelier/reminder-2.sms.txt", "hc atelier 2 {day} {hour} {link}"},
		{"fr/hc/moved.discreet.sms.txt", "hush {day} {hour} {link}"},
	};
	static const struct {
		enum text_stem stem;
		int ordinal;
		const char *lang, *organisation, *service;
		int discreet;
		const char *want;
	} cases[] = {
		{TEXT_MOVED, 0, "fr", NULL, NULL, 0, "all "},
		{TEXT_MOVED, 0, "fr", "other", "atelier", 0, "all "},
		{TEXT_MOVED, 0, "fr", "hc", "atelier", 0, "hc mardi"},
		{TEXT_MOVED, 0, "fr", "other", "premier", 0, "premier "},
		{TEXT_MOVED, 0, "fr", "hc", "premier", 0, "hc premier "},
		{TEXT_MOVED, 0, "en", "hc", "premier", 0, "Your appointment"},
		{TEXT_MOVED, 0, "fr", "hc", "premier", 1, "hush "},
		{TEXT_REMINDER, 2, "fr", "hc", "premier", 0, "hc mardi"},
		{TEXT_REMINDER, 2, "fr", "hc", "atelier", 0, "hc atelier 2"},
		{TEXT_REMINDER, 1, "fr", "hc", "atelier", 0, "hc mardi"},
		{TEXT_REMINDER, 2, "fr", "other", "atelier", 0, "Rendez-vous"},
		{TEXT_CONFIRMATION, 0, "fr", "hc", "premier", 0, "C'est"},
	};
	char dir[] = "/tmp/rdvd-texts-XXXXXX", path[512];
	struct buf errors = BUF_INIT, b = BUF_INIT;
	struct texts *t;
	struct territory *territory;
	static const char json[] =
		"{\"format\": \"rdvd-territory/1\", \"network\": {\"id\": \"n\"},"
		" \"organisations\": [{\"id\": \"hc\"}],"
		" \"services\": [{\"id\": \"premier\", \"name\": \"x\", \"minutes\": "
		"30}]}";

	assert_non_null(mkdtemp(dir));
	link_shipped(dir, 1);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		folders_of(dir, files[i][0], 1);
		snprintf(path, sizeof path, "%s/%s", dir, files[i][0]);
		unlink(path);
		write_text(dir, files[i][0], files[i][1]);
	}
	t = texts_load(dir, &errors);
	assert_string_equal(buf_str(&errors), "");
	assert_non_null(t);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text_values v = henin();

		v.organisation_slug = cases[i].organisation;
		v.service_slug = cases[i].service;
		v.discreet = cases[i].discreet;
		buf_clear(&b);
		assert_int_equal(text_write(t, cases[i].stem, cases[i].ordinal,
					    RDVD_CHANNEL_SMS, cases[i].lang, &v, NULL,
					    &b),
				 0);
		if (strncmp(buf_str(&b), cases[i].want, strlen(cases[i].want)) != 0)
			fail_msg("case %zu: %s", i, buf_str(&b));
	}
	territory = territory_parse("t", json, sizeof json - 1, &errors);
	assert_string_equal(buf_str(&errors), "");
	assert_int_equal(texts_check_slugs(t, territory, &errors), -1);
	assert_non_null(strstr(buf_str(&errors),
			       "/fr/hc/atelier: there is no service \"atelier\": name"));
	assert_null(strstr(buf_str(&errors), "premier"));
	territory_free(territory);
	texts_free(t);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, files[i][0]);
		unlink(path);
		folders_of(dir, files[i][0], 0);
	}
	link_shipped(dir, 0);
	assert_int_equal(rmdir(dir), 0);
	buf_fini(&errors);
	buf_fini(&b);
}

static void test_no_folder(void **state)
{
	struct buf errors = BUF_INIT;

	assert_null(texts_load("/nonexistent", &errors));
	assert_non_null(strstr(buf_str(&errors),
			       "/nonexistent/fr: the folder of texts cannot be read"));
	buf_fini(&errors);
}

static void test_words(void **state)
{
	static const struct {
		int y, m, d;
		const char *fr, *en;
	} days[] = {
		{2026, 3, 3, "mardi 3 mars", "Tuesday 3 March"},
		{2026, 11, 1, "dimanche 1er novembre", "Sunday 1 November"},
		{2028, 2, 29, "mardi 29 février", "Tuesday 29 February"},
		{2026, 8, 31, "lundi 31 août", "Monday 31 August"},
	};
	static const struct {
		int minute;
		const char *fr, *en;
	} hours[] = {
		{0, "0 h", "12:00 am"},	   {5, "0 h 05", "12:05 am"},
		{540, "9 h", "9:00 am"},   {570, "9 h 30", "9:30 am"},
		{720, "12 h", "12:00 pm"}, {750, "12 h 30", "12:30 pm"},
		{840, "14 h", "2:00 pm"},  {1435, "23 h 55", "11:55 pm"},
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
		civil_day day = civil_day_from(days[i].y, days[i].m, days[i].d);

		buf_clear(&b);
		text_day(&b, "fr", day);
		assert_string_equal(buf_str(&b), days[i].fr);
		buf_clear(&b);
		text_day(&b, "en-US", day);
		assert_string_equal(buf_str(&b), days[i].en);
	}
	for (size_t i = 0; i < ARRAY_SIZE(hours); i++) {
		buf_clear(&b);
		text_hour(&b, NULL, hours[i].minute);
		assert_string_equal(buf_str(&b), hours[i].fr);
		buf_clear(&b);
		text_hour(&b, "EN", hours[i].minute);
		assert_string_equal(buf_str(&b), hours[i].en);
	}
	assert_string_equal(text_mode("fr", MODE_SITE), "");
	assert_string_equal(text_mode("fr", MODE_HOME), "à domicile");
	assert_string_equal(text_mode("en", MODE_VIDEO), "by video");
	/* "eng" is no tag of English's, "enx-FR" neither. */
	assert_int_equal(text_language_of("enx"), LANGUAGE_FR);
	assert_int_equal(text_language_of("en_GB"), LANGUAGE_EN);
	buf_fini(&b);
}

static void test_sender(void **state)
{
	static const char *const good[] = {"CLLAJ62",	   "Cllaj", "36180",
					   "+33937000000", "A1",    "Rdv62"};
	static const char *const bad[] = {
		"",    "RDV",	   "rdv",	  "Alert",	  "Info",
		"SMS", "CLLAJ-62", "CLLAJ 62",	  "CLLAJHENIN62", "Hénin",
		"12",  "1234567",  "+0612345678", "+CLLAJ",	  "0612345678",
		"+"};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (text_sender_problem(good[i]))
			fail_msg("%s: %s", good[i], text_sender_problem(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!text_sender_problem(bad[i]))
			fail_msg("%s was taken", bad[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped_sms),
		cmocka_unit_test(test_shipped_english),
		cmocka_unit_test(test_discreet),
		cmocka_unit_test(test_shipped_email),
		cmocka_unit_test(test_every_text),
		cmocka_unit_test(test_reply_sms),
		cmocka_unit_test(test_other_scripts),
		cmocka_unit_test(test_territory_fits),
		cmocka_unit_test(test_check_lengths),
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_nothing_is_cut),
		cmocka_unit_test(test_lint),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_sender),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
