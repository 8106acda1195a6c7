/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workshop_act.c - "everybody came", said once for a workshop: each of those who take
 * part and of whom nothing was said yet is marked, one after the other. What was said of
 * somebody stays. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/workshop_room.h"

struct marking {
	struct workshop w;
	rdvd_id *ids;
	int *parties;
	size_t n, next;
	bool trouble; /* somebody could not be marked */
};

static void mark_next(struct http_request *rq, struct staff *st, struct marking *m);

static void marked(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct marking *m = data;

	if (!rq)
		return;
	m->trouble |= r->verdict != BOOKING_DONE && r->verdict != BOOKING_KNOWN;
	m->next++;
	mark_next(rq, st, m);
}

static void mark_next(struct http_request *rq, struct staff *st, struct marking *m)
{
	struct booking_which which = {0};
	struct viewer who;

	if (m->next == m->n) {
		http_redirect(rq, 303,
			      page_text(rq, "/equipe/ateliers/%s?fait=%s",
					http_request_param(rq, "atelier"),
					m->trouble ? "encore" : "presence"));
		return;
	}
	staff_viewer(rq, &who);
	which.id = m->ids[m->next];
	which.actor = who.user->login;
	booking_mark(st->web.booking, &which, RDVD_SEEN, m->parties[m->next], marked,
		     staff_wait(rq, m));
}

static void read_over(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	struct marking *m = data;
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	if (workshop_of_path(rq, st, &who, RIGHT(ATTENDANCE, CHANGE), &m->w) < 0)
		return;
	m->ids = http_request_alloc(rq, (records->n + 1) * sizeof(*m->ids));
	m->parties = http_request_alloc(rq, (records->n + 1) * sizeof(*m->parties));
	for (size_t i = 0; i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;

		if (!workshop_is_of(st, &m->w, a) || !workshop_waits_for_word(a))
			continue;
		m->ids[m->n] = a->id;
		m->parties[m->n++] = a->party_size;
	}
	mark_next(rq, st, m);
}

static void post_all(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	struct marking *m = http_request_alloc(rq, sizeof(*m));
	struct viewer who;

	memset(m, 0, sizeof(*m));
	staff_viewer(rq, &who);
	if (workshop_of_path(rq, st, &who, RIGHT(ATTENDANCE, CHANGE), &m->w) < 0)
		return;
	const struct rdvd_appointment_filter f = {
		.from = m->w.start,
		.to = m->w.start + 1,
		.site = t->sites[m->w.site].id,
	};

	booking_list(st->web.booking, &f, 0, read_over, staff_wait(rq, m));
}

int workshop_is_of(const struct staff *st, const struct workshop *w,
		   const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(st->web.booking);

	return a->when.start == w->start && a->service == t->services[w->service].id &&
	       a->place.site == t->sites[w->site].id;
}

int workshop_waits_for_word(const struct rdvd_appointment *a)
{
	return a->status != RDVD_CANCELLED && a->outcome == RDVD_OUTCOME_UNKNOWN &&
	       a->when.start <= clock_now();
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/equipe/ateliers/{atelier}/tous-venus",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ATTENDANCE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = post_all},
};

void workshop_act_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
