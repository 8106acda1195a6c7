/* SPDX-License-Identifier: GPL-3.0-or-later */
/* booking.c - the room's life: what it is made of, the minute hand that lets holds expire
 * and lays the agenda out anew each day, and what all the acts share. */
#include "booking/booking.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/remake.h"
#include "booking/waiting.h"
#include "booking/watch.h"

#define TOKEN_PURPOSE "appointment"

void booking_time_freed(struct booking *b)
{
	if (b->waiting)
		waiting_nudge(b->waiting);
}

/* ---- the minute hand ---- */

static void tick(void *arg)
{
	struct booking *b = arg;
	rdvd_time now = clock_now(), next = 0;
	if (agenda_holds_expire(b->agenda, now, &next) > 0) {
		holds_sweep(b, now);
		booking_time_freed(b);
		booking_tell_all(b);
	}
	if (agenda_is_outdated(b->agenda, now))
		agenda_lay_out_anew(b, now);
	territories_retire_again(b);
	rdvd_time minute = now + 60;
	loop_timer_at(b->tick, next && next < minute ? next : minute);
}

void booking_tick_soon(struct booking *b)
{
	tick(b);
}

struct booking *booking_new(struct loop *l, struct store *s,
			    const struct booking_options *o)
{
	struct booking *b = xcalloc(1, sizeof *b);
	b->loop = l;
	b->store = s;
	b->o = *o;
	memcpy(b->key, o->key, sizeof b->key);
	b->watch = watch_new();
	b->tick = loop_timer_new(l, tick, b);
	b->remake_again = loop_timer_new(l, remake_again, b);
	if (booking_load(b) != 0) {
		booking_free(b);
		return NULL;
	}
	holds_sweep(b, clock_now());
	tick(b);
	return b;
}

void booking_stop(struct booking *b)
{
	remake_drop_all(b);
}

void booking_free(struct booking *b)
{
	if (!b)
		return;
	loop_timer_free(b->tick);
	watch_free(b->watch);
	loop_timer_free(b->remake_again);
	remake_drop_all(b);
	territories_free(b);
	agenda_free(b->agenda);
	territory_free(b->territory);
	explicit_bzero(b->key, sizeof b->key);
	free(b);
}

const struct agenda *booking_agenda(const struct booking *b)
{
	return b->agenda;
}

const struct territory *booking_territory(const struct booking *b)
{
	return b->territory;
}

uint64_t booking_edition(const struct booking *b)
{
	return b->edition;
}

const struct commune_table *booking_communes(const struct booking *b)
{
	return b->o.communes;
}

const struct booking_counts *booking_counts(const struct booking *b)
{
	return &b->counts;
}

void booking_notify_changed(struct booking *b)
{
	if (b->o.changed)
		b->o.changed(b->o.changed_arg);
	booking_time_freed(b);
}

/* ---- names ---- */

void booking_token(const struct booking *b, uint64_t ref, uint32_t generation,
		   char out[SECRET_TOKEN_CHARS + 1])
{
	secret_token_derive(b->key, TOKEN_PURPOSE, &ref, sizeof ref, generation, out);
}

void booking_which_hash(const struct booking_which *w, struct rdvd_which *out)
{
	*out = (struct rdvd_which){.id = w->token ? 0 : w->id};
	if (w->token)
		secret_token_hash(w->token, out->token_hash);
}

void booking_hold_name(uint64_t hold, char out[17])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < 16; i++)
		out[i] = digits[(hold >> (60 - 4 * i)) & 15];
	out[16] = '\0';
}

int booking_hold_parse(const char *name, uint64_t *hold)
{
	uint64_t v = 0;
	if (strlen(name) != 16)
		return -1;
	for (int i = 0; i < 16; i++) {
		const char *digits = "0123456789abcdef", *d = strchr(digits, name[i]);
		if (!d)
			return -1;
		v = v << 4 | (uint64_t)(d - digits);
	}
	if (v == 0)
		return -1;
	*hold = v;
	return 0;
}

/* ---- verdicts ---- */

enum booking_verdict verdict_of_agenda(enum agenda_verdict v)
{
	switch (v) {
	case AGENDA_FREE: return BOOKING_DONE;
	case AGENDA_NOT_A_SLOT: return BOOKING_NOT_A_SLOT;
	case AGENDA_CLOSED: return BOOKING_CLOSED;
	case AGENDA_TOO_EARLY: return BOOKING_TOO_EARLY;
	case AGENDA_TOO_FAR: return BOOKING_TOO_FAR;
	case AGENDA_NOT_PUBLIC:
	case AGENDA_TAKEN: return BOOKING_TAKEN;
	}
	return BOOKING_FAILED;
}

enum booking_verdict verdict_of_store(enum rdvd_rc rc)
{
	switch (rc) {
	case RDVD_OK: return BOOKING_DONE;
	case RDVD_NOT_FOUND: return BOOKING_NOT_FOUND;
	case RDVD_CONFLICT: return BOOKING_TAKEN;
	case RDVD_STALE: return BOOKING_TOO_LATE;
	case RDVD_INVALID: return BOOKING_KEY_REUSED;
	case RDVD_BUSY: return BOOKING_BUSY;
	case RDVD_UNCERTAIN: return BOOKING_UNCERTAIN;
	case RDVD_FAILED: return BOOKING_FAILED;
	}
	return BOOKING_FAILED;
}

#define ALTERNATIVES_RADIUS_KM 30

void alternatives_find(const struct booking *b, int service, int site, rdvd_time start,
		       int seats, struct booking_reply *r)
{
	if (service == TERRITORY_NONE)
		return;
	struct slot_query q = {.service = service,
			       .site = TERRITORY_NONE,
			       .from = start - CIVIL_DAY_SECONDS,
			       .now = clock_now(),
			       .seats = seats,
			       .after_site = TERRITORY_NONE};
	if (site != TERRITORY_NONE) {
		q.near = &b->territory->sites[site].point;
		q.radius_km = ALTERNATIVES_RADIUS_KM;
	}
	int more;
	r->nalternatives = slot_search(b->agenda, &q, r->alternatives,
				       ARRAY_SIZE(r->alternatives), &more);
	if (r->nalternatives > 0)
		return;
	q.from = 0; /* nothing after it: whatever there is */
	r->nalternatives = slot_search(b->agenda, &q, r->alternatives,
				       ARRAY_SIZE(r->alternatives), &more);
}

int booking_extra_minutes(const struct booking *b, const struct rdvd_appointment *a)
{
	int service = territory_by_id(b->territory, RDVD_DEF_SERVICE, a->service);
	const struct service *s;
	if (service == TERRITORY_NONE || a->capacity > 0)
		return 0;
	s = &b->territory->services[service];
	return a->when.end - a->when.start ==
			       (rdvd_time)(s->minutes + s->interpreter_minutes) * 60
		       ? s->interpreter_minutes
		       : 0;
}

/* ---- claims ---- */

uint64_t pending_put(struct booking *b, struct claim *c)
{
	c->kind = CLAIM_PENDING;
	c->key = ++b->last_pending;
	agenda_claim_put(b->agenda, c);
	return c->key;
}

void pending_drop(struct booking *b, uint64_t key)
{
	if (key)
		agenda_claim_remove(b->agenda, CLAIM_PENDING, key);
}

void claim_of_appointment(const struct booking *b, const struct rdvd_appointment *a,
			  struct claim *c)
{
	const struct territory *t = b->territory;
	*c = (struct claim){.kind = CLAIM_SESSION,
			    .key = (uint64_t)a->session,
			    .start = a->when.start,
			    .end = a->when.end,
			    .capacity = a->capacity};
	c->site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				: TERRITORY_NONE;
	c->service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	for (int i = 0; i < a->ncounsellors; i++) {
		int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, a->counsellors[i]);
		if (who != TERRITORY_NONE)
			c->counsellors[c->ncounsellors++] = who;
	}
}

void session_joined(struct booking *b, const struct rdvd_appointment *a, int seats)
{
	struct claim c;
	const struct claim *there =
		agenda_claim_find(b->agenda, CLAIM_SESSION, (uint64_t)a->session);
	claim_of_appointment(b, a, &c);
	c.seats = seats;
	if (there && a->capacity > 0)
		agenda_claim_seats(b->agenda, CLAIM_SESSION, c.key, there->seats + seats);
	else
		agenda_claim_put(b->agenda, &c);
}

void session_left(struct booking *b, const struct rdvd_appointment *a)
{
	uint64_t key = (uint64_t)a->session;
	const struct claim *there = agenda_claim_find(b->agenda, CLAIM_SESSION, key);
	if (!there)
		return;
	int seats = there->seats > a->party_size ? there->seats - a->party_size : 0;
	if (a->capacity > 0 && seats > 0)
		agenda_claim_seats(b->agenda, CLAIM_SESSION, key, seats);
	else if (a->capacity == 0 || !agenda_workshop_is_held(b->agenda, key))
		agenda_claim_remove(b->agenda, CLAIM_SESSION, key);
	else
		agenda_claim_seats(b->agenda, CLAIM_SESSION, key, 0);
}

void hold_gone(struct booking *b, uint64_t ref)
{
	const struct claim *c =
		ref ? agenda_claim_find(b->agenda, CLAIM_HOLD, ref) : NULL;
	struct claim was;

	if (!ref)
		return;
	if (c)
		was = *c;
	agenda_claim_remove(b->agenda, CLAIM_HOLD, ref);
	booking_time_freed(b);
	if (c)
		booking_tell_claim(b, &was);
}
