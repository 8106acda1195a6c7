/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ics.c - calendars as they are written, read back by libical, which is not ours:
 * folding, escaping, what changes with a move, both sides of a daylight-saving night,
 * what a feed tells and what it keeps to itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libical/ical.h>

#include "agenda/territory.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "dav/ics.h"

static const struct rdvd_definition definitions[] = {
	{.id = 1,
	 .kind = RDVD_DEF_NETWORK,
	 .slug = "n",
	 .body = "{\"id\":\"n\",\"name\":\"N\",\"timezone\":\"Europe/Paris\"}"},
	{.id = 2,
	 .kind = RDVD_DEF_ORGANISATION,
	 .slug = "o",
	 .body = "{\"id\":\"o\",\"name\":\"CLLAJ\"}"},
	{.id = 3,
	 .kind = RDVD_DEF_SITE,
	 .slug = "henin",
	 .body = "{\"id\":\"henin\",\"name\":\"Mission locale; Hénin, bâtiment C\","
		 "\"address\":\"183 avenue des Fusillés\",\"postcode\":\"62110\","
		 "\"commune\":\"Hénin-Beaumont\",\"organisation\":\"o\",\"lat\":50.4136,"
		 "\"lon\":2.9649,\"access\":{\"fr\":\"Bus 1, arrêt Poste\\nporte B\","
		 "\"en\":\"Bus 1\"}}"},
	{.id = 4,
	 .kind = RDVD_DEF_SITE,
	 .slug = "reunion",
	 .body = "{\"id\":\"reunion\",\"name\":\"Saint-Denis\",\"organisation\":\"o\","
		 "\"lat\":-20.9,\"lon\":55.5,\"timezone\":\"Indian/Reunion\"}"},
	{.id = 5,
	 .kind = RDVD_DEF_SERVICE,
	 .slug = "premier-rdv",
	 .body = "{\"id\":\"premier-rdv\",\"name\":{\"fr\":\"Premier "
		 "rendez-vous\",\"en\":"
		 "\"First appointment\"},\"minutes\":60}"},
	{.id = 6,
	 .kind = RDVD_DEF_SERVICE,
	 .slug = "atelier",
	 .body = "{\"id\":\"atelier\",\"name\":\"Atelier\",\"minutes\":120,\"capacity\":"
		 "12}"},
	{.id = 7,
	 .kind = RDVD_DEF_SERVICE,
	 .slug = "appel",
	 .body = "{\"id\":\"appel\",\"name\":\"Appel\",\"minutes\":30,\"mode\":"
		 "\"phone\"}"},
};

static int set_up(void **state)
{
	struct buf errors = BUF_INIT;

	*state =
		territory_from_definitions(definitions, ARRAY_SIZE(definitions), &errors);
	if (!*state)
		print_error("%s", buf_str(&errors));
	buf_fini(&errors);
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	territory_free(*state);
	return 0;
}

static rdvd_time at(const char *text)
{
	rdvd_time t;

	assert_int_equal(rfc3339_parse(text, &t), 0);
	return t;
}

static struct rdvd_appointment appointment(rdvd_id id, const char *start)
{
	struct rdvd_appointment a = {.id = id,
				     .session = 100 + id,
				     .uid = "session-1@rdvd",
				     .service = 5,
				     .organisation = 2,
				     .status = RDVD_BOOKED,
				     .party_size = 1};

	a.place = (struct rdvd_place){.site = 3, .name = "", .postcode = ""};
	a.when.start = at(start);
	a.when.end = a.when.start + 3600;
	a.created = at("2026-01-02T10:00:00Z");
	a.changed = at("2026-01-03T11:12:13Z");
	a.person.first_name = "Léa";
	a.person.last_name = "Dubois";
	a.person.phone = "+33612345678";
	a.person.locale = "fr";
	return a;
}

static icalcomponent *read_back(const struct buf *b)
{
	icalcomponent *c = icalparser_parse_string(buf_str(b));

	assert_non_null(c);
	assert_int_equal(icalcomponent_isa(c), ICAL_VCALENDAR_COMPONENT);
	assert_int_equal(icalcomponent_count_errors(c), 0);
	return c;
}

static icalcomponent *event_of(icalcomponent *calendar)
{
	icalcomponent *e =
		icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);

	assert_non_null(e);
	return e;
}

/* The instant of a property of the event, by the calendar's own VTIMEZONE. */
static rdvd_time instant(icalcomponent *calendar, icalproperty *p)
{
	icalparameter *tzid = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
	icaltimezone *zone;

	assert_non_null(tzid);
	zone = icalcomponent_get_timezone(calendar, icalparameter_get_tzid(tzid));
	assert_non_null(zone);
	return icaltime_as_timet_with_zone(
		icalvalue_get_datetime(icalproperty_get_value(p)), zone);
}

/* ---- lines ---- */

/* Whole lines of at most 75 octets, none ending inside a character. */
static void assert_folded(const struct buf *b)
{
	const char *s = buf_str(b), *end = s + b->len;

	while (s < end) {
		const char *cr = strstr(s, "\r\n");

		assert_non_null(cr);
		assert_in_range(cr - s, 1, 75);
		assert_true(utf8_is_clean(s, (size_t)(cr - s)));
		s = cr + 2;
	}
}

static void lines_fold_between_characters(void **state)
{
	static const struct {
		const char *value;
		const char *line;
	} cases[] = {
		{"", "X:\r\n"},
		{"ab", "X:ab\r\n"},
		/* 2 + 73 octets: full, and not folded */
		{"12345678901234567890123456789012345678901234567890123456789012345678901"
		 "23",
		 "X:"
		 "12345678901234567890123456789012345678901234567890123456789012345678901"
		 "23"
		 "\r\n"},
		{"12345678901234567890123456789012345678901234567890123456789012345678901"
		 "234",
		 "X:"
		 "12345678901234567890123456789012345678901234567890123456789012345678901"
		 "23"
		 "\r\n 4\r\n"},
		/* the 75th octet would be half of é */
		{"12345678901234567890123456789012345678901234567890123456789012345678901"
		 "2éa",
		 "X:"
		 "12345678901234567890123456789012345678901234567890123456789012345678901"
		 "2"
		 "\r\n éa\r\n"},
		/* four octets, three of which would still go on the line */
		{"1234567890123456789012345678901234567890123456789012345678901234567890"
		 "🙂",
		 "X:"
		 "1234567890123456789012345678901234567890123456789012345678901234567890"
		 "\r\n 🙂\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = BUF_INIT;

		ics_line(&b, "X", cases[i].value);
		assert_string_equal(buf_str(&b), cases[i].line);
		buf_fini(&b);
	}
}

static void texts_are_escaped(void **state)
{
	static const struct {
		const char *text;
		const char *line;
	} cases[] = {
		{"a;b,c", "X:a\\;b\\,c\r\n"},
		{"C:\\temp", "X:C:\\\\temp\r\n"},
		{"one\ntwo\r\nthree", "X:one\\ntwo\\nthree\r\n"},
		{"\"quoted\": fine", "X:\"quoted\": fine\r\n"},
		{"END:VEVENT\r\nBEGIN:VEVENT", "X:END:VEVENT\\nBEGIN:VEVENT\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = BUF_INIT;

		ics_text(&b, "X", cases[i].text);
		assert_string_equal(buf_str(&b), cases[i].line);
		buf_fini(&b);
	}
}

/* ---- the person's file ---- */

static void a_file_says_when_and_where(void **state)
{
	const struct territory *t = *state;
	struct rdvd_appointment a = appointment(7, "2026-03-23T13:30:00+01:00");
	struct buf b = BUF_INIT;
	icalcomponent *c, *e;

	ics_appointment(&b, t, &a, "https://rdv.example.org/rdv/TOKEN", "inst", "fr");
	assert_folded(&b);
	c = read_back(&b);
	e = event_of(c);
	assert_int_equal(icalcomponent_get_method(c), ICAL_METHOD_PUBLISH);
	assert_string_equal(icalcomponent_get_uid(e), "rdv-7-inst");
	assert_string_equal(icalcomponent_get_summary(e), "Rendez-vous avec CLLAJ");
	assert_string_equal(icalcomponent_get_location(e),
			    "Mission locale; Hénin, bâtiment C, 183 avenue des Fusillés, "
			    "62110 Hénin-Beaumont");
	assert_non_null(strstr(icalcomponent_get_description(e),
			       "Bus 1, arrêt Poste\nporte B\n"));
	assert_non_null(strstr(icalcomponent_get_description(e),
			       "https://rdv.example.org/rdv/TOKEN"));
	assert_int_equal(icalcomponent_get_status(e), ICAL_STATUS_CONFIRMED);
	assert_int_equal(icaltime_as_timet(icalcomponent_get_dtstamp(e)), a.changed);
	/* no name and no number of anybody stands in it */
	assert_null(strstr(buf_str(&b), "Léa"));
	assert_null(strstr(buf_str(&b), "Dubois"));
	assert_null(strstr(buf_str(&b), "612345678"));
	assert_null(icalcomponent_get_first_property(e, ICAL_ATTENDEE_PROPERTY));
	icalcomponent_free(c);

	/* asked again, the same bytes */
	struct buf again = BUF_INIT;
	ics_appointment(&again, t, &a, "https://rdv.example.org/rdv/TOKEN", "inst", "fr");
	assert_string_equal(buf_str(&again), buf_str(&b));
	buf_fini(&again);
	buf_fini(&b);
}

static void a_file_follows_the_language_and_the_mode(void **state)
{
	const struct territory *t = *state;
	struct rdvd_appointment a = appointment(7, "2026-03-23T13:30:00+01:00");
	struct buf b = BUF_INIT;
	icalcomponent *c, *e;

	a.service = 7; /* by telephone: nowhere to go to */
	ics_appointment(&b, t, &a, "https://x/rdv/T", "i", "en");
	c = read_back(&b);
	e = event_of(c);
	assert_string_equal(icalcomponent_get_summary(e), "Appointment, CLLAJ");
	assert_null(icalcomponent_get_first_property(e, ICAL_LOCATION_PROPERTY));
	assert_non_null(strstr(icalcomponent_get_description(e), "By telephone"));
	icalcomponent_free(c);
	buf_fini(&b);
}

static void the_sequence_and_the_status_follow_the_appointment(void **state)
{
	const struct territory *t = *state;
	struct rdvd_appointment a = appointment(7, "2026-03-23T13:30:00+01:00");

	for (int sequence = 0; sequence < 3; sequence++) {
		struct buf b = BUF_INIT;
		icalcomponent *c, *e;

		a.sequence = sequence;
		a.status = sequence == 2 ? RDVD_CANCELLED : RDVD_BOOKED;
		ics_appointment(&b, t, &a, "https://x/rdv/T", "i", "fr");
		c = read_back(&b);
		e = event_of(c);
		assert_string_equal(icalcomponent_get_uid(e), "rdv-7-i");
		assert_int_equal(icalcomponent_get_sequence(e), sequence);
		assert_int_equal(icalcomponent_get_status(e),
				 sequence == 2 ? ICAL_STATUS_CANCELLED
					       : ICAL_STATUS_CONFIRMED);
		icalcomponent_free(c);
		buf_fini(&b);
	}
}

static void times_are_right_in_every_zone_and_season(void **state)
{
	static const struct {
		rdvd_id site;
		const char *start;
		const char *line;
	} cases[] = {
		{3, "2026-01-15T09:00:00+01:00",
		 "DTSTART;TZID=Europe/Paris:20260115T090000\r\n"},
		{3, "2026-07-15T09:00:00+02:00",
		 "DTSTART;TZID=Europe/Paris:20260715T090000\r\n"},
		/* the days of the change, before and after it */
		{3, "2026-03-28T23:30:00+01:00",
		 "DTSTART;TZID=Europe/Paris:20260328T233000\r\n"},
		{3, "2026-03-29T08:00:00+02:00",
		 "DTSTART;TZID=Europe/Paris:20260329T080000\r\n"},
		{3, "2026-10-24T23:30:00+02:00",
		 "DTSTART;TZID=Europe/Paris:20261024T233000\r\n"},
		{3, "2026-10-25T08:00:00+01:00",
		 "DTSTART;TZID=Europe/Paris:20261025T080000\r\n"},
		{3, "2031-07-01T22:00:00+02:00",
		 "DTSTART;TZID=Europe/Paris:20310701T220000\r\n"},
		{4, "2026-07-15T09:00:00+04:00",
		 "DTSTART;TZID=Indian/Reunion:20260715T090000\r\n"},
	};
	const struct territory *t = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rdvd_appointment a = appointment(1, cases[i].start);
		struct buf b = BUF_INIT;
		icalcomponent *c, *e;

		a.place.site = cases[i].site;
		ics_appointment(&b, t, &a, "https://x/rdv/T", "i", "fr");
		assert_non_null(strstr(buf_str(&b), cases[i].line));
		c = read_back(&b);
		e = event_of(c);
		assert_int_equal(instant(c, icalcomponent_get_first_property(
						    e, ICAL_DTSTART_PROPERTY)),
				 a.when.start);
		assert_int_equal(instant(c, icalcomponent_get_first_property(
						    e, ICAL_DTEND_PROPERTY)),
				 a.when.end);
		icalcomponent_free(c);
		buf_fini(&b);
	}
}

static void an_ad_hoc_place_is_named(void **state)
{
	const struct territory *t = *state;
	struct rdvd_appointment a = appointment(7, "2026-03-23T13:30:00+01:00");
	struct buf b = BUF_INIT;
	icalcomponent *c;

	a.place = (struct rdvd_place){.name = "Café de la Gare", .postcode = "62220"};
	ics_appointment(&b, t, &a, "https://x/rdv/T", "i", "fr");
	c = read_back(&b);
	assert_string_equal(icalcomponent_get_location(event_of(c)),
			    "Café de la Gare, 62220");
	icalcomponent_free(c);
	buf_fini(&b);
}

/* The part of an e-mail is the same event as the file: published, moved, cancelled. */
static void a_mail_and_the_file_are_one_event(void **state)
{
	static const struct {
		int sequence;
		enum rdvd_status status;
		enum icalproperty_method method;
		const char *name;
	} cases[] = {
		{0, RDVD_BOOKED, ICAL_METHOD_PUBLISH, "PUBLISH"},
		{1, RDVD_BOOKED, ICAL_METHOD_PUBLISH, "PUBLISH"},
		{2, RDVD_CANCELLED, ICAL_METHOD_CANCEL, "CANCEL"},
	};
	const struct territory *t = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rdvd_appointment a = appointment(7, "2026-03-23T13:30:00+01:00");
		struct buf b = BUF_INIT, file = BUF_INIT;
		icalcomponent *c, *e, *f;
		icalproperty *who;

		a.sequence = cases[i].sequence;
		a.status = cases[i].status;
		assert_string_equal(
			ics_mail(&b, t, &a, "https://x/rdv/T", "i", "rdv@exemple.fr"),
			cases[i].name);
		assert_folded(&b);
		c = read_back(&b);
		e = event_of(c);
		ics_appointment(&file, t, &a, "https://x/rdv/T", "i", "fr");
		f = read_back(&file);
		assert_int_equal(icalcomponent_get_method(c), cases[i].method);
		assert_string_equal(icalcomponent_get_uid(e),
				    icalcomponent_get_uid(event_of(f)));
		assert_int_equal(icalcomponent_get_sequence(e), cases[i].sequence);
		assert_int_equal(icalcomponent_get_status(e),
				 icalcomponent_get_status(event_of(f)));
		who = icalcomponent_get_first_property(e, ICAL_ORGANIZER_PROPERTY);
		assert_non_null(who);
		assert_string_equal(icalproperty_get_organizer(who),
				    "mailto:rdv@exemple.fr");
		assert_null(icalcomponent_get_first_property(e, ICAL_ATTENDEE_PROPERTY));
		icalcomponent_free(c);
		icalcomponent_free(f);
		buf_fini(&b);
		buf_fini(&file);
	}
}

static void a_discreet_mail_tells_neither_who_nor_where(void **state)
{
	const struct territory *t = *state;
	struct rdvd_appointment a = appointment(7, "2026-03-23T13:30:00+01:00");
	struct buf b = BUF_INIT;
	icalcomponent *c;

	a.person.discreet = 1;
	ics_mail(&b, t, &a, "https://x/rdv/T", "i", "");
	c = read_back(&b);
	assert_string_equal(icalcomponent_get_summary(event_of(c)), "Rendez-vous");
	assert_null(
		icalcomponent_get_first_property(event_of(c), ICAL_LOCATION_PROPERTY));
	assert_null(icalcomponent_get_first_property(event_of(c), ICAL_GEO_PROPERTY));
	assert_null(
		icalcomponent_get_first_property(event_of(c), ICAL_ORGANIZER_PROPERTY));
	assert_null(strstr(buf_str(&b), "CLLAJ"));
	assert_null(strstr(buf_str(&b), "nin"));
	assert_null(strstr(buf_str(&b), "Bus 1"));
	assert_non_null(strstr(buf_str(&b), "https://x/rdv/T"));
	icalcomponent_free(c);
	buf_fini(&b);
}

/* ---- the counsellor's feed ---- */

static void feed(struct buf *b, const struct territory *t,
		 const struct rdvd_appointment *rows, size_t n, int with_names)
{
	const struct ics_feed f = {.territory = t,
				   .name = "Rendez-vous, été",
				   .lang = "fr",
				   .with_names = with_names,
				   .staff_url = "https://rdv.example.org/equipe/rdv/"};
	struct record_list l = {NULL, 0, 0};

	for (size_t i = 0; i < n; i++)
		record_list_add(&l, &rows[i]);
	ics_feed(b, &f, &l);
	record_list_fini(&l);
	assert_folded(b);
}

static void a_feed_keeps_names_to_itself_unless_asked(void **state)
{
	struct rdvd_appointment a = appointment(7, "2026-03-23T13:30:00+01:00");

	for (int with_names = 0; with_names < 2; with_names++) {
		struct buf b = BUF_INIT;
		icalcomponent *c;
		const char *summary;

		feed(&b, *state, &a, 1, with_names);
		c = read_back(&b);
		summary = icalcomponent_get_summary(event_of(c));
		assert_string_equal(summary, with_names ? "Léa : Premier rendez-vous"
							: "Premier rendez-vous");
		assert_int_equal(strstr(buf_str(&b), "+33612345678") != NULL, with_names);
		assert_null(strstr(buf_str(&b), "Dubois"));
		assert_string_equal(icalcomponent_get_uid(event_of(c)), "session-1@rdvd");
		icalcomponent_free(c);
		buf_fini(&b);
	}
}

static void a_workshop_is_one_event_that_counts(void **state)
{
	struct rdvd_appointment rows[4];
	struct buf b = BUF_INIT;
	icalcomponent *c, *e;

	for (int i = 0; i < 4; i++) {
		rows[i] = appointment(i + 1, "2026-03-23T14:00:00+01:00");
		rows[i].session = 50;
		rows[i].service = 6;
		rows[i].capacity = 12;
		rows[i].changed += i;
	}
	rows[1].party_size = 3;
	rows[2].status = RDVD_CANCELLED;
	feed(&b, *state, rows, 4, 1);
	c = read_back(&b);
	e = event_of(c);
	assert_string_equal(icalcomponent_get_summary(e), "Atelier (5/12)");
	assert_null(icalcomponent_get_next_component(c, ICAL_VEVENT_COMPONENT));
	assert_int_equal(icaltime_as_timet(icalcomponent_get_dtstamp(e)),
			 rows[3].changed);
	assert_null(strstr(buf_str(&b), "Léa"));
	icalcomponent_free(c);
	buf_fini(&b);

	/* nobody comes any more */
	for (int i = 0; i < 4; i++)
		rows[i].status = RDVD_CANCELLED;
	feed(&b, *state, rows, 4, 0);
	c = read_back(&b);
	assert_int_equal(icalcomponent_get_status(event_of(c)), ICAL_STATUS_CANCELLED);
	icalcomponent_free(c);
	buf_fini(&b);
}

static void a_feed_describes_each_zone_once(void **state)
{
	struct rdvd_appointment rows[3] = {appointment(1, "2026-03-23T08:00:00+01:00"),
					   appointment(2, "2026-03-23T10:00:00+01:00"),
					   appointment(3, "2026-03-23T16:00:00+04:00")};
	struct buf b = BUF_INIT;
	icalcomponent *c, *e;
	int zones = 0, events = 0;

	rows[2].place.site = 4;
	feed(&b, *state, rows, 3, 0);
	c = read_back(&b);
	for (e = icalcomponent_get_first_component(c, ICAL_VTIMEZONE_COMPONENT); e;
	     e = icalcomponent_get_next_component(c, ICAL_VTIMEZONE_COMPONENT))
		zones++;
	for (e = icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT); e;
	     e = icalcomponent_get_next_component(c, ICAL_VEVENT_COMPONENT)) {
		icalproperty *p =
			icalcomponent_get_first_property(e, ICAL_DTSTART_PROPERTY);

		assert_int_equal(instant(c, p), rows[events].when.start);
		events++;
	}
	assert_int_equal(zones, 2);
	assert_int_equal(events, 3);
	icalcomponent_free(c);
	buf_fini(&b);

	/* an empty one is still a calendar */
	feed(&b, *state, rows, 0, 0);
	c = read_back(&b);
	assert_null(icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT));
	icalcomponent_free(c);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_fold_between_characters),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(a_file_says_when_and_where),
		cmocka_unit_test(a_file_follows_the_language_and_the_mode),
		cmocka_unit_test(the_sequence_and_the_status_follow_the_appointment),
		cmocka_unit_test(times_are_right_in_every_zone_and_season),
		cmocka_unit_test(an_ad_hoc_place_is_named),
		cmocka_unit_test(a_mail_and_the_file_are_one_event),
		cmocka_unit_test(a_discreet_mail_tells_neither_who_nor_where),
		cmocka_unit_test(a_feed_keeps_names_to_itself_unless_asked),
		cmocka_unit_test(a_workshop_is_one_event_that_counts),
		cmocka_unit_test(a_feed_describes_each_zone_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
