/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seats.c - the count behind every slot: the counsellors of the occurrences that hold it,
 * less those who are claimed, absent or on the road, within the site's rooms; for a
 * workshop, the places left. */
#include "agenda/seats.h"

#include <string.h>

#define CROWD_MAX 64 /* counsellors looked at for one slot */

/* Filled before it is read: spared the zeroing that hardened builds add, which would cost
 * more here than the counting. */
#if __has_attribute(uninitialized)
#define SCRATCH __attribute__((uninitialized))
#else
#define SCRATCH
#endif

static int is_excepted(const struct claim *c, const struct seats_question *q)
{
	return (c->kind == CLAIM_HOLD && q->but_hold && c->key == q->but_hold) ||
	       (c->kind == CLAIM_SESSION && q->but_session && c->key == q->but_session);
}

/* A claim on the very workshop that is asked about fills places, not the counsellor. */
static int is_same_workshop(const struct claim *c, const struct seats_question *q)
{
	return c->capacity > 0 && q->service != TERRITORY_NONE &&
	       c->service == q->service && c->site == q->site && c->start == q->start;
}

static rdvd_time travel_s(const struct territory *t, int from, int to)
{
	return (rdvd_time)geo_travel_minutes(&t->sites[from].point, &t->sites[to].point) *
	       60;
}

/* Would she be on the road: an appointment at another site the same civil day, too near
 * in time? */
static int is_travelling(const struct agenda *a, const struct claim *c,
			 const struct seats_question *q)
{
	if (c->site == q->site || c->site == TERRITORY_NONE || q->site == TERRITORY_NONE)
		return 0;
	const struct zone *there = a->t->sites[c->site].zone,
			  *here = a->t->sites[q->site].zone;
	if (civil_time_day(zone_to_civil(there, c->start)) !=
	    civil_time_day(zone_to_civil(here, q->start)))
		return 0;
	rdvd_time road = travel_s(a->t, c->site, q->site);
	return c->end + road > q->start && c->start - road < q->end;
}

int seats_counsellor_is_free(const struct agenda *a, int counsellor,
			     const struct seats_question *q)
{
	const struct agenda_day_book *book = &a->claims.books[counsellor];
	for (int i = claims_from(&book->list, q->start - 2 * CLAIM_LONGEST_S);
	     i < book->list.nclaims; i++) {
		const struct claim *c = book->list.claims[i].claim;
		if (c->start >= q->end + CLAIM_LONGEST_S)
			break;
		if (is_excepted(c, q) || is_same_workshop(c, q))
			continue;
		if (c->start < q->end && c->end > q->start)
			return 0;
		if (c->start < q->end + q->buffer_s &&
		    c->end + (q->service == TERRITORY_NONE ? 0 : c->buffer_s) > q->start)
			return 0;
		if (is_travelling(a, c, q))
			return 0;
	}
	for (int i = 0; i < book->nabsences; i++)
		if (book->absences[i].start < q->end && book->absences[i].end > q->start)
			return 0;
	return 1;
}

/* The most appointments that are at the site at once during the time asked about. */
int seats_rooms_left(const struct agenda *a, const struct seats_question *q)
{
	SCRATCH const struct claim *here[CROWD_MAX];
	int n = 0;
	const struct claim_list *list = &a->claims.at_site[q->site];
	for (int i = claims_from(list, q->start - CLAIM_LONGEST_S); i < list->nclaims;
	     i++) {
		const struct claim *c = list->claims[i].claim;
		if (c->start >= q->end)
			break;
		/* a workshop's hold sits in the session's room */
		if (c->end > q->start && !c->of_session && !is_excepted(c, q) &&
		    !is_same_workshop(c, q) && n < CROWD_MAX)
			here[n++] = c;
	}
	int most = 0;
	for (int i = 0; i < n; i++) {
		int at_once =
			0; /* at the moment when claim i begins, or the question does */
		rdvd_time moment = here[i]->start > q->start ? here[i]->start : q->start;
		for (int j = 0; j < n; j++)
			at_once += here[j]->start <= moment && here[j]->end > moment;
		if (at_once > most)
			most = at_once;
	}
	return a->t->sites[q->site].rooms - most;
}

static rdvd_time reserve_opens(const struct opening *op, const struct site *site,
			       civil_day day)
{
	return zone_to_utc(site->zone,
			   civil_time_from(day - op->reserve_opens.days_before,
					   op->reserve_opens.minute));
}

int seats_reserved(const struct agenda *a, const struct occurrence *o, int service,
		   int index, rdvd_time now)
{
	const struct opening *op = &a->t->openings[o->opening];
	if (op->reserve == 0 ||
	    index < occurrence_candidates(a->t, o, service) - op->reserve)
		return 0;
	return now < reserve_opens(op, &a->t->sites[o->site], o->day);
}

/* ---- choosing ---- */

struct load {
	int counsellor;
	int64_t day_s, week_s;
};

/* What she already has in the civil day and week of q, in seconds. */
static struct load load_of(const struct agenda *a, int counsellor,
			   const struct seats_question *q)
{
	const struct zone *z = a->t->sites[q->site].zone;
	civil_day day = civil_time_day(zone_to_civil(z, q->start));
	rdvd_time day_start = zone_to_utc(z, civil_time_from(day, 0));
	rdvd_time week_start =
		day_start - (rdvd_time)civil_weekday(day) * CIVIL_DAY_SECONDS;
	struct load l = {.counsellor = counsellor};
	const struct agenda_day_book *book = &a->claims.books[counsellor];
	for (int i = claims_from(&book->list, week_start); i < book->list.nclaims; i++) {
		const struct claim *c = book->list.claims[i].claim;
		if (c->start >= week_start + 7 * CIVIL_DAY_SECONDS)
			break;
		l.week_s += c->end - c->start;
		if (c->start >= day_start && c->start < day_start + CIVIL_DAY_SECONDS)
			l.day_s += c->end - c->start;
	}
	return l;
}

static int is_lighter(const struct load *x, const struct load *y)
{
	if (x->day_s != y->day_s)
		return x->day_s < y->day_s;
	if (x->week_s != y->week_s)
		return x->week_s < y->week_s;
	return x->counsellor < y->counsellor;
}

/* The least loaded first; ties by slug, so that the same state gives the same choice. */
static void choose(const struct agenda *a, const struct seats_question *q,
		   const int *free_ones, int n, int wanted, struct seats_answer *answer)
{
	if (n == 1 && wanted == 1) {
		answer->chosen[answer->nchosen++] = free_ones[0];
		return;
	}
	SCRATCH struct load loads[CROWD_MAX];
	for (int i = 0; i < n; i++)
		loads[i] = load_of(a, free_ones[i], q);
	while (answer->nchosen < wanted && n > 0) {
		int best = 0;
		for (int i = 1; i < n; i++)
			if (is_lighter(&loads[i], &loads[best]))
				best = i;
		answer->chosen[answer->nchosen++] = loads[best].counsellor;
		loads[best] = loads[--n];
	}
}

/* ---- counting ---- */

struct crowd {
	int who[CROWD_MAX];
	int open[CROWD_MAX]; /* by an occurrence that does not reserve it */
	int edge[CROWD_MAX]; /* the first or last start of one of her occurrences */
	int n;
};

static void crowd_add(struct crowd *c, const struct occurrence *o, int open, int edge)
{
	for (int i = 0; i < o->ncounsellors; i++) {
		int j = 0;
		while (j < c->n && c->who[j] != o->counsellors[i])
			j++;
		if (j == c->n) {
			if (c->n == CROWD_MAX)
				return;
			c->who[c->n] = o->counsellors[i];
			c->edge[c->n] = 0;
			c->open[c->n++] = 0;
		}
		c->open[j] |= open;
		c->edge[j] |= edge;
	}
}

/* Everybody whose opening offers this start, and whether the public may have it. */
static void gather(const struct agenda *a, const struct seats_question *q,
		   struct crowd *crowd)
{
	const struct layout *l = &a->layout;
	const struct occurrence_list *list = &l->by_site[q->site];
	rdvd_time step_s = (rdvd_time)a->t->services[q->service].step_minutes * 60;
	for (int i = layout_from(l, list, q->start - CLAIM_LONGEST_S); i < list->n; i++) {
		const struct occurrence *o = &l->occurrences[list->items[i]];
		const struct opening *op = &a->t->openings[o->opening];
		int index;
		if (o->start > q->start)
			break;
		if (o->closed || (!op->public && !q->staff) ||
		    !opening_offers(op, q->service) ||
		    !occurrence_has(a->t, o, q->service, q->start, &index) ||
		    (q->longer && q->end > o->end))
			continue;
		int reserved =
			op->reserve > 0 &&
			index >= occurrence_candidates(a->t, o, q->service) - op->reserve;
		crowd_add(crowd, o,
			  !reserved || (q->now &&
					!seats_reserved(a, o, q->service, index, q->now)),
			  q->start == o->start || q->end + step_s > o->end);
	}
}

/* Places taken in the workshop by everything that stands in it, and its session: looked
 * for at the place, since whoever holds it may no longer be whom the opening names. */
static int workshop_taken(const struct agenda *a, const struct seats_question *q,
			  struct seats_answer *answer)
{
	const struct claim_list *list = &a->claims.at_site[q->site];
	int taken = 0;
	for (int i = claims_from(list, q->start); i < list->nclaims; i++) {
		const struct claim *c = list->claims[i].claim;
		if (c->start != q->start)
			break;
		if (!is_same_workshop(c, q))
			continue;
		if (c->kind == CLAIM_HOLD && q->but_hold && c->key == q->but_hold) {
			answer->held += c->seats;
			continue;
		}
		taken += c->seats;
		if (c->kind == CLAIM_SESSION)
			answer->session = c->key;
		if (answer->nchosen == 0 || c->kind == CLAIM_SESSION) {
			answer->nchosen = c->ncounsellors;
			memcpy(answer->chosen, c->counsellors, sizeof answer->chosen);
		}
	}
	return taken;
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

/* ---- packing ---- */

int seats_is_first_left(const struct shelf *s, int index, rdvd_time earliest)
{
	return index < s->n && s->candidates[index].start >= earliest &&
	       (index == 0 || s->candidates[index - 1].start < earliest);
}

/* Would an appointment there stand next to a start that nobody can have: one that is
 * taken, or the end of the occurrence? */
static int leaves_no_gap(const struct agenda *a, const struct seats_question *q,
			 const struct crowd *crowd, int i)
{
	rdvd_time step_s = (rdvd_time)a->t->services[q->service].step_minutes * 60;
	struct seats_question before = *q, after = *q;
	if (crowd->edge[i])
		return 1;
	before.start -= step_s;
	before.end -= step_s;
	after.start += step_s;
	after.end += step_s;
	return !seats_counsellor_is_free(a, crowd->who[i], &before) ||
	       !seats_counsellor_is_free(a, crowd->who[i], &after);
}

/* Those whom the public may have, the ones that leave no gap first; returns how many do.
 */
static int put_flush_first(const struct agenda *a, const struct seats_question *q,
			   const struct crowd *crowd, int *free_ones, int open)
{
	int flush = 0;
	for (int k = 0; k < open; k++) {
		int who = free_ones[k], i = 0;
		while (crowd->who[i] != who)
			i++;
		if (!leaves_no_gap(a, q, crowd, i))
			continue;
		free_ones[k] = free_ones[flush];
		free_ones[flush++] = who;
	}
	return flush;
}

/* How many of the seats leave no gap; a pair does when one of the two does. */
static int flush_seats(const struct service *s, const struct seats_answer *answer,
		       int flush)
{
	if (flush == 0)
		return 0;
	return s->staff > 1 ? answer->open_seats : min_int(flush, answer->open_seats);
}

void seats_count(const struct agenda *a, const struct seats_question *q,
		 struct seats_answer *answer)
{
	const struct service *s = &a->t->services[q->service];
	SCRATCH struct crowd crowd;
	SCRATCH int free_ones[CROWD_MAX];
	int n = 0, open = 0;
	crowd.n = 0;
	*answer = (struct seats_answer){.seats = 0};
	gather(a, q, &crowd);
	int taken = s->capacity > 0 ? workshop_taken(a, q, answer) : 0;
	if (answer->nchosen > 0) { /* the workshop exists: only its places count */
		int left = s->capacity > taken ? s->capacity - taken : 0;

		answer->seats = answer->open_seats =
			left > answer->held ? left : answer->held;
		return;
	}
	for (int pass = 0; pass < 2;
	     pass++) /* those whom the public may have come first */
		for (int i = 0; i < crowd.n; i++)
			if (crowd.open[i] == !pass &&
			    seats_counsellor_is_free(a, crowd.who[i], q)) {
				free_ones[n++] = crowd.who[i];
				open += !pass;
			}
	if (n == 0)
		return;
	if (a->t->sites[q->site].rooms > 0) {
		int rooms = seats_rooms_left(a, q);
		if (rooms <= 0)
			return;
		answer->seats = min_int(n / s->staff, rooms);
		answer->open_seats = min_int(open / s->staff, rooms);
	} else {
		answer->seats = n / s->staff;
		answer->open_seats = open / s->staff;
	}
	if (s->capacity > 0) {
		answer->open_seats = answer->open_seats > 0 ? s->capacity : 0;
		answer->seats = answer->seats > 0 ? s->capacity : 0;
	}
	int among = q->staff ? n : (open ? open : n);
	if (s->pack && s->capacity == 0) {
		int flush = put_flush_first(a, q, &crowd, free_ones, open);
		answer->flush = flush_seats(s, answer, flush);
		if (!q->staff && s->staff == 1 && flush > 0)
			among = flush;
	}
	if (q->now)
		choose(a, q, free_ones, among, s->staff, answer);
}

void seats_recount(struct agenda *a, struct shelf *s, rdvd_time from, rdvd_time to)
{
	int buffer_s = a->t->services[s->service].buffer_minutes * 60;
	for (int i = from == INT64_MIN ? 0 : shelf_from(s, from); i < s->n; i++) {
		struct candidate *c = &s->candidates[i];
		if (c->start >= to)
			break;
		struct seats_question q = {.service = s->service,
					   .site = s->site,
					   .start = c->start,
					   .end = c->start + c->length_s,
					   .buffer_s = buffer_s};
		struct seats_answer answer;
		seats_count(a, &q, &answer);
		c->seats = (uint16_t)answer.seats;
		c->open_seats = (uint16_t)answer.open_seats;
		c->flush = (uint16_t)answer.flush;
		if (c->seats > 0 && i < s->first)
			s->first = i;
	}
	while (s->first < s->n && s->candidates[s->first].seats == 0)
		s->first++;
}
