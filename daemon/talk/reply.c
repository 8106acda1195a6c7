/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.c - the words of answers. A list is written in ever shorter forms until the whole
 * answer fits one segment: days and months in full, then shortened, then without the
 * town. */
#include "talk/reply.h"

#include <string.h>

#include "agenda/names.h"
#include "base/mem.h"
#include "message/gsm.h"

enum form { FORM_FULL, FORM_BRIEF, FORM_SHORT, FORM_BARE, FORM_COUNT };

struct item {
	civil_time start;
	const char *who;   /* "" */
	const char *where; /* "" */
};

/* ---- values ---- */

static void base_values(const struct reply_env *e, struct text_values *v)
{
	const struct territory *t = e->territory;

	*v = (struct text_values){.discreet = e->discreet, .answerable = 1};
	if (e->organisation != TERRITORY_NONE)
		v->organisation_slug = t->organisations[e->organisation].slug;
	if (e->service == TERRITORY_NONE)
		return;
	v->service_slug = t->services[e->service].slug;
	v->mode = text_mode(e->lang, (int)t->services[e->service].mode);
}

static int is_on_site(const struct reply_env *e)
{
	return e->service == TERRITORY_NONE ||
	       e->territory->services[e->service].mode == MODE_SITE;
}

static void site_values(const struct reply_env *e, int site, struct text_values *v)
{
	const struct site *s;

	if (site == TERRITORY_NONE || !is_on_site(e))
		return;
	s = &e->territory->sites[site];
	v->place = s->name;
	v->address = s->address;
	v->postcode = s->postcode;
	v->commune = s->commune;
	v->access = bitext_get(&s->access, e->lang);
}

static void write_text(const struct reply_env *e, enum text_stem stem,
		       const struct text_values *v, struct buf *out)
{
	text_write(e->texts, stem, 0, RDVD_CHANNEL_SMS, e->lang, v, NULL, out);
}

void reply_plain(const struct reply_env *e, enum text_stem stem, struct buf *out)
{
	struct text_values v;

	base_values(e, &v);
	write_text(e, stem, &v, out);
}

static void write_at(const struct reply_env *e, enum text_stem stem,
		     struct text_values *v, civil_time start, struct buf *out)
{
	struct buf day = BUF_INIT, hour = BUF_INIT;

	text_day(&day, e->lang, civil_time_day(start));
	text_hour(&hour, e->lang, civil_time_minute(start));
	v->day = buf_str(&day);
	v->hour = buf_str(&hour);
	write_text(e, stem, v, out);
	buf_fini(&day);
	buf_fini(&hour);
}

void reply_time(const struct reply_env *e, enum text_stem stem, int site,
		civil_time start, const char *first_name, struct buf *out)
{
	struct text_values v;

	base_values(e, &v);
	site_values(e, site, &v);
	v.first_name = first_name;
	write_at(e, stem, &v, start, out);
}

void reply_appointment(const struct reply_env *e, enum text_stem stem,
		       const struct rdvd_appointment *a, struct buf *out)
{
	const struct territory *t = e->territory;
	struct text_values v;

	base_values(e, &v);
	if (a->place.site) {
		site_values(e, territory_by_id(t, RDVD_DEF_SITE, a->place.site), &v);
	} else if (is_on_site(e)) {
		v.place = a->place.name;
		v.postcode = a->place.postcode;
	}
	write_at(e, stem, &v, a->when.civil_start, out);
}

/* ---- lists ---- */

static int all_there(const struct item *items, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (strcmp(items[i].where, items[0].where) != 0)
			return 0;
	return n > 0;
}

static void write_when(const struct reply_env *e, enum form form, civil_time start,
		       struct buf *out)
{
	civil_day day = civil_time_day(start);
	int month;

	if (form == FORM_FULL) {
		text_day(out, e->lang, day);
	} else {
		text_day_short(out, e->lang, day);
		civil_day_split(day, NULL, &month, NULL);
		if (form == FORM_BRIEF)
			buf_addf(out, " %s",
				 month_name(e->lang && strncmp(e->lang, "en", 2) == 0,
					    month));
	}
	buf_addch(out, ' ');
	text_hour(out, e->lang, civil_time_minute(start));
}

static void write_list(const struct reply_env *e, enum form form,
		       const struct item *items, size_t n, struct buf *out)
{
	int same = all_there(items, n);

	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "%s%zu: ", i ? ", " : "", i + 1);
		if (*items[i].who)
			buf_addf(out, "%s ", items[i].who);
		write_when(e, form, items[i].start, out);
		if (!same && form != FORM_BARE && *items[i].where)
			buf_addf(out, " %s", items[i].where);
	}
	if (same && form != FORM_BARE && *items[0].where)
		buf_addf(out, " (%s)", items[0].where);
}

static void write_items(const struct reply_env *e, enum text_stem stem,
			const struct item *items, size_t n, struct buf *out)
{
	struct buf list = BUF_INIT, whole = BUF_INIT;
	struct text_values v;

	base_values(e, &v);
	for (int form = FORM_FULL; form < FORM_COUNT; form++) {
		buf_clear(&list);
		buf_clear(&whole);
		write_list(e, (enum form)form, items, n, &list);
		v.choices = buf_str(&list);
		write_text(e, stem, &v, &whole);
		if (gsm_measure(buf_str(&whole)).segments <= 1)
			break;
	}
	buf_addstr(out, buf_str(&whole));
	buf_fini(&list);
	buf_fini(&whole);
}

void reply_times(const struct reply_env *e, enum text_stem stem, const struct question *q,
		 struct buf *out)
{
	const struct territory *t = e->territory;
	struct item items[QUESTION_SLOTS];

	for (int i = 0; i < q->nslots; i++) {
		int site = territory_site(t, q->slots[i].site);
		int told = site != TERRITORY_NONE && is_on_site(e) && !e->discreet;

		items[i] = (struct item){.start = q->slots[i].civil_start,
					 .who = "",
					 .where = told ? t->sites[site].commune : ""};
	}
	write_items(e, stem, items, (size_t)q->nslots, out);
}

static int are_one_person(const struct rdvd_appointment *const *list, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (strcmp(list[i]->person.first_name, list[0]->person.first_name) != 0)
			return 0;
	return 1;
}

void reply_which(const struct reply_env *e, enum text_stem stem,
		 const struct rdvd_appointment *const *list, size_t n, struct buf *out)
{
	struct item items[QUESTION_WHICH_MAX];
	char names[QUESTION_WHICH_MAX][16];
	int one = are_one_person(list, n);

	n = n < QUESTION_WHICH_MAX ? n : QUESTION_WHICH_MAX;
	for (size_t i = 0; i < n; i++) {
		size_t len = strcspn(list[i]->person.first_name, " ");

		snprintf(names[i], sizeof names[i], "%.*s", len < 13 ? (int)len : 12,
			 list[i]->person.first_name);
		items[i] = (struct item){.start = list[i]->when.civil_start,
					 .who = one ? "" : names[i],
					 .where = ""};
	}
	write_items(e, stem, items, n, out);
}
