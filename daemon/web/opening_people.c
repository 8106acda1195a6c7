/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_people.c - whom a change touches: the appointments that the dry run names,
 * those of a counsellor who will be absent, and those that were noted before and are
 * still without an opening; each with what is known of how to reach the person. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/touched.h"
#include "web/opening_change.h"

struct reading {
	struct change *c;
	void (*next)(struct change *c);
};

/* Who the form already spoke of keeps her choice; but a form may name anybody, and what
 * is another team's is that team's to move and to cancel. */
static void add_person(struct change *c, const struct record *r)
{
	const struct rdvd_appointment *a = r->appointment;
	struct change_person *p;

	for (size_t i = 0; i < c->npeople; i++) {
		p = &c->people[i];
		if (p->a->id != a->id)
			continue;
		free(p->a);
		p->a = appointment_dup(a);
		p->stopped = r->stopped || r->bad_since;
		p->known = true;
		p->foreign = !change_may_treat(c, a);
		if (p->foreign) {
			p->choice = CHOICE_LEAVE;
			p->chosen_hold = 0;
		}
		return;
	}
	VEC_GROW(c->people, c->npeople, c->people_cap);
	p = &c->people[c->npeople++];
	*p = (struct change_person){.a = appointment_dup(a),
				    .stopped = r->stopped || r->bad_since,
				    .known = true,
				    .fresh = c->decided};
	if (!change_may_treat(c, a)) {
		p->foreign = true;
		p->choice = CHOICE_LEAVE;
	}
}

static bool is_touched(const struct change *c, const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(c->st->web.booking);

	if (a->when.start <= clock_now())
		return false;
	for (size_t i = 0; i < c->ntouched; i++)
		if (c->touched[i].session == (uint64_t)a->session)
			return true;
	if (!c->away.counsellor || c->applied || a->when.end <= c->away.start ||
	    a->when.start >= c->away.end)
		return false;
	for (int i = 0; i < a->ncounsellors; i++) {
		int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, a->counsellors[i]);

		if (who != TERRITORY_NONE &&
		    strcmp(t->counsellors[who].slug, c->away.counsellor) == 0)
			return true;
	}
	return false;
}

/* Those of the form who are in nobody's way any more are settled. */
static void drop_unknown(struct change *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->npeople; i++) {
		if (c->people[i].known)
			c->people[n++] = c->people[i];
		else
			free(c->people[i].a);
	}
	c->npeople = n;
}

static int by_start(const void *x, const void *y)
{
	const struct change_person *a = x, *b = y;

	if (a->a->when.start != b->a->when.start)
		return a->a->when.start < b->a->when.start ? -1 : 1;
	return (a->a->id > b->a->id) - (a->a->id < b->a->id);
}

static void end(struct reading *x)
{
	struct change *c = x->c;
	void (*next)(struct change *) = x->next;

	free(x);
	drop_unknown(c);
	if (c->npeople > 1)
		qsort(c->people, c->npeople, sizeof(*c->people), by_start);
	next(c);
}

static void listed(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct reading *x = arg;
	struct change *c = x->c;

	if (rc != RDVD_OK) {
		free(x);
		change_fail(c, 503);
		return;
	}
	for (size_t i = 0; i < records->n; i++)
		if (is_touched(c, records->items[i].appointment))
			add_person(c, &records->items[i]);
	end(x);
}

/* Between the first and the last of them. */
static bool span(const struct change *c, struct rdvd_appointment_filter *f)
{
	bool any = false;

	for (size_t i = 0; i < c->ntouched; i++) {
		if (!any || c->touched[i].start < f->from)
			f->from = c->touched[i].start;
		if (!any || c->touched[i].start >= f->to)
			f->to = c->touched[i].start + 1;
		any = true;
	}
	if (c->away.counsellor && !c->applied) {
		rdvd_time from = c->away.start - CIVIL_DAY_SECONDS;

		if (!any || from < f->from)
			f->from = from;
		if (!any || c->away.end > f->to)
			f->to = c->away.end;
		any = true;
	}
	return any;
}

static void read_listed(struct reading *x)
{
	struct rdvd_appointment_filter f = {.without_cancelled = 1};

	if (span(x->c, &f))
		booking_list(x->c->st->web.booking, &f, 1, listed, x);
	else
		end(x);
}

/* Those of the form that a change which stands already left behind; and, without a
 * change, all that are left. */
static void noted(void *arg, enum rdvd_rc rc, const struct touched_row *rows, size_t n)
{
	struct reading *x = arg;
	struct change *c = x->c;

	if (rc != RDVD_OK) {
		free(x);
		change_fail(c, 503);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		bool wanted = c->resumed;

		for (size_t k = 0; k < c->npeople; k++)
			wanted |= c->people[k].a->id == rows[i].record.appointment->id;
		if (wanted && change_may_treat(c, rows[i].record.appointment))
			add_person(c, &rows[i].record);
	}
	read_listed(x);
}

void change_read_people(struct change *c, void (*next)(struct change *c))
{
	struct reading *x = xcalloc(1, sizeof(*x));

	*x = (struct reading){c, next};
	if (c->decided || c->resumed)
		touched_list(c->st->web.booking, 0, noted, x);
	else
		read_listed(x);
}

void change_propose(struct change *c)
{
	struct future *f = future_new(c);

	for (size_t i = 0; f && i < c->npeople; i++)
		if (!c->people[i].done)
			future_offer(f, &c->people[i], c);
	future_free(f);
}
