/* SPDX-License-Identifier: GPL-3.0-or-later */
/* callback.c - a request from the provider: which of the preset's call-backs it is,
 * whether it proves itself, and what it tells. Nothing is read of what is not proven, but
 * the fields that a signature covers. */
#include <stdlib.h>
#include <string.h>

#include "proof.h"
#include "send.h"
#include "telling.h"

#define FIELDS_MAX 200
#define MESSAGE_PATH "r/"
#define MESSAGE_ID_MAX 64

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *at;

	at = c ? strchr(digits, c) : NULL;
	return at ? (int)((at - digits) % 16) : -1;
}

/* Percent-decoded; a NUL becomes a space. Owned. */
static char *decode(const char *s, size_t n)
{
	struct str out = {0};

	str_puts(&out, "");
	for (size_t i = 0; i < n; i++) {
		char c = s[i] == '+' ? ' ' : s[i];

		if (c == '%' && i + 2 < n && hex_digit(s[i + 1]) >= 0 &&
		    hex_digit(s[i + 2]) >= 0) {
			c = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
			i += 2;
		}
		str_putc(&out, c ? c : ' ');
	}
	return out.s;
}

/* name=value&name=value; what is over FIELDS_MAX is an error: -1. */
static int parse_form(const char *s, size_t n, struct pairs *out)
{
	while (n) {
		const char *amp = memchr(s, '&', n);
		size_t len = amp ? (size_t)(amp - s) : n;
		const char *equals = memchr(s, '=', len);
		size_t name = equals ? (size_t)(equals - s) : len;

		if (out->n == FIELDS_MAX)
			return -1;
		if (len) {
			out->items = mem_grow(out->items, out->n + 1, sizeof *out->items);
			out->items[out->n++] =
				(struct pair){decode(s, name),
					      equals ? decode(equals + 1, len - name - 1)
						     : decode("", 0)};
		}
		n -= len + (amp != NULL);
		s += len + (amp != NULL);
	}
	return 0;
}

/* The scalars of a JSON object, as a signature counts them. */
static void list_members(const json_t *root, struct pairs *out)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)root, key, v)
	{
		struct str text = {0};

		if (out->n == FIELDS_MAX || (!json_text(v, &text) && !json_is_string(v)))
			continue;
		out->items = mem_grow(out->items, out->n + 1, sizeof *out->items);
		out->items[out->n++] = (struct pair){mem_dup(key, strlen(key)),
						     mem_dup(str_of(&text), text.len)};
		str_fini(&text);
	}
}

/* The fields as one flat object; of those named twice the first. */
static json_t *object_of(const struct pairs *fields, int is_latin9)
{
	json_t *root = json_object();

	for (size_t i = 0; i < fields->n; i++) {
		const struct pair *p = &fields->items[i];
		struct str name = {0}, value = {0};

		str_text(&name, p->name, strlen(p->name), is_latin9);
		str_text(&value, p->value, strlen(p->value), is_latin9);
		if (!json_object_get(root, str_of(&name)))
			json_object_set_new(root, str_of(&name),
					    json_string(str_of(&value)));
		str_fini(&name);
		str_fini(&value);
	}
	return root;
}

static void pairs_fini(struct pairs *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->items[i].name);
		free(p->items[i].value);
	}
	free(p->items);
}

/* "in" is meant by "in" and "in/SECRET". */
static int is_path(const struct callback *c, const char *path)
{
	size_t n = strlen(c->path);

	if (c->is_receipt)
		return strncmp(path, MESSAGE_PATH, strlen(MESSAGE_PATH)) == 0;
	return strncmp(path, c->path, n) == 0 && (path[n] == '/' || !path[n]);
}

static const struct callback *callback_of(const struct preset *p,
					  const struct rdvd_callback *c)
{
	for (size_t i = 0; i < p->ncallbacks; i++) {
		if (is_path(&p->callbacks[i], c->path) &&
		    strcmp(p->callbacks[i].method, c->method) == 0)
			return &p->callbacks[i];
	}
	return NULL;
}

/* "r/12/HASH" names the message "rdvd-12". */
static void message_of(const struct rdvd_callback *c, char out[MESSAGE_ID_MAX])
{
	const char *number = c->path + strlen(MESSAGE_PATH);
	size_t n = strspn(number, "0123456789");
	struct str id = {0};

	out[0] = '\0';
	if (!n || n > 19 || (number[n] && number[n] != '/'))
		return;
	str_puts(&id, "rdvd-");
	str_add(&id, number, n);
	memcpy(out, str_of(&id), id.len + 1);
	str_fini(&id);
}

static int is_proven(const struct gw *g, const struct callback *cb,
		     const struct rdvd_callback *c, const struct pairs *fields)
{
	if (!cb->is_receipt && !cb->nproofs)
		return 0;
	for (size_t i = 0; i < cb->nproofs; i++) {
		if (!proof_holds(&cb->proofs[i], c, fields, g->host->now()))
			return 0;
	}
	return 1;
}

/* Read it: the fields that proofs count, and the document. */
static int read_document(const struct callback *cb, const struct rdvd_callback *c,
			 struct pairs *fields, struct doc *d)
{
	d->root = NULL;
	d->bytes = "";
	if (cb->as == READ_JSON) {
		d->root = json_loadb(c->body, c->body_size, 0, NULL);
		list_members(d->root, fields);
		return 0;
	}
	if (parse_form(cb->as == READ_FORM ? c->body : c->query,
		       cb->as == READ_FORM ? c->body_size : strlen(c->query), fields) < 0)
		return -1;
	d->root = object_of(fields, cb->is_latin9);
	return 0;
}

enum rdvd_proof http_callback(void *gw, const struct rdvd_callback *c, rdvd_event_cb *cb,
			      void *arg, struct rdvd_callback_answer *answer)
{
	struct gw *g = gw;
	const struct callback *which = callback_of(g->preset, c);
	enum rdvd_proof proof = RDVD_PROOF_REFUSED;
	char message_id[MESSAGE_ID_MAX] = "";
	struct pairs fields = {0};
	struct doc d;

	if (!which)
		return proof;
	if (read_document(which, c, &fields, &d) == 0 &&
	    is_proven(g, which, c, &fields)) {
		struct teller t = {.tellings = which->tellings,
				   .n = which->ntellings,
				   .message_id = message_id,
				   .ack_prefix = "",
				   .cb = cb,
				   .arg = arg};

		if (which->is_receipt)
			message_of(c, message_id);
		if (!d.root || tell_each(&t, &d, which->each) < 0)
			t.unread++;
		proof = t.told || !t.unread ? RDVD_PROOF_OK : RDVD_PROOF_UNREADABLE;
		if (t.told && t.unread)
			g->host->log(g->host, 4,
				     "of a call-back's %zu events %zu could not be read",
				     t.told + t.unread, t.unread);
		answer->content_type = which->answer_type;
		answer->body = which->answer;
	}
	json_decref((json_t *)d.root);
	pairs_fini(&fields);
	return proof;
}
