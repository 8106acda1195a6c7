/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_fact.c - attendance facts as lines: the columns that receivers rely on, unknown
 * values, tombstones, text that a spreadsheet or a parser could trip over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "report/fact.h"

#define HEADER                                                                           \
	"seq,revision,appointment,session,organisation,site,place_kind,commune,service," \
	"programme,"                                                                     \
	"mode,channel,booked_on,day,half_day,lead_days,outcome,cancel_notice_minutes,"   \
	"reminders_sent,reminders_delivered,confirmed,person,situation,persons_present," \
	"age,locale"

/* A territory with one of each, known to the store as 11, 12 and 13. */
static const struct rdvd_definition definitions[] = {
	{.id = 1,
	 .kind = RDVD_DEF_NETWORK,
	 .slug = "reseau",
	 .body = "{\"id\":\"reseau\",\"name\":\"R\",\"timezone\":\"Europe/Paris\"}"},
	{.id = 11,
	 .kind = RDVD_DEF_ORGANISATION,
	 .slug = "cllaj",
	 .body = "{\"id\":\"cllaj\",\"name\":\"C\"}"},
	{.id = 12,
	 .kind = RDVD_DEF_SITE,
	 .slug = "siege",
	 .body = "{\"id\":\"siege\",\"name\":\"S\",\"organisation\":\"cllaj\","
		 "\"address\":\"1 rue\","
		 "\"postcode\":\"62590\",\"commune\":\"Oignies\",\"insee\":\"62637\","
		 "\"lat\":50.4,\"lon\":2.9}"},
	{.id = 13,
	 .kind = RDVD_DEF_SERVICE,
	 .slug = "suivi",
	 .body = "{\"id\":\"suivi\",\"name\":{\"fr\":\"S\"},\"mode\":\"site\","
		 "\"minutes\":45,"
		 "\"organisation\":\"cllaj\"}"},
};

static const struct rdvd_fact plain = {
	.seq = 7,
	.revision = 2,
	.appointment = "aPpt",
	.session = "sEss",
	.organisation = 11,
	.site = 12,
	.service = 13,
	.place_kind = "seat",
	.commune = "62215",
	.programme = "CLLAJ",
	.mode = "site",
	.channel = RDVD_BY_WEB,
	.booked_on = 20524,
	.day = 20532,
	.afternoon = 1,
	.lead_days = 8,
	.outcome = RDVD_SEEN,
	.cancel_notice_minutes = -1,
	.reminders_sent = 2,
	.reminders_delivered = 1,
	.confirmed = 1,
	.person = "pErs",
	.situation = "sItu",
	.persons_present = 2,
	.age = 21,
	.locale = "fr",
};

static struct rdvd_fact unknown(void)
{
	struct rdvd_fact f = plain;

	f.site = 0;
	f.organisation = 999;
	f.place_kind = "";
	f.commune = NULL;
	f.programme = "=1+1, \"x\"";
	f.situation = "";
	f.persons_present = -1;
	f.age = -1;
	f.afternoon = 0;
	f.confirmed = 0;
	f.cancel_notice_minutes = 0;
	f.outcome = RDVD_EXCUSED;
	return f;
}

static struct rdvd_fact tombstone(void)
{
	struct rdvd_fact f = {
		.seq = 9, .revision = 3, .deleted = 1, .appointment = "aPpt"};

	f.cancel_notice_minutes = f.persons_present = f.age = -1;
	return f;
}

static struct territory *territory(void)
{
	struct buf errors = BUF_INIT;
	struct territory *t = territory_from_definitions(
		definitions, sizeof definitions / sizeof *definitions, &errors);

	if (!t)
		fail_msg("%s", buf_str(&errors));
	buf_fini(&errors);
	return t;
}

static void check(enum fact_format format, const struct rdvd_fact *f,
		  const char *expected)
{
	struct territory *t = territory();
	struct buf out = BUF_INIT;

	fact_write(&out, format, t, f);
	assert_string_equal(buf_str(&out), expected);
	buf_fini(&out);
	territory_free(t);
}

static void test_header(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	fact_write_header(&out, FACT_CSV);
	assert_string_equal(buf_str(&out), HEADER "\n");
	buf_clear(&out);
	fact_write_header(&out, FACT_NDJSON);
	assert_string_equal(buf_str(&out), "");
	buf_fini(&out);
}

static void test_csv(void **state)
{
	struct rdvd_fact u = unknown(), d = tombstone();

	(void)state;
	check(FACT_CSV, &plain,
	      "7,2,aPpt,sEss,cllaj,siege,seat,62215,suivi,CLLAJ,site,web,2026-03-12,2026-"
	      "03-20,pm,8,"
	      "seen,,2,1,1,pErs,sItu,2,21,fr\n");
	check(FACT_CSV, &u,
	      "7,2,aPpt,sEss,,,,,suivi,\"'=1+1, "
	      "\"\"x\"\"\",site,web,2026-03-12,2026-03-20,am,8,"
	      "excused,0,2,1,0,pErs,,,,fr\n");
	check(FACT_CSV, &d, "9,3,aPpt,,,,,,,,,,,,,,deleted,,,,,,,,,\n");
}

/* The NDJSON line has the header's columns in the header's order, and unknown values are
 * null. */
static void test_ndjson(void **state)
{
	struct territory *t = territory();
	struct rdvd_fact u = unknown();
	struct buf out = BUF_INIT, names = BUF_INIT;
	json_error_t e;
	json_t *o;
	const char *key;
	json_t *v;

	(void)state;
	fact_write(&out, FACT_NDJSON, t, &u);
	assert_ptr_equal(strchr(buf_str(&out), '\n'), buf_str(&out) + out.len - 1);
	o = json_loads(buf_str(&out), JSON_REJECT_DUPLICATES, &e);
	assert_non_null(o);
	json_object_foreach(o, key, v)
	{
		if (names.len)
			buf_addch(&names, ',');
		buf_addstr(&names, key);
	}
	assert_string_equal(buf_str(&names), HEADER);
	assert_true(json_is_null(json_object_get(o, "age")));
	assert_true(json_is_null(json_object_get(o, "site")));
	assert_true(json_is_false(json_object_get(o, "confirmed")));
	assert_int_equal(json_integer_value(json_object_get(o, "cancel_notice_minutes")),
			 0);
	assert_string_equal(json_string_value(json_object_get(o, "programme")),
			    "=1+1, \"x\"");
	json_decref(o);
	buf_fini(&names);
	buf_fini(&out);
	territory_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_ndjson),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
