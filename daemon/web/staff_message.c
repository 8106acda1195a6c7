/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_message.c - a message as the team sees it: its words, what became of it and when,
 * what the provider said and what it cost; and what the team should know. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_room.h"

rdvd_id staff_inbox_of(const struct staff *st, const struct viewer *v)
{
	const struct territory *t = booking_territory(st->web.booking);

	if (v->all)
		return INBOX_ALL;
	return v->organisation == TERRITORY_NONE ? INBOX_NETWORK
						 : t->organisations[v->organisation].id;
}

bool staff_may_see_organisation(const struct staff *st, const struct viewer *v,
				rdvd_id organisation)
{
	return v->all || organisation == 0 || organisation == staff_inbox_of(st, v);
}

/* ---- one message ---- */

/* "parti lundi 23 mars à 9 h 05, reçu lundi 23 mars à 9 h 06" */
static const char *say_times(struct http_request *rq, const struct staff *st,
			     const struct rdvd_message_row *m)
{
	const struct lang *l = http_request_lang(rq);
	const char *sent, *came;

	if (m->state == RDVD_MSG_SCHEDULED || m->state == RDVD_MSG_RETRY_WAIT)
		return page_text(rq, tr(l, "partira %s"), staff_moment(rq, st, m->due));
	if (!m->sent_at)
		return NULL;
	sent = page_text(rq, tr(l, "parti %s"), staff_moment(rq, st, m->sent_at));
	if (!m->delivered_at)
		return sent;
	came = staff_moment(rq, st, m->delivered_at);
	return page_text(rq, "%s, %s", sent,
			 m->state == RDVD_MSG_UNDELIVERED
				 ? page_text(rq, tr(l, "échec connu %s"), came)
				 : page_text(rq, tr(l, "reçu %s"), came));
}

/* "1 SMS, passerelle kannel, 2 essais" */
static const char *say_cost(struct http_request *rq, const struct rdvd_message_row *m,
			    int segments)
{
	const struct lang *l = http_request_lang(rq);
	const char *out = "";

	if (m->channel == RDVD_CHANNEL_SMS && segments)
		out = page_text(rq, trn(l, "%d SMS", "%d SMS", segments), segments);
	if (*m->gateway)
		out = page_text(rq, tr(l, "%1$s%2$spasserelle %3$s"), out,
				*out ? ", " : "", m->gateway);
	if (m->attempts > 1)
		out = page_text(
			rq,
			trn(l, "%1$s%2$s%3$d essai", "%1$s%2$s%3$d essais", m->attempts),
			out, *out ? ", " : "", m->attempts);
	return out;
}

void staff_message(struct http_request *rq, const struct staff *st,
		   const struct rdvd_message_row *m, const struct rdvd_appointment *a,
		   struct staff_message_view *out)
{
	const struct lang *l = http_request_lang(rq);
	bool sms = m->channel == RDVD_CHANNEL_SMS;
	const char *to = *m->to		 ? m->to
			 : *m->letter_to ? m->letter_to
			 : sms		 ? a->person.phone
					 : a->person.email;
	struct buf words = BUF_INIT, text = BUF_INIT;
	int segments = 0, tone = staff_message_tone(m);
	enum outbox_said said = outbox_words(st->outbox, m, a, &text, &segments);

	staff_message_words(l, m, &words);
	*out = (struct staff_message_view){
		.title = !*to  ? ""
			 : sms ? page_text(rq, tr(l, "au %s"), page_phone(rq, to))
			       : page_text(rq, tr(l, "à %s"), to),
		.text = http_request_strdup(rq, buf_str(&text)),
		.erased = said == OUTBOX_ERASED,
		.when = say_times(rq, st, m),
		.cost = say_cost(rq, m, segments),
		.state = {.text = http_request_strdup(rq, buf_str(&words)),
			  .ok = tone > 0,
			  .bad = tone < 0},
	};
	/* these two say their reason in the state already */
	if (*m->note && m->state != RDVD_MSG_FAILED && m->state != RDVD_MSG_SUPPRESSED)
		out->note = http_request_strdup(rq, tr(l, m->note));
	buf_fini(&words);
	buf_fini(&text);
}

/* ---- notices ---- */

size_t staff_notices(struct http_request *rq, const struct staff *st,
		     const struct viewer *v, const struct rdvd_notice *items, size_t n,
		     size_t max, const char *back, const struct staff_notice_view **out)
{
	struct staff_notice_view *views =
		http_request_alloc(rq, (max + 1) * sizeof(*views));
	size_t k = 0;

	if (!rights_has(v->user, RIGHT(TODO, SEE)))
		n = 0;
	for (size_t i = 0; i < n && k < max; i++) {
		if (!staff_may_see_organisation(st, v, items[i].organisation))
			continue;
		views[k++] = (struct staff_notice_view){
			.id = page_text(rq, "%lld", (long long)items[i].id),
			.text = http_request_strdup(rq, items[i].text),
			.when = staff_moment(rq, st, items[i].at),
			.csrf = http_request_csrf(rq),
			.back = back,
		};
	}
	*out = views;
	return k;
}
