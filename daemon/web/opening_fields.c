/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_fields.c - a permanence as a form: read from a request, filled from one that
 * stands, checked, and made into what a territory file says of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "web/opening_room.h"

void opening_problem(struct opening_problems *p, const char *field, const char *message)
{
	if (p->n < ARRAY_SIZE(p->items))
		p->items[p->n++] =
			(struct problem_view){.field = field, .message = message};
}

/* ---- reading ---- */

static const char *field(const struct http_request *rq, const char *name)
{
	const char *s = http_request_field(rq, name);

	return s ? s : "";
}

static void read_repeated(struct opening_typed *t, const char *name, const char *value)
{
	int64_t n;

	if (strcmp(name, "qui[]") == 0 && t->npeople < OPENING_PEOPLE_MAX)
		t->people[t->npeople++] = value;
	else if (strcmp(name, "type[]") == 0 && t->nservices < OPENING_SERVICES_MAX)
		t->services[t->nservices++] = value;
	else if (strcmp(name, "jours[]") == 0 && parse_int(value, 0, 6, &n) == 0)
		t->weekdays |= 1u << n;
	else if (strcmp(name, "sauf[]") == 0 && parse_int(value, 1, 12, &n) == 0)
		t->months_off |= 1u << (n - 1);
}

void opening_typed_read(struct http_request *rq, struct opening_typed *t)
{
	const char *name, *value;

	*t = (struct opening_typed){
		.site = field(rq, "lieu"),
		.other_site = field(rq, "autre-lieu"),
		.start = field(rq, "debut"),
		.from = field(rq, "de"),
		.to = field(rq, "a"),
		.rhythm = field(rq, "rythme"),
		.weeks = field(rq, "semaines"),
		.nth = field(rq, "rang"),
		.weekday = field(rq, "jour"),
		.months = field(rq, "mois"),
		.text = field(rq, "regle"),
		.end = field(rq, "fin"),
		.until = field(rq, "jusqu"),
		.count = field(rq, "fois"),
		.team_only = *field(rq, "equipe") != '\0',
		.reserve = field(rq, "reserve"),
		.reserve_days = field(rq, "reserve-jours"),
		.reserve_hour = field(rq, "reserve-heure"),
		.version = field(rq, "version"),
		.warned = *field(rq, "averti") != '\0',
	};
	for (size_t i = 0; http_request_field_at(rq, i, &name, &value) == 0; i++)
		read_repeated(t, name, value);
}

static const char *clock_text(struct http_request *rq, int minute)
{
	return page_text(rq, "%02d:%02d", minute / 60 % 24, minute % 60);
}

void opening_typed_new(struct http_request *rq, const struct staff *st,
		       struct opening_typed *t)
{
	civil_day today = staff_today(st);

	*t = (struct opening_typed){
		.site = "",
		.other_site = "",
		.start = staff_date(rq, today + 7 - civil_weekday(today)),
		.from = "09:00",
		.to = "12:00",
		.rhythm = "semaine",
		.weeks = "1",
		.weekdays = 1,
		.nth = "1",
		.weekday = "0",
		.months = "1",
		.text = "",
		.end = "sans",
		.until = "",
		.count = "",
		.reserve = "0",
		.reserve_days = "1",
		.reserve_hour = "18:00",
		.version = "",
	};
}

static void typed_rule(struct http_request *rq, const struct rule_form *f,
		       struct opening_typed *t)
{
	static const char *const rhythms[] = {
		[RULE_ONCE] = "une-fois",
		[RULE_WEEKLY] = "semaine",
		[RULE_MONTHLY] = "mois",
		[RULE_OTHER] = "texte",
	};

	t->rhythm = rhythms[f->kind];
	t->start = staff_date(rq, f->start);
	t->from = clock_text(rq, f->from_minute);
	t->to = clock_text(rq, f->from_minute + f->minutes);
	t->weeks = page_text(rq, "%d", f->kind == RULE_WEEKLY ? f->interval : 1);
	t->months = page_text(rq, "%d", f->kind == RULE_MONTHLY ? f->interval : 1);
	t->weekdays = f->weekdays ? f->weekdays : 1u << civil_weekday(f->start);
	t->nth = page_text(rq, "%d", f->nth);
	t->weekday = page_text(rq, "%d", f->weekday);
	t->months_off = f->months_off;
	t->text = http_request_strdup(rq, f->text);
	t->end = f->count ? "fois" : f->until != CIVIL_DAY_NONE ? "date" : "sans";
	t->count = f->count ? page_text(rq, "%d", f->count) : "";
	t->until = f->until != CIVIL_DAY_NONE ? staff_date(rq, f->until) : "";
}

void opening_typed_of(struct http_request *rq, const struct staff *st,
		      const struct opening *o, struct opening_typed *t)
{
	const struct territory *is = booking_territory(st->web.booking);
	struct rule_form f;

	opening_typed_new(rq, st, t);
	rule_form_read(o->rrule, o->start, o->end, o->until, &f);
	typed_rule(rq, &f, t);
	t->slug = o->slug;
	t->site = is->sites[o->site].slug;
	for (size_t i = 0; i < o->ncounsellors && i < OPENING_PEOPLE_MAX; i++)
		t->people[t->npeople++] = is->counsellors[o->counsellors[i]].slug;
	for (size_t i = 0; i < o->nservices && i < OPENING_SERVICES_MAX; i++)
		t->services[t->nservices++] = is->services[o->services[i]].slug;
	t->team_only = !o->public;
	t->reserve = page_text(rq, "%d", o->reserve);
	t->reserve_days = page_text(rq, "%d", o->reserve_opens.days_before);
	t->reserve_hour = clock_text(rq, o->reserve_opens.minute);
}

/* ---- checking ---- */

static int number(const char *s, int min, int max, int otherwise)
{
	int64_t n;

	return parse_int(s, min, max, &n) == 0 ? (int)n : otherwise;
}

static void say_problem(struct http_request *rq, enum rule_problem p,
			const struct opening_typed *t, const char *error,
			struct opening_problems *out)
{
	const struct lang *l = http_request_lang(rq);

	switch (p) {
	case RULE_FINE: break;
	case RULE_NO_START:
		opening_problem(out, "debut", tr(l, "Choisissez le premier jour."));
		break;
	case RULE_NO_HOURS:
		opening_problem(out, "de",
				tr(l, "Écrivez un début et une fin, de cinq en cinq "
				      "minutes\u00a0: la fin vient après le début."));
		break;
	case RULE_BAD_INTERVAL:
		opening_problem(out, strcmp(t->rhythm, "mois") == 0 ? "mois" : "semaines",
				tr(l, "Choisissez à quel rythme cela revient."));
		break;
	case RULE_BAD_NTH:
		opening_problem(out, "rang",
				tr(l, "Choisissez lequel des jours du mois."));
		break;
	case RULE_BAD_COUNT:
		opening_problem(out, "fois",
				tr(l, "Écrivez combien de fois, de 1 à 1000."));
		break;
	case RULE_BAD_UNTIL:
		opening_problem(out, "jusqu",
				tr(l, "Choisissez un dernier jour qui vient après la "
				      "première permanence."));
		break;
	case RULE_NO_MONTH:
		opening_problem(out, "sauf-1",
				tr(l, "Laissez au moins un mois dans l’année."));
		break;
	case RULE_BAD_TEXT:
		opening_problem(out, "regle",
				page_text(rq, "%s %s",
					  tr(l, "Cette règle ne se lit pas."), error));
		break;
	}
}

static void fill_rule(const struct opening_typed *t, struct rule_form *f)
{
	int from = -1, to = -1;

	*f = (struct rule_form){.kind = RULE_OTHER,
				.interval = 1,
				.start = CIVIL_DAY_NONE,
				.until = CIVIL_DAY_NONE,
				.from_minute = -1};
	civil_day_parse(t->start, &f->start);
	if (staff_hour_parse(t->from, &from) == 0 && staff_hour_parse(t->to, &to) == 0) {
		f->from_minute = from;
		f->minutes = to > from ? to - from : to == 0 ? 24 * 60 - from : 0;
	}
	if (strcmp(t->rhythm, "une-fois") == 0) {
		f->kind = RULE_ONCE;
	} else if (strcmp(t->rhythm, "semaine") == 0) {
		f->kind = RULE_WEEKLY;
		f->interval = number(t->weeks, 1, RULE_INTERVAL_MAX, 0);
		f->weekdays = t->weekdays;
	} else if (strcmp(t->rhythm, "mois") == 0) {
		f->kind = RULE_MONTHLY;
		f->interval = number(t->months, 1, 12, 0);
		f->nth = number(t->nth, -1, 5, 0);
		f->weekday = number(t->weekday, 0, 6, -1);
	} else {
		snprintf(f->text, sizeof(f->text), "%s", t->text);
	}
	if (f->kind == RULE_WEEKLY || f->kind == RULE_MONTHLY) {
		f->months_off = t->months_off;
		if (strcmp(t->end, "fois") == 0)
			f->count = number(t->count, 1, RULE_COUNT_MAX, -1);
	}
}

int opening_rule(struct http_request *rq, const struct opening_typed *t,
		 struct rule_form *f, struct rule_made *made,
		 struct opening_problems *problems)
{
	char error[RECUR_ERROR_SIZE];
	enum rule_problem p;

	fill_rule(t, f);
	if (strcmp(t->end, "date") == 0 && f->kind != RULE_ONCE &&
	    civil_day_parse(t->until, &f->until) != 0) {
		say_problem(rq, RULE_BAD_UNTIL, t, "", problems);
		return -1;
	}
	if (f->start != CIVIL_DAY_NONE && f->kind == RULE_WEEKLY && !f->weekdays)
		f->weekdays = 1u << civil_weekday(f->start);
	p = rule_form_build(f, made, error);
	if (p == RULE_FINE)
		return 0;
	say_problem(rq, p, t, error, problems);
	return -1;
}

/* ---- making ---- */

static void set_names(json_t *o, const char *key, const char *const *names, size_t n,
		      bool one_alone)
{
	json_t *list;

	if (n == 1 && one_alone) {
		json_object_set_new(o, key, json_string(names[0]));
		return;
	}
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(names[i]));
	json_object_set_new(o, key, list);
}

static void set_civil(json_t *o, const char *key, civil_time t)
{
	char text[17];

	civil_time_format(t, text);
	json_object_set_new(o, key, json_string(text));
}

static void set_until(json_t *o, civil_day until)
{
	char text[11];

	json_object_del(o, "until");
	if (until == CIVIL_DAY_NONE)
		return;
	civil_day_format(until, text);
	json_object_set_new(o, "until", json_string(text));
}

static void set_reserve(json_t *o, const struct opening_typed *t)
{
	int n = number(t->reserve, 0, 288, 0), minute = 18 * 60;
	int days = number(t->reserve_days, 0, 30, 1);

	json_object_del(o, "reserve");
	json_object_del(o, "reserve_opens");
	if (n == 0)
		return;
	json_object_set_new(o, "reserve", json_integer(n));
	staff_hour_parse(t->reserve_hour, &minute);
	if (days != 1 || minute != 18 * 60) {
		char hour[16];

		snprintf(hour, sizeof(hour), "%02d:%02d", minute / 60, minute % 60);
		json_object_set_new(
			o, "reserve_opens",
			json_pack("{s:i, s:s}", "days_before", days, "at", hour));
	}
}

json_t *opening_body(const struct opening_typed *t, const struct rule_made *made,
		     const json_t *stands)
{
	json_t *o = stands ? json_deep_copy(stands) : json_object();

	json_object_set_new(o, "site", json_string(t->site));
	set_names(o, "counsellor", t->people, t->npeople, true);
	set_names(o, "services", t->services, t->nservices, false);
	set_civil(o, "start", made->start);
	set_civil(o, "end", made->end);
	json_object_del(o, "rrule");
	if (*made->rrule)
		json_object_set_new(o, "rrule", json_string(made->rrule));
	set_until(o, made->until);
	json_object_del(o, "public");
	if (t->team_only)
		json_object_set_new(o, "public", json_false());
	set_reserve(o, t);
	return o;
}
