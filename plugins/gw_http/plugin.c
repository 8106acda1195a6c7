/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin.c - what gw_http exports. Providers differ by address, headers, body and where
 * the id stands: each is a preset file, read by preset.c; see gw_http(7).
 *
 *   template.c   requests with holes       wire.c      one request, by libcurl
 *   value.c      finding things in answers send.c      a message, a look-up
 *   preset*.c    the file                  callback.c  what the provider calls
 *   proof.c      who is calling            poll.c      what has to be fetched
 *   telling.c    what was told             when.c      instants */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "send.h"

static unsigned http_capabilities(void *gw)
{
	const struct gw *g = gw;

	return g->preset->can;
}

static void http_close(void *gw)
{
	struct gw *g = gw;

	if (!g)
		return;
	wire_free(g->wire);
	free(g->poll_from);
	preset_free(g->preset);
	free(g);
}

static enum rdvd_rc http_open(const struct rdvd_host *host, void **gw)
{
	struct gw *g = mem_zero(1, sizeof *g);

	g->host = host;
	g->preset = preset_open(host);
	if (g->preset)
		g->wire = wire_new(host, g->preset);
	if (!g->wire) {
		http_close(g);
		return RDVD_FAILED;
	}
	g->poll_from = mem_zero(g->preset->npolls, sizeof *g->poll_from);
	*gw = g;
	return RDVD_OK;
}

/* Nothing is made or asked before the first message. */
static enum rdvd_rc http_check(const struct rdvd_host *host)
{
	const char *ca_file = host->option(host, "ca_file");
	void *gw = NULL;
	enum rdvd_rc rc = http_open(host, &gw);

	http_close(gw);
	if (*ca_file && access(ca_file, R_OK) < 0) {
		host->log(host, 3, "ca_file %s cannot be read: %s", ca_file,
			  strerror(errno));
		rc = RDVD_FAILED;
	}
	return rc;
}

static const struct rdvd_option options[] = {
	{"preset", NULL, "the provider: a preset's name, or a file of your own with a /"},
	{"presets", RDVD_PKGDATADIR "/gateways",
	 "the folder of the presets that have a name"},
	{"url", "", "where the provider is, when not where its preset says"},
	{"account", "", "as the preset asks: the account's name"},
	{"user", "", "as the preset asks: the login"},
	{"password", "", "as the preset asks: the password, or file:PATH"},
	{"token", "", "as the preset asks: the key or token, or file:PATH"},
	{"secret", "", "as the preset asks: the signing secret, or file:PATH"},
	{"sender", "", "the sender of messages that ask for an answer"},
	{"set", "", "further values of the preset: name=value; name=value"},
	{"callback_token", "", "the secret at the end of the call-back's address"},
	{"callback_secret", "", "what call-backs are signed with, or file:PATH"},
	{"callback_basic", "", "user:password that call-backs give, or file:PATH"},
	{"callback_addresses", "",
	 "networks that call-backs come from: 192.0.2.0/24, ..."},
	{"ca_file", "", "certificates to trust instead of the system's"},
	{"allow_http", "false",
	 "whether a provider elsewhere may be spoken to without TLS"},
	{NULL, NULL, NULL},
};

static const struct rdvd_gateway_ops ops = {
	.capabilities = http_capabilities,
	.open = http_open,
	.send = http_send,
	.close = http_close,
	.lookup = http_lookup,
	.poll = http_poll,
	.settle = http_settle,
	.callback = http_callback,
	.check = http_check,
};

extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_http);

const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_http) = {
	.abi = RDVD_ABI,
	.kind = RDVD_KIND_GATEWAY,
	.name = "gw_http",
	.options = options,
	.ops = &ops,
};
