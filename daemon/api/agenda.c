/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda.c - the agenda of some days as the pages show it: the permanences that take
 * place and those that are closed, the appointments, and the time that is still free of
 * each of those who receive. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "booking/rights.h"

#define DAYS_MAX 92

struct asked {
	struct api_call *call;
	rdvd_time from, to;
	int site, counsellor; /* indexes */
};

struct writing {
	struct http_request *rq;
	const struct asked *asked;
	const struct agenda *agenda;
	const struct territory *t;
	struct buf *bands, *gaps;
};

/* ---- the time that is free ---- */

struct busy {
	int counsellor;
	rdvd_time at, until; /* the first that begins at or after at, and its end */
	rdvd_time start;
	rdvd_time now;
};

/* The busy time that covers at, or else the next one. */
static void note(struct busy *b, rdvd_time start, rdvd_time end)
{
	if (end <= b->at)
		return;
	if (start <= b->at) {
		b->start = b->at;
		if (end > b->until)
			b->until = end;
	} else if (b->start > b->at && start < b->start) {
		b->start = start;
		b->until = end;
	}
}

static int note_claim(void *arg, const struct claim *c)
{
	struct busy *b = arg;

	for (int i = 0; i < c->ncounsellors; i++)
		if (c->counsellors[i] == b->counsellor &&
		    (c->kind != CLAIM_HOLD || c->expires > b->now))
			note(b, c->start, c->end);
	return 0;
}

static void note_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			 rdvd_time end)
{
	struct busy *b = arg;

	(void)id;
	if (counsellor == b->counsellor)
		note(b, start, end);
}

static void add_gap(struct writing *w, const struct occurrence *o, int who,
		    rdvd_time start, rdvd_time end)
{
	const struct zone *z = w->t->sites[o->site].zone;

	if (end - start < 300)
		return;
	buf_addf(w->gaps, "%s{\"site\":", w->gaps->len ? "," : "");
	buf_add_json_string(w->gaps, w->t->sites[o->site].slug);
	buf_addlit(w->gaps, ",\"counsellor\":");
	buf_add_json_string(w->gaps, w->t->counsellors[who].slug);
	buf_addlit(w->gaps, ",\"start\":");
	show_instant(w->gaps, z, start);
	buf_addlit(w->gaps, ",\"end\":");
	show_instant(w->gaps, z, end);
	buf_addch(w->gaps, '}');
}

static void add_gaps(struct writing *w, const struct occurrence *o, int who)
{
	rdvd_time now = clock_now(), at = o->start;

	if (at < now)
		at = (now + 299) / 300 * 300;
	while (at < o->end) {
		struct busy b = {.counsellor = who, .at = at, .start = o->end};

		b.now = now;
		agenda_claims_each(w->agenda, note_claim, &b);
		agenda_absences_each(w->agenda, note_absence, &b);
		if (b.start > o->end)
			b.start = o->end;
		add_gap(w, o, who, at, b.start);
		if (b.until <= at)
			return;
		at = b.until;
	}
}

/* ---- permanences ---- */

static void add_band(struct writing *w, const struct occurrence *o)
{
	const struct territory *t = w->t;
	const struct zone *z = t->sites[o->site].zone;
	struct buf *b = w->bands;

	buf_addf(b, "%s{\"opening\":", b->len ? "," : "");
	buf_add_json_string(b, t->openings[o->opening].slug);
	buf_addlit(b, ",\"site\":");
	buf_add_json_string(b, t->sites[o->site].slug);
	buf_addlit(b, ",\"counsellors\":[");
	for (int i = 0; i < o->ncounsellors; i++) {
		if (i)
			buf_addch(b, ',');
		buf_add_json_string(b, t->counsellors[o->counsellors[i]].slug);
	}
	buf_addlit(b, "],\"start\":");
	show_instant(b, z, o->start);
	buf_addlit(b, ",\"end\":");
	show_instant(b, z, o->end);
	buf_addlit(b, ",\"closed\":");
	if (o->closed)
		buf_add_json_string(b, o->closed);
	else
		buf_addlit(b, "null");
	buf_addf(b, ",\"reserve\":%d}", t->openings[o->opening].reserve);
}

static int each_band(void *arg, const struct occurrence *o)
{
	struct writing *w = arg;
	const struct asked *a = w->asked;
	int organisation = w->t->sites[o->site].organisation;

	if (o->start >= a->to || o->end <= a->from ||
	    !api_own(w->rq, RIGHT(AGENDA, SEE), w->t->organisations[organisation].id))
		return 0;
	add_band(w, o);
	for (int i = 0; i < o->ncounsellors && !o->closed; i++)
		if (a->counsellor == TERRITORY_NONE || a->counsellor == o->counsellors[i])
			add_gaps(w, o, o->counsellors[i]);
	return 0;
}

static void answer(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct asked *a = arg;
	struct http_request *rq = call_end_read(a->call, rc);
	struct buf bands = BUF_INIT, gaps = BUF_INIT, b = BUF_INIT;
	const struct api *api;
	struct writing w;

	if (!rq) {
		free(a);
		return;
	}
	api = http_request_context(rq);
	w = (struct writing){.rq = rq,
			     .asked = a,
			     .agenda = booking_agenda(api->booking),
			     .t = booking_territory(api->booking),
			     .bands = &bands,
			     .gaps = &gaps};
	agenda_occurrences(w.agenda,
			   civil_time_day(zone_to_civil(w.t->zone, a->from)) - 1,
			   civil_time_day(zone_to_civil(w.t->zone, a->to)) + 2, a->site,
			   a->counsellor, each_band, &w);
	buf_addf(&b, "{\"bands\":[%s],\"gaps\":[%s],\"appointments\":[", buf_str(&bands),
		 buf_str(&gaps));
	for (size_t i = 0; i < records->n; i++) {
		if (i)
			buf_addch(&b, ',');
		api_add_record(&b, rq, &records->items[i]);
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
	buf_fini(&bands);
	buf_fini(&gaps);
	free(a);
}

void get_staff_agenda(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	struct rdvd_appointment_filter f = {.without_cancelled = 1};
	struct api_errors e = {.n = 0};
	struct asked *a;
	int unknown = 0;

	query_time(rq, t, "from", &f.from, &e);
	query_time(rq, t, "to", &f.to, &e);
	query_range(f.from, f.to, &e);
	if (!e.n && (!f.from || !f.to || f.to - f.from > (rdvd_time)DAYS_MAX * 86400))
		api_error(&e, "to", "invalid",
			  "Indiquez from et to, séparés de 92 jours au plus.");
	f.site = api_query_id(rq, t, "site", &unknown, &e);
	f.counsellor = api_query_id(rq, t, "counsellor", &unknown, &e);
	if (e.n) {
		api_refuse(rq, unknown ? 422 : 400, &e);
		return;
	}
	f.organisation = api_organisation(rq);
	a = xcalloc(1, sizeof(*a));
	*a = (struct asked){
		.from = f.from,
		.to = f.to,
		.site = f.site ? territory_by_id(t, RDVD_DEF_SITE, f.site)
			       : TERRITORY_NONE,
		.counsellor = f.counsellor ? territory_by_id(t, RDVD_DEF_COUNSELLOR,
							     f.counsellor)
					   : TERRITORY_NONE,
	};
	a->call = call_begin(rq);
	booking_list(api->booking, &f, 0, answer, a);
}
