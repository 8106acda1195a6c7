/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_book.c - the form that was sent: booked, or answered with what stands in the
 * way. Who came too fast is shown the form again; who comes with a crowd, or gives a
 * number that the team wants proven, gets one more page with several ways through, each
 * of which brings the whole form back here. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/verify.h"
#include "http/address.h"
#include "message/phone.h"
#include "web/questions.h"
#include "web/reserve.h"
#include "web/where.h"

/* ---- booking ---- */

static void booked(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct shown s = {.status = 422, .errors = r->errors};
	struct slot slot;
	struct typed t;
	struct chosen c;

	if (!rq)
		return;
	form_read(rq, &t);
	reserve_from_query(rq, &t);
	reserve_choose(w, t.service, t.hour, &c);
	if (booking_hold_parse(http_request_param(rq, "hold"), &s.hold) < 0)
		s.hold = 0;
	if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN) {
		http_redirect(rq, 303, page_text(rq, "/rdv/%s?merci=1", r->token));
		return;
	}
	if (!c.known) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (r->verdict != BOOKING_FIELDS && !page_is_trouble(r->verdict)) {
		if (r->verdict == BOOKING_KEY_REUSED)
			t.key = ""; /* another form of the same page: a new one */
		reserve_reply_taken(rq, w, &c, &t, reserve_url(rq, s.hold, &t), r);
		return;
	}
	if (booking_hold_find(w->booking, s.hold, &slot, &s.until) < 0)
		s.until = 0;
	s.trouble = page_is_trouble(r->verdict);
	if (s.trouble) {
		s.status = 503;
		http_header(rq, "Retry-After", "5");
	}
	reserve_reply_form(rq, w, &c, &t, &s);
}

/* The commune that was searched for is the person's, if it is one. */
static const char *commune_of(struct http_request *rq, const struct web *w, const char *q)
{
	struct where where;

	where_find(booking_communes(w->booking), booking_territory(w->booking), q,
		   &where);
	return where.commune ? where.commune->insee : NULL;
}

/* The person as typed; needs gets her wishes and must outlive p. */
static void fill_person(struct http_request *rq, const struct web *w,
			const struct typed *t, struct buf *needs,
			struct booking_person *p)
{
	form_needs(t, needs);
	*p = (struct booking_person){
		.first_name = t->first_name,
		.last_name = t->last_name,
		.birth_year = t->birth_year,
		.employer = t->employer,
		.phone = t->phone,
		.email = t->email,
		.insee = commune_of(rq, w, t->q),
		.locale = http_request_lang_code(rq),
		.needs = buf_str(needs),
		.discreet = *t->discreet != '\0',
		.hours = t->hours,
		.only_answers = *t->only_answers != '\0',
	};
}

/* Book what was typed; number: the one that was proven instead of what was typed, or
 * NULL.
 */
static void book_typed(struct http_request *rq, const struct web *w,
		       const struct typed *t, const char *number)
{
	struct booking_answer answers[SERVICE_QUESTIONS_MAX];
	struct booking_request ask = {0};
	struct buf needs = BUF_INIT;
	char site[64];
	int64_t party = 1;

	if (times_parse(t->hour, site, &ask.start) < 0 || !*t->service) {
		http_fail(rq, 400, NULL);
		return;
	}
	ask.request_key = *t->key ? t->key : NULL;
	form_hash(t, ask.body_hash);
	ask.service = t->service;
	ask.site = site;
	ask.has_start = 1;
	/* booking lets go of a hold that was kept for another hour */
	if (booking_hold_parse(http_request_param(rq, "hold"), &ask.hold) < 0)
		ask.hold = 0;
	if (*t->party && parse_int(t->party, 1, 99, &party) < 0)
		party = -1; /* refused by booking, in words */
	ask.party_size = (int)party;
	ask.notice = 1; /* the form says what is done with it, above its button */
	ask.channel = RDVD_BY_WEB;
	fill_person(rq, w, t, &needs, &ask.person);
	ask.interpreter = *t->interpreter != '\0';
	ask.nanswers = questions_read(rq, t->answers, answers);
	ask.answers = answers;
	if (number)
		ask.person.phone = number;
	reserve_browser(rq, ask.holder);
	booking_book(w->booking, &ask, booked, page_wait(rq));
	buf_fini(&needs);
}

/* ---- one more step ---- */

/* Why one more step is needed. */
enum step { STEP_NONE, STEP_CROWD, STEP_NUMBER };

/* The number that was typed as it is sent to, or "" when none is proven by SMS. */
static const char *typed_number(const struct typed *t, struct phone *phone)
{
	if (!*t->phone || phone_parse(t->phone, phone) != RDVD_OK ||
	    !phone->can_receive_sms)
		return "";
	return phone->number;
}

static enum verify_phone asked_of(const struct web *w, const struct typed *t)
{
	const struct organisation *o;
	struct chosen c;

	reserve_choose(w, t->service, t->hour, &c);
	o = reserve_team(w, &c);
	return o && w->options.verify ? o->verify_phone : VERIFY_PHONE_NO;
}

static enum step step_of(const struct web *w, const struct typed *t,
			 enum guard_finding found)
{
	struct phone phone;

	if (found == GUARD_CROWDED || found == GUARD_WRONG_PROOF)
		return STEP_CROWD;
	return asked_of(w, t) != VERIFY_PHONE_NO && *typed_number(t, &phone) ? STEP_NUMBER
									     : STEP_NONE;
}

static const char *wait_words(struct http_request *rq, int seconds)
{
	const struct lang *l = http_request_lang(rq);
	int minutes = (seconds + 59) / 60;

	if (minutes <= 1)
		return tr(l, "une minute");
	return page_duration(rq, minutes);
}

/* All that was typed, the hour, and the name of the code. */
static void carry(struct http_request *rq, const struct typed *t,
		  const struct verify_reply *r, struct check_view *v)
{
	size_t n;
	const struct hidden_view *typed = form_hidden(rq, t, &n);
	struct hidden_view *h = http_request_alloc(rq, (n + 2) * sizeof(*h));
	char name[17];

	memcpy(h, typed, n * sizeof(*h));
	h[n++] = (struct hidden_view){"horaire", t->hour};
	if (r && r->ref && r->verdict != VERIFY_OVER) {
		booking_hold_name(r->ref, name);
		h[n++] = (struct hidden_view){"verification", page_text(rq, "%s", name)};
	} else if (r && *t->verification && r->verdict != VERIFY_OVER) {
		h[n++] = (struct hidden_view){"verification", t->verification};
	}
	v->hidden = h;
	v->nhidden = n;
}

/* The ways through. */
static void offer_ways(struct http_request *rq, const struct web *w,
		       const struct typed *t, struct check_view *v)
{
	struct guard_riddle *riddle = http_request_alloc(rq, sizeof(*riddle));
	struct buf pretty = BUF_INIT;
	struct phone phone;

	if (v->crowd) {
		guard_riddle(w->guard, clock_monotonic_ms(), riddle);
		v->salt = riddle->salt;
		v->hash = riddle->hash;
		v->mac = riddle->mac;
		v->max = riddle->max;
		v->layout.script = http_asset_url("proof.js");
	}
	if (!w->options.verify)
		return;
	if (w->options.sms_enabled && *typed_number(t, &phone) &&
	    (v->crowd || asked_of(w, t) == VERIFY_PHONE_CODE)) {
		phone_pretty(phone.number, &pretty);
		v->phone = page_text(rq, "%s", buf_str(&pretty));
		buf_fini(&pretty);
	}
	if (w->options.email_enabled && v->crowd && strchr(t->email, '@') &&
	    !(asked_of(w, t) != VERIFY_PHONE_NO && *typed_number(t, &phone)))
		v->email = t->email;
	v->number = w->options.inbound_number;
	v->can_send = v->number != NULL;
}

/* The code that the page had asked to be sent to us, or NULL. */
static const char *awaited_code(const struct http_request *rq)
{
	const char *s = http_request_field(rq, "attendu");

	return s && strlen(s) == VERIFY_DIGITS && strspn(s, "0123456789") == VERIFY_DIGITS
		       ? s
		       : NULL;
}

/* What became of a code; where it went is in the form. */
static void tell_code(struct http_request *rq, const struct typed *t,
		      const struct verify_reply *r, struct check_view *v)
{
	const char *how = http_request_field(rq, "par");
	int by_email = how && strcmp(how, "email") == 0;

	v->wrong = r->verdict == VERIFY_WRONG;
	v->over = r->verdict == VERIFY_OVER;
	v->off = r->verdict == VERIFY_OFF;
	v->trouble = r->verdict == VERIFY_BUSY;
	v->left = r->left;
	if (r->verdict == VERIFY_SOON)
		v->wait = wait_words(rq, r->wait_s);
	if (r->verdict == VERIFY_SENT && *r->code) {
		v->send = r->code;
	} else if ((r->verdict == VERIFY_SENT || v->trouble) && awaited_code(rq)) {
		v->send = awaited_code(rq);
		v->awaited = !v->trouble;
	} else if (r->verdict == VERIFY_SENT || v->wrong ||
		   (v->wait && *t->verification)) { /* the one sent before is good */
		v->sent_to = by_email ? t->email : t->phone;
		v->by = by_email ? "email" : "sms";
	}
	if (v->send) /* it is being done */
		v->can_send = false;
}

/* The page of the step. r: what became of a code, or NULL. */
static void reply_check(struct http_request *rq, const struct web *w,
			const struct typed *t, enum step step,
			const struct verify_reply *r)
{
	const struct lang *l = http_request_lang(rq);
	struct check_view v = {.crowd = step == STEP_CROWD};
	struct form_view f = {0};
	struct buf out = BUF_INIT;
	struct chosen c;
	char name[17];
	uint64_t hold;

	reserve_choose(w, t->service, t->hour, &c);
	if (!c.known || booking_hold_parse(http_request_param(rq, "hold"), &hold) < 0) {
		http_fail(rq, 404, NULL);
		return;
	}
	reserve_describe(rq, w, &c, &f);
	v.heading = v.crowd ? tr(l, "Encore une étape") : tr(l, "Vérifions votre numéro");
	v.when = f.heading;
	page_layout(rq, w, &v.layout, v.heading, reserve_team(w, &c));
	v.action = reserve_url(rq, hold, t);
	v.back_url = v.action;
	booking_hold_name(hold, name);
	v.code_action = page_url(rq, page_text(rq, "/reserver/%s/verifier", name),
				 "service", t->service, "horaire", t->hour, "q", t->q,
				 "interprete", t->interpreter, NULL);
	carry(rq, t, r, &v);
	offer_ways(rq, w, t, &v);
	if (r)
		tell_code(rq, t, r, &v);
	page_team(rq, w, reserve_team(w, &c), &v.team, &v.team_phone, &v.team_tel);
	page_check(&out, l, &v);
	http_reply_html(rq, r ? 200 : 403, &out);
}

/* ---- codes ---- */

static void code_asked(void *arg, const struct verify_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct phone phone;
	struct typed t;

	if (!rq)
		return;
	form_read(rq, &t);
	reserve_from_query(rq, &t);
	reply_check(rq, w, &t,
		    asked_of(w, &t) != VERIFY_PHONE_NO && *typed_number(&t, &phone)
			    ? STEP_NUMBER
			    : STEP_CROWD,
		    r);
}

static void ask_code(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	const char *how = http_request_field(rq, "par");
	const char *lang = http_request_lang_code(rq);
	struct phone phone;
	struct typed t;

	form_read(rq, &t);
	reserve_from_query(rq, &t);
	if (!how || !w->options.verify) {
		http_fail(rq, 400, NULL);
		return;
	}
	if (strcmp(how, "sms") == 0 && *typed_number(&t, &phone))
		verify_send(w->options.verify, RDVD_CHANNEL_SMS, phone.number, lang,
			    code_asked, page_wait(rq));
	else if (strcmp(how, "email") == 0 && strchr(t.email, '@'))
		verify_send(w->options.verify, RDVD_CHANNEL_EMAIL, t.email, lang,
			    code_asked, page_wait(rq));
	else if (strcmp(how, "envoi") == 0 && w->options.inbound_number)
		verify_await(w->options.verify, code_asked, page_wait(rq));
	else
		http_fail(rq, 400, NULL);
}

/* What a code proves: somebody is there; and, where the team asks, that the number that
 * was typed is theirs, or which one is. */
static void code_checked(void *arg, const struct verify_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct verify_reply over = {.verdict = VERIFY_OVER, .code = "", .number = ""};
	struct phone phone;
	struct typed t;
	int asked;

	if (!rq)
		return;
	form_read(rq, &t);
	reserve_from_query(rq, &t);
	asked = asked_of(w, &t) != VERIFY_PHONE_NO && *typed_number(&t, &phone);
	if (r->verdict != VERIFY_DONE) {
		reply_check(rq, w, &t, asked ? STEP_NUMBER : STEP_CROWD, r);
		return;
	}
	if (!verify_spend(w->options.verify, r->ref, t.key)) {
		reply_check(rq, w, &t, asked ? STEP_NUMBER : STEP_CROWD, &over);
	} else if (!asked) {
		book_typed(rq, w, &t, NULL);
	} else if (strchr(r->number, '@') || (asked_of(w, &t) == VERIFY_PHONE_CODE &&
					      strcmp(r->number, phone.number) != 0)) {
		/* that was another one: once more */
		reply_check(rq, w, &t, STEP_NUMBER, NULL);
	} else {
		book_typed(rq, w, &t, http_request_strdup(rq, r->number));
	}
}

/* ---- the form that was sent ---- */

enum guard_finding reserve_judge(struct http_request *rq, const struct web *w,
				 const struct typed *t)
{
	const char *text = http_request_address(rq);
	struct guard_form f = {.trap = t->trap, .stamp = t->stamp, .proof = t->proof};
	struct address a;

	if (http_request_is_local(rq) || address_parse(text, strlen(text), &a) < 0 ||
	    address_is_loopback(&a))
		f.is_trusted = 1;
	else
		f.address_key = address_key(&a);
	return guard_judge(w->guard, &f, clock_monotonic_ms());
}

static void reply_again(struct http_request *rq, const struct web *w, struct typed *t)
{
	struct shown s = {.status = 422, .hasty = true};
	struct chosen c;
	struct slot slot;

	reserve_choose(w, t->service, t->hour, &c);
	if (!c.known) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (booking_hold_parse(http_request_param(rq, "hold"), &s.hold) < 0 ||
	    booking_hold_find(w->booking, s.hold, &slot, &s.until) < 0)
		s.until = 0;
	/* counted from when they first saw it: a second tap is enough */
	if (strlen(t->stamp) != GUARD_STAMP_SIZE - 1)
		t->stamp = "";
	reserve_reply_form(rq, w, &c, t, &s);
}

static void book(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	enum guard_finding found;
	enum step step;
	struct typed t;
	uint64_t ref;

	form_read(rq, &t);
	reserve_from_query(rq, &t);
	found = reserve_judge(rq, w, &t);
	if (found == GUARD_TRAPPED || found == GUARD_HASTY) {
		reply_again(rq, w, &t);
		return;
	}
	step = step_of(w, &t, found);
	if (step == STEP_NONE)
		book_typed(rq, w, &t, NULL);
	else if (w->options.verify && booking_hold_parse(t.verification, &ref) == 0)
		verify_check(w->options.verify, ref, t.code, code_checked, page_wait(rq));
	else
		reply_check(rq, w, &t, step, NULL);
}

static const struct http_route routes[] = {
	{.method = HTTP_POST,
	 .pattern = "/reserver/{hold}",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_BOOK,
	 .body = BODY_FORM,
	 .handle = book},
	{.method = HTTP_POST,
	 .pattern = "/reserver/{hold}/verifier",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_BOOK,
	 .body = BODY_FORM,
	 .handle = ask_code},
};

void book_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
