/* SPDX-License-Identifier: GPL-3.0-or-later */
/* territory_parse.c - one function for each kind of object in a territory file: which
 * keys it has, what they may hold, and what is said when they do not. */
#include "agenda/territory_parse.h"

#include <stdio.h>
#include <string.h>

#include "agenda/recur.h"
#include "base/parse.h"

#define NAME_MAX_BYTES 200
#define TEXT_MAX_BYTES 1000
#define ROOM_NAME_MAX_BYTES 60
#define OPENING_MAX_SECONDS CIVIL_DAY_SECONDS

/* The index of what slug names, or TERRITORY_NONE with an error. */
static int reference(const struct decode_at *at, const char *key,
		     const struct territory *t,
		     int (*find)(const struct territory *, const char *), int required)
{
	const char *slug = decode_string(at, key, required, 63);
	if (!slug)
		return TERRITORY_NONE;
	int i = find(t, slug);
	if (i == TERRITORY_NONE)
		decode_error(at, key, "\"%s\" is not defined in this territory", slug);
	return i;
}

/* A slug, or a list of slugs. */
static int *references(const struct decode_at *at, const char *key,
		       const struct territory *t,
		       int (*find)(const struct territory *, const char *), size_t *n)
{
	*n = 0;
	const json_t *v = json_object_get(at->object, key);
	if (json_is_string(v)) {
		int *one = arena_alloc(at->d->arena, sizeof *one);
		*one = reference(at, key, t, find, 1);
		*n = *one != TERRITORY_NONE;
		return one;
	}
	const json_t *array = decode_array(at, key, 1);
	if (!array)
		return NULL;
	if (json_array_size(array) == 0)
		decode_error(at, key, "must name at least one");
	int *list = arena_alloc(at->d->arena, json_array_size(array) * sizeof *list + 1);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *slug = json_string_value(json_array_get(array, i));
		int found = slug ? find(t, slug) : TERRITORY_NONE;
		if (found == TERRITORY_NONE) {
			decode_error(at, key,
				     "[%zu] \"%s\" is not defined in this territory", i,
				     slug ? slug : "?");
			continue;
		}
		size_t j = 0;
		while (j < *n && list[j] != found)
			j++;
		if (j == *n)
			list[(*n)++] = found;
	}
	return list;
}

static void check_digits(const struct decode_at *at, const char *key, const char *s,
			 const char *what)
{
	if (!s || !*s)
		return;
	size_t n = strspn(s, "0123456789AB");
	if (strlen(s) != 5 || n != 5)
		decode_error(at, key, "must be %s", what);
}

static enum verify_phone decode_verify_phone(const struct decode_at *at)
{
	const char *how = decode_string_or(at, "verify_phone", 8, "no");
	if (strcmp(how, "code") == 0)
		return VERIFY_PHONE_CODE;
	if (strcmp(how, "sms") == 0)
		return VERIFY_PHONE_SMS;
	if (strcmp(how, "no") != 0)
		decode_error(at, "verify_phone",
			     "must be \"no\", \"code\" (we send one there) or \"sms\" "
			     "(they send us one)");
	return VERIFY_PHONE_NO;
}

const struct reminder_rule reminders_preset[REMINDERS_PRESET_COUNT] = {
	{.days_before = 3, .minute = 18 * 60},
	{.days_before = 1, .minute = 17 * 60 + 30},
};

/* {"days_before": 1, "at": "18:00"}: 0 and *rule, or -1. */
static int decode_rule(const struct decode_at *at, struct reminder_rule *rule)
{
	decode_keys(at, (const char *const[]){"days_before", "at", NULL});
	int days = decode_int(at, "days_before", 1, 0, 30, 1);
	const char *hour = decode_string(at, "at", 1, 5);
	civil_time civil = 0;
	char text[20];
	snprintf(text, sizeof text, "2000-01-01T%.5s", hour ? hour : "");
	if (!hour || civil_time_parse(text, &civil) != 0) {
		decode_error(at, "at", "must be a time of day like \"18:00\"");
		return -1;
	}
	*rule = (struct reminder_rule){days, civil_time_minute(civil)};
	return 0;
}

/* How many rules; -1: nothing is said. */
static int decode_reminders(const struct decode_at *at,
			    struct reminder_rule rules[REMINDERS_MAX])
{
	const json_t *list = decode_array(at, "reminders", 0);
	int n = 0;
	if (!list)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct decode_at item;
		if (decode_item(at, "reminders", list, i, &item) != 0)
			continue;
		struct reminder_rule rule;
		if (decode_rule(&item, &rule) != 0)
			continue;
		if (n == REMINDERS_MAX)
			decode_error(&item, NULL, "at most %d reminders", REMINDERS_MAX);
		else
			rules[n++] = rule;
	}
	return n;
}

static int is_among(const civil_day *days, size_t n, civil_day day)
{
	for (size_t i = 0; i < n; i++)
		if (days[i] == day)
			return 1;
	return 0;
}

const char *territory_holiday(const struct territory *t, int site, civil_day day)
{
	const struct site *s = &t->sites[site];
	const char *name = holiday_in(s->holidays, day);
	if (!name || is_among(s->open_on, s->nopen_on, day))
		return NULL;
	if (s->organisation != TERRITORY_NONE) {
		const struct organisation *o = &t->organisations[s->organisation];
		if (is_among(o->open_on, o->nopen_on, day))
			return NULL;
	}
	return name;
}

size_t territory_reminders(const struct territory *t, int service, int organisation,
			   const struct reminder_rule **rules)
{
	const struct service *s = &t->services[service];
	if (s->nreminders >= 0) {
		*rules = s->reminders;
		return (size_t)s->nreminders;
	}
	if (organisation == TERRITORY_NONE)
		organisation = s->organisation;
	if (organisation != TERRITORY_NONE &&
	    t->organisations[organisation].nreminders >= 0) {
		*rules = t->organisations[organisation].reminders;
		return (size_t)t->organisations[organisation].nreminders;
	}
	*rules = reminders_preset;
	return REMINDERS_PRESET_COUNT;
}

/* Whom an alarm goes to. */
static void decode_alarm(const struct decode_at *at, struct organisation *o)
{
	const json_t *alarm = json_object_get(at->object, "alarm");
	struct decode_at in = {.d = at->d, .object = alarm};

	o->alarm_phone = o->alarm_email = "";
	if (!alarm)
		return;
	if (!json_is_object(alarm)) {
		decode_error(at, "alarm", "must be {\"phone\": ..., \"email\": ...}");
		return;
	}
	snprintf(in.path, sizeof in.path, "%.120s.alarm", at->path);
	decode_keys(&in, (const char *const[]){"phone", "email", NULL});
	o->alarm_phone = decode_string_or(&in, "phone", 40, "");
	o->alarm_email = decode_string_or(&in, "email", 200, "");
	if (strspn(o->alarm_phone, "+0123456789 .-()") != strlen(o->alarm_phone))
		decode_error(&in, "phone", "must be a telephone number");
	if (*o->alarm_email && !strchr(o->alarm_email, '@'))
		decode_error(&in, "email", "must be an e-mail address");
}

static void decode_dry_threshold(const struct decode_at *at, struct organisation *o)
{
	const json_t *dry = json_object_get(at->object, "dry_threshold");
	struct decode_at in = {.d = at->d, .object = dry};

	o->dry_slots = DRY_SLOTS_PRESET;
	o->dry_wait_days = DRY_WAIT_DAYS_PRESET;
	if (!dry)
		return;
	if (!json_is_object(dry)) {
		decode_error(at, "dry_threshold",
			     "must be {\"slots\": ..., \"wait_days\": ...}");
		return;
	}
	snprintf(in.path, sizeof in.path, "%.120s.dry_threshold", at->path);
	decode_keys(&in, (const char *const[]){"slots", "wait_days", NULL});
	o->dry_slots = decode_int(&in, "slots", 0, 0, 100, DRY_SLOTS_PRESET);
	o->dry_wait_days = decode_int(&in, "wait_days", 0, 0, 365, DRY_WAIT_DAYS_PRESET);
}

void territory_decode_organisation(struct territory *t, const struct decode_at *at,
				   struct organisation *o)
{
	decode_keys(at, (const char *const[]){
				"id", "name", "phone", "email", "area", "eligible_age",
				"move_until_minutes", "sunday", "accent", "verify_phone",
				"reminders", "open_on", "alarm", "dry_threshold", NULL});
	(void)t;
	o->name = decode_string_or(at, "name", NAME_MAX_BYTES, o->slug);
	o->phone = decode_string_or(at, "phone", 40, "");
	o->email = decode_string_or(at, "email", 200, "");
	decode_dry_threshold(at, o);
	o->move_until_minutes =
		decode_int(at, "move_until_minutes", 0, 0, 60 * 24 * 30, 240);
	o->sunday = decode_bool(at, "sunday", 0);
	o->nreminders = decode_reminders(at, o->reminders);
	decode_alarm(at, o);
	o->verify_phone = decode_verify_phone(at);
	o->open_on = decode_days(at, "open_on", &o->nopen_on);
	o->accent = decode_string_or(at, "accent", 7, "");
	if (*o->accent && (strlen(o->accent) != 7 || o->accent[0] != '#' ||
			   strspn(o->accent + 1, "0123456789abcdefABCDEF") != 6))
		decode_error(at, "accent", "must be a colour like \"#0b5d4e\"");
	const json_t *area = decode_array(at, "area", 0);
	if (area) {
		const char **codes = arena_alloc(
			at->d->arena, (json_array_size(area) + 1) * sizeof *codes);
		for (size_t i = 0; i < json_array_size(area); i++) {
			const char *code = json_string_value(json_array_get(area, i));
			if (!code || strlen(code) != 5)
				decode_error(at, "area",
					     "[%zu] must be an INSEE code like \"62215\"",
					     i);
			else
				codes[o->narea++] = arena_strdup(at->d->arena, code);
		}
		o->area = codes;
	}
	const json_t *age = json_object_get(at->object, "eligible_age");
	if (age && !json_is_object(age)) {
		decode_error(at, "eligible_age", "must be {\"min\": ..., \"max\": ...}");
	} else if (age) {
		struct decode_at in = {.d = at->d, .object = age};
		snprintf(in.path, sizeof in.path, "%.120s.eligible_age", at->path);
		decode_keys(&in, (const char *const[]){"min", "max", NULL});
		o->age_min = decode_int(&in, "min", 0, 0, 120, 0);
		o->age_max = decode_int(&in, "max", 0, 0, 120, 0);
	}
}

/* Rooms that have names need not be counted. */
static void decode_rooms(const struct decode_at *at, struct site *s)
{
	const json_t *list = decode_array(at, "room_names", 0);
	size_t n = json_array_size(list);
	const char **names = arena_alloc(at->d->arena, (n + 1) * sizeof *names);
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(list, i));
		if (!name || !*name || strlen(name) > ROOM_NAME_MAX_BYTES)
			decode_error(at, "room_names",
				     "[%zu] must be a name of 1 to %d bytes", i,
				     ROOM_NAME_MAX_BYTES);
		else
			names[s->nroom_names++] = arena_strdup(at->d->arena, name);
	}
	s->room_names = names;
	s->rooms = decode_int(at, "rooms", 0, 0, 1000, (int)(n < 1000 ? n : 1000));
}

void territory_decode_site(struct territory *t, const struct decode_at *at,
			   struct site *s, const char *zone, const char *holidays)
{
	decode_keys(at, (const char *const[]){
				"id",	     "name",	     "address",	   "postcode",
				"commune",   "insee",	     "lat",	   "lon",
				"host",	     "organisation", "rooms",	   "access",
				"timezone",  "holidays",     "place_kind", "step_free",
				"transport", "room_names",   "open_on",	   NULL});
	s->name = decode_string_or(at, "name", NAME_MAX_BYTES, s->slug);
	s->address = decode_string_or(at, "address", NAME_MAX_BYTES, "");
	s->postcode = decode_string_or(at, "postcode", 5, "");
	s->commune = decode_string_or(at, "commune", NAME_MAX_BYTES, "");
	s->insee = decode_string_or(at, "insee", 5, "");
	check_digits(at, "postcode", s->postcode, "five digits, like \"62220\"");
	check_digits(at, "insee", s->insee, "an INSEE code, like \"62215\"");
	s->host = decode_string_or(at, "host", NAME_MAX_BYTES, "");
	s->access = decode_bitext(at, "access", 0, TEXT_MAX_BYTES);
	s->transport = decode_bitext(at, "transport", 0, TEXT_MAX_BYTES);
	s->place_kind = decode_string_or(at, "place_kind", 20, "");
	if (*s->place_kind && strcmp(s->place_kind, "seat") != 0 &&
	    strcmp(s->place_kind, "delocalised") != 0)
		decode_error(at, "place_kind", "must be \"seat\" or \"delocalised\"");
	s->step_free = json_object_get(at->object, "step_free")
			       ? decode_bool(at, "step_free", 0)
			       : -1;
	s->organisation = reference(at, "organisation", t, territory_organisation, 1);
	double lat = decode_number(at, "lat", 1, -90, 90);
	double lon = decode_number(at, "lon", 1, -180, 180);
	geo_point_init(&s->point, lat, lon);
	decode_rooms(at, s);
	s->open_on = decode_days(at, "open_on", &s->nopen_on);
	s->zone = territory_zone(t, at, "timezone",
				 decode_string_or(at, "timezone", 64, zone));
	const char *set = decode_string_or(at, "holidays", 20, holidays);
	s->holidays = holiday_set_find(set);
	if (!s->holidays)
		decode_error(at, "holidays", "must be one of %s", holiday_set_names());
}

void territory_decode_counsellor(struct territory *t, const struct decode_at *at,
				 struct counsellor *c)
{
	decode_keys(at, (const char *const[]){"id", "organisation", "label", NULL});
	c->organisation = reference(at, "organisation", t, territory_organisation, 1);
	c->label = decode_string_or(at, "label", NAME_MAX_BYTES, c->slug);
}

void territory_decode_service(struct territory *t, const struct decode_at *at,
			      struct service *s)
{
	static const char *const modes[] = {"site", "phone", "home", "video"};
	decode_keys(at, (const char *const[]){"id",
					      "name",
					      "organisation",
					      "mode",
					      "minutes",
					      "step_minutes",
					      "min_notice_minutes",
					      "max_notice_days",
					      "public",
					      "bookable_by",
					      "capacity",
					      "capacity_soft",
					      "professionals",
					      "staff",
					      "reminders",
					      "bring",
					      "card",
					      "programme",
					      "colour",
					      "instructions",
					      "questions",
					      "interpreter_minutes",
					      "languages",
					      "buffer_minutes",
					      "pack",
					      NULL});
	s->name = decode_bitext(at, "name", 1, NAME_MAX_BYTES);
	s->card = decode_bitext(at, "card", 0, NAME_MAX_BYTES);
	s->bring = decode_bitext(at, "bring", 0, TEXT_MAX_BYTES);
	s->programme = decode_string_or(at, "programme", 63, "");
	s->organisation = reference(at, "organisation", t, territory_organisation, 0);
	const char *mode = decode_string_or(at, "mode", 10, "site");
	size_t m = 0;
	while (m < 4 && strcmp(modes[m], mode) != 0)
		m++;
	if (m == 4)
		decode_error(at, "mode",
			     "must be \"site\", \"phone\", \"home\" or \"video\"");
	s->mode = m == 4 ? MODE_SITE : (enum service_mode)m;
	s->minutes = decode_int(at, "minutes", 1, 5, 24 * 60, 30);
	s->step_minutes = decode_int(at, "step_minutes", 0, 5, 24 * 60, s->minutes);
	if (s->minutes % 5 || s->step_minutes % 5)
		decode_error(at, s->minutes % 5 ? "minutes" : "step_minutes",
			     "must be a multiple of 5");
	s->min_notice_minutes =
		decode_int(at, "min_notice_minutes", 0, 0, 60 * 24 * 60, 0);
	s->max_notice_days = decode_int(at, "max_notice_days", 0, 1, 366, 90);
	s->capacity = decode_int(at, "capacity", 0, 0, 10000, 0);
	s->staff = decode_int(at, "staff", 0, 1, RDVD_COUNSELLORS_MAX, 1);
	s->nreminders = decode_reminders(at, s->reminders);
	territory_decode_service_more(at, s);
}

static void decode_overrides(struct territory *t, const struct decode_at *at,
			     struct opening *o)
{
	const json_t *list = decode_array(at, "overrides", 0);
	if (!list)
		return;
	o->overrides = arena_alloc(at->d->arena,
				   json_array_size(list) * sizeof *o->overrides + 1);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct decode_at item;
		if (decode_item(at, "overrides", list, i, &item) != 0)
			continue;
		decode_keys(&item,
			    (const char *const[]){"on", "cancelled", "start", "end",
						  "site", "counsellor", NULL});
		struct opening_override v = {.site = TERRITORY_NONE,
					     .counsellor = TERRITORY_NONE};
		v.on = decode_day(&item, "on", 1);
		v.cancelled = decode_bool(&item, "cancelled", 0);
		v.start = civil_time_from(v.on, civil_time_minute(o->start));
		v.end = v.start + (o->end - o->start);
		if (json_object_get(item.object, "start"))
			decode_civil(&item, "start", &v.start);
		if (json_object_get(item.object, "end"))
			decode_civil(&item, "end", &v.end);
		if (v.end <= v.start || v.end - v.start > OPENING_MAX_SECONDS)
			decode_error(&item, "end",
				     "must come after start, within 24 hours");
		v.site = reference(&item, "site", t, territory_site, 0);
		v.counsellor = reference(&item, "counsellor", t, territory_counsellor, 0);
		o->overrides[o->noverrides++] = v;
	}
}

/* The rule in local terms, checked against the start; NULL when there is none or it
 * is wrong. */
static const char *decode_rrule(struct territory *t, const struct decode_at *at,
				const struct opening *o)
{
	const char *text = decode_string(at, "rrule", 0, RECUR_TEXT_MAX);
	if (!text)
		return NULL;
	const struct zone *z =
		o->site != TERRITORY_NONE ? t->sites[o->site].zone : t->zone;
	struct buf local = BUF_INIT;
	if (z)
		recur_localise(text, z, &local);
	else
		buf_addstr(&local, text);
	char error[RECUR_ERROR_SIZE];
	const char *rule = NULL;
	if (recur_check(buf_str(&local), o->start, error) != 0)
		decode_error(at, "rrule", "%s", error);
	else
		rule = arena_strdup(at->d->arena, buf_str(&local));
	buf_fini(&local);
	return rule;
}

void territory_decode_opening(struct territory *t, const struct decode_at *at,
			      struct opening *o)
{
	decode_keys(at, (const char *const[]){"id", "site", "counsellor", "services",
					      "start", "end", "rrule", "until", "except",
					      "extra", "overrides", "public", "reserve",
					      "reserve_opens", NULL});
	o->site = reference(at, "site", t, territory_site, 1);
	o->counsellors =
		references(at, "counsellor", t, territory_counsellor, &o->ncounsellors);
	o->services = references(at, "services", t, territory_service, &o->nservices);
	if (decode_civil(at, "start", &o->start) == 0 &&
	    decode_civil(at, "end", &o->end) == 0 &&
	    (o->end <= o->start || o->end - o->start > OPENING_MAX_SECONDS))
		decode_error(at, "end", "must come after start, within 24 hours");
	o->rrule = decode_rrule(t, at, o);
	o->until = decode_day(at, "until", 0);
	o->except = decode_days(at, "except", &o->nexcept);
	o->extra = decode_days(at, "extra", &o->nextra);
	decode_overrides(t, at, o);
	o->public = decode_bool(at, "public", 1);
	o->reserve = decode_int(at, "reserve", 0, 0, 288, 0);
	o->reserve_opens = (struct reminder_rule){1, 18 * 60};
	const json_t *opens = json_object_get(at->object, "reserve_opens");
	if (opens && !json_is_object(opens)) {
		decode_error(at, "reserve_opens",
			     "must be {\"days_before\": 1, \"at\": \"18:00\"}");
	} else if (opens) {
		struct decode_at in = {.d = at->d, .object = opens};
		snprintf(in.path, sizeof in.path, "%.120s.reserve_opens", at->path);
		decode_rule(&in, &o->reserve_opens);
	}
}

void territory_decode_closure(struct territory *t, const struct decode_at *at,
			      struct closure *c)
{
	decode_keys(at, (const char *const[]){"id", "site", "counsellor", "organisation",
					      "from", "to", "reason", NULL});
	c->site = reference(at, "site", t, territory_site, 0);
	c->counsellor = reference(at, "counsellor", t, territory_counsellor, 0);
	c->organisation = reference(at, "organisation", t, territory_organisation, 0);
	int targets = !!json_object_get(at->object, "site") +
		      !!json_object_get(at->object, "counsellor") +
		      !!json_object_get(at->object, "organisation");
	if (targets != 1)
		decode_error(at, NULL,
			     "must name one of site, counsellor or organisation");
	c->from = decode_day(at, "from", 1);
	c->to = decode_day(at, "to", 1);
	if (c->from != CIVIL_DAY_NONE && c->to != CIVIL_DAY_NONE && c->to < c->from)
		decode_error(at, "to", "must not come before from");
	c->reason = decode_string_or(at, "reason", NAME_MAX_BYTES, "");
}
