/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_ics.c - calendars made of texts from anybody: whatever a site is called, every
 * line is folded where RFC 5545 wants it, and a reader that is not ours finds the same
 * text. */
#include <libical/ical.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/parse.h"
#include "dav/ics.h"

#define LINE_OCTETS 75

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rdvd_definition definitions[] = {
	{.id = 1, .kind = RDVD_DEF_NETWORK, .slug = "n", .body = "{\"id\":\"n\"}"},
	{.id = 2, .kind = RDVD_DEF_ORGANISATION, .slug = "o", .body = "{\"id\":\"o\"}"},
	{.id = 3,
	 .kind = RDVD_DEF_SITE,
	 .slug = "s",
	 .body = "{\"id\":\"s\",\"organisation\":\"o\",\"lat\":50.4,\"lon\":2.9}"},
	{.id = 4,
	 .kind = RDVD_DEF_SERVICE,
	 .slug = "v",
	 .body = "{\"id\":\"v\",\"name\":\"V\",\"minutes\":60}"},
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_lines(const struct buf *b)
{
	const char *s = buf_str(b), *end = s + b->len;

	while (s < end) {
		const char *cr = memchr(s, '\r', (size_t)(end - s));

		require(cr && cr + 1 < end && cr[1] == '\n');
		require(cr - s <= LINE_OCTETS && !memchr(s, '\n', (size_t)(cr - s)));
		require(utf8_is_clean(s, (size_t)(cr - s)));
		s = cr + 2;
	}
}

/* What a text becomes on its way: no carriage return, and libical drops blanks before a
 * value. */
static char *expected(const char *text)
{
	char *s = xstrdup(text + strspn(text, " \t\r")), *to = s;

	for (const char *p = s; *p; p++)
		if (*p != '\r')
			*to++ = *p;
	*to = '\0';
	return s;
}

static void check_event(const struct buf *b, const char *text)
{
	icalcomponent *calendar = icalparser_parse_string(buf_str(b));
	icalcomponent *event;
	char *wanted = expected(text);
	const char *found;

	require(calendar && icalcomponent_count_errors(calendar) == 0);
	event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
	require(event != NULL);
	require(!icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT));
	found = icalcomponent_get_location(event);
	require(found && !strncmp(found, wanted, strlen(wanted)));
	found = icalcomponent_get_description(event);
	require(found && strstr(found, wanted));
	icalcomponent_free(calendar);
	free(wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct territory *t;
	struct rdvd_appointment a = {.id = 1, .uid = "u", .status = RDVD_BOOKED};
	struct buf out = BUF_INIT;
	char *text;

	if (!utf8_is_clean((const char *)data, size))
		return 0; /* no such text comes in */
	if (!t) {
		t = territory_from_definitions(definitions, ARRAY_SIZE(definitions),
					       &out);
		require(t != NULL);
	}
	text = xstrndup((const char *)data, size);
	t->sites[0].name = text;
	t->sites[0].access.fr = text;
	a.place.site = 3;
	a.service = 4;
	a.when.start = 1773990000;
	a.when.end = a.when.start + 3600;
	a.person.first_name = text;
	ics_appointment(&out, t, &a, "https://rdv.example.org/rdv/x", "i", "fr");
	check_lines(&out);
	check_event(&out, text);
	buf_fini(&out);
	free(text);
	return 0;
}
