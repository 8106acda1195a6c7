/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive_event.h - what a provider told, made safe to keep: copied, valid UTF-8, bounded
 * in length and in time, the sender as we write numbers, and a key under which it is kept
 * once however often it is told. Pure: now is an argument. */
#ifndef RDVD_MESSAGE_RECEIVE_EVENT_H
#define RDVD_MESSAGE_RECEIVE_EVENT_H

#include <stddef.h>

#include "base/buf.h"
#include "rdvd/gateway.h"

#define HEARD_MAX 4000	    /* events at once: more than a call-back's body can hold */
#define HEARD_TEXT_MAX 8000 /* bytes of a text; a telephone sends no more than 1600 */
#define HEARD_SENDER_MAX 64 /* bytes; E.164 has 16 */

/* The strings of e are owned. e.from is the sender as we write it, e.key is never "",
 * e.at neither to come nor absurdly old (of an inbound text: never 0). */
struct heard {
	struct rdvd_event e;
};

struct heard_list {
	struct heard *items; /* owned */
	size_t n, cap;
	size_t left; /* that say nothing */
};

enum heard_as {
	HEARD_TAKEN,
	HEARD_SAYS_NOTHING, /* a text of nobody, a receipt that names no message */
	HEARD_TOO_MANY,	    /* the list is full */
};

/* Copy e into the list as it may be kept. */
enum heard_as heard_add(struct heard_list *l, const struct rdvd_event *e, rdvd_time now);
/* Move item i of from into to. */
void heard_move(struct heard_list *from, size_t i, struct heard_list *to);
void heard_fini(struct heard_list *l);
/* Append the event as JSON: what is kept of one that came by no request. */
void heard_describe(const struct rdvd_event *e, struct buf *out);

/* The sender as we write it: E.164 of a telephone, the digits of a short number, a name
 * as it came. out has HEARD_SENDER_MAX + 1 bytes. 0, or -1: there is none. */
int heard_sender(const char *from, char *out);

/* s as valid UTF-8 of at most max bytes, never cut within a character; controls other
 * than line ends become spaces, bytes that are no UTF-8 what they are in Latin-1, which
 * is what they nearly always were. Free it. */
char *heard_text(const char *s, size_t max);

#endif
