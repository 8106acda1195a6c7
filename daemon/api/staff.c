/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff.c - the team's lists: appointments with their messages, and messages. Pages of
 * rows are read in the reader's thread, one row more than a page to know whether another
 * follows. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/rights.h"
#include "message/outbox.h"
#include "message/phone.h"
#include "store/store.h"

#define STAFF_LIMIT_PRESET 100

/* ---- one message ---- */

static void add_message(struct buf *b, const struct api *api,
			const struct rdvd_message_row *m,
			const struct rdvd_appointment *a)
{
	const struct zone *zone =
		show_zone(booking_territory(api->booking), a->place.site);
	const char *to = *m->to				  ? m->to
			 : *m->letter_to		  ? m->letter_to
			 : m->channel == RDVD_CHANNEL_SMS ? a->person.phone
							  : a->person.email;
	struct buf text = BUF_INIT;
	int segments = 0;
	enum outbox_said said = outbox_words(api->outbox, m, a, &text, &segments);

	buf_addf(b,
		 "{\"id\":\"%lld\",\"appointment\":\"%lld\",\"kind\":\"%s\",\"channel\":"
		 "\"%s\"",
		 (long long)m->id, (long long)m->participation,
		 rdvd_message_kind_name(m->kind),
		 m->channel == RDVD_CHANNEL_SMS ? "sms" : "email");
	buf_addlit(b, ",\"to\":");
	buf_add_json_string(b, to);
	buf_addf(b, ",\"state\":\"%s\",\"due\":", rdvd_message_state_name(m->state));
	show_instant(b, zone, m->due);
	buf_addlit(b, ",\"deadline\":");
	show_instant(b, zone, m->deadline);
	buf_addlit(b, ",\"sent_at\":");
	if (m->sent_at)
		show_instant(b, zone, m->sent_at);
	else
		buf_addlit(b, "null");
	buf_addlit(b, ",\"text\":");
	buf_add_json_string(b, buf_str(&text));
	buf_addf(b, ",\"segments\":%d,\"ordinal\":%d,\"attempts\":%d,\"note\":", segments,
		 m->ordinal, m->attempts);
	buf_add_json_string(b, m->note);
	buf_addlit(b, ",\"delivered_at\":");
	if (m->delivered_at)
		show_instant(b, zone, m->delivered_at);
	else
		buf_addlit(b, "null");
	buf_addlit(b, ",\"gateway\":");
	buf_add_json_string(b, m->gateway);
	buf_addlit(b, ",\"provider_id\":");
	buf_add_json_string(b, m->provider_id);
	buf_addf(b, ",\"erased\":%s}", said == OUTBOX_ERASED ? "true" : "false");
	buf_fini(&text);
}

/* ---- appointments ---- */

/* Who may not know who people are reads a first name. */
static void add_person(struct buf *b, const struct rdvd_person *p, int knows)
{
	buf_addf(b, ",\"person\":{\"id\":\"%lld\",\"first_name\":", (long long)p->id);
	buf_add_json_string(b, p->first_name);
	if (!knows) {
		buf_addlit(b, ",\"last_name\":\"\",\"phone\":null,\"email\":null}");
		return;
	}
	buf_addlit(b, ",\"last_name\":");
	buf_add_json_string(b, p->last_name);
	buf_addlit(b, ",\"phone\":");
	if (*p->phone)
		buf_add_json_string(b, p->phone);
	else
		buf_addlit(b, "null");
	buf_addlit(b, ",\"email\":");
	if (*p->email)
		buf_add_json_string(b, p->email);
	else
		buf_addlit(b, "null");
	buf_addlit(b, ",\"birth_year\":");
	if (p->birth_year)
		buf_addint(b, p->birth_year);
	else
		buf_addlit(b, "null");
	buf_addlit(b, ",\"needs\":");
	buf_add_json_string(b, p->needs);
	buf_addf(b, ",\"discreet\":%s", p->discreet ? "true" : "false");
	if (p->professional) {
		buf_addlit(b, ",\"professional\":true,\"employer\":");
		buf_add_json_string(b, p->employer);
	}
	if (p->only_answers || p->hours_to > p->hours_from) {
		buf_addf(b, ",\"contact\":{\"only_answers\":%s",
			 p->only_answers ? "true" : "false");
		if (p->hours_to > p->hours_from)
			buf_addf(b, ",\"hours\":\"%02d:%02d-%02d:%02d\"",
				 p->hours_from / 60, p->hours_from % 60, p->hours_to / 60,
				 p->hours_to % 60);
		buf_addch(b, '}');
	}
	buf_addch(b, '}');
}

static void add_counsellors(struct buf *b, const struct territory *t,
			    const struct rdvd_appointment *a)
{
	buf_addlit(b, ",\"counsellor\":");
	show_slug(b, t, RDVD_DEF_COUNSELLOR, a->ncounsellors ? a->counsellors[0] : 0);
	buf_addlit(b, ",\"counsellors\":[");
	for (int i = 0; i < a->ncounsellors; i++) {
		if (i)
			buf_addch(b, ',');
		show_slug(b, t, RDVD_DEF_COUNSELLOR, a->counsellors[i]);
	}
	buf_addch(b, ']');
}

void api_add_record(struct buf *b, const struct http_request *rq, const struct record *r)
{
	const struct api *api = http_request_context(rq);
	int knows = api_has(rq, RIGHT(PERSON, SEE));
	int attends = api_has(rq, RIGHT(ATTENDANCE, SEE));
	size_t messages = api_has(rq, RIGHT(MESSAGE, SEE)) ? r->nmessages : 0;
	const struct territory *t = booking_territory(api->booking);
	const struct rdvd_appointment *a = r->appointment;

	buf_addf(b, "{\"id\":\"%lld\",", (long long)a->id);
	show_what(b, t, a);
	add_counsellors(b, t, a);
	buf_addf(b,
		 ",\"status\":\"%s\",\"outcome\":\"%s\",\"channel\":\"%s\",\"session\":"
		 "\"%lld\"",
		 rdvd_status_name(a->status),
		 rdvd_outcome_name(attends ? a->outcome : RDVD_OUTCOME_UNKNOWN),
		 rdvd_booked_by_name(a->channel), (long long)a->session);
	add_person(b, &a->person, knows);
	buf_addf(b, ",\"party_size\":%d,\"persons_present\":", a->party_size);
	if (a->persons_present >= 0 && attends)
		buf_addint(b, a->persons_present);
	else
		buf_addlit(b, "null");
	show_day(b, t, a);
	if (knows) {
		buf_addlit(b, ",\"companion\":");
		buf_add_json_string(b, a->companion);
		buf_addf(b, ",\"answers\":%s", *a->answers ? a->answers : "{}");
	}
	buf_addf(b, ",\"earlier_visits\":%d,\"duplicates\":%d,\"messages\":[",
		 knows ? a->earlier_visits : 0, knows ? a->duplicates : 0);
	for (size_t i = 0; i < messages; i++) {
		if (i)
			buf_addch(b, ',');
		add_message(b, api, r->messages[i], a);
	}
	buf_addlit(b, "]}");
}

static void answer_appointments(void *arg, enum rdvd_rc rc,
				const struct record_list *records)
{
	struct api_call *c = arg;
	size_t limit = (size_t)c->flag, n;
	struct http_request *rq = call_end(c);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	if (rc != RDVD_OK) {
		api_refuse_rc(rq, rc);
		return;
	}
	n = records->n > limit ? limit : records->n;
	buf_addlit(&b, "{\"appointments\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addch(&b, ',');
		api_add_record(&b, rq, &records->items[i]);
	}
	buf_addlit(&b, "],\"next\":");
	if (records->n > limit) {
		const struct rdvd_appointment *last = records->items[n - 1].appointment;

		buf_addch(&b, '"');
		cursor_write(&b, last->when.start, last->id);
		buf_addch(&b, '"');
	} else {
		buf_addlit(&b, "null");
	}
	buf_addch(&b, '}');
	http_reply_json(rq, 200, &b);
}

/* The store's id behind a slug of the query; 0 when none was asked for. */
rdvd_id api_query_id(struct http_request *rq, const struct territory *t, const char *name,
		     int *unknown, struct api_errors *e)
{
	const char *slug = http_request_query(rq, name);
	int is_site = !strcmp(name, "site");
	int i;

	if (!slug || !*slug)
		return 0;
	i = is_site ? territory_site(t, slug) : territory_counsellor(t, slug);
	if (i != TERRITORY_NONE &&
	    (is_site ? api_own_site(rq, RIGHT(AGENDA, SEE), slug)
		     : api_own_counsellor(rq, RIGHT(AGENDA, SEE), slug)))
		return is_site ? t->sites[i].id : t->counsellors[i].id;
	*unknown = 1;
	api_error(e, name, "unknown",
		  is_site ? "Ce lieu n'existe pas." : "Ce conseiller n'existe pas.");
	return 0;
}

/* The page's size and place. */
static void query_page(struct http_request *rq, int64_t *limit, int64_t *after,
		       int64_t *after_id, struct api_errors *e)
{
	const char *cursor = http_request_query(rq, "cursor");

	*limit = STAFF_LIMIT_PRESET;
	query_int(rq, "limit", 1, API_LIMIT_MAX, limit, e);
	if (cursor && *cursor && cursor_parse(cursor, after, after_id) < 0)
		api_error(e, "cursor", "invalid",
			  "Ce curseur ne vient pas d'une page précédente.");
}

void get_staff_appointments(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	struct rdvd_appointment_filter f = {.from = 0};
	struct api_errors e = {.n = 0};
	struct api_call *c;
	int64_t limit;
	int unknown = 0;

	query_time(rq, t, "from", &f.from, &e);
	query_time(rq, t, "to", &f.to, &e);
	query_range(f.from, f.to, &e);
	f.site = api_query_id(rq, t, "site", &unknown, &e);
	f.counsellor = api_query_id(rq, t, "counsellor", &unknown, &e);
	query_page(rq, &limit, &f.after_start, &f.after_id, &e);
	if (e.n) {
		api_refuse(rq, unknown ? 422 : 400, &e);
		return;
	}
	if (f.from && !f.to)
		f.to = INT64_MAX;
	f.limit = (size_t)limit + 1;
	f.organisation = api_organisation(rq);
	c = call_begin(rq);
	c->flag = (int)limit;
	booking_list(api->booking, &f, 1, answer_appointments, c);
}

/* ---- messages ---- */

struct message_copy {
	struct rdvd_message_row *message;
	struct rdvd_appointment *appointment;
};

struct messages_job {
	struct store_job job;
	struct api_call *call;
	struct rdvd_message_filter filter;
	rdvd_id organisation; /* whose alone; 0 all */
	size_t limit;	      /* one more than a page */
	char *number;	      /* owned */
	struct message_copy *items;
	size_t n, cap;
};

static int keep_message(void *arg, const struct rdvd_message_row *m,
			const struct rdvd_appointment *a)
{
	struct messages_job *j = arg;
	rdvd_id of = a->id ? a->organisation : m->organisation;

	if (j->organisation && of != j->organisation)
		return 0;
	VEC_GROW(j->items, j->n, j->cap);
	j->items[j->n++] = (struct message_copy){message_row_dup(m), appointment_dup(a)};
	return j->n == j->limit;
}

static enum rdvd_rc messages_run(const struct rdvd_store_ops *ops, void *st,
				 struct store_job *job)
{
	struct messages_job *j = (struct messages_job *)job;

	return ops->message_each(st, &j->filter, keep_message, j);
}

static void messages_free(struct messages_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->items[i].message);
		free(j->items[i].appointment);
	}
	free(j->items);
	free(j->number);
	free(j);
}

static void messages_write(struct buf *b, const struct api *api,
			   const struct messages_job *j)
{
	size_t limit = j->limit - 1, n = j->n > limit ? limit : j->n;

	buf_addlit(b, "{\"messages\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addch(b, ',');
		add_message(b, api, j->items[i].message, j->items[i].appointment);
	}
	buf_addlit(b, "],\"next\":");
	if (j->n > limit) {
		buf_addch(b, '"');
		cursor_write(b, 0, j->items[n - 1].message->id);
		buf_addch(b, '"');
	} else {
		buf_addlit(b, "null");
	}
	buf_addch(b, '}');
}

static void messages_done(struct store_job *job)
{
	struct messages_job *j = (struct messages_job *)job;
	struct http_request *rq = call_end(j->call);
	struct buf b = BUF_INIT;

	if (rq && job->rc != RDVD_OK) {
		api_refuse_rc(rq, job->rc);
	} else if (rq) {
		messages_write(&b, http_request_context(rq), j);
		http_reply_json(rq, 200, &b);
	}
	messages_free(j);
}

char *api_number_as_stored(const char *s)
{
	struct phone phone;
	char *typed = xstrdup(s ? s : "");
	char *out;

	if (typed[0] == ' ')
		typed[0] = '+';
	if (!*typed || strchr(typed, '@') || phone_parse(typed, &phone) != RDVD_OK)
		return typed;
	out = xstrdup(phone.number);
	free(typed);
	return out;
}

void get_staff_messages(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const char *number = http_request_query(rq, "number");
	struct api_errors e = {.n = 0};
	struct messages_job *j = xcalloc(1, sizeof *j);
	int64_t limit, ignored = 0, troubled = 0;

	query_int(rq, "appointment", 1, INT64_MAX, &j->filter.participation, &e);
	query_int(rq, "troubled", 0, 1, &troubled, &e);
	query_time(rq, booking_territory(api->booking), "since", &j->filter.since, &e);
	j->filter.troubled = (int)troubled;
	query_page(rq, &limit, &ignored, &j->filter.after, &e);
	j->number = api_number_as_stored(number);
	if (e.n) {
		api_refuse(rq, 400, &e);
		messages_free(j);
		return;
	}
	j->filter.number = j->number;
	j->limit = (size_t)limit + 1;
	j->organisation = api_organisation(rq);
	j->filter.limit = j->organisation ? 0 : j->limit;
	j->job.run = messages_run;
	j->job.done = messages_done;
	j->call = call_begin(rq);
	if (store_read(api->store, &j->job) != RDVD_OK) {
		rq = call_end(j->call);
		if (rq)
			api_refuse_rc(rq, RDVD_BUSY);
		messages_free(j);
	}
}
