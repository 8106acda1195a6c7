/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asset.c - style sheets and scripts out of the binary. Their address holds the hash of
 * their bytes, so a browser keeps them for ever and never shows an old one. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/impl.h"

static const struct http_asset *table; /* the program's; set once before requests come */
static size_t ntable;

static const struct http_asset *find(const char *name)
{
	size_t low = 0, high = ntable;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, table[middle].name);

		if (!order)
			return &table[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static void serve(struct http_request *rq)
{
	const struct http_asset *a = find(http_request_param(rq, "name"));
	const char *version = http_request_query(rq, "v");

	if (!a) {
		http_fail(rq, 404, NULL);
		return;
	}
	http_cache(rq, version && !strcmp(version, a->etag)
			       ? "public, max-age=31536000, immutable"
			       : "no-cache");
	if (!http_etag(rq, a->etag))
		http_reply_static(rq, 200, a->content_type, a->bytes, a->len);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = "/static/{name}", .handle = serve},
};

void http_server_assets(struct http_server *s, const struct http_asset *assets, size_t n)
{
	table = assets;
	ntable = n;
	http_server_routes(s, routes, ARRAY_SIZE(routes), NULL);
}

const char *http_asset_url(const char *name)
{
	const struct http_asset *a = find(name);

	if (!a) {
		log_err("there is no asset %s", name);
		abort();
	}
	return a->url;
}
