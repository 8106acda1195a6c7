/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures.c - one table of counts for each way of looking at them: a row is found by its
 * key in a small hash, and sorted when it is asked for. Taken time is what an appointment
 * overlaps of the open time of its place on that day, so that a visit outside every
 * opening fills none. */
#include "report/figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define NOON 720
#define SERVICES_MAX 64 /* that one opening offers, as far as its time is counted */

static const int lead_last[LEAD_CLASSES] = {1, 3, 7, 14, 28, -1};

static const char *const by_names[FIGURE_BYS] = {
	[BY_ALL] = "all",	    [BY_ORGANISATION] = "organisation",
	[BY_SITE] = "site",	    [BY_SERVICE] = "service",
	[BY_WEEKDAY] = "weekday",   [BY_HALF_DAY] = "half_day",
	[BY_LEAD] = "lead",	    [BY_CHANNEL] = "channel",
	[BY_REMINDER] = "reminder", [BY_MONTH] = "month",
};

/* ---- rows by key ---- */

struct tally {
	struct figure_row *rows; /* owned */
	size_t n, cap;
	size_t *slots; /* owned: a hash of indexes + 1; 0 empty */
	size_t nslots; /* a power of two */
};

static size_t slot_of(const struct tally *t, int64_t key)
{
	uint64_t h = (uint64_t)key * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(h >> 32) & (t->nslots - 1);

	while (t->slots[i] && t->rows[t->slots[i] - 1].key != key)
		i = (i + 1) & (t->nslots - 1);
	return i;
}

static void index_rows(struct tally *t, size_t nslots)
{
	free(t->slots);
	t->nslots = nslots;
	t->slots = xcalloc(nslots, sizeof *t->slots);
	for (size_t i = 0; i < t->n; i++)
		t->slots[slot_of(t, t->rows[i].key)] = i + 1;
}

/* *fresh (may be NULL): there was no such row. */
static struct figure_row *tally_row(struct tally *t, int64_t key, int *fresh)
{
	size_t i;

	if (2 * (t->n + 1) > t->nslots)
		index_rows(t, t->nslots ? 2 * t->nslots : 32);
	i = slot_of(t, key);
	if (fresh)
		*fresh = !t->slots[i];
	if (!t->slots[i]) {
		VEC_GROW(t->rows, t->n, t->cap);
		t->rows[t->n] = (struct figure_row){.key = key};
		t->slots[i] = ++t->n;
	}
	return &t->rows[t->slots[i] - 1];
}

static void tally_fini(struct tally *t)
{
	free(t->rows);
	free(t->slots);
}

static int by_key(const void *x, const void *y)
{
	const struct figure_row *a = x, *b = y;

	return (a->key > b->key) - (a->key < b->key);
}

static void tally_sort(struct tally *t)
{
	if (t->n > 1)
		qsort(t->rows, t->n, sizeof *t->rows, by_key);
	index_rows(t, t->nslots ? t->nslots : 32);
}

/* ---- what was open ---- */

struct span {
	civil_day day;
	int64_t site;
	int from, to;
	size_t services; /* the first of its services in figures.services */
	int nservices;
};

struct figures {
	civil_day today;
	struct tally by[FIGURE_BYS];
	struct tally workshops; /* whose time is counted, by session */
	struct span *spans;	/* owned */
	size_t nspans, spans_cap;
	int64_t *services; /* owned */
	size_t nservices, services_cap;
	int sorted;
};

struct figures *figures_new(civil_day today)
{
	struct figures *f = xcalloc(1, sizeof *f);

	f->today = today;
	tally_row(&f->by[BY_ALL], 0, NULL);
	for (int i = 0; i < 7; i++)
		tally_row(&f->by[BY_WEEKDAY], i, NULL);
	for (int i = 0; i < 2; i++)
		tally_row(&f->by[BY_HALF_DAY], i, NULL);
	for (int i = 0; i < LEAD_CLASSES; i++)
		tally_row(&f->by[BY_LEAD], i, NULL);
	return f;
}

void figures_free(struct figures *f)
{
	if (!f)
		return;
	for (int by = 0; by < FIGURE_BYS; by++)
		tally_fini(&f->by[by]);
	tally_fini(&f->workshops);
	free(f->spans);
	free(f->services);
	free(f);
}

static int64_t month_of(civil_day day)
{
	int y, m;

	civil_day_split(day, &y, &m, NULL);
	return (int64_t)y * 12 + m - 1;
}

static void read_services(struct figures *f, struct span *s, const char *ids)
{
	char *end;

	s->services = f->nservices;
	for (long long id; s->nservices < SERVICES_MAX; ids = end) {
		id = strtoll(ids, &end, 10);
		if (end == ids || id <= 0)
			return;
		VEC_GROW(f->services, f->nservices, f->services_cap);
		f->services[f->nservices++] = id;
		s->nservices++;
	}
}

static void add_time(struct figures *f, enum figure_by by, int64_t key,
		     enum figure_count c, int64_t minutes)
{
	if (minutes > 0)
		tally_row(&f->by[by], key, NULL)->n[c] += minutes;
}

/* What all ways of looking at time have in common. */
static void add_span(struct figures *f, enum figure_count c, civil_day day,
		     int64_t organisation, int64_t site, int64_t minutes,
		     int64_t afternoon)
{
	add_time(f, BY_ALL, 0, c, minutes);
	add_time(f, BY_ORGANISATION, organisation, c, minutes);
	add_time(f, BY_SITE, site, c, minutes);
	add_time(f, BY_WEEKDAY, civil_weekday(day), c, minutes);
	add_time(f, BY_MONTH, month_of(day), c, minutes);
	add_time(f, BY_HALF_DAY, 0, c, minutes - afternoon);
	add_time(f, BY_HALF_DAY, 1, c, afternoon);
}

/* Minutes of [from, to) after noon. */
static int after_noon(int from, int to)
{
	return to <= NOON ? 0 : to - (from > NOON ? from : NOON);
}

void figures_supply(struct figures *f, const struct rdvd_supply *s)
{
	struct span *p;

	if (s->day >= f->today || s->to <= s->from)
		return;
	VEC_GROW(f->spans, f->nspans, f->spans_cap);
	p = &f->spans[f->nspans++];
	*p = (struct span){.day = s->day, .site = s->site, .from = s->from, .to = s->to};
	read_services(f, p, s->services);
	f->sorted = 0;
	add_span(f, COUNT_OPEN, s->day, s->organisation, s->site, s->to - s->from,
		 after_noon(s->from, s->to));
	for (int i = 0; i < p->nservices; i++)
		add_time(f, BY_SERVICE, f->services[p->services + (size_t)i], COUNT_OPEN,
			 s->to - s->from);
}

static int by_place(const void *x, const void *y)
{
	const struct span *a = x, *b = y;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->site != b->site)
		return a->site < b->site ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

static size_t spans_from(const struct figures *f, civil_day day, int64_t site)
{
	size_t lo = 0, hi = f->nspans;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct span *s = &f->spans[mid];

		if (s->day < day || (s->day == day && s->site < site))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* ---- what was taken ---- */

/* How far somebody's time is counted already, and what it came to. */
struct reach {
	int64_t service;
	int until, minutes, afternoon;
};

static void reach_add(struct reach *r, int from, int to)
{
	if (from < r->until)
		from = r->until;
	if (from >= to)
		return;
	r->minutes += to - from;
	r->afternoon += after_noon(from, to);
	r->until = to;
}

static struct reach *reach_of(struct reach *all, int *n, int64_t service)
{
	int i = 0;

	while (i < *n && all[i].service != service)
		i++;
	if (i == *n && *n < SERVICES_MAX)
		all[(*n)++] = (struct reach){.service = service};
	return i < SERVICES_MAX ? &all[i] : NULL;
}

static void add_taken(struct figures *f, const struct rdvd_figure *a)
{
	struct reach whole = {.service = 0}, services[SERVICES_MAX];
	int n = 0, end = a->minute + a->minutes;

	if (!f->sorted && f->nspans > 1)
		qsort(f->spans, f->nspans, sizeof *f->spans, by_place);
	f->sorted = 1;
	for (size_t i = spans_from(f, a->day, a->site); i < f->nspans; i++) {
		const struct span *s = &f->spans[i];
		int from = s->from > a->minute ? s->from : a->minute;
		int to = s->to < end ? s->to : end;

		if (s->day != a->day || s->site != a->site)
			break;
		if (from >= to)
			continue;
		reach_add(&whole, from, to);
		for (int j = 0; j < s->nservices; j++) {
			struct reach *r = reach_of(services, &n,
						   f->services[s->services + (size_t)j]);
			if (r)
				reach_add(r, from, to);
		}
	}
	add_span(f, COUNT_TAKEN, a->day, a->organisation, a->site, whole.minutes,
		 whole.afternoon);
	for (int i = 0; i < n; i++)
		add_time(f, BY_SERVICE, services[i].service, COUNT_TAKEN,
			 services[i].minutes);
}

/* ---- appointments ---- */

static enum figure_count outcome_count(const struct figures *f,
				       const struct rdvd_figure *a)
{
	switch ((enum rdvd_outcome)a->outcome) {
	case RDVD_SEEN: return COUNT_SEEN;
	case RDVD_NO_SHOW: return COUNT_NO_SHOW;
	case RDVD_EXCUSED: return COUNT_EXCUSED;
	case RDVD_REVOKED: return COUNT_REVOKED;
	case RDVD_DOOR_CLOSED: return COUNT_DOOR_CLOSED;
	case RDVD_OUTCOME_UNKNOWN: break;
	}
	return a->day < f->today ? COUNT_UNMARKED : COUNT_TO_COME;
}

static int64_t lead_class(int days)
{
	int i = 0;

	while (i < LEAD_CLASSES - 1 && days > lead_last[i])
		i++;
	return i;
}

static enum figure_reminder reminder_of(const struct rdvd_figure *a)
{
	if (a->confirmed)
		return REMINDER_CONFIRMED;
	if (a->reminders_delivered)
		return REMINDER_DELIVERED;
	return a->reminders_sent ? REMINDER_SENT : REMINDER_NONE;
}

void figures_add(struct figures *f, const struct rdvd_figure *a)
{
	const int64_t keys[FIGURE_BYS] = {
		[BY_ALL] = 0,
		[BY_ORGANISATION] = a->organisation,
		[BY_SITE] = a->site,
		[BY_SERVICE] = a->service,
		[BY_WEEKDAY] = civil_weekday(a->day),
		[BY_HALF_DAY] = a->minute >= NOON,
		[BY_LEAD] = lead_class(a->lead_days),
		[BY_CHANNEL] = a->channel,
		[BY_REMINDER] = reminder_of(a),
		[BY_MONTH] = month_of(a->day),
	};
	enum figure_count what = outcome_count(f, a);
	int takes = what != COUNT_EXCUSED && what != COUNT_REVOKED, fresh = 1;

	for (int by = 0; by < FIGURE_BYS; by++) {
		struct figure_row *r = tally_row(&f->by[by], keys[by], NULL);

		r->n[COUNT_APPOINTMENTS]++;
		r->n[what]++;
		if (what == COUNT_SEEN)
			r->n[COUNT_PERSONS] += a->persons;
		r->n[COUNT_FIRST] += a->first != 0;
	}
	if (takes && a->capacity > 0)
		tally_row(&f->workshops, a->session, &fresh);
	if (takes && fresh)
		add_taken(f, a);
}

/* ---- reading ---- */

size_t figures_rows(struct figures *f, enum figure_by by, const struct figure_row **rows)
{
	tally_sort(&f->by[by]);
	*rows = f->by[by].rows;
	return f->by[by].n;
}

const struct figure_row *figures_all(struct figures *f)
{
	return &f->by[BY_ALL].rows[0];
}

int figures_by_parse(const char *word, enum figure_by *by)
{
	for (int i = 0; i < FIGURE_BYS; i++) {
		if (strcmp(by_names[i], word) != 0)
			continue;
		*by = (enum figure_by)i;
		return 0;
	}
	return -1;
}

const char *figures_by_name(enum figure_by by)
{
	return by_names[by];
}

const char *figures_count_name(enum figure_count c)
{
	static const char *const names[FIGURE_COUNTS] = {
		[COUNT_APPOINTMENTS] = "appointments",
		[COUNT_SEEN] = "seen",
		[COUNT_NO_SHOW] = "no_show",
		[COUNT_DOOR_CLOSED] = "door_closed",
		[COUNT_EXCUSED] = "excused",
		[COUNT_REVOKED] = "revoked",
		[COUNT_UNMARKED] = "unmarked",
		[COUNT_TO_COME] = "to_come",
		[COUNT_PERSONS] = "persons_present",
		[COUNT_FIRST] = "first_visits",
		[COUNT_OPEN] = "open_minutes",
		[COUNT_TAKEN] = "taken_minutes",
	};

	return names[c];
}

const char *figures_reminder_name(enum figure_reminder r)
{
	static const char *const names[] = {"none", "sent", "delivered", "confirmed"};

	return names[r];
}

void figures_lead_days(int64_t i, int *first, int *last)
{
	*first = i > 0 ? lead_last[i - 1] + 1 : 0;
	*last = lead_last[i];
}

int figures_percent(int64_t n, int64_t of)
{
	return of > 0 ? (int)((200 * n + of) / (2 * of)) : -1;
}
