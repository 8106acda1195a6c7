/* SPDX-License-Identifier: GPL-3.0-or-later */
/* presets.c - each preset of etc/gateways against tests/data/gateways: the request as a
 * provider sees it to the byte, each documented answer and what it means, receipts and
 * inbound texts with proofs that are right, wrong or too old, what is fetched. Signatures
 * in the data were made by Python's hmac and hashlib. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>
#include <nettle/sha1.h>

#include "base/mem.h"
#include "host.h"
#include "server.h"

#define DATA TEST_SRCDIR "/tests/data/gateways"

static const char *const sent_names[] = {"accepted", "retry",	  "refused",
					 "unknown",  "throttled", "stopped"};
static const char *const found_names[] = {"accepted", "delivered", "undelivered",
					  "absent", "unknown"};
static const char *const delivery_names[] = {"", "accepted", "failed", "bad_number",
					     "delivered"};
static const char *const proof_names[] = {"ok", "unreadable", "refused"};
static const char *const capability_names[] = {"sms",	   "email",   "idempotent",
					       "receipts", "lookup",  "inbound",
					       "replies",  "no_links"};

/* The provider: what it was last asked, and what it will say. */
static struct {
	struct server *server;
	struct buf line, headers, body;
	const json_t *replies; /* of answers, each once; lent */
	size_t next;
} provider;

static const char *text_of(const json_t *o, const char *key, const char *otherwise)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : otherwise;
}

static struct server_reply on_request(void *arg, const struct server_request *rq)
{
	const json_t *say = json_array_get(provider.replies, provider.next++);

	buf_addf(&provider.line, "%s\n", rq->line);
	buf_clear(&provider.headers);
	buf_addstr(&provider.headers, rq->headers);
	buf_clear(&provider.body);
	buf_add(&provider.body, rq->body, rq->body_size);
	return (struct server_reply){
		.status = (int)json_integer_value(json_object_get(say, "status")),
		.headers = text_of(say, "headers", NULL),
		.body = text_of(say, "body", "")};
}

static void expect(const json_t *replies)
{
	provider.replies = replies;
	provider.next = 0;
	buf_clear(&provider.line);
}

/* One reply to whatever comes. */
static json_t *one(const json_t *reply)
{
	return json_pack("[O]", reply);
}

static void set_up(struct test_host *h, const json_t *data, const char *name)
{
	struct buf url = BUF_INIT;
	const char *key;
	json_t *v;

	host_init(h, NULL);
	host_set(h, "preset", name);
	buf_addf(&url, "http://127.0.0.1:%d%s", server_port(provider.server),
		 text_of(data, "base", ""));
	host_set(h, "url", buf_str(&url));
	buf_fini(&url);
	json_object_foreach(json_object_get(data, "settings"), key, v)
	{
		host_set(h, key, json_string_value(v));
	}
	if (host_open(h) != RDVD_OK)
		fail_msg("%s: %s", name, buf_str(&h->log));
}

static void fill_message(struct rdvd_message *m, const json_t *o)
{
	*m = test_message();
	m->text = text_of(o, "text", m->text);
	m->from = text_of(o, "from", m->from);
	m->key = text_of(o, "key", m->key);
	m->to = text_of(o, "to", m->to);
	m->receipts_url = text_of(o, "receipts_url", m->receipts_url);
	m->answerable = json_is_true(json_object_get(o, "answerable"));
}

/* "$1$" and the hash of what was really sent: OVHcloud's formula, written again. */
static void ovh_signature(struct test_host *h, struct buf *out)
{
	const struct server_request rq = {.headers = buf_str(&provider.headers)};
	const char *line = buf_str(&provider.line);
	size_t method = strcspn(line, " ");
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct buf text = BUF_INIT;
	struct sha1_ctx hash;
	char when[32] = "";

	assert_int_equal(server_header(&rq, "X-Ovh-Timestamp", when, sizeof when), 0);
	buf_addf(&text, "%s+%s+%.*s+http://127.0.0.1:%d%.*s+%s+%s",
		 text_of(h->settings, "secret", ""), text_of(h->settings, "token", ""),
		 (int)method, line, server_port(provider.server),
		 (int)strcspn(line + method + 1, " "), line + method + 1,
		 buf_str(&provider.body), when);
	sha1_init(&hash);
	sha1_update(&hash, text.len, (const uint8_t *)buf_str(&text));
	sha1_digest(&hash, sizeof digest, digest);
	buf_addstr(out, "$1$");
	buf_add_hex(out, digest, sizeof digest);
	buf_fini(&text);
}

static void check_header(struct test_host *h, const char *name, const char *wanted)
{
	const struct server_request rq = {.headers = buf_str(&provider.headers)};
	struct buf signature = BUF_INIT;
	char said[512] = "";

	if (!wanted) {
		assert_int_equal(server_header(&rq, name, said, sizeof said), -1);
		return;
	}
	if (strcmp(wanted, "@ovh") == 0) {
		ovh_signature(h, &signature);
		wanted = buf_str(&signature);
	}
	if (server_header(&rq, name, said, sizeof said) != 0)
		fail_msg("no header %s in\n%s", name, buf_str(&provider.headers));
	assert_string_equal(said, wanted);
	buf_fini(&signature);
}

/* What was asked last, against {line, headers, body}. */
static void check_asked(struct test_host *h, const json_t *wanted)
{
	const char *body = text_of(wanted, "body", NULL), *name;
	json_t *v;

	buf_addstr(&provider.line, "");
	assert_int_equal(strncmp(buf_str(&provider.line), text_of(wanted, "line", "?"),
				 strlen(text_of(wanted, "line", "?"))),
			 0);
	json_object_foreach(json_object_get(wanted, "headers"), name, v)
	{
		check_header(h, name, json_string_value(v));
	}
	if (body)
		assert_string_equal(buf_str(&provider.body), body);
}

static void check_receipt(const json_t *wanted, const struct rdvd_receipt *r)
{
	const json_t *credit = json_object_get(wanted, "credit");

	assert_string_equal(r->provider_id, text_of(wanted, "id", ""));
	if (text_of(wanted, "note", NULL))
		assert_string_equal(r->note, text_of(wanted, "note", ""));
	else
		assert_true(r->note[0] != '\0');
	assert_int_equal(r->retry_after_s,
			 json_integer_value(json_object_get(wanted, "retry_after_s")));
	assert_int_equal(r->has_credit, credit != NULL);
	if (credit)
		assert_true(r->credit == json_number_value(credit));
}

static void test_capabilities(struct test_host *h, const json_t *data)
{
	const json_t *can = json_object_get(data, "can");
	unsigned wanted = 0;

	for (size_t i = 0; i < json_array_size(can); i++) {
		for (unsigned j = 0; j < ARRAY_SIZE(capability_names); j++)
			if (!strcmp(capability_names[j],
				    json_string_value(json_array_get(can, i))))
				wanted |= 1u << j;
	}
	assert_int_equal(test_ops->capabilities(h->gw), wanted);
}

static void test_requests(struct test_host *h, const json_t *data)
{
	json_t *list = json_object_get(data, "requests"), *o;
	json_t *yes = json_array_get(json_object_get(data, "answers"), 0);
	json_t *replies = one(yes);
	size_t i;

	assert_true(json_array_size(list) >= 2);
	json_array_foreach(list, i, o)
	{
		struct rdvd_receipt r = {.retry_after_s = 0};
		struct rdvd_message m;

		print_message("request %zu\n", i);
		fill_message(&m, json_object_get(o, "message"));
		expect(replies);
		assert_int_equal(test_ops->send(h->gw, &m, &r), RDVD_SENT_ACCEPTED);
		assert_int_equal(provider.next, 1);
		check_asked(h, o);
	}
	json_decref(replies);
}

static void test_answers(struct test_host *h, const json_t *data)
{
	json_t *list = json_object_get(data, "answers"), *o;
	size_t i;

	assert_true(json_array_size(list) >= 5);
	json_array_foreach(list, i, o)
	{
		struct rdvd_receipt r = {.retry_after_s = 0};
		struct rdvd_message m = test_message();
		json_t *replies = one(o);
		enum rdvd_sent sent;

		print_message("answer %zu\n", i);
		expect(replies);
		sent = test_ops->send(h->gw, &m, &r);
		assert_string_equal(sent_names[sent], text_of(o, "is", "?"));
		check_receipt(o, &r);
		/* What the counsellor sees and the log keeps names nobody. */
		assert_null(strstr(r.note, "612345678"));
		assert_null(strstr(r.note, m.text));
		json_decref(replies);
	}
}

/* An answer with everything that was said in it but the id, which is not there, null or
 * empty. */
static json_t *without_id(const json_t *answer, const char *instead)
{
	const char *body = text_of(answer, "body", ""), *id = text_of(answer, "id", NULL);
	const char *at = id ? strstr(body, id) : NULL;
	size_t quoted = at && at > body && at[-1] == '"';
	struct buf b = BUF_INIT;
	json_t *o;

	if (!at)
		return NULL;
	buf_addf(&b, "%.*s%s%s", (int)(at - quoted - body), body,
		 quoted || strstr(body, "\":") ? instead : "", at + strlen(id) + quoted);
	o = json_pack("{s:O, s:s}", "status", json_object_get(answer, "status"), "body",
		      buf_str(&b));
	buf_fini(&b);
	return o;
}

/* Whatever is answered with a status of success, but by nobody who speaks as the provider
 * does, leaves a message in doubt; so does every failure that nobody explains. */
static void check_in_doubt(struct test_host *h, const json_t *reply)
{
	struct rdvd_receipt r = {.retry_after_s = 0};
	struct rdvd_message m = test_message();
	json_t *replies = one(reply);
	enum rdvd_sent sent;

	expect(replies);
	sent = test_ops->send(h->gw, &m, &r);
	if (sent != RDVD_SENT_UNKNOWN)
		fail_msg("%s is what was made of %d \"%s\"", sent_names[sent],
			 (int)json_integer_value(json_object_get(reply, "status")),
			 text_of(reply, "body", ""));
	json_decref(replies);
}

static void test_doubts(struct test_host *h, const json_t *data)
{
	static const int statuses[] = {200, 201, 202, 203, 204, 206, 299, 408,
				       500, 501, 502, 504, 507, 520, 599};
	static const char *const bodies[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"ok\":true}",
		"<html>Log in</html>",
		"OK",
		"{\"id\":null,\"sid\":\"\",\"messageId\":null,\"status\":null}"};
	static const char *const instead[] = {"\"\"", "null", "[]", "{}"};
	json_t *o;
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(bodies); j++) {
			o = json_pack("{s:i, s:s}", "status", statuses[i], "body",
				      bodies[j]);
			check_in_doubt(h, o);
			json_decref(o);
		}
	}
	json_array_foreach(json_object_get(data, "answers"), n, o)
	{
		json_t *cut;

		if (strcmp(text_of(o, "is", ""), "accepted") != 0)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(instead); i++) {
			cut = without_id(o, instead[i]);
			if (cut)
				check_in_doubt(h, cut);
			json_decref(cut);
		}
	}
}

/* A provider refuses a message whose validity is beyond what it allows: an appointment
 * may be a minute or a year away. */
static void test_validities(struct test_host *h, const json_t *data)
{
	static const int left[] = {1, 400 * 86400};
	static const char *const keys[] = {"soon", "late"};
	const json_t *wanted = json_object_get(data, "validity");
	json_t *replies = one(json_array_get(json_object_get(data, "answers"), 0));

	for (size_t i = 0; wanted && i < ARRAY_SIZE(left); i++) {
		struct rdvd_receipt r = {.retry_after_s = 0};
		struct rdvd_message m = test_message();
		const char *text = text_of(wanted, keys[i], "?");

		m.deadline = TEST_NOW + left[i];
		expect(replies);
		assert_int_equal(test_ops->send(h->gw, &m, &r), RDVD_SENT_ACCEPTED);
		if (!strstr(buf_str(&provider.body), text) &&
		    !strstr(buf_str(&provider.headers), text))
			fail_msg("no %s in %s%s", text, buf_str(&provider.headers),
				 buf_str(&provider.body));
	}
	json_decref(replies);
}

static void test_lookups(struct test_host *h, const json_t *data)
{
	json_t *lookup = json_object_get(data, "lookup"), *o;
	size_t i;

	json_array_foreach(json_object_get(lookup, "answers"), i, o)
	{
		struct rdvd_receipt r = {.retry_after_s = 0};
		json_t *replies = one(o);
		enum rdvd_found found;

		print_message("look-up %zu\n", i);
		expect(replies);
		found = test_ops->lookup(h->gw, "rdvd-17", "theirs", 5000, &r);
		assert_string_equal(found_names[found], text_of(o, "is", "?"));
		assert_string_equal(r.provider_id, text_of(o, "id", ""));
		check_asked(h, lookup);
		json_decref(replies);
	}
}

/* ---- what comes back ---- */

struct heard {
	const json_t *wanted; /* a list; lent */
	size_t n;
	char ack[256];
};

static void on_event(void *arg, const struct rdvd_event *e)
{
	struct heard *heard = arg;
	const json_t *o = json_array_get(heard->wanted, heard->n++);
	int is_receipt = e->kind == RDVD_EVENT_RECEIPT;

	if (!o)
		fail_msg("an event that was not awaited: %s %s", e->key, e->text);
	assert_string_equal(is_receipt ? "receipt" : "inbound", text_of(o, "kind", "?"));
	assert_string_equal(e->key, text_of(o, "key", ""));
	assert_string_equal(e->note, text_of(o, "note", ""));
	assert_int_equal(e->at, json_integer_value(json_object_get(o, "at")));
	assert_string_equal(e->message_id, text_of(o, "message_id", ""));
	assert_string_equal(e->provider_id, text_of(o, "provider_id", ""));
	if (is_receipt)
		assert_string_equal(delivery_names[e->delivery], text_of(o, "is", "?"));
	assert_string_equal(e->from, text_of(o, "from", ""));
	assert_string_equal(e->to, text_of(o, "to", ""));
	assert_string_equal(e->text, text_of(o, "text", ""));
	assert_string_equal(e->part_ref, text_of(o, "part_ref", ""));
	assert_int_equal(e->part, json_integer_value(json_object_get(o, "part")));
	assert_int_equal(e->parts, json_integer_value(json_object_get(o, "parts")));
	assert_string_equal(e->ack, text_of(o, "ack", ""));
	snprintf(heard->ack, sizeof heard->ack, "%s", e->ack);
}

static const char *callback_header(const struct rdvd_callback *c, const char *name)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)c->opaque, key, v)
	{
		if (strcasecmp(key, name) == 0)
			return json_string_value(v);
	}
	return NULL;
}

static void test_callbacks(struct test_host *h, const json_t *data)
{
	json_t *list = json_object_get(data, "callbacks"), *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		struct heard heard = {.wanted = json_object_get(o, "events")};
		struct rdvd_callback_answer answer = {NULL, NULL};
		struct buf url = BUF_INIT;
		struct rdvd_callback c = {
			.method = text_of(o, "method", "POST"),
			.path = text_of(o, "path", ""),
			.query = text_of(o, "query", ""),
			.address = text_of(o, "address", "192.0.2.1"),
			.body = text_of(o, "body", ""),
			.body_size = strlen(text_of(o, "body", "")),
			.header = callback_header,
			.opaque = json_object_get(o, "headers"),
		};
		enum rdvd_proof proof;

		print_message("call-back %zu: %s\n", i, text_of(o, "about", ""));
		buf_addf(&url, "https://rdv.example.org/cb/sms/%s", c.path);
		c.url = buf_str(&url);
		test_now = TEST_NOW + json_integer_value(json_object_get(o, "later"));
		proof = test_ops->callback(h->gw, &c, on_event, &heard, &answer);
		test_now = TEST_NOW;
		assert_string_equal(proof_names[proof], text_of(o, "proof", "?"));
		assert_int_equal(heard.n, json_array_size(heard.wanted));
		if (proof == RDVD_PROOF_OK)
			assert_string_equal(answer.body ? answer.body : "",
					    text_of(o, "answer", ""));
		buf_fini(&url);
	}
}

static void test_polls(struct test_host *h, const json_t *data)
{
	const json_t *poll = json_object_get(data, "poll"), *asked;
	struct heard heard = {.wanted = json_object_get(poll, "events")};
	struct buf lines = BUF_INIT;

	if (!poll)
		return;
	expect(json_object_get(poll, "answers"));
	assert_int_equal(test_ops->poll(h->gw, 5000, on_event, &heard), RDVD_OK);
	assert_int_equal(heard.n, json_array_size(heard.wanted));
	if (heard.ack[0])
		test_ops->settle(h->gw, heard.ack);
	assert_int_equal(provider.next, json_array_size(json_object_get(poll, "asked")));
	asked = json_object_get(poll, "asked");
	for (size_t i = 0; i < json_array_size(asked); i++)
		buf_addf(&lines, "%s\n", json_string_value(json_array_get(asked, i)));
	assert_string_equal(buf_str(&provider.line), buf_str(&lines));
	buf_fini(&lines);
}

static void test_preset(void **state)
{
	const char *name = *state;
	struct buf path = BUF_INIT;
	struct test_host h;
	json_error_t error;
	json_t *data;

	buf_addf(&path, DATA "/%s.json", name);
	data = json_load_file(buf_str(&path), JSON_REJECT_DUPLICATES, &error);
	if (!data)
		fail_msg("%s:%d: %s", buf_str(&path), error.line, error.text);
	set_up(&h, data, name);
	test_capabilities(&h, data);
	test_requests(&h, data);
	test_answers(&h, data);
	test_doubts(&h, data);
	test_validities(&h, data);
	test_lookups(&h, data);
	test_callbacks(&h, data);
	test_polls(&h, data);
	host_fini(&h);
	json_decref(data);
	buf_fini(&path);
}

/* Every preset that is there, so that none is left out. */
int main(void)
{
	struct CMUnitTest tests[64];
	DIR *d = opendir(TEST_SRCDIR "/etc/gateways");
	struct dirent *e;
	size_t n = 0;
	int failed;

	provider.server = server_new(on_request, NULL);
	while (d && (e = readdir(d)) && n < ARRAY_SIZE(tests)) {
		size_t len = strlen(e->d_name);
		char *name;

		if (len < 6 || strcmp(e->d_name + len - 5, ".json") != 0)
			continue;
		name = xstrndup(e->d_name, len - 5);
		tests[n++] = (struct CMUnitTest){
			.name = name, .test_func = test_preset, .initial_state = name};
	}
	if (d)
		closedir(d);
	failed = _cmocka_run_group_tests("presets", tests, n, NULL, NULL);
	server_free(provider.server);
	for (size_t i = 0; i < n; i++)
		free((char *)tests[i].name);
	buf_fini(&provider.line);
	buf_fini(&provider.headers);
	buf_fini(&provider.body);
	return failed || n < 11;
}
