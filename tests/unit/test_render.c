/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_render.c - from appointments to words: the fields, the follow-up's page, and a
 * week of meetings in one message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "message/gsm.h"
#include "message/render.h"

static struct texts *texts;
static struct territory *territory;

static const char json[] =
	"{\"format\": \"rdvd-territory/1\", \"network\": {\"id\": \"n\"},"
	" \"organisations\": [{\"id\": \"hc\", \"name\": \"CLLAJ Hénin-Carvin\","
	"  \"phone\": \"+33321000000\"}],"
	" \"services\": [{\"id\": \"premier\", \"name\": \"Premier rendez-vous\","
	"  \"minutes\": 30},"
	"  {\"id\": \"appel\", \"name\": \"Un appel\", \"minutes\": 30,"
	"   \"mode\": \"phone\"}]}";

static struct rdvd_definition defs[16];
static size_t ndefs;

/* As the store would keep it: each object has an id. */
static int take(void *arg, const struct rdvd_definition *d)
{
	defs[ndefs] = *d;
	defs[ndefs].slug = xstrdup(d->slug);
	defs[ndefs].body = xstrdup(d->body);
	defs[ndefs].id = (rdvd_id)ndefs + 1;
	ndefs++;
	return 0;
}

static rdvd_id id_of(const char *slug)
{
	for (size_t i = 0; i < ndefs; i++)
		if (strcmp(defs[i].slug, slug) == 0)
			return defs[i].id;
	return 0;
}

static int setup(void **state)
{
	struct buf errors = BUF_INIT;
	json_t *root = json_loads(json, 0, NULL);

	texts = texts_load(TEST_SRCDIR "/etc/texts", &errors);
	territory_each_definition(root, take, NULL);
	territory = territory_from_definitions(defs, ndefs, &errors);
	if (!texts || !territory)
		print_error("%s", buf_str(&errors));
	json_decref(root);
	buf_fini(&errors);
	return texts && territory ? 0 : -1;
}

static int teardown(void **state)
{
	texts_free(texts);
	territory_free(territory);
	for (size_t i = 0; i < ndefs; i++) {
		free((char *)defs[i].slug);
		free((char *)defs[i].body);
	}
	return 0;
}

/* In Carvin, at an hour of a day in March 2026. */
static struct rdvd_appointment meeting(int day, int hour, int minute)
{
	return (struct rdvd_appointment){
		.id = day,
		.organisation = id_of("hc"),
		.service = id_of("premier"),
		.place = {.name = "Mission locale de Carvin", .postcode = "62220"},
		.when = {.civil_start = civil_time_from(civil_day_from(2026, 3, day),
							hour * 60 + minute)},
		.person = {.first_name = "Léa", .locale = "fr"},
	};
}

static struct render_input input(const struct rdvd_appointment *a)
{
	return (struct render_input){.texts = texts,
				     .territory = territory,
				     .appointment = a,
				     .public_url = "https://rdv.fr",
				     .token = "TOKEN",
				     .sender = "CLLAJ62"};
}

static void expect_week(struct render_input *in, struct rdvd_appointment *all, size_t n,
			int segments, const char *want)
{
	struct render_visit visits[16];
	struct buf body = BUF_INIT;
	int got = -1;

	for (size_t i = 0; i < n; i++)
		visits[i] = (struct render_visit){&all[i], "TOKEN"};
	in->appointment = &all[0];
	assert_int_equal(
		render_week(in, 1, visits, n, RDVD_CHANNEL_SMS, NULL, &body, &got), 0);
	assert_string_equal(buf_str(&body), want);
	assert_int_equal(got, segments);
	buf_fini(&body);
}

static void test_week(void **state)
{
	struct rdvd_appointment all[] = {
		meeting(2, 14, 0),  meeting(4, 9, 30),	meeting(5, 14, 0),
		meeting(6, 10, 30), meeting(6, 16, 30), meeting(7, 10, 30),
		meeting(7, 14, 30), meeting(7, 17, 30), meeting(8, 10, 15),
	};
	struct render_input in = input(all);

	/* one is no week */
	expect_week(&in, all, 1, 1,
		    "Rappel : rendez-vous lundi 2 mars à 14 h, Mission locale de Carvin. "
		    "Un empechement ? Prévenez-nous, quelqu'un d'autre pourra venir : "
		    "https://rdv.fr/rdv/TOKEN");
	expect_week(&in, all, 2, 1,
		    "Vos rendez-vous : lundi 2 mars à 14 h (Mission locale de Carvin); "
		    "mercredi 4 mars à 9 h 30 (Mission locale de Carvin).");
	/* places go first */
	expect_week(&in, all, 4, 1,
		    "Vos rendez-vous : lundi 2 mars à 14 h; mercredi 4 mars à 9 h 30; "
		    "jeudi 5 mars à 14 h; vendredi 6 mars à 10 h 30. Un empechement ? "
		    "Appelez le 03 21 00 "
		    "00 00.");
	/* then the names of the days */
	expect_week(&in, all, 7, 1,
		    "Vos rendez-vous : lun. 2 à 14 h; mer. 4 à 9 h 30; jeu. 5 à 14 h; "
		    "ven. 6 à 10 h 30; ven. 6 à 16 h 30; sam. 7 à 10 h 30; sam. 7 à 14 h "
		    "30.");
	/* and every one is named, whatever it takes */
	expect_week(&in, all, 9, 2,
		    "Vos rendez-vous : lun. 2 à 14 h; mer. 4 à 9 h 30; jeu. 5 à 14 h; "
		    "ven. 6 à 10 h 30; ven. 6 à 16 h 30; sam. 7 à 10 h 30; sam. 7 à 14 h "
		    "30; sam. 7 à 17 h 30; dim. 8 à 10 h 15.");
	in.answerable = 1;
	expect_week(&in, all, 2, 1,
		    "CLLAJ62 : Vos rendez-vous : lundi 2 mars à 14 h (Mission locale de "
		    "Carvin); mercredi 4 mars à 9 h 30 (Mission locale de Carvin). "
		    "Répondez OUI, NON ou AUTRE.");
	in.answerable = 0;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		all[i].person.discreet = 1;
	all[1].service = id_of("appel");
	expect_week(&in, all, 2, 1,
		    "Rappel : lundi 2 mars à 14 h; mercredi 4 mars à 9 h 30 par "
		    "téléphone.");
}

static void test_week_email(void **state)
{
	struct rdvd_appointment all[] = {meeting(2, 14, 0), meeting(4, 9, 30)};
	struct render_visit visits[] = {{&all[0], "ONE"}, {&all[1], "TWO"}};
	struct render_input in = input(all);
	struct buf subject = BUF_INIT, body = BUF_INIT;
	int segments;

	all[1].service = id_of("appel");
	all[0].person.locale = all[1].person.locale = "en";
	assert_int_equal(render_week(&in, 1, visits, 2, RDVD_CHANNEL_EMAIL, &subject,
				     &body, &segments),
			 0);
	assert_string_equal(buf_str(&subject), "Reminder: your appointments");
	assert_non_null(strstr(buf_str(&body),
			       "\n\n- Monday 2 March, 2:00 pm, Mission locale de Carvin\n"
			       "  https://rdv.fr/rdv/ONE\n"
			       "- Wednesday 4 March, 9:30 am by telephone\n"
			       "  https://rdv.fr/rdv/TWO\n\n"));
	assert_int_equal(segments, 0);
	buf_fini(&subject);
	buf_fini(&body);
}

static void expect_sms(const struct render_input *in, enum rdvd_message_kind kind,
		       const char *want)
{
	struct buf body = BUF_INIT;
	int segments;

	assert_int_equal(
		render_message(in, kind, 0, RDVD_CHANNEL_SMS, NULL, &body, &segments), 0);
	assert_string_equal(buf_str(&body), want);
	assert_int_equal(segments, 1);
	buf_fini(&body);
}

/* The missed one's page has ended: where the same service is booked. */
static void test_follow_up(void **state)
{
	struct rdvd_appointment a = meeting(3, 10, 0);
	struct render_input in = input(&a);
	struct buf body = BUF_INIT;
	int segments;

	expect_sms(&in, RDVD_MSG_FOLLOW_UP,
		   "Bonjour Léa. Un autre rendez-vous vous aiderait ? Notre porte reste "
		   "ouverte. Choisissez le moment qui vous va : "
		   "https://rdv.fr/?service=premier");
	in.answerable = 1;
	expect_sms(&in, RDVD_MSG_FOLLOW_UP,
		   "CLLAJ62 : Bonjour Léa. Un autre rendez-vous vous aiderait ? Répondez "
		   "RDV, nous vous proposerons des dates. Notre porte reste ouverte.");
	in.sender = "+33600000000"; /* a number says nothing */
	a.service = 99;		    /* no longer in the territory */
	in.answerable = 0;
	expect_sms(&in, RDVD_MSG_FOLLOW_UP,
		   "Bonjour Léa. Un autre rendez-vous vous aiderait ? Notre porte reste "
		   "ouverte. Choisissez le moment qui vous va : https://rdv.fr/");
	/* an offer says until when it stands: it is a letter */
	assert_int_equal(render_message(&in, RDVD_MSG_OFFER, 0, RDVD_CHANNEL_SMS, NULL,
					&body, &segments),
			 -1);
	buf_fini(&body);
}

static void test_when(void **state)
{
	static const struct {
		const char *lang;
		int brief;
		const char *want;
	} cases[] = {
		{"fr", 0, "dimanche 1er mars à 14 h 05"},
		{"fr", 1, "dim. 1 à 14 h 05"},
		{"en", 0, "Sunday 1 March, 2:05 pm"},
		{"en", 1, "Sun 1, 2:05 pm"},
	};
	civil_time t = civil_time_from(civil_day_from(2026, 3, 1), 14 * 60 + 5);
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		buf_clear(&b);
		text_when(&b, cases[i].lang, t, cases[i].brief);
		assert_string_equal(buf_str(&b), cases[i].want);
	}
	buf_clear(&b);
	text_until(&b, "fr", t, t + 7200);
	assert_string_equal(buf_str(&b), "16 h 05");
	buf_clear(&b);
	text_until(&b, "fr", t, t + 72000);
	assert_string_equal(buf_str(&b), "lundi 2 mars, 10 h 05");
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_week),
		cmocka_unit_test(test_week_email),
		cmocka_unit_test(test_follow_up),
		cmocka_unit_test(test_when),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
