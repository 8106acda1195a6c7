/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.c - the hours at which messages go, and when each that an appointment owes is
 * due.
 *
 * A rule's moment is a civil one: the site's day of the start, less the days, at the
 * rule's minute. It becomes an instant by the site's zone and is then held against the
 * hours in the recipient's, so that nobody in Réunion is woken by an appointment in
 * Lens. */
#include "message/plan.h"

#include "base/mem.h"

#define URGENT_FROM 420 /* 07:00 */
#define URGENT_TO 1290	/* 21:30 */

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

struct plan_hours plan_hours_for(const struct plan_hours *network,
				 const struct territory *t, int organisation,
				 const struct rdvd_person *p)
{
	const struct plan_hours sunday = PLAN_HOURS_PRESET_SUNDAY;
	struct plan_hours h = *network;

	if (organisation != TERRITORY_NONE && t->organisations[organisation].sunday) {
		h.sunday_from = sunday.sunday_from;
		h.sunday_to = sunday.sunday_to;
	}
	if (p) {
		h.own_from = p->hours_from;
		h.own_to = p->hours_to;
	}
	return h;
}

int plan_own_hours_are_good(int from, int to)
{
	return min_int(to, URGENT_TO) - max_int(from, URGENT_FROM) >= PLAN_OWN_MIN;
}

/* Narrow the hours of a day by those that the person gave. */
static void narrow(const struct plan_hours *h, int sunday, int *from, int *to)
{
	int own_from = max_int(*from, h->own_from), own_to = min_int(*to, h->own_to);

	if (!plan_own_hours_are_good(h->own_from, h->own_to))
		return;
	if (own_to - own_from < PLAN_OWN_MIN && !sunday) {
		own_from = max_int(URGENT_FROM, h->own_from);
		own_to = min_int(URGENT_TO, h->own_to);
	}
	*from = own_from;
	*to = own_to;
}

/* The hours of a day, in minutes; 0 when it has none. */
static int hours_of(const struct plan_hours *h, enum plan_window w, civil_day day,
		    int *from, int *to)
{
	int sunday = civil_weekday(day) == CIVIL_SUNDAY;

	*from = 0;
	*to = 1440;
	switch (w) {
	case PLAN_ANY_HOUR: return 1;
	case PLAN_URGENT:
		*from = URGENT_FROM;
		*to = URGENT_TO;
		sunday = 0;
		break;
	case PLAN_USUAL:
		*from = sunday ? h->sunday_from : h->week_from;
		*to = sunday ? h->sunday_to : h->week_to;
		break;
	}
	narrow(h, sunday, from, to);
	return *from < *to;
}

int plan_is_allowed(const struct plan_hours *h, const struct zone *z, enum plan_window w,
		    rdvd_time t)
{
	civil_time wall = zone_to_civil(z, t);
	civil_day day = civil_time_day(wall);
	int from, to;

	return hours_of(h, w, day, &from, &to) && wall >= civil_time_from(day, from) &&
	       wall <= civil_time_from(day, to);
}

rdvd_time plan_next_allowed(const struct plan_hours *h, const struct zone *z,
			    enum plan_window w, rdvd_time t)
{
	civil_time wall = zone_to_civil(z, t);
	civil_day day = civil_time_day(wall);
	int from, to;

	if (plan_is_allowed(h, z, w, t))
		return t;
	/* A week and a day: hours that open on no day are refused by the configuration.
	 */
	for (int i = 0; i <= 7; i++, day++)
		if (hours_of(h, w, day, &from, &to) && civil_time_from(day, from) > wall)
			return zone_to_utc(z, civil_time_from(day, from));
	return t;
}

rdvd_time plan_last_allowed(const struct plan_hours *h, const struct zone *z, rdvd_time t)
{
	civil_time wall = zone_to_civil(z, t);
	civil_day day = civil_time_day(wall);
	int from, to;

	if (plan_is_allowed(h, z, PLAN_USUAL, t))
		return t;
	for (int i = 0; i <= 7; i++, day--) {
		int last;

		if (!hours_of(h, PLAN_USUAL, day, &from, &to))
			continue;
		last = to - PLAN_EVENING_MARGIN_MIN;
		if (last < from)
			last = from;
		if (civil_time_from(day, last) < wall)
			return zone_to_utc(z, civil_time_from(day, last));
	}
	return t;
}

static rdvd_time reminder_deadline(const struct reminder_rule *r, rdvd_time start)
{
	if (r->days_before >= 2)
		return start - 24 * 3600;
	return start - (r->days_before == 1 ? 2 * 3600 : 30 * 60);
}

/* Put d into out, ascending by due. */
static void insert_due(struct plan_due *out, size_t *n, const struct plan_due *d)
{
	size_t i = (*n)++;

	for (; i > 0 && out[i - 1].due > d->due; i--)
		out[i] = out[i - 1];
	out[i] = *d;
}

size_t plan_reminders(const struct plan_visit *v, const struct reminder_rule *rules,
		      size_t nrules, const struct plan_hours *h, rdvd_time now,
		      rdvd_time last_message, struct plan_due out[REMINDERS_MAX])
{
	rdvd_time start = zone_to_utc(v->site, v->start);
	civil_day day = civil_time_day(v->start);
	const struct zone *recipient = v->recipient ? v->recipient : v->site;
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < nrules && i < REMINDERS_MAX; i++) {
		civil_time wall =
			civil_time_from(day - rules[i].days_before, rules[i].minute);
		struct plan_due d = {
			.ordinal = (int)i + 1,
			.due = plan_last_allowed(h, recipient,
						 zone_to_utc(v->site, wall)),
			.deadline = reminder_deadline(&rules[i], start),
		};

		if (d.due > now && d.due < d.deadline &&
		    (!last_message || d.due - last_message >= PLAN_QUIET_S))
			insert_due(out, &n, &d);
	}
	/* Of two that come close together the later is nearer the appointment. */
	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || out[i + 1].due - out[i].due >= PLAN_QUIET_S)
			out[kept++] = out[i];
	return kept;
}

enum plan_window plan_window_of(enum rdvd_message_kind kind, enum plan_author author,
				civil_day day, civil_day today)
{
	switch (kind) {
	case RDVD_MSG_CONFIRMATION:
	case RDVD_MSG_ANSWER: return PLAN_ANY_HOUR;
	case RDVD_MSG_MOVED:
	case RDVD_MSG_CANCELLATION:
		if (author == PLAN_ASKED)
			return PLAN_ANY_HOUR;
		return day <= today + 1 ? PLAN_URGENT : PLAN_USUAL;
	case RDVD_MSG_REMINDER:
	case RDVD_MSG_OFFER:
	case RDVD_MSG_FOLLOW_UP: break;
	}
	return PLAN_USUAL;
}

int plan_notice(enum rdvd_message_kind kind, enum plan_author author,
		const struct plan_visit *v, rdvd_time old_start,
		const struct plan_hours *h, rdvd_time now, struct plan_due *out)
{
	const struct zone *recipient = v->recipient ? v->recipient : v->site;
	civil_day today = civil_time_day(zone_to_civil(v->site, now));
	civil_day day = civil_time_day(v->start);
	enum plan_window w;

	if (old_start) {
		civil_day old_day = civil_time_day(zone_to_civil(v->site, old_start));

		if (old_day < day && old_day >= today)
			day = old_day;
	}
	w = plan_window_of(kind, author, day, today);
	*out = (struct plan_due){
		.due = plan_next_allowed(h, recipient, w, now),
		.deadline = zone_to_utc(v->site, v->start),
	};
	/* the usual hours may come again on the day itself only: then it goes on the eve,
	 * when it is urgent */
	if (w == PLAN_USUAL &&
	    out->due >= zone_to_utc(v->site, civil_time_from(day, 0))) {
		rdvd_time eve = zone_to_utc(v->site, civil_time_from(day - 1, 0));
		rdvd_time urgent = plan_next_allowed(h, recipient, PLAN_URGENT,
						     eve > now ? eve : now);

		if (urgent < out->due)
			out->due = urgent;
	}
	return out->due < out->deadline ? 0 : -1;
}

void plan_follow_up(const struct plan_visit *v, const struct plan_hours *h, rdvd_time now,
		    struct plan_due *out)
{
	const struct zone *recipient = v->recipient ? v->recipient : v->site;

	*out = (struct plan_due){
		.due = plan_next_allowed(h, recipient, PLAN_USUAL,
					 now + PLAN_FOLLOW_UP_S),
		.deadline = now + PLAN_FOLLOW_UP_USE_S,
	};
}

int plan_is_far(rdvd_time sent, rdvd_time start)
{
	return start - sent >= PLAN_FAR_S;
}

civil_day plan_week_of(civil_day day)
{
	return day - (civil_weekday(day) - CIVIL_MONDAY);
}
