/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_form.c - what comes over HTTP before a handler sees it: the first byte chooses a
 * form, a query, a path, an X-Forwarded-For or an Accept-Language, the rest is its text.
 * Whatever comes out of decoding is clean UTF-8, and no path is ever found that its
 * pattern does not allow. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "http/address.h"
#include "http/impl.h"
#include "http/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_form(char *text, size_t len, int multiline)
{
	struct http_pairs pairs = {0};

	if (!form_parse_urlencoded(text, len, 1000, multiline, &pairs)) {
		for (size_t i = 0; i < pairs.n; i++) {
			const struct http_pair *p = &pairs.items[i];

			if (strlen(p->value) != p->len ||
			    !utf8_is_clean(p->value, p->len) ||
			    (!multiline && strpbrk(p->value, "\t\r\n")) ||
			    strpbrk(p->name, "\t\r\n"))
				abort();
		}
	}
	free(pairs.items);
}

static void handle(struct http_request *rq)
{
}

static void fuzz_path(char *text, size_t len)
{
	static const struct http_route routes[] = {
		{.method = HTTP_GET, .pattern = "/a/b", .handle = handle},
		{.method = HTTP_GET, .pattern = "/a/{x}.ics", .handle = handle},
		{.method = HTTP_GET, .pattern = "/a/{x}/{y}", .handle = handle},
		{.method = HTTP_GET, .pattern = "/d/{*rest}", .handle = handle},
	};
	static struct router *r;
	struct router_path path;
	struct router_match m;
	char *spare = malloc(len + 2);

	if (!r) {
		r = router_new();
		router_add(r, routes, ARRAY_SIZE(routes), NULL);
	}
	if (!spare)
		abort();
	if (!router_path_parse(text, len, spare, &path)) {
		if (!utf8_is_clean(path.whole, strlen(path.whole)) ||
		    path.whole[0] != '/')
			abort();
		router_find(r, HTTP_GET, &path, &m);
		if (m.entry && m.entry->route == &routes[0] &&
		    strcmp(path.whole, "/a/b") != 0)
			abort();
		for (size_t i = 0; i < m.nparams; i++)
			if (m.params[i].len > strlen(m.params[i].value))
				abort();
	}
	free(spare);
}

static void fuzz_forwarded(const char *text)
{
	struct address_net trusted;
	struct address peer, client;
	char printed[ADDRESS_TEXT_MAX];

	if (address_net_parse("127.0.0.0/8", &trusted) ||
	    address_parse("127.0.0.1", 9, &peer))
		abort();
	address_client(&peer, text, &trusted, 1, &client);
	address_format(&client, printed);
	if (address_parse(printed, strlen(printed), &peer) ||
	    memcmp(peer.bytes, client.bytes, sizeof peer.bytes) != 0)
		abort();
}

static void fuzz_language(const char *text)
{
	static struct langs *langs;

	if (!langs)
		langs = langs_new(NULL);
	if (lang_negotiate(langs, text) != langs_at(langs, 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	if (!text)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 5) {
	case 0: fuzz_form(text, size - 1, 1); break;
	case 1: fuzz_form(text, size - 1, 0); break;
	case 2: fuzz_path(text, size - 1); break;
	case 3: fuzz_forwarded(text); break;
	case 4: fuzz_language(text); break;
	}
	free(text);
	return 0;
}
