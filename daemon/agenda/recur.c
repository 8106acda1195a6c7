/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recur.c - the occurrences of an opening within some days: those of its rule, minus the
 * days removed, plus the days added. Without COUNT the search begins at the window's own
 * period, so that an opening of 1990 costs no more than one of last week; with COUNT
 * every occurrence since the start is counted. */
#include "agenda/recur.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "recur_rule.h"

/* For the sentence that proposes another start. */
#define PROPOSAL_DAYS (5 * 366)

struct list {
	civil_time *items; /* owned until given away */
	size_t n, cap;
};

static void list_add(struct list *l, civil_time t)
{
	VEC_GROW(l->items, l->n, l->cap);
	l->items[l->n++] = t;
}

/* Add the rule's occurrences on the days [from, to) to l. */
static void expand_rule(const struct recur_rule *r, civil_time start, civil_day from,
			civil_day to, struct list *l)
{
	civil_day start_day = civil_time_day(start), days[RECUR_PERIOD_DAYS];
	civil_time time_of_day = start - civil_time_from(start_day, 0), t;
	int index = 0, last, counted = 0, n;

	if (to <= start_day)
		return;
	if (r->count == 0 && from > start_day) {
		index = recur_period_of(r, start_day, from);
		index += (r->interval - index % r->interval) % r->interval;
	}
	last = recur_period_of(r, start_day, to - 1);
	for (; index <= last; index += r->interval) {
		n = recur_period_days(r, start_day, index, days);
		for (int i = 0; i < n; i++) {
			t = civil_time_from(days[i], 0) + time_of_day;
			if (t < start)
				continue;
			if (t > r->until || days[i] >= to)
				return;
			if (days[i] >= from)
				list_add(l, t);
			if (r->count != 0 && ++counted == r->count)
				return;
		}
	}
}

/* ---- days removed and added ---- */

static int compare_times(const void *a, const void *b)
{
	const civil_time *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int compare_days(const void *a, const void *b)
{
	const civil_day *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void remove_days(struct list *l, const civil_day *except, size_t nexcept)
{
	civil_day *sorted;
	size_t kept = 0;

	if (nexcept == 0 || l->n == 0)
		return;
	sorted = xcalloc(nexcept, sizeof *sorted);
	memcpy(sorted, except, nexcept * sizeof *sorted);
	qsort(sorted, nexcept, sizeof *sorted, compare_days);
	for (size_t i = 0; i < l->n; i++) {
		civil_day day = civil_time_day(l->items[i]);

		if (bsearch(&day, sorted, nexcept, sizeof *sorted, compare_days) == NULL)
			l->items[kept++] = l->items[i];
	}
	l->n = kept;
	free(sorted);
}

static void sort_unique(struct list *l)
{
	size_t kept = 0;

	if (l->n == 0)
		return;
	qsort(l->items, l->n, sizeof *l->items, compare_times);
	for (size_t i = 1; i < l->n; i++)
		if (l->items[i] != l->items[kept])
			l->items[++kept] = l->items[i];
	l->n = kept + 1;
}

int recur_expand(const char *rrule, civil_time start, civil_day until,
		 const civil_day *except, size_t nexcept, const civil_day *extra,
		 size_t nextra, civil_day from, civil_day to, civil_time **starts,
		 size_t *n)
{
	civil_day start_day = civil_time_day(start);
	civil_time time_of_day = start - civil_time_from(start_day, 0);
	char error[RECUR_ERROR_SIZE];
	struct list l = {0};
	struct recur_rule r;

	if (rrule && recur_rule_parse(rrule, start, &r, error) != 0)
		return -1;
	if (from < CIVIL_DAY_MIN)
		from = CIVIL_DAY_MIN;
	if (to > CIVIL_DAY_MAX + 1)
		to = CIVIL_DAY_MAX + 1;
	if (until >= 0 && until < to)
		to = until + 1;
	if (rrule)
		expand_rule(&r, start, from, to, &l);
	else if (start_day >= from && start_day < to)
		list_add(&l, start);
	for (size_t i = 0; i < nextra; i++)
		if (extra[i] >= from && extra[i] < to)
			list_add(&l, civil_time_from(extra[i], 0) + time_of_day);
	remove_days(&l, except, nexcept);
	if (nextra > 0)
		sort_unique(&l);
	if (l.n == 0) {
		free(l.items);
		l.items = NULL;
	}
	*starts = l.items;
	*n = l.n;
	return 0;
}

/* ---- checking ---- */

static const char *weekday_name(civil_time t)
{
	static const char *const names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
					    "Friday", "Saturday", "Sunday"};

	return names[civil_weekday(civil_time_day(t))];
}

int recur_check(const char *rrule, civil_time start, char error[RECUR_ERROR_SIZE])
{
	civil_day day = civil_time_day(start);
	char start_text[17], first_text[17];
	struct recur_rule r;
	struct list l = {0};
	int rc = -1;

	if (rrule == NULL)
		return 0;
	if (recur_rule_parse(rrule, start, &r, error) != 0)
		return -1;
	civil_time_format(start, start_text);
	if (r.until < start) {
		snprintf(error, RECUR_ERROR_SIZE, "UNTIL lies before the start, %s",
			 start_text);
		return -1;
	}
	expand_rule(&r, start, day, day + PROPOSAL_DAYS, &l);
	if (l.n > 0 && l.items[0] == start) {
		rc = 0;
	} else if (l.n > 0) {
		civil_time_format(l.items[0], first_text);
		snprintf(error, RECUR_ERROR_SIZE,
			 "the start %s, a %s, does not match the rule %.100s: the first "
			 "time that "
			 "does is %s, a %s",
			 start_text, weekday_name(start), rrule, first_text,
			 weekday_name(l.items[0]));
	} else {
		snprintf(error, RECUR_ERROR_SIZE,
			 "the start %s, a %s, does not match the rule %.100s, and "
			 "nothing does in "
			 "the five years after it",
			 start_text, weekday_name(start), rrule);
	}
	free(l.items);
	return rc;
}
