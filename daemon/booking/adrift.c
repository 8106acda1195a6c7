/* SPDX-License-Identifier: GPL-3.0-or-later */
/* adrift.c - who books in the very moment in which the team takes the opening away:
 * whoever changes it was not told of her. She is noted as the others whom a change
 * touches, and stands among what needs a hand until somebody has settled it. */
#include <stdlib.h>

#include "base/clock.h"
#include "booking/impl.h"
#include "booking/touched.h"

#define JUST_NOW_MS 5000 /* longer ago: the change's own look found her */

static void note(struct booking *b, rdvd_id id)
{
	touched_note(b, &id, 1, "Pris pendant que la permanence changeait", 0, "", NULL,
		     NULL);
}

void adrift_booked(struct booking *b, uint64_t edition, const struct rdvd_appointment *a)
{
	struct just_booked *one = &b->just_booked[b->njust_booked++ % JUST_BOOKED_MAX];
	const struct claim *c =
		agenda_claim_find(b->agenda, CLAIM_SESSION, (uint64_t)a->session);

	*one = (struct just_booked){a->id, a->session, clock_monotonic_ms()};
	if (edition != b->edition && c && !agenda_covers(b->agenda, c))
		note(b, a->id);
}

void adrift_look(struct booking *b, const struct agenda *fresh)
{
	long long since = clock_monotonic_ms() - JUST_NOW_MS;

	for (size_t i = 0; i < JUST_BOOKED_MAX; i++) {
		const struct just_booked *one = &b->just_booked[i];
		const struct claim *was, *is;

		if (!one->id || one->at_ms < since)
			continue;
		was = agenda_claim_find(b->agenda, CLAIM_SESSION, (uint64_t)one->session);
		is = agenda_claim_find(fresh, CLAIM_SESSION, (uint64_t)one->session);
		if (was && is && agenda_covers(b->agenda, was) &&
		    !agenda_covers(fresh, is))
			note(b, one->id);
	}
}
