/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callback.c - /cb/GATEWAY/...: where providers tell what became of a message and what
 * people wrote back, and the same by hand for rdvctl sms-in. A request is handed to the
 * receiver as it came; it is answered once what it told is on disk. Providers are not
 * counted among the people of their address; an address that sends call-backs that
 * nothing proves is not listened to for a while. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/mem.h"
#include "message/receive.h"
#include "talk/talk.h"

#define AGAIN_S 30

/* ---- call-backs ---- */

static void answer_callback(void *arg, int status, const char *content_type,
			    const char *body)
{
	struct http_request *rq = call_end(arg);

	if (!rq)
		return;
	switch (status) {
	case 200:
		http_reply_static(rq, 200, content_type, body ? body : "",
				  body ? strlen(body) : 0);
		return;
	case 403:
		http_limit_charge(rq, LIMIT_FORGED);
		http_fail(rq, 403, "nothing proves that this comes from the provider");
		return;
	case 503:
		http_fail_later(rq, 503, "it could not be kept: tell it again", AGAIN_S);
		return;
	default: http_fail(rq, status, NULL); return;
	}
}

static const char *header_of(const struct rdvd_callback *c, const char *name)
{
	return http_request_header(c->opaque, name);
}

void any_callback(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const char *gateway = http_request_param(rq, "gateway");
	const char *path = http_request_param(rq, "rest");
	struct buf url = BUF_INIT;
	struct rdvd_callback c = {
		.method = http_method_name(http_request_method(rq)),
		.path = path ? path : "",
		.query = http_request_raw_query(rq),
		.address = http_request_address(rq),
		.header = header_of,
		.opaque = rq,
	};
	int wait_s = http_limit_wait_s(rq, LIMIT_FORGED);

	if (http_request_method(rq) == HTTP_HEAD) { /* a look, which tells nothing */
		http_header(rq, "Allow", "GET, POST, PUT");
		http_fail(rq, 405, NULL);
		return;
	}
	if (wait_s) {
		http_fail_later(rq, 429, "too much from this address that nothing proves",
				wait_s);
		return;
	}
	buf_addstr(&url, http_server_public_url(api->server));
	buf_addstr(&url, http_request_target(rq));
	c.url = buf_str(&url);
	c.body = http_request_body(rq, &c.body_size);
	receive_callback(api->receive, gateway, &c, answer_callback, call_begin(rq));
	buf_fini(&url);
}

/* ---- by hand ---- */

struct by_hand {
	struct api_call *call;
	struct talk *talk;
	rdvd_id inbound;
};

static void answer_handled(void *arg, enum rdvd_rc rc)
{
	struct by_hand *h = arg;
	struct http_request *rq = call_end(h->call);
	struct buf b = BUF_INIT;

	if (rq && rc == RDVD_OK) {
		buf_addf(&b, "{\"id\":\"%lld\"}", (long long)h->inbound);
		http_reply_json(rq, 201, &b);
	} else if (rq) {
		api_refuse_rc(rq, rc);
	}
	free(h);
}

static void handle(void *arg, enum rdvd_rc rc, rdvd_id inbound)
{
	struct by_hand *h = arg;
	struct api_errors e = {.n = 0};
	struct http_request *rq;

	h->inbound = inbound;
	if (rc == RDVD_OK) {
		talk_when_done(h->talk, inbound, answer_handled, h);
		return;
	}
	if (rc != RDVD_INVALID) {
		answer_handled(h, rc);
		return;
	}
	rq = call_end(h->call);
	api_error(&e, "from", "invalid",
		  N_("Donnez le numéro ou le nom de qui a envoyé le SMS."));
	if (rq)
		api_refuse(rq, 422, &e);
	free(h);
}

void post_local_sms_in(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	const char *from, *text;
	struct by_hand *h;

	if (!root)
		return;
	from = body_string(root, "from", &e);
	text = body_string(root, "text", &e);
	if (!e.n && !from)
		api_error(&e, "from", "required",
			  N_("Donnez le numéro ou le nom de qui a envoyé le SMS."));
	if (!e.n && !text)
		api_error(&e, "text", "required",
			  N_("Donnez le texte du SMS, qui peut être vide."));
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	h = xcalloc(1, sizeof *h);
	h->talk = api->talk;
	h->call = call_begin(rq);
	receive_text(api->receive, from, text, handle, h);
}

/* ---- a mail that came back ---- */

static void answer_event(void *arg, int status, const char *content_type,
			 const char *body)
{
	struct http_request *rq = call_end(arg);
	struct buf b = BUF_INIT;

	(void)content_type, (void)body;
	if (!rq)
		return;
	if (status == 503) {
		http_fail_later(rq, 503, "it could not be kept: tell it again", AGAIN_S);
		return;
	}
	if (status != 200 && status != 403) {
		http_fail(rq, status, NULL);
		return;
	}
	buf_addf(&b, "{\"status\":\"%s\"}", status == 200 ? "stored" : "refused");
	http_reply_json(rq, 200, &b);
}

static const char *no_header(const struct rdvd_callback *c, const char *name)
{
	(void)c, (void)name;
	return NULL;
}

/* What a mail server pipes into rdvctl bounce: the same as a call-back, from this
 * machine. */
void post_local_event(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const char *gateway = http_request_query(rq, "gateway");
	struct rdvd_callback c = {.method = "POST",
				  .url = "",
				  .path = "local",
				  .query = "",
				  .address = "127.0.0.1",
				  .header = no_header,
				  .opaque = rq};

	c.body = http_request_body(rq, &c.body_size);
	receive_callback(api->receive, gateway ? gateway : "", &c, answer_event,
			 call_begin(rq));
}
