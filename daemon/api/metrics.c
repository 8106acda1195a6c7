/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.c - counters for Prometheus (text format 0.0.4), on the local socket only, and
 * the same at a glance for rdvctl status. Nothing personal: counts and states. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "booking/waiting.h"
#include "message/budget.h"
#include "message/erase.h"
#include "message/outbox.h"
#include "message/receive.h"
#include "store/store.h"
#include "talk/talk.h"

/* What both answers are made of. The counts of messages are the store's. */
struct figures {
	struct store_job job;
	struct api_call *call;
	void (*answer)(struct http_request *rq, const struct figures *f);
	int64_t messages[RDVD_MSG_SUPPRESSED + 1];
	int64_t stopped, bad; /* numbers that want no SMS, where nothing arrives */
	int64_t to_hand, notices;
};

static int note_contact(void *arg, const struct rdvd_contact *k)
{
	struct figures *f = arg;

	f->stopped += k->stopped != 0;
	f->bad += k->bad_since != 0;
	return 0;
}

static int note_text(void *arg, const struct rdvd_inbound *i)
{
	(void)i;
	((struct figures *)arg)->to_hand++;
	return 0;
}

static int note_notice(void *arg, const struct rdvd_notice *n)
{
	(void)n;
	((struct figures *)arg)->notices++;
	return 0;
}

static enum rdvd_rc figures_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct figures *f = (struct figures *)job;

	const struct rdvd_inbound_filter to_hand = {.state = RDVD_INBOUND_TO_HAND};
	enum rdvd_rc rc;

	memset(f->messages, 0, sizeof f->messages);
	f->stopped = f->bad = f->to_hand = f->notices = 0;
	rc = ops->message_counts(st, f->messages);
	if (rc == RDVD_OK)
		rc = ops->contact_each(st, note_contact, f);
	if (rc == RDVD_OK)
		rc = ops->inbound_each(st, &to_hand, note_text, f);
	return rc == RDVD_OK ? ops->notice_each(st, 1, note_notice, f) : rc;
}

static void figures_done(struct store_job *job)
{
	struct figures *f = (struct figures *)job;
	struct http_request *rq = call_end(f->call);

	if (rq && job->rc == RDVD_OK)
		f->answer(rq, f);
	else if (rq)
		api_refuse_rc(rq, job->rc);
	free(f);
}

static void figures_ask(struct http_request *rq,
			void (*answer)(struct http_request *rq, const struct figures *f))
{
	const struct api *api = http_request_context(rq);
	struct figures *f = xcalloc(1, sizeof *f);

	f->answer = answer;
	f->job.run = figures_run;
	f->job.done = figures_done;
	f->call = call_begin(rq);
	if (store_read(api->store, &f->job) == RDVD_OK)
		return;
	rq = call_end(f->call);
	if (rq)
		api_refuse_rc(rq, RDVD_BUSY);
	free(f);
}

/* Resident bytes, from the kernel; 0 when it does not say. */
static long long resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long long pages = 0;
	char line[128], *end;

	if (!f)
		return 0;
	if (fgets(line, sizeof line, f)) {
		strtoll(line, &end, 10);
		pages = strtoll(end, NULL, 10);
	}
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

/* ---- the text format ---- */

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(struct buf *b, const char *name, const char *type, const char *help,
		long long v)
{
	head(b, name, type, help);
	buf_addf(b, "%s %lld\n", name, v);
}

static void labelled(struct buf *b, const char *name, const char *label,
		     const char *value, long long v)
{
	buf_addf(b, "%s{%s=\"%s\"} %lld\n", name, label, value, v);
}

static void add_http(struct buf *b, const struct api *api)
{
	static const char *const classes[] = {"", "1xx", "2xx", "3xx", "4xx", "5xx"};
	struct http_counters n;

	http_server_counters(api->server, &n);
	head(b, "rdvd_http_requests_total", "counter",
	     "Requests answered, by class of status.");
	for (size_t i = 1; i < ARRAY_SIZE(classes); i++)
		labelled(b, "rdvd_http_requests_total", "class", classes[i],
			 (long long)n.status_class[i]);
	one(b, "rdvd_http_limited_total", "counter",
	    "Requests refused by a limit of address.", (long long)n.limited);
	one(b, "rdvd_http_timeouts_total", "counter",
	    "Requests that took too long to arrive.", (long long)n.timeouts);
	one(b, "rdvd_http_connections", "gauge", "Connections open.", n.connections);
	one(b, "rdvd_http_suspended", "gauge", "Requests waiting for the store.",
	    n.suspended);
	one(b, "rdvd_http_streams", "gauge", "Event streams and exports open.",
	    n.streams);
}

static void add_booking(struct buf *b, const struct api *api)
{
	const struct booking_counts *n = booking_counts(api->booking);
	const struct territory *t = booking_territory(api->booking);

	one(b, "rdvd_bookings_total", "counter", "Appointments booked.",
	    (long long)n->booked);
	one(b, "rdvd_bookings_repeated_total", "counter",
	    "Bookings asked again by their key.", (long long)n->known);
	one(b, "rdvd_conflicts_total", "counter",
	    "Bookings and holds of a time already taken.", (long long)n->taken);
	one(b, "rdvd_moves_total", "counter", "Appointments moved.", (long long)n->moved);
	one(b, "rdvd_cancels_total", "counter", "Appointments cancelled.",
	    (long long)n->cancelled);
	one(b, "rdvd_confirms_total", "counter", "Appointments confirmed by the person.",
	    (long long)n->confirmed);
	one(b, "rdvd_holds_total", "counter", "Slots held.", (long long)n->held);
	one(b, "rdvd_acts_failed_total", "counter", "Acts that the store could not keep.",
	    (long long)n->failed);
	one(b, "rdvd_slot_searches_total", "counter", "Searches for slots by the API.",
	    (long long)api->searches);
	one(b, "rdvd_slots_found_total", "counter", "Slots given by these searches.",
	    (long long)api->slots);
	head(b, "rdvd_territory_objects", "gauge", "What the network is made of.");
	labelled(b, "rdvd_territory_objects", "kind", "organisation",
		 t->live_organisations);
	labelled(b, "rdvd_territory_objects", "kind", "site", t->live_sites);
	labelled(b, "rdvd_territory_objects", "kind", "counsellor", t->live_counsellors);
	labelled(b, "rdvd_territory_objects", "kind", "service", t->live_services);
	labelled(b, "rdvd_territory_objects", "kind", "opening", t->nopenings);
	one(b, "rdvd_sessions", "gauge", "Members of staff logged in.",
	    (long long)access_sessions(api->access));
}

/* Microseconds as seconds. */
static void seconds(struct buf *b, const char *name, const char *help, int64_t us)
{
	head(b, name, "gauge", help);
	buf_addf(b, "%s %.6f\n", name, (double)us / 1e6);
}

static void add_waiting(struct buf *b, const struct api *api)
{
	const struct waiting_counts *n = waiting_counts(api->waiting);

	one(b, "rdvd_waiting", "gauge", "People on the waiting list.",
	    (long long)n->waiting);
	head(b, "rdvd_offers_total", "counter",
	     "Places offered to people who wait, and what became of them.");
	labelled(b, "rdvd_offers_total", "state", "made", (long long)n->offered);
	labelled(b, "rdvd_offers_total", "state", "taken", (long long)n->taken);
	labelled(b, "rdvd_offers_total", "state", "declined", (long long)n->declined);
	labelled(b, "rdvd_offers_total", "state", "lapsed", (long long)n->lapsed);
	one(b, "rdvd_waiting_looks_total", "counter",
	    "Times that all who wait were looked at.", (long long)n->looks);
	seconds(b, "rdvd_waiting_look_seconds", "What the last look cost the loop.",
		n->look_us);
	seconds(b, "rdvd_waiting_slice_seconds",
		"The longest that a look kept the loop at a time.", n->slice_us);
}

static void add_messages(struct buf *b, const struct api *api, const struct figures *f)
{
	const struct outbox_counts *n = outbox_counts(api->outbox);

	head(b, "rdvd_messages", "gauge", "Messages in the store, by state.");
	for (enum rdvd_message_state s = RDVD_MSG_SCHEDULED; s <= RDVD_MSG_SUPPRESSED;
	     s++)
		labelled(b, "rdvd_messages", "state", rdvd_message_state_name(s),
			 f->messages[s]);
	one(b, "rdvd_texts_to_hand", "gauge",
	    "Texts that somebody of the team has to read.", f->to_hand);
	one(b, "rdvd_notices_unseen", "gauge",
	    "Notices that nobody of the team has seen.", f->notices);
	one(b, "rdvd_erased_total", "counter",
	    "Messages, texts and the like whose words were erased because they are old.",
	    (long long)erase_count(api->erase));
	head(b, "rdvd_numbers_barred", "gauge",
	     "Numbers and addresses that are not written to, by the reason.");
	labelled(b, "rdvd_numbers_barred", "why", "stop", f->stopped);
	labelled(b, "rdvd_numbers_barred", "why", "bad", f->bad);
	head(b, "rdvd_sends_total", "counter", "Messages given to gateways, by result.");
	labelled(b, "rdvd_sends_total", "result", "accepted", (long long)n->sent);
	labelled(b, "rdvd_sends_total", "result", "retry", (long long)n->retried);
	labelled(b, "rdvd_sends_total", "result", "refused", (long long)n->failed);
	labelled(b, "rdvd_sends_total", "result", "unknown", (long long)n->unknown);
}

static double gateway_rate(const struct gateway_health *h)
{
	return h->rate;
}

static double gateway_state(const struct gateway_health *h)
{
	return (double)h->state;
}

static double gateway_under_way(const struct gateway_health *h)
{
	return (double)h->under_way;
}

static double gateway_credit(const struct gateway_health *h)
{
	return h->credit;
}

static double gateway_segments(const struct gateway_health *h)
{
	return (double)h->segments;
}

/* How each gateway does. */
static void add_gateways(struct buf *b, const struct api *api)
{
	static const struct {
		const char *name, *type, *help;
		double (*of)(const struct gateway_health *h);
		int credit; /* only of those that tell one */
	} families[] = {
		{"rdvd_gateway_state", "gauge",
		 "0 it works, 1 slower at the provider's word, 2 messages do not pass, 3 "
		 "stopped until somebody acts.",
		 gateway_state, 0},
		{"rdvd_gateway_under_way", "gauge", "Messages that it has been given.",
		 gateway_under_way, 0},
		{"rdvd_gateway_rate", "gauge", "Messages a second that it may be given.",
		 gateway_rate, 0},
		{"rdvd_gateway_credit", "gauge", "What the provider said is left.",
		 gateway_credit, 1},
		{"rdvd_gateway_segments_total", "counter",
		 "Segments of SMS that it took, or may have.", gateway_segments, 0},
	};
	struct gateway_health h;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		head(b, families[i].name, families[i].type, families[i].help);
		for (size_t g = 0; g < outbox_gateways(api->outbox); g++) {
			outbox_health(api->outbox, g, &h);
			if (!families[i].credit || h.has_credit)
				buf_addf(b, "%s{gateway=\"%s\"} %.10g\n",
					 families[i].name, h.name, families[i].of(&h));
		}
	}
}

/* What a gateway answered, by result. */
static void add_gateway_sends(struct buf *b, const struct api *api)
{
	static const char name[] = "rdvd_gateway_sends_total";
	struct gateway_health h;

	head(b, name, "counter", "Messages given to a gateway, by its answer.");
	for (size_t g = 0; g < outbox_gateways(api->outbox); g++) {
		outbox_health(api->outbox, g, &h);
		const struct {
			const char *result;
			uint64_t n;
		} results[] = {{"accepted", h.sent},
			       {"retry", h.retried},
			       {"refused", h.refused},
			       {"unknown", h.unknown},
			       {"throttled", h.throttled}};

		for (size_t i = 0; i < ARRAY_SIZE(results); i++)
			buf_addf(b, "%s{gateway=\"%s\",result=\"%s\"} %llu\n", name,
				 h.name, results[i].result,
				 (unsigned long long)results[i].n);
	}
}

/* What SMS cost today, and what was held back for it. */
static void add_budget(struct buf *b, const struct api *api)
{
	static const char *const scopes[BUDGET_SCOPES] = {[BUDGET_PERSON] = "person",
							  [BUDGET_PREFIX] = "prefix",
							  [BUDGET_ORGANISATION] =
								  "organisation"};
	const struct territory *t = booking_territory(api->booking);
	const struct budget_counts *c = budget_counts(api->budget);

	head(b, "rdvd_sms_segments_today", "gauge",
	     "Segments of SMS spent since midnight UTC, by organisation.");
	for (int i = 0; i < t->live_organisations; i++)
		labelled(b, "rdvd_sms_segments_today", "organisation",
			 t->organisations[i].slug,
			 (long long)budget_spent(api->budget, t->organisations[i].id,
						 clock_now()));
	head(b, "rdvd_sms_held_total", "counter",
	     "SMS that a budget of the day did not bear.");
	for (int s = 0; s < BUDGET_SCOPES; s++)
		labelled(b, "rdvd_sms_held_total", "budget", scopes[s],
			 (long long)c->held[s]);
	head(b, "rdvd_sms_refused_numbers_total", "counter",
	     "SMS not sent because of the kind of number.");
	buf_addf(b, "rdvd_sms_refused_numbers_total %llu\n",
		 (unsigned long long)c->numbers);
}

/* What came back, by gateway: offset is the count's in struct receive_counts. */
static void add_received(struct buf *b, const struct api *api)
{
	static const struct {
		const char *name, *help;
		size_t offset;
	} counts[] = {
		{"rdvd_receipts_total", "Receipts kept.",
		 offsetof(struct receive_counts, receipts)},
		{"rdvd_inbound_total", "Texts kept that people sent, parts included.",
		 offsetof(struct receive_counts, inbound)},
		{"rdvd_receive_repeated_total", "Receipts and texts told again.",
		 offsetof(struct receive_counts, repeated)},
		{"rdvd_receive_refused_total", "Call-backs that nothing proved.",
		 offsetof(struct receive_counts, refused)},
		{"rdvd_receive_unreadable_total",
		 "Call-backs kept that could not be read.",
		 offsetof(struct receive_counts, unreadable)},
		{"rdvd_polls_total", "Times that a gateway was asked what came in.",
		 offsetof(struct receive_counts, polls)},
		{"rdvd_polls_failed_total", "Times that it could not be asked.",
		 offsetof(struct receive_counts, failed_polls)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		const char *gateway;

		head(b, counts[i].name, "counter", counts[i].help);
		for (size_t g = 0; (gateway = receive_name(api->receive, g)); g++) {
			const char *at = (const char *)receive_counts(api->receive, g);
			uint64_t n;

			memcpy(&n, at + counts[i].offset, sizeof n);
			labelled(b, counts[i].name, "gateway", gateway, (long long)n);
		}
	}
}

static void add_talk(struct buf *b, const struct api *api)
{
	const struct talk_counts *n = talk_counts(api->talk);
	const struct {
		const char *name;
		uint64_t n;
	} endings[] = {{"acted", n->acted},
		       {"helped", n->helped},
		       {"to_hand", n->to_hand},
		       {"ignored", n->ignored}};

	one(b, "rdvd_texts_total", "counter", "Texts of people that were dealt with.",
	    (long long)n->texts);
	head(b, "rdvd_texts_dealt_total", "counter",
	     "Texts by what came of them; others were asked back or told something.");
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		labelled(b, "rdvd_texts_dealt_total", "how", endings[i].name,
			 (long long)endings[i].n);
	one(b, "rdvd_texts_again_total", "counter",
	    "Texts tried again because the store was busy.", (long long)n->again);
}

static void add_store(struct buf *b, const struct api *api)
{
	struct store_counts n = store_counts(api->store);

	one(b, "rdvd_store_writes_total", "counter", "Write jobs.", (long long)n.writes);
	one(b, "rdvd_store_batches_total", "counter", "Transactions they shared.",
	    (long long)n.batches);
	one(b, "rdvd_store_voided_total", "counter",
	    "Transactions that were lost and run again.", (long long)n.voided);
	one(b, "rdvd_store_reads_total", "counter", "Read jobs.", (long long)n.reads);
	head(b, "rdvd_store_waiting", "gauge", "Jobs under way or waiting.");
	labelled(b, "rdvd_store_waiting", "kind", "write", (long long)n.waiting_writes);
	labelled(b, "rdvd_store_waiting", "kind", "read", (long long)n.waiting_reads);
	one(b, "rdvd_store_writing", "gauge", "1 while writes can be kept.",
	    store_is_writing(api->store));
}

static void answer_metrics(struct http_request *rq, const struct figures *f)
{
	const struct api *api = http_request_context(rq);
	struct mallinfo2 heap = mallinfo2();
	struct buf b = BUF_INIT;

	head(&b, "rdvd_build_info", "gauge", "The version that runs.");
	labelled(&b, "rdvd_build_info", "version", api->version, 1);
	add_http(&b, api);
	add_booking(&b, api);
	add_waiting(&b, api);
	add_messages(&b, api, f);
	add_gateways(&b, api);
	add_gateway_sends(&b, api);
	add_received(&b, api);
	add_talk(&b, api);
	add_budget(&b, api);
	add_store(&b, api);
	one(&b, "process_resident_memory_bytes", "gauge", "Memory in use.",
	    resident_bytes());
	one(&b, "rdvd_heap_bytes", "gauge", "Memory allocated and not freed.",
	    (long long)heap.uordblks);
	one(&b, "process_start_time_seconds", "gauge", "When the daemon started.",
	    api->started);
	http_reply(rq, 200, "text/plain; version=0.0.4; charset=utf-8", &b);
}

void get_metrics(struct http_request *rq)
{
	figures_ask(rq, answer_metrics);
}

/* ---- rdvctl status ---- */

static void answer_status(struct http_request *rq, const struct figures *f)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	struct store_counts n = store_counts(api->store);
	struct buf b = BUF_INIT;

	buf_addlit(&b, "{\"version\":");
	buf_add_json_string(&b, api->version);
	buf_addf(&b, ",\"store\":\"%s\",\"now\":",
		 store_is_writing(api->store) ? "ok" : "read-only");
	show_instant(&b, t->zone, clock_now());
	buf_addlit(&b, ",\"network\":");
	buf_add_json_string(&b, t->name);
	buf_addf(&b,
		 ",\"organisations\":%d,\"sites\":%d,\"counsellors\":%d,\"services\":%d",
		 t->live_organisations, t->live_sites, t->live_counsellors,
		 t->live_services);
	buf_addf(&b, ",\"openings\":%d,\"waiting\":%zu,\"memory_kib\":%lld", t->nopenings,
		 n.waiting_writes + n.waiting_reads, resident_bytes() / 1024);
	for (enum rdvd_message_state s = RDVD_MSG_SCHEDULED; s <= RDVD_MSG_SUPPRESSED;
	     s++)
		buf_addf(&b, ",\"messages_%s\":%lld", rdvd_message_state_name(s),
			 (long long)f->messages[s]);
	buf_addch(&b, '}');
	http_reply_json(rq, 200, &b);
}

void get_local_status(struct http_request *rq)
{
	figures_ask(rq, answer_status);
}
