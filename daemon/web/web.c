/* SPDX-License-Identifier: GPL-3.0-or-later */
/* web.c - the pages, put together: what they share, and the routes of each file. */
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "web/page.h"

#define RETENTION_MONTHS 24

extern const struct http_asset web_assets[]; /* made by embed from static/ */
extern const size_t nweb_assets;

static const char *kept(const char *s)
{
	return s && *s ? xstrdup(s) : NULL;
}

struct web *web_new(struct http_server *s, struct booking *b, const struct web_options *o)
{
	struct web *w = xcalloc(1, sizeof(*w));

	w->server = s;
	w->booking = b;
	w->options = *o;
	w->options.publisher = kept(o->publisher);
	w->options.host = kept(o->host);
	w->options.data_contact = kept(o->data_contact);
	w->options.demonstration = kept(o->demonstration);
	if (w->options.retention_months <= 0)
		w->options.retention_months = RETENTION_MONTHS;
	w->options.inbound_number = kept(o->inbound_number);
	w->guard =
		guard_new(&(struct guard_options){.per_address = o->proof_per_address,
						  .in_all = o->proof_in_all,
						  .log_only = o->demonstration != NULL});
	http_server_assets(s, web_assets, nweb_assets);
	w->script = http_asset_url("communes.js");
	search_routes(w);
	times_routes(w);
	form_routes(w);
	book_routes(w);
	manage_routes(w);
	if (o->waiting) {
		waiting_routes(w);
		ask_routes(w);
	}
	info_routes(w);
	return w;
}

void web_free(struct web *w)
{
	if (!w)
		return;
	free((char *)w->options.publisher);
	free((char *)w->options.host);
	free((char *)w->options.data_contact);
	free((char *)w->options.demonstration);
	free((char *)w->options.inbound_number);
	guard_free(w->guard);
	free(w);
}

void web_code(const struct rdvd_appointment *a, char out[5])
{
	snprintf(out, 5, "%04u", (unsigned)(a->ref % 10000));
}
