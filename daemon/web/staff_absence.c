/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_absence.c - absences: whole days or half ones, the usual ones by one button.
 * Whoever is booked in one is asked about before it is noted (staff_change.h). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "web/staff_change.h"

#define NOON_MINUTE (13 * 60) /* between a morning and an afternoon */

/* What was typed, and what it means. */
struct absent {
	const char *from, *to, *label; /* never NULL */
	bool afternoon, noon;	       /* begins after noon, ends at noon */
	int who;		       /* TERRITORY_NONE: nobody she may speak for */
	rdvd_time start, end;
	const char *error;
};

static const char *field(const struct http_request *rq, const char *name)
{
	const char *s = http_request_field(rq, name);

	return s ? s : "";
}

/* "absent aujourd'hui": what a button says instead of the fields. */
static void read_quick(struct http_request *rq, const struct staff *st, struct absent *a)
{
	const char *quick = field(rq, "vite");
	civil_day today = staff_today(st), from = today, to = today;

	if (!*quick)
		return;
	a->afternoon = strcmp(quick, "apres-midi") == 0;
	a->noon = false;
	if (strcmp(quick, "demain") == 0)
		from = to = today + 1;
	else if (strcmp(quick, "semaine") == 0)
		to = today + 6 - civil_weekday(today);
	a->from = staff_date(rq, from);
	a->to = staff_date(rq, to);
}

static void absent_read(struct http_request *rq, const struct staff *st, struct absent *a)
{
	const struct lang *l = http_request_lang(rq);
	const struct zone *z = staff_zone(st, TERRITORY_NONE);
	civil_day from, to;
	struct viewer v;

	staff_viewer(rq, &v);
	memset(a, 0, sizeof(*a));
	a->from = field(rq, "du");
	a->to = field(rq, "au");
	a->label = field(rq, "libelle");
	a->afternoon = strcmp(field(rq, "debut"), "apres-midi") == 0;
	a->noon = strcmp(field(rq, "fin"), "midi") == 0;
	a->who = staff_counsellor(st, &v, field(rq, "personne"));
	read_quick(rq, st, a);
	if (!*a->to)
		a->to = a->from;
	if (a->who == TERRITORY_NONE)
		a->error = tr(l, "Choisissez qui est absent.");
	else if (civil_day_parse(a->from, &from) < 0)
		a->error = tr(l, "Choisissez le premier jour.");
	else if (civil_day_parse(a->to, &to) < 0)
		a->error = tr(l, "Choisissez le dernier jour.");
	else if (strlen(a->label) > 100)
		a->error = tr(l, "C’est trop long\u00a0: 100 caractères au plus.");
	if (a->error)
		return;
	a->start = zone_to_utc(z, civil_time_from(from, a->afternoon ? NOON_MINUTE : 0));
	a->end = zone_to_utc(z, a->noon ? civil_time_from(to, NOON_MINUTE)
					: civil_time_from(to + 1, 0));
	if (a->end <= a->start)
		a->error = tr(l, "La fin doit venir après le début.");
}

/* ---- the page ---- */

/* "Du lundi 30 novembre au mercredi 2 décembre à 13 h", "Lundi 30 novembre à partir de
 * 13 h" */
static const char *say_span(struct http_request *rq, const struct staff *st,
			    rdvd_time start, rdvd_time end)
{
	const struct zone *z = staff_zone(st, TERRITORY_NONE);
	const struct lang *l = http_request_lang(rq);
	civil_time s = zone_to_civil(z, start), e = zone_to_civil(z, end);
	civil_day first = civil_time_day(s), last = civil_time_day(e - 1);
	int from = civil_time_minute(s), to = civil_time_minute(e);
	const char *a = staff_day_words(rq, st, first, first == last);
	const char *b = staff_day_words(rq, st, last, false);

	if (first == last && from && to)
		return page_text(rq, tr(l, "%1$s, de %2$s à %3$s"), a,
				 page_hour(rq, from), page_hour(rq, to));
	if (first == last && from)
		return page_text(rq, tr(l, "%1$s à partir de %2$s"), a,
				 page_hour(rq, from));
	if (first == last && to)
		return page_text(rq, tr(l, "%1$s jusqu’à %2$s"), a, page_hour(rq, to));
	if (first == last)
		return a;
	if (from)
		a = page_text(rq, tr(l, "%1$s à %2$s"), a, page_hour(rq, from));
	if (to)
		b = page_text(rq, tr(l, "%1$s à %2$s"), b, page_hour(rq, to));
	return page_text(rq, tr(l, "Du %1$s au %2$s"), a, b);
}

static void say_rows(struct http_request *rq, const struct staff *st,
		     const struct viewer *who, const struct rdvd_absence *items, size_t n,
		     struct staff_absences_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct staff_absence_row *rows = http_request_alloc(rq, (n + 1) * sizeof(*rows));
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		int c = territory_by_id(t, RDVD_DEF_COUNSELLOR, items[i].counsellor);

		if (c == TERRITORY_NONE || !staff_may_see_counsellor(st, who, c))
			continue;
		rows[k++] = (struct staff_absence_row){
			.id = page_text(rq, "%lld", (long long)items[i].id),
			.who = t->counsellors[c].label,
			.when = say_span(rq, st, items[i].start, items[i].end),
			.label = items[i].label,
		};
	}
	v->rows = rows;
	v->nrows = k;
}

static void show_list(void *arg, enum rdvd_rc rc, const struct rdvd_absence *items,
		      size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const struct absent *a = data;
	struct staff_absences_view v = {0};
	const char *done;
	const struct lang *l;
	struct buf out = BUF_INIT;
	struct viewer who;

	if (!rq)
		return;
	l = http_request_lang(rq);
	done = http_request_query(rq, "fait");
	staff_viewer(rq, &who);
	say_rows(rq, st, &who, items, n, &v);
	if (done && strcmp(done, "retrait") == 0)
		v.said.text = tr(l, "L’absence est retirée.");
	else
		staff_change_said(rq, st, &v.said);
	v.npersons = staff_counsellor_options(rq, st, &who, a ? a->who : who.counsellor,
					      NULL, &v.persons);
	v.action = "/equipe/absences";
	if (a) {
		v.from = a->from;
		v.to = a->to;
		v.label = a->label;
		v.from_afternoon = a->afternoon;
		v.to_noon = a->noon;
		v.error = a->error;
	}
	staff_layout(rq, st, &v.layout, tr(l, "Absences"), STAFF_ABSENCES);
	v.csrf = v.layout.csrf;
	page_staff_absences(&out, l, &v);
	http_reply_html(rq, a && a->error ? 422 : 200, &out);
}

static void list(struct http_request *rq, struct staff *st, struct absent *a)
{
	booking_absences(st->web.booking, clock_now(), show_list, staff_wait(rq, a));
}

/* A link of the agenda says which day and who: one button is left. */
static void absences(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const char *day = http_request_query(rq, "du");
	struct absent *a = NULL;
	struct viewer who;
	civil_day from;

	if (day && civil_day_parse(day, &from) == 0) {
		staff_viewer(rq, &who);
		a = http_request_alloc(rq, sizeof(*a));
		*a = (struct absent){
			.from = day,
			.to = day,
			.label = "",
			.who = staff_counsellor(st, &who,
						http_request_query(rq, "personne")),
		};
		if (a->who == TERRITORY_NONE)
			a->who = who.counsellor;
	}
	list(rq, st, a);
}

/* ---- adding ---- */

static void add(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct absent *a = http_request_alloc(rq, sizeof(*a));
	struct staff_away away;
	struct staff_change c = {.right = RIGHT(ABSENCE, CHANGE),
				 .away = &away,
				 .done = "/equipe/absences"};

	absent_read(rq, st, a);
	if (a->error) {
		list(rq, st, a);
		return;
	}
	away = (struct staff_away){.counsellor = t->counsellors[a->who].slug,
				   .start = a->start,
				   .end = a->end,
				   .label = a->label};
	c.title = page_text(rq, tr(l, "Absence de %1$s\u00a0: %2$s"),
			    t->counsellors[a->who].label,
			    say_span(rq, st, a->start, a->end));
	c.said = tr(l, "L’absence est notée. Personne ne peut plus prendre d’horaire à "
		       "ce moment-là.");
	staff_change(rq, &c);
}

/* ---- removing ---- */

static void removed(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (!rq)
		return;
	if (page_is_trouble(r->verdict))
		page_fail(rq, r->verdict);
	else
		http_redirect(rq, 303, "/equipe/absences?fait=retrait");
}

/* Hers to remove: one that the list shows her. */
static void remove_it(void *arg, enum rdvd_rc rc, const struct rdvd_absence *items,
		      size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const rdvd_id *id = data;
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	for (size_t i = 0; i < n; i++) {
		int c = territory_by_id(booking_territory(st->web.booking),
					RDVD_DEF_COUNSELLOR, items[i].counsellor);

		if (items[i].id != *id || c == TERRITORY_NONE ||
		    !staff_may_see_counsellor(st, &who, c))
			continue;
		booking_absence_remove(st->web.booking, *id, who.user->login, removed,
				       staff_wait(rq, NULL));
		return;
	}
	http_fail(rq, 404, NULL);
}

static void remove_one(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	rdvd_id *id = http_request_alloc(rq, sizeof(*id));

	if (staff_id(rq, id) == 0)
		booking_absences(st->web.booking, clock_now(), remove_it,
				 staff_wait(rq, id));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/absences",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ABSENCE, SEE),
	 .handle = absences},
	{.method = HTTP_POST,
	 .pattern = "/equipe/absences",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ABSENCE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = add},
	{.method = HTTP_POST,
	 .pattern = "/equipe/absences/{id}/retirer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ABSENCE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = remove_one},
};

void staff_absence_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
