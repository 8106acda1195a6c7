/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_settle.c - what was chosen for each of the people whom a change touches, done
 * one after the other: each move and each cancellation is kept together with the message
 * that it owes. One who is in another's way waits for the next round; what cannot be done
 * at all is shown again with the reason, and the person stays booked. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/mem.h"
#include "booking/touched.h"
#include "web/opening_change.h"

static void next(struct change *c);

static void answer(struct change *c)
{
	struct http_request *rq;

	for (size_t i = 0; i < c->npeople; i++)
		if (!c->people[i].done) {
			change_ask(c);
			return;
		}
	rq = change_over(c);
	if (!rq)
		return;
	http_redirect(rq, 303, change_done_url(rq, c));
	change_free(c);
}

static void settled(void *arg, const struct booking_reply *r)
{
	struct change *c = arg;
	struct change_person *p = &c->people[c->at];

	p->verdict = r->verdict;
	if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN) {
		p->done = true;
		c->settled++;
		if (p->choice == CHOICE_MOVE)
			c->moved++;
		else
			c->cancelled++;
		if (p->chosen_hold) /* another time was chosen, perhaps */
			booking_hold_release(c->st->web.booking, p->chosen_hold);
	}
	crash_point("change.settled");
	c->at++;
	next(c);
}

static void left(void *arg, enum rdvd_rc rc)
{
	struct change *c = arg;
	struct change_person *p = &c->people[c->at++];

	p->verdict = rc == RDVD_OK ? BOOKING_DONE : BOOKING_BUSY;
	p->done = rc == RDVD_OK;
	c->left += rc == RDVD_OK;
	next(c);
}

/* She has that time already: the form came twice, or a crash came after the move. */
static bool is_there(const struct change *c, const struct change_person *p)
{
	const struct territory *t = booking_territory(c->st->web.booking);
	int site = p->a->place.site ? territory_by_id(t, RDVD_DEF_SITE, p->a->place.site)
				    : TERRITORY_NONE;

	return p->a->when.start == p->to.start && site != TERRITORY_NONE &&
	       strcmp(t->sites[site].slug, p->to.site) == 0;
}

static void settle(struct change *c, struct change_person *p)
{
	struct booking *b = c->st->web.booking;
	struct booking_which which = {.id = p->a->id, .actor = c->login};

	switch (p->choice) {
	case CHOICE_NONE: break;
	case CHOICE_MOVE:
		which.hold = p->chosen_hold;
		booking_move(b, &which, p->to.site, p->to.start, NULL, settled, c);
		return;
	case CHOICE_CANCEL: booking_cancel(b, &which, settled, c); return;
	case CHOICE_LEAVE:
		if (p->chosen_hold)
			booking_hold_release(b, p->chosen_hold);
		touched_note(b, &p->a->id, 1, c->title, 1, c->login, left, c);
		return;
	}
}

static void next(struct change *c)
{
	for (; c->at < c->npeople; c->at++) {
		struct change_person *p = &c->people[c->at];

		if (p->done || p->choice == CHOICE_NONE)
			continue;
		if (p->choice == CHOICE_MOVE && is_there(c, p)) {
			p->done = true;
			continue;
		}
		if (p->choice == CHOICE_MOVE && !change_may_use(c, p->to.site)) {
			p->verdict = BOOKING_NOT_FOUND;
			continue;
		}
		settle(c, p);
		return;
	}
	if (c->settled) { /* somebody's place is free now: those who wanted it */
		c->settled = 0;
		c->at = 0;
		for (size_t i = 0; i < c->npeople; i++)
			if (!c->people[i].done && c->people[i].verdict == BOOKING_TAKEN) {
				next(c);
				return;
			}
	}
	answer(c);
}

void change_settle(struct change *c)
{
	crash_point("change.kept");
	c->at = 0;
	c->settled = 0;
	next(c);
}
