/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify.c - proving a telephone number, where an organisation asks for it: ask for a
 * code or be told one to send, say the code, and book with the name of what was proven.
 */
#include <stdio.h>
#include <string.h>

#include "api/impl.h"
#include "base/mem.h"
#include "booking/verify.h"
#include "message/phone.h"

static void refuse_verdict(struct http_request *rq, const struct verify_reply *r)
{
	struct api_errors e = {.n = 0};

	switch (r->verdict) {
	case VERIFY_WRONG:
		api_error(&e, "code", "wrong", N_("Ce n’est pas le bon code."));
		api_refuse(rq, 422, &e);
		return;
	case VERIFY_OVER:
		http_fail(rq, 404, "that code is over: ask for another");
		return;
	case VERIFY_SOON:
		http_fail_later(rq, 429, "that number was sent a code just now",
				r->wait_s);
		return;
	case VERIFY_OFF:
		http_fail_later(rq, 429, "no codes by SMS for now: use how sms", 3600);
		return;
	case VERIFY_DONE:
	case VERIFY_SENT:
	case VERIFY_BUSY: break;
	}
	http_fail_later(rq, 503, NULL, 5);
}

static void answer(void *arg, const struct verify_reply *r)
{
	struct api_call *c = arg;
	const struct api *api = c->api;
	int status = c->flag;
	struct http_request *rq = call_end(c);
	struct buf b = BUF_INIT;
	char name[17];

	if (!rq)
		return;
	if (r->verdict != VERIFY_SENT && r->verdict != VERIFY_DONE) {
		refuse_verdict(rq, r);
		return;
	}
	booking_hold_name(r->ref, name);
	buf_addf(&b, "{\"verification\":\"%s\",\"verified\":%s", name,
		 r->verdict == VERIFY_DONE ? "true" : "false");
	if (r->verdict == VERIFY_SENT && *r->code) {
		buf_addf(&b, ",\"send\":\"RDV %s\",\"to\":", r->code);
		buf_add_json_string(&b, api->inbound_number);
	}
	buf_addch(&b, '}');
	http_reply_json(rq, status, &b);
}

void post_verifications(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	const char *phone, *how;
	struct phone number;
	struct api_call *c;

	if (!root)
		return;
	how = body_string(root, "how", &e);
	phone = body_string(root, "phone", &e);
	if (!how || (strcmp(how, "code") != 0 && strcmp(how, "sms") != 0))
		api_error(&e, "how", "invalid",
			  N_("Écrivez code (nous en envoyons un) ou sms (on nous en "
			     "envoie un)."));
	else if (strcmp(how, "sms") == 0 && !api->inbound_number)
		api_error(&e, "how", "unavailable",
			  N_("Ici, on ne peut pas nous envoyer de SMS : écrivez code."));
	else if (strcmp(how, "code") == 0 &&
		 (!phone || phone_parse(phone, &number) != RDVD_OK ||
		  !number.can_receive_sms))
		api_error(&e, "phone", "no_sms",
			  N_("Ce numéro ne reçoit pas de SMS : il n’y a rien à "
			     "vérifier."));
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	c = call_begin(rq);
	c->flag = 202;
	if (strcmp(how, "sms") == 0)
		verify_await(api->verify, answer, c);
	else
		verify_send(api->verify, RDVD_CHANNEL_SMS, number.number,
			    http_request_lang_code(rq), answer, c);
}

void post_verification(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	const char *code;
	struct api_call *c;
	uint64_t ref;

	if (!root)
		return;
	code = body_string(root, "code", &e);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	if (booking_hold_parse(http_request_param(rq, "id"), &ref) < 0) {
		api_refuse_rc(rq, RDVD_NOT_FOUND);
		return;
	}
	c = call_begin(rq);
	c->flag = 200;
	verify_check(api->verify, ref, code ? code : "", answer, c);
}

/* ---- a booking that needs it ---- */

enum verify_phone api_verify_asked(const struct api *api, const struct booking_request *r)
{
	const struct territory *t = booking_territory(api->booking);
	int site = r->site ? territory_site(t, r->site) : TERRITORY_NONE;
	enum verify_phone asked;
	struct phone phone;

	if (site == TERRITORY_NONE || t->sites[site].organisation == TERRITORY_NONE)
		return VERIFY_PHONE_NO;
	asked = t->organisations[t->sites[site].organisation].verify_phone;
	if (asked == VERIFY_PHONE_NO || !r->person.phone ||
	    phone_parse(r->person.phone, &phone) != RDVD_OK || !phone.can_receive_sms)
		return VERIFY_PHONE_NO;
	return asked;
}

int api_verify_holds(enum verify_phone asked, const char *phone,
		     const struct verify_reply *r)
{
	struct phone typed;

	if (r->verdict != VERIFY_DONE || strchr(r->number, '@'))
		return 0;
	return asked == VERIFY_PHONE_SMS || (phone_parse(phone, &typed) == RDVD_OK &&
					     strcmp(typed.number, r->number) == 0);
}

void api_verify_refuse(struct http_request *rq)
{
	struct api_errors e = {.n = 0};

	api_error(&e, "verification", "unverified",
		  N_("L’équipe demande que le numéro soit vérifié d’abord : "
		     "POST /api/v1/verifications."));
	api_refuse(rq, 422, &e);
}
