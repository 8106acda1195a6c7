/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drive.c - a gateway plugin driven from a script: the plugin as the daemon loads it,
 * without the daemon. One JSON object a line comes in, one goes out.
 *
 *   drive MODULE_DIR NAME DATA_DIR key=value...
 *
 *   {"do":"send","id":"rdvd-1","channel":"email","to":...}   how it ended, its receipt
 *   {"do":"many","count":N,...}        the same message N times, ids counted up: a rate
 *   {"do":"poll"}                      the events; they are not settled
 *   {"do":"settle","ack":...}
 *   {"do":"callback","body":...}       the proof and the events
 *   {"do":"now","at":seconds}          the clock stands there */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/plugin.h"
#include "rdvd/gateway.h"

const struct rdvd_plugin *const plugin_builtin[] = {NULL};

static const char *const sent_names[] = {"accepted", "retry",	  "refused",
					 "unknown",  "throttled", "stopped"};
static const char *const delivery_names[] = {"", "accepted", "failed", "bad_number",
					     "delivered"};

struct driven {
	const struct rdvd_gateway_ops *ops;
	void *gw;
};

static const char *text_of(const json_t *o, const char *key, const char *otherwise)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : otherwise;
}

static long long number_of(const json_t *o, const char *key, long long otherwise)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

static void answer(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(o);
}

static struct rdvd_message message_of(const json_t *o)
{
	int is_sms = strcmp(text_of(o, "channel", "email"), "sms") == 0;

	return (struct rdvd_message){
		.id = text_of(o, "id", "rdvd-1"),
		.attempt = (int)number_of(o, "attempt", 1),
		.channel = is_sms ? RDVD_CHANNEL_SMS : RDVD_CHANNEL_EMAIL,
		.to = text_of(o, "to", is_sms ? "+33612345678" : "lea@exemple.fr"),
		.from = text_of(o, "from", is_sms ? "CLLAJ62" : "CLLAJ <rdv@exemple.fr>"),
		.subject = is_sms ? NULL : text_of(o, "subject", "Votre rendez-vous"),
		.text = text_of(o, "text", "Bonjour"),
		.html = text_of(o, "html", NULL),
		.calendar = text_of(o, "calendar", NULL),
		.calendar_method = text_of(o, "calendar_method", NULL),
		.receipts_url = text_of(o, "receipts_url", ""),
		.answerable = (int)number_of(o, "answerable", 0),
		.deadline = number_of(o, "deadline", clock_now() + 86400),
		.timeout_ms = (int)number_of(o, "timeout_ms", 5000),
	};
}

static void do_send(struct driven *d, const json_t *o)
{
	struct rdvd_message m = message_of(o);
	struct rdvd_receipt r = {.retry_after_s = 0};
	int64_t from_ms = clock_monotonic_ms();
	enum rdvd_sent sent = d->ops->send(d->gw, &m, &r);

	answer(json_pack("{s:s, s:s, s:s, s:i, s:i, s:I}", "sent", sent_names[sent],
			 "note", r.note, "provider_id", r.provider_id, "retry_after_s",
			 r.retry_after_s, "only_this", r.only_this, "took_ms",
			 (json_int_t)(clock_monotonic_ms() - from_ms)));
}

static void do_many(struct driven *d, const json_t *o)
{
	long long count = number_of(o, "count", 100), first = number_of(o, "first", 1);
	long long ended[6] = {0};
	int64_t from_ms = clock_monotonic_ms();
	json_t *out = json_object();
	double seconds;

	for (long long i = 0; i < count; i++) {
		struct rdvd_message m = message_of(o);
		struct rdvd_receipt r = {.retry_after_s = 0};
		char id[32];

		snprintf(id, sizeof id, "rdvd-%lld", first + i);
		m.id = id;
		ended[d->ops->send(d->gw, &m, &r)]++;
	}
	seconds = (double)(clock_monotonic_ms() - from_ms) / 1000;
	for (size_t i = 0; i < ARRAY_SIZE(ended); i++)
		json_object_set_new(out, sent_names[i], json_integer(ended[i]));
	json_object_set_new(out, "rate", json_real((double)count / (seconds + 1e-9)));
	answer(out);
}

static void add_event(void *arg, const struct rdvd_event *e)
{
	json_array_append_new(
		arg,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I}",
			  "kind", e->kind == RDVD_EVENT_RECEIPT ? "receipt" : "inbound",
			  "key", e->key, "message_id", e->message_id, "provider_id",
			  e->provider_id, "delivery", delivery_names[e->delivery], "note",
			  e->note, "ack", e->ack, "from", e->from, "to", e->to, "text",
			  e->text, "at", (json_int_t)e->at));
}

static void do_poll(struct driven *d, const json_t *o)
{
	json_t *events = json_array();
	enum rdvd_rc rc = d->ops->poll(d->gw, (int)number_of(o, "timeout_ms", 5000),
				       add_event, events);

	answer(json_pack("{s:b, s:o}", "ok", rc == RDVD_OK, "events", events));
}

static const char *no_header(const struct rdvd_callback *c, const char *name)
{
	(void)c, (void)name;
	return NULL;
}

static void do_callback(struct driven *d, const json_t *o)
{
	static const char *const proofs[] = {"ok", "unreadable", "refused"};
	const char *body = text_of(o, "body", "");
	struct rdvd_callback c = {.method = text_of(o, "method", "POST"),
				  .url = text_of(o, "url", "https://example.org/cb/x/"),
				  .path = text_of(o, "path", ""),
				  .query = text_of(o, "query", ""),
				  .address = text_of(o, "address", "127.0.0.1"),
				  .body = body,
				  .body_size = strlen(body),
				  .header = no_header};
	struct rdvd_callback_answer a = {NULL, NULL};
	json_t *events = json_array();
	enum rdvd_proof proof = d->ops->callback(d->gw, &c, add_event, events, &a);

	answer(json_pack("{s:s, s:o}", "proof", proofs[proof], "events", events));
}

static void obey(struct driven *d, const json_t *o)
{
	const char *what = text_of(o, "do", "");

	if (strcmp(what, "send") == 0) {
		do_send(d, o);
	} else if (strcmp(what, "many") == 0) {
		do_many(d, o);
	} else if (strcmp(what, "poll") == 0 && d->ops->poll) {
		do_poll(d, o);
	} else if (strcmp(what, "callback") == 0 && d->ops->callback) {
		do_callback(d, o);
	} else if (strcmp(what, "settle") == 0 && d->ops->settle) {
		d->ops->settle(d->gw, text_of(o, "ack", ""));
		answer(json_object());
	} else if (strcmp(what, "now") == 0) {
		clock_freeze(number_of(o, "at", 0));
		answer(json_object());
	} else {
		answer(json_pack("{s:s}", "error", "no such thing to do"));
	}
}

static int drive(int argc, char **argv)
{
	struct plugin_setting settings[40];
	struct driven d = {NULL, NULL};
	struct plugin *p;
	char *line = NULL;
	size_t size = 0, n = 0;

	for (int i = 4; i < argc && n < ARRAY_SIZE(settings); i++) {
		char *is = strchr(argv[i], '=');

		if (!is)
			return 2;
		*is = '\0';
		settings[n++] = (struct plugin_setting){argv[i], is + 1, "argument"};
	}
	p = plugin_load(argv[1], argv[2], RDVD_KIND_GATEWAY, settings, n, argv[3]);
	if (!p)
		return 1;
	d.ops = plugin_description(p)->ops;
	if (d.ops->open(plugin_host(p), &d.gw) != RDVD_OK) {
		plugin_free(p);
		return 1;
	}
	answer(json_pack("{s:i}", "capabilities", (int)d.ops->capabilities(d.gw)));
	while (getline(&line, &size, stdin) > 0) {
		json_t *o = json_loads(line, 0, NULL);

		obey(&d, o);
		json_decref(o);
	}
	free(line);
	d.ops->close(d.gw);
	plugin_free(p);
	return 0;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	if (argc < 4) {
		fputs("usage: drive MODULE_DIR NAME DATA_DIR key=value...\n", stderr);
		return 2;
	}
	return drive(argc, argv);
}
