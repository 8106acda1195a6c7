/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http.c - gw_http held to the contract of every gateway, with a preset whose provider
 * takes an id once (capcom6) and with one whose does not (brevo). Built twice: with the
 * plugin linked in, and with the module loaded. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "conformance.h"
#include "rdvd/gateway.h"
#include "server.h"

#ifdef RDVD_STATIC
extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_http);
const struct rdvd_plugin *const plugin_builtin[] = {&RDVD_PLUGIN_SYMBOL(gw_http), NULL};
#define TEST_MODULE_DIR "/nonexistent"
#else
const struct rdvd_plugin *const plugin_builtin[] = {NULL};
#endif

/* The provider: the messages it has, in the order in which they came. Its thread writes,
 * the test reads: what a killed child had sent may still be arriving. */
static struct {
	pthread_mutex_t lock;
	json_t *messages; /* [{"id", "text"}] */
	int takes_id_once;
	atomic_int is_spoilt;
} provider = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const json_t *find(const char *id)
{
	json_t *m;
	size_t i;

	json_array_foreach(provider.messages, i, m)
	{
		if (strcmp(json_string_value(json_object_get(m, "id")), id) == 0)
			return m;
	}
	return NULL;
}

static struct server_reply on_request(void *arg, const struct server_request *rq)
{
	struct server_reply reply = {.status = 201,
				     .body = "{\"messageId\":7,\"id\":\"7\"}"};
	json_t *body = json_loadb(rq->body, rq->body_size, 0, NULL);
	const json_t *content = json_object_get(body, "content");
	const char *id = json_string_value(
		json_object_get(body, provider.takes_id_once ? "id" : "tag"));

	pthread_mutex_lock(&provider.lock);
	if (provider.takes_id_once)
		content = json_object_get(json_object_get(body, "textMessage"), "text");
	if (atomic_load(&provider.is_spoilt)) {
		reply = (struct server_reply){
			.status = 503,
			.headers = "Retry-After: 30\r\n",
			.body = "{\"message\":\"+33612345678 can wait\"}"};
	} else if (!id || !content) {
		reply = (struct server_reply){.status = 500};
	} else if (provider.takes_id_once && find(id)) {
		reply = (struct server_reply){.status = 409,
					      .body = "{\"message\":\"known\"}"};
	} else {
		json_array_append_new(provider.messages,
				      json_pack("{s:s,s:O}", "id", id, "text", content));
		if (provider.takes_id_once)
			reply.status = 202;
	}
	pthread_mutex_unlock(&provider.lock);
	json_decref(body);
	return reply;
}

static int arrived(const char *id)
{
	int n = 0;
	json_t *m;
	size_t i;

	pthread_mutex_lock(&provider.lock);
	json_array_foreach(provider.messages, i, m)
	{
		n += strcmp(json_string_value(json_object_get(m, "id")), id) == 0;
	}
	pthread_mutex_unlock(&provider.lock);
	return n;
}

static void text(const char *id, struct buf *out)
{
	const json_t *m;

	pthread_mutex_lock(&provider.lock);
	m = find(id);
	if (m)
		buf_addstr(out, json_string_value(json_object_get(m, "text")));
	pthread_mutex_unlock(&provider.lock);
	assert_non_null(m);
}

static void spoil(void)
{
	atomic_store(&provider.is_spoilt, 1);
}

static void mend(void)
{
	atomic_store(&provider.is_spoilt, 0);
}

static int hold(const char *preset, int takes_id_once)
{
	struct server *s = server_new(on_request, NULL);
	struct buf url = BUF_INIT;
	struct plugin_setting settings[5] = {
		{"presets", TEST_SRCDIR "/etc/gateways", "rdvd.conf:2"},
		{"preset", preset, "rdvd.conf:3"},
		{"url", NULL, "rdvd.conf:4"},
	};
	struct gateway_fixture fixture = {
		.module_dir = TEST_MODULE_DIR,
		.name = "gw_http",
		.settings = settings,
		.nsettings = takes_id_once ? 5 : 4,
		.dir = "/tmp",
		.arrived = arrived,
		.text = text,
		.spoil = spoil,
		.mend = mend,
	};
	int failed;

	buf_addf(&url, "http://127.0.0.1:%d", server_port(s));
	settings[2].value = buf_str(&url);
	settings[3] = takes_id_once
			      ? (struct plugin_setting){"user", "u", "rdvd.conf:5"}
			      : (struct plugin_setting){"token", "t", "rdvd.conf:5"};
	settings[4] = (struct plugin_setting){"password", "p", "rdvd.conf:6"};
	provider.messages = json_array();
	provider.takes_id_once = takes_id_once;
	failed = gateway_conformance(&fixture);
	server_free(s);
	json_decref(provider.messages);
	buf_fini(&url);
	return failed;
}

int main(void)
{
	return hold("capcom6", 1) + hold("brevo", 0) != 0;
}
