/* SPDX-License-Identifier: GPL-3.0-or-later */
/* telling.c - see telling.h. What is told is never guessed: a status that the preset does
 * not know, a receipt that names no message, a text of nobody are counted as unread. */
#include "telling.h"

#include <stdlib.h>
#include <string.h>

#include "send.h"
#include "when.h"

#define KEY_DIGITS 6

/* The texts of one event. */
struct words {
	struct str key, note, at, message_id, provider_id, status, from, to, text,
		part_ref, part, parts, ack;
};

/* A value as clean text. */
static void take(const struct value *v, const struct doc *d, struct str *out)
{
	struct str raw = {0};

	value_get(v, d, &raw);
	str_text(out, str_of(&raw), raw.len, 0);
	str_fini(&raw);
}

static void words_fini(struct words *w)
{
	struct str *all = &w->key;

	for (size_t i = 0; i < sizeof *w / sizeof *all; i++)
		str_fini(&all[i]);
}

/* What the status stands for; 0 when the preset does not say. */
static int delivery_of(const struct telling *t, const char *status)
{
	int other = 0;

	for (size_t i = 0; i < t->nwords; i++) {
		if (strcmp(t->words[i].word, status) == 0)
			return (int)t->words[i].delivery;
		if (strcmp(t->words[i].word, "*") == 0)
			other = (int)t->words[i].delivery;
	}
	return other;
}

static int part_number(const struct str *s)
{
	long n = strtol(str_of(s), NULL, 10);

	return n > 0 && n < 256 ? (int)n : 0;
}

/* "rdvd-17-0a1b2c", the key, speaks of "rdvd-17". */
static void cut_key(struct str *id)
{
	const char *s = str_of(id), *dash = strrchr(s, '-');

	if (dash && dash != strchr(s, '-') && strlen(dash + 1) == KEY_DIGITS &&
	    strspn(dash + 1, "0123456789abcdef") == KEY_DIGITS) {
		id->len = (size_t)(dash - s);
		id->s[id->len] = '\0';
	}
}

static void fill_receipt(const struct telling *t, const struct doc *d, struct words *w,
			 const struct teller *teller, struct rdvd_event *e)
{
	take(&t->message_id, d, &w->message_id);
	take(&t->provider_id, d, &w->provider_id);
	take(&t->status, d, &w->status);
	e->kind = RDVD_EVENT_RECEIPT;
	e->delivery = (enum rdvd_delivery)delivery_of(t, str_of(&w->status));
	e->provider_id = str_of(&w->provider_id);
	cut_key(&w->message_id);
	/* The path was proven by the daemon; what the body says of our id was not. */
	e->message_id = *teller->message_id ? teller->message_id : str_of(&w->message_id);
}

static void fill_inbound(const struct telling *t, const struct doc *d, struct words *w,
			 struct rdvd_event *e)
{
	take(&t->from, d, &w->from);
	take(&t->to, d, &w->to);
	take(&t->text, d, &w->text);
	take(&t->part_ref, d, &w->part_ref);
	take(&t->part, d, &w->part);
	take(&t->parts, d, &w->parts);
	e->kind = RDVD_EVENT_INBOUND;
	e->from = str_of(&w->from);
	e->to = str_of(&w->to);
	e->text = str_of(&w->text);
	e->part = part_number(&w->part);
	e->parts = part_number(&w->parts);
	if (e->part && e->parts > 1 && e->part <= e->parts)
		e->part_ref = str_of(&w->part_ref);
	else
		e->part = e->parts = 0;
}

static int is_complete(const struct rdvd_event *e)
{
	if (e->kind == RDVD_EVENT_INBOUND)
		return *e->from != '\0';
	return e->delivery && (*e->message_id || *e->provider_id);
}

void tell_one(struct teller *teller, const struct doc *d)
{
	const struct telling *t = NULL;
	struct words w = {0};
	struct rdvd_event e = {.key = "",
			       .note = "",
			       .message_id = "",
			       .provider_id = "",
			       .from = "",
			       .to = "",
			       .text = "",
			       .part_ref = "",
			       .ack = ""};

	for (size_t i = 0; i < teller->n && !t; i++)
		t = match_holds(&teller->tellings[i].when, d) ? &teller->tellings[i]
							      : NULL;
	if (t && t->kind == TELL_NOTHING)
		return;
	if (!t) {
		teller->unread++;
		return;
	}
	if (t->kind == TELL_RECEIPT)
		fill_receipt(t, d, &w, teller, &e);
	else
		fill_inbound(t, d, &w, &e);
	take(&t->key, d, &w.key);
	take(&t->note, d, &w.note);
	take(&t->at, d, &w.at);
	clean_note(&w.note);
	str_puts(&w.ack, teller->ack_prefix);
	if (teller->ack)
		str_puts(&w.ack, teller->ack);
	else
		take(&t->ack, d, &w.ack);
	e.key = str_of(&w.key);
	e.note = str_of(&w.note);
	e.at = when_parse(str_of(&w.at), t->at_format);
	e.ack = w.ack.len > strlen(teller->ack_prefix) ? str_of(&w.ack) : "";
	if (is_complete(&e)) {
		teller->told++;
		teller->cb(teller->arg, &e);
	} else {
		teller->unread++;
	}
	words_fini(&w);
}

int tell_each(struct teller *t, const struct doc *d, const char *pointer)
{
	const json_t *list = pointer ? json_at(d->root, pointer) : d->root;

	if (!pointer) {
		tell_one(t, d);
		return 0;
	}
	if (!json_is_array(list))
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct doc one = {json_array_get(list, i), d->bytes};

		tell_one(t, &one);
	}
	return 0;
}
