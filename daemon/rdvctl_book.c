/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl_book.c - the verbs about appointments: free times, book, list, mark, the waiting
 * list, texts brought by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "rdvctl.h"

const struct ctl_flag ctl_slots_flags[] = {
	{"service", "service", CTL_TEXT, "which kind of appointment (required)"},
	{"site", "site", CTL_TEXT, "at this site only"},
	{"near", "near", CTL_TEXT, "a postcode or INSEE code, insee:62215, or LAT,LON"},
	{"radius-km", "radius_km", CTL_TEXT, "how far (30)"},
	{"from", "from", CTL_TEXT, "a date or an instant (now)"},
	{"to", "to", CTL_TEXT, "a date or an instant, exclusive (the horizon)"},
	{"sort", "sort", CTL_TEXT, "soonest or nearest"},
	{"limit", "limit", CTL_NUMBER, "at most so many, 500 at most (20)"},
	{"cursor", "cursor", CTL_TEXT, "the page after this one"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const struct ctl_flag ctl_book_flags[] = {
	{"service", "service", CTL_TEXT, "which kind of appointment (required)"},
	{"site", "site", CTL_TEXT, "where (or --place)"},
	{"start", "start", CTL_TEXT, "when: 2026-03-23T13:30:00+01:00 (required)"},
	{"first-name", "person.first_name", CTL_TEXT, "of the person (required)"},
	{"last-name", "person.last_name", CTL_TEXT, "of the person (required)"},
	{"birth-year", "person.birth_year", CTL_NUMBER, "of the person"},
	{"phone", "person.phone", CTL_TEXT, "for the reminder"},
	{"email", "person.email", CTL_TEXT, "for the reminder"},
	{"postcode", "person.postcode", CTL_TEXT, "where the person lives"},
	{"insee", "person.insee", CTL_TEXT, "where the person lives"},
	{"locale", "person.locale", CTL_TEXT, "the language of messages: fr, en"},
	{"needs", "person.needs", CTL_TEXT,
	 "an interpreter, step-free access: what, never why"},
	{"discreet", "person.discreet", CTL_SWITCH, "neutral sender and text"},
	{"party-size", "party_size", CTL_NUMBER, "how many come together (1)"},
	{"counsellor", "counsellor", CTL_TEXT, "any free time of this counsellor"},
	{"counsellor2", "counsellor2", CTL_TEXT,
	 "and of this one, for a service that needs two"},
	{"place", "place.name", CTL_TEXT, "a place that is not a site"},
	{"place-postcode", "place.postcode", CTL_TEXT, "of that place"},
	{"minutes", "minutes", CTL_NUMBER, "how long (the service's)"},
	{"key", "request_key", CTL_TEXT,
	 "the same for every try of one booking (a random one)"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const struct ctl_flag ctl_appointments_flags[] = {
	{"from", "from", CTL_TEXT, "a date or an instant"},
	{"to", "to", CTL_TEXT, "a date or an instant, exclusive"},
	{"site", "site", CTL_TEXT, "at this site only"},
	{"counsellor", "counsellor", CTL_TEXT, "of this counsellor only"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const struct ctl_flag ctl_outcome_flags[] = {
	{"present", "persons_present", CTL_NUMBER, "how many persons came"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const char *ctl_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

void ctl_add_when(struct ctl_table *t, const char *instant)
{
	char *s = xstrndup(instant, 16);

	if (strlen(s) == 16)
		s[10] = ' ';
	ctl_table_add(t, s);
	free(s);
}

void ctl_add_name(struct ctl_table *t, const json_t *person)
{
	char *s = xasprintf("%s %s", ctl_text(person, "first_name"),
			    ctl_text(person, "last_name"));

	ctl_table_add(t, s);
	free(s);
}

/* ---- slots ---- */

static void print_slots(const json_t *slots)
{
	static const char *const heads[] = {"START", "SITE", "SEATS", "KM"};
	struct ctl_table *t = ctl_table_new(heads, ARRAY_SIZE(heads));
	json_t *s, *km;
	size_t i;
	char *text;

	json_array_foreach(slots, i, s)
	{
		ctl_add_when(t, ctl_text(s, "start"));
		ctl_table_add(t, ctl_text(s, "site"));
		ctl_table_add_int(t, json_integer_value(json_object_get(s, "seats")));
		km = json_object_get(s, "distance_km");
		text = km ? xasprintf("%.1f", json_number_value(km)) : xstrdup("");
		ctl_table_add(t, text);
		free(text);
	}
	ctl_table_print(t, "No free time.");
}

int ctl_slots(struct ctl *c)
{
	struct buf path = BUF_INIT, query = BUF_INIT;
	json_t *answer = NULL;
	int status;

	if (!ctl_value(c, "service")) {
		fprintf(stderr, "rdvctl: slots needs --service\n");
		return CTL_USAGE;
	}
	ctl_query(c, &query);
	buf_addf(&path, "/api/v1/slots%s", buf_str(&query));
	status = ctl_json(c, "GET", buf_str(&path), NULL, &answer);
	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		print_slots(json_object_get(answer, "slots"));
	json_decref(answer);
	buf_fini(&query);
	buf_fini(&path);
	return status;
}

/* ---- book ---- */

static void print_appointment(const json_t *a)
{
	const char *site = ctl_text(a, "site");
	const json_t *place = json_object_get(a, "place");
	char *when = xstrndup(ctl_text(a, "start"), 16);

	if (strlen(when) == 16)
		when[10] = ' ';
	printf("Appointment %s: %s, %s, %s, %s (%s)\n%s\n", ctl_text(a, "id"),
	       ctl_text(a, "service"), *site ? site : ctl_text(place, "name"), when,
	       ctl_text(a, "status"), ctl_text(a, "outcome"), ctl_text(a, "manage_url"));
	free(when);
}

/* Send a body, print the appointment that comes back. */
static int act(const struct ctl *c, const char *path, const json_t *body)
{
	json_t *answer = NULL;
	int status = ctl_json(c, "POST", path, body, &answer);

	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		print_appointment(json_object_get(answer, "appointment"));
	json_decref(answer);
	return status;
}

int ctl_book(struct ctl *c)
{
	static const char *const required[] = {"service", "start", "first-name",
					       "last-name"};
	char key[SECRET_TOKEN_CHARS + 1];
	json_t *body;
	int status;

	for (size_t i = 0; i < ARRAY_SIZE(required); i++)
		if (!ctl_value(c, required[i])) {
			fprintf(stderr, "rdvctl: book needs --%s\n", required[i]);
			return CTL_USAGE;
		}
	body = ctl_body(c);
	if (!ctl_value(c, "key")) {
		if (secret_init() < 0)
			return CTL_REFUSED;
		secret_token_random(key);
		ctl_set(body, "request_key", json_string(key));
	}
	ctl_set(body, "notice", json_true());
	status = act(c, "/api/v1/staff/appointments", body);
	json_decref(body);
	return status;
}

/* ---- appointments ---- */

static void print_appointments(const json_t *rows)
{
	static const char *const heads[] = {"ID",     "START",	 "SITE",    "SERVICE",
					    "STATUS", "OUTCOME", "CHANNEL", "PERSON"};
	struct ctl_table *t = ctl_table_new(heads, ARRAY_SIZE(heads));
	json_t *a;
	const char *site;
	size_t i;

	json_array_foreach(rows, i, a)
	{
		site = ctl_text(a, "site");
		ctl_table_add(t, ctl_text(a, "id"));
		ctl_add_when(t, ctl_text(a, "start"));
		ctl_table_add(t, *site ? site
				       : ctl_text(json_object_get(a, "place"), "name"));
		ctl_table_add(t, ctl_text(a, "service"));
		ctl_table_add(t, ctl_text(a, "status"));
		ctl_table_add(t, ctl_text(a, "outcome"));
		ctl_table_add(t, ctl_text(a, "channel"));
		ctl_add_name(t, json_object_get(a, "person"));
	}
	ctl_table_print(t, "No appointment.");
}

int ctl_list(const struct ctl *c, const char *path, const char *key,
	     void (*print)(const json_t *rows))
{
	struct buf whole = BUF_INIT, query = BUF_INIT;
	json_t *rows = NULL, *o;
	int status;

	ctl_query(c, &query);
	buf_addf(&whole, "%s%s%climit=500", path, buf_str(&query), query.len ? '&' : '?');
	status = ctl_pages(c, buf_str(&whole), key, &rows);
	if (!status && c->json) {
		o = json_object();
		json_object_set(o, key, rows);
		json_object_set_new(o, "next", json_null());
		ctl_print_json(o);
		json_decref(o);
	} else if (!status) {
		print(rows);
	}
	json_decref(rows);
	buf_fini(&query);
	buf_fini(&whole);
	return status;
}

int ctl_appointments(struct ctl *c)
{
	return ctl_list(c, "/api/v1/staff/appointments", "appointments",
			print_appointments);
}

int ctl_outcome(struct ctl *c)
{
	json_t *body = ctl_body(c);
	struct buf path = BUF_INIT;
	int status;

	ctl_set(body, "outcome", json_string(c->words[1]));
	buf_addlit(&path, "/api/v1/staff/appointments/");
	buf_add_url(&path, c->words[0]);
	buf_addlit(&path, "/outcome");
	status = act(c, buf_str(&path), body);
	buf_fini(&path);
	json_decref(body);
	return status;
}

/* ---- texts that came in ---- */

int ctl_sms_in(struct ctl *c)
{
	json_t *body = json_object(), *answer = NULL;
	int status;

	ctl_set(body, "from", json_string(c->words[0]));
	ctl_set(body, "text", json_string(c->words[1]));
	status = ctl_json(c, "POST", "/api/v1/local/sms-in", body, &answer);
	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		printf("Text %s was dealt with.\n", ctl_text(answer, "id"));
	json_decref(answer);
	json_decref(body);
	return status;
}
