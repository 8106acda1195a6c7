/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_agenda.c - the agenda against small territories: what fills a time, who is chosen,
 * what a search gives. The rules of slots in bulk are held to an independent oracle by
 * the system tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agenda/agenda.h"
#include "base/clock.h"

/* Two sites 20 km apart, a third with one room; three counsellors. 2026-03-23 is a
 * Monday. */
static const char file[] =
	"{\"format\":\"rdvd-territory/1\",\"network\":{\"id\":\"n\",\"name\":\"N\"},"
	"\"organisations\":[{\"id\":\"o\",\"name\":\"O\"}],"
	"\"sites\":["
	"{\"id\":\"a\",\"name\":\"A\",\"organisation\":\"o\",\"lat\":50.40,\"lon\":2.90},"
	"{\"id\":\"b\",\"name\":\"B\",\"organisation\":\"o\",\"lat\":50.58,\"lon\":2.90},"
	"{\"id\":\"c\",\"name\":\"C\",\"organisation\":\"o\",\"lat\":50.40,\"lon\":2.90,"
	"\"rooms\":1}],"
	"\"counsellors\":[{\"id\":\"k1\",\"organisation\":\"o\"},{\"id\":\"k2\","
	"\"organisation\":\"o\"},"
	"{\"id\":\"k3\",\"organisation\":\"o\"}],"
	"\"services\":["
	"{\"id\":\"hour\",\"name\":\"H\",\"minutes\":60,\"max_notice_days\":30},"
	"{\"id\":\"half\",\"name\":\"D\",\"minutes\":30,\"max_notice_days\":30},"
	"{\"id\":\"pair\",\"name\":\"P\",\"minutes\":60,\"staff\":2,\"max_notice_days\":"
	"30},"
	"{\"id\":\"shop\",\"name\":\"W\",\"minutes\":120,\"capacity\":12,\"max_notice_"
	"days\":30}],"
	"\"openings\":["
	"{\"id\":\"a1\",\"site\":\"a\",\"counsellor\":[\"k1\",\"k2\"],\"services\":["
	"\"hour\",\"half\",\"pair\","
	"\"shop\"],\"start\":\"2026-03-23T09:00\",\"end\":\"2026-03-23T12:00\"},"
	"{\"id\":\"b1\",\"site\":\"b\",\"counsellor\":\"k1\",\"services\":[\"hour\","
	"\"half\"],"
	"\"start\":\"2026-03-23T13:00\",\"end\":\"2026-03-23T17:00\"},"
	"{\"id\":\"c1\",\"site\":\"c\",\"counsellor\":[\"k2\",\"k3\"],\"services\":["
	"\"hour\"],"
	"\"start\":\"2026-03-24T09:00\",\"end\":\"2026-03-24T11:00\"},"
	"{\"id\":\"c2\",\"site\":\"c\",\"counsellor\":\"k3\",\"services\":[\"hour\"],"
	"\"start\":\"2026-03-25T09:00\",\"end\":\"2026-03-25T12:00\",\"reserve\":1},"
	"{\"id\":\"c3\",\"site\":\"c\",\"counsellor\":\"k3\",\"services\":[\"hour\"],"
	"\"public\":false,"
	"\"start\":\"2026-03-26T09:00\",\"end\":\"2026-03-26T10:00\"},"
	"{\"id\":\"w\",\"site\":\"b\",\"counsellor\":\"k3\",\"services\":[\"half\"],"
	"\"start\":\"2026-03-27T09:00\",\"end\":\"2026-03-27T10:00\",\"rrule\":\"FREQ="
	"WEEKLY\","
	"\"overrides\":[{\"on\":\"2026-04-03\",\"start\":\"2026-04-03T14:00\",\"end\":"
	"\"2026-04-03T15:00\"},"
	"{\"on\":\"2026-04-10\",\"cancelled\":true}]}],"
	"\"closures\":[{\"counsellor\":\"k2\",\"from\":\"2026-03-24\",\"to\":\"2026-03-"
	"24\"}]}";

struct fixture {
	struct territory *t;
	struct agenda *a;
	rdvd_time now;
};

static rdvd_time at(const char *text)
{
	rdvd_time t;
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
	f->now = at("2026-03-20T08:00:00+01:00");
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

static void claim(struct fixture *f, uint64_t key, const char *counsellor,
		  const char *site, const char *start, int minutes)
{
	struct claim c = {
		.kind = CLAIM_SESSION, .key = key, .ncounsellors = 1, .start = at(start)};
	c.counsellors[0] = territory_counsellor(f->t, counsellor);
	c.site = territory_site(f->t, site);
	c.service = territory_service(f->t, "hour");
	c.end = c.start + minutes * 60;
	agenda_claim_put(f->a, &c);
}

/* The seats that a search gives for a start; 0 when it gives none. */
static int seats(struct fixture *f, const char *service, const char *site,
		 const char *start)
{
	struct slot out[500];
	int more;
	struct slot_query q = {.service = territory_service(f->t, service),
			       .site = territory_site(f->t, site),
			       .now = f->now,
			       .after_site = TERRITORY_NONE};
	size_t n = slot_search(f->a, &q, out, 500, &more);
	for (size_t i = 0; i < n; i++)
		if (out[i].start == at(start))
			return out[i].seats;
	return 0;
}

static enum agenda_verdict ask(struct fixture *f, const char *service, const char *site,
			       const char *start, int staff, struct agenda_answer *answer)
{
	struct agenda_ask q = {.service = territory_service(f->t, service),
			       .site = territory_site(f->t, site),
			       .start = at(start),
			       .now = f->now,
			       .seats = 1,
			       .staff = staff};
	return agenda_ask(f->a, &q, answer);
}

static void a_claim_takes_a_seat_and_gives_it_back(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T09:00:00+01:00"), 2);
	claim(f, 1, "k1", "a", "2026-03-23T09:30:00+01:00", 60);
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T09:00:00+01:00"), 1);
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T10:00:00+01:00"), 1);
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T11:00:00+01:00"), 2);
	/* half-open: an appointment that begins when another ends is fine */
	assert_int_equal(seats(f, "half", "a", "2026-03-23T10:30:00+01:00"), 2);
	claim(f, 2, "k2", "a", "2026-03-23T09:00:00+01:00", 60);
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T09:00:00+01:00"), 0);
	agenda_claim_remove(f->a, CLAIM_SESSION, 1);
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T09:00:00+01:00"), 1);
}

static void travel_counts_on_the_same_day_only(void **state)
{
	struct fixture *f = *state;
	/* 20.0 km x 1.3 at 40 km/h is 39 minutes: 40 */
	claim(f, 1, "k1", "a", "2026-03-23T12:00:00+01:00", 30);
	assert_int_equal(seats(f, "half", "b", "2026-03-23T13:00:00+01:00"), 0);
	assert_int_equal(seats(f, "half", "b", "2026-03-23T13:30:00+01:00"), 1);
	claim(f, 2, "k1", "b", "2026-03-23T13:30:00+01:00", 30);
	agenda_claim_remove(f->a, CLAIM_SESSION, 1);
	assert_int_equal(seats(f, "half", "a", "2026-03-23T11:30:00+01:00"), 2);
	claim(f, 3, "k1", "b", "2026-03-23T12:30:00+01:00", 30);
	assert_int_equal(seats(f, "half", "a", "2026-03-23T11:30:00+01:00"), 1);
	claim(f, 4, "k1", "b", "2026-03-22T23:50:00+01:00", 5);
	assert_int_equal(seats(f, "half", "a", "2026-03-23T09:00:00+01:00"), 2);
}

static void absences_and_closures_empty_the_chair(void **state)
{
	struct fixture *f = *state;
	agenda_absence_put(f->a, 7, territory_counsellor(f->t, "k2"),
			   at("2026-03-23T09:00:00+01:00"),
			   at("2026-03-23T10:00:00+01:00"));
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T09:00:00+01:00"), 1);
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T10:00:00+01:00"), 2);
	agenda_absence_remove(f->a, 7);
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T09:00:00+01:00"), 2);
	/* k2 is closed on the 24th: one counsellor and one room are left */
	assert_int_equal(seats(f, "hour", "c", "2026-03-24T09:00:00+01:00"), 1);
}

static void one_room_is_one_appointment(void **state)
{
	struct fixture *f = *state;
	claim(f, 1, "k1", "c", "2026-03-24T09:30:00+01:00", 30);
	assert_int_equal(seats(f, "hour", "c", "2026-03-24T09:00:00+01:00"), 0);
	assert_int_equal(seats(f, "hour", "c", "2026-03-24T10:00:00+01:00"), 1);
	assert_false(agenda_room_is_free(f->a, territory_site(f->t, "c"),
					 at("2026-03-24T09:45:00+01:00"),
					 at("2026-03-24T10:15:00+01:00"), 0, 0));
	assert_true(agenda_room_is_free(f->a, territory_site(f->t, "c"),
					at("2026-03-24T09:45:00+01:00"),
					at("2026-03-24T10:15:00+01:00"), 0, 1));
}

static void the_reserve_opens_the_evening_before(void **state)
{
	struct fixture *f = *state;
	struct agenda_answer answer;
	assert_int_equal(seats(f, "hour", "c", "2026-03-25T10:00:00+01:00"), 1);
	assert_int_equal(seats(f, "hour", "c", "2026-03-25T11:00:00+01:00"), 0);
	assert_int_equal(ask(f, "hour", "c", "2026-03-25T11:00:00+01:00", 0, &answer),
			 AGENDA_NOT_PUBLIC);
	assert_int_equal(ask(f, "hour", "c", "2026-03-25T11:00:00+01:00", 1, &answer),
			 AGENDA_FREE);
	f->now = at("2026-03-24T17:59:59+01:00");
	assert_int_equal(seats(f, "hour", "c", "2026-03-25T11:00:00+01:00"), 0);
	f->now = at("2026-03-24T18:00:00+01:00");
	assert_int_equal(seats(f, "hour", "c", "2026-03-25T11:00:00+01:00"), 1);
	assert_int_equal(ask(f, "hour", "c", "2026-03-25T11:00:00+01:00", 0, &answer),
			 AGENDA_FREE);
}

/* The same territory with one more opening. */
static void open_also(struct fixture *f, const char *opening)
{
	json_t *root = json_loads(file, 0, NULL), *more = json_loads(opening, 0, NULL);
	struct buf errors = BUF_INIT;
	assert_non_null(more);
	json_array_append_new(json_object_get(root, "openings"), more);
	agenda_free(f->a);
	territory_free(f->t);
	f->t = territory_from_json("test.json", root, &errors);
	assert_string_equal(buf_str(&errors), "");
	f->a = agenda_new(f->t, f->now);
	json_decref(root);
	buf_fini(&errors);
}

static void a_reserve_has_its_own_hour(void **state)
{
	struct fixture *f = *state;
	open_also(f, "{\"id\":\"x\",\"site\":\"c\",\"counsellor\":\"k1\","
		     "\"services\":[\"half\"],\"start\":\"2026-04-01T09:00\","
		     "\"end\":\"2026-04-01T10:00\",\"reserve\":1,"
		     "\"reserve_opens\":{\"days_before\":0,\"at\":\"08:00\"}}");
	struct agenda_answer answer;
	f->now = at("2026-03-31T18:00:00+02:00");
	assert_int_equal(seats(f, "half", "c", "2026-04-01T09:00:00+02:00"), 1);
	assert_int_equal(seats(f, "half", "c", "2026-04-01T09:30:00+02:00"), 0);
	assert_int_equal(ask(f, "half", "c", "2026-04-01T09:30:00+02:00", 0, &answer),
			 AGENDA_NOT_PUBLIC);
	f->now = at("2026-04-01T08:00:00+02:00");
	assert_int_equal(seats(f, "half", "c", "2026-04-01T09:30:00+02:00"), 1);
	assert_int_equal(ask(f, "half", "c", "2026-04-01T09:30:00+02:00", 0, &answer),
			 AGENDA_FREE);
}

static void an_occurrence_moves_to_another_day(void **state)
{
	struct fixture *f = *state;
	struct agenda_answer answer;
	open_also(f, "{\"id\":\"y\",\"site\":\"a\",\"counsellor\":\"k1\","
		     "\"services\":[\"half\"],\"start\":\"2026-04-03T16:00\","
		     "\"end\":\"2026-04-03T17:00\",\"rrule\":\"FREQ=WEEKLY\","
		     "\"overrides\":[{\"on\":\"2026-04-17\",\"start\":"
		     "\"2026-04-15T10:00\",\"end\":\"2026-04-15T11:00\","
		     "\"site\":\"c\",\"counsellor\":\"k2\"}]}");
	assert_int_equal(ask(f, "half", "a", "2026-04-17T16:00:00+02:00", 1, &answer),
			 AGENDA_NOT_A_SLOT);
	assert_int_equal(ask(f, "half", "c", "2026-04-15T10:00:00+02:00", 1, &answer),
			 AGENDA_FREE);
	assert_int_equal(answer.ncounsellors, 1);
	assert_int_equal(answer.counsellors[0], territory_counsellor(f->t, "k2"));
	f->now = at("2026-04-01T08:00:00+02:00");
	assert_int_equal(seats(f, "half", "c", "2026-04-15T10:30:00+02:00"), 1);
	assert_int_equal(seats(f, "half", "a", "2026-04-17T16:00:00+02:00"), 0);
	assert_int_equal(seats(f, "half", "a", "2026-04-10T16:00:00+02:00"), 1);
}

static void verdicts_say_why(void **state)
{
	struct fixture *f = *state;
	struct agenda_answer answer;
	assert_int_equal(ask(f, "hour", "a", "2026-03-23T09:15:00+01:00", 0, &answer),
			 AGENDA_NOT_A_SLOT);
	assert_int_equal(ask(f, "hour", "a", "2026-03-24T09:00:00+01:00", 0, &answer),
			 AGENDA_NOT_A_SLOT);
	assert_int_equal(ask(f, "hour", "c", "2026-03-26T09:00:00+01:00", 0, &answer),
			 AGENDA_NOT_PUBLIC);
	assert_int_equal(ask(f, "hour", "c", "2026-03-26T09:00:00+01:00", 1, &answer),
			 AGENDA_FREE);
	assert_int_equal(ask(f, "half", "b", "2026-05-01T09:00:00+02:00", 0, &answer),
			 AGENDA_TOO_FAR);
	f->now = at("2026-04-30T08:00:00+02:00");
	assert_int_equal(ask(f, "half", "b", "2026-05-01T09:00:00+02:00", 0, &answer),
			 AGENDA_CLOSED);
	assert_int_equal(ask(f, "half", "b", "2026-04-24T09:00:00+02:00", 0, &answer),
			 AGENDA_TOO_EARLY);
	f->now = at("2026-03-20T08:00:00+01:00");
	claim(f, 1, "k1", "a", "2026-03-23T09:00:00+01:00", 60);
	claim(f, 2, "k2", "a", "2026-03-23T09:00:00+01:00", 60);
	assert_int_equal(ask(f, "hour", "a", "2026-03-23T09:00:00+01:00", 0, &answer),
			 AGENDA_TAKEN);
}

static void one_occurrence_may_differ(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(seats(f, "half", "b", "2026-03-27T09:00:00+01:00"), 1);
	assert_int_equal(seats(f, "half", "b", "2026-04-03T09:00:00+02:00"), 0);
	assert_int_equal(seats(f, "half", "b", "2026-04-03T14:30:00+02:00"), 1);
	assert_int_equal(seats(f, "half", "b", "2026-04-10T09:00:00+02:00"), 0);
	assert_int_equal(seats(f, "half", "b", "2026-04-17T09:00:00+02:00"), 1);
}

static void two_at_once_need_two(void **state)
{
	struct fixture *f = *state;
	struct agenda_answer answer;
	assert_int_equal(seats(f, "pair", "a", "2026-03-23T09:00:00+01:00"), 1);
	assert_int_equal(ask(f, "pair", "a", "2026-03-23T09:00:00+01:00", 0, &answer),
			 AGENDA_FREE);
	assert_int_equal(answer.ncounsellors, 2);
	assert_int_not_equal(answer.counsellors[0], answer.counsellors[1]);
	claim(f, 1, "k2", "a", "2026-03-23T09:00:00+01:00", 30);
	assert_int_equal(seats(f, "pair", "a", "2026-03-23T09:00:00+01:00"), 0);
}

static void the_least_loaded_is_chosen(void **state)
{
	struct fixture *f = *state;
	struct agenda_answer answer;
	assert_int_equal(ask(f, "hour", "a", "2026-03-23T09:00:00+01:00", 0, &answer),
			 AGENDA_FREE);
	assert_int_equal(answer.counsellors[0], territory_counsellor(f->t, "k1"));
	claim(f, 1, "k1", "a", "2026-03-23T11:00:00+01:00", 60);
	assert_int_equal(ask(f, "hour", "a", "2026-03-23T09:00:00+01:00", 0, &answer),
			 AGENDA_FREE);
	assert_int_equal(answer.counsellors[0], territory_counsellor(f->t, "k2"));
	/* equal days: the week decides */
	claim(f, 2, "k2", "a", "2026-03-23T10:00:00+01:00", 60);
	claim(f, 3, "k2", "a", "2026-03-26T10:00:00+01:00", 60);
	assert_int_equal(ask(f, "hour", "a", "2026-03-23T09:00:00+01:00", 0, &answer),
			 AGENDA_FREE);
	assert_int_equal(answer.counsellors[0], territory_counsellor(f->t, "k1"));
}

static void a_workshop_counts_its_places(void **state)
{
	struct fixture *f = *state;
	struct claim c = {.kind = CLAIM_SESSION,
			  .key = 5,
			  .ncounsellors = 1,
			  .site = territory_site(f->t, "a"),
			  .start = at("2026-03-23T09:00:00+01:00"),
			  .end = at("2026-03-23T12:00:00+01:00"),
			  .service = territory_service(f->t, "shop"),
			  .capacity = 12,
			  .seats = 4};
	assert_int_equal(seats(f, "shop", "a", "2026-03-23T09:00:00+01:00"), 12);
	agenda_claim_put(f->a, &c);
	assert_int_equal(seats(f, "shop", "a", "2026-03-23T09:00:00+01:00"), 8);
	/* the counsellor who holds it is taken, the other one is not */
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T10:00:00+01:00"), 1);
	struct claim hold = c;
	hold.kind = CLAIM_HOLD;
	hold.key = 99;
	hold.seats = 2;
	hold.of_session = 5;
	hold.expires = f->now + 600;
	agenda_claim_put(f->a, &hold);
	assert_int_equal(seats(f, "shop", "a", "2026-03-23T09:00:00+01:00"), 6);
	agenda_claim_seats(f->a, CLAIM_SESSION, 5, 0);
	rdvd_time next;
	assert_int_equal(agenda_holds_expire(f->a, f->now, &next), 0);
	assert_int_equal(next, f->now + 600);
	/* with its last hold an empty workshop frees the counsellor */
	assert_int_equal(agenda_holds_expire(f->a, f->now + 600, &next), 1);
	assert_int_equal(next, 0);
	assert_null(agenda_claim_find(f->a, CLAIM_SESSION, 5));
	assert_int_equal(seats(f, "hour", "a", "2026-03-23T10:00:00+01:00"), 2);
}

static void pages_follow_each_other(void **state)
{
	struct fixture *f = *state;
	struct geo_point near;
	geo_point_init(&near, 50.41, 2.90);
	for (int sort = SLOT_SOONEST; sort <= SLOT_NEAREST; sort++) {
		struct slot all[100], page[3];
		int more;
		struct slot_query q = {.service = territory_service(f->t, "half"),
				       .site = TERRITORY_NONE,
				       .near = &near,
				       .radius_km = 30,
				       .sort = (enum slot_sort)sort,
				       .now = f->now,
				       .after_site = TERRITORY_NONE};
		size_t n = slot_search(f->a, &q, all, 100, &more), i = 0;
		assert_false(more);
		assert_int_equal(n, 6 + 8 + 2 + 2 + 2);
		do {
			size_t k = slot_search(f->a, &q, page, 3, &more);
			for (size_t j = 0; j < k; j++, i++) {
				assert_int_equal(page[j].start, all[i].start);
				assert_int_equal(page[j].site, all[i].site);
			}
			q.after_start = page[k - 1].start;
			q.after_site = page[k - 1].site;
		} while (more);
		assert_int_equal(i, n);
		q.radius_km = 5;
		q.after_site = TERRITORY_NONE;
		assert_int_equal(slot_search(f->a, &q, all, 100, &more), 6);
	}
}

static void errors_name_the_place(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"{\"format\":", "t.json:1: not valid JSON"},
		{"[]", "t.json: : a territory file is one JSON object"},
		{"{\"format\":\"x\",\"network\":{\"id\":\"n\"}}",
		 "t.json: format: must be \"rdvd-territory/1\""},
		{"{\"format\":\"rdvd-territory/"
		 "1\",\"network\":{\"id\":\"n\"},\"sitez\":[]}",
		 "t.json: sitez: unknown key"},
		{"{\"format\":\"rdvd-territory/"
		 "1\",\"network\":{\"id\":\"n\"},\"organisations\":[{\"id\":\"o\"},"
		 "{\"id\":\"o\"}]}",
		 "t.json: organisations[1].id: \"o\" is used twice"},
		{"{\"format\":\"rdvd-territory/"
		 "1\",\"network\":{\"id\":\"n\"},\"counsellors\":[{\"id\":\"k\","
		 "\"organisation\":\"q\"}]}",
		 "t.json: counsellors[0].organisation: \"q\" is not defined"},
		{"{\"format\":\"rdvd-territory/"
		 "1\",\"network\":{\"id\":\"n\",\"timezone\":\"Mars/Base\"}}",
		 "t.json: network.timezone: "},
		{"{\"format\":\"rdvd-territory/"
		 "1\",\"network\":{\"id\":\"n\"},\"services\":[{\"id\":\"s\","
		 "\"name\":\"S\",\"minutes\":7}]}",
		 "t.json: services[0].minutes: must be a multiple of 5"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf errors = BUF_INIT;
		assert_null(territory_parse("t.json", cases[i].text,
					    strlen(cases[i].text), &errors));
		if (!strstr(buf_str(&errors), cases[i].want))
			fail_msg("wanted \"%s\", got \"%s\"", cases[i].want,
				 buf_str(&errors));
		buf_fini(&errors);
	}
}

static void a_start_must_match_its_rule(void **state)
{
	static const char text[] =
		"{\"format\":\"rdvd-territory/"
		"1\",\"network\":{\"id\":\"n\"},\"organisations\":[{\"id\":\"o\"}],"
		"\"sites\":[{\"id\":\"a\",\"organisation\":\"o\",\"lat\":50,\"lon\":3}],"
		"\"counsellors\":[{\"id\":\"k\",\"organisation\":\"o\"}],"
		"\"services\":[{\"id\":\"s\",\"name\":\"S\",\"minutes\":30}],"
		"\"openings\":[{\"id\":\"x\",\"site\":\"a\",\"counsellor\":\"k\","
		"\"services\":[\"s\"],"
		"\"start\":\"2026-03-24T09:00\",\"end\":\"2026-03-24T12:00\",\"rrule\":"
		"\"FREQ=WEEKLY;BYDAY=MO\"}]}";
	struct buf errors = BUF_INIT;
	(void)state;
	assert_null(territory_parse("t.json", text, sizeof text - 1, &errors));
	assert_non_null(strstr(buf_str(&errors), "t.json: openings[0].rrule: "));
	buf_fini(&errors);
}

static int count_definition(void *arg, const struct rdvd_definition *d)
{
	struct rdvd_definition *defs = arg;
	int n = 0;
	while (defs[n].slug)
		n++;
	defs[n] = *d;
	defs[n].id = n + 1;
	defs[n].slug = strdup(d->slug);
	defs[n].body = strdup(d->body);
	return 0;
}

static void definitions_make_the_same_territory(void **state)
{
	struct fixture *f = *state;
	struct rdvd_definition defs[64] = {{.id = 0}};
	json_t *root = json_loads(file, 0, NULL);
	struct buf errors = BUF_INIT;
	territory_each_definition(root, count_definition, defs);
	size_t n = 0;
	while (defs[n].slug)
		n++;
	assert_int_equal(n, 1 + 1 + 3 + 3 + 4 + 6 + 1);
	struct territory *again = territory_from_definitions(defs, n, &errors);
	assert_string_equal(buf_str(&errors), "");
	struct agenda *b = agenda_new(again, f->now);
	assert_int_equal(agenda_compare(f->a, b, &errors), 0);
	int i = territory_site(again, "b");
	assert_int_equal(territory_by_id(again, RDVD_DEF_SITE, again->sites[i].id), i);
	agenda_free(b);
	territory_free(again);
	/* a retired site stays known by its id, after the living */
	for (size_t k = 0; k < n; k++)
		if (defs[k].kind == RDVD_DEF_OPENING ||
		    (defs[k].kind == RDVD_DEF_SITE && *defs[k].slug == 'b'))
			defs[k].retired = 1;
	again = territory_from_definitions(defs, n, &errors);
	assert_non_null(again);
	assert_int_equal(again->live_sites, 2);
	assert_int_equal(again->nsites, 3);
	assert_int_equal(territory_site(again, "b"), 2);
	assert_true(again->sites[2].retired);
	territory_free(again);
	for (size_t k = 0; k < n; k++) {
		free((char *)defs[k].slug);
		free((char *)defs[k].body);
	}
	json_decref(root);
	buf_fini(&errors);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_claim_takes_a_seat_and_gives_it_back),
		TEST(travel_counts_on_the_same_day_only),
		TEST(absences_and_closures_empty_the_chair),
		TEST(one_room_is_one_appointment),
		TEST(the_reserve_opens_the_evening_before),
		TEST(a_reserve_has_its_own_hour),
		TEST(an_occurrence_moves_to_another_day),
		TEST(verdicts_say_why),
		TEST(one_occurrence_may_differ),
		TEST(two_at_once_need_two),
		TEST(the_least_loaded_is_chosen),
		TEST(a_workshop_counts_its_places),
		TEST(pages_follow_each_other),
		cmocka_unit_test(errors_name_the_place),
		cmocka_unit_test(a_start_must_match_its_rule),
		TEST(definitions_make_the_same_territory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
