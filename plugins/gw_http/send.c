/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send.c - one message to the provider, and the question whether it has one. The preset's
 * rules say what an answer means; what they do not say is judged on the safe side: an
 * answer that nobody foresaw leaves the message in doubt, never sent again by mistake,
 * never held for sent. */
#include "send.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECRET_MIN 8
#define NUMBER_DIGITS_MIN 6 /* runs of digits from this length on are shown to nobody */

/* The texts of a message's values that are not there as they stand. */
struct filling {
	struct vars vars;
	char minutes[24], seconds[24], deadline[32];
	char *from; /* owned: on one line */
};

static int is_number(const char *to)
{
	size_t n = strlen(to);

	return *to == '+' && n >= 5 && n <= 16 && strspn(to + 1, "0123456789") == n - 1;
}

static long long within(long long n, long low, long high)
{
	return n < low ? low : n > high ? high : n;
}

static void fill(struct filling *f, const struct gw *g, const struct rdvd_message *m,
		 rdvd_time now)
{
	const char *sender = settings_get(&g->preset->settings, "sender");
	long long left = within(m->deadline - now, g->preset->send.validity_min_s,
				g->preset->send.validity_max_s);
	time_t deadline = (time_t)(now + left);
	struct str from = {0};
	struct tm tm;

	snprintf(f->seconds, sizeof f->seconds, "%lld", left);
	snprintf(f->minutes, sizeof f->minutes, "%lld", left >= 60 ? left / 60 : 1);
	f->deadline[0] = '\0';
	if (gmtime_r(&deadline, &tm))
		strftime(f->deadline, sizeof f->deadline, "%Y-%m-%dT%H:%M:%SZ", &tm);
	str_puts(&from, "");
	str_escape(&from, ESC_NONE, m->answerable && sender && *sender ? sender : m->from,
		   strlen(m->answerable && sender && *sender ? sender : m->from));
	f->from = from.s;
	f->vars = (struct vars){{
		[VAR_ID] = m->id,
		[VAR_KEY] = m->key ? m->key : m->id,
		[VAR_TO] = m->to,
		[VAR_TO_DIGITS] = m->to + 1,
		[VAR_FROM] = f->from,
		[VAR_TEXT] = m->text,
		[VAR_UNICODE] = text_is_gsm(m->text) ? "" : "1",
		[VAR_ANSWERABLE] = m->answerable ? "1" : "",
		[VAR_VALIDITY_S] = f->seconds,
		[VAR_VALIDITY_MIN] = f->minutes,
		[VAR_DEADLINE] = f->deadline,
		[VAR_RECEIPTS_URL] = m->receipts_url ? m->receipts_url : "",
	}};
}

/* The length of a run of digits that may be a telephone number, written with spaces,
 * dots, dashes; 0 when it is none. */
static size_t number_length(const char *s)
{
	size_t digits = 0, n = 0, end = 0;

	for (; isdigit((unsigned char)s[n]) || (digits && s[n] && strchr(" .-()", s[n]));
	     n++) {
		if (isdigit((unsigned char)s[n])) {
			digits++;
			end = n + 1;
		}
	}
	return digits >= NUMBER_DIGITS_MIN ? end : 0;
}

void clean_note(struct str *note)
{
	struct str clean = {0};
	const char *s = str_of(note);

	while (*s) {
		size_t n = isdigit((unsigned char)*s) ? number_length(s) : 0;

		if (n) {
			if (clean.len && clean.s[clean.len - 1] == '+')
				clean.s[--clean.len] = '\0';
			str_puts(&clean, "(number)");
			s += n;
		} else if (isdigit((unsigned char)*s)) {
			/* a short run whole, or its tail would be looked at again */
			n = strspn(s, "0123456789");
			str_add(&clean, s, n);
			s += n;
		} else {
			str_putc(&clean,
				 (unsigned char)*s < 0x20 || *s == 0x7F ? ' ' : *s);
			s++;
		}
	}
	str_fini(note);
	*note = clean;
}

/* Copy into a field of a receipt, cut between characters. */
static void put_field(char *field, size_t size, const char *s)
{
	size_t n = strlen(s);

	if (n >= size) {
		n = size - 1;
		while (n && ((unsigned char)s[n] & 0xC0) == 0x80)
			n--;
	}
	memcpy(field, s, n);
	field[n] = '\0';
}

/* Some repeat the key that they do not know. */
static void hide_secrets(struct str *note, const struct settings *settings)
{
	static const char *const names[] = {"password", "token", "secret"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *secret = settings_get(settings, names[i]), *at;

		/* a shorter one is no secret, and may be a part of any word */
		if (!secret || strlen(secret) < SECRET_MIN || strchr(secret, '*'))
			continue;
		while ((at = strstr(str_of(note), secret))) {
			struct str clean = {0};

			str_add(&clean, note->s, (size_t)(at - note->s));
			str_putc(&clean, '*');
			str_puts(&clean, at + strlen(secret));
			str_fini(note);
			*note = clean;
		}
	}
}

static void take_note(const struct gw *g, struct rdvd_receipt *receipt,
		      const struct request *q, const struct doc *d, const char *text,
		      int status)
{
	struct str note = {0};

	value_get(&q->note, d, &note);
	hide_secrets(&note, &g->preset->settings);
	/* A provider that repeats the text says nothing that may be kept. */
	if (note.len && *text && strstr(str_of(&note), text))
		str_clear(&note);
	clean_note(&note);
	if (!note.len)
		str_putf(&note, "HTTP %d", status);
	put_field(receipt->note, sizeof receipt->note, str_of(&note));
	str_fini(&note);
}

static void take_id(struct gw *g, struct rdvd_receipt *receipt, const struct request *q,
		    const struct doc *d)
{
	struct str id = {0};

	value_get(&q->id, d, &id);
	/* One that is cut would match nothing that is told of it. */
	if (id.len < sizeof receipt->provider_id)
		put_field(receipt->provider_id, sizeof receipt->provider_id, str_of(&id));
	else
		g->host->log(g->host, 4, "%s: an id of %zu bytes is too long to keep",
			     g->preset->file, id.len);
	str_fini(&id);
}

static void take_credit(struct rdvd_receipt *receipt, const struct request *q,
			const struct doc *d)
{
	struct str credit = {0};
	char *end;

	if (value_get(&q->credit, d, &credit)) {
		receipt->credit = strtod(str_of(&credit), &end);
		receipt->has_credit = end > str_of(&credit) && *end == '\0';
	}
	str_fini(&credit);
}

static int has_status(const struct rule *rule, int status)
{
	for (size_t i = 0; i < rule->nstatuses; i++) {
		if (status >= rule->statuses[i].low && status <= rule->statuses[i].high)
			return 1;
	}
	return rule->nstatuses == 0;
}

const struct rule *rule_of(struct gw *g, const struct request *q, const struct answer *a,
			   const struct doc *d)
{
	for (size_t i = 0; i < q->nrules; i++) {
		const struct rule *rule = &q->rules[i];
		const char *header =
			rule->header ? wire_header(g->wire, rule->header) : NULL;

		if (!has_status(rule, a->status) || !match_holds(&rule->when, d))
			continue;
		if (rule->body && regexec(rule->body, d->bytes, 0, NULL, 0) != 0)
			continue;
		if (rule->header &&
		    (!header || regexec(&rule->header_regex, header, 0, NULL, 0) != 0))
			continue;
		return rule;
	}
	return NULL;
}

/* An answer that no rule foresaw. */
static enum rdvd_sent unforeseen(int status)
{
	if (status == 429)
		return RDVD_SENT_THROTTLED;
	if (status == 503)
		return RDVD_SENT_RETRY;
	/* Elsewhere, not allowed, or not there at all: somebody has to look. */
	if (status >= 300 && status < 400)
		return RDVD_SENT_STOPPED;
	if (status == 401 || status == 402 || status == 403 || status == 404 ||
	    status == 405)
		return RDVD_SENT_STOPPED;
	/* Too slow, or there already: it may be this very message. */
	if (status >= 400 && status < 500 && status != 408 && status != 409)
		return RDVD_SENT_REFUSED;
	return RDVD_SENT_UNKNOWN;
}

static enum rdvd_sent unanswered(const struct answer *a, struct rdvd_receipt *receipt)
{
	put_field(receipt->note, sizeof receipt->note, a->why);
	switch (a->end) {
	case WIRE_NOT_OUT: return RDVD_SENT_RETRY;
	case WIRE_DISTRUST: return RDVD_SENT_STOPPED;
	case WIRE_LOST:
	case WIRE_ANSWERED: break;
	}
	return RDVD_SENT_UNKNOWN;
}

/* The answer as a document; json_decref its root. */
static struct doc document(const struct answer *a)
{
	const char *s = a->body + strspn(a->body, " \t\r\n");
	json_t *root = NULL;

	if (*s == '{' || *s == '[')
		root = json_loads(s, 0, NULL);
	return (struct doc){root, a->body};
}

enum rdvd_sent http_send(void *gw, const struct rdvd_message *m,
			 struct rdvd_receipt *receipt)
{
	struct gw *g = gw;
	const struct request *q = &g->preset->send;
	const struct rule *rule;
	rdvd_time now = g->host->now();
	struct filling f;
	struct answer a;
	struct doc d;
	enum rdvd_sent sent;

	if (m->channel != RDVD_CHANNEL_SMS || !is_number(m->to)) {
		put_field(receipt->note, sizeof receipt->note,
			  "not a telephone number in international form");
		return RDVD_SENT_REFUSED;
	}
	fill(&f, g, m, now);
	wire_ask(g->wire, q, &f.vars, (g->preset->can & RDVD_GATEWAY_IDEMPOTENT) != 0,
		 m->timeout_ms, now, &a);
	free(f.from);
	if (a.end != WIRE_ANSWERED)
		return unanswered(&a, receipt);
	d = document(&a);
	rule = rule_of(g, q, &a, &d);
	sent = rule ? (enum rdvd_sent)rule->result : unforeseen(a.status);
	receipt->retry_after_s =
		rule && rule->retry_after_s ? rule->retry_after_s : a.retry_after_s;
	take_note(g, receipt, q, &d, m->text, a.status);
	take_credit(receipt, q, &d);
	if (sent == RDVD_SENT_ACCEPTED || sent == RDVD_SENT_UNKNOWN)
		take_id(g, receipt, q, &d);
	json_decref((json_t *)d.root);
	return sent;
}

enum rdvd_found http_lookup(void *gw, const char *id, const char *provider_id,
			    int timeout_ms, struct rdvd_receipt *receipt)
{
	struct gw *g = gw;
	const struct request *q = &g->preset->lookup;
	struct vars vars = {{[VAR_ID] = id, [VAR_PROVIDER_ID] = provider_id}};
	const struct rule *rule;
	enum rdvd_found found;
	struct answer a;
	struct doc d;

	if (!q->method)
		return RDVD_FOUND_UNKNOWN;
	wire_ask(g->wire, q, &vars, 1, timeout_ms, g->host->now(), &a);
	if (a.end != WIRE_ANSWERED) {
		put_field(receipt->note, sizeof receipt->note, a.why);
		return RDVD_FOUND_UNKNOWN;
	}
	d = document(&a);
	rule = rule_of(g, q, &a, &d);
	found = rule ? (enum rdvd_found)rule->result : RDVD_FOUND_UNKNOWN;
	take_note(g, receipt, q, &d, "", a.status);
	take_credit(receipt, q, &d);
	if (found == RDVD_FOUND_ACCEPTED || found == RDVD_FOUND_DELIVERED ||
	    found == RDVD_FOUND_UNDELIVERED)
		take_id(g, receipt, q, &d);
	json_decref((json_t *)d.root);
	return found;
}
