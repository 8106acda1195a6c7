/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda.c - who is free: the questions asked of one time, and the seats that follow on
 * the shelves. A change of one counsellor's time recounts the candidates of her
 * occurrences on that day and no others; a site with a number of rooms recounts its own
 * day. */
#include "agenda/agenda.h"

#include <stdlib.h>
#include <string.h>

#include "agenda/layout.h"
#include "agenda/seats.h"
#include "base/mem.h"

struct agenda *agenda_new(const struct territory *t, rdvd_time now)
{
	struct agenda *a = xcalloc(1, sizeof *a);
	a->t = t;
	claims_init(&a->claims, t->ncounsellors, t->nsites);
	for (int i = 0; i < t->nservices; i++)
		if (t->services[i].buffer_minutes * 60 > a->longest_buffer_s)
			a->longest_buffer_s = t->services[i].buffer_minutes * 60;
	layout_init(&a->layout, t, now);
	for (int i = 0; i < a->layout.nshelves; i++)
		seats_recount(a, &a->layout.shelves[i], INT64_MIN, INT64_MAX);
	return a;
}

void agenda_free(struct agenda *a)
{
	if (!a)
		return;
	layout_fini(&a->layout);
	claims_fini(&a->claims);
	free(a);
}

const struct territory *agenda_territory(const struct agenda *a)
{
	return a->t;
}

int agenda_is_outdated(const struct agenda *a, rdvd_time now)
{
	return civil_time_day(zone_to_civil(a->t->zone, now)) != a->layout.today;
}

/* ---- changes ---- */

/* Recount what [start, end) of one counsellor can touch: her occurrences that overlap it,
 * or stand on the civil day of an appointment at a place (travel); CIVIL_DAY_NONE: no
 * place. */
static void touch_counsellor(struct agenda *a, int counsellor, rdvd_time start,
			     rdvd_time end, civil_day day)
{
	const struct layout *l = &a->layout;
	const struct occurrence_list *list = &l->by_counsellor[counsellor];
	/* an occurrence is a day long at most, and zones are less than two days apart */
	rdvd_time from = start - 3 * CLAIM_LONGEST_S, to = end + 2 * CLAIM_LONGEST_S;
	/* one that ends in an occurrence may ask for time after it, and before this one
	 */
	start -= a->longest_buffer_s;
	end += a->longest_buffer_s;
	for (int i = layout_from(l, list, from); i < list->n; i++) {
		const struct occurrence *o = &l->occurrences[list->items[i]];
		if (o->start >= to)
			break;
		int overlaps = start < o->end && end > o->start;
		int same_day = day >= o->day && day <= civil_time_day(o->civil_end);
		if (!overlaps && !same_day)
			continue;
		const struct opening *op = &a->t->openings[o->opening];
		for (size_t j = 0; j < op->nservices; j++) {
			struct shelf *s = layout_shelf(l, op->services[j], o->site);
			if (s)
				seats_recount(a, s, o->start, o->end);
		}
	}
}

static void touch_site(struct agenda *a, int site, rdvd_time start, rdvd_time end)
{
	const struct layout *l = &a->layout;
	for (int service = 0; service < a->t->nservices; service++) {
		struct shelf *s = layout_shelf(l, service, site);
		if (s)
			seats_recount(a, s, start - CLAIM_LONGEST_S, end);
	}
}

static void touch_claim(struct agenda *a, const struct claim *c)
{
	civil_day day = CIVIL_DAY_NONE;
	if (c->site != TERRITORY_NONE)
		day = civil_time_day(zone_to_civil(a->t->sites[c->site].zone, c->start));
	for (int i = 0; i < c->ncounsellors; i++)
		touch_counsellor(a, c->counsellors[i], c->start, c->end, day);
	if (c->site != TERRITORY_NONE && a->t->sites[c->site].rooms > 0)
		touch_site(a, c->site, c->start, c->end);
}

static int same_time(const struct claim *x, const struct claim *y)
{
	return x->start == y->start && x->end == y->end && x->site == y->site &&
	       x->seats == y->seats && x->capacity == y->capacity &&
	       x->service == y->service && x->ncounsellors == y->ncounsellors &&
	       memcmp(x->counsellors, y->counsellors,
		      (size_t)x->ncounsellors * sizeof(int)) == 0;
}

static const struct claim *claim_add(struct agenda *a, const struct claim *c)
{
	struct claim mine = *c;

	mine.buffer_s = c->service == TERRITORY_NONE
				? 0
				: a->t->services[c->service].buffer_minutes * 60;
	return claims_add(&a->claims, &mine);
}

void agenda_claim_put(struct agenda *a, const struct claim *c)
{
	const struct claim *old = claims_find(&a->claims, c->kind, c->key);
	if (old && same_time(old, c)) {
		int buffer_s = old->buffer_s;
		struct claim *changed = claims_change(&a->claims, c->kind, c->key);

		*changed = *c;
		changed->buffer_s = buffer_s;
		return;
	}
	if (old)
		agenda_claim_remove(a, c->kind, c->key);
	touch_claim(a, claim_add(a, c));
}

int agenda_workshop_is_held(const struct agenda *a, uint64_t session)
{
	const struct claim *s = claims_find(&a->claims, CLAIM_SESSION, session);
	if (!s || s->ncounsellors == 0)
		return 0;
	const struct agenda_day_book *book = &a->claims.books[s->counsellors[0]];
	for (int i = claims_from(&book->list, s->start); i < book->list.nclaims; i++) {
		const struct claim *c = book->list.claims[i].claim;
		if (c->start != s->start)
			break;
		if (c->of_session == session)
			return 1;
	}
	return 0;
}

void agenda_claim_remove(struct agenda *a, enum claim_kind kind, uint64_t key)
{
	const struct claim *c = claims_find(&a->claims, kind, key);
	if (!c)
		return;
	struct claim gone = *c;
	claims_remove(&a->claims, c);
	touch_claim(a, &gone);
	if (kind != CLAIM_HOLD || !gone.of_session)
		return;
	const struct claim *session =
		claims_find(&a->claims, CLAIM_SESSION, gone.of_session);
	if (session && session->seats == 0 &&
	    !agenda_workshop_is_held(a, gone.of_session))
		agenda_claim_remove(a, CLAIM_SESSION, gone.of_session);
}

void agenda_claims_each(const struct agenda *a,
			int (*cb)(void *arg, const struct claim *c), void *arg)
{
	claims_each(&a->claims, cb, arg);
}

void agenda_note_changes(struct agenda *a)
{
	claims_note_begin(&a->claims);
}

void agenda_changes_each(const struct agenda *a,
			 void (*claim)(void *arg, enum claim_kind kind, uint64_t key),
			 void (*absence)(void *arg, rdvd_id id), void *arg)
{
	const struct claims *c = &a->claims;
	for (size_t i = 0; i < c->nnoted; i++)
		claim(arg, c->noted[i].kind, c->noted[i].key);
	for (size_t i = 0; i < c->nnoted_absences; i++)
		absence(arg, c->noted_absences[i]);
}

void agenda_absences_each(const struct agenda *a, agenda_absence_cb *cb, void *arg)
{
	for (int i = 0; i < a->claims.nbooks; i++)
		for (int j = 0; j < a->claims.books[i].nabsences; j++) {
			const struct absence *x = &a->claims.books[i].absences[j];
			cb(arg, x->id, x->counsellor, x->start, x->end);
		}
}

void agenda_claim_rename(struct agenda *a, enum claim_kind kind, uint64_t key,
			 const struct claim *as)
{
	const struct claim *c = claims_find(&a->claims, kind, key);
	if (c && !claims_find(&a->claims, as->kind, as->key) && same_time(c, as)) {
		claims_remove(&a->claims, c);
		claim_add(a, as);
		return;
	}
	agenda_claim_remove(a, kind, key);
	agenda_claim_put(a, as);
}

const struct claim *agenda_claim_find(const struct agenda *a, enum claim_kind kind,
				      uint64_t key)
{
	return claims_find(&a->claims, kind, key);
}

void agenda_claim_seats(struct agenda *a, enum claim_kind kind, uint64_t key, int seats)
{
	struct claim *c = claims_change(&a->claims, kind, key);
	if (!c || c->seats == seats)
		return;
	c->seats = seats;
	touch_claim(a, c);
}

int agenda_holds_expire(struct agenda *a, rdvd_time now, rdvd_time *next)
{
	struct claims *all = &a->claims;
	int total = 0;
	*next = 0;
	for (int i = 0; i < all->nholds;) {
		const struct claim *c = claims_find(all, CLAIM_HOLD, all->holds[i]);
		if (c->expires <= now) {
			/* the last one takes its place */
			agenda_claim_remove(a, CLAIM_HOLD, c->key);
			total++;
			continue;
		}
		if (!*next || c->expires < *next)
			*next = c->expires;
		i++;
	}
	return total;
}

void agenda_absence_put(struct agenda *a, rdvd_id id, int counsellor, rdvd_time start,
			rdvd_time end)
{
	agenda_absence_remove(a, id);
	struct absence absence = {id, counsellor, start, end};
	claims_absence_add(&a->claims, &absence);
	touch_counsellor(a, counsellor, start, end, CIVIL_DAY_NONE);
}

void agenda_absence_remove(struct agenda *a, rdvd_id id)
{
	struct absence gone;
	if (claims_absence_remove(&a->claims, id, &gone))
		touch_counsellor(a, gone.counsellor, gone.start, gone.end,
				 CIVIL_DAY_NONE);
}

/* ---- asking ---- */

/* What the openings say of a start, before anybody's time is looked at. */
static enum agenda_verdict ask_openings(const struct agenda *a,
					const struct agenda_ask *ask,
					const struct occurrence **open)
{
	const struct layout *l = &a->layout;
	const struct service *s = &a->t->services[ask->service];
	const struct occurrence_list *list = &l->by_site[ask->site];
	const struct occurrence *closed = NULL, *team = NULL;
	*open = NULL;
	for (int i = layout_from(l, list, ask->start - CLAIM_LONGEST_S); i < list->n;
	     i++) {
		const struct occurrence *o = &l->occurrences[list->items[i]];
		int index;
		if (o->start > ask->start)
			break;
		if (!opening_offers(&a->t->openings[o->opening], ask->service) ||
		    !occurrence_has(a->t, o, ask->service, ask->start, &index))
			continue;
		if (o->closed)
			closed = o;
		else if (!ask->staff &&
			 (!a->t->openings[o->opening].public || !s->public ||
			  seats_reserved(a, o, ask->service, index, ask->now)))
			team = o;
		else if (!*open)
			*open = o;
	}
	if (!*open && !team && !closed)
		return AGENDA_NOT_A_SLOT;
	if (!ask->staff && ask->start < ask->now + (rdvd_time)s->min_notice_minutes * 60)
		return AGENDA_TOO_EARLY;
	if (!ask->staff &&
	    ask->start > ask->now + (rdvd_time)s->max_notice_days * CIVIL_DAY_SECONDS)
		return AGENDA_TOO_FAR;
	if (!*open)
		return team ? AGENDA_NOT_PUBLIC : AGENDA_CLOSED;
	return AGENDA_FREE;
}

/* Nothing before it can be had any more today. */
static int is_first_left(const struct agenda *a, const struct agenda_ask *ask)
{
	const struct service *service = &a->t->services[ask->service];
	const struct shelf *s = layout_shelf(&a->layout, ask->service, ask->site);
	rdvd_time earliest = ask->now + (rdvd_time)service->min_notice_minutes * 60;

	return s && seats_is_first_left(s, shelf_from(s, ask->start), earliest);
}

enum agenda_verdict agenda_ask(const struct agenda *a, const struct agenda_ask *ask,
			       struct agenda_answer *answer)
{
	const struct layout *l = &a->layout;
	const struct service *s = &a->t->services[ask->service];
	const struct site *site = &a->t->sites[ask->site];
	civil_time civil = zone_to_civil(site->zone, ask->start);
	*answer = (struct agenda_answer){.civil_start = civil};
	if (civil_time_day(civil) >= l->today + LAYOUT_DAYS_AHEAD)
		return AGENDA_TOO_FAR;
	if (civil_time_day(civil) < l->today - LAYOUT_DAYS_BACK)
		return AGENDA_TOO_EARLY;
	const struct occurrence *open;
	enum agenda_verdict verdict = ask_openings(a, ask, &open);
	if (verdict != AGENDA_FREE)
		return verdict;
	answer->end =
		s->capacity > 0
			? open->end
			: ask->start + (rdvd_time)(s->minutes + ask->extra_minutes) * 60;
	struct seats_question q = {.service = ask->service,
				   .site = ask->site,
				   .start = ask->start,
				   .end = answer->end,
				   .now = ask->now,
				   .staff = ask->staff,
				   .but_hold = ask->but_hold,
				   .but_session = ask->but_session,
				   .longer = s->capacity == 0 && ask->extra_minutes > 0,
				   .buffer_s = s->buffer_minutes * 60};
	struct seats_answer found;
	seats_count(a, &q, &found);
	if (s->pack && !ask->staff && !ask->but_hold && found.flush == 0 &&
	    !is_first_left(a, ask))
		return AGENDA_TAKEN;
	answer->session = found.session;
	answer->seats = ask->staff ? found.seats : found.open_seats;
	answer->ncounsellors = found.nchosen;
	memcpy(answer->counsellors, found.chosen, sizeof found.chosen);
	if (ask->over && ask->staff && s->capacity_soft && found.session)
		return AGENDA_FREE;
	return answer->seats >= (ask->seats > 1 ? ask->seats : 1) ? AGENDA_FREE
								  : AGENDA_TAKEN;
}

/* Which of the claim's counsellors are in the occurrence, as bits. */
static unsigned counsellors_in(const struct occurrence *o, const struct claim *c)
{
	unsigned found = 0;
	for (int i = 0; i < c->ncounsellors; i++)
		for (int j = 0; j < o->ncounsellors; j++)
			if (o->counsellors[j] == c->counsellors[i])
				found |= 1u << i;
	return found;
}

int agenda_covers(const struct agenda *a, const struct claim *c)
{
	const struct layout *l = &a->layout;
	if (c->site == TERRITORY_NONE || c->service == TERRITORY_NONE)
		return 0;
	const struct occurrence_list *list = &l->by_site[c->site];
	unsigned all = (1u << c->ncounsellors) - 1, found = 0;
	int any = 0;
	for (int i = layout_from(l, list, c->start - CLAIM_LONGEST_S); i < list->n; i++) {
		const struct occurrence *o = &l->occurrences[list->items[i]];
		if (o->start > c->start)
			break;
		if (o->end < c->end || o->closed ||
		    !opening_offers(&a->t->openings[o->opening], c->service) ||
		    (c->capacity > 0 && o->start != c->start))
			continue;
		any = 1;
		found |= counsellors_in(o, c);
	}
	return any && found == all;
}

int agenda_counsellor_is_free(const struct agenda *a, int counsellor, int site,
			      rdvd_time start, rdvd_time end, uint64_t but_hold,
			      uint64_t but_session)
{
	struct seats_question q = {.service = TERRITORY_NONE,
				   .site = site,
				   .start = start,
				   .end = end,
				   .but_hold = but_hold,
				   .but_session = but_session};
	return seats_counsellor_is_free(a, counsellor, &q);
}

int agenda_room_is_free(const struct agenda *a, int site, rdvd_time start, rdvd_time end,
			uint64_t but_hold, uint64_t but_session)
{
	struct seats_question q = {.service = TERRITORY_NONE,
				   .site = site,
				   .start = start,
				   .end = end,
				   .but_hold = but_hold,
				   .but_session = but_session};
	return a->t->sites[site].rooms == 0 || seats_rooms_left(a, &q) > 0;
}

/* ---- occurrences ---- */

void agenda_occurrences(const struct agenda *a, civil_day from, civil_day to, int site,
			int counsellor, occurrence_cb *cb, void *arg)
{
	const struct layout *l = &a->layout;
	/* zones differ from UTC by less than a day */
	rdvd_time first = ((rdvd_time)from - 1) * CIVIL_DAY_SECONDS;
	rdvd_time last = ((rdvd_time)to + 1) * CIVIL_DAY_SECONDS;
	int lo = 0, hi = l->n;
	while (lo < hi) {
		int mid = lo + (hi - lo) / 2;
		if (l->occurrences[mid].start < first)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (int i = lo; i < l->n && l->occurrences[i].start < last; i++) {
		const struct occurrence *o = &l->occurrences[i];
		if (o->day < from || o->day >= to ||
		    (site != TERRITORY_NONE && o->site != site))
			continue;
		int here = counsellor == TERRITORY_NONE;
		for (int j = 0; j < o->ncounsellors && !here; j++)
			here = o->counsellors[j] == counsellor;
		if (here && cb(arg, o))
			return;
	}
}

int agenda_compare(const struct agenda *a, const struct agenda *b, struct buf *out)
{
	int differences = 0;
	const struct territory *t = a->t;
	for (int i = 0; i < a->layout.nshelves; i++) {
		const struct shelf *x = &a->layout.shelves[i];
		const struct shelf *y = layout_shelf(&b->layout, x->service, x->site);
		for (int j = 0; j < x->n; j++) {
			const struct candidate *c = &x->candidates[j];
			int k = y ? shelf_from(y, c->start) : 0;
			if (!y || k == y->n || y->candidates[k].start != c->start)
				continue; /* at the edges of two horizons */
			if (y->candidates[k].seats == c->seats)
				continue;
			if (differences++ < 20) {
				char civil[17];
				const struct site *s = &t->sites[x->site];
				civil_time_format(zone_to_civil(s->zone, c->start),
						  civil);
				buf_addf(out,
					 "%s at %s, %s: the agenda has %d free, the "
					 "store %d\n",
					 t->services[x->service].slug, s->slug, civil,
					 c->seats, y->candidates[k].seats);
			}
		}
	}
	return differences;
}
