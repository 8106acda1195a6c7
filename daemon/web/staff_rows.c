/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_rows.c - an appointment as a row of the team's lists: who, what for, how to reach
 * her, what was sent, and what may be said of how it ended. Memory is the request's. */
#include <string.h>

#include "base/mem.h"
#include "web/staff_room.h"

#define TAGS_MAX 4
#define PERSONS_SHOWN 4	    /* and as many as were announced */
#define EARLY_S (12 * 3600) /* "honoré" may be said so long before: people come early */

const char *staff_service_name(struct http_request *rq, const struct staff *st,
			       const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = territory_by_id(t, RDVD_DEF_SERVICE, a->service);

	return i == TERRITORY_NONE
		       ? ""
		       : bitext_get(&t->services[i].name, http_request_lang_code(rq));
}

const char *staff_place_name(const struct staff *st, const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(st->web.booking);
	int i = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
			      : TERRITORY_NONE;

	return i == TERRITORY_NONE ? a->place.name : t->sites[i].commune;
}

const char *staff_counsellor_names(struct http_request *rq, const struct staff *st,
				   const rdvd_id *ids, int n)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct buf b = BUF_INIT;
	const char *out;

	for (int i = 0; i < n; i++) {
		int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, ids[i]);

		if (who == TERRITORY_NONE)
			continue;
		if (b.len)
			buf_addlit(&b, ", ");
		buf_addstr(&b, t->counsellors[who].label);
	}
	out = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return out;
}

const char *staff_person_name(struct http_request *rq, const struct rdvd_person *p)
{
	return *p->last_name && staff_knows_people(rq)
		       ? page_text(rq, "%s %s", p->first_name, p->last_name)
		       : page_text(rq, "%s", p->first_name);
}

const char *staff_age(struct http_request *rq, const struct rdvd_appointment *a)
{
	int year, age;

	if (!a->person.birth_year)
		return NULL;
	civil_day_split(civil_time_day(a->when.civil_start), &year, NULL, NULL);
	age = year - a->person.birth_year;
	return page_text(rq, trn(http_request_lang(rq), "%d an", "%d ans", age), age);
}

/* A confirmation that went well says nothing more once a reminder speaks. */
static bool goes_without_saying(const struct rdvd_message_row *const *picked, size_t n,
				const struct rdvd_message_row *m)
{
	if (m->kind != RDVD_MSG_CONFIRMATION || staff_message_tone(m) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (picked[i]->kind == RDVD_MSG_REMINDER &&
		    picked[i]->channel == m->channel)
			return true;
	return false;
}

size_t staff_tags(struct http_request *rq, const struct record *r,
		  const struct staff_tag **out)
{
	const struct rdvd_message_row *picked[TAGS_MAX];
	size_t n = staff_messages_pick(r->messages, r->nmessages, picked, TAGS_MAX);
	struct staff_tag *tags = http_request_alloc(rq, (n + 1) * sizeof(*tags));
	const struct lang *l = http_request_lang(rq);
	bool off = r->appointment->status == RDVD_CANCELLED;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		int tone = staff_message_tone(picked[i]);
		struct buf words = BUF_INIT;

		if (goes_without_saying(picked, n, picked[i]))
			continue;
		if (picked[i]->kind == RDVD_MSG_ANSWER && tone >= 0)
			continue; /* of the conversation, which has its own page */
		if (off && picked[i]->kind != RDVD_MSG_CANCELLATION)
			continue; /* what was to be said before no longer matters */
		staff_message_words(l, picked[i], &words);
		tags[k++] = (struct staff_tag){
			.text = http_request_strdup(rq, buf_str(&words)),
			.ok = tone > 0,
			.bad = tone < 0,
		};
		buf_fini(&words);
	}
	if (n == 0 && !*r->appointment->person.phone && !*r->appointment->person.email)
		tags[k++] = (struct staff_tag){.text = tr(l, "sans message")};
	*out = tags;
	return k;
}

static const char *say_visits(struct http_request *rq, const struct rdvd_appointment *a)
{
	const struct lang *l = http_request_lang(rq);
	int n = a->earlier_visits;

	if (n == 0)
		return tr(l, "première fois");
	return page_text(rq, trn(l, "déjà %d venue", "déjà %d venues", n), n);
}

/* How many came, one tap each. */
static void say_persons(struct http_request *rq, const struct rdvd_appointment *a,
			struct staff_outcome_view *v)
{
	int max = a->party_size > PERSONS_SHOWN ? a->party_size : PERSONS_SHOWN;
	struct option_view *o = http_request_alloc(rq, (size_t)max * sizeof(*o));

	for (int i = 1; i <= max; i++) {
		const char *n = page_text(rq, "%d", i);

		o[i - 1] = (struct option_view){.value = n, .text = n};
	}
	v->persons = o;
	v->npersons = (size_t)max;
}

static void say_outcome(struct http_request *rq, const struct staff *st,
			const struct rdvd_appointment *a, const struct row_style *style,
			struct staff_outcome_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	int came = a->persons_present;

	v->id = page_text(rq, "%lld", (long long)a->id);
	v->csrf = http_request_csrf(rq);
	v->back = style->back;
	v->name = staff_person_name(rq, &a->person);
	v->begun = a->when.start <= style->now;
	v->good = a->outcome == RDVD_SEEN;
	v->home = service != TERRITORY_NONE && t->services[service].mode == MODE_HOME;
	v->stands = a->status != RDVD_CANCELLED;
	say_persons(rq, a, v);
	if (a->outcome == RDVD_OUTCOME_UNKNOWN)
		return;
	v->word = tr(l, staff_outcome_word(a->outcome));
	if (v->good && came > 1)
		v->word = page_text(rq, tr(l, "%1$s, %2$d personnes"), v->word, came);
}

static void say_contact(struct http_request *rq, const struct rdvd_appointment *a,
			struct staff_row *out)
{
	const struct rdvd_person *p = &a->person;
	char *code;

	if (*p->phone) {
		out->phone = page_phone(rq, p->phone);
		out->tel = page_text(rq, "tel:%s", p->phone);
	}
	if (*p->phone && p->sms_ok)
		return;
	code = http_request_alloc(rq, 5);
	web_code(a, code);
	out->code = code;
}

/* What only those see who may know who people are. */
static void say_person(struct http_request *rq, const struct staff *st,
		       const struct record *r, struct staff_row *out)
{
	const struct rdvd_appointment *a = r->appointment;
	const struct lang *l = http_request_lang(rq);

	out->url = page_text(rq, "/equipe/rdv/%lld", (long long)a->id);
	out->age = staff_age(rq, a);
	out->service = staff_service_name(rq, st, a);
	out->needs = a->person.needs;
	if (a->party_size > 1)
		out->party = page_text(rq, tr(l, "vient à %d"), a->party_size);
	say_contact(rq, a, out);
	out->visits = say_visits(rq, a);
	out->first = a->earlier_visits == 0;
	if (a->duplicates > 0) {
		out->similar = page_text(
			rq,
			trn(l, "Déjà dans les fiches\u00a0? %d semblable",
			    "Déjà dans les fiches\u00a0? %d semblables", a->duplicates),
			a->duplicates);
		out->similar_url = page_text(rq, "%s/semblables", out->url);
	}
	out->stopped = r->stopped != 0;
	out->bad_number = r->bad_since != 0;
}

void staff_row(struct http_request *rq, const struct staff *st, const struct record *r,
	       const struct row_style *style, struct staff_row *out)
{
	const struct rdvd_appointment *a = r->appointment;
	civil_time start = a->when.civil_start;
	int minutes = (int)((a->when.end - a->when.start) / 60);

	memset(out, 0, sizeof(*out));
	out->id = page_text(rq, "%lld", (long long)a->id);
	out->time = page_hour(rq, civil_time_minute(start));
	out->until = page_hour(rq, civil_time_minute(start + (civil_time)minutes * 60));
	if (style->with_day)
		out->day = staff_day_words(rq, st, civil_time_day(start), true);
	out->name = staff_person_name(rq, &a->person);
	if (style->with_place)
		out->place = staff_place_name(st, a);
	if (style->with_counsellor)
		out->with =
			staff_counsellor_names(rq, st, a->counsellors, a->ncounsellors);
	out->cancelled = a->status == RDVD_CANCELLED;
	out->done = a->outcome != RDVD_OUTCOME_UNKNOWN;
	out->plain = !staff_knows_people(rq);
	if (a->ncounsellors > 1 || out->plain)
		out->with =
			staff_counsellor_names(rq, st, a->counsellors, a->ncounsellors);
	desk_row(rq, st, a, style, out);
	if (out->plain)
		return;
	say_person(rq, st, r, out);
	out->confirmed = a->status == RDVD_CONFIRMED;
	out->nmessages = staff_tags(rq, r, &out->messages);
	/* one thing at a time: first that somebody is there, then how it went */
	if (out->arrival.id && !out->arrival.here && a->when.start > style->now)
		return;
	if (style->with_outcome && a->when.start - EARLY_S <= style->now)
		say_outcome(rq, st, a, style, &out->outcome);
}
