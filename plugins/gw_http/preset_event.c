/* SPDX-License-Identifier: GPL-3.0-or-later */
/* preset_event.c - the part of a preset that says what comes back: on which path, how it
 * is proven, what it tells; and what has to be fetched. */
#include <stdlib.h>
#include <string.h>

#include "proof.h"
#include "reader.h"

#define LIST_MAX ((size_t)1024 * 1024) /* of what nobody has fetched for long */

static void read_words(struct reader *r, const json_t *o, struct telling *t)
{
	static const struct {
		const char *name;
		enum rdvd_delivery delivery;
	} known[] = {
		{"accepted", RDVD_DELIVERY_ACCEPTED},
		{"failed", RDVD_DELIVERY_FAILED},
		{"bad_number", RDVD_DELIVERY_BAD_NUMBER},
		{"delivered", RDVD_DELIVERY_DELIVERED},
	};
	json_t *map = read_object(r, o, "means", NULL), *v;
	size_t before = read_into(r, "means");
	const char *word;

	json_object_foreach(map, word, v)
	{
		const char *means = json_string_value(v);
		size_t i = 0;

		while (i < 4 && (!means || strcmp(known[i].name, means)))
			i++;
		if (i == 4) {
			read_fault(
				r,
				"\"%s\" means accepted, delivered, failed or bad_number",
				word);
			continue;
		}
		t->words = mem_grow(t->words, t->nwords + 1, sizeof *t->words);
		t->words[t->nwords++] = (struct status_word){mem_dup(word, strlen(word)),
							     known[i].delivery};
	}
	read_back(r, before);
}

static void read_at(struct reader *r, const json_t *o, struct telling *t)
{
	/* In the order of enum when_format. */
	static const char *const formats[] = {"iso",   "epoch",	    "epoch_ms", "utc",
					      "paris", "dmy_paris", NULL};
	json_t *at = read_object(r, o, "at", "pointer format");
	size_t before = read_into(r, "at");

	if (at) {
		read_value(r, at, "pointer", &t->at);
		t->at_format = (enum when_format)read_choice(r, at, "format", formats, 0);
	}
	read_back(r, before);
}

static void read_telling(struct reader *r, const json_t *o, struct telling *t)
{
	/* In the order of telling's kinds. */
	static const char *const kinds[] = {"receipt", "inbound", "nothing", NULL};
	int kind;

	if (!read_keys(r, o,
		       "about when kind key note at message_id provider_id status "
		       "means from to text part_ref part parts ack"))
		return;
	kind = read_choice(r, o, "kind", kinds, -1);
	t->kind = kind < 0 ? TELL_NOTHING : kind;
	read_match(r, o, "when", &t->when);
	read_value(r, o, "key", &t->key);
	read_value(r, o, "note", &t->note);
	read_at(r, o, t);
	read_value(r, o, "message_id", &t->message_id);
	read_value(r, o, "provider_id", &t->provider_id);
	read_value(r, o, "status", &t->status);
	read_words(r, o, t);
	read_value(r, o, "from", &t->from);
	read_value(r, o, "to", &t->to);
	read_value(r, o, "text", &t->text);
	read_value(r, o, "part_ref", &t->part_ref);
	read_value(r, o, "part", &t->part);
	read_value(r, o, "parts", &t->parts);
	read_value(r, o, "ack", &t->ack);
	if (kind == TELL_INBOUND && (!t->from.n || (!t->text.n && !t->text.literal)))
		read_fault(r, "an inbound text needs \"from\" and \"text\"");
	if (kind == TELL_RECEIPT && !t->nwords)
		read_fault(
			r,
			"a receipt needs \"means\": what each status stands for, \"*\" "
			"for any other");
}

static struct telling *read_tellings(struct reader *r, const json_t *o, size_t *n)
{
	json_t *list = read_array(r, o, "events");
	size_t before = read_into(r, "events");
	struct telling *all;

	*n = json_array_size(list);
	if (!*n)
		read_fault(r, "say here what is told: a list of events");
	all = mem_zero(*n, sizeof *all);
	for (size_t i = 0; i < *n; i++) {
		size_t at = read_into_n(r, i);

		read_telling(r, json_array_get(list, i), &all[i]);
		read_back(r, at);
	}
	read_back(r, before);
	return all;
}

static char *copy_of(const char *text)
{
	return text ? mem_dup(text, strlen(text)) : NULL;
}

static void read_proof(struct reader *r, const json_t *o, struct callback *c)
{
	/* In the order of enum proof_kind. */
	static const char *const kinds[] = {"path",   "header",	 "hmac-sha256", "twilio",
					    "vonage", "address", NULL};
	static const char *const encodings[] = {"hex", "base64", NULL};
	struct proof p = {0};
	int kind;

	if (!read_keys(r, o,
		       "about kind secret header timestamp_header encoding max_age_s"))
		return;
	kind = read_choice(r, o, "kind", kinds, -1);
	p.kind = kind < 0 ? PROOF_PATH : (enum proof_kind)kind;
	p.secret = read_constant(r, o, "secret");
	p.header = copy_of(read_string(r, o, "header",
				       kind >= PROOF_HEADER && kind <= PROOF_TWILIO));
	p.timestamp_header = copy_of(read_string(r, o, "timestamp_header", 0));
	p.is_base64 = read_choice(r, o, "encoding", encodings, 0);
	p.max_age_s = (int)read_number(r, o, "max_age_s", 0, 86400);
	if (!json_object_get(o, "secret"))
		read_fault(r, "say with \"secret\" which setting proves it");
	if (p.kind == PROOF_ADDRESS && p.secret && !networks_are_valid(p.secret))
		read_fault(
			r,
			"addresses are written 192.0.2.0/24, 2001:db8::/32, with spaces "
			"or commas between");
	/* Not set: not in force. "Basic " alone is a user and password not given. */
	if (!p.secret || !*p.secret) {
		proof_fini(&p);
		return;
	}
	c->proofs = mem_grow(c->proofs, c->nproofs + 1, sizeof *c->proofs);
	c->proofs[c->nproofs++] = p;
}

static void read_callback(struct reader *r, const json_t *o, struct callback *c)
{
	static const char *const methods[] = {"POST", "GET", NULL};
	static const char *const reads[] = {"json", "form", "query", NULL};
	static const char *const charsets[] = {"utf-8", "iso-8859-15", NULL};
	json_t *proofs, *answer;
	const char *path;
	size_t before;
	int method;

	if (!read_keys(r, o, "about path method read charset proof each events answer"))
		return;
	path = read_string(r, o, "path", 1);
	c->is_receipt = path && strcmp(path, "receipt") == 0;
	c->path = copy_of(path ? path : "");
	method = read_choice(r, o, "method", methods, 0);
	c->method = copy_of(methods[method]);
	c->as = (enum read_as)read_choice(r, o, "read", reads, -1);
	c->is_latin9 = read_choice(r, o, "charset", charsets, 0);
	c->each = copy_of(read_string(r, o, "each", 0));
	proofs = read_array(r, o, "proof");
	before = read_into(r, "proof");
	for (size_t i = 0; i < json_array_size(proofs); i++) {
		size_t at = read_into_n(r, i);

		read_proof(r, json_array_get(proofs, i), c);
		read_back(r, at);
	}
	if (!c->is_receipt && !json_array_size(proofs))
		read_fault(
			r,
			"anybody could write here: say what proves where it comes from");
	read_back(r, before);
	c->tellings = read_tellings(r, o, &c->ntellings);
	answer = read_object(r, o, "answer", "content_type body");
	if (answer) {
		c->answer_type = copy_of(read_string(r, answer, "content_type", 1));
		c->answer = copy_of(read_string(r, answer, "body", 1));
	}
}

void read_callbacks(struct reader *r, const json_t *root)
{
	json_t *list = read_array(r, root, "callbacks");
	size_t before = read_into(r, "callbacks"), n = json_array_size(list);
	struct preset *p = r->p;

	p->callbacks = n ? mem_zero(n, sizeof *p->callbacks) : NULL;
	p->ncallbacks = n;
	for (size_t i = 0; i < n; i++) {
		size_t at = read_into_n(r, i);

		read_callback(r, json_array_get(list, i), &p->callbacks[i]);
		read_back(r, at);
	}
	read_back(r, before);
}

void read_polls(struct reader *r, const json_t *root)
{
	json_t *list = read_array(r, root, "polls");
	size_t before = read_into(r, "polls"), n = json_array_size(list);
	struct preset *p = r->p;

	p->polls = n ? mem_zero(n, sizeof *p->polls) : NULL;
	p->npolls = n;
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		struct poll *poll = &p->polls[i];
		size_t at = read_into_n(r, i);

		if (read_keys(r, o, "about list each item events settle")) {
			read_request(r, o, "list", 0, &poll->list);
			poll->list.answer_max = LIST_MAX;
			if (!poll->list.method)
				read_fault(r, "say with \"list\" what is asked");
			poll->each = copy_of(read_string(r, o, "each", 0));
			read_request(r, o, "item", 0, &poll->item);
			poll->tellings = read_tellings(r, o, &poll->ntellings);
			read_request(r, o, "settle", 0, &poll->settle);
		}
		read_back(r, at);
	}
	read_back(r, before);
}

static void tellings_fini(struct telling *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct telling *t = &all[i];
		struct value *values[] = {
			&t->key,    &t->note,  &t->at, &t->message_id, &t->provider_id,
			&t->status, &t->from,  &t->to, &t->text,       &t->part_ref,
			&t->part,   &t->parts, &t->ack};

		match_fini(&t->when);
		for (size_t j = 0; j < sizeof values / sizeof values[0]; j++)
			value_fini(values[j]);
		for (size_t j = 0; j < t->nwords; j++)
			free(t->words[j].word);
		free(t->words);
	}
	free(all);
}

void callback_fini(struct callback *c)
{
	free(c->path);
	free(c->method);
	for (size_t i = 0; i < c->nproofs; i++)
		proof_fini(&c->proofs[i]);
	free(c->proofs);
	free(c->each);
	tellings_fini(c->tellings, c->ntellings);
	free(c->answer_type);
	free(c->answer);
}

void poll_fini(struct poll *p)
{
	request_fini(&p->list);
	free(p->each);
	request_fini(&p->item);
	tellings_fini(p->tellings, p->ntellings);
	request_fini(&p->settle);
}
