/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbox_impl.h - what the files of the team's inbox share. */
#ifndef RDVD_TALK_INBOX_IMPL_H
#define RDVD_TALK_INBOX_IMPL_H

#include "store/store.h"
#include "talk/inbox.h"

struct inbox {
	struct store *store;
	struct outbox *outbox;
	struct inbox_options o;
	/* whose texts wait and whose notices are unseen, as last looked at; owned */
	rdvd_id *texts, *notices;
	size_t ntexts, nnotices;
};

/* A copy with its strings, in one block; free it. */
struct rdvd_inbound *inbound_dup(const struct rdvd_inbound *i);

/* One text by its id: a copy, or NULL with *rc said (NOT_FOUND when there is none). In
 * the store's thread. */
struct rdvd_inbound *inbound_find(const struct rdvd_store_ops *ops, void *st, rdvd_id id,
				  enum rdvd_rc *rc);

/* Who holds a number, from its appointments. In the store's thread. */
struct holder {
	rdvd_time now;
	struct rdvd_appointment *who; /* owned */
	size_t people;
	char names[160];
};
enum rdvd_rc holder_find(const struct rdvd_store_ops *ops, void *st, const char *number,
			 rdvd_time now, struct holder *h);

#endif
