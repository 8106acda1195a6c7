/* SPDX-License-Identifier: GPL-3.0-or-later */
/* telling.h - from what a provider wrote to what happened: one document, the preset's
 * list of what it can tell, and the caller's callback. Used by call-backs and polls
 * alike. */
#ifndef GW_HTTP_TELLING_H
#define GW_HTTP_TELLING_H

#include "preset.h"

struct teller {
	const struct telling *tellings; /* lent, as all of this */
	size_t n;
	const char *message_id; /* of the path; "" none */
	const char *ack;	/* for all; NULL: what the event says, after ack_prefix */
	const char *ack_prefix;
	rdvd_event_cb *cb;
	void *arg;
	size_t told, unread; /* counted up */
};

/* One document that tells one thing. */
void tell_one(struct teller *t, const struct doc *d);
/* Each of the list at a pointer, or the whole when the pointer is NULL. -1 when there is
 * no such list. */
int tell_each(struct teller *t, const struct doc *d, const char *pointer);

#endif
