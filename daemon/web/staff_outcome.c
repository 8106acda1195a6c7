/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_outcome.c - how an appointment ended, said in one tap: a form that comes back to
 * the row it was sent from. And the list of those that still wait for it. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "web/staff_room.h"

#define PENDING_DAYS 30
#define PENDING_SHOWN 60
#define PERSONS_PRESENT_MAX 50
#define PENDING_PATH "/equipe/a-renseigner"

/* ---- one tap ---- */

void staff_come_back(struct http_request *rq, const char *problem)
{
	const char *back = http_request_field(rq, "retour");
	const char *id = http_request_param(rq, "id");
	const char *url;

	if (!staff_path_is_ours(back) || strchr(back, '#'))
		back = page_text(rq, "/equipe/rdv/%s", id);
	/* from there the row is gone: what was said can be taken back above the list */
	url = page_url(rq, back, "probleme", problem, "dernier",
		       !problem && strcmp(back, PENDING_PATH) == 0 ? id : NULL, NULL);
	http_redirect(rq, 303, page_text(rq, "%s#r%s", url, id));
}

/* Marked as cancelled before it begins is a cancellation: its message waits for half a
 * minute, and the page that one comes back to says so, with the button that takes it
 * back. What has begun owes no message: its row has a button for that at any time. */
static void come_back_cancelled(struct http_request *rq)
{
	const char *back = http_request_field(rq, "retour");
	const char *id = http_request_param(rq, "id");

	if (!staff_path_is_ours(back) || strchr(back, '#'))
		http_redirect(rq, 303, page_text(rq, "/equipe/rdv/%s?fait=annule", id));
	else
		http_redirect(rq, 303,
			      page_text(rq, "%s#r%s",
					page_url(rq, back, "annule", id, NULL), id));
}

static void marked(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);

	if (!rq)
		return;
	if (r->verdict == BOOKING_DONE && r->appointment &&
	    r->appointment->status == RDVD_CANCELLED &&
	    r->appointment->when.start > clock_now())
		come_back_cancelled(rq);
	else if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN)
		staff_come_back(rq, NULL);
	else if (r->verdict == BOOKING_TAKEN)
		staff_come_back(rq, "pris");
	else
		staff_come_back(rq, "encore");
}

/* The appointment was read: hers to mark? */
static void mark_it(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	struct booking_which which;
	const char *persons;
	enum rdvd_outcome outcome;
	int64_t n = -1;
	struct viewer who;

	if (!rq || staff_refused(rq, st, r))
		return;
	/* a number alone: so many came */
	persons = http_request_field(rq, "personnes");
	if (persons && !http_request_field(rq, "presence")) {
		outcome = RDVD_SEEN;
	} else if (staff_outcome_parse(http_request_field(rq, "presence"), &outcome) <
		   0) {
		http_fail(rq, 400, NULL);
		return;
	}
	if (outcome == RDVD_SEEN && !persons)
		n = r->appointment->party_size;
	if (outcome == RDVD_SEEN && persons &&
	    parse_int(persons, 1, PERSONS_PRESENT_MAX, &n) < 0)
		n = -1;
	staff_viewer(rq, &who);
	which = (struct booking_which){.id = r->appointment->id,
				       .actor = who.user->login,
				       .undoable = outcome == RDVD_EXCUSED ||
						   outcome == RDVD_REVOKED};
	booking_mark(st->web.booking, &which, outcome, (int)n, marked,
		     staff_wait(rq, NULL));
}

static void mark(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct booking_which which = {0};

	if (staff_id(rq, &which.id) < 0)
		return;
	booking_get(st->web.booking, &which, mark_it, staff_wait(rq, NULL));
}

/* ---- what still waits ---- */

/* The rows by civil day. */
static void by_day(struct http_request *rq, const struct staff *st,
		   const struct record_list *records, const struct row_style *style,
		   struct staff_pending_view *v)
{
	struct staff_row *rows = http_request_alloc(rq, PENDING_SHOWN * sizeof(*rows));
	struct staff_pending_day *days =
		http_request_alloc(rq, PENDING_SHOWN * sizeof(*days));
	civil_day last = CIVIL_DAY_NONE;
	struct viewer who;
	size_t n = 0;

	staff_viewer(rq, &who);
	for (size_t i = 0; i < records->n; i++) {
		const struct rdvd_appointment *a = records->items[i].appointment;
		civil_day day = civil_time_day(a->when.civil_start);

		if (a->when.end > style->now || !staff_may_see(st, &who, a))
			continue;
		if (n == PENDING_SHOWN) {
			v->more = true;
			break;
		}
		if (day != last)
			days[v->ndays++] = (struct staff_pending_day){
				.title = staff_day_words(rq, st, day, true),
				.rows = &rows[n],
			};
		last = day;
		staff_row(rq, st, &records->items[i], style, &rows[n++]);
		days[v->ndays - 1].nrows++;
	}
	v->days = days;
}

static void show_pending(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	struct staff_pending_view *v = data;
	struct row_style style = {
		.back = PENDING_PATH,
		.with_place = true,
		.with_outcome = true,
		.now = clock_now(),
	};
	struct buf out = BUF_INIT;
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	style.with_counsellor = who.counsellor == TERRITORY_NONE;
	by_day(rq, st, records, &style, v);
	v->heading = tr(http_request_lang(rq), "Rendez-vous à renseigner");
	staff_say_problem(rq, &v->said);
	staff_layout(rq, st, &v->layout, v->heading, STAFF_DAY);
	v->layout.script = http_asset_url("desk.js");
	page_staff_pending(&out, http_request_lang(rq), v);
	http_reply_html(rq, 200, &out);
}

static void list_pending(struct http_request *rq, struct staff_pending_view *v)
{
	struct staff *st = http_request_context(rq);
	struct day_ask since = {staff_today(st) - PENDING_DAYS, TERRITORY_NONE,
				TERRITORY_NONE};
	struct rdvd_appointment_filter f;
	struct viewer who;

	staff_viewer(rq, &who);
	since.counsellor = who.counsellor;
	staff_filter(st, &who, &since, PENDING_DAYS + 1, &f);
	f.unmarked = 1;
	f.to = clock_now();
	f.limit = 2 * PENDING_SHOWN;
	booking_list(st->web.booking, &f, 1, show_pending, staff_wait(rq, v));
}

/* The one that was just marked, if it is hers to see. */
static void last_read(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	const struct rdvd_appointment *a = r->appointment;
	struct staff_pending_view *v = data;
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	if (a && staff_may_see(st, &who, a) && a->outcome != RDVD_OUTCOME_UNKNOWN)
		v->last = (struct staff_last_view){
			.id = page_text(rq, "%lld", (long long)a->id),
			.name = staff_person_name(rq, &a->person),
			.word = tr(http_request_lang(rq), staff_outcome_word(a->outcome)),
			.csrf = http_request_csrf(rq),
			.back = PENDING_PATH,
		};
	list_pending(rq, v);
}

static void pending(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct staff_pending_view *v = http_request_alloc(rq, sizeof(*v));
	const char *last = http_request_query(rq, "dernier");
	struct booking_which which = {0};
	int64_t id;

	memset(v, 0, sizeof(*v));
	if (!last || parse_int(last, 1, INT64_MAX, &id) < 0) {
		list_pending(rq, v);
		return;
	}
	which.id = id;
	booking_get(st->web.booking, &which, last_read, staff_wait(rq, v));
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/equipe/rdv/{id}/presence",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ATTENDANCE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = mark},
	{.method = HTTP_GET,
	 .pattern = "/equipe/a-renseigner",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(ATTENDANCE, SEE),
	 .handle = pending},
};

void staff_outcome_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
