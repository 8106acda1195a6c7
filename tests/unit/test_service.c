/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_service.c - what a service asks of the agenda beyond its duration: time to write
 * up, a longer appointment with an interpreter, no gaps; that searching and asking say
 * the same; and what its description may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agenda/agenda.h"
#include "base/clock.h"

/* One site, two counsellors. 2026-03-23 is a Monday. */
#define HEAD                                                                            \
	"{\"format\":\"rdvd-territory/1\",\"network\":{\"id\":\"n\",\"name\":\"N\"},"   \
	"\"organisations\":[{\"id\":\"o\",\"name\":\"O\"}],"                            \
	"\"sites\":[{\"id\":\"a\",\"name\":\"A\",\"organisation\":\"o\",\"lat\":50.40," \
	"\"lon\":2.90}],"                                                               \
	"\"counsellors\":[{\"id\":\"k1\",\"organisation\":\"o\"},{\"id\":\"k2\","       \
	"\"organisation\":\"o\"}],\"services\":["

static const char file[] =
	HEAD "{\"id\":\"plain\",\"name\":\"P\",\"minutes\":30},"
	     "{\"id\":\"spaced\",\"name\":\"S\",\"minutes\":30,\"buffer_minutes\":15,"
	     "\"step_minutes\":15},"
	     "{\"id\":\"packed\",\"name\":\"K\",\"minutes\":30,\"pack\":true},"
	     "{\"id\":\"notice\",\"name\":\"K\",\"minutes\":30,\"pack\":true,"
	     "\"min_notice_minutes\":120},"
	     "{\"id\":\"spoken\",\"name\":\"I\",\"minutes\":30,\"interpreter_minutes\":"
	     "30,\"languages\":[\"ar\",\"uk\"]}],"
	     "\"openings\":[{\"id\":\"m\",\"site\":\"a\",\"counsellor\":\"k1\","
	     "\"services\":[\"plain\",\"spaced\",\"packed\",\"notice\",\"spoken\"],"
	     "\"start\":\"2026-03-23T09:00\",\"end\":\"2026-03-23T12:00\"},"
	     "{\"id\":\"r\",\"site\":\"a\",\"counsellor\":\"k2\",\"services\":["
	     "\"packed\"],\"start\":\"2026-03-24T09:00\",\"end\":\"2026-03-24T12:00\","
	     "\"reserve\":1}]}";

struct fixture {
	struct territory *t;
	struct agenda *a;
	rdvd_time now;
};

static rdvd_time at(const char *hour)
{
	char text[40];
	rdvd_time t;
	snprintf(text, sizeof text, "2026-03-%.2sT%.5s:00+01:00",
		 strlen(hour) > 5 ? hour : "23", strlen(hour) > 5 ? hour + 3 : hour);
	assert_int_equal(rfc3339_parse(text, &t), 0);
	return t;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct buf errors = BUF_INIT;
	f->t = territory_parse("test.json", file, sizeof file - 1, &errors);
	if (!f->t)
		print_error("%s", buf_str(&errors));
	assert_non_null(f->t);
	buf_fini(&errors);
	f->now = at("20 08:00");
	f->a = agenda_new(f->t, f->now);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	agenda_free(f->a);
	territory_free(f->t);
	free(f);
	return 0;
}

static void claim(struct fixture *f, uint64_t key, const char *service, const char *start,
		  int minutes)
{
	struct claim c = {.kind = CLAIM_SESSION,
			  .key = key,
			  .ncounsellors = 1,
			  .start = at(start),
			  .service = territory_service(f->t, service)};
	c.counsellors[0] = territory_counsellor(f->t, "k1");
	c.end = c.start + minutes * 60;
	agenda_claim_put(f->a, &c);
}

static enum agenda_verdict ask(struct fixture *f, const char *service, rdvd_time start,
			       int extra, int staff, struct agenda_answer *answer)
{
	struct agenda_ask q = {.service = territory_service(f->t, service),
			       .site = 0,
			       .start = start,
			       .now = f->now,
			       .seats = 1,
			       .extra_minutes = extra,
			       .staff = staff};
	return agenda_ask(f->a, &q, answer);
}

/* The starts that a search gives of one day, as "09:00 11:30", held to what asking about
 * each of the day's quarters of an hour says. */
static const char *starts(struct fixture *f, const char *service, const char *day,
			  int extra)
{
	static char text[512];
	struct slot out[100];
	int more;
	size_t used = 0, n;
	char first[16];
	snprintf(first, sizeof first, "%s 00:00", day);
	struct slot_query q = {.service = territory_service(f->t, service),
			       .site = TERRITORY_NONE,
			       .from = at(first),
			       .to = at(first) + CIVIL_DAY_SECONDS,
			       .now = f->now,
			       .extra_minutes = extra,
			       .after_site = TERRITORY_NONE};
	n = slot_search(f->a, &q, out, 100, &more);
	text[0] = '\0';
	for (rdvd_time t = q.from; t < q.to; t += 900) {
		struct agenda_answer answer;
		size_t i = 0;
		while (i < n && out[i].start != t)
			i++;
		assert_int_equal(i < n,
				 ask(f, service, t, extra, 0, &answer) == AGENDA_FREE);
		if (i == n)
			continue;
		assert_int_equal(out[i].end, answer.end);
		assert_int_equal(out[i].seats > 0, 1);
		int minute = (int)((t - q.from) / 60);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%02d:%02d",
					 used ? " " : "", minute / 60, minute % 60);
	}
	return text;
}

static void a_buffer_keeps_the_counsellor_busy_after_an_appointment(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(
		starts(f, "spaced", "23", 0),
		"09:00 09:15 09:30 09:45 10:00 10:15 10:30 10:45 11:00 11:15 11:30");
	claim(f, 1, "spaced", "10:00", 30);
	/* until 10:45 she writes up, and one that ends at 10:00 must end at 9:45 */
	assert_string_equal(starts(f, "spaced", "23", 0),
			    "09:00 09:15 10:45 11:00 11:15 11:30");
	/* a service without a buffer still finds hers; its own end may touch 10:00 */
	assert_string_equal(starts(f, "plain", "23", 0), "09:00 09:30 11:00 11:30");
	/* the team may use it */
	assert_true(agenda_counsellor_is_free(f->a, territory_counsellor(f->t, "k1"), 0,
					      at("10:30"), at("10:45"), 0, 0));
	agenda_claim_remove(f->a, CLAIM_SESSION, 1);
	/* one without a buffer: only what comes before it keeps its distance */
	claim(f, 2, "plain", "10:00", 30);
	assert_string_equal(starts(f, "spaced", "23", 0),
			    "09:00 09:15 10:30 10:45 11:00 11:15 11:30");
	assert_string_equal(starts(f, "plain", "23", 0), "09:00 09:30 10:30 11:00 11:30");
	/* what follows an occurrence counts too */
	claim(f, 3, "plain", "12:00", 30);
	assert_string_equal(starts(f, "spaced", "23", 0),
			    "09:00 09:15 10:30 10:45 11:00 11:15");
	agenda_claim_remove(f->a, CLAIM_SESSION, 3);
	assert_string_equal(starts(f, "spaced", "23", 0),
			    "09:00 09:15 10:30 10:45 11:00 11:15 11:30");
}

static void a_renamed_or_renewed_claim_keeps_its_buffer(void **state)
{
	struct fixture *f = *state;
	struct claim c = {.kind = CLAIM_PENDING,
			  .key = 9,
			  .ncounsellors = 1,
			  .start = at("10:00"),
			  .end = at("10:30"),
			  .service = territory_service(f->t, "spaced")};
	const char *after = "09:00 09:15 10:45 11:00 11:15 11:30";
	agenda_claim_put(f->a, &c);
	assert_string_equal(starts(f, "spaced", "23", 0), after);
	c.expires = f->now + 600;
	agenda_claim_put(f->a, &c);
	assert_string_equal(starts(f, "spaced", "23", 0), after);
	struct claim session = c;
	session.kind = CLAIM_SESSION;
	agenda_claim_rename(f->a, CLAIM_PENDING, 9, &session);
	agenda_absence_put(f->a, 1, 1, at("10:00"), at("11:00")); /* another's */
	assert_string_equal(starts(f, "spaced", "23", 0), after);
}

static void packing_offers_what_leaves_no_gap(void **state)
{
	struct fixture *f = *state;
	struct agenda_answer answer;
	assert_string_equal(starts(f, "packed", "23", 0), "09:00 11:30");
	claim(f, 1, "packed", "10:00", 30);
	assert_string_equal(starts(f, "packed", "23", 0), "09:00 09:30 10:30 11:30");
	/* the team may have any */
	assert_int_equal(ask(f, "packed", at("11:00"), 0, 1, &answer), AGENDA_FREE);
	assert_int_equal(ask(f, "packed", at("11:00"), 0, 0, &answer), AGENDA_TAKEN);
	/* what was kept for somebody stays theirs when the neighbour goes */
	struct claim hold = {.kind = CLAIM_HOLD,
			     .key = 5,
			     .ncounsellors = 1,
			     .start = at("10:30"),
			     .end = at("11:00"),
			     .expires = f->now + 600,
			     .service = territory_service(f->t, "packed")};
	agenda_claim_put(f->a, &hold);
	agenda_claim_remove(f->a, CLAIM_SESSION, 1);
	struct agenda_ask q = {.service = hold.service,
			       .start = hold.start,
			       .now = f->now,
			       .seats = 1,
			       .but_hold = 5};
	assert_int_equal(agenda_ask(f->a, &q, &answer), AGENDA_FREE);
	/* absences are taken time as well */
	agenda_claim_remove(f->a, CLAIM_HOLD, 5);
	agenda_absence_put(f->a, 1, territory_counsellor(f->t, "k1"), at("09:00"),
			   at("10:00"));
	assert_string_equal(starts(f, "packed", "23", 0), "10:00 11:30");
}

static void packing_begins_again_where_the_notice_ends(void **state)
{
	struct fixture *f = *state;
	f->now = at("08:10"); /* nothing before 10:10 */
	assert_string_equal(starts(f, "notice", "23", 0), "10:30 11:30");
	claim(f, 1, "notice", "10:30", 30);
	assert_string_equal(starts(f, "notice", "23", 0), "11:00 11:30");
}

static void packing_keeps_the_reserve(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(starts(f, "packed", "24", 0), "09:00");
	f->now = at("23 18:30"); /* the reserve has opened */
	assert_string_equal(starts(f, "packed", "24", 0), "09:00 11:30");
}

static void an_interpreter_takes_longer(void **state)
{
	struct fixture *f = *state;
	const struct service *s = &f->t->services[territory_service(f->t, "spoken")];
	struct agenda_answer answer;
	assert_int_equal(service_extra_minutes(s, 0, "fr"), 0);
	assert_int_equal(service_extra_minutes(s, 0, NULL), 0);
	assert_int_equal(service_extra_minutes(s, 1, "fr"), 30);
	assert_int_equal(service_extra_minutes(s, 0, "ar"), 30);
	assert_int_equal(service_extra_minutes(s, 0, "uk-UA"), 30);
	assert_int_equal(service_extra_minutes(s, 0, "arn"), 0);
	assert_string_equal(starts(f, "spoken", "23", 0),
			    "09:00 09:30 10:00 10:30 11:00 11:30");
	/* the last one would not end in time */
	assert_string_equal(starts(f, "spoken", "23", 30),
			    "09:00 09:30 10:00 10:30 11:00");
	claim(f, 1, "plain", "10:30", 30);
	assert_string_equal(starts(f, "spoken", "23", 30), "09:00 09:30 11:00");
	assert_int_equal(ask(f, "spoken", at("11:00"), 30, 0, &answer), AGENDA_FREE);
	assert_int_equal(answer.end - at("11:00"), 3600);
}

/* ---- what a description may hold ---- */

static void descriptions_are_checked(void **state)
{
	static const struct {
		const char *service, *error;
	} cases[] = {
		{"\"colour\":\"#0b5d4e\",\"bookable_by\":\"partner\"", NULL},
		{"\"public\":false", NULL},
		{"\"public\":true,\"bookable_by\":\"team\"", "says otherwise"},
		{"\"bookable_by\":\"anybody\"", "must be \"public\", \"partner\""},
		{"\"colour\":\"red\"", "must be a colour"},
		{"\"colour\":\"#12345z\"", "must be a colour"},
		{"\"buffer_minutes\":7", "multiple of 5"},
		{"\"buffer_minutes\":300", "buffer_minutes"},
		{"\"interpreter_minutes\":15,\"languages\":[\"ar\"]", NULL},
		{"\"languages\":[\"ar\"]", "interpreter_minutes"},
		{"\"interpreter_minutes\":15,\"languages\":[\"Arabic\"]",
		 "language's code"},
		{"\"pack\":1", "pack"},
		{"\"questions\":[{\"id\":\"q\",\"text\":\"T ?\",\"choices\":[\"a\",{"
		 "\"fr\":\"b\",\"en\":\"c\"}],\"required\":true}]",
		 NULL},
		{"\"questions\":[{\"id\":\"q\",\"text\":\"T ?\",\"choices\":[\"a\"]}]",
		 "2 to 8"},
		{"\"questions\":[{\"id\":\"q\",\"text\":\"T ?\",\"choices\":[\"a\","
		 "\"a\"]}]",
		 "twice"},
		{"\"questions\":[{\"id\":\"q\",\"text\":\"T ?\",\"choices\":[\"a\",7]}]",
		 "questions[0].choices[1]"},
		{"\"questions\":[{\"id\":\"Q q\",\"text\":\"T ?\",\"choices\":[\"a\","
		 "\"b\"]}]",
		 "short name"},
		{"\"questions\":[{\"id\":\"q\",\"choices\":[\"a\",\"b\"]}]", "text"},
		{"\"questions\":[{\"id\":\"q\",\"text\":\"T\",\"choices\":[\"a\",\"b\"]},"
		 "{\"id\":\"q\",\"text\":\"T\",\"choices\":[\"a\",\"b\"]}]",
		 "twice"},
		{"\"questions\":[1,2,3,4,5]", "at most 4"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf b = BUF_INIT, errors = BUF_INIT;
		buf_addf(&b, "%s{\"id\":\"s\",\"name\":\"S\",\"minutes\":30,%s}]}", HEAD,
			 cases[i].service);
		struct territory *t = territory_parse("t", b.data, b.len, &errors);
		if (cases[i].error) {
			assert_null(t);
			if (!strstr(buf_str(&errors), cases[i].error))
				fail_msg("%s: %s", cases[i].service, buf_str(&errors));
		} else if (!t) {
			fail_msg("%s: %s", cases[i].service, buf_str(&errors));
		}
		territory_free(t);
		buf_fini(&b);
		buf_fini(&errors);
	}
}

static void questions_are_read(void **state)
{
	static const char one[] =
		HEAD "{\"id\":\"s\",\"name\":\"S\",\"minutes\":30,\"public\":false,"
		     "\"instructions\":\"Sonnez\",\"questions\":[{\"id\":\"q\",\"text\":{"
		     "\"fr\":\"Comment ?\",\"en\":\"How?\"},\"choices\":[{\"fr\":\"En "
		     "bus\",\"en\":\"By bus\"},\"À pied\"],\"required\":true}]}]}";
	struct buf errors = BUF_INIT;
	struct territory *t = territory_parse("t", one, sizeof one - 1, &errors);
	(void)state;
	assert_non_null(t);
	const struct service *s = &t->services[0];
	assert_int_equal(s->nquestions, 1);
	assert_string_equal(bitext_get(&s->questions[0].text, "en"), "How?");
	assert_int_equal(s->questions[0].nchoices, 2);
	assert_string_equal(bitext_get(&s->questions[0].choices[0], "en"), "By bus");
	assert_string_equal(bitext_get(&s->questions[0].choices[1], "en"), "À pied");
	assert_true(s->questions[0].required);
	assert_string_equal(service_bookable_name(s->bookable_by), "team");
	assert_string_equal(s->instructions.fr, "Sonnez");
	territory_free(t);
	buf_fini(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		WITH(a_buffer_keeps_the_counsellor_busy_after_an_appointment),
		WITH(a_renamed_or_renewed_claim_keeps_its_buffer),
		WITH(packing_offers_what_leaves_no_gap),
		WITH(packing_begins_again_where_the_notice_ends),
		WITH(packing_keeps_the_reserve),
		WITH(an_interpreter_takes_longer),
		cmocka_unit_test(descriptions_are_checked),
		cmocka_unit_test(questions_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
