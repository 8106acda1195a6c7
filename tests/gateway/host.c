/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.c - see host.h. */
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

extern const struct rdvd_plugin rdvd_plugin_gw_http;

const struct rdvd_gateway_ops *test_ops;
rdvd_time test_now = TEST_NOW;

static rdvd_time now(void)
{
	return test_now;
}

__attribute__((format(printf, 3, 4))) static void
log_line(const struct rdvd_host *host, int priority, const char *fmt, ...)
{
	struct test_host *h = host->opaque;
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	buf_addf(&h->log, "%d %s\n", priority, text);
}

static const char *option(const struct rdvd_host *host, const char *key)
{
	const struct test_host *h = host->opaque;
	const char *value = json_string_value(json_object_get(h->settings, key));
	const struct rdvd_option *o = rdvd_plugin_gw_http.options;

	while (o->key && strcmp(o->key, key) != 0)
		o++;
	return value ? value : o->preset ? o->preset : "";
}

void host_set(struct test_host *h, const char *name, const char *value)
{
	json_object_set_new(h->settings, name, json_string(value));
}

void host_init(struct test_host *h, ...)
{
	const char *pair;
	va_list ap;

	*h = (struct test_host){.settings = json_object()};
	h->host = (struct rdvd_host){.log = log_line,
				     .option = option,
				     .now = now,
				     .dir = "/tmp",
				     .opaque = h};
	host_set(h, "presets", TEST_SRCDIR "/etc/gateways");
	va_start(ap, h);
	while ((pair = va_arg(ap, const char *))) {
		char *name = xstrndup(pair, strcspn(pair, "="));

		host_set(h, name, pair + strlen(name) + 1);
		free(name);
	}
	va_end(ap);
	test_ops = rdvd_plugin_gw_http.ops;
}

enum rdvd_rc host_open(struct test_host *h)
{
	return test_ops->open(&h->host, &h->gw);
}

void host_fini(struct test_host *h)
{
	if (h->gw)
		test_ops->close(h->gw);
	json_decref(h->settings);
	buf_fini(&h->log);
	h->gw = NULL;
}

struct rdvd_message test_message(void)
{
	return (struct rdvd_message){
		.id = "rdvd-17",
		.key = "rdvd-17-0a1b2c",
		.attempt = 1,
		.channel = RDVD_CHANNEL_SMS,
		.to = "+33612345678",
		.from = "CLLAJ62",
		.text = "RDV mardi 3 mars à 14h00, 12 rue \"Jean & Jaurès\"",
		.receipts_url = "https://rdv.example.org/cb/sms/r/17/0123456789abcdef",
		.deadline = TEST_NOW + 5400,
		.timeout_ms = 5000,
	};
}
