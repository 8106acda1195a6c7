/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive_event.c - see receive_event.h. */
#include "message/receive_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/secret.h"
#include "message/phone.h"

#define DAY_S 86400
#define OLD_S (30 * DAY_S) /* no provider keeps anything for longer */
#define YEAR_2000 ((rdvd_time)946684800)
#define KEY_MAX 160	 /* bytes; longer ones are kept as their fingerprint */
#define ID_MAX 127	 /* of a message, as struct rdvd_receipt has it */
#define NOTE_MAX 255	 /* the same */
#define PARTS_MAX 64	 /* a text of more is not one that anybody wrote */
#define TOLD_AGAIN_S 120 /* within it, of texts that come without name or time */
#define REPLACEMENT "\xef\xbf\xbd"

/* ---- text ---- */

/* The bytes of the character that s begins with, 0 when it is none. */
static size_t character_size(const char *s)
{
	unsigned char lead = (unsigned char)*s;
	size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	for (size_t i = 1; i < n; i++)
		if (!s[i])
			return 0;
	return utf8_is_clean(s, n) ? n : 0;
}

char *heard_text(const char *s, size_t max)
{
	struct buf b = BUF_INIT;
	size_t n;

	for (; *s; s += n) {
		unsigned char c = (unsigned char)*s;
		char latin[3] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f)), '\0'};
		const char *as = s;
		size_t size = n = character_size(s);

		if (!size || c == 0x7f) {
			n = 1;
			as = c < 0x80 ? " " : c < 0xa0 ? REPLACEMENT : latin;
			size = strlen(as);
		}
		if (b.len + size > max)
			break;
		buf_add(&b, as, size);
	}
	return buf_steal(&b, NULL);
}

/* ---- numbers ---- */

int heard_sender(const char *from, char *out)
{
	static const char digits[] = "0123456789";
	char *clean = heard_text(from, HEARD_SENDER_MAX), *s = clean;
	size_t n;
	struct phone phone;
	char whole[HEARD_SENDER_MAX + 2];

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n && strchr(" \t\r\n", s[n - 1]))
		s[--n] = '\0';
	/* Providers write international numbers without their plus as often as with it; a
	 * number of the country begins with 0, or is too short to be one of the world. */
	snprintf(whole, sizeof whole, "%s%s",
		 n >= 10 && n <= 15 && s[0] != '0' && !s[strspn(s, digits)] ? "+" : "",
		 s);
	if (n && !s[strspn(s, "0123456789 ().-+/")] &&
	    (phone_parse(whole, &phone) == RDVD_OK || phone_parse(s, &phone) == RDVD_OK))
		snprintf(out, HEARD_SENDER_MAX + 1, "%s", phone.number);
	else if (n)
		snprintf(out, HEARD_SENDER_MAX + 1, "%s", s);
	free(clean);
	return n ? 0 : -1;
}

/* ---- time ---- */

/* A provider's clock may be wrong, its zone misread: what is to come is now, what is
 * absurdly old is not known. But a text may really have waited at the provider for
 * months, and is not to be taken for one of today. */
static rdvd_time bounded(rdvd_time at, enum rdvd_event_kind kind, rdvd_time now)
{
	rdvd_time earliest = kind == RDVD_EVENT_INBOUND ? YEAR_2000 : now - OLD_S;

	if (at > now)
		return now;
	return at > 0 && at >= earliest ? at : 0;
}

/* ---- keys ---- */

static void add_part(struct buf *b, const char *s)
{
	buf_addint(b, (int64_t)strlen(s));
	buf_addch(b, ':');
	buf_addstr(b, s);
}

static void add_fingerprint(struct buf *key, const struct buf *of)
{
	uint8_t hash[SECRET_HASH_SIZE];

	secret_digest(buf_str(of), of->len, hash);
	buf_addch(key, '#');
	buf_add_hex(key, hash, 16);
}

/* What the event says, for one that has no name. A text without time or name may be the
 * second "1" of somebody who was asked twice, or the first told again: only within two
 * minutes is it the first. */
static void add_saying(struct buf *b, const struct rdvd_event *e, rdvd_time now)
{
	buf_addf(b, "%d %d %d %d ", e->kind, e->delivery, e->part, e->parts);
	buf_addint(b, e->at || e->kind == RDVD_EVENT_RECEIPT ? e->at
							     : -(now / TOLD_AGAIN_S));
	add_part(b, e->message_id);
	add_part(b, e->provider_id);
	add_part(b, e->from);
	add_part(b, e->to);
	add_part(b, e->text);
	add_part(b, e->part_ref);
}

/* A receipt's own name is sometimes that of one of its message's states only, or of its
 * message, the same for every state; a part's that of the whole text. */
static void add_scope(struct buf *key, const struct rdvd_event *e)
{
	if (e->kind == RDVD_EVENT_RECEIPT)
		buf_addf(key, "r%d:%s:%s:", e->delivery, e->message_id, e->provider_id);
	else if (e->parts > 1)
		buf_addf(key, "t%d/%d:", e->part, e->parts);
	else
		buf_addlit(key, "t:");
}

static char *make_key(const struct rdvd_event *e, const char *name, rdvd_time now)
{
	struct buf key = BUF_INIT, saying = BUF_INIT;

	if (*name) {
		add_scope(&key, e);
		buf_addstr(&key, name);
	}
	if (!*name || key.len > KEY_MAX) {
		buf_add(&saying, buf_str(&key), key.len);
		if (!*name)
			add_saying(&saying, e, now);
		buf_clear(&key);
		add_fingerprint(&key, &saying);
	}
	buf_fini(&saying);
	return buf_steal(&key, NULL);
}

/* ---- the list ---- */

static void event_free(struct rdvd_event *e)
{
	free((char *)e->key);
	free((char *)e->note);
	free((char *)e->message_id);
	free((char *)e->provider_id);
	free((char *)e->from);
	free((char *)e->to);
	free((char *)e->text);
	free((char *)e->part_ref);
	free((char *)e->ack);
}

/* 0 when it says something that can be kept. */
static int take_inbound(struct rdvd_event *to, const struct rdvd_event *e)
{
	char number[HEARD_SENDER_MAX + 1];

	if (heard_sender(e->from, number) < 0)
		return -1;
	to->from = xstrdup(number);
	to->to = xstrdup(heard_sender(e->to, number) < 0 ? "" : number);
	to->text = heard_text(e->text, HEARD_TEXT_MAX);
	if (*e->part_ref && e->parts > 1 && e->parts <= PARTS_MAX && e->part >= 1 &&
	    e->part <= e->parts) {
		to->part_ref = heard_text(e->part_ref, ID_MAX);
		to->part = e->part;
		to->parts = e->parts;
	}
	return 0;
}

static int is_said(const struct rdvd_event *e)
{
	if (e->kind == RDVD_EVENT_INBOUND)
		return 1;
	return e->kind == RDVD_EVENT_RECEIPT && e->delivery >= RDVD_DELIVERY_ACCEPTED &&
	       e->delivery <= RDVD_DELIVERY_DELIVERED &&
	       (*e->message_id || *e->provider_id);
}

static void fill_absent(struct rdvd_event *e)
{
	const char **const strings[] = {&e->from, &e->to, &e->text, &e->part_ref};

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		if (!*strings[i])
			*strings[i] = xstrdup("");
}

enum heard_as heard_add(struct heard_list *l, const struct rdvd_event *e, rdvd_time now)
{
	struct rdvd_event to = {.kind = e->kind, .at = e->at > 0 ? e->at : 0};
	char *name;

	if (l->n >= HEARD_MAX)
		return HEARD_TOO_MANY;
	if (!is_said(e) || (e->kind == RDVD_EVENT_INBOUND && take_inbound(&to, e) < 0)) {
		l->left++;
		return HEARD_SAYS_NOTHING;
	}
	fill_absent(&to);
	to.delivery = e->delivery;
	to.note = heard_text(e->note, NOTE_MAX);
	to.message_id = heard_text(e->message_id, ID_MAX);
	to.provider_id = heard_text(e->provider_id, ID_MAX);
	to.ack = xstrdup(e->ack);
	name = heard_text(e->key, HEARD_TEXT_MAX);
	to.key = make_key(&to, name, now);
	free(name);
	to.at = bounded(to.at, to.kind, now);
	if (!to.at && e->kind == RDVD_EVENT_INBOUND)
		to.at = now;
	VEC_GROW(l->items, l->n, l->cap);
	l->items[l->n++].e = to;
	return HEARD_TAKEN;
}

void heard_move(struct heard_list *from, size_t i, struct heard_list *to)
{
	VEC_GROW(to->items, to->n, to->cap);
	to->items[to->n++] = from->items[i];
	from->items[i] = (struct heard){.e = {.key = NULL}};
}

void heard_fini(struct heard_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		event_free(&l->items[i].e);
	free(l->items);
	*l = (struct heard_list){.items = NULL};
}

void heard_describe(const struct rdvd_event *e, struct buf *out)
{
	const struct {
		const char *name, *value;
	} members[] = {{"key", e->key},
		       {"note", e->note},
		       {"message", e->message_id},
		       {"provider", e->provider_id},
		       {"from", e->from},
		       {"to", e->to},
		       {"text", e->text},
		       {"ref", e->part_ref}};

	buf_addf(out,
		 "{\"kind\":%d,\"delivery\":%d,\"part\":%d,\"parts\":%d,\"at\":", e->kind,
		 e->delivery, e->part, e->parts);
	buf_addint(out, e->at);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		char *value = heard_text(members[i].value, HEARD_TEXT_MAX);

		buf_addf(out, ",\"%s\":", members[i].name);
		buf_add_json_string(out, value);
		free(value);
	}
	buf_addch(out, '}');
}
