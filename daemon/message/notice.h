/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notice.h - tell the team something: a notice in the store, shown on their pages until
 * somebody has seen it, and the same by e-mail where the configuration names a mailbox.
 * Loop thread. */
#ifndef RDVD_MESSAGE_NOTICE_H
#define RDVD_MESSAGE_NOTICE_H

#include "rdvd/store.h"

struct store;
struct texts;

/* How it is said by e-mail. */
struct notice_mail {
	const char *to;	     /* the mailbox; NULL or "" none */
	const char *address; /* of the pages: public_url */
	const struct texts *texts;
};

/* Write n (copied). The same key goes to the mailbox once an hour at most. written is
 * called once both are on disk; NULL none. What cannot be written is logged. */
void notice_tell(struct store *s, const struct rdvd_notice *n,
		 const struct notice_mail *mail, void (*written)(void *arg), void *arg);

#endif
