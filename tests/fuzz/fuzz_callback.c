/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_callback.c - what comes to a gateway's call-back address: the first byte chooses
 * the preset, the second which of its call-backs, the rest is the query or the body. With
 * the preset's proofs as they are, and with a proof that always holds. Whatever is told
 * is clean, names a message or a sender, and is not told when it is not proven. */
#include <jansson.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/parse.h"
#include "send.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const presets[] = {
	"brevo",      "capcom6",   "kannel",  "netsize",      "octopush", "ovhcloud",
	"primotexto", "smsfactor", "smsmode", "smsmode-http", "twilio",	  "vonage",
};

extern const struct rdvd_plugin rdvd_plugin_gw_http;

/* One preset, opened twice. */
static struct opened {
	struct rdvd_host host;
	json_t *settings;
	struct gw *strict, *open;
} opened[ARRAY_SIZE(presets)];

static void require(int truth)
{
	if (!truth)
		abort();
}

static rdvd_time now(void)
{
	return 1795334400;
}

__attribute__((format(printf, 3, 4))) static void
log_nothing(const struct rdvd_host *host, int priority, const char *fmt, ...)
{
}

static const char *option(const struct rdvd_host *host, const char *key)
{
	const struct opened *o = host->opaque;
	const char *value = json_string_value(json_object_get(o->settings, key));

	if (strcmp(key, "presets") == 0)
		return FUZZ_PRESETS;
	return value ? value : strcmp(key, "allow_http") == 0 ? "false" : "";
}

/* What the preset needs, and the secret of its paths if it has one. */
static json_t *settings_of(const char *preset)
{
	json_t *settings = json_pack("{s:s}", "preset", preset), *v, *root;
	struct buf path = BUF_INIT;
	const char *key;

	buf_addf(&path, FUZZ_PRESETS "/%s.json", preset);
	root = json_load_file(buf_str(&path), 0, NULL);
	require(root != NULL);
	json_object_foreach(json_object_get(root, "needs"), key, v)
	{
		json_object_set_new(settings, key, json_string("needed"));
	}
	if (json_object_get(json_object_get(root, "takes"), "callback_token"))
		json_object_set_new(settings, "callback_token", json_string("token"));
	else
		json_object_set_new(settings, "callback_addresses",
				    json_string("127.0.0.0/8"));
	json_decref(root);
	buf_fini(&path);
	return settings;
}

/* Every call-back is proven by where it comes from, which is anywhere. */
static void open_wide(struct preset *p)
{
	for (size_t i = 0; i < p->ncallbacks; i++) {
		struct callback *c = &p->callbacks[i];

		for (size_t j = 0; j < c->nproofs; j++) {
			c->proofs[j].kind = PROOF_ADDRESS;
			free(c->proofs[j].secret);
			c->proofs[j].secret = xstrdup("0.0.0.0/0");
		}
	}
}

static struct opened *preset_at(size_t i)
{
	const struct rdvd_gateway_ops *ops = rdvd_plugin_gw_http.ops;
	struct opened *o = &opened[i];
	void *gw = NULL;

	if (o->open)
		return o;
	o->host = (struct rdvd_host){.log = log_nothing,
				     .option = option,
				     .now = now,
				     .dir = "/",
				     .opaque = o};
	o->settings = settings_of(presets[i]);
	require(ops->open(&o->host, &gw) == RDVD_OK);
	o->strict = gw;
	require(ops->open(&o->host, &gw) == RDVD_OK);
	o->open = gw;
	open_wide(o->open->preset);
	return o;
}

/* UTF-8 without controls but line ends. */
static void check_clean(const char *s)
{
	char *line = xstrdup(s);

	for (char *p = line; (p = strchr(p, '\n'));)
		*p = ' ';
	require(utf8_is_clean(line, strlen(line)));
	free(line);
}

static void on_event(void *arg, const struct rdvd_event *e)
{
	const char *const texts[] = {e->key,	     e->note,	  e->message_id,
				     e->provider_id, e->from,	  e->to,
				     e->text,	     e->part_ref, e->ack};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		require(texts[i] != NULL);
		check_clean(texts[i]);
	}
	require(!strchr(e->note, '\n') && e->at >= 0);
	if (e->kind == RDVD_EVENT_RECEIPT) {
		require(*e->message_id || *e->provider_id);
		require(e->delivery >= RDVD_DELIVERY_ACCEPTED &&
			e->delivery <= RDVD_DELIVERY_DELIVERED);
	} else {
		require(e->kind == RDVD_EVENT_INBOUND && *e->from);
		require(e->part >= 0 && e->part <= e->parts);
		require(!*e->part_ref || e->parts > 1);
	}
	(*(size_t *)arg)++;
}

static const char *header(const struct rdvd_callback *c, const char *name)
{
	return "0";
}

static enum rdvd_proof run(struct gw *g, size_t which, const char *text, size_t size,
			   size_t *told)
{
	const struct rdvd_gateway_ops *ops = rdvd_plugin_gw_http.ops;
	const struct callback *cb = &g->preset->callbacks[which % g->preset->ncallbacks];
	struct rdvd_callback_answer answer = {NULL, NULL};
	struct buf path = BUF_INIT, url = BUF_INIT;
	struct rdvd_callback c = {.method = cb->method,
				  .address = "127.0.0.1",
				  .query = cb->as == READ_QUERY ? text : "",
				  .body = cb->as == READ_QUERY ? "" : text,
				  .body_size = cb->as == READ_QUERY ? 0 : size,
				  .header = header};
	enum rdvd_proof proof;

	if (cb->is_receipt)
		buf_addstr(&path, "r/17/0123456789abcdef");
	else
		buf_addf(&path, "%s/token", cb->path);
	buf_addf(&url, "https://rdv.example.org/cb/sms/%s", buf_str(&path));
	c.path = buf_str(&path);
	c.url = buf_str(&url);
	*told = 0;
	proof = ops->callback(g, &c, on_event, told, &answer);
	require(proof == RDVD_PROOF_OK || *told == 0);
	buf_fini(&path);
	buf_fini(&url);
	return proof;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct opened *o;
	enum rdvd_proof open, strict;
	size_t told, told_strict;
	char *text;

	if (size < 2)
		return 0;
	o = preset_at(data[0] % ARRAY_SIZE(presets));
	text = xstrndup((const char *)data + 2, size - 2);
	size = strlen(text);
	open = run(o->open, data[1], text, size, &told);
	strict = run(o->strict, data[1], text, size, &told_strict);
	/* A form of too many fields is refused unread. */
	require(strict == RDVD_PROOF_REFUSED || (strict == open && told == told_strict));
	free(text);
	return 0;
}
