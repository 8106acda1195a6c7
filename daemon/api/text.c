/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.c - the words of messages, read and written one by one: what is used at a place,
 * whose it is, and why words that were sent are not kept. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "booking/rights.h"
#include "message/text_keep.h"

/* Whose text the request is about: 0; or -1, and it was answered. */
static int read_place(struct http_request *rq, const struct api *api, unsigned right,
		      struct text_place *p)
{
	const struct territory *t = booking_territory(api->booking);
	const char *organisation = http_request_query(rq, "organisation");
	const char *service = http_request_query(rq, "service");
	int o = TERRITORY_NONE, s = TERRITORY_NONE;
	struct text_kind kind;

	*p = (struct text_place){.language = http_request_param(rq, "language"),
				 .name = http_request_param(rq, "name"),
				 .organisation = organisation ? organisation : "",
				 .service = service ? service : ""};
	if (*p->organisation)
		o = territory_organisation(t, p->organisation);
	if (*p->service)
		s = territory_service(t, p->service);
	if (text_place_parse(p, &kind) < 0 || !api->text_keep ||
	    (*p->organisation && o == TERRITORY_NONE) ||
	    (*p->service && s == TERRITORY_NONE) ||
	    !api_own(rq, right, o == TERRITORY_NONE ? 0 : t->organisations[o].id)) {
		http_fail(rq, 404, NULL);
		return -1;
	}
	return 0;
}

static void text_or_null(struct buf *b, const char *s)
{
	if (s)
		buf_add_json_string(b, s);
	else
		buf_addlit(b, "null");
}

static void reply_text(struct http_request *rq, const struct api *api,
		       const struct text_place *p)
{
	const struct texts *texts = text_keep_texts(api->text_keep);
	const struct territory *t = booking_territory(api->booking);
	struct buf b = BUF_INIT;
	const char *actor = "", *used;
	rdvd_time at = 0;
	rdvd_id version = text_keep_version(api->text_keep, p, &at, &actor);
	int own;

	used = text_source_used(texts, p, &own);
	buf_addf(&b,
		 "{\"language\":\"%s\",\"name\":\"%s\",\"organisation\":", p->language,
		 p->name);
	text_or_null(&b, *p->organisation ? p->organisation : NULL);
	buf_addlit(&b, ",\"service\":");
	text_or_null(&b, *p->service ? p->service : NULL);
	buf_addlit(&b, ",\"text\":");
	text_or_null(&b, used);
	buf_addf(&b, ",\"own\":%s,\"file\":", own ? "true" : "false");
	text_or_null(&b, text_source_of_file(texts, p));
	buf_addlit(&b, ",\"version\":");
	if (version)
		buf_addf(&b, "\"%lld\"", (long long)version);
	else
		buf_addlit(&b, "null");
	buf_addlit(&b, ",\"changed\":");
	if (version)
		show_instant(&b, t->zone, at);
	else
		buf_addlit(&b, "null");
	buf_addlit(&b, ",\"by\":");
	text_or_null(&b, version ? actor : NULL);
	buf_addch(&b, '}');
	http_reply_json(rq, 200, &b);
}

void get_staff_text(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct text_place p;

	if (read_place(rq, api, RIGHT(TEXT, SEE), &p) == 0)
		reply_text(rq, api, &p);
}

static void kept(void *arg, enum rdvd_rc rc)
{
	struct http_request *rq = call_end(arg);
	const struct api *api;
	struct text_place p;

	if (!rq)
		return;
	api = http_request_context(rq);
	if (rc != RDVD_OK)
		api_refuse_rc(rq, rc);
	else if (read_place(rq, api, RIGHT(TEXT, CHANGE), &p) == 0)
		reply_text(rq, api, &p);
}

/* What the linter says, one error a fault. 1: something is wrong, and it was answered. */
static int refused(struct http_request *rq, const struct text_place *p, const char *text)
{
	struct buf lines = BUF_INIT;
	struct text_faults faults = {.lines = &lines};
	struct text_draft *d = text_draft_new(p, text, &faults);
	struct api_errors e = {.n = 0};
	const char *line;
	char *copy, *rest;

	text_draft_free(d);
	if (d && faults.n == 0) {
		buf_fini(&lines);
		return 0;
	}
	copy = rest = http_request_strdup(rq, buf_str(&lines));
	while ((line = strsep(&rest, "\n")))
		if (*line)
			api_error(&e, "text", "refused", line);
	if (e.n == 0)
		api_error(&e, "text", "refused", copy);
	buf_fini(&lines);
	api_refuse(rq, 422, &e);
	return 1;
}

/* {"text": "..."}, or null for the file's again; "version": the one that was read, so
 * that nobody else's is lost. */
void put_staff_text(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	const char *text, *version;
	struct text_place p;

	if (!root || read_place(rq, api, RIGHT(TEXT, CHANGE), &p) < 0)
		return;
	text = body_string(root, "text", &e);
	version = body_string(root, "version", &e);
	if (!json_object_get(root, "text"))
		api_error(&e, "text", "required",
			  N_("Donnez le texte, ou null pour celui d’origine."));
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	if (text && refused(rq, &p, text))
		return;
	text_keep_put(api->text_keep, &p, text,
		      version ? (rdvd_id)strtoll(version, NULL, 10) : 0, api_actor(rq),
		      kept, call_begin(rq));
}
