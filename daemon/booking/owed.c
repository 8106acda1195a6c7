/* SPDX-License-Identifier: GPL-3.0-or-later */
/* owed.c - what an act owes to the person: a notice on each channel that reaches her, and
 * the reminders of the service. Written with the act, in one transaction. What cannot be
 * sent is kept as suppressed, with the reason, so that the counsellor sees it. */
#include <string.h>

#include "booking/impl.h"

/* A visit marked later than this after it was missed is left alone. */
#define FOLLOW_UP_FRESH_S (7 * 86400)

static struct plan_hours hours_of(const struct owed_rules *r, const struct rdvd_person *p)
{
	struct plan_hours network = PLAN_HOURS_PRESET;

	if (r->b->o.quiet_end_minute > r->b->o.quiet_start_minute) {
		network.week_from = r->b->o.quiet_start_minute;
		network.week_to = r->b->o.quiet_end_minute;
	}
	return plan_hours_for(&network, r->b->territory, r->organisation, p);
}

static void add(struct owed_list *l, enum rdvd_message_kind kind,
		enum rdvd_channel channel, const struct plan_due *due,
		const char *suppressed)
{
	if (l->n == RDVD_MESSAGES_MAX)
		return;
	l->items[l->n++] = (struct rdvd_owed){
		.kind = kind,
		.ordinal = due->ordinal,
		.channel = channel,
		.due = due->due,
		.deadline = due->deadline,
		.suppressed = suppressed != NULL,
		.note = suppressed ? suppressed : "",
	};
}

/* Why somebody who asked for nothing but answers is not written to; they have to be told
 * some other way. */
#define ONLY_ANSWERS "à sa demande, rien sans que la personne le demande"

/* The same message on each channel: an SMS when there is a number, an e-mail when there
 * is an address. suppressed: why it is not to be sent on any, or NULL. */
static void add_all(const struct owed_rules *r, const struct rdvd_person *p,
		    enum rdvd_message_kind kind, const struct plan_due *due,
		    const char *suppressed, struct owed_list *l)
{
	if (p->phone && *p->phone) {
		const char *why = suppressed;
		if (!why && !p->sms_ok)
			why = "ce numéro ne reçoit pas de SMS";
		if (!why && !r->b->o.sms_enabled)
			why = "aucune passerelle SMS";
		add(l, kind, RDVD_CHANNEL_SMS, due, why);
	}
	if (p->email && *p->email)
		add(l, kind, RDVD_CHANNEL_EMAIL, due,
		    suppressed || r->b->o.email_enabled ? suppressed
							: "aucune passerelle e-mail");
}

static void add_reminders(const struct owed_rules *r, const struct rdvd_person *p,
			  civil_time start, rdvd_time last_message, struct owed_list *l)
{
	const struct reminder_rule *rules;
	size_t nrules =
		territory_reminders(r->b->territory, r->service, r->organisation, &rules);
	struct plan_visit v = {.start = start, .site = r->zone};
	struct plan_hours h = hours_of(r, p);
	struct plan_due due[REMINDERS_MAX];
	size_t n = plan_reminders(&v, rules, nrules, &h, r->now, last_message, due);
	for (size_t i = 0; i < n; i++)
		add_all(r, p, RDVD_MSG_REMINDER, &due[i],
			p->only_answers ? ONLY_ANSWERS : NULL, l);
}

size_t booking_reminders(const struct booking *b, const struct rdvd_appointment *a,
			 rdvd_time now, int days[REMINDERS_MAX])
{
	const struct territory *t = b->territory;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	struct owed_rules r = {
		.b = b,
		.organisation =
			territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation),
		.zone = site == TERRITORY_NONE ? t->zone : t->sites[site].zone,
	};
	struct plan_visit v = {.start = a->when.civil_start, .site = r.zone};
	struct plan_hours h = hours_of(&r, &a->person);
	struct plan_due due[REMINDERS_MAX];
	const struct reminder_rule *rules;
	size_t n = 0;
	if (service == TERRITORY_NONE || a->person.only_answers)
		return 0;
	size_t nrules = territory_reminders(t, service, r.organisation, &rules);
	size_t planned = plan_reminders(&v, rules, nrules, &h, now, a->created, due);
	for (size_t i = 0; i < planned; i++)
		days[n++] = civil_time_day(v.start) -
			    civil_time_day(zone_to_civil(r.zone, due[i].due));
	return n;
}

/* 1 when somebody can be written to at all. */
static int is_reachable(const struct rdvd_person *p)
{
	return (p->phone && *p->phone) || (p->email && *p->email);
}

static void notice(const struct owed_rules *r, const struct rdvd_person *p,
		   enum rdvd_message_kind kind, civil_time start, rdvd_time old_start,
		   int by_team, struct owed_list *out)
{
	struct plan_visit v = {.start = start, .site = r->zone};
	struct plan_hours h = hours_of(r, p);
	struct plan_due due;
	const char *why = NULL;
	int in_time = plan_notice(kind, by_team ? PLAN_TEAM : PLAN_ASKED, &v, old_start,
				  &h, r->now, &due) == 0;
	if (!in_time && due.deadline <= r->now)
		return; /* somebody at the door, or an entry made afterwards */
	if (kind == RDVD_MSG_CANCELLATION)
		due.ordinal = by_team ? 0 : 1;
	/* which hours it keeps to, should it have to wait */
	if (kind == RDVD_MSG_MOVED && by_team)
		due.ordinal = plan_is_allowed(&h, r->zone, PLAN_USUAL, due.due)
				      ? PLAN_MOVED_BY_TEAM
				      : PLAN_MOVED_URGENTLY;
	if (by_team && p->only_answers)
		why = ONLY_ANSWERS " : prévenez autrement";
	else if (!in_time)
		why = "trop tard pour un message : téléphonez";
	add_all(r, p, kind, &due, why, out);
}

void owed_confirmation(const struct owed_rules *r, const struct rdvd_person *p,
		       civil_time start, struct owed_list *out)
{
	out->n = 0;
	if (!is_reachable(p))
		return;
	notice(r, p, RDVD_MSG_CONFIRMATION, start, 0, 0, out);
	add_reminders(r, p, start, r->now, out);
}

void owed_move(const struct owed_rules *r, const struct rdvd_person *p, civil_time start,
	       rdvd_time old_start, int by_team, struct owed_list *out)
{
	out->n = 0;
	if (!is_reachable(p))
		return;
	notice(r, p, RDVD_MSG_MOVED, start, old_start, by_team, out);
	add_reminders(r, p, start, out->n ? out->items[0].due : 0, out);
}

void owed_cancellation(const struct owed_rules *r, const struct rdvd_person *p,
		       civil_time start, int by_team, struct owed_list *out)
{
	out->n = 0;
	if (is_reachable(p))
		notice(r, p, RDVD_MSG_CANCELLATION, start, 0, by_team, out);
}

void owed_not_before(struct owed_list *l, rdvd_time t)
{
	for (size_t i = 0; i < l->n; i++) {
		struct rdvd_owed *o = &l->items[i];

		if ((o->kind == RDVD_MSG_MOVED || o->kind == RDVD_MSG_CANCELLATION) &&
		    o->due < t)
			o->due = t < o->deadline ? t : o->deadline - 1;
	}
}

void owed_follow_up(const struct owed_rules *r, const struct rdvd_person *p,
		    civil_time start, struct owed_list *out)
{
	struct plan_visit v = {.start = start, .site = r->zone};
	struct plan_hours h = hours_of(r, p);
	struct plan_due due;
	int agreed = plan_own_hours_are_good(p->hours_from, p->hours_to);
	out->n = 0;
	/* somebody discreet who said when messages may come agreed that they do */
	if (!is_reachable(p) || p->only_answers || (p->discreet && !agreed) ||
	    r->now - zone_to_utc(r->zone, start) > FOLLOW_UP_FRESH_S)
		return;
	plan_follow_up(&v, &h, r->now, &due);
	add_all(r, p, RDVD_MSG_FOLLOW_UP, &due, NULL, out);
}
